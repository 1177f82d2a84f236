/** What an editor makes of a JSON Schema: which keys it offers at a place of a document. */

export type Node = { readonly [keyword: string]: unknown };
type Path = readonly (string | number)[];

/** Names of the keys that may stand in the map at the path, in the order of the schema. */
export function offeredAt(root: Node, document: unknown, path: Path): readonly string[] {
  return [...keysAt(root, document, path).keys()];
}

/** What the schema says of one of them. */
offeredAt.schemaOf = (root: Node, document: unknown, path: Path, key: string): Node => {
  return keysAt(root, document, path).get(key) ?? {};
};

function keysAt(root: Node, document: unknown, path: Path): ReadonlyMap<string, Node> {
  let schemas = applying(root, root, document);
  let value: unknown = document;
  for (const step of path) {
    value = (value as Record<string | number, unknown>)[step];
    schemas = schemas.flatMap((schema) => below(schema, step)).flatMap((schema) => applying(root, schema, value));
  }
  const keys = new Map<string, Node>();
  // Of several that speak of the same key the last one is the narrower: it comes from the branch of the type.
  for (const schema of schemas) {
    for (const [key, of] of Object.entries((schema['properties'] ?? {}) as Record<string, Node>)) keys.set(key, of);
  }
  return keys;
}

function below(schema: Node, step: string | number): readonly Node[] {
  if (typeof step === 'number') {
    const items = schema['items'] as Node | readonly Node[] | undefined;
    const one = Array.isArray(items) ? (items[step] as Node | undefined) : (items as Node | undefined);
    return one === undefined ? [] : [one];
  }
  const own = (schema['properties'] as Record<string, Node> | undefined)?.[step];
  const more = schema['additionalProperties'];
  if (own !== undefined) return [own];
  return typeof more === 'object' && more !== null ? [more as Node] : [];
}

/** The schema itself with all that it refers to, as far as it can be meant for the value. */
function applying(root: Node, schema: Node, value: unknown): readonly Node[] {
  const found: Node[] = [schema];
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    const name = reference.replace('#/definitions/', '');
    found.push(...applying(root, (root['definitions'] as Record<string, Node>)[name] ?? {}, value));
  }
  for (const part of (schema['allOf'] ?? []) as readonly Node[]) {
    const condition = part['if'] as Node | undefined;
    if (condition === undefined) found.push(...applying(root, part, value));
    else if (isOfType(condition, value)) found.push(...applying(root, part['then'] as Node, value));
  }
  for (const branch of (schema['anyOf'] ?? []) as readonly Node[]) {
    if (fits(root, branch, value)) found.push(...applying(root, branch, value));
  }
  return found;
}

/** Whether `if: { properties: { type: { const } } }` holds. */
function isOfType(condition: Node, value: unknown): boolean {
  const wanted = (condition['properties'] as { type?: { const?: unknown } }).type?.const;
  return typeof value === 'object' && value !== null && (value as { type?: unknown }).type === wanted;
}

/** Whether a branch is for values of this kind at all. */
function fits(root: Node, branch: Node, value: unknown): boolean {
  const kind = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
  const types = applying(root, branch, undefined).flatMap((schema) => schema['type'] ?? []);
  return types.length === 0 ? 'required' in branch : types.includes(kind);
}

/** Every key of the schema, with its place in it. */
export function propertiesOf(schema: unknown, path = ''): readonly { readonly path: string; readonly schema: Node }[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const inner = Object.entries(schema).flatMap(([keyword, value]) =>
    // What stands in an `if` only tells which branch is meant.
    keyword === 'if' ? [] : propertiesOf(value, `${path}/${keyword}`),
  );
  const { properties } = schema as { properties?: Record<string, Node> };
  if (properties === undefined || path.endsWith('/properties')) return inner;
  const own = Object.entries(properties).map(([key, of]) => ({ path: `${path}/${key}`, schema: of }));
  return [...own, ...inner];
}
