import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Result } from '../../src/experiment/result.ts';
import { chartsOf } from '../../src/report/charts/index.ts';
import { NARROW, WIDE } from '../../src/report/charts/chart.ts';
import { REPORT_FORMATS, renderFiles, summarise } from '../../src/report/index.ts';
import { flashSale, share } from './fixture.ts';

const ALL = new Set(REPORT_FORMATS);

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The flash sale's report, drawn once for all tests that only read it. */
const FLASH_SALE = renderFiles(flashSale(), ALL);

async function flashSalePage(): Promise<string> {
  return (await FLASH_SALE).get('report.html') ?? '';
}

async function page(result: Result): Promise<string> {
  const content = (await renderFiles(result, new Set(['html'] as const))).get('report.html');
  if (content === undefined) throw new Error('no report.html');
  return content;
}

/** What a reader sees: no style sheet, no tags. */
function visible(content: string): string {
  return content
    .replace(/<style>[\s\S]*?<\/style>/g, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

describe('the files of a report', () => {
  it('are the ones that were asked for', async () => {
    const files = await FLASH_SALE;
    expect([...files.keys()]).toEqual([
      'report.html',
      'result.json',
      'report.md',
      'series/sync.csv',
      'distributions/sync.csv',
      'series/queued.csv',
      'distributions/queued.csv',
      'charts/load-orders.svg',
      'charts/backlog.svg',
      'charts/latency-orders.svg',
      'charts/distribution-orders.svg',
      'charts/outcomes.svg',
      'charts/utilisation.svg',
      'charts/replications.svg',
    ]);
    expect([...(await renderFiles(flashSale(), new Set(['json'] as const))).keys()]).toEqual(['result.json']);
    expect(files.get('result.json')).toBe(`${JSON.stringify(flashSale())}\n`);
    expect(files.get('report.html')?.length).toBeLessThan(600_000);
  });

  it('have the same bytes twice in one process, and in another under another time zone and language', async () => {
    const once = [...(await FLASH_SALE)].map(([path, content]) => [path, hash(content)]);
    const twice = [...(await renderFiles(flashSale(), ALL))].map(([path, content]) => [path, hash(content)]);
    expect(twice).toEqual(once);
    const script = fileURLToPath(new URL('./print-hashes.ts', import.meta.url));
    const elsewhere: unknown = JSON.parse(
      execFileSync(process.execPath, ['--import', 'tsx', script], {
        env: { ...process.env, TZ: 'Asia/Tokyo', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
        encoding: 'utf8',
      }),
    );
    once.push(['summary', hash(summarise(flashSale(), { color: true, width: 80 }))]);
    expect(elsewhere).toEqual(once);
  });

  it('refuse what is not a result, with what was expected', async () => {
    const other = { ...flashSale(), schema: 'spillway/result@9' } as unknown as Result;
    await expect(renderFiles(other, ALL)).rejects.toThrow(/spillway\/result@1.*spillway\/result@9/);
  });

  it('keep every bucket in the CSV, with gaps empty', async () => {
    const csv = (await FLASH_SALE).get('series/queued.csv') ?? '';
    const rows = csv.trimEnd().split('\n');
    expect(rows).toHaveLength(621);
    expect(rows[0]?.split(',').slice(0, 3)).toEqual(['timeMs', 'orders.offered', 'orders.completed']);
    expect(rows[2]?.startsWith('3000,')).toBe(true);
    expect(rows.at(-1)).toContain(',,');
    expect(csv).not.toMatch(/null|NaN|undefined/);
  });

  it('never thin a line to more than 400 points, nor draw from a source outside', () => {
    for (const chart of chartsOf(flashSale())) {
      for (const frame of [WIDE, NARROW]) {
        const spec = JSON.stringify(chart.spec(frame));
        expect(spec).not.toMatch(/"url"/);
        for (const [, values = ''] of spec.matchAll(/"values":\[(\{.*?\})\]/g)) {
          expect(values.split('},{').length, chart.id).toBeLessThanOrEqual(frame.points + 5);
        }
      }
    }
  });
});

describe('report.html', () => {
  it('tells the story in its order, and carries its own policy', async () => {
    const content = await flashSalePage();
    const order = [
      '<h1>Flash sale at a checkout',
      'class="question"',
      'Not as expected',
      'class="headline"',
      'id="objectives"',
      'id="comparison"',
      'id="charts"',
      'id="requests"',
      'id="disturbances"',
      'id="resources"',
      'id="limits"',
      'id="repeat"',
    ].map((part) => content.indexOf(part));
    expect(order.every((at) => at > 0)).toBe(true);
    expect([...order].sort((a, b) => a - b)).toEqual(order);
    expect(content).toContain(`content="default-src 'none'`);
    expect(content).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)|url\((?!#)/);
    expect(content).toContain('spillway run flash-sale.yaml --seed 1 --replications 10');
    expect(content).toContain('a3f1'.repeat(16));
  });

  it('lists every assumption with its source', async () => {
    const result = flashSale();
    const content = visible(await flashSalePage());
    for (const one of result.assumptions) {
      expect(content).toContain(one.text.slice(0, 20));
      expect(content).toContain(one.source);
    }
  });

  it('has no id twice', async () => {
    const ids = [...(await flashSalePage()).matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('lets no name, title or text of a user become markup', async () => {
    const evil = `<img src=x onerror=alert(1)>"'&</style></title><script>alert(2)</script>`;
    const base = flashSale({ title: evil, description: evil });
    const result: Result = {
      ...base,
      scenario: evil,
      seed: `1'; rm -rf /`,
      assumptions: [{ about: evil, text: evil, source: evil }],
      disturbances: base.disturbances.map((one) => ({ ...one, label: evil })),
      resolved: { evil },
    };
    const files = await renderFiles(result, ALL);
    const content = files.get('report.html') ?? '';
    expect(content).not.toMatch(/<script|<img/);
    expect(content.match(/<\/style>/g)).toHaveLength(1);
    expect(content.match(/<\/title>/g)).toHaveLength(1);
    // What stands between fences is shown as it is.
    expect((files.get('report.md') ?? '').replace(/```[\s\S]*?```/g, '')).not.toMatch(/<script|<img/);
    for (const [path, text] of files) if (path.endsWith('.svg')) expect(text, path).not.toMatch(/<script|<img/);
    expect(content).toContain(`--seed &#39;1&#39;\\&#39;&#39;; rm -rf /&#39;`);
    expect(summarise({ ...result, title: 'a\u001b[2Jb' }, { color: false, width: 80 })).not.toContain('\u001b');
  });

  it('never shows NaN, null, undefined or Infinity', async () => {
    for (const options of [{}, { dead: true }, { replications: 1 }, { collapse: true }, { designs: ['queued'] }]) {
      const result = { ...flashSale(options), resolved: {} };
      const files = await renderFiles(result, new Set(['html', 'md'] as const));
      for (const [path, text] of files) {
        expect(path.endsWith('html') ? visible(text) : text, path).not.toMatch(/\b(NaN|null|undefined|Infinity)\b/);
      }
      expect(files.get('report.html')).not.toMatch(/="[^"]*(NaN|undefined|Infinity)[^"]*"/);
      expect(summarise(result, { color: false, width: 80 })).not.toMatch(/NaN|null|undefined|Infinity/);
    }
  });
});

describe('what is told', () => {
  const tell = (result: Result): string => summarise(result, { color: false, width: 80 }).replace(/\s+/g, ' ');

  it('says when nothing was completed', () => {
    const text = tell(flashSale({ dead: true }));
    expect(text).toMatch(/sync completed none of 5,7\d\d,\d{3} requests/);
    expect(text).not.toMatch(/half was done/);
  });

  it('gives no interval for one replication, and says so', async () => {
    const result = flashSale({ replications: 1 });
    expect(tell(result)).toContain('One replication: no intervals');
    expect(tell(result)).not.toContain('±');
    expect(visible(await page(result))).not.toContain('±');
    expect(chartsOf(result).map((chart) => chart.id)).not.toContain('replications');
  });

  it('tells of two regimes before any mean', () => {
    const result = flashSale({ collapse: true });
    expect(tell(result)).toMatch(/two regimes: 60\.0 % of them collapse \(31\.\d % to 83\.\d %\)/);
    expect(chartsOf(result).at(-1)?.title).toMatch(/^Two regimes: 60\.0 % of the runs of sync collapse/);
    expect(tell(result)).toMatch(
      /had not recovered from the fault at 15 min .* when the traffic stopped 12 min after its end/,
    );
  });

  it('puts a broken guarantee before everything else', async () => {
    const base = flashSale();
    const queued = base.designs['queued'];
    if (queued === undefined) throw new Error('no such design');
    const result: Result = {
      ...base,
      designs: {
        ...base.designs,
        queued: {
          ...queued,
          guarantees: [{ name: 'at-least-once', resource: 'orders', verdict: 'broken', expected: 'held' }],
        },
      },
    };
    const text = tell(result);
    const said = 'The guarantee “at-least-once” of orders is broken in queued.';
    expect(text).toContain(said);
    expect(text.indexOf('is broken')).toBeLessThan(text.indexOf('although it was expected'));
    const content = await page(result);
    expect(content.indexOf('is broken')).toBeLessThan(content.indexOf('class="headline"'));
  });

  it('calls a miss that was foreseen expected, and raises no alarm', () => {
    const result = flashSale({ designs: ['sync'] });
    expect(tell(result)).toContain('sync misses 1 of 2 objectives, as expected');
    expect(tell(result)).not.toContain('Not as expected');
  });

  it('calls an objective on time that was never reached never', () => {
    expect(tell(flashSale())).toContain('sync: completion.p99 of orders < 2s (never), as expected');
  });

  it('says when all designs meet all objectives', () => {
    const base = flashSale();
    const designs = Object.fromEntries(
      Object.entries(base.designs).map(([name, design]) => [
        name,
        {
          ...design,
          objectives: [
            { text: 'lost of orders == 0', value: 0, verdict: 'met', expected: 'met', metShare: share(10, 10) },
          ] as const,
        },
      ]),
    );
    expect(tell({ ...base, designs })).toContain('sync and queued meet every objective.');
  });

  it('says what the replications cannot tell apart', () => {
    const base = flashSale();
    const [first] = base.comparisons;
    if (first === undefined) throw new Error('no comparison');
    const comparisons = [{ ...first, difference: { ...first.difference, estimate: 5, low: -10, high: 20 } }];
    expect(tell({ ...base, comparisons })).toContain(
      'no difference between sync and queued that the replications can tell',
    );
  });

  it('says why a difference has no interval', () => {
    const base = flashSale();
    const [first] = base.comparisons;
    if (first === undefined) throw new Error('no comparison');
    const method =
      'sync minus queued; mean difference; no interval on a mean: the replications of sync ended in two regimes';
    const difference = { ...first.difference, estimate: 5, low: null, high: null, method };
    expect(tell({ ...base, comparisons: [{ ...first, difference }] })).toContain(
      'how much of that is luck cannot be told: the replications of sync ended in two regimes',
    );
  });

  it('tells two faults of one instant apart', () => {
    const base = flashSale();
    const second = { kind: 'fault', label: 'the network down', fromMs: 900_000, toMs: 960_000, design: null } as const;
    const designs = Object.fromEntries(
      Object.entries(base.designs).map(([name, design]) => {
        const orders = design.traffic['orders'];
        if (orders === undefined) throw new Error('no orders');
        const [spike, fault] = orders.recovery;
        if (spike === undefined || fault === undefined) throw new Error('no recovery');
        const recovery = [spike, { ...fault, recoveredMs: 111_000 }, { ...fault, recoveredMs: 222_000 }];
        return [name, { ...design, traffic: { orders: { ...orders, recovery } } }];
      }),
    );
    const text = tell({ ...base, disturbances: [...base.disturbances, second], designs });
    expect(text).toMatch(/the fault at 15 min \(orders-db slow 5x\)\s+within 1 min 51 s/);
    expect(text).toMatch(/the fault at 15 min \(the network down\)\s+within 3 min 42 s/);
  });

  it('gives no figures of costs that differ by next to nothing', () => {
    const base = flashSale();
    const [first] = base.comparisons;
    if (first === undefined) throw new Error('no comparison');
    const of = (low: number, high: number): string => {
      const difference = { ...first.difference, estimate: (low + high) / 2, low, high };
      return tell({ ...base, comparisons: [{ ...first, metric: 'cost.totalUsd', difference }] });
    };
    expect(of(-0.00001, 0.00003)).toMatch(/cost of the run differs by less than \$0\.0001 between/);
    expect(of(-0.2, -0.1)).toMatch(/cost of the run is \$0\.150 higher in/);
  });

  it('names a burst that somebody recovers from, not its place in the result', () => {
    const base = flashSale();
    const burst = {
      kind: 'spike',
      label: '1,200 orders at once',
      fromMs: 600_000,
      toMs: 600_000,
      design: null,
    } as const;
    const other = { ...burst, label: '9 reorders at once' };
    const designs = Object.fromEntries(
      Object.entries(base.designs).map(([name, design]) => {
        const orders = design.traffic['orders'];
        const [spike] = orders?.recovery ?? [];
        if (orders === undefined || spike === undefined) throw new Error('no recovery');
        const recovery = [{ ...spike, after: 'spike at 600000 ms', recoveredMs: 111_000 }];
        return [name, { ...design, traffic: { orders: { ...orders, recovery } } }];
      }),
    );
    const text = tell({ ...base, disturbances: [other, burst], designs });
    expect(text).toMatch(/the spike at 10 min \(1,200\s+orders\s+at\s+once\)\s+within\s+1\s+min\s+51\s+s/);
  });

  it('says that senders wait for no answer, where they have one at once', () => {
    const base = flashSale();
    const designs = Object.fromEntries(
      Object.entries(base.designs).map(([name, design]) => {
        const orders = design.traffic['orders'];
        if (orders === undefined) throw new Error('no orders');
        const responseMs = { ...orders.responseMs, p50: 0, p99: 0 };
        const response = { ...orders.response, refused: 0, timedOut: 0, waiting: 0 };
        return [name, { ...design, traffic: { orders: { ...orders, responseMs, response } } }];
      }),
    );
    const text = tell({ ...base, designs });
    expect(text).toContain('Senders wait for no answer.');
    expect(text).not.toContain('within 0 s (p99)');
  });

  it('fits the terminal at every width, with many designs too', () => {
    const designs = ['sync', 'queued', 'queued-more', 'sync-breaker-with-a-long-name', 'queued-5'];
    for (const options of [{}, { designs }]) {
      for (const width of [60, 80, 100]) {
        const text = summarise(flashSale(options), { color: false, width });
        expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(width);
        expect(text).not.toContain('\u001b');
        for (const name of options.designs ?? []) expect(text).toContain(name);
      }
    }
    expect(summarise(flashSale(), { color: true, width: 80 })).toContain('\u001b[');
  });

  it('does not say that a design keeps up when it has collapsed', () => {
    const base = flashSale({ designs: ['queued-a', 'queued-b', 'queued-c', 'queued-d'] });
    const collapsed = base.designs['queued-b'];
    if (collapsed === undefined) throw new Error('no such design');
    const orders = collapsed.series['orders'] ?? {};
    const completed = (orders['completed'] ?? []).map((value, bucket) => (bucket > 300 ? 0 : value));
    const designs = {
      ...base.designs,
      'queued-b': { ...collapsed, series: { ...collapsed.series, orders: { ...orders, completed } } },
    };
    expect(chartsOf({ ...base, designs })[0]?.title).toBe(
      'At the end queued-b completes nothing of what is offered; the other 3 designs keep up',
    );
  });

  it('titles each chart with what is to be seen', () => {
    const titles = Object.fromEntries(chartsOf(flashSale()).map((chart) => [chart.id, chart.title]));
    expect(titles).toMatchInlineSnapshot(`
      {
        "backlog": "queued takes the spike in: the backlog of orders peaks at 172,647 and is gone 12 min after the spike",
        "distribution-orders": "Within the 2 s of the objective: 63.5 % of all offered in sync and 34.0 % in queued",
        "latency-orders": "The 99th percentile climbs from 205 ms to 2.39 s in sync and from 205 ms to 5 min 35 s in queued",
        "load-orders": "Offered 2,057/s in the spike; the most that comes out is 504/s in sync and 561/s in queued",
        "outcomes": "Of 5,756,810 requests sync completes 65.7 % (34.3 % rejected) and queued completes 99.99 %",
        "replications": "Completion p99 of orders over 10 replications: 2.12 s to 2.29 s in sync and 5 min 3 s to 5 min 22 s in queued",
        "utilisation": "orders-db has no capacity left 46.2 % of the time in queued and 16.7 % of the time in sync",
      }
    `);
  });
});

describe('the drawings', () => {
  it('are the ones that were looked at', async () => {
    const files = [...(await FLASH_SALE)].filter(([path]) => path.endsWith('.svg'));
    expect(Object.fromEntries(files.map(([path, text]) => [path, hash(text).slice(0, 16)]))).toMatchInlineSnapshot(`
      {
        "charts/backlog.svg": "78595b6669942b7d",
        "charts/distribution-orders.svg": "0491201784e813ba",
        "charts/latency-orders.svg": "c4325b4c8da7e457",
        "charts/load-orders.svg": "55d63b936a51c1a9",
        "charts/outcomes.svg": "b903032f7eddf54b",
        "charts/replications.svg": "12063f36e75b0a1d",
        "charts/utilisation.svg": "fc78df7ad2c4b350",
      }
    `);
  });
});
