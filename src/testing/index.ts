/** For application developers: run your own handler inside a scenario, under any test runner, and assert what must hold whatever happens. */
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
  type PlainHandler,
} from '../experiment/index.ts';
export { BrokenGuarantee } from './broken-guarantee.ts';
export { checkGuarantees, expectGuarantees } from './check.ts';
export { TestingError, type TestingErrorCode } from './errors.ts';
export type {
  EndInvariant,
  GuaranteeOptions,
  Invariant,
  InvariantAnswer,
  RunEnd,
  ScenarioInput,
} from './options.ts';
export type { Counterexample, GuaranteeReport, ReportedVerdict } from './report.ts';
export { call, sleep, work } from './steps.ts';
