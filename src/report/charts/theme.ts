/** Colours and type of every chart. Each colour has a twin for the dark scheme; a style sheet swaps them, so the marks are drawn once. */
import type { Config } from 'vega-lite';

export interface Tint {
  readonly light: string;
  readonly dark: string;
}

/** Told apart with any kind of colour vision, by hue and by lightness; in the order in which designs are declared. */
const DESIGNS: readonly Tint[] = [
  { light: '#1668c1', dark: '#63b0ff' },
  { light: '#d1550b', dark: '#ff9c57' },
  { light: '#0a8467', dark: '#3fcfa8' },
  { light: '#9a3fae', dark: '#dc95ec' },
  { light: '#8f7000', dark: '#e3c64e' },
  { light: '#b0174b', dark: '#ff86a8' },
  { light: '#08708a', dark: '#5fd0e6' },
  { light: '#565f70', dark: '#b4bdcc' },
];

export const INK: Tint = { light: '#1d2430', dark: '#e7eaf0' };
export const MUTED: Tint = { light: '#5a6475', dark: '#a5afbf' };
export const GRID: Tint = { light: '#e3e7ed', dark: '#2e3541' };
export const RULE: Tint = { light: '#9aa4b3', dark: '#6b7686' };
export const PAPER: Tint = { light: '#fefefe', dark: '#171b22' };
export const OFFERED: Tint = { light: '#8d97a8', dark: '#8b95a7' };
export const SPIKE: Tint = { light: '#f6c445', dark: '#d9a514' };
export const FAULT: Tint = { light: '#e58a8a', dark: '#d36b6b' };

/** What became of work, and what senders were told. */
export const FATE_TINTS: Readonly<Record<string, Tint>> = {
  completed: { light: '#5b8fb0', dark: '#6fa6c9' },
  ok: { light: '#5b8fb0', dark: '#6fa6c9' },
  rejected: { light: '#d2503f', dark: '#f0776a' },
  refused: { light: '#d2503f', dark: '#f0776a' },
  lost: { light: '#6e1423', dark: '#ff4d6d' },
  deadLettered: { light: '#7a4a9e', dark: '#bd93dd' },
  expired: { light: '#c98a00', dark: '#e9b949' },
  timedOut: { light: '#c98a00', dark: '#e9b949' },
  inSystem: { light: '#b8c0cc', dark: '#596372' },
  waiting: { light: '#b8c0cc', dark: '#596372' },
};

/** Of sequence charts alone. */
export const ALARM: Tint = { light: '#a8201a', dark: '#ff9d94' };

export const SURFACES: readonly Tint[] = [INK, MUTED, GRID, RULE, PAPER, OFFERED, SPIKE, FAULT];

/** Every colour that a chart may use. */
export const TINTS: readonly Tint[] = [
  ...new Map([...DESIGNS, ...SURFACES, ...Object.values(FATE_TINTS)].map((tint) => [tint.light, tint])).values(),
];

/** The colour of the design at a place in the declared order. */
export function tintOfDesign(index: number): Tint {
  return DESIGNS[index % DESIGNS.length] ?? MUTED;
}

/** Dashes, so that lines of one colour can be told apart. */
export const DASHES: readonly (readonly number[])[] = [[], [7, 3], [2, 3], [9, 3, 2, 3]];

export const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/** Room for the labels of the vertical axis, pixels. */
export function leftMargin(frame: { readonly narrow: boolean }): number {
  return frame.narrow ? 50 : 58;
}

/** Vega-Lite's configuration; a narrow drawing has a smaller left margin. */
export function configOf(frame: { readonly narrow: boolean }): Config {
  const left = leftMargin(frame);
  return {
    font: FONT,
    aria: false,
    padding: { left: 2, right: 14, top: 4, bottom: 2 },
    view: { stroke: null },
    concat: { spacing: 18 },
    axis: {
      domainColor: RULE.light,
      tickColor: RULE.light,
      gridColor: GRID.light,
      labelColor: MUTED.light,
      titleColor: MUTED.light,
      labelFontSize: 11.5,
      labelFontWeight: 'normal',
      titleFontSize: 11.5,
      titleFontWeight: 'normal',
      labelPadding: 5,
      tickSize: 4,
      labelOverlap: false,
    },
    axisY: { domain: false, ticks: false, minExtent: left, maxExtent: left },
    axisX: { grid: false },
    title: { color: INK.light, fontSize: 12, fontWeight: 600, anchor: 'start', frame: 'group', offset: 8 },
    text: { color: INK.light, fontSize: 11.5 },
    line: { strokeWidth: 2, strokeCap: 'round', strokeJoin: 'round' },
  };
}

/** Rules for the dark scheme, each beginning with `scope`. */
export function darkRules(scope: string, tints: readonly Tint[] = TINTS): string {
  return tints
    .map(({ light, dark }) => `${scope}[fill="${light}"]{fill:${dark}}${scope}[stroke="${light}"]{stroke:${dark}}`)
    .join('');
}
