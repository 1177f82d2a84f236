/** The outputs that a queue gives, made once and filled again for each answer. */
import type { BatchOutput, ReceiveMessageOutput, SendBatchOutput, SqsError } from './operations.ts';

const MOST = 10;

/** With the columns of a FIFO queue, which a standard queue leaves alone. */
export type FullReceiveOutput = Required<ReceiveMessageOutput>;

export function newReceiveOutput(): FullReceiveOutput {
  return {
    error: null,
    count: 0,
    body: new Float64Array(MOST),
    ReceiptHandle: new Float64Array(MOST),
    MessageId: new Float64Array(MOST),
    ApproximateReceiveCount: new Int32Array(MOST),
    SentTimestamp: new Float64Array(MOST),
    ApproximateFirstReceiveTimestamp: new Float64Array(MOST),
    MessageGroupId: new Float64Array(MOST).fill(-1),
    SequenceNumber: new Float64Array(MOST).fill(-1),
  };
}

export function newBatchOutput(): BatchOutput {
  return { error: null, entryErrors: new Array<SqsError | null>(MOST).fill(null), count: 0 };
}

export function newSendBatchOutput(): SendBatchOutput {
  return { ...newBatchOutput(), MessageId: new Float64Array(MOST), SequenceNumber: new Float64Array(MOST).fill(-1) };
}

/** The whole batch is refused. */
export function refusedBatch<T extends BatchOutput>(output: T, error: SqsError): T {
  output.error = error;
  output.count = 0;
  return output;
}
