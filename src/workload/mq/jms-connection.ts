/**
 * An application's connection to ActiveMQ over OpenWire: JMS sessions at this end, commands as frames, the broker's connection at the other. A session has one listener, which
 * works on one message at a time, so a consumer that works on several has as many sessions (each on a line of its own).
 *
 *   JmsSession ─ commands ─▶ Transport ─▶ OpenWireConnection (broker)
 */
import type { Simulation } from '../../kernel/index.ts';
import type { MessageInput } from '../../services/mq/broker/ports.ts';
import type {
  AckType,
  ConsumerInfo,
  DeliveredMessage,
  MessageAck,
  OpenWireConnection,
  OpenWireError,
  OpenWireOwner,
} from '../../services/mq/openwire/operations.ts';
import { Outcome, type Requests } from '../../services/ports.ts';
import type { Arrival, ClientConnection, ConnectionOwner } from './connection.ts';
import { type JmsApplication, type JmsMessage, JmsSession } from './jms-session.ts';
import type { JmsSettings } from './jms-settings.ts';
import type { Frame } from './line.ts';
import { type NetworkPorts, Transport, type TransportEnds } from './transport.ts';

export interface JmsPublishing {
  /** `queue://orders`; several, parted by commas, have a copy each. */
  readonly destination: string;
  readonly persistent: boolean;
  /** Whether persistent sends are waited for. */
  readonly confirms: boolean;
  readonly priority: number;
}

export interface JmsConnectionPorts extends NetworkPorts {
  readonly requests: Requests;
  /** null: nobody is there, or takes no more. */
  readonly connect: (owner: OpenWireOwner) => OpenWireConnection | null;
  /** Name of its sessions' random numbers. */
  readonly name: string;
  readonly publishing: JmsPublishing | null;
  readonly consuming: {
    readonly info: ConsumerInfo;
    readonly mode: 'AUTO' | 'CLIENT';
    readonly sessions: number;
  } | null;
}

const Send = 1;
const AddConsumer = 2;
const Acknowledge = 3;
const Pull = 4;
const Dispatch = 5;
const Response = 6;
const PullTimeout = 7;

const NONE = -1;

export class JmsClientConnection implements ClientConnection {
  readonly answers: boolean;
  readonly acknowledges = true;
  readonly keeps: boolean;
  /** What a session was given on a line that is gone it knows by its handle. */
  readonly keepsInHand = true;
  readonly #sessions: SessionLine[] = [];

  constructor(sim: Simulation, index: number, ports: JmsConnectionPorts, owner: ConnectionOwner) {
    const { publishing, consuming } = ports;
    this.answers = publishing !== null && publishing.persistent && publishing.confirms;
    // Sends that are waited for are sent again by the session.
    this.keeps = this.answers;
    const count = consuming?.sessions ?? 1;
    for (let i = 0; i < count; i++) {
      this.#sessions.push(new SessionLine(sim, { index, number: i, isFirst: i === 0 }, ports, owner));
    }
  }

  get isOpen(): boolean {
    return (this.#sessions[0] as SessionLine).isOpen;
  }

  open(): void {
    for (const session of this.#sessions) session.open();
  }

  publish(request: number, tag: number): void {
    (this.#sessions[0] as SessionLine).publish(request, tag);
  }

  /** A handle is a session, and which of its messages. */
  acknowledge(handle: number): boolean {
    const count = this.#sessions.length;
    return (this.#sessions[handle % count] as SessionLine).returned(Math.floor(handle / count));
  }

  refuse(handle: number): boolean {
    const count = this.#sessions.length;
    return (this.#sessions[handle % count] as SessionLine).threw(Math.floor(handle / count));
  }

  crash(): void {
    for (const session of this.#sessions) session.crash();
  }

  breakLine(): void {
    for (const session of this.#sessions) session.breakLine();
  }
}

interface Place {
  /** Of the connection among its client's, and of the session within it. */
  readonly index: number;
  readonly number: number;
  readonly isFirst: boolean;
}

/** One session on its line. */
class SessionLine implements TransportEnds, JmsApplication {
  readonly #sim: Simulation;
  readonly #place: Place;
  readonly #ports: JmsConnectionPorts;
  readonly #owner: ConnectionOwner;
  readonly #transport: Transport;
  readonly #input: MessageInput;
  readonly #ack: MessageAck = { consumer: 0, type: 0, first: NONE, last: NONE, count: 1, transaction: NONE };
  readonly #arrival: { -readonly [K in keyof Arrival]: Arrival[K] };
  readonly #delivered: { -readonly [K in keyof DeliveredMessage]: DeliveredMessage[K] };
  #session: JmsSession;
  /** Of the message that it was given last. */
  #serial = 0;
  /** Whether its listener is at work on that, for the line that brought it. */
  #isAtWork = false;
  #atBroker: OpenWireConnection | null = null;

  constructor(sim: Simulation, place: Place, ports: JmsConnectionPorts, owner: ConnectionOwner) {
    this.#sim = sim;
    this.#place = place;
    this.#ports = ports;
    this.#owner = owner;
    const { publishing } = ports;
    this.#input = {
      body: 0,
      bytes: 0,
      persistent: publishing?.persistent ?? false,
      expirationMs: NONE,
      priority: publishing?.priority ?? NONE,
      group: NONE,
    };
    this.#arrival = { handle: place.number, body: 0, id: 0, sequence: 0, deliveries: 0, group: NONE, sentUs: 0 };
    this.#delivered = {
      body: 0,
      bytes: 0,
      id: 0,
      sequence: 0,
      redelivered: false,
      deliveries: 0,
      group: NONE,
      persistent: true,
      enqueuedUs: 0,
    };
    this.#transport = new Transport(sim, place.index, ports, this);
    this.#session = this.#newSession();
  }

  get isOpen(): boolean {
    return this.#transport.isOpen;
  }

  open(): void {
    this.#transport.open();
  }

  publish(request: number, tag: number): void {
    const { requests, publishing } = this.#ports;
    const input = this.#input;
    input.body = request;
    input.bytes = requests.bytes(request);
    input.group = requests.key(request);
    this.#session.send((publishing as JmsPublishing).destination, input, tag);
  }

  /** Whether anybody is told: whoever worked for a line that is gone did so for nobody. */
  returned(serial: number): boolean {
    if (!this.#ends(serial)) return false;
    if (this.#ports.consuming?.mode === 'CLIENT') this.#session.acknowledge();
    this.#session.returned();
    return true;
  }

  threw(serial: number): boolean {
    if (!this.#ends(serial)) return false;
    // Else the next acknowledgement would be for it too.
    if (this.#ports.consuming?.mode === 'CLIENT') this.#session.recover();
    this.#session.threw();
    return true;
  }

  #ends(serial: number): boolean {
    if (serial !== this.#serial || !this.#isAtWork) return false;
    this.#isAtWork = false;
    return true;
  }

  crash(): void {
    this.#isAtWork = false;
    this.#transport.crash();
    this.#session.onClosed();
    this.#session = this.#newSession();
  }

  breakLine(): void {
    this.#transport.breakLine();
  }

  // --- the application of the session ---

  onMessage({ body, id, sequence, group, redeliveryCounter, enqueuedUs }: JmsMessage): void {
    const arrival = this.#arrival;
    this.#serial++;
    this.#isAtWork = true;
    arrival.handle = this.#serial * (this.#ports.consuming?.sessions ?? 1) + this.#place.number;
    arrival.body = body;
    arrival.id = id;
    arrival.sequence = sequence;
    arrival.group = group;
    arrival.deliveries = redeliveryCounter + 1;
    arrival.sentUs = enqueuedUs;
    this.#owner.onMessage(this.#place.index, arrival);
  }

  onSent(tag: number, error: OpenWireError | null): void {
    this.#owner.onAnswer(this.#place.index, tag, error === null ? Outcome.ok : Outcome.refused);
  }

  onCommitted(): void {}

  onConsumerFailed(): void {}

  // --- both ends of the line ---

  onConnect(): boolean {
    this.#atBroker = this.#ports.connect(this.#fromBroker);
    this.#atBroker?.addConnectionInfo(NONE, null);
    return this.#atBroker !== null;
  }

  onCut(): void {
    const atBroker = this.#atBroker;
    this.#atBroker = null;
    atBroker?.cut();
  }

  onOpen(): void {
    this.#session.attach(this.#toBroker);
    if (this.#place.isFirst) this.#owner.onOpen(this.#place.index);
  }

  onLost(): void {
    this.#atBroker = null;
    this.#session.onClosed();
    // Whoever still works on what it was given does so for nobody: the session is free for what comes on the next line.
    this.#isAtWork = false;
    this.#session.returned();
    this.#owner.onLost(this.#place.index);
  }

  onReachedBroker({ kind, a, b, c, d, e }: Frame): void {
    const atBroker = this.#atBroker;
    if (kind === Send) {
      this.#input.body = b;
      this.#input.bytes = this.#ports.requests.bytes(b);
      this.#input.group = this.#ports.requests.key(b);
      atBroker?.send(a, (this.#ports.publishing as JmsPublishing).destination, this.#input, NONE);
      this.#ports.requests.release(b);
    } else if (kind === AddConsumer)
      atBroker?.addConsumer(a, b, (this.#ports.consuming as { info: ConsumerInfo }).info);
    else if (kind === Pull) atBroker?.pull(a, b);
    else {
      const ack = this.#ack;
      ack.consumer = a;
      ack.type = b as AckType;
      ack.first = c;
      ack.last = d;
      ack.count = e;
      atBroker?.acknowledge(NONE, ack);
    }
  }

  onReachedClient({ kind, a, b, c, d, e, f, g }: Frame): void {
    if (kind === Response) this.#session.onResponse(a, b === 1 ? null : REFUSED);
    else if (kind === PullTimeout) this.#session.onPullTimeout(a);
    else {
      const message = this.#delivered;
      message.body = b;
      message.bytes = this.#ports.requests.bytes(b);
      message.id = c;
      message.sequence = d;
      message.deliveries = e;
      message.redelivered = e > 1;
      message.group = f;
      message.enqueuedUs = g;
      this.#session.onDispatch(a, message);
      // The broker holds it as long as it is in the session's hands, and whoever works on it holds it too.
      this.#ports.requests.release(b);
    }
  }

  onDropped({ kind, b }: Frame): void {
    if (kind === Send || kind === Dispatch) this.#ports.requests.release(b);
  }

  #newSession(): JmsSession {
    const { name, consuming } = this.#ports;
    const { index, number } = this.#place;
    const settings: JmsSettings = {
      name: `${name}-${index}-${number}`,
      mode: consuming?.mode ?? 'AUTO',
      useAsyncSend: this.#ports.publishing?.confirms === false,
    };
    const session = new JmsSession(this.#sim, settings, this);
    if (consuming !== null) session.createConsumer(consuming.info);
    return session;
  }

  readonly #toBroker: OpenWireConnection = {
    addConnectionInfo: () => {},
    send: (command, _destination, { body }) => {
      this.#ports.requests.retain(body);
      if (!this.#transport.up(Send, command, body)) this.#ports.requests.release(body);
    },
    addConsumer: (command, consumer) => void this.#transport.up(AddConsumer, command, consumer),
    removeConsumer: () => {},
    removeSubscription: () => {},
    acknowledge: (_command, { consumer, type, first, last, count }) =>
      void this.#transport.up(Acknowledge, consumer, type, first, last, count),
    pull: (consumer, timeoutMs) => void this.#transport.up(Pull, consumer, timeoutMs),
    begin: () => {},
    commit: () => {},
    rollback: () => {},
    close: () => {},
    cut: () => {},
  };

  readonly #fromBroker: OpenWireOwner = {
    onDispatch: (consumer, { body, id, sequence, deliveries, group }) => {
      this.#ports.requests.retain(body);
      this.#transport.down(Dispatch, consumer, body, id, sequence, deliveries, group, this.#sim.now);
    },
    onPullTimeout: (consumer) => this.#transport.down(PullTimeout, consumer),
    onResponse: (command, error) => this.#transport.down(Response, command, error === null ? 1 : 0),
    onClosed: () => {
      this.#atBroker = null;
      this.#transport.closed();
    },
    onBlocked: () => {},
    onUnblocked: () => {},
  };
}

const REFUSED: OpenWireError = { code: 'ResourceAllocationException', message: 'no space' };
