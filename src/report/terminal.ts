/** The summary on the terminal: what happened, then the numbers. */
import Table3 from 'cli-table3';
import picocolors from 'picocolors';
import type { Result } from '../experiment/result.ts';
import { terminalText } from './escape.ts';
import { isOneRun } from './findings.ts';
import { plural } from './format.ts';
import { guaranteeSummaries, tellStory } from './sentences.ts';
import { brokenStories, titleIn } from './story.ts';
import { storyText } from './story-text.ts';

import { type Cell, comparisonTable, objectivesTable, subscriptionsTable, type Table, type Tone } from './tables.ts';
import { type SummaryOptions, wrapped } from './terminal-text.ts';

/** Stories of guarantees that nobody expected to break; the report has them all. */
const MOST_STORIES = 2;

/** The summary of a result for people: sentences, the comparison and the verdicts, no wider than `width` (40 at least). Ends in a newline. */
export function summarise(result: Result, options: SummaryOptions): string {
  const paint = picocolors.createColors(options.color);
  const width = Math.max(40, Math.min(options.width, 120));
  const story = tellStory(result);
  const out: string[] = [];
  const say = (text: string, indent = ''): void => {
    out.push(...wrapped(terminalText(text), width, indent));
  };
  out.push(
    ...wrapped(terminalText(result.title === '' ? result.scenario : result.title), width).map((line) =>
      paint.bold(line),
    ),
  );
  if (result.description !== '')
    out.push(...wrapped(terminalText(result.description), width).map((line) => paint.dim(line)));
  out.push('');
  if (story.alarms.length > 0) {
    out.push(paint.red(paint.bold('Not as expected')));
    for (const alarm of story.alarms) out.push(...bullet(alarm, width).map((line) => paint.red(line)));
    out.push('');
    const broken = brokenStories(result).filter(({ isAlarming }) => isAlarming);
    for (const one of broken.slice(0, MOST_STORIES)) {
      out.push(...storyText(titleIn(one), one.lines, { ...options, width }), '');
    }
    if (broken.length > MOST_STORIES) {
      say(`The report tells how ${plural(broken.length - MOST_STORIES, 'other guarantee')} came to be broken.`);
      out.push('');
    }
  }
  say(story.headline);
  for (const design of story.designs) {
    out.push('', paint.bold(terminalText(design.name)));
    say((story.designs.length > 3 ? design.brief : design.sentences).join(' '), '  ');
  }
  out.push('', tableText(comparisonTable(result, true), width, paint));
  for (const sentence of story.comparisons) out.push(...bullet(sentence, width));
  const deliveries = subscriptionsTable(result, true);
  if (deliveries !== undefined) out.push('', tableText(deliveries, width, paint));
  const objectives = objectivesTable(result);
  if (objectives !== undefined) out.push('', ...objectiveLines(objectives, width, paint));
  const guarantees = guaranteeSummaries(result);
  if (guarantees.length > 0) out.push('', ...guarantees.flatMap((sentence) => bullet(sentence, width)));
  const assumed = result.assumptions.filter((one) => one.source === 'assumed' || one.source === '').length;
  out.push('');
  say(
    `${isOneRun(result) ? 'One replication: no intervals. ' : ''}Rests on ${plural(result.assumptions.length, 'assumption')}${assumed > 0 ? `, ${assumed} without a source` : ''}; the report lists them.`,
  );
  const lines = out.flatMap((block) => block.split('\n'));
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

type Paint = ReturnType<typeof picocolors.createColors>;

function tonePaint(paint: Paint, tone: Tone | undefined): (text: string) => string {
  return tone === 'good'
    ? paint.green
    : tone === 'bad'
      ? paint.red
      : tone === 'warn'
        ? paint.yellow
        : tone === 'quiet'
          ? paint.dim
          : (text) => text;
}

function bullet(text: string, width: number): string[] {
  return wrapped(terminalText(text), width, '  ').map((line, index) => (index === 0 ? `- ${line.slice(2)}` : line));
}

function objectiveLines(table: Table, width: number, paint: Paint): string[] {
  const lines: string[] = [paint.bold('Objectives')];
  for (const group of table.groups) {
    for (const [verdict, objective, value, expectation] of group.rows) {
      const word = `${(verdict?.text ?? '').padEnd(9)} `;
      const text = terminalText(
        `${group.heading ?? ''}: ${objective?.text ?? ''} (${value?.text ?? ''}), ${expectation?.text ?? ''}`,
      );
      const [first = '', ...rest] = wrapped(text, width, ' '.repeat(word.length + 2));
      lines.push(`  ${tonePaint(paint, verdict?.tone)(word)}${first.trimStart()}`, ...rest);
    }
  }
  return lines;
}

const BARE = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** Designs as columns; where they do not fit beside each other, in several tables. */
function tableText(table: Table, width: number, paint: Paint): string {
  const [first, ...designs] = table.columns;
  const rows = table.groups.flatMap((group) => [
    ...(group.heading === undefined ? [] : [[{ text: group.heading } as Cell]]),
    ...group.rows,
  ]);
  const longest = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => text.length));
  const labelWidth = Math.min(30, longest([first?.label ?? '', ...rows.map((row) => row[0]?.text ?? '')]));
  const cellText = (cell: Cell | undefined): string =>
    cell === undefined ? '' : cell.sub === undefined ? cell.text : `${cell.text} ${beside(cell.sub)}`;
  const widths = designs.map((column, index) =>
    Math.min(width - labelWidth - 3, longest([column.label, ...rows.map((row) => cellText(row[index + 1]))])),
  );
  const chunks: number[][] = [];
  let used = width;
  designs.forEach((_, index) => {
    const needed = (widths[index] ?? 0) + 2;
    const last = chunks.at(-1);
    if (last === undefined || used + needed > width) {
      chunks.push([index]);
      used = labelWidth + needed;
    } else {
      last.push(index);
      used += needed;
    }
  });
  return chunks
    .map((chunk) => {
      const drawn = new Table3({
        chars: BARE,
        style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
        colWidths: [labelWidth, ...chunk.map((index) => widths[index] ?? 10)],
        colAligns: ['left', ...chunk.map(() => 'right' as const)],
      });
      drawn.push([
        paint.dim(terminalText(first?.label ?? '')),
        ...chunk.map((index) => paint.bold(terminalText(designs[index]?.label ?? ''))),
      ]);
      for (const row of rows) {
        const label = terminalText(row[0]?.text ?? '');
        drawn.push([
          row.length === 1 ? paint.bold(label) : label,
          ...chunk.map((index) => {
            const cell = row[index + 1];
            if (cell === undefined) return '';
            const text = tonePaint(paint, cell.tone)(terminalText(cell.text));
            return cell.sub === undefined ? text : `${text} ${paint.dim(terminalText(beside(cell.sub)))}`;
          }),
        ]);
      }
      return drawn.toString();
    })
    .join('\n\n');
}

/** A range beside its estimate would read as part of it. */
function beside(sub: string): string {
  return sub.includes(' to ') ? `(${sub})` : sub;
}
