/** A cache before a service that answers by a script or after a constant time, calls at given instants, and a diary of how each ended. */
import { type MetricData, MetricsRecorder } from '../../../src/history/index.ts';
import { Simulation } from '../../../src/kernel/index.ts';
import { Cache } from '../../../src/services/compute/index.ts';
import type { CacheSettings } from '../../../src/services/compute/settings.ts';
import type { Caller, Outcome } from '../../../src/services/ports.ts';
import { type Behaviour, CountedRequests, nameOf, ScriptedCallee } from '../../calls/stage.ts';

export function cacheSettings(change: Partial<CacheSettings> = {}): CacheSettings {
  return {
    time: { kind: 'constant', value: 0 },
    hitRatio: null,
    ttlUs: null,
    ttlJitter: 0,
    capacity: null,
    coalesce: false,
    staleWhileRevalidateUs: 0,
    ...change,
  };
}

export class CacheStage implements Caller {
  readonly sim: Simulation;
  readonly requests = new CountedRequests();
  readonly recorder: MetricsRecorder;
  readonly service: ScriptedCallee;
  readonly cache: Cache;
  /** `instant request outcome`, in the order of the answers. */
  readonly diary: string[] = [];
  readonly late: string[] = [];
  readonly tickets = new Map<number, number>();
  /** What to do on an answer, for stories in which one brings about another. */
  next: ((request: number) => void) | null = null;
  #called = 0;

  constructor(change: Partial<CacheSettings>, script: string | readonly Behaviour[] = 'ok@10', seed = 1) {
    this.sim = new Simulation({ seed, maxEvents: 50_000_000 });
    this.recorder = new MetricsRecorder(this.sim, { fromUs: 0, toUs: 1e15, resolutionUs: 1e15 });
    this.service = new ScriptedCallee(this.sim, this.requests, script);
    const { requests, recorder: metrics, service } = this;
    this.cache = new Cache(this.sim, 'db', cacheSettings(change), { requests, metrics, service });
  }

  /** Calls for a key at these instants; requests are numbered from 0 in the order of writing. */
  at(key: number, ...instants: number[]): this {
    for (const instant of instants) {
      const request = this.#called++;
      if (key >= 0) this.requests.keys.set(request, key);
      this.sim.scheduleAt(instant, () => this.callNow(request), null);
    }
    return this;
  }

  callNow(request: number): void {
    const ticket = this.cache.call(request, 0, this, request);
    if (ticket >= 0) this.tickets.set(request, ticket);
  }

  then(instant: number, act: () => void): this {
    this.sim.scheduleAt(instant, act, null, 0);
    return this;
  }

  leaveNow(request: number, stop: boolean): boolean {
    const ticket = this.tickets.get(request);
    if (ticket === undefined) return false;
    this.tickets.delete(request);
    this.cache.abandon(ticket, stop);
    return true;
  }

  run(): string[] {
    this.sim.run();
    return this.diary;
  }

  /** Hits, misses, coalesced, refreshes. */
  counts(): number[] {
    const data: MetricData[] = this.recorder.finish(this.sim.now);
    return ['CacheHits', 'CacheMisses', 'CacheCoalesced', 'CacheRefreshes'].map(
      (name) => data.find((metric) => metric.name === name)?.sum ?? Number.NaN,
    );
  }

  onReply(tag: number, outcome: Outcome): void {
    this.tickets.delete(tag);
    this.diary.push(`${this.sim.now} ${tag} ${nameOf(outcome)}`);
    this.next?.(tag);
  }

  onLateReply(request: number, outcome: Outcome): void {
    this.late.push(`${this.sim.now} ${request} ${nameOf(outcome)}`);
  }
}
