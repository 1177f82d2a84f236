import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DrawnAttribute,
  FilterPolicy,
  type FilterPolicyScope,
  type MessageAttribute,
} from '../../../../src/services/sns/filter/index.ts';
import {
  ATTRIBUTE_FLAWS,
  type Attributes,
  BODY_FLAWS,
  type Flaw,
  FLAWS,
  type Json,
  type Message,
  passes,
  type Policy,
} from './reference.ts';

const RUNS = 3_000;

// --- what is drawn ---

/** Values and patterns that go together: drawn from all at once they would seldom meet. */
interface Family {
  readonly text: fc.Arbitrary<string>;
  readonly plain: fc.Arbitrary<Json>;
  readonly pattern: fc.Arbitrary<Json>;
}

const exists = fc.boolean().map((wanted) => ({ exists: wanted }));
const text = fc.constantFrom('', 'a', 'b', 'ab', 'ba', 'A', 'aB');
const part = fc.constantFrom('a', 'b', 'B', '');
const affixPattern: fc.Arbitrary<Json> = fc.oneof(
  part.map((prefix) => ({ prefix })),
  part.map((suffix) => ({ suffix })),
  part.map((prefix) => ({ 'anything-but': { prefix } })),
);
const textPattern: fc.Arbitrary<Json> = fc.oneof(
  text,
  exists,
  text.map((one) => ({ 'equals-ignore-case': one })),
  text.map((one) => ({ 'anything-but': one })),
  fc.array(text, { minLength: 1, maxLength: 3 }).map((some) => ({ 'anything-but': some })),
);

const number = fc.constantFrom(-1, 0, 1, 2.5, 3);
const digits = fc.constantFrom('0', '1', '3');
const limits = fc.oneof(
  fc.tuple(fc.constantFrom('=', '<', '<=', '>', '>='), number),
  fc.tuple(fc.constantFrom('>', '>='), fc.constantFrom(-1, 0), fc.constantFrom('<', '<='), fc.constantFrom(1, 3)),
);
const numberPattern: fc.Arbitrary<Json> = fc.oneof(
  number,
  digits,
  exists,
  { weight: 3, arbitrary: limits.map((numeric) => ({ numeric: numeric as Json[] })) },
  fc.oneof(number, digits).map((one) => ({ 'anything-but': one })),
  fc.array(fc.oneof(number, digits), { minLength: 1, maxLength: 3 }).map((some) => ({ 'anything-but': some })),
);

const address = fc.constantFrom('10.0.0.1', '10.0.0.129', '10.0.1.1', '2001:db8::1', '2001:db9::1', 'x');
const addressPattern: fc.Arbitrary<Json> = fc.oneof(
  { weight: 1, arbitrary: address },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(
        '10.0.0.0/24',
        '10.0.0.128/25',
        '10.0.0.1/32',
        '0.0.0.0/0',
        '2001:db8::/32',
        '2001:db8::/31',
        '::/0',
      )
      .map((cidr) => ({ cidr })),
  },
);

const other = fc.constantFrom<Json>(null, true, false);
const FAMILIES: readonly Family[] = [
  { text, plain: fc.oneof({ weight: 3, arbitrary: text }, other), pattern: textPattern },
  { text, plain: text, pattern: affixPattern },
  { text: digits, plain: fc.oneof<fc.Arbitrary<Json>[]>(number, digits), pattern: numberPattern },
  { text: address, plain: address, pattern: addressPattern },
  {
    text: fc.oneof(text, digits, address),
    plain: fc.oneof<fc.Arbitrary<Json>[]>(text, number, digits, address, other),
    pattern: fc.oneof(textPattern, affixPattern, numberPattern, addressPattern, other),
  },
];

const record = <T>(
  names: readonly string[],
  value: fc.Arbitrary<T>,
  minKeys = 1,
  maxKeys = 3,
): fc.Arbitrary<{ [name: string]: T }> =>
  fc.dictionary(fc.constantFrom(...names), value, { minKeys, maxKeys, noNullPrototype: true });

/** Mostly one of these members. */
function few<T>(members: { readonly [name: string]: fc.Arbitrary<T> }): fc.Arbitrary<{ [name: string]: T }> {
  const single = Object.entries(members).map(([name, member]) => member.map((one) => ({ [name]: one })));
  return mostly(fc.oneof(...single), fc.record(members, { noNullPrototype: true }));
}

const mostly = <T>(often: fc.Arbitrary<T>, seldom: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 5, arbitrary: often }, { weight: 1, arbitrary: seldom });

/** Some of the objects get an `$or` too. */
const withOr = (own: fc.Arbitrary<Policy>, branch: fc.Arbitrary<Policy>): fc.Arbitrary<Policy> =>
  fc
    .tuple(own, fc.option(fc.array(branch, { minLength: 2, maxLength: 3 }), { nil: null, freq: 2 }), fc.boolean())
    .map(([keys, branches, alone]) =>
      branches === null ? keys : alone ? { $or: branches } : { ...keys, $or: branches },
    );

const FLAT = ['p', 'q', 's.p'];
const INNER = ['p', 'q'];

const listsOf = (pattern: fc.Arbitrary<Json>): fc.Arbitrary<Json> => fc.array(pattern, { minLength: 1, maxLength: 2 });

function flat(pattern: fc.Arbitrary<Json>): fc.Arbitrary<Policy> {
  const patterns = listsOf(pattern);
  return few({ p: patterns, q: patterns, 's.p': patterns });
}

function policiesOf({ pattern }: Family): Record<FilterPolicyScope, fc.Arbitrary<Policy>> {
  const patterns = listsOf(pattern);
  const branch = flat(pattern);

  const deepest = few({ p: patterns, q: patterns });
  const member = mostly(patterns, deepest);
  const inner = withOr(few<Json>({ p: member, q: member }), deepest);
  const small = (one: Policy): boolean => complexity(one, 0) <= 150;
  const top = few<Json>({ p: mostly(patterns, inner), s: mostly(inner, patterns), 's.p': patterns });
  return {
    MessageAttributes: withOr(branch, withOr(branch, branch)).filter(small),
    MessageBody: withOr(top, top).filter(small),
  };
}

/** Values times depth, multiplied; the branches of an `$or` added. */
function complexity(one: Policy, depth: number): number {
  return Object.entries(one).reduce((product, [key, value]) => {
    if (!Array.isArray(value)) return product * complexity(value as Policy, depth + 1);
    if (key !== '$or') return product * value.length * (depth + 1);
    return product * value.reduce((sum: number, branch) => sum + complexity(branch as Policy, depth), 0);
  }, 1);
}

function attributesOf({ text: ownText, plain }: Family): fc.Arbitrary<Attributes> {
  const attribute: fc.Arbitrary<MessageAttribute> = fc.oneof(
    { weight: 4, arbitrary: ownText.map((StringValue): MessageAttribute => ({ DataType: 'String', StringValue })) },
    {
      weight: 4,
      arbitrary: fc
        .constantFrom('-1', '0', '1', '1.0', '2.5', '3', '', 'x')
        .map((StringValue): MessageAttribute => ({ DataType: 'Number', StringValue })),
    },
    {
      weight: 3,
      arbitrary: fc
        .oneof(
          { weight: 4, arbitrary: fc.array(plain, { maxLength: 3 }).map((some) => JSON.stringify(some)) },
          fc.constantFrom('a', '"a"', '{}', '[["a"],"b",{"p":1}]'),
        )
        .map((StringValue): MessageAttribute => ({ DataType: 'String.Array', StringValue })),
    },
    { weight: 1, arbitrary: fc.constant<MessageAttribute>({ DataType: 'Binary' }) },
  );
  return mostly(
    fc.record({ p: attribute, q: attribute, 's.p': attribute }, { noNullPrototype: true }),
    record(FLAT, attribute, 0, 2),
  );
}

function bodiesOf({ plain }: Family): fc.Arbitrary<string> {
  const list = fc.array(plain, { maxLength: 3 });
  const leaf: fc.Arbitrary<Json> = fc.oneof({ weight: 2, arbitrary: plain }, list);
  const objectOf = (value: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
    mostly(fc.record({ p: value, q: value }, { noNullPrototype: true }), record(INNER, value, 0, 1));
  const nested = (value: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
    fc.oneof(
      objectOf(value),
      fc.array(fc.oneof({ weight: 3, arbitrary: objectOf(value) }, plain, list), { maxLength: 3 }),
    );
  const within = nested(mostly(leaf, nested(leaf)));
  const object = fc.oneof(
    {
      weight: 3,
      arbitrary: mostly(
        fc.record({ p: mostly(leaf, within), s: mostly(within, leaf) }, { noNullPrototype: true }),
        fc.constant({}),
      ),
    },
    // A name with a dot, written as it is.
    record(['p', 's.p', 's.q'], leaf, 0, 3),
  );
  return fc.oneof(
    { weight: 20, arbitrary: object.map((one) => JSON.stringify(one)) },
    { weight: 1, arbitrary: fc.constantFrom('', 'x', '"p"', '[{"p":"a"}]', 'null') },
  );
}

type Case = readonly [Policy, Message];

const POLICIES: Record<FilterPolicyScope, fc.Arbitrary<Policy>> = {
  MessageAttributes: fc.oneof(...FAMILIES.map((family) => policiesOf(family).MessageAttributes)),
  MessageBody: fc.oneof(...FAMILIES.map((family) => policiesOf(family).MessageBody)),
};
const CASES: Record<FilterPolicyScope, fc.Arbitrary<Case>> = {
  MessageAttributes: fc.oneof(
    ...FAMILIES.map((family) =>
      fc
        .tuple(policiesOf(family).MessageAttributes, attributesOf(family))
        .map(([policy, attributes]): Case => [policy, { attributes, body: '' }]),
    ),
  ),
  MessageBody: fc.oneof(
    ...FAMILIES.map((family) =>
      fc
        .tuple(policiesOf(family).MessageBody, bodiesOf(family))
        .map(([policy, body]): Case => [policy, { attributes: {}, body }]),
    ),
  ),
};

const compiled = (policy: Policy, scope: FilterPolicyScope): FilterPolicy =>
  new FilterPolicy(JSON.stringify(policy), scope);

describe('every policy', () => {
  it.each(['MessageAttributes', 'MessageBody'] as const)(
    'in the scope %s passes exactly what the reference passes',
    (scope) => {
      const met = { passed: 0, all: 0 };
      fc.assert(
        fc.property(CASES[scope], ([policy, message]) => {
          const expected = passes(policy, scope, message);
          met.all++;
          if (expected) met.passed++;
          expect(compiled(policy, scope).matches(message)).toBe(expected);
        }),
        { seed: 4, numRuns: RUNS },
      );
      // Neither answer is rare.
      expect(met.passed / met.all).toBeGreaterThan(0.1);
      expect(met.passed / met.all).toBeLessThan(0.7);
    },
  );

  it.each<[FilterPolicyScope, Flaw]>([
    ...[...FLAWS, ...ATTRIBUTE_FLAWS].map((flaw): [FilterPolicyScope, Flaw] => ['MessageAttributes', flaw]),
    ...[...FLAWS, ...BODY_FLAWS].map((flaw): [FilterPolicyScope, Flaw] => ['MessageBody', flaw]),
  ])('in the scope %s: that comparison sees a reference with the flaw "%s"', (scope, flaw) => {
    const { failed } = fc.check(
      fc.property(
        CASES[scope],
        ([policy, message]) => compiled(policy, scope).matches(message) === passes(policy, scope, message, flaw),
      ),
      { seed: 4, numRuns: RUNS, endOnFailure: true },
    );
    expect(failed).toBe(true);
  });

  it('passes less with one more key, and more with one more pattern', () => {
    fc.assert(
      fc.property(
        flat(textPattern),
        fc.constantFrom(...FLAT),
        listsOf(textPattern),
        attributesOf(FAMILIES[0] as Family),
        (policy, key, more, some) => {
          const scope = 'MessageAttributes';
          const message = { attributes: some, body: '' };
          const before = compiled(policy, scope).matches(message);
          const own = policy[key];
          if (own === undefined) {
            if (compiled({ ...policy, [key]: more }, scope).matches(message)) expect(before).toBe(true);
          } else if (before) {
            const wider = { ...policy, [key]: [...(own as Json[]), ...(more as Json[])] };
            expect(compiled(wider, scope).matches(message)).toBe(true);
          }
        },
      ),
      { seed: 5, numRuns: 1_000 },
    );
  });
});

// --- tables ---

const drawn: fc.Arbitrary<DrawnAttribute[]> = fc.uniqueArray(
  fc.record(
    {
      name: fc.constantFrom('p', 'q', 'r', 's.p', 's.q'),
      values: fc.array(
        fc.oneof(text, address, fc.constantFrom('0', '1', '3', '[]', '["a","b"]', '[1,null]', '[{"p":"a"},"b"]')),
        { minLength: 1, maxLength: 3 },
      ),
      type: fc.constantFrom('String' as const, 'Number' as const, 'String.Array' as const, 'Binary' as const),
    },
    { requiredKeys: ['name', 'values'] },
  ),
  { selector: ({ name }) => name, maxLength: 4 },
);

/** How a wrong table would read the drawn attributes. */
const TABLE_FLAWS = [
  'first drawn is slowest',
  'type forgotten',
  'binary as text',
  'one value further',
  'list as text',
] as const;
type TableFlaw = (typeof TABLE_FLAWS)[number];

/** The message that a code stands for: the first attribute turns fastest. */
function messageOf(all: readonly DrawnAttribute[], code: number, flaw?: TableFlaw): Message {
  const order = flaw === 'first drawn is slowest' ? all.toReversed() : all;
  const chosen: Record<string, MessageAttribute> = {};
  let rest = flaw === 'one value further' ? code + 1 : code;
  for (const { name, values, type = 'String' } of order) {
    const StringValue = values[rest % values.length] as string;
    rest = Math.floor(rest / values.length);
    const asText =
      flaw === 'type forgotten' ||
      (flaw === 'binary as text' && type === 'Binary') ||
      (flaw === 'list as text' && type === 'String.Array');
    chosen[name] = asText
      ? { DataType: 'String', StringValue }
      : type === 'Binary'
        ? { DataType: type }
        : { DataType: type, StringValue };
  }
  return { attributes: chosen, body: JSON.stringify(bodyOf(chosen)) };
}

/** Names with dots nest; what is of no value is left out. */
function bodyOf(chosen: Attributes): { [name: string]: Json } {
  const root: { [name: string]: Json } = {};
  for (const [name, one] of Object.entries(chosen)) {
    const value = valueOf(one);
    if (value === undefined) continue;
    const steps = name.split('.');
    let within = root;
    for (const step of steps.slice(0, -1)) within = (within[step] ??= {}) as { [name: string]: Json };
    within[steps.at(-1) as string] = value;
  }
  return root;
}

function valueOf(one: MessageAttribute): Json | undefined {
  if (one.DataType === 'Binary') return undefined;
  if (one.DataType === 'String') return one.StringValue;
  if (one.DataType === 'Number')
    return one.StringValue.trim() === '' || Number.isNaN(Number(one.StringValue)) ? undefined : Number(one.StringValue);
  try {
    const value = JSON.parse(one.StringValue) as Json;
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function tableAgrees(
  policy: Policy,
  scope: FilterPolicyScope,
  all: readonly DrawnAttribute[],
  flaw?: TableFlaw,
): boolean {
  const table = compiled(policy, scope).tableOver(all) as Uint8Array;
  const size = all.reduce((product, { values }) => product * values.length, 1);
  if (table.length !== size) return false;
  return table.every((answer, code) => (answer === 1) === passes(policy, scope, messageOf(all, code, flaw)));
}

describe('the table over drawn attributes', () => {
  it.each(['MessageAttributes', 'MessageBody'] as const)(
    'in the scope %s agrees with the reference, code by code',
    (scope) => {
      fc.assert(
        fc.property(POLICIES[scope], drawn, (policy, all) => {
          expect(tableAgrees(policy, scope, all)).toBe(true);
        }),
        { seed: 6, numRuns: 1_000 },
      );
    },
  );

  it.each(
    (['MessageAttributes', 'MessageBody'] as const).flatMap((scope) =>
      TABLE_FLAWS.map((flaw): [FilterPolicyScope, TableFlaw] => [scope, flaw]),
    ),
  )('in the scope %s: that comparison sees a table with the flaw "%s"', (scope, flaw) => {
    const { failed } = fc.check(
      fc.property(POLICIES[scope], drawn, (policy, all) => tableAgrees(policy, scope, all, flaw)),
      { seed: 6, numRuns: 1_000, endOnFailure: true },
    );
    expect(failed).toBe(true);
  });

  it('is that of a policy on the message, too', () => {
    fc.assert(
      fc.property(POLICIES.MessageBody, drawn, (policy, all) => {
        const one = compiled(policy, 'MessageBody');
        one.tableOver(all)?.forEach((answer, code) => expect(one.matches(messageOf(all, code))).toBe(answer === 1));
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it('is there for 65,536 combinations, and not for more', () => {
    const values = Array.from({ length: 256 }, (_, i) => String(i));
    const policy = new FilterPolicy('{"p":["1"]}');
    const two = [
      { name: 'p', values },
      { name: 'q', values },
    ];
    expect(policy.tableOver(two)?.reduce((sum, one) => sum + one, 0)).toBe(256);
    expect(policy.tableOver([...two, { name: 'r', values: ['a', 'b'] }])).toBeNull();
  });

  it('of nothing drawn is one answer', () => {
    expect([...(new FilterPolicy('{"p":[{"exists":false}]}').tableOver([]) ?? [])]).toEqual([1]);
  });
});
