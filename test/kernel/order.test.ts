import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Simulation, type Phase } from '../../src/kernel/index.ts';

interface Pending {
  time: number;
  phase: number;
  insertion: number;
  run: () => void;
}

function before(x: Pending, y: Pending): boolean {
  return x.time !== y.time ? x.time < y.time : x.phase !== y.phase ? x.phase < y.phase : x.insertion < y.insertion;
}

// The model: pending events in a plain array, the next found by looking at all of them.
class NaiveSimulation {
  now = 0;
  private inserted = 0;
  private pendingEvents: Pending[] = [];

  get pending(): number {
    return this.pendingEvents.length;
  }

  schedule(delay: number, run: () => void, phase: Phase): () => boolean {
    const event = { time: this.now + delay, phase, insertion: this.inserted++, run };
    this.pendingEvents.push(event);
    return () => {
      const i = this.pendingEvents.indexOf(event);
      if (i >= 0) this.pendingEvents.splice(i, 1);
      return i >= 0;
    };
  }

  run(until: number, maxEvents: number): string {
    for (let left = maxEvents; ; left--) {
      const first = this.pendingEvents.reduce<Pending | undefined>(
        (best, e) => (best === undefined || before(e, best) ? e : best),
        undefined,
      );
      if (first === undefined || first.time > until) {
        this.now = until;
        return first === undefined ? 'empty' : 'until';
      }
      if (left === 0) return 'limit';
      this.pendingEvents.splice(this.pendingEvents.indexOf(first), 1);
      this.now = first.time;
      first.run();
    }
  }
}

interface Step {
  delay: number;
  phase: Phase;
  /** What the event does when it runs: schedules these, and cancels the events of these numbers. */
  children: Step[];
  cancels: number[];
}

const delays = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      0,
      1,
      255,
      256,
      257,
      65535,
      65536,
      2 ** 24,
      2 ** 32 - 1,
      2 ** 32,
      2 ** 33 + 7,
      2 ** 40,
      2 ** 48 + 1,
    ),
  },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 3 }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 600 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 200_000 }) },
  { weight: 2, arbitrary: fc.maxSafeInteger().map((x) => Math.abs(x) % 2 ** 45) },
);
const phases = fc.constantFrom<Phase>(0, 1, 1, 1, 2, 3);
const leaf: fc.Arbitrary<Step> = steps(fc.constant([]), 1);
const parent: fc.Arbitrary<Step> = steps(fc.array(leaf, { maxLength: 4, size: 'max' }), 2);
const step: fc.Arbitrary<Step> = fc.oneof(leaf, parent, steps(fc.array(parent, { maxLength: 3, size: 'max' }), 2));

function steps(children: fc.Arbitrary<Step[]>, cancels: number): fc.Arbitrary<Step> {
  return fc.record({ delay: delays, phase: phases, children, cancels: fc.array(fc.nat(1000), { maxLength: cancels }) });
}

type Command =
  | { kind: 'steps'; steps: Step[] }
  | { kind: 'run'; for: number; maxEvents: number }
  | { kind: 'cancel'; which: number };
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('steps' as const),
      steps: fc.array(step, { maxLength: 60, size: 'max' }),
    }),
  },
  // Many at once: only so many bring bottom to spill and buckets to spread.
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('steps' as const),
      steps: fc.array(leaf, { minLength: 70, maxLength: 200, size: 'max' }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('run' as const),
      for: delays,
      maxEvents: fc.oneof(fc.constant(1e9), fc.nat(40)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(1000) }) },
);

/** Plays the commands on a target and writes down all that can be seen from outside. */
function play(
  commands: Command[],
  target: {
    now(): number;
    pending(): number;
    schedule(delay: number, run: () => void, phase: Phase): () => boolean;
    run(until: number, maxEvents: number): string;
  },
): string[] {
  const log: string[] = [];
  const cancels: (() => boolean)[] = [];
  const add = (s: Step): void => {
    const id = cancels.length;
    cancels.push(
      target.schedule(
        s.delay,
        () => {
          log.push(`${id}@${target.now()} of ${target.pending()}`);
          for (const child of s.children) add(child);
          for (const which of s.cancels) cancel(which);
        },
        s.phase,
      ),
    );
  };
  const cancel = (which: number): void => {
    const index = which % Math.max(1, cancels.length);
    log.push(`cancel ${index} ${cancels[index]?.()}`);
  };
  for (const c of commands) {
    if (c.kind === 'steps') c.steps.forEach(add);
    else if (c.kind === 'cancel') cancel(c.which);
    else log.push(`${target.run(target.now() + c.for, c.maxEvents)} at ${target.now()}`);
  }
  log.push(target.run(2 ** 53 - 1, 1e9));
  return log;
}

describe('order of events', () => {
  test('whatever is scheduled, cancelled and run, from inside handlers or outside, the order is that of a sorted array', () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 12, size: 'max' }), (commands) => {
        const naive = new NaiveSimulation();
        const expected = play(commands, {
          now: () => naive.now,
          pending: () => naive.pending,
          schedule: (d, r, p) => naive.schedule(d, r, p),
          run: (u, m) => naive.run(u, m),
        });
        const sim = new Simulation({ seed: 1 });
        const actual = play(commands, {
          now: () => sim.now,
          pending: () => sim.pending,
          schedule: (d, r, p) => {
            const handle = sim.schedule(d, r, null as never, p);
            return () => sim.cancel(handle);
          },
          run: (until, maxEvents) => sim.run({ until, maxEvents }).reason,
        });
        expect(actual).toEqual(expected);
      }),
      { seed: 20261123, numRuns: 100 },
    );
  });
});
