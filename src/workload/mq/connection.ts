/**
 * A client's connection to its broker, whatever the protocol: a line each way, and a new attempt after each failure, with a back-off.
 *
 *   closed ─ open ─▶ connecting ─ greeted ─▶ open ─ broker gone, line cut ─▶ connecting, after a back-off …
 *
 * A frame that the network loses breaks the connection, and both ends notice at once: TCP tries again for minutes, and keep-alives end that (not modelled).
 */
import type { Handle, KeyedStream, Simulation, Variate } from '../../kernel/index.ts';
import type { DeliveredMessage } from '../../services/mq/broker/ports.ts';
import { Outcome, type Requests } from '../../services/ports.ts';
import type { EndpointState } from '../endpoint.ts';
import { type Frame, Line } from './line.ts';
import type { BrokerDriver, BrokerEnd } from './protocol.ts';

/** How a client comes back: ActiveMQ's failover transport, or a loop of the application's. Microseconds. */
export interface ReconnectPolicy {
  readonly initialDelayUs: number;
  readonly maxDelayUs: number;
  readonly factor: number;
}

export interface ConnectionPorts {
  readonly requests: Requests;
  readonly driver: BrokerDriver;
  readonly state: EndpointState;
  /** Round trip to the broker. */
  readonly latency: Variate;
  readonly delays: KeyedStream;
  readonly losses: KeyedStream;
  readonly reconnect: ReconnectPolicy;
}

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
  onOpen(connection: number): void;
  /** All that was under way on it is gone; it is being opened again. */
  onLost(connection: number): void;
  onAnswer(connection: number, tag: number, outcome: Outcome): void;
  onMessage(connection: number, message: Arrival): void;
}

/** Ways to and fro until a connection can be used: TCP, TLS and the protocol's own greeting (assumed). */
const HANDSHAKES = 4;

// Upwards:
const Publish = 1;
const Acknowledge = 2;
const Refuse = 3;
// Downwards:
const Answer = 4;
const Deliver = 5;
const Greeting = 6;

const Closed = 0;
const Connecting = 1;
const Open = 2;

export class BrokerConnection implements BrokerEnd {
  readonly index: number;
  readonly #sim: Simulation;
  readonly #ports: ConnectionPorts;
  readonly #owner: ConnectionOwner;
  readonly #up: Line;
  readonly #down: Line;
  readonly #arrival: { -readonly [K in keyof Arrival]: Arrival[K] } = {
    handle: 0,
    body: 0,
    id: 0,
    sequence: 0,
    deliveries: 0,
    group: 0,
    sentUs: 0,
  };
  #state = Closed;
  /** Whether the broker knows of it. */
  #isThere = false;
  #timer: Handle | -1 = -1;
  #failures = 0;
  /** Frames and attempts so far: what selects their luck. */
  #frames = 0;

  readonly #arrive = (): void => {
    this.#timer = -1;
    this.#tryToConnect();
  };

  constructor(sim: Simulation, index: number, ports: ConnectionPorts, owner: ConnectionOwner) {
    this.index = index;
    this.#sim = sim;
    this.#ports = ports;
    this.#owner = owner;
    this.#up = new Line(sim, (frame) => this.#reachedBroker(frame), (frame) => this.#dropped(frame));
    this.#down = new Line(sim, (frame) => this.#reachedClient(frame), (frame) => this.#dropped(frame));
  }

  get isOpen(): boolean {
    return this.#state === Open;
  }

  /** Begins to connect; it comes back by itself until `close` or `crash`. */
  open(): void {
    if (this.#state === Closed) this.#connectAfter(0);
  }

  /** Sends a request that its owner holds; the line holds it too. Only while it is open. */
  publish(request: number, tag: number): void {
    if (this.#breaks()) return;
    this.#ports.requests.retain(request);
    this.#up.push(this.#wayUs(), Publish, request, tag);
  }

  acknowledge(handle: number): void {
    if (this.isOpen && !this.#breaks()) this.#up.push(this.#wayUs(), Acknowledge, handle);
  }

  refuse(handle: number): void {
    if (this.isOpen && !this.#breaks()) this.#up.push(this.#wayUs(), Refuse, handle);
  }

  /** The client has died: nothing more comes of it, and it does not come back until `open`. */
  crash(): void {
    if (this.#state === Closed) return;
    this.#end();
    this.#state = Closed;
  }

  // --- the broker's end ---

  answered(tag: number, outcome: Outcome): void {
    this.#down.push(this.#wayUs(), Answer, tag, outcome);
  }

  delivered(handle: number, { body, id, sequence, deliveries, group }: DeliveredMessage): void {
    this.#ports.requests.retain(body);
    this.#down.push(this.#wayUs(), Deliver, handle, body, id, sequence, deliveries, group, this.#sim.now);
  }

  closed(): void {
    if (this.#isThere) this.#lose();
  }

  // --- its life ---

  #connectAfter(delayUs: number): void {
    this.#state = Connecting;
    this.#timer = this.#sim.schedule(delayUs + (2 * HANDSHAKES - 1) * this.#wayUs(), this.#arrive, undefined);
  }

  #tryToConnect(): void {
    const { state, driver } = this.#ports;
    // First of all, whatever the broker has to send at once.
    this.#down.push(this.#wayUs(), Greeting);
    this.#isThere = !state.down && !this.#isLost() && driver.connect(this);
    if (this.#isThere) return;
    this.#down.cut();
    this.#retry();
  }

  #retry(): void {
    const { initialDelayUs, maxDelayUs, factor } = this.#ports.reconnect;
    let delayUs = initialDelayUs;
    for (let i = 0; i < this.#failures && delayUs < maxDelayUs; i++) delayUs *= factor;
    this.#failures++;
    this.#connectAfter(Math.min(Math.floor(delayUs + 0.5), maxDelayUs));
  }

  /** Whether the network loses the frame that is about to be sent, and the connection with it. */
  #breaks(): boolean {
    if (!this.#isLost()) return false;
    this.#ports.driver.cut();
    this.#lose();
    return true;
  }

  #isLost(): boolean {
    const { state, losses } = this.#ports;
    this.#frames++;
    return state.loseRequests > 0 && losses.at(this.index, this.#frames).uniform() < state.loseRequests;
  }

  #lose(): void {
    const wasOpen = this.#state === Open;
    this.#drop();
    this.#state = Connecting;
    if (wasOpen) this.#owner.onLost(this.index);
    this.#retry();
  }

  #end(): void {
    if (this.#isThere) this.#ports.driver.cut();
    this.#drop();
  }

  #drop(): void {
    if (this.#timer !== -1) this.#sim.cancel(this.#timer);
    this.#timer = -1;
    this.#isThere = false;
    this.#up.cut();
    this.#down.cut();
  }

  #wayUs(): number {
    const { latency, delays, state } = this.#ports;
    const roundTripUs = latency.constant ? latency.mean : latency.draw(delays.at(this.index, this.#frames));
    return Math.floor(roundTripUs / 2 + 0.5) + state.wayUs;
  }

  // --- frames ---

  #reachedBroker({ kind, a, b }: Frame): void {
    const { driver, requests } = this.#ports;
    if (kind === Publish) {
      driver.publish(a, b);
      requests.release(a);
    } else if (kind === Acknowledge) driver.acknowledge(a);
    else driver.refuse(a);
  }

  #reachedClient({ kind, a, b, c, d, e, f, g }: Frame): void {
    if (kind === Greeting) {
      this.#state = Open;
      this.#failures = 0;
      this.#owner.onOpen(this.index);
      return;
    }
    if (kind === Answer) {
      this.#owner.onAnswer(this.index, a, b as Outcome);
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
    this.#owner.onMessage(this.index, arrival);
    this.#ports.requests.release(b);
  }

  #dropped({ kind, a, b }: Frame): void {
    if (kind === Publish) this.#ports.requests.release(a);
    else if (kind === Deliver) this.#ports.requests.release(b);
  }
}
