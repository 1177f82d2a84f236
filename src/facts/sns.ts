/** Amazon SNS: quotas of filter policies. Snapshot of November 2026. */
import type { Fact } from './fact.ts';

const GUIDE = 'SNS Developer Guide: filter policy constraints';

function confirmed(id: string, value: number, unit: string, source: string, note?: string): Fact {
  const fact: Fact = { id, value, unit, source, date: '2026-10', status: 'confirmed' };
  return note === undefined ? fact : { ...fact, note };
}

const MEASURED = 'Bite-Sized Serverless: serverless messaging latency compared, eu-west-1, 1,024 samples';

function measured(id: string, value: number, note: string): Fact {
  return { id, value, unit: 'ms', source: MEASURED, date: '2022-09', status: 'secondary', note };
}
function assumed(id: string, value: number, unit: string, note: string): Fact {
  return { id, value, unit, source: 'our assumption', date: '2026-11-26', status: 'assumed', note };
}

const PUBLISH = 'AWS publishes none; taken as a call of a standard queue (sqs.latency.call_p50 and its like)';
const DELIVERY =
  'AWS publishes none. From the publish at the service to the endpoint; usually about this, one in ten is slow. Fitted so that half a publish and a delivery take the four published quantiles of message to Lambda (62, 73, 125, 225 ms)';
const FIFO_DELIVERY =
  'AWS publishes none. From the publish at the service to the queue; fitted so that half a publish, a delivery and half a waiting receive of a FIFO queue take the published quantiles of message to Lambda (32.8, 40.1, 67.8, 497 ms): the first three to a percent, the fourth is 442, which 1,024 samples do not tell from 497';

/** Every number of SNS that the models use. */
export const snsFacts = {
  filterPolicyKeys: confirmed(
    'sns.filter_policy.keys',
    5,
    'keys',
    GUIDE,
    'of a nested policy only the parent keys count',
  ),
  filterPolicyComplexity: confirmed(
    'sns.filter_policy.complexity',
    150,
    'combinations',
    `${GUIDE}; LocalStack test snapshots recorded on AWS`,
    'product over the keys of values times depth',
  ),
  filterPolicyBytes: confirmed('sns.filter_policy.bytes', 262_144, 'B', GUIDE),
  endToEndP10Ms: measured('sns.latency.end_to_end_p10', 62, 'publish to Lambda, standard topic'),
  endToEndP50Ms: measured('sns.latency.end_to_end_p50', 73, 'publish to Lambda, standard topic'),
  endToEndP90Ms: measured('sns.latency.end_to_end_p90', 125, 'publish to Lambda, standard topic'),
  endToEndP99Ms: measured('sns.latency.end_to_end_p99', 225, 'publish to Lambda, standard topic'),
  fifoEndToEndP10Ms: measured('sns.latency.fifo_end_to_end_p10', 32.8, 'FIFO topic to FIFO queue to Lambda'),
  fifoEndToEndP50Ms: measured('sns.latency.fifo_end_to_end_p50', 40.1, 'FIFO topic to FIFO queue to Lambda'),
  fifoEndToEndP90Ms: measured('sns.latency.fifo_end_to_end_p90', 67.8, 'FIFO topic to FIFO queue to Lambda'),
  fifoEndToEndP99Ms: measured('sns.latency.fifo_end_to_end_p99', 497, 'FIFO topic to FIFO queue to Lambda'),
  slowShare: assumed('sns.latency.slow_share', 0.1, 'share', DELIVERY),
  publishP50Us: assumed('sns.latency.publish_p50', 15_600, 'us', PUBLISH),
  publishP99Us: assumed('sns.latency.publish_p99', 22_800, 'us', PUBLISH),
  slowPublishP50Us: assumed('sns.latency.slow_publish_p50', 52_600, 'us', PUBLISH),
  slowPublishP99Us: assumed('sns.latency.slow_publish_p99', 320_000, 'us', PUBLISH),
  deliveryP50Us: assumed('sns.latency.delivery_p50', 63_000, 'us', DELIVERY),
  deliveryP99Us: assumed('sns.latency.delivery_p99', 84_800, 'us', DELIVERY),
  slowDeliveryP50Us: assumed('sns.latency.slow_delivery_p50', 153_000, 'us', DELIVERY),
  slowDeliveryP99Us: assumed('sns.latency.slow_delivery_p99', 270_000, 'us', DELIVERY),
  fifoDeliveryP50Us: assumed('sns.latency.fifo_delivery_p50', 16_400, 'us', FIFO_DELIVERY),
  fifoDeliveryP99Us: assumed('sns.latency.fifo_delivery_p99', 27_100, 'us', FIFO_DELIVERY),
  fifoSlowDeliveryP50Us: assumed('sns.latency.fifo_slow_delivery_p50', 33_300, 'us', FIFO_DELIVERY),
  fifoSlowDeliveryP99Us: assumed('sns.latency.fifo_slow_delivery_p99', 61_400, 'us', FIFO_DELIVERY),
} as const;

export const snsFactList: readonly Fact[] = Object.values(snsFacts);
