/** Code that is looked at must not see it: the same answers, the same throws, at the same steps. */
import { describe, expect, test } from 'vitest';
import type { GeneratorHandler, HandlerContext, HandlerMessage, PlainHandler } from '../../src/experiment/index.ts';
import { HandlerFailure, isGenerator } from '../../src/experiment/index.ts';
import { call, sleep } from '../../src/testing/index.ts';
import { type Onlooker, watched } from '../../src/testing/watched.ts';

const message = { request: 7 } as HandlerMessage;
const context = {} as HandlerContext;

function diary(): { readonly lines: string[]; readonly onlooker: Onlooker } {
  const lines: string[] = [];
  const onlooker: Onlooker = {
    called: () => lines.push('called'),
    stepped: ({ request }) => lines.push(`stepped ${request}`),
    threw: (error) => lines.push(`threw ${(error as Error).message}`),
  };
  return { lines, onlooker };
}

describe('a plain function', () => {
  test('steps once, and gives back what it gives back', () => {
    const { lines, onlooker } = diary();
    const code = watched((): unknown => lines.push('works') && 'something', onlooker);
    expect(isGenerator(code)).toBe(false);
    expect(code(message, context) as unknown).toBe('something');
    expect(lines).toEqual(['called', 'works', 'stepped 7']);
  });

  test('has stepped too where it throws', () => {
    const { lines, onlooker } = diary();
    const code = watched(() => {
      throw new Error('no');
    }, onlooker);
    expect(() => code(message, context)).toThrow('no');
    expect(lines).toEqual(['called', 'threw no', 'stepped 7']);
  });

  test('that is no plain function is left to be refused', () => {
    const { onlooker } = diary();
    const later = (async () => {}) as unknown as PlainHandler;
    expect(watched(later, onlooker)).toBe(later);
    expect(watched('x' as unknown as PlainHandler, onlooker)).toBe('x');
  });
});

describe('a generator', () => {
  test('steps at each yield and at its end, and has its answers', () => {
    const { lines, onlooker } = diary();
    const code = watched(function* () {
      lines.push('begins');
      yield sleep('1ms');
      const answer = yield* call('db');
      lines.push(answer);
    }, onlooker) as GeneratorHandler;
    expect(isGenerator(code)).toBe(true);
    const steps = code(message, context);
    expect(lines).toEqual([]);
    expect(steps.next('ok').value).toEqual({ step: 'sleep', us: 1000 });
    expect(steps.next('ok').value).toMatchObject({ step: 'call', to: 'db' });
    expect(steps.next('timedOut')).toEqual({ done: true, value: undefined });
    expect(lines).toEqual(['called', 'begins', 'stepped 7', 'stepped 7', 'timedOut', 'stepped 7']);
  });

  test('may catch what is thrown into it, and go on', () => {
    const { lines, onlooker } = diary();
    const code = watched(function* () {
      try {
        yield sleep('1ms');
      } catch (error) {
        lines.push(`caught ${(error as Error).message}`);
        yield sleep('2ms');
      }
    }, onlooker) as GeneratorHandler;
    const steps = code(message, context);
    steps.next('ok');
    expect(steps.throw(new HandlerFailure('x')).value).toEqual({ step: 'sleep', us: 2000 });
    expect(steps.next('ok').done).toBe(true);
    expect(lines).toEqual(['called', 'stepped 7', 'caught x', 'stepped 7', 'stepped 7']);
  });

  test('has not thrown of its own accord what was thrown into it; what it throws itself it has', () => {
    const { lines, onlooker } = diary();
    const code = watched(function* ({ request }) {
      yield sleep('1ms');
      throw new Error(`own ${request}`);
    }, onlooker) as GeneratorHandler;
    const failing = code(message, context);
    failing.next('ok');
    expect(() => failing.throw(new HandlerFailure('injected'))).toThrow('injected');
    const throwing = code(message, context);
    throwing.next('ok');
    expect(() => throwing.next('ok')).toThrow('own 7');
    expect(lines.filter((line) => line.startsWith('threw'))).toEqual(['threw own 7']);
  });
});
