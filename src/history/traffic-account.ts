/** What became of the requests of one traffic, in one replication of one design: the counts, latencies and series of the result. */
import { type HistogramData, LogHistogram } from '../stats/index.ts';
import type { Clock, Window } from './window.ts';

export interface TrafficOutcome {
  readonly offered: number;
  readonly completed: number;
  readonly rejected: number;
  readonly lost: number;
  readonly deadLettered: number;
  readonly expired: number;
  readonly inSystem: number;
  readonly ok: number;
  readonly refused: number;
  readonly timedOut: number;
  readonly waiting: number;
  readonly accepted: number;
  readonly attempts: number;
  readonly duplicates: number;
  readonly outOfOrder: number;
  readonly resolvedInDrain: number;
  readonly wastedServerMs: number;
  /** First completions within the window, whenever they arrived. */
  readonly throughput: number;
  readonly goodput: number;
  readonly responseMs: HistogramData;
  readonly completionMs: HistogramData;
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
}

export interface AccountOptions {
  /** Limit of a latency objective on completions, ms; null where there is none: then it is learnt before the first disturbance. */
  readonly healthLimitMs: number | null;
  /** Number of keys, to tell overtaking apart; 0 where the traffic has no key. */
  readonly keys: number;
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

  readonly #counts = {
    offered: 0,
    completed: 0,
    rejected: 0,
    lost: 0,
    deadLettered: 0,
    expired: 0,
    inSystem: 0,
    ok: 0,
    refused: 0,
    timedOut: 0,
    accepted: 0,
    attempts: 0,
    duplicates: 0,
    outOfOrder: 0,
    resolvedInDrain: 0,
    wastedUs: 0,
    throughput: 0,
    goodput: 0,
  };
  readonly #response = new LogHistogram();
  readonly #completion = new LogHistogram();
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
  }

  offered(counted: boolean, arrivedUs: number): void {
    if (counted) this.#counts.offered++;
    this.#bump(this.#offered, arrivedUs === this.#clock.now ? this.#bucketNow(arrivedUs) : this.#bucketOf(arrivedUs));
  }

  attempted(counted: boolean): void {
    if (counted) this.#counts.attempts++;
  }

  accepted(counted: boolean): void {
    if (counted) this.#counts.accepted++;
  }

  responded(counted: boolean, kind: 'ok' | 'refused' | 'timedOut', arrivedUs: number): void {
    const now = this.#clock.now;
    const bucket = this.#bucketNow(now);
    const ms = (now - arrivedUs) / 1000;
    if (kind === 'refused') this.#bump(this.#rejectedAt, bucket);
    else if (kind === 'timedOut') this.#bump(this.#timedOutAt, bucket);
    else this.#bucketResponse.record(bucket, ms);
    if (!counted) return;
    // Named fields, not `#counts[kind]`: a keyed access with several keys is slow, and this is per request.
    if (kind === 'ok') {
      this.#counts.ok++;
      this.#response.record(ms);
    } else if (kind === 'refused') this.#counts.refused++;
    else this.#counts.timedOut++;
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
      this.#counts.throughput++;
      if (wanted || (objective === null ? answered : ms <= objective)) this.#counts.goodput++;
    }
    const overtaken = this.#isOvertaken(order, key);
    if (!counted) return;
    this.#completion.record(ms);
    if (overtaken) this.#counts.outOfOrder++;
    if (now > this.#window.toUs) this.#counts.resolvedInDrain++;
  }

  completedAgain(counted: boolean): void {
    if (counted) this.#counts.duplicates++;
  }

  wasted(counted: boolean, us: number): void {
    if (counted) this.#counts.wastedUs += us;
  }

  settled(counted: boolean, fate: 'completed' | 'inSystem' | 'deadLettered' | 'expired' | 'lost' | 'rejected'): void {
    if (!counted) return;
    if (fate === 'completed') {
      this.#counts.completed++;
      return;
    }
    this.#counts[fate]++;
    const late = this.#clock.now > this.#window.toUs;
    if (late && fate !== 'inSystem') this.#counts.resolvedInDrain++;
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
    const { wastedUs, ...counts } = this.#counts;
    return {
      ...counts,
      waiting: counts.offered - counts.ok - counts.refused - counts.timedOut,
      wastedServerMs: wastedUs / 1000,
      responseMs: this.#response.toData(),
      completionMs: this.#completion.toData(),
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

function padded(series: number[], buckets: number): number[] {
  while (series.length < buckets) series.push(0);
  return series;
}
