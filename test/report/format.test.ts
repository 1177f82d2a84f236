import { describe, expect, it } from 'vitest';
import {
  ABSENT,
  bytes,
  count,
  duration,
  formatterOfField,
  formatterOfUnit,
  list,
  plain,
  rate,
  seconds,
  share,
  spread,
  usd,
  wordsOfField,
} from '../../src/report/format.ts';

const interval = (estimate: number | null, low: number | null, high: number | null) => ({
  estimate,
  low,
  high,
  level: 0.95,
  method: 'test',
});

describe('numbers as text', () => {
  it('writes durations in the unit that a person would choose', () => {
    const cases: [number, string][] = [
      [0, '0 s'],
      [0.0001, '< 1 µs'],
      [0.85, '850 µs'],
      [1, '1 ms'],
      [12.34, '12.3 ms'],
      [999.4, '999 ms'],
      [999.7, '1.00 s'],
      [4100, '4.10 s'],
      [41_234, '41.2 s'],
      [560_000, '9 min 20 s'],
      [600_000, '10 min'],
      [7_500_000, '2 h 5 min'],
      [273_600_000, '3 d 4 h'],
      [-500, '−500 ms'],
      [-0.0001, '> −1 µs'],
    ];
    for (const [ms, text] of cases) expect(duration(ms), String(ms)).toBe(text);
  });

  it('never carries 60 seconds, 60 minutes or 24 hours', () => {
    for (const [ms, text] of [
      [59_949, '59.9 s'],
      [59_999, '1 min'],
      [119_999, '2 min'],
      [3_599_999, '1 h'],
      [86_399_999, '1 d'],
    ] as const) {
      expect(duration(ms), String(ms)).toBe(text);
    }
  });

  it('never shows all for what is not all, nor nothing for what is not nothing', () => {
    expect(share(1)).toBe('100 %');
    expect(share(0)).toBe('0 %');
    expect(share(0.99998)).toBe('99.998 %');
    expect(share(0.9999999)).toBe('> 99.999 %');
    expect(share(0.0000001)).toBe('< 0.001 %');
    expect(share(0.9996)).toBe('99.96 %');
    expect(share(0.00012)).toBe('0.01 %');
    expect(share(0.6204)).toBe('62.0 %');
    expect(share(1.9)).toBe('190.0 %');
    expect(share(1 - 1e-16)).toBe('100 %');
  });

  it('separates thousands and keeps large counts exact', () => {
    expect(count(1_234_000)).toBe('1,234,000');
    expect(count(2 ** 53)).toBe('9,007,199,254,740,992');
    expect(count(0.5)).toBe('0.500');
    expect(count(-1234)).toBe('−1,234');
    expect(plain(1e21)).toBe('1,000,000,000,000,000,000,000');
    expect(plain(999.96)).toBe('1,000');
    expect(plain(-0.00001)).toBe('> −0.001');
    expect(rate(1234.4)).toBe('1,234/s');
    expect(usd(0.412)).toBe('$0.412');
    expect(usd(0.0012)).toBe('$0.00120');
    expect(usd(123_456.7)).toBe('$123,457');
    expect(bytes(262_144)).toBe('256 KiB');
    expect(seconds(610)).toBe('10 min 10 s');
  });

  it('shows a dash, and never NaN, null or Infinity, where there is no number', () => {
    for (const format of [plain, count, share, duration, seconds, rate, usd, bytes, formatterOfUnit('Widgets')]) {
      for (const value of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY]) expect(format(value)).toBe(ABSENT);
    }
  });

  it('writes an interval as ± only where the estimate lies in its middle', () => {
    expect(spread(interval(41_000, 40_200, 41_800), duration)).toBe('± 800 ms');
    expect(spread(interval(41_000, 40_900, 47_100), duration)).toBe('40.9 s to 47.1 s');
    expect(spread(interval(1, 0.722, 1), share)).toBe('72.2 % to 100 %');
    expect(spread(interval(5, 5, 5), count)).toBe('');
    expect(spread(interval(5, null, null), count)).toBe('');
    expect(spread(undefined, count)).toBe('');
  });

  it('knows the unit of a field by its name', () => {
    expect(formatterOfField('completionMs.p99')(1500)).toBe('1.50 s');
    expect(formatterOfField('completionMs.count')(1500)).toBe('1,500');
    expect(formatterOfField('goodputPerSecond')(1500)).toBe('1,500/s');
    expect(formatterOfField('lost')(0)).toBe('0');
    expect(wordsOfField('completionMs.p999')).toBe('completion p99.9');
    expect(wordsOfField('goodputPerSecond')).toBe('goodput');
  });

  it('joins lists as a sentence does', () => {
    expect(list([])).toBe('');
    expect(list(['a', 'b', 'c'])).toBe('a, b and c');
  });
});
