import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkWritable, writeReport } from '../../src/cli/output.ts';

let top: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'spillway-output-'));
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const FILES = new Map([
  ['result.json', '{}'],
  ['charts/a.svg', '<svg/>'],
]);

/** Every file and folder below, folders with a slash. */
function tree(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1) + (entry.isDirectory() ? '/' : ''))
    .map((name) => name.split(sep).join('/'))
    .sort();
}

describe('a report', () => {
  test('is written with its folders, and nothing temporary stays', () => {
    writeReport(join(top, 'a/b'), FILES, false);
    expect(tree(top)).toEqual(['a/', 'a/b/', 'a/b/charts/', 'a/b/charts/a.svg', 'a/b/result.json']);
  });

  test('takes the place of an earlier one whole, and leaves what is not a report', () => {
    mkdirSync(join(top, 'charts'));
    for (const name of ['report.html', 'result.json', 'charts/old.svg', 'notes.md', 'charts/mine.txt']) {
      writeFileSync(join(top, name), 'old');
    }
    writeReport(top, FILES, false);
    expect(tree(top)).toEqual(['charts/', 'charts/a.svg', 'charts/mine.txt', 'notes.md', 'result.json']);
    expect(readFileSync(join(top, 'result.json'), 'utf8')).toBe('{}');
  });

  test('built again keeps the files of the earlier one', () => {
    writeFileSync(join(top, 'report.html'), 'old');
    writeReport(top, FILES, true);
    expect(tree(top)).toEqual(['charts/', 'charts/a.svg', 'report.html', 'result.json']);
  });

  test('that fails half way leaves everything as it was', () => {
    writeFileSync(join(top, 'result.json'), 'old');
    writeFileSync(join(top, 'charts'), 'a file where a folder should be');
    expect(() => writeReport(top, FILES, false)).toThrow(/cannot be written/);
    expect(tree(top)).toEqual(['charts', 'result.json']);
    expect(readFileSync(join(top, 'result.json'), 'utf8')).toBe('old');
  });

  test('does not put a file where a folder is', () => {
    mkdirSync(join(top, 'result.json'));
    expect(() => writeReport(top, new Map([['a.md', 'x'], ...FILES]), false)).toThrow(/result.json → it is a folder/);
    expect(tree(top)).toEqual(['result.json/']);
  });

  test('that cannot be made takes its new parents away again', () => {
    const bad = new Map([['x'.repeat(300), 'name too long']]);
    expect(() => writeReport(join(top, 'a/b'), bad, false)).toThrow('the name is too long');
    expect(tree(top)).toEqual([]);
  });
});

describe('before the work', () => {
  test('a place that can be written is left as it was', () => {
    checkWritable(join(top, 'a/b/c'));
    checkWritable(top);
    expect(tree(top)).toEqual([]);
  });

  test('a file in the way is told', () => {
    writeFileSync(join(top, 'f'), '');
    expect(() => checkWritable(join(top, 'f'))).toThrow(/it is a file; expected a folder/);
    expect(() => checkWritable(join(top, 'f/x/y'))).toThrow(/f is a file; expected a folder/);
  });

  test.runIf(existsSync('/proc/self'))('a file system that takes no folders is told', () => {
    expect(() => checkWritable('/proc/x/y')).toThrow(/--out \/proc\/x\/y → cannot be written/);
  });

  test.skipIf(process.getuid?.() === 0)('a folder without permission is told', () => {
    chmodSync(top, 0o500);
    expect(() => checkWritable(join(top, 'a'))).toThrow(/permission denied/);
    chmodSync(top, 0o700);
  });
});
