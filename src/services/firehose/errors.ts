/**
 * The errors a delivery stream answers with, by AWS's codes. Texts that are not marked are as users have quoted the real service; "assumed" says where only the code is AWS's.
 */
import { firehoseFacts as f } from '../../facts/index.ts';
import type { FirehoseError } from './operations.ts';

function error(code: string, message: string): FirehoseError {
  return { code, message, senderFault: true };
}
/** As AWS words a value out of the range of its service model. */
function outOfRange(value: string, member: string, constraint: string): FirehoseError {
  return error(
    'ValidationException',
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must ${constraint}`,
  );
}

const MIB = 1_048_576;
const AT_MOST = 'have length less than or equal to';

export const firehoseErrors = {
  recordTooLarge: (member: string): FirehoseError =>
    outOfRange('java.nio.HeapByteBuffer', member, `${AT_MOST} ${f.recordMaxBytes.value}`),
  tooFewRecords: outOfRange('[]', 'records', 'have length greater than or equal to 1'),
  tooManyRecords: outOfRange('[...]', 'records', `${AT_MOST} ${f.batchMaxRecords.value}`),
  requestTooLarge: error('InvalidArgumentException', `Records size exceeds ${f.batchMaxBytes.value / MIB} MB limit`),
  /** Of a whole request, and of a record in PutRecordBatch. */
  slowDown: { code: 'ServiceUnavailableException', message: 'Slow down.', senderFault: false },
  internalFailure: { code: 'InternalFailure', message: 'Internal service failure.', senderFault: false },
  notDirectPut: (source: string): FirehoseError =>
    error('InvalidArgumentException', `This operation is not permitted on ${source} delivery stream type.`),
  /** Assumed. */
  callRate: error('LimitExceededException', 'Rate exceeded'),
  /** Assumed. */
  wrongVersion: (current: number, given: number): FirehoseError =>
    error('ConcurrentModificationException', `Current version is ${current}, not ${given}.`),
  /** Assumed. */
  halfHints: error('InvalidArgumentException', 'SizeInMBs and IntervalInSeconds must both be given, or neither.'),
  /** Assumed. */
  invalid: (what: string): FirehoseError => error('InvalidArgumentException', what),
} as const;

/** A programmer's error: thrown, never answered. */
export class FirehoseModelError extends Error {
  readonly code: 'bad-setting' | 'no-destination' | 'not-a-stream' | 'record-too-large';

  constructor(code: FirehoseModelError['code'], message: string) {
    super(message);
    this.name = 'FirehoseModelError';
    this.code = code;
  }
}
