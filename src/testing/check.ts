/**
 * Code of an application as the handlers of a scenario, and what must be true of it whatever happens.
 *
 *   scenario ─▶ search ─▶ run after run, each with fresh state ─▶ checkers on the history, invariants on the state ─▶ report, or BrokenGuarantee
 *
 * Both functions are asynchronous, so that runs may come to be spread over threads; for now they are over when they are called.
 */
import { HandlerCodeError } from '../experiment/index.ts';
import { breachesOf } from '../search/index.ts';
import { BrokenGuarantee } from './broken-guarantee.ts';
import { TestingError } from './errors.ts';
import { checkOptions, type GuaranteeOptions, type ScenarioInput } from './options.ts';
import { play } from './play.ts';
import { type Counterexample, type GuaranteeReport, Ledger } from './report.ts';
import { readScenario } from './scenario.ts';
import { type Found, search } from './search.ts';
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
  let mistake: unknown = null;
  const found = search(tested, {
    runs,
    seed: String(seed),
    messages,
    run: (candidate, design) => {
      try {
        const played = play(candidate, design, options);
        // What is tried once something broke only makes it smaller, and is no scenario that the code was written for.
        if (isOpen) ledger.add(played);
        isOpen &&= breachesOf(candidate, design, played.judgement).length === 0;
        return played;
      } catch (error) {
        const isOurs = error instanceof HandlerCodeError || error instanceof TestingError;
        if (isOpen && isOurs) mistake ??= error;
        throw error;
      }
    },
  });
  if (mistake !== null) throw mistake;
  return ledger.report(found === null ? null : counterexampleOf(found, options));
}

/** Plays what was found once more, for its story. */
function counterexampleOf<State>(found: Found, options: GuaranteeOptions<State>): Counterexample {
  const { scenario, design, run, yaml, breach } = found;
  const { history } = play(scenario, design, options);
  const { guarantee, resource, sentence, evidence } = breach;
  const story = tell(history, evidence);
  return { guarantee, of: resource, verdict: 'broken', sentence, design, run, yaml, story };
}
