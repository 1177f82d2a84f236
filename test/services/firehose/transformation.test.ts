import { describe, expect, test } from 'vitest';
import {
  type Invocation,
  type TransformerOwner,
  Result,
  type Transformer,
  type TransformSettings,
} from '../../../src/services/firehose/index.ts';
import { Bench, MIB, SECOND } from './harness.ts';

/** A function that answers after some time, `well` and with a result for each record as asked. */
class Fake implements Transformer {
  readonly invocations: { readonly us: number; readonly data: number[]; readonly attempt: number }[] = [];
  bench: Bench | null = null;
  us = SECOND;
  well: (attempt: number) => boolean | null = () => true;
  say: (invocation: Invocation) => void = ({ result }) => void result.fill(Result.ok);

  invoke(invocation: Invocation, owner: TransformerOwner, tag: number): void {
    const { sim } = this.bench as Bench;
    const { records, attempt } = invocation;
    this.invocations.push({ us: sim.now, data: [...records.data.subarray(0, records.count)], attempt });
    const well = this.well(attempt);
    const answer = (): void => {
      if (well === true) this.say(invocation);
      owner.onTransformed(tag, well === true);
    };
    if (well !== null) sim.schedule(this.us, answer, undefined);
  }
}

function made(transform: Partial<TransformSettings> = {}, given = {}): { bench: Bench; fake: Fake } {
  const fake = new Fake();
  const settings = { buffer: { bytes: MIB, intervalUs: SECOND }, transform, ...given };
  const bench = new Bench(settings, { transformer: fake });
  fake.bench = bench;
  return { bench, fake };
}

const errorsOf = (bench: Bench): number[] => bench.bucket.of('processing-failed').flatMap(({ data }) => data);
const dataOf = (bench: Bench): number[] => bench.main.of('data').flatMap(({ data }) => data);

describe('records are collected for the function [firehose.transform-buffer]', () => {
  test('to 1 MB or 60 s; for Splunk and Snowflake to 256 KB, for Snowflake to 30 s', () => {
    const hints = (destination: 's3' | 'splunk' | 'snowflake') => {
      const { transform } = new Bench({ destination, transform: {} }, { transformer: new Fake() }).settings;
      return [transform?.buffer.bytes, (transform?.buffer.intervalUs ?? 0) / SECOND, transform?.retries];
    };
    expect([hints('s3'), hints('splunk'), hints('snowflake')]).toEqual([
      [1_000_000, 60, 3],
      [256_000, 60, 3],
      [256_000, 30, 3],
    ]);
  });

  test('by size or interval, whichever comes first; then they wait in the buffer of the destination', () => {
    const { bench, fake } = made({}, { buffer: { bytes: MIB, intervalUs: 200 * SECOND } });
    bench.put(600_000, 399_999);
    expect(fake.invocations).toEqual([]);
    bench.put(1, 5);
    expect(fake.invocations).toEqual([{ us: 0, data: [0, 1, 2], attempt: 1 }]);
    bench.after(60 * SECOND);
    expect(fake.invocations.slice(1)).toEqual([{ us: 60 * SECOND, data: [3], attempt: 1 }]);
    bench.after(10 * SECOND);
    expect(dataOf(bench)).toEqual([]);
    bench.after(130 * SECOND);
    expect(dataOf(bench)).toEqual([0, 1, 2, 3]);
  });

  test('with so many invocations at once; more wait, in a buffer that grows to 3 MB', () => {
    const { bench, fake } = made({ concurrency: 1 });
    bench.put(...new Array<number>(10).fill(500_000));
    // Two records are with it, six in a batch that is as large as it may be, two in one that is as large as it should be.
    const sizes = (): number[] => fake.invocations.map(({ data }) => data.length);
    expect(sizes()).toEqual([2]);
    bench.after(SECOND);
    expect(sizes()).toEqual([2, 6]);
    bench.after(SECOND);
    expect(sizes()).toEqual([2, 6, 2]);
    expect(made({}, { destination: 'splunk' }).bench.settings.transform?.concurrency).toBe(10);
    expect(made().bench.settings.transform?.concurrency).toBe(5);
  });
});

test('Ok goes on as the function has it, Dropped ends, ProcessingFailed and missing go to errors as they came [firehose.transform-result]', () => {
  const dropped: number[] = [];
  const fake = new Fake();
  const bench = new Bench(
    { buffer: { bytes: MIB, intervalUs: 100 * SECOND }, transform: {} },
    { transformer: fake, onDropped: (data) => void dropped.push(data) },
  );
  fake.bench = bench;
  fake.say = ({ result, data, bytes }) => {
    result.set([Result.ok, Result.dropped, Result.processingFailed]);
    data.fill(99);
    bytes.fill(7);
  };
  bench.put(10, 20, 30, 40);
  bench.after(400 * SECOND);
  expect(bench.bucket.of('data')).toMatchObject([{ data: [99], bytes: 7 }]);
  expect(dropped).toEqual([1]);
  expect(bench.bucket.of('processing-failed')).toMatchObject([
    { data: [2, 3], bytes: 70, prefix: 'processing-failed/' },
  ]);
  expect([bench.total('SucceedProcessing.Records'), bench.total('SucceedProcessing.Bytes')]).toEqual([2, 30]);
  expect(bench.total('BackupToS3.Records')).toBe(2);
  expect(bench.metrics.values('ExecuteProcessing.Duration')).toEqual([1000]);
});

describe('an invocation that fails', () => {
  test('is repeated three times; then its batch is skipped, to processing-failed/ [firehose.transform-limits]', () => {
    const { bench, fake } = made();
    fake.well = () => false;
    bench.put(1, 1);
    bench.after(400 * SECOND);
    expect(fake.invocations.map(({ us, attempt }) => [us / SECOND, attempt])).toEqual([
      [60, 1],
      [62, 2],
      [64, 3],
      [66, 4],
    ]);
    expect(bench.bucket.of('processing-failed').map(({ data }) => data)).toEqual([[0, 1]]);
    expect(bench.mean('ExecuteProcessing.Success')).toBe(0);
    expect(dataOf(bench)).toEqual([]);
  });

  test('and goes well after all is over', () => {
    const { bench, fake } = made({ retries: 1 });
    fake.well = (attempt) => attempt === 2;
    bench.put(1);
    bench.after(100 * SECOND);
    expect(dataOf(bench)).toEqual([0]);
    expect(bench.mean('ExecuteProcessing.Success')).toBe(0.5);
  });

  test('without an answer in five minutes, which comes later and is ignored [firehose.transform-limits]', () => {
    const { bench, fake } = made({ retries: 0 });
    fake.us = 300 * SECOND + 1;
    bench.put(1);
    bench.after(800 * SECOND);
    expect([dataOf(bench), errorsOf(bench)]).toEqual([[], [0]]);
    const inTime = made({ retries: 0 });
    inTime.fake.us = 300 * SECOND;
    inTime.bench.put(1);
    inTime.bench.after(800 * SECOND);
    expect([dataOf(inTime.bench), errorsOf(inTime.bench)]).toEqual([[0], []]);
  });

  test('with an answer above 6 MB in base64 [firehose.transform-limits]', () => {
    // 4.5 MiB are 6 MiB in base64.
    const answered = (bytes: number): number[] => {
      const { bench, fake } = made({ retries: 0 });
      fake.say = (invocation) => {
        invocation.result.fill(Result.ok);
        invocation.bytes.fill(bytes);
      };
      bench.put(1);
      bench.after(400 * SECOND);
      return errorsOf(bench);
    };
    expect([answered(4.5 * MIB), answered(4.5 * MIB + 1)]).toEqual([[], [0]]);
  });

  test('and what is too large for any invocation is not even tried', () => {
    const { bench, fake } = made({}, { source: 'MSKAsSource' });
    bench.stream.accept({ count: 1, Data: [0], bytes: [5 * MIB] });
    bench.after(400 * SECOND);
    expect([fake.invocations.length, errorsOf(bench)]).toEqual([0, [0]]);
  });
});

test('freshness counts from when a record came, whatever the function takes', () => {
  const { bench, fake } = made();
  fake.us = 10 * SECOND;
  bench.after(5 * SECOND);
  bench.put(1);
  bench.after(100 * SECOND);
  expect(bench.metrics.values('DeliveryToS3.DataFreshness')).toEqual([5 * SECOND, -1]);
  expect(bench.ends.map(({ us }) => us / SECOND)).toEqual([71]);
});
