/** What is recorded while a run goes on. */
export type { CohortData } from './cohorts.ts';
export { DeliveryAccount } from './delivery-account.ts';
export { type MetricData, MetricsRecorder } from './metrics.ts';
export type { TrafficTotals } from './tallies.ts';
export { type AccountOptions, TrafficAccount, type TrafficOutcome } from './traffic-account.ts';
export type { Clock, Window } from './window.ts';
