import type { Checker, Fold, Seen } from './checker.ts';
import { NumberColumn, RecordColumn } from './columns.ts';
import * as What from './codes.ts';
import { seconds, type Finding, broken, held, notExercised } from './verdict.ts';

/**
 * For messages a, b of one group with sequence(a) < sequence(b), received by different calls: if b is received at t, a is not in flight at t.
 *
 * While a message of a group is in somebody's hands, nobody is given a later one of that group.
 */
export const groupLock: Checker = { guarantee: 'group-lock', start: () => new GroupLock() };

class GroupLock implements Fold {
  readonly wants = [What.receiveOk];
  /** The messages of a group that may be in flight: a list through the messages, newest first. */
  readonly #head = new RecordColumn();
  readonly #next = new RecordColumn();
  readonly #sequence = new NumberColumn();
  readonly #listed = new NumberColumn(0);
  #received = 0;
  #behind = 0;
  #found: Finding | null = null;

  see(seen: Seen): void {
    const { chunk, row, message, group, other } = seen;
    const sequence = chunk.sequence[row] as number;
    if (other || message < 0 || group < 0 || sequence < 0) return;
    this.#received++;
    this.#walk(seen, group, sequence);
    this.#sequence.set(message, sequence);
    if (this.#listed.get(message) === 1) return;
    this.#listed.set(message, 1);
    this.#next.set(message, this.#head.get(group));
    this.#head.set(group, message);
  }

  /** Looks at all of the group that may be in flight, and drops those that are not. */
  #walk(seen: Seen, group: number, sequence: number): void {
    const { lives, earliestUs, latestUs, n, message, chunk, row } = seen;
    let before = -1;
    for (let one = this.#head.get(group); one >= 0; ) {
      const next = this.#next.get(one);
      const inFlight = lives.isInFlight(one, latestUs);
      if (inFlight || one === message) {
        const isEarlier = one !== message && this.#sequence.get(one) < sequence;
        if (isEarlier) this.#behind++;
        if (
          isEarlier &&
          isBefore(lives.heldLatestUs(one), lives.heldCall(one), earliestUs, chunk.call[row] as number)
        ) {
          const leftUs = lives.inFlightUntilUs(one) - latestUs;
          this.#found ??= broken(
            {},
            `A message was given out while an earlier one of its group was in flight for ${seconds(leftUs)} more.`,
            [lives.heldN(one), n],
          );
        }
        before = one;
      } else {
        this.#listed.set(one, 0);
        if (before < 0) this.#head.set(group, next);
        else this.#next.set(before, next);
      }
      one = next;
    }
  }

  finish(): Finding {
    const counts = { received: this.#received, behindOthers: this.#behind };
    if (this.#found !== null) return { ...this.#found, counts };
    return this.#received < 2 ? notExercised(counts, 'No group had two messages.') : held(counts);
  }
}

/** Whether one receive surely came before another, and in another answer. Without numbers of calls, what came at one instant may be one answer. */
function isBefore(oneUs: number, oneCall: number, otherUs: number, otherCall: number): boolean {
  return oneCall >= 0 && otherCall >= 0 ? oneCall !== otherCall && oneUs <= otherUs : oneUs < otherUs;
}
