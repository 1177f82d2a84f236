/** Code with somebody who looks on: after each of its steps, and where it throws. The code itself sees no difference. */
import {
  type HandlerAnswer,
  type HandlerCode,
  type HandlerContext,
  HandlerFailure,
  type HandlerMessage,
  type HandlerStep,
  type HandlerSteps,
  isGenerator,
} from '../experiment/index.ts';

export interface Onlooker {
  called(): void;
  stepped(message: HandlerMessage, context: HandlerContext): void;
  /** Of its own accord: not what the scenario had thrown into it. */
  threw(error: unknown): void;
}

export function watched(code: HandlerCode, onlooker: Onlooker): HandlerCode {
  if (typeof code !== 'function') return code;
  if (isGenerator(code)) {
    return function* (message, context) {
      onlooker.called();
      yield* watchedSteps(code(message, context), message, context, onlooker);
    };
  }
  // What is no code at all is refused by whoever runs it.
  if (Object.prototype.toString.call(code) !== '[object Function]') return code;
  return (message, context): unknown => {
    onlooker.called();
    try {
      return code(message, context);
    } catch (error) {
      onlooker.threw(error);
      throw error;
    } finally {
      onlooker.stepped(message, context);
    }
  };
}

function* watchedSteps(
  steps: HandlerSteps,
  message: HandlerMessage,
  context: HandlerContext,
  onlooker: Onlooker,
): HandlerSteps {
  const taken = (go: () => IteratorResult<HandlerStep, void>): IteratorResult<HandlerStep, void> => {
    try {
      return go();
    } catch (error) {
      if (!(error instanceof HandlerFailure)) onlooker.threw(error);
      throw error;
    } finally {
      onlooker.stepped(message, context);
    }
  };
  let result = taken(() => steps.next('ok'));
  while (result.done !== true) {
    let answer: HandlerAnswer;
    try {
      answer = yield result.value;
    } catch (error) {
      result = taken(() => steps.throw(error));
      continue;
    }
    result = taken(() => steps.next(answer));
  }
}
