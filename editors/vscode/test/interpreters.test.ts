import assert from 'node:assert/strict';
import * as path from 'node:path';
import { test } from 'node:test';
import { selectedInterpreters, settingsFor, type Selector } from '../src/interpreters';

const paths = { of: (folder: string) => folder, isAbsolute: path.posix.isAbsolute };

function selector(known: Record<string, string | undefined>): Selector<string> {
  return { interpreter: async (folder) => known[folder] };
}

const failing: Selector<string> = { interpreter: async () => Promise.reject(new Error('not ready')) };

const cases: { name: string; selectors: Selector<string>[]; expected: Record<string, string> }[] = [
  { name: 'without a Python extension nothing is selected', selectors: [], expected: {} },
  {
    name: 'each folder has its own',
    selectors: [selector({ '/a': '/a/.venv/bin/python', '/b': '/envs/b' })],
    expected: { '/a': '/a/.venv/bin/python', '/b': '/envs/b' },
  },
  {
    name: 'the first extension that knows is believed',
    selectors: [selector({ '/a': '/first' }), selector({ '/a': '/second', '/b': '/second' })],
    expected: { '/a': '/first', '/b': '/second' },
  },
  {
    name: 'a bare name is no selection',
    selectors: [selector({ '/a': 'python', '/b': '' }), selector({ '/b': '/b/.venv' })],
    expected: { '/b': '/b/.venv' },
  },
  {
    name: 'an extension that fails says nothing',
    selectors: [failing, selector({ '/a': '/a/.venv' })],
    expected: { '/a': '/a/.venv' },
  },
];

for (const { name, selectors, expected } of cases) {
  test(name, async () => {
    assert.deepEqual(await selectedInterpreters(['/a', '/b'], selectors, paths), expected);
  });
}

test('the server is told of the interpreters by folder', () => {
  assert.deepEqual(settingsFor({ '/a': '/x' }), { settings: { crossloc: { interpreters: { '/a': '/x' } } } });
});
