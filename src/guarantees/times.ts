import type { Checker, End, Fold } from './checker.ts';
import * as What from './codes.ts';
import { Acknowledged } from './known.ts';
import type { PromiseSettings } from './promises.ts';
import type { Sightings } from './sightings.ts';
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

  scan({ chunk, before, earliestUs, receives }: Sightings): void {
    for (let i = 0; i < receives.count; i++) {
      const row = receives.rows[i] as number;
      if ((chunk.message[row] as number) < 0 || ((before.flags[row] as number) & Acknowledged) === 0) continue;
      const lateUs = (earliestUs[row] as number) - ((before.sentLatestUs[row] as number) + this.#retentionUs);
      if (lateUs > 0) this.#late(lateUs, before.sentN[row] as number, chunk.first + row);
    }
  }

  #late(lateUs: number, sentN: number, n: number): void {
    const sentence = `A message was given out ${seconds(lateUs)} after the end of its retention period.`;
    this.#found ??= broken({}, sentence, [sentN, n]);
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

  scan({ chunk, before, latestUs, receives }: Sightings): void {
    for (let i = 0; i < receives.count; i++) {
      const row = receives.rows[i] as number;
      if ((chunk.message[row] as number) < 0 || ((before.flags[row] as number) & Acknowledged) === 0) continue;
      this.#received++;
      const earlyUs = (before.sentEarliestUs[row] as number) + this.#delayUs - (latestUs[row] as number);
      if (earlyUs > 0) this.#early(earlyUs, before.sentN[row] as number, chunk.first + row);
    }
  }

  #early(earlyUs: number, sentN: number, n: number): void {
    const sentence = `A message was given out ${seconds(earlyUs)} before its delay was over.`;
    this.#found ??= broken({}, sentence, [sentN, n]);
  }

  finish(): Finding {
    const counts = { received: this.#received };
    if (this.#found !== null) return { ...this.#found, counts };
    return this.#received === 0 ? notExercised(counts, 'Nothing was received.') : held(counts);
  }
}
