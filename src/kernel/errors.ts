/** Codes of the kernel's errors; tests and callers rely on these, the texts may change. */
export type KernelErrorCode =
  | 'bad-seed'
  | 'bad-replication'
  | 'bad-limit'
  | 'bad-ties'
  | 'bad-delay'
  | 'bad-time'
  | 'bad-phase'
  | 'bad-handler'
  | 'in-the-past'
  | 'too-far'
  | 'too-many-pending'
  | 'nested-run'
  | 'bad-until'
  | 'bad-timeout'
  | 'bad-name'
  | 'bad-counter'
  | 'bad-distribution'
  | 'bad-process'
  | 'bad-yield'
  | 'bad-interrupt'
  | 'bad-capacity'
  | 'bad-amount'
  | 'bad-priority'
  | 'not-held'
  | 'still-held'
  | 'already-triggered'
  | 'process-failed';

/** A programmer's error at the kernel: `code` says which, the message gives virtual time, value, expectation and hint. */
export class KernelError extends Error {
  readonly code: string;

  constructor(code: KernelErrorCode, message: string) {
    super(`${code}: ${message}`);
    this.name = 'KernelError';
    this.code = code;
  }
}

/** Text of a value for an error message; never throws, whatever a caller in plain JavaScript passed. */
export function shown(value: unknown): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  return value === null ? 'null' : typeof value;
}
