/** Encrypted queues: which key asks KMS how often, and what happens when KMS says no or says nothing. */
import { describe, expect, it, test } from 'vitest';
import { OURS, Stage } from './stage.ts';

const SECOND = 1_000_000;
const AT_ONCE = '{ kms: { latency: 0ms, keys: { mine: {} } } }';
const principals = (count: number): string => `, role: { principals: ${count} }`;

/** Calls to KMS of a queue that is sent to and received from each second of the first hours by each of its principals. */
function callsOf(queue: string, producers: number, consumers: number, hours: number): number {
  const stage = new Stage({
    aws: AT_ONCE,
    queue,
    traffic: principals(producers),
    reader: principals(consumers),
  });
  const [buyers, workers] = [stage.sender('buyers'), stage.sender('workers')];
  for (let second = 0; second < hours * 3600; second++) {
    stage.sim.run({ until: second * SECOND });
    for (let i = 0; i < 40; i++) stage.send(buyers, i);
    for (let i = 0; i < consumers; i++) stage.receive(workers, i);
  }
  return stage.sums.get('NumberOfKmsCalls') ?? 0;
}

describe('requests to KMS', () => {
  test.each([
    ['five minutes, where nothing is said', '{ kms: {} }', 300, 4, 3],
    ['the shortest period', '{ kms: { reuse: 60s } }', 60, 2, 5],
    ['one that is written', '{ kms: { key: mine, reuse: 15m } }', 900, 3, 1],
  ])(
    'are B ÷ D × (2P + C): %s [access.sqs-call-estimate] [access.sqs-reuse]',
    (_, encryption, reuseSeconds, producers, consumers) => {
      const hours = 1;
      const calls = callsOf(`, encryption: ${encryption}`, producers, consumers, hours);
      expect(calls).toBe(((hours * 3600) / reuseSeconds) * (2 * producers + consumers));
    },
  );

  test.each([
    ['59s', false],
    ['60s', true],
    ['24h', true],
    ['24h1s', false],
  ])('ask for a period of a minute to a day: %s [access.sqs-reuse]', (reuse, taken) => {
    const stage = (): Stage => new Stage({ queue: `, encryption: { kms: { reuse: ${reuse} } }` });
    if (taken) expect(stage).not.toThrow();
    else expect(stage).toThrow('1m');
  });

  test('are none for keys that AWS owns; its managed keys and one’s own count [access.aws-owned-keys]', () => {
    expect(callsOf('', 1, 1, 0.1)).toBe(0);
    expect(callsOf(', encryption: sse-sqs', 1, 1, 0.1)).toBe(0);
    expect(callsOf(', encryption: { kms: { key: aws/sqs } }', 1, 1, 0.1)).toBe(6);
    expect(callsOf(', encryption: { kms: { key: mine } }', 1, 1, 0.1)).toBe(6);
  });

  test.each([
    ['the largest Regions', 'us-east-1', 100_000],
    ['large ones', 'eu-central-1', 20_000],
    ['all others', 'sa-east-1', 10_000],
  ])('are as many at once as the Region grants: %s [access.shared-symmetric-quota]', (_, region, quota) => {
    const stage = new Stage({
      aws: `{ region: ${region}, kms: { latency: 0ms } }`,
      queue: ', encryption: { kms: {} }',
      traffic: principals(1_000_000),
      reader: principals(1_000_000),
    });
    const workers = stage.sender('workers');
    // A receiver's key is one request; each tag is another principal.
    for (let i = 0; i < quota + 10; i++) stage.receive(workers, i);
    expect(stage.sums.get('NumberOfKmsThrottledCalls')).toBe(10);
    // The quota is the account's in the Region: senders draw on it too.
    expect(stage.send(stage.sender('buyers'))).toBe('KmsThrottled');
  });
});

describe('a call that has no key', () => {
  const stage = (kms: string, more: { traffic?: string; reader?: string } = {}): Stage =>
    new Stage({ aws: `{ kms: { ${kms} } }`, queue: ', encryption: { kms: { key: mine } }', ...more });
  const only = (actions: string): string =>
    `keys: { mine: { policy: { Statement: { Effect: Allow, Principal: { AWS: 'arn:aws:iam::${OURS}:role/workers' }, Action: ${actions}, Resource: '*' } } } }`;

  it('over the quota ends in KmsThrottled [access.over-quota]', () => {
    const narrow = stage('quota: 1/s, keys: { mine: {} }');
    expect([narrow.send(narrow.sender('buyers')), narrow.receive(narrow.sender('workers'))]).toEqual([
      'KmsThrottled',
      'KmsThrottled',
    ]);
    expect(narrow.sums.get('NumberOfDeniedCalls') ?? 0).toBe(0);
  });

  it('needs kms:Decrypt to receive, and no more [access.sqs-consumer]', () => {
    const decrypts = stage(only('kms:Decrypt'));
    expect(decrypts.receive(decrypts.sender('workers'))).toBeNull();
    const makes = stage(only("'kms:GenerateDataKey*'"));
    expect(makes.receive(makes.sender('workers'))).toBe('KmsAccessDenied');
  });

  it('needs kms:GenerateDataKey and kms:Decrypt to send [access.sqs-sns-producer]', () => {
    const as = { traffic: ', role: { name: workers }' };
    const code = (actions: string): string | null => {
      const one = stage(only(actions), as);
      return one.send(one.sender('buyers'));
    };
    expect([code("['kms:GenerateDataKey', 'kms:Decrypt']"), code('kms:Decrypt'), code('kms:GenerateDataKey')]).toEqual([
      null,
      'KmsAccessDenied',
      'KmsAccessDenied',
    ]);
  });

  it('is one that sends or receives: a delete takes none [sqs.kms-trouble]', () => {
    const denied = stage(only('kms:CreateGrant'));
    const workers = denied.sender('workers');
    expect(denied.receive(workers)).toBe('KmsAccessDenied');
    expect(denied.sums.get('NumberOfDeniedCalls')).toBe(1);
    workers.DeleteMessage(1);
    workers.ChangeMessageVisibility(1, 0);
    expect(denied.sums.get('NumberOfDeniedCalls')).toBe(1);
  });

  it('goes on with the key at hand while KMS does not answer [access.kms-outage]', () => {
    const cut = stage('latency: 0ms, keys: { mine: {} }', { reader: principals(2) });
    const workers = cut.sender('workers');
    expect(cut.receive(workers, 0)).toBeNull();
    const end = cut.access.cutKms('orders');
    cut.sim.run({ until: 7200 * SECOND });
    // The period of five minutes is long over.
    expect([cut.receive(workers, 0), cut.receive(workers, 1)]).toEqual([null, 'ServiceUnavailable']);
    expect(cut.sums.get('NumberOfKmsCalls')).toBe(1);
    end();
    expect([cut.receive(workers, 0), cut.receive(workers, 1)]).toEqual([null, null]);
    expect(cut.sums.get('NumberOfKmsCalls')).toBe(3);
  });
});
