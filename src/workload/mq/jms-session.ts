/**
 * A JMS session of a client of ActiveMQ: one thread, its consumers and its sends. No network in here: whoever connects hands it a line (`attach`) and says when it is gone
 * (`onClosed`).
 *
 *   onDispatch ─▶ unconsumed ─▶ onMessage (one at a time) ─▶ returned ─▶ acknowledged, by mode
 *                    ▲                                    └▶ threw, recover, rollback ─▶ waits ─┐
 *                    └── in its place, the consumer standing still meanwhile ───────────────────┘   too often: poison
 *
 * It is the client that counts redeliveries and gives up. The broker counts how often a message came back to it, and that is where the next client begins.
 */
import type { Simulation } from '../../kernel/index.ts';
import {
  AckType,
  type ConsumerInfo,
  type DeliveredMessage,
  LastDelivered,
  type MessageAck,
  type MessageInput,
  type OpenWireConnection,
  type OpenWireError,
  type OpenWireOwner,
} from '../../services/mq/openwire/operations.ts';
import { type JmsSettings, nextRedeliveryMs, REDELIVERY, type RedeliveryPolicy } from './jms-settings.ts';

/** A message in the client's hands. */
export interface JmsMessage {
  readonly consumer: number;
  readonly body: number;
  readonly bytes: number;
  readonly id: number;
  readonly sequence: number;
  readonly group: number;
  readonly enqueuedUs: number;
  /** Counts what came to the session. */
  readonly arrival: number;
  /** What the broker counted. */
  readonly dispatchedCounter: number;
  /** JMSRedelivered: the count is above 0. */
  redeliveryCounter: number;
}

/** Whoever works on what the session is given. */
export interface JmsApplication {
  /** Its listener: the session waits until it is told `returned` or `threw`, within the call or later. */
  onMessage(message: JmsMessage): void;
  /** Of a send that is waited for; null: it is safe. */
  onSent(tag: number, error: OpenWireError | null): void;
  /** Null: all of the transaction is done. TransactionRolledBackException: nothing of it; or, where the line was lost after `commit`, nobody knows. */
  onCommitted(error: OpenWireError | null): void;
  /** A consumer was refused. */
  onConsumerFailed(consumer: number, error: OpenWireError): void;
}

interface Consumer {
  readonly number: number;
  readonly info: ConsumerInfo;
  readonly isTopic: boolean;
  /** Sent ahead, not given to the application. */
  unconsumed: JmsMessage[];
  /** Given to the application and not acknowledged, in that order. */
  delivered: JmsMessage[];
  /** Waits for a redelivery. */
  isStopped: boolean;
  isPulling: boolean;
  /** Delivered, or acknowledged late, since the broker was last told. */
  late: number;
  /** The first of them. */
  firstLate: number;
  lastDelivered: number;
}

/** What waits for a response. */
type Asked =
  | { readonly kind: 'send'; readonly tag: number; readonly destination: string; readonly message: MessageInput }
  | { readonly kind: 'consumer'; readonly consumer: number }
  | { readonly kind: 'commit' };

const IN_DOUBT: OpenWireError = { code: 'TransactionRolledBackException', message: 'the line was lost in a commit' };
const ROLLED_BACK: OpenWireError = { code: 'TransactionRolledBackException', message: 'the line was lost' };
/** Share of a window after which late acknowledgements are told. */
const LATE_SHARE = 0.5;
const OPTIMIZED_SHARE = 0.65;

export class JmsSession implements OpenWireOwner {
  readonly #sim: Simulation;
  readonly #settings: JmsSettings;
  readonly #policy: RedeliveryPolicy;
  readonly #application: JmsApplication;
  readonly #uniform: () => number;
  readonly #consumers: Consumer[] = [];
  readonly #asked = new Map<number, Asked>();
  readonly #ack: MessageAck = { consumer: 0, type: 0, first: -1, last: -1, count: 1, transaction: -1 };
  #line: OpenWireConnection | null = null;
  /** Counts the lines that were lost. */
  #life = 0;
  /** With its listener. */
  #current: JmsMessage | null = null;
  /** Stands still until a commit is answered. */
  #isCommitting = false;
  #nextCommand = 0;
  #arrivals = 0;
  /** Of the transaction that is open; -1: none is. */
  #transaction = -1;
  #nextTransaction = 0;
  /** The line was lost within the transaction. */
  #isRollbackOnly = false;
  #isGiving = false;

  constructor(sim: Simulation, settings: JmsSettings, application: JmsApplication) {
    this.#sim = sim;
    this.#settings = settings;
    this.#policy = { ...REDELIVERY, ...settings.redelivery };
    this.#application = application;
    const stream = sim.stream(`${settings.name}/redelivery`);
    this.#uniform = () => stream.uniform();
  }

  get isAttached(): boolean {
    return this.#line !== null;
  }
  /** Sent ahead, and in the application's hands. */
  get prefetched(): number {
    return this.#consumers.reduce((sum, { unconsumed }) => sum + unconsumed.length, 0);
  }
  get unacknowledged(): number {
    return this.#consumers.reduce((sum, { delivered }) => sum + delivered.length, 0);
  }

  // --- line ---

  /** A new line: all consumers are made known again, and what was not answered is sent once more (and may be there twice). */
  attach(line: OpenWireConnection): void {
    this.#line = line;
    const unanswered = [...this.#asked.values()];
    this.#asked.clear();
    line.addConnectionInfo(-1, this.#settings.clientId ?? null);
    for (const consumer of this.#consumers) this.#announce(consumer);
    for (const asked of unanswered) {
      if (asked.kind === 'send') this.#line?.send(this.#ask(asked), asked.destination, asked.message, -1);
    }
    this.#giveNext();
  }

  onClosed(): void {
    if (this.#line === null) return;
    this.#line = null;
    this.#life++;
    for (const consumer of this.#consumers) forget(consumer);
    if (this.#transaction >= 0) this.#isRollbackOnly = true;
    for (const [command, { kind }] of this.#asked) if (kind !== 'send') this.#asked.delete(command);
    if (this.#isCommitting) this.#committed(IN_DOUBT);
  }

  onBlocked(): void {}
  onUnblocked(): void {}

  close(): void {
    const line = this.#line;
    if (line === null) return;
    if (this.#settings.mode === 'AUTO' && this.#current === null) {
      for (const consumer of this.#consumers) this.#acknowledgeDelivered(consumer, -1);
    }
    this.#line = null;
    for (const consumer of this.#consumers) line.removeConsumer(-1, consumer.number, consumer.lastDelivered);
    line.close();
  }

  // --- consumers ---

  createConsumer(info: ConsumerInfo): number {
    const consumer: Consumer = {
      number: this.#consumers.length,
      info,
      isTopic: info.destination.startsWith('topic:'),
      unconsumed: [],
      delivered: [],
      isStopped: false,
      isPulling: false,
      late: 0,
      firstLate: -1,
      lastDelivered: LastDelivered.none,
    };
    this.#consumers.push(consumer);
    this.#announce(consumer);
    this.#giveNext();
    return consumer.number;
  }

  #announce({ number, info }: Consumer): void {
    this.#line?.addConsumer(this.#ask({ kind: 'consumer', consumer: number }), number, info);
  }

  onDispatch(number: number, message: DeliveredMessage): void {
    const consumer = this.#consumers[number] as Consumer;
    const { body, bytes, id, sequence, group, enqueuedUs, deliveries } = message;
    consumer.isPulling = false;
    consumer.unconsumed.push({
      consumer: number,
      body,
      bytes,
      id,
      sequence,
      group,
      enqueuedUs,
      arrival: this.#arrivals++,
      dispatchedCounter: deliveries - 1,
      redeliveryCounter: deliveries - 1,
    });
    this.#giveNext();
  }
  onPullTimeout(number: number): void {
    (this.#consumers[number] as Consumer).isPulling = false;
  }

  /** To the listener, as long as it returns at once. */
  #giveNext(): void {
    if (this.#isGiving) return;
    this.#isGiving = true;
    while (this.#current === null && !this.#isCommitting && this.#line !== null) {
      const consumer = this.#nextConsumer();
      if (consumer === null) break;
      this.#give(consumer, consumer.unconsumed.shift() as JmsMessage);
    }
    this.#isGiving = false;
    if (this.#current === null && !this.#isCommitting) for (const one of this.#consumers) this.#pull(one);
  }

  /** Whose first message came first, of those that don't stand still. */
  #nextConsumer(): Consumer | null {
    let next: Consumer | null = null;
    let arrival = Number.POSITIVE_INFINITY;
    for (const consumer of this.#consumers) {
      const first = consumer.unconsumed[0];
      if (first === undefined || consumer.isStopped || first.arrival > arrival) continue;
      next = consumer;
      arrival = first.arrival;
    }
    return next;
  }

  #pull(consumer: Consumer): void {
    const { number, info, isStopped, isPulling, unconsumed } = consumer;
    if (info.prefetch > 0 || isStopped || isPulling || unconsumed.length > 0 || this.#line === null) return;
    consumer.isPulling = true;
    this.#line.pull(number, 0);
  }

  #give(consumer: Consumer, message: JmsMessage): void {
    const { mode } = this.#settings;
    if (mode === 'SESSION_TRANSACTED' && this.#isTooOften(message.dispatchedCounter)) {
      this.#tell(consumer, AckType.poison, message.id, message.id);
      return;
    }
    this.#current = message;
    consumer.lastDelivered = message.id;
    if (!this.#isLate(consumer)) consumer.delivered.push(message);
    if (mode === 'SESSION_TRANSACTED') {
      this.#begin();
      this.#tellLate(consumer, AckType.delivered, message);
    }
    this.#application.onMessage(message);
  }

  // --- what the listener says ---

  /** It has returned. */
  returned(): void {
    const message = this.#current;
    if (message === null) return;
    this.#current = null;
    const consumer = this.#consumers[message.consumer] as Consumer;
    // After a lost line it is nothing to anybody: it comes again.
    if (consumer.lastDelivered === message.id) this.#afterReturn(consumer, message);
    this.#giveNext();
  }

  #afterReturn(consumer: Consumer, message: JmsMessage): void {
    const { mode, optimizeAcknowledge = false } = this.#settings;
    const { delivered } = consumer;
    if (mode === 'SESSION_TRANSACTED') return;
    if (mode === 'CLIENT' || mode === 'INDIVIDUAL') {
      if (delivered.includes(message)) this.#tellLate(consumer, AckType.delivered, message);
    } else if (this.#isLate(consumer)) this.#tellLate(consumer, AckType.standard, message);
    else if (!optimizeAcknowledge || mode !== 'AUTO' || delivered.length >= consumer.info.prefetch * OPTIMIZED_SHARE) {
      this.#acknowledgeDelivered(consumer, -1);
    }
  }

  /** It threw: AUTO, DUPS_OK and INDIVIDUAL try the message again; the others go on with the next, and it is for the application to `recover` or to roll back. */
  threw(): void {
    const message = this.#current;
    if (message === null) return;
    this.#current = null;
    const consumer = this.#consumers[message.consumer] as Consumer;
    const { mode } = this.#settings;
    if (consumer.lastDelivered === message.id) {
      if (mode === 'CLIENT' || mode === 'SESSION_TRANSACTED') this.#afterReturn(consumer, message);
      else this.#redeliver(consumer);
    }
    this.#giveNext();
  }

  /** CLIENT: all that the session was given. INDIVIDUAL: that message. */
  acknowledge(message?: JmsMessage): void {
    if (this.#settings.mode !== 'INDIVIDUAL') {
      for (const consumer of this.#consumers) {
        this.#acknowledgeDelivered(consumer, -1);
        consumer.late = 0;
      }
    } else if (message !== undefined) {
      const consumer = this.#consumers[message.consumer] as Consumer;
      const at = consumer.delivered.indexOf(message);
      if (at < 0) return;
      consumer.delivered.splice(at, 1);
      this.#tell(consumer, AckType.individual, message.id, message.id);
    }
  }

  /** CLIENT: all that is not acknowledged is delivered again. */
  recover(): void {
    for (const consumer of this.#consumers) this.#redeliver(consumer);
    this.#giveNext();
  }

  /** INDIVIDUAL: these were not worked on, and are delivered again; the others that the session was given are left alone. */
  reject(messages: ReadonlySet<JmsMessage>): void {
    for (const consumer of this.#consumers) {
      this.#redeliver(
        consumer,
        consumer.delivered.filter((one) => messages.has(one)),
        consumer.delivered.filter((one) => !messages.has(one)),
      );
    }
    this.#giveNext();
  }

  // --- transactions ---

  #begin(): void {
    if (this.#transaction >= 0) return;
    this.#transaction = this.#nextTransaction++;
    this.#line?.begin(-1, this.#transaction);
  }

  /** What was delivered and sent since the last one. Answered through `onCommitted`; nothing is delivered until then. */
  commit(): void {
    if (this.#isRollbackOnly) {
      for (const consumer of this.#consumers) this.#redeliver(consumer);
      this.#committed(ROLLED_BACK);
      return;
    }
    const transaction = this.#transaction;
    if (transaction < 0 || this.#line === null) {
      this.#application.onCommitted(null);
      return;
    }
    this.#isCommitting = true;
    for (const consumer of this.#consumers) {
      this.#acknowledgeDelivered(consumer, transaction);
      consumer.late = 0;
    }
    this.#line.commit(this.#ask({ kind: 'commit' }), transaction);
  }

  #committed(error: OpenWireError | null): void {
    this.#isCommitting = false;
    this.#transaction = -1;
    this.#isRollbackOnly = false;
    this.#application.onCommitted(error);
    this.#giveNext();
  }

  /** What was delivered is delivered again, after a while; what was sent never was. */
  rollback(): void {
    if (this.#transaction >= 0 && !this.#isRollbackOnly) this.#line?.rollback(-1, this.#transaction);
    this.#transaction = -1;
    this.#isRollbackOnly = false;
    for (const consumer of this.#consumers) this.#redeliver(consumer);
    this.#giveNext();
  }

  // --- sends ---

  /** Whether it is answered through `onSent`: a persistent one outside a transaction, unless sends are asynchronous. */
  send(destination: string, message: MessageInput, tag: number): boolean {
    const { mode, useAsyncSend = false } = this.#settings;
    if (mode === 'SESSION_TRANSACTED') {
      this.#begin();
      if (!this.#isRollbackOnly) this.#line?.send(-1, destination, message, this.#transaction);
      return false;
    }
    if (!message.persistent || useAsyncSend) {
      this.#line?.send(-1, destination, message, -1);
      return false;
    }
    const command = this.#ask({ kind: 'send', tag, destination, message: { ...message } });
    this.#line?.send(command, destination, message, -1);
    return true;
  }

  #ask(asked: Asked): number {
    const command = this.#nextCommand++;
    this.#asked.set(command, asked);
    return command;
  }

  onResponse(command: number, error: OpenWireError | null): void {
    const asked = this.#asked.get(command);
    if (asked === undefined) return;
    this.#asked.delete(command);
    if (asked.kind === 'send') this.#application.onSent(asked.tag, error);
    else if (asked.kind === 'commit') this.#committed(error);
    else if (error !== null) this.#application.onConsumerFailed(asked.consumer, error);
  }

  // --- acknowledgements ---

  /** Told half a window at a time: what a topic of DUPS_OK was given. */
  #isLate({ isTopic }: Consumer): boolean {
    return isTopic && this.#settings.mode === 'DUPS_OK';
  }

  #tellLate(consumer: Consumer, type: AckType, { id }: JmsMessage): void {
    if (consumer.late++ === 0) consumer.firstLate = id;
    if (consumer.late < consumer.info.prefetch * LATE_SHARE) return;
    this.#tell(consumer, type, consumer.firstLate, id, consumer.late);
    consumer.late = 0;
  }

  #acknowledgeDelivered(consumer: Consumer, transaction: number): void {
    const { delivered } = consumer;
    const first = delivered[0];
    const last = delivered.at(-1);
    if (first === undefined || last === undefined) return;
    consumer.delivered = [];
    if (this.#settings.nonBlockingRedelivery === true) {
      // What lies between them may have been rolled back, and waits.
      for (const { id } of delivered) this.#tell(consumer, AckType.individual, id, id, 1, transaction);
    } else this.#tell(consumer, AckType.standard, first.id, last.id, delivered.length, transaction);
  }

  #tell({ number }: Consumer, type: AckType, first: number, last: number, count = 1, transaction = -1): void {
    const ack = this.#ack;
    ack.consumer = number;
    ack.type = type;
    ack.first = first;
    ack.last = last;
    ack.count = count;
    ack.transaction = transaction;
    this.#line?.acknowledge(-1, ack);
  }

  // --- redelivery ---

  #isTooOften(redeliveryCounter: number): boolean {
    const { maximumRedeliveries } = this.#policy;
    return maximumRedeliveries >= 0 && redeliveryCounter > maximumRedeliveries;
  }

  /** All that is delivered and not acknowledged, or some of it. The last of them decides for all, as it does in ActiveMQ. */
  #redeliver(consumer: Consumer, batch = consumer.delivered, others: JmsMessage[] = []): void {
    const last = batch.at(-1);
    if (last === undefined) return;
    consumer.delivered = others;
    consumer.late = Math.max(0, consumer.late - batch.length);
    for (const message of batch) message.redeliveryCounter++;
    const type = this.#isTooOften(last.redeliveryCounter) ? AckType.poison : AckType.redelivered;
    const life = this.#life;
    for (const { id } of batch) this.#tell(consumer, type, id, id);
    // The line broke of it: the broker sends them on the next one.
    if (this.#life !== life) return;
    if (type === AckType.redelivered) this.#redeliverLater(consumer, batch, this.#delayMs(last.redeliveryCounter));
  }

  #delayMs(redelivery: number): number {
    let ms = this.#policy.initialRedeliveryDelayMs;
    for (let i = 1; i < redelivery; i++) ms = nextRedeliveryMs(this.#policy, ms, this.#uniform);
    return ms;
  }

  #redeliverLater(consumer: Consumer, batch: JmsMessage[], delayMs: number): void {
    const isBlocking = this.#settings.nonBlockingRedelivery !== true;
    if (isBlocking) consumer.isStopped = true;
    const life = this.#life;
    const again = (): void => {
      // Another line: the broker sends them itself.
      if (this.#life !== life || this.#line === null) return;
      consumer.unconsumed = isBlocking ? [...batch, ...consumer.unconsumed] : [...consumer.unconsumed, ...batch];
      consumer.isStopped = false;
      this.#giveNext();
    };
    if (delayMs <= 0) again();
    else this.#sim.schedule(Math.round(delayMs * 1000), again, 0);
  }
}

/** The line is lost: what was sent ahead, or given out and not acknowledged, comes again. */
function forget(consumer: Consumer): void {
  consumer.unconsumed = [];
  consumer.delivered = [];
  consumer.isStopped = false;
  consumer.isPulling = false;
  consumer.late = 0;
  consumer.lastDelivered = LastDelivered.none;
}
