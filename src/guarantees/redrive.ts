import type { Checker, Fold } from './checker.ts';
import { CountColumn, FlagColumn, NumberColumn, RecordColumn } from './columns.ts';
import * as What from './codes.ts';
import { Acknowledged, Received, SameHandle } from './known.ts';
import type { PromiseSettings } from './promises.ts';
import type { Sightings } from './sightings.ts';
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
  readonly #here = new CountColumn();
  #reached = 0;
  #found: Finding | null = null;

  constructor(settings: PromiseSettings) {
    this.#most = settings.number('maxReceiveCount');
    this.#countsFromStart = !settings.flag('takesDeadLetters');
  }

  scan({ receives, chunk, message, before }: Sightings): void {
    for (let i = 0; i < receives.count; i++) {
      const row = receives.rows[i] as number;
      const one = message[row] as number;
      const known = before.flags[row] as number;
      if (one < 0 || (known & SameHandle) !== 0) continue;
      const seenHere = this.#here.add(one, 1) + 1;
      const times = this.#countsFromStart ? Math.max(seenHere, chunk.receives[row] as number) : seenHere;
      if (times === this.#most) this.#reached++;
      if (times > this.#most)
        this.#tooOften(times, (known & Received) === 0 ? -1 : (before.heldN[row] as number), chunk.first + row);
    }
  }

  #tooOften(times: number, heldN: number, n: number): void {
    const sentence = `A message was given out ${times} times, though ${this.#most} are the most.`;
    this.#found ??= broken({}, sentence, [heldN, n]);
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
  readonly #came = new FlagColumn();
  #moved = 0;
  #found: Finding | null = null;

  constructor(settings: PromiseSettings) {
    this.#fewest = settings.number('fewestReceives');
    this.#takesSends = settings.flag('takesSends');
  }

  scan({ rows, count, chunk, isOther, message, before }: Sightings): void {
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const what = chunk.what[row] as number;
      const one = message[row] as number;
      if (one < 0 || (what !== What.receiveOk && what !== What.left)) continue;
      const receives = chunk.receives[row] as number;
      if (isOther[row] !== 0) this.#atSource(one, receives, chunk.first + row);
      // Else it was sent here, not moved.
      else if (((before.flags[row] as number) & Acknowledged) === 0) this.#atTarget(one, receives, chunk.first + row);
    }
  }

  #atSource(message: number, receives: number, n: number): void {
    if (receives <= this.#sourceReceives.get(message)) return;
    this.#sourceReceives.set(message, receives);
    this.#sourceN.set(message, n);
  }

  #atTarget(message: number, receives: number, n: number): void {
    if (this.#came.get(message) === 1) return;
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

  scan(all: Sightings): void {
    const { receives, chunk, before } = all;
    for (let i = 0; i < receives.count; i++) {
      const row = receives.rows[i] as number;
      if ((chunk.message[row] as number) < 0) continue;
      this.#received++;
      if (chunk.receives[row] === 0) this.#uncounted(chunk.first + row);
      if (((before.flags[row] as number) & (Received | SameHandle)) === Received) this.#receivedAgain(all, row);
    }
  }

  #uncounted(n: number): void {
    this.#found ??= broken({}, 'A message was given out and its receive not counted.', [n]);
  }

  #receivedAgain({ chunk, before, earliestUs }: Sightings, row: number): void {
    const receives = chunk.receives[row] as number;
    const known = before.receives[row] as number;
    if (receives < 0 || known < 0 || (before.heldLatestUs[row] as number) >= (earliestUs[row] as number)) return;
    this.#again++;
    if (receives > known) return;
    const sentence = `A message was received again with the count ${receives}, after ${known}.`;
    this.#found ??= broken({}, sentence, [before.heldN[row] as number, chunk.first + row]);
  }

  finish(): Finding {
    const counts = { received: this.#received, receivedAgain: this.#again };
    if (this.#found !== null) return { ...this.#found, counts };
    return this.#again === 0 ? notExercised(counts, 'No message was received twice.') : held(counts);
  }
}
