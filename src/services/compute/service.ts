/**
 * A synchronous service: replicas of servers behind a bounded line, and the calls it makes in turn.
 *
 *   call ─▶ balance ─▶ [ line (fifo | lifo) ] ─▶ server: own time ─▶ calls[0] ─▶ calls[1] … ─▶ reply
 *             │ full, too many connections, down, waited too long: refused
 *
 * At one instant: services end before ordinary events, so that an arrival finds the server free; a server is released and the next job
 * taken in before the reply leaves, so that a retry at once joins behind those who waited.
 */
import {
  type CallPath,
  childPath,
  grownFloat64,
  grownInt32,
  grownUint8,
  grownUint32,
  repeatedCallPath,
} from '../../calls/index.ts';
import { compileVariate, type KeyedStream, type Simulation, type Variate } from '../../kernel/index.ts';
import {
  type Callee,
  type Caller,
  type Level,
  type Metrics,
  type Observations,
  Outcome,
  type Requests,
} from '../ports.ts';
import { ProcessorSharing } from './processor-sharing.ts';
import { Replica } from './replica.ts';
import type { ServiceSettings } from './settings.ts';

/** Part of a service that a fault strikes: all of it where everything is null. */
export interface Part {
  readonly replica: number | null;
  readonly zone: string | null;
  readonly share: number | null;
}

/** What a fault does to the part it strikes. */
export interface Impairment extends Part {
  /** Factor on service times begun while it lasts; null: none. With a `share`, each job is hit with that probability. */
  readonly slow: number | null;
  /** Share of calls that end in an error after their service; null: none. */
  readonly errors: number | null;
}

export interface ServicePorts {
  readonly requests: Requests;
  readonly metrics: Metrics;
}

/** The end of a service goes before the ordinary events of its instant: who arrives then finds the server free. */
const RELEASE = 0;

const Free = 0;
const Queued = 1;
const Serving = 2;
const Calling = 3;
/** Ended before its service event came; the slot waits for that event. */
const Zombie = 4;

function covers(part: Part, index: number, replica: Replica): boolean {
  return (part.replica === null || part.replica === index) && (part.zone === null || part.zone === replica.zone);
}

export class Service implements Callee, Caller {
  readonly settings: ServiceSettings;
  readonly #sim: Simulation;
  readonly #requests: Requests;
  readonly #replicas: Replica[] = [];
  readonly #sharing: ProcessorSharing[] = [];
  readonly #serviceTime: Variate;
  readonly #constantTime: number;
  readonly #work: KeyedStream;
  readonly #luck: KeyedStream;
  readonly #choices: KeyedStream;
  readonly #slowed: KeyedStream;
  readonly #balance: KeyedStream;
  #calls: readonly CallPath[] = [];
  #occurrence: readonly number[] = [];
  readonly #probability: readonly number[];
  #turn = 0;

  readonly #impairments: { readonly impairment: Impairment; readonly serial: number }[] = [];
  #impaired = 0;
  readonly #shares: boolean;
  /** Servers of all replicas when nothing is wrong. */
  readonly #capacity: number;
  #inUse = 0;

  readonly #inSystem: Level;
  readonly #queueLength: Level;
  readonly #busy: Level;
  /** null where there is no limit to use. */
  readonly #utilisation: Level | null;
  readonly #wait: Observations;

  #state = new Uint8Array(64);
  /** 1: its caller has left; 2: its caller waits, but for nobody. */
  #orphan = new Uint8Array(64);
  #callIndex = new Int32Array(64);
  #replica = new Int32Array(64);
  #request = new Int32Array(64);
  #path = new Uint32Array(64);
  #tag = new Int32Array(64);
  #ticket = new Int32Array(64);
  #next = new Int32Array(64);
  #previous = new Int32Array(64);
  #arrived = new Float64Array(64);
  /** When it got its server; -1 while it holds none. */
  #started = new Float64Array(64);
  /** Server time spent on it, microseconds. */
  #spent = new Float64Array(64);
  /** With processor sharing: the work it asked for, microseconds. */
  #asked = new Float64Array(64);
  readonly #caller: (Caller | null)[] = [];
  readonly #free: number[] = [];
  #used = 0;

  readonly #served = (job: number): void => {
    this.#ownTimeOver(job);
  };

  constructor(sim: Simulation, settings: ServiceSettings, ports: ServicePorts) {
    this.settings = settings;
    this.#sim = sim;
    this.#requests = ports.requests;
    this.#serviceTime = compileVariate(settings.serviceTime);
    this.#constantTime = this.#serviceTime.constant ? this.#serviceTime.mean : -1;
    this.#work = sim.keyedStream(`${settings.name}/serviceTime`);
    this.#luck = sim.keyedStream(`${settings.name}/failure`);
    this.#choices = sim.keyedStream(`${settings.name}/calls`);
    this.#slowed = sim.keyedStream(`${settings.name}/slowed`);
    this.#balance = sim.keyedStream(`${settings.name}/balance`);
    this.#probability = settings.calls.map((call) => call.probability);
    const { metrics } = ports;
    this.#inSystem = metrics.level('InSystem', 'Count', true);
    this.#queueLength = metrics.level('QueueLength', 'Count');
    this.#busy = metrics.level('BusyServers', 'Count');
    this.#wait = metrics.observations('WaitMs', 'Milliseconds');
    this.#utilisation = settings.servers === null ? null : metrics.level('Utilisation', 'None');
    this.#capacity = (settings.servers ?? 0) * settings.replicas;
    this.#shares = settings.discipline === 'processor-sharing';
    for (let i = 0; i < settings.replicas; i++) {
      const zone = settings.zones.length === 0 ? null : (settings.zones[i % settings.zones.length] as string);
      this.#replicas.push(new Replica(settings.servers, zone));
      if (this.#shares) {
        this.#sharing.push(new ProcessorSharing(sim, settings.servers ?? Number.POSITIVE_INFINITY, this.#served));
      }
    }
  }

  /** Wires the services behind; `calls[i]` serves `settings.calls[i]`. */
  connect(calls: readonly CallPath[]): void {
    this.#calls = calls;
    const seen = new Map<string, number>();
    this.#occurrence = this.settings.calls.map(({ to }) => {
      const before = seen.get(to) ?? 0;
      seen.set(to, before + 1);
      return before;
    });
  }

  // --- the callee ---

  call(request: number, path: number, caller: Caller, tag: number): number {
    const index = this.#choose(request, path);
    const replica = this.#replicas[index] as Replica;
    const refusal = this.#refusal(replica);
    if (refusal !== null) {
      caller.onReply(tag, refusal);
      return -1;
    }
    const job = this.#take();
    this.#orphan[job] = 0;
    this.#replica[job] = index;
    this.#request[job] = request;
    this.#path[job] = path;
    this.#tag[job] = tag;
    this.#ticket[job] = -1;
    this.#arrived[job] = this.#sim.now;
    this.#started[job] = -1;
    this.#spent[job] = 0;
    this.#caller[job] = caller;
    this.#requests.retain(request);
    replica.inSystem++;
    this.#inSystem.add(1);
    if (replica.free || this.#shares) this.#start(job, replica);
    else this.#enqueue(job, replica);
    return job;
  }

  abandon(job: number, stop: boolean): void {
    if (!stop) {
      this.#orphan[job] = 1;
      this.#disownCall(job);
      return;
    }
    const replica = this.#replicaOf(job);
    const state = this.#state[job];
    if (state === Calling) this.#leaveCall(job, true);
    if (state === Queued) this.#unlink(job, replica);
    this.#stopServing(job, replica);
    const request = this.#request[job] as number;
    this.#account(job, false);
    this.#giveUp(job, replica, state === Serving && !this.#shares);
    this.#fill(replica);
    this.#requests.release(request);
  }

  disown(job: number): void {
    if (this.#orphan[job] === 0) this.#orphan[job] = 2;
    this.#disownCall(job);
  }

  // --- the caller of the services behind ---

  onReply(job: number, outcome: Outcome): void {
    this.#ticket[job] = -1;
    if (outcome !== Outcome.ok) this.#finish(job, Outcome.failed);
    else {
      this.#callIndex[job] = (this.#callIndex[job] as number) + 1;
      this.#callNext(job);
    }
  }

  onLateReply(): void {}

  // --- faults ---

  /** Slows a part down or makes it fail now and then; the returned function ends it. */
  impair(impairment: Impairment): () => void {
    const entry = { impairment, serial: ++this.#impaired };
    this.#impairments.push(entry);
    this.#applyImpairments();
    return () => {
      this.#impairments.splice(this.#impairments.indexOf(entry), 1);
      this.#applyImpairments();
    };
  }

  /**
   * Takes servers away: what they have in hand fails, at once. Where the last one of a replica goes, those who wait fail too, and calls are
   * answered `unavailable`. With processor sharing no job belongs to a processor: those in service go on with what is left.
   */
  takeDown(part: Part): () => void {
    const taken = this.#partOf(part);
    for (const [index, servers] of taken) this.#reduce(index, servers);
    return () => {
      for (const [index, servers] of taken) this.#restore(index, servers);
    };
  }

  // --- a job's life ---

  /** The balancers do not look after health, as one without health checks: only `leastConnections` sees that nobody takes a connection. */
  #choose(request: number, path: number): number {
    const n = this.#replicas.length;
    if (n === 1) return 0;
    if (this.settings.balance === 'random') {
      return Math.floor(this.#balance.at(this.#requests.ordinal(request), path).uniform() * n);
    }
    if (this.settings.balance === 'roundRobin') {
      const index = this.#turn;
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

  #refusal(replica: Replica): Outcome | null {
    if (replica.down) return Outcome.unavailable;
    const { connections, maxQueue } = this.settings;
    if (connections !== null && replica.inSystem >= connections) return Outcome.refused;
    if (maxQueue === null) return null;
    // Nobody waits where processors are shared: the places are those of the servers and of the queue together.
    const full = this.#shares
      ? replica.busy >= replica.servers + maxQueue
      : !replica.free && replica.waiting >= maxQueue;
    return full ? Outcome.refused : null;
  }

  #enqueue(job: number, replica: Replica): void {
    this.#state[job] = Queued;
    replica.waiting++;
    this.#queueLength.add(1);
    if (this.settings.discipline === 'lifo') this.#linkFirst(job, replica);
    else this.#linkLast(job, replica);
  }

  /** Takes waiting jobs in while there are free servers. */
  #fill(replica: Replica): void {
    while (replica.head >= 0 && replica.free) {
      const job = replica.head;
      this.#unlink(job, replica);
      const shed = this.settings.shedAfterUs;
      if (shed !== null && this.#sim.now - (this.#arrived[job] as number) > shed)
        this.#turnAway(job, replica, Outcome.refused);
      else this.#start(job, replica);
    }
  }

  /** The end of a job that never had a server and is out of the line already. */
  #turnAway(job: number, replica: Replica, outcome: Outcome): void {
    const caller = this.#caller[job] as Caller;
    const tag = this.#tag[job] as number;
    const request = this.#request[job] as number;
    const orphan = this.#orphan[job] === 1;
    this.#giveUp(job, replica, false);
    if (orphan) caller.onLateReply(request, outcome);
    else caller.onReply(tag, outcome);
    this.#requests.release(request);
  }

  #start(job: number, replica: Replica): void {
    const now = this.#sim.now;
    this.#state[job] = Serving;
    this.#started[job] = now;
    replica.busy++;
    this.#noteUse(replica);
    this.#wait.record((now - (this.#arrived[job] as number)) / 1000);
    const time = this.#ownTime(job, replica);
    if (this.#shares) {
      this.#asked[job] = time;
      (this.#sharing[this.#replica[job] as number] as ProcessorSharing).start(job, time);
    } else {
      this.#sim.schedule(time, this.#served, job, RELEASE);
    }
  }

  #ownTime(job: number, replica: Replica): number {
    let time = this.#constantTime;
    if (time < 0) {
      const ordinal = this.#requests.ordinal(this.#request[job] as number);
      time = this.#serviceTime.draw(this.#work.at(ordinal, this.#path[job] as number));
    }
    const { slowdown } = this.settings;
    if (slowdown !== null) {
      const n = replica.busy;
      if (slowdown.kind === 'perConcurrent') time += slowdown.perConcurrentUs * n;
      else time *= 1 + slowdown.sigma * (n - 1) + slowdown.kappa * n * (n - 1);
    }
    time *= replica.slow;
    if (replica.slowsSome.length > 0) time *= this.#slowedBy(job, replica);
    return Math.floor(time + 0.5);
  }

  #slowedBy(job: number, replica: Replica): number {
    const ordinal = this.#requests.ordinal(this.#request[job] as number);
    let factor = 1;
    for (const some of replica.slowsSome) {
      const path = childPath(this.#path[job] as number, some.serial);
      if (this.#slowed.at(ordinal, path).uniform() < some.share) factor *= some.factor;
    }
    return factor;
  }

  #ownTimeOver(job: number): void {
    if (this.#state[job] === Zombie) {
      this.#recycle(job);
      return;
    }
    if (this.#fails(job)) {
      this.#finish(job, Outcome.failed);
      return;
    }
    if (this.#calls.length === 0) {
      this.#finish(job, Outcome.ok);
      return;
    }
    this.#state[job] = Calling;
    this.#callIndex[job] = 0;
    if (!this.settings.blocking || this.#shares) {
      const replica = this.#replicaOf(job);
      this.#releaseServer(job, replica, 0);
      this.#fill(replica);
    }
    this.#callNext(job);
  }

  #fails(job: number): boolean {
    const own = this.settings.failureRate;
    const { errors } = this.#replicaOf(job);
    if (own <= 0 && errors <= 0) return false;
    const share = 1 - (1 - own) * (1 - errors);
    const ordinal = this.#requests.ordinal(this.#request[job] as number);
    return this.#luck.at(ordinal, this.#path[job] as number).uniform() < share;
  }

  #callNext(job: number): void {
    const request = this.#request[job] as number;
    for (let i = this.#callIndex[job] as number; i < this.#calls.length; i++) {
      const path = repeatedCallPath(this.#path[job] as number, this.#occurrence[i] as number);
      if (!this.#makes(request, path, i)) continue;
      this.#callIndex[job] = i;
      const ticket = (this.#calls[i] as CallPath).call(request, path, this, job);
      // Answered at once the job has moved on, or is gone.
      if (ticket < 0) return;
      this.#ticket[job] = ticket;
      if (this.#orphan[job] !== 0) this.#disownCall(job);
      return;
    }
    this.#finish(job, Outcome.ok);
  }

  #makes(request: number, path: number, call: number): boolean {
    const share = this.#probability[call] as number;
    if (share >= 1) return true;
    return this.#choices.at(this.#requests.ordinal(request), childPath(path, call + 1)).uniform() < share;
  }

  /** The end of a job: its server goes to the next before the reply leaves. */
  #finish(job: number, outcome: Outcome): void {
    const replica = this.#replicaOf(job);
    const caller = this.#caller[job] as Caller;
    const tag = this.#tag[job] as number;
    const request = this.#request[job] as number;
    const orphan = this.#orphan[job] === 1;
    this.#releaseServer(job, replica, 0);
    this.#account(job, outcome === Outcome.ok && this.#orphan[job] === 0);
    this.#giveUp(job, replica, false);
    this.#fill(replica);
    if (orphan) caller.onLateReply(request, outcome);
    else caller.onReply(tag, outcome);
    this.#requests.release(request);
  }

  #account(job: number, useful: boolean): void {
    const spent = this.#spent[job] as number;
    if (!useful && spent > 0) this.#requests.wasted(this.#request[job] as number, spent);
  }

  /** `left`: work not done, with processor sharing. */
  #releaseServer(job: number, replica: Replica, left: number): void {
    const started = this.#started[job] as number;
    if (started < 0) return;
    const spent = this.#shares ? (this.#asked[job] as number) - left : this.#sim.now - started;
    this.#spent[job] = (this.#spent[job] as number) + spent;
    this.#started[job] = -1;
    replica.busy--;
    this.#noteUse(replica);
  }

  #stopServing(job: number, replica: Replica): void {
    const shared = this.#state[job] === Serving && this.#shares;
    const left = shared ? (this.#sharing[this.#replica[job] as number] as ProcessorSharing).remove(job) : 0;
    this.#releaseServer(job, replica, left);
  }

  #noteUse(replica: Replica): void {
    const inUse = Math.min(replica.busy, replica.capacity);
    if (inUse === replica.inUse) return;
    this.#inUse += inUse - replica.inUse;
    replica.inUse = inUse;
    this.#busy.set(this.#inUse);
    this.#utilisation?.set(this.#inUse / this.#capacity);
  }

  #giveUp(job: number, replica: Replica, eventPending: boolean): void {
    replica.inSystem--;
    this.#inSystem.add(-1);
    this.#caller[job] = null;
    if (eventPending) this.#state[job] = Zombie;
    else this.#recycle(job);
  }

  #disownCall(job: number): void {
    const ticket = this.#ticket[job] as number;
    if (this.#state[job] !== Calling || ticket < 0) return;
    (this.#calls[this.#callIndex[job] as number] as CallPath).disown(ticket);
  }

  #leaveCall(job: number, stop: boolean): void {
    const ticket = this.#ticket[job] as number;
    if (ticket >= 0) (this.#calls[this.#callIndex[job] as number] as CallPath).abandon(ticket, stop);
    this.#ticket[job] = -1;
  }

  // --- faults ---

  #applyImpairments(): void {
    this.#replicas.forEach((replica, index) => {
      const slowsSome: { factor: number; share: number; serial: number }[] = [];
      replica.slow = 1;
      replica.errors = 0;
      for (const { impairment, serial } of this.#impairments) {
        if (!covers(impairment, index, replica)) continue;
        const { slow, errors } = impairment;
        const share = impairment.share ?? 1;
        if (slow !== null && share >= 1) replica.slow *= slow;
        else if (slow !== null) slowsSome.push({ factor: slow, share, serial });
        if (errors !== null) replica.errors = 1 - (1 - replica.errors) * (1 - share * errors);
      }
      replica.slowsSome = slowsSome;
    });
  }

  /** Servers of each replica that a part covers: a share is rounded over all of them, then spread evenly. A share of an endless number is none. */
  #partOf(part: Part): [number, number][] {
    const covered: [number, number][] = [];
    const share = part.share ?? 1;
    let before = 0;
    this.#replicas.forEach((replica, index) => {
      if (!covers(part, index, replica)) return;
      if (share >= 1) covered.push([index, Number.POSITIVE_INFINITY]);
      else if (Number.isFinite(replica.servers)) {
        const until = before + replica.servers;
        covered.push([index, Math.round(share * until) - Math.round(share * before)]);
        before = until;
      }
    });
    return covered;
  }

  #reduce(index: number, servers: number): void {
    const replica = this.#replicas[index] as Replica;
    if (replica.down) {
      replica.lose(servers);
      return;
    }
    replica.lose(servers);
    this.#sharing[index]?.setProcessors(replica.capacity);
    if (replica.down) {
      this.#failInHand(index, Number.POSITIVE_INFINITY, true);
      while (replica.head >= 0) {
        const job = replica.head;
        this.#unlink(job, replica);
        this.#turnAway(job, replica, Outcome.failed);
      }
    } else if (!this.#shares) this.#failInHand(index, replica.busy - replica.capacity, false);
    this.#noteUse(replica);
  }

  #restore(index: number, servers: number): void {
    const replica = this.#replicas[index] as Replica;
    replica.regain(servers);
    this.#sharing[index]?.setProcessors(replica.capacity);
    this.#noteUse(replica);
    this.#fill(replica);
  }

  /** Fails up to `count` jobs that hold a server of a replica, those of the lowest slots first; `all`: also those that hold none while they call. */
  #failInHand(index: number, count: number, all: boolean): void {
    let left = count;
    for (let job = 0; job < this.#used && left > 0; job++) {
      const state = this.#state[job] as number;
      if (this.#replica[job] !== index || (state !== Serving && state !== Calling)) continue;
      if (!all && (this.#started[job] as number) < 0) continue;
      left--;
      this.#failNow(job, state);
    }
  }

  #failNow(job: number, state: number): void {
    const replica = this.#replicaOf(job);
    if (state === Calling) this.#leaveCall(job, false);
    const caller = this.#caller[job] as Caller;
    const tag = this.#tag[job] as number;
    const request = this.#request[job] as number;
    const orphan = this.#orphan[job] === 1;
    this.#stopServing(job, replica);
    this.#account(job, false);
    this.#giveUp(job, replica, state === Serving && !this.#shares);
    if (orphan) caller.onLateReply(request, Outcome.failed);
    else caller.onReply(tag, Outcome.failed);
    this.#requests.release(request);
  }

  // --- lists and slots ---

  #replicaOf(job: number): Replica {
    return this.#replicas[this.#replica[job] as number] as Replica;
  }

  #linkLast(job: number, replica: Replica): void {
    this.#next[job] = -1;
    this.#previous[job] = replica.tail;
    if (replica.tail >= 0) this.#next[replica.tail] = job;
    else replica.head = job;
    replica.tail = job;
  }

  #linkFirst(job: number, replica: Replica): void {
    this.#previous[job] = -1;
    this.#next[job] = replica.head;
    if (replica.head >= 0) this.#previous[replica.head] = job;
    else replica.tail = job;
    replica.head = job;
  }

  #unlink(job: number, replica: Replica): void {
    const next = this.#next[job] as number;
    const previous = this.#previous[job] as number;
    if (previous >= 0) this.#next[previous] = next;
    else replica.head = next;
    if (next >= 0) this.#previous[next] = previous;
    else replica.tail = previous;
    replica.waiting--;
    this.#queueLength.add(-1);
  }

  #recycle(job: number): void {
    this.#state[job] = Free;
    this.#free.push(job);
  }

  #take(): number {
    const reused = this.#free.pop();
    if (reused !== undefined) return reused;
    const job = this.#used++;
    if (job === this.#state.length) this.#grow();
    this.#caller.push(null);
    return job;
  }

  #grow(): void {
    const length = this.#state.length * 2;
    this.#state = grownUint8(this.#state, length);
    this.#orphan = grownUint8(this.#orphan, length);
    this.#callIndex = grownInt32(this.#callIndex, length);
    this.#replica = grownInt32(this.#replica, length);
    this.#request = grownInt32(this.#request, length);
    this.#path = grownUint32(this.#path, length);
    this.#tag = grownInt32(this.#tag, length);
    this.#ticket = grownInt32(this.#ticket, length);
    this.#next = grownInt32(this.#next, length);
    this.#previous = grownInt32(this.#previous, length);
    this.#arrived = grownFloat64(this.#arrived, length);
    this.#started = grownFloat64(this.#started, length);
    this.#spent = grownFloat64(this.#spent, length);
    this.#asked = grownFloat64(this.#asked, length);
  }
}
