/** A filter policy, parsed: keys are ANDed, the patterns of a key ORed, `$or` ORs over keys. */

import type { CidrRange } from './cidr.ts';

export type Scalar = string | number | boolean | null;

export type Pattern =
  | { readonly kind: 'equals'; readonly value: Scalar }
  | { readonly kind: 'anythingBut'; readonly values: readonly Scalar[] }
  | { readonly kind: 'anythingButPrefix'; readonly prefix: string }
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'suffix'; readonly suffix: string }
  | { readonly kind: 'equalsIgnoreCase'; readonly lower: string }
  | { readonly kind: 'cidr'; readonly range: CidrRange }
  | { readonly kind: 'numeric'; readonly range: NumericRange }
  | { readonly kind: 'exists'; readonly wanted: boolean };

export interface NumericRange {
  readonly low: number;
  readonly lowIncluded: boolean;
  readonly high: number;
  readonly highIncluded: boolean;
}

export interface Field {
  /** Names from the root; one alone in the scope of attributes. */
  readonly path: readonly string[];
  readonly patterns: readonly Pattern[];
}

export interface Conditions {
  readonly fields: readonly Field[];
  /** Each holds when one of its branches does. */
  readonly ors: readonly (readonly Conditions[])[];
}

/** Which part of a message a policy looks at. */
export type FilterPolicyScope = 'MessageAttributes' | 'MessageBody';
