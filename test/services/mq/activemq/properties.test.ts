import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Mutation, mutant } from '../../../support/mutant.ts';
import * as door from './door.ts';
import { type ActiveMqDoor, games, play } from './play.ts';

const RUNS = { seed: 20261126, numRuns: 120 };

test('whatever is cut and killed: what was answered survives, transactions are whole, groups keep their order, windows hold', () => {
  fc.assert(
    fc.property(games, (game) => play(door, game)),
    RUNS,
  );
});

const QUEUE = 'src/services/mq/activemq/stored-queue.ts';
const SUBSCRIPTION = 'src/services/mq/activemq/subscription.ts';
const CONNECTION = 'src/services/mq/openwire/connection.ts';
const CORE = 'src/services/mq/broker/broker-queue.ts';
const CLIENT = 'src/workload/mq/jms-session.ts';

/** Brokers and clients that are wrong on purpose, each in one thing, and what is noticed. */
const broken: readonly (Mutation & { readonly property: RegExp })[] = [
  {
    name: 'answers a send before it is stored',
    file: QUEUE,
    find: 'const record = new MessageRecord(this, id, message.bytes, waiter);',
    replace: 'waiter?.done();\n    const record = new MessageRecord(this, id, message.bytes, null);',
    property: /survival/,
  },
  {
    name: 'loses dead letters that were being written',
    file: QUEUE,
    find: 'if (from.queue.isStored(row)) this.deliver(message);',
    replace: 'if (from.queue.isStored(row)) this.queue.put(message);',
    property: /survival/,
  },
  {
    name: 'puts what is sent in a transaction into its queue at once',
    file: CONNECTION,
    find: 'of.sends.push({ destinations, message: this.#engine.kept.keep(message) });',
    replace: 'for (const to of destinations) to.deliver(message);',
    property: /transactions/,
  },
  {
    name: 'takes acknowledged messages off before the commit is written',
    file: CONNECTION,
    find: 'return { stored, id, row: subscription.hide(id) };',
    replace: 'stored.acknowledgeHidden(subscription.hide(id), id);\n      return { stored, id, row: -1 };',
    property: /transactions/,
  },
  {
    name: 'gives a group to whoever is next',
    file: CORE,
    find: 'if (owner.inTurn) return owner;',
    replace: 'return next;',
    property: /groups/,
  },
  {
    name: 'forgets what is parked for a consumer that has left',
    file: CORE,
    find: 'while (this.#unpark(consumer));\n    this.#groups?.forget(consumer);',
    replace: 'this.#groups?.forget(consumer);',
    property: /stuck|survival/,
  },
  {
    name: 'sends one more than the prefetch',
    file: SUBSCRIPTION,
    find: 'prefetch: Math.max(1, prefetch)',
    replace: 'prefetch: prefetch + 1',
    property: /prefetch/,
  },
  {
    name: 'keeps what a lost line had in hand',
    file: CONNECTION,
    find: 'for (const subscription of consumers) this.#close(subscription, LastDelivered.unknown);',
    replace: '',
    property: /stuck/,
  },
  {
    name: 'leaves bodies held that were let go',
    file: 'src/services/mq/activemq/kept.ts',
    find: 'this.#holds?.release(message.body);',
    replace: 'if (message.body % 5 > 0) this.#holds?.release(message.body);',
    property: /holds/,
  },
  {
    name: 'gives up one redelivery too early',
    file: CLIENT,
    find: 'redeliveryCounter > maximumRedeliveries',
    replace: 'redeliveryCounter >= maximumRedeliveries',
    property: /redeliveries/,
  },
  {
    name: 'acknowledges what is only sent ahead',
    file: CLIENT,
    find: 'consumer.isPulling = false;\n    consumer.unconsumed.push({',
    replace:
      "if (this.#settings.mode === 'AUTO') this.#tell(consumer, AckType.individual, id, id);\n    consumer.unconsumed.push({",
    property: /at least once|dead letters/,
  },
  {
    name: 'takes a commit in which the line was lost for done, and goes on in the same transaction',
    file: CLIENT,
    find: 'if (this.#transaction >= 0) this.#isRollbackOnly = true;',
    replace: '',
    property: /transactions|stuck/,
  },
];

describe('the play notices a broker, or a client, that', () => {
  test.each(broken)('$name', async ({ property, ...mutation }) => {
    const wrong = await mutant<ActiveMqDoor>('test/services/mq/activemq/door.ts', mutation);
    const { failed, errorInstance } = fc.check(
      fc.property(games, (game) => play(wrong, game)),
      { ...RUNS, endOnFailure: true },
    );
    expect(failed).toBe(true);
    expect(String(errorInstance)).toMatch(property);
  });
});
