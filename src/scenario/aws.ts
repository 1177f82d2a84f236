/** `aws`: the account and Region of a scenario, its KMS and its Lambda concurrency. Filled in wherever something of the scenario speaks of access. */
import type { z } from 'zod';
import type { Vocabulary } from '../calls/schema.ts';
import { lambdaFacts } from '../facts/index.ts';
import { WHEREABOUTS, whereaboutsShape } from '../services/iam/schema.ts';
import { KMS_DEFAULTS, kmsSchema } from '../services/kms/schema.ts';
import type { AwsSettings, ResolvedDesign } from './resolved.ts';
import type { FaultSettings, TrafficSettings } from '../workload/settings.ts';

/** `aws` as written. */
export interface WrittenAws {
  /** null: nothing of access is said. */
  readonly settings: AwsSettings | null;
  readonly lambdaConcurrency: number | null;
}

export function awsSchema(v: Vocabulary): z.ZodType<WrittenAws> {
  return v
    .object({
      ...whereaboutsShape(),
      kms: kmsSchema(v).optional().meta({ description: 'Keys, and what KMS can take.' }),
      lambdaConcurrency: v.count({ min: 1, max: 1_000_000 }).optional().meta({
        description: 'Environments of all Lambda functions of an account in a Region at once.',
        default: lambdaFacts.accountConcurrency.value,
      }),
    })
    .transform(
      ({ account, region, kms, lambdaConcurrency = null }): WrittenAws => ({
        settings:
          lambdaConcurrency !== null && (account ?? region ?? kms) === undefined
            ? null
            : {
                account: account ?? WHEREABOUTS.account,
                region: region ?? WHEREABOUTS.region,
                kms: kms ?? KMS_DEFAULTS,
              },
        lambdaConcurrency,
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
