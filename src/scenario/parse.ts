/**
 * The street: text → document (+ options) → plain data → read part by part → references → resolved scenario.
 * Pure. Every error is collected; nothing is resolved while there is one.
 */
import { checkAnalytics } from './analytics-checks.ts';
import { assumptionsOf } from './assumptions.ts';
import { checkAccess } from './access.ts';
import { awsOf } from './aws.ts';
import { checkBrokers } from './brokers.ts';
import { type Finding, nodeAt, offsetOf, readDocument, type ScenarioDocument } from './document.ts';
import { messageOf, type ScenarioError } from './errors.ts';
import { readFaults } from './faults.ts';
import { checkFifo } from './fifo.ts';
import { checkDeliveryStreams } from './firehose.ts';
import { readBy } from './findings.ts';
import { type NamedResource, namesOf } from './names.ts';
import { checkFunctions, LAMBDA_CONCURRENCY, lambdaConcurrencyOf } from './lambda.ts';
import { readGuarantees } from './guarantees.ts';
import { readObjectives } from './objectives.ts';
import { type Applied, applyOverrides, type OptionFinding, type Override, type TrafficOverride } from './overrides.ts';
import { withPartitions } from './partitions.ts';
import { checkQueues } from './queue-checks.ts';
import { checkDesign, checkSizes, readEntries } from './references.ts';
import type { ResolvedDesign, ResolvedScenario } from './resolved.ts';
import { readResource } from './resources.ts';
import type { WrittenRoot } from './schema.ts';
import { type ReadText, schemasFor, type WrittenResource } from './schemas.ts';
import { checkTopics, resolveTopics } from './sns.ts';
import { checkStreams, resolveReaders, streamsOf } from './streams.ts';
import { sqsMaxBytes } from './sqs-limits.ts';
import { checkSteady, readStudy } from './study.ts';
import { type ReadTraffic, readTraffic } from './traffic.ts';
import { isCollection, isScalar } from 'yaml';

export interface ParseOptions {
  /** How the file is called in errors. */
  readonly file: string;
  /** Name of the scenario: the file's name without its ending. */
  readonly name: string;
  readonly overrides?: readonly Override[];
  readonly traffic?: readonly TrafficOverride[];
  readonly readText: ReadText;
}

export type ParseOutcome =
  /** `document`: as written, options applied, as plain data. */
  | { readonly ok: true; readonly scenario: ResolvedScenario; readonly document: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly errors: readonly ScenarioError[] };

/** Buckets of a time series; more are neither read nor drawn by anybody. */
const MOST_BUCKETS = 100_000;

/** Reads a scenario, YAML or JSON. Wrong input never throws: it comes back as errors, all at once, in the order of the file. */
export function parseScenario(text: string, options: ParseOptions): ParseOutcome {
  const { read, findings } = readDocument(text);
  if (read === null) return failed(text, options.file, null, [], findings);
  const found: Finding[] = [...findings];
  const { applied, findings: optionFindings } = applyOverrides(read, options.overrides ?? [], options.traffic ?? []);
  found.push(...optionFindings);
  const document = read.document.toJS({ maxAliasCount: 0 }) as Readonly<Record<string, unknown>>;
  const scenario = resolve(document, options, found);
  return scenario === null || found.length > 0
    ? failed(text, options.file, read, applied, found)
    : { ok: true, scenario, document };
}

/** Of a scenario that is plain data already. It has no places in a text; of what is wrong with it the first is told. */
export function resolveData(
  raw: unknown,
  options: Pick<ParseOptions, 'name' | 'readText'>,
): { readonly scenario: ResolvedScenario } | { readonly wrong: string } {
  const findings: Finding[] = [];
  const scenario = resolve(raw, options, findings);
  const [first] = findings;
  if (scenario !== null && first === undefined) return { scenario };
  return { wrong: first === undefined ? 'no scenario' : `${first.path.join('.')}: expected ${first.expected}` };
}

function resolve(
  raw: unknown,
  options: Pick<ParseOptions, 'name' | 'readText'>,
  findings: Finding[],
): ResolvedScenario | null {
  const schemas = schemasFor(options.readText);
  const root = readBy(schemas.root, raw, [], findings);
  const names = namesOf(raw, findings);
  const traffic = readTraffic(schemas, names.traffic, options.readText, findings);
  const trafficNames = names.traffic.map((one) => one.name);
  const place = (one: NamedResource): WrittenResource[] => {
    const settings = readResource(schemas, one, findings);
    return settings === null ? [] : [settings];
  };
  const shared = names.shared.flatMap(place);
  const designs = names.designs.map((design): ResolvedDesign => {
    for (const key of unknownDesignKeys(design.raw)) {
      findings.push({
        code: 'unknown-key',
        path: [...design.path, key],
        atKey: true,
        expected: 'one of traffic, resources',
        suggestion: nearestDesignKey(key),
      });
    }
    const own = design.resources.filter((one) => !names.shared.includes(one)).flatMap(place);
    const all = resolveTopics(resolveReaders([...shared, ...own]));
    checkDesign(design, findings);
    const entries = readEntries(design, trafficNames, findings);
    return { name: design.name, entries, resources: all };
  });
  const settings = traffic.map((one) => one.settings);
  checkSizes(settings, designs, sqsMaxBytes, findings);
  const faults = readFaults(schemas, raw, names, findings);
  checkFifo(settings, designs, faults, findings);
  checkTopics(settings, designs, names, faults, findings);
  checkStreams(settings, designs, names, findings);
  checkDeliveryStreams(settings, designs, names, findings);
  checkBrokers(settings, designs, names, findings);
  checkAnalytics(settings, designs, findings);
  checkAccess(raw, names, findings);
  checkQueues(raw, names, findings);
  const objectives = readObjectives(schemas, raw, names, findings);
  const guarantees = readGuarantees(schemas, raw, names, typesOf(trafficNames, designs), findings);
  if (root === null) return null;
  const times = resolveTimes(root, traffic, findings);
  const study = readStudy(root, names, findings);
  const aws = awsOf(root.aws?.settings ?? null, settings, designs, faults);
  const lambdaConcurrency = root.aws?.lambdaConcurrency ?? null;
  checkFunctions(designs, names, aws.aws, lambdaConcurrency ?? LAMBDA_CONCURRENCY, findings);
  checkSteady(root, settings, faults, findings);
  if (findings.length > 0) return null;
  const resolved: ResolvedScenario = {
    name: options.name,
    title: root.title ?? options.name,
    description: root.description,
    seed: root.seed,
    ...times,
    ...study,
    judged: root.judged,
    confidence: root.confidence,
    facts: root.facts,
    ties: root.ties,
    prices: root.prices,
    ...aws,
    ...lambdaConcurrencyOf(lambdaConcurrency, designs),
    traffic: settings,
    designs: withPartitions(designs, settings, root.aws?.settings?.region),
    faults,
    objectives,
    ...(guarantees.length === 0 ? {} : { guarantees }),
    assumptions: [],
  };
  return { ...resolved, assumptions: assumptionsOf(resolved, traffic, raw) };
}

/** What each name of a traffic or a resource is, over all designs. */
function typesOf(
  traffic: readonly string[],
  designs: readonly ResolvedDesign[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const types = new Map<string, Set<string>>(traffic.map((name) => [name, new Set(['traffic'])]));
  for (const design of designs) {
    const streams = new Set(streamsOf(design).map(({ name }) => name));
    for (const one of design.resources) {
      const reads = 'source' in one && one.source !== null && streams.has(one.source);
      types.set(one.name, (types.get(one.name) ?? new Set()).add(reads ? 'stream-reader' : one.type));
    }
  }
  return types;
}

function unknownDesignKeys(raw: unknown): readonly string[] {
  return typeof raw === 'object' && raw !== null
    ? Object.keys(raw).filter((key) => key !== 'traffic' && key !== 'resources')
    : [];
}

function nearestDesignKey(key: string): string | undefined {
  return /^traf/i.test(key) ? 'traffic' : /^re?s/i.test(key) ? 'resources' : undefined;
}

function resolveTimes(
  root: WrittenRoot,
  traffic: readonly ReadTraffic[],
  findings: Finding[],
): Pick<ResolvedScenario, 'horizonUs' | 'drainUs' | 'resolutionUs'> {
  let horizonUs = 0;
  if (root.horizon === 'trace') {
    for (const { settings } of traffic) {
      if (settings.source.kind === 'trace') horizonUs = Math.max(horizonUs, settings.source.recording.lengthUs);
    }
    // A recording of one instant still needs a run that reaches it.
    horizonUs = Math.max(1, horizonUs);
    if (!traffic.some(({ settings }) => settings.source.kind === 'trace')) {
      findings.push({
        code: 'misfit',
        path: ['horizon'],
        expected: 'a duration such as 30m: no traffic here is a recording',
      });
    }
  } else horizonUs = root.horizon;
  const drainUs = root.drainUs ?? horizonUs;
  // A drain many times as long as the horizon makes the buckets coarser, so that a default is never an error.
  const coarsest = Math.ceil((horizonUs + drainUs) / MOST_BUCKETS);
  const resolutionUs = root.resolutionUs ?? Math.max(1, Math.round(horizonUs / 600), coarsest);
  if ((root.warmupUs ?? 0) >= horizonUs)
    findings.push({ code: 'out-of-range', path: ['warmup'], expected: 'a warm-up shorter than the horizon' });
  if ((horizonUs + drainUs) / resolutionUs > MOST_BUCKETS) {
    findings.push({
      code: 'out-of-range',
      path: ['resolution'],
      expected: `at most ${MOST_BUCKETS} buckets over horizon and drain: a coarser resolution`,
    });
  }
  return { horizonUs, drainUs, resolutionUs };
}

/** Findings → errors with their places, in the order of the file; the same finding from several designs is told once. */
function failed(
  text: string,
  file: string,
  read: ScenarioDocument | null,
  applied: readonly Applied[],
  findings: readonly Finding[],
): ParseOutcome {
  const errors = findings.map((finding) => placed(text, file, read, applied, finding));
  const seen = new Set<string>();
  const unique = errors.filter((error) => {
    const key = `${error.file} ${error.line} ${error.column} ${error.code} ${error.message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  unique.sort(
    (a, b) => a.line - b.line || a.column - b.column || compare(a.file, b.file) || compare(a.message, b.message),
  );
  return { ok: false, errors: unique };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function placed(
  text: string,
  file: string,
  read: ScenarioDocument | null,
  applied: readonly Applied[],
  finding: Finding | OptionFinding,
): ScenarioError {
  const path = finding.path.join('.');
  const value = shorten(finding.value ?? (read === null ? '' : shown(read, finding)));
  const suggestion = finding.suggestion === undefined ? {} : { suggestion: finding.suggestion };
  const said = { path, value, expected: finding.expected, ...suggestion };
  const option = 'option' in finding ? finding.option : (optionOf(applied, finding) ?? null);
  if (option !== null)
    return { code: finding.code, file: option, line: 0, column: 0, ...said, message: messageOf(said) };
  const offset =
    finding.offset ?? (read === null ? 0 : (offsetOf(read.document, finding.path, finding.atKey === true) ?? 0));
  return { code: finding.code, file, ...lineAndColumn(text, offset), ...said, message: messageOf(said) };
}

/** The option that wrote what the finding is about: at its path, below it, or on the way to it. */
function optionOf(applied: readonly Applied[], finding: Finding): string | undefined {
  if (finding.offset !== undefined) return undefined;
  const at = finding.path.map(String);
  const under = applied.filter(({ path }) => path.every((step, i) => i < at.length && String(step) === at[i]));
  return under.at(-1)?.option;
}

function shown(read: ScenarioDocument, finding: Finding): string {
  if (finding.path.length === 0) return '';
  const node = nodeAt(read.document, finding.path);
  if (isScalar(node))
    return node.value === null ? 'null' : typeof node.source === 'string' ? node.source : JSON.stringify(node.value);
  if (isCollection(node))
    return JSON.stringify(node.toJS(read.document)).replaceAll('"', '').replaceAll(',', ', ').replaceAll(':', ': ');
  return '';
}

function shorten(value: string): string {
  const line = value.replace(/\s+/g, ' ');
  return line.length <= 60 ? line : `${line.slice(0, 57)}…`;
}

function lineAndColumn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let i = before.indexOf('\n'); i >= 0; i = before.indexOf('\n', i + 1)) line++;
  return { line, column: offset - start + 1 };
}
