/**
 * A connection to a node: its channels, and the order of what they say.
 *
 *   method ─▶ at the door, while it is blocked or its credit is used up ─▶ the node's processor ─▶ its channel
 */
import type { Job } from '../broker/job-ring.ts';
import type { NodeConnection, RabbitNode } from '../rabbitmq/node.ts';
import { ReusedRing } from '../rabbitmq/reused-ring.ts';
import type { Vhost } from '../rabbitmq/vhost.ts';
import { Channel, type ChannelHost, heldBack, newChannelCommand } from './channel.ts';
import type { Command } from './command.ts';
import { amqpErrors } from './errors.ts';
import type { AmqpChannel, AmqpChannelOwner, AmqpConnection, AmqpConnectionOwner } from './operations.ts';

/** Its broker. */
export interface Broker {
  readonly vhost: Vhost;
  /** Why publishers are blocked; null: they are not. */
  readonly alarmReason: string | null;
  /** A delivery waits to be settled, somewhere. */
  watch(): void;
}

export class Connection implements AmqpConnection, NodeConnection, ChannelHost, Job {
  isOpen = true;
  readonly vhost: Vhost;
  readonly home: RabbitNode;
  readonly #broker: Broker;
  readonly #owner: AmqpConnectionOwner;
  readonly #channels = new Set<Channel>();
  /** In order: those in the processor, then those at the door. */
  readonly #commands = new ReusedRing<Command<Channel>>(newChannelCommand);
  #inProcessor = 0;
  #isPublisher = false;
  /** What its owner was told last. */
  #isBlocked = false;

  constructor(broker: Broker, node: RabbitNode, owner: AmqpConnectionOwner) {
    this.#broker = broker;
    this.vhost = broker.vhost;
    this.home = node;
    this.#owner = owner;
    node.connections.add(this);
    this.vhost.world.metrics?.connections.add(1);
  }

  get node(): number {
    return this.home.number;
  }
  get waiting(): number {
    return this.#commands.count - this.#inProcessor;
  }
  get hasUnsettled(): boolean {
    for (const { unacknowledged } of this.#channels) if (unacknowledged > 0) return true;
    return false;
  }

  openChannel(owner: AmqpChannelOwner): AmqpChannel | null {
    if (!this.isOpen || this.#channels.size >= this.vhost.world.settings.maxChannels) return null;
    const channel = new Channel(this, owner);
    this.#channels.add(channel);
    this.vhost.world.metrics?.channels.add(1);
    return channel;
  }
  forget(channel: Channel): void {
    if (this.#channels.delete(channel)) this.vhost.world.metrics?.channels.add(-1);
  }

  // --- the way in ---

  isDirect(costUs: number): boolean {
    return costUs === 0 && this.#commands.count === 0 && this.home.processor.waiting === 0 && this.#mayRead();
  }
  command(): Command<Channel> {
    return this.#commands.append();
  }
  enter(): void {
    this.readOn();
  }

  /** It publishes: from now on alarms concern it. */
  published(): void {
    if (this.#isPublisher) return;
    this.#isPublisher = true;
    this.alarm(this.#broker.alarmReason);
  }

  #mayRead(): boolean {
    if (this.#isPublisher && this.#broker.alarmReason !== null) return false;
    const { flowCredit } = this.vhost.world.settings;
    if (this.#inProcessor >= flowCredit) return false;
    if (!this.#isPublisher || this.home.disk.waiting < flowCredit) return true;
    this.home.heldBack.add(this);
    return false;
  }

  readOn(): void {
    const { costs } = this.vhost.world.settings;
    while (this.isOpen && this.#commands.count > this.#inProcessor && this.#mayRead()) {
      const { kind, bytes } = this.#commands.at(this.#inProcessor++);
      let cost = costs.otherUs;
      if (kind === 'publish') cost = costs.publishUs + bytes * costs.publishUsPerByte;
      else if (kind === 'settle') cost = costs.ackUs;
      this.home.processor.submit(cost, this, 0, 0);
    }
  }

  alarm(reason: string | null): void {
    if (!this.#isPublisher || !this.isOpen || (reason !== null) === this.#isBlocked) return;
    this.#isBlocked = reason !== null;
    if (reason !== null) {
      this.#owner.onBlocked(reason);
      return;
    }
    this.#owner.onUnblocked();
    this.readOn();
  }

  /** Its first command has passed the processor. */
  onDone(): void {
    this.#inProcessor--;
    const command = this.#commands.takeOut();
    const { kind, channel, run } = command;
    command.run = null;
    const isHeard = this.isOpen && (channel === null || channel.isOpen);
    if (kind === 'publish') {
      const { body } = command;
      if (isHeard) channel?.publish(command);
      this.vhost.world.holds?.release(body);
    } else if (isHeard) {
      if (kind === 'settle') channel?.settle(command.deliveryTag, command.multiple, command.settlement);
      else run?.();
    }
    this.#commands.giveBack(command);
    this.readOn();
  }
  onLost(): void {
    this.#inProcessor--;
    this.#drop(this.#commands.take());
  }
  #drop(command: Command<Channel>): void {
    command.run = null;
    if (command.kind === 'publish') this.vhost.world.holds?.release(command.body);
  }

  // --- the end ---

  close(): void {
    if (!this.isOpen) return;
    if (this.isDirect(this.vhost.world.settings.costs.otherUs)) {
      this.cut();
      return;
    }
    const command = this.command();
    command.kind = 'other';
    command.channel = null;
    command.run = () => this.cut();
    this.enter();
  }

  cut(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    while (this.#commands.count > this.#inProcessor) this.#drop(this.#commands.dropLast());
    this.home.connections.delete(this);
    this.home.heldBack.delete(this);
    const channels = [...this.#channels];
    const queues = new Set(channels.flatMap((channel) => [...channel.queues]));
    heldBack(queues, () => {
      for (const channel of channels) channel.stopConsuming();
      for (const channel of channels) channel.giveBack();
    });
    for (const channel of channels) this.forget(channel);
    for (const queue of this.vhost.queues.values()) if (queue.owner === this) this.vhost.deleteQueue(queue);
    this.vhost.world.metrics?.connections.add(-1);
  }

  /** The broker ends it. */
  end(code: number, text: string): void {
    if (!this.isOpen) return;
    this.cut();
    this.#owner.onClosed(code, text);
  }
  fail(code: number, text: string): void {
    this.end(code, text);
  }

  watch(): void {
    this.#broker.watch();
  }
  timeOut(sinceUs: number): void {
    const ms = this.vhost.world.settings.consumerTimeoutUs / 1000;
    for (const channel of this.#channels) if (channel.oldestUs <= sinceUs) channel.fail(amqpErrors.timedOut(ms));
  }
}
