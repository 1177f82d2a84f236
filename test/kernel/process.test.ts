import { describe, expect, test } from 'vitest';
import {
  allOf,
  anyOf,
  Container,
  Interrupt,
  KernelError,
  type LifeCycle,
  Preempted,
  ProcessError,
  Resource,
  Signal,
  SimEvent,
  Simulation,
  Store,
  TIMED_OUT,
  within,
} from '../../src/kernel/index.ts';

/** A simulation and the log its processes write. */
function logging(): { sim: Simulation; log: string[]; say: (text: unknown) => void } {
  const sim = new Simulation({ seed: 1, maxEvents: 100_000 });
  const log: string[] = [];
  return { sim, log, say: (text) => log.push(`${sim.now} ${String(text)}`) };
}

/** What `run` throws, as text of its cause's code or message. */
function failure(sim: Simulation): string {
  try {
    sim.run();
  } catch (error) {
    if (!(error instanceof ProcessError)) throw error;
    const { cause } = error;
    return `${error.process}@${error.atMicros}: ${cause instanceof KernelError ? cause.code : cause instanceof Error ? cause.message : String(cause)}`;
  }
  return 'no error';
}

function caught(thrown: unknown): string {
  if (thrown instanceof Interrupt) return `interrupted by ${String(thrown.cause)}`;
  return `caught ${thrown instanceof Error ? thrown.message : String(thrown)}`;
}

describe('a life cycle', () => {
  test('starts later at this instant, lets delays pass, and hands its result to whoever joins it, before or after its end', () => {
    const { sim, log, say } = logging();
    function* work(micros: number): LifeCycle<string> {
      say('begins');
      yield micros;
      return `worked ${micros}`;
    }
    const early = sim.process(work, 10);
    say('made');
    sim.process(function* () {
      say(yield* early);
      yield 5;
      say(yield* early);
      say(yield* sim.process(work, 7, { after: 3 }));
    });
    expect(early.alive).toBe(true);
    sim.run();
    expect(log).toEqual(['0 made', '0 begins', '10 worked 10', '15 worked 10', '18 begins', '25 worked 7']);
    expect([early.alive, sim.processes.length, sim.now]).toEqual([false, 0, 25]);
  });

  test('sleeps as long as events with handles do, however many there are, are interrupted at any time, end, and leave their place to others', () => {
    /** Times at which sleep k of sleeper i ends, or is broken off (negative), by processes or by callbacks. */
    function sleeps(byProcesses: boolean, shuffle: number | undefined): string[] {
      const sim = new Simulation({ seed: 1, ...(shuffle === undefined ? {} : { ties: { shuffle } }) });
      const woken: string[] = [];
      // Near and far, many of one instant: all places of the event list.
      const length = (i: number, k: number): number =>
        [3, 50, 50, 700, 40_000, 9_000_000][(i * 7 + k * 5) % 6] as number;
      const rest = (i: number, k: number): number => ((i * 31 + k * 17) % 90) * ((i & 3) === 0 ? 1 : 400);
      const breakOff: (() => void)[] = [];
      function* sleeper(i: number): LifeCycle {
        for (let k = 0; k < 4; k++) {
          try {
            yield length(i, k) + 1;
            woken.push(`${i} ${k} ${sim.now}`);
          } catch (thrown) {
            if (!(thrown instanceof Interrupt)) throw thrown;
            woken.push(`${i} ${k} -${sim.now}`);
          }
        }
        if (i < 600) {
          const next = sim.process(sleeper, i + 300);
          breakOff[i + 300] = () => next.interrupt();
        }
      }
      function byEvents(i: number, k: number): void {
        const wake = (sign: string): void => {
          woken.push(`${i} ${k} ${sign}${sim.now}`);
          if (k < 3) byEvents(i, k + 1);
          else if (i < 600) byEvents(i + 300, 0);
          else breakOff[i] = () => {};
        };
        const event = sim.schedule(length(i, k) + 1, wake, '');
        breakOff[i] = () => {
          if (sim.cancel(event)) wake('-');
        };
      }
      for (let i = 0; i < 300; i++) {
        if (byProcesses) {
          const one = sim.process(sleeper, i);
          breakOff[i] = () => one.interrupt();
        } else byEvents(i, 0);
      }
      for (let i = 0; i < 900; i += 2) {
        // In phase 0: before whatever wakes at that instant.
        for (let k = 0; k < 3; k++) sim.schedule(1 + rest(i, k), () => breakOff[i]?.(), null, 0);
      }
      expect(sim.run().reason).toBe('empty');
      expect(sim.processes).toEqual([]);
      expect(sim.pending).toBe(0);
      return woken.sort();
    }
    const expected = sleeps(false, undefined);
    expect(expected.length).toBe(3600);
    expect(expected.filter((text) => text.includes('-')).length).toBeGreaterThan(100);
    for (const shuffle of [undefined, 1, 2]) expect(sleeps(true, shuffle)).toEqual(expected);
  });

  test('one whose seat was given to another is neither confused with it nor interrupted in its place', () => {
    const { sim, log, say } = logging();
    function* work(name: string): LifeCycle {
      try {
        yield 10;
        say(`${name} done`);
      } catch (thrown) {
        say(`${name} ${caught(thrown)}`);
        yield 1;
      }
    }
    const first = sim.process(work, 'first');
    sim.schedule(4, () => first.interrupt('x'), null);
    sim.schedule(4, () => sim.process(work, 'second'), null);
    sim.schedule(6, () => sim.process(work, 'third'), null);
    sim.schedule(7, () => say(first.interrupt('again')), null);
    sim.schedule(8, () => say(sim.processes.length), null);
    sim.run();
    expect(log).toEqual(['4 first interrupted by x', '7 false', '8 2', '14 second done', '16 third done']);
  });

  test('is known as the active process while its step runs, and only then', () => {
    const { sim } = logging();
    const seen: unknown[] = [];
    const one = sim.process(function* clerk() {
      seen.push(sim.activeProcess?.name);
      yield 1;
      seen.push(sim.activeProcess === one);
    });
    sim.schedule(0, () => seen.push(sim.activeProcess), null);
    sim.process(function* () {}, undefined, { name: 'other' });
    sim.run();
    expect(seen).toEqual(['clerk#1', undefined, true]);
    expect(sim.activeProcess).toBeUndefined();
  });

  test('an error comes out of run with the process, the virtual time and the cause, and another run goes on', () => {
    const { sim, log, say } = logging();
    sim.process(function* teller() {
      yield 7;
      throw new Error('till empty');
    });
    sim.schedule(9, say, 'later');
    expect(() => sim.run()).toThrow('process teller#1 failed at virtual time 7 µs: Error: till empty');
    expect(sim.run().reason).toBe('empty');
    expect(log).toEqual(['9 later']);
  });

  test('an error goes to those who join it, as it was thrown, and only without one to run', () => {
    const { sim, log, say } = logging();
    const worker = sim.process(function* (): LifeCycle {
      yield 5;
      throw new Error('broken');
    });
    for (const late of [0, 9]) {
      sim.process(function* () {
        yield late;
        try {
          yield* worker;
        } catch (error) {
          say(caught(error));
        }
      });
    }
    expect(failure(sim)).toBe('no error');
    expect(log).toEqual(['5 caught broken', '9 caught broken']);
  });

  test.each<[string, () => unknown, string]>([
    ['bad-delay', () => -1, 'a negative delay'],
    ['bad-delay', () => 0.5, 'a fraction'],
    ['bad-delay', () => Number.NaN, 'no number'],
    ['too-far', () => Number.MAX_SAFE_INTEGER, 'a delay beyond the end of time'],
    ['bad-yield', () => undefined, 'nothing'],
    ['bad-yield', () => 'soon', 'a text'],
    ['bad-yield', () => (function* () {})(), 'a generator, where yield* was meant'],
  ])('%s: what a process may not yield is thrown at the yield, so that finally runs: %s, %s', (code, value) => {
    const { sim, log, say } = logging();
    sim.process(function* bad(): LifeCycle {
      yield 3;
      try {
        yield value() as number;
      } finally {
        say('finally');
      }
    });
    expect(failure(sim)).toBe(`bad#1@3: ${code}`);
    expect(log).toEqual(['3 finally']);
  });

  test('what is no generator function, and a bad option, is refused', () => {
    const { sim } = logging();
    expect(() => sim.process((() => 5) as never)).toThrow('bad-process');
    expect(() => sim.process((() => undefined) as never)).toThrow('bad-process');
    sim.process((() => [1, 2].values()) as never);
    expect(failure(sim)).toBe('process#1@0: bad-process');
    expect(() => sim.process(undefined as never)).toThrow('bad-process');
    expect(() => sim.process(function* () {}, undefined, { after: -1 })).toThrow('bad-delay');
    expect(() => sim.process(function* () {}, undefined, { phase: 4 as never })).toThrow('bad-phase');
    expect(sim.pending).toBe(0);
  });

  test('an endless loop of waits that are fulfilled at once ends at the limit of events', () => {
    const sim = new Simulation({ seed: 1, maxEvents: 50 });
    const store = new Store<number>();
    let put = 0;
    sim.process(function* () {
      for (;;) {
        yield store.put(1);
        put++;
      }
    });
    expect(sim.run().reason).toBe('limit');
    expect(put).toBeLessThan(60_000);
  });

  test('one that still waits when the run has ended is told by `processes`, goes on in the next run, and its finally has not run', () => {
    const { sim, log, say } = logging();
    const event = new SimEvent();
    sim.process(function* patient() {
      try {
        yield event;
      } finally {
        say('finally');
      }
    });
    expect(sim.run()).toEqual({ reason: 'empty', events: 1 });
    expect(sim.processes.map(({ name, alive }) => `${name} ${alive}`)).toEqual(['patient#1 true']);
    expect(log).toEqual([]);
    event.succeed();
    sim.run();
    expect([log, sim.processes.length]).toEqual([['0 finally'], 0]);
  });

  test('the fingerprint tells which process went on', () => {
    const run = (first: string): string => {
      const sim = new Simulation({ seed: 1 });
      function* one(name: string): LifeCycle {
        yield name === first ? 1 : 2;
        yield name === first ? 2 : 1;
      }
      sim.process(one, 'a');
      sim.process(one, 'b');
      sim.run();
      return sim.fingerprint();
    };
    expect(run('a')).toBe(run('a'));
    expect(run('a')).not.toBe(run('b'));
  });
});

describe('an interrupt', () => {
  test('strikes a delay, carries its cause, and the old delay never comes', () => {
    const { sim, log, say } = logging();
    const sleeper = sim.process(function* () {
      try {
        yield 100;
      } catch (thrown) {
        say(caught(thrown));
      }
      yield 200;
      say('slept');
    });
    sim.schedule(40, () => say(sleeper.interrupt('alarm')), null);
    sim.run();
    expect(log).toEqual(['40 true', '40 interrupted by alarm', '240 slept']);
    expect(sleeper.interrupt()).toBe(false);
  });

  test('at the very instant of the wake-up: whichever is called first wins', () => {
    for (const [first, expected] of [
      ['interrupt', '10 interrupted by x'],
      ['delay', '10 slept, 10 interrupted by x'],
    ] as const) {
      const { sim, log, say } = logging();
      const interrupter = (): void => {
        sim.schedule(10, () => sleeper.interrupt('x'), null);
      };
      if (first === 'interrupt') interrupter();
      const sleeper = sim.process(function* () {
        try {
          yield 10;
          say('slept');
          yield 10;
          say('never');
        } catch (thrown) {
          say(caught(thrown));
        }
      });
      sim.run({ until: 0 });
      if (first === 'delay') interrupter();
      sim.run();
      expect(log.join(', ')).toBe(expected);
    }
  });

  test('that comes after a grant of the same instant strikes at the next yield: the unit is held, used and released', () => {
    const { sim, log, say } = logging();
    const server = new Resource(sim);
    sim.process(function* () {
      yield server.acquire();
      yield 10;
      server.release();
      waiter.interrupt('late');
    });
    const waiter = sim.process(function* () {
      yield server.acquire();
      say('has it');
      try {
        yield 5;
      } catch (thrown) {
        say(caught(thrown));
      } finally {
        server.release();
      }
    });
    sim.run();
    expect(log).toEqual(['10 has it', '10 interrupted by late']);
    expect(server.inUse).toBe(0);
  });

  test('takes a process out of every queue at once, and the next moves up', () => {
    const { sim, log, say } = logging();
    const server = new Resource(sim, { capacity: 2 });
    const customer = function* (units: number): LifeCycle {
      try {
        yield server.acquire({ units });
        say(`serves ${units}`);
        yield 10;
        server.release();
      } catch (thrown) {
        say(caught(thrown));
      }
    };
    sim.process(customer, 1);
    const blocking = sim.process(customer, 2);
    sim.process(customer, 1);
    sim.schedule(
      4,
      () => {
        say(`${server.queueLength} wait`);
        blocking.interrupt('leave');
        say(`${server.queueLength} wait`);
      },
      null,
    );
    sim.run();
    expect(log).toEqual(['0 serves 1', '4 2 wait', '4 0 wait', '4 interrupted by leave', '4 serves 1']);
  });

  test('two before the first was delivered come one after the other; what comes before the start strikes at the first yield', () => {
    const { sim, log, say } = logging();
    const body = function* (): LifeCycle {
      say('begins');
      for (let i = 0; i < 2; i++) {
        try {
          yield 50;
          say('slept');
        } catch (thrown) {
          say(caught(thrown));
        }
      }
    };
    const one = sim.process(body);
    one.interrupt('a');
    one.interrupt('b');
    sim.run();
    expect(log).toEqual(['0 begins', '0 interrupted by a', '0 interrupted by b']);
  });

  test('of a process that ends without another yield is dropped; of itself it is an error; uncaught it ends the process', () => {
    const { sim } = logging();
    const event = new SimEvent();
    const ending = sim.process(function* () {
      yield event;
    });
    sim.schedule(
      1,
      () => {
        event.succeed();
        expect(ending.interrupt('too late')).toBe(true);
      },
      null,
    );
    expect(failure(sim)).toBe('no error');
    const self = sim.process(function* own(): LifeCycle {
      self.interrupt();
      yield 1;
    });
    expect(failure(sim)).toBe('own#2@1: bad-interrupt');
    const struck = sim.process(function* struck() {
      yield 10;
    });
    sim.schedule(2, () => struck.interrupt('fire'), null);
    expect(() => sim.run()).toThrow(`an interrupt that it didn't catch (cause: "fire")`);
    expect(struck.alive).toBe(false);
  });
});

describe('a resource', () => {
  test('serves by priority, then first come, first served, and nobody overtakes the head who needs more', () => {
    const { sim, log, say } = logging();
    const server = new Resource(sim, { capacity: 2, name: 'server' });
    const customer = function* ([name, priority, units]: readonly [string, number, number]): LifeCycle {
      yield server.acquire({ priority, units });
      say(name);
      yield 10;
      server.release();
    };
    for (const one of [
      ['a', 0, 1],
      ['b', 0, 2],
      ['c', 0, 1],
      ['d', -1, 1],
      ['e', -1, 2],
      ['f', 5, 1],
      ['g', 0, 1],
    ] as const)
      sim.process(customer, one);
    sim.run();
    // d goes at once: it is before b, and one unit is free.
    expect(log).toEqual(['0 a', '0 d', '10 e', '20 b', '30 c', '30 g', '40 f']);
    expect([server.inUseMicros, server.queuedMicros]).toEqual([20 + 20 + 20 + 20 + 10, 5 * 10 + 4 * 10 + 3 * 10 + 10]);
  });

  test('a second release, one by somebody else and one from outside are errors; ending while one holds is one too', () => {
    const { sim } = logging();
    const server = new Resource(sim, { name: 'desk' });
    sim.process(function* twice() {
      yield server.acquire();
      server.release();
      server.release();
    });
    expect(failure(sim)).toBe('twice#1@0: not-held');
    const holder = sim.process(function* holder() {
      yield server.acquire();
      yield 10;
      return 'done';
    });
    sim.process(function* thief() {
      yield 1;
      server.release();
    });
    expect(failure(sim)).toBe('thief#3@1: not-held');
    expect(() => server.release()).toThrow('no process is active');
    expect(server.inUse).toBe(1);
    expect(failure(sim)).toBe('holder#2@10: still-held');
    expect(server.inUse).toBe(0);
    expect(() => server.release(holder)).toThrow('not-held');
  });

  test('a process that fails gives back what it held', () => {
    const { sim, log, say } = logging();
    const server = new Resource(sim);
    sim.process(function* () {
      yield server.acquire();
      yield 5;
      throw new Error('crash');
    });
    sim.process(function* () {
      yield server.acquire();
      say('next');
      server.release();
    });
    expect(failure(sim)).toContain('crash');
    sim.run();
    expect(log).toEqual(['5 next']);
  });

  test('a more urgent process takes the unit of the worst and latest, who is told and may release for nothing', () => {
    const { sim, log, say } = logging();
    const crew = new Resource(sim, { capacity: 2 });
    const job = function* ([name, priority, preempt]: readonly [string, number, boolean]): LifeCycle {
      yield crew.acquire({ priority, preempt });
      say(`${name} begins`);
      try {
        yield 10;
        say(`${name} ends`);
      } catch (thrown) {
        const { by, sinceMicros } = (thrown as Interrupt).cause as Preempted;
        say(`${name}, at it since ${sinceMicros}, gives way to ${by.name}`);
      } finally {
        crew.release();
      }
    };
    sim.process(job, ['a', 2, false], { name: 'a' });
    sim.process(job, ['b', 2, false], { name: 'b', after: 1 });
    sim.process(job, ['polite', 0, false], { name: 'polite', after: 2 });
    sim.process(job, ['urgent', 0, true], { name: 'urgent', after: 3 });
    sim.process(job, ['first', -1, true], { name: 'first', after: 4 });
    sim.run();
    // `urgent` stands behind `polite` of the same priority, and waits.
    expect(log).toEqual([
      '0 a begins',
      '1 b begins',
      '4 first begins',
      '4 b, at it since 1, gives way to first',
      '10 a ends',
      '10 polite begins',
      '14 first ends',
      '14 urgent begins',
      '20 polite ends',
      '24 urgent ends',
    ]);
    expect(crew.inUse).toBe(0);
  });

  test('what it is given is checked', () => {
    const { sim } = logging();
    expect(() => new Resource(sim, { capacity: 0 })).toThrow('bad-capacity');
    expect(() => new Resource(sim).acquire({ units: 2 })).toThrow('bad-amount');
    expect(() => new Resource(sim).acquire({ priority: Number.NaN })).toThrow('bad-priority');
    expect(() => new Store({ capacity: 1.5 })).toThrow('bad-capacity');
    expect(() => new Container({ capacity: 5, level: 6 })).toThrow('bad-amount');
    expect(() => new Container({ capacity: -1 })).toThrow('bad-capacity');
    expect(() => new Container({ capacity: 5 }).get(6)).toThrow('bad-amount');
    expect(() => new Container().put(0)).toThrow('bad-amount');
    expect(() => anyOf([1.5])).toThrow('bad-delay');
    expect(() => anyOf([undefined as never])).toThrow('bad-yield');
  });
});

describe('a store', () => {
  test('keeps the order of items, of those who get and of those who put into a full one', () => {
    const { sim, log, say } = logging();
    const store = new Store<string>({ capacity: 1 });
    for (const item of ['x', 'y', 'z']) {
      sim.process(function* () {
        yield store.put(item);
        say(`put ${item}`);
      });
    }
    for (const name of ['p', 'q', 'r', 's']) {
      sim.process(
        function* () {
          say(`${name} gets ${yield* store.get()}`);
        },
        undefined,
        { after: 5 },
      );
    }
    sim.run();
    expect(log).toEqual(['0 put x', '5 p gets x', '5 q gets y', '5 r gets z', '5 put y', '5 put z']);
    expect([store.size, store.waitingToGet, store.waitingToPut, sim.processes.length]).toEqual([0, 1, 0, 1]);
  });

  test('one who filters gets the oldest that suits and holds up nobody', () => {
    const { sim, log, say } = logging();
    const store = new Store<number>();
    sim.process(function* () {
      say(`even ${yield* store.get((n) => n % 2 === 0)}`);
    });
    sim.process(function* () {
      say(`any ${yield* store.get()}`);
    });
    sim.process(function* () {
      for (const n of [1, 3, 4, 6]) {
        yield 1;
        yield store.put(n);
      }
      say(`large ${yield* store.get((n) => n > 5)}, left ${store.items.join()}`);
    });
    sim.run();
    expect(log).toEqual(['1 any 1', '3 even 4', '4 large 6, left 3']);
  });

  test('an ordinary event may offer and poll', () => {
    const { sim, log, say } = logging();
    const store = new Store<string>({ capacity: 1 });
    sim.process(function* () {
      yield 1;
      say(yield* store.get());
      yield store.put('mine');
    });
    sim.schedule(
      2,
      () => {
        say([store.offer('kept'), store.offer('no room'), store.poll(), store.poll()].join());
      },
      null,
    );
    store.offer('first');
    sim.run();
    expect(log).toEqual(['1 first', '2 false,false,mine,']);
  });

  test('a failing filter is the fault of the process that waits', () => {
    const { sim } = logging();
    const store = new Store<number>();
    store.offer(1);
    sim.process(function* picky(): LifeCycle {
      yield store.get(() => {
        throw new Error('picky');
      });
    });
    expect(failure(sim)).toBe('picky#1@0: picky');
  });
});

describe('a container', () => {
  test('serves wishes in order, so that a large one is not starved, on both sides', () => {
    const { sim, log, say } = logging();
    const tank = new Container({ capacity: 10, level: 3 });
    const change = function* ([name, amount]: readonly [string, number]): LifeCycle {
      yield amount > 0 ? tank.put(amount) : tank.get(-amount);
      say(`${name} ${tank.level}`);
    };
    for (const one of [
      ['large', -8],
      ['small', -1],
      ['much', 8],
      ['little', 1],
    ] as const)
      sim.process(change, one);
    sim.process(change, ['fills', 6], { after: 5 });
    sim.run();
    expect(log).toEqual([]);
    expect([tank.level, tank.fill(5), tank.level]).toEqual([3, 0, 3]);
    expect([tank.waitingToGet, tank.waitingToPut]).toEqual([2, 3]);
  });

  test('an amount that comes lets the head go, and room that comes lets in those who put', () => {
    const { sim, log, say } = logging();
    const tank = new Container({ capacity: 10 });
    const change = function* ([name, amount]: readonly [string, number]): LifeCycle {
      yield amount > 0 ? tank.put(amount) : tank.get(-amount);
      say(name);
    };
    sim.process(change, ['get 8', -8]);
    sim.process(change, ['get 1', -1]);
    sim.process(change, ['put 7', 7], { after: 1 });
    sim.schedule(2, () => say(`filled ${tank.fill(100)}`), null);
    sim.process(change, ['put 10', 10], { after: 3 });
    sim.process(change, ['get 2', -2], { after: 4 });
    sim.run();
    // At 2 it was filled to 10, of which 9 were taken; 10 more have room only when the last one has gone, and it never goes alone.
    expect(log).toEqual(['1 put 7', '2 filled 3', '2 get 8', '2 get 1']);
    expect(tank.level).toBe(1);
  });
});

describe('events and signals', () => {
  test('an event happens once, is remembered, and gives its value or throws its error', () => {
    const { sim, log, say } = logging();
    const event = new SimEvent<number>();
    const bad = new SimEvent();
    for (const after of [0, 9]) {
      sim.process(
        function* () {
          say(yield* event);
          try {
            yield* bad;
          } catch (thrown) {
            say(caught(thrown));
          }
        },
        undefined,
        { after },
      );
    }
    sim.schedule(
      5,
      () => {
        event.succeed(42);
        bad.fail(new Error('bad news'));
      },
      null,
    );
    sim.run();
    expect(log).toEqual(['5 42', '5 caught bad news', '9 42', '9 caught bad news']);
    expect(() => event.succeed(1)).toThrow('already-triggered');
    expect(event.triggered).toBe(true);
  });

  test('a condition is looked at when it is yielded and at each notify', () => {
    const { sim, log, say } = logging();
    const signal = new Signal();
    let level = 0;
    for (const least of [0, 3, 2]) {
      sim.process(function* () {
        yield signal.until(() => level >= least);
        say(`at least ${least}`);
      });
    }
    sim.process(function* () {
      yield signal.wait();
      say('notified');
    });
    for (let i = 1; i <= 3; i++) {
      sim.schedule(
        i,
        () => {
          level = i;
          signal.notify();
        },
        null,
      );
    }
    sim.run();
    expect(log).toEqual(['0 at least 0', '1 notified', '2 at least 2', '3 at least 3']);
    expect(signal.waiters).toBe(0);
  });
});

describe('several waits', () => {
  test('any of: the first wins, says which it was, and the losers have taken nothing', () => {
    const { sim, log, say } = logging();
    const left = new Store<string>();
    const right = new Store<string>();
    const server = new Resource(sim);
    sim.process(function* () {
      yield server.acquire();
      yield 8;
      server.release();
    });
    sim.process(function* () {
      yield 1;
      const first = yield* anyOf([left.get(), right.get(), server.acquire(), 100]);
      say(`${first.index} ${String(first.value)}`);
      yield 1;
      say(`${left.waitingToGet} ${right.waitingToGet} ${server.queueLength} ${sim.pending}`);
    });
    sim.schedule(
      5,
      () => {
        right.offer('r');
        left.offer('l');
      },
      null,
    );
    sim.run();
    expect(log).toEqual(['5 1 r', '6 0 0 0 1']);
    expect([left.items, server.inUse, sim.now]).toEqual([['l'], 0, 8]);
  });

  test('any of: among those to be had at once the earliest in the list wins and the others are not even begun', () => {
    const { sim, log, say } = logging();
    const store = new Store<string>();
    store.offer('item');
    sim.process(function* () {
      const first = yield* anyOf([50, store.get(), store.get(), 0]);
      say(`${first.index} ${String(first.value)}`);
      const other = yield* anyOf([store.get(), 0]);
      say(`${other.index} ${other.value}`);
    });
    sim.run();
    expect(log).toEqual(['0 1 item', '0 1 undefined']);
    expect([store.waitingToGet, sim.now]).toEqual([0, 0]);
  });

  test('any of: an item that a process hands to itself, and a unit that a loser sets free, come out right', () => {
    const { sim, log, say } = logging();
    const store = new Store<string>();
    const server = new Resource(sim, { capacity: 2 });
    const event = new SimEvent();
    sim.process(function* () {
      const first = yield* anyOf([store.get(), store.put('own')]);
      say(`${first.index} ${String(first.value)}`);
      yield server.acquire();
      // When the event wins, the wish for two units leaves the queue, and the one behind it, of the same anyOf, could be granted.
      yield anyOf([event, server.acquire({ units: 2 }), server.acquire()]);
      server.release();
      say(`${server.inUse} ${server.queueLength}`);
    });
    sim.schedule(3, () => event.succeed(), null);
    sim.run();
    expect(log).toEqual(['0 0 own', '3 0 0']);
    expect(store.size).toBe(0);
  });

  test('all of: values in order, when the last has come', () => {
    const { sim, log, say } = logging();
    const store = new Store<string>();
    const worker = sim.process(function* (): LifeCycle<number> {
      yield 9;
      return 7;
    });
    sim.process(function* () {
      const [item, none, seven] = yield* allOf([store.get(), 4, worker]);
      say([item.length, none, seven + 1].join());
      expect(yield* allOf([])).toEqual([]);
    });
    sim.schedule(2, () => store.offer('abc'), null);
    sim.run();
    expect(log).toEqual(['9 3,,8']);
  });

  test('all of, broken off by an interrupt, a failure or the time: units, items and amounts go back, in their place', () => {
    for (const how of ['interrupt', 'failure', 'time']) {
      const { sim, log, say } = logging();
      const store = new Store<string>({ capacity: 2 });
      const server = new Resource(sim);
      const tank = new Container({ level: 5 });
      const never = new SimEvent();
      store.offer('a');
      store.offer('b');
      const all = allOf([store.get(), server.acquire(), tank.get(2), anyOf([store.get(), 999]), never]);
      const greedy = sim.process(function* () {
        try {
          say((yield* how === 'time' ? within(all, 5) : all) === TIMED_OUT ? 'timed out' : 'never');
        } catch (thrown) {
          say(caught(thrown));
        }
      });
      sim.schedule(1, () => say([store.size, server.inUse, tank.level].join()), null);
      if (how === 'interrupt') sim.schedule(5, () => greedy.interrupt('stop'), null);
      if (how === 'failure') sim.schedule(5, () => never.fail(new Error('gone')), null);
      sim.run();
      const how5 = { interrupt: 'interrupted by stop', failure: 'caught gone', time: 'timed out' }[how];
      expect(log).toEqual(['1 0,1,3', `5 ${how5}`]);
      expect([[...store.items].sort(), server.inUse, tank.level]).toEqual([['a', 'b'], 0, 5]);
    }
  });

  test('within: in time up to the very instant, then withdrawn; reneging leaves the queue', () => {
    const { sim, log, say } = logging();
    const server = new Resource(sim);
    const customer = function* (patience: number): LifeCycle {
      if ((yield* within(server.acquire(), patience)) === TIMED_OUT) {
        say(`gives up after ${patience}, ${server.queueLength} wait`);
        return;
      }
      say(`served, patience ${patience}`);
      yield 10;
      server.release();
    };
    for (const patience of [0, 9, 10, 30]) sim.process(customer, patience);
    sim.run();
    expect(log).toEqual([
      '0 served, patience 0',
      '9 gives up after 9, 2 wait',
      '10 served, patience 10',
      '20 served, patience 30',
    ]);
    expect(sim.now).toBe(30);
  });
});
