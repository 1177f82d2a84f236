/** A distribution in its resolved form: plain numbers in the unit of whoever uses it. All draws are at least 0. */
export type Distribution =
  | { kind: 'constant'; value: number }
  | { kind: 'exponential'; mean: number }
  /** Cut at 0: the normal under the condition of being positive, so its mean is a little above `mean`. */
  | { kind: 'normal'; mean: number; sd: number }
  | { kind: 'uniform'; min: number; max: number }
  | { kind: 'lognormal'; mean: number; cv: number }
  | { kind: 'lognormal'; p50: number; p99: number }
  | { kind: 'erlang'; mean: number; k: number }
  /** Two exponential branches with balanced means; cv is at least 1. */
  | { kind: 'hyperexponential'; mean: number; cv: number }
  | { kind: 'pareto'; min: number; shape: number }
  | { kind: 'weibull'; mean: number; shape: number }
  | { kind: 'empirical'; values: readonly number[] }
  | { kind: 'mixture'; parts: readonly { weight: number; of: Distribution }[] };
