import type { Checker, Fold } from './checker.ts';
import { CountColumn, RecordColumn } from './columns.ts';
import * as What from './codes.ts';
import { PHASE } from './phases.ts';
import { NumberSet } from './places.ts';
import type { Sightings } from './sightings.ts';
import { broken, type Finding, held, notExercised } from './verdict.ts';

/**
 * Of a client, for each entity e and at each instant: answers(e) ≤ calls(e); at the end calls = ok + failed + unknown + waiting.
 *
 * Each answer belongs to one call, and no call is answered twice.
 */
export const conservationOfCalls: Checker = { guarantee: 'conservation', start: () => new CallsFold() };

class CallsFold implements Fold {
  readonly wants = [
    What.requestInvoke,
    What.requestOk,
    What.requestFail,
    What.requestUnknown,
    What.sendInvoke,
    What.sendOk,
    What.sendFail,
    What.sendUnknown,
    What.publishInvoke,
    What.publishOk,
    What.publishFail,
    What.publishUnknown,
  ];
  readonly #open = new CountColumn();
  readonly #lastN = new RecordColumn();
  #calls = 0;
  readonly #answers = [0, 0, 0, 0];
  #found: Finding | null = null;

  scan({ rows, count, chunk, entity }: Sightings): void {
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const one = entity[row] as number;
      const what = chunk.what[row] as number;
      if (one < 0 || !isCall(what)) continue;
      const phase = what & PHASE;
      const n = chunk.first + row;
      if (phase === 0) {
        this.#calls++;
        this.#open.add(one, 1);
      } else {
        this.#answers[phase] = (this.#answers[phase] as number) + 1;
        if (this.#open.get(one) > 0) this.#open.add(one, -1);
        else this.#unasked(this.#lastN.get(one), n);
      }
      this.#lastN.set(one, n);
    }
  }

  #unasked(before: number, n: number): void {
    this.#found ??= broken({}, `Record ${n} is an answer to a call that was never made, or was answered.`, [before, n]);
  }

  finish(): Finding {
    const [, ok = 0, failed = 0, unknown = 0] = this.#answers;
    const counts = { calls: this.#calls, ok, failed, unknown, waiting: this.#calls - ok - failed - unknown };
    if (this.#found !== null) return { ...this.#found, counts };
    return this.#calls === 0 ? notExercised(counts, 'Nobody called.') : held(counts);
  }
}

function isCall(what: number): boolean {
  return what <= What.sendUnknown || (what >= What.publishInvoke && what <= What.publishUnknown);
}

/**
 * Of a queue: {entities received or left} ⊆ {entities that were sent to it, or to what feeds it}.
 *
 * Nothing comes out that was not put in.
 */
export const conservationOfMessages: Checker = { guarantee: 'conservation', start: () => new MessagesFold() };

/** Of another resource, signs that it may come from there. */
const FEEDS: readonly number[] = [What.sendInvoke, What.receiveOk, What.left, What.owed, What.deliverOk];

class MessagesFold implements Fold {
  readonly wants = FEEDS;
  readonly #known = new NumberSet();
  #received = 0;
  #found: Finding | null = null;

  scan({ rows, count, chunk, isOther }: Sightings): void {
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const what = chunk.what[row] as number;
      const one = chunk.entity[row] as number;
      if (one < 0) continue;
      if (isOther[row] !== 0) {
        if (FEEDS.includes(what)) this.#known.add(one);
      } else if (what === What.sendInvoke) this.#known.add(one);
      else if (what === What.receiveOk || what === What.left) {
        this.#received++;
        if (!this.#known.has(one)) this.#unsent(chunk.first + row);
      }
    }
  }

  #unsent(n: number): void {
    this.#found ??= broken({}, `Record ${n} tells of a message that nobody sent.`, [n]);
  }

  finish(): Finding {
    const counts = { received: this.#received };
    if (this.#found !== null) return { ...this.#found, counts };
    return this.#received === 0 ? notExercised(counts, 'Nothing came out.') : held(counts);
  }
}
