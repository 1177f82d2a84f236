/** What Lambda bills for: invocations, and what they and their cold starts take, each rounded up to the millisecond, by the memory of the function. */
import { PRICES } from '../facts/index.ts';
import type { LambdaSettings } from '../services/lambda/settings.ts';
import { type Meter, sumOf } from './cost-usage.ts';

const BYTES_PER_GB = 1_073_741_824;
const MS_PER_SECOND = 1000;

export const meterLambda: Meter<LambdaSettings> = (metered) => {
  const gbSeconds = (sumOf(metered, 'BilledDuration') / MS_PER_SECOND) * (metered.settings.memoryBytes / BYTES_PER_GB);
  return [
    { item: 'invocations', quantity: sumOf(metered, 'Invocations'), price: PRICES.lambdaRequests },
    { item: 'compute', quantity: gbSeconds, price: PRICES.lambdaGbSeconds },
  ];
};
