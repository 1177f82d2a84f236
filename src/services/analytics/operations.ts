/**
 * What an application of Flink is asked and asks. Records, keys, splits are whole numbers; instants microseconds; -1 is null.
 *
 *   Source ── accept(split, record, …) ──▶ application ──▶ Sink, LateSink
 *          ◀── resume(split), restore(positions) ──┘
 */

/** Whoever reads the stream. */
export interface AnalyticsSource {
  /** The application runs anew: of each split all records after this sequence number come again. -1: from where the split began. */
  restore(positions: readonly number[]): void;
  /** A split of which a record was refused for want of room may go on. */
  resume(split: number): void;
}

/** What whoever reads the stream gives an application. */
export interface RecordIntake {
  /** false: it must come again, after `resume` or `restore`. */
  accept(split: number, record: number, key: number, eventTimeUs: number, bytes: number, sequence: number): boolean;
  openSplit(): number;
  finishSplit(split: number): void;
  behindLatest(millis: number): void;
}

/** What a window of a key holds. The object is used again: read it before you return. */
export interface WindowResult {
  readonly key: number;
  readonly startUs: number;
  /** The first instant after it. */
  readonly endUs: number;
  readonly count: number;
  readonly bytes: number;
  /** 0: the first time; each late firing has the whole of the window again. After a restart the same may come again. */
  readonly firing: number;
}

export interface AnalyticsSink {
  emit(result: WindowResult): void;
}

/** Hears of each record just before it is counted in its windows; what is late is told to the LateSink right after. */
export interface CountWatcher {
  counting(record: number, key: number, eventTimeUs: number): void;
  /** A window of a key has a result, which goes to the sink now or with a checkpoint. */
  fired(key: number, startUs: number, endUs: number, count: number, firing: number): void;
}

/** Flink's side output of late data: records of which every window is past. */
export interface LateSink {
  late(record: number, key: number, eventTimeUs: number, bytes: number): void;
}

export type ApplicationStatus = 'RUNNING' | 'AUTOSCALING' | 'UPDATING';

export interface AnalyticsError {
  /** AWS's code, such as ResourceInUseException. */
  readonly code: string;
  readonly message: string;
}

export interface ApplicationDescription {
  readonly ApplicationStatus: ApplicationStatus;
  /** As configured. */
  readonly Parallelism: number;
  readonly ParallelismPerKPU: number;
  readonly CurrentParallelism: number;
  /** Without the one for orchestration that is billed besides. */
  readonly KPUs: number;
  /** Whether records are taken. */
  readonly isUp: boolean;
}

export interface ApplicationOperations {
  DescribeApplication(): ApplicationDescription;
  /** Snapshot, stop, and on with another parallelism. */
  UpdateApplication(ParallelismUpdate: number): AnalyticsError | null;
}
