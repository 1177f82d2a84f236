/** What differs between two scenarios as they were resolved: path by path, every default included. */

/** One setting; undefined where a side does not have it. */
export interface SettingDifference {
  /** `orders-db.servers`, `traffic.orders.timeoutMs`, `faults.0.slow`. */
  readonly path: string;
  /** Designs in which a resource differs so; empty for what belongs to none. */
  readonly designs: readonly string[];
  readonly a: unknown;
  readonly b: unknown;
}

/** Parts that follow from the others, or are only words. */
const NOT_SETTINGS: ReadonlySet<string> = new Set(['name', 'title', 'description', 'assumptions', 'designs']);

/** `designs`: pairs of designs that are compared with each other. */
export function settingDifferences(
  a: unknown,
  b: unknown,
  designs: readonly (readonly [a: string, b: string])[],
): SettingDifference[] {
  const found: SettingDifference[] = [];
  const [rootA, rootB] = [recordOf(a), recordOf(b)];
  for (const key of keysOf(rootA, rootB)) {
    if (!NOT_SETTINGS.has(key))
      walk(key, rootA[key], rootB[key], (path, x, y) => found.push({ path, designs: [], a: x, b: y }));
  }
  const [designsA, designsB] = [recordOf(named(rootA['designs'])), recordOf(named(rootB['designs']))];
  const inDesigns = new Map<string, { path: string; designs: string[]; a: unknown; b: unknown }>();
  for (const [nameA, nameB] of designs) {
    const label = nameA === nameB ? nameA : `${nameA} against ${nameB}`;
    const add = (path: string, x: unknown, y: unknown): void => {
      const key = JSON.stringify([path, x, y]);
      const known = inDesigns.get(key);
      if (known === undefined) inDesigns.set(key, { path, designs: [label], a: x, b: y });
      else known.designs.push(label);
    };
    const [x, y] = [recordOf(designsA[nameA]), recordOf(designsB[nameB])];
    walk('entry', entriesOf(x['entries']), entriesOf(y['entries']), add);
    walk('', named(x['resources']), named(y['resources']), add);
  }
  return [...found, ...inDesigns.values()];
}

type Tell = (path: string, a: unknown, b: unknown) => void;

function walk(path: string, left: unknown, right: unknown, tell: Tell): void {
  const [a, b] = [named(left), named(right)];
  if (isNode(a) && isNode(b) && Array.isArray(a) === Array.isArray(b)) {
    for (const key of keysOf(a, b)) walk(path === '' ? key : `${path}.${key}`, a[key], b[key], tell);
  } else if (JSON.stringify(a) !== JSON.stringify(b)) tell(path, a, b);
}

type Node = Readonly<Record<string, unknown>>;

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null;
}

function recordOf(value: unknown): Node {
  return isNode(value) ? value : {};
}

function keysOf(a: Node, b: Node): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])];
}

/** A list of named things by their names: one that is inserted must not make all that follow differ. */
function named(value: unknown): unknown {
  if (!Array.isArray(value) || value.length === 0) return value;
  const names = value.map((one: unknown) => (isNode(one) && typeof one['name'] === 'string' ? one['name'] : null));
  if (names.includes(null) || new Set(names).size < names.length) return value;
  return Object.fromEntries(value.map((one: unknown, i) => [names[i], one]));
}

/** Which traffic enters where. */
function entriesOf(value: unknown): unknown {
  if (!Array.isArray(value)) return {};
  return Object.fromEntries(
    value.map((one: unknown) => {
      const { traffic, resource } = recordOf(one);
      return [String(traffic), resource];
    }),
  );
}
