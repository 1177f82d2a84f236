/**
 * One client over STOMP against a reference of a few arrays: messages come in order, as many as the prefetch allows; what is acknowledged is gone, cumulatively or one by
 * one, in a transaction or not; what is refused goes where the engine sends it; what is in hand when the line is cut comes back to its place, flagged.
 */
import fc from 'fast-check';
import type { StompAckMode } from '../../../../src/services/mq/stomp/operations.ts';
import type * as door from './door.ts';
import { StompClient } from './client.ts';

export type StompDoor = typeof door;

type Step =
  | { readonly kind: 'send'; readonly count: number }
  | { readonly kind: 'ack' | 'nack'; readonly which: number; readonly inTransaction: boolean }
  | { readonly kind: 'commit' | 'abort' | 'cut' };

export interface Game {
  readonly engine: 'activemq' | 'rabbitmq';
  readonly mode: Exclude<StompAckMode, 'auto'>;
  readonly prefetch: number;
  readonly steps: readonly Step[];
}

const settling = fc.record({
  kind: fc.constantFrom('ack' as const, 'nack' as const),
  which: fc.nat({ max: 5 }),
  inTransaction: fc.boolean(),
});

export const games: fc.Arbitrary<Game> = fc.record({
  engine: fc.constantFrom('activemq' as const, 'rabbitmq' as const),
  mode: fc.constantFrom('client' as const, 'client-individual' as const),
  prefetch: fc.integer({ min: 1, max: 6 }),
  steps: fc.array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({ kind: fc.constant('send' as const), count: fc.integer({ min: 1, max: 3 }) }),
      },
      { weight: 5, arbitrary: settling },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constantFrom('commit' as const, 'abort' as const, 'cut' as const) }),
      },
    ),
    { maxLength: 40, size: 'max' },
  ),
});

interface Entry {
  readonly body: number;
  isFlagged: boolean;
  /** Acknowledged in the transaction. */
  isNoted: boolean;
}

class Reference {
  ready: Entry[] = [];
  out: Entry[] = [];
  readonly dead: number[] = [];
  readonly told: string[] = [];
  readonly #prefetch: number;

  constructor(prefetch: number) {
    this.#prefetch = prefetch;
  }

  dispatch(extension = 0): void {
    while (this.out.length < this.#prefetch + extension && this.ready.length > 0) {
      const entry = this.ready.shift() as Entry;
      this.told.push(`${entry.body}${entry.isFlagged ? 'R' : ''}`);
      this.out.push(entry);
    }
  }
  /** What is settled with it. */
  reached(entry: Entry, isCumulative: boolean): Entry[] {
    const all = isCumulative ? this.out.slice(0, this.out.indexOf(entry) + 1) : [entry];
    return all.filter(({ isNoted }) => !isNoted);
  }
  settle(entries: readonly Entry[]): void {
    this.out = this.out.filter((entry) => !entries.includes(entry));
  }
  giveBack(entries: readonly Entry[]): void {
    this.settle(entries);
    for (const entry of entries) {
      entry.isFlagged = true;
      entry.isNoted = false;
    }
    this.ready = [...entries, ...this.ready].sort((a, b) => a.body - b.body);
  }
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** Throws where the broker does otherwise than the reference, saying in what. */
export function play(to: StompDoor, game: Game): void {
  const sim = new to.Simulation({ seed: 1 });
  const isRabbit = game.engine === 'rabbitmq';
  const engine = isRabbit
    ? to.stompOverRabbitMq(new to.RabbitBroker(sim, to.rabbitSettings()))
    : to.stompOverActiveMq(new to.ActiveMqBroker(sim));
  const stomp = new to.StompBroker(sim, engine);
  const reference = new Reference(game.prefetch);
  const connect = (): StompClient =>
    new StompClient(stomp).subscribe('/queue/a', { ack: game.mode, prefetch: game.prefetch });
  const sender = new StompClient(stomp);
  let client = connect();
  let told: string[] = [];
  let next = 0;
  let isOpen = false;
  const isCumulative = game.mode === 'client';
  /** ActiveMQ's individual acknowledgements in a transaction widen the window until it ends. */
  const extension = (): number =>
    isRabbit || isCumulative ? 0 : reference.out.filter(({ isNoted }) => isNoted).length;
  let played: (() => void)[] = [];

  const settle = (kind: 'ack' | 'nack', entry: Entry): void => {
    const entries = reference.reached(entry, isCumulative && (kind === 'ack' || isRabbit));
    if (kind === 'ack') reference.settle(entries);
    else if (isRabbit) reference.giveBack(entries);
    else {
      reference.settle(entries);
      reference.dead.push(...entries.map(({ body }) => body));
    }
  };

  const act = (step: Step): void => {
    if (step.kind === 'send') {
      for (let i = 0; i < step.count; i++) {
        reference.ready.push({ body: next, isFlagged: false, isNoted: false });
        sender.send('/queue/a', next++);
        reference.dispatch(extension());
      }
    } else if (step.kind === 'cut') {
      told = [...told, ...client.messages];
      client.frames.cut();
      isOpen = false;
      played = [];
      reference.giveBack(reference.out);
      client = connect();
    } else if (step.kind === 'ack' || step.kind === 'nack')
      settleOne(step.kind, step.which, step.inTransaction || isOpen);
    else if (isOpen) end(step.kind);
  };

  /** One that is in hand, and not in the transaction yet; while one is open, all are in it. */
  const settleOne = (kind: 'ack' | 'nack', which: number, inTransaction: boolean): void => {
    const free = reference.out.filter(({ isNoted }) => !isNoted);
    const entry = free[which % Math.max(1, free.length)];
    // ActiveMQ refuses nothing in transactions; that has a test of its own.
    if (entry === undefined || (inTransaction && kind === 'nack' && !isRabbit)) return;
    if (inTransaction && !isOpen) {
      isOpen = true;
      client.frames.BEGIN(1);
    }
    const transaction = inTransaction ? 1 : -1;
    if (kind === 'ack') client.ack(entry.body, -1, transaction);
    else client.nack(entry.body, -1, transaction);
    if (!inTransaction) settle(kind, entry);
    else {
      const entries = reference.reached(entry, isCumulative);
      for (const one of entries) one.isNoted = true;
      played.push(() => {
        for (const one of entries) one.isNoted = false;
        settle(kind, entry);
      });
    }
    reference.dispatch(extension());
  };

  const end = (kind: 'commit' | 'abort'): void => {
    isOpen = false;
    if (kind === 'commit') {
      client.frames.COMMIT(1);
      for (const run of played) {
        run();
        reference.dispatch(extension());
      }
    } else {
      client.frames.ABORT(1);
      for (const entry of reference.out) entry.isNoted = false;
    }
    played = [];
    reference.dispatch(extension());
  };

  for (const step of game.steps) {
    act(step);
    reference.dispatch(extension());
    must(client.errors.length === 0, `errors: ${client.errors.join()}`);
    must(
      [...told, ...client.messages].join(' ') === reference.told.join(' '),
      `order: ${[...told, ...client.messages].join(' ')}; expected ${reference.told.join(' ')}`,
    );
  }
  client.frames.cut();
  reference.giveBack(reference.out);
  const drained = new StompClient(stomp).subscribe('/queue/a', { ack: 'auto' });
  const expected = reference.ready.map(({ body, isFlagged }) => `${body}${isFlagged ? 'R' : ''}`).join(' ');
  must(drained.told === expected, `left: ${drained.told}; expected ${expected}`);
  if (isRabbit) return;
  const dead = new StompClient(stomp).subscribe('/queue/ActiveMQ.DLQ', { ack: 'auto' });
  must(dead.told === reference.dead.join(' '), `dead letters: ${dead.told}; expected ${reference.dead.join(' ')}`);
}
