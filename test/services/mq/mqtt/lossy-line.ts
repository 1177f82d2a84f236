/** A line between a client's session and a broker: in order, with a delay; what is under way when it is cut is lost. */
import type { Simulation } from '../../../../src/kernel/index.ts';
import type {
  ConnectPacket,
  MqttBroker,
  MqttConnection,
  MqttOwner,
  PublishPacket,
  TopicSubscription,
} from '../../../../src/services/mq/mqtt/index.ts';

/** What the broker's end of a line sees: told at the instant at which the broker says or hears it. */
export interface Tap {
  said(kind: 'CONNACK' | 'PUBLISH' | 'PUBREL', packetId: number, packet: Readonly<PublishPacket> | null): void;
  heard(kind: 'PUBACK' | 'PUBREC' | 'PUBCOMP' | 'DISCONNECT', packetId: number): void;
  ended(): void;
}

export class LossyLine {
  readonly #sim: Simulation;
  readonly #delayUs: number;
  readonly #client: MqttOwner;
  readonly #tap: Tap;
  readonly #connection: MqttConnection;
  #isCut = false;
  /** The client hears nothing more. */
  #hasLeft = false;

  /** Null where nobody is there. */
  static open(sim: Simulation, broker: MqttBroker, client: MqttOwner, delayUs: number, tap: Tap): LossyLine | null {
    const line = new LossyLine(sim, client, delayUs, tap, broker);
    return line.#connection === null ? null : line;
  }

  private constructor(sim: Simulation, client: MqttOwner, delayUs: number, tap: Tap, broker: MqttBroker) {
    this.#sim = sim;
    this.#client = client;
    this.#delayUs = delayUs;
    this.#tap = tap;
    this.#connection = broker.connect(this.#fromBroker) as MqttConnection;
  }

  get isCut(): boolean {
    return this.#isCut;
  }

  /** The client sees it now, the broker so much later. */
  cut(noticedUs: number): void {
    if (this.#isCut) return;
    this.#isCut = true;
    this.#client.onClosed(-1, '');
    this.#sim.schedule(
      noticedUs,
      () => {
        this.#connection.cut();
        this.#tap.ended();
      },
      0,
    );
  }

  /** For the client. */
  readonly toBroker: MqttConnection = {
    CONNECT: (packet: ConnectPacket) => this.#pass(() => this.#connection.CONNECT(packet)),
    PUBLISH: (packet) => {
      const copy = { ...packet };
      this.#pass(() => this.#connection.PUBLISH(copy));
    },
    PUBACK: (id) => this.#pass(() => this.#hear('PUBACK', id)),
    PUBREC: (id) => this.#pass(() => this.#hear('PUBREC', id)),
    PUBREL: (id) => this.#pass(() => this.#connection.PUBREL(id)),
    PUBCOMP: (id) => this.#pass(() => this.#hear('PUBCOMP', id)),
    SUBSCRIBE: (id, wanted: readonly TopicSubscription[]) => this.#pass(() => this.#connection.SUBSCRIBE(id, wanted)),
    UNSUBSCRIBE: (id, filters) => this.#pass(() => this.#connection.UNSUBSCRIBE(id, filters)),
    PINGREQ: () => this.#pass(() => this.#connection.PINGREQ()),
    DISCONNECT: () => {
      this.#hasLeft = true;
      this.#pass(() => {
        this.#isCut = true;
        this.#hear('DISCONNECT', 0);
        this.#tap.ended();
      });
    },
    cut: () => this.cut(0),
  };

  #hear(kind: 'PUBACK' | 'PUBREC' | 'PUBCOMP' | 'DISCONNECT', id: number): void {
    this.#tap.heard(kind, id);
    if (kind === 'DISCONNECT') this.#connection.DISCONNECT();
    else this.#connection[kind](id);
  }

  readonly #fromBroker: MqttOwner = {
    CONNACK: (isPresent, code) => {
      this.#tap.said('CONNACK', 0, null);
      this.#down(() => this.#client.CONNACK(isPresent, code));
    },
    PUBLISH: (packet) => {
      const copy = { ...packet };
      this.#tap.said('PUBLISH', packet.packetId, packet);
      this.#down(() => this.#client.PUBLISH(copy));
    },
    PUBACK: (id) => this.#down(() => this.#client.PUBACK(id)),
    PUBREC: (id) => this.#down(() => this.#client.PUBREC(id)),
    PUBREL: (id) => {
      this.#tap.said('PUBREL', id, null);
      this.#down(() => this.#client.PUBREL(id));
    },
    PUBCOMP: (id) => this.#down(() => this.#client.PUBCOMP(id)),
    SUBACK: (id, granted) => {
      const copy = [...granted];
      this.#down(() => this.#client.SUBACK(id, copy));
    },
    UNSUBACK: (id) => this.#down(() => this.#client.UNSUBACK(id)),
    PINGRESP: () => this.#down(() => this.#client.PINGRESP()),
    onClosed: (code, text) => {
      this.#tap.ended();
      this.#down(() => {
        this.#isCut = true;
        this.#client.onClosed(code, text);
      });
    },
  };

  #down(frame: () => void): void {
    this.#pass(() => {
      if (!this.#hasLeft) frame();
    });
  }
  #pass(frame: () => void): void {
    this.#sim.schedule(
      this.#delayUs,
      () => {
        if (!this.#isCut) frame();
      },
      0,
    );
  }
}
