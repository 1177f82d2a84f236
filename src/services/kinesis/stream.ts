/**
 * A stream of Kinesis Data Streams.
 *
 *   PutRecord(s) ─▶ checks ─▶ MD5 of the key ─▶ open shard ─▶ rates ─▶ log ─┬─▶ GetRecords: iterator, rates shared by all who call
 *                                                  ▲     └─ throttled       └─▶ SubscribeToShard: pushes, a pipe for each consumer
 *                       splits, merges, on demand ─┘
 *
 * Records are never changed and never deleted; what is as old as the retention period is gone.
 */
import { kinesisFacts as f } from '../../facts/index.ts';
import type { Simulation, Stream } from '../../kernel/index.ts';
import { ActionRate } from '../messaging/throughput.ts';
import type { Metrics } from '../ports.ts';
import { kinesisErrors, KinesisModelError, StreamErrors } from './errors.ts';
import { FanOut } from './fan-out.ts';
import { HASH_KEYS, PartitionKeys } from './hash-keys.ts';
import { Iterators } from './iterators.ts';
import { OnDemand } from './on-demand.ts';
import type {
  ConsumerDescription,
  GetRecordsOutput,
  GetShardIteratorOutput,
  KinesisError,
  KinesisOperations,
  ListShardsOutput,
  PutRecordInput,
  PutRecordOutput,
  PutRecordsInput,
  PutRecordsOutput,
  RegisterStreamConsumerOutput,
  ShardCounts,
  ShardFilter,
  StartingPosition,
  StreamSummary,
  Subscriber,
  SubscribeToShardOutput,
  UpdateShardCountOutput,
} from './operations.ts';
import { getRecordsOutput, MAX_RECORDS, millisBehind, putRecordsOutput } from './outputs.ts';
import { Resharding } from './resharding.ts';
import { sequenceOf } from './sequence.ts';
import type { RecordDistributionStrategy, StreamMode, StreamSettings } from './settings.ts';
import type { Shard } from './shard.ts';
import { Shards } from './shards.ts';
import { NO_METRICS, StreamMetrics } from './stream-metrics.ts';

const US_PER_HOUR = 3_600_000_000;
const KIB = 1024;
const PUT_UNIT_BYTES = f.putUnitKiB.value * KIB;
const MAX_ENTRIES = f.putMaxRecords.value;
const MAX_PUT_BYTES = f.putMaxBytes.value;
const MAX_GET_BYTES = f.getMaxBytes.value;
const { retentionHoursMin, retentionHoursMax, recordMaxKiBMin, recordMaxKiBMax } = f;

export interface StreamPorts {
  /** Left out: nobody measures. */
  readonly metrics?: Metrics;
  /** The text of a partition key. Default: its number. */
  readonly keyText?: (key: number) => string;
  /** Hears of each record that was put: its data and its sequence number. */
  readonly onRecord?: (data: number, SequenceNumber: number) => void;
  /**
   * Hears of the data of each record that is gone for good, and of its sequence number. Nothing waits for that to happen, so it is told when somebody next puts into its shard or reads it, or lists
   * the shards.
   */
  readonly onExpired?: (data: number, SequenceNumber: number) => void;
}

export class KinesisStream implements KinesisOperations {
  readonly settings: StreamSettings;
  readonly #sim: Simulation;
  readonly #errors: StreamErrors;
  readonly #metrics: StreamMetrics;
  readonly #keys: PartitionKeys;
  readonly #shards: Shards;
  readonly #iterators = new Iterators();
  readonly #onDemand: OnDemand;
  readonly #resharding: Resharding;
  readonly #fanOut: FanOut;
  readonly #luck: Stream | null;
  readonly #retentionCalls = new ActionRate(1, f.controlPerSecond.value, f.controlPerSecond.value);
  readonly #listCalls = new ActionRate(1, f.listShardsPerSecond.value, f.listShardsPerSecond.value);
  readonly #put: PutRecordOutput = { error: null, ShardId: -1, SequenceNumber: -1 };
  readonly #putMany = putRecordsOutput();
  readonly #given: GetShardIteratorOutput = { error: null, ShardIterator: -1 };
  readonly #read = getRecordsOutput();
  readonly #onRecord: StreamPorts['onRecord'] | null;
  #strategy: RecordDistributionStrategy;
  #maxRecordBytes: number;
  /** AUTO distribution: whose turn it is. */
  #turn = 0;
  /** Share of the puts and reads that are refused for their rate, whatever there is; a fault. */
  #throttleRate = 0;
  #throttleLuck: Stream | null = null;

  constructor(sim: Simulation, settings: StreamSettings, ports: StreamPorts = {}) {
    checkSettings(settings);
    this.settings = settings;
    this.#sim = sim;
    this.#errors = new StreamErrors(settings);
    this.#metrics = new StreamMetrics(ports.metrics ?? NO_METRICS);
    this.#keys = new PartitionKeys(ports.keyText ?? String);
    this.#onRecord = ports.onRecord ?? null;
    this.#shards = new Shards(sim, settings, this.#errors, ports.onExpired ?? null);
    this.#strategy = settings.distributionStrategy;
    this.#maxRecordBytes = settings.maxRecordSizeKiB * KIB;
    this.#luck = settings.internalFailureRate > 0 ? sim.stream(`${settings.name}/internalFailure`) : null;
    this.#fanOut = new FanOut(sim, settings, this.#shards, this.#errors, this.#metrics);
    const onClosed = (shard: Shard): void => {
      this.#noteShards();
      this.#fanOut.wake(shard);
    };
    const isOnDemand = settings.mode === 'ON_DEMAND';
    this.#onDemand = new OnDemand(sim, this.#shards, isOnDemand, settings.onDemandMaxShards, onClosed);
    this.#resharding = new Resharding(sim, settings, this.#shards, this.#onDemand, this.#errors, onClosed);
    this.#noteShards();
  }

  // --- writing ---

  PutRecord(input: PutRecordInput): PutRecordOutput {
    const output = this.#put;
    output.ShardId = -1;
    output.SequenceNumber = -1;
    const hashKey = input.ExplicitHashKey ?? null;
    output.error = this.#recordProblem(input.PartitionKey, input.bytes, hashKey) ?? this.#orderingProblem(input);
    if (output.error !== null) return output;
    const shard = this.#shardFor(input.PartitionKey, hashKey);
    const bytes = input.bytes + this.#keyBytes(input.PartitionKey);
    const place = this.#append(shard, input.Data, input.PartitionKey, bytes);
    if (place === -1) {
      output.error = shard.rateExceeded;
      return output;
    }
    output.ShardId = shard.id;
    output.SequenceNumber = sequenceOf(place, shard.id);
    this.#metrics.putRecordSuccess.add(1);
    this.#metrics.incomingRecords.add(1);
    this.#metrics.incomingBytes.add(bytes);
    return output;
  }

  PutRecords(input: PutRecordsInput): PutRecordsOutput {
    const output = this.#putMany;
    output.FailedRecordCount = 0;
    output.count = 0;
    output.error = this.#requestProblem(input);
    if (output.error !== null) return output;
    const { count, Data, bytes, PartitionKey, ExplicitHashKey } = input;
    output.count = count;
    let throttled = 0;
    let failed = 0;
    let total = 0;
    for (let i = 0; i < count; i++) {
      const key = PartitionKey[i] as number;
      const shard = this.#shardFor(key, ExplicitHashKey?.[i] ?? null);
      output.ShardId[i] = -1;
      output.SequenceNumber[i] = -1;
      if (this.#luck !== null && this.#luck.uniform() < this.settings.internalFailureRate) {
        output.entryErrors[i] = kinesisErrors.internalFailure;
        failed++;
        continue;
      }
      const size = (bytes[i] as number) + this.#keyBytes(key);
      const place = this.#append(shard, Data[i] as number, key, size);
      if (place === -1) {
        output.entryErrors[i] = shard.rateExceeded;
        throttled++;
        continue;
      }
      output.entryErrors[i] = null;
      output.ShardId[i] = shard.id;
      output.SequenceNumber[i] = sequenceOf(place, shard.id);
      total += size;
    }
    output.FailedRecordCount = throttled + failed;
    this.#countPut(count, throttled, failed, total);
    return output;
  }

  // --- reading ---

  GetShardIterator(ShardId: number, position: StartingPosition): GetShardIteratorOutput {
    const output = this.#given;
    output.ShardIterator = -1;
    const shard = this.#shards.find(ShardId);
    if (shard === undefined) {
      output.error = this.#errors.shardDoesNotExist(ShardId);
      return output;
    }
    const place = this.#shards.placeOf(shard, position);
    if (typeof place !== 'number') output.error = place;
    else if (!shard.iteratorCalls.take(0, 1, this.#sim.now)) output.error = shard.rateExceeded;
    else {
      output.error = null;
      output.ShardIterator = this.#iterators.create(ShardId, place, this.#sim.now);
    }
    return output;
  }

  GetRecords(ShardIterator: number, Limit: number = MAX_RECORDS): GetRecordsOutput {
    const output = this.#read;
    output.count = 0;
    output.NextShardIterator = -1;
    output.MillisBehindLatest = 0;
    output.ChildShards = [];
    output.error = this.#readProblem(ShardIterator, Limit);
    if (output.error !== null) return output;
    const now = this.#sim.now;
    const shard = this.#shards.ever(this.#iterators.shard(ShardIterator));
    if (!shard.reads.admits(now) || this.#isThrottled()) {
      shard.readsThrottled++;
      this.#metrics.readsThrottled.add(1);
      output.error = shard.rateExceeded;
      return output;
    }
    const { log } = shard;
    const from = Math.max(this.#iterators.position(ShardIterator), log.head);
    const bytes = log.read(from, Limit, MAX_GET_BYTES, now, shard.id, output);
    const next = from + output.count;
    shard.reads.charge(bytes, now);
    shard.outgoingRecords += output.count;
    shard.outgoingBytes += bytes;
    output.MillisBehindLatest = millisBehind(output, next >= log.next, now);
    if (shard.endsAt(next)) output.ChildShards = shard.childShards();
    else output.NextShardIterator = this.#iterators.create(shard.id, next, now);
    this.#metrics.getSuccess.add(1);
    this.#metrics.getRecords.add(output.count);
    this.#metrics.getBytes.add(bytes);
    this.#metrics.iteratorAgeMs.record(output.MillisBehindLatest);
    return output;
  }

  // --- enhanced fan-out ---

  RegisterStreamConsumer(ConsumerName: string): RegisterStreamConsumerOutput {
    const output = this.#fanOut.register(ConsumerName);
    this.#noteShards();
    return output;
  }
  DeregisterStreamConsumer(consumer: number): KinesisError | null {
    const error = this.#fanOut.deregister(consumer);
    this.#noteShards();
    return error;
  }
  ListStreamConsumers(): readonly ConsumerDescription[] {
    return this.#fanOut.list();
  }
  SubscribeToShard(
    consumer: number,
    ShardId: number,
    position: StartingPosition,
    subscriber: Subscriber,
    tag: number,
  ): SubscribeToShardOutput {
    return this.#fanOut.subscribe(consumer, ShardId, position, subscriber, tag);
  }
  cancelSubscription(subscription: number): void {
    this.#fanOut.cancel(subscription);
  }

  // --- the stream itself ---

  SplitShard(ShardToSplit: number, NewStartingHashKey: bigint): KinesisError | null {
    return this.#resharding.split(ShardToSplit, NewStartingHashKey);
  }
  MergeShards(ShardToMerge: number, AdjacentShardToMerge: number): KinesisError | null {
    return this.#resharding.merge(ShardToMerge, AdjacentShardToMerge);
  }
  UpdateShardCount(TargetShardCount: number): UpdateShardCountOutput {
    return this.#resharding.updateCount(TargetShardCount);
  }
  UpdateStreamMode(mode: StreamMode): KinesisError | null {
    if (mode === 'PROVISIONED' && this.#strategy === 'AUTO') return this.#errors.onlyOnDemand('AUTO distribution');
    return this.#resharding.updateMode(mode);
  }

  UpdateMaxRecordSize(MaxRecordSizeInKiB: number): KinesisError | null {
    if (!(MaxRecordSizeInKiB >= recordMaxKiBMin.value && MaxRecordSizeInKiB <= recordMaxKiBMax.value))
      return kinesisErrors.maxRecordSize(MaxRecordSizeInKiB);
    if (this.#resharding.status !== 'ACTIVE') return this.#errors.notActive(this.#resharding.status);
    this.#shards.setMaxRecordKiB(MaxRecordSizeInKiB);
    this.#maxRecordBytes = MaxRecordSizeInKiB * KIB;
    return null;
  }

  /** At once; what is in the stream stays where it is. */
  UpdateStreamRecordDistributionStrategy(strategy: RecordDistributionStrategy): KinesisError | null {
    if (strategy === 'AUTO' && !this.#onDemand.active) return this.#errors.onlyOnDemand('AUTO distribution');
    this.#strategy = strategy;
    return null;
  }

  IncreaseStreamRetentionPeriod(RetentionPeriodHours: number): KinesisError | null {
    const existing = this.#shards.retentionUs / US_PER_HOUR;
    const problem = this.#retentionProblem(RetentionPeriodHours);
    if (problem !== null) return problem;
    if (RetentionPeriodHours < existing) return this.#errors.retentionNotLonger(RetentionPeriodHours, existing);
    this.#shards.setRetention(RetentionPeriodHours * US_PER_HOUR);
    return null;
  }
  DecreaseStreamRetentionPeriod(RetentionPeriodHours: number): KinesisError | null {
    const existing = this.#shards.retentionUs / US_PER_HOUR;
    const problem = this.#retentionProblem(RetentionPeriodHours);
    if (problem !== null) return problem;
    if (RetentionPeriodHours > existing) return this.#errors.retentionNotShorter(RetentionPeriodHours, existing);
    this.#shards.setRetention(RetentionPeriodHours * US_PER_HOUR);
    return null;
  }

  ListShards(filter: ShardFilter = { Type: 'FROM_TRIM_HORIZON' }): ListShardsOutput {
    if (!this.#listCalls.take(0, 1, this.#sim.now)) return { error: kinesisErrors.callRate, Shards: [] };
    return { error: null, Shards: this.#shards.list(filter) };
  }

  DescribeStreamSummary(): StreamSummary {
    return {
      StreamStatus: this.#resharding.status,
      StreamMode: this.#onDemand.active ? 'ON_DEMAND' : 'PROVISIONED',
      OpenShardCount: this.#shards.map.open.length,
      ConsumerCount: this.#fanOut.count,
      RetentionPeriodHours: this.#shards.retentionUs / US_PER_HOUR,
      MaxRecordSizeInKiB: this.#shards.maxRecordKiB,
      RecordDistributionStrategy: this.#strategy,
    };
  }

  /** Totals of one shard that ever was, for enhanced metrics: it is no operation of AWS's. */
  shardCounts(ShardId: number): ShardCounts {
    return this.#shards.ever(ShardId).counts();
  }

  // --- no operations of AWS's: what those ask who keep account of a run ---

  /** A consumer of enhanced fan-out that was registered long before: it is ACTIVE. Throws where the stream may have no more. */
  adoptConsumer(ConsumerName: string): number {
    const consumer = this.#fanOut.adopt(ConsumerName);
    this.#noteShards();
    return consumer;
  }

  /** A fault: so large a share of records and reads is refused for its rate, on top of what a shard does not take; 0: it is over. */
  setThrottleRate(share: number): void {
    this.#throttleLuck ??= this.#sim.stream(`${this.settings.name}/throttle`);
    this.#throttleRate = share;
  }

  /** The place in the shard at which somebody begins to read who does so now; -1: nowhere. */
  placeAt(ShardId: number, position: StartingPosition): number {
    const shard = this.#shards.find(ShardId);
    if (shard === undefined) return -1;
    const place = this.#shards.placeOf(shard, position);
    return typeof place === 'number' ? place : -1;
  }

  /** The first place of a shard that is kept, and the one after its last. */
  extentOf(ShardId: number): { readonly first: number; readonly next: number } {
    const { log } = this.#shards.ever(ShardId);
    return { first: log.head, next: log.next };
  }

  /** Of the record at a place that is kept. */
  dataAt(ShardId: number, place: number): number {
    return this.#shards.ever(ShardId).log.data(place);
  }

  /** The open shard that a partition key falls into: who has listed the shards can tell (with AUTO distribution it says nothing). */
  shardOfKey(PartitionKey: number): number {
    this.#keys.bytesOf(PartitionKey);
    return this.#shards.map.ofKey(PartitionKey, this.#keys).id;
  }

  /** Shards that ever were, numbered from 0. */
  get shardsEver(): number {
    return this.#shards.count;
  }

  // --- helpers ---

  /** Into the shard's log; -1: it is throttled. */
  #append(shard: Shard, data: number, key: number, bytes: number): number {
    const now = this.#sim.now;
    if (this.#isThrottled() || !shard.writes.take(bytes, now)) {
      shard.writesThrottled++;
      return this.#throttled();
    }
    shard.log.trim(this.#shards.horizonUs);
    const place = shard.log.append(data, key, bytes, now);
    shard.incomingRecords++;
    shard.incomingBytes += bytes;
    this.#metrics.billedPutUnits.add(Math.ceil(bytes / PUT_UNIT_BYTES));
    this.#metrics.billedPutKilobytes.add(Math.ceil(bytes / KIB));
    if (this.#onDemand.active) this.#onDemand.see(shard, bytes);
    if (shard.idleSubscriptions > 0) this.#fanOut.wake(shard);
    this.#onRecord?.(data, sequenceOf(place, shard.id));
    return place;
  }

  #isThrottled(): boolean {
    return this.#throttleRate > 0 && (this.#throttleLuck as Stream).uniform() < this.#throttleRate;
  }

  #noteShards(): void {
    const open = this.#shards.map.open.length;
    this.#metrics.openShards.set(open);
    this.#metrics.fanOutShards.set(open * this.#fanOut.count);
  }

  #throttled(): number {
    this.#metrics.writesThrottled.add(1);
    return -1;
  }

  #shardFor(key: number, hashKey: bigint | null): Shard {
    const { map } = this.#shards;
    if (this.#strategy === 'AUTO') return map.open[this.#turn++ % map.open.length] as Shard;
    return hashKey === null ? map.ofKey(key, this.#keys) : map.ofHashKey(hashKey);
  }

  #keyBytes(key: number): number {
    return key === -1 ? 0 : this.#keys.bytesOf(key);
  }

  #recordProblem(key: number, bytes: number, hashKey: bigint | null): KinesisError | null {
    if (key === -1) {
      if (this.#strategy !== 'AUTO') return kinesisErrors.partitionKeyMissing;
    } else if (this.#keys.bytesOf(key) === -1) return this.#keys.problem(key);
    if (!(bytes + this.#keyBytes(key) <= this.#maxRecordBytes))
      return kinesisErrors.recordTooLarge(this.#maxRecordBytes);
    if (hashKey !== null && (hashKey < 0n || hashKey >= HASH_KEYS)) return kinesisErrors.explicitHashKey(hashKey);
    return null;
  }

  /** Numbers rise in any case, so there is only to see that it is one of this stream's. */
  #orderingProblem({ SequenceNumberForOrdering: sequence = -1 }: PutRecordInput): KinesisError | null {
    if (sequence === -1 || this.#shards.knows(sequence)) return null;
    return this.#errors.orderingInvalid(sequence);
  }

  #requestProblem({ count, bytes, PartitionKey, ExplicitHashKey }: PutRecordsInput): KinesisError | null {
    if (!(count >= 1)) return kinesisErrors.tooFewRecords;
    if (count > MAX_ENTRIES) return kinesisErrors.tooManyRecords;
    let total = 0;
    for (let i = 0; i < count; i++) {
      const key = PartitionKey[i] as number;
      const size = bytes[i] as number;
      const problem = this.#recordProblem(key, size, ExplicitHashKey?.[i] ?? null);
      if (problem !== null) return problem;
      total += size + this.#keyBytes(key);
    }
    return total > MAX_PUT_BYTES ? kinesisErrors.requestTooLarge : null;
  }

  #readProblem(iterator: number, limit: number): KinesisError | null {
    if (!this.#iterators.has(iterator)) return kinesisErrors.invalidIterator;
    if (!(limit >= 1 && limit <= MAX_RECORDS)) return kinesisErrors.limitRange(limit);
    return this.#iterators.isExpired(iterator, this.#sim.now) ? kinesisErrors.iteratorExpired : null;
  }

  #retentionProblem(hours: number): KinesisError | null {
    if (!this.#retentionCalls.take(0, 1, this.#sim.now)) return kinesisErrors.callRate;
    if (!(hours >= retentionHoursMin.value)) return kinesisErrors.retentionTooShort(hours);
    if (hours > retentionHoursMax.value) return kinesisErrors.retentionTooLong(hours);
    return this.#resharding.status === 'ACTIVE' ? null : this.#errors.notActive(this.#resharding.status);
  }

  #countPut(count: number, throttled: number, failed: number, bytes: number): void {
    const successful = count - throttled - failed;
    this.#metrics.putRecordsSuccess.add(successful > 0 ? 1 : 0);
    this.#metrics.putRecordsTotal.add(count);
    this.#metrics.putRecordsSuccessful.add(successful);
    if (throttled > 0) this.#metrics.putRecordsThrottled.add(throttled);
    if (failed > 0) this.#metrics.putRecordsFailed.add(failed);
    this.#metrics.incomingRecords.add(successful);
    this.#metrics.incomingBytes.add(bytes);
  }
}

function checkSettings({
  name,
  shards,
  retentionUs,
  maxRecordSizeKiB,
  mode,
  distributionStrategy,
}: StreamSettings): void {
  const bad = (what: string): never => {
    throw new KinesisModelError('bad-setting', `stream ${name}: ${what}`);
  };
  if (!(Number.isInteger(shards) && shards >= 1)) bad(`shards ${shards}: expected a whole number, at least 1`);
  const hours = retentionUs / US_PER_HOUR;
  if (!(hours >= retentionHoursMin.value && hours <= retentionHoursMax.value))
    bad(`retention of ${hours} h: expected ${retentionHoursMin.value} to ${retentionHoursMax.value}`);
  if (!(maxRecordSizeKiB >= recordMaxKiBMin.value && maxRecordSizeKiB <= recordMaxKiBMax.value))
    bad(`records of ${maxRecordSizeKiB} KiB: expected ${recordMaxKiBMin.value} to ${recordMaxKiBMax.value}`);
  if (distributionStrategy === 'AUTO' && mode !== 'ON_DEMAND') bad('AUTO distribution: expected an on-demand stream');
}
