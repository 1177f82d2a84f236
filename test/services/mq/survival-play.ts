/**
 * Publishers that wait for confirms, consumers that acknowledge, requeue, or vanish, while nodes are killed, stopped, cut off and started again. At the end all is healed and the queue
 * is drained: what was confirmed has been acknowledged by a consumer, or is there.
 */
import fc from 'fast-check';
import type * as Mq from '../../../src/services/mq/index.ts';
import { Broker, type MqDoor } from './amqp-harness.ts';
import { demand } from './queue-play.ts';

type Command =
  | { readonly do: 'publish'; readonly count: number; readonly client: number }
  | { readonly do: 'ack' | 'requeue'; readonly pick: number; readonly multiple: boolean; readonly client: number }
  | { readonly do: 'cut' | 'consume'; readonly client: number }
  | { readonly do: 'kill' | 'stop' | 'start'; readonly node: number }
  | { readonly do: 'partition'; readonly alone: number }
  | { readonly do: 'heal' }
  | { readonly do: 'pass'; readonly us: number };

export interface Game {
  readonly kind: 'single' | 'classic' | 'mirrored' | 'quorum';
  readonly settings: Mq.RabbitInput;
  readonly prefetch: number;
  /** Of events of one instant the order is drawn; null: as they were scheduled. */
  readonly shuffle: number | null;
  readonly commands: readonly Command[];
}

const client = fc.nat(1);
const node = fc.nat(2);
const multiple = fc.constantFrom(false, false, true);
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant('publish'), count: fc.integer({ min: 1, max: 4 }), client }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('consume'), client }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('ack'), pick: fc.nat(9), multiple, client }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('requeue'), pick: fc.nat(9), multiple, client }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut'), client }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('kill', 'kill', 'stop'), node }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('start'), node }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('partition'), alone: node }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('heal') }) },
  { weight: 10, arbitrary: fc.record({ do: fc.constant('pass'), us: fc.constantFrom(10, 100, 1000, 5000, 30_000) }) },
);
const cost = fc.constantFrom(0, 0, 40);
export const games: fc.Arbitrary<Game> = fc.record({
  kind: fc.constantFrom('single', 'classic', 'mirrored', 'quorum', 'quorum'),
  settings: fc.record({
    version: fc.constant('3.13'),
    diskLatencyUs: fc.constantFrom(0, 2000),
    replicationUs: fc.constantFrom(0, 700),
    electionUs: fc.constantFrom(0, 5000),
    startUs: fc.constantFrom(0, 20_000),
    flowCredit: fc.constantFrom(Number.POSITIVE_INFINITY, 2),
    costs: fc.record({ publishUs: cost, deliverUs: cost, ackUs: cost, otherUs: cost }),
  }),
  prefetch: fc.constantFrom(0, 1, 3),
  shuffle: fc.constantFrom(null, null, 1, 2),
  commands: fc.array(command, { maxLength: 50, size: 'max' }),
});

export function play(mq: MqDoor, game: Game): void {
  new Player(mq, game).play(game.commands);
}

class Player {
  readonly broker: Broker;
  readonly prefetch: number;
  readonly kind: Game['kind'];
  readonly confirmed = new Set<number>();
  readonly acknowledged = new Set<number>();
  nextBody = 0;
  hasRequeued = false;
  /** Of the deliveries that are not flagged. */
  lastSequence = -1;
  readonly #clients: Client[] = [];

  constructor(mq: MqDoor, { kind, settings, prefetch, shuffle }: Game) {
    const deploymentMode = kind === 'single' ? 'singleInstance' : 'clusterMultiAz';
    const ties = shuffle === null ? 'inOrder' : { shuffle };
    this.broker = new Broker({ ...settings, deploymentMode, isMirrored: kind === 'mirrored' }, mq, null, ties);
    if (kind === 'quorum') this.broker.onEnqueued = () => demand('majority', this.#serving >= 2, true);
    this.kind = kind;
    this.prefetch = prefetch;
    this.#clients = [new Client(this), new Client(this)];
    this.#clients[0]?.declare();
  }

  get #serving(): number {
    return this.broker.rabbit.nodes.filter(({ isServing }) => isServing).length;
  }

  play(commands: readonly Command[]): void {
    for (const one of commands) this.#do(one);
    this.#heal();
    const inHand = this.#clients.reduce((sum, client) => sum + client.inHand.size, 0);
    demand('in hand', this.broker.rabbit.vhost.queues.get('q')?.messages.heldCount, inHand);
    for (const { connection } of this.#clients) connection?.cut();
    this.#judge();
  }

  #do(command: Command): void {
    const { rabbit, sim } = this.broker;
    const nodes = rabbit.nodes.length;
    const client = 'client' in command ? (this.#clients[command.client] as Client) : null;
    switch (command.do) {
      case 'publish':
        return client?.publish(command.count);
      case 'consume':
        return client?.consume();
      case 'ack':
      case 'requeue':
        return client?.settle(command.do, command.pick, command.multiple);
      case 'cut':
        return client?.cut();
      case 'kill':
      case 'stop':
      case 'start':
        return rabbit[command.do](command.node % nodes);
      case 'partition':
        if (nodes === 3) rabbit.setPartition([[0, 1, 2].filter((number) => number !== command.alone), [command.alone]]);
        return;
      case 'heal':
        return rabbit.setPartition(null);
      case 'pass':
        sim.run({ until: sim.now + command.us });
    }
  }

  #heal(): void {
    const { rabbit } = this.broker;
    rabbit.setPartition(null);
    for (const { number } of rabbit.nodes) rabbit.start(number);
    this.broker.pass(200);
  }

  #judge(): void {
    const drainer = new Client(this);
    drainer.connect();
    this.lastSequence = -1;
    drainer.channel?.basicConsume({ queue: 'q', consumer: 9 });
    this.broker.pass(200);
    const there = new Set(drainer.inHand.values());
    const lost = [...this.confirmed].filter((body) => !this.acknowledged.has(body) && !there.has(body));
    demand('survival: confirmed and lost', lost, []);
    const back = [...this.acknowledged].filter((body) => there.has(body));
    demand('acknowledged and back', back, []);
    drainer.channel?.basicAck(0, true);
    this.broker.pass(200);
    drainer.connection?.close();
    this.broker.pass(200);
    demand('conservation: bodies held', this.broker.held, 0);
    for (const { memory, storage } of this.broker.rabbit.nodes) demand('bytes', [memory.used, storage.used], [0, 0]);
  }
}

/** One that reconnects when it is asked for something. */
class Client implements Mq.AmqpConnectionOwner, Mq.AmqpChannelOwner {
  connection: Mq.AmqpConnection | null = null;
  channel: Mq.AmqpChannel | null = null;
  /** Bodies by delivery tag, and by publish. */
  readonly inHand = new Map<number, number>();
  /** Acknowledgements whose fate nobody tells. */
  readonly #published = new Map<number, number>();
  #nextPublish = 1;
  #consumers = 0;
  #isConsuming = false;
  readonly #player: Player;

  constructor(player: Player) {
    this.#player = player;
  }

  connect(): boolean {
    if (this.channel !== null) return true;
    this.connection ??= this.#player.broker.rabbit.connect(this);
    this.channel = this.connection?.openChannel(this) ?? null;
    this.#nextPublish = 1;
    this.channel?.confirmSelect();
    return this.channel !== null;
  }
  declare(): void {
    this.connect();
    const isQuorum = this.#player.kind === 'quorum';
    const args = isQuorum ? { 'x-queue-type': 'quorum' as const } : {};
    this.channel?.queueDeclare({ queue: 'q', durable: true, arguments: args });
  }
  publish(count: number): void {
    if (!this.connect()) return;
    for (let i = 0; i < count; i++) {
      const body = this.#player.nextBody++;
      this.#published.set(this.#nextPublish++, body);
      this.channel?.basicPublish({
        exchange: '',
        routingKey: 'q',
        mandatory: false,
        body,
        bytes: 100,
        persistent: true,
        expirationMs: -1,
        priority: -1,
        group: -1,
      });
    }
  }
  consume(): void {
    if (!this.connect() || this.#isConsuming) return;
    this.#isConsuming = true;
    this.channel?.basicQos(this.#player.prefetch);
    this.channel?.basicConsume({ queue: 'q', consumer: this.#consumers++ });
  }
  settle(how: 'ack' | 'requeue', pick: number, multiple: boolean): void {
    const tags = [...this.inHand.keys()];
    const tag = tags[pick % Math.max(1, tags.length)];
    if (tag === undefined || this.channel === null) return;
    for (const one of multiple ? tags.filter((other) => other <= tag) : [tag]) {
      // Whether it reaches the broker nobody knows.
      if (how === 'ack') this.#player.acknowledged.add(this.inHand.get(one) as number);
      this.inHand.delete(one);
    }
    if (how === 'ack') this.channel.basicAck(tag, multiple);
    else this.channel.basicNack(tag, multiple);
    if (how === 'requeue') this.#player.hasRequeued = true;
  }
  cut(): void {
    this.connection?.cut();
    this.#forget();
    this.connection = null;
  }
  #forget(): void {
    this.channel = null;
    this.#isConsuming = false;
    this.inHand.clear();
    this.#published.clear();
  }

  onDeliver(consumer: number, deliveryTag: number, { body, redelivered, sequence }: Mq.AmqpMessage): void {
    const player = this.#player;
    // It comes back where its acknowledgement did not reach the broker, or was lost with it: then it is flagged.
    if (player.acknowledged.has(body)) demand('delivered again without a flag', redelivered, true);
    player.acknowledged.delete(body);
    this.inHand.set(deliveryTag, body);
    if (!redelivered) {
      if (sequence <= player.lastSequence) throw new Error(`order: ${sequence} after ${player.lastSequence}`);
      player.lastSequence = sequence;
    }
    const { prefetch } = player;
    if (prefetch > 0 && consumer !== 9 && this.inHand.size > prefetch) {
      throw new Error(`credit: ${this.inHand.size} in hand, expected at most ${prefetch}`);
    }
  }
  onConfirm(deliveryTag: number, multiple: boolean, ack: boolean): void {
    const { confirmed } = this.#player;
    for (const [tag, body] of this.#published) {
      if (tag !== deliveryTag && !(multiple && tag < deliveryTag)) continue;
      this.#published.delete(tag);
      if (ack) confirmed.add(body);
    }
  }
  /** Its queue lost what it had given out. */
  onCancel(): void {
    this.#isConsuming = false;
    this.inHand.clear();
  }
  onClosed(): void {
    this.#forget();
    if (this.connection?.isOpen !== true) this.connection = null;
  }
  onGet(): void {}
  onReturn(): void {}
  onCommitted(): void {}
  onBlocked(): void {}
  onUnblocked(): void {}
}
