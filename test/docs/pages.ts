/** The examples of the documentation: TypeScript and JavaScript blocks with, right behind them, what they print. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { build } from 'esbuild';
import { expect } from 'vitest';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Example {
  readonly page: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
  readonly language: 'ts' | 'js';
  readonly code: string;
  /** Of the `text` block that follows; undefined without one. */
  readonly printed: string | undefined;
}

/** README and all of docs/, relative to the project. */
export function pages(): string[] {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
  return ['README.md', ...docs.filter((file) => file.endsWith('.md')).map((file) => join('docs', file))];
}

/** All blocks of a page marked `ts` or `js`. */
export function examplesOf(page: string, text = readFileSync(join(ROOT, page), 'utf8')): Example[] {
  const block = /^```(ts|js)\n(.*?)^```$(?:\n+^```text\n(.*?)^```$)?/gms;
  return [...text.matchAll(block)].map(([, language, code = '', printed], i, all) => ({
    page,
    line: text.slice(0, all[i]?.index).split('\n').length,
    language: language === 'js' ? 'js' : 'ts',
    code,
    printed,
  }));
}

/**
 * Runs an example with `spillway` and `spillway/testing` standing for the sources; returns what it printed by `console.log`. Its tests, where it has
 * some, run one after the other, and each is a line: its name, and what it threw.
 */
export async function run({ code, page, line }: Example): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, loader: 'ts', resolveDir: ROOT, sourcefile: `${page}:${line}` },
    alias: { 'spillway/testing': join(ROOT, 'src', 'testing', 'index.ts'), spillway: join(ROOT, 'src', 'index.ts') },
    external: ['vitest'],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    logLevel: 'silent',
  });
  const printed: string[] = [];
  const log = (...words: unknown[]): void => {
    printed.push(`${words.map((word) => (typeof word === 'string' ? word : inspect(word))).join(' ')}\n`);
  };
  const tests: (readonly [string, () => unknown])[] = [];
  const runner = { expect, test: (name: string, body: () => unknown) => tests.push([name, body]) };
  const packages = createRequire(join(ROOT, 'package.json'));
  const require = (name: string): unknown => (name === 'vitest' ? runner : packages(name));
  const program = new Function('require', 'console', outputFiles[0]?.text ?? '') as (
    require: (name: string) => unknown,
    console: { log: typeof log },
  ) => void;
  program(require, { log });
  for (const [name, body] of tests) {
    try {
      await body();
      log(`✓ ${name}`);
    } catch (error) {
      log(`✗ ${name}\n${String(error)}`);
    }
  }
  return printed.join('');
}
