/**
 * A Lambda function's event source mapping of a stream.
 *
 *   shard ─▶ ShardFeed ─▶ by partition key: 1 to 10 lanes ─▶ batch: size, window, payload ─▶ invoke ─┬─ well ─▶ next batch
 *                                                              ▲                                    └─ failed: again (from the first that failed,
 *                                                              └── in two halves, as a whole) ◀───────┘   until its retries or its records' time are over
 *
 * A lane works on one batch at a time, so what fails holds up its lane. What is left out is told to the destination, if there is one.
 */
import { lambdaFacts as f } from '../facts/index.ts';
import type { Distribution, Handle, Simulation } from '../kernel/index.ts';
import type { ChildShard, KinesisOperations, ShardFilter, StartingPosition } from '../services/kinesis/operations.ts';
import type { ShardDescription } from '../services/kinesis/operations.ts';
import type { InvocationOwner, LambdaEvent, LambdaOperations, OnItemFailure } from '../services/lambda/operations.ts';
import type { LambdaSettings, StreamMappingSettings } from '../services/lambda/settings.ts';
import { type Counter, type Metrics, type Observations, Outcome, type Witness } from '../services/ports.ts';
import type { EndpointState } from './endpoint.ts';
import { emptyEvent, eventOf } from './lambda-event.ts';
import type { RequestTable } from './requests.ts';
import { type FeedOwner, ShardFeed } from './shard-feed.ts';
import { NumberedShards, type ShardReading } from './shard-owners.ts';
import type { StreamReader } from './stream-ledger.ts';
import { StreamRecords } from './stream-records.ts';

const US_PER_MS = 1000;
/** Done records that a lane carries before it closes ranks. */
const SLACK = 4096;

export interface StreamMappingPorts {
  readonly requests: RequestTable;
  readonly metrics: Metrics;
  readonly stream: KinesisOperations;
  readonly reader: StreamReader;
  readonly fanOutConsumer: number;
  readonly endpoint: EndpointState;
  /** Round trip of a read. */
  readonly latency: Distribution;
  /** How long the stream keeps a record. */
  readonly retentionUs: number;
  readonly target: LambdaOperations;
  /** Is told of what was left out, by the first record of it; null: nobody is. */
  readonly destination: ((row: number) => void) | null;
  /** What it does at its stream, and what the function does; default: null. */
  readonly atStream?: Witness | null;
  readonly witness?: Witness | null;
}

/** Records that are invoked together; those of a lane's parts follow each other. */
interface Part {
  count: number;
  /** Times that it failed since something of it last went well. */
  failures: number;
}

interface Lane {
  readonly index: number;
  readonly shard: Shard;
  /** In hand, the first `next` of them done with. */
  readonly records: StreamRecords;
  next: number;
  /** When the first was read of those that are in no part. */
  firstUs: number;
  /** The batch under way; the last is worked on first. */
  readonly parts: Part[];
  /** Invoked, or about to be again. */
  busy: boolean;
  /** Until its window is over. */
  timer: Handle | -1;
  readonly batch: StreamRecords;
  event: LambdaEvent;
  /** Of the invocation: where it failed; -1: nowhere. */
  failedAt: number;
  refusedWaitUs: number;
  /** For the witness: the item that the function works on, -1 where there is none, and the number of that handling. */
  working: number;
  handling: number;
}

interface Shard {
  readonly id: number;
  readonly lanes: Lane[];
  /** Records in hand. */
  held: number;
  /** Nothing more comes; null: it does. */
  children: readonly ChildShard[] | null;
}

export class LambdaStreamMapping implements FeedOwner, InvocationOwner, ShardReading {
  readonly settings: LambdaSettings;
  readonly #mapping: StreamMappingSettings;
  readonly #sim: Simulation;
  readonly #requests: RequestTable;
  readonly #reader: StreamReader;
  readonly #target: LambdaOperations;
  readonly #feed: ShardFeed;
  readonly #owners: NumberedShards;
  readonly #destination: ((row: number) => void) | null;
  readonly #witness: Witness | null;
  readonly #onFailure: OnItemFailure;
  readonly #oldestUs: number;
  readonly #shards = new Map<number, Shard>();
  readonly #lanes: Lane[] = [];
  readonly #age: Observations;
  readonly #polled: Counter;
  readonly #invoked: Counter;
  readonly #failedInvoke: Counter;
  readonly #dropped: Counter;
  readonly #told: Counter;

  readonly #windowOver = (index: number): void => {
    const lane = this.#lanes[index] as Lane;
    lane.timer = -1;
    this.#gather(lane);
  };
  readonly #again = (index: number): void => {
    this.#offer(this.#lanes[index] as Lane);
  };
  readonly #begin = (): void => {
    this.#owners.onInstance(0);
  };

  /** Throws where its source is no stream. */
  constructor(sim: Simulation, settings: LambdaSettings, ports: StreamMappingPorts) {
    const { stream: mapping, name } = settings;
    if (mapping === undefined) throw new Error(`${name} reads no stream`);
    const { requests, reader, target, destination, metrics, endpoint, retentionUs } = ports;
    this.settings = settings;
    this.#mapping = mapping;
    this.#sim = sim;
    this.#requests = requests;
    this.#reader = reader;
    this.#target = target;
    this.#destination = destination;
    this.#witness = ports.witness ?? null;
    this.#onFailure = settings.reportBatchItemFailures ? 'stop' : 'throw';
    this.#oldestUs = Math.min(mapping.maximumRecordAgeUs ?? retentionUs, retentionUs);
    this.#owners = new NumberedShards(this, 1, mapping.startingPosition);
    const { latency, fanOutConsumer } = ports;
    const times = { idleUs: f.streamPollUs.value, retryUs: f.pollRetryUs.value, limit: f.streamHandRecords.value };
    const options = { name, latency, fanOutConsumer, ...times };
    this.#feed = new ShardFeed(sim, ports.stream, reader, endpoint, this, options, ports.atStream ?? null);
    this.#age = metrics.observations('IteratorAge', 'Milliseconds');
    this.#polled = metrics.counter('PolledEventCount', 'Count');
    this.#invoked = metrics.counter('InvokedEventCount', 'Count');
    this.#failedInvoke = metrics.counter('FailedInvokeEventCount', 'Count');
    this.#dropped = metrics.counter('DroppedEventCount', 'Count');
    this.#told = metrics.counter('OnFailureDestinationDeliveredEventCount', 'Count');
  }

  start(): void {
    const { fromUs } = this.#mapping;
    if (fromUs === 0) this.#begin();
    else this.#sim.scheduleAt(fromUs, this.#begin, undefined);
  }

  // --- what the owner of the shards asks for: there is one reader, and it never crashes ---

  begin(_instance: number, id: number, position: StartingPosition): void {
    const shard: Shard = { id, lanes: [], held: 0, children: null };
    this.#shards.set(id, shard);
    for (let i = this.#mapping.parallelizationFactor; i > 0; i--) shard.lanes.push(this.#lane(shard));
    this.#feed.open(id, position);
  }

  stop(): void {}

  drain(): void {}

  isReading(id: number): boolean {
    return this.#shards.has(id);
  }

  isReadBy(_instance: number, id: number): boolean {
    return this.#shards.has(id);
  }

  isAlive(): boolean {
    return true;
  }

  listShards(_instance: number, filter: ShardFilter, then: (shards: readonly ShardDescription[]) => void): void {
    this.#feed.listShards(filter, then);
  }

  passOver(isPassed: (ShardId: number) => boolean): void {
    this.#reader.passesOver(isPassed);
  }

  // --- what comes ---

  hasRoom(id: number): boolean {
    return (this.#shards.get(id) as Shard).held < f.streamHandRecords.value;
  }

  onFed(id: number, records: StreamRecords): void {
    const shard = this.#shards.get(id) as Shard;
    this.#polled.add(records.count);
    for (let i = 0; i < records.count; i++) {
      const lane = shard.lanes[laneOf(records.group[i] as number, shard.lanes.length)] as Lane;
      if (isIdle(lane)) lane.firstUs = this.#sim.now;
      lane.records.addOne(records, i);
    }
    shard.held += records.count;
    for (const lane of shard.lanes) this.#gather(lane);
  }

  onFeedEnd(id: number, children: readonly ChildShard[]): void {
    const shard = this.#shards.get(id) as Shard;
    shard.children = children;
    for (const lane of shard.lanes) this.#gather(lane);
    this.#endIfDone(shard);
  }

  // --- batches ---

  /** A batch, if the lane has nothing to do, and enough records or waited long enough. */
  #gather(lane: Lane): void {
    if (lane.busy) return;
    // All at once: after a long pause there may be a great many.
    this.#leaveOut(lane, this.#tooOld(lane, lane.records.count - lane.next));
    const { records, next, shard } = lane;
    if (next === records.count) return;
    const { batchSize, batchWindowUs } = this.settings;
    const count = this.#fitting(lane);
    const isFull = count === batchSize || next + count < records.count;
    const waitUs = lane.firstUs + batchWindowUs - this.#sim.now;
    if (!isFull && waitUs > 0 && shard.children === null) {
      if (lane.timer === -1) lane.timer = this.#sim.schedule(waitUs, this.#windowOver, lane.index);
      return;
    }
    if (lane.timer !== -1) this.#sim.cancel(lane.timer);
    lane.timer = -1;
    lane.parts.push({ count, failures: 0 });
    lane.firstUs = this.#sim.now;
    this.#offer(lane);
  }

  /** As many as a batch and a payload hold. */
  #fitting({ records, next }: Lane): number {
    const most = Math.min(this.settings.batchSize, records.count - next);
    let bytes = 0;
    for (let i = 0; i < most; i++) {
      bytes += this.#requests.bytes(records.body[next + i] as number);
      if (bytes > f.payloadBytes.value && i > 0) return i;
    }
    return most;
  }

  /** Offers the part that is due to the function, without the records that are too old. */
  #offer(lane: Lane): void {
    lane.busy = true;
    const part = lane.parts.at(-1) as Part;
    const old = this.#tooOld(lane, part.count);
    part.count -= old;
    this.#leaveOut(lane, old);
    if (part.count === 0) {
      this.#partOver(lane);
      return;
    }
    const { batch, records, next } = lane;
    batch.count = 0;
    for (let i = 0; i < part.count; i++) batch.addOne(records, next + i);
    lane.event = eventOf(batch, lane.event);
    lane.failedAt = -1;
    const refused = this.#target.invoke(lane.event, this.#onFailure, this, lane.index);
    if (refused === null) {
      lane.refusedWaitUs = f.throttleRetryUs.value;
      this.#invoked.add(part.count);
      this.#age.record((this.#sim.now - (batch.arrivedUs[part.count - 1] as number)) / US_PER_MS);
      if (this.#witness !== null) this.#tellHandling(this.#witness, lane, 0);
      return;
    }
    this.#sim.schedule(lane.refusedWaitUs, this.#again, lane.index);
    lane.refusedWaitUs = Math.min(lane.refusedWaitUs * 2, f.throttleRetryMostUs.value);
  }

  /** Of the next so many. */
  #tooOld({ records, next }: Lane, count: number): number {
    let old = 0;
    while (old < count && this.#sim.now - (records.arrivedUs[next + old] as number) > this.#oldestUs) old++;
    return old;
  }

  // --- the function's answers ---

  onItem(tag: number, at: number, success: boolean): void {
    const lane = this.#lanes[tag] as Lane;
    const { batch } = lane;
    if (this.#witness !== null) this.#tellItem(this.#witness, lane, at, success);
    if (success) this.#reader.finish(batch.body[at] as number, batch.sequence[at] as number, batch.sub[at]);
    else lane.failedAt = at;
  }

  onInvoked(tag: number, success: boolean): void {
    const lane = this.#lanes[tag] as Lane;
    if (lane.working >= 0) this.#tellHandled(lane, Outcome.timedOut);
    const part = lane.parts.at(-1) as Part;
    if (success) {
      // With partial batch responses the invocation ends at the first that fails, and goes on there.
      const done = lane.failedAt === -1 ? part.count : lane.failedAt;
      if (done > 0) part.failures = 0;
      part.count -= done;
      this.#pass(lane, done);
      if (part.count === 0) {
        this.#partOver(lane);
        return;
      }
    }
    this.#failedInvoke.add(part.count);
    this.#failed(lane, part, success);
  }

  /** `isPartial`: the function has said with which record it goes on. */
  #failed(lane: Lane, part: Part, isPartial: boolean): void {
    const { bisectBatchOnFunctionError, maximumRetryAttempts } = this.#mapping;
    const { records, next } = lane;
    for (let i = next; i < next + part.count; i++) records.receiveCount[i] = (records.receiveCount[i] as number) + 1;
    if (bisectBatchOnFunctionError && part.count > 1 && !isPartial) {
      const first = Math.floor(part.count / 2);
      part.count -= first;
      lane.parts.push({ count: first, failures: part.failures });
    } else {
      part.failures++;
      if (part.failures > (maximumRetryAttempts ?? Number.POSITIVE_INFINITY)) {
        this.#leaveOut(lane, part.count);
        this.#partOver(lane);
        return;
      }
    }
    this.#sim.schedule(f.streamRetryUs.value, this.#again, lane.index);
  }

  /** The next so many are never handled (any more). */
  #leaveOut(lane: Lane, count: number): void {
    if (count === 0) return;
    const { records, next } = lane;
    this.#dropped.add(count);
    if (this.#destination !== null) {
      for (let i = next; i < next + count; i++) this.#requests.deadLetter(records.body[i] as number, false);
      this.#told.add(1);
      this.#destination(records.body[next] as number);
    }
    for (let i = next; i < next + count; i++) {
      this.#reader.giveUp(records.body[i] as number, records.sequence[i] as number, records.sub[i]);
    }
    this.#pass(lane, count);
  }

  /** Has done with the next so many. */
  #pass(lane: Lane, count: number): void {
    const { records, shard } = lane;
    for (let i = 0; i < count; i++) this.#reader.letGo(records.body[lane.next + i] as number);
    lane.next += count;
    shard.held -= count;
    if (lane.next === records.count || lane.next > SLACK) {
      records.dropFirst(lane.next);
      lane.next = 0;
    }
    this.#feed.resume(shard.id);
  }

  #partOver(lane: Lane): void {
    lane.parts.pop();
    if (lane.parts.length > 0) {
      this.#offer(lane);
      return;
    }
    lane.busy = false;
    this.#gather(lane);
    this.#endIfDone(lane.shard);
  }

  /** A shard has ended when all of it is done: then its children are begun. */
  #endIfDone({ id, held, children }: Shard): void {
    if (children === null || held > 0 || !this.#shards.delete(id)) return;
    this.#owners.onShardEnd(0, id, children);
  }

  // --- what is told to the witness ---

  /** The function works on one item after the other; where it goes on after the last one told it is over. */
  #tellItem(witness: Witness, lane: Lane, at: number, success: boolean): void {
    this.#tellHandled(lane, success ? Outcome.ok : Outcome.failed);
    if (success && at + 1 < lane.event.count) this.#tellHandling(witness, lane, at + 1);
  }

  #tellHandling(witness: Witness, lane: Lane, at: number): void {
    lane.working = at;
    lane.handling = witness.begin();
    witness.handling(lane.index, lane.handling, lane.batch, at);
  }

  #tellHandled(lane: Lane, outcome: Outcome): void {
    this.#witness?.handled(lane.index, lane.handling, lane.batch, lane.working, outcome);
    lane.working = -1;
  }

  #lane(shard: Shard): Lane {
    const batch = new StreamRecords();
    const lane: Lane = {
      index: this.#lanes.length,
      shard,
      records: new StreamRecords(),
      next: 0,
      firstUs: 0,
      parts: [],
      busy: false,
      timer: -1,
      batch,
      event: emptyEvent(batch),
      failedAt: -1,
      refusedWaitUs: f.throttleRetryUs.value,
      working: -1,
      handling: -1,
    };
    this.#lanes.push(lane);
    return lane;
  }
}

/** Which lane of a shard has the records of a partition key (assumed: the key's number decides). */
function laneOf(key: number, lanes: number): number {
  return lanes === 1 || key < 0 ? 0 : key % lanes;
}

/** Whether it has nothing in hand that waits for a batch. */
function isIdle({ records, next, parts }: Lane): boolean {
  return next + parts.reduce((sum, { count }) => sum + count, 0) === records.count;
}
