import type { ResolvedObjective, ResolvedScenario } from '../scenario/resolved.ts';

const SHARES: Readonly<Record<string, number>> = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99, p999: 0.999 };

/** Share of requests that a quantile speaks of, e.g. 0.99 for `p99`; null for other statistics. */
export function shareOf(statistic: string | null): number | null {
  return statistic === null ? null : (SHARES[statistic] ?? null);
}

/** The objective on completions that says when a traffic is well in a design; the first one written counts. */
function latencyObjective(scenario: ResolvedScenario, design: string, traffic: string): ResolvedObjective | undefined {
  return scenario.objectives.find(
    ({ subject, op, design: only }) =>
      subject.kind === 'traffic' &&
      subject.traffic === traffic &&
      subject.field === 'completionMs' &&
      shareOf(subject.statistic) !== null &&
      (op === '<' || op === '<=') &&
      (only === null || only === design),
  );
}

/** Milliseconds within which a completion counts as healthy; null: learnt from the time before the first disturbance. */
export function healthLimitMs(scenario: ResolvedScenario, design: string, traffic: string): number | null {
  return latencyObjective(scenario, design, traffic)?.limit ?? null;
}

/** Share of requests that must be healthy: the objective's, else 0.95 of the learnt band. */
export function healthShare(scenario: ResolvedScenario, design: string, traffic: string): number {
  const objective = latencyObjective(scenario, design, traffic);
  return (objective?.subject.kind === 'traffic' ? shareOf(objective.subject.statistic) : null) ?? 0.95;
}
