/**
 * Filter policies once more, slowly: straight over the policy's JSON, one rule a line, as the guide tells it. `flaw` breaks one rule on
 * purpose, to see that the comparison notices.
 */
import type { FilterPolicyScope, MessageAttribute } from '../../../../src/services/sns/filter/index.ts';

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
export type Policy = { [name: string]: Json };
export type Attributes = Readonly<Record<string, MessageAttribute>>;

export interface Message {
  readonly attributes: Attributes;
  readonly body: string;
}

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

/** What is behind a path; undefined: nothing. */
type View = (path: string) => Json[] | undefined;

export function passes(policy: Policy, scope: FilterPolicyScope, message: Message, flaw?: Flaw): boolean {
  return viewsOf(scope, message, flaw).some((view) => holds(policy, '', view, flaw));
}

function holds(policy: Policy, within: string, view: View, flaw?: Flaw): boolean {
  const keys = Object.entries(policy).map(([key, value]) => {
    const path = within === '' || flaw === 'nested keys at the root' ? key : `${within}.${key}`;
    if (key === '$or' && isOr(value)) return orHolds(value, flaw === 'or at the root' ? '' : within, view, flaw);
    if (!Array.isArray(value)) return holds(value as Policy, path, view, flaw);
    return patternsHold(value, view(path), flaw);
  });
  return flaw === 'keys ored' ? keys.some(Boolean) : keys.every(Boolean);
}

function orHolds(branches: Policy[], within: string, view: View, flaw?: Flaw): boolean {
  if (flaw === 'or forgotten') return true;
  if (flaw === 'or as and') return branches.every((branch) => holds(branch, within, view, flaw));
  return branches.some((branch) => holds(branch, within, view, flaw));
}

/** Two objects or more; else it is a key like any other. */
function isOr(value: Json): value is Policy[] {
  return Array.isArray(value) && value.length >= 2 && value.every(isObject);
}

function patternsHold(patterns: Json[], found: Json[] | undefined, flaw?: Flaw): boolean {
  const held = patterns.map((pattern) => patternHolds(pattern, found, flaw));
  return flaw === 'patterns anded' ? held.every(Boolean) : held.some(Boolean);
}

function patternHolds(pattern: Json, found: Json[] | undefined, flaw?: Flaw): boolean {
  if (found === undefined) {
    if (flaw === 'missing key passes') return true;
    if (!isObject(pattern)) return false;
    if (flaw === 'exists false as true') return false;
    if (flaw === 'anything-but passes a missing key' && 'anything-but' in pattern) return true;
    return pattern['exists'] === false;
  }
  const seen = flaw === 'first element only' ? found.slice(0, 1) : found;
  const needsAll = flaw === 'anything-but needs all elements' && isObject(pattern) && 'anything-but' in pattern;
  if (needsAll) return seen.every((value) => fits(pattern, value, flaw));
  return seen.some((value) => fits(pattern, value, flaw));
}

function fits(pattern: Json, value: Json, flaw?: Flaw): boolean {
  if (!isObject(pattern)) return equal(pattern, value, flaw);
  const [operator, operand] = Object.entries(pattern)[0] as [string, Json];
  switch (operator) {
    case 'exists':
      return operand === true || flaw === 'exists false as true';
    case 'prefix':
      if (flaw === 'prefix as contains') return typeof value === 'string' && value.includes(operand as string);
      return typeof value === 'string' && value.indexOf(operand as string) === 0;
    case 'suffix':
      if (flaw === 'suffix as contains') return typeof value === 'string' && value.includes(operand as string);
      return typeof value === 'string' && value.slice(value.length - (operand as string).length) === operand;
    case 'equals-ignore-case':
      if (flaw === 'case kept') return value === operand;
      return typeof value === 'string' && value.toUpperCase() === (operand as string).toUpperCase();
    case 'numeric':
      return typeof value === 'number' && inRange(operand as (string | number)[], value, flaw);
    case 'cidr':
      return typeof value === 'string' && inCidr(operand as string, value, flaw === 'cidr a bit short' ? 1 : 0);
    case 'anything-but':
      return isAnythingBut(operand, value, flaw);
    default:
      throw new Error(`no operator: ${operator}`);
  }
}

function isAnythingBut(operand: Json, value: Json, flaw?: Flaw): boolean {
  if (isObject(operand)) {
    if (flaw === 'anything-but prefix as a text') return value !== operand['prefix'];
    return typeof value === 'string' && !value.startsWith(operand['prefix'] as string);
  }
  const excluded = Array.isArray(operand) ? operand : [operand];
  if (flaw === 'anything-but takes the first of its list only') return value !== excluded[0];
  return excluded.every((one) => value !== one);
}

function equal(pattern: Json, value: Json, flaw?: Flaw): boolean {
  if (flaw === 'number as text' && typeof pattern === 'number') return shown(value) === shown(pattern);
  if (flaw === 'case folded') return shown(value).toLowerCase() === shown(pattern).toLowerCase();
  return pattern === value;
}

function shown(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function inRange(range: readonly (string | number)[], value: number, flaw?: Flaw): boolean {
  const length = flaw === 'second bound forgotten' ? 2 : range.length;
  for (let i = 0; i < length; i += 2) {
    const limit = range[i + 1] as number;
    const held: Record<string, boolean> = {
      '=': value === limit,
      '<': value < limit,
      '<=': value <= limit,
      '>': value > limit,
      '>=': value >= limit,
    };
    const swapped: Record<string, string> = { '<': '<=', '<=': '<', '>': '>=', '>=': '>', '=': '=' };
    const operator = range[i] as string;
    if (held[flaw === 'bounds swapped' ? (swapped[operator] as string) : operator] !== true) return false;
  }
  return true;
}

// --- addresses, as strings of bits ---

function inCidr(range: string, ip: string, short: number): boolean {
  const [address = '', mask = ''] = range.split('/');
  const [wanted, found] = [bitsOf(address), bitsOf(ip)];
  const bits = Math.max(0, Number(mask) - short);
  return wanted !== null && found !== null && wanted.length === found.length && found.startsWith(wanted.slice(0, bits));
}

function bitsOf(ip: string): string | null {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(ip)) return bits(ip.split('.').map(Number), 8);
  if (!/^[\da-f:]+$/.test(ip) || !ip.includes(':')) return null;
  const [head = '', tail = ''] = ip.split('::');
  const [front, back] = [head, tail].map((part) => (part === '' ? [] : part.split(':'))) as [string[], string[]];
  const zeros = new Array<string>(8 - front.length - back.length).fill('0');
  const words = [...front, ...zeros, ...back].map((word) => Number.parseInt(word, 16));
  return bits(words, 16);
}

const bits = (words: readonly number[], width: number): string =>
  words.map((word) => word.toString(2).padStart(width, '0')).join('');

// --- what a policy sees of a message ---

function viewsOf(scope: FilterPolicyScope, { attributes, body }: Message, flaw?: Flaw): View[] {
  if (scope === 'MessageAttributes') {
    return [
      (name) => (Object.hasOwn(attributes, name) ? listOf(attributes[name] as MessageAttribute, flaw) : undefined),
    ];
  }
  let root: Json;
  try {
    root = JSON.parse(body) as Json;
  } catch {
    return [];
  }
  if (!isObject(root)) return [];
  return worldsOf(root, flaw).map((world) => (path) => at(world, path, flaw));
}

function listOf(attribute: MessageAttribute, flaw?: Flaw): Json[] | undefined {
  if (attribute.DataType === 'Binary') return flaw === 'binary seen' ? [''] : undefined;
  const text = attribute.StringValue;
  if (attribute.DataType === 'String') return [text];
  if (attribute.DataType === 'Number') {
    if (flaw === 'number read as text') return [text];
    return text.trim() === '' || Number.isNaN(Number(text)) ? undefined : [Number(text)];
  }
  if (flaw === 'list as one text') return [text];
  try {
    const list = JSON.parse(text) as Json;
    return Array.isArray(list) ? list.filter(isScalar) : undefined;
  } catch {
    return undefined;
  }
}

/** A body in each of its readings: of a list one sees all its plain elements, or one of its objects. */
function worldsOf(value: Json, flaw?: Flaw): Json[] {
  if (isScalar(value)) return [value];
  if (Array.isArray(value)) {
    const elements = (value as unknown[]).flat(Number.POSITIVE_INFINITY) as Json[];
    const plain = elements.filter(isScalar);
    const objects = flaw === 'objects of a list forgotten' ? [] : elements.filter(isObject);
    if (flaw === 'objects of a list mixed' && objects.length > 0) return [mixed(objects)];
    const all: Json[] = [...(plain.length > 0 ? [plain] : []), ...objects.flatMap((one) => worldsOf(one, flaw))];
    return all.length > 0 ? all : [[]];
  }
  let worlds: { [name: string]: Json }[] = [{}];
  for (const [name, inner] of Object.entries(value)) {
    const choices = worldsOf(inner, flaw);
    worlds = worlds.flatMap((world) => choices.map((choice) => ({ ...world, [name]: choice })));
  }
  return worlds;
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

function at(value: Json, path: string, flaw?: Flaw): Json[] | undefined {
  if (!isObject(value)) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    if (path === name) return isScalar(inner) ? [inner] : Array.isArray(inner) && inner.length > 0 ? inner : undefined;
    if (flaw === 'dots not followed' && path.includes('.')) continue;
    const found = path.startsWith(`${name}.`) ? at(inner, path.slice(name.length + 1), flaw) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function isObject(value: Json): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isScalar(value: Json): value is string | number | boolean | null {
  return typeof value !== 'object' || value === null;
}
