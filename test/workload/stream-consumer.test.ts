import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Simulation } from '../../src/kernel/index.ts';
import { MetricsRecorder } from '../../src/history/index.ts';
import { KinesisStream, shardOf, streamSettings } from '../../src/services/kinesis/index.ts';
import { EndpointState } from '../../src/workload/endpoint.ts';
import { RequestTable, type TrafficLedger } from '../../src/workload/requests.ts';
import type { StreamConsumerSettings, StreamReading } from '../../src/workload/settings.ts';
import { StreamConsumer } from '../../src/workload/stream-consumer.ts';
import { StreamLedger, type StreamReader } from '../../src/workload/stream-ledger.ts';

const SECOND = 1_000_000;
const MS = 1000;
const constant = (value: number) => ({ kind: 'constant', value }) as const;

const nothing: TrafficLedger = {
  offered: () => {},
  attempted: () => {},
  accepted: () => {},
  responded: () => {},
  completed: () => {},
  completedAgain: () => {},
  wasted: () => {},
  settled: () => {},
};

type Change = Partial<Omit<StreamConsumerSettings, 'stream'>> & { readonly stream?: Partial<StreamReading> };

/** A stream with one consumer: handlers of 10 ms, round trips of 2 ms. */
class Brook {
  readonly sim = new Simulation({ seed: 1 });
  readonly requests = new RequestTable([nothing], () => {});
  readonly endpoint = new EndpointState();
  readonly stream: KinesisStream;
  readonly consumer: StreamConsumer;
  readonly metrics: MetricsRecorder;
  /** Each finished record: instant in ms, key, sequence number. */
  readonly done: { readonly ms: number; readonly key: number; readonly sequence: number }[] = [];
  #puts = 0;

  constructor(shards: number, change: Change = {}) {
    const ledger = new StreamLedger(this.requests, true);
    const reader = ledger.addReader(
      this.requests.addSubscription({ completed: () => {}, completedAgain: () => {}, settled: () => {} }),
    );
    this.stream = new KinesisStream(this.sim, streamSettings({ name: 's', shards, reshardUs: SECOND }), {
      onRecord: ledger.onRecord,
      onExpired: ledger.onExpired,
    });
    ledger.connect(this.stream);
    this.metrics = new MetricsRecorder(this.sim, { fromUs: 0, toUs: 3600 * SECOND, resolutionUs: SECOND });
    const noting: StreamReader = {
      aggregateOf: () => undefined,
      take: (data) => reader.take(data),
      letGo: (row) => reader.letGo(row),
      giveUp: (row, sequence) => reader.giveUp(row, sequence),
      begins: (shard, position) => reader.begins(shard, position),
      passesOver: (isPassed) => reader.passesOver(isPassed),
      finish: (row, sequence) => {
        this.done.push({ ms: this.sim.now / MS, key: this.requests.key(row), sequence });
        reader.finish(row, sequence);
      },
    };
    const { stream, ...rest } = change;
    const settings: StreamConsumerSettings = {
      type: 'consumer',
      name: 'c',
      source: 's',
      instances: 1,
      concurrency: null,
      pollRetryUs: SECOND,
      restartDelayUs: SECOND,
      handler: { time: constant(10 * MS), calls: [], failureRate: 0 },
      ...rest,
      stream: {
        reader: 'sdk',
        startingPosition: 'TRIM_HORIZON',
        fromUs: 0,
        idleTimeBetweenReadsUs: SECOND,
        limit: 10_000,
        fanOut: false,
        onFailure: 'retry',
        retryDelayUs: 100 * MS,
        ...stream,
      },
    };
    this.consumer = new StreamConsumer(this.sim, settings, {
      requests: this.requests,
      metrics: this.metrics,
      stream: this.stream,
      reader: noting,
      fanOutConsumer: settings.stream.fanOut ? this.stream.adoptConsumer('c') : -1,
      endpoint: this.endpoint,
      latency: constant(2 * MS),
    });
    this.consumer.connect([]);
    this.consumer.start();
  }

  at(ms: number, then: (brook: this) => void): this {
    this.sim.scheduleAt(ms * MS, () => then(this), undefined);
    return this;
  }

  /** Puts records of keys 0 to 6 in turn, so many, from an instant on, one in each 5 ms. */
  put(ms: number, count: number, poison = -1): this {
    for (let i = 0; i < count; i++) {
      this.at(ms + i * 5, () => {
        const order = this.#puts++;
        const row = this.requests.create(0, order, this.sim.now, order % 7, 100, order === poison, true);
        this.stream.PutRecord({ Data: row, bytes: 100, PartitionKey: order % 7 });
        this.requests.release(row);
      });
    }
    return this;
  }

  run(seconds: number): this {
    this.sim.run({ until: seconds * SECOND });
    return this;
  }

  sum(name: string): number {
    return this.metrics.finish(3600 * SECOND).find((one) => one.name === name)?.sum ?? 0;
  }

  get distinct(): number {
    return new Set(this.done.map(({ sequence }) => sequence)).size;
  }

  /** Keys whose records were finished in another order than they were put, first times only. */
  get disordered(): number[] {
    const last = new Map<number, number>();
    const seen = new Set<number>();
    const wrong = new Set<number>();
    for (const { key, sequence } of this.done) {
      if (seen.has(sequence)) continue;
      seen.add(sequence);
      if (sequence < (last.get(key) ?? -1)) wrong.add(key);
      last.set(key, sequence);
    }
    return [...wrong];
  }
}

describe('a consumer of a stream', () => {
  it('reads a shard, handles its records one after the other, and reads again when all is handled and the pause is over', () => {
    const brook = new Brook(1).put(0, 3).run(4);
    // List 2 ms, iterator 2 ms, read 2 ms: at 5 ms the first read finds what was put at 0 and 5.
    expect(brook.done.map(({ ms }) => ms)).toEqual([16, 26, 1038]);
    expect(brook.requests.inSystem).toBe(0);
  });

  it('works on its shards at once, or on as many as its concurrency lets it', () => {
    const wide = new Brook(4, { handler: { time: constant(SECOND), calls: [], failureRate: 0 } }).put(0, 40).run(30);
    const narrow = new Brook(4, {
      concurrency: 1,
      handler: { time: constant(SECOND), calls: [], failureRate: 0 },
    })
      .put(0, 40)
      .run(30);
    expect(wide.done.length).toBeGreaterThan(35);
    expect(wide.disordered).toEqual([]);
    const gaps = narrow.done.slice(1).map(({ ms }, i) => ms - (narrow.done[i]?.ms ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000);
    expect(narrow.disordered).toEqual([]);
  });

  it('reads parents to their end before their children, through splits and merges, so that each key keeps its order', () => {
    for (const fanOut of [false, true]) {
      for (const instances of [1, 3]) {
        const brook = new Brook(2, { instances, stream: { fanOut, idleTimeBetweenReadsUs: 300 * MS } })
          .put(100, 1500)
          .at(2000, (brook) => brook.stream.UpdateShardCount(4))
          .at(4000, (brook) => brook.stream.MergeShards(...neighbours(brook.stream)))
          .at(6000, (brook) => brook.stream.UpdateShardCount(6))
          .run(60);
        expect([brook.stream.shardsEver > 8, brook.distinct, brook.done.length]).toEqual([true, 1500, 1500]);
        expect(brook.disordered).toEqual([]);
        expect(brook.requests.inSystem).toBe(0);
      }
    }
  });

  it('begins again where it began after a crash, and loses nothing', () => {
    for (const fanOut of [false, true]) {
      const brook = new Brook(2, { instances: 2, stream: { fanOut } })
        .put(100, 600)
        .at(2500, (brook) => brook.stream.UpdateShardCount(4))
        .at(4000, (brook) => brook.consumer.crash(0.5, SECOND))
        .at(4500, (brook) => brook.consumer.crash(1, SECOND))
        .run(60);
      expect(brook.distinct).toBe(600);
      expect(brook.done.length).toBeGreaterThan(900);
      expect(brook.requests.inSystem).toBe(0);
    }
  });

  it('has every record settled in the end, whatever happens to the shards and to its instances', () => {
    const event = fc.record({
      ms: fc.integer({ min: 0, max: 9000 }),
      what: fc.constantFrom('crash', 'double', 'halve', 'merge'),
    });
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 8 }),
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        fc.constantFrom<StreamReading['startingPosition']>('TRIM_HORIZON', 'LATEST', { atUs: SECOND }),
        (events, instances, fanOut, startingPosition) => {
          const brook = new Brook(2, {
            instances,
            handler: { time: constant(MS), calls: [], failureRate: 0 },
            stream: { fanOut, startingPosition, fromUs: SECOND, idleTimeBetweenReadsUs: 200 * MS },
          }).put(0, 1600);
          for (const { ms, what } of events) {
            brook.at(ms, ({ stream, consumer }) => {
              const { OpenShardCount: open } = stream.DescribeStreamSummary();
              if (what === 'crash') consumer.crash(0.5, SECOND);
              else if (what === 'double') stream.UpdateShardCount(Math.min(8, open * 2));
              else if (what === 'halve') stream.UpdateShardCount(Math.ceil(open / 2));
              else if (open > 1) stream.MergeShards(...neighbours(stream));
            });
          }
          brook.run(120);
          expect(brook.requests.inSystem).toBe(0);
          if (startingPosition === 'TRIM_HORIZON') expect(brook.distinct).toBe(1600);
          if (!events.some(({ what }) => what === 'crash')) expect(brook.disordered).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('tries a record that fails until it goes well: a poison one stops its shard, and no other', () => {
    const brook = new Brook(2).put(0, 70, 3).run(60);
    const poisoned = brook.stream.ListShards().Shards.length === 2 ? shardOfKey(brook, 3) : -1;
    expect(brook.done.every(({ sequence, key }) => shardOf(sequence) !== poisoned || key !== 3)).toBe(true);
    const other = brook.stream.shardCounts(1 - poisoned).IncomingRecords;
    expect(brook.done.filter(({ sequence }) => shardOf(sequence) !== poisoned).length).toBe(other);
    // An attempt takes 10 ms, and each is followed by 100 ms.
    expect(brook.sum('HandlerFailures')).toBeGreaterThan(500);
    expect(brook.sum('HandlerFailures')).toBeLessThan(560);
  });

  it('leaves out a record that fails where it is told to', () => {
    const brook = new Brook(2, { stream: { onFailure: 'skip' } }).put(0, 70, 3).run(10);
    expect([brook.done.length, brook.sum('RecordsSkipped'), brook.requests.inSystem]).toEqual([69, 1, 0]);
  });

  it('begins at the next record, or with those of an instant, and what lies before is nothing that it waits for', () => {
    const latest = new Brook(2, { stream: { startingPosition: 'LATEST', fromUs: 2 * SECOND } }).put(0, 600).run(20);
    const from = latest.done.length;
    expect([from > 180, from < 201, latest.requests.inSystem]).toEqual([true, true, 0]);
    const instant = new Brook(2, { stream: { startingPosition: { atUs: SECOND }, fromUs: 2 * SECOND } })
      .put(0, 600)
      .run(20);
    expect([instant.done.length, instant.requests.inSystem]).toEqual([400, 0]);
  });

  it('gets a new iterator behind the last record when its own has expired', () => {
    const brook = new Brook(1, { stream: { idleTimeBetweenReadsUs: 301 * SECOND } }).put(0, 200).run(1000);
    expect([brook.sum('IteratorsExpired') >= 2, brook.done.length, brook.distinct]).toEqual([true, 200, 200]);
  });

  it('goes on when calls or pushes are lost, or the stream answers with errors', () => {
    for (const fanOut of [false, true]) {
      const brook = new Brook(2, { stream: { fanOut } }).put(0, 600);
      brook.endpoint.loseRequests = 0.2;
      brook.endpoint.loseReplies = 0.2;
      brook.endpoint.errors = 0.2;
      brook.run(400);
      expect([fanOut, brook.distinct, brook.done.length]).toEqual([fanOut, 600, 600]);
      expect([brook.disordered, brook.requests.inSystem]).toEqual([[], 0]);
    }
  });

  it('is pushed what was put after the time of a push, again after five minutes', () => {
    const brook = new Brook(1, { stream: { fanOut: true } }).put(1000, 1).put(400_000, 1).run(500);
    expect(brook.done.map(({ ms }) => ms)).toEqual([1080, 400_080]);
  });

  it('subscribes again where the connection broke while the answer to its subscription was on its way', () => {
    // Served at 103 ms, answered at 104; the push comes between.
    const brook = new Brook(1, { stream: { fanOut: true, fromUs: 100 * MS } }).put(33.5, 1);
    brook.at(103.25, ({ endpoint }) => {
      endpoint.down = true;
    });
    brook.at(103.75, ({ endpoint }) => {
      endpoint.down = false;
    });
    expect(brook.run(20).done).toHaveLength(1);
  });

  it('is throttled where others take the reads, and says so', () => {
    const brook = new Brook(1, { stream: { idleTimeBetweenReadsUs: 0 } }).put(0, 100).run(10);
    expect(brook.sum('ReadsThrottled')).toBeGreaterThan(3);
    expect(brook.done.length).toBe(100);
  });
});

function neighbours(stream: KinesisStream): [number, number] {
  const { Shards } = stream.ListShards({ Type: 'AT_LATEST' });
  const [first, second] = [...Shards].sort((a, b) => (a.StartingHashKey < b.StartingHashKey ? -1 : 1));
  return [first?.ShardId ?? -1, second?.ShardId ?? -1];
}

function shardOfKey({ stream, requests }: Brook, key: number): number {
  for (const shard of [0, 1]) {
    const { first, next } = stream.extentOf(shard);
    for (let place = first; place < next; place++) if (requests.key(stream.dataAt(shard, place)) === key) return shard;
  }
  return -1;
}
