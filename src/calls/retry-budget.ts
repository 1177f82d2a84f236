import type { RetryBudget as Settings } from './settings.ts';

/** Token bucket shared by all calls of one client: a retry needs tokens, successes give them back. */
export class RetryBudget {
  readonly #settings: Settings;
  #tokens: number;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#tokens = settings.capacity;
  }

  get tokens(): number {
    return this.#tokens;
  }

  /** Takes what a retry costs; false where there is not enough, then nothing is taken. */
  take(throttled: boolean): boolean {
    const cost = throttled ? this.#settings.throttlingCost : this.#settings.cost;
    if (this.#tokens < cost) return false;
    this.#tokens -= cost;
    return true;
  }

  /** A success gives back `refund`, or what its last retry cost. */
  succeeded(afterRetry: boolean, throttled: boolean): void {
    const back = !afterRetry ? this.#settings.refund : throttled ? this.#settings.throttlingCost : this.#settings.cost;
    this.#tokens = Math.min(this.#settings.capacity, this.#tokens + back);
  }
}
