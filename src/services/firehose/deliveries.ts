/**
 * Where closed buffers go, and what becomes of them.
 *
 *   data ─▶ S3 ──────────────────────┬─▶ delivered
 *        ─▶ S3 ─▶ waits ─▶ COPY ─────┤  given up: it stays in S3
 *        ─▶ endpoint ────────────────┴─ given up ─▶ S3 ─▶ backed up;  while that fails, no data is sent
 *   backups, errors ─▶ S3 ─▶ backed up;  of conversion: tried for ever, and no data is sent meanwhile
 */
import type { Simulation } from '../../kernel/index.ts';
import { Copies } from './copies.ts';
import { Deliverer, type DelivererListener, type DelivererRules, type End } from './deliverer.ts';
import { BUCKET, type DestinationRules, DESTINATIONS } from './destinations.ts';
import { FirehoseModelError } from './errors.ts';
import type { FirehoseMetrics } from './firehose-metrics.ts';
import type { Oldest } from './oldest.ts';
import type { Content, Destination, Fate, Records } from './operations.ts';
import type { BatchPool, RecordBatch } from './record-batch.ts';
import type { FirehoseSettings } from './settings.ts';
import { Shipment } from './shipment.ts';

const MIB = 1_048_576;
const SECOND_US = 1_000_000;

const PREFIXES: Readonly<Record<Exclude<Content, 'delivery-failed'>, string>> = {
  data: '',
  'source-backup': '',
  'processing-failed': 'processing-failed/',
  'format-conversion-failed': 'format-conversion-failed/',
  'partitioning-failed': 'partitioning-failed/',
  'partitions-exceeded': 'activePartitionExceeded/',
};

export interface DeliveryPorts {
  /** S3: objects, Redshift's too, and what is backed up or has failed. */
  readonly bucket: Destination;
  /** Left out: the same bucket. */
  readonly backupBucket?: Destination;
  /** The cluster (COPY), domain, or endpoint; of S3 there is none. */
  readonly endpoint?: Destination;
  /** Hears where records have ended, as the stream knows it; the columns are good during the call. */
  readonly onEnd?: (records: Records, content: Content, fate: Fate) => void;
}

interface InnerPorts extends DeliveryPorts {
  readonly pool: BatchPool;
  readonly metrics: FirehoseMetrics;
  readonly oldest: Oldest;
  readonly oldestBackup: Oldest;
  /** A delivery of a partition has ended. */
  readonly onPartitionEnd: (partition: number) => void;
}

export class Deliveries {
  readonly primary: Deliverer;
  readonly #settings: FirehoseSettings;
  readonly #ports: InnerPorts;
  readonly #metrics: FirehoseMetrics;
  readonly #rules: DestinationRules;
  readonly #endpointRules: DelivererRules;
  readonly #copies: Copies | null;
  readonly #backup: Deliverer;
  /** Errors of conversion. */
  readonly #stubborn: Deliverer;
  /** Sizes as they are written, as a share, and the time that takes. */
  readonly #ratio: number;
  readonly #usPerMiB: number;
  #next = 0;
  /** Deliveries to S3 that have failed and not ended. */
  #bucketTroubles = 0;

  constructor(sim: Simulation, settings: FirehoseSettings, ports: InnerPorts) {
    const { name, destination, conversion, compression, outstanding, retentionUs, timeoutUs } = settings;
    this.#settings = settings;
    this.#ports = ports;
    this.#metrics = ports.metrics;
    this.#rules = DESTINATIONS[destination];
    this.#ratio = (conversion?.ratio ?? 1) * compression.ratio;
    this.#usPerMiB = (conversion?.usPerMiB ?? 0) + compression.usPerMiB;
    const bucketRules: DelivererRules = { ...BUCKET, outstanding, retentionUs };
    const endpointRules = { ...this.#rules, outstanding, retentionUs, timeoutUs, retryUs: settings.retryUs };
    // One COPY at a time; and what waits for it is in S3, where it stays.
    this.#endpointRules =
      destination === 'redshift' ? { ...endpointRules, outstanding: 1, retentionUs: null } : endpointRules;
    if (destination === 's3') {
      this.primary = new Deliverer(sim, name, ports.bucket, { ...bucketRules, timeoutUs }, this.#dataListener(true));
      this.#copies = null;
    } else if (destination === 'redshift') {
      this.primary = new Deliverer(sim, name, ports.bucket, bucketRules, this.#dataListener(true));
      this.#copies = this.#makeCopies(sim);
    } else {
      this.primary = new Deliverer(sim, name, this.#endpoint(), this.#endpointRules, this.#dataListener(false));
      this.#copies = null;
    }
    const bucket = ports.backupBucket ?? ports.bucket;
    const forEver: DelivererRules = { ...bucketRules, retentionUs: null };
    this.#backup = new Deliverer(sim, `${name}/backup`, bucket, bucketRules, this.#backupListener());
    this.#stubborn = new Deliverer(sim, `${name}/conversionErrors`, bucket, forEver, this.#backupListener());
  }

  get isBehind(): boolean {
    return this.#bucketTroubles > 0 || this.primary.hasQueue;
  }

  /** Of a destination other than S3. */
  get retryUs(): number {
    return this.#endpointRules.retryUs ?? 0;
  }
  set retryUs(us: number) {
    this.#endpointRules.retryUs = us;
  }

  send(batch: RecordBatch): void {
    if (this.#settings.conversion !== null) {
      this.#metrics.converted.add(batch.count);
      this.#metrics.convertedBytes.add(batch.bytes);
    }
    this.primary.send(this.#shipment('data', [batch]), Math.ceil((batch.bytes / MIB) * this.#usPerMiB));
  }

  backupOf(content: Content): Deliverer {
    return content === 'format-conversion-failed' ? this.#stubborn : this.#backup;
  }

  sendBackup(content: Content, batch: RecordBatch): void {
    this.backupOf(content).send(this.#shipment(content, [batch]), 0);
  }

  #makeCopies(sim: Simulation): Copies {
    const name = `${this.#settings.name}/copy`;
    const copy = new Deliverer(sim, name, this.#endpoint(), this.#endpointRules, this.#copyListener());
    return new Copies((batches) => copy.send(this.#shipment('data', batches), 0));
  }

  #shipment(content: Content, batches: readonly RecordBatch[]): Shipment {
    const prefix = content === 'delivery-failed' ? this.#rules.failedPrefix : PREFIXES[content];
    const ratio = content === 'data' ? this.#ratio : 1;
    return new Shipment(this.#ports.pool, this.#next++, content, prefix, batches, ratio);
  }

  #dataListener(isBucket: boolean): DelivererListener {
    const metrics = this.#metrics;
    const delivery = metrics.staging ?? metrics.delivery;
    return {
      onAttempt: (shipment, answer, us) => {
        delivery.success.record(answer === 'ok' ? 1 : 0);
        metrics.attemptedRecords.add(shipment.records);
        metrics.attemptedBytes.add(shipment.bytes);
        if (answer === 'ok') metrics.ackSeconds.record(us / SECOND_US);
      },
      onTrouble: (_shipment, begins) => {
        if (isBucket) this.#bucketTroubles += begins ? 1 : -1;
      },
      onEnd: (shipment, end) => {
        for (const batch of shipment.batches) {
          this.#ports.oldest.leave(batch);
          if (batch.partition !== -1) this.#ports.onPartitionEnd(batch.partition);
        }
        if (end === 'delivered') {
          delivery.records.add(shipment.records);
          delivery.bytes.add(shipment.bytes);
          metrics.objects.add(1);
        }
        this.#settleData(shipment, end);
      },
    };
  }

  #settleData(shipment: Shipment, end: End): void {
    if (end === 'delivered' && this.#copies !== null) this.#copies.add(shipment.batches);
    else if (end === 'givenUp') {
      // The batches as they are, with their holds.
      for (const batch of shipment.batches) this.#ports.oldestBackup.enter(batch);
      this.#backup.send(this.#shipment('delivery-failed', shipment.batches), 0);
    } else this.#finish(shipment, end === 'delivered' ? 'delivered' : 'lost');
  }

  #copyListener(): DelivererListener {
    const { delivery } = this.#metrics;
    return {
      onAttempt: (_shipment, answer) => delivery.success.record(answer === 'ok' ? 1 : 0),
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
        if (begins) this.primary.hold();
        else this.primary.letGo();
      },
      onEnd: (shipment, end) => {
        for (const batch of shipment.batches) this.#ports.oldestBackup.leave(batch);
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

  #endpoint(): Destination {
    const { endpoint } = this.#ports;
    if (endpoint !== undefined) return endpoint;
    const { name, destination } = this.#settings;
    throw new FirehoseModelError('no-destination', `delivery stream ${name}: no endpoint for ${destination}`);
  }
}
