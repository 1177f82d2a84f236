/**
 * The rate at which a client of the AWS SDK's adaptive retry mode lets itself send: a token bucket whose fill rate follows the answers.
 *
 *   rate │        ╭─ throttled at `peak`                     ╱ beyond it, ever faster
 *        │ ───────╯        ╭──────── flat about `peak` ─────╯
 *        │        ╰──╮ ╭───╯  peak + 0.4·(t − K)³, K = ∛(peak·0.3/0.4)
 *        │         0.7·peak                                    never over twice the measured rate, never under 0.5/s
 *
 * Until the first throttling error nothing is held back. One bucket serves all calls of a client.
 */
import { sdkFacts } from '../facts/index.ts';

const BETA = sdkFacts.adaptiveBeta.value;
const SCALE = sdkFacts.adaptiveScale.value;
const SMOOTHING = sdkFacts.adaptiveSmoothing.value;
const MIN_FILL_RATE = sdkFacts.adaptiveMinFillRate.value;
const MIN_CAPACITY = sdkFacts.adaptiveMinCapacity.value;
const MEASURE_PERIOD_US = sdkFacts.adaptiveMeasurePeriodUs.value;
const MAX_GROWTH = sdkFacts.adaptiveMaxGrowth.value;
const SECOND_US = 1_000_000;

export class SendRate {
  #enabled = false;
  #tokens = 0;
  #capacity = MIN_CAPACITY;
  #perSecond = MIN_FILL_RATE;
  /** When the bucket was filled last; -1: never, so that the first filling only notes the time. */
  #filledUs = -1;
  /** Answers per second, smoothed over the periods in which there were any. */
  #measured = 0;
  #answers = 0;
  /** The period of the last measurement, by its number. */
  #period: number;
  #peak = 0;
  #throttledUs: number;

  constructor(nowUs: number) {
    this.#throttledUs = nowUs;
    // Whole seconds, though the periods are shorter: the SDK begins so.
    this.#period = Math.floor(nowUs / SECOND_US) * (SECOND_US / MEASURE_PERIOD_US);
  }

  /** Whether a throttling error was seen: before that everything may go at once. */
  get enabled(): boolean {
    return this.#enabled;
  }

  /** Tokens per second. */
  get perSecond(): number {
    return this.#perSecond;
  }

  /** Takes a token where there is one. */
  take(nowUs: number): boolean {
    if (!this.#enabled) return true;
    this.#fill(nowUs);
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  /** Microseconds until there is a token at today's rate; 0 where there is one. */
  waitUs(nowUs: number): number {
    if (!this.#enabled) return 0;
    this.#fill(nowUs);
    return this.#tokens >= 1 ? 0 : Math.ceil(((1 - this.#tokens) / this.#perSecond) * SECOND_US);
  }

  /** An attempt has its answer, or timed out. */
  answered(nowUs: number, throttled: boolean): void {
    this.#measure(nowUs);
    const wanted = throttled ? this.#cut(nowUs) : this.#recovered(nowUs);
    const rate = Math.min(wanted, MAX_GROWTH * this.#measured);
    // What has gathered so far gathered at the old rate.
    this.#fill(nowUs);
    this.#perSecond = Math.max(rate, MIN_FILL_RATE);
    // Where the bucket has become smaller than what is in it, the next filling sees to that.
    this.#capacity = Math.max(rate, MIN_CAPACITY);
  }

  #cut(nowUs: number): number {
    this.#peak = this.#enabled ? Math.min(this.#measured, this.#perSecond) : this.#measured;
    this.#throttledUs = nowUs;
    this.#enabled = true;
    return this.#peak * BETA;
  }

  #recovered(nowUs: number): number {
    const flatAfter = Math.cbrt((this.#peak * (1 - BETA)) / SCALE);
    const x = (nowUs - this.#throttledUs) / SECOND_US - flatAfter;
    return SCALE * x * x * x + this.#peak;
  }

  /** A period is told by the first answer after it, and as long as the time since the answers before. */
  #measure(nowUs: number): void {
    this.#answers++;
    const period = Math.floor(nowUs / MEASURE_PERIOD_US);
    if (period <= this.#period) return;
    const seconds = ((period - this.#period) * MEASURE_PERIOD_US) / SECOND_US;
    this.#measured = (this.#answers / seconds) * SMOOTHING + this.#measured * (1 - SMOOTHING);
    this.#answers = 0;
    this.#period = period;
  }

  #fill(nowUs: number): void {
    if (this.#filledUs >= 0) {
      const gathered = ((nowUs - this.#filledUs) / SECOND_US) * this.#perSecond;
      this.#tokens = Math.min(this.#capacity, this.#tokens + gathered);
    }
    this.#filledUs = nowUs;
  }
}
