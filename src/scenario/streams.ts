/** Streams: what consumers have by what they read, and whether traffic and readers fit their stream. */
import { kinesisFacts, sqsFacts } from '../facts/index.ts';
import { KINESIS_LIMITS } from '../services/kinesis/schema.ts';
import type { KinesisSettings } from '../services/kinesis/settings.ts';
import { QUEUE_KEYS, resolveConsumer, STREAM_KEYS, type WrittenConsumer } from '../workload/schema.ts';
import type { ConsumerSettings, StreamConsumerSettings, TrafficSettings } from '../workload/settings.ts';
import type { Finding } from './document.ts';
import { valueAt } from './findings.ts';
import type { NamedResource, Names } from './names.ts';
import type { ResolvedDesign } from './resolved.ts';
import type { WrittenResource } from './schemas.ts';

/** A resource whose consumers know what they read. */
export type ReadableResource = Exclude<WrittenResource, WrittenConsumer> | ConsumerSettings | StreamConsumerSettings;

const resolved = new WeakMap<WrittenConsumer, Map<string, ConsumerSettings | StreamConsumerSettings>>();

/** A consumer of several designs stays one object where it reads the same in them. */
export function resolveConsumers(resources: readonly WrittenResource[]): ReadableResource[] {
  const typeOf = (name: string): string | undefined => resources.find((one) => one.name === name)?.type;
  return resources.map((one): ReadableResource => {
    if (one.type !== 'consumer') return one;
    const kind = typeOf(one.source) === 'kinesis' ? 'kinesis' : 'sqs';
    const known = resolved.get(one) ?? new Map<string, ConsumerSettings | StreamConsumerSettings>();
    const settings = known.get(kind) ?? resolveConsumer(one, kind);
    resolved.set(one, known.set(kind, settings));
    return settings;
  });
}

/** Who reads a stream of a design, by name, in declared order. */
export function readersOf({ resources }: Pick<ResolvedDesign, 'resources'>, stream: string): string[] {
  return resources.flatMap((one) => ('source' in one && one.source === stream ? [one.name] : []));
}

/** What AWS would refuse, and what streams ask of their traffic and their readers. */
export function checkStreams(
  traffic: readonly TrafficSettings[],
  designs: readonly ResolvedDesign[],
  names: Names,
  findings: Finding[],
): void {
  for (const one of traffic) checkTraffic(one, designs, findings);
  for (const design of designs) {
    const named = names.designs.find(({ name }) => name === design.name)?.resources ?? [];
    for (const one of named) if (one.type === 'consumer') checkConsumer(one, named, findings);
    for (const stream of streamsOf(design)) {
      const fanOut = fanOutOf(design, stream.name);
      const most = kinesisFacts.consumersMax.value;
      const path = named.find(({ name }) => name === stream.name)?.path ?? [];
      if (fanOut.length <= most) continue;
      const expected = `at most ${most} consumers with fanOut: true; ${stream.name} has ${fanOut.length} (limits of Kinesis)`;
      findings.push({ code: 'out-of-range', path, atKey: true, expected });
    }
  }
}

export function streamsOf({ resources }: Pick<ResolvedDesign, 'resources'>): KinesisSettings[] {
  return resources.filter((one) => one.type === 'kinesis');
}

function fanOutOf({ resources }: ResolvedDesign, stream: string): StreamConsumerSettings[] {
  return resources.filter(
    (one): one is StreamConsumerSettings =>
      one.type === 'consumer' && 'stream' in one && one.source === stream && one.stream.fanOut,
  );
}

/** Keys of the other kind of source. */
function checkConsumer({ path, raw }: NamedResource, all: readonly NamedResource[], findings: Finding[]): void {
  const source = valueAt(raw, ['source']);
  const type = all.find(({ name }) => name === source)?.type;
  if (type !== 'kinesis' && type !== 'sqs') return;
  const misfits = type === 'kinesis' ? QUEUE_KEYS : STREAM_KEYS;
  for (const key of misfits) {
    if (valueAt(raw, [key]) === undefined) continue;
    const expected =
      type === 'kinesis'
        ? `no ${key}: ${String(source)} is a stream, whose records are read by position and never deleted`
        : `no ${key}: ${String(source)} is a queue; only a consumer of a stream has it`;
    findings.push({ code: 'misfit', path: [...path, key], atKey: true, expected });
  }
}

function checkTraffic(
  { name, key, batch, size }: TrafficSettings,
  designs: readonly ResolvedDesign[],
  findings: Finding[],
): void {
  const entered = designs.flatMap(({ entries, resources }) =>
    entries.flatMap((entry) => (entry.traffic === name ? resources.filter((one) => one.name === entry.resource) : [])),
  );
  const streams = entered.filter((one) => one.type === 'kinesis');
  const most = sqsFacts.batchMaxEntries.value;
  const other = entered.find(({ type }) => type === 'sqs' || type === 'sns');
  if (batch !== null && batch.size > most && other !== undefined) {
    const expected = `a whole number from 1 to ${most}: ${name} enters ${other.name}, which is no stream (limits of SQS and SNS)`;
    findings.push({ code: 'out-of-range', path: ['traffic', name, 'batch', 'size'], expected });
  }
  const [stream] = streams;
  if (stream === undefined) return;
  const needy = streams.find(({ recordDistribution }) => recordDistribution !== 'AUTO');
  if (key === null && needy !== undefined) {
    const expected = `a key for each request, such as { uniform: { keys: 1000 } }: it is the partition key in the stream ${needy.name}`;
    findings.push({ code: 'missing', path: ['traffic', name, 'key'], expected });
  }
  const keys = key === null || key.kind === 'constant' ? 1 : key.keys;
  const salt = Math.max(...streams.map(({ keySalt }) => keySalt));
  if (keys * salt > KINESIS_LIMITS.keys) {
    const expected = `at most ${KINESIS_LIMITS.keys} partition keys in a stream, salted ones counted each (a limit of this model)`;
    findings.push({ code: 'out-of-range', path: ['traffic', name, 'key'], expected });
  }
  const smallest = Math.min(...streams.map(({ maxRecordSizeBytes }) => maxRecordSizeBytes));
  if (size.kind === 'constant' && size.value >= smallest) {
    const expected = `a record of less than ${smallest} B, with room for its key: see maxRecordSize of ${stream.name}`;
    findings.push({ code: 'out-of-range', path: ['traffic', name, 'size'], expected });
  }
}
