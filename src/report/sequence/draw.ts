/**
 * A story as a sequence chart: time goes down, a row for each record, a lifeline for each of those who took part.
 *
 *     1  0.018 s   │ orders ──── sends ───▶ │ orders (queue)   │ workers #5
 *     2  0.032 s   │                        │ ──── gives ────▶ █ held until it is deleted, given back, or its timeout is over
 *
 * Rows are equally far apart however long nothing happened; the times stand at the left.
 */
import type { Svg } from '../charts/render.ts';
import type { LegendItem } from '../charts/chart.ts';
import { ALARM, FAULT, INK, MUTED, PAPER, RULE, type Tint, tintOfDesign } from '../charts/theme.ts';
import { escapeHtml } from '../escape.ts';
import type { BrokenStory } from '../story.ts';
import { fitText } from '../text-width.ts';
import { type Lifeline, lifelinesOf } from './lifelines.ts';
import { type Span, spansOf } from './spans.ts';
import { type Step, stepsOf } from './steps.ts';

/** Pixels. Numbers and times stand in the gutter; a column lies around each lifeline. */
const GUTTER = 144;
const WIDTH = 876;
const COLUMN = { least: 132, most: 230 } as const;
const LETTERS = 12;
const SMALL = 11;
const LINE_HEIGHT = 15;
const ROW_LEAST = 38;
const HEAD = 62;
/** Real letters are a little wider than the table says, or their font is. */
const ROOM = 0.88;

interface Row {
  readonly step: Step;
  readonly label: readonly string[];
  readonly top: number;
  readonly height: number;
  /** Of the arrow, or the mark. */
  readonly y: number;
}

interface Plan {
  readonly lifelines: readonly Lifeline[];
  readonly column: number;
  readonly width: number;
  readonly height: number;
  readonly rows: readonly Row[];
  readonly tint: Tint;
  x(lifeline: string | null): number;
}

export function drawSequence(story: BrokenStory): Svg {
  const plan = planOf(story);
  const spans = spansOf(
    plan.rows.map(({ step }) => step),
    story.setting,
  );
  const inner = [
    ...spans.filter(({ kind }) => kind === 'fault').map((span) => band(plan, span)),
    ...plan.rows.filter(({ step }) => step.line.isProof).map((row) => proofBand(plan, row)),
    ...plan.lifelines.map((one) => lifeline(plan, one)),
    ...bars(plan, spans),
    ...plan.rows.map((row) => gutter(row)),
    ...plan.rows.map((row) => mark(plan, row)),
  ].join('');
  return { inner, width: plan.width, height: plan.height };
}

/** What of the marks a chart has. */
export function legendOf(story: BrokenStory): LegendItem[] {
  const steps = stepsOf(story.lines, story.setting);
  const spans = spansOf(steps, story.setting);
  const has = (kind: Span['kind']): boolean => spans.some((one) => one.kind === kind);
  const items: LegendItem[] = [{ label: 'proves it', tint: ALARM, mark: 'dot' }];
  if (has('held')) items.push({ label: 'holds a message', tint: RULE, mark: 'area' });
  if (has('working')) items.push({ label: 'works on it', tint: tintOfDesign(story.index), mark: 'square' });
  if (has('fault')) items.push({ label: 'fault in force', tint: FAULT, mark: 'area' });
  if (steps.some(({ kind }) => kind === 'lost'))
    items.push({ label: 'never came', tint: INK, mark: 'line', dash: [4, 3] });
  return items;
}

function planOf({ lines, setting, index }: BrokenStory): Plan {
  const lifelines = lifelinesOf(
    lines.map(({ record }) => record),
    setting,
  );
  const count = Math.max(1, lifelines.length);
  const column = Math.min(COLUMN.most, Math.max(COLUMN.least, Math.floor((WIDTH - GUTTER) / (count + 0.5))));
  const places = new Map(lifelines.map(({ id }, i) => [id, GUTTER + Math.round(column * (i + 0.5))]));
  const x = (id: string | null): number => places.get(id ?? '') ?? GUTTER;
  const width = GUTTER + Math.round(column * (count + 0.5));
  const rows: Row[] = [];
  let top = HEAD;
  for (const step of stepsOf(lines, setting)) {
    const label = fitText(step.label, LETTERS, roomOf(step, x, column, width) * ROOM, 3);
    const height = Math.max(ROW_LEAST, label.length * LINE_HEIGHT + 18);
    const y = step.kind === 'note' ? top + Math.round(height / 2) : top + label.length * LINE_HEIGHT + 8;
    rows.push({ step, label, top, height, y });
    top += height;
  }
  return { lifelines, column, width, height: top + 10, rows, tint: tintOfDesign(index), x };
}

function roomOf({ kind, from, to }: Step, x: (name: string | null) => number, column: number, width: number): number {
  if (kind === 'across') return width - GUTTER - 12;
  return kind === 'note' ? column - 26 : Math.abs(x(to) - x(from)) - 22;
}

/** y of a row, or between two. */
function yOf({ rows, height }: Plan, row: number | null): number {
  if (row === null) return height - 4;
  const at = rows[Math.floor(row)];
  if (at === undefined) return height - 4;
  return Number.isInteger(row) ? at.y : at.top + at.height;
}

function band(plan: Plan, span: Span): string {
  const top = yOf(plan, span.from);
  return rect(GUTTER, top, plan.width - GUTTER, yOf(plan, span.to) - top, `fill="${FAULT.light}" fill-opacity="0.16"`);
}

function proofBand({ width }: Plan, { top, height }: Row): string {
  return rect(0, top, width, height, `fill="${ALARM.light}" fill-opacity="0.09"`);
}

function lifeline(plan: Plan, { id, name, role }: Lifeline): string {
  const x = plan.x(id);
  const room = plan.column - 14;
  const lines = fitText(name, LETTERS, (room - 10) * ROOM, 2);
  const y = lines.length === 1 ? 26 : 20;
  return [
    `<path d="M${x},${HEAD - 10}V${plan.height - 4}" stroke="${RULE.light}" stroke-width="1" stroke-dasharray="2 3"/>`,
    rect(x - room / 2, 4, room, HEAD - 14, `rx="6" fill="${PAPER.light}" stroke="${RULE.light}"`),
    ...lines.map((line, i) => text(line, x, y + i * 14, `text-anchor="middle" font-weight="600" fill="${INK.light}"`)),
    text(role, x, y + lines.length * 14 + 1, `text-anchor="middle" fill="${MUTED.light}"`, SMALL),
  ].join('');
}

/** Messages that one holds at the same time lie side by side; work is drawn over what is held. */
function bars(plan: Plan, spans: readonly Span[]): string[] {
  const drawn: string[] = [];
  const lanes: { readonly at: string | null; readonly lane: number; readonly until: number }[] = [];
  for (const span of spans) {
    if (span.kind === 'fault') continue;
    const [top, bottom] = [yOf(plan, span.from), yOf(plan, span.to)];
    const x = plan.x(span.at);
    if (span.kind === 'working') {
      drawn.push(rect(x - 3, top, 6, bottom - top, `fill="${plan.tint.light}"`));
      continue;
    }
    const taken = lanes.filter((one) => one.at === span.at && one.until > top).map(({ lane }) => lane);
    const lane = [0, 1, 2, 3].find((one) => !taken.includes(one)) ?? 3;
    lanes.push({ at: span.at, lane, until: bottom });
    drawn.unshift(rect(x - 6 + lane * 5, top, 12, bottom - top, `fill="${RULE.light}" fill-opacity="0.42"`));
  }
  return drawn;
}

function gutter({ step: { line }, top, height }: Row): string {
  const y = top + Math.round(height / 2);
  const tint = line.isProof ? ALARM.light : MUTED.light;
  const at = line.since === '' ? y + 4 : y - 1;
  return [
    `<circle cx="13" cy="${y}" r="10" fill="${line.isProof ? ALARM.light : PAPER.light}" stroke="${tint}"/>`,
    text(
      String(line.number),
      13,
      y + 4,
      `text-anchor="middle" font-weight="600" fill="${line.isProof ? PAPER.light : INK.light}"`,
      SMALL,
    ),
    text(line.at, GUTTER - 8, at, `text-anchor="end" fill="${INK.light}"`),
    ...(line.since === ''
      ? []
      : [text(`+ ${line.since}`, GUTTER - 8, y + 12, `text-anchor="end" fill="${MUTED.light}"`, SMALL)]),
  ].join('');
}

function mark(plan: Plan, row: Row): string {
  const { step, label, top, y } = row;
  const colour = step.line.isProof ? ALARM.light : INK.light;
  const first = top + 16;
  if (step.kind === 'across') {
    const words = linesOfText(label, GUTTER + 6, first, `fill="${INK.light}"`);
    return `<path d="M${GUTTER},${y}H${plan.width}" stroke="${FAULT.light}" stroke-width="1.5"/>${words}`;
  }
  if (step.kind === 'note') {
    const x = plan.x(step.from);
    const start = y + 4 - ((label.length - 1) * LINE_HEIGHT) / 2;
    return `<circle cx="${x}" cy="${y}" r="5" fill="${colour}" stroke="${PAPER.light}" stroke-width="1.5"/>${linesOfText(label, x + 14, start, `fill="${colour}"`)}`;
  }
  const [from, to] = [plan.x(step.from), plan.x(step.to)];
  const words = linesOfText(
    label,
    Math.round((from + to) / 2),
    first,
    `text-anchor="middle" fill="${colour}"${Math.abs(from - to) > plan.column * 1.5 ? ` stroke="${PAPER.light}" stroke-width="4" paint-order="stroke"` : ''}`,
  );
  return arrow(step, from, to, y, colour) + words;
}

/** A full head on a call, an open one on an answer, a cross where nothing came. */
function arrow({ kind }: Step, from: number, to: number, y: number, colour: string): string {
  const way = to > from ? 1 : -1;
  const stroke = `stroke="${colour}" stroke-width="1.6" fill="none"`;
  if (kind === 'lost') {
    const end = to - way * 26;
    return `<path d="M${from},${y}H${end}" ${stroke} stroke-dasharray="5 4"/><path d="M${end - 5},${y - 5}l10,10m0,-10l-10,10" ${stroke}/>`;
  }
  const tip = to - way;
  const head = `M${tip - way * 8},${y - 4.5}L${tip},${y}L${tip - way * 8},${y + 4.5}`;
  return kind === 'call'
    ? `<path d="M${from},${y}H${tip - way * 7}" ${stroke}/><path d="${head}Z" fill="${colour}"/>`
    : `<path d="M${from},${y}H${tip}${head}" ${stroke}/>`;
}

function linesOfText(label: readonly string[], x: number, y: number, style: string): string {
  return label.map((line, i) => text(line, x, y + i * LINE_HEIGHT - 4, style)).join('');
}

function text(words: string, x: number, y: number, style: string, size = LETTERS): string {
  return `<text x="${x}" y="${y}" font-size="${size}" ${style}>${escapeHtml(words)}</text>`;
}

function rect(x: number, y: number, width: number, height: number, style: string): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${Math.max(0, height)}" ${style}/>`;
}
