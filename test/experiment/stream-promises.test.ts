/** What streams and their readers promise, by their settings; and what a run says of it. */
import { describe, expect, test } from 'vitest';
import { promisesOf } from '../../src/experiment/promises.ts';
import { runReplication } from '../../src/experiment/index.ts';
import type { Promised, ResourcePromises } from '../../src/guarantees/index.ts';
import { resolve } from '../support/street.ts';

const HOUR = 3_600_000_000;

function promises(stream: string, workers = '', rest = '', traffic = ''): ResourcePromises[] {
  const scenario = resolve(`
seed: 1
horizon: 60s
traffic: { t: { rate: 10/s, key: { uniform: { keys: 4 } }${traffic} } }
resources:
  clicks: { type: kinesis${stream} }
  workers: { type: consumer, source: clicks, handler: {}${workers} }
designs: { d: { traffic: { t: clicks } } }
${rest}`);
  const [design] = scenario.designs;
  return design === undefined ? [] : [...promisesOf(scenario, design)];
}

const namesOf = (all: readonly ResourcePromises[], name: string): string[] =>
  all.find(({ resource }) => resource === name)?.promises.map(({ guarantee }) => guarantee) ?? [];
const promiseOf = (all: readonly ResourcePromises[], name: string, which: string): Promised | undefined =>
  all.find(({ resource }) => resource === name)?.promises.find(({ guarantee }) => guarantee === which);

describe('a stream promises', () => {
  test('order, places for its keys, records that stay as they are, and its rate', () => {
    const all = promises('');
    expect(namesOf(all, 'clicks')).toEqual(['conservation', 'order', 'replay', 'retention', 'placement', 'rate']);
    expect(promiseOf(all, 'clicks', 'order')).toMatchObject({ isKeyed: true });
    expect(promiseOf(all, 'clicks', 'retention')).toMatchObject({ retentionUs: 24 * HOUR });
  });

  test('that a key stays where it is as long as nobody changes the shards', () => {
    const fixed = (stream: string): unknown => promiseOf(promises(stream), 'clicks', 'placement')?.['isFixed'];
    expect(fixed('')).toBe(true);
    expect(fixed(', reshard: [ { at: 10s, shards: 2 } ]')).toBe(false);
    expect(fixed(', streamMode: on-demand')).toBe(false);
  });

  test('no place for a key where records go to the shards in turn, and no rate where AWS splits them', () => {
    const all = promises(', streamMode: on-demand, recordDistribution: AUTO');
    expect(namesOf(all, 'clicks')).toEqual(['conservation', 'order', 'replay', 'retention']);
    expect(promiseOf(all, 'clicks', 'order')).toMatchObject({ isKeyed: false });
    expect(namesOf(all, 'workers')).toEqual(['at-least-once']);
  });

  test('so many records a second as its rate in bytes lets through of the smallest', () => {
    const rateOf = (traffic: string, stream = ''): unknown =>
      promiseOf(promises(stream, '', '', traffic), 'clicks', 'rate');
    expect(rateOf('')).toMatchObject({ perSecond: 1000, burst: 1000 });
    expect(rateOf(', size: 256KiB')).toMatchObject({ perSecond: 4, burst: 4 });
    expect(rateOf(', size: 256KiB', ', maxRecordSize: 2MiB')).toMatchObject({ perSecond: 4, burst: 8 });
    expect(rateOf(', size: { uniform: { min: 512KiB, max: 600KiB } }')).toMatchObject({ perSecond: 2, burst: 2 });
    expect(rateOf(', size: { exponential: { mean: 512KiB } }')).toMatchObject({ perSecond: 1000, burst: 1000 });
  });
});

describe('a reader promises', () => {
  test('to handle all, each key in its order', () => {
    const all = promises('');
    expect(namesOf(all, 'workers')).toEqual(['at-least-once', 'order']);
    expect(promiseOf(all, 'workers', 'at-least-once')).toMatchObject({
      fromUs: 0,
      skips: false,
      streamRetentionUs: 24 * HOUR,
    });
  });

  test('what came since its instant, what it does not leave out, and nothing of that where it begins at LATEST', () => {
    const owed = (workers: string): unknown => promiseOf(promises('', workers), 'workers', 'at-least-once');
    expect(owed(', startingPosition: { at: 3s }, from: 5s')).toMatchObject({ fromUs: 3_000_000 });
    expect(owed(', onFailure: skip')).toMatchObject({ skips: true });
    expect(owed(', startingPosition: LATEST')).toBeUndefined();
    expect(promiseOf(promises('', ', startingPosition: LATEST'), 'clicks', 'replay')).toMatchObject({ mayLeap: true });
    expect(promiseOf(promises(''), 'clicks', 'replay')).toMatchObject({ mayLeap: false });
  });

  test('to come to rest later where leases have to be found out first', () => {
    const rest = (workers: string): number =>
      Number(promiseOf(promises('', workers), 'workers', 'at-least-once')?.['restUs']);
    const [sdk, kcl] = [rest(''), rest(', reader: kcl, failoverTime: 10s, shardSync: 1m, gracefulHandOff: 30s')];
    // Its pauses are another half second longer, and those between two attempts half as long.
    expect(kcl - sdk).toBe(40_000_000 + 60_000_000 + 30_000_000 + 500_000 - 500_000);
  });

  test('what it is asked for: all that it has to read, once', () => {
    const all = promises('', '', 'guarantees: [ exactly-once of workers, at-most-once of workers ]');
    expect(namesOf(all, 'workers')).toEqual(['at-least-once', 'order', 'exactly-once', 'at-most-once']);
    expect(promiseOf(all, 'workers', 'exactly-once')).toMatchObject({ fromUs: 0, streamRetentionUs: 24 * HOUR });
  });

  test('nothing that only a consumer of a queue may be asked for, and the other way round', () => {
    expect(() => promises('', '', 'guarantees: [ visibility of clicks ]')).toThrow(/one of conservation, order/);
    expect(() => promises('', '', 'guarantees: [ deletion of workers ]')).toThrow(/one of at-least-once, order/);
  });
});

describe('a run', () => {
  const text = (more: string): string => `
seed: 1
horizon: 25h
drain: 10m
resolution: 1h
traffic: { t: { rate: 0/s, changes: [ { at: 0s, burst: 20 }, { at: 4h, burst: 20 } ], key: { uniform: { keys: 4 } }, size: 300KiB, batch: { size: 10, linger: 1s }, retry: { attempts: 9, backoff: { base: 1s, cap: 8s } } } }
resources:
  clicks: { type: kinesis, shards: 2, reshard: [ { at: 5h, shards: 1 } ] }
  workers: { type: consumer, source: clicks, from: 24h30m, idleTimeBetweenReads: 6m, limit: 3, handler: {} }
designs: { d: { traffic: { t: clicks } } }
${more}`;

  test('holds all of a reader that comes when half of the records are too old, and tells what was rare', () => {
    const scenario = resolve(text(''));
    const { judgement } = runReplication(scenario, 'd', 0, { judge: true });
    const verdicts = judgement?.findings.map(
      ({ guarantee, resource, verdict }) => `${guarantee} of ${resource}: ${verdict}`,
    );
    expect(verdicts).toEqual([
      'monotone-time of *: held',
      'conservation of t: held',
      'conservation of clicks: held',
      'order of clicks: held',
      'replay of clicks: held',
      'retention of clicks: held',
      'placement of clicks: held',
      'rate of clicks: held',
      'at-least-once of workers: held',
      'order of workers: held',
    ]);
    const { probes, findings } = judgement ?? {};
    expect(findings?.find(({ guarantee }) => guarantee === 'at-least-once')?.counts).toMatchObject({
      expired: 20,
      open: 0,
    });
    for (const probe of ['throttled', 'partial-failure', 'iterator-expired', 'behind-retention'] as const)
      expect(probes?.[probe], probe).toBeGreaterThan(0);
  });
});
