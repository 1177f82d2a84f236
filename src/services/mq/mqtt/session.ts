/**
 * What a broker keeps of a client id: its subscriptions, what is under way to it, what waits for it. A persistent session outlives its connections.
 *
 *   enqueue ─▶ waits (CopyQueue) ──while the window has room, and the client is there──▶ under way (Inflight) ─▶ acknowledged
 */
import { CopyQueue, copyOf, isRetained, qosOf, rowOf } from './copies.ts';
import { Awaited, Inflight } from './inflight.ts';
import type { MessageTable } from './message-table.ts';
import type { MqttOwner, PublishPacket, Qos } from './operations.ts';
import type { BrokerObserver } from '../broker/ports.ts';

/** What a broker's sessions share. */
export interface Shared {
  readonly messages: MessageTable;
  readonly observer: BrokerObserver | null;
  /** The packet that goes out, reused. */
  readonly out: PublishPacket;
  /** Most under way to one client. */
  readonly window: number;
  readonly maxQueued: number;
  readonly packetIds: number;
  delivered: number;
  dropped: number;
}

/** What a session sees of a connection. */
export interface Line {
  /** Somebody who does nothing, once nobody listens any more. */
  owner: MqttOwner;
}

/** The content has been given back. */
const NO_COPY = -1;

export class Session {
  readonly number: number;
  readonly clientId: string;
  /** It ends with its connection. */
  clean: boolean;
  /** Its client is there. */
  connection: Line | null = null;
  /** What each filter was granted (`granted` of the topics). */
  readonly filters = new Map<string, number>();
  readonly #shared: Shared;
  readonly #inflight: Inflight;
  #waiting = new CopyQueue();
  #sequence = 0;
  // Made when they are needed: a session of a fleet is to be small.
  #received: Map<number, number> | null = null;
  #askedAgain: Map<number, Line> | null = null;

  constructor(number: number, clientId: string, clean: boolean, shared: Shared) {
    this.number = number;
    this.clientId = clientId;
    this.clean = clean;
    this.#shared = shared;
    this.#inflight = new Inflight(shared.packetIds);
  }

  /** Packet ids of QoS 2 that came in: `PENDING`, `TAKEN`, or the copy that is handed on at PUBREL. */
  get received(): Map<number, number> {
    this.#received ??= new Map();
    return this.#received;
  }
  /** Of those that are on their way to the disk: the line on which they came once more. */
  get askedAgain(): Map<number, Line> {
    this.#askedAgain ??= new Map();
    return this.#askedAgain;
  }
  get inflightCount(): number {
    return this.#inflight.count;
  }
  get waitingCount(): number {
    return this.#waiting.count;
  }

  /** A copy for it, which takes a hold of the row. With QoS 0 only where its client is away, and its broker keeps those. */
  enqueue(row: number, qos: Qos, retain: boolean): void {
    const shared = this.#shared;
    const goesNow = this.#hasRoom && this.#waiting.count === 0;
    if (!goesNow && shared.maxQueued > 0 && this.#waiting.count >= shared.maxQueued) {
      this.drop(row, 'maxlen');
      return;
    }
    shared.messages.hold(row);
    const sequence = this.#sequence++;
    if (shared.observer !== null) {
      shared.observer.onEnqueued(this.number, this.#body(row), this.#id(row), sequence);
    }
    const copy = copyOf(row, qos, retain);
    if (goesNow) this.#send(copy);
    else this.#waiting.push(copy);
  }

  /** QoS 0, sent as it came: all of its life at once, for the observer. */
  passed(observer: BrokerObserver, body: number, id: number): void {
    observer.onEnqueued(this.number, body, id, this.#sequence++);
    observer.onDelivered(this.number, body, id, 1);
    observer.onAcknowledged(this.number, body, id);
    observer.onGone(this.number, body, id);
  }

  /** One that never came in. */
  drop(row: number, reason: 'maxlen' | 'offline'): void {
    this.#shared.dropped++;
    this.#shared.observer?.onDropped(this.number, this.#body(row), this.#id(row), reason);
  }

  /** The client is back: what was under way goes once more, as it went before, and then what waits. */
  resume(): void {
    const inflight = this.#inflight;
    for (let place = inflight.start; place < inflight.end; place++) {
      const awaited = inflight.awaited[place] as Awaited;
      if (awaited === Awaited.nothing) continue;
      if (awaited === Awaited.pubcomp) this.connection?.owner.PUBREL(inflight.ids[place] as number);
      else {
        inflight.sent[place] = (inflight.sent[place] as number) + 1;
        this.#publish(place);
      }
    }
    this.#pump();
  }

  onPuback(id: number): void {
    const place = this.#inflight.find(id);
    if (place < 0 || this.#inflight.awaited[place] !== Awaited.puback) return;
    this.#acknowledged(place);
    this.#inflight.remove(place);
    this.#pump();
  }

  /** The client has it: from now on only its packet id is kept. */
  onPubrec(id: number): void {
    const place = this.#inflight.find(id);
    if (place >= 0) {
      const awaited = this.#inflight.awaited[place];
      if (awaited === Awaited.puback) return;
      if (awaited === Awaited.pubrec) {
        this.#acknowledged(place);
        this.#inflight.awaited[place] = Awaited.pubcomp;
      }
    }
    // An id that is not known is of a session that is gone: the client is to be rid of it too.
    this.connection?.owner.PUBREL(id);
  }

  onPubcomp(id: number): void {
    const place = this.#inflight.find(id);
    if (place < 0 || this.#inflight.awaited[place] !== Awaited.pubcomp) return;
    this.#inflight.remove(place);
    this.#pump();
  }

  /** It ends. */
  discard(reason: 'purged' | 'lost'): void {
    const inflight = this.#inflight;
    for (let place = inflight.start; place < inflight.end; place++) {
      const copy = inflight.copies[place] as number;
      if (inflight.awaited[place] !== Awaited.nothing && copy !== NO_COPY) this.#letGo(copy, reason);
    }
    while (this.#waiting.count > 0) this.#letGo(this.#waiting.shift(), reason);
    this.forgetReceived();
  }

  /** Packet ids that came in. */
  forgetReceived(): void {
    if (this.#received === null) return;
    for (const copy of this.#received.values()) if (copy >= 0) this.#shared.messages.release(rowOf(copy));
    this.#received = null;
    this.#askedAgain = null;
  }

  /** The node died and is to begin again from its disk: QoS 0 was never there. */
  loseTransient(): void {
    const waiting = this.#waiting;
    this.#waiting = new CopyQueue();
    while (waiting.count > 0) {
      const copy = waiting.shift();
      if (qosOf(copy) === 0) this.#letGo(copy, 'lost');
      else this.#waiting.push(copy);
    }
    if (this.#received === null) return;
    this.#askedAgain = null;
    for (const [id, copy] of this.#received) if (copy === PENDING) this.#received.delete(id);
  }

  get #hasRoom(): boolean {
    return this.connection !== null && this.#inflight.count < this.#shared.window;
  }

  #pump(): void {
    while (this.#waiting.count > 0 && this.#hasRoom) this.#send(this.#waiting.shift());
  }

  #send(copy: number): void {
    const qos = qosOf(copy);
    if (qos === 0) {
      this.#sendOnce(copy);
      return;
    }
    this.#publish(this.#inflight.add(copy, qos === 1 ? Awaited.puback : Awaited.pubrec));
  }

  /** QoS 0: it is gone when it is sent. */
  #sendOnce(copy: number): void {
    const row = rowOf(copy);
    const { out, observer, messages } = this.#shared;
    this.#shared.delivered++;
    observer?.onDelivered(this.number, this.#body(row), this.#id(row), 1);
    this.#fill(copy);
    out.dup = false;
    out.packetId = 0;
    this.connection?.owner.PUBLISH(out);
    observer?.onAcknowledged(this.number, this.#body(row), this.#id(row));
    observer?.onGone(this.number, this.#body(row), this.#id(row));
    messages.release(row);
  }

  #publish(place: number): void {
    const inflight = this.#inflight;
    const copy = inflight.copies[place] as number;
    const deliveries = inflight.sent[place] as number;
    const { out, observer } = this.#shared;
    this.#shared.delivered++;
    if (observer !== null) {
      observer.onDelivered(this.number, this.#body(rowOf(copy)), this.#id(rowOf(copy)), deliveries);
    }
    this.#fill(copy);
    out.dup = deliveries > 1;
    out.packetId = inflight.ids[place] as number;
    this.connection?.owner.PUBLISH(out);
  }

  #fill(copy: number): void {
    const { out, messages } = this.#shared;
    const row = rowOf(copy);
    out.topic = messages.topic[row] as string;
    out.body = messages.body[row] as number;
    out.bytes = messages.bytes[row] as number;
    out.qos = qosOf(copy);
    out.retain = isRetained(copy);
  }

  #acknowledged(place: number): void {
    const row = rowOf(this.#inflight.copies[place] as number);
    this.#inflight.copies[place] = NO_COPY;
    const { observer, messages } = this.#shared;
    if (observer !== null) {
      observer.onAcknowledged(this.number, this.#body(row), this.#id(row));
      observer.onGone(this.number, this.#body(row), this.#id(row));
    }
    messages.release(row);
  }

  #letGo(copy: number, reason: 'purged' | 'lost'): void {
    const row = rowOf(copy);
    const { observer, messages } = this.#shared;
    observer?.onDropped(this.number, this.#body(row), this.#id(row), reason);
    observer?.onGone(this.number, this.#body(row), this.#id(row));
    messages.release(row);
  }

  #body(row: number): number {
    return this.#shared.messages.body[row] as number;
  }
  #id(row: number): number {
    return this.#shared.messages.id[row] as number;
  }
}

/** Of `received`: it is on its way to the disk. */
export const PENDING = -2;
/** It was handed on. */
export const TAKEN = -1;
