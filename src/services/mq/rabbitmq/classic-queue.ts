/**
 * A classic queue: on one node, or mirrored on all (3.13). A message is in it when it has come; a persistent one of a durable queue is confirmed after the disk.
 *
 *   publish ─▶ ready ─▶ … ─▶ gone                     its node dies: transient messages, and what was not stored, are lost;
 *         └──▶ disk ─▶ stored, confirmed              a queue that is not durable goes as a whole
 */
import type { Death } from '../amqp/operations.ts';
import type { Job } from '../broker/job-ring.ts';
import type { MessageInput } from '../broker/ports.ts';
import type { RabbitNode } from './node.ts';
import { RabbitQueue } from './rabbit-queue.ts';
import { ReusedRing } from './reused-ring.ts';
import type { Settled } from './settled.ts';

interface Write {
  row: number;
  id: number;
  bytes: number;
  settled: Settled | null;
  tag: number;
}

export class ClassicQueue extends RabbitQueue implements Job {
  /** Who had it last: only this one knows all of it. */
  #last = this.leader;
  /** Not stored yet, in the order in which they came. */
  readonly #writes = new ReusedRing<Write>(() => ({ row: 0, id: 0, bytes: 0, settled: null, tag: 0 }));

  get isAvailable(): boolean {
    return this.leader !== null;
  }

  publish(
    input: MessageInput,
    route: number,
    deaths: readonly Death[] | null,
    settled: Settled | null,
    tag: number,
  ): void {
    const { leader, messages, world } = this;
    if (leader === null) {
      world.observer?.onDropped(-1, input.body, -1, 'lost');
      settled?.onRefused(tag);
      return;
    }
    if (messages.refuses(input.bytes)) {
      const isMoved =
        this.arguments['x-overflow'] === 'reject-publish-dlx' && world.deadLetterRefused(this, input, route);
      if (!isMoved) world.observer?.onDropped(-1, input.body, -1, 'maxlen');
      settled?.onRefused(tag);
      return;
    }
    if (deaths !== null) world.deaths.set(world.ids.next, deaths);
    const { bytes, persistent } = input;
    const row = messages.put(input, route);
    const id = messages.lastId;
    if (!this.durable || !persistent) settled?.onStored(tag);
    else this.#store(leader, row, id, bytes, settled, tag);
  }

  #store(leader: RabbitNode, row: number, id: number, bytes: number, settled: Settled | null, tag: number): void {
    if (leader.disk.isInstant) {
      if (this.messages.holds(row, id)) this.messages.markStored(row);
      settled?.onStored(tag);
      return;
    }
    const write = this.#writes.append();
    write.row = row;
    write.id = id;
    write.bytes = bytes;
    write.settled = settled;
    write.tag = tag;
    leader.disk.write(bytes, this, 0, 0);
  }

  /** Its first write is on disk: a disk is as orderly as this. */
  onDone(): void {
    const { row, id, settled, tag } = this.#writes.take();
    if (this.messages.holds(row, id)) this.messages.markStored(row);
    settled?.onStored(tag);
  }
  /** `nodeDown` sees to it. */
  onLost(): void {}

  finishWrites(node: RabbitNode): void {
    if (node !== this.leader) return;
    while (this.#writes.count > 0) this.onDone();
  }

  nodeDown(node: RabbitNode): void {
    if (node !== this.leader) return;
    this.leader = this.members.find((one) => one.isServing) ?? null;
    if (this.leader === null) this.#die();
    else this.#moveTo(this.leader);
  }

  #die(): void {
    while (this.#writes.count > 0) {
      const { settled, tag } = this.#writes.take();
      settled?.onRefused(tag);
    }
    this.cancelConsumers();
    this.messages.crash();
  }

  /** A mirror has all of it, but nobody's deliveries: they are ready again. What was not stored it stores. */
  #moveTo(leader: RabbitNode): void {
    this.#last = leader;
    this.cancelConsumers();
    this.messages.crash(true);
    this.messages.setStopped(false);
    for (let left = this.#writes.count; left > 0; left--) {
      const { row, id, bytes, settled, tag } = this.#writes.take();
      this.#store(leader, row, id, bytes, settled, tag);
    }
  }

  nodeUp(node: RabbitNode): void {
    if (this.leader !== null || this.#last !== node) return;
    this.leader = node;
    this.messages.setStopped(false);
  }
}
