/**
 * What a shard takes and gives in a second: buckets that fill steadily, exact in whole microseconds. A put finds room for its record and its bytes, or is refused and costs
 * nothing. Of reads only those are refused that come before the last ones are paid for:
 *
 *   2 MiB of credit at most ─ a read takes its bytes, below zero if need be ─▶ refused until it is above zero again, and then for a second;
 *   more than a second's worth at once (10 MiB): refused until it is paid for (5 s)
 */
import { kinesisFacts as f } from '../../facts/index.ts';

/** The unit of the levels: with a rate per second, what flows in per microsecond is whole. */
const TOKEN = 1_000_000;
const SECOND_US = 1_000_000;
const DAY_US = 86_400 * SECOND_US;
const KIB = 1024;
const WRITE_BYTES = f.writeBytesPerSecond.value;
const WRITE_RECORDS = f.writeRecordsPerSecond.value;
const RECORDS_FULL = WRITE_RECORDS * f.recordBurstSeconds.value * TOKEN;
const READ_BYTES = f.readBytesPerSecond.value;
const READ_FULL = READ_BYTES * f.readBurstSeconds.value * TOKEN;
const CALLS = f.getRecordsPerSecond.value;
const CALLS_FULL = CALLS * f.recordBurstSeconds.value * TOKEN;
const THROTTLE_PAUSE_US = f.readThrottlePauseSeconds.value * SECOND_US;

export class WriteRate {
  #bytesFull: number;
  #bytes: number;
  #records = RECORDS_FULL;
  #atUs: number;

  /** `maxRecordKiB`: the largest record, which is the burst too. */
  constructor(maxRecordKiB: number, nowUs: number) {
    this.#bytesFull = maxRecordKiB * KIB * TOKEN;
    this.#bytes = this.#bytesFull;
    this.#atUs = nowUs;
  }

  /** Charges one record; false: there is no room for it, and nothing is charged. */
  take(bytes: number, nowUs: number): boolean {
    this.#flow(nowUs);
    const cost = bytes * TOKEN;
    if (this.#records < TOKEN || this.#bytes < cost) return false;
    this.#records -= TOKEN;
    this.#bytes -= cost;
    return true;
  }

  /** The largest record is another one from now on. */
  setBurst(maxRecordKiB: number, nowUs: number): void {
    this.#flow(nowUs);
    this.#bytesFull = maxRecordKiB * KIB * TOKEN;
    this.#bytes = Math.min(this.#bytes, this.#bytesFull);
  }

  #flow(nowUs: number): void {
    const goneUs = nowUs - this.#atUs;
    if (goneUs === 0) return;
    this.#atUs = nowUs;
    this.#bytes = Math.min(this.#bytesFull, this.#bytes + goneUs * WRITE_BYTES);
    this.#records = Math.min(RECORDS_FULL, this.#records + goneUs * WRITE_RECORDS);
  }
}

export class ReadRate {
  #bytes = READ_FULL;
  #calls = CALLS_FULL;
  #atUs: number;
  #pausedUntilUs = 0;

  constructor(nowUs: number) {
    this.#atUs = nowUs;
  }

  /** Charges one call; false: it is refused. */
  admits(nowUs: number): boolean {
    if (nowUs < this.#pausedUntilUs) return false;
    const goneUs = nowUs - this.#atUs;
    this.#atUs = nowUs;
    this.#bytes = Math.min(READ_FULL, this.#bytes + goneUs * READ_BYTES);
    this.#calls = Math.min(CALLS_FULL, this.#calls + goneUs * CALLS);
    if (this.#bytes <= 0) {
      this.#pausedUntilUs = nowUs + THROTTLE_PAUSE_US;
      return false;
    }
    if (this.#calls < TOKEN) return false;
    this.#calls -= TOKEN;
    return true;
  }

  /** What an admitted call has read. */
  charge(bytes: number, nowUs: number): void {
    this.#bytes -= bytes * TOKEN;
    if (bytes > READ_BYTES) this.#pausedUntilUs = nowUs + Math.ceil((bytes * SECOND_US) / READ_BYTES);
  }
}

/** Calls of which there may be so many in any 24 hours. */
export class DailyCalls {
  readonly #most: number;
  readonly #atUs: number[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  hasRoom(nowUs: number): boolean {
    while (this.#atUs.length > 0 && nowUs - (this.#atUs[0] as number) >= DAY_US) this.#atUs.shift();
    return this.#atUs.length < this.#most;
  }
  count(nowUs: number): void {
    this.#atUs.push(nowUs);
  }
}
