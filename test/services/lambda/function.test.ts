import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MetricsRecorder } from '../../../src/history/index.ts';
import { Simulation } from '../../../src/kernel/index.ts';
import { Environments } from '../../../src/services/lambda/environments.ts';
import {
  LambdaAccount,
  LambdaFunction,
  type LambdaSettings,
  type Refusal,
} from '../../../src/services/lambda/index.ts';
import { RequestTable, type TrafficLedger } from '../../../src/workload/requests.ts';
import { handler, lambdaSettings, MS, SECOND } from './stage.ts';

const silent: TrafficLedger = {
  offered() {},
  attempted() {},
  accepted() {},
  responded() {},
  completed() {},
  completedAgain() {},
  wasted() {},
  settled() {},
};

interface Told {
  readonly refused: Refusal | null;
  endMs: number | null;
  success: boolean | null;
}

/** A function that is invoked by hand, with events of one request each. */
class Bench {
  readonly sim: Simulation;
  readonly target: LambdaFunction;
  readonly #requests = new RequestTable([silent], () => {});
  readonly #metrics: MetricsRecorder;
  #order = 0;

  constructor(
    changes: Partial<LambdaSettings> = {},
    account = new LambdaAccount(5000, []),
    sim = new Simulation({ seed: 2 }),
  ) {
    this.sim = sim;
    this.#metrics = new MetricsRecorder(sim, { fromUs: 0, toUs: 3600 * SECOND, resolutionUs: 60 * SECOND });
    const settings = lambdaSettings({ coldStart: { kind: 'constant', value: 500 * MS }, ...changes });
    this.target = new LambdaFunction(sim, settings, { requests: this.#requests, metrics: this.#metrics, account });
  }

  invoke(count = 1): Told {
    const rows = Array.from({ length: count }, () =>
      this.#requests.create(0, this.#order++, this.sim.now, 0, 100, false, true),
    );
    const told: Told = {
      refused: this.target.invoke(
        { count, request: Float64Array.from(rows), path: new Float64Array(count) },
        'throw',
        {
          onItem: () => {},
          onInvoked: (_tag, success) => {
            told.endMs = this.sim.now / MS;
            told.success = success;
          },
        },
        0,
      ),
      endMs: null,
      success: null,
    };
    return told;
  }

  /** How many of so many invocations begin, and why the others do not. */
  many(count: number): { begun: number; because: (Refusal | null)[] } {
    const all = Array.from({ length: count }, () => this.invoke().refused);
    return {
      begun: all.filter((one) => one === null).length,
      because: [...new Set(all)].filter((one) => one !== null),
    };
  }

  until(seconds: number): this {
    this.sim.run({ until: Math.round(seconds * SECOND) });
    return this;
  }

  metrics(): (name: string) => { sum: number | null; mean: number | null; max: number | null } {
    const all = this.#metrics.finish(Math.ceil(this.sim.now / SECOND + 60) * SECOND);
    return (name) => all.find((one) => one.name === name) ?? { sum: null, mean: null, max: null };
  }
}

describe('an invocation', () => {
  it('begins cold, then warm, and cold again when its environment was idle for too long', () => {
    const bench = new Bench({ keepWarmUs: 60 * SECOND });
    const first = bench.invoke();
    bench.until(10);
    const warm = bench.invoke();
    bench.until(70.9);
    const still = bench.invoke();
    bench.until(131.9);
    const cold = bench.invoke();
    bench.until(140);
    expect([first, warm, still, cold].map(({ endMs }) => endMs)).toEqual([1500, 11_000, 71_900, 133_400]);
    expect(bench.metrics()('ColdStarts').sum).toBe(2);
  });

  it('has an environment of its own: two at once are two cold starts, of which the one used last is used next', () => {
    const bench = new Bench({ keepWarmUs: 60 * SECOND });
    bench.invoke();
    bench.invoke();
    // One after the other, every 50 s: always the same environment, the other one goes cold.
    for (let i = 1; i <= 3; i++) {
      bench.until(i * 50);
      bench.invoke();
    }
    bench.until(190);
    bench.invoke();
    bench.invoke();
    expect(bench.until(200).metrics()('ColdStarts').sum).toBe(3);
  });

  it('ends in an error when its time is over, its cold start left out, and its environment is gone [lambda.timeout-memory]', () => {
    const bench = new Bench({ handler: handler(5000), timeoutUs: 3 * SECOND });
    const late = bench.invoke();
    bench.until(10);
    bench.invoke();
    const of = bench.until(20).metrics();
    expect(late).toMatchObject({ endMs: 3500, success: false });
    expect([of('FunctionTimeouts').sum, of('Errors').sum, of('ColdStarts').sum]).toEqual([2, 2, 2]);
    expect(of('Duration').max).toBe(3000);
  });

  it('that ends at the instant of its timeout is in time', () => {
    const bench = new Bench({ handler: handler(1000), timeoutUs: 3 * SECOND });
    const three = bench.invoke(3);
    const four = bench.invoke(4);
    bench.until(10);
    expect([three.success, four.success]).toEqual([true, false]);
  });

  it('is billed for its cold start and its duration, together rounded up to the millisecond [lambda.price]', () => {
    const bench = new Bench({ coldStart: { kind: 'constant', value: 300_400 }, handler: handler(1.2) });
    bench.invoke();
    bench.until(1);
    bench.invoke();
    // 301.6 → 302, 1.2 → 2.
    expect(bench.until(2).metrics()('BilledDuration').sum).toBe(304);
  });
});

describe('concurrency', () => {
  it('of an account is shared by its functions, 1,000 unless it says otherwise [lambda.account-concurrency] [lambda.throttle-error]', () => {
    const sim = new Simulation({ seed: 1 });
    const account = new LambdaAccount();
    const [a, b] = [new Bench({}, account, sim), new Bench({ name: 'other' }, account, sim)];
    expect(a.many(700).begun).toBe(700);
    expect(b.many(700)).toEqual({ begun: 300, because: ['ConcurrentInvocationLimitExceeded'] });
    expect(b.metrics()('Throttles').sum).toBe(400);
    a.until(2);
    expect(b.many(1000).begun).toBe(1000);
  });

  it('that is reserved is taken from the others, and is the most of its owner [lambda.throttle-error]', () => {
    const sim = new Simulation({ seed: 1 });
    const account = new LambdaAccount(1000, [300, null]);
    const own = new Bench({ reservedConcurrency: 300 }, account, sim);
    const others = new Bench({ name: 'other' }, account, sim);
    expect(others.many(1000)).toEqual({ begun: 700, because: ['ConcurrentInvocationLimitExceeded'] });
    expect(own.many(1000)).toEqual({ begun: 300, because: ['ReservedFunctionConcurrentInvocationLimitExceeded'] });
  });

  it('cannot be reserved to the last hundred', () => {
    expect(() => new LambdaAccount(1000, [500, 400])).not.toThrow();
    expect(() => new LambdaAccount(1000, [500, 401])).toThrow(RangeError);
    expect(() => new LambdaAccount(10, [0, null])).not.toThrow();
  });

  it('of a function grows by 1,000 in 10 s, bit by bit; what is not used is not saved up [lambda.function-scale-rate]', () => {
    const bench = new Bench({ handler: handler(800_000), timeoutUs: 900 * SECOND });
    expect(bench.many(1500)).toEqual({ begun: 1000, because: ['FunctionInvocationRateLimitExceeded'] });
    expect(bench.until(1).many(500).begun).toBe(100);
    expect(bench.until(3.5).many(500).begun).toBe(250);
    expect(bench.until(100).many(2000).begun).toBe(1000);
  });

  it('is not held by an invocation that was refused', () => {
    const bench = new Bench({ reservedConcurrency: 1 }, new LambdaAccount(1000, [1]));
    expect(bench.many(3).begun).toBe(1);
    expect(bench.until(2).many(3).begun).toBe(1);
  });
});

describe('by script', () => {
  it('a function is slower, from the items that begin meanwhile', () => {
    const bench = new Bench({ coldStart: { kind: 'constant', value: 0 } });
    const end = bench.target.slowDown(3);
    const slow = bench.invoke();
    bench.until(0.5);
    end();
    const usual = bench.invoke();
    bench.until(10);
    expect([slow.endMs, usual.endMs]).toEqual([3000, 1500]);
  });

  it('a function fails more often, independently of what fails anyway', () => {
    const failures = (rate: number, ...errors: number[]): number => {
      const bench = new Bench({ handler: handler(1, rate), coldStart: { kind: 'constant', value: 0 } });
      for (const share of errors) bench.target.addErrors(share);
      bench.many(1000);
      return bench.until(5).metrics()('Errors').sum ?? Number.NaN;
    };
    expect(failures(0)).toBe(0);
    expect(failures(0, 1)).toBe(1000);
    // 1 − 0.8 · 0.5 · 0.5 = 0.8: four standard deviations of 12.6.
    expect(Math.abs(failures(0.2, 0.5, 0.5) - 800)).toBeLessThan(51);
  });

  it('Lambda begins nothing while it is down, and what is under way goes on', () => {
    const bench = new Bench();
    const before = bench.invoke();
    const ends = [bench.target.takeDown(), bench.target.takeDown()];
    expect(bench.invoke().refused).toBe('ServiceException');
    ends[0]?.();
    expect(bench.invoke().refused).toBe('ServiceException');
    ends[1]?.();
    expect(bench.invoke().refused).toBeNull();
    bench.until(5);
    expect(before.success).toBe(true);
    // An outage is no throttle and no error of the function.
    const of = bench.metrics();
    expect([of('Throttles').sum, of('Errors').sum, of('Invocations').sum]).toEqual([0, 0, 2]);
  });
});

// --- environments against a reference ---

const WRONG = ['saves up', 'oldest first', 'never cold', 'refills at once'] as const;

/** The same in the plainest words; a wrong one by name. */
class Reference {
  #allowed = 1000;
  #asOf = 0;
  #idle: number[] = [];
  readonly #keepUs: number;
  readonly #wrong: string;
  constructor(keepUs: number, wrong = 'none') {
    this.#keepUs = keepUs;
    this.#wrong = wrong;
  }
  take(now: number): string {
    if (this.#wrong !== 'never cold') this.#idle = this.#idle.filter((since) => now - since < this.#keepUs);
    const oldest = this.#wrong === 'oldest first';
    if ((oldest ? this.#idle.shift() : this.#idle.pop()) !== undefined) return 'warm';
    const refill = ((now - this.#asOf) * 1000) / 10_000_000;
    const full = this.#allowed + (this.#wrong === 'refills at once' ? Math.floor(refill / 100) * 1000 : refill);
    this.#allowed = this.#wrong === 'saves up' ? full : Math.min(1000, full);
    this.#asOf = now;
    if (this.#allowed < 1) return 'throttled';
    this.#allowed--;
    return 'cold';
  }
  give(now: number): void {
    this.#idle.push(now);
  }
}

describe('environments', () => {
  // Few show which one is used next, many what is throttled.
  const some = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 1200 }));
  const steps = fc.array(
    fc.record({ waitUs: fc.constantFrom(0, 100_000, 7_000_000, 15_000_000, 30_000_000), take: some, give: some }),
    { minLength: 1, maxLength: 12 },
  );
  type Steps = typeof steps extends fc.Arbitrary<infer S> ? S : never;

  function play(of: { take: (now: number) => string; give: (now: number) => void }, all: Steps): string[] {
    let now = 0;
    let working = 0;
    return all.map(({ waitUs, take, give }) => {
      now += waitUs;
      for (let i = 0; i < give && working > 0; i++, working--) of.give(now);
      const starts = { warm: 0, cold: 0, throttled: 0 };
      for (let i = 0; i < take; i++) {
        const start = of.take(now) as keyof typeof starts;
        starts[start]++;
        if (start !== 'throttled') working++;
      }
      return JSON.stringify(starts);
    });
  }
  const keepUs = 20_000_000;

  it('start warm, cold or not at all as a plain list says', () => {
    fc.assert(
      fc.property(steps, (all) => {
        expect(play(new Environments(keepUs), all)).toEqual(play(new Reference(keepUs), all));
      }),
      { seed: 4, numRuns: 40 },
    );
  });

  it.each(WRONG)('a wrong one is found: %s', (wrong) => {
    const differs = fc
      .sample(steps, { seed: 4, numRuns: 200 })
      .some((all) => play(new Environments(keepUs), all).join() !== play(new Reference(keepUs, wrong), all).join());
    expect(differs).toBe(true);
  });
});
