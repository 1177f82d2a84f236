/** Backlog, and the age of the oldest waiting work, over time. */
import type { Disturbance, Result } from '../../experiment/result.ts';
import {
  AGE_METRICS,
  BACKLOG_METRICS,
  designNames,
  designOf,
  disturbancesOf,
  firstUnder,
  median,
  peak,
  type Series,
} from '../findings.ts';
import { count, duration, list } from '../format.ts';
import { durationTicks, linearTicks } from './axes.ts';
import type { Chart } from './chart.ts';
import {
  band,
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
import { configOf, DASHES, type Tint, tintOfDesign } from './theme.ts';

interface Backlog {
  readonly design: string;
  readonly resource: string;
  readonly metric: string;
  readonly tint: Tint;
  readonly dash: readonly number[];
  readonly series: Series;
  readonly top: number;
  readonly age: { readonly series: Series; readonly toMs: number } | undefined;
}

/** Each design's largest backlogs, at most `most`; what never waits is left out. */
export function backlogs(result: Result, most = 3): Backlog[] {
  return designNames(result).flatMap((name, index) => {
    const design = designOf(result, name);
    const found = Object.keys(design.resources).flatMap((resource) => {
      const metric = BACKLOG_METRICS.find((one) => design.series[resource]?.[one] !== undefined);
      const series = metric === undefined ? undefined : design.series[resource]?.[metric];
      const top = peak(series)?.value ?? 0;
      if (metric === undefined || series === undefined || top < 0.5) return [];
      const age = AGE_METRICS.find(([one]) => design.series[resource]?.[one] !== undefined);
      const ages = age === undefined ? undefined : design.series[resource]?.[age[0]];
      return [
        {
          resource,
          metric,
          series,
          top,
          age: age === undefined || ages === undefined ? undefined : { series: ages, toMs: age[1] },
        },
      ];
    });
    const largest = Math.max(0, ...found.map((one) => one.top));
    return found
      .filter((one) => one.top >= largest * 0.01)
      .sort((a, b) => b.top - a.top)
      .slice(0, most)
      .map((one, place) => ({
        ...one,
        design: name,
        tint: tintOfDesign(index),
        dash: DASHES[place % DASHES.length] ?? [],
      }));
  });
}

export function backlogChart(result: Result): Chart | undefined {
  const all = backlogs(result, designNames(result).length > 3 ? 1 : 3);
  if (all.length === 0) return undefined;
  const top = Math.max(...all.map((one) => Math.max(one.top, ...(bandOf(result, one)?.high ?? []).map((v) => v ?? 0))));
  const aged = all.filter((one) => one.age !== undefined && (peak(one.age.series)?.value ?? 0) > 0);
  const oldest = Math.max(0, ...aged.map((one) => (peak(one.age?.series)?.value ?? 0) * (one.age?.toMs ?? 1)));
  return {
    id: 'backlog',
    title: title(result, all),
    subtitle: `${[...new Set(all.map((one) => one.metric))].join(', ')} (count)${aged.length > 0 ? ' and age of the oldest message' : ''} over time${result.replications > 1 ? `; mean of ${result.replications} replications` : ''}`,
    alt: `Line chart over time of the work that waits in ${list(all.map((one) => `${one.design} at ${one.resource}`))}.`,
    legend: [
      ...all.map((one) => ({
        label: `${one.design} · ${one.resource}`,
        tint: one.tint,
        mark: 'line' as const,
        dash: one.dash,
      })),
      ...disturbanceLegend(result),
    ],
    spec: (frame) => {
      const two = aged.length > 0;
      const designs = [...new Set(all.map((one) => one.design))];
      const many = designs.length > MOST_IN_ONE;
      const finer = many ? { ...frame, points: frame.points / 2 } : frame;
      const y1 = valueY(linearTicks(top, many ? 2 : 4, count));
      const layers = (x: Layer, shown: readonly Backlog[], labels: 'letters' | 'none'): Layer[] => [
        ...disturbanceLayers(result, frame, x, labels),
        ...shown.flatMap((one) => band(result, bandOf(result, one), 1, finer, x, y1, one.tint)),
        ...shown.map((one) => line(pointsOf(result, one.series, 1), finer, x, y1, one)),
      ];
      const waiting = many
        ? designs.map((name, index) =>
            panelOf(
              name,
              frame,
              62,
              layers(
                timeX(result, frame, !two && index === designs.length - 1),
                all.filter((one) => one.design === name),
                index === 0 ? 'letters' : 'none',
              ),
            ),
          )
        : [panelOf('waiting', frame, frame.narrow ? 160 : 190, layers(timeX(result, frame, !two), all, 'letters'))];
      const x2 = timeX(result, frame, true);
      const y2 = valueY(durationTicks(oldest, 4));
      const age = panelOf('age of the oldest', frame, frame.narrow ? 110 : 120, [
        ...disturbanceLayers(result, frame, x2, 'none'),
        ...aged.map((one) => line(pointsOf(result, one.age?.series ?? [], one.age?.toMs ?? 1), frame, x2, y2, one)),
      ]);
      return { config: configOf(frame), vconcat: two ? [...waiting, age] : waiting } as unknown as ReturnType<
        Chart['spec']
      >;
    },
  };
}

function bandOf(result: Result, one: Backlog): { readonly low: Series; readonly high: Series } | undefined {
  return designOf(result, one.design).bands[one.resource]?.[one.metric];
}

/** The last disturbance that had begun when the backlog was largest. */
function causeOf(result: Result, one: Backlog): Disturbance | undefined {
  const at = ((peak(one.series)?.index ?? 0) + 0.5) * result.resolutionMs;
  return disturbancesOf(result, one.design)
    .filter((each) => each.fromMs <= at)
    .at(-1);
}

/** What happens to the largest backlog: how high, and when it is gone. */
export function backlogStory(result: Result, one: Backlog): string {
  const top = peak(one.series);
  if (top === undefined) return '';
  const at = (top.index + 0.5) * result.resolutionMs;
  const cause = causeOf(result, one);
  const calm = cause === undefined ? 0 : (median(one.series, 0, Math.floor(cause.fromMs / result.resolutionMs)) ?? 0);
  const gone = firstUnder(one.series, top.index + 1, Math.max(top.value * 0.01, calm * 1.5));
  const peaks = `peaks at ${count(Math.round(top.value))}`;
  const stop = Math.min(one.series.length, Math.floor(result.horizonMs / result.resolutionMs)) - 1;
  const left = one.series[stop] ?? 0;
  if (left > top.value * 0.05 && left > calm * 1.5) {
    return top.index >= stop - 2
      ? `grows to ${count(Math.round(top.value))} until the traffic stops`
      : `${peaks} and is ${left > top.value * 0.95 ? 'no smaller' : `still ${count(Math.round(left))}`} when the traffic stops`;
  }
  if (gone === undefined) {
    const last = one.series.at(-1) ?? 0;
    return `${peaks} and is ${last > top.value * 0.9 ? 'as large' : `still ${count(Math.round(last))}`} when the run ends`;
  }
  const goneMs = (gone + 0.5) * result.resolutionMs;
  if (cause === undefined) return `${peaks} and is gone ${duration(goneMs - at)} later`;
  return goneMs <= cause.toMs
    ? `${peaks} and is gone before the ${cause.kind} ends`
    : `${peaks} and is gone ${about(goneMs - cause.toMs)} after the ${cause.kind}`;
}

/** No more digits than a bucket's width justifies. */
function about(ms: number): string {
  return duration(ms >= 120_000 ? Math.round(ms / 60_000) * 60_000 : ms >= 10_000 ? Math.round(ms / 1000) * 1000 : ms);
}

function title(result: Result, all: readonly Backlog[]): string {
  const largest = all.reduce((a, b) => (b.top > a.top ? b : a));
  const totals = Object.values(designOf(result, largest.design).traffic);
  const turnedAway = totals.some((one) => one.rejected > one.offered * 0.001);
  const where = `${largest.resource} in ${largest.design}`;
  if (turnedAway) return `The longest queue is ${where}: it ${backlogStory(result, largest)}`;
  const cause = causeOf(result, largest);
  const lead =
    cause === undefined
      ? `In ${largest.design}`
      : `${largest.design} ${cause.kind === 'spike' ? 'takes the spike in' : 'rides the fault out'}:`;
  return `${lead} the backlog of ${largest.resource} ${backlogStory(result, largest)}`;
}
