/** One shard: a range of hash keys, its log, what it takes and gives. OPEN until it is split or merged, then CLOSED and read to its end, EXPIRED when all in it is too old. */
import { kinesisFacts as f } from '../../facts/index.ts';
import { ActionRate } from '../messaging/throughput.ts';
import type { ChildShard, KinesisError, ShardCounts, ShardDescription } from './operations.ts';
import { ReadRate, WriteRate } from './rates.ts';
import { RecordLog } from './record-log.ts';
import { sequenceOf } from './sequence.ts';

const ITERATORS = f.getShardIteratorPerSecond.value;

/** Hears of the data of a record that is gone for good, and of its sequence number. */
export type OnExpired = (data: number, SequenceNumber: number) => void;

export interface ShardOrigin {
  readonly id: number;
  /** None, the one that was split, or the two that were merged. */
  readonly parents: readonly Shard[];
  readonly start: bigint;
  /** Included. */
  readonly end: bigint;
  readonly createdUs: number;
  readonly maxRecordKiB: number;
  readonly rateExceeded: KinesisError;
  readonly onExpired: OnExpired | null;
}

export class Shard {
  readonly id: number;
  readonly parents: readonly Shard[];
  readonly start: bigint;
  readonly end: bigint;
  readonly createdUs: number;
  /** The place before its first record: above all of its parents' records. */
  readonly startPlace: number;
  readonly log: RecordLog;
  readonly writes: WriteRate;
  readonly reads: ReadRate;
  readonly iteratorCalls: ActionRate;
  readonly rateExceeded: KinesisError;
  readonly children: Shard[] = [];
  /** -1: it is open. */
  closedUs = -1;
  expired = false;
  /** Subscriptions that have seen all there is. */
  idleSubscriptions = 0;
  /** On-demand mode: what it took in the window that began then. */
  windowUs = 0;
  windowBytes = 0;
  windowRecords = 0;
  /** On-demand mode: it is to be split. */
  splitDue = false;
  incomingRecords = 0;
  incomingBytes = 0;
  outgoingRecords = 0;
  outgoingBytes = 0;
  writesThrottled = 0;
  readsThrottled = 0;

  constructor({ id, parents, start, end, createdUs, maxRecordKiB, rateExceeded, onExpired }: ShardOrigin) {
    this.id = id;
    this.parents = parents;
    this.start = start;
    this.end = end;
    this.createdUs = createdUs;
    this.startPlace = parents.reduce((most, { log }) => Math.max(most, log.next), 0);
    const onGone = onExpired === null ? null : (data: number, place: number) => onExpired(data, sequenceOf(place, id));
    this.log = new RecordLog(this.startPlace + 1, onGone);
    this.writes = new WriteRate(maxRecordKiB, createdUs);
    this.reads = new ReadRate(createdUs);
    this.iteratorCalls = new ActionRate(1, ITERATORS, ITERATORS);
    this.rateExceeded = rateExceeded;
    for (const parent of parents) parent.children.push(this);
  }

  /** Whether reading it has come to its end at this place. */
  endsAt(place: number): boolean {
    return this.closedUs !== -1 && place >= this.log.next;
  }

  childShards(): ChildShard[] {
    return this.children.map(({ id, parents, start, end }) => ({
      ShardId: id,
      ParentShards: parents.map((parent) => parent.id),
      StartingHashKey: start,
      EndingHashKey: end,
    }));
  }

  describe(): ShardDescription {
    const [parent, adjacent] = this.parents;
    return {
      ShardId: this.id,
      ParentShardId: parent?.id ?? -1,
      AdjacentParentShardId: adjacent?.id ?? -1,
      StartingHashKey: this.start,
      EndingHashKey: this.end,
      StartingSequenceNumber: sequenceOf(this.startPlace, this.id),
      EndingSequenceNumber: this.closedUs === -1 ? -1 : sequenceOf(this.log.next, this.id),
    };
  }

  counts(): ShardCounts {
    return {
      IncomingRecords: this.incomingRecords,
      IncomingBytes: this.incomingBytes,
      OutgoingRecords: this.outgoingRecords,
      OutgoingBytes: this.outgoingBytes,
      WriteProvisionedThroughputExceeded: this.writesThrottled,
      ReadProvisionedThroughputExceeded: this.readsThrottled,
    };
  }
}
