/** What a run used of a resource that somebody has to pay for. */
import type { Price } from '../facts/index.ts';
import type { MetricData } from '../history/index.ts';
import type { ResourceSettings } from '../scenario/resolved.ts';

/** So much of something, at a price. */
export interface Usage {
  /** What it is, such as `empty receives`. */
  readonly item: string;
  /** In the units of the price, within [warm-up, horizon]. */
  readonly quantity: number;
  readonly price: Price;
}

/** One resource in one replication, as a meter sees it. */
export interface Metered<S extends ResourceSettings = ResourceSettings> {
  readonly settings: S;
  /** Hours of the window. */
  readonly hours: number;
  /** undefined: the resource keeps no such metric. */
  metric(name: string): MetricData | undefined;
}

/** Reads what is billed off a resource's metrics: the same items in each replication, in the same order. */
export type Meter<S extends ResourceSettings> = (metered: Metered<S>) => Usage[];

/** The sum of a counter, 0 where there is none. */
export function sumOf(metered: Metered, name: string): number {
  return metered.metric(name)?.sum ?? 0;
}
