/** Whether the parts of a design fit together: references, routes, cycles, sizes. */
import type { TrafficSettings } from '../workload/settings.ts';
import type { Finding, Path } from './document.ts';
import { checkKindOfDeadLetterQueue } from './fifo.ts';
import { valueAt } from './findings.ts';
import { isSettings, type NamedDesign, type NamedResource, unknownName } from './names.ts';
import type { ResourceSettings } from './resolved.ts';

/**
 * Everything of one design that its resources say about each other. It looks at what is written, so that an error elsewhere in a
 * resource hides no broken reference.
 */
export function checkDesign(design: NamedDesign, findings: Finding[]): void {
  for (const one of design.resources) checkResource(design, one, findings);
  checkCycles(design, findings);
}

function checkResource(design: NamedDesign, one: NamedResource, findings: Finding[]): void {
  for (const call of callsOf(one)) {
    if (one.type !== 'consumer') checkReference(design, call.to, 'service', call.path, findings);
    else checkHandlerCall(design, one, call, findings);
  }
  const source = SOURCES.has(one.type ?? '') ? valueAt(one.raw, ['source']) : undefined;
  if (typeof source === 'string') {
    const path = [...one.path, 'source'];
    const types = SOURCES.get(one.type ?? '') ?? [];
    if (types.length === 1) checkReference(design, source, types[0] as string, path, findings);
    else checkOneOf(design, source, types, path, findings);
  }
  const sink = one.type === 'analytics' ? valueAt(one.raw, ['sink', 'to']) : undefined;
  if (typeof sink === 'string') checkOneOf(design, sink, RESULT_SINKS, [...one.path, 'sink', 'to'], findings);
  const failures = one.type === 'lambda' ? valueAt(one.raw, ['onFailure']) : undefined;
  if (typeof failures === 'string') checkOneOf(design, failures, ['sqs', 'sink'], [...one.path, 'onFailure'], findings);
  if (one.type === 'sns') checkSubscriptions(design, one, findings);
  if (one.type === 'firehose') checkDestinations(design, one, findings);
  const allowed = one.type === 'sqs' ? valueAt(one.raw, ['redriveAllow']) : undefined;
  if (Array.isArray(allowed)) {
    allowed.forEach((name, i) => {
      if (typeof name === 'string') checkReference(design, name, 'sqs', [...one.path, 'redriveAllow', i], findings);
    });
  }
  const queue = one.type === 'sqs' ? valueAt(one.raw, ['redrive', 'deadLetterQueue']) : undefined;
  if (typeof queue !== 'string') return;
  const path = [...one.path, 'redrive', 'deadLetterQueue'];
  if (queue === one.name) {
    const expected = 'another queue: a queue is not its own dead-letter queue';
    findings.push({ code: 'wrong-reference', path, expected });
  } else {
    checkReference(design, queue, 'sqs', path, findings);
    const target = design.resources.find(({ name, type }) => name === queue && type === 'sqs');
    if (target !== undefined) {
      checkKindOfDeadLetterQueue(one, target, findings);
      checkRedriveAllowed(one, target, path, findings);
    }
  }
}

/** What a topic delivers to, and where it puts what it cannot deliver. */
function checkSubscriptions(design: NamedDesign, topic: NamedResource, findings: Finding[]): void {
  const written = valueAt(topic.raw, ['subscriptions']);
  if (!Array.isArray(written)) return;
  written.forEach((subscription, i) => {
    const at = [...topic.path, 'subscriptions', i];
    const to = valueAt(subscription, ['to']);
    if (typeof to === 'string') checkOneOf(design, to, SUBSCRIBERS, [...at, 'to'], findings);
    const target = design.resources.find(({ name }) => name === to);
    if (target?.type === 'sink' && valueAt(subscription, ['protocol']) === undefined) {
      const expected = `how ${target.name} is reached, such as protocol: email`;
      findings.push({ code: 'missing', path: [...at, 'protocol'], expected });
    }
    const queue = valueAt(subscription, ['redrive', 'deadLetterQueue']);
    if (typeof queue === 'string') {
      checkReference(design, queue, 'sqs', [...at, 'redrive', 'deadLetterQueue'], findings);
    }
  });
}

/** What stands for the destination of a delivery stream, and for its bucket. */
function checkDestinations(design: NamedDesign, one: NamedResource, findings: Finding[]): void {
  for (const key of ['to', 'bucket']) {
    const name = valueAt(one.raw, [key]);
    if (typeof name === 'string') checkOneOf(design, name, DESTINATIONS, [...one.path, key], findings);
  }
}

/** What a type can fetch its work from. */
const SOURCES: ReadonlyMap<string, readonly string[]> = new Map([
  ['consumer', ['sqs', 'kinesis', 'mq']],
  ['lambda', ['sqs', 'kinesis', 'mq']],
  ['firehose', ['kinesis']],
  ['analytics', ['kinesis']],
]);
/** Types that a topic can deliver to. */
const SUBSCRIBERS: readonly string[] = ['sqs', 'lambda', 'firehose', 'service', 'sink'];

/** Types that can stand for a destination of a delivery stream. */
const DESTINATIONS: readonly string[] = ['service', 'sink'];

/** Types that results of an application can go to. */
const RESULT_SINKS: readonly string[] = ['service', 'sink'];

/** AWS's RedriveAllowPolicy: a queue may say whose dead letters it takes. */
function checkRedriveAllowed(one: NamedResource, target: NamedResource, path: Path, findings: Finding[]): void {
  const allowed = valueAt(target.raw, ['redriveAllow']);
  if (allowed !== 'denyAll' && !Array.isArray(allowed)) return;
  if (Array.isArray(allowed) && allowed.includes(one.name)) return;
  const says = Array.isArray(allowed) ? `it takes those of ${allowed.map(String).join(', ')}` : 'it takes none';
  const expected = `a queue whose redriveAllow lets ${one.name} in: ${target.name} does not, ${says}`;
  findings.push({ code: 'wrong-reference', path, expected });
}

interface Call {
  readonly to: string;
  readonly path: Path;
}

/** The synchronous calls of a service or of a handler, as far as they name somebody. */
function callsOf(one: NamedResource): readonly Call[] {
  const where = one.type === 'service' ? ['calls'] : handles(one.type) ? ['handler', 'calls'] : null;
  const calls = where === null ? undefined : valueAt(one.raw, where);
  if (where === null || !Array.isArray(calls)) return [];
  return calls.flatMap((call, i) => {
    const to = valueAt(call, ['to']);
    return typeof to === 'string' ? [{ to, path: [...one.path, ...where, i, 'to'] }] : [];
  });
}

/** Types that the handler of a consumer can call: a service, or what it hands its work on to. */
const HANDLER_CALLS: readonly string[] = ['service', 'sqs', 'sns', 'mq'];

/** Of those: where the work goes on, instead of being done for the handler. */
const HANDED_ON: ReadonlySet<string> = new Set(['sqs', 'sns', 'mq']);

function checkHandingOn(one: NamedResource, { to, path }: Call, findings: Finding[]): void {
  const call = path.slice(0, -1);
  const written = (key: string): unknown => valueAt(one.raw, [...call.slice(one.path.length), key]);
  if (written('latency') !== undefined) {
    const expected = `no latency: ${to} has its own, for whoever sends to it`;
    findings.push({ code: 'misfit', path: [...call, 'latency'], atKey: true, expected });
  }
  if (written('probability') !== undefined) {
    const expected = `no probability: what is not handed on to ${to} would be done nowhere`;
    findings.push({ code: 'misfit', path: [...call, 'probability'], atKey: true, expected });
  }
}

function checkHandlerCall(design: NamedDesign, one: NamedResource, { to, path }: Call, findings: Finding[]): void {
  checkOneOf(design, to, HANDLER_CALLS, path, findings);
  const type = design.resources.find(({ name }) => name === to)?.type ?? null;
  if (type !== null && HANDED_ON.has(type)) checkHandingOn(one, { to, path }, findings);
  if (type === 'service' || to !== valueAt(one.raw, ['source'])) return;
  findings.push({ code: 'wrong-reference', path, value: to, expected: 'another resource than what it reads' });
}

/** Whether it fetches its work itself and has a handler for it; no traffic enters there. */
function handles(type: string | null): boolean {
  return type === 'consumer' || type === 'lambda';
}

const NOUNS: ReadonlyMap<string, string> = new Map([
  ['sqs', 'an sqs queue'],
  ['service', 'a service'],
  ['consumer', 'a consumer'],
  ['sns', 'a topic'],
  ['kinesis', 'a kinesis stream'],
  ['mq', 'an mq broker'],
  ['firehose', 'a firehose delivery stream'],
  ['analytics', 'an analytics application'],
  ['video', 'cameras'],
  ['sink', 'a sink'],
  ['lambda', 'a lambda function'],
]);

function checkReference(design: NamedDesign, name: string, type: string, path: Path, findings: Finding[]): void {
  const target = design.resources.find((resource) => resource.name === name);
  const noun = NOUNS.get(type) ?? type;
  if (target === undefined) {
    const fitting = design.resources.filter((resource) => resource.type === type).map((resource) => resource.name);
    findings.push(unknownName(path, name, `${noun.slice(noun.indexOf(' ') + 1)} of design ${design.name}`, fitting));
  } else if (isKnown(target.type) && target.type !== type) {
    const other = NOUNS.get(target.type) ?? target.type;
    findings.push({ code: 'wrong-reference', path, expected: `${noun}; ${name} is ${other}` });
  }
}

function checkOneOf(
  design: NamedDesign,
  name: string,
  types: readonly string[],
  path: Path,
  findings: Finding[],
): void {
  const target = design.resources.find((resource) => resource.name === name);
  const nouns = types.flatMap((type) => NOUNS.get(type) ?? []);
  const expected = `${nouns.slice(0, -1).join(', ')} or ${nouns.at(-1) ?? ''}`;
  if (target === undefined) {
    const fitting = design.resources.filter(({ type }) => type !== null && types.includes(type)).map((one) => one.name);
    findings.push(unknownName(path, name, `resource of design ${design.name} (${expected})`, fitting));
  } else if (isKnown(target.type) && !types.includes(target.type)) {
    findings.push({
      code: 'wrong-reference',
      path,
      expected: `${expected}; ${name} is ${NOUNS.get(target.type) ?? ''}`,
    });
  }
}

/** A type that is wrong in itself was told where it stands. */
function isKnown(type: string | null): type is string {
  return type !== null && NOUNS.has(type);
}

/** A synchronous call that comes back to its caller would wait for itself. */
function checkCycles(design: NamedDesign, findings: Finding[]): void {
  const services = new Map(
    design.resources.filter((one) => one.type === 'service').map((one) => [one.name, callsOf(one)]),
  );
  const done = new Set<string>();
  const chain: string[] = [];
  const visit = (name: string): void => {
    if (done.has(name)) return;
    chain.push(name);
    for (const call of services.get(name) ?? []) {
      const from = chain.indexOf(call.to);
      if (from < 0) visit(call.to);
      else {
        const circle = [...chain.slice(from), call.to].join(' → ');
        const expected = `no cycle of synchronous calls: ${circle} (design ${design.name}) waits for itself`;
        findings.push({ code: 'cycle', path: call.path, expected });
      }
    }
    chain.pop();
    done.add(name);
  };
  for (const name of services.keys()) visit(name);
}

/** Where each traffic enters, in the order of the traffics; every design routes every traffic. */
export function readEntries(
  design: NamedDesign,
  traffic: readonly string[],
  findings: Finding[],
): readonly { readonly traffic: string; readonly resource: string }[] {
  if (!isSettings(design.raw)) {
    const expected = 'settings such as { traffic: { orders: api }, resources: { … } }';
    findings.push({ code: 'wrong-type', path: design.path, expected });
    return [];
  }
  const path = [...design.path, 'traffic'];
  const written = design.raw['traffic'];
  const example = `where each traffic enters, such as { ${traffic[0] ?? 'orders'}: api }`;
  if (written === undefined || written === null) {
    findings.push({ code: 'missing', path, expected: example });
    return [];
  }
  if (typeof written !== 'object' || Array.isArray(written)) {
    findings.push({ code: 'wrong-type', path, expected: example });
    return [];
  }
  const routes = new Map(Object.entries(written as Readonly<Record<string, unknown>>));
  const meant = new Set<string>();
  for (const name of routes.keys()) {
    if (traffic.includes(name)) continue;
    const unknown = unknownName([...path, name], name, 'traffic', traffic);
    if (unknown.suggestion !== undefined) meant.add(unknown.suggestion);
    findings.push({ ...unknown, atKey: true });
  }
  const entries: { traffic: string; resource: string }[] = [];
  for (const name of traffic) {
    const resource = routes.get(name);
    if (resource === undefined) {
      // A misspelt name was told already.
      if (meant.has(name)) continue;
      findings.push({
        code: 'not-routed',
        path,
        value: `no entry for ${name}`,
        expected: `every traffic to enter somewhere: add ${name}: <resource>`,
      });
    } else if (typeof resource !== 'string') {
      findings.push({ code: 'wrong-type', path: [...path, name], expected: 'the name of a resource' });
    } else if (checkEntry(design, resource, [...path, name], findings)) entries.push({ traffic: name, resource });
  }
  return entries;
}

/** What traffic cannot enter, and why. */
const NO_ENTRIES: ReadonlyMap<string, string> = new Map([
  ['consumer', 'a consumer, which fetches its work itself'],
  ['lambda', 'a lambda function, which fetches its work itself, or has it from a topic'],
  ['analytics', 'an analytics application, which reads its stream itself'],
  ['sink', 'a sink, where the messages of a topic end'],
]);

function checkEntry(design: NamedDesign, name: string, path: Path, findings: Finding[]): boolean {
  const target = design.resources.find((resource) => resource.name === name);
  if (target === undefined) {
    const fitting = design.resources
      .filter(({ type }) => type === null || !NO_ENTRIES.has(type))
      .map((resource) => resource.name);
    findings.push(unknownName(path, name, `resource of design ${design.name}`, fitting));
    return false;
  }
  const instead = target.type === null ? undefined : NO_ENTRIES.get(target.type);
  if (instead !== undefined) {
    findings.push({
      code: 'wrong-reference',
      path,
      expected: `a service, an sqs queue, a topic, a stream, a broker or cameras; ${name} is ${instead}`,
    });
    return false;
  }
  return true;
}

/** A message that no queue takes is a slip of the pen when every message is that large. */
export function checkSizes(
  traffic: readonly TrafficSettings[],
  designs: readonly {
    readonly entries: readonly { readonly traffic: string; readonly resource: string }[];
    readonly resources: readonly ResourceSettings[];
  }[],
  maxBytes: number,
  findings: Finding[],
): void {
  for (const one of traffic) {
    const intoQueue = designs.some((design) =>
      design.entries.some(
        (entry) =>
          entry.traffic === one.name &&
          design.resources.some((r) => r.name === entry.resource && (r.type === 'sqs' || r.type === 'sns')),
      ),
    );
    if (!intoQueue || one.size.kind !== 'constant') continue;
    const path = ['traffic', one.name, 'size'];
    if (one.size.value > maxBytes)
      findings.push({ code: 'out-of-range', path, expected: 'a message of at most 1MiB (limits of SQS)' });
    else if (one.size.value < 1)
      findings.push({ code: 'out-of-range', path, expected: 'a message of at least 1B (limits of SQS)' });
  }
}
