import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { writeScenario } from '../../src/search/index.ts';

test('what fits on a line stands on one, what is read first stands first, and empty lists are left out', () => {
  const text = writeScenario({
    designs: { d: { traffic: { t: 'q' } } },
    faults: [],
    guarantees: ['order of w'],
    resources: { q: { type: 'sqs' }, w: { type: 'consumer', source: 'q', handler: {} } },
    traffic: { t: { rate: '1/s' } },
    horizon: '1s',
    seed: 1,
  });
  expect(text).toBe(`seed: 1
horizon: 1s
traffic: { t: { rate: 1/s } }
resources: { q: { type: sqs }, w: { type: consumer, source: q, handler: {} } }
designs: { d: { traffic: { t: q } } }
guarantees: [ order of w ]
`);
});

test('what does not fit is broken into lines, and YAML reads back what was written', () => {
  const long = (name: string) => ({
    type: 'sqs',
    visibilityTimeout: '30s',
    name: name.repeat(8),
    list: [1, 'a: b', '#'],
  });
  const document = { seed: '007', resources: { first: long('one'), second: long('two'), third: long('three') } };
  const text = writeScenario(document);
  expect(text.split('\n').length).toBeGreaterThan(4);
  expect(parse(text)).toEqual(document);
});
