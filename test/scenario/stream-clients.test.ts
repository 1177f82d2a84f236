import { describe, expect, test } from 'vitest';
import { errorsOf, resolved } from './base.ts';

/** A consumer `w` with the settings given, of a stream or of a queue. */
function text(consumer: string, source = 's', faults = ''): string {
  return `seed: 1
horizon: 1m
traffic: { orders: { rate: 1/s, key: one } }
designs:
  a:
    traffic: { orders: s }
    resources:
      s: { type: kinesis }
      q: { type: sqs }
      w: { type: consumer, source: ${source}, handler: { time: 1ms }, ${consumer} }
${faults}`;
}
const told = (yaml: string): (readonly [string, string])[] => errorsOf(yaml).map(({ code, path }) => [code, path]);
const at = (setting: string): string => `designs.a.resources.w.${setting}`;

describe('a consumer with KCL', () => {
  test('has its defaults [kinesis.kcl-polling] [kinesis.failed-processing]', () => {
    const [, , w] = resolved(text('reader: kcl')).designs[0]?.resources ?? [];
    expect(w).toMatchObject({
      stream: {
        reader: 'kcl',
        idleTimeBetweenReadsUs: 1_500_000,
        limit: 10_000,
        retryDelayUs: 500_000,
        kcl: {
          failoverTimeUs: 10_000_000,
          shardSyncUs: 60_000_000,
          gracefulHandOffUs: 30_000_000,
          checkpoint: { kind: 'perBatch' },
        },
      },
    });
  });

  test.each([
    ['reader: kcl, checkpoint: { records: 100 }, failoverTime: 5s, gracefulHandOff: 0s, shardSync: 2m', []],
    ['reader: kcl, checkpoint: { every: 1m }, fanOut: true', []],
    ['reader: kcl, checkpoint: perRecord', [['wrong-type', at('checkpoint')]]],
    ['reader: kcl, checkpoint: { records: 0 }', [['out-of-range', at('checkpoint.records')]]],
    ['reader: kcl, idleTimeBetweenReads: 199ms', [['out-of-range', at('idleTimeBetweenReads')]]],
    ['reader: kcl, idleTimeBetweenReads: 200ms', []],
    ['reader: kpl', [['wrong-type', at('reader')]]],
    ['checkpoint: perBatch', [['misfit', at('checkpoint')]]],
    ['failoverTime: 5s', [['misfit', at('failoverTime')]]],
    ['reader: sdk, gracefulHandOff: 5s', [['misfit', at('gracefulHandOff')]]],
  ])('may be written as %s', (consumer, errors) => {
    expect(told(text(consumer))).toEqual(errors);
  });

  test('is no consumer of a queue', () => {
    expect(told(text('reader: kcl, shardSync: 1m', 'q'))).toEqual([
      ['misfit', at('reader')],
      ['misfit', at('shardSync')],
    ]);
  });

  test('may be cut off from its leases, and nobody else may', () => {
    const faults = 'faults: [ { at: 1s, for: 5s, resource: w, cutOff: 50% } ]';
    expect(told(text('reader: kcl', 's', faults))).toEqual([]);
    expect(told(text('', 's', faults))).toEqual([['misfit', 'faults.0.cutOff']]);
    expect(told(text('', 's', faults.replace('resource: w', 'resource: s')))).toEqual([['misfit', 'faults.0.cutOff']]);
    expect(told(text('reader: kcl', 's', faults.replace('50%', '50%, share: 20%')))).toEqual([
      ['misfit', 'faults.0.share'],
    ]);
  });
});

/** A function `f` of a stream `s` with the settings given. */
function ofFunction(lambda: string, source = 's'): string {
  return `seed: 1
horizon: 1m
traffic: { orders: { rate: 1/s, key: one } }
designs:
  a:
    traffic: { orders: s }
    resources:
      s: { type: kinesis }
      q: { type: sqs, visibilityTimeout: 1m }
      o: { type: sqs, fifo: true }
      d: { type: sink }
      f: { type: lambda, source: ${source}, handler: {}, ${lambda} }`;
}

describe('a function of a stream', () => {
  test('has AWS’s defaults [lambda.kinesis-batch-size]', () => {
    expect(resolved(ofFunction('')).designs[0]?.resources.at(-1)).toMatchObject({
      batchSize: 100,
      batchWindowUs: 0,
      reportBatchItemFailures: false,
      maximumConcurrency: null,
      provisioned: null,
      stream: {
        startingPosition: 'TRIM_HORIZON',
        fromUs: 0,
        parallelizationFactor: 1,
        bisectBatchOnFunctionError: false,
        maximumRetryAttempts: null,
        maximumRecordAgeUs: null,
        onFailure: null,
        fanOut: false,
      },
    });
  });

  const inF = (setting: string): string => `designs.a.resources.f.${setting}`;
  test.each([
    ['batchSize: 10000, batchWindow: 5m, parallelizationFactor: 10, maximumRetryAttempts: 10000, fanOut: true', []],
    ['batchSize: 10001', [['out-of-range', inF('batchSize')]]],
    ['parallelizationFactor: 11', [['out-of-range', inF('parallelizationFactor')]]],
    ['maximumRetryAttempts: 10001', [['out-of-range', inF('maximumRetryAttempts')]]],
    ['maximumRecordAge: 59s', [['out-of-range', inF('maximumRecordAge')]]],
    ['maximumRecordAge: 7d', []],
    ['startingPosition: { at: 10s }', [['out-of-range', inF('startingPosition.at')]]],
    ['startingPosition: { at: 10s }, from: 10s', []],
    ['onFailure: q', []],
    ['onFailure: d', []],
    ['onFailure: f', [['wrong-reference', inF('onFailure')]]],
    ['onFailure: o', [['wrong-reference', inF('onFailure')]]],
    ['onFailure: x', [['unknown-reference', inF('onFailure')]]],
    ['maximumConcurrency: 5', [['misfit', inF('maximumConcurrency')]]],
    ['provisioned: {}', [['misfit', inF('provisioned')]]],
  ])('may be written with %s', (lambda, errors) => {
    expect(told(ofFunction(lambda))).toEqual(errors);
  });

  test('is none of a queue', () => {
    expect(told(ofFunction('parallelizationFactor: 2, fanOut: true', 'q'))).toEqual([
      ['misfit', inF('parallelizationFactor')],
      ['misfit', inF('fanOut')],
    ]);
  });
});

describe('the producer of a traffic', () => {
  const traffic = (settings: string, entry = 's'): string => `seed: 1
horizon: 1m
traffic: { orders: { rate: 1/s, key: one, ${settings} } }
designs:
  a:
    traffic: { orders: ${entry} }
    resources:
      s: { type: kinesis }
      q: { type: sqs }`;

  test('is an SDK client, KPL or the Agent, each with its defaults [kinesis.kpl-buffering]', () => {
    const producerOf = (settings: string) => resolved(traffic(settings)).traffic[0]?.producer;
    expect(producerOf('')).toBeUndefined();
    expect(producerOf('producer: sdk')).toBeUndefined();
    const kpl = {
      kind: 'kpl',
      aggregation: true,
      recordMaxBufferedTimeUs: 100_000,
      recordTtlUs: 30_000_000,
      rateLimit: 1.5,
    };
    expect(producerOf('producer: kpl')).toEqual(kpl);
    expect(producerOf('producer: { kpl: { rateLimit: 80, recordTtl: 1m } }')).toEqual({
      ...kpl,
      rateLimit: 0.8,
      recordTtlUs: 60_000_000,
    });
    expect(producerOf('producer: agent')).toEqual({ kind: 'agent', maxBufferAgeUs: 60_000_000 });
    expect(resolved(traffic('producer: agent')).traffic[0]?.retry).toMatchObject({
      attempts: 1000,
      backoff: { baseUs: 100_000, capUs: 10_000_000 },
    });
  });

  test('groups by itself, and only into a stream', () => {
    const wrong = (settings: string, entry?: string) => told(traffic(settings, entry));
    expect(wrong('producer: kpl, batch: { size: 10, linger: 1s }')).toEqual([['misfit', 'traffic.orders.batch']]);
    expect(wrong('producer: agent', 'q')).toEqual([['misfit', 'traffic.orders.producer']]);
    expect(wrong('producer: sdk', 'q')).toEqual([]);
    expect(wrong('producer: { kpl: {}, agent: {} }')).toHaveLength(1);
    expect(wrong('producer: { kpl: { ttl: 3s } }')).toEqual([['unknown-key', 'traffic.orders.producer.kpl.ttl']]);
  });
});
