/**
 * Steady studies: the warm-up is found from the completions of the first replications by cohort of arrival, and a design that grows
 * or drifts through the whole run is refused, for it has no long-run mean that could be told.
 *
 *     cohorts of arrival, averaged over replications ─▶ MSER-5 ─▶ a cut for each design and traffic ─▶ the latest: one cut for all
 *                                                                        └▶ what is kept must have settled, else: refused
 */
import type { CohortData } from '../history/index.ts';
import type { ResolvedScenario } from '../scenario/resolved.ts';
import { lagOne, mser, studentQuantile } from '../stats/index.ts';
import { ExperimentError } from './errors.ts';
import { PILOT_REPLICATIONS } from './pilot.ts';
import type { ReplicationOutcome } from './replication.ts';
import type { WarmUpEvidence } from './result.ts';

/** Cohorts of five that a warm-up can be found from: a hundred requests. */
const FEWEST_COHORTS = 20;

/** Pieces of what is kept, to see whether it has settled. */
const PIECES = 20;
/** Neighbouring pieces this much alike are one slow movement: the run is no longer than what it remembers. About a common mean; about its own. */
const SLOW = 0.85;
const SLOW_ALONE = 0.6;
/** One-sided level at which the last third must be above the first one to be called growing, and by how much of it. */
const SURE = 0.9999;
const GROWTH = 0.1;

export interface FoundWarmUp {
  /** Arrivals before it are left out, in every design; microseconds. */
  readonly cutUs: number;
  readonly evidence: readonly WarmUpEvidence[];
}

type Outcomes = ReadonlyMap<string, readonly ReplicationOutcome[]>;

/**
 * The warm-up of all designs from their first replications, which kept cohorts. Where the scenario gives one it stands, and the evidence says
 * what the rule would have found. Throws `ExperimentError` `no-steady-state`, naming design and traffic.
 */
export function findWarmUp(scenario: ResolvedScenario, outcomes: Outcomes): FoundWarmUp {
  const given = scenario.warmupRule === 'given';
  const watched = [...outcomes].flatMap(([design, all]) => watch(design, all.slice(0, PILOT_REPLICATIONS)));
  for (const one of watched) {
    if (one.means.length < FEWEST_COHORTS)
      refuse(scenario, one, `only ${one.means.length} cohorts of ${one.size} requests arrived in it`);
  }
  const evidence = watched.map((one): WarmUpEvidence => {
    const { cut, reliable } = mser(one.means);
    const { design, traffic, size, means } = one;
    if (!reliable && !given)
      refuse(
        scenario,
        one,
        'the completion time still drifts when half of the run is over (MSER-5 finds no earlier cut)',
      );
    const cutMs = reliable ? startOf(one, cut) / 1000 : null;
    return { design, traffic, cohorts: means.length, requestsPerCohort: size, cutMs };
  });
  const latest = evidence.reduce((most, { cutMs }) => Math.max(most, (cutMs ?? 0) * 1000), 0);
  const cutUs = given ? scenario.warmupUs : Math.round(latest);
  if (!given && cutUs * 2 > scenario.horizonUs) {
    const last = evidence.findIndex(({ cutMs }) => cutMs !== null && cutMs * 1000 === latest);
    refuse(scenario, watched[last] as Watched, `its warm-up ends at ${cutUs / 1e6} s, after half of the run`);
  }
  for (const one of watched) {
    const reason = unsettled(one, cutUs);
    if (reason !== null) refuse(scenario, one, reason);
  }
  return { cutUs, evidence };
}

function refuse(scenario: ResolvedScenario, { design, traffic }: Watched, reason: string): never {
  throw new ExperimentError(
    'no-steady-state',
    `${scenario.name}, design ${design}, traffic ${traffic}: no steady state within the horizon of ${scenario.horizonUs / 1e6} s: ${reason}. ` +
      'Either the design is unstable (more arrives than it can do), or the run is too short for it; ' +
      'expected a longer horizon, more capacity or less traffic, or study: terminating',
  );
}

/** One traffic in one design: its cohorts over the replications. */
interface Watched {
  readonly design: string;
  readonly traffic: string;
  readonly size: number;
  /** Averaged over the replications. */
  readonly means: readonly number[];
  /** When a cohort begins, in the replication in which it does so last; microseconds. */
  readonly startsUs: readonly number[];
  /** By replication; a cohort of which nothing finished counts as the one before. */
  readonly each: readonly (readonly number[])[];
}

/** A traffic of which nothing was completed has no times to watch: it is left out. */
function watch(design: string, outcomes: readonly ReplicationOutcome[]): Watched[] {
  return (outcomes[0]?.traffic ?? []).flatMap(({ name }, i): Watched[] => {
    const kept = outcomes.flatMap(({ traffic }) => traffic[i]?.outcome.cohorts ?? []);
    const size = Math.max(0, ...kept.map((one) => one.size));
    const alike = kept.map((one) => widened(one, size));
    const length = Math.min(...alike.map(({ sums }) => sums.length));
    if (kept.length === 0 || !alike.some(({ counts }) => counts.some((count) => count > 0))) return [];
    const each = alike.map((one) => meansOf(one, length));
    const over = (value: (replication: number) => number): number => alike.reduce((sum, _, r) => sum + value(r), 0);
    const cohorts = Array.from({ length }, (_, cohort) => cohort);
    const means = cohorts.map((cohort) => over((r) => each[r]?.[cohort] ?? 0) / alike.length);
    const startsUs = cohorts.map((cohort) => Math.max(...alike.map((one) => one.startsUs[cohort] ?? 0)));
    return [{ design, traffic: name, size, means, startsUs, each }];
  });
}

/** Cohorts of the given size, a multiple of its own by a power of two. */
function widened(data: CohortData, size: number): CohortData {
  const by = size / data.size;
  if (by === 1) return data;
  const length = Math.floor(data.sums.length / by);
  const summed = (values: readonly number[]): number[] =>
    Array.from({ length }, (_, i) => values.slice(i * by, (i + 1) * by).reduce((sum, value) => sum + value, 0));
  return {
    size,
    sums: summed(data.sums),
    counts: summed(data.counts),
    startsUs: Array.from({ length }, (_, i) => data.startsUs[i * by] as number),
  };
}

function meansOf({ sums, counts }: CohortData, length: number): number[] {
  const first = counts.findIndex((count) => count > 0);
  let last = first < 0 ? 0 : (sums[first] as number) / (counts[first] as number);
  return Array.from({ length }, (_, i) => {
    if ((counts[i] as number) > 0) last = (sums[i] as number) / (counts[i] as number);
    return last;
  });
}

/** Of the first cohort there is nothing to leave out. */
function startOf({ startsUs }: Watched, cohort: number): number {
  return cohort === 0 ? 0 : (startsUs[cohort] as number);
}

/** Why what is kept after the cut is no steady state; null: it may well be one. */
function unsettled({ each, startsUs }: Watched, cutUs: number): string | null {
  const from = startsUs.findIndex((us) => us >= cutUs);
  const kept = from < 0 ? 0 : startsUs.length - from;
  if (kept < PIECES) return `only ${kept} cohorts arrived after the warm-up`;
  const pieces = each.map((means) => piecesOf(means.slice(from), PIECES));
  const all = pieces.flat();
  const centre = all.reduce((sum, x) => sum + x, 0) / all.length;
  const alone = pieces.length === 1;
  const lag = alone ? lagOne(pieces) : lagOne(pieces, centre);
  if (lag !== null && lag > (alone ? SLOW_ALONE : SLOW)) {
    return `the completion time moves so slowly, or grows so long, that the run sees no more than one movement of it (neighbouring twentieths correlate by ${lag.toFixed(2)})`;
  }
  const growth = each.map((means) => {
    const [first, , last] = piecesOf(means.slice(from), 3);
    return (last as number) - (first as number);
  });
  return isSurelyPositive(growth) && meanOf(growth) > GROWTH * centre
    ? 'the completion time grows to the end of the run'
    : null;
}

/** Means of equally many consecutive values; what is over is left out at the front. */
function piecesOf(values: readonly number[], count: number): number[] {
  const length = Math.floor(values.length / count);
  const start = values.length - count * length;
  return Array.from({ length: count }, (_, i) => meanOf(values.slice(start + i * length, start + (i + 1) * length)));
}

function isSurelyPositive(values: readonly number[]): boolean {
  const n = values.length;
  if (n < 3) return false;
  const middle = meanOf(values);
  const squares = values.reduce((sum, x) => sum + (x - middle) * (x - middle), 0);
  const error = Math.sqrt(squares / (n - 1) / n);
  return middle > 0 && middle > studentQuantile(SURE, n - 1) * error;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}
