/** What became of the requests of one traffic, in one replication of one design: the counts, latencies and series of the result. */
import { type HistogramData, LogHistogram } from '../stats/index.ts';
import { type CohortData, Cohorts } from './cohorts.ts';
import { Batches, Tallies, type TrafficTotals } from './tallies.ts';
import type { Clock, Window } from './window.ts';

export interface TrafficOutcome extends TrafficTotals {
  /** Milliseconds within which a completion counts as healthy, for recovery; null where nothing told it. */
  readonly healthLimitMs: number | null;
  /** One value per bucket. By arrival: offered, healthy. By instant: completed, rejected, timedOut. */
  readonly series: {
    readonly offered: readonly number[];
    readonly healthy: readonly number[];
    readonly completed: readonly number[];
    readonly rejected: readonly number[];
    readonly timedOut: readonly number[];
    readonly completionMs: readonly (HistogramData | null)[];
    readonly responseMs: readonly (HistogramData | null)[];
  };
  /** Completions by cohort of arrival, from instant 0 on; null where not kept. */
  readonly cohorts: CohortData | null;
  /** The same figures for each batch of the window; null where there are none. */
  readonly batches: readonly TrafficTotals[] | null;
}

export interface AccountOptions {
  /** Limit of a latency objective on completions, ms; null where there is none: then it is learnt before the first disturbance. */
  readonly healthLimitMs: number | null;
  /** Number of keys, to tell overtaking apart; 0 where the traffic has no key. */
  readonly keys: number;
  /** Whether cohorts of arrival are kept; default: not. */
  readonly cohorts?: boolean;
  /** Batches that the window is divided into; default: none. */
  readonly batches?: number;
}

/** Latencies of what ended within the current bucket; sealed when the clock leaves it. */
class BucketLatencies {
  readonly sealed: (HistogramData | null)[] = [];
  #current = new LogHistogram(64);

  record(bucket: number, ms: number): void {
    if (bucket > this.sealed.length) this.seal(bucket);
    this.#current.record(ms);
  }

  /** All so far, in buckets sealed or not. */
  total(): LogHistogram {
    const all = new LogHistogram();
    for (const data of this.sealed) if (data !== null) all.merge(LogHistogram.fromData(data));
    all.merge(this.#current);
    return all;
  }

  /** Seals all buckets before `bucket`. */
  seal(bucket: number): void {
    if (this.sealed.length < bucket && this.#current.count > 0) {
      this.sealed.push(this.#current.toData());
      this.#current = new LogHistogram(64);
    }
    while (this.sealed.length < bucket) this.sealed.push(null);
  }
}

/** Learnt limits are this much wider than the p99 before the disturbance. */
const HEALTH_MARGIN = 1.25;

export class TrafficAccount {
  readonly #clock: Clock;
  readonly #window: Window;
  /** Of an objective; the learnt one says what is usual, not what was wanted, so goodput does not know it. */
  readonly #objectiveMs: number | null;
  #healthLimitMs: number | null;
  /** The bucket that the clock is in, and its end. */
  #current = 0;
  #currentEnd: number;
  /** Highest place in the order of arrival that has completed, by key. */
  readonly #latest: Int32Array;

  readonly #counts = new Tallies();
  readonly #batches: Batches | null;
  readonly #cohorts: Cohorts | null;
  readonly #bucketCompletion = new BucketLatencies();
  readonly #bucketResponse = new BucketLatencies();
  readonly #offered: number[] = [];
  readonly #healthy: number[] = [];
  readonly #completedAt: number[] = [];
  readonly #rejectedAt: number[] = [];
  readonly #timedOutAt: number[] = [];

  constructor(clock: Clock, window: Window, options: AccountOptions) {
    this.#clock = clock;
    this.#window = window;
    this.#currentEnd = window.resolutionUs;
    this.#objectiveMs = options.healthLimitMs;
    this.#healthLimitMs = options.healthLimitMs;
    this.#latest = new Int32Array(options.keys).fill(-1);
    const batches = options.batches ?? 0;
    this.#batches = batches === 0 ? null : new Batches(window.fromUs, window.toUs, batches);
    this.#cohorts = options.cohorts === true ? new Cohorts() : null;
  }

  offered(counted: boolean, arrivedUs: number): void {
    if (counted) {
      this.#counts.offered++;
      if (this.#batches !== null) this.#batches.at(arrivedUs).offered++;
    }
    if (this.#cohorts !== null) this.#cohorts.arrived(arrivedUs);
    this.#bump(this.#offered, arrivedUs === this.#clock.now ? this.#bucketNow(arrivedUs) : this.#bucketOf(arrivedUs));
  }

  attempted(counted: boolean, arrivedUs: number): void {
    if (!counted) return;
    this.#counts.attempts++;
    if (this.#batches !== null) this.#batches.at(arrivedUs).attempts++;
  }

  accepted(counted: boolean, arrivedUs: number): void {
    if (!counted) return;
    this.#counts.accepted++;
    if (this.#batches !== null) this.#batches.at(arrivedUs).accepted++;
  }

  responded(counted: boolean, kind: 'ok' | 'refused' | 'timedOut', arrivedUs: number): void {
    const now = this.#clock.now;
    const bucket = this.#bucketNow(now);
    const ms = (now - arrivedUs) / 1000;
    if (kind === 'refused') this.#bump(this.#rejectedAt, bucket);
    else if (kind === 'timedOut') this.#bump(this.#timedOutAt, bucket);
    else this.#bucketResponse.record(bucket, ms);
    if (!counted) return;
    respond(this.#counts, kind, ms);
    if (this.#batches !== null) respond(this.#batches.at(arrivedUs), kind, ms);
  }

  completed(counted: boolean, arrivedUs: number, order: number, key: number, wanted: boolean, answered: boolean): void {
    const now = this.#clock.now;
    const ms = (now - arrivedUs) / 1000;
    const bucket = this.#bucketNow(now);
    const objective = this.#objectiveMs;
    this.#bump(this.#completedAt, bucket);
    this.#bucketCompletion.record(bucket, ms);
    if (this.#healthLimitMs !== null && ms <= this.#healthLimitMs) this.#bump(this.#healthy, this.#bucketOf(arrivedUs));
    if (now >= this.#window.fromUs && now <= this.#window.toUs) {
      const good = wanted || (objective === null ? answered : ms <= objective);
      this.#counts.throughput++;
      if (good) this.#counts.goodput++;
      if (this.#batches !== null) {
        const batch = this.#batches.at(now);
        batch.throughput++;
        if (good) batch.goodput++;
      }
    }
    if (this.#cohorts !== null) this.#cohorts.finished(order, ms);
    const overtaken = this.#isOvertaken(order, key);
    if (!counted) return;
    const late = now > this.#window.toUs;
    complete(this.#counts, ms, overtaken, late);
    if (this.#batches !== null) complete(this.#batches.at(arrivedUs), ms, overtaken, late);
  }

  completedAgain(counted: boolean, arrivedUs: number): void {
    if (!counted) return;
    this.#counts.duplicates++;
    if (this.#batches !== null) this.#batches.at(arrivedUs).duplicates++;
  }

  wasted(counted: boolean, us: number, arrivedUs: number): void {
    if (!counted) return;
    this.#counts.wastedUs += us;
    if (this.#batches !== null) this.#batches.at(arrivedUs).wastedUs += us;
  }

  settled(counted: boolean, fate: Fate, arrivedUs: number): void {
    if (!counted) return;
    const late = fate !== 'completed' && fate !== 'inSystem' && this.#clock.now > this.#window.toUs;
    settle(this.#counts, fate, late);
    if (this.#batches !== null) settle(this.#batches.at(arrivedUs), fate, late);
  }

  /** Before the first disturbance: where no objective gives a limit, the p99 so far, with a margin, becomes it. */
  learnHealth(): void {
    if (this.#healthLimitMs !== null) return;
    const before = this.#bucketCompletion.total();
    if (before.count > 0) this.#healthLimitMs = HEALTH_MARGIN * before.quantile(0.99);
  }

  finish(endUs: number): TrafficOutcome {
    const buckets = Math.ceil(endUs / this.#window.resolutionUs);
    this.#bucketCompletion.seal(buckets);
    this.#bucketResponse.seal(buckets);
    return {
      ...this.#counts.totals(),
      healthLimitMs: this.#healthLimitMs,
      series: {
        offered: padded(this.#offered, buckets),
        healthy: padded(this.#healthy, buckets),
        completed: padded(this.#completedAt, buckets),
        rejected: padded(this.#rejectedAt, buckets),
        timedOut: padded(this.#timedOutAt, buckets),
        completionMs: this.#bucketCompletion.sealed.slice(0, buckets),
        responseMs: this.#bucketResponse.sealed.slice(0, buckets),
      },
      cohorts: this.#cohorts === null ? null : this.#cohorts.toData(),
      batches: this.#batches === null ? null : this.#batches.totals(),
    };
  }

  /** A bucket holds (start, end]: what happens at the very end of the run still has one; instant 0 belongs to the first. */
  #bucketOf(us: number): number {
    return us === 0 ? 0 : Math.ceil(us / this.#window.resolutionUs) - 1;
  }

  /** The same for the clock's own instant, which only moves on: no division on the hot path. */
  #bucketNow(now: number): number {
    if (now > this.#currentEnd) {
      this.#current = this.#bucketOf(now);
      this.#currentEnd = (this.#current + 1) * this.#window.resolutionUs;
    }
    return this.#current;
  }

  #bump(series: number[], bucket: number): void {
    while (series.length <= bucket) series.push(0);
    series[bucket] = (series[bucket] as number) + 1;
  }

  #isOvertaken(order: number, key: number): boolean {
    if (key < 0 || key >= this.#latest.length) return false;
    if (order < (this.#latest[key] as number)) return true;
    this.#latest[key] = order;
    return false;
  }
}

type Fate = 'completed' | 'inSystem' | 'deadLettered' | 'expired' | 'lost' | 'rejected';

function respond(into: Tallies, kind: 'ok' | 'refused' | 'timedOut', ms: number): void {
  if (kind === 'ok') {
    into.ok++;
    into.response.record(ms);
  } else if (kind === 'refused') into.refused++;
  else into.timedOut++;
}

function complete(into: Tallies, ms: number, overtaken: boolean, late: boolean): void {
  into.completion.record(ms);
  if (overtaken) into.outOfOrder++;
  if (late) into.resolvedInDrain++;
}

/** `late`: only the drain let it be seen. */
function settle(into: Tallies, fate: Fate, late: boolean): void {
  if (fate === 'completed') into.completed++;
  else into[fate]++;
  if (late) into.resolvedInDrain++;
}

function padded(series: number[], buckets: number): number[] {
  while (series.length < buckets) series.push(0);
  return series;
}
