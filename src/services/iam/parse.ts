/** Access policies: JSON → statements, or an error that says where, what, and what was expected. */
import { BadCondition, compileCondition, substitute, VARIABLE } from './conditions.ts';
import { arnGlob, glob } from './patterns.ts';
import type { Condition, Context, Matches, Policy, PrincipalMatch, Statement } from './policy.ts';

/** `at`: path in the policy, such as `Statement[0].Action`. */
export class BadPolicy extends Error {
  readonly at: string;
  readonly expected: string;

  constructor(name: string, at: string, expected: string) {
    super(`${name}, ${at}: expected ${expected}`);
    this.at = at;
    this.expected = expected;
  }
}

type Json = Readonly<Record<string, unknown>>;

const STATEMENT_KEYS = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];

export type PolicyKind = 'identity' | 'resource';

/** `json`: the parsed document. An identity policy names no principal, a resource policy must. @throws BadPolicy */
export function parsePolicy(json: unknown, name: string, kind: PolicyKind): Policy {
  return new Reader(name, kind).policy(json);
}

class Reader {
  readonly #name: string;
  readonly #kind: PolicyKind;

  constructor(name: string, kind: PolicyKind) {
    this.#name = name;
    this.#kind = kind;
  }

  policy(json: unknown): Policy {
    if (!isObject(json)) return this.#fail('the policy', 'an object with Version and Statement');
    this.#known(json, '', ['Version', 'Id', 'Statement']);
    const { Version: version, Statement: statement } = json;
    if (version !== undefined && version !== '2012-10-17' && version !== '2008-10-17') {
      this.#fail('Version', '2012-10-17 (or the old 2008-10-17)');
    }
    const list = Array.isArray(statement) ? (statement as unknown[]) : statement === undefined ? [] : [statement];
    if (list.length === 0) this.#fail('Statement', 'at least one statement');
    return { name: this.#name, statements: list.map((one, index) => this.#statement(one, index)) };
  }

  #statement(json: unknown, index: number): Statement {
    const at = `Statement[${index}]`;
    if (!isObject(json)) return this.#fail(at, 'a statement: { Effect, Action, … }');
    this.#known(json, `${at}.`, STATEMENT_KEYS);
    const { Sid: sid, Effect: effect } = json;
    if (sid !== undefined && typeof sid !== 'string') this.#fail(`${at}.Sid`, 'a text');
    if (effect !== 'Allow' && effect !== 'Deny') return this.#fail(`${at}.Effect`, 'Allow or Deny');
    const principal = this.#principal(json, at);
    if (this.#kind === 'identity' && principal !== null)
      this.#fail(at, 'no Principal: the policy belongs to its identity');
    if (this.#kind === 'resource' && principal === null) this.#fail(at, 'a Principal: whom the resource lets in');
    const action = this.#matches(json, at, 'Action', (text) => glob(text, { ignoreCase: true }));
    if (action === null) return this.#fail(at, 'an Action or a NotAction');
    const resource = this.#matches(json, at, 'Resource', arnGlob);
    if (this.#kind === 'identity' && resource === null) this.#fail(at, 'a Resource or a NotResource');
    return {
      sid: sid ?? null,
      index,
      effect,
      principal,
      action,
      resource,
      conditions: this.#conditions(json['Condition'], `${at}.Condition`),
    };
  }

  #matches(json: Json, at: string, name: string, compile: (text: string) => (text: string) => boolean): Matches | null {
    const not = json[`Not${name}`];
    const plain = json[name];
    if (not !== undefined && plain !== undefined) this.#fail(at, `either ${name} or Not${name}`);
    const given = plain ?? not;
    if (given === undefined) return null;
    const texts = this.#texts(given, `${at}.${plain === undefined ? 'Not' : ''}${name}`);
    const patterns = texts.map((text) => {
      if (VARIABLE.test(text)) {
        return (found: string, context: Context): boolean => {
          const known = substitute(text, context);
          return known !== null && compile(known)(found);
        };
      }
      return compile(text);
    });
    return { not: plain === undefined, patterns };
  }

  #principal(json: Json, at: string): PrincipalMatch | null {
    const { Principal: plain, NotPrincipal: not } = json;
    if (plain !== undefined && not !== undefined) this.#fail(at, 'either Principal or NotPrincipal');
    const given = plain ?? not;
    if (given === undefined) return null;
    const place = `${at}.${plain === undefined ? 'Not' : ''}Principal`;
    const accounts = new Set<string>();
    const arns = new Set<string>();
    const services = new Set<string>();
    let everyone = given === '*';
    if (!everyone) {
      if (!isObject(given)) this.#fail(place, '"*", or { "AWS": … }, { "Service": … }');
      for (const [kind, value] of Object.entries(given)) {
        if (kind !== 'AWS' && kind !== 'Service') this.#fail(`${place}.${kind}`, 'AWS or Service');
        for (const text of this.#texts(value, `${place}.${kind}`)) {
          const account = /^(?:arn:[^:]*:iam::)?(\d{12})(?::root)?$/.exec(text)?.[1];
          if (kind === 'Service') services.add(text);
          else if (text === '*') everyone = true;
          else if (account !== undefined) accounts.add(account);
          else if (/^arn:[^:]+:(?:iam|sts)::\d{12}:.+/.test(text)) arns.add(text);
          else this.#fail(`${place}.${kind}`, `"*", an account of twelve digits or an ARN, not ${text}`);
        }
      }
    }
    return { not: plain === undefined, everyone, accounts, arns, services };
  }

  #conditions(json: unknown, at: string): Condition[] {
    if (json === undefined) return [];
    if (!isObject(json)) return this.#fail(at, 'an object such as { "Bool": { "aws:SecureTransport": "true" } }');
    return Object.entries(json).flatMap(([operator, keys]) => {
      if (!isObject(keys)) return this.#fail(`${at}.${operator}`, 'condition keys with their values');
      return Object.entries(keys).map(([key, value]) => {
        const place = `${at}.${operator}.${key}`;
        try {
          return compileCondition(operator, key, this.#texts(value, place));
        } catch (error) {
          if (error instanceof BadCondition) return this.#fail(place, error.message);
          throw error;
        }
      });
    });
  }

  /** A text, number or truth value, or a list of them. */
  #texts(value: unknown, at: string): string[] {
    const list: unknown[] = Array.isArray(value) ? value : [value];
    if (list.length === 0) this.#fail(at, 'at least one value');
    return list.map((one) => {
      if (typeof one !== 'string' && typeof one !== 'number' && typeof one !== 'boolean')
        this.#fail(at, 'a text or a list of texts');
      return String(one);
    });
  }

  #known(json: Json, at: string, keys: readonly string[]): void {
    for (const key of Object.keys(json))
      if (!keys.includes(key)) this.#fail(`${at}${key}`, `one of ${keys.join(', ')}`);
  }

  #fail(at: string, expected: string): never {
    throw new BadPolicy(this.#name, at, expected);
  }
}

function isObject(json: unknown): json is Json {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
