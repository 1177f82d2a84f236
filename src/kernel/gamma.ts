// B(2k) / (2k (2k − 1)), the coefficients of Stirling's series.
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];
const HALF_LOG_2PI = 0.9189385332046728;

/**
 * The logarithm of the gamma function for x > 0, error below 1e-13 of its value (or absolute near 1 and 2).
 * Stirling's series from 15 on, below it the recurrence Γ(x + 1) = xΓ(x).
 */
export function logGamma(x: number): number {
  let product = 1;
  let z = x;
  while (z < 15) {
    product *= z;
    z += 1;
  }
  const inverse = 1 / z;
  let sum = 0;
  for (let k = STIRLING.length - 1; k >= 0; k--) sum = sum * inverse * inverse + (STIRLING[k] as number);
  return (z - 0.5) * Math.log(z) - z + HALF_LOG_2PI + sum * inverse - Math.log(product);
}

/** The gamma function for x > 0, relative error below 1e-12 up to x = 171 (then Infinity). */
export function gamma(x: number): number {
  return Math.exp(logGamma(x));
}
