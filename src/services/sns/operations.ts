/**
 * The operations of SNS as the simulated publishers, and later real SDK clients through `wire`, call them: AWS's names, arguments and error codes.
 * Each takes effect at the service at the current virtual time; the network is the caller's business.
 *
 * Inputs and outputs are reused by whoever owns them: an output is valid until the next call of the same operation. A body is a number that stands for
 * the payload, and a kind a number that stands for all that filter policies see of a message.
 */
import type { Outcome } from '../ports.ts';

export interface SnsError {
  /** AWS's code, e.g. `InvalidParameter`, `AuthorizationError`, `Throttled`. */
  readonly code: string;
  readonly message: string;
  readonly senderFault: boolean;
}

export interface PublishInput {
  body: number;
  /** Message, subject and attributes, bytes. */
  bytes: number;
  /** What filter policies see of it, as whoever wires the topic numbers it, from 0; -1: no attributes, and a body that is no JSON. */
  kind: number;
  /** A whole number from 0; left out or -1: not given. */
  MessageGroupId?: number;
  /** A whole number from 0, in one space with `content`; left out or -1: not given. */
  MessageDeduplicationId?: number;
  /** Stands for the SHA-256 of the body: equal bodies have equal numbers. Default: the body's number. */
  content?: number;
}

export interface PublishOutput {
  error: SnsError | null;
  MessageId: number;
  /** FIFO topics: grows with each message of the topic; else -1. */
  SequenceNumber: number;
}

/** The result of a batch: entry i is in `entryErrors[i]` (null: fine). The whole request may fail too. */
export interface PublishBatchOutput {
  error: SnsError | null;
  readonly entryErrors: (SnsError | null)[];
  count: number;
  readonly MessageId: Float64Array;
  /** FIFO topics only. */
  readonly SequenceNumber: Float64Array;
}

/** What publishers call. */
export interface SnsPublishing {
  Publish(input: PublishInput): PublishOutput;
  /** Uses the first `count` entries. */
  PublishBatch(entries: readonly PublishInput[], count: number): PublishBatchOutput;
}

/** A message on its way to one subscription; whoever takes it reads it at once and keeps nothing of it. */
export interface Delivery {
  /** Stands for the payload: a body of the delivery's own. */
  body: number;
  bytes: number;
  /** -1: none. */
  MessageGroupId: number;
  /** -1: none. */
  MessageDeduplicationId: number;
}

/** Where a subscription's messages go. */
export interface SnsEndpoint {
  /**
   * One attempt, now at the endpoint. Answers through `owner.onDelivery(tag, …)`, at once or later, exactly once; `denied` is a client-side error, which
   * is not tried again. `path`: selects the luck.
   */
  deliver(delivery: Delivery, path: number, owner: EndpointOwner, tag: number): void;
}

export interface EndpointOwner {
  onDelivery(tag: number, outcome: Outcome): void;
}
