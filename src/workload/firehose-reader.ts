/**
 * Firehose as a reader of a stream: GetRecords of each shard once a second, parents before children, within the limits that all readers share.
 *
 *   list ─▶ iterator of each shard whose parents are read ─▶ read ─▶ accept ─▶ a second after the last read: read again
 *                                                             └─ delivery stream is behind, or down: look again in a second
 */
import { firehoseFacts as f, kinesisFacts } from '../facts/index.ts';
import type { Simulation } from '../kernel/index.ts';
import type { SourceRecords } from '../services/firehose/operations.ts';
import type { ShardDescription, StartingPosition } from '../services/kinesis/operations.ts';
import type { Requests } from '../services/ports.ts';
import type { ReadRecords } from './delivery-records.ts';
import type { EndpointState } from './endpoint.ts';
import {
  EXPIRED_ITERATOR,
  type KinesisClient,
  type KinesisClientOwner,
  type ReadAnswer,
  type ReadError,
} from './kinesis-client.ts';

const EVERY_US = f.readEverySeconds.value * 1_000_000;
const LIMIT = kinesisFacts.getMaxRecords.value;
const LISTING = -1;
const NONE = -1;

/** One shard that it reads. */
interface Lane {
  readonly shard: number;
  iterator: number;
  /** Of the last record that it read. */
  SequenceNumber: number;
  readUs: number;
}

export interface FirehoseReaderPorts {
  readonly requests: Pick<Requests, 'bytes'>;
  readonly records: ReadRecords;
  readonly deliveryStream: { readonly isBehind: boolean; accept(records: SourceRecords): void };
  /** What faults do to the delivery stream itself. */
  readonly own: EndpointState;
}

export class FirehoseReader implements KinesisClientOwner {
  readonly #sim: Simulation;
  readonly #ports: FirehoseReaderPorts;
  readonly #lanes = new Map<number, Lane>();
  readonly #ended = new Set<number>();
  #client: KinesisClient | null = null;
  #columns = { count: 0, Data: new Float64Array(64), bytes: new Float64Array(64), MillisBehindLatest: 0 };

  constructor(sim: Simulation, ports: FirehoseReaderPorts) {
    this.#sim = sim;
    this.#ports = ports;
  }

  start(client: KinesisClient): void {
    this.#client = client;
    this.#list();
  }

  onShards(_tag: number, error: ReadError, shards: readonly ShardDescription[]): void {
    if (error !== null) {
      this.#sim.schedule(EVERY_US, this.#list, undefined);
      return;
    }
    const all = new Set(shards.map(({ ShardId }) => ShardId));
    for (const { ShardId, ParentShardId, AdjacentParentShardId } of shards)
      if (!all.has(ParentShardId) && !all.has(AdjacentParentShardId)) this.#begin(ShardId);
  }

  onIterator(shard: number, error: ReadError, ShardIterator: number): void {
    const lane = this.#lanes.get(shard) as Lane;
    if (error !== null) this.#sim.schedule(EVERY_US, this.#iterate, lane);
    else {
      lane.iterator = ShardIterator;
      this.#read(lane);
    }
  }

  onRecords(shard: number, error: ReadError, answer: ReadAnswer): void {
    const lane = this.#lanes.get(shard) as Lane;
    if (error !== null) {
      const isExpired = error.code === EXPIRED_ITERATOR;
      this.#sim.schedule(this.#untilNextUs(lane), isExpired ? this.#iterate : this.#read, lane);
      return;
    }
    if (answer.records.count > 0) this.#accept(lane, answer);
    lane.iterator = answer.NextShardIterator;
    if (lane.iterator !== NONE) {
      this.#sim.schedule(this.#untilNextUs(lane), this.#read, lane);
      return;
    }
    this.#ended.add(shard);
    for (const { ShardId, ParentShards } of answer.ChildShards)
      if (ParentShards.every((parent) => this.#ended.has(parent))) this.#begin(ShardId);
  }

  // It reads by GetRecords alone.
  onSubscribed(): void {}
  onPush(): void {}
  onSubscriptionOver(): void {}

  readonly #list = (): void => {
    this.#client?.listShards(LISTING, { Type: 'FROM_TRIM_HORIZON' });
  };

  #begin(shard: number): void {
    if (this.#lanes.has(shard)) return;
    const lane = { shard, iterator: NONE, SequenceNumber: NONE, readUs: 0 };
    this.#lanes.set(shard, lane);
    this.#iterate(lane);
  }

  readonly #iterate = (lane: Lane): void => {
    const { shard, SequenceNumber } = lane;
    const position: StartingPosition =
      SequenceNumber === NONE ? { Type: 'TRIM_HORIZON' } : { Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber };
    this.#client?.getShardIterator(shard, shard, position);
  };

  readonly #read = (lane: Lane): void => {
    const { deliveryStream, own } = this.#ports;
    lane.readUs = this.#sim.now;
    if (deliveryStream.isBehind || own.down) this.#sim.schedule(EVERY_US, this.#read, lane);
    else this.#client?.getRecords(lane.shard, NONE, lane.iterator, LIMIT);
  };

  #accept(lane: Lane, { records, MillisBehindLatest }: ReadAnswer): void {
    const { requests, records: held, deliveryStream } = this.#ports;
    const { count, body, sequence, sub } = records;
    if (count > this.#columns.Data.length) {
      this.#columns = { ...this.#columns, Data: new Float64Array(count * 2), bytes: new Float64Array(count * 2) };
    }
    const columns = this.#columns;
    for (let i = 0; i < count; i++) {
      const row = body[i] as number;
      columns.Data[i] = held.take(row, sequence[i] as number, sub[i]);
      columns.bytes[i] = requests.bytes(row);
    }
    columns.count = count;
    columns.MillisBehindLatest = MillisBehindLatest;
    lane.SequenceNumber = sequence[count - 1] as number;
    deliveryStream.accept(columns);
  }

  #untilNextUs({ readUs }: Lane): number {
    return Math.max(0, readUs + EVERY_US - this.#sim.now);
  }
}
