/**
 * A delivery stream of Amazon Data Firehose.
 *
 *   PutRecord(Batch) ─▶ checks ─▶ limits ─┬──────────────▶ function ─▶ format ─▶ partition ─▶ buffer ─▶ deliverer ─▶ destination
 *   accept ─▶ records within records ─────┤                   └───────────┴─────────┴─▶ errors ─┐          └ given up ─┐
 *                                         └─ all are backed up ─────────────────────────────────┴─▶ buffer ─▶ deliverer ─▶ S3
 *
 * What was taken is delivered at least once, or backed up, unless S3 fails for as long as data is kept, or an endpoint says that it is too large.
 */
import { firehoseFacts as f } from '../../facts/index.ts';
import type { Simulation, Stream } from '../../kernel/index.ts';
import { ActionRate } from '../messaging/throughput.ts';
import type { Metrics } from '../ports.ts';
import { Buffer, type BufferLimits } from './buffer.ts';
import { checkSettings, hintsProblem, retryProblem } from './checks.ts';
import { Copies } from './copies.ts';
import { Deliverer, type DelivererListener, type DelivererRules, type End } from './deliverer.ts';
import { BUCKET, type DestinationRules, DESTINATIONS } from './destinations.ts';
import { firehoseErrors, FirehoseModelError } from './errors.ts';
import { FirehoseMetrics, NO_METRICS } from './firehose-metrics.ts';
import { Oldest } from './oldest.ts';
import type {
  Answer,
  Content,
  DeliveryStreamDescription,
  Destination,
  Fate,
  FirehoseError,
  FirehoseOperations,
  PutRecordBatchInput,
  PutRecordBatchOutput,
  PutRecordInput,
  PutRecordOutput,
  Records,
  SourceRecords,
  SubRecords,
  Transformer,
  UpdateDestinationInput,
} from './operations.ts';
import { Partitions } from './partitions.ts';
import { PutQuota } from './put-quota.ts';
import { BatchPool, type RecordBatch } from './record-batch.ts';
import type { FirehoseSettings } from './settings.ts';
import { Shipment } from './shipment.ts';
import { Transformation } from './transformation.ts';

const MIB = 1_048_576;
const SECOND_US = 1_000_000;
const MAX_ENTRIES = f.batchMaxRecords.value;
const MAX_PUT_BYTES = f.batchMaxBytes.value;
const MAX_SUB_RECORDS = f.subRecordsMax.value;
const BILLED_STEP = f.billedRoundBytes.value;

const ERROR_PREFIXES: Readonly<Record<Exclude<Content, 'data' | 'delivery-failed'>, string>> = {
  'source-backup': '',
  'processing-failed': 'processing-failed/',
  'format-conversion-failed': 'format-conversion-failed/',
  'partitioning-failed': 'partitioning-failed/',
  'partitions-exceeded': 'activePartitionExceeded/',
};

export interface FirehosePorts {
  /** S3: objects, Redshift's too, and what is backed up or has failed. */
  readonly bucket: Destination;
  /** Left out: the same bucket. */
  readonly backupBucket?: Destination;
  /** The cluster (COPY), domain, or endpoint; of S3 there is none. */
  readonly endpoint?: Destination;
  /** The function; with `transform` in the settings. */
  readonly transformer?: Transformer;
  /** The partition of a record's data, -1 where it has none; what the function says of a record goes before. */
  readonly partitionOf?: (data: number) => number;
  /** Whether data is as the format asks. Left out: all is. */
  readonly isConvertible?: (data: number) => boolean;
  /** Left out: no record has others in it. */
  readonly subRecords?: SubRecords;
  /** Left out: nobody measures. */
  readonly metrics?: Metrics;
  /** Hears where records have ended, as the stream knows it; the columns are good during the call. */
  readonly onEnd?: (records: Records, content: Content, fate: Fate) => void;
  /** Hears of records that the function dropped. */
  readonly onDropped?: (data: number) => void;
}

export class DeliveryStream implements FirehoseOperations {
  readonly settings: FirehoseSettings;
  readonly #sim: Simulation;
  readonly #ports: FirehosePorts;
  readonly #rules: DestinationRules;
  readonly #metrics: FirehoseMetrics;
  readonly #quota: PutQuota;
  readonly #luck: Stream | null;
  readonly #maxRecordBytes: number;

  readonly #pool = new BatchPool();
  readonly #oldest: Oldest;
  readonly #oldestBackup: Oldest;
  readonly #limits: BufferLimits;
  readonly #backupLimits: BufferLimits;
  readonly #primaryRules: DelivererRules;
  readonly #primary: Deliverer;
  readonly #copy: Deliverer | null = null;
  readonly #copies: Copies | null = null;
  readonly #backup: Deliverer;
  /** Errors of conversion: tried again for ever. */
  readonly #stubborn: Deliverer;
  readonly #transformation: Transformation | null;
  readonly #partitions: Partitions | null;
  readonly #buffer: Buffer;
  readonly #backupBuffers = new Map<Content, Buffer>();

  readonly #put: PutRecordOutput = { error: null, RecordId: -1 };
  readonly #putMany: PutRecordBatchOutput = {
    error: null,
    FailedPutCount: 0,
    count: 0,
    entryErrors: new Array<null>(MAX_ENTRIES).fill(null),
    RecordId: new Float64Array(MAX_ENTRIES),
  };
  readonly #controlCalls = {
    update: new ActionRate(1, f.controlPerSecond.value, f.controlPerSecond.value),
    describe: new ActionRate(1, f.controlPerSecond.value, f.controlPerSecond.value),
  };
  #backsUpAll: boolean;
  #version = 1;
  #nextRecord = 0;
  #nextDelivery = 0;
  /** Deliveries to S3 that have failed and not ended. */
  #bucketTroubles = 0;

  constructor(sim: Simulation, settings: FirehoseSettings, ports: FirehosePorts) {
    checkSettings(settings);
    this.settings = settings;
    this.#sim = sim;
    this.#ports = ports;
    this.#rules = DESTINATIONS[settings.destination];
    this.#metrics = new FirehoseMetrics(ports.metrics ?? NO_METRICS, settings);
    this.#quota = new PutQuota(
      sim,
      settings.quota,
      { us: settings.quotaStepUs, share: settings.quotaStepShare },
      (limits) => this.#metrics.limits(limits),
    );
    this.#metrics.limits(settings.quota);
    this.#luck = settings.internalFailureRate > 0 ? sim.stream(`${settings.name}/internalFailure`) : null;
    this.#maxRecordBytes = maxRecordBytesOf(settings);
    this.#backsUpAll = settings.backup === 'all';
    this.#oldest = new Oldest(this.#metrics.freshness);
    this.#oldestBackup = new Oldest(this.#metrics.backupFreshness);

    const bucketRules: DelivererRules = {
      outstanding: settings.outstanding,
      timeoutUs: BUCKET.timeoutUs,
      retryUs: null,
      retryCountsAnswers: false,
      retryEveryUs: null,
      tooLargeIsFinal: false,
      retentionUs: settings.retentionUs,
    };
    const isBucket = settings.destination === 's3' || settings.destination === 'redshift';
    const endpointRules: DelivererRules = {
      ...this.#rules,
      outstanding: settings.destination === 'redshift' ? 1 : settings.outstanding,
      timeoutUs: settings.timeoutUs,
      retryUs: settings.retryUs,
      // What waits for a COPY is in S3, where it stays.
      retentionUs: settings.destination === 'redshift' ? null : settings.retentionUs,
    };
    const { name } = settings;
    const backupBucket = ports.backupBucket ?? ports.bucket;
    this.#primaryRules = endpointRules;
    this.#primary = isBucket
      ? new Deliverer(sim, name, ports.bucket, bucketRules, this.#dataListener())
      : new Deliverer(sim, name, this.#endpoint(), endpointRules, this.#dataListener());
    if (settings.destination === 'redshift') {
      const copy = new Deliverer(sim, `${name}/copy`, this.#endpoint(), endpointRules, this.#copyListener());
      this.#copy = copy;
      this.#copies = new Copies((batches) => copy.send(this.#shipment('data', '', batches, this.#ratio), 0));
    }
    this.#backup = new Deliverer(sim, `${name}/backup`, backupBucket, bucketRules, this.#backupListener());
    this.#stubborn = new Deliverer(
      sim,
      `${name}/conversionErrors`,
      backupBucket,
      { ...bucketRules, retentionUs: null },
      this.#backupListener(),
    );

    this.#limits = {
      ...limitsOf(settings.buffer, this.#rules),
      intervalFrom: settings.partitions === null ? settings.intervalFrom : 'firstRecord',
    };
    this.#backupLimits = { ...limitsOf(settings.backupBuffer, BUCKET), intervalFrom: settings.intervalFrom };
    const place = {
      sim,
      pool: this.#pool,
      oldest: this.#oldest,
      limits: this.#limits,
      ahead: this.#primary,
      phase: 0 as const,
      onClosed: (batch: RecordBatch) => this.#send(batch),
    };
    this.#buffer = new Buffer(place);
    this.#partitions =
      settings.partitions === null
        ? null
        : new Partitions(place, settings.partitions, {
            errors: (content, data, bytes, arrivedUs) => this.#backUp(content, data, bytes, arrivedUs),
            active: this.#metrics.partitions,
            exceeded: this.#metrics.partitionsExceeded,
          });
    this.#transformation = settings.transform === null ? null : this.#makeTransformation(settings.transform);
  }

  /**
   * S3 doesn't take what it should, or closed buffers wait for earlier ones: whoever reads a stream for this one reads on later, so that nothing is lost that the stream still has.
   */
  get isBehind(): boolean {
    return this.#bucketTroubles > 0 || this.#primary.hasQueue;
  }

  // --- taking records in ---

  PutRecord({ Data, bytes }: PutRecordInput): PutRecordOutput {
    const output = this.#put;
    output.RecordId = -1;
    output.error = this.#sourceProblem() ?? this.#recordProblem(bytes, 'record.data');
    if (output.error !== null) return output;
    if (!this.#quota.admits() || !this.#quota.takes(bytes)) {
      this.#metrics.throttledRecords.add(1);
      output.error = firehoseErrors.slowDown;
      return output;
    }
    this.#metrics.incomingPuts.add(1);
    this.#count(1, bytes, this.#billed(bytes));
    output.RecordId = this.#nextRecord++;
    this.#take(Data, bytes);
    return output;
  }

  PutRecordBatch(input: PutRecordBatchInput): PutRecordBatchOutput {
    const output = this.#putMany;
    const { count, Data, bytes } = input;
    output.FailedPutCount = 0;
    output.count = 0;
    output.error = this.#sourceProblem() ?? this.#requestProblem(input);
    if (output.error !== null) return output;
    if (!this.#quota.admits()) {
      this.#metrics.throttledRecords.add(count);
      output.error = firehoseErrors.slowDown;
      return output;
    }
    output.count = count;
    let throttled = 0;
    let failed = 0;
    let total = 0;
    let billed = 0;
    for (let i = 0; i < count; i++) {
      const size = bytes[i] as number;
      output.RecordId[i] = -1;
      if (this.#luck !== null && this.#luck.uniform() < this.settings.internalFailureRate) {
        output.entryErrors[i] = firehoseErrors.internalFailure;
        failed++;
        continue;
      }
      if (!this.#quota.takes(size)) {
        output.entryErrors[i] = firehoseErrors.slowDown;
        throttled++;
        continue;
      }
      output.entryErrors[i] = null;
      output.RecordId[i] = this.#nextRecord++;
      total += size;
      billed += this.#billed(size);
      this.#take(Data[i] as number, size);
    }
    output.FailedPutCount = throttled + failed;
    this.#metrics.incomingPuts.add(1);
    if (throttled > 0) this.#metrics.throttledRecords.add(throttled);
    this.#count(count - throttled - failed, total, billed);
    return output;
  }

  /** From whoever reads the stream that is the source; there are no limits on it. Throws where the source is none, or a record is too large for it. */
  accept({ count, Data, bytes, MillisBehindLatest }: SourceRecords): void {
    const { name, source } = this.settings;
    if (source === 'DirectPut') throw new FirehoseModelError('not-a-stream', `delivery stream ${name} has no source`);
    let total = 0;
    let billed = 0;
    for (let i = 0; i < count; i++) {
      const size = bytes[i] as number;
      if (!(size <= this.#maxRecordBytes))
        throw new FirehoseModelError(
          'record-too-large',
          `delivery stream ${name}: record of ${size} bytes from its source: expected at most ${this.#maxRecordBytes}`,
        );
      total += size;
      billed += this.#billed(size);
      this.#take(Data[i] as number, size);
    }
    this.#count(count, total, billed);
    this.#metrics.readRecords.add(count);
    this.#metrics.readBytes.add(total);
    if (MillisBehindLatest !== undefined) this.#metrics.behindMs.record(MillisBehindLatest);
  }

  // --- the stream itself ---

  UpdateDestination(input: UpdateDestinationInput): FirehoseError | null {
    const { BufferingHints, RetryDurationInSeconds, S3BackupMode } = input;
    const problem = this.#updateProblem(input);
    if (problem !== null) return problem;
    if (BufferingHints !== undefined) {
      this.#limits.bytes = (BufferingHints.SizeInMBs as number) * MIB;
      this.#limits.intervalUs = (BufferingHints.IntervalInSeconds as number) * SECOND_US;
    }
    if (RetryDurationInSeconds !== undefined) this.#primaryRules.retryUs = RetryDurationInSeconds * SECOND_US;
    if (S3BackupMode !== undefined) this.#backsUpAll = S3BackupMode === this.#rules.backupModes[1];
    this.#version++;
    return null;
  }

  DescribeDeliveryStream(): DeliveryStreamDescription {
    const { limits } = this.#quota;
    return {
      error: this.#controlCalls.describe.take(0, 1, this.#sim.now) ? null : firehoseErrors.callRate,
      DeliveryStreamName: this.settings.name,
      DeliveryStreamType: this.settings.source,
      VersionId: this.#version,
      SizeInMBs: this.#limits.bytes / MIB,
      IntervalInSeconds: this.#limits.intervalUs / SECOND_US,
      RetryDurationInSeconds: (this.#primaryRules.retryUs ?? 0) / SECOND_US,
      S3BackupMode: this.#rules.backupModes[this.#backsUpAll ? 1 : 0],
      RecordsPerSecondLimit: limits.recordsPerSecond,
      PutRequestsPerSecondLimit: limits.requestsPerSecond,
      BytesPerSecondLimit: limits.bytesPerSecond,
    };
  }

  // --- the way of a record ---

  #take(data: number, bytes: number): void {
    const { subRecords } = this.#ports;
    const within = subRecords === undefined ? 1 : subRecords.count(data);
    if (subRecords === undefined || within <= 1 || within > MAX_SUB_RECORDS) this.#enter(data, bytes);
    else for (let i = 0; i < within; i++) this.#enter(subRecords.data(data, i), subRecords.bytes(data, i));
  }

  #enter(data: number, bytes: number): void {
    const { now } = this.#sim;
    if (this.#backsUpAll) this.#backUp('source-backup', data, bytes, now);
    if (this.#transformation === null) this.#onward(data, bytes, now, -1);
    else this.#transformation.add(data, bytes, now);
  }

  /** `partition`: as the function has it, or -1. */
  #onward(data: number, bytes: number, arrivedUs: number, partition: number): void {
    const { isConvertible, partitionOf } = this.#ports;
    if (isConvertible !== undefined && this.settings.conversion !== null && !isConvertible(data)) {
      this.#metrics.notConverted.add(1);
      this.#metrics.notConvertedBytes.add(bytes);
      this.#backUp('format-conversion-failed', data, bytes, arrivedUs);
    } else if (this.#partitions === null) this.#buffer.add(data, bytes, arrivedUs);
    else {
      const key = partition === -1 && partitionOf !== undefined ? partitionOf(data) : partition;
      this.#partitions.add(data, bytes, arrivedUs, key);
    }
  }

  #backUp(content: Content, data: number, bytes: number, arrivedUs: number): void {
    let buffer = this.#backupBuffers.get(content);
    if (buffer === undefined) {
      const to = content === 'format-conversion-failed' ? this.#stubborn : this.#backup;
      const prefix = ERROR_PREFIXES[content as keyof typeof ERROR_PREFIXES];
      buffer = new Buffer({
        sim: this.#sim,
        pool: this.#pool,
        oldest: this.#oldestBackup,
        limits: this.#backupLimits,
        ahead: to,
        phase: 0,
        onClosed: (batch) => to.send(this.#shipment(content, prefix, [batch], 1), 0),
      });
      this.#backupBuffers.set(content, buffer);
    }
    buffer.add(data, bytes, arrivedUs);
  }

  // --- deliveries ---

  get #ratio(): number {
    const { conversion, compression } = this.settings;
    return (conversion?.ratio ?? 1) * compression.ratio;
  }

  #shipment(content: Content, prefix: string, batches: readonly RecordBatch[], ratio: number): Shipment {
    return new Shipment(this.#pool, this.#nextDelivery++, content, prefix, batches, ratio);
  }

  #send(batch: RecordBatch): void {
    const { conversion, compression } = this.settings;
    if (conversion !== null) {
      this.#metrics.converted.add(batch.count);
      this.#metrics.convertedBytes.add(batch.bytes);
    }
    const usPerMiB = (conversion?.usPerMiB ?? 0) + compression.usPerMiB;
    const shipment = this.#shipment('data', '', [batch], this.#ratio);
    this.#primary.send(shipment, Math.ceil((batch.bytes / MIB) * usPerMiB));
  }

  #dataListener(): DelivererListener {
    const delivery = this.#metrics.staging ?? this.#metrics.delivery;
    const isBucket = this.settings.destination === 's3' || this.settings.destination === 'redshift';
    return {
      onAttempt: (shipment, answer, us) => {
        delivery.success.record(answer === 'ok' ? 1 : 0);
        this.#metrics.attemptedRecords.add(shipment.records);
        this.#metrics.attemptedBytes.add(shipment.bytes);
        if (answer === 'ok') this.#metrics.ackSeconds.record(us / SECOND_US);
      },
      onTrouble: (_shipment, begins) => {
        if (isBucket) this.#bucketTroubles += begins ? 1 : -1;
      },
      onEnd: (shipment, end) => {
        for (const batch of shipment.batches) {
          this.#oldest.leave(batch);
          this.#partitions?.ended(batch.partition);
        }
        if (end === 'delivered') {
          delivery.records.add(shipment.records);
          delivery.bytes.add(shipment.bytes);
          this.#metrics.objects.add(1);
        }
        this.#settleData(shipment, end);
      },
    };
  }

  #settleData(shipment: Shipment, end: End): void {
    if (end === 'delivered' && this.#copies !== null) this.#copies.add(shipment.batches);
    else if (end === 'givenUp') {
      // The batch as it is; its holds go over.
      for (const batch of shipment.batches) this.#oldestBackup.enter(batch);
      this.#backup.send(this.#shipment('delivery-failed', this.#rules.failedPrefix, shipment.batches, 1), 0);
    } else this.#finish(shipment, end === 'delivered' ? 'delivered' : 'lost');
  }

  #copyListener(): DelivererListener {
    const { delivery } = this.#metrics;
    return {
      onAttempt: (_shipment: Shipment, answer: Answer | 'late') => delivery.success.record(answer === 'ok' ? 1 : 0),
      onTrouble: () => {},
      onEnd: (shipment, end) => {
        if (end === 'delivered') {
          delivery.records.add(shipment.records);
          delivery.bytes.add(shipment.bytes);
        }
        this.#finish(shipment, end === 'delivered' ? 'delivered' : 'skipped');
        this.#copies?.ended();
      },
    };
  }

  #backupListener(): DelivererListener {
    const { backup } = this.#metrics;
    return {
      onAttempt: (_shipment, answer) => backup.success.record(answer === 'ok' ? 1 : 0),
      onTrouble: ({ content }, begins) => {
        this.#bucketTroubles += begins ? 1 : -1;
        // What the destination did not take and S3 doesn't take either holds up all that comes after.
        if (content !== 'delivery-failed' && content !== 'format-conversion-failed') return;
        if (begins) this.#primary.hold();
        else this.#primary.letGo();
      },
      onEnd: (shipment, end) => {
        for (const batch of shipment.batches) this.#oldestBackup.leave(batch);
        if (end === 'delivered') {
          backup.records.add(shipment.records);
          backup.bytes.add(shipment.bytes);
        }
        this.#finish(shipment, end === 'delivered' ? 'backedUp' : 'lost');
      },
    };
  }

  #finish(shipment: Shipment, fate: Fate): void {
    if (fate === 'lost' && shipment.content !== 'source-backup') this.#metrics.lostRecords.add(shipment.records);
    const { onEnd } = this.#ports;
    if (onEnd !== undefined) for (const batch of shipment.batches) onEnd(batch, shipment.content, fate);
    shipment.release();
  }

  // --- helpers ---

  #endpoint(): Destination {
    const { endpoint } = this.#ports;
    if (endpoint !== undefined) return endpoint;
    throw new FirehoseModelError(
      'no-destination',
      `delivery stream ${this.settings.name}: no endpoint for ${this.settings.destination}`,
    );
  }

  #makeTransformation(settings: NonNullable<FirehoseSettings['transform']>): Transformation {
    const { transformer, onDropped } = this.#ports;
    if (transformer === undefined)
      throw new FirehoseModelError('no-destination', `delivery stream ${this.settings.name}: no transformer`);
    return new Transformation(this.#sim, settings, {
      transformer,
      pool: this.#pool,
      oldest: this.#oldest,
      metrics: this.#metrics,
      output: {
        onward: (data, bytes, arrivedUs, partition) => this.#onward(data, bytes, arrivedUs, partition),
        dropped: (data) => onDropped?.(data),
        failed: (data, bytes, arrivedUs) => this.#backUp('processing-failed', data, bytes, arrivedUs),
      },
    });
  }

  #billed(bytes: number): number {
    return this.settings.vendedLogs ? bytes : Math.ceil(bytes / BILLED_STEP) * BILLED_STEP;
  }

  #count(records: number, bytes: number, billed: number): void {
    this.#metrics.incomingRecords.add(records);
    this.#metrics.incomingBytes.add(bytes);
    this.#metrics.billedBytes.add(billed);
  }

  #sourceProblem(): FirehoseError | null {
    const { source } = this.settings;
    return source === 'DirectPut' ? null : firehoseErrors.notDirectPut(source);
  }

  #recordProblem(bytes: number, member: string): FirehoseError | null {
    return bytes <= this.#maxRecordBytes ? null : firehoseErrors.recordTooLarge(member);
  }

  #requestProblem({ count, bytes }: PutRecordBatchInput): FirehoseError | null {
    if (!(count >= 1)) return firehoseErrors.tooFewRecords;
    if (count > MAX_ENTRIES) return firehoseErrors.tooManyRecords;
    let total = 0;
    for (let i = 0; i < count; i++) {
      const size = bytes[i] as number;
      if (!(size <= this.#maxRecordBytes)) return this.#recordProblem(size, `records.${i + 1}.member.data`);
      total += size;
    }
    return total > MAX_PUT_BYTES ? firehoseErrors.requestTooLarge : null;
  }

  #updateProblem(input: UpdateDestinationInput): FirehoseError | null {
    const { BufferingHints, RetryDurationInSeconds: retry, S3BackupMode: mode } = input;
    if (!this.#controlCalls.update.take(0, 1, this.#sim.now)) return firehoseErrors.callRate;
    if (input.CurrentDeliveryStreamVersionId !== this.#version)
      return firehoseErrors.wrongVersion(this.#version, input.CurrentDeliveryStreamVersionId);
    if ((input.DynamicPartitioningEnabled ?? this.#partitions !== null) !== (this.#partitions !== null))
      return firehoseErrors.invalid('Dynamic partitioning is decided when a delivery stream is created.');
    if (mode !== undefined && !this.#rules.backupModes.includes(mode))
      return firehoseErrors.invalid(`S3BackupMode ${mode}: expected ${this.#rules.backupModes.join(' or ')}`);
    if (this.#backsUpAll && mode === this.#rules.backupModes[0])
      return firehoseErrors.invalid('The backup of all records cannot be switched off.');
    if (retry !== undefined) {
      const problem = retryProblem(retry);
      if (problem !== null) return problem;
    }
    return BufferingHints === undefined ? null : hintsProblem(this.settings, BufferingHints);
  }
}

function maxRecordBytesOf({ source, transform }: FirehoseSettings): number {
  if (source !== 'MSKAsSource') return source === 'DirectPut' ? f.recordMaxBytes.value : Number.POSITIVE_INFINITY;
  return transform === null ? f.mskRecordMaxBytes.value : f.mskRecordMaxBytesTransformed.value;
}

function limitsOf(
  buffer: { readonly bytes: number; readonly intervalUs: number },
  { maxBufferBytes, maxRecords }: DestinationRules,
): Omit<BufferLimits, 'intervalFrom'> {
  return { bytes: buffer.bytes, intervalUs: buffer.intervalUs, maxBytes: maxBufferBytes, maxRecords };
}
