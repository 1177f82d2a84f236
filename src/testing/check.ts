/**
 * Code of an application as the handlers of a scenario, and what must be true of it whatever happens.
 *
 *   scenario ─▶ search ─▶ run after run, each with fresh state ─▶ checkers on the history, invariants on the state ─▶ report, or BrokenGuarantee
 *
 * Both functions are asynchronous, so that runs may come to be spread over threads; for now they are over when they are called.
 */
import { BrokenGuarantee } from './broken-guarantee.ts';
import { TestingError } from './errors.ts';
import { checkOptions, type GuaranteeOptions, type ScenarioInput } from './options.ts';
import { play } from './play.ts';
import { type Counterexample, type GuaranteeReport, Ledger } from './report.ts';
import { readScenario } from './scenario.ts';
import { breachesOf, type Found, search } from './search.ts';
import { tell } from './story.ts';

const RUNS = 200;
const SEED = 1;
const MESSAGES = 200;

/**
 * Runs the scenario with the handlers in it, again and again, and throws BrokenGuarantee at the first guarantee or invariant that breaks. Throws
 * TestingError where the test itself is wrong: a scenario with errors, an option that is none, a handler that was never called or always threw.
 */
export async function expectGuarantees<State = undefined>(
  scenario: ScenarioInput,
  options: GuaranteeOptions<State> = {},
): Promise<GuaranteeReport> {
  const report = await checkGuarantees(scenario, options);
  if (report.counterexample !== null) throw new BrokenGuarantee(report, report.counterexample);
  for (const { name, calls, thrown, firstError } of report.handlers) {
    if (calls === 0) {
      const expected = 'traffic that reaches it';
      throw new TestingError(
        'never-called',
        `${name}: no message reached it in ${report.runs} runs → expected ${expected}`,
      );
    }
    if (thrown === calls) {
      const all = `${name}: it threw in each of ${calls} calls, first ${firstError}`;
      throw new TestingError('always-threw', `${all} → expected one that goes well now and then`);
    }
  }
  return report;
}

/** The same, but tells what came of it instead of throwing BrokenGuarantee. */
export async function checkGuarantees<State = undefined>(
  scenario: ScenarioInput,
  options: GuaranteeOptions<State> = {},
): Promise<GuaranteeReport> {
  checkOptions(options);
  const tested = readScenario(scenario, options);
  const { runs = RUNS, seed = SEED, messages = MESSAGES } = options;
  const ledger = new Ledger();
  let isOpen = true;
  const found = search(tested, {
    runs,
    seed: String(seed),
    messages,
    run: (candidate, design) => {
      const played = play(candidate, design, options);
      // What is tried once something broke only makes it smaller.
      if (isOpen) ledger.add(played);
      isOpen &&= breachesOf(candidate, design, played.judgement).length === 0;
      return played;
    },
  });
  return ledger.report(found === null ? null : counterexampleOf(found, options));
}

/** Plays what was found once more, for its story. */
function counterexampleOf<State>(found: Found, options: GuaranteeOptions<State>): Counterexample {
  const { scenario, design, run, yaml } = found;
  const { judgement, history } = play(scenario, design, options);
  const [breach] = breachesOf(scenario, design, judgement);
  if (breach === undefined) {
    const cause = 'a handler or an invariant that is not the same each time (state outside `state`, host time, chance)';
    throw new TestingError('bad-option', `what broke in a run did not break when it was run again → look for ${cause}`);
  }
  const { guarantee, resource, verdict, sentence, evidence } = breach;
  return { guarantee, of: resource, verdict, sentence, design, run, yaml, story: tell([...history], evidence) };
}
