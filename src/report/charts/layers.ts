/** Parts that time charts share: the time axis, disturbances as shaded bands, lines and bands of designs. */
import type { Disturbance, Result } from '../../experiment/result.ts';
import { type BandPoint, type Point, thin, thinBand } from '../decimate.ts';
import { disturbancesOf, endOfInterest, type Series } from '../findings.ts';
import { duration } from '../format.ts';
import type { Ticks } from './axes.ts';
import { timeTicks } from './axes.ts';
import type { Frame, LegendItem } from './chart.ts';
import { FAULT, INK, leftMargin, MUTED, RULE, SPIKE, type Tint } from './theme.ts';

/** More designs than these do not share a panel: each gets its own, one under the other, on the same scales. */
export const MOST_IN_ONE = 3;

/** A layer of a view, as Vega-Lite's JSON. */
export type Layer = Record<string, unknown>;

/** The instant in the middle of each bucket, with its value times `factor`. */
export function pointsOf(result: Result, series: Series, factor: number): Point[] {
  const end = endOfInterest(result);
  const points: Point[] = [];
  series.forEach((value, index) => {
    const t = (index + 0.5) * result.resolutionMs;
    if (t <= end) points.push({ t, v: value === null || !Number.isFinite(value) ? null : value * factor });
  });
  return points;
}

/** One of several panels that share the time axis, named at its top left. */
export function panelOf(label: string, frame: Frame, height: number, layers: readonly Layer[]): Layer {
  return { title: { text: label, dx: -leftMargin(frame) }, width: frame.plot, height, layer: layers };
}

/** The x encoding of a time chart; labels only where `labelled`, so that panels can share an axis. */
export function timeX(result: Result, frame: Frame, labelled: boolean): Layer {
  const end = endOfInterest(result);
  const { values, labelExpr } = timeTicks(end, frame.narrow ? 4 : 8);
  return {
    field: 't',
    type: 'quantitative',
    scale: { domain: [0, end], nice: false, zero: false },
    axis: { values, labelExpr, labels: labelled, ticks: labelled, title: null },
  };
}

export function valueY(ticks: Ticks, scale: Layer = {}): Layer {
  return {
    field: 'v',
    type: 'quantitative',
    scale: { domain: [0, ticks.top], nice: false, ...scale },
    axis: { values: ticks.values, labelExpr: ticks.labelExpr, title: null },
  };
}

export interface LineStyle {
  readonly tint: Tint;
  readonly width?: number;
  readonly dash?: readonly number[];
}

/** A line with gaps where there is no value; a value between two gaps is a dot. */
export function line(points: readonly Point[], frame: Frame, x: Layer, y: Layer, style: LineStyle): Layer {
  const thinned = thin(points, frame.points);
  const lonely = thinned.filter(
    (point, index) =>
      point.v !== null && (thinned[index - 1]?.v ?? null) === null && (thinned[index + 1]?.v ?? null) === null,
  );
  const drawn: Layer = {
    data: { values: thinned },
    mark: {
      type: 'line',
      color: style.tint.light,
      strokeWidth: style.width ?? 2,
      ...(style.dash !== undefined && style.dash.length > 0 ? { strokeDash: [...style.dash], strokeCap: 'butt' } : {}),
      invalid: 'break-paths-show-path-domains',
    },
    encoding: { x, y },
  };
  if (lonely.length === 0) return drawn;
  const dots: Layer = {
    data: { values: lonely },
    mark: { type: 'point', filled: true, size: 18, color: style.tint.light, opacity: 1 },
    encoding: { x, y },
  };
  return { layer: [drawn, dots] };
}

export function area(points: readonly Point[], frame: Frame, x: Layer, y: Layer, tint: Tint, opacity: number): Layer {
  return {
    data: { values: thin(points, frame.points).map((point) => ({ t: point.t, v: point.v ?? 0 })) },
    mark: { type: 'area', color: tint.light, opacity },
    encoding: { x, y },
  };
}

/** Lowest to highest replication. */
export function band(
  result: Result,
  range: { readonly low: Series; readonly high: Series } | undefined,
  factor: number,
  frame: Frame,
  x: Layer,
  y: Layer,
  tint: Tint,
): Layer[] {
  if (range === undefined || result.replications < 2) return [];
  const points: BandPoint[] = [];
  const high = pointsOf(result, range.high, factor);
  pointsOf(result, range.low, factor).forEach((point, index) => {
    const top = high[index]?.v;
    if (point.v !== null && top !== null && top !== undefined) points.push({ t: point.t, low: point.v, high: top });
  });
  if (!points.some((point) => point.high > point.low)) return [];
  return [
    {
      data: { values: thinBand(points, Math.floor(frame.points / 2)).map((p) => ({ t: p.t, v: p.low, v2: p.high })) },
      mark: { type: 'area', color: tint.light, opacity: 0.18 },
      encoding: { x, y, y2: { field: 'v2' } },
    },
  ];
}

function letter(index: number): string {
  return index < 26
    ? String.fromCharCode(65 + index)
    : `${String.fromCharCode(65 + (index % 26))}${Math.floor(index / 26)}`;
}

/** Shaded bands of spikes and faults, the end of the traffic and of the warm-up. They lie under the lines. */
export function disturbanceLayers(result: Result, frame: Frame, x: Layer, labels: 'none' | 'letters' | 'all'): Layer[] {
  const end = endOfInterest(result);
  const layers: Layer[] = [];
  const smallest = (end / frame.plot) * 2;
  const bands = disturbancesOf(result, null).map((one, index) => ({
    t: one.fromMs,
    t2: Math.min(end, Math.max(one.toMs, one.fromMs + smallest)),
    name: letter(index),
    kind: one.kind,
  }));
  for (const [kind, tint] of [
    ['spike', SPIKE],
    ['fault', FAULT],
  ] as const) {
    const values = bands.filter((one) => one.kind === kind && one.t < end);
    if (values.length === 0) continue;
    layers.push({
      data: { values },
      mark: { type: 'rect', color: tint.light, opacity: 0.24 },
      encoding: { x, x2: { field: 't2' }, y: { value: 0 }, y2: { value: 'height' } },
    });
  }
  const marks = [
    ...(end > result.horizonMs * 1.01 ? [{ t: result.horizonMs, name: frame.narrow ? 'end' : 'traffic stops' }] : []),
    ...(result.warmupMs > 0 ? [{ t: result.warmupMs, name: frame.narrow ? 'warm' : 'warm-up ends' }] : []),
  ];
  if (marks.length > 0) {
    layers.push({
      data: { values: marks },
      mark: { type: 'rule', color: RULE.light, strokeDash: [3, 3], strokeWidth: 1 },
      encoding: { x, y: { value: 0 }, y2: { value: 'height' } },
    });
  }
  if (labels === 'none') return layers;
  if (bands.length > 0) {
    layers.push({
      data: { values: bands.filter((one) => one.t < end) },
      mark: { type: 'text', align: 'left', baseline: 'bottom', dx: 1, fontWeight: 600, color: INK.light },
      encoding: { x, y: { value: -2 }, text: { field: 'name' } },
    });
  }
  if (marks.length > 0 && labels === 'all') {
    layers.push({
      data: { values: marks.map((mark) => ({ ...mark, left: mark.t > end * 0.75 })).filter((mark) => mark.left) },
      mark: { type: 'text', align: 'right', baseline: 'top', dx: -4, dy: 2, fontSize: 11, color: MUTED.light },
      encoding: { x, y: { value: 0 }, text: { field: 'name' } },
    });
    layers.push({
      data: { values: marks.filter((mark) => mark.t <= end * 0.75) },
      mark: { type: 'text', align: 'left', baseline: 'top', dx: 4, dy: 2, fontSize: 11, color: MUTED.light },
      encoding: { x, y: { value: 0 }, text: { field: 'name' } },
    });
  }
  return layers;
}

/** `5 min to 7 min`, or `at 8 min` for what is over at once. */
export function whenOf(one: Disturbance): string {
  return one.toMs > one.fromMs ? `${duration(one.fromMs)} to ${duration(one.toMs)}` : `at ${duration(one.fromMs)}`;
}

/** The shaded bands in the legend: `A orders at 2,000/s, 5 min to 7 min`. */
export function disturbanceLegend(result: Result): LegendItem[] {
  const all = disturbancesOf(result, null);
  const shown: LegendItem[] = all.slice(0, 8).map((one, index) => ({
    label: `${letter(index)} ${one.kind}: ${one.label}, ${whenOf(one)}${one.design === null ? '' : ` (${one.design} only)`}`,
    tint: one.kind === 'spike' ? SPIKE : FAULT,
    mark: 'area',
  }));
  if (all.length > 8)
    shown.push({ label: `and ${all.length - 8} more, listed under Disturbances`, tint: FAULT, mark: 'area' });
  return shown;
}
