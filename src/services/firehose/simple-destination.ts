/**
 * A destination that takes its time and may be away: for the library, where no model of one stands behind the port.
 *
 *   deliver ─▶ down? ─▶ fails by chance? ─▶ its time ─▶ it has the records ─▶ answer, unless its answers are lost
 */
import {
  compileVariate,
  type Distribution,
  type KeyedStream,
  type Simulation,
  type Variate,
} from '../../kernel/index.ts';
import type { Answer, Delivery, DeliveryOwner, Destination } from './operations.ts';

const MIB = 1_048_576;

export interface SimpleDestinationSettings {
  /** Of its random streams. */
  readonly name: string;
  /** Microseconds until it has a delivery; default 0.1 s. */
  readonly latency?: Distribution;
  /** And for each MiB of it; default 0. */
  readonly usPerMiB?: number;
  /** Share of attempts that fail at once; default 0. */
  readonly failureRate?: number;
  /** Deliveries of more bytes are answered with `tooLarge`; default: none is. */
  readonly maxBytes?: number;
  /** Hears of each delivery at the instant at which its records are there, which may be more than once. */
  readonly onRecords?: (delivery: Delivery, atUs: number) => void;
}

export class SimpleDestination implements Destination {
  readonly #sim: Simulation;
  readonly #settings: SimpleDestinationSettings;
  readonly #latency: Variate;
  readonly #times: KeyedStream;
  readonly #luck: KeyedStream;
  #down = 0;
  #silent = 0;

  constructor(sim: Simulation, settings: SimpleDestinationSettings) {
    this.#sim = sim;
    this.#settings = settings;
    this.#latency = compileVariate(settings.latency ?? { kind: 'constant', value: 100_000 });
    this.#times = sim.keyedStream(`${settings.name}/latency`);
    this.#luck = sim.keyedStream(`${settings.name}/failure`);
  }

  deliver(delivery: Delivery, owner: DeliveryOwner, tag: number): void {
    const { number, attempt, bytes } = delivery;
    const { failureRate = 0, maxBytes = Number.POSITIVE_INFINITY, usPerMiB = 0 } = this.#settings;
    const refused = this.#down > 0 || (failureRate > 0 && this.#luck.at(number, attempt).uniform() < failureRate);
    if (refused || bytes > maxBytes) {
      owner.onAnswer(tag, refused ? 'failed' : 'tooLarge');
      return;
    }
    const latencyUs = this.#latency.constant ? this.#latency.mean : this.#latency.draw(this.#times.at(number, attempt));
    delivery.retain();
    const us = Math.round(latencyUs + (bytes / MIB) * usPerMiB);
    this.#sim.schedule(us, this.#arrive, { delivery, owner, tag });
  }

  /** Attempts fail at once until the returned function is called. */
  takeDown(): () => void {
    this.#down++;
    return () => {
      this.#down--;
    };
  }

  /** It has what it gets, and its answers are lost, until the returned function is called. */
  loseAnswers(): () => void {
    this.#silent++;
    return () => {
      this.#silent--;
    };
  }

  readonly #arrive = ({ delivery, owner, tag }: Arrival): void => {
    this.#settings.onRecords?.(delivery, this.#sim.now);
    delivery.release();
    const answer: Answer = 'ok';
    if (this.#silent === 0) owner.onAnswer(tag, answer);
  };
}

interface Arrival {
  readonly delivery: Delivery;
  readonly owner: DeliveryOwner;
  readonly tag: number;
}
