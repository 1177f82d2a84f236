/**
 * Filter policies: JSON text → conditions, or the error that AWS gives, with its wording and column (`docs/models/sns-filter.md`).
 *
 *   { key: [ pattern, … ], key: { key: [ … ] }, $or: [ { … }, { … } ] }
 */
import { snsFacts } from '../../../facts/index.ts';
import { BadCidr, parseCidr } from './cidr.ts';
import type { Conditions, Field, FilterPolicyScope, NumericRange, Pattern, Scalar } from './policy.ts';
import { NotJson, type Token, tokensOf } from './tokens.ts';

/** Why a policy is refused: AWS's text behind `Invalid parameter: …`. */
export class BadFilterPolicy extends Error {}

/** @throws BadFilterPolicy */
export function parseFilterPolicy(text: string, scope: FilterPolicyScope): Conditions {
  if (utf8Length(text) > snsFacts.filterPolicyBytes.value) throw bad('Filter policy can not be larger than 256 KB');
  const parser = new Parser(text, scope);
  const conditions = parser.policy();
  if (parser.keys > snsFacts.filterPolicyKeys.value) {
    throw bad(`Filter policy can not have more than ${snsFacts.filterPolicyKeys.value} keys`);
  }
  if (complexityOf(conditions) > snsFacts.filterPolicyComplexity.value) throw bad('Filter policy is too complex');
  return conditions;
}

/** Values times depth, multiplied over all keys; the branches of an `$or` are added up. */
export function complexityOf({ fields, ors }: Conditions): number {
  const ofFields = fields.reduce((product, { path, patterns }) => product * patterns.length * path.length, 1);
  return ors.reduce(
    (product, branches) => product * branches.reduce((sum, one) => sum + complexityOf(one), 0),
    ofFields,
  );
}

function bad(reason: string): BadFilterPolicy {
  return new BadFilterPolicy(`FilterPolicy: ${reason}`);
}

class Parser {
  /** Keys of the outermost object. */
  keys = 0;
  readonly #text: string;
  readonly #scope: FilterPolicyScope;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string, scope: FilterPolicyScope) {
    this.#text = text;
    this.#scope = scope;
    try {
      this.#tokens = tokensOf(text);
    } catch (error) {
      if (error instanceof NotJson) throw bad(error.message);
      throw error;
    }
  }

  policy(): Conditions {
    if (this.#peek().kind !== '{') this.#fail('Filter is not an object');
    const fields: Field[] = [];
    const ors: Conditions[][] = [];
    this.keys = this.#object([], fields, ors);
    if (this.keys === 0) this.#fail('Filter policy is empty');
    return { fields, ors };
  }

  #peek(): Token {
    return this.#tokens[this.#at] as Token;
  }

  /** From its `{` to behind its `}`. Returns the number of its keys. */
  #object(path: readonly string[], fields: Field[], ors: Conditions[][]): number {
    this.#at++;
    let keys = 0;
    for (; this.#peek().kind === 'name'; keys++) {
      const { text: name, column } = this.#peek();
      this.#at++;
      const { kind } = this.#peek();
      if (name === '$or' && this.#isOr()) ors.push(this.#branches(path));
      else if (kind === '[') fields.push({ path: [...path, name], patterns: this.#patterns() });
      else if (kind === '{') this.#nested([...path, name], fields, ors);
      else this.#fail(`"${name}" must be an object or an array`, column);
    }
    this.#at++;
    return keys;
  }

  #nested(path: readonly string[], fields: Field[], ors: Conditions[][]): void {
    const before = this.#at;
    if (this.#object(path, fields, ors) === 0) {
      this.#at = before + 1;
      this.#fail('Empty objects are not allowed');
    }
    if (this.#scope === 'MessageAttributes') throw new BadFilterPolicy(NOT_NESTED);
  }

  /** An `$or` is one only with a list of two objects or more; else it is a key like others (as in AWS's open-source rule engine, assumed here). */
  #isOr(): boolean {
    if (this.#peek().kind !== '[' || this.#tokens[this.#at + 1]?.kind !== '{') return false;
    let depth = 0;
    let objects = 0;
    for (let at = this.#at; ; at++) {
      const { kind } = this.#tokens[at] as Token;
      if (depth === 1 && kind === '{') objects++;
      else if (depth === 1 && kind !== ']') return false;
      if (kind === '{' || kind === '[') depth++;
      else if (kind === '}' || kind === ']') depth--;
      if (depth === 0) return objects >= 2;
    }
  }

  #branches(path: readonly string[]): Conditions[] {
    const branches: Conditions[] = [];
    this.#at++;
    while (this.#peek().kind === '{') {
      const fields: Field[] = [];
      const ors: Conditions[][] = [];
      this.#object(path, fields, ors);
      branches.push({ fields, ors });
    }
    this.#at++;
    return branches;
  }

  #patterns(): Pattern[] {
    const patterns: Pattern[] = [];
    this.#at++;
    while (this.#peek().kind !== ']') {
      if (this.#peek().kind === '{') patterns.push(this.#operator());
      else patterns.push({ kind: 'equals', value: this.#scalar() });
    }
    if (patterns.length === 0) this.#fail('Empty arrays are not allowed');
    this.#at++;
    return patterns;
  }

  #scalar(): Scalar {
    const { kind, text } = this.#peek();
    if (kind === '[' || kind === '{') this.#fail('Match value must be String, number, true, false, or null');
    this.#at++;
    if (kind === 'string') return text;
    if (kind === 'number') return Number(text);
    return kind === 'null' ? null : kind === 'true';
  }

  /** `{ "prefix": "x" }` and its like, from its `{` to behind its `}`. */
  #operator(): Pattern {
    this.#at++;
    const { text: name, column } = this.#peek();
    if (this.#peek().kind !== 'name') this.#fail('Empty objects are not allowed');
    this.#at++;
    const pattern = this.#operation(name, column);
    if (this.#peek().kind === 'name') this.#fail('Only one key allowed in match expression');
    this.#at++;
    return pattern;
  }

  #operation(name: string, column: number): Pattern {
    switch (name) {
      case 'anything-but':
        return this.#anythingBut();
      case 'prefix':
        return { kind: 'prefix', prefix: this.#string(name) };
      case 'suffix':
        return { kind: 'suffix', suffix: this.#string(name) };
      case 'equals-ignore-case':
        return { kind: 'equalsIgnoreCase', lower: this.#string(name).toLowerCase() };
      case 'cidr':
        return this.#cidr();
      case 'numeric':
        return { kind: 'numeric', range: this.#numeric() };
      case 'exists':
        return this.#exists();
      default:
        return this.#fail(`Unrecognized match type ${name}`, column);
    }
  }

  #string(operator: string): string {
    if (this.#peek().kind !== 'string') this.#fail(`${operator} match pattern must be a string`);
    const { text } = this.#peek();
    this.#at++;
    return text;
  }

  #cidr(): Pattern {
    // AWS speaks of a prefix here too.
    const text = this.#string('prefix');
    try {
      return { kind: 'cidr', range: parseCidr(text) };
    } catch (error) {
      if (error instanceof BadCidr) throw bad(error.message);
      throw error;
    }
  }

  #exists(): Pattern {
    const { kind } = this.#peek();
    if (kind !== 'true' && kind !== 'false') this.#fail('exists match pattern must be either true or false.');
    this.#at++;
    return { kind: 'exists', wanted: kind === 'true' };
  }

  #anythingBut(): Pattern {
    const { kind } = this.#peek();
    if (kind === '{') return this.#anythingButPattern();
    if (kind !== '[') return { kind: 'anythingBut', values: [this.#scalar()] };
    const values: Scalar[] = [];
    this.#at++;
    while (this.#peek().kind !== ']') values.push(this.#scalar());
    if (values.length === 0) this.#fail('Empty arrays are not allowed');
    this.#at++;
    return { kind: 'anythingBut', values };
  }

  #anythingButPattern(): Pattern {
    this.#at++;
    const { text: name, column } = this.#peek();
    if (name !== 'prefix') this.#fail(`Unsupported anything-but pattern: ${name}`, column);
    this.#at++;
    const prefix = this.#string('prefix');
    if (this.#peek().kind === 'name') this.#fail('Only one key allowed in match expression');
    this.#at++;
    return { kind: 'anythingButPrefix', prefix };
  }

  // --- numbers ---

  #numeric(): NumericRange {
    if (this.#peek().kind !== '[') this.#fail('Value of numeric must be an array.');
    this.#at++;
    const { kind, text: operator } = this.#peek();
    if (kind !== 'string') this.#fail(`Invalid member in numeric match: ${this.#peek().text}`);
    this.#at++;
    switch (operator) {
      case '=':
        return this.#closed(range(this.#number('equals'), true, null));
      case '<':
      case '<=':
        return this.#closed(range(Number.NEGATIVE_INFINITY, false, { value: this.#number(operator), operator }));
      case '>':
      case '>=':
        return this.#twoSided(operator);
      default:
        return this.#fail(`Unrecognized numeric range operator: ${operator}`);
    }
  }

  #closed(one: NumericRange): NumericRange {
    if (this.#peek().kind !== ']') this.#fail('Too many elements in numeric expression');
    this.#at++;
    return one;
  }

  #twoSided(lower: '>' | '>='): NumericRange {
    const low = this.#number(lower);
    if (this.#peek().kind === ']') {
      return this.#closed(range(low, lower === '>=', { value: Number.POSITIVE_INFINITY, operator: '<' }));
    }
    const { kind, text: upper, columnAfter } = this.#peek();
    if (kind !== 'string') this.#fail(`Bad value in numeric range: ${upper}`);
    if (upper !== '<' && upper !== '<=') this.#fail(`Bad numeric range operator: ${upper}`, columnAfter);
    this.#at++;
    const high = this.#number(upper);
    if (this.#peek().kind !== ']') this.#fail('Too many terms in numeric range expression');
    if (low >= high) this.#fail('Bottom must be less than top');
    return this.#closed(range(low, lower === '>=', { value: high, operator: upper }));
  }

  #number(of: string): number {
    if (this.#peek().kind !== 'number') this.#fail(`Value of ${of} must be numeric`);
    const value = Number(this.#peek().text);
    this.#at++;
    return value;
  }

  /** `column`: of the token at hand, where none is given. */
  #fail(reason: string, column = this.#peek().column): never {
    throw bad(`${reason}\n at [Source: (String)"${this.#text}"; line: 1, column: ${column}]`);
  }
}

const NOT_NESTED = 'Filter policy scope MessageAttributes does not support nested filter policy';

/** Without `high`: exactly `low`. */
function range(low: number, lowIncluded: boolean, high: { value: number; operator: '<' | '<=' } | null): NumericRange {
  if (high === null) return { low, lowIncluded: true, high: low, highIncluded: true };
  return { low, lowIncluded, high: high.value, highIncluded: high.operator === '<=' };
}

/** Bytes in UTF-8. */
function utf8Length(text: string): number {
  let bytes = 0;
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}
