/** Who is called what: the named parts of a scenario as written, before any of them is read. */
import type { Finding, Path } from './document.ts';
import { valueAt } from './findings.ts';
import { nearest } from './suggest.ts';
import { NAME, NAME_FORM } from './words.ts';

export interface Named {
  readonly name: string;
  readonly path: Path;
  readonly raw: unknown;
}

export interface NamedResource extends Named {
  /** As written; null where there is none or it is no text. */
  readonly type: string | null;
}

export interface NamedDesign extends Named {
  /** Its own and those of every design, in declared order: the shared ones first. */
  readonly resources: readonly NamedResource[];
}

export interface Names {
  readonly traffic: readonly Named[];
  readonly shared: readonly NamedResource[];
  readonly designs: readonly NamedDesign[];
}

export const RESOURCE_TYPES = [
  'service',
  'sqs',
  'sns',
  'kinesis',
  'firehose',
  'analytics',
  'video',
  'mq',
  'consumer',
  'lambda',
  'sink',
] as const;
export type ResourceType = (typeof RESOURCE_TYPES)[number];

/** Limits that end a slip of the pen in an error; far above what a person reads in a report. */
export const MOST = { traffic: 200, resources: 1000, designs: 100 } as const;

/** Collects the names; what is no name, or none at all, goes to `findings`. */
export function namesOf(raw: unknown, findings: Finding[]): Names {
  const traffic = namedOf(
    raw,
    ['traffic'],
    'traffic',
    'at least one traffic, such as { orders: { rate: 200/s } }',
    MOST.traffic,
    findings,
  );
  const shared = resourcesOf(raw, ['resources'], false, findings);
  const designs = namedOf(
    raw,
    ['designs'],
    'designs',
    'at least one design, with its traffic and resources',
    MOST.designs,
    findings,
  ).map((design): NamedDesign => {
    if (!isSettings(design.raw)) return { ...design, resources: shared };
    const own = resourcesOf(raw, [...design.path, 'resources'], shared.length === 0, findings);
    for (const one of own) {
      if (!shared.some((other) => other.name === one.name)) continue;
      findings.push({
        code: 'duplicate-name',
        path: one.path,
        atKey: true,
        value: one.name,
        expected: 'another name: the resources of every design have one of this name already',
      });
    }
    return { ...design, resources: [...shared, ...own] };
  });
  return { traffic, shared, designs };
}

/** Whether something is a map of settings at all. */
export function isSettings(raw: unknown): raw is Readonly<Record<string, unknown>> {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}

function resourcesOf(raw: unknown, path: Path, needed: boolean, findings: Finding[]): NamedResource[] {
  const expected = 'at least one resource, such as { api: { type: service, serviceTime: 5ms } }';
  if (!needed && valueAt(raw, path) === undefined) return [];
  return namedOf(raw, path, 'resources', expected, MOST.resources, findings, needed).map((one) => {
    const type = valueAt(one.raw, ['type']);
    return { ...one, type: typeof type === 'string' ? type : null };
  });
}

function namedOf(
  raw: unknown,
  path: Path,
  what: string,
  expected: string,
  most: number,
  findings: Finding[],
  needed = true,
): Named[] {
  const value = valueAt(raw, path);
  if (value === undefined || value === null) {
    if (needed || value === null) findings.push({ code: 'missing', path, expected });
    return [];
  }
  if (typeof value !== 'object' || Array.isArray(value)) {
    findings.push({ code: 'wrong-type', path, expected });
    return [];
  }
  const entries = Object.entries(value);
  if (entries.length === 0 && needed) findings.push({ code: 'empty', path, expected, value: '{}' });
  if (entries.length > most)
    findings.push({ code: 'out-of-range', path, expected: `at most ${most} ${what}`, value: String(entries.length) });
  const named: Named[] = [];
  for (const [name, inner] of entries) {
    const at = [...path, name];
    if (!NAME.test(name))
      findings.push({ code: 'bad-name', path: at, atKey: true, value: name, expected: `a name: ${NAME_FORM}` });
    else named.push({ name, path: at, raw: inner });
  }
  return named;
}

/** The finding for a name that nothing bears. */
export function unknownName(
  path: Path,
  name: string,
  what: string,
  known: readonly string[],
  expectedIfNone = `the name of ${/^[aeiou]/.test(what) || what.startsWith('sqs') ? 'an' : 'a'} ${what}; there is none`,
): Finding {
  return {
    code: 'unknown-reference',
    path,
    value: name,
    expected:
      known.length === 0
        ? expectedIfNone
        : `the name of ${/^[aeiou]/.test(what) || what.startsWith('sqs') ? 'an' : 'a'} ${what}: ${known.join(', ')}`,
    suggestion: nearest(name, known),
  };
}
