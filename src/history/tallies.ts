/** Everything that is counted of a traffic, over the whole window or over one batch of it. */
import { type HistogramData, LogHistogram } from '../stats/index.ts';

/** What the result tells of a traffic in numbers; counts are of requests that arrived in the window (or batch). */
export interface TrafficTotals {
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
  /** First completions within the window (or batch), whenever they arrived. */
  readonly throughput: number;
  readonly goodput: number;
  readonly responseMs: HistogramData;
  readonly completionMs: HistogramData;
}

/** Counts as they grow. Fields are written by name: a keyed access with several keys is slow, and this is per request. */
export class Tallies {
  offered = 0;
  completed = 0;
  rejected = 0;
  lost = 0;
  deadLettered = 0;
  expired = 0;
  inSystem = 0;
  ok = 0;
  refused = 0;
  timedOut = 0;
  accepted = 0;
  attempts = 0;
  duplicates = 0;
  outOfOrder = 0;
  resolvedInDrain = 0;
  wastedUs = 0;
  throughput = 0;
  goodput = 0;
  readonly response = new LogHistogram();
  readonly completion = new LogHistogram();

  totals(): TrafficTotals {
    return {
      offered: this.offered,
      completed: this.completed,
      rejected: this.rejected,
      lost: this.lost,
      deadLettered: this.deadLettered,
      expired: this.expired,
      inSystem: this.inSystem,
      ok: this.ok,
      refused: this.refused,
      timedOut: this.timedOut,
      accepted: this.accepted,
      attempts: this.attempts,
      duplicates: this.duplicates,
      outOfOrder: this.outOfOrder,
      resolvedInDrain: this.resolvedInDrain,
      throughput: this.throughput,
      goodput: this.goodput,
      waiting: this.offered - this.ok - this.refused - this.timedOut,
      wastedServerMs: this.wastedUs / 1000,
      responseMs: this.response.toData(),
      completionMs: this.completion.toData(),
    };
  }
}

/** Batches of equal length over the window: one long run as if it were several. */
export class Batches {
  readonly #fromUs: number;
  readonly #toUs: number;
  readonly #all: readonly Tallies[];

  constructor(fromUs: number, toUs: number, count: number) {
    this.#fromUs = fromUs;
    this.#toUs = toUs;
    this.#all = Array.from({ length: count }, () => new Tallies());
  }

  /** The batch that an instant within the window belongs to; its very end belongs to the last. */
  at(us: number): Tallies {
    const { length } = this.#all;
    const batch = Math.floor(((us - this.#fromUs) / (this.#toUs - this.#fromUs)) * length);
    return this.#all[Math.min(batch, length - 1)] as Tallies;
  }

  totals(): TrafficTotals[] {
    return this.#all.map((tallies) => tallies.totals());
  }
}
