import type { Checker, End, Fold } from './checker.ts';
import { FlagColumn, NumberColumn } from './columns.ts';
import * as What from './codes.ts';
import { SameHandle } from './known.ts';
import type { PromiseSettings } from './promises.ts';
import type { Rows, Sightings } from './sightings.ts';
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
const IsAsked = 4;
const IsGone = 8;

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
  readonly #gone = new NumberColumn(0);
  /** When somebody first asked for it to be deleted. */
  readonly #asked = new NumberColumn(0);
  #open = 0;

  constructor(settings: PromiseSettings) {
    this.#retentionUs = settings.of.retentionUs ?? Number.POSITIVE_INFINITY;
  }

  scan(all: Sightings): void {
    const { message } = all;
    this.#open += all.of(What.sendInvoke).count - all.of(What.sendOk).count - all.of(What.sendFail).count;
    this.#mark(message, all.of(What.left), There);
    this.#mark(message, all.of(What.deleteUnknown), PerhapsGone);
    this.#asking(all);
    this.#going(all);
  }

  #mark(message: Int32Array, { rows, count }: Rows, flag: number): void {
    for (let i = 0; i < count; i++) {
      const one = message[rows[i] as number] as number;
      if (one >= 0) this.#state.add(one, flag);
    }
  }

  #asking(all: Sightings): void {
    const { rows, count } = all.of(What.deleteInvoke);
    const { chunk, message } = all;
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const one = message[row] as number;
      if (one < 0 || this.#state.has(one, IsAsked)) continue;
      this.#state.add(one, IsAsked);
      this.#asked.set(one, chunk.us[row] as number);
    }
  }

  #going(all: Sightings): void {
    const { rows, count } = all.of(What.deleteOk);
    const { message, before, earliestUs, latestUs } = all;
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const one = message[row] as number;
      const us = latestUs[row] as number;
      const isOfHolder = ((before.flags[row] as number) & SameHandle) !== 0 && us < (before.dueUs[row] as number);
      if (one < 0 || !isOfHolder || earliestUs[row] !== us) continue;
      this.#state.add(one, IsGone);
      this.#gone.set(one, us);
    }
  }

  /** -1: nobody knows when. */
  #goneUs(message: number, endUs: number): number {
    if (this.#state.has(message, There)) return endUs;
    return this.#state.has(message, IsGone) ? this.#gone.get(message) : -1;
  }

  #askedUs(message: number): number {
    return this.#state.has(message, IsAsked) ? this.#asked.get(message) : -1;
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
      const goneUs = this.#goneUs(message, endUs);
      const lastUs = Math.max(lives.sentLatestUs(message), lives.heldEarliestUs(message));
      const perhapsUs = this.#state.has(message, PerhapsGone) ? this.#askedUs(message) : Number.POSITIVE_INFINITY;
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
