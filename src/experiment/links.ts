/** The state of all links of a design under the fault script: which requests and replies get lost between whom. */
import { LinkState } from '../calls/index.ts';
import { EndpointState } from '../workload/endpoint.ts';
import type { FaultSettings } from '../workload/settings.ts';

interface Wire {
  readonly from: string;
  readonly to: string;
  readonly state: LinkState | EndpointState;
}

/** Losses in force; `from` null: from everybody. */
interface Loss {
  readonly from: string | null;
  readonly to: string;
  readonly requests: number;
  readonly replies: number;
  readonly errors: number;
  readonly down: boolean;
}

export class Links {
  readonly #faults: readonly FaultSettings[];
  readonly #wires: Wire[] = [];
  readonly #losses: Loss[] = [];

  constructor(faults: readonly FaultSettings[]) {
    this.#faults = faults;
  }

  /** Whether the script ever touches what goes from one to the other: if not, no link need stand between them. */
  disturbed(from: string, to: string): boolean {
    return this.#faults.some(({ target, unreachable, loseRequests, loseReplies }) =>
      target.kind === 'link'
        ? target.from === from && target.to === to
        : (unreachable ?? loseRequests ?? loseReplies) !== null && target.resource === to,
    );
  }

  link(from: string, to: string): LinkState {
    const state = new LinkState();
    this.#wires.push({ from, to, state });
    return state;
  }

  endpoint(from: string, to: string): EndpointState {
    const state = new EndpointState();
    this.#wires.push({ from, to, state });
    return state;
  }

  /** Begins a loss; the returned function ends it. */
  strike(loss: Loss): () => void {
    this.#losses.push(loss);
    this.#apply();
    return () => {
      this.#losses.splice(this.#losses.indexOf(loss), 1);
      this.#apply();
    };
  }

  /** Losses that overlap are independent: what gets through one may be lost to the next. */
  #apply(): void {
    for (const { from, to, state } of this.#wires) {
      const here = this.#losses.filter((loss) => loss.to === to && (loss.from === null || loss.from === from));
      state.loseRequests = 1 - here.reduce((through, loss) => through * (1 - loss.requests), 1);
      state.loseReplies = 1 - here.reduce((through, loss) => through * (1 - loss.replies), 1);
      if (!(state instanceof EndpointState)) continue;
      state.errors = 1 - here.reduce((through, loss) => through * (1 - loss.errors), 1);
      state.down = here.some((loss) => loss.down);
    }
  }
}
