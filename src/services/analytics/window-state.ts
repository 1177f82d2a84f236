/** State that a checkpoint holds, and what windows of every kind can do. */

/** A key in a window. */
export interface StateRow {
  readonly key: number;
  readonly startUs: number;
  readonly endUs: number;
  readonly count: number;
  readonly bytes: number;
  /** How often it has fired. */
  readonly firings: number;
  /** It fires when the watermark comes to its end. */
  readonly due: boolean;
}

export interface Windows {
  /** Keys in windows that are held. */
  readonly entries: number;
  /** False: every window of it is past, so nothing was kept of it. */
  add(key: number, eventTimeUs: number, bytes: number): boolean;
  /** The watermark has come to this instant. */
  advance(watermarkUs: number): void;
  snapshot(into: StateRow[]): void;
  restore(row: StateRow): void;
}

/** Tells the result of a window. */
export type Fire = (key: number, startUs: number, endUs: number, count: number, bytes: number, firing: number) => void;
