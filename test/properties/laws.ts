/** What holds of every result, whatever the scenario: read from result.json's own numbers, as somebody would who trusts nobody. */
import { expect } from 'vitest';
import type { DesignResult, ReplicationOutcome, Result } from '../../src/experiment/index.ts';
import type { ResolvedScenario } from '../../src/scenario/index.ts';

type Traffic = DesignResult['traffic'][string];

export function obeysTheLaws(
  scenario: ResolvedScenario,
  result: Result,
  outcomes: readonly ReplicationOutcome[],
): void {
  isPlainData(result, 'result');
  for (const [name, design] of Object.entries(result.designs)) {
    for (const [traffic, t] of Object.entries(design.traffic)) {
      everyRequestEndsOnce(t, `${name}.${traffic}`);
      latenciesAreInOrder(t, `${name}.${traffic}`);
    }
    levelsStayInTheirRange(scenario, name, design);
  }
  sameTrafficInEveryDesign(scenario, result);
  for (const outcome of outcomes) messagesAreConserved(scenario, outcome);
}

/** Nothing that JSON would change: no NaN, no infinity, no undefined, no negative zero, no class. */
function isPlainData(value: unknown, at: string): void {
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || Object.is(value, -0)) throw new Error(`${at} is ${value}`);
  } else if (Array.isArray(value)) {
    value.forEach((item, i) => isPlainData(item, `${at}[${i}]`));
  } else if (typeof value === 'object' && value !== null) {
    if (Object.getPrototypeOf(value) !== Object.prototype) throw new Error(`${at} is no plain object`);
    for (const [key, item] of Object.entries(value)) isPlainData(item, `${at}.${key}`);
  } else if (value !== null && typeof value !== 'string' && typeof value !== 'boolean') {
    throw new Error(`${at} is ${typeof value}`);
  }
}

function everyRequestEndsOnce(t: Traffic, at: string): void {
  const fates = t.completed + t.rejected + t.lost + t.deadLettered + t.expired + t.inSystem;
  expect(fates, `fates of ${at}`).toBe(t.offered);
  const told = t.response.ok + t.response.refused + t.response.timedOut + t.response.waiting;
  expect(told, `answers of ${at}`).toBe(t.offered);
  const counts = [t.completed, t.rejected, t.lost, t.deadLettered, t.expired, t.inSystem, ...Object.values(t.response)];
  counts.push(t.accepted, t.attempts, t.duplicates, t.outOfOrder, t.resolvedInDrain);
  for (const count of counts) {
    expect(Number.isInteger(count) && count >= 0, `a count of ${at} is ${count}`).toBe(true);
  }
  // What nobody deletes behind the sender's back cannot be lost after it was accepted.
  expect(t.lost, `lost of ${at}`).toBe(0);
  expect(t.accepted, `accepted of ${at}`).toBeLessThanOrEqual(t.offered);
  expect(t.completed, `completed of ${at}`).toBeLessThanOrEqual(t.accepted);
  expect(t.completed + t.deadLettered + t.expired, `ends of ${at}`).toBeLessThanOrEqual(t.accepted);
  expect(t.outOfOrder, `overtaken of ${at}`).toBeLessThanOrEqual(t.completed);
  expect(t.resolvedInDrain, `resolved in the drain of ${at}`).toBeLessThanOrEqual(t.offered - t.inSystem);
  expect(t.wastedServerMs, `wasted time of ${at}`).toBeGreaterThanOrEqual(0);
  expect(t.goodputPerSecond, `goodput of ${at}`).toBeLessThanOrEqual(t.throughputPerSecond);
}

function latenciesAreInOrder(t: Traffic, at: string): void {
  expect(t.completionMs.count, `completions of ${at}`).toBe(t.completed);
  expect(t.responseMs.count, `responses of ${at}`).toBe(t.response.ok);
  for (const { count, mean, p50, p90, p95, p99, p999, max } of [t.completionMs, t.responseMs]) {
    const ordered = [0, p50, p90, p95, p99, p999, max];
    if (count === 0) {
      expect([mean, ...ordered.slice(1)], `latencies of ${at}`).toEqual([null, null, null, null, null, null, null]);
      continue;
    }
    for (let i = 1; i < ordered.length; i++) {
      expect(ordered[i] ?? Number.NaN, `percentiles of ${at}: ${ordered.join(' ')}`).toBeGreaterThanOrEqual(
        ordered[i - 1] ?? Number.NaN,
      );
    }
    expect(mean ?? Number.NaN, `mean of ${at}`).toBeLessThanOrEqual(max ?? Number.NaN);
  }
}

const EPSILON = 1e-9;

function levelsStayInTheirRange(scenario: ResolvedScenario, name: string, design: DesignResult): void {
  const resources = scenario.designs.find((it) => it.name === name)?.resources ?? [];
  for (const settings of resources) {
    const metrics = design.resources[settings.name]?.metrics ?? {};
    for (const [metric, { min, mean, max, sum }] of Object.entries(metrics)) {
      const at = `${name}.${settings.name}.${metric}`;
      for (const value of [min, mean, max, sum ?? 0]) {
        if (value !== null) expect(value, at).toBeGreaterThanOrEqual(0);
      }
      if (mean !== null && max !== null)
        expect(mean, `mean of ${at}`).toBeLessThanOrEqual(max * (1 + EPSILON) + EPSILON);
      if (mean !== null && min !== null)
        expect(mean, `mean of ${at}`).toBeGreaterThanOrEqual(min * (1 - EPSILON) - EPSILON);
    }
    const most = (metric: string, limit: number | null | undefined): void => {
      if (limit == null) return;
      expect(metrics[metric]?.max ?? 0, `${name}.${settings.name}.${metric}`).toBeLessThanOrEqual(limit + EPSILON);
    };
    if (settings.type === 'service') {
      const { replicas, servers, maxQueue, connections, discipline } = settings;
      most('Utilisation', 1);
      if (discipline !== 'processor-sharing') most('BusyServers', servers === null ? null : servers * replicas);
      most('QueueLength', maxQueue === null ? null : maxQueue * replicas);
      most('InSystem', connections === null ? null : connections * replicas);
    } else if (settings.type === 'consumer') {
      most('Utilisation', 1);
      most('InstancesRunning', settings.instances);
    } else if (settings.type === 'lambda') {
      const { maximumConcurrency, reservedConcurrency } = settings;
      most('ConcurrentExecutions', Math.min(maximumConcurrency ?? 1000, reservedConcurrency ?? 1000));
    } else if (settings.type === 'sqs') {
      most('ApproximateNumberOfMessagesNotVisible', settings.maxInFlight);
    }
  }
}

/** An open traffic does not know which design it meets. */
function sameTrafficInEveryDesign(scenario: ResolvedScenario, result: Result): void {
  for (const { name, source } of scenario.traffic) {
    if (source.kind === 'users') continue;
    const offered = Object.values(result.designs).map(({ traffic }) => traffic[name]?.offered);
    expect(new Set(offered).size, `offered of ${name}: ${offered.join(', ')}`).toBe(1);
  }
}

/** Of each queue that a run left empty: what came in, sent or dead-lettered into it, went out again. */
function messagesAreConserved(scenario: ResolvedScenario, outcome: ReplicationOutcome): void {
  const ranOut = outcome.endUs < scenario.horizonUs + scenario.drainUs && outcome.endUs > scenario.horizonUs;
  if (!ranOut || scenario.faults.some(({ duplicate }) => duplicate !== null)) return;
  const resources = scenario.designs.find(({ name }) => name === outcome.design)?.resources ?? [];
  const total = (resource: string, metric: string): number => {
    const metrics = outcome.resources.find(({ name }) => name === resource)?.metrics ?? [];
    const { series } = metrics.find(({ name }) => name === metric) ?? { series: [] };
    return series.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  };
  for (const settings of resources) {
    if (settings.type !== 'sqs' || settings.distribution.deleteMiss > 0) continue;
    if (!resources.some((other) => 'source' in other && other.source === settings.name)) continue;
    const { name } = settings;
    const into = resources
      .filter((other) => other.type === 'sqs' && other.redrive?.deadLetterQueue === name)
      .reduce((sum, other) => sum + total(other.name, 'NumberOfMessagesMovedToDeadLetterQueue'), 0);
    const out = ['NumberOfMessagesDeleted', 'NumberOfMessagesExpired', 'NumberOfMessagesMovedToDeadLetterQueue'];
    const gone = out.reduce((sum, metric) => sum + total(name, metric), 0);
    const came = into + total(name, 'NumberOfMessagesSent');
    const at = `messages that left ${outcome.design}.${name}, of ${came}`;
    // A message that was received twice can be deleted twice, and both count: exact only where each was received once.
    const onceEach =
      total(name, 'NumberOfMessagesReceived') === came && gone === total(name, 'NumberOfMessagesDeleted');
    if (onceEach) expect(gone, at).toBe(came);
    else expect(gone, at).toBeGreaterThanOrEqual(came);
  }
}
