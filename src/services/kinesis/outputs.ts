/** Answers that are used again and again. */
import { kinesisFacts } from '../../facts/index.ts';
import type { GetRecordsOutput, PutRecordsOutput, RecordColumns, SubscribeToShardEvent } from './operations.ts';

const MAX_ENTRIES = kinesisFacts.putMaxRecords.value;
/** Of one read, and of one push. */
export const MAX_RECORDS = kinesisFacts.getMaxRecords.value;

function recordColumns(): RecordColumns {
  return {
    count: 0,
    Data: new Float64Array(MAX_RECORDS),
    bytes: new Float64Array(MAX_RECORDS),
    PartitionKey: new Float64Array(MAX_RECORDS),
    SequenceNumber: new Float64Array(MAX_RECORDS),
    ApproximateArrivalTimestamp: new Float64Array(MAX_RECORDS),
  };
}

export function getRecordsOutput(): GetRecordsOutput {
  return { ...recordColumns(), error: null, NextShardIterator: -1, MillisBehindLatest: 0, ChildShards: [] };
}

export function subscribeEvent(): SubscribeToShardEvent {
  return { ...recordColumns(), ContinuationSequenceNumber: -1, MillisBehindLatest: 0, ChildShards: [] };
}

export function putRecordsOutput(): PutRecordsOutput {
  return {
    error: null,
    FailedRecordCount: 0,
    count: 0,
    entryErrors: new Array<null>(MAX_ENTRIES).fill(null),
    ShardId: new Int32Array(MAX_ENTRIES),
    SequenceNumber: new Float64Array(MAX_ENTRIES),
  };
}

/** How far behind now a reader is who has read these records and stands before `next`: the age of the last one, 0 where nothing is left. */
export function millisBehind(
  { count, ApproximateArrivalTimestamp }: RecordColumns,
  isAtTip: boolean,
  nowUs: number,
): number {
  if (isAtTip || count === 0) return 0;
  return Math.floor((nowUs - (ApproximateArrivalTimestamp[count - 1] as number)) / 1000);
}
