/**
 * A client's end at ActiveMQ: its consumers and transactions.
 *
 *   command ─▶ the processor ─▶ (the door, where a send waits for space that nobody waits for an answer of) ─▶ done ─▶ response
 *
 * What is unsettled comes back when it is over, for whichever reason; transactions that are not committed never were.
 */
import { Subscription, type TransactedAck } from '../activemq/subscription.ts';
import type { Engine } from '../activemq/engine.ts';
import { Waiter } from '../activemq/kept.ts';
import type { Destination, StoredQueue } from '../activemq/stored-queue.ts';
import type { MessageInput } from '../broker/ports.ts';
import {
  AckType,
  type ConsumerInfo,
  LastDelivered,
  type MessageAck,
  type OpenWireConnection,
  type OpenWireError,
  type OpenWireOwner,
} from './operations.ts';

interface TransactedSend {
  readonly destinations: readonly Destination[];
  readonly message: MessageInput;
}

interface Transaction {
  readonly sends: TransactedSend[];
  readonly acks: TransactedAck[];
  /** A refusal can't be part of it: it can only be rolled back. */
  isRollbackOnly: boolean;
}

/** A command that waits for the processor, or at the door. */
interface Command {
  run(): void;
  /** Its connection is over before its turn. */
  lose(): void;
}

export class BrokerConnection implements OpenWireConnection {
  readonly #engine: Engine;
  readonly #owner: OpenWireOwner;
  readonly #onOver: (connection: BrokerConnection) => void;
  readonly #consumers = new Map<number, Subscription>();
  readonly #transactions = new Map<number, Transaction>();
  #clientId: string | null = null;
  #isOver = false;
  #hasSent = false;
  /** Commands behind one that waits for space; null: the door is open. */
  #door: Command[] | null = null;
  #blocked = 0;

  constructor(engine: Engine, owner: OpenWireOwner, onOver: (connection: BrokerConnection) => void) {
    this.#engine = engine;
    this.#owner = owner;
    this.#onOver = onOver;
  }

  get consumerCount(): number {
    return this.#consumers.size;
  }

  // --- commands ---

  addConnectionInfo(command: number, clientId: string | null): void {
    this.#submit(0, () => {
      if (clientId === null) return this.#respond(command, null);
      const { clientIds } = this.#engine;
      if (clientIds.has(clientId)) {
        const error = { code: 'InvalidClientIDException', message: `Client: ${clientId} already connected` } as const;
        this.#respond(command, error);
        this.#end(() => this.#owner.onClosed(-1, error.message));
        return;
      }
      clientIds.add(clientId);
      this.#clientId = clientId;
      this.#respond(command, null);
    });
  }

  send(command: number, destination: string, message: MessageInput, transaction: number): void {
    const { kept } = this.#engine;
    const us = this.#engine.commandUs(message.bytes);
    if (this.#goesAtOnce(us)) {
      this.#send(command, destination, message, transaction);
      return;
    }
    if (this.#isOver) return;
    const copy = kept.keep(message);
    const lose = (): void => kept.letGo(copy);
    const run = (): void => {
      this.#send(command, destination, copy, transaction);
      lose();
    };
    this.#later(us, { run, lose });
  }

  addConsumer(command: number, consumer: number, info: ConsumerInfo): void {
    this.#submit(0, () => this.#addConsumer(command, consumer, info));
  }

  removeConsumer(command: number, consumer: number, lastDelivered: number): void {
    this.#submit(0, () => {
      const subscription = this.#consumers.get(consumer);
      if (subscription === undefined) return this.#respond(command, unknown('consumer', consumer));
      this.#consumers.delete(consumer);
      this.#close(subscription, lastDelivered);
      this.#respond(command, null);
    });
  }

  removeSubscription(command: number, subscriptionName: string): void {
    this.#submit(0, () => {
      const done = this.#engine.destinations.removeDurable(this.#clientId ?? '', subscriptionName);
      this.#respond(command, done ? null : failed(`No durable subscription to remove: ${subscriptionName}`));
    });
  }

  acknowledge(command: number, ack: Readonly<MessageAck>): void {
    const us = this.#engine.commandUs(0);
    if (this.#goesAtOnce(us)) {
      this.#acknowledge(command, ack);
      return;
    }
    const copy = { ...ack };
    this.#submit(0, () => this.#acknowledge(command, copy));
  }

  pull(consumer: number, timeoutMs: number): void {
    this.#submit(0, () => this.#pull(consumer, timeoutMs));
  }

  begin(command: number, transaction: number): void {
    this.#submit(0, () => {
      if (!this.#transactions.has(transaction)) {
        this.#transactions.set(transaction, { sends: [], acks: [], isRollbackOnly: false });
      }
      this.#respond(command, null);
    });
  }

  commit(command: number, transaction: number): void {
    this.#submit(0, () => {
      const of = this.#transactions.get(transaction);
      if (of === undefined) return this.#respond(command, unknown('transaction', transaction));
      this.#transactions.delete(transaction);
      if (of.isRollbackOnly) {
        this.#undo(of);
        this.#respond(command, { code: 'TransactionRolledBackException', message: 'Transaction marked rollback only' });
      } else this.#commit(of, () => this.#respond(command, null));
    });
  }

  rollback(command: number, transaction: number): void {
    this.#submit(0, () => {
      const of = this.#transactions.get(transaction);
      if (of === undefined) return this.#respond(command, unknown('transaction', transaction));
      this.#transactions.delete(transaction);
      this.#undo(of);
      this.#respond(command, null);
    });
  }

  close(): void {
    this.#submit(0, () => this.#end(null));
  }

  cut(): void {
    this.#end(null);
  }

  // --- the way to them ---

  #goesAtOnce(us: number): boolean {
    return us === 0 && !this.#isOver && this.#door === null && this.#engine.processor.waiting === 0;
  }

  #submit(bytes: number, run: () => void): void {
    const us = this.#engine.commandUs(bytes);
    if (this.#goesAtOnce(us)) run();
    else if (!this.#isOver) this.#later(us, { run, lose: nothing });
  }

  #later(us: number, command: Command): void {
    const job = { onDone: () => this.#arrive(command), onLost: () => command.lose() };
    this.#engine.processor.submit(us, job, 0, 0);
  }

  #arrive(command: Command): void {
    if (this.#isOver) command.lose();
    else if (this.#door !== null) this.#door.push(command);
    else command.run();
  }

  #respond(command: number, error: OpenWireError | null): void {
    if (command >= 0 && !this.#isOver) this.#owner.onResponse(command, error);
  }

  // --- sends ---

  #send(command: number, name: string, message: MessageInput, transaction: number): void {
    const { destinations, space, settings, node } = this.#engine;
    if (!this.#hasSent) {
      this.#hasSent = true;
      node?.ProducerCount.add(1);
    }
    const to = destinations.resolve(name);
    if (to === null) {
      const error = { code: 'InvalidDestinationException', message: `No destination: '${name}'` } as const;
      return this.#respond(command, error);
    }
    const prioritised = settings.prioritizedMessages === true && message.priority < 0;
    const input = prioritised ? { ...message, priority: 4 } : message;
    if (!space.isFull(message.persistent)) this.#take(command, to, input, transaction);
    else if (settings.sendFailIfNoSpace === true) {
      const error = { code: 'ResourceAllocationException', message: 'Usage limit reached' } as const;
      this.#respond(command, error);
    } else this.#wait(command, to, input, transaction);
  }

  #take(command: number, destinations: readonly Destination[], message: MessageInput, transaction: number): void {
    if (transaction < 0) {
      const waiter = command < 0 ? null : new Waiter(() => this.#respond(command, null));
      for (const destination of destinations) {
        waiter?.more();
        destination.send(message, waiter);
      }
      waiter?.done();
      return;
    }
    const of = this.#transactions.get(transaction);
    if (of === undefined) return this.#respond(command, unknown('transaction', transaction));
    of.sends.push({ destinations, message: this.#engine.kept.keep(message) });
    this.#respond(command, null);
  }

  /** Until there is space. Who waits for an answer just gets it late; of who doesn't, nothing more is read. */
  #wait(command: number, destinations: readonly Destination[], message: MessageInput, transaction: number): void {
    const { kept, space } = this.#engine;
    const copy = kept.keep(message);
    if (command < 0) this.#door = [];
    if (this.#blocked++ === 0) this.#owner.onBlocked(message.persistent ? 'store' : 'memory');
    const onFree = (): void => {
      if (!this.#isOver) this.#take(command, destinations, copy, transaction);
      kept.letGo(copy);
      if (this.#isOver) return;
      if (--this.#blocked === 0) this.#owner.onUnblocked();
      if (command < 0) this.#openDoor();
    };
    space.whenFree(message.persistent, { onFree, onLost: () => kept.letGo(copy) });
  }

  #openDoor(): void {
    const commands = this.#door ?? [];
    this.#door = null;
    while (commands.length > 0) {
      const command = commands.shift() as Command;
      this.#arrive(command);
      // It waits itself: all behind it do.
      if (this.#door !== null) {
        (this.#door as Command[]).push(...commands);
        return;
      }
    }
  }

  // --- consumers ---

  #addConsumer(command: number, number: number, info: ConsumerInfo): void {
    const stored = this.#sourceOf(info);
    if ('code' in stored) return this.#respond(command, stored);
    const { flagsDurableRedeliveries = false } = this.#engine.settings;
    const isDurable = typeof info.subscriptionName === 'string';
    const subscription = new Subscription({
      number,
      stored,
      info,
      dispatcher: this,
      countsUnknown: !isDurable || flagsDurableRedeliveries,
    });
    this.#consumers.set(number, subscription);
    this.#respond(command, null);
    if (!this.#isOver) subscription.start();
  }

  #sourceOf({ destination, subscriptionName = null }: ConsumerInfo): StoredQueue | OpenWireError {
    const { destinations } = this.#engine;
    const name = destinations.one(destination);
    if (name === null) {
      return { code: 'InvalidDestinationException', message: `No destination to consume from: '${destination}'` };
    }
    if (name.kind === 'queue') {
      return subscriptionName === null ? destinations.queue(name.name) : failed('A queue has no durable subscriptions');
    }
    if (subscriptionName === null) return destinations.nonDurable(name.name);
    if (this.#clientId === null) return failed('A durable subscription needs a client id');
    const stored = destinations.durable(name.name, this.#clientId, subscriptionName);
    if (stored.queue.consumers.length === 0) return stored;
    return failed(`Durable consumer is in use for client: ${this.#clientId} and subscriptionName: ${subscriptionName}`);
  }

  #pull(consumer: number, timeoutMs: number): void {
    const subscription = this.#consumers.get(consumer);
    if (subscription === undefined) return;
    subscription.pull();
    if (timeoutMs === 0) return;
    const end = (): void => {
      if (this.#consumers.get(consumer) === subscription && subscription.cancelPull()) {
        this.#owner.onPullTimeout(consumer);
      }
    };
    if (timeoutMs < 0) end();
    else this.#engine.sim.schedule(Math.round(timeoutMs * 1000), end, 0);
  }

  #acknowledge(command: number, ack: Readonly<MessageAck>): void {
    const subscription = this.#consumers.get(ack.consumer);
    if (subscription === undefined) return this.#respond(command, unknown('consumer', ack.consumer));
    let noted: TransactedAck[] | null = null;
    if (ack.transaction >= 0) {
      const of = this.#transactions.get(ack.transaction);
      if (of === undefined) return this.#respond(command, unknown('transaction', ack.transaction));
      if (ack.type === AckType.poison) {
        of.isRollbackOnly = true;
        return this.#respond(command, failed('Poison ack cannot be transacted'));
      }
      noted = of.acks;
    }
    const waiter = command < 0 ? null : new Waiter(() => this.#respond(command, null));
    if (subscription.acknowledge(ack, noted, waiter)) waiter?.done();
    else this.#respond(command, failed(`Unmatched acknowledge: message ${ack.last} is not dispatched`));
  }

  dispatch(subscription: Subscription, row: number, id: number): void {
    const { processor } = this.#engine;
    const us = this.#engine.dispatchUs(subscription.stored.queue.rows.bytes[row] as number);
    if (us === 0 && processor.waiting === 0) this.#deliver(subscription, id);
    else processor.submit(us, { onDone: () => this.#deliver(subscription, id), onLost: nothing }, 0, 0);
  }

  #deliver(subscription: Subscription, id: number): void {
    const row = subscription.rowOf(id);
    if (row < 0 || this.#isOver) return;
    const { stored } = subscription;
    stored.meter.waited(this.#engine.sim.now - (stored.queue.rows.enqueuedUs[row] as number));
    this.#owner.onDispatch(subscription.number, this.#engine.view(stored, row));
  }

  // --- transactions ---

  /** All of it in one write; then all at once. */
  #commit({ sends, acks }: Transaction, onDone: () => void): void {
    const { journal, kept } = this.#engine;
    let bytes = 0;
    let isKept = false;
    for (const { message } of sends) {
      if (!message.persistent) continue;
      isKept = true;
      bytes += message.bytes;
    }
    const done = acks.map(({ subscription: { stored }, subscription, id }) => {
      const row = subscription.rowOf(id);
      if (row >= 0 && stored.isKept(row)) isKept = true;
      return { stored, id, row: subscription.hide(id) };
    });
    const apply = (): void => {
      for (const { stored, row, id } of done) if (row >= 0) stored.acknowledgeHidden(row, id);
      for (const { destinations, message } of sends) for (const to of destinations) to.deliver(message);
      for (const { message } of sends) kept.letGo(message);
      onDone();
    };
    const onLost = (): void => {
      for (const { message } of sends) kept.letGo(message);
    };
    if (isKept) journal.append({ bytes, onStored: apply, onLost });
    else apply();
  }

  #undo({ sends, acks }: Transaction): void {
    for (const { message } of sends) this.#engine.kept.letGo(message);
    for (const ack of acks) ack.subscription.undo(ack);
  }

  // --- end ---

  #close(subscription: Subscription, lastDelivered: number): void {
    const { info, stored } = subscription;
    subscription.close(lastDelivered);
    if (stored.isDurable) return;
    const name = this.#engine.destinations.one(info.destination);
    if (name !== null) this.#engine.destinations.topic(name.name).remove(stored);
  }

  #end(tell: (() => void) | null): void {
    if (this.#isOver) return;
    this.#leave();
    const consumers = [...this.#consumers.values()];
    this.#consumers.clear();
    for (const subscription of consumers) this.#close(subscription, LastDelivered.unknown);
    if (this.#clientId !== null) this.#engine.clientIds.delete(this.#clientId);
    this.#onOver(this);
    tell?.();
  }

  /** Its node died, and took along all that it knew of it. */
  die(text: string): void {
    if (this.#isOver) return;
    this.#leave();
    for (const subscription of this.#consumers.values()) subscription.die();
    this.#consumers.clear();
    this.#owner.onClosed(-1, text);
  }

  #leave(): void {
    this.#isOver = true;
    if (this.#hasSent) this.#engine.node?.ProducerCount.add(-1);
    for (const transaction of this.#transactions.values()) this.#undo(transaction);
    this.#transactions.clear();
    for (const command of this.#door ?? []) command.lose();
    this.#door = null;
  }
}

const nothing = (): void => {};

function failed(message: string): OpenWireError {
  return { code: 'JMSException', message };
}

function unknown(what: string, number: number): OpenWireError {
  return failed(`No ${what} ${number}`);
}
