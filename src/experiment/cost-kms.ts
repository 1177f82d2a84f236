/** Keys of one's own cost by the month, whatever they are used for; AWS's keys cost nothing. Requests are metered where they are made. */
import { PRICES, priceFacts } from '../facts/index.ts';
import type { ResolvedDesign } from '../scenario/resolved.ts';
import type { Usage } from './cost-usage.ts';

/** Keys whose names begin so are AWS's. */
const OF_AWS = 'aws/';

/** The customer managed keys that a design uses, each once. */
export function meterKeys({ resources }: ResolvedDesign, hours: number): (Usage & { readonly resource: string })[] {
  const keys = resources.flatMap((one) => {
    const encryption = 'access' in one ? one.access?.encryption : undefined;
    return encryption?.kind === 'kms' && !encryption.key.startsWith(OF_AWS) ? [encryption.key] : [];
  });
  const quantity = hours / priceFacts.monthHours.value;
  return [...new Set(keys)].map((resource) => ({
    resource,
    item: 'customer managed key',
    quantity,
    price: PRICES.kmsKeyMonths,
  }));
}
