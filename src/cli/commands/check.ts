/** Searches for runs that break a guarantee, makes each small, and writes it down as a scenario that repeats it. */
import { join } from 'node:path';
import { runScenario } from '../../experiment/index.ts';
import { brokenStories, lineText, type StoryLine, storyText } from '../../report/index.ts';
import { resolveData } from '../../scenario/index.ts';
import { type Found, neverMet, playWith, shrink, type Shrunk, type Tried, writeScenario } from '../../search/index.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { hunt } from '../hunt.ts';
import { type Hunt, readerOf } from '../hunt-task.ts';
import { checkWritable, writeReport } from '../output.ts';
import { startProgress } from '../progress.ts';
import { type Changes, chosenDesigns, foldersOf, type Readable, readAll } from '../scenarios.ts';
import type { Terminal } from '../terminal.ts';
import { thousands, wrap } from '../text.ts';

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
  /** Kinds of resource that the scenario has; left out: any may come. */
  readonly kinds?: ReadonlySet<string>;
}

/** A guarantee that broke, with the smallest scenario in which it does. */
interface Counterexample extends Shrunk {
  readonly found: Found;
  readonly title: string;
  readonly file: string;
  readonly text: string;
  /** How it came about, as the counterexample's own run tells it. */
  readonly story: readonly StoryLine[];
}

const SYSTEMS = 'random-systems';

export async function check(options: CheckOptions, terminal: Terminal): Promise<ExitCode> {
  const { readable, wrong } = readAll(options.scenarios, options.changes);
  if (wrong.length > 0) {
    for (const text of wrong) terminal.err(text);
    return EXIT.badInput;
  }
  const jobs = planJobs(readable, options);
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
  if (readings.length === 0) {
    const nothing = { document: null, texts: new Map<string, string>(), designs: [] };
    return [{ name: SYSTEMS, out: out ?? join('out', SYSTEMS), hunt: { seed, messages, ...nothing } }];
  }
  const folders = foldersOf(readings, out);
  return readings.map((reading, i) => {
    const { scenario, document, texts } = reading;
    const searched = { seed, messages, document, texts, designs: chosenDesigns(reading, designs) };
    const kinds = new Set(scenario.designs.flatMap(({ resources }) => resources.map(({ type }) => type)));
    return { name: scenario.name, out: folders[i] as string, hunt: searched, kinds };
  });
}

/** Whether something broke. */
async function searchOne(job: Job, options: CheckOptions, terminal: Terminal): Promise<boolean> {
  const progress = await startProgress(terminal, job.name);
  const { runs, milliseconds, threads } = options;
  const tried = await hunt(job.hunt, { runs, milliseconds, threads, onProgress: progress.update }).finally(
    progress.stop,
  );
  const examples = tried.found.map((found) => smallest(job, found));
  if (examples.length > 0) {
    writeReport(job.out, new Map(examples.map(({ file, text }) => [file, text])), true);
  }
  if (options.json) terminal.out(JSON.stringify(toJson(job, tried, examples)));
  else tell(job, tried, examples, terminal);
  return examples.length > 0;
}

function smallest(job: Job, found: Found): Counterexample {
  const { document, breach } = found;
  const shrunk = shrink(document, breach, playWith({ readText: readerOf(job.hunt) }));
  const title = titleOf(job, found);
  const file = `broken/${title.replace(/[^\w-]+/g, '-')}.yaml`;
  const what = `${title} is broken: ${shrunk.breach.sentence}`;
  const origin = `Found by spillway check in run ${found.run} of ${job.name}, seed ${job.hunt.seed}, and made small.`;
  const comment = [...wrap(what, 100), origin].map((line) => `# ${line}\n`).join('');
  const text = `${comment}${writeScenario(shrunk.document)}`;
  return { ...shrunk, found, title, file, text, story: storyOf(job, shrunk) };
}

/** What broke, with the design where the scenario has several: one that breaks in two of them is found in both. */
function titleOf({ hunt: { document } }: Job, { breach: { guarantee, resource, design } }: Found): string {
  const hasSeveral = Object.keys(document?.['designs'] ?? {}).length > 1;
  return `${guarantee} of ${resource === '*' ? 'the run' : resource}${hasSeveral ? ` in ${design}` : ''}`;
}

/** Without evidence there is none, as where a run failed: it would fail again. */
function storyOf(job: Job, { document, breach: { guarantee, resource, evidence } }: Shrunk): readonly StoryLine[] {
  if (evidence.length === 0) return [];
  const resolved = resolveData(document, { name: job.name, readText: readerOf(job.hunt) });
  const stories = 'scenario' in resolved ? brokenStories(runScenario({ ...resolved.scenario, replications: 1 })) : [];
  const own = stories.find(({ guarantees }) =>
    guarantees.some((one) => one.name === guarantee && one.resource === resource),
  );
  return own?.lines ?? [];
}

function tell(job: Job, tried: Tried, examples: readonly Counterexample[], terminal: Terminal): void {
  const { runs, messages, skipped } = tried;
  const lost = skipped === 0 ? '' : `; ${thousands(skipped)} candidates were no scenarios or went on for too long`;
  const outcome = examples.length === 0 ? 'nothing broke' : `${examples.length} broken`;
  terminal.out(`${job.name}: ${thousands(runs)} runs, ${thousands(messages)} messages: ${outcome}${lost}.`);
  for (const example of examples) tellExample(job, example, terminal);
  const never = neverMet(tried, job.kinds);
  if (never.length > 0) {
    terminal.out(['', ...wrap(`No run met: ${never.join(', ')}.`, terminal.width)].join('\n'));
  }
}

function tellExample(
  job: Job,
  { found, title, breach, messages, file, text, story }: Counterexample,
  terminal: Terminal,
): void {
  const path = join(job.out, file);
  terminal.out(
    [
      '',
      ...wrap(`${title} is broken: ${breach.sentence}`, terminal.width),
      `The smallest scenario (${thousands(messages)} ${messages === 1 ? 'message' : 'messages'}; found in run ${found.run}):`,
      '',
      ...text
        .split('\n')
        .filter((line) => !line.startsWith('#'))
        .map((line) => `  ${line}`.trimEnd()),
      ...(story.length === 0 ? [] : [...storyText(`${title} is broken`, story, terminal), '']),
      `Repeat it: spillway run ${path}`,
    ].join('\n'),
  );
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
    broken: examples.map(({ found, breach, document, file, messages: few, tries, story }) => ({
      guarantee: breach.guarantee,
      resource: breach.resource,
      design: breach.design,
      sentence: breach.sentence,
      run: found.run,
      messages: few,
      tries,
      file: join(job.out, file),
      scenario: document,
      story: story.map((line) => lineText(line)),
    })),
  };
}
