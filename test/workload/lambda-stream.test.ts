import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type {
  InvocationOwner,
  LambdaEvent,
  LambdaOperations,
  OnItemFailure,
  Refusal,
} from '../../src/services/lambda/operations.ts';
import type { LambdaSettings, StreamMappingSettings } from '../../src/services/lambda/settings.ts';
import { EndpointState } from '../../src/workload/endpoint.ts';
import { LambdaStreamMapping } from '../../src/workload/lambda-stream-mapping.ts';
import { mutant, type Mutation } from '../support/mutant.ts';
import { SECOND, StreamBench } from './stream-rig.ts';

type Mapping = typeof LambdaStreamMapping;

interface Options extends Partial<StreamMappingSettings> {
  readonly shards?: number;
  readonly batchSize?: number;
  readonly batchWindowUs?: number;
  readonly report?: boolean;
  readonly takesUs?: number;
  readonly retentionUs?: number;
  readonly Make?: Mapping;
}

/** A stream, a mapping, and a function that fails where a test says so. */
class Rig extends StreamBench implements LambdaOperations {
  /** What each invocation had: places of the records in the order of the puts. */
  readonly batches: number[][] = [];
  readonly invokedUs: number[] = [];
  /** Told to the destination: the first record of what was left out. */
  readonly told: number[] = [];
  /** The record on which the function fails, by its place, whenever it meets it. */
  readonly bad = new Set<number>();
  /** The function is out of time before it says anything. */
  readonly slow = new Set<number>();
  refusals = 0;
  atOnce = 0;
  most = 0;
  readonly #takesUs: number;

  constructor({ shards = 1, batchSize = 10, batchWindowUs = 0, report = false, Make, ...options }: Options = {}) {
    super(shards);
    const { takesUs = 1000, retentionUs = 86_400 * SECOND, ...mapping } = options;
    this.#takesUs = takesUs;
    const settings: LambdaSettings = {
      type: 'lambda',
      name: 'f',
      source: 's',
      batchSize,
      batchWindowUs,
      maximumConcurrency: null,
      reportBatchItemFailures: report,
      provisioned: null,
      reservedConcurrency: null,
      timeoutUs: 3 * SECOND,
      memoryBytes: 134_217_728,
      coldStart: { kind: 'constant', value: 0 },
      keepWarmUs: 600 * SECOND,
      handler: { time: { kind: 'constant', value: 0 }, calls: [], failureRate: 0 },
      stream: {
        startingPosition: 'TRIM_HORIZON',
        fromUs: 0,
        parallelizationFactor: 1,
        bisectBatchOnFunctionError: false,
        maximumRetryAttempts: null,
        maximumRecordAgeUs: null,
        onFailure: null,
        fanOut: false,
        ...mapping,
      },
    };
    const Chosen = Make ?? LambdaStreamMapping;
    new Chosen(this.sim, settings, {
      requests: this.requests,
      metrics: this.metrics,
      stream: this.stream,
      reader: this.reader,
      fanOutConsumer: mapping.fanOut === true ? this.stream.adoptConsumer('f') : -1,
      endpoint: new EndpointState(),
      latency: { kind: 'constant', value: 50_000 },
      retentionUs,
      target: this,
      destination: mapping.onFailure == null ? null : (row) => this.told.push(this.requests.ordinal(row)),
    }).start();
  }

  invoke(event: LambdaEvent, onFailure: OnItemFailure, owner: InvocationOwner, tag: number): Refusal | null {
    if (this.refusals > 0) {
      this.refusals--;
      return 'ConcurrentInvocationLimitExceeded';
    }
    const places = Array.from(event.request.slice(0, event.count), (row) => this.requests.ordinal(row));
    this.batches.push(places);
    this.invokedUs.push(this.sim.now);
    this.atOnce++;
    this.most = Math.max(this.most, this.atOnce);
    this.at(this.sim.now + this.#takesUs, () => {
      this.atOnce--;
      if (places.some((place) => this.slow.has(place))) {
        owner.onInvoked(tag, false);
        return;
      }
      const failsAt = places.findIndex((place) => this.bad.has(place));
      places.forEach((_, at) => {
        if (failsAt === -1 || at <= failsAt) owner.onItem(tag, at, at !== failsAt);
      });
      owner.onInvoked(tag, failsAt === -1 || onFailure === 'stop');
    });
    return null;
  }

  /** So many records of one key at one instant. */
  feed(count: number, key = 1): void {
    for (let i = 0; i < count; i++) this.send(key);
  }
}

describe('a mapping of a stream', () => {
  it('polls each shard once a second, and gives the function batches of at most its size, one after the other [lambda.kinesis-polling] [lambda.kinesis-batch-size]', () => {
    const rig = new Rig({ batchSize: 10, takesUs: 100_000 });
    rig.at(5.5 * SECOND, () => rig.feed(25));
    rig.run(30 * SECOND);
    expect(rig.batches.map(({ length }) => length)).toEqual([10, 10, 5]);
    expect([rig.most, rig.missing, rig.twice, rig.outOfOrder]).toEqual([1, 0, 0, 0]);
    // Reads a second apart from each other's answers.
    expect(rig.metrics.total('GetRecords.Success')).toBeGreaterThanOrEqual(28);
    expect(rig.metrics.total('GetRecords.Success')).toBeLessThanOrEqual(30);
    expect([rig.metrics.total('PolledEventCount'), rig.metrics.total('InvokedEventCount')]).toEqual([25, 25]);
  });

  it('gathers for its window, or until a batch is full', () => {
    const rig = new Rig({ batchSize: 10, batchWindowUs: 5 * SECOND });
    for (let s = 10; s < 20; s++) rig.at(s * SECOND, () => rig.feed(s < 15 ? 1 : 4));
    rig.run(60 * SECOND);
    const [first = [], second = []] = rig.batches;
    // The first of them was read within a second or so of 10 s.
    expect([first.length >= 5 && first.length <= 8, second.length]).toEqual([true, 10]);
    expect(rig.invokedUs[0]).toBeGreaterThan(15 * SECOND);
    expect(rig.invokedUs[0]).toBeLessThan(16.2 * SECOND);
    expect(rig.missing).toBe(0);
  });

  it('is told by its IteratorAge how old the last record of a batch is when it is invoked', () => {
    const rig = new Rig({ fanOut: true });
    rig.refusals = 1;
    rig.at(10 * SECOND, () => rig.feed(3));
    rig.run(20 * SECOND);
    // Pushed after 70 ms, refused, offered again after a second.
    expect(rig.metrics.observed.get('IteratorAge')).toEqual([1070]);
  });

  it('works on several batches of a shard at once, the records of a key in one of them [lambda.kinesis-concurrency]', () => {
    const rig = new Rig({ parallelizationFactor: 3, batchSize: 5, takesUs: 300_000, fanOut: true });
    for (let i = 0; i < 60; i++) rig.at(SECOND + i * 10_000, () => rig.send(i % 7));
    rig.run(60 * SECOND);
    expect([rig.most, rig.missing, rig.twice, rig.outOfOrder]).toEqual([3, 0, 0, 0]);
  });

  it('tries a batch that failed again until it goes well, and its shard waits, others do not [lambda.kinesis-errors]', () => {
    const rig = new Rig({ shards: 1, batchSize: 3 });
    rig.bad.add(1);
    rig.at(SECOND, () => rig.feed(6));
    rig.at(30 * SECOND, () => rig.bad.clear());
    rig.run(29 * SECOND);
    expect(new Set(rig.batches.map((batch) => batch.join()))).toEqual(new Set(['0,1,2']));
    expect(rig.batches.length).toBeGreaterThan(20);
    rig.run(60 * SECOND);
    expect(rig.batches.slice(-2)).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    // The first record was done each time.
    expect([rig.missing, rig.twice]).toEqual([0, rig.batches.length - 2]);
  });

  it('leaves a batch out after its retries, and tells the destination of it once [lambda.on-failure-destination]', () => {
    const rig = new Rig({ batchSize: 3, maximumRetryAttempts: 2, onFailure: 'd' });
    rig.bad.add(0);
    rig.at(SECOND, () => rig.feed(6));
    rig.run(60 * SECOND);
    expect(rig.batches.map((batch) => batch[0])).toEqual([0, 0, 0, 3]);
    expect([rig.told, rig.givenUp.size, rig.completed]).toEqual([[0], 3, 3]);
    expect([rig.metrics.total('DroppedEventCount'), rig.missing]).toEqual([3, 3]);
  });

  it('without a destination loses what it leaves out', () => {
    const rig = new Rig({ batchSize: 3, maximumRetryAttempts: 0 });
    rig.bad.add(0);
    rig.at(SECOND, () => rig.feed(4));
    rig.run(60 * SECOND);
    expect([rig.givenUp.size, rig.completed]).toEqual([3, 1]);
  });

  it('leaves out records that are too old, by its own limit or the stream’s', () => {
    for (const limit of [{ maximumRecordAgeUs: 60 * SECOND }, { retentionUs: 60 * SECOND }]) {
      const rig = new Rig({ batchSize: 2, ...limit });
      rig.bad.add(0);
      rig.at(SECOND, () => rig.feed(4));
      rig.at(40 * SECOND, () => rig.feed(1));
      rig.run(90 * SECOND);
      // The two behind them were as old.
      expect([rig.batches.at(-1), rig.givenUp.size, rig.completed]).toEqual([[4], 4, 1]);
      expect(rig.invokedUs.at(-1)).toBeGreaterThanOrEqual(61 * SECOND);
      expect(rig.invokedUs.at(-1)).toBeLessThan(63 * SECOND);
    }
  });

  it('does not count a throttled invocation as a try', () => {
    const rig = new Rig({ maximumRetryAttempts: 0 });
    rig.refusals = 4;
    rig.at(SECOND, () => rig.feed(2));
    rig.run(60 * SECOND);
    expect([rig.batches, rig.missing]).toEqual([[[0, 1]], 0]);
    // 1 s, 2 s, 4 s, 8 s.
    expect(rig.invokedUs[0]).toBeGreaterThan(16 * SECOND);
  });

  it('halves a batch that failed, without using up its retries, until what fails stands alone [lambda.bisect]', () => {
    const rig = new Rig({ batchSize: 8, bisectBatchOnFunctionError: true, maximumRetryAttempts: 0 });
    rig.bad.add(2);
    rig.at(SECOND, () => rig.feed(8));
    rig.run(60 * SECOND);
    expect(rig.batches).toEqual([[0, 1, 2, 3, 4, 5, 6, 7], [0, 1, 2, 3], [0, 1], [2, 3], [2], [3], [4, 5, 6, 7]]);
    expect([rig.missing, rig.givenUp.size]).toEqual([1, 1]);
  });

  it('goes on at the first that failed, where the function says which [lambda.kinesis-partial]', () => {
    const rig = new Rig({ batchSize: 6, report: true, maximumRetryAttempts: 1 });
    rig.bad.add(2);
    rig.at(SECOND, () => rig.feed(6));
    rig.run(60 * SECOND);
    // The progress of the first try gives the rest all its retries.
    expect(rig.batches).toEqual([
      [0, 1, 2, 3, 4, 5],
      [2, 3, 4, 5],
    ]);
    expect([rig.twice, rig.missing]).toEqual([0, 4]);
  });

  it('splits at what the function says, not in the middle, also when it bisects; out of time it halves', () => {
    const rig = new Rig({ batchSize: 6, report: true, bisectBatchOnFunctionError: true });
    rig.bad.add(1);
    rig.slow.add(5);
    rig.at(SECOND, () => rig.feed(6));
    rig.at(2.9 * SECOND, () => rig.bad.clear());
    rig.at(4.5 * SECOND, () => rig.slow.clear());
    rig.run(60 * SECOND);
    expect(rig.batches.slice(0, 2)).toEqual([
      [0, 1, 2, 3, 4, 5],
      [0, 1, 2],
    ]);
    expect(rig.batches).toContainEqual([1, 2]);
    expect([rig.missing, rig.outOfOrder]).toEqual([0, 0]);
  });

  it('holds no more of a shard than one read brings: a function that is behind leaves records in the stream', () => {
    const rig = new Rig({ batchSize: 1, takesUs: 10 * SECOND, shards: 1 });
    for (let s = 0; s < 20; s++) rig.at(s * SECOND, () => rig.feed(900));
    rig.run(60 * SECOND);
    const read = rig.metrics.total('PolledEventCount');
    expect(read).toBeGreaterThanOrEqual(10_000);
    expect(read).toBeLessThan(11_000);
  });
});

interface Game {
  readonly factor: number;
  readonly batchSize: number;
  readonly windowUs: number;
  readonly report: boolean;
  readonly bisect: boolean;
  readonly fanOut: boolean;
  readonly bad: readonly number[];
  readonly reshards: readonly { readonly atUs: number; readonly merges: boolean }[];
}

const games: fc.Arbitrary<Game> = fc.record({
  factor: fc.integer({ min: 1, max: 4 }),
  batchSize: fc.constantFrom(1, 3, 20),
  windowUs: fc.constantFrom(0, 2 * SECOND),
  report: fc.boolean(),
  bisect: fc.boolean(),
  fanOut: fc.boolean(),
  bad: fc.uniqueArray(fc.nat({ max: 159 }), { maxLength: 4 }),
  reshards: fc.array(fc.record({ atUs: fc.integer({ min: 1, max: 35 * SECOND }), merges: fc.boolean() }), {
    maxLength: 3,
  }),
});

/** Records that fail do so until 60 s; then all goes well. */
function play(game: Game, Make?: Mapping): void {
  const { factor, batchSize, windowUs, report, bisect, fanOut, bad, reshards } = game;
  const rig = new Rig({
    shards: 2,
    parallelizationFactor: factor,
    batchSize,
    batchWindowUs: windowUs,
    report,
    bisectBatchOnFunctionError: bisect,
    fanOut,
    takesUs: 100_000,
    ...(Make === undefined ? {} : { Make }),
  });
  for (const place of bad) rig.bad.add(place);
  for (let i = 0; i < 160; i++) rig.at(i * 250_000, () => rig.send(i % 6));
  for (const { atUs, merges } of reshards) rig.at(atUs, () => reshard(rig, merges));
  rig.at(60 * SECOND, () => rig.bad.clear());
  rig.run(400 * SECOND);
  if (rig.missing > 0) throw new Error(`${rig.missing} never done`);
  if (rig.outOfOrder > 0) throw new Error(`${rig.outOfOrder} keys out of order`);
  if (report && rig.twice > 0) throw new Error(`${rig.twice} twice`);
  if (rig.completed !== 160) throw new Error(`${rig.completed} completed`);
}

function reshard(rig: Rig, merges: boolean): void {
  const open = [...rig.stream.ListShards({ Type: 'AT_LATEST' }).Shards];
  open.sort((a, b) => (a.StartingHashKey < b.StartingHashKey ? -1 : 1));
  const [low, high] = open;
  if (low === undefined) return;
  if (!merges) rig.stream.SplitShard(low.ShardId, (low.StartingHashKey + low.EndingHashKey) / 2n);
  else if (high !== undefined) rig.stream.MergeShards(low.ShardId, high.ShardId);
}

test('whatever fails and however shards change, each key is worked on in its order, and all of it', () => {
  fc.assert(
    fc.property(games, (game) => play(game)),
    { seed: 1, numRuns: 60 },
  );
});

const FILE = 'src/workload/lambda-stream-mapping.ts';
const broken: readonly (readonly [complaint: RegExp, mutation: Mutation])[] = [
  [
    /order|never|twice|completed|undefined/,
    {
      name: 'a lane begins a batch while another one is under way',
      file: FILE,
      find: 'if (lane.busy) return;',
      replace: '',
    },
  ],
  [
    /order/,
    {
      name: 'keys are spread over the lanes without regard to them',
      file: FILE,
      find: 'laneOf(records.group[i] as number, shard.lanes.length)',
      replace: '(records.sequence[i] as number) % 7 % shard.lanes.length',
    },
  ],
  [
    /order|never/,
    {
      name: 'children begin while the last batch of their parent is under way',
      file: FILE,
      find: 'held > 0 || ',
      replace: '',
    },
  ],
  [
    /twice/,
    {
      name: 'what the function says has failed is not believed',
      file: FILE,
      find: 'lane.failedAt === -1 ? part.count : lane.failedAt',
      replace: 'lane.failedAt === -1 ? part.count : 0',
    },
  ],
  [
    /never|completed/,
    {
      name: 'the whole of a partly failed batch counts as done',
      file: FILE,
      find: 'lane.failedAt === -1 ? part.count : lane.failedAt',
      replace: 'part.count',
    },
  ],
];

test.each(broken.map(([complaint, mutation]) => ({ name: mutation.name, complaint, mutation })))(
  'it is noticed that $name',
  async ({ complaint, mutation }) => {
    const { LambdaStreamMapping: Make } = await mutant<{ LambdaStreamMapping: Mapping }>(FILE, mutation);
    expect(() => {
      for (const game of fc.sample(games, { seed: 4, numRuns: 60 })) play(game, Make);
    }).toThrow(complaint);
  },
);
