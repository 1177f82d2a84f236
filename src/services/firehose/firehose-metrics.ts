/** What a delivery stream reports, under CloudWatch's names where it has them; docs/models/firehose.md defines each. */
import type { DirectPutQuota } from '../../facts/index.ts';
import type { Age, Counter, Level, Metrics, Observations } from '../ports.ts';
import { DESTINATIONS } from './destinations.ts';
import type { FirehoseSettings } from './settings.ts';

/** Of a destination, or of the backup. Rates of success are 1 or 0 for each attempt: their mean is what CloudWatch shows. */
export class DeliveryMetrics {
  readonly records: Counter;
  readonly bytes: Counter;
  readonly success: Observations;

  constructor(metrics: Metrics, name: string) {
    this.records = metrics.counter(`${name}.Records`, 'Count');
    this.bytes = metrics.counter(`${name}.Bytes`, 'Bytes');
    this.success = metrics.observations(`${name}.Success`, 'Count');
  }
}

export class FirehoseMetrics {
  readonly incomingRecords: Counter;
  readonly incomingBytes: Counter;
  readonly incomingPuts: Counter;
  readonly throttledRecords: Counter;
  readonly billedBytes: Counter;
  readonly readRecords: Counter;
  readonly readBytes: Counter;
  readonly behindMs: Observations;
  readonly delivery: DeliveryMetrics;
  /** Of objects that wait for a COPY; else null. */
  readonly staging: DeliveryMetrics | null;
  readonly backup: DeliveryMetrics;
  readonly freshness: Age;
  readonly backupFreshness: Age;
  readonly objects: Counter;
  readonly ackSeconds: Observations;
  readonly attemptedRecords: Counter;
  readonly attemptedBytes: Counter;
  readonly converted: Counter;
  readonly convertedBytes: Counter;
  readonly notConverted: Counter;
  readonly notConvertedBytes: Counter;
  readonly partitions: Level;
  readonly partitionsExceeded: Level;
  readonly lostRecords: Counter;
  readonly #limits: readonly [records: Level, puts: Level, bytes: Level];
  readonly #transformMs: Observations;
  readonly #transformSuccess: Observations;
  readonly #transformedRecords: Counter;
  readonly #transformedBytes: Counter;

  /** Asks only for those that a stream with these settings has. */
  constructor(metrics: Metrics, settings: FirehoseSettings) {
    const where = (has: boolean): Metrics => (has ? metrics : NO_METRICS);
    const { metric } = DESTINATIONS[settings.destination];
    const direct = where(settings.source === 'DirectPut');
    const source = where(settings.source === 'KinesisStreamAsSource');
    const bucket = where(metric === 'DeliveryToS3' || metric === 'DeliveryToRedshift');
    const http = where(metric === 'DeliveryToHttpEndpoint');
    const transform = where(settings.transform !== null);
    const conversion = where(settings.conversion !== null);
    const partitioning = where(settings.partitions !== null);
    this.incomingRecords = metrics.counter('IncomingRecords', 'Count');
    this.incomingBytes = metrics.counter('IncomingBytes', 'Bytes');
    this.incomingPuts = direct.counter('IncomingPutRequests', 'Count');
    this.throttledRecords = direct.counter('ThrottledRecords', 'Count');
    this.#limits = [
      direct.level('RecordsPerSecondLimit', 'Count'),
      direct.level('PutRequestsPerSecondLimit', 'Count'),
      direct.level('BytesPerSecondLimit', 'Bytes'),
    ];
    this.billedBytes = metrics.counter('BilledBytes', 'Bytes', false);
    this.lostRecords = metrics.counter('LostRecords', 'Count');
    this.readRecords = source.counter('DataReadFromKinesisStream.Records', 'Count');
    this.readBytes = source.counter('DataReadFromKinesisStream.Bytes', 'Bytes');
    this.behindMs = source.observations('KinesisMillisBehindLatest', 'Milliseconds');
    this.delivery = new DeliveryMetrics(metrics, metric);
    this.staging = metric === 'DeliveryToRedshift' ? new DeliveryMetrics(metrics, 'DeliveryToS3') : null;
    this.backup = new DeliveryMetrics(metrics, 'BackupToS3');
    this.freshness = metrics.age(`${this.staging === null ? metric : 'DeliveryToS3'}.DataFreshness`);
    this.backupFreshness = metrics.age('BackupToS3.DataFreshness');
    this.objects = bucket.counter('DeliveryToS3.ObjectCount', 'Count');
    this.ackSeconds = where(metric === 'DeliveryToSplunk').observations('DeliveryToSplunk.DataAckLatency', 'Seconds');
    this.attemptedRecords = http.counter('DeliveryToHttpEndpoint.ProcessedRecords', 'Count');
    this.attemptedBytes = http.counter('DeliveryToHttpEndpoint.ProcessedBytes', 'Bytes');
    this.converted = conversion.counter('SucceedConversion.Records', 'Count');
    this.convertedBytes = conversion.counter('SucceedConversion.Bytes', 'Bytes');
    this.notConverted = conversion.counter('FailedConversion.Records', 'Count');
    this.notConvertedBytes = conversion.counter('FailedConversion.Bytes', 'Bytes');
    this.partitions = partitioning.level('PartitionCount', 'Count');
    this.partitionsExceeded = partitioning.level('PartitionCountExceeded', 'Count');
    this.#transformMs = transform.observations('ExecuteProcessing.Duration', 'Milliseconds');
    this.#transformSuccess = transform.observations('ExecuteProcessing.Success', 'Count');
    this.#transformedRecords = transform.counter('SucceedProcessing.Records', 'Count');
    this.#transformedBytes = transform.counter('SucceedProcessing.Bytes', 'Bytes');
  }

  limits({ recordsPerSecond, requestsPerSecond, bytesPerSecond }: DirectPutQuota): void {
    const [records, puts, bytes] = this.#limits;
    records.set(recordsPerSecond);
    puts.set(requestsPerSecond);
    bytes.set(bytesPerSecond);
  }

  /** An invocation is over. */
  invoked(us: number, well: boolean): void {
    this.#transformMs.record(us / 1000);
    this.#transformSuccess.record(well ? 1 : 0);
  }

  /** Records that were transformed or dropped. */
  processed(records: number, bytes: number): void {
    this.#transformedRecords.add(records);
    this.#transformedBytes.add(bytes);
  }
}

const nothing = { add: (): void => {}, set: (): void => {}, record: (): void => {}, since: (): void => {} };

/** Where nobody measures. */
export const NO_METRICS: Metrics = {
  counter: () => nothing,
  level: () => nothing,
  observations: () => nothing,
  age: () => nothing,
};
