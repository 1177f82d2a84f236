/** Coverage of nominal 95 % intervals over 2,000 studies of each kind: `npm run check:long`. What it prints with SPILLWAY_SHOW is the table in docs/models/steady.md. */
import { describe, expect, it } from 'vitest';
import { coverage, type Study } from './coverage.ts';

const SEEDS = 2000;
/** A row is up to 1.6 billion customers: half an hour on one quiet core. */
const TIMEOUT_MS = 7_200_000;

/** Long enough for the mean to be near normal; see docs/models/steady.md for what comes of shorter ones. */
const STUDIES: readonly Study[] = [
  { name: 'M/M/1 at 0.5, 10 replications of 8,000', servers: 1, load: 0.5, customers: 8000, replications: 10 },
  { name: 'M/M/3 at 0.6, 10 replications of 8,000', servers: 3, load: 1.8, customers: 8000, replications: 10 },
  { name: 'M/M/1 at 0.8, 40 replications of 10,000', servers: 1, load: 0.8, customers: 10_000, replications: 40 },
  { name: 'M/M/1 at 0.5, one run of 60,000', servers: 1, load: 0.5, customers: 60_000, replications: 1 },
  { name: 'M/M/1 at 0.8, one run of 400,000', servers: 1, load: 0.8, customers: 400_000, replications: 1 },
];

describe('nominal 95 % intervals of the mean cover it in 94 to 96 of 100 studies', () => {
  it.each(STUDIES)(
    '$name',
    (study) => {
      const { share, judged } = coverage(study, SEEDS);
      expect(judged).toBeGreaterThan(0.97 * SEEDS);
      expect(share).toBeGreaterThanOrEqual(0.94);
      expect(share).toBeLessThanOrEqual(0.96);
    },
    TIMEOUT_MS,
  );
});

describe('sequential stopping', () => {
  it('costs coverage, as known, but not much', () => {
    const study = { name: 'M/M/1 at 0.8, precision 5 %', servers: 1, load: 0.8, customers: 2000, replications: 10 };
    const { share, halfWidth } = coverage({ ...study, more: 'precision: 5%' }, 500);
    expect(halfWidth).toBeLessThan(0.05);
    expect(share).toBeGreaterThan(0.85);
    expect(share).toBeLessThan(0.97);
  });
});
