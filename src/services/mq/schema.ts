/** How a broker of Amazon MQ may be written in a scenario, and its defaults. */
import type { z } from 'zod';
import { complain, type Vocabulary } from '../../calls/schema.ts';
import { mqFacts as f } from '../../facts/index.ts';
import { DEFAULT_INSTANCE, instanceTypesOf, nodeOf } from './nodes.ts';
import type {
  BrokerEngine,
  DeploymentMode,
  MqNode,
  MqPublishing,
  MqQueueSettings,
  MqSettings,
  Protocol,
} from './settings.ts';

export const PROTOCOLS = ['amqp', 'openwire', 'stomp', 'mqtt'] as const;
const QUEUE_KINDS = ['classic', 'quorum'] as const;
/** Versions that Amazon MQ offers and this model knows the differences of; the first is the default. */
export const ENGINE_VERSIONS: Readonly<Record<BrokerEngine, readonly [string, ...string[]]>> = {
  rabbitmq: ['4.2', '3.13'],
  activemq: ['5.18', '5.19'],
};

/** Of a client and a broker where nothing is said: a persistent message whose sender waits, over the protocol that the engine is known for. */
export function defaultProtocol(engine: BrokerEngine): Protocol {
  return engine === 'rabbitmq' ? 'amqp' : 'openwire';
}

/** ActiveMQ: the lock is let go, the standby looks for it (half of its pause on average), and loads the store. RabbitMQ: an election. */
const FAILOVER_US: Readonly<Record<BrokerEngine, number>> = {
  activemq: f.lockFreeUs.value + f.lockPollUs.value / 2 + f.standbyStartUs.value,
  rabbitmq: f.electionUs.value,
};

/** Where the instance type is unknown, which was told. */
const NO_NODE: Omit<MqNode, 'restartUs' | 'failoverUs'> = {
  publishUs: 0,
  deliverUs: 0,
  settleUs: 0,
  perKibUs: 0,
  commitUs: 0,
  bytesPerSecond: 1,
  memoryBytes: 1,
  storageBytes: 1,
  diskFreeBytes: 0,
  connections: 1,
};

/** Settings of an `mq` broker, without its name. */
export function mqSchema(v: Vocabulary): z.ZodType<Omit<MqSettings, 'name'>> {
  return v
    .object({
      type: v.choice(['mq']).meta({ description: 'What kind of resource it is.' }),
      engine: v.choice(['rabbitmq', 'activemq']).meta({ description: 'Which broker Amazon MQ runs.' }),
      engineVersion: v
        .text('a version of the engine, such as 4.2')
        .optional()
        .meta({ description: 'RabbitMQ 4.2 or 3.13, ActiveMQ 5.18 or 5.19. Default: the first of them.' }),
      deploymentMode: v.choice(['singleInstance', 'activeStandbyMultiAz', 'clusterMultiAz']).optional().meta({
        description:
          'One node; an active and a waiting one over two zones (ActiveMQ); three over three zones (RabbitMQ).',
        default: 'singleInstance',
      }),
      instanceType: v.text('an instance type, such as mq.m5.large').optional().meta({
        description:
          'Size of a node: processor time, memory, storage, price. Default: mq.m7g.large; of ActiveMQ mq.m5.large.',
      }),
      storageType: v.choice(['ebs', 'efs']).optional().meta({
        description: 'Where what must survive is written. Default: ebs; of ActiveMQ efs, which alone serves two zones.',
      }),
      queues: v
        .list('a list of queues, such as [ { name: orders } ]', queueSchema(v))
        .optional()
        .meta({ description: 'The queues. Default: none, which only a broker of MQTT can do without.' }),
      topics: v
        .list('a list of topics, such as [ { name: events, queues: [billing, audit] } ]', topicSchema(v))
        .optional()
        .meta({
          description:
            'Exchanges (RabbitMQ) or composite destinations (ActiveMQ): each gives what is published to all its queues. Default: none.',
        }),
      publish: publishSchema(v).optional().meta({ description: 'How the traffic that enters publishes.' }),
      reconnect: v
        .object({
          initialDelay: v.duration({ min: 1 }).optional().meta({
            description: 'Wait after the first failure.',
            default: '10ms',
          }),
          maxDelay: v.duration({ min: 1 }).optional().meta({ description: 'Longest wait.', default: '30s' }),
          factor: v.number({ min: 1, max: 100 }).optional().meta({
            description: 'By how much each wait is longer than the one before.',
            default: 2,
          }),
        })
        .optional()
        .meta({
          description: 'How clients come back after a broken connection. Default: as ActiveMQ’s failover transport.',
        }),
      commitTime: v.duration({ min: 0 }).optional().meta({
        description: 'Time of one write to storage. Default: 1.5ms on ebs, 12ms on efs, after AWS’s rates; assumed.',
      }),
      memory: v.size({ min: 1 }).optional().meta({
        description:
          'Memory for messages, until publishers are blocked. Default: by the instance type; of ActiveMQ assumed.',
      }),
      restartTime: v.duration({ min: 1 }).optional().meta({
        description: 'From a crash of a node until it is back. Default: 6s; of ActiveMQ 5s.',
      }),
      failoverTime: v.duration({ min: 1 }).optional().meta({
        description:
          'Until the waiting node has taken over (ActiveMQ), or a queue has another leader (RabbitMQ). Default: 40s; of RabbitMQ 500ms; assumed.',
      }),
      latency: v.durations().optional().meta({
        description: 'Round trip between a client and the broker. Default: 500us; assumed.',
      }),
    })
    .transform((s, ctx): Omit<MqSettings, 'name'> => {
      const { engine } = s;
      const deploymentMode = s.deploymentMode ?? 'singleInstance';
      const storageType = s.storageType ?? (engine === 'activemq' ? 'efs' : 'ebs');
      const engineVersion = s.engineVersion ?? ENGINE_VERSIONS[engine][0];
      if (!ENGINE_VERSIONS[engine].includes(engineVersion))
        complain(ctx, ['engineVersion'], 'unknown-value', `one of ${ENGINE_VERSIONS[engine].join(', ')} of ${engine}`);
      checkDeployment(engine, deploymentMode, storageType, ctx);
      const instanceType = s.instanceType ?? DEFAULT_INSTANCE[engine];
      const queues = (s.queues ?? []).map((queue) => queueOf(queue, engine, engineVersion));
      const topics = s.topics ?? [];
      checkNames(queues, topics, s.publish, ctx);
      const node = nodeOf(engine, instanceType, storageType, deploymentMode);
      const fitting = instanceTypesOf(engine, engineVersion);
      if (!fitting.includes(instanceType))
        complain(
          ctx,
          ['instanceType'],
          'unknown-value',
          `an instance type of ${engine} ${engineVersion}: ${fitting.join(', ')}`,
        );
      return {
        type: 'mq',
        engine,
        engineVersion,
        deploymentMode,
        instanceType,
        storageType,
        queues,
        topics,
        publish: publishingOf(s.publish ?? {}, engine, queues[0]?.name ?? '', ctx),
        reconnect: {
          initialDelayUs: s.reconnect?.initialDelay ?? f.failoverInitialMs.value * 1000,
          maxDelayUs: s.reconnect?.maxDelay ?? f.failoverMaxMs.value * 1000,
          factor: s.reconnect?.factor ?? f.failoverBackoff.value,
        },
        node: {
          ...(node ?? NO_NODE),
          ...(s.commitTime === undefined ? {} : { commitUs: s.commitTime }),
          ...(s.memory === undefined ? {} : { memoryBytes: s.memory }),
          restartUs: s.restartTime ?? (engine === 'activemq' ? f.standbyStartUs : f.restartUs).value,
          failoverUs: s.failoverTime ?? FAILOVER_US[engine],
        },
        latency: s.latency ?? { kind: 'constant', value: 2 * f.networkUs.value },
      };
    });
}

interface WrittenQueue {
  readonly name: string;
  readonly kind?: 'classic' | 'quorum' | undefined;
  readonly durable?: boolean | undefined;
  readonly messageTtl?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly overflow?: 'dropHead' | 'rejectPublish' | undefined;
  readonly deadLetterQueue?: string | undefined;
  readonly maxPriority?: number | undefined;
  readonly deliveryLimit?: number | undefined;
  readonly exclusiveConsumer?: boolean | undefined;
}

function queueSchema(v: Vocabulary): z.ZodType<WrittenQueue> {
  return v.object({
    name: v.name('the name of a queue').meta({ description: 'What it is called at the broker.' }),
    kind: v.choice(QUEUE_KINDS).optional().meta({
      description:
        'Kept by the node that it is on (classic), or by a majority of the nodes (quorum, RabbitMQ). Default: classic; of RabbitMQ 4 quorum, unless it is not durable or has priorities.',
    }),
    durable: v.flag().optional().meta({ description: 'Whether it survives its node.', default: true }),
    messageTtl: v.duration({ min: 1000 }).optional().meta({
      description: 'Age at which a message is gone. Default: none.',
    }),
    maxLength: v.count({ min: 1 }).optional().meta({ description: 'Messages that it holds. Default: no limit.' }),
    overflow: v.choice(['dropHead', 'rejectPublish']).optional().meta({
      description: 'What gives way when it is full: its oldest message, or the new one.',
      default: 'dropHead',
    }),
    deadLetterQueue: v.name('the name of another queue of the broker').optional().meta({
      description:
        'Where what is refused, too old, too much or delivered too often goes. Default: nowhere; of ActiveMQ its own ActiveMQ.DLQ.',
    }),
    maxPriority: v.count({ min: 1, max: 255 }).optional().meta({
      description: 'Priorities from 0 to this. Default: none.',
    }),
    deliveryLimit: v.count({ min: 1 }).optional().meta({
      description:
        'Of a quorum queue: deliveries that failed before a message is given up. Default: 20 from version 4 on.',
    }),
    exclusiveConsumer: v.flag().optional().meta({
      description: 'One consumer at a time, the others wait (single active consumer).',
      default: false,
    }),
  });
}

function topicSchema(v: Vocabulary): z.ZodType<{ name: string; queues: string[] }> {
  return v.object({
    name: v.name('the name of a topic').meta({ description: 'What it is called at the broker.' }),
    queues: v
      .list('a list of queues of the broker', v.name('the name of a queue of the broker'))
      .meta({ description: 'The queues that are bound to it.' }),
  });
}

interface WrittenPublishing {
  readonly protocol?: Protocol | undefined;
  readonly to?: string | undefined;
  readonly persistent?: boolean | undefined;
  readonly confirms?: boolean | undefined;
  readonly qos?: 0 | 1 | 2 | undefined;
  readonly connections?: number | undefined;
  readonly connectionPerKey?: boolean | undefined;
  readonly resends?: boolean | undefined;
  readonly priority?: number | undefined;
}

function publishSchema(v: Vocabulary): z.ZodType<WrittenPublishing> {
  return v.object({
    protocol: v.choice(PROTOCOLS).optional().meta({
      description: 'The protocol that publishers speak. Default: amqp; of ActiveMQ openwire.',
    }),
    to: v.name('the name of a queue or a topic of the broker').optional().meta({
      description: 'A queue or a topic; of MQTT a topic. Default: the first queue.',
    }),
    persistent: v.flag().optional().meta({ description: 'Whether messages survive a node.', default: true }),
    confirms: v.flag().optional().meta({
      description:
        'Whether a publisher waits for the broker’s word (publisher confirms, a receipt, a synchronous send).',
      default: true,
    }),
    qos: qosSchema(v).optional().meta({ description: 'Of MQTT: how often a message may come.', default: 1 }),
    connections: v.count({ min: 1, max: 10_000 }).optional().meta({
      description: 'Connections that publishers have.',
      default: 1,
    }),
    connectionPerKey: v.flag().optional().meta({
      description: 'A connection for each key of the traffic, as devices have, up to `connections` of them.',
      default: false,
    }),
    resends: v.flag().optional().meta({
      description:
        'Whether the client itself sends again what was not answered when its connection broke. Default: true of OpenWire; over MQTT the session does, with QoS 1 and 2.',
    }),
    priority: v
      .count({ min: 0, max: 255 })
      .optional()
      .meta({ description: 'Of each message, where the queue has priorities. Default: none.' }),
  });
}

/** MQTT's quality of service. */
export function qosSchema(v: Vocabulary): z.ZodType<0 | 1 | 2> {
  return v.count({ min: 0, max: 2 }).transform((qos) => qos as 0 | 1 | 2);
}

function queueOf(q: WrittenQueue, engine: BrokerEngine, version: string): MqQueueSettings {
  const isReplicable = q.durable !== false && q.maxPriority === undefined;
  const isQuorumByDefault = engine === 'rabbitmq' && version.startsWith('4') && isReplicable;
  const kind = q.kind ?? (isQuorumByDefault ? 'quorum' : 'classic');
  const isLimited = kind === 'quorum' && version.startsWith('4');
  return {
    name: q.name,
    kind,
    durable: q.durable ?? true,
    messageTtlUs: q.messageTtl ?? null,
    maxLength: q.maxLength ?? null,
    overflow: q.overflow ?? 'dropHead',
    deadLetterQueue: q.deadLetterQueue ?? null,
    maxPriority: q.maxPriority ?? null,
    deliveryLimit: q.deliveryLimit ?? (isLimited && engine === 'rabbitmq' ? f.deliveryLimit.value : null),
    exclusiveConsumer: q.exclusiveConsumer ?? false,
  };
}

function publishingOf(
  p: WrittenPublishing,
  engine: BrokerEngine,
  firstQueue: string,
  ctx: z.core.$RefinementCtx,
): MqPublishing {
  const protocol = p.protocol ?? defaultProtocol(engine);
  const problem = protocolProblem(engine, protocol);
  if (problem !== null) complain(ctx, ['publish', 'protocol'], 'misfit', problem);
  if (protocol === 'mqtt' && p.to === undefined)
    complain(ctx, ['publish', 'to'], 'missing', 'the topic to which it publishes, such as telemetry');
  const isMqtt = protocol === 'mqtt';
  if (!isMqtt && p.qos !== undefined) complain(ctx, ['publish', 'qos'], 'misfit', 'no qos without protocol: mqtt');
  const qos = p.qos ?? 1;
  return {
    protocol,
    to: p.to ?? firstQueue,
    persistent: p.persistent ?? true,
    confirms: isMqtt ? qos > 0 : (p.confirms ?? true),
    qos,
    connections: p.connections ?? 1,
    connectionPerKey: p.connectionPerKey ?? false,
    resends: p.resends ?? protocol === 'openwire',
    priority: p.priority ?? null,
  };
}

/** What of a broker's protocols Amazon MQ does not offer; null: it does. */
export function protocolProblem(engine: BrokerEngine, protocol: Protocol): string | null {
  if (engine === 'rabbitmq' && protocol === 'openwire') return 'amqp, stomp or mqtt: OpenWire is ActiveMQ’s';
  if (engine === 'activemq' && protocol === 'amqp')
    return 'openwire, stomp or mqtt: AMQP 0-9-1 is RabbitMQ’s (ActiveMQ’s AMQP 1.0 comes in a later version)';
  return null;
}

function checkDeployment(
  engine: BrokerEngine,
  mode: DeploymentMode,
  storage: 'ebs' | 'efs',
  ctx: z.core.$RefinementCtx,
): void {
  if (engine === 'rabbitmq' && mode === 'activeStandbyMultiAz')
    complain(ctx, ['deploymentMode'], 'misfit', 'singleInstance or clusterMultiAz beside engine: rabbitmq');
  if (engine === 'activemq' && mode === 'clusterMultiAz')
    complain(ctx, ['deploymentMode'], 'misfit', 'singleInstance or activeStandbyMultiAz beside engine: activemq');
  if (engine === 'rabbitmq' && storage === 'efs')
    complain(ctx, ['storageType'], 'misfit', 'ebs beside engine: rabbitmq (limits of Amazon MQ)');
  if (engine === 'activemq' && mode === 'activeStandbyMultiAz' && storage === 'ebs')
    complain(
      ctx,
      ['storageType'],
      'misfit',
      'efs beside activeStandbyMultiAz, which both nodes reach (limits of Amazon MQ)',
    );
}

function checkNames(
  queues: readonly MqQueueSettings[],
  topics: readonly { readonly name: string; readonly queues: readonly string[] }[],
  publish: WrittenPublishing | undefined,
  ctx: z.core.$RefinementCtx,
): void {
  const names = queues.map(({ name }) => name);
  const known = names.length === 0 ? 'the name of a queue of the broker; there is none' : `one of ${names.join(', ')}`;
  const all = [...names, ...topics.map(({ name }) => name)];
  all.forEach((name, i) => {
    if (all.indexOf(name) === i) return;
    const path = i < names.length ? ['queues', i, 'name'] : ['topics', i - names.length, 'name'];
    complain(ctx, path, 'duplicate-name', 'another name: the broker has a queue or a topic of this name already');
  });
  queues.forEach(({ deadLetterQueue, name, kind }, i) => {
    if (deadLetterQueue !== null && (!names.includes(deadLetterQueue) || deadLetterQueue === name))
      complain(ctx, ['queues', i, 'deadLetterQueue'], 'unknown-reference', `another queue of the broker: ${known}`);
    if (kind === 'quorum' && !(queues[i] as MqQueueSettings).durable)
      complain(ctx, ['queues', i, 'durable'], 'misfit', 'true beside kind: quorum, which is always durable');
  });
  topics.forEach((topic, i) => {
    topic.queues.forEach((queue, j) => {
      if (!names.includes(queue)) complain(ctx, ['topics', i, 'queues', j], 'unknown-reference', known);
    });
  });
  if (publish?.to !== undefined && publish.protocol !== 'mqtt' && !all.includes(publish.to))
    complain(ctx, ['publish', 'to'], 'unknown-reference', `a queue or a topic of the broker: ${all.join(', ')}`);
  if (names.length === 0 && publish?.protocol !== 'mqtt')
    complain(ctx, ['queues'], 'missing', 'at least one queue, such as [ { name: orders } ]');
}
