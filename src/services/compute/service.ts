/**
 * A synchronous service: replicas of servers behind a bounded line, and the calls it makes in turn.
 *
 *   call ─▶ balance ─▶ [ line (fifo | lifo) ] ─▶ server: own time ─▶ calls[0] ─▶ calls[1] … ─▶ reply
 *             │ full, too many connections, down, waited too long: refused
 *
 * At one instant: services end before ordinary events, so that an arrival finds the server free; a server is released and the next job
 * taken in before the reply leaves, so that a retry at once joins behind those who waited.
 */
import { type CallPath, childPath, repeatedCallPath } from '../../calls/index.ts';
import type { KeyedStream, Simulation } from '../../kernel/index.ts';
import {
  type Callee,
  type Caller,
  type Counter,
  type Level,
  type Metrics,
  type Observations,
  Outcome,
  type Requests,
} from '../ports.ts';
import { Balancer } from './balancer.ts';
import { type Impairment, Impairments, Outage, type Part } from './impairments.ts';
import { Calling, Jobs, Queued, Serving, Zombie } from './jobs.ts';
import { OwnTime } from './own-time.ts';
import { ProcessorSharing } from './processor-sharing.ts';
import { Replica } from './replica.ts';
import { RowVersions } from './row-versions.ts';
import { ServerUse, type ServiceUse } from './server-use.ts';
import type { ServiceSettings } from './settings.ts';

export interface ServicePorts {
  readonly requests: Requests;
  readonly metrics: Metrics;
  /** Whether replicas come and go while it runs: then the metric `ReplicasRunning` tells how many there are. Default false. */
  readonly elastic?: boolean;
}

/** The end of a service goes before the ordinary events of its instant: who arrives then finds the server free. */
const RELEASE = 0;

export class Service implements Callee, Caller {
  readonly settings: ServiceSettings;
  readonly #sim: Simulation;
  readonly #requests: Requests;
  readonly #jobs = new Jobs();
  readonly #replicas: Replica[] = [];
  readonly #sharing: ProcessorSharing[] = [];
  readonly #balancer: Balancer;
  readonly #ownTime: OwnTime;
  readonly #impairments = new Impairments();
  readonly #outages: Outage[] = [];
  readonly #luck: KeyedStream;
  readonly #choices: KeyedStream;
  #calls: readonly CallPath[] = [];
  #occurrence: readonly number[] = [];
  readonly #probability: readonly number[];
  /** null without optimistic locking. */
  readonly #rows: RowVersions | null;
  readonly #conflicts: Counter | null;
  /** Processors are shared by all jobs in service. */
  readonly #shares: boolean;

  readonly #inSystem: Level;
  readonly #queueLength: Level;
  readonly #wait: Observations;
  readonly #use: ServerUse;
  /** Calls that came. */
  #arrivals = 0;

  readonly #served = (job: number): void => {
    this.#ownTimeOver(job);
  };

  constructor(sim: Simulation, settings: ServiceSettings, ports: ServicePorts) {
    this.settings = settings;
    this.#sim = sim;
    this.#requests = ports.requests;
    this.#ownTime = new OwnTime(sim, settings, ports.requests);
    this.#luck = sim.keyedStream(`${settings.name}/failure`);
    this.#choices = sim.keyedStream(`${settings.name}/calls`);
    this.#probability = settings.calls.map((call) => call.probability);
    const { metrics } = ports;
    this.#inSystem = metrics.level('InSystem', 'Count', true);
    this.#queueLength = metrics.level('QueueLength', 'Count');
    const busy = metrics.level('BusyServers', 'Count');
    this.#wait = metrics.observations('WaitMs', 'Milliseconds');
    const utilisation = settings.servers === null ? null : metrics.level('Utilisation', 'None');
    const running = ports.elastic === true ? metrics.level('ReplicasRunning', 'Count') : null;
    this.#use = new ServerUse(sim, settings.servers, settings.replicas, { busy, utilisation, running });
    this.#rows = settings.optimisticLocking ? new RowVersions() : null;
    this.#conflicts = settings.optimisticLocking ? metrics.counter('WriteConflicts', 'Count') : null;
    this.#shares = settings.discipline === 'processor-sharing';
    const draws = sim.keyedStream(`${settings.name}/balance`);
    this.#balancer = new Balancer(settings.balance, this.#replicas, ports.requests, draws);
    this.setReplicas(settings.replicas);
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
    this.#arrivals++;
    const index = this.#balancer.choose(request, path);
    const replica = this.#replicas[index] as Replica;
    const refusal = this.#refusal(replica);
    if (refusal !== null) {
      caller.onReply(tag, refusal);
      return -1;
    }
    const jobs = this.#jobs;
    const job = jobs.take();
    jobs.orphan[job] = 0;
    jobs.replica[job] = index;
    jobs.request[job] = request;
    jobs.path[job] = path;
    jobs.tag[job] = tag;
    jobs.ticket[job] = -1;
    jobs.arrived[job] = this.#sim.now;
    jobs.started[job] = -1;
    jobs.spent[job] = 0;
    jobs.caller[job] = caller;
    this.#requests.retain(request);
    replica.inSystem++;
    this.#inSystem.add(1);
    if (replica.free || this.#shares) this.#start(job, replica);
    else this.#enqueue(job, replica);
    return job;
  }

  abandon(job: number, stop: boolean): void {
    const jobs = this.#jobs;
    if (!stop) {
      jobs.orphan[job] = 1;
      this.#disownCall(job);
      return;
    }
    const replica = this.#replicaOf(job);
    const state = jobs.state[job];
    if (state === Calling) this.#leaveCall(job, true);
    if (state === Queued) this.#leaveLine(job, replica);
    this.#stopServing(job, replica);
    const request = jobs.request[job] as number;
    this.#account(job, false);
    this.#giveUp(job, replica, state === Serving && !this.#shares);
    this.#fill(replica);
    this.#requests.release(request);
  }

  disown(job: number): void {
    if (this.#jobs.orphan[job] === 0) this.#jobs.orphan[job] = 2;
    this.#disownCall(job);
  }

  // --- the caller of the services behind ---

  onReply(job: number, outcome: Outcome): void {
    const jobs = this.#jobs;
    jobs.ticket[job] = -1;
    if (outcome !== Outcome.ok) this.#finish(job, Outcome.failed);
    else {
      jobs.callIndex[job] = (jobs.callIndex[job] as number) + 1;
      this.#callNext(job);
    }
  }

  onLateReply(): void {}

  // --- faults ---

  /** Slows a part down or makes it fail now and then; the returned function ends it. */
  impair(impairment: Impairment): () => void {
    const remove = this.#impairments.add(impairment);
    this.#applyImpairments();
    return () => {
      remove();
      this.#applyImpairments();
    };
  }

  /**
   * Takes servers away: what they have in hand fails, at once. Where the last one of a replica goes, those who wait fail too, and calls are
   * answered `unavailable`. With processor sharing no job belongs to a processor: those in service go on with what is left.
   * A replica that is not there is struck when it comes, if the fault still lasts then.
   */
  takeDown(part: Part): () => void {
    const outage = new Outage(part);
    this.#outages.push(outage);
    // All shares first: what an outage brings about may ask for more replicas.
    const struck = this.#replicas.map((replica, index) => outage.of(index, replica));
    struck.forEach((servers, index) => this.#reduce(index, servers));
    return () => {
      this.#outages.splice(this.#outages.indexOf(outage), 1);
      this.#replicas.forEach((replica, index) => this.#restore(index, outage.of(index, replica)));
    };
  }

  // --- scaling ---

  /**
   * How many replicas take calls from now on, at least 1; throws RangeError on anything else. New ones take calls at once (whoever scales
   * waits for their start). Those too many, the highest numbers, take no more, finish what they hold and what waits in their line, and are
   * gone when they are empty; one that is wanted again before that stays.
   */
  setReplicas(count: number): void {
    if (!(Number.isSafeInteger(count) && count >= 1))
      throw new RangeError(`${this.settings.name}: ${count} replicas: expected a whole number from 1 on`);
    while (this.#replicas.length < count) this.#addReplica();
    this.#balancer.among = count;
    this.#replicas.forEach((replica, index) => {
      replica.active = index < count;
    });
    this.#countReplicas();
  }

  /** What its servers have done so far: for a scaler, which looks at the difference of two readings. Throws unless it is elastic. */
  use(): ServiceUse {
    return this.#use.read(this.#arrivals);
  }

  // --- a job's life ---

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
    this.#jobs.state[job] = Queued;
    this.#queueLength.add(1);
    if (this.settings.discipline === 'lifo') replica.joinFirst(job);
    else replica.joinLast(job);
  }

  #leaveLine(job: number, replica: Replica): void {
    replica.leaveLine(job);
    this.#queueLength.add(-1);
  }

  /** Takes waiting jobs in while there are free servers. */
  #fill(replica: Replica): void {
    while (replica.head >= 0 && replica.free) {
      const job = replica.head;
      this.#leaveLine(job, replica);
      const shed = this.settings.shedAfterUs;
      if (shed !== null && this.#sim.now - (this.#jobs.arrived[job] as number) > shed)
        this.#turnAway(job, replica, Outcome.refused);
      else this.#start(job, replica);
    }
  }

  /** The end of a job that never had a server and is out of the line already. */
  #turnAway(job: number, replica: Replica, outcome: Outcome): void {
    const jobs = this.#jobs;
    const caller = jobs.caller[job] as Caller;
    const tag = jobs.tag[job] as number;
    const request = jobs.request[job] as number;
    const orphan = jobs.orphan[job] === 1;
    this.#giveUp(job, replica, false);
    if (orphan) caller.onLateReply(request, outcome);
    else caller.onReply(tag, outcome);
    this.#requests.release(request);
  }

  #start(job: number, replica: Replica): void {
    const jobs = this.#jobs;
    const now = this.#sim.now;
    jobs.state[job] = Serving;
    jobs.started[job] = now;
    replica.busy++;
    this.#noteUse(replica);
    this.#wait.record((now - (jobs.arrived[job] as number)) / 1000);
    const time = this.#ownTime.of(jobs.request[job] as number, jobs.path[job] as number, replica);
    this.#rows?.read(job, this.#requests.key(jobs.request[job] as number));
    if (this.#shares) {
      jobs.asked[job] = time;
      (this.#sharing[jobs.replica[job] as number] as ProcessorSharing).start(job, time);
    } else {
      this.#sim.schedule(time, this.#served, job, RELEASE);
    }
  }

  #ownTimeOver(job: number): void {
    const jobs = this.#jobs;
    if (jobs.state[job] === Zombie) {
      jobs.recycle(job);
      return;
    }
    if (this.#fails(job) || (this.#rows !== null && !this.#writes(job, this.#rows))) {
      this.#finish(job, Outcome.failed);
      return;
    }
    if (this.#calls.length === 0) {
      this.#finish(job, Outcome.ok);
      return;
    }
    jobs.state[job] = Calling;
    jobs.callIndex[job] = 0;
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
    const ordinal = this.#requests.ordinal(this.#jobs.request[job] as number);
    return this.#luck.at(ordinal, this.#jobs.path[job] as number).uniform() < share;
  }

  /** With optimistic locking: whether the write at the end of its own time succeeds. */
  #writes(job: number, rows: RowVersions): boolean {
    const writes = rows.write(job, this.#requests.key(this.#jobs.request[job] as number));
    if (!writes) this.#conflicts?.add(1);
    return writes;
  }

  #callNext(job: number): void {
    const jobs = this.#jobs;
    const request = jobs.request[job] as number;
    for (let i = jobs.callIndex[job] as number; i < this.#calls.length; i++) {
      const path = repeatedCallPath(jobs.path[job] as number, this.#occurrence[i] as number);
      if (!this.#makes(request, path, i)) continue;
      jobs.callIndex[job] = i;
      const ticket = (this.#calls[i] as CallPath).call(request, path, this, job);
      // Answered at once the job has moved on, or is gone.
      if (ticket < 0) return;
      jobs.ticket[job] = ticket;
      if (jobs.orphan[job] !== 0) this.#disownCall(job);
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
    const jobs = this.#jobs;
    const replica = this.#replicaOf(job);
    const caller = jobs.caller[job] as Caller;
    const tag = jobs.tag[job] as number;
    const request = jobs.request[job] as number;
    const orphan = jobs.orphan[job] === 1;
    this.#releaseServer(job, replica, 0);
    this.#account(job, outcome === Outcome.ok && jobs.orphan[job] === 0);
    this.#giveUp(job, replica, false);
    this.#fill(replica);
    if (orphan) caller.onLateReply(request, outcome);
    else caller.onReply(tag, outcome);
    this.#requests.release(request);
  }

  #account(job: number, useful: boolean): void {
    const spent = this.#jobs.spent[job] as number;
    if (!useful && spent > 0) this.#requests.wasted(this.#jobs.request[job] as number, spent);
  }

  /** `left`: work not done, with processor sharing. */
  #releaseServer(job: number, replica: Replica, left: number): void {
    const jobs = this.#jobs;
    const started = jobs.started[job] as number;
    if (started < 0) return;
    const spent = this.#shares ? (jobs.asked[job] as number) - left : this.#sim.now - started;
    jobs.spent[job] = (jobs.spent[job] as number) + spent;
    jobs.started[job] = -1;
    replica.busy--;
    this.#noteUse(replica);
  }

  #stopServing(job: number, replica: Replica): void {
    const shared = this.#jobs.state[job] === Serving && this.#shares;
    const left = shared ? (this.#sharing[this.#jobs.replica[job] as number] as ProcessorSharing).remove(job) : 0;
    this.#releaseServer(job, replica, left);
  }

  #noteUse(replica: Replica): void {
    const inUse = Math.min(replica.busy, replica.capacity);
    if (inUse === replica.inUse) return;
    this.#use.add(inUse - replica.inUse);
    replica.inUse = inUse;
  }

  #giveUp(job: number, replica: Replica, eventPending: boolean): void {
    const jobs = this.#jobs;
    replica.inSystem--;
    this.#inSystem.add(-1);
    jobs.caller[job] = null;
    if (eventPending) jobs.state[job] = Zombie;
    else jobs.recycle(job);
    if (!replica.active && replica.inSystem === 0) this.#countReplicas();
  }

  #disownCall(job: number): void {
    const jobs = this.#jobs;
    const ticket = jobs.ticket[job] as number;
    if (jobs.state[job] !== Calling || ticket < 0) return;
    (this.#calls[jobs.callIndex[job] as number] as CallPath).disown(ticket);
  }

  #leaveCall(job: number, stop: boolean): void {
    const jobs = this.#jobs;
    const ticket = jobs.ticket[job] as number;
    if (ticket >= 0) (this.#calls[jobs.callIndex[job] as number] as CallPath).abandon(ticket, stop);
    jobs.ticket[job] = -1;
  }

  // --- faults ---

  #applyImpairments(): void {
    this.#replicas.forEach((replica, index) => this.#impairments.apply(index, replica));
  }

  #reduce(index: number, servers: number): void {
    if (servers === 0) return;
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
        this.#leaveLine(job, replica);
        this.#turnAway(job, replica, Outcome.failed);
      }
    } else if (!this.#shares) this.#failInHand(index, replica.busy - replica.capacity, false);
    this.#noteUse(replica);
  }

  #restore(index: number, servers: number): void {
    if (servers === 0) return;
    const replica = this.#replicas[index] as Replica;
    replica.regain(servers);
    this.#sharing[index]?.setProcessors(replica.capacity);
    this.#noteUse(replica);
    this.#fill(replica);
  }

  /** Fails up to `count` jobs that hold a server of a replica, those of the lowest slots first; `all`: also those that hold none while they call. */
  #failInHand(index: number, count: number, all: boolean): void {
    const jobs = this.#jobs;
    let left = count;
    for (let job = 0; job < jobs.used && left > 0; job++) {
      const state = jobs.state[job] as number;
      if (jobs.replica[job] !== index || (state !== Serving && state !== Calling)) continue;
      if (!all && (jobs.started[job] as number) < 0) continue;
      left--;
      this.#failNow(job, state);
    }
  }

  #failNow(job: number, state: number): void {
    const jobs = this.#jobs;
    const replica = this.#replicaOf(job);
    if (state === Calling) this.#leaveCall(job, false);
    const caller = jobs.caller[job] as Caller;
    const tag = jobs.tag[job] as number;
    const request = jobs.request[job] as number;
    const orphan = jobs.orphan[job] === 1;
    this.#stopServing(job, replica);
    this.#account(job, false);
    this.#giveUp(job, replica, state === Serving && !this.#shares);
    if (orphan) caller.onLateReply(request, Outcome.failed);
    else caller.onReply(tag, Outcome.failed);
    this.#requests.release(request);
  }

  // --- replicas ---

  #replicaOf(job: number): Replica {
    return this.#replicas[this.#jobs.replica[job] as number] as Replica;
  }

  #addReplica(): void {
    const { servers, zones } = this.settings;
    const index = this.#replicas.length;
    const zone = zones.length === 0 ? null : (zones[index % zones.length] as string);
    const replica = new Replica(this.#jobs, servers, zone);
    this.#replicas.push(replica);
    if (this.#shares)
      this.#sharing.push(new ProcessorSharing(this.#sim, servers ?? Number.POSITIVE_INFINITY, this.#served));
    // Faults that began before it came strike it all the same.
    this.#impairments.apply(index, replica);
    for (const outage of this.#outages) this.#reduce(index, outage.of(index, replica));
  }

  #countReplicas(): void {
    let running = 0;
    for (const replica of this.#replicas) if (replica.running) running++;
    if (running !== this.#use.replicas) this.#use.setReplicas(running);
  }
}
