/**
 * Reads TypeScript just well enough for the house test: what a file imports, and its code with comments, strings and
 * regular expressions blanked, so that a banned word in a comment is no finding. (The compiler has no JavaScript API any more.)
 */

export interface Import {
  /** As written; null where a dynamic import is computed, so that nobody can check it. */
  readonly specifier: string | null;
  readonly typeOnly: boolean;
  readonly line: number;
}

export interface Source {
  /** Same length and lines as the text. */
  readonly code: string;
  readonly imports: readonly Import[];
}

export function readSource(text: string): Source {
  const code = blank(text);
  return {
    code,
    imports: [...staticImports(text, code), ...dynamicImports(text, code)].sort((a, b) => a.line - b.line),
  };
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** `import … from 'x'`, `export … from 'x'` and the bare `import 'x'`. In blanked code the quotes stand, their content is spaces. */
function staticImports(text: string, code: string): Import[] {
  const found: Import[] = [];
  const pattern =
    /(?:^|[;}\n])\s*(?:(import|export)\s+(type\s+)?(?:[\w$*\s,]*(?:\{[^}]*\})?[\w$*\s,]*)\bfrom\s*|import\s*)(['"])( *)\3/g;
  for (const match of code.matchAll(pattern)) {
    const close = match.index + match[0].length - 1;
    const length = match[4]?.length ?? 0;
    found.push({
      specifier: text.slice(close - length, close),
      typeOnly: match[2] !== undefined,
      line: lineAt(text, close),
    });
  }
  return found;
}

/** `import('x')`, as a value or in a type. */
function dynamicImports(text: string, code: string): Import[] {
  const found: Import[] = [];
  for (const match of code.matchAll(/(?<![.\w$])import\s*\(\s*/g)) {
    const start = match.index + match[0].length;
    const literal = /^(['"])( *)\1\s*[),]/.exec(code.slice(start));
    const specifier = literal === null ? null : text.slice(start + 1, start + 1 + (literal[2]?.length ?? 0));
    found.push({ specifier, typeOnly: false, line: lineAt(text, match.index) });
  }
  return found;
}

/** Replaces what is not code by spaces; line ends and quotes stay. */
function blank(text: string): string {
  let out = '';
  let at = 0;
  // Braces opened inside each `${` that is still open: a `}` at depth 0 goes back to its template.
  const templates: number[] = [];
  const skipTo = (end: number, keepEnds: boolean): void => {
    const part = text.slice(at, end);
    const spaces = part.replace(/[^\n]/g, ' ');
    out += keepEnds && part.length > 1 ? part.charAt(0) + spaces.slice(1, -1) + part.charAt(part.length - 1) : spaces;
    at = end;
  };
  const template = (): void => {
    const end = endOfTemplatePart(text, at + 1);
    const opensCode = text.startsWith('${', end - 2);
    skipTo(end, false);
    if (opensCode) templates.push(0);
  };
  while (at < text.length) {
    const char = text.charAt(at);
    const depth = templates.at(-1);
    if (text.startsWith('//', at)) skipTo(indexOr(text, '\n', at), false);
    else if (text.startsWith('/*', at)) skipTo(indexOr(text, '*/', at + 2, 2), false);
    else if (char === "'" || char === '"') skipTo(endOfString(text, at), true);
    else if (char === '`') template();
    else if (char === '}' && depth === 0) {
      templates.pop();
      template();
    } else if (char === '/' && startsRegExp(out)) skipTo(endOfRegExp(text, at), false);
    else {
      if (depth !== undefined && char === '{') templates[templates.length - 1] = depth + 1;
      if (depth !== undefined && char === '}') templates[templates.length - 1] = depth - 1;
      out += char;
      at += 1;
    }
  }
  return out;
}

function indexOr(text: string, what: string, from: number, extra = 0): number {
  const found = text.indexOf(what, from);
  return found < 0 ? text.length : found + extra;
}

function endOfString(text: string, start: number): number {
  const quote = text.charAt(start);
  let at = start + 1;
  while (at < text.length && text.charAt(at) !== quote && text.charAt(at) !== '\n')
    at += text.charAt(at) === '\\' ? 2 : 1;
  return Math.min(at + 1, text.length);
}

/** After the closing backtick, or after `${`. */
function endOfTemplatePart(text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    if (text.charAt(at) === '\\') at += 2;
    else if (text.charAt(at) === '`') return at + 1;
    else if (text.startsWith('${', at)) return at + 2;
    else at += 1;
  }
  return text.length;
}

/** A slash divides after a value and starts a regular expression after anything else. */
function startsRegExp(before: string): boolean {
  const last = before.trimEnd();
  if (/(?:^|[^\w$.])(?:return|typeof|case|in|of|delete|void|throw|new|else|do|yield|await)$/.test(last)) return true;
  return last === '' || /[^\w$)\]}'"]$/.test(last);
}

function endOfRegExp(text: string, start: number): number {
  let inClass = false;
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '\\') at += 1;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '\n') return start + 1;
    else if (char === '/' && !inClass) return at + 1;
  }
  return start + 1;
}
