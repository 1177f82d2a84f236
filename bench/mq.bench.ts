/**
 * Speed and memory of a broker's queue alone, CPU time: publish, deliver by prefetch, acknowledge; bytes a waiting message. The same through RabbitMQ's channels with
 * confirms: where it costs no time, and where each method passes the processor and each message the disk. Run: npm run bench mq
 */
import { Simulation } from '../src/kernel/index.ts';
import {
  type AmqpChannelOwner,
  type AmqpConnectionOwner,
  BrokerQueue,
  type Consumer,
  type MessageInput,
  type PublishInput,
  RabbitBroker,
  rabbitSettings,
} from '../src/services/mq/index.ts';

const CONSUMERS = 10;
const BATCH = 200;

class World {
  readonly sim = new Simulation({ seed: 1 });
  readonly queue = new BrokerQueue(this.sim, { number: 0 }, { ids: { next: 0 } });
  readonly #input: MessageInput = { body: 0, bytes: 1000, persistent: true, expirationMs: -1, priority: -1, group: -1 };
  readonly #inHand = new Int32Array(CONSUMERS * BATCH);
  #held = 0;
  acknowledged = 0;

  subscribe(prefetch: number): void {
    for (let tag = 0; tag < CONSUMERS; tag++) this.queue.subscribe({ subscriber: this, tag, prefetch });
  }
  onMessage(_consumer: Consumer, row: number): void {
    this.#inHand[this.#held++] = row;
  }

  /** Published and acknowledged, in batches that are as much as all consumers may have in hand. */
  flow(messages: number): void {
    for (let i = 0; i < messages; i += BATCH) {
      for (let k = 0; k < BATCH; k++) this.publish(i + k);
      const inHand = this.#held;
      this.#held = 0;
      for (let k = 0; k < inHand; k++) this.queue.acknowledge(this.#inHand[k] as number);
      this.acknowledged += inHand;
    }
  }
  publish(body: number): void {
    this.#input.body = body;
    this.queue.put(this.#input);
  }
}

/** A client of RabbitMQ that publishes so many at a time, each confirmed, and acknowledges all that it is given. */
class Application implements AmqpConnectionOwner, AmqpChannelOwner {
  readonly sim = new Simulation({ seed: 1 });
  readonly #channel;
  readonly #input: PublishInput = {
    exchange: '',
    routingKey: 'q',
    mandatory: false,
    body: 0,
    bytes: 1000,
    persistent: true,
    expirationMs: -1,
    priority: -1,
    group: -1,
  };
  confirmed = 0;
  acknowledged = 0;

  constructor(isBusy: boolean) {
    const costs = { publishUs: 10, deliverUs: 5, ackUs: 2 };
    const settings = rabbitSettings(isBusy ? { costs, diskLatencyUs: 1000 } : {});
    const channel = new RabbitBroker(this.sim, settings).connect(this)?.openChannel(this);
    if (channel === undefined || channel === null) throw new Error('nobody there');
    channel.queueDeclare({ queue: 'q', durable: true });
    channel.confirmSelect();
    channel.basicQos(100);
    channel.basicConsume({ queue: 'q', consumer: 0 });
    this.#channel = channel;
  }
  flow(messages: number): void {
    for (let i = 0; i < messages; i += BATCH) {
      for (let k = 0; k < BATCH; k++) {
        this.#input.body = i + k;
        this.#channel.basicPublish(this.#input);
      }
      this.sim.run();
    }
  }
  onDeliver(_consumer: number, deliveryTag: number): void {
    this.acknowledged++;
    this.#channel.basicAck(deliveryTag);
  }
  onConfirm(deliveryTag: number): void {
    this.confirmed = Math.max(this.confirmed, deliveryTag);
  }
  onGet(): void {}
  onReturn(): void {}
  onCommitted(): void {}
  onCancel(): void {}
  onBlocked(): void {}
  onUnblocked(): void {}
  onClosed(code: number, text: string): void {
    throw new Error(`${code} ${text}`);
  }
}

/** CPU time, so that a busy machine changes it less. */
function seconds(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/** Millions of messages a second, published, delivered and acknowledged. */
function rate(): number {
  const world = new World();
  world.subscribe(BATCH / CONSUMERS);
  world.flow(500_000);
  const rates = [1, 2, 3].map(() => 2 / seconds(() => world.flow(2_000_000)));
  if (world.acknowledged !== 6_500_000) throw new Error(`acknowledged ${world.acknowledged}`);
  return rates.toSorted((a, b) => a - b)[1] as number;
}

/** Millions of messages a second, published, confirmed, delivered and acknowledged. */
function amqpRate(isBusy: boolean): number {
  const application = new Application(isBusy);
  application.flow(200_000);
  const rates = [1, 2, 3].map(() => 0.5 / seconds(() => application.flow(500_000)));
  const { confirmed, acknowledged } = application;
  if (confirmed !== 1_700_000 || acknowledged !== confirmed) throw new Error(`${confirmed}, ${acknowledged}`);
  return rates.toSorted((a, b) => a - b)[1] as number;
}

function collect(): void {
  (globalThis as { gc?: () => void }).gc?.();
}

function bytesPerMessage(): number {
  const world = new World();
  collect();
  const before = process.memoryUsage();
  const count = 1 << 20;
  for (let i = 0; i < count; i++) world.publish(i);
  collect();
  const after = process.memoryUsage();
  if (world.queue.readyCount !== count) throw new Error('lost');
  return (after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / count;
}

const bytes = bytesPerMessage();
console.log("A broker's queue, CPU time, median of 3");
console.log(`a waiting message:                       ${bytes.toFixed(1)} B`);
console.log(`published, delivered and acked:          ${rate().toFixed(2)} M messages/s`);
console.log(`the same by AMQP, with confirms:         ${amqpRate(false).toFixed(2)} M messages/s`);
console.log(`the same where processor and disk count: ${amqpRate(true).toFixed(2)} M messages/s`);
