import type { BreakerSettings } from './settings.ts';

/**
 * Circuit breaker of one client.
 *
 *   closed ──share of failures in the window reached──▶ open ──after openUs──▶ half-open ──all trials succeed──▶ closed
 *                                                        ▲────────────one trial fails──────────┘
 */
export class Breaker {
  readonly #settings: BreakerSettings;
  readonly #window: Uint8Array;
  #seen = 0;
  #failures = 0;
  #openUntil = -1;
  #trials = 0;
  #trialSuccesses = 0;
  #halfOpen = false;

  constructor(settings: BreakerSettings) {
    this.#settings = settings;
    this.#window = new Uint8Array(settings.window);
  }

  get state(): 'closed' | 'open' | 'half-open' {
    if (this.#halfOpen) return 'half-open';
    return this.#openUntil >= 0 ? 'open' : 'closed';
  }

  /** Whether a call may go out now; counts it as a trial where half-open. */
  permits(nowUs: number): boolean {
    if (this.#openUntil >= 0 && !this.#halfOpen) {
      if (nowUs < this.#openUntil) return false;
      this.#halfOpen = true;
      this.#trials = 0;
      this.#trialSuccesses = 0;
    }
    if (!this.#halfOpen) return true;
    if (this.#trials >= this.#settings.halfOpenCalls) return false;
    this.#trials++;
    return true;
  }

  ended(nowUs: number, success: boolean): void {
    if (this.#halfOpen) this.#trialEnded(nowUs, success);
    else if (this.#openUntil < 0) this.#callEnded(nowUs, success);
    // Answers to calls sent before it opened tell nothing new.
  }

  #trialEnded(nowUs: number, success: boolean): void {
    if (!success) return this.#open(nowUs);
    if (++this.#trialSuccesses < this.#settings.halfOpenCalls) return;
    this.#halfOpen = false;
    this.#openUntil = -1;
    this.#forget();
  }

  #callEnded(nowUs: number, success: boolean): void {
    const at = this.#seen % this.#window.length;
    if (this.#seen >= this.#window.length) this.#failures -= this.#window[at] as number;
    this.#window[at] = success ? 0 : 1;
    if (!success) this.#failures++;
    this.#seen++;
    if (this.#seen >= this.#window.length && this.#failures >= this.#settings.failureRate * this.#window.length) {
      this.#open(nowUs);
    }
  }

  #open(nowUs: number): void {
    this.#halfOpen = false;
    this.#openUntil = nowUs + this.#settings.openUs;
    this.#forget();
  }

  #forget(): void {
    this.#seen = 0;
    this.#failures = 0;
    this.#window.fill(0);
  }
}
