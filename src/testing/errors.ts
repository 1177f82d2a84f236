/** What can be wrong with a test, apart from what it tests. Callers rely on the codes; the texts may change. */
export type TestingErrorCode =
  /** The scenario has errors: all of them are in the message. */
  | 'bad-scenario'
  | 'bad-option'
  /** No message reached a handler in any run, so nothing was tested. */
  | 'never-called'
  /** A handler failed whenever it was called, so nothing was tested either. */
  | 'always-threw';

export class TestingError extends Error {
  override readonly name = 'TestingError';
  readonly code: TestingErrorCode;

  constructor(code: TestingErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
