/**
 * Requests a second that one account has at KMS in one Region. A bucket that holds one second's worth (assumed: AWS says a quota per second,
 * and no more), of what the others in the account leave over. It starts full.
 */
const US_PER_SECOND = 1e6;

export class RequestQuota {
  readonly #perSecond: number;
  readonly #capacity: number;
  #tokens: number;
  #asOfUs = 0;

  /** Where others take all of the quota, every request is refused. */
  constructor(quotaPerSecond: number, backgroundPerSecond: number) {
    this.#perSecond = Math.max(0, quotaPerSecond - backgroundPerSecond);
    this.#capacity = this.#perSecond;
    this.#tokens = this.#capacity;
  }

  /** Takes one request, or refuses it. Time must not go back. */
  take(nowUs: number): boolean {
    const grown = this.#tokens + ((nowUs - this.#asOfUs) / US_PER_SECOND) * this.#perSecond;
    this.#tokens = grown < this.#capacity ? grown : this.#capacity;
    this.#asOfUs = nowUs;
    // A hair's breadth, so that ten tenths are a whole.
    if (this.#tokens < 1 - 1e-9) return false;
    this.#tokens -= 1;
    return true;
  }
}
