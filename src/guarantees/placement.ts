import type { Checker, Fold } from './checker.ts';
import { NumberColumn, RecordColumn } from './columns.ts';
import * as What from './codes.ts';
import type { PromiseSettings } from './promises.ts';
import { shardOf } from './record-places.ts';
import type { Sightings } from './sightings.ts';
import { broken, type Finding, held, notExercised } from './verdict.ts';

/**
 * For puts a, b of one key with t(a) < t(b) and shard(a) ≠ shard(b): shard(a) is closed, so no put into shard(a) comes after t(b). Where nobody changes the shards: shard(a) = shard(b).
 *
 * The same key goes into the same shard while the map of the shards stands; what a history shows of a change is that the old shard takes nothing any more.
 */
export const placement: Checker = { guarantee: 'placement', start: (settings) => new Placement(settings) };

class Placement implements Fold {
  readonly wants = [What.sendOk];
  readonly #isFixed: boolean;
  // Of each key: the shard of its last put, and when that was.
  readonly #shard = new NumberColumn();
  readonly #earliest = new NumberColumn();
  readonly #latest = new NumberColumn();
  readonly #n = new RecordColumn();
  // Of each shard: by when it had surely been left by a key, the two records that say so, and the last put into it.
  readonly #leftUs = new NumberColumn();
  readonly #leftN = new RecordColumn();
  readonly #thereN = new RecordColumn();
  readonly #takenUs = new NumberColumn();
  readonly #takenN = new RecordColumn();
  #compared = 0;
  #moves = 0;
  #found: Finding | null = null;

  constructor(settings: PromiseSettings) {
    this.#isFixed = settings.flag('isFixed');
  }

  scan(all: Sightings): void {
    const { rows, count } = all.of(What.sendOk);
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const sequence = all.chunk.sequence[row] as number;
      if ((all.chunk.entity[row] as number) >= 0 && sequence >= 0) this.#isPut(all, row, shardOf(sequence));
    }
  }

  #isPut({ chunk, group, earliestUs, latestUs }: Sightings, row: number, shard: number): void {
    const [earliest, latest, n] = [earliestUs[row] as number, latestUs[row] as number, chunk.first + row];
    if (earliest > this.#takenUs.get(shard)) {
      this.#takenUs.set(shard, earliest);
      this.#takenN.set(shard, n);
    }
    const key = group[row] as number;
    if (key >= 0) this.#follow(key, shard, earliest, latest, n);
    this.#look(shard);
  }

  #follow(key: number, shard: number, earliest: number, latest: number, n: number): void {
    const before = this.#shard.get(key);
    if (before >= 0) this.#compared++;
    if (before >= 0 && before !== shard) {
      this.#moves++;
      if (this.#isFixed)
        this.#say('Two records of a key are in two shards, and nobody changed those.', [this.#n.get(key), n]);
      if (this.#latest.get(key) < earliest) this.#isLeft(before, latest, this.#n.get(key), n);
      // Told late: it came before the one that is known.
      else if (latest < this.#earliest.get(key)) this.#isLeft(shard, this.#latest.get(key), n, this.#n.get(key));
    }
    if (earliest < this.#earliest.get(key)) return;
    this.#shard.set(key, shard);
    this.#earliest.set(key, earliest);
    this.#latest.set(key, latest);
    this.#n.set(key, n);
  }

  /** A key was there and is elsewhere by then. */
  #isLeft(shard: number, byUs: number, thereN: number, elsewhereN: number): void {
    const known = this.#leftUs.get(shard);
    if (known >= 0 && known <= byUs) return;
    this.#leftUs.set(shard, byUs);
    this.#thereN.set(shard, thereN);
    this.#leftN.set(shard, elsewhereN);
    this.#look(shard);
  }

  #look(shard: number): void {
    const leftUs = this.#leftUs.get(shard);
    if (leftUs < 0 || this.#takenUs.get(shard) <= leftUs) return;
    const evidence = [this.#thereN.get(shard), this.#leftN.get(shard), this.#takenN.get(shard)];
    this.#say('A shard took a record after a key had moved from it to another.', evidence);
  }

  #say(sentence: string, evidence: readonly number[]): void {
    this.#found ??= broken({}, sentence, evidence);
  }

  finish(): Finding {
    const counts = { compared: this.#compared, moves: this.#moves };
    if (this.#found !== null) return { ...this.#found, counts };
    return this.#compared === 0 ? notExercised(counts, 'No key had two records.') : held(counts);
  }
}
