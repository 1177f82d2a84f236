/** What the definitions of several commands share: options, and what their texts say. */
import type { Argv } from 'yargs';
import { type ExitCode, UserError } from '../exit.ts';
import { FORMATS, parseCount, parseSet, parseTraffic } from '../overrides.ts';
import type { Changes } from '../scenarios.ts';
import type { Terminal } from '../terminal.ts';

/** What a command is given when it is called. */
export interface Call {
  readonly terminal: Terminal;
  /** Takes the code with which it ended. */
  readonly end: (code: ExitCode) => void;
}

/** Adds a command to the line. The command's own code is read only when it is called: the start must be quick. */
export type Define = (line: Argv, call: Call) => Argv;

const MAX_THREADS = 1024;
const MAX_REPLICATIONS = 1_000_000;

export const RESULT = 'Result file, its folder, or a scenario that was run to out/<name>; may end in #design';

export const designOption = {
  type: 'string',
  array: true,
  requiresArg: true,
  describe: 'Only this design (may be repeated)',
} as const;

export const threadsOption = {
  type: 'string',
  requiresArg: true,
  describe: 'Worker threads (default: one per processor)',
} as const;

export const formatOption = {
  type: 'string',
  array: true,
  requiresArg: true,
  describe: `What to write, comma-separated: ${FORMATS.join(',')} (default: all but png)`,
} as const;

export function scenarios(y: Argv) {
  return y.positional('scenario', {
    type: 'string',
    array: true,
    demandOption: true,
    describe: SCENARIO,
  });
}

export const SCENARIO = 'Scenario file (YAML or JSON), or the name of one that `spillway list` shows';

/** Options that change a scenario before it is checked. */
export function withChanges<T>(y: Argv<T>) {
  return withoutReplications(y).option('replications', {
    type: 'string',
    requiresArg: true,
    describe: 'Replications of each design',
  });
}

export function withoutReplications<T>(y: Argv<T>) {
  return y
    .option('seed', { type: 'string', requiresArg: true, describe: 'Master seed, in place of the scenario’s' })
    .option('set', {
      type: 'string',
      array: true,
      requiresArg: true,
      describe: 'path=value: change a setting (may be repeated)',
    })
    .option('traffic', {
      type: 'string',
      array: true,
      requiresArg: true,
      describe:
        'orders=file.csv,time=column[,count=column,every=5m,scale=2x,speed=2x]: a recording in place of a traffic',
    });
}

interface ChangeArguments {
  readonly seed?: string | undefined;
  readonly replications?: string | undefined;
  readonly set?: string[] | undefined;
  readonly traffic?: string[] | undefined;
}

export function changesOf(argv: ChangeArguments): Changes {
  const seed = single('seed', argv.seed);
  const replications = single('replications', argv.replications);
  const overrides = (argv.set ?? []).map(parseSet);
  // As YAML text: quoted, or 007 would become a number.
  if (seed !== undefined) overrides.push({ path: 'seed', value: JSON.stringify(seed) });
  if (replications !== undefined) {
    overrides.push({ path: 'replications', value: String(parseCount('replications', replications, MAX_REPLICATIONS)) });
  }
  return { overrides, traffic: (argv.traffic ?? []).map(parseTraffic) };
}

export function countOf(option: string, value: string | undefined, preset: number, most: number): number {
  const text = single(option, value);
  return text === undefined ? preset : parseCount(option, text, most);
}

export function threadsOf(value: string | undefined): number | undefined {
  const text = single('threads', value);
  return text === undefined ? undefined : parseCount('threads', text, MAX_THREADS);
}

/** @throws UserError `bad-option` where there are none or several */
export function onlyOne(option: string, what: string, values: readonly string[] | undefined): string {
  const [value, ...others] = values ?? [];
  if (value !== undefined && others.length === 0) return value;
  throw new UserError('bad-option', `${option} → expected one ${what}`);
}

/** yargs makes a list of what is given twice, whatever the type says. */
export function single(option: string, value: string | readonly string[] | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') {
    throw new UserError(
      'bad-option',
      `--${option} is given ${value.length} times (${value.join(', ')}) → expected once`,
    );
  }
  if (value === '') throw new UserError('bad-option', `--${option} is empty → expected a value`);
  return value;
}
