/**
 * Where the messages of a topic go: into a queue, which answers at once, or to whoever answers later (a service over HTTP, a function, a sink).
 * What the network loses ends in a failed attempt, and SNS tries again.
 */
import type { KeyedStream, Simulation } from '../kernel/index.ts';
import { type Callee, type Caller, Outcome, type Requests } from '../services/ports.ts';
import type { Delivery, EndpointOwner, SnsEndpoint } from '../services/sns/operations.ts';
import type { SendMessageInput, SqsError, SqsOperations } from '../services/sqs/operations.ts';
import type { EndpointState } from './endpoint.ts';
import { isThrottling } from './producer.ts';

export class QueueEndpoint implements SnsEndpoint {
  readonly #requests: Pick<Requests, 'ordinal'>;
  readonly #queue: SqsOperations;
  readonly #state: EndpointState;
  readonly #luck: KeyedStream;
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
  ) {
    this.#requests = requests;
    this.#queue = queue;
    this.#state = state;
    this.#luck = sim.keyedStream(`${name}/loss`);
  }

  deliver(delivery: Delivery, path: number, owner: EndpointOwner, tag: number): void {
    owner.onDelivery(tag, this.#state.calm ? this.#send(delivery) : this.#sendInStorm(delivery, path));
  }

  #send({ body, bytes, MessageGroupId, MessageDeduplicationId }: Delivery): Outcome {
    const input = this.#input;
    input.body = body;
    input.bytes = bytes;
    input.MessageGroupId = MessageGroupId;
    input.MessageDeduplicationId = MessageDeduplicationId;
    return outcomeOf(this.#queue.SendMessage(input).error);
  }

  #sendInStorm(delivery: Delivery, path: number): Outcome {
    const { down, loseRequests, loseReplies, errors } = this.#state;
    const luck = this.#luck.at(this.#requests.ordinal(delivery.body), path);
    if (down || luck.uniform() < loseRequests || luck.uniform() < errors) return Outcome.unavailable;
    const outcome = this.#send(delivery);
    // The message is there, and nobody knows: it will be sent again.
    return luck.uniform() < loseReplies ? Outcome.unavailable : outcome;
  }
}

/** What SNS makes of a queue's answer: its own mistakes are client-side errors and are not tried again. */
function outcomeOf(error: SqsError | null): Outcome {
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
