/** A topic's deliveries to a queue, and to a dead-letter queue: SNS calls as a service, and the queue's policy alone decides. */
import { describe, expect, it } from 'vitest';
import { defaultQueuePolicy, denialsOf } from '../../src/access/index.ts';
import { snsPrincipals } from '../../src/access/identity.ts';
import type { SqsSettings } from '../../src/services/sqs/settings.ts';
import { OURS, type Shop, shop, Stage, THEIRS, topic } from './stage.ts';

const TO_ORDERS = [{ to: 'orders' }];
const here = topic('sales', null, TO_ORDERS);
const foreign = topic('sales', { account: THEIRS }, TO_ORDERS);
const source = (arn: string, service = 'sns.amazonaws.com'): string =>
  `, policy: { Statement: { Effect: Allow, Principal: { Service: ${service} }, Action: 'sqs:SendMessage', Resource: '*', Condition: { ArnEquals: { 'aws:SourceArn': '${arn}' } } } }`;
const arnOf = (account: string, region = 'us-east-1', name = 'sales'): string =>
  `arn:aws:sns:${region}:${account}:${name}`;
const ANYBODY_OF_US = `, policy: { Statement: { Effect: Allow, Principal: { AWS: '${OURS}' }, Action: 'sqs:*', Resource: '*' } }`;
const keyed = (policy: string): string =>
  `{ kms: { keys: { mine: { policy: { Statement: [ { Effect: Allow, Principal: { AWS: '${OURS}' }, Action: 'kms:*', Resource: '*' }, ${policy} ] } } } } }`;
const FOR_SNS =
  "{ Effect: Allow, Principal: { Service: sns.amazonaws.com }, Action: ['kms:GenerateDataKey*', 'kms:Decrypt'], Resource: '*' }";
const FOR_THIS_TOPIC = `{ Effect: Allow, Principal: { Service: sns.amazonaws.com }, Action: ['kms:GenerateDataKey*', 'kms:Decrypt'], Resource: '*', Condition: { ArnEquals: { 'aws:SourceArn': '${arnOf(OURS)}' }, StringEquals: { 'aws:SourceAccount': '${OURS}' } } }`;
const DECRYPT_FOR_SNS =
  "{ Effect: Allow, Principal: { Service: sns.amazonaws.com }, Action: 'kms:Decrypt', Resource: '*' }";
const MINE = ', encryption: { kms: { key: mine } }';

describe('what a topic may send to a queue', () => {
  it.each<[string, Shop, string | null]>([
    ['all, where the queue of its account has no policy: the console has written one', { topics: [here] }, null],
    ['nothing from another account, where it has none', { topics: [foreign] }, 'AccessDenied'],
    ['nothing, where the policy speaks of others', { topics: [here], queue: ANYBODY_OF_US }, 'AccessDenied'],
    [
      'all that a policy lets SNS send for this topic [sns.queue-permission] [access.service-principal]',
      { topics: [here], queue: source(arnOf(OURS)) },
      null,
    ],
    [
      'nothing for another topic [access.aws-sourcearn-aws-sourceaccount-aws-sourceorgid]',
      { topics: [here], queue: source(arnOf(OURS, 'us-east-1', 'news')) },
      'AccessDenied',
    ],
    [
      'all from another account that the queue’s policy names: nothing of that account is asked',
      { topics: [foreign], queue: source(arnOf(THEIRS)) },
      null,
    ],
    [
      'nothing of another account under the policy for one’s own',
      { topics: [foreign], queue: source(arnOf(OURS)) },
      'AccessDenied',
    ],
    [
      'nothing into a queue under AWS’s key [sns.encrypted-queue]',
      { topics: [here], queue: ', encryption: { kms: {} }' },
      'KmsAccessDenied',
    ],
    [
      'nothing under a key that does not name SNS [access.exceptions]',
      { topics: [here], queue: MINE, aws: '{ kms: { keys: { mine: {} } } }' },
      'KmsAccessDenied',
    ],
    [
      'all under a key that lets SNS make data keys and decrypt [access.sns-encrypted-sqs-other-services-encrypted] [sns.encrypted-queue]',
      { topics: [here], queue: MINE, aws: keyed(FOR_SNS) },
      null,
    ],
    [
      'all under a key that lets it do so for this topic',
      { topics: [here], queue: MINE, aws: keyed(FOR_THIS_TOPIC) },
      null,
    ],
    [
      'nothing under one that lets it decrypt only',
      { topics: [here], queue: MINE, aws: keyed(DECRYPT_FOR_SNS) },
      'KmsAccessDenied',
    ],
    [
      'nothing for another account’s topic under a key for one’s own',
      { topics: [foreign], queue: `${source(arnOf(THEIRS))}${MINE}`, aws: keyed(FOR_THIS_TOPIC) },
      'KmsAccessDenied',
    ],
    [
      'what could not be delivered elsewhere, by the same rule',
      { topics: [topic('sales', null, [{ to: 'page', protocol: 'http', deadLetterQueue: 'orders' }])] },
      null,
    ],
    [
      'that not from another account',
      { topics: [topic('sales', { account: THEIRS }, [{ to: 'page', protocol: 'http', deadLetterQueue: 'orders' }])] },
      'AccessDenied',
    ],
    [
      'nothing where it has no subscription',
      { topics: [topic('sales', null, [{ to: 'page', protocol: 'http' }])] },
      'AccessDenied',
    ],
  ])('%s', (_, scenario, code) => {
    const stage = new Stage(scenario);
    expect(stage.send(stage.sender('sales'))).toBe(code);
    expect(stage.queue.sent).toBe(code === null ? 1 : 0);
    const subscribes = scenario.topics?.[0]?.subscriptions.some(
      ({ to, deadLetterQueue }) => to === 'orders' || deadLetterQueue === 'orders',
    );
    const { scenario: resolved, design } = shop(scenario);
    const told = denialsOf(resolved, design, 'orders').filter(({ caller }) => caller === 'sales');
    expect(told.map(({ action, because }) => [action, because.startsWith('KMS: ')])).toEqual(
      code === null || subscribes !== true ? [] : [['SendMessage', code === 'KmsAccessDenied']],
    );
  });

  it('a traffic of the topic’s name is somebody else', () => {
    const stage = new Stage({
      topics: [topic('buyers', null, TO_ORDERS)],
      queue: source(arnOf(OURS, 'us-east-1', 'buyers')),
      traffic: ", role: { policies: [ { Statement: { Effect: Deny, Action: '*', Resource: '*' } } ] }",
    });
    expect([stage.send(stage.sender('buyers')), stage.send(stage.sender({ topic: 'buyers' }))]).toEqual([
      'AccessDenied',
      null,
    ]);
  });

  it('nor is it taken for the topic before a run', () => {
    const { scenario, design } = shop({
      topics: [topic('buyers', { account: THEIRS }, TO_ORDERS)],
    });
    expect(denialsOf(scenario, design, 'orders')).toEqual([
      {
        caller: 'buyers',
        action: 'SendMessage',
        because: 'the resource has no policy',
        fromMs: null,
      },
    ]);
  });

  it('a caller that is not there is a mistake of ours', () => {
    expect(() => new Stage({ topics: [here] }).sender({ topic: 'orders' })).toThrow('no topic orders');
    expect(() => new Stage({}).sender('nobody')).toThrow('no caller nobody');
  });

  it('takes two requests of the quota of the topic’s account for its data key', () => {
    const stage = new Stage({
      topics: [foreign],
      queue: `${source(arnOf(THEIRS))}${MINE}`,
      aws: keyed(FOR_SNS).replace('{ kms: {', '{ kms: { quota: 2/s,'),
    });
    expect(stage.send(stage.sender('sales'))).toBeNull();
    // The traffic's own account has its own.
    expect(stage.send(stage.sender('buyers'))).toBeNull();
    expect(stage.sums.get('NumberOfKmsCalls')).toBe(4);
    expect(stage.sums.get('NumberOfKmsThrottledCalls') ?? 0).toBe(0);
  });

  it('is noted as the service’s call', () => {
    const stage = new Stage({ topics: [foreign] }, true);
    stage.send(stage.sender('sales'));
    const record = JSON.parse(stage.lines[0] as string) as Record<string, unknown>;
    expect(record).toMatchObject({
      errorCode: 'AccessDenied',
      userIdentity: { type: 'AWSService', invokedBy: 'sns.amazonaws.com' },
      sourceIPAddress: 'sns.amazonaws.com',
    });
    expect(record).not.toHaveProperty('sharedEventID');
  });
});

describe('the name under which SNS delivers', () => {
  it.each([
    ['us-east-1', 'eu-west-1', 'sns.amazonaws.com', 'two Regions that are enabled by default'],
    ['us-east-1', 'ap-east-1', 'sns.ap-east-1.amazonaws.com', 'into an opt-in Region: that Region’s'],
    ['ap-east-1', 'us-east-1', 'sns.ap-east-1.amazonaws.com', 'out of one: that Region’s'],
    ['af-south-1', 'ap-east-1', 'sns.ap-east-1.amazonaws.com', 'between two: that of the queue’s'],
    ['us-east-1', 'us-east-1', 'sns.amazonaws.com', 'within one'],
    ['ap-east-1', 'ap-east-1', 'sns.amazonaws.com', 'within an opt-in Region, where its own does too'],
    ['ap-east-1', 'ap-east-1', 'sns.ap-east-1.amazonaws.com', 'within an opt-in Region, where the plain one does too'],
  ])('from %s to %s: %s (%s) [sns.queue-permission]', (from, to, name) => {
    const stage = (service: string): string | null => {
      const all = new Stage({
        topics: [topic('sales', { region: from }, TO_ORDERS)],
        queue: `, region: ${to}${source(arnOf(OURS, from), service)}`,
      });
      return all.send(all.sender('sales'));
    };
    expect(stage(name)).toBeNull();
    const names = ['sns.amazonaws.com', `sns.${from}.amazonaws.com`, `sns.${to}.amazonaws.com`];
    for (const other of names.filter((one) => !snsPrincipals(from, to).includes(one)))
      expect([other, stage(other)]).toEqual([other, 'AccessDenied']);
  });
});

describe('the policy that the console writes', () => {
  const queue = (more: Shop = {}) => {
    const { scenario, design } = shop(more);
    if (scenario.aws === undefined) throw new Error('no aws');
    const settings = design.resources.find((one): one is SqsSettings => one.type === 'sqs');
    return { settings: settings as SqsSettings, aws: scenario.aws };
  };

  it('lets SNS send for each topic of the account, under the name of the Region where it must', () => {
    const { settings, aws } = queue({ queue: ', region: eu-west-1' });
    const topics = [
      here,
      topic('news', { region: 'ap-east-1' }, TO_ORDERS),
      { ...topic('late', null, [{ to: 'page', protocol: 'http', deadLetterQueue: 'orders' }]), fifo: true },
      foreign,
      topic('quiet', null, [{ to: 'other' }]),
    ];
    const statement = (arn: string, service: string) => ({
      Effect: 'Allow',
      Principal: { Service: service },
      Action: 'sqs:SendMessage',
      Resource: `arn:aws:sqs:eu-west-1:${OURS}:orders`,
      Condition: { ArnEquals: { 'aws:SourceArn': arn } },
    });
    expect(defaultQueuePolicy(settings, topics, aws)?.Statement).toEqual([
      statement(arnOf(OURS), 'sns.amazonaws.com'),
      statement(arnOf(OURS, 'ap-east-1', 'news'), 'sns.ap-east-1.amazonaws.com'),
      statement(arnOf(OURS, 'us-east-1', 'late.fifo'), 'sns.amazonaws.com'),
    ]);
  });

  it('is none where nothing of the account subscribes, and none beside one’s own', () => {
    const plain = queue();
    expect(defaultQueuePolicy(plain.settings, [foreign], plain.aws)).toBeNull();
    const own = queue({ queue: ANYBODY_OF_US });
    expect(defaultQueuePolicy(own.settings, [here], own.aws)).toBeNull();
  });

  it('is gone as long as the script has put another in its place', () => {
    const deny = { Statement: { Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' } };
    const stage = new Stage({ topics: [here], queue: MINE, aws: keyed(FOR_SNS) });
    const client = stage.sender('sales');
    const end = stage.access.changePolicy('orders', deny);
    expect(stage.send(client)).toBe('AccessDenied');
    end();
    expect(stage.send(client)).toBeNull();
    const other = { Statement: { Effect: 'Allow', Principal: { AWS: OURS }, Action: 'sqs:*', Resource: '*' } };
    stage.access.changePolicy('orders', other);
    expect(stage.send(client)).toBe('AccessDenied');
    expect(stage.send(stage.sender('buyers'))).toBeNull();
  });

  it('takes nothing from others of the account', () => {
    const stage = new Stage({ topics: [here] });
    expect([stage.send(stage.sender('buyers')), stage.receive(stage.sender('workers'))]).toEqual([null, null]);
  });
});
