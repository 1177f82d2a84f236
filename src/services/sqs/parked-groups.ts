/** Groups whose partition has no receive left this moment; a few come back with each token, in the order in which they were put aside. */
import type { Simulation } from '../../kernel/index.ts';
import type { ActionRate } from '../messaging/throughput.ts';

/** As many as one receive can serve. */
const WITH_EACH_TOKEN = 10;

export class ParkedGroups {
  readonly #sim: Simulation;
  readonly #rate: ActionRate;
  readonly #onBack: (group: number) => void;
  readonly #queues: number[][];
  /** How many of a partition's have gone already; they are cut off when they are half. */
  readonly #gone: Int32Array;
  readonly #scheduled: Uint8Array;

  constructor(sim: Simulation, rate: ActionRate, partitions: number, onBack: (group: number) => void) {
    this.#sim = sim;
    this.#rate = rate;
    this.#onBack = onBack;
    this.#queues = Array.from({ length: partitions }, () => []);
    this.#gone = new Int32Array(partitions);
    this.#scheduled = new Uint8Array(partitions);
  }

  park(group: number, partition: number): void {
    (this.#queues[partition] as number[]).push(group);
    this.#schedule(partition);
  }

  #schedule(partition: number): void {
    if (this.#scheduled[partition] === 1) return;
    this.#scheduled[partition] = 1;
    const now = this.#sim.now;
    // At least a microsecond: the receive that parks them is not over.
    this.#sim.scheduleAt(Math.max(now + 1, this.#rate.nextUs(partition, now)), this.#onToken, partition, 0);
  }

  readonly #onToken = (partition: number): void => {
    this.#scheduled[partition] = 0;
    const queue = this.#queues[partition] as number[];
    let gone = this.#gone[partition] as number;
    const end = Math.min(queue.length, gone + WITH_EACH_TOKEN);
    while (gone < end) this.#onBack(queue[gone++] as number);
    if (gone * 2 > queue.length) {
      queue.splice(0, gone);
      gone = 0;
    }
    this.#gone[partition] = gone;
    if (queue.length > gone) this.#schedule(partition);
  };
}
