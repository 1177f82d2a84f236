/**
 * The delivery streams of Data Firehose of a design: who puts or reads for them, and what stands for their destinations.
 *
 *   producer, topic ─▶ DeliveryStream ─▶ CallPath ─▶ [Link] ─▶ service, sink, or one that is always there
 *   KinesisStream ◀── FirehoseReader ──┘
 */
import { CallPath } from '../calls/index.ts';
import { NO_RETRY } from '../calls/schema.ts';
import { firehoseFacts } from '../facts/index.ts';
import type { Simulation } from '../kernel/index.ts';
import type { ResolvedScenario } from '../scenario/resolved.ts';
import {
  type Content,
  DeliveryStream,
  type DeliveryStreamSettings,
  deliveryStreamOf,
} from '../services/firehose/index.ts';
import type { Callee, Metrics, Witness } from '../services/ports.ts';
import { Sink } from '../services/sink/index.ts';
import { type DeliveryRecords, PutRecords, ReadRecords, settleRecords } from '../workload/delivery-records.ts';
import { CalleeDestination, TimedTransformer } from '../workload/firehose-destination.ts';
import { FirehoseReader } from '../workload/firehose-reader.ts';
import { KinesisClient } from '../workload/kinesis-client.ts';
import type { RequestTable } from '../workload/requests.ts';
import type { Links } from './links.ts';
import type { Streams } from './streams.ts';

const BUCKET_TIMEOUT_US = firehoseFacts.bucketTimeoutSeconds.value * 1_000_000;
const nothing = { add: (): void => {}, set: (): void => {}, record: (): void => {}, since: (): void => {} };
const UNMEASURED: Metrics = {
  counter: () => nothing,
  level: () => nothing,
  observations: () => nothing,
  age: () => nothing,
};

export interface DeliveryStreamsPorts {
  readonly sim: Simulation;
  readonly scenario: ResolvedScenario;
  readonly requests: RequestTable;
  readonly links: Links;
  readonly streams: Streams;
  /** The service or sink behind a name, with the network before it. */
  readonly wire: (owner: string, to: string, name: string) => Callee;
  readonly witnessOf: (client: string, resource: string) => Witness | null;
}

/** One that may be put to. */
export interface WiredDeliveryStream {
  readonly stream: DeliveryStream;
  readonly settings: DeliveryStreamSettings;
  readonly records: PutRecords;
}

export class DeliveryStreams {
  readonly #ports: DeliveryStreamsPorts;
  readonly #put = new Map<string, WiredDeliveryStream>();
  readonly #names = new Set<string>();
  readonly #starts: (() => void)[] = [];

  constructor(ports: DeliveryStreamsPorts) {
    this.#ports = ports;
  }

  /** Its stream, services and sinks are there already. */
  add(settings: DeliveryStreamSettings, metrics: Metrics): void {
    const { name, source, backup } = settings;
    const { requests, witnessOf } = this.#ports;
    const copies = backup === 'all' ? 2 : 1;
    this.#names.add(name);
    if (source === null) {
      const records = new PutRecords(requests, copies, witnessOf(name, name));
      this.#put.set(name, { stream: this.#make(settings, records, metrics), settings, records });
    } else this.#addReader(settings, source, copies, metrics);
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** undefined: none is called so, or it reads a stream. */
  get(name: string): WiredDeliveryStream | undefined {
    return this.#put.get(name);
  }

  start(): void {
    for (const start of this.#starts) start();
  }

  #addReader(settings: DeliveryStreamSettings, source: string, copies: number, metrics: Metrics): void {
    const { name } = settings;
    const { sim, requests, links, streams, witnessOf } = this.#ports;
    const { stream, settings: ofStream, reader } = streams.readerOf(source, name);
    const records = new ReadRecords(requests, reader, copies, witnessOf(name, name));
    const deliveryStream = this.#make(settings, records, metrics, {
      shards: ofStream.shards,
      retentionUs: ofStream.retentionPeriodUs,
    });
    const own = links.endpoint(name, name);
    const reading = new FirehoseReader(sim, { requests, records, deliveryStream, own });
    const options = { name: `${name}<-${source}`, latency: ofStream.latency.get, consumer: -1 };
    const state = links.endpoint(name, source);
    const client = new KinesisClient(sim, stream, reader, state, reading, options, witnessOf(name, source));
    this.#starts.push(() => reading.start(client));
  }

  #make(
    settings: DeliveryStreamSettings,
    records: DeliveryRecords,
    metrics: Metrics,
    ofSource: { readonly shards?: number; readonly retentionUs?: number } = {},
  ): DeliveryStream {
    const { sim, scenario, requests } = this.#ports;
    const { name, destination, to, bucket, transform, timeoutUs, partitions } = settings;
    const { account, region } = scenario.aws ?? {};
    const place = {
      ...ofSource,
      ...(account === undefined ? {} : { accountId: account }),
      ...(region === undefined ? {} : { region }),
    };
    const isData = (content: Content): boolean => content === 'data';
    const toBucket = destination === 's3';
    const never = (): boolean => false;
    const bucketOf = (who: string | null, completes: (content: Content) => boolean): CalleeDestination =>
      this.#destination(settings, who, records, completes, BUCKET_TIMEOUT_US, 's3');
    return new DeliveryStream(sim, deliveryStreamOf(settings, place), {
      metrics,
      ...(toBucket
        ? {
            bucket: bucketOf(to, isData),
            ...(bucket === null ? {} : { backupBucket: bucketOf(bucket, never) }),
          }
        : {
            bucket: bucketOf(bucket, never),
            endpoint: this.#destination(settings, to, records, isData, timeoutUs, destination),
          }),
      ...(transform === null
        ? {}
        : { transformer: new TimedTransformer(sim, name, transform.function, requests, records) }),
      ...(partitions === null ? {} : { partitionOf: (data) => requests.key(records.rowOf(data)) }),
      onEnd: (ended, content, fate) => settleRecords(records, ended, content, fate),
      onDropped: (data) => {
        records.done(data);
        records.release(data);
      },
    });
  }

  #destination(
    { name, time }: DeliveryStreamSettings,
    to: string | null,
    records: DeliveryRecords,
    completes: (content: Content) => boolean,
    timeoutUs: number,
    kind: string,
  ): CalleeDestination {
    const { sim, requests, wire } = this.#ports;
    const way = `${name}->${to ?? kind}`;
    const callee =
      to === null
        ? new Sink(
            sim,
            { type: 'sink', name: `${name}/${kind}`, time, failureRate: 0 },
            { requests, metrics: UNMEASURED },
          )
        : wire(name, to, way);
    const destination = new CalleeDestination({ records, completes });
    const policy = { timeoutUs, retry: NO_RETRY, breaker: null, cancelOnTimeout: true };
    const path = new CallPath(sim, way, requests, callee, policy, {
      onAttempt: () => {},
      onServed: (row, outcome) => destination.onServed(row, outcome),
    });
    destination.connect(path);
    return destination;
  }
}
