/** Random systems that tell one story, each complete as it is: nothing else may happen to them. */
import fc from 'fast-check';
import { sometimes } from './around.ts';
import { type Document, written } from './document.ts';
import { count, db, deafness, key, queue, seconds } from './system-parts.ts';

const ROOT = { replications: 1, judged: 1, resolution: '2m' };
const seed = count(1, 999_999);

/**
 * An outage: the database is down, all that comes goes to the dead-letter queue, and when the database is back a move task brings it back.
 */
export function recovering(messages: number): fc.Arbitrary<Document> {
  return fc
    .record({
      fifo: fc.boolean(),
      seed,
      burst: count(1, messages),
      keys: fc.constantFrom(1, 3, 20),
      maxReceiveCount: count(1, 3),
      downFor: seconds(5, 60),
      rate: sometimes(fc.constantFrom('5/s', '50/s')),
      instances: count(1, 4),
      fairQueues: sometimes(fc.constant(true)),
    })
    .chain(({ fifo, ...own }) =>
      fc.record({ fifo: fc.constant(fifo), own: fc.constant(own), dead: queue({ fifo, patient: true }), db }),
    )
    .map(({ fifo, own, dead, db: service }): Document => {
      const { seed: ofRun, burst, keys, maxReceiveCount, downFor, rate, instances, fairQueues } = own;
      const kind = { type: 'sqs', fifo: fifo || undefined };
      const { visibilityTimeout, delay } = dead;
      return {
        ...ROOT,
        seed: ofRun,
        horizon: '20s',
        drain: '20m',
        traffic: { t: { rate: '0/s', changes: [{ at: '0s', burst }], key: { uniform: { keys } } } },
        designs: {
          d: {
            traffic: { t: 'inbox' },
            resources: {
              inbox: {
                ...kind,
                visibilityTimeout: '15s',
                fairQueues: fifo ? undefined : fairQueues,
                redrive: { maxReceiveCount, deadLetterQueue: 'dead' },
              },
              dead: { ...kind, visibilityTimeout, delay },
              workers: {
                type: 'consumer',
                source: 'inbox',
                instances,
                batchSize: 1,
                handler: { time: '5ms', calls: [{ to: 'db', timeout: '2s' }] },
              },
              db: service,
            },
          },
        },
        faults: [
          { at: '0s', for: downFor, resource: 'db', down: true },
          { at: '5m', resource: 'dead', redrive: { rate } },
        ],
        guarantees: ['exactly-once of workers'],
      };
    })
    .map(written);
}

/**
 * Senders who hear half of the answers, twice at once, and ask again for longer than anybody remembers what they have asked. They send to a FIFO
 * queue, or to a topic that delivers to it.
 */
export const stubborn: fc.Arbitrary<Document> = fc
  .record({
    seed,
    burst: count(1, 30),
    key,
    base: fc.constantFrom('70s', '100s', '150s'),
    isPublished: fc.boolean(),
    instances: count(1, 3),
    scope: sometimes(fc.constant('messageGroup')),
  })
  .map(({ seed: own, burst, key: keys, base, isPublished, instances, scope }): Document => {
    const entry = isPublished ? 'topic' : 'inbox';
    const topic = {
      type: 'sns',
      fifo: true,
      subscriptions: [{ to: 'inbox', redrive: { deadLetterQueue: 'lost-letters' } }],
    };
    return {
      ...ROOT,
      seed: own,
      horizon: '20s',
      drain: '30m',
      traffic: {
        t: {
          rate: '0/s',
          changes: [{ at: '0s', burst }],
          key: keys,
          duplicates: 0.5,
          timeout: '3s',
          retry: { attempts: 6, backoff: { base, factor: 1, jitter: 'none' } },
        },
      },
      designs: {
        d: {
          traffic: { t: entry },
          resources: {
            ...(isPublished ? { topic, 'lost-letters': { type: 'sqs', fifo: true } } : {}),
            inbox: { type: 'sqs', fifo: true, deduplicationScope: scope },
            workers: { type: 'consumer', source: 'inbox', instances, batchSize: 1, handler: { time: '20ms' } },
          },
        },
      },
      faults: [deafness('t', entry, '20m')],
    };
  })
  .map(written);

/** Workers who take more than they can do at once, and keep all of it for as long as their hearts beat. */
export const beating: fc.Arbitrary<Document> = fc
  .record({
    seed,
    burst: count(5, 30),
    batchSize: count(4, 10),
    instances: count(1, 3),
    concurrency: sometimes(count(2, 3)),
  })
  .map(({ seed: own, burst, ...settings }): Document => {
    const heartbeat = { every: '1s', extendTo: '3s' };
    return {
      ...ROOT,
      seed: own,
      horizon: '20s',
      drain: '20m',
      traffic: { t: { rate: '0/s', changes: [{ at: '0s', burst }] } },
      designs: {
        d: {
          traffic: { t: 'inbox' },
          resources: {
            inbox: { type: 'sqs', visibilityTimeout: '3s', latency: { receive: '10ms', delete: '10ms' } },
            workers: { type: 'consumer', source: 'inbox', ...settings, heartbeat, handler: { time: '2s' } },
          },
        },
      },
      guarantees: ['exactly-once of workers'],
    };
  })
  .map(written);
