/**
 * The tokens of a JSON text, each with the column that AWS's errors name: that of the reader behind it. AWS reads a name together with the
 * beginning of its value, and a text only as far as its opening quote until it is needed; its columns show it, so it is done the same way here.
 */

export type TokenKind = '{' | '}' | '[' | ']' | 'name' | 'string' | 'number' | 'true' | 'false' | 'null' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** Of names, texts and numbers: their content; of others as written. */
  readonly text: string;
  /** Column of the reader when it has seen that there is this token. */
  readonly column: number;
  /** Column of the reader when it has read the content too. */
  readonly columnAfter: number;
}

/** The text is no JSON. `reason` is AWS's wording, with the place. */
export class NotJson extends Error {}

const WORD = /[A-Za-z0-9_$]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SPACE = /[ \t\r\n]*/y;

/** Every token of the text, the last of them `end`. @throws NotJson */
export function tokensOf(text: string): Token[] {
  return new Reader(text).read();
}

class Reader {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Token[] {
    this.#value();
    this.#skip();
    if (this.#at < this.#text.length) this.#unexpected('Expected end-of-input');
    this.#push('end', '', this.#at, this.#at);
    return this.#tokens;
  }

  #value(): void {
    this.#skip();
    const char = this.#text[this.#at];
    if (char === '{') this.#object();
    else if (char === '[') this.#list();
    else if (char === '"') this.#string();
    else if (char !== undefined && /[-0-9]/.test(char)) this.#number();
    else this.#word();
  }

  #object(): void {
    this.#mark('{');
    for (let first = true; ; first = false) {
      this.#skip();
      if (this.#text[this.#at] === '}' && first) break;
      if (this.#text[this.#at] !== '"') this.#unexpected('was expecting double-quote to start field name');
      const name = this.#quoted();
      this.#skip();
      if (this.#text[this.#at] !== ':') {
        this.#unexpected('was expecting a colon to separate field name and value');
      }
      this.#at++;
      const place = this.#tokens.length;
      this.#value();
      const value = this.#tokens[place] as Token;
      // The reader has looked at the value when it hands out the name.
      this.#tokens.splice(place, 0, { kind: 'name', text: name, column: value.column, columnAfter: value.column });
      this.#skip();
      if (this.#text[this.#at] === '}') break;
      if (this.#text[this.#at] !== ',') this.#unexpected('was expecting comma to separate Object entries');
      this.#at++;
    }
    this.#mark('}');
  }

  #list(): void {
    this.#mark('[');
    for (let first = true; ; first = false) {
      this.#skip();
      if (this.#text[this.#at] === ']' && first) break;
      this.#value();
      this.#skip();
      if (this.#text[this.#at] === ']') break;
      if (this.#text[this.#at] !== ',') this.#unexpected('was expecting comma to separate Array entries');
      this.#at++;
    }
    this.#mark(']');
  }

  #mark(kind: '{' | '}' | '[' | ']'): void {
    this.#at++;
    this.#push(kind, kind, this.#at, this.#at);
  }

  #string(): void {
    const opened = this.#at + 1;
    const text = this.#quoted();
    this.#push('string', text, opened, this.#at);
  }

  #quoted(): string {
    const from = this.#at;
    for (let at = from + 1; at < this.#text.length; at++) {
      const char = this.#text[at];
      if (char === '\\') at++;
      else if (char === '"') {
        this.#at = at + 1;
        try {
          return JSON.parse(this.#text.slice(from, this.#at)) as string;
        } catch {
          break;
        }
      }
    }
    this.#fail('Unexpected end-of-input in a String value', this.#text.length + 1);
  }

  #number(): void {
    NUMBER.lastIndex = this.#at;
    const found = NUMBER.exec(this.#text)?.[0];
    if (found === undefined) this.#unexpected('expected a digit to follow a minus sign');
    this.#at += found.length;
    this.#push('number', found, this.#at, this.#at);
  }

  #word(): void {
    WORD.lastIndex = this.#at;
    const word = WORD.exec(this.#text)?.[0] as string;
    if (word === '') {
      if (this.#at >= this.#text.length) this.#fail('Unexpected end-of-input', this.#at + 1);
      this.#unexpected(`expected a valid value ${VALUES}`);
    }
    this.#at += word.length;
    if (word !== 'true' && word !== 'false' && word !== 'null') {
      this.#fail(`Unrecognized token '${word}': was expecting ${VALUES}`, this.#at + 1);
    }
    this.#push(word, word, this.#at, this.#at);
  }

  #push(kind: TokenKind, text: string, at: number, after: number): void {
    this.#tokens.push({ kind, text, column: at + 1, columnAfter: after + 1 });
  }

  #skip(): void {
    SPACE.lastIndex = this.#at;
    this.#at += (SPACE.exec(this.#text)?.[0] ?? '').length;
  }

  #unexpected(expected: string): never {
    const char = this.#text.codePointAt(this.#at);
    if (char === undefined) this.#fail('Unexpected end-of-input', this.#at + 1);
    const shown = `('${String.fromCodePoint(char)}' (code ${char}))`;
    this.#fail(`Unexpected character ${shown}: ${expected}`, this.#at + 1);
  }

  #fail(what: string, column: number): never {
    const source = 'REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled)';
    throw new NotJson(`failed to parse JSON. ${what}\n at [Source: ${source}; line: 1, column: ${column}]`);
  }
}

const VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
