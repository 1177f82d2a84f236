/**
 * The path of a piece of work: which attempts led to it, as one 32-bit number. Draws belong to (request, path), so the same attempt of the
 * same request has the same luck in every design, whatever the order of service. 0 is the first attempt at everything.
 */
export function childPath(path: number, attempt: number): number {
  if (attempt === 0) return path;
  // Weyl step by the golden ratio, then a xor-shift: distinct attempts of distinct parents stay apart.
  const mixed = Math.imul((path ^ attempt) + 0x6d2b79f5, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
