import type { Checker, End, Fold, Seen } from './checker.ts';
import { What } from './codes.ts';
import type { PromiseSettings } from './promises.ts';
import { broken, type Finding, held, notExercised, seconds } from './verdict.ts';

/**
 * For each receive r of a message m: t(r) ≤ sent(m) + retention period.
 *
 * What is past its retention period is not given out any more.
 */
export const retention: Checker = { guarantee: 'retention', start: (settings) => new Retention(settings) };

class Retention implements Fold {
  readonly wants = [What.receiveOk];
  readonly #retentionUs: number;
  #found: Finding | null = null;

  constructor(settings: PromiseSettings) {
    this.#retentionUs = settings.number('retentionUs');
  }

  see({ message, lives, earliestUs, n, other }: Seen): void {
    if (other || message < 0 || !lives.isAcknowledged(message)) return;
    const lateUs = earliestUs - (lives.sentLatestUs(message) + this.#retentionUs);
    if (lateUs <= 0) return;
    const sentence = `A message was given out ${seconds(lateUs)} after the end of its retention period.`;
    this.#found ??= broken({}, sentence, [lives.sentN(message), n]);
  }

  finish({ lives, endUs }: End): Finding {
    let old = 0;
    for (let message = 0; message < lives.size; message++) {
      if (!lives.isAcknowledged(message) || lives.isDeleted(message)) continue;
      if (lives.sentLatestUs(message) + this.#retentionUs <= endUs) old++;
    }
    const counts = { pastRetention: old };
    if (this.#found !== null) return { ...this.#found, counts };
    return old === 0 ? notExercised(counts, 'No message became that old.') : held(counts);
  }
}

/**
 * For each receive r of a message m: t(r) ≥ sent(m) + delay.
 *
 * Nothing is given out before its delay is over.
 */
export const delay: Checker = { guarantee: 'delay', start: (settings) => new Delay(settings) };

class Delay implements Fold {
  readonly wants = [What.receiveOk];
  readonly #delayUs: number;
  #received = 0;
  #found: Finding | null = null;

  constructor(settings: PromiseSettings) {
    this.#delayUs = settings.number('delayUs');
  }

  see({ message, lives, latestUs, n, other }: Seen): void {
    if (other || message < 0 || !lives.isAcknowledged(message)) return;
    this.#received++;
    const earlyUs = lives.sentEarliestUs(message) + this.#delayUs - latestUs;
    if (earlyUs <= 0) return;
    const sentence = `A message was given out ${seconds(earlyUs)} before its delay was over.`;
    this.#found ??= broken({}, sentence, [lives.sentN(message), n]);
  }

  finish(): Finding {
    const counts = { received: this.#received };
    if (this.#found !== null) return { ...this.#found, counts };
    return this.#received === 0 ? notExercised(counts, 'Nothing was received.') : held(counts);
  }
}
