/**
 * A queue as one of its clients meets it, where somebody may be turned away, data keys come from KMS, or calls are noted.
 *
 *   client ─▶ transport ─▶ allowed? ─▶ data key at hand? ─▶ queue
 *                │ InvalidSecurity │ AccessDenied │ KmsThrottled, KmsAccessDenied
 *
 * What is allowed is decided once and looked up at each call; a change of policy decides it anew.
 */
import { kmsFacts } from '../facts/index.ts';
import type { DataKeys, KmsRefusal } from '../services/kms/index.ts';
import type { Counter, Requests } from '../services/ports.ts';
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
import type { Guarded, Identity } from './decisions.ts';
import type { ApiLog } from './api-log.ts';

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

/** Permissions of KMS that a producer's and a consumer's data key takes. */
export const KEY_ACTIONS = { produce: ['kms:GenerateDataKey', 'kms:Decrypt'], consume: ['kms:Decrypt'] } as const;

export interface GuardPorts {
  readonly now: () => number;
  readonly requests: Pick<Requests, 'ordinal'>;
  readonly state: EndpointState;
  /** Data keys of what this client sends and of what it receives; null: the queue needs none from KMS. */
  readonly keys: { readonly produce: DataKeys; readonly consume: DataKeys } | null;
  readonly denied: Counter;
  readonly log: ApiLog | null;
}

/** Whatever its client does to a batch of nothing or too much the queue itself answers. */
const refusedOutput: BatchOutput = { error: null, entryErrors: [], count: 0 };
const unknownMessage: SendMessageOutput = { error: null, MessageId: 0, SequenceNumber: -1 };

export class GuardedQueue implements SqsOperations, Receiver {
  readonly #queue: SqsOperations;
  readonly #identity: Identity;
  readonly #guarded: Guarded;
  readonly #ports: GuardPorts;
  readonly #errors: (SqsError | null)[] = SQS_ACTIONS.map(() => null);
  readonly #insecure: SqsError | null;
  readonly #refusals: Readonly<Record<KmsRefusal, SqsError>>;
  readonly #overheadBytes: number;
  readonly #refusedReceive = emptyReceive();
  #receiver: Receiver | null = null;
  #answered: SqsError | null = null;

  constructor(queue: SqsOperations, identity: Identity, guarded: Guarded, ports: GuardPorts) {
    this.#queue = queue;
    this.#identity = identity;
    this.#guarded = guarded;
    this.#ports = ports;
    const { encryption } = guarded;
    this.#overheadBytes = encryption?.kind === 'client-side' ? encryption.overheadBytes : 0;
    this.#insecure =
      !identity.tls && encryption?.kind === 'kms'
        ? sender('InvalidSecurity', 'The request was not made over HTTPS or did not use SigV4 for signing.')
        : null;
    this.#refusals = {
      KmsThrottled: sender('KmsThrottled', 'Amazon Web Services KMS throttles requests for the following operations.'),
      KmsAccessDenied: sender('KmsAccessDenied', "The caller doesn't have the required KMS access."),
    };
  }

  /** Why each action of `SQS_ACTIONS` is denied from now on; null: it is allowed. */
  decided(texts: readonly (string | null)[]): void {
    texts.forEach((text, i) => {
      this.#errors[i] = text === null ? null : sender('AccessDenied', text);
    });
  }

  SendMessage(input: SendMessageInput): SendMessageOutput {
    const error = this.#refusal(Send) ?? this.#keyFor(this.#ports.keys?.produce, this.#principalOf(input.body));
    input.bytes += this.#overheadBytes;
    const output = error === null ? this.#queue.SendMessage(input) : { ...unknownMessage, error };
    this.#ports.log?.sent(this.#call('SendMessage', output.error), [input], [output]);
    return output;
  }

  SendMessageBatch(entries: readonly SendMessageInput[], count: number): BatchOutput {
    const principal = count > 0 ? this.#principalOf((entries[0] as SendMessageInput).body) : 0;
    const error = this.#refusal(Send) ?? this.#keyFor(this.#ports.keys?.produce, principal);
    for (let i = 0; i < count; i++) (entries[i] as SendMessageInput).bytes += this.#overheadBytes;
    const output = error === null ? this.#queue.SendMessageBatch(entries, count) : { ...refusedOutput, error };
    this.#ports.log?.sentBatch(this.#call('SendMessageBatch', output.error), entries.slice(0, count), output);
    return output;
  }

  ReceiveMessage(input: ReceiveMessageInput, receiver: Receiver, tag: number): number {
    const { state, log, keys } = this.#ports;
    const error = this.#refusal(Receive) ?? this.#keyFor(keys?.consume, tag % this.#identity.principals);
    this.#receiver = receiver;
    this.#answered = error;
    let ticket = -1;
    if (error === null) ticket = this.#queue.ReceiveMessage(input, this, tag);
    else {
      this.#refusedReceive.error = error;
      receiver.onReceiveMessage(tag, this.#refusedReceive);
    }
    // Whoever is answered later has waited for longer than a key takes.
    state.lateUs = 0;
    log?.received(this.#call('ReceiveMessage', this.#answered), input);
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
    const error = this.#refusal(Delete) ?? this.#queue.DeleteMessage(ReceiptHandle);
    this.#ports.log?.handled(this.#call('DeleteMessage', error), ReceiptHandle, {});
    return error;
  }

  DeleteMessageBatch(handles: Float64Array, count: number): BatchOutput {
    const error = this.#refusal(Delete);
    const output = error === null ? this.#queue.DeleteMessageBatch(handles, count) : { ...refusedOutput, error };
    this.#ports.log?.handledBatch(this.#call('DeleteMessageBatch', output.error), handles, count);
    return output;
  }

  ChangeMessageVisibility(ReceiptHandle: number, VisibilityTimeout: number): SqsError | null {
    const error = this.#refusal(Change) ?? this.#queue.ChangeMessageVisibility(ReceiptHandle, VisibilityTimeout);
    const more = { visibilityTimeout: VisibilityTimeout };
    this.#ports.log?.handled(this.#call('ChangeMessageVisibility', error), ReceiptHandle, more);
    return error;
  }

  ChangeMessageVisibilityBatch(handles: Float64Array, timeouts: Float64Array, count: number): BatchOutput {
    const error = this.#refusal(Change);
    const output =
      error === null ? this.#queue.ChangeMessageVisibilityBatch(handles, timeouts, count) : { ...refusedOutput, error };
    this.#ports.log?.handledBatch(this.#call('ChangeMessageVisibilityBatch', output.error), handles, count);
    return output;
  }

  PurgeQueue(): SqsError | null {
    const error = this.#refusal(Purge) ?? this.#queue.PurgeQueue();
    this.#ports.log?.noted(this.#call('PurgeQueue', error));
    return error;
  }

  GetQueueAttributes(): QueueAttributes {
    return this.#queue.GetQueueAttributes();
  }

  #refusal(action: number): SqsError | null {
    this.#ports.state.lateUs = 0;
    const error = this.#insecure ?? (this.#errors[action] as SqsError | null);
    if (error !== null) this.#ports.denied.add(1);
    return error;
  }

  #keyFor(keys: DataKeys | undefined, principal: number): SqsError | null {
    if (keys === undefined) return null;
    const found = keys.use(principal, this.#ports.now());
    if (typeof found === 'number') {
      this.#ports.state.lateUs = found;
      return null;
    }
    if (found === 'KmsAccessDenied') this.#ports.denied.add(1);
    return this.#refusals[found];
  }

  /** Which of the principals sends a request: the same in every design. */
  #principalOf(request: number): number {
    const { principals } = this.#identity;
    return principals === 1 ? 0 : scattered(this.#ports.requests.ordinal(request)) % principals;
  }

  #call(eventName: string, error: SqsError | null) {
    return { us: this.#ports.now(), eventName, error, identity: this.#identity, guarded: this.#guarded };
  }
}

function sender(code: string, message: string): SqsError {
  return { code, message, senderFault: true };
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

/** Spreads ordinals evenly, whatever their pattern. */
function scattered(ordinal: number): number {
  let x = (ordinal ^ Math.floor(ordinal / 4_294_967_296)) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x45d9f3b);
  x = Math.imul(x ^ (x >>> 16), 0x45d9f3b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** Requests to KMS that one data key takes. */
export const KEY_REQUESTS = {
  produce: kmsFacts.callsPerProducer.value,
  consume: kmsFacts.callsPerConsumer.value,
} as const;
