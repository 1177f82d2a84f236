/** The scenario of a test: read, with what the test asks for beyond it, and the designs that it is about. */
import { formatErrors, nearest, parseScenario, type ResolvedDesign, type ResolvedScenario } from '../scenario/index.ts';
import { readDocument } from '../scenario/document.ts';
import { TestingError } from './errors.ts';
import { badOption, type GuaranteeOptions, type ScenarioInput } from './options.ts';

type Options = Pick<GuaranteeOptions<never>, 'design' | 'handlers' | 'guarantees' | 'files'>;

export interface TestedScenario {
  /** As it is written. */
  readonly text: string;
  /** With the guarantees that the test asks for. */
  readonly resolved: ResolvedScenario;
  /** Names of the designs to run. */
  readonly designs: readonly string[];
}

/** Throws TestingError: `bad-scenario` with all errors, `bad-option` where a name of the options is none of the scenario. */
export function readScenario(input: ScenarioInput, options: Options): TestedScenario {
  const text = typeof input === 'string' ? input : JSON.stringify(input, null, 2);
  const written = resolve(text, options, typeof input === 'string');
  const { guarantees = [] } = options;
  const resolved = guarantees.length === 0 ? written : resolve(withGuarantees(text, guarantees), options, false);
  return { text, resolved, designs: designsOf(resolved, options) };
}

/** `isText`: errors have places in it. */
function resolve(text: string, { files = {} }: Pick<Options, 'files'>, isText: boolean): ResolvedScenario {
  const texts = new Map(Object.entries(files));
  const outcome = parseScenario(text, { file: 'scenario', name: 'scenario', readText: (path) => texts.get(path) });
  if (outcome.ok) return outcome.scenario;
  const { errors } = outcome;
  const told = isText ? formatErrors(errors) : errors.map(({ message }) => message).join('\n');
  throw new TestingError('bad-scenario', `the scenario has errors:\n${told}`);
}

function withGuarantees(text: string, more: readonly string[]): string {
  const document = (readDocument(text).read?.document.toJS({ maxAliasCount: 0 }) ?? {}) as { guarantees?: unknown };
  const own: unknown[] = Array.isArray(document.guarantees) ? document.guarantees : [];
  return JSON.stringify({ ...document, guarantees: [...own, ...more] });
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
