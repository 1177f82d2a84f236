/**
 * Random systems with a delivery stream: what it took must be at its destination or in the backup, whatever fails on the way.
 *
 *   traffic ─▶ [stream ─▶] [topic ─▶] delivery stream ─▶ [function] ─▶ endpoint, or S3          what is given up ─▶ bucket
 *
 * Buffers, retries and limits are small, so that a run of seconds meets them all.
 */
import fc from 'fast-check';
import { resolveData } from '../scenario/index.ts';
import { around, seldom, sometimes, type SpaceOptions } from './around.ts';
import { type Document, written } from './document.ts';
import { batch, count, key, never, retry, ROOT, seconds } from './system-parts.ts';

const name = 'system';
const readText = (): undefined => undefined;

export function deliverySystems(options: SpaceOptions): fc.Arbitrary<Document> {
  return delivering.chain((system) => {
    const document = written(system);
    const resolved = resolveData(document, { name, readText });
    if ('wrong' in resolved) throw new Error(`a random delivery stream is wrong: ${resolved.wrong}`);
    return around(document, resolved.scenario, options);
  });
}

const place = fc.record({
  type: fc.constant('sink'),
  time: fc.constantFrom('0s', '50ms', '2s'),
  failureRate: seldom(fc.constantFrom(0.2, 0.6)),
});

const buffering = fc.record({ interval: seconds(0, 1, 5, 10), size: fc.constantFrom('1MiB', '5MiB') });

const transform = fc.record({
  time: fc.constantFrom('10ms', '1s'),
  failureRate: seldom(fc.constant(0.4)),
  failedRecords: seldom(fc.constant(0.2)),
  droppedRecords: seldom(fc.constant(0.2)),
  retries: count(0, 3),
  timeout: seconds(5),
  buffering: fc.record({ interval: seconds(1, 5), size: fc.constant('1MB') }),
});

const delivering: fc.Arbitrary<Document> = fc
  .record({
    way: fc.constantFrom('put', 'stream', 'topic'),
    destination: fc.constantFrom('s3', 'http', 'opensearch', 'redshift', 'splunk'),
  })
  .chain(({ way, destination }) =>
    fc
      .record({
        t: fc.record({
          rate: fc.constant('10/s'),
          // Some fill a buffer by their size.
          size: fc.constantFrom('1KiB', '200KiB'),
          key: way === 'stream' ? key : seldom(key),
          timeout: sometimes(fc.constantFrom('300ms', '3s')),
          retry: sometimes(retry),
          batch: seldom(batch),
        }),
        shards: count(1, 3),
        endpoint: place,
        bucket: place,
        f: fc.record({
          type: fc.constant('firehose'),
          source: way === 'stream' ? fc.constant('stream') : never,
          destination: fc.constant(destination),
          to: fc.constant('endpoint'),
          bucket: destination === 's3' ? never : fc.constant('bucket'),
          buffering,
          backup: seldom(fc.constant('all')),
          backupBuffering: fc.record({ interval: seconds(1, 10) }),
          retryDuration: destination === 's3' ? never : seconds(0, 3, 30),
          timeout: destination === 'splunk' ? never : seconds(1, 10),
          outstanding: sometimes(count(1, 2)),
          transform: seldom(transform),
          internalFailureRate: sometimes(fc.constant(0.2)),
        }),
      })
      .map(({ t, shards, endpoint, bucket, f }): Document => {
        const entry = { put: 'f', stream: 'stream', topic: 'topic' }[way];
        const before: Document =
          way === 'stream'
            ? { stream: { type: 'kinesis', shards } }
            : way === 'topic'
              ? { topic: { type: 'sns', subscriptions: [{ to: 'f' }] } }
              : {};
        return {
          ...ROOT,
          traffic: { t },
          designs: {
            d: {
              traffic: { t: entry },
              resources: { ...before, f, endpoint, ...(destination === 's3' ? {} : { bucket }) },
            },
          },
        };
      }),
  );
