/** What the instances of a resource have done, as sums since the start of the run; datapoints are differences of two readings. */
import type { ScalingMetric } from './settings.ts';

export interface FleetUse {
  /** Servers, or workers, at work over time; microseconds. */
  readonly busyUs: number;
  /** Servers, or workers, of what runs over time; microseconds. */
  readonly capacityUs: number;
  /** Instances that run over time; microseconds. */
  readonly instanceUs: number;
  /** Calls that came; of a service. */
  readonly calls: number;
  /** Visible messages over time; message microseconds. Of a consumer. */
  readonly backlogUs: number;
}

const US_PER_SECOND = 1e6;
const NOTHING: FleetUse = { busyUs: 0, capacityUs: 0, instanceUs: 0, calls: 0, backlogUs: 0 };

/** Gives the datapoint of the time since it was last called, or since the start of the run. */
export function datapointsOf(metric: ScalingMetric, read: () => FleetUse): () => number | null {
  let last = NOTHING;
  return () => {
    const use = read();
    const before = last;
    last = use;
    return between(metric, before, use);
  };
}

/** Ratios of sums: every instance and every instant counts the same. Null where nothing ran, or nobody called. */
function between(metric: ScalingMetric, from: FleetUse, to: FleetUse): number | null {
  const instanceUs = to.instanceUs - from.instanceUs;
  if (instanceUs <= 0) return null;
  switch (metric) {
    case 'utilisation': {
      const capacityUs = to.capacityUs - from.capacityUs;
      return capacityUs > 0 ? (to.busyUs - from.busyUs) / capacityUs : null;
    }
    case 'backlogPerInstance':
      return (to.backlogUs - from.backlogUs) / instanceUs;
    case 'requestsPerReplica': {
      const calls = to.calls - from.calls;
      return calls > 0 ? (calls / instanceUs) * US_PER_SECOND : null;
    }
  }
}
