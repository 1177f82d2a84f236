/**
 * Publishes of a channel in confirm mode, from 1 on: told when all queues that they went to have stored them. What is known within the publish is told at once;
 * what disks have stored at one instant is told together, `multiple` where no earlier one is outstanding.
 */
import type { Simulation } from '../../../kernel/index.ts';
import type { Settled } from '../rabbitmq/settled.ts';

type Tell = (tag: number, multiple: boolean, ack: boolean, count: number) => void;

const State = { waiting: 0, stored: 1, refused: 2, told: 3 } as const;

export class Confirms implements Settled {
  readonly #sim: Simulation;
  readonly #tell: Tell;
  /** Of the tags from `#base` on, in a ring. */
  #left = new Int32Array(16);
  #isRefused = new Uint8Array(16);
  #state = new Uint8Array(16);
  #mask = 15;
  /** The first that is not told, and the next to come. */
  #base = 1;
  #next = 1;
  #isPublishing = false;
  /** Known since the last flush, in this order. */
  readonly #known: number[] = [];
  #isScheduled = false;

  constructor(sim: Simulation, tell: Tell) {
    this.#sim = sim;
    this.#tell = tell;
  }

  get outstanding(): number {
    return this.#next - this.#base;
  }

  /** A publish that goes to so many queues: its tag. `end` has to follow. */
  begin(queues: number): number {
    if (this.#next - this.#base > this.#mask) this.#grow();
    const tag = this.#next++;
    const i = tag & this.#mask;
    this.#left[i] = queues;
    this.#isRefused[i] = 0;
    this.#state[i] = State.waiting;
    this.#isPublishing = true;
    return tag;
  }
  /** All queues have been given it: what is known already is told. */
  end(tag: number): void {
    this.#isPublishing = false;
    const i = tag & this.#mask;
    if (tag < this.#base || this.#left[i] !== 0 || this.#state[i] !== State.waiting) return;
    this.#know(tag);
    this.#tellOne(tag);
  }

  onStored(tag: number): void {
    const i = tag & this.#mask;
    this.#left[i] = (this.#left[i] as number) - 1;
    if (this.#left[i] === 0 && !(this.#isPublishing && tag === this.#next - 1)) this.#tellSoon(tag);
  }
  onRefused(tag: number): void {
    this.#isRefused[tag & this.#mask] = 1;
    this.onStored(tag);
  }

  #know(tag: number): void {
    const i = tag & this.#mask;
    this.#state[i] = this.#isRefused[i] === 1 ? State.refused : State.stored;
  }
  #tellSoon(tag: number): void {
    this.#know(tag);
    this.#known.push(tag);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#sim.schedule(0, this.#flush, 0);
  }

  readonly #flush = (): void => {
    this.#isScheduled = false;
    this.#tellFirst();
    for (const tag of this.#known) {
      if (tag >= this.#base && this.#state[tag & this.#mask] !== State.told) this.#tellOne(tag);
    }
    this.#known.length = 0;
  };

  /** Up to the first that is outstanding or refused, in one. */
  #tellFirst(): void {
    let last = this.#base - 1;
    let count = 0;
    for (let tag = this.#base; tag < this.#next; tag++) {
      const state = this.#state[tag & this.#mask];
      if (state !== State.stored && state !== State.told) break;
      if (state === State.stored) {
        last = tag;
        count++;
      }
    }
    if (count === 0) return;
    for (let tag = this.#base; tag <= last; tag++) this.#state[tag & this.#mask] = State.told;
    this.#moveOn();
    this.#tell(last, count > 1, true, count);
  }

  #tellOne(tag: number): void {
    const i = tag & this.#mask;
    const ack = this.#state[i] === State.stored;
    this.#state[i] = State.told;
    this.#moveOn();
    this.#tell(tag, false, ack, 1);
  }

  #moveOn(): void {
    while (this.#base < this.#next && this.#state[this.#base & this.#mask] === State.told) this.#base++;
  }

  #grow(): void {
    const { length } = this.#left;
    const [left, refused, state] = [this.#left, this.#isRefused, this.#state];
    this.#left = new Int32Array(length * 2);
    this.#isRefused = new Uint8Array(length * 2);
    this.#state = new Uint8Array(length * 2);
    const mask = length * 2 - 1;
    for (let tag = this.#base; tag < this.#next; tag++) {
      this.#left[tag & mask] = left[tag & this.#mask] as number;
      this.#isRefused[tag & mask] = refused[tag & this.#mask] as number;
      this.#state[tag & mask] = state[tag & this.#mask] as number;
    }
    this.#mask = mask;
  }
}
