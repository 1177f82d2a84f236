/**
 * The metrics of one resource while a run goes on: counters, levels, distributions, ages. Each keeps a summary over the window
 * [warm-up, horizon] and one value per bucket of the whole run.
 *
 *   model ──add / set / record──▶ metric ──at each edge──▶ series, window ──at the end──▶ MetricData (plain data)
 */
import { type HistogramData, LogHistogram } from '../stats/index.ts';
import { type Clock, Edges, type Window } from './window.ts';

export interface MetricData {
  readonly name: string;
  readonly unit: string;
  readonly kind: 'counter' | 'level' | 'observations' | 'age';
  /** Counter: total. Observations: sum. Null for levels. */
  readonly sum: number | null;
  /** Counter: per second. Level and age: over time. Observations: over observations. */
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly histogram: HistogramData | null;
  /** Share of time at each whole level from 0 up, microseconds; null where not kept. */
  readonly timeAtLevel: readonly number[] | null;
  /** One value per bucket: count, time-weighted mean level, mean observation (null where none), mean age. Empty where not kept. */
  readonly series: readonly (number | null)[];
}

const US_PER_SECOND = 1e6;
/** Levels above it share the last place of `timeAtLevel`. */
const LEVELS_KEPT = 4096;

abstract class Recorded {
  readonly name: string;
  readonly unit: string;
  protected readonly clock: Clock;
  protected readonly window: Window;
  protected readonly edges: Edges;
  protected readonly series: (number | null)[] = [];

  constructor(name: string, unit: string, clock: Clock, window: Window) {
    this.name = name;
    this.unit = unit;
    this.clock = clock;
    this.window = window;
    this.edges = new Edges(window);
  }

  protected get windowUs(): number {
    return this.window.toUs - this.window.fromUs;
  }

  /** Closes all stretches that end before `nowUs`: an event at an edge still belongs to the bucket that ends there. */
  protected passed(nowUs: number): void {
    while (this.edges.edge < nowUs) {
      this.close(this.edges.edge, this.edges.inWindow, this.edges.endsBucket);
      this.edges.advance();
    }
  }

  /** Closes all stretches that end at or before `nowUs`. */
  protected cross(nowUs: number): void {
    while (this.edges.edge <= nowUs) {
      this.close(this.edges.edge, this.edges.inWindow, this.edges.endsBucket);
      this.edges.advance();
    }
  }

  protected abstract close(edgeUs: number, inWindow: boolean, endsBucket: boolean): void;
  abstract finish(endUs: number): MetricData;
}

export class CounterMetric extends Recorded {
  #bucket = 0;
  #total = 0;

  add(count: number): void {
    const now = this.clock.now;
    if (now > this.edges.edge) this.passed(now);
    if (now >= this.window.fromUs && now <= this.window.toUs) this.#total += count;
    this.#bucket += count;
  }

  protected close(_edge: number, _inWindow: boolean, endsBucket: boolean): void {
    if (!endsBucket) return;
    this.series.push(this.#bucket);
    this.#bucket = 0;
  }

  finish(endUs: number): MetricData {
    this.cross(endUs);
    const { name, unit, series } = this;
    const mean = this.windowUs > 0 ? this.#total / (this.windowUs / US_PER_SECOND) : null;
    return {
      name,
      unit,
      kind: 'counter',
      sum: this.#total,
      mean,
      min: null,
      max: null,
      histogram: null,
      timeAtLevel: null,
      series,
    };
  }
}

/** A counter without a series: what is billed for, say, which nobody draws. */
export class SumMetric {
  readonly #name: string;
  readonly #unit: string;
  readonly #clock: Clock;
  readonly #fromUs: number;
  readonly #toUs: number;
  #total = 0;

  constructor(name: string, unit: string, clock: Clock, { fromUs, toUs }: Window) {
    this.#name = name;
    this.#unit = unit;
    this.#clock = clock;
    this.#fromUs = fromUs;
    this.#toUs = toUs;
  }

  add(count: number): void {
    const now = this.#clock.now;
    if (now >= this.#fromUs && now <= this.#toUs) this.#total += count;
  }

  finish(): MetricData {
    const seconds = (this.#toUs - this.#fromUs) / US_PER_SECOND;
    return {
      name: this.#name,
      unit: this.#unit,
      kind: 'counter',
      sum: this.#total,
      mean: seconds > 0 ? this.#total / seconds : null,
      min: null,
      max: null,
      histogram: null,
      timeAtLevel: null,
      series: [],
    };
  }
}

export class LevelMetric extends Recorded {
  // Read on every change: fields of its own, not of the window.
  readonly #fromUs: number;
  readonly #toUs: number;
  #edge: number;
  #level = 0;
  #last = 0;
  #area = 0;
  #bucketArea = 0;
  #windowArea = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #timeAt: Float64Array | null;
  #highest = 0;

  constructor(name: string, unit: string, clock: Clock, window: Window, distribution: boolean) {
    super(name, unit, clock, window);
    this.#fromUs = window.fromUs;
    this.#toUs = window.toUs;
    this.#edge = this.edges.edge;
    this.#timeAt = distribution ? new Float64Array(64) : null;
  }

  add(difference: number): void {
    this.set(this.#level + difference);
  }

  set(level: number): void {
    const now = this.clock.now;
    if (now >= this.#edge) {
      this.cross(now);
      this.#edge = this.edges.edge;
    }
    if (now !== this.#last) this.#advance(now);
    this.#level = level;
    // A level that lasts no time was reached all the same; at the start of the window only the one that stays counts.
    if (now > this.#fromUs && now <= this.#toUs) {
      if (level < this.#min) this.#min = level;
      if (level > this.#max) this.#max = level;
    }
  }

  #advance(now: number): void {
    const last = this.#last;
    this.#area += this.#level * (now - last);
    if (last >= this.#fromUs && now <= this.#toUs) {
      // The level that the window found when it began; all later ones were noted when they were set.
      if (this.#min > this.#max || last === this.#fromUs) this.#note();
      if (this.#timeAt !== null) this.#spend(now - last);
    }
    this.#last = now;
  }

  #spend(us: number): void {
    const at = Math.min(this.#level, LEVELS_KEPT);
    let times = this.#timeAt as Float64Array;
    if (at >= times.length) {
      const longer = new Float64Array(Math.max(2 * times.length, at + 1));
      longer.set(times);
      times = longer;
      this.#timeAt = longer;
    }
    times[at] = (times[at] as number) + us;
    if (at > this.#highest) this.#highest = at;
  }

  #note(): void {
    if (this.#level < this.#min) this.#min = this.#level;
    if (this.#level > this.#max) this.#max = this.#level;
  }

  protected close(edge: number, inWindow: boolean, endsBucket: boolean): void {
    if (edge !== this.#last) this.#advance(edge);
    if (inWindow) this.#windowArea += this.#area;
    this.#bucketArea += this.#area;
    this.#area = 0;
    if (!endsBucket) return;
    this.series.push(this.#bucketArea / this.window.resolutionUs);
    this.#bucketArea = 0;
  }

  finish(endUs: number): MetricData {
    this.cross(endUs);
    const { name, unit, series } = this;
    const some = this.#min <= this.#max;
    return {
      name,
      unit,
      kind: 'level',
      sum: null,
      mean: this.windowUs > 0 ? this.#windowArea / this.windowUs : null,
      min: some ? this.#min : null,
      max: some ? this.#max : null,
      histogram: null,
      timeAtLevel: this.#timeAt === null ? null : Array.from(this.#timeAt.subarray(0, this.#highest + 1)),
      series,
    };
  }
}

export class ObservationsMetric extends Recorded {
  readonly #histogram = new LogHistogram();
  #sum = 0;
  #count = 0;

  record(value: number): void {
    const now = this.clock.now;
    if (now > this.edges.edge) this.passed(now);
    if (now >= this.window.fromUs && now <= this.window.toUs) this.#histogram.record(value);
    this.#sum += value;
    this.#count++;
  }

  protected close(_edge: number, _inWindow: boolean, endsBucket: boolean): void {
    if (!endsBucket) return;
    this.series.push(this.#count === 0 ? null : this.#sum / this.#count);
    this.#sum = 0;
    this.#count = 0;
  }

  finish(endUs: number): MetricData {
    this.cross(endUs);
    const { name, unit, series } = this;
    const histogram = this.#histogram;
    const some = histogram.count > 0;
    return {
      name,
      unit,
      kind: 'observations',
      sum: histogram.sum,
      mean: some ? histogram.mean : null,
      min: some ? histogram.min : null,
      max: some ? histogram.max : null,
      histogram: histogram.toData(),
      timeAtLevel: null,
      series,
    };
  }
}

/** Seconds since an instant; between changes it grows with the clock, so its area is a triangle, not a rectangle. */
export class AgeMetric extends Recorded {
  #since = -1;
  #last = 0;
  #area = 0;
  #bucketArea = 0;
  #windowArea = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;

  constructor(name: string, clock: Clock, window: Window) {
    super(name, 'Seconds', clock, window);
  }

  since(sinceUs: number): void {
    if (sinceUs === this.#since) return;
    const now = this.clock.now;
    if (now >= this.edges.edge) this.cross(now);
    this.#advance(now, now > this.window.fromUs && now <= this.window.toUs);
    this.#since = sinceUs;
  }

  #advance(now: number, noted: boolean): void {
    if (noted && now > this.#last) {
      const least = this.#since < 0 ? 0 : (this.#last - this.#since) / US_PER_SECOND;
      if (least < this.#min) this.#min = least;
    }
    if (this.#since >= 0) {
      const before = (this.#last - this.#since) / US_PER_SECOND;
      const after = (now - this.#since) / US_PER_SECOND;
      this.#area += ((before + after) / 2) * (after - before);
      if (noted && after > this.#max) this.#max = after;
    }
    this.#last = now;
  }

  protected close(edge: number, inWindow: boolean, endsBucket: boolean): void {
    this.#advance(edge, inWindow);
    if (inWindow) this.#windowArea += this.#area;
    this.#bucketArea += this.#area;
    this.#area = 0;
    if (!endsBucket) return;
    this.series.push(this.#bucketArea / (this.window.resolutionUs / US_PER_SECOND));
    this.#bucketArea = 0;
  }

  finish(endUs: number): MetricData {
    this.cross(endUs);
    const { name, unit, series } = this;
    const seconds = this.windowUs / US_PER_SECOND;
    const mean = seconds > 0 ? this.#windowArea / seconds : null;
    return {
      name,
      unit,
      kind: 'age',
      sum: null,
      mean,
      min: Number.isFinite(this.#min) ? this.#min : null,
      max: Number.isFinite(this.#min) ? this.#max : null,
      histogram: null,
      timeAtLevel: null,
      series,
    };
  }
}

type AnyMetric = CounterMetric | SumMetric | LevelMetric | ObservationsMetric | AgeMetric;

/** All metrics of one resource, in the order in which the model asked for them. */
export class MetricsRecorder {
  readonly #clock: Clock;
  readonly #window: Window;
  readonly #metrics: AnyMetric[] = [];

  constructor(clock: Clock, window: Window) {
    this.#clock = clock;
    this.#window = window;
  }

  counter(name: string, unit: string, overTime?: true): CounterMetric;
  counter(name: string, unit: string, overTime?: boolean): CounterMetric | SumMetric;
  /** `overTime`: false keeps the sum alone. */
  counter(name: string, unit: string, overTime = true): CounterMetric | SumMetric {
    if (!overTime) return this.#keep(new SumMetric(name, unit, this.#clock, this.#window));
    return this.#keep(new CounterMetric(name, unit, this.#clock, this.#window));
  }

  level(name: string, unit: string, distribution = false): LevelMetric {
    return this.#keep(new LevelMetric(name, unit, this.#clock, this.#window, distribution));
  }

  observations(name: string, unit: string): ObservationsMetric {
    return this.#keep(new ObservationsMetric(name, unit, this.#clock, this.#window));
  }

  age(name: string): AgeMetric {
    return this.#keep(new AgeMetric(name, this.#clock, this.#window));
  }

  /** Closes all at the end of the run (padded to a whole bucket). */
  finish(endUs: number): MetricData[] {
    return this.#metrics.map((metric) => metric.finish(endUs));
  }

  #keep<M extends AnyMetric>(metric: M): M {
    this.#metrics.push(metric);
    return metric;
  }
}
