/** Settings of traffic, consumers and faults, as resolved: every default filled in, times in whole microseconds. */
import type { RoleSettings } from '../calls/access.ts';
import type { CallSettings, RetryPolicy } from '../calls/settings.ts';
import type { InstancePrice } from '../facts/index.ts';
import type { Distribution } from '../kernel/index.ts';
import type { AutoscalingSettings } from '../scaling/settings.ts';
import type { Protocol } from '../services/mq/settings.ts';

export type BaseRate =
  | { readonly kind: 'constant'; readonly perSecond: number }
  | { readonly kind: 'daily'; readonly lowPerSecond: number; readonly highPerSecond: number; readonly peakUs: number };

/** Each sets the rate; where two overlap the later one wins. */
export type RateChange =
  | { readonly kind: 'step'; readonly atUs: number; readonly forUs: number | null; readonly perSecond: number }
  | {
      readonly kind: 'ramp';
      readonly atUs: number;
      readonly forUs: number;
      readonly perSecond: number;
      readonly back: boolean;
    };

/** So many requests at one instant, besides what the rate brings. */
export interface Burst {
  readonly kind: 'burst';
  readonly atUs: number;
  readonly requests: number;
}

export type Arrivals =
  | { readonly kind: 'poisson' }
  | { readonly kind: 'regular' }
  | { readonly kind: 'erlang'; readonly k: number }
  | { readonly kind: 'bursty'; readonly onUs: number; readonly offUs: number };

/** A recording; its rows are kept out of the result, which shows the counts and the hash of the file instead. */
export interface Recording {
  readonly sha256: string;
  readonly rows: number;
  /** Requests after scaling, exact. */
  readonly requests: number;
  /** Length of the recording after `speed`, microseconds. */
  readonly lengthUs: number;
  /** One instant a request, microseconds from the first row, ascending; or null when counted. */
  readonly instantsUs: readonly number[] | null;
  /** Requests per period; or null when each row is a request. */
  readonly counts: readonly { readonly atUs: number; readonly count: number }[] | null;
}

export type TrafficSource =
  | {
      readonly kind: 'rate';
      readonly base: BaseRate;
      readonly changes: readonly (RateChange | Burst)[];
      readonly arrivals: Arrivals;
    }
  | {
      readonly kind: 'trace';
      readonly recording: Recording;
      readonly scale: number;
      readonly speed: number;
      /** Width of a counted period after `speed`; null where each row is a request. */
      readonly everyUs: number | null;
      /** Index of dispersion within a counted period: 1 is Poisson. */
      readonly burstiness: number;
    }
  | { readonly kind: 'users'; readonly users: number; readonly think: Distribution };

export type KeySettings =
  | { readonly kind: 'zipf'; readonly keys: number; readonly exponent: number }
  | { readonly kind: 'uniform'; readonly keys: number }
  | { readonly kind: 'hot'; readonly keys: number; readonly share: number }
  | { readonly kind: 'constant'; readonly value: string };

export interface AttributeSettings {
  readonly name: string;
  /** Binary ones are not compared by filter policies, so there are none. Default: String. */
  readonly type?: 'String' | 'Number' | 'String.Array';
  readonly choice: readonly { readonly value: string; readonly weight: number }[];
}

export interface TrafficSettings {
  readonly name: string;
  readonly source: TrafficSource;
  /** Bytes. */
  readonly size: Distribution;
  readonly key: KeySettings | null;
  /** How long before it arrives what a request tells of happened, microseconds; left out: it happens then. */
  readonly eventDelay?: Distribution;
  readonly attributes: readonly AttributeSettings[];
  readonly batch: { readonly size: number; readonly lingerUs: number } | null;
  readonly timeoutUs: number | null;
  readonly retry: RetryPolicy;
  readonly breaker: CallSettings['breaker'];
  readonly hedge: CallSettings['hedge'];
  readonly bulkhead: CallSettings['bulkhead'];
  readonly cancelOnTimeout: boolean;
  /** Share of requests that the producer sends twice. */
  readonly duplicates: number;
  /** Share of requests on which a handler always fails. */
  readonly poison: number;
  /** Into a stream: what puts its records. Left out: an SDK client. */
  readonly producer?: KplSettings | AgentSettings;
  /** There only where something is said of it. */
  readonly role?: RoleSettings;
}

/** The Kinesis Producer Library. */
export interface KplSettings {
  readonly kind: 'kpl';
  /** Whether several requests may be in one record. */
  readonly aggregation: boolean;
  /** How long a request waits for others. */
  readonly recordMaxBufferedTimeUs: number;
  /** How long it is tried. */
  readonly recordTtlUs: number;
  /** Of what a shard takes, records and bytes; 1 is all of it. */
  readonly rateLimit: number;
}

/** The Kinesis Agent, which tails files. */
export interface AgentSettings {
  readonly kind: 'agent';
  /** How long a record waits for others. */
  readonly maxBufferAgeUs: number;
}

export interface HandlerSettings {
  /** Microseconds. */
  readonly time: Distribution;
  readonly calls: readonly CallSettings[];
  /** Share of attempts on which the handler fails. */
  readonly failureRate: number;
}

/** A consumer whose source is a queue. */
export interface ConsumerSettings {
  readonly type: 'consumer';
  readonly name: string;
  readonly source: string;
  /** With autoscaling: those that run at first. */
  readonly instances: number;
  /** Messages (batches, where `deletes: perBatch`) worked on at once by an instance. */
  readonly concurrency: number;
  readonly batchSize: number;
  readonly waitTimeUs: number;
  /** Overrides the queue's visibility timeout on each receive; null: the queue's own. */
  readonly visibilityTimeoutUs: number | null;
  readonly deletes: 'perMessage' | 'perBatch';
  /** With `perBatch`: delete those that went well (true), or none of a batch in which one failed (false). */
  readonly partialFailure: boolean;
  /** Sets the visibility timeout of what failed to this at once; null: leaves it to run out. */
  readonly onFailureVisibilityUs: number | null;
  /** Extends the visibility timeout of what is in hand. */
  readonly heartbeat: { readonly everyUs: number; readonly extendToUs: number } | null;
  /** Wait after a failed poll. */
  readonly pollRetryUs: number;
  readonly restartDelayUs: number;
  readonly handler: HandlerSettings;
  /** null: as many as there are. */
  readonly autoscaling: AutoscalingSettings | null;
  /** Of each instance; left out: it costs nothing. */
  readonly price?: InstancePrice;
  /** There only where something is said of it. */
  readonly role?: RoleSettings;
}

/** Where a reader begins in a shard; `at`: with what came at that instant or later, microseconds. */
export type StreamPosition = 'TRIM_HORIZON' | 'LATEST' | { readonly atUs: number };

/** How a consumer reads a stream. */
export interface StreamReading {
  /** Who says which instance reads which shard: the shard's number (`sdk`), or leases (`kcl`). */
  readonly reader: 'sdk' | 'kcl';
  readonly startingPosition: StreamPosition;
  /** When it begins to read. */
  readonly fromUs: number;
  /** From the answer to a read until the next read of the shard, or until what it brought is handled where that takes longer. */
  readonly idleTimeBetweenReadsUs: number;
  /** Records that a read asks for. */
  readonly limit: number;
  /** Whether records are pushed to it, by SubscribeToShard, in a pipe of its own. */
  readonly fanOut: boolean;
  /** What is done about a record that failed: it is tried until it goes well, and the shard waits; or it is left out. */
  readonly onFailure: 'retry' | 'skip';
  /** Between two attempts at a record. */
  readonly retryDelayUs: number;
  /** With `kcl` alone. */
  readonly kcl?: KclSettings;
}

/** Leases of the Kinesis Client Library. */
export interface KclSettings {
  /** A lease that was not renewed for so long may be taken. */
  readonly failoverTimeUs: number;
  /** Between two looks for new shards. */
  readonly shardSyncUs: number;
  /** How long the owner of a lease that another worker wants has to finish what it has in hand; 0: the lease is taken at once. */
  readonly gracefulHandOffUs: number;
  readonly checkpoint: CheckpointRule;
}

/** When a worker writes how far it has come: after each read's records, after so many, or with the first that is done after so long. */
export type CheckpointRule =
  | { readonly kind: 'perBatch' }
  | { readonly kind: 'records'; readonly records: number }
  | { readonly kind: 'every'; readonly everyUs: number };

/** A consumer whose source is a stream. */
export interface StreamConsumerSettings {
  readonly type: 'consumer';
  readonly name: string;
  readonly source: string;
  readonly stream: StreamReading;
  readonly instances: number;
  /** Shards whose records an instance handles at once; null: all that it reads. */
  readonly concurrency: number | null;
  /** Wait after a read that failed or was throttled. */
  readonly pollRetryUs: number;
  readonly restartDelayUs: number;
  readonly handler: HandlerSettings;
  /** Of each instance; left out: it costs nothing. */
  readonly price?: InstancePrice;
  /** There only where something is said of it. */
  readonly role?: RoleSettings;
}

/** How a consumer reads a broker. */
export interface BrokerReading {
  readonly protocol: Protocol;
  /** A queue of the broker; of MQTT a topic. */
  readonly queue: string;
  /** Messages that the broker sends ahead of their acknowledgement; 0: without limit. */
  readonly prefetch: number;
  /** Who acknowledges: nobody (`auto`: what was sent counts as received), or the consumer, each message by itself (`individual`) or with all before it (`client`). */
  readonly acknowledge: 'auto' | 'individual' | 'client';
  /** Of MQTT. */
  readonly qos: 0 | 1 | 2;
  /** What is done about a message on which the handler failed: back to its queue, or to where dead letters go. */
  readonly onFailure: 'requeue' | 'reject';
}

/** A consumer whose source is a broker. */
export interface MqConsumerSettings {
  readonly type: 'consumer';
  readonly name: string;
  readonly source: string;
  readonly broker: BrokerReading;
  readonly instances: number;
  /** Messages that an instance works on at once. */
  readonly concurrency: number;
  readonly restartDelayUs: number;
  readonly handler: HandlerSettings;
  /** Of each instance; left out: it costs nothing. */
  readonly price?: InstancePrice;
  /** There only where something is said of it. */
  readonly role?: RoleSettings;
}

/** Whatever it reads. */
export type AnyConsumerSettings = ConsumerSettings | StreamConsumerSettings | MqConsumerSettings;

export function readsQueue(consumer: AnyConsumerSettings): consumer is ConsumerSettings {
  return !('stream' in consumer) && !('broker' in consumer);
}

/** Where a fault strikes. */
export type FaultTarget =
  | {
      readonly kind: 'resource';
      readonly resource: string;
      readonly replica: number | null;
      readonly zone: string | null;
      readonly share: number | null;
    }
  | { readonly kind: 'link'; readonly from: string; readonly to: string };

export interface FaultSettings {
  readonly atUs: number;
  /** null: until the end of the run (or, for a crash, restart after the consumer's own delay). */
  readonly forUs: number | null;
  /** null: in every design that has the target. */
  readonly design: string | null;
  readonly target: FaultTarget;
  /** Factor on service times begun while it lasts. */
  readonly slow: number | null;
  readonly down: boolean;
  /** Share of calls that end in an error. */
  readonly errors: number | null;
  /** Share of a consumer's instances that crash. */
  readonly crash: number | null;
  /** Share of the instances of a KCL consumer that do not reach their table of leases; there only where one is written. */
  readonly cutOff?: number;
  /** Share of deletes of a queue that leave a copy behind. */
  readonly duplicate: number | null;
  /** Share of calls that get no answer at all. */
  readonly unreachable: number | null;
  readonly loseRequests: number | null;
  readonly loseReplies: number | null;
  /** Whether a service's cache is emptied when the fault begins. */
  readonly flush: boolean;
  /** The policy that a resource has instead of its own, as JSON; there only where one is written. */
  readonly policy?: unknown;
  /** Whether KMS is out of reach for the resource; there only where it is. */
  readonly kmsDown?: true;
  /** Share of a stream's records and reads that are refused for their rate; there only where one is written. */
  readonly throttle?: number;
  /** Share of a broker's connections that break at once; there only where one is written. */
  readonly disconnect?: number;
  /** Whether a broker's nodes are restarted one after the other; there only where they are. */
  readonly maintenance?: true;
  /** A dead-letter queue's messages go to `to` (null: where they came from) by a move task; there only where one is written. */
  readonly redrive?: { readonly to: string | null; readonly perSecond: number | null };
}
