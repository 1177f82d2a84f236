/** Reads the values of `--set`, `--traffic`, `--format` and of whole numbers. */
import { UserError } from './exit.ts';

export interface Override {
  readonly path: string;
  /** YAML. */
  readonly value: string;
}

/** @throws UserError `bad-option` */
export function parseSet(text: string): Override {
  const at = text.indexOf('=');
  if (at <= 0) {
    throw new UserError('bad-option', `--set ${text} → expected path=value, such as --set workers.instances=40`);
  }
  return { path: text.slice(0, at).trim(), value: text.slice(at + 1) };
}

/** A recording given on the command line in place of a traffic of the scenario. */
export interface TrafficOption {
  readonly name: string;
  readonly trace: Readonly<Record<string, string>> & { readonly file: string; readonly time: string };
}

const TRACE_KEYS: readonly string[] = ['time', 'count', 'every', 'scale', 'speed', 'burstiness'];
const TRACE_FORM = 'orders=file.csv,time=column[,count=column,every=5m][,scale=2x][,speed=2x][,burstiness=1]';

/** @throws UserError `bad-option` */
export function parseTraffic(text: string): TrafficOption {
  const bad = (what: string): UserError =>
    new UserError('bad-option', `--traffic ${text} → ${what}; expected ${TRACE_FORM}`);
  const pairs = text.split(',').map((part): [string, string] => {
    const at = part.indexOf('=');
    if (at <= 0 || at === part.length - 1) throw bad(`"${part}" is not name=value`);
    return [part.slice(0, at).trim(), part.slice(at + 1).trim()];
  });
  const [[name, file], ...rest] = pairs as [[string, string], ...[string, string][]];
  const trace = new Map<string, string>();
  for (const [key, value] of rest) {
    if (!TRACE_KEYS.includes(key)) throw bad(`unknown key "${key}"`);
    if (trace.has(key)) throw bad(`"${key}" is given twice`);
    trace.set(key, value);
  }
  const time = trace.get('time');
  if (time === undefined) throw bad('the column of the time is missing');
  return { name, trace: { ...Object.fromEntries(trace), file, time } };
}

export const FORMATS = ['html', 'json', 'md', 'csv', 'svg', 'png'] as const;
export type Format = (typeof FORMATS)[number];
/** Pictures of dots are written where they are asked for: they say nothing that the drawings do not. */
export const DEFAULT_FORMATS: readonly Format[] = FORMATS.filter((format) => format !== 'png');

/** @throws UserError `bad-option` */
export function parseFormats(texts: readonly string[]): ReadonlySet<Format> {
  const names = texts.flatMap((text) => text.split(',')).map((name) => name.trim().toLowerCase());
  const formats = names.map((name) => {
    const known = FORMATS.find((format) => format === name);
    if (known !== undefined) return known;
    throw new UserError('bad-option', `--format ${name} → expected some of ${FORMATS.join(', ')}`);
  });
  return new Set(formats);
}

/**
 * A whole number of at least 1.
 * @throws UserError `bad-option`
 */
export function parseCount(option: string, text: string, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= max) return value;
  throw new UserError('bad-option', `--${option} ${text} → expected a whole number from 1 to ${max}`);
}

/**
 * A share such as `5%` or `0.05`, from 0.
 * @throws UserError `bad-option`
 */
export function parseTolerance(text: string): number {
  const [, digits, percent] = /^(\d{1,6}(?:\.\d{1,9})?)(%?)$/.exec(text.trim()) ?? [];
  if (digits !== undefined) return percent === '%' ? Number(digits) / 100 : Number(digits);
  throw new UserError('bad-option', `--tolerance ${text} → expected a share such as 5% or 0.05`);
}

const MS_PER = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/**
 * Host time in milliseconds; undefined where none is given.
 * @throws UserError `bad-option`
 */
export function parseTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, number = '', unit = ''] = /^(\d{1,6})([smh])$/.exec(text.trim()) ?? [];
  const ms = Number(number) * (MS_PER.get(unit) ?? Number.NaN);
  if (ms > 0) return ms;
  throw new UserError('bad-option', `--time ${text} → expected a time such as 30s, 5m or 2h`);
}

/**
 * Whose words are completed; left out: the shell in which it is asked for.
 * @throws UserError `bad-option`
 */
export function parseShell(text: string | undefined): 'bash' | 'zsh' {
  const name = text ?? ((process.env['SHELL'] ?? '').endsWith('zsh') ? 'zsh' : 'bash');
  if (name === 'bash' || name === 'zsh') return name;
  throw new UserError('bad-option', `completion ${name} → expected bash or zsh`);
}
