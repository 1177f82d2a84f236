/** Plays a list of commands to a queue and to the reference, and throws at the first difference, naming the property it breaks. */
import fc from 'fast-check';
import { Simulation } from '../../../src/kernel/index.ts';
import { type ReceiveMessageOutput, type SqsObserver, SqsQueue } from '../../../src/services/sqs/index.ts';
import { messagesOf, type QueueClass, RecordedMetrics, SECOND, settings } from './harness.ts';
import { demand, ReferenceQueue } from './reference.ts';

export type Command =
  | { readonly do: 'send'; readonly delay: number }
  | { readonly do: 'batch'; readonly count: number }
  | { readonly do: 'receive'; readonly max: number; readonly visibility: number; readonly wait: number }
  | { readonly do: 'delete'; readonly pick: number }
  | { readonly do: 'deleteBatch'; readonly pick: number; readonly count: number }
  | { readonly do: 'change'; readonly pick: number; readonly timeout: number }
  | { readonly do: 'cancel'; readonly pick: number }
  | { readonly do: 'attributes'; readonly visibility: number; readonly delay: number; readonly retention: number }
  | { readonly do: 'purge' }
  | { readonly do: 'pass'; readonly seconds: number };

export interface Game {
  readonly seed: number;
  readonly visibility: number;
  readonly delay: number;
  readonly retention: number;
  readonly maxInFlight: number;
  readonly maxReceiveCount: number;
  readonly deleteMiss: number;
  readonly receiveMiss: number;
  readonly reorder: number;
  /** More than one: short polls ask one of them only. */
  readonly servers: number;
  readonly commands: readonly Command[];
}

const picks = fc.nat(1000);
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('send'), delay: fc.constantFrom(-1, -1, -1, 0, 3, 20, 900) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('batch'), count: fc.integer({ min: 1, max: 10 }) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('receive'),
      max: fc.integer({ min: 1, max: 10 }),
      visibility: fc.constantFrom(-1, -1, -1, 0, 1, 5, 40),
      wait: fc.constantFrom(0, 0, 0, 1, 20),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('delete'), pick: picks }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('deleteBatch'), pick: picks, count: fc.integer({ min: 1, max: 10 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('change'),
      pick: picks,
      timeout: fc.constantFrom(0, 0, 1, 7.5, 30, 43_200),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel'), pick: picks }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('attributes'),
      visibility: fc.constantFrom(0, 5, 30),
      delay: fc.constantFrom(0, 10),
      retention: fc.constantFrom(60, 90, 600),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('purge') }) },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('pass'), seconds: fc.constantFrom(0, 0.5, 1, 3, 5, 10, 30, 60) }),
  },
);

const rate = fc.constantFrom(0, 0, 0.3, 1);

/** Features are often off altogether, so that rare states have room. */
export const games: fc.Arbitrary<Game> = fc.record({
  seed: fc.nat(1_000_000),
  visibility: fc.constantFrom(0, 2, 5, 30),
  delay: fc.constantFrom(0, 0, 0, 4),
  retention: fc.constantFrom(60, 60, 120, 600),
  maxInFlight: fc.constantFrom(120_000, 120_000, 1, 3, 12),
  maxReceiveCount: fc.constantFrom(1_000_000, 1_000_000, 1, 2, 4),
  deleteMiss: rate,
  receiveMiss: rate,
  reorder: rate,
  servers: fc.constantFrom(1, 1, 4),
  commands: fc.array(command, { minLength: 1, maxLength: 60 }),
});

interface Poll {
  readonly max: number;
  readonly visibilityUs: number;
  readonly startUs: number;
  readonly waitUs: number;
  ticket: number;
  answered: boolean;
  cancelled: boolean;
}

export function play(game: Game, Type: QueueClass = SqsQueue): void {
  new Play(game, Type).run();
}

class Play implements SqsObserver {
  readonly sim: Simulation;
  readonly queue: SqsQueue;
  readonly reference: ReferenceQueue;
  readonly metrics = new RecordedMetrics();
  readonly #game: Game;
  readonly #polls: Poll[] = [];
  readonly #handles: number[] = [];
  readonly #gone = new Set<number>();
  readonly #known = new Set<number>();
  #acknowledged: number[] = [];
  #purging = false;
  #purgedUs = -Infinity;
  #body = 0;

  constructor(game: Game, Type: QueueClass) {
    this.#game = game;
    this.sim = new Simulation({ seed: game.seed });
    const { maxReceiveCount, deleteMiss, receiveMiss, reorder } = game;
    const redrive = maxReceiveCount > 1000 ? null : { maxReceiveCount, deadLetterQueue: 'dlq' };
    this.queue = new Type(
      this.sim,
      settings({
        visibilityTimeoutUs: game.visibility * SECOND,
        delayUs: game.delay * SECOND,
        messageRetentionPeriodUs: game.retention * SECOND,
        maxInFlight: game.maxInFlight,
        redrive,
        distribution: { servers: game.servers, sampled: 1, deleteMiss, receiveMiss, reorder },
      }),
      {
        metrics: this.metrics,
        observer: this,
        deadLetterQueue: {
          acceptDeadLettered: (id) =>
            demand(this.#gone.has(-id - 1), 'redrive', `message ${id} was not given up first`),
        },
      },
    );
    this.reference = new ReferenceQueue({
      visibilityUs: game.visibility * SECOND,
      delayUs: game.delay * SECOND,
      retentionUs: game.retention * SECOND,
      maxInFlight: game.maxInFlight,
      maxReceiveCount,
      deleteMiss,
      receiveMiss,
    });
  }

  run(): void {
    for (const one of this.#game.commands) {
      this.#do(one);
      this.#pass(0);
      this.#demandAgreement();
    }
    // To the end of all that was sent: everything must have met its fate.
    this.#pass(1000 * SECOND);
    this.#demandAgreement();
    const left = this.reference.messages.filter((message) => this.reference.isOver(message, this.sim.now));
    demand(left.length === 0, 'retention', `${left.length} messages outlived it`);
    const fates = this.#gone.size;
    demand(fates === this.#known.size, 'gone', `${fates} of ${this.#known.size} messages were given up`);
  }

  // --- commands ---

  #do(one: Command): void {
    switch (one.do) {
      case 'send':
        this.queue.SendMessage({ body: this.#body++, bytes: 10, DelaySeconds: one.delay });
        this.#tellSent(one.delay);
        break;
      case 'batch':
        this.queue.SendMessageBatch(
          Array.from({ length: one.count }, () => ({ body: this.#body++, bytes: 10, DelaySeconds: -1 })),
          one.count,
        );
        this.#tellSent(-1);
        break;
      case 'receive':
        this.#receive(one.max, one.visibility, one.wait);
        break;
      case 'delete':
        this.#delete([this.#handle(one.pick)], false);
        break;
      case 'deleteBatch':
        this.#delete(
          Array.from({ length: one.count }, (_, i) => this.#handle(one.pick + i)),
          true,
        );
        break;
      case 'change':
        this.#change(this.#handle(one.pick), one.timeout);
        break;
      case 'cancel':
        this.#cancel(one.pick);
        break;
      case 'attributes':
        this.#setAttributes(one.visibility, one.delay, one.retention);
        break;
      case 'purge':
        this.#purge();
        break;
      case 'pass':
        this.#pass(one.seconds * SECOND);
        break;
    }
  }

  #sentNow: { readonly body: number; readonly id: number }[] = [];

  #tellSent(delay: number): void {
    for (const { body, id } of this.#sentNow) {
      const delayUs = delay < 0 ? this.reference.settings.delayUs : delay * SECOND;
      this.reference.send(id, body, this.sim.now, delayUs);
      this.#known.add(id);
    }
    this.#sentNow = [];
  }

  #handle(pick: number): number {
    // One in eight is no handle at all.
    if (this.#handles.length === 0 || pick % 8 === 7) return [12, -1, 0.5, 134_217_728 * 1000 + 3][pick % 4] as number;
    return this.#handles[pick % this.#handles.length] as number;
  }

  #receive(max: number, visibility: number, wait: number): void {
    const {
      settings: { visibilityUs },
    } = this.reference;
    const poll: Poll = {
      max,
      visibilityUs: visibility < 0 ? visibilityUs : visibility * SECOND,
      startUs: this.sim.now,
      waitUs: wait * SECOND,
      ticket: 0,
      answered: false,
      cancelled: false,
    };
    const overLimit = wait === 0 && !this.reference.hasRoom();
    this.#polls.push(poll);
    poll.ticket = this.queue.ReceiveMessage(
      { MaxNumberOfMessages: max, VisibilityTimeout: visibility, WaitTimeSeconds: wait },
      {
        onReceiveMessage: (_tag, output) => {
          demand((output.error !== null) === overLimit, 'in-flight limit', `answer ${output.error?.code}`);
          this.#answer(poll, output);
        },
      },
      0,
    );
    demand(wait > 0 || poll.answered, 'short poll', 'it waits');
  }

  #answer(poll: Poll, output: ReceiveMessageOutput): void {
    demand(!poll.answered && !poll.cancelled, 'long poll', 'answered twice, or after it was cancelled');
    poll.answered = true;
    const now = this.sim.now;
    const messages = messagesOf(output);
    demand(
      new Set(messages.map(({ id }) => id)).size === messages.length,
      'hidden',
      'the same message twice in one answer',
    );
    for (const message of messages) {
      const expected = this.reference.find(message.id);
      demand(message.count === expected?.receives, 'receive count', `answer says ${message.count}`);
      demand(
        message.sentUs === expected?.sentUs && message.firstUs === expected.firstUs,
        'timestamps',
        `of ${message.id}`,
      );
      this.reference.answered(message.id, message.handle, poll.visibilityUs, now);
      this.#handles.push(message.handle);
    }
    const isOver = poll.startUs + poll.waitUs === now;
    demand(messages.length > 0 || isOver || output.error !== null, 'long poll', 'empty before its wait was over');
    const asksAll = poll.waitUs > 0 || this.#game.servers === 1;
    if (output.error === null && poll.visibilityUs > 0 && asksAll)
      this.reference.demandFilled(messages.length, poll.max);
  }

  #delete(handles: number[], batch: boolean): void {
    const expected = handles.map((handle) => this.reference.handles.has(handle));
    this.#acknowledged = [];
    const errors = batch
      ? this.queue.DeleteMessageBatch(Float64Array.from(handles), handles.length).entryErrors.slice(0, handles.length)
      : handles.map((handle) => this.queue.DeleteMessage(handle));
    for (let i = 0; i < handles.length; i++) {
      const code = errors[i]?.code ?? null;
      demand(
        code === (expected[i] === true ? null : 'ReceiptHandleIsInvalid'),
        'stale handles',
        `delete answered ${code}`,
      );
    }
    const first = new Set(handles);
    const deleted: number[] = [];
    for (const handle of first) {
      const message = this.reference.newest(handle);
      if (message === undefined) continue;
      deleted.push(message.id);
      this.reference.totals.deleted++;
      if (this.#gone.has(message.id)) this.reference.remove(message.id);
      else this.#leaveCopy(message.id);
    }
    demand(
      deleted.join() === this.#acknowledged.join(),
      'stale handles',
      `deleted ${this.#acknowledged.join()}, expected ${deleted.join()}`,
    );
  }

  #leaveCopy(id: number): void {
    const message = this.reference.find(id);
    demand(this.reference.settings.deleteMiss > 0, 'duplicate', `message ${id} was deleted and is still there`);
    if (message === undefined) return;
    if (message.state !== 'inFlight') message.dueUs = this.sim.now + this.reference.settings.visibilityUs;
    message.state = 'copy';
    message.handle = 0;
    message.deleted = true;
  }

  #change(handle: number, seconds: number): void {
    const expected = this.reference.change(handle, seconds * SECOND, this.sim.now);
    const code = this.queue.ChangeMessageVisibility(handle, seconds)?.code ?? null;
    demand(code === expected, 'visibility', `change to ${seconds} answered ${code}, expected ${expected}`);
  }

  #cancel(pick: number): void {
    const waiting = this.#polls.filter((poll) => !poll.answered && !poll.cancelled);
    const poll = waiting[pick % Math.max(1, waiting.length)];
    if (poll === undefined) return;
    poll.cancelled = true;
    this.queue.cancelReceive(poll.ticket);
  }

  #setAttributes(visibility: number, delay: number, retention: number): void {
    const error = this.queue.SetQueueAttributes({
      VisibilityTimeout: visibility,
      DelaySeconds: delay,
      MessageRetentionPeriod: retention,
    });
    demand(error === null, 'attributes', String(error?.message));
    this.reference.settings.visibilityUs = visibility * SECOND;
    this.reference.settings.delayUs = delay * SECOND;
    this.reference.settings.retentionUs = retention * SECOND;
  }

  #purge(): void {
    const allowed = this.sim.now - this.#purgedUs >= 60 * SECOND;
    const before = this.reference.messages.filter((message) => message.state !== 'copy').length;
    this.#purging = allowed;
    const code = this.queue.PurgeQueue()?.code ?? null;
    this.#purging = false;
    demand(code === (allowed ? null : 'PurgeQueueInProgress'), 'purge', `answered ${code}`);
    if (!allowed) return;
    this.#purgedUs = this.sim.now;
    this.reference.totals.purged += before;
    this.reference.messages = [];
  }

  /** Time goes on, stopping wherever it changes something, so that nothing may come late. */
  #pass(us: number): void {
    const end = this.sim.now + us;
    for (;;) {
      const next = Math.min(this.reference.next(), end);
      this.sim.run({ until: Math.max(next, this.sim.now) });
      this.reference.settle(this.sim.now);
      this.#demandAgreement();
      if (this.sim.now >= end) return;
    }
  }

  // --- what must hold at rest ---

  #demandAgreement(): void {
    const { reference, queue, metrics } = this;
    reference.settle(this.sim.now);
    const late = reference.messages.find((message) => reference.isOver(message, this.sim.now));
    demand(late === undefined, 'retention', `message ${late?.id} outlived it`);
    const attributes = queue.GetQueueAttributes();
    const seen = [
      attributes.ApproximateNumberOfMessages,
      attributes.ApproximateNumberOfMessagesNotVisible,
      attributes.ApproximateNumberOfMessagesDelayed,
    ];
    const states = [reference.in('visible'), reference.in('inFlight'), reference.in('delayed')].map(
      ({ length }) => length,
    );
    demand(
      seen.join() === states.join(),
      'lost',
      `visible, in flight, delayed are ${seen.join()}, expected ${states.join()}`,
    );
    // A fair queue has one more.
    const levels = [...metrics.levels.values()].slice(0, 3);
    demand(levels.join() === states.join(), 'metrics', `levels ${levels.join()}`);
    const c = queue.counts;
    const went = c.visible + c.inFlight + c.delayed + c.deleted + c.expired + c.moved + c.purged;
    const came = c.sent + c.accepted + c.copiesReturned;
    // A copy that is still out of reach was counted as deleted, and nothing else.
    demand(came === went, 'conservation', `${came} came, ${went} went: ${JSON.stringify(c)}`);
    const { totals } = reference;
    const counted = [c.sent, c.deleted, c.expired, c.moved, c.purged, c.copiesReturned];
    const expected = [totals.sent, totals.deleted, totals.expired, totals.moved, totals.purged, totals.copies];
    demand(
      counted.join() === expected.join(),
      'conservation',
      `counted ${counted.join()}, expected ${expected.join()}`,
    );
    const duplicates = metrics.totals.get('NumberOfDuplicateDeliveries');
    demand(duplicates === totals.duplicates, 'duplicate', `${duplicates} counted of ${totals.duplicates}`);
    demand(metrics.totals.get('NumberOfMessagesReceived') === totals.received, 'metrics', 'messages received');
    const waiting = this.#polls.filter((poll) => !poll.answered && !poll.cancelled).length;
    demand(queue.waitingPolls === waiting, 'long poll', `${queue.waitingPolls} wait of ${waiting}`);
    const starved =
      waiting > 0 && reference.hasRoom() && reference.messages.some((message) => reference.isEligible(message));
    demand(!starved, 'long poll', 'one waits while a message is visible');
    const ages = reference.messages.filter((m) => m.receives < 3).map((m) => m.sentUs);
    const since = ages.length === 0 ? -1 : Math.min(...ages);
    demand(metrics.sinceUs === since, 'metrics', `oldest since ${metrics.sinceUs}, expected ${since}`);
  }

  // --- what the queue tells ---

  onSent(body: number, id: number): void {
    this.#sentNow.push({ body, id });
  }
  onReceived(_body: number, id: number, count: number, duplicate: boolean): void {
    this.reference.settle(this.sim.now);
    this.reference.received(id, count, duplicate, this.sim.now);
  }
  onDeleted(_body: number, id: number): void {
    this.#acknowledged.push(id);
  }
  onExpired(_body: number, id: number): void {
    this.reference.expired(id, this.sim.now);
  }
  onDeadLettered(_body: number, id: number): void {
    this.reference.settle(this.sim.now);
    this.reference.moved(id);
    this.#known.delete(id);
    this.#gone.add(-id - 1);
    this.#known.add(-id - 1);
  }
  onPurged(_body: number, id: number): void {
    demand(this.#purging, 'lost', `message ${id} was purged by nobody`);
  }
  onGone(_body: number, id: number): void {
    demand(!this.#gone.has(id), 'gone', `message ${id} was given up twice`);
    this.#gone.add(id);
    // A copy that expires unseen leaves in silence.
    if (this.reference.find(id)?.state === 'copy') this.reference.remove(id);
  }
}
