import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AWS_MANAGED,
  BadDeliveryPolicy,
  type BackoffFunction,
  CUSTOMER_MANAGED,
  defaultDeliveryPolicy,
  type DeliveryPolicy,
  HTTP_DEFAULT,
  type HttpDeliveryPolicy,
  readHttpPolicy,
  retriesOf,
  retryWaitUs,
  totalWaitUs,
} from '../../../src/services/sns/index.ts';

const S = 1_000_000;
const NO_JITTER = 0.5;
const DAY = 86_400 * S;

/** Every wait of a policy, as a delivery that always fails would meet them. */
function waits(policy: DeliveryPolicy, uniform = NO_JITTER): number[] {
  const found: number[] = [];
  for (let failures = 1; ; failures++) {
    const wait = retryWaitUs(policy, failures, uniform);
    if (wait < 0) return found;
    found.push(wait);
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);

describe('the policies of the protocols', () => {
  it('AWS managed: 3 at once, 2 one second apart, 10 from 1 to 20 s, 100,000 each 20 s: 100,015 over 23 days [sns.aws-managed-sqs-lambda-firehose]', () => {
    const all = waits(AWS_MANAGED);
    expect(all).toHaveLength(100_015);
    expect(retriesOf(AWS_MANAGED)).toBe(100_015);
    expect(all.slice(0, 6)).toEqual([0, 0, 0, S, S, S]);
    expect(all[14]).toBe(20 * S);
    expect(all.slice(15)).toEqual(new Array(100_000).fill(20 * S));
    expect(sum(all)).toBeGreaterThan(23 * DAY);
    expect(sum(all)).toBeLessThan(24 * DAY);
    expect(Math.abs(sum(all) - totalWaitUs(AWS_MANAGED))).toBeLessThan(10);
  });

  it('customer managed: 2 ten seconds apart, 10 from 10 to 600 s, 38 each 600 s: 50 over 6 h [sns.customer-managed-smtp-sms-mobile-push]', () => {
    const all = waits(CUSTOMER_MANAGED);
    expect(all).toHaveLength(50);
    expect(all.slice(0, 3)).toEqual([10 * S, 10 * S, 10 * S]);
    expect(all.slice(11)).toEqual(new Array(39).fill(600 * S));
    expect(sum(all)).toBeGreaterThan(6 * 3600 * S);
    expect(sum(all)).toBeLessThan(7 * 3600 * S);
  });

  it('HTTP: three retries, 20 s apart, so four attempts [sns.http-s]', () => {
    expect(waits(HTTP_DEFAULT)).toEqual([20 * S, 20 * S, 20 * S]);
  });

  it('each protocol has its own', () => {
    const policies = (
      ['sqs', 'lambda', 'firehose', 'http', 'https', 'email', 'email-json', 'sms', 'application'] as const
    ).map(defaultDeliveryPolicy);
    const [aws, http, customer] = [AWS_MANAGED, HTTP_DEFAULT, CUSTOMER_MANAGED];
    expect(policies).toEqual([aws, aws, aws, http, http, customer, customer, customer, customer]);
  });
});

describe('the backoff phase', () => {
  const curve = (name: BackoffFunction, count: number, min: number, max: number): number[] =>
    waits({
      immediate: 0,
      preBackoff: { count: 0, waitUs: 0 },
      backoff: { count, minUs: min * S, maxUs: max * S, function: name },
      postBackoff: { count: 0, waitUs: 0 },
    }).map((us) => us / S);

  it.each<[BackoffFunction, number[]]>([
    ['linear', [2, 8.5, 15, 21.5, 28]],
    ['arithmetic', [2, 4.6, 9.8, 17.6, 28]],
    ['geometric', [2, 3.868673, 7.483315, 14.475248, 28]],
    ['exponential', [2, 3.733333, 7.2, 14.133333, 28]],
  ])('%s, five waits from 2 to 28 s', (name, expected) => {
    expect(curve(name, 5, 2, 28)).toEqual(expected);
  });

  it('orders the curves of the guide’s picture: 10 waits from 5 to 260 s', () => {
    const all = (['linear', 'arithmetic', 'geometric', 'exponential'] as const).map((name) => curve(name, 10, 5, 260));
    for (const one of all) expect([one[0], one[9]]).toEqual([5, 260]);
    for (let i = 1; i < 9; i++) {
      const column = all.map((one) => one[i] as number);
      expect(column, `wait ${i}`).toEqual(column.toSorted((a, b) => b - a));
    }
  });

  it('with a single wait takes the least', () => {
    for (const name of ['linear', 'arithmetic', 'geometric', 'exponential'] as const)
      expect(curve(name, 1, 3, 9)).toEqual([3]);
  });
});

const counts = fc.integer({ min: 0, max: 8 });
const written = fc
  .record({
    noDelay: counts,
    minDelay: counts,
    backoff: counts,
    maxDelay: counts,
    min: fc.integer({ min: 1, max: 60 }),
    more: fc.integer({ min: 0, max: 60 }),
    backoffFunction: fc.constantFrom<BackoffFunction>('linear', 'arithmetic', 'geometric', 'exponential'),
  })
  .map(
    ({
      noDelay,
      minDelay,
      backoff,
      maxDelay,
      min,
      more,
      backoffFunction,
    }): Required<NonNullable<HttpDeliveryPolicy['healthyRetryPolicy']>> => ({
      numRetries: noDelay + minDelay + backoff + maxDelay,
      numNoDelayRetries: noDelay,
      numMinDelayRetries: minDelay,
      numMaxDelayRetries: maxDelay,
      minDelayTarget: min,
      maxDelayTarget: min + more,
      backoffFunction,
    }),
  )
  // 24 delayed retries of 120 s at most: within the hour.
  .filter((one) => (one.numRetries - one.numNoDelayRetries) * one.maxDelayTarget <= 3600);

describe('a policy of one’s own, over HTTP', () => {
  it('has the phases that it names, grows within its bounds, and ends after its retries [sns.http-s-2]', () => {
    fc.assert(
      fc.property(written, (healthyRetryPolicy) => {
        const { deliveryPolicy } = readHttpPolicy({ healthyRetryPolicy });
        const { numRetries, numNoDelayRetries, numMinDelayRetries, numMaxDelayRetries } = healthyRetryPolicy;
        const [min, max] = [healthyRetryPolicy.minDelayTarget * S, healthyRetryPolicy.maxDelayTarget * S];
        const all = waits(deliveryPolicy);
        expect(all).toHaveLength(numRetries);
        const backoffFrom = numNoDelayRetries + numMinDelayRetries;
        const backoff = all.slice(backoffFrom, numRetries - numMaxDelayRetries);
        expect(all.slice(0, numNoDelayRetries)).toEqual(new Array(numNoDelayRetries).fill(0));
        expect(all.slice(numNoDelayRetries, backoffFrom)).toEqual(new Array(numMinDelayRetries).fill(min));
        expect(all.slice(numRetries - numMaxDelayRetries)).toEqual(new Array(numMaxDelayRetries).fill(max));
        expect(backoff).toEqual(backoff.toSorted((a, b) => a - b));
        if (backoff.length > 0) expect(backoff[0]).toBe(min);
        if (backoff.length > 1) expect(backoff.at(-1)).toBe(max);
      }),
      { seed: 11, numRuns: 1_000 },
    );
  });

  it('is jittered by half of the wait to both sides at most, and what is immediate stays so', () => {
    fc.assert(
      fc.property(written, fc.double({ min: 0, max: 1, noNaN: true }), (healthyRetryPolicy, uniform) => {
        const { deliveryPolicy } = readHttpPolicy({ healthyRetryPolicy });
        const nominal = waits(deliveryPolicy);
        const jittered = waits(deliveryPolicy, uniform);
        const mirrored = waits(deliveryPolicy, 1 - uniform);
        expect(jittered).toHaveLength(nominal.length);
        nominal.forEach((wait, i) => {
          const drawn = jittered[i] as number;
          expect(Number.isInteger(drawn)).toBe(true);
          expect(drawn).toBeGreaterThanOrEqual(wait * 0.5 - 1);
          expect(drawn).toBeLessThanOrEqual(wait * 1.5 + 1);
          // As much up as down, so the mean is the wait itself.
          expect(Math.abs(drawn + (mirrored[i] as number) - 2 * wait)).toBeLessThanOrEqual(2);
          if (wait === 0) expect(drawn).toBe(0);
        });
        if (nominal.some((wait) => wait > 0) && uniform < 0.4) expect(sum(jittered)).toBeLessThan(sum(nominal));
      }),
      { seed: 12, numRuns: 500 },
    );
  });

  it('without anything said is the default', () => {
    expect(readHttpPolicy({})).toEqual({ deliveryPolicy: HTTP_DEFAULT, maxReceivesPerSecond: null });
    expect(readHttpPolicy({ throttlePolicy: { maxReceivesPerSecond: 10 } }).maxReceivesPerSecond).toBe(10);
  });

  it('of the guide: 3 at once, 2 after 1 s, 10 from 1 to 60 s, 35 each 60 s: 50 retries', () => {
    const { deliveryPolicy } = readHttpPolicy({
      healthyRetryPolicy: {
        minDelayTarget: 1,
        maxDelayTarget: 60,
        numRetries: 50,
        numNoDelayRetries: 3,
        numMinDelayRetries: 2,
        numMaxDelayRetries: 35,
        backoffFunction: 'exponential',
      },
    });
    expect(deliveryPolicy.backoff.count).toBe(10);
    expect(waits(deliveryPolicy)).toHaveLength(50);
  });

  /** `*`: AWS's own words were not found. */
  it.each<[string, HttpDeliveryPolicy['healthyRetryPolicy'], string]>([
    ['over 100 retries', { numRetries: 101 }, 'healthyRetryPolicy.numRetries must be less than or equal to 100'],
    [
      'a delay under 1 s',
      { minDelayTarget: 0 },
      'healthyRetryPolicy.minDelayTarget must be greater than or equal to 1',
    ],
    [
      'a delay over an hour *',
      { minDelayTarget: 1, maxDelayTarget: 3601 },
      'healthyRetryPolicy.maxDelayTarget must be less than or equal to 3600',
    ],
    [
      'half a second *',
      { minDelayTarget: 1.5 },
      'healthyRetryPolicy.minDelayTarget must be greater than or equal to 1',
    ],
    [
      'most under least *',
      { minDelayTarget: 21 },
      'healthyRetryPolicy.maxDelayTarget must be greater than or equal to minDelayTarget',
    ],
    [
      'fewer than none *',
      { numNoDelayRetries: -1 },
      'healthyRetryPolicy.numNoDelayRetries must be greater than or equal to 0',
    ],
    [
      'phases longer than all *',
      { numRetries: 5, numNoDelayRetries: 3, numMaxDelayRetries: 3 },
      'healthyRetryPolicy.numRetries must be greater than or equal to total of numMinDelayRetries, numNoDelayRetries and numMaxDelayRetries',
    ],
  ])('refuses %s', (_, healthyRetryPolicy = {}, reason) => {
    expect(() => readHttpPolicy({ healthyRetryPolicy })).toThrow(new BadDeliveryPolicy(`DeliveryPolicy: ${reason}`));
  });

  it('refuses less than one delivery a second', () => {
    expect(() => readHttpPolicy({ throttlePolicy: { maxReceivesPerSecond: 0 } })).toThrow(
      new BadDeliveryPolicy('DeliveryPolicy: throttlePolicy.maxReceivesPerSecond must be greater than or equal to 1'),
    );
  });

  it('may wait an hour in all, and not a second more [sns.delivery-policy-total-retry-time-http]', () => {
    const hour = { numRetries: 60, minDelayTarget: 60, maxDelayTarget: 60 };
    expect(sum(waits(readHttpPolicy({ healthyRetryPolicy: hour }).deliveryPolicy))).toBe(3600 * S);
    const longer = { ...hour, numRetries: 60, numMaxDelayRetries: 1, maxDelayTarget: 61 };
    expect(() => readHttpPolicy({ healthyRetryPolicy: longer })).toThrow(/^DeliveryPolicy: total retry time/);
  });
});
