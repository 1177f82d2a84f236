/**
 * Looks for a run that breaks something. The first run is the scenario as it is written; the seam behind which random traffic, faults and schedules
 * are tried, and what is found made small.
 */
import type { Judgement } from '../guarantees/index.ts';
import { readDocument } from '../scenario/document.ts';
import type { ResolvedScenario } from '../scenario/index.ts';
import type { TestedScenario } from './scenario.ts';

/** Runs a candidate with the test's code in it, and says which guarantees and invariants broke. */
export type Run = (
  scenario: ResolvedScenario,
  design: string,
) => { readonly judgement: Judgement; readonly messages: number };

export interface SearchOptions {
  readonly runs: number;
  readonly seed: string;
  readonly messages: number;
  readonly run: Run;
}

/** A scenario that breaks something nobody expects to break. */
export interface Found {
  /** Number of the run, from 0. */
  readonly run: number;
  readonly scenario: ResolvedScenario;
  readonly design: string;
  readonly yaml: string;
}

/** null: nothing broke. For now the scenario as it is written, under one seed after another. */
export function search({ text, resolved, designs }: TestedScenario, { runs, seed, run }: SearchOptions): Found | null {
  for (let i = 0; i < runs; i++) {
    const scenario = i === 0 ? resolved : { ...resolved, seed: `${seed}/${i}` };
    for (const design of designs) {
      const { judgement } = run(scenario, design);
      if (breachesOf(scenario, design, judgement).length > 0) {
        return { run: i, scenario, design, yaml: i === 0 ? text : withSeed(text, scenario.seed) };
      }
    }
  }
  return null;
}

function withSeed(text: string, seed: string): string {
  const document = readDocument(text).read?.document;
  document?.setIn(['seed'], seed);
  return document?.toString({ lineWidth: 110 }) ?? text;
}

/** What broke although the scenario does not say that it would. */
export function breachesOf(
  { guarantees = [] }: ResolvedScenario,
  design: string,
  { findings }: Judgement,
): Judgement['findings'] {
  const isExpected = (guarantee: string, resource: string): boolean =>
    guarantees.some(
      (one) =>
        one.expect === 'broken' &&
        one.guarantee === guarantee &&
        one.resource === resource &&
        (one.design === null || one.design === design),
    );
  return findings.filter(
    ({ verdict, guarantee, resource }) => verdict === 'broken' && !isExpected(guarantee, resource),
  );
}
