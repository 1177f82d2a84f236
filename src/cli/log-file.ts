/** The log of a real system, read from its start to its end without being held: docs/models/history.md says what is in it. */
import { closeSync, openSync, readSync } from 'node:fs';
import { HistoryFormatError, HistoryReader, type HistorySink } from '../history/index.ts';
import { systemReason, UserError } from './exit.ts';

const BYTES = 1024 * 1024;
const LINE_END = 0x0a;
/** Bytes of a line, which is one record: a longer one is another kind of file. */
const MOST_LINE = 1024 * 1024;

/** @throws UserError `no-file`, or `bad-history` with file and line */
export function playLog(path: string, into: HistorySink): HistoryReader {
  const reader = new HistoryReader(into);
  let line = 0;
  const refuse = (what: string): UserError => new UserError('bad-history', `${path}:${line}: ${what}`);
  const file = open(path);
  try {
    for (const text of linesOf(file, path)) {
      line++;
      if (text === null) throw refuse('a character that is not UTF-8 → expected the file as UTF-8');
      if (text.length > MOST_LINE) throw refuse(`a line of more than ${MOST_LINE} bytes → expected one record a line`);
      reader.line(text);
    }
    reader.end();
    return reader;
  } catch (error) {
    if (error instanceof HistoryFormatError) {
      line = error.line;
      throw refuse(error.what);
    }
    // More calls, names or messages than what is known of them can hold.
    if (error instanceof RangeError) throw refuse(`${error.message} → expected a shorter log`);
    throw error;
  } finally {
    closeSync(file);
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): UserError {
  return new UserError('no-file', `--history ${path}: cannot be read → ${systemReason(error)}`);
}

/** Its lines without their ends; null: the next one is not UTF-8. */
function* linesOf(file: number, path: string): Generator<string | null> {
  const bytes = Buffer.alloc(BYTES);
  let rest: Buffer = Buffer.alloc(0);
  for (;;) {
    const count = read(file, bytes, path);
    const known = rest.length;
    rest = Buffer.concat([rest, bytes.subarray(0, count)]);
    let start = 0;
    for (let end = rest.indexOf(LINE_END, known); end >= 0; end = rest.indexOf(LINE_END, start)) {
      yield decoded(rest.subarray(start, end));
      start = end + 1;
    }
    rest = rest.subarray(start);
    if (count === 0 || rest.length > MOST_LINE) break;
  }
  if (rest.length > 0) yield decoded(rest);
}

function read(file: number, bytes: Uint8Array, path: string): number {
  try {
    return readSync(file, bytes);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function decoded(line: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(line);
  } catch {
    return null;
  }
}
