/** Whether a caller may use the KMS key of a resource. The key's policy must itself allow, or hand on to the account. */
import type { AwsSettings } from '../scenario/resolved.ts';
import { type Decision, evaluate, parsePolicy, type Policy } from '../services/iam/index.ts';
import { inRegion } from './decisions.ts';
import type { Guarded } from './guarded.ts';
import type { Identity } from './identity.ts';

/** Permissions of KMS that a sender's and a receiver's data key takes. */
export const KEY_ACTIONS = { produce: ['kms:GenerateDataKey', 'kms:Decrypt'], consume: ['kms:Decrypt'] } as const;

/** The keys that AWS manages, by the service whose they are. */
const MANAGED: ReadonlyMap<string, string> = new Map([
  ['aws/sqs', 'sqs'],
  ['aws/sns', 'sns'],
]);
/** The part of the encryption context that names the resource. */
const CONTEXT_KEY = { sqs: 'aws:sqs:arn', sns: 'aws:sns:topicarn' } as const;

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
  const policy = keyPolicy(name, settings?.policy ?? null, account, guarded.region);
  const context = new Map(inRegion(identity, guarded.region, account));
  context.set('kms:viaservice', [`${guarded.service}.${guarded.region}.amazonaws.com`]);
  // A service calls from an account of AWS, which no policy names.
  if (identity.principal.kind !== 'service') context.set('kms:calleraccount', [identity.account]);
  context.set(`kms:encryptioncontext:${CONTEXT_KEY[guarded.service]}`, [guarded.arn]);
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

function keyPolicy(name: string, json: unknown, account: string, region: string): Policy {
  const called = `key policy of ${name}`;
  if (json !== null) return parsePolicy(json, called, 'resource');
  const service = MANAGED.get(name);
  const statement =
    service === undefined
      ? { Principal: { AWS: account }, Action: 'kms:*' }
      : // AWS's own: everybody in the account, by way of the service.
        {
          Principal: { AWS: '*' },
          Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
          Condition: {
            StringEquals: { 'kms:CallerAccount': account, 'kms:ViaService': `${service}.${region}.amazonaws.com` },
          },
        };
  return parsePolicy({ Statement: { Effect: 'Allow', Resource: '*', ...statement } }, called, 'resource');
}
