/** Condition keys that the simulator sets itself, and those that a scenario gives. */
import { describe, expect, it } from 'vitest';
import { OURS, Stage, THEIRS } from './stage.ts';

const policy = (condition: object): string =>
  `, policy: ${JSON.stringify({ Statement: { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*', Condition: condition } })}`;
/** Code of a send by a role that nothing but the queue's policy lets in. */
const POWERLESS = "policies: [ { Statement: { Effect: Allow, Action: 'sns:*', Resource: '*' } } ]";

function code(condition: object, role = ''): string | null {
  const stage = new Stage({ traffic: `, role: { ${POWERLESS}${role} }`, queue: policy(condition) });
  return stage.send(stage.sender('buyers'));
}

describe('a queue that lets in by a condition', () => {
  const ORG = '[access.aws-principalorgid-aws-principalarn-aws-principaltag]';
  const NET = '[access.aws-sourceip-aws-sourcevpc-aws-sourcevpce]';
  it.each<[string, string, string, string, string, string]>([
    ['TLS [access.aws-securetransport]', 'Bool', 'aws:SecureTransport', 'true', 'false', ''],
    ['the caller’s account', 'StringEquals', 'aws:PrincipalAccount', OURS, THEIRS, ''],
    [
      `the caller’s ARN ${ORG}`,
      'ArnLike',
      'aws:PrincipalArn',
      `arn:aws:iam::${OURS}:role/buy*`,
      `arn:aws:iam::${OURS}:user/buy*`,
      '',
    ],
    [
      `its organisation, which the scenario gives ${ORG}`,
      'StringEquals',
      'aws:PrincipalOrgID',
      'o-1',
      'o-2',
      ", context: { 'aws:PrincipalOrgID': o-1 }",
    ],
    [
      `a tag of it ${ORG}`,
      'StringEquals',
      'aws:PrincipalTag/team',
      'shop',
      'bank',
      ", context: { 'aws:PrincipalTag/team': shop }",
    ],
    [
      `its address ${NET}`,
      'IpAddress',
      'aws:SourceIp',
      '203.0.113.0/24',
      '198.51.100.0/24',
      ", context: { 'aws:SourceIp': 203.0.113.9 }",
    ],
    [`its endpoint ${NET}`, 'StringEquals', 'aws:SourceVpce', 'vpce-7', 'vpce-8', ', vpcEndpoint: { id: vpce-7 }'],
    [
      `its network ${NET}`,
      'StringEquals',
      'aws:SourceVpc',
      'vpc-3',
      'vpc-4',
      ", vpcEndpoint: {}, context: { 'aws:SourceVpc': vpc-3 }",
    ],
    ['the Region that is called', 'StringEquals', 'aws:RequestedRegion', 'us-east-1', 'eu-west-1', ''],
    ['that it is no service', 'Bool', 'aws:PrincipalIsAWSService', 'false', 'true', ''],
  ])('%s', (_, operator, key, right, wrong, role) => {
    const codes = [right, wrong].map((value) => code({ [operator]: { [key]: value } }, role));
    expect(codes).toEqual([null, 'AccessDenied']);
  });

  it('by an address lets nobody in through an endpoint: there is none [access.aws-sourceip-aws-sourcevpc-aws-sourcevpce]', () => {
    const condition = { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } };
    expect(code(condition, ", vpcEndpoint: {}, context: { 'aws:SourceIp': 203.0.113.9 }")).toBe('AccessDenied');
  });
});

describe('an endpoint', () => {
  const through = (own: string): string | null => {
    const stage = new Stage({ traffic: `, role: { vpcEndpoint: { latency: 2ms, policy: ${own} } }` });
    const sender = stage.sender('buyers');
    expect(stage.state.wayUs).toBe(2000);
    return stage.send(sender);
  };
  const allowing = (action: string): string =>
    `{ Statement: { Effect: Allow, Principal: '*', Action: '${action}', Resource: '*' } }`;

  it('lets through what its policy allows besides all others, and no more [access.vpc-interface-endpoint]', () => {
    expect([through(allowing('sqs:SendMessage')), through(allowing('sqs:ReceiveMessage'))]).toEqual([
      null,
      'AccessDenied',
    ]);
  });
});

describe('a key that lets in by a condition [access.kms-viaservice-kms-encryptioncontext-kms-calleraccount]', () => {
  const queue = ', encryption: { kms: { key: mine } }';
  const withKey = (condition: object): string =>
    JSON.stringify({
      kms: {
        keys: {
          mine: {
            policy: {
              Statement: { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*', Condition: condition },
            },
          },
        },
      },
    });
  it.each<[string, string, string]>([
    ['kms:ViaService', 'sqs.us-east-1.amazonaws.com', 'sns.us-east-1.amazonaws.com'],
    ['kms:CallerAccount', OURS, THEIRS],
    [
      'kms:EncryptionContext:aws:sqs:arn',
      `arn:aws:sqs:us-east-1:${OURS}:orders`,
      `arn:aws:sqs:us-east-1:${OURS}:other`,
    ],
  ])('%s', (key, right, wrong) => {
    const codes = [right, wrong].map((value) => {
      const stage = new Stage({ aws: withKey({ StringEquals: { [key]: value } }), queue });
      return stage.send(stage.sender('buyers'));
    });
    expect(codes).toEqual([null, 'KmsAccessDenied']);
  });
});
