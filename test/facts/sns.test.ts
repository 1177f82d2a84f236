import { describe, expect, it } from 'vitest';
import { snsFactList, snsFacts, snsPublishQuotaOf } from '../../src/facts/index.ts';

/** Typed in from AWS's pages a second time, so that a slip in the table is seen. */
const known: Record<string, number> = {
  'sns.message.max_bytes': 1024 * 1024,
  'sns.topic.maximum_message_size_min': 1024,
  'sns.topic.maximum_message_size_default': 256 * 1024,
  'sns.topic.large_above': 256 * 1024,
  'sns.topic.large_subscriptions': 100,
  'sns.batch.max_entries': 10,
  'sns.batch.id_max_chars': 80,
  'sns.attribute.name_max_bytes': 256,
  'sns.sms.part_bytes': 140,
  'sns.sms.max_chars': 1600,
  'sns.subject.max_chars': 100,
  'sns.message.header_max_bytes': 16 * 1024,
  'sns.raw.attributes': 10,
  'sns.topics.standard': 1e5,
  'sns.topics.fifo': 1e3,
  'sns.subscriptions.standard': 12.5e6,
  'sns.subscriptions.fifo': 100,
  'sns.subscriptions.firehose': 5,
  'sns.subscriptions.pending': 5e3,
  'sns.subscriptions.token': 2 * 86_400,
  'sns.publish.largest': 30e3,
  'sns.publish.large': 9e3,
  'sns.publish.middle': 1500,
  'sns.publish.elsewhere': 300,
  'sns.publish.fifo_largest': 30e3,
  'sns.publish.fifo_large': 9e3,
  'sns.publish.fifo_elsewhere': 3e3,
  'sns.fifo.topic_messages': 3e3,
  'sns.fifo.topic_bytes': 20 * 1024 * 1024,
  'sns.fifo.group_messages': 300,
  'sns.fifo.deduplication_interval': 5 * 60,
  'sns.publish.burst': 1,
  'sns.api.largest': 3e3,
  'sns.api.large': 900,
  'sns.api.middle': 150,
  'sns.api.elsewhere': 30,
  'sns.api.list': 30,
  'sns.api.subscribe': 100,
  'sns.api.tags': 10,
  'sns.api.data_protection': 1,
  'sns.delivery.email': 10,
  'sns.delivery.sms': 20,
  'sns.filter_policy.keys': 5,
  'sns.filter_policy.complexity': 150,
  'sns.filter_policy.bytes': 256 * 1024,
  'sns.filter_policy.per_topic': 200,
  'sns.filter_policy.per_account': 1e4,
  'sns.filter_policy.propagation_max': 15 * 60,
  'sns.retry.managed_immediate': 3,
  'sns.retry.managed_pre_backoff': 2,
  'sns.retry.managed_pre_backoff_wait': 1,
  'sns.retry.managed_backoff': 10,
  'sns.retry.managed_backoff_min': 1,
  'sns.retry.managed_backoff_max': 20,
  'sns.retry.managed_post_backoff': 1e5,
  'sns.retry.managed_post_backoff_wait': 20,
  'sns.retry.customer_pre_backoff': 2,
  'sns.retry.customer_pre_backoff_wait': 10,
  'sns.retry.customer_backoff': 10,
  'sns.retry.customer_backoff_min': 10,
  'sns.retry.customer_backoff_max': 600,
  'sns.retry.customer_post_backoff': 38,
  'sns.retry.customer_post_backoff_wait': 600,
  'sns.retry.http_retries': 3,
  'sns.retry.http_retries_max': 100,
  'sns.retry.http_delay': 20,
  'sns.retry.http_delay_min': 1,
  'sns.retry.http_delay_max': 3600,
  'sns.retry.http_total_max': 3600,
  'sns.delivery.http_timeout': 15,
  'sns.retry.jitter': 0.5,
  'sns.kms.reuse': 5 * 60,
  'sns.delivery.envelope': 925,
  'sns.delivery.envelope_fifo': 970,
  'sns.latency.end_to_end_p10': 62,
  'sns.latency.end_to_end_p50': 73,
  'sns.latency.end_to_end_p90': 125,
  'sns.latency.end_to_end_p99': 225,
  'sns.latency.fifo_end_to_end_p10': 32.8,
  'sns.latency.fifo_end_to_end_p50': 40.1,
  'sns.latency.fifo_end_to_end_p90': 67.8,
  'sns.latency.fifo_end_to_end_p99': 497,
  'sns.latency.publish_p50': 15_600,
  'sns.latency.publish_p99': 22_800,
  'sns.latency.slow_publish_p50': 52_600,
  'sns.latency.slow_publish_p99': 320_000,
  'sns.latency.delivery_p50': 63_000,
  'sns.latency.delivery_p99': 84_800,
  'sns.latency.slow_delivery_p50': 153_000,
  'sns.latency.slow_delivery_p99': 270_000,
  'sns.latency.fifo_delivery_p50': 16_400,
  'sns.latency.fifo_delivery_p99': 27_100,
  'sns.latency.fifo_slow_delivery_p50': 33_300,
  'sns.latency.fifo_slow_delivery_p99': 61_400,
  'sns.latency.slow_share': 0.1,
  'sns.latency.cross_region': 80_000,
};

describe('the facts of SNS', () => {
  it('have the values that the sources give, and none is without a check', () => {
    expect(Object.fromEntries(snsFactList.map(({ id, value }) => [id, value]))).toEqual(known);
  });

  it('say where they come from, and an assumption says why', () => {
    for (const { id, unit, source, date, status, note } of snsFactList) {
      expect(id).toMatch(/^sns\.[a-z_0-9]+\.[a-z_0-9]+$/);
      expect(unit.length, id).toBeGreaterThan(0);
      expect(source.length, id).toBeGreaterThan(0);
      expect(date, id).toMatch(/^20\d\d(-\d\d){1,2}$/);
      if (status !== 'confirmed') expect(note?.length ?? 0, id).toBeGreaterThan(0);
    }
  });
});

describe('what an account may publish in a Region', () => {
  it.each([
    ['us-east-1', 30_000],
    ['us-west-2', 9_000],
    ['eu-west-1', 9_000],
    ['us-east-2', 1_500],
    ['us-west-1', 1_500],
    ['ap-south-1', 1_500],
    ['ap-northeast-2', 1_500],
    ['ap-southeast-1', 1_500],
    ['ap-southeast-2', 1_500],
    ['ap-northeast-1', 1_500],
    ['eu-central-1', 1_500],
    ['eu-west-2', 300],
    ['sa-east-1', 300],
  ])('to standard topics in %s: %d messages a second [sns.publish-rate-standard]', (region, quota) => {
    expect(snsPublishQuotaOf(region, false).value).toBe(quota);
  });

  it.each([
    ['us-east-1', 30_000],
    ['us-west-2', 9_000],
    ['eu-west-1', 9_000],
    ['us-east-2', 3_000],
    ['eu-central-1', 3_000],
    ['sa-east-1', 3_000],
  ])('to FIFO topics in %s: %d messages a second [sns.publish-rate-fifo-account-level]', (region, quota) => {
    expect(snsPublishQuotaOf(region, true).value).toBe(quota);
  });
});

describe('the assumed envelope of a delivery that is not raw', () => {
  /** As SNS writes it, with an empty message. */
  function envelope(topic: string, fifo: boolean): string {
    const arn = `arn:aws:sns:us-east-1:123456789012:${topic}`;
    const uuid = '63a3f6b6-d533-4a47-aef9-fcf5cf758c76';
    const certificate = `SimpleNotificationService-${'0'.repeat(32)}.pem`;
    const fields: [string, string][] = [
      ['Type', 'Notification'],
      ['MessageId', uuid],
      ...(fifo ? ([['SequenceNumber', '10000000000000003000']] as [string, string][]) : []),
      ['TopicArn', arn],
      ['Message', ''],
      ['Timestamp', '2026-11-23T05:12:16.901Z'],
      ['SignatureVersion', '1'],
      ['Signature', 's'.repeat(344)],
      ['SigningCertURL', `https://sns.us-east-1.amazonaws.com/${certificate}`],
      ['UnsubscribeURL', `https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=${arn}:${uuid}`],
    ];
    return `{\n${fields.map(([name, value]) => `  "${name}" : "${value}"`).join(',\n')}\n}`;
  }

  it('has the bytes of its fields, and two more for each character of the name', () => {
    const { envelopeBytes, envelopeFifoBytes } = snsFacts;
    expect(envelope('x'.repeat(20), false)).toHaveLength(envelopeBytes.value);
    expect(envelope('x'.repeat(20), true)).toHaveLength(envelopeFifoBytes.value);
    expect(envelope('x'.repeat(21), false)).toHaveLength(envelopeBytes.value + 2);
  });
});
