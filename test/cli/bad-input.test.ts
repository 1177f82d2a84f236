import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Place, TINY } from './bin.ts';

let place: Place;
let before: string[];
beforeAll(() => {
  place = new Place();
  place.write('tiny.yaml', TINY);
  place.write('file', '');
  place.write('latin1.yaml', Buffer.from(TINY.replace('tiny', 'caf\xe9'), 'latin1'));
  place.write('large.yaml', `${TINY}#${'x'.repeat(10 * 1024 * 1024)}`);
  place.write('two-errors.yaml', TINY.replace('40/s', '-1/s').replace('servers: 1', 'serverz: 1'));
  place.write('bad-row.csv', 'when\n2024-01-01 00:00:00\nnever\n');
  place.write('no-json/result.json', '{ "schema": ');
  place.write('other-schema.json', '{ "schema": "spillway/result@9" }');
  place.write('half.json', '{ "schema": "spillway/result@1", "scenario": "x" }');
  before = place.files();
});
afterAll(() => place.remove());

/** Arguments, and what the message must say: what is wrong, and what was expected. */
const ROWS: [args: string, ...says: (string | RegExp)[]][] = [
  ['', /expected one of the commands run, check, trace, validate, .*list.*completion/],
  ['frob', /frob: unknown command → expected one of run, check, trace, validate, .*list.*completion/],
  ['run', 'expected the name of at least one file'],
  ['run tiny.yaml --nope', 'nope: unknown option'],
  ['run tiny.yaml --set.x 1', 'unknown option'],
  ['list extra', 'extra: unknown'],
  ['run tiny.yaml --out', '--out has no value'],
  ['run tiny.yaml --out=', '--out is empty'],
  ['run tiny.yaml --set', '--set has no value'],
  ['run tiny.yaml --seed 1 --seed 2', '--seed is given 2 times (1, 2) → expected once'],
  ['run tiny.yaml --threads 0', '--threads 0 → expected a whole number from 1 to'],
  ['run tiny.yaml --replications 2.5', '--replications 2.5 → expected a whole number from 1 to'],
  ['run tiny.yaml --format pdf', '--format pdf → expected some of html, json, md, csv, svg, png'],
  ['run tiny.yaml --format html,doc', '--format doc → expected some of'],
  ['run tiny.yaml --design three', '--design three → tiny.yaml has no such design; expected one of one, two'],
  ['run tiny.yaml --set api.servers', 'expected path=value'],
  ['run tiny.yaml --set api.serverz=2', '--set api.serverz=2', 'servers'],
  ['run tiny.yaml --set nobody.servers=2', '--set nobody.servers=2'],
  ['run tiny.yaml --set api.servers=many', '--set api.servers=many', 'expected'],
  ['run tiny.yaml --traffic orders=none.csv,time=when', 'none.csv', 'expected'],
  ['run tiny.yaml --traffic orders=bad-row.csv,time=when', 'bad-row.csv', 'never'],
  ['run tiny.yaml --traffic others=bad-row.csv,time=when', 'others', 'orders'],
  ['run none.yaml', 'none.yaml: cannot be read → there is no such file or folder'],
  ['run .', '.: cannot be read → it is a folder'],
  ['run latin1.yaml', /latin1\.yaml:1:\d+ byte 0xE9 → expected UTF-8/],
  ['validate large.yaml', 'large.yaml: ', 'expected at most 10 MiB'],
  ['run two-errors.yaml', /two-errors\.yaml:7:\d+ .*-1\/s/, /two-errors\.yaml:11:\d+ .*serverz.*did you mean servers/],
  ['run tiny.yaml two-errors.yaml', 'two-errors.yaml:7'],
  ['run tiny.yaml ./tiny.yaml', 'would both be written to'],
  ['run tiny.yaml --out file', '--out file → it is a file; expected a folder'],
  ['run tiny.yaml --out file/deeper', 'is a file; expected a folder'],
  ['report none', 'none: cannot be read'],
  ['report tiny.yaml', 'it is no JSON → expected a result.json that spillway run wrote'],
  ['report no-json', 'it is no JSON'],
  ['report other-schema.json', 'schema "spillway/result@9"'],
  ['report half.json', '"seed" is missing'],
];

describe('bad input ends with 2, says what and what instead, and writes nothing', () => {
  test.each(ROWS)('spillway %s', (line, ...says) => {
    const { code, out, err } = place.spillway(line === '' ? [] : line.split(' '));
    for (const text of says) expect(err).toMatch(text);
    expect(err).not.toMatch(/^\s+at /m);
    expect([code, out]).toEqual([2, '']);
    expect(place.files()).toEqual(before);
  });
});

test('validate tells the errors of every scenario, and with --json to a program', () => {
  const { code, out } = place.spillway(['validate', '--json', 'tiny.yaml', 'two-errors.yaml', 'none.yaml']);
  expect(code).toBe(2);
  type Line = { file: string; ok: boolean; errors: { code: string; line: number; path: string }[]; message?: string };
  const [fine, bad, none] = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  expect(fine).toEqual({ file: 'tiny.yaml', ok: true, errors: [] });
  expect(bad?.errors.map(({ line }) => line)).toEqual([7, 11]);
  expect(none).toMatchObject({ ok: false, errors: [], message: expect.stringContaining('cannot be read') });
  expect(place.spillway(['validate', 'tiny.yaml'])).toEqual({ code: 0, out: 'tiny.yaml: fine\n', err: '' });
});
