/**
 * Random systems with a stream.
 *
 *   traffic ─▶ clicks: 1 to 4 shards, split and merged meanwhile ─┬─▶ workers ─▶ [db]
 *                                                                 └─▶ [audit]          each shared reads or enhanced fan-out
 *
 * A reader that begins at the newest record promises less, and so do streams without partition keys; both are among them.
 */
import fc from 'fast-check';
import { seldom, sometimes } from './around.ts';
import { type Document, written } from './document.ts';
import { batch, count, db, handler, key, never, retry, ROOT, seconds } from './system-parts.ts';

const STREAM = 'clicks';
const name = (one: string): fc.Arbitrary<string> => fc.constant(one);

/** Sizes of which a shard takes a few a second, so that it throttles. */
const heavy = fc.constantFrom<unknown>('300KiB', '700KiB', { uniform: { min: '200KiB', max: '900KiB' } });

/** `losesAnswers`: it may have to try again what was taken, which is then there twice. */
function traffic(losesAnswers: boolean): fc.Arbitrary<Document> {
  return fc.record({
    rate: fc.constant('10/s'),
    key,
    size: sometimes(heavy),
    timeout: losesAnswers ? sometimes(fc.constantFrom('300ms', '3s')) : never,
    retry: sometimes(retry),
    batch: sometimes(batch),
    duplicates: losesAnswers ? seldom(fc.constant(0.1)) : never,
  });
}

const change = fc.oneof(
  count(1, 4).map((shards) => ({ shards })),
  fc.constant({ split: 'hottest' }),
  fc.constant({ merge: 'coldest' }),
);

/** One or a few changes, one after the other. */
const reshard = fc
  .array(fc.tuple(seconds(1, 5, 20, 60), change), { minLength: 1, maxLength: 3 })
  .map((changes) => changes.map(([at, what]) => ({ at, ...what })));

const provisioned: fc.Arbitrary<Document> = fc.record({
  type: name('kinesis'),
  shards: count(1, 4),
  reshard: sometimes(reshard),
  // So long that a reader meets the end of a shard, and so short that it does so while there is traffic.
  reshardTime: fc.constantFrom('500ms', '5s', '30s'),
  keySalt: seldom(count(2, 3)),
  internalFailureRate: seldom(fc.constant(0.2)),
  maxRecordSize: seldom(fc.constant('2MiB')),
  latency: seldom(fc.constant({ put: '10ms', get: '20ms', push: '70ms' })),
});

const onDemand: fc.Arbitrary<Document> = fc.record({
  type: name('kinesis'),
  streamMode: name('on-demand'),
  recordDistribution: sometimes(name('AUTO')),
});

const stream = fc.oneof({ weight: 9, arbitrary: provisioned }, { weight: 1, arbitrary: onDemand });

/** Leases, as the Kinesis Client Library has them: short ones, so that they change hands while there is something to do. */
const leases: fc.Arbitrary<Document> = fc.record({
  reader: name('kcl'),
  failoverTime: fc.constantFrom('1s', '3s', undefined),
  shardSync: fc.constantFrom('2s', undefined),
  gracefulHandOff: seldom(fc.constantFrom('0s', '1s')),
  checkpoint: seldom(fc.constantFrom<unknown>({ records: 3 }, { every: '5s' })),
});

/** `isLoose`: what fails may be left out, and leases may change hands. */
function reader(isLoose: boolean): fc.Arbitrary<Document> {
  return fc
    .record({ fanOut: fc.boolean(), owners: sometimes(leases) })
    .chain(({ fanOut, owners }) => reading(isLoose, fanOut, owners ?? {}));
}

function reading(isLoose: boolean, fanOut: boolean, owners: Document): fc.Arbitrary<Document> {
  return fc
    .record({
      type: name('consumer'),
      source: name(STREAM),
      instances: isLoose || owners['reader'] === undefined ? count(1, 3) : fc.constant(1),
      fanOut: fc.constant(fanOut || undefined),
      concurrency: seldom(count(1, 2)),
      from: seldom(seconds(2, 20)),
      startingPosition: isLoose ? seldom(fc.constantFrom<unknown>('LATEST', { at: '1s' })) : never,
      limit: fanOut ? never : sometimes(count(1, 5)),
      // Six minutes are more than an iterator lives.
      idleTimeBetweenReads: fanOut ? never : sometimes(fc.constantFrom('200ms', '5s', '6m')),
      onFailure: isLoose ? seldom(name('skip')) : never,
      handler,
    })
    .map((one) => ({ ...one, ...owners }));
}

/** An instant to begin from cannot lie behind the beginning. */
function inTime(one: Document): Document {
  const begins = typeof one['startingPosition'] === 'object' ? { from: one['from'] ?? '2s' } : {};
  return { ...one, ...begins };
}

export const streamed: fc.Arbitrary<Document> = fc
  .record({ t: traffic(true), clicks: stream, workers: reader(true), audit: sometimes(reader(true)), db })
  .map(
    ({ t, clicks, workers, audit, ...resources }): Document => ({
      ...ROOT,
      traffic: { t },
      designs: {
        d: {
          traffic: { t: STREAM },
          resources: {
            clicks,
            workers: inTime(workers),
            audit: audit === undefined ? undefined : inTime(audit),
            ...resources,
          },
        },
      },
    }),
  );

/** Nothing strikes it but its database, and no answer is lost: then all that is put has its effect just once. */
export const carefulStream: fc.Arbitrary<Document> = fc
  .record({ t: traffic(false), clicks: provisioned, workers: reader(false), db })
  .map(
    ({ t, ...resources }): Document => ({
      ...ROOT,
      traffic: { t },
      designs: { d: { traffic: { t: STREAM }, resources } },
      guarantees: ['exactly-once of workers'],
    }),
  );

/**
 * A reader that comes when some of the records are too old, or are about to be, and others are not; one that reads all in time, and one that begins at an instant between. Complete as it is: a day is long.
 */
export const behind: fc.Arbitrary<Document> = fc
  .record({
    seed: count(1, 999_999),
    shards: count(1, 4),
    keys: fc.constantFrom(1, 3, 20),
    early: count(1, 20),
    late: count(1, 20),
    from: fc.constantFrom('23h', '24h', '24h30m', '25h'),
    fanOut: fc.boolean(),
    limit: sometimes(count(1, 5)),
    splits: sometimes(fc.constant([{ at: '2h', split: 'hottest' }])),
    retentionPeriod: seldom(fc.constant('25h')),
    replays: seldom(fc.constant(true)),
  })
  .map(({ seed, shards, keys, early, late, from, fanOut, limit, splits, retentionPeriod, replays }): Document => {
    const changes = [
      { at: '10s', burst: early },
      { at: '3h', burst: late },
    ];
    const patient = { type: 'consumer', source: STREAM, handler: { time: '5ms' } };
    return {
      seed,
      horizon: '26h',
      drain: '10m',
      replications: 1,
      judged: 1,
      resolution: '1h',
      traffic: { t: { rate: '0/s', changes, key: { uniform: { keys } } } },
      designs: {
        d: {
          traffic: { t: STREAM },
          resources: {
            clicks: { type: 'kinesis', shards, reshard: splits, retentionPeriod },
            workers: {
              ...patient,
              from,
              ...(fanOut ? { fanOut } : { limit, idleTimeBetweenReads: '10m' }),
              ...(replays === true ? { startingPosition: { at: '1h' } } : {}),
            },
            audit: { ...patient, fanOut: true },
          },
        },
      },
    };
  })
  .map(written);
