/** A lane of the kernel's for each length of timeout in use: there are few lengths, and each lane costs one event. */
import { type Simulation, TimeoutLane } from '../../kernel/index.ts';

/** Lanes kept at most; idle ones go first. */
const MAX_LANES = 1024;

type Due = (tag: number, generation: number) => void;
type IsLive = (tag: number, generation: number) => boolean;

/** Timeouts of any length, all of one kind. */
export class TimeoutLanes {
  readonly #sim: Simulation;
  readonly #onDue: Due;
  readonly #isLive: IsLive;
  readonly #phase: 0 | 2;
  readonly #lanes = new Map<number, TimeoutLane>();

  constructor(sim: Simulation, onDue: Due, isLive: IsLive, phase: 0 | 2) {
    this.#sim = sim;
    this.#onDue = onDue;
    this.#isLive = isLive;
    this.#phase = phase;
  }

  /** Due after `timeoutUs`, unless `isLive` says no by then. */
  arm(timeoutUs: number, tag: number, generation: number): void {
    let lane = this.#lanes.get(timeoutUs);
    if (lane === undefined) {
      this.#makeRoom();
      lane = new TimeoutLane(this.#sim, timeoutUs, this.#onDue, this.#isLive, this.#phase);
      this.#lanes.set(timeoutUs, lane);
    }
    lane.arm(tag, generation);
  }

  #makeRoom(): void {
    if (this.#lanes.size < MAX_LANES) return;
    for (const [timeoutUs, lane] of this.#lanes) if (lane.size === 0) this.#lanes.delete(timeoutUs);
  }
}
