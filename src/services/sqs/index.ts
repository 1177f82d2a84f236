// The door of the SQS model.

export { SqsModelError, sqsErrors } from './errors.ts';
export { FairQueue } from './fair-queue.ts';
export { FifoQueue } from './fifo-queue.ts';
export type { SetQueueAttributesInput } from './limits.ts';
export {
  type AccountQueue,
  type MessageMoveTask,
  MoveTasks,
  type StartMessageMoveTaskInput,
  type Task,
} from './move-tasks.ts';
export type * from './operations.ts';
export { SqsQueue } from './standard-queue.ts';
export type { DeadLetterPort, SqsCounts, SqsPorts } from './wiring.ts';
