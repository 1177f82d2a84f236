/** What AWS bills a queue's owner for: requests, each as many as its payload has chunks of 64 KB. docs/models/cost.md. */
import { sqsFacts } from '../../facts/index.ts';
import type { Counter, Metrics } from '../ports.ts';

const CHUNK_BYTES = sqsFacts.priceChunkBytes.value;

/** Calls that were refused are not billed (an assumption): they are not told here. */
export class Billing {
  readonly #sends: Counter;
  readonly #receives: Counter;
  readonly #deletes: Counter;
  readonly #others: Counter;

  constructor(metrics: Metrics) {
    this.#sends = metrics.counter('BilledSendRequests', 'Count', false);
    this.#receives = metrics.counter('BilledReceiveRequests', 'Count', false);
    this.#deletes = metrics.counter('BilledDeleteRequests', 'Count', false);
    this.#others = metrics.counter('BilledOtherRequests', 'Count', false);
  }

  /** A send of so many bytes, a whole batch counts as one. */
  send(bytes: number): void {
    this.#sends.add(chunksOf(bytes));
  }

  /** A receive that hands out so many bytes; 0: an empty one, which is billed too. */
  receive(bytes: number): void {
    this.#receives.add(chunksOf(bytes));
  }

  /** A delete, of one message or of a batch. */
  delete(): void {
    this.#deletes.add(1);
  }

  /** A change of visibility, a purge, attributes read or set. */
  other(): void {
    this.#others.add(1);
  }
}

function chunksOf(bytes: number): number {
  return bytes <= CHUNK_BYTES ? 1 : Math.ceil(bytes / CHUNK_BYTES);
}
