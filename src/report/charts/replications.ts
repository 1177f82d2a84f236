/** All replications as dots: whether the runs agree, or end in two regimes. */
import type { Interval, Result } from '../../experiment/result.ts';
import { wordsOfKey } from '../sentences.ts';
import { designNames, designOf } from '../findings.ts';
import { duration, formatterOfField, list, plural, range, share } from '../format.ts';
import { durationTicks, linearTicks, logTicks, type Ticks } from './axes.ts';
import { type Chart, type Frame, fullPlot } from './chart.ts';
import type { Layer } from './layers.ts';
import { configOf, GRID, INK, MUTED, type Tint, tintOfDesign } from './theme.ts';

interface Row {
  readonly design: string;
  readonly tint: Tint;
  readonly values: readonly number[];
  readonly never: number;
  readonly interval: Interval | undefined;
  readonly threshold: number | undefined;
}

interface Panel {
  readonly key: string;
  readonly field: string;
  readonly rows: readonly Row[];
}

const MOST_PANELS = 4;

export function replicationsChart(result: Result): Chart | undefined {
  if (result.replications < 2) return undefined;
  const names = designNames(result);
  const keys = [...new Set(names.flatMap((name) => Object.keys(designOf(result, name).perReplication)))];
  const panels: Panel[] = keys
    .map((key) => ({
      key,
      field: key.slice(key.indexOf('.') + 1),
      rows: names.flatMap((design, index): Row[] => {
        const found = designOf(result, design);
        const all = found.perReplication[key];
        if (all === undefined) return [];
        const values = all.filter((value): value is number => value !== null && Number.isFinite(value));
        return [
          {
            design,
            tint: tintOfDesign(index),
            values,
            never: all.length - values.length,
            interval: comparable(found.intervals[key], values),
            threshold: found.regimes.find((one) => one.metric === key)?.threshold,
          },
        ];
      }),
    }))
    .filter((panel) => panel.rows.some((row) => row.values.some((value) => value !== 0)))
    .slice(0, MOST_PANELS);
  if (panels.length === 0) return undefined;
  return {
    id: 'replications',
    title: title(result, panels),
    subtitle: `One dot a replication (${result.replications}): ${panels.map((panel) => panel.key).join(', ')}; the bar is the confidence interval of the value in the table`,
    alt: `Strip plot: each replication's ${list(panels.map((panel) => panel.key))} for ${list(names)}.`,
    legend: names.map((name, index) => ({ label: name, tint: tintOfDesign(index), mark: 'dot' as const })),
    bare: true,
    spec: (frame) =>
      ({ config: configOf(frame), vconcat: panels.map((panel) => panelSpec(panel, frame)) }) as unknown as ReturnType<
        Chart['spec']
      >,
  };
}

/** The interval, where it speaks of the same quantity as the dots (not of the sum over the replications). */
function comparable(interval: Interval | undefined, values: readonly number[]): Interval | undefined {
  if (interval?.low == null || interval.high === null || values.length === 0) return undefined;
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const room = Math.max(high - low, Math.abs(high) * 0.02);
  return interval.high >= low - 3 * room && interval.low <= high + 3 * room ? interval : undefined;
}

function panelSpec(panel: Panel, frame: Frame): Layer {
  const width = fullPlot(frame);
  const format = formatterOfField(panel.field);
  const timed = format === duration;
  const every = panel.rows.flatMap((row) => [
    ...row.values,
    ...(row.interval === undefined ? [] : [row.interval.low ?? 0, row.interval.high ?? 0]),
  ]);
  const low = every.reduce((a, b) => Math.min(a, b), Infinity);
  const high = every.reduce((a, b) => Math.max(a, b), 0);
  const log = timed && low > 0 && high / low > 8;
  const ticks: Ticks = log
    ? logTicks(low * 0.85, high * 1.15, frame.narrow ? 4 : 7)
    : timed
      ? durationTicks(high, frame.narrow ? 4 : 7)
      : linearTicks(high, frame.narrow ? 4 : 7, format);
  const x = {
    field: 'x',
    type: 'quantitative',
    scale: log
      ? { type: 'log', domain: [low * 0.85, ticks.top], nice: false }
      : { domain: [0, ticks.top], nice: false },
    axis: { values: ticks.values, labelExpr: ticks.labelExpr, title: null, grid: true, domain: false, ticks: false },
  };
  const row = 50;
  const height = panel.rows.length * row;
  const y = {
    field: 'y',
    type: 'quantitative',
    scale: { domain: [0, height], reverse: true, nice: false },
    axis: null,
  };
  const layers: Layer[] = [];
  panel.rows.forEach((one, index) => {
    const middle = index * row + 32;
    layers.push({
      data: {
        values: [
          { y: index * row + 13, name: `${one.design}${one.never > 0 ? ` (${one.never} without a value)` : ''}` },
        ],
      },
      mark: { type: 'text', align: 'left', baseline: 'bottom', color: INK.light, limit: width },
      encoding: { x: { value: 0 }, y, text: { field: 'name' } },
    });
    layers.push({
      data: { values: [{ y: middle }] },
      mark: { type: 'rule', color: GRID.light },
      encoding: { x: { value: 0 }, x2: { value: 'width' }, y },
    });
    if (one.interval !== undefined) {
      layers.push({
        data: { values: [{ x: one.interval.low, x2: one.interval.high, y: middle }] },
        mark: { type: 'rule', color: one.tint.light, strokeWidth: 12, opacity: 0.25, strokeCap: 'butt' },
        encoding: { x, x2: { field: 'x2' }, y },
      });
    }
    if (one.threshold !== undefined) {
      layers.push({
        data: { values: [{ x: one.threshold, y: middle - 12, y2: middle + 12 }] },
        mark: { type: 'rule', color: MUTED.light, strokeDash: [3, 2] },
        encoding: { x, y, y2: { field: 'y2' } },
      });
    }
    layers.push({
      data: { values: one.values.map((value, i) => ({ x: value, y: middle + (((i * 0.618034) % 1) - 0.5) * 12 })) },
      mark: { type: 'point', filled: true, size: frame.narrow ? 24 : 34, color: one.tint.light, opacity: 0.8 },
      encoding: { x, y },
    });
  });
  return { title: wordsOfKey(panel.key), width, height, layer: layers };
}

function title(result: Result, panels: readonly Panel[]): string {
  const split = designNames(result).flatMap((name) =>
    designOf(result, name).regimes.map(
      (regime) =>
        `${share(regime.collapsed.estimate)} of the runs of ${name} collapse (${range(regime.collapsed, share)})`,
    ),
  );
  if (split.length > 0) return `Two regimes: ${list(split)}`;
  const panel = panels[0];
  if (panel === undefined) return '';
  const format = formatterOfField(panel.field);
  const words = panel.rows
    .filter((row) => row.values.length > 1)
    .slice(0, 3)
    .map((row) => {
      const low = row.values.reduce((a, b) => Math.min(a, b));
      const high = row.values.reduce((a, b) => Math.max(a, b));
      return format(low) === format(high)
        ? `all ${format(low)} in ${row.design}`
        : `${format(low)} to ${format(high)} in ${row.design}`;
    });
  return `${capital(wordsOfKey(panel.key))} over ${plural(result.replications, 'replication')}: ${list(words)}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
