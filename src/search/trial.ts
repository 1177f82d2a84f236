/** One candidate: read, run once, judged. */
import { ExperimentError, runReplication } from '../experiment/index.ts';
import type { Judgement, Probe } from '../guarantees/index.ts';
import { type ResolvedScenario, resolveData } from '../scenario/index.ts';
import type { Document } from './document.ts';

/** A guarantee that a run broke although nobody said that it would. */
export interface Breach {
  readonly guarantee: string;
  readonly resource: string;
  readonly design: string;
  readonly sentence: string;
  /** Numbers of the records that prove it. */
  readonly evidence: readonly number[];
}

export interface Trial {
  readonly breaches: readonly Breach[];
  /** Requests that were offered. */
  readonly messages: number;
  readonly probes: Readonly<Record<Probe, number>>;
}

/** How a resolved candidate is run: the search's own way is `runReplication`, whoever brings code of his own has another. */
export type Run = (
  scenario: ResolvedScenario,
  design: string,
) => Pick<Trial, 'messages'> & { readonly judgement: Judgement };

/** Plays a candidate; null: it is no scenario, or it went on for too long. */
export type Play = (document: Document) => Trial | null;

export interface PlayOptions {
  /** Text of a file that the scenario names. */
  readonly readText: (path: string) => string | undefined;
  readonly run?: Run;
}

/** A run of a few thousand messages that takes more events than this has gone astray; one that never rests, at one instant too. */
const LIMITS = { maxEvents: 500_000, maxEventsAtOnce: 100_000 };
/** A run that the simulator itself does not believe. */
const UNSOUND = 'sound run';

export function playWith({ readText, run = runJudged }: PlayOptions): Play {
  return (document) => {
    const resolved = resolveData(document, { name: 'counterexample', readText });
    if ('wrong' in resolved) return null;
    const { horizonUs, drainUs } = resolved.scenario;
    // Nobody looks at time series here: one bucket is the cheapest, and changes nothing in the run.
    const scenario = { ...resolved.scenario, resolutionUs: horizonUs + drainUs };
    const [design] = scenario.designs;
    if (design === undefined) return null;
    try {
      const { judgement, messages } = run(scenario, design.name);
      return { breaches: breachesOf(scenario, design.name, judgement), messages, probes: judgement.probes };
    } catch (error) {
      if (error instanceof ExperimentError && error.code === 'event-limit') return null;
      const sentence = `The run failed: ${error instanceof Error ? error.message : String(error)}`;
      const breach = { guarantee: UNSOUND, resource: '*', design: design.name, sentence, evidence: [] };
      return { breaches: [breach], messages: 0, probes: NO_PROBES };
    }
  };
}

const NO_PROBES = {} as Readonly<Record<Probe, number>>;

function runJudged(scenario: ResolvedScenario, design: string): ReturnType<Run> {
  const { judgement, traffic } = runReplication(scenario, design, 0, { ...LIMITS, judge: true });
  return {
    judgement: judgement as Judgement,
    messages: traffic.reduce((sum, { outcome }) => sum + outcome.offered, 0),
  };
}

/** What broke although the scenario does not say that it would. */
export function breachesOf({ guarantees = [] }: ResolvedScenario, design: string, { findings }: Judgement): Breach[] {
  return findings.flatMap(({ verdict, guarantee, resource, sentence, evidence }) => {
    if (verdict !== 'broken') return [];
    const isExpected = guarantees.some(
      (one) =>
        one.expect === 'broken' &&
        one.guarantee === guarantee &&
        one.resource === resource &&
        (one.design === null || one.design === design),
    );
    return isExpected ? [] : [{ guarantee, resource, design, sentence, evidence }];
  });
}
