/** What a design promises: the guarantees of each resource, by its settings, as the plain data that checkers go by. */
import { snsFacts, sqsFacts } from '../facts/index.ts';
import type { Promised, Promises, ResourcePromises } from '../guarantees/index.ts';
import type { ResolvedDesign, ResolvedScenario, ResourceSettings } from '../scenario/resolved.ts';
import { GUARANTEES } from '../scenario/guarantees.ts';
import type { ApplicationSettings } from '../services/analytics/settings.ts';
import type { LambdaSettings } from '../services/lambda/index.ts';
import type { SnsSettings } from '../services/sns/index.ts';
import type { FifoSettings, SqsSettings } from '../services/sqs/settings.ts';
import { effectiveVisibilityUs } from '../workload/lambda-mapping.ts';
import { type AnyConsumerSettings, type ConsumerSettings, readsQueue } from '../workload/settings.ts';
import { askedOfBroker, isOfBroker, ofBroker } from './broker-promises.ts';
import { ofDeliveryStream } from './firehose-promises.ts';
import { strikes } from '../scenario/strikes.ts';
import { deliversTo, topicsOf } from '../scenario/topics.ts';
import { REST_US } from './rest.ts';
import { ofStream, ofStreamReader, owedTo } from './stream-promises.ts';

/** The whole run, where a guarantee is of no single resource. */
export const WHOLE_RUN = '*';

const DEDUPLICATION_US = sqsFacts.deduplicationSeconds.value * 1_000_000;
/** A topic that tries again waits at most an hour. */
const RETRY_US = REST_US + 3_600_000_000;
const TOPIC_DEDUPLICATION_US = snsFacts.deduplicationSeconds.value * 1_000_000;
/** What a guarantee rests on that the resource itself does not give. */
const ASKED_FOR = { restUs: REST_US, windowUs: DEDUPLICATION_US, delayUs: 0 };

export function promisesOf(scenario: ResolvedScenario, design: ResolvedDesign): Promises {
  const all: ResourcePromises[] = [
    { resource: WHOLE_RUN, kind: 'run', scope: 'all', promises: [{ guarantee: 'monotone-time' }] },
  ];
  for (const { name } of scenario.traffic) {
    all.push({ resource: name, kind: 'traffic', scope: 'client', promises: [{ guarantee: 'conservation' }] });
  }
  for (const settings of design.resources) {
    if (settings.type === 'sqs') all.push(ofQueue(scenario, design, settings));
    else if (settings.type === 'sns') all.push(ofTopic(scenario, design, settings));
    else if (settings.type === 'firehose') all.push(ofDeliveryStream(design, settings));
    else if (settings.type === 'kinesis') all.push(ofStream(scenario, design, settings));
    else if (settings.type === 'mq') all.push(ofBroker(scenario, design, settings));
    else if (settings.type === 'consumer') {
      all.push('stream' in settings ? ofStreamReader(design, settings) : ofConsumer(design, settings));
    } else if (settings.type === 'analytics') all.push(...ofApplication(design, settings));
    else if (settings.type === 'lambda') all.push(ofFunction(design, settings));
  }
  return all.map((of) => withDemanded(scenario, design, of));
}

/** With what the scenario asks for beyond what the resource gives. */
function withDemanded(scenario: ResolvedScenario, design: ResolvedDesign, of: ResourcePromises): ResourcePromises {
  const missing = (scenario.guarantees ?? []).filter(
    ({ guarantee, resource, design: only }) =>
      resource === of.resource &&
      (only === null || only === design.name) &&
      (GUARANTEES[of.kind === 'function' ? 'lambda' : of.kind] ?? []).includes(guarantee) &&
      !of.promises.some((one) => one.guarantee === guarantee),
  );
  const more = [...new Set(missing.map(({ guarantee }) => guarantee))];
  const asked = {
    ...ASKED_FOR,
    ...(of.kind === 'stream-reader' ? owedTo(design, of.resource) : {}),
    ...(of.kind === 'consumer' && isOfBroker(design, of.resource) ? { isOfRequests: true } : {}),
    ...(of.kind === 'mq' ? askedOfBroker(scenario, design, of.resource) : {}),
  };
  return { ...of, promises: [...of.promises, ...more.map((guarantee) => ({ guarantee, ...asked }))] };
}

function queuesOf({ resources }: ResolvedDesign): SqsSettings[] {
  return resources.filter((one): one is SqsSettings => one.type === 'sqs');
}

/** Whoever receives from a queue. */
type Reader = ConsumerSettings | LambdaSettings;

function readersOf({ resources }: ResolvedDesign, queue: string): Reader[] {
  const reads = (one: ResourceSettings): one is Reader =>
    (one.type === 'lambda' || (one.type === 'consumer' && readsQueue(one))) && one.source === queue;
  return resources.filter(reads);
}

/** Whether anybody sends to a queue: a traffic, a topic, a move task. */
function takesSends(scenario: ResolvedScenario, design: ResolvedDesign, queue: string): boolean {
  return (
    design.entries.some(({ resource }) => resource === queue) ||
    topicsOf(design).some((topic) => deliversTo(topic, queue)) ||
    scenario.faults.some(({ redrive }) => redrive?.to === queue) ||
    design.resources.some((one) => one.type === 'consumer' && one.handler.calls.some(({ to }) => to === queue))
  );
}

/** Calls a second of move tasks, which no rate bounds. */
function movesPerSecond({ faults }: ResolvedScenario, queue: string): number {
  const isMoved = faults.some(
    ({ redrive, target }) => redrive !== undefined && target.kind === 'resource' && target.resource === queue,
  );
  return isMoved ? sqsFacts.moveRateMax.value : 0;
}

function ofQueue(scenario: ResolvedScenario, design: ResolvedDesign, settings: SqsSettings): ResourcePromises {
  const { name, fifo, fifoSettings, redrive, delayUs } = settings;
  const readers = readersOf(design, name);
  const sources = queuesOf(design).filter((one) => one.redrive?.deadLetterQueue === name);
  const target = redrive?.deadLetterQueue;
  const restUs = restOf(settings, readers);
  const deadLetters = queuesOf(design).find((one) => one.name === target);
  const moved = deadLetters === undefined ? {} : { movedRetentionUs: deadLetters.messageRetentionPeriodUs };
  const promises: Promised[] = [
    { guarantee: 'conservation' },
    { guarantee: 'at-least-once', restUs, read: readers.length > 0, ...moved },
    { guarantee: 'no-loss', restUs, ...moved },
    { guarantee: 'receive-count' },
    { guarantee: 'retention', retentionUs: settings.messageRetentionPeriodUs },
  ];
  if (fifo || !missesOf(scenario, design, settings)) {
    promises.push(
      { guarantee: 'visibility' },
      { guarantee: 'deletion' },
      { guarantee: 'in-flight', limit: settings.maxInFlight },
      { guarantee: 'littles-law' },
    );
  }
  if (delayUs > 0) promises.push({ guarantee: 'delay', delayUs });
  if (redrive !== null) {
    const { maxReceiveCount } = redrive;
    promises.push({ guarantee: 'redrive', maxReceiveCount, takesDeadLetters: sources.length > 0 });
  }
  if (sources.length > 0) {
    const counts = sources.map((one) => one.redrive?.maxReceiveCount ?? 1);
    promises.push({
      guarantee: 'dead-letters',
      fewestReceives: Math.min(...counts),
      takesSends: takesSends(scenario, design, name),
    });
  }
  if (fifo && fifoSettings !== undefined) promises.push(...ofFifo(fifoSettings, movesPerSecond(scenario, name)));
  return {
    resource: name,
    kind: 'sqs',
    visibilityUs: settings.visibilityTimeoutUs,
    // What no run is long enough for need not be reckoned with.
    ...(settings.messageRetentionPeriodUs > scenario.horizonUs + scenario.drainUs
      ? {}
      : { retentionUs: settings.messageRetentionPeriodUs }),
    watch: [...sources.map((one) => one.name), ...(target === undefined ? [] : [target])],
    reads: [name, ...(target === undefined ? [] : [target])],
    promises,
  };
}

function ofFifo({ deduplicationScope, fifoThroughputLimit, partitions }: FifoSettings, moves: number): Promised[] {
  const perPartition = fifoThroughputLimit === 'perMessageGroupId';
  const calls = perPartition ? sqsFacts.fifoPartitionCallsPerSecond : sqsFacts.fifoCallsPerSecond;
  const perSecond = calls.value * (perPartition ? partitions : 1);
  return [
    { guarantee: 'order' },
    { guarantee: 'group-lock' },
    { guarantee: 'deduplication', windowUs: DEDUPLICATION_US, perGroup: deduplicationScope === 'messageGroup' },
    { guarantee: 'rate', perSecond, burst: perSecond * sqsFacts.fifoBurstSeconds.value + moves },
  ];
}

/** Whether a server of the queue may not know of a receive or a delete: then it does not promise what depends on it. */
function missesOf(scenario: ResolvedScenario, design: ResolvedDesign, settings: SqsSettings): boolean {
  const { deleteMiss, receiveMiss } = settings.distribution;
  return deleteMiss > 0 || receiveMiss > 0 || isDuplicating(scenario, design, settings.name);
}

/** Whether the script has a queue or a topic give out twice. */
function isDuplicating(scenario: ResolvedScenario, design: ResolvedDesign, name: string): boolean {
  return scenario.faults.some(
    (fault) =>
      fault.duplicate !== null &&
      fault.target.kind === 'resource' &&
      fault.target.resource === name &&
      strikes(scenario, design, fault),
  );
}

function restOf({ visibilityTimeoutUs, delayUs }: SqsSettings, readers: readonly Reader[]): number {
  const each = readers.map((one) =>
    one.type === 'consumer'
      ? (one.visibilityTimeoutUs ?? visibilityTimeoutUs)
      : (effectiveVisibilityUs(one, visibilityTimeoutUs) ?? visibilityTimeoutUs) + one.batchWindowUs + one.timeoutUs,
  );
  return Math.max(visibilityTimeoutUs, ...each) + delayUs + REST_US;
}

/**
 * A topic owes each subscription what its filter lets through; a FIFO topic in order, once, and at its rates. What a subscription without a
 * dead-letter queue does not take while the retries last is lost.
 */
function ofTopic(scenario: ResolvedScenario, design: ResolvedDesign, settings: SnsSettings): ResourcePromises {
  const { name, subscriptions, fifoSettings } = settings;
  const deadLetterQueues = new Set(subscriptions.flatMap((one) => one.deadLetterQueue ?? []));
  const promises: Promised[] = [
    { guarantee: 'conservation', restUs: RETRY_US, isCopied: isDuplicating(scenario, design, name) },
    { guarantee: 'fan-out', restUs: RETRY_US },
    { guarantee: 'no-loss' },
  ];
  if (fifoSettings !== undefined) {
    const isBounded = fifoSettings.fifoThroughputScope === 'Topic';
    const [perSecond, perGroup] = [snsFacts.fifoTopicMessages.value, snsFacts.fifoGroupMessages.value];
    const burstSeconds = snsFacts.burstSeconds.value;
    promises.push(
      { guarantee: 'order' },
      { guarantee: 'deduplication', windowUs: TOPIC_DEDUPLICATION_US, perGroup: !isBounded },
      {
        guarantee: 'rate',
        ...(isBounded ? { perSecond, burst: perSecond * burstSeconds } : {}),
        perGroup,
        groupBurst: perGroup * burstSeconds,
      },
    );
  }
  return { resource: name, kind: 'sns', watch: [...deadLetterQueues], reads: [...deadLetterQueues], promises };
}

/** Sessions are not judged: which of them a record belongs to depends on when others came. */
function ofApplication({ resources }: ResolvedDesign, settings: ApplicationSettings): ResourcePromises[] {
  const { name, window, allowedLatenessUs, outOfOrdernessUs, idleAfterUs } = settings;
  if (window.kind === 'session') return [];
  const stream = resources.find((one) => one.name === settings.source);
  const promise = {
    guarantee: 'windows-exact',
    sizeUs: window.sizeUs,
    slideUs: window.kind === 'sliding' ? window.slideUs : window.sizeUs,
    latenessUs: allowedLatenessUs,
    outOfOrdernessUs,
    hasIdle: idleAfterUs > 0,
    splits: stream?.type === 'kinesis' ? stream.shards : 0,
  };
  return [{ resource: name, kind: 'analytics', reads: [], promises: [promise] }];
}

/** A consumer, or a function, of a FIFO queue works in the order of each group: the queue gives it that, and it can spoil it. */
function ofConsumer(design: ResolvedDesign, { name, source }: AnyConsumerSettings): ResourcePromises {
  return { resource: name, kind: 'consumer', watch: [source], reads: [source], promises: ofEffects(design, source) };
}

function ofFunction(design: ResolvedDesign, { name, source }: LambdaSettings): ResourcePromises {
  if (source === null) return { resource: name, kind: 'function', promises: [] };
  return { resource: name, kind: 'lambda', watch: [source], reads: [source], promises: ofEffects(design, source) };
}

function ofEffects(design: ResolvedDesign, source: string): Promised[] {
  return queuesOf(design).some((one) => one.name === source && one.fifo) ? [{ guarantee: 'order' }] : [];
}
