/** AWS's limits as the model uses them, and what a call may ask for. */
import { sqsFacts } from '../../facts/index.ts';
import { sqsErrors } from './errors.ts';
import type { ReceiveMessageInput, SqsError } from './operations.ts';

const US_PER_SECOND = 1_000_000;
const MAX_DELAY_S = sqsFacts.delayMaxSeconds.value;
const MAX_WAIT_S = sqsFacts.waitMaxSeconds.value;
const MAX_MESSAGES = sqsFacts.receiveMaxMessages.value;

export const MAX_ENTRIES = sqsFacts.batchMaxEntries.value;
export const MAX_BATCH_BYTES = sqsFacts.batchMaxBytes.value;
export const MAX_VISIBILITY_S = sqsFacts.visibilityMaxSeconds.value;
export const VISIBILITY_CAP_US = sqsFacts.visibilityTotalCapSeconds.value * US_PER_SECOND;
export const PURGE_INTERVAL_US = sqsFacts.purgeIntervalSeconds.value * US_PER_SECOND;

export function toUs(seconds: number): number {
  return Math.round(seconds * US_PER_SECOND);
}

/** AWS's names; seconds and bytes. What is left out stays as it is. */
export interface SetQueueAttributesInput {
  readonly VisibilityTimeout?: number;
  readonly DelaySeconds?: number;
  readonly MessageRetentionPeriod?: number;
  readonly ReceiveMessageWaitTimeSeconds?: number;
  readonly MaximumMessageSize?: number;
}

const ATTRIBUTE_RANGES: readonly (readonly [keyof SetQueueAttributesInput, number, number])[] = [
  ['VisibilityTimeout', 0, MAX_VISIBILITY_S],
  ['DelaySeconds', 0, MAX_DELAY_S],
  ['MessageRetentionPeriod', sqsFacts.retentionMinSeconds.value, sqsFacts.retentionMaxSeconds.value],
  ['ReceiveMessageWaitTimeSeconds', 0, MAX_WAIT_S],
  ['MaximumMessageSize', sqsFacts.maximumMessageSizeMinBytes.value, sqsFacts.messageMaxBytes.value],
];

/** The first attribute that no queue can have, as AWS refuses it. */
export function checkAttributes(input: SetQueueAttributesInput): SqsError | null {
  for (const [name, min, max] of ATTRIBUTE_RANGES) {
    const value = input[name];
    if (value !== undefined && !(Number.isInteger(value) && value >= min && value <= max)) {
      return sqsErrors.attributeValue(name);
    }
  }
  return null;
}

export function checkDelay(DelaySeconds: number): SqsError | null {
  if (DelaySeconds === -1 || (DelaySeconds >= 0 && DelaySeconds <= MAX_DELAY_S)) return null;
  return sqsErrors.delaySeconds(DelaySeconds);
}

export function checkReceive({
  MaxNumberOfMessages,
  VisibilityTimeout,
  WaitTimeSeconds,
}: ReceiveMessageInput): SqsError | null {
  if (!(MaxNumberOfMessages >= 1 && MaxNumberOfMessages <= MAX_MESSAGES && Number.isInteger(MaxNumberOfMessages))) {
    return sqsErrors.maxNumberOfMessages(MaxNumberOfMessages);
  }
  if (VisibilityTimeout !== -1 && !(VisibilityTimeout >= 0 && VisibilityTimeout <= MAX_VISIBILITY_S)) {
    return sqsErrors.visibilityTimeout(VisibilityTimeout);
  }
  if (WaitTimeSeconds !== -1 && !(WaitTimeSeconds >= 0 && WaitTimeSeconds <= MAX_WAIT_S)) {
    return sqsErrors.waitTimeSeconds(WaitTimeSeconds);
  }
  return null;
}
