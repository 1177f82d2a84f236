/** The words of the scenario format as zod schemas. Each reads what is written and gives the inner value. */
import { z } from 'zod';
import type { Range } from '../calls/schema.ts';
import type { ScenarioErrorCode } from './errors.ts';
import { PATTERNS, whole } from './patterns.ts';
import {
  DURATION_FORMS,
  formatDuration,
  formatSize,
  type Reading,
  readDuration,
  readShare,
  readSize,
  SHARE_FORMS,
  SIZE_FORMS,
} from './units.ts';

/** Names of traffics, resources and designs. */
export const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,79}$/;
export const NAME_FORM = 'a letter, then at most 79 letters, digits, _ or -';

/** Separates the known keys in the message of an unknown key, from where the room of errors takes them. */
export const KEYS = '\u0000';

/** A JSON Schema, or a part of one. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** What a word looks like in a file, for those who cannot run its reader (`json-schema.ts`). */
export interface Written {
  /** In the place of what zod's own type says. */
  readonly json?: JsonSchema;
  /** Beside what zod's own type says. */
  readonly also?: JsonSchema;
  /** Ends the sentence "written as …". */
  readonly form?: string;
  /** Stands once among the definitions under this name. */
  readonly name?: string;
}
export const written = z.registry<Written>();

/** Notes how the word is written, and gives it back. */
export function writtenAs<S extends z.ZodType>(schema: S, how: Written): S {
  written.add(schema, how);
  return schema;
}

export function object<S extends z.core.$ZodShape>(shape: S): z.ZodObject<S, z.core.$strict> {
  const keys = Object.keys(shape);
  const error = (issue: { readonly code?: string }) =>
    issue.code === 'unrecognized_keys' ? KEYS + keys.join(KEYS) : `settings such as { ${keys.slice(0, 4).join(', ')} }`;
  return z.strictObject(shape, { error: error as z.core.$ZodErrorMap });
}

export function oneKey<S extends z.core.$ZodShape>(
  expected: string,
  shape: S,
): z.ZodType<z.output<z.ZodObject<S, z.core.$strict>>> {
  const one = object(shape).superRefine((value, ctx) => {
    const given = Object.values(value as object).filter((each) => each !== undefined).length;
    if (given !== 1) ctx.addIssue({ code: 'custom', message: expected, params: { code: 'one-of' } });
  });
  return writtenAs(one, { also: { minProperties: 1, maxProperties: 1 } });
}

export function either<const T extends readonly [z.ZodType, ...z.ZodType[]]>(
  expected: string,
  options: T,
): z.ZodUnion<T> {
  return writtenAs(z.union(options, { error: expected }), { form: expected });
}

export function list<T>(expected: string, of: z.ZodType<T>): z.ZodType<T[]> {
  return writtenAs(z.array(of, { error: expected }), { form: expected });
}

export function choice<const T extends readonly [string, ...string[]]>(values: T): z.ZodType<T[number]> {
  const expected = values.length === 1 ? values[0] : `one of ${values.join(', ')}`;
  return z.enum(values as unknown as [string, ...string[]], { error: expected });
}

/** A string or number that `read` turns into the inner value; `json`: how that looks. */
export function scalar(expected: string, read: (raw: string | number) => Reading, json: JsonSchema): z.ZodType<number> {
  const one = z.union([z.string(), z.number()], { error: expected }).transform((raw, ctx) => {
    const reading = read(raw);
    if ('value' in reading) return reading.value;
    const { code, suggestion } = reading.problem;
    ctx.addIssue({ code: 'custom', message: reading.problem.expected ?? expected, params: { code, suggestion } });
    return z.NEVER;
  });
  return writtenAs(one, { json, form: expected });
}

/** A text of that pattern. */
export function patterned(pattern: string, notZero = false): JsonSchema {
  return { type: 'string', pattern: whole(pattern, notZero) };
}

function outOfRange(expected: string): Reading {
  return { problem: { code: 'out-of-range', expected } };
}

export function duration(
  range: Range & { readonly wholeSeconds?: boolean; readonly because?: string } = {},
): z.ZodType<number> {
  const by = range.because === undefined ? '' : ` (limits of ${range.because})`;
  const between = span('a duration', range.min, range.max, formatDuration) + by;
  return scalar(
    range.max === undefined ? DURATION_FORMS : `${between}, such as 30s`,
    (raw) => {
      const reading = readDuration(raw);
      if (!('value' in reading)) return reading;
      if (outside(reading.value, range)) return outOfRange(between);
      if (range.wholeSeconds === true && reading.value % 1_000_000 !== 0)
        return outOfRange(`whole seconds: ${range.because} takes no part of one`);
      return reading;
    },
    patterned(PATTERNS.duration, (range.min ?? 0) > 0),
  );
}

export function size(range: Range & { readonly because?: string } = {}): z.ZodType<number> {
  const by = range.because === undefined ? '' : ` (limits of ${range.because})`;
  const between = span('a size', range.min, range.max, formatSize) + by;
  return scalar(
    range.max === undefined ? SIZE_FORMS : `${between}, such as 2KiB`,
    (raw) => {
      const reading = readSize(raw);
      return 'value' in reading && outside(reading.value, range) ? outOfRange(between) : reading;
    },
    patterned(PATTERNS.size, (range.min ?? 0) > 0),
  );
}

export function share(range: Range = {}): z.ZodType<number> {
  const { min = 0, max = 1 } = range;
  const json = { anyOf: [{ type: 'number', minimum: min, maximum: max }, patterned(PATTERNS.share, min > 0)] };
  return scalar(
    SHARE_FORMS,
    (raw) => {
      const reading = readShare(raw);
      return 'value' in reading && outside(reading.value, range) ? outOfRange('a share above 0%') : reading;
    },
    json,
  );
}

export function count(range: Range & { readonly because?: string } = {}): z.ZodType<number> {
  const by = range.because === undefined ? '' : ` (limits of ${range.because})`;
  const expected = span('a whole number', range.min, range.max, String) + by;
  const one = z.unknown().transform((raw, ctx) => {
    if (typeof raw === 'number' && Number.isSafeInteger(raw) && !outside(raw, range)) return raw;
    const code: ScenarioErrorCode = typeof raw === 'number' && Number.isFinite(raw) ? 'out-of-range' : 'wrong-type';
    ctx.addIssue({ code: 'custom', message: expected, params: { code } });
    return z.NEVER;
  });
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = range;
  return writtenAs(one, { json: { type: 'integer', minimum: min, maximum: max }, form: expected });
}

export function number(range: Range & { readonly above?: number } = {}): z.ZodType<number> {
  const low = range.above === undefined ? range.min : range.above;
  const expected =
    range.above === undefined ? span('a number', low, range.max, String) : `a number above ${range.above}`;
  const one = z.unknown().transform((raw, ctx) => {
    const fits =
      typeof raw === 'number' &&
      Number.isFinite(raw) &&
      !outside(raw, range) &&
      !(range.above !== undefined && raw <= range.above);
    if (fits) return raw;
    const code: ScenarioErrorCode = typeof raw === 'number' ? 'out-of-range' : 'wrong-type';
    ctx.addIssue({ code: 'custom', message: expected, params: { code } });
    return z.NEVER;
  });
  const json = {
    type: 'number',
    ...(range.min === undefined ? {} : { minimum: range.min }),
    ...(range.above === undefined ? {} : { exclusiveMinimum: range.above }),
    ...(range.max === undefined ? {} : { maximum: range.max }),
  };
  return writtenAs(one, { json, form: expected });
}

/** Plain text; numbers are taken as written, for `2026` is a fine key. */
export function text(expected: string): z.ZodType<string> {
  const one = z
    .union([z.string().min(1, { error: expected }), z.number()], { error: expected })
    .transform((raw) => String(raw));
  return writtenAs(one, { form: expected });
}

function outside(value: number, range: Range): boolean {
  return (range.min !== undefined && value < range.min) || (range.max !== undefined && value > range.max);
}

function span(what: string, min: number | undefined, max: number | undefined, show: (value: number) => string): string {
  if (min !== undefined && max !== undefined) return `${what} from ${show(min)} to ${show(max)}`;
  if (min !== undefined) return `${what} of at least ${show(min)}`;
  return max === undefined ? what : `${what} of at most ${show(max)}`;
}
