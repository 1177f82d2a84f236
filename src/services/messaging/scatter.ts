/** Spreads whole numbers, consecutive ones too, evenly over 32 bits: a multiplicative hash, finished as in MurmurHash3. */
export function scattered(value: number): number {
  let h = Math.imul((value | 0) + 1, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
