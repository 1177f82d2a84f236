/** Deliveries of a channel that are not settled, by delivery tag, which rises: columns that are compacted when half of what is in them is settled. */
import type { Holder } from '../broker/consumer.ts';
import type { RabbitQueue } from '../rabbitmq/rabbit-queue.ts';

const FIRST_CAPACITY = 16;

export class Unsettled {
  tag = new Float64Array(FIRST_CAPACITY);
  row = new Int32Array(FIRST_CAPACITY);
  sinceUs = new Float64Array(FIRST_CAPACITY);
  /** Null: settled. */
  queue: (RabbitQueue | null)[] = new Array<RabbitQueue | null>(FIRST_CAPACITY).fill(null);
  holder: (Holder | null)[] = new Array<Holder | null>(FIRST_CAPACITY).fill(null);
  count = 0;
  /** The first that isn't settled, and the place behind the last. */
  first = 0;
  end = 0;

  add(tag: number, queue: RabbitQueue, row: number, holder: Holder, nowUs: number): void {
    if (this.end === this.tag.length) this.#makeRoom();
    const i = this.end++;
    this.tag[i] = tag;
    this.queue[i] = queue;
    this.row[i] = row;
    this.holder[i] = holder;
    this.sinceUs[i] = nowUs;
    this.count++;
  }

  /** Its place; -1: there is no such delivery. */
  find(tag: number): number {
    let low = this.first;
    if (low < this.end && this.tag[low] === tag) return low;
    let high = this.end;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.tag[middle] as number) < tag) low = middle + 1;
      else high = middle;
    }
    return low < this.end && this.tag[low] === tag && this.queue[low] !== null ? low : -1;
  }

  settle(i: number): void {
    this.queue[i] = null;
    this.holder[i] = null;
    this.count--;
    if (this.count === 0) {
      this.first = 0;
      this.end = 0;
      return;
    }
    while (this.queue[this.first] === null) this.first++;
  }

  #makeRoom(): void {
    const wider = this.count * 2 > this.end;
    const capacity = wider ? this.end * 2 : this.end;
    const { tag, row, sinceUs, queue, holder, first, end } = this;
    this.tag = new Float64Array(capacity);
    this.row = new Int32Array(capacity);
    this.sinceUs = new Float64Array(capacity);
    this.queue = new Array<RabbitQueue | null>(capacity).fill(null);
    this.holder = new Array<Holder | null>(capacity).fill(null);
    let to = 0;
    for (let i = first; i < end; i++) {
      if (queue[i] === null) continue;
      this.tag[to] = tag[i] as number;
      this.row[to] = row[i] as number;
      this.sinceUs[to] = sinceUs[i] as number;
      this.queue[to] = queue[i] as RabbitQueue;
      this.holder[to] = holder[i] as Holder;
      to++;
    }
    this.first = 0;
    this.end = to;
  }
}
