/** What encryption of a queue asks of who calls it. */
import { expect, test } from 'vitest';
import { runScenario } from '../../src/experiment/index.ts';
import { resolve } from '../support/street.ts';

function run(role: string, queue: string, aws = '') {
  const { designs } = runScenario(
    resolve(`seed: 1
horizon: 30s
drain: 60s
replications: 1
${aws}
traffic: { t: { rate: 10/s, arrivals: regular${role} } }
designs:
  d:
    traffic: { t: q }
    resources:
      q: { type: sqs, ${queue} }
      w: { type: consumer, source: q, handler: { time: 1ms } }
`),
  );
  const metrics = designs['d']?.resources['q']?.metrics;
  return { traffic: designs['d']?.traffic['t'], metric: (name: string) => metrics?.[name]?.sum };
}

const KMS = 'encryption: { kms: {} }';

test('an encrypted queue takes nothing over plain HTTP [sqs.http-or-bad-signature-on-encrypted]', () => {
  const plain = run(', role: { tls: false }', KMS);
  expect(plain.traffic).toMatchObject({ completed: 0, rejected: plain.traffic?.offered });
  expect(plain.metric('NumberOfDeniedCalls')).toBeGreaterThan(290);
  const safe = run('', KMS);
  expect(safe.traffic?.completed).toBe(safe.traffic?.offered);
  const open = run(', role: { tls: false }', 'encryption: sse-sqs');
  expect(open.traffic?.completed).toBe(open.traffic?.offered);
});

test('KMS that throttles, or lets nobody in, refuses the send [sqs.kms-trouble]', () => {
  const none = 'aws: { kms: { quota: 10/s, background: 10/s } }';
  const throttled = run('', KMS, none);
  expect(throttled.traffic).toMatchObject({ completed: 0, rejected: throttled.traffic?.offered });
  expect(throttled.metric('NumberOfKmsThrottledCalls')).toBeGreaterThan(290);
  const others = "Principal: { AWS: '999999999999' }, Action: '*', Resource: '*'";
  const denied = run(
    '',
    'encryption: { kms: { key: mine } }',
    `aws: { kms: { keys: { mine: { policy: { Statement: { Effect: Allow, ${others} } } } } } }`,
  );
  expect(denied.traffic).toMatchObject({ completed: 0, rejected: denied.traffic?.offered });
  expect(denied.metric('NumberOfDeniedCalls')).toBeGreaterThan(290);
});
