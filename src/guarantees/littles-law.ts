import type { Checker, End, Fold, Seen } from './checker.ts';
import { FlagColumn, NumberColumn } from './columns.ts';
import { What } from './codes.ts';
import type { PromiseSettings } from './promises.ts';
import { broken, type Finding, held, notExercised, seconds, unknown } from './verdict.ts';

/**
 * L·T = λ·T·W: Σ over messages of (gone − came) = ∫ N(t) dt, where the left side is what clients saw and the right side what the queue's metrics say.
 *
 * A check of the measurement itself: what the messages spent in the queue is what its levels add up to.
 */
export const littlesLaw: Checker = { guarantee: 'littles-law', start: (settings) => new LittlesLaw(settings) };

/** Metrics are sums of fractions: so much of the whole may be lost to rounding. */
const RELATIVE = 1e-6;
/** Messages whose end nobody saw may widen the sum by so much, and it still says something. */
const WIDTH = 0.05;
const There = 1;
/** A delete of it had no answer: it may have been the one. */
const PerhapsGone = 2;

class LittlesLaw implements Fold {
  readonly wants = [
    What.sendInvoke,
    What.sendOk,
    What.sendFail,
    What.deleteInvoke,
    What.deleteOk,
    What.deleteUnknown,
    What.left,
  ];
  readonly #retentionUs: number;
  readonly #state = new FlagColumn();
  /** The delete by its holder, in time: the one that took it out. */
  readonly #gone = new NumberColumn();
  /** When somebody first asked for it to be deleted. */
  readonly #asked = new NumberColumn();
  #open = 0;

  constructor(settings: PromiseSettings) {
    this.#retentionUs = settings.of.retentionUs ?? Number.POSITIVE_INFINITY;
  }

  see({ what, message, lives, other, chunk, row, us, earliestUs, latestUs }: Seen): void {
    if (other) return;
    if (what === What.sendInvoke) this.#open++;
    else if (what === What.sendOk || what === What.sendFail) this.#open--;
    else if (message < 0) return;
    else if (what === What.left) this.#state.add(message, There);
    else if (what === What.deleteInvoke) {
      if (this.#asked.get(message) < 0) this.#asked.set(message, us);
    } else if (what === What.deleteUnknown) this.#state.add(message, PerhapsGone);
    else if (earliestUs === latestUs && lives.isOfHolder(message, chunk.handle[row] as number, latestUs))
      this.#gone.set(message, latestUs);
  }

  finish({ lives, endUs, measuredUs }: End): Finding {
    let messages = 0;
    let leastUs = 0;
    let mostUs = 0;
    let unsaid = this.#open;
    for (let message = 0; message < lives.size; message++) {
      if (!lives.isAcknowledged(message)) {
        if (lives.wasReceived(message) || this.#state.has(message, There)) unsaid++;
        continue;
      }
      messages++;
      const sentUs = lives.sentEarliestUs(message);
      const goneUs = this.#state.has(message, There) ? endUs : this.#gone.get(message);
      const lastUs = Math.max(lives.sentLatestUs(message), lives.heldEarliestUs(message));
      const perhapsUs = this.#state.has(message, PerhapsGone) ? this.#asked.get(message) : Number.POSITIVE_INFINITY;
      leastUs += Math.min(goneUs >= 0 ? goneUs : lastUs, Math.max(perhapsUs, lives.sentLatestUs(message)));
      leastUs -= lives.sentLatestUs(message);
      mostUs += (goneUs >= 0 ? goneUs : Math.min(endUs, sentUs + this.#retentionUs)) - sentUs;
    }
    const counts = { messages, unsaid };
    if (messages === 0) return notExercised(counts, 'Nothing was acknowledged.');
    if (measuredUs === null) return unknown(counts, 'No metrics came with the history.');
    if (unsaid > 0) return unknown(counts, 'Messages came in of which nobody was told.');
    const slackUs = RELATIVE * Math.max(mostUs, measuredUs) + messages;
    if (measuredUs < leastUs - slackUs || measuredUs > mostUs + slackUs) {
      const seen = leastUs === mostUs ? seconds(leastUs) : `${seconds(leastUs)} to ${seconds(mostUs)}`;
      const sentence = `Messages spent ${seen} in the queue by what clients saw, and ${seconds(measuredUs)} by its metrics.`;
      return broken(counts, sentence, []);
    }
    return mostUs - leastUs <= WIDTH * mostUs + slackUs
      ? held(counts)
      : unknown(counts, 'Of too many messages nobody can say when they went.');
  }
}
