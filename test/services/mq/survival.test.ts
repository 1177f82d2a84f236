import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as mq from '../../../src/services/mq/index.ts';
import { type Mutation, mutant } from '../../support/mutant.ts';
import type { MqDoor } from './amqp-harness.ts';
import { games, play } from './survival-play.ts';

test('whatever happens to its nodes, what was confirmed is acknowledged or there, in order, within the prefetch', () => {
  fc.assert(
    fc.property(games, (game) => play(mq, game)),
    { seed: 20261126, numRuns: 500 },
  );
});

const CLASSIC = 'src/services/mq/rabbitmq/classic-queue.ts';
const QUORUM = 'src/services/mq/rabbitmq/quorum-queue.ts';
const CHANNEL = 'src/services/mq/amqp/channel.ts';

/** Brokers that are wrong on purpose, each in one thing. */
const broken: readonly (Mutation & { readonly property: RegExp })[] = [
  {
    name: 'confirms before the disk',
    file: CLASSIC,
    find: 'else this.#store(leader, row, id, bytes, settled, tag);',
    replace: 'else {\n      settled?.onStored(tag);\n      this.#store(leader, row, id, bytes, null, tag);\n    }',
    property: /survival/,
  },
  {
    name: 'confirms what its disk lost',
    file: CLASSIC,
    find: 'settled?.onRefused(tag);\n    }\n    this.cancelConsumers();',
    replace: 'settled?.onStored(tag);\n    }\n    this.cancelConsumers();',
    property: /survival/,
  },
  {
    name: 'has a commit survive the death of its node',
    file: 'src/services/mq/broker/disk.ts',
    find: 'while (this.#jobs.count > 0) this.#jobs.take(false);',
    replace: 'while (this.#jobs.count > 0) this.#jobs.take(true);',
    property: /survival|majority|conservation|flag|Error/,
  },
  {
    name: 'confirms what waits for the processor',
    file: CHANNEL,
    find: 'host.vhost.world.holds?.retain(input.body);\n    host.enter();',
    replace:
      'host.vhost.world.holds?.retain(input.body);\n    if (this.#confirms !== null) this.#owner.onConfirm(this.#confirms.outstanding + 1, true, true);\n    host.enter();',
    property: /survival|majority/,
  },
  {
    name: 'goes on without a majority',
    file: QUORUM,
    find: 'this.#majority = Math.floor(members.length / 2) + 1;',
    replace: 'this.#majority = 1;',
    property: /majority/,
  },
  {
    name: 'forgets with a new leader what was committed and in hand',
    file: QUORUM,
    find: 'this.leader = null;\n    this.messages.setStopped(true);\n    // Nobody',
    replace: 'this.leader = null;\n    this.messages.crash();\n    this.messages.purge();\n    // Nobody',
    property: /survival|in hand/,
  },
  {
    name: 'forgets with a new leader what was not committed',
    file: QUORUM,
    find: 'if (this.#alive === 0) this.#forgetLog();',
    replace: 'while (this.#log.count > 0) this.#log.take();',
    property: /conservation|Error/,
  },
  {
    name: 'loses what was in hand when the line is cut',
    file: CHANNEL,
    find: "this.#settleAll('return');\n    for",
    replace: "this.#settleUpTo(Number.POSITIVE_INFINITY, 'ack');\n    for",
    property: /survival/,
  },
  {
    name: 'gives out again what was in hand, without the flag',
    file: 'src/services/mq/broker/broker-queue.ts',
    find: 'rows.flags[row] = (rows.flags[row] as number) | REDELIVERED;\n    if (!counted)',
    replace: 'if (!counted)',
    property: /order|flag/,
  },
  {
    name: 'forgets what a mirror has to store',
    file: CLASSIC,
    find: 'this.#store(leader, row, id, bytes, settled, tag);\n    }',
    replace: 'settled?.onStored(tag);\n    }',
    property: /survival/,
  },
  {
    name: 'forgets that a delivery did not pass the processor',
    file: CHANNEL,
    find: 'if (this.#has(queue, row, tag, holder)) queue.messages.requeue(row, false);',
    replace: '',
    property: /in hand/,
  },
  {
    name: 'has each consumer have one more than it asked for',
    file: CHANNEL,
    find: 'noAck ? 0 : this.#prefetch, priority',
    replace: 'noAck || this.#prefetch === 0 ? 0 : this.#prefetch + 1, priority',
    property: /credit/,
  },
  {
    name: 'keeps a body that nobody reads any more',
    file: 'src/services/mq/amqp/connection.ts',
    find: "if (command.kind === 'publish') this.vhost.world.holds?.release(command.body);",
    replace: '',
    property: /conservation/,
  },
];

describe('the property notices a broker that', () => {
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
