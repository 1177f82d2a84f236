/** Coverage of nominal 95 % intervals, in the short: coverage.long.ts has 2,000 studies of fuller queues, and of several servers. */
import { describe, expect, it } from 'vitest';
import { coverage, type Study } from './coverage.ts';

/** Of 150 studies whose intervals cover in 95 of 100 cases, all but 1 in 1,000 times more than 0.885 and less than all do. */
const SEEDS = 150;
const STUDIES: readonly Study[] = [
  { name: 'M/M/1 at 0.5, replications', servers: 1, load: 0.5, customers: 500, replications: 10 },
  { name: 'M/M/1 at 0.4, one run', servers: 1, load: 0.4, customers: 8000, replications: 1 },
];

describe('nominal 95 % intervals of a steady study cover the exact mean about as often as they say', () => {
  it.each(STUDIES)(
    '$name',
    (study) => {
      const { share, judged, median } = coverage(study, SEEDS);
      expect(judged).toBeGreaterThan(0.93 * SEEDS);
      expect(share).toBeGreaterThan(0.885);
      expect(share).toBeLessThan(1);
      if (median === null) return;
      expect(median).toBeGreaterThan(0.885);
      expect(median).toBeLessThan(1);
    },
    180_000,
  );
});
