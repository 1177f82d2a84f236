/**
 * An SQS standard queue on virtual time: what each operation does to each message, at the instant it reaches the service.
 *
 *                      ┌─ delay ─▶ delayed ─┐
 *   SendMessage ───────┴────────────────────┴─▶ visible ──receive──▶ in flight ──delete──▶ gone
 *                                               ▲  │  ▲                │  │
 *                         visibility timeout ───┘  │  └─ a copy that   │  └─ retention, purge ─▶ gone
 *                         or set to 0              │     was left ◀────┘
 *                                                  └─ received too often ─▶ dead-letter queue
 *
 * Taken in this order: returned (received once or twice, visible again), fresh (never received), back (received more often, dead
 * letters), where `back` and `fresh` are merged by when each became visible. docs/models/sqs.md says what is exact and what is assumed.
 */
import { sqsFacts } from '../../facts/index.ts';
import { type Handle, type KeyedStream, type Simulation, TimeoutLane } from '../../kernel/index.ts';
import type { Metrics } from '../ports.ts';
import { Arrivals } from './arrivals.ts';
import { SqsModelError, sqsErrors } from './errors.ts';
import { FreshLane } from './fresh-lane.ts';
import { LEFT_BEHIND, MessageStore, MOVED_HERE, NONE, OVERTAKEN, Place, ROW_MASK } from './message-store.ts';
import { MovedExpiry } from './moved-expiry.ts';
import type {
  BatchOutput,
  QueueAttributes,
  ReceiveMessageInput,
  ReceiveMessageOutput,
  Receiver,
  SendMessageInput,
  SendMessageOutput,
  SqsError,
  SqsObserver,
  SqsOperations,
} from './operations.ts';
import { newBatchOutput, newReceiveOutput, refusedBatch } from './outputs.ts';
import { QueueMetrics } from './queue-metrics.ts';
import { NOT_A_HANDLE, ReceiveRecords, RecordList, STALE_HANDLE, Stage } from './receive-records.ts';
import { SampledServers } from './sampled-servers.ts';
import type { SqsSettings } from './settings.ts';
import { VisibilityLanes } from './visibility-lanes.ts';
import { WaitingPolls } from './waiting-polls.ts';

const US_PER_SECOND = 1_000_000;
const MAX_ENTRIES = sqsFacts.batchMaxEntries.value;
const MAX_BATCH_BYTES = sqsFacts.batchMaxBytes.value;
const MAX_DELAY_S = sqsFacts.delayMaxSeconds.value;
const MAX_WAIT_S = sqsFacts.waitMaxSeconds.value;
const MAX_VISIBILITY_S = sqsFacts.visibilityMaxSeconds.value;
const VISIBILITY_CAP_US = sqsFacts.visibilityTotalCapSeconds.value * US_PER_SECOND;
const MAX_MESSAGES = sqsFacts.receiveMaxMessages.value;
const PURGE_INTERVAL_US = sqsFacts.purgeIntervalSeconds.value * US_PER_SECOND;
const OFTEN = sqsFacts.agePassedAfterReceives.value;
const OVERTAKEN_BY_MAX = sqsFacts.overtakenByMax.value;
/** Lanes of equal delays and waits kept at most; idle ones go first. */
const MAX_LANES = 1024;

/** Where dead letters go: another queue. */
export interface DeadLetterPort {
  /** The message keeps its id, the time it was first sent, and goes on counting its receives. */
  acceptDeadLettered(
    MessageId: number,
    body: number,
    bytes: number,
    sentUs: number,
    firstReceiveUs: number,
    receiveCount: number,
    leftBehind: boolean,
  ): void;
}

export interface SqsPorts {
  readonly metrics: Metrics;
  readonly observer: SqsObserver;
  readonly deadLetterQueue: DeadLetterPort | null;
  /** The first message's id; the others count on from it. Default 0. Queues that share a dead-letter queue need ranges of their own. */
  readonly firstMessageId?: number;
  /** From a SetQueueAttributes until it holds, microseconds, default 0; AWS: up to 60 s, retention up to 15 min. */
  readonly attributePropagationUs?: number;
}

/** Whatever entered the queue is in one of these: sent + accepted + copiesReturned = all the others. */
export interface SqsCounts {
  readonly sent: number;
  /** Dead letters of other queues. */
  readonly accepted: number;
  /** Deleted messages that became visible again, for a server had been out of reach. */
  readonly copiesReturned: number;
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  readonly deleted: number;
  readonly expired: number;
  readonly moved: number;
  readonly purged: number;
  /** Deleted messages of which a server out of reach still has a copy: outside that sum, for they are counted as deleted. */
  readonly copiesHidden: number;
}

/** AWS's names; seconds and bytes. What is left out stays as it is. */
export interface SetQueueAttributesInput {
  readonly VisibilityTimeout?: number;
  readonly DelaySeconds?: number;
  readonly MessageRetentionPeriod?: number;
  readonly ReceiveMessageWaitTimeSeconds?: number;
  readonly MaximumMessageSize?: number;
}

/** Draws belong to (message, receive), not to the order of service: the same message has the same luck in every design. */
interface Random {
  readonly reorder: KeyedStream;
  readonly deleteMiss: KeyedStream;
  readonly receiveMiss: KeyedStream;
}

export class SqsQueue implements SqsOperations, DeadLetterPort {
  readonly name: string;
  protected readonly sim: Simulation;
  protected readonly settings: SqsSettings;
  protected readonly observer: SqsObserver;
  protected readonly metrics: QueueMetrics;
  protected readonly store = new MessageStore();
  protected readonly records: ReceiveRecords;
  protected readonly fresh = new FreshLane(this.store);
  protected readonly returned: RecordList;
  protected readonly back: RecordList;
  protected visibilityTimeoutUs: number;
  protected delayUs: number;
  protected retentionUs: number;
  protected waitUs: number;
  protected maximumMessageSize: number;

  readonly #deadLetterQueue: DeadLetterPort | null;
  readonly #firstMessageId: number;
  readonly #propagationUs: number;
  readonly #random: Random;
  readonly #servers: SampledServers;
  readonly #own: Arrivals;
  readonly #moved: Arrivals;
  readonly #movedExpiry = new MovedExpiry(this.store);
  readonly #visibility: VisibilityLanes;
  readonly #polls = new WaitingPolls();
  readonly #delays = new Map<number, TimeoutLane>();
  readonly #waits = new Map<number, TimeoutLane>();
  /** Handles of messages in flight that another server would hand out as well. */
  readonly #hiddenAgain: number[] = [];
  /** Those of the receive under way, not to be had before it is over. */
  readonly #toHandOutAgain: number[] = [];
  /** Records of the receive under way that are visible again at its end. */
  readonly #releaseNow: number[] = [];
  #wakeScheduled = false;
  #retentionEvent: Handle | null = null;
  #retentionAtUs = 0;
  #purgedUs = Number.NEGATIVE_INFINITY;
  #duplicateShare: number | null = null;
  #takenWhileHidden = false;

  #nextOrdinal = 0;
  #visible = 0;
  #inFlight = 0;
  #delayed = 0;
  #hiddenCopies = 0;
  #movedHere = 0;
  #accepted = 0;
  #copiesReturned = 0;
  #deleted = 0;
  #expired = 0;
  #movedAway = 0;
  #purged = 0;

  readonly #sendOutput: SendMessageOutput = { error: null, MessageId: 0 };
  readonly #sendBatchOutput = newBatchOutput();
  readonly #deleteBatchOutput = newBatchOutput();
  readonly #changeBatchOutput = newBatchOutput();
  readonly #receiveOutput = newReceiveOutput();
  readonly #attributes: QueueAttributes = {
    ApproximateNumberOfMessages: 0,
    ApproximateNumberOfMessagesNotVisible: 0,
    ApproximateNumberOfMessagesDelayed: 0,
  };

  /** Throws SqsModelError for a FIFO queue or for settings that no queue can have. */
  constructor(sim: Simulation, settings: SqsSettings, ports: SqsPorts, records = new ReceiveRecords()) {
    checkSettings(settings, ports);
    const { name, distribution } = settings;
    this.name = name;
    this.sim = sim;
    this.settings = settings;
    this.observer = ports.observer;
    this.metrics = new QueueMetrics(ports.metrics);
    this.#deadLetterQueue = ports.deadLetterQueue;
    this.#firstMessageId = ports.firstMessageId ?? 0;
    this.#propagationUs = ports.attributePropagationUs ?? 0;
    this.visibilityTimeoutUs = settings.visibilityTimeoutUs;
    this.delayUs = settings.delayUs;
    this.retentionUs = settings.messageRetentionPeriodUs;
    this.waitUs = settings.receiveMessageWaitTimeUs;
    this.maximumMessageSize = settings.maximumMessageSizeBytes;
    this.records = records;
    this.returned = new RecordList(records);
    this.back = new RecordList(records);
    this.#visibility = new VisibilityLanes(sim, records, (record) => this.#visibilityEnded(record), this.#expireFirst);
    const counts = (slot: number): boolean => this.#countsForAge(slot);
    this.#own = new Arrivals(this.store, counts);
    this.#moved = new Arrivals(this.store, counts);
    this.#servers = new SampledServers(distribution.servers, distribution.sampled, sim.stream(`${name}/short-poll`));
    this.#random = {
      reorder: sim.keyedStream(`${name}/reorder`),
      deleteMiss: sim.keyedStream(`${name}/delete-miss`),
      receiveMiss: sim.keyedStream(`${name}/receive-miss`),
    };
  }

  get counts(): SqsCounts {
    return {
      sent: this.#nextOrdinal - this.#accepted,
      accepted: this.#accepted,
      copiesReturned: this.#copiesReturned,
      visible: this.#visible,
      inFlight: this.#inFlight,
      delayed: this.#delayed,
      deleted: this.#deleted,
      expired: this.#expired,
      moved: this.#movedAway,
      purged: this.#purged,
      copiesHidden: this.#hiddenCopies,
    };
  }

  /** Long polls that wait now. */
  get waitingPolls(): number {
    return this.#polls.count;
  }

  /** Share of deletes that leave a copy behind while a fault lasts, 0 to 1; null: as the settings say. */
  setDuplicateRate(share: number | null): void {
    if (share !== null && !(share >= 0 && share <= 1)) {
      throw new SqsModelError('bad-setting', `duplicate rate ${share} of queue ${this.name}: expected 0 to 1, or null`);
    }
    this.#duplicateShare = share;
  }

  // --- send ---

  SendMessage(input: SendMessageInput): SendMessageOutput {
    const output = this.#sendOutput;
    output.error = this.#checkMessage(input);
    if (output.error !== null) return output;
    output.MessageId = this.#send(input);
    this.metrics.sent.add(1);
    this.#report();
    return output;
  }

  SendMessageBatch(entries: readonly SendMessageInput[], count: number): BatchOutput {
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
      const error = this.#checkMessage(entry);
      output.entryErrors[i] = error;
      if (error !== null) continue;
      this.#send(entry);
      sent++;
    }
    if (sent > 0) this.metrics.sent.add(sent);
    this.#report();
    return output;
  }

  #checkMessage({ bytes, DelaySeconds }: SendMessageInput): SqsError | null {
    if (!(bytes >= 1)) return sqsErrors.missingBody;
    if (bytes > this.maximumMessageSize) return sqsErrors.messageTooLong(this.maximumMessageSize);
    if (DelaySeconds !== -1 && !(DelaySeconds >= 0 && DelaySeconds <= MAX_DELAY_S)) {
      return sqsErrors.delaySeconds(DelaySeconds);
    }
    return null;
  }

  #send({ body, bytes, DelaySeconds }: SendMessageInput): number {
    const delayUs = this.delayOf(DelaySeconds);
    const ordinal = this.#nextOrdinal++;
    const place = delayUs > 0 ? Place.delayed : Place.fresh;
    const slot = this.store.take(body, ordinal, this.sim.now, Math.ceil(bytes), place);
    this.#own.append(slot);
    if (this.#retentionEvent === null) this.#scheduleRetention();
    if (delayUs > 0) {
      this.#delayed++;
      this.#lane(this.#delays, delayUs).arm(slot, ordinal);
    } else {
      this.#visible++;
      this.fresh.append(slot);
      this.#available();
    }
    const id = this.#firstMessageId + ordinal;
    this.metrics.size.record(bytes);
    this.observer.onSent(body, id);
    return id;
  }

  /** Microseconds; a delay of the message's own goes before the queue's. */
  protected delayOf(DelaySeconds: number): number {
    return DelaySeconds < 0 ? this.delayUs : toUs(DelaySeconds);
  }

  readonly #onDelayEnd = (slot: number, ordinal: number): void => {
    this.#expireFirst();
    if (!this.#isDelayed(slot, ordinal)) return;
    this.store.setPlace(slot, Place.fresh);
    this.#delayed--;
    this.#visible++;
    this.fresh.append(slot);
    this.#available();
    this.#report();
  };
  readonly #isDelayed = (slot: number, ordinal: number): boolean =>
    this.store.holds(slot, ordinal) && this.store.place(slot) === Place.delayed;

  /** A dead letter of another queue comes in: visible at once, at the back. It may be past this queue's retention already. */
  acceptDeadLettered(
    MessageId: number,
    body: number,
    bytes: number,
    sentUs: number,
    firstReceiveUs: number,
    receiveCount: number,
    leftBehind: boolean,
  ): void {
    const { store, records } = this;
    const slot = store.take(body, this.#nextOrdinal++, sentUs, bytes, Place.recorded);
    store.flag(slot, MOVED_HERE);
    if (leftBehind) store.flag(slot, LEFT_BEHIND);
    this.#accepted++;
    this.#movedHere++;
    const record = records.take(slot);
    records.keepMoves();
    store.setLink(slot, record);
    records.receives[record] = receiveCount;
    records.receivesBefore[record] = receiveCount;
    records.firstReceiveUs[record] = firstReceiveUs;
    records.movedId[record] = MessageId;
    records.movedUs[record] = this.sim.now;
    this.#moved.append(slot);
    this.#movedExpiry.add(slot, this.#movedHere);
    this.#toBack(record);
    this.#visible++;
    const expiryUs = Math.max(this.sim.now, sentUs + this.retentionUs);
    if (this.#retentionEvent === null || expiryUs < this.#retentionAtUs) this.#scheduleRetention();
    this.#available();
    this.#report();
  }

  // --- receive ---

  ReceiveMessage(input: ReceiveMessageInput, receiver: Receiver, tag: number): number {
    const error = this.#checkReceive(input);
    if (error !== null) return this.#refuse(error, receiver, tag);
    const max = input.MaxNumberOfMessages;
    const visibilityUs = input.VisibilityTimeout < 0 ? this.visibilityTimeoutUs : toUs(input.VisibilityTimeout);
    const waitUs = input.WaitTimeSeconds < 0 ? this.waitUs : toUs(input.WaitTimeSeconds);
    if (waitUs === 0) {
      if (this.roomInFlight() <= 0) return this.#refuse(sqsErrors.overLimit, receiver, tag);
      this.#servers.draw();
      this.#fill(max, visibilityUs, !this.#servers.all);
      this.#answer(receiver, tag);
      return -1;
    }
    // Behind those who wait already, even where a message has just come for them.
    if (this.#polls.count === 0 && this.#visible + this.#hiddenAgain.length > 0) {
      this.#fill(max, visibilityUs, false);
      if (this.#receiveOutput.count > 0) {
        this.#answer(receiver, tag);
        return -1;
      }
      // It may have moved some to the dead-letter queue.
      this.#report();
    }
    const place = this.#polls.add(receiver, tag, max, visibilityUs);
    this.#waitLane(waitUs).arm(place, this.#polls.generation(place));
    return this.#polls.ticket(place);
  }

  cancelReceive(ticket: number): void {
    const place = this.#polls.placeOf(ticket);
    if (place >= 0) this.#polls.remove(place);
  }

  #checkReceive({ MaxNumberOfMessages, VisibilityTimeout, WaitTimeSeconds }: ReceiveMessageInput): SqsError | null {
    if (!(MaxNumberOfMessages >= 1 && MaxNumberOfMessages <= MAX_MESSAGES && Number.isInteger(MaxNumberOfMessages))) {
      return sqsErrors.maxNumberOfMessages(MaxNumberOfMessages);
    }
    if (VisibilityTimeout !== -1 && !(VisibilityTimeout >= 0 && VisibilityTimeout <= MAX_VISIBILITY_S)) {
      return sqsErrors.visibilityTimeout(VisibilityTimeout);
    }
    if (WaitTimeSeconds !== -1 && !(WaitTimeSeconds >= 0 && WaitTimeSeconds <= MAX_WAIT_S)) {
      return sqsErrors.waitTimeSeconds(WaitTimeSeconds);
    }
    return null;
  }

  #refuse(error: SqsError, receiver: Receiver, tag: number): number {
    const output = this.#receiveOutput;
    output.count = 0;
    output.error = error;
    receiver.onReceiveMessage(tag, output);
    output.error = null;
    return -1;
  }

  #answer(receiver: Receiver, tag: number): void {
    const output = this.#receiveOutput;
    if (output.count === 0) this.metrics.emptyReceives.add(1);
    else this.metrics.received.add(output.count);
    this.#report();
    receiver.onReceiveMessage(tag, output);
  }

  /** Messages that may still be handed out at once. */
  protected roomInFlight(): number {
    return this.settings.maxInFlight - this.#inFlight;
  }

  /** Fills the output with up to `max` messages; `sampled`: of the servers drawn only. */
  #fill(max: number, visibilityUs: number, sampled: boolean): void {
    const output = this.#receiveOutput;
    output.error = null;
    output.count = 0;
    while (output.count < max && this.roomInFlight() > 0) {
      const taken = sampled ? this.#takeSampled() : this.#takeNext();
      if (taken === NONE) break;
      if (this.exceedsRedrive(this.#receivesHere(taken) + 1)) this.#moveToDeadLetterQueue(taken);
      else this.#handOut(taken, visibilityUs, output);
    }
    if (visibilityUs === 0) this.#releaseAll();
    if (this.#toHandOutAgain.length > 0) this.#showAgain();
  }

  /** Whether this many receives in this queue are more than its redrive policy lets it have. */
  protected exceedsRedrive(receives: number): boolean {
    const { redrive } = this.settings;
    return redrive !== null && receives > redrive.maxReceiveCount && this.#deadLetterQueue !== null;
  }

  #receivesHere(record: number): number {
    return (this.records.receives[record] as number) - (this.records.receivesBefore[record] as number);
  }

  /** The record of the message that goes next, off its lane; NONE when nothing is visible. */
  #takeNext(): number {
    if (this.#hiddenAgain.length > 0) {
      const hidden = this.#takeHidden();
      if (hidden !== NONE) return hidden;
    }
    const returned = this.returned.head;
    if (returned !== NONE) return this.#takeRecorded(this.returned, returned);
    const back = this.back.head;
    if (back !== NONE && this.#isBacksTurn(back)) return this.#takeRecorded(this.back, back);
    return this.fresh.head === NONE ? NONE : this.#takeFresh();
  }

  /** All that were fresh when it went to the back have been taken. */
  #isBacksTurn(record: number): boolean {
    return this.fresh.head === NONE || (this.records.dueUs[record] as number) <= this.fresh.taken;
  }

  #takeRecorded(list: RecordList, record: number): number {
    list.remove(record);
    this.records.stage[record] = Stage.taken;
    this.#visible--;
    return record;
  }

  #takeFresh(): number {
    if (this.settings.distribution.reorder > 0) this.#overtake();
    return this.#recordOf(this.fresh.takeHead());
  }

  /** Each message draws once, when its turn comes, whether some later ones go before it. */
  #overtake(): void {
    const { store, fresh } = this;
    while (!store.has(fresh.head, OVERTAKEN)) {
      store.flag(fresh.head, OVERTAKEN);
      const random = this.#random.reorder.at(store.ordinal(fresh.head), 0);
      if (random.uniform() >= this.settings.distribution.reorder) return;
      fresh.setBack(1 + Math.floor(random.uniform() * OVERTAKEN_BY_MAX));
    }
  }

  #recordOf(slot: number): number {
    const record = this.records.take(slot);
    this.store.setRecord(slot, record);
    this.#visible--;
    return record;
  }

  /** A message in flight that a server without word of it hands out again. */
  #takeHidden(): number {
    for (let i = 0; i < this.#hiddenAgain.length; i++) {
      const record = this.records.resolve(this.#hiddenAgain[i] as number);
      if (record < 0 || this.records.stage[record] !== Stage.inFlight) continue;
      this.#hiddenAgain.splice(0, i + 1);
      this.#visibility.disarm(record);
      this.records.stage[record] = Stage.taken;
      this.#inFlight--;
      this.#takenWhileHidden = true;
      return record;
    }
    this.#hiddenAgain.length = 0;
    return NONE;
  }

  /** As #takeNext, among the messages that live on the servers drawn. */
  #takeSampled(): number {
    const { store, fresh } = this;
    const returned = this.#firstSampled(this.returned);
    if (returned !== NONE) return this.#takeRecorded(this.returned, returned);
    const back = this.#firstSampled(this.back);
    if (back !== NONE && this.#isBacksTurn(back)) return this.#takeRecorded(this.back, back);
    let before = NONE;
    for (let slot = fresh.head; slot !== NONE; before = slot, slot = store.link(slot)) {
      if (store.place(slot) === Place.dead || !this.#isSampled(slot)) continue;
      fresh.takeAfter(before, slot);
      return this.#recordOf(slot);
    }
    return back === NONE ? NONE : this.#takeRecorded(this.back, back);
  }

  #firstSampled(list: RecordList): number {
    const { next, slot } = this.records;
    let record = list.head;
    while (record !== NONE && !this.#isSampled(slot[record] as number)) record = next[record] as number;
    return record;
  }

  #isSampled(slot: number): boolean {
    return this.#servers.has(this.store.ordinal(slot));
  }

  /** Gives a message to the receiver. */
  #handOut(taken: number, visibilityUs: number, output: ReceiveMessageOutput): void {
    const { store, records } = this;
    const record = records.canReceive(taken) ? taken : this.#renew(taken);
    const slot = records.slot[record] as number;
    const now = this.sim.now;
    const page = store.page(slot);
    const row = slot & ROW_MASK;
    const meta = page.meta[row] as number;
    const duplicate = this.#takenWhileHidden || (meta & LEFT_BEHIND) !== 0;
    this.#takenWhileHidden = false;
    const receives = this.nextReceiveCount(records.receives[record] as number);
    records.receives[record] = receives;
    if ((records.firstReceiveUs[record] as number) < 0) records.firstReceiveUs[record] = now;
    records.receivedUs[record] = now;
    this.#inFlight++;
    records.stage[record] = Stage.inFlight;
    if (visibilityUs > 0) this.#visibility.arm(record, visibilityUs);
    else this.#releaseNow.push(record);
    if (this.#receivesHere(record) === OFTEN) this.#arrivals(slot).pass(slot);
    const body = page.body[row] as number;
    const wasMoved = (meta & MOVED_HERE) !== 0;
    const id = wasMoved ? (records.movedId[record] as number) : this.#firstMessageId + (page.ordinal[row] as number);
    const handle = records.newHandle(record);
    const i = output.count++;
    output.body[i] = body;
    output.ReceiptHandle[i] = handle;
    output.MessageId[i] = id;
    output.ApproximateReceiveCount[i] = receives;
    output.SentTimestamp[i] = page.sentUs[row] as number;
    output.ApproximateFirstReceiveTimestamp[i] = records.firstReceiveUs[record] as number;
    if (duplicate) this.metrics.duplicates.add(1);
    this.observer.onReceived(body, id, receives, duplicate);
    if (this.isHandedOutAgain(page.ordinal[row] as number, receives)) this.#toHandOutAgain.push(handle);
  }

  protected nextReceiveCount(receives: number): number {
    return receives + 1;
  }

  /** Whether a server that doesn't know of this receive hands the message out as well. */
  protected isHandedOutAgain(ordinal: number, receives: number): boolean {
    const share = this.settings.distribution.receiveMiss;
    return share > 0 && this.#random.receiveMiss.at(ordinal, receives).uniform() < share;
  }

  #renew(record: number): number {
    const renewed = this.records.renew(record);
    this.store.setLink(this.records.slot[renewed] as number, renewed);
    return renewed;
  }

  /** Visibility timeout 0: visible again as soon as the answer is made up. */
  #releaseAll(): void {
    for (let i = 0; i < this.#releaseNow.length; i++) this.#toVisible(this.#releaseNow[i] as number);
    this.#releaseNow.length = 0;
  }

  #messageId(slot: number): number {
    if (this.store.has(slot, MOVED_HERE)) return this.records.movedId[this.store.link(slot)] as number;
    return this.#firstMessageId + this.store.ordinal(slot);
  }

  // --- long polls ---

  /** A message can be had: those who wait are served at this instant, after whatever else happens in it. */
  #available(): void {
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
      if (this.#visible + this.#hiddenAgain.length === 0 || this.roomInFlight() <= 0) break;
      const place = polls.first;
      this.#fill(polls.max(place), polls.visibilityUs(place), false);
      if (this.#receiveOutput.count === 0) break;
      const tag = polls.tag(place);
      this.#answer(polls.remove(place), tag);
    }
    this.#report();
  }

  readonly #onWaitEnd = (place: number, generation: number): void => {
    // What came at this very instant is not missed.
    this.#serveWaiting();
    if (!this.#polls.waits(place, generation)) return;
    const tag = this.#polls.tag(place);
    const receiver = this.#polls.remove(place);
    const output = this.#receiveOutput;
    output.error = null;
    output.count = 0;
    this.#answer(receiver, tag);
  };
  readonly #isWaiting = (place: number, generation: number): boolean => this.#polls.waits(place, generation);

  #waitLane(waitUs: number): TimeoutLane {
    let lane = this.#waits.get(waitUs);
    if (lane === undefined) {
      makeRoom(this.#waits);
      lane = new TimeoutLane(this.sim, waitUs, this.#onWaitEnd, this.#isWaiting, 2);
      this.#waits.set(waitUs, lane);
    }
    return lane;
  }

  #lane(lanes: Map<number, TimeoutLane>, timeoutUs: number): TimeoutLane {
    let lane = lanes.get(timeoutUs);
    if (lane === undefined) {
      makeRoom(lanes);
      lane = new TimeoutLane(this.sim, timeoutUs, this.#onDelayEnd, this.#isDelayed, 0);
      lanes.set(timeoutUs, lane);
    }
    return lane;
  }

  // --- delete ---

  DeleteMessage(ReceiptHandle: number): SqsError | null {
    const error = this.#delete(ReceiptHandle);
    if (error === null) this.metrics.deleted.add(1);
    this.#report();
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
      const error = this.#delete(handles[i] as number);
      output.entryErrors[i] = error;
      if (error === null) deleted++;
    }
    if (deleted > 0) this.metrics.deleted.add(deleted);
    this.#report();
    return output;
  }

  #delete(handle: number): SqsError | null {
    const record = this.resolveForDelete(handle);
    if (record === NOT_A_HANDLE) return sqsErrors.receiptHandle(handle);
    // An older handle, or one of a message that is gone: AWS says fine, and nothing happens.
    if (record === STALE_HANDLE) return null;
    const { store, records } = this;
    const slot = records.slot[record] as number;
    const body = store.body(slot);
    const id = this.#messageId(slot);
    this.#deleted++;
    this.#takeOffLane(record);
    if (this.#leavesCopy(slot, record)) {
      this.#keepCopy(record, slot);
      this.observer.onDeleted(body, id);
    } else {
      this.#forget(slot);
      this.observer.onDeleted(body, id);
      this.observer.onGone(body, id);
    }
    return null;
  }

  protected resolveForDelete(handle: number): number {
    return this.records.resolve(handle);
  }

  #leavesCopy(slot: number, record: number): boolean {
    const share = this.#duplicateShare ?? this.settings.distribution.deleteMiss;
    if (share === 0) return false;
    const receives = this.records.receives[record] as number;
    return this.#random.deleteMiss.at(this.store.ordinal(slot), receives).uniform() < share;
  }

  /** A server out of reach keeps it, and shows it again when its visibility timeout is over. */
  #keepCopy(record: number, slot: number): void {
    const { records, store } = this;
    const now = this.sim.now;
    const dueUs = records.dueUs[record] as number;
    const wasInFlight = records.stage[record] === Stage.inFlight;
    this.#hiddenCopies++;
    store.flag(slot, LEFT_BEHIND);
    records.stage[record] = Stage.copy;
    records.retireHandle(record);
    const leftUs = wasInFlight && dueUs > now ? dueUs - now : this.visibilityTimeoutUs;
    this.#visibility.arm(record, leftUs);
  }

  // --- visibility ---

  ChangeMessageVisibility(ReceiptHandle: number, VisibilityTimeout: number): SqsError | null {
    const error = this.#changeVisibility(ReceiptHandle, VisibilityTimeout);
    this.#report();
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
    this.#report();
    return output;
  }

  #changeVisibility(handle: number, seconds: number): SqsError | null {
    if (!(seconds >= 0 && seconds <= MAX_VISIBILITY_S)) return sqsErrors.visibilityTimeout(seconds);
    const { records } = this;
    const record = records.resolve(handle);
    if (record === NOT_A_HANDLE) return sqsErrors.receiptHandle(handle);
    if (record === STALE_HANDLE) return sqsErrors.notAvailableForVisibilityChange;
    // Visible again already: AWS says fine, and it stays visible.
    if (records.stage[record] !== Stage.inFlight) return null;
    const timeoutUs = toUs(seconds);
    if (this.sim.now - (records.receivedUs[record] as number) + timeoutUs > VISIBILITY_CAP_US) {
      return sqsErrors.visibilityBeyondCap(seconds);
    }
    this.#visibility.disarm(record);
    if (timeoutUs === 0) this.#toVisible(record);
    else this.#visibility.arm(record, timeoutUs);
    return null;
  }

  #visibilityEnded(record: number): void {
    this.onVisibilityEnd(record);
    this.#report();
  }

  /** The timeout of a message in flight, or of a copy, is over. */
  protected onVisibilityEnd(record: number): void {
    this.#toVisible(record);
  }

  #toVisible(record: number): void {
    if (this.records.stage[record] === Stage.copy) {
      this.#hiddenCopies--;
      this.#copiesReturned++;
    } else {
      this.#inFlight--;
    }
    this.#visible++;
    if (this.#receivesHere(record) >= OFTEN) this.#toBack(record);
    else this.#toReturned(record);
    this.#available();
  }

  #toReturned(record: number): void {
    this.records.stage[record] = Stage.returned;
    this.returned.append(record);
  }

  #toBack(record: number): void {
    this.records.stage[record] = Stage.back;
    this.records.dueUs[record] = this.fresh.added;
    this.back.append(record);
  }

  /** Another server does not know that these are hidden: the next receive, not this one, has them again. */
  #showAgain(): void {
    for (let i = 0; i < this.#toHandOutAgain.length; i++) this.#hiddenAgain.push(this.#toHandOutAgain[i] as number);
    this.#toHandOutAgain.length = 0;
    this.#available();
  }

  // --- the end of messages ---

  /** Takes a message out of whatever lane it is in, and out of that lane's count. */
  #takeOffLane(record: number): void {
    const { records } = this;
    switch (records.stage[record]) {
      case Stage.inFlight:
        this.#visibility.disarm(record);
        this.#inFlight--;
        break;
      case Stage.copy:
        this.#visibility.disarm(record);
        this.#hiddenCopies--;
        break;
      case Stage.returned:
        this.returned.remove(record);
        this.#visible--;
        break;
      case Stage.back:
        this.back.remove(record);
        this.#visible--;
        break;
      default:
        break;
    }
    // There is room in flight now, perhaps.
    if (this.#visible > 0) this.#available();
  }

  /** Gives up a message that has a record and is in no lane. */
  #forget(slot: number): void {
    this.#leaveArrivals(slot);
    this.records.release(this.store.link(slot));
    this.store.release(slot);
  }

  #leaveArrivals(slot: number): void {
    if (!this.store.has(slot, MOVED_HERE)) {
      this.#own.remove(slot);
      return;
    }
    this.#movedHere--;
    this.#moved.remove(slot);
  }

  #arrivals(slot: number): Arrivals {
    return this.store.has(slot, MOVED_HERE) ? this.#moved : this.#own;
  }

  #moveToDeadLetterQueue(record: number): void {
    const { store, records } = this;
    const slot = records.slot[record] as number;
    const body = store.body(slot);
    const id = this.#messageId(slot);
    const bytes = store.bytesOf(slot);
    const sentUs = store.sentUs(slot);
    const firstReceiveUs = records.firstReceiveUs[record] as number;
    const receives = records.receives[record] as number;
    const leftBehind = store.has(slot, LEFT_BEHIND);
    this.#takenWhileHidden = false;
    this.#forget(slot);
    this.#movedAway++;
    this.metrics.moved.add(1);
    this.observer.onDeadLettered(body, id);
    this.#deadLetterQueue?.acceptDeadLettered(id, body, bytes, sentUs, firstReceiveUs, receives, leftBehind);
  }

  readonly #onRetention = (): void => {
    this.#retentionEvent = null;
    const { store } = this;
    const endsUs = this.sim.now - this.retentionUs;
    let expired = 0;
    while (this.#own.head !== NONE && store.sentUs(this.#own.head) <= endsUs) expired += this.#expire(this.#own.head);
    while (this.#movedExpiry.firstSentUs() <= endsUs) expired += this.#expire(this.#movedExpiry.takeFirst());
    if (expired > 0) this.metrics.expired.add(expired);
    this.#scheduleRetention();
    this.#report();
  };

  /** What is over at this instant does not become visible in it, whichever event comes first. */
  readonly #expireFirst = (): void => {
    if (this.#retentionEvent === null || this.#retentionAtUs > this.sim.now) return;
    this.sim.cancel(this.#retentionEvent);
    this.#onRetention();
  };

  /** 1 for a message, 0 for a mere copy of one that was deleted. */
  #expire(slot: number): number {
    const body = this.store.body(slot);
    const id = this.#messageId(slot);
    const isMessage = this.#drop(slot);
    if (isMessage) {
      this.#expired++;
      this.observer.onExpired(body, id);
    }
    this.observer.onGone(body, id);
    return isMessage ? 1 : 0;
  }

  /** Takes a message out wherever it is; false when it was a copy that nobody can see. */
  #drop(slot: number): boolean {
    const { store } = this;
    switch (store.place(slot)) {
      case Place.fresh:
        this.#leaveArrivals(slot);
        this.#visible--;
        this.fresh.bury(slot);
        return true;
      case Place.delayed:
        this.#leaveArrivals(slot);
        this.#delayed--;
        store.release(slot);
        return true;
      default: {
        const record = store.link(slot);
        const isMessage = this.records.stage[record] !== Stage.copy;
        this.#takeOffLane(record);
        this.#forget(slot);
        return isMessage;
      }
    }
  }

  /** One event for the next message that can expire; it may find that one gone and look again. */
  #scheduleRetention(): void {
    if (this.#retentionEvent !== null) this.sim.cancel(this.#retentionEvent);
    this.#retentionEvent = null;
    const own = this.#own.head === NONE ? Number.POSITIVE_INFINITY : this.store.sentUs(this.#own.head);
    const firstUs = Math.min(own, this.#movedExpiry.firstSentUs());
    if (firstUs === Number.POSITIVE_INFINITY) return;
    this.#retentionAtUs = Math.max(this.sim.now, firstUs + this.retentionUs);
    this.#retentionEvent = this.sim.scheduleAt(this.#retentionAtUs, this.#onRetention, undefined, 0);
  }

  PurgeQueue(): SqsError | null {
    const now = this.sim.now;
    if (now - this.#purgedUs < PURGE_INTERVAL_US) return sqsErrors.purgeInProgress(this.name);
    this.#purgedUs = now;
    this.#hiddenAgain.length = 0;
    for (const arrivals of [this.#own, this.#moved]) {
      while (arrivals.head !== NONE) this.#purge(arrivals.head);
    }
    this.#report();
    return null;
  }

  #purge(slot: number): void {
    const body = this.store.body(slot);
    const id = this.#messageId(slot);
    if (this.#drop(slot)) {
      this.#purged++;
      this.observer.onPurged(body, id);
    }
    this.observer.onGone(body, id);
  }

  // --- attributes ---

  GetQueueAttributes(): QueueAttributes {
    const attributes = this.#attributes;
    attributes.ApproximateNumberOfMessages = this.#visible;
    attributes.ApproximateNumberOfMessagesNotVisible = this.#inFlight;
    attributes.ApproximateNumberOfMessagesDelayed = this.#delayed;
    return attributes;
  }

  /** A new delay and visibility timeout hold for what is sent and received from then on, a new retention for all messages. */
  SetQueueAttributes(input: SetQueueAttributesInput): SqsError | null {
    for (const [name, min, max] of ATTRIBUTE_RANGES) {
      const value = input[name];
      if (value !== undefined && !(Number.isInteger(value) && value >= min && value <= max)) {
        return sqsErrors.attributeValue(name);
      }
    }
    if (this.#propagationUs === 0) this.#apply(input);
    else this.sim.schedule(this.#propagationUs, this.#apply, input, 0);
    return null;
  }

  readonly #apply = (input: SetQueueAttributesInput): void => {
    if (input.VisibilityTimeout !== undefined) this.visibilityTimeoutUs = toUs(input.VisibilityTimeout);
    if (input.DelaySeconds !== undefined) this.delayUs = toUs(input.DelaySeconds);
    if (input.ReceiveMessageWaitTimeSeconds !== undefined) this.waitUs = toUs(input.ReceiveMessageWaitTimeSeconds);
    if (input.MaximumMessageSize !== undefined) this.maximumMessageSize = input.MaximumMessageSize;
    if (input.MessageRetentionPeriod !== undefined) {
      this.retentionUs = toUs(input.MessageRetentionPeriod);
      this.#scheduleRetention();
    }
  };

  // --- metrics ---

  #countsForAge(slot: number): boolean {
    return this.store.place(slot) !== Place.recorded || this.#receivesHere(this.store.link(slot)) < OFTEN;
  }

  #report(): void {
    this.metrics.levels(this.#visible, this.#inFlight, this.#delayed, this.#oldestSinceUs());
  }

  /** When the oldest message came to this queue; -1 when there is none. */
  #oldestSinceUs(): number {
    const own = this.#own.oldest;
    const moved = this.#moved.oldest;
    if (moved === NONE) return own === NONE ? -1 : this.store.sentUs(own);
    const movedUs = this.records.movedUs[this.store.link(moved)] as number;
    return own === NONE ? movedUs : Math.min(this.store.sentUs(own), movedUs);
  }
}

const ATTRIBUTE_RANGES: readonly (readonly [keyof SetQueueAttributesInput, number, number])[] = [
  ['VisibilityTimeout', 0, MAX_VISIBILITY_S],
  ['DelaySeconds', 0, MAX_DELAY_S],
  ['MessageRetentionPeriod', sqsFacts.retentionMinSeconds.value, sqsFacts.retentionMaxSeconds.value],
  ['ReceiveMessageWaitTimeSeconds', 0, MAX_WAIT_S],
  ['MaximumMessageSize', sqsFacts.maximumMessageSizeMinBytes.value, sqsFacts.messageMaxBytes.value],
];

function toUs(seconds: number): number {
  return Math.round(seconds * US_PER_SECOND);
}

/** A lane per value is for few values: where there are many, the idle ones are given up. */
function makeRoom(lanes: Map<number, TimeoutLane>): void {
  if (lanes.size < MAX_LANES) return;
  for (const [value, lane] of lanes) if (lane.size === 0) lanes.delete(value);
}

function checkSettings(settings: SqsSettings, ports: SqsPorts): void {
  const { name, distribution } = settings;
  if (settings.fifo) throw new SqsModelError('fifo-queue', `queue ${name} is FIFO: this model is of standard queues`);
  const shares = [distribution.deleteMiss, distribution.receiveMiss, distribution.reorder];
  if (!shares.every((share) => share >= 0 && share <= 1)) {
    throw new SqsModelError('bad-setting', `rates ${shares.join(', ')} of queue ${name}: expected 0 to 1 each`);
  }
  if (settings.redrive !== null && ports.deadLetterQueue === null) {
    throw new SqsModelError(
      'bad-setting',
      `queue ${name} has a redrive policy, but no dead-letter queue is wired to it`,
    );
  }
}
