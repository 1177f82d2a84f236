/** One run, and what is made of it. */
import { expect, test } from 'vitest';
import { play } from '../../src/testing/play.ts';
import { resolve } from '../support/street.ts';
import { SHOP } from './shop.ts';

test('of a FIFO queue out of order the proof holds the message that overtook', () => {
  const fifo = SHOP.replace('rate: 2/s', 'rate: 5/s, key: { uniform: { keys: 1 } }')
    .replace('type: sqs,', 'type: sqs, fifo: true,')
    .replace('instances: 2,', 'concurrency: 2,')
    .replace('time: 20ms', 'time: { exponential: { mean: 100ms } }');
  const { judgement, history } = play(resolve(fifo), 'queued', {
    state: () => ({ done: [] as number[] }),
    handlers: {
      workers:
        ({ done }) =>
        ({ request }) => {
          done.push(request);
        },
    },
    invariants: { 'in order': ({ done }) => (done.at(-2) ?? -1) <= (done.at(-1) ?? 0) },
  });
  const [finding] = judgement.findings;
  expect(finding).toMatchObject({ guarantee: 'in order', resource: 'state', verdict: 'broken' });
  const proof = (finding?.evidence ?? []).map((n) => history.record(n));
  const done = proof.filter(({ is }) => is === 'ok').map(({ entity }) => entity as number);
  expect(done.length).toBeGreaterThan(1);
  expect(done.at(-1)).toBeLessThan(done.at(-2) as number);
  expect(proof.at(-1)?.us).toBe(Math.max(...proof.map(({ us }) => us)));
});
