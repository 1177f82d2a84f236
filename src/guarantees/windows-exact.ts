import type { Checker, Fold, Seen } from './checker.ts';
import * as What from './codes.ts';
import type { PromiseSettings } from './promises.ts';
import { broken, type Finding, held, notExercised } from './verdict.ts';

/**
 * Of an application that counts records in windows, between two restarts: count(result of window w, key k) = |{records of k that were counted, their time in w}|, where a restart takes back
 * all behind the position from which it reads on; no window fires twice unless late records may make it; and a record is late only if its split had one whose time was as far ahead as the bound says.
 *
 * Each record on time is counted once in each of its windows, whatever fails.
 *
 * A window that was forgotten when the checkpoint was made may be opened anew by a late record, since a restart has no watermark: it then has what came since. No checkpoint has forgotten a window
 * that ends later than the times that it has.
 */
export const windowsExact: Checker = { guarantee: 'windows-exact', start: (settings) => new WindowsExact(settings) };

interface Counted {
  readonly eventTimeUs: number;
  /** How many restarts there had been. */
  readonly attempt: number;
}
interface Late {
  readonly split: number;
  readonly sequence: number;
  readonly eventTimeUs: number;
  readonly n: number;
}

class WindowsExact implements Fold {
  readonly wants = [What.handleInvoke, What.handleFail, What.deliverOk, What.receiveInvoke];
  readonly #sizeUs: number;
  readonly #slideUs: number;
  readonly #latenessUs: number;
  readonly #outOfOrdernessUs: number;
  readonly #hasIdle: boolean;
  /** Splits that are there from the beginning: the watermark of another may have come from those before it. */
  readonly #splits: number;
  /** By key and sequence number: what counts now. */
  readonly #counted = new Map<number, Map<number, Counted>>();
  /** By split and sequence number: the key. */
  readonly #keys = new Map<number, Map<number, number>>();
  /** By split and sequence number, of all that were ever taken: their times. */
  readonly #times = new Map<number, Map<number, number>>();
  /** By key and beginning of the window: the attempt that gave its last result, and the record of that. */
  readonly #given = new Map<number, Map<number, { readonly attempt: number; readonly n: number }>>();
  readonly #lates: Late[] = [];
  #attempt = 0;
  #restartUs = -1;
  /** The latest time of what the last restart did not take back. */
  #keptUs = Number.NEGATIVE_INFINITY;
  #records = 0;
  #results = 0;
  #reopened = 0;
  #found: Finding | null = null;

  constructor(settings: PromiseSettings) {
    this.#sizeUs = settings.number('sizeUs');
    this.#slideUs = settings.number('slideUs');
    this.#latenessUs = settings.number('latenessUs');
    this.#outOfOrdernessUs = settings.number('outOfOrdernessUs');
    this.#hasIdle = settings.flag('hasIdle');
    this.#splits = settings.number('splits');
  }

  see({ chunk, row, n, what }: Seen): void {
    const split = chunk.who[row] as number;
    const sequence = chunk.sequence[row] as number;
    const key = chunk.group[row] as number;
    const value = chunk.value[row] as number;
    if (what === What.handleInvoke) this.#count(split, sequence, key, value);
    else if (what === What.handleFail) this.#takeBack(split, sequence, key, n);
    else if (what === What.receiveInvoke) this.#resume(split, sequence, chunk.us[row] as number);
    else this.#result(key, chunk.message[row] as number, chunk.handle[row] as number, value, n);
  }

  #count(split: number, sequence: number, key: number, eventTimeUs: number): void {
    this.#records++;
    of(this.#counted, key).set(sequence, { eventTimeUs, attempt: this.#attempt });
    of(this.#keys, split).set(sequence, key);
    of(this.#times, split).set(sequence, eventTimeUs);
  }

  #takeBack(split: number, sequence: number, key: number, n: number): void {
    const counted = of(this.#counted, key);
    const eventTimeUs = counted.get(sequence)?.eventTimeUs ?? 0;
    counted.delete(sequence);
    this.#lates.push({ split, sequence, eventTimeUs, n });
  }

  /** What lies behind does not count any more. */
  #resume(split: number, sequence: number, us: number): void {
    if (us !== this.#restartUs) {
      this.#attempt++;
      this.#keptUs = Number.NEGATIVE_INFINITY;
    }
    this.#restartUs = us;
    for (const [one, timeUs] of of(this.#times, split))
      if (one <= sequence) this.#keptUs = Math.max(this.#keptUs, timeUs);
    const keys = of(this.#keys, split);
    for (const [one, key] of keys) {
      if (one <= sequence) continue;
      keys.delete(one);
      of(this.#counted, key).delete(one);
    }
  }

  #result(key: number, startUs: number, endUs: number, count: number, n: number): void {
    this.#results++;
    const given = of(this.#given, key);
    const before = given.get(startUs);
    given.set(startUs, { attempt: this.#attempt, n });
    let all = 0;
    let fresh = 0;
    for (const { eventTimeUs, attempt } of of(this.#counted, key).values()) {
      if (eventTimeUs < startUs || eventTimeUs >= endUs) continue;
      all++;
      if (attempt === this.#attempt) fresh++;
    }
    const isAgain = before?.attempt === this.#attempt;
    if (isAgain && this.#latenessUs === 0)
      this.#break('A window gave two results, though nothing late may be added to it.', [before.n, n]);
    if (count === all) return;
    const wasForgotten = endUs + this.#latenessUs + this.#outOfOrdernessUs <= this.#keptUs;
    if (wasForgotten && count === fresh) this.#reopened++;
    else this.#break(`A result has ${count} records of a window in which ${all} were counted.`, [n]);
  }

  #break(sentence: string, evidence: readonly number[]): void {
    this.#found ??= broken({}, sentence, evidence);
  }

  finish(): Finding {
    if (!this.#hasIdle) this.#checkLates();
    const counts = {
      records: this.#records,
      results: this.#results,
      late: this.#lates.length,
      reopened: this.#reopened,
    };
    if (this.#found !== null) return { ...this.#found, counts };
    return this.#results === 0 ? notExercised(counts, 'No window gave a result.') : held(counts);
  }

  /** The watermark is behind the latest time that came before in the same split. */
  #checkLates(): void {
    const latest = new Map([...this.#times].map(([split, times]) => [split, latestBefore(times)]));
    for (const { split, sequence, eventTimeUs, n } of this.#lates) {
      if (split >= this.#splits) continue;
      const lastEndUs = Math.floor(eventTimeUs / this.#slideUs) * this.#slideUs + this.#sizeUs;
      const neededUs = lastEndUs + this.#latenessUs + this.#outOfOrdernessUs;
      if ((latest.get(split)?.get(sequence) ?? Number.NEGATIVE_INFINITY) >= neededUs) continue;
      this.#break('A record was left out as late, and was on time.', [n]);
    }
  }
}

/** Of each sequence number, the latest time of those before it. */
function latestBefore(times: ReadonlyMap<number, number>): Map<number, number> {
  const before = new Map<number, number>();
  let latestUs = Number.NEGATIVE_INFINITY;
  for (const [sequence, us] of [...times].sort(([a], [b]) => a - b)) {
    before.set(sequence, latestUs);
    latestUs = Math.max(latestUs, us);
  }
  return before;
}

function of<K, V>(maps: Map<K, Map<number, V>>, key: K): Map<number, V> {
  const known = maps.get(key);
  if (known !== undefined) return known;
  const made = new Map<number, V>();
  maps.set(key, made);
  return made;
}
