import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readTextFile } from '../../src/cli/files.ts';

let file: string;
beforeAll(() => {
  file = join(mkdtempSync(join(tmpdir(), 'spillway-files-')), 'f.yaml');
});
afterAll(() => rmSync(join(file, '..'), { recursive: true, force: true }));

test('text comes back as it is, without a byte order mark', () => {
  writeFileSync(file, '\u{feff}title: Żółw');
  expect(readTextFile(file, 100)).toBe('title: Żółw');
});

test.each([
  ['a stray byte', Buffer.from([0x61, 0x0a, 0x62, 0x63, 0xff, 0x64]), ':2:3 byte 0xFF'],
  ['Latin-1', Buffer.from('a\nb: caf\xe9 x', 'latin1'), ':2:7 byte 0xE9'],
  ['a cut off character', Buffer.from([0x61, 0xe2, 0x82]), ':1:2 byte 0xE2'],
])('%s is refused with its place', (_, bytes, place) => {
  writeFileSync(file, bytes);
  expect(() => readTextFile(file, 100)).toThrow(place);
});

test('a file over the limit is refused before it is read', () => {
  writeFileSync(file, '');
  truncateSync(file, 10 * 1024 * 1024 + 1);
  expect(() => readTextFile(file, 10 * 1024 * 1024)).toThrow('10485761 bytes → expected at most 10 MiB');
});

test('what is missing, or is a folder, is told without a stack', () => {
  expect(() => readTextFile(`${file}x`, 10)).toThrow(/f\.yamlx: cannot be read → there is no such file or folder$/);
  expect(() => readTextFile(join(file, '..'), 1e9)).toThrow(/cannot be read → it is a folder$/);
});
