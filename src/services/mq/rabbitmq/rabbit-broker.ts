/**
 * A RabbitMQ broker: one node, or a cluster of three; what happens to its nodes, and who connects.
 *
 *   connect ─▶ Connection ─▶ Channel ─▶ Vhost: exchanges ─▶ queues, on nodes
 *   kill, stop, start, setPartition ─▶ nodes ─▶ connections end, queues move, wait or lose
 */
import type { Simulation } from '../../../kernel/index.ts';
import type { Metrics, Requests } from '../../ports.ts';
import { Connection } from '../amqp/connection.ts';
import type { AmqpConnection, AmqpConnectionOwner } from '../amqp/operations.ts';
import { MqModelError } from '../broker/errors.ts';
import type { BrokerObserver } from '../broker/ports.ts';
import { RabbitNode } from './node.ts';
import { RabbitMetrics } from './rabbit-metrics.ts';
import type { RabbitQueue } from './rabbit-queue.ts';
import type { RabbitSettings } from './settings.ts';
import { Vhost } from './vhost.ts';

export interface RabbitPorts {
  readonly observer?: BrokerObserver | null;
  readonly metrics?: Metrics | null;
  /** A body is held from when the broker reads it until no queue has it any more. */
  readonly holds?: Pick<Requests, 'retain' | 'release'> | null;
  /** The first message's id, default 0. */
  readonly firstMessageId?: number;
}

const CONNECTION_FORCED = 320;
const SHUTDOWN = "CONNECTION_FORCED - broker forced connection closure with reason 'shutdown'";
const MINUTE_US = 60_000_000;

export class RabbitBroker {
  readonly settings: RabbitSettings;
  readonly vhost: Vhost;
  readonly nodes: readonly RabbitNode[];
  /** Why publishers are blocked; null: they are not. */
  alarmReason: string | null = null;
  readonly #sim: Simulation;
  readonly #metrics: RabbitMetrics | null;
  #nextNode = 0;
  #isWatching = false;

  constructor(sim: Simulation, settings: RabbitSettings, ports: RabbitPorts = {}) {
    this.#sim = sim;
    this.settings = settings;
    const { metrics = null, observer = null, holds = null, firstMessageId = 0 } = ports;
    this.#metrics = metrics === null ? null : new RabbitMetrics(metrics);
    this.nodes = settings.zones.map(
      (_zone, number) => new RabbitNode(sim, settings, number, () => this.#alarmChanged(), this.#metrics?.cpu ?? null),
    );
    this.vhost = new Vhost(
      { sim, settings, ids: { next: firstMessageId }, observer, holds, metrics: this.#metrics, deaths: new Map() },
      this.nodes,
    );
    this.#reportLimits();
  }

  /** To this node, or to the next that serves; null: nobody is there, or it has too many. */
  connect(owner: AmqpConnectionOwner, node?: number): AmqpConnection | null {
    const to = node === undefined ? this.#next() : this.#node(node);
    if (to === null || !to.isServing || to.connections.size >= this.settings.maxConnections) return null;
    return new Connection(this, to, owner);
  }

  /** As a load balancer: in turn. */
  #next(): RabbitNode | null {
    for (let i = 0; i < this.nodes.length; i++) {
      const node = this.nodes[(this.#nextNode + i) % this.nodes.length] as RabbitNode;
      if (!node.isServing) continue;
      this.#nextNode = (node.number + 1) % this.nodes.length;
      return node;
    }
    return null;
  }

  /** Whether a node answers. */
  isServing(node: number): boolean {
    return this.#node(node).isServing;
  }

  // --- nodes ---

  /** It dies (SIGKILL), with what it had in memory; it stays down. */
  kill(number: number): void {
    const node = this.#node(number);
    const served = node.isServing;
    this.#takeDown(node);
    if (served) this.#down(node, -1, '');
  }

  /** It stops in order: connections are closed, what waits for its disk is stored. It stays down. */
  stop(number: number): void {
    const node = this.#node(number);
    const served = node.isServing;
    if (served) for (const queue of this.vhost.queues.values()) queue.finishWrites(node);
    this.#takeDown(node);
    if (served) this.#down(node, CONNECTION_FORCED, SHUTDOWN);
  }
  #takeDown(node: RabbitNode): void {
    node.isUp = false;
    node.isStarting = false;
    node.life++;
  }

  /** A node that is down comes up, `startUs` later, unless it is killed before. */
  start(number: number): void {
    const node = this.#node(number);
    if (node.isUp || node.isStarting) return;
    node.isStarting = true;
    const life = ++node.life;
    const up = (): void => {
      if (node.life !== life) return;
      node.isStarting = false;
      node.isUp = true;
      if (node.isServing) this.#up(node);
    };
    if (this.settings.startUs === 0) up();
    else this.#sim.schedule(this.settings.startUs, up, undefined, 0);
  }

  /** Stopped in order, if it is up, and started. */
  restart(number: number): void {
    this.stop(number);
    this.start(number);
  }

  killZone(zone: string): void {
    for (const node of this.nodes) if (node.zone === zone) this.kill(node.number);
  }
  startZone(zone: string): void {
    for (const node of this.nodes) if (node.zone === zone) this.start(node.number);
  }

  /** Maintenance: restarted one after the other, the next when the one before has been up for `betweenUs`. */
  maintain(betweenUs: number): void {
    const stepUs = this.settings.startUs + betweenUs;
    for (const { number } of this.nodes) this.#sim.schedule(number * stepUs, () => this.restart(number), undefined, 0);
  }

  /**
   * Nodes that reach each other, by groups (`pause_minority`): whoever is not with a majority stops until the partition is over. Null: all reach each other.
   * A node in no group is alone.
   */
  setPartition(groups: readonly (readonly number[])[] | null): void {
    const majority = Math.floor(this.nodes.length / 2) + 1;
    const within = groups?.find((group) => group.length >= majority);
    const isCutOff = ({ number }: RabbitNode): boolean => groups !== null && within?.includes(number) !== true;
    for (const node of this.nodes) {
      if (!isCutOff(node) || node.isPaused) continue;
      const served = node.isServing;
      if (served) for (const queue of this.vhost.queues.values()) queue.finishWrites(node);
      node.isPaused = true;
      if (served) this.#down(node, -1, '');
    }
    for (const node of this.nodes) {
      if (isCutOff(node) || !node.isPaused) continue;
      node.isPaused = false;
      if (node.isServing) this.#up(node);
    }
  }

  #down(node: RabbitNode, code: number, text: string): void {
    const queues = [...this.vhost.queues.values()];
    // Nothing is given out any more while all comes apart.
    for (const queue of queues) if (queue.leader === node) queue.messages.setStopped(true);
    node.stop(code, text);
    for (const queue of queues) {
      if (queue.isGone) continue;
      if (this.#diesWith(queue, node)) this.vhost.deleteQueue(queue, 'lost');
      else queue.nodeDown(node);
    }
    this.#reportMemory();
    this.#alarmChanged();
  }
  #diesWith(queue: RabbitQueue, node: RabbitNode): boolean {
    return !queue.durable && queue.leader === node && !queue.members.some((one) => one.isServing);
  }

  #up(node: RabbitNode): void {
    const queues = [...this.vhost.queues.values()];
    let bytes = 0;
    for (const queue of queues) if (queue.members.includes(node)) bytes += queue.memoryBytes;
    node.memory.set(bytes);
    this.#reportMemory();
    for (const queue of queues) queue.nodeUp(node);
    this.#alarmChanged();
  }

  #node(number: number): RabbitNode {
    const node = this.nodes[number];
    if (node === undefined) {
      throw new MqModelError('unknown-node', `node ${number} of ${this.settings.name}: there are ${this.nodes.length}`);
    }
    return node;
  }

  /** A factor on all that a node does; a slow disk. */
  setSlowness(number: number, processor: number, disk: number): void {
    const node = this.#node(number);
    node.processor.slowness = processor;
    node.disk.slowness = disk;
  }

  // --- alarms ---

  /** One node's alarm blocks the publishers of all. */
  #alarmChanged(): void {
    const serving = this.nodes.filter(({ isServing }) => isServing);
    let reason: string | null = null;
    if (serving.some(({ storage }) => storage.isAlarmed)) reason = 'low on disk';
    if (serving.some(({ memory }) => memory.isAlarmed)) reason = 'low on memory';
    if (reason === this.alarmReason) return;
    this.alarmReason = reason;
    // What is let in may raise the alarm again: each is told how it is now.
    for (const { connections } of this.nodes) {
      for (const connection of connections) connection.alarm(this.alarmReason);
    }
  }

  // --- deliveries that nobody settles ---

  watch(): void {
    if (this.#isWatching || this.settings.consumerTimeoutUs === Number.POSITIVE_INFINITY) return;
    this.#isWatching = true;
    const nextUs = (Math.floor(this.#sim.now / MINUTE_US) + 1) * MINUTE_US;
    this.#sim.scheduleAt(nextUs, this.#look, 0, 0);
  }
  readonly #look = (): void => {
    this.#isWatching = false;
    const sinceUs = this.#sim.now - this.settings.consumerTimeoutUs;
    const connections = this.nodes.flatMap((node) => [...node.connections]);
    for (const connection of connections) connection.timeOut(sinceUs);
    if (connections.some(({ hasUnsettled }) => hasUnsettled)) this.watch();
  };

  // --- metrics ---

  #reportMemory(): void {
    this.#metrics?.memUsed.set(this.nodes.reduce((sum, { memory }) => sum + memory.used, 0));
  }
  #reportLimits(): void {
    const { memoryLimitBytes, diskBytes } = this.settings;
    const count = this.nodes.length;
    if (Number.isFinite(memoryLimitBytes)) this.#metrics?.memLimit.set(memoryLimitBytes * count);
    if (Number.isFinite(diskBytes)) this.#metrics?.diskFree.set(diskBytes * count);
  }
}
