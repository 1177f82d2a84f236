/** STOMP over ActiveMQ: its frames as OpenWire's commands, as the broker itself translates them. */
import {
  AckType,
  LastDelivered,
  type MessageAck,
  type OpenWireConnection,
  type OpenWireError,
  type OpenWireOperations,
  type OpenWireOwner,
} from '../openwire/operations.ts';
import type { DeliveredMessage, MessageInput } from '../broker/ports.ts';
import type { StompDestinations, StompRules, StompSession, StompSessionOwner } from '../stomp/destinations.ts';
import type { SubscribeFrame } from '../stomp/operations.ts';
import { PREFETCH } from './settings.ts';

/** As 5.17 answered. */
const RULES: StompRules = {
  cumulativeOver: 'subscription',
  nackIsCumulative: false,
  transactions: 'engine',
  beginTwiceFails: true,
  duplicateIdIsFatal: false,
  onUnsubscribe: 'return',
  settlingTwiceIsFatal: false,
  heartBeatGrace: 1,
};

/** STOMP's end of an ActiveMQ broker. */
export function stompOverActiveMq(broker: OpenWireOperations): StompDestinations {
  return {
    rules: RULES,
    openSession(owner, endpoint) {
      const session = new ActiveMqStompSession(owner);
      const connection = broker.connect(session, endpoint);
      if (connection === null) return null;
      session.attach(connection);
      return session;
    },
  };
}

/** What waits for a response. */
interface Asked {
  readonly receipt: number;
  readonly isOpening: boolean;
}

class ActiveMqStompSession implements StompSession, OpenWireOwner {
  readonly #owner: StompSessionOwner;
  #connection: OpenWireConnection | null = null;
  readonly #asked = new Map<number, Asked>();
  /** By consumer: what the client calls it, and whether it settles nothing itself. */
  readonly #consumers = new Map<
    number,
    { readonly id: number; readonly isAuto: boolean; readonly durableName: string }
  >();
  readonly #ack: MessageAck = { consumer: 0, type: AckType.standard, first: -1, last: -1, count: 1, transaction: -1 };
  #nextCommand = 0;
  #nextConsumer = 0;

  constructor(owner: StompSessionOwner) {
    this.#owner = owner;
  }

  attach(connection: OpenWireConnection): void {
    this.#connection = connection;
  }

  open(clientId: string | null): void {
    this.#connection?.addConnectionInfo(this.#ask(-1, true), clientId);
  }

  send(destination: string, message: MessageInput, transaction: number, receipt: number): void {
    const to = openWireName(destination);
    if (to === null) this.#owner.onFailed(receipt, `Illegal destination name: [${destination}]`, false);
    else this.#connection?.send(receipt < 0 ? -1 : this.#ask(receipt), to, message, transaction);
  }

  subscribe(frame: SubscribeFrame, receipt: number): boolean {
    const { id, priority = 0, isExclusive = false, durableName = '', ack = 'auto' } = frame;
    const destination = openWireName(frame.destination);
    if (destination === null) {
      this.#owner.onFailed(receipt, `Illegal destination name: [${frame.destination}]`, false);
      return false;
    }
    const consumer = this.#nextConsumer++;
    this.#consumers.set(consumer, { id, isAuto: ack === 'auto', durableName });
    this.#connection?.addConsumer(this.#ask(receipt), consumer, {
      destination,
      prefetch: frame.prefetch ?? defaultPrefetch(destination, durableName !== ''),
      isExclusive,
      priority,
      subscriptionName: durableName === '' ? null : durableName,
    });
    return true;
  }

  unsubscribe(subscription: number, isForGood: boolean, receipt: number): void {
    const consumer = this.#consumerOf(subscription);
    const { durableName = '' } = this.#consumers.get(consumer) ?? {};
    this.#consumers.delete(consumer);
    const isLast = !isForGood || durableName === '';
    this.#connection?.removeConsumer(this.#ask(isLast ? receipt : -1), consumer, LastDelivered.unknown);
    if (!isLast) this.#connection?.removeSubscription(this.#ask(receipt), durableName);
  }

  acknowledge(
    subscription: number,
    delivery: number,
    isCumulative: boolean,
    transaction: number,
    receipt: number,
  ): void {
    this.#settle(isCumulative ? AckType.standard : AckType.individual, subscription, delivery, transaction, receipt);
  }
  refuse(
    subscription: number,
    delivery: number,
    _isCumulative: boolean,
    _requeue: boolean | null,
    transaction: number,
    receipt: number,
  ): void {
    this.#settle(AckType.poison, subscription, delivery, transaction, receipt);
  }

  #settle(type: AckType, subscription: number, delivery: number, transaction: number, receipt: number): void {
    const ack = this.#ack;
    ack.consumer = this.#consumerOf(subscription);
    ack.type = type;
    ack.first = type === AckType.standard ? -1 : delivery;
    ack.last = delivery;
    ack.transaction = transaction;
    this.#connection?.acknowledge(this.#ask(receipt), ack);
  }

  begin(transaction: number, receipt: number): void {
    this.#connection?.begin(this.#ask(receipt), transaction);
  }
  commit(transaction: number, receipt: number): void {
    this.#connection?.commit(this.#ask(receipt), transaction);
  }
  abort(transaction: number, receipt: number): void {
    this.#connection?.rollback(this.#ask(receipt), transaction);
  }
  /** A command that does nothing, behind all that went before. */
  flush(receipt: number): void {
    this.#connection?.addConnectionInfo(this.#ask(receipt), null);
  }
  close(): void {
    this.#connection?.close();
  }
  cut(): void {
    this.#connection?.cut();
  }

  #ask(receipt: number, isOpening = false): number {
    const command = this.#nextCommand++;
    this.#asked.set(command, { receipt, isOpening });
    return command;
  }

  #consumerOf(subscription: number): number {
    let found = -1;
    for (const [consumer, { id }] of this.#consumers) if (id === subscription) found = consumer;
    return found;
  }

  // --- what the broker says ---

  onDispatch(number: number, message: DeliveredMessage): void {
    const consumer = this.#consumers.get(number);
    if (consumer === undefined) return;
    if (!consumer.isAuto) {
      this.#owner.onMessage(consumer.id, message.id, message);
      return;
    }
    // Acknowledged before it is sent; what comes of that may be told in the same object.
    const copy = { ...message };
    const ack = this.#ack;
    ack.consumer = number;
    ack.type = AckType.individual;
    ack.first = copy.id;
    ack.last = copy.id;
    ack.transaction = -1;
    this.#connection?.acknowledge(-1, ack);
    this.#owner.onMessage(consumer.id, copy.id, copy);
  }
  onPullTimeout(): void {}

  onResponse(command: number, error: OpenWireError | null): void {
    const asked = this.#asked.get(command);
    if (asked === undefined) return;
    this.#asked.delete(command);
    if (error !== null) this.#owner.onFailed(asked.receipt, error.message, asked.isOpening);
    else if (asked.isOpening) this.#owner.onOpen();
    else if (asked.receipt !== -1) this.#owner.onDone(asked.receipt);
  }

  onClosed(code: number, text: string): void {
    this.#owner.onClosed(code, text);
  }
  onBlocked(reason: string): void {
    this.#owner.onBlocked(reason);
  }
  onUnblocked(): void {
    this.#owner.onUnblocked();
  }
}

/** `/queue/a,/topic/b` as OpenWire names it; null where it is none. */
function openWireName(destination: string): string | null {
  const names: string[] = [];
  for (const part of destination.split(',')) {
    const match = /^\/(queue|topic)\/(.+)$/.exec(part);
    if (match === null) return null;
    names.push(`${match[1]}://${match[2]}`);
  }
  return names.join(',');
}

function defaultPrefetch(destination: string, isDurable: boolean): number {
  if (destination.startsWith('queue:')) return PREFETCH.queue;
  return isDurable ? PREFETCH.durableTopic : PREFETCH.topic;
}
