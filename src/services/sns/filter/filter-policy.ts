/**
 * A subscription's filter policy, compiled once.
 *
 *   JSON text ─▶ conditions (parse) ─▶ matcher (match) ─▶ table over the attributes that a traffic can draw
 */
import {
  compileConditions,
  type Matcher,
  type MessageAttribute,
  readingsOfBody,
  readingsOfDrawn,
  valuesOfAttributes,
} from './match.ts';
import { parseFilterPolicy } from './parse.ts';
import type { Conditions, FilterPolicyScope } from './policy.ts';

/** An attribute of a traffic: the values it may have, each a code by its place. */
export interface DrawnAttribute {
  /** In a body `a.b` is `b` within `a`. */
  readonly name: string;
  /** As a message attribute has them: of a number its digits, of a list its JSON; of a binary one any text, which nobody reads. */
  readonly values: readonly string[];
  /** Default `String`. */
  readonly type?: MessageAttribute['DataType'];
}

/** Entries of a table of codes; a policy over more combinations is evaluated message by message. */
const MOST_CODES = 65_536;

export class FilterPolicy {
  readonly scope: FilterPolicyScope;
  readonly conditions: Conditions;
  readonly #matcher: Matcher;

  /** @throws BadFilterPolicy with AWS's text */
  constructor(text: string, scope: FilterPolicyScope = 'MessageAttributes') {
    this.scope = scope;
    this.conditions = parseFilterPolicy(text, scope);
    this.#matcher = compileConditions(this.conditions);
  }

  /** Whether a message passes; a policy on the body ignores attributes, and one on attributes the body. */
  matches(message: {
    readonly body: string;
    readonly attributes: Readonly<Record<string, MessageAttribute>>;
  }): boolean {
    if (this.scope === 'MessageAttributes') return this.#matcher(valuesOfAttributes(message.attributes));
    return readingsOfBody(message.body).some((values) => this.#matcher(values));
  }

  /**
   * The policy's answer to every combination of drawn attributes: 1 where it passes, at the place `code of the first + values of the first
   * × (code of the second + …)`; null where there are too many. A policy on the body takes them for the members of a JSON object; what is
   * binary, or of another form than its type says, is missing there as it is among attributes.
   */
  tableOver(attributes: readonly DrawnAttribute[]): Uint8Array | null {
    const size = attributes.reduce((product, { values }) => product * values.length, 1);
    if (size > MOST_CODES) return null;
    const table = new Uint8Array(size);
    for (let code = 0; code < size; code++) table[code] = this.#passes(drawn(attributes, code)) ? 1 : 0;
    return table;
  }

  #passes(message: Readonly<Record<string, MessageAttribute>>): boolean {
    if (this.scope === 'MessageAttributes') return this.#matcher(valuesOfAttributes(message));
    return readingsOfDrawn(message).some((values) => this.#matcher(values));
  }
}

/** The attributes that a code stands for. */
function drawn(attributes: readonly DrawnAttribute[], code: number): Record<string, MessageAttribute> {
  let rest = code;
  return Object.fromEntries(
    attributes.map(({ name, values, type = 'String' }): [string, MessageAttribute] => {
      const StringValue = values[rest % values.length] as string;
      rest = Math.floor(rest / values.length);
      return [name, type === 'Binary' ? { DataType: type } : { DataType: type, StringValue }];
    }),
  );
}
