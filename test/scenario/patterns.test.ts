import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PATTERNS, whole } from '../../src/scenario/patterns.ts';
import {
  type Reading,
  readDuration,
  readFactor,
  readPrice,
  readRate,
  readShare,
  readSize,
} from '../../src/scenario/units.ts';

/** Looks like a value, more or less: what people write, and what their fingers slip to. */
const written = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: fc.nat({ max: 200 }).map(String) },
      {
        weight: 5,
        arbitrary: fc.constantFrom(
          'd',
          'h',
          'm',
          's',
          'ms',
          'us',
          'x',
          '%',
          '/s',
          '/m',
          '/h',
          '/month',
          'k/s',
          'MB',
          'KiB',
          'B',
        ),
      },
      { weight: 1, arbitrary: fc.constantFrom('.', '-', '+', ' ', 'e', 'e2', 'E-3', 'kb', '/d', '0', '00.5', '1.') },
    ),
    { maxLength: 5 },
  )
  .map((parts) => parts.join(''));

const READERS: readonly (readonly [name: keyof typeof PATTERNS, read: (text: string) => Reading])[] = [
  ['duration', readDuration],
  ['rate', readRate],
  ['size', readSize],
  ['factor', readFactor],
  ['price', readPrice],
  ['share', readShare],
];

test.each(READERS)(
  'the pattern of a %s takes all that the reader takes, and beyond that only what is out of range',
  (name, read) => {
    const pattern = new RegExp(whole(PATTERNS[name]));
    let taken = 0;
    fc.assert(
      fc.property(written, (text) => {
        const reading = read(text);
        const fine = 'value' in reading;
        if (fine) taken++;
        // Nobody writes -0%, and an editor need not take it.
        if (fine && !/^\s*-/.test(text)) expect(text).toMatch(pattern);
        if (pattern.test(text)) expect(fine || reading.problem.code === 'out-of-range', text).toBe(true);
      }),
      { seed: 5, numRuns: 20_000 },
    );
    expect(taken).toBeGreaterThan(50);
  },
);

test('where nothing is too little, the pattern asks for a digit other than 0', () => {
  const pattern = new RegExp(whole(PATTERNS.duration, true));
  expect(['1us', '0h5m', ' 3s'].every((text) => pattern.test(text))).toBe(true);
  expect(['0s', '0.0ms', '0h0m'].some((text) => pattern.test(text))).toBe(false);
});
