/**
 * An application's connection to ActiveMQ over OpenWire: JMS sessions at this end, commands as frames, the broker's connection at the other. A session has one listener, which
 * works on one message at a time, so a consumer that works on several has as many sessions. Each has a line of its own here; they are one connection, which breaks as a whole.
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
import type { Arrival, BatchConnection, ConnectionOwner } from './connection.ts';
import { type JmsApplication, type JmsMessage, JmsSession } from './jms-session.ts';
import type { JmsSettings } from './jms-settings.ts';
import type { Frame } from './line.ts';
import { fill, messageOf, type MessagePublishing } from './protocol.ts';
import { type NetworkPorts, Transport, type TransportEnds } from './transport.ts';

/** `confirms`: persistent sends are waited for. */
export interface JmsPublishing extends MessagePublishing {
  /** `queue://orders`; several, parted by commas, have a copy each. */
  readonly destination: string;
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
    /** INDIVIDUAL: of one session, whose listener takes messages into a batch (`takes`) and settles them later. */
    readonly mode: 'AUTO' | 'CLIENT' | 'INDIVIDUAL';
    readonly sessions: number;
    /** INDIVIDUAL: messages that are taken and not settled, at most. */
    readonly takes?: number;
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

export class JmsClientConnection implements BatchConnection {
  readonly answers: boolean;
  readonly acknowledges = true;
  readonly keeps: boolean;
  readonly keepsInHand = false;
  readonly #sessions: SessionLine[] = [];
  readonly #index: number;
  readonly #owner: ConnectionOwner;
  #isBreaking = false;

  constructor(sim: Simulation, index: number, ports: JmsConnectionPorts, owner: ConnectionOwner) {
    const { publishing, consuming } = ports;
    this.#index = index;
    this.#owner = owner;
    this.answers = publishing !== null && publishing.persistent && publishing.confirms;
    // Sends that are waited for are sent again by the session.
    this.keeps = this.answers;
    const count = consuming?.sessions ?? 1;
    for (let i = 0; i < count; i++) {
      const place = { index, number: i, isFirst: i === 0 };
      this.#sessions.push(new SessionLine(sim, place, ports, owner, (line) => this.#lost(line)));
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

  acknowledge(handle: number): boolean {
    this.#sessions[handle]?.returned();
    return true;
  }

  refuse(handle: number): boolean {
    this.#sessions[handle]?.threw();
    return true;
  }

  settle(handles: Float64Array, count: number, success: boolean): void {
    (this.#sessions[0] as SessionLine).settle(handles, count, success);
  }

  crash(): void {
    for (const session of this.#sessions) session.crash();
  }

  breakLine(): void {
    for (const session of this.#sessions) session.breakLine();
  }

  /** The first that notices takes the others along. */
  #lost(line: SessionLine): void {
    if (this.#isBreaking) return;
    this.#isBreaking = true;
    for (const session of this.#sessions) if (session !== line) session.breakLine();
    this.#isBreaking = false;
    this.#owner.onLost(this.#index);
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
  readonly #onLost: (line: SessionLine) => void;
  readonly #transport: Transport;
  readonly #input: MessageInput;
  readonly #ack: MessageAck = { consumer: 0, type: 0, first: NONE, last: NONE, count: 1, transaction: NONE };
  readonly #arrival: { -readonly [K in keyof Arrival]: Arrival[K] };
  readonly #delivered: { -readonly [K in keyof DeliveredMessage]: DeliveredMessage[K] };
  readonly #takes: number;
  /** Taken and not settled, by the number of their arrival. */
  readonly #taken = new Map<number, JmsMessage>();
  #session: JmsSession;
  #atBroker: OpenWireConnection | null = null;

  constructor(
    sim: Simulation,
    place: Place,
    ports: JmsConnectionPorts,
    owner: ConnectionOwner,
    onLost: (line: SessionLine) => void,
  ) {
    this.#onLost = onLost;
    this.#sim = sim;
    this.#place = place;
    this.#ports = ports;
    this.#owner = owner;
    const { publishing, consuming } = ports;
    this.#takes = consuming?.mode === 'INDIVIDUAL' ? (consuming.takes ?? 1) : 0;
    this.#input = messageOf(publishing);
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
    fill(this.#input, requests, request);
    this.#session.send((publishing as JmsPublishing).destination, this.#input, tag);
  }

  returned(): void {
    if (this.#ports.consuming?.mode === 'CLIENT') this.#session.acknowledge();
    this.#session.returned();
  }

  threw(): void {
    // Else the next acknowledgement would be for it too.
    if (this.#ports.consuming?.mode === 'CLIENT') this.#session.recover();
    this.#session.threw();
  }

  /** Of a batch: what was taken before, by the handles that it bore. */
  settle(handles: Float64Array, count: number, success: boolean): void {
    const messages = new Set<JmsMessage>();
    for (let i = 0; i < count; i++) {
      const message = this.#taken.get(handles[i] as number);
      if (message !== undefined) messages.add(message);
      this.#taken.delete(handles[i] as number);
    }
    if (success) for (const message of messages) this.#session.acknowledge(message);
    else this.#session.reject(messages);
    // The last that was taken may have waited for room.
    this.#session.returned();
  }

  crash(): void {
    this.#transport.crash();
    this.#taken.clear();
    this.#session.onClosed();
    this.#session = this.#newSession();
  }

  breakLine(): void {
    this.#transport.breakLine();
  }

  // --- the application of the session ---

  onMessage(message: JmsMessage): void {
    const { body, id, sequence, group, redeliveryCounter, enqueuedUs } = message;
    const arrival = this.#arrival;
    arrival.body = body;
    arrival.id = id;
    arrival.sequence = sequence;
    arrival.group = group;
    arrival.deliveries = redeliveryCounter + 1;
    arrival.sentUs = enqueuedUs;
    if (this.#takes > 0) {
      arrival.handle = message.arrival;
      this.#taken.set(message.arrival, message);
    }
    this.#owner.onMessage(this.#place.index, arrival);
    if (this.#taken.size < this.#takes) this.#session.returned();
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
    this.#taken.clear();
    this.#session.onClosed();
    // Whoever still works on what it was given does so for nobody: the session is free for what comes on the next line.
    this.#session.returned();
    this.#onLost(this);
  }

  onReachedBroker({ kind, a, b, c, d, e }: Frame): void {
    const atBroker = this.#atBroker;
    if (kind === Send) {
      fill(this.#input, this.#ports.requests, b);
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
