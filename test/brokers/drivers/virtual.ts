/** The model's time: it stands still but for what a story waits for. */
import { Simulation } from '../../../src/kernel/index.ts';

const US_PER_MS = 1000;
/** As long as a story waits in real time for what must come, and until nothing more comes. */
const PATIENCE_MS = 30_000;
const QUIET_MS = 120;

export class VirtualTime {
  readonly sim = new Simulation({ seed: 1 });

  passMs(ms: number): void {
    this.sim.run({ until: this.sim.now + ms * US_PER_MS });
  }

  /** True when it is so; false when it is not so in time. */
  until(isSo: () => boolean): boolean {
    for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs++) {
      if (isSo()) return true;
      this.passMs(1);
    }
    return false;
  }

  /** Waits for so many, then until nothing more comes, and takes them. */
  take<T>(items: T[], atLeast: number): T[] {
    this.until(() => items.length >= atLeast);
    for (let before = -1; before !== items.length; ) {
      before = items.length;
      this.passMs(QUIET_MS);
    }
    return items.splice(0);
  }
}
