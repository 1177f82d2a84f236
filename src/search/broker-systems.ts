/**
 * Random systems with a broker: what it has confirmed must come out, in order, flagged where it comes again, and to nobody in excess of his prefetch, whatever dies on the way.
 *
 *   traffic ─▶ broker: inbox [, copy of a topic] ─▶ workers [, copiers] ─▶ [db]        what is given up ─▶ dead ─▶ [gravediggers]
 *   traffic ─▶ broker: topic of MQTT ─▶ devices, audit
 *
 * Nodes come back within seconds and consumers take little ahead, so that a run of seconds meets all of it. What a design may not do, or its clients break the protocol: work on several messages at once where each
 * acknowledgement is for all before it.
 */
import fc from 'fast-check';
import { resolveData } from '../scenario/index.ts';
import { around, seldom, sometimes, type SpaceOptions } from './around.ts';
import { type Document, written } from './document.ts';
import { count, db, key, never, retry, ROOT, seconds } from './system-parts.ts';

const name = 'system';
const readText = (): undefined => undefined;

export function brokerSystems(options: SpaceOptions): fc.Arbitrary<Document> {
  const struck = (system: Document): fc.Arbitrary<Document> => aroundSystem(system, options);
  const unstruck = (system: Document): fc.Arbitrary<Document> =>
    aroundSystem(system, { ...options, isStruck: () => false });
  return fc.oneof(
    { weight: 13, arbitrary: queued.chain(struck) },
    { weight: 3, arbitrary: overMqtt.chain(struck) },
    { weight: 1, arbitrary: calm.chain(unstruck) },
    { weight: 2, arbitrary: killed.map(written) },
    { weight: 1, arbitrary: cutOff.map(written) },
  );
}

function aroundSystem(system: Document, options: SpaceOptions): fc.Arbitrary<Document> {
  const document = written(system);
  const resolved = resolveData(document, { name, readText });
  if ('wrong' in resolved) throw new Error(`a random broker is wrong: ${JSON.stringify(resolved.wrong)}`);
  return around(document, resolved.scenario, options);
}

type Engine = 'rabbitmq' | 'activemq';
interface Shape {
  readonly engine: Engine;
  readonly isDeployed: boolean;
  readonly isOld: boolean;
  readonly isTopic: boolean;
  /** What the queues and publishers of half of the systems are, so that something is promised. */
  readonly isSafe: boolean;
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  engine: fc.constantFrom<Engine>('rabbitmq', 'rabbitmq', 'activemq'),
  isDeployed: fc.boolean(),
  isOld: fc.boolean(),
  isTopic: fc.boolean(),
  isSafe: fc.boolean(),
});

/** Nodes that are soon back, disks that take a while, and clients that come back soon. */
function nodes({ engine, isDeployed, isOld }: Shape): fc.Arbitrary<Document> {
  const isRabbit = engine === 'rabbitmq';
  return fc.record({
    type: fc.constant('mq'),
    engine: fc.constant(engine),
    engineVersion: isRabbit && isOld ? fc.constant('3.13') : never,
    instanceType: isRabbit && isOld ? fc.constant('mq.m5.large') : never,
    deploymentMode: isDeployed ? fc.constant(isRabbit ? 'clusterMultiAz' : 'activeStandbyMultiAz') : never,
    commitTime: sometimes(fc.constantFrom('1ms', '50ms', '500ms', '2s', '2s')),
    restartTime: seconds(1, 5),
    failoverTime: seconds(1, 5),
    latency: sometimes(fc.constantFrom('1ms', '200ms')),
    reconnect: fc.constant({ initialDelay: '100ms', maxDelay: '5s' }),
  });
}

function traffic(): fc.Arbitrary<Document> {
  return fc.record({
    rate: fc.constant('10/s'),
    key: seldom(key),
    size: seldom(fc.constantFrom('1KiB', '100KiB')),
    timeout: sometimes(fc.constantFrom('1s', '10s')),
    retry: sometimes(retry),
    duplicates: seldom(fc.constant(0.1)),
    poison: sometimes(fc.constant(0.05)),
  });
}

function queue(own: string, { engine, isSafe }: Shape, isDead: boolean): fc.Arbitrary<Document> {
  const isRabbit = engine === 'rabbitmq';
  if (isDead || !isRabbit)
    return fc.record({ name: fc.constant(own), exclusiveConsumer: isDead ? never : seldom(fc.constant(true)) });
  return fc.boolean().chain((isQuorum) =>
    fc.record({
      name: fc.constant(own),
      kind: isQuorum ? fc.constant('quorum') : never,
      durable: isQuorum || isSafe ? never : sometimes(fc.constant(false)),
      messageTtl: seldom(seconds(2, 20)),
      maxLength: seldom(count(1, 20)),
      overflow: sometimes(fc.constant('rejectPublish')),
      deadLetterQueue: sometimes(fc.constant('dead')),
      deliveryLimit: isQuorum ? sometimes(count(1, 3)) : never,
      exclusiveConsumer: seldom(fc.constant(true)),
      maxPriority: isQuorum ? never : seldom(fc.constant(3)),
    }),
  );
}

/** Of a consumer or a publisher, beside what the engine speaks first. */
function protocol({ engine }: Shape): fc.Arbitrary<string | undefined> {
  return engine === 'activemq' ? sometimes(fc.constant('stomp')) : never;
}

function consumer(queueName: string, shape: Shape): fc.Arbitrary<Document> {
  return fc
    .record({ acknowledge: fc.constantFrom('individual', 'individual', 'client', 'auto'), protocol: protocol(shape) })
    .chain(({ acknowledge, protocol: spoken }) => {
      const isAuto = acknowledge === 'auto' && !shape.isSafe;
      return fc.record({
        type: fc.constant('consumer'),
        source: fc.constant('broker'),
        queue: fc.constant(queueName),
        protocol: fc.constant(spoken),
        acknowledge: fc.constant(isAuto ? 'auto' : acknowledge === 'client' ? 'client' : undefined),
        prefetch: fc.constantFrom(1, 1, 3, 20),
        onFailure: sometimes(fc.constant('reject')),
        instances: count(1, 3),
        concurrency: acknowledge === 'client' ? never : sometimes(count(2, 3)),
        restartDelay: seconds(1, 5),
        handler: fc.record({
          // What is poison comes back at once, and for ever.
          time: fc.constantFrom<unknown>('20ms', '200ms', '2s', { exponential: { mean: '50ms' } }),
          failureRate: sometimes(fc.constantFrom(0.1, 0.5)),
          calls: seldom(fc.constant([{ to: 'db', timeout: '2s' }])),
        }),
      });
    });
}

/** Faults that a broker alone has, besides those of all scripts. */
const blows: fc.Arbitrary<readonly Document[]> = fc
  .array(
    fc.record({
      at: seconds(5, 15, 30, 45),
      resource: fc.constant('broker'),
      what: fc.constantFrom<Document>(
        { crash: 1 },
        { crash: 1 },
        { disconnect: 0.5 },
        { disconnect: 1 },
        { maintenance: true },
        { crash: 0.3 },
      ),
    }),
    { maxLength: 2 },
  )
  .map((all) => all.map(({ what, ...fault }) => ({ ...fault, ...what })));

const queued: fc.Arbitrary<Document> = shapes.chain((shape) =>
  fc
    .record({
      t: traffic(),
      broker: nodes(shape),
      inbox: queue('inbox', shape, false),
      copy: queue('copy', shape, false),
      dead: queue('dead', shape, true),
      publish: fc.record({
        protocol: protocol(shape),
        persistent: shape.isSafe ? never : sometimes(fc.constant(false)),
        confirms: shape.isSafe ? never : sometimes(fc.constant(false)),
        connections: count(1, 3),
        resends: sometimes(fc.constant(true)),
      }),
      workers: consumer('inbox', shape),
      copiers: consumer('copy', shape),
      gravediggers: sometimes(consumer('dead', shape)),
      db,
      blows,
    })
    .map(
      ({
        t,
        broker,
        inbox,
        copy,
        dead,
        publish,
        workers,
        copiers,
        gravediggers,
        db: service,
        blows: faults,
      }): Document => {
        const queues = shape.isTopic ? [inbox, copy, dead] : [inbox, dead];
        return {
          ...ROOT,
          traffic: { t },
          faults,
          designs: {
            d: {
              traffic: { t: 'broker' },
              resources: {
                broker: {
                  ...broker,
                  queues,
                  topics: shape.isTopic ? [{ name: 'events', queues: ['inbox', 'copy'] }] : undefined,
                  publish: { ...publish, to: shape.isTopic ? 'events' : undefined },
                },
                workers,
                copiers: shape.isTopic ? copiers : undefined,
                gravediggers: shape.engine === 'rabbitmq' ? gravediggers : undefined,
                db: service,
              },
            },
          },
        };
      },
    ),
);

function subscriber(qos: fc.Arbitrary<number> = count(0, 2)): fc.Arbitrary<Document> {
  return fc.record({
    type: fc.constant('consumer'),
    source: fc.constant('broker'),
    protocol: fc.constant('mqtt'),
    queue: fc.constant('telemetry'),
    qos,
    instances: count(1, 2),
    concurrency: sometimes(count(2, 3)),
    restartDelay: seconds(1, 5),
    handler: fc.record({ time: fc.constantFrom('5ms', '200ms', '2s'), failureRate: sometimes(fc.constant(0.1)) }),
  });
}

const overMqtt: fc.Arbitrary<Document> = shapes.chain((shape) =>
  fc
    .record({
      t: fc.record({ rate: fc.constant('10/s'), key, timeout: sometimes(fc.constant('10s')), retry: sometimes(retry) }),
      broker: nodes(shape),
      publish: fc.record({
        protocol: fc.constant('mqtt'),
        to: fc.constant('telemetry'),
        qos: count(0, 2),
        connections: count(1, 3),
        connectionPerKey: sometimes(fc.constant(true)),
      }),
      devices: subscriber(),
      audit: sometimes(subscriber()),
      blows,
    })
    .map(
      ({ t, broker, publish, devices, audit, blows: faults }): Document => ({
        ...ROOT,
        traffic: { t },
        faults,
        designs: { d: { traffic: { t: 'broker' }, resources: { broker: { ...broker, publish }, devices, audit } } },
      }),
    ),
);

/** Where nothing breaks, QoS 2 is exactly once; ActiveMQ forgets with each line of a publisher what came on it, and a device that crashes forgets all. */
const calm: fc.Arbitrary<Document> = fc
  .record({
    broker: nodes({ engine: 'activemq', isDeployed: false, isOld: false, isTopic: false, isSafe: true }),
    connections: count(1, 3),
    devices: subscriber(fc.constant(2)),
  })
  .map(({ broker, connections, devices }): Document => {
    const publish = { protocol: 'mqtt', to: 'telemetry', qos: 2, connections };
    return {
      ...ROOT,
      traffic: { t: { rate: '10/s', key: { uniform: { keys: 3 } } } },
      designs: { d: { traffic: { t: 'broker' }, resources: { broker: { ...broker, publish }, devices } } },
    };
  });

/** Complete as it is: a node dies while its disk is at work on what has come, and while its consumers have hardly begun. */
const killed: fc.Arbitrary<Document> = shapes.chain((shape) =>
  fc
    .record({
      seed: count(1, 999_999),
      burst: count(1, 30),
      broker: nodes(shape),
      commitTime: fc.constantFrom('200ms', '2s'),
      at: fc.constantFrom('20ms', '100ms', '1s', '3s'),
      crash: fc.constantFrom(0.3, 1),
      resends: sometimes(fc.constant(true)),
      spoken: protocol(shape),
      connections: count(1, 3),
      prefetch: count(1, 3),
      maxLength: shape.engine === 'rabbitmq' ? seldom(count(1, 5)) : never,
    })
    .map(
      ({
        seed,
        burst,
        broker,
        commitTime,
        at,
        crash,
        resends,
        spoken,
        connections,
        prefetch,
        maxLength,
      }): Document => ({
        replications: 1,
        judged: 1,
        seed,
        horizon: '10s',
        drain: '20m',
        traffic: { t: { rate: '1/s', changes: [{ at: '0s', burst }] } },
        faults: [{ at, resource: 'broker', crash }],
        designs: {
          d: {
            traffic: { t: 'broker' },
            resources: {
              broker: {
                ...broker,
                commitTime,
                queues: [
                  { name: 'inbox', ...(maxLength === undefined ? {} : { maxLength, overflow: 'rejectPublish' }) },
                ],
                publish: { protocol: spoken, connections, resends },
              },
              workers: { type: 'consumer', source: 'broker', queue: 'inbox', prefetch, handler: { time: '2s' } },
            },
          },
        },
      }),
    ),
);

/** Complete as it is: lines break while devices are at work on what has come. */
const cutOff: fc.Arbitrary<Document> = shapes.chain((shape) =>
  fc
    .record({
      seed: count(1, 999_999),
      burst: count(1, 30),
      broker: nodes(shape),
      publish: fc.record({ protocol: fc.constant('mqtt'), to: fc.constant('telemetry'), qos: count(1, 2) }),
      devices: subscriber(count(1, 2)),
      disconnect: fc.constantFrom(0.5, 1),
      at: seconds(1, 2, 5),
    })
    .map(
      ({ seed, burst, broker, publish, devices, disconnect, at }): Document => ({
        replications: 1,
        judged: 1,
        seed,
        horizon: '10s',
        drain: '20m',
        traffic: { t: { rate: '1/s', changes: [{ at: '0s', burst }], key: { uniform: { keys: 3 } } } },
        faults: [{ at, resource: 'broker', disconnect }],
        designs: { d: { traffic: { t: 'broker' }, resources: { broker: { ...broker, publish }, devices } } },
      }),
    ),
);
