/**
 * How an application of Flink reads its stream: each shard is a split, read in turn and given on record by record.
 *
 *   ListShards ─▶ split: iterator ─▶ read ─▶ in hand ─▶ accept ─▶ … ─▶ idle ─▶ read
 *                                              │ no room: until `resume`; results wait: until there is room for them
 *                                              └ down: until `restore`, from the positions of the checkpoint
 *
 * A closed shard's children are begun when it has been read to its end.
 */
import type { Handle, Simulation } from '../kernel/index.ts';
import type { AnalyticsSource, RecordIntake } from '../services/analytics/operations.ts';
import type { ApplicationSettings } from '../services/analytics/settings.ts';
import type { ChildShard, ShardDescription, ShardFilter, StartingPosition } from '../services/kinesis/operations.ts';
import type { WindowWitness } from '../services/ports.ts';
import {
  EXPIRED_ITERATOR,
  type KinesisClient,
  type KinesisClientOwner,
  type ReadAnswer,
  type ReadError,
} from './kinesis-client.ts';
import type { RequestTable } from './requests.ts';
import type { StreamReader } from './stream-ledger.ts';
import { StreamRecords } from './stream-records.ts';
import type { WindowLedger } from './window-ledger.ts';

export interface ApplicationSourcePorts {
  readonly requests: RequestTable;
  readonly reader: StreamReader;
  readonly ledger: WindowLedger;
  readonly witness: WindowWitness | null;
  /** Whether too many results wait to be taken. */
  readonly isHeldBack: () => boolean;
}

interface Split {
  /** As the application numbers it. */
  readonly number: number;
  readonly shard: number;
  /** Splits that come before it. */
  readonly parents: readonly number[];
  /** Where it begins when no checkpoint knows it. */
  readonly beginning: StartingPosition;
  begun: boolean;
  ended: boolean;
  position: StartingPosition;
  /** -1: it has none. */
  iterator: number;
  /** The call under way; -1: none. */
  call: number;
  timer: Handle | -1;
  readonly records: StreamRecords;
  /** The next of them. */
  next: number;
  /** The shard ends behind what is in hand. */
  ends: boolean;
  children: readonly ChildShard[];
}

/** The tag of a list of shards, where those of splits are from 0. */
const LISTING = -1;
const TRIM_HORIZON: StartingPosition = { Type: 'TRIM_HORIZON' };

export class ApplicationSource implements AnalyticsSource, KinesisClientOwner {
  readonly #sim: Simulation;
  readonly #settings: ApplicationSettings;
  readonly #ports: ApplicationSourcePorts;
  readonly #splits: Split[] = [];
  #client: KinesisClient | null = null;
  #intake: RecordIntake | null = null;

  readonly #goOn = (number: number): void => {
    const split = this.#at(number);
    split.timer = -1;
    this.#fetch(split);
  };
  readonly #list = (): void => {
    const filter: ShardFilter = { Type: this.#isFromLatest ? 'AT_LATEST' : 'FROM_TRIM_HORIZON' };
    this.#kinesis.listShards(LISTING, filter);
  };

  constructor(sim: Simulation, settings: ApplicationSettings, ports: ApplicationSourcePorts) {
    this.#sim = sim;
    this.#settings = settings;
    this.#ports = ports;
  }

  /** Both know this one already. */
  connect(client: KinesisClient, intake: RecordIntake): void {
    this.#client = client;
    this.#intake = intake;
  }

  start(): void {
    this.#list();
  }

  // --- the application ---

  resume(number: number): void {
    this.#feed(this.#at(number));
  }

  /** Results can be sent again. */
  goOn(): void {
    for (const split of this.#splits) this.#feed(split);
  }

  restore(positions: readonly number[]): void {
    for (const split of this.#splits) {
      this.#stop(split);
      const SequenceNumber = positions[split.number] ?? -1;
      split.position = SequenceNumber === -1 ? split.beginning : { Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber };
    }
    for (const { number, position } of this.#splits)
      this.#ports.witness?.resuming(number, position.SequenceNumber ?? -1);
    for (const split of this.#splits) this.#beginIfDue(split);
  }

  // --- the client's owner ---

  onShards(_tag: number, error: ReadError, shards: readonly ShardDescription[]): void {
    if (error !== null) {
      this.#sim.schedule(this.#settings.pollRetryUs, this.#list, undefined);
      return;
    }
    const position: StartingPosition = this.#isFromLatest
      ? { Type: 'AT_TIMESTAMP', Timestamp: this.#sim.now }
      : TRIM_HORIZON;
    for (const { ShardId, ParentShardId, AdjacentParentShardId } of shards)
      this.#open(ShardId, [ParentShardId, AdjacentParentShardId], position);
    for (const split of this.#splits) this.#beginIfDue(split);
  }

  onIterator(tag: number, error: ReadError, ShardIterator: number): void {
    const split = this.#answered(tag);
    if (error !== null) this.#later(split);
    else {
      split.iterator = ShardIterator;
      this.#fetch(split);
    }
  }

  onRecords(tag: number, error: ReadError, answer: ReadAnswer): void {
    const split = this.#answered(tag);
    if (error !== null) {
      if (error.code !== EXPIRED_ITERATOR) this.#later(split);
      else {
        split.iterator = -1;
        this.#fetch(split);
      }
      return;
    }
    split.iterator = answer.NextShardIterator;
    split.records.count = 0;
    split.records.addAll(answer.records);
    split.next = 0;
    const { count, sequence } = split.records;
    if (count > 0) split.position = { Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: sequence[count - 1] as number };
    split.ends = answer.NextShardIterator === -1;
    split.children = answer.ChildShards;
    this.#reads.behindLatest(answer.MillisBehindLatest);
    this.#feed(split);
  }

  // Nothing is pushed to it.
  onSubscribed(): void {}
  onPush(): void {}
  onSubscriptionOver(): void {}

  // --- a split's life ---

  #open(shard: number, parents: readonly number[], beginning: StartingPosition): void {
    if (this.#splits.some((split) => split.shard === shard)) return;
    const before = this.#splits.flatMap((split) => (parents.includes(split.shard) ? [split.number] : []));
    this.#splits.push({
      number: this.#reads.openSplit(),
      shard,
      parents: before,
      beginning: before.length > 0 ? TRIM_HORIZON : beginning,
      begun: false,
      ended: false,
      position: before.length > 0 ? TRIM_HORIZON : beginning,
      iterator: -1,
      call: -1,
      timer: -1,
      records: new StreamRecords(),
      next: 0,
      ends: false,
      children: [],
    });
  }

  #beginIfDue(split: Split): void {
    if (split.begun || split.ended || split.parents.some((parent) => !this.#at(parent).ended)) return;
    split.begun = true;
    this.#fetch(split);
  }

  #fetch(split: Split): void {
    const { number, shard, iterator, position } = split;
    split.call =
      iterator === -1
        ? this.#kinesis.getShardIterator(number, shard, position)
        : this.#kinesis.getRecords(number, 0, iterator, this.#settings.limit);
  }

  #later(split: Split): void {
    split.timer = this.#sim.schedule(this.#settings.pollRetryUs, this.#goOn, split.number);
  }

  /** Gives on what is in hand, as far as it is taken; then it reads again. */
  #feed(split: Split): void {
    if (!split.begun || split.call !== -1 || split.timer !== -1) return;
    const { records } = split;
    while (split.next < records.count) {
      if (this.#ports.isHeldBack() || !this.#give(split)) return;
    }
    if (split.ends) this.#end(split);
    else split.timer = this.#sim.schedule(this.#settings.idleTimeBetweenReadsUs, this.#goOn, split.number);
  }

  #give(split: Split): boolean {
    const { requests, ledger } = this.#ports;
    const { records, next, number } = split;
    const row = records.body[next] as number;
    const sequence = records.sequence[next] as number;
    const record = ledger.enter(row, sequence, number);
    // It may be counted, and fire, at once; then it is no longer in hand.
    split.next++;
    const key = ledger.keyOf(record);
    if (this.#reads.accept(number, record, key, ledger.eventTimeUsOf(record), requests.bytes(row), sequence))
      return true;
    split.next--;
    ledger.takeBack(record);
    return false;
  }

  #end(split: Split): void {
    split.begun = false;
    split.ended = true;
    this.#reads.finishSplit(split.number);
    for (const { ShardId, ParentShards } of split.children) this.#open(ShardId, ParentShards, TRIM_HORIZON);
    for (const other of this.#splits) this.#beginIfDue(other);
  }

  /** What it has in hand is read again. */
  #stop(split: Split): void {
    const { records } = split;
    if (split.call >= 0) this.#kinesis.abandon(split.call);
    if (split.timer !== -1) this.#sim.cancel(split.timer);
    for (let i = split.next; i < records.count; i++) this.#ports.reader.letGo(records.body[i] as number);
    records.count = 0;
    Object.assign(split, { begun: false, ended: false, iterator: -1, call: -1, timer: -1, next: 0, ends: false });
  }

  #answered(tag: number): Split {
    const split = this.#at(tag);
    split.call = -1;
    return split;
  }
  #at(number: number): Split {
    return this.#splits[number] as Split;
  }
  get #kinesis(): KinesisClient {
    return this.#client as KinesisClient;
  }
  get #reads(): RecordIntake {
    return this.#intake as RecordIntake;
  }
  get #isFromLatest(): boolean {
    return this.#settings.startingPosition === 'LATEST';
  }
}
