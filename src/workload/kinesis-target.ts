/** A stream as its producer's SDK client calls it: each request as a record. What fails of a PutRecords is told of those records alone; who tries them again puts them behind the others. */
import { kinesisFacts } from '../facts/index.ts';
import type { Requests } from '../services/ports.ts';
import type { KinesisOperations, PutRecordInput, PutRecordsInput } from '../services/kinesis/operations.ts';
import type { BatchAnswer, ProducerTarget, SendAnswer } from './producer.ts';
import type { StreamKeys } from './stream-keys.ts';

const MAX_ENTRIES = kinesisFacts.putMaxRecords.value;

export interface KinesisTargetOptions {
  /** The partition keys of the stream. */
  readonly keys: StreamKeys;
  /** The key of all, where all requests have one; null: each has its own, -1 where it has none. */
  readonly key: string | null;
  /** Bytes that one batch may have. Default: what PutRecords takes. */
  readonly batchMaxBytes?: number;
}

export class KinesisTarget implements ProducerTarget {
  readonly fifo = true;
  readonly batchMaxBytes: number;
  readonly #requests: Requests;
  readonly #stream: Pick<KinesisOperations, 'PutRecord' | 'PutRecords'>;
  readonly #keys: StreamKeys;
  readonly #key: number | null;
  readonly #input: PutRecordInput = { Data: 0, bytes: 0, PartitionKey: -1 };
  readonly #data = new Float64Array(MAX_ENTRIES);
  readonly #bytes = new Float64Array(MAX_ENTRIES);
  readonly #partitionKey = new Float64Array(MAX_ENTRIES);
  readonly #batch: PutRecordsInput;
  readonly #answer = { error: null as SendAnswer['error'], MessageId: -1, SequenceNumber: -1 };

  constructor(
    requests: Requests,
    stream: Pick<KinesisOperations, 'PutRecord' | 'PutRecords'>,
    { keys, key, batchMaxBytes = kinesisFacts.putMaxBytes.value }: KinesisTargetOptions,
  ) {
    this.batchMaxBytes = batchMaxBytes;
    this.#requests = requests;
    this.#stream = stream;
    this.#keys = keys;
    this.#key = key === null ? null : keys.named(key);
    this.#batch = { count: 0, Data: this.#data, bytes: this.#bytes, PartitionKey: this.#partitionKey };
  }

  send(request: number): SendAnswer {
    const input = this.#input;
    input.Data = request;
    input.bytes = this.#requests.bytes(request);
    input.PartitionKey = this.groupOf(request);
    const { error, SequenceNumber } = this.#stream.PutRecord(input);
    const answer = this.#answer;
    answer.error = error;
    answer.MessageId = SequenceNumber;
    answer.SequenceNumber = SequenceNumber;
    return answer;
  }

  bytesOf(request: number): number {
    return this.#requests.bytes(request) + this.#keys.bytesOf(this.groupOf(request));
  }

  /** The partition key, as the stream numbers it. */
  groupOf(request: number): number {
    return this.#keys.of(this.#key ?? this.#requests.key(request), this.#requests.ordinal(request));
  }

  /** A stream knows nothing again: a retry is a second record. */
  deduplicationOf(): number {
    return -1;
  }

  put(i: number, request: number): void {
    this.#data[i] = request;
    this.#bytes[i] = this.#requests.bytes(request);
    this.#partitionKey[i] = this.groupOf(request);
  }

  sendBatch(count: number): BatchAnswer {
    const batch = this.#batch as { -readonly [K in keyof PutRecordsInput]: PutRecordsInput[K] };
    batch.count = count;
    const { error, entryErrors, SequenceNumber } = this.#stream.PutRecords(batch);
    return { error, entryErrors, MessageId: SequenceNumber, SequenceNumber };
  }
}
