/** Percentiles of the completion time over time, on a logarithmic axis. */
import type { Result } from '../../experiment/result.ts';
import {
  completionLimitMs,
  designNames,
  designOf,
  disturbancesOf,
  median,
  peak,
  seriesOf,
  type Series,
} from '../findings.ts';
import { duration, list } from '../format.ts';
import { logTicks } from './axes.ts';
import type { Chart } from './chart.ts';
import {
  disturbanceLayers,
  disturbanceLegend,
  type Layer,
  line,
  MOST_IN_ONE,
  panelOf,
  pointsOf,
  timeX,
} from './layers.ts';
import { configOf, INK, MUTED, tintOfDesign } from './theme.ts';

export function latencyOverTimeChart(result: Result, traffic: string): Chart | undefined {
  const all = designNames(result).flatMap((name, index) => {
    const design = designOf(result, name);
    const p99 = seriesOf(design, traffic, 'completionMs.p99');
    const p50 = seriesOf(design, traffic, 'completionMs.p50');
    if (p99 === undefined || peak(p99) === undefined) return [];
    return [{ name, tint: tintOfDesign(index), p50: p50 ?? [], p99 }];
  });
  if (all.length === 0) return undefined;
  const limit = completionLimitMs(result, traffic);
  const values = all
    .flatMap((one) => [...one.p99, ...one.p50])
    .filter((value): value is number => value !== null && value > 0);
  if (values.length === 0) return undefined;
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b), limit ?? 0);
  return {
    id: `latency-${traffic}`,
    title: title(result, all),
    subtitle: `completionMs of ${traffic}, from the intended arrival to the work done, by instant of completion; 99th percentile (thick) and median (thin), logarithmic`,
    alt: `Line chart over time, logarithmic: percentiles of the completion time of ${traffic} in ${list(all.map((one) => one.name))}.`,
    legend: [
      ...(all.length > MOST_IN_ONE ? [{ name: '', tint: MUTED }] : all).flatMap(({ name, tint }) => [
        { label: `${name} p99`.trim(), tint, mark: 'line' as const },
        { label: `${name} p50`.trim(), tint, mark: 'line' as const, dash: [3, 3] },
      ]),
      ...(limit === undefined
        ? []
        : [{ label: `objective: ${duration(limit)}`, tint: INK, mark: 'line' as const, dash: [1, 3] }]),
      ...disturbanceLegend(result),
    ],
    spec: (frame) => {
      const many = all.length > MOST_IN_ONE;
      const finer = many ? { ...frame, points: frame.points / 2 } : frame;
      const ticks = logTicks(low * 0.8, high * 1.25, many ? 3 : 8);
      const y = {
        field: 'v',
        type: 'quantitative',
        scale: { type: 'log', domain: [ticks.bottom, ticks.top], nice: false },
        axis: { values: ticks.values, labelExpr: ticks.labelExpr, title: null },
      };
      const positive = (series: Series) =>
        pointsOf(result, series, 1).map((point) => ({
          t: point.t,
          v: point.v !== null && point.v > 0 ? point.v : null,
        }));
      const rule: Layer[] =
        limit === undefined
          ? []
          : [
              {
                data: { values: [{ v: limit }] },
                mark: { type: 'rule', color: INK.light, strokeDash: [1, 3], strokeWidth: 1.4 },
                encoding: { y },
              },
            ];
      const layers = (x: Layer, shown: typeof all, labels: 'letters' | 'none'): Layer[] => [
        ...disturbanceLayers(result, frame, x, labels),
        ...rule,
        ...shown.map((one) => line(positive(one.p50), finer, x, y, { tint: one.tint, width: 1.3, dash: [3, 3] })),
        ...shown.map((one) => line(positive(one.p99), finer, x, y, { tint: one.tint })),
      ];
      const spec: Layer = many
        ? {
            vconcat: all.map((one, index) =>
              panelOf(
                one.name,
                frame,
                74,
                layers(timeX(result, frame, index === all.length - 1), [one], index === 0 ? 'letters' : 'none'),
              ),
            ),
          }
        : {
            width: frame.plot,
            height: frame.narrow ? 200 : 230,
            layer: layers(timeX(result, frame, true), all, 'letters'),
          };
      return { config: configOf(frame), ...spec } as unknown as ReturnType<Chart['spec']>;
    },
  };
}

function title(result: Result, all: readonly { readonly name: string; readonly p99: Series }[]): string {
  const first = disturbancesOf(result, null)[0];
  const until = first === undefined ? 0 : Math.floor(first.fromMs / result.resolutionMs);
  const told = all.map((one) => {
    const calm = until > 0 ? median(one.p99, 0, until) : undefined;
    const top = peak(one.p99)?.value ?? 0;
    return { name: one.name, calm, top };
  });
  const shown = told.length <= 3 ? told : [...told].sort((a, b) => b.top - a.top).slice(0, 2);
  const steady = shown.every((one) => one.calm !== undefined && one.top < one.calm * 1.5);
  if (steady)
    return `The 99th percentile stays near its calm value: ${list(shown.map((one) => `${duration(one.calm)} in ${one.name}`))}`;
  const words = shown.map((one) =>
    one.calm !== undefined && one.top >= one.calm * 1.5
      ? `from ${duration(one.calm)} to ${duration(one.top)} in ${one.name}`
      : `to ${duration(one.top)} in ${one.name}`,
  );
  return `The 99th percentile climbs ${list(words)}`;
}
