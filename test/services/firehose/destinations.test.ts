import { describe, expect, test } from 'vitest';
import { Simulation } from '../../../src/kernel/index.ts';
import {
  type DestinationKind,
  DESTINATIONS,
  DeliveryStream,
  firehoseSettings,
  SimpleDestination,
} from '../../../src/services/firehose/index.ts';
import { Bench, HOUR, MIB, type Notebook, SECOND } from './harness.ts';

const soon = { buffer: { bytes: MIB, intervalUs: SECOND } };
/** When attempts began, seconds after the first. */
function gaps({ attempts }: Notebook): number[] {
  return attempts.map(({ us }) => (us - (attempts[0]?.us ?? 0)) / SECOND);
}
const failing = (bench: Bench, ...kinds: ('bucket' | 'endpoint')[]): Bench => {
  for (const kind of kinds) bench[kind].answer = () => 'failed';
  return bench;
};

describe('S3', () => {
  test('is tried again for 24 hours, after waits that double up to two minutes; then data is lost [firehose.s3-failure] [firehose.internal-retention]', () => {
    const bench = failing(new Bench(soon), 'bucket');
    bench.put(1);
    bench.after(2 * SECOND);
    bench.after(24 * HOUR - SECOND - 1);
    expect(bench.ends).toEqual([]);
    bench.after(10 * SECOND);
    expect(bench.ends).toMatchObject([{ us: 24 * HOUR + SECOND, fate: 'lost', data: [0] }]);
    expect(bench.total('LostRecords')).toBe(1);
    const times = gaps(bench.bucket);
    const waits = times.slice(1).map((time, i) => time - (times[i] as number));
    for (const [i, wait] of waits.entries()) {
      const nominal = Math.min(120, [1, 2, 4, 8, 16, 32, 64][i] ?? 120);
      expect(wait).toBeGreaterThanOrEqual(nominal * 0.85 - 1e-6);
      expect(wait).toBeLessThanOrEqual(nominal * 1.15);
    }
    expect(new Set(waits.slice(8)).size).toBeGreaterThan(100);
    expect(bench.mean('DeliveryToS3.Success')).toBe(0);
  });

  test('a write under way when the 24 hours end may still go well', () => {
    const bench = new Bench({ ...soon, retentionUs: 100 * SECOND });
    bench.bucket.answer = ({ attempt }) => (attempt < 7 ? 'failed' : 'ok');
    bench.bucket.latencyUs = 50 * SECOND;
    bench.put(1);
    bench.after(HOUR);
    expect(bench.fates()).toEqual(['0 lost']);
    const well = new Bench({ ...soon, retentionUs: 100 * SECOND });
    well.bucket.answer = ({ attempt }) => (attempt < 2 ? 'failed' : 'ok');
    well.bucket.latencyUs = 50 * SECOND;
    well.put(1);
    well.after(HOUR);
    expect(well.fates()).toEqual(['0 delivered']);
  });

  test('with a stream as source, data is kept as long as the stream keeps it, and its reader is told to wait', () => {
    const bench = failing(new Bench({ ...soon, source: 'KinesisStreamAsSource', retentionUs: 168 * HOUR }), 'bucket');
    bench.stream.accept({ count: 1, Data: [0], bytes: [1] });
    bench.after(100 * HOUR);
    expect([bench.ends, bench.stream.isBehind]).toEqual([[], true]);
    bench.bucket.answer = () => 'ok';
    bench.after(HOUR);
    expect([bench.fates(), bench.stream.isBehind]).toEqual([['0 delivered'], false]);
  });

  test('an answer that never came may have been a success: the object is there twice [firehose.guarantee]', () => {
    const sim = new Simulation({ seed: 1 });
    const got: number[] = [];
    const bucket = new SimpleDestination(sim, {
      name: 'bucket',
      onRecords: ({ batches }) => void got.push(batches[0]?.data[0] ?? -1),
    });
    const stream = new DeliveryStream(sim, firehoseSettings({ name: 'events', ...soon }), { bucket });
    const mend = bucket.loseAnswers();
    stream.PutRecord({ Data: 5, bytes: 1 });
    sim.run({ until: 10 * SECOND });
    mend();
    sim.run();
    expect(got).toEqual([5, 5]);
  });

  test('source records are backed up beside, and errors go there too', () => {
    const bench = new Bench({ ...soon, backup: 'all', backupBuffer: { bytes: MIB, intervalUs: 20 * SECOND } });
    bench.put(3);
    bench.after(30 * SECOND);
    expect(bench.bucket.attempts.map(({ us, content }) => [us / SECOND, content])).toEqual([
      [1, 'data'],
      [20, 'source-backup'],
    ]);
    expect([bench.total('BackupToS3.Records'), bench.total('BackupToS3.Bytes')]).toEqual([1, 3]);
    expect(bench.total('LostRecords')).toBe(0);
    expect(bench.metrics.values('BackupToS3.DataFreshness')).toEqual([0, -1]);
  });
});

describe('Redshift [firehose.redshift]', () => {
  const given = { destination: 'redshift' as const, ...soon };

  test('takes a COPY of all objects that wait, one after the other', () => {
    const bench = new Bench(given);
    bench.bucket.latencyUs = 0.4 * SECOND;
    bench.endpoint.latencyUs = 3 * SECOND;
    for (let i = 0; i < 6; i++) {
      bench.put(1);
      bench.after(SECOND);
    }
    bench.after(20 * SECOND);
    expect(bench.bucket.attempts.map(({ us }) => us / SECOND)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(bench.endpoint.attempts.map(({ us, data }) => [us / SECOND, data])).toEqual([
      [1.4, [0]],
      [4.4, [1, 2]],
      [7.4, [3, 4, 5]],
    ]);
    expect([bench.total('DeliveryToS3.Records'), bench.total('DeliveryToRedshift.Records')]).toEqual([6, 6]);
  });

  test('is tried again every five minutes of an hour from the first attempt on; then the objects stay in S3 [firehose.retry-duration]', () => {
    const bench = failing(new Bench(given), 'endpoint');
    bench.endpoint.latencyUs = 10 * SECOND;
    bench.put(1);
    bench.after(10 * SECOND);
    bench.put(1);
    bench.after(3700 * SECOND);
    const first = bench.endpoint.attempts.filter(({ data }) => data[0] === 0).map(({ us }) => (us - SECOND) / SECOND);
    expect(first.slice(0, 4)).toEqual([0, 310, 620, 930]);
    expect(first.at(-1)).toBe(3600);
    expect(bench.ends).toMatchObject([{ fate: 'skipped', data: [0], us: 3611 * SECOND }]);
    // What came meanwhile has its own turn.
    bench.endpoint.answer = () => 'ok';
    bench.after(HOUR);
    expect(bench.fates()).toEqual(['0 skipped', '1 delivered']);
    expect(bench.mean('DeliveryToRedshift.Success')).toBeLessThan(0.1);
  });
});

describe('OpenSearch [firehose.opensearch]', () => {
  const given = { destination: 'opensearch' as const, ...soon };

  test('is tried again every five minutes of its retry duration, then its documents go to S3 [firehose.retry-duration]', () => {
    const bench = failing(new Bench({ ...given, retryUs: 700 * SECOND }), 'endpoint');
    bench.put(1);
    bench.after(HOUR);
    expect(gaps(bench.endpoint)).toEqual([0, 300, 600, 700]);
    expect(bench.bucket.attempts).toMatchObject([
      { us: 701 * SECOND, content: 'delivery-failed', prefix: 'AmazonOpenSearchService_failed/', data: [0] },
    ]);
    expect(bench.fates('delivery-failed')).toEqual(['0 backedUp']);
    expect(bench.metrics.values('DeliveryToAmazonOpenSearchService.DataFreshness')).toEqual([0, -1]);
  });

  test('its default is once again after 300 s, and 0 means not at all', () => {
    const attempts = (retryUs?: number): number[] => {
      const bench = failing(new Bench({ ...given, ...(retryUs === undefined ? {} : { retryUs }) }), 'endpoint');
      bench.put(1);
      bench.after(HOUR);
      return gaps(bench.endpoint);
    };
    expect([attempts(), attempts(0)]).toEqual([[0, 300], [0]]);
  });

  test('counts the time that answers take', () => {
    const bench = failing(new Bench({ ...given, retryUs: 300 * SECOND }), 'endpoint');
    bench.endpoint.answer = () => null;
    bench.put(1);
    bench.after(HOUR);
    // 60 s without an answer, and the rest of 300 s.
    expect(gaps(bench.endpoint)).toEqual([0, 300]);
    expect(bench.fates('delivery-failed')).toEqual(['0 backedUp']);
  });
});

describe('Splunk and HTTP endpoints [firehose.splunk-http]', () => {
  test.each<[DestinationKind, number]>([
    ['splunk', 600],
    ['http', 180],
    ['datadog', 180],
  ])(
    '%s: waits for an answer do not count, waits between attempts do [firehose.ack-timeout]',
    (destination, seconds) => {
      const bench = new Bench({ destination, ...soon, retryUs: 10 * SECOND, timeoutUs: seconds * SECOND });
      bench.endpoint.answer = () => null;
      bench.put(1);
      bench.after(2 * HOUR);
      const times = gaps(bench.endpoint);
      // Waits of 1, 2, 4 s, give or take 15 %, and what is left of 10 s.
      expect(times).toHaveLength(5);
      expect(times.at(-1)).toBeCloseTo(4 * seconds + 10, 6);
      expect(bench.ends).toMatchObject([{ fate: 'backedUp', us: (5 * seconds + 11) * SECOND }]);
      expect(bench.bucket.attempts).toMatchObject([{ prefix: DESTINATIONS[destination].failedPrefix }]);
    },
  );

  test('the timer starts anew with each attempt, and an answer at its end is in time', () => {
    const bench = new Bench({ destination: 'http', ...soon });
    let attempts = 0;
    bench.endpoint.answer = () => (attempts++ === 0 ? null : 'ok');
    bench.endpoint.latencyUs = 180 * SECOND;
    bench.put(1);
    bench.after(HOUR);
    expect(bench.fates()).toEqual(['0 delivered']);
    expect(bench.endpoint.attempts.map(({ number, attempt }) => [number, attempt])).toEqual([
      [0, 1],
      [0, 2],
    ]);
    expect([
      bench.total('DeliveryToHttpEndpoint.ProcessedRecords'),
      bench.total('DeliveryToHttpEndpoint.Records'),
    ]).toEqual([2, 1]);
    expect(bench.mean('DeliveryToHttpEndpoint.Success')).toBe(0.5);
  });

  test('what was backed up after an answer was lost may be at the endpoint too', () => {
    const sim = new Simulation({ seed: 1 });
    const there: string[] = [];
    const destination = (name: string) =>
      new SimpleDestination(sim, { name, onRecords: ({ content }) => void there.push(`${name}: ${content}`) });
    const endpoint = destination('endpoint');
    endpoint.loseAnswers();
    const settings = firehoseSettings({ name: 'events', destination: 'splunk', retryUs: 0 });
    const stream = new DeliveryStream(sim, settings, { bucket: destination('bucket'), endpoint });
    stream.PutRecord({ Data: 1, bytes: 1 });
    sim.run();
    expect(there).toEqual(['endpoint: data', 'bucket: delivery-failed']);
  });

  test('413 of an HTTP endpoint is final, and nothing of it is kept; elsewhere it is a failure like others', () => {
    const fates = (destination: DestinationKind): string[] => {
      const bench = new Bench({ destination, ...soon, retryUs: 0 });
      bench.endpoint.answer = () => 'tooLarge';
      bench.put(1);
      bench.after(HOUR);
      return [...bench.fates(), ...bench.fates('delivery-failed')];
    };
    expect([fates('http'), fates('splunk')]).toEqual([['0 lost'], ['0 backedUp']]);
  });

  test('Splunk tells how long acknowledgments take', () => {
    const bench = new Bench({ destination: 'splunk', ...soon });
    bench.endpoint.latencyUs = 20 * SECOND;
    bench.put(1);
    bench.after(HOUR);
    expect(bench.metrics.values('DeliveryToSplunk.DataAckLatency')).toEqual([20]);
  });
});

test('Snowflake is tried again for 60 s, then S3 takes it', () => {
  const bench = failing(new Bench({ destination: 'snowflake' }), 'endpoint');
  bench.put(1);
  bench.after(HOUR);
  expect(gaps(bench.endpoint).at(-1)).toBeCloseTo(60, 6);
  expect(bench.fates('delivery-failed')).toEqual(['0 backedUp']);
});

describe('backup modes [firehose.backup-modes]', () => {
  test.each<[DestinationKind, readonly string[]]>([
    ['s3', ['Disabled', 'Enabled']],
    ['redshift', ['Disabled', 'Enabled']],
    ['opensearch', ['FailedDocumentsOnly', 'AllDocuments']],
    ['splunk', ['FailedEventsOnly', 'AllEvents']],
    ['http', ['FailedDataOnly', 'AllData']],
    ['snowflake', ['FailedDataOnly', 'AllData']],
  ])('of %s: %s', (destination, [failed, all]) => {
    const mode = (backup: 'failed' | 'all'): string =>
      new Bench({ destination, backup }).stream.DescribeDeliveryStream().S3BackupMode;
    expect([mode('failed'), mode('all')]).toEqual([failed, all]);
    const bench = new Bench({ destination, ...soon, backup: 'all' });
    bench.put(1, 1);
    bench.after(HOUR);
    expect([bench.fates(), bench.fates('source-backup')]).toEqual([
      ['0 delivered', '1 delivered'],
      ['0 backedUp', '1 backedUp'],
    ]);
  });
});

describe('while neither the destination nor S3 takes it', () => {
  test('delivery stands still, and goes on when S3 is back', () => {
    const bench = failing(new Bench({ destination: 'http', ...soon, retryUs: 0 }), 'bucket', 'endpoint');
    bench.put(1);
    bench.after(10 * SECOND);
    bench.put(1);
    bench.after(HOUR);
    expect(bench.endpoint.attempts).toHaveLength(1);
    bench.bucket.answer = () => 'ok';
    bench.endpoint.answer = () => 'ok';
    bench.after(HOUR);
    expect([bench.fates('delivery-failed'), bench.fates()]).toEqual([['0 backedUp'], ['1 delivered']]);
  });

  test('and after 24 hours what waits is lost', () => {
    const bench = failing(new Bench({ destination: 'http', ...soon, retryUs: 0 }), 'bucket', 'endpoint');
    bench.put(1);
    bench.after(26 * HOUR);
    expect(bench.fates('delivery-failed')).toEqual(['0 lost']);
  });
});

describe('format conversion', () => {
  const given = { conversion: { ratio: 0.5, usPerMiB: SECOND }, buffer: { bytes: 64 * MIB, intervalUs: SECOND } };

  test('takes time, and changes what is written [firehose.format-conversion]', () => {
    const bench = new Bench(given);
    bench.put(MIB / 2, MIB / 2);
    bench.after(10 * SECOND);
    expect(bench.bucket.attempts).toMatchObject([{ us: 2 * SECOND, bytes: MIB / 2 }]);
    expect([bench.total('SucceedConversion.Records'), bench.total('SucceedConversion.Bytes')]).toEqual([2, MIB]);
  });

  test('what can not be converted goes to errors; while that fails, it is tried for ever and nothing else is delivered [firehose.conversion-failure]', () => {
    const bench = new Bench(
      { ...given, backupBuffer: { bytes: MIB, intervalUs: SECOND } },
      { isConvertible: (data) => data !== 0 },
    );
    bench.bucket.answer = ({ content }) => (content === 'data' ? 'ok' : 'failed');
    bench.put(1);
    bench.after(5 * SECOND);
    bench.put(1);
    bench.after(30 * HOUR);
    expect([bench.ends, bench.stream.isBehind]).toEqual([[], true]);
    bench.bucket.answer = () => 'ok';
    bench.after(HOUR);
    expect([bench.fates(), bench.fates('format-conversion-failed')]).toEqual([['1 delivered'], ['0 backedUp']]);
    expect([bench.total('FailedConversion.Records'), bench.total('FailedConversion.Bytes')]).toEqual([1, 1]);
  });
});

test.each<[string, DestinationKind, number]>([
  ['UNCOMPRESSED', 's3', 1],
  ['GZIP', 's3', 0.2],
  ['ZIP', 's3', 0.2],
  ['Snappy', 's3', 0.35],
  ['HADOOP_SNAPPY', 's3', 0.35],
  ['GZIP', 'redshift', 0.2],
  ['GZIP', 'http', 0.2],
])('%s for %s writes %s of the bytes [firehose.compression]', (format, destination, ratio) => {
  const bench = new Bench({ ...soon, destination, compression: { format: format as 'GZIP' } });
  bench.put(1000, 1000);
  bench.after(10 * SECOND);
  expect(bench.main.attempts[0]?.bytes).toBe(2000 * ratio);
});

describe('the simple destination', () => {
  test('fails by chance, while it is down, and says what is too large', () => {
    const sim = new Simulation({ seed: 3 });
    const answers: string[] = [];
    const destination = new SimpleDestination(sim, {
      name: 'endpoint',
      failureRate: 0.3,
      maxBytes: MIB,
      latency: { kind: 'uniform', min: SECOND, max: 2 * SECOND },
      usPerMiB: SECOND,
    });
    const offer = (number: number, bytes: number): void => {
      const hold = (): void => {};
      const delivery = { number, content: 'data', prefix: '', attempt: 1, batches: [], records: 0, bytes } as const;
      const owner = { onAnswer: (_tag: number, answer: string) => void answers.push(`${answer} ${sim.now}`) };
      destination.deliver({ ...delivery, retain: hold, release: hold }, owner, 0);
    };
    const up = [destination.takeDown(), destination.takeDown()];
    for (let i = 0; i < 10; i++) offer(i, 1);
    expect(new Set(answers.splice(0))).toEqual(new Set(['failed 0']));
    for (const back of up) back();
    for (let i = 0; i < 1000; i++) offer(i, MIB + 1);
    const failed = answers.splice(0).filter((answer) => answer === 'failed 0').length;
    expect(failed).toBeGreaterThan(240);
    expect(failed).toBeLessThan(360);
    for (let i = 0; i < 100; i++) offer(i, MIB);
    sim.run();
    const ok = answers.filter((answer) => answer.startsWith('ok')).map((answer) => Number(answer.slice(3)) / SECOND);
    expect(Math.min(...ok)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...ok)).toBeLessThanOrEqual(3);
  });
});
