/**
 * The concurrency of an account in a Region, shared by its functions.
 *
 *   account ─┬─ reserved for f ─▶ f alone: its share and its most
 *            └─ unreserved ─────▶ all the others, whoever comes first
 */
import { lambdaFacts } from '../../facts/index.ts';
import type { ThrottleReason } from './operations.ts';

/** Environments that work at once, up to a limit. */
export class ConcurrencyPool {
  readonly #limit: number;
  readonly #reason: ThrottleReason;
  #inUse = 0;

  constructor(limit: number, reason: ThrottleReason) {
    this.#limit = limit;
    this.#reason = reason;
  }

  get inUse(): number {
    return this.#inUse;
  }

  /** Takes one; else says why there is none. */
  take(): ThrottleReason | null {
    if (this.#inUse >= this.#limit) return this.#reason;
    this.#inUse++;
    return null;
  }

  give(): void {
    this.#inUse--;
  }
}

/** Most that functions of an account may reserve, of its whole concurrency. */
export function reservable(concurrency: number): number {
  return concurrency - lambdaFacts.unreservedConcurrencyMin.value;
}

export class LambdaAccount {
  readonly #shared: ConcurrencyPool;

  /**
   * `concurrency`: environments of all functions at once, default 1,000. `reserved`: what each of them keeps for itself, null for those that keep
   * nothing. Throws RangeError where fewer than 100 would be left for those.
   */
  constructor(concurrency: number = lambdaFacts.accountConcurrency.value, reserved: readonly (number | null)[] = []) {
    const kept = reserved.reduce<number>((sum, each) => sum + (each ?? 0), 0);
    if (kept > 0 && kept > reservable(concurrency)) {
      throw new RangeError(
        `reserved concurrency of ${kept}: expected at most ${reservable(concurrency)} of ${concurrency}`,
      );
    }
    this.#shared = new ConcurrencyPool(concurrency - kept, 'ConcurrentInvocationLimitExceeded');
  }

  /** The pool of a function: its own where it has reserved some, else what all share. */
  poolOf(reserved: number | null): ConcurrencyPool {
    if (reserved === null) return this.#shared;
    return new ConcurrencyPool(reserved, 'ReservedFunctionConcurrentInvocationLimitExceeded');
  }
}
