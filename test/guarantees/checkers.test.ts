import { describe, expect, test } from 'vitest';
import {
  judgeHistory,
  type Promised,
  type Promises,
  type ResourcePromises,
  type Verdict,
} from '../../src/guarantees/index.ts';
import { disturbed, ELSEWHERE, OF_NOBODY } from './disturbed.ts';
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
  /** The whole sentence; default: none. */
  readonly says?: string;
  readonly counts: Readonly<Record<string, number>>;
  /** Lines that the evidence names. */
  readonly proof?: readonly string[];
  readonly queues?: readonly string[];
}

/** What must not make a difference to a promise, and the promises under which it is told. */
function disturbances(promises: Promises): readonly (readonly [readonly string[], Promises])[] {
  const { resource, scope, promises: of } = promises[0] as ResourcePromises;
  const guarantee = of[0]?.guarantee;
  const watching = promises.map((of) => ({ ...of, watch: [...(of.watch ?? []), 'aside'] }));
  return [
    // These count records and calls, whatever they are about.
    ...(guarantee === 'monotone-time' || guarantee === 'rate'
      ? []
      : [
          [OF_NOBODY, promises] as const,
          [OF_NOBODY.map((what) => `${what} on=${resource} g=1 s=1`), promises] as const,
        ]),
    // These are about all that a client or the run does, or about all that feeds a consumer.
    ...(scope !== undefined || guarantee === 'exactly-once' ? [] : [[ELSEWHERE, watching] as const]),
  ];
}

function check(cases: Readonly<Record<string, Case>>): void {
  test.each(Object.entries(cases))('%s', (_, { promises, told, verdict, says, counts, proof, queues }) => {
    const { history, lines } = story(told, 'orders', queues);
    const [finding] = judgeHistory(history, promises).findings;
    expect(finding).toMatchObject({ verdict, sentence: says ?? '' });
    expect(finding?.counts).toEqual(counts);
    expect(lines(finding?.evidence ?? [])).toEqual(proof ?? []);
    if (verdict !== 'held') expect(finding?.sentence).toMatch(/\.$/);
  });

  test.each(Object.entries(cases))('%s; what is of nobody, or elsewhere, changes nothing', (_, one) => {
    for (const [more, promises] of disturbances(one.promises)) {
      const { history, lines } = story(disturbed(one.told, more), 'orders', one.queues);
      const [finding] = judgeHistory(history, promises).findings;
      expect(finding).toMatchObject({ verdict: one.verdict, counts: one.counts });
      expect(lines(finding?.evidence ?? [])).toEqual(one.proof ?? []);
    }
  });
}

describe('monotone time', () => {
  const promises: Promises = [{ resource: '*', kind: 'run', scope: 'all', promises: [{ guarantee: 'monotone-time' }] }];
  check({
    'holds while no clock goes back': {
      promises,
      told: '0 shop sends a\n0 shop sent a',
      verdict: 'held',
      counts: { records: 2 },
    },
    'is broken by a record of an earlier instant': {
      promises,
      told: '1 shop sends a\n0.5 shop sent a',
      verdict: 'broken',
      says: 'Record 1 is of an earlier instant than the record before it.',
      counts: { records: 2 },
      proof: ['1 shop sends a', '0.5 shop sent a'],
    },
    'is broken by an answer that was given after it came': {
      promises,
      told: '1 shop sends a\n2 shop sent a at=3',
      verdict: 'broken',
      says: 'Record 1 tells of an answer that was given only after it had arrived.',
      counts: { records: 2 },
      proof: ['2 shop sent a at=3'],
    },
    'says nothing of an empty history': {
      promises,
      told: '',
      verdict: 'not exercised',
      says: 'Nothing happened.',
      counts: { records: 0 },
    },
  });
});

describe('conservation', () => {
  const calls: Promises = [
    { resource: 'shop', kind: 'traffic', scope: 'client', promises: [{ guarantee: 'conservation' }] },
  ];
  const messages = queue({ guarantee: 'conservation' });
  check({
    'holds where each answer has its call': {
      promises: calls,
      told: '0 shop sends a\n1 shop sent a',
      verdict: 'held',
      counts: { calls: 1, ok: 1, failed: 0, unknown: 0, waiting: 0 },
    },
    'holds for a call that waits': {
      promises: calls,
      told: '0 shop asks a',
      verdict: 'held',
      counts: { calls: 1, ok: 0, failed: 0, unknown: 0, waiting: 1 },
    },
    'is broken by an answer to nobody': {
      promises: calls,
      told: '0 shop sends a\n1 shop sent a\n2 shop refused a',
      verdict: 'broken',
      says: 'Record 2 is an answer to a call that was never made, or was answered.',
      counts: { calls: 1, ok: 1, failed: 1, unknown: 0, waiting: -1 },
      proof: ['1 shop sent a', '2 shop refused a'],
    },
    'tells answers apart': {
      promises: calls,
      told: '0 shop sends a\n1 shop refused a\n2 shop sends a\n3 shop unsure a\n4 shop sends a\n5 shop sent a\n6 shop sends a',
      verdict: 'held',
      counts: { calls: 4, ok: 1, failed: 1, unknown: 1, waiting: 1 },
    },
    'knows publishes for calls': {
      promises: calls,
      told: '0 shop publishes a\n1 shop published a\n2 shop publishes b\n3 shop unpublished b',
      verdict: 'held',
      counts: { calls: 2, ok: 1, failed: 1, unknown: 0, waiting: 0 },
    },
    'is broken by an answer to a publish that never was': {
      promises: calls,
      told: '0 shop sends a\n0 shop sent a\n1 shop published b',
      verdict: 'broken',
      says: 'Record 2 is an answer to a call that was never made, or was answered.',
      counts: { calls: 1, ok: 2, failed: 0, unknown: 0, waiting: -1 },
      proof: ['1 shop published b'],
    },
    'knows no other calls of a client: what it handles is not its traffic': {
      promises: calls,
      told: '0 shop gets a\n0 shop begins a\n1 shop does a\n1 shop deletes a\n2 shop deleted a\n2 shop delivers a',
      verdict: 'not exercised',
      says: 'Nobody called.',
      counts: { calls: 0, ok: 0, failed: 0, unknown: 0, waiting: 0 },
    },
    'is about a client, not a resource of that name': {
      promises: [{ resource: 'orders', kind: 'traffic', scope: 'client', promises: [{ guarantee: 'conservation' }] }],
      told: '0 shop sends a\n1 shop sent a',
      verdict: 'not exercised',
      says: 'Nobody called.',
      counts: { calls: 0, ok: 0, failed: 0, unknown: 0, waiting: 0 },
    },
    'is about one client alone': {
      promises: calls,
      told: '0 other sent a',
      verdict: 'not exercised',
      says: 'Nobody called.',
      counts: { calls: 0, ok: 0, failed: 0, unknown: 0, waiting: 0 },
    },
    'holds for messages whose send was never answered': {
      promises: messages,
      told: '0 shop sends a\n1 w1 gets a',
      verdict: 'held',
      counts: { received: 1 },
    },
    'is broken by a message that nobody sent': {
      promises: messages,
      told: '0 shop sends a\n1 w1 gets b',
      verdict: 'broken',
      says: 'Record 1 tells of a message that nobody sent.',
      counts: { received: 1 },
      proof: ['1 w1 gets b'],
    },
    'is broken by a message that is left, and nobody sent': {
      promises: messages,
      told: '0 op finds b',
      verdict: 'broken',
      says: 'Record 0 tells of a message that nobody sent.',
      counts: { received: 1 },
      proof: ['0 op finds b'],
    },
    'holds for what was sent to a queue that feeds it': {
      promises: messages.map((of) => ({ ...of, watch: ['aside'] })),
      told: '0 shop sends a on=aside\n1 w1 gets a',
      verdict: 'held',
      counts: { received: 1 },
    },
    'is broken by what was only worked on elsewhere': {
      promises: messages.map((of) => ({ ...of, watch: ['aside'] })),
      told: '0 w2 deletes a on=aside\n0 w2 does a on=aside\n1 w1 gets a',
      verdict: 'broken',
      says: 'Record 2 tells of a message that nobody sent.',
      counts: { received: 1 },
      proof: ['1 w1 gets a'],
    },
    'is not exercised by what is only owed': {
      promises: messages,
      told: '0 t owes a',
      verdict: 'not exercised',
      says: 'Nothing came out.',
      counts: { received: 0 },
    },
    'is not exercised where nothing comes out': {
      promises: messages,
      told: '0 shop sends a',
      verdict: 'not exercised',
      says: 'Nothing came out.',
      counts: { received: 0 },
    },
  });
});

describe('at least once', () => {
  const promises = queue({ guarantee: 'at-least-once', restUs: 60 * S, read: true }, { watch: ['dlq'] });
  const sent = '0 shop sends a\n0 shop sent a\n';
  check({
    'holds once all have come out, whatever the end': {
      promises,
      told: `${sent}1 w1 gets a`,
      verdict: 'held',
      counts: { acknowledged: 1, expired: 0, left: 0, open: 0 },
    },
    'is broken by a message that never comes out': {
      promises,
      told: `${sent}rest`,
      verdict: 'broken',
      says: 'A message was acknowledged and was never given to anybody.',
      counts: { acknowledged: 1, expired: 0, left: 0, open: 1 },
      proof: ['0 shop sent a'],
    },
    'is broken by a message that is there and never comes out': {
      promises,
      told: `${sent}500 op finds a\nrest`,
      verdict: 'broken',
      says: 'A message was acknowledged and was never given to anybody, though it is there and there is time.',
      counts: { acknowledged: 1, expired: 0, left: 0, open: 1 },
      proof: ['0 shop sent a'],
    },
    'holds for what a dead-letter queue has': {
      promises,
      told: `${sent}1 op finds a on=dlq x=2\nrest`,
      verdict: 'held',
      counts: { acknowledged: 1, expired: 0, left: 0, open: 0 },
    },
    'holds for what is left, where nobody reads the queue': {
      promises: queue({ guarantee: 'at-least-once', restUs: 60 * S }),
      told: `${sent}500 op finds a\nrest`,
      verdict: 'held',
      counts: { acknowledged: 1, expired: 0, left: 1, open: 0 },
    },
    'holds though a delete failed': {
      promises,
      told: `${sent}1 w1 gets a\n2 w1 deletes a\n2 w1 undeleted a\nrest`,
      verdict: 'held',
      counts: { acknowledged: 1, expired: 0, left: 0, open: 0 },
    },
    'names the first of several': {
      promises,
      told: `${sent}1 shop sends b\n1 shop sent b\nrest`,
      verdict: 'broken',
      says: 'A message was acknowledged and was never given to anybody (the first of 2).',
      counts: { acknowledged: 2, expired: 0, left: 0, open: 2 },
      proof: ['0 shop sent a'],
    },
    'holds for what was sent at the instant of a purge': {
      promises,
      told: '1 shop sends a\n1 shop sent a\n1 op purges\nrest',
      verdict: 'held',
      counts: { acknowledged: 1, expired: 1, left: 0, open: 0 },
    },
    'is broken by what was sent after a purge': {
      promises,
      told: '0 op purges\n1 shop sends a\n1 shop sent a\nrest',
      verdict: 'broken',
      says: 'A message was acknowledged and was never given to anybody.',
      counts: { acknowledged: 1, expired: 0, left: 0, open: 1 },
      proof: ['1 shop sent a'],
    },
    'holds for what was purged': {
      promises,
      told: `${sent}1 op purges\nrest`,
      verdict: 'held',
      counts: { acknowledged: 1, expired: 1, left: 0, open: 0 },
    },
    'holds for what is past its retention': {
      promises,
      told: `${sent}3600 w1 begins b\nrest`,
      verdict: 'held',
      counts: { acknowledged: 1, expired: 1, left: 0, open: 0 },
    },
    'a second before that it is broken': {
      promises,
      told: `${sent}3599 w1 begins b\nrest`,
      verdict: 'broken',
      says: 'A message was acknowledged and was never given to anybody.',
      counts: { acknowledged: 1, expired: 0, left: 0, open: 1 },
      proof: ['0 shop sent a'],
    },
    'promises nothing for a send that may have failed': {
      promises,
      told: '0 shop sends a\n0 shop unsure a\nrest',
      verdict: 'not exercised',
      says: 'Nothing was acknowledged.',
      counts: { acknowledged: 0, expired: 0, left: 0, open: 0 },
    },
    'is unknown without an end': {
      promises,
      told: sent,
      verdict: 'unknown',
      says: 'The history has no end.',
      counts: { acknowledged: 1, expired: 0, left: 0, open: 1 },
    },
    'is broken where nothing went on for long enough': {
      promises,
      told: `${sent}healed\n60 op finds b on=dlq\nread\nend`,
      verdict: 'broken',
      says: 'A message was acknowledged and was never given to anybody.',
      counts: { acknowledged: 1, expired: 0, left: 0, open: 1 },
      proof: ['0 shop sent a'],
    },
    'is unknown where something went on a second later': {
      promises,
      told: `${sent}healed\n59 op finds b on=dlq\nread\nend`,
      verdict: 'unknown',
      says: 'The run ended before the system came to rest.',
      counts: { acknowledged: 1, expired: 0, left: 0, open: 1 },
    },
    'is broken after a fault that is over': {
      promises,
      told: `${sent}fault\nover\nrest`,
      verdict: 'broken',
      says: 'A message was acknowledged and was never given to anybody.',
      counts: { acknowledged: 1, expired: 0, left: 0, open: 1 },
      proof: ['0 shop sent a'],
    },
    'is unknown before all faults are over': {
      promises,
      told: `${sent}quiesced\nread\nend`,
      verdict: 'unknown',
      says: 'The run ended before its faults were over.',
      counts: { acknowledged: 1, expired: 0, left: 0, open: 1 },
    },
    'is unknown without an end, whatever was marked': {
      promises,
      told: `${sent}healed\nquiesced\nread`,
      verdict: 'unknown',
      says: 'The history has no end.',
      counts: { acknowledged: 1, expired: 0, left: 0, open: 1 },
    },
    'is unknown where something went on not long before the end': {
      promises,
      told: `${sent}40 w1 begins b\nhealed\n70 op finds b on=dlq\nread\nend`,
      verdict: 'unknown',
      says: 'The run ended before the system came to rest.',
      counts: { acknowledged: 1, expired: 0, left: 0, open: 1 },
    },
    'is unknown while a fault lasts': {
      promises,
      told: `${sent}fault\nrest`,
      verdict: 'unknown',
      says: 'The run ended before its faults were over.',
      counts: { acknowledged: 1, expired: 0, left: 0, open: 1 },
    },
    'is unknown before the system comes to rest': {
      promises,
      told: `${sent}healed\nend`,
      verdict: 'unknown',
      says: 'The run ended before the system came to rest.',
      counts: { acknowledged: 1, expired: 0, left: 0, open: 1 },
    },
    'is unknown without a final read': {
      promises,
      told: `${sent}healed\nquiesced\nend`,
      verdict: 'unknown',
      says: 'There was no final read.',
      counts: { acknowledged: 1, expired: 0, left: 0, open: 1 },
    },
  });
});

describe('no loss', () => {
  const promises = queue({ guarantee: 'no-loss', restUs: 60 * S }, { watch: ['dlq'] });
  const sent = '0 shop sends a\n0 shop sent a\n1 w1 gets a\n';
  check({
    'holds for what was deleted': {
      promises,
      told: `${sent}2 w1 deletes a\n2 w1 deleted a\nrest`,
      verdict: 'held',
      counts: { acknowledged: 1, expired: 0, left: 0, open: 0 },
    },
    'holds for what may have been deleted': {
      promises,
      told: `${sent}2 w1 deletes a\nrest`,
      verdict: 'held',
      counts: { acknowledged: 1, expired: 0, left: 0, open: 0 },
    },
    'holds for what is left': {
      promises,
      told: `${sent}90 op finds a\nrest`,
      verdict: 'held',
      counts: { acknowledged: 1, expired: 0, left: 1, open: 0 },
    },
    'is broken by a message that is gone though nobody deleted it': {
      promises,
      told: `${sent}rest`,
      verdict: 'broken',
      says: 'A message was acknowledged and is gone, and nobody deleted it.',
      counts: { acknowledged: 1, expired: 0, left: 0, open: 1 },
      proof: ['0 shop sent a', '1 w1 gets a'],
    },
    'is broken though a delete was tried, for it failed': {
      promises,
      told: `${sent}2 w1 deletes a\n2 w1 undeleted a\nrest`,
      verdict: 'broken',
      says: 'A message was acknowledged and is gone, and nobody deleted it.',
      counts: { acknowledged: 1, expired: 0, left: 0, open: 1 },
      proof: ['0 shop sent a', '1 w1 gets a'],
    },
    'a delete of another that failed takes nothing back': {
      promises,
      told: `${sent}31 w2 gets a\n32 w1 deletes a\n32 w2 deletes a\n33 w2 deleted a\n34 w1 undeleted a\nrest`,
      verdict: 'held',
      counts: { acknowledged: 1, expired: 0, left: 0, open: 0 },
    },
    'holds for what a dead-letter queue has given out': {
      promises,
      told: `${sent}9 op gets a on=dlq\nrest`,
      verdict: 'held',
      counts: { acknowledged: 1, expired: 0, left: 0, open: 0 },
    },
    'holds for what may have expired where it was moved to': {
      promises: queue({ guarantee: 'no-loss', restUs: 60 * S, movedRetentionUs: 100 * S }),
      told: `${sent}100 w1 begins b\nrest`,
      verdict: 'held',
      counts: { acknowledged: 1, expired: 1, left: 0, open: 0 },
    },
    'a moment before that it is broken': {
      promises: queue({ guarantee: 'no-loss', restUs: 60 * S, movedRetentionUs: 100 * S }),
      told: `${sent}99.9 w1 begins b\nrest`,
      verdict: 'broken',
      says: 'A message was acknowledged and is gone, and nobody deleted it.',
      counts: { acknowledged: 1, expired: 0, left: 0, open: 1 },
      proof: ['0 shop sent a', '1 w1 gets a'],
    },
    'is broken though somebody wanted to delete it elsewhere': {
      promises,
      told: `${sent}2 op deletes a on=dlq\nrest`,
      verdict: 'broken',
      says: 'A message was acknowledged and is gone, and nobody deleted it.',
      counts: { acknowledged: 1, expired: 0, left: 0, open: 1 },
      proof: ['0 shop sent a', '1 w1 gets a'],
    },
    'holds for what a dead-letter queue still has': {
      promises,
      told: `${sent}9 op finds a on=dlq\nrest`,
      verdict: 'held',
      counts: { acknowledged: 1, expired: 0, left: 0, open: 0 },
    },
    'is broken though a queue that is not watched has one': {
      promises,
      told: `${sent}9 op finds a on=else\nrest`,
      verdict: 'broken',
      says: 'A message was acknowledged and is gone, and nobody deleted it.',
      counts: { acknowledged: 1, expired: 0, left: 0, open: 1 },
      proof: ['0 shop sent a', '1 w1 gets a'],
    },
    'is unknown without an end': {
      promises,
      told: sent,
      verdict: 'unknown',
      says: 'The history has no end.',
      counts: { acknowledged: 1, expired: 0, left: 0, open: 1 },
    },
    'is not exercised where nothing was acknowledged': {
      promises,
      told: '0 shop sends a\nrest',
      verdict: 'not exercised',
      says: 'Nothing was acknowledged.',
      counts: { acknowledged: 0, expired: 0, left: 0, open: 0 },
    },
  });
});

describe('at most once', () => {
  const once = queue({ guarantee: 'at-most-once' });
  const effects = consumer({ guarantee: 'at-most-once' });
  check({
    'holds for one receive each': {
      promises: once,
      told: '0 w1 gets a\n1 w1 gets b',
      verdict: 'held',
      counts: { times: 2, again: 0 },
    },
    'is broken by a second receive': {
      promises: once,
      told: '0 w1 gets a\n40 w2 gets a',
      verdict: 'broken',
      says: 'A request was given out twice.',
      counts: { times: 2, again: 1 },
      proof: ['0 w1 gets a', '40 w2 gets a'],
    },
    'is not exercised where nothing comes': {
      promises: once,
      told: '0 shop sends a',
      verdict: 'not exercised',
      says: 'Nothing came out.',
      counts: { times: 0, again: 0 },
    },
    'is about a queue, not a client of that name': {
      promises: once,
      told: '0 orders gets a on=else\n1 orders gets a on=else',
      verdict: 'not exercised',
      says: 'Nothing came out.',
      counts: { times: 0, again: 0 },
    },
    'of a consumer is about effects: one that failed has none': {
      promises: effects,
      told: '0 w1 begins a on=workers\n1 w1 fails a on=workers\n2 w1 begins a on=workers\n3 w1 does a on=workers',
      verdict: 'held',
      counts: { times: 1, again: 0 },
    },
    'of a consumer is broken by a second effect': {
      promises: effects,
      told: '1 w1 does a on=workers\n2 w2 does b on=workers\n3 w2 does a on=workers m=c',
      verdict: 'broken',
      says: 'A request had its effect twice.',
      counts: { times: 3, again: 1 },
      proof: ['1 w1 does a on=workers', '3 w2 does a on=workers m=c'],
    },
  });
});

describe('exactly once', () => {
  const promises = consumer({ guarantee: 'exactly-once', restUs: 60 * S });
  const sent = '0 shop sends a\n0 shop sent a\n';
  check({
    'holds where each has one effect': {
      promises,
      told: `${sent}1 w1 does a on=workers`,
      verdict: 'held',
      counts: { entities: 1, effects: 1, without: 0 },
    },
    'is broken by two': {
      promises,
      told: `${sent}1 w1 does a on=workers\n2 w2 does a on=workers`,
      verdict: 'broken',
      says: 'A request had its effect twice.',
      counts: { entities: 1, effects: 2, without: 0 },
      proof: ['1 w1 does a on=workers', '2 w2 does a on=workers'],
    },
    'is broken by none': {
      promises,
      told: `${sent}rest`,
      verdict: 'broken',
      says: 'A request was taken in and never had its effect.',
      counts: { entities: 1, effects: 0, without: 1 },
      proof: ['0 shop sent a'],
    },
    'is broken by none where a topic has delivered it': {
      promises,
      told: '0 t delivers a\nrest',
      verdict: 'broken',
      says: 'A request was taken in and never had its effect.',
      counts: { entities: 1, effects: 0, without: 1 },
      proof: ['0 t delivers a'],
    },
    'owes nothing for what was only begun, or received': {
      promises,
      told: '0 shop sends a\n1 w1 gets a\n1 w1 begins a on=workers\n2 w1 fails a on=workers\nrest',
      verdict: 'not exercised',
      says: 'There was nothing to do.',
      counts: { entities: 0, effects: 0, without: 0 },
    },
    'is unknown where the end is not known': {
      promises,
      told: sent,
      verdict: 'unknown',
      says: 'The history has no end.',
      counts: { entities: 1, effects: 0, without: 1 },
    },
    'is broken by none, where nothing went on for long enough': {
      promises,
      told: `${sent}healed\n60 op finds a\nread\nend`,
      verdict: 'broken',
      says: 'A request was taken in and never had its effect.',
      counts: { entities: 1, effects: 0, without: 1 },
      proof: ['0 shop sent a'],
    },
    'is about what was acknowledged: an effect of others is no promise': {
      promises,
      told: '0 w9 does a\nrest',
      verdict: 'held',
      counts: { entities: 1, effects: 0, without: 0 },
    },
    'is about the first acknowledgement': {
      promises,
      told: '0 s sent a\n1 s sent a\nrest',
      verdict: 'broken',
      says: 'A request was taken in and never had its effect.',
      counts: { entities: 1, effects: 0, without: 1 },
      proof: ['0 s sent a'],
    },
    'a message that the consumer itself sends is no effect': {
      promises,
      told: '0 s sent a\n1 w1 sent a on=workers\nrest',
      verdict: 'broken',
      says: 'A request was taken in and never had its effect.',
      counts: { entities: 1, effects: 0, without: 1 },
      proof: ['0 s sent a'],
    },
    'is broken by two, from the first record on': {
      promises,
      told: '0 w1 does a on=workers\n1 w2 does a on=workers',
      verdict: 'broken',
      says: 'A request had its effect twice.',
      counts: { entities: 1, effects: 2, without: 0 },
      proof: ['0 w1 does a on=workers', '1 w2 does a on=workers'],
    },
    'holds where the acknowledgement came after the work': {
      promises,
      told: '0 w1 does a on=workers\n1 s sent a\nrest',
      verdict: 'held',
      counts: { entities: 1, effects: 1, without: 0 },
    },
    'is not exercised without work': {
      promises,
      told: 'rest',
      verdict: 'not exercised',
      says: 'There was nothing to do.',
      counts: { entities: 0, effects: 0, without: 0 },
    },
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
      counts: { compared: 1, overtaken: 0 },
    },
    'is broken by a message that comes after a later one of its group': {
      promises,
      told: '0 w1 gets c g=2 s=0\n0 w1 gets b g=1 s=2\n1 w2 gets a g=1 s=1',
      verdict: 'broken',
      says: 'A message was given out before an older one of its group.',
      counts: { compared: 1, overtaken: 1 },
      proof: ['0 w1 gets b g=1 s=2', '1 w2 gets a g=1 s=1'],
    },
    'a redelivery is no first delivery': {
      promises,
      told: '0 w1 gets a g=1 s=1\n40 w1 gets b g=1 s=2\n80 w1 gets a g=1 s=1',
      verdict: 'held',
      counts: { compared: 1, overtaken: 0 },
    },
    'is about when the queue gave them, not when the answers came': {
      promises,
      told: '1 w1 gets b g=1 s=2 at=1\n1.1 w2 gets a g=1 s=1 at=0.5',
      verdict: 'held',
      counts: { compared: 1, overtaken: 0 },
    },
    'is broken though the answers came in order': {
      promises,
      told: '1 w1 gets a g=1 s=1 at=1\n1.1 w2 gets b g=1 s=2 at=0.5',
      verdict: 'broken',
      says: 'A message was given out before an older one of its group.',
      counts: { compared: 1, overtaken: 1 },
      proof: ['1 w1 gets a g=1 s=1 at=1', '1.1 w2 gets b g=1 s=2 at=0.5'],
    },
    'is broken by what comes after the latest of several, not after the first': {
      promises,
      told: '0 w1 gets a g=1 s=1\n1 w1 gets c g=1 s=3\n2 w1 gets b g=1 s=2',
      verdict: 'broken',
      says: 'A message was given out before an older one of its group.',
      counts: { compared: 2, overtaken: 1 },
      proof: ['1 w1 gets c g=1 s=3', '2 w1 gets b g=1 s=2'],
    },
    'is broken by what was told late and was given before the last of several': {
      promises,
      told: '1 w1 gets a g=1 s=1 at=1\n5 w1 gets b g=1 s=2 at=5\n6 w2 gets c g=1 s=3 at=3',
      verdict: 'broken',
      says: 'A message was given out before an older one of its group.',
      counts: { compared: 2, overtaken: 1 },
      proof: ['5 w1 gets b g=1 s=2 at=5', '6 w2 gets c g=1 s=3 at=3'],
    },
    'in one answer goes by the order within it': {
      promises,
      told: '1 w1 gets b g=1 s=2 call=7\n1 w1 gets a g=1 s=1 call=7',
      verdict: 'broken',
      says: 'A message was given out before an older one of its group.',
      counts: { compared: 1, overtaken: 1 },
      proof: ['1 w1 gets b g=1 s=2 call=7', '1 w1 gets a g=1 s=1 call=7'],
    },
    'without sequence numbers goes by the sends': {
      promises,
      told: '0 s sends a\n0 s sent a\n1 s sends b\n1 s sent b\n2 w1 gets b\n3 w1 gets a',
      verdict: 'broken',
      says: 'A message was given out before an older one of its group.',
      counts: { compared: 1, overtaken: 1 },
      proof: ['0 s sent a', '1 s sent b', '2 w1 gets b', '3 w1 gets a'],
    },
    'is not broken where either send may have been first': {
      promises,
      told: '0 s sends a call=1\n0 s sends b call=2\n1 s sent a call=1 at=unsaid\n1 s sent b call=2 at=unsaid\n2 w1 gets b\n3 w1 gets a',
      verdict: 'held',
      counts: { compared: 1, overtaken: 0 },
    },
    'is not broken where a call that was answered later began sooner': {
      promises,
      told: '0.1 s sends a call=0\n0.5 s sends b call=1\n1 s sent b call=1 at=unsaid\n2 s sent a call=0 at=unsaid\n3 w1 gets a\n4 w1 gets b',
      verdict: 'held',
      counts: { compared: 1, overtaken: 0 },
    },
    'is broken where the calls did not overlap': {
      promises,
      told: '0.1 s sends a call=0\n0.2 s sent a call=0 at=unsaid\n0.5 s sends b call=1\n1 s sent b call=1 at=unsaid\n3 w1 gets b\n4 w1 gets a',
      verdict: 'broken',
      says: 'A message was given out before an older one of its group.',
      counts: { compared: 1, overtaken: 1 },
      proof: ['0.2 s sent a call=0 at=unsaid', '1 s sent b call=1 at=unsaid', '3 w1 gets b', '4 w1 gets a'],
    },
    'takes an answer of which nobody saw the call for one of an instant': {
      promises,
      told: '0.2 s sent a call=0 at=unsaid\n1 s sent b call=1 at=unsaid\n3 w1 gets b\n4 w1 gets a',
      verdict: 'broken',
      says: 'A message was given out before an older one of its group.',
      counts: { compared: 1, overtaken: 1 },
      proof: ['0.2 s sent a call=0 at=unsaid', '1 s sent b call=1 at=unsaid', '3 w1 gets b', '4 w1 gets a'],
    },
    'is unknown where nothing says which came first': {
      promises,
      told: '0 w1 gets a\n1 w1 gets b',
      verdict: 'unknown',
      says: 'The records do not say in which order the messages were taken in.',
      counts: { compared: 0, overtaken: 0 },
    },
    'is not exercised by one message a group': {
      promises,
      told: '0 w1 gets a g=1 s=1\n1 w1 gets b g=2 s=2',
      verdict: 'not exercised',
      says: 'No group had two messages.',
      counts: { compared: 0, overtaken: 0 },
    },
    'is not exercised by one message that nobody saw sent': {
      promises,
      told: '0 w1 gets a',
      verdict: 'not exercised',
      says: 'No group had two messages.',
      counts: { compared: 0, overtaken: 0 },
    },
    'goes by sequence numbers, whatever the sends': {
      promises,
      told: '0 s sent b\n1 s sent a\n2 w1 gets a g=1 s=0\n3 w1 gets b g=1 s=1',
      verdict: 'held',
      counts: { compared: 1, overtaken: 0 },
    },
    'goes by the sends from the first record on': {
      promises,
      told: '0 s sent a\n1 s sent b\n2 w1 gets b\n3 w1 gets a',
      verdict: 'broken',
      says: 'A message was given out before an older one of its group.',
      counts: { compared: 1, overtaken: 1 },
      proof: ['0 s sent a', '1 s sent b', '2 w1 gets b', '3 w1 gets a'],
    },
    'is none between two answers of one instant': {
      promises,
      told: '1 w1 gets b g=1 s=2 call=7\n1 w2 gets a g=1 s=1 call=8\n1 w3 gets c g=1 s=3 call=9',
      verdict: 'held',
      counts: { compared: 2, overtaken: 0 },
    },
    'in the first answer of all goes by the order within it': {
      promises,
      told: '1 w1 gets b g=1 s=2 call=0\n1 w1 gets a g=1 s=1 call=0',
      verdict: 'broken',
      says: 'A message was given out before an older one of its group.',
      counts: { compared: 1, overtaken: 1 },
      proof: ['1 w1 gets b g=1 s=2 call=0', '1 w1 gets a g=1 s=1 call=0'],
    },
    'is none between two of one rank': {
      promises,
      told: '1 w1 gets a g=1 s=1 at=1\n1.1 w2 gets b g=1 s=1 at=0.5\n2 w3 gets c g=1 s=1',
      verdict: 'held',
      counts: { compared: 2, overtaken: 0 },
    },
    'is broken by each that comes after the first of the highest rank': {
      promises,
      told: '0 w1 gets a g=1 s=3\n1 w1 gets b g=1 s=3\n2 w1 gets c g=1 s=1\n3 w1 gets d g=1 s=2',
      verdict: 'broken',
      says: 'A message was given out before an older one of its group.',
      counts: { compared: 3, overtaken: 2 },
      proof: ['0 w1 gets a g=1 s=3', '2 w1 gets c g=1 s=1'],
    },
    'is broken by one that is told late, before the newest that was given': {
      promises,
      told: '5 w1 gets b g=1 s=2 at=5\n5.1 w2 gets a g=1 s=1 at=3\n5.2 w3 gets c g=1 s=3 at=4',
      verdict: 'broken',
      says: 'A message was given out before an older one of its group.',
      counts: { compared: 2, overtaken: 1 },
      proof: ['5 w1 gets b g=1 s=2 at=5', '5.2 w3 gets c g=1 s=3 at=4'],
    },
    'is broken by one that is told late, before the first of an instant': {
      promises,
      told: '5 w1 gets a g=1 s=1 at=5\n5 w2 gets c g=1 s=3 at=5\n5.2 w3 gets b g=1 s=2 at=4',
      verdict: 'broken',
      says: 'A message was given out before an older one of its group.',
      counts: { compared: 2, overtaken: 1 },
      proof: ['5 w1 gets a g=1 s=1 at=5', '5.2 w3 gets b g=1 s=2 at=4'],
    },
    'is about messages: a request may have two': {
      promises,
      told: '0 w1 gets a g=1 s=1\n1 w1 gets a m=b g=1 s=2\n2 w1 gets a m=c g=1 s=3',
      verdict: 'held',
      counts: { compared: 2, overtaken: 0 },
    },
    'of a consumer is about requests: the first effect of each': {
      promises: effects,
      told: '0 w1 does a on=workers g=1 s=1\n1 w1 does b on=workers g=1 s=2\n2 w1 does a m=c on=workers g=1 s=0',
      verdict: 'held',
      counts: { compared: 1, overtaken: 0 },
    },
    'of a consumer goes by the sends to what feeds it': {
      promises: effects,
      told: '0 s sent a\n1 s sent b\n2 w1 does b on=workers\n3 w1 does a on=workers',
      verdict: 'broken',
      says: 'A message had its effect before an older one of its group.',
      counts: { compared: 1, overtaken: 1 },
      proof: ['0 s sent a', '1 s sent b', '2 w1 does b on=workers', '3 w1 does a on=workers'],
    },
    'of a consumer goes by the first send of each': {
      promises: effects,
      told: '0 s sent a\n1 s sent b\n2 s sent a\n3 w1 does a on=workers\n4 w1 does b on=workers',
      verdict: 'held',
      counts: { compared: 1, overtaken: 0 },
    },
    'of a consumer is none where either send may have been first': {
      promises: effects,
      told: '0 s sends a call=1\n0 s sends b call=2\n1 s sent a call=1 at=unsaid\n1 s sent b call=2 at=unsaid\n2 w1 does b on=workers\n3 w1 does a on=workers',
      verdict: 'held',
      counts: { compared: 1, overtaken: 0 },
    },
    'of a consumer does not go by what it sends itself': {
      promises: effects,
      told: '0 w1 sent b on=workers\n1 s sent a\n2 s sent b\n3 w1 does a on=workers\n4 w1 does b on=workers',
      verdict: 'held',
      counts: { compared: 1, overtaken: 0 },
    },
    'of a consumer is unknown where nobody saw the sends': {
      promises: effects,
      told: '0 w1 does a on=workers\n1 w1 does b on=workers',
      verdict: 'unknown',
      says: 'The records do not say in which order the messages were taken in.',
      counts: { compared: 0, overtaken: 0 },
    },
    'of a consumer is that of its effects': {
      promises: effects,
      told: '0 w1 begins a on=workers g=1 s=1\n0 w2 begins b on=workers g=1 s=2\n1 w2 does b on=workers g=1 s=2\n2 w1 does a on=workers g=1 s=1',
      verdict: 'broken',
      says: 'A message had its effect before an older one of its group.',
      counts: { compared: 1, overtaken: 1 },
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
      counts: { received: 2, behindOthers: 0 },
    },
    'holds where its timeout was over': {
      promises,
      told: `${first}30 w2 gets b g=1 s=2`,
      verdict: 'held',
      counts: { received: 2, behindOthers: 0 },
    },
    'is broken a moment before': {
      promises,
      told: `${first}29.9 w2 gets b g=1 s=2`,
      verdict: 'broken',
      says: 'A message was given out while an earlier one of its group was in flight for 0.1 s more.',
      counts: { received: 2, behindOthers: 1 },
      proof: ['0 w1 gets a g=1 s=1', '29.9 w2 gets b g=1 s=2'],
    },
    'is broken during a timeout that was prolonged': {
      promises,
      told: `${first}20 w1 hides a v=60\n70 w2 gets b g=1 s=2`,
      verdict: 'broken',
      says: 'A message was given out while an earlier one of its group was in flight for 10 s more.',
      counts: { received: 2, behindOthers: 1 },
      proof: ['0 w1 gets a g=1 s=1', '70 w2 gets b g=1 s=2'],
    },
    'does not bind other groups, nor one answer': {
      promises,
      told: '0 w1 gets a g=1 s=1 call=1\n0 w1 gets b g=1 s=2 call=1\n1 w2 gets c g=2 s=3 call=2',
      verdict: 'held',
      counts: { received: 3, behindOthers: 1 },
    },
    'is broken by another answer of the same instant': {
      promises,
      told: '0 w1 gets a g=1 s=1 call=1\n0 w2 gets b g=1 s=2 call=2',
      verdict: 'broken',
      says: 'A message was given out while an earlier one of its group was in flight for 30 s more.',
      counts: { received: 2, behindOthers: 1 },
      proof: ['0 w1 gets a g=1 s=1 call=1', '0 w2 gets b g=1 s=2 call=2'],
    },
    'is not known of a message whose send nobody saw, where messages expire': {
      promises: queue({ guarantee: 'group-lock' }),
      told: `${first}1 w2 gets b g=1 s=2`,
      verdict: 'held',
      counts: { received: 2, behindOthers: 0 },
    },
    'is broken where the earlier one cannot have expired': {
      promises: queue({ guarantee: 'group-lock' }),
      told: `0 s sends a\n0 s sent a\n${first}1 w2 gets b g=1 s=2`,
      verdict: 'broken',
      says: 'A message was given out while an earlier one of its group was in flight for 29 s more.',
      counts: { received: 2, behindOthers: 1 },
      proof: ['0 w1 gets a g=1 s=1', '1 w2 gets b g=1 s=2'],
    },
    'says nothing of messages without a group': {
      promises,
      told: '0 w1 gets a s=1\n1 w2 gets b s=2',
      verdict: 'not exercised',
      says: 'No group had two messages.',
      counts: { received: 0, behindOthers: 0 },
    },
    'says nothing of messages without a sequence': {
      promises,
      told: '0 w1 gets a g=1\n1 w2 gets b g=1',
      verdict: 'not exercised',
      says: 'No group had two messages.',
      counts: { received: 0, behindOthers: 0 },
    },
    'is that of the first sequence number too': {
      promises,
      told: '0 w1 gets a g=1 s=0\n1 w2 gets b g=1 s=1',
      verdict: 'broken',
      says: 'A message was given out while an earlier one of its group was in flight for 29 s more.',
      counts: { received: 2, behindOthers: 1 },
      proof: ['0 w1 gets a g=1 s=0', '1 w2 gets b g=1 s=1'],
    },
    'does not bind earlier ones': {
      promises,
      told: '0 w1 gets b g=1 s=2\n1 w2 gets a g=1 s=1',
      verdict: 'held',
      counts: { received: 2, behindOthers: 0 },
    },
    'does not bind one of the same rank': {
      promises,
      told: '0 w1 gets a g=1 s=1\n1 w2 gets b g=1 s=1',
      verdict: 'held',
      counts: { received: 2, behindOthers: 0 },
    },
    'does not bind the message itself': {
      promises,
      told: '0 w1 gets a g=1 s=1\n1 w2 gets a g=1 s=1',
      verdict: 'held',
      counts: { received: 2, behindOthers: 0 },
    },
    'is broken by one that is given out again': {
      promises,
      told: '0 w1 gets a g=1 s=1 v=5\n5 w2 gets a g=1 s=1\n6 w3 gets b g=1 s=2',
      verdict: 'broken',
      says: 'A message was given out while an earlier one of its group was in flight for 29 s more.',
      counts: { received: 3, behindOthers: 1 },
      proof: ['5 w2 gets a g=1 s=1', '6 w3 gets b g=1 s=2'],
    },
    'is broken by what is left of one answer': {
      promises,
      told: '0 s sent a\n1 w1 gets c g=1 s=1 v=5 call=1\n1 w1 gets b g=1 s=2 v=5 call=1\n1 w1 gets a g=1 s=3 v=60 call=1\n7 w2 gets e g=1 s=0 v=0 call=2\n8 w3 gets d g=1 s=4 call=3',
      verdict: 'broken',
      says: 'A message was given out while an earlier one of its group was in flight for 53 s more.',
      counts: { received: 5, behindOthers: 4 },
      proof: ['1 w1 gets a g=1 s=3 v=60 call=1', '8 w3 gets d g=1 s=4 call=3'],
    },
    'does not know of two at one instant whether they are one answer': {
      promises,
      told: '0 w1 gets a g=1 s=1\n0 w2 gets b g=1 s=2',
      verdict: 'held',
      counts: { received: 2, behindOthers: 1 },
    },
    'nor where one of them has no call': {
      promises,
      told: '0 w1 gets a g=1 s=1 call=1\n0 w2 gets b g=1 s=2',
      verdict: 'held',
      counts: { received: 2, behindOthers: 1 },
    },
    'nor where the other has none': {
      promises,
      told: '0 w1 gets a g=1 s=1\n0 w2 gets b g=1 s=2 call=1',
      verdict: 'held',
      counts: { received: 2, behindOthers: 1 },
    },
    'is broken by another answer of the same instant after the first call of all': {
      promises,
      told: '0 w1 gets a g=1 s=1 call=0\n0 w2 gets b g=1 s=2 call=1',
      verdict: 'broken',
      says: 'A message was given out while an earlier one of its group was in flight for 30 s more.',
      counts: { received: 2, behindOthers: 1 },
      proof: ['0 w1 gets a g=1 s=1 call=0', '0 w2 gets b g=1 s=2 call=1'],
    },
    'is broken by the first call of all': {
      promises,
      told: '0 w1 gets a g=1 s=1 call=1\n0 w2 gets b g=1 s=2 call=0',
      verdict: 'broken',
      says: 'A message was given out while an earlier one of its group was in flight for 30 s more.',
      counts: { received: 2, behindOthers: 1 },
      proof: ['0 w1 gets a g=1 s=1 call=1', '0 w2 gets b g=1 s=2 call=0'],
    },
    'does not bind one that was given out before, and told of later': {
      promises,
      told: '5 w1 gets a g=1 s=1 at=5 call=1\n6 w2 gets b g=1 s=2 at=3 call=2',
      verdict: 'held',
      counts: { received: 2, behindOthers: 1 },
    },
    'nor without calls': {
      promises,
      told: '5 w1 gets a g=1 s=1 at=5\n6 w2 gets b g=1 s=2 at=3',
      verdict: 'held',
      counts: { received: 2, behindOthers: 1 },
    },
    'is not exercised by a single message': {
      promises,
      told: first,
      verdict: 'not exercised',
      says: 'No group had two messages.',
      counts: { received: 1, behindOthers: 0 },
    },
    'is left by a message past its retention': {
      promises: queue({ guarantee: 'group-lock' }, { retentionUs: 10 * S }),
      told: '0 s sends a g=1\n0 s sent a g=1 s=1\n1 w1 gets a g=1 s=1\n11 w2 gets b g=1 s=2',
      verdict: 'held',
      counts: { received: 2, behindOthers: 0 },
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
      counts: { sent: 2, sentAgain: 1, swallowed: 1 },
    },
    'is broken by a second message within the window': {
      promises,
      told: `${first}299 s sends a d=1\n299 s sent a m=b d=1`,
      verdict: 'broken',
      says: 'The same deduplication id made a second message 1 s before its window had ended.',
      counts: { sent: 2, sentAgain: 1, swallowed: 0 },
      proof: ['0 s sent a d=1 g=1', '299 s sent a m=b d=1'],
    },
    'counts the window from the first, not the last': {
      promises,
      told: `${first}200 s sends a d=1\n200 s sent a d=1\n400 s sends a d=1\n400 s sent a d=1`,
      verdict: 'broken',
      says: 'A message was taken for a duplicate 100 s after the deduplication window had ended.',
      counts: { sent: 3, sentAgain: 2, swallowed: 2 },
      proof: ['0 s sent a d=1 g=1', '400 s sent a d=1'],
    },
    'holds for a new message when the window is over': {
      promises,
      told: `${first}300 s sends a d=1\n300 s sent a m=b d=1`,
      verdict: 'held',
      counts: { sent: 2, sentAgain: 1, swallowed: 0 },
    },
    'does not know when the first was taken where an answer was lost': {
      promises,
      told: '0 s sends a d=1\n5 s unsure a d=1\n200 s sends a d=1\n200 s sent a d=1\n400 s sends a d=1\n400 s sent a m=b d=1',
      verdict: 'held',
      counts: { sent: 2, sentAgain: 1, swallowed: 0 },
    },
    'tells groups apart where they are the scope': {
      promises: perGroup,
      told: `${first}1 s sends b d=1 g=2\n1 s sent b d=1 g=2\n2 s sends a d=1 g=1\n2 s sent a d=1 g=1`,
      verdict: 'held',
      counts: { sent: 3, sentAgain: 1, swallowed: 1 },
    },
    'is broken within a group that is not the first to have the id': {
      promises: perGroup,
      told: `${first}1 s sends b d=1 g=2\n1 s sent b d=1 g=2\n2 s sends b d=1 g=2\n2 s sent c d=1 g=2`,
      verdict: 'broken',
      says: 'The same deduplication id made a second message 299 s before its window had ended.',
      counts: { sent: 3, sentAgain: 1, swallowed: 0 },
      proof: ['1 s sent b d=1 g=2', '2 s sent c d=1 g=2'],
    },
    'forgets with a purge': {
      promises,
      told: `${first}1 op purges\n2 s sends a d=1\n2 s sent a m=b d=1`,
      verdict: 'not exercised',
      says: 'No deduplication id came twice.',
      counts: { sent: 2, sentAgain: 0, swallowed: 0 },
    },
    'is closed by a refusal: what comes later is the first': {
      promises: promises,
      told: '0 s sends a d=1\n0 s refused a d=1\n200 s sends a d=1\n200 s sent a d=1\n400 s sends a d=1\n400 s sent a m=b d=1',
      verdict: 'broken',
      says: 'The same deduplication id made a second message 100 s before its window had ended.',
      counts: { sent: 2, sentAgain: 1, swallowed: 0 },
      proof: ['200 s sent a d=1', '400 s sent a m=b d=1'],
    },
    'takes nothing by a refusal': {
      promises: promises,
      told: '0 s sends a d=1\n0 s refused a d=1\n1 s sends a d=1\n1 s sent a m=b d=1',
      verdict: 'not exercised',
      says: 'No deduplication id came twice.',
      counts: { sent: 1, sentAgain: 0, swallowed: 0 },
    },
    'says nothing of messages without an id': {
      promises: promises,
      told: '0 s sends a\n0 s sent a\n1 s sends a\n1 s sent a m=b',
      verdict: 'not exercised',
      says: 'No deduplication id came twice.',
      counts: { sent: 0, sentAgain: 0, swallowed: 0 },
    },
    'says nothing of an acknowledgement without a message': {
      promises: promises,
      told: '0 s sends d=1\n0 s sent d=1\n1 s sends a d=1\n1 s sent a d=1',
      verdict: 'not exercised',
      says: 'No deduplication id came twice.',
      counts: { sent: 1, sentAgain: 0, swallowed: 0 },
    },
    'knows the first id of all': {
      promises: promises,
      told: '0 s sends a d=0\n0 s sent a d=0\n299 s sends a d=0\n299 s sent a m=b d=0',
      verdict: 'broken',
      says: 'The same deduplication id made a second message 1 s before its window had ended.',
      counts: { sent: 2, sentAgain: 1, swallowed: 0 },
      proof: ['0 s sent a d=0', '299 s sent a m=b d=0'],
    },
    'counts the window from when the service took it, where it says so': {
      promises: promises,
      told: '0 s sends a d=1\n1 s sent a d=1 at=1\n300.5 s sends a d=1\n300.5 s sent a m=b d=1',
      verdict: 'broken',
      says: 'The same deduplication id made a second message 0.5 s before its window had ended.',
      counts: { sent: 2, sentAgain: 1, swallowed: 0 },
      proof: ['1 s sent a d=1 at=1', '300.5 s sent a m=b d=1'],
    },
    'begins a new window with each new message': {
      promises: promises,
      told: '0 s sends a d=1\n1 s sent a d=1\n400 s sends a d=1\n400 s sent a m=b d=1\n650 s sends a d=1\n650 s sent a m=c d=1',
      verdict: 'broken',
      says: 'The same deduplication id made a second message 50 s before its window had ended.',
      counts: { sent: 3, sentAgain: 2, swallowed: 0 },
      proof: ['400 s sent a m=b d=1', '650 s sent a m=c d=1'],
    },
    'is over with the last instant of the window': {
      promises: promises,
      told: '0 s sends a d=1\n0 s sent a d=1\n300 s sends a d=1\n300 s sent a d=1',
      verdict: 'broken',
      says: 'A message was taken for a duplicate 0 s after the deduplication window had ended.',
      counts: { sent: 2, sentAgain: 1, swallowed: 1 },
      proof: ['0 s sent a d=1', '300 s sent a d=1'],
    },
    'forgets with a purge of the same instant': {
      promises: promises,
      told: '1 s sends a d=1\n1 s sent a d=1\n1 op purges\n2 s sends a d=1\n2 s sent a m=b d=1',
      verdict: 'not exercised',
      says: 'No deduplication id came twice.',
      counts: { sent: 2, sentAgain: 0, swallowed: 0 },
    },
    'is told late of the first: then its window ends sooner': {
      promises: promises,
      told: '10 s sends a d=1\n10 s sent a d=1\n11 t sent a d=1 at=5\n306 s sends a d=1\n306 s sent a m=b d=1',
      verdict: 'held',
      counts: { sent: 3, sentAgain: 2, swallowed: 1 },
    },
    'is told late of the first: then nothing is swallowed that long': {
      promises: promises,
      told: '10 s sends a d=1\n10 s sent a d=1\n11 t sent a d=1 at=5\n306 s sends a d=1\n306 s sent a d=1',
      verdict: 'broken',
      says: 'A message was taken for a duplicate 1 s after the deduplication window had ended.',
      counts: { sent: 3, sentAgain: 2, swallowed: 2 },
      proof: ['10 s sent a d=1', '306 s sent a d=1'],
    },
    'keeps three groups apart, whichever comes again': {
      promises: perGroup,
      told: '0 s sends a d=1 g=1\n0 s sent a d=1 g=1\n1 s sends b d=1 g=2\n1 s sent b d=1 g=2\n2 s sends c d=1 g=3\n2 s sent c d=1 g=3\n3 s sends b d=1 g=2\n3 s sent b d=1 g=2',
      verdict: 'held',
      counts: { sent: 4, sentAgain: 1, swallowed: 1 },
    },
    'may have been taken from the first call on that was open': {
      promises,
      told: '100 s sends a d=1\n110 t sends a d=1\n111 t sent a d=1\n401 u sends a d=1\n401 u sent a m=b d=1',
      verdict: 'held',
      counts: { sent: 2, sentAgain: 1, swallowed: 0 },
    },
    'cannot have been taken before the first call that was open': {
      promises,
      told: '100 s sends a d=1\n110 t sends a d=1\n111 t sent a d=1\n399 u sends a d=1\n399 u sent a m=b d=1',
      verdict: 'broken',
      says: 'The same deduplication id made a second message 1 s before its window had ended.',
      counts: { sent: 2, sentAgain: 1, swallowed: 0 },
      proof: ['111 t sent a d=1', '399 u sent a m=b d=1'],
    },
    'knows the first group again after another one': {
      promises: perGroup,
      told: `${first}1 s sends b d=1 g=2\n1 s sent b d=1 g=2\n2 s sends a d=1 g=1\n2 s sent c d=1 g=1`,
      verdict: 'broken',
      says: 'The same deduplication id made a second message 298 s before its window had ended.',
      counts: { sent: 3, sentAgain: 1, swallowed: 0 },
      proof: ['0 s sent a d=1 g=1', '2 s sent c d=1 g=1'],
    },
    'is not exercised where nothing comes twice': {
      promises,
      told: first,
      verdict: 'not exercised',
      says: 'No deduplication id came twice.',
      counts: { sent: 1, sentAgain: 0, swallowed: 0 },
    },
  });
});

describe('visibility', () => {
  const promises = queue({ guarantee: 'visibility' });
  check({
    'holds when the timeout is over': {
      promises,
      told: '0 w1 gets a\n30 w2 gets a',
      verdict: 'held',
      counts: { received: 2, receivedAgain: 1 },
    },
    'is broken a moment before': {
      promises,
      told: '0 w1 gets a\n29.9 w2 gets a',
      verdict: 'broken',
      says: 'A message was given out again while it was hidden for 0.1 s more.',
      counts: { received: 2, receivedAgain: 1 },
      proof: ['0 w1 gets a', '29.9 w2 gets a'],
    },
    'goes by the timeout that was asked for': {
      promises,
      told: '0 w1 gets a v=60\n40 w2 gets a',
      verdict: 'broken',
      says: 'A message was given out again while it was hidden for 20 s more.',
      counts: { received: 2, receivedAgain: 1 },
      proof: ['0 w1 gets a v=60', '40 w2 gets a'],
    },
    'goes by a change of it': {
      promises,
      told: '0 w1 gets a\n1 w1 hides a v=0\n2 w2 gets a',
      verdict: 'held',
      counts: { received: 2, receivedAgain: 1 },
    },
    'a change by whoever does not hold it changes nothing': {
      promises,
      told: '0 w1 gets a v=5\n5 w2 gets a v=30\n6 w1 hides a v=0\n7 w3 gets a',
      verdict: 'broken',
      says: 'A message was given out again while it was hidden for 28 s more.',
      counts: { received: 3, receivedAgain: 2 },
      proof: ['5 w2 gets a v=30', '7 w3 gets a'],
    },
    'is not broken while a delete by the holder is under way': {
      promises,
      told: '0 w1 gets a\n1 w1 deletes a\n2 w2 gets a',
      verdict: 'held',
      counts: { received: 2, receivedAgain: 1 },
    },
    'is broken at the same instant': {
      promises,
      told: '5 w1 gets a\n5 w2 gets a',
      verdict: 'broken',
      says: 'A message was given out again while it was hidden for 30 s more.',
      counts: { received: 2, receivedAgain: 1 },
      proof: ['5 w1 gets a', '5 w2 gets a'],
    },
    'is broken by what is told late': {
      promises,
      told: '5 w1 gets a at=5\n6 w2 gets a at=3',
      verdict: 'broken',
      says: 'A message was given out again while it was hidden for 28 s more.',
      counts: { received: 2, receivedAgain: 1 },
      proof: ['5 w1 gets a at=5', '6 w2 gets a at=3'],
    },
    'holds for what is told late, and was over by then': {
      promises,
      told: '5 w1 gets a at=5\n6 w2 gets a at=3 v=2',
      verdict: 'held',
      counts: { received: 2, receivedAgain: 1 },
    },
    'holds for what is told late, and was long over': {
      promises,
      told: '5 w1 gets a at=5\n6 w2 gets a at=3 v=1',
      verdict: 'held',
      counts: { received: 2, receivedAgain: 1 },
    },
    'is not broken after a purge': {
      promises,
      told: '0 w1 gets a\n1 op purges\n2 w2 gets a',
      verdict: 'held',
      counts: { received: 2, receivedAgain: 1 },
    },
    'is not broken after a purge at the instant of the receive': {
      promises,
      told: '1 w1 gets a\n1 op purges\n2 w2 gets a',
      verdict: 'held',
      counts: { received: 2, receivedAgain: 1 },
    },
    'a timeout of nothing hides nothing': {
      promises,
      told: '0 w1 gets a v=0\n1 w2 gets a',
      verdict: 'held',
      counts: { received: 2, receivedAgain: 1 },
    },
    'one that is told late does not end what the newest holds': {
      promises,
      told: '5 w1 gets a at=5\n6 w2 gets a at=3 v=1\n20 w3 gets a',
      verdict: 'broken',
      says: 'A message was given out again while it was hidden for 15 s more.',
      counts: { received: 3, receivedAgain: 2 },
      proof: ['5 w1 gets a at=5', '20 w3 gets a'],
    },
    'a change after the timeout hides nothing again': {
      promises,
      told: '0 w1 gets a v=5\n6 w1 hides a v=60\n20 w2 gets a',
      verdict: 'held',
      counts: { received: 2, receivedAgain: 1 },
    },
    'nor does one at its end': {
      promises,
      told: '0 w1 gets a v=5\n5 w1 hides a v=60\n20 w2 gets a',
      verdict: 'held',
      counts: { received: 2, receivedAgain: 1 },
    },
    'a change that may have failed does not hide for longer': {
      promises,
      told: '0 w1 gets a\n1 w1 tries a v=60\n40 w2 gets a',
      verdict: 'held',
      counts: { received: 2, receivedAgain: 1 },
    },
    'a change that may have failed may have ended it': {
      promises,
      told: '0 w1 gets a\n1 w1 tries a v=1\n10 w2 gets a',
      verdict: 'held',
      counts: { received: 2, receivedAgain: 1 },
    },
    'a delete by whoever does not hold it gives nothing back': {
      promises,
      told: '0 w1 gets a v=5\n5 w2 gets a\n6 w1 deletes a\n7 w3 gets a',
      verdict: 'broken',
      says: 'A message was given out again while it was hidden for 28 s more.',
      counts: { received: 3, receivedAgain: 2 },
      proof: ['5 w2 gets a', '7 w3 gets a'],
    },
    'counts from the first instant of all, where the answer says so': {
      promises,
      told: '1 w1 gets a at=0\n30.5 w2 gets a',
      verdict: 'held',
      counts: { received: 2, receivedAgain: 1 },
    },
    'the same answer again is no second receive': {
      promises,
      told: '0 w1 gets a h=1\n1 w1 gets a h=1',
      verdict: 'not exercised',
      says: 'No message was received twice.',
      counts: { received: 2, receivedAgain: 0 },
    },
    'is not broken where the service may have given it out long before': {
      promises,
      told: '0 w1 gets a\n29 w2 gets b at=unsaid\n31 w2 gets a at=unsaid',
      verdict: 'held',
      counts: { received: 3, receivedAgain: 1 },
    },
    'is not exercised by one receive': {
      promises,
      told: '0 w1 gets a',
      verdict: 'not exercised',
      says: 'No message was received twice.',
      counts: { received: 1, receivedAgain: 0 },
    },
  });
});

describe('deletion', () => {
  const promises = queue({ guarantee: 'deletion' });
  check({
    'holds where nothing comes back': {
      promises,
      told: '0 w1 gets a\n1 w1 deletes a\n1 w1 deleted a',
      verdict: 'held',
      counts: { deleted: 1 },
    },
    'is broken by what comes back': {
      promises,
      told: '0 w1 gets a\n1 w1 deletes a\n1 w1 deleted a\n2 w2 gets a',
      verdict: 'broken',
      says: 'A message was given out after it had been deleted.',
      counts: { deleted: 1 },
      proof: ['1 w1 deleted a', '2 w2 gets a'],
    },
    'promises nothing for a delete after the timeout': {
      promises,
      told: '0 w1 gets a\n31 w1 deletes a\n31 w1 deleted a\n32 w2 gets a',
      verdict: 'held',
      counts: { deleted: 1 },
    },
    'promises nothing for a receive before it that is told later': {
      promises,
      told: '0 w1 gets a\n5 w1 deletes a\n5 w1 deleted a at=5\n6 w2 gets a at=4',
      verdict: 'held',
      counts: { deleted: 1 },
    },
    'promises nothing for a receive at the same instant': {
      promises,
      told: '0 w1 gets a\n5 w1 deletes a\n5 w1 deleted a at=5\n6 w2 gets a at=5',
      verdict: 'held',
      counts: { deleted: 1 },
    },
    'promises nothing for a delete at the end of the timeout': {
      promises,
      told: '0 w1 gets a\n30 w1 deletes a\n30 w1 deleted a\n31 w2 gets a',
      verdict: 'held',
      counts: { deleted: 1 },
    },
    'is that of the newest of two receives at one instant': {
      promises,
      told: '5 w1 gets a\n5 w2 gets a\n6 w2 deletes a\n6 w2 deleted a\n7 w3 gets a',
      verdict: 'broken',
      says: 'A message was given out after it had been deleted.',
      counts: { deleted: 1 },
      proof: ['6 w2 deleted a', '7 w3 gets a'],
    },
    'is not exercised without a delete': {
      promises,
      told: '0 w1 gets a',
      verdict: 'not exercised',
      says: 'Nothing was deleted.',
      counts: { deleted: 0 },
    },
  });
});

describe('redrive', () => {
  const promises = queue({ guarantee: 'redrive', maxReceiveCount: 2 });
  const takesSends: Promises = [
    {
      ...(queue({ guarantee: 'dead-letters', fewestReceives: 2, takesSends: true })[0] as ResourcePromises),
      resource: 'dlq',
      watch: ['orders'],
    },
  ];
  const ofDeadLetters: Promises = [
    {
      ...(queue({ guarantee: 'dead-letters', fewestReceives: 2 })[0] as ResourcePromises),
      resource: 'dlq',
      watch: ['orders'],
    },
  ];
  check({
    'holds up to the most receives': {
      promises,
      told: '0 w1 gets a\n30 w1 gets a',
      verdict: 'held',
      counts: { reachedTheMost: 1 },
    },
    'is broken by one more': {
      promises,
      told: '0 w1 gets a\n30 w1 gets a\n60 w1 gets a',
      verdict: 'broken',
      says: 'A message was given out 3 times, though 2 are the most.',
      counts: { reachedTheMost: 1 },
      proof: ['30 w1 gets a', '60 w1 gets a'],
    },
    'believes the count where receives were not seen': {
      promises,
      told: '60 w1 gets a x=3',
      verdict: 'broken',
      says: 'A message was given out 3 times, though 2 are the most.',
      counts: { reachedTheMost: 0 },
      proof: ['60 w1 gets a x=3'],
    },
    'is not exercised below it': {
      promises,
      told: '0 w1 gets a',
      verdict: 'not exercised',
      says: 'No message was received 2 times.',
      counts: { reachedTheMost: 0 },
    },
    'names the receive at the source, and not another': {
      promises: ofDeadLetters,
      told: '0 w1 gets z\n1 w1 gets a x=5\n60 op gets a x=3 on=dlq',
      verdict: 'broken',
      says: 'A message lost count of its receives when it was moved.',
      counts: { moved: 1 },
      proof: ['1 w1 gets a x=5', '60 op gets a x=3 on=dlq'],
    },
    'moved in time': {
      promises: ofDeadLetters,
      told: '0 w1 gets a\n30 w1 gets a\n60 op gets a on=dlq',
      verdict: 'held',
      counts: { moved: 1 },
    },
    'moved too early': {
      promises: ofDeadLetters,
      told: '0 w1 gets a\n30 op finds a on=dlq x=2',
      verdict: 'broken',
      says: 'A message was moved after 1 receives, though 2 are allowed.',
      counts: { moved: 1 },
      proof: ['0 w1 gets a', '30 op finds a on=dlq x=2'],
    },
    'moved, and its count lost': {
      promises: ofDeadLetters,
      told: '0 w1 gets a x=5\n30 op gets a on=dlq x=5',
      verdict: 'broken',
      says: 'A message lost count of its receives when it was moved.',
      counts: { moved: 1 },
      proof: ['0 w1 gets a x=5', '30 op gets a on=dlq x=5'],
    },
    'does not believe the count where dead letters come in': {
      promises: queue({ guarantee: 'redrive', maxReceiveCount: 2, takesDeadLetters: true }),
      told: '60 w1 gets a x=6',
      verdict: 'not exercised',
      says: 'No message was received 2 times.',
      counts: { reachedTheMost: 0 },
    },
    'counts what it saw where the queue says nothing': {
      promises: promises,
      told: '0 w1 gets a x=unsaid\n30 w1 gets a x=unsaid\n60 w1 gets a x=unsaid',
      verdict: 'broken',
      says: 'A message was given out 3 times, though 2 are the most.',
      counts: { reachedTheMost: 1 },
      proof: ['30 w1 gets a x=unsaid', '60 w1 gets a x=unsaid'],
    },
    'counts the same answer once': {
      promises: promises,
      told: '0 w1 gets a h=1 x=1\n1 w1 gets a h=1 x=1\n2 w1 gets a h=1 x=1',
      verdict: 'not exercised',
      says: 'No message was received 2 times.',
      counts: { reachedTheMost: 0 },
    },
    'moved once, however often it is seen': {
      promises: ofDeadLetters,
      told: '0 w1 gets a\n30 w1 gets a\n60 op gets a on=dlq x=3\n61 op finds on=dlq x=9\n90 op gets a on=dlq x=4',
      verdict: 'held',
      counts: { moved: 1 },
    },
    'moved, with a count that nobody told': {
      promises: ofDeadLetters,
      told: '0 w1 gets a\n30 op finds a on=dlq',
      verdict: 'held',
      counts: { moved: 1 },
    },
    'sent there, not moved': {
      promises: ofDeadLetters,
      told: '0 s sends a on=dlq\n0 s sent a on=dlq\n1 op gets a on=dlq x=1',
      verdict: 'not exercised',
      says: 'Nothing was moved.',
      counts: { moved: 0 },
    },
    'perhaps sent there, where others send too': {
      promises: takesSends,
      told: '1 op gets a on=dlq x=1',
      verdict: 'not exercised',
      says: 'Nothing was moved.',
      counts: { moved: 0 },
    },
    'moved too early, where others send too': {
      promises: takesSends,
      told: '0 w1 gets a\n1 op gets a on=dlq x=2',
      verdict: 'broken',
      says: 'A message was moved after 1 receives, though 2 are allowed.',
      counts: { moved: 1 },
      proof: ['0 w1 gets a', '1 op gets a on=dlq x=2'],
    },
    'lost count of the highest that was told': {
      promises: ofDeadLetters,
      told: '0 w1 gets a x=3\n0 w2 gets a x=3\n1 w3 gets a x=2\n30 op gets a on=dlq x=3',
      verdict: 'broken',
      says: 'A message lost count of its receives when it was moved.',
      counts: { moved: 1 },
      proof: ['0 w1 gets a x=3', '30 op gets a on=dlq x=3'],
    },
    'nothing moved': {
      promises: ofDeadLetters,
      told: '0 w1 gets a',
      verdict: 'not exercised',
      says: 'Nothing was moved.',
      counts: { moved: 0 },
    },
  });
});

describe('the receive count', () => {
  const promises = queue({ guarantee: 'receive-count' });
  check({
    'grows with each receive': {
      promises,
      told: '0 w1 gets a x=1\n30 w2 gets a x=3',
      verdict: 'held',
      counts: { received: 2, receivedAgain: 1 },
    },
    'is broken where it does not': {
      promises,
      told: '0 w1 gets a x=1\n30 w2 gets a x=1',
      verdict: 'broken',
      says: 'A message was received again with the count 1, after 1.',
      counts: { received: 2, receivedAgain: 1 },
      proof: ['0 w1 gets a x=1', '30 w2 gets a x=1'],
    },
    'is broken by a receive that is not counted': {
      promises: promises,
      told: '0 w1 gets a x=0\n30 w2 gets a x=1',
      verdict: 'broken',
      says: 'A message was given out and its receive not counted.',
      counts: { received: 2, receivedAgain: 1 },
      proof: ['0 w1 gets a x=0'],
    },
    'is broken by one that is not counted any more': {
      promises: promises,
      told: '0 w1 gets a x=1\n30 w2 gets a x=0',
      verdict: 'broken',
      says: 'A message was given out and its receive not counted.',
      counts: { received: 2, receivedAgain: 1 },
      proof: ['30 w2 gets a x=0'],
    },
    'says nothing where the second has none': {
      promises: promises,
      told: '0 w1 gets a x=2\n30 w2 gets a x=unsaid',
      verdict: 'not exercised',
      says: 'No message was received twice.',
      counts: { received: 2, receivedAgain: 0 },
    },
    'says nothing where the first has none': {
      promises: promises,
      told: '0 w1 gets a x=unsaid\n30 w2 gets a x=1',
      verdict: 'not exercised',
      says: 'No message was received twice.',
      counts: { received: 2, receivedAgain: 0 },
    },
    'need not grow with the same answer': {
      promises: promises,
      told: '0 w1 gets a h=1 x=1\n1 w1 gets a h=1 x=1',
      verdict: 'not exercised',
      says: 'No message was received twice.',
      counts: { received: 2, receivedAgain: 0 },
    },
    'is about when the queue gave them': {
      promises: promises,
      told: '5 w1 gets a x=2 at=5\n6 w2 gets a x=1 at=3',
      verdict: 'not exercised',
      says: 'No message was received twice.',
      counts: { received: 2, receivedAgain: 0 },
    },
    'says nothing of two at one instant': {
      promises: promises,
      told: '5 w1 gets a x=1\n5 w2 gets a x=1',
      verdict: 'not exercised',
      says: 'No message was received twice.',
      counts: { received: 2, receivedAgain: 0 },
    },
    'is not exercised by one receive': {
      promises,
      told: '0 w1 gets a',
      verdict: 'not exercised',
      says: 'No message was received twice.',
      counts: { received: 1, receivedAgain: 0 },
    },
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
      counts: { pastRetention: 1 },
    },
    'retention is broken by what comes out too old': {
      promises: retention,
      told: `${sent}60.1 w1 gets a`,
      verdict: 'broken',
      says: 'A message was given out 0.1 s after the end of its retention period.',
      counts: { pastRetention: 1 },
      proof: ['0 s sent a', '60.1 w1 gets a'],
    },
    'retention holds for what comes out with its last instant': {
      promises: retention,
      told: `${sent}60 w1 gets a`,
      verdict: 'held',
      counts: { pastRetention: 1 },
    },
    'retention is not about what a dead-letter queue gives out': {
      promises: queue({ guarantee: 'retention', retentionUs: 60 * S }, { watch: ['dlq'] }),
      told: `${sent}61 op gets a on=dlq`,
      verdict: 'held',
      counts: { pastRetention: 1 },
    },
    'delay is not about what a dead-letter queue gives out': {
      promises: queue({ guarantee: 'delay', delayUs: 10 * S }, { watch: ['dlq'] }),
      told: `${sent}1 op gets a on=dlq`,
      verdict: 'not exercised',
      says: 'Nothing was received.',
      counts: { received: 0 },
    },
    'retention is not exercised by what is young': {
      promises: retention,
      told: `${sent}59 w1 gets a`,
      verdict: 'not exercised',
      says: 'No message became that old.',
      counts: { pastRetention: 0 },
    },
    'delay holds': { promises: delay, told: `${sent}10 w1 gets a`, verdict: 'held', counts: { received: 1 } },
    'delay is broken by what comes out before': {
      promises: delay,
      told: `${sent}9.9 w1 gets a`,
      verdict: 'broken',
      says: 'A message was given out 0.1 s before its delay was over.',
      counts: { received: 1 },
      proof: ['0 s sent a', '9.9 w1 gets a'],
    },
    'retention says nothing of what was deleted': {
      promises: retention,
      told: `${sent}1 w1 gets a\n1 w1 deletes a\n1 w1 deleted a\n61 w1 begins b`,
      verdict: 'not exercised',
      says: 'No message became that old.',
      counts: { pastRetention: 0 },
    },
    'delay counts from a call before, whose answer was lost': {
      promises: delay,
      told: '0 s sends a d=0\n5 s unsure a d=0\n200 s sends a d=0\n200 s sent a d=0\n205 w1 gets a',
      verdict: 'held',
      counts: { received: 1 },
    },
    'delay counts from the first of several of these': {
      promises: queue({ guarantee: 'delay', delayUs: 150 * S }),
      told: '0 s sends a d=1\n5 s unsure a d=1\n100 s sends a d=1\n105 s unsure a d=1\n200 s sends a d=1\n200 s sent a d=1\n205 w1 gets a',
      verdict: 'held',
      counts: { received: 1 },
    },
    'delay does not count from a call that was refused': {
      promises: delay,
      told: '0 s sends a d=1\n1 s refused a d=1\n200 s sends a d=1\n200 s sent a d=1\n205 w1 gets a',
      verdict: 'broken',
      says: 'A message was given out 5 s before its delay was over.',
      counts: { received: 1 },
      proof: ['200 s sent a d=1', '205 w1 gets a'],
    },
    'delay does not count from a call without an id': {
      promises: delay,
      told: '0 s sends b\n200 s sends a\n200 s sent a\n205 w1 gets a',
      verdict: 'broken',
      says: 'A message was given out 5 s before its delay was over.',
      counts: { received: 1 },
      proof: ['200 s sent a', '205 w1 gets a'],
    },
    'delay counts from when the service took it, where it says so': {
      promises: delay,
      told: '0 s sends a d=1\n100 s sent a d=1 at=100\n105 w1 gets a',
      verdict: 'broken',
      says: 'A message was given out 5 s before its delay was over.',
      counts: { received: 1 },
      proof: ['100 s sent a d=1 at=100', '105 w1 gets a'],
    },
    'delay counts from the first of two acknowledgements': {
      promises: delay,
      told: '0 s sends a d=1\n0 s sent a d=1\n100 s sends a d=1\n100 s sent a d=1\n105 w1 gets a',
      verdict: 'held',
      counts: { received: 1 },
    },
    'delay counts from the first, though it is told later': {
      promises: delay,
      told: '100 s sends a\n100 s sent a at=100\n101 t sent a at=50\n102 w1 gets a at=65',
      verdict: 'held',
      counts: { received: 1 },
    },
    'delay names the first of two at one instant': {
      promises: delay,
      told: '0 s sent a\n0 t sent a\n5 w1 gets a',
      verdict: 'broken',
      says: 'A message was given out 5 s before its delay was over.',
      counts: { received: 1 },
      proof: ['0 s sent a', '5 w1 gets a'],
    },
    'delay is not exercised where nothing comes out': {
      promises: delay,
      told: sent,
      verdict: 'not exercised',
      says: 'Nothing was received.',
      counts: { received: 0 },
    },
  });
});

describe('limits', () => {
  const inFlight = queue({ guarantee: 'in-flight', limit: 2 }, { retentionUs: Number.POSITIVE_INFINITY });
  const farOff = queue({ guarantee: 'in-flight', limit: 1000 }, { retentionUs: Number.POSITIVE_INFINITY });
  const rate = queue({ guarantee: 'rate', perSecond: 2, burst: 1 });
  const four = (second: number, what: string): string =>
    ['a', 'b', 'c', 'd'].map((one, i) => `${second}.${i + 1} ${what} ${one}`).join('\n');
  const sends = (second: number): string => four(second, 's sent');
  const deletes = (second: number): string => four(second, 'w deleted');
  const two = '0 w1 gets a\n0 w1 gets b\n';
  check({
    'in flight up to the limit': { promises: inFlight, told: two, verdict: 'held', counts: { most: 2 } },
    'in flight beyond it': {
      promises: inFlight,
      told: `${two}1 w1 gets c`,
      verdict: 'broken',
      says: '3 messages were in flight, though 2 are the most.',
      counts: { most: 3 },
      proof: ['1 w1 gets c'],
    },
    'in flight after a delete': {
      promises: inFlight,
      told: `${two}1 w1 deletes a\n1 w1 gets c`,
      verdict: 'held',
      counts: { most: 2 },
    },
    'in flight after a timeout': {
      promises: inFlight,
      told: `${two}30 w1 gets c`,
      verdict: 'held',
      counts: { most: 2 },
    },
    'in flight, one after the other': {
      promises: inFlight,
      told: '0 w1 gets a\n1 w1 deletes a\n2 w1 gets b\n3 w1 deletes b\n4 w1 gets c',
      verdict: 'not exercised',
      says: 'The limit was never near.',
      counts: { most: 1 },
    },
    'in flight after a delete by who has it no more': {
      promises: inFlight,
      told: '0 w1 gets a v=5\n5 w2 gets a\n6 w1 deletes a\n7 w1 gets b',
      verdict: 'held',
      counts: { most: 2 },
    },
    'in flight after two deletes of one': {
      promises: inFlight,
      told: '0 w1 gets a\n1 w1 deletes a\n1.5 w1 deletes a\n2 w1 gets b\n2 w1 gets c',
      verdict: 'held',
      counts: { most: 2 },
    },
    'in flight, and given out again': {
      promises: inFlight,
      told: '0 w1 gets a\n1 w2 gets a',
      verdict: 'not exercised',
      says: 'The limit was never near.',
      counts: { most: 1 },
    },
    'in flight beyond it, and given out again': {
      promises: inFlight,
      told: `${two}1 w1 gets c\n2 w2 gets a`,
      verdict: 'broken',
      says: '3 messages were in flight, though 2 are the most.',
      counts: { most: 3 },
      proof: ['1 w1 gets c'],
    },
    'in flight beyond it at one instant': {
      promises: inFlight,
      told: `${two}0 w1 gets c`,
      verdict: 'broken',
      says: '3 messages were in flight, though 2 are the most.',
      counts: { most: 3 },
      proof: ['0 w1 gets c'],
    },
    'not yet in flight when one was given out that is told late': {
      promises: inFlight,
      told: '5 w1 gets a at=5\n5 w1 gets b at=5\n6 w2 gets c at=3',
      verdict: 'held',
      counts: { most: 2 },
    },
    'in flight, far from the limit': {
      promises: inFlight,
      told: '0 w1 gets a',
      verdict: 'not exercised',
      says: 'The limit was never near.',
      counts: { most: 1 },
    },
    'far from the limit, who deletes gives a place back': {
      promises: farOff,
      told: `${two}1 w1 deletes a\n2 w1 gets c\n2 w1 gets d`,
      verdict: 'not exercised',
      says: 'The limit was never near.',
      counts: { most: 3 },
    },
    'far from the limit, only who has it gives a place back': {
      promises: farOff,
      told: '0 w1 gets a v=5\n5 w2 gets a\n6 w1 deletes a\n7 w1 gets b',
      verdict: 'not exercised',
      says: 'The limit was never near.',
      counts: { most: 2 },
    },
    'far from the limit, what is given out again is one': {
      promises: farOff,
      told: '0 w1 gets a\n1 w2 gets a\n2 w1 gets b',
      verdict: 'not exercised',
      says: 'The limit was never near.',
      counts: { most: 2 },
    },
    'of two actions that are too many the first is told: that which is looked at later': {
      promises: rate,
      told: `${deletes(0)}\n${sends(1)}`,
      verdict: 'broken',
      says: 'More than 3 calls to delete were taken in second 0, though 2 a second are the most.',
      counts: { busiestSecond: 4, refused: 0 },
      proof: ['0.1 w deleted a', '0.4 w deleted d'],
    },
    'of two actions that are too many the first is told: that which is looked at first': {
      promises: rate,
      told: `${sends(0)}\n${deletes(1)}`,
      verdict: 'broken',
      says: 'More than 3 calls to send were taken in second 0, though 2 a second are the most.',
      counts: { busiestSecond: 4, refused: 0 },
      proof: ['0.1 s sent a', '0.4 s sent d'],
    },
    'a rate with its burst': {
      promises: rate,
      told: '0.1 s sent a\n0.2 s sent b\n0.3 s sent c',
      verdict: 'held',
      counts: { busiestSecond: 3, refused: 0 },
    },
    'one more than that': {
      promises: rate,
      told: '0.1 s sent a\n0.2 s sent b\n0.3 s sent c\n0.4 s sent d\n',
      verdict: 'broken',
      says: 'More than 3 calls to send were taken in second 0, though 2 a second are the most.',
      counts: { busiestSecond: 4, refused: 0 },
      proof: ['0.1 s sent a', '0.4 s sent d'],
    },
    'a batch is one call, and each action has its own': {
      promises: rate,
      told: '0.1 s sent a call=1\n0.1 s sent b call=1\n0.1 s sent c call=1\n0.1 s sent d call=1\n0.2 w gets a\n0.3 w gets b',
      verdict: 'held',
      counts: { busiestSecond: 2, refused: 0 },
    },
    'one more in another second': {
      promises: rate,
      told: '1.1 s sent a\n1.2 s sent b\n1.3 s sent c\n1.4 s sent d',
      verdict: 'broken',
      says: 'More than 3 calls to send were taken in second 1, though 2 a second are the most.',
      counts: { busiestSecond: 4, refused: 0 },
      proof: ['1.1 s sent a', '1.4 s sent d'],
    },
    'two calls': {
      promises: rate,
      told: '0.1 s sent a call=1\n0.2 s sent b call=2',
      verdict: 'held',
      counts: { busiestSecond: 2, refused: 0 },
    },
    'the first call of all is one': {
      promises: rate,
      told: '0.1 s sent a call=0\n0.1 s sent b call=0',
      verdict: 'not exercised',
      says: 'The rate was never near.',
      counts: { busiestSecond: 1, refused: 0 },
    },
    'one send': {
      promises: rate,
      told: '0.1 s sent a call=1',
      verdict: 'not exercised',
      says: 'The rate was never near.',
      counts: { busiestSecond: 1, refused: 0 },
    },
    'one receive': {
      promises: rate,
      told: '0.1 w1 gets a call=1',
      verdict: 'not exercised',
      says: 'The rate was never near.',
      counts: { busiestSecond: 1, refused: 0 },
    },
    'one delete': {
      promises: rate,
      told: '0.1 w1 deleted a call=1',
      verdict: 'not exercised',
      says: 'The rate was never near.',
      counts: { busiestSecond: 1, refused: 0 },
    },
    'one of which nobody knows when': {
      promises: rate,
      told: '0 s sends a call=1\n0.1 s sent a call=1 at=unsaid',
      verdict: 'not exercised',
      says: 'The rate was never near.',
      counts: { busiestSecond: 0, refused: 0 },
    },
    'a refusal says that it was near': {
      promises: rate,
      told: '0.1 s refused a',
      verdict: 'held',
      counts: { busiestSecond: 0, refused: 1 },
    },
    'a rate that is never near': {
      promises: rate,
      told: '0.1 s sent a',
      verdict: 'not exercised',
      says: 'The rate was never near.',
      counts: { busiestSecond: 1, refused: 0 },
    },
  });
});

describe("Little's law", () => {
  const promises = queue({ guarantee: 'littles-law' });
  const here = '0 s sends a\n0 s sent a\n2 w1 gets a\n';
  const gone = `${here}5 w1 deletes a\n5 w1 deleted a\n`;
  check({
    'holds where the metrics say the same': {
      promises,
      told: `${gone}5 q measures v=5`,
      verdict: 'held',
      counts: { messages: 1, unsaid: 0 },
    },
    'is broken where they say more': {
      promises,
      told: `${gone}5 q measures v=6`,
      verdict: 'broken',
      says: 'Messages spent 5 s in the queue by what clients saw, and 6 s by its metrics.',
      counts: { messages: 1, unsaid: 0 },
    },
    'is broken where they say less': {
      promises,
      told: `${gone}5 q measures v=4`,
      verdict: 'broken',
      says: 'Messages spent 5 s in the queue by what clients saw, and 4 s by its metrics.',
      counts: { messages: 1, unsaid: 0 },
    },
    'is unknown where they say nothing': {
      promises,
      told: gone,
      verdict: 'unknown',
      says: 'No metrics came with the history.',
      counts: { messages: 1, unsaid: 0 },
    },
    'does not know when it went where who had it no more deleted it': {
      promises,
      told: `${here}32 w2 gets a\n33 w1 deletes a\n33 w1 deleted a\n34 q measures v=34`,
      verdict: 'unknown',
      says: 'Of too many messages nobody can say when they went.',
      counts: { messages: 1, unsaid: 0 },
    },
    'does not know when it went where the delete came too late': {
      promises,
      told: `${here}33 w1 deletes a\n33 w1 deleted a\n36 q measures v=36`,
      verdict: 'unknown',
      says: 'Of too many messages nobody can say when they went.',
      counts: { messages: 1, unsaid: 0 },
    },
    'does not know when it went where the delete came with the end of the timeout': {
      promises,
      told: `${here}32 w1 deletes a\n32 w1 deleted a\n36 q measures v=36`,
      verdict: 'unknown',
      says: 'Of too many messages nobody can say when they went.',
      counts: { messages: 1, unsaid: 0 },
    },
    'is broken where they say more than the retention period': {
      promises: queue({ guarantee: 'littles-law' }, { retentionUs: 60 * S }),
      told: '0 s sends a\n0 s sent a\n100 q measures v=61',
      verdict: 'broken',
      says: 'Messages spent 0 s to 60 s in the queue by what clients saw, and 61 s by its metrics.',
      counts: { messages: 1, unsaid: 0 },
    },
    'is broken where they say less than until the last receive': {
      promises,
      told: '0 s sends a\n0 s sent a\n20 w1 gets a\n40 q measures v=10',
      verdict: 'broken',
      says: 'Messages spent 20 s to 40 s in the queue by what clients saw, and 10 s by its metrics.',
      counts: { messages: 1, unsaid: 0 },
    },
    'holds for what is left': {
      promises,
      told: '0 s sends a\n0 s sent a\n10 op finds a\n10 q measures v=10',
      verdict: 'held',
      counts: { messages: 1, unsaid: 0 },
    },
    'holds for what came later, and for what happens after': {
      promises,
      told: '10 s sends a\n10 s sent a\n12 w1 gets a\n15 w1 deletes a\n15 w1 deleted a\n20 q measures v=5',
      verdict: 'held',
      counts: { messages: 1, unsaid: 0 },
    },
    'holds for what was gone at once': {
      promises,
      told: '0 s sends a\n0 s sent a\n0 w1 gets a\n0 w1 deletes a\n0 w1 deleted a\n10 q measures v=0',
      verdict: 'held',
      counts: { messages: 1, unsaid: 0 },
    },
    'holds with a send that was refused': {
      promises,
      told: `0 s sends b\n0 s refused b\n${gone}5 q measures v=5`,
      verdict: 'held',
      counts: { messages: 1, unsaid: 0 },
    },
    'is unknown with a send that has no answer': {
      promises,
      told: `0 s sends b\n${gone}5 q measures v=5`,
      verdict: 'unknown',
      says: 'Messages came in of which nobody was told.',
      counts: { messages: 1, unsaid: 1 },
    },
    'is unknown with a message that nobody saw sent': {
      promises,
      told: `${gone}5 w1 gets b\n5 q measures v=5`,
      verdict: 'unknown',
      says: 'Messages came in of which nobody was told.',
      counts: { messages: 1, unsaid: 1 },
    },
    'is unknown with one that is left, and nobody saw sent': {
      promises,
      told: `${gone}5 op finds b\n5 q measures v=5`,
      verdict: 'unknown',
      says: 'Messages came in of which nobody was told.',
      counts: { messages: 1, unsaid: 1 },
    },
    'is unknown where a delete before may have been the one': {
      promises,
      told: `${here}5 w1 deletes a\n6 w1 undecided a\n20 w1 deletes a\n20 w1 deleted a\n20 q measures v=5`,
      verdict: 'unknown',
      says: 'Of too many messages nobody can say when they went.',
      counts: { messages: 1, unsaid: 0 },
    },
    'is broken where they say less than until the delete that may have been the one': {
      promises,
      told: `${here}5 w1 deletes a\n6 w1 undecided a\n20 w1 deletes a\n20 w1 deleted a\n20 q measures v=4`,
      verdict: 'broken',
      says: 'Messages spent 5 s to 20 s in the queue by what clients saw, and 4 s by its metrics.',
      counts: { messages: 1, unsaid: 0 },
    },
    'is unknown where nobody knows when it was deleted': {
      promises,
      told: `${here}4 w1 deletes a call=5\n5 w1 deleted a call=5 at=unsaid\n5 q measures v=5`,
      verdict: 'unknown',
      says: 'Of too many messages nobody can say when they went.',
      counts: { messages: 1, unsaid: 0 },
    },
    'holds up to a microsecond for each message': {
      promises,
      told: `${gone}5 q measures v=5.000005`,
      verdict: 'held',
      counts: { messages: 1, unsaid: 0 },
    },
    'is broken beyond it': {
      promises,
      told: `${gone}5 q measures v=5.000007`,
      verdict: 'broken',
      says: 'Messages spent 5 s in the queue by what clients saw, and 5.000007 s by its metrics.',
      counts: { messages: 1, unsaid: 0 },
    },
    'holds where what is not known is little': {
      promises,
      told: '0 s sends a call=1\n1 s sent a call=1 at=unsaid\n90 w1 gets a\n100 w1 deletes a\n100 w1 deleted a\n100 q measures v=99.5',
      verdict: 'held',
      counts: { messages: 1, unsaid: 0 },
    },
    'is not exercised without messages': {
      promises,
      told: 'rest',
      verdict: 'not exercised',
      says: 'Nothing was acknowledged.',
      counts: { messages: 0, unsaid: 0 },
    },
  });
});

describe('fan-out', () => {
  const promises: Promises = [
    { resource: 'orders', kind: 'sns', reads: [], promises: [{ guarantee: 'fan-out', restUs: 60 * S }] },
  ];
  check({
    'holds where all that is owed is given': {
      promises,
      told: '0 t owes a\n1 t delivers a',
      verdict: 'held',
      counts: { owed: 1, givenUp: 0, open: 0 },
    },
    'holds where it was given up, and told': {
      promises,
      told: '0 t owes a\n1 t drops a\nrest',
      verdict: 'held',
      counts: { owed: 1, givenUp: 1, open: 0 },
    },
    'is broken by what a filter should have kept back': {
      promises,
      told: '0 t owes a\n1 t delivers a\n1 t delivers b',
      verdict: 'broken',
      says: 'A subscription was given a message that its filter does not let through.',
      counts: { owed: 1, givenUp: 0, open: 0 },
      proof: ['1 t delivers b'],
    },
    'is broken by what never came': {
      promises,
      told: '0 t owes a\nrest',
      verdict: 'broken',
      says: 'A subscription was never given a message that its filter lets through.',
      counts: { owed: 1, givenUp: 0, open: 1 },
      proof: ['0 t owes a'],
    },
    'of those that never came the first is named': {
      promises,
      told: '0 t owes c\n0 t owes a\n0 t owes b\n1 t delivers c\nrest',
      verdict: 'broken',
      says: 'A subscription was never given a message that its filter lets through.',
      counts: { owed: 3, givenUp: 0, open: 2 },
      proof: ['0 t owes a'],
    },
    'counts what is owed twice once': {
      promises,
      told: '0 t owes a\n1 t owes a\n2 t delivers a\nrest',
      verdict: 'held',
      counts: { owed: 1, givenUp: 0, open: 0 },
    },
    'names where it was owed first': {
      promises,
      told: '0 t owes a\n1 t owes a\nrest',
      verdict: 'broken',
      says: 'A subscription was never given a message that its filter lets through.',
      counts: { owed: 1, givenUp: 0, open: 1 },
      proof: ['0 t owes a'],
    },
    'is broken by what never came, where nothing went on for long enough': {
      promises,
      told: '0 t owes a\nhealed\n60 op finds b\nend',
      verdict: 'broken',
      says: 'A subscription was never given a message that its filter lets through.',
      counts: { owed: 1, givenUp: 0, open: 1 },
      proof: ['0 t owes a'],
    },
    'is unknown before the end': {
      promises,
      told: '0 t owes a',
      verdict: 'unknown',
      says: 'The history has no end.',
      counts: { owed: 1, givenUp: 0, open: 1 },
    },
    'is not exercised where nothing is owed': {
      promises,
      told: 'rest',
      verdict: 'not exercised',
      says: 'No subscription was owed anything.',
      counts: { owed: 0, givenUp: 0, open: 0 },
    },
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
  const burst = of({ guarantee: 'rate', perSecond: 3, burst: 1, perGroup: 2, groupBurst: 1 });
  const window = of({ guarantee: 'deduplication', windowUs: 300 * S });
  check({
    'none is lost count of': {
      promises: conservation,
      told: '0 t owes a\n0 t owes b\n1 t delivers a\n2 t drops b\nrest',
      verdict: 'held',
      counts: { owed: 2, delivered: 1, givenUp: 1, underWay: 0 },
    },
    'none ends twice': {
      promises: conservation,
      told: '0 t owes a\n1 t delivers a\n2 t delivers a',
      verdict: 'broken',
      says: 'Record 2 is the end of a delivery that was never owed, or had ended.',
      counts: { owed: 1, delivered: 2, givenUp: 0, underWay: 0 },
      proof: ['1 t delivers a', '2 t delivers a'],
    },
    'where copies are made one may': {
      promises: copied,
      told: '0 t owes a\n1 t delivers a\n2 t delivers a\nrest',
      verdict: 'held',
      counts: { owed: 1, delivered: 2, givenUp: 0, underWay: 0 },
    },
    'but not one that was never owed': {
      promises: copied,
      told: '1 t delivers a',
      verdict: 'broken',
      says: 'Record 0 is the end of a delivery that was never owed, or had ended.',
      counts: { owed: 0, delivered: 1, givenUp: 0, underWay: 0 },
      proof: ['1 t delivers a'],
    },
    'none is under way for ever': {
      promises: conservation,
      told: '0 t owes a\n0 t owes a\n1 t delivers a\nrest',
      verdict: 'broken',
      says: 'A delivery neither came to its end nor is under way.',
      counts: { owed: 2, delivered: 1, givenUp: 0, underWay: 1 },
      proof: ['1 t delivers a'],
    },
    'of those that are under way for ever the first is named': {
      promises: conservation,
      told: '0 t owes c\n0 t owes a\n0 t owes b\n1 t delivers c\nrest',
      verdict: 'broken',
      says: 'A delivery neither came to its end nor is under way.',
      counts: { owed: 3, delivered: 1, givenUp: 0, underWay: 2 },
      proof: ['0 t owes a'],
    },
    'the first record of all may be it': {
      promises: conservation,
      told: '0 t owes a\n0 t owes b\nrest',
      verdict: 'broken',
      says: 'A delivery neither came to its end nor is under way.',
      counts: { owed: 2, delivered: 0, givenUp: 0, underWay: 2 },
      proof: ['0 t owes a'],
    },
    'before the end one may be under way': {
      promises: conservation,
      told: '0 t owes a',
      verdict: 'held',
      counts: { owed: 1, delivered: 0, givenUp: 0, underWay: 1 },
    },
    'nothing is owed': {
      promises: conservation,
      told: 'rest',
      verdict: 'not exercised',
      says: 'No subscription was owed anything.',
      counts: { owed: 0, delivered: 0, givenUp: 0, underWay: 0 },
    },
    'nothing is owed that could be lost': {
      promises: noLoss,
      told: 'rest',
      verdict: 'not exercised',
      says: 'No subscription was owed anything.',
      counts: { owed: 0, givenUp: 0, lost: 0 },
    },
    'of those that are lost the first is named': {
      promises: noLoss,
      told: '0 t owes a\n0 t owes b\n8 t drops b\n9 t drops a\nrest',
      verdict: 'broken',
      says: 'A delivery was given up, and no dead-letter queue has it (the first of 2).',
      counts: { owed: 2, givenUp: 2, lost: 2 },
      proof: ['8 t drops b'],
    },
    'what the topic itself sends is no dead letter': {
      promises: noLoss,
      told: '0 t owes a\n8 t sent a\n9 t drops a\nrest',
      verdict: 'broken',
      says: 'A delivery was given up, and no dead-letter queue has it.',
      counts: { owed: 1, givenUp: 1, lost: 1 },
      proof: ['9 t drops a'],
    },
    'none is under way where nothing went on for long enough': {
      promises: conservation,
      told: '0 t owes a\nhealed\n60 op finds b\nend',
      verdict: 'broken',
      says: 'A delivery neither came to its end nor is under way.',
      counts: { owed: 1, delivered: 0, givenUp: 0, underWay: 1 },
      proof: ['0 t owes a'],
    },
    'one that is given up is lost': {
      promises: noLoss,
      told: '0 t owes a\n9 t drops a\nrest',
      verdict: 'broken',
      says: 'A delivery was given up, and no dead-letter queue has it.',
      counts: { owed: 1, givenUp: 1, lost: 1 },
      proof: ['9 t drops a'],
    },
    'unless a dead-letter queue has it': {
      promises: noLoss,
      told: '0 t owes a\n9 t sent a on=dead\n9 t drops a\nrest',
      verdict: 'held',
      counts: { owed: 1, givenUp: 1, lost: 0 },
    },
    'or may have it': {
      promises: noLoss,
      told: '0 t owes a\n9 t unsure a on=dead\n9 t drops a\nrest',
      verdict: 'held',
      counts: { owed: 1, givenUp: 1, lost: 0 },
    },
    'or another one of it was made': {
      promises: noLoss,
      told: '0 t owes a\n0 t owes a\n8 t delivers a\n9 t drops a\nrest',
      verdict: 'held',
      counts: { owed: 2, givenUp: 1, lost: 0 },
    },
    'one that is on its way once more is not yet lost': {
      promises: noLoss,
      told: '0 t owes a\n9 t drops a\n10 t owes a',
      verdict: 'unknown',
      says: 'What was given up was published again, and is under way.',
      counts: { owed: 2, givenUp: 1, lost: 0 },
    },
    'those of a group are in order': {
      promises: order,
      told: '0 t owes a g=1 s=1\n0 t owes b g=1 s=2\n1 t delivers a\n2 t delivers b',
      verdict: 'held',
      counts: { compared: 1 },
    },
    'one that overtakes breaks it': {
      promises: order,
      told: '0 t owes a g=1 s=1\n0 t owes b g=1 s=2\n1 t delivers b\n2 t delivers a',
      verdict: 'broken',
      says: 'A subscription was given a message before an older one of its group.',
      counts: { compared: 1 },
      proof: ['0 t owes a g=1 s=1', '1 t delivers b', '2 t delivers a'],
    },
    'one of another group does not': {
      promises: order,
      told: '0 t owes a g=1 s=1\n0 t owes b g=2 s=2\n1 t delivers b\n2 t delivers a',
      verdict: 'not exercised',
      says: 'No group had two deliveries.',
      counts: { compared: 0 },
    },
    'one that was given up holds nobody back': {
      promises: order,
      told: '0 t owes a g=1 s=1\n0 t owes b g=1 s=2\n0 t owes c g=1 s=3\n1 t delivers b\n2 t drops a\n3 t delivers c',
      verdict: 'held',
      counts: { compared: 1 },
    },
    'one that is owed twice at a time is not judged': {
      promises: order,
      told: '0 t owes a g=1 s=1\n0 t owes b g=1 s=2\n0 t owes a g=1 s=1\n1 t delivers b\n2 t delivers a',
      verdict: 'not exercised',
      says: 'No group had two deliveries.',
      counts: { compared: 0 },
    },
    'those without a group have no order': {
      promises: order,
      told: '0 t owes a s=1\n0 t owes b s=2\n1 t delivers b\n2 t delivers a',
      verdict: 'not exercised',
      says: 'No group had two deliveries.',
      counts: { compared: 0 },
    },
    'those of the first group have one': {
      promises: order,
      told: '0 t owes a g=0 s=0\n0 t owes b g=0 s=1\n1 t delivers b\n2 t delivers a',
      verdict: 'broken',
      says: 'A subscription was given a message before an older one of its group.',
      counts: { compared: 1 },
      proof: ['0 t owes a g=0 s=0', '1 t delivers b', '2 t delivers a'],
    },
    'the first sequence number counts too': {
      promises: order,
      told: '0 t owes a g=1 s=0\n0 t owes b g=1 s=1\n1 t delivers a\n2 t delivers b',
      verdict: 'held',
      counts: { compared: 1 },
    },
    'those of one rank are in any order': {
      promises: order,
      told: '0 t owes a g=1 s=1\n0 t owes b g=1 s=1\n1 t delivers b\n2 t delivers a',
      verdict: 'held',
      counts: { compared: 1 },
    },
    'those of two subscriptions have nothing to do with each other': {
      promises: order,
      told: '0 t owes a g=1 s=1 to=0\n0 t owes b g=1 s=2 to=1\n1 t delivers b to=1\n2 t delivers a to=0',
      verdict: 'not exercised',
      says: 'No group had two deliveries.',
      counts: { compared: 0 },
    },
    'the older one is named, wherever it stands': {
      promises: order,
      told: '0 t owes c g=2 s=0\n0 t owes a g=1 s=1\n0 t owes b g=1 s=2\n1 t delivers b\n2 t delivers a',
      verdict: 'broken',
      says: 'A subscription was given a message before an older one of its group.',
      counts: { compared: 1 },
      proof: ['0 t owes a g=1 s=1', '1 t delivers b', '2 t delivers a'],
    },
    'of one rank the first is named': {
      promises: order,
      told: '0 t owes a g=1 s=1\n0 t owes b g=1 s=2\n0 t owes c g=1 s=2\n1 t delivers b\n2 t delivers c\n3 t delivers a',
      verdict: 'broken',
      says: 'A subscription was given a message before an older one of its group.',
      counts: { compared: 2 },
      proof: ['0 t owes a g=1 s=1', '1 t delivers b', '3 t delivers a'],
    },
    'a topic takes so many messages a second': {
      promises: rate,
      told: '0.1 p published a g=1\n0.2 p published b g=2\n0.3 p published c g=3\n0.4 p published d g=4',
      verdict: 'broken',
      says: 'More than 3 messages were taken in second 0.',
      counts: { busiestSecond: 4, busiestOfGroup: 1, refused: 0 },
      proof: ['0.4 p published d g=4'],
    },
    'and so many of a group': {
      promises: rate,
      told: '0.1 p published a g=1\n0.2 p published b g=1\n0.3 p published c g=1',
      verdict: 'broken',
      says: 'More than 2 messages were taken of one group in second 0.',
      counts: { busiestSecond: 3, busiestOfGroup: 3, refused: 0 },
      proof: ['0.3 p published c g=1'],
    },
    'not more in another second': {
      promises: rate,
      told: '0.1 p published a g=1\n0.2 p published b g=1\n1.3 p published c g=1',
      verdict: 'held',
      counts: { busiestSecond: 2, busiestOfGroup: 2, refused: 0 },
    },
    'as many as it may': {
      promises: rate,
      told: '0.1 p published a g=1\n0.2 p published b g=2\n0.3 p published c g=3',
      verdict: 'held',
      counts: { busiestSecond: 3, busiestOfGroup: 1, refused: 0 },
    },
    'with a burst': {
      promises: burst,
      told: '0.1 p published a g=1\n0.2 p published b g=1\n0.3 p published c g=1\n0.4 p published d g=2',
      verdict: 'held',
      counts: { busiestSecond: 4, busiestOfGroup: 3, refused: 0 },
    },
    'never near': {
      promises: rate,
      told: '0.1 p published a g=1',
      verdict: 'not exercised',
      says: 'The rate was never near.',
      counts: { busiestSecond: 1, busiestOfGroup: 1, refused: 0 },
    },
    'those without a group are the topic alone': {
      promises: rate,
      told: '0.1 p published a\n0.2 p published b\n0.3 p published c',
      verdict: 'held',
      counts: { busiestSecond: 3, busiestOfGroup: 0, refused: 0 },
    },
    'one of an older second that is told late is not of the group': {
      promises: rate,
      told: '1.1 p published a g=1\n1.2 p published b g=1\n1.3 p published c g=1 at=0.5\n1.4 p published d g=1',
      verdict: 'broken',
      says: 'More than 2 messages were taken of one group in second 1.',
      counts: { busiestSecond: 3, busiestOfGroup: 3, refused: 0 },
      proof: ['1.4 p published d g=1'],
    },
    'one of which nobody knows when is not counted': {
      promises: rate,
      told: '0 p publishes a call=1 g=1\n0.1 p published a call=1 at=unsaid g=1',
      verdict: 'not exercised',
      says: 'The rate was never near.',
      counts: { busiestSecond: 0, busiestOfGroup: 0, refused: 0 },
    },
    'a refusal says that the rate was near': {
      promises: rate,
      told: '0.1 p unpublished a g=1',
      verdict: 'held',
      counts: { busiestSecond: 0, busiestOfGroup: 0, refused: 1 },
    },
    'the same within the window is the same message': {
      promises: window,
      told: '0 p publishes a d=1\n0 p published a d=1\n9 p publishes a d=1\n9 p published a d=1',
      verdict: 'held',
      counts: { sent: 2, sentAgain: 1, swallowed: 1 },
    },
    'and after it another': {
      promises: window,
      told: '0 p publishes a d=1\n0 p published a d=1\n301 p publishes a d=1\n301 p published a d=1',
      verdict: 'broken',
      says: 'A message was taken for a duplicate 1 s after the deduplication window had ended.',
      counts: { sent: 2, sentAgain: 1, swallowed: 1 },
      proof: ['0 p published a d=1', '301 p published a d=1'],
    },
  });
});
