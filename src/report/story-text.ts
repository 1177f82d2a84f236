/** Verdicts and stories for a terminal. */
import picocolors from 'picocolors';
import type { GuaranteeResult } from '../experiment/result.ts';
import { terminalText } from './escape.ts';
import { lineText, type StoryLine } from './story.ts';
import { type SummaryOptions, wrapped } from './terminal-text.ts';

/** How it came about, line by line; what proves it is red, with a mark before it. `place`: where a record stands, if anywhere. */
export function storyText(
  title: string,
  lines: readonly StoryLine[],
  { color, width }: SummaryOptions,
  place: (line: StoryLine) => string = () => '',
): string[] {
  const paint = picocolors.createColors(color);
  const heading = wrapped(terminalText(`How it came about: ${title} (> proves it)`), width);
  return [
    ...heading.map((line) => paint.bold(line)),
    ...lines.flatMap((line) => {
      const number = `${line.isProof ? '>' : ' '}${`${line.number}.`.padStart(3)}`;
      const [first = '', ...rest] = wrapped(terminalText(lineText(line, place(line))), width, '     ');
      const numbered = [`${number} ${first.trimStart()}`, ...rest];
      return line.isProof ? numbered.map((part) => paint.red(part)) : numbered;
    }),
  ];
}

/** A line for each guarantee: verdict, name, what of, why; those that came out otherwise than expected say so. */
export function verdictsText(guarantees: readonly GuaranteeResult[], { color, width }: SummaryOptions): string[] {
  const paint = picocolors.createColors(color);
  const names = guarantees.map(({ name, resource }) => `${name} of ${resource === '*' ? 'the run' : resource}`);
  const longest = Math.min(34, Math.max(0, ...names.map((name) => name.length)));
  const indent = ' '.repeat(VERDICT_WIDTH + longest + 2);
  return guarantees.flatMap(({ verdict, expected, sentence = '' }, i) => {
    const isOtherwise = (verdict === 'held' || verdict === 'broken') && verdict !== expected;
    const expectation = isOtherwise ? `expected: ${expected}. ` : verdict === 'broken' ? 'as expected. ' : '';
    const why = wrapped(terminalText(`${expectation}${sentence}`), width, indent).map((line) => line.trimStart());
    const name = terminalText(names[i] ?? '');
    const tone = isOtherwise
      ? paint.red
      : verdict === 'held'
        ? paint.green
        : verdict === 'unknown'
          ? paint.yellow
          : paint.dim;
    const start = `${tone(verdict.padEnd(VERDICT_WIDTH))}${name.padEnd(longest)}`;
    const rows =
      name.length > longest
        ? [start, ...why.map((line) => indent + line)]
        : [`${start}  ${why[0] ?? ''}`, ...why.slice(1).map((line) => indent + line)];
    return rows.map((row) => row.trimEnd()).filter((row) => row !== '');
  });
}

/** The longest of them, and two spaces. */
const VERDICT_WIDTH = 'not exercised'.length + 2;
