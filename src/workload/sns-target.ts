/** A topic as its publisher's client calls it: each request as a message. */
import { snsFacts } from '../facts/index.ts';
import type { Requests } from '../services/ports.ts';
import type { PublishBatchOutput, PublishInput, SnsPublishing } from '../services/sns/operations.ts';
import type { BatchAnswer, ProducerTarget, SendAnswer } from './producer.ts';

/** Hears of each publish that the topic took, at the instant at which it did. */
export interface Accepted {
  onAccepted(request: number, kind: number, MessageId: number, group: number, SequenceNumber: number): void;
}

export interface SnsTargetOptions {
  /** The topic's largest message, and its largest batch. */
  readonly maximumMessageSizeBytes: number;
  readonly fifo: boolean;
  /** The group of all, where all requests have one key; null: each has its own key for it, -1 where it has none. */
  readonly group: number | null;
  /** What filter policies see of a request. */
  readonly kindOf: (request: number) => number;
  /** null: nobody listens. Default: null. */
  readonly accepted?: Accepted | null;
}

export class SnsTarget implements ProducerTarget {
  readonly fifo: boolean;
  readonly batchMaxBytes: number;
  readonly #requests: Requests;
  readonly #topic: SnsPublishing;
  readonly #options: SnsTargetOptions;
  readonly #accepted: Accepted | null;
  readonly #inputs: readonly PublishInput[];

  constructor(requests: Requests, topic: SnsPublishing, options: SnsTargetOptions) {
    this.fifo = options.fifo;
    this.batchMaxBytes = options.maximumMessageSizeBytes;
    this.#requests = requests;
    this.#topic = topic;
    this.#options = options;
    this.#accepted = options.accepted ?? null;
    this.#inputs = Array.from({ length: snsFacts.batchMaxEntries.value }, () => ({
      body: 0,
      bytes: 0,
      kind: -1,
      MessageGroupId: -1,
      MessageDeduplicationId: -1,
    }));
  }

  bytesOf(request: number): number {
    return this.#requests.bytes(request);
  }

  send(request: number): SendAnswer {
    this.put(0, request);
    const input = this.#inputs[0] as PublishInput;
    const answer = this.#topic.Publish(input);
    if (this.#accepted !== null && answer.error === null) {
      const group = input.MessageGroupId ?? -1;
      this.#accepted.onAccepted(request, input.kind, answer.MessageId, group, answer.SequenceNumber);
    }
    return answer;
  }

  groupOf(request: number): number {
    return this.#options.group ?? this.#requests.key(request);
  }

  /** A retry and a duplicate are the same request, so a FIFO topic knows them again. */
  deduplicationOf(request: number): number {
    return this.fifo ? this.#requests.ordinal(request) : -1;
  }

  put(i: number, request: number): void {
    const input = this.#inputs[i] as PublishInput;
    input.body = request;
    input.bytes = this.#requests.bytes(request);
    input.kind = this.#options.kindOf(request);
    input.MessageGroupId = this.groupOf(request);
    input.MessageDeduplicationId = this.deduplicationOf(request);
  }

  sendBatch(count: number): BatchAnswer {
    const answer = this.#topic.PublishBatch(this.#inputs, count);
    if (this.#accepted !== null && answer.error === null) this.#tellAccepted(this.#accepted, answer);
    return answer;
  }

  #tellAccepted(accepted: Accepted, { count, entryErrors, MessageId, SequenceNumber }: PublishBatchOutput): void {
    for (let i = 0; i < count; i++) {
      if (entryErrors[i] !== null) continue;
      const { body, kind, MessageGroupId = -1 } = this.#inputs[i] as PublishInput;
      accepted.onAccepted(body, kind, MessageId[i] as number, MessageGroupId, SequenceNumber[i] as number);
    }
  }
}
