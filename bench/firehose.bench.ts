/**
 * Speed and memory of Data Firehose alone, CPU time: PutRecordBatch of 500 records of 100 bytes to S3 in objects of 5 MiB; the same through a function, over 500 partitions, and from a
 * stream; bytes a record that waits in a buffer. Run: npm run bench firehose
 */
import { Simulation } from '../src/kernel/index.ts';
import {
  DeliveryStream,
  firehoseSettings,
  type GivenFirehoseSettings,
  Result,
  SimpleDestination,
  type Transformer,
} from '../src/services/firehose/index.ts';

const ENTRIES = 500;
const CALLS = 100;
const TICK_US = 250_000;
const PARTITIONS = 500;
/** Nothing is throttled: the model is measured, not its limits. */
const quota = { recordsPerSecond: 1e9, requestsPerSecond: 1e6, bytesPerSecond: 1e9 };

/** Leaves each record as it is. */
const passOn: Transformer = {
  invoke: ({ result }, owner, tag) => {
    result.fill(Result.ok);
    owner.onTransformed(tag, true);
  },
};

class World {
  readonly sim = new Simulation({ seed: 1 });
  put = 0;
  delivered = 0;
  readonly #bucket = new SimpleDestination(this.sim, {
    name: 'bucket',
    onRecords: ({ records, content }) => {
      if (content === 'data') this.delivered += records;
    },
  });
  readonly #input = {
    count: ENTRIES,
    Data: new Float64Array(ENTRIES),
    bytes: new Float64Array(ENTRIES).fill(100),
  };
  readonly #stream: DeliveryStream;
  readonly #isSource: boolean;

  constructor(given: Partial<GivenFirehoseSettings>) {
    const settings = firehoseSettings({ name: 'events', quota, ...given });
    this.#isSource = settings.source !== 'DirectPut';
    this.#stream = new DeliveryStream(this.sim, settings, {
      bucket: this.#bucket,
      transformer: passOn,
      partitionOf: (data) => data % PARTITIONS,
    });
  }

  /** So many seconds of virtual time, 200,000 records each. */
  flow(seconds: number): void {
    for (let i = 0; i < seconds * 4; i++) {
      for (let call = 0; call < CALLS; call++) this.#putRecords();
      this.sim.run({ until: this.sim.now + TICK_US });
    }
  }

  #putRecords(): void {
    const { Data } = this.#input;
    for (let i = 0; i < ENTRIES; i++) Data[i] = this.put + i;
    if (this.#isSource) this.#stream.accept(this.#input);
    else if (this.#stream.PutRecordBatch(this.#input).FailedPutCount > 0) throw new Error('throttled');
    this.put += ENTRIES;
  }
}

/** CPU time, so that a busy machine changes it less. */
function seconds(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/** Millions of records a second, put and delivered. */
function rate(given: Partial<GivenFirehoseSettings>): number {
  const world = new World(given);
  world.flow(10);
  const rates = [1, 2, 3].map(() => {
    const before = world.put;
    const took = seconds(() => world.flow(50));
    return (world.put - before) / took / 1e6;
  });
  world.sim.run();
  if (world.delivered !== world.put) throw new Error(`delivered ${world.delivered} of ${world.put}`);
  return rates.toSorted((a, b) => a - b)[1] as number;
}

/** Twice: columns that were outgrown are given back late. */
function collect(): void {
  for (let i = 0; i < 2; i++) (globalThis as { gc?: () => void }).gc?.();
}

/** With a buffer that is not closed. */
function bytesPerRecord(): number {
  const world = new World({ buffer: { bytes: 128 * 1_048_576, intervalUs: 900e6 } });
  collect();
  const before = process.memoryUsage();
  world.flow(5);
  collect();
  const after = process.memoryUsage();
  return (after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / world.put;
}

const bytes = bytesPerRecord();
console.log('Data Firehose, CPU time, median of 3');
console.log(`a record in a buffer:         ${bytes.toFixed(1)} B`);
console.log(`direct puts to S3:            ${rate({}).toFixed(2)} M records/s`);
console.log(`from a stream:                ${rate({ source: 'KinesisStreamAsSource' }).toFixed(2)} M records/s`);
console.log(`through a function:           ${rate({ transform: {} }).toFixed(2)} M records/s`);
console.log(`over 500 partitions:          ${rate({ partitions: PARTITIONS }).toFixed(2)} M records/s`);
console.log(`all records backed up beside: ${rate({ backup: 'all' }).toFixed(2)} M records/s`);
