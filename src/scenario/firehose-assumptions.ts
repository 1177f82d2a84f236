/** What delivery streams rest on that AWS does not publish, or that a default decided. */
import { firehoseFacts as f } from '../facts/index.ts';
import { FIREHOSE_LATENCY, FIREHOSE_WRITE } from '../services/firehose/schema.ts';
import type { DeliveryStreamSettings } from '../services/firehose/settings.ts';
import type { Assumption, ResourceSettings } from './resolved.ts';
import { formatDuration } from './units.ts';

const ASSUMED = 'assumed';

/** Empty where there is no delivery stream. */
export function ofDeliveryStreams(resources: readonly ResourceSettings[]): Assumption[] {
  const all = resources.filter((one): one is DeliveryStreamSettings => one.type === 'firehose');
  const found: Assumption[] = [];
  const say = (about: readonly { readonly name: string }[], text: string, source = ASSUMED): void => {
    if (about.length > 0) found.push({ about: [...new Set(about.map(({ name }) => name))].join(', '), text, source });
  };
  const direct = all.filter(({ source }) => source === null);
  say(
    all,
    'A record’s work is completed when it is at the destination (in Redshift: copied), or dropped by its function. In the backup it counts as dead-lettered, and as lost where AWS keeps it nowhere. What gets to the destination twice is a duplicate.',
    'model',
  );
  say(
    all.filter(
      ({ intervalFrom, partitions, buffer }) =>
        intervalFrom === 'lastDelivery' && partitions === null && buffer.intervalUs > 0,
    ),
    'An interval begins when the last one ended, so that a record of a trickle waits half of it on average; AWS doesn’t say when it begins (intervalFrom).',
  );
  say(
    all.filter(
      ({ time, to, bucket, destination }) =>
        time === FIREHOSE_WRITE && (to === null || (bucket === null && destination !== 's3')),
    ),
    `Where no resource stands for the destination or its bucket, it is always there, and a delivery takes ${formatDuration(f.writeP50Us.value)} in the median and ${formatDuration(f.writeP99Us.value)} at the 99th percentile; AWS publishes none.`,
  );
  say(
    all.filter(({ to, bucket }) => to !== null || bucket !== null),
    'A delivery is one call, whatever its size; one that is not answered in time is dropped there.',
    'model',
  );
  say(
    direct.filter(({ latency }) => latency.put === FIREHOSE_LATENCY.put),
    `A put takes ${formatDuration(f.putP50Us.value)} in the median and ${formatDuration(f.putP99Us.value)} at the 99th percentile; AWS publishes none.`,
  );
  say(
    direct,
    `Limits on puts rise by as much as they were at first each ${formatDuration(f.quotaStepSeconds.value * 1_000_000)} in which puts are throttled; AWS publishes no rate.`,
  );
  say(
    all.filter(({ source }) => source !== null),
    'It reads each shard once a second from its first record on, has the limits of reads in common with all other readers, and stops reading while it can’t deliver.',
    'model',
  );
  say(
    all,
    `At most ${[...new Set(all.map(({ outstanding }) => outstanding))].join(' or ')} deliveries are under way at once; while there are so many, buffers grow. AWS publishes none.`,
  );
  say(
    all.filter(({ compression, conversion }) => compression.format !== 'UNCOMPRESSED' || conversion !== null),
    'How much smaller a format makes data depends on the data; ratios are those of JSON where none are given.',
  );
  say(
    all.filter(({ vpc }) => vpc),
    'Hours of its endpoints in the VPC are not priced.',
    'model',
  );
  return found;
}
