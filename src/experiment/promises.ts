/** What a design promises: the guarantees of each resource, by its settings, as the plain data that checkers go by. */
import { sqsFacts } from '../facts/index.ts';
import type { Promised, Promises, ResourcePromises } from '../guarantees/index.ts';
import type { ResolvedDesign, ResolvedScenario, ResourceSettings } from '../scenario/resolved.ts';
import { GUARANTEES } from '../scenario/guarantees.ts';
import type { FifoSettings, SqsSettings } from '../services/sqs/settings.ts';
import type { ConsumerSettings, FaultTarget } from '../workload/settings.ts';
import { strikes } from '../scenario/strikes.ts';
import { deliversTo, topicsOf } from '../scenario/topics.ts';

/** The whole run, where a guarantee is of no single resource. */
export const WHOLE_RUN = '*';

const DEDUPLICATION_US = sqsFacts.deduplicationSeconds.value * 1_000_000;
/** Nothing that the system does without a sign takes longer: polls, retries of calls, restarts of crashed instances. */
const REST_US = 120_000_000;
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
    if (settings.type === 'sqs' && isWitnessed(scenario, design, settings.name))
      all.push(ofQueue(scenario, design, settings));
    else if (settings.type === 'consumer') all.push(ofConsumer(design, settings));
  }
  return all.map((of) => withDemanded(scenario, design, of));
}

/** With what the scenario asks for beyond what the resource gives. */
function withDemanded(scenario: ResolvedScenario, design: ResolvedDesign, of: ResourcePromises): ResourcePromises {
  const missing = (scenario.guarantees ?? []).filter(
    ({ guarantee, resource, design: only }) =>
      resource === of.resource &&
      (only === null || only === design.name) &&
      (GUARANTEES[of.kind] ?? []).includes(guarantee) &&
      !of.promises.some((one) => one.guarantee === guarantee),
  );
  const more = [...new Set(missing.map(({ guarantee }) => guarantee))];
  return { ...of, promises: [...of.promises, ...more.map((guarantee) => ({ guarantee, ...ASKED_FOR }))] };
}

function queuesOf({ resources }: ResolvedDesign): SqsSettings[] {
  return resources.filter((one): one is SqsSettings => one.type === 'sqs');
}

/** Whether the history has all that is done to a queue: not what topics, functions and move tasks do. */
function isWitnessed(scenario: ResolvedScenario, design: ResolvedDesign, queue: string): boolean {
  const touched = [queue, ...queuesOf(design).flatMap((one) => deadLettersBetween(one, queue))];
  return !touched.some(
    (name) =>
      topicsOf(design).some((topic) => deliversTo(topic, name)) ||
      design.resources.some((one) => one.type === 'lambda' && one.source === name) ||
      scenario.faults.some(
        ({ redrive, target }) => redrive !== undefined && (redrive.to === name || redrivesTo(design, target, name)),
      ),
  );
}

/** The other end of a dead-letter queue and its source. */
function deadLettersBetween({ name, redrive }: SqsSettings, queue: string): string[] {
  if (redrive?.deadLetterQueue === queue) return [name];
  return name === queue && redrive !== null ? [redrive.deadLetterQueue] : [];
}

/** Whether a redrive of that queue takes messages out of `queue`, or may bring some back to it. */
function redrivesTo(design: ResolvedDesign, target: FaultTarget, queue: string): boolean {
  if (target.kind !== 'resource') return false;
  const sources = queuesOf(design).filter((one) => one.redrive?.deadLetterQueue === target.resource);
  return target.resource === queue || sources.some(({ name }) => name === queue);
}

/** Whoever receives from a queue. */
function readersOf({ resources }: ResolvedDesign, queue: string): ConsumerSettings[] {
  const reads = (one: ResourceSettings): one is ConsumerSettings => one.type === 'consumer' && one.source === queue;
  return resources.filter(reads);
}

function ofQueue(scenario: ResolvedScenario, design: ResolvedDesign, settings: SqsSettings): ResourcePromises {
  const { name, fifo, fifoSettings, redrive, delayUs } = settings;
  const readers = readersOf(design, name);
  const sources = queuesOf(design).filter((one) => one.redrive?.deadLetterQueue === name);
  const target = redrive?.deadLetterQueue;
  const restUs = restOf(settings, readers);
  const promises: Promised[] = [
    { guarantee: 'conservation' },
    { guarantee: 'at-least-once', restUs, read: readers.length > 0 },
    { guarantee: 'no-loss', restUs },
    { guarantee: 'receive-count' },
    { guarantee: 'retention', retentionUs: settings.messageRetentionPeriodUs },
    { guarantee: 'in-flight', limit: settings.maxInFlight },
  ];
  if (fifo || !missesOf(scenario, design, settings)) {
    promises.push({ guarantee: 'visibility' }, { guarantee: 'deletion' }, { guarantee: 'littles-law' });
  }
  if (delayUs > 0) promises.push({ guarantee: 'delay', delayUs });
  if (redrive !== null) {
    const { maxReceiveCount } = redrive;
    promises.push({ guarantee: 'redrive', maxReceiveCount, takesDeadLetters: sources.length > 0 });
  }
  if (sources.length > 0) {
    const counts = sources.map((one) => one.redrive?.maxReceiveCount ?? 1);
    promises.push({ guarantee: 'dead-letters', fewestReceives: Math.min(...counts) });
  }
  if (fifo && fifoSettings !== undefined) promises.push(...ofFifo(fifoSettings));
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

function ofFifo({ deduplicationScope, fifoThroughputLimit, partitions }: FifoSettings): Promised[] {
  const perPartition = fifoThroughputLimit === 'perMessageGroupId';
  const calls = perPartition ? sqsFacts.fifoPartitionCallsPerSecond : sqsFacts.fifoCallsPerSecond;
  const perSecond = calls.value * (perPartition ? partitions : 1);
  return [
    { guarantee: 'order' },
    { guarantee: 'group-lock' },
    { guarantee: 'deduplication', windowUs: DEDUPLICATION_US, perGroup: deduplicationScope === 'messageGroup' },
    { guarantee: 'rate', perSecond, burst: perSecond * sqsFacts.fifoBurstSeconds.value },
  ];
}

/** Whether a server of the queue may not know of a receive or a delete: then it does not promise what depends on it. */
function missesOf(scenario: ResolvedScenario, design: ResolvedDesign, settings: SqsSettings): boolean {
  const { deleteMiss, receiveMiss } = settings.distribution;
  const isStruck = scenario.faults.some(
    (fault) =>
      fault.duplicate !== null &&
      fault.target.kind === 'resource' &&
      fault.target.resource === settings.name &&
      strikes(scenario, design, fault),
  );
  return deleteMiss > 0 || receiveMiss > 0 || isStruck;
}

function restOf({ visibilityTimeoutUs, delayUs }: SqsSettings, readers: readonly ConsumerSettings[]): number {
  const visibility = readers.map((one) => one.visibilityTimeoutUs ?? visibilityTimeoutUs);
  return Math.max(visibilityTimeoutUs, ...visibility) + delayUs + REST_US;
}

/** A consumer of a FIFO queue works in the order of each group: the queue gives it that, and it can spoil it. */
function ofConsumer(design: ResolvedDesign, { name, source }: ConsumerSettings): ResourcePromises {
  const fifo = queuesOf(design).some((one) => one.name === source && one.fifo);
  const promises: Promised[] = fifo ? [{ guarantee: 'order' }] : [];
  return { resource: name, kind: 'consumer', watch: [source], reads: [source], promises };
}
