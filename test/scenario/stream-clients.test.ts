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
