/** A delivery stream as those who put to it call it: a producer's SDK client, and a topic. */
import { firehoseFacts } from '../facts/index.ts';
import type { KeyedStream, Simulation } from '../kernel/index.ts';
import type { FirehoseError, FirehoseOperations } from '../services/firehose/operations.ts';
import { Outcome, type Requests } from '../services/ports.ts';
import type { Delivery, EndpointOwner, SnsEndpoint } from '../services/sns/operations.ts';
import type { PutRecords } from './delivery-records.ts';
import type { EndpointState } from './endpoint.ts';
import type { BatchAnswer, ProducerTarget, SendAnswer } from './producer.ts';

const MAX_ENTRIES = firehoseFacts.batchMaxRecords.value;

type Puts = Pick<FirehoseOperations, 'PutRecord' | 'PutRecordBatch'>;

export class FirehoseTarget implements ProducerTarget {
  readonly fifo = false;
  readonly batchMaxBytes = firehoseFacts.batchMaxBytes.value;
  readonly #requests: Requests;
  readonly #stream: Puts;
  readonly #records: PutRecords;
  readonly #input = { Data: 0, bytes: 0 };
  readonly #batch = { count: 0, Data: new Float64Array(MAX_ENTRIES), bytes: new Float64Array(MAX_ENTRIES) };
  readonly #answer = { error: null as SendAnswer['error'], MessageId: -1 };

  constructor(requests: Requests, stream: Puts, records: PutRecords) {
    this.#requests = requests;
    this.#stream = stream;
    this.#records = records;
  }

  send(request: number): SendAnswer {
    const input = this.#input;
    input.Data = request;
    input.bytes = this.#requests.bytes(request);
    this.#records.hold(request);
    const { error, RecordId } = this.#stream.PutRecord(input);
    this.#told(request, error);
    const answer = this.#answer;
    answer.error = error;
    answer.MessageId = RecordId;
    return answer;
  }

  bytesOf(request: number): number {
    return this.#requests.bytes(request);
  }

  /** A delivery stream knows no keys. */
  groupOf(): number {
    return -1;
  }

  /** It knows nothing again: a retry is a second record. */
  deduplicationOf(): number {
    return -1;
  }

  put(i: number, request: number): void {
    this.#batch.Data[i] = request;
    this.#batch.bytes[i] = this.#requests.bytes(request);
  }

  sendBatch(count: number): BatchAnswer {
    const batch = this.#batch;
    batch.count = count;
    for (let i = 0; i < count; i++) this.#records.hold(batch.Data[i] as number);
    const { error, entryErrors, RecordId } = this.#stream.PutRecordBatch(batch);
    for (let i = 0; i < count; i++) this.#told(batch.Data[i] as number, error ?? entryErrors[i] ?? null);
    return { error, entryErrors, MessageId: RecordId };
  }

  #told(request: number, error: FirehoseError | null): void {
    if (error === null) this.#records.accepted(request);
    else this.#records.refused(request);
  }
}

/** For the deliveries of a topic, each a put of its own. */
export class FirehoseEndpoint implements SnsEndpoint {
  readonly #requests: Pick<Requests, 'ordinal'>;
  readonly #stream: Puts;
  readonly #records: PutRecords;
  readonly #state: EndpointState;
  readonly #luck: KeyedStream;
  readonly #input = { Data: 0, bytes: 0 };

  /** `name`: of the way from the topic to the delivery stream. */
  constructor(
    sim: Simulation,
    name: string,
    requests: Pick<Requests, 'ordinal'>,
    { stream, records, state }: { readonly stream: Puts; readonly records: PutRecords; readonly state: EndpointState },
  ) {
    this.#requests = requests;
    this.#stream = stream;
    this.#records = records;
    this.#state = state;
    this.#luck = sim.keyedStream(`${name}/loss`);
  }

  deliver(delivery: Delivery, path: number, owner: EndpointOwner, tag: number): void {
    const { down, loseRequests, loseReplies, errors, calm } = this.#state;
    if (calm) {
      owner.onDelivery(tag, this.#put(delivery));
      return;
    }
    const luck = this.#luck.at(this.#requests.ordinal(delivery.body), path);
    if (down || luck.uniform() < loseRequests || luck.uniform() < errors) {
      owner.onDelivery(tag, Outcome.unavailable);
      return;
    }
    const outcome = this.#put(delivery);
    // What is taken and not heard of is put again: a second record.
    owner.onDelivery(tag, luck.uniform() < loseReplies ? Outcome.unavailable : outcome);
  }

  #put({ body, bytes }: Delivery): Outcome {
    const input = this.#input;
    input.Data = body;
    input.bytes = bytes;
    this.#records.hold(body);
    const { error } = this.#stream.PutRecord(input);
    if (error === null) {
      this.#records.accepted(body);
      return Outcome.ok;
    }
    this.#records.refused(body);
    // "Slow down.": SNS tries it more seldom than others.
    return error.senderFault ? Outcome.denied : Outcome.throttled;
  }
}
