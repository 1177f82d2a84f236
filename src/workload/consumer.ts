/**
 * A fleet of consumers of one queue.
 *
 *   instance: poll (up to batchSize) ─▶ in hand ─▶ workers (concurrency): handler time ─▶ calls in turn ─▶ done ─▶ delete ─▶ next
 *                 ▲─────────── polls again when a worker is idle and nothing is in hand ───────────┘
 *
 * A worker's unit of work is a message, or with `deletes: perBatch` all that one poll brought. It waits for the answer to its delete, as
 * an SDK's caller does. What a crash finds in hand is not deleted: it comes back when its visibility timeout ends.
 *
 * Instances may come and go: one that is called off finishes its poll and what it has in hand, polls no more, and is gone.
 */
import { type CallPath, childPath, receivePath, repeatedCallPath } from '../calls/index.ts';
import { compileVariate, type Handle, type KeyedStream, type Simulation, type Variate } from '../kernel/index.ts';
import {
  type Caller,
  type Counter,
  type HandledItem,
  type HandlerRunner,
  type HandlerRunnerOwner,
  type Level,
  type Metrics,
  Outcome,
  type Witness,
} from '../services/ports.ts';
import type { SqsOperations } from '../services/sqs/operations.ts';
import type { SqsLatency } from '../services/sqs/settings.ts';
import type { EndpointState } from './endpoint.ts';
import type { RequestTable } from './requests.ts';
import type { ConsumerSettings } from './settings.ts';
import { type ClientOwner, copyMessage, emptyMessages, type Messages, SqsClient } from './sqs-client.ts';

const US_PER_SECOND = 1e6;

const Idle = 0;
const Handling = 1;
const Calling = 2;
const Deleting = 3;

interface Worker {
  readonly index: number;
  readonly instance: Instance;
  state: number;
  /** What it works on, and which of it. */
  readonly unit: Messages;
  at: number;
  /** Handles of those that went well, first in the unit's own columns. */
  readonly done: Messages;
  callIndex: number;
  /** The witness's number of the handling under way. */
  handling: number;
  ticket: number;
  deletion: number;
  timer: Handle | -1;
}

interface Instance {
  readonly index: number;
  readonly workers: Worker[];
  readonly inHand: Messages;
  next: number;
  /** Wanted: one that is not works off what it has, and goes. */
  active: boolean;
  alive: boolean;
  /** While it does not run: not to be restarted before, microseconds; Infinity: never. */
  restartUs: number;
  /** The poll under way, or -1. */
  poll: number;
  retry: Handle | -1;
  heartbeat: Handle | -1;
}

export interface ConsumerPorts {
  readonly requests: RequestTable;
  readonly metrics: Metrics;
  readonly queue: SqsOperations;
  readonly endpoint: EndpointState;
  readonly latency: SqsLatency;
  /** Whether messages of its queue have groups; default: they may. */
  readonly grouped?: boolean;
  /** What it does at its queue, and what its handlers do; default: null. */
  readonly atQueue?: Witness | null;
  readonly witness?: Witness | null;
  /** Whether its handlers hand their work on, so that it is not done when they are; default: false. */
  readonly handsOn?: boolean;
  /** Code in the place of the handler's own success; default: null. It wants messages with all columns, so there is a witness. */
  readonly code?: HandlerRunner | null;
}

/** Sums since the start of the run, exact at the instant of reading: the difference of two readings is what happened in between. */
export interface ConsumerUse {
  /** Workers that were not idle, over time: worker microseconds. */
  readonly busyWorkerUs: number;
  /** Workers of the instances that ran, over time; crashed ones do not: worker microseconds. */
  readonly workerUs: number;
  /** Instances that ran, over time: instance microseconds. */
  readonly instanceUs: number;
}

export class Consumer implements ClientOwner, Caller, HandlerRunnerOwner {
  readonly settings: ConsumerSettings;
  readonly #sim: Simulation;
  readonly #requests: RequestTable;
  readonly #client: SqsClient;
  readonly #witness: Witness | null;
  readonly #grouped: boolean;
  readonly #handsOn: boolean;
  readonly #code: HandlerRunner | null;
  readonly #time: Variate;
  readonly #work: KeyedStream;
  readonly #luck: KeyedStream;
  readonly #choices: KeyedStream;
  readonly #instances: Instance[] = [];
  readonly #workers: Worker[] = [];
  readonly #occurrence: number[];
  #calls: readonly CallPath[] = [];
  readonly #slowdowns: number[] = [];
  #slow = 1;
  #busy = 0;
  /** Instances that are wanted or still there: those that crashed too, if they will be back. */
  #present = 0;
  /** Instances that run. */
  #running = 0;
  readonly #elastic: boolean;
  #asOf = 0;
  #busyWorkerUs = 0;
  #instanceUs = 0;
  readonly #utilisation: Level;
  readonly #inHandLevel: Level;
  readonly #handled: Counter;
  readonly #failures: Counter;
  readonly #alive: Level;

  readonly #handlerOver = (worker: number): void => {
    this.#ownTimeOver(this.#workers[worker] as Worker);
  };
  readonly #pollAgain = (instance: number): void => {
    const it = this.#instances[instance] as Instance;
    it.retry = -1;
    this.#pollIfIdle(it);
  };
  readonly #beat = (instance: number): void => {
    this.#extend(this.#instances[instance] as Instance);
  };
  readonly #restart = (instance: number): void => {
    this.#revive(this.#instances[instance] as Instance);
  };

  constructor(sim: Simulation, settings: ConsumerSettings, ports: ConsumerPorts) {
    this.settings = settings;
    this.#elastic = settings.autoscaling !== null;
    this.#sim = sim;
    this.#requests = ports.requests;
    this.#witness = ports.witness ?? null;
    this.#grouped = this.#witness !== null && (ports.grouped ?? true);
    this.#handsOn = ports.handsOn ?? false;
    this.#code = ports.code ?? null;
    this.#time = compileVariate(settings.handler.time);
    this.#work = sim.keyedStream(`${settings.name}/handler`);
    this.#luck = sim.keyedStream(`${settings.name}/failure`);
    this.#choices = sim.keyedStream(`${settings.name}/calls`);
    const { metrics } = ports;
    this.#utilisation = metrics.level('Utilisation', 'None');
    this.#inHandLevel = metrics.level('MessagesInHand', 'Count');
    this.#alive = metrics.level('InstancesRunning', 'Count');
    this.#handled = metrics.counter('MessagesHandled', 'Count');
    this.#failures = metrics.counter('HandlerFailures', 'Count');
    this.#client = new SqsClient(
      sim,
      settings.name,
      ports.requests,
      ports.queue,
      ports.endpoint,
      ports.latency,
      {
        MaxNumberOfMessages: settings.batchSize,
        VisibilityTimeout: settings.visibilityTimeoutUs === null ? -1 : settings.visibilityTimeoutUs / US_PER_SECOND,
        WaitTimeSeconds: settings.waitTimeUs / US_PER_SECOND,
      },
      this,
      ports.atQueue ?? null,
      this.#grouped,
    );
    for (let i = 0; i < settings.instances; i++) this.#addInstance(i);
    this.#present = settings.instances;
    this.#running = settings.instances;
    this.#alive.set(settings.instances);
    const seen = new Map<string, number>();
    this.#occurrence = settings.handler.calls.map(({ to }) => {
      const before = seen.get(to) ?? 0;
      seen.set(to, before + 1);
      return before;
    });
  }

  /** Wires the services that the handler calls; `calls[i]` serves `handler.calls[i]`. */
  connect(calls: readonly CallPath[]): void {
    this.#calls = calls;
    this.#code?.connect(calls);
  }

  start(): void {
    for (const instance of this.#instances) this.#poll(instance);
  }

  // --- scaling ---

  /**
   * How many instances poll from now on, at least 1; throws RangeError on anything else. New ones poll at once (whoever scales waits for their
   * start). Those too many, the highest numbers, finish what they have and are gone; one that is wanted again before that stays. One that lies
   * down after a crash is gone at once.
   */
  setInstances(count: number): void {
    if (!(Number.isSafeInteger(count) && count >= 1))
      throw new RangeError(`${this.settings.name}: ${count} instances: expected a whole number from 1 on`);
    while (this.#instances.length < count) this.#addInstance(this.#instances.length, false);
    for (const instance of this.#instances) {
      const wanted = instance.index < count;
      if (wanted === instance.active) continue;
      instance.active = wanted;
      if (!wanted) this.#leaveIfDone(instance, !instance.alive);
      else if (instance.alive) this.#pollIfIdle(instance);
      else this.#arrive(instance);
    }
  }

  /** What its workers have done so far: for a scaler, which looks at the difference of two readings. Throws unless it is scaled. */
  use(): ConsumerUse {
    if (!this.#elastic) throw new Error('only a consumer with autoscaling keeps sums of its use');
    this.#advance();
    const instanceUs = this.#instanceUs;
    return { busyWorkerUs: this.#busyWorkerUs, workerUs: instanceUs * this.settings.concurrency, instanceUs };
  }

  #advance(): void {
    const { now } = this.#sim;
    const us = now - this.#asOf;
    if (us === 0) return;
    this.#asOf = now;
    this.#busyWorkerUs += us * this.#busy;
    this.#instanceUs += us * this.#running;
  }

  #arrive(instance: Instance): void {
    this.#present++;
    instance.restartUs = 0;
    this.#setAlive(instance, true);
    this.#noteUtilisation();
    this.#poll(instance);
  }

  /** One that is called off goes when it neither polls nor works; `crashed`: it is gone already. */
  #leaveIfDone(instance: Instance, crashed = false): void {
    if (instance.active) return;
    if (!crashed) {
      if (!instance.alive || instance.poll >= 0 || instance.next < instance.inHand.count) return;
      if (instance.workers.some(({ state }) => state !== Idle)) return;
      if (instance.retry !== -1) this.#sim.cancel(instance.retry);
      if (instance.heartbeat !== -1) this.#sim.cancel(instance.heartbeat);
      instance.retry = -1;
      instance.heartbeat = -1;
      this.#setAlive(instance, false);
    }
    this.#present--;
    this.#noteUtilisation();
  }

  #setAlive(instance: Instance, alive: boolean): void {
    if (this.#elastic) this.#advance();
    instance.alive = alive;
    this.#running += alive ? 1 : -1;
    this.#alive.add(alive ? 1 : -1);
  }

  #noteUtilisation(): void {
    this.#utilisation.set(this.#busy / (this.#present * this.settings.concurrency));
  }

  // --- faults ---

  /** Makes handler times begun from now on longer by a factor, on top of others in force; the returned function ends it. */
  slowDown(factor: number): () => void {
    this.#slowdowns.push(factor);
    this.#slow = this.#slowdowns.reduce((product, each) => product * each, 1);
    return () => {
      this.#slowdowns.splice(this.#slowdowns.indexOf(factor), 1);
      this.#slow = this.#slowdowns.reduce((product, each) => product * each, 1);
    };
  }

  /**
   * Crashes a share (0 to 1) of all instances, the first in their order: those that run lose what they have in hand, those that lie down
   * already stay down for at least as long. They restart after `restartUs`, never where it is null.
   */
  crash(share: number, restartUs: number | null): void {
    const until = restartUs === null ? Number.POSITIVE_INFINITY : this.#sim.now + restartUs;
    const count = Math.round(share * this.#present);
    const running = this.#instances.filter(({ alive }) => alive);
    const lying = this.#instances.filter(({ alive, active }) => !alive && active);
    for (const instance of [...running, ...lying].slice(0, count)) {
      if (instance.alive) {
        this.#kill(instance);
        if (!instance.active) {
          this.#leaveIfDone(instance, true);
          continue;
        }
        instance.restartUs = until;
      } else if (until > instance.restartUs) instance.restartUs = until;
      else continue;
      if (restartUs !== null) this.#sim.schedule(restartUs, this.#restart, instance.index);
    }
  }

  // --- the client's owner ---

  onMessages(tag: number, messages: Messages | null): void {
    const instance = this.#instances[tag] as Instance;
    instance.poll = -1;
    if (messages === null) {
      if (instance.active)
        instance.retry = this.#sim.schedule(this.settings.pollRetryUs, this.#pollAgain, instance.index);
      else this.#leaveIfDone(instance);
      return;
    }
    if (messages.count > 0) {
      copyMessages(messages, 0, messages.count, instance.inHand);
      instance.next = 0;
      this.#inHandLevel.add(messages.count);
      this.#armHeartbeat(instance);
      for (const worker of instance.workers) this.#takeWork(worker);
    }
    this.#pollIfIdle(instance);
    if (!instance.active) this.#leaveIfDone(instance);
  }

  onDeleted(tag: number): void {
    const worker = this.#workers[tag] as Worker;
    worker.deletion = -1;
    this.#unitOver(worker);
  }

  // --- the caller of services ---

  onReply(tag: number, outcome: Outcome): void {
    const worker = this.#workers[tag] as Worker;
    worker.ticket = -1;
    if (outcome !== Outcome.ok) {
      this.#messageOver(worker, false);
      return;
    }
    worker.callIndex++;
    this.#callNext(worker);
  }

  onLateReply(): void {}

  // --- the owner of code ---

  get slowness(): number {
    return this.#slow;
  }

  onCodeOver(worker: number, success: boolean): void {
    this.#messageOver(this.#workers[worker] as Worker, success);
  }

  // --- an instance's life ---

  #addInstance(index: number, there = true): void {
    const { batchSize, concurrency, deletes } = this.settings;
    const instance: Instance = {
      index,
      workers: [],
      inHand: emptyMessages(batchSize, this.#witness !== null, this.#grouped),
      next: 0,
      active: there,
      alive: there,
      restartUs: 0,
      poll: -1,
      retry: -1,
      heartbeat: -1,
    };
    const unit = deletes === 'perBatch' ? batchSize : 1;
    for (let i = 0; i < concurrency; i++) {
      const worker: Worker = {
        index: this.#workers.length,
        instance,
        state: Idle,
        unit: emptyMessages(unit, this.#witness !== null, this.#grouped),
        at: 0,
        done: emptyMessages(unit, this.#witness !== null, this.#grouped),
        callIndex: 0,
        handling: -1,
        ticket: -1,
        deletion: -1,
        timer: -1,
      };
      instance.workers.push(worker);
      this.#workers.push(worker);
    }
    this.#instances.push(instance);
  }

  #poll(instance: Instance): void {
    instance.poll = this.#client.receive(instance.index);
  }

  #pollIfIdle(instance: Instance): void {
    if (!instance.alive || !instance.active || instance.poll >= 0 || instance.retry !== -1) return;
    if (instance.next < instance.inHand.count) return;
    for (const worker of instance.workers) {
      if (worker.state === Idle) {
        this.#poll(instance);
        return;
      }
    }
  }

  #kill(instance: Instance): void {
    this.#setAlive(instance, false);
    if (instance.poll >= 0) this.#client.abandon(instance.poll);
    if (instance.retry !== -1) this.#sim.cancel(instance.retry);
    if (instance.heartbeat !== -1) this.#sim.cancel(instance.heartbeat);
    instance.poll = -1;
    instance.retry = -1;
    instance.heartbeat = -1;
    const { inHand } = instance;
    for (let i = instance.next; i < inHand.count; i++) this.#requests.release(inHand.body[i] as number);
    this.#inHandLevel.add(instance.next - inHand.count);
    inHand.count = 0;
    instance.next = 0;
    for (const worker of instance.workers) this.#killWorker(worker);
  }

  #killWorker(worker: Worker): void {
    if (worker.state === Idle) return;
    if (worker.timer !== -1) this.#sim.cancel(worker.timer);
    if (worker.ticket >= 0) (this.#calls[worker.callIndex] as CallPath).abandon(worker.ticket, false);
    if (worker.deletion >= 0) this.#client.abandon(worker.deletion);
    this.#code?.drop(worker.index);
    worker.timer = -1;
    worker.ticket = -1;
    worker.deletion = -1;
    if (this.#witness !== null && (worker.state === Handling || worker.state === Calling)) {
      this.#witness.handled(worker.index, worker.handling, worker.unit, worker.at, Outcome.timedOut);
    }
    this.#letGo(worker);
    this.#setState(worker, Idle);
  }

  #revive(instance: Instance): void {
    // A later crash may have put the restart off.
    if (instance.alive || !instance.active || this.#sim.now < instance.restartUs) return;
    this.#setAlive(instance, true);
    this.#poll(instance);
  }

  // --- a worker's life ---

  #takeWork(worker: Worker): void {
    const { inHand } = worker.instance;
    if (worker.state !== Idle || worker.instance.next >= inHand.count) return;
    const count = this.settings.deletes === 'perBatch' ? inHand.count - worker.instance.next : 1;
    copyMessages(inHand, worker.instance.next, count, worker.unit);
    worker.instance.next += count;
    worker.at = 0;
    worker.done.count = 0;
    this.#setState(worker, Handling);
    this.#handle(worker);
  }

  #handle(worker: Worker): void {
    worker.state = Handling;
    if (this.#witness !== null) {
      worker.handling = this.#witness.begin();
      this.#witness.handling(worker.index, worker.handling, worker.unit, worker.at);
    }
    if (this.#code?.takesTime === true) {
      this.#code.begin(itemOf(worker), this.#fails(worker), this);
      return;
    }
    const time = this.#time.constant ? this.#time.mean : this.#time.draw(this.#draws(this.#work, worker));
    worker.timer = this.#sim.schedule(Math.floor(time * this.#slow + 0.5), this.#handlerOver, worker.index);
  }

  #ownTimeOver(worker: Worker): void {
    worker.timer = -1;
    if (this.#fails(worker)) {
      this.#messageOver(worker, false);
      return;
    }
    worker.callIndex = 0;
    this.#callNext(worker);
  }

  #fails(worker: Worker): boolean {
    const { failureRate } = this.settings.handler;
    return (
      this.#requests.isPoison(worker.unit.body[worker.at] as number) ||
      (failureRate > 0 && this.#draws(this.#luck, worker).uniform() < failureRate)
    );
  }

  #callNext(worker: Worker): void {
    const request = worker.unit.body[worker.at] as number;
    const own = pathOf(worker);
    const { calls } = this.settings.handler;
    for (let i = worker.callIndex; i < calls.length; i++) {
      const path = repeatedCallPath(own, this.#occurrence[i] as number);
      const share = (calls[i] as { probability: number }).probability;
      if (share < 1 && this.#choices.at(this.#requests.ordinal(request), childPath(path, i + 1)).uniform() >= share) {
        continue;
      }
      worker.callIndex = i;
      worker.state = Calling;
      const ticket = (this.#calls[i] as CallPath).call(request, path, this, worker.index);
      // Answered at once the worker has moved on.
      if (ticket >= 0) worker.ticket = ticket;
      return;
    }
    this.#messageOver(worker, this.#code === null || this.#code.run(itemOf(worker)));
  }

  /** One message is done, or has failed; on to the next of the unit, or to the delete. */
  #messageOver(worker: Worker, success: boolean): void {
    const { unit, done } = worker;
    this.#handled.add(1);
    if (this.#witness !== null) {
      const outcome = success ? Outcome.ok : Outcome.failed;
      this.#witness.handled(worker.index, worker.handling, unit, worker.at, outcome);
    }
    if (success) {
      if (!this.#handsOn) this.#requests.complete(unit.body[worker.at] as number);
      copyMessage(unit, worker.at, done, done.count++);
    } else {
      this.#failures.add(1);
      const visibility = this.settings.onFailureVisibilityUs;
      if (visibility !== null)
        this.#client.changeVisibility(unit, worker.at, visibility / US_PER_SECOND, worker.instance.index);
    }
    worker.at++;
    if (worker.at < unit.count) {
      this.#handle(worker);
      return;
    }
    if (done.count === 0 || (done.count < unit.count && !this.settings.partialFailure)) {
      this.#unitOver(worker);
      return;
    }
    worker.state = Deleting;
    worker.deletion = this.#client.delete(worker.index, done, 0, done.count);
  }

  #unitOver(worker: Worker): void {
    this.#letGo(worker);
    this.#setState(worker, Idle);
    this.#takeWork(worker);
    if (worker.state !== Idle) return;
    if (worker.instance.active) this.#pollIfIdle(worker.instance);
    else this.#leaveIfDone(worker.instance);
  }

  #letGo(worker: Worker): void {
    const { unit } = worker;
    this.#inHandLevel.add(-unit.count);
    const { count } = unit;
    unit.count = 0;
    for (let i = 0; i < count; i++) this.#requests.release(unit.body[i] as number);
  }

  #setState(worker: Worker, state: number): void {
    if ((worker.state === Idle) !== (state === Idle)) {
      if (this.#elastic) this.#advance();
      this.#busy += state === Idle ? -1 : 1;
      this.#noteUtilisation();
    }
    worker.state = state;
  }

  #draws(stream: KeyedStream, worker: Worker): KeyedStream {
    return stream.at(this.#requests.ordinal(worker.unit.body[worker.at] as number), pathOf(worker));
  }

  // --- heartbeat ---

  #armHeartbeat(instance: Instance): void {
    const { heartbeat } = this.settings;
    if (heartbeat === null || instance.heartbeat !== -1) return;
    instance.heartbeat = this.#sim.schedule(heartbeat.everyUs, this.#beat, instance.index);
  }

  /** Extends the visibility timeout of all that is in hand and not yet deleted; what failed is left to come back. */
  #extend(instance: Instance): void {
    instance.heartbeat = -1;
    const seconds = (this.settings.heartbeat as { extendToUs: number }).extendToUs / US_PER_SECOND;
    let held = 0;
    for (let i = instance.next; i < instance.inHand.count; i++, held++) {
      this.#client.changeVisibility(instance.inHand, i, seconds, instance.index);
    }
    const { index } = instance;
    for (const { state, unit, at, done } of instance.workers) {
      if (state === Idle) continue;
      for (let i = 0; i < done.count; i++, held++) this.#client.changeVisibility(done, i, seconds, index);
      for (let i = at; i < unit.count; i++, held++) this.#client.changeVisibility(unit, i, seconds, index);
    }
    if (held > 0) this.#armHeartbeat(instance);
  }
}

function pathOf(worker: Worker): number {
  return receivePath(worker.unit.receiveCount[worker.at] as number);
}

/** What a worker has before it, for code. */
function itemOf(worker: Worker): HandledItem {
  const { index, instance, unit, at } = worker;
  const request = unit.body[at] as number;
  return { worker: index, instance: instance.index, request, path: pathOf(worker), messages: unit, at };
}

function copyMessages(from: Messages, start: number, count: number, into: Messages): void {
  for (let i = 0; i < count; i++) copyMessage(from, start + i, into, i);
  into.count = count;
}
