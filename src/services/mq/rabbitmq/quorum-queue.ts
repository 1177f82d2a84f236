/**
 * A quorum queue: a leader and its followers, which all write each message; it is in the queue, and confirmed, when a majority has stored it.
 *
 *   publish ─▶ log ─┬─▶ leader's disk ──────────────┬─▶ stored by a majority ─▶ ready, confirmed
 *                   ├─▶ follower's disk, and back ──┤
 *                   └─▶ follower's disk, and back ──┘
 *
 * Without a majority nothing goes in or out. With a new leader it goes on: what was in it is in it, what was not committed is written again.
 */
import { type Handle, TimeoutLane } from '../../../kernel/index.ts';
import type { Death, QueueDeclareInput } from '../amqp/operations.ts';
import type { Job } from '../broker/job-ring.ts';
import { NONE } from '../broker/message-rows.ts';
import type { MessageInput } from '../broker/ports.ts';
import type { RabbitNode } from './node.ts';
import { type QueueWorld, RabbitQueue } from './rabbit-queue.ts';
import { ReusedRing } from './reused-ring.ts';
import type { Settled } from './settled.ts';

/** Of a message that is not committed. */
interface Entry extends MessageInput {
  route: number;
  deaths: readonly Death[] | null;
  settled: Settled | null;
  tag: number;
}

const newEntry = (): Entry => ({
  body: 0,
  bytes: 0,
  persistent: true,
  expirationMs: -1,
  priority: -1,
  group: -1,
  route: 0,
  deaths: null,
  settled: null,
  tag: 0,
});

/** What one member has stored. */
class Replica implements Job {
  readonly node: RabbitNode;
  /** Up to which entry, counted from 1. */
  stored = 0;
  /** Counts its node's lives. */
  life = 0;
  readonly #back: TimeoutLane | null;
  readonly #isLeader: (node: RabbitNode) => boolean;
  readonly #advance: () => void;

  constructor(world: QueueWorld, node: RabbitNode, isLeader: (node: RabbitNode) => boolean, advance: () => void) {
    this.node = node;
    this.#isLeader = isLeader;
    this.#advance = advance;
    const { replicationUs } = world.settings;
    const isAlive = (_index: number, life: number): boolean => life === this.life;
    const onBack = (index: number): void => this.#hear(index);
    this.#back = replicationUs > 0 ? new TimeoutLane(world.sim, replicationUs, onBack, isAlive, 1) : null;
  }

  write(bytes: number, index: number): void {
    this.node.disk.write(bytes, this, index, this.life);
  }
  onDone(index: number, life: number): void {
    if (life !== this.life) return;
    if (this.#back === null || this.#isLeader(this.node)) this.#hear(index);
    else this.#back.arm(index, life);
  }
  onLost(): void {}

  #hear(index: number): void {
    this.stored = Math.max(this.stored, index);
    this.#advance();
  }
}

export class QuorumQueue extends RabbitQueue {
  readonly #replicas: readonly Replica[];
  readonly #majority: number;
  readonly #deliveryLimit: number;
  readonly #log = new ReusedRing<Entry>(newEntry);
  /** Entries ever committed; the log begins behind them. */
  #committed = 0;
  #isApplying = false;
  #election: Handle | null = null;

  constructor(
    world: QueueWorld,
    input: QueueDeclareInput,
    number: number,
    members: readonly RabbitNode[],
    deliveryLimit: number,
  ) {
    super(world, input, number, null, members, deliveryLimit);
    this.#majority = Math.floor(members.length / 2) + 1;
    this.#deliveryLimit = deliveryLimit;
    const isLeader = (node: RabbitNode): boolean => node === this.leader;
    this.#replicas = members.map((node) => new Replica(world, node, isLeader, () => this.#advance()));
    this.leader = null;
    this.messages.setStopped(true);
    this.#lead();
  }

  get isAvailable(): boolean {
    return true;
  }
  /** So that its log can be cut off behind it, where no limit ends the requeueing. */
  override get requeuesToTail(): boolean {
    return this.#deliveryLimit === Number.POSITIVE_INFINITY;
  }

  publish(
    input: MessageInput,
    route: number,
    deaths: readonly Death[] | null,
    settled: Settled | null,
    tag: number,
  ): void {
    const entry = this.#log.append();
    entry.body = input.body;
    entry.bytes = input.bytes;
    entry.expirationMs = input.expirationMs;
    entry.priority = input.priority;
    entry.group = input.group;
    entry.route = route;
    entry.deaths = deaths;
    entry.settled = settled;
    entry.tag = tag;
    this.world.holds?.retain(input.body);
    if (this.leader === null) return;
    const index = this.#committed + this.#log.count;
    for (const replica of this.#replicas) if (replica.node.isServing) replica.write(input.bytes, index);
  }

  /** Commits what a majority has. */
  #advance(): void {
    if (this.#isApplying || this.leader === null) return;
    this.#isApplying = true;
    while (this.leader !== null && this.#log.count > 0 && this.#storedBy(this.#committed + 1) >= this.#majority) {
      this.#apply();
    }
    this.#isApplying = false;
  }
  #storedBy(index: number): number {
    let count = 0;
    for (const { stored } of this.#replicas) if (stored >= index) count++;
    return count;
  }

  #apply(): void {
    const { messages, world } = this;
    const entry = this.#log.take();
    const { body, bytes, route, deaths, settled, tag } = entry;
    this.#committed++;
    if (messages.refuses(bytes)) {
      world.observer?.onDropped(-1, body, -1, 'maxlen');
      settled?.onRefused(tag);
    } else {
      if (deaths !== null) world.deaths.set(world.ids.next, deaths);
      const row = messages.put(entry, route);
      if (row !== NONE && messages.holds(row, messages.lastId)) messages.markStored(row);
      settled?.onStored(tag);
    }
    world.holds?.release(body);
  }

  // --- leaders ---

  get #alive(): number {
    return this.#replicas.filter(({ node }) => node.isServing).length;
  }

  #lead(): void {
    if (this.leader !== null || this.isGone || this.#alive < this.#majority) return;
    this.leader = this.members.find((node) => node.isServing) ?? null;
    for (const replica of this.#replicas) if (replica.node.isServing) this.#writeAll(replica);
    this.messages.setStopped(false);
    this.#advance();
  }

  /** What is not committed it writes (again); what is committed it is given. */
  #writeAll(replica: Replica): void {
    replica.stored = Math.max(replica.stored, this.#committed);
    const { count } = this.#log;
    const first = this.#committed + 1;
    for (let i = 0; i < count; i++) {
      if (first + i <= replica.stored) continue;
      // What is committed meanwhile moves the log on.
      const at = first + i - this.#committed - 1;
      if (at >= 0) replica.write(this.#log.at(at).bytes, first + i);
    }
  }

  /** Nothing waits for a disk: what its leader has written it has sent. */
  finishWrites(): void {}

  nodeDown(node: RabbitNode): void {
    const replica = this.#replicas.find((one) => one.node === node);
    if (replica === undefined) return;
    replica.life++;
    if (node !== this.leader && this.#alive >= this.#majority) return;
    this.leader = null;
    this.messages.setStopped(true);
    // Nobody is left who would send it again.
    if (this.#alive === 0) this.#forgetLog();
    this.#elect();
  }

  nodeUp(node: RabbitNode): void {
    const replica = this.#replicas.find((one) => one.node === node);
    if (replica === undefined) return;
    if (this.leader === null) this.#elect();
    else this.#writeAll(replica);
  }

  #elect(): void {
    const { sim, settings } = this.world;
    if (this.#election !== null) sim.cancel(this.#election);
    this.#election = null;
    if (settings.electionUs === 0) this.#lead();
    else this.#election = sim.schedule(settings.electionUs, () => this.#lead(), 0, 0);
  }

  override remove(reason: Parameters<RabbitQueue['remove']>[0]): void {
    super.remove(reason);
    this.leader = null;
    this.#forgetLog();
  }

  #forgetLog(): void {
    while (this.#log.count > 0) {
      const { body, settled, tag } = this.#log.take();
      settled?.onRefused(tag);
      this.world.holds?.release(body);
    }
  }
}
