/**
 * A play on ActiveMQ in which everything goes wrong: a producer sends to queue a, movers take from there and send to queue b within transactions, consumers work on what is
 * in b. Lines are cut and nodes are killed; all reconnect. What must hold is asserted while it is played and at the end.
 *
 *   producer ─▶ a (groups) ─▶ movers, transacted ─▶ b ─▶ consumers, AUTO and CLIENT ─▶ dead letters
 */
import fc from 'fast-check';
import type { Simulation } from '../../../../src/kernel/index.ts';
import { Consumer } from '../../../../src/services/mq/broker/consumer.ts';
import type { BrokerObserver, DropReason } from '../../../../src/services/mq/broker/ports.ts';
import type {
  DeliveredMessage,
  OpenWireError,
  OpenWireOwner,
} from '../../../../src/services/mq/openwire/operations.ts';
import type { JmsApplication, JmsMessage, JmsSession } from '../../../../src/workload/mq/jms-session.ts';
import type { JmsSettings } from '../../../../src/workload/mq/jms-settings.ts';
import type * as door from './door.ts';
import { Line } from './line.ts';

export type ActiveMqDoor = typeof door;

export interface Game {
  readonly seed: number;
  readonly messages: number;
  readonly prefetch: number;
  readonly lineUs: number;
  readonly diskUs: number;
  readonly commandUs: number;
  readonly batch: number;
  readonly isConcurrent: boolean;
  readonly useAsyncSend: boolean;
  readonly faults: readonly { readonly atMs: number; readonly who: number }[];
}

export const games: fc.Arbitrary<Game> = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  messages: fc.integer({ min: 1, max: 60 }),
  prefetch: fc.integer({ min: 1, max: 8 }),
  lineUs: fc.constantFrom(0, 700, 5000),
  diskUs: fc.constantFrom(0, 2000, 12_000),
  commandUs: fc.constantFrom(0, 100),
  batch: fc.integer({ min: 1, max: 4 }),
  isConcurrent: fc.boolean(),
  useAsyncSend: fc.constant(false),
  // 0: the active node; others: the line of that party.
  faults: fc.array(fc.record({ atMs: fc.integer({ min: 1, max: 1500 }), who: fc.nat({ max: 5 }) }), {
    maxLength: 8,
    size: 'max',
  }),
});

const RECONNECT_US = 30_000;
const RESTART_US = 400_000;
const MAX_REDELIVERIES = 2;

/** A client that reconnects, to whichever endpoint answers. */
abstract class Party implements OpenWireOwner, JmsApplication {
  readonly sim: Simulation;
  readonly session: JmsSession;
  readonly #broker: InstanceType<ActiveMqDoor['ActiveMqBroker']>;
  readonly #lineUs: number;
  line: Line | null = null;
  #endpoint = 0;

  constructor(
    to: ActiveMqDoor,
    sim: Simulation,
    broker: InstanceType<ActiveMqDoor['ActiveMqBroker']>,
    lineUs: number,
    settings: JmsSettings,
  ) {
    this.sim = sim;
    this.#broker = broker;
    this.#lineUs = lineUs;
    this.session = new to.JmsSession(sim, settings, this);
  }

  connect(): void {
    const line = Line.to(this.sim, this.#broker, this, this.#lineUs, this.#endpoint);
    this.#endpoint = 1 - this.#endpoint;
    if (line === null) this.sim.schedule(RECONNECT_US, () => this.connect(), 0);
    else {
      this.line = line;
      this.session.attach(line);
    }
  }

  onDispatch(consumer: number, message: DeliveredMessage): void {
    this.session.onDispatch(consumer, message);
  }
  onPullTimeout(consumer: number): void {
    this.session.onPullTimeout(consumer);
  }
  onResponse(command: number, error: OpenWireError | null): void {
    this.session.onResponse(command, error);
  }
  onClosed(): void {
    this.line = null;
    this.session.onClosed();
    this.sim.schedule(RECONNECT_US, () => this.connect(), 0);
  }
  onBlocked(): void {}
  onUnblocked(): void {}
  onSent(_tag: number, _error: OpenWireError | null): void {}
  onCommitted(_error: OpenWireError | null): void {}
  onConsumerFailed(_: number, error: OpenWireError): void {
    throw new Error(`consumer: ${error.message}`);
  }
  abstract onMessage(message: JmsMessage): void;
}

/** What became of the copies of each message, by queue and body. */
class Ledger implements BrokerObserver {
  readonly enqueued = new Map<string, number>();
  readonly lost = new Map<string, number>();
  readonly buried = new Map<string, number>();
  readonly dropped: string[] = [];
  onDeliver: (queue: number, id: number) => void = () => {};

  onEnqueued(queue: number, body: number): void {
    count(this.enqueued, queue, body);
  }
  onDelivered(queue: number, _: number, id: number): void {
    this.onDeliver(queue, id);
  }
  onAcknowledged(): void {}
  onRequeued(): void {}
  onDeadLettered(queue: number, body: number): void {
    count(this.buried, queue, body);
  }
  onDropped(queue: number, body: number, _: number, reason: DropReason): void {
    if (reason === 'lost') count(this.lost, queue, body);
    else this.dropped.push(`${body}: ${reason}`);
  }
  onGone(): void {}
}

function count(of: Map<string, number>, queue: number, body: number): void {
  of.set(`${queue} ${body}`, (of.get(`${queue} ${body}`) ?? 0) + 1);
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** Throws where a promise is broken, saying which. */
export function play(to: ActiveMqDoor, game: Game): void {
  const sim = new to.Simulation({ seed: game.seed });
  const ledger = new Ledger();
  const holds = new Holds();
  const settings = {
    deployment: 'activeStandbyMultiAz',
    costs: { diskLatencyUs: game.diskUs, commandUs: game.commandUs, dispatchUs: game.commandUs },
    concurrentStoreAndDispatchQueues: game.isConcurrent,
    lockFreeUs: 300_000,
  } as const;
  const broker = new to.ActiveMqBroker(sim, settings, { observer: ledger, holds });
  const a = broker.engine.destinations.queue('a').queue;
  const b = broker.engine.destinations.queue('b').queue;
  const dead = broker.engine.destinations.queue('ActiveMQ.DLQ').queue;
  const chance = sim.stream('play');
  const answered = new Set<number>();
  const handled = new Map<number, number>();

  class Producer extends Party {
    onMessage(): void {}
    override onSent(tag: number, error: OpenWireError | null): void {
      must(error === null, 'a send failed');
      answered.add(tag);
    }
    sendNext(body: number): void {
      if (body === game.messages) return;
      const message = { body, bytes: 100, persistent: true, expirationMs: -1, priority: -1, group: body % 3 };
      this.session.send('queue://a', message, body);
      sim.schedule(10_000, () => this.sendNext(body + 1), 0);
    }
  }

  class Mover extends Party {
    #taken = 0;
    onMessage({ body }: JmsMessage): void {
      const message = { body, bytes: 100, persistent: true, expirationMs: -1, priority: -1, group: -1 };
      this.session.send('queue://b', message, body);
      sim.schedule(1000, () => this.#done(), 0);
    }
    /** Commits, or rolls back, within the listener, as a container does. */
    #done(): void {
      if (++this.#taken % game.batch !== 0) this.session.returned();
      else if (chance.uniform() < 0.2) {
        this.session.rollback();
        this.session.returned();
      } else this.session.commit();
    }
    override onCommitted(): void {
      this.session.returned();
    }
    /** What is less than a batch waits for nobody. */
    commitNow(): void {
      this.session.commit();
    }
  }

  class Worker extends Party {
    isClient = false;
    override onDispatch(consumer: number, message: DeliveredMessage): void {
      super.onDispatch(consumer, message);
      const inHand = this.session.prefetched + this.session.unacknowledged;
      must(this.isClient || inHand <= game.prefetch, 'prefetch: too many in hand');
    }
    onMessage({ body }: JmsMessage): void {
      handled.set(body, (handled.get(body) ?? 0) + 1);
      sim.schedule(500, () => this.#done(body % 7 === 6), 0);
    }
    /** Mode CLIENT: what was worked on is acknowledged by the application, the rest recovered. */
    #done(isPoison: boolean): void {
      if (this.isClient && isPoison) this.session.recover();
      else if (this.isClient) this.session.acknowledge();
      if (isPoison && !this.isClient) this.session.threw();
      else this.session.returned();
    }
  }

  const redelivery = { maximumRedeliveries: -1, initialRedeliveryDelayMs: 20, redeliveryDelayMs: 20 };
  const jms = (name: string, mode: JmsSettings['mode'], maximumRedeliveries: number): JmsSettings => ({
    name,
    mode,
    redelivery: { ...redelivery, maximumRedeliveries },
    useAsyncSend: game.useAsyncSend,
  });
  const make = <P extends Party>(
    Kind: new (...options: ConstructorParameters<typeof Party>) => P,
    one: JmsSettings,
  ): P => new Kind(to, sim, broker, game.lineUs, one);
  const producer = make(Producer, jms('producer', 'AUTO', -1));
  const movers = [make(Mover, jms('m1', 'SESSION_TRANSACTED', -1)), make(Mover, jms('m2', 'SESSION_TRANSACTED', -1))];
  const workers = [
    make(Worker, jms('w1', 'AUTO', MAX_REDELIVERIES)),
    make(Worker, jms('w2', 'CLIENT', MAX_REDELIVERIES)),
  ];
  (workers[1] as Worker).isClient = true;
  for (const one of movers) one.session.createConsumer({ destination: 'queue://a', prefetch: game.prefetch });
  for (const one of workers) one.session.createConsumer({ destination: 'queue://b', prefetch: game.prefetch });
  const parties: Party[] = [producer, ...movers, ...workers];

  // Groups: one consumer at a time, first deliveries in order.
  const first = new Map<number, number>();
  const seen = new Set<number>();
  ledger.onDeliver = (queue, id) => {
    if (queue !== a.number) return;
    const { rows } = a;
    const holders = new Map<number, unknown>();
    for (let row = 0; row < rows.used; row++) {
      const holder = rows.holder[row];
      if (!isConsumer(holder)) continue;
      const group = rows.group[row] as number;
      must(!holders.has(group) || holders.get(group) === holder, 'groups: two consumers have messages of one');
      holders.set(group, holder);
      if (rows.id[row] !== id || seen.has(id)) continue;
      seen.add(id);
      const sequence = rows.sequence[row] as number;
      must(sequence > (first.get(group) ?? -1), 'groups: a later message was given out first');
      first.set(group, sequence);
    }
  };

  for (const { atMs, who } of game.faults) {
    sim.schedule(atMs * 1000, () => (who === 0 ? killActive() : parties[who - 1]?.line?.cut()), 0);
  }
  function killActive(): void {
    const node = broker.active;
    if (node < 0) return;
    broker.kill(node);
    sim.schedule(RESTART_US, () => broker.restart(node), 0);
  }

  for (const party of parties) party.connect();
  producer.sendNext(0);
  for (let round = 0; round < 60; round++) {
    sim.run();
    if (a.count === 0) break;
    for (const mover of movers) mover.commitNow();
  }

  must(a.count === 0 && b.count === 0, `stuck: ${a.count} in a, ${b.count} in b`);
  for (let body = 0; body < game.messages; body++) {
    const of = (map: Map<string, number>, queue: { number: number }): number => map.get(`${queue.number} ${body}`) ?? 0;
    must(answered.has(body), 'every send is answered in the end');
    const moved = of(ledger.enqueued, b) - of(ledger.lost, b);
    const kept = of(ledger.enqueued, a) - of(ledger.lost, a);
    must(kept > 0, 'survival: an answered message was lost');
    must(moved === kept, `transactions: ${kept} copies of ${body} in a, ${moved} in b`);
    const isPoison = body % 7 === 6;
    must((handled.get(body) ?? 0) >= moved, 'at least once: a message was not delivered');
    must(of(ledger.lost, dead) === 0, 'survival: a dead letter was lost');
    must(of(ledger.enqueued, dead) === (isPoison ? moved : 0), 'dead letters: not exactly the poison ones');
    if (isPoison && game.faults.length === 0) {
      must(handled.get(body) === moved * (MAX_REDELIVERIES + 1), `redeliveries: ${handled.get(body)} of ${body}`);
    }
  }
  must(ledger.dropped.length === 0, `dropped: ${ledger.dropped.join()}`);
  must(holds.count === dead.count, `holds: ${holds.count} bodies are held, ${dead.count} messages are there`);
}

/** A mutant has a class of its own. */
function isConsumer(holder: unknown): boolean {
  return holder instanceof Consumer || (typeof holder === 'object' && holder !== null && 'subscriber' in holder);
}

class Holds {
  count = 0;
  retain(): void {
    this.count++;
  }
  release(): void {
    this.count--;
  }
}
