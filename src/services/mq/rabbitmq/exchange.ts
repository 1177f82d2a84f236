/** An exchange and what is bound to it. */
import type { ExchangeDeclareInput, ExchangeType, HeaderArguments } from '../amqp/operations.ts';
import { matchesTopic } from './topic-key.ts';

/** `Q`: a queue. */
interface Binding<Q> {
  readonly to: Q | Exchange<Q>;
  readonly routingKey: string;
  readonly headers: HeaderArguments | null;
}

export class Exchange<Q> {
  readonly name: string;
  readonly type: ExchangeType;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly internal: boolean;
  readonly alternate: string | null;
  #bindings: Binding<Q>[] = [];

  constructor(input: ExchangeDeclareInput) {
    this.name = input.exchange;
    this.type = input.type;
    this.durable = input.durable ?? false;
    this.autoDelete = input.autoDelete ?? false;
    this.internal = input.internal ?? false;
    this.alternate = input.arguments?.['alternate-exchange'] ?? null;
  }

  get isUnused(): boolean {
    return this.#bindings.length === 0;
  }

  bind(to: Q | Exchange<Q>, routingKey: string, headers: HeaderArguments | null): void {
    const known = this.#bindings.some((one) => isSame(one, to, routingKey, headers));
    if (!known) this.#bindings.push({ to, routingKey, headers });
  }
  unbind(to: Q | Exchange<Q>, routingKey: string, headers: HeaderArguments | null): void {
    this.#bindings = this.#bindings.filter((one) => !isSame(one, to, routingKey, headers));
  }
  /** A queue or an exchange is gone. */
  forget(to: Q | Exchange<Q>): boolean {
    const { length } = this.#bindings;
    this.#bindings = this.#bindings.filter((one) => one.to !== to);
    return this.#bindings.length < length;
  }

  /** Adds the queues that get it, each once. */
  collect(routingKey: string, headers: HeaderArguments | null, queues: Set<Q>, seen: Set<Exchange<Q>>): void {
    if (seen.has(this)) return;
    seen.add(this);
    for (const { to, ...binding } of this.#bindings) {
      if (!this.#matches(binding, routingKey, headers)) continue;
      if (to instanceof Exchange) to.collect(routingKey, headers, queues, seen);
      else queues.add(to);
    }
  }

  #matches(binding: Omit<Binding<Q>, 'to'>, routingKey: string, headers: HeaderArguments | null): boolean {
    switch (this.type) {
      case 'fanout':
        return true;
      case 'direct':
        return binding.routingKey === routingKey;
      case 'topic':
        return matchesTopic(binding.routingKey, routingKey);
      case 'headers':
        return matchesHeaders(binding.headers ?? {}, headers ?? {});
    }
  }
}

function isSame<Q>(one: Binding<Q>, to: unknown, routingKey: string, headers: HeaderArguments | null): boolean {
  return (
    one.to === to &&
    one.routingKey === routingKey &&
    JSON.stringify(one.headers ?? {}) === JSON.stringify(headers ?? {})
  );
}

/** `x-match`: all (default) or any; other names that begin with `x-` are left out. */
function matchesHeaders(wanted: HeaderArguments, headers: HeaderArguments): boolean {
  const rows = Object.entries(wanted).filter(([name]) => !name.startsWith('x-'));
  const fits = ([name, value]: readonly [string, unknown]): boolean => headers[name] === value;
  return wanted['x-match'] === 'any' ? rows.some(fits) : rows.every(fits);
}
