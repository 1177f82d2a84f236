/**
 * Condition operators. Values of one key are ORed (a negated operator asks that none fits), keys and operators ANDed. A key that the request
 * lacks fails an operator and satisfies a negated one; `…IfExists` is satisfied by it. `ForAllValues:` and `ForAnyValue:` compare lists.
 */
import ipaddr from 'ipaddr.js';
import { arnGlob, glob } from './patterns.ts';
import type { Condition, Context } from './policy.ts';

interface Operator {
  /** Compares one value of the request with one of the policy, which may hold variables until then. */
  readonly fits: (wanted: string) => (found: string) => boolean;
  readonly negated: boolean;
}

/** What is wrong with a condition; the reader of policies adds the place. */
export class BadCondition extends Error {}

const plain = (fits: Operator['fits']): Operator => ({ fits, negated: false });
const negated = (fits: Operator['fits']): Operator => ({ fits, negated: true });

const equal: Operator['fits'] = (wanted) => (found) => found === wanted;
const equalIgnoringCase: Operator['fits'] = (wanted) => {
  const lower = wanted.toLowerCase();
  return (found) => found.toLowerCase() === lower;
};
const like: Operator['fits'] = (wanted) => glob(wanted);
const arn: Operator['fits'] = (wanted) => arnGlob(wanted);
const bool: Operator['fits'] = (wanted) => (found) => found.toLowerCase() === wanted.toLowerCase();

function numeric(compare: (found: number, wanted: number) => boolean): Operator['fits'] {
  return (wanted) => {
    const limit = Number(wanted);
    if (wanted.trim() === '' || Number.isNaN(limit)) throw new BadCondition(`a number, not ${wanted}`);
    return (found) => compare(Number(found), limit);
  };
}

const ip: Operator['fits'] = (wanted) => {
  try {
    const range = wanted.includes('/') ? ipaddr.parseCIDR(wanted) : rangeOfOne(ipaddr.parse(wanted));
    return (found) => {
      if (!ipaddr.isValid(found)) return false;
      const address = ipaddr.parse(found);
      return address.kind() === range[0].kind() && address.match(range);
    };
  } catch {
    throw new BadCondition(`an address or a range of addresses, not ${wanted}`);
  }
};

function rangeOfOne(address: ReturnType<typeof ipaddr.parse>): ReturnType<typeof ipaddr.parseCIDR> {
  return ipaddr.parseCIDR(`${address.toString()}/${address.kind() === 'ipv4' ? 32 : 128}`);
}

const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['StringEquals', plain(equal)],
  ['StringNotEquals', negated(equal)],
  ['StringEqualsIgnoreCase', plain(equalIgnoringCase)],
  ['StringNotEqualsIgnoreCase', negated(equalIgnoringCase)],
  ['StringLike', plain(like)],
  ['StringNotLike', negated(like)],
  ['NumericEquals', plain(numeric((found, wanted) => found === wanted))],
  ['NumericNotEquals', negated(numeric((found, wanted) => found === wanted))],
  ['NumericLessThan', plain(numeric((found, wanted) => found < wanted))],
  ['NumericLessThanEquals', plain(numeric((found, wanted) => found <= wanted))],
  ['NumericGreaterThan', plain(numeric((found, wanted) => found > wanted))],
  ['NumericGreaterThanEquals', plain(numeric((found, wanted) => found >= wanted))],
  ['Bool', plain(bool)],
  ['BinaryEquals', plain(equal)],
  ['IpAddress', plain(ip)],
  ['NotIpAddress', negated(ip)],
  ['ArnEquals', plain(arn)],
  ['ArnLike', plain(arn)],
  ['ArnNotEquals', negated(arn)],
  ['ArnNotLike', negated(arn)],
]);

/** Names of all operators, for errors. */
export const OPERATOR_NAMES: readonly string[] = [...OPERATORS.keys(), 'Null'];

const NAME = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/;

/** One key under one operator. @throws BadCondition */
export function compileCondition(name: string, key: string, wanted: readonly string[]): Condition {
  const [, quantifier, base, ifExists] = NAME.exec(name) ?? [];
  const lower = key.toLowerCase();
  if (base === 'Null') return { key: lower, holds: nullTest(wanted) };
  if (base?.startsWith('Date') === true) {
    throw new BadCondition('an operator without dates: virtual time has no calendar');
  }
  const operator = OPERATORS.get(base ?? '');
  if (operator === undefined) throw new BadCondition(`one of ${OPERATOR_NAMES.join(', ')}, not ${name}`);
  const fitsAny = compileValues(operator, wanted);
  const holds: Condition['holds'] = (values, context) => {
    if (values === undefined)
      return ifExists !== undefined || quantifier === 'ForAllValues' || (operator.negated && quantifier === undefined);
    const each = (value: string): boolean => fitsAny(value, context) !== operator.negated;
    if (quantifier === 'ForAllValues') return values.every(each);
    if (quantifier === 'ForAnyValue') return values.some(each);
    return operator.negated ? values.every(each) : values.some(each);
  };
  return { key: lower, holds };
}

function compileValues(operator: Operator, wanted: readonly string[]): (value: string, context: Context) => boolean {
  const fixed = wanted.filter((one) => !VARIABLE.test(one)).map(operator.fits);
  const variable = wanted.filter((one) => VARIABLE.test(one));
  return (value, context) =>
    fixed.some((fits) => fits(value)) ||
    variable.some((one) => {
      const text = substitute(one, context);
      return text !== null && fitsVariable(operator, text, value);
    });
}

/** What only the request tells may be no number or address: then it fits nothing. */
function fitsVariable(operator: Operator, wanted: string, value: string): boolean {
  try {
    return operator.fits(wanted)(value);
  } catch (error) {
    if (error instanceof BadCondition) return false;
    throw error;
  }
}

function nullTest(wanted: readonly string[]): Condition['holds'] {
  if (wanted.length !== 1 || !/^(?:true|false)$/i.test(wanted[0] as string)) throw new BadCondition('true or false');
  const absent = (wanted[0] as string).toLowerCase() === 'true';
  return (values) => (values === undefined) === absent;
}

export const VARIABLE = /\$\{[^}]*\}/;
const VARIABLES = /\$\{\s*([^},]*?)\s*(?:,\s*'([^']*)'\s*)?\}/g;

/** `${aws:PrincipalAccount}` → its value; null where the request has none, nor the policy a default. `${*}`, `${?}`, `${$}` are the characters themselves. */
export function substitute(text: string, context: Context): string | null {
  let known = true;
  const replaced = text.replace(VARIABLES, (_, key: string, byDefault: string | undefined) => {
    if (key === '*' || key === '?' || key === '$') return key;
    const values = context.get(key.toLowerCase());
    if (values?.length === 1) return values[0] as string;
    if (byDefault === undefined) known = false;
    return byDefault ?? '';
  });
  return known ? replaced : null;
}
