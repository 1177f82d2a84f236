/** Whether the parts of a design fit together: references, routes, cycles, sizes. */
import type { CallSettings } from '../calls/settings.ts';
import type { TrafficSettings } from '../workload/settings.ts';
import type { Finding, Path } from './document.ts';
import { type NamedDesign, type NamedResource, unknownName } from './names.ts';
import type { ResourceSettings } from './resolved.ts';

/** A resource that was read without error, and where it stands. */
export interface PlacedResource {
  readonly named: NamedResource;
  readonly settings: ResourceSettings;
}

/** Everything of one design that can be told from its own resources. Findings about shared resources come once a design: see `unique`. */
export function checkDesign(design: NamedDesign, read: readonly PlacedResource[], findings: Finding[]): void {
  for (const one of read) checkResource(design, one, findings);
  checkCycles(design, read, findings);
}

function checkResource(design: NamedDesign, { named, settings }: PlacedResource, findings: Finding[]): void {
  const base = named.path;
  if (settings.type === 'service') checkCalls(design, settings.calls, [...base, 'calls'], findings);
  if (settings.type === 'consumer') {
    checkReference(design, settings.source, 'sqs', 'sqs queue', [...base, 'source'], findings);
    checkCalls(design, settings.handler.calls, [...base, 'handler', 'calls'], findings);
  }
  if (settings.type === 'sqs' && settings.redrive !== null) {
    const path = [...base, 'redrive', 'deadLetterQueue'];
    if (settings.redrive.deadLetterQueue === settings.name) {
      findings.push({
        code: 'wrong-reference',
        path,
        expected: 'another queue: a queue is not its own dead-letter queue',
      });
    } else checkReference(design, settings.redrive.deadLetterQueue, 'sqs', 'sqs queue', path, findings);
  }
}

function checkCalls(design: NamedDesign, calls: readonly CallSettings[], path: Path, findings: Finding[]): void {
  calls.forEach((call, i) => {
    checkReference(design, call.to, 'service', 'service', [...path, i, 'to'], findings);
  });
}

function checkReference(
  design: NamedDesign,
  name: string,
  type: string,
  what: string,
  path: Path,
  findings: Finding[],
): void {
  const target = design.resources.find((resource) => resource.name === name);
  if (target === undefined) {
    const fitting = design.resources.filter((resource) => resource.type === type).map((resource) => resource.name);
    findings.push(unknownName(path, name, `${what} of design ${design.name}`, fitting));
  } else if (target.type !== null && target.type !== type) {
    findings.push({
      code: 'wrong-reference',
      path,
      expected: `a ${what}; ${name} is ${article(target.type)} ${target.type}`,
    });
  }
}

function article(word: string): string {
  return /^[aeiou]|^sqs|^sns|^mq/.test(word) ? 'an' : 'a';
}

/** A synchronous call that comes back to its caller would wait for itself. */
function checkCycles(design: NamedDesign, read: readonly PlacedResource[], findings: Finding[]): void {
  const services = new Map(
    read.flatMap((one) => (one.settings.type === 'service' ? [[one.settings.name, one] as const] : [])),
  );
  const done = new Set<string>();
  const chain: string[] = [];
  const visit = (name: string): void => {
    const placed = services.get(name);
    if (placed === undefined || placed.settings.type !== 'service' || done.has(name)) return;
    chain.push(name);
    placed.settings.calls.forEach((call, i) => {
      const from = chain.indexOf(call.to);
      if (from < 0) visit(call.to);
      else {
        const circle = [...chain.slice(from), call.to].join(' → ');
        findings.push({
          code: 'cycle',
          path: [...placed.named.path, 'calls', i, 'to'],
          expected: `no cycle of synchronous calls: ${circle} (design ${design.name}) waits for itself`,
        });
      }
    });
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
  const path = [...design.path, 'traffic'];
  const written = (design.raw as { readonly traffic?: unknown } | null)?.traffic;
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
  for (const name of routes.keys()) {
    if (!traffic.includes(name))
      findings.push({ ...unknownName([...path, name], name, 'traffic', traffic), atKey: true });
  }
  const entries: { traffic: string; resource: string }[] = [];
  for (const name of traffic) {
    const resource = routes.get(name);
    if (resource === undefined) {
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

function checkEntry(design: NamedDesign, name: string, path: Path, findings: Finding[]): boolean {
  const target = design.resources.find((resource) => resource.name === name);
  if (target === undefined) {
    const fitting = design.resources
      .filter((resource) => resource.type !== 'consumer')
      .map((resource) => resource.name);
    findings.push(unknownName(path, name, `resource of design ${design.name}`, fitting));
    return false;
  }
  if (target.type === 'consumer') {
    findings.push({
      code: 'wrong-reference',
      path,
      expected: `a service or an sqs queue; ${name} is a consumer, which fetches its work itself`,
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
          entry.traffic === one.name && design.resources.some((r) => r.name === entry.resource && r.type === 'sqs'),
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
