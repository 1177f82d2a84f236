/** The log of API calls of one run: a line of JSON for each, in CloudTrail's format, in the order of the calls. Bounded. */
import type { PublishBatchOutput, PublishInput, PublishOutput } from '../services/sns/operations.ts';
import type {
  BatchOutput,
  ReceiveMessageInput,
  SendBatchOutput,
  SendMessageInput,
  SendMessageOutput,
} from '../services/sqs/operations.ts';
import { type ApiCall, type ApiCallDetails, cloudTrailRecord, HIDDEN } from './api-record.ts';
import { uuid } from './ids.ts';

export interface ApiLogOptions {
  /** Takes one line, without its end. */
  readonly write: (line: string) => void;
  /** What virtual time 0 is, in seconds since 1970. */
  readonly epochSeconds: number;
  /** Lines at most; what comes after is counted and not written. */
  readonly most: number;
  /** Tells one log's ids from another's. */
  readonly run: string;
}

export class ApiLog {
  /** Calls that found the log full. */
  dropped = 0;
  readonly #options: ApiLogOptions;
  #lines = 0;

  constructor(options: ApiLogOptions) {
    this.#options = options;
  }

  get lines(): number {
    return this.#lines;
  }

  sent(call: ApiCall, inputs: readonly [SendMessageInput], outputs: readonly [SendMessageOutput]): void {
    const [{ MessageId, SequenceNumber }] = outputs;
    this.#write(call, {
      requestParameters: { queueUrl: urlOf(call), ...messageOf(inputs[0]) },
      responseElements: givenTo(MessageId, SequenceNumber),
    });
  }

  sentBatch(call: ApiCall, inputs: readonly SendMessageInput[], output: BatchOutput): void {
    this.#write(call, {
      requestParameters: {
        queueUrl: urlOf(call),
        entries: inputs.map((input, i) => ({ id: String(i), ...messageOf(input) })),
      },
      responseElements: sortedOut(inputs.length, output),
    });
  }

  published(call: ApiCall, input: PublishInput, { MessageId, SequenceNumber }: PublishOutput): void {
    this.#write(call, {
      requestParameters: { topicArn: call.guarded.arn, message: HIDDEN, ...orderOf(input) },
      responseElements: givenTo(MessageId, SequenceNumber),
    });
  }

  publishedBatch(call: ApiCall, inputs: readonly PublishInput[], output: PublishBatchOutput): void {
    this.#write(call, {
      requestParameters: {
        topicArn: call.guarded.arn,
        publishBatchRequestEntries: inputs.map((input, i) => ({
          id: String(i),
          message: HIDDEN,
          ...orderOf(input),
        })),
      },
      responseElements: sortedOut(inputs.length, output),
    });
  }

  received(call: ApiCall, input: ReceiveMessageInput): void {
    const { MaxNumberOfMessages: maxNumberOfMessages, VisibilityTimeout, WaitTimeSeconds } = input;
    this.#write(call, {
      requestParameters: {
        queueUrl: urlOf(call),
        maxNumberOfMessages,
        ...(VisibilityTimeout < 0 ? {} : { visibilityTimeout: VisibilityTimeout }),
        ...(WaitTimeSeconds < 0 ? {} : { waitTimeSeconds: WaitTimeSeconds }),
      },
      responseElements: null,
    });
  }

  /** A call about one message in somebody's hands. */
  handled(call: ApiCall, receiptHandle: number, more: Readonly<Record<string, unknown>>): void {
    this.#write(call, {
      requestParameters: { queueUrl: urlOf(call), receiptHandle: String(receiptHandle), ...more },
      responseElements: null,
    });
  }

  handledBatch(call: ApiCall, handles: Float64Array, count: number): void {
    const entries = Array.from(handles.subarray(0, count), (handle, i) => ({
      id: String(i),
      receiptHandle: String(handle),
    }));
    this.#write(call, { requestParameters: { queueUrl: urlOf(call), entries }, responseElements: null });
  }

  noted(call: ApiCall): void {
    this.#write(call, { requestParameters: { queueUrl: urlOf(call) }, responseElements: null });
  }

  #write(call: ApiCall, details: ApiCallDetails): void {
    const { write, epochSeconds, most, run } = this.#options;
    if (this.#lines >= most) {
      this.dropped++;
      return;
    }
    write(JSON.stringify(cloudTrailRecord(call, details, this.#lines, run, epochSeconds)));
    this.#lines++;
  }
}

function urlOf({ guarded }: ApiCall): string {
  const name = guarded.arn.slice(guarded.arn.lastIndexOf(':') + 1);
  return `https://${guarded.service}.${guarded.region}.amazonaws.com/${guarded.account}/${name}`;
}

function messageOf(input: SendMessageInput): Record<string, unknown> {
  const { DelaySeconds } = input;
  return { messageBody: HIDDEN, ...(DelaySeconds < 0 ? {} : { delaySeconds: DelaySeconds }), ...orderOf(input) };
}

/** What a message says of its group and its twins. */
function orderOf({
  MessageGroupId = -1,
  MessageDeduplicationId = -1,
}: Pick<SendMessageInput, 'MessageGroupId' | 'MessageDeduplicationId'>): Record<string, unknown> {
  return {
    ...(MessageGroupId < 0 ? {} : { messageGroupId: String(MessageGroupId) }),
    ...(MessageDeduplicationId < 0 ? {} : { messageDeduplicationId: String(MessageDeduplicationId) }),
  };
}

/** What a message was given when it was accepted. */
function givenTo(id: number, sequenceNumber = -1): Record<string, unknown> {
  return {
    messageId: uuid(`message/${id}`),
    ...(sequenceNumber < 0 ? {} : { sequenceNumber: sequence(sequenceNumber) }),
  };
}

/** The entries of a batch by what became of them. */
function sortedOut(count: number, output: BatchOutput & Partial<Omit<SendBatchOutput, keyof BatchOutput>>) {
  const successful: unknown[] = [];
  const failed: unknown[] = [];
  for (let i = 0; i < count; i++) {
    const error = output.entryErrors[i] ?? null;
    const id = String(i);
    if (error === null) successful.push({ id, ...givenTo(output.MessageId?.[i] ?? 0, output.SequenceNumber?.[i]) });
    else failed.push({ id, senderFault: error.senderFault, code: error.code, message: error.message });
  }
  return { successful, failed };
}

/** Twenty digits, as FIFO queues give them. */
function sequence(number: number): string {
  return String(number).padStart(20, '0');
}
