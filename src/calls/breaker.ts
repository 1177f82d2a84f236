import type { BreakerSettings } from './settings.ts';

/**
 * Circuit breaker of one client.
 *
 *   closed ──share of failures in the window reached──▶ open ──first call after openUs──▶ half-open ──all trials succeed──▶ closed
 *                                                        ▲──────────────one trial fails─────────────┘
 *
 * Each change of state begins a new era. The end of a call counts only in the era in which the call went out: what was sent before the
 * breaker opened tells nothing about the callee now.
 */
export class Breaker {
  readonly #settings: BreakerSettings;
  readonly #window: Uint8Array;
  #next = 0;
  #full = false;
  #failures = 0;
  #state: 'closed' | 'open' | 'half-open' = 'closed';
  #openUntil = 0;
  #trials = 0;
  #successes = 0;
  #era = 0;

  constructor(settings: BreakerSettings) {
    this.#settings = settings;
    this.#window = new Uint8Array(settings.window);
  }

  get state(): 'closed' | 'open' | 'half-open' {
    return this.#state;
  }

  /** The era in which a call that is permitted now goes out; goes back to `ended` or `left` with it. */
  get era(): number {
    return this.#era;
  }

  /** Whether a call may go out now; counts it as a trial where half-open. */
  permits(nowUs: number): boolean {
    if (this.#state === 'closed') return true;
    if (this.#state === 'open') {
      if (nowUs < this.#openUntil) return false;
      this.#turn('half-open');
    }
    if (this.#trials >= this.#settings.halfOpenCalls) return false;
    this.#trials++;
    return true;
  }

  /** A permitted call has its answer, or timed out. */
  ended(era: number, nowUs: number, success: boolean): void {
    if (era !== this.#era) return;
    if (this.#state === 'half-open') this.#trialEnded(nowUs, success);
    else this.#callEnded(nowUs, success);
  }

  /** The caller of a permitted call has left before its answer: a trial is free again, for else none would ever be. */
  left(era: number): void {
    if (era === this.#era && this.#state === 'half-open') this.#trials--;
  }

  #trialEnded(nowUs: number, success: boolean): void {
    if (!success) this.#open(nowUs);
    else if (++this.#successes >= this.#settings.halfOpenCalls) this.#turn('closed');
  }

  #callEnded(nowUs: number, success: boolean): void {
    const window = this.#window;
    const at = this.#next;
    this.#failures += (success ? 0 : 1) - (window[at] as number);
    window[at] = success ? 0 : 1;
    this.#next = at + 1 === window.length ? 0 : at + 1;
    if (this.#next === 0) this.#full = true;
    if (this.#full && this.#failures >= this.#settings.failureRate * window.length) this.#open(nowUs);
  }

  #open(nowUs: number): void {
    this.#turn('open');
    this.#openUntil = nowUs + this.#settings.openUs;
  }

  #turn(state: 'closed' | 'open' | 'half-open'): void {
    this.#state = state;
    this.#era = (this.#era + 1) | 0;
    this.#trials = 0;
    this.#successes = 0;
    this.#next = 0;
    this.#full = false;
    this.#failures = 0;
    this.#window.fill(0);
  }
}
