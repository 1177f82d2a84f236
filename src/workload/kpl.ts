/**
 * A producer that puts into a stream by the Kinesis Producer Library.
 *
 *   user record ─▶ aggregated with others of its shard ─▶ limiter of the shard ─▶ collected ─▶ PutRecords ─┬─ put: its requests are answered
 *        ▲             51,200 B, or its time is over           150 %                 500, 5 MiB            └─ not: each user record by itself
 *        └──────────────────────── until its time to live is over: then it has failed ◀────────────────────────┘
 */
import { kinesisFacts, streamClientFacts as f } from '../facts/index.ts';
import {
  compileVariate,
  type Distribution,
  type Handle,
  type Simulation,
  type Stream,
  type Variate,
} from '../kernel/index.ts';
import type { KinesisError, KinesisOperations } from '../services/kinesis/operations.ts';
import { type Callee, type Caller, Outcome, type Requests, type Witness } from '../services/ports.ts';
import type { Aggregates } from './aggregates.ts';
import type { EndpointState } from './endpoint.ts';
import { outcomeOf } from './producer.ts';
import type { KplSettings } from './settings.ts';
import type { StreamKeys } from './stream-keys.ts';

const US_PER_SECOND = 1_000_000;
const MOST_RECORDS = kinesisFacts.putMaxRecords.value;

export interface KplOptions {
  readonly name: string;
  readonly settings: KplSettings;
  /** Round trip of a put. */
  readonly latency: Distribution;
  readonly keys: StreamKeys;
  /** The key of all, where all requests have one; null: each has its own, -1 where it has none. */
  readonly key: string | null;
  readonly aggregates: Aggregates;
  /** The open shard that a partition key falls into now. */
  readonly shardOf: (key: number) => number;
  readonly witness: Witness | null;
}

/** A request on its way. */
interface UserRecord {
  readonly ticket: number;
  readonly request: number;
  readonly caller: Caller;
  readonly tag: number;
  readonly key: number;
  /** Data and key. */
  readonly bytes: number;
  /** When it has failed for good. */
  readonly expiresUs: number;
  left: boolean;
  /** How its last try ended. */
  outcome: Outcome;
}

/** One record of the stream, of one or more user records. */
interface Bundle {
  readonly users: UserRecord[];
  readonly shard: number;
  /** Of the data; the first key's are counted by the stream. */
  bytes: number;
  /** When it is to be sent. */
  deadlineUs: number;
  timer: Handle | -1;
}

/** What a shard takes of this producer: a bucket of records, and one of bytes. */
interface Limiter {
  records: number;
  bytes: number;
  filledUs: number;
  readonly waiting: Bundle[];
}

export class KinesisProducerLibrary implements Callee {
  readonly #sim: Simulation;
  readonly #requests: Requests;
  readonly #stream: Pick<KinesisOperations, 'PutRecords'>;
  readonly #state: EndpointState;
  readonly #options: KplOptions;
  readonly #settings: KplSettings;
  readonly #key: number | null;
  readonly #latency: Variate;
  readonly #delays: Stream;
  readonly #losses: Stream;
  readonly #users = new Map<number, UserRecord>();
  readonly #open = new Map<number, Bundle>();
  readonly #limiters = new Map<number, Limiter>();
  #collected: Bundle[] = [];
  #collectedBytes = 0;
  #flushTimer: Handle | -1 = -1;
  #drains = false;
  #tickets = 0;

  constructor(
    sim: Simulation,
    requests: Requests,
    stream: Pick<KinesisOperations, 'PutRecords'>,
    state: EndpointState,
    options: KplOptions,
  ) {
    this.#sim = sim;
    this.#requests = requests;
    this.#stream = stream;
    this.#state = state;
    this.#options = options;
    this.#settings = options.settings;
    this.#key = options.key === null ? null : options.keys.named(options.key);
    this.#latency = compileVariate(options.latency);
    this.#delays = sim.stream(`${options.name}/send`);
    this.#losses = sim.stream(`${options.name}/loss`);
  }

  call(request: number, _path: number, caller: Caller, tag: number): number {
    this.#requests.retain(request);
    const { keys } = this.#options;
    const key = keys.of(this.#key ?? this.#requests.key(request), this.#requests.ordinal(request));
    const bytes = this.#requests.bytes(request) + keys.bytesOf(key);
    const ticket = this.#tickets++;
    const expiresUs = this.#sim.now + this.#settings.recordTtlUs;
    const user: UserRecord = { ticket, request, caller, tag, key, bytes, expiresUs, left: false, outcome: Outcome.ok };
    this.#users.set(ticket, user);
    this.#aggregate(user, this.#settings.recordMaxBufferedTimeUs);
    return ticket;
  }

  /** The record is on its way all the same: there is nothing to stop. */
  abandon(ticket: number): void {
    const user = this.#users.get(ticket);
    if (user !== undefined) user.left = true;
  }

  disown(): void {}

  // --- aggregation ---

  #aggregate(user: UserRecord, bufferUs: number): void {
    const { aggregation } = this.#settings;
    const { shardOf } = this.#options;
    const shard = user.key === -1 ? -1 : shardOf(user.key);
    const deadlineUs = this.#sim.now + bufferUs;
    const size = user.bytes + f.kplPartBytes.value;
    if (!aggregation || size + f.kplEnvelopeBytes.value > f.kplAggregateBytes.value) {
      this.#limit({ users: [user], shard, bytes: this.#requests.bytes(user.request), deadlineUs, timer: -1 });
      return;
    }
    const open = this.#open.get(shard);
    if (open !== undefined && open.bytes + size > f.kplAggregateBytes.value) this.#close(open);
    const bundle = this.#open.get(shard) ?? this.#begin(shard, deadlineUs);
    bundle.users.push(user);
    bundle.bytes += size;
    if (deadlineUs < bundle.deadlineUs) {
      this.#sim.cancel(bundle.timer);
      bundle.deadlineUs = deadlineUs;
      bundle.timer = this.#sim.scheduleAt(deadlineUs, this.#due, bundle);
    }
  }

  #begin(shard: number, deadlineUs: number): Bundle {
    const bundle: Bundle = { users: [], shard, bytes: f.kplEnvelopeBytes.value, deadlineUs, timer: -1 };
    bundle.timer = this.#sim.scheduleAt(deadlineUs, this.#due, bundle);
    this.#open.set(shard, bundle);
    return bundle;
  }

  readonly #due = (bundle: Bundle): void => {
    bundle.timer = -1;
    this.#close(bundle);
  };

  #close(bundle: Bundle): void {
    if (bundle.timer !== -1) this.#sim.cancel(bundle.timer);
    bundle.timer = -1;
    this.#open.delete(bundle.shard);
    const [only] = bundle.users;
    // Of one alone no aggregate is made.
    if (bundle.users.length === 1) bundle.bytes = this.#requests.bytes((only as UserRecord).request);
    this.#limit(bundle);
  }

  // --- the rate of each shard ---

  #limit(bundle: Bundle): void {
    const limiter = this.#limiterOf(bundle.shard);
    limiter.waiting.push(bundle);
    this.#drainOne(limiter);
    if (limiter.waiting.length > 0) this.#drainLater();
  }

  #limiterOf(shard: number): Limiter {
    const known = this.#limiters.get(shard);
    if (known !== undefined) return known;
    const made: Limiter = {
      records: kinesisFacts.writeRecordsPerSecond.value,
      bytes: kinesisFacts.writeBytesPerSecond.value,
      filledUs: this.#sim.now,
      waiting: [],
    };
    this.#limiters.set(shard, made);
    return made;
  }

  readonly #drain = (): void => {
    this.#drains = false;
    let waits = false;
    for (const limiter of this.#limiters.values()) {
      this.#drainOne(limiter);
      waits ||= limiter.waiting.length > 0;
    }
    if (waits) this.#drainLater();
  };

  #drainLater(): void {
    if (this.#drains) return;
    this.#drains = true;
    this.#sim.schedule(f.kplDrainUs.value, this.#drain, undefined);
  }

  #drainOne(limiter: Limiter): void {
    this.#fill(limiter);
    for (let bundle = limiter.waiting[0]; bundle !== undefined; bundle = limiter.waiting[0]) {
      this.#expire(bundle);
      if (bundle.users.length > 0) {
        if (limiter.records < 1 || limiter.bytes < Math.min(bundle.bytes, kinesisFacts.writeBytesPerSecond.value))
          return;
        limiter.records -= 1;
        limiter.bytes -= bundle.bytes;
        this.#collect(bundle);
      }
      limiter.waiting.shift();
    }
  }

  #fill(limiter: Limiter): void {
    const { writeRecordsPerSecond: records, writeBytesPerSecond: bytes } = kinesisFacts;
    const share = ((this.#sim.now - limiter.filledUs) / US_PER_SECOND) * this.#settings.rateLimit;
    limiter.records = Math.min(records.value, limiter.records + share * records.value);
    limiter.bytes = Math.min(bytes.value, limiter.bytes + share * bytes.value);
    limiter.filledUs = this.#sim.now;
  }

  /** Without those whose time to live is over. */
  #expire(bundle: Bundle): void {
    const { users } = bundle;
    for (let i = users.length - 1; i >= 0; i--) {
      const user = users[i] as UserRecord;
      if (this.#sim.now < user.expiresUs) continue;
      users.splice(i, 1);
      this.#answer(user, user.outcome === Outcome.ok ? Outcome.throttled : user.outcome);
    }
  }

  // --- collection ---

  #collect(bundle: Bundle): void {
    const bytes = bundle.bytes + this.#options.keys.bytesOf((bundle.users[0] as UserRecord).key);
    if (this.#collectedBytes + bytes > f.kplCollectBytes.value && this.#collected.length > 0) this.#flush();
    this.#collected.push(bundle);
    this.#collectedBytes += bytes;
    if (this.#collected.length >= f.kplCollectRecords.value) {
      this.#flush();
      return;
    }
    const first = this.#collected.reduce((least, { deadlineUs }) => Math.min(least, deadlineUs), bundle.deadlineUs);
    if (this.#flushTimer !== -1) this.#sim.cancel(this.#flushTimer);
    // What is due at one instant goes together.
    this.#flushTimer = this.#sim.scheduleAt(Math.max(first, this.#sim.now), this.#flushDue, undefined);
  }

  readonly #flushDue = (): void => {
    this.#flushTimer = -1;
    this.#flush();
  };

  #flush(): void {
    if (this.#flushTimer !== -1) this.#sim.cancel(this.#flushTimer);
    this.#flushTimer = -1;
    const bundles = this.#collected;
    this.#collected = [];
    this.#collectedBytes = 0;
    const call = this.#tellSending(bundles);
    const roundTrip = Math.max(1, Math.floor(this.#draw() + 0.5));
    const half = Math.floor(roundTrip / 2 + 0.5);
    const put = { bundles, call, startedUs: this.#sim.now, backUs: roundTrip - half + this.#state.wayUs };
    this.#sim.schedule(half + this.#state.wayUs, this.#put, put);
  }

  // --- at the service, and back ---

  readonly #put = (put: Put): void => {
    const { calm, loseRequests, loseReplies, errors, down, lateUs } = this.#state;
    const { bundles, startedUs, backUs } = put;
    if (!calm && this.#chance(loseRequests)) {
      this.#sim.scheduleAt(startedUs + f.kplTimeoutUs.value, this.#lost, put);
      return;
    }
    const unavailable = !calm && (down || this.#chance(errors));
    const errorsOf = unavailable ? bundles.map(() => UNAVAILABLE) : this.#putRecords(bundles);
    const answered = { ...put, errors: errorsOf, servedUs: this.#sim.now };
    if (!calm && this.#chance(loseReplies)) this.#sim.scheduleAt(startedUs + f.kplTimeoutUs.value, this.#lost, put);
    else this.#sim.schedule(backUs + lateUs, this.#answered, answered);
  };

  /** The error of each; undefined: it was put. */
  #putRecords(bundles: readonly Bundle[]): (PutError | undefined)[] {
    const { shardOf, aggregates } = this.#options;
    const found = new Array<PutError | undefined>(bundles.length).fill(undefined);
    // One whose shard was split meanwhile would take some of its records to the wrong shard: KPL sees it in the answer, here it is not put.
    const fitting: number[] = [];
    bundles.forEach(({ users }, i) => {
      const [first] = users;
      const home = first === undefined || first.key === -1 ? -1 : shardOf(first.key);
      if (users.every(({ key }) => key === -1 || shardOf(key) === home)) fitting.push(i);
      else found[i] = WRONG_SHARD;
    });
    const put = fitting.slice(0, MOST_RECORDS).map((i) => bundles[i] as Bundle);
    const data = put.map(({ users }) =>
      users.length === 1
        ? (users[0] as UserRecord).request
        : aggregates.add({ rows: users.map(({ request }) => request), keys: users.map(({ key }) => key) }),
    );
    const output = this.#stream.PutRecords({
      count: put.length,
      Data: data,
      bytes: put.map(({ bytes }) => bytes),
      PartitionKey: put.map(({ users }) => (users[0] as UserRecord).key),
    });
    fitting.forEach((at, i) => {
      const error = output.error ?? output.entryErrors[i] ?? undefined;
      found[at] = error;
      if (error !== undefined) aggregates.drop(data[i] as number);
      else this.#noteGiven(bundles[at] as Bundle, output.SequenceNumber[i] as number);
    });
    return found;
  }

  readonly #answered = ({ bundles, call, errors, servedUs }: Answered): void => {
    bundles.forEach(({ users }, i) => {
      const error = errors[i];
      for (const user of users) {
        const outcome = outcomeOf(error ?? null);
        this.#tellSent(call, user, outcome, this.#sim.now - servedUs);
        if (error === undefined) this.#answer(user, Outcome.ok);
        else this.#again(user, error === WRONG_SHARD ? Outcome.unavailable : outcome);
      }
    });
  };

  readonly #lost = ({ bundles, call }: Put): void => {
    for (const { users } of bundles) {
      for (const user of users) {
        if (call >= 0) this.#options.witness?.sendUnknown(-1, call, user.request);
        this.#again(user, Outcome.timedOut);
      }
    }
  };

  /** Without a wait, but for what the limiter makes of it. */
  #again(user: UserRecord, outcome: Outcome): void {
    user.outcome = outcome;
    const leftUs = user.expiresUs - this.#sim.now;
    if (leftUs <= 0) this.#answer(user, outcome);
    else this.#aggregate(user, Math.min(Math.floor(this.#settings.recordMaxBufferedTimeUs / 2), leftUs));
  }

  #answer(user: UserRecord, outcome: Outcome): void {
    const { ticket, request, caller, tag, left } = user;
    this.#users.delete(ticket);
    this.#given.delete(ticket);
    if (left) caller.onLateReply(request, outcome);
    else caller.onReply(tag, outcome);
    this.#requests.release(request);
  }

  // --- what is told to the witness ---

  readonly #given = new Map<number, number>();
  readonly #number = new Float64Array(1);

  #noteGiven({ users }: Bundle, SequenceNumber: number): void {
    if (this.#options.witness === null) return;
    for (const { ticket } of users) this.#given.set(ticket, SequenceNumber);
  }

  #tellSending(bundles: readonly Bundle[]): number {
    const { witness } = this.#options;
    if (witness === null) return -1;
    const call = witness.begin();
    for (const { users } of bundles) for (const { request, key } of users) witness.sending(-1, call, request, key, -1);
    return call;
  }

  #tellSent(call: number, { ticket, request, key }: UserRecord, outcome: Outcome, agoUs: number): void {
    this.#number[0] = this.#given.get(ticket) ?? -1;
    this.#options.witness?.sent(-1, call, request, key, -1, outcome, agoUs, this.#number, this.#number, 0);
  }

  #draw(): number {
    return this.#latency.constant ? this.#latency.mean : this.#latency.draw(this.#delays);
  }

  #chance(share: number): boolean {
    return share > 0 && this.#losses.uniform() < share;
  }
}

type PutError = Pick<KinesisError, 'code' | 'senderFault'>;

interface Put {
  readonly bundles: readonly Bundle[];
  readonly call: number;
  readonly startedUs: number;
  readonly backUs: number;
}

interface Answered extends Put {
  readonly errors: readonly (PutError | undefined)[];
  readonly servedUs: number;
}

const UNAVAILABLE: PutError = { code: 'ServiceUnavailable', senderFault: false };
const WRONG_SHARD: PutError = { code: 'WrongShard', senderFault: false };
