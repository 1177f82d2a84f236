import { describe, expect, it } from 'vitest';
import { MetricsRecorder } from '../../src/history/index.ts';
import { Simulation } from '../../src/kernel/index.ts';
import { LambdaAccount, LambdaFunction, type LambdaSettings } from '../../src/services/lambda/index.ts';
import { EndpointState } from '../../src/workload/endpoint.ts';
import { LambdaMapping } from '../../src/workload/index.ts';
import { RequestTable, type TrafficLedger } from '../../src/workload/requests.ts';
import { FakeQueue, latency } from './fake-queue.ts';

const SECOND = 1_000_000;
const ledger = (done: string[]): TrafficLedger => ({
  offered() {},
  attempted() {},
  accepted() {},
  responded() {},
  completed: (_counted, _at, order) => done.push(String(order)),
  completedAgain: () => done.push('again'),
  wasted() {},
  settled() {},
});

function run(change: Partial<LambdaSettings>, messages: number, seconds: number, poison = 0) {
  const sim = new Simulation({ seed: 5, maxEvents: 1e6 });
  const done: string[] = [];
  const requests = new RequestTable([ledger(done)], () => {});
  const queue = new FakeQueue(sim, 30 * SECOND);
  queue.onSent = (body) => requests.retain(body);
  queue.onGone = (body) => requests.release(body);
  // Those in flight count too: the mapping may grow too far here, never too little.
  const visible = (): number => queue.bodies.length;
  const until = seconds * SECOND;
  const metrics = new MetricsRecorder(sim, { fromUs: 0, toUs: until, resolutionUs: until });
  const settings: LambdaSettings = {
    type: 'lambda',
    name: 'workers',
    source: 'orders',
    batchSize: 1,
    batchWindowUs: 0,
    maximumConcurrency: null,
    reservedConcurrency: null,
    timeoutUs: 30 * SECOND,
    memoryBytes: 134_217_728,
    coldStart: { kind: 'constant', value: 0 },
    keepWarmUs: 600 * SECOND,
    reportBatchItemFailures: false,
    provisioned: null,
    handler: { time: { kind: 'constant', value: SECOND }, calls: [], failureRate: 0 },
    ...change,
  };
  const account = new LambdaAccount(1000, [settings.reservedConcurrency]);
  const target = new LambdaFunction(sim, settings, { requests, metrics, account });
  const source = { fifo: false, visibilityTimeoutUs: 30 * SECOND, latency: latency(0, 2, 2) };
  const endpoint = new EndpointState();
  const mapping = new LambdaMapping(sim, settings, { requests, metrics, queue, visible, source, endpoint, target });
  mapping.start();
  for (let i = 0; i < messages; i++) {
    const row = requests.create(0, i, 0, -1, 1000, i < poison, true);
    queue.put(row);
    requests.release(row);
  }
  sim.run({ until });
  const data = metrics.finish(sim.now);
  return { done, metric: (name: string) => data.find((one) => one.name === name), left: queue.bodies.length };
}

describe('an event source mapping', () => {
  it('works a queue off, each message once', () => {
    const { done, left } = run({}, 100, 60);
    expect(left).toBe(0);
    expect(new Set(done).size).toBe(100);
    expect(done).toHaveLength(100);
  });

  it('never has more invocations under way than its maximum concurrency, and is not throttled', () => {
    const { metric } = run({ maximumConcurrency: 3, reservedConcurrency: 3 }, 100, 60);
    expect(metric('ConcurrentExecutions')?.max).toBe(3);
    expect(metric('Throttles')?.sum).toBe(0);
  });

  it('is throttled where the function may do less than the mapping brings', () => {
    const { metric } = run({ reservedConcurrency: 2 }, 100, 20);
    expect(metric('ConcurrentExecutions')?.max).toBe(2);
    expect(metric('Throttles')?.sum).toBeGreaterThan(0);
  });

  it('deletes what went well where the function reports what failed', () => {
    const { done, left } = run({ batchSize: 10, reportBatchItemFailures: true }, 10, 20, 1);
    expect([done.length, left]).toEqual([9, 1]);
  });

  it('leaves a whole batch in the queue where the function throws', () => {
    const { metric, left } = run({ batchSize: 10 }, 10, 20, 1);
    expect(left).toBe(10);
    expect(metric('Errors')?.sum).toBe(1);
  });
});
