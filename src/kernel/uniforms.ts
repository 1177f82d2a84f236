/** A source of uniform random numbers in (0, 1): never 0, never 1, multiples of 2^-53. */
export interface Uniforms {
  /** The next number. */
  uniform(): number;
}

/** 53 of the 64 bits of two words as a number in (0, 1). Zero, one draw in 2^53, becomes half a step, so that log(u) is finite. */
export function toUniform(high: number, low: number): number {
  // Here and not above: a bundled file binds what is above as variables, which are loaded and checked.
  const TWO_POW_32 = 4294967296;
  const TWO_POW_MINUS_53 = 1.1102230246251565e-16;
  const steps = (high >>> 11) * TWO_POW_32 + (low >>> 0);
  return steps === 0 ? TWO_POW_MINUS_53 / 2 : steps * TWO_POW_MINUS_53;
}
