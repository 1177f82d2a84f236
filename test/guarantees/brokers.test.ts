/** Checkers of brokers, by stories. A group is a queue of the broker, by its number. */
import { describe, expect, test } from 'vitest';
import { judgeHistory, type Promised, type Promises, type Verdict } from '../../src/guarantees/index.ts';
import { disturbed, ELSEWHERE, OF_NOBODY } from './disturbed.ts';
import { story } from './story.ts';

const broker = (promised: Promised): Promises => [
  { resource: 'mq', kind: 'mq', watch: ['workers'], promises: [promised] },
];

interface Case {
  readonly told: string;
  readonly verdict: Verdict;
  /** The whole sentence; default: none. */
  readonly says?: string;
  readonly counts: Readonly<Record<string, number>>;
  /** Lines that the evidence names. */
  readonly proof?: readonly string[];
  /** Other settings of the promise. */
  readonly but?: Readonly<Record<string, unknown>>;
}

/** Nobody's lines are lost, and whoever subscribes for nobody begins nothing. */
const BESIDE = OF_NOBODY.filter((what) => !what.startsWith('w1 hides'));

function check(promised: Promised, cases: Readonly<Record<string, Case>>): void {
  test.each(Object.entries(cases))('%s', (_, { told, verdict, says = '', counts, proof = [], but = {} }) => {
    const { history, lines } = story(told, 'mq');
    const [finding] = judgeHistory(history, broker({ ...promised, ...but })).findings;
    const { verdict: found, sentence, counts: counted, evidence = [] } = finding ?? {};
    expect({ found, sentence, counted, proof: lines(evidence) }).toEqual({
      found: verdict,
      sentence: says,
      counted: counts,
      proof,
    });
  });

  test.each(Object.entries(cases))('%s; what is of nobody, or elsewhere, changes nothing', (_, one) => {
    const { told, verdict, counts, proof = [], but = {} } = one;
    const promises = broker({ ...promised, ...but });
    const watching = promises.map((of) => ({ ...of, watch: ['workers', 'aside'] }));
    for (const [more, by] of [
      [BESIDE, promises],
      // In hand is in hand, whatever it is.
      ...(promised.guarantee === 'prefetch' ? [] : [[BESIDE.map((what) => `${what} g=0 s=1`), promises] as const]),
      [ELSEWHERE, watching],
    ] as const) {
      const { history, lines } = story(disturbed(told, more), 'mq');
      const [finding] = judgeHistory(history, by).findings;
      expect(finding).toMatchObject({ verdict, counts });
      expect(lines(finding?.evidence ?? [])).toEqual(proof);
    }
  });
}

/** Queue 0; its dead letters go to queue 1 where a case says so. */
const ENDINGS = {
  restUs: 60e6,
  queues: [0],
  isPerReader: false,
  deadLetters: [-1],
  ttlUs: [-1],
  limits: [-1],
  overflows: [0],
  rejects: [0],
  losesDeadLetters: false,
};
const PUT = '0 shop sends a\n 0.1 shop sent a\n';
const GONE = 'A message was confirmed and is gone, and nobody acknowledged it.';

describe('no-loss of a broker', () => {
  check(
    { guarantee: 'no-loss', ...ENDINGS },
    {
      'what was confirmed is acknowledged by who is done with it': {
        told: `${PUT} 1 w1 gets a g=0\n 2 w1 does a on=workers\n 2 w1 deletes a g=0\n rest`,
        verdict: 'held',
        counts: { confirmed: 1, settled: 1, ended: 0, left: 0, open: 0 },
      },
      'or left': {
        told: `${PUT} 9 nobody finds a g=0\n rest`,
        verdict: 'held',
        counts: { confirmed: 1, settled: 0, ended: 0, left: 1, open: 0 },
      },
      'or is gone': {
        told: `${PUT} rest`,
        verdict: 'broken',
        counts: { confirmed: 1, settled: 0, ended: 0, left: 0, open: 1 },
        says: GONE,
        proof: ['0.1 shop sent a'],
      },
      'what is gone before faults are over may be there': {
        told: `${PUT} fault\n end`,
        verdict: 'unknown',
        counts: { confirmed: 1, settled: 0, ended: 0, left: 0, open: 1 },
        says: 'The run ended before its faults were over.',
      },
      'of what nobody confirmed nothing is promised': {
        told: '0 shop sends a\n 1 shop unsure a\n rest',
        verdict: 'not exercised',
        counts: { confirmed: 0, settled: 0, ended: 0, left: 0, open: 0 },
        says: 'Nothing was confirmed that has to be kept.',
      },
      'an acknowledgement in another queue is of another message': {
        told: `${PUT} 1 w1 gets a g=2\n 2 w1 does a on=workers\n 2 w1 deletes a g=2\n rest`,
        verdict: 'broken',
        counts: { confirmed: 1, settled: 0, ended: 0, left: 0, open: 1 },
        says: GONE,
        proof: ['0.1 shop sent a'],
      },
      'who acknowledges before he is done loses what he is at': {
        told: `${PUT} 1 w1 gets a g=0\n 2 w1 deletes a g=0\n 3 w1 does a on=workers\n rest`,
        verdict: 'broken',
        counts: { confirmed: 1, settled: 1, ended: 0, left: 0, open: 0 },
        says: 'A message was acknowledged by who was not done with it.',
        proof: ['2 w1 deletes a g=0'],
      },
      'too old is an end where there are no dead letters': {
        told: `${PUT} 5 w1 does z on=workers\n rest`,
        verdict: 'held',
        counts: { confirmed: 1, settled: 0, ended: 1, left: 0, open: 0 },
        but: { ttlUs: [5e6] },
      },
      'not before its time': {
        told: `${PUT} 4 w1 does z on=workers\n rest`,
        verdict: 'broken',
        counts: { confirmed: 1, settled: 0, ended: 0, left: 0, open: 1 },
        says: GONE,
        proof: ['0.1 shop sent a'],
        but: { ttlUs: [5e6] },
      },
      'with dead letters it has to be there': {
        told: `${PUT} 9 w1 does z on=workers\n rest`,
        verdict: 'broken',
        counts: { confirmed: 1, settled: 0, ended: 0, left: 0, open: 1 },
        says: GONE,
        proof: ['0.1 shop sent a'],
        but: { ttlUs: [5e6], deadLetters: [1] },
      },
      'and it is': {
        told: `${PUT} 9 nobody finds a g=1 m=b\n rest`,
        verdict: 'held',
        counts: { confirmed: 1, settled: 0, ended: 1, left: 0, open: 0 },
        but: { ttlUs: [5e6], deadLetters: [1] },
      },
      'on its way there it may be lost with a node': {
        told: `${PUT} 9 w1 does z on=workers\n rest`,
        verdict: 'held',
        counts: { confirmed: 1, settled: 0, ended: 1, left: 0, open: 0 },
        but: { ttlUs: [5e6], deadLetters: [1], losesDeadLetters: true },
      },
      'a refusal is an end where it is for good': {
        told: `${PUT} 1 w1 gets a g=0\n 2 w1 hides a g=0 v=0\n rest`,
        verdict: 'held',
        counts: { confirmed: 1, settled: 0, ended: 1, left: 0, open: 0 },
        but: { rejects: [1] },
      },
      'elsewhere it comes back': {
        told: `${PUT} 1 w1 gets a g=0\n 2 w1 hides a g=0 v=0\n rest`,
        verdict: 'broken',
        counts: { confirmed: 1, settled: 0, ended: 0, left: 0, open: 1 },
        says: GONE,
        proof: ['0.1 shop sent a'],
      },
      'what came often may have come too often': {
        told: `${PUT} 1 w1 gets a g=0 x=2\n rest`,
        verdict: 'held',
        counts: { confirmed: 1, settled: 0, ended: 1, left: 0, open: 0 },
        but: { limits: [3] },
      },

      'or half as often as the limit, for nobody heard of each': {
        told: `${PUT} 1 w1 gets a g=0 x=1\n rest`,
        verdict: 'held',
        counts: { confirmed: 1, settled: 0, ended: 1, left: 0, open: 0 },
        but: { limits: [2] },
      },
      'not less often': {
        told: `${PUT} 1 w1 gets a g=0 x=1\n rest`,
        verdict: 'broken',
        says: GONE,
        counts: { confirmed: 1, settled: 0, ended: 0, left: 0, open: 1 },
        proof: ['0.1 shop sent a'],
        but: { limits: [3] },
      },
      'where refusals are for good, what nobody refused is not gone': {
        told: `${PUT} rest`,
        verdict: 'broken',
        says: GONE,
        counts: { confirmed: 1, settled: 0, ended: 0, left: 0, open: 1 },
        proof: ['0.1 shop sent a'],
        but: { rejects: [1] },
      },
      'the oldest of a full queue makes room': {
        told: `${PUT} rest`,
        verdict: 'held',
        counts: { confirmed: 1, settled: 0, ended: 1, left: 0, open: 0 },
        but: { overflows: [1] },
      },
      'who failed is not done': {
        told: `${PUT} 1 w1 gets a g=0\n 2 w1 fails a on=workers\n 2 w1 deletes a g=0\n rest`,
        verdict: 'broken',
        says: 'A message was acknowledged by who was not done with it.',
        counts: { confirmed: 1, settled: 1, ended: 0, left: 0, open: 0 },
        proof: ['2 w1 deletes a g=0'],
      },
      'of several the first is told, and how many they are': {
        told: `${PUT} 0.2 shop sends b\n 0.3 shop sent b\n 0.4 shop sent a\n rest`,
        verdict: 'broken',
        says: 'A message was confirmed and is gone, and nobody acknowledged it (the first of 2).',
        counts: { confirmed: 2, settled: 0, ended: 0, left: 0, open: 2 },
        proof: ['0.1 shop sent a'],
      },
    },
  );
});

describe('at-least-once of a broker', () => {
  check(
    { guarantee: 'at-least-once', ...ENDINGS },
    {
      'what was confirmed is given to somebody': {
        told: `${PUT} 1 w1 gets a g=0\n rest`,
        verdict: 'held',
        counts: { confirmed: 1, settled: 1, ended: 0, left: 0, open: 0 },
      },
      'what is there when all is over was kept from its readers': {
        told: `${PUT} 9 nobody finds a g=0\n rest`,
        verdict: 'broken',
        counts: { confirmed: 1, settled: 0, ended: 0, left: 0, open: 1 },
        says: 'A message was confirmed and is there, and nobody is given it.',
        proof: ['0.1 shop sent a'],
      },
      'also where somebody had it before': {
        told: `${PUT} 1 w1 gets a g=0\n 2 w1 loses\n 9 nobody finds a g=0\n rest`,
        verdict: 'broken',
        counts: { confirmed: 1, settled: 0, ended: 0, left: 0, open: 1 },
        says: 'A message was confirmed and is there, and nobody is given it.',
        proof: ['0.1 shop sent a'],
      },
      'of MQTT each subscriber is given what is published since': {
        told: `0 w1 subscribes g=0\n 1 shop sends a\n 1.1 shop sent a\n rest`,
        verdict: 'broken',
        counts: { confirmed: 1, settled: 0, ended: 0, left: 0, open: 1 },
        says: 'A message was confirmed and was never given to anybody.',
        proof: ['1.1 shop sent a'],
        but: { isPerReader: true },
      },
      'and not what was published before': {
        told: '0 shop sends a\n 0.1 shop sent a\n 1 w1 subscribes g=0\n rest',
        verdict: 'not exercised',
        counts: { confirmed: 0, settled: 0, ended: 0, left: 0, open: 0 },
        says: 'Nothing was confirmed that has to be kept.',
        but: { isPerReader: true },
      },

      'what is published at the instant is owed': {
        told: '1 w1 subscribes g=0\n 1 shop sends a\n 1.1 shop sent a\n rest',
        verdict: 'broken',
        says: 'A message was confirmed and was never given to anybody.',
        counts: { confirmed: 1, settled: 0, ended: 0, left: 0, open: 1 },
        proof: ['1.1 shop sent a'],
        but: { isPerReader: true },
      },
      'who subscribes again has been there since the first time': {
        told: '0 w1 subscribes g=0\n 1 shop sends a\n 1.1 shop sent a\n 2 w1 subscribes g=0\n rest',
        verdict: 'broken',
        says: 'A message was confirmed and was never given to anybody.',
        counts: { confirmed: 1, settled: 0, ended: 0, left: 0, open: 1 },
        proof: ['1.1 shop sent a'],
        but: { isPerReader: true },
      },
    },
  );
});

describe('at-most-once and exactly-once of a broker', () => {
  const TWICE = 'A message came out more often than it was sent.';
  check(
    { guarantee: 'at-most-once', queues: [0], isPerReader: false },
    {
      'what is sent once comes once': {
        told: `${PUT} 1 w1 gets a g=0\n rest`,
        verdict: 'held',
        counts: { received: 1 },
      },
      'twice is once too often': {
        told: `${PUT} 1 w1 gets a g=0\n 2 w2 gets a g=0\n rest`,
        verdict: 'broken',
        counts: { received: 2 },
        says: TWICE,
        proof: ['1 w1 gets a g=0', '2 w2 gets a g=0'],
      },
      'who sends twice is given twice': {
        told: `${PUT} 0.2 shop sends a\n 1 w1 gets a g=0\n 2 w2 gets a g=0 m=b\n rest`,
        verdict: 'held',
        counts: { received: 2 },
      },
      'what nobody is given says nothing': {
        told: `${PUT} rest`,
        verdict: 'not exercised',
        counts: { received: 0 },
        says: 'Nothing came out.',
      },
    },
  );
  const exactly = { guarantee: 'exactly-once', ...ENDINGS, isPerReader: true };
  const SUBSCRIBED = '0 w1 subscribes g=0\n 1 shop sends a\n 1.1 shop sent a\n';
  check(exactly, {
    'a subscriber is given it': {
      told: `${SUBSCRIBED} 2 w1 gets a g=0\n rest`,
      verdict: 'held',
      counts: { confirmed: 1, settled: 1, ended: 0, left: 0, open: 0 },
    },
    'not twice': {
      told: `${SUBSCRIBED} 2 w1 gets a g=0\n 3 w1 gets a g=0\n rest`,
      verdict: 'broken',
      counts: { received: 2 },
      says: TWICE,
      proof: ['2 w1 gets a g=0', '3 w1 gets a g=0'],
    },
    'not never': {
      told: `${SUBSCRIBED} rest`,
      verdict: 'broken',
      counts: { confirmed: 1, settled: 0, ended: 0, left: 0, open: 1 },
      says: 'A message was confirmed and was never given to anybody.',
      proof: ['1.1 shop sent a'],
    },
  });
});

describe('order of a broker', () => {
  check(
    { guarantee: 'order', isJudged: [1], limits: [1], isToTail: [0] },
    {
      'messages leave in their order': {
        told: '1 w1 gets a g=0 s=0\n 2 w2 gets b g=0 s=1',
        verdict: 'held',
        counts: { compared: 1, cameBack: 0 },
      },
      'an older one does not leave later': {
        told: '1 w1 gets b g=0 s=1\n 2 w2 gets a g=0 s=0',
        verdict: 'broken',
        counts: { compared: 1, cameBack: 0 },
        says: 'A message was sent before an older one of its queue.',
        proof: ['1 w1 gets b g=0 s=1', '2 w2 gets a g=0 s=0'],
      },
      'what counts is when it left': {
        told: '1 w1 gets b g=0 s=1\n 2 w2 gets a g=0 s=0 at=0.5',
        verdict: 'held',
        counts: { compared: 1, cameBack: 0 },
      },
      'also of the later one': {
        told: '1 w1 gets a g=0 s=0\n 2 w2 gets b g=0 s=1 at=0.5',
        verdict: 'broken',
        counts: { compared: 1, cameBack: 0 },
        says: 'A message was sent before an older one of its queue.',
        proof: ['1 w1 gets a g=0 s=0', '2 w2 gets b g=0 s=1 at=0.5'],
      },
      'what comes back with its line goes first': {
        told: '1 w1 gets a g=0 s=0\n 2 w1 loses\n 3 w2 gets a g=0 s=0\n 4 w2 gets b g=0 s=1',
        verdict: 'held',
        counts: { compared: 1, cameBack: 1 },
      },
      'not behind later ones': {
        told: '1 w1 gets a g=0 s=0\n 2 w1 loses\n 3 w2 gets b g=0 s=1\n 4 w2 gets a g=0 s=0',
        verdict: 'broken',
        counts: { compared: 1, cameBack: 1 },
        says: 'A message that came back had to wait for a later one.',
        proof: ['2 w1 loses', '3 w2 gets b g=0 s=1', '4 w2 gets a g=0 s=0'],
      },
      'those before it may go first': {
        told: '1 w1 gets b g=0 s=1\n 2 w1 loses\n 3 w2 gets a g=0 s=0 x=2\n 4 w2 gets b g=0 s=1',
        verdict: 'not exercised',
        counts: { compared: 0, cameBack: 1 },
        says: 'No queue gave out two messages.',
      },
      'who refuses one and is given another has put it back before': {
        told: '1 w1 gets a g=0 s=0\n 2 w1 hides a g=0 v=0\n 3 w2 gets b g=0 s=1\n 4 w1 gets c g=0 s=2\n 5 w1 gets d g=0 s=3\n 6 w1 gets a g=0 s=0',
        verdict: 'broken',
        counts: { compared: 3, cameBack: 1 },
        says: 'A message that came back had to wait for a later one.',
        proof: ['2 w1 hides a g=0 v=0', '5 w1 gets d g=0 s=3', '6 w1 gets a g=0 s=0'],
      },
      'where what is refused goes behind all others it has lost its place': {
        told: '1 w1 gets a g=0 s=0\n 2 w1 hides a g=0 v=0\n 4 w1 gets c g=0 s=2\n 5 w1 gets d g=0 s=3\n 6 w1 gets a g=0 s=0',
        verdict: 'held',
        counts: { compared: 2, cameBack: 0 },
        but: { isToTail: [1] },
      },
      'unless somebody else has had it since': {
        told: '1 w1 gets a g=0 s=0\n 2 w1 hides a g=0 v=0\n 3 w2 gets a g=0 s=0\n 4 w1 gets b g=0 s=1\n 5 w1 gets c g=0 s=2\n 6 w1 gets a g=0 s=0',
        verdict: 'held',
        counts: { compared: 2, cameBack: 0 },
      },

      'one instant says nothing of an order': {
        told: '1 w1 gets b g=0 s=1\n 1 w2 gets a g=0 s=0',
        verdict: 'held',
        counts: { compared: 1, cameBack: 0 },
      },
      'each is compared with the youngest that has left': {
        told: '1 w1 gets c g=0 s=2\n 2 w2 gets a g=0 s=0 at=0.2\n 3 w2 gets b g=0 s=1 at=2.5',
        verdict: 'broken',
        says: 'A message was sent before an older one of its queue.',
        counts: { compared: 2, cameBack: 0 },
        proof: ['1 w1 gets c g=0 s=2', '3 w2 gets b g=0 s=1 at=2.5'],
      },
      'another queue is not judged': {
        told: '1 w1 gets b g=1 s=1\n 2 w2 gets a g=1 s=0',
        verdict: 'not exercised',
        says: 'No queue gave out two messages.',
        counts: { compared: 0, cameBack: 0 },
      },
      'what was acknowledged does not come back with its line': {
        told: '1 w1 gets a g=0 s=0\n 2 w1 deletes a g=0\n 3 w1 loses\n 4 w2 gets b g=0 s=1\n 5 w2 gets a g=0 s=0 x=2',
        verdict: 'held',
        counts: { compared: 1, cameBack: 0 },
      },
      'what went at the instant of the loss was on its way': {
        told: '1 w1 gets a g=0 s=0\n 2 w1 loses\n 2 w2 gets b g=0 s=1\n 4 w2 gets a g=0 s=0',
        verdict: 'held',
        counts: { compared: 1, cameBack: 1 },
      },
      'and at the instant at which it goes': {
        told: '1 w1 gets a g=0 s=0\n 2 w1 loses\n 4 w2 gets b g=0 s=1\n 4 w2 gets a g=0 s=0',
        verdict: 'held',
        counts: { compared: 1, cameBack: 1 },
      },
      'who has several in hand may be given more before the broker knows of a refusal': {
        told: '1 w1 gets a g=0 s=0\n 2 w1 hides a g=0 v=0\n 4 w1 gets c g=0 s=2\n 5 w1 gets d g=0 s=3\n 6 w1 gets a g=0 s=0',
        verdict: 'held',
        counts: { compared: 2, cameBack: 0 },
        but: { limits: [2] },
      },
      'a broker that dies may forget what it has sent, and nobody has seen': {
        told: '1 w1 gets b g=0 s=1\n 2 w2 loses\n 3 w1 gets a g=0 s=0\n 4 w1 gets c g=0 s=2',
        verdict: 'held',
        counts: { compared: 2, cameBack: 0 },
        but: { forgets: true },
      },
      'but not where no line was lost since': {
        told: '1 w2 loses\n 2 w1 gets b g=0 s=1\n 3 w1 gets a g=0 s=0',
        verdict: 'broken',
        says: 'A message was sent before an older one of its queue.',
        counts: { compared: 1, cameBack: 0 },
        proof: ['2 w1 gets b g=0 s=1', '3 w1 gets a g=0 s=0'],
        but: { forgets: true },
      },
      'and one that remembers does not': {
        told: '1 w1 gets b g=0 s=1\n 2 w2 loses\n 3 w1 gets a g=0 s=0',
        verdict: 'broken',
        says: 'A message was sent before an older one of its queue.',
        counts: { compared: 1, cameBack: 0 },
        proof: ['1 w1 gets b g=0 s=1', '3 w1 gets a g=0 s=0'],
      },
      'a line takes back nothing that another has': {
        told: '1 w1 gets a g=0 s=0\n 2 w1 hides a g=0 v=0\n 3 w2 gets a g=0 s=0 x=2\n 4 w1 loses\n 5 w2 gets b g=0 s=1\n 6 w2 gets a g=0 s=0 x=3',
        verdict: 'held',
        counts: { compared: 1, cameBack: 0 },
        but: { limits: [2] },
      },
    },
  );
});

describe('prefetch of a broker', () => {
  check(
    { guarantee: 'prefetch', limits: [2, -1], cumulative: [0, 0] },
    {
      'two in hand are two': {
        told: '1 w1 gets a g=0\n 2 w1 gets b g=0\n 3 w2 gets c g=0',
        verdict: 'held',
        counts: { received: 3, most: 2 },
      },
      'three are too many': {
        told: '1 w1 gets a g=0\n 2 w1 gets b g=0\n 3 w1 gets c g=0',
        verdict: 'broken',
        counts: { received: 3, most: 3 },
        says: 'A consumer had more in hand than its prefetch.',
        proof: ['1 w1 gets a g=0', '2 w1 gets b g=0', '3 w1 gets c g=0'],
      },
      'what is acknowledged, refused or lost is in nobody’s hands': {
        told: '1 w1 gets a g=0\n 2 w1 gets b g=0\n 3 w1 deletes a g=0\n 4 w1 gets c g=0\n 5 w1 hides b g=0 v=0\n 6 w1 gets d g=0\n 7 w1 loses\n 8 w1 gets a g=0\n 9 w1 gets c g=0',
        verdict: 'held',
        counts: { received: 6, most: 2 },
      },
      'an acknowledgement of all before it is for those too': {
        told: '1 w1 gets a g=0\n 2 w1 gets b g=0\n 3 w1 deletes b g=0\n 4 w1 gets c g=0\n 5 w1 gets d g=0',
        verdict: 'held',
        counts: { received: 4, most: 2 },
        but: { cumulative: [1, 0] },
      },
      'a queue without prefetch says nothing': {
        told: '1 w1 gets a g=1',
        verdict: 'not exercised',
        counts: { received: 0, most: 0 },
        says: 'Nobody with a prefetch was given anything.',
      },
    },
  );
});

describe('redelivered, and the delivery limit, of a broker', () => {
  check(
    { guarantee: 'redelivered' },
    {
      'what comes again is flagged': {
        told: '1 w1 gets a g=0\n 2 w2 gets a g=0 x=2',
        verdict: 'held',
        counts: { again: 1 },
      },
      'or is as new': {
        told: '1 w1 gets a g=0\n 2 w2 gets a g=0 x=1',
        verdict: 'broken',
        counts: { again: 1 },
        says: 'A message came again as if it were new.',
        proof: ['1 w1 gets a g=0', '2 w2 gets a g=0 x=1'],
      },
      'what comes once says nothing': {
        told: '1 w1 gets a g=0',
        verdict: 'not exercised',
        counts: { again: 0 },
        says: 'Nothing came twice.',
      },
    },
  );
  const OFTEN = 'A message was delivered more often than its limit says.';
  const EARLY = 'A message was given up before its deliveries were used up.';
  const limit = { guarantee: 'delivery-limit', limits: [1], isClients: [0], deadLetters: [1] };
  check(limit, {
    'one more than the limit': {
      told: '1 w1 gets a g=0\n 2 w1 gets a g=0\n 3 nobody finds a g=1 m=b',
      verdict: 'held',
      counts: { received: 2, most: 2 },
    },
    'two more are too many': {
      told: '1 w1 gets a g=0\n 2 w1 gets a g=0\n 3 w1 gets a g=0',
      verdict: 'broken',
      counts: { received: 3, most: 3 },
      says: OFTEN,
      proof: ['1 w1 gets a g=0', '3 w1 gets a g=0'],
    },

    'the broker’s own count says so, too': {
      told: '1 w1 gets a g=0 x=3',
      verdict: 'broken',
      says: OFTEN,
      counts: { received: 1, most: 3 },
      proof: ['1 w1 gets a g=0 x=3'],
    },
    'or that of who was given it, whatever the broker says': {
      told: '1 w1 gets a g=0 x=1\n 2 w1 gets a g=0 x=1\n 3 w2 gets a g=0 x=1',
      verdict: 'broken',
      says: OFTEN,
      counts: { received: 3, most: 3 },
      proof: ['1 w1 gets a g=0 x=1', '3 w2 gets a g=0 x=1'],
    },
    'a queue without a limit says nothing': {
      told: '1 w1 gets a g=2 x=9',
      verdict: 'not exercised',
      says: 'Nothing came twice.',
      counts: { received: 0, most: 0 },
    },

    'none more is too few': {
      told: '1 w1 gets a g=0\n 3 nobody finds a g=1 m=b',
      verdict: 'broken',
      counts: { received: 1, most: 1 },
      says: EARLY,
      proof: ['1 w1 gets a g=0', '3 nobody finds a g=1 m=b'],
    },
    'unless a delivery was lost on its way': {
      told: '1 w1 gets a g=0\n 2 w1 loses\n 3 nobody finds a g=1 m=b',
      verdict: 'not exercised',
      counts: { received: 1, most: 1 },
      says: 'Nothing came twice.',
    },
  });
  check(
    { ...limit, isClients: [1] },
    {
      'a client gives up what fails for the last time': {
        told: '1 w1 gets a g=0 x=2\n 2 w1 hides a g=0 v=0\n 3 w1 gets a g=0 x=3',
        verdict: 'broken',
        counts: { received: 2, most: 3 },
        says: OFTEN,
        proof: ['2 w1 hides a g=0 v=0', '3 w1 gets a g=0 x=3'],
      },
      'on another line it does not know of it': {
        told: '1 w1 gets a g=0 x=2\n 2 w1 hides a g=0 v=0\n 3 w1 loses\n 4 w1 gets a g=0 x=3',
        verdict: 'held',
        counts: { received: 2, most: 3 },
      },

      'what may come again comes again': {
        told: '1 w1 gets a g=0 x=1\n 2 w1 hides a g=0 v=0\n 3 w1 gets a g=0 x=2',
        verdict: 'held',
        counts: { received: 2, most: 2 },
      },
      'it counts what was lost, too': {
        told: '1 w1 gets a g=0\n 2 w1 loses\n 3 nobody finds a g=1 m=b',
        verdict: 'broken',
        says: EARLY,
        counts: { received: 1, most: 1 },
        proof: ['1 w1 gets a g=0', '3 nobody finds a g=1 m=b'],
      },
    },
  );
});
