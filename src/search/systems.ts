/**
 * Random systems, to try the models themselves: every one of them is designed so that it should keep all that its resources promise.
 *
 *   traffic ─▶ inbox ─▶ workers (a consumer or a function) ─▶ [db]          inbox, subscriptions: standard or FIFO
 *                └─▶ [dead ─▶ [gravediggers]]
 *   traffic ─▶ topic ─▶ left, right: queues with a reader · hook: a service, a function or a sink       what is given up ─▶ lost-letters
 *
 * What a design may not do, or it breaks a promise by its own fault: a consumer of a FIFO queue that works on several messages of a group at once, goes on
 * with the next one after one has failed, or still works on one whose retention is over; a subscription without a dead-letter queue.
 */
import fc from 'fast-check';
import { resolveData } from '../scenario/index.ts';
import { around, seldom, sometimes, type SpaceOptions } from './around.ts';
import { type Document, written } from './document.ts';

const name = 'system';
const readText = (): undefined => undefined;

export function systems(options: SpaceOptions): fc.Arbitrary<Document> {
  return fc.oneof({ weight: 3, arbitrary: queued }, { weight: 2, arbitrary: fannedOut }).chain((system) => {
    const document = written(system);
    const resolved = resolveData(document, { name, readText });
    return 'scenario' in resolved ? around(document, resolved.scenario, options) : fc.constant(document);
  });
}

const count = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const never = fc.constant(undefined);
const seconds = (...choices: readonly number[]): fc.Arbitrary<string> =>
  fc.constantFrom(...choices).map((n) => `${n}s`);

/** Work that is short, long or varies. */
const work = fc.oneof(
  fc.constantFrom('0s', '5ms', '200ms', '2s'),
  fc.constantFrom('20ms', '1s').map((mean) => ({ exponential: { mean } })),
);

const retry = fc.constantFrom<unknown>('none', 'sdk-standard', {
  attempts: 4,
  backoff: { base: '500ms', cap: '10s', jitter: 'full' },
});

/** Traffic without its load. `ordered`: its messages have groups. */
function traffic(ordered: boolean): fc.Arbitrary<Document> {
  const key = fc.constantFrom(1, 3, 20).map((keys) => ({ uniform: { keys } }));
  return fc.record({
    rate: fc.constant('10/s'),
    key: ordered ? key : seldom(key),
    attributes: fc.constant({ kind: { choice: { a: 1, b: 1 } } }),
    timeout: sometimes(fc.constantFrom('300ms', '3s')),
    retry: sometimes(retry),
    batch: seldom(fc.record({ size: count(2, 10), linger: fc.constantFrom('50ms', '1s') })),
    duplicates: seldom(fc.constant(0.1)),
    poison: seldom(fc.constant(0.05)),
  });
}

interface QueueOptions {
  readonly fifo: boolean;
  readonly deadLetterQueue?: string;
  /** Longer than any handler, so that a function may read it. */
  readonly patient: boolean;
}

function queue({ fifo, deadLetterQueue, patient }: QueueOptions): fc.Arbitrary<Document> {
  return fc.record({
    type: fc.constant('sqs'),
    fifo: fc.constant(fifo || undefined),
    visibilityTimeout: patient ? seconds(15, 60) : seconds(1, 3, 30),
    delay: seldom(seconds(2, 20)),
    messageRetentionPeriod: fifo ? never : seldom(seconds(60, 300)),
    maxInFlight: seldom(count(1, 20)),
    redrive:
      deadLetterQueue === undefined
        ? never
        : fc.record({ maxReceiveCount: count(1, 4), deadLetterQueue: fc.constant(deadLetterQueue) }),
    deduplicationScope: fifo ? seldom(fc.constant('messageGroup')) : never,
    fairQueues: fifo ? never : seldom(fc.constant(true)),
    distribution: fifo
      ? never
      : seldom(fc.record({ reorder: fc.constantFrom(0, 0.2), deleteMiss: fc.constantFrom(0, 0.05) })),
  });
}

/** Who reads a queue and works. */
function consumer(source: string, fifo: boolean): fc.Arbitrary<Document> {
  return fc.record({
    type: fc.constant('consumer'),
    source: fc.constant(source),
    instances: count(1, 4),
    concurrency: fifo ? never : seldom(count(2, 5)),
    batchSize: fifo ? fc.constant(1) : sometimes(count(1, 10)),
    waitTime: sometimes(seconds(0, 5)),
    deletes: fifo ? never : seldom(fc.constant('perBatch')),
    onFailureVisibility: seldom(seconds(1, 5)),
    heartbeat: seldom(fc.constant({ every: '1s', extendTo: '3s' })),
    handler,
  });
}

function lambda(source: string | null): fc.Arbitrary<Document> {
  return fc.record({
    type: fc.constant('lambda'),
    source: source === null ? never : fc.constant(source),
    timeout: fc.constant('10s'),
    batchSize: source === null ? never : sometimes(count(1, 10)),
    reportBatchItemFailures: source === null ? never : fc.constant(true),
    reservedConcurrency: seldom(count(2, 5)),
    handler,
  });
}

const handler = fc.record({
  time: work,
  failureRate: seldom(fc.constantFrom(0.1, 0.5)),
  calls: seldom(fc.constant([{ to: 'db', timeout: '2s' }])),
});

const db = fc.record({
  type: fc.constant('service'),
  servers: count(1, 10),
  serviceTime: fc.constantFrom('5ms', '50ms'),
});

/** `fifo` has every queue ordered; functions read patient queues. */
const shapes = fc.record({ fifo: fc.boolean(), isFunction: fc.boolean() });

const queued: fc.Arbitrary<Document> = shapes.chain(({ fifo, isFunction }) =>
  fc
    .record({
      t: traffic(fifo),
      u: seldom(traffic(fifo)),
      inbox: fc
        .boolean()
        .chain((redrives) => queue({ fifo, patient: isFunction, ...(redrives ? { deadLetterQueue: 'dead' } : {}) })),
      dead: queue({ fifo, patient: true }),
      workers: isFunction ? lambda('inbox') : consumer('inbox', fifo),
      gravediggers: sometimes(consumer('dead', fifo)),
      redrive: sometimes(fc.constantFrom('5/s', undefined)),
      db,
    })
    .map(({ t, u, redrive, ...resources }): Document => {
      const redrives = resources.inbox['redrive'] !== undefined;
      const entries = Object.fromEntries(Object.keys(u === undefined ? { t } : { t, u }).map((one) => [one, 'inbox']));
      return {
        ...ROOT,
        traffic: { t, u },
        designs: { d: { traffic: entries, resources } },
        faults: redrives ? [{ at: '30s', resource: 'dead', redrive: { rate: redrive } }] : [],
      };
    }),
);

const ROOT = { seed: 1, horizon: '1m' };

/** What a topic delivers to, and the resources that this takes. */
const fannedOut: fc.Arbitrary<Document> = shapes.chain(({ fifo, isFunction }) =>
  fc
    .record({
      t: traffic(fifo),
      left: queue({ fifo, patient: false }),
      lefts: consumer('left', fifo),
      right: queue({ fifo, patient: isFunction }),
      rights: isFunction ? lambda('right') : consumer('right', fifo),
      hook: fc.oneof(db, lambda(null), fc.constant({ type: 'sink' })),
      filter: sometimes(
        fc.constantFrom<unknown>(
          { kind: ['a'] },
          { kind: [{ 'anything-but': 'a' }] },
          { $or: [{ kind: ['a'] }, { kind: ['b'] }] },
        ),
      ),
      times: seldom(fc.constantFrom({ from: '2s' }, { until: '3s' })),
      scope: fifo ? seldom(fc.constant('MessageGroup')) : never,
      db,
    })
    .map(({ t, hook, filter, times, scope, ...queues }): Document => {
      const redrive = { deadLetterQueue: 'lost-letters' };
      const subscriptions: unknown[] = [
        { to: 'left', filterPolicy: filter, redrive },
        { to: 'right', redrive, ...times },
      ];
      const protocol = hook['type'] === 'sink' ? { protocol: 'email' } : {};
      if (!fifo) subscriptions.push({ to: 'hook', redrive, ...protocol });
      return {
        ...ROOT,
        traffic: { t },
        designs: {
          d: {
            traffic: { t: 'topic' },
            resources: {
              topic: { type: 'sns', fifo: fifo || undefined, fifoThroughputScope: scope, subscriptions },
              'lost-letters': { type: 'sqs', fifo: fifo || undefined },
              ...queues,
              ...(fifo ? {} : { hook }),
            },
          },
        },
      };
    }),
);
