/** A Python extension, as far as it is asked which interpreter it uses for a folder. */
export interface Selector<Folder> {
  /** The interpreter, or the folder of its environment; undefined where none is selected. */
  interpreter(folder: Folder): Promise<string | undefined>;
}

/** The paths that a selection is made of; nothing here is VS Code's, so that a test can state it. */
export interface Paths<Folder> {
  of(folder: Folder): string;
  isAbsolute(file: string): boolean;
}

/**
 * The selected interpreter of each folder, by the folder's path. The first extension that has an answer is believed; one
 * that fails, or answers with a bare `python`, which is whatever PATH has, says nothing.
 */
export async function selectedInterpreters<Folder>(
  folders: readonly Folder[],
  selectors: readonly Selector<Folder>[],
  paths: Paths<Folder>,
): Promise<Record<string, string>> {
  const selected: Record<string, string> = {};
  for (const folder of folders) {
    for (const selector of selectors) {
      const interpreter = await selector.interpreter(folder).catch(() => undefined);
      if (interpreter !== undefined && paths.isAbsolute(interpreter)) {
        selected[paths.of(folder)] = interpreter;
        break;
      }
    }
  }
  return selected;
}

/** What the server is told in a `workspace/didChangeConfiguration`. */
export function settingsFor(interpreters: Record<string, string>): { settings: { crossloc: object } } {
  return { settings: { crossloc: { interpreters } } };
}
