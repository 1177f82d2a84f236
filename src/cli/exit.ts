/** How a command ends. */
export const EXIT = { fine: 0, unexpected: 1, badInput: 2, internal: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Something that the user can mend: printed as it is, without a stack; exit code 2. */
export class UserError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'UserError';
    this.code = code;
  }
}

/** A run that failed although its scenario is valid. */
export class RunError extends Error {
  /** Stable name of the kind of error, e.g. `event-limit`; empty where there is none. */
  readonly code: string;

  constructor(failure: Failure) {
    super(failure.message);
    this.name = failure.name;
    this.code = failure.code;
    if (failure.stack !== undefined) this.stack = failure.stack;
  }
}

/** An error as plain data: an error's own fields don't survive the way out of a worker. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly code: string;
  readonly stack: string | undefined;
}

export function toFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), code: '', stack: undefined };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return { name: error.name, message: error.message, code, stack: error.stack };
}

/** Text of what the system said about a file, without the call and the path that Node puts in: `permission denied`. */
export function systemReason(error: unknown): string {
  const { message, code } = toFailure(error);
  return REASONS.get(code) ?? message.replace(/^[A-Z0-9]+: /, '').replace(/, [a-z]+ '.*$/, '');
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file or folder'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'operation not permitted'],
  ['EISDIR', 'it is a folder'],
  ['ENOTDIR', 'a part of the path is a file, not a folder'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'no space is left on the device'],
  ['ENAMETOOLONG', 'the name is too long'],
]);
