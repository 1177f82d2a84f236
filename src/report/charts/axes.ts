/** Ticks and their labels, written by our own formatters: a chart never labels a number by itself. */
import { duration, type Formatter } from '../format.ts';

export interface Ticks {
  readonly values: readonly number[];
  /** For Vega: looks the label of a value up. */
  readonly labelExpr: string;
  /** End of the scale. */
  readonly top: number;
}

/** `1.50 s` as `1.5 s`: ticks are round numbers. */
function withoutZeros(text: string): string {
  return text.replace(/(\.\d*?)0+(?=\D|$)/, '$1').replace(/\.(?=\D|$)/, '');
}

function ticks(values: readonly number[], label: (value: number) => string, top: number): Ticks {
  const table = Object.fromEntries(values.map((value) => [String(value), withoutZeros(label(value))]));
  return { values, labelExpr: `(${JSON.stringify(table)})[datum.value]`, top };
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TIME_STEPS: readonly number[] = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 30, 100, 365, 1000, 3650].map((n) => n * DAY),
];

/** Instants of a time axis from 0 to `endMs`, at most `most` of them, on whole seconds, minutes, hours or days. */
export function timeTicks(endMs: number, most: number): Ticks {
  const step = TIME_STEPS.find((one) => endMs / one <= most) ?? endMs;
  const values: number[] = [];
  for (let value = 0; value <= endMs * 1.0001; value += step) values.push(value);
  return ticks(values, (value) => (value === 0 ? '0' : duration(value)), endMs);
}

/** Round values from 0 to at least `max`. */
export function linearTicks(max: number, most: number, format: Formatter): Ticks {
  const reach = max > 0 && Number.isFinite(max) ? max : 1;
  let unit = 1;
  while (unit > reach) unit /= 10;
  while (unit * 10 <= reach) unit *= 10;
  unit /= 10;
  const step = [1, 2, 2.5, 5, 10, 20, 25, 50].map((n) => n * unit).find((one) => reach / one <= most) ?? unit * 50;
  return upTo(reach, step, format);
}

function upTo(reach: number, step: number, format: Formatter): Ticks {
  const values: number[] = [];
  const steps = Math.ceil(reach / step - 1e-9);
  for (let i = 0; i <= steps; i++) values.push(Number((i * step).toPrecision(12)));
  return ticks(values, format, values[values.length - 1] ?? reach);
}

/** A linear axis of durations in milliseconds: steps of whole seconds, minutes, hours. */
export function durationTicks(maxMs: number, most: number): Ticks {
  const reach = maxMs > 0 && Number.isFinite(maxMs) ? maxMs : 1;
  const step = TIME_STEPS.find((one) => reach / one <= most);
  return step === undefined || reach < 1 ? linearTicks(reach, most, duration) : upTo(reach, step, duration);
}

const UNITS: readonly number[] = [1, SECOND, MINUTE, HOUR, DAY];

/** Values that a person reads on a logarithmic axis of time, milliseconds: from the finest grid to the coarsest. */
const LOG_GRIDS: readonly (readonly number[])[] = [grid([1, 2, 5]), grid([1, 3]), grid([1])].flatMap(
  (one, index, all) =>
    index < all.length - 1
      ? [one]
      : [one, one.filter((_, place) => place % 2 === 0), one.filter((_, place) => place % 3 === 0)],
);

function grid(steps: readonly number[]): number[] {
  const decades = (unit: number, tens: readonly number[], limit: number): number[] =>
    tens.flatMap((ten) => steps.map((n) => Number((n * ten * unit).toPrecision(6)))).filter((value) => value < limit);
  return [
    ...decades(1, [0.001, 0.01, 0.1, 1, 10, 100], SECOND),
    ...decades(SECOND, [1, 10], MINUTE),
    ...decades(MINUTE, [1, 10], HOUR),
    ...decades(HOUR, [1, 10], DAY),
    ...decades(DAY, [1, 10, 100, 1000, 10000], Infinity),
  ];
}

/** A logarithmic axis of durations that holds [low, high]; both must be above 0. */
export function logTicks(lowMs: number, highMs: number, most: number): Ticks & { readonly bottom: number } {
  const inside = LOG_GRIDS.map((all) => all.filter((value) => value >= lowMs && value <= highMs));
  const found = inside.find((all) => all.length <= most) ?? inside.at(-1) ?? [];
  const closest = (0.5 / most) * Math.log(highMs / lowMs);
  const values: number[] = [];
  for (const value of found) {
    const before = values.at(-1);
    if (before !== undefined && Math.log(value / before) < closest) {
      // Of two labels that would touch, the whole second, minute, hour or day stays.
      if (!UNITS.includes(value)) continue;
      values.pop();
    }
    values.push(value);
  }
  return { ...ticks(values, duration, highMs), bottom: lowMs };
}
