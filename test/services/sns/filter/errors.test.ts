import { describe, expect, it } from 'vitest';
import { BadFilterPolicy, FilterPolicy, type FilterPolicyScope } from '../../../../src/services/sns/filter/index.ts';

function refusal(policy: string, scope: FilterPolicyScope = 'MessageAttributes'): string {
  try {
    return new FilterPolicy(policy, scope).scope === scope ? 'accepted' : 'of another scope';
  } catch (error) {
    if (error instanceof BadFilterPolicy) return error.message;
    throw error;
  }
}

const source = (policy: string, column: number): string =>
  `\n at [Source: (String)"${policy}"; line: 1, column: ${column}]`;

/** Recorded on AWS: the policy, the reason, the column where one is told. */
const RECORDED: [string, string, number | null][] = [
  ['{"key":{"not-an-operator":"value"}}', '"not-an-operator" must be an object or an array', 28],
  ['{"key":{"suffix":"value","prefix":"value"}}', '"suffix" must be an object or an array', 19],
  ['{"key":{"suffix":"value"}}', '"suffix" must be an object or an array', 19],
  ['{"key_a":"value_one"}', '"key_a" must be an object or an array', 11],
  ['{"key":[{"numeric":[">=",1,">",2]}]}', 'Bad numeric range operator: >', 31],
  ['{"key":[{"numeric":[">",20,"test"]}]}', 'Bad numeric range operator: test', 34],
  ['{"key":[{"numeric":[">",20,30]}]}', 'Bad value in numeric range: 30', 30],
  ['{"key":[{"numeric":[">",3,"<",1]}]}', 'Bottom must be less than top', 33],
  ['{"key":[]}', 'Empty arrays are not allowed', 10],
  ['{"key":[{"numeric":[1,"<="]}]}', 'Invalid member in numeric match: 1', 22],
  ['{"key":[{"numeric":[]}]}', 'Invalid member in numeric match: ]', 22],
  ['{"key":[["value"]]}', 'Match value must be String, number, true, false, or null', 10],
  ['{"key":[{"suffix":"value","prefix":"value2"}]}', 'Only one key allowed in match expression', 37],
  ['{"key":[{"numeric":["<",100,">",10]}]}', 'Too many elements in numeric expression', 30],
  ['{"key":[{"numeric":[">",20,"<",30,"<",50]}]}', 'Too many terms in numeric range expression', 36],
  ['{"key":[{"wrong-operator":true}]}', 'Unrecognized match type wrong-operator', 31],
  ['{"key":[{"numeric":["operator"]}]}', 'Unrecognized numeric range operator: operator', 32],
  ['{"key":[{"anything-but":{"exists":false}}]}', 'Unsupported anything-but pattern: exists', 40],
  ['{"key":[{"anything-but":{"suffix":"test"}}]}', 'Unsupported anything-but pattern: suffix', 36],
  ['{"key":[{"anything-but":{"wrong-operator":null}}]}', 'Unsupported anything-but pattern: wrong-operator', 47],
  ['{"key":[{"numeric":[">",20,"<","30"]}]}', 'Value of < must be numeric', 33],
  ['{"key":[{"numeric":[">",20,"<="]}]}', 'Value of <= must be numeric', 33],
  ['{"key":[{"numeric":[">","20","<","30"]}]}', 'Value of > must be numeric', 26],
  ['{"key":[{"numeric":[">="]}]}', 'Value of >= must be numeric', 26],
  ['{"key":[{"numeric":["=","000"]}]}', 'Value of equals must be numeric', 26],
  ['{"key":[{"exists":"no"}]}', 'exists match pattern must be either true or false.', 20],
  ['{"key":[{"exists":null}]}', 'exists match pattern must be either true or false.', 23],
  ['{"key":[{"anything-but":{"prefix":false}}]}', 'prefix match pattern must be a string', 40],
  ['{"key":[{"cidr":["bad-filter"]}]}', 'prefix match pattern must be a string', 18],
  ['{"key":[{"suffix":100}]}', 'suffix match pattern must be a string', 22],
  ['{"key":[{"suffix":["test","test2"]}]}', 'suffix match pattern must be a string', 20],
  ['{"key":[{"suffix":[]}]}', 'suffix match pattern must be a string', 20],
  ['{"key":[{"suffix":null}]}', 'suffix match pattern must be a string', 23],
  ['{"key":[{"cidr":"bad-filter"}]}', "Malformed CIDR, one '/' required", null],
  ['{"key":[{"cidr":"bad-filter/test"}]}', 'Malformed CIDR, mask bits must be an integer', null],
  ['{"key":[{"cidr":"bad-filter/64"}]}', 'Nonstandard IP address: bad-filter', null],
  ['{"key":[{"cidr":"xx.11.xx/8"}]}', 'Nonstandard IP address: xx.11.xx', null],
  ['{"key":[{"cidr":"xxxx:db8:1234:1a00::/64"}]}', 'Nonstandard IP address: xxxx:db8:1234:1a00::', null],
];

describe('what AWS refuses, in its own words', () => {
  it.each(RECORDED)('%s: %s', (policy, reason, column) => {
    expect(refusal(policy)).toBe(`FilterPolicy: ${reason}${column === null ? '' : source(policy, column)}`);
  });

  it.each([
    [
      'invalid',
      "Unrecognized token 'invalid': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
      8,
    ],
    ['{invalid', "Unexpected character ('i' (code 105)): was expecting double-quote to start field name", 2],
  ])('no JSON: %s', (policy, reason, column) => {
    const place = `\n at [Source: REDACTED (\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); line: 1, column: ${column}]`;
    expect(refusal(policy)).toBe(`FilterPolicy: failed to parse JSON. ${reason}${place}`);
  });

  it('a nested policy needs the scope of bodies', () => {
    const nested = '{"store":{"country":["DE"]}}';
    expect(refusal(nested)).toBe('Filter policy scope MessageAttributes does not support nested filter policy');
    expect(refusal(nested, 'MessageBody')).toBe('accepted');
  });

  const VALUE = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
  it.each([
    ['', 'Unexpected end-of-input', 1],
    ['{', 'Unexpected end-of-input', 2],
    ['{"a"', 'Unexpected end-of-input', 5],
    ['{"a":', 'Unexpected end-of-input', 6],
    ['{"a":[', 'Unexpected end-of-input', 7],
    ['{"a":[1]', 'Unexpected end-of-input', 9],
    ['{"a":["x]}', 'Unexpected end-of-input in a String value', 11],
    ['{"a":[1,]}', `Unexpected character (']' (code 93)): expected a valid value ${VALUE}`, 9],
    ['{"a" [1]}', "Unexpected character ('[' (code 91)): was expecting a colon to separate field name and value", 6],
    ['  {"a":[1 2]}', "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries", 11],
    ['{"a":[1] "b":[1]}', "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries", 10],
    ['{"a":[1]} x', "Unexpected character ('x' (code 120)): Expected end-of-input", 11],
    ['{"a":[-]}', "Unexpected character ('-' (code 45)): expected a digit to follow a minus sign", 7],
    ['{"a":[tru]}', `Unrecognized token 'tru': was expecting ${VALUE}`, 10],
  ])('text that is no JSON is refused at its place: %s', (policy, reason, column) => {
    const place = `\n at [Source: REDACTED (\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); line: 1, column: ${column}]`;
    expect(refusal(policy)).toBe(`FilterPolicy: failed to parse JSON. ${reason}${place}`);
  });

  it.each(['{"a":["\\""]}', ' { "a" : [ 1 , 2 ] } ', '{"a":[\n1]}', '{"$or":[{"a":[1]},{"b":[2]}]}', '{"$or":[1]}'])(
    'JSON with room between, and quotes in it, is fine: %s',
    (policy) => {
      expect(refusal(policy)).toBe('accepted');
    },
  );
});

describe("what is refused in words like AWS's (assumed)", () => {
  it.each([
    ['[]', 'Filter is not an object', 2],
    ['"x"', 'Filter is not an object', 2],
    ['{}', 'Filter policy is empty', 3],
    ['{"a":{}}', 'Empty objects are not allowed', 8],
    ['{"a":[{}]}', 'Empty objects are not allowed', 9],
    ['{"a":[{"anything-but":{"prefix":"x","suffix":"y"}}]}', 'Only one key allowed in match expression', 47],
    ['{"a":[{"anything-but":[]}]}', 'Empty arrays are not allowed', 25],
    ['{"a":[{"numeric":5}]}', 'Value of numeric must be an array.', 19],
    ['{"a":[{"numeric":[">=",1,"<",1]}]}', 'Bottom must be less than top', 32],
    // No list of two objects or more: then it is a key like others.
    ['{"$or":5}', '"$or" must be an object or an array', 9],
    ['{"$or":[{"a":[1]}]}', 'Unrecognized match type a', 15],
    ['{"$or":[{"a":[1]},5]}', 'Unrecognized match type a', 15],
    ['{"$or":[[1],{"a":[1]}]}', 'Match value must be String, number, true, false, or null', 10],
  ])('%s', (policy, reason, column) => {
    expect(refusal(policy, 'MessageBody')).toBe(`FilterPolicy: ${reason}${source(policy, column)}`);
  });

  it.each([
    ['10.0.0.0/32', 'accepted'],
    ['10.0.0.0/33', 'FilterPolicy: Malformed CIDR, mask bits must be at most 32'],
    ['::1/128', 'accepted'],
    ['::1/129', 'FilterPolicy: Malformed CIDR, mask bits must be at most 128'],
    ['10.0.0.0/x8', 'FilterPolicy: Malformed CIDR, mask bits must be an integer'],
    ['10.0.0.0/8x', 'FilterPolicy: Malformed CIDR, mask bits must be an integer'],
  ])('a range of addresses: %s', (range, answer) => {
    expect(refusal(`{"a":[{"cidr":"${range}"}]}`)).toBe(answer);
  });
});

describe('limits', () => {
  const values = (count: number): string => JSON.stringify(Array.from({ length: count }, (_, i) => `v${i}`));

  it('five keys, counted at the top [sns.filter-policy-keys]', () => {
    expect(refusal('{"a":[1],"b":[1],"c":[1],"d":[1],"e":[1]}')).toBe('accepted');
    expect(refusal('{"a":[1],"b":[1],"c":[1],"d":[1],"e":[1],"f":[1]}')).toBe(
      'FilterPolicy: Filter policy can not have more than 5 keys',
    );
    expect(refusal('{"a":{"b":[1],"c":[1],"d":[1],"e":[1],"f":[1],"g":[1]}}', 'MessageBody')).toBe('accepted');
  });

  it('150 combinations [sns.filter-policy-complexity]', () => {
    expect(refusal(`{"a":${values(150)}}`)).toBe('accepted');
    expect(refusal(`{"a":${values(151)}}`)).toBe('FilterPolicy: Filter policy is too complex');
    expect(refusal(`{"a":${values(15)},"b":${values(10)}}`)).toBe('accepted');
    expect(refusal(`{"a":${values(15)},"b":${values(11)}}`)).toBe('FilterPolicy: Filter policy is too complex');
  });

  it('depth multiplies: the example of the guide has 72 [sns.depth-multiplies-complexity]', () => {
    const guide = (last: number): string => `{"a":{"b":{"c":${values(4)}}},"d":{"e":${values(3)}},"f":${values(last)}}`;
    expect(refusal(guide(2), 'MessageBody')).toBe('accepted'); // 144
    expect(refusal(guide(3), 'MessageBody')).toBe('FilterPolicy: Filter policy is too complex'); // 216
  });

  it('branches of an $or are added', () => {
    expect(refusal(`{"$or":[{"a":${values(75)}},{"b":${values(75)}}]}`)).toBe('accepted');
    expect(refusal(`{"$or":[{"a":${values(75)}},{"b":${values(76)}}]}`)).toBe(
      'FilterPolicy: Filter policy is too complex',
    );
  });

  it('256 KB [sns.filter-policy-size]', () => {
    expect(refusal(`{"a":["${'x'.repeat(262_144 - 10)}"]}`)).toBe('accepted');
    expect(refusal(`{"a":["${'x'.repeat(262_144 - 9)}"]}`)).toMatch(/256 KB/);
    // Bytes, not characters: two, three and four of them.
    for (const [char, bytes] of [
      ['é', 2],
      ['€', 3],
      ['😀', 4],
    ] as const) {
      const fits = Math.floor((262_144 - 10) / bytes);
      expect(refusal(`{"a":["${char.repeat(fits)}"]}`), char).toBe('accepted');
      expect(refusal(`{"a":["${char.repeat(fits + 1)}"]}`), char).toMatch(/256 KB/);
    }
  });
});
