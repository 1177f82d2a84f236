/**
 * Fragments by their numbers. One is gone when it is as old as the retention; expiry costs no event, it is looked up. Where nothing is kept, the buffer has the last five
 * minutes, or less: 200 MB.
 */
import { videoFacts as f } from '../../facts/index.ts';
import type { Fragment } from './operations.ts';

const US_PER_HOUR = 3_600_000_000;
const BUFFER_US = f.hostBufferSeconds.value * 1_000_000;
const BUFFER_BYTES = f.hostBufferBytes.value;

export interface KeptFragment extends Fragment {
  /** When it is in lists; infinite while it is not kept. */
  listedUs: number;
}

export class FragmentLog {
  #retentionUs: number;
  readonly #fragments: KeptFragment[] = [];
  /** The first that is not gone. */
  #head = 0;
  #bytes = 0;

  constructor(retentionHours: number) {
    this.#retentionUs = retentionHours * US_PER_HOUR;
  }

  get keeps(): boolean {
    return this.#retentionUs > 0;
  }
  get retentionHours(): number {
    return this.#retentionUs / US_PER_HOUR;
  }
  /** At once; what is gone stays gone. */
  setRetention(hours: number, nowUs: number): void {
    this.trim(nowUs);
    this.#retentionUs = hours * US_PER_HOUR;
    if (!this.keeps) for (const fragment of this.all(nowUs)) fragment.listedUs = Number.POSITIVE_INFINITY;
  }

  append(fragment: KeptFragment): void {
    this.#fragments.push(fragment);
    this.#bytes += fragment.bytes;
    this.trim(fragment.ServerTimestampUs);
  }

  trim(nowUs: number): void {
    const ageUs = this.keeps ? this.#retentionUs : BUFFER_US;
    for (;;) {
      const first = this.#fragments[this.#head];
      if (first === undefined) break;
      const isOld = nowUs - first.ServerTimestampUs >= ageUs;
      if (!isOld && (this.keeps || this.#bytes <= BUFFER_BYTES)) break;
      this.#bytes -= first.bytes;
      this.#head++;
    }
    if (this.#head > 1024 && this.#head * 2 > this.#fragments.length) {
      this.#fragments.splice(0, this.#head);
      this.#head = 0;
    }
  }

  /** The first that is there with a number above this one. */
  after(number: number, nowUs: number): KeptFragment | undefined {
    this.trim(nowUs);
    return this.#fragments[this.#placeAfter(number)];
  }
  /** Of those that are kept, the one with this number. */
  find(number: number, nowUs: number): KeptFragment | undefined {
    const found = this.after(number - 1, nowUs);
    return found?.FragmentNumber === number && found.listedUs < Number.POSITIVE_INFINITY ? found : undefined;
  }
  /** All that are there, in order. */
  *all(nowUs: number): IterableIterator<KeptFragment> {
    this.trim(nowUs);
    for (let place = this.#head; place < this.#fragments.length; place++) yield this.#fragments[place] as KeptFragment;
  }

  #placeAfter(number: number): number {
    let low = this.#head;
    let high = this.#fragments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#fragments[middle] as Fragment).FragmentNumber <= number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
