/**
 * Whether a caller may do something to a resource: settings → principals, ARNs, policies and condition keys, as `iam` judges them.
 * Pure: the same settings give the same answers, so that they can be told before a run as well as within it.
 */
import type { Encryption } from '../calls/access.ts';
import type { AwsSettings } from '../scenario/resolved.ts';
import {
  type AppliedPolicies,
  type Decision,
  evaluate,
  parsePolicy,
  type Policy,
  type Principal,
} from '../services/iam/index.ts';
import type { SqsSettings } from '../services/sqs/settings.ts';
import type { CallerSettings } from './callers.ts';

/** A resource as its callers address it. */
export interface Guarded {
  readonly name: string;
  readonly service: 'sqs' | 'sns';
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  readonly encryption: Encryption | null;
}

export interface Identity {
  readonly name: string;
  readonly principal: Principal;
  /** As records and messages show it. */
  readonly arn: string;
  readonly account: string;
  readonly principals: number;
  readonly tls: boolean;
  readonly vpcEndpoint: string | null;
  /** Added to each way, microseconds. */
  readonly wayUs: number;
  readonly policies: Pick<AppliedPolicies, 'identity' | 'boundary' | 'endpoint'>;
  readonly context: ReadonlyMap<string, readonly string[]>;
}

const ALLOWS_ALL = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };

export function identityOf(caller: CallerSettings, aws: AwsSettings): Identity {
  if (caller.kind === 'topic') return serviceIdentity(caller, aws);
  const { role } = caller;
  const account = role?.account ?? aws.account;
  const name = role?.name ?? caller.name;
  const arn = `arn:aws:iam::${account}:role/${name}`;
  const endpoint = role?.vpcEndpoint ?? null;
  const tls = role?.tls ?? true;
  const context = new Map<string, readonly string[]>([
    ['aws:securetransport', [String(tls)]],
    ['aws:principalaccount', [account]],
    ['aws:principalarn', [arn]],
    ['aws:principaltype', ['AssumedRole']],
    ['aws:principalisawsservice', ['false']],
  ]);
  if (endpoint !== null) context.set('aws:sourcevpce', [endpoint.id]);
  for (const [key, value] of role?.context ?? []) context.set(key.toLowerCase(), [value]);
  const owner = `role ${name}`;
  const policies = role?.policies ?? [ALLOWS_ALL];
  return {
    name: caller.name,
    principal: { kind: 'role', arn, account },
    arn: `arn:aws:sts::${account}:assumed-role/${name}/${caller.name}`,
    account,
    principals: role?.principals ?? 1,
    tls,
    vpcEndpoint: endpoint?.id ?? null,
    wayUs: endpoint?.latencyUs ?? 0,
    policies: {
      identity: policies.map((json, i) => parsePolicy(json, `policy ${i} of ${owner}`, 'identity')),
      ...(role?.boundary == null ? {} : { boundary: parsePolicy(role.boundary, `boundary of ${owner}`, 'identity') }),
      ...(endpoint?.policy == null
        ? {}
        : { endpoint: parsePolicy(endpoint.policy, `policy of endpoint ${endpoint.id}`, 'resource') }),
    },
    context,
  };
}

/** A topic delivers as the service itself, on behalf of its own ARN. */
function serviceIdentity({ name, access }: CallerSettings, aws: AwsSettings): Identity {
  const service = 'sns.amazonaws.com';
  const account = access?.account ?? aws.account;
  const region = access?.region ?? aws.region;
  return {
    name,
    principal: { kind: 'service', service },
    arn: service,
    account,
    principals: 1,
    tls: true,
    vpcEndpoint: null,
    wayUs: 0,
    policies: { identity: [] },
    context: new Map([
      ['aws:securetransport', ['true']],
      ['aws:sourcearn', [`arn:aws:sns:${region}:${account}:${name}`]],
      ['aws:sourceaccount', [account]],
      ['aws:principalisawsservice', ['true']],
      ['aws:principalservicename', [service]],
    ]),
  };
}

/** `policy`: the resource's own, parsed; null: it has none. */
export function decide(identity: Identity, guarded: Guarded, action: string, policy: Policy | null): Decision {
  const { arn, account, region } = guarded;
  return evaluate(
    { principal: identity.principal, action, resource: { arn, account }, context: inRegion(identity, region, account) },
    { ...identity.policies, resource: policy },
  );
}

/** The first of the KMS permissions that is missing; null: none. */
export function decideKey(
  identity: Identity,
  guarded: Guarded,
  actions: readonly string[],
  aws: AwsSettings,
): Decision | null {
  if (guarded.encryption?.kind !== 'kms') return null;
  const { key: name } = guarded.encryption;
  const settings = aws.kms.keys.find((one) => one.name === name);
  const account = settings?.account ?? guarded.account;
  const policy = keyPolicy(name, settings?.policy ?? null, account);
  const context = new Map(inRegion(identity, guarded.region, account));
  context.set('kms:viaservice', [`${guarded.service}.${guarded.region}.amazonaws.com`]);
  context.set('kms:calleraccount', [identity.account]);
  context.set(`kms:encryptioncontext:aws:${guarded.service}:arn`, [guarded.arn]);
  const arn = `arn:aws:kms:${guarded.region}:${account}:key/${name}`;
  for (const action of actions) {
    const found = evaluate(
      { principal: identity.principal, action, resource: { arn, account }, context },
      { ...identity.policies, resource: policy, resourceDecides: true },
    );
    if (found.verdict !== 'allowed') return found;
  }
  return null;
}

function keyPolicy(name: string, json: unknown, account: string): Policy {
  const called = `key policy of ${name}`;
  if (json !== null) return parsePolicy(json, called, 'resource');
  const statement =
    name === 'aws/sqs' || name === 'aws/sns'
      ? // AWS's own: everybody in the account, by way of the service.
        {
          Principal: { AWS: '*' },
          Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
          Condition: { StringEquals: { 'kms:CallerAccount': account } },
        }
      : { Principal: { AWS: account }, Action: 'kms:*' };
  return parsePolicy({ Statement: { Effect: 'Allow', Resource: '*', ...statement } }, called, 'resource');
}

function inRegion(identity: Identity, region: string, owner: string): ReadonlyMap<string, readonly string[]> {
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

/** A queue's ARN and whereabouts. */
export function guardedQueue(settings: SqsSettings, aws: AwsSettings): Guarded {
  const account = settings.access?.account ?? aws.account;
  const region = settings.access?.region ?? aws.region;
  const name = settings.fifo ? `${settings.name}.fifo` : settings.name;
  return {
    name: settings.name,
    service: 'sqs',
    arn: `arn:aws:sqs:${region}:${account}:${name}`,
    account,
    region,
    encryption: settings.access?.encryption ?? null,
  };
}
