/**
 * Random systems, to try the models themselves: every one of them is designed so that it should keep all that its resources promise.
 *
 *   traffic ─▶ inbox ─▶ workers (a consumer or a function) ─▶ [db]          inbox, subscriptions: standard or FIFO
 *                └─▶ [dead ─▶ [gravediggers]]
 *   traffic ─▶ topic ─▶ left, right: queues with a reader · hook: a service, a function or a sink       what is given up ─▶ lost-letters
 *   traffic ─▶ stream ─▶ readers (stream-systems.ts)
 *
 * What a design may not do, or it breaks a promise by its own fault: a consumer of a FIFO queue that goes on with the next message after one has
 * failed, or still works on one whose retention is over; a subscription without a dead-letter queue, or with one that is out of reach. Where a consumer
 * of a FIFO queue works on several messages of a group at once, or still on one that has gone to the dead-letter queue meanwhile, the order of its work
 * is expected to break. Some systems go further, and have all work done exactly once (careful-systems.ts).
 */
import fc from 'fast-check';
import { resolveData } from '../scenario/index.ts';
import { around, seldom, sometimes, type SpaceOptions } from './around.ts';
import { carefulFanOut, carefulQueue } from './careful-systems.ts';
import { type Document, written } from './document.ts';
import { beating, recovering, stubborn } from './told-systems.ts';
import { behind, carefulStream, streamed } from './stream-systems.ts';
import { consumer, db, filter, lambda, never, queue, ROOT, shapes, traffic } from './system-parts.ts';

const name = 'system';
/** A delivery that is given up while its dead-letter queue is out of reach is lost. */
const LOST = 'lost-letters';
const readText = (): undefined => undefined;

export function systems(options: SpaceOptions): fc.Arbitrary<Document> {
  const plain = fc.oneof({ weight: 4, arbitrary: queued }, { weight: 3, arbitrary: fannedOut });
  const careful = fc.oneof({ weight: 2, arbitrary: carefulQueue }, { weight: 1, arbitrary: carefulFanOut });
  const struck = (system: Document): fc.Arbitrary<Document> =>
    aroundSystem(system, { ...options, isStruck: (resource) => resource !== LOST });
  const hardlyStruck = (system: Document): fc.Arbitrary<Document> =>
    aroundSystem(system, { ...options, isStruck: (resource) => resource === 'db' });
  return fc.oneof(
    { weight: 14, arbitrary: plain.chain(struck) },
    { weight: 6, arbitrary: careful.chain(hardlyStruck) },
    { weight: 2, arbitrary: recovering(options.messages) },
    { weight: 1, arbitrary: stubborn },
    { weight: 5, arbitrary: streamed.chain(struck) },
    { weight: 3, arbitrary: carefulStream.chain(hardlyStruck) },
    { weight: 1, arbitrary: fc.oneof(behind, beating) },
  );
}

function aroundSystem(system: Document, options: SpaceOptions): fc.Arbitrary<Document> {
  const document = written(system);
  const resolved = resolveData(document, { name, readText });
  return 'scenario' in resolved ? around(document, resolved.scenario, options) : fc.constant(document);
}

const queued: fc.Arbitrary<Document> = shapes
  .chain((shape) => fc.record({ shape: fc.constant(shape), hasty: shape.fifo ? seldom(fc.constant(true)) : never }))
  .chain(({ shape: { fifo, isFunction }, hasty = false }) =>
    fc
      .record({
        t: traffic(fifo),
        u: seldom(traffic(fifo)),
        inbox: fc
          .boolean()
          .chain((redrives) =>
            queue({ fifo, patient: isFunction && !hasty, ...(redrives ? { deadLetterQueue: 'dead' } : {}) }),
          ),
        dead: queue({ fifo, patient: true }),
        workers: isFunction && !hasty ? lambda('inbox') : consumer('inbox', fifo, hasty),
        gravediggers: sometimes(consumer('dead', fifo)),
        redrive: sometimes(fc.constantFrom('5/s', undefined)),
        db,
      })
      .map(({ t, u, redrive, ...resources }): Document => {
        const redrives = resources.inbox['redrive'] !== undefined;
        const entries = Object.fromEntries(
          Object.keys(u === undefined ? { t } : { t, u }).map((one) => [one, 'inbox']),
        );
        return {
          ...ROOT,
          traffic: { t, u },
          designs: { d: { traffic: entries, resources } },
          faults: redrives ? [{ at: '30s', resource: 'dead', redrive: { rate: redrive } }] : [],
          guarantees: hasty || (fifo && redrives) ? [{ that: 'order of workers', expect: 'broken' }] : undefined,
        };
      }),
  );

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
      filter: fc.oneof({ weight: 1, arbitrary: never }, { weight: 3, arbitrary: filter }),
      times: seldom(fc.constantFrom({ from: '2s' }, { until: '3s' })),
      scope: fifo ? seldom(fc.constant('MessageGroup')) : never,
      db,
    })
    .map(({ t, hook, filter: filterPolicy, times, scope, ...queues }): Document => {
      const redrive = { deadLetterQueue: 'lost-letters' };
      const subscriptions: unknown[] = [
        { to: 'left', filterPolicy, redrive },
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
