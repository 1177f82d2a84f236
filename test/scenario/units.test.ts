import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatDuration,
  formatSize,
  MAX_DURATION_US,
  type Reading,
  readDuration,
  readFactor,
  readRate,
  readShare,
  readSize,
} from '../../src/scenario/units.ts';

const value = (reading: Reading): number | string => ('value' in reading ? reading.value : reading.problem.code);

describe('durations', () => {
  test.each([
    ['250us', 250],
    ['40ms', 40_000],
    ['30s', 30_000_000],
    ['5m', 300_000_000],
    ['2h', 7_200_000_000],
    ['14d', 1_209_600_000_000],
    ['1h30m', 5_400_000_000],
    ['1d2h3m4s5ms6us', 93_784_005_006],
    ['0s', 0],
    ['1.5s', 1_500_000],
    // 0.07 * 1e6 is 70000.00000000001 in floating point.
    ['0.07s', 70_000],
    ['36525d', MAX_DURATION_US],
  ])('%s is %d microseconds', (text, us) => {
    expect(value(readDuration(text))).toBe(us);
  });

  test.each([
    ['36525d1us', 'out-of-range'],
    ['-1s', 'out-of-range'],
    ['0.1us', 'out-of-range'],
    ['5', 'no-unit'],
    ['0', 'no-unit'],
    ['5S', 'wrong-unit'],
    ['5 s', 'wrong-unit'],
    ['1m1h', 'wrong-unit'],
    ['1s1s', 'wrong-unit'],
    ['', 'wrong-unit'],
    ['s', 'wrong-unit'],
    ['1e3s', 'wrong-unit'],
    ['0x10s', 'wrong-unit'],
    [`${'9'.repeat(31)}us`, 'wrong-unit'],
  ])('%s is refused as %s', (text, code) => {
    expect(value(readDuration(text))).toBe(code);
  });

  test('a parameter of a distribution may be finer than a microsecond', () => {
    expect(value(readDuration('33.3333us', true))).toBeCloseTo(33.3333, 10);
  });

  test('what is formatted reads back as the same microsecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_DURATION_US }), (us) => value(readDuration(formatDuration(us))) === us),
      { seed: 1 },
    );
  });

  test('a number of units is exactly that many times the unit', () => {
    const units = fc.constantFrom(['us', 1], ['ms', 1000], ['s', 1_000_000], ['m', 60_000_000], [
      'h',
      3_600_000_000,
    ] as const);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 800_000 }),
        units,
        (n, [name, us]) => value(readDuration(`${n}${name}`)) === n * us,
      ),
      { seed: 2 },
    );
  });

  test('a decimal of milliseconds is exact, whatever binary fractions make of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999 }), fc.integer({ min: 0, max: 999 }), (whole, thousandths) => {
        const text = `${whole}.${String(thousandths).padStart(3, '0')}ms`;
        return value(readDuration(text)) === whole * 1000 + thousandths;
      }),
      { seed: 3 },
    );
  });
});

describe('rates', () => {
  test.each([
    ['200/s', 200],
    ['90/m', 1.5],
    ['1.5k/s', 1500],
    ['2M/h', 2_000_000 / 3600],
    ['0/s', 0],
    ['0.1/s', 0.1],
    ['1M/s', 1_000_000],
  ])('%s is %d a second', (text, perSecond) => {
    expect(value(readRate(text))).toBe(perSecond);
  });

  test.each([
    ['-1/s', 'out-of-range'],
    ['200', 'no-unit'],
    ['200/d', 'wrong-unit'],
    ['200 / s', 'wrong-unit'],
    ['200/ms', 'wrong-unit'],
    ['2G/s', 'wrong-unit'],
    ['/s', 'wrong-unit'],
    ['1.1M/s', 'out-of-range'],
  ])('%s is refused as %s', (text, code) => {
    expect(value(readRate(text))).toBe(code);
  });
});

describe('sizes', () => {
  test.each([
    ['512B', 512],
    ['2KiB', 2048],
    ['2kB', 2000],
    ['2KB', 2000],
    ['1MB', 1_000_000],
    ['1MiB', 1_048_576],
    ['0.5KiB', 512],
    ['1.1kB', 1100],
  ])('%s is %d bytes: decimal and binary are told apart', (text, bytes) => {
    expect(value(readSize(text))).toBe(bytes);
  });

  test.each([
    ['512', 'no-unit'],
    ['0.5B', 'out-of-range'],
    ['-1B', 'out-of-range'],
    ['2K', 'wrong-unit'],
    ['2kib', 'wrong-unit'],
    ['2 KiB', 'wrong-unit'],
    ['9999TiB', 'out-of-range'],
  ])('%s is refused as %s', (text, code) => {
    expect(value(readSize(text))).toBe(code);
  });

  test('what is formatted reads back as the same bytes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_000_000_000_000 }),
        (bytes) => value(readSize(formatSize(bytes))) === bytes,
      ),
      { seed: 4 },
    );
  });
});

describe('factors and shares', () => {
  test.each([
    ['5x', 5],
    ['0.5x', 0.5],
    ['0x', 0],
    ['5', 'no-unit'],
    ['-5x', 'out-of-range'],
    ['x', 'wrong-unit'],
    ['50%', 'wrong-unit'],
  ])('factor %s: %s', (text, expected) => {
    expect(value(readFactor(text))).toBe(expected);
  });

  test.each([
    ['2%', 0.02],
    ['0.1%', 0.001],
    ['100%', 1],
    [0.02, 0.02],
    [0, 0],
    [1, 1],
    ['0.02', 0.02],
    ['33.3%', 0.333],
    [1.01, 'out-of-range'],
    ['101%', 'out-of-range'],
    [-0.1, 'out-of-range'],
    ['-1%', 'out-of-range'],
    ['2 percent', 'wrong-unit'],
    [Number.NaN, 'wrong-unit'],
    [Number.POSITIVE_INFINITY, 'wrong-unit'],
  ])('share %s: %s', (raw, expected) => {
    expect(value(readShare(raw))).toBe(expected);
  });

  test('a per cent is the double nearest to its hundredth', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000 }),
        (n) => value(readShare(`${n / 100}%`)) === Number(`${n / 100}e-2`),
      ),
      { seed: 5 },
    );
  });
});

test('no text makes a reader throw, and every value read is finite and not negative', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[-+]?[0-9.]{0,40}(us|ms|s|m|h|d|B|KiB|MB|x|%|\/s|k\/m)?$/));
  fc.assert(
    fc.property(text, (raw) => {
      for (const read of [readDuration, readRate, readSize, readFactor, readShare]) {
        const reading = read(raw);
        if ('value' in reading && !(reading.value >= 0 && Number.isFinite(reading.value))) return false;
      }
      return true;
    }),
    { seed: 6, numRuns: 500 },
  );
});
