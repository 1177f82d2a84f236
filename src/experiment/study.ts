/**
 * The plan of a study: which replications are run, round by round, and what is made of them. It runs nothing itself, so the same plan
 * is carried out on this thread or over many, with the same bytes.
 *
 *     steady, warm-up not given:   pilot (replications of its own, no warm-up) ───▶ cut ─┐
 *     first round ◀─────────────────────────────────────────────────────────────────────┘
 *        └▶ precise enough, or no precision wanted ─▶ result
 *             └▶ no: another round, until the limit
 */
import type { ResolvedPrecision, ResolvedScenario } from '../scenario/resolved.ts';
import { assembleResult, samplesOf } from './assemble.ts';
import { FIRST_PILOT, PILOT_REPLICATIONS } from './pilot.ts';
import type { ReplicationOutcome } from './replication.ts';
import type { PrecisionResult, Result, StudyResult } from './result.ts';
import { findWarmUp } from './steady.ts';
import { intervalsOf } from './summaries.ts';

/** Replications `from` to `to` (exclusive) of every design, wanted next. */
export interface Round {
  /** What is to be run: its warm-up is that of this round. */
  readonly scenario: ResolvedScenario;
  readonly designs: readonly string[];
  readonly from: number;
  readonly to: number;
}

type Outcomes = ReadonlyMap<string, readonly ReplicationOutcome[]>;

/** Fewest replications that sequential stopping looks at: with fewer a lucky agreement stops it too early. */
const FEWEST = 10;

/**
 * Yields each round and wants its outcomes by design, in order of the replications; returns the result. Deterministic: the same scenario
 * and designs ask for the same rounds. Throws `ExperimentError` `no-steady-state` where a steady study has none.
 */
export function* conductStudy(
  scenario: ResolvedScenario,
  designs: readonly string[],
): Generator<Round, Result, Outcomes> {
  const round = (of: ResolvedScenario, from: number, to: number): Round => ({ scenario: of, designs, from, to });
  const { precision } = scenario;
  let total =
    precision === null ? scenario.replications : Math.min(precision.most, Math.max(FEWEST, scenario.replications));
  let studied = scenario;
  let outcomes: Outcomes = new Map(designs.map((design) => [design, []]));
  let warmup: StudyResult['warmup'] = null;
  if (scenario.study === 'steady') {
    const few = Math.min(total, PILOT_REPLICATIONS);
    const given = scenario.warmupRule === 'given';
    const first = given ? 0 : FIRST_PILOT;
    const watched = yield round(scenario, first, first + few);
    const { cutUs, evidence } = findWarmUp(scenario, watched);
    warmup = { rule: scenario.warmupRule, cutMs: cutUs / 1000, pilotReplications: few, evidence };
    studied = { ...scenario, warmupUs: cutUs };
    // With a given warm-up they count as they are; a pilot is thrown away.
    if (given) outcomes = watched;
  }
  const rounds: number[] = [];
  for (;;) {
    const have = countOf(outcomes);
    if (have < total) outcomes = joined(outcomes, yield round(studied, have, total));
    rounds.push(total);
    const reached = precision === null ? null : judgePrecision(studied, precision, outcomes, rounds);
    if (precision === null || reached === null || reached.met || reached.reason !== null || total >= precision.most) {
      return assembleResult(studied, outcomes, { warmup, precision: reached });
    }
    total = Math.min(precision.most, nextTotal(total, precision.within, reached.reached));
  }
}

function countOf(outcomes: Outcomes): number {
  return [...outcomes.values()][0]?.length ?? 0;
}

function joined(first: Outcomes, second: Outcomes): Outcomes {
  return new Map([...first].map(([design, all]) => [design, [...all, ...(second.get(design) ?? [])]]));
}

/** As many as the width so far asks for; at least a quarter more, so that there are few looks; at most twice as many, for the width is a guess. */
function nextTotal(total: number, within: number, reached: number | null): number {
  const wanted =
    reached === null ? Number.POSITIVE_INFINITY : Math.ceil(total * (reached / within) * (reached / within));
  return Math.max(total + Math.ceil(total / 4), Math.min(2 * total, wanted));
}

/** How well the figures are known that must be. */
function judgePrecision(
  scenario: ResolvedScenario,
  precision: ResolvedPrecision,
  outcomes: Outcomes,
  rounds: readonly number[],
): PrecisionResult {
  const { within, most } = precision;
  let worst: { readonly design: string; readonly figure: string; readonly width: number | null } | null = null;
  let reason: string | null = null;
  for (const [design, all] of outcomes) {
    for (const [traffic, { parts }] of samplesOf(scenario, all)) {
      const intervals = new Map(intervalsOf(parts, scenario.confidence));
      const wanted = precision.of.filter((one) => one.traffic === traffic).map(({ figure }) => figure);
      const figures =
        precision.of.length > 0 ? wanted : MEANS.filter((figure) => intervals.get(figure)?.estimate != null);
      for (const figure of figures) {
        const width = relativeWidth(intervals.get(figure));
        if (width === null && parts.regimes !== null)
          reason = `the replications of ${design} ended in two regimes, so its means have no interval`;
        if (worst === null || (worst.width !== null && (width === null || width > worst.width))) {
          worst = { design, figure: `${traffic}.${figure}`, width };
        }
      }
    }
  }
  if (worst === null) reason = 'there is nothing to be known: no figure was observed';
  const reached = worst?.width ?? null;
  const met = reached !== null && reached <= within;
  const least = worst === null ? null : { design: worst.design, figure: worst.figure };
  return { wanted: within, reached, met, least, reason: met ? null : reason, rounds: [...rounds], most };
}

/** What must be known where the scenario does not say. */
const MEANS = ['completionMs.mean', 'responseMs.mean'];

/** Half-width ÷ estimate; null where there is no interval. The upper half, since the lower one may be cut off at 0. */
function relativeWidth(
  interval: { readonly estimate: number | null; readonly high: number | null } | undefined,
): number | null {
  if (interval === undefined || interval.estimate === null || interval.high === null) return null;
  const half = interval.high - interval.estimate;
  return half === 0 ? 0 : half / Math.abs(interval.estimate);
}
