/** Whom a call is made by, as policies see it: settings of a caller → principal, its own policies, and condition keys. */
import { isOptIn } from '../facts/index.ts';
import type { AwsSettings } from '../scenario/resolved.ts';
import { type AppliedPolicies, parsePolicy, type Principal } from '../services/iam/index.ts';
import type { CallerSettings } from './callers.ts';
import { guardedTopic } from './guarded.ts';

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

/** `region`: where the resource is that is called; a service goes by another name there. */
export function identityOf(caller: CallerSettings, aws: AwsSettings, region: string): Identity {
  return caller.kind === 'topic' ? serviceIdentity(caller, aws, region) : roleIdentity(caller, aws);
}

function roleIdentity(caller: CallerSettings & { readonly kind: 'role' }, aws: AwsSettings): Identity {
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
  for (const [key, value] of role?.context ?? []) context.set(key.toLowerCase(), [value]);
  if (endpoint !== null) {
    context.set('aws:sourcevpce', [endpoint.id]);
    // No public address comes through an endpoint.
    context.delete('aws:sourceip');
  }
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
function serviceIdentity(
  { name, topic }: CallerSettings & { readonly kind: 'topic' },
  aws: AwsSettings,
  region: string,
): Identity {
  const from = guardedTopic(topic, aws);
  const [service, ...others] = snsPrincipals(from.region, region);
  return {
    name,
    principal: { kind: 'service', service, others },
    arn: service,
    account: from.account,
    principals: 1,
    tls: true,
    vpcEndpoint: null,
    wayUs: 0,
    policies: { identity: [] },
    context: new Map([
      ['aws:securetransport', ['true']],
      ['aws:sourcearn', [from.arn]],
      ['aws:sourceaccount', [from.account]],
      ['aws:principalisawsservice', ['true']],
      ['aws:principalservicename', [service]],
    ]),
  };
}

/**
 * What SNS calls itself when it delivers from one Region to another, the name that consoles write first: as soon as one of them is opt-in,
 * that of the queue's Region if it is opt-in, else that of the topic's. AWS's page speaks of deliveries between Regions; that both names
 * do within one opt-in Region is assumed.
 */
export function snsPrincipals(topicRegion: string, queueRegion: string): readonly [string, ...string[]] {
  const plain = 'sns.amazonaws.com';
  if (topicRegion === queueRegion) return isOptIn(topicRegion) ? [plain, `sns.${topicRegion}.amazonaws.com`] : [plain];
  if (isOptIn(queueRegion)) return [`sns.${queueRegion}.amazonaws.com`];
  return [isOptIn(topicRegion) ? `sns.${topicRegion}.amazonaws.com` : plain];
}
