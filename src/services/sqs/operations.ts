/**
 * The operations of SQS as the simulated producers and consumers, and later real SDK clients through `wire`, call them: AWS's names, arguments
 * and error codes. Each takes effect at the service at the current virtual time; the network is the caller's business.
 *
 * Inputs and outputs are reused by whoever owns them, so that a call allocates nothing: an output is valid until the next call of the same operation.
 * A body is a number that stands for the payload (`wire` keeps the text); a receipt handle is a number that is stale after the next receive.
 */

export interface SqsError {
  /** AWS's code of the JSON protocol, e.g. `InvalidParameterValue`, `OverLimit`, `ReceiptHandleIsInvalid`. */
  readonly code: string;
  readonly message: string;
  readonly senderFault: boolean;
}

export interface SendMessageInput {
  body: number;
  /** Body and attributes, bytes. */
  bytes: number;
  /** Seconds; -1: not given. */
  DelaySeconds: number;
  /** Which group of a FIFO queue it belongs to, a whole number from 0; left out or -1: not given. */
  MessageGroupId?: number;
  /** A whole number from 0, in one space with `content`; left out or -1: not given. */
  MessageDeduplicationId?: number;
  /** Stands for the SHA-256 of the body: equal bodies have equal numbers. Default: the body's number. */
  content?: number;
}

export interface SendMessageOutput {
  error: SqsError | null;
  MessageId: number;
  /** FIFO queues: grows with each message of the queue. */
  SequenceNumber?: number;
}

/** The result of a batch: entry i is in `error[i]` (null: fine). The whole request may fail too. */
export interface BatchOutput {
  error: SqsError | null;
  readonly entryErrors: (SqsError | null)[];
  count: number;
}

/** As BatchOutput, with what the accepted entries were given. */
export interface SendBatchOutput extends BatchOutput {
  readonly MessageId: Float64Array;
  /** FIFO queues only. */
  readonly SequenceNumber: Float64Array;
}

export interface ReceiveMessageInput {
  /** 1 to 10. */
  MaxNumberOfMessages: number;
  /** Seconds, may be fractional inside the simulator; -1: the queue's own. */
  VisibilityTimeout: number;
  /** Seconds; -1: the queue's own. */
  WaitTimeSeconds: number;
  /** FIFO queues: a repeated call with the same id has the same messages again. Left out or -1: not given. */
  ReceiveRequestAttemptId?: number;
}

/** Messages of one receive, in columns of `count`. */
export interface ReceiveMessageOutput {
  error: SqsError | null;
  count: number;
  readonly body: Float64Array;
  readonly ReceiptHandle: Float64Array;
  readonly MessageId: Float64Array;
  readonly ApproximateReceiveCount: Int32Array;
  /** Microseconds. */
  readonly SentTimestamp: Float64Array;
  readonly ApproximateFirstReceiveTimestamp: Float64Array;
  /** FIFO queues only. */
  readonly MessageGroupId?: Float64Array;
  readonly SequenceNumber?: Float64Array;
}

export interface Receiver {
  onReceiveMessage(tag: number, output: ReceiveMessageOutput): void;
}

export interface QueueAttributes {
  ApproximateNumberOfMessages: number;
  ApproximateNumberOfMessagesNotVisible: number;
  ApproximateNumberOfMessagesDelayed: number;
}

export interface SqsOperations {
  SendMessage(input: SendMessageInput): SendMessageOutput;
  /** Uses the first `count` entries. */
  SendMessageBatch(entries: readonly SendMessageInput[], count: number): BatchOutput;
  /** Answers through the receiver: at once, or (long poll) when a message comes or the wait is over. Returns a ticket for `cancelReceive`, -1 if answered. */
  ReceiveMessage(input: ReceiveMessageInput, receiver: Receiver, tag: number): number;
  /** The client's connection is gone: a waiting long poll ends without an answer. */
  cancelReceive(ticket: number): void;
  DeleteMessage(ReceiptHandle: number): SqsError | null;
  DeleteMessageBatch(handles: Float64Array, count: number): BatchOutput;
  /** Seconds, 0 to 43,200. */
  ChangeMessageVisibility(ReceiptHandle: number, VisibilityTimeout: number): SqsError | null;
  ChangeMessageVisibilityBatch(handles: Float64Array, timeouts: Float64Array, count: number): BatchOutput;
  PurgeQueue(): SqsError | null;
  GetQueueAttributes(): QueueAttributes;
}

/** What becomes of messages, told at the instant it happens; the accounts and the history listen. */
export interface SqsObserver {
  onSent(body: number, MessageId: number): void;
  /** `duplicate`: handed out although hidden, or after its delete, by the duplicate mechanism. */
  onReceived(body: number, MessageId: number, receiveCount: number, duplicate: boolean): void;
  onDeleted(body: number, MessageId: number): void;
  onExpired(body: number, MessageId: number): void;
  /** Moved to the dead-letter queue. */
  onDeadLettered(body: number, MessageId: number): void;
  onPurged(body: number, MessageId: number): void;
  /** A move task has sent it to another queue and, before this, deleted it here. */
  onRedriven?(body: number, MessageId: number): void;
  /** No copy of it exists any more: the body can be given up. After onDeleted, onExpired, onPurged, once per message (copies that come back after a delete delay it). */
  onGone(body: number, MessageId: number): void;
}
