/**
 * Filter policies once more, slowly and straight over the policy's JSON, one rule a line, as SNS's guide tells them: what a subscription is owed
 * must not be asked of the code that decides what it is given. Asked once for each kind of message.
 *
 * Each rule is a method, so that a test can break it and see that somebody notices.
 */
import type { FilterPolicyScope, MessageAttribute } from '../services/sns/index.ts';

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
export type Policy = { [name: string]: Json };
export type Attributes = Readonly<Record<string, MessageAttribute>>;

export interface Message {
  readonly attributes: Attributes;
  readonly body: string;
}

/** What is behind a path; undefined: nothing. */
export type View = (path: string) => Json[] | undefined;

/** A body with more readings matches nothing: an endless product must end somewhere. */
const MOST_READINGS = 10_000;

export class FilterOracle {
  /** Whether a message passes a policy that SNS would take. */
  passes(policy: Policy, scope: FilterPolicyScope, message: Message): boolean {
    return this.#viewsOf(scope, message).some((view) => this.holds(policy, '', view));
  }

  // --- keys and their patterns ---

  protected holds(policy: Policy, within: string, view: View): boolean {
    return this.allHold(
      Object.entries(policy).map(([key, value]) => {
        const path = this.pathOf(key, within);
        if (key === '$or' && isOr(value)) return this.orHolds(value, within, view);
        if (!Array.isArray(value)) return this.holds(value as Policy, path, view);
        return this.patternsHold(value.map((pattern) => this.patternHolds(pattern, view(path))));
      }),
    );
  }

  protected pathOf(key: string, within: string): string {
    return within === '' ? key : `${within}.${key}`;
  }

  protected allHold(keys: readonly boolean[]): boolean {
    return keys.every(Boolean);
  }

  protected orHolds(branches: readonly Policy[], within: string, view: View): boolean {
    return branches.some((branch) => this.holds(branch, within, view));
  }

  protected patternsHold(patterns: readonly boolean[]): boolean {
    return patterns.some(Boolean);
  }

  protected patternHolds(pattern: Json, found: Json[] | undefined): boolean {
    if (found === undefined) return this.holdsOfNothing(pattern);
    return found.some((value) => this.fits(pattern, value));
  }

  protected holdsOfNothing(pattern: Json): boolean {
    return isObject(pattern) && pattern['exists'] === false;
  }

  // --- one pattern, one value ---

  protected fits(pattern: Json, value: Json): boolean {
    if (!isObject(pattern)) return this.equal(pattern, value);
    const [operator, operand] = Object.entries(pattern)[0] as [string, Json];
    switch (operator) {
      case 'exists':
        return operand === true;
      case 'prefix':
        return typeof value === 'string' && value.indexOf(operand as string) === 0;
      case 'suffix':
        return typeof value === 'string' && value.slice(value.length - (operand as string).length) === operand;
      case 'equals-ignore-case':
        return typeof value === 'string' && value.toLowerCase() === (operand as string).toLowerCase();
      case 'numeric':
        return typeof value === 'number' && this.inRange(operand as (string | number)[], value);
      case 'cidr':
        return typeof value === 'string' && this.inCidr(operand as string, value);
      case 'anything-but':
        return this.isAnythingBut(operand, value);
      default:
        throw new Error(`no operator of filter policies: ${operator}`);
    }
  }

  protected equal(pattern: Json, value: Json): boolean {
    return pattern === value;
  }

  protected isAnythingBut(operand: Json, value: Json): boolean {
    if (isObject(operand)) return typeof value === 'string' && !value.startsWith(operand['prefix'] as string);
    return (Array.isArray(operand) ? operand : [operand]).every((one) => value !== one);
  }

  /** Operators and bounds in turn: `['>', 0, '<=', 5]`. */
  protected inRange(range: readonly (string | number)[], value: number): boolean {
    for (let i = 0; i < range.length; i += 2) {
      if (!this.isWithin(range[i] as string, value, range[i + 1] as number)) return false;
    }
    return true;
  }

  protected isWithin(operator: string, value: number, bound: number): boolean {
    if (operator === '=') return value === bound;
    if (operator === '<') return value < bound;
    if (operator === '<=') return value <= bound;
    if (operator === '>') return value > bound;
    return value >= bound;
  }

  /** Addresses as strings of bits. */
  protected inCidr(range: string, ip: string): boolean {
    const [address = '', length = ''] = range.split('/');
    const [wanted, found] = [bitsOf(address), bitsOf(ip)];
    if (wanted === null || found === null || wanted.length !== found.length) return false;
    return found.startsWith(wanted.slice(0, Number(length)));
  }

  // --- what a policy sees of a message ---

  #viewsOf(scope: FilterPolicyScope, { attributes, body }: Message): View[] {
    if (scope === 'MessageAttributes') {
      const valuesOf = (name: string): Json[] | undefined =>
        Object.hasOwn(attributes, name) ? this.valuesOf(attributes[name] as MessageAttribute) : undefined;
      return [valuesOf];
    }
    const root = parsed(body);
    if (!isObject(root)) return [];
    return (this.readingsOf(root) ?? []).map((reading) => (path) => this.at(reading, path));
  }

  protected valuesOf(attribute: MessageAttribute): Json[] | undefined {
    if (attribute.DataType === 'Binary') return undefined;
    const text = attribute.StringValue;
    if (attribute.DataType === 'String') return [text];
    if (attribute.DataType === 'Number') {
      return text.trim() === '' || !Number.isFinite(Number(text)) ? undefined : [Number(text)];
    }
    const list = parsed(text);
    return Array.isArray(list) ? list.filter(isScalar) : undefined;
  }

  /** A body in each of its readings: of a list one sees all its plain elements, or one of its objects. null: they are too many. */
  protected readingsOf(value: Json): Json[] | null {
    if (isScalar(value)) return [value];
    if (Array.isArray(value)) return this.readingsOfList((value as unknown[]).flat(Number.POSITIVE_INFINITY) as Json[]);
    let readings: { [name: string]: Json }[] = [{}];
    for (const [name, inner] of Object.entries(value)) {
      const choices = this.readingsOf(inner);
      if (choices === null || readings.length * choices.length > MOST_READINGS) return null;
      readings = readings.flatMap((reading) => choices.map((choice) => ({ ...reading, [name]: choice })));
    }
    return readings;
  }

  protected readingsOfList(elements: readonly Json[]): Json[] | null {
    const plain = elements.filter(isScalar);
    const readings: Json[] = plain.length > 0 ? [plain] : [];
    for (const element of elements.filter(isObject)) {
      const ofElement = this.readingsOf(element);
      if (ofElement === null) return null;
      readings.push(...ofElement);
    }
    return readings.length > 0 ? readings : [[]];
  }

  /** The values behind a path in one reading; a name with dots in it is as good as what is nested. */
  protected at(value: Json, path: string): Json[] | undefined {
    if (!isObject(value)) return undefined;
    for (const [name, inner] of Object.entries(value)) {
      if (path === name) return listOf(inner);
      const found = this.isOnTheWay(name, path) ? this.at(inner, path.slice(name.length + 1)) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }

  protected isOnTheWay(name: string, path: string): boolean {
    return path.startsWith(`${name}.`);
  }
}

function listOf(value: Json): Json[] | undefined {
  if (isScalar(value)) return [value];
  return Array.isArray(value) && value.length > 0 ? value : undefined;
}

/** Two objects or more; else it is a key like any other. */
function isOr(value: Json): value is Policy[] {
  return Array.isArray(value) && value.length >= 2 && value.every(isObject);
}

/** null: it is no address. */
function bitsOf(ip: string): string | null {
  const octets = octetsOf(ip);
  if (octets !== null) return bits(octets, 8);
  const [, head, dotted] = /^(.*:)(\d+\..*)$/.exec(ip) ?? [];
  if (head === undefined || dotted === undefined) return bitsOfWords(ip);
  // The last two words of it are written as an address of version 4.
  const last = octetsOf(dotted);
  if (last === null) return null;
  const [a = 0, b = 0, c = 0, d = 0] = last;
  return bitsOfWords(`${head}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`);
}

function octetsOf(ip: string): number[] | null {
  if (!/^(?:(?:0|[1-9]\d{0,2})(?:\.(?!$)|$)){4}$/.test(ip)) return null;
  const octets = ip.split('.').map(Number);
  return octets.every((octet) => octet <= 255) ? octets : null;
}

function bitsOfWords(ip: string): string | null {
  if (!/^[\da-f]{0,4}(?::[\da-f]{0,4})+$/i.test(ip)) return null;
  const halves = ip.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const [front = [], back = []] = halves;
  const left = 8 - front.length - back.length;
  if (halves.length > 2 || (halves.length === 1 ? left !== 0 : left < 1)) return null;
  const words = [...front, ...new Array<string>(left).fill('0'), ...back];
  return words.includes('')
    ? null
    : bits(
        words.map((word) => Number.parseInt(word, 16)),
        16,
      );
}

function bits(words: readonly number[], width: number): string {
  return words.map((word) => word.toString(2).padStart(width, '0')).join('');
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

export function isObject(value: Json | undefined): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isScalar(value: Json): value is string | number | boolean | null {
  return typeof value !== 'object' || value === null;
}
