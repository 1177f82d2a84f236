/** One run of a scenario with the code of a test in it: fresh state, what broke, and the history that shows it. */
import { type HandlerCode, runReplication } from '../experiment/index.ts';
import type { Judged, Judgement } from '../guarantees/index.ts';
import { History, type HistoryRecord } from '../history/index.ts';
import type { ResolvedScenario } from '../scenario/index.ts';
import { type InvariantFinding, Invariants, type Step } from './invariants.ts';
import type { GuaranteeOptions, RunEnd } from './options.ts';
import { watched } from './watched.ts';

/** How the code of one handler fared. */
export interface HandlerTally {
  readonly name: string;
  calls: number;
  /** Of its own accord, not by what the scenario had thrown into it. */
  thrown: number;
  /** What it threw first; null: nothing. */
  firstError: string | null;
}

export interface Played {
  readonly judgement: Judgement;
  /** Requests that were offered. */
  readonly messages: number;
  readonly history: History;
  readonly handlers: readonly HandlerTally[];
}

/** A run that takes more has gone astray: messages that come back for ever, or a loop that takes no time. */
const LIMITS = { maxEvents: 500_000, maxEventsAtOnce: 100_000 };

/** Throws what the code should never have done (HandlerCodeError), what the invariants should not (TestingError), and ExperimentError. */
export function play<State>(scenario: ResolvedScenario, design: string, options: GuaranteeOptions<State>): Played {
  const { handlers = {}, invariants = {}, atEnd = {} } = options;
  // Without a state its type is `undefined`.
  const state = options.state?.() as State;
  const watch = new Invariants(state, invariants, atEnd);
  const tallies: HandlerTally[] = [];
  const codes = new Map<string, HandlerCode>();
  for (const [name, make] of Object.entries(handlers)) {
    const tally: HandlerTally = { name, calls: 0, thrown: 0, firstError: null };
    tallies.push(tally);
    codes.set(name, watched(make(state), onlookerOf(tally, watch)));
  }
  const history = new History();
  const { judgement, traffic } = runReplication(scenario, design, 0, {
    ...LIMITS,
    judge: true,
    history,
    handlers: codes,
  });
  // Records take longer to read than the run took: only where somebody asks.
  const end = Object.keys(atEnd).length === 0 ? null : endOf([...history]);
  const findings = watch.finish(end).map((finding) => withEvidence(finding, history));
  const { findings: judged, probes } = judgement as Judgement;
  return {
    judgement: { findings: [...findings, ...judged], probes },
    messages: traffic.reduce((sum, { outcome }) => sum + outcome.offered, 0),
    history,
    handlers: tallies,
  };
}

function onlookerOf<State>(tally: HandlerTally, watch: Invariants<State>): Parameters<typeof watched>[1] {
  return {
    called: () => {
      tally.calls++;
    },
    stepped: (message, context) => watch.stepped(tally.name, message, context),
    threw: (error) => {
      tally.thrown++;
      tally.firstError ??= error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    },
  };
}

/** null: something was still under way when the run was over. */
function endOf(records: readonly HistoryRecord[]): RunEnd | null {
  if (!records.some((record) => record.do === 'quiesced')) return null;
  const accepted = new Set<number>();
  const left = new Set<number>();
  for (const { do: operation, is, entity, subscription } of records) {
    if (entity === undefined) continue;
    if (operation === 'left') left.add(entity);
    const isTaken = (operation === 'send' || operation === 'publish' || operation === 'request') && is === 'ok';
    if (isTaken && subscription === undefined) accepted.add(entity);
  }
  return { accepted: [...accepted], left: [...left] };
}

function withEvidence({ after, ...finding }: InvariantFinding, history: History): Judged {
  if (finding.verdict !== 'broken' || after === null) return finding;
  return { ...finding, evidence: evidenceOf(after, history) };
}

/** Others of its group that are told of, at most. */
const MOST_OTHERS = 4;

/**
 * Every time that a handler worked on the request of the step that broke it, up to that step; where it has a message group, what others of the group
 * had done meanwhile too: it may be their order that is wrong.
 */
function evidenceOf({ request, nowUs }: Step, history: Iterable<HistoryRecord>): readonly number[] {
  const handled: HistoryRecord[] = [];
  for (const record of history) {
    if (record.us > nowUs) break;
    if (record.do === 'handle') handled.push(record);
  }
  const own = handled.filter(({ entity }) => entity === request);
  const [first] = own;
  if (first === undefined) return [];
  const others = handled.filter(
    ({ n, is, entity, group }) =>
      n > first.n && is === 'ok' && entity !== request && group !== undefined && group === first.group,
  );
  return [...own, ...others.slice(-MOST_OTHERS)].map(({ n }) => n).sort((a, b) => a - b);
}
