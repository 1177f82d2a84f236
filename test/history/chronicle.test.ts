import { describe, expect, test } from 'vitest';
import { Chronicle, type History, type HistoryRecord } from '../../src/history/index.ts';
import { type Story, story } from '../guarantees/story.ts';

/** The lines of a story that tell how its records of the given lines came about. */
function told(text: Story, evidence: readonly number[], most?: number): string[] {
  return text.lines(chronicle(text.history, evidence, most).map(({ n }) => n));
}

function chronicle(history: History, evidence: readonly number[], most?: number): HistoryRecord[] {
  const found = new Chronicle(
    evidence.map((n) => history.record(n)),
    most,
  );
  for (const chunk of history.chunks) found.take(chunk, history.names);
  return found.story();
}

const TWICE = `
  0   shop sends a
  0.1 shop sent a
  0.2 shop sends b
  0.3 shop sent b
  1   w1   gets a
  1.1 w2   gets b
  2   w1   deletes a
  3   w2   gets a
  4   w2   deletes a
`;

describe('a chronicle', () => {
  test('tells what happened to the requests of the evidence, from their send to its last record', () => {
    expect(told(story(TWICE), [4, 7])).toEqual([
      '0 shop sends a',
      '0.1 shop sent a',
      '1 w1 gets a',
      '2 w1 deletes a',
      '3 w2 gets a',
    ]);
  });

  test('goes on to the end where only sends prove it: what did not come out', () => {
    expect(told(story(TWICE), [1])).toContain('4 w2 deletes a');
  });

  test('has the faults that were in force, and no others', () => {
    const text = story(TWICE);
    const fault = (us: number, is: 'invoke' | 'ok', on: string): HistoryRecord => ({ n: 0, us, do: 'fault', is, on });
    const found = chronicle(
      historyOf([
        fault(0, 'invoke', 'over'),
        fault(0, 'invoke', 'orders'),
        fault(0, 'ok', 'over'),
        ...[...text.history].slice(0, 8),
        fault(9e6, 'invoke', 'later'),
      ]),
      [10],
    );
    expect(found.filter((one) => one.do === 'fault').map(({ on }) => on)).toEqual(['orders']);
  });

  test('leaves out first what is far from the end, never the evidence or how it began', () => {
    const again = Array.from({ length: 40 }, (_, i) => `${i + 1} w1 gets a`).join('\n');
    const found = told(story(`0 shop sends a\n0.1 shop sent a\n${again}`), [2, 41], 6);
    expect(found).toEqual([
      '0 shop sends a',
      '0.1 shop sent a',
      '1 w1 gets a',
      '38 w1 gets a',
      '39 w1 gets a',
      '40 w1 gets a',
    ]);
  });

  test('follows one subscription, where the evidence is of one', () => {
    const records: Omit<HistoryRecord, 'n'>[] = [
      { us: 0, do: 'publish', is: 'invoke', client: 'shop', on: 'topic', entity: 7 },
      { us: 1, do: 'owed', is: 'ok', client: 'topic', on: 'topic', entity: 7, subscription: 0 },
      { us: 1, do: 'owed', is: 'ok', client: 'topic', on: 'topic', entity: 7, subscription: 1 },
      { us: 2, do: 'deliver', is: 'ok', client: 'topic', on: 'topic', entity: 7, subscription: 0 },
      { us: 3, do: 'deliver', is: 'fail', client: 'topic', on: 'topic', entity: 7, subscription: 1 },
    ];
    expect(chronicle(historyOf(records), [4]).map(({ n }) => n)).toEqual([0, 2, 4]);
  });

  test('tells of a purge of the same queue', () => {
    const text = story('0 shop sends a\n0.1 shop sent a\n1 ops purges\n1 ops purges on=bills\n9 w1 gets a');
    expect(told(text, [4])).toEqual(['0 shop sends a', '0.1 shop sent a', '1 ops purges', '9 w1 gets a']);
  });

  test('takes no more room however long the history is', () => {
    const again = Array.from({ length: 9000 }, (_, i) => `${i + 1} w1 gets a`).join('\n');
    expect(told(story(`0 shop sends a\n${again}`), [9000])).toHaveLength(24);
  });
});

function historyOf(records: readonly Omit<HistoryRecord, 'n'>[]): History {
  const { history } = story('');
  for (const record of records) history.add(record);
  return history;
}
