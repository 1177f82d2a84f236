/**
 * The outside world of one traffic: requests arrive at their instants (or from users who think in between) and are sent to the entry of the
 * design through the sender's own timeout, retries and breaker.
 *
 *   arrivals ─▶ request (size, key, poison: draws of its own) ─▶ CallPath ─▶ entry
 */
import { CallPath, COPY_PATH } from '../calls/index.ts';
import { compileVariate, type KeyedStream, type Simulation, type Variate } from '../kernel/index.ts';
import { type Callee, type Caller, Outcome, type Witness } from '../services/ports.ts';
import type { KeySampler } from './keys.ts';
import { ordinalOf, type RequestTable } from './requests.ts';
import type { TrafficSettings } from './settings.ts';

export interface SenderPorts {
  readonly requests: RequestTable;
  readonly entry: Callee;
  /** Whether the answer of the entry means that the work is done (a service), not only taken in (a queue). */
  readonly entryCompletes: boolean;
  /** Default: null. */
  readonly witness?: Witness | null;
}

export interface SenderOptions {
  /** Place of the traffic among all, from 0. */
  readonly index: number;
  readonly warmupUs: number;
  readonly horizonUs: number;
  /** Instants of arrival, microseconds with fractions, ascending; null in a closed loop. */
  readonly arrivals: { next(): number } | null;
  readonly keys: KeySampler | null;
}

/** Bit of a tag that marks the second send of a request that the producer duplicates. */
const COPY = 1 << 30;

export class Sender implements Caller {
  readonly #sim: Simulation;
  readonly #settings: TrafficSettings;
  readonly #options: SenderOptions;
  readonly #requests: RequestTable;
  readonly #path: CallPath;
  readonly #witness: Witness | null;
  readonly #size: Variate;
  readonly #sizes: KeyedStream;
  readonly #keyDraws: KeyedStream;
  readonly #poisonDraws: KeyedStream;
  readonly #copyDraws: KeyedStream;
  readonly #think: Variate | null;
  readonly #thinkDraws: KeyedStream;
  /** In a closed loop: the user behind each request in the system. */
  readonly #users = new Map<number, number>();
  readonly #turns: number[] = [];
  #order = 0;
  #instant = 0;

  readonly #arrive = (): void => {
    this.#send(-1);
    this.#scheduleNext();
  };
  readonly #userSends = (user: number): void => {
    if (this.#sim.now <= this.#options.horizonUs) this.#send(user);
  };

  constructor(sim: Simulation, settings: TrafficSettings, ports: SenderPorts, options: SenderOptions) {
    this.#sim = sim;
    this.#settings = settings;
    this.#options = options;
    this.#requests = ports.requests;
    this.#size = compileVariate(settings.size);
    this.#sizes = sim.keyedStream(`${settings.name}/size`);
    this.#keyDraws = sim.keyedStream(`${settings.name}/key`);
    this.#poisonDraws = sim.keyedStream(`${settings.name}/poison`);
    this.#copyDraws = sim.keyedStream(`${settings.name}/duplicates`);
    this.#think = settings.source.kind === 'users' ? compileVariate(settings.source.think) : null;
    this.#thinkDraws = sim.keyedStream(`${settings.name}/think`);
    const { requests, entryCompletes } = ports;
    this.#witness = ports.witness ?? null;
    this.#path = new CallPath(sim, settings.name, requests, ports.entry, settings, {
      onAttempt: (request) => requests.attempted(request),
      onServed: (request, outcome) => {
        if (outcome !== Outcome.ok || !entryCompletes) return;
        requests.accept(request);
        requests.complete(request);
      },
    });
  }

  start(): void {
    if (this.#settings.source.kind !== 'users') {
      this.#scheduleNext();
      return;
    }
    for (let user = 0; user < this.#settings.source.users; user++) {
      this.#turns.push(0);
      this.#thinkThenSend(user);
    }
  }

  onReply(tag: number, outcome: Outcome): void {
    if (this.#witness !== null) this.#witness.answered((tag & COPY) === 0 ? 0 : 1, -1, tag & ~COPY, outcome);
    if ((tag & COPY) !== 0) return;
    this.#requests.respond(tag, outcome === Outcome.ok ? 'ok' : outcome === Outcome.timedOut ? 'timedOut' : 'refused');
    if (this.#think === null) return;
    const user = this.#users.get(tag) as number;
    this.#users.delete(tag);
    this.#thinkThenSend(user);
  }

  onLateReply(): void {}

  #scheduleNext(): void {
    const next = (this.#options.arrivals as { next(): number }).next();
    // Gaps accumulate in fractions; the absolute instant is rounded.
    const instant = Math.max(this.#instant, Math.floor(next + 0.5));
    if (!(instant <= this.#options.horizonUs)) return;
    this.#instant = instant;
    this.#sim.scheduleAt(instant, this.#arrive, undefined);
  }

  #thinkThenSend(user: number): void {
    const turn = this.#turns[user] as number;
    this.#turns[user] = turn + 1;
    const think = (this.#think as Variate).draw(this.#thinkDraws.at(user, turn));
    this.#sim.schedule(Math.round(think), this.#userSends, user);
  }

  #send(user: number): void {
    const { index, warmupUs, horizonUs, keys } = this.#options;
    const { duplicates, poison } = this.#settings;
    const now = this.#sim.now;
    const order = this.#order++;
    const draw = ordinalOf(index, order);
    const bytes = this.#size.constant ? this.#size.mean : this.#size.draw(this.#sizes.at(draw, 0));
    const key = keys === null ? -1 : keys.draw(this.#keyDraws.at(draw, 0));
    const isPoison = poison > 0 && this.#poisonDraws.at(draw, 0).uniform() < poison;
    const counted = now >= warmupUs && now <= horizonUs;
    const request = this.#requests.create(
      index,
      order,
      now,
      key,
      Math.max(1, Math.floor(bytes + 0.5)),
      isPoison,
      counted,
    );
    if (user >= 0) this.#users.set(request, user);
    if (this.#witness !== null) this.#witness.requesting(0, -1, request);
    this.#path.call(request, 0, this, request);
    if (duplicates > 0 && this.#copyDraws.at(draw, 0).uniform() < duplicates) {
      if (this.#witness !== null) this.#witness.requesting(1, -1, request);
      this.#path.call(request, COPY_PATH, this, request | COPY);
    }
    this.#requests.release(request);
  }
}
