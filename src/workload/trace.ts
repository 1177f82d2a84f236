/**
 * Recorded traffic: text of a CSV file in, arrays out. Pure: no file, no clock, no random number.
 *
 *     one row per request    time column                     → instants
 *     one row per period     time and count column, `every`  → counts
 *
 * The first row is time 0. `speed` divides all times. `scale` multiplies the requests so that the total is exact: up to any
 * row, round(scale · requests so far) have been offered. A row of requests that becomes several has its copies spread
 * evenly over the gap to the next row (all at one instant they would be bursts nobody recorded).
 */
import type { Recording } from './settings.ts';
import { type CsvRow, csvRows } from './trace-csv.ts';
import { INSTANT_FORMS, type Instant, microsecondsBetween, parseInstant } from './trace-time.ts';

export interface TraceSpec {
  /** Name of the column with the times. */
  readonly time: string;
  /** Name of the column with the counts; null: each row is a request. */
  readonly count: string | null;
  /** Width of a counted period as recorded, microseconds; needed with `count`, else null. */
  readonly everyUs: number | null;
  /** Factor on the requests, > 0. */
  readonly scale: number;
  /** Factor by which time runs faster, > 0. */
  readonly speed: number;
}

export type TraceErrorCode =
  | 'trace-empty'
  | 'trace-column'
  | 'trace-fields'
  | 'trace-quote'
  | 'trace-time'
  | 'trace-order'
  | 'trace-period'
  | 'trace-count'
  | 'trace-size'
  | 'trace-spec';

export interface TraceError {
  readonly code: TraceErrorCode;
  /** Line of the file, from 1 (the header). */
  readonly line: number;
  /** Column by its name; null where the whole row is meant. */
  readonly column: string | null;
  readonly value: string;
  readonly expected: string;
  readonly hint: string | null;
}

export type TraceOutcome =
  | {
      readonly ok: true;
      /** Without the hash of the file, which is made where it is read. */
      readonly recording: Omit<Recording, 'sha256'>;
      /** Width of a counted period after `speed`; null where each row is a request. */
      readonly everyUs: number | null;
      /** Whole periods for which the file has no row: they are taken to be without requests, an assumption. */
      readonly missingPeriods: number;
    }
  | {
      readonly ok: false;
      /** In the order of the file, at most 20. */
      readonly errors: readonly TraceError[];
      /** Whether reading ended at the 20th error. */
      readonly more: boolean;
    };

const MOST_ERRORS = 20;
/** Requests of one recording after scaling: each costs memory where rows are requests, and a run tells no more apart. */
export const MOST_REQUESTS = 200_000_000;

/** Reads a recording. Wrong input never throws: it comes back as errors with their lines. */
export function parseTrace(text: string, spec: TraceSpec): TraceOutcome {
  const errors = specErrors(spec);
  if (errors.length > 0) return { ok: false, errors, more: false };
  const reading = new Reading(spec);
  for (const row of csvRows(text)) {
    if (!reading.header) reading.takeHeader(row);
    else reading.takeRow(row);
    if (reading.stopped) break;
  }
  return reading.finish();
}

/** One line for a person: `line 7, column value: "-3": expected …; hint`. */
export function traceErrorText(error: TraceError): string {
  const column = error.column === null ? '' : `, column ${error.column}`;
  const hint = error.hint === null ? '' : `; ${error.hint}`;
  return `line ${error.line}${column}: ${JSON.stringify(error.value)}: expected ${error.expected}${hint}`;
}

class Reading {
  header = false;
  stopped = false;
  readonly #spec: TraceSpec;
  readonly #errors: TraceError[] = [];
  #columns = 0;
  #timeAt = 0;
  #countAt = -1;
  #first: Instant | null = null;
  /** Time of the last good row from the first, microseconds as recorded. */
  #last = 0;
  #rows = 0;
  #missingPeriods = 0;
  /** Requests up to now, unscaled and scaled. */
  #recorded = 0;
  #offered = 0;
  readonly #times: number[] = [];
  /** What each row offers, scaled. */
  readonly #offers: number[] = [];

  constructor(spec: TraceSpec) {
    this.#spec = spec;
  }

  takeHeader({ line, fields }: CsvRow): void {
    this.header = true;
    this.#columns = fields.length;
    const names = fields.map((name) => name.trim());
    this.#timeAt = this.#column(line, names, this.#spec.time);
    if (this.#spec.count !== null) this.#countAt = this.#column(line, names, this.#spec.count);
    this.stopped = this.#errors.length > 0;
  }

  takeRow(row: CsvRow): void {
    this.#rows++;
    if (!row.whole) {
      this.#fail('trace-quote', row.line, null, row.fields.join(',').slice(0, 40), 'the closing quote', null);
      return;
    }
    if (row.fields.length !== this.#columns) {
      const fields = `${row.fields.length} fields`;
      this.#fail('trace-fields', row.line, null, fields, `${this.#columns}, as in the first line`, null);
      return;
    }
    const time = this.#time(row);
    const count = this.#count(row);
    if (time === null || count === null) return;
    this.#recorded += count;
    const upTo = Math.round(this.#recorded * this.#spec.scale);
    if (upTo > MOST_REQUESTS) {
      const expected = `at most ${MOST_REQUESTS} requests in all, after scaling`;
      this.#fail('trace-size', row.line, this.#spec.count, String(upTo), expected, 'choose a smaller scale');
      this.stopped = true;
      return;
    }
    this.#times.push(time);
    this.#offers.push(upTo - this.#offered);
    this.#offered = upTo;
  }

  finish(): TraceOutcome {
    if (this.#errors.length === 0 && this.#rows === 0) {
      const what = this.header ? 'no row after the first line' : 'no line';
      this.#fail('trace-empty', 1, null, what, 'a line of column names, then at least one row', null);
    }
    if (this.#errors.length > 0) return { ok: false, errors: this.#errors, more: this.#errors.length >= MOST_ERRORS };
    const { everyUs, speed } = this.#spec;
    const every = everyUs === null ? null : everyUs / speed;
    const lengthUs = Math.ceil(this.#last / speed + (every ?? 0));
    const common = { rows: this.#rows, requests: this.#offered, lengthUs };
    const recording =
      every === null
        ? { ...common, instantsUs: this.#instants(), counts: null }
        : { ...common, instantsUs: null, counts: this.#counts() };
    return { ok: true, recording, everyUs: every, missingPeriods: this.#missingPeriods };
  }

  #counts(): Recording['counts'] {
    return this.#times.map((time, i) => ({ atUs: time / this.#spec.speed, count: this.#offers[i] as number }));
  }

  #instants(): number[] {
    const instants: number[] = [];
    const { speed } = this.#spec;
    this.#times.forEach((time, i) => {
      const copies = this.#offers[i] as number;
      const gap = (this.#times[i + 1] ?? time) - time;
      for (let copy = 0; copy < copies; copy++) instants.push((time + (gap * copy) / copies) / speed);
    });
    return instants;
  }

  #column(line: number, names: readonly string[], name: string): number {
    const at = names.indexOf(name);
    if (at < 0) {
      const near = names.find((each) => each.toLowerCase() === name.toLowerCase());
      const hint = near === undefined ? null : `did you mean ${near}?`;
      this.#fail('trace-column', line, name, name, `one of the columns ${names.join(', ')}`, hint);
    } else if (names.indexOf(name, at + 1) >= 0) {
      this.#fail('trace-column', line, name, name, 'a column name that the file has once', null);
    }
    return at;
  }

  /** Microseconds since the first row, or null after an error. */
  #time({ line, fields }: CsvRow): number | null {
    const text = fields[this.#timeAt] as string;
    const instant = parseInstant(text);
    if (instant === null) {
      this.#fail('trace-time', line, this.#spec.time, text, INSTANT_FORMS, null);
      return null;
    }
    this.#first ??= instant;
    const time = microsecondsBetween(this.#first, instant);
    if (time < this.#last) {
      this.#fail(
        'trace-order',
        line,
        this.#spec.time,
        text,
        'a time not before that of the row above',
        'sort the file by time',
      );
      return null;
    }
    if (!(time <= Number.MAX_SAFE_INTEGER)) {
      this.#fail('trace-time', line, this.#spec.time, text, 'a time at most 285 years after the first', null);
      return null;
    }
    const every = this.#spec.everyUs;
    if (every !== null && this.#rows > 1) {
      if (time - this.#last < every) {
        const expected = `a period of its own, ${every / 1_000_000} s (every) after the row above or later`;
        this.#fail('trace-period', line, this.#spec.time, text, expected, 'check the width of the periods, every');
        return null;
      }
      this.#missingPeriods += Math.max(0, Math.round((time - this.#last) / every) - 1);
    }
    this.#last = time;
    return time;
  }

  /** Requests of the row as recorded, or null after an error. */
  #count({ line, fields }: CsvRow): number | null {
    if (this.#countAt < 0) return 1;
    const text = fields[this.#countAt] as string;
    const count = /^\s*\+?\d+(\.\d*)?([eE][+-]?\d{1,2})?\s*$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isInteger(count) && count >= 0) return count;
    const hint = Number.isNaN(count) ? null : 'a period cannot have part of a request; use scale for rates';
    this.#fail('trace-count', line, this.#spec.count, text, 'a whole number >= 0 (94 or 94.0)', hint);
    return null;
  }

  #fail(
    code: TraceErrorCode,
    line: number,
    column: string | null,
    value: string,
    expected: string,
    hint: string | null,
  ): void {
    // A row can have two errors: the second of the last row is left out.
    if (this.#errors.length < MOST_ERRORS) this.#errors.push({ code, line, column, value, expected, hint });
    if (this.#errors.length >= MOST_ERRORS) this.stopped = true;
  }
}

function specErrors(spec: TraceSpec): TraceError[] {
  const errors: TraceError[] = [];
  const fail = (value: string, expected: string): void => {
    errors.push({ code: 'trace-spec', line: 0, column: null, value, expected, hint: null });
  };
  if (!(spec.scale > 0 && spec.scale < Number.POSITIVE_INFINITY)) fail(`scale ${spec.scale}`, 'a factor > 0');
  if (!(spec.speed > 0 && spec.speed < Number.POSITIVE_INFINITY)) fail(`speed ${spec.speed}`, 'a factor > 0');
  if (spec.count !== null && !(spec.everyUs !== null && spec.everyUs > 0)) {
    fail(`every ${spec.everyUs} us`, 'the width of a counted period, > 0, with count');
  }
  if (spec.count === null && spec.everyUs !== null) fail('every without count', 'both or neither');
  return errors;
}
