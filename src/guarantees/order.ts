import type { Checker, Fold } from './checker.ts';
import { FlagColumn, NumberColumn, NumberRows, RecordColumn } from './columns.ts';
import * as What from './codes.ts';
import { Acknowledged } from './known.ts';
import { GROUP, HighCall, HighN, HighRank, HighSent, HighUs, LastN, LastRank, LastUs } from './order-numbers.ts';
import type { Sightings } from './sightings.ts';
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

/** Where a message stands: its rank lies between two numbers, and the record that says so. */
interface Rank {
  low: number;
  high: number;
  sentN: number;
}

class Order implements Fold {
  readonly wants: readonly number[];
  readonly #event: number;
  readonly #how: string;
  readonly #seen = new FlagColumn();
  /** Of entities that another resource took in: when. */
  readonly #sentEarliest = new NumberColumn();
  readonly #sentLatest = new NumberColumn();
  readonly #sentN = new RecordColumn();
  readonly #groups = new NumberRows(GROUP);
  readonly #rank: Rank = { low: -1, high: -1, sentN: -1 };
  #compared = 0;
  #overtaken = 0;
  #unranked = 0;
  #found: readonly number[] | null = null;

  constructor(event: number, how: string) {
    this.#event = event;
    this.#how = how;
    this.wants = event === What.handleOk ? [event, What.sendOk] : [event];
  }

  scan(all: Sightings): void {
    const { rows, count, chunk, isOther } = all;
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const what = chunk.what[row] as number;
      if (what === this.#event) {
        if (isOther[row] === 0) this.#happened(all, row);
      } else if (what === What.sendOk && this.#event === What.handleOk && isOther[row] !== 0) this.#sent(all, row);
    }
  }

  #sent({ chunk, entity, earliestUs, latestUs }: Sightings, row: number): void {
    const one = entity[row] as number;
    if (one < 0 || this.#sentN.get(one) >= 0) return;
    this.#sentEarliest.set(one, earliestUs[row] as number);
    this.#sentLatest.set(one, latestUs[row] as number);
    this.#sentN.set(one, chunk.first + row);
  }

  #happened(all: Sightings, row: number): void {
    const isReceive = this.#event === What.receiveOk;
    const hasMessage = (all.chunk.message[row] as number) >= 0;
    // A receive without a message is known by its entity.
    if (!isReceive && !hasMessage) return;
    const one = (isReceive && hasMessage ? all.message : all.entity)[row] as number;
    if (one < 0 || this.#seen.has(one, Seen1)) return;
    this.#seen.set(one, Seen1);
    if (this.#findRank(all, row)) this.#place(all, row, this.#rank);
    else this.#unranked++;
  }

  /** False: nothing says when it was sent. */
  #findRank({ chunk, entity, before }: Sightings, row: number): boolean {
    const rank = this.#rank;
    const sequence = chunk.sequence[row] as number;
    const isSentHere = (chunk.message[row] as number) >= 0 && ((before.flags[row] as number) & Acknowledged) !== 0;
    rank.sentN = isSentHere ? (before.sentN[row] as number) : -1;
    if (sequence >= 0) {
      rank.low = sequence;
      rank.high = sequence;
    } else if (isSentHere) {
      rank.low = before.sentEarliestUs[row] as number;
      rank.high = before.sentLatestUs[row] as number;
    } else {
      const one = entity[row] as number;
      rank.sentN = one < 0 ? -1 : this.#sentN.get(one);
      if (rank.sentN < 0) return false;
      rank.low = this.#sentEarliest.get(one);
      rank.high = this.#sentLatest.get(one);
    }
    return true;
  }

  #place({ chunk, group, earliestUs, latestUs }: Sightings, row: number, { low, high, sentN }: Rank): void {
    const place = Math.max(0, group[row] as number);
    const at = this.#groups.at(place);
    const values = this.#groups.page(place);
    const n = chunk.first + row;
    const call = chunk.call[row] as number;
    const earliest = earliestUs[row] as number;
    const latest = latestUs[row] as number;
    const isFirst = values[at + HighN] === 0;
    if (!isFirst) {
      this.#compared++;
      const sameCall = call >= 0 && values[at + HighCall] === call;
      if ((values[at + HighRank] as number) > high && (sameCall || (values[at + HighUs] as number) < earliest))
        this.#overtook([(values[at + HighSent] as number) - 1, sentN, (values[at + HighN] as number) - 1, n]);
      // Told late, but it came before the last one.
      else if (latest < (values[at + LastUs] as number) && low > (values[at + LastRank] as number))
        this.#overtook([sentN, n, (values[at + LastN] as number) - 1]);
    }
    if (isFirst || low > (values[at + HighRank] as number)) {
      values[at + HighRank] = low;
      values[at + HighUs] = latest;
      values[at + HighCall] = call;
      values[at + HighN] = n + 1;
      values[at + HighSent] = sentN + 1;
    }
    if (isFirst || earliest > (values[at + LastUs] as number)) {
      values[at + LastUs] = earliest;
      values[at + LastRank] = high;
      values[at + LastN] = n + 1;
    }
  }

  #overtook(evidence: readonly number[]): void {
    this.#overtaken++;
    this.#found ??= evidence;
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
