/**
 * Speed of `spillway check`: candidates tried a second on one core, and what it takes to make a counterexample small. CPU time, so that a busy
 * machine changes it less. Run: npm run bench search
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseScenario } from '../src/scenario/index.ts';
import { around, type Play, playWith, shrink, type Space, systems, tryRange } from '../src/search/index.ts';

const readText = (): undefined => undefined;
const scenarios = join(process.env['SPILLWAY_BENCH_FOLDER'] ?? '.', '..', 'scenarios');
/** Candidates before the clock starts, and while it runs. */
const WARM = 100;
const RUNS = 300;

function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function aroundScenario(name: string, messages: number): Space {
  const text = readFileSync(join(scenarios, `${name}.yaml`), 'utf8');
  const outcome = parseScenario(text, { file: name, name, readText });
  if (!outcome.ok) throw new Error(`${name} can't be read`);
  return around(outcome.document, outcome.scenario, { messages });
}

const SPACES: readonly (readonly [string, Space])[] = [
  ['random systems, 200 messages', systems({ messages: 200 })],
  ['around flash-sale, 2,000 messages', aroundScenario('flash-sale', 2000)],
  ['around fifo-orders, 2,000 messages', aroundScenario('fifo-orders', 2000)],
  ['around fan-out, 2,000 messages', aroundScenario('fan-out', 2000)],
];

const play = playWith({ readText });
console.table(
  Object.fromEntries(
    SPACES.map(([name, space]) => {
      tryRange(space, play, { seed: 'warm', from: 0, to: WARM });
      let messages = 0;
      const seconds = cpuSeconds(() => {
        messages = tryRange(space, play, { seed: '1', from: 0, to: RUNS }).messages;
      });
      return [name, { 'runs/s': Math.round(RUNS / seconds), 'messages/s': Math.round(messages / seconds) }];
    }),
  ),
);

/** A consumer that works on a FIFO queue's batch in parallel, and who expects each message to be done once. */
const MISTAKES = `
seed: 1
horizon: 10m
traffic: { orders: { rate: 20/s, size: 2KiB, key: { uniform: { keys: 100 } }, timeout: 3s, retry: sdk-standard } }
resources:
  db: { type: service, servers: 10, serviceTime: { lognormal: { mean: 80ms, cv: 0.5 } } }
  inbox: { type: sqs, fifo: true, visibilityTimeout: 30s, redrive: { maxReceiveCount: 5, deadLetterQueue: dead } }
  dead: { type: sqs, fifo: true }
  workers: { type: consumer, source: inbox, instances: 3, concurrency: 10, handler: { time: 5ms, calls: [ { to: db } ] } }
designs: { shop: { traffic: { orders: inbox } } }
guarantees: [ exactly-once of workers ]
`;
const outcome = parseScenario(MISTAKES, { file: 'mistakes', name: 'mistakes', readText });
if (!outcome.ok) throw new Error('the mistakes are none');
const space = around(outcome.document, outcome.scenario, { messages: 2000 });
let plays = 0;
const counted: Play = (document) => {
  plays++;
  return play(document);
};
const { found } = tryRange(space, counted, { seed: '1', from: 0, to: 200 });
console.table(
  Object.fromEntries(
    found.map(({ document, breach, run }) => {
      plays = 0;
      let messages = 0;
      const seconds = cpuSeconds(() => {
        messages = shrink(document, breach, counted).messages;
      });
      return [
        `${breach.guarantee} of ${breach.resource}`,
        { 'found in run': run, 'shrunk in s': Number(seconds.toFixed(2)), tries: plays, 'messages left': messages },
      ];
    }),
  ),
);
