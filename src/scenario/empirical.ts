/** Values of one column of a CSV file, as an empirical distribution. */
import type { ScenarioErrorCode } from './errors.ts';
import { type Reading, readDuration, readSize } from './units.ts';

/** Reads a column; an error says at which setting it shows. */
export type EmpiricalReader = (
  file: string,
  column: string,
  quantity: 'duration' | 'size',
  unit: string | null,
) =>
  | { readonly values: readonly number[] }
  | { readonly code: ScenarioErrorCode; readonly at: string; readonly expected: string };

/** More rows than any recording of service times needs; a limit so that memory has one. */
const MAX_ROWS = 10_000_000;

/** Reads columns through `readText`, which knows the scenario's folder. */
export function empiricalReader(readText: (path: string) => string | undefined): EmpiricalReader {
  return (file, column, quantity, unit) => {
    const text = readText(file);
    if (text === undefined) return { code: 'no-file', at: 'file', expected: 'a readable file' };
    const read = quantity === 'duration' ? readDuration : readSize;
    const one = unit === null ? null : read(`1${unit}`);
    if (one !== null && !('value' in one)) {
      return {
        code: 'wrong-unit',
        at: 'unit',
        expected: quantity === 'duration' ? 'us, ms, s, m, h or d' : 'B, kB, MB, KiB or MiB',
      };
    }
    const rows = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
    while (rows.length > 0 && rows[rows.length - 1]?.trim() === '') rows.pop();
    const head = cells(rows[0] ?? '');
    const index = head.indexOf(column);
    if (index < 0)
      return { code: 'unknown-reference', at: 'column', expected: `one of the columns ${head.join(', ')}` };
    if (rows.length < 2)
      return { code: 'bad-file', at: 'file', expected: 'at least one row under the heads of the columns' };
    if (rows.length > MAX_ROWS) return { code: 'bad-file', at: 'file', expected: `at most ${MAX_ROWS} rows` };
    const values: number[] = [];
    for (let row = 1; row < rows.length; row++) {
      const cell = (cells(rows[row] ?? '')[index] ?? '').trim();
      const reading: Reading = unit === null ? read(cell, true) : scaled(cell, one?.value ?? 1);
      if (!('value' in reading)) {
        const wanted =
          unit === null
            ? `a ${quantity} with its unit (or the unit of the column beside file)`
            : 'a number that is not negative';
        return {
          code: 'bad-file',
          at: 'file',
          expected: `${wanted} in row ${row + 1}, column ${column}, not ${JSON.stringify(cell.slice(0, 40))}`,
        };
      }
      values.push(reading.value);
    }
    return { values };
  };
}

function scaled(cell: string, unit: number): Reading {
  return /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell) && Number.isFinite(Number(cell) * unit)
    ? { value: Number(cell) * unit }
    : { problem: { code: 'wrong-unit' } };
}

/** Cells of one line; quotes as in RFC 4180, without line breaks inside a cell. */
function cells(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  const found: string[] = [];
  for (const match of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g))
    found.push((match[1] ?? match[2] ?? '').replaceAll('""', '"'));
  return found;
}
