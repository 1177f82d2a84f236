/** Faults as written → as resolved: the target exists, and the effect fits it. */
import type { WrittenFault } from '../workload/schema.ts';
import type { FaultSettings, FaultTarget } from '../workload/settings.ts';
import type { Finding, Path } from './document.ts';
import { readBy, valueAt } from './findings.ts';
import { zonesOfMode } from './brokers.ts';
import type { Schemas } from './schemas.ts';
import { type NamedDesign, type NamedResource, type Names, type ResourceType, unknownName } from './names.ts';

/** Effects by the type of what they strike; `share` and `zone` narrow the target. */
const FITTING: Readonly<Record<ResourceType | 'link', readonly string[]>> = {
  service: ['slow', 'down', 'errors', 'unreachable', 'lose', 'flush', 'share', 'zone'],
  sqs: ['down', 'errors', 'duplicate', 'unreachable', 'lose', 'policy', 'kmsDown', 'redrive'],
  sns: ['down', 'errors', 'duplicate', 'unreachable', 'lose', 'policy', 'kmsDown'],
  kinesis: ['down', 'errors', 'unreachable', 'lose', 'throttle'],
  firehose: ['down', 'errors', 'unreachable', 'lose'],
  analytics: ['slow', 'crash'],
  video: ['down'],
  mq: ['down', 'crash', 'unreachable', 'lose', 'zone', 'disconnect', 'maintenance'],
  consumer: ['slow', 'down', 'crash', 'cutOff', 'share'],
  sink: ['down', 'errors'],
  lambda: ['slow', 'down', 'errors'],
  link: ['lose', 'unreachable'],
};
/** What can happen. */
export const EFFECTS = [
  'slow',
  'down',
  'errors',
  'crash',
  'cutOff',
  'duplicate',
  'unreachable',
  'lose',
  'flush',
  'policy',
  'kmsDown',
  'redrive',
  'throttle',
  'disconnect',
  'maintenance',
];

/** Reads every fault; those with an error are left out. */
export function readFaults(schemas: Schemas, raw: unknown, names: Names, findings: Finding[]): FaultSettings[] {
  const faults: FaultSettings[] = [];
  listOf(raw, 'faults', 'a list of faults', findings).forEach((one, i) => {
    const path = ['faults', i];
    const written = readBy(schemas.fault, one, path, findings);
    if (written === null) return;
    const target = targetOf(written, one, path, names, findings);
    if (target === null) return;
    const { resource, zone, share, link, ...rest } = written;
    faults.push({ ...rest, target });
  });
  return faults;
}

/** A list of the root, or none. */
export function listOf(raw: unknown, key: string, expected: string, findings: Finding[]): readonly unknown[] {
  const value = valueAt(raw, [key]);
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  findings.push({ code: 'wrong-type', path: [key], expected });
  return [];
}

function targetOf(
  fault: WrittenFault,
  raw: unknown,
  path: Path,
  names: Names,
  findings: Finding[],
): FaultTarget | null {
  const before = findings.length;
  const designs =
    fault.design === null ? names.designs : names.designs.filter((design) => design.name === fault.design);
  if (fault.design !== null && designs.length === 0) {
    findings.push(
      unknownName(
        [...path, 'design'],
        fault.design,
        'design',
        names.designs.map((design) => design.name),
      ),
    );
  }
  const where = fault.design === null || designs.length === 0 ? '' : ` of design ${fault.design}`;
  const among = designs.length === 0 ? names.designs : designs;
  const target =
    fault.link === null
      ? resourceTarget(fault, path, among, where, findings)
      : linkTarget(fault.link, path, names, among, where, findings);
  if (target !== null) checkEffects(raw, path, target.types, findings);
  return findings.length > before ? null : (target?.target ?? null);
}

interface Found {
  readonly target: FaultTarget;
  readonly types: readonly (ResourceType | 'link')[];
}

function resourceTarget(
  fault: WrittenFault,
  path: Path,
  designs: readonly NamedDesign[],
  where: string,
  findings: Finding[],
): Found | null {
  const at = [...path, 'resource'];
  const match = /^([^[\]]+)(?:\[(\d{1,9})\])?$/.exec(fault.resource ?? '');
  if (match === null) {
    findings.push({
      code: 'wrong-type',
      path: at,
      expected: 'the name of a resource, or one replica of it such as orders-db[1]',
    });
    return null;
  }
  const [, name = '', index] = match;
  const all = resourcesIn(designs);
  const found = all.filter((resource) => resource.name === name);
  if (found.length === 0) {
    findings.push(unknownName(at, name, `resource${where}`, [...new Set(all.map((resource) => resource.name))]));
    return null;
  }
  const replica = index === undefined ? null : Number(index);
  for (const resource of found) {
    if (replica !== null) checkReplica(resource, replica, at, findings);
    if (fault.flush) checkFlush(resource, [...path, 'flush'], findings);
    if (fault.kmsDown === true) checkKms(resource, [...path, 'kmsDown'], findings);
    if (fault.cutOff !== undefined) checkLeases(resource, [...path, 'cutOff'], findings);
    if (fault.zone !== null) checkZone(resource, fault.zone, [...path, 'zone'], findings);
  }
  if (fault.redrive !== undefined) checkRedrive(name, fault.redrive.to, designs, [...path, 'redrive'], findings);
  return {
    target: { kind: 'resource', resource: name, replica, zone: fault.zone, share: fault.share },
    types: [...new Set(found.map((resource) => resource.type))].filter(
      (type): type is ResourceType => type !== null && type in FITTING,
    ),
  };
}

function checkReplica(resource: NamedResource, replica: number, path: Path, findings: Finding[]): void {
  if (resource.type !== 'service') {
    findings.push({ code: 'misfit', path, expected: `a name without [${replica}]: only a service has replicas` });
    return;
  }
  // Where replicas come and go a fault may wait for one that is not there yet.
  const written = valueAt(resource.raw, ['autoscaling', 'max']) ?? valueAt(resource.raw, ['replicas']);
  const replicas = typeof written === 'number' ? written : 1;
  if (replica >= replicas) {
    findings.push({
      code: 'unknown-reference',
      path,
      expected:
        replicas === 1
          ? `${resource.name} or ${resource.name}[0]: it has one replica`
          : `a replica from ${resource.name}[0] to ${resource.name}[${replicas - 1}]`,
    });
  }
}

/** Where a coin decides there is nothing to lose. */
function checkFlush(resource: NamedResource, path: Path, findings: Finding[]): void {
  if (resource.type !== 'service') return;
  const cache = valueAt(resource.raw, ['cache']);
  if (valueAt(cache, ['ttl']) !== undefined || valueAt(cache, ['capacity']) !== undefined) return;
  const expected = `a service with entries in a cache: add cache: { ttl: 60s } to ${resource.name}`;
  findings.push({ code: 'misfit', path, atKey: true, expected });
}

function checkKms(resource: NamedResource, path: Path, findings: Finding[]): void {
  if (resource.type === 'service' || resource.type === 'consumer') return;
  if (valueAt(resource.raw, ['encryption', 'kms']) !== undefined) return;
  const expected = `a queue under a key of KMS: add encryption: { kms: {} } to ${resource.name}`;
  findings.push({ code: 'misfit', path, atKey: true, expected });
}

function checkLeases(resource: NamedResource, path: Path, findings: Finding[]): void {
  if (resource.type !== 'consumer' || valueAt(resource.raw, ['reader']) === 'kcl') return;
  const expected = `a consumer whose instances share leases: add reader: kcl to ${resource.name}`;
  findings.push({ code: 'misfit', path, atKey: true, expected });
}

/** What is redriven is a dead-letter queue wherever it is, and where its messages go is another queue of its kind. */
function checkRedrive(
  name: string,
  to: string | null,
  designs: readonly NamedDesign[],
  path: Path,
  findings: Finding[],
): void {
  for (const { name: design, resources } of designs) {
    const queues = resources.filter(({ type }) => type === 'sqs');
    const queue = queues.find((one) => one.name === name);
    if (queue === undefined) continue;
    if (!queues.some(({ raw }) => valueAt(raw, ['redrive', 'deadLetterQueue']) === name)) {
      const expected = `a dead-letter queue: no redrive in design ${design} names ${name}`;
      findings.push({ code: 'misfit', path, atKey: true, expected });
    }
    if (to === null) continue;
    const target = queues.find((one) => one.name === to);
    const others = queues.map((one) => one.name).filter((one) => one !== name);
    if (target === undefined) {
      findings.push(unknownName([...path, 'to'], to, `sqs queue of design ${design}`, others));
    } else if (target === queue) {
      findings.push({ code: 'wrong-reference', path: [...path, 'to'], expected: `another queue than ${name} itself` });
    } else if ((valueAt(target.raw, ['fifo']) === true) !== (valueAt(queue.raw, ['fifo']) === true)) {
      const kind = valueAt(queue.raw, ['fifo']) === true ? 'FIFO' : 'standard';
      findings.push({ code: 'wrong-reference', path: [...path, 'to'], expected: `a ${kind} queue, as ${name} is one` });
    }
  }
}

function checkZone(resource: NamedResource, zone: string, path: Path, findings: Finding[]): void {
  if (resource.type !== 'service' && resource.type !== 'mq') return;
  const written = valueAt(resource.raw, ['zones']);
  const zones = resource.type === 'mq' ? zonesOfMode(valueAt(resource.raw, ['deploymentMode'])) : asTexts(written);
  if (!zones.includes(zone))
    findings.push(
      unknownName(path, zone, `zone of ${resource.name}`, zones, `zones on ${resource.name}, such as zones: [a, b]`),
    );
}

function asTexts(written: unknown): string[] {
  return Array.isArray(written) ? written.map(String) : [];
}

function linkTarget(
  link: readonly [string, string],
  path: Path,
  names: Names,
  designs: readonly NamedDesign[],
  where: string,
  findings: Finding[],
): Found | null {
  const resources = [...new Set(resourcesIn(designs).map((resource) => resource.name))];
  const senders = [...resources, ...names.traffic.map((traffic) => traffic.name)];
  const [from, to] = link;
  if (!senders.includes(from))
    findings.push(unknownName([...path, 'link', 0], from, `resource${where} or of a traffic`, senders));
  if (!resources.includes(to)) findings.push(unknownName([...path, 'link', 1], to, `resource${where}`, resources));
  return { target: { kind: 'link', from, to }, types: ['link'] };
}

function resourcesIn(designs: readonly NamedDesign[]): readonly NamedResource[] {
  return designs.flatMap((design) => design.resources);
}

function checkEffects(raw: unknown, path: Path, types: readonly (ResourceType | 'link')[], findings: Finding[]): void {
  if (typeof raw !== 'object' || raw === null) return;
  const given = Object.keys(raw).filter((key) => EFFECTS.includes(key) || key === 'share' || key === 'zone');
  const fitting = EFFECTS.filter((effect) => types.every((type) => FITTING[type].includes(effect)));
  for (const key of given) {
    const unfit = types.find((type) => !FITTING[type].includes(key));
    if (unfit !== undefined) {
      findings.push({
        code: 'misfit',
        path: [...path, key],
        atKey: true,
        expected: `something that can happen to a ${unfit}: ${FITTING[unfit].join(', ')}`,
      });
    }
  }
  const effects = given.filter((key) => EFFECTS.includes(key));
  if (effects.length === 0) {
    findings.push({
      code: 'no-effect',
      path,
      value: 'no effect',
      expected: `what happens: at least one of ${fitting.join(', ')}`,
    });
  }
  checkNarrowing(raw, path, types, given, findings);
  if (effects.length === 1 && effects[0] === 'flush' && valueAt(raw, ['for']) !== undefined) {
    const expected = 'no for beside flush, which is over at once';
    findings.push({ code: 'misfit', path: [...path, 'for'], atKey: true, expected });
  }
  const lose = valueAt(raw, ['lose']);
  if (typeof lose === 'object' && lose !== null && Object.keys(lose).length === 0) {
    findings.push({
      code: 'no-effect',
      path: [...path, 'lose'],
      expected: 'requests, replies or both, such as { replies: 2% }',
    });
  }
}

/** What narrows a target must narrow every effect beside it, or half of the fault would strike more than was written. */
function checkNarrowing(
  raw: object,
  path: Path,
  types: readonly (ResourceType | 'link')[],
  given: readonly string[],
  findings: Finding[],
): void {
  const replica = /\[\d+\]$/.test(String(valueAt(raw, ['resource'])));
  const by = [...given.filter((key) => key === 'share' || key === 'zone'), ...(replica ? ['resource'] : [])];
  const whole = types.includes('consumer') ? ['slow', 'crash', 'cutOff'] : ['lose', 'unreachable', 'flush'];
  for (const key of by) {
    const wide = given.find((effect) => whole.includes(effect));
    if (wide === undefined) continue;
    const expected =
      wide === 'crash' || wide === 'cutOff'
        ? `the share at ${wide} itself, such as ${wide}: 50%`
        : `a fault of its own for ${wide}, which strikes the whole ${types[0]}`;
    findings.push({ code: 'misfit', path: [...path, key], atKey: true, expected });
  }
}
