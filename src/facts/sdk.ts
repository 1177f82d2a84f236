/** The AWS SDKs' own numbers: the client-side rate limiter of the adaptive retry mode. Snapshot of November 2026. */
import type { Fact } from './fact.ts';

const SOURCE =
  'DefaultRateLimiter of @smithy/util-retry (AWS SDK for JavaScript v3); the same in botocore retries/adaptive.py';

function shipped(id: string, value: number, unit: string, note: string): Fact {
  return { id, value, unit, source: SOURCE, date: '2026-11', status: 'confirmed', note };
}

/** Every number of the adaptive mode that the model uses. */
export const sdkFacts = {
  adaptiveBeta: shipped('sdk.adaptive.beta', 0.7, 'factor', 'of the rate that is left after a throttling error'),
  adaptiveScale: shipped(
    'sdk.adaptive.scale_constant',
    0.4,
    'requests/s^4',
    'steepness of the cubic on which the rate recovers',
  ),
  adaptiveSmoothing: shipped(
    'sdk.adaptive.smoothing',
    0.8,
    'share',
    'weight of the newest half second in the measured rate',
  ),
  adaptiveMinFillRate: shipped('sdk.adaptive.min_fill_rate', 0.5, 'requests/s', 'the rate never falls below it'),
  adaptiveMinCapacity: shipped(
    'sdk.adaptive.min_capacity',
    1,
    'requests',
    'the bucket holds one second of the rate, and at least this',
  ),
  adaptiveMeasurePeriodUs: shipped('sdk.adaptive.measure_period', 500_000, 'us', 'the rate is measured over it'),
  adaptiveMaxGrowth: shipped(
    'sdk.adaptive.max_growth',
    2,
    'factor',
    'of the measured rate, which the rate never exceeds',
  ),
} as const satisfies Record<string, Fact>;

export const sdkFactList: readonly Fact[] = Object.values(sdkFacts);
