/**
 * Random systems in which all that is taken in is done exactly once, which no queue promises: nothing strikes them but their database, nobody sends
 * twice to a standard queue, and a message is hidden for longer than anything that is done with it takes, or for as long as the heart beats.
 */
import fc from 'fast-check';
import { seldom, sometimes } from './around.ts';
import type { Document } from './document.ts';
import {
  attributes,
  batch,
  count,
  db,
  deafness,
  filter,
  key,
  never,
  retry,
  ROOT,
  seconds,
  shapes,
} from './system-parts.ts';

const name = (one: string): fc.Arbitrary<string> => fc.constant(one);

/** A FIFO queue knows again what is sent twice within five minutes. */
function carefulTraffic(fifo: boolean): fc.Arbitrary<Document> {
  return fc.record({
    rate: fc.constant('10/s'),
    // Tenants of a fair queue, too.
    key: fifo ? key : sometimes(key),
    size: seldom(fc.constant({ exponential: { mean: '1KiB' } })),
    attributes: fc.constant(attributes),
    timeout: fifo ? sometimes(fc.constant('3s')) : never,
    retry: fifo ? sometimes(retry) : never,
    batch: seldom(batch),
    duplicates: fifo ? seldom(fc.constant(0.1)) : never,
  });
}

function patientQueue(fifo: boolean, visibilityTimeout: string): fc.Arbitrary<Document> {
  return fc.record({
    type: name('sqs'),
    fifo: fc.constant(fifo || undefined),
    visibilityTimeout: fc.constant(visibilityTimeout),
    // One answer in some ten thousand would take longer than the timeout.
    latency: fc.constant({ receive: '10ms', delete: '10ms' }),
    delay: seldom(seconds(2, 20)),
    maximumMessageSize: seldom(fc.constant('2KiB')),
    maxInFlight: seldom(count(1, 20)),
    fairQueues: fifo ? never : sometimes(fc.constant(true)),
    deduplicationScope: fifo ? seldom(fc.constant('messageGroup')) : never,
  });
}

const LONG = '2s';
const SHORT: readonly unknown[] = ['5ms', '200ms', { exponential: { mean: '20ms' } }];

/** At most 4 s for a message, work and call. */
function handler(...times: readonly unknown[]): fc.Arbitrary<Document> {
  return fc.record({
    time: fc.constantFrom(...times),
    failureRate: sometimes(fc.constantFrom(0.1, 0.5)),
    calls: sometimes(fc.constant([{ to: 'db', timeout: '2s' }])),
  });
}

/** A queue and its reader: who beats may have a short timeout. */
interface Read {
  readonly queue: Document;
  readonly reader: Document;
}

function readBy(source: string, fifo: boolean, isFunction: boolean): fc.Arbitrary<Read> {
  if (isFunction) return fc.record({ queue: patientQueue(fifo, '60s'), reader: carefulFunction(source) });
  return fc
    .boolean()
    .chain((beats) =>
      fc.record({ queue: patientQueue(fifo, beats ? '3s' : '60s'), reader: carefulConsumer(source, fifo, beats) }),
    );
}

function carefulConsumer(source: string, fifo: boolean, beats: boolean): fc.Arbitrary<Document> {
  return fc.boolean().chain((perBatch) =>
    fc.record({
      type: name('consumer'),
      source: name(source),
      instances: count(1, 4),
      concurrency: fifo ? never : sometimes(count(2, 5)),
      batchSize: fifo ? fc.constant(1) : sometimes(count(1, 10)),
      waitTime: sometimes(seconds(0, 5)),
      ...(fifo || !perBatch ? {} : { deletes: name('perBatch'), partialFailure: fc.constant(true) }),
      onFailureVisibility: seldom(seconds(1, 5)),
      heartbeat: beats ? fc.constant({ every: '1s', extendTo: '3s' }) : never,
      // Who beats has a reason to.
      handler: beats ? handler(LONG) : handler(LONG, ...SHORT),
    }),
  );
}

/** Five messages at most take 20 s. */
function carefulFunction(source: string): fc.Arbitrary<Document> {
  return fc.record({
    type: name('lambda'),
    source: name(source),
    timeout: fc.constant('30s'),
    batchSize: count(1, 5),
    reportBatchItemFailures: fc.constant(true),
    handler: handler(LONG, ...SHORT),
  });
}

export const carefulQueue: fc.Arbitrary<Document> = shapes.chain(({ fifo, isFunction }) =>
  fc.record({ t: carefulTraffic(fifo), read: readBy('inbox', fifo, isFunction), db }).map(
    ({ t, read, ...resources }): Document => ({
      ...ROOT,
      traffic: { t },
      designs: { d: { traffic: { t: 'inbox' }, resources: { inbox: read.queue, workers: read.reader, ...resources } } },
      faults: fifo ? [deafness('t', 'inbox', '1m')] : [],
      guarantees: ['exactly-once of workers'],
    }),
  ),
);

export const carefulFanOut: fc.Arbitrary<Document> = shapes.chain(({ fifo, isFunction }) =>
  fc
    .record({
      t: carefulTraffic(fifo),
      left: readBy('left', fifo, isFunction),
      right: readBy('right', fifo, false),
      filterPolicy: sometimes(filter),
      db,
    })
    .map(({ t, left, right, filterPolicy, ...resources }): Document => {
      const redrive = { deadLetterQueue: 'lost-letters' };
      const subscriptions = [
        { to: 'left', filterPolicy, redrive },
        { to: 'right', redrive },
      ];
      return {
        ...ROOT,
        traffic: { t },
        designs: {
          d: {
            traffic: { t: 'topic' },
            resources: {
              topic: { type: 'sns', fifo: fifo || undefined, subscriptions },
              'lost-letters': { type: 'sqs', fifo: fifo || undefined },
              left: left.queue,
              lefts: left.reader,
              right: right.queue,
              rights: right.reader,
              ...resources,
            },
          },
        },
        faults: fifo ? [deafness('t', 'topic', '1m')] : [],
        guarantees: ['exactly-once of lefts', 'exactly-once of rights'],
      };
    }),
);
