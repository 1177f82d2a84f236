/** A stream, its ledger, and whoever reads it: what was put, and what was done of it, in order. */
import { Simulation } from '../../src/kernel/index.ts';
import { KinesisStream, streamSettings } from '../../src/services/kinesis/index.ts';
import type { Aggregates } from '../../src/workload/aggregates.ts';
import { EndpointState } from '../../src/workload/endpoint.ts';
import { RequestTable } from '../../src/workload/requests.ts';
import type { KclSettings, StreamConsumerSettings, StreamReading } from '../../src/workload/settings.ts';
import { StreamConsumer } from '../../src/workload/stream-consumer.ts';
import { StreamLedger, type StreamReader } from '../../src/workload/stream-ledger.ts';
import { Totals } from '../services/kinesis/harness.ts';

export const SECOND = 1_000_000;

export interface Done {
  readonly sequence: number;
  readonly key: number;
  readonly atUs: number;
}

export interface RigOptions {
  readonly shards?: number;
  readonly instances?: number;
  readonly handlerUs?: number;
  readonly reading?: Partial<StreamReading>;
  readonly kcl?: Partial<KclSettings>;
  /** Of the sources, perhaps with something wrong in them. */
  readonly Consumer?: typeof StreamConsumer;
}

export const KCL: KclSettings = {
  failoverTimeUs: 10 * SECOND,
  shardSyncUs: 60 * SECOND,
  gracefulHandOffUs: 30 * SECOND,
  checkpoint: { kind: 'perBatch' },
};

/** The stream and its ledger, with one reader that notes what it has done. */
export class StreamBench {
  readonly sim = new Simulation({ seed: 7 });
  readonly metrics = new Totals();
  readonly requests: RequestTable;
  readonly stream: KinesisStream;
  readonly reader: StreamReader;
  readonly aggregates: Aggregates;
  /** Sequence numbers of what was put, with their keys, in order. */
  readonly put: { readonly sequence: number; readonly key: number }[] = [];
  readonly done: Done[] = [];
  /** Deliveries that were completed, each once. */
  completed = 0;
  /** Records that its reader said it would never do. */
  readonly givenUp = new Set<number>();

  constructor(shards: number) {
    const nothing = (): void => {};
    const ledger = {
      offered: nothing,
      attempted: nothing,
      accepted: nothing,
      responded: nothing,
      completed: nothing,
      completedAgain: nothing,
      wasted: nothing,
      settled: nothing,
    };
    this.requests = new RequestTable([ledger], nothing);
    const streamLedger = new StreamLedger(this.requests, true);
    this.aggregates = streamLedger.aggregates;
    this.stream = new KinesisStream(this.sim, streamSettings({ name: 's', shards }), {
      metrics: this.metrics,
      keyText: (key) => `key-${key}`,
      onRecord: streamLedger.onRecord,
      onExpired: streamLedger.onExpired,
    });
    streamLedger.connect(this.stream);
    const deliveries = { completed: () => void this.completed++, completedAgain: nothing, settled: nothing };
    this.reader = this.#noting(streamLedger.addReader(this.requests.addSubscription(deliveries)));
  }

  /** One record of a key. */
  send(key: number): void {
    const row = this.requests.create(0, this.put.length, this.sim.now, key, 100, false, true);
    const { error, SequenceNumber } = this.stream.PutRecord({ Data: row, bytes: 100, PartitionKey: key });
    if (error === null) this.put.push({ sequence: SequenceNumber, key });
    this.requests.release(row);
  }

  at(us: number, what: () => void): void {
    this.sim.scheduleAt(us, what, undefined);
  }

  run(untilUs: number): void {
    this.sim.run({ until: untilUs });
  }

  get missing(): number {
    const done = new Set(this.done.map(({ sequence }) => sequence));
    return this.put.filter(({ sequence }) => !done.has(sequence)).length;
  }

  /** Records that were done more than once. */
  get twice(): number {
    return this.done.length - new Set(this.done.map(({ sequence }) => sequence)).size;
  }

  /** Keys of which something was first done after something younger. */
  get outOfOrder(): number {
    const seen = new Set<number>();
    const last = new Map<number, number>();
    const wrong = new Set<number>();
    for (const { sequence, key } of this.done) {
      if (seen.has(sequence)) continue;
      seen.add(sequence);
      if (sequence < (last.get(key) ?? -1)) wrong.add(key);
      last.set(key, Math.max(sequence, last.get(key) ?? -1));
    }
    return wrong.size;
  }

  #noting(reader: StreamReader): StreamReader {
    return {
      take: (data) => reader.take(data),
      letGo: (row) => reader.letGo(row),
      giveUp: (row, sequence, sub) => {
        this.givenUp.add(sequence);
        reader.giveUp(row, sequence, sub);
      },
      begins: (shard, position) => reader.begins(shard, position),
      passesOver: (isPassed) => reader.passesOver(isPassed),
      aggregateOf: (data) => reader.aggregateOf(data),
      finish: (row, sequence, sub) => {
        this.done.push({ sequence, key: this.requests.key(row), atUs: this.sim.now });
        reader.finish(row, sequence, sub);
      },
    };
  }
}

/** With a consumer whose instances share leases. */
export class Rig extends StreamBench {
  readonly consumer: StreamConsumer;

  constructor({ shards = 2, instances = 2, handlerUs = 1000, ...options }: RigOptions = {}) {
    super(shards);
    const { reading = {}, kcl = {}, Consumer = StreamConsumer } = options;
    const stream: StreamReading = {
      reader: 'kcl',
      startingPosition: 'TRIM_HORIZON',
      fromUs: 0,
      idleTimeBetweenReadsUs: 1_500_000,
      limit: 10_000,
      fanOut: false,
      onFailure: 'retry',
      retryDelayUs: 500_000,
      kcl: { ...KCL, ...kcl },
      ...reading,
    };
    const settings: StreamConsumerSettings = {
      type: 'consumer',
      name: 'w',
      source: 's',
      stream,
      instances,
      concurrency: null,
      pollRetryUs: SECOND,
      restartDelayUs: 10 * SECOND,
      handler: { time: { kind: 'constant', value: handlerUs }, calls: [], failureRate: 0 },
    };
    this.consumer = new Consumer(this.sim, settings, {
      requests: this.requests,
      metrics: this.metrics,
      stream: this.stream,
      reader: this.reader,
      fanOutConsumer: stream.fanOut ? this.stream.adoptConsumer('w') : -1,
      endpoint: new EndpointState(),
      latency: { kind: 'constant', value: 50_000 },
    });
    this.consumer.start();
  }
}
