/** What a story of MQTT 3.1.1 can do with a broker. Topics and client ids are the story's own: two stories never meet. */

export type Qos = 0 | 1 | 2;

export interface MqttDriver {
  connect(clientId: string, options?: ConnectOptions): Promise<MqttClient>;
  waitMs(ms: number): Promise<void>;
}

export interface ConnectOptions {
  /** Default: true. */
  readonly clean?: boolean;
  readonly will?: { readonly topic: string; readonly body: number; readonly qos: Qos; readonly retain: boolean };
  /** 0, the default: none. */
  readonly keepAliveS?: number;
  /** Packets that this client fails to send. */
  readonly withholds?: readonly Withheld[];
}

export type Withheld = 'puback' | 'pubrec' | 'pingreq';

export interface PublishOptions {
  /** Default: 0. */
  readonly qos?: Qos;
  readonly retain?: boolean;
}

export interface MqttMessage {
  readonly topic: string;
  readonly body: number;
  readonly qos: number;
  readonly retain: boolean;
  readonly dup: boolean;
}

export interface MqttClient {
  /** The broker still had a session of this client id. */
  readonly sessionPresent: boolean;
  /** The QoS granted; 128: refused. */
  subscribe(filter: string, qos: Qos): Promise<number>;
  unsubscribe(filter: string): Promise<void>;
  /** Until the broker has taken it, as far as its QoS lets anybody know. `body` null: an empty payload, which clears what is retained. */
  publish(topic: string, body: number | null, options?: PublishOptions): Promise<void>;
  /** What came since the last look; waits for so many, and for more. */
  received(atLeast: number): Promise<MqttMessage[]>;
  /** The broker has closed the line. */
  isClosed(): Promise<boolean>;
  /** Leaves in good order. */
  disconnect(): Promise<void>;
  /** The line is gone, without a word. */
  cut(): Promise<void>;
}

/** `7 q1 RD`: message 7 with QoS 1, retained, perhaps sent before. */
export const textOf = ({ body, qos, retain, dup }: MqttMessage): string =>
  `${body} q${qos}${retain || dup ? ' ' : ''}${retain ? 'R' : ''}${dup ? 'D' : ''}`;

export const textsOf = (messages: readonly MqttMessage[]): string =>
  messages.length === 0 ? 'nothing' : messages.map(textOf).join(', ');
