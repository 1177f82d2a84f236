/**
 * Takes a history down while a run goes on. A record is one row of the chunk at hand; a full chunk goes to the sinks and is written over, so
 * a recorder holds no more than one chunk whatever the length of the run.
 *
 *   clients ─▶ WitnessOf(client, resource) ─▶ chunk ──full──▶ judge, file, store
 */
import { deliveryOf, HistoryChunk, Names, NONE, requestOf, What } from './record.ts';
import type { Clock } from './window.ts';

/** What becomes of a chunk. It is valid during the call only. */
export interface HistorySink {
  take(chunk: HistoryChunk, names: Names): void;
}

/** Who knows the numbers of entities by the rows of the table of requests. */
export interface Entities {
  entity(row: number): number;
}

interface Columns {
  readonly body: Float64Array;
  readonly handle: Float64Array;
  readonly receiveCount: Int32Array;
  readonly id: Float64Array;
  // Of length 0 where nothing has a group.
  readonly group: Float64Array;
  readonly sequence: Float64Array;
}

/** Rows of a chunk: its columns, some 90 kB, stay in a processor's second cache. */
const CHUNK = 1024;
const NO_CALL = -1;
const US_PER_SECOND = 1e6;
/** Outcomes of the ports that a history tells apart. */
const OK = 0;
const FAILED = 1;
const TIMED_OUT = 5;

export class HistoryRecorder {
  readonly names = new Names();
  records = 0;
  readonly #clock: Clock;
  readonly #entities: Entities;
  readonly #sinks: readonly HistorySink[];
  #chunk: HistoryChunk;
  #calls = 0;

  constructor(clock: Clock, entities: Entities, sinks: readonly HistorySink[], rows = CHUNK) {
    this.#clock = clock;
    this.#entities = entities;
    this.#sinks = sinks;
    this.#chunk = new HistoryChunk(rows);
    // Number 0: nobody, nothing.
    this.names.of('');
  }

  /** What one client tells of one resource. `publishes`: what it sends are publishes. */
  witness(client: string, resource: string, publishes = false): WitnessOf {
    return new WitnessOf(this, this.names.of(client), this.names.of(resource), publishes);
  }

  begin(): number {
    return this.#calls++;
  }

  entity(row: number): number {
    return this.#entities.entity(row);
  }

  /** A new row; the caller adds what else it knows. Its chunk is `chunk`. */
  row(what: number, client: number, resource: number, who: number, call: number, entity: number): number {
    if (this.#chunk.count === this.#chunk.length) this.#pass();
    const chunk = this.#chunk;
    const row = chunk.count++;
    chunk.us[row] = this.#clock.now;
    chunk.entity[row] = entity;
    chunk.call[row] = call;
    chunk.who[row] = who;
    chunk.client[row] = client;
    chunk.resource[row] = resource;
    chunk.what[row] = what;
    return row;
  }

  /** The chunk at hand, with room for one record at least. */
  roomyChunk(): HistoryChunk {
    if (this.#chunk.count === this.#chunk.length) this.#pass();
    return this.#chunk;
  }

  get chunk(): HistoryChunk {
    return this.#chunk;
  }

  get now(): number {
    return this.#clock.now;
  }

  // --- what no client tells ---

  faultBegins(resource: string): void {
    this.row(What.faultInvoke, 0, this.names.of(resource), NONE, NO_CALL, NONE);
  }
  faultEnds(resource: string): void {
    this.row(What.faultOk, 0, this.names.of(resource), NONE, NO_CALL, NONE);
  }
  /** Found by the final read. `receives`: what a reader would be told. `group`: which of a broker's queues it is in. */
  left(resource: string, request: number, id: number, receives: number, group: number = NONE): void {
    const row = this.row(What.left, 0, this.names.of(resource), NONE, NO_CALL, this.entity(request));
    this.#chunk.message[row] = id;
    this.#chunk.receives[row] = receives;
    tellOrder(this.#chunk, row, group, NONE, NONE);
  }
  mark(what: number, resource = '', value: number = NONE): void {
    const row = this.row(what, 0, this.names.of(resource), NONE, NO_CALL, NONE);
    this.#chunk.value[row] = value;
    this.#chunk.hasValues = true;
  }

  /** The last record; what is in hand goes to the sinks. */
  end(): void {
    this.mark(What.end);
    this.#pass();
  }

  #pass(): void {
    const chunk = this.#chunk;
    this.records += chunk.count;
    for (const sink of this.#sinks) sink.take(chunk, this.names);
    chunk.first = this.records;
    chunk.clear();
  }
}

/** One client at one resource: `Witness` of the ports. */
export class WitnessOf {
  readonly #recorder: HistoryRecorder;
  readonly #client: number;
  readonly #resource: number;
  readonly #send: number;

  constructor(recorder: HistoryRecorder, client: number, resource: number, publishes: boolean) {
    this.#recorder = recorder;
    this.#client = client;
    this.#resource = resource;
    this.#send = publishes ? What.publishInvoke : What.sendInvoke;
  }

  begin(): number {
    return this.#recorder.begin();
  }

  requesting(who: number, call: number, request: number): void {
    this.#plain(What.requestInvoke, who, call, request);
  }
  answered(who: number, call: number, request: number, outcome: number): void {
    this.#answer(What.requestInvoke, who, call, request, outcome);
  }

  sending(who: number, call: number, request: number, group: number, deduplication: number): void {
    const row = this.#plain(this.#send, who, call, request);
    const { chunk } = this.#recorder;
    tellOrder(chunk, row, group, deduplication, NONE);
  }
  sent(
    who: number,
    call: number,
    request: number,
    group: number,
    deduplication: number,
    outcome: number,
    agoUs: number,
    ids: Float64Array,
    sequences: Float64Array,
    at: number,
  ): void {
    const row = this.#answer(this.#send, who, call, request, outcome);
    const { chunk } = this.#recorder;
    chunk.servedUs[row] = (chunk.us[row] as number) - agoUs;
    const isOk = outcome === OK;
    tellOrder(chunk, row, group, deduplication, isOk ? (sequences[at] as number) : NONE);
    if (isOk) chunk.message[row] = ids[at] as number;
  }
  sendUnknown(who: number, call: number, request: number): void {
    this.#answer(this.#send, who, call, request, TIMED_OUT);
  }

  received(
    who: number,
    call: number,
    agoUs: number,
    messages: Columns,
    from: number,
    to: number,
    visibilitySeconds: number,
  ): void {
    const valueUs = visibilitySeconds >= 0 ? Math.round(visibilitySeconds * US_PER_SECOND) : NONE;
    for (let at = from; at < to; ) {
      const written = this.#messages(What.receiveOk, who, call, messages, at, to);
      const { chunk } = this.#recorder;
      this.#served(chunk, chunk.count - written, agoUs);
      if (valueUs !== NONE) tellValues(chunk, chunk.count - written, valueUs);
      at += written;
    }
  }
  subscribed(who: number, queue: number): void {
    const recorder = this.#recorder;
    const row = recorder.row(What.receiveInvoke, this.#client, this.#resource, who, NO_CALL, NONE);
    tellOrder(recorder.chunk, row, queue, NONE, NONE);
  }
  receiveFailed(who: number, call: number, outcome: number): void {
    const recorder = this.#recorder;
    const what = outcome === TIMED_OUT ? What.receiveUnknown : What.receiveFail;
    const row = recorder.row(what, this.#client, this.#resource, who, call, NONE);
    recorder.chunk.outcome[row] = outcome;
  }

  deleting(who: number, call: number, messages: Columns, from: number, to: number): void {
    for (let at = from; at < to; ) at += this.#messages(What.deleteInvoke, who, call, messages, at, to);
  }
  deleted(
    who: number,
    call: number,
    messages: Columns,
    from: number,
    to: number,
    outcomes: Uint8Array,
    agoUs: number,
  ): void {
    for (let at = from; at < to; ) {
      const written = this.#messages(What.deleteOk, who, call, messages, at, to);
      const { chunk } = this.#recorder;
      const first = chunk.count - written;
      this.#served(chunk, first, agoUs);
      for (let i = 0; i < written; i++) {
        const outcome = outcomes[at + i] as number;
        if (outcome === OK) continue;
        chunk.what[first + i] = answerOf(What.deleteInvoke, outcome);
        chunk.outcome[first + i] = outcome;
      }
      at += written;
    }
  }
  deleteUnknown(who: number, call: number, messages: Columns, from: number, to: number): void {
    for (let at = from; at < to; ) {
      const written = this.#messages(What.deleteUnknown, who, call, messages, at, to);
      const { chunk } = this.#recorder;
      chunk.outcome.fill(TIMED_OUT, chunk.count - written, chunk.count);
      at += written;
    }
  }

  visibility(who: number, messages: Columns, at: number, seconds: number, outcome: number): void {
    const row = this.#message(answerOf(What.visibilityInvoke, outcome), who, NO_CALL, messages, at);
    const { chunk } = this.#recorder;
    chunk.outcome[row] = outcome;
    chunk.servedUs[row] = chunk.us[row] as number;
    chunk.value[row] = Math.round(seconds * US_PER_SECOND);
    chunk.hasValues = true;
  }

  handling(who: number, call: number, messages: Columns, at: number): void {
    this.#message(What.handleInvoke, who, call, messages, at);
  }
  handled(who: number, call: number, messages: Columns, at: number, outcome: number): void {
    const row = this.#message(answerOf(What.handleInvoke, outcome), who, call, messages, at);
    const { chunk } = this.#recorder;
    chunk.outcome[row] = outcome;
    // The effect comes with the end; of a log that does not say so it may be anywhere since the begin.
    if (outcome === OK) chunk.servedUs[row] = chunk.us[row] as number;
  }

  invoking(who: number, call: number, request: number): void {
    this.#plain(What.handleInvoke, who, call, request);
  }
  invoked(who: number, call: number, request: number, outcome: number): void {
    const row = this.#answer(What.handleInvoke, who, call, request, outcome);
    const { chunk } = this.#recorder;
    if (outcome === OK) chunk.servedUs[row] = chunk.us[row] as number;
  }

  // --- of an application that counts in windows ---

  counting(split: number, request: number, key: number, sequence: number, eventTimeUs: number): void {
    this.#windowed(What.handleInvoke, split, request, key, sequence, eventTimeUs);
  }
  late(split: number, request: number, key: number, sequence: number, eventTimeUs: number): void {
    const row = this.#windowed(What.handleFail, split, request, key, sequence, eventTimeUs);
    this.#recorder.chunk.outcome[row] = FAILED;
  }
  counted(split: number, request: number, key: number, sequence: number, eventTimeUs: number): void {
    this.#windowed(What.handleOk, split, request, key, sequence, eventTimeUs);
  }
  result(key: number, startUs: number, endUs: number, count: number): void {
    const recorder = this.#recorder;
    const row = recorder.row(What.deliverOk, this.#client, this.#resource, NONE, NO_CALL, NONE);
    const { chunk } = recorder;
    chunk.message[row] = startUs;
    chunk.handle[row] = endUs;
    tellOrder(chunk, row, key, NONE, NONE);
    tellValues(chunk, row, count);
  }
  resuming(split: number, sequence: number): void {
    const recorder = this.#recorder;
    const row = recorder.row(What.receiveInvoke, this.#client, this.#resource, split, NO_CALL, NONE);
    tellOrder(recorder.chunk, row, NONE, NONE, sequence);
  }

  #windowed(what: number, split: number, request: number, key: number, sequence: number, eventTimeUs: number): number {
    const row = this.#plain(what, split, NO_CALL, request);
    const { chunk } = this.#recorder;
    chunk.message[row] = sequence;
    tellOrder(chunk, row, key, NONE, sequence);
    tellValues(chunk, row, eventTimeUs);
    return row;
  }

  owed(request: number, subscription: number, message: number, group: number, sequence: number): void {
    const recorder = this.#recorder;
    // What is published may be a delivery itself; what it owes is one of the same request. Without a subscription it is owed to itself.
    const own = recorder.entity(request);
    const entity = subscription < 0 ? own : deliveryOf(requestOf(own), subscription);
    const row = recorder.row(What.owed, this.#client, this.#resource, NONE, NO_CALL, entity);
    const { chunk } = recorder;
    chunk.message[row] = message;
    tellOrder(chunk, row, group, NONE, sequence);
  }
  delivered(delivery: number, outcome: number): void {
    this.#answer(What.deliverInvoke, NONE, NO_CALL, delivery, outcome);
  }

  #plain(what: number, who: number, call: number, request: number): number {
    const recorder = this.#recorder;
    return recorder.row(what, this.#client, this.#resource, who, call, recorder.entity(request));
  }

  #answer(invoke: number, who: number, call: number, request: number, outcome: number): number {
    const row = this.#plain(answerOf(invoke, outcome), who, call, request);
    this.#recorder.chunk.outcome[row] = outcome;
    return row;
  }

  #message(what: number, who: number, call: number, messages: Columns, at: number): number {
    const row = this.#plain(what, who, call, messages.body[at] as number);
    const { chunk } = this.#recorder;
    chunk.message[row] = messages.id[at] as number;
    chunk.handle[row] = messages.handle[at] as number;
    chunk.receives[row] = messages.receiveCount[at] as number;
    if (messages.group.length > 0) {
      tellOrder(chunk, row, messages.group[at] as number, NONE, messages.sequence[at] as number);
    }
    return row;
  }

  /** Records of one kind of messages `at` to `to` (exclusive), as many as the chunk has room for: they are its last ones. Returns how many. */
  #messages(what: number, who: number, call: number, messages: Columns, at: number, to: number): number {
    const recorder = this.#recorder;
    const chunk = recorder.roomyChunk();
    const first = chunk.count;
    const written = Math.min(to - at, chunk.length - first);
    const { now } = recorder;
    const client = this.#client;
    const resource = this.#resource;
    const { us, entity, message, handle, receives } = chunk;
    for (let i = 0; i < written; i++) {
      const row = first + i;
      const one = at + i;
      us[row] = now;
      entity[row] = recorder.entity(messages.body[one] as number);
      chunk.call[row] = call;
      chunk.who[row] = who;
      chunk.client[row] = client;
      chunk.resource[row] = resource;
      chunk.what[row] = what;
      message[row] = messages.id[one] as number;
      handle[row] = messages.handle[one] as number;
      receives[row] = messages.receiveCount[one] as number;
    }
    for (let i = 0; i < written && messages.group.length > 0; i++) {
      tellOrder(chunk, first + i, messages.group[at + i] as number, NONE, messages.sequence[at + i] as number);
    }
    chunk.count = first + written;
    return written;
  }

  /** The last records from `first` on tell of an answer. */
  #served(chunk: HistoryChunk, first: number, agoUs: number): void {
    const servedUs = this.#recorder.now - agoUs;
    for (let row = first; row < chunk.count; row++) chunk.servedUs[row] = servedUs;
  }
}

/** The rest of a new row says that nothing is there already. */
function tellOrder(chunk: HistoryChunk, row: number, group: number, deduplication: number, sequence: number): void {
  if (group === NONE && deduplication === NONE && sequence === NONE) return;
  chunk.hasOrder = true;
  chunk.group[row] = group;
  chunk.deduplication[row] = deduplication;
  chunk.sequence[row] = sequence;
}

function tellValues(chunk: HistoryChunk, first: number, valueUs: number): void {
  chunk.hasValues = true;
  for (let row = first; row < chunk.count; row++) chunk.value[row] = valueUs;
}

/** The record of an answer to a call. */
function answerOf(invoke: number, outcome: number): number {
  return invoke + (outcome === OK ? 1 : outcome === TIMED_OUT ? 3 : 2);
}
