// The kernel against C++ by hand, on its public API, fingerprint on. Each case runs in a process of its own, as a simulation would.

import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import Table from 'cli-table3';
import { EventList } from '../src/kernel/event-list.ts';
import { compileVariate, type Phase, Simulation } from '../src/kernel/index.ts';
import { LogHistogram, TimeWeighted } from '../src/stats/index.ts';
import { compilePeer, type Measured, measure, type Round } from './pairing.ts';

const CUSTOMERS = 500_000;
const HOLDS = 1_000_000;

/** M/M/1 at ρ = 0.8 with two events a customer. Math.floor(x + 0.5), since Math.round costs 13 ns more. */
class SingleServerQueue {
  readonly sim = new Simulation({ seed: 1 });
  private readonly arrivals = this.sim.stream('arrivals');
  private readonly services = this.sim.stream('services');
  private readonly gap = compileVariate({ kind: 'exponential', mean: 1250 });
  private readonly work = compileVariate({ kind: 'exponential', mean: 1000 });
  private readonly waiting = new Float64Array(4096);
  private first = 0;
  private length = 0;
  private busy = false;
  private arrived = 0;
  private arrival = 0.5;
  private readonly statistics:
    | { wait: LogHistogram; sojourn: LogHistogram; length: TimeWeighted; busy: TimeWeighted }
    | undefined;

  constructor(statistics: boolean) {
    this.arrival = 0;
    this.statistics = statistics
      ? { wait: new LogHistogram(), sojourn: new LogHistogram(), length: new TimeWeighted(), busy: new TimeWeighted() }
      : undefined;
    this.sim.schedule(0, this.arrive, 0);
  }

  private readonly arrive = (customer: number): void => {
    const { sim } = this;
    if (++this.arrived < CUSTOMERS) {
      this.arrival += this.gap.draw(this.arrivals);
      sim.scheduleAt(Math.floor(this.arrival + 0.5), this.arrive, customer + 1);
    }
    if (this.busy) {
      this.waiting[(this.first + this.length++) & 4095] = sim.now;
      this.statistics?.length.set(sim.now, this.length);
      return;
    }
    this.busy = true;
    this.statistics?.busy.set(sim.now, 1);
    this.serve(sim.now);
  };

  private serve(arrived: number): void {
    const service = Math.floor(this.work.draw(this.services) + 0.5);
    if (this.statistics !== undefined) {
      const wait = this.sim.now - arrived;
      this.statistics.wait.record(wait);
      this.statistics.sojourn.record(wait + service);
    }
    this.sim.schedule(service, this.depart, 0);
  }

  private readonly depart = (): void => {
    if (this.length === 0) {
      this.busy = false;
      this.statistics?.busy.set(this.sim.now, 0);
      return;
    }
    const arrived = this.waiting[this.first] as number;
    this.first = (this.first + 1) & 4095;
    this.length--;
    this.statistics?.length.set(this.sim.now, this.length);
    this.serve(arrived);
  };
}

function singleServerQueue(statistics: boolean): Round {
  const { sim } = new SingleServerQueue(statistics);
  return timed(() => sim.run().events);
}

/** `pending` events; each, when it runs, is scheduled again an exponential time later. */
function holdModel(pending: number, kinds = 1): { hold: () => Round; timers: () => Round } {
  const sim = new Simulation({ seed: 1 });
  const stream = sim.stream('delays');
  const delay = compileVariate({ kind: 'exponential', mean: 1_000_000 });
  const delays = Float64Array.from({ length: 65536 }, () => Math.floor(delay.draw(stream) + 0.5));
  let turn = 0;
  // Functions made from text are functions of their own to the engine: dispatch sees as many kinds as a large model has.
  const handlers = Array.from({ length: kinds }, (): ((i: number) => void) => {
    const make = new Function('again', 'return (i) => { again(i); }') as (
      again: (i: number) => void,
    ) => (i: number) => void;
    return kinds === 1 ? again : make(again);
  });
  function again(i: number): void {
    sim.schedule(delays[turn++ & 65535] as number, handlers[i % kinds] as (i: number) => void, i);
  }
  for (let i = 0; i < pending; i++) {
    sim.schedule(Math.floor(delay.draw(stream) + 0.5), handlers[i % kinds] as (i: number) => void, i);
  }
  const hold = (): Round => timed(() => sim.run({ maxEvents: HOLDS }).events);
  hold();
  return { hold, timers: () => cancelledTimers(sim, delays, pending) };
}

/** Beside the pending events: timers ten at a time, of which nine are cancelled before they are due. Counts schedule-and-cancel pairs. */
function cancelledTimers(sim: Simulation, delays: Float64Array, pending: number): Round {
  const timers = new Float64Array(Math.max(16, pending));
  const expire = (): void => {};
  let at = 0;
  let turn = 0;
  const begun = performance.now();
  for (let i = 0; i < HOLDS; i++) {
    if (i % 10 !== 0) sim.cancel(timers[at] as number);
    timers[at] = sim.schedule((delays[turn++ & 65535] as number) + 1, expire, 0, 0 satisfies Phase);
    at = at + 1 === timers.length ? 0 : at + 1;
    // The one in ten left over runs, now or later.
    if (i % 10 === 9) sim.run({ maxEvents: 1 });
  }
  return { done: HOLDS, milliseconds: performance.now() - begun };
}

function timed(work: () => number): Round {
  const begun = performance.now();
  const done = work();
  return { done, milliseconds: performance.now() - begun };
}

/** Bytes a pending event takes in the list itself, and in the whole process. */
function bytesPerEvent(pending: number): { own: number; process: number } {
  const collect = (globalThis as { gc?: () => void }).gc;
  collect?.();
  const before = process.memoryUsage();
  const list = new EventList();
  const stream = new Simulation({ seed: 1 }).stream('delays');
  for (let i = 0; i < pending; i++) list.insert(list.take(list, i), Math.floor(stream.uniform() * 2e6), 1);
  collect?.();
  const after = process.memoryUsage();
  const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  return { own: list.bytes / list.count, process: grown / pending };
}

interface Case {
  readonly name: string;
  readonly unit: string;
  /** Words for the peer's program; left out: no peer. */
  readonly peer?: readonly (string | number)[];
  /** Least ratio to the peer that we aim at. */
  readonly aim?: number;
  readonly work: () => () => Round;
}

const sizes = [1000, 100_000, 1_000_000];
const cases: Case[] = [
  {
    name: 'M/M/1',
    unit: 'events',
    peer: ['quad', 'mm1', CUSTOMERS],
    aim: 0.45,
    work: () => () => singleServerQueue(false),
  },
  {
    name: 'M/M/1 with full statistics',
    unit: 'events',
    peer: ['quad', 'mm1', CUSTOMERS],
    aim: 0.27,
    work: () => () => singleServerQueue(true),
  },
  ...sizes.map(
    (n): Case => ({
      name: `hold, ${n} pending`,
      unit: 'holds',
      peer: ['std', 'hold', n, HOLDS],
      aim: 1,
      work: () => holdModel(n).hold,
    }),
  ),
  { name: 'hold, 1000 pending, 64 kinds of event', unit: 'holds', work: () => holdModel(1000, 64).hold },
  ...[1000, 100_000].map(
    (n): Case => ({ name: `timers cancelled 9 in 10, ${n} pending`, unit: 'pairs', work: () => holdModel(n).timers }),
  ),
];

async function child(index: number): Promise<void> {
  const one = cases[index] as Case;
  const program = one.peer === undefined ? undefined : compilePeer('reference');
  const words = one.peer ?? [];
  const result = await measure(one.name, one.work(), program && (() => program(...words)));
  process.stdout.write(JSON.stringify(result));
}

function parent(): void {
  console.log(
    `kernel, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}; medians of 9 pairs`,
  );
  const table = new Table({
    style: { head: [], border: [], compact: true },
    head: ['case', 'million/s', 'ns', 'C++ million/s', 'ratio', 'aim', ''],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
  });
  const rates = new Map<string, number>();
  for (const [index, one] of cases.entries()) {
    const output = execFileSync(process.execPath, [process.argv[1] as string, String(index)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const measured = JSON.parse(output) as Measured;
    rates.set(one.name, measured.perSecond);
    const { ratio, peerPerSecond } = measured;
    const verdict = ratio === undefined || one.aim === undefined ? '' : ratio >= one.aim ? 'met' : 'missed';
    table.push([
      `${one.name} (${one.unit})`,
      (measured.perSecond / 1e6).toFixed(2),
      (1e9 / measured.perSecond).toFixed(0),
      peerPerSecond === undefined ? '' : (peerPerSecond / 1e6).toFixed(2),
      ratio?.toFixed(2) ?? '',
      one.aim?.toFixed(2) ?? '',
      verdict,
    ]);
  }
  console.log(table.toString());
  for (const n of [1000, 100_000]) {
    const share =
      (rates.get(`hold, ${n} pending`) ?? Number.NaN) /
      (rates.get(`timers cancelled 9 in 10, ${n} pending`) ?? Number.NaN);
    console.log(`schedule and cancel costs ${share.toFixed(2)} of a hold at ${n} pending (aim: at most 1)`);
  }
  const bytes = bytesPerEvent(1_000_000);
  console.log(
    `bytes per pending event at 10^6: ${bytes.own.toFixed(1)} (aim: at most 40); the process grew by ${bytes.process.toFixed(1)}`,
  );
}

const index = process.argv[2];
if (index === undefined) parent();
else await child(Number(index));
