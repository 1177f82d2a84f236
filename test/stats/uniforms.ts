/** A small generator for the tests of this room, which may not import the kernel: fixed seed, 53 bits, (0, 1). */
export function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  const word = (): number => {
    // Weyl sequence with two rounds of multiply-and-shift.
    state = (state + 0x9e3779b9) >>> 0;
    let x = state;
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    return (x ^ (x >>> 15)) >>> 0;
  };
  return () => ((word() >>> 5) * 67108864 + (word() >>> 6) + 0.5) / 9007199254740992;
}

export function exponential(u: () => number): number {
  return -Math.log(u());
}

export function normal(u: () => number): number {
  return Math.sqrt(-2 * Math.log(u())) * Math.cos(2 * Math.PI * u());
}
