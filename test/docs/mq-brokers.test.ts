/**
 * The page on brokers tells what the stories tell. After a change of a story:
 *   SPILLWAY_GOLDEN=update npx vitest run --project rooms test/docs/mq-brokers
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { tables } from '../brokers/table.ts';

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
