import { setTimeout as sleep } from 'node:timers/promises';

/** Nothing for so long, and nothing more comes. A story waits by number for what must come, so that a slow machine can't make it fail. */
const QUIET_MS = 120;
const LOOK_AGAIN_MS = 5;
const LIMIT_MS = 30_000;

/** What came in and nobody has looked at yet. */
export class Inbox<T> {
  #items: T[] = [];
  #came = 0;

  add(item: T): void {
    this.#items.push(item);
    this.#came++;
  }

  /** Waits for so many, then until nothing more comes. */
  async take(atLeast: number): Promise<T[]> {
    await until(() => this.#items.length >= atLeast);
    for (let before = -1; before !== this.#came; ) {
      before = this.#came;
      await sleep(QUIET_MS);
    }
    return this.#items.splice(0);
  }
}

/** True when it is so; false when it is not so within half a minute. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<boolean> {
  for (const end = performance.now() + LIMIT_MS; performance.now() < end; await sleep(LOOK_AGAIN_MS)) {
    if (await isSo()) return true;
  }
  return false;
}
