/** Settings of an application, as resolved: every default filled in, times in whole microseconds. */
import { flinkFacts as f } from '../../facts/index.ts';
import type { CallSettings } from '../../calls/settings.ts';
import type { Distribution } from '../../kernel/index.ts';

/** Of event time. Sliding windows overlap: `slideUs` is at most `sizeUs`. A session ends when its key has been silent for `gapUs`. */
export type WindowSettings =
  | { readonly kind: 'tumbling'; readonly sizeUs: number }
  | { readonly kind: 'sliding'; readonly sizeUs: number; readonly slideUs: number }
  | { readonly kind: 'session'; readonly gapUs: number };

export interface AnalyticsSettings {
  readonly name: string;
  readonly window: WindowSettings;
  /** Splits of the source at the start. */
  readonly splits: number;
  /** Subtasks at the start; autoscaling never goes below. */
  readonly parallelism: number;
  readonly parallelismPerKpu: number;
  readonly maxKpus: number;
  readonly autoScaling: boolean;
  /** How far event times may lie behind the latest of their split. */
  readonly outOfOrdernessUs: number;
  readonly watermarkIntervalUs: number;
  /** A split that was silent for so long does not hold the watermark back; 0: it always does. */
  readonly idleAfterUs: number;
  readonly allowedLatenessUs: number;
  /** CPU time of a record, microseconds. */
  readonly cpuUs: Distribution;
  /** Time besides in which a record holds its subtask and no CPU, such as a call. */
  readonly waitUs: Distribution;
  /** Records in front of a subtask, the one that it works on included; a single one may be larger. */
  readonly bufferBytes: number;
  readonly checkpointing: boolean;
  readonly checkpointIntervalUs: number;
  readonly checkpointMinPauseUs: number;
  readonly checkpointTimeoutUs: number;
  readonly checkpointBaseUs: number;
  /** Of each KPU. */
  readonly checkpointBytesPerSecond: number;
  readonly stateEntryBytes: number;
  readonly restartUs: number;
  readonly rescaleUs: number;
  /** Results are given to the sink when the checkpoint after them is complete. */
  readonly transactionalSink: boolean;
  /** A restart begins with the watermark of the checkpoint; windows of Flink's DataStream API begin without one. */
  readonly watermarkInState: boolean;
}

/** Where the results of a scenario's application go. */
export interface ResultSinkSettings {
  /** How each result is sent to whom; one that fails is sent again until it is taken. */
  readonly call: CallSettings;
  /** Results that are under way at once. */
  readonly inFlight: number;
  /** Results that wait besides before the application takes no record any more. */
  readonly buffer: number;
}

/** An application of a scenario: what it counts, and how it reads its stream. */
export interface ApplicationSettings extends Omit<AnalyticsSettings, 'splits'> {
  readonly type: 'analytics';
  /** The stream. */
  readonly source: string;
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
  /** From the answer to a read until the next one of the shard. */
  readonly idleTimeBetweenReadsUs: number;
  /** Records that a read asks for. */
  readonly limit: number;
  /** Wait after a read that failed or was throttled. */
  readonly pollRetryUs: number;
  /** null: results are only counted. */
  readonly sink: ResultSinkSettings | null;
}

/** What an application has where nothing is said. */
export function analyticsSettings(
  given: Partial<AnalyticsSettings> & Pick<AnalyticsSettings, 'name' | 'window'>,
): AnalyticsSettings {
  return {
    splits: 1,
    parallelism: f.parallelismDefault.value,
    parallelismPerKpu: f.parallelismPerKpuDefault.value,
    maxKpus: f.kpusPerApplication.value,
    autoScaling: true,
    outOfOrdernessUs: 0,
    watermarkIntervalUs: f.watermarkIntervalUs.value,
    idleAfterUs: 0,
    allowedLatenessUs: f.allowedLatenessUs.value,
    cpuUs: { kind: 'constant', value: f.recordCpuUs.value },
    waitUs: { kind: 'constant', value: 0 },
    bufferBytes: f.bufferBytes.value,
    checkpointing: true,
    checkpointIntervalUs: f.checkpointIntervalMs.value * 1000,
    checkpointMinPauseUs: f.checkpointMinPauseMs.value * 1000,
    checkpointTimeoutUs: f.checkpointTimeoutUs.value,
    checkpointBaseUs: f.checkpointBaseUs.value,
    checkpointBytesPerSecond: f.checkpointBytesPerSecond.value,
    stateEntryBytes: f.stateEntryBytes.value,
    restartUs: f.restartUs.value,
    rescaleUs: f.rescaleUs.value,
    transactionalSink: false,
    watermarkInState: false,
    ...given,
  };
}
