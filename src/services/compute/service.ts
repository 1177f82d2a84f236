/**
 * A synchronous service: replicas of servers behind a bounded line, and the calls it makes in turn.
 *
 *   call ─▶ balance ─▶ [ line (fifo | lifo) ] ─▶ server: own time ─▶ calls[0] ─▶ calls[1] … ─▶ reply
 *             │ full, too many connections, down, waited too long: refused
 *
 * At one instant: a server is released and the next job taken in before the reply leaves, so a retry at once joins behind those who waited.
 */
import { type CallPath, childPath, grownFloat64, grownInt32, grownUint8 } from '../../calls/index.ts';
import { compileVariate, type KeyedStream, type Simulation, type Stream, type Variate } from '../../kernel/index.ts';
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

/** Part of a service that a fault strikes. `share` and `zone` take whole servers. */
export interface Part {
  readonly replica: number | null;
  readonly zone: string | null;
  readonly share: number | null;
}

/** What a fault does to the part it strikes. */
export interface Impairment extends Part {
  /** Factor on service times begun while it lasts; null: none. */
  readonly slow: number | null;
  /** Share of calls that end in an error; null: none. */
  readonly errors: number | null;
}

export interface ServicePorts {
  readonly requests: Requests;
  readonly metrics: Metrics;
}

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
  readonly #balance: Stream;
  #calls: readonly CallPath[] = [];
  #occurrence: readonly number[] = [];
  readonly #probability: readonly number[];
  #turn = 0;

  readonly #impairments: Impairment[] = [];

  readonly #inSystem: Level;
  readonly #queueLength: Level;
  readonly #busy: Level;
  readonly #wait: Observations;

  #state = new Uint8Array(64);
  /** 1: its caller has left; 2: its caller waits, but for nobody. */
  #orphan = new Uint8Array(64);
  #callIndex = new Uint8Array(64);
  #replica = new Int32Array(64);
  #request = new Int32Array(64);
  #path = new Int32Array(64);
  #tag = new Int32Array(64);
  #ticket = new Int32Array(64);
  #next = new Int32Array(64);
  #previous = new Int32Array(64);
  #generation = new Int32Array(64);
  #arrived = new Float64Array(64);
  /** When it got its server; -1 while it holds none. */
  #started = new Float64Array(64);
  /** Server time spent on it, microseconds. */
  #spent = new Float64Array(64);
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
    this.#balance = sim.stream(`${settings.name}/balance`);
    this.#probability = settings.calls.map((call) => call.probability);
    const { metrics } = ports;
    this.#inSystem = metrics.level('InSystem', 'Count', true);
    this.#queueLength = metrics.level('QueueLength', 'Count');
    this.#busy = metrics.level('BusyServers', 'Count');
    this.#wait = metrics.observations('WaitMs', 'Milliseconds');
    for (let i = 0; i < settings.replicas; i++) {
      const zone = settings.zones.length === 0 ? null : (settings.zones[i % settings.zones.length] as string);
      this.#replicas.push(new Replica(settings.servers, zone));
      if (settings.discipline === 'processor-sharing') {
        this.#sharing.push(new ProcessorSharing(sim, settings.servers ?? Number.POSITIVE_INFINITY, this.#served));
      }
    }
  }

  /** Wires the services behind; `targets[i]` serves `settings.calls[i]`. */
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
    const index = this.#choose();
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
    if (replica.free || this.settings.discipline === 'processor-sharing') this.#start(job, replica);
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
    this.#giveUp(job, replica, state === Serving && this.settings.discipline !== 'processor-sharing');
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
    this.#impairments.push(impairment);
    this.#applyImpairments();
    return () => {
      this.#impairments.splice(this.#impairments.indexOf(impairment), 1);
      this.#applyImpairments();
    };
  }

  /** Takes servers away: what they have in hand fails, at once. With the whole replica down, those who wait fail too. */
  takeDown(part: Part): () => void {
    const whole = this.#partOf(part);
    const restore: (() => void)[] = [];
    for (const [index, servers] of whole) restore.push(this.#reduce(index, servers));
    return () => {
      for (const back of restore) back();
    };
  }

  // --- a job's life ---

  #choose(): number {
    const n = this.#replicas.length;
    if (n === 1) return 0;
    if (this.settings.balance === 'random') return Math.floor(this.#balance.uniform() * n);
    if (this.settings.balance === 'roundRobin') {
      const index = this.#turn;
      this.#turn = (index + 1) % n;
      return index;
    }
    let best = 0;
    for (let i = 1; i < n; i++) {
      if ((this.#replicas[i] as Replica).inSystem < (this.#replicas[best] as Replica).inSystem) best = i;
    }
    return best;
  }

  #refusal(replica: Replica): Outcome | null {
    if (replica.down) return Outcome.unavailable;
    const { connections, maxQueue, discipline } = this.settings;
    if (connections !== null && replica.inSystem >= connections) return Outcome.refused;
    if (maxQueue !== null && discipline !== 'processor-sharing' && !replica.free && replica.waiting >= maxQueue) {
      return Outcome.refused;
    }
    return null;
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
      if (shed !== null && this.#sim.now - (this.#arrived[job] as number) > shed) this.#finish(job, Outcome.refused);
      else this.#start(job, replica);
    }
  }

  #start(job: number, replica: Replica): void {
    const now = this.#sim.now;
    this.#state[job] = Serving;
    this.#started[job] = now;
    replica.busy++;
    this.#busy.add(1);
    this.#wait.record((now - (this.#arrived[job] as number)) / 1000);
    const time = this.#ownTime(job, replica);
    if (this.settings.discipline === 'processor-sharing') {
      (this.#sharing[this.#replica[job] as number] as ProcessorSharing).start(job, time);
    } else {
      this.#sim.schedule(time, this.#served, job);
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
    if (replica.slow !== 1 && this.#isSlowed(job, replica)) time *= replica.slow;
    return Math.round(time);
  }

  #isSlowed(job: number, replica: Replica): boolean {
    if (replica.slowShare >= 1) return true;
    const path = childPath(this.#path[job] as number, 7);
    return this.#luck.at(this.#requests.ordinal(this.#request[job] as number), path).uniform() < replica.slowShare;
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
    if (!this.settings.blocking || this.settings.discipline === 'processor-sharing') {
      const replica = this.#replicaOf(job);
      this.#releaseServer(job, replica);
      this.#fill(replica);
    }
    this.#state[job] = Calling;
    this.#callIndex[job] = 0;
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
    const generation = this.#generation[job];
    for (let i = this.#callIndex[job] as number; i < this.#calls.length; i++) {
      const path = childPath(this.#path[job] as number, 1000 * (this.#occurrence[i] as number));
      if (!this.#makes(request, path, i)) continue;
      this.#callIndex[job] = i;
      const ticket = (this.#calls[i] as CallPath).call(request, path, this, job);
      // The answer may have come at once: then the job has moved on, or is gone.
      if (this.#generation[job] === generation && this.#callIndex[job] === i && this.#state[job] === Calling) {
        this.#ticket[job] = ticket;
        if (this.#orphan[job] !== 0) this.#disownCall(job);
      }
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
    this.#releaseServer(job, replica);
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

  #releaseServer(job: number, replica: Replica): void {
    const started = this.#started[job] as number;
    if (started < 0) return;
    this.#spent[job] = (this.#spent[job] as number) + this.#sim.now - started;
    this.#started[job] = -1;
    replica.busy--;
    this.#busy.add(-1);
  }

  #stopServing(job: number, replica: Replica): void {
    if (this.#state[job] === Serving && this.settings.discipline === 'processor-sharing') {
      (this.#sharing[this.#replica[job] as number] as ProcessorSharing).remove(job);
    }
    this.#releaseServer(job, replica);
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
      replica.slow = 1;
      replica.slowShare = 1;
      replica.errors = 0;
      for (const impairment of this.#impairments) {
        if (!covers(impairment, index, replica)) continue;
        const share = impairment.share ?? 1;
        if (impairment.slow !== null) {
          replica.slow *= impairment.slow;
          replica.slowShare = share;
        }
        if (impairment.errors !== null) replica.errors = 1 - (1 - replica.errors) * (1 - share * impairment.errors);
      }
    });
  }

  /** Whole servers of each replica that a part covers, in the replicas' order. */
  #partOf(part: Part): [number, number][] {
    const covered: [number, number][] = [];
    this.#replicas.forEach((replica, index) => {
      if (!covers(part, index, replica)) return;
      const all = replica.servers;
      covered.push([index, part.share === null ? all : Math.round(part.share * all)]);
    });
    return covered;
  }

  #reduce(index: number, servers: number): () => void {
    const replica = this.#replicas[index] as Replica;
    const whole = servers >= replica.servers;
    if (whole) replica.down = true;
    else replica.lost += servers;
    this.#sharing[index]?.setProcessors(Math.max(0, replica.servers - replica.lost));
    this.#failInHand(index, whole ? Number.POSITIVE_INFINITY : replica.busy - (replica.servers - replica.lost));
    if (whole) while (replica.head >= 0) this.#failWaiting(replica);
    return () => {
      if (whole) replica.down = false;
      else replica.lost -= servers;
      this.#sharing[index]?.setProcessors(Math.max(0, replica.servers - replica.lost));
      this.#fill(replica);
    };
  }

  #failWaiting(replica: Replica): void {
    const job = replica.head;
    this.#unlink(job, replica);
    this.#finish(job, Outcome.failed);
  }

  /** Fails up to `count` jobs in service of a replica, those of the lowest slots first. */
  #failInHand(index: number, count: number): void {
    let left = count;
    for (let job = 0; job < this.#used && left > 0; job++) {
      const state = this.#state[job];
      if (this.#replica[job] !== index || (state !== Serving && state !== Calling)) continue;
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
    this.#giveUp(job, replica, state === Serving && this.settings.discipline !== 'processor-sharing');
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
    this.#generation[job] = ((this.#generation[job] as number) + 1) | 0;
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
    this.#callIndex = grownUint8(this.#callIndex, length);
    this.#replica = grownInt32(this.#replica, length);
    this.#request = grownInt32(this.#request, length);
    this.#path = grownInt32(this.#path, length);
    this.#tag = grownInt32(this.#tag, length);
    this.#ticket = grownInt32(this.#ticket, length);
    this.#next = grownInt32(this.#next, length);
    this.#previous = grownInt32(this.#previous, length);
    this.#generation = grownInt32(this.#generation, length);
    this.#arrived = grownFloat64(this.#arrived, length);
    this.#started = grownFloat64(this.#started, length);
    this.#spent = grownFloat64(this.#spent, length);
  }
}
