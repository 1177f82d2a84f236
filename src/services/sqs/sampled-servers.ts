/** Which of a queue's servers a short poll asks, and on which of them a message lives. */
import type { Uniforms } from '../../kernel/index.ts';
import { scattered } from '../messaging/scatter.ts';

export class SampledServers {
  /** Whether a short poll asks all of them: then nothing is missed and nothing is drawn. */
  readonly all: boolean;
  readonly #sampled: number;
  readonly #order: Uint32Array;
  readonly #isAsked: Uint8Array;
  readonly #random: Uniforms;

  constructor(servers: number, sampled: number, random: Uniforms) {
    this.all = sampled >= servers;
    this.#sampled = sampled;
    this.#order = Uint32Array.from({ length: servers }, (_, server) => server);
    this.#isAsked = new Uint8Array(servers);
    this.#random = random;
  }

  /** Draws the servers of the next short poll, each set of them alike. */
  draw(): void {
    if (this.all) return;
    const order = this.#order;
    this.#isAsked.fill(0);
    for (let i = 0; i < this.#sampled; i++) {
      const j = i + Math.floor(this.#random.uniform() * (order.length - i));
      const server = order[j] as number;
      order[j] = order[i] as number;
      order[i] = server;
      this.#isAsked[server] = 1;
    }
  }

  /** Whether the message of this ordinal lives on a server drawn. */
  has(ordinal: number): boolean {
    return this.#isAsked[scattered(ordinal) % this.#isAsked.length] === 1;
  }
}
