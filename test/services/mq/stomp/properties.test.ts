import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Mutation, mutant } from '../../../support/mutant.ts';
import * as door from './door.ts';
import { games, play, type StompDoor } from './play.ts';

const RUNS = { seed: 20261126, numRuns: 150 };

test('whatever a client acknowledges, refuses, commits and aborts: both engines do over STOMP what the reference does', () => {
  fc.assert(
    fc.property(games, (game) => play(door, game)),
    RUNS,
  );
});

const STOMP = 'src/services/mq/stomp/connection.ts';
const SUBSCRIPTION = 'src/services/mq/activemq/subscription.ts';
const ACTIVEMQ = 'src/services/mq/activemq/stomp-session.ts';
const RABBITMQ = 'src/services/mq/rabbitmq/stomp-session.ts';

/** Brokers that are wrong on purpose, each in one thing, and what is noticed. */
const broken: readonly (Mutation & { readonly property: RegExp })[] = [
  {
    name: 'takes each ACK for cumulative',
    file: STOMP,
    find: "const isCumulative = reachesBack && entry.subscription.mode === 'client';",
    replace: 'const isCumulative = reachesBack;',
    property: /order|left|errors/,
  },
  {
    name: 'takes no ACK for cumulative',
    file: ACTIVEMQ,
    find: 'isCumulative ? AckType.standard : AckType.individual',
    replace: 'AckType.individual',
    property: /order|left|errors/,
  },
  {
    name: 'takes a NACK of mode client for one of one message',
    file: RABBITMQ,
    find: 'this.#channel?.basicNack(delivery, isCumulative,',
    replace: 'this.#channel?.basicNack(delivery, false,',
    property: /order|left|errors/,
  },
  {
    name: 'puts back what is refused instead of burying it',
    file: SUBSCRIPTION,
    find: 'this.stored.queue.drop(row, reason);',
    replace: 'this.stored.queue.requeue(row);',
    property: /order|left|dead letters/,
  },
  {
    name: 'lets go of what is acknowledged in a transaction at once',
    file: SUBSCRIPTION,
    find: 'if (noted !== null) this.#note(',
    replace: 'if (noted !== null && noted.length > 99) this.#note(',
    property: /order|left/,
  },
  {
    name: 'forgets on an ABORT that messages can be acknowledged again',
    file: SUBSCRIPTION,
    find: 'if (this.#transacted.delete(id) && isIndividual)',
    replace: 'if (isIndividual)',
    property: /order|left/,
  },
  {
    name: 'settles in a transaction at once',
    file: STOMP,
    find: 'if (this.#isReplayed(transaction)) this.#keep(transaction, () => run(-1));\n    else run(transaction);',
    replace: 'run(-1);',
    property: /order|left|errors/,
  },
  {
    name: 'plays a transaction that was aborted',
    file: STOMP,
    find: 'else this.onDone(receipt);\n  }\n\n  DISCONNECT',
    replace: 'for (const run of kept) run();\n  }\n\n  DISCONNECT',
    property: /order|left|errors/,
  },
  {
    name: 'gives back without the flag',
    file: 'src/services/mq/activemq/engine.ts',
    find: 'this.#view.redelivered = this.#view.deliveries > 1;',
    replace: 'this.#view.redelivered = this.#view.deliveries > 2;',
    property: /order|left/,
  },
];

describe('the play notices a broker that', () => {
  test.each(broken)('$name', async ({ property, ...mutation }) => {
    const wrong = await mutant<StompDoor>('test/services/mq/stomp/door.ts', mutation);
    const { failed, errorInstance } = fc.check(
      fc.property(games, (game) => play(wrong, game)),
      { ...RUNS, endOnFailure: true },
    );
    expect(failed).toBe(true);
    expect(String(errorInstance)).toMatch(property);
  });
});
