/** A queue, consumers that take 2 ms to receive and 2 ms to delete, and a diary of the work done. */
import { CallPath, type CallSettings } from '../../src/calls/index.ts';
import { type MetricData, MetricsRecorder } from '../../src/history/index.ts';
import { Simulation } from '../../src/kernel/index.ts';
import { CodeRunner } from '../../src/workload/code-runner.ts';
import { Consumer } from '../../src/workload/consumer.ts';
import { EndpointState } from '../../src/workload/endpoint.ts';
import type { HandlerCode } from '../../src/workload/handler-code.ts';
import { RequestTable, type TrafficLedger } from '../../src/workload/requests.ts';
import type { ConsumerSettings, HandlerSettings } from '../../src/workload/settings.ts';
import { ScriptedCallee } from '../calls/stage.ts';
import { FakeQueue, latency } from './fake-queue.ts';

export const MS = 1000;
export const constant = (ms: number) => ({ kind: 'constant' as const, value: ms * MS });
export const handler = (change: Partial<HandlerSettings> = {}): HandlerSettings => ({
  time: constant(10),
  calls: [],
  failureRate: 0,
  ...change,
});

export class Shop implements TrafficLedger {
  readonly sim = new Simulation({ seed: 5, maxEvents: 1e6 });
  readonly queue: FakeQueue;
  readonly endpoint = new EndpointState();
  readonly requests: RequestTable;
  readonly consumer: Consumer;
  readonly recorder: MetricsRecorder;
  readonly done: string[] = [];
  readonly fates: string[] = [];
  again = 0;
  #next = 0;

  constructor(
    change: Partial<ConsumerSettings> = {},
    visibilityMs = 30_000,
    windowMs = 1e6,
    code: HandlerCode | null = null,
  ) {
    this.requests = new RequestTable([this], () => {});
    this.queue = new FakeQueue(this.sim, visibilityMs * MS);
    this.queue.onSent = (body) => this.requests.retain(body);
    this.queue.onGone = (body) => this.requests.release(body);
    this.recorder = new MetricsRecorder(this.sim, { fromUs: 0, toUs: windowMs * MS, resolutionUs: windowMs * MS });
    const settings: ConsumerSettings = {
      type: 'consumer',
      name: 'workers',
      source: 'orders',
      instances: 1,
      concurrency: 1,
      batchSize: 10,
      waitTimeUs: 20_000 * MS,
      visibilityTimeoutUs: null,
      deletes: 'perMessage',
      partialFailure: true,
      onFailureVisibilityUs: null,
      heartbeat: null,
      pollRetryUs: 1000 * MS,
      restartDelayUs: 10_000 * MS,
      handler: handler(),
      autoscaling: null,
      ...change,
    };
    this.consumer = new Consumer(this.sim, settings, {
      requests: this.requests,
      metrics: this.recorder,
      queue: this.queue,
      endpoint: this.endpoint,
      latency: latency(0, 2, 2),
      code:
        code === null
          ? null
          : new CodeRunner(this.sim, 'workers', code, {
              requests: this.requests,
              traffic: ['t'],
              handler: settings.handler,
            }),
    });
  }

  /** A callee for each call of the handler. */
  connect(...scripts: string[]): ScriptedCallee[] {
    const callees = scripts.map((script) => new ScriptedCallee(this.sim, this.requests, script));
    const { calls } = this.consumer.settings.handler;
    this.consumer.connect(
      callees.map((callee, i) => new CallPath(this.sim, `w->${i}`, this.requests, callee, calls[i] as CallSettings)),
    );
    return callees;
  }

  /** Puts so many messages into the queue at an instant; bodies are numbered from 0. */
  put(ms: number, count: number, poison = false): this {
    this.sim.scheduleAt(
      ms * MS,
      () => {
        for (let i = 0; i < count; i++) {
          const row = this.requests.create(0, this.#next++, this.sim.now, -1, 1, poison, true);
          this.queue.put(row);
          this.requests.release(row);
        }
      },
      null,
      0,
    );
    return this;
  }

  at(ms: number, act: () => void): this {
    this.sim.scheduleAt(ms * MS, act, null, 0);
    return this;
  }

  run(ms: number): this {
    if (this.sim.now === 0) this.consumer.start();
    this.sim.run({ until: ms * MS });
    return this;
  }

  metric(name: string): MetricData {
    return this.recorder.finish(this.sim.now).find((data) => data.name === name) as MetricData;
  }

  offered(): void {}
  attempted(): void {}
  accepted(): void {}
  responded(): void {}
  completed(_counted: boolean, _at: number, order: number): void {
    this.done.push(`${this.sim.now / MS} ${order}`);
  }
  completedAgain(): void {
    this.again++;
  }
  wasted(): void {}
  settled(_counted: boolean, fate: string): void {
    this.fates.push(fate);
  }
}
