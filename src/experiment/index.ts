/** Resolved scenario → wired world → replications → result. */
export { ApiLog } from '../access/index.ts';
export { assembleResult } from './assemble.ts';
export { ExperimentError, type ExperimentErrorCode } from './errors.ts';
export { judgeLog, type LogJudgement, type PlayLog } from './judge-log.ts';
export { type ReplicationOutcome, type RunOptions, runReplication, runReplications } from './replication.ts';
export { runScenario } from './run-scenario.ts';
export type { DesignResult, Result, TrafficResult } from './result.ts';
export { conductStudy, type Round } from './study.ts';
export {
  type GeneratorHandler,
  type HandlerAnswer,
  type HandlerCode,
  HandlerCodeError,
  type HandlerContext,
  HandlerFailure,
  type HandlerMessage,
  type HandlerStep,
  type HandlerSteps,
  isGenerator,
  type PlainHandler,
} from '../workload/handler-code.ts';
