/**
 * A producer's SDK client for one queue, topic or stream: a call for each message, or one for a batch where the producer groups its sends.
 *
 *   call ─▶ [open batch until size, bytes or linger] ─▶ half the latency ─▶ service ─▶ half the latency ─▶ reply per message
 *
 * The operation takes effect half-way through its round trip (assumed: AWS publishes no split).
 */
import { FIRST_SLOTS, grownFloat64, grownInt32, grownUint32, grownUint8, Slots } from '../calls/index.ts';
import {
  compileVariate,
  type Distribution,
  type Handle,
  type KeyedStream,
  type Simulation,
  type Variate,
} from '../kernel/index.ts';
import { type Callee, type Caller, Outcome, type Requests, type Witness } from '../services/ports.ts';
import type { EndpointState } from './endpoint.ts';

/** An error as services answer it. */
export interface ServiceError {
  readonly code: string;
  readonly senderFault: boolean;
}

/** The answer to a send; valid until the next one. */
export interface SendAnswer {
  readonly error: ServiceError | null;
  readonly MessageId: number;
  /** FIFO only. */
  readonly SequenceNumber?: number;
}

/** The result of a batch: entry i is in `entryErrors[i]`; the whole request may fail too. */
export interface BatchAnswer {
  readonly error: ServiceError | null;
  readonly entryErrors: readonly (ServiceError | null)[];
  /** Of those that were taken. */
  readonly MessageId?: Float64Array;
  readonly SequenceNumber?: Float64Array;
}

/** What the producer sends to: a queue, a topic or a stream, in its own operations. */
export interface ProducerTarget {
  /** Whether what it takes has sequence numbers. */
  readonly fifo: boolean;
  /** Bytes that one batch may have. */
  readonly batchMaxBytes: number;
  /** Bytes of a request that count against that. */
  bytesOf(request: number): number;
  /** Sends one request; at the service, now. */
  send(request: number): SendAnswer;
  /** Sets entry `i` of the next batch. */
  put(i: number, request: number): void;
  /** Sends the first `count` entries that were put. */
  sendBatch(count: number): BatchAnswer;
  /** As the service is told; -1: none. */
  groupOf(request: number): number;
  deduplicationOf(request: number): number;
}

export interface ProducerOptions {
  readonly name: string;
  /** Round trip of a send. */
  readonly latency: Distribution;
  readonly batch: { readonly size: number; readonly lingerUs: number } | null;
  /** Whether what is tried again waits for no others but those of its instant. Default: false. */
  readonly hurriesRetries?: boolean;
  /** Default: null. */
  readonly witness?: Witness | null;
}

const Free = 0;
const Gathering = 1;
const Outbound = 2;
const Inbound = 3;
const Lost = 4;

/** Errors that say: not you, and not by trying again. */
const DENIED = new Set(['AccessDenied', 'AuthorizationError', 'KmsAccessDenied', 'KMSAccessDenied', 'InvalidSecurity']);
const THROTTLING = new Set([
  'RequestThrottled',
  'ThrottlingException',
  'Throttled',
  'Throttling',
  'OverLimit',
  'KmsThrottled',
  'KMSThrottling',
  'ProvisionedThroughputExceededException',
  'LimitExceededException',
]);

/** Whether an error says that there were too many calls: SDKs try again. */
export function isThrottling({ code }: ServiceError): boolean {
  return THROTTLING.has(code);
}

export function outcomeOf(error: ServiceError | null): Outcome {
  if (error === null) return Outcome.ok;
  if (DENIED.has(error.code)) return Outcome.denied;
  return isThrottling(error) ? Outcome.throttled : error.senderFault ? Outcome.refused : Outcome.unavailable;
}

/** Requests that travel together; pooled. */
interface Batch {
  readonly slots: number[];
  bytes: number;
  linger: Handle;
}

export class Producer implements Callee {
  readonly #sim: Simulation;
  readonly #requests: Requests;
  readonly #target: ProducerTarget;
  readonly #state: EndpointState;
  readonly #latency: Variate;
  readonly #delays: KeyedStream;
  readonly #requestLosses: KeyedStream;
  readonly #replyLosses: KeyedStream;
  readonly #errors: KeyedStream;
  readonly #batching: ProducerOptions['batch'];
  readonly #hurries: boolean;
  readonly #witness: Witness | null;
  readonly #pool: Batch[] = [];
  #open: Batch | null = null;

  #phase = new Uint8Array(FIRST_SLOTS);
  /** Which call the slot serves: moves on with each call. */
  #serial = new Int32Array(FIRST_SLOTS);
  #left = new Uint8Array(FIRST_SLOTS);
  #outcome = new Uint8Array(FIRST_SLOTS);
  #request = new Int32Array(FIRST_SLOTS);
  #path = new Uint32Array(FIRST_SLOTS);
  #tag = new Int32Array(FIRST_SLOTS);
  /** The other half of the round trip, microseconds. */
  #back = new Int32Array(FIRST_SLOTS);
  // For the witness alone: the call that the slot is part of (-1: not begun), when it was answered, what it was given.
  #call = new Int32Array(0);
  #servedUs = new Float64Array(0);
  #messageId = new Float64Array(0);
  #sequence = new Float64Array(0);
  readonly #caller: (Caller | null)[] = [];
  readonly #slots = new Slots((length) => this.#grow(length));

  readonly #arrive = (slot: number): void => {
    this.#send(slot);
  };
  readonly #return = (slot: number): void => {
    this.#reply(slot);
  };
  readonly #lingered = (): void => {
    this.#dispatch();
  };
  readonly #arriveBatch = (batch: Batch): void => {
    this.#sendBatch(batch);
  };
  readonly #returnBatch = (batch: Batch): void => {
    for (const slot of batch.slots) this.#reply(slot);
    this.#recycle(batch);
  };

  constructor(
    sim: Simulation,
    requests: Requests,
    target: ProducerTarget,
    state: EndpointState,
    options: ProducerOptions,
  ) {
    this.#sim = sim;
    this.#requests = requests;
    this.#target = target;
    this.#state = state;
    this.#latency = compileVariate(options.latency);
    this.#delays = sim.keyedStream(`${options.name}/send`);
    this.#requestLosses = sim.keyedStream(`${options.name}/lostRequest`);
    this.#replyLosses = sim.keyedStream(`${options.name}/lostReply`);
    this.#errors = sim.keyedStream(`${options.name}/error`);
    this.#batching = options.batch !== null && options.batch.size > 1 ? options.batch : null;
    this.#hurries = options.hurriesRetries ?? false;
    this.#witness = options.witness ?? null;
    if (this.#witness !== null) this.#growWitness(FIRST_SLOTS);
  }

  call(request: number, path: number, caller: Caller, tag: number): number {
    const slot = this.#slots.take();
    this.#left[slot] = 0;
    this.#request[slot] = request;
    this.#path[slot] = path;
    this.#tag[slot] = tag;
    this.#caller[slot] = caller;
    if (this.#witness !== null) this.#call[slot] = -1;
    const serial = ((this.#serial[slot] as number) + 1) | 0;
    this.#serial[slot] = serial;
    this.#requests.retain(request);
    if (this.#batching !== null) this.#gather(slot, this.#batching);
    else this.#dispatchOne(slot);
    // Answered at once the slot is free, or serves a call that the answer brought about.
    return this.#phase[slot] === Free || this.#serial[slot] !== serial ? -1 : slot;
  }

  abandon(slot: number): void {
    if (this.#witness !== null && (this.#call[slot] as number) >= 0) {
      this.#witness.sendUnknown(-1, this.#call[slot] as number, this.#request[slot] as number);
    }
    // The message is on its way all the same: there is nothing to stop.
    if (this.#phase[slot] === Lost) this.#give(slot);
    else this.#left[slot] = 1;
  }

  disown(): void {}

  // --- one by one ---

  #dispatchOne(slot: number): void {
    const roundTrip = this.#roundTrip(slot);
    const half = Math.floor(roundTrip / 2 + 0.5);
    const { wayUs, perMessageUs } = this.#state;
    const out = half + wayUs + perMessageUs;
    this.#phase[slot] = Outbound;
    this.#back[slot] = roundTrip - half + wayUs;
    if (this.#witness !== null) this.#tellSending(this.#witness, slot, this.#witness.begin());
    if (out > 0) this.#sim.schedule(out, this.#arrive, slot);
    else this.#send(slot);
  }

  #send(slot: number): void {
    if (!this.#state.calm && this.#disturbed(slot)) return;
    const answer = this.#target.send(this.#request[slot] as number);
    if (this.#witness !== null) {
      this.#messageId[slot] = answer.MessageId;
      this.#sequence[slot] = answer.SequenceNumber ?? -1;
    }
    this.#back[slot] = (this.#back[slot] as number) + this.#state.lateUs;
    this.#answer(slot, outcomeOf(answer.error));
  }

  #answer(slot: number, outcome: Outcome): void {
    this.#outcome[slot] = outcome;
    if (this.#witness !== null) this.#servedUs[slot] = this.#sim.now;
    if (!this.#state.calm && this.#loses(slot, this.#state.loseReplies, this.#replyLosses)) {
      this.#lose(slot);
      return;
    }
    this.#phase[slot] = Inbound;
    const back = this.#back[slot] as number;
    if (back > 0) this.#sim.schedule(back, this.#return, slot);
    else this.#reply(slot);
  }

  // --- in batches ---

  #gather(slot: number, batching: { readonly size: number; readonly lingerUs: number }): void {
    this.#phase[slot] = Gathering;
    const bytes = this.#target.bytesOf(this.#request[slot] as number);
    // What would not fit goes into the next batch: the service refuses a batch that is too large as a whole.
    if (this.#open !== null && this.#open.bytes + bytes > this.#target.batchMaxBytes) this.#close(this.#open);
    if (this.#open === null) {
      this.#open = this.#pool.pop() ?? { slots: [], bytes: 0, linger: -1 };
      this.#open.bytes = 0;
      this.#open.linger = this.#sim.schedule(batching.lingerUs, this.#lingered, undefined);
    }
    this.#open.slots.push(slot);
    this.#open.bytes += bytes;
    if (this.#open.slots.length >= batching.size) this.#close(this.#open);
    else if (this.#hurries && this.#path[slot] !== 0) {
      this.#sim.cancel(this.#open.linger);
      this.#open.linger = this.#sim.schedule(0, this.#lingered, undefined);
    }
  }

  #close(batch: Batch): void {
    this.#sim.cancel(batch.linger);
    this.#dispatch();
  }

  #dispatch(): void {
    const batch = this.#open as Batch;
    this.#open = null;
    const first = batch.slots[0] as number;
    const roundTrip = this.#roundTrip(first);
    const half = Math.floor(roundTrip / 2 + 0.5);
    const { wayUs, perMessageUs } = this.#state;
    const call = this.#witness === null ? -1 : this.#witness.begin();
    for (const slot of batch.slots) {
      this.#phase[slot] = Outbound;
      this.#back[slot] = roundTrip - half + wayUs;
      if (this.#witness !== null) this.#tellSending(this.#witness, slot, call);
    }
    this.#sim.schedule(half + wayUs + perMessageUs * batch.slots.length, this.#arriveBatch, batch);
  }

  #sendBatch(batch: Batch): void {
    const first = batch.slots[0] as number;
    if (!this.#state.calm && this.#batchDisturbed(batch, first)) return;
    const { slots } = batch;
    for (let i = 0; i < slots.length; i++) this.#target.put(i, this.#request[slots[i] as number] as number);
    const output = this.#target.sendBatch(slots.length);
    const lost = !this.#state.calm && this.#loses(first, this.#state.loseReplies, this.#replyLosses);
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] as number;
      this.#outcome[slot] = outcomeOf(output.error ?? output.entryErrors[i] ?? null);
      this.#phase[slot] = Inbound;
      if (this.#witness !== null) this.#noteGiven(slot, output, i);
      if (lost) this.#lose(slot);
    }
    if (lost) this.#recycle(batch);
    else this.#sim.schedule((this.#back[first] as number) + this.#state.lateUs, this.#returnBatch, batch);
  }

  #batchDisturbed(batch: Batch, first: number): boolean {
    if (this.#loses(first, this.#state.loseRequests, this.#requestLosses)) {
      for (const slot of batch.slots) this.#lose(slot);
      this.#recycle(batch);
      return true;
    }
    if (!this.#state.down && !this.#loses(first, this.#state.errors, this.#errors)) return false;
    for (const slot of batch.slots) {
      this.#outcome[slot] = Outcome.unavailable;
      this.#phase[slot] = Inbound;
      if (this.#witness !== null) this.#servedUs[slot] = this.#sim.now;
    }
    this.#sim.schedule(this.#back[first] as number, this.#returnBatch, batch);
    return true;
  }

  #recycle(batch: Batch): void {
    batch.slots.length = 0;
    this.#pool.push(batch);
  }

  // --- both ---

  #reply(slot: number): void {
    const caller = this.#caller[slot] as Caller;
    const tag = this.#tag[slot] as number;
    const request = this.#request[slot] as number;
    const outcome = this.#outcome[slot] as Outcome;
    const left = this.#left[slot] === 1;
    if (this.#witness !== null && !left) this.#tellSent(this.#witness, slot, request, outcome);
    this.#recycleSlot(slot);
    if (left) caller.onLateReply(request, outcome);
    else caller.onReply(tag, outcome);
    this.#requests.release(request);
  }

  #disturbed(slot: number): boolean {
    if (this.#loses(slot, this.#state.loseRequests, this.#requestLosses)) {
      this.#lose(slot);
      return true;
    }
    if (!this.#state.down && !this.#loses(slot, this.#state.errors, this.#errors)) return false;
    this.#answer(slot, Outcome.unavailable);
    return true;
  }

  /** No answer will come; the slot waits for its caller to leave. */
  #lose(slot: number): void {
    if (this.#left[slot] === 1) this.#give(slot);
    else this.#phase[slot] = Lost;
  }

  #loses(slot: number, share: number, luck: KeyedStream): boolean {
    if (share <= 0) return false;
    const ordinal = this.#requests.ordinal(this.#request[slot] as number);
    return luck.at(ordinal, this.#path[slot] as number).uniform() < share;
  }

  #roundTrip(slot: number): number {
    if (this.#latency.constant) return Math.round(this.#latency.mean);
    const ordinal = this.#requests.ordinal(this.#request[slot] as number);
    return Math.floor(this.#latency.draw(this.#delays.at(ordinal, this.#path[slot] as number)) + 0.5);
  }

  #give(slot: number): void {
    const request = this.#request[slot] as number;
    this.#recycleSlot(slot);
    this.#requests.release(request);
  }

  #recycleSlot(slot: number): void {
    this.#phase[slot] = Free;
    this.#caller[slot] = null;
    this.#slots.give(slot);
  }

  // --- what is told to the witness ---

  #tellSending(witness: Witness, slot: number, call: number): void {
    const request = this.#request[slot] as number;
    this.#call[slot] = call;
    witness.sending(-1, call, request, this.#target.groupOf(request), this.#target.deduplicationOf(request));
  }

  #tellSent(witness: Witness, slot: number, request: number, outcome: Outcome): void {
    const agoUs = this.#sim.now - (this.#servedUs[slot] as number);
    const call = this.#call[slot] as number;
    const group = this.#target.groupOf(request);
    const id = this.#target.deduplicationOf(request);
    witness.sent(-1, call, request, group, id, outcome, agoUs, this.#messageId, this.#sequence, slot);
  }

  #noteGiven(slot: number, { MessageId, SequenceNumber }: BatchAnswer, i: number): void {
    this.#servedUs[slot] = this.#sim.now;
    this.#messageId[slot] = MessageId?.[i] ?? -1;
    this.#sequence[slot] = this.#target.fifo ? (SequenceNumber?.[i] ?? -1) : -1;
  }

  #growWitness(length: number): void {
    this.#call = grownInt32(this.#call, length);
    this.#servedUs = grownFloat64(this.#servedUs, length);
    this.#messageId = grownFloat64(this.#messageId, length);
    this.#sequence = grownFloat64(this.#sequence, length);
  }

  #grow(length: number): void {
    if (this.#witness !== null) this.#growWitness(length);
    this.#phase = grownUint8(this.#phase, length);
    this.#left = grownUint8(this.#left, length);
    this.#outcome = grownUint8(this.#outcome, length);
    this.#request = grownInt32(this.#request, length);
    this.#serial = grownInt32(this.#serial, length);
    this.#path = grownUint32(this.#path, length);
    this.#tag = grownInt32(this.#tag, length);
    this.#back = grownInt32(this.#back, length);
  }
}
