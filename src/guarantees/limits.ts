import type { Checker, End, Fold, Seen } from './checker.ts';
import { NumberColumn, RecordColumn } from './columns.ts';
import * as What from './codes.ts';
import { Held, SameHandle } from './known.ts';
import type { Lives } from './lives.ts';
import type { PromiseSettings } from './promises.ts';
import type { Sightings } from './sightings.ts';
import { broken, type Finding, held, notExercised } from './verdict.ts';

/**
 * At each instant t: |{m : m is surely in flight at t}| ≤ limit.
 *
 * No more messages are in people's hands than the queue allows.
 */
export const inFlight: Checker = { guarantee: 'in-flight', start: (settings) => new InFlight(settings) };

class InFlight implements Fold {
  readonly wants = [What.receiveOk, What.deleteInvoke];
  readonly #limit: number;
  /** No fewer than are in flight: those whose timeout is over are found out when it matters. */
  #atMost = 0;
  #most = 0;
  #found: Finding | null = null;

  constructor(settings: PromiseSettings) {
    this.#limit = settings.number('limit');
  }

  /** Near the limit all messages have to be counted as they were before a record. */
  mustSee(count: number): boolean {
    return this.#atMost + count > this.#limit;
  }

  scan({ rows, count, chunk, isOther, before }: Sightings): void {
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const what = chunk.what[row] as number;
      if (what !== What.receiveOk && what !== What.deleteInvoke) continue;
      if (isOther[row] !== 0 || (chunk.message[row] as number) < 0) continue;
      const known = before.flags[row] as number;
      if (what === What.deleteInvoke) {
        if ((known & (Held | SameHandle)) === (Held | SameHandle)) this.#atMost--;
      } else {
        if ((known & Held) === 0) this.#atMost++;
        this.#most = Math.max(this.#most, this.#atMost);
      }
    }
  }

  see(seen: Seen): void {
    const { what, message, lives, chunk, row, n, other } = seen;
    if (other || message < 0) return;
    const isHeld = lives.isHeld(message);
    if (what === What.deleteInvoke) {
      if (isHeld && lives.handle(message) === chunk.handle[row]) this.#atMost--;
      return;
    }
    if (!isHeld) this.#atMost++;
    if (this.#atMost > this.#limit) this.#atMost = this.#count(seen, lives);
    this.#most = Math.max(this.#most, this.#atMost);
    if (this.#atMost <= this.#limit) return;
    this.#found ??= broken({}, `${this.#atMost} messages were in flight, though ${this.#limit} are the most.`, [n]);
  }

  /** Exact, this receive included. */
  #count({ message, earliestUs }: Seen, lives: Lives): number {
    let count = 1;
    for (let one = 0; one < lives.size; one++) {
      if (one !== message && lives.heldLatestUs(one) <= earliestUs && lives.isInFlight(one, earliestUs)) count++;
    }
    return count;
  }

  finish(): Finding {
    const counts = { most: this.#most };
    if (this.#found !== null) return { ...this.#found, counts };
    return this.#most < this.#limit ? notExercised(counts, 'The limit was never near.') : held(counts);
  }
}

/**
 * For each action (send, receive, delete) and each whole second s of the service's clock: |{ok calls in s}| ≤ calls per second + burst.
 *
 * The queue does not take more calls than it says.
 */
export const rate: Checker = { guarantee: 'rate', start: (settings) => new Rate(settings) };

const US_PER_SECOND = 1e6;
const ACTIONS = ['send', 'receive', 'delete'] as const;
const OKS = [What.sendOk, What.receiveOk, What.deleteOk];
const REFUSALS = [What.sendFail, What.receiveFail, What.deleteFail];

class Rate implements Fold {
  readonly wants = [...OKS, ...REFUSALS];
  readonly #perSecond: number;
  readonly #most: number;
  /** Calls of each action in each second: place = second × 3 + action. */
  readonly #calls = new RecordColumn();
  readonly #firstN = new RecordColumn();
  readonly #lastCall = [-1, -1, -1];
  #busiest = 0;
  #refused = 0;
  #foundN = -1;
  #found: Finding | null = null;

  constructor(settings: PromiseSettings) {
    this.#perSecond = settings.number('perSecond');
    this.#most = this.#perSecond + settings.number('burst');
  }

  scan(all: Sightings): void {
    const { chunk, earliestUs, latestUs } = all;
    for (const what of REFUSALS) this.#refused += all.of(what).count;
    for (let action = 0; action < ACTIONS.length; action++) {
      const { rows, count } = all.of(OKS[action] as number);
      let lastCall = this.#lastCall[action] as number;
      for (let i = 0; i < count; i++) {
        const row = rows[i] as number;
        const call = chunk.call[row] as number;
        // All messages of a batch are one call; when it was served must be known.
        if (earliestUs[row] !== latestUs[row] || (call >= 0 && call === lastCall)) continue;
        lastCall = call;
        this.#taken(action, latestUs[row] as number, chunk.first + row);
      }
      this.#lastCall[action] = lastCall;
    }
  }

  #taken(action: number, latestUs: number, n: number): void {
    const place = Math.floor(latestUs / US_PER_SECOND) * ACTIONS.length + action;
    const calls = Math.max(0, this.#calls.get(place)) + 1;
    this.#calls.set(place, calls);
    if (calls === 1) this.#firstN.set(place, n);
    this.#busiest = Math.max(this.#busiest, calls);
    if (calls > this.#most) this.#tooMany(action, place, n);
  }

  #tooMany(action: number, place: number, n: number): void {
    const second = Math.floor(place / ACTIONS.length);
    const many = `More than ${this.#most} calls to ${ACTIONS[action]} were taken in second ${second}`;
    // Actions are looked at one after the other: the first record is that of the lowest number.
    if (this.#foundN >= 0 && this.#foundN < n) return;
    this.#foundN = n;
    const sentence = `${many}, though ${this.#perSecond} a second are the most.`;
    this.#found = broken({}, sentence, [this.#firstN.get(place), n]);
  }

  finish(_end: End): Finding {
    const counts = { busiestSecond: this.#busiest, refused: this.#refused };
    if (this.#found !== null) return { ...this.#found, counts };
    return this.#busiest < this.#perSecond && this.#refused === 0
      ? notExercised(counts, 'The rate was never near.')
      : held(counts);
  }
}

/**
 * For each whole second s of the service's clock: |{messages published in s}| ≤ messages per second + burst, of the topic and of each group.
 *
 * A FIFO topic does not take more messages than it says.
 */
export const rateOfPublishes: Checker = { guarantee: 'rate', start: (settings) => new PublishRate(settings) };

class PublishRate implements Fold {
  readonly wants = [What.publishOk, What.publishFail];
  readonly #ofTopic: number;
  readonly #ofGroup: number;
  readonly #nearTopic: number;
  readonly #nearGroup: number;
  readonly #topic = new RecordColumn();
  /** The newest second of each group, and its messages: those of an older one that are told late are not counted. */
  readonly #second = new NumberColumn();
  readonly #inSecond = new NumberColumn(0);
  #busiest = 0;
  #busiestGroup = 0;
  #refused = 0;
  #found: Finding | null = null;

  constructor(settings: PromiseSettings) {
    this.#nearTopic = settings.numberOr('perSecond', Number.POSITIVE_INFINITY);
    this.#nearGroup = settings.number('perGroup');
    this.#ofTopic = this.#nearTopic + settings.numberOr('burst', 0);
    this.#ofGroup = this.#nearGroup + settings.number('groupBurst');
  }

  scan(all: Sightings): void {
    const { rows, count } = all.of(What.publishOk);
    const { chunk, group, earliestUs, latestUs } = all;
    this.#refused += all.of(What.publishFail).count;
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      if (earliestUs[row] !== latestUs[row]) continue;
      this.#taken(Math.floor((latestUs[row] as number) / US_PER_SECOND), group[row] as number, chunk.first + row);
    }
  }

  #taken(second: number, group: number, n: number): void {
    const messages = Math.max(0, this.#topic.get(second)) + 1;
    this.#topic.set(second, messages);
    this.#busiest = Math.max(this.#busiest, messages);
    if (messages > this.#ofTopic) this.#tooMany(this.#ofTopic, `in second ${second}`, n);
    if (group < 0 || second < this.#second.get(group)) return;
    const inGroup = second === this.#second.get(group) ? this.#inSecond.get(group) + 1 : 1;
    this.#second.set(group, second);
    this.#inSecond.set(group, inGroup);
    this.#busiestGroup = Math.max(this.#busiestGroup, inGroup);
    if (inGroup > this.#ofGroup) this.#tooMany(this.#ofGroup, `of one group in second ${second}`, n);
  }

  #tooMany(most: number, where: string, n: number): void {
    this.#found ??= broken({}, `More than ${most} messages were taken ${where}.`, [n]);
  }

  finish(): Finding {
    const counts = { busiestSecond: this.#busiest, busiestOfGroup: this.#busiestGroup, refused: this.#refused };
    if (this.#found !== null) return { ...this.#found, counts };
    const isNear = this.#busiest >= this.#nearTopic || this.#busiestGroup >= this.#nearGroup || this.#refused > 0;
    return isNear ? held(counts) : notExercised(counts, 'The rate was never near.');
  }
}
