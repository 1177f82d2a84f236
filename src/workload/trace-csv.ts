/** Reads comma-separated values row by row: quoted fields, either line ending, byte order mark, no newline needed at the end. */

export interface CsvRow {
  /** Line of the file on which the row begins, from 1: what an editor shows. */
  readonly line: number;
  readonly fields: readonly string[];
  /** False where a quote was opened and never closed. */
  readonly whole: boolean;
}

/** The rows of `text`; empty lines are passed over. Fields keep their spaces; "" inside quotes is one quote. */
export function* csvRows(text: string): Generator<CsvRow, void, void> {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let line = 1;
  while (at < text.length) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    const plain = text.slice(at, text[end - 1] === '\r' ? end - 1 : end);
    if (!plain.includes('"')) {
      if (plain !== '') yield { line, fields: plain.split(','), whole: true };
      at = end + 1;
      line++;
      continue;
    }
    const row = quotedRow(text, at);
    yield { line, fields: row.fields, whole: row.whole };
    for (let i = at; i < row.end; i++) if (text[i] === '\n') line++;
    at = row.end;
  }
}

/** A row with quotes in it, which may go on over several lines; `end` is where the next row begins. */
function quotedRow(text: string, start: number): { fields: string[]; end: number; whole: boolean } {
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  let at = start;
  for (; at < text.length; at++) {
    const c = text[at] as string;
    if (quoted) {
      if (c !== '"') field += c;
      else if (text[at + 1] === '"') {
        field += '"';
        at++;
      } else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === ',') {
      fields.push(field);
      field = '';
    } else if (c === '\n') {
      at++;
      break;
    } else if (c !== '\r' || text[at + 1] !== '\n') field += c;
  }
  fields.push(field);
  return { fields, end: at, whole: !quoted };
}
