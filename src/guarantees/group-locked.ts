import type { Seen } from './checker.ts';
import { What } from './codes.ts';
import { RecordColumn } from './columns.ts';

/** Sees which messages came to a FIFO queue while an earlier one of their group was in somebody's hands, so that they have to wait. */
export class GroupLocked {
  /** The message of each group that was given out last. */
  readonly #last = new RecordColumn();

  /** Whether the record, of a receive or of a send, tells of such a message. Standard queues give no sequence numbers, and lock nothing. */
  see({ what, chunk, row, group, message, lives, latestUs }: Seen): boolean {
    if (message < 0 || group < 0 || (chunk.sequence[row] as number) < 0) return false;
    if (what === What.receiveOk) this.#last.set(group, message);
    if (what !== What.sendOk || lives.isAcknowledged(message)) return false;
    const last = this.#last.get(group);
    return last >= 0 && last !== message && lives.heldLatestUs(last) <= latestUs && lives.isInFlight(last, latestUs);
  }
}
