/** Publishers before a topic: who gets in, what it costs in keys, and what is noted. */
import { describe, expect, it, test } from 'vitest';
import { denialsOf } from '../../src/access/index.ts';
import { guardedTopic } from '../../src/access/guarded.ts';
import { OURS, type Shop, shop, Stage, THEIRS, topic } from './stage.ts';

const SECOND = 1_000_000;
const ALLOWS_PUBLISH = {
  Statement: { Effect: 'Allow', Principal: { AWS: OURS }, Action: 'sns:Publish', Resource: '*' },
};
const DENIES_ALL = { Statement: { Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' } };
const FOR_RECEIVING = ", role: { policies: [ { Statement: { Effect: Allow, Action: 'sqs:*', Resource: '*' } } ] }";
const FOR_PUBLISHING =
  ", role: { policies: [ { Statement: { Effect: Allow, Action: 'sns:Publish', Resource: '*' } } ] }";
const NO_TLS = ', role: { tls: false }';
const kms = (key: string) => ({ encryption: { kind: 'kms' as const, key, reuseUs: 60 * SECOND } });
const publishing = (access: Parameters<typeof topic>[1], more: Shop = {}): Shop => ({
  topics: [topic('sales', access)],
  publishes: true,
  ...more,
});
const MINE = `{ kms: { keys: { mine: { policy: { Statement: { Effect: Allow, Principal: { AWS: '${OURS}' }, Action: ['kms:GenerateDataKey*', 'kms:Decrypt'], Resource: '*' } } } } } }`;
const DECRYPT_ONLY = MINE.replace("['kms:GenerateDataKey*', 'kms:Decrypt']", "'kms:Decrypt'");

describe('who may publish, one by one or in a batch [access.batch-actions] [sns.no-permission]', () => {
  it.each<[string, Shop, string | null]>([
    ['everybody of the account, where nothing is said', publishing(null), null],
    ['a role of the account with the permission', publishing(null, { traffic: FOR_PUBLISHING }), null],
    ['not a role of the account without it', publishing(null, { traffic: FOR_RECEIVING }), 'AuthorizationError'],
    [
      'a role without permissions that the topic names',
      publishing(
        {
          policy: {
            Statement: {
              Effect: 'Allow',
              Principal: { AWS: `arn:aws:iam::${OURS}:role/buyers` },
              Action: 'SNS:Publish',
              Resource: '*',
            },
          },
        },
        { traffic: FOR_RECEIVING },
      ),
      null,
    ],
    ['nobody, where the topic denies', publishing({ policy: DENIES_ALL }), 'AuthorizationError'],
    [
      'not another account, where the topic has no policy [access.cross-account]',
      publishing({ account: THEIRS }),
      'AuthorizationError',
    ],
    ['another account that the topic lets in', publishing({ account: THEIRS, policy: ALLOWS_PUBLISH }), null],
    [
      'not another account whose own policies do not allow',
      publishing({ account: THEIRS, policy: ALLOWS_PUBLISH }, { traffic: FOR_RECEIVING }),
      'AuthorizationError',
    ],
    ['without TLS, if the topic does not ask for it', publishing(null, { traffic: NO_TLS }), null],
    [
      'not without TLS, where the policy asks for it [access.aws-securetransport]',
      publishing(
        {
          policy: {
            Statement: [
              {
                Effect: 'Deny',
                Principal: '*',
                Action: '*',
                Resource: '*',
                Condition: { Bool: { 'aws:SecureTransport': 'false' } },
              },
            ],
          },
        },
        { traffic: NO_TLS },
      ),
      'AuthorizationError',
    ],
    ['not without TLS under a KMS key', publishing(kms('aws/sns'), { traffic: NO_TLS }), 'InvalidSecurity'],
    ['under AWS’s key, within the account', publishing(kms('aws/sns')), null],
    ['not under the key of another service', publishing(kms('aws/sqs')), 'KMSAccessDenied'],
    [
      'not under AWS’s key from another account',
      publishing({ account: THEIRS, policy: ALLOWS_PUBLISH, ...kms('aws/sns') }),
      'KMSAccessDenied',
    ],
    [
      'under a key that lets the publisher make data keys and decrypt [access.sqs-sns-producer]',
      publishing(kms('mine'), { aws: MINE }),
      null,
    ],
    ['not under one that lets it decrypt only', publishing(kms('mine'), { aws: DECRYPT_ONLY }), 'KMSAccessDenied'],
  ])('%s', (_, scenario, code) => {
    const stage = new Stage(scenario);
    const client = stage.publisher();
    expect(stage.publish(client)).toBe(code);
    const entries = [0, 1].map((body) => ({ body, bytes: 100, kind: -1 }));
    // A batch needs the permission of the single form, and no other.
    expect(client.PublishBatch(entries, 2).error?.code ?? null).toBe(code);
    expect(stage.topic.taken).toHaveLength(code === null ? 3 : 0);
    expect(stage.sums.get('NumberOfDeniedCalls') ?? 0).toBe(code === null ? 0 : 2);
    // What is told before a run is what happens in it.
    const { scenario: resolved, design } = shop(scenario);
    expect(denialsOf(resolved, design, 'sales').map(({ caller, action }) => `${caller} ${action}`)).toEqual(
      code === null ? [] : ['buyers Publish'],
    );
  });

  it('a denied publish is told in AWS’s words', () => {
    const stage = new Stage(publishing({ policy: DENIES_ALL }));
    const { error } = stage.publisher().Publish({ body: 0, bytes: 100, kind: -1 });
    expect(error?.message).toBe(
      `User: arn:aws:sts::${OURS}:assumed-role/buyers/buyers is not authorized to perform: SNS:Publish on resource: arn:aws:sns:us-east-1:${OURS}:sales with an explicit deny (denied by policy of sales, statement 0)`,
    );
    expect(error?.senderFault).toBe(true);
  });

  it.each([
    ['kms:EncryptionContext:aws:sns:topicArn', `arn:aws:sns:us-east-1:${OURS}:sales`, 'arn:aws:sns:us-east-1:1:other'],
    ['kms:ViaService', 'sns.us-east-1.amazonaws.com', 'sqs.us-east-1.amazonaws.com'],
  ])('a key may ask for %s [access.kms-viaservice-kms-encryptioncontext-kms-calleraccount]', (key, right, wrong) => {
    const codes = [right, wrong].map((value) => {
      const statement = { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' };
      const asking = { ...statement, Condition: { StringEquals: { [key]: value } } };
      const aws = JSON.stringify({ kms: { keys: { mine: { policy: { Statement: asking } } } } });
      const stage = new Stage(publishing(kms('mine'), { aws }));
      return stage.publish(stage.publisher());
    });
    expect(codes).toEqual([null, 'KMSAccessDenied']);
  });

  it('a topic where nothing is asked is the topic itself', () => {
    const stage = new Stage(publishing(null));
    expect(stage.publisher()).toBe(stage.topic);
  });

  it('a scripted policy locks out from its instant to its end', () => {
    const faults = `[ { at: 20s, for: 10s, resource: orders, policy: ${JSON.stringify(DENIES_ALL)} } ]`;
    const { scenario, design } = shop({ ...publishing(null), faults });
    // The script may aim at a topic once it is a type of the scenario: here it is turned to it by hand.
    const aimed = scenario.faults.map((fault) => ({
      ...fault,
      target: { kind: 'resource' as const, resource: 'sales', replica: null, zone: null, share: null },
    }));
    expect(denialsOf({ ...scenario, faults: aimed }, design, 'sales')).toEqual([
      {
        caller: 'buyers',
        action: 'Publish',
        because: 'denied by scripted policy of sales, statement 0',
        fromMs: 20_000,
      },
    ]);
    const stage = new Stage({ ...publishing(kms('aws/sns')) });
    const client = stage.publisher();
    expect(stage.publish(client)).toBeNull();
    const end = stage.access.changePolicy('sales', DENIES_ALL);
    expect(stage.publish(client)).toBe('AuthorizationError');
    end();
    expect(stage.publish(client)).toBeNull();
  });
});

describe('data keys of publishers', () => {
  test('two requests for each of them every five minutes, whatever the period that is written: R = B ÷ D × 2P [access.sns-call-estimate] [sns.kms-data-key-reuse]', () => {
    const [hours, publishers] = [2, 7];
    const stage = new Stage(
      publishing(kms('aws/sns'), {
        traffic: `, role: { principals: ${publishers} }`,
        aws: '{ kms: { latency: 0ms } }',
      }),
    );
    const client = stage.publisher();
    let refused = 0;
    // Enough requests a second that each principal has one.
    for (let second = 0; second < hours * 3600; second++) {
      stage.sim.run({ until: second * SECOND });
      for (let body = 0; body < 60; body++) if (stage.publish(client, body) !== null) refused++;
    }
    expect(refused).toBe(0);
    expect(stage.sums.get('NumberOfKmsCalls')).toBe(((hours * 3600) / 300) * 2 * publishers);
  });

  test('the first answer is late by both requests, the next by none', () => {
    const stage = new Stage(publishing(kms('aws/sns'), { aws: '{ kms: { latency: 20ms } }' }));
    const client = stage.publisher();
    stage.publish(client);
    expect(stage.state.lateUs).toBe(40_000);
    stage.sim.run({ until: SECOND });
    stage.publish(client);
    expect(stage.state.lateUs).toBe(0);
  });

  test('over the quota SNS says KMSThrottling [access.over-quota] [sns.kms]', () => {
    const stage = new Stage(publishing(kms('aws/sns'), { aws: '{ kms: { quota: 1/s } }' }));
    const client = stage.publisher();
    expect([stage.publish(client), stage.publish(client)]).toEqual(['KMSThrottling', 'KMSThrottling']);
    expect(stage.sums.get('NumberOfKmsThrottledCalls')).toBe(2);
    // A refusal for its rate is none of access.
    expect(stage.sums.get('NumberOfDeniedCalls') ?? 0).toBe(0);
  });

  test('during an outage of KMS the last key is used on, and who has none is sent away [access.kms-outage]', () => {
    const stage = new Stage(publishing(kms('aws/sns'), { traffic: ', role: { principals: 2 }' }));
    const client = stage.publisher();
    expect(stage.publish(client, 0)).toBeNull();
    const end = stage.access.cutKms('sales');
    stage.sim.run({ until: 3600 * SECOND });
    expect(stage.publish(client, 0)).toBeNull();
    const codes = new Set(Array.from({ length: 20 }, (_, body) => stage.publish(client, body)));
    expect(codes).toEqual(new Set([null, 'InternalError']));
    expect(stage.sums.get('NumberOfKmsCalls')).toBe(2);
    end();
    expect(stage.publish(client, 0)).toBeNull();
    expect(stage.sums.get('NumberOfKmsCalls')).toBe(4);
  });

  test('what publishers encrypt themselves is larger', () => {
    const stage = new Stage(publishing({ encryption: { kind: 'client-side', overheadBytes: 28, timeUs: 100 } }));
    stage.publish(stage.publisher());
    expect(stage.topic.taken).toEqual([128]);
    expect(stage.state.perMessageUs).toBe(100);
  });
});

describe('the log of calls', () => {
  it('notes a publish like a send, with its topic and without its body [access.data-vs-management]', () => {
    const stage = new Stage(publishing(null), true);
    const client = stage.publisher();
    client.Publish({ body: 0, bytes: 100, kind: -1, MessageGroupId: 3 });
    client.PublishBatch(
      [0, 1].map((body) => ({ body, bytes: 100, kind: -1, MessageDeduplicationId: 9 })),
      2,
    );
    const [one, batch] = stage.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const arn = `arn:aws:sns:us-east-1:${OURS}:sales`;
    expect(one).toMatchObject({
      eventSource: 'sns.amazonaws.com',
      eventName: 'Publish',
      eventCategory: 'Data',
      managementEvent: false,
      requestParameters: { topicArn: arn, message: 'HIDDEN_DUE_TO_SECURITY_REASONS', messageGroupId: '3' },
      resources: [{ accountId: OURS, type: 'AWS::SNS::Topic', ARN: arn }],
    });
    expect(Object.keys(one?.['responseElements'] as object)).toEqual(['messageId']);
    expect(batch).toMatchObject({
      eventName: 'PublishBatch',
      requestParameters: {
        topicArn: arn,
        publishBatchRequestEntries: [
          { id: '0', message: 'HIDDEN_DUE_TO_SECURITY_REASONS', messageDeduplicationId: '9' },
          { id: '1', message: 'HIDDEN_DUE_TO_SECURITY_REASONS', messageDeduplicationId: '9' },
        ],
      },
      responseElements: { successful: [{ id: '0' }, { id: '1' }], failed: [] },
    });
  });

  it('notes who was turned away, and gives nothing back', () => {
    const stage = new Stage(publishing({ policy: DENIES_ALL }), true);
    stage.publish(stage.publisher());
    expect(JSON.parse(stage.lines[0] as string)).toMatchObject({
      errorCode: 'AuthorizationError',
      responseElements: null,
    });
  });
});

test('a FIFO topic has .fifo in its ARN', () => {
  const { scenario } = shop();
  if (scenario.aws === undefined) throw new Error('no aws');
  expect(guardedTopic({ name: 'sales', fifo: true }, scenario.aws).arn).toBe(
    `arn:aws:sns:us-east-1:${OURS}:sales.fifo`,
  );
});
