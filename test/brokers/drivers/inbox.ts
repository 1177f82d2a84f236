import { setTimeout as sleep } from 'node:timers/promises';

/** Nothing for so long, and nothing more comes. A story waits by number for what must come, so that a slow machine can't make it fail. */
const QUIET_MS = 120;
const LOOK_AGAIN_MS = 5;
export const PATIENCE_MS = 30_000;
/** Where it is known that not all comes that a story waits for. */
export const LITTLE_PATIENCE_MS = 3000;

/** What came in and nobody has looked at yet. */
export class Inbox<T> {
  readonly #patienceMs: number;
  #items: T[] = [];
  #came = 0;

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  add(item: T): void {
    this.#items.push(item);
    this.#came++;
  }

  /** Waits for so many, then until nothing more comes. */
  async take(atLeast: number): Promise<T[]> {
    await until(() => this.#items.length >= atLeast, this.#patienceMs);
    for (let before = -1; before !== this.#came; ) {
      before = this.#came;
      await sleep(QUIET_MS);
    }
    return this.#items.splice(0);
  }
}

/** True when it is so; false when it is not so in time. */
export async function until(isSo: () => boolean | Promise<boolean>, patienceMs: number): Promise<boolean> {
  for (const end = performance.now() + patienceMs; performance.now() < end; await sleep(LOOK_AGAIN_MS)) {
    if (await isSo()) return true;
  }
  return false;
}
