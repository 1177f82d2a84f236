/**
 * Messages in queues, as clients saw them: when each waited and when it was in flight, and how many there are.
 *
 *     sent ──▶ in the queue ──received──▶ in flight ──deleted──▶ gone
 *                   ▲                          │
 *                   └──── timeout is over ─────┘        after the last receive that is allowed it goes to the dead-letter queue
 */
import type { HistoryRecord } from './record.ts';
import type { Party, Tracks, Write } from './timeline-tracks.ts';

type Phase = 'in the queue' | 'in flight';

interface Message {
  readonly queue: string;
  /** By which it was first seen there. */
  readonly record: HistoryRecord;
  phase: Phase;
  /** By which its spans are known; null: it is not drawn, since the queue has too many at once. */
  id: string | null;
  /** Whether a span of it is begun, and the last instant at which one began or ended: none is drawn before. */
  open: boolean;
  lastUs: number;
  /** In flight: when its timeout is over. */
  dueUs: number;
}

interface Count {
  messages: number;
  drawn: number;
  /** What the file says, and when it was told last. */
  told: number;
  pending: boolean;
  changedUs: number;
  nextUs: number;
}

/** Where a message goes after so many receives. */
export interface DeadLetters {
  readonly queue: string;
  readonly maxReceiveCount: number;
}

/** Last receives that are over before their list is made shorter. */
const FORGET = 4096;
/** Messages of one queue that are drawn at a time; all are counted. */
const MOST_DRAWN = 250;

export interface QueueTracks {
  readonly write: Write;
  readonly tracks: Tracks;
  readonly partyOf: (queue: string) => Party;
  /** A queue's own visibility timeout, microseconds. */
  readonly visibilityUs: (queue: string) => number;
  /** null: a message may be received as often as it takes. */
  readonly deadLetters: (queue: string) => DeadLetters | null;
  /** Counts of a queue are told no more often. */
  readonly stepUs: number;
  /** A number that no other span of the file bears. */
  readonly nextId: () => string;
}

export class TimelineQueues {
  /** Messages that are not drawn, since their queue had too many at once. */
  notDrawn = 0;
  readonly #ports: QueueTracks;
  readonly #messages = new Map<number, Message>();
  readonly #counts = new Map<string, Count>();
  /** Received for the last time, in the order of the receives: if they are not deleted they will be moved. */
  readonly #last: number[] = [];
  #nextLast = 0;

  constructor(ports: QueueTracks) {
    this.#ports = ports;
  }

  /** Time has come so far: what nobody deleted in time after its last receive is in the dead-letter queue. */
  pass(us: number): void {
    for (; this.#nextLast < this.#last.length; this.#nextLast++) {
      const message = this.#last[this.#nextLast] as number;
      const held = this.#messages.get(message);
      if (held === undefined || held.phase !== 'in flight') continue;
      if (held.dueUs >= us) break;
      const to = this.#ports.deadLetters(held.queue);
      if (to === null) continue;
      this.#go(message, held, held.dueUs, us);
      this.#come(message, to.queue, 'in the queue', held.dueUs, us, held.record);
    }
    if (this.#nextLast < FORGET) return;
    this.#last.splice(0, this.#nextLast);
    this.#nextLast = 0;
  }

  /** A queue has said that it took it. */
  sent(record: HistoryRecord): void {
    const { on, message } = record;
    if (on === undefined || message === undefined || this.#messages.has(message)) return;
    this.#come(message, on, 'in the queue', servedUs(record), record.us, record);
  }

  received(record: HistoryRecord): void {
    const { on, message, valueUs } = record;
    if (on === undefined || message === undefined) return;
    const atUs = servedUs(record);
    const dueUs = atUs + (valueUs ?? this.#ports.visibilityUs(on));
    this.#seenIn(message, on, atUs, record);
    const held = this.#messages.get(message) as Message;
    this.#end(held, atUs);
    held.phase = 'in flight';
    held.dueUs = dueUs;
    this.#begin(held, atUs, record);
    const to = this.#ports.deadLetters(on);
    if (to !== null && (record.receives ?? 0) >= to.maxReceiveCount) this.#last.push(message);
  }

  hidden({ us, message, valueUs = 0 }: HistoryRecord): void {
    const held = message === undefined ? undefined : this.#messages.get(message);
    if (held?.phase === 'in flight' && held.dueUs > us) held.dueUs = us + valueUs;
  }

  deleted(record: HistoryRecord): void {
    const { us, message } = record;
    const held = message === undefined ? undefined : this.#messages.get(message);
    if (message !== undefined && held !== undefined) this.#go(message, held, servedUs(record), us);
  }

  /** The final read found it. */
  left(record: HistoryRecord): void {
    const { us, on, message } = record;
    if (on === undefined || message === undefined) return;
    this.#seenIn(message, on, us, record);
  }

  /** Ends all that is drawn. */
  finish(us: number): void {
    for (const held of this.#messages.values()) {
      if (held.phase === 'in flight') this.#backInQueue(held, us);
      this.#end(held, us);
    }
    this.#messages.clear();
    for (const [queue, count] of this.#counts) if (count.pending) this.#tell(queue, count, count.changedUs);
  }

  /** It is here at `us`: perhaps never seen before, perhaps back after its timeout, perhaps moved here after the last one. */
  #seenIn(message: number, queue: string, us: number, record: HistoryRecord): void {
    const held = this.#messages.get(message);
    if (held === undefined) {
      this.#come(message, queue, 'in the queue', us, record.us, record);
    } else if (held.queue !== queue) {
      const movedUs = held.phase === 'in flight' ? Math.min(held.dueUs, us) : us;
      this.#go(message, held, movedUs, record.us);
      this.#come(message, queue, 'in the queue', movedUs, record.us, record);
    } else if (held.phase === 'in flight') {
      this.#backInQueue(held, us);
    }
  }

  #backInQueue(held: Message, us: number): void {
    const dueUs = Math.min(held.dueUs, us);
    this.#end(held, dueUs);
    held.phase = 'in the queue';
    if (dueUs < us) this.#begin(held, dueUs);
  }

  #come(message: number, queue: string, phase: Phase, us: number, toldUs: number, record: HistoryRecord): void {
    const held: Message = { queue, record, phase, id: null, open: false, lastUs: us, dueUs: 0 };
    this.#messages.set(message, held);
    const count = this.#count(queue);
    if (count.drawn >= MOST_DRAWN) this.notDrawn++;
    else {
      count.drawn++;
      held.id = this.#ports.nextId();
      this.#begin(held, us, record);
    }
    this.#changed(queue, 1, toldUs);
  }

  #go(message: number, held: Message, us: number, toldUs: number): void {
    this.#end(held, us);
    this.#messages.delete(message);
    if (held.id !== null) this.#count(held.queue).drawn--;
    this.#changed(held.queue, -1, toldUs);
  }

  #begin(held: Message, us: number, record?: HistoryRecord): void {
    if (held.id === null) return;
    held.open = true;
    held.lastUs = Math.max(us, held.lastUs);
    const args = record === undefined ? {} : { args: { request: record.entity, message: record.message } };
    this.#write(held, 'b', args);
  }

  #end(held: Message, us: number): void {
    if (!held.open) return;
    held.open = false;
    held.lastUs = Math.max(us, held.lastUs);
    this.#write(held, 'e');
  }

  #write({ queue, phase, id, lastUs }: Message, ph: 'b' | 'e', args: object = {}): void {
    const { tracks, partyOf, write } = this.#ports;
    const pid = tracks.pid(partyOf(queue));
    write(JSON.stringify({ name: phase, cat: 'message', ph, id, ts: lastUs, pid, ...args }));
  }

  #count(queue: string): Count {
    let count = this.#counts.get(queue);
    if (count === undefined) {
      count = { messages: 0, drawn: 0, told: -1, pending: false, changedUs: 0, nextUs: 0 };
      this.#counts.set(queue, count);
    }
    return count;
  }

  /** The last value before a pause is told too, or the line would stay where it was. */
  #changed(queue: string, by: number, us: number): void {
    const count = this.#count(queue);
    if (count.pending && us >= count.nextUs) this.#tell(queue, count, count.changedUs);
    count.messages += by;
    count.changedUs = us;
    count.pending = true;
    if (us >= count.nextUs) this.#tell(queue, count, us);
  }

  #tell(queue: string, count: Count, ts: number): void {
    count.pending = false;
    count.nextUs = ts + this.#ports.stepUs;
    if (count.told === count.messages) return;
    count.told = count.messages;
    const { tracks, partyOf, write } = this.#ports;
    const pid = tracks.pid(partyOf(queue));
    write(JSON.stringify({ name: 'messages', ph: 'C', ts, pid, args: { messages: count.messages } }));
  }
}

function servedUs({ us, servedUs: served }: HistoryRecord): number {
  return served ?? us;
}
