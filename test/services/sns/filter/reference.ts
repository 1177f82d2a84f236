/**
 * Filter policies as a reference has them: the oracle that says what a subscription is owed. `flaw` breaks one of its rules on purpose, to see
 * that the comparison notices.
 */
import {
  FilterOracle,
  isObject,
  isScalar,
  type Json,
  type Message,
  type Policy,
  type View,
} from '../../../../src/experiment/filter-oracle.ts';
import type { FilterPolicyScope, MessageAttribute } from '../../../../src/services/sns/filter/index.ts';

export type { Attributes, Json, Message, Policy } from '../../../../src/experiment/filter-oracle.ts';

export const FLAWS = [
  'or forgotten',
  'or as and',
  'keys ored',
  'patterns anded',
  'exists false as true',
  'missing key passes',
  'anything-but passes a missing key',
  'anything-but needs all elements',
  'anything-but takes the first of its list only',
  'anything-but prefix as a text',
  'prefix as contains',
  'suffix as contains',
  'case folded',
  'case kept',
  'bounds swapped',
  'second bound forgotten',
  'cidr a bit short',
  'number as text',
  'first element only',
] as const;
export const ATTRIBUTE_FLAWS = ['binary seen', 'list as one text', 'number read as text'] as const;
export const BODY_FLAWS = [
  'objects of a list mixed',
  'objects of a list forgotten',
  'dots not followed',
  'or at the root',
  'nested keys at the root',
] as const;
export type Flaw = (typeof FLAWS)[number] | (typeof ATTRIBUTE_FLAWS)[number] | (typeof BODY_FLAWS)[number];

export function passes(policy: Policy, scope: FilterPolicyScope, message: Message, flaw?: Flaw): boolean {
  const oracle = flaw === undefined ? new FilterOracle() : new Flawed(flaw);
  return oracle.passes(policy, scope, message);
}

class Flawed extends FilterOracle {
  readonly #flaw: Flaw;

  constructor(flaw: Flaw) {
    super();
    this.#flaw = flaw;
  }

  // --- keys and their patterns ---

  protected override pathOf(key: string, within: string): string {
    return this.#flaw === 'nested keys at the root' ? key : super.pathOf(key, within);
  }

  protected override allHold(keys: readonly boolean[]): boolean {
    return this.#flaw === 'keys ored' ? keys.some(Boolean) : super.allHold(keys);
  }

  protected override orHolds(branches: readonly Policy[], within: string, view: View): boolean {
    if (this.#flaw === 'or forgotten') return true;
    if (this.#flaw === 'or as and') return branches.every((branch) => this.holds(branch, within, view));
    return super.orHolds(branches, this.#flaw === 'or at the root' ? '' : within, view);
  }

  protected override patternsHold(patterns: readonly boolean[]): boolean {
    return this.#flaw === 'patterns anded' ? patterns.every(Boolean) : super.patternsHold(patterns);
  }

  protected override patternHolds(pattern: Json, found: Json[] | undefined): boolean {
    if (found === undefined) return this.holdsOfNothing(pattern);
    const seen = this.#flaw === 'first element only' ? found.slice(0, 1) : found;
    const needsAll = this.#flaw === 'anything-but needs all elements' && isObject(pattern) && 'anything-but' in pattern;
    return needsAll ? seen.every((value) => this.fits(pattern, value)) : super.patternHolds(pattern, seen);
  }

  protected override holdsOfNothing(pattern: Json): boolean {
    if (this.#flaw === 'missing key passes') return true;
    if (this.#flaw === 'exists false as true') return false;
    if (this.#flaw === 'anything-but passes a missing key' && isObject(pattern) && 'anything-but' in pattern)
      return true;
    return super.holdsOfNothing(pattern);
  }

  // --- one pattern, one value ---

  protected override fits(pattern: Json, value: Json): boolean {
    if (!isObject(pattern)) return super.fits(pattern, value);
    const [operator, operand] = Object.entries(pattern)[0] as [string, Json];
    const contains = (): boolean => typeof value === 'string' && value.includes(operand as string);
    if (this.#flaw === 'exists false as true' && operator === 'exists') return true;
    if (this.#flaw === 'prefix as contains' && operator === 'prefix') return contains();
    if (this.#flaw === 'suffix as contains' && operator === 'suffix') return contains();
    if (this.#flaw === 'case kept' && operator === 'equals-ignore-case') return value === operand;
    return super.fits(pattern, value);
  }

  protected override equal(pattern: Json, value: Json): boolean {
    if (this.#flaw === 'number as text' && typeof pattern === 'number') return shown(value) === shown(pattern);
    if (this.#flaw === 'case folded') return shown(value).toLowerCase() === shown(pattern).toLowerCase();
    return super.equal(pattern, value);
  }

  protected override isAnythingBut(operand: Json, value: Json): boolean {
    if (this.#flaw === 'anything-but prefix as a text' && isObject(operand)) return value !== operand['prefix'];
    if (this.#flaw === 'anything-but takes the first of its list only' && Array.isArray(operand))
      return value !== operand[0];
    return super.isAnythingBut(operand, value);
  }

  protected override inRange(range: readonly (string | number)[], value: number): boolean {
    return super.inRange(this.#flaw === 'second bound forgotten' ? range.slice(0, 2) : range, value);
  }

  protected override isWithin(operator: string, value: number, bound: number): boolean {
    const swapped: Record<string, string> = { '<': '<=', '<=': '<', '>': '>=', '>=': '>', '=': '=' };
    return super.isWithin(this.#flaw === 'bounds swapped' ? (swapped[operator] as string) : operator, value, bound);
  }

  protected override inCidr(range: string, ip: string): boolean {
    if (this.#flaw !== 'cidr a bit short') return super.inCidr(range, ip);
    const [address, length] = range.split('/');
    return super.inCidr(`${address}/${Math.max(0, Number(length) - 1)}`, ip);
  }

  // --- what a policy sees of a message ---

  protected override valuesOf(attribute: MessageAttribute): Json[] | undefined {
    if (attribute.DataType === 'Binary') return this.#flaw === 'binary seen' ? [''] : undefined;
    const asText =
      (this.#flaw === 'number read as text' && attribute.DataType === 'Number') ||
      (this.#flaw === 'list as one text' && attribute.DataType === 'String.Array');
    return asText ? [attribute.StringValue] : super.valuesOf(attribute);
  }

  protected override readingsOfList(elements: readonly Json[]): Json[] | null {
    const objects = elements.filter(isObject);
    if (this.#flaw === 'objects of a list mixed' && objects.length > 0) return [mixed(objects)];
    const isForgotten = this.#flaw === 'objects of a list forgotten';
    return super.readingsOfList(isForgotten ? elements.filter(isScalar) : elements);
  }

  protected override isOnTheWay(name: string, path: string): boolean {
    if (this.#flaw === 'dots not followed' && path.includes('.')) return false;
    return super.isOnTheWay(name, path);
  }
}

function shown(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** One object with the plain values of all. */
function mixed(objects: readonly { [name: string]: Json }[]): Json {
  const all: { [name: string]: Json[] } = {};
  for (const one of objects) {
    for (const [name, value] of Object.entries(one)) {
      const values = Array.isArray(value) ? value : [value];
      all[name] = [...(all[name] ?? []), ...values.filter(isScalar)];
    }
  }
  return all;
}
