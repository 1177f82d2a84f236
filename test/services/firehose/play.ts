/**
 * Games with a delivery stream. `playFlushes`: nothing fails, and each buffer is closed at the instants that a slow reference says, which goes through the records one by one. `playFates`: destinations and
 * function come and go, and at the end each record must be where it should. Both throw where the stream does otherwise; their words name the property that was broken.
 */
import fc from 'fast-check';
import { Simulation } from '../../../src/kernel/index.ts';
import {
  type Delivery,
  type DeliveryOwner,
  DeliveryStream,
  type Destination,
  firehoseSettings,
  type Invocation,
  type TransformerOwner,
  Result,
  type Transformer,
} from '../../../src/services/firehose/index.ts';
import { HOUR, MIB, SECOND } from './harness.ts';

const INTERVAL_US = 20 * SECOND;
const FUNCTION_INTERVAL_US = 7 * SECOND;
const FUNCTION_BYTES = 700_000;
const FUNCTION_US = 1.5 * SECOND;
const LATENCY_US = 0.3 * SECOND;
const PARTITIONS = 3;
const OUTSTANDING = 2;
const MANY = 100_000;
const quota = { recordsPerSecond: 1e6, requestsPerSecond: 1e6, bytesPerSecond: 1e9 };

interface Record {
  readonly id: number;
  readonly bytes: number;
  readonly us: number;
}

// --- flushes ---

export interface FlushGame {
  readonly by: 'plain' | 'function' | 'partitions';
  /** What the model decides on purpose doesn't change when ties are drawn by lot; which of two answers of a function comes first does. */
  readonly shuffles: boolean;
  readonly puts: readonly { readonly waitUs: number; readonly bytes: number }[];
}

export const flushGames: fc.Arbitrary<FlushGame> = fc.record({
  by: fc.constantFrom('plain', 'function', 'partitions'),
  shuffles: fc.boolean(),
  puts: fc.array(
    fc.record({
      waitUs: fc.constantFrom(0, 1, SECOND, 5 * SECOND, 10 * SECOND, 20 * SECOND, 33 * SECOND),
      bytes: fc.constantFrom(0, 1, 100_000, 400_000, MIB / 2, 1_000_000),
    }),
    { minLength: 1, maxLength: 25 },
  ),
});

interface Flush {
  readonly us: number;
  readonly records: readonly Record[];
}

/** One buffer, record by record. `windows`: intervals follow on the last flush; else they begin with the first record. */
function flushed(records: readonly Record[], limit: number, intervalUs: number, windows: boolean): Flush[] {
  const flushes: Flush[] = [];
  let open: Record[] = [];
  let lastUs = 0;
  const end = (): number => {
    const firstUs = (open[0] as Record).us;
    if (!windows) return firstUs + intervalUs;
    let us = lastUs + intervalUs;
    while (us <= firstUs) us += intervalUs;
    return us;
  };
  const flush = (us: number): void => {
    flushes.push({ us, records: open });
    open = [];
    lastUs = us;
  };
  for (const record of records) {
    if (open.length > 0 && end() <= record.us) flush(end());
    open.push(record);
    if (open.reduce((sum, { bytes }) => sum + bytes, 0) >= limit) flush(record.us);
  }
  if (open.length > 0) flush(end());
  return flushes;
}

/** What leaves a stage, at the instants at which it enters the next. */
function after(flushes: readonly Flush[], us: number): Record[] {
  return flushes.flatMap((flush) => flush.records.map((record) => ({ ...record, us: flush.us + us })));
}

function expectedFlushes(by: FlushGame['by'], records: readonly Record[]): Flush[] {
  if (by === 'plain') return flushed(records, MIB, INTERVAL_US, true);
  if (by === 'function') {
    const handed = flushed(records, FUNCTION_BYTES, FUNCTION_INTERVAL_US, true);
    return flushed(after(handed, FUNCTION_US), MIB, INTERVAL_US, true);
  }
  const sorted = after(flushed(records, MIB, INTERVAL_US / 2, true), 0);
  return [0, 1, 2].flatMap((key) =>
    flushed(
      sorted.filter(({ id }) => id % PARTITIONS === key),
      MIB,
      INTERVAL_US,
      false,
    ),
  );
}

const words = (flushes: readonly { us: number; ids: readonly number[] }[]): string[] =>
  flushes.map(({ us, ids }) => `${us}: ${ids.join(' ')}`).toSorted();

export function playFlushes({ by, shuffles, puts }: FlushGame, Type = DeliveryStream): void {
  const sim = new Simulation({ seed: 1, ties: shuffles && by !== 'function' ? { shuffle: 5 } : 'inOrder' });
  const found: { us: number; ids: number[] }[] = [];
  const bucket: Destination = {
    deliver: ({ batches }, owner, tag) => {
      for (const { data, count } of batches) found.push({ us: sim.now, ids: [...data.subarray(0, count)] });
      sim.schedule(LATENCY_US, () => owner.onAnswer(tag, 'ok'), undefined);
    },
  };
  const transformer: Transformer = {
    invoke: ({ result }, owner, tag) => {
      result.fill(Result.ok);
      sim.schedule(FUNCTION_US, () => owner.onTransformed(tag, true), undefined);
    },
  };
  const settings = firehoseSettings({
    name: 'events',
    quota,
    outstanding: MANY,
    buffer: { bytes: MIB, intervalUs: INTERVAL_US },
    partitions: by === 'partitions' ? PARTITIONS : null,
    transform:
      by === 'function'
        ? { buffer: { bytes: FUNCTION_BYTES, intervalUs: FUNCTION_INTERVAL_US }, concurrency: MANY }
        : null,
  });
  const stream = new Type(sim, settings, { bucket, transformer, partitionOf: (id) => id % PARTITIONS });
  const records: Record[] = [];
  for (const { waitUs, bytes } of puts) {
    sim.run({ until: sim.now + waitUs });
    const id = records.length;
    if (stream.PutRecord({ Data: id, bytes }).error !== null) throw new Error('flush: a put was refused');
    records.push({ id, bytes, us: sim.now });
  }
  sim.run();
  const expected = expectedFlushes(by, records).map((flush) => ({
    us: flush.us,
    ids: flush.records.map(({ id }) => id),
  }));
  const [is, should] = [words(found), words(expected)];
  if (is.join('\n') !== should.join('\n'))
    throw new Error(
      `flush: ${by}: at the size or the interval, whichever is first:\n${is.join('\n')}\nnot\n${should.join('\n')}`,
    );
}

// --- fates ---

/** `silent`: has it, and no answer comes; `deaf`: hasn't, and none comes. */
type Mode = 'up' | 'down' | 'silent' | 'deaf';
type Who = 'bucket' | 'endpoint' | 'function';

export type Step =
  | { readonly do: 'put'; readonly count: number; readonly bytes: number }
  | { readonly do: 'wait'; readonly us: number }
  | { readonly do: 'mode'; readonly who: Who; readonly mode: Mode };

export interface FateGame {
  readonly destination: 's3' | 'redshift' | 'opensearch' | 'splunk' | 'http';
  readonly all: boolean;
  readonly extra: 'none' | 'function' | 'partitions' | 'conversion';
  readonly retryUs: number;
  readonly steps: readonly Step[];
}

export const fateGames: fc.Arbitrary<FateGame> = fc.record({
  destination: fc.constantFrom('s3', 'redshift', 'opensearch', 'splunk', 'http'),
  all: fc.boolean(),
  extra: fc.constantFrom('none', 'function', 'partitions', 'conversion'),
  retryUs: fc.constantFrom(0, 30 * SECOND, 700 * SECOND),
  steps: fc.array(
    fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({
          do: fc.constant('put' as const),
          count: fc.integer({ min: 1, max: 8 }),
          bytes: fc.constantFrom(1, 100_000, 400_000),
        }),
      },
      {
        weight: 4,
        arbitrary: fc.record({
          do: fc.constant('wait' as const),
          us: fc.constantFrom(SECOND, 10 * SECOND, 40 * SECOND, 400 * SECOND, HOUR, 26 * HOUR),
        }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          do: fc.constant('mode' as const),
          who: fc.constantFrom<Who[]>('bucket', 'endpoint', 'function'),
          mode: fc.constantFrom<Mode[]>('up', 'down', 'down', 'silent', 'deaf'),
        }),
      },
    ),
    { minLength: 2, maxLength: 25 },
  ),
});

/** What the reference knows of a destination, by itself. */
class Place implements Destination {
  readonly #sim: Simulation;
  readonly #check: (id: number, bytes: number, arrivedUs: number) => void;
  mode: Mode = 'up';
  /** By content and record, how often it has it; and how often it did not say so. */
  readonly has = new Map<string, number>();
  readonly kept = new Set<string>();
  readonly starts = new Map<number, number[]>();
  /** Waits between attempts at data, from answer (or time limit) to the next. */
  readonly waits = new Map<number, number>();
  readonly #overUs = new Map<number, number>();

  constructor(sim: Simulation, check: (id: number, bytes: number, arrivedUs: number) => void) {
    this.#sim = sim;
    this.#check = check;
  }

  timeoutUs = 0;

  deliver(delivery: Delivery, owner: DeliveryOwner, tag: number): void {
    const { number, content } = delivery;
    const { now } = this.#sim;
    if (content === 'data') this.#timeAttempt(number);
    const { mode } = this;
    if (mode === 'down') {
      this.#overUs.set(number, now);
      owner.onAnswer(tag, 'failed');
      return;
    }
    this.#overUs.set(number, now + this.timeoutUs);
    if (mode === 'deaf') return;
    delivery.retain();
    const arrive = (): void => {
      for (const { data, size, arrivedUs, count } of delivery.batches) {
        for (let i = 0; i < count; i++) {
          const id = data[i] as number;
          this.#check(id, size[i] as number, arrivedUs[i] as number);
          const key = `${content} ${id}`;
          this.has.set(key, (this.has.get(key) ?? 0) + 1);
          if (mode === 'silent') this.kept.add(key);
        }
      }
      delivery.release();
      if (mode === 'silent') return;
      this.#overUs.set(number, this.#sim.now);
      owner.onAnswer(tag, 'ok');
    };
    this.#sim.schedule(LATENCY_US, arrive, undefined);
  }

  #timeAttempt(number: number): void {
    const { now } = this.#sim;
    const overUs = this.#overUs.get(number);
    if (overUs !== undefined) this.waits.set(number, (this.waits.get(number) ?? 0) + now - overUs);
    this.starts.set(number, [...(this.starts.get(number) ?? []), now]);
  }
}

function resultOf(id: number): Result {
  if (id % 7 === 3) return Result.dropped;
  if (id % 7 === 4) return Result.processingFailed;
  return id % 7 === 5 ? Result.missing : Result.ok;
}

export function playFates({ destination, all, extra, retryUs, steps }: FateGame, Type = DeliveryStream): void {
  const sim = new Simulation({ seed: 1, maxEvents: 5e6 });
  const puts: Record[] = [];
  const check = (id: number, bytes: number, arrivedUs: number): void => {
    const put = puts[id];
    if (put?.bytes !== bytes || put.us !== arrivedUs)
      throw new Error(`record ${id} arrived as ${bytes} bytes of ${arrivedUs}, not as it was put`);
  };
  const bucket = new Place(sim, check);
  const endpoint = new Place(sim, check);
  let functionMode: Mode = 'up';
  const transformer: Transformer = {
    invoke: (invocation: Invocation, owner: TransformerOwner, tag: number) => {
      const { records, result } = invocation;
      if (functionMode === 'deaf' || functionMode === 'silent') return;
      const well = functionMode === 'up';
      const answer = (): void => {
        for (let i = 0; i < result.length; i++) result[i] = resultOf(records.data[i] as number);
        owner.onTransformed(tag, well);
      };
      sim.schedule(FUNCTION_US, answer, undefined);
    },
  };
  const ends = new Map<number, string[]>();
  const backups = new Map<number, string[]>();
  const isBucket = destination === 's3';
  const used = isBucket || extra === 'function' || extra === 'none' ? extra : 'none';
  const settings = firehoseSettings({
    name: 'events',
    quota,
    destination,
    outstanding: OUTSTANDING,
    retryUs,
    backup: all ? 'all' : 'failed',
    buffer: { bytes: (used === 'conversion' ? 64 : 1) * MIB, intervalUs: INTERVAL_US },
    backupBuffer: { bytes: MIB, intervalUs: INTERVAL_US },
    partitions: used === 'partitions' ? PARTITIONS : null,
    transform: used === 'function' ? { buffer: { bytes: FUNCTION_BYTES, intervalUs: FUNCTION_INTERVAL_US } } : null,
    conversion: used === 'conversion' ? { ratio: 1, usPerMiB: SECOND } : null,
  });
  bucket.timeoutUs = 60 * SECOND;
  endpoint.timeoutUs = settings.timeoutUs;
  const tell = (of: Map<number, string[]>, id: number, what: string): void => {
    of.set(id, [...(of.get(id) ?? []), what]);
  };
  const stream = new Type(sim, settings, {
    bucket,
    endpoint,
    transformer,
    partitionOf: (id) => (id % 11 === 0 ? -1 : id % (PARTITIONS + 1)),
    isConvertible: (id) => id % 5 !== 0,
    onDropped: (id) => tell(ends, id, 'dropped'),
    onEnd: ({ data, count }, content, fate) => {
      for (let i = 0; i < count; i++)
        tell(content === 'source-backup' ? backups : ends, data[i] as number, `${content} ${fate} ${sim.now}`);
    },
  });
  let longestUs = 0;
  let awayUs = -1;
  const setMode = (who: Who, mode: Mode): void => {
    if (who === 'function') functionMode = mode;
    else (who === 'bucket' ? bucket : endpoint).mode = mode;
    if (who !== 'bucket') return;
    if (mode !== 'up') awayUs = awayUs === -1 ? sim.now : awayUs;
    else if (awayUs !== -1) {
      longestUs = Math.max(longestUs, sim.now - awayUs);
      awayUs = -1;
    }
  };
  for (const step of steps) {
    if (step.do === 'wait') sim.run({ until: sim.now + step.us });
    else if (step.do === 'mode') setMode(step.who, step.mode);
    else {
      const first = puts.length;
      const Data = Array.from({ length: step.count }, (_, i) => first + i);
      for (const id of Data) puts.push({ id, bytes: step.bytes, us: sim.now });
      const output = stream.PutRecordBatch({ count: step.count, Data, bytes: Data.map(() => step.bytes) });
      if (output.error !== null || output.FailedPutCount > 0) throw new Error('a put was refused');
    }
  }
  for (const who of ['bucket', 'endpoint', 'function'] as const) setMode(who, 'up');
  sim.run();

  const mayLose = longestUs + 200 * SECOND >= 24 * HOUR;
  const main = isBucket ? bucket : endpoint;
  for (const { id } of puts) {
    const [end, ...more] = ends.get(id) ?? [];
    if (end === undefined || more.length > 0)
      throw new Error(`each record ends once: ${id} has ${[end, ...more].join(', ')}`);
    checkEnd(id, end);
    if (all) checkBackup(id);
    checkCopies(id);
  }
  checkRetries();

  function checkEnd(id: number, end: string): void {
    const [content = '', fate = ''] = end.split(' ');
    if (content === 'dropped') {
      if (used !== 'function' || resultOf(id) !== Result.dropped) throw new Error(`${id} was dropped by nobody`);
    } else if (fate === 'lost') {
      if (!mayLose || content === 'format-conversion-failed')
        throw new Error(`lost: ${id}, though S3 was away for ${longestUs / HOUR} h at most`);
    } else {
      const at = fate === 'delivered' ? main : bucket;
      if (!at.has.has(`${content} ${id}`)) throw new Error(`${id} is said to be ${content} ${fate}, and isn't there`);
    }
    const right =
      content === 'dropped' ||
      content === 'data' ||
      content === 'delivery-failed' ||
      content === errorOf(id) ||
      functionFailed(content);
    if (!right) throw new Error(`${id} ended as ${content}`);
    const must = errorOf(id);
    if (must !== null && used !== 'partitions' && content !== must && content !== 'dropped')
      throw new Error(`${id} should have ended as ${must}, not as ${content}`);
  }
  /** An invocation that failed as a whole. */
  function functionFailed(content: string): boolean {
    return (
      used === 'function' &&
      content === 'processing-failed' &&
      steps.some((step) => step.do === 'mode' && step.who === 'function')
    );
  }
  function errorOf(id: number): string | null {
    if (used === 'function' && (resultOf(id) === Result.missing || resultOf(id) === Result.processingFailed))
      return 'processing-failed';
    if (used === 'conversion' && id % 5 === 0) return 'format-conversion-failed';
    if (used === 'partitions') return id % 11 === 0 ? 'partitioning-failed' : 'partitions-exceeded';
    return null;
  }
  function checkBackup(id: number): void {
    const [end, ...more] = backups.get(id) ?? [];
    if (end === undefined || more.length > 0)
      throw new Error(`all are backed up: ${id} has ${[end, ...more].join(', ')}`);
    if (end.includes('backedUp') ? !bucket.has.has(`source-backup ${id}`) : !mayLose)
      throw new Error(`all are backed up: ${id} is ${end}`);
  }
  /** More than once only where an answer was lost. */
  function checkCopies(id: number): void {
    for (const place of [bucket, endpoint])
      for (const content of ['data', 'delivery-failed', 'source-backup', 'processing-failed']) {
        const key = `${content} ${id}`;
        if ((place.has.get(key) ?? 0) > 1 && !place.kept.has(key)) throw new Error(`twice without reason: ${key}`);
      }
    if (endpoint.has.has(`data ${id}`) && bucket.has.has(`delivery-failed ${id}`) && !endpoint.kept.has(`data ${id}`))
      throw new Error(`twice without reason: ${id} is at the endpoint and in backup`);
  }
  function checkRetries(): void {
    for (const [number, starts] of endpoint.starts) {
      const first = starts[0] as number;
      const last = starts.at(-1) as number;
      const counts = destination === 'opensearch' || destination === 'redshift';
      const tookUs = counts ? last - first : (endpoint.waits.get(number) ?? 0);
      if (!isBucket && tookUs > retryUs)
        throw new Error(`retry duration: delivery ${number} was tried for ${tookUs} µs of ${retryUs}`);
    }
  }
}
