import { describe, expect, test } from 'vitest';
import { FlagColumn, NumberColumn, Places, RecordColumn } from '../../src/guarantees/columns.ts';

describe('a column', () => {
  test.each([
    ['of numbers', (): NumberColumn => new NumberColumn(), -1],
    ['of numbers that are 0 where nothing is set', (): NumberColumn => new NumberColumn(0), 0],
    ['of records', (): RecordColumn => new RecordColumn(), -1],
    ['of flags', (): FlagColumn => new FlagColumn(), 0],
  ] as const)('%s keeps what is set, also when it grows, and has nothing elsewhere', (_, make, none) => {
    const column = make();
    const places = [0, 1, 255, 256, 257, 511, 512, 5000];
    expect(column.get(0)).toBe(none);
    for (const place of places) column.set(place, (place % 200) + 3);
    for (const place of places) expect(column.get(place)).toBe((place % 200) + 3);
    for (const place of [2, 254, 258, 513, 4999, 5001, 1e6]) expect(column.get(place)).toBe(none);
    column.set(256, 7);
    expect([column.get(255), column.get(256), column.get(257)]).toEqual([58, 7, 60]);
  });

  test('of flags adds one to others', () => {
    const flags = new FlagColumn();
    flags.add(3, 1);
    flags.add(3, 4);
    expect([flags.get(3), flags.has(3, 1), flags.has(3, 2), flags.has(3, 4)]).toEqual([5, true, false, true]);
    expect(flags.has(300, 1)).toBe(false);
  });
});

describe('places', () => {
  test('are given in the order in which numbers are met, and found again', () => {
    const places = new Places();
    const numbers = [1023, 1024, 0, 5, 2 ** 52, 2 ** 52 + 1024, 2047];
    expect(numbers.map((number) => places.find(number))).toEqual(numbers.map(() => -1));
    for (const round of [1, 2]) {
      expect([round, ...numbers.map((number) => places.place(number))]).toEqual([round, 0, 1, 2, 3, 4, 5, 6]);
    }
    expect(numbers.map((number) => places.find(number))).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect([places.size, places.find(1), places.find(4096)]).toEqual([7, -1, -1]);
  });

  test('are none of negative numbers', () => {
    const places = new Places();
    expect([places.place(-1), places.find(-1), places.size]).toEqual([-1, -1, 0]);
  });
});
