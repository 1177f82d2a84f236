/**
 * What a history costs: CPU time of runs that nobody watches, of the same with a history that is thrown away, and of the same judged. Each design has a
 * process of its own; in it the three take turns, so that a busy machine slows all of them, and ratios are those of a turn. Run: npm run bench history
 */
import { spawnSync } from 'node:child_process';
import { type RunOptions, runReplication } from '../src/experiment/index.ts';
import { type Case, CASES, cpuSeconds, resolve } from './cases.ts';
import { median } from './pairing.ts';

const DESIGNS = CASES.filter(({ name }) => !/synchronous|into the queues/.test(name));
/** Runs are this long at most, virtual time: a turn takes a second or two. */
const HORIZON_US = 40_000_000;
const TURNS = 9;
/** Beyond it recording is dearer than it should be. */
const RECORDING_AIM = 1.15;

let records = 0;
const BURDENS: readonly RunOptions[] = [
  { judge: false },
  {
    judge: false,
    history: {
      take: ({ count }) => {
        records += count;
      },
    },
  },
  { judge: true },
];

function measure({ name, yaml, design }: Case): void {
  const whole = resolve(yaml);
  const scenario = { ...whole, horizonUs: Math.min(whole.horizonUs, HORIZON_US) };
  const run = (options: RunOptions, replication: number): number => {
    const before = cpuSeconds();
    runReplication(scenario, design, replication, options);
    return cpuSeconds() - before;
  };
  for (const burden of BURDENS) run(burden, 0);
  records = 0;
  const turns = Array.from({ length: TURNS }, (_, i) => BURDENS.map((burden) => run(burden, i + 1)));
  const ratio = (burden: number): number =>
    median(turns.map((seconds) => (seconds[burden] as number) / (seconds[0] as number)));
  const seconds = median(turns.map(([bare = 0]) => bare));
  const [recorded, judged] = [ratio(1), ratio(2)];
  const each = (part: number): string => `${((part * seconds * TURNS * 1e9) / records).toFixed(0)} ns a record`;
  const verdict = recorded <= RECORDING_AIM ? 'met' : 'missed';
  console.log(
    `${name}: with a history ${recorded.toFixed(2)} of the time without (aim ${RECORDING_AIM}: ${verdict}), ${each(recorded - 1)}; judged ${judged.toFixed(2)}, ${each(judged - recorded)} more`,
  );
}

const [, program = '', wanted] = process.argv;
if (wanted === undefined) {
  console.log(`node ${process.version}, CPU time, medians of ${TURNS} turns`);
  for (let i = 0; i < DESIGNS.length; i++) {
    const { status } = spawnSync(process.execPath, ['--expose-gc', program, String(i)], { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
} else measure(DESIGNS[Number(wanted)] as Case);
