/** What a queue is wired to, and what it says of itself. */
import type { Metrics } from '../ports.ts';
import type { SqsObserver } from './operations.ts';

/** Where dead letters go: another queue. */
export interface DeadLetterPort {
  /**
   * The message keeps its id, the time it was first sent (a FIFO queue dates it anew), its group, and goes on counting its receives.
   * `DeadLetterQueueSource`: the queue that it comes from, to which a move task gives it back; left out where no queue is.
   */
  acceptDeadLettered(
    MessageId: number,
    body: number,
    bytes: number,
    sentUs: number,
    firstReceiveUs: number,
    receiveCount: number,
    leftBehind: boolean,
    MessageGroupId: number,
    DeadLetterQueueSource?: string,
  ): void;
}

export interface SqsPorts {
  readonly metrics: Metrics;
  readonly observer: SqsObserver;
  readonly deadLetterQueue: DeadLetterPort | null;
  /** The first message's id; the others count on from it. Default 0. Queues that share a dead-letter queue need ranges of their own. */
  readonly firstMessageId?: number;
  /** From a SetQueueAttributes until it holds, microseconds, default 0; AWS: up to 60 s, retention up to 15 min. */
  readonly attributePropagationUs?: number;
  /** Whether move tasks take messages out of it, so that it counts them. Default: false. */
  readonly isRedriven?: boolean;
}

/** Whatever entered the queue is in one of these: sent + accepted + copiesReturned = all the others. */
export interface SqsCounts {
  readonly sent: number;
  /** Dead letters of other queues. */
  readonly accepted: number;
  /** Deleted messages that became visible again, for a server had been out of reach. */
  readonly copiesReturned: number;
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  readonly deleted: number;
  readonly expired: number;
  readonly moved: number;
  readonly purged: number;
  /** Deleted messages of which a server out of reach still has a copy: outside that sum, for they are counted as deleted. */
  readonly copiesHidden: number;
}
