/**
 * Games with a stream, and a reference that is slow and knows nothing of how a stream is made: a list of records, shards as ranges of `bigint`, MD5 of
 * another make. `play` throws where the stream does otherwise; its words name the property that was broken.
 */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { Simulation } from '../../../src/kernel/index.ts';
import {
  KinesisStream,
  type ShardDescription,
  type StartingPosition,
  streamSettings,
} from '../../../src/services/kinesis/index.ts';
import { HOUR, rowsOf, SECOND } from './harness.ts';

const SPACE = 2n ** 128n;

export type Step =
  | { readonly do: 'put'; readonly key: number }
  | { readonly do: 'putAt'; readonly which: number; readonly beside: number }
  | { readonly do: 'wait'; readonly us: number }
  | { readonly do: 'split'; readonly which: number; readonly percent: number }
  | { readonly do: 'merge'; readonly which: number }
  | { readonly do: 'count'; readonly percent: number }
  | { readonly do: 'retention'; readonly hours: number }
  | { readonly do: 'read'; readonly which: number; readonly from: StartingPosition['Type']; readonly record: number };

export interface Game {
  readonly shards: number;
  readonly steps: readonly Step[];
}

const which = fc.nat(30);
const percent = fc.integer({ min: 1, max: 99 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('put' as const), key: fc.nat(12) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('putAt' as const), which, beside: fc.constantFrom(-1, 0, 1) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      us: fc.constantFrom(1, SECOND, 12 * HOUR, 24 * HOUR, 24 * HOUR - 1),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('split' as const), which, percent }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('merge' as const), which }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('count' as const), percent: fc.integer({ min: 50, max: 200 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('retention' as const), hours: fc.constantFrom(24, 36, 48) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      which,
      from: fc.constantFrom<StartingPosition['Type'][]>(
        'TRIM_HORIZON',
        'TRIM_HORIZON',
        'LATEST',
        'AT_SEQUENCE_NUMBER',
        'AFTER_SEQUENCE_NUMBER',
        'AT_TIMESTAMP',
      ),
      record: fc.nat(100),
    }),
  },
);
export const games: fc.Arbitrary<Game> = fc.record({
  shards: fc.integer({ min: 1, max: 4 }),
  steps: fc.array(step, { minLength: 4, maxLength: 40 }),
});

interface Kept {
  readonly data: number;
  readonly key: number;
  readonly shard: number;
  readonly sequence: number;
  readonly us: number;
  gone: boolean;
}

interface Range {
  readonly id: number;
  readonly parents: readonly number[];
  readonly start: bigint;
  readonly end: bigint;
  closedUs: number;
  gone: boolean;
}

type StreamClass = typeof KinesisStream;

export function play(game: Game, Type: StreamClass = KinesisStream): void {
  new Player(game, Type).play();
}

function must(holds: boolean, property: string): void {
  if (!holds) throw new Error(property);
}

class Player {
  readonly game: Game;
  readonly sim = new Simulation({ seed: 3, maxEvents: 1e5 });
  readonly stream: KinesisStream;
  readonly records: Kept[] = [];
  ranges: Range[];
  retentionUs = 24 * HOUR;

  constructor(game: Game, Type: StreamClass) {
    this.game = game;
    this.stream = new Type(this.sim, streamSettings({ name: 's', shards: game.shards, reshardUs: SECOND }));
    const width = SPACE / BigInt(game.shards);
    this.ranges = Array.from({ length: game.shards }, (_, id) => ({
      id,
      parents: [],
      start: width * BigInt(id),
      end: id === game.shards - 1 ? SPACE - 1n : width * BigInt(id + 1) - 1n,
      closedUs: -1,
      gone: false,
    }));
  }

  play(): void {
    this.checkShards();
    for (const one of this.game.steps) this.step(one);
    this.checkShards();
    this.readParentsFirst();
  }

  step(one: Step): void {
    switch (one.do) {
      case 'put':
        return this.put(one.key, null);
      case 'putAt': {
        const { start } = this.pick(this.open(), one.which);
        const hash = start + BigInt(one.beside);
        return this.put(100, hash < 0n ? 0n : hash);
      }
      case 'wait':
        return this.wait(one.us);
      case 'split':
        return this.split(one.which, one.percent);
      case 'merge':
        return this.merge(one.which);
      case 'count':
        return this.updateCount(one.percent);
      case 'retention':
        return this.setRetention(one.hours);
      case 'read':
        return this.read(one.which, one.from, one.record);
    }
  }

  put(key: number, ExplicitHashKey: bigint | null): void {
    const data = this.records.length;
    const { error, ShardId, SequenceNumber } = this.stream.PutRecord({
      Data: data,
      bytes: 10,
      PartitionKey: key,
      ExplicitHashKey,
    });
    must(error === null, `a put was refused: ${error?.message}`);
    const hash = ExplicitHashKey ?? BigInt(`0x${createHash('md5').update(String(key)).digest('hex')}`);
    const range = this.open().find(({ start, end }) => start <= hash && hash <= end);
    must(ShardId === range?.id, `placement: ${ShardId} instead of ${range?.id}`);
    for (const { key: other, shard, sequence } of this.records) {
      if (shard === ShardId) must(sequence < SequenceNumber, 'sequence numbers rise in a shard');
      if (other === key && ExplicitHashKey === null) must(sequence < SequenceNumber, 'sequence numbers rise for a key');
    }
    this.records.push({ data, key, shard: ShardId, sequence: SequenceNumber, us: this.sim.now, gone: false });
  }

  wait(us: number): void {
    this.sim.run({ until: this.sim.now + us });
    this.age();
  }

  split(at: number, percent: number): void {
    const range = this.pick(this.open(), at);
    const key = range.start + ((range.end - range.start) * BigInt(percent)) / 100n;
    const error = this.stream.SplitShard(range.id, key);
    must(error === null || error.code === 'InvalidArgumentException', `split: ${error?.code}`);
    if (error !== null) return;
    this.reshaped();
    range.closedUs = this.sim.now;
    const id = this.ranges.length;
    const born = { parents: [range.id], closedUs: -1, gone: false };
    this.ranges.push({ ...born, id, start: range.start, end: key - 1n });
    this.ranges.push({ ...born, id: id + 1, start: key, end: range.end });
    this.checkShards();
  }

  merge(at: number): void {
    const open = this.open().toSorted((a, b) => (a.start < b.start ? -1 : 1));
    if (open.length < 2) return;
    const i = at % (open.length - 1);
    const [lower, upper] = [open[i] as Range, open[i + 1] as Range];
    must(this.stream.MergeShards(lower.id, upper.id) === null, 'merge refused');
    this.reshaped();
    lower.closedUs = this.sim.now;
    upper.closedUs = this.sim.now;
    this.ranges.push({
      id: this.ranges.length,
      parents: [lower.id, upper.id],
      start: lower.start,
      end: upper.end,
      closedUs: -1,
      gone: false,
    });
    this.checkShards();
  }

  updateCount(percent: number): void {
    const open = this.open();
    const target = Math.max(1, Math.round((open.length * percent) / 100));
    const { error } = this.stream.UpdateShardCount(target);
    must(error === null || error.code === 'LimitExceededException', `count: ${error?.code}`);
    if (error !== null) return;
    this.reshaped();
    const listed = this.list();
    const now = listed.filter(({ EndingSequenceNumber }) => EndingSequenceNumber === -1);
    must(now.length === target, 'UpdateShardCount gives as many shards as were asked for');
    const width = SPACE / BigInt(target);
    const starts = now.map(({ StartingHashKey }) => StartingHashKey).toSorted((a, b) => (a < b ? -1 : 1));
    starts.forEach((start, i) => must(start === width * BigInt(i), 'uniform ranges'));
    const openNow = new Set(now.map(({ ShardId }) => ShardId));
    for (const range of open) if (!openNow.has(range.id)) range.closedUs = this.sim.now;
    for (const shard of listed.filter(({ ShardId }) => ShardId >= this.ranges.length)) {
      const parents = [shard.ParentShardId, shard.AdjacentParentShardId].filter((id) => id !== -1);
      const closedUs = openNow.has(shard.ShardId) ? -1 : this.sim.now;
      this.ranges.push({
        id: shard.ShardId,
        parents,
        start: shard.StartingHashKey,
        end: shard.EndingHashKey,
        closedUs,
        gone: false,
      });
      for (const id of parents) {
        const parent = this.ranges[id] as Range;
        must(parent.start <= shard.EndingHashKey && shard.StartingHashKey <= parent.end, 'parents have its keys');
        must(parent.closedUs !== -1, 'parents are closed');
      }
    }
    this.checkShards();
  }

  setRetention(hours: number): void {
    this.wait(SECOND);
    const us = hours * HOUR;
    const error =
      us >= this.retentionUs
        ? this.stream.IncreaseStreamRetentionPeriod(hours)
        : this.stream.DecreaseStreamRetentionPeriod(hours);
    must(error === null, `retention: ${error?.message}`);
    this.retentionUs = us;
    this.age();
  }

  /** Two reads from one position give the same, and it is what the reference has. */
  read(at: number, from: StartingPosition['Type'], record: number): void {
    const shards = this.ranges.filter(({ gone }) => !gone);
    const { id, closedUs } = this.pick(shards, at);
    const all = this.records.filter(({ shard }) => shard === id);
    const chosen = all.length === 0 ? undefined : (all[record % all.length] as Kept);
    const kept = all.filter(({ gone }) => !gone);
    let position: StartingPosition;
    let expected = kept;
    if (from === 'LATEST') {
      position = { Type: from };
      expected = [];
    } else if (from === 'TRIM_HORIZON' || chosen === undefined) position = { Type: 'TRIM_HORIZON' };
    else if (from === 'AT_TIMESTAMP') {
      position = { Type: from, Timestamp: chosen.us };
      expected = kept.filter(({ us }) => us >= chosen.us);
    } else {
      position = { Type: from, SequenceNumber: chosen.sequence };
      const after = from === 'AFTER_SEQUENCE_NUMBER';
      expected = kept.filter(({ sequence }) => (after ? sequence > chosen.sequence : sequence >= chosen.sequence));
    }
    const iterator = this.iterator(id, position);
    for (const time of ['first', 'second']) {
      const output = this.stream.GetRecords(iterator);
      must(output.error === null, `read: ${output.error?.message}`);
      const got = rowsOf(output).map(({ data, sequence, key, atUs }) => `${data} ${sequence} ${key} ${atUs}`);
      const want = expected.map(({ data, sequence, key, us }) => `${data} ${sequence} ${key} ${us}`);
      must(got.join() === want.join(), `${time} read from ${from}: [${got.join()}] instead of [${want.join()}]`);
      must((output.NextShardIterator === -1) === (closedUs !== -1), 'a read to the end of a closed shard has no next');
    }
    // Five calls a second and shard.
    this.wait(SECOND);
  }

  /** As KCL reads: a shard when all of its parents have come to their end. */
  readParentsFirst(): void {
    this.wait(SECOND);
    const seen: Kept[] = [];
    const done = new Set<number>();
    const begun = new Set<number>();
    const known = new Set(this.list().map(({ ShardId }) => ShardId));
    const todo = this.list().filter((one) => parentsOf(one).every((id) => !known.has(id)));
    const ready = todo.map(({ ShardId }) => ShardId);
    for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
      begun.add(id);
      let iterator = this.iterator(id, { Type: 'TRIM_HORIZON' });
      for (let calls = 0; iterator !== -1 && calls < 40; calls++) {
        this.sim.run({ until: this.sim.now + SECOND / 4 });
        const output = this.stream.GetRecords(iterator, 3);
        must(output.error === null, `read: ${output.error?.message}`);
        for (const { data } of rowsOf(output)) seen.push(this.records[data] as Kept);
        iterator = output.NextShardIterator;
        // An open shard has no end: it is read when nothing comes any more.
        for (const { ShardId, ParentShards } of output.ChildShards) {
          if (ParentShards.every((one) => one === id || done.has(one) || !known.has(one))) ready.push(ShardId);
        }
        if (output.count === 0) break;
      }
      must((iterator === -1) === ((this.ranges[id] as Range).closedUs !== -1), 'a closed shard comes to an end');
      done.add(id);
    }
    must(begun.size === known.size, 'a reader that follows parents meets every shard');
    const last = new Map<number, number>();
    for (const { key, data } of seen) {
      if (key === 100) continue;
      must((last.get(key) ?? -1) < data, `order of key ${key} through splits and merges`);
      last.set(key, data);
    }
    this.age();
    const read = new Set(seen);
    for (const one of this.records) must(one.gone || read.has(one), 'nothing disappears before its retention');
  }

  reshaped(): void {
    must(this.stream.DescribeStreamSummary().StreamStatus === 'UPDATING', 'a stream that is reshaped is UPDATING');
    this.wait(SECOND);
    must(this.stream.DescribeStreamSummary().StreamStatus === 'ACTIVE', 'then it is ACTIVE');
  }

  checkShards(): void {
    const expected = this.ranges
      .filter(({ gone }) => !gone)
      .map(({ id, parents, start, end, closedUs }) => `${id} ${parents.join('+')} ${start}-${end} ${closedUs === -1}`);
    const listed = this.list().map(
      (one) =>
        `${one.ShardId} ${parentsOf(one).join('+')} ${one.StartingHashKey}-${one.EndingHashKey} ${one.EndingSequenceNumber === -1}`,
    );
    must(listed.join() === expected.join(), `shards: ${listed.join()} instead of ${expected.join()}`);
  }

  list(): readonly ShardDescription[] {
    const { error, Shards } = this.stream.ListShards();
    must(error === null, `list: ${error?.message}`);
    return Shards;
  }

  iterator(shard: number, position: StartingPosition): number {
    const { error, ShardIterator } = this.stream.GetShardIterator(shard, position);
    must(error === null, `iterator: ${error?.message}`);
    return ShardIterator;
  }

  open(): Range[] {
    return this.ranges.filter(({ closedUs }) => closedUs === -1);
  }

  age(): void {
    const oldest = this.sim.now - this.retentionUs;
    for (const record of this.records) if (record.us <= oldest) record.gone = true;
    for (const range of this.ranges) if (range.closedUs !== -1 && range.closedUs <= oldest) range.gone = true;
  }

  pick<One>(from: readonly One[], at: number): One {
    return from[at % from.length] as One;
  }
}

function parentsOf({ ParentShardId, AdjacentParentShardId }: ShardDescription): number[] {
  return [ParentShardId, AdjacentParentShardId].filter((id) => id !== -1);
}
