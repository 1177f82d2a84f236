/** The law of latencies that AWS does not publish, as it was fitted to what was measured end to end. */
import type { Fact } from '../../facts/index.ts';
import type { Distribution } from '../../kernel/index.ts';

/** Most calls take about a median, a share of them is slow. */
export interface FittedLatency {
  readonly p50: Fact;
  readonly p99: Fact;
  readonly slowShare: Fact;
  readonly slowP50: Fact;
  readonly slowP99: Fact;
}

/** Microseconds. */
export function fittedLatency({ p50, p99, slowShare, slowP50, slowP99 }: FittedLatency): Distribution {
  return {
    kind: 'mixture',
    parts: [
      { weight: 1 - slowShare.value, of: { kind: 'lognormal', p50: p50.value, p99: p99.value } },
      { weight: slowShare.value, of: { kind: 'lognormal', p50: slowP50.value, p99: slowP99.value } },
    ],
  };
}
