/** Which replica takes a call. Balancers do not look after health, but `leastConnections` sees that nobody takes a connection. */
import type { KeyedStream } from '../../kernel/index.ts';
import type { Requests } from '../ports.ts';
import type { Replica } from './replica.ts';
import type { Balance } from './settings.ts';

export class Balancer {
  readonly #balance: Balance;
  readonly #replicas: readonly Replica[];
  readonly #requests: Requests;
  readonly #draws: KeyedStream;
  #turn = 0;
  /** Replicas that take calls: the first so many. */
  among: number;

  constructor(balance: Balance, replicas: readonly Replica[], requests: Requests, draws: KeyedStream) {
    this.#balance = balance;
    this.#replicas = replicas;
    this.#requests = requests;
    this.#draws = draws;
    this.among = replicas.length;
  }

  choose(request: number, path: number): number {
    const n = this.among;
    if (n === 1) return 0;
    if (this.#balance === 'random') {
      return Math.floor(this.#draws.at(this.#requests.ordinal(request), path).uniform() * n);
    }
    if (this.#balance === 'roundRobin') {
      const index = this.#turn < n ? this.#turn : 0;
      this.#turn = (index + 1) % n;
      return index;
    }
    return this.#leastConnected(n);
  }

  /** The first of those with the fewest calls in the system, among those that are up where any is. */
  #leastConnected(n: number): number {
    let best = 0;
    for (let i = 1; i < n; i++) {
      const one = this.#replicas[i] as Replica;
      const other = this.#replicas[best] as Replica;
      if (one.down ? other.down && one.inSystem < other.inSystem : other.down || one.inSystem < other.inSystem)
        best = i;
    }
    return best;
  }
}
