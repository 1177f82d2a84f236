/** What a delivery stream promises: what it took is at its destination or in the backup, at least once, unless AWS keeps it nowhere. */
import { firehoseFacts } from '../facts/index.ts';
import type { ResourcePromises } from '../guarantees/index.ts';
import type { ResolvedDesign } from '../scenario/resolved.ts';
import type { DeliveryStreamSettings } from '../services/firehose/index.ts';

/** Retries of S3 are two minutes apart at most, and its answers a minute. */
const REST_US = 300_000_000;
const RETENTION_US = firehoseFacts.retentionHours.value * 3_600_000_000;

export function ofDeliveryStream(design: ResolvedDesign, settings: DeliveryStreamSettings): ResourcePromises {
  const { name, buffer, backupBuffer, retryUs, timeoutUs, transform } = settings;
  // The longest in which nothing need be seen of a record: buffers, retries and the backup, one after the other.
  const ofFunction =
    transform === null
      ? 0
      : transform.buffer.intervalUs + (transform.retries + 1) * (transform.timeoutUs + transform.retryWaitUs);
  const restUs =
    2 * buffer.intervalUs +
    backupBuffer.intervalUs +
    retryUs +
    timeoutUs +
    ofFunction +
    refusedUs(design, settings) +
    REST_US;
  return {
    resource: name,
    kind: 'firehose',
    // Nothing is left in it that somebody could list.
    reads: [],
    promises: [{ guarantee: 'conservation', restUs, isCopied: true }, { guarantee: 'no-loss' }],
  };
}

/** So long S3 may refuse data, out of sight, where who stands for it refuses some at any time: it is tried as long as data is kept. */
function refusedUs({ resources }: ResolvedDesign, { source, destination, to, bucket }: DeliveryStreamSettings): number {
  const areS3 = destination === 's3' ? [to, bucket] : [bucket];
  const refuses = resources.some(
    (one) => (one.type === 'sink' || one.type === 'service') && areS3.includes(one.name) && one.failureRate > 0,
  );
  if (!refuses) return 0;
  const stream = resources.find(({ name }) => name === source);
  return stream?.type === 'kinesis' ? stream.retentionPeriodUs : RETENTION_US;
}
