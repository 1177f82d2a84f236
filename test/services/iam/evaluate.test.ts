import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AppliedPolicies,
  evaluate,
  parsePolicy,
  type Policy,
  type Principal,
} from '../../../src/services/iam/index.ts';

const HERE = '111111111111';
const THERE = '222222222222';
const QUEUE = `arn:aws:sqs:eu-west-1:${HERE}:orders`;
const role: Principal = { kind: 'role', arn: `arn:aws:iam::${HERE}:role/worker`, account: HERE };
const user: Principal = { kind: 'user', arn: `arn:aws:iam::${HERE}:user/ada`, account: HERE };
const stranger: Principal = { kind: 'role', arn: `arn:aws:iam::${THERE}:role/guest`, account: THERE };
const sns: Principal = { kind: 'service', service: 'sns.amazonaws.com' };

type Statement = Record<string, unknown>;
const identity = (...statements: Statement[]): Policy =>
  parsePolicy({ Version: '2012-10-17', Statement: statements }, 'identity policy', 'identity');
const resource = (...statements: Statement[]): Policy =>
  parsePolicy({ Version: '2012-10-17', Statement: statements }, 'queue policy', 'resource');

const allow = { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: QUEUE };
const deny = { Effect: 'Deny', Action: 'sqs:SendMessage', Resource: QUEUE };
const none: AppliedPolicies = { identity: [], resource: null };

function ask(
  principal: Principal,
  policies: AppliedPolicies,
  more: { action?: string; context?: Record<string, string[]>; arn?: string } = {},
) {
  const context = new Map(Object.entries(more.context ?? {}));
  const arn = more.arn ?? QUEUE;
  return evaluate(
    { principal, action: more.action ?? 'sqs:SendMessage', resource: { arn, account: HERE }, context },
    policies,
  );
}

const verdict = (...asked: Parameters<typeof ask>): string => ask(...asked).verdict;

describe('a caller of the same account', () => {
  it.each<[string, AppliedPolicies, string]>([
    ['nothing allows', none, 'implicitDeny'],
    ['its own policy allows', { identity: [identity(allow)], resource: null }, 'allowed'],
    ['the queue names it', { identity: [], resource: resource({ ...allow, Principal: { AWS: role.arn } }) }, 'allowed'],
    ['the queue lets everybody in', { identity: [], resource: resource({ ...allow, Principal: '*' }) }, 'allowed'],
    [
      'the queue hands on to the account',
      { identity: [], resource: resource({ ...allow, Principal: { AWS: HERE } }) },
      'implicitDeny',
    ],
    [
      'the queue hands on, its own allows',
      { identity: [identity(allow)], resource: resource({ ...allow, Principal: { AWS: HERE } }) },
      'allowed',
    ],
    ['its own denies', { identity: [identity(allow), identity(deny)], resource: null }, 'explicitDeny'],
    [
      'the queue denies',
      { identity: [identity(allow)], resource: resource({ ...deny, Principal: '*' }) },
      'explicitDeny',
    ],
    [
      'the queue denies others',
      { identity: [identity(allow)], resource: resource({ ...deny, Principal: { AWS: THERE } }) },
      'allowed',
    ],
    [
      'all but it are denied',
      { identity: [identity(allow)], resource: resource({ ...deny, NotPrincipal: { AWS: role.arn } }) },
      'allowed',
    ],
    [
      'the boundary does not allow',
      { identity: [identity(allow)], resource: null, boundary: identity({ ...allow, Action: 'sns:*' }) },
      'implicitDeny',
    ],
    [
      'the session does not allow',
      { identity: [identity(allow)], resource: null, session: identity({ ...allow, Action: 'sns:*' }) },
      'implicitDeny',
    ],
    [
      'both do',
      { identity: [identity(allow)], resource: null, session: identity(allow), boundary: identity(allow) },
      'allowed',
    ],
    [
      'the queue names the role, the boundary does not',
      {
        identity: [],
        resource: resource({ ...allow, Principal: { AWS: role.arn } }),
        boundary: identity({ ...allow, Action: 'sns:*' }),
      },
      'implicitDeny',
    ],
    [
      'the organisation does not allow',
      {
        identity: [identity(allow)],
        resource: null,
        serviceControl: [identity(allow), identity({ ...allow, Action: 'sns:*' })],
      },
      'implicitDeny',
    ],
    [
      'the endpoint does not allow',
      {
        identity: [identity(allow)],
        resource: null,
        endpoint: resource({ ...allow, Principal: '*', Action: 'sqs:ReceiveMessage' }),
      },
      'implicitDeny',
    ],
    [
      'a key policy must say so itself [access.exceptions]',
      {
        identity: [identity(allow)],
        resource: resource({ ...allow, Principal: { AWS: THERE } }),
        resourceDecides: true,
      },
      'implicitDeny',
    ],
    [
      'a key policy hands on',
      {
        identity: [identity(allow)],
        resource: resource({ ...allow, Principal: { AWS: `arn:aws:iam::${HERE}:root` } }),
        resourceDecides: true,
      },
      'allowed',
    ],
  ])('%s', (_, policies, expected) => {
    expect(verdict(role, policies)).toBe(expected);
  });

  it('a user that the queue names is let in whatever its boundary lacks [access.resource-policy-naming-a-role-session]', () => {
    const policies = {
      identity: [],
      resource: resource({ ...allow, Principal: { AWS: user.arn } }),
      boundary: identity({ ...allow, Action: 'sns:*' }),
    };
    expect(verdict(user, policies)).toBe('allowed');
    const session: Principal = { kind: 'session', arn: `arn:aws:sts::${HERE}:assumed-role/worker/1`, account: HERE };
    const named = { ...policies, resource: resource({ ...allow, Principal: { AWS: session.arn } }) };
    expect(verdict(session, named)).toBe('allowed');
  });
});

describe('a caller of another account', () => {
  const open = resource({ ...allow, Principal: { AWS: THERE }, Action: 'sqs:*' });
  it.each<[string, AppliedPolicies, string]>([
    ['the queue alone', { identity: [], resource: open }, 'implicitDeny'],
    ['its own policy alone', { identity: [identity(allow)], resource: null }, 'implicitDeny'],
    ['both', { identity: [identity(allow)], resource: open }, 'allowed'],
    [
      'both, and a deny',
      { identity: [identity(allow)], resource: resource({ ...allow, Principal: '*' }, { ...deny, Principal: '*' }) },
      'explicitDeny',
    ],
  ])('%s', (_, policies, expected) => {
    expect(verdict(stranger, policies)).toBe(expected);
  });

  it('is never given the administration of a queue [access.sqs-actions-that-cross-account-grants]', () => {
    const policies = { identity: [identity({ ...allow, Action: 'sqs:*' })], resource: open };
    for (const name of 'AddPermission RemovePermission CreateQueue DeleteQueue ListQueues ListQueueTags TagQueue UntagQueue SetQueueAttributes'.split(
      ' ',
    )) {
      expect(verdict(stranger, policies, { action: `sqs:${name}` }), name).toBe('implicitDeny');
    }
    expect(verdict(stranger, policies, { action: 'sqs:ReceiveMessage' })).toBe('allowed');
  });
});

describe('a service', () => {
  const guarded = resource({
    ...allow,
    Principal: { Service: 'sns.amazonaws.com' },
    Condition: { ArnEquals: { 'aws:SourceArn': `arn:aws:sns:*:${HERE}:orders` } },
  });

  it('is let in by the policy of the queue alone [access.service-principal]', () => {
    expect(verdict(sns, none)).toBe('implicitDeny');
    expect(
      verdict(
        sns,
        { ...none, resource: guarded },
        { context: { 'aws:sourcearn': [`arn:aws:sns:eu-west-1:${HERE}:orders`] } },
      ),
    ).toBe('allowed');
  });

  it('comes in for the wrong topic, or for none, in vain', () => {
    const context = { 'aws:sourcearn': [`arn:aws:sns:eu-west-1:${THERE}:orders`] };
    expect(verdict(sns, { ...none, resource: guarded }, { context })).toBe('implicitDeny');
    expect(verdict(sns, { ...none, resource: guarded })).toBe('implicitDeny');
  });
});

describe('a service', () => {
  const byName = (service: string): Policy => resource({ ...allow, Principal: { Service: service } });
  const here: Principal = { kind: 'service', service: 'sns.amazonaws.com', others: ['sns.ap-east-1.amazonaws.com'] };
  it.each([
    ['sns.amazonaws.com', 'allowed'],
    ['sns.ap-east-1.amazonaws.com', 'allowed'],
    ['sns.eu-south-1.amazonaws.com', 'implicitDeny'],
  ])('goes by each of its names: %s', (service, expected) => {
    expect(verdict(here, { ...none, resource: byName(service) })).toBe(expected);
  });

  it('is not bound by what binds identities', () => {
    const policies = { ...none, resource: byName('sns.amazonaws.com'), serviceControl: [identity(deny)] };
    expect(verdict(sns, policies)).toBe('allowed');
  });
});

describe('statements', () => {
  it.each<[string, Statement, string, boolean]>([
    ['a wildcard', { Action: 'sqs:*' }, 'sqs:SendMessage', true],
    ['a wildcard within', { Action: 'sqs:Send*' }, 'sqs:ReceiveMessage', false],
    ['case does not count', { Action: 'SQS:sendmessage' }, 'sqs:SendMessage', true],
    ['? is one character', { Action: 'sqs:SendMessag?' }, 'sqs:SendMessage', true],
    [
      'a batch needs the permission of the single form [access.batch-actions]',
      { Action: 'sqs:SendMessage' },
      'sqs:SendMessageBatch',
      true,
    ],
    ['NotAction', { Action: undefined, NotAction: ['sqs:ReceiveMessage'] }, 'sqs:SendMessage', true],
    ['NotAction of it', { Action: undefined, NotAction: ['sqs:Send*'] }, 'sqs:SendMessage', false],
    ['everything', { Resource: '*' }, 'sqs:SendMessage', true],
    ['any queue of the account', { Resource: `arn:aws:sqs:*:${HERE}:*` }, 'sqs:SendMessage', true],
    ['a star does not reach over a colon', { Resource: 'arn:aws:sqs:*:orders' }, 'sqs:SendMessage', false],
    ['but at the end it does', { Resource: 'arn:aws:sqs:*' }, 'sqs:SendMessage', true],
    ['NotResource', { Resource: undefined, NotResource: QUEUE }, 'sqs:SendMessage', false],
    ['a variable', { Resource: 'arn:aws:sqs:eu-west-1:${aws:PrincipalAccount}:orders' }, 'sqs:SendMessage', true],
    [
      'a variable that nobody knows',
      { Resource: 'arn:aws:sqs:eu-west-1:${aws:PrincipalOrgID}:orders' },
      'sqs:SendMessage',
      false,
    ],
  ])('%s', (_, more, action, expected) => {
    const statement = Object.fromEntries(
      Object.entries({ ...allow, ...more }).filter(([, value]) => value !== undefined),
    );
    const context = { 'aws:principalaccount': [HERE] };
    expect(verdict(role, { identity: [identity(statement)], resource: null }, { action, context }) === 'allowed').toBe(
      expected,
    );
  });

  it.each<[string, Statement, Record<string, string[]>, boolean]>([
    ['TLS', { Bool: { 'aws:SecureTransport': 'true' } }, { 'aws:securetransport': ['true'] }, true],
    ['no TLS', { Bool: { 'aws:SecureTransport': true } }, { 'aws:securetransport': ['false'] }, false],
    ['a key that is missing', { StringEquals: { k: 'x' } }, {}, false],
    ['a key that is missing, negated', { StringNotEquals: { k: 'x' } }, {}, true],
    ['a key that may be missing', { StringEqualsIfExists: { k: 'x' } }, {}, true],
    ['one of several', { StringEquals: { k: ['x', 'y'] } }, { k: ['y'] }, true],
    ['none of several', { StringNotEquals: { k: ['x', 'y'] } }, { k: ['y'] }, false],
    ['wildcards only with Like', { StringEquals: { k: 'x*' } }, { k: ['xy'] }, false],
    ['Like', { StringLike: { k: 'x*' } }, { k: ['xy'] }, true],
    ['NotLike', { StringNotLike: { k: 'x*' } }, { k: ['xy'] }, false],
    ['case', { StringEqualsIgnoreCase: { k: 'A*' } }, { k: ['a*'] }, true],
    ['numbers', { NumericLessThanEquals: { k: '10' } }, { k: ['9'] }, true],
    ['no number', { NumericGreaterThan: { k: '10' } }, { k: ['many'] }, false],
    ['an address', { IpAddress: { k: ['10.0.0.0/8', '2001:db8::/32'] } }, { k: ['10.1.2.3'] }, true],
    ['one address', { IpAddress: { k: '10.1.2.3' } }, { k: ['10.1.2.4'] }, false],
    ['not an address', { NotIpAddress: { k: '10.0.0.0/8' } }, { k: ['11.1.2.3'] }, true],
    ['an ARN, part by part', { ArnLike: { k: 'arn:aws:sns:*:1:orders' } }, { k: ['arn:aws:sns:eu:2:1:orders'] }, false],
    ['not an ARN', { ArnNotLike: { k: 'arn:aws:sns:*:1:*' } }, { k: ['arn:aws:sns:eu:1:orders'] }, false],
    ['must be missing', { Null: { k: 'true' } }, {}, true],
    ['must be there', { Null: { k: 'false' } }, {}, false],
    ['all values', { 'ForAllValues:StringEquals': { k: ['a', 'b'] } }, { k: ['a', 'b', 'c'] }, false],
    ['all of no values', { 'ForAllValues:StringEquals': { k: ['a', 'b'] } }, {}, true],
    ['any value', { 'ForAnyValue:StringEquals': { k: ['a', 'b'] } }, { k: ['c', 'b'] }, true],
    ['any of no values', { 'ForAnyValue:StringEquals': { k: ['a'] } }, {}, false],
    ['all keys', { StringEquals: { k: 'x', l: 'y' } }, { k: ['x'] }, false],
    [
      'a variable',
      { StringEquals: { k: '${aws:PrincipalAccount}' } },
      { k: ['7'], 'aws:principalaccount': ['7'] },
      true,
    ],
    ['a variable with a default', { StringEquals: { k: "${aws:x, 'd'}" } }, { k: ['d'] }, true],
    ['a star as itself', { StringLike: { k: 'a${*}' } }, { k: ['ab'] }, true],
  ])('condition: %s', (_, condition, context, expected) => {
    const policy = identity({ ...allow, Condition: condition });
    expect(verdict(role, { identity: [policy], resource: null }, { context }) === 'allowed').toBe(expected);
  });

  it('tells who decided', () => {
    const policies = {
      identity: [identity(allow)],
      resource: resource({ ...deny, Principal: '*', Sid: 'NobodySends' }),
    };
    expect(ask(role, policies).because).toBe('denied by queue policy, statement NobodySends');
    expect(ask(role, { identity: [identity(allow)], resource: null }).because).toBe(
      'allowed by identity policy, statement 0',
    );
  });
});

describe('every set of policies', () => {
  const effect = fc.constantFrom('Allow', 'Deny');
  const action = fc.constantFrom('sqs:SendMessage', 'sqs:*', 'sqs:ReceiveMessage');
  const statement = fc.record({
    Effect: effect,
    Action: action,
    Resource: fc.constantFrom('*', QUEUE, `${QUEUE}-dlq`),
  });
  const who = fc.constantFrom('*', { AWS: HERE }, { AWS: THERE }, { AWS: role.arn }, { Service: 'sns.amazonaws.com' });
  const open = fc.tuple(statement, who).map(([one, Principal]) => ({ ...one, Principal }));
  const caller = fc.constantFrom(role, user, stranger, sns);
  const identities = fc.array(statement, { maxLength: 3 });
  const resources = fc.array(open, { maxLength: 3 });
  const applied = (own: Statement[], its: Statement[]): AppliedPolicies => ({
    identity: own.length === 0 ? [] : [identity(...own)],
    resource: its.length === 0 ? null : resource(...its),
  });

  it('never allows more for a deny, nor less for an allow, and does not care for the order of statements', () => {
    fc.assert(
      fc.property(caller, identities, resources, statement, open, (one, own, its, more, moreOpen) => {
        const before = verdict(one, applied(own, its));
        expect(verdict(one, applied([...own].reverse(), [...its].reverse()))).toBe(before);
        for (const [x, y] of [
          [[...own, more], its],
          [own, [...its, moreOpen]],
        ] as [Statement[], Statement[]][]) {
          const added = x.length > own.length ? more : moreOpen;
          const after = verdict(one, applied(x, y));
          if (added.Effect === 'Deny' && before !== 'allowed') expect(after).not.toBe('allowed');
          if (added.Effect === 'Allow' && before === 'allowed') expect(after).toBe('allowed');
          if (before === 'explicitDeny') expect(after).toBe('explicitDeny');
        }
      }),
      { seed: 8, numRuns: 1_000 },
    );
  });

  it('lets a stranger in only by both, a service only by the resource', () => {
    fc.assert(
      fc.property(identities, resources, (own, its) => {
        if (verdict(stranger, applied(own, its)) === 'allowed') {
          expect(own.some(({ Effect }) => Effect === 'Allow') && its.some(({ Effect }) => Effect === 'Allow')).toBe(
            true,
          );
          expect(verdict(stranger, applied([], its))).not.toBe('allowed');
          expect(verdict(stranger, applied(own, []))).not.toBe('allowed');
        }
        expect(
          verdict(
            sns,
            applied(
              own.filter(({ Effect }) => Effect === 'Allow'),
              its,
            ),
          ),
        ).toBe(verdict(sns, applied([], its)));
      }),
      { seed: 9, numRuns: 1_000 },
    );
  });
});
