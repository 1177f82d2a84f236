import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../src/experiment/result.ts';
import { chartsOf } from '../../src/report/charts/index.ts';
import { renderFiles } from '../../src/report/index.ts';
import { brokenStories } from '../../src/report/story.ts';
import { brokenSale } from './broken.ts';
import { flashSale } from './fixture.ts';

function findChromium(): string | undefined {
  const given = process.env['CHROME_PATH'];
  if (given !== undefined && existsSync(given)) return given;
  for (const path of ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']) {
    if (existsSync(path)) return path;
  }
  try {
    return execFileSync('which', ['chromium'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

const executablePath = findChromium();
if (executablePath === undefined) console.warn('report.html is not opened: no Chromium here (set CHROME_PATH)');

const SCREENS = [
  { name: 'light, desktop', colorScheme: 'light', width: 1200 },
  { name: 'dark, desktop', colorScheme: 'dark', width: 1200 },
  { name: 'light, phone', colorScheme: 'light', width: 360 },
  { name: 'dark, phone', colorScheme: 'dark', width: 360 },
] as const;

const RESULTS: readonly (readonly [string, Result])[] = [
  ['flash sale', flashSale()],
  [
    'five designs in two regimes',
    flashSale({
      collapse: true,
      designs: ['sync', 'queued', 'queued-more', `sync-${'long-'.repeat(14)}name`, 'queued-5'],
    }),
  ],
  ['a broken guarantee', brokenSale()],
];

interface Seen {
  readonly sequences: readonly {
    readonly texts: number;
    readonly outside: readonly string[];
    readonly crossing: readonly string[];
    readonly scrolls: boolean;
    readonly ink: string;
  }[];
  readonly overflow: number;
  readonly paper: string;
  readonly charts: readonly {
    readonly shown: number;
    readonly marks: number;
    readonly width: number;
    readonly height: number;
    readonly wide: boolean;
    readonly letters: number;
    readonly ink: string;
    readonly named: boolean;
  }[];
}

/** Runs in the page. Text, since the types of a browser have no place among those of the engine. */
const LOOK = `({
  sequences: [...document.querySelectorAll('svg.sequence')].map((svg) => {
    const texts = [...svg.querySelectorAll('text')];
    const { width, height } = svg.viewBox.baseVal;
    const boxes = texts.map((text) => text.getBBox());
    const cross = (a, b) =>
      Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x) > 1 &&
      Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y) > 4;
    const box = svg.parentElement;
    return {
      texts: texts.length,
      outside: texts.filter((_, i) => {
        const { x, y, width: w, height: h } = boxes[i];
        return x < 0 || y < 0 || x + w > width || y + h > height;
      }).map((text) => text.textContent),
      crossing: texts.filter((_, i) => boxes.some((other, j) => j < i && cross(boxes[i], other))).map((text) => text.textContent),
      scrolls: box.scrollWidth <= box.clientWidth || getComputedStyle(box).overflowX === 'auto',
      ink: getComputedStyle(texts[0]).fill,
    };
  }),
  overflow: document.documentElement.scrollWidth - innerWidth,
  paper: getComputedStyle(document.body).backgroundColor,
  charts: [...document.querySelectorAll('figure:not(.sequence)')].map((figure) => {
    const shown = [...figure.querySelectorAll('svg.chart')].filter((svg) => getComputedStyle(svg).display !== 'none');
    const box = shown[0]?.getBoundingClientRect();
    const text = shown[0]?.querySelector('text');
    return {
      shown: shown.length,
      marks: shown[0]?.querySelectorAll('path,rect,line,text').length ?? 0,
      width: box?.width ?? 0,
      height: box?.height ?? 0,
      wide: box === undefined || box.right <= innerWidth,
      letters: text?.getBoundingClientRect().height ?? 0,
      ink: text ? getComputedStyle(text).fill : '',
      named: (shown[0]?.getAttribute('aria-label') ?? '').length > 20,
    };
  }),
})`;

describe.skipIf(executablePath === undefined)('report.html in Chromium', () => {
  let browser: Browser | undefined;
  const folder = mkdtempSync(join(tmpdir(), 'spillway-report-'));

  beforeAll(async () => {
    browser = await chromium.launch({
      ...(executablePath === undefined ? {} : { executablePath }),
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [title, result] of RESULTS) {
    for (const screen of SCREENS) {
      it(`opens quietly, asks for nothing else and draws every chart: ${title}, ${screen.name}`, async () => {
        const file = join(folder, `${RESULTS.findIndex(([one]) => one === title)}.html`);
        if (!existsSync(file))
          writeFileSync(file, (await renderFiles(result, new Set(['html'] as const))).get('report.html') ?? '');
        const page = await browser?.newPage({
          colorScheme: screen.colorScheme,
          viewport: { width: screen.width, height: 800 },
        });
        if (page === undefined) throw new Error('no page');
        const said: string[] = [];
        const asked: string[] = [];
        page.on('console', (message) => said.push(message.text()));
        page.on('pageerror', (error) => said.push(String(error)));
        page.on('request', (request) => asked.push(request.url()));
        const address = pathToFileURL(file).href;
        await page.goto(address);
        const seen = await page.evaluate<Seen>(LOOK);
        await page.close();
        expect(said).toEqual([]);
        expect(asked).toEqual([address]);
        expect(seen.overflow).toBeLessThanOrEqual(0);
        expect(seen.charts).toHaveLength(chartsOf(result).length);
        const brightness = (colour: string): number =>
          (colour.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 3;
        expect(brightness(seen.paper) > 128).toBe(screen.colorScheme === 'light');
        expect(seen.sequences).toHaveLength(brokenStories(result).length);
        for (const sequence of seen.sequences) {
          expect(sequence.texts).toBeGreaterThan(20);
          expect(sequence).toMatchObject({ outside: [], crossing: [], scrolls: true });
          expect(Math.abs(brightness(sequence.ink) - brightness(seen.paper))).toBeGreaterThan(60);
        }
        for (const chart of seen.charts) {
          expect(chart.shown).toBe(1);
          expect(chart.marks).toBeGreaterThan(10);
          expect(chart.width).toBeGreaterThan(250);
          expect(chart.height).toBeGreaterThan(100);
          expect(chart.wide).toBe(true);
          expect(chart.named).toBe(true);
          // Letters that a person can read, in a colour that differs from the paper's.
          expect(chart.letters).toBeGreaterThan(9);
          expect(Math.abs(brightness(chart.ink) - brightness(seen.paper))).toBeGreaterThan(60);
        }
      });
    }
  }
});
