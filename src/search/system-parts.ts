/** What random systems are made of: traffic, queues, and who reads them. */
import fc from 'fast-check';
import { seldom, sometimes } from './around.ts';
import type { Document } from './document.ts';

export const ROOT = { seed: 1, horizon: '1m' };

export const count = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
export const never = fc.constant(undefined);
export const seconds = (...choices: readonly number[]): fc.Arbitrary<string> =>
  fc.constantFrom(...choices).map((n) => `${n}s`);

/** `fifo` has every queue ordered; functions read patient queues. */
export const shapes = fc.record({ fifo: fc.boolean(), isFunction: fc.boolean() });

// --- traffic ---

export const retry = fc.constantFrom<unknown>('none', 'sdk-standard', {
  attempts: 4,
  backoff: { base: '500ms', cap: '10s', jitter: 'full' },
});

/** What filters look at. */
export const attributes = {
  kind: { choice: { a: 1, ab: 1, b: 1 } },
  weight: { type: 'Number', choice: { 1: 1, 5: 1 } },
};

/** Few of them lock each other out. */
export const key = fc.constantFrom(1, 3, 20).map((keys) => ({ uniform: { keys } }));

/** The largest message of a `small` queue is smaller than some. */
const SMALL = '2KiB';
const sizes = fc.constant({ exponential: { mean: '1KiB' } });

/** Traffic without its load. `ordered`: its messages have groups. */
export function traffic(ordered: boolean): fc.Arbitrary<Document> {
  return fc.record({
    rate: fc.constant('10/s'),
    key: ordered ? key : seldom(key),
    size: seldom(sizes),
    attributes: fc.constant(attributes),
    timeout: sometimes(fc.constantFrom('300ms', '3s')),
    retry: sometimes(retry),
    batch: seldom(batch),
    duplicates: seldom(fc.constant(0.1)),
    poison: seldom(fc.constant(0.05)),
  });
}

export const batch = fc.record({ size: count(2, 10), linger: fc.constantFrom('50ms', '1s') });

/** Half of the answers to a traffic get lost. */
export const deafness = (from: string, to: string, length: string): Document => ({
  at: '0s',
  for: length,
  link: [from, to],
  lose: { replies: 0.5 },
});

// --- queues ---

export interface QueueOptions {
  readonly fifo: boolean;
  readonly deadLetterQueue?: string;
  /** Longer than any handler, so that a function may read it. */
  readonly patient: boolean;
}

export function queue({ fifo, deadLetterQueue, patient }: QueueOptions): fc.Arbitrary<Document> {
  return fc.record({
    type: fc.constant('sqs'),
    fifo: fc.constant(fifo || undefined),
    visibilityTimeout: patient ? seconds(15, 60) : seconds(1, 3, 30),
    delay: seldom(seconds(2, 20)),
    messageRetentionPeriod: fifo ? never : seldom(seconds(60, 300)),
    maximumMessageSize: seldom(fc.constant(SMALL)),
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

// --- who reads a queue and works ---

/** Work that is short, long or varies. */
const work = fc.oneof(
  fc.constantFrom('0s', '5ms', '200ms', '2s'),
  fc.constantFrom('20ms', '1s').map((mean) => ({ exponential: { mean } })),
);

export const handler = fc.record({
  time: work,
  failureRate: seldom(fc.constantFrom(0.1, 0.5)),
  calls: seldom(fc.constant([{ to: 'db', timeout: '2s' }])),
});

export const db = fc.record({
  type: fc.constant('service'),
  servers: count(1, 10),
  serviceTime: fc.constantFrom('5ms', '50ms'),
});

/** `hasty`: of a FIFO queue all the same works on several messages at once, so that it deletes them in any order. */
export function consumer(source: string, fifo: boolean, hasty = false): fc.Arbitrary<Document> {
  return fc.record({
    type: fc.constant('consumer'),
    source: fc.constant(source),
    instances: count(1, 4),
    concurrency: hasty ? count(2, 5) : fifo ? never : seldom(count(2, 5)),
    batchSize: hasty ? count(2, 10) : fifo ? fc.constant(1) : sometimes(count(1, 10)),
    waitTime: sometimes(seconds(0, 5)),
    deletes: fifo ? never : seldom(fc.constant('perBatch')),
    onFailureVisibility: seldom(seconds(1, 5)),
    heartbeat: seldom(fc.constant({ every: '1s', extendTo: '3s' })),
    handler,
  });
}

export function lambda(source: string | null): fc.Arbitrary<Document> {
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

// --- filters ---

/** One of each kind of condition that tells some of the messages from others. */
export const filter = fc.constantFrom<unknown>(
  { kind: ['a', 'b'] },
  { kind: [{ 'anything-but': ['a'] }] },
  { kind: [{ prefix: 'a' }], weight: [5] },
  { kind: [{ suffix: 'b' }] },
  { weight: [{ numeric: ['>=', 1, '<', 5] }] },
  { kind: ['a'], colour: [{ exists: false }] },
  { $or: [{ kind: ['a'] }, { weight: [5] }] },
  { weight: [1], $or: [{ kind: ['a'] }, { kind: ['b'] }] },
);
