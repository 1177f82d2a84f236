/** Which guarantees a history keeps: `held`, `broken`, `unknown` or `not exercised`, with the fewest records that prove it. */
export type { Checker, End, Fold, Seen } from './checker.ts';
export { Judge, type Judged, type Judgement, type JudgeOptions } from './judge.ts';
export { judgeHistory } from './judge-history.ts';
export { type Probe, PROBES, PROBES_OF } from './probes.ts';
export type { Promised, PromiseSettings, Promises, ResourcePromises } from './promises.ts';
export { type Registry, registry } from './registry.ts';
export { type Finding, type Verdict, worseThan } from './verdict.ts';
