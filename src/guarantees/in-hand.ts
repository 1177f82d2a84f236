/** What each connection has been given and not settled: of a broker. */
const NOTHING: ReadonlyMap<number, number> = new Map();

export class InHand {
  /** Of each connection: record numbers by handle, in the order in which they came. */
  readonly #inHand = new Map<number, Map<number, number>>();

  /** What it holds from now on. */
  take(connection: number, handle: number, n: number): ReadonlyMap<number, number> {
    const inHand = this.#inHand.get(connection) ?? new Map<number, number>();
    this.#inHand.set(connection, inHand);
    return inHand.set(handle, n);
  }

  of(connection: number): ReadonlyMap<number, number> {
    return this.#inHand.get(connection) ?? NOTHING;
  }

  settle(connection: number, handle: number, withAllBefore: boolean): void {
    const inHand = this.#inHand.get(connection);
    if (inHand === undefined) return;
    if (withAllBefore) for (const one of inHand.keys()) if (one < handle) inHand.delete(one);
    inHand.delete(handle);
  }

  /** Its line is gone, and with it what was said on it. */
  lose(connection: number): void {
    this.#inHand.delete(connection);
  }
}
