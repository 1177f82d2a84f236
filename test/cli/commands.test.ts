import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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

test('spillway --help is there in under 150 ms', () => {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const times: number[] = [];
  // The quickest of a few: other work on the machine only adds.
  for (let i = 0; i < 30 && Math.min(...times) >= 150; i++) {
    const start = performance.now();
    const { stdout } = spawnSync(process.execPath, [BIN, '--help'], { env, encoding: 'utf8' });
    times.push(performance.now() - start);
    expect(stdout).toContain('spillway run <scenario..>');
  }
  expect(Math.min(...times)).toBeLessThan(150);
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
