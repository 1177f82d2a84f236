/** What a delivery stream promises: what it took is at its destination or in the backup, at least once, unless AWS keeps it nowhere. */
import { firehoseFacts } from '../facts/index.ts';
import type { ResourcePromises } from '../guarantees/index.ts';
import type { ResolvedDesign } from '../scenario/resolved.ts';
import type { DeliveryStreamSettings } from '../services/firehose/index.ts';
import { REST_US } from './rest.ts';

const RETENTION_US = firehoseFacts.retentionHours.value * 3_600_000_000;

export function ofDeliveryStream(design: ResolvedDesign, settings: DeliveryStreamSettings): ResourcePromises {
  const { name, buffer, backupBuffer, retryUs, timeoutUs, transform } = settings;
  const source = design.resources.find((one) => one.name === settings.source);
  const retentionUs = source?.type === 'kinesis' ? source.retentionPeriodUs : RETENTION_US;
  // The longest in which nothing need be seen of a record: buffers, retries and the backup, one after the other. What S3 does not take is tried as long as data is kept, out of sight.
  const ofFunction =
    transform === null
      ? 0
      : transform.buffer.intervalUs + (transform.retries + 1) * (transform.timeoutUs + transform.retryWaitUs);
  const restUs =
    2 * buffer.intervalUs + backupBuffer.intervalUs + retryUs + retentionUs + timeoutUs + ofFunction + REST_US;
  return {
    resource: name,
    kind: 'firehose',
    // Nothing is left in it that somebody could list.
    reads: [],
    promises: [{ guarantee: 'conservation', restUs, isCopied: true }, { guarantee: 'no-loss' }],
  };
}
