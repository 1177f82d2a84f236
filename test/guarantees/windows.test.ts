/** The checker of windows, by what an application tells. */
import { describe, expect, test } from 'vitest';
import { judgeHistory, type Verdict } from '../../src/guarantees/index.ts';
import { History, type HistoryRecord } from '../../src/history/index.ts';

/** Windows of 10 µs; a watermark 5 µs behind the latest time. */
const SETTINGS = { sizeUs: 10, slideUs: 10, latenessUs: 0, outOfOrdernessUs: 5, splits: 2 };

/** `us`: when it is told; times in windows are microseconds, too. */
class Told {
  readonly history = new History();
  #us = 0;

  at(us: number): this {
    this.#us = us;
    return this;
  }
  counts(split: number, sequence: number, key: number, timeUs: number): this {
    return this.#add({
      do: 'handle',
      is: 'invoke',
      who: split,
      sequence: numberOf(split, sequence),
      group: key,
      valueUs: timeUs,
    });
  }
  leavesOut(split: number, sequence: number, key: number): this {
    return this.#add({ do: 'handle', is: 'fail', who: split, sequence: numberOf(split, sequence), group: key });
  }
  resumes(split: number, sequence: number): this {
    return this.#add({ do: 'receive', is: 'invoke', who: split, sequence: numberOf(split, sequence) });
  }
  gives(key: number, startUs: number, count: number, sizeUs = 10): this {
    return this.#add({
      do: 'deliver',
      is: 'ok',
      group: key,
      message: startUs,
      handle: startUs + sizeUs,
      valueUs: count,
    });
  }
  #add(record: Omit<HistoryRecord, 'n' | 'us'>): this {
    this.history.add({ us: this.#us, client: 'app', on: 'app', ...record });
    return this;
  }
}

/** No two splits have a sequence number in common. */
function numberOf(split: number, sequence: number): number {
  return sequence * 16 + split;
}

interface Found {
  readonly verdict: Verdict;
  readonly sentence: string;
  readonly evidence: readonly number[];
  readonly counts: Readonly<Record<string, number>>;
}

function found({ history }: Told, but: Readonly<Record<string, unknown>> = {}): Found {
  const promises = [{ guarantee: 'windows-exact', ...SETTINGS, ...but }];
  const [finding] = judgeHistory(history, [{ resource: 'app', kind: 'analytics', promises }]).findings;
  const { verdict = 'unknown', sentence = '', evidence = [], counts = {} } = finding ?? {};
  return { verdict, sentence, evidence, counts };
}

const HELD = { verdict: 'held', sentence: '', evidence: [] };
const wrong = (count: number, all: number): string =>
  `A result has ${count} records of a window in which ${all} were counted.`;
const TWICE = 'A window gave two results, though nothing late may be added to it.';
const ON_TIME = 'A record was left out as late, and was on time.';

describe('a result', () => {
  test('has what was counted of its key in its window, the beginning in it and the end not', () => {
    const told = new Told().counts(0, 1, 1, 9).counts(0, 2, 1, 10).counts(1, 1, 1, 19).counts(1, 2, 1, 20);
    told.counts(0, 3, 2, 15).gives(1, 10, 2);
    expect(found(told)).toEqual({ ...HELD, counts: { records: 5, results: 1, late: 0, reopened: 0 } });
    told.gives(2, 10, 1);
    expect(found(told)).toEqual({ ...HELD, counts: { records: 5, results: 2, late: 0, reopened: 0 } });
  });

  test.each([1, 3])('is broken by %s of 2', (count) => {
    const told = new Told().counts(0, 1, 1, 1).counts(0, 2, 1, 2).gives(1, 0, count).gives(1, 10, 7);
    expect(found(told)).toMatchObject({ verdict: 'broken', sentence: wrong(count, 2), evidence: [2] });
  });

  test('counts a record once, however often it is told', () => {
    expect(found(new Told().counts(0, 1, 1, 1).counts(0, 1, 1, 1).gives(1, 0, 1))).toMatchObject(HELD);
  });

  test('comes once for each window, unless something late may be added', () => {
    const told = new Told().counts(0, 1, 1, 1).gives(1, 0, 1).gives(2, 0, 0).gives(1, 10, 0).gives(1, 0, 1);
    expect(found(told)).toMatchObject({ verdict: 'broken', sentence: TWICE, evidence: [1, 4] });
    expect(found(told, { latenessUs: 1 })).toMatchObject(HELD);
  });

  test('says nothing where there is none', () => {
    expect(found(new Told().counts(0, 1, 1, 1))).toEqual({
      verdict: 'not exercised',
      sentence: 'No window gave a result.',
      evidence: [],
      counts: { records: 1, results: 0, late: 0, reopened: 0 },
    });
  });
});

describe('a restart', () => {
  const before = (): Told => new Told().counts(0, 1, 1, 1).counts(0, 2, 1, 2).counts(1, 1, 1, 3).gives(1, 0, 3);

  test('takes back what is behind the position of its split, and a window may give its result anew', () => {
    expect(found(before().at(9).resumes(0, 1).gives(1, 0, 2))).toMatchObject(HELD);
    expect(found(before().at(9).resumes(0, 2).gives(1, 0, 3))).toMatchObject(HELD);
    expect(found(before().at(9).resumes(0, 1).resumes(1, 0).gives(1, 0, 1))).toMatchObject(HELD);
    expect(found(before().at(9).resumes(0, 1).gives(1, 0, 3))).toMatchObject({
      verdict: 'broken',
      sentence: wrong(3, 2),
      evidence: [5],
    });
  });

  test('counts what is read again', () => {
    const told = before().at(9).resumes(0, 0).resumes(1, 0);
    told.counts(0, 1, 1, 1).counts(0, 2, 1, 2).counts(1, 1, 1, 3).gives(1, 0, 3);
    expect(found(told)).toMatchObject({ ...HELD, counts: { records: 6, results: 2 } });
    expect(found(told.gives(1, 0, 3))).toMatchObject({ verdict: 'broken', sentence: TWICE, evidence: [9, 10] });
  });

  describe('of whose checkpoint a window had been forgotten', () => {
    /** The checkpoint has times until `keptUs`; the window from 0 to 10 had one record, and gets another. */
    const reopened = (keptUs: number, kept = 2): Told => {
      const told = new Told().counts(0, 1, 1, 2).counts(0, 2, 2, keptUs).counts(0, 3, 2, 90).gives(1, 0, 1);
      return told.at(9).resumes(0, kept).resumes(1, 0).counts(1, 1, 1, 4);
    };

    test('it may have what came since, alone', () => {
      expect(found(reopened(15).gives(1, 0, 1))).toMatchObject({ ...HELD, counts: { reopened: 1 } });
      expect(found(reopened(15).gives(1, 0, 2))).toMatchObject({ ...HELD, counts: { reopened: 0 } });
      expect(found(reopened(15).gives(1, 0, 0))).toMatchObject({ verdict: 'broken', sentence: wrong(0, 2) });
    });

    test('it has both where the checkpoint still knew it', () => {
      expect(found(reopened(14).gives(1, 0, 1))).toMatchObject({ verdict: 'broken', sentence: wrong(1, 2) });
      // What was taken back is in no checkpoint.
      expect(found(reopened(15, 1).gives(1, 0, 1))).toMatchObject({ verdict: 'broken', sentence: wrong(1, 2) });
      // Nor what only the checkpoint before the last one had.
      const again = reopened(15).at(12).resumes(0, 1).resumes(1, 1);
      expect(found(again.gives(1, 0, 1))).toMatchObject({ verdict: 'broken', sentence: wrong(1, 2) });
    });

    test('late records keep a window for longer', () => {
      expect(found(reopened(15).gives(1, 0, 1), { latenessUs: 1 })).toMatchObject({ verdict: 'broken' });
      expect(found(reopened(16).gives(1, 0, 1), { latenessUs: 1 })).toMatchObject({ ...HELD, counts: { reopened: 1 } });
    });
  });
});

describe('a record that is left out', () => {
  /** One of time 3, behind one of another time. */
  const late = (aheadUs: number, split = 0): Told =>
    new Told().counts(split, 1, 2, aheadUs).counts(0, 2, 1, 3).leavesOut(0, 2, 1).gives(1, 0, 0);

  test('is late where the watermark has passed the end of its last window, and is in no result', () => {
    expect(found(late(15))).toEqual({ ...HELD, counts: { records: 2, results: 1, late: 1, reopened: 0 } });
  });

  test('is on time a moment before', () => {
    expect(found(late(14))).toMatchObject({ verdict: 'broken', sentence: ON_TIME, evidence: [2] });
    expect(found(late(15), { latenessUs: 1 })).toMatchObject({ verdict: 'broken', sentence: ON_TIME });
    expect(found(late(16), { latenessUs: 1 })).toMatchObject(HELD);
    // Its last window begins at 0 still, and ends at 20.
    expect(found(late(15), { sizeUs: 20 })).toMatchObject({ verdict: 'broken', sentence: ON_TIME });
  });

  test('goes by the last of the windows that slide', () => {
    const told = (aheadUs: number): Told =>
      new Told().counts(0, 1, 2, aheadUs).counts(0, 2, 1, 7).leavesOut(0, 2, 1).gives(1, 0, 0);
    expect(found(told(20), { slideUs: 5 })).toMatchObject(HELD);
    expect(found(told(19), { slideUs: 5 })).toMatchObject({ verdict: 'broken', sentence: ON_TIME });
  });

  test('goes by what came before it in its own split', () => {
    expect(found(late(99, 1))).toMatchObject({ verdict: 'broken', sentence: ON_TIME });
    const after = new Told().counts(0, 2, 1, 3).leavesOut(0, 2, 1).counts(0, 3, 2, 99).gives(1, 0, 0);
    expect(found(after)).toMatchObject({ verdict: 'broken', sentence: ON_TIME });
    const between = new Told()
      .counts(0, 3, 2, 8)
      .counts(0, 1, 2, 15)
      .counts(0, 4, 1, 3)
      .leavesOut(0, 4, 1)
      .gives(1, 0, 0);
    expect(found(between)).toMatchObject(HELD);
  });

  test('is judged by nobody in a split that came later, or where idle ones are left out', () => {
    const inSplit = (split: number): Told => new Told().counts(split, 2, 1, 3).leavesOut(split, 2, 1).gives(1, 0, 0);
    expect(found(inSplit(1))).toMatchObject({ verdict: 'broken', sentence: ON_TIME });
    expect(found(inSplit(2))).toMatchObject(HELD);
    expect(found(inSplit(1), { hasIdle: true })).toMatchObject(HELD);
  });
});

test.each(['sizeUs', 'slideUs', 'latenessUs', 'outOfOrdernessUs', 'splits'])('a promise must say its %s', (setting) => {
  expect(found(new Told().gives(1, 0, 0), { [setting]: undefined })).toMatchObject({
    verdict: 'unknown',
    sentence: `The checker failed: the promise windows-exact lacks the number ${setting}.`,
  });
});
