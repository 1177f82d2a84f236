/** What an application reports, under CloudWatch's names; docs/models/analytics.md defines each. */
import type { Age, Counter, Level, Metrics, Observations } from '../ports.ts';

export class AnalyticsMetrics {
  readonly kpus: Level;
  readonly recordsIn: Counter;
  readonly recordsOut: Counter;
  readonly lateDropped: Counter;
  readonly millisBehind: Observations;
  readonly checkpointMs: Observations;
  readonly checkpointBytes: Observations;
  readonly checkpointsFailed: Counter;
  readonly restarts: Counter;
  readonly downtime: Age;
  readonly inputWatermarkMs: Level;
  readonly outputWatermarkMs: Level;
  readonly cpuPercent: Observations;
  /** Splits that wait for room; Flink tells the same of tasks, as time. */
  readonly backPressured: Level;

  constructor(metrics: Metrics) {
    this.kpus = metrics.level('KPUs', 'Count');
    this.recordsIn = metrics.counter('numRecordsIn', 'Count');
    this.recordsOut = metrics.counter('numRecordsOut', 'Count');
    this.lateDropped = metrics.counter('numLateRecordsDropped', 'Count');
    this.millisBehind = metrics.observations('millisBehindLatest', 'Milliseconds');
    this.checkpointMs = metrics.observations('lastCheckpointDuration', 'Milliseconds');
    this.checkpointBytes = metrics.observations('lastCheckpointSize', 'Bytes');
    this.checkpointsFailed = metrics.counter('numberOfFailedCheckpoints', 'Count');
    this.restarts = metrics.counter('fullRestarts', 'Count');
    this.downtime = metrics.age('downtime');
    this.inputWatermarkMs = metrics.level('currentInputWatermark', 'Milliseconds');
    this.outputWatermarkMs = metrics.level('currentOutputWatermark', 'Milliseconds');
    this.cpuPercent = metrics.observations('containerCPUUtilization', 'Percent');
    this.backPressured = metrics.level('backPressuredSplits', 'Count');
  }
}

const nothing = { add: (): void => {}, set: (): void => {}, record: (): void => {}, since: (): void => {} };

/** Where nobody measures. */
export const NO_METRICS: Metrics = {
  counter: () => nothing,
  level: () => nothing,
  observations: () => nothing,
  age: () => nothing,
};
