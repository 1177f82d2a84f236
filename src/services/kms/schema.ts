/** How KMS may be written in a scenario (`aws.kms`), and its defaults. */
import { z } from 'zod';
import { accountSchema, policySchema } from '../../calls/access.ts';
import type { Vocabulary } from '../../calls/schema.ts';
import { kmsFacts } from '../../facts/index.ts';
import type { KmsSettings } from './settings.ts';

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,79}$/;

/** Where a scenario says nothing of KMS. */
export const KMS_DEFAULTS: KmsSettings = {
  quotaPerSecond: null,
  backgroundPerSecond: 0,
  latency: { kind: 'lognormal', p50: kmsFacts.latencyP50Us.value, p99: kmsFacts.latencyP99Us.value },
  keys: [],
};

export function kmsSchema(v: Vocabulary): z.ZodType<KmsSettings> {
  const key = v.object({
    account: accountSchema().optional().meta({ description: 'The account that owns it. Default: that of aws.' }),
    policy: policySchema().optional().meta({
      description: 'Its key policy, as JSON. Default: the account’s own policies decide.',
    }),
  });
  return v
    .object({
      quota: v.rate().optional().meta({
        description: 'Requests a second of an account in a Region. Default: AWS’s quota of the Region.',
      }),
      background: v
        .rate()
        .optional()
        .meta({ description: 'What others in each account take of the quota.', default: '0/s' }),
      latency: v.durations().optional().meta({
        description: 'Of one request to KMS. Default: lognormal, 4 ms in the median and 25 ms at the 99th percentile.',
      }),
      keys: z
        .record(z.string().regex(NAME, { error: 'names of keys: a letter, then letters, digits, _ or -' }), key, {
          error: 'keys by name, such as { orders-key: {} }',
        })
        .optional()
        .meta({ description: 'Customer managed keys by name. Default: none.' }),
    })
    .transform(
      (k): KmsSettings => ({
        quotaPerSecond: k.quota ?? null,
        backgroundPerSecond: k.background ?? KMS_DEFAULTS.backgroundPerSecond,
        latency: k.latency ?? KMS_DEFAULTS.latency,
        keys: Object.entries(k.keys ?? {}).map(([name, one]) => ({
          name,
          account: one.account ?? null,
          policy: one.policy ?? null,
        })),
      }),
    );
}
