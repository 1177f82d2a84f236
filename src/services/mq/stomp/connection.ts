/**
 * STOMP 1.2 at the broker: the state of one connection. Messages that a client has to settle have an ack id each, in the order in which they were sent.
 *
 *   MESSAGE ack:7 ─▶ ACK 7 ─▶ client: it and all before it · client-individual: it alone
 *                    NACK 7 ─▶ ActiveMQ: to the dead letters · RabbitMQ: back to the queue, or dropped
 */
import type { Handle, Simulation } from '../../../kernel/index.ts';
import type { DeliveredMessage, MessageInput } from '../broker/ports.ts';
import type { StompDestinations, StompRules, StompSession, StompSessionOwner } from './destinations.ts';
import type {
  ConnectFrame,
  StompAckMode,
  StompConnection,
  StompOperations,
  StompOwner,
  SubscribeFrame,
} from './operations.ts';

/** A receipt of the connection's own: that of DISCONNECT, which asked for none. */
const LEAVING = -2;

interface Unsettled {
  readonly ack: number;
  readonly subscription: Open;
  readonly delivery: number;
  /** Acknowledged in it; -1: in none. */
  transaction: number;
}

interface Open {
  readonly id: number;
  readonly mode: StompAckMode;
  isOver: boolean;
}

type Settling = (entry: Unsettled, isCumulative: boolean) => void;

export class StompBroker implements StompOperations {
  readonly #sim: Simulation;
  readonly #destinations: StompDestinations;

  constructor(sim: Simulation, destinations: StompDestinations) {
    this.#sim = sim;
    this.#destinations = destinations;
  }

  connect(owner: StompOwner, endpoint = 0): StompConnection | null {
    const connection = new StompBrokerConnection(this.#sim, this.#destinations.rules, owner);
    const session = this.#destinations.openSession(connection, endpoint);
    if (session === null) return null;
    connection.attach(session);
    return connection;
  }
}

class StompBrokerConnection implements StompConnection, StompSessionOwner {
  readonly #sim: Simulation;
  readonly #rules: StompRules;
  readonly #owner: StompOwner;
  #session: StompSession | null = null;
  readonly #subscriptions = new Map<number, Open>();
  /** By ack id, in the order in which they were sent. */
  readonly #unsettled = new Map<number, Unsettled>();
  /** Open transactions; what is kept of each until COMMIT, where the rules say so. */
  readonly #transactions = new Map<number, (() => void)[]>();
  #nextAck = 0;
  #heartBeatMs: readonly [number, number] = [0, 0];
  #heardUs = 0;
  #check: Handle | null = null;
  #leavingReceipt = -1;

  constructor(sim: Simulation, rules: StompRules, owner: StompOwner) {
    this.#sim = sim;
    this.#rules = rules;
    this.#owner = owner;
  }

  attach(session: StompSession): void {
    this.#session = session;
  }

  // --- frames ---

  CONNECT({ clientId = null, heartBeatMs = [0, 0] }: ConnectFrame = {}): void {
    this.#heardUs = this.#sim.now;
    this.#heartBeatMs = heartBeatMs;
    this.#session?.open(clientId);
  }

  SEND(destination: string, message: MessageInput, receipt = -1, transaction = -1): void {
    if (this.#isInTransaction(transaction, receipt) === null) return;
    if (this.#isReplayed(transaction)) {
      const copy = { ...message };
      this.#keep(transaction, () => this.#session?.send(destination, copy, -1, receipt));
    } else this.#session?.send(destination, message, transaction, receipt);
  }

  SUBSCRIBE(frame: SubscribeFrame, receipt = -1): void {
    if (!this.#hears()) return;
    if (this.#subscriptions.has(frame.id) && this.#rules.duplicateIdIsFatal) {
      this.onFailed(receipt, 'Duplicated subscription identifier', true);
      return;
    }
    this.#subscriptions.set(frame.id, { id: frame.id, mode: frame.ack ?? 'auto', isOver: false });
    if (this.#session?.subscribe(frame, receipt) === false) this.#subscriptions.delete(frame.id);
  }

  UNSUBSCRIBE(id: number, receipt = -1, isForGood = false): void {
    if (!this.#hears()) return;
    const subscription = this.#subscriptions.get(id);
    if (subscription === undefined) {
      this.onFailed(receipt, 'No subscription matched.', false);
      return;
    }
    this.#subscriptions.delete(id);
    subscription.isOver = true;
    this.#session?.unsubscribe(id, isForGood, receipt);
  }

  ACK(ack: number, receipt = -1, transaction = -1): void {
    const run = (of: number): void =>
      this.#settle(ack, receipt, of, 'ACK', true, (entry, isCumulative) => {
        this.#session?.acknowledge(entry.subscription.id, entry.delivery, isCumulative, of, receipt);
      });
    this.#inTransaction(transaction, receipt, run);
  }

  NACK(ack: number, receipt = -1, transaction = -1, requeue?: boolean): void {
    const { nackIsCumulative } = this.#rules;
    const run = (of: number): void =>
      this.#settle(ack, receipt, of, 'NACK', nackIsCumulative, ({ subscription, delivery }, isCumulative) => {
        this.#session?.refuse(subscription.id, delivery, isCumulative, requeue ?? null, of, receipt);
      });
    this.#inTransaction(transaction, receipt, run);
  }

  BEGIN(transaction: number, receipt = -1): void {
    if (!this.#hears()) return;
    if (this.#transactions.has(transaction) && this.#rules.beginTwiceFails) {
      this.onFailed(receipt, `The transaction was already started: ${transaction}`, false);
      return;
    }
    this.#transactions.set(transaction, []);
    if (this.#rules.transactions === 'engine') this.#session?.begin(transaction, receipt);
    else this.onDone(receipt);
  }

  COMMIT(transaction: number, receipt = -1): void {
    const kept = this.#isInTransaction(transaction, receipt);
    if (kept === null || kept === undefined) return;
    this.#transactions.delete(transaction);
    if (this.#rules.transactions === 'engine') {
      for (const [ack, entry] of this.#unsettled) if (entry.transaction === transaction) this.#unsettled.delete(ack);
      this.#session?.commit(transaction, receipt);
      return;
    }
    for (const run of kept) run();
    this.#session?.flush(receipt);
  }

  ABORT(transaction: number, receipt = -1): void {
    const kept = this.#isInTransaction(transaction, receipt);
    if (kept === null || kept === undefined) return;
    this.#transactions.delete(transaction);
    for (const entry of this.#unsettled.values()) if (entry.transaction === transaction) entry.transaction = -1;
    if (this.#rules.transactions === 'engine') this.#session?.abort(transaction, receipt);
    else this.onDone(receipt);
  }

  DISCONNECT(receipt = -1): void {
    if (!this.#hears()) return;
    this.#leavingReceipt = receipt;
    this.#session?.flush(LEAVING);
  }

  heartBeat(): void {
    this.#hears();
  }

  cut(): void {
    const session = this.#session;
    this.#end();
    session?.cut();
  }

  // --- transactions ---

  /** What is kept of it; null: there is none of that number, and the client is told; undefined: the frame is in none. */
  #isInTransaction(transaction: number, receipt: number): (() => void)[] | null | undefined {
    if (!this.#hears()) return null;
    if (transaction < 0) return undefined;
    const kept = this.#transactions.get(transaction);
    if (kept !== undefined) return kept;
    this.onFailed(receipt, `Invalid transaction id: ${transaction}`, false);
    return null;
  }

  #isReplayed(transaction: number): boolean {
    return transaction >= 0 && this.#rules.transactions === 'replay';
  }

  #keep(transaction: number, run: () => void): void {
    this.#transactions.get(transaction)?.push(run);
  }

  #inTransaction(transaction: number, receipt: number, run: (of: number) => void): void {
    if (this.#isInTransaction(transaction, receipt) === null) return;
    if (this.#isReplayed(transaction)) this.#keep(transaction, () => run(-1));
    else run(transaction);
  }

  // --- settling ---

  #settle(
    ack: number,
    receipt: number,
    transaction: number,
    frame: string,
    reachesBack: boolean,
    settle: Settling,
  ): void {
    const entry = this.#unsettled.get(ack);
    if (entry === undefined || entry.transaction >= 0) {
      const wasSettled = ack >= 0 && ack < this.#nextAck && entry === undefined;
      this.onFailed(receipt, `Unexpected ${frame} received`, wasSettled && this.#rules.settlingTwiceIsFatal);
      return;
    }
    if (entry.subscription.isOver) {
      if (this.#rules.onUnsubscribe === 'return') {
        // It is back in its queue, and what is said of it now is heard and changes nothing.
        this.#unsettled.delete(ack);
        this.onDone(receipt);
      } else this.onFailed(receipt, 'Subscription not found', false);
      return;
    }
    const isCumulative = reachesBack && entry.subscription.mode === 'client';
    for (const one of isCumulative ? this.#upTo(entry) : [entry]) {
      if (transaction >= 0) one.transaction = transaction;
      else this.#unsettled.delete(one.ack);
    }
    settle(entry, isCumulative);
  }

  #upTo(last: Unsettled): Unsettled[] {
    const all: Unsettled[] = [];
    const isWide = this.#rules.cumulativeOver === 'connection';
    for (const entry of this.#unsettled.values()) {
      if ((isWide || entry.subscription === last.subscription) && entry.transaction < 0) all.push(entry);
      if (entry === last) break;
    }
    return all;
  }

  // --- what the session says ---

  onOpen(): void {
    const [sends, wants] = this.#heartBeatMs;
    this.#owner.CONNECTED([wants, sends]);
    if (sends > 0) this.#lookLater();
  }

  onMessage(id: number, delivery: number, message: DeliveredMessage): void {
    const subscription = this.#subscriptions.get(id);
    if (subscription === undefined) return;
    let ack = -1;
    if (subscription.mode !== 'auto') {
      ack = this.#nextAck++;
      this.#unsettled.set(ack, { ack, subscription, delivery, transaction: -1 });
    }
    this.#owner.MESSAGE(id, ack, message);
  }

  onDone(receipt: number): void {
    if (this.#session === null) return;
    if (receipt === LEAVING) {
      const session = this.#session;
      if (this.#leavingReceipt >= 0) this.#owner.RECEIPT(this.#leavingReceipt);
      this.#end();
      session.close();
      this.#owner.onClosed(0, 'disconnected');
    } else if (receipt >= 0) this.#owner.RECEIPT(receipt);
  }

  onFailed(receipt: number, message: string, isFatal: boolean): void {
    if (this.#session === null) return;
    this.#owner.ERROR(message, Math.max(-1, receipt));
    if (isFatal) this.#close(message);
  }

  onClosed(code: number, text: string): void {
    if (this.#session === null) return;
    this.#end();
    this.#owner.onClosed(code, text);
  }
  onBlocked(reason: string): void {
    this.#owner.onBlocked(reason);
  }
  onUnblocked(): void {
    this.#owner.onUnblocked();
  }

  // --- life ---

  /** A sign of life; whether anybody is there to hear it. */
  #hears(): boolean {
    this.#heardUs = this.#sim.now;
    return this.#session !== null;
  }

  #lookLater(): void {
    const dueUs = this.#heardUs + Math.ceil(this.#heartBeatMs[0] * 1000 * this.#rules.heartBeatGrace);
    if (dueUs <= this.#sim.now) this.#close('no heart-beat');
    else this.#check = this.#sim.scheduleAt(dueUs, this.#look, 0);
  }
  readonly #look = (): void => {
    this.#check = null;
    if (this.#session !== null) this.#lookLater();
  };

  #close(text: string): void {
    const session = this.#session;
    this.#end();
    session?.cut();
    this.#owner.onClosed(-1, text);
  }

  #end(): void {
    this.#session = null;
    this.#unsettled.clear();
    this.#subscriptions.clear();
    this.#transactions.clear();
    if (this.#check !== null) this.#sim.cancel(this.#check);
    this.#check = null;
  }
}
