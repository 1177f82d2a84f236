/** Searches for the mutants of the catalogue, and what is kept of it: the run that finds each one, in mutants.json and on docs/mutants.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brokerSystems, type playWith, type Space, systems, type Tried, tryRange } from '../../src/search/index.ts';
import { mutant } from '../support/mutant.ts';
import { BROKER_MUTANTS } from './mutants-of-brokers.ts';
import { type Mutant, MUTANTS } from './mutants.ts';

/** The same for all: candidate `run` of this seed is the same system, whatever the mutant. */
const SEED = '1';
const MESSAGES = 100;
/** Runs in which each mutant must be found. */
export const BUDGET = 1_000;

/** What there is to be found, among which systems, and where is kept what has been. */
export interface Catalogue {
  readonly mutants: readonly Mutant[];
  readonly space: Space;
  readonly store: string;
}

const atHand = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export const OF_ALL: Catalogue = {
  mutants: MUTANTS,
  space: systems({ messages: MESSAGES }),
  store: atHand('mutants.json'),
};
export const OF_BROKERS: Catalogue = {
  mutants: BROKER_MUTANTS,
  space: brokerSystems({ messages: MESSAGES }),
  store: atHand('mutants-of-brokers.json'),
};
const PAGE = fileURLToPath(new URL('../../docs/mutants.md', import.meta.url));

/** The first run that breaks anything. */
export interface Catch {
  /** From 0. */
  readonly run: number;
  /** `guarantee of resource`, the one that the mutant is known to break. */
  readonly told: string;
}

export interface Stored {
  /** Day of the search, as it was told; the result depends on the sources alone. */
  readonly searched: string;
  readonly caught: Readonly<Record<string, Catch>>;
}

export function stored({ store: file }: Catalogue = OF_ALL): Stored {
  return JSON.parse(readFileSync(file, 'utf8')) as Stored;
}

export function store(kept: Stored, { store: file }: Catalogue = OF_ALL): void {
  writeFileSync(file, `${JSON.stringify(kept, null, 2)}\n`);
  writeFileSync(PAGE, pageOf(stored(OF_ALL), stored(OF_BROKERS)));
}

export function page(): string {
  return readFileSync(PAGE, 'utf8');
}

/** Searches from `from` on, to the end of the budget; `null`: nothing broke. Throws where what breaks is not what the mutant should break. */
export async function search(
  wrong: Mutant,
  from: number,
  to: number,
  { space }: Catalogue = OF_ALL,
): Promise<Catch | null> {
  const { playWith: playWrong } = await mutant<{ playWith: typeof playWith }>('src/search/trial.ts', wrong);
  const play = playWrong({ readText: () => undefined });
  const tried = tryRange(space, play, { seed: SEED, from, to, first: true });
  return tried.found.length === 0 ? null : caughtBy(wrong, tried);
}

function caughtBy({ name, breaks }: Mutant, { found }: Tried): Catch {
  // Several may break at once: the one that says best what is wrong.
  const [told] = breaks.flatMap((guarantee) => found.filter(({ breach }) => breach.guarantee === guarantee));
  if (told === undefined) {
    const others = found.map(({ run, breach }) => `${breach.guarantee} of ${breach.resource} in run ${run}`);
    throw new Error(`${name}: told ${others.join(', ')}; expected one of ${breaks.join(', ')}`);
  }
  const { guarantee, resource, evidence } = told.breach;
  if (evidence.length === 0 && !WITHOUT_RECORDS.includes(guarantee)) throw new Error(`${name}: no evidence`);
  return { run: told.run, told: `${guarantee} of ${resource}` };
}

/** Of sums: no record proves it. */
const WITHOUT_RECORDS = ['littles-law'];

/** How many runs it took, in words. */
function needed(mutants: readonly Mutant[], { searched, caught }: Stored): string {
  const runs = mutants.map(({ name }) => (caught[name]?.run ?? BUDGET) + 1).sort((a, b) => a - b);
  const median = ((runs[Math.floor((runs.length - 1) / 2)] ?? 0) + (runs[Math.floor(runs.length / 2)] ?? 0)) / 2;
  return `**Runs needed: median ${median}, worst ${runs.at(-1) ?? 0}** (seed ${SEED}, ${searched}).`;
}

function table(mutants: readonly Mutant[], { caught }: Stored): string {
  const rows = mutants.map(({ name, file }) => {
    const { run, told } = caught[name] ?? { run: BUDGET, told: '' };
    return `| ${name} | \`${file.replace('src/', '')}\` | ${told} | ${run + 1} |`;
  });
  return ['| bug | source | what breaks first | runs |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** docs/mutants.md. */
export function pageOf(kept: Stored, ofBrokers: Stored): string {
  return `# Mutants: bugs that the search finds

A checker that finds nothing has shown nothing. So here are ${MUTANTS.length} bugs, as somebody tired might have written them: each is one small change of a model, a consumer, a mapping or a producer, and is
made only in a test (\`test/search/mutants.ts\`). \`spillway check\` without a scenario, which draws random systems, must find each of them within ${BUDGET} runs of at most ${MESSAGES} messages, and the first run that breaks anything must
break a guarantee that this bug is known to break. The sound models must survive the same runs.

${needed(MUTANTS, kept)}

\`\`\`
SPILLWAY_MUTANTS=update npx vitest run --config vitest.long.config.ts test/search/mutants.long.ts
\`\`\`

searches anew from run 0 for each of them, and writes this page. \`npm run check:long\` searches too, and fails where a number is another. CI takes every second one, begins with the run that is written here (\`test/search/mutants.json\`), and searches from 0 only where it no longer finds the bug.

Eight in ten of the systems that \`spillway check\` draws are those of this table; one in ten has a delivery stream, one in ten a broker, and none has an application. So twenty bugs more are in no table: ten of Firehose (\`test/search/mutants-of-firehose.ts\`), each found within 1,000 runs of systems of their own, and ten of windows
(\`test/search/window-mutants.ts\`), each in one system made for them.

${table(MUTANTS, kept)}

## Brokers

${BROKER_MUTANTS.length} bugs of brokers and of their clients (\`test/search/mutants-of-brokers.ts\`), searched for in the same way among random systems with a broker (\`src/search/broker-systems.ts\`), within as many runs. CI takes every third.

${needed(BROKER_MUTANTS, ofBrokers)} \`SPILLWAY_MUTANTS=update npx vitest run --config vitest.long.config.ts test/search/mutants-of-brokers.long.ts\` searches anew.

${table(BROKER_MUTANTS, ofBrokers)}
`;
}
