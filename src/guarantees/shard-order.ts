import type { Checker, Fold } from './checker.ts';
import { FlagColumn, NumberColumn, RecordColumn } from './columns.ts';
import * as What from './codes.ts';
import { Places } from './places.ts';
import type { PromiseSettings } from './promises.ts';
import { ofClient, RecordPlaces, shardOf } from './record-places.ts';
import type { Sightings } from './sightings.ts';
import { broken, type Finding, held, notExercised } from './verdict.ts';

/**
 * For records a, b of one shard, or of one key: t(put a) < t(put b) ⟹ sequence(a) < sequence(b). For first reads of a, b by one reader from one
 * shard: sequence(a) < sequence(b) ⟹ t(read a) ≤ t(read b), and before it in the same answer.
 *
 * Sequence numbers rise in each shard, and for each key from a shard to its children; every reader is given a shard in their order.
 */
export const orderOfRecords: Checker = { guarantee: 'order', start: (settings) => new RecordOrder(settings) };

/** Numbers that have to rise with time, each for itself. */
class Rising {
  readonly #high = new NumberColumn();
  readonly #highUs = new NumberColumn();
  readonly #highCall = new NumberColumn();
  readonly #highN = new RecordColumn();
  readonly #lastUs = new NumberColumn();
  readonly #last = new NumberColumn();
  readonly #lastN = new RecordColumn();

  /** The records that prove that one of them fell, where this number took effect between these two instants. `call`: numbers of one rise in the order of their records; -1: they need not. */
  next(one: number, number: number, earliestUs: number, latestUs: number, call: number, n: number): number[] | null {
    const high = this.#high.get(one);
    const isSameCall = call >= 0 && this.#highCall.get(one) === call;
    let found: number[] | null = null;
    if (high > number && (isSameCall || this.#highUs.get(one) < earliestUs)) found = [this.#highN.get(one), n];
    // Told late, but it came before the last one.
    else if (latestUs < this.#lastUs.get(one) && number > this.#last.get(one)) found = [n, this.#lastN.get(one)];
    if (number > high) {
      this.#high.set(one, number);
      this.#highUs.set(one, latestUs);
      this.#highCall.set(one, call);
      this.#highN.set(one, n);
    }
    if (earliestUs > this.#lastUs.get(one)) {
      this.#lastUs.set(one, earliestUs);
      this.#last.set(one, number);
      this.#lastN.set(one, n);
    }
    return found;
  }

  isKnown(one: number): boolean {
    return this.#high.get(one) >= 0;
  }
}

class RecordOrder implements Fold {
  readonly wants = [What.sendOk, What.receiveOk];
  /** Whether a key stays in its shard and that one's children. */
  readonly #isKeyed: boolean;
  readonly #records = new RecordPlaces();
  readonly #put = new FlagColumn();
  readonly #inShard = new Rising();
  readonly #ofKey = new Rising();
  /** A reader and a shard. */
  readonly #readings = new Places();
  readonly #inReading = new Rising();
  /** Records that a client has read: one column for each. */
  readonly #read = new Map<number, FlagColumn>();
  #compared = 0;
  #found: Finding | null = null;

  constructor(settings: PromiseSettings) {
    this.#isKeyed = settings.flag('isKeyed');
  }

  scan(all: Sightings): void {
    const { rows, count, chunk, isOther } = all;
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const what = chunk.what[row] as number;
      if (isOther[row] !== 0 || (chunk.entity[row] as number) < 0 || (chunk.sequence[row] as number) < 0) continue;
      if (what === What.sendOk) this.#isPut(all, row);
      else if (what === What.receiveOk) this.#isRead(all, row);
    }
  }

  #isPut({ chunk, group, earliestUs, latestUs }: Sightings, row: number): void {
    const sequence = chunk.sequence[row] as number;
    const record = this.#records.place(sequence);
    // The same number twice is for others to look at.
    if (this.#put.has(record, 1)) return;
    this.#put.add(record, 1);
    const [earliest, latest, n] = [earliestUs[row] as number, latestUs[row] as number, chunk.first + row];
    const shard = shardOf(sequence);
    if (this.#inShard.isKnown(shard)) this.#compared++;
    const fell = this.#inShard.next(shard, sequence, earliest, latest, -1, n);
    if (fell !== null) this.#say('A record was put behind a younger one of its shard.', fell);
    const key = group[row] as number;
    if (!this.#isKeyed || key < 0) return;
    const fellOfKey = this.#ofKey.next(key, sequence, earliest, latest, -1, n);
    if (fellOfKey !== null) this.#say('A record has a lower number than an older one of its key.', fellOfKey);
  }

  #isRead({ chunk, earliestUs, latestUs }: Sightings, row: number): void {
    const sequence = chunk.sequence[row] as number;
    const client = chunk.client[row] as number;
    const record = this.#records.place(sequence);
    const read = this.#read.get(client) ?? new FlagColumn();
    this.#read.set(client, read);
    if (read.has(record, 1)) return;
    read.add(record, 1);
    const reading = this.#readings.place(ofClient(client, shardOf(sequence)));
    if (this.#inReading.isKnown(reading)) this.#compared++;
    const [earliest, latest, call] = [earliestUs[row] as number, latestUs[row] as number, chunk.call[row] as number];
    const fell = this.#inReading.next(reading, sequence, earliest, latest, call, chunk.first + row);
    if (fell !== null) this.#say('A reader was given a record of a shard before an older one.', fell);
  }

  #say(sentence: string, evidence: readonly number[]): void {
    this.#found ??= broken({}, sentence, evidence);
  }

  finish(): Finding {
    const counts = { compared: this.#compared };
    if (this.#found !== null) return { ...this.#found, counts };
    return this.#compared === 0 ? notExercised(counts, 'No shard had two records.') : held(counts);
  }
}
