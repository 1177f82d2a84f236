/** How much of what was offered was completed within each time: a design that turns work away tops out below 100 %. */
import type { Result } from '../../experiment/result.ts';
import { completedWithin, completionLimitMs, designNames, designOf, timeToComplete } from '../findings.ts';
import { duration, list, share } from '../format.ts';
import { linearTicks, logTicks } from './axes.ts';
import type { Chart } from './chart.ts';
import type { Layer } from './layers.ts';
import { configOf, INK, tintOfDesign } from './theme.ts';

export function latencyDistributionChart(result: Result, traffic: string): Chart | undefined {
  const all = designNames(result).flatMap((name, index) => {
    const design = designOf(result, name);
    const pairs = design.distributions[`${traffic}.completionMs`] ?? [];
    const totals = design.traffic[traffic];
    if (totals === undefined || totals.offered === 0 || totals.completed === 0 || pairs.length < 2) return [];
    return [{ name, tint: tintOfDesign(index), pairs, done: totals.completed / totals.offered }];
  });
  if (all.length === 0) return undefined;
  const limit = completionLimitMs(result, traffic);
  const positive = all.flatMap((one) => one.pairs.map((pair) => pair[0])).filter((value) => value > 0);
  const low = positive.reduce((a, b) => Math.min(a, b), limit ?? Infinity);
  const high = positive.reduce((a, b) => Math.max(a, b), limit ?? 0);
  return {
    id: `distribution-${traffic}`,
    title: title(result, traffic, limit),
    subtitle: `Share of all offered ${traffic} that was completed within a time (completionMs, logarithmic); refused and lost work counts as never`,
    alt: `Distribution of the completion time of ${traffic} in ${list(all.map((one) => one.name))}, as a share of what was offered.`,
    legend: [
      ...all.map((one) => ({
        label: `${one.name}, ${share(one.done)} completed in the end`,
        tint: one.tint,
        mark: 'line' as const,
      })),
      ...(limit === undefined
        ? []
        : [{ label: `objective: ${duration(limit)}`, tint: INK, mark: 'line' as const, dash: [1, 3] }]),
    ],
    spec: (frame) => {
      const xTicks = logTicks(low * 0.8, high * 1.25, frame.narrow ? 4 : 8);
      const yTicks = linearTicks(1, 4, (value) => share(value).replace('.0 %', ' %'));
      const x = {
        field: 't',
        type: 'quantitative',
        scale: { type: 'log', domain: [xTicks.bottom, xTicks.top], nice: false },
        axis: { values: xTicks.values, labelExpr: xTicks.labelExpr, title: null, grid: true },
      };
      const y = {
        field: 'v',
        type: 'quantitative',
        scale: { domain: [0, 1], nice: false },
        axis: { values: yTicks.values, labelExpr: yTicks.labelExpr, title: null },
      };
      const layers: Layer[] = all.map((one) => ({
        data: {
          values: [
            { t: Math.max(xTicks.bottom, one.pairs[0]?.[0] ?? xTicks.bottom), v: 0 },
            ...one.pairs.map(([ms, reached]) => ({ t: Math.max(ms, xTicks.bottom), v: reached * one.done })),
            { t: xTicks.top, v: (one.pairs.at(-1)?.[1] ?? 1) * one.done },
          ],
        },
        mark: { type: 'line', color: one.tint.light, strokeWidth: 2.2 },
        encoding: { x, y },
      }));
      if (limit !== undefined) {
        layers.unshift({
          data: { values: [{ t: limit }] },
          mark: { type: 'rule', color: INK.light, strokeDash: [1, 3], strokeWidth: 1.4 },
          encoding: { x, y: { value: 0 }, y2: { value: 'height' } },
        });
      }
      return {
        config: configOf(frame),
        width: frame.plot,
        height: frame.narrow ? 200 : 240,
        layer: layers,
      } as unknown as ReturnType<Chart['spec']>;
    },
  };
}

function title(result: Result, traffic: string, limit: number | undefined): string {
  const names = designNames(result);
  if (limit !== undefined) {
    const shares = names.flatMap((name) => {
      const within = completedWithin(designOf(result, name), traffic, limit);
      return within === undefined ? [] : [{ name, within }];
    });
    shares.sort((a, b) => b.within - a.within);
    const shown = shares.length <= 3 ? shares : [shares[0], shares.at(-1)].filter((one) => one !== undefined);
    return `Within the ${duration(limit)} of the objective: ${list(shown.map((one, index) => `${share(one.within)}${index === 0 ? ' of all offered' : ''} in ${one.name}`))}`;
  }
  const halves = names.map((name) => ({ name, half: timeToComplete(designOf(result, name), traffic, 0.5) }));
  const known = halves.filter((one) => one.half !== undefined).sort((a, b) => (a.half ?? 0) - (b.half ?? 0));
  if (known.length === 0) return 'No design completes even half of what was offered';
  const shown = known.length <= 3 ? known : [known[0], known.at(-1)].filter((one) => one !== undefined);
  return `Half of all offered is done within ${list(shown.map((one) => `${duration(one.half)} in ${one.name}`))}`;
}
