/** SQS standard in plain arrays, written to be read: what may be visible, hidden or gone at an instant, and what each answer must be. */

export interface Reference {
  readonly id: number;
  readonly body: number;
  readonly sentUs: number;
  state: 'delayed' | 'visible' | 'inFlight' | 'copy';
  /** When a message that is delayed, in flight or a copy becomes visible. */
  dueUs: number;
  receives: number;
  firstUs: number;
  receivedUs: number;
  handle: number;
  /** Deleted once: a copy was left behind. */
  deleted: boolean;
}

export interface ReferenceSettings {
  visibilityUs: number;
  delayUs: number;
  retentionUs: number;
  readonly maxInFlight: number;
  readonly maxReceiveCount: number;
  readonly deleteMiss: number;
  readonly receiveMiss: number;
}

export function demand(holds: boolean, property: string, what: string): void {
  if (!holds) throw new Error(`${property}: ${what}`);
}

const CAP_US = 43_200 * 1_000_000;

export class ReferenceQueue {
  messages: Reference[] = [];
  readonly settings: ReferenceSettings;
  readonly totals = { sent: 0, received: 0, deleted: 0, expired: 0, moved: 0, purged: 0, duplicates: 0, copies: 0 };
  readonly handles = new Map<number, number>();

  constructor(settings: ReferenceSettings) {
    this.settings = settings;
  }

  in(state: Reference['state']): Reference[] {
    return this.messages.filter((message) => message.state === state);
  }

  find(id: number): Reference | undefined {
    return this.messages.find((message) => message.id === id);
  }

  /** What time alone does, up to and including this instant; gives the ids that expired. */
  settle(nowUs: number): void {
    for (const message of this.messages) {
      if (message.state === 'visible' || message.dueUs > nowUs || this.isOver(message, nowUs)) continue;
      if (message.state === 'copy') this.totals.copies++;
      message.state = 'visible';
    }
  }

  isOver(message: Reference, nowUs: number): boolean {
    return message.sentUs + this.settings.retentionUs <= nowUs;
  }

  /** The next instant at which time changes something. */
  next(): number {
    const instants = this.messages.map((message) =>
      Math.min(message.sentUs + this.settings.retentionUs, message.state === 'visible' ? Infinity : message.dueUs),
    );
    return Math.min(Infinity, ...instants);
  }

  send(id: number, body: number, nowUs: number, delayUs: number): void {
    this.totals.sent++;
    this.messages.push({
      id,
      body,
      sentUs: nowUs,
      state: delayUs > 0 ? 'delayed' : 'visible',
      dueUs: nowUs + delayUs,
      receives: 0,
      firstUs: -1,
      receivedUs: -1,
      handle: 0,
      deleted: false,
    });
  }

  isEligible(message: Reference): boolean {
    return message.state === 'visible' && message.receives < this.settings.maxReceiveCount;
  }

  hasRoom(): boolean {
    return this.in('inFlight').length < this.settings.maxInFlight;
  }

  /** The queue says that it hands this out. */
  received(id: number, count: number, duplicate: boolean, nowUs: number): void {
    const message = this.find(id);
    demand(message !== undefined, 'existence', `message ${id} was received but is gone`);
    if (message === undefined) return;
    const hidden = message.state === 'inFlight';
    const mayRepeat = this.settings.receiveMiss > 0;
    demand(message.state !== 'delayed', 'delay', `message ${id} was received at ${nowUs}, due at ${message.dueUs}`);
    demand(message.state !== 'copy', 'hidden', `the copy of message ${id} was received before it came back`);
    demand(!hidden || (duplicate && mayRepeat), 'hidden', `message ${id} was received at ${nowUs} while hidden`);
    demand(hidden || this.hasRoom(), 'in-flight limit', `message ${id} was received beyond the limit`);
    demand(duplicate === (hidden || message.deleted), 'duplicate', `message ${id} marked ${duplicate}`);
    demand(count === message.receives + 1, 'receive count', `message ${id}: ${count} after ${message.receives}`);
    demand(count <= this.settings.maxReceiveCount, 'redrive', `message ${id} was received ${count} times`);
    message.receives = count;
    if (message.firstUs < 0) message.firstUs = nowUs;
    message.receivedUs = nowUs;
    // Until the answer says for how long.
    message.dueUs = Infinity;
    message.state = 'inFlight';
    this.totals.received++;
    if (duplicate) this.totals.duplicates++;
  }

  /** The answer with it: its handle counts from now on. */
  answered(id: number, handle: number, visibilityUs: number, nowUs: number): void {
    const message = this.find(id) as Reference;
    demand(!this.handles.has(handle), 'stale handles', `handle ${handle} was given twice`);
    this.handles.set(handle, id);
    message.handle = handle;
    message.dueUs = nowUs + visibilityUs;
    if (visibilityUs === 0) message.state = 'visible';
  }

  /** After an answer: if it could have had more, there was no more to have. */
  demandFilled(count: number, max: number): void {
    if (count === max || !this.hasRoom()) return;
    const left = this.messages.filter((message) => this.isEligible(message));
    demand(
      left.length === 0,
      'lost',
      `${left.length} visible messages were left out of an answer of ${count} of ${max}`,
    );
  }

  moved(id: number): void {
    const message = this.find(id);
    const mayMove = message?.state === 'visible' || (message?.state === 'inFlight' && this.settings.receiveMiss > 0);
    demand(mayMove, 'redrive', `message ${id} was moved while ${message?.state}`);
    demand(message?.receives === this.settings.maxReceiveCount, 'redrive', `moved after ${message?.receives} receives`);
    this.remove(id);
    this.totals.moved++;
  }

  expired(id: number, nowUs: number): void {
    const message = this.find(id);
    demand(message !== undefined && this.isOver(message, nowUs), 'lost', `message ${id} expired before its time`);
    this.remove(id);
    this.totals.expired++;
  }

  remove(id: number): void {
    this.messages = this.messages.filter((message) => message.id !== id);
  }

  /** The message whose newest handle it is. */
  newest(handle: number): Reference | undefined {
    const message = this.find(this.handles.get(handle) ?? -1);
    return message !== undefined && message.handle === handle && message.state !== 'copy' ? message : undefined;
  }

  /** What a change of visibility must answer; null: fine. */
  change(handle: number, timeoutUs: number, nowUs: number): string | null {
    if (timeoutUs < 0 || timeoutUs > CAP_US) return 'InvalidParameterValue';
    if (!this.handles.has(handle)) return 'ReceiptHandleIsInvalid';
    const message = this.newest(handle);
    if (message === undefined) return 'InvalidParameterValue';
    if (message.state !== 'inFlight') return null;
    if (nowUs - message.receivedUs + timeoutUs > CAP_US) return 'InvalidParameterValue';
    message.dueUs = nowUs + timeoutUs;
    if (timeoutUs === 0) message.state = 'visible';
    return null;
  }
}
