/**
 * Sentences about the application's state that must be true. One that has broken is not looked at any more in its run: what comes after is its
 * consequence.
 */
import type { HandlerContext, HandlerMessage } from '../experiment/index.ts';
import type { Finding } from '../guarantees/index.ts';
import { TestingError } from './errors.ts';
import { badOption, type EndInvariant, type Invariant, type InvariantAnswer, type RunEnd } from './options.ts';

/** What all invariants are of, where a checker names a resource. */
export const STATE = 'state';

/** The step after which it was first seen. */
export interface Step {
  readonly handler: string;
  readonly request: number;
  readonly nowUs: number;
}

interface Break {
  readonly sentence: string;
  /** null: at the end. */
  readonly after: Step | null;
}

export interface InvariantFinding extends Finding {
  readonly guarantee: string;
  readonly resource: string;
  readonly after: Step | null;
}

const US_PER_MS = 1000;

export class Invariants<State> {
  readonly #state: State;
  readonly #always: readonly (readonly [string, Invariant<State>])[];
  readonly #atEnd: readonly (readonly [string, EndInvariant<State>])[];
  readonly #breaks = new Map<string, Break>();
  #steps = 0;
  /** An invariant that answers nonsense. Thrown at the end: here it would look as if the handler had failed. */
  #mistake: TestingError | null = null;

  constructor(
    state: State,
    always: Readonly<Record<string, Invariant<State>>>,
    atEnd: Readonly<Record<string, EndInvariant<State>>>,
  ) {
    this.#state = state;
    this.#always = Object.entries(always);
    this.#atEnd = Object.entries(atEnd);
  }

  /** A handler has done something. */
  stepped(handler: string, { request }: HandlerMessage, { nowMs }: HandlerContext): void {
    this.#steps++;
    const after = { handler, request, nowUs: Math.round(nowMs * US_PER_MS) };
    for (const [name, invariant] of this.#always) this.#look(name, after, () => invariant(this.#state));
  }

  /** The run is over. `end`: null where it has not come to rest. Throws TestingError where an invariant gave no answer. */
  finish(end: RunEnd | null): InvariantFinding[] {
    for (const [name, invariant] of this.#always) this.#look(name, null, () => invariant(this.#state));
    if (end !== null) {
      for (const [name, invariant] of this.#atEnd) this.#look(name, null, () => invariant(this.#state, end));
    }
    if (this.#mistake !== null) throw this.#mistake;
    return [
      ...this.#always.map(([name]) => this.#finding(name)),
      ...this.#atEnd.map(([name]) => (end === null ? open(name) : this.#finding(name))),
    ];
  }

  #look(name: string, after: Step | null, ask: () => InvariantAnswer): void {
    if (this.#breaks.has(name) || this.#mistake !== null) return;
    const answer = answerOf(name, ask);
    if (answer instanceof TestingError) this.#mistake = answer;
    else if (answer !== null) this.#breaks.set(name, { sentence: answer, after });
  }

  #finding(guarantee: string): InvariantFinding {
    const broken = this.#breaks.get(guarantee);
    const verdict = broken !== undefined ? 'broken' : this.#steps > 0 ? 'held' : 'not exercised';
    const sentence = broken?.sentence ?? (this.#steps > 0 ? '' : 'No handler was called.');
    const counts = { steps: this.#steps };
    return { guarantee, resource: STATE, verdict, sentence, evidence: [], counts, after: broken?.after ?? null };
  }
}

function open(guarantee: string): InvariantFinding {
  const sentence = 'The run ended before the system came to rest.';
  return { guarantee, resource: STATE, verdict: 'unknown', sentence, evidence: [], counts: {}, after: null };
}

/** Why it is broken; null: it holds. */
function answerOf(name: string, ask: () => InvariantAnswer): string | null | TestingError {
  let answer: unknown;
  try {
    answer = ask();
  } catch (error) {
    return asSentence(error instanceof Error ? error.message : String(error));
  }
  if (answer === undefined || answer === true) return null;
  if (answer === false) return 'it gave false.';
  if (typeof answer === 'string' && answer !== '') return asSentence(answer);
  const isPromise = typeof answer === 'object' && answer !== null && 'then' in answer;
  const found = isPromise ? 'a promise' : JSON.stringify(answer);
  return badOption(`invariant "${name}"`, found, 'true, or a sentence that says what is wrong');
}

function asSentence(text: string): string {
  const [first = ''] = text.split('\n');
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
