/** Clients who write down what they are told, in a short notation: `PUBLISH t=1 q1 #1 dup retain`. */
import { Simulation } from '../../../../src/kernel/index.ts';
import {
  MqttBroker,
  type MqttConnection,
  type MqttOwner,
  type MqttPorts,
  type MqttSettings,
  mosquitto,
  type PublishPacket,
  type Qos,
  type Will,
} from '../../../../src/services/mq/mqtt/index.ts';

interface ConnectOptions {
  readonly clean?: boolean;
  readonly keepAliveS?: number;
  readonly will?: Partial<Will> | null;
  /** Answers PUBLISH and PUBREL as a client should. */
  readonly answers?: boolean;
}

export class TestClient implements MqttOwner {
  /** What came, since `take`. */
  readonly lines: string[] = [];
  connection!: MqttConnection;
  readonly #answers: boolean;
  #nextId = 1;

  constructor(answers: boolean) {
    this.#answers = answers;
  }

  /** What came since the last time. */
  take(): string[] {
    return this.lines.splice(0);
  }

  subscribe(filter: string, qos: Qos = 2): void {
    this.connection.SUBSCRIBE(this.#nextId++, [{ filter, qos }]);
  }

  publish(topic: string, body: number, qos: Qos = 0, more: Partial<PublishPacket> = {}): number {
    const packetId = qos === 0 ? 0 : this.#nextId++;
    this.connection.PUBLISH({ topic, body, bytes: 10, qos, retain: false, dup: false, packetId, ...more });
    return packetId;
  }

  CONNACK(sessionPresent: boolean, returnCode: number): void {
    this.lines.push(`CONNACK ${returnCode}${sessionPresent ? ' present' : ''}`);
  }
  PUBLISH({ topic, body, qos, packetId, dup, retain }: Readonly<PublishPacket>): void {
    const id = packetId > 0 ? ` #${packetId}` : '';
    this.lines.push(`${topic}=${body} q${qos}${id}${dup ? ' dup' : ''}${retain ? ' retain' : ''}`);
    if (this.#answers && qos === 1) this.connection.PUBACK(packetId);
    if (this.#answers && qos === 2) this.connection.PUBREC(packetId);
  }
  PUBACK(packetId: number): void {
    this.lines.push(`PUBACK #${packetId}`);
  }
  PUBREC(packetId: number): void {
    this.lines.push(`PUBREC #${packetId}`);
    if (this.#answers) this.connection.PUBREL(packetId);
  }
  PUBREL(packetId: number): void {
    if (this.#answers) this.connection.PUBCOMP(packetId);
    else this.lines.push(`PUBREL #${packetId}`);
  }
  PUBCOMP(packetId: number): void {
    this.lines.push(`PUBCOMP #${packetId}`);
  }
  SUBACK(_packetId: number, granted: readonly number[]): void {
    this.lines.push(`SUBACK ${granted.join(' ')}`);
  }
  UNSUBACK(): void {
    this.lines.push('UNSUBACK');
  }
  PINGRESP(): void {
    this.lines.push('PINGRESP');
  }
  onClosed(): void {
    this.lines.push('closed');
  }
}

/** A broker and whoever connects to it. */
export class Stage {
  readonly sim = new Simulation({ seed: 1 });
  readonly broker: MqttBroker;

  constructor(settings: Partial<MqttSettings> = {}, ports: (sim: Simulation) => MqttPorts = () => ({})) {
    this.broker = new MqttBroker(this.sim, { ...mosquitto, ...settings }, ports(this.sim));
  }

  /** Its CONNACK is the first of its lines. */
  connect(
    clientId: string,
    { clean = true, keepAliveS = 0, will = null, answers = true }: ConnectOptions = {},
  ): TestClient {
    const client = new TestClient(answers);
    const connection = this.broker.connect(client);
    if (connection === null) throw new Error('nobody there');
    client.connection = connection;
    const full = will === null ? null : { topic: 'will', body: 99, bytes: 1, qos: 0 as const, retain: false, ...will };
    connection.CONNECT({ clientId, cleanSession: clean, keepAliveS, will: full });
    return client;
  }

  /** Connected, subscribed, and its answers to that read. */
  subscriber(clientId: string, filter: string, qos: Qos, options: ConnectOptions = {}): TestClient {
    const client = this.connect(clientId, options);
    client.subscribe(filter, qos);
    client.take();
    return client;
  }

  /** So many seconds later. */
  wait(seconds: number): void {
    this.sim.run({ until: this.sim.now + seconds * 1e6 });
  }
}
