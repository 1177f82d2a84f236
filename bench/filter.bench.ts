/**
 * Speed of SNS filter policies: the answer read from the table over what a traffic can draw, and each message read and matched. Nanoseconds
 * each, CPU time of one process. Run: npm run bench filter
 */
import { type DrawnAttribute, FilterPolicy } from '../src/services/sns/index.ts';
import { measure } from './pairing.ts';

const DRAWN: readonly DrawnAttribute[] = [
  { name: 'tier', values: ['gold', 'silver', 'bronze'] },
  { name: 'amount', values: ['5', '50', '500'], type: 'Number' },
  { name: 'tags', values: ['["a","b"]', '["c"]'], type: 'String.Array' },
];
const POLICY =
  '{"tier":["gold",{"prefix":"si"}],"amount":[{"numeric":[">",10,"<=",1000]}],"tags":[{"anything-but":["c"]}]}';
const CODES = 18;
/** Multiples of the codes, so that each comes equally often. */
const MATCHES = CODES * 10_000;
const READS = CODES * 1_000_000;

const onAttributes = new FilterPolicy(POLICY);
const onBody = new FilterPolicy(POLICY, 'MessageBody');
const table = onAttributes.tableOver(DRAWN) as Uint8Array;
const messages = Array.from({ length: CODES }, (_, code) => {
  const [tier, amount, tags] = DRAWN.map(({ values }, i) => {
    const before = DRAWN.slice(0, i).reduce((product, one) => product * one.values.length, 1);
    return values[Math.floor(code / before) % values.length] as string;
  }) as [string, string, string];
  return {
    body: JSON.stringify({ tier, amount: Number(amount), tags: JSON.parse(tags) as unknown }),
    attributes: {
      tier: { DataType: 'String', StringValue: tier },
      amount: { DataType: 'Number', StringValue: amount },
      tags: { DataType: 'String.Array', StringValue: tags },
    },
  } as const;
});

/** Does `one` so often, and keeps its answers, so that they are not left out. */
function round(times: number, one: (code: number) => number): () => { done: number; milliseconds: number } {
  return () => {
    const before = process.cpuUsage();
    let passed = 0;
    for (let i = 0; i < times; i++) passed += one(i % CODES);
    const { user, system } = process.cpuUsage(before);
    if (passed * CODES !== expected * times) throw new Error(`${passed} of ${times} passed`);
    return { done: times, milliseconds: (user + system) / 1000 };
  };
}

const expected = table.reduce((sum, answer) => sum + answer, 0);
const ROWS = [
  ['by table', round(READS, (code) => table[code] as number)],
  [
    'by message, attributes',
    round(MATCHES, (code) => (onAttributes.matches(messages[code] as (typeof messages)[0]) ? 1 : 0)),
  ],
  ['by message, body', round(MATCHES, (code) => (onBody.matches(messages[code] as (typeof messages)[0]) ? 1 : 0))],
] as const;

console.log(`node ${process.version}, a policy of three keys over three attributes`);
for (const [name, work] of ROWS) {
  const { perSecond } = await measure(name, work);
  console.log(`filter ${name}: ${(1e9 / perSecond).toFixed(1)} ns`);
}
