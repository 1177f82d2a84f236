/**
 * A client's line to its broker, whatever goes over it: one direction each way, and a new attempt after each failure, with a back-off.
 *
 *   closed ─ open ─▶ connecting ─ greeted ─▶ open ─ broker gone, line cut ─▶ connecting, after a back-off …
 *
 * A frame that the network loses breaks the connection, and both ends notice at once: TCP tries again for minutes, and keep-alives end that (not modelled).
 */
import type { Handle, KeyedStream, Simulation, Variate } from '../../kernel/index.ts';
import type { EndpointState } from '../endpoint.ts';
import { type Frame, Line } from './line.ts';

/** How a client comes back: ActiveMQ's failover transport, or a loop of the application's. Microseconds. */
export interface ReconnectPolicy {
  readonly initialDelayUs: number;
  readonly maxDelayUs: number;
  readonly factor: number;
}

export interface NetworkPorts {
  readonly state: EndpointState;
  /** Round trip to the broker. */
  readonly latency: Variate;
  readonly delays: KeyedStream;
  readonly losses: KeyedStream;
  readonly reconnect: ReconnectPolicy;
}

/** Both ends of the line. */
export interface TransportEnds {
  /** At the broker: opens the connection there. What it says at once comes after the greeting. false: nobody is there, or it is refused. */
  onConnect(): boolean;
  /** At the broker: the client's end is gone. */
  onCut(): void;
  onReachedBroker(frame: Frame): void;
  onReachedClient(frame: Frame): void;
  /** It was under way when the line was cut. */
  onDropped(frame: Frame): void;
  /** At the client. */
  onOpen(): void;
  /** At the client: it was open, and is being opened again. */
  onLost(): void;
}

/** Ways to and fro until a connection can be used: TCP, TLS and the protocol's own greeting (assumed). */
const HANDSHAKES = 4;
/** Kinds of frames are numbers above it. */
const GREETING = 0;

const Closed = 0;
const Connecting = 1;
const Open = 2;

export class Transport {
  readonly #index: number;
  readonly #sim: Simulation;
  readonly #ports: NetworkPorts;
  readonly #ends: TransportEnds;
  readonly #up: Line;
  readonly #down: Line;
  #state = Closed;
  /** Whether the broker knows of it. */
  #isThere = false;
  #timer: Handle | -1 = -1;
  #failures = 0;
  /** Moves on with each line. */
  #life = 0;
  /** Frames and attempts so far: what selects their luck. */
  #frames = 0;

  readonly #breakOf = (life: number): void => {
    if (life === this.#life) this.breakLine();
  };
  readonly #arrive = (): void => {
    this.#timer = -1;
    this.#tryToConnect();
  };

  /** `index`: of the connection among its client's: with it, its draws are its own. */
  constructor(sim: Simulation, index: number, ports: NetworkPorts, ends: TransportEnds) {
    this.#sim = sim;
    this.#index = index;
    this.#ports = ports;
    this.#ends = ends;
    const dropped = (frame: Frame): void => {
      if (frame.kind !== GREETING) ends.onDropped(frame);
    };
    this.#up = new Line(sim, (frame) => ends.onReachedBroker(frame), dropped);
    this.#down = new Line(sim, (frame) => this.#reachedClient(frame), dropped);
  }

  get isOpen(): boolean {
    return this.#state === Open;
  }

  /** Begins to connect; it comes back by itself until `crash`. */
  open(): void {
    if (this.#state === Closed) this.#connectAfter(0);
  }

  /** The client has died: nothing more comes of it, and it does not come back until `open`. */
  crash(): void {
    if (this.#state === Closed) return;
    if (this.#isThere) this.#ends.onCut();
    this.#drop();
    this.#state = Closed;
  }

  /** From the client, which is open. Whether it is under way: else the line broke. */
  up(kind: number, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0): boolean {
    if (this.#isLost()) {
      this.breakLine();
      return false;
    }
    this.#up.push(this.#wayUs(), kind, a, b, c, d, e, f, g);
    return true;
  }

  /** From the broker, which is in the middle of something: a line that breaks here does so when it is through. */
  down(kind: number, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0): void {
    this.#down.push(this.#wayUs(), kind, a, b, c, d, e, f, g);
    const { loseReplies } = this.#ports.state;
    if (loseReplies > 0 && this.#luck() < loseReplies) this.#sim.schedule(0, this.#breakOf, this.#life);
  }

  /** Both ends notice at once. */
  breakLine(): void {
    if (!this.#isThere) return;
    this.#ends.onCut();
    this.#lose();
  }

  /** The broker has ended it. */
  closed(): void {
    if (this.#isThere) this.#lose();
  }

  #connectAfter(delayUs: number): void {
    this.#state = Connecting;
    this.#timer = this.#sim.schedule(delayUs + (2 * HANDSHAKES - 1) * this.#wayUs(), this.#arrive, undefined);
  }

  #tryToConnect(): void {
    // First of all, whatever the broker has to send at once.
    this.down(GREETING);
    this.#isThere = !this.#ports.state.down && !this.#isLost();
    if (this.#isThere && this.#ends.onConnect()) return;
    this.#isThere = false;
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

  #isLost(): boolean {
    const { loseRequests } = this.#ports.state;
    this.#frames++;
    return loseRequests > 0 && this.#luck() < loseRequests;
  }

  #luck(): number {
    this.#frames++;
    return this.#ports.losses.at(this.#index, this.#frames).uniform();
  }

  #lose(): void {
    const wasOpen = this.#state === Open;
    this.#drop();
    this.#state = Connecting;
    if (wasOpen) this.#ends.onLost();
    this.#retry();
  }

  #drop(): void {
    this.#life++;
    if (this.#timer !== -1) this.#sim.cancel(this.#timer);
    this.#timer = -1;
    this.#isThere = false;
    this.#up.cut();
    this.#down.cut();
  }

  #wayUs(): number {
    const { latency, delays, state } = this.#ports;
    const roundTripUs = latency.constant ? latency.mean : latency.draw(delays.at(this.#index, this.#frames));
    return Math.floor(roundTripUs / 2 + 0.5) + state.wayUs;
  }

  #reachedClient(frame: Frame): void {
    if (frame.kind !== GREETING) {
      this.#ends.onReachedClient(frame);
      return;
    }
    this.#state = Open;
    this.#failures = 0;
    this.#ends.onOpen();
  }
}
