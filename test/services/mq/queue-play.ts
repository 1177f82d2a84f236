/** Plays commands to a broker's queue and to the reference; throws at the first difference, and names what was broken. */
import fc from 'fast-check';
import { Simulation } from '../../../src/kernel/index.ts';
import type * as Mq from '../../../src/services/mq/index.ts';
import { type ReferenceConsumer, type ReferenceMessage, ReferenceQueue } from './queue-reference.ts';

/** The room's door, or one with something wrong behind it. */
export type MqDoor = typeof Mq;

type Command =
  | { readonly do: 'put'; readonly bytes: number; readonly priority: number; readonly expirationMs: number }
  | { readonly do: 'subscribe'; readonly prefetch: number; readonly noAck: boolean; readonly priority: number }
  | { readonly do: 'cancel' | 'close' | 'ack' | 'drop' | 'store' | 'takeThis'; readonly pick: number }
  | { readonly do: 'requeue'; readonly pick: number; readonly counted: boolean; readonly atTail: boolean }
  | { readonly do: 'prefetch'; readonly pick: number; readonly prefetch: number }
  | { readonly do: 'pause'; readonly pick: number; readonly isPaused: boolean }
  | { readonly do: 'take' | 'purge' | 'crash' }
  | { readonly do: 'pass'; readonly ms: number };

interface Game {
  readonly maxPriority: number;
  readonly maxLength: number;
  readonly maxBytes: number;
  readonly rejects: boolean;
  readonly ttlMs: number;
  readonly singleActive: boolean;
  readonly returns: 'place' | 'head';
  readonly commands: readonly Command[];
}

const pick = fc.nat(1000);
const prefetch = fc.constantFrom(0, 1, 1, 2, 3, 5);
const isMostlyFalse = fc.constantFrom(false, false, false, true);
const of = <D extends string>(name: D) => fc.record({ do: fc.constant(name), pick });
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('put'),
      bytes: fc.integer({ min: 1, max: 9 }),
      priority: fc.constantFrom(-1, 0, 1, 2, 5),
      expirationMs: fc.constantFrom(-1, -1, -1, 0, 2, 7, 30),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('subscribe'),
      prefetch,
      noAck: isMostlyFalse,
      priority: fc.constantFrom(0, 0, 0, 1),
    }),
  },
  { weight: 1, arbitrary: of('cancel') },
  { weight: 2, arbitrary: of('close') },
  { weight: 7, arbitrary: of('ack') },
  { weight: 2, arbitrary: of('drop') },
  { weight: 4, arbitrary: of('store') },
  { weight: 2, arbitrary: of('takeThis') },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('requeue'), pick, counted: fc.boolean(), atTail: isMostlyFalse }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('prefetch'), pick, prefetch }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pause'), pick, isPaused: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('take') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('purge', 'crash') }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('pass'), ms: fc.constantFrom(1, 2, 5, 20) }) },
);
/** Features are mostly off, so that rare states have room. */
export const games: fc.Arbitrary<Game> = fc.record({
  maxPriority: fc.constantFrom(0, 0, 2, 5),
  maxLength: fc.constantFrom(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 1, 3),
  maxBytes: fc.constantFrom(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 12),
  rejects: fc.boolean(),
  ttlMs: fc.constantFrom(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 10),
  singleActive: isMostlyFalse,
  returns: fc.constantFrom('place', 'place', 'head'),
  // As long as that: few commands hardly ever meet.
  commands: fc.array(command, { maxLength: 60, size: 'max' }),
});

interface Pair {
  readonly real: Mq.Holder;
  readonly reference: ReferenceConsumer;
}

export function play(mq: MqDoor, game: Game): void {
  new Player(mq, game).play(game.commands);
}

class Player {
  readonly #mq: MqDoor;
  readonly #sim = new Simulation({ seed: 1 });
  readonly #reference: ReferenceQueue;
  readonly #queue: Mq.BrokerQueue;
  readonly #consumers: Pair[] = [];
  readonly #getter: Pair;
  readonly #delivered: string[] = [];
  readonly #dropped: string[] = [];
  readonly #returns: Game['returns'];
  #acknowledged = 0;
  #enqueued = 0;
  #gone = 0;
  /** Bodies that the queue holds. */
  #holds = 0;

  constructor(mq: MqDoor, game: Game) {
    this.#mq = mq;
    this.#reference = new ReferenceQueue(game);
    this.#returns = game.returns;
    const { maxPriority, maxLength, maxBytes, singleActive } = game;
    const memory = new mq.Watermark(this.#sim, { limit: 1e9 }, () => {});
    this.#queue = new mq.BrokerQueue(
      this.#sim,
      {
        number: 7,
        maxPriority,
        maxLength,
        maxBytes,
        singleActive,
        returns: game.returns,
        messageTtlUs: game.ttlMs * 1000,
        overflow: game.rejects ? 'reject-publish' : 'drop-head',
      },
      {
        ids: { next: 1000 },
        memory,
        holds: { retain: () => this.#holds++, release: () => this.#holds-- },
        observer: {
          onEnqueued: () => this.#enqueued++,
          onDelivered: () => {},
          onAcknowledged: () => this.#acknowledged++,
          onRequeued: () => {},
          onDeadLettered: () => {},
          onDropped: (_queue, body, _id, reason) => this.#dropped.push(`${body} ${reason}`),
          onGone: () => this.#gone++,
        },
      },
    );
    this.#getter = { real: new mq.Holder(), reference: consumer('getter', 0, false, 0) };
    this.#memory = memory;
  }
  readonly #memory: Mq.Watermark;

  play(commands: readonly Command[]): void {
    for (const [i, one] of commands.entries()) {
      this.#do(one);
      this.#compare(`after ${i} ${one.do}`);
    }
  }

  #do(command: Command): void {
    const queue = this.#queue;
    const reference = this.#reference;
    switch (command.do) {
      case 'put': {
        const { bytes, priority, expirationMs } = command;
        const body = this.#enqueued;
        const row = queue.put({ body, bytes, priority, expirationMs, persistent: false, group: -1 });
        demand('limit', row !== this.#mq.NONE, reference.put(bytes, priority, expirationMs));
        return;
      }
      case 'subscribe': {
        const { prefetch, noAck, priority } = command;
        const name = `c${this.#consumers.length}`;
        const real = queue.subscribe({ subscriber: this.#subscriber(name), tag: 0, prefetch, noAck, priority });
        const pair = { real, reference: consumer(name, prefetch, noAck, priority) };
        this.#consumers.push(pair);
        reference.subscribe(pair.reference);
        return;
      }
      case 'cancel':
      case 'close': {
        const pair = this.#someConsumer(command.pick);
        if (pair === undefined) return;
        queue.cancel(pair.real as Mq.Consumer);
        if (!pair.reference.isCancelled) reference.cancel(pair.reference);
        if (command.do === 'cancel') return;
        queue.giveBack(pair.real);
        reference.giveBack(pair.reference);
        return;
      }
      case 'prefetch':
      case 'pause': {
        const pair = this.#someConsumer(command.pick);
        if (pair === undefined || pair.reference.isCancelled) return;
        if (command.do === 'pause') {
          queue.setPaused(pair.real as Mq.Consumer, command.isPaused);
          pair.reference.isPaused = command.isPaused;
        } else {
          queue.setPrefetch(pair.real as Mq.Consumer, command.prefetch);
          pair.reference.prefetch = command.prefetch;
        }
        reference.settle();
        return;
      }
      case 'take': {
        const row = queue.take(this.#getter.real);
        if (row !== this.#mq.NONE) this.#note('getter', row);
        demand('take', row !== this.#mq.NONE, reference.take(this.#getter.reference) !== null);
        return;
      }
      case 'takeThis': {
        const message = reference.ready[command.pick % Math.max(1, reference.ready.length)];
        if (message === undefined) return;
        const row = this.#rowOf(message);
        queue.takeThis(this.#getter.real, row);
        this.#note('getter', row);
        reference.takeThis(this.#getter.reference, message);
        return;
      }
      case 'ack':
      case 'drop':
      case 'requeue': {
        const held = reference.messages.filter(({ holder }) => holder !== null);
        const message = held[command.pick % Math.max(1, held.length)];
        if (message === undefined) return;
        this.#settle(command, message);
        return;
      }
      case 'store': {
        const message = reference.messages[command.pick % Math.max(1, reference.messages.length)];
        if (message === undefined) return;
        message.stored = true;
        queue.markStored(this.#rowOf(message));
        return;
      }
      case 'purge':
        queue.purge();
        reference.purge();
        return;
      case 'crash':
        queue.crash();
        queue.setStopped(false);
        reference.crash();
        return;
      case 'pass':
        this.#sim.run({ until: this.#sim.now + command.ms * 1000 });
        reference.pass(command.ms);
    }
  }

  #settle(command: Command, message: ReferenceMessage): void {
    const row = this.#rowOf(message);
    if (command.do === 'ack') {
      this.#queue.acknowledge(row);
      this.#reference.acknowledge(message);
    } else if (command.do === 'drop') {
      this.#queue.drop(row, 'rejected');
      this.#reference.drop(message);
    } else if (command.do === 'requeue') {
      // Behind all others is a place only where places are not kept.
      const atTail = command.atTail && this.#returns === 'head';
      this.#queue.requeue(row, command.counted, atTail);
      this.#reference.requeue(message, command.counted, atTail);
    }
  }

  #rowOf({ sequence }: ReferenceMessage): number {
    const { rows } = this.#queue;
    for (let row = 0; row < rows.used; row++) {
      if (rows.place[row] !== this.#mq.Place.free && rows.sequence[row] === sequence) return row;
    }
    throw new Error(`conservation: message ${sequence} is not there`);
  }
  #someConsumer(pick: number): Pair | undefined {
    return this.#consumers[pick % Math.max(1, this.#consumers.length)];
  }
  #subscriber(name: string): Mq.Subscriber {
    return { onMessage: (_consumer, row) => this.#note(name, row) };
  }
  #note(name: string, row: number): void {
    const { sequence, deliveries, redelivered } = this.#queue.read(row);
    this.#delivered.push(`${sequence} to ${name}, ${deliveries}${redelivered ? 'R' : ''}`);
  }

  #compare(when: string): void {
    const queue = this.#queue;
    const reference = this.#reference;
    demand(`order ${when}`, this.#delivered, reference.delivered);
    demand(`drops ${when}`, this.#dropped.toSorted(), reference.dropped.toSorted());
    demand(`acknowledged ${when}`, this.#acknowledged, reference.acknowledged);
    demand(`ready ${when}`, queue.readyCount, reference.ready.length);
    demand(`held ${when}`, queue.heldCount, reference.messages.length - reference.ready.length);
    demand(`conservation ${when}`, [this.#gone, this.#holds], [this.#enqueued - queue.count, queue.count]);
    const bytes = reference.messages.reduce((sum, message) => sum + message.bytes, 0);
    demand(`bytes ${when}`, [queue.bytes, this.#memory.used], [bytes, bytes]);
    for (const { real, reference: one } of this.#consumers) {
      demand(`credit ${when}`, real.inHand, reference.heldBy(one).length);
    }
  }
}

function consumer(name: string, prefetch: number, noAck: boolean, priority: number): ReferenceConsumer {
  return { name, prefetch, noAck, priority, isPaused: false, isCancelled: false };
}

export function demand(property: string, found: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${property}: found ${a}, expected ${b}`);
}
