/** A real broker that speaks STOMP, over stompit. */
import { setTimeout as sleep } from 'node:timers/promises';
import stompit from 'stompit';
import { Inbox } from './inbox.ts';
import type { Answer, SendOptions, StompClient, StompDriver, StompMessage, SubscribeOptions } from './stomp.ts';

/** Where ActiveMQ puts what can't be delivered, of all stories. */
const DEAD_LETTERS = '/queue/ActiveMQ.DLQ';

type Headers = Record<string, string | number>;
type Client = stompit.Client;
type Message = stompit.Client.Message & { readonly headers: Readonly<Record<string, string | undefined>> };

export class RealStomp implements StompDriver {
  readonly #port: number;
  readonly #suffix: string;
  readonly #patienceMs: number;
  readonly #open = new Set<RealClient>();

  /** `suffix`: of all destinations of this story. */
  constructor(port: number, suffix: string, patienceMs: number) {
    this.#port = port;
    this.#suffix = suffix;
    this.#patienceMs = patienceMs;
  }

  async connect({ clientId }: { readonly clientId?: string } = {}): Promise<StompClient> {
    const connectHeaders: Headers = {
      host: '/',
      login: 'guest',
      passcode: 'guest',
      'accept-version': '1.2',
      'heart-beat': '0,0',
      ...(clientId !== undefined && { 'client-id': `${clientId}-${this.#suffix}` }),
    };
    const client = await new Promise<Client>((resolve, reject) => {
      stompit.connect({ host: '127.0.0.1', port: this.#port, connectHeaders }, (error: Error | null, one: Client) => {
        if (error === null) resolve(one);
        else reject(error);
      });
    });
    const real = new RealClient(client, this.#suffix, this.#patienceMs);
    this.#open.add(real);
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

class RealClient implements StompClient {
  readonly #client: Client;
  readonly #suffix: string;
  readonly #patienceMs: number;
  readonly #inboxes = new Map<number, Inbox<StompMessage>>();
  /** Resolves when the broker has closed the line. */
  readonly #error: Promise<Answer>;

  constructor(client: Client, suffix: string, patienceMs: number) {
    this.#client = client;
    this.#suffix = suffix;
    this.#patienceMs = patienceMs;
    this.#error = new Promise((resolve) => {
      const end = (): void => {
        client.getTransportSocket().destroy();
        resolve('ERROR');
      };
      client.on('error', end);
      // Its own handler ends the frame in place of the line where the error has a text.
      client.setCommandHandler('ERROR', (frame) => {
        const error = frame as unknown as Message;
        error.on('error', end);
        error.readString('utf-8', end);
      });
    });
  }

  send(destination: string, body: number, options: SendOptions = {}): Promise<Answer> {
    const { persistent = false, transaction, group, expirationMs } = options;
    const headers: Headers = {
      destination: this.#name(destination),
      // Left out where it is false: RabbitMQ would take that for a wish for a queue of the connection's own.
      ...(persistent && { persistent: 'true' }),
      // RabbitMQ's word for a time to live is `expiration`, ActiveMQ's is an instant, `expires`.
      ...(expirationMs !== undefined && { expires: Date.now() + expirationMs, expiration: expirationMs }),
      ...(group !== undefined && { JMSXGroupID: `g${group}` }),
      ...(transaction !== undefined && { transaction }),
      story: this.#suffix,
    };
    return this.#frame('SEND', headers, String(body));
  }

  subscribe(id: number, destination: string, options: SubscribeOptions = {}): Promise<Answer> {
    const { ack = 'auto', prefetch, exclusive, durableName } = options;
    const inbox = new Inbox<StompMessage>(this.#patienceMs);
    this.#inboxes.set(id, inbox);
    this.#client.setImplicitSubscription(id, ack, (error, message) => {
      if (error !== null) return;
      const one = message as Message;
      one.readString('utf-8', (_: unknown, body: string | undefined) => {
        inbox.add({ body: Number(body), redelivered: one.headers['redelivered'] === 'true', handle: one });
      });
    });
    return this.#frame('SUBSCRIBE', {
      id,
      destination: this.#name(destination),
      ack,
      ...(prefetch !== undefined && { 'activemq.prefetchSize': prefetch, 'prefetch-count': prefetch }),
      ...(exclusive === true && { 'activemq.exclusive': 'true' }),
      ...(durableName !== undefined && {
        'activemq.subscriptionName': durableName,
        // RabbitMQ's: the id is the name.
        durable: 'true',
        'auto-delete': 'false',
      }),
      ...(destination === DEAD_LETTERS && { selector: `story = '${this.#suffix}'` }),
    });
  }

  async unsubscribe(id: number): Promise<Answer> {
    return this.#frame('UNSUBSCRIBE', { id });
  }

  async received(id: number, atLeast: number): Promise<StompMessage[]> {
    return (await this.#inboxes.get(id)?.take(atLeast)) ?? [];
  }

  ack({ handle }: StompMessage, transaction?: number): Promise<Answer> {
    return this.#frame('ACK', { ...named(handle), ...(transaction !== undefined && { transaction }) });
  }

  nack({ handle }: StompMessage, { requeue }: { readonly requeue?: boolean } = {}): Promise<Answer> {
    return this.#frame('NACK', { ...named(handle), ...(requeue !== undefined && { requeue: String(requeue) }) });
  }

  ackUnknown(): Promise<Answer> {
    return this.#frame('ACK', { id: 'nobody', 'message-id': 'nobody', subscription: 0 });
  }

  begin(transaction: number): Promise<Answer> {
    return this.#frame('BEGIN', { transaction });
  }

  commit(transaction: number): Promise<Answer> {
    return this.#frame('COMMIT', { transaction });
  }

  abort(transaction: number): Promise<Answer> {
    return this.#frame('ABORT', { transaction });
  }

  async disconnect(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#client.disconnect(() => resolve());
    });
  }

  async cut(): Promise<void> {
    this.#client.getTransportSocket().destroy();
  }

  #frame(command: string, headers: Headers, body = ''): Promise<Answer> {
    if ('transaction' in headers && !['BEGIN', 'COMMIT', 'ABORT'].includes(command)) {
      // RabbitMQ gives its receipt with that of the commit.
      this.#client.sendFrame(command, headers).end(body);
      return Promise.resolve('ok');
    }
    const receipt = new Promise<Answer>((resolve) => {
      const options = { onReceipt: () => resolve('ok'), onError: () => undefined };
      this.#client.sendFrame(command, headers, options).end(body);
    });
    return Promise.race([receipt, this.#error]);
  }

  #name(destination: string): string {
    return destination === DEAD_LETTERS ? destination : `${destination}-${this.#suffix}`;
  }
}

function named(handle: unknown): Headers {
  const { headers } = handle as Message;
  return {
    id: headers['ack'] ?? '',
    'message-id': headers['message-id'] ?? '',
    subscription: headers['subscription'] ?? '',
  };
}
