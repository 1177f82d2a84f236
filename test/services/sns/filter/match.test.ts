import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FilterPolicy, type MessageAttribute } from '../../../../src/services/sns/filter/index.ts';
import { type Attributes, passes } from './reference.ts';

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
    ['an exact text', { a: ['x'] }, { a: 'x' }, true],
    ['case counts', { a: ['x'] }, { a: 'X' }, false],
    ['one of several', { a: ['x', 'y'] }, { a: 'y' }, true],
    ['all keys', { a: ['x'], b: ['y'] }, { a: 'x' }, false],
    ['attributes that it does not name', { a: ['x'] }, { a: 'x', b: 'z' }, true],
    ['numbers as numbers', { a: [100] }, { a: 100.0 }, true],
    ['a text is no number', { a: [100] }, { a: '100' }, false],
    ['an element of a list', { a: ['x'] }, { a: ['w', 'x'] }, true],
    ['null and true in a list', { a: [null] }, { a: [true, null] }, true],
    ['an empty list has no element', { a: [{ exists: true }] }, { a: [] }, false],
    ['anything but', { a: [{ 'anything-but': ['x', 'y'] }] }, { a: 'z' }, true],
    ['anything but one', { a: [{ 'anything-but': 'x' }] }, { a: 'x' }, false],
    ['anything but, missing', { a: [{ 'anything-but': 'x' }] }, {}, false],
    ['anything but, any other element', { a: [{ 'anything-but': 'x' }] }, { a: ['x', 'y'] }, true],
    ['anything but a number', { a: [{ 'anything-but': [5] }] }, { a: 6 }, true],
    ['anything but a prefix', { a: [{ 'anything-but': { prefix: 'order-' } }] }, { a: 'invoice-1' }, true],
    ['anything but a prefix that it has', { a: [{ 'anything-but': { prefix: 'order-' } }] }, { a: 'order-1' }, false],
    ['prefix', { a: [{ prefix: 'or' }] }, { a: 'order' }, true],
    ['suffix', { a: [{ suffix: 'er' }] }, { a: 'order' }, true],
    ['suffix elsewhere', { a: [{ suffix: 'or' }] }, { a: 'order' }, false],
    ['without case', { a: [{ 'equals-ignore-case': 'GoLd' }] }, { a: 'gOLD' }, true],
    ['an address in the range', { a: [{ cidr: '10.0.0.0/24' }] }, { a: '10.0.0.255' }, true],
    ['an address out of the range', { a: [{ cidr: '10.0.0.0/24' }] }, { a: '10.0.1.0' }, false],
    ['a range of 25 bits', { a: [{ cidr: '10.0.0.128/25' }] }, { a: '10.0.0.127' }, false],
    ['IPv6', { a: [{ cidr: '2001:db8::/32' }] }, { a: '2001:db8:ffff::1' }, true],
    ['IPv4 is no IPv6', { a: [{ cidr: '::/0' }] }, { a: '10.0.0.1' }, false],
    ['equal', { a: [{ numeric: ['=', 3.5] }] }, { a: 3.5 }, true],
    ['below', { a: [{ numeric: ['<', 3] }] }, { a: 3 }, false],
    ['at most', { a: [{ numeric: ['<=', 3] }] }, { a: 3 }, true],
    ['between, lower end out', { a: [{ numeric: ['>', 0, '<=', 5] }] }, { a: 0 }, false],
    ['between, upper end in', { a: [{ numeric: ['>', 0, '<=', 5] }] }, { a: 5 }, true],
    ['at least', { a: [{ numeric: ['>=', 3] }] }, { a: 3 }, true],
    ['exists', { a: [{ exists: true }] }, { a: 'anything' }, true],
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

  it('does not see binary attributes, nor numbers that are none', () => {
    const policy = new FilterPolicy('{"a":[{"exists":true}]}');
    expect(policy.matches({ body: '', attributes: { a: { DataType: 'Binary' } } })).toBe(false);
    expect(policy.matches({ body: '', attributes: { a: { DataType: 'Number', StringValue: ' ' } } })).toBe(false);
  });
});

describe('a policy on the body', () => {
  it.each<[string, unknown, unknown, boolean]>([
    ['nested', { store: { country: ['DE'] } }, { store: { country: 'DE', city: 'Ulm' } }, true],
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

// --- against the reference ---

const text = fc.constantFrom('', 'a', 'b', 'ab', 'A', 'order-1');
const number = fc.constantFrom(-1, 0, 1, 2.5, 3);
const scalar = fc.oneof(text, number);
const numeric = fc.oneof(
  fc.tuple(fc.constantFrom('=', '<', '<=', '>', '>='), number),
  fc.tuple(fc.constantFrom('>', '>='), fc.constantFrom(-1, 0), fc.constantFrom('<', '<='), fc.constantFrom(1, 3)),
);
const pattern = fc.oneof(
  scalar,
  fc.constant(null),
  fc.boolean().map((exists) => ({ exists })),
  text.map((prefix) => ({ prefix })),
  text.map((suffix) => ({ suffix })),
  text.map((one) => ({ 'equals-ignore-case': one })),
  numeric.map((range) => ({ numeric: range })),
  scalar.map((one) => ({ 'anything-but': one })),
  fc.array(scalar, { minLength: 1, maxLength: 3 }).map((some) => ({ 'anything-but': some })),
  text.map((prefix) => ({ 'anything-but': { prefix } })),
);
const name = fc.constantFrom('p', 'q', 'r');
const patterns = fc.array(pattern, { minLength: 1, maxLength: 3 });
const fields = fc.dictionary(name, patterns, { minKeys: 1, maxKeys: 3, noNullPrototype: true });
const policy = fc
  .tuple(fields, fc.option(fc.array(fields, { minLength: 2, maxLength: 3 }), { nil: null }))
  .map(([own, branches]): Record<string, unknown> => (branches === null ? own : { ...own, $or: branches }))
  .filter((one) => complexity(one) <= 150);
const attributes = fc.dictionary(
  name,
  fc.oneof(text, number, fc.array(fc.oneof(text, number, fc.boolean(), fc.constant(null)), { maxLength: 3 })),
  { noNullPrototype: true },
);

function complexity(one: Record<string, unknown>): number {
  return Object.entries(one).reduce((product, [key, value]) => {
    const list = value as unknown[];
    return (
      product *
      (key === '$or' ? list.reduce((sum: number, b) => sum + complexity(b as Record<string, unknown>), 0) : list.length)
    );
  }, 1);
}

describe('every policy', () => {
  it('passes exactly what the reference passes', () => {
    fc.assert(
      fc.property(policy, attributes, (one, plain) => {
        expect(onAttributes(one, plain)).toBe(passes(one, plain));
      }),
      { seed: 4, numRuns: 2_000 },
    );
  });

  it('passes less with one more key, and more with one more pattern', () => {
    fc.assert(
      fc.property(fields, name, patterns, attributes, (one, key, more, plain) => {
        const passed = passes(one, plain);
        if (!(key in one) && onAttributes({ ...one, [key]: more }, plain)) expect(passed).toBe(true);
        if (key in one && passed)
          expect(onAttributes({ ...one, [key]: [...(one[key] as unknown[]), ...more] }, plain)).toBe(true);
      }),
      { seed: 5, numRuns: 500 },
    );
  });

  it('has a table over drawn attributes that agrees with it one by one', () => {
    const drawn = [
      { name: 'p', values: ['a', 'b', ''] },
      { name: 'q', values: ['A', 'order-1'] },
    ];
    fc.assert(
      fc.property(policy, (one) => {
        const compiled = new FilterPolicy(JSON.stringify(one));
        const table = compiled.tableOver(drawn) as Uint8Array;
        for (let code = 0; code < 6; code++) {
          const plain = { p: ['a', 'b', ''][code % 3] as string, q: ['A', 'order-1'][Math.floor(code / 3)] as string };
          expect(table[code] === 1).toBe(passes(one, plain));
        }
      }),
      { seed: 6, numRuns: 300 },
    );
  });

  it('has no table over too many combinations', () => {
    const values = Array.from({ length: 300 }, (_, i) => String(i));
    const drawn = [
      { name: 'p', values },
      { name: 'q', values },
    ];
    expect(new FilterPolicy('{"p":["1"]}').tableOver(drawn)).toBeNull();
  });
});
