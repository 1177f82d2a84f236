/** `--set path=value` and `--traffic name=…`, applied to the document before anything is judged. */
import { type Document, isCollection, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { type Finding, nodeAt, type Path, type ScenarioDocument } from './document.ts';
import { nearest } from './suggest.ts';

export interface Override {
  /** The full path from the root, or `<resource>.<setting>`. */
  readonly path: string;
  /** YAML. */
  readonly value: string;
}

/** A recording given on the command line: it takes the place of what the scenario says about the source of this traffic. */
export interface TrafficOverride {
  readonly name: string;
  readonly trace: {
    readonly file: string;
    readonly time: string;
    readonly count?: string | undefined;
    readonly every?: string | undefined;
    readonly scale?: string | undefined;
    readonly speed?: string | undefined;
    readonly burstiness?: string | undefined;
  };
}

/** Where an option wrote, and how the user would recognise it. */
export interface Applied {
  readonly path: Path;
  readonly option: string;
}

/** An error about an option itself. */
export interface OptionFinding extends Finding {
  readonly option: string;
}

const ROOT = [
  'title',
  'description',
  'seed',
  'horizon',
  'drain',
  'warmup',
  'study',
  'replications',
  'precision',
  'confidence',
  'facts',
  'resolution',
  'ties',
  'traffic',
  'resources',
  'designs',
  'faults',
  'objectives',
  'guarantees',
] as const;
export const ROOT_KEYS: readonly string[] = ROOT;

/** Applies every option in turn; returns where each wrote. */
export function applyOverrides(
  read: ScenarioDocument,
  overrides: readonly Override[],
  traffic: readonly TrafficOverride[],
): { readonly applied: readonly Applied[]; readonly findings: readonly OptionFinding[] } {
  const applied: Applied[] = [];
  const findings: OptionFinding[] = [];
  for (const one of traffic) applyTraffic(read.document, one, applied, findings);
  for (const one of overrides) applySet(read.document, one, applied, findings);
  return { applied, findings };
}

function applyTraffic(
  document: Document.Parsed,
  one: TrafficOverride,
  applied: Applied[],
  findings: OptionFinding[],
): void {
  const option = `--traffic ${one.name}=${one.trace.file}`;
  const names = keysOf(document, ['traffic']);
  const node = nodeAt(document, ['traffic', one.name]);
  if (!names.includes(one.name) || !isMap(node)) {
    findings.push({
      code: 'unknown-reference',
      path: ['traffic', one.name],
      expected: `one of the traffics ${names.join(', ')}`,
      suggestion: nearest(one.name, names),
      value: one.name,
      option,
    });
    return;
  }
  for (const key of ['rate', 'changes', 'arrivals', 'users', 'think', 'trace']) node.delete(key);
  const trace: Record<string, string | number> = {};
  for (const [key, value] of Object.entries(one.trace)) {
    if (value !== undefined)
      trace[key] = key === 'burstiness' && Number.isFinite(Number(value)) ? Number(value) : value;
  }
  node.set('trace', document.createNode(trace));
  applied.push({ path: ['traffic', one.name, 'trace'], option });
}

function applySet(document: Document.Parsed, one: Override, applied: Applied[], findings: OptionFinding[]): void {
  const option = `--set ${one.path}=${one.value}`;
  const value = readValue(one.value);
  if (value === undefined) {
    findings.push({
      code: 'syntax',
      path: [],
      value: one.value,
      expected: 'a value in YAML, such as 5, 30s or { exponential: { mean: 2s } }',
      option,
    });
    return;
  }
  const steps = one.path.split('.');
  const targets = resolvePath(document, steps);
  if ('expected' in targets) {
    findings.push({
      code: 'unknown-path',
      path: steps,
      value: '',
      expected: targets.expected,
      suggestion: targets.suggestion,
      option,
    });
    return;
  }
  for (const path of targets.paths) {
    const block = blockAbove(document, path);
    if (block !== null) {
      findings.push({ code: 'unknown-path', path: steps, value: '', option, ...block });
      return;
    }
  }
  for (const path of targets.paths) {
    write(document, path, value.value);
    applied.push({ path, option });
  }
}

/** The YAML value, or undefined where it is none (an alias and a forbidden key are none either). */
function readValue(text: string): { readonly value: unknown } | undefined {
  if (text.length > 1_000_000 || /__proto__|\bconstructor\b|\bprototype\b/.test(text)) return undefined;
  try {
    const parsed = parseDocument(text, {
      prettyErrors: false,
      version: '1.2',
      strict: true,
      uniqueKeys: true,
      logLevel: 'silent',
    });
    return parsed.errors.length > 0 ? undefined : { value: parsed.toJS({ maxAliasCount: 0 }) as unknown };
  } catch {
    return undefined;
  }
}

type Targets =
  | { readonly paths: readonly Path[] }
  | { readonly expected: string; readonly suggestion: string | undefined };

/** Full paths that are meant: one from the root, or one for each place where the resource stands. */
function resolvePath(document: Document.Parsed, steps: readonly string[]): Targets {
  const [first = '', ...rest] = steps;
  if (steps.some((step) => step === ''))
    return { expected: 'names with a dot between them, such as orders-db.servers', suggestion: undefined };
  if (ROOT_KEYS.includes(first)) return { paths: [steps] };
  const places = resourcePlaces(document);
  const own = places.filter((place) => place.name === first);
  if (own.length > 0 && rest.length > 0) return { paths: own.map((place) => [...place.path, ...rest]) };
  const names = [...new Set(places.map((place) => place.name))];
  if (own.length > 0) return { expected: `a setting of ${first}, such as ${first}.servers`, suggestion: undefined };
  const traffic = nearest(first, keysOf(document, ['traffic']));
  const near = nearest(first, [...names, ...ROOT_KEYS]) ?? (traffic === undefined ? undefined : `traffic.${traffic}`);
  return {
    expected: `a path from the root (${ROOT_KEYS.join(', ')}) or from a resource (${names.join(', ')})`,
    suggestion: near === undefined ? undefined : [near, ...rest].join('.'),
  };
}

/** Every place where a resource is described. */
function resourcePlaces(document: Document.Parsed): readonly { readonly name: string; readonly path: Path }[] {
  const lists: Path[] = [
    ['resources'],
    ...keysOf(document, ['designs']).map((design) => ['designs', design, 'resources']),
  ];
  return lists.flatMap((list) => keysOf(document, list).map((name) => ({ name, path: [...list, name] })));
}

/** Why the path cannot be written: a name that is not there, a place beyond a list, a step into a plain value. */
function blockAbove(
  document: Document.Parsed,
  path: Path,
): { readonly expected: string; readonly suggestion: string | undefined } | null {
  for (let length = 1; length < path.length + 1; length++) {
    const parent = nodeAt(document, path.slice(0, length - 1));
    const step = String(path[length - 1]);
    if (parent === undefined) return null;
    if (isSeq(parent)) {
      if (/^\d+$/.test(step) && Number(step) < parent.items.length) continue;
      return {
        expected:
          parent.items.length === 0
            ? 'an empty list has no places'
            : `a place in the list from 0 to ${parent.items.length - 1}`,
        suggestion: undefined,
      };
    }
    if (isMap(parent)) {
      if (!holdsNames(path.slice(0, length - 1)) || keysOf(document, path.slice(0, length - 1)).includes(step))
        continue;
      const names = keysOf(document, path.slice(0, length - 1));
      const near = nearest(step, names);
      const suggestion =
        near === undefined ? undefined : [...path.slice(0, length - 1), near, ...path.slice(length)].join('.');
      return {
        expected:
          names.length === 0
            ? `nothing is named in ${path.slice(0, length - 1).join('.')}`
            : `one of ${names.join(', ')}`,
        suggestion,
      };
    }
    if (isScalar(parent) && parent.value === null) return null;
    return {
      expected: `no step below ${path.slice(0, length - 1).join('.')}: it is a plain value`,
      suggestion: undefined,
    };
  }
  return null;
}

/** Maps whose keys are names that the scenario gave, not settings. */
function holdsNames(path: Path): boolean {
  const last = path.length === 1 ? path[0] : path.length === 3 && path[0] === 'designs' ? path[2] : null;
  return last === 'traffic' || last === 'resources' || (path.length === 1 && last === 'designs');
}

function write(document: Document.Parsed, path: Path, value: unknown): void {
  for (let length = 1; length < path.length; length++) {
    if (!isCollection(nodeAt(document, path.slice(0, length))))
      document.setIn(withNumbers(document, path.slice(0, length)), document.createNode({}));
  }
  document.setIn(withNumbers(document, path), document.createNode(value));
}

/** The path with numbers where lists are, as the document wants it. */
function withNumbers(document: Document.Parsed, path: Path): (string | number)[] {
  return path.map((step, i) => (isSeq(nodeAt(document, path.slice(0, i))) ? Number(step) : step));
}

function keysOf(document: Document.Parsed, path: Path): string[] {
  const node = nodeAt(document, path);
  return isMap(node)
    ? node.items.map((pair) => (isScalar(pair.key) ? String(pair.key.value) : '')).filter((key) => key !== '')
    : [];
}
