/** The outcome of every request: what became of the work, and what the sender was told. */
import type { Result } from '../../experiment/result.ts';
import { ANSWER_WORDS, ANSWERS, designNames, designOf, FATE_WORDS, FATES, trafficNames } from '../findings.ts';
import { count, list, share } from '../format.ts';
import { linearTicks } from './axes.ts';
import { type Chart, type Frame, fullPlot } from './chart.ts';
import type { Layer } from './layers.ts';
import { configOf, FATE_TINTS, INK, MUTED, PAPER, type Tint } from './theme.ts';

interface Part {
  readonly key: string;
  readonly words: string;
  readonly value: number;
}

interface Bar {
  readonly name: string;
  readonly work: readonly Part[];
  readonly told: readonly Part[];
}

const MOST_BARS = 10;

export function outcomesChart(result: Result): Chart | undefined {
  const traffics = trafficNames(result);
  const bars: Bar[] = designNames(result)
    .flatMap((name) =>
      traffics.flatMap((traffic) => {
        const totals = designOf(result, name).traffic[traffic];
        if (totals === undefined || totals.offered === 0) return [];
        const part = (key: string, words: string, n: number): Part => ({ key, words, value: n / totals.offered });
        return [
          {
            name: traffics.length > 1 ? `${traffic} in ${name}` : name,
            work: FATES.map((key) => part(key, FATE_WORDS[key], totals[key])),
            told: ANSWERS.map((key) => part(key, ANSWER_WORDS[key], totals.response[key])),
          },
        ];
      }),
    )
    .slice(0, MOST_BARS);
  if (bars.length === 0) return undefined;
  const seen = (parts: readonly Part[]): Part[] => parts.filter((part) => part.value > 0);
  const legend = new Map<Tint, string[]>();
  for (const part of bars.flatMap((bar) => [...seen(bar.work), ...seen(bar.told)])) {
    const tint = FATE_TINTS[part.key] ?? MUTED;
    const twin = [...legend.keys()].find((one) => one.light === tint.light) ?? tint;
    const words = legend.get(twin) ?? [];
    if (!words.includes(part.words)) legend.set(twin, [...words, part.words]);
  }
  return {
    id: 'outcomes',
    title: title(result, bars, traffics.length > 1),
    subtitle:
      'Share of all offered requests; each bar sums to 100 %. What the sender was told need not be what became of the work',
    alt: `Stacked bars of what became of the work and what the senders were told, for ${list(bars.map((bar) => bar.name))}.`,
    legend: [...legend].map(([tint, words]) => ({ label: words.join(', '), tint, mark: 'square' as const })),
    bare: true,
    spec: (frame) =>
      ({
        config: configOf(frame),
        vconcat: [
          panel('what became of the work', bars, (bar) => bar.work, frame),
          panel('what the sender was told', bars, (bar) => bar.told, frame),
        ],
      }) as unknown as ReturnType<Chart['spec']>,
  };
}

function panel(label: string, bars: readonly Bar[], pick: (bar: Bar) => readonly Part[], frame: Frame): Layer {
  const width = fullPlot(frame);
  const row = 46;
  const pieces = bars.flatMap((bar, index) => {
    let from = 0;
    return pick(bar).flatMap((part) => {
      if (part.value <= 0) return [];
      const start = from;
      from += part.value;
      return [
        {
          x: start,
          x2: from,
          y: index * row + 16,
          y2: index * row + 36,
          key: part.key,
          label: part.value >= (frame.narrow ? 0.2 : 0.08) ? share(part.value) : '',
        },
      ];
    });
  });
  const height = bars.length * row;
  const y = (field: string) => ({
    field,
    type: 'quantitative',
    scale: { domain: [0, height], reverse: true, nice: false },
    axis: null,
  });
  const ticks = linearTicks(1, 4, (value) => share(value).replace('.0 %', ' %'));
  const x = {
    field: 'x',
    type: 'quantitative',
    scale: { domain: [0, 1], nice: false },
    axis: { values: ticks.values, labelExpr: ticks.labelExpr, title: null, domain: false, ticks: false },
  };
  const keys = [...new Set(pieces.map((piece) => piece.key))];
  return {
    title: label,
    width,
    height,
    layer: [
      {
        data: { values: bars.map((bar, index) => ({ x: 0, y: index * row + 12, name: bar.name })) },
        mark: { type: 'text', align: 'left', baseline: 'bottom', color: INK.light, limit: width },
        encoding: { x, y: y('y'), text: { field: 'name' } },
      },
      ...keys.map((key) => ({
        data: { values: pieces.filter((piece) => piece.key === key) },
        mark: { type: 'rect', color: (FATE_TINTS[key] ?? MUTED).light },
        encoding: { x, x2: { field: 'x2' }, y: y('y'), y2: { field: 'y2' } },
      })),
      {
        data: {
          values: pieces
            .filter((piece) => piece.label !== '')
            .map((piece) => ({ ...piece, x: (piece.x + piece.x2) / 2, y: piece.y + 10.5 })),
        },
        mark: { type: 'text', align: 'center', baseline: 'middle', color: PAPER.light, fontWeight: 600 },
        encoding: { x, y: y('y'), text: { field: 'label' } },
      },
    ],
  };
}

function title(result: Result, bars: readonly Bar[], several: boolean): string {
  const done = bars.map((bar) => {
    const completed = bar.work.find((part) => part.key === 'completed')?.value ?? 0;
    const worst = bar.work.filter((part) => part.key !== 'completed').reduce((a, b) => (b.value > a.value ? b : a));
    return { name: bar.name, completed, worst };
  });
  const offered = Object.values(designOf(result, designNames(result)[0] ?? '').traffic).reduce(
    (sum, one) => sum + one.offered,
    0,
  );
  if (done.every((one) => one.completed === 1)) return `Every one of ${count(offered)} requests was completed`;
  const sorted = done.length <= 3 ? done : [...done].sort((a, b) => b.completed - a.completed);
  const shown = sorted.length <= 3 ? sorted : [sorted[0], sorted.at(-1)].filter((one) => one !== undefined);
  if (several) {
    const parts = shown.map(
      (one) =>
        `${one.completed === 1 ? 'all' : share(one.completed)} of ${one.name}${one.worst.value >= 0.001 ? ` (${share(one.worst.value)} ${one.worst.words})` : ''}`,
    );
    return `Completed: ${list(parts)}`;
  }
  const words = shown.map((one) =>
    one.completed === 1
      ? `${one.name} completes all of it`
      : `${one.name} completes ${one.completed === 0 ? 'nothing' : share(one.completed)}${one.worst.value >= 0.001 ? ` (${share(one.worst.value)} ${one.worst.words})` : ''}`,
  );
  return `Of ${count(offered)} requests ${list(words)}`;
}
