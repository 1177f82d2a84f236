/** What the code of a handler yields to let virtual time pass. */
import type { HandlerAnswer, HandlerStep } from '../experiment/index.ts';
import { DURATION_FORMS, readDuration } from '../scenario/units.ts';
import { TestingError } from './errors.ts';

/** So long nothing happens in this handler, such as `50ms`; a fault `slow` makes it longer. Throws TestingError on anything else. */
export function sleep(duration: string): HandlerStep {
  const read = typeof duration === 'string' ? readDuration(duration) : null;
  if (read !== null && 'value' in read) return { step: 'sleep', us: read.value };
  const expected = read?.problem.expected ?? DURATION_FORMS;
  throw new TestingError('bad-option', `sleep(${JSON.stringify(duration)}) → expected ${expected}`);
}

/** As long as the scenario's `handler.time` says for this message. */
export function work(): HandlerStep {
  return { step: 'work' };
}

/**
 * A call as the scenario's `handler.calls` describes it, with its timeout and retries. `const answer = yield* call('db')` gives how it ended: 'ok',
 * 'failed', 'timedOut', … (`yield` does too, but only `yield*` has a type). Where the scenario has several calls to it, the first `call` makes the
 * first of them, and so on. Its `probability` does not count: the code decides.
 */
export function call(to: string): Call {
  return new Call(to);
}

class Call {
  readonly step = 'call';
  readonly to: string;

  constructor(to: string) {
    this.to = to;
  }

  *[Symbol.iterator](): Generator<HandlerStep, HandlerAnswer, HandlerAnswer> {
    return yield this;
  }
}
