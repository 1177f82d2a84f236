import type { Checker, End, Fold } from './checker.ts';
import { NumberColumn, RecordColumn } from './columns.ts';
import * as What from './codes.ts';
import type { PromiseSettings } from './promises.ts';
import { RecordPlaces } from './record-places.ts';
import type { Sightings } from './sightings.ts';
import { broken, type Finding, held, notExercised } from './verdict.ts';

/**
 * For each read r of a record s: t(r) ≤ put(s) + retention period.
 *
 * What is past its retention period is not read any more.
 */
export const retentionOfRecords: Checker = {
  guarantee: 'retention',
  start: (settings) => new RecordRetention(settings),
};

class RecordRetention implements Fold {
  readonly wants = [What.sendOk, What.receiveOk];
  readonly #retentionUs: number;
  readonly #records = new RecordPlaces();
  readonly #sentUs = new NumberColumn();
  readonly #sentN = new RecordColumn();
  #found: Finding | null = null;

  constructor(settings: PromiseSettings) {
    this.#retentionUs = settings.number('retentionUs');
  }

  scan({ rows, count, chunk, isOther, earliestUs, latestUs }: Sightings): void {
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const what = chunk.what[row] as number;
      const sequence = chunk.sequence[row] as number;
      if (isOther[row] !== 0 || (chunk.entity[row] as number) < 0 || sequence < 0) continue;
      if (what === What.sendOk) this.#isPut(this.#records.place(sequence), latestUs[row] as number, chunk.first + row);
      else if (what === What.receiveOk)
        this.#isRead(this.#records.place(sequence), earliestUs[row] as number, chunk.first + row);
    }
  }

  #isPut(record: number, latestUs: number, n: number): void {
    if (this.#sentN.get(record) >= 0) return;
    this.#sentUs.set(record, latestUs);
    this.#sentN.set(record, n);
  }

  #isRead(record: number, earliestUs: number, n: number): void {
    const sentN = this.#sentN.get(record);
    if (sentN < 0 || earliestUs <= this.#sentUs.get(record) + this.#retentionUs) return;
    this.#found ??= broken({}, 'A record was read after the end of its retention period.', [sentN, n]);
  }

  finish({ endUs }: End): Finding {
    let old = 0;
    for (let record = 0; record < this.#records.size; record++) {
      if (this.#sentN.get(record) >= 0 && this.#sentUs.get(record) + this.#retentionUs <= endUs) old++;
    }
    const counts = { pastRetention: old };
    if (this.#found !== null) return { ...this.#found, counts };
    return old === 0 ? notExercised(counts, 'No record became that old.') : held(counts);
  }
}
