/** A difference of two results for people, on a terminal. */
import picocolors from 'picocolors';
import { terminalText } from '../escape.ts';
import { ABSENT, duration, level, list, plain, plural, range, share, wordsOfField } from '../format.ts';
import { type SummaryOptions, wrapped } from '../terminal-text.ts';
import type { DesignDifference, FigureDifference, OneSided, ResultDifference } from './compare.ts';
import type { SettingDifference } from './settings.ts';

export interface DiffNames {
  /** How each side is called above its column. */
  readonly a: string;
  readonly b: string;
  readonly tolerance: number;
}

type Paint = ReturnType<typeof picocolors.createColors>;

/** Settings, figures and verdicts that differ, and whether the second is worse. Ends in a newline. */
export function describeDifference(diff: ResultDifference, names: DiffNames, options: SummaryOptions): string {
  const paint = picocolors.createColors(options.color);
  const width = Math.max(40, Math.min(options.width, 120));
  const out: string[] = [];
  const section = (title: string, lines: readonly string[]): void => {
    if (lines.length > 0) out.push(paint.bold(terminalText(title)), ...lines, '');
  };
  section('Compared', [
    ...wrapped(`a  ${terminalText(names.a)}`, width, '  '),
    ...wrapped(`b  ${terminalText(names.b)}`, width, '  '),
    ...diff.made.map(({ what, a, b }) => `  ${what}: ${a} → ${b}`),
  ]);
  section('Settings', settingLines(diff.settings, width));
  for (const design of diff.designs) {
    const title = design.a === design.b ? design.a : `${design.a} (a) against ${design.b} (b)`;
    section(title, designLines(design, names.tolerance, width, paint));
  }
  section('On one side only', oneSidedLines(diff.onlyIn, width));
  out.push(...wrapped(terminalText(conclusion(diff, names.tolerance)), width).map(diff.worse > 0 ? paint.red : same));
  return `${out.map((line) => line.trimEnd()).join('\n')}\n`;
}

function same(text: string): string {
  return text;
}

/** Longest value that is printed: lists of calls are left to `--json`. */
const MOST_VALUE = 60;

function settingLines(settings: readonly SettingDifference[], width: number): string[] {
  return settings.flatMap(({ path, designs, a, b }) => {
    const where = designs.length === 0 ? '' : ` (${designs.join(', ')})`;
    return wrapped(terminalText(`${path}: ${valueText(a)} → ${valueText(b)}${where}`), width, '  ');
  });
}

function valueText(value: unknown): string {
  if (value === undefined) return 'not there';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= MOST_VALUE ? text : `${text.slice(0, MOST_VALUE - 1)}…`;
}

function designLines(design: DesignDifference, tolerance: number, width: number, paint: Paint): string[] {
  const lines: string[] = design.verdicts.map(({ what, name, a, b, verdict }) =>
    tone(paint, verdict)(`  ${what} “${terminalText(name)}”: ${a} → ${b}${verdict === 'moved' ? '' : `, ${verdict}`}`),
  );
  const told = design.figures.filter((one) => isTold(one, tolerance));
  const rowsOf = table(told, tolerance, width, paint);
  const headings = told.map(({ figure }) => (figure.entity === '' ? '' : `${figure.kind} ${figure.entity}`));
  for (const heading of new Set(headings)) {
    if (heading !== '') lines.push(paint.dim(`  ${terminalText(heading)}`));
    lines.push(...rowsOf.filter((_, i) => headings[i] === heading).flat());
  }
  const silent = design.figures.length - told.length;
  if (silent > 0) {
    lines.push(
      ...wrapped(
        `${told.length === 0 ? '' : 'and '}${plural(silent, 'figure')} that moved by less than ${level(tolerance)} or within the noise (--json has them all)`,
        width,
        '  ',
      ).map(paint.dim),
    );
  }
  return lines.length === 0 ? ['  no difference'] : lines;
}

/** Figures that are judged are told whenever more than noise moved them; the others, of which there are many, from the tolerance on. */
function isTold({ figure, change, verdict }: FigureDifference, tolerance: number): boolean {
  const large = change === null || Math.abs(change) > tolerance;
  return large || (figure.kind !== 'resource' && verdict !== 'noise' && verdict !== 'moved');
}

/** Room for the longest verdict without its interval. */
const VERDICT_ROOM = 14;

/** One block of lines a row: a name that leaves no room for the numbers stands above them. */
function table(rows: readonly FigureDifference[], tolerance: number, width: number, paint: Paint): string[][] {
  const cells = rows.map((one) => [
    terminalText(nameOf(one)),
    one.figure.format(one.a),
    one.figure.format(one.b),
    changeText(one.change),
    verdictText(one, tolerance),
  ]);
  const widest = (i: number, most = Number.POSITIVE_INFINITY): number =>
    Math.max(0, ...cells.map((row) => (row[i] ?? '').length).filter((length) => length <= most));
  const [a, b, change] = [widest(1), widest(2), widest(3)];
  const room = Math.max(16, width - 4 - (a + b + change + 6) - VERDICT_ROOM);
  const label = widest(0, room);
  return cells.map(([name = '', first = '', second = '', moved = '', verdict = ''], i) => {
    const numbers = `${first.padStart(a)}  ${second.padStart(b)}  ${moved.padStart(change)}`;
    const line = `    ${(name.length > label ? '' : name).padEnd(label)}  ${numbers}`;
    const fits = line.length + 2 + verdict.length <= width;
    // The interval is the first to go.
    const shown = fits ? verdict : verdict.replace(/ \(.*$/, '');
    const whole = `${line}  ${tone(paint, rows[i]?.verdict)(shown)}`;
    return name.length > label ? [`    ${name}`, whole] : [whole];
  });
}

function nameOf({ figure }: FigureDifference): string {
  if (figure.kind !== 'traffic') return figure.key;
  const recovery = /^recovery\.(after .*)\.(recoveredMs|share)$/.exec(figure.key);
  if (recovery !== null) {
    const after = (recovery[1] ?? '').replace(/ at ([\d.]+) ms/, (_, ms: string) => ` at ${duration(Number(ms))}`);
    return `${recovery[2] === 'share' ? 'runs that recover' : 'recovery'} ${after}`;
  }
  return wordsOfField(figure.key).replace(/ perRequest$/, ' per request');
}

/** From eleven times as much on, per cent say less than a factor. */
const MOST_PERCENT = 10;

function changeText(change: number | null): string {
  if (change === null) return ABSENT;
  return change >= MOST_PERCENT ? `${plain(1 + change)}x` : `${change > 0 ? '+' : ''}${share(change)}`;
}

function verdictText({ figure, difference, verdict }: FigureDifference, tolerance: number): string {
  const word = verdict === 'moved' ? '' : verdict === 'small' ? `within ${level(tolerance)}` : verdict;
  if (difference === null || word === '') return word;
  const sure = difference.level === null ? '' : `${level(difference.level)}: `;
  return `${word} (${sure}${range(difference, figure.format)})`;
}

function tone(paint: Paint, verdict: string | undefined): (text: string) => string {
  return verdict === 'worse' ? paint.red : verdict === 'better' ? paint.green : verdict === 'moved' ? same : paint.dim;
}

function oneSidedLines(all: readonly OneSided[], width: number): string[] {
  return all.flatMap(({ side, what, name, design }) =>
    wrapped(terminalText(`${side} ${what} ${name}${design === null ? '' : ` (${design})`}`), width, '  '),
  );
}

/** Most figures named in the last sentence. */
const MOST_NAMED = 6;

function conclusion(diff: ResultDifference, tolerance: number): string {
  const within = level(tolerance);
  const better = diff.better === 0 ? '' : ` ${plural(diff.better, 'figure or verdict', 'figures or verdicts')} better.`;
  if (diff.worse === 0) return `Nothing is worse by more than ${within}.${better}`;
  const named = diff.designs.flatMap(({ b, figures, verdicts }) => [
    ...verdicts.filter(({ verdict }) => verdict === 'worse').map(({ name }) => `“${name}” in ${b}`),
    ...figures
      .filter(({ verdict }) => verdict === 'worse')
      .map((one) => `${nameOf(one)}${one.figure.entity === '' ? '' : ` of ${one.figure.entity}`} in ${b}`),
  ]);
  const rest = named.length - MOST_NAMED;
  const told = rest > 0 ? [...named.slice(0, MOST_NAMED), `${rest} more`] : named;
  return `Worse by more than ${within}: ${list(told)}.${better}`;
}
