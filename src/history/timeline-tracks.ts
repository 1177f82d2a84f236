/**
 * Where a timeline draws things: a process for each sender and resource, a thread for each of its instances, and more threads for an
 * instance that does several things at once, since what stands on one thread must not overlap.
 *
 *     workers (consumer)          pid 3
 *       #0        ██ ███ █        tid 300000
 *       #0, 2nd      ██           tid 300001
 *       #1          ████          tid 300002
 */

/** One line of the file, without its comma. */
export type Write = (event: string) => void;

/** Whose track: senders and resources may share a name. */
export interface Party {
  readonly kind: string;
  readonly name: string;
}

export interface Lane {
  readonly pid: number;
  readonly tid: number;
  open: boolean;
  lastStartUs: number;
  lastEndUs: number;
}

interface Process {
  readonly pid: number;
  readonly threads: Map<string, Lane[]>;
  lanes: number;
}

/** Things that one instance can be seen doing at once. */
const MOST_LANES = 64;
/** Thread numbers of one process; those of two processes never meet. */
const THREADS = 100_000;

export class Tracks {
  readonly #write: Write;
  /** Place of each party in declared order. */
  readonly #order: ReadonlyMap<string, number>;
  readonly #processes = new Map<string, Process>();

  constructor(write: Write, declared: readonly Party[]) {
    this.#write = write;
    this.#order = new Map(declared.map((party, i) => [keyOf(party), i + 1]));
  }

  pid(party: Party): number {
    return this.#process(party).pid;
  }

  /**
   * A thread on which nothing is drawn from `startUs` on; null: it does too much at once. `thread`: an instance, or what it is all about;
   * `rank`: its place among the others.
   */
  lane(party: Party, thread: string, rank: number, startUs: number): Lane | null {
    const group = this.#process(party);
    let lanes = group.threads.get(thread);
    if (lanes === undefined) {
      lanes = [];
      group.threads.set(thread, lanes);
    }
    const free = lanes.find((lane) => isFree(lane, startUs));
    if (free !== undefined) return free;
    if (lanes.length === MOST_LANES || group.lanes === THREADS) return null;
    const tid = group.pid * THREADS + group.lanes++;
    const place = rank * MOST_LANES + lanes.length;
    const lane = { pid: group.pid, tid, open: false, lastStartUs: -1, lastEndUs: -1 };
    lanes.push(lane);
    const name = lanes.length === 1 ? thread : `${thread}, ${lanes.length}`;
    this.#name('thread_name', { pid: lane.pid, tid }, { name });
    this.#name('thread_sort_index', { pid: lane.pid, tid }, { sort_index: place });
    return lane;
  }

  #process(party: Party): Process {
    const key = keyOf(party);
    const known = this.#processes.get(key);
    if (known !== undefined) return known;
    const pid = this.#processes.size + 1;
    const group = { pid, threads: new Map<string, Lane[]>(), lanes: 0 };
    this.#processes.set(key, group);
    this.#name('process_name', { pid }, { name: `${party.name} (${party.kind})` });
    this.#name('process_sort_index', { pid }, { sort_index: this.#order.get(key) ?? this.#order.size + pid });
    return group;
  }

  #name(name: string, where: { readonly pid: number; readonly tid?: number }, args: object): void {
    this.#write(JSON.stringify({ name, ph: 'M', ts: 0, ...where, args }));
  }
}

function keyOf({ kind, name }: Party): string {
  return `${kind}/${name}`;
}

/** Two that begin at one instant would be one within the other, and arrows would point at the wrong one. */
function isFree({ open, lastStartUs, lastEndUs }: Lane, startUs: number): boolean {
  return !open && (lastEndUs < startUs || (lastEndUs === startUs && lastStartUs < lastEndUs));
}
