import type { ReadTraffic } from './traffic.ts';
import type { Assumption, ResolvedScenario } from './resolved.ts';
export function assumptionsOf(
  _scenario: ResolvedScenario,
  _traffic: readonly ReadTraffic[],
  _raw: unknown,
): Assumption[] {
  return [];
}
