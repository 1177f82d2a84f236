/**
 * A consumer's SDK client for one queue: receives, deletes and visibility changes, with the network in between.
 * Answers that are lost end in the SDK's own time-out, so that a poller never hangs.
 */
import { compileVariate, type Simulation, type Stream, type Variate } from '../kernel/index.ts';
import { Outcome, type Requests, type Witness } from '../services/ports.ts';
import type {
  ReceiveMessageInput,
  ReceiveMessageOutput,
  Receiver,
  SqsError,
  SqsOperations,
} from '../services/sqs/operations.ts';
import type { SqsLatency } from '../services/sqs/settings.ts';
import type { EndpointState } from './endpoint.ts';
import { isThrottling, outcomeOf } from './producer.ts';

/** Messages in a client's hands, in columns; pooled. */
export interface Messages {
  count: number;
  readonly body: Float64Array;
  readonly handle: Float64Array;
  readonly receiveCount: Int32Array;
  // What only a history wants to know; without one of length 0.
  readonly id: Float64Array;
  // Where the queue has groups: else of length 0 too.
  readonly group: Float64Array;
  readonly sequence: Float64Array;
}

/** `witnessed`: with the columns that a history wants. `grouped`: with those that only queues with groups fill. */
export function emptyMessages(capacity: number, witnessed = false, grouped = witnessed): Messages {
  const more = witnessed ? capacity : 0;
  const ofGroups = grouped ? more : 0;
  return {
    count: 0,
    body: new Float64Array(capacity),
    handle: new Float64Array(capacity),
    receiveCount: new Int32Array(capacity),
    id: new Float64Array(more),
    group: new Float64Array(ofGroups),
    sequence: new Float64Array(ofGroups),
  };
}

export function copyMessage(from: Messages, i: number, into: Messages, at: number): void {
  into.body[at] = from.body[i] as number;
  into.handle[at] = from.handle[i] as number;
  into.receiveCount[at] = from.receiveCount[i] as number;
  if (into.id.length === 0) return;
  into.id[at] = from.id[i] as number;
  if (into.group.length === 0) return;
  into.group[at] = from.group[i] as number;
  into.sequence[at] = from.sequence[i] as number;
}

export interface ClientOwner {
  /** `messages` is valid during the call only; null: the call failed. Its requests are retained: the owner releases them. */
  onMessages(tag: number, messages: Messages | null): void;
  onDeleted(tag: number): void;
}

/** How long the SDK waits for an answer beyond a long poll's own wait, microseconds (assumed). */
const SDK_TIMEOUT_US = 5_000_000;
/** Attempts at a delete whose answer was lost or was an error (the SDK's standard retries). */
const DELETE_ATTEMPTS = 3;

/** One call under way; pooled. */
interface Operation {
  readonly index: number;
  tag: number;
  /** The owner has gone (a crash): the answer is thrown away. */
  abandoned: boolean;
  failed: boolean;
  /** No answer will come. */
  lost: boolean;
  /** The witness's number of it, and when the service answered. */
  call: number;
  servedUs: number;
  attempts: number;
  startedUs: number;
  backUs: number;
  ticket: number;
  readonly messages: Messages;
  /** Of a delete: how it ended for each. */
  readonly outcomes: Uint8Array;
  /** What a receive asks for; the service may hold it for as long as the poll lasts. */
  readonly input: ReceiveMessageInput;
}

export class SqsClient implements Receiver {
  readonly #sim: Simulation;
  readonly #requests: Requests;
  readonly #queue: SqsOperations;
  readonly #state: EndpointState;
  readonly #owner: ClientOwner;
  readonly #receiveLatency: Variate;
  readonly #deleteLatency: Variate;
  readonly #delays: Stream;
  readonly #losses: Stream;
  readonly #input: ReceiveMessageInput;
  readonly #witness: Witness | null;
  readonly #grouped: boolean;
  readonly #operations: Operation[] = [];
  readonly #free: number[] = [];

  readonly #receiveArrives = (index: number): void => {
    this.#receiveNow(this.#operations[index] as Operation);
  };
  readonly #receiveReturns = (index: number): void => {
    this.#receiveOver(this.#operations[index] as Operation);
  };
  readonly #deleteArrives = (index: number): void => {
    this.#deleteNow(this.#operations[index] as Operation);
  };
  readonly #deleteReturns = (index: number): void => {
    this.#deleteOver(this.#operations[index] as Operation);
  };

  constructor(
    sim: Simulation,
    name: string,
    requests: Requests,
    queue: SqsOperations,
    state: EndpointState,
    latency: SqsLatency,
    input: ReceiveMessageInput,
    owner: ClientOwner,
    witness: Witness | null = null,
    grouped = true,
  ) {
    this.#sim = sim;
    this.#requests = requests;
    this.#queue = queue;
    this.#state = state;
    this.#owner = owner;
    this.#input = input;
    this.#witness = witness;
    this.#grouped = grouped && witness !== null;
    this.#receiveLatency = compileVariate(latency.receive);
    this.#deleteLatency = compileVariate(latency.delete);
    this.#delays = sim.stream(`${name}/latency`);
    this.#losses = sim.stream(`${name}/loss`);
  }

  /** Begins a ReceiveMessage, by default as every other; the owner hears `onMessages(tag, …)`. Returns what `abandon` takes. */
  receive(
    tag: number,
    atMost: number = this.#input.MaxNumberOfMessages,
    waitSeconds: number = this.#input.WaitTimeSeconds,
  ): number {
    const operation = this.#take(tag);
    operation.input.MaxNumberOfMessages = atMost;
    operation.input.WaitTimeSeconds = waitSeconds;
    if (this.#witness !== null) operation.call = this.#witness.begin();
    // At least a microsecond, so that polling an empty queue without a wait moves the clock.
    const roundTrip = Math.max(1, this.#roundTrip(this.#receiveLatency));
    const half = Math.floor(roundTrip / 2 + 0.5);
    const { wayUs } = this.#state;
    operation.backUs = roundTrip - half + wayUs;
    this.#sim.schedule(half + wayUs, this.#receiveArrives, operation.index);
    return operation.index;
  }

  /** Begins a DeleteMessage, or DeleteMessageBatch for several; the owner hears `onDeleted(tag)`. */
  delete(tag: number, messages: Messages, from: number, count: number): number {
    const operation = this.#take(tag);
    if (this.#witness === null) {
      for (let i = 0; i < count; i++) operation.messages.handle[i] = messages.handle[from + i] as number;
    } else {
      for (let i = 0; i < count; i++) copyMessage(messages, from + i, operation.messages, i);
    }
    operation.messages.count = count;
    operation.attempts = 0;
    this.#sendDelete(operation);
    return operation.index;
  }

  /** ChangeMessageVisibility; takes effect at once (assumed), and nobody waits for its answer. */
  changeVisibility(messages: Messages, at: number, seconds: number, who = -1): void {
    const { calm, down, loseRequests, errors } = this.#state;
    if (!calm && (down || this.#chance(loseRequests) || this.#chance(errors))) {
      this.#witness?.visibility(who, messages, at, seconds, Outcome.timedOut);
      return;
    }
    const error = this.#queue.ChangeMessageVisibility(messages.handle[at] as number, seconds);
    this.#witness?.visibility(who, messages, at, seconds, outcomeOf(error));
  }

  /** The owner has crashed: what was asked for goes on at the service, the answers are thrown away. */
  abandon(index: number): void {
    const operation = this.#operations[index] as Operation;
    operation.abandoned = true;
    if (operation.ticket < 0) return;
    // Its connection is gone, so the service ends the long poll.
    this.#queue.cancelReceive(operation.ticket);
    this.#give(operation);
  }

  onReceiveMessage(tag: number, output: ReceiveMessageOutput): void {
    const operation = this.#operations[tag] as Operation;
    operation.ticket = -1;
    const { messages } = operation;
    operation.failed = output.error !== null;
    messages.count = output.error === null ? output.count : 0;
    for (let i = 0; i < messages.count; i++) {
      const body = output.body[i] as number;
      messages.body[i] = body;
      messages.handle[i] = output.ReceiptHandle[i] as number;
      messages.receiveCount[i] = output.ApproximateReceiveCount[i] as number;
      this.#requests.retain(body);
    }
    if (this.#witness !== null) this.#noteReceived(operation, output);
    if (!this.#state.calm && this.#chance(this.#state.loseReplies)) {
      // Received as far as the service knows, never seen by the client: hidden until the visibility timeout ends.
      this.#drop(messages);
      operation.failed = true;
      operation.lost = true;
      this.#sim.schedule(this.#timeLeft(operation), this.#receiveReturns, operation.index);
      return;
    }
    const { lateUs, perMessageUs } = this.#state;
    this.#sim.schedule(
      operation.backUs + lateUs + perMessageUs * messages.count,
      this.#receiveReturns,
      operation.index,
    );
  }

  #receiveNow(operation: Operation): void {
    if (operation.abandoned) {
      this.#give(operation);
      return;
    }
    if (!this.#state.calm && this.#receiveDisturbed(operation)) return;
    operation.ticket = -1;
    const pending = this.#queue.ReceiveMessage(operation.input, this, operation.index);
    if (pending >= 0) operation.ticket = pending;
  }

  #receiveDisturbed(operation: Operation): boolean {
    const lost = this.#chance(this.#state.loseRequests);
    if (!lost && !this.#state.down && !this.#chance(this.#state.errors)) return false;
    operation.failed = true;
    operation.lost = lost;
    operation.messages.count = 0;
    this.#sim.schedule(lost ? this.#timeLeft(operation) : operation.backUs, this.#receiveReturns, operation.index);
    return true;
  }

  /** Until the SDK gives a receive up: the long poll's own wait and the time-out on top, from when it was sent. */
  #timeLeft(operation: Operation): number {
    const waitUs = Math.round(Math.max(0, operation.input.WaitTimeSeconds) * 1_000_000);
    return Math.max(0, operation.startedUs + waitUs + SDK_TIMEOUT_US - this.#sim.now);
  }

  #receiveOver(operation: Operation): void {
    if (operation.abandoned) {
      this.#drop(operation.messages);
      this.#give(operation);
      return;
    }
    if (this.#witness !== null) this.#tellReceived(this.#witness, operation);
    this.#owner.onMessages(operation.tag, operation.failed ? null : operation.messages);
    this.#give(operation);
  }

  #drop(messages: Messages): void {
    for (let i = 0; i < messages.count; i++) this.#requests.release(messages.body[i] as number);
    messages.count = 0;
  }

  #sendDelete(operation: Operation): void {
    operation.attempts++;
    if (this.#witness !== null) this.#tellDeleting(this.#witness, operation);
    const roundTrip = this.#roundTrip(this.#deleteLatency);
    const half = Math.floor(roundTrip / 2 + 0.5);
    const { wayUs } = this.#state;
    operation.backUs = roundTrip - half + wayUs;
    this.#sim.schedule(half + wayUs, this.#deleteArrives, operation.index);
  }

  #deleteNow(operation: Operation): void {
    operation.failed = false;
    operation.lost = false;
    operation.servedUs = this.#sim.now;
    let wait = operation.backUs;
    if (!this.#state.calm && this.#chance(this.#state.loseRequests)) {
      operation.failed = true;
      operation.lost = true;
      wait = SDK_TIMEOUT_US;
    } else if (!this.#state.calm && (this.#state.down || this.#chance(this.#state.errors))) {
      operation.failed = true;
      operation.outcomes.fill(Outcome.unavailable);
    } else {
      const error = this.#deleteAt(operation);
      // The SDK tries again what was throttled; entries of a batch are the application's business, and nobody looks.
      if (error !== null && isThrottling(error)) operation.failed = true;
      if (!this.#state.calm && this.#chance(this.#state.loseReplies)) {
        operation.failed = true;
        operation.lost = true;
        wait = SDK_TIMEOUT_US;
      }
    }
    this.#sim.schedule(wait, this.#deleteReturns, operation.index);
  }

  #deleteAt({ messages, outcomes }: Operation): SqsError | null {
    if (messages.count === 1) {
      const error = this.#queue.DeleteMessage(messages.handle[0] as number);
      if (this.#witness !== null) outcomes[0] = outcomeOf(error);
      return error;
    }
    const { error, entryErrors } = this.#queue.DeleteMessageBatch(messages.handle, messages.count);
    if (this.#witness !== null) {
      for (let i = 0; i < messages.count; i++) outcomes[i] = outcomeOf(error ?? entryErrors[i] ?? null);
    }
    return error;
  }

  #deleteOver(operation: Operation): void {
    if (this.#witness !== null && !operation.abandoned) this.#tellDeleted(this.#witness, operation);
    if (operation.failed && !operation.abandoned && operation.attempts < DELETE_ATTEMPTS) {
      this.#sendDelete(operation);
      return;
    }
    if (!operation.abandoned) this.#owner.onDeleted(operation.tag);
    this.#give(operation);
  }

  // --- what is told to the witness ---

  #noteReceived(operation: Operation, output: ReceiveMessageOutput): void {
    const { messages } = operation;
    operation.servedUs = this.#sim.now;
    if (output.error !== null) operation.outcomes[0] = outcomeOf(output.error);
    for (let i = 0; i < messages.count; i++) messages.id[i] = output.MessageId[i] as number;
    if (!this.#grouped) return;
    for (let i = 0; i < messages.count; i++) {
      messages.group[i] = output.MessageGroupId?.[i] ?? -1;
      messages.sequence[i] = output.SequenceNumber?.[i] ?? -1;
    }
  }

  #tellReceived(witness: Witness, operation: Operation): void {
    const { messages, tag, call } = operation;
    if (operation.failed) {
      const outcome = operation.lost ? Outcome.timedOut : (operation.outcomes[0] as Outcome);
      witness.receiveFailed(tag, call, outcome === Outcome.ok ? Outcome.unavailable : outcome);
      return;
    }
    const agoUs = this.#sim.now - operation.servedUs;
    witness.received(tag, call, agoUs, messages, 0, messages.count, operation.input.VisibilityTimeout);
  }

  #tellDeleting(witness: Witness, operation: Operation): void {
    operation.call = witness.begin();
    witness.deleting(operation.tag, operation.call, operation.messages, 0, operation.messages.count);
  }

  #tellDeleted(witness: Witness, operation: Operation): void {
    const { tag, call, messages, outcomes } = operation;
    const agoUs = this.#sim.now - operation.servedUs;
    if (operation.lost) witness.deleteUnknown(tag, call, messages, 0, messages.count);
    else witness.deleted(tag, call, messages, 0, messages.count, outcomes, agoUs);
  }

  #chance(share: number): boolean {
    return share > 0 && this.#losses.uniform() < share;
  }

  #roundTrip(latency: Variate): number {
    return Math.floor((latency.constant ? latency.mean : latency.draw(this.#delays)) + 0.5);
  }

  #take(tag: number): Operation {
    const reused = this.#free.pop();
    let operation: Operation;
    if (reused !== undefined) operation = this.#operations[reused] as Operation;
    else {
      const index = this.#operations.length;
      operation = {
        index,
        tag,
        abandoned: false,
        failed: false,
        lost: false,
        call: -1,
        servedUs: 0,
        attempts: 0,
        startedUs: 0,
        backUs: 0,
        ticket: -1,
        messages: emptyMessages(10, this.#witness !== null, this.#grouped),
        outcomes: new Uint8Array(10),
        input: { ...this.#input },
      };
      this.#operations.push(operation);
    }
    operation.tag = tag;
    operation.startedUs = this.#sim.now;
    operation.abandoned = false;
    operation.failed = false;
    operation.lost = false;
    operation.outcomes[0] = Outcome.ok;
    operation.ticket = -1;
    operation.messages.count = 0;
    return operation;
  }

  #give(operation: Operation): void {
    operation.ticket = -1;
    this.#free.push(operation.index);
  }
}
