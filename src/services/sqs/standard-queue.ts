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
import type { KeyedStream, Simulation } from '../../kernel/index.ts';
import { Arrivals } from './arrivals.ts';
import { SqsModelError, sqsErrors } from './errors.ts';
import { FreshLane } from './fresh-lane.ts';
import {
  BYTES_MASK,
  LEFT_BEHIND,
  MessageStore,
  MOVED_HERE,
  NO_GROUP,
  NONE,
  OVERTAKEN,
  Place,
  ROW_MASK,
} from './message-store.ts';
import { MovedExpiry } from './moved-expiry.ts';
import type { ReceiveMessageOutput, SendMessageInput, SqsError } from './operations.ts';
import { QueueCore } from './queue-core.ts';
import { NOT_A_HANDLE, ReceiveRecords, RecordList, STALE_HANDLE, Stage } from './receive-records.ts';
import { SampledServers } from './sampled-servers.ts';
import type { SqsSettings } from './settings.ts';
import { TimeoutLanes } from './timeout-lanes.ts';
import type { DeadLetterPort, SqsCounts, SqsPorts } from './wiring.ts';

const OFTEN = sqsFacts.agePassedAfterReceives.value;
const OVERTAKEN_BY_MAX = sqsFacts.overtakenByMax.value;

/** Draws belong to (message, receive), not to the order of service: the same message has the same luck in every design. */
interface Random {
  readonly reorder: KeyedStream;
  readonly deleteMiss: KeyedStream;
  readonly receiveMiss: KeyedStream;
}

export class SqsQueue extends QueueCore implements DeadLetterPort {
  protected readonly fresh = new FreshLane(this.store);
  protected readonly returned: RecordList;
  protected readonly back: RecordList;

  readonly #random: Random;
  readonly #servers: SampledServers;
  readonly #moved: Arrivals;
  readonly #movedExpiry = new MovedExpiry(this.store);
  readonly #delays: TimeoutLanes;
  /** Handles of messages in flight that another server would hand out as well. */
  readonly #hiddenAgain: number[] = [];
  /** Those of the receive under way, not to be had before it is over. */
  readonly #toHandOutAgain: number[] = [];
  /** Queues that dead letters came from. */
  readonly #sources: string[] = [];
  #duplicateShare: number | null = null;
  #takenWhileHidden = false;
  #hiddenCopies = 0;
  #movedHere = 0;
  #copiesReturned = 0;

  /** Throws SqsModelError for a FIFO queue or for settings that no queue can have. */
  constructor(sim: Simulation, settings: SqsSettings, ports: SqsPorts, records = new ReceiveRecords()) {
    checkSettings(settings);
    super(sim, settings, ports, new MessageStore(settings.fairQueues === true), records);
    const { name, distribution } = settings;
    this.returned = new RecordList(records);
    this.back = new RecordList(records);
    this.#moved = new Arrivals(this.store, (slot) => this.countsForAge(slot));
    this.#delays = new TimeoutLanes(sim, this.#onDelayEnd, this.#isDelayed, 0);
    this.#servers = new SampledServers(distribution.servers, distribution.sampled, sim.stream(`${name}/short-poll`));
    this.#random = {
      reorder: sim.keyedStream(`${name}/reorder`),
      deleteMiss: sim.keyedStream(`${name}/delete-miss`),
      receiveMiss: sim.keyedStream(`${name}/receive-miss`),
    };
  }

  override get counts(): SqsCounts {
    return { ...super.counts, copiesReturned: this.#copiesReturned, copiesHidden: this.#hiddenCopies };
  }

  /** Share of deletes that leave a copy behind while a fault lasts, 0 to 1; null: as the settings say. */
  setDuplicateRate(share: number | null): void {
    if (share !== null && !(share >= 0 && share <= 1)) {
      throw new SqsModelError('bad-setting', `duplicate rate ${share} of queue ${this.name}: expected 0 to 1, or null`);
    }
    this.#duplicateShare = share;
  }

  // --- send ---

  protected enqueue({ body, bytes, DelaySeconds, MessageGroupId }: SendMessageInput): boolean {
    const delayUs = this.delayOf(DelaySeconds);
    const ordinal = this.nextOrdinal++;
    const place = delayUs > 0 ? Place.delayed : Place.fresh;
    const slot = this.store.take(body, ordinal, this.sim.now, Math.ceil(bytes), place);
    this.own.append(slot);
    this.entered(slot, MessageGroupId ?? NO_GROUP);
    this.expectExpiry(this.sim.now + this.retentionUs);
    if (delayUs > 0) {
      this.delayed++;
      this.#delays.arm(delayUs, slot, ordinal);
    } else {
      this.visible++;
      this.fresh.append(slot);
      this.available();
    }
    const id = this.firstMessageId + ordinal;
    this.sentId = id;
    this.metrics.size.record(bytes);
    this.observer.onSent(body, id);
    return true;
  }

  /** A message has come; a fair queue looks at its group. */
  protected entered(_slot: number, _groupId: number): void {}

  /** A message leaves what is in flight. */
  protected leaveFlight(_record: number): void {
    this.inFlight--;
  }

  readonly #onDelayEnd = (slot: number, ordinal: number): void => {
    this.expireFirst();
    if (!this.#isDelayed(slot, ordinal)) return;
    this.store.setPlace(slot, Place.fresh);
    this.delayed--;
    this.visible++;
    this.fresh.append(slot);
    this.available();
    this.report();
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
    MessageGroupId: number,
    DeadLetterQueueSource?: string,
  ): void {
    const { store, records } = this;
    const slot = store.take(body, this.nextOrdinal++, sentUs, bytes, Place.recorded);
    store.flag(slot, MOVED_HERE);
    if (leftBehind) store.flag(slot, LEFT_BEHIND);
    this.accepted++;
    this.#movedHere++;
    const record = records.take(slot);
    records.keepMoves();
    store.setLink(slot, record);
    this.entered(slot, MessageGroupId);
    records.receives[record] = receiveCount;
    records.receivesBefore[record] = receiveCount;
    records.firstReceiveUs[record] = firstReceiveUs;
    records.movedId[record] = MessageId;
    records.movedUs[record] = this.sim.now;
    records.movedFrom[record] = this.#sourceNumber(DeadLetterQueueSource);
    this.#moved.append(slot);
    this.#movedExpiry.add(slot, this.#movedHere);
    this.#toBack(record);
    this.visible++;
    this.expectExpiry(Math.max(this.sim.now, sentUs + this.retentionUs));
    this.available();
    this.report();
  }

  #sourceNumber(source: string | undefined): number {
    if (source === undefined) return 0;
    const known = this.#sources.indexOf(source);
    return known < 0 ? this.#sources.push(source) : known + 1;
  }

  protected sourceOf(slot: number): string | null {
    if (!this.store.has(slot, MOVED_HERE)) return null;
    return this.#sources[(this.records.movedFrom[this.store.link(slot)] as number) - 1] ?? null;
  }

  // --- receive ---

  protected mayHaveMessages(): boolean {
    return this.visible + this.#hiddenAgain.length > 0;
  }

  protected fill(max: number, visibilityUs: number): void {
    this.#fill(max, visibilityUs, false);
  }

  /** Asks some of the servers. */
  protected fillShort(max: number, visibilityUs: number): SqsError | null {
    if (this.roomInFlight() <= 0) return sqsErrors.overLimit;
    this.#servers.draw();
    this.#fill(max, visibilityUs, !this.#servers.all);
    return null;
  }

  /** Fills the output with up to `max` messages; `sampled`: of the servers drawn only. */
  #fill(max: number, visibilityUs: number, sampled: boolean): void {
    const output = this.receiveOutput;
    output.error = null;
    output.count = 0;
    while (output.count < max && this.roomInFlight() > 0) {
      const taken = sampled ? this.takeSampled() : this.takeNext();
      if (taken === NONE) break;
      if (this.exceedsRedrive(this.receivesHere(taken) + 1)) this.#moveToDeadLetterQueue(taken);
      else this.#handOut(taken, visibilityUs, output);
    }
    if (visibilityUs === 0) this.releaseAll();
    if (this.#toHandOutAgain.length > 0) this.#showAgain();
  }

  /** The record of the message that goes next, off its lane; NONE when nothing is visible. */
  protected takeNext(): number {
    if (this.#hiddenAgain.length > 0) {
      const hidden = this.#takeHidden();
      if (hidden !== NONE) return hidden;
    }
    const returned = this.returned.head;
    if (returned !== NONE) return this.takeRecorded(this.returned, returned);
    const back = this.back.head;
    if (back !== NONE && this.#isBacksTurn(back)) return this.takeRecorded(this.back, back);
    return this.fresh.head === NONE ? NONE : this.#takeFresh();
  }

  /** All that were fresh when it went to the back have been taken. */
  #isBacksTurn(record: number): boolean {
    return this.fresh.head === NONE || (this.records.dueUs[record] as number) <= this.fresh.taken;
  }

  protected takeRecorded(list: RecordList, record: number): number {
    list.remove(record);
    this.records.stage[record] = Stage.taken;
    this.visible--;
    return record;
  }

  #takeFresh(): number {
    if (this.settings.distribution.reorder > 0) this.#overtake();
    return this.recordOf(this.fresh.takeHead());
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

  protected recordOf(slot: number): number {
    const record = this.records.take(slot);
    this.store.setRecord(slot, record);
    this.visible--;
    return record;
  }

  /** A message in flight that a server without word of it hands out again. */
  #takeHidden(): number {
    for (let i = 0; i < this.#hiddenAgain.length; i++) {
      const record = this.records.resolve(this.#hiddenAgain[i] as number);
      if (record < 0 || this.records.stage[record] !== Stage.inFlight) continue;
      this.#hiddenAgain.splice(0, i + 1);
      this.visibility.disarm(record);
      this.leaveFlight(record);
      this.records.stage[record] = Stage.taken;
      this.#takenWhileHidden = true;
      return record;
    }
    this.#hiddenAgain.length = 0;
    return NONE;
  }

  /** As takeNext, among the messages that live on the servers drawn. */
  protected takeSampled(): number {
    const { store, fresh } = this;
    const returned = this.#firstSampled(this.returned);
    if (returned !== NONE) return this.takeRecorded(this.returned, returned);
    const back = this.#firstSampled(this.back);
    if (back !== NONE && this.#isBacksTurn(back)) return this.takeRecorded(this.back, back);
    let before = NONE;
    for (let slot = fresh.head; slot !== NONE; before = slot, slot = store.link(slot)) {
      if (store.place(slot) === Place.dead || !this.isSampled(slot)) continue;
      fresh.takeAfter(before, slot);
      return this.recordOf(slot);
    }
    return back === NONE ? NONE : this.takeRecorded(this.back, back);
  }

  #firstSampled(list: RecordList): number {
    const { next, slot } = this.records;
    let record = list.head;
    while (record !== NONE && !this.isSampled(slot[record] as number)) record = next[record] as number;
    return record;
  }

  protected isSampled(slot: number): boolean {
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
    this.hide(record, visibilityUs);
    if (this.receivesHere(record) === OFTEN) this.#arrivals(slot).pass(slot);
    const body = page.body[row] as number;
    this.receivedBytes += meta & BYTES_MASK;
    const wasMoved = (meta & MOVED_HERE) !== 0;
    const id = wasMoved ? (records.movedId[record] as number) : this.firstMessageId + (page.ordinal[row] as number);
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

  protected messageId(slot: number): number {
    if (this.store.has(slot, MOVED_HERE)) return this.records.movedId[this.store.link(slot)] as number;
    return this.firstMessageId + this.store.ordinal(slot);
  }

  // --- delete ---

  protected delete(handle: number): SqsError | null {
    const record = this.resolveForDelete(handle);
    if (record === NOT_A_HANDLE) return sqsErrors.receiptHandle(handle);
    // An older handle, or one of a message that is gone: AWS says fine, and nothing happens.
    if (record === STALE_HANDLE) return null;
    const { store, records } = this;
    const slot = records.slot[record] as number;
    const body = store.body(slot);
    const id = this.messageId(slot);
    this.deleted++;
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
    this.visibility.arm(record, leftUs);
  }

  // --- visibility ---

  protected toVisible(record: number): void {
    if (this.records.stage[record] === Stage.copy) {
      this.#hiddenCopies--;
      this.#copiesReturned++;
    } else {
      this.leaveFlight(record);
    }
    this.visible++;
    if (this.receivesHere(record) >= OFTEN) this.#toBack(record);
    else this.#toReturned(record);
    this.available();
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
    this.available();
  }

  // --- the end of messages ---

  /** Takes a message out of whatever lane it is in, and out of that lane's count. */
  #takeOffLane(record: number): void {
    const { records } = this;
    switch (records.stage[record]) {
      case Stage.inFlight:
        this.visibility.disarm(record);
        this.leaveFlight(record);
        break;
      case Stage.copy:
        this.visibility.disarm(record);
        this.#hiddenCopies--;
        break;
      case Stage.returned:
        this.leaveLane(this.returned, record);
        this.visible--;
        break;
      case Stage.back:
        this.leaveLane(this.back, record);
        this.visible--;
        break;
      default:
        break;
    }
    // There is room in flight now, perhaps.
    if (this.visible > 0) this.available();
  }

  /** Takes the record of a visible message out of the lane that it is in. */
  protected leaveLane(lane: RecordList, record: number): void {
    lane.remove(record);
  }

  /** Takes out a visible message that nobody has received. */
  protected bury(slot: number): void {
    this.fresh.bury(slot);
  }

  /** Gives up a message that has a record and is in no lane. */
  #forget(slot: number): void {
    this.leaveArrivals(slot);
    this.records.release(this.store.link(slot));
    this.store.release(slot);
  }

  protected leaveArrivals(slot: number): void {
    if (!this.store.has(slot, MOVED_HERE)) {
      this.own.remove(slot);
      return;
    }
    this.#movedHere--;
    this.#moved.remove(slot);
  }

  #arrivals(slot: number): Arrivals {
    return this.store.has(slot, MOVED_HERE) ? this.#moved : this.own;
  }

  #moveToDeadLetterQueue(record: number): void {
    const { store, records } = this;
    const slot = records.slot[record] as number;
    const body = store.body(slot);
    const id = this.messageId(slot);
    const bytes = store.bytesOf(slot);
    const sentUs = store.sentUs(slot);
    const firstReceiveUs = records.firstReceiveUs[record] as number;
    const receives = records.receives[record] as number;
    const leftBehind = store.has(slot, LEFT_BEHIND);
    const groupId = this.groupIdOf(slot);
    this.#takenWhileHidden = false;
    this.#forget(slot);
    this.movedAway++;
    this.metrics.moved.add(1);
    this.observer.onDeadLettered(body, id);
    this.deadLetterQueue?.acceptDeadLettered(
      id,
      body,
      bytes,
      sentUs,
      firstReceiveUs,
      receives,
      leftBehind,
      groupId,
      this.name,
    );
  }

  /** The group that a message was sent with, where the queue knows it. */
  protected groupIdOf(_slot: number): number {
    return NO_GROUP;
  }

  protected override expireSentUntil(endUs: number): number {
    let expired = super.expireSentUntil(endUs);
    while (this.#movedExpiry.firstSentUs() <= endUs) expired += this.expire(this.#movedExpiry.takeFirst());
    return expired;
  }

  protected override firstSentUs(): number {
    return Math.min(super.firstSentUs(), this.#movedExpiry.firstSentUs());
  }

  /** Takes a message out wherever it is; false when it was a copy that nobody can see. */
  protected drop(slot: number): boolean {
    const { store } = this;
    switch (store.place(slot)) {
      case Place.fresh:
        this.leaveArrivals(slot);
        this.visible--;
        this.bury(slot);
        return true;
      case Place.delayed:
        this.leaveArrivals(slot);
        this.delayed--;
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

  protected override purgeAll(): void {
    this.#hiddenAgain.length = 0;
    super.purgeAll();
    this.purge(this.#moved);
  }

  override contents(found: (body: number, MessageId: number, receives: number) => void): void {
    super.contents(found);
    this.visit(this.#moved, found);
  }

  // --- metrics ---

  protected countsForAge(slot: number): boolean {
    return this.store.place(slot) !== Place.recorded || this.receivesHere(this.store.link(slot)) < OFTEN;
  }

  protected override oldestSinceUs(): number {
    const own = this.own.oldest;
    const moved = this.#moved.oldest;
    if (moved === NONE) return own === NONE ? -1 : this.store.sentUs(own);
    const movedUs = this.records.movedUs[this.store.link(moved)] as number;
    return own === NONE ? movedUs : Math.min(this.store.sentUs(own), movedUs);
  }
}

function checkSettings({ name, fifo, distribution }: SqsSettings): void {
  if (fifo) throw new SqsModelError('fifo-queue', `queue ${name} is FIFO: this model is of standard queues`);
  const shares = [distribution.deleteMiss, distribution.receiveMiss, distribution.reorder];
  if (!shares.every((share) => share >= 0 && share <= 1)) {
    throw new SqsModelError('bad-setting', `rates ${shares.join(', ')} of queue ${name}: expected 0 to 1 each`);
  }
}
