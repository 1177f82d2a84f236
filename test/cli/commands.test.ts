import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VERSION } from '../../src/version.ts';
import { BIN, Place, ROOT, TINY } from './bin.ts';

let place: Place;
beforeAll(() => {
  place = new Place();
  place.write('scenarios/tiny.yaml', TINY);
  place.write('scenarios/broken.yaml', 'title: x');
});
afterAll(() => place.remove());

test('the engine, the package and the bin agree on the version', () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  expect(place.spillway(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
  expect(VERSION).toBe(version);
});

/** Bytes of a file of the bundle and of all that it imports at once; what is imported when it is needed is left out. */
function bytesAtStart(file: string, met: Set<string> = new Set()): number {
  if (met.has(file)) return 0;
  met.add(file);
  const text = readFileSync(file, 'utf8');
  const imports = [...text.matchAll(/(?:from|\bimport)\s*"(\.\/[^"]+)"/g)].map(([, path]) =>
    join(dirname(file), path as string),
  );
  return imports.reduce((sum, one) => sum + bytesAtStart(one, met), text.length);
}

test('spillway --help is there at once: it reads no engine, no reader of scenarios and no report before it answers', () => {
  expect(place.spillway(['--help']).out).toContain('spillway run <scenario..>');
  const engine = readdirSync(dirname(BIN)).map((name) => statSync(join(dirname(BIN), name)).size);
  expect(engine.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(1_500_000);
  // What they take: `time node dist/bundle/main.js --help`, on a quiet machine.
  expect(bytesAtStart(BIN)).toBeLessThan(256_000);
});

describe('spillway list', () => {
  test('shows the scenarios here and of the package, with their questions', () => {
    const { code, out, err } = place.spillway(['list']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('scenarios/tiny.yaml  A tiny one\n    Is one server enough?');
    expect(out).toContain('scenarios/broken.yaml  has errors; see: spillway validate scenarios/broken.yaml');
    expect(out).toContain(join(ROOT, 'scenarios/flash-sale.yaml'));
  });

  test('tells the same to a program', () => {
    const entries = JSON.parse(place.spillway(['list', '--json']).out) as object[];
    expect(entries).toContainEqual({
      name: 'tiny',
      file: 'scenarios/tiny.yaml',
      ok: true,
      title: 'A tiny one',
      description: 'Is one server enough?',
    });
  });

  test('names that it shows can be given in place of files', () => {
    expect(place.spillway(['validate', 'tiny']).out).toBe('scenarios/tiny.yaml: fine\n');
  });
});

describe('spillway report', () => {
  test('builds the same report again, without touching the result', () => {
    place.spillway(['run', 'tiny', '--out', 'a']);
    const files = place.files().filter((file) => file.startsWith('a/'));
    const contents = files.map((file) => place.read(file));
    for (const file of files) if (file !== 'a/result.json') place.write(file, 'gone');
    const { code, out } = place.spillway(['report', 'a']);
    expect(code).toBe(0);
    expect(out).toContain('Report: a/report.html');
    expect(files.map((file) => place.read(file))).toEqual(contents);
  });

  test('writes elsewhere, in the formats that are asked for', () => {
    place.spillway(['run', 'tiny', '--out', 'b', '--format', 'json']);
    expect(place.spillway(['report', 'b/result.json', '--out', 'c', '--format', 'md,json']).code).toBe(0);
    expect(place.files().filter((file) => /^[bc]\//.test(file))).toEqual([
      'b/result.json',
      'c/report.md',
      'c/result.json',
    ]);
    expect(place.read('c/result.json')).toBe(place.read('b/result.json'));
  });
});
