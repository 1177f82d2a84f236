/** Which situations are counted as rare, and which are not. */
import { describe, expect, test } from 'vitest';
import { judgeHistory, type Promises } from '../../src/guarantees/index.ts';
import { History, type HistoryRecord } from '../../src/history/index.ts';
import { story } from './story.ts';

const QUEUE: Promises = [{ resource: 'orders', kind: 'sqs', visibilityUs: 30e6, promises: [] }];
const DEAD_LETTERS: Promises = [
  {
    resource: 'orders',
    kind: 'sqs',
    visibilityUs: 30e6,
    promises: [{ guarantee: 'dead-letters', fewestReceives: 1 }],
  },
];
const CLIENT: Promises = [{ resource: 'shop', kind: 'traffic', scope: 'client', promises: [] }];

function met(history: History, promises: Promises): Record<string, number> {
  const { probes } = judgeHistory(history, promises);
  return Object.fromEntries(Object.entries(probes).filter(([, count]) => count > 0));
}

describe('of a queue', () => {
  const first = '0 w1 gets a\n';
  test.each<[string, string, Record<string, number>]>([
    ['one receive is not rare', first, {}],
    ['the same answer again is none', '0 w1 gets a h=1\n1 w1 gets a h=1', {}],
    ['a receive of nothing is none', '0 w1 gets\n1 w2 gets', {}],
    ['a redelivery when the timeout is over', `${first}30 w2 gets a`, { redelivery: 1 }],
    ['a redelivery a moment before', `${first}29.9 w2 gets a`, { redelivery: 1, 'held-twice': 1 }],
    ['one that was given back is not held', `${first}1 w1 deletes a\n2 w2 gets a`, { redelivery: 1 }],
    [
      'what was deleted comes back',
      `${first}1 w1 deletes a\n1 w1 deleted a\n31 w2 gets a`,
      { redelivery: 1, 'returned-after-delete': 1 },
    ],
    [
      'one that was given out before its delete, and told of later, does not',
      `${first}1 w1 deletes a\n1 w1 deleted a at=1\n31 w2 gets a at=1`,
      { redelivery: 1 },
    ],
    ['a delete at the end of the timeout', `${first}30 w1 deletes a\n30 w1 deleted a`, {}],
    ['a delete after it', `${first}30.1 w1 deletes a\n30.1 w1 deleted a`, { 'delete-raced-timeout': 1 }],
    [
      'a delete after it that fails',
      `${first}30.1 w1 deletes a\n30.1 w1 undeleted a`,
      { 'delete-raced-timeout': 1, refused: 1 },
    ],
    [
      'a delete with the handle of a receive before',
      `${first}30 w2 gets a\n99 w1 deletes a\n99 w1 deleted a`,
      { redelivery: 1, 'stale-handle': 1 },
    ],
    ['a delete of what nobody saw received', '0 w1 deletes a\n0 w1 deleted a', {}],
    ['a delete of nothing', '0 w1 deletes\n0 w1 deleted', {}],
    ['an acknowledged send', '0 s sends a\n0 s sent a', {}],
    ['another that was not taken', '0 s sends a\n0 s sent a\n1 s sends a\n1 s sent a', { deduplicated: 1 }],
    ['an acknowledgement of nothing', '0 s sends\n0 s sent\n1 s sends\n1 s sent', {}],
    ['a receive from another queue', '0 w1 gets a on=other\n1 w2 gets a on=other', {}],
    ['no dead letters come where none are promised', '0 w1 gets a\n0 op finds b', {}],
  ])('%s', (_, told, counts) => {
    expect(met(story(told).history, QUEUE)).toEqual(counts);
  });

  test.each<[string, string, Record<string, number>]>([
    ['one that comes out', '0 op gets a', { 'dead-lettered': 1 }],
    ['once', '0 op gets a\n30 op gets a', { 'dead-lettered': 1, redelivery: 1 }],
    ['one that is left', '0 op finds a', { 'dead-lettered': 1 }],
    ['none that was sent there', '0 s sends a\n0 s sent a\n1 op gets a\n2 op finds a', {}],
    ['none that nobody names', '0 op gets\n1 op finds', {}],
  ])('dead letters: %s', (_, told, counts) => {
    expect(met(story(told).history, DEAD_LETTERS)).toEqual(counts);
  });
});

describe('kinds of record', () => {
  const all: readonly (readonly [HistoryRecord['do'], HistoryRecord['is'], string])[] = [
    ['send', 'unknown', 'lost-reply'],
    ['receive', 'unknown', 'lost-reply'],
    ['delete', 'unknown', 'lost-reply'],
    ['publish', 'unknown', 'lost-reply'],
    ['send', 'fail', 'refused'],
    ['receive', 'fail', 'refused'],
    ['delete', 'fail', 'refused'],
    ['publish', 'fail', 'refused'],
    ['visibility', 'ok', 'visibility-changed'],
    ['handle', 'fail', 'handler-failed'],
    ['handle', 'unknown', 'crashed-handler'],
    ['purge', 'ok', 'purged'],
  ];
  const one = (operation: HistoryRecord['do'], phase: HistoryRecord['is'], because?: string): History => {
    const history = new History();
    history.add({
      us: 1,
      do: operation,
      is: phase,
      client: 'shop',
      on: 'orders',
      ...(because === undefined ? {} : { because }),
    });
    return history;
  };

  test.each(all)('%s %s', (operation, phase, counts) => {
    expect(met(one(operation, phase), QUEUE)).toEqual({ [counts]: 1 });
  });

  test.each(['send', 'receive', 'delete', 'publish'] as const)('%s, throttled', (operation) => {
    expect(met(one(operation, 'fail', 'throttled'), QUEUE)).toEqual({ throttled: 1 });
  });

  test.each([
    ['unknown', 'lost-reply'],
    ['fail', 'refused'],
  ] as const)('a request of a client: %s; it has nothing else', (phase, counts) => {
    expect(met(one('request', phase), CLIENT)).toEqual({ [counts]: 1 });
    expect(met(one('request', phase), [])).toEqual({});
    expect(met(one('send', phase), CLIENT)).toEqual({});
  });

  test('a fault that begins', () => {
    expect(met(one('fault', 'invoke'), [])).toEqual({ fault: 1 });
    expect(met(one('fault', 'ok'), [])).toEqual({});
  });
});

describe('of a stream', () => {
  const STREAM: Promises = [
    { resource: 'clicks', kind: 'kinesis', reads: [], promises: [{ guarantee: 'replay', retentionUs: 10e6 }] },
  ];
  const put = '0 shop sends a\n0 shop sent a s=1/0 g=1\n';
  test.each<[string, string, Record<string, number>]>([
    ['a put and a read are not rare', `${put}1 w1 gets a s=1/0 g=1\n1 w2 gets a s=1/0 g=1`, {}],
    [
      'a batch of which one is refused',
      '0 s sent a s=1/0 call=1\n0 s refused b call=1',
      { 'partial-failure': 1, refused: 1 },
    ],
    [
      'is counted once',
      '0 s sent a s=1/0 call=1\n0 s refused b call=1\n0 s refused c call=1\n0 s sent d s=2/0 call=1',
      { 'partial-failure': 1, refused: 2 },
    ],
    ['two calls of which one is refused are none', '0 s sent a s=1/0 call=1\n0 s refused b call=2', { refused: 1 }],
    ['a request with two numbers', `${put}1 shop sent a s=2/0 g=1`, { 'put-twice': 1 }],
    [
      'of which only the reader is told, counted once',
      '0 shop sends a\n1 w1 gets a s=1/0\n1 w1 gets a s=2/0\n2 w2 gets a s=1/0\n2 w2 gets a s=2/0\n3 shop sent a s=2/0',
      { 'put-twice': 1 },
    ],
    ['a replay', `${put}1 w1 gets a s=1/0\n2 w1 gets a s=1/0`, { 'read-again': 1 }],
    [
      'a key that goes on in a child',
      `${put}1 shop sent b s=2/1 g=1\n1 w1 gets a s=1/0 g=1\n2 w1 gets b s=2/1 g=1`,
      { 'reshard-while-reading': 1 },
    ],
    ['another key in another shard is none', '1 w1 gets a s=1/0 g=1\n2 w1 gets b s=2/1 g=2\n3 w2 gets b s=2/1 g=1', {}],
    ['a first read when the first record is too old', `${put}10 w1 gets b s=2/0`, { 'behind-retention': 1 }],
    ['and a moment before', `${put}9.9 w1 gets b s=2/0`, {}],
    ['who had read it is not behind', `${put}1 w1 gets a s=1/0\n10 w1 gets b s=2/0`, {}],
  ])('%s', (_, told, expected) => {
    expect(met(story(told, 'clicks').history, STREAM)).toEqual(expected);
  });

  test('a read is refused where its iterator is too old', () => {
    const failed = (because: string): Record<string, number> => {
      const history = new History();
      history.add({ us: 1, do: 'receive', is: 'fail', client: 'w1', on: 'clicks', call: 1, because });
      return met(history, STREAM);
    };
    expect(failed('refused')).toEqual({ 'iterator-expired': 1, refused: 1 });
    expect(failed('throttled')).toEqual({ throttled: 1 });
  });
});

describe('of a broker', () => {
  const queue = (...promises: Promises[number]['promises']): Promises => [
    { resource: 'mq', kind: 'mq', watch: ['workers'], promises },
  ];
  const CONFIRMED = queue(
    { guarantee: 'no-loss' },
    { guarantee: 'prefetch', limits: [2], cumulative: [0] },
    { guarantee: 'delivery-limit', limits: [2], isClients: [0], deadLetters: [-1] },
  );
  const CUMULATIVE = queue({ guarantee: 'prefetch', limits: [2], cumulative: [1] });
  /** Only those of brokers. */
  const metAt = (told: string, promises: Promises): Record<string, number> => {
    const {
      'lost-reply': _,
      redelivery: __,
      'visibility-changed': ___,
      ...counts
    } = met(story(told, 'mq').history, promises);
    return counts;
  };
  const first = '1 w1 gets a g=0\n';

  test.each<[string, string, Record<string, number>]>([
    ['a message that is given and acknowledged', `${first}2 w1 deletes a g=0`, {}],
    ['a publisher that never knows', '0 shop sends a\n1 shop unsure a', { 'confirm-lost': 1 }],
    ['a line that goes with a message', `${first}2 w1 loses`, { 'line-lost-in-hand': 1 }],
    ['once for each line', `${first}2 w1 loses\n3 w1 loses`, { 'line-lost-in-hand': 1 }],
    ['a line without one is none', `${first}2 w1 deletes a g=0\n3 w1 loses\n4 w2 loses`, {}],
    ['one that was refused is not in hand', `${first}2 w1 hides a g=0 v=0\n3 w1 loses`, { 'handed-back': 1 }],
    [
      'what was lost comes to another',
      `${first}2 w1 loses\n3 w2 gets a g=0`,
      { 'line-lost-in-hand': 1, 'came-to-another': 1 },
    ],
    ['or to the same', `${first}2 w1 loses\n3 w1 gets a g=0`, { 'line-lost-in-hand': 1 }],
    [
      'an acknowledgement that never arrived',
      `${first}2 w1 deletes a g=0\n3 w1 loses\n4 w1 gets a g=0`,
      { 'acknowledged-and-back': 1 },
    ],
    ['as many as the prefetch', `${first}1 w1 gets b g=0`, { 'prefetch-full': 1 }],
    ['of one consumer', `${first}1 w2 gets b g=0`, {}],
    [
      'each time that it is full',
      `${first}1 w1 gets b g=0\n2 w1 deletes a g=0\n3 w1 gets c g=0`,
      { 'prefetch-full': 2 },
    ],
    ['of a queue without a prefetch', '1 w1 gets a g=1\n1 w1 gets b g=1', {}],
    ['as often as the limit', '1 w1 gets a g=0 x=3', { 'last-delivery': 1 }],
    ['once less', '1 w1 gets a g=0 x=2', {}],
    ['of a queue without a limit', '1 w1 gets a g=1 x=9', {}],
    ['of another resource', '0 shop sends a on=other\n1 shop unsure a on=other\n2 w1 hides a on=workers v=0', {}],
  ])('%s', (_, told, expected) => {
    expect(metAt(told, CONFIRMED)).toEqual(expected);
  });

  test('who waits for no answer loses none', () => {
    expect(metAt('0 shop sends a\n1 shop unsure a', CUMULATIVE)).toEqual({});
  });

  test('an acknowledgement may be of all before it', () => {
    const told = `${first}1 w1 gets b g=0\n2 w1 deletes b g=0\n3 w1 loses`;
    expect(metAt(told, CUMULATIVE)).toEqual({ 'prefetch-full': 1 });
    expect(metAt(told, CONFIRMED)).toEqual({ 'prefetch-full': 1, 'line-lost-in-hand': 1 });
  });
});
