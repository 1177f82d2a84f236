/** A delivery stream on its own kernel, with destinations that write down what they are given, and what it told its metrics. */
import { Simulation } from '../../../src/kernel/index.ts';
import {
  type Answer,
  type Content,
  type Delivery,
  type DeliveryOwner,
  DeliveryStream,
  type Destination,
  type Fate,
  type FirehoseError,
  type FirehosePorts,
  type FirehoseSettings,
  firehoseSettings,
  type GivenFirehoseSettings,
  type PutRecordBatchOutput,
} from '../../../src/services/firehose/index.ts';
import type { Metrics } from '../../../src/services/ports.ts';

export const SECOND = 1_000_000;
export const HOUR = 3600 * SECOND;
export const MIB = 1_048_576;

/** All that was ever said of each metric. */
export class Said implements Metrics {
  readonly #totals = new Map<string, number>();
  readonly #values = new Map<string, number[]>();

  counter(name: string) {
    return { add: (count: number) => void this.#totals.set(name, this.total(name) + count) };
  }
  level(name: string) {
    const set = this.#keep(name);
    return { set, add: () => {} };
  }
  observations(name: string) {
    return { record: this.#keep(name) };
  }
  age(name: string) {
    return { since: this.#keep(name) };
  }
  total(name: string): number {
    return this.#totals.get(name) ?? 0;
  }
  values(name: string): readonly number[] {
    return this.#values.get(name) ?? [];
  }

  #keep(name: string): (value: number) => void {
    const values: number[] = [];
    this.#values.set(name, values);
    return (value) => void values.push(value);
  }
}

export interface Written {
  /** When the attempt began. */
  readonly us: number;
  readonly content: Content;
  readonly prefix: string;
  readonly number: number;
  readonly attempt: number;
  readonly bytes: number;
  readonly data: readonly number[];
  readonly partition: number;
}

/** Takes all at once, unless it is told otherwise, and remembers each attempt; an answer of null never comes. */
export class Notebook implements Destination {
  readonly attempts: Written[] = [];
  readonly #sim: Simulation;
  answer: (delivery: Delivery) => Answer | null = () => 'ok';
  latencyUs = 0;

  constructor(sim: Simulation) {
    this.#sim = sim;
  }

  deliver(delivery: Delivery, owner: DeliveryOwner, tag: number): void {
    const { content, prefix, number, attempt, bytes, batches } = delivery;
    const data = batches.flatMap((batch) => [...batch.data.subarray(0, batch.count)]);
    const partition = batches[0]?.partition ?? -1;
    this.attempts.push({ us: this.#sim.now, content, prefix, number, attempt, bytes, data, partition });
    const answer = this.answer(delivery);
    if (answer === null) return;
    if (this.latencyUs === 0) owner.onAnswer(tag, answer);
    else this.#sim.schedule(this.latencyUs, () => owner.onAnswer(tag, answer), undefined);
  }

  of(content: Content): Written[] {
    return this.attempts.filter((one) => one.content === content);
  }
}

export interface End {
  readonly us: number;
  readonly content: Content;
  readonly fate: Fate;
  readonly data: readonly number[];
}

export class Bench {
  readonly sim = new Simulation({ seed: 7, maxEvents: 1e7 });
  readonly metrics = new Said();
  readonly bucket = new Notebook(this.sim);
  readonly endpoint = new Notebook(this.sim);
  readonly ends: End[] = [];
  readonly settings: FirehoseSettings;
  readonly stream: DeliveryStream;
  #data = 0;

  constructor(
    given: Partial<GivenFirehoseSettings> = {},
    ports: Partial<FirehosePorts> = {},
    Type: typeof DeliveryStream = DeliveryStream,
  ) {
    this.settings = firehoseSettings({ name: 'events', ...given });
    this.stream = new Type(this.sim, this.settings, {
      bucket: this.bucket,
      endpoint: this.endpoint,
      metrics: this.metrics,
      onEnd: ({ data, count }, content, fate) =>
        void this.ends.push({ us: this.sim.now, content, fate, data: [...data.subarray(0, count)] }),
      ...ports,
    });
  }

  /** Where the data goes first. */
  get main(): Notebook {
    return this.settings.destination === 's3' || this.settings.destination === 'redshift' ? this.bucket : this.endpoint;
  }

  after(us: number): void {
    this.sim.run({ until: this.sim.now + us });
  }

  /** Puts records of so many bytes; those refused by their codes, the others by the numbers they bear. */
  put(...bytes: number[]): (number | string)[] {
    return bytes.map((size) => {
      const data = this.#data++;
      const { error } = this.stream.PutRecord({ Data: data, bytes: size });
      return error?.code ?? data;
    });
  }

  putMany(count: number, bytes: number): PutRecordBatchOutput {
    const Data = Array.from({ length: count }, () => this.#data++);
    return this.stream.PutRecordBatch({ count, Data, bytes: Data.map(() => bytes) });
  }

  fates(content: Content = 'data'): string[] {
    return this.ends
      .filter((one) => one.content === content)
      .flatMap(({ fate, data }) => data.map((d) => `${d} ${fate}`));
  }

  total(metric: string): number {
    return this.metrics.total(metric);
  }
  mean(metric: string): number {
    const values = this.metrics.values(metric);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  }
}

export function codeOf(error: FirehoseError | null): string | null {
  return error === null ? null : error.code;
}
