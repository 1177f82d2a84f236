import { describe, expect, test } from 'vitest';
import {
  type Checker,
  Judge,
  judgeHistory,
  type Promises,
  type Registry,
  registry,
  worseThan,
} from '../../src/guarantees/index.ts';
import { History, HistoryChunk, type Names, What } from '../../src/history/index.ts';
import { recordAt, writeRecord } from '../../src/history/record.ts';
import { GUARANTEES } from '../../src/scenario/guarantees.ts';
import { story } from './story.ts';

const told = '0 shop sends a\n0 shop sent a\n1 w1 gets a\n2 w1 gets a';
const ofQueue = (...guarantees: string[]): Promises => [
  {
    resource: 'orders',
    kind: 'sqs',
    visibilityUs: 30e6,
    promises: guarantees.map((guarantee) => ({ guarantee, restUs: 1 })),
  },
];
const falls = (when: 'start' | 'see' | 'finish'): Checker => ({
  guarantee: 'falls',
  start: () => {
    const fall = (at: string): void => {
      if (at === when) throw new Error('out of paper');
    };
    fall('start');
    return {
      wants: [What.receiveOk],
      see: () => fall('see'),
      finish: () => {
        fall('finish');
        return { verdict: 'held', sentence: '', evidence: [], counts: {} };
      },
    };
  },
});

/** Records `from` to `to` (exclusive) of a chunk. */
function partOf(whole: HistoryChunk, names: Names, from: number, to: number): HistoryChunk {
  const part = new HistoryChunk(to - from);
  part.first = from;
  for (let row = from; row < to; row++) writeRecord(part, part.count++, recordAt(whole, row, names), names);
  return part;
}

describe('the judge', () => {
  test.each(['start', 'see', 'finish'] as const)(
    'calls it unknown when a checker falls over (%s), and goes on',
    (when) => {
      const checkers: Registry = { sqs: [falls(when), ...(registry['sqs'] ?? [])] };
      const { findings } = judgeHistory(story(told).history, ofQueue('falls', 'visibility'), checkers);
      expect(findings).toMatchObject([
        { verdict: 'unknown', sentence: 'The checker failed: out of paper.' },
        { verdict: 'broken', evidence: [2, 3] },
      ]);
    },
  );

  test.each(['scan', 'scanRun'] as const)('shows a checker that fell over a whole chunk (%s) no other', (how) => {
    let shown = 0;
    const fall = (): void => {
      shown++;
      throw new Error('out of ink');
    };
    const hasty: Checker = {
      guarantee: 'hasty',
      start: () => ({
        wants: [What.receiveOk],
        [how]: fall,
        finish: () => ({ verdict: 'held', sentence: '', evidence: [], counts: {} }),
      }),
    };
    const scope = how === 'scan' ? {} : ({ scope: 'all' } as const);
    const promises: Promises = [{ resource: 'orders', kind: 'any', ...scope, promises: [{ guarantee: 'hasty' }] }];
    const { history } = story(told);
    const [whole] = history.chunks as [HistoryChunk];
    const judge = new Judge(promises, { any: [hasty] });
    for (const from of [2, 3]) judge.take(partOf(whole, history.names, from, from + 1), history.names);
    expect(judge.finish().findings).toMatchObject([
      { verdict: 'unknown', sentence: 'The checker failed: out of ink.' },
    ]);
    expect(shown).toBe(1);
  });

  test('finds as much as was promised: who only counts says nothing', () => {
    const { findings } = judgeHistory(story(told).history, ofQueue('group-lock'));
    expect(findings.map(({ guarantee }) => guarantee)).toEqual(['group-lock']);
  });

  test.each([
    [
      'no number',
      { guarantee: 'redrive', maxReceiveCount: '3' },
      'the promise redrive lacks the number maxReceiveCount',
    ],
    ['an endless one', { guarantee: 'redrive', maxReceiveCount: Number.POSITIVE_INFINITY }, 'lacks the number'],
    ['no list', { guarantee: 'prefetch', limits: 3, cumulative: [0] }, 'the promise prefetch lacks the numbers limits'],
    ['not only numbers', { guarantee: 'prefetch', limits: [3, '4'], cumulative: [0] }, 'lacks the numbers limits'],
  ])('calls it unknown when a setting of a promise is %s', (_, promise, says) => {
    const kind = promise.guarantee === 'prefetch' ? 'mq' : 'sqs';
    const { findings } = judgeHistory(story(told).history, [{ resource: 'orders', kind, promises: [promise] }]);
    expect(findings).toMatchObject([{ verdict: 'unknown', sentence: expect.stringContaining(says) }]);
  });

  test('knows no end of a history that tells of none, whatever else is over', () => {
    const { history } = story('0 shop sends a\n0 shop sent a\nhealed\nquiesced');
    history.add({ us: 1, do: 'read', is: 'ok', on: 'orders' });
    const finding = (): unknown => judgeHistory(history, ofQueue('at-least-once')).findings[0];
    expect(finding()).toMatchObject({ verdict: 'unknown', sentence: 'The history has no end.' });
    history.add({ us: 1, do: 'end', is: 'ok' });
    expect(finding()).toMatchObject({ verdict: 'broken' });
  });

  test('calls it unknown when a promise lacks what its checker needs, or nobody can check it', () => {
    const { findings } = judgeHistory(story(told).history, ofQueue('redrive', 'exactly-twice'));
    expect(findings.map(({ verdict }) => verdict)).toEqual(['unknown', 'unknown']);
    expect(findings[0]?.sentence).toContain('maxReceiveCount');
    expect(findings[1]?.sentence).toBe('Nobody can check it on resources of the kind sqs.');
  });

  test('shows a checker that fell over nothing more, and each of the others every record once', () => {
    const shown = [0, 0, 0];
    const counts = (place: number, falling: boolean): Checker => ({
      guarantee: `number ${place}`,
      start: () => ({
        wants: [What.receiveOk],
        see: () => {
          shown[place] = (shown[place] as number) + 1;
          if (falling) throw new Error('out of paper');
        },
        finish: () => ({ verdict: 'held', sentence: '', evidence: [], counts: {} }),
      }),
    });
    const checkers: Registry = { sqs: [counts(0, false), counts(1, true), counts(2, false)] };
    judgeHistory(story(told).history, ofQueue('number 0', 'number 1', 'number 2'), checkers);
    expect(shown).toEqual([2, 1, 2]);
  });

  test('calls it unknown when a checker falls over a whole chunk', () => {
    const scans: Checker = {
      guarantee: 'scans',
      start: () => ({
        wants: [],
        see: () => undefined,
        scanRun: () => {
          throw new Error('out of ink');
        },
        finish: () => ({ verdict: 'held', sentence: '', evidence: [], counts: {} }),
      }),
    };
    const promises: Promises = [{ resource: '*', kind: 'run', scope: 'all', promises: [{ guarantee: 'scans' }] }];
    expect(judgeHistory(story(told).history, promises, { run: [scans] }).findings).toMatchObject([
      { verdict: 'unknown', sentence: 'The checker failed: out of ink.' },
    ]);
  });

  test('takes a history for whole unless it is told otherwise, and answers for exact ones', () => {
    const { history } = story('0 s sends a call=1\n5 s sent a call=1 at=unsaid\n12 w1 gets a\nrest');
    const judge = new Judge(
      [{ resource: 'orders', kind: 'sqs', visibilityUs: 30e6, promises: [{ guarantee: 'delay', delayUs: 10e6 }] }],
      registry,
    );
    for (const chunk of history.chunks) judge.take(chunk, history.names);
    // Taken in at 5 s, as the answer came; had it been in doubt, at 0 s.
    expect(judge.finish().findings).toMatchObject([{ verdict: 'broken', evidence: [1, 2] }]);
    const lost = new Judge(ofQueue('at-least-once'), registry);
    const { history: whole } = story('0 s sends a\n0 s sent a\nrest');
    for (const chunk of whole.chunks) lost.take(chunk, whole.names);
    expect(lost.finish().findings).toMatchObject([{ verdict: 'broken' }]);
  });

  test('takes a kind of resource that it has never heard of', () => {
    const fair: Checker = {
      guarantee: 'all-different',
      start: () => {
        const seen = new Set<number>();
        let twice = -1;
        return {
          wants: [What.receiveOk],
          see: ({ entity, n }) => {
            if (seen.has(entity)) twice = n;
            seen.add(entity);
          },
          finish: () => ({ verdict: twice < 0 ? 'held' : 'broken', sentence: '', evidence: [twice], counts: {} }),
        };
      },
    };
    const promises: Promises = [{ resource: 'orders', kind: 'stream', promises: [{ guarantee: 'all-different' }] }];
    expect(judgeHistory(story(told).history, promises, { stream: [fair] }).findings).toMatchObject([
      { guarantee: 'all-different', resource: 'orders', verdict: 'broken', evidence: [3] },
    ]);
  });

  test('shows each record once, one by one where the fold asks for it, and with lives as they were before it', () => {
    const seen: string[] = [];
    const both: Checker = {
      guarantee: 'both',
      start: () => ({
        wants: [What.receiveOk],
        mustSee: () => seen.length === 0,
        see: ({ n, lives, message }) => seen.push(`${n} ${lives.wasReceived(message)}`),
        scan: ({ receives, chunk }) => {
          for (let i = 0; i < receives.count; i++) seen.push(`${chunk.first + (receives.rows[i] as number)} of many`);
        },
        finish: () => ({ verdict: 'held', sentence: '', evidence: [], counts: {} }),
      }),
    };
    const { history } = story(`${told}\n3 w1 gets a\n4 w1 gets a`);
    const cut = new History();
    const [whole] = history.chunks as [HistoryChunk];
    for (const [from, to] of [
      [0, 4],
      [4, 6],
    ] as const)
      cut.chunks.push(partOf(whole, history.names, from, to));
    cut.names = history.names;
    judgeHistory(cut, ofQueue('both'), { sqs: [both] });
    expect(seen).toEqual(['2 false', '3 true', '4 of many', '5 of many']);
  });

  test('knows no end of a history that was cut off', () => {
    const whole = story(`${told}\n3 shop sends b\n3 shop sent b\nrest`).history;
    const cut = new History(whole.records - 1);
    for (const chunk of whole.chunks) cut.take(chunk, whole.names);
    expect(cut.truncated).toBe(true);
    expect(judgeHistory(whole, ofQueue('at-least-once')).findings).toMatchObject([{ verdict: 'broken' }]);
    expect(judgeHistory(cut, ofQueue('at-least-once')).findings).toMatchObject([
      { verdict: 'unknown', sentence: 'The history was too long to be kept, so its end is not known.' },
    ]);
  });

  test('counts rare situations', () => {
    const { history } = story(
      `0 shop sends a d=1\n0 shop sent a d=1\n1 shop sends a d=1\n1 shop sent a d=1\n1 w1 gets a\n32 w2 gets a\n33 w1 deletes a\n63 w2 deletes a\n63 w2 deleted a\n64 w3 begins a on=workers\n64 w3 fails a on=workers\nfault`,
    );
    const promises: Promises = [...ofQueue('visibility'), { resource: 'workers', kind: 'consumer', promises: [] }];
    const { probes } = judgeHistory(history, promises);
    expect(Object.fromEntries(Object.entries(probes).filter(([, count]) => count > 0))).toEqual({
      redelivery: 1,
      'delete-raced-timeout': 1,
      'stale-handle': 1,
      deduplicated: 1,
      'handler-failed': 1,
      fault: 1,
    });
  });

  test.each([
    ['while an earlier one of its group is in hand', 'g=1 s=2', 1],
    ['while one of another group is', 'g=2 s=2', 0],
    ['without an order', 'g=1', 0],
  ])('counts a message that has to wait for its group: sent %s', (_, how, times) => {
    const { history } = story(
      `0 shop sends a g=1\n0 shop sent a g=1 s=1\n1 w1 gets a g=1 s=1\n2 shop sends b\n2 shop sent b ${how}`,
    );
    expect(judgeHistory(history, ofQueue('group-lock')).probes['group-locked']).toBe(times);
  });

  test.each([
    ['has deleted it', '1 w1 gets a g=1 s=1\n2 w1 deletes a\n2 w1 deleted a'],
    ['has had it for longer than the timeout', '1 w1 gets a g=1 s=1'],
    ['has it itself', '31.5 w1 gets b g=1 s=2 at=31.4'],
  ])('counts none where who had the earlier one %s', (_, before) => {
    const { history } = story(
      `0 shop sends a g=1\n0 shop sent a g=1 s=1\n${before}\n33 shop sends b\n33 shop sent b g=1 s=2`,
    );
    expect(judgeHistory(history, ofQueue('group-lock')).probes['group-locked']).toBe(0);
  });

  test('puts the worst verdict first', () => {
    const all = ['not exercised', 'held', 'unknown', 'broken'] as const;
    expect([...all].sort((a, b) => (worseThan(a, b) ? -1 : 1))).toEqual(['broken', 'unknown', 'held', 'not exercised']);
    expect(all.map((verdict) => worseThan(verdict, verdict))).toEqual([false, false, false, false]);
  });

  test('has a checker for each guarantee that a scenario may name, and the other way round', () => {
    for (const [kind, names] of Object.entries(GUARANTEES)) {
      expect([...names].sort()).toEqual((registry[kind] ?? []).map(({ guarantee }) => guarantee).sort());
    }
  });
});
