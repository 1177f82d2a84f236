/** A small stage for callers and callees: requests whose holds are counted, callees that follow a script, owners who keep a diary. */
import type { Simulation } from '../../src/kernel/index.ts';
import { type Callee, type Caller, Outcome, type Requests } from '../../src/services/ports.ts';

const NAMES = Object.keys(Outcome) as (keyof typeof Outcome)[];

export function nameOf(outcome: Outcome): keyof typeof Outcome {
  return NAMES[outcome] as keyof typeof Outcome;
}

/** Requests are numbers; who holds them is counted, and giving back too much is an error at once. */
export class CountedRequests implements Requests {
  readonly holds = new Map<number, number>();
  readonly wastedUs = new Map<number, number>();
  /** Those that bear one. */
  readonly keys = new Map<number, number>();

  retain(request: number): void {
    this.holds.set(request, (this.holds.get(request) ?? 0) + 1);
  }
  release(request: number): void {
    const left = (this.holds.get(request) ?? 0) - 1;
    if (left < 0) throw new Error(`request ${request} released once too often`);
    this.holds.set(request, left);
  }
  wasted(request: number, us: number): void {
    this.wastedUs.set(request, (this.wastedUs.get(request) ?? 0) + us);
  }
  ordinal(request: number): number {
    return request;
  }
  bytes(): number {
    return 1024;
  }
  key(request: number): number {
    return this.keys.get(request) ?? -1;
  }
  isPoison(): boolean {
    return false;
  }

  get held(): number {
    return [...this.holds.values()].reduce((sum, holds) => sum + holds, 0);
  }
  get wastedInAll(): number {
    return [...this.wastedUs.values()].reduce((sum, us) => sum + us, 0);
  }
}

/** How a callee answers one call: `ok` at once, `ok@5` after 5 us, `never`. */
export interface Behaviour {
  readonly outcome: Outcome;
  /** -1: at once, within the call. Infinity: never. */
  readonly afterUs: number;
}

export function behaviour(text: string): Behaviour {
  if (text === 'never') return { outcome: Outcome.ok, afterUs: Number.POSITIVE_INFINITY };
  const [name = '', after] = text.split('@');
  const outcome = Outcome[name as keyof typeof Outcome];
  if (outcome === undefined) throw new Error(`behaviour ${text}: expected ok, failed@5, never, …`);
  return { outcome, afterUs: after === undefined ? -1 : Number(after) };
}

interface Turn {
  live: boolean;
  timer: number;
  request: number;
  caller: Caller;
  tag: number;
  left: boolean;
  outcome: Outcome;
}

/**
 * Answers the n-th call with the n-th behaviour, the last one over and over. Tickets are used again as soon as they are free, and using a
 * ticket that is not one's own any more is an error at once.
 */
export class ScriptedCallee implements Callee {
  readonly diary: string[] = [];
  readonly paths: number[] = [];
  readonly #sim: Simulation;
  readonly #script: readonly Behaviour[];
  readonly #requests: Requests;
  readonly #turns: Turn[] = [];
  calls = 0;
  inProgress = 0;
  mostInProgress = 0;

  constructor(sim: Simulation, requests: Requests, script: string | readonly Behaviour[]) {
    this.#sim = sim;
    this.#requests = requests;
    this.#script = typeof script === 'string' ? script.split(' ').map(behaviour) : script;
  }

  call(request: number, path: number, caller: Caller, tag: number): number {
    const { outcome, afterUs } = this.#script[Math.min(this.calls, this.#script.length - 1)] as Behaviour;
    this.calls++;
    this.paths.push(path);
    this.diary.push(`${this.#sim.now} call ${request}`);
    if (afterUs < 0) {
      caller.onReply(tag, outcome);
      return -1;
    }
    const turn: Turn = { live: true, timer: -1, request, caller, tag, left: false, outcome };
    let ticket = this.#turns.findIndex(({ live }) => !live);
    if (ticket < 0) ticket = this.#turns.length;
    this.#turns[ticket] = turn;
    this.#requests.retain(request);
    this.mostInProgress = Math.max(this.mostInProgress, ++this.inProgress);
    if (Number.isFinite(afterUs)) turn.timer = this.#sim.schedule(afterUs, () => this.#answer(turn), null);
    return ticket;
  }

  abandon(ticket: number, stop: boolean): void {
    const turn = this.#own(ticket);
    if (turn.left) throw new Error(`ticket ${ticket} abandoned twice`);
    this.diary.push(`${this.#sim.now} ${stop ? 'stop' : 'leave'} ${turn.request}`);
    turn.left = true;
    if (!stop && turn.timer >= 0) return;
    // Stopped, or without an end: nothing will come of it.
    if (turn.timer >= 0) this.#sim.cancel(turn.timer);
    this.#over(turn);
  }

  disown(ticket: number): void {
    this.diary.push(`${this.#sim.now} disown ${this.#own(ticket).request}`);
  }

  #answer(turn: Turn): void {
    const { caller, tag, request, outcome, left } = turn;
    turn.live = false;
    this.inProgress--;
    if (left) caller.onLateReply(request, outcome);
    else caller.onReply(tag, outcome);
    this.#requests.release(request);
  }

  #over(turn: Turn): void {
    turn.live = false;
    this.inProgress--;
    this.#requests.release(turn.request);
  }

  #own(ticket: number): Turn {
    const turn = this.#turns[ticket];
    if (turn === undefined || !turn.live) throw new Error(`ticket ${ticket} is stale`);
    return turn;
  }
}

/** Keeps a diary of what it is told; every tag may be answered once. */
export class Owner implements Caller {
  readonly diary: string[] = [];
  readonly answers = new Map<number, Outcome>();
  readonly late: string[] = [];
  readonly #sim: Simulation;
  /** What to do on an answer, for stories in which one call brings about the next. */
  then: ((tag: number, outcome: Outcome) => void) | null = null;

  constructor(sim: Simulation) {
    this.#sim = sim;
  }

  onReply(tag: number, outcome: Outcome): void {
    if (this.answers.has(tag)) throw new Error(`tag ${tag} answered twice`);
    this.answers.set(tag, outcome);
    this.diary.push(`${this.#sim.now} ${nameOf(outcome)}`);
    this.then?.(tag, outcome);
  }

  onLateReply(request: number, outcome: Outcome): void {
    this.late.push(`${this.#sim.now} late ${nameOf(outcome)} ${request}`);
  }
}
