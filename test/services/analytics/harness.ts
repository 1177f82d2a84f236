/** An application on its own kernel, and a source that remembers what it gave: it waits for room, and goes back when it is told. */
import { Simulation } from '../../../src/kernel/index.ts';
import {
  AnalyticsApplication,
  type AnalyticsSettings,
  type AnalyticsSource,
  analyticsSettings,
  type WindowResult,
} from '../../../src/services/analytics/index.ts';
import type { Metrics } from '../../../src/services/ports.ts';

export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export class Totals implements Metrics {
  readonly totals = new Map<string, number>();
  readonly levels = new Map<string, number>();
  readonly observed = new Map<string, number[]>();
  readonly ages = new Map<string, number>();

  counter(name: string) {
    return { add: (count: number) => void this.totals.set(name, this.total(name) + count) };
  }
  level(name: string) {
    return {
      set: (level: number) => void this.levels.set(name, level),
      add: (by: number) => void this.levels.set(name, (this.levels.get(name) ?? 0) + by),
    };
  }
  observations(name: string) {
    const values: number[] = [];
    this.observed.set(name, values);
    return { record: (value: number) => void values.push(value) };
  }
  age(name: string) {
    return { since: (us: number) => void this.ages.set(name, us) };
  }
  total(name: string): number {
    return this.totals.get(name) ?? 0;
  }
}

export interface Given {
  readonly record: number;
  readonly key: number;
  readonly eventTimeUs: number;
  readonly bytes: number;
}

/** A result and when it came. */
export interface Emitted extends WindowResult {
  readonly atUs: number;
}

/** Splits as lists: the sequence number of a record is its place. */
export class ListSource implements AnalyticsSource {
  readonly lists: Given[][];
  readonly restored: number[][] = [];
  readonly next: number[];
  /** Each split is finished when all of it was taken. */
  ends = false;
  application: AnalyticsApplication | null = null;

  constructor(splits: number) {
    this.lists = Array.from({ length: splits }, () => []);
    this.next = this.lists.map(() => 0);
  }

  put(split: number, given: Given): void {
    this.lists[split]?.push(given);
    this.pump(split);
  }
  resume(split: number): void {
    this.pump(split);
  }
  restore(positions: readonly number[]): void {
    this.restored.push([...positions]);
    positions.forEach((position, split) => {
      this.next[split] = position + 1;
    });
    this.lists.forEach((_, split) => this.pump(split));
  }

  pump(split: number): void {
    const list = this.lists[split] as Given[];
    for (;;) {
      const place = this.next[split] as number;
      const given = list[place];
      if (given === undefined) break;
      const { record, key, eventTimeUs, bytes } = given;
      if (this.application?.accept(split, record, key, eventTimeUs, bytes, place) !== true) return;
      // Room for the next may have been asked for within: what was taken counts.
      if (this.next[split] === place) this.next[split] = place + 1;
    }
    if (this.ends) this.application?.finishSplit(split);
  }
  end(): void {
    this.ends = true;
    this.lists.forEach((_, split) => this.pump(split));
  }
}

type ApplicationClass = typeof AnalyticsApplication;

export class Bench {
  readonly sim = new Simulation({ seed: 7, maxEvents: 5e6 });
  readonly metrics = new Totals();
  readonly results: Emitted[] = [];
  readonly late: { record: number; atUs: number }[] = [];
  readonly source: ListSource;
  readonly application: AnalyticsApplication;
  #record = 0;

  constructor(
    changes: Partial<AnalyticsSettings> & Pick<AnalyticsSettings, 'window'>,
    Type: ApplicationClass = AnalyticsApplication,
  ) {
    const settings = analyticsSettings({ name: 'clicks', cpuUs: { kind: 'constant', value: 0 }, ...changes });
    this.source = new ListSource(settings.splits);
    this.application = new Type(this.sim, settings, {
      source: this.source,
      metrics: this.metrics,
      sink: { emit: (result) => void this.results.push({ ...result, atUs: this.sim.now }) },
      late: { late: (record) => void this.late.push({ record, atUs: this.sim.now }) },
    });
    this.source.application = this.application;
  }

  after(us: number): void {
    this.sim.run({ until: this.sim.now + us });
  }

  put(eventTimeUs: number, { split = 0, key = 0, bytes = 100 } = {}): void {
    this.source.put(split, { record: this.#record++, key, eventTimeUs, bytes });
  }

  /** Puts on at an instant. */
  at(us: number, eventTimeUs: number, where: { split?: number; key?: number; bytes?: number } = {}): void {
    this.sim.run({ until: us });
    this.put(eventTimeUs, where);
  }
}
