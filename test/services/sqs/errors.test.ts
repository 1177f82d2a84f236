import { expect, test } from 'vitest';
import { sqsFacts } from '../../../src/facts/index.ts';
import type { SqsError } from '../../../src/services/sqs/index.ts';
import { Bench } from './harness.ts';

type Give = (b: Bench) => SqsError | null | undefined;

function sending(bytes: number, DelaySeconds = -1): Give {
  return (b) => b.queue.SendMessage({ body: 1, bytes, DelaySeconds }).error;
}
function batch(sizes: readonly number[], entry?: number): Give {
  return (b) => {
    const entries = sizes.map((bytes, body) => ({ body, bytes, DelaySeconds: -1 }));
    const output = b.queue.SendMessageBatch(entries, entries.length);
    return entry === undefined ? output.error : output.entryErrors[entry];
  };
}
function receiving(max: number, visibility: number, wait: number): Give {
  return (b) => {
    let error: SqsError | null = null;
    b.queue.ReceiveMessage(
      { MaxNumberOfMessages: max, VisibilityTimeout: visibility, WaitTimeSeconds: wait },
      { onReceiveMessage: (_tag, output) => void (error = output.error) },
      0,
    );
    return error;
  };
}
const handles = (count: number): Float64Array => new Float64Array(count);

/** Texts as recorded on AWS; those marked * only from its code and what SDK users quote. */
const cases: readonly (readonly [when: string, give: Give, code: string, message: string])[] = [
  ['the body is empty', sending(0), 'MissingParameter', 'The request must contain the parameter MessageBody.'],
  [
    'a message is a byte too long',
    sending(1_048_577),
    'InvalidParameterValue',
    'One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.',
  ],
  [
    'a message is longer than the queue allows',
    (b) => {
      b.queue.SetQueueAttributes({ MaximumMessageSize: 1024 });
      return sending(1025)(b);
    },
    'InvalidParameterValue',
    'One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.',
  ],
  [
    'the delay is over 15 minutes *',
    sending(10, 901),
    'InvalidParameterValue',
    'Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.',
  ],
  [
    'a batch is empty * [sqs.empty-batch]',
    batch([]),
    'EmptyBatchRequest',
    'There should be at least one SendMessageBatchRequestEntry in the request.',
  ],
  [
    'a batch of deletes is empty *',
    (b) => b.queue.DeleteMessageBatch(handles(0), 0).error,
    'EmptyBatchRequest',
    'There should be at least one DeleteMessageBatchRequestEntry in the request.',
  ],
  [
    'a batch of changes is empty *',
    (b) => b.queue.ChangeMessageVisibilityBatch(handles(0), handles(0), 0).error,
    'EmptyBatchRequest',
    'There should be at least one ChangeMessageVisibilityBatchRequestEntry in the request.',
  ],
  [
    'a batch has twenty entries',
    batch(new Array<number>(20).fill(1)),
    'TooManyEntriesInBatchRequest',
    'Maximum number of entries per request are 10. You have sent 20.',
  ],
  [
    'a batch of deletes has eleven entries',
    (b) => b.queue.DeleteMessageBatch(handles(11), 11).error,
    'TooManyEntriesInBatchRequest',
    'Maximum number of entries per request are 10. You have sent 11.',
  ],
  [
    'a batch of changes has eleven entries',
    (b) => b.queue.ChangeMessageVisibilityBatch(handles(11), handles(11), 11).error,
    'TooManyEntriesInBatchRequest',
    'Maximum number of entries per request are 10. You have sent 11.',
  ],
  [
    'a batch is a byte too long in total',
    batch([1_000_000, 48_577]),
    'BatchRequestTooLong',
    'Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.',
  ],
  [
    'ten messages are asked for and one more',
    receiving(11, -1, 0),
    'InvalidParameterValue',
    'Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.',
  ],
  [
    'the wait is over 20 s',
    receiving(1, -1, 21),
    'InvalidParameterValue',
    'Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.',
  ],
  [
    'the visibility timeout of a receive is over 12 hours',
    receiving(1, 43_201, 0),
    'InvalidParameterValue',
    'Value 43201 for parameter VisibilityTimeout is invalid. Reason: Must be >= 0 and <= 43200, if provided.',
  ],
  [
    'a visibility timeout is changed to less than nothing',
    (b) => b.queue.ChangeMessageVisibility(1, -1),
    'InvalidParameterValue',
    'Value -1 for parameter VisibilityTimeout is invalid. Reason: Must be >= 0 and <= 43200, if provided.',
  ],
  [
    'a receipt handle is garbage * [sqs.garbage-handle] [sqs.bad-receipt-handle]',
    (b) => b.queue.DeleteMessage(12),
    'ReceiptHandleIsInvalid',
    'The input receipt handle "12" is not a valid receipt handle.',
  ],
  [
    'the visibility of a message that is gone is changed',
    (b) => {
      b.send(1);
      const { handle } = b.one();
      b.queue.DeleteMessage(handle);
      return b.queue.ChangeMessageVisibility(handle, 10);
    },
    'InvalidParameterValue',
    'Value 134217728 for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.',
  ],
  [
    'a short poll meets the in-flight limit * [sqs.in-flight-limit]',
    (b) => {
      for (let i = 0; i < 3; i++) b.send(i);
      b.take(2);
      return receiving(1, -1, 0)(b);
    },
    'OverLimit',
    'Too many messages have been received without being deleted.\nPlease delete your received messages or let them timeout before receiving more.',
  ],
  [
    'the queue was purged less than a minute ago',
    (b) => {
      b.queue.PurgeQueue();
      return b.queue.PurgeQueue();
    },
    'PurgeQueueInProgress',
    'Only one PurgeQueue operation on orders is allowed every 60 seconds.',
  ],
  [
    'an attribute is out of range * [sqs.attribute-faults]',
    (b) => b.queue.SetQueueAttributes({ MessageRetentionPeriod: 59 }),
    'InvalidAttributeValue',
    'Invalid value for the parameter MessageRetentionPeriod.',
  ],
];

test.each(cases)('when %s, the error is AWS’s', (_when, give, code, message) => {
  const error = give(new Bench({ maxInFlight: 2 }));
  expect(error).toEqual({ code, message, senderFault: true });
});

test('a request that fails changes nothing', () => {
  const b = new Bench();
  for (const [, give] of cases.slice(0, 2)) give(b);
  batch([1_000_000, 48_577])(b);
  expect(b.queue.counts.sent).toBe(0);
  expect(b.observer.told).toEqual([]);
});

test('what is just within each limit passes [sqs.max-message-size] [sqs.batch-total-payload] [sqs.batch-entries] [sqs.maxnumberofmessages]', () => {
  const b = new Bench();
  expect(sending(1_048_576, 900)(b)).toBeNull();
  expect(batch([1_000_000, 48_576])(b)).toBeNull();
  expect(receiving(10, 43_200, 20)(b)).toBeNull();
  const { batchMaxEntries } = sqsFacts;
  expect(batch(new Array<number>(batchMaxEntries.value).fill(1))(b)).toBeNull();
});

test('one entry of a batch that is too long for the queue fails alone [sqs.one-entry-queue-s-maximummessagesize-in]', () => {
  const b = new Bench({ maximumMessageSizeBytes: 1024 });
  expect(batch([10, 1025, 1024], 1)(b)?.code).toBe('InvalidParameterValue');
  expect(b.observer.bodies('sent')).toEqual([0, 2]);
  // The errors of the last request are gone in the next.
  expect(batch([10, 10, 10], 1)(b)).toBeNull();
});

test('one entry of a batch of deletes or changes fails alone', () => {
  const b = new Bench();
  b.send(1);
  const { handle } = b.one();
  const two = Float64Array.of(3, handle);
  const change = b.queue.ChangeMessageVisibilityBatch(two, Float64Array.of(1, 1), 2);
  expect(change.entryErrors.slice(0, 2).map((error) => error?.code ?? null)).toEqual(['ReceiptHandleIsInvalid', null]);
  const remove = b.queue.DeleteMessageBatch(two, 2);
  expect(remove.entryErrors.slice(0, 2).map((error) => error?.code ?? null)).toEqual(['ReceiptHandleIsInvalid', null]);
  expect(b.observer.bodies('gone')).toEqual([1]);
});
