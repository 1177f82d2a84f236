import type { Checker, Fold, Seen } from './checker.ts';
import { What } from './codes.ts';
import { broken, type Finding, held, notExercised, seconds } from './verdict.ts';

/**
 * For receives r, s of one message with t(r) < t(s), of different handles: t(s) ≥ end of r's visibility timeout, as it was last changed, or its
 * holder has begun to delete it.
 *
 * Nobody is given what somebody else holds.
 */
export const visibility: Checker = { guarantee: 'visibility', start: () => new Visibility() };

class Visibility implements Fold {
  readonly wants = [What.receiveOk];
  #received = 0;
  #again = 0;
  #found: Finding | null = null;

  see(seen: Seen): void {
    const { chunk, row, message, lives, earliestUs, latestUs, n, other } = seen;
    if (other || message < 0) return;
    this.#received++;
    if (!lives.wasReceived(message) || lives.handle(message) === chunk.handle[row]) return;
    this.#again++;
    if (!lives.isHeld(message)) return;
    if (lives.heldLatestUs(message) <= earliestUs) {
      const leftUs = lives.dueUs(message) - latestUs;
      if (leftUs > 0) this.#twice(lives.heldN(message), n, leftUs);
    } else if (latestUs <= lives.heldEarliestUs(message)) {
      const leftUs = earliestUs + lives.visibilityOf(seen) - lives.heldLatestUs(message);
      // Told late: the other one was given it while this one held it, unless this one has changed its timeout meanwhile.
      if (leftUs > 0 && latestUs < lives.heldEarliestUs(message)) this.#twice(n, lives.heldN(message), leftUs);
    }
  }

  #twice(first: number, second: number, leftUs: number): void {
    const sentence = `A message was given out again while it was hidden for ${seconds(leftUs)} more.`;
    this.#found ??= broken({}, sentence, [first, second]);
  }

  finish(): Finding {
    const counts = { received: this.#received, receivedAgain: this.#again };
    if (this.#found !== null) return { ...this.#found, counts };
    return this.#again === 0 ? notExercised(counts, 'No message was received twice.') : held(counts);
  }
}

/**
 * If the holder of m deleted it at t, within its visibility timeout, and was told ok, no receive of m comes after t.
 *
 * What was deleted in time does not come back.
 */
export const deletion: Checker = { guarantee: 'deletion', start: () => new Deletion() };

class Deletion implements Fold {
  readonly wants = [What.receiveOk, What.deleteOk];
  #deleted = 0;
  #found: Finding | null = null;

  see({ what, message, lives, earliestUs, n, other }: Seen): void {
    if (other || message < 0) return;
    if (what === What.deleteOk) this.#deleted++;
    else if (lives.isSurelyDeleted(message) && lives.deletedLatestUs(message) < earliestUs) {
      this.#found ??= broken({}, 'A message was given out after it had been deleted.', [lives.deletedN(message), n]);
    }
  }

  finish(): Finding {
    const counts = { deleted: this.#deleted };
    if (this.#found !== null) return { ...this.#found, counts };
    return this.#deleted === 0 ? notExercised(counts, 'Nothing was deleted.') : held(counts);
  }
}
