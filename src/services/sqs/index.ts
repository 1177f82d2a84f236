// The door of the SQS model.

export { SqsModelError, sqsErrors } from './errors.ts';
export type * from './operations.ts';
export {
  type DeadLetterPort,
  type SetQueueAttributesInput,
  type SqsCounts,
  type SqsPorts,
  SqsQueue,
} from './queue.ts';
