/** Resources as written → as resolved, each by the schema of its type. */
import type { z } from 'zod';
import type { Vocabulary } from '../calls/schema.ts';
import { serviceSchema } from '../services/compute/schema.ts';
import { sqsSchema } from '../services/sqs/schema.ts';
import { consumerSchema, type QueueLimits } from '../workload/schema.ts';
import type { Finding } from './document.ts';
import { readBy, valueAt } from './findings.ts';
import { isSettings, LATER_TYPES, type NamedResource, RESOURCE_TYPES, type ResourceType } from './names.ts';
import type { ResourceSettings } from './resolved.ts';
import { nearest } from './suggest.ts';

type Unnamed = ResourceSettings extends infer R ? (R extends { name: string } ? Omit<R, 'name'> : never) : never;

/** Reads one resource, or tells what is wrong with it. */
export function resourceReader(
  v: Vocabulary,
  limits: QueueLimits,
): (one: NamedResource, findings: Finding[]) => ResourceSettings | null {
  const schemas: Readonly<Record<ResourceType, z.ZodType<Unnamed>>> = {
    service: serviceSchema(v),
    sqs: sqsSchema(v),
    consumer: consumerSchema(v, limits),
  };
  return (one, findings) => {
    const type = RESOURCE_TYPES.find((known) => known === one.type);
    if (type === undefined) {
      findings.push(badType(one));
      return null;
    }
    const read = readBy(schemas[type], one.raw, one.path, findings);
    // The name stands right after the type, so that a reader of the resolved form meets it first.
    return read === null ? null : Object.assign({ type, name: one.name }, read);
  };
}

function badType(one: NamedResource): Finding {
  if (!isSettings(one.raw))
    return { code: 'wrong-type', path: one.path, expected: 'settings such as { type: service, serviceTime: 5ms }' };
  const path = [...one.path, 'type'];
  if (one.type === null)
    return {
      code: valueAt(one.raw, ['type']) !== undefined ? 'wrong-type' : 'missing',
      path,
      expected: `one of ${RESOURCE_TYPES.join(', ')}`,
    };
  if ((LATER_TYPES as readonly string[]).includes(one.type)) {
    return {
      code: 'not-available',
      path,
      expected: `one of ${RESOURCE_TYPES.join(', ')}: ${one.type} comes in a later version`,
    };
  }
  return {
    code: 'unknown-type',
    path,
    expected: `one of ${RESOURCE_TYPES.join(', ')}`,
    suggestion: nearest(one.type, [...RESOURCE_TYPES, ...LATER_TYPES]),
  };
}
