// A measurement in pairs: before each round of ours the peer runs once on the same work. Absolute figures move by a third from hour to
// hour on a shared machine; ratios inside a pair move much less, and their median less still.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bench } from 'tinybench';

/** One round of work: returns what it did and how long that part took, so that building up doesn't count. */
export interface Round {
  readonly done: number;
  readonly milliseconds: number;
}

export interface Measured {
  /** Median over the rounds, per second. */
  readonly perSecond: number;
  /** The peer's, where there is one. */
  readonly peerPerSecond: number | undefined;
  /** Median of ours ÷ the peer's in the same pair. */
  readonly ratio: number | undefined;
}

/** Times `work` in `rounds` rounds after two for warming up; `peer`, if given, returns its own rate and runs before each. */
export async function measure(name: string, work: () => Round, peer?: () => number, rounds = 9): Promise<Measured> {
  const ours: number[] = [];
  const peers: number[] = [];
  const bench = new Bench({ name, time: 0, iterations: rounds, warmupTime: 0, warmupIterations: 2 });
  bench.add(
    name,
    () => {
      const { done, milliseconds } = work();
      ours.push((done * 1000) / milliseconds);
      return { overriddenDuration: milliseconds };
    },
    {
      beforeEach: () => {
        if (peer !== undefined) peers.push(peer());
      },
    },
  );
  await bench.run();
  const kept = ours.slice(-rounds);
  const pairs = peers.slice(-rounds);
  const ratios = pairs.map((rate, i) => (kept[i] as number) / rate);
  return {
    perSecond: median(kept),
    peerPerSecond: pairs.length > 0 ? median(pairs) : undefined,
    ratio: ratios.length > 0 ? median(ratios) : undefined,
  };
}

/** Compiles `bench/peers/<name>.cpp` to a temporary folder; undefined where there is no g++. */
export function compilePeer(name: string): ((...words: (string | number)[]) => number) | undefined {
  const program = join(mkdtempSync(join(tmpdir(), 'spillway-peer-')), name);
  const source = join(process.env['SPILLWAY_BENCH_FOLDER'] ?? 'bench', 'peers', `${name}.cpp`);
  const { status } = spawnSync('g++', ['-O3', '-march=native', '-std=c++17', '-o', program, source], {
    stdio: 'ignore',
  });
  if (status !== 0) return undefined;
  return (...words) =>
    Number(execFileSync(program, words.map(String), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
