/** Share of capacity in use over time, a panel for each resource. */
import type { Result } from '../../experiment/result.ts';
import { designNames, designOf, peak, resourceNames, type Series } from '../findings.ts';
import { list, share } from '../format.ts';
import { linearTicks } from './axes.ts';
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
  valueY,
} from './layers.ts';
import { configOf, DASHES, MUTED, type Tint, tintOfDesign } from './theme.ts';

const MOST_PANELS = 6;

interface Panel {
  readonly resource: string;
  readonly lines: readonly { readonly design: string; readonly tint: Tint; readonly series: Series }[];
  readonly top: number;
}

export function utilisationChart(result: Result): Chart | undefined {
  const names = designNames(result);
  const all: Panel[] = resourceNames(result).flatMap((resource) => {
    const lines = names.flatMap((design, index) => {
      const series = designOf(result, design).series[resource]?.['Utilisation'];
      return series === undefined || peak(series) === undefined ? [] : [{ design, tint: tintOfDesign(index), series }];
    });
    const top = Math.max(0, ...lines.map((one) => peak(one.series)?.value ?? 0));
    return lines.length === 0 ? [] : [{ resource, lines, top }];
  });
  if (all.length === 0) return undefined;
  const many = names.length > MOST_IN_ONE;
  const busiest = [...all].sort((a, b) => b.top - a.top).slice(0, many ? DASHES.length : MOST_PANELS);
  const panels = all.filter((panel) => busiest.includes(panel));
  const used = names.flatMap((design, index) =>
    panels.some((panel) => panel.lines.some((one) => one.design === design))
      ? [{ design, tint: tintOfDesign(index) }]
      : [],
  );
  return {
    id: 'utilisation',
    title: title(result, busiest),
    subtitle: `Utilisation (share of capacity in use) of each resource over time${all.length > panels.length ? `; the ${panels.length} busiest of ${all.length}` : ''}`,
    alt: `Line charts over time of the utilisation of ${list(panels.map((panel) => panel.resource))}.`,
    legend: [
      ...(many
        ? panels.map((panel, place) => ({
            label: panel.resource,
            tint: MUTED,
            mark: 'line' as const,
            dash: dashOf(place),
          }))
        : used.map((one) => ({ label: one.design, tint: one.tint, mark: 'line' as const }))),
      ...disturbanceLegend(result),
    ],
    spec: (frame) => {
      const finer = many ? { ...frame, points: frame.points / 2 } : frame;
      const y = valueY(
        linearTicks(Math.max(1, ...panels.map((panel) => panel.top)), 2, (value) => share(value).replace('.0 %', ' %')),
      );
      const drawn = (x: Layer, series: Series, tint: Tint, place: number): Layer =>
        line(pointsOf(result, series, 1), finer, x, y, { tint, width: 1.7, dash: dashOf(place) });
      const last = (many ? used : panels).length - 1;
      const x = (index: number): Layer => timeX(result, frame, index === last);
      const under = (index: number): Layer[] =>
        disturbanceLayers(result, frame, x(index), index === 0 ? 'letters' : 'none');
      const vconcat = many
        ? used.map(({ design, tint }, index) =>
            panelOf(design, frame, 62, [
              ...under(index),
              ...panels.flatMap((panel, place) =>
                panel.lines
                  .filter((one) => one.design === design)
                  .map((one) => drawn(x(index), one.series, tint, place)),
              ),
            ]),
          )
        : panels.map((panel, index) =>
            panelOf(panel.resource, frame, panels.length === 1 ? 160 : 74, [
              ...under(index),
              ...panel.lines.map((one) => drawn(x(index), one.series, one.tint, 0)),
            ]),
          );
      return { config: configOf(frame), vconcat } as unknown as ReturnType<Chart['spec']>;
    },
  };
}

function dashOf(place: number): readonly number[] {
  return DASHES[place % DASHES.length] ?? [];
}

function title(result: Result, busiest: readonly Panel[]): string {
  const first = busiest[0];
  if (first === undefined) return 'Nothing is busy';
  const until = Math.floor(result.horizonMs / result.resolutionMs);
  const saturated = first.lines.map((one) => {
    const within = one.series.slice(0, until);
    return {
      design: one.design,
      part: within.filter((value) => value !== null && value > 0.99).length / Math.max(1, within.length),
    };
  });
  const full = saturated.filter((one) => one.part > 0).sort((a, b) => b.part - a.part);
  if (full.length > 0) {
    const shown = full.length <= 3 ? full : [full[0], full.at(-1)].filter((one) => one !== undefined);
    return `${first.resource} has no capacity left ${list(shown.map((one) => `${share(one.part)} of the time in ${one.design}`))}`;
  }
  const peaks = first.lines.slice(0, 3).map((one) => `${share(peak(one.series)?.value ?? 0)} in ${one.design}`);
  return `Nothing runs at its limit: the busiest, ${first.resource}, peaks at ${list(peaks)}`;
}
