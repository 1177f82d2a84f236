/** Streams: what consumers and functions have by what they read, and whether traffic and readers fit their stream. */
import { kinesisFacts, sqsFacts } from '../facts/index.ts';
import { KINESIS_LIMITS } from '../services/kinesis/schema.ts';
import { LAMBDA_QUEUE_KEYS, LAMBDA_STREAM_KEYS, resolveLambda, type WrittenLambda } from '../services/lambda/schema.ts';
import type { LambdaSettings } from '../services/lambda/settings.ts';
import type { KinesisSettings } from '../services/kinesis/settings.ts';
import { defaultProtocol } from '../services/mq/schema.ts';
import type { MqSettings } from '../services/mq/settings.ts';
import { QUEUE_KEYS, type ReadBroker, resolveConsumer, STREAM_KEYS, type WrittenConsumer } from '../workload/schema.ts';
import type {
  ConsumerSettings,
  MqConsumerSettings,
  StreamConsumerSettings,
  TrafficSettings,
} from '../workload/settings.ts';
import type { Finding } from './document.ts';
import { valueAt } from './findings.ts';
import type { NamedResource, Names } from './names.ts';
import type { ResolvedDesign } from './resolved.ts';
import type { WrittenResource } from './schemas.ts';

type Reader = ConsumerSettings | StreamConsumerSettings | MqConsumerSettings | LambdaSettings;

/** A resource whose readers know what they read. */
export type ReadableResource = Exclude<WrittenResource, WrittenConsumer | WrittenLambda> | Reader;

const resolved = new WeakMap<WrittenConsumer | WrittenLambda, Map<string, Reader>>();

/** A reader of several designs stays one object where it reads the same in them. */
export function resolveReaders(resources: readonly WrittenResource[]): ReadableResource[] {
  return resources.map((one): ReadableResource => {
    if (one.type !== 'consumer' && one.type !== 'lambda') return one;
    const source = resources.find(({ name }) => name === one.source);
    const kind = source?.type === 'kinesis' || source?.type === 'mq' ? source.type : 'sqs';
    const broker = source?.type === 'mq' ? readBroker(source) : null;
    const known = resolved.get(one) ?? new Map<string, Reader>();
    const key = broker === null ? kind : `${kind} ${broker.engine} ${broker.firstQueue} ${broker.topic}`;
    const settings =
      known.get(key) ??
      (one.type === 'lambda' ? resolveLambda(one, kind, broker?.firstQueue ?? '') : resolveConsumer(one, kind, broker));
    resolved.set(one, known.set(key, settings));
    return settings;
  });
}

/** What of a broker decides how it is read. */
function readBroker({ engine, queues, publish }: Omit<MqSettings, 'name'>): ReadBroker {
  const firstQueue = queues[0]?.name ?? '';
  const topic = publish.protocol === 'mqtt' ? publish.to : firstQueue;
  return { engine, protocol: defaultProtocol(engine), firstQueue, topic };
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
    for (const one of named) {
      if (one.type === 'consumer') checkKeys(one, named, QUEUE_KEYS, STREAM_KEYS, 'a consumer', findings);
      if (one.type !== 'lambda') continue;
      checkKeys(one, named, LAMBDA_QUEUE_KEYS, LAMBDA_STREAM_KEYS, 'the mapping', findings);
    }
    for (const stream of streamsOf(design)) {
      const fanOut = fanOutOf(design, stream.name);
      const most = kinesisFacts.consumersMax.value;
      const path = named.find(({ name }) => name === stream.name)?.path ?? [];
      if (fanOut.length <= most) continue;
      const expected = `at most ${most} readers with fanOut: true; ${stream.name} has ${fanOut.length} (limits of Kinesis)`;
      findings.push({ code: 'out-of-range', path, atKey: true, expected });
    }
  }
}

export function streamsOf({ resources }: Pick<ResolvedDesign, 'resources'>): KinesisSettings[] {
  return resources.filter((one) => one.type === 'kinesis');
}

/** Readers with a consumer of enhanced fan-out. */
function fanOutOf({ resources }: ResolvedDesign, stream: string): Reader[] {
  return resources.filter(
    (one): one is Reader =>
      (one.type === 'consumer' || one.type === 'lambda') &&
      'stream' in one &&
      one.source === stream &&
      (one.stream?.fanOut ?? false),
  );
}

/** Keys of the other kind of source. */
function checkKeys(
  { path, raw }: NamedResource,
  all: readonly NamedResource[],
  queueKeys: readonly string[],
  streamKeys: readonly string[],
  who: string,
  findings: Finding[],
): void {
  const source = valueAt(raw, ['source']);
  const type = all.find(({ name }) => name === source)?.type;
  if (type !== 'kinesis' && type !== 'sqs') return;
  const misfits = type === 'kinesis' ? queueKeys : streamKeys;
  for (const key of misfits) {
    if (valueAt(raw, [key]) === undefined) continue;
    const expected =
      type === 'kinesis'
        ? `no ${key}: ${String(source)} is a stream, whose records are read by position and never deleted`
        : `no ${key}: ${String(source)} is a queue; only ${who} of a stream has it`;
    findings.push({ code: 'misfit', path: [...path, key], atKey: true, expected });
  }
}

function checkTraffic(
  { name, key, batch, size, producer }: TrafficSettings,
  designs: readonly ResolvedDesign[],
  findings: Finding[],
): void {
  const entered = designs.flatMap(({ entries, resources }) =>
    entries.flatMap((entry) => (entry.traffic === name ? resources.filter((one) => one.name === entry.resource) : [])),
  );
  const streams = entered.filter((one) => one.type === 'kinesis');
  const elsewhere = producer === undefined ? undefined : entered.find(({ type }) => type !== 'kinesis');
  if (elsewhere !== undefined && producer !== undefined) {
    const expected = `no producer: ${producer.kind}: ${name} enters ${elsewhere.name}, which is no stream`;
    findings.push({ code: 'misfit', path: ['traffic', name, 'producer'], atKey: true, expected });
  }
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
