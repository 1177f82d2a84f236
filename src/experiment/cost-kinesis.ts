/**
 * What Kinesis Data Streams bills for. Provisioned: open shards by the hour, puts by units of 25 KB, enhanced fan-out by consumer, shard and hour and by the GB. On demand: the stream by the hour, and GB
 * in and out. What is kept for more than a day costs more: as if the stream had always had the window's traffic.
 */
import { PRICES, priceFacts } from '../facts/index.ts';
import type { KinesisSettings } from '../services/kinesis/index.ts';
import { type Meter, type Metered, sumOf, type Usage } from './cost-usage.ts';

const BYTES_PER_GB = 1_073_741_824;
const KB_PER_GB = 1_048_576;
const US_PER_HOUR = 3_600_000_000;
const DAY_HOURS = 24;
const WEEK_HOURS = 7 * DAY_HOURS;

export const meterKinesis: Meter<KinesisSettings> = (metered) => {
  const retentionHours = metered.settings.retentionPeriodUs / US_PER_HOUR;
  const longTerm = {
    item: 'records kept beyond 7 days',
    quantity: keptGbMonths(metered, WEEK_HOURS, retentionHours),
    price: PRICES.kinesisLongTermGbMonths,
  };
  return [
    ...(metered.settings.streamMode === 'on-demand'
      ? onDemand(metered, retentionHours)
      : provisioned(metered, retentionHours)),
    ...(retentionHours > WEEK_HOURS ? [longTerm] : []),
  ];
};

function provisioned(metered: Metered<KinesisSettings>, retentionHours: number): Usage[] {
  const shardHours = meanOf(metered, 'OpenShardCount') * metered.hours;
  const extended = {
    item: 'shards that keep more than a day',
    quantity: shardHours,
    price: PRICES.kinesisExtendedHours,
  };
  return [
    { item: 'shards', quantity: shardHours, price: PRICES.kinesisShardHours },
    { item: 'put payload units', quantity: sumOf(metered, 'BilledPutPayloadUnits'), price: PRICES.kinesisPutUnits },
    {
      item: 'consumers of enhanced fan-out',
      quantity: meanOf(metered, 'FanOutConsumerShards') * metered.hours,
      price: PRICES.kinesisFanOutHours,
    },
    { item: 'pushed data', quantity: gbOf(metered, 'SubscribeToShardEvent.Bytes'), price: PRICES.kinesisFanOutGb },
    ...(retentionHours > DAY_HOURS ? [extended] : []),
  ];
}

function onDemand(metered: Metered<KinesisSettings>, retentionHours: number): Usage[] {
  const extended = {
    item: 'records kept from a day to 7',
    quantity: keptGbMonths(metered, DAY_HOURS, Math.min(retentionHours, WEEK_HOURS)),
    price: PRICES.kinesisOnDemandExtendedGbMonths,
  };
  return [
    { item: 'stream', quantity: metered.hours, price: PRICES.kinesisOnDemandHours },
    {
      item: 'data in',
      quantity: sumOf(metered, 'BilledPutKilobytes') / KB_PER_GB,
      price: PRICES.kinesisOnDemandInGb,
    },
    { item: 'data out', quantity: gbOf(metered, 'GetRecords.Bytes'), price: PRICES.kinesisOnDemandOutGb },
    {
      item: 'pushed data',
      quantity: gbOf(metered, 'SubscribeToShardEvent.Bytes'),
      price: PRICES.kinesisOnDemandFanOutGb,
    },
    ...(retentionHours > DAY_HOURS ? [extended] : []),
  ];
}

/** What is kept at an age between the two, for the window's hours, when traffic was always like this. */
function keptGbMonths(metered: Metered<KinesisSettings>, fromHours: number, toHours: number): number {
  const gbPerHour = gbOf(metered, 'IncomingBytes') / metered.hours;
  return (gbPerHour * Math.max(0, toHours - fromHours) * metered.hours) / priceFacts.monthHours.value;
}

function gbOf(metered: Metered, name: string): number {
  return sumOf(metered, name) / BYTES_PER_GB;
}

function meanOf(metered: Metered, level: string): number {
  return metered.metric(level)?.mean ?? 0;
}
