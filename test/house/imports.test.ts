import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { judge, type Tree } from './rules.ts';
import { readSource } from './source.ts';

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));

function realTree(): Tree {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return new Map(files.map((file) => [file.split(sep).join('/'), readFileSync(join(SRC, file), 'utf8')]));
}

/** The rules that a planted tree breaks. */
function broken(files: Readonly<Record<string, string>>): string[] {
  return judge(new Map(Object.entries(files))).map(({ rule, at }) => `${rule} ${at}`);
}

const DOOR = 'export const x = 1;';

describe('the tree', () => {
  test('keeps every row of the house', () => {
    const tree = realTree();
    expect(tree.size).toBeGreaterThan(10);
    expect(judge(tree).map(({ rule, at, text }) => `src/${at} ${rule}: ${text}`)).toEqual([]);
  });
});

describe('a planted source is caught', () => {
  test.each([
    ['a room of the bottom that imports another', 'stats/a.ts', "import { x } from '../kernel/index.ts';"],
    ['an engine room that imports a report', 'experiment/a.ts', "import { x } from '../report/index.ts';"],
    ['the scenario that knows the kernel', 'scenario/a.ts', "import type { x } from '../kernel/index.ts';"],
    ['a service that knows another', 'services/sns/a.ts', "import { x } from '../sqs/index.ts';"],
    ['a checker that runs history code', 'guarantees/a.ts', "import { x } from '../history/index.ts';"],
    ['a report that reaches behind the result', 'report/a.ts', "import { x } from '../experiment/index.ts';"],
    ['a command that goes round a door', 'cli/a.ts', "import { x } from '../kernel/deep.ts';"],
    ['a re-export', 'stats/a.ts', "export * from '../kernel/index.ts';"],
    ['a dynamic import', 'stats/a.ts', "const k = import('../kernel/index.ts');"],
    ['an import for its effect', 'stats/a.ts', "import '../kernel/index.ts';"],
    ['an import type expression', 'stats/a.ts', "type K = import('../kernel/index.ts').K;"],
    ['a room without a row', 'attic/a.ts', "import { x } from '../kernel/index.ts';"],
  ])('%s', (_, path, text) => {
    const others = [
      'kernel/index.ts',
      'kernel/deep.ts',
      'report/index.ts',
      'history/index.ts',
      'services/sqs/index.ts',
    ];
    const files = Object.fromEntries([...others, 'experiment/index.ts'].map((file) => [file, DOOR]));
    expect(broken({ ...files, [path]: text })).toEqual([`room ${path}:1`]);
  });

  test.each([
    ["import { readFileSync } from 'node:fs';"],
    ["import _ from 'lodash';"],
    ["const fs = import('node:fs');"],
    ["import { z } from 'zod';"],
  ])('a package that the kernel may not use: %s', (text) => {
    expect(broken({ 'kernel/a.ts': text })).toEqual(['package kernel/a.ts:1']);
  });

  test('an import that names no file, and one that is computed', () => {
    expect(broken({ 'cli/a.ts': "import './b.js';\nconst c = await import(name);" })).toEqual([
      'missing cli/a.ts:1',
      'computed cli/a.ts:2',
    ]);
  });

  test('a cycle over three files, types included', () => {
    const found = judge(
      new Map([
        ['kernel/a.ts', "import { b } from './b.ts';"],
        ['kernel/b.ts', "import type { c } from './c.ts';"],
        ['kernel/c.ts', "export { a } from './a.ts';"],
      ]),
    );
    expect(found.map(({ text }) => text)).toEqual(['kernel/a.ts → kernel/b.ts → kernel/c.ts → kernel/a.ts']);
  });

  test.each([
    'Math.random()',
    'Math.pow(2, 3)',
    'x ** 2',
    'x **= 2',
    'Date.now()',
    'new Date()',
    'performance.now()',
    'process.env',
    'setTimeout(f, 1)',
    'randomUUID()',
    'x.toLocaleString()',
    'a.localeCompare(b)',
    'new Intl.NumberFormat()',
    'await x',
    'async () => 1',
    'globalThis.x',
    '`a ${Math.random()} b`',
    'a / b; Math.random() / c',
  ])('the banned word in: %s', (code) => {
    expect(broken({ 'stats/a.ts': `// line\nexport const y = ${code};` })).toContain('word stats/a.ts:2');
    expect(broken({ 'cli/a.ts': `export const y = ${code};` })).toEqual([]);
  });
});

describe('what is allowed is let through', () => {
  test('words in comments, strings, regular expressions, templates, keys and properties', () => {
    const text = `
      // Date and Math.random()
      /* process.env ** */
      export const a = 'Date'; const b = "it's Math.pow"; const c = /Date\\/[/]process/; const d = \`Date \${a} process\`;
      export interface P { readonly process: number; readonly async?: boolean }
      export const e = a.process + b.performance; const processor = 1; const update = 2;
    `;
    expect(broken({ 'kernel/a.ts': text })).toEqual([]);
  });

  test('every kind of import that a row allows', () => {
    expect(
      broken({
        'kernel/index.ts': DOOR,
        'stats/index.ts': DOOR,
        'history/index.ts': "import { x } from '../stats/index.ts';",
        'guarantees/index.ts': "import type { x } from '../history/index.ts';",
        'services/ports.ts': "import type { x } from '../kernel/index.ts';",
        'services/sqs/settings.ts': "import type { x } from '../../kernel/index.ts';",
        'services/sqs/index.ts': "import type { x } from '../ports.ts';",
        'scenario/index.ts': "import type { x } from '../services/sqs/settings.ts';\nimport { z } from 'zod';",
        'experiment/result.ts': DOOR,
        'report/index.ts': "import type { x } from '../experiment/result.ts';",
        'cli/main.ts': "import { x } from '../report/index.ts';\nimport { y } from 'node:fs';",
        'index.ts': "export { x } from './kernel/index.ts';",
      }),
    ).toEqual([]);
  });

  test('an import over several lines is read whole', () => {
    const text = "import {\n  a, // the first\n  type b,\n} from './x.ts';\nexport type { c } from './y.ts';";
    expect(readSource(text).imports).toEqual([
      { specifier: './x.ts', typeOnly: false, line: 4 },
      { specifier: './y.ts', typeOnly: true, line: 5 },
    ]);
  });
});
