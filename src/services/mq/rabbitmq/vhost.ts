/** Exchanges, queues and bindings of a broker: declared, deleted, found, and the way of a message through them. */
import { mqFacts } from '../../../facts/index.ts';
import { type AmqpError, amqpErrors } from '../amqp/errors.ts';
import type {
  Death,
  ExchangeDeclareInput,
  HeaderArguments,
  QueueArguments,
  QueueDeclareInput,
} from '../amqp/operations.ts';
import type { DropReason, MessageInput } from '../broker/ports.ts';
import { ClassicQueue } from './classic-queue.ts';
import { Exchange } from './exchange.ts';
import type { RabbitNode } from './node.ts';
import { QuorumQueue } from './quorum-queue.ts';
import type { QueueWorld, RabbitQueue } from './rabbit-queue.ts';
import { type Route, Routes } from './routes.ts';
import type { Settled } from './settled.ts';

/** RabbitMQ 4's, of a quorum queue that says nothing. */
const DELIVERY_LIMIT = mqFacts.deliveryLimit.value;

export class Vhost {
  readonly queues = new Map<string, RabbitQueue>();
  readonly routes = new Routes<RabbitQueue>((name) => this.queues.get(name));
  readonly world: QueueWorld;
  readonly #nodes: readonly RabbitNode[];
  #nextQueue = 0;
  #nextName = 1;

  constructor(world: Omit<QueueWorld, 'deadLetter' | 'deadLetterRefused'>, nodes: readonly RabbitNode[]) {
    this.#nodes = nodes;
    this.world = {
      ...world,
      deadLetter: (from, row, reason) => this.#deadLetter(from, row, reason),
      deadLetterRefused: (from, input, route) => this.#moveDead(from, input, -1, route, 'maxlen'),
    };
  }

  // --- exchanges ---

  declareExchange(input: ExchangeDeclareInput): AmqpError | null {
    const { exchange: name } = input;
    const known = this.routes.exchanges.get(name);
    if (input.passive === true) return known === undefined ? amqpErrors.noExchange(name) : null;
    if (name === '') return amqpErrors.defaultExchange;
    if (known === undefined) {
      if (name.startsWith('amq.')) return amqpErrors.reservedName('exchange', name);
      this.routes.exchanges.set(name, new Exchange(input));
      this.routes.changed();
      return null;
    }
    const wanted = new Exchange<RabbitQueue>(input);
    for (const key of ['type', 'durable', 'autoDelete', 'internal'] as const) {
      if (wanted[key] !== known[key]) {
        return amqpErrors.inequivalent(snake(key), 'exchange', name, wanted[key], known[key]);
      }
    }
    return null;
  }

  deleteExchange(name: string, ifUnused: boolean): AmqpError | null {
    if (name === '') return amqpErrors.defaultExchange;
    if (name.startsWith('amq.')) return amqpErrors.systemExchange(name);
    const exchange = this.routes.exchanges.get(name);
    if (exchange === undefined) return null;
    if (ifUnused && !exchange.isUnused) return amqpErrors.exchangeInUse(name);
    this.routes.remove(exchange);
    return null;
  }

  /** Binds or (`isOn` false) unbinds a queue, or another exchange. */
  bind(
    to: { readonly queue: string } | { readonly exchange: string },
    source: string,
    routingKey: string,
    headers: HeaderArguments | null,
    isOn: boolean,
  ): AmqpError | null {
    const exchange = this.routes.exchanges.get(source);
    if (exchange === undefined) return amqpErrors.noExchange(source);
    const target = 'queue' in to ? this.queues.get(to.queue) : this.routes.exchanges.get(to.exchange);
    if (target === undefined) {
      return 'queue' in to ? amqpErrors.noQueue(to.queue) : amqpErrors.noExchange(to.exchange);
    }
    if (source === '') return amqpErrors.defaultExchange;
    if (isOn) exchange.bind(target, routingKey, headers);
    else exchange.unbind(target, routingKey, headers);
    this.routes.changed();
    if (!isOn && exchange.autoDelete && exchange.isUnused) this.routes.remove(exchange);
    return null;
  }

  // --- queues ---

  /** A queue that a connection may use. */
  find(name: string, connection: object): RabbitQueue | AmqpError {
    const queue = this.queues.get(name);
    if (queue === undefined) return amqpErrors.noQueue(name);
    if (queue.owner !== null && queue.owner !== connection) return amqpErrors.locked(name);
    if (!queue.isAvailable) return amqpErrors.queueDown(name, `rabbit@${queue.members[0]?.number ?? 0}`);
    return queue;
  }

  /** `node`: where the connection leads to; a queue of one node comes to be there. */
  declareQueue(input: QueueDeclareInput, connection: object, node: RabbitNode): RabbitQueue | AmqpError {
    if (input.passive === true) return this.find(input.queue, connection);
    const known = this.queues.get(input.queue);
    if (known === undefined) return this.#newQueue(input, connection, node);
    const found = this.find(input.queue, connection);
    if ('code' in found) return found;
    found.lastUsedUs = this.world.sim.now;
    return differing(input, found) ?? found;
  }

  #newQueue(input: QueueDeclareInput, connection: object, node: RabbitNode): RabbitQueue | AmqpError {
    const name = input.queue === '' ? `amq.gen-${this.#nextName++}` : input.queue;
    if (input.queue.startsWith('amq.')) return amqpErrors.reservedName('queue', name);
    const error = badArguments(name, input);
    if (error !== null) return error;
    const { world } = this;
    const { maxQueues } = world.settings;
    if (this.queues.size >= maxQueues) return amqpErrors.tooManyQueues(name, maxQueues);
    const args = input.arguments ?? {};
    const made = { ...input, queue: name };
    const number = this.#nextQueue++;
    const others = this.#nodes.filter((one) => one !== node);
    let queue: RabbitQueue;
    if (args['x-queue-type'] === 'quorum') {
      const given = args['x-delivery-limit'] ?? (world.settings.version === '4' ? DELIVERY_LIMIT : -1);
      const limit = given < 0 ? Number.POSITIVE_INFINITY : given;
      queue = new QuorumQueue(world, made, number, [node, ...others], limit);
    } else {
      const members = world.settings.isMirrored && input.exclusive !== true ? [node, ...others] : [node];
      const owner = input.exclusive === true ? connection : null;
      queue = new ClassicQueue(world, made, number, owner, members, Number.POSITIVE_INFINITY);
    }
    this.queues.set(name, queue);
    world.metrics?.queues.add(1);
    this.routes.changed();
    if (args['x-expires'] !== undefined) this.#expireLater(queue, args['x-expires'] * 1000);
    return queue;
  }

  /** How many ready messages went with it. */
  deleteQueue(queue: RabbitQueue, reason: DropReason = 'purged'): number {
    if (queue.isGone) return 0;
    const ready = queue.messages.readyCount;
    this.queues.delete(queue.name);
    this.world.metrics?.queues.add(-1);
    this.routes.forget(queue);
    queue.remove(reason);
    return ready;
  }

  /** One that deletes itself with its last consumer. */
  consumerLeft(queue: RabbitQueue): void {
    if (queue.autoDelete && queue.hadConsumers && queue.consumerCount === 0) this.deleteQueue(queue);
  }

  /** Unused for so long: nobody has consumed from it, got from it, or declared it again. */
  #expireLater(queue: RabbitQueue, expiresUs: number): void {
    const { sim } = this.world;
    const look = (): void => {
      if (queue.isGone) return;
      const sinceUs = queue.consumerCount > 0 ? sim.now : queue.lastUsedUs;
      if (sim.now - sinceUs >= expiresUs) this.deleteQueue(queue);
      else sim.scheduleAt(sinceUs + expiresUs, look, 0, 0);
    };
    sim.schedule(expiresUs, look, 0, 0);
  }

  // --- the way of a message ---

  /** Null: there is no such exchange. */
  route(exchange: string, routingKey: string, headers: HeaderArguments | null): Route<RabbitQueue> | null {
    if (!this.routes.exchanges.has(exchange)) return null;
    return this.routes.find(exchange, routingKey, headers);
  }

  /** To all queues of its route. */
  deliver(route: Route<RabbitQueue>, input: MessageInput, settled: Settled | null, tag: number): void {
    const { queues, number } = route;
    for (let i = 0; i < queues.length; i++) (queues[i] as RabbitQueue).publish(input, number, null, settled, tag);
  }

  #deadLetter(from: RabbitQueue, row: number, reason: DropReason): boolean {
    if (from.arguments['x-dead-letter-exchange'] === undefined || !isDeath(reason)) return false;
    const { rows } = from.messages;
    const { body, bytes, group, persistent, id } = from.messages.read(row);
    const input = { body, bytes, group, persistent, expirationMs: -1, priority: rows.priority[row] as number };
    return this.#moveDead(from, input, id, rows.route[row] as number, reason);
  }

  /** To the queues that the dead-letter exchange leads to, but for those where it would go round; false: there is none. */
  #moveDead(from: RabbitQueue, message: MessageInput, id: number, route: number, reason: Death['reason']): boolean {
    const { 'x-dead-letter-exchange': exchange, 'x-dead-letter-routing-key': routingKey } = from.arguments;
    if (exchange === undefined) return false;
    const was = this.routes.numbered(route);
    const to = this.route(exchange, routingKey ?? was.routingKey, null);
    if (to === null) return false;
    const input = { ...message, expirationMs: -1 };
    const deaths = withDeath(this.world.deaths.get(id) ?? [], from.name, reason, was);
    const targets = to.queues.filter(({ name }) => !isCycle(deaths, name));
    for (const target of targets) {
      this.world.observer?.onDeadLettered(from.number, input.body, id, reason, target.number);
      target.publish(input, to.number, deaths, null, 0);
    }
    return targets.length > 0;
  }
}

function isDeath(reason: DropReason): reason is Death['reason'] {
  return reason === 'rejected' || reason === 'expired' || reason === 'maxlen' || reason === 'delivery_limit';
}

/** The latest first; one entry for each queue and reason, which counts. */
function withDeath(
  before: readonly Death[],
  queue: string,
  reason: Death['reason'],
  was: Route<RabbitQueue>,
): readonly Death[] {
  const known = before.find((death) => death.queue === queue && death.reason === reason);
  if (known !== undefined) return [{ ...known, count: known.count + 1 }, ...before.filter((death) => death !== known)];
  const routingKeys = [was.routingKey];
  return [{ queue, reason, count: 1, exchange: was.exchange, 'routing-keys': routingKeys }, ...before];
}

/** It has been there, and since then nobody has rejected it: it would go round for ever. */
function isCycle(deaths: readonly Death[], queue: string): boolean {
  const last = deaths.findIndex((death) => death.queue === queue);
  return last >= 0 && deaths.slice(0, last + 1).every(({ reason }) => reason !== 'rejected');
}

function badArguments(name: string, { durable, exclusive, autoDelete, arguments: args = {} }: QueueDeclareInput) {
  const isQuorum = args['x-queue-type'] === 'quorum';
  if (isQuorum && durable !== true) return amqpErrors.badProperty('non-durable', name);
  if (isQuorum && exclusive === true) return amqpErrors.badProperty('exclusive-owner', name);
  if (isQuorum && autoDelete === true) return amqpErrors.badProperty('auto-delete', name);
  for (const key of ['x-message-ttl', 'x-max-length', 'x-max-length-bytes', 'x-expires', 'x-max-priority'] as const) {
    const value = args[key];
    if (value === undefined) continue;
    if (!(value >= 0)) return amqpErrors.badArgument(key, name, `{value_negative,${value}}`);
    if (key === 'x-expires' && value === 0) return amqpErrors.badArgument(key, name, '{value_zero,0}');
    if (key === 'x-max-priority' && value > 255) {
      return amqpErrors.badArgument(key, name, `{max_value_exceeded,${value}}`);
    }
  }
  if (args['x-dead-letter-routing-key'] !== undefined && args['x-dead-letter-exchange'] === undefined) {
    return amqpErrors.badArgument('x-dead-letter-routing-key', name, 'routing_key_but_no_dlx_defined');
  }
  return null;
}

/** What is declared otherwise than it is. */
function differing(input: QueueDeclareInput, queue: RabbitQueue): AmqpError | null {
  const { name } = queue;
  for (const key of ['durable', 'exclusive', 'autoDelete'] as const) {
    const wanted = input[key] ?? false;
    if (wanted !== queue[key]) return amqpErrors.inequivalent(snake(key), 'queue', name, wanted, queue[key]);
  }
  const given = input.arguments ?? {};
  const keys = new Set([...Object.keys(given), ...Object.keys(queue.arguments)]) as Set<keyof QueueArguments>;
  for (const key of keys) {
    const [wanted, is] = [given[key], queue.arguments[key]];
    const isDefault = key === 'x-queue-type' && (wanted ?? 'classic') === (is ?? 'classic');
    if (wanted !== is && !isDefault) return amqpErrors.inequivalent(key, 'queue', name, wanted, is);
  }
  return null;
}

/** As the protocol writes it: `auto_delete`. */
function snake(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
