/** A queue as its producer's client calls it: each request as a message. */
import { sqsFacts } from '../facts/index.ts';
import type { Requests } from '../services/ports.ts';
import type { SendMessageInput, SqsOperations } from '../services/sqs/operations.ts';
import type { BatchAnswer, ProducerTarget, SendAnswer } from './producer.ts';

export interface SqsTargetOptions {
  /** Each message bears its request's key as its group, and the request itself as its deduplication id. Default false. */
  readonly fifo?: boolean;
  /** Into a fair queue: each message bears its request's key, where it has one, as its group. Default false. */
  readonly fair?: boolean;
  /** The group of all, where all requests have one key; null: each its own. Default null. */
  readonly group?: number | null;
}

export class SqsTarget implements ProducerTarget {
  readonly fifo: boolean;
  readonly batchMaxBytes = sqsFacts.batchMaxBytes.value;
  readonly #requests: Requests;
  readonly #queue: SqsOperations;
  readonly #grouped: boolean;
  readonly #group: number | null;
  readonly #inputs: readonly SendMessageInput[];

  constructor(requests: Requests, queue: SqsOperations, { fifo, fair, group }: SqsTargetOptions = {}) {
    this.#requests = requests;
    this.#queue = queue;
    this.fifo = fifo ?? false;
    this.#grouped = this.fifo || (fair ?? false);
    this.#group = group ?? null;
    this.#inputs = Array.from({ length: sqsFacts.batchMaxEntries.value }, () => ({
      body: 0,
      bytes: 0,
      DelaySeconds: -1,
      MessageGroupId: -1,
      MessageDeduplicationId: -1,
    }));
  }

  bytesOf(request: number): number {
    return this.#requests.bytes(request);
  }

  send(request: number): SendAnswer {
    this.put(0, request);
    return this.#queue.SendMessage(this.#inputs[0] as SendMessageInput);
  }

  groupOf(request: number): number {
    return this.#grouped ? (this.#group ?? this.#requests.key(request)) : -1;
  }

  /** A retry and a duplicate are the same request, so the queue knows them again. */
  deduplicationOf(request: number): number {
    return this.fifo ? this.#requests.ordinal(request) : -1;
  }

  put(i: number, request: number): void {
    const input = this.#inputs[i] as SendMessageInput;
    input.body = request;
    input.bytes = this.#requests.bytes(request);
    if (!this.#grouped) return;
    input.MessageGroupId = this.groupOf(request);
    input.MessageDeduplicationId = this.deduplicationOf(request);
  }

  sendBatch(count: number): BatchAnswer {
    return this.#queue.SendMessageBatch(this.#inputs, count);
  }
}
