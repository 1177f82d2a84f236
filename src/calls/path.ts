/**
 * The path of a piece of work: which attempts led to it, as a whole number of 32 bits. Draws belong to (request, path), so the same attempt
 * of the same request has the same luck in every design, whatever the order of service. 0 is the first attempt at everything.
 *
 * Below one parent each kind of child takes numbers of its own, so that no two share their luck: attempts 1 to 999, repeated calls of one
 * service in thousands, hedges from `HEDGES` on, the copy that a producer sends, receives of a message from `RECEIVES` on.
 */
export function childPath(path: number, child: number): number {
  if (child === 0) return path;
  // Weyl step by the golden ratio, then a xor-shift: both one-to-one, so distinct children of one parent stay apart.
  const mixed = Math.imul((path ^ child) + 0x6d2b79f5, 0x9e3779b1);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/** Children of one parent that are the second and later calls of one service within a piece of work: 1000 for each. */
const REPEATED_CALL = 1000;
/** Children that are the second and later receives of one message. */
const RECEIVES = 1 << 24;

/** Path of the call that comes after `before` calls of the same service by the same piece of work. */
export function repeatedCallPath(path: number, before: number): number {
  return childPath(path, REPEATED_CALL * before);
}

/** Children of one attempt that go out beside it. */
const HEDGES = 1 << 22;

/** Path of leg `leg` of a hedged attempt; 0 is the attempt itself, which has the luck that it would have without hedges. */
export function hedgePath(path: number, leg: number): number {
  return leg === 0 ? path : childPath(path, HEDGES + leg);
}

/** Path of the work on a message that is received for the `receiveCount`-th time (1: the first, which shares its luck with a synchronous design). */
export function receivePath(receiveCount: number): number {
  return receiveCount <= 1 ? 0 : childPath(0, RECEIVES + receiveCount);
}

/** Path of the second send of a request that its producer sends twice: the network deals with each by itself. */
export const COPY_PATH = childPath(0, 1 << 23);
