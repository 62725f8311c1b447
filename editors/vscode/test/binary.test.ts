import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findBinary, type Surroundings } from '../src/binary';

/** A machine on which exactly `executables` can be run. */
function machine(executables: string[], changes: Partial<Surroundings> = {}): Surroundings {
  return {
    setting: '',
    environment: {},
    platform: 'linux',
    home: '/home/ada',
    workspaceFolder: '/work',
    extensionFolder: '/extension',
    isExecutable: (file) => executables.includes(file),
    ...changes,
  };
}

const EVERYWHERE = ['/set/crossloc', '/variable/crossloc', '/usr/bin/crossloc', '/extension/bin/crossloc'];
const BOTH = { CROSSLOC_BINARY: '/variable/crossloc', PATH: '/usr/bin' };

const cases: { name: string; surroundings: Surroundings; file: string; origin: string }[] = [
  {
    name: 'the setting wins over everything',
    surroundings: machine(EVERYWHERE, { setting: ' /set/crossloc ', environment: BOTH }),
    file: '/set/crossloc',
    origin: 'crossloc.path',
  },
  {
    name: 'then the environment variable',
    surroundings: machine(EVERYWHERE, { setting: '  ', environment: BOTH }),
    file: '/variable/crossloc',
    origin: 'CROSSLOC_BINARY',
  },
  {
    name: 'then PATH, its first entry that has the binary',
    surroundings: machine(EVERYWHERE, { environment: { CROSSLOC_BINARY: '', PATH: '/bin:/usr/bin' } }),
    file: '/usr/bin/crossloc',
    origin: 'PATH',
  },
  {
    name: 'then the bundled binary',
    surroundings: machine(EVERYWHERE, { environment: { PATH: '/bin' } }),
    file: '/extension/bin/crossloc',
    origin: 'the extension',
  },
  {
    name: 'relative and empty entries of PATH are left out',
    surroundings: machine(['bin/crossloc', './crossloc', 'crossloc', '/extension/bin/crossloc'], {
      environment: { PATH: 'bin:.::' },
    }),
    file: '/extension/bin/crossloc',
    origin: 'the extension',
  },
  {
    name: 'the home directory is expanded in the setting',
    surroundings: machine(['/home/ada/bin/crossloc'], { setting: '~/bin/crossloc' }),
    file: '/home/ada/bin/crossloc',
    origin: 'crossloc.path',
  },
  {
    name: 'the workspace folder is expanded in the setting',
    surroundings: machine(['/project/$&/crossloc'], {
      setting: '${workspaceFolder}/crossloc',
      workspaceFolder: '/project/$&',
    }),
    file: '/project/$&/crossloc',
    origin: 'crossloc.path',
  },
  {
    name: 'Windows: other separators, an .exe, a Path of another case',
    surroundings: machine(['D:\\tools\\crossloc.exe'], {
      platform: 'win32',
      environment: { Path: 'C:\\Windows;D:\\tools' },
    }),
    file: 'D:\\tools\\crossloc.exe',
    origin: 'PATH',
  },
];

for (const { name, surroundings, file, origin } of cases) {
  test(name, () => {
    assert.deepEqual(findBinary(surroundings), { found: true, file, origin });
  });
}

const failures: { name: string; surroundings: Surroundings; reason: RegExp }[] = [
  {
    name: 'a setting that leads nowhere is not passed over',
    surroundings: machine(EVERYWHERE, { setting: '/gone/crossloc', environment: BOTH }),
    reason: /^crossloc\.path names no executable file: \/gone\/crossloc$/,
  },
  {
    name: 'nor is an environment variable that leads nowhere',
    surroundings: machine(EVERYWHERE, { environment: { ...BOTH, CROSSLOC_BINARY: '/gone/crossloc' } }),
    reason: /^CROSSLOC_BINARY names no executable file: \/gone\/crossloc$/,
  },
  {
    name: 'a relative setting is refused',
    surroundings: machine(['bin/crossloc'], { setting: 'bin/crossloc' }),
    reason: /^crossloc\.path is not an absolute path: bin\/crossloc$/,
  },
  {
    name: 'nothing anywhere tells where it was looked for and what to do',
    surroundings: machine([], { environment: { PATH: '/usr/bin' } }),
    reason: /not on PATH.*set crossloc\.path/,
  },
];

for (const { name, surroundings, reason } of failures) {
  test(name, () => {
    const lookup = findBinary(surroundings);
    assert.ok(!lookup.found);
    assert.match(lookup.reason, reason);
  });
}
