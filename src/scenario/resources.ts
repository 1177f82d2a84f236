/** Resources as written → as resolved, each by the schema of its type. */
import type { Finding } from './document.ts';
import { readBy, valueAt } from './findings.ts';
import { isSettings, type NamedResource, RESOURCE_TYPES } from './names.ts';
import type { Schemas, WrittenResource } from './schemas.ts';
import { nearest } from './suggest.ts';

/** Reads one resource; what is wrong with it goes to `findings`, and it is null then. */
export function readResource(schemas: Schemas, one: NamedResource, findings: Finding[]): WrittenResource | null {
  const type = RESOURCE_TYPES.find((known) => known === one.type);
  if (type === undefined) {
    findings.push(badType(one));
    return null;
  }
  const read = readBy(schemas.resources[type], one.raw, one.path, findings);
  // The name stands right after the type, so that a reader of the resolved form meets it first.
  return read === null ? null : Object.assign({ type, name: one.name }, read);
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
  return {
    code: 'unknown-type',
    path,
    expected: `one of ${RESOURCE_TYPES.join(', ')}`,
    suggestion: nearest(one.type, RESOURCE_TYPES),
  };
}
