/** A result in which a guarantee is broken: a message comes back while its first receiver still works on it. */
import type { GuaranteeResult, Result } from '../../src/experiment/result.ts';
import type { HistoryRecord } from '../../src/report/record-words.ts';
import { flashSale } from './fixture.ts';

const OF = { on: 'orders', entity: 7, message: 3 } as const;
const FIRST: HistoryRecord = {
  n: 12,
  us: 2e6,
  do: 'receive',
  is: 'ok',
  client: 'workers',
  who: 1,
  call: 5,
  ...OF,
  handle: 1,
  receives: 1,
};
const SECOND: HistoryRecord = {
  n: 40,
  us: 7.5e6,
  do: 'receive',
  is: 'ok',
  client: 'workers',
  who: 2,
  call: 9,
  ...OF,
  handle: 2,
  receives: 2,
};
const STORY: readonly HistoryRecord[] = [
  { n: 3, us: 1e6, do: 'send', is: 'invoke', client: 'orders', on: 'orders', call: 1, entity: 7 },
  { n: 4, us: 1.015e6, do: 'send', is: 'ok', client: 'orders', call: 1, ...OF },
  FIRST,
  { n: 13, us: 2e6, do: 'handle', is: 'invoke', client: 'workers', who: 1, call: 6, ...OF, on: 'workers', handle: 1 },
  SECOND,
];

export const TWICE: GuaranteeResult = {
  name: 'at-most-once',
  resource: 'orders',
  verdict: 'broken',
  expected: 'held',
  sentence: 'A request was given out twice.',
  counts: { times: 2 },
  replication: 0,
  brokenShare: 1,
  evidence: [FIRST, SECOND],
  story: STORY,
};

export function broken(expected: GuaranteeResult['expected'] = 'held'): GuaranteeResult {
  return { ...TWICE, expected };
}

/** The flash sale with that guarantee of its queue, a fault in force, and the timeouts of its queues. */
export function brokenSale(expected: GuaranteeResult['expected'] = 'held', guarantee = TWICE): Result {
  const base = flashSale();
  const { queued } = base.designs;
  if (queued === undefined) throw new Error('no such design');
  const fault: HistoryRecord = { n: 1, us: 5e5, do: 'fault', is: 'invoke', on: 'orders-db' };
  const told = guarantee.story === undefined ? guarantee : { ...guarantee, story: [fault, ...guarantee.story] };
  const resources = [
    { type: 'sqs', name: 'orders', visibilityTimeoutMs: 5000, redrive: { deadLetterQueue: 'dead' } },
    { type: 'sqs', name: 'dead', visibilityTimeoutMs: 30_000 },
  ];
  return {
    ...base,
    resolved: { designs: [{ name: 'queued', resources }] },
    designs: { ...base.designs, queued: { ...queued, guarantees: [{ ...told, expected }] } },
  };
}
