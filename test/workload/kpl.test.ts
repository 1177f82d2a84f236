import { describe, expect, it } from 'vitest';
import type { Caller } from '../../src/services/ports.ts';
import { Outcome } from '../../src/services/ports.ts';
import { EndpointState } from '../../src/workload/endpoint.ts';
import { KinesisProducerLibrary } from '../../src/workload/kpl.ts';
import type { KplSettings } from '../../src/workload/settings.ts';
import { StreamKeys } from '../../src/workload/stream-keys.ts';
import { SECOND, StreamBench } from './stream-rig.ts';

const MS = 1000;
const SETTINGS: KplSettings = {
  kind: 'kpl',
  aggregation: true,
  recordMaxBufferedTimeUs: 100 * MS,
  recordTtlUs: 30 * SECOND,
  rateLimit: 1.5,
};

/** A producer, and what it told its caller. */
class Rig extends StreamBench implements Caller {
  readonly state = new EndpointState();
  readonly kpl: KinesisProducerLibrary;
  readonly answers: { readonly tag: number; readonly outcome: Outcome; readonly ms: number }[] = [];
  #sent = 0;

  constructor(shards = 1, settings: Partial<KplSettings> = {}) {
    super(shards);
    this.kpl = new KinesisProducerLibrary(this.sim, this.requests, this.stream, this.state, {
      name: 'p',
      settings: { ...SETTINGS, ...settings },
      latency: { kind: 'constant', value: 20 * MS },
      keys: new StreamKeys({ drawn: 1000, named: [], salt: 1 }),
      key: null,
      aggregates: this.aggregates,
      shardOf: (key) => this.stream.shardOfKey(key),
      witness: null,
    });
  }

  /** A request; its tag is its place. */
  give(key: number, bytes = 100): number {
    const row = this.requests.create(0, this.#sent, this.sim.now, key, bytes, false, true);
    const ticket = this.kpl.call(row, 0, this, this.#sent++);
    this.requests.release(row);
    return ticket;
  }

  onReply(tag: number, outcome: Outcome): void {
    this.answers.push({ tag, outcome, ms: this.sim.now / MS });
  }

  onLateReply(): void {
    this.answers.push({ tag: -1, outcome: Outcome.ok, ms: this.sim.now / MS });
  }

  get records(): number {
    return this.metrics.total('IncomingRecords');
  }

  get bytes(): number {
    return this.metrics.total('IncomingBytes');
  }

  get calls(): number {
    return this.metrics.total('PutRecords.Success');
  }
}

describe('the Kinesis Producer Library', () => {
  it('puts what comes in its buffered time into one record of each shard, in one call [kinesis.kpl-buffering]', () => {
    const rig = new Rig(2);
    for (let i = 0; i < 40; i++) rig.at(i * MS, () => rig.give(i));
    rig.run(SECOND);
    expect(rig.records).toBe(2);
    expect(rig.answers.map(({ outcome }) => outcome)).toEqual(new Array(40).fill(Outcome.ok));
    // The first of each shard waits its 100 ms, then for the round trip.
    expect([...new Set(rig.answers.map(({ ms }) => ms))].every((ms) => ms >= 120 && ms < 130)).toBe(true);
    // None waits for longer.
    expect(rig.answers.every(({ tag, ms }) => ms - tag <= 120)).toBe(true);
  });

  it('closes a record at 51,200 bytes, and gives larger ones a record of their own [kinesis.kpl-aggregation]', () => {
    const rig = new Rig(1);
    rig.at(0, () => {
      for (let i = 0; i < 100; i++) rig.give(7, 1000);
      rig.give(7, 60_000);
    });
    rig.run(SECOND);
    // 1,000 bytes, a key of 5 and 8 around them: 50 in a record.
    expect([rig.records, rig.calls]).toEqual([3, 1]);
    expect(rig.bytes).toBe(100 * 1013 + 2 * (20 + 5) + 60_005);
  });

  it('without aggregation gives each its own, 500 of them or 5 MiB in a call [kinesis.kpl-collection]', () => {
    const many = new Rig(4, { aggregation: false });
    many.at(0, () => {
      for (let i = 0; i < 1200; i++) many.give(i % 1000);
    });
    many.run(SECOND);
    expect([many.records, many.calls]).toEqual([1200, 3]);
    const large = new Rig(16, { aggregation: false });
    large.at(0, () => {
      for (let i = 0; i < 12; i++) large.give(i * 80, 1_000_000);
    });
    large.run(5 * SECOND);
    // Five in a call at most, fewer where a shard's own limit holds some back.
    expect(large.records).toBe(12);
    expect(large.calls).toBeGreaterThanOrEqual(3);
  });

  it('sends to a shard no more than half as much again as it takes, and what is refused again at once, until its time to live is over [kinesis.kpl-rate-limit]', () => {
    const rig = new Rig(1, { aggregation: false, recordTtlUs: 4 * SECOND });
    for (let s = 0; s < 5; s++) {
      for (let i = 0; i < 30; i++) {
        rig.at(s * SECOND + i * 33 * MS, () => {
          for (let k = 0; k < 100; k++) rig.give(k);
        });
      }
    }
    rig.run(20 * SECOND);
    const ok = rig.answers.filter(({ outcome }) => outcome === Outcome.ok).length;
    const failed = rig.answers.filter(({ outcome }) => outcome === Outcome.throttled).length;
    // 15,000 offered: 1,000 a second for nine seconds, and the bursts of shard and limiter.
    expect(ok + failed).toBe(15_000);
    expect(ok).toBeGreaterThan(9_000);
    expect(ok).toBeLessThan(11_500);
    const tried = rig.metrics.total('PutRecords.TotalRecords');
    expect(tried).toBeGreaterThan(ok * 1.2);
    expect(tried).toBeLessThan(1000 + 1500 * 10);
  });

  it('tries what was not answered after 6 s again, although it may have been put: it is there twice', () => {
    const rig = new Rig();
    rig.state.loseReplies = 1;
    rig.at(0, () => rig.give(1));
    rig.at(SECOND, () => {
      rig.state.loseReplies = 0;
    });
    rig.run(10 * SECOND);
    expect([rig.records, rig.answers.length]).toEqual([2, 1]);
    expect(rig.answers[0]?.ms).toBeGreaterThan(6000);
  });

  it('fails what it cannot put in its time to live, and goes on for nobody where its caller has left', () => {
    const rig = new Rig(1, { recordTtlUs: 2 * SECOND });
    rig.state.down = true;
    rig.at(0, () => {
      rig.give(1);
      rig.kpl.abandon(rig.give(2));
    });
    rig.run(10 * SECOND);
    expect(rig.answers.map(({ tag, outcome }) => [tag, outcome])).toEqual([
      [0, Outcome.unavailable],
      [-1, Outcome.ok],
    ]);
    expect(rig.answers[0]?.ms).toBeGreaterThanOrEqual(2000);
    expect(rig.answers[0]?.ms).toBeLessThan(2200);
  });

  it('puts nothing of a shard that was split meanwhile, but each request to its own', () => {
    const rig = new Rig(1);
    rig.at(0, () => {
      for (let i = 0; i < 40; i++) rig.give(i);
    });
    rig.at(105 * MS, () => {
      const [shard] = rig.stream.ListShards().Shards;
      if (shard !== undefined) rig.stream.SplitShard(shard.ShardId, (shard.StartingHashKey + shard.EndingHashKey) / 2n);
    });
    rig.run(5 * SECOND);
    // The shard is split when it is closed, at once: 40 are tried again, in two records.
    expect(rig.answers.length).toBe(40);
    expect([1, 2]).toContain(rig.records);
  });
});

describe('the ledger of aggregated records', () => {
  it('is finished with a record when all that is in it is, each once', () => {
    const rig = new Rig(1);
    rig.at(0, () => {
      for (let i = 0; i < 3; i++) rig.give(i);
    });
    rig.run(SECOND);
    const { ShardIterator } = rig.stream.GetShardIterator(0, { Type: 'TRIM_HORIZON' });
    const output = rig.stream.GetRecords(ShardIterator);
    const aggregate = rig.reader.aggregateOf(output.Data[0] as number);
    const sequence = output.SequenceNumber[0] as number;
    expect([output.count, aggregate?.keys]).toEqual([1, [0, 1, 2]]);
    const rows = (aggregate?.rows ?? []).map((row) => rig.reader.take(row));
    expect(rig.requests.inSystem).toBe(3);
    rig.reader.finish(rows[1] as number, sequence, 1);
    rig.reader.finish(rows[1] as number, sequence, 1);
    rig.reader.finish(rows[0] as number, sequence, 0);
    rig.reader.giveUp(rows[2] as number, sequence, 2);
    for (const row of rows) rig.reader.letGo(row);
    expect([rig.completed, rig.requests.inSystem]).toEqual([2, 0]);
  });

  it('passes over what a reader begins behind', () => {
    const rig = new Rig(1);
    rig.at(0, () => {
      for (let i = 0; i < 3; i++) rig.give(i);
    });
    rig.run(SECOND);
    rig.reader.begins(0, { Type: 'LATEST' });
    expect([rig.completed, rig.requests.inSystem]).toEqual([0, 0]);
  });
});
