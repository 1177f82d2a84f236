/**
 * The page on brokers tells what the stories tell. After a change of a story:
 *   SPILLWAY_GOLDEN=update npx vitest run --project rooms test/docs/mq-brokers
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tables } from '../brokers/table.ts';
import { ROOT } from './pages.ts';

const PAGE = new URL('../../docs/models/mq-brokers.md', import.meta.url);
const BEGIN = '<!-- stories: written by test/docs/mq-brokers.test.ts -->\n';
const END = '\n<!-- end of stories -->';

test('the page on brokers has every story, with who answers otherwise and why', () => {
  const page = readFileSync(PAGE, 'utf8');
  const [before, rest = ''] = page.split(BEGIN);
  const [written, after] = rest.split(END);
  if (process.env['SPILLWAY_GOLDEN'] === 'update') {
    writeFileSync(PAGE, `${before}${BEGIN}${tables()}${END}${after}`);
    return;
  }
  expect(written, 'repeat it with SPILLWAY_GOLDEN=update').toBe(tables());
});

/** What was measured: first cell, story, where the model's test is. */
const measured = [
  ...(section(readFileSync(PAGE, 'utf8'))?.matchAll(/^\| (?!measured|---)(.+) \| (.+) \| (.+) \|$/gm) ?? []),
];
/** The sheet of measurements stands beside the project, and not everywhere. */
const SHEET = join(ROOT, '../shared/reference/brokers.md');

test('each row that was measured on real brokers has a story that is told, or a test of the model that is there', () => {
  expect(measured).toHaveLength(21);
  const stories = tables();
  for (const [, row, story, where = ''] of measured) {
    const files = [...where.matchAll(/`(test\/[\w./-]+)`/g)].map(([, file = '']) => file);
    const title = /`: (.+)$/.exec(where)?.[1] ?? '';
    expect(stories.includes(`| ${story} |`) || files.length > 0, row).toBe(true);
    for (const file of files) expect(readFileSync(join(ROOT, file), 'utf8'), row).toContain(title);
  }
});

test.skipIf(!existsSync(SHEET))('no row of the sheet of measurements is missing (skipped where that is)', () => {
  const rows = [...readFileSync(SHEET, 'utf8').matchAll(/^\| (?!behaviour|---)(.+?) \| .+\|$/gm)].map(([, row]) => row);
  expect(measured.map(([, row]) => row)).toEqual(rows);
});

function section(page: string): string | undefined {
  return /^## What was measured first$(.*?)^## /ms.exec(page)?.[1];
}
