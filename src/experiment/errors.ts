export type ExperimentErrorCode =
  | 'event-limit'
  | 'broken-conservation'
  | 'unknown-design'
  | 'no-steady-state'
  | 'reshard';

/** A run that must not be believed, or cannot be made. Names the run so that it can be repeated. */
export class ExperimentError extends Error {
  readonly code: ExperimentErrorCode;

  constructor(code: ExperimentErrorCode, message: string) {
    super(message);
    this.name = 'ExperimentError';
    this.code = code;
  }
}
