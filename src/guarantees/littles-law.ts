import type { Checker, End, Fold, Seen } from './checker.ts';
import { FlagColumn } from './columns.ts';
import { What } from './codes.ts';
import { broken, type Finding, held, notExercised, seconds, unknown } from './verdict.ts';

/**
 * L·T = λ·T·W: Σ over messages of (left − came) = ∫ N(t) dt, where the left side is what clients saw and the right side what the queue's metrics say.
 *
 * A check of the measurement itself: what the messages spent in the queue is what its levels add up to.
 */
export const littlesLaw: Checker = { guarantee: 'littles-law', start: () => new LittlesLaw() };

/** Metrics are sums of fractions: so much of the whole may be lost to rounding. */
const RELATIVE = 1e-6;
const There = 1;

class LittlesLaw implements Fold {
  readonly wants = [What.sendInvoke, What.sendOk, What.sendFail, What.deleteInvoke, What.deleteOk, What.left];
  readonly #left = new FlagColumn();
  #open = 0;
  #deleting = 0;
  #moved = false;

  see({ what, message, lives, other }: Seen): void {
    if (other) return;
    if (what === What.sendInvoke) this.#open++;
    else if (what === What.sendOk || what === What.sendFail) this.#open--;
    else if (what === What.deleteInvoke) this.#deleting++;
    else if (what === What.deleteOk) this.#deleting--;
    else if (message >= 0) {
      if (!lives.isAcknowledged(message)) this.#moved = true;
      this.#left.add(message, There);
    }
  }

  finish({ lives, endUs, measuredUs }: End): Finding {
    let messages = 0;
    let spentUs = 0;
    let unclear = this.#open + this.#deleting;
    for (let message = 0; message < lives.size; message++) {
      if (!lives.isAcknowledged(message)) {
        if (lives.wasReceived(message)) unclear++;
        continue;
      }
      messages++;
      const { sent, gone } = { sent: lives.sentEarliestUs(message), gone: lives.deletedEarliestUs(message) };
      const exact = sent === lives.sentLatestUs(message) && gone === lives.deletedLatestUs(message);
      if (this.#left.has(message, There)) spentUs += endUs - sent;
      else if (lives.isDeleted(message) && exact) spentUs += gone - sent;
      else unclear++;
    }
    const counts = { messages, unclear };
    if (messages === 0) return notExercised(counts, 'Nothing was acknowledged.');
    if (measuredUs === null) return unknown(counts, 'No metrics came with the history.');
    if (unclear > 0 || this.#moved) return unknown(counts, 'Of some messages nobody can say when they came or went.');
    const differenceUs = Math.abs(spentUs - measuredUs);
    if (differenceUs <= RELATIVE * Math.max(spentUs, measuredUs) + messages) return held(counts);
    return broken(
      counts,
      `Messages spent ${seconds(spentUs)} in the queue by what clients saw, and ${seconds(measuredUs)} by its metrics.`,
      [],
    );
  }
}
