/** Brokers: whether those who publish to them and read them fit, and where their nodes are. */
import { BROKER_KEYS } from '../workload/schema.ts';
import type { MqConsumerSettings, TrafficSettings } from '../workload/settings.ts';
import { mqFacts } from '../facts/index.ts';
import { LAMBDA_BROKER_KEYS, LAMBDA_QUEUE_KEYS, LAMBDA_STREAM_KEYS } from '../services/lambda/schema.ts';
import type { LambdaSettings } from '../services/lambda/settings.ts';
import { protocolProblem } from '../services/mq/schema.ts';
import type { DeploymentMode, MqSettings } from '../services/mq/settings.ts';
import type { Finding, Path } from './document.ts';
import { valueAt } from './findings.ts';
import type { NamedResource, Names } from './names.ts';
import type { ResolvedDesign } from './resolved.ts';
import { formatDuration } from './units.ts';

const ZONES: Readonly<Record<DeploymentMode, readonly string[]>> = {
  singleInstance: ['a'],
  activeStandbyMultiAz: ['a', 'b'],
  clusterMultiAz: ['a', 'b', 'c'],
};

/** Zones of a broker's nodes, one each. `mode`: as written. */
export function zonesOfMode(mode: unknown): readonly string[] {
  return ZONES[mode as DeploymentMode] ?? ZONES.singleInstance;
}

export function brokersOf({ resources }: Pick<ResolvedDesign, 'resources'>): MqSettings[] {
  return resources.filter((one) => one.type === 'mq');
}

/** Whoever reads a broker, in declared order. */
export function readersOfBroker(
  { resources }: Pick<ResolvedDesign, 'resources'>,
  broker: string,
): MqConsumerSettings[] {
  return resources.filter(
    (one): one is MqConsumerSettings => one.type === 'consumer' && 'broker' in one && one.source === broker,
  );
}

/** Queues of a broker that a consumer or a function reads. */
export function queuesRead(design: Pick<ResolvedDesign, 'resources'>, broker: string): string[] {
  return [
    ...readersOfBroker(design, broker).map((one) => one.broker.queue),
    ...mappingsOfBroker(design, broker).map((one) => one.broker?.queue ?? ''),
  ];
}

/** Functions that read a broker. */
export function mappingsOfBroker({ resources }: Pick<ResolvedDesign, 'resources'>, broker: string): LambdaSettings[] {
  return resources.filter((one) => one.type === 'lambda').filter((one) => one.source === broker);
}

/** Where a design's readers and traffic don't fit its brokers. */
export function checkBrokers(
  traffic: readonly TrafficSettings[],
  designs: readonly ResolvedDesign[],
  names: Names,
  findings: Finding[],
): void {
  for (const design of designs) {
    const named = names.designs.find(({ name }) => name === design.name)?.resources ?? [];
    for (const one of named) {
      if (one.type === 'consumer') checkKeys(one, named, findings);
      if (one.type === 'lambda') checkMappingKeys(one, named, findings);
    }
    for (const broker of brokersOf(design)) {
      for (const reader of readersOfBroker(design, broker.name)) {
        const path = named.find(({ name }) => name === reader.name)?.path ?? [];
        checkReader(reader, broker, path, findings);
      }
      for (const reader of mappingsOfBroker(design, broker.name)) {
        const path = named.find(({ name }) => name === reader.name)?.path ?? [];
        checkQueue(reader.broker?.queue ?? '', broker, path, findings);
        checkTimeout(reader, path, findings);
      }
      for (const entry of design.entries) {
        const one = traffic.find(({ name }) => name === entry.traffic);
        if (one !== undefined && entry.resource === broker.name) checkTraffic(one, broker, findings);
      }
    }
  }
}

/**
 * A broker's queues in the order of their declaration, then the consumers that read it over MQTT, each of which has a queue of its own, then what the engine itself has made: the number of one, by
 * its name, or of a consumer by that one's. A history knows them by it.
 */
export function queueNumber(
  design: Pick<ResolvedDesign, 'resources'>,
  { name, queues }: MqSettings,
  of: string,
): number {
  const own = queues.findIndex((queue) => queue.name === of);
  if (own >= 0) return own;
  const readers = readersOfBroker(design, name).filter(({ broker }) => broker.protocol === 'mqtt');
  const reader = readers.findIndex((one) => one.name === of);
  return queues.length + (reader >= 0 ? reader : readers.length);
}

/** Values of `onFailure` that have a meaning: of a stream, and of a broker. */
const ON_FAILURE: Readonly<Record<string, readonly string[]>> = {
  kinesis: ['retry', 'skip'],
  mq: ['requeue', 'reject'],
};

function checkKeys({ path, raw }: NamedResource, all: readonly NamedResource[], findings: Finding[]): void {
  const source = valueAt(raw, ['source']);
  const type = all.find(({ name }) => name === source)?.type;
  if (type === undefined || type === null) return;
  const onFailure = valueAt(raw, ['onFailure']);
  const fitting = ON_FAILURE[type];
  if (typeof onFailure === 'string' && fitting !== undefined && !fitting.includes(onFailure)) {
    const expected = `${fitting.join(' or ')}, which is what a consumer of ${String(source)} can do`;
    findings.push({ code: 'misfit', path: [...path, 'onFailure'], value: onFailure, expected });
  }
  if (type === 'mq') return;
  for (const key of BROKER_KEYS) {
    if (key === 'onFailure' || valueAt(raw, [key]) === undefined) continue;
    const expected = `no ${key}: ${String(source)} is no broker`;
    findings.push({ code: 'misfit', path: [...path, key], atKey: true, expected });
  }
}

/** Keys of other sources beside a broker, and the broker's beside another source. */
function checkMappingKeys({ path, raw }: NamedResource, all: readonly NamedResource[], findings: Finding[]): void {
  const source = valueAt(raw, ['source']);
  const type = all.find(({ name }) => name === source)?.type;
  if (type === undefined || type === null) return;
  const misfits =
    type === 'mq' ? [...LAMBDA_QUEUE_KEYS, 'reportBatchItemFailures', ...LAMBDA_STREAM_KEYS] : LAMBDA_BROKER_KEYS;
  for (const key of misfits) {
    if (valueAt(raw, [key]) === undefined) continue;
    const expected =
      type === 'mq'
        ? `no ${key}: ${String(source)} is a broker, whose batches come again as a whole`
        : `no ${key}: ${String(source)} is no broker`;
    findings.push({ code: 'misfit', path: [...path, key], atKey: true, expected });
  }
}

function checkReader(
  { broker: reading }: MqConsumerSettings,
  broker: MqSettings,
  path: Path,
  findings: Finding[],
): void {
  const { protocol, queue, acknowledge } = reading;
  const problem = protocolProblem(broker.engine, protocol);
  if (problem !== null) findings.push({ code: 'misfit', path: [...path, 'protocol'], expected: problem });
  if (protocol !== 'mqtt') checkQueue(queue, broker, path, findings);
  if (protocol === 'mqtt' && acknowledge !== 'individual')
    findings.push({
      code: 'misfit',
      path: [...path, 'acknowledge'],
      expected: 'no acknowledge beside protocol: mqtt, whose qos says it',
    });
}

function checkQueue(queue: string, { name, queues }: MqSettings, path: Path, findings: Finding[]): void {
  const names = queues.map((one) => one.name);
  if (names.includes(queue)) return;
  const expected = `a queue of ${name}: ${names.join(', ')}`;
  findings.push({ code: 'unknown-reference', path: [...path, 'queue'], value: queue, expected });
}

function checkTimeout({ timeoutUs, source }: LambdaSettings, path: Path, findings: Finding[]): void {
  const most = mqFacts.lambdaTimeoutMaxSeconds.value;
  if (timeoutUs <= most * 1_000_000) return;
  const expected = `at most ${most}s: ${source} is a broker, and its mapping waits no longer (limits of Lambda)`;
  findings.push({ code: 'out-of-range', path: [...path, 'timeout'], expected, value: formatDuration(timeoutUs) });
}

function checkTraffic({ name, size, key }: TrafficSettings, broker: MqSettings, findings: Finding[]): void {
  const most = mqFacts.messageBytesMqMax.value;
  if (broker.engine === 'rabbitmq' && size.kind === 'constant' && size.value > most) {
    const expected = `a message of at most ${most / 1_048_576}MiB, as it enters ${broker.name} (limits of RabbitMQ)`;
    findings.push({ code: 'out-of-range', path: ['traffic', name, 'size'], expected });
  }
  if (broker.publish.connectionPerKey && key === null) {
    const expected = `a key for each request, such as { uniform: { keys: 100 } }: it is the device at ${broker.name}`;
    findings.push({ code: 'missing', path: ['traffic', name, 'key'], expected });
  }
}
