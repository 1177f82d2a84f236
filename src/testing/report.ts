/** What came of all runs of a test. */
import { type Judgement, type Probe, PROBES, type Verdict, worseThan } from '../guarantees/index.ts';
import type { HandlerTally, Played } from './play.ts';

/** Of one guarantee or invariant, the worst over all runs. */
export interface ReportedVerdict {
  readonly guarantee: string;
  /** The resource; `state` for an invariant. */
  readonly of: string;
  readonly verdict: Verdict;
  /** Empty where there is nothing to say. */
  readonly sentence: string;
}

/** A run that broke something. */
export interface Counterexample extends ReportedVerdict {
  readonly design: string;
  /** Number of the run, from 0: the scenario as it is written. */
  readonly run: number;
  /** The scenario of that run, with its seed. */
  readonly yaml: string;
  /** What happened, a line for each record of the history that matters; those that prove it begin with `>`. */
  readonly story: readonly string[];
}

export interface GuaranteeReport {
  /** Nothing broke that was not expected to. */
  readonly held: boolean;
  /** Runs that were made, the one that broke something included. */
  readonly runs: number;
  /** Requests of all runs. */
  readonly messages: number;
  readonly verdicts: readonly ReportedVerdict[];
  /** How often each rare situation was met: what was never met was not tested. */
  readonly probes: Readonly<Record<Probe, number>>;
  readonly handlers: readonly Readonly<HandlerTally>[];
  /** null: none was found. */
  readonly counterexample: Counterexample | null;
}

/** Adds the runs up. */
export class Ledger {
  #runs = 0;
  #messages = 0;
  readonly #verdicts = new Map<string, ReportedVerdict>();
  readonly #probes = new Map<Probe, number>(PROBES.map((probe) => [probe, 0]));
  readonly #handlers = new Map<string, HandlerTally>();

  add({ judgement, messages, handlers }: Played): void {
    this.#runs++;
    this.#messages += messages;
    this.#addVerdicts(judgement);
    for (const probe of PROBES) this.#probes.set(probe, (this.#probes.get(probe) ?? 0) + judgement.probes[probe]);
    for (const { name, calls, thrown, firstError } of handlers) {
      const sum = this.#handlers.get(name) ?? { name, calls: 0, thrown: 0, firstError: null };
      sum.calls += calls;
      sum.thrown += thrown;
      sum.firstError ??= firstError;
      this.#handlers.set(name, sum);
    }
  }

  #addVerdicts({ findings }: Judgement): void {
    for (const { guarantee, resource, verdict, sentence } of findings) {
      const key = `${guarantee} of ${resource}`;
      const before = this.#verdicts.get(key);
      if (before !== undefined && !worseThan(verdict, before.verdict)) continue;
      this.#verdicts.set(key, { guarantee, of: resource, verdict, sentence });
    }
  }

  report(counterexample: Counterexample | null): GuaranteeReport {
    return {
      held: counterexample === null,
      runs: this.#runs,
      messages: this.#messages,
      verdicts: [...this.#verdicts.values()],
      probes: Object.fromEntries(this.#probes) as Record<Probe, number>,
      handlers: [...this.#handlers.values()],
      counterexample,
    };
  }
}
