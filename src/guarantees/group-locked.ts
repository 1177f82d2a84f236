import type { Fold, Seen } from './checker.ts';
import * as What from './codes.ts';
import { RecordColumn } from './columns.ts';
import type { ProbeCounts } from './probes.ts';
import { notExercised } from './verdict.ts';

/**
 * Counts the messages that came to a FIFO queue while an earlier one of their group was in somebody's hands, so that they have to wait. It must know how it is
 * with another message than that of the record, so it is shown one record after the other; it promises nothing, so nobody asks what it found.
 */
export class GroupLocked implements Fold {
  readonly wants = [What.receiveOk, What.sendOk];
  readonly #probes: ProbeCounts;
  /** The message of each group that was given out last. */
  readonly #last = new RecordColumn();

  constructor(probes: ProbeCounts) {
    this.#probes = probes;
  }

  /** Standard queues give no sequence numbers, and lock nothing. */
  see({ what, chunk, row, group, message, lives, latestUs, other }: Seen): void {
    if (other || message < 0 || group < 0 || (chunk.sequence[row] as number) < 0) return;
    if (what === What.receiveOk) this.#last.set(group, message);
    else if (!lives.isAcknowledged(message)) {
      const last = this.#last.get(group);
      const isHeld = last >= 0 && last !== message && lives.heldLatestUs(last) <= latestUs;
      if (isHeld && lives.isInFlight(last, latestUs)) this.#probes.hit('group-locked');
    }
  }

  finish(): ReturnType<typeof notExercised> {
    return notExercised({}, '');
  }
}
