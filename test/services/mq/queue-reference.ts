/** A broker's queue as one would write it for the blackboard: one array of messages, searched for each question. */
export interface ReferenceMessage {
  readonly sequence: number;
  /** What is ready is in this order. */
  order: number;
  takenAs: number;
  readonly priority: number;
  readonly bytes: number;
  readonly cameMs: number;
  readonly expiresMs: number;
  deliveries: number;
  redelivered: boolean;
  stored: boolean;
  holder: ReferenceConsumer | null;
}

export interface ReferenceConsumer {
  readonly name: string;
  prefetch: number;
  readonly noAck: boolean;
  readonly priority: number;
  isPaused: boolean;
  isCancelled: boolean;
}

export interface ReferenceSettings {
  readonly maxPriority: number;
  readonly maxLength: number;
  readonly maxBytes: number;
  readonly rejects: boolean;
  readonly ttlMs: number;
  readonly singleActive: boolean;
  readonly returns: 'place' | 'head';
}

export class ReferenceQueue {
  nowMs = 0;
  messages: ReferenceMessage[] = [];
  /** What happened: deliveries, drops, acknowledgements, each in its order. */
  readonly delivered: string[] = [];
  readonly dropped: string[] = [];
  acknowledged = 0;
  readonly #settings: ReferenceSettings;
  #consumers: ReferenceConsumer[] = [];
  #turn: ReferenceConsumer[] = [];
  #active: ReferenceConsumer | null = null;
  #sequence = 0;
  #order = 0;
  #taken = 0;
  #returned = -1e9;

  constructor(settings: ReferenceSettings) {
    this.#settings = settings;
  }

  get ready(): ReferenceMessage[] {
    return this.messages
      .filter(({ holder }) => holder === null)
      .toSorted((a, b) => b.priority - a.priority || a.order - b.order);
  }
  heldBy(consumer: ReferenceConsumer): ReferenceMessage[] {
    return this.messages.filter(({ holder }) => holder === consumer);
  }

  put(bytes: number, priority: number, expirationMs: number): boolean {
    const { maxPriority, rejects, ttlMs } = this.#settings;
    const ttl = expirationMs < 0 ? ttlMs : Math.min(ttlMs, expirationMs);
    if (rejects && this.#isOver(1, bytes)) return false;
    this.messages.push({
      sequence: this.#sequence++,
      order: this.#order++,
      takenAs: 0,
      priority: Math.max(0, Math.min(priority, maxPriority)),
      bytes,
      cameMs: this.nowMs,
      expiresMs: this.nowMs + ttl,
      deliveries: 0,
      redelivered: false,
      stored: false,
      holder: null,
    });
    this.#settle(true);
    return true;
  }

  subscribe(consumer: ReferenceConsumer): void {
    this.#consumers.push(consumer);
    this.#active ??= consumer;
    this.#settle();
  }
  cancel(consumer: ReferenceConsumer): void {
    consumer.isCancelled = true;
    this.#consumers = this.#consumers.filter((one) => one !== consumer);
    if (this.#active === consumer) {
      this.#active = this.#consumers.toSorted((a, b) => b.priority - a.priority)[0] ?? null;
    }
    this.#settle();
  }
  take(holder: ReferenceConsumer): ReferenceMessage | null {
    this.#expireFirst();
    const message = this.ready[0];
    if (message !== undefined) this.takeThis(holder, message);
    return message ?? null;
  }
  takeThis(holder: ReferenceConsumer, message: ReferenceMessage): void {
    this.#hold(holder, message);
    this.#settle();
  }
  acknowledge(message: ReferenceMessage): void {
    this.acknowledged++;
    this.#forget(message);
    this.#settle();
  }
  drop(message: ReferenceMessage): void {
    this.#lose(message, 'rejected');
    this.#settle();
  }
  requeue(message: ReferenceMessage, counted: boolean, atTail: boolean): void {
    this.#return(message, counted);
    if (atTail) message.order = this.#order++;
    this.#settle(true);
  }
  giveBack(holder: ReferenceConsumer): void {
    for (const message of this.heldBy(holder).toSorted((a, b) => a.takenAs - b.takenAs)) {
      this.#return(message, true);
      this.#line();
    }
    this.#settle(true);
  }
  purge(): void {
    for (const message of this.ready) this.#lose(message, 'purged');
  }
  crash(): void {
    for (const consumer of this.#consumers) consumer.isCancelled = true;
    this.#consumers = [];
    this.#active = null;
    for (const message of this.messages) {
      if (message.stored) this.#return(message, true);
      else this.#lose(message, 'lost');
    }
    this.#settle(true);
  }
  settle(): void {
    this.#settle();
  }
  pass(ms: number): void {
    for (let i = 0; i < ms; i++) {
      this.nowMs++;
      this.#settle();
    }
  }

  #hold(holder: ReferenceConsumer, message: ReferenceMessage): void {
    message.holder = holder;
    message.takenAs = this.#taken++;
    message.deliveries++;
    const { sequence, deliveries, redelivered } = message;
    this.delivered.push(`${sequence} to ${holder.name}, ${deliveries}${redelivered ? 'R' : ''}`);
  }
  #return(message: ReferenceMessage, counted: boolean): void {
    if (message.holder !== null && this.#settings.returns === 'head') message.order = this.#returned++;
    message.holder = null;
    message.redelivered = true;
    if (!counted) message.deliveries--;
  }
  #forget(message: ReferenceMessage): void {
    this.messages = this.messages.filter((one) => one !== message);
  }
  #lose(message: ReferenceMessage, reason: string): void {
    this.#forget(message);
    this.dropped.push(`${message.sequence} ${reason}`);
  }

  /** Those who can take one stay in their order; who newly can comes behind them. */
  #line(): void {
    const may = (one: ReferenceConsumer): boolean =>
      !one.isCancelled &&
      !one.isPaused &&
      (!this.#settings.singleActive || one === this.#active) &&
      (one.noAck || one.prefetch === 0 || this.heldBy(one).length < one.prefetch);
    this.#turn = this.#turn.filter(may);
    this.#turn.push(...this.#consumers.filter((one) => may(one) && !this.#turn.includes(one)));
  }

  /** Consumers first, then limits, then what is too old at the heads. */
  #settle(hasCome = false): void {
    this.#line();
    while (this.#turn.length > 0) {
      this.#expireFirst();
      const message = this.ready[0];
      if (message === undefined) break;
      const best = Math.max(...this.#turn.map(({ priority }) => priority));
      const consumer = this.#turn.find(({ priority }) => priority === best) as ReferenceConsumer;
      this.#hold(consumer, message);
      this.#turn = this.#turn.filter((one) => one !== consumer);
      if (consumer.noAck) {
        this.acknowledged++;
        this.#forget(message);
      }
      this.#line();
    }
    if (hasCome && !this.#settings.rejects) this.#trim();
    this.#expire();
  }
  #trim(): void {
    for (let [first] = this.ready; first !== undefined && this.#isOver(0, 0); [first] = this.ready) {
      this.#lose(first, 'maxlen');
    }
  }
  #isOver(more: number, bytes: number): boolean {
    const { ready } = this;
    const sum = ready.reduce((total, message) => total + message.bytes, bytes);
    return ready.length + more > this.#settings.maxLength || sum > this.#settings.maxBytes;
  }
  #expireFirst(): void {
    const isOld = ({ expiresMs, cameMs }: ReferenceMessage): boolean =>
      expiresMs < this.nowMs || (expiresMs === this.nowMs && cameMs < this.nowMs);
    for (let [first] = this.ready; first !== undefined && isOld(first); [first] = this.ready) {
      this.#lose(first, 'expired');
    }
  }
  /** The head of each priority. */
  #expire(): void {
    for (let priority = 0; priority <= this.#settings.maxPriority; priority++) {
      for (;;) {
        const head = this.ready.find((message) => message.priority === priority);
        if (head === undefined || head.expiresMs > this.nowMs) break;
        this.#lose(head, 'expired');
      }
    }
  }
}
