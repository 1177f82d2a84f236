/**
 * A fleet of consumers of one stream.
 *
 *   ShardOwners ─ begin ─▶ lane of a shard: iterator ─▶ read ─▶ in hand ─▶ handled one by one, in order ─▶ idle ─▶ read …
 *                               └─ fan-out: subscription ─▶ pushes ─▶ in hand ─▶ …
 *
 * A lane handles one record at a time; an instance handles those of at most `concurrency` lanes at once, the others wait their turn. A record that fails is tried
 * again and its lane waits (or it is left out). What a crash finds in hand was not handled; where reading goes on then, the owners of the shards know.
 */
import type { CallPath } from '../calls/index.ts';
import type { Distribution, Handle, Simulation } from '../kernel/index.ts';
import {
  type Counter,
  type HandlerRunner,
  type Level,
  type Metrics,
  type Observations,
  Outcome,
  type Witness,
} from '../services/ports.ts';
import type {
  ChildShard,
  KinesisOperations,
  ShardDescription,
  ShardFilter,
  StartingPosition,
} from '../services/kinesis/operations.ts';
import type { EndpointState } from './endpoint.ts';
import {
  EXPIRED_ITERATOR,
  GONE,
  KinesisClient,
  type KinesisClientOwner,
  type ReadAnswer,
  type ReadError,
} from './kinesis-client.ts';
import { LeasedShards } from './leased-shards.ts';
import { isThrottling } from './producer.ts';
import { RecordHandler, type RecordHandlerOwner } from './record-handler.ts';
import type { RequestTable } from './requests.ts';
import { NumberedShards, type ShardOwners, type ShardReading } from './shard-owners.ts';
import type { StreamConsumerSettings } from './settings.ts';
import type { StreamReader } from './stream-ledger.ts';
import { StreamRecords } from './stream-records.ts';

export interface StreamConsumerPorts {
  readonly requests: RequestTable;
  readonly metrics: Metrics;
  readonly stream: KinesisOperations;
  /** Its side of the stream's ledger. */
  readonly reader: StreamReader;
  /** Registered for enhanced fan-out as; -1: it reads by GetRecords. */
  readonly fanOutConsumer: number;
  readonly endpoint: EndpointState;
  /** Round trip of a read. */
  readonly latency: Distribution;
  /** What it does at its stream, and what its handlers do; default: null. */
  readonly atStream?: Witness | null;
  readonly witness?: Witness | null;
  /** Whether its handlers hand their work on, so that it is not done when they are; default: false. */
  readonly handsOn?: boolean;
  /** Code in the place of the handler's own success; default: null. */
  readonly code?: HandlerRunner | null;
}

const Fetching = 0;
const Handling = 1;
/** Records are in hand, and no place to handle them is free. */
const Queued = 2;
/** Between two records, or until the next attempt at one. */
const Pausing = 3;

/** One shard that an instance reads. Never used again when it has stopped. */
interface Lane {
  readonly index: number;
  readonly instance: Instance;
  readonly shard: number;
  state: number;
  stopped: boolean;
  /** Where it stands, if it has to ask for an iterator. */
  position: StartingPosition;
  /** -1: it has none. */
  iterator: number;
  /** The call under way; -1: none. */
  call: number;
  /** Until it reads again, and until the next attempt at a record. */
  timer: Handle | -1;
  pause: Handle | -1;
  readonly records: StreamRecords;
  /** The next of them. */
  next: number;
  /** Where, in hand, what came with each read ends; the first is the one being handled. */
  readonly reads: number[];
  /** Nothing more is read: it is over when nothing is in hand. */
  draining: boolean;
  /** The shard ends behind what is in hand. */
  ends: boolean;
  children: readonly ChildShard[];
  /** The witness's number of the handling under way. */
  handling: number;
}

interface Instance {
  readonly index: number;
  alive: boolean;
  /** While it does not run: not to be restarted before, microseconds; Infinity: never. */
  restartUs: number;
  readonly lanes: Lane[];
  /** Lanes that handle. */
  busy: number;
  readonly waiting: Lane[];
  /** Moves on with each crash: answers to what was asked before are thrown away. */
  life: number;
}

interface Listing {
  readonly instance: Instance;
  readonly life: number;
  readonly filter: ShardFilter;
  readonly then: (shards: readonly ShardDescription[]) => void;
}

/** Where lists of shards are asked for under a tag of their own, below those of lanes. */
const FIRST_LISTING = -2;

export class StreamConsumer implements KinesisClientOwner, RecordHandlerOwner, ShardReading {
  readonly settings: StreamConsumerSettings;
  readonly #sim: Simulation;
  readonly #client: KinesisClient;
  readonly #reader: StreamReader;
  readonly #handler: RecordHandler;
  readonly #owners: ShardOwners;
  readonly #witness: Witness | null;
  readonly #handsOn: boolean;
  readonly #concurrency: number;
  readonly #instances: Instance[] = [];
  readonly #lanes: Lane[] = [];
  readonly #listings: Listing[] = [];
  /** Lanes of each shard that is read: two where one instance has lost it and has not noticed. */
  readonly #reading = new Map<number, number>();
  readonly #inHandLevel: Level;
  readonly #alive: Level;
  readonly #shardsRead: Level;
  readonly #utilisation: Level;
  readonly #handled: Counter;
  readonly #failures: Counter;
  readonly #skipped: Counter;
  readonly #throttled: Counter;
  readonly #expired: Counter;
  readonly #behind: Observations;
  #busy = 0;

  readonly #goOn = (index: number): void => {
    const lane = this.#lanes[index] as Lane;
    lane.timer = -1;
    this.#fetch(lane);
  };
  readonly #tryAgain = (index: number): void => {
    const lane = this.#lanes[index] as Lane;
    lane.pause = -1;
    this.#handle(lane);
  };
  readonly #restart = (index: number): void => {
    const instance = this.#instances[index] as Instance;
    // A later crash may have put the restart off.
    if (instance.alive || this.#sim.now < instance.restartUs) return;
    instance.alive = true;
    this.#alive.add(1);
    if (this.#sim.now >= this.settings.stream.fromUs) this.#owners.onInstance(index);
  };
  readonly #begin = (): void => {
    for (const { index, alive } of this.#instances) if (alive) this.#owners.onInstance(index);
  };
  readonly #listAgain = (index: number): void => {
    this.#list(index);
  };

  constructor(sim: Simulation, settings: StreamConsumerSettings, ports: StreamConsumerPorts) {
    this.settings = settings;
    this.#sim = sim;
    this.#reader = ports.reader;
    this.#witness = ports.witness ?? null;
    this.#handsOn = ports.handsOn ?? false;
    this.#concurrency = settings.concurrency ?? Number.POSITIVE_INFINITY;
    const { metrics, requests } = ports;
    this.#utilisation = metrics.level('Utilisation', 'None');
    this.#inHandLevel = metrics.level('MessagesInHand', 'Count');
    this.#alive = metrics.level('InstancesRunning', 'Count');
    this.#shardsRead = metrics.level('ShardsRead', 'Count');
    this.#handled = metrics.counter('MessagesHandled', 'Count');
    this.#failures = metrics.counter('HandlerFailures', 'Count');
    this.#skipped = metrics.counter('RecordsSkipped', 'Count');
    this.#throttled = metrics.counter('ReadsThrottled', 'Count');
    this.#expired = metrics.counter('IteratorsExpired', 'Count');
    this.#behind = metrics.observations('MillisBehindLatest', 'Milliseconds');
    const options = { name: settings.name, latency: ports.latency, consumer: ports.fanOutConsumer };
    const { stream, reader, endpoint, atStream = null } = ports;
    this.#client = new KinesisClient(sim, stream, reader, endpoint, this, options, atStream);
    this.#handler = new RecordHandler(sim, settings.name, settings.handler, requests, ports.code ?? null, this);
    for (let index = 0; index < settings.instances; index++) {
      this.#instances.push({ index, alive: true, restartUs: 0, lanes: [], busy: 0, waiting: [], life: 0 });
    }
    this.#alive.set(settings.instances);
    this.#owners = this.#ownersOf(settings, metrics);
  }

  #ownersOf({ name, instances, stream }: StreamConsumerSettings, metrics: Metrics): ShardOwners {
    if (stream.kcl === undefined) return new NumberedShards(this, instances, stream.startingPosition);
    const leases = { name, instances, position: stream.startingPosition, settings: stream.kcl };
    return new LeasedShards(this.#sim, this, metrics, leases);
  }

  /** Wires the services that the handler calls; `calls[i]` serves `handler.calls[i]`. */
  connect(calls: readonly CallPath[]): void {
    this.#handler.connect(calls);
  }

  start(): void {
    const { fromUs } = this.settings.stream;
    // Before the restarts of its instant.
    if (fromUs === 0) this.#begin();
    else this.#sim.scheduleAt(fromUs, this.#begin, undefined, 0);
  }

  // --- faults ---

  /** Makes handler times begun from now on longer by a factor; the returned function ends it. */
  slowDown(factor: number): () => void {
    return this.#handler.slowDown(factor);
  }

  /**
   * Crashes a share (0 to 1) of all instances, the first in their order: those that run lose what they have in hand, those that lie down already stay down for at
   * least as long. They restart after `restartUs`, never where it is null.
   */
  crash(share: number, restartUs: number | null): void {
    const until = restartUs === null ? Number.POSITIVE_INFINITY : this.#sim.now + restartUs;
    const running = this.#instances.filter(({ alive }) => alive);
    const lying = this.#instances.filter(({ alive }) => !alive);
    for (const instance of [...running, ...lying].slice(0, Math.round(share * this.#instances.length))) {
      if (instance.alive) this.#kill(instance);
      else if (until <= instance.restartUs) continue;
      instance.restartUs = until;
      if (restartUs !== null) this.#sim.schedule(restartUs, this.#restart, instance.index);
    }
  }

  /** Cuts a share of all instances, the first in their order, off from their table of leases; the returned function ends it. */
  cutOff(share: number): () => void {
    const cut = this.#instances.slice(0, Math.round(share * this.#instances.length));
    for (const { index } of cut) this.#owners.cut(index, true);
    return () => {
      for (const { index } of cut) this.#owners.cut(index, false);
    };
  }

  #kill(instance: Instance): void {
    instance.alive = false;
    instance.life++;
    this.#alive.add(-1);
    for (let lane = instance.lanes[0]; lane !== undefined; lane = instance.lanes[0]) this.#stop(lane);
    this.#owners.onCrash(instance.index);
  }

  // --- what owners ask for ---

  begin(index: number, ShardId: number, position: StartingPosition): void {
    const instance = this.#instances[index] as Instance;
    const records = new StreamRecords();
    const lane: Lane = {
      index: this.#handler.addWorker(index, records),
      instance,
      shard: ShardId,
      state: Fetching,
      stopped: false,
      position,
      iterator: -1,
      call: -1,
      timer: -1,
      pause: -1,
      records,
      next: 0,
      reads: [],
      draining: false,
      ends: false,
      children: [],
      handling: -1,
    };
    this.#lanes.push(lane);
    instance.lanes.push(lane);
    this.#reading.set(ShardId, (this.#reading.get(ShardId) ?? 0) + 1);
    this.#shardsRead.set(this.#reading.size);
    this.#noteUtilisation();
    this.#fetch(lane);
  }

  stop(index: number, ShardId: number): void {
    const lane = this.#laneOf(index, ShardId);
    if (lane !== undefined) this.#stop(lane);
  }

  drain(index: number, ShardId: number): void {
    const lane = this.#laneOf(index, ShardId);
    if (lane === undefined || lane.draining) return;
    lane.draining = true;
    this.#hangUp(lane);
    if (lane.next === lane.records.count) this.#drained(lane);
  }

  isReadBy(index: number, ShardId: number): boolean {
    return this.#laneOf(index, ShardId) !== undefined;
  }

  #laneOf(index: number, ShardId: number): Lane | undefined {
    return this.#instances[index]?.lanes.find(({ shard }) => shard === ShardId);
  }

  isReading(ShardId: number): boolean {
    return this.#reading.has(ShardId);
  }

  isAlive(instance: number): boolean {
    return this.#instances[instance]?.alive === true;
  }

  listShards(index: number, filter: ShardFilter, then: (shards: readonly ShardDescription[]) => void): void {
    const instance = this.#instances[index] as Instance;
    this.#list(this.#listings.push({ instance, life: instance.life, filter, then }) - 1);
  }

  passOver(isPassed: (ShardId: number) => boolean): void {
    this.#reader.passesOver(isPassed);
  }

  #list(index: number): void {
    this.#client.listShards(FIRST_LISTING - index, (this.#listings[index] as Listing).filter);
  }

  // --- the client's owner ---

  onShards(tag: number, error: ReadError, shards: readonly ShardDescription[]): void {
    const index = FIRST_LISTING - tag;
    const { instance, life, then } = this.#listings[index] as Listing;
    if (!instance.alive || instance.life !== life) return;
    if (error === null) then(shards);
    else this.#sim.schedule(this.settings.pollRetryUs, this.#listAgain, index);
  }

  onIterator(tag: number, error: ReadError, ShardIterator: number): void {
    const lane = this.#answered(tag);
    if (error === null) {
      lane.iterator = ShardIterator;
      this.#fetch(lane);
    } else if (error.code === GONE) this.#end(lane);
    else this.#later(lane, error);
  }

  onRecords(tag: number, error: ReadError, answer: ReadAnswer): void {
    const lane = this.#answered(tag);
    if (error !== null) {
      if (error.code === EXPIRED_ITERATOR) {
        this.#expired.add(1);
        lane.iterator = -1;
        this.#fetch(lane);
      } else this.#later(lane, error);
      return;
    }
    lane.iterator = answer.NextShardIterator;
    this.#take(lane, answer, answer.NextShardIterator === -1);
    if (lane.next < lane.records.count) this.#work(lane);
    else if (lane.ends) this.#end(lane);
    else this.#idle(lane);
  }

  onSubscribed(tag: number, error: ReadError): void {
    const lane = this.#answered(tag);
    if (error !== null) this.#later(lane, error);
    // Its connection broke while the answer was on its way.
    else if (!lane.ends && !this.#client.isSubscribed(tag)) this.#subscribe(lane);
  }

  onPush(tag: number, answer: ReadAnswer, ended: boolean): void {
    const lane = this.#lanes[tag] as Lane;
    this.#take(lane, answer, ended);
    if (lane.state !== Fetching) return;
    if (lane.next < lane.records.count) this.#work(lane);
    else if (lane.ends) this.#end(lane);
  }

  /** The subscription is over: another one, behind what was pushed. */
  onSubscriptionOver(tag: number): void {
    const lane = this.#lanes[tag] as Lane;
    if (lane.stopped || lane.ends) return;
    if (lane.call === -1 && lane.timer === -1) this.#subscribe(lane);
  }

  #answered(tag: number): Lane {
    const lane = this.#lanes[tag] as Lane;
    lane.call = -1;
    return lane;
  }

  // --- a lane's life ---

  #fetch(lane: Lane): void {
    if (this.settings.stream.fanOut) this.#subscribe(lane);
    else if (lane.iterator === -1) lane.call = this.#client.getShardIterator(lane.index, lane.shard, lane.position);
    else {
      const { limit } = this.settings.stream;
      lane.call = this.#client.getRecords(lane.index, lane.instance.index, lane.iterator, limit);
    }
  }

  #subscribe(lane: Lane): void {
    lane.call = this.#client.subscribeToShard(lane.index, lane.instance.index, lane.shard, lane.position);
  }

  /** It was refused, or not answered. */
  #later(lane: Lane, error: NonNullable<ReadError>): void {
    if (lane.stopped) return;
    if (isThrottling({ code: error.code, senderFault: false })) this.#throttled.add(1);
    lane.timer = this.#sim.schedule(this.settings.pollRetryUs, this.#goOn, lane.index);
  }

  #idle(lane: Lane): void {
    lane.timer = this.#sim.schedule(this.settings.stream.idleTimeBetweenReadsUs, this.#goOn, lane.index);
  }

  /** Behind what is in hand. */
  #take(lane: Lane, { records, MillisBehindLatest, ChildShards }: ReadAnswer, ended: boolean): void {
    this.#behind.record(MillisBehindLatest);
    if (lane.next === lane.records.count) {
      lane.records.count = 0;
      lane.next = 0;
      lane.reads.length = 0;
    }
    lane.records.addAll(records);
    if (records.count > 0) lane.reads.push(lane.records.count);
    this.#inHandLevel.add(records.count);
    if (records.count > 0) {
      const last = records.sequence[records.count - 1] as number;
      lane.position = { Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: last };
    }
    if (!ended) return;
    lane.ends = true;
    lane.children = ChildShards;
  }

  /** Has what is in hand handled, when its instance has a place for it. */
  #work(lane: Lane): void {
    const { instance } = lane;
    if (instance.busy >= this.#concurrency) {
      lane.state = Queued;
      instance.waiting.push(lane);
      return;
    }
    this.#occupy(instance, 1);
    this.#handle(lane);
  }

  #handle(lane: Lane): void {
    lane.state = Handling;
    if (this.#witness !== null) {
      lane.handling = this.#witness.begin();
      this.#witness.handling(lane.index, lane.handling, lane.records, lane.next);
    }
    this.#handler.handle(lane.index, lane.next);
  }

  onHandled(tag: number, success: boolean): void {
    const lane = this.#lanes[tag] as Lane;
    const { records, next } = lane;
    this.#handled.add(1);
    if (this.#witness !== null) {
      this.#witness.handled(lane.index, lane.handling, records, next, success ? Outcome.ok : Outcome.failed);
    }
    if (!success) this.#failures.add(1);
    const { onFailure, retryDelayUs } = this.settings.stream;
    if (!success && onFailure === 'retry') {
      records.receiveCount[next] = (records.receiveCount[next] as number) + 1;
      lane.state = Pausing;
      lane.pause = this.#sim.schedule(retryDelayUs, this.#tryAgain, lane.index);
      return;
    }
    this.#finish(lane, success);
    if (lane.stopped) return;
    if (lane.next < records.count) this.#handle(lane);
    else this.#allDone(lane);
  }

  #finish(lane: Lane, success: boolean): void {
    const { records, next, instance, shard } = lane;
    const row = records.body[next] as number;
    const sequence = records.sequence[next] as number;
    const sub = records.sub[next] as number;
    if (!success) this.#skipped.add(1);
    if (success && !this.#handsOn) this.#reader.finish(row, sequence, sub);
    else this.#reader.giveUp(row, sequence, sub);
    lane.next++;
    lane.state = Pausing;
    this.#inHandLevel.add(-1);
    this.#reader.letGo(row);
    const left = (lane.reads[0] as number) - lane.next;
    if (left === 0) lane.reads.shift();
    // Of an aggregated record all parts must be done.
    if (left > 0 && records.sequence[next + 1] === sequence) return;
    this.#owners.onFinished(instance.index, shard, sequence, left);
  }

  /** Nothing is in hand any more. */
  #allDone(lane: Lane): void {
    lane.state = Fetching;
    this.#leave(lane.instance);
    if (lane.ends) this.#end(lane);
    else if (lane.draining) this.#drained(lane);
    else if (!this.settings.stream.fanOut) this.#idle(lane);
  }

  #drained(lane: Lane): void {
    const { instance, shard } = lane;
    this.#forget(lane);
    this.#owners.onDrained(instance.index, shard);
  }

  #end(lane: Lane): void {
    const { instance, shard, children } = lane;
    this.#forget(lane);
    this.#owners.onShardEnd(instance.index, shard, children);
  }

  #stop(lane: Lane): void {
    const { state, records, instance } = lane;
    this.#hangUp(lane);
    if (lane.pause !== -1) this.#sim.cancel(lane.pause);
    lane.pause = -1;
    if (state === Handling) {
      this.#handler.drop(lane.index);
      this.#witness?.handled(lane.index, lane.handling, records, lane.next, Outcome.timedOut);
    }
    if (state === Queued) instance.waiting.splice(instance.waiting.indexOf(lane), 1);
    const dropped = records.count - lane.next;
    this.#inHandLevel.add(-dropped);
    this.#forget(lane);
    for (let i = records.count - dropped; i < records.count; i++) this.#reader.letGo(records.body[i] as number);
    records.count = 0;
    if (state === Handling || state === Pausing) this.#leave(instance);
  }

  /** It asks the stream for nothing any more. */
  #hangUp(lane: Lane): void {
    if (lane.call >= 0) this.#client.abandon(lane.call);
    if (this.settings.stream.fanOut) this.#client.unsubscribe(lane.index);
    if (lane.timer !== -1) this.#sim.cancel(lane.timer);
    lane.call = -1;
    lane.timer = -1;
  }

  #forget(lane: Lane): void {
    const { instance, shard } = lane;
    lane.stopped = true;
    lane.state = Fetching;
    instance.lanes.splice(instance.lanes.indexOf(lane), 1);
    const lanes = (this.#reading.get(shard) as number) - 1;
    if (lanes === 0) this.#reading.delete(shard);
    else this.#reading.set(shard, lanes);
    this.#shardsRead.set(this.#reading.size);
    this.#noteUtilisation();
  }

  /** A place to handle records is free: for the lane that has waited longest. */
  #leave(instance: Instance): void {
    this.#occupy(instance, -1);
    const lane = instance.alive ? instance.waiting.shift() : undefined;
    if (lane !== undefined) this.#work(lane);
  }

  #occupy(instance: Instance, places: number): void {
    instance.busy += places;
    this.#busy += places;
    this.#noteUtilisation();
  }

  /** Lanes that handle, of those that could at once. */
  #noteUtilisation(): void {
    const { instances } = this.settings;
    const places = Math.min(this.#concurrency * instances, Math.max(1, this.#reading.size));
    this.#utilisation.set(Math.min(1, this.#busy / places));
  }
}
