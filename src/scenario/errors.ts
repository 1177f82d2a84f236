/** What is wrong with a scenario, and where. Tests rely on the codes; the texts may change. */
export type ScenarioErrorCode =
  | 'too-large'
  | 'not-utf8'
  | 'tab'
  | 'syntax'
  | 'alias'
  | 'too-deep'
  | 'empty'
  | 'duplicate-name'
  | 'bad-name'
  | 'unknown-key'
  | 'missing'
  | 'wrong-type'
  | 'wrong-unit'
  | 'no-unit'
  | 'out-of-range'
  | 'one-of'
  | 'unknown-type'
  | 'unknown-reference'
  | 'wrong-reference'
  | 'not-routed'
  | 'cycle'
  | 'no-effect'
  | 'misfit'
  | 'objective'
  | 'guarantee'
  | 'bad-policy'
  | 'unknown-path'
  | 'no-file'
  | 'bad-file';

/** One error for the user: code, place, value, what was expected and, where one is near, what was probably meant. */
export interface ScenarioError {
  readonly code: ScenarioErrorCode;
  /** The scenario's file, or the option of the command line that brought the value, such as `--set api.servers=x`. */
  readonly file: string;
  /** From 1; 0 where the place is an option. */
  readonly line: number;
  /** From 1; 0 where the place is an option. */
  readonly column: number;
  /** Full path from the root, as `--set` takes it; empty for the whole file. */
  readonly path: string;
  /** As written, shortened; empty where nothing is written. */
  readonly value: string;
  /** Ends the sentence "expected …". */
  readonly expected: string;
  /** The name or value that was probably meant. */
  readonly suggestion?: string;
  /** One line for people: `path: value → expected …, did you mean X?`. */
  readonly message: string;
}

/** One line an error: `file:line:column path: value → expected …, did you mean X?`. */
export function formatErrors(errors: readonly ScenarioError[]): string {
  return errors.map((e) => `${e.line > 0 ? `${e.file}:${e.line}:${e.column}` : e.file} ${e.message}`).join('\n');
}

/** The line for people. */
export function messageOf(e: Pick<ScenarioError, 'path' | 'value' | 'expected' | 'suggestion'>): string {
  const what = [e.path, e.value].filter((part) => part !== '').join(': ');
  const meant = e.suggestion === undefined ? '' : `, did you mean ${e.suggestion}?`;
  return `${what === '' ? '' : `${what} → `}expected ${e.expected}${meant}`;
}
