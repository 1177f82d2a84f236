import { expect, test } from 'vitest';
import { kmsFactList, kmsQuotaOf } from '../../src/facts/index.ts';

/** Typed in a second time. */
const known: Record<string, number> = {
  'kms.quota.symmetric.largest_regions': 1e5,
  'kms.quota.symmetric.large_regions': 2e4,
  'kms.quota.symmetric.elsewhere': 1e4,
  'kms.sqs.reuse.min_seconds': 60,
  'kms.sqs.reuse.max_seconds': 24 * 3600,
  'kms.sqs.reuse.default_seconds': 5 * 60,
  'kms.sqs.calls.producer': 2,
  'kms.sqs.calls.consumer': 1,
  'kms.sns.reuse.seconds': 5 * 60,
  'kms.sns.calls.publisher': 2,
  'kms.price.per_10000': 0.03,
  'kms.price.key_month': 1,
  'kms.price.free_requests': 2e4,
  'kms.latency.p50': 4000,
  'kms.latency.p99': 25_000,
  'encryption.client_side.overhead': 512,
  'encryption.client_side.time': 100,
};

test('every number of KMS is as it was read, and says where it comes from', () => {
  expect(Object.fromEntries(kmsFactList.map(({ id, value }) => [id, value]))).toEqual(known);
  for (const { id, unit, source, date } of kmsFactList) {
    expect([unit.length > 0, source.length > 0, /^20\d\d-\d\d$/.test(date)], id).toEqual([true, true, true]);
  }
});

test.each([
  ['us-east-1', 1e5],
  ['eu-west-1', 1e5],
  ['eu-central-1', 2e4],
  ['sa-east-1', 1e4],
])('an account in %s has %d requests a second [access.shared-symmetric-quota]', (region, quota) => {
  expect(kmsQuotaOf(region).value).toBe(quota);
});
