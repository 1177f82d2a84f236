/**
 * The messages of one queue as its clients know them: what more than one checker needs, kept once, a row of numbers a message.
 *
 *   sent ─▶ held by (handle) from … until … ─▶ released ─▶ held again … ─▶ deleted
 *
 * Each bound is on the safe side: `dueUs` is the earliest instant at which the timeout of the newest receive can have ended.
 */
import { FlagColumn, NumberRows } from './columns.ts';
import * as What from './codes.ts';
import { Acknowledged, Deleted, Held, Received, Released, SameHandle, SurelyDeleted } from './known.ts';
import {
  Call,
  DeletedLatest,
  DeletedN,
  Due,
  Handle,
  HeldEarliest,
  HeldLatest,
  HeldN,
  LIFE,
  Receives,
  SentEarliest,
  SentLatest,
  SentN,
} from './life-numbers.ts';
import { Places } from './places.ts';
import type { Sightings } from './sightings.ts';

export class Lives {
  /** Messages that have a place. */
  size = 0;
  purgedUs = -1;
  readonly #visibilityUs: number;
  readonly #retentionUs: number;
  readonly #flags = new FlagColumn();
  readonly #rows = new NumberRows(LIFE);
  /** Of deduplication ids: sends that have no answer, and since when. */
  readonly #ids = new Places();
  readonly #open = new NumberRows(2);

  /** `visibilityUs`: how long a receive hides a message unless it says otherwise. `retentionUs`: after so long it is gone, in flight too. */
  constructor(visibilityUs: number, retentionUs = Number.POSITIVE_INFINITY) {
    this.#visibilityUs = visibilityUs;
    this.#retentionUs = retentionUs;
  }

  isAcknowledged(message: number): boolean {
    return this.#flags.has(message, Acknowledged);
  }
  wasReceived(message: number): boolean {
    return this.#flags.has(message, Received);
  }
  isDeleted(message: number): boolean {
    return this.#flags.has(message, Deleted);
  }
  /** Whether its newest receiver has it in hand, as far as is known, its timeout left aside. */
  isHeld(message: number): boolean {
    return (
      (this.#flags.get(message) & (Received | Released)) === Received && this.heldEarliestUs(message) > this.purgedUs
    );
  }
  /** Whether it is surely in flight: held, hidden, and there. */
  isInFlight(message: number, us: number): boolean {
    return this.isHeld(message) && this.inFlightUntilUs(message) > us;
  }
  inFlightUntilUs(message: number): number {
    // One that expires in flight is gone. If nobody knows when it was sent, that may be at any time.
    if (this.#retentionUs === Number.POSITIVE_INFINITY) return this.dueUs(message);
    if (!this.isAcknowledged(message)) return -1;
    return Math.min(this.dueUs(message), this.sentEarliestUs(message) + this.#retentionUs);
  }
  sentEarliestUs(message: number): number {
    return this.#number(message, SentEarliest, Acknowledged);
  }
  sentLatestUs(message: number): number {
    return this.#number(message, SentLatest, Acknowledged);
  }
  sentN(message: number): number {
    return this.#number(message, SentN, Acknowledged);
  }
  heldEarliestUs(message: number): number {
    return this.#number(message, HeldEarliest, Received);
  }
  heldLatestUs(message: number): number {
    return this.#number(message, HeldLatest, Received);
  }
  heldN(message: number): number {
    return this.#number(message, HeldN, Received);
  }
  /** The call that brought it. */
  heldCall(message: number): number {
    return this.#number(message, Call, Received);
  }
  dueUs(message: number): number {
    return this.#number(message, Due, Received);
  }
  handle(message: number): number {
    return this.#number(message, Handle, Received);
  }
  /** -1 where the flag that it stands under is not set. */
  #number(message: number, which: number, flag: number): number {
    return this.#flags.has(message, flag) ? (this.#rows.page(message)[this.#rows.at(message) + which] as number) : -1;
  }

  /** Takes records `from` to `to` (exclusive) in, one after the other, and leaves behind what was known before each. Those of other resources say nothing here. */
  take(all: Sightings, from: number, to: number): void {
    const { rows, isOther, chunk, message, before } = all;
    for (let i = from; i < to; i++) {
      const row = rows[i] as number;
      if (isOther[row] !== 0) continue;
      const what = chunk.what[row] as number;
      const one = message[row] as number;
      if (one < 0) {
        this.#takeWithout(all, row, what);
        continue;
      }
      if (one >= this.size) this.size = one + 1;
      const at = this.#rows.at(one);
      const values = this.#rows.page(one);
      const flags = this.#flags.get(one);
      const known = this.#knownBy(flags, values, at, chunk.handle[row] as number);
      before.flags[row] = known;
      const now = this.#takeOne(all, row, what, known, values, at);
      if (now !== flags) this.#flags.set(one, now);
    }
  }

  /** Where nothing is kept of messages nothing is known of them, and that is left behind. */
  look({ rows, isOther, chunk, before }: Sightings, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const row = rows[i] as number;
      if (isOther[row] !== 0) continue;
      before.flags[row] = (chunk.handle[row] as number) < 0 ? SameHandle : 0;
      before.dueUs[row] = -1;
    }
  }

  /** What is known of a message to somebody with a handle. */
  #knownBy(flags: number, values: Float64Array, at: number, handle: number): number {
    if ((flags & Received) === 0) return handle < 0 ? flags | SameHandle : flags;
    const isHeld = (flags & Released) === 0 && (values[at + HeldEarliest] as number) > this.purgedUs;
    return flags | (isHeld ? Held : 0) | (values[at + Handle] === handle ? SameHandle : 0);
  }

  #takeWithout({ chunk }: Sightings, row: number, what: number): void {
    if (what === What.sendInvoke) this.#sending(chunk.deduplication[row] as number, chunk.us[row] as number);
    else if (what === What.sendFail) this.#answered(chunk.deduplication[row] as number);
    else if (what === What.purgeInvoke) this.purgedUs = chunk.us[row] as number;
  }

  /** Returns what is known of it now. */
  #takeOne(all: Sightings, row: number, what: number, known: number, values: Float64Array, at: number): number {
    const flags = known & ~(Held | SameHandle);
    switch (what) {
      case What.sendOk:
        return this.#sent(all, row, flags, values, at);
      case What.receiveOk:
        tellReceived(all, row, flags, values, at);
        return this.#received(all, row, flags, values, at);
      case What.deleteInvoke:
        return (known & SameHandle) === 0 ? flags : flags | Released;
      case What.deleteOk:
        all.before.dueUs[row] = dueOf(flags, values, at);
        return deleted(all, row, known, values, at);
      case What.deleteFail:
        all.before.dueUs[row] = dueOf(flags, values, at);
        return flags;
      case What.visibilityOk:
      case What.visibilityUnknown:
        if ((known & SameHandle) !== 0) changed(all, row, dueOf(flags, values, at), values, at);
        return flags;
      default:
        this.#takeWithout(all, row, what);
        return flags;
    }
  }

  #sending(id: number, us: number): void {
    if (id < 0) return;
    const place = this.#ids.place(id);
    const at = this.#open.at(place);
    const values = this.#open.page(place);
    if (values[at] === 0) values[at + 1] = us;
    values[at] = (values[at] as number) + 1;
  }

  /** A send of some deduplication id is over; since when others of it may have been taken: -1 where there are none. */
  #answered(id: number): number {
    if (id < 0) return -1;
    const place = this.#ids.place(id);
    const at = this.#open.at(place);
    const values = this.#open.page(place);
    const open = Math.max(0, (values[at] as number) - 1);
    values[at] = open;
    return open > 0 ? (values[at + 1] as number) : -1;
  }

  #sent(all: Sightings, row: number, flags: number, values: Float64Array, at: number): number {
    const sinceUs = this.#answered(all.chunk.deduplication[row] as number);
    // What is acknowledged may have been taken in a call before it, whose answer was lost.
    const answeredUs = all.earliestUs[row] as number;
    const earliestUs = sinceUs < 0 ? answeredUs : Math.min(sinceUs, answeredUs);
    // A duplicate is told the same message: the first acceptance counts.
    if ((flags & Acknowledged) !== 0 && (values[at + SentEarliest] as number) <= earliestUs) return flags;
    values[at + SentEarliest] = earliestUs;
    values[at + SentLatest] = all.latestUs[row] as number;
    values[at + SentN] = all.chunk.first + row;
    return flags | Acknowledged;
  }

  #received(all: Sightings, row: number, flags: number, values: Float64Array, at: number): number {
    const { chunk } = all;
    const earliestUs = all.earliestUs[row] as number;
    const latestUs = all.latestUs[row] as number;
    // An answer that was long on its way tells of an older receive.
    if ((flags & Received) !== 0 && latestUs < (values[at + HeldEarliest] as number)) return flags;
    const asked = chunk.value[row] as number;
    values[at + HeldEarliest] = earliestUs;
    values[at + HeldLatest] = latestUs;
    values[at + HeldN] = chunk.first + row;
    values[at + Due] = earliestUs + (asked < 0 ? this.#visibilityUs : asked);
    values[at + Handle] = chunk.handle[row] as number;
    values[at + Receives] = chunk.receives[row] as number;
    values[at + Call] = chunk.call[row] as number;
    return (flags | Received) & ~(Released | SurelyDeleted);
  }
}

function tellReceived({ before }: Sightings, row: number, flags: number, values: Float64Array, at: number): void {
  if ((flags & Acknowledged) !== 0) {
    before.sentEarliestUs[row] = values[at + SentEarliest] as number;
    before.sentLatestUs[row] = values[at + SentLatest] as number;
    before.sentN[row] = values[at + SentN] as number;
  }
  if ((flags & Received) !== 0) {
    before.heldEarliestUs[row] = values[at + HeldEarliest] as number;
    before.heldLatestUs[row] = values[at + HeldLatest] as number;
    before.heldN[row] = values[at + HeldN] as number;
    before.dueUs[row] = values[at + Due] as number;
    before.receives[row] = values[at + Receives] as number;
  }
  if ((flags & Deleted) !== 0) {
    before.deletedLatestUs[row] = values[at + DeletedLatest] as number;
    before.deletedN[row] = values[at + DeletedN] as number;
  }
}

function deleted(all: Sightings, row: number, known: number, values: Float64Array, at: number): number {
  const latestUs = all.latestUs[row] as number;
  values[at + DeletedLatest] = latestUs;
  values[at + DeletedN] = all.chunk.first + row;
  const inTime = (known & SameHandle) !== 0 && latestUs < dueOf(known, values, at);
  return (known & ~(Held | SameHandle)) | Deleted | (inTime ? SurelyDeleted : 0);
}

function changed({ chunk, earliestUs }: Sightings, row: number, known: number, values: Float64Array, at: number): void {
  const atUs = earliestUs[row] as number;
  // Its timeout may have been over: then it was visible, and a change does not hide it again.
  if (atUs >= known) return;
  const due = atUs + (chunk.value[row] as number);
  values[at + Due] = chunk.what[row] === What.visibilityOk ? due : Math.min(due, known);
}

/** -1: it was not received. */
function dueOf(flags: number, values: Float64Array, at: number): number {
  return (flags & Received) === 0 ? -1 : (values[at + Due] as number);
}
