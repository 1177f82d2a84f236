/**
 * Whether a call is allowed, as AWS decides it.
 *
 *   explicit deny anywhere ─▶ denied
 *   service control policies, endpoint policy ─▶ each must allow
 *   a service (sns.amazonaws.com): the resource's policy alone
 *   same account: the resource's policy, or the identity's within boundary and session
 *   other account: both
 */
import type { Context, Policy, PrincipalMatch, Statement } from './policy.ts';

export type Principal =
  | { readonly kind: 'role' | 'user' | 'session'; readonly arn: string; readonly account: string }
  /** `others`: names that it goes by as well, such as `sns.ap-east-1.amazonaws.com`. */
  | { readonly kind: 'service'; readonly service: string; readonly others?: readonly string[] };

export interface AccessRequest {
  readonly principal: Principal;
  /** Such as `sqs:SendMessage`. */
  readonly action: string;
  readonly resource: { readonly arn: string; readonly account: string };
  /** Condition keys in lower case. */
  readonly context: Context;
}

/** Policies that apply; an empty list of identity policies allows nothing. */
export interface AppliedPolicies {
  readonly identity: readonly Policy[];
  readonly resource: Policy | null;
  /** Whether the resource's policy must itself allow, or hand on to the account (KMS keys). */
  readonly resourceDecides?: boolean;
  readonly boundary?: Policy;
  readonly session?: Policy;
  /** Each must allow. */
  readonly serviceControl?: readonly Policy[];
  readonly endpoint?: Policy;
}

export type Verdict = 'allowed' | 'implicitDeny' | 'explicitDeny';

export interface Decision {
  readonly verdict: Verdict;
  /** The statement that decided, or what was missing. */
  readonly because: string;
}

/** The permission that covers an operation: batches need that of the single form. */
export function permissionFor(action: string): string {
  return PERMISSIONS.get(action) ?? action;
}

const PERMISSIONS = new Map([
  ['sqs:SendMessageBatch', 'sqs:SendMessage'],
  ['sqs:DeleteMessageBatch', 'sqs:DeleteMessage'],
  ['sqs:ChangeMessageVisibilityBatch', 'sqs:ChangeMessageVisibility'],
  ['sns:PublishBatch', 'sns:Publish'],
]);

/** Administration of queues that no queue policy can open to another account. */
const NEVER_ACROSS_ACCOUNTS = new Set(
  [
    'AddPermission',
    'RemovePermission',
    'CreateQueue',
    'DeleteQueue',
    'ListQueues',
    'ListQueueTags',
    'TagQueue',
    'UntagQueue',
    'SetQueueAttributes',
  ].map((name) => `sqs:${name}`),
);

export function evaluate(asked: AccessRequest, policies: AppliedPolicies): Decision {
  const request = { ...asked, action: permissionFor(asked.action) };
  const { identity, resource, boundary, session, serviceControl = [], endpoint } = policies;
  const limits = [boundary, session].filter((one) => one !== undefined);
  const own = resource === null ? [] : [resource];
  // What binds identities binds no service: it has none.
  const all = asked.principal.kind === 'service' ? own : [...identity, ...own, ...limits, ...serviceControl];
  for (const policy of endpoint === undefined ? all : [...all, endpoint]) {
    const denied = policy.statements.find((one) => one.effect === 'Deny' && applies(one, request) !== 'no');
    if (denied !== undefined) return { verdict: 'explicitDeny', because: `denied by ${named(policy, denied)}` };
  }
  if (endpoint !== undefined && allowing(endpoint, request) === null) return missing(`no allow in ${endpoint.name}`);
  const { principal } = request;
  if (principal.kind === 'service') return byResource(request, resource);
  for (const policy of serviceControl) {
    if (allowing(policy, request) === null) return missing(`no allow in ${policy.name}`);
  }
  return principal.account === request.resource.account
    ? withinAccount(request, policies, limits)
    : acrossAccounts(request, policies, limits);
}

function byResource(request: AccessRequest, resource: Policy | null): Decision {
  const found = resource === null ? null : allowing(resource, request);
  if (found !== null) return found.decision;
  return missing(resource === null ? 'the resource has no policy' : `no allow in ${resource.name}`);
}

function withinAccount(request: AccessRequest, policies: AppliedPolicies, limits: readonly Policy[]): Decision {
  const { resource, identity, resourceDecides = false } = policies;
  const byThat = resource === null ? null : allowing(resource, request);
  const unlimited = limits.every((policy) => allowing(policy, request) !== null);
  if (byThat !== null && byThat.how !== 'account') {
    // A user or session that the policy names is let in whatever its boundary lacks.
    if (unlimited || byThat.how === 'itself') return byThat.decision;
  }
  if (resourceDecides && byThat === null)
    return missing(`no allow in ${resource?.name ?? 'the resource: it has no policy'}`);
  return byIdentity(request, identity, limits);
}

function acrossAccounts(request: AccessRequest, policies: AppliedPolicies, limits: readonly Policy[]): Decision {
  const { resource, identity } = policies;
  if (NEVER_ACROSS_ACCOUNTS.has(request.action))
    return missing(`${request.action} is never granted to another account`);
  const byThat = resource === null ? null : allowing(resource, request);
  if (byThat === null)
    return missing(
      `no allow for account ${accountOf(request)} in ${resource?.name ?? 'the resource: it has no policy'}`,
    );
  return byIdentity(request, identity, limits);
}

function byIdentity(request: AccessRequest, identity: readonly Policy[], limits: readonly Policy[]): Decision {
  const found = identity.map((policy) => allowing(policy, request)).find((one) => one !== null);
  if (found === undefined) return missing('no allow in the policies of the caller');
  const limit = limits.find((policy) => allowing(policy, request) === null);
  return limit === undefined ? found.decision : missing(`no allow in ${limit.name}`);
}

function accountOf({ principal }: AccessRequest): string {
  return principal.kind === 'service' ? principal.service : principal.account;
}

function missing(because: string): Decision {
  return { verdict: 'implicitDeny', because };
}

function named(policy: Policy, { sid, index }: Statement): string {
  return `${policy.name}, ${sid === null ? `statement ${index}` : `statement ${sid}`}`;
}

/** How a statement's principal takes the caller in: everybody, its account (which hands on to its own policies), or itself by name. */
type How = 'everyone' | 'account' | 'role' | 'itself';

function allowing(policy: Policy, request: AccessRequest): { readonly how: How; readonly decision: Decision } | null {
  let best: { how: How; decision: Decision } | null = null;
  for (const statement of policy.statements) {
    if (statement.effect !== 'Allow') continue;
    const how = applies(statement, request);
    if (how === 'no' || (best !== null && RANK[how] <= RANK[best.how])) continue;
    best = { how, decision: { verdict: 'allowed', because: `allowed by ${named(policy, statement)}` } };
  }
  return best;
}

const RANK: Readonly<Record<How, number>> = { account: 0, everyone: 1, role: 2, itself: 3 };

function applies(statement: Statement, { principal, action, resource, context }: AccessRequest): How | 'no' {
  const how = statement.principal === null ? 'everyone' : takesIn(statement.principal, principal);
  if (how === 'no') return 'no';
  if (statement.action.patterns.some((fits) => fits(action, context)) === statement.action.not) return 'no';
  const { resource: where } = statement;
  if (where !== null && where.patterns.some((fits) => fits(resource.arn, context)) === where.not) return 'no';
  return statement.conditions.every(({ key, holds }) => holds(context.get(key), context)) ? how : 'no';
}

function takesIn(match: PrincipalMatch, principal: Principal): How | 'no' {
  const how = directly(match, principal);
  if (match.not) return how === 'no' ? 'everyone' : 'no';
  return how;
}

function directly({ everyone, accounts, arns, services }: PrincipalMatch, principal: Principal): How | 'no' {
  if (principal.kind === 'service') {
    const names = [principal.service, ...(principal.others ?? [])];
    return everyone || names.some((name) => services.has(name)) ? 'everyone' : 'no';
  }
  if (arns.has(principal.arn)) return principal.kind === 'role' ? 'role' : 'itself';
  if (everyone) return 'everyone';
  return accounts.has(principal.account) ? 'account' : 'no';
}
