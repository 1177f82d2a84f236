/** How long a job holds its server for itself: what it draws, slowed down by its neighbours and by faults. */
import { childPath } from '../../calls/index.ts';
import { compileVariate, type KeyedStream, type Simulation, type Variate } from '../../kernel/index.ts';
import type { Requests } from '../ports.ts';
import type { Replica } from './replica.ts';
import type { ServiceSettings, Slowdown } from './settings.ts';

export class OwnTime {
  readonly #requests: Requests;
  readonly #serviceTime: Variate;
  /** -1: it varies. */
  readonly #constant: number;
  readonly #slowdown: Slowdown | null;
  readonly #work: KeyedStream;
  readonly #slowed: KeyedStream;

  constructor(sim: Simulation, settings: ServiceSettings, requests: Requests) {
    this.#requests = requests;
    this.#serviceTime = compileVariate(settings.serviceTime);
    this.#constant = this.#serviceTime.constant ? this.#serviceTime.mean : -1;
    this.#slowdown = settings.slowdown;
    this.#work = sim.keyedStream(`${settings.name}/serviceTime`);
    this.#slowed = sim.keyedStream(`${settings.name}/slowed`);
  }

  /** Whole microseconds, for a job that has just taken its server: the replica counts it already. */
  of(request: number, path: number, replica: Replica): number {
    let time = this.#constant;
    if (time < 0) time = this.#serviceTime.draw(this.#work.at(this.#requests.ordinal(request), path));
    const slowdown = this.#slowdown;
    if (slowdown !== null) {
      const n = replica.busy;
      if (slowdown.kind === 'perConcurrent') time += slowdown.perConcurrentUs * n;
      else time *= 1 + slowdown.sigma * (n - 1) + slowdown.kappa * n * (n - 1);
    }
    time *= replica.slow;
    if (replica.slowsSome.length > 0) time *= this.#slowedBy(request, path, replica);
    return Math.floor(time + 0.5);
  }

  #slowedBy(request: number, path: number, replica: Replica): number {
    const ordinal = this.#requests.ordinal(request);
    let factor = 1;
    for (const some of replica.slowsSome) {
      if (this.#slowed.at(ordinal, childPath(path, some.serial)).uniform() < some.share) factor *= some.factor;
    }
    return factor;
  }
}
