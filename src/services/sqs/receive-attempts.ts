/** What was handed out under which ReceiveRequestAttemptId in the last five minutes, so that a repeated call has it again. */
import type { ReceiveMessageOutput } from './operations.ts';

export interface Attempt {
  readonly atUs: number;
  readonly handles: readonly number[];
  /** When each was to be visible again: a change shows in it. */
  readonly dueUs: readonly number[];
}

export class ReceiveAttempts {
  readonly #windowUs: number;
  /** Oldest first. */
  readonly #attempts = new Map<number, Attempt>();

  constructor(windowUs: number) {
    this.#windowUs = windowUs;
  }

  find(id: number, nowUs: number): Attempt | undefined {
    for (const [other, { atUs }] of this.#attempts) {
      if (atUs + this.#windowUs > nowUs) break;
      this.#attempts.delete(other);
    }
    return this.#attempts.get(id);
  }

  remember(id: number, output: ReceiveMessageOutput, dueUs: (handle: number) => number, nowUs: number): void {
    this.#attempts.delete(id);
    if (output.count === 0) return;
    const handles = Array.from(output.ReceiptHandle.subarray(0, output.count));
    this.#attempts.set(id, { atUs: nowUs, handles, dueUs: handles.map(dueUs) });
  }

  clear(): void {
    this.#attempts.clear();
  }
}
