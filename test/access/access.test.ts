import { describe, expect, test } from 'vitest';
import { ApiLog, runReplication } from '../../src/experiment/index.ts';
import { instant } from '../../src/access/calendar.ts';
import { parseScenario } from '../../src/scenario/index.ts';

const ALLOW = `{ Statement: { Effect: Allow, Principal: { AWS: '111111111111' }, Action: 'sqs:*', Resource: '*' } }`;
const DENY = `{ Statement: { Effect: Deny, Principal: '*', Action: 'sqs:*', Resource: '*' } }`;

function shop(more: { role?: string; queue?: string; reader?: string; faults?: string; aws?: string } = {}) {
  const { role = '', queue = '', reader = '', faults = '', aws = '' } = more;
  const text = `
seed: 1
horizon: 60s
drain: 60s
replications: 1
${aws}
traffic:
  orders: { rate: 10/s, arrivals: regular, retry: { attempts: 3, backoff: 10ms }${role} }
designs:
  queued:
    traffic: { orders: orders }
    resources:
      orders: { type: sqs${queue} }
      workers: { type: consumer, source: orders, instances: 2, handler: { time: 10ms }${reader} }
${faults}`;
  const outcome = parseScenario(text, { file: 'shop.yaml', name: 'shop', readText: () => undefined });
  if (!outcome.ok) throw new Error(outcome.errors.map(({ message }) => message).join('\n'));
  return outcome.scenario;
}

function play(scenario: ReturnType<typeof shop>) {
  const { traffic, resources } = runReplication(scenario, 'queued', 0);
  const metrics = new Map(resources.find(({ name }) => name === 'orders')?.metrics.map((one) => [one.name, one.sum]));
  const orders = traffic[0]?.outcome;
  if (orders === undefined) throw new Error('no traffic');
  return { orders, metrics };
}

const FOREIGN = ", role: { account: '111111111111' }";
const AWS = "aws: { account: '222222222222' }";

describe('who gets in', () => {
  test.each([
    ['nobody says anything', {}, true],
    ['a role of the same account without policies', { role: ', role: { name: shop }' }, true],
    [
      'a role of the same account with a policy for something else',
      {
        role: ", role: { policies: [ { Statement: { Effect: Allow, Action: 'sqs:ReceiveMessage', Resource: '*' } } ] }",
      },
      false,
    ],
    ['another account, and the queue has no policy', { aws: AWS, role: FOREIGN }, false],
    ['another account that the queue lets in', { aws: AWS, role: FOREIGN, queue: `, policy: ${ALLOW}` }, true],
    [
      'another account that the queue lets in, and whose role has no permission',
      {
        aws: AWS,
        role: ", role: { account: '111111111111', policies: [ { Statement: { Effect: Deny, Action: '*', Resource: '*' } } ] }",
        queue: `, policy: ${ALLOW}`,
      },
      false,
    ],
    ['a queue that denies all', { queue: `, policy: ${DENY}` }, false],
    [
      'a queue that wants TLS, and has it',
      {
        queue:
          ", policy: { Statement: { Effect: Deny, Principal: '*', Action: '*', Resource: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } } }",
      },
      true,
    ],
    [
      'a queue that wants TLS, and has it not',
      {
        role: ', role: { tls: false }',
        queue:
          ", policy: { Statement: { Effect: Deny, Principal: '*', Action: '*', Resource: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } } }",
      },
      false,
    ],
    ['an encrypted queue without TLS', { role: ', role: { tls: false }', queue: ', encryption: { kms: {} }' }, false],
    [
      'an endpoint whose policy lets nothing through',
      {
        role: `, role: { vpcEndpoint: { policy: ${DENY} } }`,
      },
      false,
    ],
    [
      'a key whose policy names somebody else',
      {
        aws: "aws: { kms: { keys: { mine: { policy: { Statement: { Effect: Allow, Principal: { AWS: '999999999999' }, Action: '*', Resource: '*' } } } } } }",
        queue: ', encryption: { kms: { key: mine } }',
      },
      false,
    ],
    ['the key that AWS manages', { queue: ', encryption: { kms: {} }' }, true],
  ] as const)('%s', (_, scenario, allowed) => {
    const { orders } = play(shop(scenario));
    expect(orders.offered).toBeGreaterThan(500);
    expect(orders.completed).toBe(allowed ? orders.offered : 0);
    // A denied call is told once, as a refusal, and never tried again.
    expect([orders.refused, orders.attempts]).toEqual([allowed ? 0 : orders.offered, orders.offered]);
  });
});

test('a change of policy locks out from its instant to its end, and not a call longer', () => {
  const faults = `faults: [ { at: 20s, for: 10s, resource: orders, policy: ${DENY} } ]`;
  const { orders, metrics } = play(shop({ faults }));
  expect(orders.rejected).toBeGreaterThanOrEqual(99);
  expect(orders.rejected).toBeLessThanOrEqual(101);
  // Polls that wait already are not cut off, and find nothing; were they denied too, there would be more.
  expect(metrics.get('NumberOfDeniedCalls')).toBe(orders.rejected);
});

describe('an outage of KMS by script [access.kms-outage]', () => {
  const outage = (at: string, queue = ', encryption: { kms: { reuse: 60s } }'): ReturnType<typeof shop> =>
    shop({ queue, faults: `faults: [ { at: ${at}, for: 30s, resource: orders, kmsDown: true } ]` });

  test('nobody notices who has a key', () => {
    const { orders, metrics } = play(outage('1s'));
    expect(orders.completed).toBe(orders.offered);
    expect(metrics.get('NumberOfKmsCalls')).toBe(3);
  });

  test('who has none is sent away, and may come again', () => {
    const { orders, metrics } = play(outage('0s'));
    expect(orders.completed).toBe(orders.offered - orders.rejected);
    // Ten a second for half a minute, but for those whose retry comes after it.
    expect(orders.rejected).toBeGreaterThan(295);
    expect(orders.rejected).toBeLessThan(300);
    expect(orders.attempts).toBeGreaterThan(orders.offered + orders.rejected * 2);
    expect(metrics.get('NumberOfDeniedCalls')).toBe(0);
  });

  test('needs a queue under a key of KMS', () => {
    expect(() => outage('1s', '')).toThrow('a queue under a key of KMS');
  });

  test('outages may overlap', () => {
    const more = '{ at: 10s, for: 5s, resource: orders, kmsDown: true }';
    const both = play(
      shop({
        queue: ', encryption: { kms: {} }',
        faults: `faults: [ { at: 0s, for: 30s, resource: orders, kmsDown: true }, ${more} ]`,
      }),
    );
    expect(both.orders.rejected).toBe(play(outage('0s', ', encryption: { kms: {} }')).orders.rejected);
  });
});

test('who may receive and not delete sees every message come back', () => {
  const reader =
    ", role: { policies: [ { Statement: { Effect: Allow, Action: 'sqs:ReceiveMessage', Resource: '*' } } ] }";
  const { orders } = play(shop({ reader, queue: ', visibilityTimeout: 5s' }));
  expect(orders.duplicates).toBeGreaterThan(orders.offered);
});

test('a role that may do everything, and a policy that allows it, change no event of the run', () => {
  const plain = runReplication(shop(), 'queued', 0);
  const open = runReplication(shop({ aws: AWS, role: FOREIGN, queue: `, policy: ${ALLOW}` }), 'queued', 0);
  expect(open.fingerprint).toBe(plain.fingerprint);
});

test('a data key makes one answer late, and others in the reuse period none', () => {
  const latency = 'aws: { kms: { latency: 200ms } }';
  const { orders, metrics } = play(shop({ aws: latency, queue: ', encryption: { kms: {} }' }));
  // Two requests of the one sender; one of each reader's polls, which share their role's key.
  expect(metrics.get('NumberOfKmsCalls')).toBe(3);
  expect(orders.responseMs.max).toBeGreaterThan(400);
});

test('what the clients encrypt is larger', () => {
  const sizes = (scenario: ReturnType<typeof shop>) => {
    const metrics = runReplication(scenario, 'queued', 0).resources.find(({ name }) => name === 'orders')?.metrics;
    return metrics?.find(({ name }) => name === 'SentMessageSize')?.mean;
  };
  expect(sizes(shop({ queue: ', encryption: { client-side: { overhead: 100B } }' }))).toBe((sizes(shop()) ?? 0) + 100);
});

describe('the log of calls', () => {
  function log(most: number) {
    const lines: string[] = [];
    const kept = new ApiLog({ write: (line) => lines.push(line), epochSeconds: 1_767_225_600, most, run: 'test' });
    const { fingerprint } = runReplication(shop({ aws: AWS, role: FOREIGN }), 'queued', 0, { log: kept });
    return { lines, kept, fingerprint };
  }

  test('holds every call in CloudTrail’s form, the same in every run, and changes nothing', () => {
    const { lines, fingerprint } = log(1e6);
    expect(fingerprint).toBe(runReplication(shop({ aws: AWS, role: FOREIGN }), 'queued', 0).fingerprint);
    expect(log(1e6).lines).toEqual(lines);
    const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(new Set(records.map(({ eventID }) => eventID)).size).toBe(records.length);
    const sent = records.find(({ eventName }) => eventName === 'SendMessage');
    expect(sent).toMatchObject({
      eventVersion: '1.09',
      eventTime: '2026-01-01T00:00:00Z',
      eventSource: 'sqs.amazonaws.com',
      awsRegion: 'us-east-1',
      errorCode: 'AccessDenied',
      requestParameters: { messageBody: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
      responseElements: null,
      eventCategory: 'Data',
      managementEvent: false,
      readOnly: false,
      recipientAccountId: '222222222222',
      userIdentity: { type: 'AssumedRole', accountId: '111111111111' },
    });
    expect(sent).toHaveProperty('sharedEventID');
    expect(records.find(({ eventName }) => eventName === 'ReceiveMessage')).not.toHaveProperty('sharedEventID');
  });

  test('is bounded, and counts what it leaves out', () => {
    const all = log(1e6).lines.length;
    const { lines, kept } = log(10);
    expect([lines.length, kept.dropped]).toEqual([10, all - 10]);
  });

  test.each([
    '1970-01-01T00:00:00Z',
    '1999-12-31T23:59:59Z',
    '2000-02-29T12:00:00Z',
    '2026-11-24T09:10:11Z',
    '2100-03-01T00:00:00Z',
  ])('reckons the calendar: %s', (text) => {
    expect(instant(Date.parse(text) / 1000)).toBe(text);
  });
});
