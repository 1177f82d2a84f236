/**
 * The adaptive mode's limiter, told for a reader: in seconds, and from the whole history of answers at each question. Its rules are those of
 * the AWS SDKs (JavaScript v3 and botocore); `SendRate` must agree with it.
 */
interface Answer {
  readonly at: number;
  readonly throttled: boolean;
}

/** What is known after the last of `answers`. */
interface Known {
  readonly measured: number;
  readonly enabled: boolean;
  readonly peak: number;
  readonly throttledAt: number;
  readonly fillRate: number;
  readonly capacity: number;
}

const halfSecond = (at: number): number => Math.floor(at * 2) / 2;

/** Answers per second: each half second with an answer after it counts four times as much as all before it together. */
function measuredRate(answers: readonly Answer[]): number {
  let measured = 0;
  let since = 0;
  let count = 0;
  for (const { at } of answers) {
    count += 1;
    if (halfSecond(at) <= since) continue;
    measured = 0.8 * (count / (halfSecond(at) - since)) + 0.2 * measured;
    since = halfSecond(at);
    count = 0;
  }
  return measured;
}

function learn(before: Known, answers: readonly Answer[]): Known {
  const { at, throttled } = answers.at(-1) as Answer;
  const measured = measuredRate(answers);
  let { peak, throttledAt, enabled } = before;
  let wanted: number;
  if (throttled) {
    peak = enabled ? Math.min(measured, before.fillRate) : measured;
    throttledAt = at;
    enabled = true;
    wanted = 0.7 * peak;
  } else {
    const flatAfter = Math.cbrt((peak * 0.3) / 0.4);
    wanted = 0.4 * Math.pow(at - throttledAt - flatAfter, 3) + peak;
  }
  const rate = Math.min(wanted, 2 * measured);
  return { measured, enabled, peak, throttledAt, fillRate: Math.max(0.5, rate), capacity: Math.max(1, rate) };
}

export class ReferenceLimiter {
  readonly #answers: Answer[] = [];
  #known: Known = { measured: 0, enabled: false, peak: 0, throttledAt: 0, fillRate: 0.5, capacity: 1 };
  tokens = 0;
  /** When the bucket was looked at last; before the first look nothing gathers. */
  #looked: number | null = null;

  get fillRate(): number {
    return this.#known.fillRate;
  }
  get enabled(): boolean {
    return this.#known.enabled;
  }

  /** Fills the bucket up to `at`. */
  look(at: number): void {
    if (this.#looked !== null) {
      this.tokens = Math.min(this.#known.capacity, this.tokens + (at - this.#looked) * this.#known.fillRate);
    }
    this.#looked = at;
  }

  answered(at: number, throttled: boolean): void {
    this.#answers.push({ at, throttled });
    const next = learn(this.#known, this.#answers);
    this.look(at);
    this.#known = next;
    this.tokens = Math.min(this.tokens, next.capacity);
  }
}
