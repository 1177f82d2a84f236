/** Managed Service for Apache Flink. Snapshot of November 2026. */
import type { Fact } from './fact.ts';

const API = 'botocore service model kinesisanalyticsv2/2018-05-23, build 1.43.107';
const GUIDE = 'Managed Service for Apache Flink Developer Guide';
const SCALING = `${GUIDE}: scaling`;
const AUTOMATIC = `${GUIDE}: automatic scaling`;
const FLINK = 'Apache Flink, as its sources and documentation have it';

function confirmed(id: string, value: number, unit: string, source: string, note?: string): Fact {
  const fact: Fact = { id, value, unit, source, date: '2026-10', status: 'confirmed' };
  return note === undefined ? fact : { ...fact, note };
}
function secondary(id: string, value: number, unit: string, note: string): Fact {
  return { id, value, unit, source: FLINK, date: '2026-11-26', status: 'secondary', note };
}
function assumed(id: string, value: number, unit: string, note: string): Fact {
  return { id, value, unit, source: 'our assumption', date: '2026-11-26', status: 'assumed', note };
}

/** Every number of Flink that the model uses, and those that its bill is made of. */
export const flinkFacts = {
  kpuVcpu: confirmed('flink.kpu.vcpu', 1, 'vCPU', SCALING),
  kpuMemoryGb: confirmed('flink.kpu.memory_gb', 4, 'GB', SCALING),
  kpuStorageGb: confirmed('flink.kpu.storage_gb', 50, 'GB', SCALING, 'running application storage'),
  kpusPerApplication: confirmed('flink.kpus_per_app', 64, 'KPU', API, 'can be raised; 32 in 2023'),
  orchestrationKpus: confirmed('flink.orchestration_kpus', 1, 'KPU', 'infracost', 'billed on top, each application'),
  parallelismDefault: confirmed('flink.parallelism_default', 1, 'tasks', SCALING),
  parallelismMax: confirmed('flink.parallelism_max_default', 256, 'tasks', SCALING),
  parallelismPerKpuDefault: confirmed('flink.parallelism_per_kpu_default', 1, 'tasks', SCALING),
  parallelismPerKpuMax: confirmed('flink.parallelism_per_kpu_max', 8, 'tasks', SCALING),
  scaleUpPercent: confirmed('flink.autoscale.up_cpu', 75, '%', AUTOMATIC, 'or above, of the busiest container'),
  scaleUpMinutes: confirmed('flink.autoscale.up_minutes', 15, 'min', AUTOMATIC),
  scaleDownPercent: confirmed('flink.autoscale.down_cpu', 10, '%', AUTOMATIC, 'below it'),
  scaleDownMinutes: confirmed('flink.autoscale.down_minutes', 360, 'min', AUTOMATIC),
  scaleFactor: confirmed('flink.autoscale.factor', 2, 'times', AUTOMATIC, 'up; down by the same, rounded up'),
  checkpointIntervalMs: confirmed('flink.checkpoint_interval_ms', 60_000, 'ms', API),
  checkpointMinPauseMs: confirmed('flink.checkpoint_min_pause_ms', 5_000, 'ms', API),
  billingMinSeconds: confirmed('flink.billing_min', 600, 's', `${GUIDE}: per-second billing`, 'each start'),
  allowedLatenessUs: secondary('flink.allowed_lateness', 0, 'us', 'the default'),
  watermarkIntervalUs: secondary('flink.watermark_interval', 200_000, 'us', 'the default of periodic watermarks'),
  keyGroupsMin: secondary('flink.key_groups_min', 128, 'groups', 'of a parallelism up to 85'),
  keyGroupsMax: secondary('flink.key_groups_max', 32_768, 'groups', 'one and a half times the parallelism at most'),
  checkpointTimeoutUs: secondary('flink.checkpoint_timeout', 600_000_000, 'us', 'the default'),
  bufferBytes: secondary(
    'flink.input_buffer',
    327_680,
    'B',
    'of a subtask: ten segments of 32 KiB, two of a channel and eight that float',
  ),
  recordCpuUs: assumed('flink.record_cpu', 20, 'us', 'CPU time of a record; it depends on the code'),
  checkpointBaseUs: assumed('flink.checkpoint_base', 500_000, 'us', 'of each checkpoint, whatever its size'),
  checkpointBytesPerSecond: assumed('flink.checkpoint_rate', 50e6, 'B/s', 'written by each KPU'),
  stateEntryBytes: assumed('flink.state_entry', 100, 'B', 'of a key in a window: key, window, aggregate, timer'),
  restartUs: assumed('flink.restart', 30_000_000, 'us', 'from a failure until records are taken again'),
  rescaleUs: assumed('flink.rescale', 60_000_000, 'us', 'from the snapshot until records are taken again'),
} as const satisfies Readonly<Record<string, Fact>>;

export const flinkFactList: readonly Fact[] = Object.values(flinkFacts);
