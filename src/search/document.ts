/** A scenario as it is written, as plain data: what a search varies, and what it hands over. */

export type Document = Readonly<Record<string, unknown>>;
export type Path = readonly (string | number)[];

export function isMap(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What stands there as a map; empty where there is none. */
export function mapAt(document: Document, ...path: Path): Document {
  const value = valueAt(document, path);
  return isMap(value) ? value : {};
}

/** What stands there as a list; empty where there is none. */
export function listAt(document: Document, ...path: Path): readonly unknown[] {
  const value = valueAt(document, path);
  return Array.isArray(value) ? value : [];
}

export function valueAt(document: unknown, path: Path): unknown {
  let value = document;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

/** A copy with another value at the path; undefined takes what is there away. What the path needs is there. */
export function withValue<T>(document: T, path: Path, value: unknown): T {
  const [step, ...rest] = path;
  if (step === undefined) return value as T;
  if (Array.isArray(document)) {
    const copy: unknown[] = [...(document as readonly unknown[])];
    if (rest.length === 0 && value === undefined) copy.splice(Number(step), 1);
    else copy[Number(step)] = withValue(copy[Number(step)], rest, value);
    return copy as T;
  }
  const copy: Record<string, unknown> = { ...(document as Document) };
  if (rest.length === 0 && value === undefined) delete copy[step];
  else copy[step] = withValue(copy[step], rest, value);
  return copy as T;
}

/** Without what is undefined, at any depth: as JSON would have it. */
export function written(value: Document): Document {
  return JSON.parse(JSON.stringify(value)) as Document;
}

/** Every path to a value that is neither map nor list, in the order of the text. */
export function* leavesOf(
  value: unknown,
  path: Path = [],
): Generator<{ readonly path: Path; readonly value: unknown }> {
  if (typeof value !== 'object' || value === null) yield { path, value };
  else for (const [key, inner] of entriesOf(value)) yield* leavesOf(inner, [...path, key]);
}

/** Every path below the root, outer ones first. */
export function* placesOf(value: unknown, path: Path = []): Generator<Path> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of entriesOf(value)) {
    yield [...path, key];
    yield* placesOf(inner, [...path, key]);
  }
}

function entriesOf(value: object): readonly (readonly [string | number, unknown])[] {
  return Array.isArray(value) ? value.map((inner, i) => [i, inner] as const) : Object.entries(value);
}
