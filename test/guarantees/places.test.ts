import { describe, expect, test } from 'vitest';
import { CountColumn, NumberColumn, NumberRows, RecordColumn } from '../../src/guarantees/columns.ts';
import { NumberSet, Places } from '../../src/guarantees/places.ts';

/** Two that are found in the same slot of the pages used lately. */
const CLASH = 256 * 1024;

describe('places', () => {
  test('are given in the order in which numbers are met, and kept, wherever the numbers lie', () => {
    const places = new Places();
    const numbers = [0, CLASH, 7, 68_719_476_736, 2 ** 53 - 1, CLASH * 3 + 7];
    expect(numbers.map((number) => places.place(number))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(numbers.map((number) => places.place(number))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(places.place(-1)).toBe(-1);
  });

  test('of some rows of a column are the same as one by one', () => {
    const one = new Places();
    const all = new Places();
    const numbers = Float64Array.of(5, -1, CLASH + 5, 5, CLASH + 5, 6);
    const into = new Int32Array(6);
    all.placeAll(numbers, Int32Array.of(0, 1, 2, 4, 5), 5, into);
    expect([...into]).toEqual([5, -1, CLASH + 5, -9, CLASH + 5, 6].map((n) => (n === -9 ? 0 : one.place(n))));
  });
});

test('a set of numbers knows what was added, and not its neighbours', () => {
  const set = new NumberSet();
  for (const number of [3, CLASH + 3, 68_719_476_739]) set.add(number);
  expect([3, CLASH + 3, 68_719_476_739, 4, CLASH + 4, 2 * CLASH + 3].map((number) => set.has(number))).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

test('columns hold what was set on any page, and nothing elsewhere', () => {
  const numbers = new NumberColumn();
  const counts = new CountColumn();
  const records = new RecordColumn();
  const rows = new NumberRows(3);
  for (const place of [2047, 4095, 4096, 20_000]) {
    numbers.set(place, place);
    counts.add(place, 2);
    records.set(place, 0);
    rows.page(place)[rows.at(place) + 2] = place;
  }
  for (const place of [2047, 4095, 4096, 20_000]) {
    expect([numbers.get(place), counts.add(place, -1), records.get(place)]).toEqual([place, 2, 0]);
    expect([...rows.page(place).subarray(rows.at(place), rows.at(place) + 3)]).toEqual([0, 0, place]);
  }
  expect([numbers.get(4097), counts.get(4097), records.get(4097), numbers.get(9000)]).toEqual([-1, 0, -1, -1]);
});
