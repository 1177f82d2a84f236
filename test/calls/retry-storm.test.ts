/**
 * Two published simulations of retries, run again with our parts. Nothing in them scripts the collapse.
 * Brooker, "simple collapse" (mbrooker/simulator_example); stability-sim, its built-in metastable retry (marcbrooker/stability-sim).
 */
import { describe, expect, it } from 'vitest';
import { CallPath, type CallPolicy, Link, LinkState } from '../../src/calls/index.ts';
import { NO_RETRY } from '../../src/calls/schema.ts';
import { MetricsRecorder } from '../../src/history/index.ts';
import { compileVariate, type Distribution, Simulation } from '../../src/kernel/index.ts';
import { Service, type ServiceSettings } from '../../src/services/compute/index.ts';
import { Outcome } from '../../src/services/ports.ts';
import { wilson } from '../../src/stats/index.ts';
import { ALL, settings } from '../services/compute/stage.ts';
import { CountedRequests } from './stage.ts';

const SECOND = 1e6;

interface Story {
  readonly service: Partial<ServiceSettings>;
  readonly policy: Partial<CallPolicy>;
  readonly network: Distribution;
  /** Requests a second from an instant on, seconds. */
  readonly rates: readonly (readonly [from: number, rate: number])[];
  readonly outage: { replica: number; from: number; to: number } | null;
  readonly seconds: number;
}

/** Successes in time by whole seconds, and attempts. */
function play(story: Story, replication: number): { ok: number[]; attempts: number[] } {
  const sim = new Simulation({ seed: 'storm', replication });
  const requests = new CountedRequests();
  const toUs = story.seconds * SECOND;
  const metrics = new MetricsRecorder(sim, { fromUs: 0, toUs, resolutionUs: toUs });
  const service = new Service(sim, settings(story.service), { requests, metrics });
  const link = new Link(sim, 'net', requests, service, compileVariate(story.network), new LinkState());
  const ok = Array.from({ length: story.seconds }, () => 0);
  const attempts = ok.slice();
  const bump = (counts: number[]): void => {
    const second = Math.floor(sim.now / SECOND);
    if (second < counts.length) counts[second] = (counts[second] ?? 0) + 1;
  };
  const policy = { timeoutUs: null, retry: NO_RETRY, breaker: null, cancelOnTimeout: false, ...story.policy };
  const path = new CallPath(sim, 'client', requests, link, policy, {
    onAttempt: () => bump(attempts),
    onServed: () => {},
  });
  const client = {
    onReply: (_tag: number, outcome: Outcome) => {
      if (outcome === Outcome.ok) bump(ok);
    },
    onLateReply: () => {},
  };
  const arrivals = sim.stream('arrivals');
  let [count, instant] = [0, 0];
  const arrive = (): void => {
    path.call(count++, 0, client, 0);
    next();
  };
  const next = (): void => {
    const rate = story.rates.reduce((last, [from, each]) => (sim.now >= from * SECOND ? each : last), 0);
    instant -= (Math.log(arrivals.uniform()) / rate) * SECOND;
    if (instant <= toUs) sim.scheduleAt(Math.round(instant), arrive, undefined);
  };
  next();
  if (story.outage !== null) {
    const { replica, from, to } = story.outage;
    sim.scheduleAt(
      from * SECOND,
      () => sim.scheduleAt(to * SECOND, service.takeDown({ ...ALL, replica }), undefined, 0),
      null,
      0,
    );
  }
  sim.run({ until: toUs });
  return { ok, attempts };
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const retries = (attempts: number, baseUs: number, jitter: 'none' | 'full') => ({
  ...NO_RETRY,
  attempts,
  backoff: { baseUs, capUs: 1e12, factor: 2, jitter },
});

describe('retry storms', () => {
  const metastable = (attempts: number, rate: number): Story => ({
    service: { replicas: 2, servers: 5, serviceTime: { kind: 'exponential', mean: 0.1 * SECOND }, maxQueue: 10_000 },
    policy: { timeoutUs: SECOND, retry: retries(attempts, 0, 'none') },
    network: { kind: 'constant', value: 0 },
    rates: [[0, rate]],
    outage: { replica: 1, from: 5, to: 10 },
    seconds: 60,
  });

  it('three retries at once never let 70 a second recover from five seconds with half of the servers', () => {
    const runs = Array.from({ length: 10 }, (_, i) => play(metastable(4, 70), i));
    const sixth = (i: number): number => mean(runs.flatMap(({ ok }) => ok.slice(10 * i, 10 * i + 10)));
    // Published: 49 to 57, 9 to 21, then none; about 280 attempts a second for ever.
    expect(sixth(0)).toBeGreaterThan(49);
    expect(sixth(0)).toBeLessThan(57);
    expect(sixth(1)).toBeGreaterThan(5);
    expect(sixth(1)).toBeLessThan(25);
    for (const i of [2, 3, 4, 5]) expect(sixth(i)).toBeLessThan(1);
    expect(mean(runs.flatMap(({ attempts }) => attempts.slice(30)))).toBeGreaterThan(265);
    expect(mean(runs.flatMap(({ attempts }) => attempts.slice(30)))).toBeLessThan(295);
  });

  it('without retries it recovers, and with three retries where four times the load is below capacity', () => {
    const last = (story: Story): number => mean(Array.from({ length: 5 }, (_, i) => mean(play(story, i).ok.slice(40))));
    expect(last(metastable(1, 70))).toBeGreaterThan(65);
    expect(last(metastable(4, 22))).toBeGreaterThan(20);
  });

  const collapse = (backoffUs: number): Story => ({
    service: {
      servers: null,
      serviceTime: { kind: 'constant', value: SECOND },
      slowdown: { kind: 'perConcurrent', perConcurrentUs: 10_000 },
    },
    policy: { timeoutUs: 3 * SECOND, retry: retries(3, backoffUs, backoffUs === 0 ? 'none' : 'full') },
    network: { kind: 'exponential', mean: 0.1 * SECOND },
    rates: [
      [0, 40],
      [20, 80],
      [25, 40],
    ],
    outage: null,
    seconds: 80,
  });

  it('without backoff about seven of ten runs never come back from a spike; with backoff and jitter all do', () => {
    const after = (backoffUs: number, runs: number): number[] =>
      Array.from({ length: runs }, (_, i) => mean(play(collapse(backoffUs), i).ok.slice(60)));
    const naive = after(0, 60);
    const { low, high } = wilson(naive.filter((rate) => rate < 20).length, naive.length, 0.999);
    expect(low as number).toBeLessThanOrEqual(0.7);
    expect(high as number).toBeGreaterThanOrEqual(0.7);
    // Published: all return to 39 to 40 a second; the first wait there is up to 20 s.
    const patient = after(20 * SECOND, 20);
    expect(Math.min(...patient)).toBeGreaterThan(35);
    expect(mean(patient)).toBeGreaterThan(38.5);
    expect(mean(patient)).toBeLessThan(41.5);
  });
});
