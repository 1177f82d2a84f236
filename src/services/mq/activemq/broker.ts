/**
 * ActiveMQ as Amazon MQ runs it: one node, or an active and a standby one in two zones over one store (EFS). Who has the store's lock is active; it alone answers.
 *
 *   active dies ─▶ connections closed, memory gone ─▶ the lock is free after a time ─▶ the standby reads the store ─▶ it answers
 */
import type { Handle, Simulation } from '../../../kernel/index.ts';
import type { Metrics } from '../../ports.ts';
import { MqModelError } from '../broker/errors.ts';
import type { BrokerObserver } from '../broker/ports.ts';
import { BrokerConnection } from '../openwire/connection.ts';
import type { OpenWireConnection, OpenWireOperations, OpenWireOwner } from '../openwire/operations.ts';
import { Engine } from './engine.ts';
import type { BodyHolds } from './kept.ts';
import { DestinationMeter, DestinationMetrics, NodeMetrics } from './metrics.ts';
import type { ActiveMqSettings } from './settings.ts';

export interface ActiveMqPorts {
  readonly observer?: BrokerObserver | null;
  /** Holds a body as long as the broker has it; as `Requests`. */
  readonly holds?: BodyHolds | null;
  /** Of the broker. */
  readonly metrics?: Metrics | null;
  /** Of a destination, as `DestinationState` names it; null: nobody asks. */
  readonly metricsOf?: ((destination: string) => Metrics | null) | null;
}

/** What is in a queue, or waits for a subscription. */
export interface DestinationState {
  /** `queue://x`, `topic://x` of a subscription, `topic://x client.name` of a durable one. */
  readonly name: string;
  /** As the observer is told. */
  readonly number: number;
  readonly QueueSize: number;
  readonly InFlightCount: number;
  readonly ConsumerCount: number;
}

export class ActiveMqBroker implements OpenWireOperations {
  readonly engine: Engine;
  readonly #sim: Simulation;
  readonly #settings: ActiveMqSettings;
  readonly #connections = new Set<BrokerConnection>();
  readonly #isUp: boolean[];
  readonly #node: NodeMetrics | null;
  #active = 0;
  #lastActive = 0;
  #lockFreeUs = 0;
  #next = -1;
  #takeover: Handle | null = null;

  constructor(sim: Simulation, settings: ActiveMqSettings = {}, ports: ActiveMqPorts = {}) {
    this.#sim = sim;
    this.#settings = settings;
    this.#isUp = settings.deployment === 'activeStandbyMultiAz' ? [true, true] : [true];
    const { observer = null, holds = null, metrics = null, metricsOf = null } = ports;
    const all = metrics === null ? [] : [new DestinationMetrics(metrics)];
    const meterOf = (name: string): DestinationMeter => {
      const own = metricsOf?.(name) ?? null;
      return new DestinationMeter(observer, own === null ? all : [...all, new DestinationMetrics(own)]);
    };
    this.#node = metrics === null ? null : new NodeMetrics(metrics);
    this.engine = new Engine(sim, settings, { observer, holds, meterOf, node: this.#node });
  }

  /** The node that answers, 0 or 1; -1: none. */
  get active(): number {
    return this.#active;
  }
  get connectionCount(): number {
    return this.#connections.size;
  }

  connect(owner: OpenWireOwner, endpoint = 0): OpenWireConnection | null {
    const limit = this.#settings.limits?.connections ?? Number.POSITIVE_INFINITY;
    if (this.#active < 0 || endpoint !== this.#active || this.#connections.size >= limit) return null;
    const connection = new BrokerConnection(this.engine, owner, (one) => {
      this.#connections.delete(one);
      this.#node?.CurrentConnectionsCount.add(-1);
    });
    this.#connections.add(connection);
    this.#node?.CurrentConnectionsCount.add(1);
    return connection;
  }

  /** All queues and subscriptions that there are. */
  get destinations(): readonly DestinationState[] {
    return [...this.engine.destinations.all].map(({ name, queue }) => ({
      name,
      number: queue.number,
      QueueSize: queue.count,
      InFlightCount: queue.heldCount,
      ConsumerCount: queue.consumers.length,
    }));
  }

  /** Of a queue, or a durable subscription; 0 where there is none. */
  sizeOf(name: string): number {
    return this.destinations.find((one) => one.name === name)?.QueueSize ?? 0;
  }

  // --- nodes ---

  /** The node is gone at once (its process, or its zone), until `restart`. The active one by default. */
  kill(node = Math.max(0, this.#active)): void {
    if (!this.#isUpAt(node)) return;
    this.#isUp[node] = false;
    if (node === this.#active) this.#die(this.#isUp.length > 1 ? (this.#settings.lockFreeUs ?? 0) : 0);
    else this.#elect();
  }

  restart(node = 0): void {
    if (this.#isUpAt(node)) return;
    this.#isUp[node] = true;
    this.#elect();
  }

  /** In good order, as for maintenance: a few seconds, and where there is a standby it is active then. */
  reboot(): void {
    if (this.#active >= 0) this.#die(this.#settings.rebootUs ?? 0);
  }

  #isUpAt(node: number): boolean {
    const isUp = this.#isUp[node];
    if (isUp === undefined) {
      throw new MqModelError('unknown-node', `node ${node}: expected 0 to ${this.#isUp.length - 1}`);
    }
    return isUp;
  }

  #die(lockFreeUs: number): void {
    this.#lastActive = this.#active;
    this.#active = -1;
    this.#lockFreeUs = this.#sim.now + lockFreeUs;
    const connections = [...this.#connections];
    this.#connections.clear();
    this.#node?.CurrentConnectionsCount.set(0);
    for (const connection of connections) connection.die('the broker is gone');
    this.engine.crash();
    this.#elect();
  }

  /** Somebody who is up waits for the lock, then reads the store. */
  #elect(): void {
    if (this.#active >= 0) return;
    if (this.#takeover !== null && this.#isUp[this.#next] === true) return;
    if (this.#takeover !== null) this.#sim.cancel(this.#takeover);
    this.#takeover = null;
    this.#next = this.#candidate();
    if (this.#next < 0) return;
    const { loadUs = 0, loadPerMessageUs = 0 } = this.#settings;
    const readUs = loadUs + loadPerMessageUs * this.engine.destinations.storedCount;
    const atUs = Math.max(this.#sim.now, this.#lockFreeUs) + Math.ceil(readUs);
    this.#takeover = this.#sim.scheduleAt(atUs, this.#takeOver, 0);
  }

  #candidate(): number {
    const other = 1 - this.#lastActive;
    if (this.#isUp[other] === true) return other;
    return this.#isUp[this.#lastActive] === true ? this.#lastActive : -1;
  }

  readonly #takeOver = (): void => {
    this.#takeover = null;
    this.#active = this.#next;
    this.engine.destinations.resume();
  };
}
