import { describe, expect, it } from 'vitest';
import { BadPolicy, parsePolicy, type PolicyKind } from '../../../src/services/iam/index.ts';

function place(json: unknown, kind: PolicyKind = 'identity'): string {
  try {
    parsePolicy(json, 'policy of worker', kind);
  } catch (error) {
    if (error instanceof BadPolicy) return error.at;
    throw error;
  }
  return 'fine';
}

const statement = { Effect: 'Allow', Action: 'sqs:*', Resource: '*' };
const of = (more: object): object => ({ Statement: { ...statement, ...more } });

describe('what is no policy is refused at its place', () => {
  it.each<[unknown, PolicyKind, string]>([
    [of({}), 'identity', 'fine'],
    [{ Version: '2012-10-17', Id: 'x', Statement: [statement, statement] }, 'identity', 'fine'],
    [of({ Principal: '*' }), 'resource', 'fine'],
    [
      of({ Principal: { AWS: ['111111111111', 'arn:aws:iam::111111111111:root'], Service: 's3.amazonaws.com' } }),
      'resource',
      'fine',
    ],
    ['text', 'identity', 'the policy'],
    [{}, 'identity', 'Statement'],
    [{ Statement: [] }, 'identity', 'Statement'],
    [{ Version: '2020-01-01', Statement: statement }, 'identity', 'Version'],
    [{ Statement: statement, Sid: 'x' }, 'identity', 'Sid'],
    [{ Statement: [statement, 'x'] }, 'identity', 'Statement[1]'],
    [of({ Effect: 'allow' }), 'identity', 'Statement[0].Effect'],
    [of({ Sid: 5 }), 'identity', 'Statement[0].Sid'],
    [of({ Actions: 'x' }), 'identity', 'Statement[0].Actions'],
    [of({ NotAction: 'x' }), 'identity', 'Statement[0]'],
    [{ Statement: { Effect: 'Allow', Resource: '*' } }, 'identity', 'Statement[0]'],
    [{ Statement: { Effect: 'Allow', Action: '*' } }, 'identity', 'Statement[0]'],
    [of({ Action: [] }), 'identity', 'Statement[0].Action'],
    [of({ Action: [{}] }), 'identity', 'Statement[0].Action'],
    [of({ Principal: '*' }), 'identity', 'Statement[0]'],
    [of({}), 'resource', 'Statement[0]'],
    [of({ Principal: 'everybody' }), 'resource', 'Statement[0].Principal'],
    [of({ Principal: { AWS: '123' } }), 'resource', 'Statement[0].Principal.AWS'],
    [of({ Principal: { Federated: 'x' } }), 'resource', 'Statement[0].Principal.Federated'],
    [of({ NotPrincipal: { AWS: [] } }), 'resource', 'Statement[0].NotPrincipal.AWS'],
    [of({ Condition: [] }), 'identity', 'Statement[0].Condition'],
    [of({ Condition: { Bool: 'x' } }), 'identity', 'Statement[0].Condition.Bool'],
    [of({ Condition: { StringEqual: { k: 'x' } } }), 'identity', 'Statement[0].Condition.StringEqual.k'],
    [of({ Condition: { NumericEquals: { k: 'x' } } }), 'identity', 'Statement[0].Condition.NumericEquals.k'],
    [of({ Condition: { IpAddress: { k: '10.0.0.0/64' } } }), 'identity', 'Statement[0].Condition.IpAddress.k'],
    [of({ Condition: { Null: { k: 'maybe' } } }), 'identity', 'Statement[0].Condition.Null.k'],
    [of({ Condition: { DateLessThan: { k: '2026-01-01' } } }), 'identity', 'Statement[0].Condition.DateLessThan.k'],
  ])('%j as %s policy: %s', (json, kind, expected) => {
    expect(place(json, kind)).toBe(expected);
  });

  it('says what was expected', () => {
    expect(() => parsePolicy(of({ Effect: 'allow' }), 'policy of worker', 'identity')).toThrow(
      'policy of worker, Statement[0].Effect: expected Allow or Deny',
    );
  });
});
