import type { Checker, Fold, Seen } from './checker.ts';
import { NumberColumn, RecordColumn } from './columns.ts';
import { What } from './codes.ts';
import type { PromiseSettings } from './promises.ts';
import { broken, type Finding, held, notExercised } from './verdict.ts';

/**
 * With maxReceiveCount k: receives here(m) ≤ k, where the queue's own count is believed if its messages come from senders alone.
 *
 * After so many receives a message is not given out again.
 */
export const redrive: Checker = { guarantee: 'redrive', start: (settings) => new Redrive(settings) };

class Redrive implements Fold {
  readonly wants = [What.receiveOk];
  readonly #most: number;
  readonly #countsFromStart: boolean;
  readonly #here = new NumberColumn(0);
  #reached = 0;
  #found: Finding | null = null;

  constructor(settings: PromiseSettings) {
    this.#most = settings.number('maxReceiveCount');
    this.#countsFromStart = !settings.flag('takesDeadLetters');
  }

  see({ chunk, row, message, lives, n, other }: Seen): void {
    if (other || message < 0 || lives.handle(message) === chunk.handle[row]) return;
    const seenHere = this.#here.get(message) + 1;
    this.#here.set(message, seenHere);
    const receives = this.#countsFromStart ? Math.max(seenHere, chunk.receives[row] as number) : seenHere;
    if (receives === this.#most) this.#reached++;
    if (receives <= this.#most) return;
    this.#found ??= broken({}, `A message was given out ${receives} times, though ${this.#most} are the most.`, [
      lives.heldN(message),
      n,
    ]);
  }

  finish(): Finding {
    const counts = { reachedTheMost: this.#reached };
    if (this.#found !== null) return { ...this.#found, counts };
    return this.#reached === 0 ? notExercised(counts, `No message was received ${this.#most} times.`) : held(counts);
  }
}

/**
 * Of a dead-letter queue, for each message m that came from a queue with maxReceiveCount ≥ k: count(m) > k; and count(m) > every count of m
 * that was seen at its source.
 *
 * Nothing is moved before its time, and a moved message goes on counting.
 */
export const deadLetters: Checker = { guarantee: 'dead-letters', start: (settings) => new DeadLetters(settings) };

class DeadLetters implements Fold {
  readonly wants = [What.receiveOk, What.left];
  readonly #fewest: number;
  /** Others send to it too: what nobody saw at a source, and whose send nobody heard of, may be theirs. */
  readonly #takesSends: boolean;
  readonly #sourceReceives = new NumberColumn();
  readonly #sourceN = new RecordColumn();
  readonly #came = new NumberColumn(0);
  #moved = 0;
  #found: Finding | null = null;

  constructor(settings: PromiseSettings) {
    this.#fewest = settings.number('fewestReceives');
    this.#takesSends = settings.flag('takesSends');
  }

  see({ chunk, row, message, lives, n, other }: Seen): void {
    if (message < 0) return;
    const receives = chunk.receives[row] as number;
    if (other) {
      if (receives <= this.#sourceReceives.get(message)) return;
      this.#sourceReceives.set(message, receives);
      this.#sourceN.set(message, n);
      return;
    }
    // Sent here, not moved.
    if (this.#came.get(message) === 1 || lives.isAcknowledged(message)) return;
    if (this.#takesSends && this.#sourceN.get(message) < 0) return;
    this.#came.set(message, 1);
    this.#moved++;
    if (receives < 0) return;
    if (receives - 1 < this.#fewest) {
      const sentence = `A message was moved after ${receives - 1} receives, though ${this.#fewest} are allowed.`;
      this.#found ??= broken({}, sentence, [this.#sourceN.get(message), n]);
    } else if (receives <= this.#sourceReceives.get(message)) {
      this.#found ??= broken({}, 'A message lost count of its receives when it was moved.', [
        this.#sourceN.get(message),
        n,
      ]);
    }
  }

  finish(): Finding {
    const counts = { moved: this.#moved };
    if (this.#found !== null) return { ...this.#found, counts };
    return this.#moved === 0 ? notExercised(counts, 'Nothing was moved.') : held(counts);
  }
}

/**
 * For receives r, s of one message in one queue with t(r) < t(s), of different handles: count(s) > count(r) ≥ 1.
 *
 * Each receive is counted.
 */
export const receiveCount: Checker = { guarantee: 'receive-count', start: () => new ReceiveCount() };

class ReceiveCount implements Fold {
  readonly wants = [What.receiveOk];
  #received = 0;
  #again = 0;
  #found: Finding | null = null;

  see({ chunk, row, message, lives, earliestUs, n, other }: Seen): void {
    if (other || message < 0) return;
    const receives = chunk.receives[row] as number;
    this.#received++;
    if (receives === 0) this.#found ??= broken({}, 'A message was given out and its receive not counted.', [n]);
    if (receives < 0 || lives.receives(message) < 0) return;
    if (lives.handle(message) === chunk.handle[row] || lives.heldLatestUs(message) >= earliestUs) return;
    this.#again++;
    if (receives > lives.receives(message)) return;
    const sentence = `A message was received again with the count ${receives}, after ${lives.receives(message)}.`;
    this.#found ??= broken({}, sentence, [lives.heldN(message), n]);
  }

  finish(): Finding {
    const counts = { received: this.#received, receivedAgain: this.#again };
    if (this.#found !== null) return { ...this.#found, counts };
    return this.#again === 0 ? notExercised(counts, 'No message was received twice.') : held(counts);
  }
}
