/** A topic as its publisher's client calls it: each request as a message. */
import { snsFacts } from '../facts/index.ts';
import type { Requests } from '../services/ports.ts';
import type { PublishInput, SnsError, SnsPublishing } from '../services/sns/operations.ts';
import type { BatchAnswer, ProducerTarget } from './producer.ts';

export interface SnsTargetOptions {
  /** The topic's largest message, and its largest batch. */
  readonly maximumMessageSizeBytes: number;
  readonly fifo: boolean;
  /** The group of all, where all requests have one key; null: each has its own key for it, -1 where it has none. */
  readonly group: number | null;
  /** What filter policies see of a request. */
  readonly kindOf: (request: number) => number;
}

export class SnsTarget implements ProducerTarget {
  readonly batchMaxBytes: number;
  readonly #requests: Requests;
  readonly #topic: SnsPublishing;
  readonly #options: SnsTargetOptions;
  readonly #inputs: readonly PublishInput[];

  constructor(requests: Requests, topic: SnsPublishing, options: SnsTargetOptions) {
    this.batchMaxBytes = options.maximumMessageSizeBytes;
    this.#requests = requests;
    this.#topic = topic;
    this.#options = options;
    this.#inputs = Array.from({ length: snsFacts.batchMaxEntries.value }, () => ({
      body: 0,
      bytes: 0,
      kind: -1,
      MessageGroupId: -1,
      MessageDeduplicationId: -1,
    }));
  }

  send(request: number): SnsError | null {
    this.put(0, request);
    return this.#topic.Publish(this.#inputs[0] as PublishInput).error;
  }

  put(i: number, request: number): void {
    const { fifo, group, kindOf } = this.#options;
    const input = this.#inputs[i] as PublishInput;
    input.body = request;
    input.bytes = this.#requests.bytes(request);
    input.kind = kindOf(request);
    input.MessageGroupId = group ?? this.#requests.key(request);
    // A retry and a duplicate are the same request, so a FIFO topic knows them again.
    if (fifo) input.MessageDeduplicationId = this.#requests.ordinal(request);
  }

  sendBatch(count: number): BatchAnswer {
    return this.#topic.PublishBatch(this.#inputs, count);
  }
}
