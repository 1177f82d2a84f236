/**
 * A reader's SDK client for one stream: ListShards, GetShardIterator, GetRecords and SubscribeToShard, with the network in between.
 * A call takes effect half-way through its round trip. Answers that are lost end in the SDK's own time-out, so that a reader never hangs.
 */
import { compileVariate, type Distribution, type Simulation, type Stream, type Variate } from '../kernel/index.ts';
import { Outcome, type Witness } from '../services/ports.ts';
import type {
  ChildShard,
  KinesisError,
  KinesisOperations,
  ShardDescription,
  ShardFilter,
  StartingPosition,
  Subscriber,
  SubscribeToShardEvent,
  SubscriptionEnd,
} from '../services/kinesis/operations.ts';
import type { Aggregate } from './aggregates.ts';
import type { EndpointState } from './endpoint.ts';
import { outcomeOf } from './producer.ts';
import type { StreamReader } from './stream-ledger.ts';
import { StreamRecords } from './stream-records.ts';

/** How long the SDK waits for an answer, microseconds (assumed). */
const SDK_TIMEOUT_US = 5_000_000;

/** How a call ended: null is well; else the service's error, or what the client makes of silence. */
export type ReadError = Pick<KinesisError, 'code'> | null;
/** The position is good, the iterator is not: whoever reads asks for another one. */
export const EXPIRED_ITERATOR = 'ExpiredIteratorException';
/** A shard that is so old that nothing is left of it. */
export const GONE = 'ResourceNotFoundException';
const UNAVAILABLE: ReadError = { code: 'ServiceUnavailable' };
const TIMED_OUT: ReadError = { code: 'RequestTimeout' };

/** The answer to a read; valid during the call only. Its rows are held: the owner lets go of them. */
export interface ReadAnswer {
  readonly records: StreamRecords;
  /** -1: the shard has been read to its end. */
  readonly NextShardIterator: number;
  readonly MillisBehindLatest: number;
  readonly ChildShards: readonly ChildShard[];
}

export interface KinesisClientOwner {
  onShards(tag: number, error: ReadError, shards: readonly ShardDescription[]): void;
  onIterator(tag: number, error: ReadError, ShardIterator: number): void;
  onRecords(tag: number, error: ReadError, answer: ReadAnswer): void;
  onSubscribed(tag: number, error: ReadError): void;
  /** A push; valid during the call only. `ended`: the shard has been read to its end. */
  onPush(tag: number, answer: ReadAnswer, ended: boolean): void;
  /** The subscription is over and nothing more will come of it, after five minutes or because the connection broke. */
  onSubscriptionOver(tag: number): void;
}

const Listing = 0;
const Iterating = 1;
const Reading = 2;
const Subscribing = 3;

/** One call under way; pooled. */
interface Call {
  readonly index: number;
  kind: number;
  tag: number;
  /** Who calls, for the witness: which instance. */
  who: number;
  abandoned: boolean;
  error: ReadError;
  call: number;
  startedUs: number;
  servedUs: number;
  backUs: number;
  shard: number;
  position: StartingPosition;
  filter: ShardFilter;
  iterator: number;
  limit: number;
  shards: readonly ShardDescription[];
  readonly answer: {
    records: StreamRecords;
    NextShardIterator: number;
    MillisBehindLatest: number;
    ChildShards: readonly ChildShard[];
  };
}

/** What somebody is subscribed to, by tag. */
interface Pipe {
  readonly subscription: number;
  readonly who: number;
}

const TRIM_HORIZON: StartingPosition = { Type: 'TRIM_HORIZON' };
const ALL: ShardFilter = { Type: 'FROM_TRIM_HORIZON' };

export interface KinesisClientOptions {
  readonly name: string;
  /** Round trip of every call. */
  readonly latency: Distribution;
  /** For SubscribeToShard: the registered consumer; -1: it reads by GetRecords. */
  readonly consumer: number;
}

export class KinesisClient implements Subscriber {
  readonly #sim: Simulation;
  readonly #stream: KinesisOperations;
  readonly #reader: StreamReader;
  readonly #state: EndpointState;
  readonly #owner: KinesisClientOwner;
  readonly #consumer: number;
  readonly #latency: Variate;
  readonly #delays: Stream;
  readonly #losses: Stream;
  readonly #witness: Witness | null;
  readonly #calls: Call[] = [];
  readonly #free: number[] = [];
  readonly #pipes = new Map<number, Pipe>();
  readonly #pushed = {
    records: new StreamRecords(),
    NextShardIterator: -1,
    MillisBehindLatest: 0,
    ChildShards: [] as readonly ChildShard[],
  };

  readonly #arrive = (index: number): void => {
    this.#serve(this.#calls[index] as Call);
  };
  readonly #return = (index: number): void => {
    this.#over(this.#calls[index] as Call);
  };

  constructor(
    sim: Simulation,
    stream: KinesisOperations,
    reader: StreamReader,
    state: EndpointState,
    owner: KinesisClientOwner,
    options: KinesisClientOptions,
    witness: Witness | null = null,
  ) {
    this.#sim = sim;
    this.#stream = stream;
    this.#reader = reader;
    this.#state = state;
    this.#owner = owner;
    this.#consumer = options.consumer;
    this.#latency = compileVariate(options.latency);
    this.#delays = sim.stream(`${options.name}/latency`);
    this.#losses = sim.stream(`${options.name}/loss`);
    this.#witness = witness;
  }

  // Each begins a call, whose owner hears of it once under its tag; what comes back is for `abandon`.

  listShards(tag: number, filter: ShardFilter): number {
    const call = this.#take(Listing, tag, -1);
    call.filter = filter;
    return this.#send(call);
  }

  getShardIterator(tag: number, ShardId: number, position: StartingPosition): number {
    const call = this.#take(Iterating, tag, -1);
    call.shard = ShardId;
    call.position = position;
    return this.#send(call);
  }

  getRecords(tag: number, who: number, ShardIterator: number, Limit: number): number {
    const call = this.#take(Reading, tag, who);
    call.iterator = ShardIterator;
    call.limit = Limit;
    if (this.#witness !== null) call.call = this.#witness.begin();
    return this.#send(call);
  }

  subscribeToShard(tag: number, who: number, ShardId: number, position: StartingPosition): number {
    const call = this.#take(Subscribing, tag, who);
    call.shard = ShardId;
    call.position = position;
    return this.#send(call);
  }

  /** The owner has crashed, or does not want the answer: what was asked for goes on at the service. */
  abandon(index: number): void {
    (this.#calls[index] as Call).abandoned = true;
  }

  /** Whether something may still come of a subscription. */
  isSubscribed(tag: number): boolean {
    return this.#pipes.has(tag);
  }

  /** Breaks the connection of a subscription; nothing more is told of it. */
  unsubscribe(tag: number): void {
    const pipe = this.#pipes.get(tag);
    if (pipe === undefined) return;
    this.#pipes.delete(tag);
    this.#stream.cancelSubscription(pipe.subscription);
  }

  onSubscribeToShardEvent(tag: number, event: SubscribeToShardEvent): void {
    const pipe = this.#pipes.get(tag);
    if (pipe === undefined) return;
    if (!this.#state.calm && (this.#state.down || this.#chance(this.#state.loseReplies))) {
      // What a push brings is lost with its connection: a later subscription begins where this one stood.
      this.unsubscribe(tag);
      this.#owner.onSubscriptionOver(tag);
      return;
    }
    const answer = this.#pushed;
    this.#copy(event, answer.records);
    answer.MillisBehindLatest = event.MillisBehindLatest;
    answer.ChildShards = event.ChildShards;
    if (this.#witness !== null) {
      const call = this.#witness.begin();
      this.#witness.received(pipe.who, call, 0, answer.records, 0, answer.records.count, -1);
    }
    this.#owner.onPush(tag, answer, event.ContinuationSequenceNumber === -1);
  }

  onSubscriptionEnd(tag: number, reason: SubscriptionEnd): void {
    // What the client itself broke it hears nothing of, and the end of a shard came with its last push.
    if (!this.#pipes.delete(tag) || reason === 'cancelled' || reason === 'shardEnd') return;
    this.#owner.onSubscriptionOver(tag);
  }

  // --- on the way ---

  #send(call: Call): number {
    // At least a microsecond, so that a loop that reads without pause moves the clock.
    const roundTrip = Math.max(1, Math.floor(this.#draw() + 0.5));
    const half = Math.floor(roundTrip / 2 + 0.5);
    const { wayUs } = this.#state;
    call.backUs = roundTrip - half + wayUs;
    this.#sim.schedule(half + wayUs, this.#arrive, call.index);
    return call.index;
  }

  #serve(call: Call): void {
    if (call.abandoned) {
      this.#give(call);
      return;
    }
    const { calm, loseRequests, loseReplies, errors, down, lateUs } = this.#state;
    if (!calm && this.#chance(loseRequests)) {
      this.#lose(call);
      return;
    }
    if (!calm && (down || this.#chance(errors))) call.error = UNAVAILABLE;
    else this.#ask(call);
    call.servedUs = this.#sim.now;
    if (!calm && this.#chance(loseReplies)) {
      this.#drop(call);
      this.#lose(call);
      return;
    }
    this.#sim.schedule(call.backUs + lateUs, this.#return, call.index);
  }

  #lose(call: Call): void {
    call.error = TIMED_OUT;
    this.#sim.schedule(Math.max(0, call.startedUs + SDK_TIMEOUT_US - this.#sim.now), this.#return, call.index);
  }

  /** At the service, now. */
  #ask(call: Call): void {
    switch (call.kind) {
      case Listing: {
        const { error, Shards } = this.#stream.ListShards(call.filter);
        call.error = error;
        call.shards = Shards;
        return;
      }
      case Iterating: {
        const { error, ShardIterator } = this.#stream.GetShardIterator(call.shard, call.position);
        call.error = error;
        call.iterator = ShardIterator;
        if (error === null) this.#begins(call);
        return;
      }
      case Reading:
        this.#read(call);
        return;
      default:
        this.#subscribe(call);
    }
  }

  #read(call: Call): void {
    const { answer } = call;
    const output = this.#stream.GetRecords(call.iterator, call.limit);
    call.error = output.error;
    if (output.error !== null) return;
    this.#copy(output, answer.records);
    answer.NextShardIterator = output.NextShardIterator;
    answer.MillisBehindLatest = output.MillisBehindLatest;
    answer.ChildShards = output.ChildShards;
  }

  #subscribe(call: Call): void {
    const { shard, position, tag, who } = call;
    const { error, subscription } = this.#stream.SubscribeToShard(this.#consumer, shard, position, this, tag);
    call.error = error;
    if (error !== null) return;
    this.#pipes.set(tag, { subscription, who });
    this.#begins(call);
  }

  /** Behind a record that it has read nothing is passed over: what came before is done, or in its hands. */
  #begins({ shard, position }: Call): void {
    if (position.Type !== 'AFTER_SEQUENCE_NUMBER') this.#reader.begins(shard, position);
  }

  #copy(from: Columns, into: StreamRecords): void {
    into.count = 0;
    for (let i = 0; i < from.count; i++) {
      const data = from.Data[i] as number;
      const aggregate = this.#reader.aggregateOf(data);
      const sequence = from.SequenceNumber[i] as number;
      const arrivedUs = from.ApproximateArrivalTimestamp[i] as number;
      if (aggregate === undefined)
        into.add(this.#reader.take(data), from.PartitionKey[i] as number, sequence, arrivedUs);
      else this.#copyAggregate(aggregate, sequence, arrivedUs, into);
    }
  }

  /** Readers take it apart (KCL, and what others do the same with). */
  #copyAggregate({ rows, keys }: Aggregate, sequence: number, arrivedUs: number, into: StreamRecords): void {
    rows.forEach((row, sub) => into.add(this.#reader.take(row), keys[sub] as number, sequence, arrivedUs, sub));
  }

  #over(call: Call): void {
    const { kind, tag, error, answer } = call;
    const owner = this.#owner;
    if (call.abandoned) {
      this.#drop(call);
      this.#give(call);
      return;
    }
    if (kind === Reading && this.#witness !== null) this.#tellRead(this.#witness, call);
    if (kind === Listing) owner.onShards(tag, error, call.shards);
    else if (kind === Iterating) owner.onIterator(tag, error, call.iterator);
    else if (kind === Reading) owner.onRecords(tag, error, answer);
    else owner.onSubscribed(tag, error);
    this.#give(call);
  }

  #tellRead(witness: Witness, { who, call, error, servedUs, answer }: Call): void {
    if (error === null) {
      witness.received(who, call, this.#sim.now - servedUs, answer.records, 0, answer.records.count, -1);
      return;
    }
    const senderFault = error.code === EXPIRED_ITERATOR;
    const outcome = error === TIMED_OUT ? Outcome.timedOut : outcomeOf({ code: error.code, senderFault });
    witness.receiveFailed(who, call, outcome);
  }

  /** Nobody hears its answer: what it brought is let go of, and its connection with it. */
  #drop({ kind, error, tag, answer: { records } }: Call): void {
    if (kind === Subscribing && error === null) this.unsubscribe(tag);
    for (let i = 0; i < records.count; i++) this.#reader.letGo(records.body[i] as number);
    records.count = 0;
  }

  #draw(): number {
    return this.#latency.constant ? this.#latency.mean : this.#latency.draw(this.#delays);
  }

  #chance(share: number): boolean {
    return share > 0 && this.#losses.uniform() < share;
  }

  #take(kind: number, tag: number, who: number): Call {
    const reused = this.#free.pop();
    const call = reused === undefined ? this.#make() : (this.#calls[reused] as Call);
    call.kind = kind;
    call.tag = tag;
    call.who = who;
    call.abandoned = false;
    call.error = null;
    call.call = -1;
    call.startedUs = this.#sim.now;
    call.answer.records.count = 0;
    return call;
  }

  #make(): Call {
    const call: Call = {
      index: this.#calls.length,
      kind: Listing,
      tag: -1,
      who: -1,
      abandoned: false,
      error: null,
      call: -1,
      startedUs: 0,
      servedUs: 0,
      backUs: 0,
      shard: -1,
      position: TRIM_HORIZON,
      filter: ALL,
      iterator: -1,
      limit: 0,
      shards: [],
      answer: { records: new StreamRecords(), NextShardIterator: -1, MillisBehindLatest: 0, ChildShards: [] },
    };
    this.#calls.push(call);
    return call;
  }

  #give(call: Call): void {
    call.answer.records.count = 0;
    this.#free.push(call.index);
  }
}

type Columns = Pick<
  SubscribeToShardEvent,
  'count' | 'Data' | 'PartitionKey' | 'SequenceNumber' | 'ApproximateArrivalTimestamp'
>;
