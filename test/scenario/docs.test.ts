import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { errorsOf } from './base.ts';

const TEXT = readFileSync(fileURLToPath(new URL('../../docs/scenario.md', import.meta.url)), 'utf8');

test('the example in the reference is a valid scenario', () => {
  const example = /```yaml\n([\s\S]*?)```/.exec(TEXT)?.[1] ?? '';
  expect(errorsOf(example)).toEqual([]);
});

test('the reference names every key that the reader knows', () => {
  // An unknown key is answered with all known ones: so each object tells its keys by itself.
  const probe = `x: 1
traffic: { t: { x: 1, rate: 1/s } }
designs:
  d:
    traffic: { t: s }
    resources:
      s: { type: service, x: 1, calls: [ { x: 1 } ] }
      q: { type: sqs, x: 1 }
      c: { type: consumer, x: 1 }
faults: [ { x: 1 } ]
`;
  const known = errorsOf(probe).filter((error) => error.code === 'unknown-key');
  expect(known).toHaveLength(7);
  const keys = new Set(known.flatMap((error) => error.expected.replace('one of ', '').split(', ')));
  expect(keys.size).toBeGreaterThan(60);
  const words = new Set(TEXT.match(/[A-Za-z]+/g));
  expect([...keys].filter((key) => !words.has(key))).toEqual([]);
});
