/** Plays a list of commands to a FIFO queue and to the reference, and throws at the first difference. */
import fc from 'fast-check';
import { Simulation } from '../../../src/kernel/index.ts';
import { FifoQueue, type ReceiveMessageOutput, type SendMessageInput } from '../../../src/services/sqs/index.ts';
import { type FifoClass, fifoSettings } from './fifo-harness.ts';
import { FifoReference } from './fifo-reference.ts';
import { messagesOf, RecordedMetrics, RecordingObserver, SECOND } from './harness.ts';
import { demand } from './reference.ts';

type Command =
  | { readonly do: 'send'; readonly group: number; readonly id: number }
  | { readonly do: 'batch'; readonly group: number; readonly count: number; readonly groups: number }
  | { readonly do: 'receive'; readonly max: number; readonly visibility: number; readonly wait: number }
  | { readonly do: 'delete'; readonly pick: number; readonly count: number }
  | { readonly do: 'change'; readonly pick: number; readonly timeout: number }
  | { readonly do: 'attributes'; readonly visibility: number; readonly delay: number; readonly retention: number }
  | { readonly do: 'purge' }
  | { readonly do: 'pass'; readonly seconds: number };

export interface FifoGame {
  readonly visibility: number;
  readonly delay: number;
  readonly retention: number;
  readonly maxInFlight: number;
  readonly maxReceiveCount: number;
  readonly scanWindow: number;
  readonly perGroup: boolean;
  readonly commands: readonly Command[];
}

const group = fc.constantFrom(0, 0, 0, 1, 2, 3);
const picks = fc.nat(1000);
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('send'), group, id: fc.constantFrom(-1, -1, 0, 1, 2) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('batch'),
      group,
      count: fc.integer({ min: 1, max: 10 }),
      groups: fc.constantFrom(1, 1, 2, 4),
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      do: fc.constant('receive'),
      max: fc.constantFrom(1, 1, 2, 3, 10),
      visibility: fc.constantFrom(-1, -1, -1, 0, 1, 5, 40),
      wait: fc.constantFrom(0, 0, 0, 1, 20),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('delete'), pick: picks, count: fc.constantFrom(0, 1, 3) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('change'),
      pick: picks,
      timeout: fc.constantFrom(0, 0, 1, 7.5, 30, 43_200),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('attributes'),
      visibility: fc.constantFrom(0, 5, 30),
      delay: fc.constantFrom(0, 3, 10),
      retention: fc.constantFrom(60, 90, 600),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('purge') }) },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('pass'), seconds: fc.constantFrom(0, 0.5, 1, 3, 5, 10, 30, 160, 290) }),
  },
);

const anything: fc.Arbitrary<FifoGame> = fc.record({
  visibility: fc.constantFrom(0, 2, 5, 30),
  delay: fc.constantFrom(0, 0, 0, 4),
  retention: fc.constantFrom(60, 120, 600, 600),
  maxInFlight: fc.constantFrom(120_000, 120_000, 1, 3, 12),
  maxReceiveCount: fc.constantFrom(1_000_000, 1_000_000, 1, 2),
  scanWindow: fc.constantFrom(120_000, 120_000, 1, 4),
  perGroup: fc.boolean(),
  commands: fc.array(command, { minLength: 1, maxLength: 60 }),
});

/** Few ids and long pauses, so that a window is met again and again. */
const sameIds: fc.Arbitrary<FifoGame> = fc.record({
  visibility: fc.constant(30),
  delay: fc.constant(0),
  retention: fc.constant(600),
  maxInFlight: fc.constant(120_000),
  maxReceiveCount: fc.constant(1_000_000),
  scanWindow: fc.constant(120_000),
  perGroup: fc.boolean(),
  commands: fc.array(
    fc.oneof(
      fc.record({ do: fc.constant('send' as const), group: fc.constantFrom(0, 1), id: fc.constantFrom(0, 1) }),
      fc.record({ do: fc.constant('pass' as const), seconds: fc.constantFrom(100, 160, 290) }),
    ),
    { minLength: 1, maxLength: 30 },
  ),
});

export const fifoGames: fc.Arbitrary<FifoGame> = fc.oneof(
  { weight: 9, arbitrary: anything },
  { weight: 1, arbitrary: sameIds },
);

interface Poll {
  readonly number: number;
  readonly max: number;
  readonly visibilityUs: number;
  readonly endUs: number;
}

export function playFifo(game: FifoGame, Type: FifoClass = FifoQueue): void {
  new FifoPlay(game, Type).run();
}

class FifoPlay {
  readonly sim = new Simulation({ seed: 1 });
  readonly queue: FifoQueue;
  readonly reference: FifoReference;
  readonly metrics = new RecordedMetrics();
  readonly observer = new RecordingObserver();
  readonly #game: FifoGame;
  readonly #accepted: number[] = [];
  readonly #handles = new Map<number, number>();
  readonly #given: number[] = [];
  #polls: Poll[] = [];
  #calls = 0;
  /** Answers that the queue gave and nobody has compared yet. */
  #answers: { readonly poll: number; readonly output: ReturnType<typeof messagesOf> }[] = [];
  #body = 0;
  #purgedUs = Number.NEGATIVE_INFINITY;

  constructor(game: FifoGame, Type: FifoClass) {
    this.#game = game;
    const { maxReceiveCount, perGroup } = game;
    this.queue = new Type(
      this.sim,
      fifoSettings(
        { scanWindow: game.scanWindow, deduplicationScope: perGroup ? 'messageGroup' : 'queue' },
        {
          visibilityTimeoutUs: game.visibility * SECOND,
          delayUs: game.delay * SECOND,
          messageRetentionPeriodUs: game.retention * SECOND,
          maxInFlight: game.maxInFlight,
          redrive: maxReceiveCount > 1000 ? null : { maxReceiveCount, deadLetterQueue: 'dlq' },
        },
      ),
      {
        metrics: this.metrics,
        observer: this.observer,
        deadLetterQueue: { acceptDeadLettered: (id) => void this.#accepted.push(id) },
      },
    );
    this.reference = new FifoReference({
      visibilityUs: game.visibility * SECOND,
      delayUs: game.delay * SECOND,
      retentionUs: game.retention * SECOND,
      maxInFlight: game.maxInFlight,
      maxReceiveCount,
      scanWindow: game.scanWindow,
      perGroup,
    });
  }

  run(): void {
    for (const one of this.#game.commands) {
      this.#do(one);
      this.#pass(0);
    }
    this.#pass(1000 * SECOND);
    const gone = this.observer.bodies('gone').length + this.#accepted.length;
    demand(gone === this.reference.counts.sent, 'gone', `${gone} of ${this.reference.counts.sent} met their end`);
  }

  #do(one: Command): void {
    const { sim, queue, reference } = this;
    switch (one.do) {
      case 'send': {
        const input = this.#message(one.group, one.id);
        const expected = reference.send(input.body, one.group, input.MessageDeduplicationId ?? -1, sim.now);
        const { MessageId } = queue.SendMessage(input);
        demand(MessageId === expected, 'deduplication', `sent as ${MessageId}, expected ${expected}`);
        break;
      }
      case 'batch': {
        const inputs = Array.from({ length: one.count }, (_, i) => this.#message((one.group + i) % one.groups, -1));
        const expected = inputs.map((input) =>
          reference.send(input.body, input.MessageGroupId ?? -1, input.MessageDeduplicationId ?? -1, sim.now),
        );
        const { MessageId } = queue.SendMessageBatch(inputs, inputs.length);
        demand(MessageId.slice(0, one.count).join() === expected.join(), 'deduplication', 'ids of a batch');
        break;
      }
      case 'receive':
        this.#receive(one.max, one.visibility, one.wait);
        break;
      case 'delete':
        this.#delete(one.pick, one.count);
        break;
      case 'change': {
        const handle = this.#handle(one.pick);
        const expected = reference.change(this.#handles.get(handle), handle, one.timeout * SECOND, sim.now);
        const code = queue.ChangeMessageVisibility(handle, one.timeout)?.code ?? null;
        demand(code === expected, 'visibility', `change answered ${code}, expected ${expected}`);
        break;
      }
      case 'attributes':
        queue.SetQueueAttributes({
          VisibilityTimeout: one.visibility,
          DelaySeconds: one.delay,
          MessageRetentionPeriod: one.retention,
        });
        reference.settings.visibilityUs = one.visibility * SECOND;
        reference.settings.delayUs = one.delay * SECOND;
        reference.settings.retentionUs = one.retention * SECOND;
        break;
      case 'purge':
        if (sim.now - this.#purgedUs < 60 * SECOND) break;
        this.#purgedUs = sim.now;
        demand(queue.PurgeQueue() === null, 'purge', 'refused');
        reference.purge();
        break;
      case 'pass':
        this.#pass(one.seconds * SECOND);
        break;
    }
  }

  #message(itsGroup: number, id: number): SendMessageInput {
    const body = this.#body++;
    const MessageDeduplicationId = id < 0 ? 1000 + body : id;
    return { body, bytes: 10, DelaySeconds: -1, MessageGroupId: itsGroup, MessageDeduplicationId };
  }

  #handle(pick: number): number {
    if (this.#given.length === 0 || pick % 8 === 7) return [12, -1, 0.5, 134_217_728 * 1000 + 3][pick % 4] as number;
    return this.#given[this.#given.length - 1 - (pick % this.#given.length)] as number;
  }

  #receive(max: number, visibility: number, wait: number): void {
    const { sim, reference } = this;
    const visibilityUs = visibility < 0 ? reference.settings.visibilityUs : visibility * SECOND;
    const poll = { number: this.#calls++, max, visibilityUs, endUs: sim.now + wait * SECOND };
    this.queue.ReceiveMessage(
      { MaxNumberOfMessages: max, VisibilityTimeout: visibility, WaitTimeSeconds: wait },
      {
        onReceiveMessage: (tag: number, output: ReceiveMessageOutput) => {
          demand(output.error === null, 'in-flight limit', `a receive answered ${output.error?.code}`);
          this.#answers.push({ poll: tag, output: messagesOf(output) });
        },
      },
      poll.number,
    );
    if (wait > 0) this.#polls.push(poll);
    else this.#compare(poll);
  }

  /** What the queue answered to a poll is what the reference hands out at this instant. */
  #compare(poll: Poll): boolean {
    const expected = this.reference.receive(poll.max, poll.visibilityUs, this.sim.now);
    if (expected.length === 0 && poll.endUs > this.sim.now) return false;
    const answer = this.#answers.shift();
    demand(answer?.poll === poll.number, 'long poll', `call ${answer?.poll} was answered instead of ${poll.number}`);
    const seen = (answer?.output ?? []).map(({ id, count }) => `${id}×${count}`).join();
    const wanted = expected.map(({ id, receives }) => `${id}×${receives}`).join();
    demand(seen === wanted, 'order', `received ${seen} at ${this.sim.now}, expected ${wanted}`);
    for (const [i, { handle }] of (answer?.output ?? []).entries()) {
      demand(!this.#handles.has(handle), 'handles', `handle ${handle} was given twice`);
      const message = expected[i];
      if (message === undefined) continue;
      message.handle = handle;
      this.#handles.set(handle, message.id);
      this.#given.push(handle);
    }
    return true;
  }

  #delete(pick: number, count: number): void {
    const handles = Array.from({ length: Math.max(1, count) }, (_, i) => this.#handle(pick + i));
    const expected = handles.map((handle) => this.reference.delete(this.#handles.get(handle), handle));
    const errors =
      count === 0
        ? handles.map((handle) => this.queue.DeleteMessage(handle))
        : this.queue.DeleteMessageBatch(Float64Array.from(handles), count).entryErrors.slice(0, count);
    const seen = errors.map((error) => error?.code ?? 'ok').join();
    const wanted = expected.map((code) => code ?? 'ok').join();
    demand(seen === wanted, 'delete', `answered ${seen}, expected ${wanted}`);
  }

  /** Time goes on, stopping wherever it changes something, so that nothing may come late. */
  #pass(us: number): void {
    const end = this.sim.now + us;
    for (;;) {
      const polls = Math.min(Number.POSITIVE_INFINITY, ...this.#polls.map(({ endUs }) => endUs));
      const next = Math.min(this.reference.next(this.sim.now), polls, end);
      this.sim.run({ until: Math.max(next, this.sim.now) });
      this.reference.settle(this.sim.now);
      this.#serve();
      this.#demandAgreement();
      if (this.sim.now >= end) return;
    }
  }

  #serve(): void {
    // In the order in which they began; who gets nothing, and whose wait is not over, waits on, and so do all behind it.
    let isOver = false;
    this.#polls = this.#polls.filter((poll) => {
      if (isOver && poll.endUs > this.sim.now) return true;
      const served = this.#compare(poll);
      if (!served) isOver = true;
      return !served;
    });
    demand(this.#answers.length === 0, 'long poll', `${this.#answers.length} answers too many`);
  }

  #demandAgreement(): void {
    const { reference, queue, metrics } = this;
    const delayed = reference.delayed(this.sim.now);
    const inFlight = reference.inFlight();
    const states = [reference.messages.length - delayed - inFlight, inFlight, delayed].join();
    const { counts } = queue;
    const seen = [counts.visible, counts.inFlight, counts.delayed].join();
    demand(seen === states, 'lost', `visible, in flight, delayed are ${seen} at ${this.sim.now}, expected ${states}`);
    const groups = new Set(reference.messages.filter((one) => reference.isInFlight(one)).map((one) => one.group)).size;
    const levels = [...metrics.levels.values()].join();
    demand(levels === `${states},${groups}`, 'metrics', `levels ${levels}, expected ${states},${groups}`);
    const counted = [counts.sent, counts.deleted, counts.expired, counts.purged, counts.moved].join();
    const c = reference.counts;
    const expected = [c.sent, c.deleted, c.expired, c.purged, reference.moved.length].join();
    demand(counted === expected, 'conservation', `counted ${counted}, expected ${expected}`);
    demand(this.#accepted.join() === reference.moved.join(), 'redrive', `moved ${this.#accepted.join()}`);
    const duplicates = metrics.totals.get('NumberOfDeduplicatedSentMessages');
    demand(duplicates === c.duplicates, 'deduplication', `${duplicates} swallowed, expected ${c.duplicates}`);
    const [first] = reference.messages;
    demand(metrics.sinceUs === (first?.sentUs ?? -1), 'metrics', `oldest since ${metrics.sinceUs}`);
  }
}
