import type { Checker, Fold } from './checker.ts';
import * as What from './codes.ts';
import { Held, Received, SameHandle, SurelyDeleted } from './known.ts';
import type { Sightings } from './sightings.ts';
import { broken, type Finding, held, notExercised, seconds } from './verdict.ts';

/**
 * For receives r, s of one message with t(r) < t(s), of different handles: t(s) ≥ end of r's visibility timeout, as it was last changed, or its
 * holder has begun to delete it.
 *
 * Nobody is given what somebody else holds.
 */
export const visibility: Checker = { guarantee: 'visibility', start: ({ of }) => new Visibility(of.visibilityUs ?? 0) };

class Visibility implements Fold {
  readonly wants = [What.receiveOk];
  readonly #visibilityUs: number;
  #received = 0;
  #again = 0;
  #found: Finding | null = null;

  constructor(visibilityUs: number) {
    this.#visibilityUs = visibilityUs;
  }

  scan(all: Sightings): void {
    const { receives, chunk, before } = all;
    for (let i = 0; i < receives.count; i++) {
      const row = receives.rows[i] as number;
      if ((chunk.message[row] as number) < 0) continue;
      this.#received++;
      if (((before.flags[row] as number) & (Received | SameHandle)) === Received) this.#receivedAgain(all, row);
    }
  }

  #receivedAgain({ chunk, before, earliestUs, latestUs }: Sightings, row: number): void {
    this.#again++;
    if (((before.flags[row] as number) & Held) === 0) return;
    const [n, heldN] = [chunk.first + row, before.heldN[row] as number];
    const [earliest, latest] = [earliestUs[row] as number, latestUs[row] as number];
    const [heldEarliest, heldLatest] = [before.heldEarliestUs[row] as number, before.heldLatestUs[row] as number];
    if (heldLatest <= earliest) {
      const leftUs = (before.dueUs[row] as number) - latest;
      if (leftUs > 0) this.#twice(heldN, n, leftUs);
    } else if (latest <= heldEarliest) {
      const asked = chunk.value[row] as number;
      const leftUs = earliest + (asked < 0 ? this.#visibilityUs : asked) - heldLatest;
      // Told late: the other one was given it while this one held it, unless this one has changed its timeout meanwhile.
      if (leftUs > 0 && latest < heldEarliest) this.#twice(n, heldN, leftUs);
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

  scan(all: Sightings): void {
    const { receives, chunk, before, earliestUs } = all;
    const deletes = all.of(What.deleteOk);
    for (let i = 0; i < deletes.count; i++) {
      if ((chunk.message[deletes.rows[i] as number] as number) >= 0) this.#deleted++;
    }
    for (let i = 0; i < receives.count; i++) {
      const row = receives.rows[i] as number;
      if ((chunk.message[row] as number) < 0 || ((before.flags[row] as number) & SurelyDeleted) === 0) continue;
      if ((before.deletedLatestUs[row] as number) >= (earliestUs[row] as number)) continue;
      const evidence = [before.deletedN[row] as number, chunk.first + row];
      this.#found ??= broken({}, 'A message was given out after it had been deleted.', evidence);
    }
  }

  finish(): Finding {
    const counts = { deleted: this.#deleted };
    if (this.#found !== null) return { ...this.#found, counts };
    return this.#deleted === 0 ? notExercised(counts, 'Nothing was deleted.') : held(counts);
  }
}
