/** What a function is invoked with, of messages that a mapping holds in columns. */
import { receivePath } from '../calls/index.ts';
import type { LambdaEvent } from '../services/lambda/operations.ts';
import type { StreamRecords } from './stream-records.ts';

export function emptyEvent(batch: StreamRecords): LambdaEvent {
  return { count: 0, request: batch.body, path: new Float64Array(batch.body.length), messages: batch };
}

/** The batch's own columns; its paths are new where it has grown. */
export function eventOf(batch: StreamRecords, before: LambdaEvent): LambdaEvent {
  const { count, body, receiveCount } = batch;
  const path = before.path.length < count ? new Float64Array(body.length) : before.path;
  for (let i = 0; i < count; i++) path[i] = receivePath(receiveCount[i] as number);
  return { count, request: body, path, messages: batch };
}
