/**
 * An SQS FIFO queue on virtual time: messages of a group in the order in which they came, and while one of them is in flight none that
 * came later.
 *
 *   SendMessage ─▶ rate ─▶ known id? ─yes─▶ acknowledged, not taken in
 *                            │ no
 *                            ▼
 *   group:   [ received: in flight | visible again ] … [ never received ] … [ delayed ]      first in, first out
 *              └ first one in flight: the group is locked            ready heap: groups whose first message can be had,
 *                                                                    the one with the oldest message first
 *
 * A receive takes as much as it can of one group before it goes to the next. docs/models/sqs.md says what is exact and what is assumed.
 */
import { sqsFacts } from '../../facts/index.ts';
import type { Handle, Simulation } from '../../kernel/index.ts';
import { DeduplicationWindow } from '../messaging/deduplication.ts';
import { SqsModelError, sqsErrors } from './errors.ts';
import { FifoMetrics } from './fifo-metrics.ts';
import { FifoRates } from './fifo-rates.ts';
import { MessageGroups, Turn } from './message-groups.ts';
import { BYTES_MASK, MessageStore, MOVED_HERE, NONE, Place, ROW_MASK } from './message-store.ts';
import type {
  BatchOutput,
  ReceiveMessageInput,
  ReceiveMessageOutput,
  Receiver,
  SendBatchOutput,
  SendMessageInput,
  SendMessageOutput,
  SqsError,
} from './operations.ts';
import { type FullReceiveOutput, newBatchOutput, newSendBatchOutput, refusedBatch } from './outputs.ts';
import { ParkedGroups } from './parked-groups.ts';
import { QueueCore } from './queue-core.ts';
import { type Attempt, ReceiveAttempts } from './receive-attempts.ts';
import { NOT_A_HANDLE, ReceiveRecords, STALE_HANDLE, Stage } from './receive-records.ts';
import type { FifoSettings, SqsSettings } from './settings.ts';
import type { DeadLetterPort, SqsPorts } from './wiring.ts';

const DEDUPLICATION_US = sqsFacts.deduplicationSeconds.value * 1_000_000;
const ATTEMPT_US = sqsFacts.receiveAttemptSeconds.value * 1_000_000;
/** The scope of all ids where it is the queue. */
const WHOLE_QUEUE = 0;

/** What a dead letter brought along, until it is received here. */
interface Past {
  readonly id: number;
  readonly receives: number;
  readonly firstReceiveUs: number;
  /** The queue that it came from, where it was one. */
  readonly source: string | null;
}

export class FifoQueue extends QueueCore implements DeadLetterPort {
  protected readonly groups: MessageGroups;
  protected readonly deduplication = new DeduplicationWindow(DEDUPLICATION_US);

  readonly #fifo: FifoSettings;
  readonly #fifoMetrics: FifoMetrics;
  readonly #rates: FifoRates;
  readonly #parked: ParkedGroups;
  readonly #attempts = new ReceiveAttempts(ATTEMPT_US);
  /** Dead letters that are here, by their number. */
  readonly #past = new Map<number, Past>();
  /** Number of the call under way: a partition is charged once for each. */
  #call = 0;
  /** A move task is at work: its receives and deletes are not charged. */
  #moving = false;
  #groupsInFlight = 0;
  /** Oldest message that is delayed. */
  #firstDelayed = NONE;
  #delayEvent: Handle | null = null;
  /** Messages within the scan window, and the first beyond it, with its number. */
  #inWindow = 0;
  #beyond = NONE;
  #windowEnd = Number.POSITIVE_INFINITY;
  readonly #throttledSend: Required<SendMessageOutput> = { error: null, MessageId: 0, SequenceNumber: -1 };
  readonly #throttledSendBatch = newSendBatchOutput();
  readonly #throttledBatch = newBatchOutput();

  /** Throws SqsModelError for a standard queue or for settings that no queue can have. */
  constructor(sim: Simulation, settings: SqsSettings, ports: SqsPorts, records = new ReceiveRecords(undefined, true)) {
    const fifo = checkSettings(settings);
    super(sim, settings, ports, new MessageStore(true), records);
    this.#fifo = fifo;
    this.#fifoMetrics = new FifoMetrics(ports.metrics);
    this.groups = new MessageGroups(this.store, records);
    this.#rates = new FifoRates(fifo);
    this.#parked = new ParkedGroups(sim, this.#rates.receive, this.#rates.partitions, (group) => this.#unpark(group));
  }

  /** A sequence number as AWS writes it: 20 digits, growing with each message. */
  sequenceNumberText(SequenceNumber: number): string {
    return `1${String(SequenceNumber).padStart(19, '0')}`;
  }

  // --- send ---

  override SendMessage(input: SendMessageInput): Required<SendMessageOutput> {
    this.#call++;
    if (this.#isOverRate(this.#rates.allSends)) {
      this.#throttledSend.error = sqsErrors.throttled;
      return this.#throttledSend;
    }
    return super.SendMessage(input);
  }

  override SendMessageBatch(entries: readonly SendMessageInput[], count: number): SendBatchOutput {
    this.#call++;
    if (this.#isOverRate(this.#rates.allSends)) return refusedBatch(this.#throttledSendBatch, sqsErrors.throttled);
    return super.SendMessageBatch(entries, count);
  }

  protected override checkMessage(input: SendMessageInput, inBatch: boolean): SqsError | null {
    const error = super.checkMessage(input, inBatch);
    if (error !== null) return error;
    const group = input.MessageGroupId ?? -1;
    if (group < 0) return inBatch ? sqsErrors.missingGroupInBatch : sqsErrors.missingGroup;
    if ((input.MessageDeduplicationId ?? -1) < 0 && !this.#fifo.contentBasedDeduplication) {
      return sqsErrors.missingDeduplicationId;
    }
    // An explicit 0 is accepted, and the queue's delay holds all the same.
    if (input.DelaySeconds > 0) return sqsErrors.delayInFifo(input.DelaySeconds);
    return this.#admitsGroup(this.#rates.send, group) ? null : this.#throttle();
  }

  protected enqueue(input: SendMessageInput): boolean {
    const { body, bytes } = input;
    const groupId = input.MessageGroupId as number;
    const given = input.MessageDeduplicationId ?? -1;
    const id = given >= 0 ? given : (input.content ?? body);
    const scope = this.#fifo.deduplicationScope === 'queue' ? WHOLE_QUEUE : groupId;
    const now = this.sim.now;
    const known = this.findDuplicate(id, scope, now);
    if (known >= 0) {
      this.sentId = this.firstMessageId + known;
      this.sentSequence = known;
      this.#fifoMetrics.deduplicated.add(1);
      return false;
    }
    const ordinal = this.nextOrdinal++;
    this.deduplication.add(id, scope, ordinal, now);
    this.#append(body, bytes, ordinal, groupId);
    this.sentId = this.firstMessageId + ordinal;
    this.sentSequence = ordinal;
    this.metrics.size.record(bytes);
    this.observer.onSent(body, this.sentId);
    return true;
  }

  /** The message accepted with this deduplication id in the last five minutes, or -1. */
  protected findDuplicate(id: number, scope: number, now: number): number {
    return this.deduplication.find(id, scope, now);
  }

  /** A message comes to the end of its group, and of the queue. */
  #append(body: number, bytes: number, ordinal: number, groupId: number): number {
    const { store, groups } = this;
    const group = groups.of(groupId);
    const isDelayed = this.delayUs > 0;
    const slot = store.take(body, ordinal, this.sim.now, Math.ceil(bytes), isDelayed ? Place.delayed : Place.fresh);
    store.setGroup(slot, group);
    this.own.append(slot);
    if (this.#beyond !== NONE) {
      // Behind those that are beyond already.
    } else if (this.#inWindow < this.#fifo.scanWindow) this.#inWindow++;
    else this.#setBeyond(slot);
    this.expectExpiry(this.sim.now + this.retentionUs);
    const isFirst = groups.isEmpty(group);
    groups.appendFresh(group, slot);
    if (isDelayed) {
      this.delayed++;
      if (this.#firstDelayed === NONE) this.#firstDelayed = slot;
      this.#scheduleDelay();
    } else {
      this.visible++;
      if (isFirst) this.#offer(group);
    }
    return slot;
  }

  /**
   * A dead letter of another FIFO queue: dated anew, so it has the whole retention before it, and never taken for a duplicate, for its
   * deduplication id is its own message id now.
   */
  acceptDeadLettered(
    MessageId: number,
    body: number,
    bytes: number,
    _sentUs: number,
    firstReceiveUs: number,
    receiveCount: number,
    _leftBehind: boolean,
    MessageGroupId: number,
    DeadLetterQueueSource?: string,
  ): void {
    if (MessageGroupId < 0) {
      throw new SqsModelError(
        'bad-setting',
        `queue ${this.name} is FIFO: the dead letters of a standard queue can't come here`,
      );
    }
    const ordinal = this.nextOrdinal++;
    this.accepted++;
    this.#past.set(ordinal, {
      id: MessageId,
      receives: receiveCount,
      firstReceiveUs,
      source: DeadLetterQueueSource ?? null,
    });
    const slot = this.#append(body, bytes, ordinal, MessageGroupId);
    this.store.flag(slot, MOVED_HERE);
    this.report();
  }

  protected sourceOf(slot: number): string | null {
    return this.#past.get(this.store.ordinal(slot))?.source ?? null;
  }

  protected groupIdOf(slot: number): number {
    return this.groups.id[this.store.group(slot)] as number;
  }

  // --- delay: of the queue only, and a change holds for what is there too ---

  #scheduleDelay(): void {
    if (this.#delayEvent !== null || this.#firstDelayed === NONE) return;
    const dueUs = this.store.sentUs(this.#firstDelayed) + this.delayUs;
    this.#delayEvent = this.sim.scheduleAt(Math.max(this.sim.now, dueUs), this.#onDelayEnd, undefined, 0);
  }

  readonly #onDelayEnd = (): void => {
    this.#delayEvent = null;
    this.expireFirst();
    this.#endDelays();
    this.#scheduleDelay();
    this.report();
  };

  #endDelays(): void {
    const { store } = this;
    const sentUntil = this.sim.now - this.delayUs;
    for (let slot = this.#firstDelayed; slot !== NONE && store.sentUs(slot) <= sentUntil; slot = this.#firstDelayed) {
      store.setPlace(slot, Place.fresh);
      this.delayed--;
      this.visible++;
      this.#firstDelayed = this.#delayedFrom(store.newer(slot));
      this.#offer(store.group(slot));
    }
  }

  #delayedFrom(from: number): number {
    let slot = from;
    while (slot !== NONE && this.store.place(slot) !== Place.delayed) slot = this.store.newer(slot);
    return slot;
  }

  protected override setDelay(delayUs: number): void {
    const { store } = this;
    super.setDelay(delayUs);
    // What is visible and was never received may have to wait again; its group is found out when its turn comes.
    for (let slot = this.own.head; slot !== NONE; slot = store.newer(slot)) {
      if (store.place(slot) !== Place.fresh || store.sentUs(slot) + delayUs <= this.sim.now) continue;
      store.setPlace(slot, Place.delayed);
      this.visible--;
      this.delayed++;
    }
    this.#firstDelayed = this.#delayedFrom(this.own.head);
    this.#endDelays();
    if (this.#delayEvent !== null) this.sim.cancel(this.#delayEvent);
    this.#delayEvent = null;
    this.#scheduleDelay();
    this.report();
  }

  // --- receive ---

  override ReceiveMessage(input: ReceiveMessageInput, receiver: Receiver, tag: number): number {
    this.#call++;
    if (this.#isOverRate(this.#rates.allReceives)) return this.refuse(sqsErrors.throttled, receiver, tag);
    const attempt = input.ReceiveRequestAttemptId ?? -1;
    if (attempt < 0) return super.ReceiveMessage(input, receiver, tag);
    const made = this.#attempts.find(attempt, this.sim.now);
    if (made !== undefined && this.#answerAgain(made, this.visibilityOf(input))) {
      this.#remember(attempt, this.receiveOutput);
      this.billing.receive(this.receivedBytes);
      this.receivedBytes = 0;
      receiver.onReceiveMessage(tag, this.receiveOutput);
      return -1;
    }
    const remembering: Receiver = {
      onReceiveMessage: (itsTag, output) => {
        this.#remember(attempt, output);
        receiver.onReceiveMessage(itsTag, output);
      },
    };
    return super.ReceiveMessage(input, remembering, tag);
  }

  #remember(attempt: number, output: ReceiveMessageOutput): void {
    const { records } = this;
    const dueUs = (handle: number): number => records.dueUs[records.resolve(handle)] ?? -1;
    this.#attempts.remember(attempt, output, dueUs, this.sim.now);
  }

  /** The same messages under the same handles, hidden anew; false when one of them was deleted, changed or is visible again. */
  #answerAgain({ handles, dueUs }: Attempt, visibilityUs: number): boolean {
    const { records } = this;
    const isUntouched = (handle: number, i: number): boolean => {
      const record = records.resolve(handle);
      return record >= 0 && records.stage[record] === Stage.inFlight && records.dueUs[record] === dueUs[i];
    };
    if (visibilityUs === 0 || !handles.every(isUntouched)) return false;
    const output = this.receiveOutput;
    output.error = null;
    output.count = 0;
    for (const handle of handles) {
      const record = records.resolve(handle);
      this.visibility.disarm(record);
      this.visibility.arm(record, visibilityUs);
      this.#write(record, handle);
    }
    return true;
  }

  protected mayHaveMessages(): boolean {
    return this.groups.ready.size > 0;
  }

  /** A FIFO queue asks all servers, and has no error for its in-flight limit. */
  protected fillShort(max: number, visibilityUs: number): SqsError | null {
    this.fill(max, visibilityUs);
    return null;
  }

  protected fill(max: number, visibilityUs: number): void {
    const output = this.receiveOutput;
    output.error = null;
    output.count = 0;
    this.#call++;
    while (output.count < max && this.roomInFlight() > 0) {
      const group = this.#takeGroup();
      if (group === NONE) break;
      this.#takeFrom(group, max, visibilityUs);
      this.#offer(group);
    }
    if (visibilityUs === 0) this.releaseAll();
  }

  /** The group with the oldest message that can be had, out of the heap; NONE when there is none. */
  #takeGroup(): number {
    const { groups } = this;
    const { ready } = groups;
    while (ready.size > 0) {
      const group = ready.top;
      const first = groups.first(group);
      if (first < 0) {
        ready.pop();
        groups.turn[group] = Turn.none;
      } else if (first > ready.topKey) {
        // The one it was entered with has expired.
        ready.replaceTop(first);
      } else if (first >= this.#windowEnd) {
        return NONE;
      } else {
        ready.pop();
        groups.turn[group] = Turn.none;
        if (this.#admitsGroup(this.#rates.receive, groups.id[group] as number)) return group;
        this.#park(group);
      }
    }
    return NONE;
  }

  /** Hands out what it can of a group, in order. */
  #takeFrom(group: number, max: number, visibilityUs: number): void {
    const { groups, records, store } = this;
    const output = this.receiveOutput;
    let record = groups.firstRecord[group] as number;
    while (output.count < max && this.roomInFlight() > 0) {
      if (record === NONE) {
        const slot = groups.firstFresh[group] as number;
        if (slot === NONE || store.place(slot) !== Place.fresh || store.ordinal(slot) >= this.#windowEnd) return;
        record = this.#recordOf(groups.takeFresh(group), group);
      } else if (this.isLocked(record)) return;
      const next = records.groupNext[record] as number;
      records.stage[record] = Stage.taken;
      this.visible--;
      if (this.exceedsRedrive(this.receivesHere(record) + 1)) this.#moveToDeadLetterQueue(record, group);
      else this.#handOut(record, group, visibilityUs);
      record = next;
    }
  }

  /** Whether a received message of a group keeps the later ones back. */
  protected isLocked(record: number): boolean {
    return this.records.stage[record] !== Stage.returned;
  }

  #recordOf(slot: number, group: number): number {
    const { records, store } = this;
    const record = records.take(slot);
    store.setRecord(slot, record);
    this.groups.appendRecord(group, record);
    if (!store.has(slot, MOVED_HERE)) return record;
    const past = this.#past.get(store.ordinal(slot)) as Past;
    records.receives[record] = past.receives;
    records.receivesBefore[record] = past.receives;
    records.firstReceiveUs[record] = past.firstReceiveUs;
    return record;
  }

  #handOut(taken: number, group: number, visibilityUs: number): void {
    const { records } = this;
    const record = records.canReceive(taken) ? taken : this.#renew(taken, group);
    const receives = this.nextReceiveCount(records.receives[record] as number);
    records.receives[record] = receives;
    if ((records.firstReceiveUs[record] as number) < 0) records.firstReceiveUs[record] = this.sim.now;
    records.receivedUs[record] = this.sim.now;
    this.#countInFlight(group, 1);
    this.hide(record, visibilityUs);
    this.#write(record, records.newHandle(record));
    const i = this.receiveOutput.count - 1;
    this.observer.onReceived(
      this.receiveOutput.body[i] as number,
      this.receiveOutput.MessageId[i] as number,
      receives,
      false,
    );
  }

  /** Adds a message to the answer. */
  #write(record: number, handle: number): void {
    const { records } = this;
    const slot = records.slot[record] as number;
    const page = this.store.page(slot);
    const row = slot & ROW_MASK;
    const output = this.receiveOutput;
    const i = output.count++;
    this.receivedBytes += (page.meta[row] as number) & BYTES_MASK;
    output.body[i] = page.body[row] as number;
    output.ReceiptHandle[i] = handle;
    output.MessageId[i] = this.messageId(slot);
    output.ApproximateReceiveCount[i] = records.receives[record] as number;
    output.SentTimestamp[i] = page.sentUs[row] as number;
    output.ApproximateFirstReceiveTimestamp[i] = records.firstReceiveUs[record] as number;
    output.MessageGroupId[i] = this.groups.id[page.group[row] as number] as number;
    output.SequenceNumber[i] = page.ordinal[row] as number;
  }

  #renew(record: number, group: number): number {
    const { records } = this;
    const slot = records.slot[record] as number;
    const renewed = records.renew(record);
    this.store.setLink(slot, renewed);
    this.groups.replaceRecord(group, record, renewed);
    return renewed;
  }

  protected messageId(slot: number): number {
    const ordinal = this.store.ordinal(slot);
    return this.store.has(slot, MOVED_HERE) ? (this.#past.get(ordinal) as Past).id : this.firstMessageId + ordinal;
  }

  protected override receivesOf(slot: number): number {
    const isNew = this.store.place(slot) !== Place.recorded && this.store.has(slot, MOVED_HERE);
    return isNew ? (this.#past.get(this.store.ordinal(slot)) as Past).receives : super.receivesOf(slot);
  }

  // --- groups and their turn ---

  /** Lets a group wait for receives, when its first message can be had. */
  #offer(group: number): void {
    const { groups } = this;
    if (groups.turn[group] !== Turn.none) return;
    const first = groups.first(group);
    if (first < 0) return;
    groups.turn[group] = Turn.ready;
    groups.ready.push(first, group);
    this.available();
  }

  #park(group: number): void {
    this.groups.turn[group] = Turn.parked;
    this.#parked.park(group, this.#rates.partitionOf(this.groups.id[group] as number));
  }

  #unpark(group: number): void {
    this.groups.turn[group] = Turn.none;
    this.#offer(group);
  }

  /** There is more room in flight, or in the window. */
  #moreRoom(): void {
    if (this.groups.ready.size > 0) this.available();
  }

  #countInFlight(group: number, difference: 1 | -1): void {
    const { inFlight } = this.groups;
    const before = inFlight[group] as number;
    inFlight[group] = before + difference;
    if (before > 0 && before + difference > 0) return;
    this.#groupsInFlight += difference;
    this.#fifoMetrics.groupsInFlight.set(this.#groupsInFlight);
  }

  // --- move tasks: what SQS does for itself is not counted against the rates ---

  override takeToMove(max: number): FullReceiveOutput {
    this.#moving = true;
    const output = super.takeToMove(max);
    this.#moving = false;
    return output;
  }

  override endMove(handles: Float64Array, sent: Uint8Array, count: number): void {
    this.#moving = true;
    super.endMove(handles, sent, count);
    this.#moving = false;
  }

  // --- delete, visibility ---

  override DeleteMessage(ReceiptHandle: number): SqsError | null {
    this.#call++;
    if (this.#isOverRate(this.#rates.allDeletes)) return sqsErrors.throttled;
    return super.DeleteMessage(ReceiptHandle);
  }

  override DeleteMessageBatch(handles: Float64Array, count: number): BatchOutput {
    this.#call++;
    if (this.#isOverRate(this.#rates.allDeletes)) return refusedBatch(this.#throttledBatch, sqsErrors.throttled);
    return super.DeleteMessageBatch(handles, count);
  }

  protected delete(handle: number): SqsError | null {
    const { records, store, groups } = this;
    const record = this.resolveForDelete(handle);
    if (record === NOT_A_HANDLE) return sqsErrors.receiptHandle(handle);
    if (record === STALE_HANDLE) return records.isEarlierReceive(handle) ? sqsErrors.handleExpired(handle) : null;
    if (records.stage[record] !== Stage.inFlight) return sqsErrors.handleExpired(handle);
    const slot = records.slot[record] as number;
    const group = store.group(slot);
    if (!this.#admitsGroup(this.#rates.delete, groups.id[group] as number)) return this.#throttle();
    const body = store.body(slot);
    const id = this.messageId(slot);
    this.deleted++;
    this.drop(slot);
    this.observer.onDeleted(body, id);
    this.observer.onGone(body, id);
    return null;
  }

  /** No longer in flight, as AWS puts it for a message that is there and one that is not (assumed for FIFO). */
  protected override changeOfVisible(handle: number): SqsError | null {
    return sqsErrors.notAvailableForVisibilityChange(handle);
  }

  protected toVisible(record: number): void {
    const group = this.store.group(this.records.slot[record] as number);
    this.inFlight--;
    this.visible++;
    this.#countInFlight(group, -1);
    this.records.stage[record] = Stage.returned;
    this.#offer(group);
    this.#moreRoom();
  }

  // --- the end of messages ---

  protected drop(slot: number): boolean {
    const { store, records, groups } = this;
    const group = store.group(slot);
    switch (store.place(slot)) {
      case Place.fresh:
        this.visible--;
        this.#takeFirstFresh(group, slot);
        break;
      case Place.delayed:
        this.delayed--;
        this.#takeFirstFresh(group, slot);
        if (slot === this.#firstDelayed) this.#firstDelayed = this.#delayedFrom(store.newer(slot));
        break;
      default: {
        const record = store.link(slot);
        if (records.stage[record] === Stage.inFlight) {
          this.visibility.disarm(record);
          this.inFlight--;
          this.#countInFlight(group, -1);
        } else this.visible--;
        groups.removeRecord(group, record);
        records.release(record);
      }
    }
    this.#leave(slot);
    this.unlock(group);
    return true;
  }

  /** A message of the group has gone: what was behind it may be had. */
  protected unlock(group: number): void {
    this.#offer(group);
    this.#moreRoom();
  }

  /** What was never received leaves in the order in which it came. */
  #takeFirstFresh(group: number, slot: number): void {
    if (this.groups.takeFresh(group) !== slot) {
      throw new SqsModelError(
        'broken-order',
        `a message of queue ${this.name} leaves before an older one of its group`,
      );
    }
  }

  /** Gives up a message that is in no list of its group any more. */
  #leave(slot: number): void {
    const { store } = this;
    const ordinal = store.ordinal(slot);
    if (this.#beyond === NONE) this.#inWindow--;
    else if (slot === this.#beyond || ordinal < this.#windowEnd) this.#setBeyond(store.newer(this.#beyond));
    if (store.has(slot, MOVED_HERE)) this.#past.delete(ordinal);
    this.own.remove(slot);
    store.release(slot);
  }

  #setBeyond(slot: number): void {
    this.#beyond = slot;
    this.#windowEnd = slot === NONE ? Number.POSITIVE_INFINITY : this.store.ordinal(slot);
  }

  #moveToDeadLetterQueue(record: number, group: number): void {
    const { store, records, groups } = this;
    const slot = records.slot[record] as number;
    const body = store.body(slot);
    const id = this.messageId(slot);
    const bytes = store.bytesOf(slot);
    const sentUs = store.sentUs(slot);
    const firstReceiveUs = records.firstReceiveUs[record] as number;
    const receives = records.receives[record] as number;
    groups.removeRecord(group, record);
    records.release(record);
    this.#leave(slot);
    this.movedAway++;
    this.metrics.moved.add(1);
    this.observer.onDeadLettered(body, id);
    const groupId = groups.id[group] as number;
    this.deadLetterQueue?.acceptDeadLettered(
      id,
      body,
      bytes,
      sentUs,
      firstReceiveUs,
      receives,
      false,
      groupId,
      this.name,
    );
  }

  protected override purgeAll(): void {
    super.purgeAll();
    this.deduplication.clear();
    this.#attempts.clear();
  }

  /** A message that is received again and again keeps its place, so it goes on counting. */
  protected countsForAge(): boolean {
    return true;
  }

  // --- rates ---

  /** Charges the whole queue, where it has a rate. */
  #isOverRate(rate: FifoRates['allSends']): boolean {
    if (rate === null || rate.admits(0, this.#call, this.sim.now)) return false;
    this.#throttle();
    return true;
  }

  /** Charges the partition of a group, where it is the partitions that have one. */
  #admitsGroup(rate: FifoRates['send'], groupId: number): boolean {
    if (!this.#rates.perPartition || this.#moving) return true;
    return rate.admits(this.#rates.partitionOf(groupId), this.#call, this.sim.now);
  }

  #throttle(): SqsError {
    this.#fifoMetrics.throttled.add(1);
    return sqsErrors.throttled;
  }
}

function checkSettings({ name, fifo, fifoSettings }: SqsSettings): FifoSettings {
  if (!fifo || fifoSettings === undefined) {
    throw new SqsModelError('bad-setting', `queue ${name} is no FIFO queue: this model is of FIFO queues`);
  }
  const { deduplicationScope, fifoThroughputLimit, partitions, scanWindow } = fifoSettings;
  if (fifoThroughputLimit === 'perMessageGroupId' && deduplicationScope !== 'messageGroup') {
    throw new SqsModelError(
      'bad-setting',
      `queue ${name}: the throughput limit perMessageGroupId needs the deduplication scope messageGroup`,
    );
  }
  if (!(Number.isInteger(partitions) && partitions >= 1 && scanWindow >= 1)) {
    throw new SqsModelError(
      'bad-setting',
      `queue ${name}: ${partitions} partitions, window of ${scanWindow}: expected 1 or more`,
    );
  }
  return fifoSettings;
}
