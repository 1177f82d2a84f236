import { STATE } from './invariants.ts';
import type { Counterexample, GuaranteeReport } from './report.ts';

/** Something that must hold was broken. The message tells what, how it came about, and how to see it again. */
export class BrokenGuarantee extends Error {
  override readonly name = 'BrokenGuarantee';
  readonly report: GuaranteeReport;
  readonly counterexample: Counterexample;

  constructor(report: GuaranteeReport, counterexample: Counterexample) {
    super(messageOf(report, counterexample));
    this.report = report;
    this.counterexample = counterexample;
  }
}

function messageOf({ handlers }: GuaranteeReport, found: Counterexample): string {
  const { guarantee, of, sentence, design, run, story, yaml } = found;
  const when = run === 0 ? 'the scenario as it is written' : `run ${run + 1}`;
  const threw = handlers.filter(({ thrown }) => thrown > 0);
  return [
    of === STATE ? `"${guarantee}" does not hold: ${sentence}` : `${guarantee} of ${of} is broken: ${sentence}`,
    '',
    `What happened (design ${design}, ${when}; > proves it):`,
    ...story,
    '',
    ...threw.map(
      ({ name, thrown, calls, firstError }) => `${name} threw in ${thrown} of ${calls} calls, first ${firstError}.`,
    ),
    ...(threw.length === 0 ? [] : ['']),
    'The smallest scenario found. Give it to expectGuarantees with `runs: 1` to see it again:',
    ...yaml
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
  ].join('\n');
}
