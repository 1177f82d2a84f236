/** The story of a broken guarantee: in words, as a sequence chart, and where a report shows it. */
import { describe, expect, it } from 'vitest';
import type { GuaranteeResult, Result } from '../../src/experiment/result.ts';
import { documentOf } from '../../src/report/document.ts';
import { html } from '../../src/report/html.ts';
import { renderFiles, summarise } from '../../src/report/index.ts';
import type { HistoryRecord } from '../../src/report/record-words.ts';
import { drawSequence, legendOf } from '../../src/report/sequence/draw.ts';
import { lifelinesOf } from '../../src/report/sequence/lifelines.ts';
import { spansOf } from '../../src/report/sequence/spans.ts';
import { stepsOf } from '../../src/report/sequence/steps.ts';
import { brokenStories, lineText, NO_SETTING, sameProof, type Setting, storyLines } from '../../src/report/story.ts';
import { widthOf } from '../../src/report/text-width.ts';
import { broken, brokenSale, TWICE } from './broken.ts';

const SETTING: Setting = {
  ...NO_SETTING,
  topics: new Set(['news']),
  deadLetterQueues: new Set(['dead']),
  visibilityUs: () => 5e6,
  endpoint: (place) => ['bills', 'partner'][place],
};

function records(...all: Omit<HistoryRecord, 'n'>[]): HistoryRecord[] {
  return all.map((record, n) => ({ n, ...record }));
}
function stepsIn(all: readonly HistoryRecord[]) {
  return stepsOf(storyLines({ evidence: [], story: all }, SETTING), SETTING);
}

describe('a story in words', () => {
  it('says when, how long after, who and what, and which records prove it', () => {
    const lines = storyLines(broken(), { ...NO_SETTING, visibilityUs: () => 5e6 });
    expect(lines.map((line) => `${line.isProof ? '> ' : ''}${lineText(line)}`)).toEqual([
      'At 1 s: orders began to send request 7 to orders',
      'At 1.015 s, 15 ms later: orders was told that orders has taken request 7, as message 3',
      '> At 2 s, 985 ms later: workers #1 received request 7 from orders (1st time), hidden for 5 s until 7 s',
      'At 2 s: workers #1 began to work on request 7',
      '> At 7.5 s, 5.50 s later: workers #2 received request 7 from orders (2nd time), hidden for 5 s until 12.5 s',
    ]);
    expect(lineText(lines[1] as never, 'Line 4')).toMatch(/^Line 4, at 1\.015 s, 15 ms later: /);
  });

  it('is the evidence where there is no more, and nothing in a result that has none', () => {
    const { story: _, ...rest } = broken();
    expect(storyLines(rest, NO_SETTING)).toHaveLength(2);
    expect(storyLines({}, NO_SETTING)).toEqual([]);
  });

  it('is told once of guarantees that the same records break', () => {
    const other: GuaranteeResult = { ...broken(), name: 'exactly-once' };
    const groups = sameProof([broken(), other, broken('broken'), { ...other, verdict: 'held' }]);
    expect(groups.map((group) => group.map(({ name, expected }) => `${name} ${expected}`))).toEqual([
      ['at-most-once held', 'exactly-once held'],
      ['at-most-once broken'],
    ]);
  });

  it('knows timeouts, endpoints and faults from the scenario that was run', () => {
    const [{ setting } = { setting: NO_SETTING }] = brokenStories(brokenSale());
    expect([setting.visibilityUs('orders'), setting.visibilityUs('nowhere')]).toEqual([5e6, undefined]);
    expect([...setting.deadLetterQueues]).toEqual(['dead']);
  });
});

describe('a sequence chart', () => {
  it('has a lifeline for each who took part: senders, topics, queues, workers, endpoints, dead letters', () => {
    const found = lifelinesOf(
      records(
        { us: 9, do: 'receive', is: 'ok', client: 'undertakers', on: 'dead', entity: 1 },
        { us: 0, do: 'publish', is: 'invoke', client: 'bills', on: 'news', entity: 1 },
        { us: 0, do: 'owed', is: 'ok', client: 'news', on: 'news', entity: 1, subscription: 1 },
        { us: 1, do: 'deliver', is: 'fail', client: 'news', on: 'news', entity: 1, subscription: 1 },
        { us: 1, do: 'send', is: 'invoke', client: 'news', on: 'bills', entity: 1, subscription: 0 },
        { us: 2, do: 'receive', is: 'ok', client: 'clerks', who: 2, on: 'bills', entity: 1 },
        { us: 2, do: 'handle', is: 'invoke', client: 'clerks', who: 2, on: 'clerks', entity: 1 },
      ),
      SETTING,
    );
    // A traffic and a queue may bear one name.
    expect(found.map(({ name, role }) => `${name}: ${role}`)).toEqual([
      'bills: sender',
      'news: topic',
      'bills: queue',
      'undertakers: worker',
      'clerks #2: worker',
      'partner: endpoint',
      'dead: dead letters',
    ]);
  });

  it('draws calls from their caller, answers back, and what never came', () => {
    const found = stepsIn(
      records(
        { us: 0, do: 'send', is: 'invoke', client: 'shop', on: 'orders', entity: 1 },
        { us: 1, do: 'send', is: 'unknown', client: 'shop', on: 'orders', entity: 1 },
        { us: 2, do: 'receive', is: 'ok', client: 'w', on: 'orders', entity: 1, receives: 2 },
        { us: 3, do: 'visibility', is: 'ok', client: 'w', on: 'orders', entity: 1, valueUs: 0 },
        { us: 4, do: 'delete', is: 'fail', client: 'w', on: 'orders', entity: 1, because: 'throttled' },
        { us: 5, do: 'left', is: 'ok', on: 'orders', entity: 1 },
        { us: 6, do: 'fault', is: 'invoke', on: 'db' },
      ),
    );
    expect(found.map(({ kind, from, to, label }) => [kind, from, to, label])).toEqual([
      ['call', 'client shop', 'resource orders', 'sends request 1'],
      ['lost', 'resource orders', 'client shop', 'no answer request 1'],
      ['answer', 'resource orders', 'client w', 'gives request 1, receive 2'],
      ['call', 'client w', 'resource orders', 'gives back request 1'],
      ['failed', 'resource orders', 'client w', 'no: throttled request 1'],
      ['note', 'resource orders', null, 'still has request 1'],
      ['across', null, null, 'fault: db'],
    ]);
  });

  it('shows how long a message is held: to its delete, to its return, or between the rows where its timeout ends', () => {
    const receive = { do: 'receive', is: 'ok', client: 'w', on: 'orders', entity: 1, message: 1 } as const;
    const held = (...rest: Omit<HistoryRecord, 'n'>[]) =>
      spansOf(stepsIn(records({ us: 0, ...receive, handle: 1 }, ...rest)), SETTING)[0]?.to;
    const of = { client: 'w', on: 'orders', entity: 1, message: 1, handle: 1 } as const;
    expect(held({ us: 1e6, do: 'delete', is: 'invoke', ...of }, { us: 2e6, do: 'delete', is: 'ok', ...of })).toBe(2);
    expect(held({ us: 1e6, do: 'visibility', is: 'ok', valueUs: 0, ...of })).toBe(1);
    expect(held({ us: 5e6, do: 'end', is: 'ok' }, { us: 6e6, do: 'end', is: 'ok' })).toBe(1.5);
    expect(
      held({ us: 4e6, do: 'visibility', is: 'ok', valueUs: 9e6, ...of }, { us: 9e6, do: 'end', is: 'ok' }),
    ).toBeNull();
    expect(held({ us: 1e6, do: 'delete', is: 'ok', ...of, handle: 2 })).toBeNull();
    expect(held({ us: 1e6, do: 'purge', is: 'invoke', on: 'orders' })).toBe(1);
  });

  it('shows work and faults from their begin to their end, or to the bottom', () => {
    const at = { client: 'w', on: 'w', entity: 1 } as const;
    const spans = spansOf(
      stepsIn(
        records(
          { us: 0, do: 'fault', is: 'invoke', on: 'db' },
          { us: 1, do: 'handle', is: 'invoke', ...at },
          { us: 2, do: 'fault', is: 'invoke', on: 'w' },
          { us: 3, do: 'handle', is: 'unknown', ...at },
          { us: 4, do: 'fault', is: 'ok', on: 'db' },
        ),
      ),
      SETTING,
    );
    expect(spans.map(({ kind, at: where, from, to }) => [kind, where, from, to])).toEqual([
      ['fault', null, 0, 4],
      ['working', 'client w', 1, 3],
      ['fault', null, 2, null],
    ]);
  });

  it('is the same each time, escapes names, and marks what proves it', () => {
    const [story] = brokenStories(brokenSale());
    if (story === undefined) throw new Error('no story');
    const { inner, width, height } = drawSequence(story);
    expect(drawSequence(story)).toEqual({ inner, width, height });
    expect(inner.match(/<circle [^>]*fill="#a8201a"/g)).toHaveLength(2);
    expect(legendOf(story).map(({ label }) => label)).toEqual([
      'proves it',
      'holds a message',
      'works on it',
      'fault in force',
    ]);
    const lines = story.lines.map((line) => ({ ...line, record: { ...line.record, client: '<b>&"' } }));
    expect(drawSequence({ ...story, lines }).inner).not.toContain('<b>');
  });

  it('keeps every text within its column, however long the names are', () => {
    const [story] = brokenStories(brokenSale());
    if (story === undefined) throw new Error('no story');
    const long = `worker-${'x'.repeat(70)}`;
    const lines = story.lines.map((line) => ({ ...line, record: { ...line.record, client: long } }));
    const { inner, width } = drawSequence({ ...story, lines });
    for (const [, x, size, style = '', words] of inner.matchAll(
      /<text x="([\d.]+)" y="[\d.]+" font-size="(\d+)"([^>]*)>([^<]*)</g,
    )) {
      const room = widthOf(words ?? '', Number(size));
      const start = style.includes('middle')
        ? Number(x) - room / 2
        : style.includes('end')
          ? Number(x) - room
          : Number(x);
      expect([words, start >= 0, start + room <= width]).toEqual([words, true, true]);
    }
  });
});

describe('a report', () => {
  /** Without the other charts, which take their time. */
  const page = (result: Result): string => html(result, documentOf(result), new Map());
  const CHART = '<figure class="sequence" id="story-queued-at-most-once-orders">';

  it('shows a broken guarantee with its story before everything else', () => {
    const shown = page(brokenSale());
    expect(shown).toContain(CHART);
    expect(shown.indexOf('class="alarm"')).toBeLessThan(shown.indexOf(CHART));
    expect(shown.indexOf(CHART)).toBeLessThan(shown.indexOf('class="headline"'));
    expect(shown).toMatch(/<svg class="sequence"[^>]* role="img" aria-labelledby="([^"]+)"><title id="\1">/);
    expect(shown.match(/<ol class="tale">(?:<li.*?<\/li>){6}<\/ol>/g)).toHaveLength(1);
  });

  it('folds the story of a break that was expected below the table, and raises no alarm', () => {
    const shown = page(brokenSale('broken'));
    const fold = `<details><summary>How it came about: at-most-once of orders is broken in queued</summary>${CHART}`;
    expect(shown).toContain(fold);
    expect(shown.indexOf(fold)).toBeGreaterThan(shown.indexOf('<caption>Guarantees</caption>'));
    expect(shown).not.toContain('is broken in queued. A request');
    const text = summarise(brokenSale('broken'), { color: false, width: 100 });
    expect(text).not.toContain('How it came about');
    expect(text).toContain('1 broken (at-most-once of orders, as expected)');
  });

  it('tells it in Markdown and on the terminal too, and draws it as a file', async () => {
    const files = await renderFiles(brokenSale(), new Set(['md', 'svg'] as const));
    const markdown = files.get('report.md') ?? '';
    expect(markdown).toContain('## How it came about: at-most-once of orders is broken in queued');
    expect(markdown).toContain('](charts/story-queued-at-most-once-orders.svg)');
    expect(markdown).toMatch(/\n4\. \*\*At 2 s, 985 ms later: workers \\#1 received request 7/);
    expect(markdown.indexOf('How it came about')).toBeLessThan(markdown.indexOf('## Objectives and guarantees'));
    expect(files.get('charts/story-queued-at-most-once-orders.svg')).toMatch(
      /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/,
    );
    const text = summarise(brokenSale(), { color: false, width: 80 });
    expect(text).toMatch(
      /How it came about: at-most-once of orders is broken in queued \(> proves it\)\n {2}1\. At 0\.5 s: a fault/,
    );
    expect(text).toContain('> 6. At 7.5 s, 5.50 s later: workers #2 received request 7');
    expect(text.indexOf('How it came about')).toBeLessThan(text.indexOf('offered'));
  });

  it('of a result from before stories were told shows none', () => {
    const { evidence: _, story: __, ...former } = TWICE;
    expect(page(brokenSale('held', former))).not.toContain('<figure class="sequence"');
  });
});
