/** `<field>[.<statistic>] of <traffic> <op> <value>` and `metrics.<name>.<statistic> of resource <name> <op> <value>`. */
import type { Finding, Path } from './document.ts';
import { listOf } from './faults.ts';
import { readBy, valueAt } from './findings.ts';
import {
  COUNT_FIELDS,
  DELIVERY_FIELDS,
  FIELDS,
  LATENCY_STATISTICS,
  type LimitUnit,
  METRIC_STATISTICS,
  type MetricShape,
  METRICS,
  RESPONSE_FIELDS,
} from './metrics.ts';
import { type Names, unknownName } from './names.ts';
import { COST_FIGURES } from './prices.ts';
import type { Comparison, ResolvedObjective } from './resolved.ts';
import type { WrittenObjective } from './schema.ts';
import type { Schemas } from './schemas.ts';
import { nearest } from './suggest.ts';
import {
  DURATION_FORMS,
  type Problem,
  RATE_FORMS,
  type Reading,
  readDuration,
  readRate,
  readShare,
  readSize,
  SHARE_FORMS,
  SIZE_FORMS,
} from './units.ts';

const FORM = 'completion.p99 of orders < 2s, or metrics.ApproximateAgeOfOldestMessage.max of resource orders < 60s';
const COST = /^\s*(cost\.\S*?)\s*(<=|>=|==|!=|<|>)\s*(.+?)\s*$/;
const SHAPE = /^\s*(\S+)\s+of\s+(resource\s+)?(\S+?)\s*(<=|>=|==|!=|<|>)\s*(.+?)\s*$/;

type Subject = ResolvedObjective['subject'];
/** The subject and the unit of its limit, or what is wrong: `part` is what the user wrote there. */
type Understood =
  | { readonly subject: Subject; readonly unit: LimitUnit }
  | (Problem & { readonly part: string; readonly expected: string });

/** First words of metrics with two. */
const DOTTED: ReadonlySet<string> = new Set(
  Object.values(METRICS).flatMap((table) =>
    [...table.keys()].flatMap((name) => (name.includes('.') ? [name.split('.')[0] as string] : [])),
  ),
);

/** Reads every objective; those with an error are left out. */
export function readObjectives(schemas: Schemas, raw: unknown, names: Names, findings: Finding[]): ResolvedObjective[] {
  const objectives: ResolvedObjective[] = [];
  listOf(raw, 'objectives', 'a list of objectives', findings).forEach((one, i) => {
    const path = ['objectives', i];
    const written = readBy(schemas.objective, one, path, findings);
    if (written === null) return;
    const understood = readObjective(
      written,
      typeof one === 'string' ? path : [...path, 'that'],
      path,
      names,
      findings,
    );
    if (understood !== null) objectives.push(understood);
  });
  return objectives;
}

function readObjective(
  written: WrittenObjective,
  path: Path,
  base: Path,
  names: Names,
  findings: Finding[],
): ResolvedObjective | null {
  const before = findings.length;
  if (written.design !== null && !names.designs.some((design) => design.name === written.design)) {
    findings.push(
      unknownName(
        [...base, 'design'],
        written.design,
        'design',
        names.designs.map((design) => design.name),
      ),
    );
  }
  const cost = COST.exec(written.that);
  const match = cost ?? SHAPE.exec(written.that);
  if (match === null) {
    findings.push({ code: 'objective', path, expected: FORM });
    return null;
  }
  const [figure = '', resource, name = '', op = '<', value = ''] =
    cost === null ? match.slice(1) : [cost[1], undefined, '', cost[2], cost[3]];
  const understood =
    cost !== null
      ? ofCost(figure)
      : resource === undefined
        ? ofTraffic(figure, name, names)
        : ofResource(figure, name, written.design, names);
  if ('part' in understood) {
    findings.push({
      code: understood.code,
      path,
      value: understood.part,
      expected: understood.expected,
      suggestion: understood.suggestion,
    });
    return null;
  }
  const limit = readLimit(value, understood.unit);
  if (!('value' in limit)) {
    const { code, suggestion, expected } = limit.problem;
    findings.push({ code, path, value, expected: expected ?? 'a number', suggestion });
    return null;
  }
  if (findings.length > before) return null;
  return {
    text: written.that.trim().replace(/\s+/g, ' '),
    design: written.design,
    expect: written.expect,
    subject: understood.subject,
    op: op as Comparison,
    limit: limit.value,
  };
}

function ofTraffic(figure: string, name: string, names: Names): Understood {
  const subscriptions = subscriptionsOf(names);
  if (name.includes('.') && subscriptions.size > 0) return ofSubscription(figure, name, subscriptions, names);
  const known = names.traffic.map((traffic) => traffic.name);
  if (!known.includes(name)) return unknownPart(name, 'traffic', known, 'unknown-reference');
  const [field = '', statistic, ...more] = figure.split('.');
  if (field === 'metrics')
    return {
      code: 'objective',
      part: figure,
      expected: `of resource before the name, such as ${figure} of resource ${name}`,
    };
  if (more.length > 0)
    return { code: 'objective', part: figure, expected: 'a figure and at most one statistic, such as completion.p99' };
  const meaning = FIELDS.get(field);
  if (meaning === undefined)
    return unknownPart(
      field,
      'figure',
      [...FIELDS.keys()].filter((each) => !/Ms$|PerSecond$/.test(each)),
      'objective',
    );
  const subject = (wanted: string, of: string | null): Subject => ({
    kind: 'traffic',
    traffic: name,
    field: wanted,
    statistic: of,
  });
  if (meaning.field === 'completionMs' || meaning.field === 'responseMs') {
    if (field === 'response' && isOne(RESPONSE_FIELDS, statistic))
      return { subject: subject(`response.${statistic}`, null), unit: 'count' };
    if (!isOne(LATENCY_STATISTICS, statistic)) return badStatistic(figure, statistic, LATENCY_STATISTICS);
    return { subject: subject(meaning.field, statistic), unit: statistic === 'count' ? 'count' : 'milliseconds' };
  }
  if (statistic === undefined) return { subject: subject(meaning.field, null), unit: meaning.unit };
  if (isOne(COUNT_FIELDS, field)) {
    return statistic === 'share'
      ? { subject: subject(field, 'share'), unit: 'share' }
      : badStatistic(figure, statistic, ['share']);
  }
  return { code: 'objective', part: figure, expected: `${field} without a statistic` };
}

/** Deliveries of a topic or a stream, such as `completion.p99 of events.orders`: the figures of a traffic that a delivery has. */
function ofSubscription(
  figure: string,
  name: string,
  subscriptions: ReadonlyMap<string, readonly [topic: string, to: string]>,
  names: Names,
): Understood {
  const found = subscriptions.get(name);
  if (found === undefined) return unknownPart(name, 'subscription', [...subscriptions.keys()], 'unknown-reference');
  const field = figure.split('.')[0] ?? '';
  if (FIELDS.has(field) && !DELIVERY_FIELDS.includes(field)) {
    return {
      code: 'objective',
      part: field,
      expected: `a figure of deliveries: ${DELIVERY_FIELDS.filter((each) => !/Ms$|PerSecond$/.test(each)).join(', ')}`,
    };
  }
  // Read as that of any traffic: only the subject is another.
  const any = names.traffic[0]?.name ?? '';
  const understood = ofTraffic(figure, any, names);
  if (!('subject' in understood) || understood.subject.kind !== 'traffic') return understood;
  const { field: wanted, statistic } = understood.subject;
  const [topic, to] = found;
  return { ...understood, subject: { kind: 'subscription', topic, to, field: wanted, statistic } };
}

/** By their names: that of the topic, a dot, and that of what it delivers to; of a stream and of who reads it. */
function subscriptionsOf({ designs }: Names): Map<string, readonly [topic: string, to: string]> {
  const found = new Map<string, readonly [string, string]>();
  const all = designs.flatMap(({ resources }) => resources);
  const streams = new Set(all.flatMap(({ name, type }) => (type === 'kinesis' ? [name] : [])));
  for (const { name, type, raw } of all) {
    const source = valueAt(raw, ['source']);
    if (typeof source === 'string' && streams.has(source)) found.set(`${source}.${name}`, [source, name]);
    const written = type === 'sns' ? valueAt(raw, ['subscriptions']) : undefined;
    for (const one of Array.isArray(written) ? written : []) {
      const to = valueAt(one, ['to']);
      if (typeof to === 'string') found.set(`${name}.${to}`, [name, to]);
    }
  }
  return found;
}

/** A figure of a traffic alone, such as `completion.mean of orders`. What is wrong goes to `findings`; then it is null. */
export function readFigure(text: string, path: Path, names: Names, findings: Finding[]): Subject | null {
  const match = /^\s*(\S+)\s+of\s+(\S+)\s*$/.exec(text);
  if (match === null) {
    findings.push({ code: 'objective', path, expected: 'a figure such as completion.mean of orders' });
    return null;
  }
  const understood = ofTraffic(match[1] ?? '', match[2] ?? '', names);
  if ('subject' in understood) return understood.subject;
  const { code, part, expected, suggestion } = understood;
  findings.push({ code, path, value: part, expected, suggestion });
  return null;
}

function ofResource(figure: string, name: string, design: string | null, names: Names): Understood {
  const designs = names.designs.filter((one) => design === null || one.name === design);
  const all = (designs.length === 0 ? names.designs : designs).flatMap((one) => one.resources);
  const found = all.filter((one) => one.name === name);
  if (found.length === 0) {
    return unknownPart(
      name,
      design === null ? 'resource' : `resource of design ${design}`,
      [...new Set(all.map((one) => one.name))],
      'unknown-reference',
    );
  }
  // CloudWatch's names of streams have a dot inside.
  const [head = '', ...rest] = figure.split('.');
  const known = new Set(found.flatMap(({ type }) => [...(METRICS[type ?? '']?.keys() ?? [])]));
  const length = known.has(rest.slice(0, 2).join('.')) || (rest.length > 2 && DOTTED.has(rest[0] ?? '')) ? 2 : 1;
  const metric = rest.slice(0, length).join('.');
  const [statistic, ...more] = rest.slice(length);
  if (head !== 'metrics' || metric === '' || more.length > 0) {
    return {
      code: 'objective',
      part: figure,
      expected: `metrics.<name>.<statistic> before of resource, such as ${FORM.split(', or ')[1]}`,
    };
  }
  const tables = found.flatMap((one) =>
    one.type !== null && METRICS[one.type] !== undefined ? [METRICS[one.type] as ReadonlyMap<string, MetricShape>] : [],
  );
  const shape = tables.find((each) => each.has(metric))?.get(metric);
  if (shape === undefined) {
    return unknownPart(metric, `metric of ${name}`, [...known], 'objective');
  }
  const statistics = METRIC_STATISTICS[shape.kind];
  if (!isOne(statistics, statistic)) return badStatistic(figure, statistic, statistics);
  const unit = shape.kind === 'counter' && statistic === 'mean' ? 'perSecond' : shape.unit;
  return { subject: { kind: 'metric', resource: name, metric, statistic }, unit };
}

function ofCost(figure: string): Understood {
  const [, found] = Object.entries(COST_FIGURES).find(([name]) => name === figure) ?? [];
  if (found !== undefined) return { subject: { kind: 'cost', figure: found }, unit: 'usd' };
  return unknownPart(figure, 'figure of the cost', Object.keys(COST_FIGURES), 'objective');
}

function isOne<T extends string>(list: readonly T[], value: string | undefined): value is T {
  return value !== undefined && (list as readonly string[]).includes(value);
}

function unknownPart(
  part: string,
  what: string,
  known: readonly string[],
  code: 'objective' | 'unknown-reference',
): Understood {
  const suggestion = nearest(part, known);
  const expected = known.length === 0 ? `a ${what}; there is none` : `a ${what}: ${known.join(', ')}`;
  return { code, part, expected, ...(suggestion === undefined ? {} : { suggestion }) };
}

function badStatistic(figure: string, statistic: string | undefined, known: readonly string[]): Understood {
  const suggestion = statistic === undefined ? undefined : nearest(statistic, known);
  const base = statistic === undefined ? figure : figure.slice(0, -statistic.length - 1);
  return {
    code: 'objective',
    part: figure,
    expected: `${base} with one of the statistics ${known.join(', ')}, such as ${base}.${known.includes('p99') ? 'p99' : known[0]}`,
    ...(suggestion === undefined ? {} : { suggestion: `${base}.${suggestion}` }),
  };
}

/** The limit in the unit of the result. */
function readLimit(text: string, unit: LimitUnit): Reading {
  switch (unit) {
    case 'milliseconds':
      return scaled(withForm(readDuration(text), DURATION_FORMS), 1000);
    case 'seconds':
      return scaled(withForm(readDuration(text), DURATION_FORMS), 1_000_000);
    case 'perSecond':
      return withForm(readRate(text), RATE_FORMS);
    case 'share':
      return withForm(readShare(text), SHARE_FORMS);
    case 'bytes':
      return withForm(readSize(text), SIZE_FORMS);
    case 'usd':
      return readNumber(text.replace(/^\$\s*|\s*(USD|\$)$/, ''), unit);
    case 'count':
    case 'number':
      return readNumber(text, unit);
  }
}

function readNumber(text: string, unit: 'count' | 'number' | 'usd'): Reading {
  const plain = text.replaceAll(/(?<=\d)[,_](?=\d{3}\b)/g, '');
  const value = /^(\d+\.?\d*|\.\d+)(e\d+)?$/i.test(plain) ? Number(plain) : Number.NaN;
  if (Number.isFinite(value) && (unit !== 'count' || Number.isInteger(value))) return { value };
  const expected =
    unit === 'count'
      ? 'a count such as 0 or 1200; a share goes with .share, such as lost.share of orders < 1%'
      : unit === 'usd'
        ? 'an amount in USD such as 1.50'
        : 'a number such as 1200';
  return { problem: { code: 'wrong-unit', expected } };
}

function withForm(reading: Reading, form: string): Reading {
  return 'value' in reading ? reading : { problem: { expected: form, ...reading.problem } };
}

function scaled(reading: Reading, by: number): Reading {
  return 'value' in reading ? { value: reading.value / by } : reading;
}
