import { describe, expect, it } from 'vitest';
import { FilterPolicy, type MessageAttribute } from '../../../../src/services/sns/filter/index.ts';

/** Texts, numbers and lists, each under its type. */
type Attributes = Readonly<Record<string, string | number | readonly (string | number | boolean | null)[]>>;

function attributesOf(plain: Attributes): Record<string, MessageAttribute> {
  return Object.fromEntries(
    Object.entries(plain).map(([name, value]): [string, MessageAttribute] => {
      if (typeof value === 'string') return [name, { DataType: 'String', StringValue: value }];
      if (typeof value === 'number') return [name, { DataType: 'Number', StringValue: String(value) }];
      return [name, { DataType: 'String.Array', StringValue: JSON.stringify(value) }];
    }),
  );
}

function onAttributes(policy: unknown, plain: Attributes): boolean {
  return new FilterPolicy(JSON.stringify(policy)).matches({ body: '', attributes: attributesOf(plain) });
}

function onBody(policy: unknown, body: unknown): boolean {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return new FilterPolicy(JSON.stringify(policy), 'MessageBody').matches({ body: text, attributes: {} });
}

describe('a policy on attributes', () => {
  it.each<[string, unknown, Attributes, boolean]>([
    ['an exact text [sns.exact]', { a: ['x'] }, { a: 'x' }, true],
    ['case counts', { a: ['x'] }, { a: 'X' }, false],
    ['one of several', { a: ['x', 'y'] }, { a: 'y' }, true],
    ['all keys', { a: ['x'], b: ['y'] }, { a: 'x' }, false],
    ['attributes that it does not name', { a: ['x'] }, { a: 'x', b: 'z' }, true],
    ['numbers as numbers', { a: [100] }, { a: 100.0 }, true],
    ['a text is no number', { a: [100] }, { a: '100' }, false],
    ['an element of a list', { a: ['x'] }, { a: ['w', 'x'] }, true],
    ['null and true in a list', { a: [null] }, { a: [true, null] }, true],
    ['an empty list has no element', { a: [{ exists: true }] }, { a: [] }, false],
    ['anything but [sns.anything-but]', { a: [{ 'anything-but': ['x', 'y'] }] }, { a: 'z' }, true],
    ['anything but one', { a: [{ 'anything-but': 'x' }] }, { a: 'x' }, false],
    ['anything but, missing', { a: [{ 'anything-but': 'x' }] }, {}, false],
    ['anything but, any other element', { a: [{ 'anything-but': 'x' }] }, { a: ['x', 'y'] }, true],
    ['anything but a number', { a: [{ 'anything-but': [5] }] }, { a: 6 }, true],
    ['anything but a prefix', { a: [{ 'anything-but': { prefix: 'order-' } }] }, { a: 'invoice-1' }, true],
    ['anything but a prefix that it has', { a: [{ 'anything-but': { prefix: 'order-' } }] }, { a: 'order-1' }, false],
    ['prefix [sns.prefix-suffix]', { a: [{ prefix: 'or' }] }, { a: 'order' }, true],
    ['suffix', { a: [{ suffix: 'er' }] }, { a: 'order' }, true],
    ['suffix elsewhere', { a: [{ suffix: 'or' }] }, { a: 'order' }, false],
    ['without case [sns.equals-ignore-case]', { a: [{ 'equals-ignore-case': 'GoLd' }] }, { a: 'gOLD' }, true],
    ['an address in the range [sns.cidr]', { a: [{ cidr: '10.0.0.0/24' }] }, { a: '10.0.0.255' }, true],
    ['an address out of the range', { a: [{ cidr: '10.0.0.0/24' }] }, { a: '10.0.1.0' }, false],
    ['a range of 25 bits', { a: [{ cidr: '10.0.0.128/25' }] }, { a: '10.0.0.127' }, false],
    ['IPv6', { a: [{ cidr: '2001:db8::/32' }] }, { a: '2001:db8:ffff::1' }, true],
    ['IPv4 is no IPv6', { a: [{ cidr: '::/0' }] }, { a: '10.0.0.1' }, false],
    ['equal', { a: [{ numeric: ['=', 3.5] }] }, { a: 3.5 }, true],
    ['below', { a: [{ numeric: ['<', 3] }] }, { a: 3 }, false],
    ['at most', { a: [{ numeric: ['<=', 3] }] }, { a: 3 }, true],
    ['between, lower end out', { a: [{ numeric: ['>', 0, '<=', 5] }] }, { a: 0 }, false],
    ['between, upper end in [sns.numeric]', { a: [{ numeric: ['>', 0, '<=', 5] }] }, { a: 5 }, true],
    ['a number beyond the documented range [sns.numeric-range]', { a: [{ numeric: ['>', 1e9] }] }, { a: 1e10 }, true],
    ['its lower end', { a: [{ numeric: ['<', -1e9] }] }, { a: -1e9 }, false],
    ['the fifth decimal', { a: [{ numeric: ['=', 0.00001] }] }, { a: 0.00002 }, false],
    ['at least', { a: [{ numeric: ['>=', 3] }] }, { a: 3 }, true],
    ['exists [sns.exists]', { a: [{ exists: true }] }, { a: 'anything' }, true],
    ['exists not', { a: [{ exists: false }] }, { b: 'x' }, true],
    ['exists, but should not', { a: [{ exists: false }] }, { a: 'x' }, false],
    ['missing, or a value', { a: [{ exists: false }, 'x'] }, { a: 'x' }, true],
    ['an $or over keys', { $or: [{ a: ['x'] }, { b: ['y'] }] }, { b: 'y' }, true],
    ['an $or of nothing that fits', { $or: [{ a: ['x'] }, { b: ['y'] }] }, { a: 'y', b: 'x' }, false],
    ['an $or and another key', { c: ['z'], $or: [{ a: ['x'] }, { b: ['y'] }] }, { a: 'x' }, false],
    ['an $or with one object is a key', { $or: ['x'] }, { $or: 'x' }, true],
  ])('%s', (_, policy, attributes, expected) => {
    expect(onAttributes(policy, attributes)).toBe(expected);
  });

  it('does not see binary attributes, nor numbers that are none [sns.scope-messageattributes]', () => {
    const policy = new FilterPolicy('{"a":[{"exists":true}]}');
    expect(policy.matches({ body: '', attributes: { a: { DataType: 'Binary' } } })).toBe(false);
    expect(policy.matches({ body: '', attributes: { a: { DataType: 'Number', StringValue: ' ' } } })).toBe(false);
  });
});

describe('a policy on the body', () => {
  it.each<[string, unknown, unknown, boolean]>([
    ['nested [sns.scope-messagebody]', { store: { country: ['DE'] } }, { store: { country: 'DE', city: 'Ulm' } }, true],
    ['nested elsewhere', { store: { country: ['DE'] } }, { country: 'DE' }, false],
    ['a key with a dot, nested', { 'store.country': ['DE'] }, { store: { country: 'DE' } }, true],
    ['a key with a dot, literal', { 'store.country': ['DE'] }, { 'store.country': 'DE' }, true],
    ['numbers and null', { n: [null], x: [{ numeric: ['>', 1] }] }, { n: null, x: 2 }, true],
    ['an element of a list', { tags: ['b'] }, { tags: ['a', 'b'] }, true],
    ['an object of a list', { lines: { sku: ['s2'] } }, { lines: [{ sku: 's1' }, { sku: 's2' }] }, true],
    [
      'both keys of the same object',
      { lines: { sku: ['s1'], n: [2] } },
      {
        lines: [
          { sku: 's1', n: 1 },
          { sku: 's2', n: 2 },
        ],
      },
      false,
    ],
    ['no JSON', { a: ['x'] }, 'plain text', false],
    ['a list at the root', { a: ['x'] }, '[{"a":"x"}]', false],
    ['missing', { a: { b: [{ exists: false }] } }, { a: { c: 1 } }, true],
    ['an $or within', { a: { $or: [{ b: [1] }, { c: [2] }] } }, { a: { c: 2 } }, true],
  ])('%s', (_, policy, body, expected) => {
    expect(onBody(policy, body)).toBe(expected);
  });

  it('gives up on bodies with endless readings instead of hanging', () => {
    const list = Array.from({ length: 30 }, (_, i) => ({ x: i }));
    const body = Object.fromEntries(['a', 'b', 'c', 'd'].map((key) => [key, list]));
    expect(onBody({ a: { x: [1] } }, body)).toBe(false);
  });
});
