/** A service on a small stage: calls at given instants, and a diary of how each ended. */
import { CallPath, type CallSettings } from '../../../src/calls/index.ts';
import { NO_RETRY } from '../../../src/calls/schema.ts';
import { type MetricData, MetricsRecorder } from '../../../src/history/index.ts';
import { Simulation } from '../../../src/kernel/index.ts';
import { Service, type ServiceSettings } from '../../../src/services/compute/index.ts';
import type { Callee, Caller, Outcome } from '../../../src/services/ports.ts';
import { CountedRequests, nameOf } from '../../calls/stage.ts';

export const constant = (value: number) => ({ kind: 'constant' as const, value });

export function settings(change: Partial<ServiceSettings> = {}): ServiceSettings {
  return {
    type: 'service',
    name: 'db',
    servers: 1,
    serviceTime: constant(10),
    maxQueue: null,
    discipline: 'fifo',
    slowdown: null,
    connections: null,
    replicas: 1,
    balance: 'roundRobin',
    zones: [],
    failureRate: 0,
    shedAfterUs: null,
    calls: [],
    blocking: true,
    cache: null,
    optimisticLocking: false,
    autoscaling: null,
    ...change,
  };
}

export const callTo = (to: string, change: Partial<CallSettings> = {}): CallSettings => ({
  to,
  probability: 1,
  timeoutUs: null,
  retry: NO_RETRY,
  breaker: null,
  hedge: null,
  bulkhead: null,
  cancelOnTimeout: false,
  latency: constant(0),
  ...change,
});

export class Stage implements Caller {
  readonly sim: Simulation;
  readonly requests = new CountedRequests();
  readonly service: Service;
  readonly recorder: MetricsRecorder;
  /** `instant request outcome`, in the order of the answers. */
  readonly diary: string[] = [];
  readonly late: string[] = [];
  readonly tickets = new Map<number, number>();
  readonly outcomes = new Map<number, Outcome>();
  readonly answeredAt = new Map<number, number>();
  #called = 0;

  constructor(change: Partial<ServiceSettings> = {}, windowUs = 1e12, seed = 1) {
    this.sim = new Simulation({ seed, maxEvents: 50_000_000 });
    this.recorder = new MetricsRecorder(this.sim, { fromUs: 0, toUs: windowUs, resolutionUs: windowUs });
    const all = settings(change);
    this.service = new Service(this.sim, all, { requests: this.requests, metrics: this.recorder, elastic: true });
  }

  connect(behind: readonly Callee[]): void {
    this.service.connect(
      behind.map((callee, i) => {
        const call = this.service.settings.calls[i] as CallSettings;
        return new CallPath(this.sim, `db->${call.to}#${i}`, this.requests, callee, call);
      }),
    );
  }

  /** Calls at these instants; requests are numbered from 0 in this order. */
  at(...instants: number[]): this {
    for (const instant of instants) {
      const request = this.#called++;
      this.sim.scheduleAt(instant, () => this.callNow(request), null);
    }
    return this;
  }

  callNow(request: number): void {
    const ticket = this.service.call(request, 0, this, request);
    if (ticket >= 0) this.tickets.set(request, ticket);
  }

  /** Something else that happens at an instant, before ordinary events as faults do. */
  then(instant: number, act: () => void): this {
    this.sim.scheduleAt(instant, act, null, 0);
    return this;
  }

  leaves(instant: number, request: number, stop = false): this {
    return this.then(instant, () => {
      const ticket = this.tickets.get(request);
      if (ticket === undefined) return;
      this.tickets.delete(request);
      this.service.abandon(ticket, stop);
    });
  }

  run(until?: number): string[] {
    this.sim.run(until === undefined ? {} : { until });
    return this.diary;
  }

  metric(name: string): MetricData {
    const found = this.recorder.finish(this.sim.now).find((data) => data.name === name);
    if (found === undefined) throw new Error(`no metric ${name}`);
    return found;
  }

  onReply(tag: number, outcome: Outcome): void {
    if (this.outcomes.has(tag)) throw new Error(`request ${tag} answered twice`);
    this.tickets.delete(tag);
    this.outcomes.set(tag, outcome);
    this.answeredAt.set(tag, this.sim.now);
    this.diary.push(`${this.sim.now} ${tag} ${nameOf(outcome)}`);
  }

  onLateReply(request: number, outcome: Outcome): void {
    this.late.push(`${this.sim.now} ${request} ${nameOf(outcome)}`);
  }
}

/** All of a service. */
export const ALL = { replica: null, zone: null, share: null };
