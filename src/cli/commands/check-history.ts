import { judgeLog, type LogJudgement } from '../../experiment/index.ts';
import type { GuaranteeResult } from '../../experiment/result.ts';
import { NO_SETTING, sameProof, storyLines, storyText, titleOf, verdictsText } from '../../report/index.ts';
import { nearest, type ResolvedDesign, type ResolvedScenario } from '../../scenario/index.ts';
import { EXIT, type ExitCode, UserError } from '../exit.ts';
import { playLog } from '../log-file.ts';
import { type Changes, chosenDesign, readScenario } from '../scenarios.ts';
import type { Terminal } from '../terminal.ts';
import { thousands } from '../text.ts';
import { isOtherwise } from '../verdicts.ts';

export interface CheckHistoryOptions {
  readonly scenario: string;
  readonly changes: Changes;
  /** Log of a real system, as docs/models/history.md says. */
  readonly history: string;
  /** undefined: the only one. */
  readonly design: string | undefined;
  readonly json: boolean;
}

/** Worst first. */
const VERDICTS = ['broken', 'unknown', 'held', 'not exercised'];

/** Judges a log by what a design promises; simulates nothing. Exit code 1 where a guarantee came out otherwise than expected. */
export function checkHistory(options: CheckHistoryOptions, terminal: Terminal): ExitCode {
  const reading = readScenario(options.scenario, options.changes);
  if (!reading.ok) {
    terminal.err(reading.text);
    return EXIT.badInput;
  }
  const { history } = options;
  const { scenario, file } = reading;
  const wanted = chosenDesign(reading, options.design);
  const design = scenario.designs.find((one) => one.name === wanted) as ResolvedDesign;
  const judged = judgeLog(scenario, design, (sink) => playLog(history, sink));
  if (!judged.isOfDesign) throw nothingKnown(options, design, judged);
  for (const name of judged.foreign) terminal.err(warningOf(name, history, design, judged));
  const ordered = [...judged.guarantees].sort((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict));
  const guarantees = [...ordered.filter(isOtherwise), ...ordered.filter((one) => !isOtherwise(one))].map((one) =>
    inLines(one, judged),
  );
  if (options.json) terminal.out(JSON.stringify(toJson(options, scenario, design, judged, guarantees)));
  else terminal.out(describe(options, file, design, judged, guarantees, terminal));
  return guarantees.some(isOtherwise) ? EXIT.unexpected : EXIT.fine;
}

function nothingKnown({ history }: CheckHistoryOptions, design: ResolvedDesign, judged: LogJudgement): UserError {
  const names = judged.foreign.length === 0 ? 'nothing' : judged.foreign.join(', ');
  return new UserError(
    'no-common-names',
    `${history}: it names ${names} → expected names of design ${design.name}: ${judged.known.join(', ')}`,
  );
}

function warningOf(name: string, file: string, { name: design }: ResolvedDesign, { known }: LogJudgement): string {
  const near = nearest(name, known);
  const hint = near === undefined ? `expected one of ${known.join(', ')}` : `did you mean ${near}?`;
  return `Warning: ${file} names ${name}, which design ${design} does not have; what it says of ${name} is not judged → ${hint}`;
}

/** Checkers count records; who has a file counts lines. */
function inLines(one: GuaranteeResult, { reader }: LogJudgement): GuaranteeResult {
  if (one.sentence === undefined) return one;
  const sentence = one.sentence.replace(/\bRecord (\d+)/, (_, n: string) => `Line ${reader.lineOf(Number(n))}`);
  return { ...one, sentence };
}

function describe(
  { history }: CheckHistoryOptions,
  scenario: string,
  design: ResolvedDesign,
  { records, reader }: LogJudgement,
  guarantees: readonly GuaranteeResult[],
  { color, width: columns }: Terminal,
): string {
  const width = Math.max(40, Math.min(columns, 120));
  const visibilityUs = (queue: string): number | undefined =>
    design.resources.flatMap((one) => (one.type === 'sqs' && one.name === queue ? one.visibilityTimeoutUs : []))[0];
  const out = [
    `${history}: ${thousands(records)} records, judged by what design ${design.name} of ${scenario} promises`,
    '',
    ...verdictsText(guarantees, { color, width }),
  ];
  const setting = { ...NO_SETTING, visibilityUs };
  for (const broken of sameProof(guarantees)) {
    const lines = storyLines(withTexts(broken[0], reader), setting);
    const place = ({ record }: (typeof lines)[number]): string => `Line ${reader.lineOf(record.n)}`;
    out.push('', ...storyText(titleOf(broken), lines, { color, width }, place));
  }
  return out.join('\n');
}

/** Told with the texts that the log has, though the type of a record knows numbers alone. */
function withTexts({ evidence = [], story = evidence }: GuaranteeResult, reader: LogJudgement['reader']) {
  const written = (all: typeof evidence) => all.map((record) => reader.asWritten(record) as typeof record);
  return { evidence: written(evidence), story: written(story) };
}

/** One line for programs: records bear the line at which they stand, in place of their number. */
function toJson(
  { history }: CheckHistoryOptions,
  scenario: ResolvedScenario,
  design: ResolvedDesign,
  { records, reader, probes, foreign }: LogJudgement,
  guarantees: readonly GuaranteeResult[],
): unknown {
  const told = (all: GuaranteeResult['evidence']): unknown =>
    all?.map((record) => {
      const { n, ...rest } = reader.asWritten(record);
      return { line: reader.lineOf(n), ...rest };
    });
  return {
    schema: 'spillway/check-history@1',
    history,
    scenario: scenario.name,
    design: design.name,
    records,
    unexpected: guarantees.filter(isOtherwise).length,
    foreign,
    guarantees: guarantees.map((one) => ({ ...one, evidence: told(one.evidence), story: told(one.story) })),
    probes,
  };
}
