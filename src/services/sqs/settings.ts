/** Settings of an SQS queue, as resolved: every default filled in, times in whole microseconds. */
import type { ResourceAccess } from '../../calls/access.ts';
import type { Distribution } from '../../kernel/index.ts';

/** Round trip of each kind of call, microseconds; AWS publishes none, so the defaults are assumptions. */
export interface SqsLatency {
  readonly send: Distribution;
  readonly receive: Distribution;
  readonly delete: Distribution;
}

/**
 * The mechanism behind duplicates and reordering: a message lives as copies on `servers`, some of which may be out of
 * reach. Every rate is a setting and 0 unless given.
 */
export interface SqsDistribution {
  /** Servers that hold the queue; a short poll samples some of them. */
  readonly servers: number;
  /** Servers that one short poll asks. */
  readonly sampled: number;
  /** Share of deletes that leave a copy on a server out of reach: it comes back. */
  readonly deleteMiss: number;
  /** Share of receives after which another server does not know of it and hands the message out again while it is hidden. */
  readonly receiveMiss: number;
  /** Share of messages that are overtaken: they are put behind later ones. */
  readonly reorder: number;
}

/** What only FIFO queues have. */
export interface FifoSettings {
  /** A message without a deduplication id has the hash of its body for it. */
  readonly contentBasedDeduplication: boolean;
  readonly deduplicationScope: 'queue' | 'messageGroup';
  /** `perMessageGroupId` (high throughput) only with the scope `messageGroup`. */
  readonly fifoThroughputLimit: 'perQueue' | 'perMessageGroupId';
  /** In high-throughput mode: partitions of 300 calls per second and action each. Otherwise 1. */
  readonly partitions: number;
  /** In high-throughput mode: calls per second of each action that all partitions together take; left out: no limit. */
  readonly callsPerSecond?: number;
  /** Messages from the front of the queue among which a receive looks for groups. */
  readonly scanWindow: number;
}

export interface SqsSettings {
  readonly type: 'sqs';
  readonly name: string;
  readonly fifo: boolean;
  /** There exactly where `fifo` is true. */
  readonly fifoSettings?: FifoSettings;
  /** Standard queues: messages bear their group, and what waits of quiet groups goes before that of noisy ones. Default: false. */
  readonly fairQueues?: boolean;
  readonly visibilityTimeoutUs: number;
  readonly delayUs: number;
  readonly messageRetentionPeriodUs: number;
  readonly receiveMessageWaitTimeUs: number;
  readonly maximumMessageSizeBytes: number;
  readonly redrive: { readonly maxReceiveCount: number; readonly deadLetterQueue: string } | null;
  /** Which queues may have it as their dead-letter queue, AWS's RedriveAllowPolicy; left out: all. */
  readonly redriveAllow?: 'allowAll' | 'denyAll' | readonly string[];
  /** Messages in flight at once (120,000 unless AWS raised it). */
  readonly maxInFlight: number;
  readonly latency: SqsLatency;
  readonly distribution: SqsDistribution;
  /** There only where something is said of it. */
  readonly access?: ResourceAccess;
}
