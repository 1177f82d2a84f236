/**
 * Speed and memory of Data Streams alone, CPU time: PutRecords of 500 and shared reads of 100 shards four times a second; the same with two subscriptions of
 * enhanced fan-out to each shard; bytes a kept record. Run: npm run bench kinesis
 */
import { Simulation } from '../src/kernel/index.ts';
import { KinesisStream, streamSettings } from '../src/services/kinesis/index.ts';

const SHARDS = 100;
const ENTRIES = 500;
const CALLS = 30;
const TICK_US = 250_000;
const KEYS = 100_003;

class World {
  readonly sim = new Simulation({ seed: 1 });
  readonly stream = new KinesisStream(this.sim, streamSettings({ name: 'clicks', shards: SHARDS }));
  readonly #input = {
    count: ENTRIES,
    Data: new Float64Array(ENTRIES),
    bytes: new Float64Array(ENTRIES).fill(100),
    PartitionKey: new Int32Array(ENTRIES),
  };
  readonly #iterators = Array.from({ length: SHARDS }, (_, shard) => this.#iterator(shard));
  put = 0;
  read = 0;
  pushed = 0;
  #key = 0;

  subscribe(consumers: number): void {
    for (let i = 0; i < consumers; i++) {
      const { consumer } = this.stream.RegisterStreamConsumer(`consumer-${i}`);
      this.sim.run({ until: this.sim.now + 10_000_000 });
      for (let shard = 0; shard < SHARDS; shard++)
        this.stream.SubscribeToShard(consumer, shard, { Type: 'LATEST' }, this, 0);
    }
  }
  onSubscribeToShardEvent(_tag: number, { count }: { readonly count: number }): void {
    this.pushed += count;
  }
  onSubscriptionEnd(): void {}

  /** So many seconds of virtual time, 60,000 records each. */
  flow(seconds: number): void {
    for (let i = 0; i < seconds * 4; i++) {
      for (let call = 0; call < CALLS; call++) this.#putRecords();
      for (let shard = 0; shard < SHARDS; shard++) this.#getRecords(shard);
      this.sim.run({ until: this.sim.now + TICK_US });
    }
  }

  #putRecords(): void {
    const { Data, PartitionKey } = this.#input;
    for (let i = 0; i < ENTRIES; i++) {
      this.#key = (this.#key * 7919 + 13) % KEYS;
      PartitionKey[i] = this.#key;
      Data[i] = this.put + i;
    }
    if (this.stream.PutRecords(this.#input).FailedRecordCount > 0) throw new Error('throttled');
    this.put += ENTRIES;
  }
  #getRecords(shard: number): void {
    const { error, count, NextShardIterator } = this.stream.GetRecords(this.#iterators[shard] as number);
    if (error !== null) throw new Error(error.message);
    this.read += count;
    this.#iterators[shard] = NextShardIterator;
  }
  #iterator(shard: number): number {
    return this.stream.GetShardIterator(shard, { Type: 'TRIM_HORIZON' }).ShardIterator;
  }
}

/** CPU time, so that a busy machine changes it less. */
function seconds(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/** Millions of records a second, put and read. */
function rate(consumers: number): number {
  const world = new World();
  world.subscribe(consumers);
  world.flow(5);
  const rates = [1, 2, 3].map(() => {
    const before = world.put;
    const took = seconds(() => world.flow(25));
    return (world.put - before) / took / 1e6;
  });
  if (world.read !== world.put) throw new Error(`read ${world.read} of ${world.put}`);
  if (world.pushed !== world.put * consumers) throw new Error(`pushed ${world.pushed} of ${world.put * consumers}`);
  return rates.toSorted((a, b) => a - b)[1] as number;
}

function collect(): void {
  (globalThis as { gc?: () => void }).gc?.();
}

function bytesPerRecord(): number {
  const world = new World();
  world.flow(2);
  collect();
  const before = process.memoryUsage();
  const put = world.put;
  world.flow(30);
  collect();
  const after = process.memoryUsage();
  return (after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / (world.put - put);
}

// First of all: what earlier worlds leave behind is given back late.
const bytes = bytesPerRecord();
console.log('Kinesis Data Streams, CPU time, median of 3');
console.log(`a kept record:                     ${bytes.toFixed(1)} B`);
console.log(`put and shared read:               ${rate(0).toFixed(2)} M records/s`);
console.log(`the same, pushed to two consumers: ${rate(2).toFixed(2)} M records/s`);
