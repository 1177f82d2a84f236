import { dirname, join } from 'node:path';
import type { Result } from '../../experiment/index.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { checkWritable, writeReport } from '../output.ts';
import type { Format } from '../overrides.ts';
import { findResult, readResult } from '../results.ts';
import type { Terminal } from '../terminal.ts';

export interface ReportOptions {
  /** Result files, folders that hold a result.json, or names of scenarios that were run to out/<name>. */
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
  const sources = options.results.map(findResult);
  const jobs = sources.map((file): Job => {
    const result = readResult(file);
    if (options.out === undefined) return { result, out: dirname(file), beside: true };
    return { result, out: sources.length > 1 ? join(options.out, result.scenario) : options.out, beside: false };
  });
  for (const { out } of jobs) checkWritable(out);
  const [{ renderReport }, { summarise }] = await Promise.all([
    import('../render.ts'),
    import('../../report/index.ts'),
  ]);
  for (const { result, out, beside } of jobs) {
    const files = new Map(await renderReport(result, options.formats));
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
