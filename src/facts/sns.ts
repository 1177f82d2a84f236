/** Amazon SNS: quotas of filter policies. Snapshot of November 2026. */
import type { Fact } from './fact.ts';

const GUIDE = 'SNS Developer Guide: filter policy constraints';

function confirmed(id: string, value: number, unit: string, source: string, note?: string): Fact {
  const fact: Fact = { id, value, unit, source, date: '2026-10', status: 'confirmed' };
  return note === undefined ? fact : { ...fact, note };
}

/** Every number of SNS that the models use. */
export const snsFacts = {
  filterPolicyKeys: confirmed(
    'sns.filter_policy.keys',
    5,
    'keys',
    GUIDE,
    'of a nested policy only the parent keys count',
  ),
  filterPolicyComplexity: confirmed(
    'sns.filter_policy.complexity',
    150,
    'combinations',
    `${GUIDE}; LocalStack test snapshots recorded on AWS`,
    'product over the keys of values times depth',
  ),
  filterPolicyBytes: confirmed('sns.filter_policy.bytes', 262_144, 'B', GUIDE),
} as const;

export const snsFactList: readonly Fact[] = Object.values(snsFacts);
