import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Example, examplesOf, pages, ROOT, run } from './pages.ts';

const examples = pages().flatMap((page) => examplesOf(page));

describe('the examples of the documentation', () => {
  test('are found', () => {
    expect(examples.filter(({ page }) => page === join('docs', 'modelling.md')).length).toBeGreaterThan(5);
    expect(examplesOf('x', 'a\n```ts\nb;\n```\n\n```text\nc\n```\n```js\nd;\n```\n')).toEqual([
      { page: 'x', line: 2, language: 'ts', code: 'b;\n', printed: 'c\n' },
      { page: 'x', line: 9, language: 'js', code: 'd;\n', printed: undefined },
    ]);
  });

  test.each(examples.map((one): [string, Example] => [`${one.page}:${one.line}`, one]))(
    '%s runs, and prints what the page says',
    async (_, one) => {
      expect(one.code).toMatch(/from 'spillway(\/testing)?'/);
      const printed = await run(one);
      if (process.env['SPILLWAY_DOCS'] === 'update') update(one, printed);
      else if (one.printed !== undefined) expect(printed).toBe(one.printed);
    },
  );

  test('compile as strictly as the product', () => {
    const folder = mkdtempSync(join(ROOT, 'test', 'docs', 'compile-'));
    try {
      const files = examples
        .filter(({ language }) => language === 'ts')
        .map(({ code }, i) => {
          const file = join(folder, `example-${i}.ts`);
          writeFileSync(file, code);
          return file;
        });
      const paths = {
        spillway: [join(ROOT, 'src', 'index.ts')],
        'spillway/testing': [join(ROOT, 'src', 'testing', 'index.ts')],
      };
      const compilerOptions = { paths, noEmit: true };
      const config = join(folder, 'tsconfig.json');
      writeFileSync(
        config,
        JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), compilerOptions, include: [], files }),
      );
      const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
      let said = '';
      try {
        execFileSync(process.execPath, [tsc, '-p', config], { encoding: 'utf8' });
      } catch (error) {
        said = (error as { stdout?: string }).stdout ?? String(error);
      }
      // Only what is said of an example: the sources have a check of their own.
      expect(said.split('\n').filter((line) => line.includes('example-'))).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** Writes what was printed into the page: after a change that is meant, and read again before it is committed. */
function update({ page, code, printed }: Example, now: string): void {
  const file = join(ROOT, page);
  const text = readFileSync(file, 'utf8');
  const start = text.indexOf(code);
  if (start < 0 || printed === undefined) return;
  const end = start + code.length;
  writeFileSync(
    file,
    text.slice(0, end) + text.slice(end).replace(`\`\`\`text\n${printed}`, () => `\`\`\`text\n${now}`),
  );
}
