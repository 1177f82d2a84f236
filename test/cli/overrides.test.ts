import { describe, expect, test } from 'vitest';
import { parseCount, parseFormats, parseSet, parseTolerance, parseTraffic } from '../../src/cli/overrides.ts';
import { UserError } from '../../src/cli/exit.ts';

describe('--set', () => {
  test('splits at the first equals sign, so that a value may have one', () => {
    expect(parseSet('a.0.b=x=y')).toEqual({ path: 'a.0.b', value: 'x=y' });
    expect(parseSet('a={ choice: { x: 1 } }')).toEqual({ path: 'a', value: '{ choice: { x: 1 } }' });
    expect(parseSet('a=')).toEqual({ path: 'a', value: '' });
  });

  test.each(['a', '=1', ''])('refuses %j', (text) => {
    expect(() => parseSet(text)).toThrow(/expected path=value/);
  });
});

describe('--traffic', () => {
  test('names the traffic, the file and the columns', () => {
    expect(parseTraffic('orders=elb.csv,time=timestamp,count=value,every=5m,scale=2x')).toEqual({
      name: 'orders',
      trace: { file: 'elb.csv', time: 'timestamp', count: 'value', every: '5m', scale: '2x' },
    });
  });

  test.each([
    ['orders', /is not name=value/],
    ['orders=,time=t', /is not name=value/],
    ['orders=f.csv', /the column of the time is missing/],
    ['orders=f.csv,time=t,tiem=x', /unknown key "tiem"/],
    ['orders=f.csv,time=t,time=x', /"time" is given twice/],
    ['orders=f.csv,time=t,__proto__=x', /unknown key/],
  ])('refuses %s', (text, message) => {
    expect(() => parseTraffic(text)).toThrow(message);
  });
});

describe('--format', () => {
  test('takes lists and repeats', () => {
    expect([...parseFormats(['html,json', 'csv', 'json'])]).toEqual(['html', 'json', 'csv']);
  });

  test('names what is supported where it refuses', () => {
    expect(() => parseFormats(['pdf'])).toThrow('--format pdf → expected some of html, json, md, csv, svg, png');
    expect(() => parseFormats(['html,'])).toThrow(/expected some of/);
  });
});

test.each(['0', '-1', '1.5', '1e3', 'x', '', '1025', '9999999999'])('no number of threads is %j', (text) => {
  expect(() => parseCount('threads', text, 1024)).toThrow('expected a whole number from 1 to 1024');
});

test('--tolerance is a share, in per cent or plain', () => {
  expect(['5%', '0.05', '0', '12.5 %', '150%'].map((text) => attempt(() => parseTolerance(text)))).toEqual([
    0.05,
    0.05,
    0,
    'bad-option',
    1.5,
  ]);
  for (const text of ['', '-1%', '5 percent', '1e3', '%'])
    expect(attempt(() => parseTolerance(text))).toBe('bad-option');
});

/** What a reader gives, or the code of what it throws. */
function attempt(read: () => number): number | string {
  try {
    return read();
  } catch (error) {
    return error instanceof UserError ? error.code : 'another error';
  }
}
