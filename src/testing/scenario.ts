/** The scenario of a test: read, with what the test asks for beyond it, and the designs that it is about. */
import { formatErrors, nearest, parseScenario, type ResolvedDesign, type ResolvedScenario } from '../scenario/index.ts';
import type { Document } from '../search/index.ts';
import { TestingError } from './errors.ts';
import { badOption, type GuaranteeOptions, type ScenarioInput } from './options.ts';

type Options = Pick<GuaranteeOptions<never>, 'design' | 'handlers' | 'guarantees' | 'files'>;

export type ReadText = (path: string) => string | undefined;

export interface TestedScenario {
  /** As it is written, with the guarantees that the test asks for. */
  readonly document: Document;
  readonly resolved: ResolvedScenario;
  /** Names of the designs to run. */
  readonly designs: readonly string[];
  /** Always the same function: whoever reads by it reads once. */
  readonly readText: ReadText;
}

/** Throws TestingError: `bad-scenario` with all errors, `bad-option` where a name of the options is none of the scenario. */
export function readScenario(input: ScenarioInput, options: Options): TestedScenario {
  const texts = new Map(Object.entries(options.files ?? {}));
  const readText = (path: string): string | undefined => texts.get(path);
  const isText = typeof input === 'string';
  const written = parse(isText ? input : JSON.stringify(input), readText, isText);
  const { guarantees = [] } = options;
  const asked = [...listAt(written.document, 'guarantees'), ...guarantees];
  const document = guarantees.length === 0 ? written.document : { ...written.document, guarantees: asked };
  const { scenario } = guarantees.length === 0 ? written : parse(JSON.stringify(document), readText, false);
  return { document, resolved: scenario, designs: designsOf(scenario, options), readText };
}

/** `isText`: errors have places in it. */
function parse(
  text: string,
  readText: ReadText,
  isText: boolean,
): { readonly scenario: ResolvedScenario; readonly document: Document } {
  const outcome = parseScenario(text, { file: 'scenario', name: 'scenario', readText });
  if (outcome.ok) return outcome;
  const { errors } = outcome;
  const told = isText ? formatErrors(errors) : errors.map(({ message }) => message).join('\n');
  throw new TestingError('bad-scenario', `the scenario has errors:\n${told}`);
}

function listAt(document: Document, key: string): readonly unknown[] {
  const value = document[key];
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function designsOf({ designs }: ResolvedScenario, { design, handlers = {} }: Options): readonly string[] {
  const names = designs.map(({ name }) => name);
  if (design !== undefined && !names.includes(design)) throw unknownName('design', design, names);
  const wanted = designs.filter(({ name }) => design === undefined || name === design);
  const known = [...new Set(wanted.flatMap(handlersOf))];
  const handled = Object.keys(handlers);
  for (const name of handled) if (!known.includes(name)) throw unknownName('handlers', name, known);
  const tested = wanted.filter((one) => handled.length === 0 || handlersOf(one).some((name) => handled.includes(name)));
  return tested.map(({ name }) => name);
}

/** What can be given code: consumers and functions. */
function handlersOf({ resources }: ResolvedDesign): string[] {
  return resources.flatMap(({ name, type }) => (type === 'consumer' || type === 'lambda' ? [name] : []));
}

function unknownName(option: string, name: string, known: readonly string[]): TestingError {
  const near = nearest(name, known);
  const hint = near === undefined ? '' : `, did you mean ${near}?`;
  const expected = known.length === 0 ? 'a scenario with a consumer or a function' : `one of ${known.join(', ')}`;
  return badOption(option, name, `${expected}${hint}`);
}
