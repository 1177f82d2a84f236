import { describe, expect, test } from 'vitest';
import {
  judgeHistory,
  type Promised,
  type Promises,
  type ResourcePromises,
  type Verdict,
} from '../../src/guarantees/index.ts';
import { story } from './story.ts';

const S = 1e6;
const queue = (promised: Promised, more: Partial<ResourcePromises> = {}): Promises => [
  { resource: 'orders', kind: 'sqs', visibilityUs: 30 * S, retentionUs: 3600 * S, promises: [promised], ...more },
];
const consumer = (promised: Promised): Promises => [
  { resource: 'workers', kind: 'consumer', watch: ['orders'], reads: ['orders'], promises: [promised] },
];

interface Case {
  readonly promises: Promises;
  readonly told: string;
  readonly verdict: Verdict;
  /** Lines that the evidence names. */
  readonly proof?: readonly string[];
  readonly queues?: readonly string[];
}

function check(cases: Readonly<Record<string, Case>>): void {
  test.each(Object.entries(cases))('%s', (_, { promises, told, verdict, proof, queues }) => {
    const { history, lines } = story(told, 'orders', queues);
    const [finding] = judgeHistory(history, promises).findings;
    expect(finding).toMatchObject({ verdict });
    expect(lines(finding?.evidence ?? [])).toEqual(proof ?? []);
    if (verdict !== 'held') expect(finding?.sentence).toMatch(/\.$/);
  });
}

describe('monotone time', () => {
  const promises: Promises = [{ resource: '*', kind: 'run', scope: 'all', promises: [{ guarantee: 'monotone-time' }] }];
  check({
    'holds while no clock goes back': { promises, told: '0 shop sends a\n0 shop sent a', verdict: 'held' },
    'is broken by a record of an earlier instant': {
      promises,
      told: '1 shop sends a\n0.5 shop sent a',
      verdict: 'broken',
      proof: ['1 shop sends a', '0.5 shop sent a'],
    },
    'is broken by an answer that was given after it came': {
      promises,
      told: '1 shop sends a\n2 shop sent a at=3',
      verdict: 'broken',
      proof: ['2 shop sent a at=3'],
    },
    'says nothing of an empty history': { promises, told: '', verdict: 'not exercised' },
  });
});

describe('conservation', () => {
  const calls: Promises = [
    { resource: 'shop', kind: 'traffic', scope: 'client', promises: [{ guarantee: 'conservation' }] },
  ];
  const messages = queue({ guarantee: 'conservation' });
  check({
    'holds where each answer has its call': { promises: calls, told: '0 shop sends a\n1 shop sent a', verdict: 'held' },
    'holds for a call that waits': { promises: calls, told: '0 shop asks a', verdict: 'held' },
    'is broken by an answer to nobody': {
      promises: calls,
      told: '0 shop sends a\n1 shop sent a\n2 shop refused a',
      verdict: 'broken',
      proof: ['1 shop sent a', '2 shop refused a'],
    },
    'is about one client alone': { promises: calls, told: '0 other sent a', verdict: 'not exercised' },
    'holds for messages whose send was never answered': {
      promises: messages,
      told: '0 shop sends a\n1 w1 gets a',
      verdict: 'held',
    },
    'is broken by a message that nobody sent': {
      promises: messages,
      told: '0 shop sends a\n1 w1 gets b',
      verdict: 'broken',
      proof: ['1 w1 gets b'],
    },
    'is not exercised where nothing comes out': {
      promises: messages,
      told: '0 shop sends a',
      verdict: 'not exercised',
    },
  });
});

describe('at least once', () => {
  const promises = queue({ guarantee: 'at-least-once', restUs: 60 * S, read: true }, { watch: ['dlq'] });
  const sent = '0 shop sends a\n0 shop sent a\n';
  check({
    'holds once all have come out, whatever the end': { promises, told: `${sent}1 w1 gets a`, verdict: 'held' },
    'is broken by a message that never comes out': {
      promises,
      told: `${sent}rest`,
      verdict: 'broken',
      proof: ['0 shop sent a'],
    },
    'is broken by a message that is there and never comes out': {
      promises,
      told: `${sent}500 op finds a\nrest`,
      verdict: 'broken',
      proof: ['0 shop sent a'],
    },
    'holds for what a dead-letter queue has': {
      promises,
      told: `${sent}1 op finds a on=dlq x=2\nrest`,
      verdict: 'held',
    },
    'holds for what was purged': { promises, told: `${sent}1 op purges\nrest`, verdict: 'held' },
    'holds for what is past its retention': { promises, told: `${sent}3600 w1 begins b\nrest`, verdict: 'held' },
    'a second before that it is broken': {
      promises,
      told: `${sent}3599 w1 begins b\nrest`,
      verdict: 'broken',
      proof: ['0 shop sent a'],
    },
    'promises nothing for a send that may have failed': {
      promises,
      told: '0 shop sends a\n0 shop unsure a\nrest',
      verdict: 'not exercised',
    },
    'is unknown without an end': { promises, told: sent, verdict: 'unknown' },
    'is unknown while a fault lasts': { promises, told: `${sent}fault\nrest`, verdict: 'unknown' },
    'is unknown before the system comes to rest': { promises, told: `${sent}healed\nend`, verdict: 'unknown' },
    'is unknown without a final read': { promises, told: `${sent}healed\nquiesced\nend`, verdict: 'unknown' },
  });
});

describe('no loss', () => {
  const promises = queue({ guarantee: 'no-loss', restUs: 60 * S }, { watch: ['dlq'] });
  const sent = '0 shop sends a\n0 shop sent a\n1 w1 gets a\n';
  check({
    'holds for what was deleted': { promises, told: `${sent}2 w1 deletes a\n2 w1 deleted a\nrest`, verdict: 'held' },
    'holds for what may have been deleted': { promises, told: `${sent}2 w1 deletes a\nrest`, verdict: 'held' },
    'holds for what is left': { promises, told: `${sent}90 op finds a\nrest`, verdict: 'held' },
    'is broken by a message that is gone though nobody deleted it': {
      promises,
      told: `${sent}rest`,
      verdict: 'broken',
      proof: ['0 shop sent a', '1 w1 gets a'],
    },
    'is broken though a delete was tried, for it failed': {
      promises,
      told: `${sent}2 w1 deletes a\n2 w1 undeleted a\nrest`,
      verdict: 'broken',
      proof: ['0 shop sent a', '1 w1 gets a'],
    },
    'a delete of another that failed takes nothing back': {
      promises,
      told: `${sent}31 w2 gets a\n32 w1 deletes a\n32 w2 deletes a\n33 w2 deleted a\n34 w1 undeleted a\nrest`,
      verdict: 'held',
    },
    'holds for what a dead-letter queue has given out': {
      promises,
      told: `${sent}9 op gets a on=dlq\nrest`,
      verdict: 'held',
    },
    'is unknown without an end': { promises, told: sent, verdict: 'unknown' },
    'is not exercised where nothing was acknowledged': {
      promises,
      told: '0 shop sends a\nrest',
      verdict: 'not exercised',
    },
  });
});

describe('at most once', () => {
  const once = queue({ guarantee: 'at-most-once' });
  const effects = consumer({ guarantee: 'at-most-once' });
  check({
    'holds for one receive each': { promises: once, told: '0 w1 gets a\n1 w1 gets b', verdict: 'held' },
    'is broken by a second receive': {
      promises: once,
      told: '0 w1 gets a\n40 w2 gets a',
      verdict: 'broken',
      proof: ['0 w1 gets a', '40 w2 gets a'],
    },
    'is not exercised where nothing comes': { promises: once, told: '0 shop sends a', verdict: 'not exercised' },
    'of a consumer is about effects: one that failed has none': {
      promises: effects,
      told: '0 w1 begins a on=workers\n1 w1 fails a on=workers\n2 w1 begins a on=workers\n3 w1 does a on=workers',
      verdict: 'held',
    },
    'of a consumer is broken by a second effect': {
      promises: effects,
      told: '1 w1 does a on=workers\n2 w2 does b on=workers\n3 w2 does a on=workers m=c',
      verdict: 'broken',
      proof: ['1 w1 does a on=workers', '3 w2 does a on=workers m=c'],
    },
  });
});

describe('exactly once', () => {
  const promises = consumer({ guarantee: 'exactly-once', restUs: 60 * S });
  const sent = '0 shop sends a\n0 shop sent a\n';
  check({
    'holds where each has one effect': { promises, told: `${sent}1 w1 does a on=workers`, verdict: 'held' },
    'is broken by two': {
      promises,
      told: `${sent}1 w1 does a on=workers\n2 w2 does a on=workers`,
      verdict: 'broken',
      proof: ['1 w1 does a on=workers', '2 w2 does a on=workers'],
    },
    'is broken by none': { promises, told: `${sent}rest`, verdict: 'broken', proof: ['0 shop sent a'] },
    'is unknown where the end is not known': { promises, told: sent, verdict: 'unknown' },
    'is not exercised without work': { promises, told: 'rest', verdict: 'not exercised' },
  });
});

describe('order', () => {
  const promises = queue({ guarantee: 'order' });
  const effects = consumer({ guarantee: 'order' });
  check({
    'holds within groups; between them there is none': {
      promises,
      told: '0 w1 gets a g=1 s=1\n1 w1 gets c g=2 s=3\n2 w1 gets b g=1 s=2',
      verdict: 'held',
    },
    'is broken by a message that comes after a later one of its group': {
      promises,
      told: '0 w1 gets c g=2 s=0\n0 w1 gets b g=1 s=2\n1 w2 gets a g=1 s=1',
      verdict: 'broken',
      proof: ['0 w1 gets b g=1 s=2', '1 w2 gets a g=1 s=1'],
    },
    'a redelivery is no first delivery': {
      promises,
      told: '0 w1 gets a g=1 s=1\n40 w1 gets b g=1 s=2\n80 w1 gets a g=1 s=1',
      verdict: 'held',
    },
    'is about when the queue gave them, not when the answers came': {
      promises,
      told: '1 w1 gets b g=1 s=2 at=1\n1.1 w2 gets a g=1 s=1 at=0.5',
      verdict: 'held',
    },
    'is broken though the answers came in order': {
      promises,
      told: '1 w1 gets a g=1 s=1 at=1\n1.1 w2 gets b g=1 s=2 at=0.5',
      verdict: 'broken',
      proof: ['1 w1 gets a g=1 s=1 at=1', '1.1 w2 gets b g=1 s=2 at=0.5'],
    },
    'in one answer goes by the order within it': {
      promises,
      told: '1 w1 gets b g=1 s=2 call=7\n1 w1 gets a g=1 s=1 call=7',
      verdict: 'broken',
      proof: ['1 w1 gets b g=1 s=2 call=7', '1 w1 gets a g=1 s=1 call=7'],
    },
    'without sequence numbers goes by the sends': {
      promises,
      told: '0 s sends a\n0 s sent a\n1 s sends b\n1 s sent b\n2 w1 gets b\n3 w1 gets a',
      verdict: 'broken',
      proof: ['0 s sent a', '1 s sent b', '2 w1 gets b', '3 w1 gets a'],
    },
    'is not broken where either send may have been first': {
      promises,
      told: '0 s sends a call=1\n0 s sends b call=2\n1 s sent a call=1 at=unsaid\n1 s sent b call=2 at=unsaid\n2 w1 gets b\n3 w1 gets a',
      verdict: 'held',
    },
    'is unknown where nothing says which came first': {
      promises,
      told: '0 w1 gets a\n1 w1 gets b',
      verdict: 'unknown',
    },
    'is not exercised by one message a group': {
      promises,
      told: '0 w1 gets a g=1 s=1\n1 w1 gets b g=2 s=2',
      verdict: 'not exercised',
    },
    'of a consumer is that of its effects': {
      promises: effects,
      told: '0 w1 begins a on=workers g=1 s=1\n0 w2 begins b on=workers g=1 s=2\n1 w2 does b on=workers g=1 s=2\n2 w1 does a on=workers g=1 s=1',
      verdict: 'broken',
      proof: ['1 w2 does b on=workers g=1 s=2', '2 w1 does a on=workers g=1 s=1'],
    },
  });
});

describe('the lock of a group', () => {
  const promises = queue({ guarantee: 'group-lock' }, { retentionUs: Number.POSITIVE_INFINITY });
  const first = '0 w1 gets a g=1 s=1\n';
  check({
    'holds where the earlier one was deleted': {
      promises,
      told: `${first}1 w1 deletes a\n1 w1 deleted a\n1 w2 gets b g=1 s=2`,
      verdict: 'held',
    },
    'holds where its timeout was over': { promises, told: `${first}30 w2 gets b g=1 s=2`, verdict: 'held' },
    'is broken a moment before': {
      promises,
      told: `${first}29.9 w2 gets b g=1 s=2`,
      verdict: 'broken',
      proof: ['0 w1 gets a g=1 s=1', '29.9 w2 gets b g=1 s=2'],
    },
    'is broken during a timeout that was prolonged': {
      promises,
      told: `${first}20 w1 hides a v=60\n70 w2 gets b g=1 s=2`,
      verdict: 'broken',
      proof: ['0 w1 gets a g=1 s=1', '70 w2 gets b g=1 s=2'],
    },
    'does not bind other groups, nor one answer': {
      promises,
      told: '0 w1 gets a g=1 s=1 call=1\n0 w1 gets b g=1 s=2 call=1\n1 w2 gets c g=2 s=3 call=2',
      verdict: 'held',
    },
    'is not exercised by a single message': { promises, told: first, verdict: 'not exercised' },
    'is left by a message past its retention': {
      promises: queue({ guarantee: 'group-lock' }, { retentionUs: 10 * S }),
      told: '0 s sends a g=1\n0 s sent a g=1 s=1\n1 w1 gets a g=1 s=1\n11 w2 gets b g=1 s=2',
      verdict: 'held',
    },
  });
});

describe('deduplication', () => {
  const promises = queue({ guarantee: 'deduplication', windowUs: 300 * S });
  const perGroup = queue({ guarantee: 'deduplication', windowUs: 300 * S, perGroup: true });
  const first = '0 s sends a d=1 g=1\n0 s sent a d=1 g=1\n';
  check({
    'holds where the same again makes no second message': {
      promises,
      told: `${first}299 s sends a d=1\n299 s sent a d=1`,
      verdict: 'held',
    },
    'is broken by a second message within the window': {
      promises,
      told: `${first}299 s sends a d=1\n299 s sent a m=b d=1`,
      verdict: 'broken',
      proof: ['0 s sent a d=1 g=1', '299 s sent a m=b d=1'],
    },
    'counts the window from the first, not the last': {
      promises,
      told: `${first}200 s sends a d=1\n200 s sent a d=1\n400 s sends a d=1\n400 s sent a d=1`,
      verdict: 'broken',
      proof: ['0 s sent a d=1 g=1', '400 s sent a d=1'],
    },
    'holds for a new message when the window is over': {
      promises,
      told: `${first}300 s sends a d=1\n300 s sent a m=b d=1`,
      verdict: 'held',
    },
    'does not know when the first was taken where an answer was lost': {
      promises,
      told: '0 s sends a d=1\n5 s unsure a d=1\n200 s sends a d=1\n200 s sent a d=1\n400 s sends a d=1\n400 s sent a m=b d=1',
      verdict: 'held',
    },
    'tells groups apart where they are the scope': {
      promises: perGroup,
      told: `${first}1 s sends b d=1 g=2\n1 s sent b d=1 g=2\n2 s sends a d=1 g=1\n2 s sent a d=1 g=1`,
      verdict: 'held',
    },
    'is broken within a group that is not the first to have the id': {
      promises: perGroup,
      told: `${first}1 s sends b d=1 g=2\n1 s sent b d=1 g=2\n2 s sends b d=1 g=2\n2 s sent c d=1 g=2`,
      verdict: 'broken',
      proof: ['1 s sent b d=1 g=2', '2 s sent c d=1 g=2'],
    },
    'forgets with a purge': {
      promises,
      told: `${first}1 op purges\n2 s sends a d=1\n2 s sent a m=b d=1`,
      verdict: 'not exercised',
    },
    'is not exercised where nothing comes twice': { promises, told: first, verdict: 'not exercised' },
  });
});

describe('visibility', () => {
  const promises = queue({ guarantee: 'visibility' });
  check({
    'holds when the timeout is over': { promises, told: '0 w1 gets a\n30 w2 gets a', verdict: 'held' },
    'is broken a moment before': {
      promises,
      told: '0 w1 gets a\n29.9 w2 gets a',
      verdict: 'broken',
      proof: ['0 w1 gets a', '29.9 w2 gets a'],
    },
    'goes by the timeout that was asked for': {
      promises,
      told: '0 w1 gets a v=60\n40 w2 gets a',
      verdict: 'broken',
      proof: ['0 w1 gets a v=60', '40 w2 gets a'],
    },
    'goes by a change of it': { promises, told: '0 w1 gets a\n1 w1 hides a v=0\n2 w2 gets a', verdict: 'held' },
    'a change by whoever does not hold it changes nothing': {
      promises,
      told: '0 w1 gets a v=5\n5 w2 gets a v=30\n6 w1 hides a v=0\n7 w3 gets a',
      verdict: 'broken',
      proof: ['5 w2 gets a v=30', '7 w3 gets a'],
    },
    'is not broken while a delete by the holder is under way': {
      promises,
      told: '0 w1 gets a\n1 w1 deletes a\n2 w2 gets a',
      verdict: 'held',
    },
    'the same answer again is no second receive': {
      promises,
      told: '0 w1 gets a h=1\n1 w1 gets a h=1',
      verdict: 'not exercised',
    },
    'is not broken where the service may have given it out long before': {
      promises,
      told: '0 w1 gets a\n29 w2 gets b at=unsaid\n31 w2 gets a at=unsaid',
      verdict: 'held',
    },
    'is not exercised by one receive': { promises, told: '0 w1 gets a', verdict: 'not exercised' },
  });
});

describe('deletion', () => {
  const promises = queue({ guarantee: 'deletion' });
  check({
    'holds where nothing comes back': {
      promises,
      told: '0 w1 gets a\n1 w1 deletes a\n1 w1 deleted a',
      verdict: 'held',
    },
    'is broken by what comes back': {
      promises,
      told: '0 w1 gets a\n1 w1 deletes a\n1 w1 deleted a\n2 w2 gets a',
      verdict: 'broken',
      proof: ['1 w1 deleted a', '2 w2 gets a'],
    },
    'promises nothing for a delete after the timeout': {
      promises,
      told: '0 w1 gets a\n31 w1 deletes a\n31 w1 deleted a\n32 w2 gets a',
      verdict: 'held',
    },
    'is not exercised without a delete': { promises, told: '0 w1 gets a', verdict: 'not exercised' },
  });
});

describe('redrive', () => {
  const promises = queue({ guarantee: 'redrive', maxReceiveCount: 2 });
  const ofDeadLetters: Promises = [
    {
      ...(queue({ guarantee: 'dead-letters', fewestReceives: 2 })[0] as ResourcePromises),
      resource: 'dlq',
      watch: ['orders'],
    },
  ];
  check({
    'holds up to the most receives': { promises, told: '0 w1 gets a\n30 w1 gets a', verdict: 'held' },
    'is broken by one more': {
      promises,
      told: '0 w1 gets a\n30 w1 gets a\n60 w1 gets a',
      verdict: 'broken',
      proof: ['30 w1 gets a', '60 w1 gets a'],
    },
    'believes the count where receives were not seen': {
      promises,
      told: '60 w1 gets a x=3',
      verdict: 'broken',
      proof: ['60 w1 gets a x=3'],
    },
    'is not exercised below it': { promises, told: '0 w1 gets a', verdict: 'not exercised' },
    'moved in time': {
      promises: ofDeadLetters,
      told: '0 w1 gets a\n30 w1 gets a\n60 op gets a on=dlq',
      verdict: 'held',
    },
    'moved too early': {
      promises: ofDeadLetters,
      told: '0 w1 gets a\n30 op finds a on=dlq x=2',
      verdict: 'broken',
      proof: ['0 w1 gets a', '30 op finds a on=dlq x=2'],
    },
    'moved, and its count lost': {
      promises: ofDeadLetters,
      told: '0 w1 gets a x=5\n30 op gets a on=dlq x=5',
      verdict: 'broken',
      proof: ['0 w1 gets a x=5', '30 op gets a on=dlq x=5'],
    },
    'nothing moved': { promises: ofDeadLetters, told: '0 w1 gets a', verdict: 'not exercised' },
  });
});

describe('the receive count', () => {
  const promises = queue({ guarantee: 'receive-count' });
  check({
    'grows with each receive': { promises, told: '0 w1 gets a x=1\n30 w2 gets a x=3', verdict: 'held' },
    'is broken where it does not': {
      promises,
      told: '0 w1 gets a x=1\n30 w2 gets a x=1',
      verdict: 'broken',
      proof: ['0 w1 gets a x=1', '30 w2 gets a x=1'],
    },
    'is not exercised by one receive': { promises, told: '0 w1 gets a', verdict: 'not exercised' },
  });
});

describe('times', () => {
  const retention = queue({ guarantee: 'retention', retentionUs: 60 * S });
  const delay = queue({ guarantee: 'delay', delayUs: 10 * S });
  const sent = '0 s sends a\n0 s sent a\n';
  check({
    'retention holds where what is old does not come out': {
      promises: retention,
      told: `${sent}61 w1 begins b`,
      verdict: 'held',
    },
    'retention is broken by what comes out too old': {
      promises: retention,
      told: `${sent}60.1 w1 gets a`,
      verdict: 'broken',
      proof: ['0 s sent a', '60.1 w1 gets a'],
    },
    'retention is not exercised by what is young': {
      promises: retention,
      told: `${sent}59 w1 gets a`,
      verdict: 'not exercised',
    },
    'delay holds': { promises: delay, told: `${sent}10 w1 gets a`, verdict: 'held' },
    'delay is broken by what comes out before': {
      promises: delay,
      told: `${sent}9.9 w1 gets a`,
      verdict: 'broken',
      proof: ['0 s sent a', '9.9 w1 gets a'],
    },
    'delay is not exercised where nothing comes out': { promises: delay, told: sent, verdict: 'not exercised' },
  });
});

describe('limits', () => {
  const inFlight = queue({ guarantee: 'in-flight', limit: 2 }, { retentionUs: Number.POSITIVE_INFINITY });
  const rate = queue({ guarantee: 'rate', perSecond: 2, burst: 1 });
  const two = '0 w1 gets a\n0 w1 gets b\n';
  check({
    'in flight up to the limit': { promises: inFlight, told: two, verdict: 'held' },
    'in flight beyond it': { promises: inFlight, told: `${two}1 w1 gets c`, verdict: 'broken', proof: ['1 w1 gets c'] },
    'in flight after a delete': { promises: inFlight, told: `${two}1 w1 deletes a\n1 w1 gets c`, verdict: 'held' },
    'in flight after a timeout': { promises: inFlight, told: `${two}30 w1 gets c`, verdict: 'held' },
    'in flight, far from the limit': { promises: inFlight, told: '0 w1 gets a', verdict: 'not exercised' },
    'a rate with its burst': { promises: rate, told: '0.1 s sent a\n0.2 s sent b\n0.3 s sent c', verdict: 'held' },
    'one more than that': {
      promises: rate,
      told: '0.1 s sent a\n0.2 s sent b\n0.3 s sent c\n0.4 s sent d\n',
      verdict: 'broken',
      proof: ['0.1 s sent a', '0.4 s sent d'],
    },
    'a batch is one call, and each action has its own': {
      promises: rate,
      told: '0.1 s sent a call=1\n0.1 s sent b call=1\n0.1 s sent c call=1\n0.1 s sent d call=1\n0.2 w gets a\n0.3 w gets b',
      verdict: 'held',
    },
    'a rate that is never near': { promises: rate, told: '0.1 s sent a', verdict: 'not exercised' },
  });
});

describe("Little's law", () => {
  const promises = queue({ guarantee: 'littles-law' });
  const told = (measured: string): ReturnType<typeof story> => {
    const one = story('0 s sends a\n0 s sent a\n2 w1 gets a\n5 w1 deletes a\n5 w1 deleted a');
    if (measured !== '')
      one.history.add({ us: 5e6, do: 'measured', is: 'ok', on: 'orders', valueUs: Number(measured) });
    return one;
  };
  test.each([
    ['5000000', 'held'],
    ['6000000', 'broken'],
    ['', 'unknown'],
  ])('with %s microseconds by the metrics', (measured, verdict) => {
    expect(judgeHistory(told(measured).history, promises).findings[0]).toMatchObject({ verdict });
  });
  check({ 'is not exercised without messages': { promises, told: 'rest', verdict: 'not exercised' } });
});

describe('fan-out', () => {
  const promises: Promises = [
    { resource: 'orders', kind: 'sns', reads: [], promises: [{ guarantee: 'fan-out', restUs: 60 * S }] },
  ];
  check({
    'holds where all that is owed is given': { promises, told: '0 t owes a\n1 t delivers a', verdict: 'held' },
    'holds where it was given up, and told': { promises, told: '0 t owes a\n1 t drops a\nrest', verdict: 'held' },
    'is broken by what a filter should have kept back': {
      promises,
      told: '0 t owes a\n1 t delivers a\n1 t delivers b',
      verdict: 'broken',
      proof: ['1 t delivers b'],
    },
    'is broken by what never came': { promises, told: '0 t owes a\nrest', verdict: 'broken', proof: ['0 t owes a'] },
    'is unknown before the end': { promises, told: '0 t owes a', verdict: 'unknown' },
    'is not exercised where nothing is owed': { promises, told: 'rest', verdict: 'not exercised' },
  });
});

describe('deliveries of a topic', () => {
  const of = (promised: Promises[number]['promises'][number]): Promises => [
    { resource: 'orders', kind: 'sns', watch: ['dead'], reads: [], promises: [promised] },
  ];
  const conservation = of({ guarantee: 'conservation', restUs: 60 * S });
  const copied = of({ guarantee: 'conservation', restUs: 60 * S, isCopied: true });
  const noLoss = of({ guarantee: 'no-loss' });
  const order = of({ guarantee: 'order' });
  const rate = of({ guarantee: 'rate', perSecond: 3, burst: 0, perGroup: 2, groupBurst: 0 });
  const window = of({ guarantee: 'deduplication', windowUs: 300 * S });
  check({
    'none is lost count of': {
      promises: conservation,
      told: '0 t owes a\n0 t owes b\n1 t delivers a\n2 t drops b\nrest',
      verdict: 'held',
    },
    'none ends twice': {
      promises: conservation,
      told: '0 t owes a\n1 t delivers a\n2 t delivers a',
      verdict: 'broken',
      proof: ['1 t delivers a', '2 t delivers a'],
    },
    'where copies are made one may': {
      promises: copied,
      told: '0 t owes a\n1 t delivers a\n2 t delivers a\nrest',
      verdict: 'held',
    },
    'but not one that was never owed': {
      promises: copied,
      told: '1 t delivers a',
      verdict: 'broken',
      proof: ['1 t delivers a'],
    },
    'none is under way for ever': {
      promises: conservation,
      told: '0 t owes a\n0 t owes a\n1 t delivers a\nrest',
      verdict: 'broken',
      proof: ['1 t delivers a'],
    },
    'one that is given up is lost': {
      promises: noLoss,
      told: '0 t owes a\n9 t drops a\nrest',
      verdict: 'broken',
      proof: ['9 t drops a'],
    },
    'unless a dead-letter queue has it': {
      promises: noLoss,
      told: '0 t owes a\n9 t sent a on=dead\n9 t drops a\nrest',
      verdict: 'held',
    },
    'or may have it': {
      promises: noLoss,
      told: '0 t owes a\n9 t unsure a on=dead\n9 t drops a\nrest',
      verdict: 'held',
    },
    'or another one of it was made': {
      promises: noLoss,
      told: '0 t owes a\n0 t owes a\n8 t delivers a\n9 t drops a\nrest',
      verdict: 'held',
    },
    'one that is on its way once more is not yet lost': {
      promises: noLoss,
      told: '0 t owes a\n9 t drops a\n10 t owes a',
      verdict: 'unknown',
    },
    'those of a group are in order': {
      promises: order,
      told: '0 t owes a g=1 s=1\n0 t owes b g=1 s=2\n1 t delivers a\n2 t delivers b',
      verdict: 'held',
    },
    'one that overtakes breaks it': {
      promises: order,
      told: '0 t owes a g=1 s=1\n0 t owes b g=1 s=2\n1 t delivers b\n2 t delivers a',
      verdict: 'broken',
      proof: ['0 t owes a g=1 s=1', '1 t delivers b', '2 t delivers a'],
    },
    'one of another group does not': {
      promises: order,
      told: '0 t owes a g=1 s=1\n0 t owes b g=2 s=2\n1 t delivers b\n2 t delivers a',
      verdict: 'not exercised',
    },
    'one that was given up holds nobody back': {
      promises: order,
      told: '0 t owes a g=1 s=1\n0 t owes b g=1 s=2\n0 t owes c g=1 s=3\n1 t delivers b\n2 t drops a\n3 t delivers c',
      verdict: 'held',
    },
    'a topic takes so many messages a second': {
      promises: rate,
      told: '0.1 p published a g=1\n0.2 p published b g=2\n0.3 p published c g=3\n0.4 p published d g=4',
      verdict: 'broken',
      proof: ['0.4 p published d g=4'],
    },
    'and so many of a group': {
      promises: rate,
      told: '0.1 p published a g=1\n0.2 p published b g=1\n0.3 p published c g=1',
      verdict: 'broken',
      proof: ['0.3 p published c g=1'],
    },
    'not more in another second': {
      promises: rate,
      told: '0.1 p published a g=1\n0.2 p published b g=1\n1.3 p published c g=1',
      verdict: 'held',
    },
    'the same within the window is the same message': {
      promises: window,
      told: '0 p publishes a d=1\n0 p published a d=1\n9 p publishes a d=1\n9 p published a d=1',
      verdict: 'held',
    },
    'and after it another': {
      promises: window,
      told: '0 p publishes a d=1\n0 p published a d=1\n301 p publishes a d=1\n301 p published a d=1',
      verdict: 'broken',
      proof: ['0 p published a d=1', '301 p published a d=1'],
    },
  });
});
