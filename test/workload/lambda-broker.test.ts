import { describe, expect, it, test } from 'vitest';
import { mqFacts } from '../../src/facts/index.ts';
import { Simulation } from '../../src/kernel/index.ts';
import type {
  InvocationOwner,
  LambdaEvent,
  LambdaOperations,
  OnItemFailure,
  Refusal,
} from '../../src/services/lambda/operations.ts';
import type { LambdaSettings } from '../../src/services/lambda/settings.ts';
import { LambdaBrokerMapping } from '../../src/workload/lambda-broker-mapping.ts';
import { CountedRequests } from '../calls/stage.ts';
import { Totals } from '../services/kinesis/harness.ts';
import { mutant, type Mutation } from '../support/mutant.ts';
import { connectionsTo, FakeBroker } from './mq/fake-broker.ts';

const MS = 1000;
const SECOND = 1_000_000;
/** Until a connection can be used: seven ways there, one back, 5 ms each. */
const CONNECTED_MS = 40;
const WAY_MS = 5;

interface Options {
  readonly batchSize?: number;
  readonly windowMs?: number;
  readonly takesMs?: number;
  readonly consumers?: number;
  readonly bytes?: number;
  readonly Make?: typeof LambdaBrokerMapping;
}

/** Requests that were completed, and how often. */
class Completed extends CountedRequests {
  readonly done = new Map<number, number>();
  readonly #bytes: number;

  constructor(bytes: number) {
    super();
    this.#bytes = bytes;
  }
  override bytes(): number {
    return this.#bytes;
  }
  complete(request: number): void {
    this.done.set(request, (this.done.get(request) ?? 0) + 1);
  }
}

/** A broker, a mapping, and a function that fails where a test says so. */
class Rig implements LambdaOperations {
  readonly sim = new Simulation({ seed: 3 });
  readonly requests: Completed;
  readonly broker: FakeBroker;
  readonly metrics = new Totals();
  /** What each invocation had, and when it began, in milliseconds. */
  readonly batches: number[][] = [];
  readonly invokedMs: number[] = [];
  /** The message on which the function throws, so many times. */
  readonly bad = new Map<number, number>();
  /** What it was told to do where it fails. */
  readonly reactions = new Set<OnItemFailure>();
  refusals = 0;
  atOnce = 0;
  most = 0;
  readonly #takesUs: number;

  constructor({ batchSize = 10, windowMs = 500, takesMs = 1, consumers = 1, bytes = 1024, Make }: Options = {}) {
    this.#takesUs = takesMs * MS;
    this.requests = new Completed(bytes);
    this.broker = new FakeBroker(this.sim, this.requests);
    const settings: LambdaSettings = {
      type: 'lambda',
      name: 'f',
      source: 'b',
      batchSize,
      batchWindowUs: windowMs * MS,
      maximumConcurrency: null,
      reportBatchItemFailures: false,
      provisioned: null,
      reservedConcurrency: null,
      timeoutUs: 3 * SECOND,
      memoryBytes: 134_217_728,
      coldStart: { kind: 'constant', value: 0 },
      keepWarmUs: 600 * SECOND,
      handler: { time: { kind: 'constant', value: 0 }, calls: [], failureRate: 0 },
      broker: { queue: 'q' },
    };
    const Chosen = Make ?? LambdaBrokerMapping;
    new Chosen(this.sim, settings, {
      queue: 0,
      requests: this.requests as never,
      metrics: this.metrics,
      connection: connectionsTo(this.broker, { prefetch: batchSize }),
      take: (body) => {
        this.requests.retain(body);
        return body;
      },
      consumers,
      stepUs: mqFacts.lambdaConsumerStepUs.value,
      refuseUs: SECOND,
      target: this,
    }).start();
  }

  invoke(event: LambdaEvent, onFailure: OnItemFailure, owner: InvocationOwner, tag: number): Refusal | null {
    if (this.refusals > 0) {
      this.refusals--;
      return 'ConcurrentInvocationLimitExceeded';
    }
    this.reactions.add(onFailure);
    const batch = Array.from(event.request.slice(0, event.count));
    this.batches.push(batch);
    this.invokedMs.push(this.sim.now / MS);
    this.atOnce++;
    this.most = Math.max(this.most, this.atOnce);
    this.sim.schedule(
      this.#takesUs,
      () => {
        this.atOnce--;
        const failsAt = batch.findIndex((one) => (this.bad.get(one) ?? 0) > 0);
        if (failsAt >= 0) this.bad.set(batch[failsAt] as number, (this.bad.get(batch[failsAt] as number) ?? 0) - 1);
        batch.forEach((_, at) => {
          if (failsAt === -1 || at <= failsAt) owner.onItem(tag, at, at !== failsAt);
        });
        owner.onInvoked(tag, failsAt === -1);
      },
      null,
    );
    return null;
  }

  at(ms: number, act: () => void): void {
    this.sim.scheduleAt(ms * MS, act, null);
  }
  put(ms: number, ...bodies: number[]): void {
    this.at(ms, () => {
      for (const body of bodies) this.broker.put(body);
    });
  }
  run(ms: number): void {
    this.sim.run({ until: ms * MS });
  }
  total(name: string): number {
    return this.metrics.total(name);
  }
  /** Of the broker's diary, what begins like that. */
  told(what: string): string[] {
    return this.broker.diary.filter((line) => line.split(' ')[1] === what);
  }
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

describe('a mapping of a broker', () => {
  it('invokes with what its window has gathered, counted from the first message [lambda.mq-mapping]', () => {
    const rig = new Rig({ windowMs: 500 });
    rig.put(1000, 1);
    rig.put(1300, 2);
    rig.put(1499, 3);
    rig.put(1501, 4);
    rig.run(5000);
    expect(rig.batches).toEqual([[1, 2, 3], [4]]);
    expect(rig.invokedMs).toEqual([1505, 2006]);
  });

  it('invokes at once with a batch that is full [lambda.mq-mapping]', () => {
    const rig = new Rig({ batchSize: 4, windowMs: 60_000, takesMs: 10 });
    rig.put(1000, ...range(0, 9));
    rig.run(20_000);
    // The next four are sent when the first are acknowledged: a way there, a way back.
    expect(rig.batches).toEqual([range(0, 4), range(4, 8)]);
    expect(rig.invokedMs).toEqual([1005, 1005 + 10 + 2 * WAY_MS]);
    rig.run(80_000);
    expect(rig.batches[2]).toEqual([8]);
  });

  it('closes a batch at 6 MB, however many messages that are', () => {
    const rig = new Rig({ batchSize: 100, windowMs: 60_000, bytes: 1_048_576 });
    rig.put(1000, ...range(0, 14));
    rig.run(50_000);
    expect(rig.batches.map(({ length }) => length)).toEqual([6, 6]);
    rig.run(100_000);
    expect(rig.batches.flat()).toEqual(range(0, 14));
  });

  it('acknowledges a batch when the function has done it, and not before', () => {
    const rig = new Rig({ batchSize: 3, takesMs: 200 });
    rig.put(1000, 1, 2, 3);
    rig.run(1200);
    expect(rig.told('ack')).toEqual([]);
    expect(rig.requests.done.size).toBe(0);
    rig.run(3000);
    expect(rig.told('ack')).toEqual(['1210 ack 1', '1210 ack 2', '1210 ack 3']);
    expect(rig.requests.held).toBe(0);
  });

  it('brings the whole batch again where the function fails on one of it: those before are done twice', () => {
    const rig = new Rig({ batchSize: 3 });
    rig.bad.set(2, 2);
    rig.put(1000, 1, 2, 3);
    rig.run(20_000);
    expect(rig.batches).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]);
    // A second, a way there, a way back.
    expect(rig.invokedMs).toEqual([1005, 1005 + 1 + 1000 + 2 * WAY_MS, 1005 + 2 * (1 + 1000 + 2 * WAY_MS)]);
    expect([...rig.requests.done]).toEqual([
      [1, 3],
      [2, 1],
      [3, 1],
    ]);
    expect([rig.total('PolledEventCount'), rig.total('InvokedEventCount')]).toEqual([9, 9]);
    expect([rig.total('FailedInvokeEventCount'), rig.total('MessagesRedelivered')]).toEqual([6, 6]);
    expect([rig.requests.held, rig.broker.ready.length]).toEqual([0, 0]);
    expect([...rig.reactions]).toEqual(['throw']);
  });

  it('offers a batch that was throttled again after 1 s, 2 s, 4 s, without giving it back', () => {
    const rig = new Rig({ batchSize: 2 });
    rig.refusals = 3;
    rig.put(1000, 1, 2);
    rig.run(20_000);
    expect(rig.invokedMs).toEqual([1005 + 7000]);
    expect([rig.told('refuse'), rig.told('ack').length]).toEqual([[], 2]);
    expect([rig.total('PolledEventCount'), rig.total('FailedInvokeEventCount')]).toEqual([2, 0]);
  });

  it('never works on two batches at once, and begins the window of what came meanwhile when the first is done', () => {
    const rig = new Rig({ batchSize: 10, windowMs: 500, takesMs: 2000 });
    rig.put(1000, 1);
    rig.put(2000, 2);
    rig.put(3600, 3);
    rig.run(20_000);
    expect(rig.batches).toEqual([[1], [2, 3]]);
    expect(rig.invokedMs).toEqual([1505, 3505 + 500]);
    expect(rig.most).toBe(1);
  });

  it('leaves no message behind when the broker dies in the middle of a batch: what was under way comes twice', () => {
    const rig = new Rig({ batchSize: 4, takesMs: 300 });
    rig.put(1000, 1, 2, 3, 4, 5, 6);
    rig.at(1100, () => rig.broker.kill());
    rig.at(1200, () => {
      rig.broker.isUp = true;
    });
    rig.run(20_000);
    // The invocation goes on; nobody takes its acknowledgements.
    expect(rig.batches[0]).toEqual([1, 2, 3, 4]);
    expect(rig.batches.flat().toSorted((a, b) => a - b)).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 6]);
    expect(rig.told('ack').length).toBe(6);
    expect([...rig.requests.done.values()].reduce((sum, times) => sum + times, 0)).toBe(10);
    expect([rig.requests.held, rig.broker.ready.length]).toEqual([0, 0]);
  });

  test.each([
    ['while it gathers', 1100],
    ['while a throttled batch waits', 3000],
    ['while a failed batch waits to go back', 12_000],
  ])('lets go of what it holds when its connection breaks %s', (_when, breaksMs) => {
    const rig = new Rig({ batchSize: 3, windowMs: 500 });
    rig.refusals = 3;
    rig.bad.set(1, 1);
    rig.put(1000, 1, 2);
    rig.at(breaksMs, () => {
      rig.broker.kill();
      rig.broker.isUp = true;
    });
    rig.run(60_000);
    expect(new Set(rig.requests.done.keys())).toEqual(new Set([1, 2]));
    expect([rig.requests.held, rig.broker.ready.length, rig.told('ack').length]).toEqual([0, 0, 2]);
  });

  it('adds a consumer a minute while its batches are full, up to its most, and takes them away again', () => {
    const rig = new Rig({ batchSize: 10, windowMs: 500, takesMs: 1000, consumers: 5 });
    rig.put(CONNECTED_MS, ...range(0, 9000));
    rig.run(59_000);
    expect(rig.broker.ends.length).toBe(1);
    rig.run(65_000);
    expect(rig.broker.ends.length).toBe(2);
    rig.run(400_000);
    expect([rig.broker.ends.length, rig.most]).toEqual([5, 5]);
    // A trickle, which fills no batch.
    for (let s = 400; s < 900; s++) rig.put(s * 1000, 20_000 + s);
    rig.run(900_000);
    expect(rig.broker.ends.length).toBe(1);
    rig.run(1_000_000);
    expect([rig.requests.done.size, rig.requests.held]).toEqual([9500, 0]);
  });

  it('has one consumer of RabbitMQ, however much there is', () => {
    const rig = new Rig({ batchSize: 10, takesMs: 1000, consumers: mqFacts.lambdaConsumersRabbitmq.value });
    rig.put(CONNECTED_MS, ...range(0, 3000));
    rig.run(320_000);
    expect([rig.most, rig.requests.done.size]).toEqual([1, 3000]);
  });
});

describe('a trickle', () => {
  /** Mean wait in a window that opens with a message: that one waits for all of it, the `rate · window` others that come meanwhile for half of it. */
  const meanWait = (ratePerMs: number, windowMs: number): number =>
    (windowMs + (ratePerMs * windowMs * windowMs) / 2) / (1 + ratePerMs * windowMs);

  test.each([0.2, 2, 8])(
    'at %d messages a second waits as long as its window says [lambda.mq-mapping]',
    (perSecond) => {
      const windowMs = 500;
      const rig = new Rig({ batchSize: 10_000, windowMs, takesMs: 0 });
      const stream = rig.sim.stream('test');
      const count = 20_000;
      const put = new Map<number, number>();
      let ms = 1000;
      for (let i = 0; i < count; i++) {
        ms += Math.round((-Math.log(1 - stream.uniform()) / perSecond) * 1000);
        put.set(i, ms);
        rig.put(ms, i);
      }
      rig.run(ms + 10_000);
      let waited = 0;
      rig.batches.forEach((batch, i) => {
        for (const one of batch) waited += (rig.invokedMs[i] as number) - (put.get(one) as number) - WAY_MS;
      });
      const expected = meanWait(perSecond / 1000, windowMs);
      expect(rig.batches.flat().length).toBe(count);
      expect(Math.abs(waited / count - expected) / expected).toBeLessThan(0.01);
    },
  );
});

/** Messages, failures, throttles and broken connections at random: what is wrong with the run, '' where nothing is. */
function play(seed: number, Make?: typeof LambdaBrokerMapping): string {
  const draws = new Simulation({ seed }).stream('play');
  const upTo = (most: number): number => Math.floor(draws.uniform() * most);
  const batchSize = 1 + upTo(6);
  const rig = new Rig({
    batchSize,
    windowMs: upTo(400),
    takesMs: 1 + upTo(300),
    ...(Make === undefined ? {} : { Make }),
  });
  const count = 20 + upTo(20);
  for (let i = 0; i < count; i++) {
    rig.put(500 + upTo(8000), i);
    if (upTo(5) === 0) rig.bad.set(i, 1 + upTo(2));
  }
  for (let i = 0; i < 4; i++) {
    const ms = 500 + upTo(12_000);
    rig.at(ms, () => rig.broker.kill());
    rig.at(ms + upTo(300), () => {
      rig.broker.isUp = true;
    });
    rig.at(500 + upTo(12_000), () => {
      rig.refusals += 1;
    });
  }
  try {
    rig.run(600_000);
  } catch (error) {
    return String(error);
  }
  if (rig.requests.done.size !== count) return 'a message was never done';
  if (rig.broker.ready.length > 0) return 'a message was left behind';
  if (rig.told('ack').length !== count) return 'a message was acknowledged twice, or never';
  if (rig.requests.held !== 0) return 'a message is held for ever';
  if (rig.most > 1) return 'two batches at once';
  if (rig.batches.some(({ length }) => length > batchSize)) return 'a batch was too large';
  return '';
}

const SEEDS = range(1, 61);

describe('random stories', () => {
  it('leave nothing undone, nothing held, and nothing acknowledged that was not done', () => {
    for (const seed of SEEDS) expect([seed, play(seed)]).toEqual([seed, '']);
  });

  const file = 'src/workload/lambda-broker-mapping.ts';
  const wrong: readonly Mutation[] = [
    {
      name: 'acknowledges what failed',
      file,
      find: 'this.#settle(poller, false);',
      replace: 'this.#settle(poller, true);',
    },
    {
      name: 'forgets what failed',
      file,
      find: 'poller.timer = this.#sim.schedule(this.#ports.refuseUs, this.#refuse, tag);',
      replace: 'this.#batchOver(poller);',
    },
    { name: 'acknowledges on another connection', file, find: '      poller.isLost = true;\n', replace: '' },
    { name: 'keeps what waits when its connection breaks', file, find: '    waiting.count = 0;\n', replace: '' },
    {
      name: 'holds what waits when its connection breaks',
      file,
      find: 'for (let i = 0; i < waiting.count; i++) this.#requests.release(waiting.body[i] as number);',
      replace: '',
    },
    {
      name: 'holds a batch for ever',
      file,
      find: 'batch.count; i++) this.#requests.release(',
      replace: '0; i++) this.#requests.release(',
    },
    { name: 'gathers while it works', file, find: 'poller.state !== Gathering || ', replace: '' },
    {
      name: 'stops where a throttled batch is lost',
      file,
      find: 'if (poller.state === Pausing) this.#batchOver(poller);',
      replace: '',
    },
    { name: 'forgets that its window is over', file, find: 'this.#gather(poller);\n  };', replace: '};' },
  ];

  test.each(wrong)('find a mapping that $name', async (mutation) => {
    const { LambdaBrokerMapping: Make } = await mutant<{ LambdaBrokerMapping: typeof LambdaBrokerMapping }>(
      file,
      mutation,
    );
    expect(SEEDS.some((seed) => play(seed, Make) !== '')).toBe(true);
  });
});
