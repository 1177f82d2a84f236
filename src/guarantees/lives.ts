/**
 * The messages of one queue as its clients know them: what more than one checker needs, kept once, in columns by place.
 *
 *   sent ─▶ held by (handle) from … until … ─▶ released ─▶ held again … ─▶ deleted
 *
 * Each bound is on the safe side: `dueUs` is the earliest instant at which the timeout of the newest receive can have ended.
 */
import { FlagColumn, NumberColumn, RecordColumn } from './columns.ts';
import type { Seen } from './checker.ts';
import { What } from './codes.ts';

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
  /** Acknowledged sends of messages. */
  acknowledged = 0;
  purgedUs = -1;
  readonly #visibilityUs: number;
  readonly #flags = new FlagColumn();
  readonly #sentEarliest = new NumberColumn();
  readonly #sentLatest = new NumberColumn();
  readonly #sentN = new RecordColumn();
  readonly #heldEarliest = new NumberColumn();
  readonly #heldLatest = new NumberColumn();
  readonly #heldN = new RecordColumn();
  readonly #due = new NumberColumn();
  readonly #handle = new NumberColumn();
  readonly #receives = new RecordColumn();
  readonly #call = new NumberColumn();
  readonly #deletedEarliest = new NumberColumn();
  readonly #deletedLatest = new NumberColumn();
  readonly #deletedN = new RecordColumn();

  /** `visibilityUs`: how long a receive hides a message unless it says otherwise. */
  constructor(visibilityUs: number) {
    this.#visibilityUs = visibilityUs;
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
  deletedEarliestUs(message: number): number {
    return this.#deletedEarliest.get(message);
  }
  deletedLatestUs(message: number): number {
    return this.#deletedLatest.get(message);
  }
  deletedN(message: number): number {
    return this.#deletedN.get(message);
  }

  /** How long a receive hides: as it asked, or as the queue does. */
  visibilityOf({ chunk, row }: Seen): number {
    const asked = chunk.value[row] as number;
    return asked < 0 ? this.#visibilityUs : asked;
  }

  /** Takes a record in, after all have looked at it. */
  note(seen: Seen): void {
    const { message, what } = seen;
    if (message >= this.size) this.size = message + 1;
    switch (what) {
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

  #isNewest({ chunk, row }: Seen, message: number): boolean {
    return message >= 0 && this.#handle.get(message) === chunk.handle[row];
  }

  #sent({ earliestUs, latestUs, n }: Seen, message: number): void {
    // A duplicate is told the same message: the first acceptance counts.
    if (this.#flags.has(message, Acknowledged) && this.#sentEarliest.get(message) <= earliestUs) return;
    if (!this.#flags.has(message, Acknowledged)) this.acknowledged++;
    this.#flags.add(message, Acknowledged);
    this.#sentEarliest.set(message, earliestUs);
    this.#sentLatest.set(message, latestUs);
    this.#sentN.set(message, n);
  }

  #received(seen: Seen, message: number): void {
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

  #deleted(seen: Seen, message: number): void {
    const { latestUs, earliestUs, n } = seen;
    this.#flags.add(message, Deleted);
    this.#deletedEarliest.set(message, earliestUs);
    this.#deletedLatest.set(message, latestUs);
    this.#deletedN.set(message, n);
    if (this.#isNewest(seen, message) && latestUs < this.#due.get(message)) this.#flags.add(message, SurelyDeleted);
  }

  #changed({ chunk, row, earliestUs, what }: Seen, message: number): void {
    const due = earliestUs + (chunk.value[row] as number);
    this.#due.set(message, what === What.visibilityOk ? due : Math.min(due, this.#due.get(message)));
  }
}
