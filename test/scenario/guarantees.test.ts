import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/index.ts';

const parse = (guarantees: string) =>
  parseScenario(
    `seed: 1
horizon: 1m
traffic: { orders: { rate: 1/s } }
designs:
  queued:
    traffic: { orders: inbox }
    resources: { inbox: { type: sqs }, workers: { type: consumer, source: inbox, handler: { time: 1ms } } }
guarantees: ${guarantees}
`,
    { file: 'x.yaml', name: 'x', readText: () => undefined },
  );

describe('guarantees', () => {
  test('are sentences, with what is expected', () => {
    const read = parse('[ order of inbox, { that: at-most-once of workers, design: queued, expect: broken } ]');
    expect(read.ok && read.scenario.guarantees).toEqual([
      { text: 'order of inbox', guarantee: 'order', resource: 'inbox', design: null, expect: 'held' },
      {
        text: 'at-most-once of workers',
        guarantee: 'at-most-once',
        resource: 'workers',
        design: 'queued',
        expect: 'broken',
      },
    ]);
  });

  test('are left out of the resolved scenario where there are none', () => {
    const read = parse('[]');
    expect(read.ok && 'guarantees' in read.scenario).toBe(false);
  });

  test.each([
    ['[ order inbox ]', 'guarantee', 'guarantees.0'],
    ['[ oder of inbox ]', 'guarantee', 'guarantees.0'],
    ['[ group-lock of workers ]', 'guarantee', 'guarantees.0'],
    ['[ order of imbox ]', 'unknown-reference', 'guarantees.0'],
    ['[ { that: order of inbox, design: quoued } ]', 'unknown-reference', 'guarantees.0.design'],
    ['[ { that: order of inbox, expect: met } ]', 'wrong-type', 'guarantees.0.expect'],
    ['order', 'wrong-type', 'guarantees'],
  ])('%s is an error', (guarantees, code, path) => {
    const read = parse(guarantees);
    expect(read.ok ? [] : read.errors).toMatchObject([{ code, path }]);
  });

  test('a name that is nearly right is suggested', () => {
    const read = parse('[ oder of inbox ]');
    expect(read.ok ? [] : read.errors).toMatchObject([{ suggestion: 'order' }]);
  });
});
