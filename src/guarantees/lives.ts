/**
 * The messages of one queue as its clients know them: what more than one checker needs, kept once, in columns by place.
 *
 *   sent ─▶ held by (handle) from … until … ─▶ released ─▶ held again … ─▶ deleted
 *
 * Each bound is on the safe side: `dueUs` is the earliest instant at which the timeout of the newest receive can have ended.
 */
import { FlagColumn, NumberColumn, Places, RecordColumn } from './columns.ts';
import { What } from './codes.ts';
import type { Sighting } from './sighting.ts';

const Acknowledged = 1;
const Received = 2;
/** Its holder has begun to delete it, or has given it back. */
const Released = 4;
/** Deleted by its holder while it was hidden: nobody else can have had it in between. */
const SurelyDeleted = 8;
const Deleted = 16;

export class Lives {
  /** Messages that have a place. */
  size = 0;
  purgedUs = -1;
  readonly #visibilityUs: number;
  readonly #retentionUs: number;
  readonly #flags = new FlagColumn();
  readonly #sentEarliest = new NumberColumn();
  readonly #sentLatest = new NumberColumn();
  readonly #sentN = new RecordColumn();
  /** Of deduplication ids: sends that have no answer, and since when. */
  readonly #ids = new Places();
  readonly #open = new NumberColumn(0);
  readonly #openSince = new NumberColumn();
  readonly #heldEarliest = new NumberColumn();
  readonly #heldLatest = new NumberColumn();
  readonly #heldN = new RecordColumn();
  readonly #due = new NumberColumn();
  readonly #handle = new NumberColumn();
  readonly #receives = new RecordColumn();
  readonly #call = new NumberColumn();
  readonly #deletedLatest = new NumberColumn();
  readonly #deletedN = new RecordColumn();

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
  isSurelyDeleted(message: number): boolean {
    return this.#flags.has(message, SurelyDeleted);
  }
  /** Whether its newest receiver has it in hand, as far as is known, its timeout left aside. */
  isHeld(message: number): boolean {
    return (
      (this.#flags.get(message) & (Received | Released)) === Received && this.#heldEarliest.get(message) > this.purgedUs
    );
  }
  /** Whether a handle is that of the newest receive, and its message is still hidden. */
  isOfHolder(message: number, handle: number, us: number): boolean {
    return this.#handle.get(message) === handle && us < this.#due.get(message);
  }
  /** Whether it is surely in flight: held, hidden, and there. */
  isInFlight(message: number, us: number): boolean {
    return this.isHeld(message) && this.inFlightUntilUs(message) > us;
  }
  inFlightUntilUs(message: number): number {
    // One that expires in flight is gone. If nobody knows when it was sent, that may be at any time.
    if (this.#retentionUs === Number.POSITIVE_INFINITY) return this.#due.get(message);
    if (!this.isAcknowledged(message)) return -1;
    return Math.min(this.#due.get(message), this.#sentEarliest.get(message) + this.#retentionUs);
  }
  sentEarliestUs(message: number): number {
    return this.#sentEarliest.get(message);
  }
  sentLatestUs(message: number): number {
    return this.#sentLatest.get(message);
  }
  sentN(message: number): number {
    return this.#sentN.get(message);
  }
  heldEarliestUs(message: number): number {
    return this.#heldEarliest.get(message);
  }
  heldLatestUs(message: number): number {
    return this.#heldLatest.get(message);
  }
  heldN(message: number): number {
    return this.#heldN.get(message);
  }
  /** The call that brought it. */
  heldCall(message: number): number {
    return this.#call.get(message);
  }
  dueUs(message: number): number {
    return this.#due.get(message);
  }
  handle(message: number): number {
    return this.#handle.get(message);
  }
  /** Receive count of the newest receive. */
  receives(message: number): number {
    return this.#receives.get(message);
  }
  deletedLatestUs(message: number): number {
    return this.#deletedLatest.get(message);
  }
  deletedN(message: number): number {
    return this.#deletedN.get(message);
  }

  /** How long a receive hides: as it asked, or as the queue does. */
  visibilityOf({ chunk, row }: Sighting): number {
    const asked = chunk.value[row] as number;
    return asked < 0 ? this.#visibilityUs : asked;
  }

  /** Takes a record in, after all have looked at it. */
  note(seen: Sighting): void {
    const { message, what } = seen;
    if (message >= this.size) this.size = message + 1;
    switch (what) {
      case What.sendInvoke:
        this.#sending(seen);
        break;
      case What.sendFail:
        this.#answered(seen);
        break;
      case What.sendOk:
        if (message >= 0) this.#sent(seen, message);
        break;
      case What.receiveOk:
        if (message >= 0) this.#received(seen, message);
        break;
      case What.deleteInvoke:
        if (this.#isNewest(seen, message)) this.#flags.add(message, Released);
        break;
      case What.deleteOk:
        if (message >= 0) this.#deleted(seen, message);
        break;
      case What.visibilityOk:
      case What.visibilityUnknown:
        if (this.#isNewest(seen, message)) this.#changed(seen, message);
        break;
      case What.purgeInvoke:
        this.purgedUs = seen.us;
        break;
      default:
        break;
    }
  }

  #isNewest({ chunk, row }: Sighting, message: number): boolean {
    return message >= 0 && this.#handle.get(message) === chunk.handle[row];
  }

  #sending({ chunk, row, us }: Sighting): void {
    const id = chunk.deduplication[row] as number;
    if (id < 0) return;
    const place = this.#ids.place(id);
    const open = this.#open.get(place);
    if (open === 0) this.#openSince.set(place, us);
    this.#open.set(place, open + 1);
  }

  /** A send of some deduplication id is over; since when others of it may have been taken: -1 where there are none. */
  #answered({ chunk, row }: Sighting): number {
    const id = chunk.deduplication[row] as number;
    if (id < 0) return -1;
    const place = this.#ids.place(id);
    const open = Math.max(0, this.#open.get(place) - 1);
    this.#open.set(place, open);
    return open > 0 ? this.#openSince.get(place) : -1;
  }

  #sent(seen: Sighting, message: number): void {
    const { latestUs, n } = seen;
    const sinceUs = this.#answered(seen);
    // What is acknowledged may have been taken in a call before it, whose answer was lost.
    const earliestUs = sinceUs < 0 ? seen.earliestUs : Math.min(sinceUs, seen.earliestUs);
    // A duplicate is told the same message: the first acceptance counts.
    if (this.#flags.has(message, Acknowledged) && this.#sentEarliest.get(message) <= earliestUs) return;
    this.#flags.add(message, Acknowledged);
    this.#sentEarliest.set(message, earliestUs);
    this.#sentLatest.set(message, latestUs);
    this.#sentN.set(message, n);
  }

  #received(seen: Sighting, message: number): void {
    const { chunk, row, earliestUs, latestUs, n } = seen;
    // An answer that was long on its way tells of an older receive.
    if (this.#flags.has(message, Received) && latestUs < this.#heldEarliest.get(message)) return;
    this.#flags.set(message, (this.#flags.get(message) | Received) & ~(Released | SurelyDeleted));
    this.#heldEarliest.set(message, earliestUs);
    this.#heldLatest.set(message, latestUs);
    this.#heldN.set(message, n);
    this.#due.set(message, earliestUs + this.visibilityOf(seen));
    this.#handle.set(message, chunk.handle[row] as number);
    this.#receives.set(message, chunk.receives[row] as number);
    this.#call.set(message, chunk.call[row] as number);
  }

  #deleted(seen: Sighting, message: number): void {
    const { latestUs, n } = seen;
    this.#flags.add(message, Deleted);
    this.#deletedLatest.set(message, latestUs);
    this.#deletedN.set(message, n);
    if (this.#isNewest(seen, message) && latestUs < this.#due.get(message)) this.#flags.add(message, SurelyDeleted);
  }

  #changed({ chunk, row, earliestUs, what }: Sighting, message: number): void {
    const known = this.#due.get(message);
    // Its timeout may have been over: then it was visible, and a change does not hide it again.
    if (earliestUs >= known) return;
    const due = earliestUs + (chunk.value[row] as number);
    this.#due.set(message, what === What.visibilityOk ? due : Math.min(due, known));
  }
}
