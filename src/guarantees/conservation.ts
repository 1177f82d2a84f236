import type { Checker, Fold, Seen } from './checker.ts';
import { FlagColumn, NumberColumn, RecordColumn } from './columns.ts';
import { PHASE, What } from './codes.ts';
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
  readonly #open = new NumberColumn(0);
  readonly #lastN = new RecordColumn();
  #calls = 0;
  readonly #answers = [0, 0, 0, 0];
  #found: Finding | null = null;

  see({ entity, what, n }: Seen): void {
    if (entity < 0) return;
    const phase = what & PHASE;
    const open = this.#open.get(entity);
    if (phase === 0) {
      this.#calls++;
      this.#open.set(entity, open + 1);
    } else {
      this.#answers[phase] = (this.#answers[phase] as number) + 1;
      if (open === 0) {
        const before = this.#lastN.get(entity);
        this.#found ??= broken({}, `Record ${n} is an answer to a call that was never made, or was answered.`, [
          before,
          n,
        ]);
      } else this.#open.set(entity, open - 1);
    }
    this.#lastN.set(entity, n);
  }

  finish(): Finding {
    const [, ok = 0, failed = 0, unknown = 0] = this.#answers;
    const counts = { calls: this.#calls, ok, failed, unknown, waiting: this.#calls - ok - failed - unknown };
    if (this.#found !== null) return { ...this.#found, counts };
    return this.#calls === 0 ? notExercised(counts, 'Nobody called.') : held(counts);
  }
}

/**
 * Of a queue: {entities received or left} ⊆ {entities that were sent to it, or to what feeds it}.
 *
 * Nothing comes out that was not put in.
 */
export const conservationOfMessages: Checker = { guarantee: 'conservation', start: () => new MessagesFold() };

const Known = 1;

class MessagesFold implements Fold {
  readonly wants = [What.sendInvoke, What.receiveOk, What.left, What.owed, What.deliverOk];
  readonly #known = new FlagColumn();
  #received = 0;
  #found: Finding | null = null;

  see({ entity, what, n, other }: Seen): void {
    if (entity < 0) return;
    if (other || what === What.sendInvoke) {
      this.#known.add(entity, Known);
      return;
    }
    if (what !== What.receiveOk && what !== What.left) return;
    this.#received++;
    if (this.#known.has(entity, Known)) return;
    this.#found ??= broken({}, `Record ${n} tells of a message that nobody sent.`, [n]);
  }

  finish(): Finding {
    const counts = { received: this.#received };
    if (this.#found !== null) return { ...this.#found, counts };
    return this.#received === 0 ? notExercised(counts, 'Nothing came out.') : held(counts);
  }
}
