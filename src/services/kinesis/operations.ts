/**
 * The operations of Kinesis Data Streams as the simulated producers and consumers, and later real SDK clients through `wire`, call them: AWS's names,
 * arguments and error codes. Each takes effect at the service at the current virtual time; the network is the caller's business.
 *
 * Inputs and outputs are reused by whoever owns them, so that a call allocates nothing: an output is valid until the next call of the same operation.
 * Data is a number that stands for the payload, a partition key a number of the key space; hash keys of 128 bits are `bigint`. A shard is its number
 * (`shardId-000000000007` is 7), a shard iterator a number too; -1 stands for null. Instants are microseconds.
 */
import type { RecordDistributionStrategy, StreamMode } from './settings.ts';

export interface KinesisError {
  /** AWS's code, e.g. `ProvisionedThroughputExceededException`. */
  readonly code: string;
  readonly message: string;
  readonly senderFault: boolean;
}

export interface PutRecordInput {
  Data: number;
  /** Of the data alone; the partition key's are added. */
  bytes: number;
  /** -1: not given. */
  PartitionKey: number;
  /** Left out or null: the key's hash decides. */
  ExplicitHashKey?: bigint | null;
  /** A sequence number of this stream, which the new one is to exceed; left out or -1: not given. */
  SequenceNumberForOrdering?: number;
}

export interface PutRecordOutput {
  error: KinesisError | null;
  ShardId: number;
  SequenceNumber: number;
}

/** Uses the first `count` rows of its columns. */
export interface PutRecordsInput {
  count: number;
  readonly Data: ArrayLike<number>;
  /** Of the data alone; the partition keys' are added. */
  readonly bytes: ArrayLike<number>;
  readonly PartitionKey: ArrayLike<number>;
  readonly ExplicitHashKey?: readonly (bigint | null)[];
}

/** The request may fail as a whole (`error`); else each record has its own result. */
export interface PutRecordsOutput {
  error: KinesisError | null;
  FailedRecordCount: number;
  count: number;
  /** Null: it was put. */
  readonly entryErrors: (KinesisError | null)[];
  /** -1 where it failed. */
  readonly ShardId: Int32Array;
  readonly SequenceNumber: Float64Array;
}

export type ShardIteratorType =
  | 'AT_SEQUENCE_NUMBER'
  | 'AFTER_SEQUENCE_NUMBER'
  | 'AT_TIMESTAMP'
  | 'TRIM_HORIZON'
  | 'LATEST';

/** Where reading begins. */
export interface StartingPosition {
  readonly Type: ShardIteratorType;
  /** With the two types that name it. */
  readonly SequenceNumber?: number;
  /** With AT_TIMESTAMP. */
  readonly Timestamp?: number;
}

export interface GetShardIteratorOutput {
  error: KinesisError | null;
  ShardIterator: number;
}

export interface ChildShard {
  readonly ShardId: number;
  readonly ParentShards: readonly number[];
  readonly StartingHashKey: bigint;
  readonly EndingHashKey: bigint;
}

/** Records in columns of `count`. */
export interface RecordColumns {
  count: number;
  Data: Float64Array;
  /** Data and partition key. */
  bytes: Float64Array;
  /** -1: it has none. */
  PartitionKey: Float64Array;
  SequenceNumber: Float64Array;
  ApproximateArrivalTimestamp: Float64Array;
}

export interface GetRecordsOutput extends RecordColumns {
  error: KinesisError | null;
  /** -1: the shard is closed, and there is nothing more to read in it. */
  NextShardIterator: number;
  MillisBehindLatest: number;
  /** At the end of a closed shard: what goes on where it ends. */
  ChildShards: readonly ChildShard[];
}

/** One push of enhanced fan-out; whoever is told reads it at once. */
export interface SubscribeToShardEvent extends RecordColumns {
  /** Where a later subscription goes on, AFTER_SEQUENCE_NUMBER; -1: the shard has ended. */
  ContinuationSequenceNumber: number;
  MillisBehindLatest: number;
  ChildShards: readonly ChildShard[];
}

/** Why a subscription is over: five minutes, another one in its place, the end of a closed shard, its consumer is gone, or its client. */
export type SubscriptionEnd = 'expired' | 'replaced' | 'shardEnd' | 'deregistered' | 'cancelled';

export interface Subscriber {
  onSubscribeToShardEvent(tag: number, event: SubscribeToShardEvent): void;
  onSubscriptionEnd(tag: number, reason: SubscriptionEnd): void;
}

export interface RegisterStreamConsumerOutput {
  readonly error: KinesisError | null;
  /** Stands for its ARN; -1 after an error. */
  readonly consumer: number;
}

export interface SubscribeToShardOutput {
  readonly error: KinesisError | null;
  /** For `cancelSubscription`; -1 after an error. */
  readonly subscription: number;
}

export interface ConsumerDescription {
  readonly consumer: number;
  readonly ConsumerName: string;
  readonly ConsumerStatus: 'CREATING' | 'ACTIVE';
}

export type ShardFilter =
  | { readonly Type: 'AT_LATEST' | 'AT_TRIM_HORIZON' | 'FROM_TRIM_HORIZON' }
  | { readonly Type: 'AT_TIMESTAMP' | 'FROM_TIMESTAMP'; readonly Timestamp: number }
  | { readonly Type: 'AFTER_SHARD_ID'; readonly ShardId: number };

export interface ShardDescription {
  readonly ShardId: number;
  /** -1: none. */
  readonly ParentShardId: number;
  readonly AdjacentParentShardId: number;
  readonly StartingHashKey: bigint;
  readonly EndingHashKey: bigint;
  readonly StartingSequenceNumber: number;
  /** -1: it is open. */
  readonly EndingSequenceNumber: number;
}

export interface ListShardsOutput {
  readonly error: KinesisError | null;
  readonly Shards: readonly ShardDescription[];
}

/** Totals of one shard, as CloudWatch's enhanced metrics count them. */
export interface ShardCounts {
  readonly IncomingRecords: number;
  readonly IncomingBytes: number;
  readonly OutgoingRecords: number;
  readonly OutgoingBytes: number;
  readonly WriteProvisionedThroughputExceeded: number;
  readonly ReadProvisionedThroughputExceeded: number;
}

export interface StreamSummary {
  readonly StreamStatus: 'ACTIVE' | 'UPDATING';
  readonly StreamMode: StreamMode;
  readonly OpenShardCount: number;
  readonly ConsumerCount: number;
  readonly RetentionPeriodHours: number;
  readonly MaxRecordSizeInKiB: number;
  readonly RecordDistributionStrategy: RecordDistributionStrategy;
}

export interface UpdateShardCountOutput {
  readonly error: KinesisError | null;
  readonly CurrentShardCount: number;
  readonly TargetShardCount: number;
}

export interface KinesisOperations {
  PutRecord(input: PutRecordInput): PutRecordOutput;
  PutRecords(input: PutRecordsInput): PutRecordsOutput;
  GetShardIterator(ShardId: number, position: StartingPosition): GetShardIteratorOutput;
  /** `Limit`: 1 to 10,000; left out: 10,000. */
  GetRecords(ShardIterator: number, Limit?: number): GetRecordsOutput;
  RegisterStreamConsumer(ConsumerName: string): RegisterStreamConsumerOutput;
  DeregisterStreamConsumer(consumer: number): KinesisError | null;
  ListStreamConsumers(): readonly ConsumerDescription[];
  SubscribeToShard(
    consumer: number,
    ShardId: number,
    position: StartingPosition,
    subscriber: Subscriber,
    tag: number,
  ): SubscribeToShardOutput;
  /** The client's connection is gone. */
  cancelSubscription(subscription: number): void;
  SplitShard(ShardToSplit: number, NewStartingHashKey: bigint): KinesisError | null;
  MergeShards(ShardToMerge: number, AdjacentShardToMerge: number): KinesisError | null;
  UpdateShardCount(TargetShardCount: number): UpdateShardCountOutput;
  UpdateStreamMode(StreamMode: StreamMode): KinesisError | null;
  UpdateMaxRecordSize(MaxRecordSizeInKiB: number): KinesisError | null;
  UpdateStreamRecordDistributionStrategy(strategy: RecordDistributionStrategy): KinesisError | null;
  IncreaseStreamRetentionPeriod(RetentionPeriodHours: number): KinesisError | null;
  DecreaseStreamRetentionPeriod(RetentionPeriodHours: number): KinesisError | null;
  /** Shards that have not expired, by number. */
  ListShards(filter?: ShardFilter): ListShardsOutput;
  DescribeStreamSummary(): StreamSummary;
}
