/** What a checker says. */

export type Verdict = 'held' | 'broken' | 'unknown' | 'not exercised';

export interface Finding {
  readonly verdict: Verdict;
  /** One sentence, with its full stop; empty where there is nothing to say. */
  readonly sentence: string;
  /** Numbers of the fewest records that prove it, in their order. */
  readonly evidence: readonly number[];
  /** What was looked at, by name. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Worst first: a promise that was kept where it mattered counts more than one that never mattered. */
const WORST: readonly Verdict[] = ['broken', 'unknown', 'held', 'not exercised'];

export function worseThan(a: Verdict, b: Verdict): boolean {
  return WORST.indexOf(a) < WORST.indexOf(b);
}

type Counts = Finding['counts'];

export function held(counts: Counts, sentence = ''): Finding {
  return { verdict: 'held', sentence, evidence: [], counts };
}
export function notExercised(counts: Counts, sentence: string): Finding {
  return { verdict: 'not exercised', sentence, evidence: [], counts };
}
export function unknown(counts: Counts, sentence: string): Finding {
  return { verdict: 'unknown', sentence, evidence: [], counts };
}
export function broken(counts: Counts, sentence: string, evidence: readonly number[]): Finding {
  const numbers = [...new Set(evidence)].filter((n) => n >= 0).sort((a, b) => a - b);
  return { verdict: 'broken', sentence, evidence: numbers, counts };
}

/** `1.5 s` of microseconds. */
export function seconds(us: number): string {
  return `${Number((us / 1e6).toFixed(6))} s`;
}
