/**
 * What standard and FIFO queues have in common: the calls and their checks, batches, long polls, visibility timeouts, retention,
 * purge, attributes, levels. Which message goes next, and what a delete or an end of visibility does to the others, is the subclass's.
 *
 *   SendMessage ─▶ check ─▶ enqueue*        ReceiveMessage ─▶ check ─▶ fill* ─▶ answer, or wait and fill* later
 *   DeleteMessage ─▶ delete*                visibility over ─▶ toVisible*                      (* of the subclass)
 */
import type { Handle, Simulation } from '../../kernel/index.ts';
import type { Counter } from '../ports.ts';
import { Arrivals } from './arrivals.ts';
import { Billing } from './billing.ts';
import { SqsModelError, sqsErrors } from './errors.ts';
import {
  checkAttributes,
  checkDelay,
  checkReceive,
  MAX_BATCH_BYTES,
  MAX_ENTRIES,
  MAX_VISIBILITY_S,
  PURGE_INTERVAL_US,
  type SetQueueAttributesInput,
  toUs,
  VISIBILITY_CAP_US,
} from './limits.ts';
import { type MessageStore, NONE, Place } from './message-store.ts';
import type {
  BatchOutput,
  QueueAttributes,
  ReceiveMessageInput,
  Receiver,
  SendMessageInput,
  SendBatchOutput,
  SendMessageOutput,
  SqsError,
  SqsObserver,
  SqsOperations,
} from './operations.ts';
import {
  type FullReceiveOutput,
  newBatchOutput,
  newReceiveOutput,
  newSendBatchOutput,
  refusedBatch,
} from './outputs.ts';
import { QueueMetrics } from './queue-metrics.ts';
import { NOT_A_HANDLE, type ReceiveRecords, STALE_HANDLE, Stage } from './receive-records.ts';
import type { SqsSettings } from './settings.ts';
import { TimeoutLanes } from './timeout-lanes.ts';
import { VisibilityLanes } from './visibility-lanes.ts';
import { WaitingPolls } from './waiting-polls.ts';
import type { DeadLetterPort, SqsCounts, SqsPorts } from './wiring.ts';

/** Within the instant of a move any timeout does. */
export const MOVE_VISIBILITY_US = 1_000_000;

export abstract class QueueCore implements SqsOperations {
  readonly name: string;
  protected readonly sim: Simulation;
  protected readonly settings: SqsSettings;
  protected readonly observer: SqsObserver;
  protected readonly metrics: QueueMetrics;
  protected readonly billing: Billing;
  protected readonly store: MessageStore;
  protected readonly records: ReceiveRecords;
  /** Messages that still exist, in the order in which they came; dead letters of a standard queue are in another list. */
  protected readonly own: Arrivals;
  protected readonly visibility: VisibilityLanes;
  protected readonly deadLetterQueue: DeadLetterPort | null;
  protected readonly firstMessageId: number;
  protected visibilityTimeoutUs: number;
  protected delayUs: number;
  protected retentionUs: number;
  protected waitUs: number;
  protected maximumMessageSize: number;
  /** Id of the message that `enqueue` took in last. */
  protected sentId = 0;
  /** Its sequence number; -1 in a standard queue. */
  protected sentSequence = -1;
  protected readonly receiveOutput: FullReceiveOutput = newReceiveOutput();
  /** Bytes of the messages in it. */
  protected receivedBytes = 0;

  protected nextOrdinal = 0;
  protected visible = 0;
  protected inFlight = 0;
  protected delayed = 0;
  protected accepted = 0;
  protected deleted = 0;
  protected expired = 0;
  protected movedAway = 0;
  protected purged = 0;

  readonly #propagationUs: number;
  readonly #redriven: Counter | null;
  readonly #polls = new WaitingPolls();
  readonly #waits: TimeoutLanes;
  /** Records of the receive under way that are visible again at its end. */
  readonly #releaseNow: number[] = [];
  #wakeScheduled = false;
  #retentionEvent: Handle | null = null;
  #retentionAtUs = 0;
  #purgedUs = Number.NEGATIVE_INFINITY;

  readonly #sendOutput: Required<SendMessageOutput> = { error: null, MessageId: 0, SequenceNumber: -1 };
  readonly #sendBatchOutput = newSendBatchOutput();
  readonly #deleteBatchOutput = newBatchOutput();
  readonly #changeBatchOutput = newBatchOutput();
  readonly #attributes: QueueAttributes = {
    ApproximateNumberOfMessages: 0,
    ApproximateNumberOfMessagesNotVisible: 0,
    ApproximateNumberOfMessagesDelayed: 0,
  };

  /** Throws SqsModelError `bad-setting` for settings that no queue can have. */
  constructor(sim: Simulation, settings: SqsSettings, ports: SqsPorts, store: MessageStore, records: ReceiveRecords) {
    if (settings.redrive !== null && ports.deadLetterQueue === null) {
      throw new SqsModelError(
        'bad-setting',
        `queue ${settings.name} has a redrive policy, but no dead-letter queue is wired to it`,
      );
    }
    this.name = settings.name;
    this.sim = sim;
    this.settings = settings;
    this.observer = ports.observer;
    this.metrics = new QueueMetrics(ports.metrics);
    this.billing = new Billing(ports.metrics);
    this.#redriven = ports.isRedriven === true ? ports.metrics.counter('NumberOfMessagesRedriven', 'Count') : null;
    this.deadLetterQueue = ports.deadLetterQueue;
    this.firstMessageId = ports.firstMessageId ?? 0;
    this.#propagationUs = ports.attributePropagationUs ?? 0;
    this.visibilityTimeoutUs = settings.visibilityTimeoutUs;
    this.delayUs = settings.delayUs;
    this.retentionUs = settings.messageRetentionPeriodUs;
    this.waitUs = settings.receiveMessageWaitTimeUs;
    this.maximumMessageSize = settings.maximumMessageSizeBytes;
    this.store = store;
    this.records = records;
    this.visibility = new VisibilityLanes(sim, records, (record) => this.#visibilityEnded(record), this.expireFirst);
    this.own = new Arrivals(store, (slot) => this.countsForAge(slot));
    this.#waits = new TimeoutLanes(sim, this.#onWaitEnd, this.#isWaiting, 2);
  }

  get counts(): SqsCounts {
    return {
      sent: this.nextOrdinal - this.accepted,
      accepted: this.accepted,
      copiesReturned: 0,
      visible: this.visible,
      inFlight: this.inFlight,
      delayed: this.delayed,
      deleted: this.deleted,
      expired: this.expired,
      moved: this.movedAway,
      purged: this.purged,
      copiesHidden: 0,
    };
  }

  /** Long polls that wait now. */
  get waitingPolls(): number {
    return this.#polls.count;
  }

  // --- what kind of queue it is ---

  /** Takes a message in and puts its id into `sentId`; false: it is a duplicate, acknowledged and not taken in. */
  protected abstract enqueue(input: SendMessageInput): boolean;
  /** Whether a receive might find something. */
  protected abstract mayHaveMessages(): boolean;
  /** Fills the output with up to `max` messages of all servers. */
  protected abstract fill(max: number, visibilityUs: number): void;
  /** As `fill`, for a short poll. */
  protected abstract fillShort(max: number, visibilityUs: number): SqsError | null;
  protected abstract delete(handle: number): SqsError | null;
  /** A message in flight (or a copy left behind) can be had again; it is in no visibility lane. */
  protected abstract toVisible(record: number): void;
  /** Takes a message out wherever it is; false when it was a copy that nobody can see. */
  protected abstract drop(slot: number): boolean;
  /** Whether a message counts for the age of the oldest. */
  protected abstract countsForAge(slot: number): boolean;
  protected abstract messageId(slot: number): number;
  /** The queue from which a dead letter came; null for any other message. */
  protected abstract sourceOf(slot: number): string | null;
  /** The group that a message was sent with; -1 where there is none, or the queue does not know it. */
  protected abstract groupIdOf(slot: number): number;

  // --- send ---

  SendMessage(input: SendMessageInput): Required<SendMessageOutput> {
    const output = this.#sendOutput;
    output.error = this.checkMessage(input, false);
    if (output.error !== null) return output;
    const added = this.enqueue(input);
    output.MessageId = this.sentId;
    output.SequenceNumber = this.sentSequence;
    if (added) this.metrics.sent.add(1);
    this.billing.send(input.bytes);
    this.report();
    return output;
  }

  SendMessageBatch(entries: readonly SendMessageInput[], count: number): SendBatchOutput {
    const output = this.#sendBatchOutput;
    if (count < 1) return refusedBatch(output, sqsErrors.emptyBatch('SendMessage'));
    if (count > MAX_ENTRIES) return refusedBatch(output, sqsErrors.tooManyEntries(count));
    let bytes = 0;
    for (let i = 0; i < count; i++) bytes += (entries[i] as SendMessageInput).bytes;
    if (bytes > MAX_BATCH_BYTES) return refusedBatch(output, sqsErrors.batchTooLong(bytes));
    output.error = null;
    output.count = count;
    let sent = 0;
    for (let i = 0; i < count; i++) {
      const entry = entries[i] as SendMessageInput;
      const error = this.checkMessage(entry, true);
      output.entryErrors[i] = error;
      if (error !== null) continue;
      if (this.enqueue(entry)) sent++;
      output.MessageId[i] = this.sentId;
      output.SequenceNumber[i] = this.sentSequence;
    }
    if (sent > 0) this.metrics.sent.add(sent);
    this.billing.send(bytes);
    this.report();
    return output;
  }

  protected checkMessage({ bytes, DelaySeconds }: SendMessageInput, _inBatch: boolean): SqsError | null {
    if (!(bytes >= 1)) return sqsErrors.missingBody;
    if (bytes > this.maximumMessageSize) return sqsErrors.messageTooLong(this.maximumMessageSize);
    return checkDelay(DelaySeconds);
  }

  /** Microseconds; a delay of the message's own goes before the queue's. */
  protected delayOf(DelaySeconds: number): number {
    return DelaySeconds < 0 ? this.delayUs : toUs(DelaySeconds);
  }

  // --- receive ---

  ReceiveMessage(input: ReceiveMessageInput, receiver: Receiver, tag: number): number {
    const error = checkReceive(input);
    if (error !== null) return this.refuse(error, receiver, tag);
    const max = input.MaxNumberOfMessages;
    const visibilityUs = this.visibilityOf(input);
    const waitUs = input.WaitTimeSeconds < 0 ? this.waitUs : toUs(input.WaitTimeSeconds);
    if (waitUs === 0) {
      const refused = this.fillShort(max, visibilityUs);
      if (refused !== null) return this.refuse(refused, receiver, tag);
      this.#answer(receiver, tag);
      return -1;
    }
    // Behind those who wait already, even where a message has just come for them.
    if (this.#polls.count === 0 && this.mayHaveMessages()) {
      this.fill(max, visibilityUs);
      if (this.receiveOutput.count > 0) {
        this.#answer(receiver, tag);
        return -1;
      }
      // It may have moved some to the dead-letter queue.
      this.report();
    }
    const place = this.#polls.add(receiver, tag, max, visibilityUs);
    this.#waits.arm(waitUs, place, this.#polls.generation(place));
    return this.#polls.ticket(place);
  }

  cancelReceive(ticket: number): void {
    const place = this.#polls.placeOf(ticket);
    if (place < 0) return;
    this.#polls.remove(place);
    this.billing.receive(0);
  }

  protected visibilityOf({ VisibilityTimeout }: ReceiveMessageInput): number {
    return VisibilityTimeout < 0 ? this.visibilityTimeoutUs : toUs(VisibilityTimeout);
  }

  protected refuse(error: SqsError, receiver: Receiver, tag: number): number {
    const output = this.receiveOutput;
    output.count = 0;
    output.error = error;
    receiver.onReceiveMessage(tag, output);
    output.error = null;
    return -1;
  }

  #answer(receiver: Receiver, tag: number): void {
    const output = this.receiveOutput;
    if (output.count === 0) this.metrics.emptyReceives.add(1);
    else this.metrics.received.add(output.count);
    this.billing.receive(this.receivedBytes);
    this.receivedBytes = 0;
    this.report();
    receiver.onReceiveMessage(tag, output);
  }

  /** Messages that may still be handed out at once. */
  protected roomInFlight(): number {
    return this.settings.maxInFlight - this.inFlight;
  }

  /** Whether this many receives in this queue are more than its redrive policy lets it have. */
  protected exceedsRedrive(receives: number): boolean {
    const { redrive } = this.settings;
    return redrive !== null && receives > redrive.maxReceiveCount && this.deadLetterQueue !== null;
  }

  protected receivesHere(record: number): number {
    return (this.records.receives[record] as number) - (this.records.receivesBefore[record] as number);
  }

  protected nextReceiveCount(receives: number): number {
    return receives + 1;
  }

  /** A message is handed out: hidden for so long, or with 0 visible again as soon as the answer is made up. */
  protected hide(record: number, visibilityUs: number): void {
    this.inFlight++;
    this.records.stage[record] = Stage.inFlight;
    if (visibilityUs > 0) this.visibility.arm(record, visibilityUs);
    else this.#releaseNow.push(record);
  }

  /** At the end of a receive with visibility timeout 0. */
  protected releaseAll(): void {
    for (let i = 0; i < this.#releaseNow.length; i++) this.toVisible(this.#releaseNow[i] as number);
    this.#releaseNow.length = 0;
  }

  // --- long polls ---

  /** A message can be had: those who wait are served at this instant, after whatever else happens in it. */
  protected available(): void {
    if (this.#wakeScheduled || this.#polls.count === 0) return;
    this.#wakeScheduled = true;
    this.sim.schedule(0, this.#wake, 0, 2);
  }

  readonly #wake = (): void => {
    this.#wakeScheduled = false;
    this.#serveWaiting();
  };

  #serveWaiting(): void {
    const polls = this.#polls;
    // Who polls again at once goes behind those who wait.
    for (let left = polls.count; left > 0 && polls.count > 0; left--) {
      if (!this.mayHaveMessages() || this.roomInFlight() <= 0) break;
      const place = polls.first;
      this.fill(polls.max(place), polls.visibilityUs(place));
      if (this.receiveOutput.count === 0) break;
      const tag = polls.tag(place);
      this.#answer(polls.remove(place), tag);
    }
    this.report();
  }

  readonly #onWaitEnd = (place: number, generation: number): void => {
    // What came at this very instant is not missed.
    this.#serveWaiting();
    if (!this.#polls.waits(place, generation)) return;
    const tag = this.#polls.tag(place);
    const receiver = this.#polls.remove(place);
    const output = this.receiveOutput;
    output.error = null;
    output.count = 0;
    this.#answer(receiver, tag);
  };
  readonly #isWaiting = (place: number, generation: number): boolean => this.#polls.waits(place, generation);

  // --- delete ---

  DeleteMessage(ReceiptHandle: number): SqsError | null {
    const error = this.delete(ReceiptHandle);
    if (error === null) {
      this.metrics.deleted.add(1);
      this.billing.delete();
    }
    this.report();
    return error;
  }

  DeleteMessageBatch(handles: Float64Array, count: number): BatchOutput {
    const output = this.#deleteBatchOutput;
    if (count < 1) return refusedBatch(output, sqsErrors.emptyBatch('DeleteMessage'));
    if (count > MAX_ENTRIES) return refusedBatch(output, sqsErrors.tooManyEntries(count));
    output.error = null;
    output.count = count;
    let deleted = 0;
    for (let i = 0; i < count; i++) {
      const error = this.delete(handles[i] as number);
      output.entryErrors[i] = error;
      if (error === null) deleted++;
    }
    if (deleted > 0) this.metrics.deleted.add(deleted);
    this.billing.delete();
    this.report();
    return output;
  }

  protected resolveForDelete(handle: number): number {
    return this.records.resolve(handle);
  }

  // --- visibility ---

  ChangeMessageVisibility(ReceiptHandle: number, VisibilityTimeout: number): SqsError | null {
    const error = this.#changeVisibility(ReceiptHandle, VisibilityTimeout);
    if (error === null) this.billing.other();
    this.report();
    return error;
  }

  ChangeMessageVisibilityBatch(handles: Float64Array, timeouts: Float64Array, count: number): BatchOutput {
    const output = this.#changeBatchOutput;
    if (count < 1) return refusedBatch(output, sqsErrors.emptyBatch('ChangeMessageVisibility'));
    if (count > MAX_ENTRIES) return refusedBatch(output, sqsErrors.tooManyEntries(count));
    output.error = null;
    output.count = count;
    for (let i = 0; i < count; i++) {
      output.entryErrors[i] = this.#changeVisibility(handles[i] as number, timeouts[i] as number);
    }
    this.billing.other();
    this.report();
    return output;
  }

  #changeVisibility(handle: number, seconds: number): SqsError | null {
    if (!(seconds >= 0 && seconds <= MAX_VISIBILITY_S)) return sqsErrors.visibilityTimeout(seconds);
    const { records } = this;
    const record = records.resolve(handle);
    if (record === NOT_A_HANDLE) return sqsErrors.receiptHandle(handle);
    if (record === STALE_HANDLE) return sqsErrors.notAvailableForVisibilityChange(handle);
    if (records.stage[record] !== Stage.inFlight) return this.changeOfVisible(handle);
    const timeoutUs = toUs(seconds);
    if (this.sim.now - (records.receivedUs[record] as number) + timeoutUs > VISIBILITY_CAP_US) {
      return sqsErrors.visibilityBeyondCap(seconds);
    }
    this.visibility.disarm(record);
    if (timeoutUs === 0) this.toVisible(record);
    else this.visibility.arm(record, timeoutUs);
    return null;
  }

  /** Visible again already: AWS says fine, and it stays visible. */
  protected changeOfVisible(_handle: number): SqsError | null {
    return null;
  }

  #visibilityEnded(record: number): void {
    this.onVisibilityEnd(record);
    this.report();
  }

  /** The timeout of a message in flight, or of a copy, is over. */
  protected onVisibilityEnd(record: number): void {
    this.toVisible(record);
  }

  // --- move tasks: a receive, batches of sends to other queues, and a batch of deletes, all at one instant ---

  /** Up to `max` messages as a receive hands them out, for a move task that says in this instant what became of them (`endMove`). */
  takeToMove(max: number): FullReceiveOutput {
    const output = this.receiveOutput;
    this.fill(max, MOVE_VISIBILITY_US);
    if (output.count === 0) this.metrics.emptyReceives.add(1);
    else this.metrics.received.add(output.count);
    this.billing.receive(this.receivedBytes);
    this.receivedBytes = 0;
    this.report();
    return output;
  }

  bytesOfTaken(handle: number): number {
    return this.store.bytesOf(this.#slotOf(handle));
  }

  /** The queue from which it came as a dead letter; null where it was sent here. */
  sourceOfTaken(handle: number): string | null {
    return this.sourceOf(this.#slotOf(handle));
  }

  /** Its group; -1 where it has none, or the queue does not know it. */
  groupOfTaken(handle: number): number {
    return this.groupIdOf(this.#slotOf(handle));
  }

  #slotOf(handle: number): number {
    return this.records.slot[this.records.resolve(handle)] as number;
  }

  /** Deletes of the messages taken those that were sent on (`sent` is 1), and shows the others again. */
  endMove(handles: Float64Array, sent: Uint8Array, count: number): void {
    const { records } = this;
    let moved = 0;
    for (let i = 0; i < count; i++) {
      const record = records.resolve(handles[i] as number);
      if (sent[i] === 0) {
        this.visibility.disarm(record);
        this.toVisible(record);
        continue;
      }
      const slot = records.slot[record] as number;
      const body = this.store.body(slot);
      const id = this.messageId(slot);
      this.delete(handles[i] as number);
      this.observer.onRedriven?.(body, id);
      moved++;
    }
    if (moved > 0) {
      this.metrics.deleted.add(moved);
      this.#redriven?.add(moved);
      this.billing.delete();
    }
    this.report();
  }

  // --- the end of messages ---

  readonly #onRetention = (): void => {
    this.#retentionEvent = null;
    const expired = this.expireSentUntil(this.sim.now - this.retentionUs);
    if (expired > 0) this.metrics.expired.add(expired);
    this.scheduleRetention();
    this.report();
  };

  /** Expires what was sent at `endUs` or before; how many messages that were. */
  protected expireSentUntil(endUs: number): number {
    let expired = 0;
    while (this.own.head !== NONE && this.store.sentUs(this.own.head) <= endUs) expired += this.expire(this.own.head);
    return expired;
  }

  /** When the message that expires next was sent; Infinity where there is none. */
  protected firstSentUs(): number {
    return this.own.head === NONE ? Number.POSITIVE_INFINITY : this.store.sentUs(this.own.head);
  }

  /** What is over at this instant does not become visible in it, whichever event comes first. */
  protected readonly expireFirst = (): void => {
    if (this.#retentionEvent === null || this.#retentionAtUs > this.sim.now) return;
    this.sim.cancel(this.#retentionEvent);
    this.#onRetention();
  };

  /** 1 for a message, 0 for a mere copy of one that was deleted. */
  protected expire(slot: number): number {
    const body = this.store.body(slot);
    const id = this.messageId(slot);
    const isMessage = this.drop(slot);
    if (isMessage) {
      this.expired++;
      this.observer.onExpired(body, id);
    }
    this.observer.onGone(body, id);
    return isMessage ? 1 : 0;
  }

  /** A message has come that expires then. */
  protected expectExpiry(expiryUs: number): void {
    if (this.#retentionEvent === null || expiryUs < this.#retentionAtUs) this.scheduleRetention();
  }

  /** One event for the next message that can expire; it may find that one gone and look again. */
  protected scheduleRetention(): void {
    if (this.#retentionEvent !== null) this.sim.cancel(this.#retentionEvent);
    this.#retentionEvent = null;
    const firstUs = this.firstSentUs();
    if (firstUs === Number.POSITIVE_INFINITY) return;
    this.#retentionAtUs = Math.max(this.sim.now, firstUs + this.retentionUs);
    this.#retentionEvent = this.sim.scheduleAt(this.#retentionAtUs, this.#onRetention, undefined, 0);
  }

  PurgeQueue(): SqsError | null {
    const now = this.sim.now;
    if (now - this.#purgedUs < PURGE_INTERVAL_US) return sqsErrors.purgeInProgress(this.name);
    this.#purgedUs = now;
    this.billing.other();
    this.purgeAll();
    this.report();
    return null;
  }

  protected purgeAll(): void {
    this.purge(this.own);
  }

  protected purge(arrivals: Arrivals): void {
    while (arrivals.head !== NONE) this.#purgeOne(arrivals.head);
  }

  #purgeOne(slot: number): void {
    const body = this.store.body(slot);
    const id = this.messageId(slot);
    if (this.drop(slot)) {
      this.purged++;
      this.observer.onPurged(body, id);
    }
    this.observer.onGone(body, id);
  }

  // --- attributes ---

  GetQueueAttributes(): QueueAttributes {
    const attributes = this.#attributes;
    this.billing.other();
    attributes.ApproximateNumberOfMessages = this.visible;
    attributes.ApproximateNumberOfMessagesNotVisible = this.inFlight;
    attributes.ApproximateNumberOfMessagesDelayed = this.delayed;
    return attributes;
  }

  /** What a reader of everything would find now: for the final read of a history. Nothing changes. `receives`: as such a reader would be told. */
  contents(found: (body: number, MessageId: number, receives: number) => void): void {
    this.visit(this.own, found);
  }

  protected visit(arrivals: Arrivals, found: (body: number, MessageId: number, receives: number) => void): void {
    const { store, records } = this;
    for (let slot = arrivals.head; slot !== NONE; slot = store.newer(slot)) {
      // A copy of what was deleted is not there for anybody.
      if (store.place(slot) === Place.recorded && records.stage[store.link(slot)] === Stage.copy) continue;
      found(store.body(slot), this.messageId(slot), this.receivesOf(slot) + 1);
    }
  }

  /** Receives of a message's life so far. */
  protected receivesOf(slot: number): number {
    const { store, records } = this;
    return store.place(slot) === Place.recorded ? (records.receives[store.link(slot)] as number) : 0;
  }

  /** A new visibility timeout holds for what is received from then on, a new retention for all messages; a new delay: see the kind of queue. */
  SetQueueAttributes(input: SetQueueAttributesInput): SqsError | null {
    const error = checkAttributes(input);
    if (error !== null) return error;
    this.billing.other();
    if (this.#propagationUs === 0) this.#apply(input);
    else this.sim.schedule(this.#propagationUs, this.#apply, input, 0);
    return null;
  }

  readonly #apply = (input: SetQueueAttributesInput): void => {
    if (input.VisibilityTimeout !== undefined) this.visibilityTimeoutUs = toUs(input.VisibilityTimeout);
    if (input.DelaySeconds !== undefined) this.setDelay(toUs(input.DelaySeconds));
    if (input.ReceiveMessageWaitTimeSeconds !== undefined) this.waitUs = toUs(input.ReceiveMessageWaitTimeSeconds);
    if (input.MaximumMessageSize !== undefined) this.maximumMessageSize = input.MaximumMessageSize;
    if (input.MessageRetentionPeriod !== undefined) {
      this.retentionUs = toUs(input.MessageRetentionPeriod);
      this.scheduleRetention();
    }
  };

  protected setDelay(delayUs: number): void {
    this.delayUs = delayUs;
  }

  // --- metrics ---

  protected report(): void {
    this.metrics.levels(this.visible, this.inFlight, this.delayed, this.oldestSinceUs());
  }

  /** When the oldest message came to this queue; -1 when there is none. */
  protected oldestSinceUs(): number {
    const { oldest } = this.own;
    return oldest === NONE ? -1 : this.store.sentUs(oldest);
  }
}
