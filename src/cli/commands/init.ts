import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { EXIT, type ExitCode, systemReason, UserError } from '../exit.ts';
import { planOf, QUESTIONS } from '../init/answers.ts';
import { type Answers, PRESETS } from '../init/presets.ts';
import { scenarioText } from '../init/template.ts';
import { packageRoot } from '../package-root.ts';
import type { Terminal } from '../terminal.ts';

export interface InitOptions {
  /** What was given on the command line; the rest is asked for, or taken from the presets. */
  readonly given: Given;
  /** No questions. */
  readonly yes: boolean;
  readonly json: boolean;
}

type Given = { readonly [K in keyof Answers]?: Answers[K] | undefined };

/** Writes a new scenario into the working folder, from answers to a few questions. */
export async function init(options: InitOptions, terminal: Terminal): Promise<ExitCode> {
  const answers = await collect(options, terminal);
  const plan = planOf(answers);
  const file = fileOf(answers.name);
  refuseToOverwrite(file);
  write(file, scenarioText(plan, schemaPlace(file)));
  if (options.json) terminal.out(JSON.stringify({ file, name: answers.name, designs: plan.designs }));
  else terminal.out(`${file} is written. Next: spillway run ${file}`);
  return EXIT.fine;
}

/** A wrong answer at a terminal is asked for again; a wrong option is an error. */
async function collect({ given, yes }: InitOptions, terminal: Terminal): Promise<Answers> {
  const stated = definedOf(given);
  let answers: Answers = { ...PRESETS, ...stated };
  planOf(answers);
  refuseToOverwriteIf('name' in stated, answers.name);
  if (yes || terminal.ask === null) return answers;
  for (const { key, text } of QUESTIONS) {
    if (key in stated) continue;
    for (;;) {
      const answer = (await terminal.ask(`${text} (${PRESETS[key]}): `)).trim();
      const next = { ...answers, [key]: answer === '' ? PRESETS[key] : answer };
      const wrong = whatIsWrong(next);
      if (wrong === null) {
        answers = next;
        break;
      }
      terminal.err(wrong);
    }
  }
  return answers;
}

function definedOf(given: Given): Partial<Answers> {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  const stated: Partial<Answers> = Object.fromEntries(entries);
  return stated.name === undefined ? stated : { ...stated, name: stated.name.replace(/\.ya?ml$/, '') };
}

function whatIsWrong(answers: Answers): string | null {
  try {
    planOf(answers);
    refuseToOverwrite(fileOf(answers.name));
    return null;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

function fileOf(name: string): string {
  return `${name}.yaml`;
}

function refuseToOverwriteIf(stated: boolean, name: string): void {
  if (stated) refuseToOverwrite(fileOf(name));
}

function refuseToOverwrite(file: string): void {
  if (existsSync(file)) {
    throw new UserError('exists', `${file} → is there already; expected a name that is free`);
  }
}

/** Never over a file that appeared meanwhile. */
function write(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx' });
  } catch (error) {
    throw new UserError('unwritable', `${file} → cannot be written: ${systemReason(error)}`);
  }
}

const SCHEMA = join('scenarios', 'schema', 'scenario.json');

/** The package's JSON Schema as seen from the file; null where it does not lie below the file's folder: paths of a machine don't belong in a scenario. */
function schemaPlace(file: string): string | null {
  const schema = join(packageRoot(), SCHEMA);
  const path = relative(dirname(resolve(file)), schema);
  return existsSync(schema) && !path.startsWith('..') ? path.split(sep).join('/') : null;
}
