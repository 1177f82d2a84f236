/** Settings that a delivery stream can't be made with, and updates that it refuses. */
import { firehoseFacts as f } from '../../facts/index.ts';
import { BUCKET, DESTINATIONS } from './destinations.ts';
import { firehoseErrors, FirehoseModelError } from './errors.ts';
import type { BufferingHints, FirehoseError } from './operations.ts';
import type { BufferSettings, FirehoseSettings, TransformSettings } from './settings.ts';

const MIB = 1_048_576;
const SECOND_US = 1_000_000;
const RETRY_MAX_US = f.retrySecondsMax.value * SECOND_US;

/** Throws FirehoseModelError `bad-setting`. */
export function checkSettings(settings: FirehoseSettings): void {
  const problem = settingsProblem(settings);
  if (problem !== null) throw new FirehoseModelError('bad-setting', `delivery stream ${settings.name}: ${problem}`);
}

/** What is wrong with settings, as `what: expected what`; null: nothing. */
export function settingsProblem(settings: FirehoseSettings): string | null {
  return (
    bufferProblem(settings, settings.buffer) ??
    backupProblem(settings.backupBuffer) ??
    deliveryProblem(settings) ??
    formatProblem(settings) ??
    (settings.transform === null ? null : transformProblem(settings.transform))
  );
}

/** What is wrong with a buffer before the destination; null: nothing. */
function bufferProblem(
  { destination, conversion, partitions }: FirehoseSettings,
  { bytes, intervalUs }: BufferSettings,
): string | null {
  const { maxBufferBytes, maxBufferUs } = DESTINATIONS[destination];
  const minMiB = conversion === null ? 1 : f.bufferMiBMinConversion.value;
  if (!(bytes >= minMiB * MIB && bytes <= maxBufferBytes))
    return `buffer of ${bytes / MIB} MiB: expected ${minMiB} to ${maxBufferBytes / MIB} for ${destination}${conversion === null ? '' : ' with format conversion'}`;
  if (!(intervalUs >= 0 && intervalUs <= maxBufferUs))
    return `interval of ${intervalUs / SECOND_US} s: expected 0 to ${maxBufferUs / SECOND_US} for ${destination}`;
  if (partitions !== null && intervalUs === 0) return 'interval of 0 s: expected more with dynamic partitioning';
  return null;
}

/** S3 behind another destination: there is no buffer of 0 s. */
function backupProblem({ bytes, intervalUs }: BufferSettings): string | null {
  const { maxBufferBytes, maxBufferUs } = BUCKET;
  if (!(bytes >= MIB && bytes <= maxBufferBytes))
    return `backup buffer of ${bytes / MIB} MiB: expected 1 to ${maxBufferBytes / MIB}`;
  if (!(intervalUs > 0 && intervalUs <= maxBufferUs))
    return `backup interval of ${intervalUs / SECOND_US} s: expected more than 0, at most ${maxBufferUs / SECOND_US}`;
  return null;
}

function deliveryProblem({
  destination,
  retryUs,
  timeoutUs,
  outstanding,
  partitions,
}: FirehoseSettings): string | null {
  if (!(retryUs >= 0 && retryUs <= RETRY_MAX_US))
    return `retry duration of ${retryUs / SECOND_US} s: expected 0 to ${f.retrySecondsMax.value}`;
  const { splunkAckSecondsMin: min, splunkAckSecondsMax: max } = f;
  if (destination === 'splunk' && !(timeoutUs >= min.value * SECOND_US && timeoutUs <= max.value * SECOND_US))
    return `acknowledgment within ${timeoutUs / SECOND_US} s: expected ${min.value} to ${max.value}`;
  if (!(Number.isInteger(outstanding) && outstanding >= 1)) return `outstanding ${outstanding}: expected at least 1`;
  if (partitions !== null && !(Number.isInteger(partitions) && partitions >= 1))
    return `${partitions} partitions: expected at least 1`;
  if (partitions !== null && destination !== 's3') return `dynamic partitioning: expected S3, not ${destination}`;
  return null;
}

function formatProblem({ destination, conversion, compression }: FirehoseSettings): string | null {
  if (conversion !== null && destination !== 's3') return `format conversion: expected S3, not ${destination}`;
  if (conversion !== null && compression.format !== 'UNCOMPRESSED')
    return `compression ${compression.format}: expected UNCOMPRESSED with format conversion`;
  const { compressions } = DESTINATIONS[destination];
  if (!compressions.includes(compression.format))
    return `compression ${compression.format}: expected ${compressions.join(', ')} for ${destination}`;
  return null;
}

function transformProblem({ buffer, concurrency }: TransformSettings): string | null {
  const { transformMBMin: min, transformMBMax: max, bufferSecondsMax } = f;
  if (!(buffer.bytes >= min.value * 1_000_000 && buffer.bytes <= max.value * 1_000_000))
    return `buffer of ${buffer.bytes / 1_000_000} MB before the function: expected ${min.value} to ${max.value}`;
  if (!(buffer.intervalUs >= 0 && buffer.intervalUs <= bufferSecondsMax.value * SECOND_US))
    return `interval of ${buffer.intervalUs / SECOND_US} s before the function: expected 0 to ${bufferSecondsMax.value}`;
  if (!(Number.isInteger(concurrency) && concurrency >= 1)) return `concurrency ${concurrency}: expected at least 1`;
  return null;
}

/** Of UpdateDestination's hints. */
export function hintsProblem(settings: FirehoseSettings, hints: BufferingHints): FirehoseError | null {
  const { SizeInMBs, IntervalInSeconds } = hints;
  if (SizeInMBs === undefined || IntervalInSeconds === undefined) return firehoseErrors.halfHints;
  const problem = bufferProblem(settings, { bytes: SizeInMBs * MIB, intervalUs: IntervalInSeconds * SECOND_US });
  return problem === null ? null : firehoseErrors.invalid(problem);
}

export function retryProblem(seconds: number): FirehoseError | null {
  if (seconds >= 0 && seconds <= f.retrySecondsMax.value) return null;
  return firehoseErrors.invalid(`retry duration of ${seconds} s: expected 0 to ${f.retrySecondsMax.value}`);
}
