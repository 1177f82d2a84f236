import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/index.ts';
import { resolve } from '../support/street.ts';

interface Parts {
  readonly traffic?: string;
  readonly stream?: string;
  readonly reader?: string;
  readonly rest?: string;
}

function text({
  traffic = 'rate: 10/s, key: { uniform: { keys: 10 } }',
  stream = '',
  reader = 'handler: {}',
  rest = '',
}: Parts): string {
  return `seed: 1
horizon: 1m
traffic: { t: { ${traffic} } }
designs:
  d:
    traffic: { t: events }
    resources:
      events: { type: kinesis${stream === '' ? '' : `, ${stream}`} }
      reader: { type: consumer, source: events, ${reader} }
      queue: { type: sqs }
      worker: { type: consumer, source: queue, handler: {} }
${rest}`;
}

/** Codes, paths and expectations of all errors. */
function errorsOf(parts: Parts): string[] {
  const outcome = parseScenario(text(parts), { file: 'test.yaml', name: 'test', readText: () => undefined });
  return outcome.ok ? [] : outcome.errors.map(({ code, path, expected }) => `${code} ${path}: ${expected}`);
}

function settingsOf(parts: Parts, name: string): unknown {
  return resolve(text(parts)).designs[0]?.resources.find((one) => one.name === name);
}

describe('a stream', () => {
  test('has AWS’s defaults', () => {
    expect(settingsOf({}, 'events')).toMatchObject({
      type: 'kinesis',
      streamMode: 'provisioned',
      shards: 1,
      retentionPeriodUs: 86_400_000_000,
      maxRecordSizeBytes: 1_048_576,
      recordDistribution: 'USER_PARTITION_KEY',
      keySalt: 1,
      reshard: [],
    });
    expect(settingsOf({ stream: 'streamMode: on-demand' }, 'events')).toMatchObject({ shards: 4 });
  });

  test('takes batches of 500, traffic without a key where it ignores keys, and what an operator does', () => {
    expect(errorsOf({ traffic: 'rate: 10/s, key: a, batch: { size: 500, linger: 1s }' })).toEqual([]);
    expect(errorsOf({ traffic: 'rate: 10/s', stream: 'streamMode: on-demand, recordDistribution: AUTO' })).toEqual([]);
    const reshard = 'reshard: [ { at: 1s, shards: 8 }, { at: 2s, split: hottest }, { at: 3s, merge: coldest } ]';
    expect(settingsOf({ stream: reshard }, 'events')).toMatchObject({
      reshard: [
        { kind: 'updateShardCount', atUs: 1e6, shards: 8 },
        { kind: 'splitHottest', atUs: 2e6 },
        { kind: 'mergeColdest', atUs: 3e6 },
      ],
    });
  });

  const REFUSED: readonly (readonly [parts: Parts, expected: RegExp])[] = [
    [{ traffic: 'rate: 10/s' }, /^missing traffic\.t\.key: a key for each request, .* in the stream events/],
    [{ traffic: 'rate: 10/s, key: a, batch: { size: 501, linger: 1s }' }, /^out-of-range traffic\.t\.batch\.size/],
    [{ traffic: 'rate: 10/s, key: a, size: 1MiB' }, /^out-of-range traffic\.t\.size: a record of less than 1048576 B/],
    [
      { traffic: 'rate: 10/s, key: { uniform: { keys: 20000000 } }' },
      /^out-of-range traffic\.t\.key: at most 16000000/,
    ],
    [
      { traffic: 'rate: 10/s, key: { uniform: { keys: 2000000 } }', stream: 'keySalt: 10' },
      /^out-of-range traffic\.t\.key: at most 16000000 partition keys in a stream, salted/,
    ],
    [{ stream: 'recordDistribution: AUTO' }, /^misfit .*events\.recordDistribution: AUTO only beside/],
    [{ stream: 'streamMode: on-demand, reshard: [ { at: 1s, shards: 8 } ]' }, /^misfit .*events\.reshard: no reshard/],
    [{ stream: 'reshard: [ { at: 1s } ]' }, /^one-of .*events\.reshard\.0: one of shards, split or merge/],
    [{ stream: 'retentionPeriod: 23h' }, /^out-of-range .*events\.retentionPeriod/],
    [{ stream: 'retentionPeriod: 24h30m' }, /^out-of-range .*events\.retentionPeriod: whole hours/],
    [{ stream: 'maxRecordSize: 11MiB' }, /^out-of-range .*events\.maxRecordSize/],
    [{ reader: 'handler: {}, batchSize: 10' }, /^misfit .*reader\.batchSize: no batchSize: events is a stream/],
    [
      { reader: 'handler: {}, autoscaling: { min: 1, max: 2, target: { metric: utilisation, value: 50% } }' },
      /^misfit .*reader\.autoscaling: no autoscaling: events is a stream/,
    ],
    [
      { reader: 'handler: {}, startingPosition: { at: 10s }' },
      /^out-of-range .*startingPosition\.at: an instant before/,
    ],
    [{ reader: 'handler: {}, startingPosition: OLDEST' }, /^wrong-type .*startingPosition: TRIM_HORIZON, LATEST or/],
    [{ reader: 'handler: {}, fanOut: true, limit: 10' }, /^misfit .*reader\.limit: no limit beside fanOut: true/],
    [{ reader: 'handler: {}, onFailure: skip, retryDelay: 1s' }, /^misfit .*reader\.retryDelay: no retryDelay/],
    [
      { rest: 'faults: [ { at: 1s, resource: events, crash: 50% } ]' },
      /^misfit faults\.0\.crash: .* happen to a kinesis/,
    ],
    [{ rest: 'faults: [ { at: 1s, resource: queue, throttle: 50% } ]' }, /^misfit faults\.0\.throttle/],
  ];
  test.each(REFUSED)('%j is refused', (parts, expected) => {
    const errors = errorsOf(parts);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(expected);
  });

  test('is read by consumers, and by no more than twenty that are pushed to', () => {
    const readers = Array.from(
      { length: 21 },
      (_, i) => `      r${i}: { type: consumer, source: events, fanOut: true, handler: {} }`,
    ).join('\n');
    const many = text({}).replace('      queue:', `${readers}\n      queue:`);
    const outcome = parseScenario(many, { file: 'test.yaml', name: 'test', readText: () => undefined });
    expect(outcome.ok ? [] : outcome.errors.map(({ message }) => message)).toEqual([
      expect.stringContaining('at most 20 readers with fanOut: true; events has 21'),
    ]);
  });

  test('has what each reader made of it in objectives, and metrics with a dot in their names', () => {
    const parts = {
      rest: `objectives:
  - completion.p99 of events.reader < 2s
  - metrics.GetRecords.IteratorAgeMilliseconds.max of resource events < 60s
  - metrics.OpenShardCount.mean of resource events == 1`,
    };
    expect(resolve(text(parts)).objectives.map(({ subject, limit }) => ({ ...subject, limit }))).toEqual([
      { kind: 'subscription', topic: 'events', to: 'reader', field: 'completionMs', statistic: 'p99', limit: 2000 },
      {
        kind: 'metric',
        resource: 'events',
        metric: 'GetRecords.IteratorAgeMilliseconds',
        statistic: 'max',
        limit: 60_000,
      },
      { kind: 'metric', resource: 'events', metric: 'OpenShardCount', statistic: 'mean', limit: 1 },
    ]);
    const wrong = (that: string): string[] => errorsOf({ rest: `objectives: [ "${that}" ]` });
    expect(wrong('metrics.GetRecords.IteratorAge.max of resource events < 60s')[0]).toContain('GetRecords.Bytes');
    expect(wrong('completion.p99 of events.raeder < 2s')[0]).toContain('events.reader');
  });
});

describe('a consumer of a queue', () => {
  test.each([
    'reader: sdk',
    'startingPosition: LATEST',
    'from: 1s',
    'idleTimeBetweenReads: 1s',
    'limit: 10',
    'fanOut: true',
    'onFailure: skip',
    'retryDelay: 1s',
  ])('has no %s', (key) => {
    const wrong = text({}).replace('source: queue,', `source: queue, ${key},`);
    const outcome = parseScenario(wrong, { file: 'test.yaml', name: 'test', readText: () => undefined });
    const name = key.split(':')[0] ?? '';
    expect(outcome.ok ? [] : outcome.errors.map(({ path, expected }) => `${path}: ${expected}`)).toEqual([
      `designs.d.resources.worker.${name}: no ${name}: queue is a queue; only a consumer of a stream has it`,
    ]);
  });

  test('shows no setting of a stream, and one of a stream none of a queue', () => {
    const [queue, stream] = [settingsOf({}, 'worker'), settingsOf({}, 'reader')] as [object, object];
    expect(['stream' in queue, 'batchSize' in queue]).toEqual([false, true]);
    expect(['stream' in stream, 'batchSize' in stream]).toEqual([true, false]);
  });
});
