/**
 * Speed of whole scenarios, as they run for a user: metrics, latency histograms and the check that nothing is lost count of are on. Each
 * scenario has a process of its own, so that no other has shaped its machine code. CPU time, so that a busy machine changes it less.
 * Run: npm run bench models
 */
import { spawnSync } from 'node:child_process';
import { type ReplicationOutcome, runReplication } from '../src/experiment/index.ts';
import { BACKLOG, type Case, CASES, cpuSeconds, resolve } from './cases.ts';
import { median } from './pairing.ts';

const ROUNDS = 3;
/** The models alone. */
const UNJUDGED = { judge: false };

function measure({ name, yaml, design, aim, deliveries = false }: Case): void {
  const scenario = resolve(yaml);
  runReplication(scenario, design, 0, UNJUDGED);
  let events = 0;
  let finished = 0;
  const rates = Array.from({ length: ROUNDS }, (_, i) => {
    const before = cpuSeconds();
    const outcome = runReplication(scenario, design, i + 1, UNJUDGED);
    const seconds = cpuSeconds() - before;
    events += outcome.events;
    const done = deliveries ? deliveredIn(outcome) : finishedIn(outcome);
    finished += done;
    return done / seconds / 1e6;
  });
  const rate = median(rates);
  const aimed = aim === null ? '' : `, aim ${aim} (${(rate / aim).toFixed(2)} of it)`;
  const each = (events / finished).toFixed(1);
  console.log(`${name}: ${rate.toFixed(2)} million/s${aimed}; ${each} events each, ${(1000 / rate).toFixed(0)} ns`);
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
