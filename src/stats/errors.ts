/** A broken promise of the caller (a programmer error): a wrong number would be worse than none. */
export class StatsError extends Error {
  /** Stable name of the kind of error, for tests and tools. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'StatsError';
    this.code = code;
  }
}

/** Throws `STATS_LEVEL` unless 0 < level < 1. */
export function checkLevel(level: number): void {
  if (!(level > 0 && level < 1)) {
    throw new StatsError('STATS_LEVEL', `confidence level ${level}: expected a number between 0 and 1, such as 0.95`);
  }
}

/** Throws `STATS_PROBABILITY` unless 0 <= p <= 1. */
export function checkProbability(p: number): void {
  if (!(p >= 0 && p <= 1)) {
    throw new StatsError('STATS_PROBABILITY', `probability ${p}: expected a number from 0 to 1 (p99 is 0.99)`);
  }
}
