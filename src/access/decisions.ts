/**
 * Whether a caller may do something to a resource, as `iam` judges it.
 * Pure: the same settings give the same answers, so that they can be told before a run as well as within it.
 */
import { type Decision, evaluate, type Policy } from '../services/iam/index.ts';
import type { Guarded } from './guarded.ts';
import type { Identity } from './identity.ts';

/** `policy`: the resource's own, parsed; null: it has none. */
export function decide(identity: Identity, guarded: Guarded, action: string, policy: Policy | null): Decision {
  const { arn, account, region } = guarded;
  return evaluate(
    { principal: identity.principal, action, resource: { arn, account }, context: inRegion(identity, region, account) },
    { ...identity.policies, resource: policy },
  );
}

/** Condition keys of a call to something of that owner in that Region. */
export function inRegion(identity: Identity, region: string, owner: string): ReadonlyMap<string, readonly string[]> {
  return new Map([...identity.context, ['aws:requestedregion', [region]], ['aws:resourceaccount', [owner]]]);
}

/** AWS's sentence of a call that is not allowed. */
export function deniedText(
  identity: Identity,
  guarded: Guarded,
  action: string,
  { verdict, because }: Decision,
): string {
  const why = verdict === 'explicitDeny' ? 'with an explicit deny' : `because no policy allows the ${action} action`;
  return `User: ${identity.arn} is not authorized to perform: ${action} on resource: ${guarded.arn} ${why} (${because})`;
}
