/** Searches for runs that break a guarantee, makes each small, and writes it down as a scenario that repeats it. */
import { join } from 'node:path';
import { type Found, neverMet, playWith, shrink, type Shrunk, type Tried, writeScenario } from '../../search/index.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { hunt } from '../hunt.ts';
import { type Hunt, readerOf } from '../hunt-task.ts';
import { checkWritable, writeReport } from '../output.ts';
import { startProgress } from '../progress.ts';
import { type Changes, type Readable, readScenario } from '../scenarios.ts';
import type { Terminal } from '../terminal.ts';
import { wrap } from '../text.ts';

export interface CheckOptions {
  /** Empty: random systems. */
  readonly scenarios: readonly string[];
  readonly changes: Changes;
  readonly runs: number;
  /** Host time of the search; undefined: until all runs are done. */
  readonly milliseconds: number | undefined;
  readonly seed: string;
  readonly messages: number;
  /** Empty: all. */
  readonly designs: readonly string[];
  readonly threads: number | undefined;
  /** undefined: out/<scenario>. */
  readonly out: string | undefined;
  readonly json: boolean;
}

/** What is searched, and where its counterexamples go. */
interface Job {
  readonly name: string;
  readonly out: string;
  readonly hunt: Hunt;
}

/** A guarantee that broke, with the smallest scenario in which it does. */
interface Counterexample extends Shrunk {
  readonly found: Found;
  readonly file: string;
  readonly text: string;
}

const SYSTEMS = 'random-systems';

export async function check(options: CheckOptions, terminal: Terminal): Promise<ExitCode> {
  const readings = options.scenarios.map((argument) => readScenario(argument, options.changes));
  const bad = readings.filter((reading) => !reading.ok);
  if (bad.length > 0) {
    for (const { text } of bad) terminal.err(text);
    return EXIT.badInput;
  }
  const jobs = planJobs(
    readings.filter((reading): reading is Readable => reading.ok),
    options,
  );
  for (const { out } of jobs) checkWritable(out);
  let code: ExitCode = EXIT.fine;
  for (const job of jobs) {
    const broken = await searchOne(job, options, terminal);
    if (broken) code = EXIT.unexpected;
  }
  return code;
}

function planJobs(readings: readonly Readable[], options: CheckOptions): Job[] {
  const { seed, messages, designs, out } = options;
  const base = { seed, messages, designs };
  if (readings.length === 0) {
    const nothing = { document: null, texts: new Map<string, string>() };
    return [{ name: SYSTEMS, out: out ?? join('out', SYSTEMS), hunt: { ...base, ...nothing } }];
  }
  return readings.map(({ scenario, document, texts }) => {
    const { name } = scenario;
    const folder = out === undefined ? join('out', name) : readings.length > 1 ? join(out, name) : out;
    return { name, out: folder, hunt: { ...base, document, texts } };
  });
}

/** Whether something broke. */
async function searchOne(job: Job, options: CheckOptions, terminal: Terminal): Promise<boolean> {
  const progress = await startProgress(terminal, job.name);
  const { runs, milliseconds, threads } = options;
  const started = performance.now();
  const tried = await hunt(job.hunt, { runs, milliseconds, threads, onProgress: progress.update }).finally(
    progress.stop,
  );
  const seconds = (performance.now() - started) / 1000;
  const examples = tried.found.map((found) => smallest(job, found));
  if (examples.length > 0) {
    writeReport(job.out, new Map(examples.map(({ file, text }) => [file, text])), true);
  }
  if (options.json) terminal.out(JSON.stringify(toJson(job, tried, examples)));
  else tell(job, tried, examples, seconds, terminal);
  return examples.length > 0;
}

function smallest(job: Job, found: Found): Counterexample {
  const { document, breach } = found;
  const shrunk = shrink(document, breach, playWith({ readText: readerOf(job.hunt) }));
  const file = `broken/${`${breach.guarantee} of ${breach.resource}`.replace(/[^\w-]+/g, '-')}.yaml`;
  const what = `${breach.guarantee} of ${breach.resource} is broken: ${shrunk.breach.sentence}`;
  const origin = `Found by spillway check in run ${found.run} of ${job.name}, seed ${job.hunt.seed}, and made small.`;
  const comment = [...wrap(what, 100), origin].map((line) => `# ${line}\n`).join('');
  return { ...shrunk, found, file, text: `${comment}${writeScenario(shrunk.document)}` };
}

function tell(job: Job, tried: Tried, examples: readonly Counterexample[], seconds: number, terminal: Terminal): void {
  const { runs, messages, skipped } = tried;
  const speed = `${count(messages)} messages in ${seconds.toFixed(1)} s`;
  const lost = skipped === 0 ? '' : `; ${count(skipped)} candidates were no scenarios or went on for too long`;
  const outcome = examples.length === 0 ? 'nothing broke' : `${examples.length} broken`;
  terminal.out(`${job.name}: ${count(runs)} runs, ${speed}: ${outcome}${lost}.`);
  for (const example of examples) tellExample(job, example, terminal);
  const never = neverMet(tried);
  if (never.length > 0) {
    terminal.out(['', ...wrap(`No run met: ${never.join(', ')}.`, terminal.width)].join('\n'));
  }
}

function tellExample(job: Job, { found, breach, messages, file, text }: Counterexample, terminal: Terminal): void {
  const { guarantee, resource } = breach;
  const path = join(job.out, file);
  terminal.out(
    [
      '',
      ...wrap(`${guarantee} of ${resource} is broken: ${breach.sentence}`, terminal.width),
      `The smallest scenario (${count(messages)} ${messages === 1 ? 'message' : 'messages'}; found in run ${found.run}):`,
      '',
      ...text
        .split('\n')
        .filter((line) => !line.startsWith('#'))
        .map((line) => `  ${line}`.trimEnd()),
      `Repeat it: spillway run ${path}`,
    ].join('\n'),
  );
}

function count(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** For programs: without anything that depends on the machine, unless the search was cut off by time. */
function toJson(job: Job, { runs, skipped, messages, probes }: Tried, examples: readonly Counterexample[]): unknown {
  return {
    schema: 'spillway/check@1',
    scenario: job.name,
    seed: job.hunt.seed,
    runs,
    skipped,
    messages,
    probes,
    broken: examples.map(({ found, breach, document, file, messages: few, tries }) => ({
      guarantee: breach.guarantee,
      resource: breach.resource,
      design: breach.design,
      sentence: breach.sentence,
      run: found.run,
      messages: few,
      tries,
      file: join(job.out, file),
      scenario: document,
    })),
  };
}
