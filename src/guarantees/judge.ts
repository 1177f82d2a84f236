/**
 * Judges a history while it goes by, chunk by chunk.
 *
 *   chunk ─▶ each record ─▶ benches of its resource ─▶ folds that want its kind ─▶ lives
 *                                                      … at the end: a finding a promise
 *
 * It knows promises, checkers and records; what a queue is, it does not know.
 */
import type { HistoryChunk, Names } from '../history/index.ts';
import type { Checker, End, Fold, Seen } from './checker.ts';
import { KINDS, PHASE, What } from './codes.ts';
import { Places } from './columns.ts';
import { Lives } from './lives.ts';
import { type Probe, ProbeCounts, Prober } from './probes.ts';
import { type Promised, PromiseSettings, type Promises, type ResourcePromises } from './promises.ts';
import type { Registry } from './registry.ts';
import { type Finding, unknown } from './verdict.ts';

export interface Judged extends Finding {
  readonly guarantee: string;
  readonly resource: string;
}

export interface Judgement {
  readonly findings: readonly Judged[];
  /** How often each rare situation was met. */
  readonly probes: Readonly<Record<Probe, number>>;
}

export interface JudgeOptions {
  /** Answers may lack the service's own time: then it lies between call and answer, which are kept in mind. Default false. */
  readonly inexact?: boolean;
}

/** A fold at work, or one that has fallen over. */
interface Seat {
  readonly guarantee: string;
  readonly fold: Fold | null;
  /** Why it can't say anything. */
  error: string | null;
}

/** The record under the eyes of a bench. */
class Sight implements Seen {
  chunk: HistoryChunk;
  row = 0;
  n = 0;
  what = 0;
  us = 0;
  earliestUs = 0;
  latestUs = 0;
  entity = -1;
  message = -1;
  group = -1;
  other = false;
  readonly lives: Lives;

  constructor(lives: Lives, chunk: HistoryChunk) {
    this.lives = lives;
    this.chunk = chunk;
  }
}

/** All promises of one resource. */
class Bench {
  readonly of: ResourcePromises;
  readonly lives: Lives;
  readonly seats: Seat[] = [];
  readonly #wanting: Seat[][] = Array.from({ length: KINDS }, () => []);
  readonly #entities = new Places();
  readonly #messages = new Places();
  readonly #groups = new Places();
  readonly #prober: Prober;
  /** Whether it keeps lives, counts rare situations, gives places to entities, to messages and groups. */
  readonly #keepsLives: boolean;
  readonly #probesAll: boolean;
  readonly #probesRequests: boolean;
  readonly #placesMessages: boolean;
  #sight: Sight | null = null;

  constructor(of: ResourcePromises, checkers: readonly Checker[], probes: ProbeCounts) {
    this.of = of;
    this.lives = new Lives(of.visibilityUs ?? 0, of.retentionUs);
    const takesDeadLetters = of.promises.some(({ guarantee }) => guarantee === 'dead-letters');
    this.#prober = new Prober(probes, takesDeadLetters);
    const { scope = 'resource' } = of;
    this.#keepsLives = scope === 'resource' && of.visibilityUs !== undefined;
    this.#probesAll = scope === 'resource';
    this.#probesRequests = scope === 'client';
    this.#placesMessages = scope === 'resource';
    for (const promised of of.promises) this.#seat(promised, checkers);
  }

  #seat(promised: Promised, checkers: readonly Checker[]): void {
    const { guarantee } = promised;
    const checker = checkers.find((one) => one.guarantee === guarantee);
    const seat = ((): Seat => {
      if (checker === undefined)
        return { guarantee, fold: null, error: `Nobody can check it on resources of the kind ${this.of.kind}.` };
      try {
        return { guarantee, fold: checker.start(new PromiseSettings(promised, this.of)), error: null };
      } catch (error) {
        return { guarantee, fold: null, error: failureOf(error) };
      }
    })();
    this.seats.push(seat);
    for (const what of seat.fold?.wants ?? []) this.#wanting[what]?.push(seat);
  }

  see(chunk: HistoryChunk, row: number, earliestUs: number, latestUs: number, other: boolean): void {
    const what = chunk.what[row] as number;
    const seats = this.#wanting[what] as Seat[];
    const isOwn = !other && (this.#probesAll || (this.#probesRequests && what <= What.requestUnknown));
    if (seats.length === 0 && !isOwn) return;
    this.#sight ??= new Sight(this.lives, chunk);
    const sight = this.#sight;
    sight.chunk = chunk;
    sight.row = row;
    sight.n = chunk.first + row;
    sight.what = what;
    sight.us = chunk.us[row] as number;
    sight.earliestUs = earliestUs;
    sight.latestUs = latestUs;
    sight.entity = this.#entities.place(chunk.entity[row] as number);
    if (this.#placesMessages) {
      sight.message = this.#messages.place(chunk.message[row] as number);
      sight.group = this.#groups.place(chunk.group[row] as number);
    }
    sight.other = other;
    this.#show(seats, sight);
    if (!isOwn) return;
    this.#prober.see(sight);
    if (this.#keepsLives) this.lives.note(sight);
  }

  #show(seats: readonly Seat[], sight: Sight): void {
    let at = 0;
    try {
      for (; at < seats.length; at++) (seats[at] as Seat).fold?.see(sight);
    } catch (error) {
      this.#fell(seats[at] as Seat, error);
      // Those after it have not seen the record: now without it.
      this.#show(seats.slice(at + 1), sight);
    }
  }

  scan(chunk: HistoryChunk): void {
    for (const seat of this.seats) {
      try {
        if (seat.error === null) seat.fold?.scan?.(chunk);
      } catch (error) {
        this.#fell(seat, error);
      }
    }
  }

  /** It has said nothing, and is shown nothing any more. */
  #fell(seat: Seat, error: unknown): void {
    seat.error = failureOf(error);
    this.#wanting.forEach((seats, what) => {
      this.#wanting[what] = seats.filter((one) => one !== seat);
    });
  }

  findings(end: End): Judged[] {
    const { resource } = this.of;
    return this.seats.map((seat) => {
      const { guarantee } = seat;
      try {
        if (seat.error === null) return { guarantee, resource, ...(seat.fold as Fold).finish(end) };
      } catch (error) {
        seat.error = failureOf(error);
      }
      return { guarantee, resource, ...unknown({}, seat.error) };
    });
  }
}

function failureOf(error: unknown): string {
  return `The checker failed: ${error instanceof Error ? error.message : String(error)}.`;
}

/** Whom a record concerns. */
interface Route {
  readonly bench: Bench;
  readonly other: boolean;
}

export class Judge {
  readonly #benches: readonly Bench[];
  readonly #probes = new ProbeCounts();
  readonly #runBenches: readonly Bench[];
  readonly #byResource: (readonly Route[])[] = [];
  readonly #byClient: (readonly Bench[])[] = [];
  /** When each call began that was not answered: only where answers do not say when they were given. */
  readonly #began: Map<number, number> | null;
  #faults = 0;
  #healed = false;
  #quiesced = false;
  #ended = false;
  #lastUs = 0;
  #lastActivityUs = 0;
  readonly #read = new Set<string>();
  readonly #measured = new Map<string, number>();

  constructor(promises: Promises, registry: Registry, options: JudgeOptions = {}) {
    this.#benches = promises.map((of) => new Bench(of, registry[of.kind] ?? [], this.#probes));
    this.#runBenches = this.#benches.filter(({ of }) => of.scope === 'all');
    this.#began = options.inexact === true ? new Map() : null;
  }

  take(chunk: HistoryChunk, names: Names): void {
    const { count } = chunk;
    for (const bench of this.#runBenches) bench.scan(chunk);
    for (let row = 0; row < count; row++) this.#see(chunk, row, names);
  }

  #see(chunk: HistoryChunk, row: number, names: Names): void {
    const what = chunk.what[row] as number;
    const us = chunk.us[row] as number;
    this.#lastUs = us;
    if (what >= What.faultInvoke) this.#mark(what, chunk, row, names);
    else if (what !== What.left) this.#lastActivityUs = us;
    const served = chunk.servedUs[row] as number;
    let earliestUs = served;
    let latestUs = served;
    if (served < 0) {
      latestUs = us;
      earliestUs = this.#began === null ? us : this.#beganAt(this.#began, what, chunk.call[row] as number, us);
    }
    const resource = chunk.resource[row] as number;
    const routes = this.#byResource[resource] ?? this.#routesTo(resource, names);
    for (let i = 0; i < routes.length; i++) {
      const { bench, other } = routes[i] as Route;
      bench.see(chunk, row, earliestUs, latestUs, other);
    }
    const client = chunk.client[row] as number;
    const clients = this.#byClient[client] ?? this.#benchesOf(client, names);
    for (let i = 0; i < clients.length; i++) (clients[i] as Bench).see(chunk, row, earliestUs, latestUs, false);
  }

  /** When the call began whose answer this is; a call that is not known began with the answer. */
  #beganAt(began: Map<number, number>, what: number, call: number, us: number): number {
    if (call < 0) return us;
    if ((what & PHASE) !== 0) return began.get(call) ?? us;
    began.set(call, us);
    return us;
  }

  #mark(what: number, chunk: HistoryChunk, row: number, names: Names): void {
    const resource = names.name(chunk.resource[row] as number);
    if (what === What.faultInvoke) {
      this.#faults++;
      this.#probes.hit('fault');
    } else if (what === What.faultOk) this.#faults--;
    else if (what === What.healed) this.#healed = true;
    else if (what === What.quiesced) this.#quiesced = true;
    else if (what === What.read) this.#read.add(resource);
    else if (what === What.measured) this.#measured.set(resource, chunk.value[row] as number);
    else if (what === What.end) this.#ended = true;
  }

  #routesTo(resource: number, names: Names): readonly Route[] {
    const name = names.name(resource);
    const routes: Route[] = [];
    for (const bench of this.#benches) {
      const { scope = 'resource', resource: own, watch = [] } = bench.of;
      if (scope !== 'resource') continue;
      if (own === name) routes.push({ bench, other: false });
      else if (watch.includes(name)) routes.push({ bench, other: true });
    }
    this.#byResource[resource] = routes;
    return routes;
  }

  #benchesOf(client: number, names: Names): readonly Bench[] {
    const name = names.name(client);
    const benches = this.#benches.filter(({ of }) => of.scope === 'client' && of.resource === name);
    this.#byClient[client] = benches;
    return benches;
  }

  /** `truncated`: records are missing at the end. */
  finish(truncated = false): Judgement {
    const findings = this.#benches.flatMap((bench) =>
      bench.findings({
        endUs: this.#lastUs,
        unfit: (restUs) => this.#unfit(bench.of, restUs, truncated),
        measuredUs: this.#measured.get(bench.of.resource) ?? null,
        lives: bench.lives,
      }),
    );
    return { findings, probes: this.#probes.all() };
  }

  #unfit({ resource, reads = [resource] }: ResourcePromises, restUs: number, truncated: boolean): string | null {
    if (truncated) return 'The history was too long to be kept, so its end is not known.';
    if (!this.#ended) return 'The history has no end.';
    if (this.#faults > 0 || !this.#healed) return 'The run ended before its faults were over.';
    if (!(this.#quiesced || this.#lastUs - this.#lastActivityUs >= restUs))
      return 'The run ended before the system came to rest.';
    return reads.every((name) => this.#read.has(name)) ? null : 'There was no final read.';
  }
}
