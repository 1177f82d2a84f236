/** Where a message was published to, and the queues that get it: kept by exchange and routing key until a binding changes. */
import type { HeaderArguments } from '../amqp/operations.ts';
import { Exchange } from './exchange.ts';

export interface Route<Q> {
  /** Its number; a message keeps it, for dead-letter exchanges and consumers ask. */
  readonly number: number;
  readonly exchange: string;
  readonly routingKey: string;
  queues: readonly Q[];
  /** Of the bindings, when the queues were looked up. */
  version: number;
}

export class Routes<Q> {
  readonly exchanges = new Map<string, Exchange<Q>>();
  readonly #byNumber: Route<Q>[] = [];
  readonly #byKey = new Map<string, Map<string, Route<Q>>>();
  readonly #queueNamed: (name: string) => Q | undefined;
  #version = 0;

  constructor(queueNamed: (name: string) => Q | undefined) {
    this.#queueNamed = queueNamed;
    for (const type of ['direct', 'fanout', 'topic', 'headers'] as const) {
      this.exchanges.set(`amq.${type}`, new Exchange({ exchange: `amq.${type}`, type, durable: true }));
    }
    this.exchanges.set('', new Exchange({ exchange: '', type: 'direct', durable: true }));
  }

  /** Exchanges, queues or bindings are others now. */
  changed(): void {
    this.#version++;
  }

  numbered(number: number): Route<Q> {
    return this.#byNumber[number] as Route<Q>;
  }

  /** Of an exchange that is there. */
  find(exchange: string, routingKey: string, headers: HeaderArguments | null): Route<Q> {
    let keys = this.#byKey.get(exchange);
    if (keys === undefined) this.#byKey.set(exchange, (keys = new Map()));
    let route = keys.get(routingKey);
    if (route === undefined) {
      route = { number: this.#byNumber.length, exchange, routingKey, queues: [], version: -1 };
      this.#byNumber.push(route);
      keys.set(routingKey, route);
    }
    if (route.version !== this.#version) {
      const seesHeaders = this.#lookUp(route, headers);
      route.version = seesHeaders ? -1 : this.#version;
    }
    return route;
  }

  /** True where a headers exchange has had a say: the next message may go elsewhere. */
  #lookUp(route: Route<Q>, headers: HeaderArguments | null): boolean {
    const queues = new Set<Q>();
    const seen = new Set<Exchange<Q>>();
    let name: string | null = route.exchange;
    while (name !== null && queues.size === 0) {
      const exchange: Exchange<Q> | undefined = this.exchanges.get(name);
      if (exchange === undefined || seen.has(exchange)) break;
      exchange.collect(route.routingKey, headers, queues, seen);
      const queue = name === '' ? this.#queueNamed(route.routingKey) : undefined;
      if (queue !== undefined) queues.add(queue);
      name = exchange.alternate;
    }
    route.queues = [...queues];
    return [...seen].some(({ type }) => type === 'headers');
  }

  /** A queue or an exchange is gone; exchanges that delete themselves with their last binding go too. */
  forget(gone: Q | Exchange<Q>): void {
    this.changed();
    for (const exchange of this.exchanges.values()) {
      if (exchange.forget(gone) && exchange.autoDelete && exchange.isUnused) this.remove(exchange);
    }
  }
  remove(exchange: Exchange<Q>): void {
    this.exchanges.delete(exchange.name);
    this.forget(exchange);
  }
}
