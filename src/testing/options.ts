/** What a test says of its scenario, and what is expected of it. */
import type { HandlerCode } from '../experiment/index.ts';
import { nearest } from '../scenario/index.ts';
import { TestingError } from './errors.ts';

/** A scenario as text (YAML or JSON), or as the plain data of it. */
export type ScenarioInput = string | Readonly<Record<string, unknown>>;

/** Holds: true or nothing. Broken: false, a sentence that says why, or a throw, so that `expect(…)` of a test runner may stand in it. */
export type InvariantAnswer = boolean | string | void;
export type Invariant<State> = (state: State) => InvariantAnswer;
export type EndInvariant<State> = (state: State, end: RunEnd) => InvariantAnswer;

/** What there is to compare the state with when a run has come to rest: requests by the numbers that their messages bear. */
export interface RunEnd {
  /** Those whose sender was told that they were taken. */
  readonly accepted: readonly number[];
  /** Those of which a message is still in a queue; in a dead-letter queue, mostly. */
  readonly left: readonly number[];
}

export interface GuaranteeOptions<State = undefined> {
  /** Default: every design that has one of the handlers. */
  readonly design?: string;
  /** By the name of the consumer or function; each is made anew for every run, with the state of that run. */
  readonly handlers?: Readonly<Record<string, (state: State) => HandlerCode>>;
  /** The state of the application at the start of a run. */
  readonly state?: () => State;
  /** By the sentence that must be true: looked at after each step of each handler, and at the end. */
  readonly invariants?: Readonly<Record<string, Invariant<State>>>;
  /** The same, looked at when the run has come to rest. */
  readonly atEnd?: Readonly<Record<string, EndInvariant<State>>>;
  /** Asked for beyond what the scenario says and its resources promise, such as `order of workers`. */
  readonly guarantees?: readonly string[];
  /** Runs at most; default 200. The first is the scenario as it is written. */
  readonly runs?: number;
  /** Of the search; default 1. */
  readonly seed?: number | string;
  /** Messages of a run at most, where the search makes up the traffic; default 200. */
  readonly messages?: number;
  /** Texts of the files that the scenario names, by their paths. */
  readonly files?: Readonly<Record<string, string>>;
}

const KEYS: readonly string[] = [
  'design',
  'handlers',
  'state',
  'invariants',
  'atEnd',
  'guarantees',
  'runs',
  'seed',
  'messages',
  'files',
] satisfies readonly (keyof GuaranteeOptions)[];
const MOST_RUNS = 1_000_000;
const MOST_MESSAGES = 1_000_000;

/** Throws TestingError at the first option that is none, or is out of its range. Names are looked at with the scenario. */
export function checkOptions<State>(options: GuaranteeOptions<State>): void {
  for (const key of Object.keys(options)) {
    if (KEYS.includes(key)) continue;
    const near = nearest(key, KEYS);
    const hint = near === undefined ? '' : `, did you mean ${near}?`;
    throw badOption(key, 'an unknown option', `one of ${KEYS.join(', ')}${hint}`);
  }
  checkCount('runs', options.runs, MOST_RUNS);
  checkCount('messages', options.messages, MOST_MESSAGES);
  checkFunctions('handlers', options.handlers);
  checkFunctions('invariants', options.invariants);
  checkFunctions('atEnd', options.atEnd);
}

export function badOption(option: string, found: string, expected: string): TestingError {
  return new TestingError('bad-option', `${option}: ${found} → expected ${expected}`);
}

function checkCount(option: string, value: number | undefined, most: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 1 && value <= most)) return;
  throw badOption(option, String(value), `a whole number from 1 to ${most}`);
}

function checkFunctions(option: string, functions: Readonly<Record<string, unknown>> | undefined): void {
  for (const [name, one] of Object.entries(functions ?? {})) {
    if (typeof one !== 'function') throw badOption(`${option}.${name}`, typeof one, 'a function of the state');
  }
}
