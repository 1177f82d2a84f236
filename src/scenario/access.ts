/** Whether what a scenario says of access can be meant: policies that AWS would take, keys that are there. */
import { policyProblem } from '../services/iam/schema.ts';
import type { Finding, Path } from './document.ts';
import { valueAt } from './findings.ts';
import { type Names, unknownName } from './names.ts';

/** Looks at what is written, so that an error elsewhere hides none of these. */
export function checkAccess(raw: unknown, names: Names, findings: Finding[]): void {
  const keys = keysOf(raw);
  for (const { path } of names.traffic) checkRole(raw, [...path, 'role'], findings);
  const resources = new Set([...names.shared, ...names.designs.flatMap((design) => design.resources)]);
  for (const { path, type } of resources) {
    checkRole(raw, [...path, 'role'], findings);
    checkPolicy(raw, [...path, 'policy'], 'resource', findings);
    const at = [...path, 'encryption', 'kms', 'key'];
    const key = valueAt(raw, at);
    if (typeof key !== 'string' || MANAGED.includes(key) || keys.includes(key)) continue;
    findings.push(
      unknownName(at, key, 'key', [`aws/${type ?? 'sqs'}`, ...keys], 'aws/sqs, or a key that stands in aws.kms.keys'),
    );
  }
  for (const key of keys) checkPolicy(raw, ['aws', 'kms', 'keys', key, 'policy'], 'resource', findings);
  const faults = valueAt(raw, ['faults']);
  if (!Array.isArray(faults)) return;
  faults.forEach((_, i) => checkPolicy(raw, ['faults', i, 'policy'], 'resource', findings));
}

/** Keys that AWS manages. */
const MANAGED = ['aws/sqs', 'aws/sns'];

function keysOf(raw: unknown): string[] {
  const keys = valueAt(raw, ['aws', 'kms', 'keys']);
  return typeof keys === 'object' && keys !== null && !Array.isArray(keys) ? Object.keys(keys) : [];
}

function checkRole(raw: unknown, path: Path, findings: Finding[]): void {
  const policies = valueAt(raw, [...path, 'policies']);
  if (Array.isArray(policies)) {
    policies.forEach((_, i) => checkPolicy(raw, [...path, 'policies', i], 'identity', findings));
  }
  checkPolicy(raw, [...path, 'boundary'], 'identity', findings);
  checkPolicy(raw, [...path, 'vpcEndpoint', 'policy'], 'resource', findings);
}

function checkPolicy(raw: unknown, path: Path, kind: 'identity' | 'resource', findings: Finding[]): void {
  const written = valueAt(raw, path);
  if (written === undefined) return;
  const problem = policyProblem(written, kind);
  if (problem === null) return;
  findings.push({ code: 'bad-policy', path: [...path, ...problem.at], expected: problem.expected });
}
