/**
 * The operations of Data Firehose as the simulated producers and readers, and later real SDK clients, call them: AWS's names, arguments and error codes; and the two ports through
 * which a delivery stream reaches the world, `Destination` and `Transformer`. Each operation takes effect at the service at the current virtual time; the network is the caller's business.
 *
 * Inputs and outputs are reused by whoever owns them, so that a call allocates nothing: an output is valid until the next call of the same operation. Data is a number that stands for
 * the payload, a partition a number of the key space (-1: none); instants are microseconds.
 */

export interface FirehoseError {
  /** AWS's code, e.g. `ServiceUnavailableException`. */
  readonly code: string;
  readonly message: string;
  readonly senderFault: boolean;
}

export interface PutRecordInput {
  Data: number;
  /** Before base64. */
  bytes: number;
}

export interface PutRecordOutput {
  error: FirehoseError | null;
  /** -1 where it failed. */
  RecordId: number;
}

/** Uses the first `count` rows of its columns. */
export interface PutRecordBatchInput {
  count: number;
  readonly Data: ArrayLike<number>;
  readonly bytes: ArrayLike<number>;
}

/** The request may fail as a whole (`error`); else each record has its own result. */
export interface PutRecordBatchOutput {
  error: FirehoseError | null;
  FailedPutCount: number;
  count: number;
  /** Null: it was put. */
  readonly entryErrors: (FirehoseError | null)[];
  /** -1 where it failed. */
  readonly RecordId: Float64Array;
}

/** What a reader has read from the stream that is the source: the first `count` rows of its columns. GetRecords' output is one. */
export interface SourceRecords {
  readonly count: number;
  readonly Data: ArrayLike<number>;
  readonly bytes: ArrayLike<number>;
  readonly MillisBehindLatest?: number;
}

/** Sizes and intervals before a delivery; who gives one must give the other. */
export interface BufferingHints {
  readonly SizeInMBs?: number;
  readonly IntervalInSeconds?: number;
}

export interface UpdateDestinationInput {
  readonly CurrentDeliveryStreamVersionId: number;
  readonly BufferingHints?: BufferingHints;
  readonly RetryDurationInSeconds?: number;
  /** The destination's own name for it, e.g. `AllDocuments`. */
  readonly S3BackupMode?: string;
  readonly DynamicPartitioningEnabled?: boolean;
}

export interface DeliveryStreamDescription {
  readonly error: FirehoseError | null;
  readonly DeliveryStreamName: string;
  readonly DeliveryStreamType: string;
  readonly VersionId: number;
  readonly SizeInMBs: number;
  readonly IntervalInSeconds: number;
  readonly RetryDurationInSeconds: number;
  readonly S3BackupMode: string;
  /** Limits on direct puts, as they have grown. */
  readonly RecordsPerSecondLimit: number;
  readonly PutRequestsPerSecondLimit: number;
  readonly BytesPerSecondLimit: number;
}

export interface FirehoseOperations {
  PutRecord(input: PutRecordInput): PutRecordOutput;
  PutRecordBatch(input: PutRecordBatchInput): PutRecordBatchOutput;
  UpdateDestination(input: UpdateDestinationInput): FirehoseError | null;
  DescribeDeliveryStream(): DeliveryStreamDescription;
}

// --- what leaves ---

/** A buffer that was closed: `count` rows of its columns. */
export interface Records {
  readonly count: number;
  /** Of all records, before compression. */
  readonly bytes: number;
  readonly data: Float64Array;
  readonly size: Int32Array;
  /** When each got into the delivery stream. */
  readonly arrivedUs: Float64Array;
  /** Dynamic partitioning: whose they are; else -1. */
  readonly partition: number;
}

/** What a delivery is made of; all but `data` goes to S3. */
export type Content =
  | 'data'
  /** Records as they came, where all are backed up. */
  | 'source-backup'
  /** Those that the destination did not take. */
  | 'delivery-failed'
  /** Those that the function failed on. */
  | 'processing-failed'
  | 'format-conversion-failed'
  /** Those without partition. */
  | 'partitioning-failed'
  /** Those whose partition would be one too many. */
  | 'partitions-exceeded';

/** One object, bulk request, COPY or call. It is tried again with the same number. */
export interface Delivery {
  readonly number: number;
  readonly content: Content;
  /** Where errors go, e.g. `processing-failed/`; empty for data. */
  readonly prefix: string;
  /** From 1. */
  readonly attempt: number;
  /** One; a COPY has all that wait for it. */
  readonly batches: readonly Records[];
  readonly records: number;
  /** As they are written: converted, compressed. */
  readonly bytes: number;
  /** Whoever needs its records at a later instant holds it, and releases it once. */
  retain(): void;
  release(): void;
}

/** `tooLarge`: HTTP's 413, which is final. */
export type Answer = 'ok' | 'failed' | 'tooLarge';

export interface DeliveryOwner {
  /** At the instant the answer is heard. What comes too late is ignored. */
  onAnswer(tag: number, answer: Answer): void;
}

/** A bucket, a cluster, an endpoint. */
export interface Destination {
  /** Takes a delivery in, and answers by `owner.onAnswer(tag, …)` at once or later, once, or never. */
  deliver(delivery: Delivery, owner: DeliveryOwner, tag: number): void;
}

/** What a function says of a record; a result that is left out, or bears another id, is `missing`. */
export const Result = { missing: 0, ok: 1, dropped: 2, processingFailed: 3 } as const;
export type Result = (typeof Result)[keyof typeof Result];

/** One invocation. The function fills in a row for each record before it answers; all are `missing` until then. */
export interface Invocation {
  readonly records: Records;
  /** From 1. */
  readonly attempt: number;
  /** A `Result` for each record. */
  readonly result: Uint8Array;
  /** What became of it; first the record itself. */
  readonly data: Float64Array;
  readonly bytes: Int32Array;
  /** Keys for dynamic partitioning; -1: none given. */
  readonly partition: Float64Array;
}

export interface TransformerOwner {
  /** `well`: false where the invocation failed as a whole. What comes after five minutes is ignored. */
  onTransformed(tag: number, well: boolean): void;
}

export interface Transformer {
  /** Answers by `owner.onTransformed(tag, …)` at once or later, once, or never. */
  invoke(invocation: Invocation, owner: TransformerOwner, tag: number): void;
}

/** Records within records, as KPL makes them. */
export interface SubRecords {
  /** 1 where it is a record by itself. */
  count(data: number): number;
  data(data: number, index: number): number;
  bytes(data: number, index: number): number;
}

/**
 * Where records have ended: `skipped` by Redshift's COPY, they lie in S3 and in a manifest; `backedUp`, in S3 under the content's prefix; `lost`, with 24 hours of failure or an
 * endpoint's 413.
 */
export type Fate = 'delivered' | 'skipped' | 'backedUp' | 'lost';
