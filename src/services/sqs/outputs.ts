/** The outputs that a queue gives, made once and filled again for each answer. */
import type { BatchOutput, ReceiveMessageOutput, SqsError } from './operations.ts';

const MOST = 10;

export function newReceiveOutput(): ReceiveMessageOutput {
  return {
    error: null,
    count: 0,
    body: new Float64Array(MOST),
    ReceiptHandle: new Float64Array(MOST),
    MessageId: new Float64Array(MOST),
    ApproximateReceiveCount: new Int32Array(MOST),
    SentTimestamp: new Float64Array(MOST),
    ApproximateFirstReceiveTimestamp: new Float64Array(MOST),
  };
}

export function newBatchOutput(): BatchOutput {
  return { error: null, entryErrors: new Array<SqsError | null>(MOST).fill(null), count: 0 };
}

/** The whole batch is refused. */
export function refusedBatch(output: BatchOutput, error: SqsError): BatchOutput {
  output.error = error;
  output.count = 0;
  return output;
}
