import { describe, expect, test } from 'vitest';
import { KernelError, MAX_TIME_US, type Phase, Simulation } from '../../src/kernel/index.ts';

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof KernelError) return error.code;
    throw error;
  }
  return 'no error';
}

/** A simulation and the log its events write. */
function logging(): { sim: Simulation; log: string[]; say: (text: string) => void } {
  const sim = new Simulation({ seed: 1 });
  const log: string[] = [];
  return { sim, log, say: (text) => log.push(`${sim.now} ${text}`) };
}

describe('run', () => {
  test('executes events at `until` too, leaves later ones, and the clock stands at `until`', () => {
    const { sim, log, say } = logging();
    sim.schedule(10, say, 'at');
    sim.schedule(11, say, 'after');
    expect(sim.run({ until: 10 })).toEqual({ reason: 'until', events: 1 });
    expect([sim.now, sim.pending, sim.events]).toEqual([10, 1, 1]);
    expect(sim.run({ until: 10 })).toEqual({ reason: 'until', events: 0 });
    expect(sim.run()).toEqual({ reason: 'empty', events: 1 });
    expect(log).toEqual(['10 at', '11 after']);
    expect(sim.now).toBe(11);
  });

  test('moves the clock to `until` even when nothing is left before it', () => {
    const { sim, say } = logging();
    sim.schedule(3, say, 'only');
    expect(sim.run({ until: 50 })).toEqual({ reason: 'empty', events: 1 });
    expect(sim.now).toBe(50);
  });

  test('goes on where a far `until` left off, with new events in between', () => {
    const { sim, log, say } = logging();
    sim.schedule(2 ** 40, say, 'far');
    sim.run({ until: 2 ** 39 });
    sim.schedule(5, say, 'near');
    sim.schedule(0, say, 'now');
    sim.run();
    expect(log).toEqual([`${2 ** 39} now`, `${2 ** 39 + 5} near`, `${2 ** 40} far`]);
  });

  test('stops after the event that calls stop, and a stop outside a run is not kept', () => {
    const { sim, log, say } = logging();
    sim.schedule(1, () => sim.stop(), null);
    sim.schedule(1, say, 'same instant');
    sim.stop();
    expect(sim.run({ until: 9 })).toEqual({ reason: 'stopped', events: 1 });
    expect(sim.now).toBe(1);
    expect(sim.run({ until: 9 })).toEqual({ reason: 'empty', events: 1 });
    expect(log).toEqual(['1 same instant']);
  });

  test('ends at the limit of a run or of the whole simulation only when something was still due', () => {
    const { sim, say } = logging();
    for (let i = 1; i <= 3; i++) sim.schedule(i, say, '');
    expect(sim.run({ maxEvents: 2 })).toEqual({ reason: 'limit', events: 2 });
    expect(sim.now).toBe(2);
    expect(sim.run({ until: 2, maxEvents: 0 })).toEqual({ reason: 'until', events: 0 });
    expect(sim.run({ maxEvents: 1 })).toEqual({ reason: 'empty', events: 1 });
    const limited = new Simulation({ seed: 1, maxEvents: 1000 });
    const forEver = (n: number): void => {
      limited.schedule(0, forEver, n + 1);
    };
    limited.schedule(0, forEver, 0);
    expect(limited.run()).toEqual({ reason: 'limit', events: 1000 });
    expect(limited.run()).toEqual({ reason: 'limit', events: 0 });
  });

  test('lets an exception out and can go on after it', () => {
    const { sim, log, say } = logging();
    sim.schedule(
      1,
      () => {
        sim.schedule(0, say, 'scheduled before the throw');
        throw new Error('of the model');
      },
      null,
    );
    sim.schedule(2, say, 'later');
    expect(() => sim.run()).toThrow('of the model');
    expect([sim.now, sim.events, sim.pending]).toEqual([1, 1, 2]);
    expect(sim.run().reason).toBe('empty');
    expect(log).toEqual(['1 scheduled before the throw', '2 later']);
  });

  test('refuses to run inside a run', () => {
    const { sim } = logging();
    let code = '';
    sim.schedule(
      1,
      () => {
        code = codeOf(() => sim.run());
      },
      null,
    );
    sim.run();
    expect(code).toBe('nested-run');
  });
});

describe('schedule and cancel', () => {
  test('one instant goes by phase, then by insertion, and an earlier phase scheduled meanwhile comes first', () => {
    const { sim, log, say } = logging();
    sim.schedule(5, say, 'measurement', 3);
    sim.schedule(
      5,
      () => {
        say('ordinary');
        sim.schedule(0, say, 'expiry', 0);
        sim.schedule(0, say, 'ordinary, new');
        sim.schedule(0, say, 'decision', 2);
      },
      null,
    );
    sim.schedule(5, say, 'ordinary, old');
    sim.run();
    expect(log).toEqual([
      '5 ordinary',
      '5 expiry',
      '5 ordinary, old',
      '5 ordinary, new',
      '5 decision',
      '5 measurement',
    ]);
  });

  test('cancel is true once, and false for events that ran, are running or never were', () => {
    const { sim, log, say } = logging();
    const cancelled = sim.schedule(1, say, 'cancelled');
    const kept = sim.schedule(2, say, 'kept');
    const own: number[] = [];
    let inside = true;
    own.push(
      sim.schedule(
        3,
        () => {
          inside = sim.cancel(own[0] as number);
        },
        null,
      ),
    );
    expect([sim.cancel(cancelled), sim.cancel(cancelled), sim.pending]).toEqual([true, false, 2]);
    sim.run();
    expect(log).toEqual(['2 kept']);
    expect(inside).toBe(false);
    for (const handle of [kept, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 12345])
      expect(sim.cancel(handle)).toBe(false);
  });

  test('an old handle does not cancel the event that reuses its slot', () => {
    const { sim, log, say } = logging();
    const old = [sim.schedule(1, say, 'first'), sim.schedule(2, say, 'second')];
    sim.cancel(old[0] as number);
    sim.run();
    sim.schedule(1, say, 'third');
    sim.schedule(1, say, 'fourth');
    for (const handle of old) expect(sim.cancel(handle)).toBe(false);
    sim.run();
    expect(log).toEqual(['2 second', '3 third', '3 fourth']);
  });

  test('cancelled events neither run nor move the clock, nor keep a run from being empty', () => {
    const { sim, say } = logging();
    const handles = Array.from({ length: 200 }, (_, i) => sim.schedule(1000 * (i + 1), say, 'never'));
    sim.schedule(5, () => handles.forEach((handle) => sim.cancel(handle)), null);
    expect(sim.run()).toEqual({ reason: 'empty', events: 1 });
    expect(sim.now).toBe(5);
  });

  test('a million events of one instant, each with a follower of delay 0, stay in order', () => {
    const sim = new Simulation({ seed: 1 });
    let expected = 0;
    let wrong = 0;
    const follow = (i: number): void => {
      if (i !== expected++) wrong++;
    };
    const burst = (i: number): void => {
      follow(i);
      sim.schedule(0, follow, 1_000_000 + i);
    };
    for (let i = 0; i < 1_000_000; i++) sim.schedule(7, burst, i);
    expect(sim.run()).toEqual({ reason: 'empty', events: 2_000_000 });
    expect([wrong, sim.now]).toEqual([0, 7]);
  });

  test('scheduling backwards in time, as one sets a scene, comes out forwards', () => {
    const sim = new Simulation({ seed: 1 });
    let last = -1;
    let wrong = 0;
    const check = (time: number): void => {
      if (time !== sim.now || time < last) wrong++;
      last = time;
    };
    for (let i = 100_000; i > 0; i--) sim.schedule(i * 37, check, i * 37);
    expect(sim.run().events).toBe(100_000);
    expect(wrong).toBe(0);
  });

  test('keeps order at every density, from one event in a day to many in a microsecond', () => {
    for (const width of [10, 1e3, 1e6, 1e9, 1e12, 2 ** 52]) {
      const sim = new Simulation({ seed: width });
      const stream = sim.stream('delays');
      const seen: [number, Phase, number][] = [];
      const planned: [number, Phase, number][] = [];
      const run = (i: number): void => {
        seen.push(planned[i] as [number, Phase, number]);
        if (sim.now !== planned[i]?.[0]) throw new Error('wrong time');
        if (planned.length < 20_000) plan();
      };
      const plan = (): void => {
        const delay = Math.floor((stream.uniform() * width) / (stream.uniform() < 0.5 ? 1 : 1000));
        const phase = Math.floor(stream.uniform() * 4) as Phase;
        planned.push([sim.now + delay, phase, planned.length]);
        sim.schedule(delay, run, planned.length - 1, phase);
      };
      while (planned.length < 5000) plan();
      sim.run({ until: MAX_TIME_US });
      expect(seen).toHaveLength(20_000);
      // An event of a phase already past at this instant can only run after the event that scheduled it.
      const inOrder = seen.every((event, i) => i === 0 || event[0] >= (seen[i - 1] as typeof event)[0]);
      expect(inOrder).toBe(true);
      const fifo = new Map<string, number>();
      for (const [time, phase, index] of seen) {
        expect(fifo.get(`${time}/${phase}`) ?? -1).toBeLessThan(index);
        fifo.set(`${time}/${phase}`, index);
      }
    }
  });
});

describe('errors', () => {
  test.each([
    ['bad-delay', (sim: Simulation) => sim.schedule(-1, () => {}, null)],
    ['bad-delay', (sim: Simulation) => sim.schedule(0.5, () => {}, null)],
    ['bad-delay', (sim: Simulation) => sim.schedule(Number.NaN, () => {}, null)],
    ['too-far', (sim: Simulation) => sim.schedule(Number.POSITIVE_INFINITY, () => {}, null)],
    ['too-far', (sim: Simulation) => sim.schedule(MAX_TIME_US, () => {}, null)],
    ['in-the-past', (sim: Simulation) => sim.scheduleAt(9, () => {}, null)],
    ['bad-time', (sim: Simulation) => sim.scheduleAt(10.5, () => {}, null)],
    ['bad-time', (sim: Simulation) => sim.scheduleAt(Number.NaN, () => {}, null)],
    ['too-far', (sim: Simulation) => sim.scheduleAt(2 ** 53, () => {}, null)],
    ['bad-phase', (sim: Simulation) => sim.schedule(1, () => {}, null, 4 as Phase)],
    ['bad-phase', (sim: Simulation) => sim.schedule(1, () => {}, null, 1.5 as Phase)],
    ['bad-phase', (sim: Simulation) => sim.scheduleAt(11, () => {}, null, -1 as Phase)],
    ['bad-handler', (sim: Simulation) => sim.schedule(1, undefined as never, null)],
    ['bad-until', (sim: Simulation) => sim.run({ until: 20.5 })],
    ['in-the-past', (sim: Simulation) => sim.run({ until: 9 })],
    ['bad-limit', (sim: Simulation) => sim.run({ maxEvents: -1 })],
    ['bad-name', (sim: Simulation) => sim.stream('')],
  ])('%s is refused with virtual time in the message, and nothing is scheduled', (code, misuse) => {
    const sim = new Simulation({ seed: 1 });
    sim.run({ until: 10 });
    expect(codeOf(() => misuse(sim))).toBe(code);
    if (code !== 'bad-name') expect(() => misuse(sim)).toThrow('virtual time 10 µs');
    expect(sim.pending).toBe(0);
  });

  test('a simulation without a usable seed, replication or limit is refused', () => {
    expect(codeOf(() => new Simulation({ seed: 1.5 }))).toBe('bad-seed');
    expect(codeOf(() => new Simulation({} as never))).toBe('bad-seed');
    expect(codeOf(() => new Simulation({ seed: 1, replication: -1 }))).toBe('bad-replication');
    expect(codeOf(() => new Simulation({ seed: 1, maxEvents: Number.NaN }))).toBe('bad-limit');
  });
});

describe('fingerprint', () => {
  /** Executes (delay from the one before, phase, argument) one after the other. */
  function fingerprintOf(events: [number, Phase, unknown][]): string {
    const sim = new Simulation({ seed: 1 });
    const step = (): void => {};
    let time = 0;
    for (const [gap, phase, argument] of events) {
      time += gap;
      sim.scheduleAt(time, step, argument, phase);
    }
    sim.run();
    return sim.fingerprint();
  }

  test('has sixteen digits, is the same for the same trace, and stays what it is today', () => {
    const trace: [number, Phase, unknown][] = [
      [1, 1, 7],
      [2 ** 40, 0, -7],
      [3, 3, 'text'],
      [0, 3, 2 ** 31],
    ];
    expect(fingerprintOf(trace)).toBe(fingerprintOf(trace));
    expect(fingerprintOf(trace)).toBe('fefca669005b2a1f');
    expect(fingerprintOf([])).toMatch(/^[0-9a-f]{16}$/);
  });

  test('tells apart time (beyond 32 bits too), phase, whole argument, order and number of events', () => {
    const traces: [number, Phase, unknown][][] = [
      [],
      [[1, 1, 0]],
      [[2, 1, 0]],
      [[1 + 2 ** 32, 1, 0]],
      [[1 + 2 ** 33, 1, 0]],
      [[1, 2, 0]],
      [[1, 1, 1]],
      [[1, 1, -1]],
      [
        [1, 1, 0],
        [0, 1, 0],
      ],
      [
        [1, 1, 1],
        [0, 1, 2],
      ],
      [
        [1, 1, 2],
        [0, 1, 1],
      ],
    ];
    expect(new Set(traces.map(fingerprintOf)).size).toBe(traces.length);
  });

  test('a million counters in a row do not collide', () => {
    const seen = new Set<string>();
    const sim = new Simulation({ seed: 1 });
    const step = (i: number): void => {
      if (i % 10 === 0) seen.add(sim.fingerprint());
      if (i < 1_000_000) sim.schedule(1, step, i + 1);
    };
    sim.schedule(0, step, 0);
    sim.run();
    expect(seen.size).toBe(100_001);
  });
});
