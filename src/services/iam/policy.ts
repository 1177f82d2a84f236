/** An access policy, parsed. */

export type Effect = 'Allow' | 'Deny';

/** Who a statement speaks of; null: it has no such element (an identity policy). */
export interface PrincipalMatch {
  /** `NotPrincipal`: everybody but these. */
  readonly not: boolean;
  /** `*`, or `{ "AWS": "*" }`. */
  readonly everyone: boolean;
  /** Twelve digits each. */
  readonly accounts: ReadonlySet<string>;
  readonly arns: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
}

export interface Matches {
  /** `NotAction`, `NotResource`. */
  readonly not: boolean;
  readonly patterns: readonly ((text: string, context: Context) => boolean)[];
}

export interface Condition {
  readonly key: string;
  /** Whether it holds for these values of the key; undefined: the request has no such key. */
  readonly holds: (values: readonly string[] | undefined, context: Context) => boolean;
}

/** Values of condition keys, the keys in lower case. */
export type Context = ReadonlyMap<string, readonly string[]>;

export interface Statement {
  readonly sid: string | null;
  /** Place in its policy, from 0. */
  readonly index: number;
  readonly effect: Effect;
  readonly principal: PrincipalMatch | null;
  readonly action: Matches;
  /** Null: it has no such element (a trust policy, or a policy on the one resource it is attached to). */
  readonly resource: Matches | null;
  readonly conditions: readonly Condition[];
}

export interface Policy {
  /** What it is called in an answer, such as `queue policy of orders`. */
  readonly name: string;
  readonly statements: readonly Statement[];
}
