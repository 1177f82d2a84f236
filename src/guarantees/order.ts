import type { Checker, Fold, Seen } from './checker.ts';
import { FlagColumn, NumberColumn, RecordColumn } from './columns.ts';
import { What } from './codes.ts';
import { broken, type Finding, held, notExercised, unknown } from './verdict.ts';

/**
 * For messages a, b of one group with rank(a) < rank(b): first(a) ≤ first(b), where rank is the sequence number, or where there is none the
 * instant of the send, and first is the first receive.
 *
 * Within a group messages are given out for the first time in the order in which the queue took them. Without groups: within the queue.
 */
export const orderOfDelivery: Checker = {
  guarantee: 'order',
  start: () => new Order(What.receiveOk, 'was given out'),
};

/** As above, where first is the end of the first handling that had its effect: work is done in the order of the messages of a group. */
export const orderOfEffects: Checker = { guarantee: 'order', start: () => new Order(What.handleOk, 'had its effect') };

const Seen1 = 1;

class Order implements Fold {
  readonly wants: readonly number[];
  readonly #event: number;
  readonly #how: string;
  readonly #seen = new FlagColumn();
  /** Of entities that another resource took in: when. */
  readonly #sentEarliest = new NumberColumn();
  readonly #sentLatest = new NumberColumn();
  readonly #sentN = new RecordColumn();
  // Of each group: the one of highest rank, and the one that came last.
  readonly #highRank = new NumberColumn(Number.NEGATIVE_INFINITY);
  readonly #highUs = new NumberColumn();
  readonly #highCall = new NumberColumn();
  readonly #highN = new RecordColumn();
  readonly #highSent = new RecordColumn();
  readonly #lastUs = new NumberColumn(Number.NEGATIVE_INFINITY);
  readonly #lastRank = new NumberColumn();
  readonly #lastN = new RecordColumn();
  #compared = 0;
  #overtaken = 0;
  #unranked = 0;
  #found: readonly number[] | null = null;

  constructor(event: number, how: string) {
    this.#event = event;
    this.#how = how;
    this.wants = event === What.handleOk ? [event, What.sendOk] : [event];
  }

  see(seen: Seen): void {
    const { what, entity, other } = seen;
    if (what === What.sendOk && this.#event !== What.sendOk) {
      if (!other || entity < 0 || this.#sentN.get(entity) >= 0) return;
      this.#sentEarliest.set(entity, seen.earliestUs);
      this.#sentLatest.set(entity, seen.latestUs);
      this.#sentN.set(entity, seen.n);
    } else if (!other) this.#happened(seen);
  }

  #happened(seen: Seen): void {
    const { chunk, row, entity, message, lives, n, earliestUs, latestUs } = seen;
    const one = (this.#event === What.receiveOk) === message >= 0 ? message : entity;
    if (one < 0 || this.#seen.has(one, Seen1)) return;
    this.#seen.add(one, Seen1);
    const sequence = chunk.sequence[row] as number;
    const sentHere = message >= 0 ? lives.sentN(message) : -1;
    let low = sequence;
    let high = sequence;
    let sentN = sentHere;
    if (sequence < 0 && sentHere >= 0) {
      low = lives.sentEarliestUs(message);
      high = lives.sentLatestUs(message);
    } else if (sequence < 0) {
      sentN = entity < 0 ? -1 : this.#sentN.get(entity);
      if (sentN < 0) {
        this.#unranked++;
        return;
      }
      low = this.#sentEarliest.get(entity);
      high = this.#sentLatest.get(entity);
    }
    const group = Math.max(0, seen.group);
    const highN = this.#highN.get(group);
    if (highN >= 0) {
      this.#compared++;
      const sameCall = (chunk.call[row] as number) >= 0 && this.#highCall.get(group) === chunk.call[row];
      if (this.#highRank.get(group) > high && (sameCall || this.#highUs.get(group) < earliestUs)) {
        this.#overtaken++;
        this.#found ??= [this.#highSent.get(group), sentN, highN, n];
      } else if (latestUs < this.#lastUs.get(group) && low > this.#lastRank.get(group)) {
        // Told late, but it came before the last one.
        this.#overtaken++;
        this.#found ??= [sentN, n, this.#lastN.get(group)];
      }
    }
    if (low > this.#highRank.get(group)) {
      this.#highRank.set(group, low);
      this.#highUs.set(group, latestUs);
      this.#highCall.set(group, chunk.call[row] as number);
      this.#highN.set(group, n);
      this.#highSent.set(group, sentN);
    }
    if (earliestUs > this.#lastUs.get(group)) {
      this.#lastUs.set(group, earliestUs);
      this.#lastRank.set(group, high);
      this.#lastN.set(group, n);
    }
  }

  finish(): Finding {
    const counts = { compared: this.#compared, overtaken: this.#overtaken };
    if (this.#found !== null)
      return broken(counts, `A message ${this.#how} before an older one of its group.`, this.#found);
    if (this.#compared > 0) return held(counts);
    if (this.#unranked > 1) return unknown(counts, 'The records do not say in which order the messages were taken in.');
    return notExercised(counts, 'No group had two messages.');
  }
}
