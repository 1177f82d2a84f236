import { join } from 'node:path';
import type { Result } from '../../experiment/index.ts';
import { type ApiLogOption, writeApiLog } from '../api-log.ts';
import { EXIT, type ExitCode, UserError } from '../exit.ts';
import { writeHistory } from '../history-file.ts';
import { checkWritable, writeReport } from '../output.ts';
import type { Format } from '../overrides.ts';
import { startProgress } from '../progress.ts';
import { type Changes, chosenDesigns, foldersOf, type Readable, readAll } from '../scenarios.ts';
import { simulate } from '../simulate.ts';
import type { Terminal } from '../terminal.ts';
import { writeTraceEvents } from '../trace-events-file.ts';
import { cameOutOtherwise } from '../verdicts.ts';

export interface RunOptions {
  readonly scenarios: readonly string[];
  readonly changes: Changes;
  /** Empty: all. */
  readonly designs: readonly string[];
  readonly threads: number | undefined;
  /** undefined: out/<scenario>. */
  readonly out: string | undefined;
  readonly formats: ReadonlySet<Format>;
  readonly json: boolean;
  /** undefined: none is written. */
  readonly apiLog: ApiLogOption | undefined;
  /** File of the history; undefined: none is written. */
  readonly history: string | undefined;
  /** File of the timeline; undefined: none is written. */
  readonly traceEvents: string | undefined;
}

interface Job {
  readonly reading: Readable;
  readonly designs: readonly string[];
  readonly out: string;
}

/** Runs every design of each scenario, prints the comparison, writes the report. Where one input is bad, nothing runs. */
export async function run(options: RunOptions, terminal: Terminal): Promise<ExitCode> {
  const { readable, wrong } = readAll(options.scenarios, options.changes);
  if (wrong.length > 0) {
    for (const text of wrong) terminal.err(text);
    return EXIT.badInput;
  }
  const jobs = planJobs(readable, options);
  const [first, ...others] = jobs;
  const ofOne = optionOfOne(options);
  if (ofOne !== undefined && (others.length > 0 || first?.designs.length !== 1)) {
    throw new UserError('bad-option', `${ofOne} → expected one scenario and one design: choose it with --design`);
  }
  for (const { out } of jobs) checkWritable(out);
  let code: ExitCode = EXIT.fine;
  for (const job of jobs) {
    const result = await runJob(job, options, terminal);
    if (cameOutOtherwise(result)) code = EXIT.unexpected;
  }
  return code;
}

/** The first given option that is about one design. */
function optionOfOne({ apiLog, history, traceEvents }: RunOptions): string | undefined {
  if (apiLog !== undefined) return '--api-log';
  if (history !== undefined) return '--history';
  return traceEvents === undefined ? undefined : '--trace-events';
}

function planJobs(readings: readonly Readable[], options: RunOptions): Job[] {
  const folders = foldersOf(readings, options.out);
  return readings.map((reading, i) => {
    return { reading, designs: chosenDesigns(reading, options.designs), out: folders[i] as string };
  });
}

async function runJob(job: Job, options: RunOptions, terminal: Terminal): Promise<Result> {
  const { scenario } = job.reading;
  const progress = await startProgress(terminal, scenario.name);
  const result = await simulate(scenario, {
    designs: job.designs,
    threads: options.threads,
    onProgress: progress.update,
  }).finally(progress.stop);
  const [{ renderReport }, { summarise }] = await Promise.all([
    import('../render.ts'),
    import('../../report/index.ts'),
  ]);
  writeReport(job.out, await renderReport(result, options.formats), false);
  const [design] = job.designs;
  if (options.apiLog !== undefined && design !== undefined) terminal.err(writeApiLog(scenario, design, options.apiLog));
  if (options.history !== undefined && design !== undefined)
    terminal.err(writeHistory(scenario, design, options.history));
  if (options.traceEvents !== undefined && design !== undefined)
    terminal.err(writeTraceEvents(scenario, design, options.traceEvents));
  if (options.json) terminal.out(JSON.stringify(result));
  else {
    terminal.out(summarise(result, { color: terminal.color, width: terminal.width }));
    terminal.out(`\nReport: ${join(job.out, options.formats.has('html') ? 'report.html' : '')}`);
  }
  return result;
}
