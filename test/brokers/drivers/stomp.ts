/**
 * What a story of STOMP 1.2 can do with a broker. Each call waits for its receipt. Destinations are the story's own: two stories never meet, but for
 * `/queue/ActiveMQ.DLQ`, of which each sees its own messages.
 */

export interface StompDriver {
  connect(options?: { readonly clientId?: string }): Promise<StompClient>;
  waitMs(ms: number): Promise<void>;
}

export interface SendOptions {
  readonly persistent?: boolean;
  readonly transaction?: number;
  /** `JMSXGroupID` */
  readonly group?: number;
  /** Milliseconds from now. */
  readonly expirationMs?: number;
}

export interface SubscribeOptions {
  /** Default: auto. */
  readonly ack?: 'auto' | 'client' | 'client-individual';
  readonly prefetch?: number;
  readonly exclusive?: boolean;
  /** Of a durable subscription. */
  readonly durableName?: string;
}

export interface StompMessage {
  readonly body: number;
  readonly redelivered: boolean;
  /** Whatever the driver needs to acknowledge it. */
  readonly handle: unknown;
}

/** `ok`, or `ERROR`, after which the line is closed. */
export type Answer = 'ok' | 'ERROR';

export interface StompClient {
  send(destination: string, body: number, options?: SendOptions): Promise<Answer>;
  /** `id`: a whole number from 0. */
  subscribe(id: number, destination: string, options?: SubscribeOptions): Promise<Answer>;
  unsubscribe(id: number): Promise<Answer>;
  /** What came since the last look; waits for so many, and for more. */
  received(id: number, atLeast: number): Promise<StompMessage[]>;
  ack(message: StompMessage, transaction?: number): Promise<Answer>;
  nack(message: StompMessage, options?: { readonly requeue?: boolean }): Promise<Answer>;
  /** Of a message that never was. */
  ackUnknown(): Promise<Answer>;
  begin(transaction: number): Promise<Answer>;
  commit(transaction: number): Promise<Answer>;
  abort(transaction: number): Promise<Answer>;
  /** Leaves in good order. */
  disconnect(): Promise<void>;
  /** The line is gone, without a word. */
  cut(): Promise<void>;
}

/** `2R`: message 2, which may have been delivered before. */
export const textsOf = (messages: readonly Pick<StompMessage, 'body' | 'redelivered'>[]): string =>
  messages.length === 0
    ? 'nothing'
    : messages.map(({ body, redelivered }) => `${body}${redelivered ? 'R' : ''}`).join(' ');
