/** AWS's limits that traffic and consumers must keep where they meet a queue. */
import { SQS_LIMITS } from '../services/sqs/schema.ts';
import type { QueueLimits } from '../workload/schema.ts';

export const queueLimits: QueueLimits = {
  batchSize: SQS_LIMITS.batchSize,
  wait: SQS_LIMITS.wait,
  visibility: SQS_LIMITS.visibility,
};
/** The largest message. */
export const sqsMaxBytes: number = SQS_LIMITS.messageSize.max;
