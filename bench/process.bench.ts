// Processes (generators) on the public API, fingerprint on, against SimPy's in pairs: give a Python that has simpy by
// SPILLWAY_SIMPY_PYTHON=python3 (its own PYTHONPATH is passed on). Each case runs in a process of its own.

import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import Table from 'cli-table3';
import { compileVariate, type LifeCycle, Resource, Simulation } from '../src/kernel/index.ts';
import { type Measured, measure, type Round } from './pairing.ts';

const CUSTOMERS = 500_000;
const HOLDS = 1_000_000;
/** SimPy needs a second for what takes us 20 ms. */
const PEER_SHARE = 10;

/** M/M/1 at ρ = 0.8: a source and a process per customer, who acquires, is served and releases. Two events a customer are counted. */
function singleServerQueue(): Round {
  const sim = new Simulation({ seed: 1 });
  const server = new Resource(sim);
  const arrivals = sim.stream('arrivals');
  const services = sim.stream('services');
  const gap = compileVariate({ kind: 'exponential', mean: 1250 });
  const work = compileVariate({ kind: 'exponential', mean: 1000 });
  let waited = 0;
  function* customer(): LifeCycle {
    const arrived = sim.now;
    yield server.acquire();
    waited += sim.now - arrived;
    yield Math.floor(work.draw(services) + 0.5);
    server.release();
  }
  function* source(): LifeCycle {
    for (let i = 0; i < CUSTOMERS; i++) {
      yield Math.floor(gap.draw(arrivals) + 0.5);
      sim.process(customer);
    }
  }
  sim.process(source);
  return timed(2 * CUSTOMERS, () => sim.run());
}

/** The same without a source: each customer starts the next, as a process that begins a gap later. */
function chainedArrivals(): Round {
  const sim = new Simulation({ seed: 1 });
  const server = new Resource(sim);
  const arrivals = sim.stream('arrivals');
  const services = sim.stream('services');
  const gap = compileVariate({ kind: 'exponential', mean: 1250 });
  const work = compileVariate({ kind: 'exponential', mean: 1000 });
  let waited = 0;
  function* customer(i: number): LifeCycle {
    if (i < CUSTOMERS) sim.process(customer, i + 1, { after: Math.floor(gap.draw(arrivals) + 0.5) });
    const arrived = sim.now;
    yield server.acquire();
    waited += sim.now - arrived;
    yield Math.floor(work.draw(services) + 0.5);
    server.release();
  }
  sim.process(customer, 1);
  return timed(2 * CUSTOMERS, () => sim.run());
}

/** `pending` processes, each letting an exponential time pass again and again. */
function hold(pending: number): () => Round {
  const sim = new Simulation({ seed: 1 });
  const stream = sim.stream('delays');
  const delay = compileVariate({ kind: 'exponential', mean: 1_000_000 });
  const delays = Float64Array.from({ length: 65536 }, () => Math.floor(delay.draw(stream) + 0.5));
  let turn = 0;
  function* holder(): LifeCycle {
    for (;;) yield delays[turn++ & 65535] as number;
  }
  for (let i = 0; i < pending; i++) sim.process(holder);
  sim.run({ maxEvents: HOLDS });
  return () => timed(HOLDS, () => sim.run({ maxEvents: HOLDS }));
}

function timed(done: number, work: () => void): Round {
  const begun = performance.now();
  work();
  return { done, milliseconds: performance.now() - begun };
}

interface Case {
  readonly name: string;
  readonly peer: readonly (string | number)[];
  /** Least ratio to the peer that we aim at. */
  readonly aim?: number;
  readonly work: () => () => Round;
}

const cases: Case[] = [
  {
    name: 'M/M/1, process per customer (events)',
    peer: ['mm1', CUSTOMERS / PEER_SHARE],
    aim: 35,
    work: () => singleServerQueue,
  },
  {
    name: 'M/M/1, each customer starts the next (events)',
    peer: ['mm1', CUSTOMERS / PEER_SHARE],
    aim: 35,
    work: () => chainedArrivals,
  },
  ...[1000, 100_000].map(
    (n): Case => ({
      name: `hold, ${n} processes (holds)`,
      peer: ['hold', n, (2 * HOLDS) / PEER_SHARE],
      work: () => hold(n),
    }),
  ),
];

/** Undefined unless a Python with simpy was given. */
function simpy(): ((...words: (string | number)[]) => number) | undefined {
  const python = process.env['SPILLWAY_SIMPY_PYTHON'];
  if (python === undefined || spawnSync(python, ['-c', 'import simpy'], { stdio: 'ignore' }).status !== 0)
    return undefined;
  const program = join(process.env['SPILLWAY_BENCH_FOLDER'] ?? 'bench', 'peers', 'simpy_processes.py');
  return (...words) => Number(execFileSync(python, [program, ...words.map(String)], { encoding: 'utf8' }));
}

async function child(index: number): Promise<void> {
  const one = cases[index] as Case;
  const program = simpy();
  const result = await measure(one.name, one.work(), program && (() => program(...one.peer)));
  process.stdout.write(JSON.stringify(result));
}

function parent(): void {
  const paired = simpy() !== undefined;
  console.log(`processes, Node ${process.version}; medians of 9 ${paired ? 'pairs' : 'rounds'}`);
  if (!paired) console.log('SimPy skipped: no SPILLWAY_SIMPY_PYTHON that can import simpy');
  const table = new Table({
    style: { head: [], border: [], compact: true },
    head: ['case', 'million/s', 'ns', 'SimPy million/s', 'ratio', 'aim', ''],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
  });
  for (const [index, one] of cases.entries()) {
    const output = execFileSync(process.execPath, [process.argv[1] as string, String(index)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const { perSecond, peerPerSecond, ratio } = JSON.parse(output) as Measured;
    const verdict = ratio === undefined || one.aim === undefined ? '' : ratio >= one.aim ? 'met' : 'missed';
    table.push([
      one.name,
      (perSecond / 1e6).toFixed(2),
      (1e9 / perSecond).toFixed(0),
      peerPerSecond === undefined ? '' : (peerPerSecond / 1e6).toFixed(3),
      ratio?.toFixed(1) ?? '',
      one.aim?.toFixed(0) ?? '',
      verdict,
    ]);
  }
  console.log(table.toString());
}

const index = process.argv[2];
if (index === undefined) parent();
else await child(Number(index));
