/** `aws`: the account and Region of a scenario, and its KMS. Filled in wherever something of the scenario speaks of access. */
import type { z } from 'zod';
import type { Vocabulary } from '../calls/schema.ts';
import { WHEREABOUTS, whereaboutsShape } from '../services/iam/schema.ts';
import { KMS_DEFAULTS, kmsSchema } from '../services/kms/schema.ts';
import type { AwsSettings, ResolvedDesign } from './resolved.ts';
import type { FaultSettings, TrafficSettings } from '../workload/settings.ts';

export function awsSchema(v: Vocabulary): z.ZodType<AwsSettings> {
  return v
    .object({
      ...whereaboutsShape(),
      kms: kmsSchema(v).optional().meta({ description: 'Keys, and what KMS can take.' }),
    })
    .transform(
      (a): AwsSettings => ({
        account: a.account ?? WHEREABOUTS.account,
        region: a.region ?? WHEREABOUTS.region,
        kms: a.kms ?? KMS_DEFAULTS,
      }),
    );
}

/** What is written, or the defaults where a traffic, a resource or the script speaks of access; empty where nothing does. */
export function awsOf(
  written: AwsSettings | null,
  traffic: readonly TrafficSettings[],
  designs: readonly ResolvedDesign[],
  faults: readonly FaultSettings[],
): { readonly aws?: AwsSettings } {
  if (written !== null) return { aws: written };
  const speaks =
    traffic.some(({ role }) => role !== undefined) ||
    faults.some(({ policy }) => policy !== undefined) ||
    designs.some(({ resources }) => resources.some((one) => 'role' in one || 'access' in one));
  return speaks ? { aws: { ...WHEREABOUTS, kms: KMS_DEFAULTS } } : {};
}
