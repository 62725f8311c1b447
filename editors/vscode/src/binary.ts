import * as path from 'node:path';

/** What the lookup may know of the world; nothing here is VS Code's, so that a test can state it. */
export interface Surroundings {
  /** The setting `crossloc.path`; blank when unset. */
  setting: string;
  environment: Record<string, string | undefined>;
  platform: NodeJS.Platform;
  home: string;
  workspaceFolder: string | undefined;
  extensionFolder: string;
  isExecutable(file: string): boolean;
}

export type Origin = 'crossloc.path' | 'CROSSLOC_BINARY' | 'PATH' | 'the extension';

export type Lookup = { found: true; file: string; origin: Origin } | { found: false; reason: string };

/**
 * The server binary: the setting, else the environment variable, else PATH, else the bundled one.
 *
 * A setting or variable that leads nowhere is an error rather than skipped: whoever set it would otherwise run another
 * version without knowing.
 */
export function findBinary(surroundings: Surroundings): Lookup {
  const setting = surroundings.setting.trim();
  if (setting !== '') {
    return named(expand(setting, surroundings), 'crossloc.path', surroundings);
  }
  const variable = surroundings.environment['CROSSLOC_BINARY']?.trim() ?? '';
  if (variable !== '') {
    return named(variable, 'CROSSLOC_BINARY', surroundings);
  }
  const onPath = candidatesOnPath(surroundings).find(surroundings.isExecutable);
  if (onPath !== undefined) {
    return { found: true, file: onPath, origin: 'PATH' };
  }
  const { join } = paths(surroundings);
  const bundled = join(surroundings.extensionFolder, 'bin', fileName(surroundings));
  if (surroundings.isExecutable(bundled)) {
    return { found: true, file: bundled, origin: 'the extension' };
  }
  return {
    found: false,
    reason: 'The crossloc binary was not found: it is not on PATH, and this build of the extension bundles none. '
      + 'Install it, or set crossloc.path.',
  };
}

function named(file: string, origin: Origin, surroundings: Surroundings): Lookup {
  if (!paths(surroundings).isAbsolute(file)) {
    return { found: false, reason: `${origin} is not an absolute path: ${file}` };
  }
  return surroundings.isExecutable(file)
    ? { found: true, file, origin }
    : { found: false, reason: `${origin} names no executable file: ${file}` };
}

function expand(setting: string, { home, workspaceFolder, ...rest }: Surroundings): string {
  const file = /^~[/\\]/.test(setting) ? paths(rest).join(home, setting.slice(2)) : setting;
  return workspaceFolder === undefined ? file : file.replaceAll('${workspaceFolder}', () => workspaceFolder);
}

/** Relative entries of PATH are left out: they would let the opened folder choose what is run. */
function candidatesOnPath(surroundings: Surroundings): string[] {
  const { delimiter, isAbsolute, join } = paths(surroundings);
  // Windows spells the variable `Path` and ignores case; a plain copy of the environment does not.
  const name = Object.keys(surroundings.environment).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  return (surroundings.environment[name] ?? '')
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, fileName(surroundings)));
}

function fileName({ platform }: Pick<Surroundings, 'platform'>): string {
  return platform === 'win32' ? 'crossloc.exe' : 'crossloc';
}

function paths({ platform }: Pick<Surroundings, 'platform'>): path.PlatformPath {
  return platform === 'win32' ? path.win32 : path.posix;
}
