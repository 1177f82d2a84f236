/** The errors an SQS queue answers with, by AWS's codes of the JSON protocol; texts are built from the facts. */
import { sqsFacts } from '../../facts/index.ts';
import type { SqsError } from './operations.ts';

const MAX_BATCH_BYTES = sqsFacts.batchMaxBytes.value;
const MAX_VISIBILITY_S = sqsFacts.visibilityMaxSeconds.value;
const MAX_DELAY_S = sqsFacts.delayMaxSeconds.value;
const MAX_WAIT_S = sqsFacts.waitMaxSeconds.value;
const MAX_MESSAGES = sqsFacts.receiveMaxMessages.value;

/** Code as AWS's SDKs see it, text, and whether the sender is to blame. */
function error(code: string, message: string): SqsError {
  return { code, message, senderFault: true };
}

function badValue(value: number, parameter: string, reason: string): SqsError {
  return error('InvalidParameterValue', `Value ${value} for parameter ${parameter} is invalid. Reason: ${reason}`);
}

/** Every error of the model. Those that can come often are made once. */
export const sqsErrors = {
  missingBody: error('MissingParameter', 'The request must contain the parameter MessageBody.'),
  messageTooLong: (maxBytes: number): SqsError =>
    error(
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${maxBytes} bytes.`,
    ),
  /** AWS's own words for it were not found in a recording: assumed. */
  delaySeconds: (seconds: number): SqsError =>
    badValue(seconds, 'DelaySeconds', `DelaySeconds must be >= 0 and <= ${MAX_DELAY_S}.`),
  emptyBatch: (operation: 'SendMessage' | 'DeleteMessage' | 'ChangeMessageVisibility'): SqsError =>
    error('EmptyBatchRequest', `There should be at least one ${operation}BatchRequestEntry in the request.`),
  tooManyEntries: (count: number): SqsError =>
    error(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${sqsFacts.batchMaxEntries.value}. You have sent ${count}.`,
    ),
  batchTooLong: (bytes: number): SqsError =>
    error(
      'BatchRequestTooLong',
      `Batch requests cannot be longer than ${MAX_BATCH_BYTES} bytes. You have sent ${bytes} bytes.`,
    ),
  maxNumberOfMessages: (count: number): SqsError =>
    badValue(count, 'MaxNumberOfMessages', `Must be between 1 and ${MAX_MESSAGES}, if provided.`),
  waitTimeSeconds: (seconds: number): SqsError =>
    badValue(seconds, 'WaitTimeSeconds', `Must be >= 0 and <= ${MAX_WAIT_S}, if provided.`),
  visibilityTimeout: (seconds: number): SqsError =>
    badValue(seconds, 'VisibilityTimeout', `Must be >= 0 and <= ${MAX_VISIBILITY_S}, if provided.`),
  visibilityBeyondCap: (seconds: number): SqsError =>
    badValue(
      seconds,
      'VisibilityTimeout',
      `Total VisibilityTimeout for the message is beyond the limit [${MAX_VISIBILITY_S} seconds]`,
    ),
  notAvailableForVisibilityChange: (handle: number): SqsError =>
    badValue(handle, 'ReceiptHandle', 'Message does not exist or is not available for visibility timeout change.'),
  receiptHandle: (handle: number): SqsError =>
    error('ReceiptHandleIsInvalid', `The input receipt handle "${handle}" is not a valid receipt handle.`),
  /** As users of the service have quoted it (2014). */
  overLimit: error(
    'OverLimit',
    'Too many messages have been received without being deleted.\nPlease delete your received messages or let them timeout before receiving more.',
  ),
  missingGroup: error('MissingParameter', 'The request must contain the parameter MessageGroupId.'),
  /** The same in a batch has another code. */
  missingGroupInBatch: error('InvalidParameterValue', 'The request must contain the parameter MessageGroupId.'),
  missingDeduplicationId: error(
    'InvalidParameterValue',
    'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  ),
  delayInFifo: (seconds: number): SqsError =>
    badValue(seconds, 'DelaySeconds', 'The request include parameter that is not valid for this queue type.'),
  handleExpired: (handle: number): SqsError => badValue(handle, 'ReceiptHandle', 'The receipt handle has expired.'),
  /** The code is that of AWS's page on FIFO throttling; the text is assumed. */
  throttled: error('ThrottlingException', 'Rate exceeded'),
  purgeInProgress: (queue: string): SqsError =>
    error(
      'PurgeQueueInProgress',
      `Only one PurgeQueue operation on ${queue} is allowed every ${sqsFacts.purgeIntervalSeconds.value} seconds.`,
    ),
  sourceQueueMissing: error(
    'ResourceNotFoundException',
    "The resource that you specified for the SourceArn parameter doesn't exist.",
  ),
  destinationMissing: error(
    'ResourceNotFoundException',
    "The resource that you specified for the DestinationArn parameter doesn't exist.",
  ),
  taskMissing: error('ResourceNotFoundException', 'Task does not exist.'),
  taskHandle: error('InvalidParameterValue', 'Value for parameter TaskHandle is invalid.'),
  notADeadLetterQueue: error('InvalidParameterValue', 'Source queue must be configured as a Dead Letter Queue.'),
  taskRunning: error(
    'InvalidParameterValue',
    'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
  ),
  /** No recording was found of the five that follow: the codes are those of AWS's service model, the texts are assumed. */
  movesPerSecond: (perSecond: number): SqsError =>
    badValue(
      perSecond,
      'MaxNumberOfMessagesPerSecond',
      `Must be between ${sqsFacts.moveRateMin.value} and ${sqsFacts.moveRateMax.value}, if provided.`,
    ),
  moveToItself: error('InvalidParameterValue', 'The source and the destination queue must not be the same.'),
  moveToOtherKind: error('UnsupportedOperation', 'The source and the destination queue must be of the same type.'),
  tooManyTasks: error('RequestThrottled', 'Too many message move tasks are active in this account.'),
  listedTasks: (most: number): SqsError =>
    badValue(most, 'MaxResults', `Must be between 1 and ${sqsFacts.moveTasksListed.value}, if provided.`),
  attributeValue: (attribute: string): SqsError =>
    error('InvalidAttributeValue', `Invalid value for the parameter ${attribute}.`),
};

/** A programmer's error: thrown, never answered. */
export class SqsModelError extends Error {
  readonly code: 'fifo-queue' | 'too-many-messages' | 'too-many-polls' | 'bad-setting' | 'broken-order';

  constructor(code: SqsModelError['code'], message: string) {
    super(message);
    this.name = 'SqsModelError';
    this.code = code;
  }
}
