/** Offered against completed over time: where the lines part, work waits or is turned away. */
import type { Result } from '../../experiment/result.ts';
import { designNames, designOf, disturbancesOf, median, peak, seriesOf, type Series } from '../findings.ts';
import { duration, list, rate } from '../format.ts';
import { linearTicks } from './axes.ts';
import type { Chart } from './chart.ts';
import {
  area,
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
import { configOf, MUTED, OFFERED, tintOfDesign } from './theme.ts';

export function loadChart(result: Result, traffic: string): Chart | undefined {
  const names = designNames(result).filter(
    (name) => seriesOf(designOf(result, name), traffic, 'completed') !== undefined,
  );
  const first = names[0];
  if (first === undefined) return undefined;
  const perSecond = 1000 / result.resolutionMs;
  const raw = seriesOf(designOf(result, first), traffic, 'offered') ?? [];
  const grain = grainOf(result, raw);
  const offered = coarser(raw, grain);
  const lines = names.map((name) => {
    const design = designOf(result, name);
    return {
      name,
      tint: tintOfDesign(designNames(result).indexOf(name)),
      series: coarser(seriesOf(design, traffic, 'completed') ?? [], grain),
      // A mean of the lowest is not the lowest of the means: without the buckets of each replication there is no band.
      range: grain > 1 ? undefined : design.bands[traffic]?.['completed'],
    };
  });
  const top = Math.max(peak(offered)?.value ?? 0, ...lines.map((one) => peak(one.series)?.value ?? 0)) * perSecond;
  const several = result.replications > 1;
  return {
    id: `load-${traffic}`,
    title: title(result, offered, lines, perSecond),
    subtitle: `Offered and completed requests of ${traffic}, per second, means over ${duration(result.resolutionMs * grain)}${several ? `; mean of ${result.replications} replications${lines.some((one) => one.range !== undefined) ? ', band from the lowest to the highest' : ''}` : ''}`,
    alt: `Line chart over time: the rate of ${traffic} offered, and completed by ${list(names)}.`,
    legend: [
      { label: 'offered', tint: OFFERED, mark: 'area' },
      ...(lines.length > MOST_IN_ONE
        ? [{ label: 'completed', tint: MUTED, mark: 'line' as const }]
        : lines.map((one) => ({ label: `${one.name} completed`, tint: one.tint, mark: 'line' as const }))),
      ...disturbanceLegend(result),
    ],
    spec: (frame) => {
      const many = lines.length > MOST_IN_ONE;
      const y = valueY(linearTicks(top, many ? 2 : frame.narrow ? 4 : 5, (value) => (value === 0 ? '0' : rate(value))));
      const finer = many ? { ...frame, points: frame.points / 2 } : frame;
      const offeredPoints = pointsOf(result, offered, perSecond);
      const layers = (x: Layer, shown: typeof lines, labels: 'all' | 'none'): Layer[] => [
        ...disturbanceLayers(result, frame, x, labels),
        area(offeredPoints, finer, x, y, OFFERED, 0.22),
        line(offeredPoints, finer, x, y, { tint: OFFERED, width: 1.2 }),
        ...shown.flatMap((one) => band(result, one.range, perSecond, finer, x, y, one.tint)),
        ...shown.map((one) => line(pointsOf(result, one.series, perSecond), finer, x, y, { tint: one.tint })),
      ];
      const spec: Layer = many
        ? {
            vconcat: lines.map((one, index) =>
              panelOf(
                one.name,
                frame,
                62,
                layers(timeX(result, frame, index === lines.length - 1), [one], index === 0 ? 'all' : 'none'),
              ),
            ),
          }
        : {
            width: frame.plot,
            height: frame.narrow ? 200 : 250,
            layer: layers(timeX(result, frame, true), lines, 'all'),
          };
      return { config: configOf(frame), ...spec } as unknown as ReturnType<Chart['spec']>;
    },
  };
}

function title(
  result: Result,
  offered: Series,
  lines: readonly { readonly name: string; readonly series: Series }[],
  perSecond: number,
): string {
  const top = peak(offered);
  if (top === undefined || top.value === 0) return 'Nothing was offered';
  const storm = disturbancesOf(result, null).some(
    (one) =>
      one.kind === 'spike' &&
      top.index * result.resolutionMs >= one.fromMs &&
      top.index * result.resolutionMs < one.toMs,
  );
  const when = storm ? 'in the spike' : 'at the peak';
  const ceilings = lines.map((one) => ({ name: one.name, value: peak(one.series)?.value ?? 0 }));
  const peakText = `${rate(top.value * perSecond)} ${when}`;
  if (ceilings.every((one) => one.value === 0)) return `${peakText} offered, and nothing is completed`;
  const fifth = Math.floor(result.horizonMs / result.resolutionMs / 5);
  const ends = lines.map((one) => ({ name: one.name, part: partDone(offered, one.series, fifth * 4, fifth * 5) }));
  const down = ends.filter((one) => one.part !== undefined && one.part < 0.8);
  if (down.length > 0) {
    const parts = down.map((one) => one.part ?? 0).sort((a, b) => a - b);
    const [least = 0, most = 0] = [parts[0], parts.at(-1)];
    const part =
      most < 0.005
        ? 'nothing'
        : wholePercent(least) === wholePercent(most)
          ? `only ${wholePercent(most)}`
          : `only ${wholePercent(least)} to ${wholePercent(most)}`;
    const rest = lines.length - down.length;
    const others = rest === 0 ? '' : `; the other ${rest === 1 ? 'design keeps' : `${rest} designs keep`} up`;
    return `At the end ${list(down.map((one) => one.name))} ${down.length === 1 ? 'completes' : 'complete'} ${part} of what is offered${others}`;
  }
  const short = ceilings.filter((one) => one.value < top.value * 0.9);
  const usual =
    median(
      offered.filter((value) => (value ?? 0) > 0),
      0,
      offered.length,
    ) ?? 0;
  if ((storm || top.value > usual * 2) && short.length > 0) {
    const told = short.slice(0, 3).map((one) => `${rate(one.value * perSecond)} in ${one.name}`);
    const more = short.length > 3 ? ` (and ${short.length - 3} more)` : '';
    return `Offered ${peakText}; the most that comes out is ${list(told)}${more}`;
  }
  const dips = lines
    .map((one) => ({ name: one.name, part: lowest(offered, one.series) }))
    .sort((a, b) => a.part - b.part);
  const [worst] = dips;
  if (worst !== undefined && worst.part < 0.7) {
    const same = dips.filter((one) => one.part < worst.part + 0.02);
    return `${list(same.map((one) => one.name))} ${same.length === 1 ? 'falls' : 'fall'} to ${worst.part < 0.005 ? 'nothing' : wholePercent(worst.part)} of what is offered for a while`;
  }
  if (short.length > 0) {
    const told = short.slice(0, 3).map((one) => `${rate(one.value * perSecond)} in ${one.name}`);
    return `Offered ${peakText}; the most that comes out is ${list(told)}${short.length > 3 ? ` (and ${short.length - 3} more)` : ''}`;
  }
  return `${lines.length === 1 ? `${lines[0]?.name ?? ''} keeps` : 'All designs keep'} up with what is offered, ${peakText}`;
}

function wholePercent(part: number): string {
  return `${Math.round(part * 100)} %`;
}

/** Completed as a share of offered in buckets [from, to); undefined where nothing was offered. */
function partDone(offered: Series, completed: Series, from: number, to: number): number | undefined {
  const sum = (series: Series): number =>
    series.slice(from, to).reduce((total: number, value) => total + (value ?? 0), 0);
  const all = sum(offered);
  return all === 0 ? undefined : sum(completed) / all;
}

/** The lowest share completed in any sixtieth of the time in which there is traffic. */
function lowest(offered: Series, completed: Series): number {
  const busy = offered.reduce((last: number, value, index) => ((value ?? 0) > 0 ? index + 1 : last), 0);
  const width = Math.max(5, Math.floor(busy / 60));
  let least = 1;
  for (let from = 0; from + width <= busy; from += width) {
    least = Math.min(least, partDone(offered, completed, from, from + width) ?? 1);
  }
  return least;
}

/** Requests that a bucket should hold, so that the eye sees the rate and not the dice. */
const ENOUGH = 40;
/** Buckets that stay at least. */
const FEWEST = 100;

/** How many buckets to take together. */
function grainOf(result: Result, offered: Series): number {
  const busy = offered.filter((value): value is number => value !== null && value > 0).sort((a, b) => a - b);
  const usual = (busy[Math.floor(busy.length / 2)] ?? ENOUGH) * result.replications;
  return Math.max(1, Math.min(Math.ceil(ENOUGH / usual), Math.floor(offered.length / FEWEST)));
}

/** Each value becomes the mean of its group of buckets. */
function coarser(series: Series, grain: number): Series {
  if (grain === 1) return series;
  return series.map((_, index) => {
    const from = index - (index % grain);
    const group = series.slice(from, from + grain).filter((value): value is number => value !== null);
    return group.length === 0 ? null : group.reduce((sum, value) => sum + value, 0) / group.length;
  });
}
