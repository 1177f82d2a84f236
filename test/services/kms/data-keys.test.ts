import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileVariate, Simulation } from '../../../src/kernel/index.ts';
import { DataKeys, RequestQuota } from '../../../src/services/kms/index.ts';

const SECOND = 1_000_000;

function keys(quota: RequestQuota, requests: number, reuseUs: number, latencyUs = 1000) {
  const seen = { requests: 0, throttled: 0 };
  const made = new DataKeys(reuseUs, requests, {
    quota,
    latency: compileVariate({ kind: 'constant', value: latencyUs }),
    draws: new Simulation({ seed: 1 }).stream('kms'),
    onRequest: (throttled) => {
      seen.requests++;
      if (throttled) seen.throttled++;
    },
  });
  return { made, seen };
}

test('a quota grants a second’s worth at once, then its rate, and never more in any stretch of time', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.array(fc.integer({ min: 0, max: 300_000 })), (perSecond, gaps) => {
      const quota = new RequestQuota(perSecond, 0);
      const granted: number[] = [];
      let now = 0;
      for (const gap of gaps) {
        now += gap;
        if (quota.take(now)) granted.push(now);
      }
      granted.forEach((from, i) => {
        granted.slice(i).forEach((to, more) => {
          expect(more + 1).toBeLessThanOrEqual(perSecond + ((to - from) / SECOND) * perSecond + 1e-6);
        });
      });
    }),
  );
});

test('what others take is gone, and where they take all of it nothing is granted', () => {
  const left = new RequestQuota(10_000, 9_998);
  expect([left.take(0), left.take(0), left.take(0), left.take(499_999), left.take(500_000)]).toEqual([
    true,
    true,
    false,
    false,
    true,
  ]);
  expect(new RequestQuota(10, 12).take(60 * SECOND)).toBe(false);
});

test('a principal asks once in a reuse period, waits while the key is on its way, and never shares it', () => {
  const { made, seen } = keys(new RequestQuota(1000, 0), 2, 60 * SECOND);
  expect(made.use(0, 0)).toBe(2000);
  expect(made.use(0, 500)).toBe(1500);
  expect(made.use(0, 30 * SECOND)).toBe(0);
  expect(made.use(1, 30 * SECOND)).toBe(2000);
  expect(made.use(0, 60 * SECOND + 1999)).toBe(0);
  expect(made.use(0, 60 * SECOND + 2000)).toBe(2000);
  expect(seen).toEqual({ requests: 6, throttled: 0 });
});

test('in steady use the requests are those of the sheet: R = B ÷ D × (2P + C) [access.sqs-call-estimate]', () => {
  const [hours, minutes, producers, consumers] = [2, 5, 7, 3];
  const quota = new RequestQuota(100_000, 0);
  const produce = keys(quota, 2, minutes * 60 * SECOND, 0);
  const consume = keys(quota, 1, minutes * 60 * SECOND, 0);
  for (let second = 0; second < hours * 3600; second++) {
    for (let p = 0; p < producers; p++) produce.made.use(p, second * SECOND);
    for (let c = 0; c < consumers; c++) consume.made.use(c, second * SECOND);
  }
  const billed = hours * 3600;
  expect(produce.seen.requests + consume.seen.requests).toBe((billed / (minutes * 60)) * (2 * producers + consumers));
});

test('what KMS has answered is kept when the next request is throttled', () => {
  const { made, seen } = keys(new RequestQuota(1, 0), 2, 60 * SECOND);
  expect(made.use(0, 0)).toBe('throttled');
  expect(made.use(0, SECOND)).toBe(1000);
  expect(seen).toEqual({ requests: 3, throttled: 1 });
});

test('a caller that the key’s policy does not let in takes nothing of the quota; a key that is held goes on being used', () => {
  const quota = new RequestQuota(1, 0);
  const { made } = keys(quota, 1, 60 * SECOND);
  made.allowed = false;
  expect(made.use(0, 0)).toBe('accessDenied');
  made.allowed = true;
  expect(made.use(0, 0)).toBe(1000);
  made.allowed = false;
  expect(made.use(0, 5 * SECOND)).toBe(0);
});

test('while KMS is out of reach the last key is used on, and who never had one is sent away [access.kms-outage]', () => {
  const { made, seen } = keys(new RequestQuota(1000, 0), 2, 60 * SECOND);
  expect(made.use(0, 0)).toBe(2000);
  made.reachable = false;
  expect([made.use(0, 3600 * SECOND), made.use(1, 3600 * SECOND)]).toEqual([0, 'unreachable']);
  // Neither policy nor quota is asked.
  made.allowed = false;
  expect(made.use(0, 7200 * SECOND)).toBe(0);
  expect(seen.requests).toBe(2);
  made.allowed = true;
  made.reachable = true;
  expect(made.use(0, 7200 * SECOND)).toBe(2000);
  expect(made.use(1, 7200 * SECOND)).toBe(2000);
});
