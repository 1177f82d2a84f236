/**
 * Two queues, the dead-letter queue that they share and a spare one, all wired to a table of requests as a run wires them. Plays a list of
 * commands and throws at the first law that is broken, naming it.
 */
import fc from 'fast-check';
import { Simulation } from '../../../src/kernel/index.ts';
import {
  type AccountQueue,
  FifoQueue,
  MoveTasks,
  type SqsObserver,
  type SqsPorts,
  SqsQueue,
} from '../../../src/services/sqs/index.ts';
import type { SqsSettings } from '../../../src/services/sqs/settings.ts';
import { RequestTable, type TrafficLedger } from '../../../src/workload/requests.ts';
import { fifoSettings } from './fifo-harness.ts';
import { messagesOf, RecordedMetrics, SECOND, settings } from './harness.ts';
import { demand } from './reference.ts';

const SOURCES = ['a', 'b'] as const;
const NAMES = [...SOURCES, 'dead', 'spare'] as const;
type Name = (typeof NAMES)[number];

export type Command =
  | { readonly do: 'send'; readonly to: 0 | 1; readonly group: number }
  | { readonly do: 'work'; readonly at: Name; readonly max: number; readonly deletes: number }
  | { readonly do: 'start'; readonly spare: boolean; readonly rate: number }
  | { readonly do: 'cancel' }
  /** Sends so many and lets them become dead letters, which takes a good second. */
  | { readonly do: 'bury'; readonly in: 0 | 1; readonly count: number }
  /** Uses up the sends of a FIFO queue. */
  | { readonly do: 'hog'; readonly at: 0 | 1 }
  | { readonly do: 'pass'; readonly ms: number };

export interface Game {
  readonly fifo: boolean;
  readonly retention: number;
  readonly commands: readonly Command[];
}

const side = fc.constantFrom<0 | 1>(0, 1);
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('send'), to: side, group: fc.nat(2) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('work'),
      at: fc.constantFrom<Name>('a', 'a', 'b', 'b', 'dead', 'spare'),
      max: fc.integer({ min: 1, max: 10 }),
      deletes: fc.nat(2),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('start'),
      spare: fc.boolean(),
      rate: fc.constantFrom(-1, 1, 2, 7, 10, 15, 500),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('bury'), in: side, count: fc.integer({ min: 1, max: 25 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('hog'), at: side }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('pass'), ms: fc.constantFrom(0, 1, 300, 1000, 1500, 4000) }) },
);

/** Long enough for messages to go round several times. */
export const moveGames: fc.Arbitrary<Game> = fc.record({
  fifo: fc.boolean(),
  retention: fc.constantFrom(60, 100_000),
  commands: fc.array(command, { minLength: 5, maxLength: 50 }),
});

/** What may be made wrong. */
export interface Variant {
  readonly tasks?: typeof MoveTasks;
  readonly standard?: typeof SqsQueue;
  readonly fifo?: typeof FifoQueue;
  readonly tellsRedriven?: boolean;
}

export function playMoves(game: Game, variant: Variant = {}): void {
  new MovePlay(game, variant).run();
}

/** One request on its way. */
interface Life {
  /** Queues that have it: one, at rest. */
  readonly at: Name[];
  /** The queue that gave it up last. */
  home: Name;
  readonly ids: Set<number>;
  group: number;
  /** It has just come to a queue: the next receive is its first there. */
  fresh: boolean;
}

class MovePlay implements TrafficLedger {
  readonly sim = new Simulation({ seed: 1 });
  readonly requests = new RequestTable([this], () => {});
  readonly queues = new Map<string, AccountQueue>();
  readonly tasks: MoveTasks;
  readonly #game: Game;
  readonly #lives = new Map<number, Life>();
  readonly #expected = { completed: 0, expired: 0, deadLettered: 0 };
  readonly #settled = new Map<string, number>();
  /** Bodies that are in the dead-letter queue, in the order in which they came. */
  readonly #dead: number[] = [];
  readonly #moves: { readonly atUs: number; readonly task: number }[] = [];
  #task: { handle: number; spare: boolean; rate: number } | null = null;
  #order = 0;
  #id = 0;

  constructor(game: Game, variant: Variant) {
    this.#game = game;
    for (const name of NAMES) this.#add(name, variant);
    this.tasks = new (variant.tasks ?? MoveTasks)(this.sim, this.queues);
  }

  #add(name: Name, { standard = SqsQueue, fifo = FifoQueue, tellsRedriven = true }: Variant): void {
    const isSource = name === 'a' || name === 'b';
    const changes: Partial<SqsSettings> = {
      name,
      messageRetentionPeriodUs: this.#game.retention * SECOND,
      redrive: isSource ? { maxReceiveCount: 1, deadLetterQueue: 'dead' } : null,
    };
    const made = this.#game.fifo ? fifoSettings({}, changes) : settings(changes);
    const ports: SqsPorts = {
      metrics: new RecordedMetrics(),
      observer: this.#observer(name, tellsRedriven),
      firstMessageId: NAMES.indexOf(name) * 1_000_000,
      isRedriven: name === 'dead',
      deadLetterQueue: isSource
        ? { acceptDeadLettered: (...message) => this.#deadLetters.acceptDeadLettered(...message) }
        : null,
    };
    const Queue = this.#game.fifo ? fifo : standard;
    this.queues.set(name, { queue: new Queue(this.sim, made, ports), settings: made });
  }

  get #deadLetters(): SqsQueue | FifoQueue {
    return this.#queue('dead');
  }

  #queue(name: Name): SqsQueue | FifoQueue {
    return (this.queues.get(name) as AccountQueue).queue as SqsQueue | FifoQueue;
  }

  /** As a run wires a queue; the dead-letter queue parks what it holds. */
  #observer(name: Name, tellsRedriven: boolean): SqsObserver {
    const { requests } = this;
    const life = (body: number): Life => this.#lives.get(body) as Life;
    return {
      onSent: (body, id) => {
        requests.retain(body);
        requests.accept(body);
        demand(!life(body).ids.has(id), 'new id', `${id} is known`);
        life(body).ids.add(id);
        life(body).at.push(name);
        life(body).fresh = true;
        this.#wasSentTo(name, body);
      },
      onReceived: (body, _id, receives) => {
        if (name === 'dead') return;
        if (life(body).fresh) demand(receives === 1, 'count anew', `${receives} at the first receive in ${name}`);
        life(body).fresh = false;
      },
      onDeleted: () => {},
      onExpired: (body) => {
        requests.expire(body);
        // One that was given up twice and is in two places was caught before.
        if (name === 'dead') this.#expected.deadLettered++;
        else this.#expected.expired++;
      },
      onDeadLettered: (body) => {
        requests.deadLetter(body, true);
        life(body).home = name;
        life(body).at.splice(life(body).at.indexOf(name), 1, 'dead');
        this.#dead.push(body);
      },
      onPurged: () => {},
      onRedriven: (body) => {
        if (tellsRedriven) requests.redriven(body);
      },
      onGone: (body) => {
        if (name === 'dead') {
          requests.unpark(body);
          this.#dead.splice(this.#dead.indexOf(body), 1);
        }
        const one = life(body);
        one.at.splice(one.at.indexOf(name), 1);
        if (one.at.length === 0) this.#lives.delete(body);
        requests.release(body);
      },
    };
  }

  /** By a task, where it is in the dead-letter queue still. */
  #wasSentTo(name: Name, body: number): void {
    const life = this.#lives.get(body) as Life;
    if (!life.at.includes('dead') || this.#task === null) return;
    const wanted = this.#task.spare ? 'spare' : life.home;
    demand(name === wanted, 'where they came from', `went to ${name}, expected ${wanted}`);
    if (this.#game.fifo) {
      const before = this.#dead.slice(0, this.#dead.indexOf(body));
      // What was sent just now, in the same batch, is there until the batch is over.
      const passed = before.find((other) => {
        const its = this.#lives.get(other) as Life;
        const sameQueue = this.#task?.spare === true || its.home === life.home;
        return sameQueue && its.group === life.group && its.at.length === 1;
      });
      demand(passed === undefined, 'order of the group', `${body} went before ${passed}`);
    }
    this.#moves.push({ atUs: this.sim.now, task: this.#task.handle });
    const { rate } = this.#task;
    const inSecond = this.#moves.filter(
      (move) => move.task === this.#task?.handle && move.atUs > this.sim.now - SECOND,
    ).length;
    demand(inSecond <= (rate < 0 ? 500 : rate), 'rate', `${inSecond} in a second, at most ${rate}`);
  }

  // --- commands ---

  run(): void {
    for (const one of this.#game.commands) {
      this.#do(one);
      this.#demandLaws();
    }
    this.#finish();
  }

  #do(one: Command): void {
    switch (one.do) {
      case 'send':
        this.#send(SOURCES[one.to], one.group);
        break;
      case 'work':
        this.#work(one.at, one.max, one.deletes);
        break;
      case 'start':
        this.#start(one.spare, one.rate);
        break;
      case 'cancel':
        if (this.#task !== null) this.tasks.CancelMessageMoveTask(this.#task.handle);
        break;
      case 'bury':
        for (let i = 0; i < one.count; i++) this.#send(SOURCES[one.in], i % 3);
        for (let round = 0; round < 2; round++) {
          for (let i = 0; i < 6; i++) this.#work(SOURCES[one.in], 10, 0);
          this.sim.run({ until: this.sim.now + SECOND });
        }
        break;
      case 'hog':
        for (let i = 0; i < 300; i++) {
          this.#queue(SOURCES[one.at]).SendMessageBatch([{ body: 0, bytes: 0, DelaySeconds: -1 }], 1);
        }
        break;
      case 'pass':
        this.sim.run({ until: this.sim.now + one.ms * 1000 });
        break;
    }
  }

  #send(to: Name, group: number): void {
    const body = this.requests.create(0, this.#order++, this.sim.now, group, 10, false, true);
    this.#lives.set(body, { at: [], home: to, ids: new Set(), group, fresh: true });
    const fifo = this.#game.fifo ? { MessageGroupId: group, MessageDeduplicationId: this.#id++ } : {};
    const { error } = this.#queue(to).SendMessage({ body, bytes: 10, DelaySeconds: -1, ...fifo });
    if (error !== null) this.#lives.delete(body);
    this.requests.release(body);
  }

  /** Receives for a second; the first so many are done, the others fail. */
  #work(at: Name, max: number, deletes: number): void {
    const messages: ReturnType<typeof messagesOf> = [];
    this.#queue(at).ReceiveMessage(
      { MaxNumberOfMessages: max, VisibilityTimeout: 1, WaitTimeSeconds: 0 },
      { onReceiveMessage: (_tag, output) => void messages.push(...messagesOf(output)) },
      0,
    );
    // What somebody takes out of the dead-letter queue by hand is not deleted here: it comes back.
    for (const { body, handle } of messages.slice(0, at === 'dead' ? 0 : deletes)) {
      this.requests.complete(body);
      this.#expected.completed++;
      this.#queue(at).DeleteMessage(handle);
    }
  }

  #start(spare: boolean, rate: number): void {
    const runs = this.tasks.ListMessageMoveTasks('dead').Results[0]?.Status === 'RUNNING';
    const { error, TaskHandle } = this.tasks.StartMessageMoveTask({
      SourceArn: 'dead',
      ...(spare ? { DestinationArn: 'spare' } : {}),
      ...(rate < 0 ? {} : { MaxNumberOfMessagesPerSecond: rate }),
    });
    demand((error !== null) === runs, 'one task', `answered ${error?.message}`);
    if (error === null) this.#task = { handle: TaskHandle, spare, rate };
  }

  // --- what must hold at rest ---

  #demandLaws(): void {
    let here = 0;
    for (const [body, { at }] of this.#lives) {
      demand(at.length === 1, 'in one place', `${body} is in ${at.join(' and ') || 'none'}`);
      here += at.length;
    }
    let counted = 0;
    for (const { queue } of this.queues.values()) {
      const { visible, inFlight, delayed, sent, accepted, deleted, expired, moved } = queue.counts;
      counted += visible + inFlight + delayed;
      const went = visible + inFlight + delayed + deleted + expired + moved;
      demand(sent + accepted === went, 'conservation', `${queue.name}: ${sent} + ${accepted} came, ${went} are known`);
    }
    demand(counted === here, 'conservation', `queues have ${counted}, expected ${here}`);
    const outside = [...this.#lives.values()].filter(({ at }) => at[0] !== 'dead').length;
    demand(this.requests.inSystem === outside, 'in the system', `${this.requests.inSystem}, expected ${outside}`);
    const told = this.tasks.ListMessageMoveTasks('dead').Results[0];
    const moved = this.#moves.filter(({ task }) => task === this.#task?.handle).length;
    demand(told === undefined || told.ApproximateNumberOfMessagesMoved === moved, 'count of moves', `${moved}`);
  }

  /** All go back, all that are back are done, and every request has met its one fate. */
  #finish(): void {
    if (this.#task !== null) this.tasks.CancelMessageMoveTask(this.#task.handle);
    this.sim.run({ until: this.sim.now + 5 * SECOND });
    this.#start(true, -1);
    this.sim.run({ until: this.sim.now + 20 * SECOND });
    this.#demandLaws();
    demand(this.#deadLetters.counts.visible === 0, 'completed', 'the dead-letter queue is not empty');
    demand(this.tasks.ListMessageMoveTasks('dead').Results[0]?.Status === 'COMPLETED', 'completed', 'it runs still');
    const rest = [...this.#lives.values()].map(({ at }) => at[0]);
    demand(!rest.includes('dead'), 'completed', 'something is in the dead-letter queue');
    // With a short retention all of them expire there, dead letters no more.
    this.sim.run({ until: this.sim.now + 60 * SECOND });
    this.#demandLaws();
    this.requests.settleRest();
    for (const [fate, count] of Object.entries(this.#expected)) {
      const got = this.#settled.get(fate) ?? 0;
      demand(got === count, 'fate', `${got} ${fate}, expected ${count}`);
    }
  }

  // --- the ledger ---

  offered(): void {}
  attempted(): void {}
  accepted(): void {}
  responded(): void {}
  completed(): void {}
  completedAgain(): void {}
  wasted(): void {}
  settled(_counted: boolean, fate: string): void {
    this.#settled.set(fate, (this.#settled.get(fate) ?? 0) + 1);
  }
}
