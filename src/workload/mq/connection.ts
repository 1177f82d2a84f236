/** A client's connection to its broker, in any protocol whose client keeps no state of its own: a driver does the talking at the broker's end of the line. */
import type { Simulation } from '../../kernel/index.ts';
import type { DeliveredMessage } from '../../services/mq/broker/ports.ts';
import type { Outcome, Requests } from '../../services/ports.ts';
import type { Frame } from './line.ts';
import type { BrokerDriver, BrokerEnd } from './protocol.ts';
import { type NetworkPorts, Transport, type TransportEnds } from './transport.ts';

/** A message that has come to a client. Good until the call returns. */
export interface Arrival {
  readonly handle: number;
  /** The row of its request: held until the call returns. */
  readonly body: number;
  readonly id: number;
  readonly sequence: number;
  readonly deliveries: number;
  readonly group: number;
  /** When it left the broker, microseconds. */
  readonly sentUs: number;
}

export interface ConnectionOwner {
  /** Something can be published; of who is subscribed over MQTT: its subscription stands. */
  onOpen(connection: number): void;
  /** All that was under way on it, or on one of its lines, is gone; it is being opened again. */
  onLost(connection: number): void;
  onAnswer(connection: number, tag: number, outcome: Outcome): void;
  onMessage(connection: number, message: Arrival): void;
}

/** What publishers and consumers have of a connection. */
export interface ClientConnection {
  /** Whether what is published is answered; if not, it has been published when it has left. */
  readonly answers: boolean;
  /** Whether what has come wants to be acknowledged; if not, it has been when it was sent. */
  readonly acknowledges: boolean;
  /** Whether it keeps what is not answered, and sends it again by itself. */
  readonly keeps: boolean;
  /** Whether what it has delivered stays in hand when its line is gone; if not, it is somebody else's then. */
  readonly keepsInHand: boolean;
  /** Whether something can be published. */
  readonly isOpen: boolean;
  /** Begins to connect; it comes back by itself until `crash`. */
  open(): void;
  /** Sends a request that its owner holds. Only while it is open. */
  publish(request: number, tag: number): void;
  /** Whether it is on its way: what came on a line that is gone nobody can acknowledge. */
  acknowledge(handle: number): boolean;
  /** It wasn't handled. Whether that is on its way. */
  refuse(handle: number): boolean;
  /** The client has died: nothing more comes of it, and it does not come back until `open`. */
  crash(): void;
  /** The line breaks; it comes back. */
  breakLine(): void;
}

/** One whose owner takes several messages and settles them together. */
export interface BatchConnection extends ClientConnection {
  /** Those of the first handles, in the order in which they came: all acknowledged, or all refused. */
  settle(handles: Float64Array, count: number, success: boolean): void;
}

export interface ConnectionPorts extends NetworkPorts {
  readonly requests: Requests;
  readonly driver: BrokerDriver;
}

// Upwards:
const Publish = 1;
const Acknowledge = 2;
const Refuse = 3;
// Downwards:
const Answer = 4;
const Deliver = 5;

export class BrokerConnection implements BatchConnection, BrokerEnd, TransportEnds {
  readonly answers: boolean;
  readonly acknowledges: boolean;
  readonly keeps = false;
  readonly keepsInHand = false;
  readonly #sim: Simulation;
  readonly #index: number;
  readonly #requests: Requests;
  readonly #driver: BrokerDriver;
  readonly #owner: ConnectionOwner;
  readonly #transport: Transport;
  readonly #arrival: { -readonly [K in keyof Arrival]: Arrival[K] } = {
    handle: 0,
    body: 0,
    id: 0,
    sequence: 0,
    deliveries: 0,
    group: 0,
    sentUs: 0,
  };

  constructor(sim: Simulation, index: number, ports: ConnectionPorts, owner: ConnectionOwner) {
    this.#sim = sim;
    this.#index = index;
    this.#requests = ports.requests;
    this.#driver = ports.driver;
    this.#owner = owner;
    this.answers = ports.driver.answers;
    this.acknowledges = ports.driver.acknowledges;
    this.#transport = new Transport(sim, index, ports, this);
  }

  get isOpen(): boolean {
    return this.#transport.isOpen;
  }

  open(): void {
    this.#transport.open();
  }

  crash(): void {
    this.#transport.crash();
  }

  breakLine(): void {
    this.#transport.breakLine();
  }

  /** The line holds the request too. */
  publish(request: number, tag: number): void {
    this.#requests.retain(request);
    if (!this.#transport.up(Publish, request, tag)) this.#requests.release(request);
  }

  acknowledge(handle: number): boolean {
    return this.isOpen && this.#transport.up(Acknowledge, handle);
  }

  refuse(handle: number): boolean {
    return this.isOpen && this.#transport.up(Refuse, handle);
  }

  settle(handles: Float64Array, count: number, success: boolean): void {
    for (let i = 0; i < count; i++) {
      const handle = handles[i] as number;
      if (success) this.acknowledge(handle);
      else this.refuse(handle);
    }
  }

  // --- the broker's end ---

  answered(tag: number, outcome: Outcome): void {
    this.#transport.down(Answer, tag, outcome);
  }

  delivered(handle: number, { body, id, sequence, deliveries, group }: DeliveredMessage): void {
    this.#requests.retain(body);
    this.#transport.down(Deliver, handle, body, id, sequence, deliveries, group, this.#sim.now);
  }

  closed(): void {
    this.#transport.closed();
  }

  // --- both ends of the line ---

  onConnect(): boolean {
    return this.#driver.connect(this);
  }

  onCut(): void {
    this.#driver.cut();
  }

  onOpen(): void {
    this.#owner.onOpen(this.#index);
  }

  onLost(): void {
    this.#owner.onLost(this.#index);
  }

  onReachedBroker({ kind, a, b }: Frame): void {
    if (kind === Publish) {
      this.#driver.publish(a, b);
      this.#requests.release(a);
    } else if (kind === Acknowledge) this.#driver.acknowledge(a);
    else this.#driver.refuse(a);
  }

  onReachedClient({ kind, a, b, c, d, e, f, g }: Frame): void {
    if (kind === Answer) {
      this.#owner.onAnswer(this.#index, a, b as Outcome);
      return;
    }
    const arrival = this.#arrival;
    arrival.handle = a;
    arrival.body = b;
    arrival.id = c;
    arrival.sequence = d;
    arrival.deliveries = e;
    arrival.group = f;
    arrival.sentUs = g;
    this.#owner.onMessage(this.#index, arrival);
    this.#requests.release(b);
  }

  onDropped({ kind, a, b }: Frame): void {
    if (kind === Publish) this.#requests.release(a);
    else if (kind === Deliver) this.#requests.release(b);
  }
}
