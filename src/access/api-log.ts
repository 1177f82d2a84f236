/** The log of API calls of one run: a line of JSON for each, in CloudTrail's format, in the order of the calls. Bounded. */
import type {
  BatchOutput,
  ReceiveMessageInput,
  SendBatchOutput,
  SendMessageInput,
  SendMessageOutput,
} from '../services/sqs/operations.ts';
import { type ApiCall, type ApiCallDetails, cloudTrailRecord, HIDDEN, uuid } from './api-record.ts';

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
    const [{ MessageId, SequenceNumber = -1 }] = outputs;
    this.#write(call, {
      requestParameters: { queueUrl: urlOf(call), ...messageOf(inputs[0]) },
      responseElements: {
        messageId: messageId(MessageId),
        ...(SequenceNumber < 0 ? {} : { sequenceNumber: sequence(SequenceNumber) }),
      },
    });
  }

  sentBatch(call: ApiCall, inputs: readonly SendMessageInput[], output: BatchOutput): void {
    const ids = output as Partial<SendBatchOutput>;
    const successful: unknown[] = [];
    const failed: unknown[] = [];
    inputs.forEach((_, i) => {
      const error = output.entryErrors[i] ?? null;
      const id = String(i);
      if (error === null) successful.push({ id, messageId: messageId(ids.MessageId?.[i] ?? 0) });
      else failed.push({ id, senderFault: error.senderFault, code: error.code, message: error.message });
    });
    this.#write(call, {
      requestParameters: {
        queueUrl: urlOf(call),
        entries: inputs.map((input, i) => ({ id: String(i), ...messageOf(input) })),
      },
      responseElements: { successful, failed },
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
  const { DelaySeconds, MessageGroupId = -1, MessageDeduplicationId = -1 } = input;
  return {
    messageBody: HIDDEN,
    ...(DelaySeconds < 0 ? {} : { delaySeconds: DelaySeconds }),
    ...(MessageGroupId < 0 ? {} : { messageGroupId: String(MessageGroupId) }),
    ...(MessageDeduplicationId < 0 ? {} : { messageDeduplicationId: String(MessageDeduplicationId) }),
  };
}

function messageId(id: number): string {
  return uuid(`message/${id}`);
}

/** Twenty digits, as FIFO queues give them. */
function sequence(number: number): string {
  return String(number).padStart(20, '0');
}
