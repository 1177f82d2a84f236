/** What a design says of access, with everything filled in: who calls as whom, and what is guarded how. */
import type { ResourceAccess, RoleSettings } from '../calls/access.ts';
import type { ResolvedDesign, ResolvedScenario } from '../scenario/resolved.ts';
import type { FaultSettings } from '../workload/settings.ts';

/** Whoever calls: under a role, or as a service of AWS on behalf of a resource. */
export interface CallerSettings {
  readonly name: string;
  readonly kind: 'role' | 'topic';
  readonly role: RoleSettings | null;
  readonly access: ResourceAccess | null;
}

/** Settings of the caller of that name: a traffic, or a resource of the design. A traffic comes first where both bear it. */
export function callerSettings(scenario: ResolvedScenario, design: ResolvedDesign, name: string): CallerSettings {
  const traffic = scenario.traffic.find((one) => one.name === name);
  if (traffic !== undefined) return { name, kind: 'role', role: traffic.role ?? null, access: null };
  const resource = design.resources.find((one) => one.name === name);
  if (resource === undefined) throw new Error(`design ${design.name} has no caller ${name}`);
  const kind = (resource.type as string) === 'sns' ? 'topic' : 'role';
  const { role = null, access = null } = resource as { readonly role?: RoleSettings; readonly access?: ResourceAccess };
  return { name, kind, role, access };
}

/** Policies that the script puts in the place of a resource's own. */
export function scriptedPolicies(faults: readonly FaultSettings[], resource: string): readonly unknown[] {
  return faults.flatMap((fault) =>
    fault.policy !== undefined && fault.target.kind === 'resource' && fault.target.resource === resource
      ? [fault.policy]
      : [],
  );
}
