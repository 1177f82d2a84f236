/**
 * Values with a unit. Whole units are computed exactly (in integers), so that `0.07s` is 70,000 µs and not a hair more.
 * A reading is a value, or a problem with what was expected instead and what was probably meant.
 */
import { priceFacts } from '../facts/index.ts';
import type { ScenarioErrorCode } from './errors.ts';

export interface Problem {
  readonly code: ScenarioErrorCode;
  /** Replaces the general expectation where this one says more. */
  readonly expected?: string;
  readonly suggestion?: string;
}
export type Reading = { readonly value: number } | { readonly problem: Problem };

export const DURATION_FORMS = 'a duration with its unit, such as 250us, 40ms, 30s, 5m, 2h, 14d or 1h30m';
export const RATE_FORMS = 'a rate with its unit, such as 200/s, 90/m, 1.5k/s or 2M/h';
export const SIZE_FORMS = 'a size with its unit, such as 512B, 2KiB or 1MB';
export const FACTOR_FORMS = 'a factor, such as 5x or 0.5x';
export const PRICE_FORMS = 'a price in USD with its time, such as 0.05/h, 1.2/d or 36/month';
export const SHARE_FORMS = 'a share, such as 2% or 0.02';

/** Microseconds of each unit, longest first. */
const DURATION_UNITS: ReadonlyMap<string, number> = new Map([
  ['d', 86_400_000_000],
  ['h', 3_600_000_000],
  ['m', 60_000_000],
  ['s', 1_000_000],
  ['ms', 1_000],
  ['us', 1],
]);
/** 100 years of 365.25 days: nothing may last longer. */
export const MAX_DURATION_US = 36_525 * 86_400_000_000;
/** The clock ticks in microseconds: more than one event a tick says nothing about order. */
export const MAX_PER_SECOND = 1_000_000;
/** Larger than anything a message can be, so that only a slip of the pen is refused here. */
export const MAX_BYTES = 1_000_000_000_000_000;

const SIZE_UNITS: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['kB', 1_000],
  ['KB', 1_000],
  ['MB', 1_000_000],
  ['GB', 1_000_000_000],
  ['TB', 1_000_000_000_000],
  ['KiB', 1_024],
  ['MiB', 1_048_576],
  ['GiB', 1_073_741_824],
  ['TiB', 1_099_511_627_776],
]);
const PER: ReadonlyMap<string, number> = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3_600],
]);
const HOURS: ReadonlyMap<string, number> = new Map([
  ['h', 1],
  ['d', 24],
  ['month', priceFacts.monthHours.value],
]);
/** More than any machine costs: only a slip of the pen is refused here. */
const MAX_USD_PER_HOUR = 1_000_000;
const MULTIPLES: ReadonlyMap<string, string> = new Map([
  ['', ''],
  ['k', 'e3'],
  ['M', 'e6'],
]);

/** A decimal number times a whole unit; null where the product is no whole number. */
function wholeProduct(decimal: string, unit: number): number | null {
  const [whole = '0', fraction = ''] = decimal.split('.');
  const scaled = BigInt(whole + fraction) * BigInt(unit);
  const divisor = BigInt(`1${'0'.repeat(fraction.length)}`);
  return scaled % divisor === 0n ? Number(scaled / divisor) : null;
}

function asText(raw: string | number): string {
  return typeof raw === 'string' ? raw.trim() : String(raw);
}

const tooLongANumber: Reading = { problem: { code: 'wrong-unit', expected: 'a number of at most 30 digits' } };

/** Microseconds. `fraction`: parts of a microsecond are welcome (a parameter of a distribution). */
export function readDuration(raw: string | number, fraction = false): Reading {
  const text = asText(raw);
  const bare = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text);
  if (text.startsWith('-')) {
    return { problem: { code: 'out-of-range', expected: 'a duration that is not negative, such as 30s' } };
  }
  if (bare) return { problem: { code: 'no-unit', ...(Number(text) >= 0 ? { suggestion: `${text}s` } : {}) } };
  if (!/^(\d+(\.\d+)?(d|h|ms|m|us|s))+$/.test(text)) {
    const near = durationSlip(text);
    return { problem: { code: 'wrong-unit', ...(near === undefined ? {} : { suggestion: near }) } };
  }
  let total = 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (const part of text.matchAll(/(\d+(?:\.\d+)?)(d|h|ms|m|us|s)/g)) {
    const [, number = '0', name = 's'] = part;
    if (number.length > 30) return tooLongANumber;
    const unit = DURATION_UNITS.get(name) ?? 1;
    if (unit >= smallest)
      return { problem: { code: 'wrong-unit', expected: 'each unit once, the longest first, such as 1h30m' } };
    smallest = unit;
    const whole = wholeProduct(number, unit);
    if (whole === null && !fraction) {
      return {
        problem: { code: 'out-of-range', expected: 'a whole number of microseconds: virtual time knows nothing finer' },
      };
    }
    total += whole ?? Number(number) * unit;
  }
  return total > MAX_DURATION_US
    ? { problem: { code: 'out-of-range', expected: 'a duration of at most 100 years' } }
    : { value: total };
}

const DURATION_WORDS: ReadonlyMap<string, string> = new Map([
  ['sec', 's'],
  ['secs', 's'],
  ['second', 's'],
  ['seconds', 's'],
  ['min', 'm'],
  ['mins', 'm'],
  ['minute', 'm'],
  ['minutes', 'm'],
  ['hr', 'h'],
  ['hrs', 'h'],
  ['hour', 'h'],
  ['hours', 'h'],
  ['day', 'd'],
  ['days', 'd'],
  ['msec', 'ms'],
  ['millis', 'ms'],
  ['milliseconds', 'ms'],
  ['usec', 'us'],
  ['µs', 'us'],
  ['μs', 'us'],
  ['micros', 'us'],
  ['microseconds', 'us'],
]);

function durationSlip(text: string): string | undefined {
  const slip = /^(\d+(?:\.\d+)?)\s*([a-zµμ]+)$/i.exec(text);
  if (slip === null) return undefined;
  const [, number = '', word = ''] = slip;
  const unit =
    DURATION_WORDS.get(word.toLowerCase()) ?? (DURATION_UNITS.has(word.toLowerCase()) ? word.toLowerCase() : undefined);
  return unit === undefined ? undefined : number + unit;
}

/** Per second. */
export function readRate(raw: string | number): Reading {
  const text = asText(raw);
  if (text.startsWith('-'))
    return { problem: { code: 'out-of-range', expected: 'a rate that is not negative, such as 200/s' } };
  if (/^\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)) return { problem: { code: 'no-unit', suggestion: `${text}/s` } };
  const match = /^(\d+(?:\.\d+)?)([kM]?)\/([smh])$/.exec(text);
  if (match === null) {
    const slip =
      /^(\d+(?:\.\d+)?)\s*([kKmM]?)\s*(?:\/|per|p)\s*(s|m|h)[a-z]*$/i.exec(text) ??
      /^(\d+(?:\.\d+)?)([kM]?)(?:rp|qp|tp)(s)$/i.exec(text);
    if (slip === null) return { problem: { code: 'wrong-unit' } };
    const [, number = '', multiple = '', per = 's'] = slip;
    return {
      problem: {
        code: 'wrong-unit',
        suggestion: `${number}${multiple === 'K' ? 'k' : multiple === 'm' ? 'M' : multiple}/${per.toLowerCase()}`,
      },
    };
  }
  const [, number = '0', multiple = '', per = 's'] = match;
  const value = Number(number + (MULTIPLES.get(multiple) ?? '')) / (PER.get(per) ?? 1);
  return value > MAX_PER_SECOND
    ? { problem: { code: 'out-of-range', expected: 'a rate of at most 1M/s: virtual time ticks in microseconds' } }
    : { value };
}

/** USD per hour; a month has 730 hours. */
export function readPrice(raw: string | number): Reading {
  const text = asText(raw);
  if (text.startsWith('-'))
    return { problem: { code: 'out-of-range', expected: 'a price that is not negative, such as 0.05/h' } };
  if (/^\d+(\.\d+)?$/.test(text)) return { problem: { code: 'no-unit', suggestion: `${text}/h` } };
  const [, number = '0', time = ''] = /^(\d+(?:\.\d+)?)\/([a-z]+)$/.exec(text) ?? [];
  const hours = HOURS.get(time);
  if (hours === undefined) {
    const slip = /^(?:\$|USD)?\s*(\d+(?:\.\d+)?)\s*(?:\$|USD)?\s*(?:\/|per)\s*([hdm])/i.exec(text);
    if (slip === null) return { problem: { code: 'wrong-unit' } };
    const unit = slip[2]?.toLowerCase() === 'm' ? 'month' : slip[2]?.toLowerCase();
    return { problem: { code: 'wrong-unit', suggestion: `${slip[1]}/${unit}` } };
  }
  const value = Number(number) / hours;
  return value > MAX_USD_PER_HOUR
    ? { problem: { code: 'out-of-range', expected: `a price of at most ${MAX_USD_PER_HOUR}/h` } }
    : { value };
}

/** Bytes. `fraction`: parts of a byte are welcome (a parameter of a distribution). */
export function readSize(raw: string | number, fraction = false): Reading {
  const text = asText(raw);
  if (text.startsWith('-'))
    return { problem: { code: 'out-of-range', expected: 'a size that is not negative, such as 2KiB' } };
  if (/^\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)) return { problem: { code: 'no-unit', suggestion: `${text}B` } };
  const match = /^(\d+(?:\.\d+)?)([A-Za-z]+)$/.exec(text);
  const [, number = '0', name = ''] = match ?? [];
  const unit = SIZE_UNITS.get(name);
  if (unit === undefined) {
    const near = sizeSlip(text);
    return { problem: { code: 'wrong-unit', ...(near === undefined ? {} : { suggestion: near }) } };
  }
  if (number.length > 30) return tooLongANumber;
  const whole = wholeProduct(number, unit);
  if (whole === null && !fraction) return { problem: { code: 'out-of-range', expected: 'a whole number of bytes' } };
  const value = whole ?? Number(number) * unit;
  return value > MAX_BYTES ? { problem: { code: 'out-of-range', expected: 'a size of at most 1000TB' } } : { value };
}

function sizeSlip(text: string): string | undefined {
  const slip = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(text);
  if (slip === null) return undefined;
  const [, number = '', word = ''] = slip;
  const letter = word.toUpperCase();
  for (const unit of SIZE_UNITS.keys()) {
    const upper = unit.toUpperCase();
    if (upper === letter || upper === `${letter}B` || (letter === 'BYTES' && unit === 'B')) return number + unit;
  }
  return undefined;
}

/** A number of times. */
export function readFactor(raw: string | number): Reading {
  const text = asText(raw);
  const match = /^(\d+(?:\.\d+)?)x$/.exec(text);
  if (match !== null) {
    const value = Number(match[1]);
    return value > 1_000_000
      ? { problem: { code: 'out-of-range', expected: 'a factor of at most 1000000x' } }
      : { value };
  }
  if (text.startsWith('-'))
    return { problem: { code: 'out-of-range', expected: 'a factor that is not negative, such as 5x' } };
  if (/^\d+(\.\d+)?$/.test(text)) return { problem: { code: 'no-unit', suggestion: `${text}x` } };
  const percent = /^(\d+)%$/.exec(text);
  return {
    problem: { code: 'wrong-unit', ...(percent === null ? {} : { suggestion: `${Number(`${percent[1]}e-2`)}x` }) },
  };
}

/** 0 to 1. */
export function readShare(raw: string | number): Reading {
  const text = asText(raw);
  const percent = /^([+-]?\d+(?:\.\d+)?)\s*%$/.exec(text);
  // Number('2e-2') is the double nearest to 0.02; 2 * 0.01 need not be.
  const value =
    percent === null
      ? /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)
        ? Number(text)
        : Number.NaN
      : Number(`${percent[1]}e-2`);
  if (Number.isNaN(value)) return { problem: { code: 'wrong-unit' } };
  if (value >= 0 && value <= 1) return { value };
  const meant = percent === null && value > 1 && value <= 100 ? { suggestion: `${text}%` } : {};
  return { problem: { code: 'out-of-range', expected: 'a share from 0% to 100%', ...meant } };
}

/** Text that `readDuration` turns back into the same whole microseconds; compact, such as `1h30m`. */
export function formatDuration(us: number): string {
  if (us === 0) return '0s';
  let rest = us;
  let text = '';
  for (const [name, unit] of DURATION_UNITS) {
    const count = Math.floor(rest / unit);
    if (count > 0) text += `${count}${name}`;
    rest -= count * unit;
  }
  return text;
}

/** Text that `readSize` turns back into the same whole bytes, such as `256KiB`. */
export function formatSize(bytes: number): string {
  for (const unit of ['TiB', 'GiB', 'MiB', 'KiB']) {
    const of = SIZE_UNITS.get(unit) ?? 1;
    if (bytes >= of && bytes % of === 0) return `${bytes / of}${unit}`;
  }
  return `${bytes}B`;
}
