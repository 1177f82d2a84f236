/** What a channel has published and settled since tx.select, or since its last commit or rollback. */
import type { Settled } from '../rabbitmq/settled.ts';
import type { Settlement } from './command.ts';
import type { PublishInput } from './operations.ts';

export class Transaction {
  readonly publishes: PublishInput[] = [];
  readonly settlements: {
    readonly deliveryTag: number;
    readonly multiple: boolean;
    readonly settlement: Settlement;
  }[] = [];
}

/** All that a transaction has published is stored. */
export class CommitWait implements Settled {
  /** One of them is the commit's own. */
  left = 1;
  readonly #onOver: () => void;

  constructor(onOver: () => void) {
    this.#onOver = onOver;
  }
  onStored(): void {
    if (--this.left === 0) this.#onOver();
  }
  onRefused(): void {
    this.onStored();
  }
}
