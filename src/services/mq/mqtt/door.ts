/**
 * The broker's door: packets are handled one after another, each to its end, in the order in which they came.
 *
 *   packet ─▶ nobody before it, no time to spend: handled at once
 *          └▶ line ──processor──▶ handled                    (also what clients answer while one is being handled)
 *          └▶ held at its connection while publishers are blocked, and all that comes behind it there
 */
import type { Job } from '../broker/job-ring.ts';
import type { BodyHolds } from './message-table.ts';
import type { Processor } from '../broker/processor.ts';
import type { ConnectPacket, PublishPacket, Qos, TopicSubscription } from './operations.ts';

export const Kind = {
  connect: 0,
  publish: 1,
  puback: 2,
  pubrec: 3,
  pubrel: 4,
  pubcomp: 5,
  subscribe: 6,
  unsubscribe: 7,
  pingreq: 8,
  disconnect: 9,
  /** The network's. */
  cut: 10,
  /** Nothing was heard for too long. */
  silent: 11,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** What a packet has beside an id and a message. */
export type Extra = ConnectPacket | readonly TopicSubscription[] | readonly string[] | null;

/** Whoever's packets come through the door. */
export interface Handler {
  handle(kind: Kind, packetId: number, packet: Readonly<PublishPacket> | null, extra: Extra): void;
}

/** The part of a node's processor that the door needs. */
export type ProcessorPort = Pick<Processor, 'submit'>;

/** What packets take of the processor, microseconds. */
export interface MqttCosts {
  /** A publish that comes in. */
  readonly publishUs: number;
  /** Each message that goes out. */
  readonly deliveryUs: number;
  /** All other packets that come in. */
  readonly otherUs: number;
}

/** Frames kept for later. */
const MAX_SPARE = 1024;

/** A packet that waits. */
class Frame implements PublishPacket {
  kind: Kind = Kind.pingreq;
  connection: Handler | null = null;
  extra: Extra = null;
  packetId = 0;
  topic = '';
  body = 0;
  bytes = 0;
  qos: Qos = 0;
  retain = false;
  dup = false;
}

export class Door {
  readonly #processor: ProcessorPort | null;
  readonly #costs: MqttCosts;
  /** A publish that waits has its body held. */
  readonly #holds: BodyHolds | null;
  #busy = false;
  #blocked = false;
  /** A ring. */
  #line: Frame[] = [];
  #head = 0;
  #count = 0;
  /** Of the line, those whose time at the processor is over. */
  #due = 0;
  /** Used before, and free. */
  readonly #spare: Frame[] = [];
  #life = 0;
  #last: (() => void) | null = null;
  /** In the order in which their first packet was held. */
  #held = new Map<Handler, Frame[]>();
  readonly #onDone: Job = { onDone: (life) => this.#served(life), onLost: () => undefined };
  readonly #idle: Job = { onDone: () => undefined, onLost: () => undefined };

  constructor(processor: ProcessorPort | null, costs: MqttCosts, holds: BodyHolds | null = null) {
    this.#holds = holds;
    this.#processor = processor;
    this.#costs = costs;
  }

  /** Publishers wait: a memory or disk alarm. */
  get isBlocked(): boolean {
    return this.#blocked;
  }
  /** Packets that wait, held ones too. */
  get waiting(): number {
    let sum = this.#count;
    for (const frames of this.#held.values()) sum += frames.length;
    return sum;
  }

  take(kind: Kind, connection: Handler, packetId: number, packet: Readonly<PublishPacket> | null, extra: Extra): void {
    if (this.#busy || this.#processor !== null || this.#blocked) this.#wait(kind, connection, packetId, packet, extra);
    else {
      this.#busy = true;
      connection.handle(kind, packetId, packet, extra);
      this.end(false);
    }
  }

  /** Something else is done here (a commit, an expiry): what clients answer waits. True: inside a packet's handling. For `end`. */
  begin(): boolean {
    const was = this.#busy;
    this.#busy = true;
    return was;
  }
  end(was: boolean): void {
    this.#busy = was;
    if (was) return;
    if (this.#due > 0) this.#handleDue();
    const last = this.#last;
    this.#last = null;
    if (last !== null) last();
  }

  /** Now, or when the packet that is being handled is done: before all that wait. */
  afterwards(work: () => void): void {
    if (this.#busy) this.#last = work;
    else work();
  }

  /** So many messages went out. */
  delivered(count: number): void {
    if (this.#processor !== null && this.#costs.deliveryUs > 0) {
      this.#processor.submit(count * this.#costs.deliveryUs, this.#idle, 0, 0);
    }
  }

  setBlocked(blocked: boolean): void {
    this.#blocked = blocked;
    if (blocked) return;
    const held = this.#held;
    this.#held = new Map();
    for (const frames of held.values()) for (const frame of frames) this.#enqueue(frame);
    this.end(this.#busy);
  }

  /** The node died: what waits is gone. */
  lose(): void {
    this.#life++;
    for (const frames of this.#held.values()) for (const frame of frames) this.#letGo(frame);
    for (let i = 0; i < this.#count; i++) this.#letGo(this.#line[(this.#head + i) & (this.#line.length - 1)] as Frame);
    this.#held.clear();
    this.#line = [];
    this.#head = 0;
    this.#count = 0;
    this.#due = 0;
  }

  #wait(kind: Kind, connection: Handler, packetId: number, packet: Readonly<PublishPacket> | null, extra: Extra): void {
    const frame = this.#spare.pop() ?? new Frame();
    frame.kind = kind;
    frame.connection = connection;
    frame.packetId = packetId;
    frame.extra = extra;
    if (packet !== null) {
      frame.topic = packet.topic;
      frame.body = packet.body;
      frame.bytes = packet.bytes;
      frame.qos = packet.qos;
      frame.retain = packet.retain;
      frame.dup = packet.dup;
      this.#holds?.retain(packet.body);
    }
    if (!this.#isHeld(frame)) this.#enqueue(frame);
    this.end(this.#busy);
  }

  /** What a blocked publisher sends is not read. That its line is gone is noticed all the same, and what was not read is lost. */
  #isHeld(frame: Frame): boolean {
    if (!this.#blocked) return false;
    const connection = frame.connection as Handler;
    const before = this.#held.get(connection);
    if (frame.kind === Kind.cut || frame.kind === Kind.silent) {
      for (const lost of before ?? []) this.#letGo(lost);
      this.#held.delete(connection);
      return false;
    }
    if (before !== undefined) before.push(frame);
    else if (frame.kind === Kind.publish) this.#held.set(connection, [frame]);
    else return false;
    return true;
  }

  #letGo({ kind, body }: Frame): void {
    if (kind === Kind.publish) this.#holds?.release(body);
  }

  #enqueue(frame: Frame): void {
    if (this.#count === this.#line.length) this.#grow();
    this.#line[(this.#head + this.#count++) & (this.#line.length - 1)] = frame;
    if (this.#processor === null) this.#due++;
    else {
      const cost = frame.kind === Kind.publish ? this.#costs.publishUs : this.#costs.otherUs;
      this.#processor.submit(cost, this.#onDone, this.#life, 0);
    }
  }

  #served(life: number): void {
    if (life !== this.#life) return;
    this.#due++;
    this.end(this.#busy);
  }

  #handleDue(): void {
    this.#busy = true;
    while (this.#due > 0 && this.#last === null) {
      this.#due--;
      const frame = this.#line[this.#head] as Frame;
      this.#head = (this.#head + 1) & (this.#line.length - 1);
      this.#count--;
      frame.connection?.handle(frame.kind, frame.packetId, frame, frame.extra);
      this.#letGo(frame);
      frame.connection = null;
      frame.extra = null;
      if (this.#spare.length < MAX_SPARE) this.#spare.push(frame);
    }
    this.#busy = false;
  }

  #grow(): void {
    const line: Frame[] = [];
    for (let i = 0; i < this.#count; i++) line.push(this.#line[(this.#head + i) & (this.#line.length - 1)] as Frame);
    const size = Math.max(16, this.#count * 2);
    while (line.length < size) line.push(line[0] ?? new Frame());
    this.#line = line;
    this.#head = 0;
  }
}
