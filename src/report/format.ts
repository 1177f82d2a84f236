/** Numbers as text: thousands separators, three significant digits, units. No locale has a say here; what is absent is a dash. */
import type { Interval } from '../experiment/result.ts';

export type Maybe = number | null | undefined;
export type Formatter = (value: Maybe) => string;

/** Shown where there is no number. */
export const ABSENT = '–';

function isNumber(value: Maybe): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** Puts a comma between each three digits of a whole number written in digits. */
function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',');
}

function signed(value: number, text: string): string {
  return value < 0 && !/^[0.]*$/.test(text) ? `−${text}` : text;
}

/** Three significant digits without an exponent; whole and grouped from 1,000 on. */
export const plain: Formatter = (value) => {
  if (!isNumber(value)) return ABSENT;
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 999.5) return signed(value, grouped(String(BigInt(Math.round(size)))));
  if (size < 0.0005) return value < 0 ? '> −0.001' : '< 0.001';
  if (Number.isInteger(size)) return signed(value, String(size));
  const text =
    size >= 99.95
      ? size.toFixed(0)
      : size >= 9.995
        ? size.toFixed(1)
        : size >= 0.9995
          ? size.toFixed(2)
          : size.toFixed(3);
  return signed(value, text);
};

/** A whole number with separators: `1,234,000`; a mean count keeps a digit under 100. */
export const count: Formatter = (value) => {
  if (!isNumber(value)) return ABSENT;
  const size = Math.abs(value);
  if (size < 99.5 && !Number.isInteger(size)) return plain(value);
  return signed(value, grouped(String(BigInt(Math.round(size)))));
};

/** A share of 0 to 1 as per cent. What is not all is never shown as `100 %`, what is not nothing never as `0 %`. */
export const share: Formatter = (value) => {
  if (!isNumber(value)) return ABSENT;
  // Rounding errors of an interval's ends are not worth a word.
  if (Math.abs(value) < 1e-12) return '0 %';
  if (Math.abs(1 - value) < 1e-12) return '100 %';
  const percent = value * 100;
  if (percent > 0 && percent < 0.001) return '< 0.001 %';
  if (percent > 99.999 && percent < 100) return '> 99.999 %';
  for (const digits of [1, 2, 3]) {
    const text = percent.toFixed(digits);
    const rounded = Number(text);
    if (rounded > 0 && (rounded < 100 || percent > 100) && (digits > 1 || percent >= 1 || rounded >= 0.3)) {
      return `${percent < 0 ? '−' : ''}${text.replace('-', '')} %`;
    }
  }
  return percent < 0 ? `−${Math.abs(percent).toFixed(1)} %` : `${percent.toFixed(3)} %`;
};

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function two(size: number, big: number, bigName: string, small: number, smallName: string): string {
  const smalls = Math.round(size / small);
  const whole = Math.floor((smalls * small) / big);
  const rest = smalls - whole * Math.round(big / small);
  return rest === 0
    ? `${grouped(String(whole))} ${bigName}`
    : `${grouped(String(whole))} ${bigName} ${rest} ${smallName}`;
}

/** Milliseconds as `850 µs`, `12.3 ms`, `4.10 s`, `9 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export const duration: Formatter = (value) => {
  if (!isNumber(value)) return ABSENT;
  const size = Math.abs(value);
  if (size === 0) return '0 s';
  if (size < 0.0005) return value < 0 ? '> −1 µs' : '< 1 µs';
  const text =
    size < 0.9995
      ? `${plain(size * 1000)} µs`
      : size < 999.5
        ? `${plain(size)} ms`
        : size < 59_950
          ? `${plain(size / SECOND)} s`
          : size < HOUR - 500
            ? two(size, MINUTE, 'min', SECOND, 's')
            : size < DAY - 30_000
              ? two(size, HOUR, 'h', MINUTE, 'min')
              : two(size, DAY, 'd', HOUR, 'h');
  return signed(value, text);
};

/** Seconds, as CloudWatch gives some metrics. */
export const seconds: Formatter = (value) => duration(isNumber(value) ? value * 1000 : null);

/** Per second: `1,234/s`, `0.250/s`. */
export const rate: Formatter = (value) => (isNumber(value) ? `${plain(value)}/s` : ABSENT);

/** US dollars, three digits at least: `$0.00120`, `$0.400`, `$4.25`, `$1,234`. */
export const usd: Formatter = (value) => {
  if (!isNumber(value)) return ABSENT;
  const size = Math.abs(value);
  if (size === 0) return '$0';
  if (size < 0.0001) return signed(value, '< $0.0001');
  const text = size >= 100 ? count(Math.round(size)) : size >= 1 ? size.toFixed(2) : size.toPrecision(3);
  return signed(value, `$${text}`);
};

/** Bytes in binary units. */
export const bytes: Formatter = (value) => {
  if (!isNumber(value)) return ABSENT;
  let size = value;
  for (const unit of ['B', 'KiB', 'MiB', 'GiB']) {
    if (Math.abs(size) < 1024) return `${plain(size)} ${unit}`;
    size /= 1024;
  }
  return `${plain(size)} TiB`;
};

/** The formatter of a field of a traffic, by its name: `completionMs.p99`, `goodputPerSecond`, `lost`. */
export function formatterOfField(field: string): Formatter {
  if (/^(completion|response)(Ms)?\.count$/.test(field)) return count;
  if (field.endsWith('.share')) return share;
  if (/Ms(\.|$)/.test(field) || /^(completion|response)\.(mean|p\d+|max|min)$/.test(field)) return duration;
  if (field.endsWith('PerSecond') || /^(goodput|throughput)$/.test(field)) return rate;
  if (field.endsWith('Usd')) return usd;
  if (/(Share|Rate)$/.test(field)) return share;
  return count;
}

/** The formatter of a metric by CloudWatch's unit, or ours; units it does not know are written after the number. */
export function formatterOfUnit(unit: string): Formatter {
  switch (unit.toLowerCase()) {
    case 'count':
      return count;
    case 'seconds':
      return seconds;
    case 'milliseconds':
    case 'ms':
      return duration;
    case 'microseconds':
      return (value) => duration(isNumber(value) ? value / 1000 : null);
    case 'bytes':
      return bytes;
    case 'percent':
      return (value) => share(isNumber(value) ? value / 100 : null);
    case 'share':
    case 'fraction':
    case 'ratio':
      return share;
    case 'count/second':
    case 'per second':
      return rate;
    case 'usd':
      return usd;
    case 'none':
    case '':
      return plain;
    default:
      return (value) => (isNumber(value) ? `${plain(value)} ${unit}` : ABSENT);
  }
}

/** The same for a metric, some of which are shares though their unit is None. */
export function formatterOfMetric(name: string, unit: string): Formatter {
  return unit.toLowerCase() === 'none' && /(Utilisation|Probability|Share)$/.test(name) ? share : formatterOfUnit(unit);
}

/** A confidence level: `95 %`, `99.9 %`. */
export function level(value: number): string {
  return share(value).replace('.0 %', ' %');
}

/** Half of an interval's width needs no more than two significant digits. */
function halfWidth(half: number, format: Formatter): string {
  const rounded = Number(half.toPrecision(2));
  return format(rounded)
    .replace(/(\.\d*?)0+(?=\D|$)/, '$1')
    .replace(/\.(?=\D|$)/, '');
}

/** A key of the result in words: `completionMs.p99` is `completion p99`. */
export function wordsOfField(field: string): string {
  const [head = '', ...rest] = field.split('.');
  const words = head
    .replace(/(Ms|PerSecond|Usd)$/, '')
    .replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  const statistic = rest
    .join('.')
    .replace(/^p999$/, 'p99.9')
    .replace(/^p50$/, 'median')
    .replace(/^max$/, 'maximum');
  return statistic === '' ? words : `${words} ${statistic}`;
}

/** The uncertainty behind an estimate: `± 0.8 s` where it lies in the middle, else `38.0 s to 47.1 s`; empty where there is none or all replications were alike. */
export function spread(interval: Interval | undefined, format: Formatter): string {
  if (interval === undefined) return '';
  const { estimate, low, high } = interval;
  if (!isNumber(low) || !isNumber(high)) return '';
  if (isNumber(estimate)) {
    const below = estimate - low;
    const above = high - estimate;
    const half = (high - low) / 2;
    // All replications alike: no width, but no certainty either.
    if (half === 0) return '';
    if (below >= 0 && above >= 0 && Math.abs(below - above) <= 0.1 * half) return `± ${halfWidth(half, format)}`;
  }
  return `${format(low)} to ${format(high)}`;
}

/** An interval as `a to b`, whatever its estimate. */
export function range(interval: { readonly low: Maybe; readonly high: Maybe }, format: Formatter): string {
  return `${format(interval.low)} to ${format(interval.high)}`;
}

/** `1 request`, `2 requests`. */
export function plural(n: number, one: string, many: string = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(items: readonly string[]): string {
  if (items.length <= 1) return items[0] ?? '';
  return `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}`;
}
