/** Messages that wait somewhere before they are in a queue: copies, whose bodies are held meanwhile. */
import type { MessageInput } from '../broker/ports.ts';

export interface BodyHolds {
  retain(body: number): void;
  release(body: number): void;
}

export class Kept {
  readonly #holds: BodyHolds | null;

  constructor(holds: BodyHolds | null) {
    this.#holds = holds;
  }

  /** A copy that is good until it is let go. */
  keep(message: MessageInput): MessageInput {
    this.#holds?.retain(message.body);
    return { ...message };
  }
  letGo(message: MessageInput): void {
    this.#holds?.release(message.body);
  }
}

/** Tells once, when all parts of something are done: the copies of a message, the acknowledgements of a range. It begins with one part. */
export class Waiter {
  #parts = 1;
  readonly #onDone: () => void;

  constructor(onDone: () => void) {
    this.#onDone = onDone;
  }

  more(): void {
    this.#parts++;
  }
  done(): void {
    if (--this.#parts === 0) this.#onDone();
  }
}
