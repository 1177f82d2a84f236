/** What AWS charges: list prices of us-east-1 on demand, by tier and with what is free each month. Snapshot of November 2026. */
import type { Fact } from './fact.ts';
import { kmsFacts } from './kms.ts';
import type { MqInstanceTypeName } from './mq-instances.ts';
import { sqsFacts } from './sqs.ts';

const PAGES = 'AWS pricing pages and price list, as several public repositories and price guides quote them';
const INFRACOST = 'infracost golden files, us-east-1';

function confirmed(id: string, value: number, unit: string, date: string, note?: string): Fact {
  const fact: Fact = { id, value, unit, source: INFRACOST, date, status: 'confirmed' };
  return note === undefined ? fact : { ...fact, note };
}
function secondary(id: string, value: number, unit: string, date: string, note: string, source = PAGES): Fact {
  return { id, value, unit, source, date, status: 'secondary', note };
}
function assumed(id: string, value: number, unit: string, note: string): Fact {
  return { id, value, unit, source: 'our assumption', date: '2026-11-24', status: 'assumed', note };
}
/** An hour of a broker’s node, from the price of another size. */
function derived(id: string, value: number, from: string): Fact {
  return { id, value, unit: 'USD/node-h', source: 'derived', date: '2026-11-26', status: 'assumed', note: from };
}

const M5_SIZES = 'by size from mq.m5.xlarge, as in Regions whose list is known';
const M7G_SIZES = 'by size from mq.m7g.large';

/** Prices that belong to no model's own facts, free allowances, and how large an instance is taken to be. */
export const priceFacts = {
  sqsStandardTier1Requests: secondary('price.sqs.standard.tier1', 1e11, 'requests', '2026', 'in a month'),
  sqsStandardTier2Requests: secondary('price.sqs.standard.tier2', 2e11, 'requests', '2026', 'in a month'),
  sqsFairPerMillion: secondary(
    'price.sqs.fair',
    0.1,
    'USD/1e6 requests',
    '2026-03',
    'on top, for requests that carry a group id in a standard queue',
    'Cloudburn: SQS pricing guide',
  ),
  sqsFreeRequests: secondary('price.sqs.free', 1e6, 'requests', '2026', 'each month, standard and FIFO together'),
  snsPublishPerMillion: confirmed('price.sns.publish', 0.5, 'USD/1e6 requests', '2024-12', '64 KB each'),
  snsFreeRequests: confirmed('price.sns.publish.free', 1e6, 'requests', '2024-12', 'each month'),
  snsHttpPerMillion: confirmed('price.sns.http', 0.6, 'USD/1e6 deliveries', '2024-12'),
  snsHttpFree: confirmed('price.sns.http.free', 1e5, 'deliveries', '2024-12', 'each month'),
  snsEmailPerMillion: confirmed('price.sns.email', 20, 'USD/1e6 deliveries', '2024-12', '2 USD for 100,000'),
  snsEmailFree: confirmed('price.sns.email.free', 1_000, 'deliveries', '2024-12', 'each month'),
  snsPushPerMillion: confirmed('price.sns.push', 0.5, 'USD/1e6 deliveries', '2024-12'),
  snsFirehosePerMillion: confirmed('price.sns.firehose', 0.19, 'USD/1e6 deliveries', '2024-12'),
  snsFifoPublishPerMillion: confirmed('price.sns.fifo_publish', 0.3, 'USD/1e6 messages', '2024-12'),
  snsFifoPublishPerGb: confirmed('price.sns.fifo_publish_gb', 0.017, 'USD/GB', '2024-12'),
  snsFifoDeliveryPerMillion: confirmed('price.sns.fifo_delivery', 0.01, 'USD/1e6 messages', '2024-12'),
  snsFifoDeliveryPerGb: confirmed('price.sns.fifo_delivery_gb', 0.001, 'USD/GB', '2024-12'),
  kinesisShardHour: confirmed('price.kinesis.shard_hour', 0.015, 'USD/shard-h', '2024-07'),
  kinesisPutPerMillion: confirmed('price.kinesis.put_units', 0.014, 'USD/1e6 units', '2024-07', '25 KB each'),
  kinesisFanOutHour: confirmed('price.kinesis.fan_out_hour', 0.015, 'USD/consumer-shard-h', '2024-07'),
  kinesisFanOutPerGb: confirmed('price.kinesis.fan_out_gb', 0.013, 'USD/GB', '2024-07'),
  kinesisExtendedHour: secondary(
    'price.kinesis.extended_hour',
    0.02,
    'USD/shard-h',
    '2024-07',
    'retention of more than 24 hours, up to 7 days',
    INFRACOST,
  ),
  kinesisLongTermPerGbMonth: confirmed('price.kinesis.long_term_gb', 0.023, 'USD/GB-month', '2024-07', 'beyond 7 days'),
  kinesisOnDemandHour: confirmed('price.kinesis.on_demand_hour', 0.04, 'USD/stream-h', '2024-07'),
  kinesisOnDemandInPerGb: confirmed('price.kinesis.on_demand_in_gb', 0.08, 'USD/GB', '2024-07', 'records of whole KB'),
  kinesisOnDemandOutPerGb: confirmed('price.kinesis.on_demand_out_gb', 0.04, 'USD/GB', '2024-07'),
  kinesisOnDemandFanOutPerGb: confirmed('price.kinesis.on_demand_fan_out_gb', 0.05, 'USD/GB', '2024-07'),
  kinesisOnDemandExtendedPerGbMonth: confirmed(
    'price.kinesis.on_demand_extended_gb',
    0.1,
    'USD/GB-month',
    '2024-07',
    'retention of more than 24 hours, up to 7 days',
  ),
  lambdaPerMillion: confirmed('price.lambda.requests', 0.2, 'USD/1e6 requests', '2024-07'),
  lambdaPerGbSecond: confirmed(
    'price.lambda.gb_second',
    0.000_016_666_7,
    'USD/GB-s',
    '2024-07',
    'x86, to the millisecond',
  ),
  lambdaInitBilled: secondary(
    'price.lambda.init_billed',
    1,
    'share',
    '2025-08',
    'of the time of a cold start; before that none of it where a managed runtime ran a ZIP file',
    'AWS Compute Blog, 2025-04-29, as several sites quote it',
  ),
  lambdaFreeRequests: secondary('price.lambda.free_requests', 1e6, 'requests', '2026', 'each month'),
  lambdaFreeGbSeconds: secondary('price.lambda.free_gb_seconds', 400_000, 'GB-s', '2026', 'each month'),
  flinkKpuHour: confirmed(
    'price.flink.kpu_hour',
    0.11,
    'USD/h',
    '2026-10',
    'of a KPU, that for orchestration included',
  ),
  flinkStorageGbMonth: confirmed(
    'price.flink.running_storage_gb_month',
    0.1,
    'USD/GB-month',
    '2026-10',
    '50 GB of each KPU, that for orchestration not included',
  ),
  flinkBackupGbMonth: confirmed('price.flink.backup_gb_month', 0.023, 'USD/GB-month', '2026-10', 'of snapshots'),
  videoIngestGb: confirmed('price.kvs.ingest_per_gb', 0.0085, 'USD/GB', '2026-10', 'into a video stream'),
  videoConsumeGb: confirmed('price.kvs.consume_per_gb', 0.0085, 'USD/GB', '2026-10', 'out of it, but over HLS'),
  videoHlsGb: secondary('price.kvs.hls_per_gb', 0.0119, 'USD/GB', '2026-10', 'not confirmed'),
  videoStorageGbMonth: secondary('price.kvs.storage_gb_month', 0.023, 'USD/GB-month', '2026-10', 'not confirmed'),
  firehosePerGb: secondary(
    'price.firehose.ingest',
    0.029,
    'USD/GB',
    '2026',
    'first 500 TB of a month; each record in steps of 5 KB',
  ),
  firehosePerGbTier2: secondary('price.firehose.ingest.tier2', 0.025, 'USD/GB', '2026', 'next 1.5 PB'),
  firehosePerGbTier3: secondary('price.firehose.ingest.tier3', 0.02, 'USD/GB', '2026', 'next 3 PB'),
  firehoseTier1Gb: secondary('price.firehose.tier1', 500_000, 'GB', '2026', 'in a month'),
  firehoseTier2Gb: secondary('price.firehose.tier2', 2_000_000, 'GB', '2026', 'in a month'),
  firehoseConversionPerGb: secondary('price.firehose.conversion', 0.018, 'USD/GB', '2026', 'on top'),
  firehosePartitioningPerGb: secondary(
    'price.firehose.partitioning',
    0.02,
    'USD/GB',
    '2026',
    'delivered; not confirmed',
  ),
  firehosePartitioningPer1000Objects: secondary(
    'price.firehose.partitioning.objects',
    0.005,
    'USD/1e3 objects',
    '2026',
    'not confirmed',
  ),
  firehosePartitioningJqHour: secondary('price.firehose.partitioning.jq_hour', 0.07, 'USD/h', '2026', 'not confirmed'),
  firehoseVpcPerGb: secondary(
    'price.firehose.vpc',
    0.01,
    'USD/GB',
    '2026',
    'delivered into a VPC',
    'infracost golden files, eu-west-2',
  ),
  mqT2MicroHour: confirmed('price.mq.t2.micro_hour', 0.03, 'USD/node-h', '2024-07', 'ActiveMQ, as all micros'),
  mqT3MicroHour: secondary('price.mq.t3.micro_hour', 0.027_04, 'USD/node-h', '2024', 'not confirmed'),
  mqM5LargeHour: confirmed(
    'price.mq.m5.large_hour',
    0.288,
    'USD/node-h',
    '2024-07',
    'half of an active/standby pair, 0.576; both engines',
  ),
  mqM5XlargeHour: confirmed(
    'price.mq.m5.xlarge_hour',
    0.576,
    'USD/node-h',
    '2024-07',
    'a cluster of three costs three times as much, 1.728',
  ),
  mqM52xlargeHour: derived('price.mq.m5.2xlarge_hour', 1.152, M5_SIZES),
  mqM54xlargeHour: derived('price.mq.m5.4xlarge_hour', 2.304, M5_SIZES),
  mqM7gMediumHour: secondary(
    'price.mq.m7g.medium_hour',
    0.0767,
    'USD/node-h',
    '2026-07',
    'about 56 USD a month in ap-southeast-1, as one plan of costs has it; by its size it would be half of mq.m7g.large',
    'a public repository',
  ),
  mqM7gLargeHour: secondary(
    'price.mq.m7g.large_hour',
    0.2734,
    'USD/node-h',
    '2026-10',
    'single instance; about 200 USD a month elsewhere',
    'price tables of two public repositories',
  ),
  mqM7gXlargeHour: derived('price.mq.m7g.xlarge_hour', 0.5468, M7G_SIZES),
  mqM7g2xlargeHour: derived('price.mq.m7g.2xlarge_hour', 1.0936, M7G_SIZES),
  mqM7g4xlargeHour: derived('price.mq.m7g.4xlarge_hour', 2.1872, M7G_SIZES),
  mqM7g8xlargeHour: derived('price.mq.m7g.8xlarge_hour', 4.3744, M7G_SIZES),
  mqM7g12xlargeHour: derived('price.mq.m7g.12xlarge_hour', 6.5616, M7G_SIZES),
  mqM7g16xlargeHour: derived('price.mq.m7g.16xlarge_hour', 8.7488, M7G_SIZES),
  mqEfsGbMonth: confirmed('price.mq.efs_gb_month', 0.3, 'USD/GB-month', '2024-07', 'ActiveMQ'),
  mqEbsGbMonth: confirmed('price.mq.ebs_gb_month', 0.1, 'USD/GB-month', '2024-07', 'of each node of a cluster'),
  mqZoneGb: secondary(
    'price.mq.zone_gb',
    0.01,
    'USD/GB',
    '2026-08',
    'each way, between a client and a broker in another zone: EC2’s rate within a Region. What brokers copy among themselves is taken for free',
    INFRACOST,
  ),
  fargateVcpuHour: secondary('price.fargate.vcpu_hour', 0.040_48, 'USD/vCPU-h', '2026-06', 'Linux on x86, on demand'),
  fargateGbHour: secondary('price.fargate.gb_hour', 0.004_445, 'USD/GB-h', '2026-06', 'Linux on x86, on demand'),
  fargateLeastVcpu: secondary('price.fargate.least_vcpu', 0.25, 'vCPU', '2026-06', 'the smallest task'),
  placesPerVcpu: assumed(
    'price.instance.places_per_vcpu',
    16,
    'places',
    'servers of a replica, or messages at once of an instance, that share a vCPU: most of their time they wait',
  ),
  gbPerVcpu: assumed('price.instance.gb_per_vcpu', 2, 'GB/vCPU', 'the least that Fargate gives to a whole vCPU'),
  monthHours: secondary('price.month', 730, 'h', '2026', 'of a month, as price calculators take it'),
} as const satisfies Record<string, Fact>;

export const priceFactList: readonly Fact[] = Object.values(priceFacts);

/** Up to so many units in a month, from where the tier before ended, each `per` of them cost that. */
export interface PriceTier {
  readonly upTo: number;
  readonly fact: Fact;
}

/** A row of the price book. */
export interface Price {
  /** As a scenario may name it under `prices`. */
  readonly name: string;
  /** What is counted, such as `requests`. */
  readonly unit: string;
  /** Units that the price is for: 1e6 where it is a price for a million. */
  readonly per: number;
  /** The first one holds where the run tells of no month. */
  readonly tiers: readonly [PriceTier, ...PriceTier[]];
  /** Free each month, where the free tier is on; rows of equal `free.of` share it. */
  readonly free: { readonly of: string; readonly units: number } | null;
}

const f = priceFacts;
const ALL = Number.POSITIVE_INFINITY;

function flat(name: string, unit: string, per: number, fact: Fact, free?: Fact): Price {
  return {
    name,
    unit,
    per,
    tiers: [{ upTo: ALL, fact }],
    free: free === undefined ? null : { of: free.id, units: free.value },
  };
}

/** The price book, by name. */
export const PRICES = {
  sqsStandard: {
    ...flat('sqsStandard', 'requests', 1e6, sqsFacts.priceStandardPerMillion, f.sqsFreeRequests),
    tiers: [
      { upTo: f.sqsStandardTier1Requests.value, fact: sqsFacts.priceStandardPerMillion },
      { upTo: f.sqsStandardTier2Requests.value, fact: sqsFacts.priceStandardTier2PerMillion },
      { upTo: ALL, fact: sqsFacts.priceStandardTier3PerMillion },
    ],
  },
  sqsFifo: flat('sqsFifo', 'requests', 1e6, sqsFacts.priceFifoPerMillion, f.sqsFreeRequests),
  sqsFair: flat('sqsFair', 'requests', 1e6, f.sqsFairPerMillion),
  snsPublish: flat('snsPublish', 'requests', 1e6, f.snsPublishPerMillion, f.snsFreeRequests),
  snsHttp: flat('snsHttp', 'deliveries', 1e6, f.snsHttpPerMillion, f.snsHttpFree),
  snsEmail: flat('snsEmail', 'deliveries', 1e6, f.snsEmailPerMillion, f.snsEmailFree),
  snsPush: flat('snsPush', 'deliveries', 1e6, f.snsPushPerMillion),
  snsFirehose: flat('snsFirehose', 'deliveries', 1e6, f.snsFirehosePerMillion),
  snsFifoPublish: flat('snsFifoPublish', 'messages', 1e6, f.snsFifoPublishPerMillion),
  snsFifoPublishGb: flat('snsFifoPublishGb', 'GB', 1, f.snsFifoPublishPerGb),
  snsFifoDelivery: flat('snsFifoDelivery', 'messages', 1e6, f.snsFifoDeliveryPerMillion),
  snsFifoDeliveryGb: flat('snsFifoDeliveryGb', 'GB', 1, f.snsFifoDeliveryPerGb),
  kinesisShardHours: flat('kinesisShardHours', 'shard-hours', 1, f.kinesisShardHour),
  kinesisPutUnits: flat('kinesisPutUnits', 'units', 1e6, f.kinesisPutPerMillion),
  kinesisFanOutHours: flat('kinesisFanOutHours', 'consumer-shard-hours', 1, f.kinesisFanOutHour),
  kinesisFanOutGb: flat('kinesisFanOutGb', 'GB', 1, f.kinesisFanOutPerGb),
  kinesisExtendedHours: flat('kinesisExtendedHours', 'shard-hours', 1, f.kinesisExtendedHour),
  kinesisLongTermGbMonths: flat('kinesisLongTermGbMonths', 'GB-months', 1, f.kinesisLongTermPerGbMonth),
  kinesisOnDemandHours: flat('kinesisOnDemandHours', 'stream-hours', 1, f.kinesisOnDemandHour),
  kinesisOnDemandInGb: flat('kinesisOnDemandInGb', 'GB', 1, f.kinesisOnDemandInPerGb),
  kinesisOnDemandOutGb: flat('kinesisOnDemandOutGb', 'GB', 1, f.kinesisOnDemandOutPerGb),
  kinesisOnDemandFanOutGb: flat('kinesisOnDemandFanOutGb', 'GB', 1, f.kinesisOnDemandFanOutPerGb),
  kinesisOnDemandExtendedGbMonths: flat(
    'kinesisOnDemandExtendedGbMonths',
    'GB-months',
    1,
    f.kinesisOnDemandExtendedPerGbMonth,
  ),
  firehoseGb: {
    ...flat('firehoseGb', 'GB', 1, f.firehosePerGb),
    tiers: [
      { upTo: f.firehoseTier1Gb.value, fact: f.firehosePerGb },
      { upTo: f.firehoseTier2Gb.value, fact: f.firehosePerGbTier2 },
      { upTo: ALL, fact: f.firehosePerGbTier3 },
    ],
  },
  firehoseConversionGb: flat('firehoseConversionGb', 'GB', 1, f.firehoseConversionPerGb),
  firehosePartitioningGb: flat('firehosePartitioningGb', 'GB', 1, f.firehosePartitioningPerGb),
  firehosePartitioningObjects: flat(
    'firehosePartitioningObjects',
    'objects',
    1e3,
    f.firehosePartitioningPer1000Objects,
  ),
  firehoseVpcGb: flat('firehoseVpcGb', 'GB', 1, f.firehoseVpcPerGb),
  analyticsKpuHours: flat('analyticsKpuHours', 'KPU-hours', 1, f.flinkKpuHour),
  analyticsStorageGbMonths: flat('analyticsStorageGbMonths', 'GB-months', 1, f.flinkStorageGbMonth),
  videoInGb: flat('videoInGb', 'GB', 1, f.videoIngestGb),
  videoOutGb: flat('videoOutGb', 'GB', 1, f.videoConsumeGb),
  videoHlsGb: flat('videoHlsGb', 'GB', 1, f.videoHlsGb),
  videoStorageGbMonths: flat('videoStorageGbMonths', 'GB-months', 1, f.videoStorageGbMonth),
  mqT2Micro: flat('mqT2Micro', 'node-hours', 1, f.mqT2MicroHour),
  mqT3Micro: flat('mqT3Micro', 'node-hours', 1, f.mqT3MicroHour),
  mqM5Large: flat('mqM5Large', 'node-hours', 1, f.mqM5LargeHour),
  mqM5Xlarge: flat('mqM5Xlarge', 'node-hours', 1, f.mqM5XlargeHour),
  mqM52xlarge: flat('mqM52xlarge', 'node-hours', 1, f.mqM52xlargeHour),
  mqM54xlarge: flat('mqM54xlarge', 'node-hours', 1, f.mqM54xlargeHour),
  mqM7gMedium: flat('mqM7gMedium', 'node-hours', 1, f.mqM7gMediumHour),
  mqM7gLarge: flat('mqM7gLarge', 'node-hours', 1, f.mqM7gLargeHour),
  mqM7gXlarge: flat('mqM7gXlarge', 'node-hours', 1, f.mqM7gXlargeHour),
  mqM7g2xlarge: flat('mqM7g2xlarge', 'node-hours', 1, f.mqM7g2xlargeHour),
  mqM7g4xlarge: flat('mqM7g4xlarge', 'node-hours', 1, f.mqM7g4xlargeHour),
  mqM7g8xlarge: flat('mqM7g8xlarge', 'node-hours', 1, f.mqM7g8xlargeHour),
  mqM7g12xlarge: flat('mqM7g12xlarge', 'node-hours', 1, f.mqM7g12xlargeHour),
  mqM7g16xlarge: flat('mqM7g16xlarge', 'node-hours', 1, f.mqM7g16xlargeHour),
  mqEfsGbMonths: flat('mqEfsGbMonths', 'GB-months', 1, f.mqEfsGbMonth),
  mqEbsGbMonths: flat('mqEbsGbMonths', 'GB-months', 1, f.mqEbsGbMonth),
  mqZoneGb: flat('mqZoneGb', 'GB', 1, f.mqZoneGb),
  lambdaRequests: flat('lambdaRequests', 'requests', 1e6, f.lambdaPerMillion, f.lambdaFreeRequests),
  lambdaGbSeconds: flat('lambdaGbSeconds', 'GB-s', 1, f.lambdaPerGbSecond, f.lambdaFreeGbSeconds),
  kmsRequests: flat('kmsRequests', 'requests', 1e4, kmsFacts.pricePer10000Usd, kmsFacts.freeRequestsPerMonth),
  kmsKeyMonths: flat('kmsKeyMonths', 'key-months', 1, kmsFacts.keyPerMonthUsd),
} as const satisfies Record<string, Price>;

export type PriceName = keyof typeof PRICES;

/** What an hour of a broker’s node costs. */
export const MQ_NODE_PRICES: Readonly<Record<MqInstanceTypeName, Price>> = {
  'mq.t2.micro': PRICES.mqT2Micro,
  'mq.t3.micro': PRICES.mqT3Micro,
  'mq.m5.large': PRICES.mqM5Large,
  'mq.m5.xlarge': PRICES.mqM5Xlarge,
  'mq.m5.2xlarge': PRICES.mqM52xlarge,
  'mq.m5.4xlarge': PRICES.mqM54xlarge,
  'mq.m7g.medium': PRICES.mqM7gMedium,
  'mq.m7g.large': PRICES.mqM7gLarge,
  'mq.m7g.xlarge': PRICES.mqM7gXlarge,
  'mq.m7g.2xlarge': PRICES.mqM7g2xlarge,
  'mq.m7g.4xlarge': PRICES.mqM7g4xlarge,
  'mq.m7g.8xlarge': PRICES.mqM7g8xlarge,
  'mq.m7g.12xlarge': PRICES.mqM7g12xlarge,
  'mq.m7g.16xlarge': PRICES.mqM7g16xlarge,
};

/** What an instance or a replica costs. */
export interface InstancePrice {
  readonly usdPerHour: number;
  /** `assumed`: nothing was given, so it is taken for a Fargate task of the size that its places ask for. */
  readonly source: 'given' | 'assumed';
}

/** The price of an instance that works on so many things at once (null: without a limit, taken for one vCPU), where none is given. */
export function assumedPrice(places: number | null): InstancePrice {
  const vcpu = Math.max(f.fargateLeastVcpu.value, (places ?? f.placesPerVcpu.value) / f.placesPerVcpu.value);
  const usdPerHour = vcpu * (f.fargateVcpuHour.value + f.gbPerVcpu.value * f.fargateGbHour.value);
  // As a price list would print it.
  return { usdPerHour: Number(usdPerHour.toPrecision(6)), source: 'assumed' };
}

/** What a scenario says that it costs. */
export function givenPrice(usdPerHour: number): InstancePrice {
  return { usdPerHour, source: 'given' };
}
