/**
 * A queue of a broker: messages in the order in which they came, given out in turn to consumers that have credit, and back in their old place where they are
 * not acknowledged.
 *
 *   put ─▶ ready ──dispatch, take──▶ held ──acknowledge──▶ gone
 *           │ ▲                       │ │
 *           │ └── requeue, holder gone┘ └──drop──▶ gone, or elsewhere (the owner's `onDrop`)
 *           └── too old, too many ─────────────────▶ the same
 *
 * Nothing here takes time: a node's processor and disk are the engine's (`processor.ts`, `disk.ts`). What a protocol calls all this is the protocol's.
 */
import type { Handle, Simulation } from '../../../kernel/index.ts';
import { Consumer, type ConsumerOptions, Holder, Turn } from './consumer.ts';
import { MqModelError } from './errors.ts';
import { MessageGroups } from './message-groups.ts';
import { MessageRows, NEVER, NONE, PERSISTENT, Place, REDELIVERED, STORED } from './message-rows.ts';
import type { BrokerObserver, DeliveredMessage, DropReason, MessageInput } from './ports.ts';
import { type HighPriority, ReadyList } from './ready-list.ts';

export interface QueueSettings {
  /** Its number, for the observer. */
  readonly number: number;
  /** Priorities 0 to this one; 0 (default): all messages are equal. */
  readonly maxPriority?: number;
  /** Instead: two priorities, in turn. */
  readonly highPriority?: HighPriority | null;
  /** Ready messages and their bytes at most; default: no limit. */
  readonly maxLength?: number;
  readonly maxBytes?: number;
  /** Default `drop-head`. */
  readonly overflow?: 'drop-head' | 'reject-publish';
  /** It refuses only when it has more than it may: one too many gets in. */
  readonly rejectsLate?: boolean;
  /** Microseconds; default: none. Too old ones go when they are at the head, and not before. */
  readonly messageTtlUs?: number;
  /** A message that comes back after more deliveries than this and one is dropped; default: no limit. */
  readonly deliveryLimit?: number;
  /** Where a message goes that comes back: to its old place (default), or to the head, behind those that came back before it. */
  readonly returns?: 'place' | 'head';
  /** Only one consumer is given messages, the first; when it leaves the next takes its place. */
  readonly singleActive?: boolean;
  /** Message groups that are remembered, each with its consumer; 0 (default): messages have no groups. */
  readonly messageGroups?: number;
}

/** What messages take: a `Watermark`, or an engine's own. */
export interface MemoryUse {
  /** Negative: given back. */
  add(bytes: number, persistent: boolean): void;
}

/** Ids of messages, unique in a broker. */
export interface IdSource {
  next: number;
}

export interface QueuePorts {
  readonly ids: IdSource;
  readonly observer?: BrokerObserver | null;
  /** Holds a body as long as the queue has a message of it; as `Requests`. */
  readonly holds?: { retain(body: number): void; release(body: number): void } | null;
  /** Of the node: what its messages take, in memory and (persistent ones) on disk. */
  readonly memory?: MemoryUse | null;
  /**
   * A message leaves unacknowledged; its row can be read until this returns. True: it is in another queue now, and the observer knows. Left out: it is just dropped.
   * What is put into this same queue meanwhile comes behind all others.
   */
  readonly onDrop?: ((queue: BrokerQueue, row: number, reason: DropReason) => boolean) | null;
}

export class BrokerQueue {
  readonly number: number;
  readonly rows = new MessageRows<Holder>();
  readonly maxPriority: number;
  /** The id of the last message that `put` took in; its row may be somebody else's by then. */
  lastId = -1;
  protected readonly ready: ReadyList<Holder>;
  readonly #sim: Simulation;
  readonly #maxLength: number;
  readonly #maxBytes: number;
  readonly #rejects: boolean;
  readonly #rejectsLate: boolean;
  readonly #ttlUs: number;
  readonly #deliveryLimit: number;
  readonly #singleActive: boolean;
  readonly #ports: QueuePorts;
  readonly #observer: BrokerObserver | null;
  readonly #turn = new Turn();
  /** In the order in which they came. */
  readonly #consumers: Consumer[] = [];
  #active: Consumer | null = null;
  readonly #groups: MessageGroups | null;
  /** Nobody else is given anything. */
  #exclusive: Consumer | null = null;
  #nextSequence = 0;
  #held = 0;
  #bytes = 0;
  #dispatching = false;
  /** A message has come, or come back, since limits were last seen to. */
  #isUntidy = false;
  #stopped = false;
  /** Whether any message could ever be too old. */
  #ages = false;
  #expiry: Handle | null = null;
  #expiryUs = NEVER;
  readonly #view: { -readonly [K in keyof DeliveredMessage]: DeliveredMessage[K] } = {
    body: 0,
    bytes: 0,
    id: 0,
    sequence: 0,
    redelivered: false,
    deliveries: 0,
    group: -1,
    persistent: false,
    enqueuedUs: 0,
  };

  /** Throws MqModelError `bad-setting`. */
  constructor(sim: Simulation, settings: QueueSettings, ports: QueuePorts) {
    const { maxPriority = 0, maxLength = NEVER, maxBytes = NEVER, messageTtlUs = NEVER } = settings;
    if (!(Number.isInteger(maxPriority) && maxPriority >= 0 && maxPriority <= 255)) {
      throw new MqModelError('bad-setting', `maxPriority ${maxPriority} of a queue: expected 0 to 255`);
    }
    this.#sim = sim;
    this.number = settings.number;
    this.maxPriority = maxPriority;
    const { highPriority = null } = settings;
    const levels = highPriority === null ? maxPriority + 1 : 2;
    this.ready = new ReadyList(this.rows, levels, settings.returns !== 'head', highPriority);
    this.#maxLength = maxLength;
    this.#maxBytes = maxBytes;
    this.#rejects = settings.overflow === 'reject-publish';
    this.#rejectsLate = settings.rejectsLate === true;
    this.#ttlUs = messageTtlUs;
    this.#deliveryLimit = settings.deliveryLimit ?? NEVER;
    this.#singleActive = settings.singleActive === true;
    const { messageGroups = 0 } = settings;
    this.#groups = messageGroups > 0 ? new MessageGroups(messageGroups) : null;
    this.#ports = ports;
    this.#observer = ports.observer ?? null;
  }

  get readyCount(): number {
    return this.ready.count + (this.#groups?.count ?? 0);
  }
  get heldCount(): number {
    return this.#held;
  }
  get count(): number {
    return this.rows.count;
  }
  /** Of all messages. */
  get bytes(): number {
    return this.#bytes;
  }
  get consumers(): readonly Consumer[] {
    return this.#consumers;
  }
  /** With `singleActive`: who is given messages. */
  get activeConsumer(): Consumer | null {
    return this.#active;
  }

  /** Whether the row is still that message. */
  holds(row: number, id: number): boolean {
    return this.rows.place[row] !== Place.free && this.rows.id[row] === id;
  }
  isHeld(row: number, id: number): boolean {
    return this.rows.place[row] === Place.held && this.rows.id[row] === id;
  }

  /** Good until the next call. */
  read(row: number): DeliveredMessage {
    const { rows } = this;
    const view = this.#view;
    const flags = rows.flags[row] as number;
    view.body = rows.body[row] as number;
    view.bytes = rows.bytes[row] as number;
    view.id = rows.id[row] as number;
    view.sequence = rows.sequence[row] as number;
    view.redelivered = (flags & REDELIVERED) !== 0;
    view.deliveries = rows.deliveries[row] as number;
    view.group = rows.group[row] as number;
    view.persistent = (flags & PERSISTENT) !== 0;
    view.enqueuedUs = rows.enqueuedUs[row] as number;
    return view;
  }

  /** Reads all that is in it, in hand or not, and changes nothing. */
  contents(found: (message: DeliveredMessage) => void): void {
    const { rows } = this;
    for (let row = 0; row < rows.used; row++) {
      const place = rows.place[row] as Place;
      if (place !== Place.free && place !== Place.leaving) found(this.read(row));
    }
  }

  // --- in ---

  /** Takes a message in: its row, or NONE where the queue is full and refuses. It may be delivered, and even acknowledged, before this returns. */
  put(input: MessageInput, route = 0, flags = 0): number {
    const { rows } = this;
    if (this.refuses(input.bytes)) return NONE;
    const row = rows.take();
    const now = this.#sim.now;
    const id = this.#ports.ids.next++;
    rows.body[row] = input.body;
    rows.bytes[row] = input.bytes;
    rows.id[row] = id;
    rows.sequence[row] = this.#nextSequence;
    rows.enqueuedUs[row] = now;
    rows.group[row] = input.group;
    rows.route[row] = route;
    rows.deliveries[row] = 0;
    rows.flags[row] = input.persistent ? flags | PERSISTENT : flags;
    rows.priority[row] = input.priority <= 0 ? 0 : Math.min(input.priority, 255);
    const ttlUs = input.expirationMs < 0 ? this.#ttlUs : Math.min(this.#ttlUs, input.expirationMs * 1000);
    rows.expiresUs[row] = now + ttlUs;
    if (ttlUs !== NEVER) this.#ages = true;
    this.#bytes += input.bytes;
    this.#ports.memory?.add(input.bytes, input.persistent);
    this.#ports.holds?.retain(input.body);
    this.ready.append(row);
    this.#observer?.onEnqueued(this.number, input.body, id, this.#nextSequence);
    this.#nextSequence++;
    this.#settleDown();
    this.lastId = id;
    return row;
  }

  /** Whether it is full, and refuses one of so many bytes. */
  refuses(bytes: number): boolean {
    if (!this.#rejects) return false;
    if (this.#rejectsLate) return this.#isOver();
    return this.ready.count + 1 > this.#maxLength || this.ready.bytes + bytes > this.#maxBytes;
  }

  // --- consumers ---

  /** `onMade`: told of the consumer before it is given its first message. */
  subscribe(options: ConsumerOptions, onMade?: (consumer: Consumer) => void): Consumer {
    const consumer = new Consumer(options);
    onMade?.(consumer);
    this.#consumers.push(consumer);
    if (this.#singleActive && this.#active === null) this.#active = consumer;
    this.#line(consumer);
    this.dispatch();
    return consumer;
  }

  /** It is given nothing more; what it has in hand it keeps (`giveBack`). */
  cancel(consumer: Consumer): void {
    if (consumer.isCancelled) return;
    consumer.isCancelled = true;
    if (consumer.inTurn) this.#turn.remove(consumer);
    this.#consumers.splice(this.#consumers.indexOf(consumer), 1);
    if (this.#active === consumer) this.#succeed();
    if (this.#exclusive === consumer) this.setExclusive(null);
    if (this.#groups !== null) this.#leaveGroups(consumer);
  }

  /** As long as it is there nobody else is given anything; null: all are again. */
  setExclusive(consumer: Consumer | null): void {
    this.#exclusive = consumer;
    for (const one of this.#consumers) this.#line(one);
    this.dispatch();
  }

  #cancelAll(): void {
    for (let last = this.#consumers.at(-1); last !== undefined; last = this.#consumers.at(-1)) this.cancel(last);
  }

  /** The one of the highest priority, among those the one that came first, takes over. */
  #succeed(): void {
    let next: Consumer | null = null;
    for (const one of this.#consumers) if (next === null || one.priority > next.priority) next = one;
    this.#active = next;
    if (next === null) return;
    this.#line(next);
    this.dispatch();
  }

  setPrefetch(consumer: Consumer, prefetch: number): void {
    consumer.prefetch = prefetch;
    this.#line(consumer);
    this.dispatch();
  }

  setPaused(consumer: Consumer, isPaused: boolean): void {
    consumer.isPaused = isPaused;
    this.#line(consumer);
    this.dispatch();
  }

  /** Nothing is given out until it goes on: the node is down, or it has no leader. */
  setStopped(isStopped: boolean): void {
    this.#stopped = isStopped;
    this.#settleDown();
  }

  /** In turn exactly if it can take a message. */
  #line(consumer: Consumer): void {
    const may =
      consumer.hasCredit &&
      !consumer.isCancelled &&
      (!this.#singleActive || consumer === this.#active) &&
      (this.#exclusive === null || consumer === this.#exclusive);
    if (may === consumer.inTurn) return;
    if (may) {
      this.#turn.append(consumer);
      this.#unpark(consumer);
    } else this.#turn.remove(consumer);
  }

  // --- message groups ---

  /** Who is to have it, of those in turn; null: its group's consumer can't take it now, and it is parked. */
  #takerOf(row: number): Consumer | null {
    const next = this.#turn.first();
    const group = this.rows.group[row] as number;
    if (this.#groups === null || group < 0) return next;
    const owner = this.#groups.ownerOf(group, next);
    if (owner.inTurn) return owner;
    this.ready.remove(row);
    this.rows.place[row] = Place.parked;
    this.#groups.park(owner, this.rows.sequence[row] as number, row);
    return null;
  }

  /** The first that is parked for it is ready again. */
  #unpark(consumer: Consumer): boolean {
    const row = this.#groups?.unpark(consumer) ?? NONE;
    if (row === NONE) return false;
    this.ready.giveBack(row);
    return true;
  }

  #leaveGroups(consumer: Consumer): void {
    while (this.#unpark(consumer));
    this.#groups?.forget(consumer);
    this.dispatch();
  }

  #unparkAll(): void {
    if (this.#groups !== null) for (const consumer of this.#consumers) while (this.#unpark(consumer));
  }

  // --- out ---

  /** Nothing is given out until `work` is through: what comes back together is given out in order. */
  together(work: () => void): void {
    const before = this.#dispatching;
    this.#dispatching = true;
    try {
      work();
    } finally {
      this.#dispatching = before;
    }
    this.#settleDown();
  }

  /** Gives out what can be given out. Called again meanwhile it does nothing: the first call goes on. */
  dispatch(): void {
    if (this.#dispatching || this.#stopped || this.#turn.isEmpty) return;
    this.#dispatching = true;
    try {
      while (!this.#turn.isEmpty && !this.#stopped) {
        const row = this.#firstLive();
        if (row === NONE) break;
        // What was dropped on the way may have changed who is in turn.
        if (this.#turn.isEmpty) break;
        const taker = this.#takerOf(row);
        if (taker !== null) this.#deliver(taker, row);
      }
    } finally {
      this.#dispatching = false;
    }
    if (this.#ages || this.#isUntidy) this.#tidy();
  }

  /** Gives the next message to whoever asks for one: its row, or NONE. */
  take(holder: Holder): number {
    if (this.#stopped) return NONE;
    const row = this.#firstLive();
    if (row !== NONE) this.takeThis(holder, row);
    return row;
  }

  /** Gives one that is ready, out of its order: where a consumer wants only some. */
  takeThis(holder: Holder, row: number): void {
    this.#hold(holder, row);
    if (this.#ages) this.#expire();
  }

  #deliver(consumer: Consumer, row: number): void {
    this.#hold(consumer, row);
    if (consumer.hasCredit) {
      this.#turn.rotate(consumer);
      this.#unpark(consumer);
    } else this.#turn.remove(consumer);
    const id = this.rows.id[row] as number;
    consumer.subscriber.onMessage(consumer, row);
    if (consumer.noAck && this.isHeld(row, id)) this.acknowledge(row);
  }

  #hold(holder: Holder, row: number): void {
    const { rows } = this;
    this.ready.given(row);
    this.ready.remove(row);
    this.#link(holder, row);
    const deliveries = (rows.deliveries[row] as number) + 1;
    rows.deliveries[row] = deliveries;
    this.#observer?.onDelivered(this.number, rows.body[row] as number, rows.id[row] as number, deliveries);
  }

  #link(holder: Holder, row: number): void {
    const { rows } = this;
    rows.place[row] = Place.held;
    rows.holder[row] = holder;
    rows.older[row] = holder.tail;
    rows.newer[row] = NONE;
    if (holder.tail === NONE) holder.head = row;
    else rows.newer[holder.tail] = row;
    holder.tail = row;
    holder.inHand++;
    holder.bytesInHand += rows.bytes[row] as number;
    this.#held++;
  }

  /** The next that is not too old; those before it go. */
  #firstLive(): number {
    let row = this.ready.first();
    if (!this.#ages) return row;
    while (row !== NONE && this.#isTooOld(row)) {
      this.#dropReady(row, 'expired');
      row = this.ready.first();
    }
    return row;
  }
  /** With a TTL of 0 it is given out at the instant at which it comes, or not at all. */
  #isTooOld(row: number): boolean {
    const expiresUs = this.rows.expiresUs[row] as number;
    const { now } = this.#sim;
    return expiresUs < now || (expiresUs === now && (this.rows.enqueuedUs[row] as number) < now);
  }

  // --- what becomes of what is held ---

  acknowledge(row: number): void {
    const { rows } = this;
    this.#letGo(row);
    this.#observer?.onAcknowledged(this.number, rows.body[row] as number, rows.id[row] as number);
    this.#leave(row);
    this.dispatch();
  }

  /** Back to its old place, or the head (`returns`), flagged. `counted`: the delivery counts. `atTail`: behind all others. */
  requeue(row: number, counted = true, atTail = false): void {
    this.#letGo(row);
    this.#return(row, counted, atTail);
    this.#settleDown();
  }

  /** From the hands of one holder into those of another, e.g. of one that keeps it until the disk is through. No delivery. */
  transfer(row: number, to: Holder): void {
    this.#letGo(row);
    this.#link(to, row);
    this.dispatch();
  }

  /** Refused for good, or delivered too often. */
  drop(row: number, reason: DropReason): void {
    this.#letGo(row);
    this.#end(row, reason);
    this.dispatch();
  }

  /** All that it has in hand comes back, flagged. */
  giveBack(holder: Holder, counted = true): void {
    while (holder.head !== NONE) {
      const row = holder.head;
      this.#letGo(row);
      this.#return(row, counted);
    }
    this.#settleDown();
  }

  #return(row: number, counted: boolean, atTail = false): void {
    const { rows } = this;
    rows.flags[row] = (rows.flags[row] as number) | REDELIVERED;
    if (!counted) rows.deliveries[row] = (rows.deliveries[row] as number) - 1;
    if ((rows.deliveries[row] as number) > this.#deliveryLimit) {
      this.#end(row, 'delivery_limit');
      return;
    }
    if (atTail) this.ready.append(row);
    else this.ready.giveBack(row);
    this.#observer?.onRequeued(this.number, rows.body[row] as number, rows.id[row] as number);
  }

  /** Throws MqModelError `not-held`: whoever settles has to know that it has it. */
  #letGo(row: number): void {
    const { rows } = this;
    const holder = rows.holder[row];
    if (holder === null || holder === undefined) {
      throw new MqModelError('not-held', `row ${row} of queue ${this.number}: expected one in somebody's hands`);
    }
    const older = rows.older[row] as number;
    const newer = rows.newer[row] as number;
    if (older === NONE) holder.head = newer;
    else rows.newer[older] = newer;
    if (newer === NONE) holder.tail = older;
    else rows.older[newer] = older;
    holder.inHand--;
    holder.bytesInHand -= rows.bytes[row] as number;
    rows.holder[row] = null;
    rows.place[row] = Place.leaving;
    this.#held--;
    if (holder instanceof Consumer && !holder.inTurn) this.#line(holder);
  }

  // --- too many, too old, gone ---

  /** After a message has come, or come back: consumers first, then limits, then what is too old. */
  #settleDown(): void {
    this.#isUntidy = true;
    this.dispatch();
    if (!this.#dispatching && this.#isUntidy) this.#tidy();
  }

  #tidy(): void {
    this.#isUntidy = false;
    if (this.#stopped) return;
    while (!this.#rejects && this.ready.count > 0 && this.#isOver()) this.#dropReady(this.ready.first(), 'maxlen');
    if (this.#ages) this.#expire();
  }

  #isOver(): boolean {
    return this.ready.count > this.#maxLength || this.ready.bytes > this.#maxBytes;
  }

  /** Drops what is too old at the heads, and sees to it that this is done again when the next one is. */
  #expire(): void {
    const { ready, rows } = this;
    let nextUs = NEVER;
    if (this.#stopped) return;
    for (let priority = 0; priority < ready.levels; priority++) {
      let row = ready.firstOf(priority);
      while (row !== NONE && (rows.expiresUs[row] as number) <= this.#sim.now) {
        this.#dropReady(row, 'expired');
        row = ready.firstOf(priority);
      }
      if (row !== NONE) nextUs = Math.min(nextUs, rows.expiresUs[row] as number);
    }
    // What is due too early finds nothing, and looks again.
    if (nextUs >= this.#expiryUs) return;
    if (this.#expiry !== null) this.#sim.cancel(this.#expiry);
    this.#expiryUs = nextUs;
    this.#expiry = this.#sim.scheduleAt(nextUs, this.#onExpiry, 0, 0);
  }
  readonly #onExpiry = (): void => {
    this.#expiry = null;
    this.#expiryUs = NEVER;
    this.#expire();
  };

  #dropReady(row: number, reason: DropReason): void {
    this.ready.remove(row);
    this.#end(row, reason);
  }

  #end(row: number, reason: DropReason): void {
    const { rows } = this;
    this.rows.place[row] = Place.leaving;
    const moved = this.#ports.onDrop?.(this, row, reason) ?? false;
    if (!moved) this.#observer?.onDropped(this.number, rows.body[row] as number, rows.id[row] as number, reason);
    this.#leave(row);
  }

  #leave(row: number): void {
    const { rows } = this;
    const body = rows.body[row] as number;
    const bytes = rows.bytes[row] as number;
    const id = rows.id[row] as number;
    const persistent = ((rows.flags[row] as number) & PERSISTENT) !== 0;
    this.#bytes -= bytes;
    rows.giveBack(row);
    this.#observer?.onGone(this.number, body, id);
    this.#ports.memory?.add(-bytes, persistent);
    this.#ports.holds?.release(body);
  }

  /** Drops what is ready and too old, wherever it stands; whether any that is left will be too old. */
  expireAll(): boolean {
    let isAnyLeft = false;
    if (this.#stopped || !this.#ages) return false;
    for (const row of this.ready.inOrder()) {
      const place = this.rows.place[row];
      if (place !== Place.fresh && place !== Place.returned) continue;
      const expiresUs = this.rows.expiresUs[row] as number;
      if (expiresUs <= this.#sim.now) this.#dropReady(row, 'expired');
      else if (expiresUs !== NEVER) isAnyLeft = true;
    }
    return isAnyLeft;
  }

  /** Drops all that is ready; how many that were. */
  purge(reason: DropReason = 'purged'): number {
    this.#unparkAll();
    const rows = this.ready.inOrder();
    for (const row of rows)
      if (this.rows.place[row] === Place.fresh || this.rows.place[row] === Place.returned) this.#dropReady(row, reason);
    return rows.length;
  }

  /** Drops everything, in hand or not, and all consumers: the queue is no more. */
  remove(reason: DropReason = 'purged'): void {
    this.#stopped = true;
    this.#cancelAll();
    this.purge(reason);
    const { rows } = this;
    for (let row = 0; row < rows.used; row++) {
      if (rows.place[row] !== Place.held) continue;
      this.#letGo(row);
      this.#end(row, reason);
    }
    if (this.#expiry !== null) this.#sim.cancel(this.#expiry);
    this.#expiry = null;
    this.#expiryUs = NEVER;
  }

  /** On disk: its node's death doesn't take it along. */
  markStored(row: number): void {
    this.rows.flags[row] = (this.rows.flags[row] as number) | STORED;
  }
  isStored(row: number): boolean {
    return ((this.rows.flags[row] as number) & STORED) !== 0;
  }

  /**
   * Its node died: all consumers are gone, and all messages that were not stored. The others are ready, in their old places, flagged (as far as anybody knows they
   * may have been delivered). Stopped until `setStopped(false)`. `keepsAll`: another node has a copy of each.
   */
  crash(keepsAll = false): void {
    this.#stopped = true;
    this.#cancelAll();
    const { rows } = this;
    const back: number[] = [];
    for (let row = 0; row < rows.used; row++) {
      const place = rows.place[row] as Place;
      if (place === Place.free || place === Place.leaving) continue;
      const stays = keepsAll || this.isStored(row);
      if (place === Place.held) this.#letGo(row);
      else if (stays) rows.flags[row] = (rows.flags[row] as number) | REDELIVERED;
      else this.ready.remove(row);
      if (!stays) this.#lose(row);
      else if (place === Place.held) back.push(row);
    }
    back.sort((a, b) => (rows.sequence[a] as number) - (rows.sequence[b] as number));
    for (const row of back) this.#return(row, true);
  }

  #lose(row: number): void {
    const { rows } = this;
    rows.place[row] = Place.leaving;
    this.#observer?.onDropped(this.number, rows.body[row] as number, rows.id[row] as number, 'lost');
    this.#leave(row);
  }
}
