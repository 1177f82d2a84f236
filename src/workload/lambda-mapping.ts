/**
 * A Lambda event source mapping of an SQS queue.
 *
 *   poller: poll (long) ─▶ gather a batch: size, window, 6 MB ─▶ invoke ─┬─ done ──▶ delete, or only what went well ─▶ next
 *             ▲                                                          ├─ threw, timed out ─▶ the batch comes back by itself
 *             └──────────────────────────────────────────────────────────└─ refused ─▶ again, until its visibility timeout is over
 *
 * What comes back does so when its visibility timeout ends, with its receive count risen: throttled often enough, a message reaches the
 * dead-letter queue without ever having been worked on.
 */
import { receivePath } from '../calls/index.ts';
import { lambdaFacts } from '../facts/index.ts';
import type { Handle, Simulation } from '../kernel/index.ts';
import type { InvocationOwner, LambdaEvent, LambdaOperations, OnItemFailure } from '../services/lambda/operations.ts';
import type { LambdaSettings } from '../services/lambda/settings.ts';
import { type Counter, type Level, type Metrics, Outcome, type Witness } from '../services/ports.ts';
import type { SqsOperations } from '../services/sqs/operations.ts';
import type { SqsSettings } from '../services/sqs/settings.ts';
import type { EndpointState } from './endpoint.ts';
import { LambdaPollers, type PollerRule } from './lambda-pollers.ts';
import type { RequestTable } from './requests.ts';
import { type ClientOwner, copyMessage, emptyMessages, type Messages, SqsClient } from './sqs-client.ts';

const US_PER_SECOND = 1_000_000;
const US_PER_MINUTE = 60_000_000;
/** Messages of one call to SQS. */
const CALL = 10;
const LONG_POLL_US = lambdaFacts.longPollSeconds.value * US_PER_SECOND;
const PAYLOAD_BYTES = lambdaFacts.payloadBytes.value;
/** A poller of the provisioned mode is so many of ours, each with its share of the rates. */
const PER_PROVISIONED = lambdaFacts.provisionedBatchesPerPoller.value;
const PACE_US = (US_PER_SECOND * PER_PROVISIONED) / lambdaFacts.provisionedPollsPerPoller.value;
const PACE_US_PER_BYTE = (US_PER_SECOND * PER_PROVISIONED) / lambdaFacts.provisionedBytesPerPoller.value;

interface Poller {
  readonly index: number;
  /** What it has fetched, the batch in work first. */
  readonly hand: { messages: Messages; bytes: number };
  /** The batch in work; its columns grow with the hand's. */
  event: LambdaEvent;
  /** Of the batch in work: which went well. */
  wentWell: Uint8Array;
  /** When the first of the hand came. */
  firstUs: number;
  /** Deletes that are not answered. */
  deletes: number;
  /** For the witness: the item that the function works on, -1 where there is none, and the number of that handling. */
  working: number;
  handling: number;
  /** How long it waits where the batch in work is refused again. */
  refusedWaitUs: number;
  /** When its last poll began. */
  polledUs: number;
  /** Not to poll again before: provisioned mode. */
  pollAgainUs: number;
  timer: Handle | -1;
}

export interface MappingPorts {
  readonly requests: RequestTable;
  readonly metrics: Metrics;
  readonly queue: SqsOperations;
  /** Messages that could be received now. Lambda looks at its source by itself: nobody is billed for it. */
  readonly visible: () => number;
  readonly source: Pick<SqsSettings, 'fifo' | 'fairQueues' | 'visibilityTimeoutUs' | 'latency'>;
  readonly endpoint: EndpointState;
  readonly target: LambdaOperations;
  /** What it does at its queue, and what the function does; default: null. */
  readonly atQueue?: Witness | null;
  readonly witness?: Witness | null;
}

export class LambdaMapping implements ClientOwner, InvocationOwner {
  readonly settings: LambdaSettings;
  readonly #sim: Simulation;
  readonly #requests: RequestTable;
  readonly #visible: () => number;
  readonly #target: LambdaOperations;
  readonly #client: SqsClient;
  readonly #witness: Witness | null;
  readonly #grouped: boolean;
  readonly #fifo: boolean;
  readonly #visibilityUs: number;
  readonly #onFailure: OnItemFailure;
  readonly #scale: LambdaPollers;
  readonly #pollers: Poller[] = [];
  readonly #gone: Poller[] = [];
  /** Polls under way. */
  #polling = 0;
  readonly #chunk: Messages;
  readonly #level: Level;
  readonly #polled: Counter;
  readonly #invoked: Counter;
  readonly #failedInvoke: Counter;
  readonly #deleted: Counter;

  readonly #pollAgain = (index: number): void => {
    const poller = this.#pollers[index] as Poller;
    poller.timer = -1;
    this.#poll(poller);
  };
  readonly #invokeAgain = (index: number): void => {
    const poller = this.#pollers[index] as Poller;
    poller.timer = -1;
    this.#offer(poller);
  };

  constructor(sim: Simulation, settings: LambdaSettings, ports: MappingPorts) {
    this.settings = settings;
    this.#sim = sim;
    this.#requests = ports.requests;
    this.#visible = ports.visible;
    this.#target = ports.target;
    this.#witness = ports.witness ?? null;
    this.#grouped = this.#witness !== null && (ports.source.fifo || ports.source.fairQueues === true);
    this.#chunk = emptyMessages(CALL, this.#witness !== null, this.#grouped);
    this.#fifo = ports.source.fifo;
    const visibility = effectiveVisibilityUs(settings, ports.source.visibilityTimeoutUs);
    this.#visibilityUs = visibility ?? ports.source.visibilityTimeoutUs;
    this.#onFailure = settings.reportBatchItemFailures ? (this.#fifo ? 'stop' : 'goOn') : 'throw';
    this.#client = new SqsClient(
      sim,
      settings.name,
      ports.requests,
      ports.queue,
      ports.endpoint,
      ports.source.latency,
      {
        MaxNumberOfMessages: Math.min(CALL, settings.batchSize),
        VisibilityTimeout: visibility === null ? -1 : visibility / US_PER_SECOND,
        WaitTimeSeconds: LONG_POLL_US / US_PER_SECOND,
      },
      this,
      ports.atQueue ?? null,
      this.#grouped,
    );
    this.#scale = new LambdaPollers(sim, pollerRule(settings), this);
    const { metrics } = ports;
    this.#level = metrics.level('Pollers', 'Count');
    this.#polled = metrics.counter('PolledEventCount', 'Count');
    this.#invoked = metrics.counter('InvokedEventCount', 'Count');
    this.#failedInvoke = metrics.counter('FailedInvokeEventCount', 'Count');
    this.#deleted = metrics.counter('DeletedEventCount', 'Count');
    this.#level.set(this.#scale.running);
  }

  start(): void {
    for (let i = this.#scale.running; i > 0; i--) this.#poll(this.#poller());
  }

  // --- scaling ---

  /** More is left than the polls under way can fetch. A FIFO queue needs no steps: whoever finds a group leaves another one to look for the next. */
  hungry(): boolean {
    return !this.#fifo && this.#visible() > this.#polling * Math.min(CALL, this.settings.batchSize);
  }

  addPoller(): void {
    this.#level.set(this.#scale.running);
    this.#poll(this.#gone.pop() ?? this.#poller());
  }

  // --- the client's owner ---

  onMessages(tag: number, messages: Messages | null): void {
    const poller = this.#pollers[tag] as Poller;
    this.#polling--;
    const waited = this.#sim.now - poller.polledUs >= lambdaFacts.sparePollUs.value;
    const { hand } = poller;
    if (messages === null) {
      if (this.#windowOver(poller)) this.#invoke(poller);
      else poller.timer = this.#sim.schedule(lambdaFacts.pollRetryUs.value, this.#pollAgain, tag);
      return;
    }
    if (messages.count > 0) {
      if (hand.messages.count === 0) poller.firstUs = this.#sim.now;
      this.#gather(poller, messages);
      if (waited) this.#scale.spare();
      this.#scale.found();
      if (this.#fifo && this.#polling === 0) this.#scale.addNow();
    } else if (hand.messages.count === 0) {
      this.#next(poller, true);
      return;
    }
    const full = hand.messages.count >= this.settings.batchSize || hand.bytes >= PAYLOAD_BYTES;
    if (full || this.#windowOver(poller)) this.#invoke(poller);
    else this.#poll(poller);
  }

  onDeleted(tag: number): void {
    const poller = this.#pollers[tag] as Poller;
    poller.deletes--;
    if (poller.deletes === 0) this.#batchOver(poller);
  }

  // --- the function's answers ---

  onItem(tag: number, at: number, success: boolean): void {
    const poller = this.#pollers[tag] as Poller;
    if (this.#witness !== null) this.#tellItem(this.#witness, poller, at, success);
    if (!success) return;
    poller.wentWell[at] = 1;
    this.#requests.complete(poller.event.request[at] as number);
  }

  onInvoked(tag: number, success: boolean): void {
    const poller = this.#pollers[tag] as Poller;
    if (poller.working >= 0) this.#tellHandled(poller, Outcome.timedOut);
    // With partial batch responses the pollers are not held back by what fails.
    this.#scale.ended(success, !this.settings.reportBatchItemFailures);
    if (success) this.#deleteWhatWentWell(poller);
    else {
      this.#failedInvoke.add(poller.event.count);
      this.#batchOver(poller);
    }
  }

  // --- a poller's life ---

  #poller(): Poller {
    const poller: Poller = {
      index: this.#pollers.length,
      hand: { messages: emptyMessages(CALL, this.#witness !== null, this.#grouped), bytes: 0 },
      event: { count: 0, request: new Float64Array(CALL), path: new Float64Array(CALL) },
      wentWell: new Uint8Array(CALL),
      firstUs: 0,
      deletes: 0,
      working: -1,
      handling: -1,
      refusedWaitUs: 0,
      polledUs: 0,
      pollAgainUs: 0,
      timer: -1,
    };
    this.#pollers.push(poller);
    return poller;
  }

  #poll(poller: Poller): void {
    const { provisioned, batchSize, batchWindowUs } = this.settings;
    const now = this.#sim.now;
    const held = poller.hand.messages.count;
    if (provisioned !== null) {
      if (now < poller.pollAgainUs) {
        poller.timer = this.#sim.schedule(poller.pollAgainUs - now, this.#pollAgain, poller.index);
        return;
      }
      poller.pollAgainUs = now + PACE_US;
    }
    poller.polledUs = now;
    this.#polling++;
    // A poll in a long window ends with it; a short window waits for its poll.
    const leftUs = held > 0 && batchWindowUs >= LONG_POLL_US ? poller.firstUs + batchWindowUs - now : LONG_POLL_US;
    const waitSeconds = Math.ceil(Math.min(LONG_POLL_US, Math.max(1, leftUs)) / US_PER_SECOND);
    this.#client.receive(poller.index, Math.min(CALL, batchSize - held), waitSeconds);
  }

  #gather(poller: Poller, messages: Messages): void {
    this.#polled.add(messages.count);
    const { hand } = poller;
    const held = hand.messages.count;
    const needed = held + messages.count;
    if (needed > hand.messages.body.length) widen(poller, Math.min(this.settings.batchSize, needed * 2));
    let bytes = 0;
    for (let i = 0; i < messages.count; i++) {
      copyMessage(messages, i, hand.messages, held + i);
      bytes += this.#requests.bytes(messages.body[i] as number);
    }
    hand.messages.count = needed;
    hand.bytes += bytes;
    // Two limits, polls and bytes a second: whichever is reached first.
    const paced = poller.polledUs + Math.floor(bytes * PACE_US_PER_BYTE);
    if (paced > poller.pollAgainUs) poller.pollAgainUs = paced;
  }

  #windowOver(poller: Poller): boolean {
    if (poller.hand.messages.count === 0) return false;
    const { batchWindowUs } = this.settings;
    return batchWindowUs === 0 || this.#sim.now >= poller.firstUs + batchWindowUs;
  }

  /** Invokes with as many of the hand as one payload holds. */
  #invoke(poller: Poller): void {
    const { event, wentWell } = poller;
    const { messages } = poller.hand;
    event.count = this.#fitting(messages);
    event.messages = messages;
    for (let i = 0; i < event.count; i++) {
      event.request[i] = messages.body[i] as number;
      event.path[i] = receivePath(messages.receiveCount[i] as number);
      wentWell[i] = 0;
    }
    poller.refusedWaitUs = lambdaFacts.throttleRetryUs.value;
    this.#offer(poller);
  }

  /** Offers the batch to the function, again and again at longer intervals, until what is in it is visible again. */
  #offer(poller: Poller): void {
    const { event } = poller;
    const refused = this.#target.invoke(event, this.#onFailure, this, poller.index);
    if (refused === null) {
      this.#invoked.add(event.count);
      if (this.#witness !== null) this.#tellHandling(this.#witness, poller, 0);
      return;
    }
    this.#scale.ended(false);
    const wait = poller.refusedWaitUs;
    poller.refusedWaitUs = Math.min(wait * 2, lambdaFacts.throttleRetryMostUs.value);
    if (this.#sim.now + wait < poller.firstUs + this.#visibilityUs) {
      poller.timer = this.#sim.schedule(wait, this.#invokeAgain, poller.index);
      return;
    }
    this.#failedInvoke.add(event.count);
    this.#batchOver(poller);
  }

  #fitting(messages: Messages): number {
    let bytes = 0;
    for (let i = 0; i < messages.count; i++) {
      bytes += this.#requests.bytes(messages.body[i] as number);
      if (bytes > PAYLOAD_BYTES && i > 0) return i;
    }
    return messages.count;
  }

  #deleteWhatWentWell(poller: Poller): void {
    const { event, wentWell, hand } = poller;
    const chunk = this.#chunk;
    chunk.count = 0;
    let deleted = 0;
    // Counted before the first is sent, so that no answer finds all of them answered.
    poller.deletes = 1;
    for (let i = 0; i < event.count; i++) {
      if (wentWell[i] === 0) continue;
      deleted++;
      copyMessage(hand.messages, i, chunk, chunk.count++);
      if (chunk.count === CALL) this.#deleteChunk(poller);
    }
    if (chunk.count > 0) this.#deleteChunk(poller);
    this.#deleted.add(deleted);
    this.#failedInvoke.add(event.count - deleted);
    this.onDeleted(poller.index);
  }

  #deleteChunk(poller: Poller): void {
    poller.deletes++;
    this.#client.delete(poller.index, this.#chunk, 0, this.#chunk.count);
    this.#chunk.count = 0;
  }

  /** The batch is out of its hands; on to what is left of them, or to the next poll. */
  #batchOver(poller: Poller): void {
    const { hand, event } = poller;
    const { messages } = hand;
    const { count } = event;
    event.count = 0;
    for (let i = 0; i < count; i++) {
      const request = messages.body[i] as number;
      hand.bytes -= this.#requests.bytes(request);
      this.#requests.release(request);
    }
    const left = messages.count - count;
    for (let i = 0; i < left; i++) copyMessage(messages, count + i, messages, i);
    messages.count = left;
    if (left > 0) this.#invoke(poller);
    else this.#next(poller, false);
  }

  // --- what is told to the witness: the batch is at the head of the hand while it is worked on ---

  /** The function works on one item after the other; where it goes on after the last one told it is over. */
  #tellItem(witness: Witness, poller: Poller, at: number, success: boolean): void {
    this.#tellHandled(poller, success ? Outcome.ok : Outcome.failed);
    if (at + 1 < poller.event.count && (success || this.#onFailure === 'goOn'))
      this.#tellHandling(witness, poller, at + 1);
  }

  #tellHandling(witness: Witness, poller: Poller, at: number): void {
    poller.working = at;
    poller.handling = witness.begin();
    witness.handling(poller.index, poller.handling, poller.hand.messages, at);
  }

  #tellHandled(poller: Poller, outcome: Outcome): void {
    this.#witness?.handled(poller.index, poller.handling, poller.hand.messages, poller.working, outcome);
    poller.working = -1;
  }

  #next(poller: Poller, empty: boolean): void {
    if (this.#scale.leaves(empty)) {
      this.#level.set(this.#scale.running);
      this.#gone.push(poller);
    } else this.#poll(poller);
  }
}

/** What Lambda asks SQS to hide a message for; null: as the queue says. */
export function effectiveVisibilityUs(
  { batchWindowUs, timeoutUs }: Pick<LambdaSettings, 'batchWindowUs' | 'timeoutUs'>,
  ofQueueUs: number,
): number | null {
  const neededUs = batchWindowUs + timeoutUs;
  if (batchWindowUs === 0 || neededUs <= ofQueueUs) return null;
  return neededUs + lambdaFacts.visibilityMarginSeconds.value * US_PER_SECOND;
}

/** How the pollers of a mapping come and go. */
export function pollerRule({
  provisioned,
  maximumConcurrency,
}: Pick<LambdaSettings, 'provisioned' | 'maximumConcurrency'>): PollerRule {
  if (provisioned !== null) {
    return {
      start: provisioned.minPollers * PER_PROVISIONED,
      most: provisioned.maxPollers * PER_PROVISIONED,
      stepUs: US_PER_MINUTE / lambdaFacts.provisionedPerMinute.value,
      idle: null,
    };
  }
  const most = maximumConcurrency ?? lambdaFacts.pollersMost.value;
  return {
    start: Math.min(most, lambdaFacts.pollersAtStart.value),
    most,
    stepUs: US_PER_MINUTE / lambdaFacts.pollersPerMinute.value,
    idle:
      maximumConcurrency === null
        ? { afterUs: lambdaFacts.idleUs.value, pollers: lambdaFacts.pollersWhenIdle.value }
        : null,
  };
}

function widen(poller: Poller, capacity: number): void {
  const { hand } = poller;
  const { messages } = hand;
  const wider = emptyMessages(capacity, messages.id.length > 0, messages.group.length > 0);
  for (let i = 0; i < messages.count; i++) copyMessage(messages, i, wider, i);
  wider.count = messages.count;
  hand.messages = wider;
  poller.event = { count: 0, request: new Float64Array(capacity), path: new Float64Array(capacity) };
  poller.wentWell = new Uint8Array(capacity);
}
