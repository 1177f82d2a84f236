import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/index.ts';
import { resolve } from '../support/street.ts';

interface Parts {
  readonly traffic?: string;
  readonly entry?: string;
  readonly firehose?: string;
  readonly rest?: string;
}

function text({ traffic = 'rate: 10/s, key: a', entry = 'f', firehose = '', rest = '' }: Parts): string {
  return `seed: 1
horizon: 1m
traffic: { t: { ${traffic} } }
designs:
  d:
    traffic: { t: ${entry} }
    resources:
      f: { type: firehose${firehose === '' ? '' : `, ${firehose}`} }
      s: { type: kinesis }
      q: { type: sqs }
      e: { type: sink }
      topic: { type: sns, subscriptions: [ { to: f } ] }
${rest}`;
}

function errorsOf(parts: Parts): string[] {
  const outcome = parseScenario(text(parts), { file: 'test.yaml', name: 'test', readText: () => undefined });
  return outcome.ok ? [] : outcome.errors.map(({ code, path, expected }) => `${code} ${path}: ${expected}`);
}

const settingsOf = (firehose: string): unknown =>
  resolve(text({ firehose })).designs[0]?.resources.find(({ name }) => name === 'f');

describe('a delivery stream', () => {
  test('has AWS’s defaults, those of its destination', () => {
    expect(settingsOf('')).toMatchObject({
      type: 'firehose',
      source: null,
      destination: 's3',
      to: null,
      buffer: { bytes: 5_242_880, intervalUs: 300_000_000 },
      backup: 'failed',
      transform: null,
      partitions: null,
      conversion: null,
    });
    expect(settingsOf('destination: splunk')).toMatchObject({
      buffer: { bytes: 5_242_880, intervalUs: 60_000_000 },
      retryUs: 300_000_000,
      timeoutUs: 180_000_000,
    });
    expect(settingsOf('conversion: {}')).toMatchObject({ buffer: { bytes: 134_217_728 }, conversion: { ratio: 0.2 } });
    expect(settingsOf('transform: {}')).toMatchObject({
      transform: { buffer: { bytes: 1e6, intervalUs: 60_000_000 }, retries: 3, concurrency: 5 },
    });
    expect(settingsOf('partitioning: {}')).toMatchObject({ partitions: 500 });
    expect(settingsOf('compression: { format: GZIP, ratio: 10% }')).toMatchObject({
      compression: { format: 'GZIP', ratio: 0.1, usPerMiB: 20_000 },
    });
  });

  const REFUSED: readonly (readonly [parts: Parts, expected: RegExp])[] = [
    [{ firehose: 'buffering: { size: 200MiB }' }, /^out-of-range .*\.f: 1 to 128 for s3, not buffer of 200 MiB/],
    [{ firehose: 'buffering: { interval: 20m }' }, /^out-of-range .*\.f\.buffering\.interval/],
    [{ firehose: 'destination: splunk, buffering: { interval: 2m }' }, /^out-of-range .*: 0 to 60 for splunk/],
    [{ firehose: 'conversion: {}, buffering: { size: 5MiB }' }, /^out-of-range .*: 64 to 128 for s3/],
    [{ firehose: 'destination: http, conversion: {}, buffering: { size: 64MiB }' }, /^out-of-range .*: S3, not http/],
    [{ firehose: 'destination: http, partitioning: {}' }, /^out-of-range .*: S3, not http/],
    [{ firehose: 'retryDuration: 5m' }, /^misfit .*\.f\.retryDuration: no retryDuration with S3/],
    [{ firehose: 'destination: http, retryDuration: 3h' }, /^out-of-range .*\.retryDuration/],
    [{ firehose: 'backupBuffering: { interval: 0s }' }, /^out-of-range .*: more than 0, at most 900/],
    [
      { firehose: 'transform: { failedRecords: 60%, droppedRecords: 60% }' },
      /^out-of-range .*\.transform\.droppedRecords/,
    ],
    [{ firehose: 'to: q' }, /^wrong-reference .*\.f\.to: a service or a sink; q is an sqs queue/],
    [{ firehose: 'destination: http, bucket: nobody' }, /^unknown-reference .*\.f\.bucket/],
    [{ firehose: 'source: q', entry: 'q' }, /^wrong-reference .*\.f\.source: a kinesis stream; q is an sqs queue/],
    [{ firehose: 'source: s' }, /^wrong-reference designs\.d\.traffic\.t: another resource, or no source on f/],
    [{ firehose: 'source: s', entry: 's' }, /^wrong-reference .*\.topic\.subscriptions\.0\.to: another resource/],
    [{ traffic: 'rate: 1/s, size: 2MiB' }, /^out-of-range traffic\.t\.size: a record of at most 1000KiB/],
    [{ traffic: 'rate: 1/s', firehose: 'partitioning: {}' }, /^missing traffic\.t\.key: a key for each request/],
    [{ rest: 'faults: [ { at: 1s, resource: f, crash: 50% } ]' }, /^misfit faults\.0\.crash/],
  ];
  test.each(REFUSED)('refuses %j', (parts, expected) => {
    expect(errorsOf(parts).filter((error) => expected.test(error))).toHaveLength(1);
  });

  test('says in the report what it rests on', () => {
    const { assumptions } = resolve(text({ firehose: 'vpc: true, compression: { format: GZIP }' }));
    const texts = assumptions.filter(({ about }) => about.includes('f')).map(({ text: said }) => said);
    for (const part of [
      /work is completed when it is at the destination/,
      /An interval begins/,
      /it is always there/,
      /A put takes 10ms/,
      /Limits on puts rise/,
      /Hours of its endpoints/,
    ])
      expect(texts.filter((said) => part.test(said))).toHaveLength(1);
  });
});
