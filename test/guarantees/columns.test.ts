import { describe, expect, test } from 'vitest';
import { FlagColumn, NumberColumn, RecordColumn } from '../../src/guarantees/columns.ts';

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
