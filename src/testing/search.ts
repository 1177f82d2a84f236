/**
 * Looks for a run that breaks something: the scenario as it is written, then random traffic, faults and schedules around it. What is found is made
 * small.
 */
import { type ResolvedScenario, resolveData } from '../scenario/index.ts';
import {
  alone,
  around,
  type Breach,
  breachesOf,
  type Document,
  type Play,
  playWith,
  type Run,
  shrink,
  tryRange,
  writeScenario,
} from '../search/index.ts';
import { TestingError } from './errors.ts';
import type { TestedScenario } from './scenario.ts';

export interface SearchOptions {
  readonly runs: number;
  readonly seed: string;
  readonly messages: number;
  /** Runs a candidate with the test's code in it. */
  readonly run: Run;
}

/** The smallest scenario that breaks something nobody expects to break. */
export interface Found {
  /** Number of the run in which it was found, from 0. */
  readonly run: number;
  readonly scenario: ResolvedScenario;
  readonly design: string;
  readonly breach: Breach;
  readonly yaml: string;
}

/** Candidates that are played to make one small, at most: what is left after so many is small enough, and a test must end. */
const MOST_TRIES = 400;

/** null: nothing broke. */
export function search(tested: TestedScenario, options: SearchOptions): Found | null {
  const { readText } = tested;
  const play = playWith({ readText, run: options.run });
  const first = asWritten(tested, options) ?? amongOthers(tested, options, play);
  if (first === null) return null;
  mustBreakAgain(first, play);
  // A single run is made to see something again, as it was.
  const isSearch = options.runs > 1;
  const { document, breach } = isSearch ? shrink(first.document, first.breach, play, { most: MOST_TRIES }) : first;
  const resolved = resolveData(document, { name: 'counterexample', readText });
  if ('wrong' in resolved) throw new TestingError('bad-scenario', resolved.wrong);
  const { run } = first;
  return { run, scenario: resolved.scenario, design: breach.design, breach, yaml: writeScenario(document) };
}

interface First {
  readonly run: number;
  readonly document: Document;
  readonly breach: Breach;
}

/** Every design by itself: what is found in it needs no other. */
function asWritten(
  { document, resolved: whole, designs, readText }: TestedScenario,
  { run }: SearchOptions,
): First | null {
  for (const design of whole.designs.filter(({ name }) => designs.includes(name))) {
    const { name } = design;
    const one = alone(document, whole, design);
    const resolved = resolveData(one, { name: 'scenario', readText });
    if ('wrong' in resolved) throw new TestingError('bad-scenario', `design ${name}: ${resolved.wrong}`);
    const [breach] = breachesOf(resolved.scenario, name, run(resolved.scenario, name).judgement);
    if (breach !== undefined) return { run: 0, document: one, breach };
  }
  return null;
}

function amongOthers(
  { document, resolved, designs }: TestedScenario,
  { runs, seed, messages }: SearchOptions,
  play: Play,
): First | null {
  const space = around(document, resolved, { messages, designs });
  const { found } = tryRange(space, play, { seed, from: 1, to: runs, first: true });
  return found[0] ?? null;
}

/** The first thing that is asked of a counterexample. */
function mustBreakAgain({ document, breach }: First, play: Play): void {
  const again = play(document)?.breaches ?? [];
  if (again.some((one) => one.guarantee === breach.guarantee && one.resource === breach.resource)) return;
  const cause = 'a handler or an invariant that is not the same each time (state outside `state`, host time, chance)';
  throw new TestingError('bad-option', `what broke in a run did not break when it was run again → look for ${cause}`);
}
