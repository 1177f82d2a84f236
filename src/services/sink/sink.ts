/**
 * Where messages end that nobody here works on: mailboxes, phones, a partner's endpoint. It takes any load, each message in its own time.
 *
 *   call ─▶ down? ─▶ fails by chance? ─▶ its time ─▶ reply
 */
import { compileVariate, type KeyedStream, type Simulation, type Variate } from '../../kernel/index.ts';
import { type Callee, type Caller, type Counter, type Metrics, Outcome, type Requests } from '../ports.ts';
import type { SinkSettings } from './settings.ts';

/** A message on its way to where it should be. */
interface Passage {
  readonly request: number;
  readonly caller: Caller;
  readonly tag: number;
  left: boolean;
}

export class Sink implements Callee {
  readonly settings: SinkSettings;
  readonly #sim: Simulation;
  readonly #requests: Requests;
  readonly #time: Variate;
  readonly #times: KeyedStream;
  readonly #luck: KeyedStream;
  readonly #received: Counter;
  readonly #failed: Counter;
  readonly #passages = new Map<number, Passage>();
  #next = 0;
  /** Of faults in force: how often it is down, and the share that fails. */
  #down = 0;
  readonly #errors: number[] = [];
  readonly #arrive = (ticket: number): void => {
    const { request, caller, tag, left } = this.#passages.get(ticket) as Passage;
    this.#passages.delete(ticket);
    if (left) caller.onLateReply(request, Outcome.ok);
    else caller.onReply(tag, Outcome.ok);
    this.#requests.release(request);
  };

  constructor(
    sim: Simulation,
    settings: SinkSettings,
    ports: { readonly requests: Requests; readonly metrics: Metrics },
  ) {
    this.settings = settings;
    this.#sim = sim;
    this.#requests = ports.requests;
    this.#time = compileVariate(settings.time);
    this.#times = sim.keyedStream(`${settings.name}/time`);
    this.#luck = sim.keyedStream(`${settings.name}/failure`);
    this.#received = ports.metrics.counter('MessagesReceived', 'Count');
    this.#failed = ports.metrics.counter('MessagesFailed', 'Count');
  }

  call(request: number, path: number, caller: Caller, tag: number): number {
    const ordinal = this.#requests.ordinal(request);
    if (this.#down > 0) return this.#refuse(caller, tag, Outcome.unavailable);
    const { failureRate } = this.settings;
    const share = this.#errors.reduce((well, each) => well * (1 - each), 1 - failureRate);
    if (share < 1 && this.#luck.at(ordinal, path).uniform() >= share) return this.#refuse(caller, tag, Outcome.failed);
    this.#received.add(1);
    const ticket = this.#next++;
    this.#requests.retain(request);
    this.#passages.set(ticket, { request, caller, tag, left: false });
    const us = this.#time.constant ? this.#time.mean : this.#time.draw(this.#times.at(ordinal, path));
    this.#sim.schedule(Math.floor(us + 0.5), this.#arrive, ticket);
    return ticket;
  }

  abandon(ticket: number): void {
    // What has left cannot be called back.
    (this.#passages.get(ticket) as Passage).left = true;
  }

  disown(): void {}

  /** Nobody answers until the returned function is called. */
  takeDown(): () => void {
    this.#down++;
    return () => {
      this.#down--;
    };
  }

  /** A share of the attempts fails, besides its own; the returned function ends it. */
  impair(errors: number): () => void {
    this.#errors.push(errors);
    return () => {
      this.#errors.splice(this.#errors.indexOf(errors), 1);
    };
  }

  #refuse(caller: Caller, tag: number, outcome: Outcome): number {
    this.#failed.add(1);
    caller.onReply(tag, outcome);
    return -1;
  }
}
