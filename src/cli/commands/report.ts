import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Result } from '../../experiment/index.ts';
import { EXIT, type ExitCode, UserError } from '../exit.ts';
import { MAX_DATA_BYTES, readTextFile } from '../files.ts';
import { checkWritable, writeReport } from '../output.ts';
import type { Format } from '../overrides.ts';
import type { Terminal } from '../terminal.ts';

export interface ReportOptions {
  /** Result files, or folders that hold a result.json. */
  readonly results: readonly string[];
  /** undefined: beside the result. */
  readonly out: string | undefined;
  readonly formats: ReadonlySet<Format>;
  readonly json: boolean;
}

interface Job {
  readonly result: Result;
  readonly out: string;
  readonly beside: boolean;
}

/** Builds reports again from saved results, without simulating. */
export async function report(options: ReportOptions, terminal: Terminal): Promise<ExitCode> {
  const sources = options.results.map((path) => (isFolder(path) ? join(path, 'result.json') : path));
  const jobs = sources.map((file): Job => {
    const result = readResult(file);
    if (options.out === undefined) return { result, out: dirname(file), beside: true };
    return { result, out: sources.length > 1 ? join(options.out, result.scenario) : options.out, beside: false };
  });
  for (const { out } of jobs) checkWritable(out);
  const { renderFiles, summarise } = await import('../../report/index.ts');
  for (const { result, out, beside } of jobs) {
    const files = new Map(await renderFiles(result, options.formats));
    // The result itself is not touched: it may hold more than this version knows of.
    if (beside) files.delete('result.json');
    writeReport(out, files, true);
    if (options.json) terminal.out(JSON.stringify({ scenario: result.scenario, files: [...files.keys()] }));
    else {
      terminal.out(summarise(result, { color: terminal.color, width: terminal.width }));
      terminal.out(`\nReport: ${join(out, options.formats.has('html') ? 'report.html' : '')}`);
    }
  }
  return EXIT.fine;
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

const SCHEMA = 'spillway/result@1';
const PARTS = ['scenario', 'seed', 'version', 'fingerprint', 'designs', 'comparisons', 'disturbances', 'assumptions'];

/** @throws UserError where the file is no result of this schema */
function readResult(file: string): Result {
  const bad = (what: string): UserError =>
    new UserError('bad-result', `${file}: ${what} → expected a result.json that spillway run wrote (${SCHEMA})`);
  const value = parseJson(readTextFile(file, MAX_DATA_BYTES), bad);
  if (typeof value !== 'object' || value === null || !('schema' in value)) throw bad('it has no "schema"');
  if (value.schema !== SCHEMA) throw bad(`schema ${JSON.stringify(value.schema)}`);
  const missing = PARTS.find((part) => !(part in value));
  if (missing !== undefined) throw bad(`"${missing}" is missing`);
  return value as unknown as Result;
}

function parseJson(text: string, bad: (what: string) => UserError): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw bad('it is no JSON');
  }
}
