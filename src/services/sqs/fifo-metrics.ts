/** What only a FIFO queue reports, the first two under CloudWatch's names. */
import type { Counter, Level, Metrics } from '../ports.ts';

export class FifoMetrics {
  /** Sends acknowledged and swallowed, for their deduplication id was known. */
  readonly deduplicated: Counter;
  readonly groupsInFlight: Level;
  /** Calls, or entries of batches, refused for their rate. */
  readonly throttled: Counter;

  constructor(metrics: Metrics) {
    this.deduplicated = metrics.counter('NumberOfDeduplicatedSentMessages', 'Count');
    this.groupsInFlight = metrics.level('ApproximateNumberOfGroupsWithInflightMessages', 'Count');
    this.throttled = metrics.counter('NumberOfThrottledCalls', 'Count');
  }
}
