/** `<guarantee> of <resource>`: what is asked for beyond what a resource promises of itself, and what is expected to break. */
import type { Finding } from './document.ts';
import { listOf } from './faults.ts';
import { readBy } from './findings.ts';
import { type Names, unknownName } from './names.ts';
import type { ResolvedGuarantee } from './resolved.ts';
import { whole } from './patterns.ts';
import type { Schemas } from './schemas.ts';
import { nearest } from './suggest.ts';

/** By type of resource, `stream-reader` of whatever reads a stream; what the checkers can judge. */
export const GUARANTEES: Readonly<Record<string, readonly string[]>> = {
  traffic: ['conservation'],
  sqs: [
    'conservation',
    'at-least-once',
    'no-loss',
    'at-most-once',
    'order',
    'group-lock',
    'deduplication',
    'visibility',
    'deletion',
    'redrive',
    'dead-letters',
    'receive-count',
    'retention',
    'delay',
    'in-flight',
    'rate',
    'littles-law',
  ],
  analytics: ['windows-exact'],
  consumer: ['order', 'at-most-once', 'exactly-once'],
  lambda: ['order', 'at-most-once', 'exactly-once'],
  firehose: ['conservation', 'no-loss'],
  sns: ['conservation', 'fan-out', 'no-loss', 'order', 'deduplication', 'rate'],
  mq: [
    'conservation',
    'no-loss',
    'at-least-once',
    'at-most-once',
    'exactly-once',
    'order',
    'prefetch',
    'redelivered',
    'delivery-limit',
  ],
  kinesis: ['conservation', 'order', 'placement', 'replay', 'retention', 'rate'],
  // A consumer or a function whose source is a stream.
  'stream-reader': ['at-least-once', 'order', 'at-most-once', 'exactly-once'],
};

const SHAPE = /^\s*([a-z-]+)\s+of\s+(\S+)\s*$/;
const FORM = 'a guarantee and what it is of, such as order of orders';

/** Of the whole sentence. */
export function guaranteePattern(): string {
  const all = [...new Set(Object.values(GUARANTEES).flat())].sort();
  return whole(`(${all.join('|')})\\s+of\\s+[A-Za-z][A-Za-z0-9_-]*`);
}

/** Reads every one; those with an error are left out. `types`: rows of `GUARANTEES` of every resource by name, over all designs. */
export function readGuarantees(
  schemas: Schemas,
  raw: unknown,
  names: Names,
  types: ReadonlyMap<string, ReadonlySet<string>>,
  findings: Finding[],
): ResolvedGuarantee[] {
  const guarantees: ResolvedGuarantee[] = [];
  listOf(raw, 'guarantees', 'a list of guarantees', findings).forEach((one, i) => {
    const base = ['guarantees', i];
    const read = readBy(schemas.guarantee, one, base, findings);
    if (read === null) return;
    const { that, design, expect } = read;
    const path = typeof one === 'string' ? base : [...base, 'that'];
    const designs = names.designs.map(({ name }) => name);
    if (design !== null && !designs.includes(design)) {
      findings.push(unknownName([...base, 'design'], design, 'design', designs));
      return;
    }
    const match = SHAPE.exec(that);
    if (match === null) {
      findings.push({ code: 'guarantee', path, value: that, expected: FORM });
      return;
    }
    const [, guarantee = '', resource = ''] = match;
    const of = types.get(resource);
    if (of === undefined) {
      findings.push(unknownName(path, resource, 'resource', [...types.keys()]));
      return;
    }
    const known = [...of].flatMap((type) => GUARANTEES[type] ?? []);
    if (!known.includes(guarantee)) {
      const suggestion = nearest(guarantee, known);
      const expected =
        known.length === 0 ? 'a resource of which something can be judged' : `one of ${known.join(', ')}`;
      findings.push({
        code: 'guarantee',
        path,
        value: guarantee,
        expected,
        ...(suggestion === undefined ? {} : { suggestion }),
      });
      return;
    }
    guarantees.push({ text: that, guarantee, resource, design, expect });
  });
  return guarantees;
}
