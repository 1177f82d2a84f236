/** Judges a history that is kept. */
import type { History } from '../history/index.ts';
import { Judge, type Judgement } from './judge.ts';
import type { Promises } from './promises.ts';
import { type Registry, registry } from './registry.ts';

export function judgeHistory(history: History, promises: Promises, checkers: Registry = registry): Judgement {
  const judge = new Judge(promises, checkers, { inexact: true });
  for (const chunk of history.chunks) judge.take(chunk, history.names);
  return judge.finish(history.truncated);
}
