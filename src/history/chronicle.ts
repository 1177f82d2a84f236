/**
 * The records that tell how something came about, taken from a history that goes by a second time.
 *
 *   evidence ─▶ its requests and messages ─▶ all their records from the send on, faults in force, purges ─▶ the ones that matter most
 */
import {
  type HistoryChunk,
  type HistoryRecord,
  type Names,
  NONE,
  recordAt,
  requestOf,
  subscriptionOf,
  What,
} from './record.ts';
import type { HistorySink } from './recorder.ts';

/** Records of a story: more, nobody reads. */
const MOST = 24;
/** So many candidates are held before the worst are let go. */
const HELD = 512;

/** What is left out first, where there is too much. */
const Rank = { evidence: 0, first: 1, matters: 2, aside: 3 } as const;

interface Candidate {
  readonly record: HistoryRecord;
  readonly rank: number;
}

export class Chronicle implements HistorySink {
  readonly #most: number;
  readonly #evidence: ReadonlySet<number>;
  /** By request: the subscriptions that are followed; NONE among them: all of it. */
  readonly #followed = new Map<number, Set<number>>();
  /** Messages of evidence that names no request. */
  readonly #messages = new Set<number>();
  readonly #resources: ReadonlySet<string>;
  /** Number of the last record that may belong to it. */
  readonly #until: number;
  /** Faults in force, by resource, in the order in which they began. */
  #faults: HistoryRecord[] = [];
  /** Requests whose first call was answered. */
  readonly #begun = new Set<number>();
  #isOpen = false;
  #candidates: Candidate[] = [];

  constructor(evidence: readonly HistoryRecord[], most: number = MOST) {
    this.#most = most;
    this.#evidence = new Set(evidence.map(({ n }) => n));
    this.#resources = new Set(evidence.flatMap(({ on }) => on ?? []));
    for (const { entity, subscription = NONE, message } of evidence) {
      if (entity === undefined) {
        if (message !== undefined) this.#messages.add(message);
        continue;
      }
      this.#followed.set(entity, (this.#followed.get(entity) ?? new Set()).add(subscription));
    }
    // What was sent and did not come out is told to the end; else the story ends with what proves it.
    const isOfSends = evidence.every((one) => one.do === 'send' || one.do === 'publish' || one.do === 'owed');
    this.#until = isOfSends ? Number.POSITIVE_INFINITY : Math.max(...this.#evidence);
  }

  take(chunk: HistoryChunk, names: Names): void {
    if (chunk.first > this.#until) return;
    const rows = Math.min(chunk.count, this.#until - chunk.first + 1);
    for (let row = 0; row < rows; row++) this.#see(chunk, row, names);
    if (this.#candidates.length > HELD) this.#candidates = this.#best();
  }

  /** At most so many, in their order. What faults did after the last of the others is no part of it. */
  story(): HistoryRecord[] {
    const records = this.#best()
      .map(({ record }) => record)
      .sort((a, b) => a.n - b.n);
    const end = records.findLastIndex((one) => one.do !== 'fault');
    return records.slice(0, end + 1);
  }

  #see(chunk: HistoryChunk, row: number, names: Names): void {
    const what = chunk.what[row] as number;
    const n = chunk.first + row;
    if (what === What.faultInvoke || what === What.faultOk) this.#fault(recordAt(chunk, row, names));
    else if (this.#evidence.has(n) || this.#follows(chunk, row)) this.#keep(recordAt(chunk, row, names), what);
    else if (what === What.purgeInvoke && this.#isOpen) {
      const record = recordAt(chunk, row, names);
      if (this.#resources.has(record.on ?? '')) this.#candidates.push({ record, rank: Rank.matters });
    }
  }

  #follows(chunk: HistoryChunk, row: number): boolean {
    const entity = chunk.entity[row] as number;
    if (entity === NONE) return this.#messages.has(chunk.message[row] as number);
    const subscriptions = this.#followed.get(requestOf(entity));
    if (subscriptions === undefined) return false;
    const subscription = subscriptionOf(entity);
    return subscription === NONE || subscriptions.has(NONE) || subscriptions.has(subscription);
  }

  #keep(record: HistoryRecord, what: number): void {
    if (!this.#isOpen) {
      for (const fault of this.#faults) this.#candidates.push({ record: fault, rank: Rank.first });
    }
    this.#isOpen = true;
    this.#candidates.push({ record, rank: this.#rankOf(record, what) });
  }

  #rankOf({ n, entity = NONE }: HistoryRecord, what: number): number {
    const isFirst = !this.#begun.has(entity);
    // The answer to a first send belongs to it.
    if (isFirst && what !== What.sendInvoke && what !== What.publishInvoke) this.#begun.add(entity);
    if (this.#evidence.has(n)) return Rank.evidence;
    return isFirst ? Rank.first : what <= What.requestUnknown ? Rank.aside : Rank.matters;
  }

  #fault(record: HistoryRecord): void {
    const began = record.is === 'invoke';
    if (began) this.#faults.push(record);
    else this.#faults = this.#faults.filter(({ on }) => on !== record.on);
    if (this.#isOpen) this.#candidates.push({ record, rank: Rank.matters });
  }

  /** The best of a rank are those nearest to the end. */
  #best(): Candidate[] {
    const sorted = [...this.#candidates].sort((a, b) => a.rank - b.rank || b.record.n - a.record.n);
    return sorted.slice(0, Math.max(this.#most, this.#evidence.size));
  }
}
