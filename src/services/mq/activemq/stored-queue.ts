/**
 * A queue over the journal: when a message is written, and when it is off the disk again.
 *
 *   send ─▶ in the queue, given out ──acknowledged──▶ not written yet: never written, gone at once
 *      └──▶ written: the sender is answered            stored: gone when that is written too, in nobody's hands until then
 *
 * Messages of a node that dies are there again as far as they were stored.
 */
import type { Simulation } from '../../../kernel/index.ts';
import { BrokerQueue, type QueuePorts, type QueueSettings } from '../broker/broker-queue.ts';
import { type Consumer, Holder } from '../broker/consumer.ts';
import { PERSISTENT, Place, STORED } from '../broker/message-rows.ts';
import type { DropReason, MessageInput } from '../broker/ports.ts';
import type { Journal, JournalRecord } from './journal.ts';
import type { Kept, Waiter } from './kept.ts';
import type { DestinationMeter } from './metrics.ts';

export interface StoredQueueSettings extends QueueSettings {
  readonly name: string;
  /** Survives its broker; false: a subscription that ends with its consumer. */
  readonly isDurable: boolean;
  /** Given out while it is being written. */
  readonly isConcurrent: boolean;
  /** How often it looks for what is too old; 0: never. */
  readonly expiryPeriodUs: number;
  /** A message that was given out before its broker died is flagged. */
  readonly persistsRedelivered: boolean;
}

export interface StoredQueuePorts extends Omit<QueuePorts, 'onDrop'> {
  readonly journal: Journal;
  readonly kept: Kept;
  readonly meter: DestinationMeter;
  /** A message leaves unacknowledged; true: it is in another queue now. */
  onDrop(from: StoredQueue, row: number, reason: DropReason): boolean;
}

/** A message on its way to the disk while it is in the queue. It may have moved to another one meanwhile. */
class MessageRecord implements JournalRecord {
  readonly bytes: number;
  readonly waiter: Waiter | null;
  queue: StoredQueue;
  id: number;
  row = -1;
  isAppended = false;
  isGone = false;

  constructor(queue: StoredQueue, id: number, bytes: number, waiter: Waiter | null) {
    this.queue = queue;
    this.id = id;
    this.bytes = bytes;
    this.waiter = waiter;
  }

  onStored(): void {
    this.queue.onWritten(this);
  }
}

/** Where messages can be sent. */
export interface Destination {
  /** The waiter is told when the message is safe. */
  send(message: MessageInput, waiter: Waiter | null): void;
  /** It is on the disk already, if it is persistent. */
  deliver(message: MessageInput): void;
}

export class StoredQueue implements Destination {
  readonly name: string;
  readonly queue: BrokerQueue;
  readonly meter: DestinationMeter;
  readonly isDurable: boolean;
  /** Consumers that want to be alone, in the order in which they came. */
  readonly exclusives: Consumer[] = [];
  readonly #sim: Simulation;
  readonly #expiryPeriodUs: number;
  #looks = false;
  readonly #isConcurrent: boolean;
  readonly #persistsRedelivered: boolean;
  readonly #ports: StoredQueuePorts;
  /** By message id. */
  readonly #unwritten = new Map<number, MessageRecord>();
  /** Acknowledged, and not off the disk yet. */
  readonly #leaving = new Holder();

  constructor(sim: Simulation, settings: StoredQueueSettings, ports: StoredQueuePorts) {
    this.name = settings.name;
    this.#sim = sim;
    this.#expiryPeriodUs = settings.expiryPeriodUs;
    this.isDurable = settings.isDurable;
    this.#isConcurrent = settings.isConcurrent;
    this.#persistsRedelivered = settings.persistsRedelivered;
    this.#ports = ports;
    this.meter = ports.meter;
    this.queue = new BrokerQueue(sim, settings, {
      ...ports,
      onDrop: (_, row, reason) => this.#onDrop(row, reason),
    });
    ports.meter.attach(this.queue);
  }

  /** Consumers have come, or gone: of those that want to be alone the one of the highest priority, among equals the first, is. */
  consumersChanged(): void {
    let chosen: Consumer | null = null;
    for (const one of this.exclusives) if (chosen === null || one.priority > chosen.priority) chosen = one;
    this.queue.setExclusive(chosen);
    this.meter.consumersChanged();
  }

  // --- in ---

  /** The waiter is told when the message is safe: a persistent one when it is stored, or acknowledged before. */
  send(message: MessageInput, waiter: Waiter | null): void {
    if (message.expirationMs >= 0) this.#lookLater();
    if (!message.persistent) {
      this.queue.put(message);
      waiter?.done();
    } else if (this.#isConcurrent) this.#putAndWrite(message, waiter);
    else this.#writeAndPut(message, waiter);
  }

  #lookLater(): void {
    if (this.#looks || this.#expiryPeriodUs === 0) return;
    this.#looks = true;
    const nextUs = (Math.floor(this.#sim.now / this.#expiryPeriodUs) + 1) * this.#expiryPeriodUs;
    this.#sim.scheduleAt(nextUs, this.#look, 0, 0);
  }
  readonly #look = (): void => {
    this.#looks = false;
    if (this.queue.expireAll()) this.#lookLater();
  };

  /** Its broker is there again. */
  resume(): void {
    this.queue.setStopped(false);
    if (this.queue.expireAll()) this.#lookLater();
  }

  /** It is on the disk already, if it is persistent. */
  deliver(message: MessageInput): void {
    if (message.expirationMs >= 0) this.#lookLater();
    this.queue.put(message, 0, message.persistent && this.isDurable ? STORED : 0);
  }

  #putAndWrite(message: MessageInput, waiter: Waiter | null): void {
    // It may be given out and acknowledged before `put` returns.
    const id = this.#ports.ids.next;
    const record = new MessageRecord(this, id, message.bytes, waiter);
    this.#unwritten.set(id, record);
    const row = this.queue.put(message);
    if (record.queue === this) record.row = row;
    if (record.isGone) return;
    record.isAppended = true;
    this.#ports.journal.append(record);
  }

  #writeAndPut(message: MessageInput, waiter: Waiter | null): void {
    const { journal, kept } = this.#ports;
    const copy = kept.keep(message);
    journal.append({
      bytes: message.bytes,
      onStored: () => {
        this.deliver(copy);
        kept.letGo(copy);
        waiter?.done();
      },
      onLost: () => kept.letGo(copy),
    });
  }

  /** For the record. */
  onWritten({ id, row, waiter }: { id: number; row: number; waiter: Waiter | null }): void {
    this.#unwritten.delete(id);
    // A commit that was written before may have taken it off, and its row be another's.
    if (row >= 0 && this.queue.holds(row, id)) this.queue.markStored(row);
    waiter?.done();
  }

  // --- out ---

  /** Done, by whoever has it in hand. The waiter is told when it can't come back. */
  acknowledge(row: number, waiter: Waiter | null): void {
    const { rows } = this.queue;
    const id = rows.id[row] as number;
    const record = this.#unwritten.get(id);
    if (record !== undefined && this.#spares(record)) {
      this.queue.acknowledge(row);
      waiter?.done();
      record.waiter?.done();
    } else if (!this.isKept(row)) {
      this.queue.acknowledge(row);
      waiter?.done();
    } else {
      this.hide(row);
      this.#ports.journal.append({
        bytes: 0,
        onStored: () => {
          this.acknowledgeHidden(row, id);
          waiter?.done();
        },
      });
    }
  }

  /** Whether it is, or will be, on the disk. */
  isKept(row: number): boolean {
    return this.isDurable && ((this.queue.rows.flags[row] as number) & PERSISTENT) !== 0;
  }

  /** Out of its consumer's hands and in nobody's: what it is part of is being written. */
  hide(row: number): void {
    this.queue.transfer(row, this.#leaving);
  }
  acknowledgeHidden(row: number, id: number): void {
    if (this.queue.isHeld(row, id)) this.queue.acknowledge(row);
  }

  /** Never written, if there is time. */
  #spares(record: MessageRecord): boolean {
    if (record.isAppended && !this.#ports.journal.spare(record)) return false;
    record.isGone = true;
    this.#unwritten.delete(record.id);
    return true;
  }

  #onDrop(row: number, reason: DropReason): boolean {
    const moved = this.#ports.onDrop(this, row, reason);
    const record = this.#unwritten.get(this.queue.rows.id[row] as number);
    if (record !== undefined) {
      // Whoever waits for it is told when its write, which nobody needs any more, is done; or now.
      if (this.#spares(record)) record.waiter?.done();
      else record.isGone = true;
    }
    return moved;
  }

  /** Takes a message over that leaves another queue; what is on its way to the disk goes on for this one. */
  takeOver(from: StoredQueue, row: number, message: MessageInput): void {
    const record = from.#unwritten.get(from.queue.rows.id[row] as number);
    if (record === undefined) {
      if (from.queue.isStored(row)) this.deliver(message);
      else this.send(message, null);
      return;
    }
    from.#unwritten.delete(record.id);
    record.queue = this;
    record.id = this.#ports.ids.next;
    this.#unwritten.set(record.id, record);
    record.row = this.queue.put(message);
  }

  // --- the broker's death ---

  crash(): void {
    this.#unwritten.clear();
    this.exclusives.length = 0;
    const { rows } = this.queue;
    for (let row = 0; row < rows.used; row++) {
      if (rows.place[row] === Place.free) continue;
      const wasGivenOut = (rows.deliveries[row] as number) > 0;
      rows.deliveries[row] = wasGivenOut && this.#persistsRedelivered ? 1 : 0;
    }
    this.queue.crash();
    this.meter.consumersChanged();
  }
}
