/** The settings of a part of a scenario, out of the JSON Schema that the readers themselves give. */

/** One setting, with what it says about itself. */
export interface Setting {
  /** From the part on: `redrive.maxReceiveCount`, `calls[].timeout`. */
  readonly path: string;
  /** What it is, how it is written, its limits and its default. */
  readonly description: string;
  /** As it would be written; undefined where there is none. */
  readonly default: unknown;
  readonly required: boolean;
  /** The words that may stand there; empty where others may. */
  readonly values: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

/** Every setting below a schema, each before those inside it. `root` holds the definitions. */
export function settingsOf(schema: Json, root: Json): Setting[] {
  const found: Setting[] = [];
  collect(schema, root, '', new Set(), found);
  return found;
}

/** The schema that a definition of this name gives; undefined where there is none. */
export function definition(root: Json, name: string): Json | undefined {
  const definitions = recordOf(root['definitions']);
  return Object.hasOwn(definitions, name) ? recordOf(definitions[name]) : undefined;
}

/** The schema of a key of an object; undefined where it has none of that name. */
export function property(schema: Json | undefined, name: string): Json | undefined {
  const properties = recordOf(schema?.['properties']);
  return Object.hasOwn(properties, name) ? recordOf(properties[name]) : undefined;
}

/** `met`: definitions on the way here, for a distribution may be made of distributions. */
function collect(schema: Json, root: Json, path: string, met: ReadonlySet<string>, found: Setting[]): void {
  const { $ref: reference } = schema;
  if (typeof reference === 'string') {
    const name = reference.slice(reference.lastIndexOf('/') + 1);
    const target = definition(root, name);
    // A distribution is explained once, not at each of the settings that may be one.
    if (target !== undefined && !met.has(name) && !DISTRIBUTIONS.has(name)) {
      collect(target, root, path, new Set([...met, name]), found);
    }
  }
  for (const branch of branchesOf(schema)) collect(branch, root, path, met, found);
  const { items } = schema;
  if (typeof items === 'object' && items !== null && !Array.isArray(items)) {
    collect(recordOf(items), root, `${path}[]`, met, found);
  }
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  for (const [key, value] of Object.entries(recordOf(schema['properties']))) {
    const inner = recordOf(value);
    const here = path === '' ? key : `${path}.${key}`;
    if (found.some((one) => one.path === here)) continue;
    found.push({
      path: here,
      description: typeof inner['description'] === 'string' ? inner['description'] : '',
      default: inner['default'],
      required: required.includes(key),
      values: valuesOf(inner),
    });
    collect(inner, root, here, met, found);
  }
}

const DISTRIBUTIONS: ReadonlySet<string> = new Set(['durations', 'sizes']);

function branchesOf(schema: Json): Json[] {
  return (['anyOf', 'oneOf', 'allOf'] as const).flatMap((key) => {
    const branches = schema[key];
    return Array.isArray(branches) ? branches.map(recordOf) : [];
  });
}

function valuesOf(schema: Json): string[] {
  const own = Array.isArray(schema['enum'])
    ? schema['enum'].map(String)
    : 'const' in schema
      ? [String(schema['const'])]
      : [];
  return [...own, ...branchesOf(schema).flatMap(valuesOf)];
}

function recordOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}
