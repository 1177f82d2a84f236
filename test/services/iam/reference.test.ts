/** Random policies, judged by the model and by a reference; and each way in which the reference can be broken, seen. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  evaluate,
  parsePolicy,
  type Policy,
  type PolicyKind,
  type Principal,
} from '../../../src/services/iam/index.ts';
import { type Asked, judge, type JsonStatement, type Written, type Wrong, WRONGS } from './reference.ts';

const HERE = '111111111111';
const THERE = '222222222222';
const QUEUE = `arn:aws:sqs:eu-west-1:${HERE}:orders`;
const ROLE = `arn:aws:iam::${HERE}:role/worker`;
const USER = `arn:aws:iam::${HERE}:user/ada`;
const STRANGER = `arn:aws:iam::${THERE}:role/guest`;
const SNS = 'sns.amazonaws.com';
const TOPIC = `arn:aws:sns:eu-west-1:${HERE}:sales`;

const CALLERS = [
  { kind: 'role', who: ROLE, account: HERE },
  { kind: 'user', who: USER, account: HERE },
  { kind: 'role', who: STRANGER, account: THERE },
  { kind: 'service', who: SNS, account: '' },
] as const;

const context = fc.record(
  {
    'aws:securetransport': fc.constantFrom(['true'], ['false']),
    'aws:sourcearn': fc.constantFrom([TOPIC], [`${TOPIC}-other`]),
    'aws:principaltag/team': fc.constantFrom(['shop'], ['bank'], ['shop', 'bank']),
  },
  { requiredKeys: [] },
);

const asked: fc.Arbitrary<Asked> = fc
  .tuple(
    fc.constantFrom(...CALLERS),
    fc.constantFrom('sqs:SendMessage', 'sqs:SendMessageBatch', 'sqs:ReceiveMessage', 'sqs:DeleteQueue'),
    fc.constantFrom(QUEUE, QUEUE, `${QUEUE}-dlq`),
    context,
  )
  .map(([caller, action, arn, keys]) => ({
    ...caller,
    action,
    arn,
    owner: HERE,
    context: Object.fromEntries(Object.entries(keys).filter(([, values]) => values !== undefined)),
  }));

const patterns = (...texts: string[]) =>
  fc.oneof(fc.constantFrom(...texts), fc.uniqueArray(fc.constantFrom(...texts), { minLength: 1, maxLength: 2 }));
const actions = patterns(
  '*',
  'sqs:*',
  'sqs:Send*',
  'SQS:sendmessage',
  'sqs:?eceiveMessage',
  'sqs:DeleteQueue',
  'kms:*',
);
const resources = patterns(
  '*',
  QUEUE,
  `${QUEUE}-dlq`,
  `arn:aws:sqs:*:${HERE}:ord*`,
  'arn:aws:sqs:*:orders',
  'arn:aws:sqs:*',
);
const condition = fc.oneof(
  fc.constantFrom(
    { Bool: { 'aws:SecureTransport': 'true' } },
    { Bool: { 'aws:SecureTransport': 'false' } },
    { ArnEquals: { 'aws:SourceArn': TOPIC } },
    { StringEquals: { 'aws:PrincipalTag/team': ['shop', 'x'] } },
    { StringNotEquals: { 'aws:PrincipalTag/team': ['shop', 'x'] } },
    { StringLike: { 'aws:SourceArn': 'arn:aws:sns:*' } },
    { StringNotLike: { 'aws:SourceArn': '*other' } },
    { StringEqualsIfExists: { 'aws:PrincipalTag/team': 'bank' } },
    { Null: { 'aws:SourceArn': 'true' } },
  ),
  fc.constant({ StringEquals: { 'aws:PrincipalTag/team': 'shop', 'aws:SecureTransport': 'true' } }),
  fc.constant({ Bool: { 'aws:SecureTransport': 'true' }, StringNotEquals: { 'aws:SourceArn': TOPIC } }),
);
const rarely = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: of });

/** Mostly allows: where all is denied nothing is told apart. */
const body = fc
  .tuple(
    fc.constantFrom('Allow', 'Allow', 'Allow', 'Deny'),
    fc.oneof(
      { weight: 4, arbitrary: actions.map((Action) => ({ Action })) },
      { weight: 1, arbitrary: actions.map((NotAction) => ({ NotAction })) },
    ),
    fc.oneof(
      { weight: 4, arbitrary: resources.map((Resource) => ({ Resource })) },
      { weight: 1, arbitrary: resources.map((NotResource) => ({ NotResource })) },
    ),
    fc.option(condition, { nil: undefined, freq: 2 }),
  )
  .map(([Effect, what, where, Condition]) => ({
    Effect,
    ...what,
    ...where,
    ...(Condition === undefined ? {} : { Condition }),
  }));
const someone = fc.constantFrom(
  { AWS: HERE },
  { AWS: THERE },
  { AWS: ROLE },
  { AWS: USER },
  { AWS: [STRANGER, USER] },
  { Service: SNS },
);
const principal = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom({ Principal: '*' as const }, { Principal: { AWS: '*' } }) },
  { weight: 4, arbitrary: someone.map((Principal) => ({ Principal })) },
  { weight: 1, arbitrary: someone.map((NotPrincipal) => ({ NotPrincipal })) },
);
const identity = fc.array(body, { maxLength: 3 });
const open = fc.tuple(body, principal).map(([one, who]): JsonStatement => ({ ...one, ...who }));
const everybody = body.map((one): JsonStatement => ({ ...one, Principal: '*' }));

const written: fc.Arbitrary<Written> = fc.record({
  identity,
  resource: fc.array(open, { maxLength: 3 }),
  boundary: rarely(fc.array(body, { minLength: 1, maxLength: 2 })),
  endpoint: rarely(fc.array(everybody, { minLength: 1, maxLength: 2 })),
  serviceControl: rarely(fc.array(body, { minLength: 1, maxLength: 2 })),
  isKey: fc.boolean(),
});

function ofModel(one: Asked, policies: Written): 'allowed' | 'denied' {
  const caller: Principal =
    one.kind === 'service'
      ? { kind: 'service', service: one.who }
      : { kind: one.kind, arn: one.who, account: one.account };
  const read = (statements: readonly JsonStatement[], kind: PolicyKind): Policy | null =>
    statements.length === 0 ? null : parsePolicy({ Version: '2012-10-17', Statement: statements }, kind, kind);
  const own = read(policies.identity, 'identity');
  const boundary = read(policies.boundary ?? [], 'identity');
  const serviceControl = read(policies.serviceControl ?? [], 'identity');
  const endpoint = read(policies.endpoint ?? [], 'resource');
  const { verdict } = evaluate(
    {
      principal: caller,
      action: one.action,
      resource: { arn: one.arn, account: one.owner },
      context: new Map(Object.entries(one.context)),
    },
    {
      identity: own === null ? [] : [own],
      resource: read(policies.resource, 'resource'),
      resourceDecides: policies.isKey,
      ...(boundary === null ? {} : { boundary }),
      ...(serviceControl === null ? {} : { serviceControl: [serviceControl] }),
      ...(endpoint === null ? {} : { endpoint }),
    },
  );
  return verdict === 'allowed' ? 'allowed' : 'denied';
}

function compare(wrong?: Wrong): fc.RunDetails<[Asked, Written]> {
  const same = fc.property(asked, written, (one, policies) => ofModel(one, policies) === judge(one, policies, wrong));
  return fc.check(same, { seed: 10, numRuns: wrong === undefined ? 20_000 : 30_000 });
}

describe('policies at random', () => {
  it('are judged as the reference judges them [access.order] [access.same-account] [access.cross-account] [access.service-principal]', () => {
    expect(compare().counterexample).toBeNull();
  });

  it('let in enough and keep out enough, that a difference would be seen', () => {
    const seen = { allowed: 0, denied: 0 };
    for (const [one, policies] of fc.sample(fc.tuple(asked, written), { seed: 10, numRuns: 5_000 }))
      seen[judge(one, policies)]++;
    expect(Math.min(seen.allowed, seen.denied)).toBeGreaterThan(400);
  });

  it.each(WRONGS)('tell when the rule is broken: %s', (wrong) => {
    expect(compare(wrong).failed).toBe(true);
  });
});
