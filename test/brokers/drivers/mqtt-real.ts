/** A real broker that speaks MQTT, over mqtt.js. */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type IClientOptions, type MqttClient as Client } from 'mqtt';
import { Inbox, until } from './inbox.ts';
import type { ConnectOptions, MqttClient, MqttDriver, MqttMessage, PublishOptions, Qos } from './mqtt.ts';

/** What the brokers ask for in their place: an empty payload. */
const EMPTY = '';

export class RealMqtt implements MqttDriver {
  readonly #port: number;
  readonly #prefix: string;
  readonly #patienceMs: number;
  readonly #open = new Set<RealClient>();

  /** `prefix`: of all topics and client ids of this story. */
  constructor(port: number, prefix: string, patienceMs: number) {
    this.#port = port;
    this.#prefix = prefix;
    this.#patienceMs = patienceMs;
  }

  async connect(clientId: string, { clean = true, will, keepAliveS = 0, withholds = [] }: ConnectOptions = {}) {
    const options: IClientOptions = {
      host: '127.0.0.1',
      port: this.#port,
      protocolVersion: 4,
      clientId: `${this.#prefix}-${clientId}`,
      clean,
      keepalive: keepAliveS,
      // A story says itself when it comes back.
      reconnectPeriod: 0,
      resubscribe: false,
      ...(will !== undefined && {
        will: {
          topic: `${this.#prefix}/${will.topic}`,
          payload: Buffer.from(String(will.body)),
          qos: will.qos,
          retain: will.retain,
        },
      }),
    };
    const client = connect(options);
    const real = new RealClient(client, this.#prefix, this.#patienceMs);
    this.#open.add(real);
    withhold(client, withholds);
    await real.isConnected();
    return real;
  }

  waitMs(ms: number): Promise<void> {
    return sleep(ms);
  }

  /** Cuts what the story has left open. */
  async end(): Promise<void> {
    await Promise.all([...this.#open].map((client) => client.cut()));
  }
}

class RealClient implements MqttClient {
  sessionPresent = false;
  readonly #client: Client;
  readonly #prefix: string;
  readonly #patienceMs: number;
  readonly #inbox: Inbox<MqttMessage>;
  readonly #connected: Promise<void>;
  #isClosed = false;

  constructor(client: Client, prefix: string, patienceMs: number) {
    this.#client = client;
    this.#prefix = prefix;
    this.#patienceMs = patienceMs;
    this.#inbox = new Inbox(patienceMs);
    this.#connected = new Promise((resolve, reject) => {
      client.once('connect', ({ sessionPresent }) => {
        this.sessionPresent = sessionPresent;
        resolve();
      });
      client.on('error', reject);
      client.once('close', () => {
        this.#isClosed = true;
        reject(new Error('the broker closed the line'));
      });
    });
    client.on('message', (topic, payload, { qos, retain, dup }) => {
      const body = payload.toString() === EMPTY ? -1 : Number(payload.toString());
      this.#inbox.add({ topic: topic.slice(prefix.length + 1), body, qos, retain, dup });
    });
  }

  isConnected(): Promise<void> {
    return this.#connected;
  }

  async subscribe(filter: string, qos: Qos): Promise<number> {
    const [granted] = await this.#client.subscribeAsync(`${this.#prefix}/${filter}`, { qos });
    return granted?.qos ?? 128;
  }

  async unsubscribe(filter: string): Promise<void> {
    await this.#client.unsubscribeAsync(`${this.#prefix}/${filter}`);
  }

  async publish(topic: string, body: number | null, { qos = 0, retain = false }: PublishOptions = {}): Promise<void> {
    await this.#client.publishAsync(`${this.#prefix}/${topic}`, body === null ? EMPTY : String(body), { qos, retain });
  }

  received(atLeast: number): Promise<MqttMessage[]> {
    return this.#inbox.take(atLeast);
  }

  isClosed(): Promise<boolean> {
    return until(() => this.#isClosed, this.#patienceMs);
  }

  async disconnect(): Promise<void> {
    await this.#client.endAsync();
  }

  async cut(): Promise<void> {
    this.#client.stream.destroy();
    await this.#client.endAsync(true);
  }
}

/** mqtt.js always answers: below its door is where it sends a packet. */
function withhold(client: Client, commands: readonly string[]): void {
  type Send = (packet: { readonly cmd: string }, done?: () => void, ...rest: unknown[]) => void;
  const inner = client as unknown as { _sendPacket: Send };
  const send: Send = inner._sendPacket.bind(client);
  inner._sendPacket = (packet, done, ...rest) => {
    if (commands.includes(packet.cmd)) done?.();
    else send(packet, done, ...rest);
  };
}
