/**
 * Judges a history while it goes by, chunk by chunk.
 *
 *   chunk ─▶ each record ─▶ benches of its resource, and of its client ─▶ folds … at the end: a finding a promise
 *
 * It knows promises, checkers and records; what a queue is, it does not know.
 */
import type { HistoryChunk, Names } from '../history/index.ts';
import { Bench, type Desk, type Judged } from './bench.ts';
import * as What from './codes.ts';
import { PHASE } from './phases.ts';
import { type Probe, ProbeCounts } from './probes.ts';
import type { Promises, ResourcePromises } from './promises.ts';
import type { Registry } from './registry.ts';

export type { Judged } from './bench.ts';

export interface Judgement {
  readonly findings: readonly Judged[];
  /** How often each rare situation was met. */
  readonly probes: Readonly<Record<Probe, number>>;
}

export interface JudgeOptions {
  /** Answers may lack the service's own time: then it lies between call and answer, which are kept in mind. Default false. */
  readonly inexact?: boolean;
}

export class Judge {
  readonly #benches: readonly Bench[];
  readonly #probes = new ProbeCounts();
  readonly #runBenches: readonly Bench[];
  /** Where the records of a resource, and of a client, are put down. */
  readonly #byResource: (readonly Desk[])[] = [];
  readonly #byClient: (readonly Desk[])[] = [];
  /** When each call began that was not answered: only where answers do not say when they were given. */
  readonly #began: Map<number, number> | null;
  /** When each record of the chunk took effect: between these two. */
  #earliestUs = new Float64Array(0);
  #latestUs = new Float64Array(0);
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
    for (const bench of this.#runBenches) bench.scanRun(chunk);
    this.#findTimes(chunk);
    for (const bench of this.#benches) bench.begin(chunk, this.#earliestUs, this.#latestUs);
    this.#putDown(chunk, names);
    this.#lookAround(chunk, names);
    for (const bench of this.#benches) bench.take();
  }

  /** Puts each record down where it is wanted: runs of the same resource, and of the same client, since most come in runs. */
  #putDown({ count, what, resource, client }: HistoryChunk, names: Names): void {
    for (let from = 0; from < count; ) {
      const on = resource[from] as number;
      let to = from + 1;
      while (to < count && resource[to] === on) to++;
      putDown(this.#byResource[on] ?? this.#desksOfResource(on, names), what, from, to);
      from = to;
    }
    for (let from = 0; from < count; ) {
      const by = client[from] as number;
      let to = from + 1;
      while (to < count && client[to] === by) to++;
      putDown(this.#byClient[by] ?? this.#desksOfClient(by, names), what, from, to);
      from = to;
    }
  }

  /** Looks for what concerns everybody: the last instants, and what no client tells. */
  #lookAround(chunk: HistoryChunk, names: Names): void {
    const { count, what, us } = chunk;
    let active = -1;
    for (let row = 0; row < count; row++) {
      const kind = what[row] as number;
      if (kind >= What.faultInvoke) this.#mark(kind, chunk, row, names);
      else if (kind !== What.left) active = row;
    }
    if (count > 0) this.#lastUs = us[count - 1] as number;
    if (active >= 0) this.#lastActivityUs = us[active] as number;
  }

  /** When each record took effect. */
  #findTimes({ length, count, us, servedUs, what, call }: HistoryChunk): void {
    const began = this.#began;
    if (length > this.#latestUs.length) {
      this.#latestUs = new Float64Array(length);
      this.#earliestUs = began === null ? this.#latestUs : new Float64Array(length);
    }
    const [earliest, latest] = [this.#earliestUs, this.#latestUs];
    for (let row = 0; row < count; row++) {
      const served = servedUs[row] as number;
      const told = us[row] as number;
      latest[row] = served < 0 ? told : served;
      if (began === null) continue;
      earliest[row] = served < 0 ? this.#beganAt(began, what[row] as number, call[row] as number, told) : served;
    }
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

  #desksOfResource(resource: number, names: Names): readonly Desk[] {
    const name = names.name(resource);
    const desks: Desk[] = [];
    for (const bench of this.#benches) {
      const { scope = 'resource', resource: own, watch = [] } = bench.of;
      if (scope !== 'resource') continue;
      if (own === name) desks.push(bench.desk(false));
      else if (watch.includes(name)) desks.push(bench.desk(true));
    }
    this.#byResource[resource] = desks;
    return desks;
  }

  #desksOfClient(client: number, names: Names): readonly Desk[] {
    const name = names.name(client);
    const benches = this.#benches.filter(({ of }) => of.scope === 'client' && of.resource === name);
    const desks = benches.map((bench) => bench.desk(false));
    this.#byClient[client] = desks;
    return desks;
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

function putDown(desks: readonly Desk[], what: Uint8Array, from: number, to: number): void {
  for (let i = 0; i < desks.length; i++) {
    const { wanted, isOther, sightings } = desks[i] as Desk;
    sightings.add(from, to, what, wanted, isOther);
  }
}
