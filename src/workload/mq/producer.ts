/**
 * Whoever publishes to a broker: a call for each message, over one or more connections.
 *
 *   call ─▶ [waits while its connection is away] ─▶ published ─▶ answered by the broker ─▶ reply
 *                     ▲                                   └─ nothing answers: replied to when it has left
 *                     └── connection lost, no answer: sent again (failover transport), or failed and nobody knows
 */
import { FIRST_SLOTS, grownInt32, grownUint32, grownUint8, Slots } from '../../calls/index.ts';
import { type Callee, type Caller, Outcome, type Witness } from '../../services/ports.ts';
import type { RequestTable } from '../requests.ts';
import type { ClientConnection, ConnectionOwner } from './connection.ts';

export interface MqProducerOptions {
  readonly connections: number;
  /** Each key has a connection of its own (a device): so many of them; else requests go to the connections in turn. */
  readonly perKey: boolean;
  /** Whether the client sends again what was not answered when its connection broke. */
  readonly resends: boolean;
  /** Whether what it publishes survives; what does not was never promised to anybody. */
  readonly witness?: Witness | null;
}

const Free = 0;
/** Its connection is away. */
const Waiting = 1;
/** On its way, or at the broker: it will be answered. */
const Published = 2;

export class MqProducer implements Callee, ConnectionOwner {
  readonly #requests: RequestTable;
  readonly #options: MqProducerOptions;
  readonly #answers: boolean;
  readonly #witness: Witness | null;
  readonly #connections: ClientConnection[] = [];
  /** Slots that wait for each connection, in order. */
  readonly #waiting: number[][] = [];
  #turn = 0;

  #phase = new Uint8Array(FIRST_SLOTS);
  #left = new Uint8Array(FIRST_SLOTS);
  #request = new Int32Array(FIRST_SLOTS);
  #serial = new Int32Array(FIRST_SLOTS);
  #path = new Uint32Array(FIRST_SLOTS);
  #tag = new Int32Array(FIRST_SLOTS);
  #connection = new Int32Array(FIRST_SLOTS);
  /** The witness's number of the call. */
  #call = new Int32Array(FIRST_SLOTS);
  readonly #caller: (Caller | null)[] = [];
  readonly #slots = new Slots((length) => this.#grow(length));

  /** `connectionOf`: the connection of that number, for its owner. */
  constructor(
    requests: RequestTable,
    connectionOf: (connection: number, owner: ConnectionOwner) => ClientConnection,
    options: MqProducerOptions,
  ) {
    this.#requests = requests;
    this.#options = options;
    this.#witness = options.witness ?? null;
    for (let i = 0; i < options.connections; i++) {
      this.#connections.push(connectionOf(i, this));
      this.#waiting.push([]);
    }
    this.#answers = (this.#connections[0] as ClientConnection).answers;
  }

  start(): void {
    for (const connection of this.#connections) connection.open();
  }

  // --- the callee ---

  call(request: number, path: number, caller: Caller, tag: number): number {
    const slot = this.#slots.take();
    const serial = ((this.#serial[slot] as number) + 1) | 0;
    this.#left[slot] = 0;
    this.#request[slot] = request;
    this.#path[slot] = path;
    this.#tag[slot] = tag;
    this.#caller[slot] = caller;
    this.#serial[slot] = serial;
    this.#call[slot] = -1;
    const at = this.#connectionFor(request);
    this.#connection[slot] = at;
    this.#requests.retain(request);
    if ((this.#connections[at] as ClientConnection).isOpen) this.#publish(slot);
    else {
      this.#phase[slot] = Waiting;
      (this.#waiting[at] as number[]).push(slot);
    }
    // Answered at once the slot is free, or serves a call that the answer brought about.
    return this.#phase[slot] === Free || this.#serial[slot] !== serial ? -1 : slot;
  }

  abandon(slot: number): void {
    if (this.#phase[slot] === Waiting) {
      const line = this.#waiting[this.#connection[slot] as number] as number[];
      line.splice(line.indexOf(slot), 1);
      this.#give(slot);
      return;
    }
    this.#tellUnknown(slot);
    this.#left[slot] = 1;
  }

  disown(): void {}

  // --- the owner of connections ---

  onOpen(at: number): void {
    const line = (this.#waiting[at] as number[]).splice(0);
    for (let i = 0; i < line.length; i++) {
      // What is published now may break the connection again.
      if ((this.#connections[at] as ClientConnection).isOpen) this.#publish(line[i] as number);
      else (this.#waiting[at] as number[]).push(line[i] as number);
    }
  }

  onLost(at: number): void {
    if ((this.#connections[at] as ClientConnection).keeps) return;
    const { used } = this.#slots;
    for (let slot = 0; slot < used; slot++) {
      if (this.#phase[slot] !== Published || this.#connection[slot] !== at) continue;
      if (!this.#answers) {
        // It had left, as far as its sender knows.
        this.#tellUnknown(slot);
        this.#answer(slot, Outcome.ok, false);
      } else if (this.#options.resends) {
        this.#phase[slot] = Waiting;
        (this.#waiting[at] as number[]).push(slot);
      } else {
        this.#tellUnknown(slot);
        this.#answer(slot, Outcome.failed, false);
      }
    }
  }

  onAnswer(_at: number, tag: number, outcome: Outcome): void {
    this.#answer(tag, outcome, true);
  }

  onMessage(): void {
    throw new Error('a publisher is subscribed to nothing');
  }

  // --- a message's way ---

  #connectionFor(request: number): number {
    if (this.#options.perKey) return Math.max(0, this.#requests.key(request)) % this.#connections.length;
    // The next that is there; if none is, whose turn it is.
    const count = this.#connections.length;
    for (let i = 0; i < count; i++) {
      const at = (this.#turn + i) % count;
      if (!(this.#connections[at] as ClientConnection).isOpen) continue;
      this.#turn = (at + 1) % count;
      return at;
    }
    this.#turn = (this.#turn + 1) % count;
    return this.#turn;
  }

  #publish(slot: number): void {
    const request = this.#request[slot] as number;
    if (this.#witness !== null && this.#call[slot] === -1) {
      const call = this.#witness.begin();
      this.#call[slot] = call;
      this.#witness.sending(-1, call, request, -1, -1);
    }
    this.#phase[slot] = Published;
    const serial = this.#serial[slot];
    (this.#connections[this.#connection[slot] as number] as ClientConnection).publish(request, slot);
    if (this.#answers || this.#phase[slot] !== Published || this.#serial[slot] !== serial) return;
    // It has left; whether it arrived nobody will know.
    this.#tellUnknown(slot);
    this.#answer(slot, Outcome.ok, false);
  }

  #answer(slot: number, outcome: Outcome, known: boolean): void {
    const caller = this.#caller[slot] as Caller;
    const tag = this.#tag[slot] as number;
    const request = this.#request[slot] as number;
    const left = this.#left[slot] === 1;
    if (this.#witness !== null && known && !left) {
      const call = this.#call[slot] as number;
      this.#witness.sent(-1, call, request, -1, -1, outcome, 0, NO_ID, NO_ID, 0);
    }
    if (outcome === Outcome.ok) this.#requests.accept(request);
    this.#recycle(slot);
    if (left) caller.onLateReply(request, outcome);
    else caller.onReply(tag, outcome);
    this.#requests.release(request);
  }

  /** Who has left has told so before. */
  #tellUnknown(slot: number): void {
    const call = this.#call[slot] as number;
    if (call >= 0 && this.#left[slot] === 0) this.#witness?.sendUnknown(-1, call, this.#request[slot] as number);
  }

  #give(slot: number): void {
    const request = this.#request[slot] as number;
    this.#recycle(slot);
    this.#requests.release(request);
  }

  #recycle(slot: number): void {
    this.#phase[slot] = Free;
    this.#caller[slot] = null;
    this.#slots.give(slot);
  }

  #grow(length: number): void {
    this.#phase = grownUint8(this.#phase, length);
    this.#left = grownUint8(this.#left, length);
    this.#request = grownInt32(this.#request, length);
    this.#serial = grownInt32(this.#serial, length);
    this.#path = grownUint32(this.#path, length);
    this.#tag = grownInt32(this.#tag, length);
    this.#connection = grownInt32(this.#connection, length);
    this.#call = grownInt32(this.#call, length);
  }
}

/** Publishers are told no id. */
const NO_ID = Float64Array.of(-1);
