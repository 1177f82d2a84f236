/** The model of a broker that speaks MQTT, as a story drives it; the client is a plain one that answers as it should. */
import type * as Mq from '../../../src/services/mq/index.ts';
import { MqttBroker, type MqttSettings } from '../../../src/services/mq/index.ts';
import type { ConnectOptions, MqttClient, MqttDriver, MqttMessage, PublishOptions, Qos, Withheld } from './mqtt.ts';
import { VirtualTime } from './virtual.ts';

const BYTES = 10;
const US_PER_SECOND = 1_000_000;

export class ModelMqtt implements MqttDriver {
  readonly #time = new VirtualTime();
  readonly #broker: MqttBroker;

  constructor(settings: MqttSettings) {
    this.#broker = new MqttBroker(this.#time.sim, settings);
  }

  async connect(clientId: string, options: ConnectOptions = {}): Promise<MqttClient> {
    const client = new ModelClient(this.#time, this.#broker, options.withholds ?? []);
    client.begin(clientId, options);
    return client;
  }

  async waitMs(ms: number): Promise<void> {
    this.#time.passMs(ms);
  }

  async kill(): Promise<void> {
    this.#broker.kill();
    this.#broker.restart();
  }

  async end(): Promise<void> {}
}

class ModelClient implements MqttClient, Mq.MqttOwner {
  sessionPresent = false;
  readonly #time: VirtualTime;
  readonly #withholds: readonly Withheld[];
  readonly #connection: Mq.MqttConnection;
  readonly #inbox: MqttMessage[] = [];
  /** Messages with QoS 2 that wait for their PUBREL. */
  readonly #incoming = new Map<number, MqttMessage>();
  /** Packets that wait for their answer. */
  readonly #asked = new Set<number>();
  #granted = 128;
  #nextId = 1;
  #isClosed = false;

  constructor(time: VirtualTime, broker: MqttBroker, withholds: readonly Withheld[]) {
    this.#time = time;
    this.#withholds = withholds;
    const connection = broker.connect(this);
    if (connection === null) throw new Error('nobody is there');
    this.#connection = connection;
  }

  begin(clientId: string, { clean = true, keepAliveS = 0, will }: ConnectOptions): void {
    const lastWill = will === undefined ? null : { ...will, bytes: BYTES };
    this.#connection.CONNECT({ clientId, cleanSession: clean, keepAliveS, will: lastWill });
    if (keepAliveS > 0 && !this.#withholds.includes('pingreq')) this.#pingEvery(keepAliveS);
  }

  #pingEvery(seconds: number): void {
    this.#time.sim.schedule(
      seconds * US_PER_SECOND,
      () => {
        this.#connection.PINGREQ();
        this.#pingEvery(seconds);
      },
      undefined,
      0,
    );
  }

  async subscribe(filter: string, qos: Qos): Promise<number> {
    this.#ask((id) => this.#connection.SUBSCRIBE(id, [{ filter, qos }]));
    return this.#granted;
  }
  async unsubscribe(filter: string): Promise<void> {
    this.#ask((id) => this.#connection.UNSUBSCRIBE(id, [filter]));
  }
  async publish(topic: string, body: number | null, { qos = 0, retain = false }: PublishOptions = {}): Promise<void> {
    const packet = { topic, body: body ?? 0, bytes: body === null ? 0 : BYTES, qos, retain, dup: false };
    if (qos === 0) this.#connection.PUBLISH({ ...packet, packetId: 0 });
    else this.#ask((packetId) => this.#connection.PUBLISH({ ...packet, packetId }));
  }
  async received(atLeast: number): Promise<MqttMessage[]> {
    return this.#time.take(this.#inbox, atLeast);
  }
  async isClosed(): Promise<boolean> {
    return this.#time.until(() => this.#isClosed);
  }
  async disconnect(): Promise<void> {
    this.#connection.DISCONNECT();
  }
  async cut(): Promise<void> {
    this.#connection.cut();
  }

  #ask(send: (packetId: number) => void): void {
    const id = this.#nextId++;
    this.#asked.add(id);
    send(id);
    this.#time.until(() => !this.#asked.has(id));
  }

  CONNACK(sessionPresent: boolean, returnCode: number): void {
    if (returnCode !== 0) throw new Error(`refused with ${returnCode}`);
    this.sessionPresent = sessionPresent;
  }
  PUBLISH({ topic, body, bytes, qos, retain, dup, packetId }: Readonly<Mq.PublishPacket>): void {
    const message = { topic, body: bytes === 0 ? -1 : body, qos, retain, dup };
    if (qos === 2) {
      this.#incoming.set(packetId, message);
      if (!this.#withholds.includes('pubrec')) this.#connection.PUBREC(packetId);
      return;
    }
    this.#inbox.push(message);
    if (qos === 1 && !this.#withholds.includes('puback')) this.#connection.PUBACK(packetId);
  }
  PUBREL(packetId: number): void {
    const message = this.#incoming.get(packetId);
    this.#incoming.delete(packetId);
    if (message !== undefined) this.#inbox.push(message);
    this.#connection.PUBCOMP(packetId);
  }
  PUBACK(packetId: number): void {
    this.#asked.delete(packetId);
  }
  PUBREC(packetId: number): void {
    this.#connection.PUBREL(packetId);
  }
  PUBCOMP(packetId: number): void {
    this.#asked.delete(packetId);
  }
  SUBACK(packetId: number, [granted = 128]: readonly number[]): void {
    this.#granted = granted;
    this.#asked.delete(packetId);
  }
  UNSUBACK(packetId: number): void {
    this.#asked.delete(packetId);
  }
  PINGRESP(): void {}
  onClosed(): void {
    this.#isClosed = true;
  }
}
