/**
 * A fleet of consumers of one queue or topic of a broker.
 *
 *   broker ─ pushes up to the prefetch ─▶ in hand ─▶ workers (concurrency): handler ─▶ acknowledged │ refused ─▶ next
 *
 * What is in hand when the connection breaks comes back to others; a handler that is at work on it goes on, and its acknowledgement goes nowhere.
 */
import type { CallPath } from '../../calls/index.ts';
import type { Simulation } from '../../kernel/index.ts';
import {
  type Counter,
  type HandlerRunner,
  type Level,
  type Metrics,
  Outcome,
  type Witness,
} from '../../services/ports.ts';
import { RecordHandler, type RecordHandlerOwner } from '../record-handler.ts';
import type { RequestTable } from '../requests.ts';
import type { MqConsumerSettings } from '../settings.ts';
import { StreamRecords } from '../stream-records.ts';
import type { Arrival, ClientConnection, ConnectionOwner } from './connection.ts';
import { ToldMessage } from './told.ts';

export interface MqConsumerPorts {
  readonly requests: RequestTable;
  readonly metrics: Metrics;
  /** The connection of an instance, for its owner; it subscribes by itself. */
  readonly connection: (instance: number, owner: ConnectionOwner) => ClientConnection;
  /** The row that whoever handles a body works on, held once more: the delivery to this consumer where a message has several readers. */
  readonly take: (body: number) => number;
  /** Which of the broker's queues it reads; of MQTT, which of its subscribers it is. */
  readonly queue: number;
  /** What it does at its broker, and what its handlers do; default: null. */
  readonly atBroker?: Witness | null;
  readonly witness?: Witness | null;
  /** Whether its handlers hand their work on, so that it is not done when they are; default: false. */
  readonly handsOn?: boolean;
  readonly code?: HandlerRunner | null;
}

interface Worker {
  readonly index: number;
  readonly instance: Instance;
  /** The one message that it works on. */
  readonly unit: StreamRecords;
  /** The connection that brought it; its handle is good on that alone. */
  life: number;
  handling: number;
}

interface Instance {
  readonly index: number;
  readonly connection: ClientConnection;
  readonly inHand: StreamRecords;
  /** The next of them. */
  next: number;
  readonly idle: Worker[];
  readonly workers: Worker[];
  alive: boolean;
  restartUs: number;
  /** Moves on with each connection. */
  life: number;
}

/** Messages that were taken from the front before the columns move up. */
const SLACK = 64;

export class MqConsumer implements ConnectionOwner, RecordHandlerOwner {
  readonly settings: MqConsumerSettings;
  readonly #sim: Simulation;
  readonly #ports: MqConsumerPorts;
  readonly #requests: RequestTable;
  readonly #handler: RecordHandler;
  readonly #atBroker: Witness | null;
  readonly #witness: Witness | null;
  readonly #instances: Instance[] = [];
  readonly #workers: Worker[] = [];
  readonly #told: ToldMessage;
  #busy = 0;
  readonly #utilisation: Level;
  readonly #inHandLevel: Level;
  readonly #alive: Level;
  readonly #handled: Counter;
  readonly #failures: Counter;
  readonly #redelivered: Counter;

  readonly #restart = (index: number): void => {
    const instance = this.#instances[index] as Instance;
    // A later crash may have put the restart off.
    if (instance.alive || this.#sim.now < instance.restartUs) return;
    this.#setAlive(instance, true);
    instance.connection.open();
  };

  constructor(sim: Simulation, settings: MqConsumerSettings, ports: MqConsumerPorts) {
    this.settings = settings;
    this.#sim = sim;
    this.#ports = ports;
    this.#requests = ports.requests;
    this.#atBroker = ports.atBroker ?? null;
    this.#told = new ToldMessage(ports.queue);
    this.#witness = ports.witness ?? null;
    const { metrics } = ports;
    this.#utilisation = metrics.level('Utilisation', 'None');
    this.#inHandLevel = metrics.level('MessagesInHand', 'Count');
    this.#alive = metrics.level('InstancesRunning', 'Count');
    this.#handled = metrics.counter('MessagesHandled', 'Count');
    this.#failures = metrics.counter('HandlerFailures', 'Count');
    this.#redelivered = metrics.counter('MessagesRedelivered', 'Count');
    this.#handler = new RecordHandler(sim, settings.name, settings.handler, ports.requests, ports.code ?? null, this);
    for (let i = 0; i < settings.instances; i++) this.#addInstance(i);
  }

  /** Wires the services that the handler calls; `calls[i]` serves `handler.calls[i]`. */
  connect(calls: readonly CallPath[]): void {
    this.#handler.connect(calls);
  }

  start(): void {
    for (const instance of this.#instances) {
      this.#setAlive(instance, true);
      instance.connection.open();
    }
  }

  // --- faults ---

  /** Makes handler times begun from now on longer by a factor, on top of others in force; the returned function ends it. */
  slowDown(factor: number): () => void {
    return this.#handler.slowDown(factor);
  }

  /** A share of the running instances stops; what they have in hand comes back to others. `restartUs`: null: for good. */
  crash(share: number, restartUs: number | null): void {
    const running = this.#instances.filter(({ alive }) => alive);
    const until = restartUs === null ? Number.POSITIVE_INFINITY : this.#sim.now + restartUs;
    for (const instance of running.slice(0, Math.round(share * this.#instances.length))) {
      this.#kill(instance);
      instance.restartUs = until;
      if (restartUs !== null) this.#sim.schedule(restartUs, this.#restart, instance.index);
    }
  }

  // --- the owner of connections ---

  onOpen(at: number): void {
    this.#atBroker?.subscribed(at, this.#ports.queue);
  }

  onLost(at: number): void {
    const instance = this.#instances[at] as Instance;
    this.#tellLost(at);
    if (instance.connection.keepsInHand) return;
    instance.life++;
    this.#dropInHand(instance);
  }

  onAnswer(): void {}

  onMessage(at: number, arrival: Arrival): void {
    const instance = this.#instances[at] as Instance;
    const { inHand } = instance;
    const row = this.#ports.take(arrival.body);
    const place = inHand.count;
    inHand.add(row, arrival.group, arrival.sequence, arrival.sentUs);
    inHand.handle[place] = arrival.handle;
    inHand.id[place] = arrival.id;
    inHand.receiveCount[place] = arrival.deliveries;
    if (arrival.deliveries > 1) this.#redelivered.add(1);
    this.#inHandLevel.add(1);
    if (this.#atBroker !== null) {
      const agoUs = this.#sim.now - arrival.sentUs;
      this.#atBroker.received(at, this.#atBroker.begin(), agoUs, this.#told.of(inHand, place), 0, 1, -1);
    }
    const worker = instance.idle.pop();
    if (worker !== undefined) this.#take(worker);
  }

  // --- the owner of the handler ---

  onHandled(index: number, success: boolean): void {
    const worker = this.#workers[index] as Worker;
    const { unit, instance } = worker;
    this.#handled.add(1);
    this.#witness?.handled(index, worker.handling, unit, 0, success ? Outcome.ok : Outcome.failed);
    if (!success) this.#failures.add(1);
    else if (this.#ports.handsOn !== true) this.#requests.complete(unit.body[0] as number);
    if (instance.connection.acknowledges && worker.life === instance.life) this.#settle(worker, success);
    this.#free(worker);
    if (instance.next < instance.inHand.count) this.#take(worker);
    else instance.idle.push(worker);
  }

  // --- an instance's life ---

  #addInstance(index: number): void {
    const instance: Instance = {
      index,
      connection: this.#ports.connection(index, this),
      inHand: new StreamRecords(),
      next: 0,
      idle: [],
      workers: [],
      alive: false,
      restartUs: 0,
      life: 0,
    };
    for (let i = 0; i < this.settings.concurrency; i++) {
      const unit = new StreamRecords();
      const worker: Worker = { index: this.#handler.addWorker(index, unit), instance, unit, life: 0, handling: -1 };
      this.#workers.push(worker);
      instance.workers.push(worker);
    }
    // The first of them takes the first message.
    instance.idle.push(...[...instance.workers].reverse());
    this.#instances.push(instance);
  }

  #kill(instance: Instance): void {
    this.#setAlive(instance, false);
    instance.connection.crash();
    this.#tellLost(instance.index);
    instance.life++;
    this.#dropInHand(instance);
    for (const worker of instance.workers) {
      if (worker.unit.count === 0) continue;
      this.#handler.drop(worker.index);
      this.#witness?.handled(worker.index, worker.handling, worker.unit, 0, Outcome.timedOut);
      this.#free(worker);
      instance.idle.push(worker);
    }
  }

  #dropInHand(instance: Instance): void {
    const { inHand } = instance;
    for (let i = instance.next; i < inHand.count; i++) this.#requests.release(inHand.body[i] as number);
    this.#inHandLevel.add(instance.next - inHand.count);
    inHand.count = 0;
    instance.next = 0;
  }

  #setAlive(instance: Instance, alive: boolean): void {
    instance.alive = alive;
    this.#alive.add(alive ? 1 : -1);
  }

  // --- a message in hand ---

  #take(worker: Worker): void {
    const { instance, unit } = worker;
    unit.addOne(instance.inHand, instance.next);
    unit.handle[0] = instance.inHand.handle[instance.next] as number;
    unit.id[0] = instance.inHand.id[instance.next] as number;
    worker.life = instance.life;
    instance.next++;
    if (instance.next === instance.inHand.count) {
      instance.inHand.count = 0;
      instance.next = 0;
    } else if (instance.next >= SLACK && instance.next * 2 >= instance.inHand.count) {
      instance.inHand.dropFirst(instance.next);
      instance.next = 0;
    }
    this.#setBusy(1);
    if (this.#witness !== null) {
      worker.handling = this.#witness.begin();
      this.#witness.handling(worker.index, worker.handling, unit, 0);
    }
    this.#handler.handle(worker.index, 0);
  }

  #settle({ unit, instance }: Worker, success: boolean): void {
    const { connection, index } = instance;
    const handle = unit.handle[0] as number;
    const { life } = instance;
    const isTold = success ? connection.acknowledge(handle) : connection.refuse(handle);
    const atBroker = this.#atBroker;
    // The line may have broken of it.
    if (atBroker === null || !isTold || instance.life !== life) return;
    const told = this.#told.of(unit, 0);
    if (success) atBroker.deleting(index, atBroker.begin(), told, 0, 1);
    else atBroker.visibility(index, told, 0, 0, Outcome.ok);
  }

  /** The line is gone, and with it all that came on it. */
  #tellLost(at: number): void {
    this.#atBroker?.receiveFailed(at, -1, Outcome.timedOut);
  }

  #free({ unit }: Worker): void {
    this.#requests.release(unit.body[0] as number);
    unit.count = 0;
    this.#inHandLevel.add(-1);
    this.#setBusy(-1);
  }

  #setBusy(by: number): void {
    this.#busy += by;
    this.#utilisation.set(this.#busy / this.#workers.length);
  }
}
