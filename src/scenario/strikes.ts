/** Which designs the script speaks to. */
import type { FaultSettings } from '../workload/settings.ts';
import type { ResolvedDesign, ResolvedScenario } from './resolved.ts';

/** Whether a fault strikes a design: it is meant for it, and the design has what it is aimed at. */
export function strikes(scenario: ResolvedScenario, design: ResolvedDesign, fault: FaultSettings): boolean {
  if (fault.design !== null && fault.design !== design.name) return false;
  const has = (name: string): boolean =>
    design.resources.some((resource) => resource.name === name) ||
    scenario.traffic.some((traffic) => traffic.name === name);
  const { target } = fault;
  return target.kind === 'link' ? has(target.from) && has(target.to) : has(target.resource);
}
