// Scenarios that benchmarks run, as a user would write them, and how much CPU time they take.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatErrors, parseScenario, type ResolvedScenario } from '../src/scenario/index.ts';

export interface Case {
  readonly name: string;
  readonly yaml: string;
  readonly design: string;
  /** Requests finished per second of CPU time that we aim at, millions; null: none was set. */
  readonly aim: number | null;
  /** What is counted is deliveries that reached their queue, not requests. Default: false. */
  readonly deliveries?: boolean;
}

const CHAIN = `
seed: 1
horizon: 500s
replications: 1
traffic: { t: { rate: 1000/s, timeout: 5s } }
designs:
  d:
    traffic: { t: api }
    resources:
      api: { type: service, servers: 200, serviceTime: 1ms, calls: [ { to: db, timeout: 1s } ] }
      db: { type: service, servers: 40, serviceTime: { exponential: { mean: 20ms } } }
`;
const BATCHES = `
seed: 1
horizon: 100s
replications: 1
traffic: { t: { rate: 10k/s, batch: { size: 10, linger: 20ms } } }
designs:
  d:
    traffic: { t: inbox }
    resources:
      inbox: { type: sqs }
      workers: { type: consumer, source: inbox, instances: 80, deletes: perBatch, handler: { time: 1ms } }
`;
const ONE_BY_ONE = `
seed: 1
horizon: 500s
replications: 1
traffic: { t: { rate: 1000/s } }
designs:
  d:
    traffic: { t: inbox }
    resources:
      inbox: { type: sqs }
      workers: { type: consumer, source: inbox, instances: 80, batchSize: 1, handler: { time: 1ms } }
`;
const FIFO = `
seed: 1
horizon: 100s
replications: 1
traffic: { t: { rate: 10k/s, key: { uniform: { keys: 10000 } }, batch: { size: 10, linger: 20ms } } }
designs:
  d:
    traffic: { t: inbox }
    resources:
      inbox: { type: sqs, fifo: true, deduplicationScope: messageGroup, fifoThroughputLimit: perMessageGroupId }
      workers: { type: consumer, source: inbox, instances: 200, deletes: perBatch, handler: { time: 1ms } }
`;
/** Ten queues, each of which gets half of the messages; with or without somebody who reads them. */
function fanOut(reader: string): string {
  const queues = Array.from({ length: 10 }, (_, i) => i);
  const half = (i: number): string =>
    queues
      .slice(0, 5)
      .map((j) => `k${(i + j) % 10}`)
      .join(', ');
  return `
seed: 1
horizon: 100s
drain: 10s
replications: 1
traffic:
  t: { rate: 2k/s, batch: { size: 10, linger: 20ms }, attributes: { kind: { choice: { ${queues.map((i) => `k${i}: 1`).join(', ')} } } } }
designs:
  d:
    traffic: { t: topic }
    resources:
      topic: { type: sns, subscriptions: [ ${queues.map((i) => `{ to: q${i}, filterPolicy: { kind: [ ${half(i)} ] } }`).join(', ')} ] }
${queues.map((i) => `      q${i}: { type: sqs }\n${reader === '' ? '' : `      w${i}: { type: consumer, source: q${i}, ${reader} }\n`}`).join('')}`;
}
const STREAM = `
seed: 1
horizon: 40s
drain: 10s
replications: 1
traffic: { t: { rate: 20k/s, size: 100B, key: { uniform: { keys: 10000 } }, batch: { size: 500, linger: 100ms } } }
designs:
  d:
    traffic: { t: stream }
    resources:
      stream: { type: kinesis, shards: 40 }
      readers: { type: consumer, source: stream, reader: kcl, instances: 4, handler: { time: 100us } }
`;
const broker = (engine: string, more: string): string => `
seed: 1
horizon: 20s
drain: 10s
replications: 1
traffic: { t: { rate: 10k/s, size: 100B } }
designs:
  d:
    traffic: { t: broker }
    resources:
      broker: { type: mq, engine: ${engine}, queues: [{ name: q${more} }], publish: { connections: 20 } }
      workers: { type: consumer, source: broker, instances: 10, prefetch: 100, handler: { time: 100us } }
`;
export const BACKLOG = `
seed: 1
horizon: 100s
drain: 0s
replications: 1
traffic: { t: { rate: 10k/s } }
designs: { d: { traffic: { t: inbox }, resources: { inbox: { type: sqs } } } }
`;

const scenarios = join(process.env['SPILLWAY_BENCH_FOLDER'] ?? 'bench', '../scenarios');
const flashSale = readFileSync(join(scenarios, 'flash-sale.yaml'), 'utf8');

export const CASES: readonly Case[] = [
  { name: 'synchronous chain of two services, timeouts armed', yaml: CHAIN, design: 'd', aim: 2 },
  { name: 'SQS: send, long poll ten, process, delete in batches', yaml: BATCHES, design: 'd', aim: 2 },
  { name: 'SQS: batch of one', yaml: ONE_BY_ONE, design: 'd', aim: 1 },
  { name: 'SQS FIFO: 10,000 groups, batches of ten', yaml: FIFO, design: 'd', aim: 1 },
  {
    name: 'SNS to ten SQS queues, filtered, deliveries: into the queues',
    yaml: fanOut(''),
    design: 'd',
    aim: 3,
    deliveries: true,
  },
  {
    name: 'SNS to ten SQS queues, filtered, deliveries: read in tens, deleted in batches',
    yaml: fanOut('instances: 8, deletes: perBatch, handler: { time: 1ms }'),
    design: 'd',
    aim: null,
    deliveries: true,
  },
  { name: 'Kinesis: put by 500, shared reads, KCL checkpoints', yaml: STREAM, design: 'd', aim: 3 },
  {
    name: 'RabbitMQ: publish, confirm, prefetch, ack',
    yaml: broker('rabbitmq', ', kind: classic'),
    design: 'd',
    aim: 1,
  },
  { name: 'ActiveMQ: send, answer, prefetch, ack', yaml: broker('activemq', ''), design: 'd', aim: 1 },
  { name: 'flash sale, synchronous', yaml: flashSale, design: 'sync', aim: null },
  { name: 'flash sale, queued', yaml: flashSale, design: 'queued', aim: null },
];

export function resolve(yaml: string): ResolvedScenario {
  const parsed = parseScenario(yaml, { file: 'bench.yaml', name: 'bench', readText: () => undefined });
  if (!parsed.ok) throw new Error(formatErrors(parsed.errors));
  return parsed.scenario;
}

export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
