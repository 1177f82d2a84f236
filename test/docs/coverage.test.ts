/** The table of facts in `docs/models/coverage.md`: each is named by a test, or has a reason. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './pages.ts';

interface Row {
  readonly id: string;
  readonly fact: string;
  readonly where: string;
}

const ROW = /^\| `([a-z0-9.-]+)` \| (.+) \| (.+) \|$/gm;
const TEST = /^`(test\/[\w./-]+\.test\.ts)`(?:, `(test\/[\w./-]+\.test\.ts)`)*$/;
const REASON = /^out of scope: \S.{9,}$/;

const page = readFileSync(join(ROOT, 'docs/models/coverage.md'), 'utf8');
const rows: Row[] = [...page.matchAll(ROW)].map(([, id = '', fact = '', where = '']) => ({ id, fact, where }));

/** The sheet from which the table was made; it stands beside the project, and not everywhere. */
const SHEET = join(ROOT, '../shared/reference/aws-facts.md');
const SECTIONS = ['2', '3', '4', '5', '6', '7', '8', '9', '10'];

describe('the table of facts', () => {
  it('has every row once, in a form that can be read', () => {
    const lines = page.split('\n').filter((line) => line.startsWith('| `'));
    expect(rows).toHaveLength(lines.length);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    // Typed in: a row that is lost is missed.
    expect(rows).toHaveLength(464);
  });

  it('names for each fact a test that names it, or says why there is none', () => {
    const wrong = rows.flatMap(({ id, where }) => {
      if (REASON.test(where)) return [];
      if (!TEST.test(where)) return [`${id}: ${where}`];
      return where.split(', ').flatMap((quoted) => {
        const file = quoted.slice(1, -1);
        const path = join(ROOT, file);
        return existsSync(path) && readFileSync(path, 'utf8').includes(`[${id}]`) ? [] : [`${id}: not in ${file}`];
      });
    });
    expect(wrong).toEqual([]);
  });

  it.skipIf(!existsSync(SHEET))('has every confirmed fact of the sheet (skipped where the sheet is missing)', () => {
    const known = new Map<string, number>();
    for (const { fact } of rows) known.set(fact, (known.get(fact) ?? 0) + 1);
    const missing = confirmedFacts(readFileSync(SHEET, 'utf8')).filter((fact) => {
      const left = known.get(fact) ?? 0;
      known.set(fact, left - 1);
      return left === 0;
    });
    expect(missing).toEqual([]);
  });
});

/** First cells of the rows of these sections that are marked A, or stand in a table without marks. */
function confirmedFacts(sheet: string): string[] {
  const facts: string[] = [];
  let section = '';
  let mark = -1;
  let inTable = false;
  for (const line of sheet.split('\n')) {
    section = /^## (\d+)\. /.exec(line)?.[1] ?? section;
    if (!line.startsWith('|')) {
      inTable = false;
      continue;
    }
    const cells = line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim());
    if (!inTable) {
      mark = cells.findIndex((cell) => cell.startsWith('Sure'));
      inTable = true;
    } else if (!/^[|\-: ]+$/.test(line) && SECTIONS.includes(section) && (mark < 0 || /^A\b/.test(cells[mark] ?? '')))
      facts.push(cells[0] ?? '');
  }
  return facts;
}
