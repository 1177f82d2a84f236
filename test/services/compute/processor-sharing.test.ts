import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Simulation } from '../../../src/kernel/index.ts';
import { ProcessorSharing } from '../../../src/services/compute/processor-sharing.ts';

interface Job {
  readonly at: number;
  readonly work: number;
  readonly removeAt: number | null;
}
interface Change {
  readonly at: number;
  readonly processors: number;
}

/** Instants at which jobs end, by job. */
function ends(processors: number, jobs: readonly Job[], changes: readonly Change[] = []): (number | null)[] {
  const sim = new Simulation({ seed: 1, maxEvents: 1e6 });
  const ended: (number | null)[] = jobs.map(() => null);
  const sharing = new ProcessorSharing(sim, processors, (job) => {
    ended[job] = sim.now;
  });
  for (const { at, processors: left } of changes) sim.scheduleAt(at, () => sharing.setProcessors(left), null);
  jobs.forEach(({ at, work, removeAt }, i) => {
    sim.scheduleAt(at, () => sharing.start(i, work), null);
    if (removeAt !== null) sim.scheduleAt(removeAt, () => sharing.remove(i), null, 2);
  });
  sim.run();
  expect(sharing.count).toBe(ended.filter((end, i) => end === null && jobs[i]?.removeAt === null).length);
  return ended;
}

/** The same by small steps of time: exact up to the step. */
function byHand(
  processors: number,
  jobs: readonly Job[],
  changes: readonly Change[],
  until: number,
): (number | null)[] {
  const step = 1 / 8;
  const left = jobs.map(({ work }) => work);
  const ended: (number | null)[] = jobs.map(() => null);
  for (let now = 0; now < until; now += step) {
    const active = jobs.flatMap(({ at, removeAt }, i) =>
      at <= now && ended[i] === null && (removeAt === null || now < removeAt) ? [i] : [],
    );
    const count = changes.reduce((last, change) => (change.at <= now ? change.processors : last), processors);
    const rate = Math.min(1, count / active.length);
    for (const i of active) {
      left[i] = (left[i] as number) - step * rate;
      if (left[i] <= 1e-9) ended[i] = now + step;
    }
  }
  return ended;
}

const job = (at: number, work: number, removeAt: number | null = null): Job => ({ at, work, removeAt });

describe('processor sharing', () => {
  it('gives each of n jobs a part of the processors, never more than one', () => {
    expect(ends(1, [job(0, 10), job(0, 10)])).toEqual([20, 20]);
    expect(ends(1, [job(0, 10), job(0, 20)])).toEqual([20, 30]);
    expect(ends(1, [job(0, 30), job(10, 10)])).toEqual([40, 30]);
    expect(ends(2, [job(0, 10), job(0, 10), job(0, 10)])).toEqual([15, 15, 15]);
    expect(ends(4, [job(0, 10), job(0, 20)])).toEqual([10, 20]);
  });

  it('goes on with what is left when processors go and come back', () => {
    const changes = [
      { at: 10, processors: 1 },
      { at: 30, processors: 0 },
      { at: 50, processors: 2 },
    ];
    expect(ends(2, [job(0, 25), job(0, 40)], changes)).toEqual([55, 70]);
  });

  it('gives the part of a job that is removed to the others', () => {
    expect(ends(1, [job(0, 30), job(0, 30, 20)])).toEqual([40, null]);
  });

  it('returns the work that was left of what is removed', () => {
    const sim = new Simulation({ seed: 1 });
    const sharing = new ProcessorSharing(sim, 1, () => {});
    sharing.start(0, 30);
    sharing.start(1, 30);
    sim.run({ until: 20 });
    expect([sharing.remove(0), sharing.remove(0), sharing.remove(9)]).toEqual([20, 0, 0]);
  });

  it('serves a job of no work at once, in an event of its own', () => {
    expect(ends(1, [job(5, 0), job(5, 10)])).toEqual([5, 15]);
  });

  it('lets the end of one job take another out that would have ended at the same instant', () => {
    const sim = new Simulation({ seed: 1 });
    const ended: number[] = [];
    const sharing: ProcessorSharing = new ProcessorSharing(sim, 2, (which) => {
      ended.push(which);
      sharing.remove(1 - which);
    });
    sharing.start(0, 10);
    sharing.start(1, 10);
    sim.run();
    expect(ended).toEqual([0]);
  });

  it('keeps its digits after centuries of work', () => {
    const story = (from: number): Job[] => [job(from, 10), job(from + 1, 10), job(from + 2, 10)];
    const late = 8e15;
    const after = ends(1, [job(0, late - 10), ...story(late)]).slice(1);
    expect(after.map((end) => (end as number) - late)).toEqual(ends(1, story(0)));
  });

  it('is what a computation by small steps says, for any jobs, processors and removals', () => {
    const anyJob = fc.record({
      at: fc.integer({ min: 0, max: 40 }),
      work: fc.integer({ min: 1, max: 40 }),
      removeAt: fc.option(fc.integer({ min: 41, max: 80 })),
    });
    const anyChange = fc.record({ at: fc.integer({ min: 0, max: 60 }), processors: fc.integer({ min: 1, max: 4 }) });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(anyJob, { minLength: 1, maxLength: 8 }),
        fc.uniqueArray(anyChange, { maxLength: 3, selector: ({ at }) => at }),
        (processors, jobs, unsorted) => {
          const changes = unsorted.sort((a, b) => a.at - b.at);
          const found = ends(processors, jobs, changes);
          const wanted = byHand(processors, jobs, changes, 500);
          found.forEach((end, i) => {
            const expected = wanted[i] as number | null;
            // Near its removal the step decides which comes first.
            if (end === null || expected === null) {
              const removeAt = jobs[i]?.removeAt ?? Number.NaN;
              expect(end ?? expected ?? removeAt).toBeGreaterThanOrEqual(removeAt - 2);
            } else expect(Math.abs(end - expected)).toBeLessThanOrEqual(2);
          });
        },
      ),
      { seed: 2, numRuns: 200 },
    );
  });
});
