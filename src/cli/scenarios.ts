/** Finds scenario files, and reads them to resolved scenarios. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, extname, isAbsolute, join, relative, resolve } from 'node:path';
import { formatErrors, parseScenario, type ResolvedScenario, type ScenarioError } from '../scenario/index.ts';
import { UserError } from './exit.ts';
import { MAX_DATA_BYTES, MAX_SCENARIO_BYTES, readTextFile } from './files.ts';
import type { Override, TrafficOption } from './overrides.ts';
import { packageRoot } from './package-root.ts';

const ENDINGS = ['.yaml', '.yml', '.json'];

export interface Changes {
  readonly overrides: readonly Override[];
  readonly traffic: readonly TrafficOption[];
}

export const NO_CHANGES: Changes = { overrides: [], traffic: [] };

export type Reading = Readable | Unreadable;

export interface Readable {
  readonly ok: true;
  readonly file: string;
  readonly scenario: ResolvedScenario;
  /** As written, options applied, as plain data. */
  readonly document: Readonly<Record<string, unknown>>;
  /** Texts of the files that it names, by the path as written. */
  readonly texts: ReadonlyMap<string, string>;
}

interface Unreadable {
  readonly ok: false;
  readonly file: string;
  readonly errors: readonly ScenarioError[];
  readonly text: string;
}

/** Texts that scenarios name, by the path as written. One for all that a command reads: the schemas of the format are built once for each. */
export class Texts {
  #file = '';
  #given: ReadonlyMap<string, string> = new Map();
  #read = new Map<string, string>();
  #unreadable: string[] = [];

  readonly read = (path: string): string | undefined => {
    const full = this.#given.get(path) ?? (isAbsolute(path) ? path : join(dirname(this.#file), path));
    if (!existsSync(full)) return undefined;
    try {
      const text = readTextFile(full, MAX_DATA_BYTES);
      this.#read.set(path, text);
      return text;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#unreadable.push(error.message);
      return undefined;
    }
  };

  /** From now on those of another scenario; what was read for it so far, and what could not be, is in the answer. */
  beside(
    file: string,
    given: ReadonlyMap<string, string>,
  ): { texts: ReadonlyMap<string, string>; unreadable: readonly string[] } {
    this.#file = file;
    this.#given = given;
    this.#read = new Map();
    this.#unreadable = [];
    return { texts: this.#read, unreadable: this.#unreadable };
  }
}

/** Reads and resolves one scenario; what is wrong with it, or with a file that it names, is in the answer. */
export function readScenario(argument: string, changes: Changes, beside = new Texts()): Reading {
  const file = findScenario(argument);
  const { traffic, given } = recordings(file, changes.traffic);
  const { texts, unreadable } = beside.beside(file, given);
  try {
    const text = readTextFile(file, MAX_SCENARIO_BYTES);
    const name = basename(file, extname(file));
    const { overrides } = changes;
    const parsed = parseScenario(text, { file, name, overrides, traffic, readText: beside.read });
    if (parsed.ok) return { file, texts, ...parsed };
    return { ok: false, file, errors: parsed.errors, text: [...unreadable, formatErrors(parsed.errors)].join('\n') };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ok: false, file, errors: [], text: error.message };
  }
}

/**
 * A recording of the command line is looked for from where the command was given, not beside the scenario: `given` has
 * its place by the path as typed. Where a file of that path lies beside the scenario too, the full path tells them apart.
 */
function recordings(
  scenario: string,
  options: readonly TrafficOption[],
): { traffic: TrafficOption[]; given: ReadonlyMap<string, string> } {
  const given = new Map<string, string>();
  const traffic = options.map(({ name, trace }) => {
    const beside = resolve(dirname(scenario), trace.file);
    const place = resolve(trace.file);
    const file = beside !== place && existsSync(beside) ? place : trace.file;
    given.set(file, place);
    return { name, trace: { ...trace, file } };
  });
  return { traffic, given };
}

/** The file that an argument means: a path, or the name of a scenario at hand. */
function findScenario(argument: string): string {
  if (existsSync(argument) || extname(argument) !== '' || basename(argument) !== argument) return argument;
  return scenarioFiles().find((file) => basename(file, extname(file)) === argument) ?? argument;
}

/** All of them, or what is wrong with those that can't be used: then none is. */
export function readAll(
  scenarios: readonly string[],
  changes: Changes,
): { readonly readable: readonly Readable[]; readonly wrong: readonly string[] } {
  const texts = new Texts();
  const readings = scenarios.map((argument) => readScenario(argument, changes, texts));
  return {
    readable: readings.filter((reading): reading is Readable => reading.ok),
    wrong: readings.flatMap((reading) => (reading.ok ? [] : [reading.text])),
  };
}

/**
 * Those that are wanted, in the order of the scenario; all where none are named.
 * @throws UserError `unknown-design`
 */
export function chosenDesigns({ file, scenario }: Readable, wanted: readonly string[]): string[] {
  const names = scenario.designs.map(({ name }) => name);
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new UserError(
      'unknown-design',
      `--design ${unknown} → ${file} has no such design; expected one of ${names.join(', ')}`,
    );
  }
  return wanted.length === 0 ? names : names.filter((name) => wanted.includes(name));
}

/**
 * The only design that is meant: the one that is named, or the only one that there is.
 * @throws UserError `unknown-design`
 */
export function chosenDesign(reading: Readable, wanted: string | undefined): string {
  const names = chosenDesigns(reading, wanted === undefined ? [] : [wanted]);
  const [only, ...others] = names;
  if (only !== undefined && others.length === 0) return only;
  throw new UserError(
    'unknown-design',
    `--design → ${reading.file} has ${names.length} designs; expected one of ${names.join(', ')}`,
  );
}

/**
 * Where what is made of each scenario goes: `out` itself, or a folder each where there are several; undefined: out/<scenario>.
 * @throws UserError `same-out` where two would be one
 */
export function foldersOf(readings: readonly Readable[], out: string | undefined): string[] {
  const places = new Map<string, string>();
  return readings.map(({ file, scenario: { name } }) => {
    const folder = out === undefined ? join('out', name) : readings.length > 1 ? join(out, name) : out;
    const former = places.get(resolve(folder));
    if (former !== undefined) {
      throw new UserError(
        'same-out',
        `${file} and ${former} would both be written to ${folder} → run them one by one, with --out`,
      );
    }
    places.set(resolve(folder), file);
    return folder;
  });
}

/** The scenarios at hand, those of ./scenarios first; as short a path as there is. */
export function scenarioFiles(): string[] {
  const folders = new Set([resolve('scenarios'), join(packageRoot(), 'scenarios')]);
  return [...folders].flatMap((folder) => {
    if (!existsSync(folder)) return [];
    const names = readdirSync(folder).filter((name) => ENDINGS.includes(extname(name)));
    return names.sort().map((name) => shortest(join(folder, name)));
  });
}

function shortest(path: string): string {
  const short = relative('.', path);
  return short.startsWith('..') ? path : short;
}
