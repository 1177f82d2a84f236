import type { Fact } from '../../facts/index.ts';
import { nearest } from '../../scenario/index.ts';
import { EXIT, type ExitCode, UserError } from '../exit.ts';
import type { Setting } from '../explain/settings.ts';
import { type Explanation, explanationOf, factsAbout, TOPICS } from '../explain/topics.ts';
import type { Terminal } from '../terminal.ts';
import { columns, wrap } from '../text.ts';

export interface ExplainOptions {
  /** undefined: what can be explained. */
  readonly type: string | undefined;
  /** A path of a setting, such as `redrive.maxReceiveCount`; undefined: all. */
  readonly setting: string | undefined;
  readonly json: boolean;
}

/** Settings, limits and defaults of a type, with the facts and assumptions behind them. */
export function explain(options: ExplainOptions, terminal: Terminal): ExitCode {
  const { type, setting, json } = options;
  if (type === undefined) {
    if (json) terminal.out(JSON.stringify({ topics: TOPICS }));
    else terminal.out(topicsText(terminal.width));
    return EXIT.fine;
  }
  const found = explanationOf(type);
  if (found === undefined) throw unknownTopic(type);
  const told = setting === undefined ? found : only(found, setting);
  terminal.out(json ? JSON.stringify(told) : describe(told, Math.min(terminal.width, 110)));
  return EXIT.fine;
}

function topicsText(width: number): string {
  const rows = TOPICS.map(({ name, about }) => [name, about] as const);
  return columns(rows, width).join('\n');
}

function unknownTopic(type: string): UserError {
  const names = TOPICS.map(({ name }) => name);
  const near = nearest(type, names);
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  return new UserError('unknown-type', `explain ${type} → expected one of ${names.join(', ')}${hint}`);
}

/** The part of an explanation that is about one setting. */
function only(found: Explanation, path: string): Explanation {
  const settings = found.settings.filter(
    (one) => one.path === path || (/^[.[]/.test(one.path.slice(path.length)) && one.path.startsWith(path)),
  );
  if (settings.length === 0) {
    const names = found.settings.map((one) => one.path);
    const near = nearest(path, names) ?? names.find((name) => isLike(name, path.toLowerCase()));
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    const top = names.filter((name) => !/[.[]/.test(name)).join(', ');
    throw new UserError('unknown-setting', `explain ${found.name} ${path} → expected one of ${top}${hint}`);
  }
  return { ...found, settings, figures: [], assumptions: [], facts: factsAbout(path, found.facts) };
}

/** The last part is called so, or the whole begins so. */
function isLike(name: string, wanted: string): boolean {
  const path = name.toLowerCase();
  return path.split('.').at(-1) === wanted || path.startsWith(wanted);
}

function describe({ name, about, settings, figures, facts, assumptions }: Explanation, width: number): string {
  const out: string[] = [...wrap(`${name}: ${about}`, width)];
  const section = (title: string, lines: readonly string[]): void => {
    if (lines.length > 0) out.push('', title, ...lines);
  };
  section(
    'Settings',
    columns(
      settings.map((one) => [one.path, textOf(one)]),
      width,
    ),
  );
  section(
    'What an objective may speak of',
    columns(
      figures.map((one) => [one.name, one.statistics.join(', ')]),
      width,
      Math.floor(width * 0.6),
    ),
  );
  section(
    'Rests on',
    assumptions.flatMap(({ text, source }) => bullet(`${text} (${source})`, width)),
  );
  section(
    'Facts',
    facts.flatMap((fact) => factLines(fact, width)),
  );
  return out.join('\n');
}

function textOf({ description, required, values }: Setting): string {
  const words = values.filter((value) => !description.includes(value));
  return `${description}${words.length > 0 ? ` One of ${values.join(', ')}.` : ''}${required ? ' Required.' : ''}`;
}

/** Whole microseconds are how the engine counts, not how anybody reads. */
function readable(value: number, unit: string): [number, string] {
  if (unit !== 'us' || value % 1000 !== 0) return [value, unit];
  return value % 1_000_000 === 0 ? [value / 1_000_000, 's'] : [value / 1000, 'ms'];
}

function factLines(
  { id, value: counted, unit: unitOfFact, status, source, date, note }: Fact,
  width: number,
): string[] {
  const [value, unit] = readable(counted, unitOfFact);
  const amount = String(value).replace(/\B(?=(\d{3})+$)/g, value < 1000 || !Number.isInteger(value) ? '' : ',');
  const below = [...(note === undefined ? [] : wrap(note, width - 6)), ...wrap(`${source}, ${date}`, width - 6)];
  return [`  ${id}: ${amount} ${unit} (${status})`, ...below.map((line) => `      ${line}`)];
}

function bullet(text: string, width: number): string[] {
  return wrap(text, width - 4).map((line, i) => `${i === 0 ? '  - ' : '    '}${line}`);
}
