/**
 * An application of Managed Service for Apache Flink: counts the records of a source in windows by key. docs/models/analytics.md.
 *
 *   accept ─▶ split: watermark ─▶ key group ─▶ line of a subtask ─▶ KPU ─▶ windows ─▶ sink
 *
 *   up ── failure ──▶ down ── restart from the last complete checkpoint ──▶ up
 *    └── scaling: snapshot, stop ──▶ down ── with another parallelism ──▶ up
 */
import { flinkFacts as f } from '../../facts/index.ts';
import { compileVariate, type Distribution, type Handle, type Simulation } from '../../kernel/index.ts';
import type { Metrics } from '../ports.ts';
import { AnalyticsMetrics, NO_METRICS } from './analytics-metrics.ts';
import { Autoscaler } from './autoscaler.ts';
import { beginning, type Checkpoint, type PendingCheckpoint } from './checkpoint.ts';
import { AnalyticsModelError, analyticsErrors } from './errors.ts';
import { Job, type JobPorts, kpusFor } from './job.ts';
import { keyGroupsFor } from './key-groups.ts';
import type {
  AnalyticsError,
  AnalyticsSink,
  AnalyticsSource,
  ApplicationDescription,
  ApplicationOperations,
  ApplicationStatus,
  CountWatcher,
  LateSink,
} from './operations.ts';
import { Outbox } from './outbox.ts';
import type { AnalyticsSettings } from './settings.ts';
import type { RecordTime } from './subtask.ts';

const AT_LEAST_1 = ['watermarkIntervalUs', 'checkpointIntervalUs', 'bufferBytes', 'checkpointBytesPerSecond'] as const;
const AT_LEAST_0 = [
  'outOfOrdernessUs',
  'idleAfterUs',
  'allowedLatenessUs',
  'checkpointMinPauseUs',
  'checkpointBaseUs',
  'checkpointTimeoutUs',
  'stateEntryBytes',
  'restartUs',
  'rescaleUs',
] as const;
const MINUTE_US = 60_000_000;
const SECOND_US = 1_000_000;

export interface AnalyticsPorts {
  readonly sink: AnalyticsSink;
  /** Left out: whoever calls `accept` sees to it by himself. */
  readonly source?: AnalyticsSource;
  /** Left out: late records are only counted. */
  readonly late?: LateSink;
  readonly watcher?: CountWatcher;
  /** The number that selects a record's luck, at least 0. Left out: the record's own. */
  readonly luckOf?: (record: number) => number;
  readonly metrics?: Metrics;
}

export class AnalyticsApplication implements ApplicationOperations {
  readonly settings: AnalyticsSettings;
  readonly #sim: Simulation;
  readonly #source: AnalyticsSource | null;
  readonly #metrics: AnalyticsMetrics;
  readonly #outbox: Outbox;
  readonly #jobPorts: JobPorts;
  readonly #groups: number;
  readonly #autoscaler = new Autoscaler();
  readonly #onWatermarkTick = (): void => this.#watermarkTick();
  readonly #onMinute = (): void => this.#minute();
  readonly #onCheckpointDue = (): void => this.#checkpointDue();
  readonly #onExpired = (pending: PendingCheckpoint): void => this.#expire(pending);
  readonly #onWritten = (pending: PendingCheckpoint): void => this.#complete(pending);
  readonly #onUp = (): void => this.#start();

  readonly #slowdowns: number[] = [];

  #job: Job | null = null;
  #status: ApplicationStatus = 'RUNNING';
  #splits: number;
  #configured: number;
  #parallelism: number;
  /** What the parallelism is to be after the snapshot. */
  #target: number;
  #last: Checkpoint;
  #lastId = 0;
  /** Records were taken since the last checkpoint began. */
  #changed = false;
  #triggeredUs = 0;
  #completedUs = Number.NEGATIVE_INFINITY;
  #minuteUs = 0;
  #activeInMinute = false;
  #watermarkTicking = false;
  #minuteTicking = false;
  #checkpointEvent: Handle | null = null;
  #expiry: Handle | null = null;
  #up: Handle | null = null;

  constructor(sim: Simulation, settings: AnalyticsSettings, ports: AnalyticsPorts) {
    checkSettings(settings);
    this.#sim = sim;
    this.settings = settings;
    this.#source = ports.source ?? null;
    this.#metrics = new AnalyticsMetrics(ports.metrics ?? NO_METRICS);
    this.#outbox = new Outbox(ports.sink, settings.transactionalSink);
    this.#jobPorts = {
      outbox: this.#outbox,
      late: ports.late ?? null,
      watcher: ports.watcher ?? null,
      metrics: this.#metrics,
      cpu: recordTime(sim, `${settings.name}/cpu`, settings.cpuUs, ports.luckOf),
      wait: recordTime(sim, `${settings.name}/wait`, settings.waitUs, ports.luckOf),
      resume: (split) => this.#source?.resume(split),
      onCheckpointTaken: (pending) => this.#taken(pending),
    };
    this.#splits = settings.splits;
    this.#configured = settings.parallelism;
    this.#parallelism = settings.parallelism;
    this.#target = settings.parallelism;
    this.#groups = keyGroupsFor(settings.parallelism);
    this.#last = beginning(settings.splits);
    this.#triggeredUs = sim.now;
    this.#job = this.#newJob();
  }

  // --- the source ---

  /**
   * One record, in the order of its split. False: it must come again, after `resume` where there was no room, after `restore` where the application does not run.
   * `record`: a whole number, at least 0; it selects its luck.
   */
  accept(split: number, record: number, key: number, eventTimeUs: number, bytes: number, sequence: number): boolean {
    if (!(split >= 0 && split < this.#splits)) throw noSplit(this.settings.name, split);
    const job = this.#job;
    if (job === null || this.#status !== 'RUNNING') return false;
    if (!job.accept(split, record, key, eventTimeUs, bytes, sequence)) return false;
    this.#changed = true;
    this.#activeInMinute = true;
    if (!this.#watermarkTicking) this.#tickWatermark();
    if (!this.#minuteTicking) this.#tickMinute();
    if (this.#checkpointEvent === null) this.#armCheckpoint();
    return true;
  }

  /** Another split, such as a shard's child; its number. */
  openSplit(): number {
    this.#job?.openSplit();
    return this.#splits++;
  }
  /** Nothing more comes of a split, so it does not hold the watermark back. After a restart from before it, it is open again. */
  finishSplit(split: number): void {
    if (!(split >= 0 && split < this.#splits)) throw noSplit(this.settings.name, split);
    this.#job?.finishSplit(split);
    this.#changed = true;
    if (this.#job === null) return;
    if (!this.#watermarkTicking) this.#tickWatermark();
    if (this.#checkpointEvent === null) this.#armCheckpoint();
  }
  /** What the stream said of how far behind a read was; for the metric. */
  behindLatest(millis: number): void {
    this.#metrics.millisBehind.record(millis);
  }

  // --- the application ---

  DescribeApplication(): ApplicationDescription {
    return {
      ApplicationStatus: this.#status,
      Parallelism: this.#configured,
      ParallelismPerKPU: this.settings.parallelismPerKpu,
      CurrentParallelism: this.#parallelism,
      KPUs: kpusFor(this.settings, this.#parallelism),
      isUp: this.#job !== null && this.#status === 'RUNNING',
    };
  }

  UpdateApplication(ParallelismUpdate: number): AnalyticsError | null {
    const { name } = this.settings;
    if (!(Number.isInteger(ParallelismUpdate) && ParallelismUpdate >= 1))
      return analyticsErrors.parallelism(ParallelismUpdate);
    if (ParallelismUpdate > this.#mostParallel())
      return analyticsErrors.tooParallel(ParallelismUpdate, this.#mostParallel());
    if (this.#status !== 'RUNNING') return analyticsErrors.inUse(name, this.#status);
    if (this.#job === null) return analyticsErrors.inUse(name, 'restarting');
    this.#configured = ParallelismUpdate;
    this.#rescale(ParallelismUpdate, 'UPDATING');
    return null;
  }

  /** Something in it fails: all subtasks start anew. */
  fail(): void {
    this.#metrics.restarts.add(1);
    if (this.#job !== null) this.#metrics.downtime.since(this.#sim.now);
    if (this.#status === 'UPDATING') this.#parallelism = this.#target;
    this.#stop();
    this.#status = 'RUNNING';
    this.#comeUp(this.settings.restartUs);
  }

  /** Records that are begun from now on take CPU and other time a factor longer; the returned function ends it. */
  slowDown(factor: number): () => void {
    this.#slowdowns.push(factor);
    this.#noteSlowdowns();
    return () => {
      this.#slowdowns.splice(this.#slowdowns.indexOf(factor), 1);
      this.#noteSlowdowns();
    };
  }
  #noteSlowdowns(): void {
    const factor = this.#slowdowns.reduce((product, each) => product * each, 1);
    this.#jobPorts.cpu.factor = factor;
    this.#jobPorts.wait.factor = factor;
  }

  // --- watermarks ---

  #tickWatermark(): void {
    this.#watermarkTicking = true;
    const everyUs = this.settings.watermarkIntervalUs;
    this.#sim.scheduleAt(nextOnGrid(this.#sim.now, everyUs), this.#onWatermarkTick, undefined);
  }

  /** Ends where nothing came since the last one and no split is about to be idle. */
  #watermarkTick(): void {
    this.#watermarkTicking = false;
    const job = this.#job;
    // While it stops nothing may fire after the snapshot: it would fire again.
    if (job === null || this.#status !== 'RUNNING') return;
    if (job.emitWatermark()) {
      this.#changed = true;
      this.#armCheckpoint();
    }
    if (!job.dead && !this.#watermarkTicking && job.watermarkMayRise()) this.#tickWatermark();
  }

  // --- checkpoints ---

  /** At the interval after the last one began, but not before the pause after its end; where nothing happened, at the first of these instants that is still to come. */
  #armCheckpoint(): void {
    const { checkpointing, checkpointIntervalUs: everyUs, checkpointMinPauseUs } = this.settings;
    if (!checkpointing || this.#checkpointEvent !== null || this.#job === null || this.#status !== 'RUNNING') return;
    if (this.#job.pending !== null || !(this.#changed || !this.#outbox.isEmpty)) return;
    const missed = Math.max(1, Math.ceil((this.#sim.now - this.#triggeredUs) / everyUs));
    const atUs = Math.max(this.#triggeredUs + missed * everyUs, this.#completedUs + checkpointMinPauseUs);
    this.#checkpointEvent = this.#sim.scheduleAt(Math.max(atUs, this.#sim.now), this.#onCheckpointDue, undefined);
  }

  #checkpointDue(): void {
    this.#checkpointEvent = null;
    this.#triggeredUs = this.#sim.now;
    this.#begin(false);
  }

  #begin(isSnapshot: boolean): void {
    const job = this.#job;
    if (job === null) return;
    this.#changed = false;
    this.#lastId++;
    const pending = job.beginCheckpoint(this.#lastId, isSnapshot);
    if (!isSnapshot && job.pending === pending && !job.dead)
      this.#expiry = this.#sim.schedule(this.settings.checkpointTimeoutUs, this.#onExpired, pending, 0);
  }

  /** Every subtask has passed the barrier: its state is written, while they go on. */
  #taken(pending: PendingCheckpoint): void {
    this.#sim.schedule(this.#writeUs(pending), this.#onWritten, pending, 0);
  }

  #complete(pending: PendingCheckpoint): void {
    const job = this.#job;
    if (job === null || job.pending !== pending) return;
    job.endCheckpoint();
    this.#cancelExpiry();
    this.#last = pending;
    this.#completedUs = this.#sim.now;
    this.#metrics.checkpointMs.record((this.#sim.now - pending.startedUs) / 1000);
    this.#metrics.checkpointBytes.record(this.#bytesOf(pending));
    this.#outbox.commit(job.epoch - 1);
    if (pending.isSnapshot) this.#stopForScaling();
    else this.#armCheckpoint();
  }

  #expire(pending: PendingCheckpoint): void {
    this.#expiry = null;
    if (this.#job?.pending !== pending) return;
    this.#job.endCheckpoint();
    this.#completedUs = this.#sim.now;
    this.#changed = true;
    this.#metrics.checkpointsFailed.add(1);
    this.#armCheckpoint();
  }

  #bytesOf({ rows }: Checkpoint): number {
    return rows.length * this.settings.stateEntryBytes;
  }
  #writeUs(checkpoint: Checkpoint): number {
    const perSecond = this.settings.checkpointBytesPerSecond * kpusFor(this.settings, this.#parallelism);
    return this.settings.checkpointBaseUs + Math.ceil((this.#bytesOf(checkpoint) * SECOND_US) / perSecond);
  }

  // --- scaling ---

  #tickMinute(): void {
    this.#minuteTicking = true;
    this.#minuteUs = this.#sim.now;
    this.#sim.scheduleAt(nextOnGrid(this.#sim.now, MINUTE_US), this.#onMinute, undefined, 3);
  }

  #minute(): void {
    this.#minuteTicking = false;
    const job = this.#job;
    const isUp = job !== null && this.#status === 'RUNNING';
    if (job !== null && this.#sim.now > this.#minuteUs) {
      const percent = job.busiestPercent(this.#minuteUs);
      if (isUp && this.settings.autoScaling) this.#autoscale(percent);
    }
    const isScaledUp = this.settings.autoScaling && this.#parallelism > this.#configured;
    const goesOn = this.#activeInMinute || isScaledUp || this.#job?.isIdle === false;
    this.#activeInMinute = false;
    if (goesOn) this.#tickMinute();
    else this.#autoscaler.reset();
  }

  #autoscale(percent: number): void {
    const target = this.#autoscaler.see(percent, this.#parallelism, this.#configured, this.#mostParallel());
    if (target !== this.#parallelism) this.#rescale(target, 'AUTOSCALING');
  }

  #mostParallel(): number {
    return Math.min(this.settings.maxKpus * this.settings.parallelismPerKpu, f.parallelismMax.value, this.#groups);
  }

  /** From now on nothing is taken; what is in line is worked off before the snapshot. */
  #rescale(target: number, status: ApplicationStatus): void {
    this.#target = target;
    this.#status = status;
    this.#cancelCheckpoint();
    this.#begin(true);
  }

  #stopForScaling(): void {
    this.#parallelism = this.#target;
    this.#stop();
    this.#comeUp(this.settings.rescaleUs);
  }

  // --- up and down ---

  #stop(): void {
    this.#job?.kill();
    this.#job = null;
    this.#cancelCheckpoint();
    this.#outbox.reset();
    this.#autoscaler.reset();
  }

  #comeUp(afterUs: number): void {
    if (this.#up !== null) this.#sim.cancel(this.#up);
    this.#up = this.#sim.schedule(afterUs, this.#onUp, undefined, 0);
  }

  #start(): void {
    this.#up = null;
    this.#status = 'RUNNING';
    this.#metrics.downtime.since(-1);
    this.#changed = false;
    this.#triggeredUs = this.#sim.now;
    this.#minuteUs = this.#sim.now;
    this.#job = this.#newJob();
    const { positions } = this.#last;
    this.#source?.restore(Array.from({ length: this.#splits }, (_, split) => positions[split] ?? -1));
    if (!this.#watermarkTicking) this.#tickWatermark();
  }

  #newJob(): Job {
    this.#metrics.kpus.set(kpusFor(this.settings, this.#parallelism));
    return new Job(this.#sim, this.settings, this.#parallelism, this.#groups, this.#splits, this.#last, this.#jobPorts);
  }

  #cancelCheckpoint(): void {
    if (this.#checkpointEvent !== null) this.#sim.cancel(this.#checkpointEvent);
    this.#checkpointEvent = null;
    this.#cancelExpiry();
  }
  #cancelExpiry(): void {
    if (this.#expiry !== null) this.#sim.cancel(this.#expiry);
    this.#expiry = null;
  }
}

/** The first multiple of `everyUs` after now. */
function nextOnGrid(nowUs: number, everyUs: number): number {
  return (Math.floor(nowUs / everyUs) + 1) * everyUs;
}

function recordTime(
  sim: Simulation,
  name: string,
  distribution: Distribution,
  luckOf = (record: number): number => record,
): RecordTime {
  return { variate: compileVariate(distribution), luck: sim.keyedStream(name), luckOf, factor: 1 };
}

function noSplit(name: string, split: number): AnalyticsModelError {
  return new AnalyticsModelError('no-split', `application ${name}: there is no split ${split}`);
}

function checkSettings(settings: AnalyticsSettings): void {
  const bad = (what: string): never => {
    throw new AnalyticsModelError('bad-setting', `application ${settings.name}: ${what}`);
  };
  const whole = (name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): void => {
    if (!(Number.isInteger(value) && value >= least && value <= most))
      bad(`${name} ${value}: expected a whole number, ${least} to ${most}`);
  };
  const { parallelism, parallelismPerKpu, maxKpus, window } = settings;
  whole('splits', settings.splits, 0);
  whole('parallelismPerKpu', parallelismPerKpu, 1, f.parallelismPerKpuMax.value);
  whole('maxKpus', maxKpus, 1);
  whole('parallelism', parallelism, 1, Math.min(maxKpus * parallelismPerKpu, f.parallelismMax.value));
  for (const name of AT_LEAST_1) whole(name, settings[name], 1);
  for (const name of AT_LEAST_0) whole(name, settings[name], 0);
  if (window.kind === 'session') whole('gapUs', window.gapUs, 1);
  else whole('sizeUs', window.sizeUs, 1);
  if (window.kind === 'sliding') whole('slideUs', window.slideUs, 1, window.sizeUs);
}
