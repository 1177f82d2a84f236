/**
 * Whose requests a broker's messages are. A message holds its request; where what is published goes to several queues, each copy is a delivery to that queue's readers.
 *
 *   enqueued ─▶ held ─▶ acknowledged, expired, dropped, lost with its node: let go │ dead-lettered: held by the other queue
 *
 * In a queue of dead letters that nobody reads a message is parked: the system may end without it.
 */
import type { BrokerObserver, DropReason } from '../../services/mq/broker/ports.ts';
import type { RequestTable } from '../requests.ts';

/** One queue of a broker, or one session. */
export interface LedgerQueue {
  /** Its number among the subscriptions in the table of requests; -1: what is in it is the request itself. */
  readonly subscription: number;
  /** It takes dead letters, and nobody reads it. */
  readonly parks: boolean;
}

export class BrokerLedger implements BrokerObserver {
  readonly #requests: RequestTable;
  readonly #isEntry: boolean;
  readonly #describe: (queue: number) => LedgerQueue;
  readonly #queues: LedgerQueue[] = [];

  /** `isEntry`: a traffic publishes to the broker, so that it is the one which accepts requests. `describe`: a queue by the number that the broker gave it, asked once. */
  constructor(requests: RequestTable, isEntry: boolean, describe: (queue: number) => LedgerQueue) {
    this.#requests = requests;
    this.#isEntry = isEntry;
    this.#describe = describe;
  }

  /** The row that whoever reads a queue works on, held once more. */
  take(subscription: number, body: number): number {
    if (subscription >= 0) return this.#requests.deliver(body, subscription, this.#requests.bytes(body));
    this.#requests.retain(body);
    return body;
  }

  onEnqueued(queue: number, body: number): void {
    const requests = this.#requests;
    const { subscription, parks } = this.#queue(queue);
    this.take(subscription, body);
    if (parks) this.#park(body);
    if (this.#isEntry) requests.accept(body);
  }

  onDelivered(): void {}

  onAcknowledged(): void {}

  onRequeued(): void {}

  onDeadLettered(queue: number, body: number): void {
    this.#with(queue, body, (row) => this.#requests.deadLetter(row, false));
  }

  onDropped(queue: number, body: number, _id: number, reason: DropReason): void {
    if (reason === 'expired' && queue >= 0) this.#with(queue, body, (row) => this.#requests.expire(row));
  }

  onGone(queue: number, body: number): void {
    const requests = this.#requests;
    if (this.#queue(queue).parks) {
      requests.unpark(body);
      requests.unpark(body);
    }
    this.#with(queue, body, (row) => requests.release(row));
  }

  /** Two holds: this one's, and the queue's own. */
  #park(body: number): void {
    this.#requests.park(body);
    this.#requests.park(body);
  }

  #queue(number: number): LedgerQueue {
    const known = this.#queues[number];
    if (known !== undefined) return known;
    const queue = this.#describe(number);
    this.#queues[number] = queue;
    return queue;
  }

  /** Does something to the row that a message of the queue holds. */
  #with(queue: number, body: number, act: (row: number) => void): void {
    const row = this.take(this.#queue(queue).subscription, body);
    act(row);
    this.#requests.release(row);
  }
}
