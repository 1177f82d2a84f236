/** AWS KMS as other services use it: request quotas, reuse of data keys, prices. Snapshot of November 2026. */
import type { Fact } from './fact.ts';

const QUOTAS = 'KMS Developer Guide: request quotas';
const DATE = '2026-10';

function confirmed(id: string, value: number, unit: string, source: string, note?: string): Fact {
  const fact: Fact = { id, value, unit, source, date: DATE, status: 'confirmed' };
  return note === undefined ? fact : { ...fact, note };
}

function assumed(id: string, value: number, unit: string, note: string): Fact {
  return { id, value, unit, source: 'our assumption', date: '2026-11', status: 'assumed', note };
}

/** Every number of KMS that the models use. */
export const kmsFacts = {
  quotaLargest: confirmed(
    'kms.quota.symmetric.largest_regions',
    100_000,
    'requests/s',
    QUOTAS,
    'per account in us-east-1, us-west-2, eu-west-1; 10,000 in 2018',
  ),
  quotaLarge: confirmed(
    'kms.quota.symmetric.large_regions',
    20_000,
    'requests/s',
    QUOTAS,
    'per account in us-east-2, ap-southeast-1, ap-southeast-2, ap-northeast-1, eu-central-1, eu-west-2',
  ),
  quotaElsewhere: confirmed('kms.quota.symmetric.elsewhere', 10_000, 'requests/s', QUOTAS, 'per account and Region'),
  reuseMinSeconds: confirmed('kms.sqs.reuse.min_seconds', 60, 's', 'botocore: KmsDataKeyReusePeriodSeconds'),
  reuseMaxSeconds: confirmed('kms.sqs.reuse.max_seconds', 86_400, 's', 'botocore: KmsDataKeyReusePeriodSeconds'),
  reuseDefaultSeconds: confirmed('kms.sqs.reuse.default_seconds', 300, 's', 'botocore: KmsDataKeyReusePeriodSeconds'),
  callsPerProducer: confirmed(
    'kms.sqs.calls.producer',
    2,
    'requests',
    'SQS Developer Guide: key management',
    'per producing principal, queue and reuse period: GenerateDataKey and Decrypt',
  ),
  callsPerConsumer: confirmed(
    'kms.sqs.calls.consumer',
    1,
    'request',
    'SQS Developer Guide: key management',
    'per consuming principal, queue and reuse period: Decrypt',
  ),
  snsReuseSeconds: confirmed('kms.sns.reuse.seconds', 300, 's', 'SNS Developer Guide: key management', 'fixed'),
  callsPerPublisher: confirmed(
    'kms.sns.calls.publisher',
    2,
    'requests',
    'SNS Developer Guide: key management',
    'per publishing principal, topic and reuse period: GenerateDataKey and Decrypt',
  ),
  pricePer10000Usd: confirmed('kms.price.per_10000', 0.03, 'USD', 'KMS pricing, us-east-1', 'symmetric requests'),
  keyPerMonthUsd: confirmed('kms.price.key_month', 1, 'USD', 'KMS pricing, us-east-1', 'per customer managed key'),
  freeRequestsPerMonth: confirmed('kms.price.free_requests', 20_000, 'requests', 'KMS pricing', 'over all Regions'),
  latencyP50Us: assumed('kms.latency.p50', 4_000, 'us', 'AWS publishes no latency of KMS requests'),
  latencyP99Us: assumed('kms.latency.p99', 25_000, 'us', 'AWS publishes no latency of KMS requests'),
  clientSideOverheadBytes: assumed(
    'encryption.client_side.overhead',
    512,
    'B',
    'header and footer of an encrypted message: depends on library, algorithm and encryption context',
  ),
  clientSideTimeUs: assumed('encryption.client_side.time', 100, 'us', 'of encrypting or decrypting one message'),
} as const;

export const kmsFactList: readonly Fact[] = Object.values(kmsFacts);

const LARGEST = new Set(['us-east-1', 'us-west-2', 'eu-west-1']);
const LARGE = new Set(['us-east-2', 'ap-southeast-1', 'ap-southeast-2', 'ap-northeast-1', 'eu-central-1', 'eu-west-2']);

/** Symmetric requests a second that one account has in a Region. */
export function kmsQuotaOf(region: string): Fact {
  if (LARGEST.has(region)) return kmsFacts.quotaLargest;
  return LARGE.has(region) ? kmsFacts.quotaLarge : kmsFacts.quotaElsewhere;
}
