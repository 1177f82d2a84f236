/** Whether a message passes a filter policy: conditions compiled once to a chain of closures. */
import { inCidr } from './cidr.ts';
import type { Conditions, Field, Pattern, Scalar } from './policy.ts';

/** A message attribute as SNS takes it. Binary ones are never compared: a policy sees them as missing. */
export type MessageAttribute =
  | { readonly DataType: 'String'; readonly StringValue: string }
  | { readonly DataType: 'Number'; readonly StringValue: string }
  /** A JSON list of texts, numbers, true, false and null. */
  | { readonly DataType: 'String.Array'; readonly StringValue: string }
  | { readonly DataType: 'Binary' };

/** What a policy compares: the values behind each path, `a.b` for what is nested. */
export type Values = ReadonlyMap<string, readonly Scalar[]>;
export type Matcher = (values: Values) => boolean;

/** Bodies whose lists of objects have more combinations than this match nothing: an endless product must end somewhere. */
const MOST_COMBINATIONS = 10_000;

export function compileConditions({ fields, ors }: Conditions): Matcher {
  const all: Matcher[] = fields.map(compileField);
  for (const branches of ors) {
    const compiled = branches.map(compileConditions);
    all.push((values) => compiled.some((branch) => branch(values)));
  }
  if (all.length === 1) return all[0] as Matcher;
  return (values) => all.every((one) => one(values));
}

function compileField({ path, patterns }: Field): Matcher {
  const key = path.join('.');
  const absentFits = patterns.some((pattern) => pattern.kind === 'exists' && !pattern.wanted);
  const tests = patterns.map(testOf);
  return (values) => {
    const found = values.get(key);
    if (found === undefined) return absentFits;
    return found.some((value) => tests.some((test) => test(value)));
  };
}

function testOf(pattern: Pattern): (value: Scalar) => boolean {
  switch (pattern.kind) {
    case 'equals':
      return (value) => value === pattern.value;
    case 'anythingBut': {
      const excluded = new Set(pattern.values);
      return (value) => !excluded.has(value);
    }
    case 'anythingButPrefix':
      return (value) => typeof value === 'string' && !value.startsWith(pattern.prefix);
    case 'prefix':
      return (value) => typeof value === 'string' && value.startsWith(pattern.prefix);
    case 'suffix':
      return (value) => typeof value === 'string' && value.endsWith(pattern.suffix);
    case 'equalsIgnoreCase':
      return (value) => typeof value === 'string' && value.toLowerCase() === pattern.lower;
    case 'cidr':
      return (value) => typeof value === 'string' && inCidr(value, pattern.range);
    case 'numeric': {
      const { low, lowIncluded, high, highIncluded } = pattern.range;
      return (value) =>
        typeof value === 'number' &&
        (lowIncluded ? value >= low : value > low) &&
        (highIncluded ? value <= high : value < high);
    }
    case 'exists':
      return () => pattern.wanted;
  }
}

/** The values of a message's attributes. What is no number under `Number`, or no list under `String.Array`, is seen as missing. */
export function valuesOfAttributes(attributes: Readonly<Record<string, MessageAttribute>>): Values {
  const values = new Map<string, readonly Scalar[]>();
  for (const [name, attribute] of Object.entries(attributes)) {
    const read = valuesOfAttribute(attribute);
    if (read !== null) values.set(name, read);
  }
  return values;
}

function valuesOfAttribute(attribute: MessageAttribute): readonly Scalar[] | null {
  switch (attribute.DataType) {
    case 'Binary':
      return null;
    case 'String':
      return [attribute.StringValue];
    case 'Number': {
      const value = attribute.StringValue.trim() === '' ? Number.NaN : Number(attribute.StringValue);
      return Number.isFinite(value) ? [value] : null;
    }
    case 'String.Array': {
      const list = parsed(attribute.StringValue);
      return Array.isArray(list) ? list.filter(isScalar) : null;
    }
  }
}

/**
 * The values of a body in each of its readings: of a list of objects a policy sees one at a time, so that all its keys speak of the same
 * one. Empty where the body is no JSON object, or has too many readings.
 */
export function readingsOfBody(body: string): Values[] {
  const root = parsed(body);
  if (typeof root !== 'object' || root === null || Array.isArray(root)) return [];
  return readingsOf(root, '') ?? [];
}

/** The same of attributes that stand for the members of a body. A name with dots is as good as what is nested, so it stays whole. */
export function readingsOfDrawn(attributes: Readonly<Record<string, MessageAttribute>>): Values[] {
  const members = Object.entries(attributes).map(([name, attribute]) => [name, memberOf(attribute)] as const);
  return readingsOf(Object.fromEntries(members.filter(([, value]) => value !== undefined)), '') ?? [];
}

/** What JSON says of an attribute's value; undefined: nothing. */
function memberOf(attribute: MessageAttribute): unknown {
  if (attribute.DataType !== 'String.Array') return valuesOfAttribute(attribute)?.[0];
  const list = parsed(attribute.StringValue);
  return Array.isArray(list) ? list : undefined;
}

function readingsOf(value: object, prefix: string): Map<string, readonly Scalar[]>[] | null {
  let readings: Map<string, readonly Scalar[]>[] = [new Map()];
  for (const [name, inner] of Object.entries(value) as [string, unknown][]) {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    const choices = choicesOf(inner, key);
    if (choices === null || readings.length * choices.length > MOST_COMBINATIONS) return null;
    readings = readings.flatMap((reading) => choices.map((choice) => new Map([...reading, ...choice])));
  }
  return readings;
}

/** The ways to read what stands behind a key. */
function choicesOf(inner: unknown, key: string): Map<string, readonly Scalar[]>[] | null {
  if (isScalar(inner)) return [new Map([[key, [inner]]])];
  if (!Array.isArray(inner)) return readingsOf(inner as object, key);
  const elements: unknown[] = inner.flat(Number.POSITIVE_INFINITY);
  const scalars = elements.filter(isScalar);
  const choices: Map<string, readonly Scalar[]>[] = [];
  if (scalars.length > 0) choices.push(new Map([[key, scalars]]));
  for (const element of elements) {
    if (isScalar(element)) continue;
    const readings = readingsOf(element as object, key);
    if (readings === null) return null;
    choices.push(...readings);
  }
  return choices.length === 0 ? [new Map()] : choices;
}

function isScalar(value: unknown): value is Scalar {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
