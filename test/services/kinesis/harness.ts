/** A stream on its own kernel, with what it told its metrics; and answers as plain rows. */
import { Simulation } from '../../../src/kernel/index.ts';
import {
  KinesisStream,
  type KinesisError,
  type PutRecordsOutput,
  type RecordColumns,
  type StartingPosition,
  type StreamPorts,
  type StreamSettings,
  streamSettings,
} from '../../../src/services/kinesis/index.ts';
import type { Metrics } from '../../../src/services/ports.ts';

export const SECOND = 1_000_000;
export const HOUR = 3600 * SECOND;
export const MIB = 1_048_576;

export class Totals implements Metrics {
  readonly totals = new Map<string, number>();
  readonly observed = new Map<string, number[]>();

  counter(name: string) {
    return { add: (count: number) => void this.totals.set(name, this.total(name) + count) };
  }
  level() {
    return { set: () => {}, add: () => {} };
  }
  observations(name: string) {
    const values: number[] = [];
    this.observed.set(name, values);
    return { record: (value: number) => void values.push(value) };
  }
  age() {
    return { since: () => {} };
  }
  total(name: string): number {
    return this.totals.get(name) ?? 0;
  }
}

export interface Row {
  readonly data: number;
  readonly bytes: number;
  readonly key: number;
  readonly sequence: number;
  readonly atUs: number;
}

export function rowsOf(output: RecordColumns): Row[] {
  return Array.from({ length: output.count }, (_, i) => ({
    data: output.Data[i] as number,
    bytes: output.bytes[i] as number,
    key: output.PartitionKey[i] as number,
    sequence: output.SequenceNumber[i] as number,
    atUs: output.ApproximateArrivalTimestamp[i] as number,
  }));
}

export class Bench {
  readonly sim: Simulation;
  readonly stream: KinesisStream;
  readonly metrics = new Totals();

  constructor(changes: Partial<StreamSettings> = {}, ports: StreamPorts = {}) {
    this.sim = new Simulation({ seed: 7, maxEvents: 1e7 });
    const settings = streamSettings({ name: 'clicks', reshardUs: SECOND, consumerCreateUs: SECOND, ...changes });
    this.stream = new KinesisStream(this.sim, settings, { metrics: this.metrics, ...ports });
  }

  after(us: number): void {
    this.sim.run({ until: this.sim.now + us });
  }

  /** Puts one record; its sequence number, or the code of what it was refused with. */
  put(
    data: number,
    { key = 0, bytes = 100 }: { readonly key?: number; readonly bytes?: number } = {},
  ): number | string {
    const { error, SequenceNumber } = this.stream.PutRecord({ Data: data, bytes, PartitionKey: key });
    return error?.code ?? SequenceNumber;
  }

  putMany(records: readonly (readonly [data: number, key: number, bytes: number])[]): PutRecordsOutput {
    return this.stream.PutRecords({
      count: records.length,
      Data: records.map(([data]) => data),
      PartitionKey: records.map(([, key]) => key),
      bytes: records.map(([, , bytes]) => bytes),
    });
  }

  iterator(shard: number, position: StartingPosition = { Type: 'TRIM_HORIZON' }): number {
    const { error, ShardIterator } = this.stream.GetShardIterator(shard, position);
    if (error !== null) throw new Error(`${error.code}: ${error.message}`);
    return ShardIterator;
  }

  /** One read from a position. */
  read(shard: number, position: StartingPosition = { Type: 'TRIM_HORIZON' }, limit = 10_000): Row[] {
    const output = this.stream.GetRecords(this.iterator(shard, position), limit);
    if (output.error !== null) throw new Error(`${output.error.code}: ${output.error.message}`);
    return rowsOf(output);
  }

  /** Makes a consumer of enhanced fan-out that is there. */
  consumer(name = 'dashboard'): number {
    const { error, consumer } = this.stream.RegisterStreamConsumer(name);
    if (error !== null) throw new Error(error.code);
    this.after(SECOND);
    return consumer;
  }
}

export function codeOf(error: KinesisError | null): string | null {
  return error === null ? null : error.code;
}
