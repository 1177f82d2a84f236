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
import { Backups } from './backups.ts';
import { RecordBuffer, type BufferLimits, limitsOf } from './record-buffer.ts';
import { checkSettings, hintsProblem, retryProblem } from './checks.ts';
import { Deliveries, type DeliveryPorts } from './deliveries.ts';
import { type DestinationRules, DESTINATIONS } from './destinations.ts';
import { firehoseErrors, FirehoseModelError } from './errors.ts';
import { FirehoseMetrics, NO_METRICS } from './firehose-metrics.ts';
import { Oldest } from './oldest.ts';
import type {
  DeliveryStreamDescription,
  FirehoseError,
  FirehoseOperations,
  PutRecordBatchInput,
  PutRecordBatchOutput,
  PutRecordInput,
  PutRecordOutput,
  SourceRecords,
  SubRecords,
  Transformer,
  UpdateDestinationInput,
} from './operations.ts';
import { Partitions } from './partitions.ts';
import { PutQuota } from './put-quota.ts';
import { BatchPool, type RecordBatch } from './record-batch.ts';
import type { FirehoseSettings } from './settings.ts';
import { Transformation } from './transformation.ts';

const MIB = 1_048_576;
const SECOND_US = 1_000_000;
const MAX_ENTRIES = f.batchMaxRecords.value;
const MAX_PUT_BYTES = f.batchMaxBytes.value;
const MAX_SUB_RECORDS = f.subRecordsMax.value;
const BILLED_STEP = f.billedRoundBytes.value;

export interface FirehosePorts extends DeliveryPorts {
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
  readonly #limits: BufferLimits;
  readonly #deliveries: Deliveries;
  readonly #backups: Backups;
  readonly #transformation: Transformation | null;
  readonly #partitions: Partitions | null;
  readonly #buffer: RecordBuffer;

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
    const oldestBackup = new Oldest(this.#metrics.backupFreshness);
    this.#deliveries = new Deliveries(sim, settings, {
      ...ports,
      pool: this.#pool,
      metrics: this.#metrics,
      oldest: this.#oldest,
      oldestBackup,
      onPartitionEnd: (partition) => this.#partitions?.ended(partition),
    });
    this.#backups = new Backups(sim, settings, this.#pool, oldestBackup, this.#deliveries);
    this.#limits = {
      ...limitsOf(settings.buffer, this.#rules),
      intervalFrom: settings.partitions === null ? settings.intervalFrom : 'firstRecord',
    };
    const place = {
      sim,
      pool: this.#pool,
      oldest: this.#oldest,
      limits: this.#limits,
      ahead: this.#deliveries.primary,
      phase: 0 as const,
      onClosed: (batch: RecordBatch) => this.#deliveries.send(batch),
    };
    this.#buffer = new RecordBuffer(place);
    this.#partitions =
      settings.partitions === null
        ? null
        : new Partitions(place, settings.partitions, {
            errors: (content, data, bytes, arrivedUs) => this.#backups.add(content, data, bytes, arrivedUs),
            active: this.#metrics.partitions,
            exceeded: this.#metrics.partitionsExceeded,
          });
    this.#transformation = settings.transform === null ? null : this.#makeTransformation(settings.transform);
  }

  /**
   * S3 doesn't take what it should, or closed buffers wait for earlier ones: whoever reads a stream for this one reads on later, so that nothing is lost that the stream still has.
   */
  get isBehind(): boolean {
    return this.#deliveries.isBehind;
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
    if (RetryDurationInSeconds !== undefined) this.#deliveries.retryUs = RetryDurationInSeconds * SECOND_US;
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
      RetryDurationInSeconds: this.#deliveries.retryUs / SECOND_US,
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
    if (this.#backsUpAll) this.#backups.add('source-backup', data, bytes, now);
    if (this.#transformation === null) this.#onward(data, bytes, now, -1);
    else this.#transformation.add(data, bytes, now);
  }

  /** `partition`: as the function has it, or -1. */
  #onward(data: number, bytes: number, arrivedUs: number, partition: number): void {
    const { isConvertible, partitionOf } = this.#ports;
    if (isConvertible !== undefined && this.settings.conversion !== null && !isConvertible(data)) {
      this.#metrics.notConverted.add(1);
      this.#metrics.notConvertedBytes.add(bytes);
      this.#backups.add('format-conversion-failed', data, bytes, arrivedUs);
    } else if (this.#partitions === null) this.#buffer.add(data, bytes, arrivedUs);
    else {
      const key = partition === -1 && partitionOf !== undefined ? partitionOf(data) : partition;
      this.#partitions.add(data, bytes, arrivedUs, key);
    }
  }

  // --- helpers ---

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
        failed: (data, bytes, arrivedUs) => this.#backups.add('processing-failed', data, bytes, arrivedUs),
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
