/** What a chart is: words for the reader, a legend, and a Vega-Lite specification for a given width. */
import type { TopLevelSpec } from 'vega-lite';
import type { Tint } from './theme.ts';

export interface LegendItem {
  readonly label: string;
  readonly tint: Tint;
  readonly mark: 'line' | 'area' | 'square' | 'dot';
  readonly dash?: readonly number[];
}

/** Room that a chart has. */
export interface Frame {
  /** Width of the marks, pixels. */
  readonly plot: number;
  /** Width of the whole drawing, pixels: the same for all charts, so that their time axes line up. */
  readonly total: number;
  readonly narrow: boolean;
  /** Most points of a line. */
  readonly points: number;
}

export const WIDE: Frame = { plot: 780, total: 868, narrow: false, points: 400 };
export const NARROW: Frame = { plot: 294, total: 384, narrow: true, points: 200 };

/** Width of the marks of a chart without labels at its left. */
export function fullPlot(frame: Frame): number {
  return frame.total - 30;
}

/** What stands around a drawing. */
export interface Caption {
  /** File name without ending; unique in a report. */
  readonly id: string;
  /** What to see, with numbers. */
  readonly title: string;
  /** What is drawn: technical name and unit. */
  readonly subtitle: string;
  /** For those who do not see it. */
  readonly alt: string;
  readonly legend: readonly LegendItem[];
}

export interface Chart extends Caption {
  /** No labels at its left. */
  readonly bare?: boolean;
  readonly spec: (frame: Frame) => TopLevelSpec;
}
