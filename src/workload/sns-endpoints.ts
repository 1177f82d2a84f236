/**
 * Where the messages of a topic go: into a queue, which answers at once, or to whoever answers later (a service over HTTP, a function, a sink).
 * What the network loses ends in a failed attempt, and SNS tries again.
 */
import type { KeyedStream, Simulation } from '../kernel/index.ts';
import { type Callee, type Caller, Outcome, type Requests, type Witness } from '../services/ports.ts';
import type { Delivery, EndpointOwner, SnsEndpoint } from '../services/sns/operations.ts';
import type { SendMessageInput, SqsError, SqsOperations } from '../services/sqs/operations.ts';
import type { EndpointState } from './endpoint.ts';
import { isThrottling, outcomeOf } from './producer.ts';

/** What a topic tells of its sends to one queue. */
export interface QueueWitness {
  readonly atQueue: Witness;
  /** Hears that a delivery was made; null: what is sent are dead letters. */
  readonly atTopic: Witness | null;
}

export class QueueEndpoint implements SnsEndpoint {
  readonly #requests: Pick<Requests, 'ordinal'>;
  readonly #queue: SqsOperations;
  readonly #state: EndpointState;
  readonly #luck: KeyedStream;
  readonly #witness: QueueWitness | null;
  readonly #id: Float64Array = new Float64Array(1);
  readonly #sequence: Float64Array = new Float64Array(1);
  readonly #input: SendMessageInput = {
    body: 0,
    bytes: 0,
    DelaySeconds: -1,
    MessageGroupId: -1,
    MessageDeduplicationId: -1,
  };

  /** `name`: of the way from the topic to the queue. */
  constructor(
    sim: Simulation,
    name: string,
    requests: Pick<Requests, 'ordinal'>,
    queue: SqsOperations,
    state: EndpointState,
    witness: QueueWitness | null = null,
  ) {
    this.#witness = witness;
    this.#requests = requests;
    this.#queue = queue;
    this.#state = state;
    this.#luck = sim.keyedStream(`${name}/loss`);
  }

  deliver(delivery: Delivery, path: number, owner: EndpointOwner, tag: number): void {
    const call = this.#witness === null ? -1 : this.#tellSending(this.#witness, delivery);
    const outcome = this.#state.calm ? this.#send(delivery, call) : this.#sendInStorm(delivery, path, call);
    if (outcome === Outcome.ok) this.#witness?.atTopic?.delivered(delivery.body, outcome);
    owner.onDelivery(tag, outcome);
  }

  #send(delivery: Delivery, call: number, isHeard = true): Outcome {
    const input = this.#input;
    input.body = delivery.body;
    input.bytes = delivery.bytes;
    input.MessageGroupId = delivery.MessageGroupId;
    input.MessageDeduplicationId = delivery.MessageDeduplicationId;
    const { error, MessageId, SequenceNumber = -1 } = this.#queue.SendMessage(input);
    if (this.#witness !== null && isHeard) {
      this.#id[0] = MessageId;
      this.#sequence[0] = SequenceNumber;
      this.#tellSent(this.#witness, delivery, call, outcomeOf(error));
    }
    return outcomeForSns(error);
  }

  #sendInStorm(delivery: Delivery, path: number, call: number): Outcome {
    const { down, loseRequests, loseReplies, errors } = this.#state;
    const luck = this.#luck.at(this.#requests.ordinal(delivery.body), path);
    const isLost = luck.uniform() < loseRequests;
    if (down || isLost || luck.uniform() < errors) {
      if (isLost && !down) this.#witness?.atQueue.sendUnknown(-1, call, delivery.body);
      else if (this.#witness !== null) this.#tellSent(this.#witness, delivery, call, Outcome.unavailable);
      return Outcome.unavailable;
    }
    // What is answered and not heard: the message is there, and nobody knows. It will be sent again.
    const isHeard = luck.uniform() >= loseReplies;
    const outcome = this.#send(delivery, call, isHeard);
    if (isHeard) return outcome;
    this.#witness?.atQueue.sendUnknown(-1, call, delivery.body);
    return Outcome.unavailable;
  }

  #tellSending({ atQueue }: QueueWitness, delivery: Delivery): number {
    const call = atQueue.begin();
    atQueue.sending(-1, call, delivery.body, delivery.MessageGroupId, delivery.MessageDeduplicationId);
    return call;
  }

  #tellSent({ atQueue }: QueueWitness, delivery: Delivery, call: number, outcome: Outcome): void {
    const { body, MessageGroupId, MessageDeduplicationId } = delivery;
    atQueue.sent(-1, call, body, MessageGroupId, MessageDeduplicationId, outcome, 0, this.#id, this.#sequence, 0);
  }
}

/** What SNS makes of a queue's answer: its own mistakes are client-side errors and are not tried again. */
function outcomeForSns(error: SqsError | null): Outcome {
  if (error === null) return Outcome.ok;
  if (isThrottling(error)) return Outcome.throttled;
  return error.senderFault ? Outcome.denied : Outcome.unavailable;
}

/** For the deliveries of one subscription. */
export class CalleeEndpoint implements SnsEndpoint, Caller {
  readonly #callee: Callee;
  #owner: EndpointOwner | null = null;

  constructor(callee: Callee) {
    this.#callee = callee;
  }

  deliver({ body }: Delivery, path: number, owner: EndpointOwner, tag: number): void {
    this.#owner = owner;
    this.#callee.call(body, path, this, tag);
  }

  onReply(tag: number, outcome: Outcome): void {
    this.#owner?.onDelivery(tag, outcome);
  }

  onLateReply(): void {}
}
