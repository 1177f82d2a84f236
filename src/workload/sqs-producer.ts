/**
 * A producer's SDK client for one queue: SendMessage, or SendMessageBatch where the producer groups its sends.
 *
 *   call ─▶ [open batch until size, bytes or linger] ─▶ half the latency ─▶ queue ─▶ half the latency ─▶ reply per message
 *
 * The operation takes effect half-way through its round trip (assumed: AWS publishes no split).
 */
import { FIRST_SLOTS, grownFloat64, grownInt32, grownUint32, grownUint8, Slots } from '../calls/index.ts';
import { sqsFacts } from '../facts/index.ts';
import { compileVariate, type Handle, type KeyedStream, type Simulation, type Variate } from '../kernel/index.ts';
import { type Callee, type Caller, Outcome, type Requests, type Witness } from '../services/ports.ts';
import type {
  BatchOutput,
  SendBatchOutput,
  SendMessageInput,
  SqsError,
  SqsOperations,
} from '../services/sqs/operations.ts';
import type { SqsLatency } from '../services/sqs/settings.ts';
import type { EndpointState } from './endpoint.ts';

export interface ProducerOptions {
  readonly name: string;
  readonly latency: SqsLatency;
  /** Each message bears its request's key as its group, and the request itself as its deduplication id. Default false. */
  readonly fifo?: boolean;
  /** Into a fair queue: each message bears its request's key, where it has one, as its group. Default false. */
  readonly fair?: boolean;
  /** The group of all, where all requests have one key; null: each its own. Default null. */
  readonly group?: number | null;
  readonly batch: { readonly size: number; readonly lingerUs: number } | null;
  /** Default: null. */
  readonly witness?: Witness | null;
}

const Free = 0;
const Gathering = 1;
const Outbound = 2;
const Inbound = 3;
const Lost = 4;

/** Errors that say: not you, and not by trying again. */
const DENIED = new Set(['AccessDenied', 'KmsAccessDenied', 'InvalidSecurity']);
const THROTTLING = new Set(['RequestThrottled', 'ThrottlingException', 'OverLimit', 'KmsThrottled']);

/** Whether an error says that there were too many calls: SDKs try again. */
export function isThrottling({ code }: SqsError): boolean {
  return THROTTLING.has(code);
}

export function outcomeOf(error: SqsError | null): Outcome {
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

export class SqsProducer implements Callee {
  readonly #sim: Simulation;
  readonly #requests: Requests;
  readonly #queue: SqsOperations;
  readonly #state: EndpointState;
  readonly #latency: Variate;
  readonly #delays: KeyedStream;
  readonly #requestLosses: KeyedStream;
  readonly #replyLosses: KeyedStream;
  readonly #errors: KeyedStream;
  readonly #batching: ProducerOptions['batch'];
  readonly #fifo: boolean;
  readonly #fair: boolean;
  readonly #group: number | null;
  readonly #witness: Witness | null;
  readonly #inputs: SendMessageInput[] = [];
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
    queue: SqsOperations,
    state: EndpointState,
    options: ProducerOptions,
  ) {
    this.#sim = sim;
    this.#requests = requests;
    this.#queue = queue;
    this.#state = state;
    this.#latency = compileVariate(options.latency.send);
    this.#delays = sim.keyedStream(`${options.name}/send`);
    this.#requestLosses = sim.keyedStream(`${options.name}/lostRequest`);
    this.#replyLosses = sim.keyedStream(`${options.name}/lostReply`);
    this.#errors = sim.keyedStream(`${options.name}/error`);
    this.#batching = options.batch !== null && options.batch.size > 1 ? options.batch : null;
    this.#fifo = options.fifo ?? false;
    this.#fair = options.fair ?? false;
    this.#group = options.group ?? null;
    this.#witness = options.witness ?? null;
    if (this.#witness !== null) this.#growWitness(FIRST_SLOTS);
    for (let i = 0; i < (this.#batching?.size ?? 1); i++) {
      const input = { body: 0, bytes: 0, DelaySeconds: -1, MessageGroupId: -1, MessageDeduplicationId: -1 };
      this.#inputs.push(input);
    }
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
    const input = this.#inputs[0] as SendMessageInput;
    this.#fillIn(input, this.#request[slot] as number);
    const output = this.#queue.SendMessage(input);
    const { error } = output;
    if (this.#witness !== null) {
      this.#messageId[slot] = output.MessageId;
      this.#sequence[slot] = output.SequenceNumber ?? -1;
    }
    this.#back[slot] = (this.#back[slot] as number) + this.#state.lateUs;
    this.#answer(slot, outcomeOf(error));
  }

  #fillIn(input: SendMessageInput, request: number): void {
    input.body = request;
    input.bytes = this.#requests.bytes(request);
    if (!(this.#fifo || this.#fair)) return;
    input.MessageGroupId = this.#group ?? this.#requests.key(request);
    if (!this.#fifo) return;
    // A retry and a duplicate are the same request, so the queue knows them again.
    input.MessageDeduplicationId = this.#requests.ordinal(request);
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
    const bytes = this.#requests.bytes(this.#request[slot] as number);
    // What would not fit goes into the next batch: the service refuses a batch that is too large as a whole.
    if (this.#open !== null && this.#open.bytes + bytes > sqsFacts.batchMaxBytes.value) this.#close(this.#open);
    if (this.#open === null) {
      this.#open = this.#pool.pop() ?? { slots: [], bytes: 0, linger: -1 };
      this.#open.bytes = 0;
      this.#open.linger = this.#sim.schedule(batching.lingerUs, this.#lingered, undefined);
    }
    this.#open.slots.push(slot);
    this.#open.bytes += bytes;
    if (this.#open.slots.length >= batching.size) this.#close(this.#open);
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
    for (let i = 0; i < slots.length; i++) {
      const input = this.#inputs[i] as SendMessageInput;
      this.#fillIn(input, this.#request[slots[i] as number] as number);
    }
    const output = this.#queue.SendMessageBatch(this.#inputs, slots.length);
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
    witness.sending(-1, call, request, this.#groupOf(request), this.#fifo ? this.#requests.ordinal(request) : -1);
  }

  #groupOf(request: number): number {
    return this.#fifo || this.#fair ? (this.#group ?? this.#requests.key(request)) : -1;
  }

  #tellSent(witness: Witness, slot: number, request: number, outcome: Outcome): void {
    const agoUs = this.#sim.now - (this.#servedUs[slot] as number);
    const call = this.#call[slot] as number;
    const id = this.#fifo ? this.#requests.ordinal(request) : -1;
    const group = this.#groupOf(request);
    witness.sent(-1, call, request, group, id, outcome, agoUs, this.#messageId, this.#sequence, slot);
  }

  #noteGiven(slot: number, output: BatchOutput, i: number): void {
    const given = output as Partial<SendBatchOutput>;
    this.#servedUs[slot] = this.#sim.now;
    this.#messageId[slot] = given.MessageId?.[i] ?? -1;
    this.#sequence[slot] = this.#fifo ? (given.SequenceNumber?.[i] ?? -1) : -1;
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
