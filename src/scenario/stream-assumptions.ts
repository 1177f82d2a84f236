/** What streams and their readers rest on that AWS does not publish, or that a default decided. */
import { kinesisFacts as f, lambdaFacts as l, streamClientFacts as c } from '../facts/index.ts';
import { KINESIS_LATENCY } from '../services/kinesis/schema.ts';
import type { StreamConsumerSettings, TrafficSettings } from '../workload/settings.ts';
import type { Assumption, ResourceSettings } from './resolved.ts';
import { formatDuration } from './units.ts';

const ASSUMED = 'assumed';

/** Empty where no producer is anything but an SDK client. */
export function ofProducers(traffic: readonly TrafficSettings[]): Assumption[] {
  const about = traffic.filter(({ producer }) => producer?.kind === 'kpl').map(({ name }) => name);
  if (about.length === 0) return [];
  const text = `Around each request that KPL aggregates are ${c.kplPartBytes.value} B and its key; it knows the shards as they are, and what was on its way to a shard that was split is grouped anew.`;
  return [{ about: about.join(', '), text, source: ASSUMED }];
}

/** Empty where there is no stream. */
export function ofStreams(resources: readonly ResourceSettings[]): Assumption[] {
  const streams = resources.filter((one) => one.type === 'kinesis');
  const found: Assumption[] = [];
  const say = (about: readonly { readonly name: string }[], text: string, source = ASSUMED): void => {
    if (about.length > 0) found.push({ about: [...new Set(about.map(({ name }) => name))].join(', '), text, source });
  };
  const { sharedEndToEndP50Ms: shared, pushedEndToEndP50Ms: pushed } = f;
  say(
    streams.filter(({ latency }) => latency.put === KINESIS_LATENCY.put || latency.get === KINESIS_LATENCY.get),
    `Round trips where none are given: a put ${f.putP50Us.value / 1000} ms, a read ${f.getP50Us.value / 1000} ms in the median; AWS publishes none. They are fitted so that a record reaches a reader that polls once a second in about ${shared.value} ms, and with the ${f.pushP50Us.value / 1000} ms of a push one of enhanced fan-out in ${pushed.value} ms, as once measured (medians).`,
    `${ASSUMED}, after ${shared.source} (${shared.date})`,
  );
  say(
    streams,
    'A shard takes its records of a second, and its reads of a second, at one instant when none came before; its bytes are a bucket as large as the largest record. AWS publishes no burst of the first two.',
  );
  say(
    streams.filter(({ reshard, streamMode }) => reshard.length > 0 || streamMode === 'on-demand'),
    `It is UPDATING for ${[...new Set(streams.map(({ reshardTimeUs }) => formatDuration(reshardTimeUs)))].join(' or ')} when shards change; AWS names no time. On demand a shard is split ${f.onDemandScaleMinutes.value} minutes after it first had more than half of its load.`,
  );
  say(
    streams.filter(({ name }) => !resources.some((one) => 'source' in one && one.source === name)),
    'Nobody reads it here, so a request counts as completed when its record is stored.',
    'model',
  );
  const readers = resources.filter((one): one is StreamConsumerSettings => one.type === 'consumer' && 'stream' in one);
  const polling = readers.filter(({ stream }) => !stream.fanOut);
  say(
    polling,
    `It reads each of its shards again ${[...new Set(polling.map(({ stream }) => formatDuration(stream.idleTimeBetweenReadsUs)))].join(' or ')} after it has handled what the last read brought, also when it is behind; a read that fails or is throttled is tried again after ${[...new Set(polling.map(({ pollRetryUs }) => formatDuration(pollRetryUs)))].join(' or ')}.`,
  );
  say(
    readers.filter(({ stream }) => stream.fanOut),
    'It takes every push, however slow its handlers are, and was registered before the run.',
    'model',
  );
  say(
    readers.filter(({ stream }) => stream.reader === 'sdk'),
    'Its shards are spread over its instances by their numbers, and it keeps its position in memory: after a crash it begins again where it began.',
    'model',
  );
  const leased = readers.filter(({ stream }) => stream.kcl !== undefined);
  say(
    leased,
    `Leases are renewed, taken and stolen by the rules of KCL 1.x and 2.x, which count them; a call to their table takes ${formatDuration(c.leaseTableUs.value)}, and is on no bill.`,
    `${ASSUMED}, after ${c.kclFailoverUs.source}`,
  );
  say(
    leased.filter(({ stream }) => stream.startingPosition === 'LATEST'),
    'A shard without a checkpoint begins at LATEST again when its lease goes to another instance: what came in between is lost.',
    'model',
  );
  say(
    resources.filter((one) => one.type === 'lambda' && one.stream !== undefined),
    `A batch that failed is worked on again after ${formatDuration(l.streamRetryUs.value)}; AWS says only that it is retried. With several batches of a shard at once a key’s number decides which of them its records are in.`,
  );
  say(
    readers.filter(({ stream }) => stream.startingPosition === 'LATEST'),
    'What was put before it asked for its iterator it never reads: for it that is lost.',
    'model',
  );
  return found;
}
