import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as mq from '../../../src/services/mq/index.ts';
import { type Mutation, mutant } from '../../support/mutant.ts';
import { games, type MqDoor, play } from './queue-play.ts';

test('whatever is done to it, a queue does what the reference does', () => {
  fc.assert(
    fc.property(games, (game) => play(mq, game)),
    { seed: 20261126, numRuns: 1000 },
  );
});

const FILE = 'src/services/mq/broker/broker-queue.ts';
const READY = 'src/services/mq/broker/ready-list.ts';

/** Queues that are wrong on purpose, each in one thing. */
const broken: readonly (Mutation & { readonly property: RegExp })[] = [
  {
    name: 'puts a message that comes back behind all others',
    file: FILE,
    find: 'if (atTail) this.ready.append(row);',
    replace: 'if (rows.used > 0) this.ready.append(row);',
    property: /order/,
  },
  {
    name: 'puts a message that comes back before all others',
    file: READY,
    find: 'head === NONE || returned.topSequence < (sequence[head] as number) ? row : head',
    replace: 'row',
    property: /order|drops/,
  },
  {
    name: 'gives one more than there is credit for',
    file: 'src/services/mq/broker/consumer.ts',
    find: 'this.inHand < this.prefetch',
    replace: 'this.inHand <= this.prefetch',
    property: /order/,
  },
  {
    name: 'gives all to the same consumer as long as it has credit',
    file: FILE,
    find: 'this.#turn.rotate(consumer);\n      this.#unpark(consumer);',
    replace: 'this.#unpark(consumer);',
    property: /order/,
  },
  {
    name: 'gives credit back only when nothing is in hand',
    file: FILE,
    find: 'if (holder instanceof Consumer && !holder.inTurn)',
    replace: 'if (holder instanceof Consumer && !holder.inTurn && holder.inHand === 0)',
    property: /order/,
  },
  {
    name: 'forgets that it was delivered before',
    file: FILE,
    find: 'rows.flags[row] = (rows.flags[row] as number) | REDELIVERED;\n    if (!counted)',
    replace: 'if (!counted)',
    property: /order/,
  },
  {
    name: 'counts every delivery, asked to or not',
    file: FILE,
    find: 'if (!counted) rows.deliveries',
    replace: 'if (rows.used < 0) rows.deliveries',
    property: /order/,
  },
  {
    name: 'expires what is not at the head',
    file: FILE,
    find: 'let row = ready.firstOf(priority);',
    replace:
      'for (const old of ready.inOrder()) if ((rows.expiresUs[old] as number) <= this.#sim.now) this.#dropReady(old, "expired");\n      let row = ready.firstOf(priority);',
    property: /drops|order|ready/,
  },
  {
    name: 'looks for old ones only when something comes',
    file: FILE,
    find: 'this.#expiryUs = NEVER;\n    this.#expire();',
    replace: 'this.#expiryUs = NEVER;',
    property: /drops/,
  },
  {
    name: 'does not look when another one is at the head',
    file: FILE,
    find: 'if (this.#ages || this.#isUntidy) this.#tidy();',
    replace: 'if (this.#isUntidy) this.#tidy();',
    property: /drops/,
  },
  {
    name: 'gives out what is too old',
    file: FILE,
    find: 'if (!this.#ages) return row;',
    replace: 'return row;',
    property: /order|drops|take/,
  },
  {
    name: 'keeps one more than it may',
    file: FILE,
    find: 'this.ready.count > this.#maxLength || this.ready.bytes',
    replace: 'this.ready.count > this.#maxLength + 1 || this.ready.bytes',
    property: /drops|order|take/,
  },
  {
    name: 'counts what is in hand for the limit',
    file: FILE,
    find: 'this.ready.count + 1 > this.#maxLength',
    replace: 'this.rows.count + 1 > this.#maxLength',
    property: /limit/,
  },
  {
    name: 'keeps its counts when its holder is gone',
    file: FILE,
    find: 'holder.inHand--;',
    replace: '',
    property: /credit|order/,
  },
  {
    name: 'drops one of those whose holder is gone',
    file: FILE,
    find: 'while (holder.head !== NONE) {\n      const row = holder.head;',
    replace: 'while (holder.head !== holder.tail) {\n      const row = holder.head;',
    property: /order|ready|drops/,
  },
  {
    name: 'loses what was stored',
    file: FILE,
    find: 'const stays = keepsAll || this.isStored(row);',
    replace: 'const stays = keepsAll || (this.isStored(row) && rows.deliveries[row] === 0);',
    property: /drops/,
  },
  {
    name: 'keeps what was not stored',
    file: FILE,
    find: 'const stays = keepsAll || this.isStored(row);',
    replace: 'const stays = keepsAll || this.isStored(row) || (rows.id[row] as number) % 3 === 0;',
    property: /drops|order/,
  },
  {
    name: 'has another consumer in turn while the active one is there',
    file: FILE,
    find: '(!this.#singleActive || consumer === this.#active)',
    replace: 'true',
    property: /order/,
  },
  {
    name: 'has no successor for the active consumer',
    file: FILE,
    find: 'if (this.#active === consumer) this.#succeed();',
    replace: '',
    property: /order/,
  },
  {
    name: 'takes all priorities for one',
    file: READY,
    find: 'Math.min(priority, this.#levels.length - 1)',
    replace: 'Math.min(priority, 0)',
    property: /order|take|drops/,
  },
  {
    name: 'gives a body back twice',
    file: FILE,
    find: 'this.#ports.holds?.release(body);',
    replace: 'this.#ports.holds?.release(body);\n    if (id % 5 === 0) this.#ports.holds?.release(body);',
    property: /conservation/,
  },
];

describe('the reference notices a queue that', () => {
  test.each(broken)('$name', async ({ property, ...mutation }) => {
    const door = await mutant<MqDoor>('src/services/mq/index.ts', mutation);
    const { failed, errorInstance } = fc.check(
      fc.property(games, (game) => play(door, game)),
      { seed: 20261126, numRuns: 10_000, endOnFailure: true },
    );
    expect(failed).toBe(true);
    expect(String(errorInstance)).toMatch(property);
  });
});
