/** What the ways of the designs give beside their figures: order, replay, readers, who scales them. Read off the settings, with what was measured below it. */
import type { Result, TrafficResult } from '../experiment/result.ts';
import { designNames, designOf, trafficNames } from './findings.ts';
import { ABSENT, duration, plain, plural, share, usd } from './format.ts';
import type { Cell, Table } from './tables.ts';

type Settings = Readonly<Record<string, unknown>>;

/** One way into a design, in words. */
interface Way {
  readonly kind: string;
  readonly carrier: string;
  readonly order: string;
  readonly replay: string;
  readonly readers: string;
  readonly scaling: string;
}

/** Kinds that hand on what they take in, and brokers; a difference between two of them is what the table is about. */
const LOGS: readonly string[] = ['kinesis', 'firehose'];
const SHOWN: readonly string[] = [...LOGS, 'mq'];
const WORDS = [
  ['carried by', 'carrier'],
  ['order', 'order'],
  ['replay', 'replay'],
  ['who gets a message', 'readers'],
  ['who scales it', 'scaling'],
] as const;

/** undefined where no design has a stream or a delivery stream, or all have the same way. */
export function waysTable(result: Result): Table | undefined {
  const names = designNames(result);
  const ways = names.map((name) => waysOf(result, name));
  const kinds = new Set(ways.map((all) => all.map(({ kind }) => kind).join()));
  const isAny = (of: readonly string[]): boolean =>
    ways.flat().some(({ kind }) => of.includes(kind.split(' ')[0] ?? ''));
  if (kinds.size < 2 || !isAny(SHOWN)) return undefined;
  const rows: Cell[][] = WORDS.map(([label, key]) => [
    { text: isAny(LOGS) ? label.replace('message', 'record') : label },
    ...ways.map((all): Cell => ({ text: [...new Set(all.map((way) => way[key]))].join('; ') || ABSENT })),
  ]);
  return {
    columns: [
      { label: 'what it gives', align: 'left' },
      ...names.map((label, design) => ({ label, align: 'left' as const, design })),
    ],
    groups: [{ rows: [...rows, ...measuredRows(result, names)] }],
    note: 'What stands above the line of latency follows from the settings; the rest was measured. “Out of order” counts requests that were done after a later one of the same key.',
  };
}

function measuredRows(result: Result, names: readonly string[]): Cell[][] {
  const traffics = trafficNames(result);
  const row = (label: string, value: (of: TrafficResult) => string): Cell[] => [
    { text: label },
    ...names.map((name): Cell => {
      const { traffic } = designOf(result, name);
      const told = traffics.flatMap((one) => (traffic[one] === undefined ? [] : [value(traffic[one])]));
      return { text: told.join('; ') || ABSENT };
    }),
  ];
  return [
    row('latency, median', ({ completionMs }) => duration(completionMs.p50)),
    row('latency, p99', ({ completionMs }) => duration(completionMs.p99)),
    row('out of order', ({ outOfOrder, completed }) => share(completed === 0 ? null : outOfOrder / completed)),
    row('done more than once', ({ duplicates, completed }) => share(completed === 0 ? null : duplicates / completed)),
    [
      { text: 'cost per million requests' },
      ...names.map((name): Cell => ({ text: usd(designOf(result, name).cost?.perMillionRequestsUsd ?? null) })),
    ],
  ];
}

/** The ways of all traffics into a design. */
function waysOf(result: Result, name: string): Way[] {
  const design = listOf(objectOf(result.resolved)['designs'])
    .map(objectOf)
    .find((one) => one['name'] === name);
  if (design === undefined) return [];
  const resources = listOf(design['resources']).map(objectOf);
  const entered = new Set(listOf(design['entries']).map((entry) => objectOf(entry)['resource']));
  return resources.flatMap((one) => (entered.has(one['name']) ? (wayOf(one, resources) ?? []) : []));
}

function wayOf(one: Settings, all: readonly Settings[]): Way | undefined {
  switch (one['type']) {
    case 'sqs':
      return queueWay(one);
    case 'kinesis':
      return streamWay(one, all);
    case 'firehose':
      return {
        kind: 'firehose',
        carrier: `delivery stream into ${String(one['destination'])}`,
        order: 'none promised',
        replay: one['backup'] === 'all' ? 'from the backup in S3, by hand' : 'no; what failed is in the backup',
        readers: 'one destination',
        scaling: 'AWS; its limits rise when it throttles',
      };
    case 'sns':
      return {
        kind: one['fifo'] === true ? 'sns fifo' : 'sns',
        carrier: one['fifo'] === true ? 'FIFO topic' : 'topic',
        order: one['fifo'] === true ? 'in each message group' : 'none promised',
        replay: 'no',
        readers: 'each subscription',
        scaling: 'AWS',
      };
    case 'mq':
      return brokerWay(one);
    case 'service':
      return {
        kind: 'service',
        carrier: 'synchronous calls',
        order: 'as answers come',
        replay: 'no',
        readers: 'the service that is called',
        scaling: one['autoscaling'] == null ? 'its owner, by replicas' : 'its autoscaling',
      };
    default:
      return undefined;
  }
}

function queueWay(one: Settings): Way {
  const isFifo = one['fifo'] === true;
  return {
    kind: isFifo ? 'sqs fifo' : 'sqs',
    carrier: isFifo ? 'FIFO queue' : 'standard queue',
    order: isFifo ? 'in each message group' : 'none promised',
    replay: 'no: what is handled is deleted',
    readers: 'one of the consumers',
    scaling: isFifo ? 'AWS, up to a limit of calls; its consumers their owner' : 'AWS; its consumers their owner',
  };
}

const ENGINES: Readonly<Record<string, string>> = { rabbitmq: 'RabbitMQ', activemq: 'ActiveMQ' };
const NODES: Readonly<Record<string, string>> = {
  singleInstance: 'one node',
  activeStandbyMultiAz: 'an active and a standby node',
  clusterMultiAz: 'three nodes',
};

function brokerWay(one: Settings): Way {
  const publish = objectOf(one['publish']);
  const isMqtt = publish['protocol'] === 'mqtt';
  const topic = listOf(one['topics'])
    .map(objectOf)
    .find(({ name }) => name === publish['to']);
  const queue = listOf(one['queues'])
    .map(objectOf)
    .find(({ name }) => name === publish['to']);
  const carrier = [
    `${ENGINES[String(one['engine'])]} on ${NODES[String(one['deploymentMode'])]}`,
    ...(isMqtt ? [`over MQTT with QoS ${String(publish['qos'])}`] : []),
    ...(one['deploymentMode'] === 'clusterMultiAz' && queue !== undefined ? [`${String(queue['kind'])} queue`] : []),
    ...(!isMqtt && publish['persistent'] === false ? ['transient messages'] : []),
    ...(!isMqtt && publish['confirms'] === false ? ['no confirms'] : []),
  ].join(', ');
  return {
    kind: `mq ${carrier} ${topic === undefined ? 'queue' : 'topic'}`,
    carrier,
    order: isMqtt ? 'of each publisher, until one comes again' : 'in each queue, until a message comes back',
    replay: 'no: what is acknowledged is gone',
    readers: readersOfWay(isMqtt, topic),
    scaling: 'its owner, by instance type; its consumers too',
  };
}

function readersOfWay(isMqtt: boolean, topic: Settings | undefined): string {
  if (isMqtt) return 'each session that subscribes';
  return topic === undefined
    ? 'one of the consumers'
    : `each queue of the topic (${plain(listOf(topic['queues']).length)} here)`;
}

function streamWay(one: Settings, all: readonly Settings[]): Way {
  const readers = all.filter(({ source }) => source === one['name']);
  const deliveries = readers.filter(({ type }) => type === 'firehose').length;
  const isOnDemand = one['streamMode'] === 'on-demand';
  const shards = Number(one['shards']);
  const each = readers.length - deliveries;
  return {
    kind: `kinesis ${isOnDemand ? 'on-demand' : 'provisioned'} ${deliveries}`,
    carrier: `stream${isOnDemand ? ' on demand' : ` of ${plural(shards, 'shard')}`}${deliveries > 0 ? ', read by a delivery stream' : ''}`,
    order: one['recordDistribution'] === 'AUTO' ? 'none promised' : 'in each shard, so of each key',
    replay: `for ${duration(Number(one['retentionPeriodMs']))}, by any reader`,
    readers: `each of its readers (${plain(each + deliveries)} here)`,
    scaling: isOnDemand ? 'AWS, within 15 minutes' : 'its owner, by shards',
  };
}

function objectOf(value: unknown): Settings {
  return typeof value === 'object' && value !== null ? (value as Settings) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
