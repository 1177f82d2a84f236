/**
 * A handler as a program: what runs on a message in the place of a drawn time and a share of failures.
 *
 *   plain function      called when the handler's time is over and its calls have come back: its effects are there at that one instant
 *   generator function  called when the handler begins; each `yield` lets virtual time pass, and effects happen where they stand between two of
 *                       them, so whatever ends the handling there (a crash, a timeout) leaves half of them behind
 *
 * To throw is to fail: the message comes back. There are no promises in virtual time, so code that returns one is refused.
 */
import { Outcome } from '../services/ports.ts';

/** What code is told of a message: SQS's words, with numbers for its texts. What the message does not bear is null. */
export interface HandlerMessage {
  /** Which request it is, in the order of arrival: the same for every copy, received again, sent twice or fanned out. Histories call it `entity`. */
  readonly request: number;
  /** The traffic that it comes from. */
  readonly traffic: string;
  /** The key that the request bears: a whole number, the same for equal keys. */
  readonly key: number | null;
  /** null where a topic invokes a function: what Lambda keeps has no such id. */
  readonly MessageId: number | null;
  /** Good until the message is received again. */
  readonly ReceiptHandle: number | null;
  /** 1: it is received for the first time. */
  readonly ApproximateReceiveCount: number | null;
  readonly MessageGroupId: number | null;
  readonly SequenceNumber: number | null;
  readonly MessageDeduplicationId: number | null;
}

/** What code may know of the world it runs in, so that it needs nothing ambient. */
export interface HandlerContext {
  /** Virtual milliseconds since the start of the run; parts are microseconds. */
  readonly nowMs: number;
  /** Which instance of the consumer; of a function, which of the invocations at once. */
  readonly instance: number;
  /** Which worker among those of all instances. */
  readonly worker: number;
  /** The next of the random numbers of this handling, in (0, 1): the same for the same scenario, seed, request and receive. */
  random(): number;
}

/** How a call that code made came back. */
export type HandlerAnswer = keyof typeof Outcome;

/** What a generator may yield; `sleep`, `work` and `call` make them. */
export type HandlerStep =
  | { readonly step: 'sleep'; readonly us: number }
  /** As long as the scenario's `handler.time` says. */
  | { readonly step: 'work' }
  /** A call as the scenario's `handler.calls` describes it. */
  | { readonly step: 'call'; readonly to: string };

/** Every `yield` gives an answer: that of a call, and 'ok' of all else. */
export type HandlerSteps = Generator<HandlerStep, void, HandlerAnswer>;
export type PlainHandler = (message: HandlerMessage, context: HandlerContext) => void;
export type GeneratorHandler = (message: HandlerMessage, context: HandlerContext) => HandlerSteps;
export type HandlerCode = PlainHandler | GeneratorHandler;

const ANSWERS = Object.keys(Outcome) as HandlerAnswer[];

export function answerOf(outcome: Outcome): HandlerAnswer {
  return ANSWERS[outcome] as HandlerAnswer;
}

/** Code that cannot run in virtual time: a mistake of whoever wrote it, which ends the run. */
export class HandlerCodeError extends Error {
  override readonly name = 'HandlerCodeError';
  /** The consumer or function. */
  readonly handler: string;

  constructor(handler: string, message: string) {
    super(`handler of ${handler}: ${message}`);
    this.handler = handler;
  }
}

/** What the scenario's `failureRate`, a fault or a poison message throws into a generator. */
export class HandlerFailure extends Error {
  override readonly name = 'HandlerFailure';
}

/** Whether the code takes its time itself. */
export function isGenerator(code: HandlerCode): code is GeneratorHandler {
  return kindOf(code) === 'GeneratorFunction';
}

/** Throws HandlerCodeError where the code can't be called in virtual time. */
export function checkCode(handler: string, code: unknown): asserts code is HandlerCode {
  if (typeof code !== 'function') {
    throw new HandlerCodeError(handler, `${typeof code} → expected a function or a generator function of a message`);
  }
  const kind = kindOf(code);
  if (kind === 'AsyncFunction' || kind === 'AsyncGeneratorFunction') {
    const instead =
      'a plain function, or function* with `yield call(…)` where it waits: virtual time knows no promises';
    throw new HandlerCodeError(handler, `an async function → expected ${instead}`);
  }
}

/** What a plain function must not give back. */
export function checkReturned(handler: string, returned: unknown): void {
  if (typeof returned !== 'object' || returned === null) return;
  if ('then' in returned && typeof returned.then === 'function') {
    const instead = 'nothing, or a generator function that yields where it waits: virtual time knows no promises';
    throw new HandlerCodeError(handler, `it returned a promise → expected ${instead}`);
  }
  if (Object.prototype.toString.call(returned) === '[object Generator]') {
    const instead = 'the generator function itself (function*), so that it begins when the handler does';
    throw new HandlerCodeError(handler, `a plain function that returned a generator → expected ${instead}`);
  }
}

function kindOf(code: object): string {
  return Object.prototype.toString.call(code).slice('[object '.length, -1);
}
