/** Offered against completed over time: where the lines part, work waits or is turned away. */
import type { Result } from '../../experiment/result.ts';
import { designNames, designOf, disturbancesOf, peak, seriesOf, type Series } from '../findings.ts';
import { duration, list, rate } from '../format.ts';
import { linearTicks } from './axes.ts';
import type { Chart } from './chart.ts';
import { area, band, disturbanceLayers, disturbanceLegend, line, pointsOf, timeX, valueY } from './layers.ts';
import { configOf, OFFERED, tintOfDesign } from './theme.ts';

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
  const many = result.replications > 1;
  return {
    id: `load-${traffic}`,
    title: title(result, offered, lines, perSecond),
    subtitle: `Offered and completed requests of ${traffic}, per second, means over ${duration(result.resolutionMs * grain)}${many ? `; mean of ${result.replications} replications${lines.some((one) => one.range !== undefined) ? ', band from the lowest to the highest' : ''}` : ''}`,
    alt: `Line chart over time: the rate of ${traffic} offered, and completed by ${list(names)}.`,
    legend: [
      { label: 'offered', tint: OFFERED, mark: 'area' },
      ...lines.map((one) => ({ label: `${one.name} completed`, tint: one.tint, mark: 'line' as const })),
      ...disturbanceLegend(result),
    ],
    spec: (frame) => {
      const x = timeX(result, frame, true);
      const y = valueY(linearTicks(top, frame.narrow ? 4 : 5, (value) => (value === 0 ? '0' : rate(value))));
      const offeredPoints = pointsOf(result, offered, perSecond);
      return {
        config: configOf(frame),
        width: frame.plot,
        height: frame.narrow ? 200 : 250,
        layer: [
          ...disturbanceLayers(result, frame, x, 'all'),
          area(offeredPoints, frame, x, y, OFFERED, 0.22),
          line(offeredPoints, frame, x, y, { tint: OFFERED, width: 1.2 }),
          ...lines.flatMap((one) => band(result, one.range, perSecond, frame, x, y, one.tint)),
          ...lines.map((one) => line(pointsOf(result, one.series, perSecond), frame, x, y, { tint: one.tint })),
        ],
      } as unknown as ReturnType<Chart['spec']>;
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
  const short = ceilings.filter((one) => one.value < top.value * 0.9);
  if (short.length === 0)
    return `${lines.length === 1 ? `${lines[0]?.name ?? ''} keeps` : 'All designs keep'} up with the ${peakText}`;
  const told = short.slice(0, 3).map((one) => `${rate(one.value * perSecond)} in ${one.name}`);
  const more = short.length > 3 ? ` (and ${short.length - 3} more)` : '';
  return `Offered ${peakText}; the most that comes out is ${list(told)}${more}`;
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
