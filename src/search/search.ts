/**
 * Tries candidates by their numbers. Candidate `run` of a seed is always the same, so numbers can be handed out to anybody in any order: what
 * counts in the end is, for each guarantee, the lowest number that broke it.
 */
import fc from 'fast-check';
import { type Probe, PROBES, PROBES_OF } from '../guarantees/index.ts';
import { Stream } from '../kernel/index.ts';
import type { Document } from './document.ts';
import type { Breach, Play } from './trial.ts';

export type Space = fc.Arbitrary<Document>;

/** The first candidate that broke this guarantee. */
export interface Found {
  readonly run: number;
  readonly document: Document;
  readonly breach: Breach;
}

export interface Tried {
  readonly runs: number;
  /** Candidates that were no scenario, or went on for too long. */
  readonly skipped: number;
  readonly messages: number;
  /** How often each rare situation was met, over all runs. */
  readonly probes: Readonly<Record<Probe, number>>;
  /** By the number of the run. */
  readonly found: readonly Found[];
}

/** The candidate of a number. */
export function candidate(space: Space, seed: string, run: number): Document {
  const draws = new Stream({ seed, replication: run }, 'search');
  const [document] = fc.sample(space, { seed: Math.floor(draws.uniform() * 0x7fff_ffff), numRuns: 1 });
  return document as Document;
}

export interface Range {
  readonly seed: string;
  readonly from: number;
  /** After the last. */
  readonly to: number;
  /** Asked after each run: whether there is no time for another; default: there always is. */
  readonly isOver?: () => boolean;
  /** Whether it ends with the first run that breaks something; default false. */
  readonly first?: boolean;
}

export function tryRange(space: Space, play: Play, { seed, from, to, isOver, first }: Range): Tried {
  const found = new Map<string, Found>();
  const probes = new Map<Probe, number>(PROBES.map((probe) => [probe, 0]));
  let messages = 0;
  let skipped = 0;
  let run = from;
  while (run < to) {
    const document = candidate(space, seed, run);
    const trial = play(document);
    if (trial === null) skipped++;
    else {
      messages += trial.messages;
      for (const probe of PROBES) probes.set(probe, (probes.get(probe) ?? 0) + (trial.probes[probe] ?? 0));
      for (const breach of trial.breaches) {
        const key = keyOf(breach);
        if (!found.has(key)) found.set(key, { run, document, breach });
      }
    }
    run++;
    if ((first === true && found.size > 0) || isOver?.() === true) break;
  }
  return { runs: run - from, skipped, messages, probes: countsOf(probes), found: [...found.values()] };
}

/** Of several ranges, in any order. */
export function mergeTried(parts: readonly Tried[]): Tried {
  const found = new Map<string, Found>();
  const all = parts.flatMap((part) => part.found).sort((a, b) => a.run - b.run);
  for (const one of all) if (!found.has(keyOf(one.breach))) found.set(keyOf(one.breach), one);
  const sum = (of: (part: Tried) => number): number => parts.reduce((total, part) => total + of(part), 0);
  return {
    runs: sum(({ runs }) => runs),
    skipped: sum(({ skipped }) => skipped),
    messages: sum(({ messages }) => messages),
    probes: countsOf(new Map(PROBES.map((probe) => [probe, sum(({ probes }) => probes[probe])]))),
    found: [...found.values()],
  };
}

/** Nobody purges a queue in a scenario. */
const OUT_OF_REACH: readonly Probe[] = ['purged'];

/** Rare situations that no run met, of those that a run can meet. `kinds`: of resource that there are; default: all. */
export function neverMet({ probes }: Tried, kinds?: ReadonlySet<string>): Probe[] {
  const absent = kinds === undefined ? [] : Object.keys(PROBES_OF).filter((kind) => !kinds.has(kind));
  const others = new Set([...OUT_OF_REACH, ...absent.flatMap((kind) => PROBES_OF[kind] ?? [])]);
  return PROBES.filter((probe) => probes[probe] === 0 && !others.has(probe));
}

function keyOf({ guarantee, resource, design }: Breach): string {
  return `${guarantee} of ${resource} in ${design}`;
}

function countsOf(probes: ReadonlyMap<Probe, number>): Readonly<Record<Probe, number>> {
  return Object.fromEntries(probes) as Record<Probe, number>;
}
