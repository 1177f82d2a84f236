/** Answers as they were recorded on AWS (LocalStack's test snapshots), every one that the models can give: code and text. */
import { expect, test } from 'vitest';
import { Simulation } from '../../../src/kernel/index.ts';
import { type AccountQueue, MoveTasks, type SqsError } from '../../../src/services/sqs/index.ts';
import { FifoBench } from './fifo-harness.ts';
import { Bench, SECOND, settings } from './harness.ts';

/** The protocols' own names of one error: of the query protocol, and the shape of the JSON protocol. */
type Recorded = readonly [
  about: string,
  code: string,
  shape: string,
  text: string,
  give: () => SqsError | null | undefined,
];

const PREFIX = 'AWS.SimpleQueueService.';

function sending(bytes: number, maximumMessageSizeBytes = 1_048_576): SqsError | null {
  return new Bench({ maximumMessageSizeBytes }).queue.SendMessage({ body: 1, bytes, DelaySeconds: -1 }).error;
}

function batchOf(sizes: readonly number[]): SqsError | null {
  const entries = sizes.map((bytes, body) => ({ body, bytes, DelaySeconds: -1 }));
  return new Bench().queue.SendMessageBatch(entries, entries.length).error;
}

function receiving(MaxNumberOfMessages: number, WaitTimeSeconds: number): SqsError | null {
  let error: SqsError | null = null;
  new Bench().queue.ReceiveMessage(
    { MaxNumberOfMessages, VisibilityTimeout: -1, WaitTimeSeconds },
    { onReceiveMessage: (_tag, output) => void (error = output.error) },
    0,
  );
  return error;
}

interface Fifo {
  readonly group?: number;
  readonly id?: number;
  readonly delay?: number;
  readonly inBatch?: boolean;
}

function sendingFifo({ group = -1, id = -1, delay = -1, inBatch = false }: Fifo): SqsError | null | undefined {
  const { queue } = new FifoBench();
  const input = { body: 1, bytes: 1, DelaySeconds: delay, MessageGroupId: group, MessageDeduplicationId: id };
  return inBatch ? queue.SendMessageBatch([input], 1).entryErrors[0] : queue.SendMessage(input).error;
}

/** A dead-letter queue `dead` of `source`, with a message in it. */
function moving(): MoveTasks {
  const sim = new Simulation({ seed: 1 });
  const redrive = { maxReceiveCount: 1, deadLetterQueue: 'dead' };
  const dead = new Bench({ name: 'dead' }, { sim });
  const source = new Bench({ name: 'source', redrive }, { sim, deadLetterQueue: dead.queue });
  const queues = new Map<string, AccountQueue>([
    ['dead', { queue: dead.queue, settings: settings({ name: 'dead' }) }],
    ['source', { queue: source.queue, settings: settings({ name: 'source', redrive }) }],
  ]);
  return new MoveTasks(sim, queues);
}

function starting(SourceArn: string, DestinationArn?: string): SqsError | null {
  return moving().StartMessageMoveTask({ SourceArn, ...(DestinationArn === undefined ? {} : { DestinationArn }) })
    .error;
}

const rows: readonly Recorded[] = [
  [
    'send_oversized_message_batch [sqs.batch-1-mib-in-total]',
    'AWS.SimpleQueueService.BatchRequestTooLong',
    'BatchRequestTooLong',
    'Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.',
    () => batchOf([1_000_000, 48_577]),
  ],
  [
    'successive_purge_calls_fail [sqs.second-purge-in-60-s]',
    'AWS.SimpleQueueService.PurgeQueueInProgress',
    'PurgeQueueInProgress',
    'Only one PurgeQueue operation on <queue-name> is allowed every 60 seconds.',
    () => {
      const { queue } = new Bench({ name: '<queue-name>' });
      queue.PurgeQueue();
      return queue.PurgeQueue();
    },
  ],
  [
    'too_many_entries_in_batch_request [sqs.10-entries]',
    'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
    'TooManyEntriesInBatchRequest',
    'Maximum number of entries per request are 10. You have sent 20.',
    () => batchOf(new Array<number>(20).fill(1)),
  ],
  [
    'send_message_with_updated_maximum_message_size [sqs.single-message-too-long]',
    'InvalidParameterValue',
    'InvalidParameterValueException',
    'One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.',
    () => sending(1025, 1024),
  ],
  [
    'send_oversized_message [sqs.single-message-too-long]',
    'InvalidParameterValue',
    'InvalidParameterValueException',
    'One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.',
    () => sending(1_048_577),
  ],
  [
    'source_needs_redrive_policy',
    'InvalidParameterValue',
    'InvalidParameterValueException',
    'Source queue must be configured as a Dead Letter Queue.',
    () => starting('source'),
  ],
  [
    'send_batch_missing_deduplication_id [sqs.missing-group-id-in-batch-missing]',
    'InvalidParameterValue',
    'InvalidParameterValueException',
    'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    () => sendingFifo({ group: 1, inBatch: true }),
  ],
  [
    'the same for a single message',
    'InvalidParameterValue',
    'InvalidParameterValueException',
    'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    () => sendingFifo({ group: 1 }),
  ],
  [
    'send_batch_missing_message_group_id [sqs.missing-group-id-in-batch-missing]',
    'InvalidParameterValue',
    'InvalidParameterValueException',
    'The request must contain the parameter MessageGroupId.',
    () => sendingFifo({ id: 1, inBatch: true }),
  ],
  [
    'start_multiple_move_tasks',
    'InvalidParameterValue',
    'InvalidParameterValueException',
    'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
    () => {
      const tasks = moving();
      tasks.StartMessageMoveTask({ SourceArn: 'dead' });
      return tasks.StartMessageMoveTask({ SourceArn: 'dead' }).error;
    },
  ],
  [
    // -1 stands for "not given" here: the recorded text with another number.
    'receive with a wait below 0 (recorded with -1)',
    'InvalidParameterValue',
    'InvalidParameterValueException',
    'Value -2 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.',
    () => receiving(1, -2),
  ],
  [
    'receive with a wait above 20 s',
    'InvalidParameterValue',
    'InvalidParameterValueException',
    'Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.',
    () => receiving(1, 21),
  ],
  [
    'receive of more than ten',
    'InvalidParameterValue',
    'InvalidParameterValueException',
    'Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.',
    () => receiving(11, 0),
  ],
  [
    'fifo_queue_send_message_with_delay_seconds_fails',
    'InvalidParameterValue',
    'InvalidParameterValueException',
    'Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.',
    () => sendingFifo({ group: 1, id: 1, delay: 2 }),
  ],
  [
    'fifo_delete_after_visibility_timeout',
    'InvalidParameterValue',
    'InvalidParameterValueException',
    'Value <receipt-handle:1> for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.',
    () => {
      const b = new FifoBench({}, { visibilityTimeoutUs: SECOND });
      b.send(1, 1);
      const handle = b.take()[0]?.handle ?? -1;
      b.until(1);
      const error = b.queue.DeleteMessage(handle);
      return error === null ? null : { ...error, message: error.message.replace(String(handle), '<receipt-handle:1>') };
    },
  ],
  [
    'cancel_with_invalid_task_handle',
    'InvalidParameterValue',
    'InvalidParameterValueException',
    'Value for parameter TaskHandle is invalid.',
    () => moving().CancelMessageMoveTask(-1).error,
  ],
  [
    'send_empty_message [sqs.min-message-body] [sqs.missing-body-missing-group-id]',
    'MissingParameter',
    'MissingRequiredParameterException',
    'The request must contain the parameter MessageBody.',
    () => sending(0),
  ],
  [
    'posting_to_fifo_requires_group_id [sqs.missing-body-missing-group-id]',
    'MissingParameter',
    'MissingRequiredParameterException',
    'The request must contain the parameter MessageGroupId.',
    () => sendingFifo({ id: 1 }),
  ],
  [
    'destination_needs_to_exist',
    'ResourceNotFoundException',
    'ResourceNotFoundException',
    "The resource that you specified for the DestinationArn parameter doesn't exist.",
    () => starting('dead', 'nobody'),
  ],
  [
    'a source that does not exist',
    'ResourceNotFoundException',
    'ResourceNotFoundException',
    "The resource that you specified for the SourceArn parameter doesn't exist.",
    () => starting('nobody'),
  ],
  [
    'cancel_with_invalid_task_id_in_task_handle',
    'ResourceNotFoundException',
    'ResourceNotFoundException',
    'Task does not exist.',
    () => moving().CancelMessageMoveTask(7).error,
  ],
];

test.each(rows)('the answer is the recorded one: %s', (_about, code, _shape, text, give) => {
  expect(give()).toEqual({ code: code.replace(PREFIX, ''), message: text, senderFault: true });
});

test('where the shape of the JSON protocol differs, it does so by two rules', () => {
  for (const [about, code, shape] of rows) {
    const short = code.replace(PREFIX, '');
    const known = short === 'MissingParameter' ? 'MissingRequiredParameter' : short.replace(/Exception$/, '');
    expect([known, `${known}Exception`], about).toContain(shape);
  }
});
