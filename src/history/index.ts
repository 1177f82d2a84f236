/** What is recorded while a run goes on. */
export { Chronicle } from './chronicle.ts';
export type { CohortData } from './cohorts.ts';
export { DeliveryAccount } from './delivery-account.ts';
export { History, Picker } from './history.ts';
export { LifeSink, type Selector, SELECTORS, SelectingSink } from './life.ts';
export { HistoryLines } from './lines.ts';
export { type MetricData, MetricsRecorder } from './metrics.ts';
export { deliveryOf, HistoryChunk, type HistoryRecord, Names, requestOf, subscriptionOf, What } from './record.ts';
export { HistoryFormatError, HistoryReader, parseHistory, type WrittenRecord } from './reader.ts';
export { type Entities, HistoryRecorder, type HistorySink, type WitnessOf } from './recorder.ts';
export { Timeline } from './timeline.ts';
export type { TrafficTotals } from './tallies.ts';
export { type AccountOptions, TrafficAccount, type TrafficOutcome } from './traffic-account.ts';
export type { Clock, Window } from './window.ts';
