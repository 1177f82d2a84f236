/** A queue as one of its clients meets it, where somebody may be turned away, data keys come from KMS, or calls are noted. */
import type {
  BatchOutput,
  QueueAttributes,
  ReceiveMessageInput,
  ReceiveMessageOutput,
  Receiver,
  SendMessageInput,
  SendMessageOutput,
  SqsError,
  SqsOperations,
} from '../services/sqs/operations.ts';
import type { EndpointState } from '../workload/endpoint.ts';
import type { ApiLog } from './api-log.ts';
import { Gate, type GuardPorts, type Refusals, refusal } from './gate.ts';
import type { Guarded } from './guarded.ts';
import type { Identity } from './identity.ts';

/** The permissions of a queue's clients; a batch needs that of its single form. */
export const SQS_ACTIONS = [
  'sqs:SendMessage',
  'sqs:ReceiveMessage',
  'sqs:DeleteMessage',
  'sqs:ChangeMessageVisibility',
  'sqs:PurgeQueue',
] as const;
const Send = 0;
const Receive = 1;
const Delete = 2;
const Change = 3;
const Purge = 4;

/** Texts are those of AWS's service model. */
const REFUSALS: Refusals = {
  denied: 'AccessDenied',
  insecure: refusal('InvalidSecurity', 'The request was not made over HTTPS or did not use SigV4 for signing.'),
  kms: {
    throttled: refusal('KmsThrottled', 'Amazon Web Services KMS throttles requests for the following operations.'),
    accessDenied: refusal('KmsAccessDenied', "The caller doesn't have the required KMS access."),
    // Which code an outage has is assumed.
    unreachable: { code: 'ServiceUnavailable', message: 'KMS does not answer.', senderFault: false },
  },
};

export class GuardedQueue implements SqsOperations, Receiver {
  readonly #queue: SqsOperations;
  readonly #gate: Gate;
  readonly #state: EndpointState;
  readonly #log: ApiLog | null;
  readonly #refusedSend: SendMessageOutput = { error: null, MessageId: 0, SequenceNumber: -1 };
  /** Whatever its client does to a batch of nothing or too much the queue itself answers. */
  readonly #refusedBatch: BatchOutput = { error: null, entryErrors: [], count: 0 };
  readonly #refusedReceive = emptyReceive();
  #receiver: Receiver | null = null;
  #answered: SqsError | null = null;

  constructor(queue: SqsOperations, identity: Identity, guarded: Guarded, ports: GuardPorts) {
    this.#queue = queue;
    this.#gate = new Gate(identity, guarded, ports, REFUSALS);
    this.#state = ports.state;
    this.#log = ports.log;
  }

  /** Why each action of `SQS_ACTIONS` is denied from now on; null: it is allowed. */
  decided(texts: readonly (string | null)[]): void {
    this.#gate.decided(texts);
  }

  SendMessage(input: SendMessageInput): SendMessageOutput {
    const error = this.#gate.refusal(Send) ?? this.#gate.keyFor('produce', this.#gate.principalOf(input.body));
    input.bytes += this.#gate.overheadBytes;
    const output = error === null ? this.#queue.SendMessage(input) : this.#refusedSend;
    if (error !== null) output.error = error;
    this.#log?.sent(this.#gate.call('SendMessage', output.error), [input], [output]);
    return output;
  }

  SendMessageBatch(entries: readonly SendMessageInput[], count: number): BatchOutput {
    const principal = count > 0 ? this.#gate.principalOf((entries[0] as SendMessageInput).body) : 0;
    const error = this.#gate.refusal(Send) ?? this.#gate.keyFor('produce', principal);
    for (let i = 0; i < count; i++) (entries[i] as SendMessageInput).bytes += this.#gate.overheadBytes;
    const output = error === null ? this.#queue.SendMessageBatch(entries, count) : this.#refuseBatch(error);
    this.#log?.sentBatch(this.#gate.call('SendMessageBatch', output.error), entries.slice(0, count), output);
    return output;
  }

  ReceiveMessage(input: ReceiveMessageInput, receiver: Receiver, tag: number): number {
    const error = this.#gate.refusal(Receive) ?? this.#gate.keyFor('consume', this.#gate.principalAt(tag));
    this.#receiver = receiver;
    this.#answered = error;
    let ticket = -1;
    if (error === null) ticket = this.#queue.ReceiveMessage(input, this, tag);
    else {
      this.#refusedReceive.error = error;
      receiver.onReceiveMessage(tag, this.#refusedReceive);
    }
    // Whoever is answered later has waited for longer than a key takes.
    this.#state.lateUs = 0;
    this.#log?.received(this.#gate.call('ReceiveMessage', this.#answered), input);
    return ticket;
  }

  onReceiveMessage(tag: number, output: ReceiveMessageOutput): void {
    this.#answered = output.error;
    (this.#receiver as Receiver).onReceiveMessage(tag, output);
  }

  cancelReceive(ticket: number): void {
    this.#queue.cancelReceive(ticket);
  }

  DeleteMessage(ReceiptHandle: number): SqsError | null {
    const error = this.#gate.refusal(Delete) ?? this.#queue.DeleteMessage(ReceiptHandle);
    this.#log?.handled(this.#gate.call('DeleteMessage', error), ReceiptHandle, {});
    return error;
  }

  DeleteMessageBatch(handles: Float64Array, count: number): BatchOutput {
    const error = this.#gate.refusal(Delete);
    const output = error === null ? this.#queue.DeleteMessageBatch(handles, count) : this.#refuseBatch(error);
    this.#log?.handledBatch(this.#gate.call('DeleteMessageBatch', output.error), handles, count);
    return output;
  }

  ChangeMessageVisibility(ReceiptHandle: number, VisibilityTimeout: number): SqsError | null {
    const error = this.#gate.refusal(Change) ?? this.#queue.ChangeMessageVisibility(ReceiptHandle, VisibilityTimeout);
    const more = { visibilityTimeout: VisibilityTimeout };
    this.#log?.handled(this.#gate.call('ChangeMessageVisibility', error), ReceiptHandle, more);
    return error;
  }

  ChangeMessageVisibilityBatch(handles: Float64Array, timeouts: Float64Array, count: number): BatchOutput {
    const error = this.#gate.refusal(Change);
    const output =
      error === null ? this.#queue.ChangeMessageVisibilityBatch(handles, timeouts, count) : this.#refuseBatch(error);
    this.#log?.handledBatch(this.#gate.call('ChangeMessageVisibilityBatch', output.error), handles, count);
    return output;
  }

  PurgeQueue(): SqsError | null {
    const error = this.#gate.refusal(Purge) ?? this.#queue.PurgeQueue();
    this.#log?.noted(this.#gate.call('PurgeQueue', error));
    return error;
  }

  GetQueueAttributes(): QueueAttributes {
    return this.#queue.GetQueueAttributes();
  }

  #refuseBatch(error: SqsError): BatchOutput {
    this.#refusedBatch.error = error;
    return this.#refusedBatch;
  }
}

function emptyReceive(): ReceiveMessageOutput {
  const none = new Float64Array(0);
  return {
    error: null,
    count: 0,
    body: none,
    ReceiptHandle: none,
    MessageId: none,
    ApproximateReceiveCount: new Int32Array(0),
    SentTimestamp: none,
    ApproximateFirstReceiveTimestamp: none,
  };
}
