/**
 * A Lambda event source mapping of a queue of a broker.
 *
 *   broker ─ pushes, up to a batch ─▶ waiting ─▶ batch: size, window, 6 MB ─▶ invoke ─┬─ done ──▶ acknowledged ─▶ next batch
 *                   ▲                                                       ▲         ├─ threw, timed out ─▶ all of it is refused, and comes again
 *                   └───────────────────────────────────────────────────────┼─────────┘
 *                                                                           └─ throttled ─▶ again, after longer and longer waits
 *
 * A consumer works on one batch at a time; what comes meanwhile waits for the next. Where its connection breaks all that it holds comes again on the next one; an
 * invocation that is under way goes on, and nobody is told that it went well.
 */
import { lambdaFacts } from '../facts/index.ts';
import type { Handle, Simulation } from '../kernel/index.ts';
import type { InvocationOwner, LambdaEvent, LambdaOperations } from '../services/lambda/operations.ts';
import type { LambdaSettings } from '../services/lambda/settings.ts';
import { type Counter, type Level, type Metrics, Outcome, type Witness } from '../services/ports.ts';
import { emptyEvent, eventOf } from './lambda-event.ts';
import { LambdaPollers } from './lambda-pollers.ts';
import type { Arrival, BatchConnection, ConnectionOwner } from './mq/connection.ts';
import { ToldMessage } from './mq/told.ts';
import type { RequestTable } from './requests.ts';
import { StreamRecords } from './stream-records.ts';

const PAYLOAD_BYTES = lambdaFacts.payloadBytes.value;

export interface BrokerMappingPorts {
  readonly requests: RequestTable;
  readonly metrics: Metrics;
  /** The connection of a consumer, for its owner: it subscribes by itself, with room for a batch. */
  readonly connection: (poller: number, owner: ConnectionOwner) => BatchConnection;
  /** The row that whoever handles a body works on, held once more. */
  readonly take: (body: number) => number;
  /** Which of the broker's queues it reads. */
  readonly queue: number;
  /** Consumers at most. */
  readonly consumers: number;
  /** Time between two consumers that are added. */
  readonly stepUs: number;
  /** After an invocation that failed, until its batch is refused. */
  readonly refuseUs: number;
  readonly target: LambdaOperations;
  /** What it does at its broker, and what the function does; default: null. */
  readonly atBroker?: Witness | null;
  readonly witness?: Witness | null;
}

const Gathering = 0;
/** Throttled, or about to be refused: a timer runs. */
const Pausing = 1;
/** Invoked, or being settled: whoever does so ends it. */
const Working = 2;

interface Poller {
  readonly index: number;
  readonly connection: BatchConnection;
  readonly waiting: StreamRecords;
  waitingBytes: number;
  readonly batch: StreamRecords;
  event: LambdaEvent;
  state: typeof Gathering | typeof Pausing | typeof Working;
  /** The connection that brought the batch is gone. */
  isLost: boolean;
  /** When the window of what waits began. */
  firstUs: number;
  /** Until the window or the pause is over. */
  timer: Handle | -1;
  refusedWaitUs: number;
  /** For the witness: the item that the function works on, -1 where there is none, and the number of that handling. */
  working: number;
  handling: number;
}

export class LambdaBrokerMapping implements ConnectionOwner, InvocationOwner {
  readonly settings: LambdaSettings;
  readonly #sim: Simulation;
  readonly #ports: BrokerMappingPorts;
  readonly #requests: RequestTable;
  readonly #atBroker: Witness | null;
  readonly #told: ToldMessage;
  readonly #witness: Witness | null;
  readonly #scale: LambdaPollers;
  readonly #pollers: Poller[] = [];
  readonly #gone: Poller[] = [];
  /** Batches since the last look that were full, less those that were not. */
  #full = 0;
  readonly #level: Level;
  readonly #polled: Counter;
  readonly #redelivered: Counter;
  readonly #invoked: Counter;
  readonly #failedInvoke: Counter;

  readonly #windowOver = (index: number): void => {
    const poller = this.#pollers[index] as Poller;
    poller.timer = -1;
    this.#gather(poller);
  };
  readonly #offerAgain = (index: number): void => {
    const poller = this.#pollers[index] as Poller;
    poller.timer = -1;
    this.#offer(poller);
  };
  readonly #refuse = (index: number): void => {
    const poller = this.#pollers[index] as Poller;
    poller.timer = -1;
    this.#settle(poller, false);
  };

  constructor(sim: Simulation, settings: LambdaSettings, ports: BrokerMappingPorts) {
    this.settings = settings;
    this.#sim = sim;
    this.#ports = ports;
    this.#requests = ports.requests;
    this.#atBroker = ports.atBroker ?? null;
    this.#told = new ToldMessage(ports.queue);
    this.#witness = ports.witness ?? null;
    this.#scale = new LambdaPollers(
      sim,
      { start: 1, most: ports.consumers, stepUs: ports.stepUs, idle: null },
      { hungry: () => this.#isHungry(), addPoller: () => this.#addPoller() },
    );
    const { metrics } = ports;
    this.#level = metrics.level('Pollers', 'Count');
    this.#polled = metrics.counter('PolledEventCount', 'Count');
    this.#redelivered = metrics.counter('MessagesRedelivered', 'Count');
    this.#invoked = metrics.counter('InvokedEventCount', 'Count');
    this.#failedInvoke = metrics.counter('FailedInvokeEventCount', 'Count');
    this.#level.set(this.#scale.running);
  }

  start(): void {
    for (let i = this.#scale.running; i > 0; i--) this.#open();
  }

  // --- consumers ---

  /** There is more than its consumers keep up with: most batches are full. */
  #isHungry(): boolean {
    const isHungry = this.#full > 0;
    this.#full = 0;
    return isHungry;
  }

  #addPoller(): void {
    this.#level.set(this.#scale.running);
    this.#open();
  }

  #open(): void {
    const poller = this.#gone.pop() ?? this.#poller();
    poller.connection.open();
  }

  #poller(): Poller {
    const index = this.#pollers.length;
    const batch = new StreamRecords();
    const poller: Poller = {
      index,
      connection: this.#ports.connection(index, this),
      waiting: new StreamRecords(),
      waitingBytes: 0,
      batch,
      event: emptyEvent(batch),
      state: Gathering,
      isLost: false,
      firstUs: 0,
      timer: -1,
      refusedWaitUs: 0,
      working: -1,
      handling: -1,
    };
    this.#pollers.push(poller);
    return poller;
  }

  // --- the owner of connections ---

  onOpen(): void {}

  onAnswer(): void {}

  /** All that it holds comes again. */
  onLost(at: number): void {
    const poller = this.#pollers[at] as Poller;
    const { waiting } = poller;
    this.#atBroker?.receiveFailed(at, -1, Outcome.timedOut);
    for (let i = 0; i < waiting.count; i++) this.#requests.release(waiting.body[i] as number);
    waiting.count = 0;
    poller.waitingBytes = 0;
    if (poller.state === Working) {
      poller.isLost = true;
      return;
    }
    if (poller.timer !== -1) this.#sim.cancel(poller.timer);
    poller.timer = -1;
    if (poller.state === Pausing) this.#batchOver(poller);
  }

  onMessage(at: number, { body, handle, id, group, sequence, sentUs, deliveries }: Arrival): void {
    const poller = this.#pollers[at] as Poller;
    const { waiting } = poller;
    const place = waiting.count;
    if (place === 0) poller.firstUs = this.#sim.now;
    waiting.add(this.#ports.take(body), group, sequence, sentUs);
    waiting.handle[place] = handle;
    waiting.id[place] = id;
    waiting.receiveCount[place] = deliveries;
    poller.waitingBytes += this.#requests.bytes(waiting.body[place] as number);
    this.#polled.add(1);
    if (deliveries > 1) this.#redelivered.add(1);
    if (this.#atBroker !== null) {
      const call = this.#atBroker.begin();
      this.#atBroker.received(at, call, this.#sim.now - sentUs, this.#told.of(waiting, place), 0, 1, -1);
    }
    this.#gather(poller);
  }

  // --- batches ---

  /** A batch, if it has none, and enough or waited long enough. */
  #gather(poller: Poller): void {
    const { waiting, waitingBytes, firstUs } = poller;
    if (poller.state !== Gathering || waiting.count === 0) return;
    const { batchSize, batchWindowUs } = this.settings;
    const isFull = waiting.count >= batchSize || waitingBytes >= PAYLOAD_BYTES;
    const leftUs = firstUs + batchWindowUs - this.#sim.now;
    if (!isFull && leftUs > 0) {
      if (poller.timer === -1) poller.timer = this.#sim.schedule(leftUs, this.#windowOver, poller.index);
      return;
    }
    if (poller.timer !== -1) this.#sim.cancel(poller.timer);
    poller.timer = -1;
    this.#full += isFull ? 1 : -1;
    if (isFull) this.#scale.found();
    else this.#scale.spare();
    this.#close(poller);
    poller.refusedWaitUs = lambdaFacts.throttleRetryUs.value;
    this.#offer(poller);
  }

  /** What waits becomes the batch, as far as one payload holds it. */
  #close(poller: Poller): void {
    const { waiting, batch } = poller;
    const count = this.#fitting(waiting);
    for (let i = 0; i < count; i++) {
      batch.addOne(waiting, i);
      batch.handle[i] = waiting.handle[i] as number;
      batch.id[i] = waiting.id[i] as number;
      poller.waitingBytes -= this.#requests.bytes(waiting.body[i] as number);
    }
    waiting.dropFirst(count);
    poller.isLost = false;
    poller.event = eventOf(batch, poller.event);
  }

  #fitting({ count, body }: StreamRecords): number {
    const most = Math.min(this.settings.batchSize, count);
    let bytes = 0;
    for (let i = 0; i < most; i++) {
      bytes += this.#requests.bytes(body[i] as number);
      if (bytes > PAYLOAD_BYTES && i > 0) return i;
    }
    return most;
  }

  /** Offers the batch to the function, again and again after longer waits. */
  #offer(poller: Poller): void {
    const { event, index } = poller;
    const refused = this.#ports.target.invoke(event, 'throw', this, index);
    if (refused === null) {
      poller.state = Working;
      this.#invoked.add(event.count);
      if (this.#witness !== null) this.#tellHandling(this.#witness, poller, 0);
      return;
    }
    poller.state = Pausing;
    poller.timer = this.#sim.schedule(poller.refusedWaitUs, this.#offerAgain, index);
    poller.refusedWaitUs = Math.min(poller.refusedWaitUs * 2, lambdaFacts.throttleRetryMostUs.value);
  }

  // --- the function's answers ---

  onItem(tag: number, at: number, success: boolean): void {
    const poller = this.#pollers[tag] as Poller;
    if (this.#witness !== null) this.#tellItem(this.#witness, poller, at, success);
    if (success) this.#requests.complete(poller.batch.body[at] as number);
  }

  onInvoked(tag: number, success: boolean): void {
    const poller = this.#pollers[tag] as Poller;
    if (poller.working >= 0) this.#tellHandled(poller, Outcome.timedOut);
    if (!success) this.#failedInvoke.add(poller.event.count);
    if (success || poller.isLost) {
      this.#settle(poller, success);
      return;
    }
    poller.state = Pausing;
    poller.timer = this.#sim.schedule(this.#ports.refuseUs, this.#refuse, tag);
  }

  /** Tells the broker, unless the connection that brought the batch is gone. */
  #settle(poller: Poller, success: boolean): void {
    const { batch, index, connection, isLost } = poller;
    poller.state = Working;
    if (!isLost) {
      if (success && this.#atBroker !== null) {
        const call = this.#atBroker.begin();
        for (let i = 0; i < batch.count; i++) this.#atBroker.deleting(index, call, this.#told.of(batch, i), 0, 1);
      }
      connection.settle(batch.handle, batch.count, success);
    }
    this.#batchOver(poller);
  }

  /** The batch is out of its hands; on to what came meanwhile. */
  #batchOver(poller: Poller): void {
    const { batch, waiting } = poller;
    for (let i = 0; i < batch.count; i++) this.#requests.release(batch.body[i] as number);
    batch.count = 0;
    poller.state = Gathering;
    poller.firstUs = this.#sim.now;
    if (waiting.count > 0) this.#gather(poller);
    else if (this.#scale.leaves(false)) {
      this.#level.set(this.#scale.running);
      poller.connection.crash();
      this.#gone.push(poller);
    }
  }

  // --- what is told to the witness ---

  /** The function works on one item after the other; where it goes on after the last one told it is over. */
  #tellItem(witness: Witness, poller: Poller, at: number, success: boolean): void {
    this.#tellHandled(poller, success ? Outcome.ok : Outcome.failed);
    if (success && at + 1 < poller.event.count) this.#tellHandling(witness, poller, at + 1);
  }

  #tellHandling(witness: Witness, poller: Poller, at: number): void {
    poller.working = at;
    poller.handling = witness.begin();
    witness.handling(poller.index, poller.handling, poller.batch, at);
  }

  #tellHandled(poller: Poller, outcome: Outcome): void {
    this.#witness?.handled(poller.index, poller.handling, poller.batch, poller.working, outcome);
    poller.working = -1;
  }
}
