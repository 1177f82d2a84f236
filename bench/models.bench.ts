/**
 * Speed of whole scenarios, as they run for a user: metrics, latency histograms and the check that nothing is lost count of are on. Each
 * scenario has a process of its own, so that no other has shaped its machine code. CPU time, so that a busy machine changes it less.
 * Run: npm run bench models
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ReplicationOutcome, type RunOptions, runReplication } from '../src/experiment/index.ts';
import { formatErrors, parseScenario, type ResolvedScenario } from '../src/scenario/index.ts';

interface Case {
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
const BACKLOG = `
seed: 1
horizon: 100s
drain: 0s
replications: 1
traffic: { t: { rate: 10k/s } }
designs: { d: { traffic: { t: inbox }, resources: { inbox: { type: sqs } } } }
`;

const scenarios = join(process.env['SPILLWAY_BENCH_FOLDER'] ?? 'bench', '../scenarios');
const flashSale = readFileSync(join(scenarios, 'flash-sale.yaml'), 'utf8');

const CASES: readonly Case[] = [
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
  { name: 'flash sale, synchronous', yaml: flashSale, design: 'sync', aim: null },
  { name: 'flash sale, queued', yaml: flashSale, design: 'queued', aim: null },
];
const ROUNDS = 3;
/** The models alone. */
const UNJUDGED = { judge: false };

function resolve(yaml: string): ResolvedScenario {
  const parsed = parseScenario(yaml, { file: 'bench.yaml', name: 'bench', readText: () => undefined });
  if (!parsed.ok) throw new Error(formatErrors(parsed.errors));
  return parsed.scenario;
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
}

/** What a run may bear besides: nothing; a history that nobody keeps; verdicts. */
const BURDENS = [
  ['', UNJUDGED],
  ['with a history', { ...UNJUDGED, history: { take: () => {} } }],
  ['judged', { judge: true }],
] as const;

function measure(one: Case): void {
  for (const [burden, options] of BURDENS) measureWith(one, burden, options);
}

function measureWith(
  { name, yaml, design, aim: wanted, deliveries = false }: Case,
  burden: string,
  options: RunOptions,
): void {
  const aim = burden === '' ? wanted : null;
  const scenario = resolve(yaml);
  runReplication(scenario, design, 0, options);
  let events = 0;
  let finished = 0;
  const rates = Array.from({ length: ROUNDS }, (_, i) => {
    const before = cpuSeconds();
    const outcome = runReplication(scenario, design, i + 1, options);
    const seconds = cpuSeconds() - before;
    events += outcome.events;
    const done = deliveries ? deliveredIn(outcome) : finishedIn(outcome);
    finished += done;
    return done / seconds / 1e6;
  });
  const rate = median(rates);
  const aimed = aim === null ? '' : `, aim ${aim} (${(rate / aim).toFixed(2)} of it)`;
  const each = (events / finished).toFixed(1);
  console.log(
    `${burden === '' ? name : `  ${burden}`}: ${rate.toFixed(2)} million/s${aimed}; ${each} events each, ${(1000 / rate).toFixed(0)} ns`,
  );
}

function finishedIn({ traffic }: ReplicationOutcome): number {
  const { offered = 0, inSystem = 0 } = traffic[0]?.outcome ?? {};
  return offered - inSystem;
}

function deliveredIn({ resources }: ReplicationOutcome): number {
  const metrics = resources.find(({ name }) => name === 'topic')?.metrics;
  return metrics?.find(({ name }) => name === 'NumberOfNotificationsDelivered')?.sum ?? 0;
}

/** The world at the end of the traffic, against none. */
function measureBacklog(): void {
  const scenario = resolve(BACKLOG);
  const used = (): number => {
    (globalThis as { gc?: () => void }).gc?.();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  runReplication({ ...scenario, horizonUs: 1_000_000 }, 'd', 0, UNJUDGED);
  const before = used();
  let after = before;
  const { traffic } = runReplication(scenario, 'd', 0, {
    ...UNJUDGED,
    onProgress: (share) => {
      if (share === 1) after = used();
    },
  });
  const messages = traffic[0]?.outcome.inSystem ?? 0;
  const bytes = (after - before) / messages;
  console.log(`backlog of ${messages} messages: ${bytes.toFixed(1)} bytes a message, request included, aim 64`);
}

const [, program = '', wanted] = process.argv;
if (wanted === undefined) {
  console.log(`node ${process.version}, requests finished per second of CPU time`);
  for (let i = 0; i <= CASES.length; i++) {
    const { status } = spawnSync(process.execPath, ['--expose-gc', program, String(i)], { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
} else {
  const chosen = CASES[Number(wanted)];
  if (chosen === undefined) measureBacklog();
  else measure(chosen);
}
