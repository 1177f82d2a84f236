import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KinesisStream } from '../../../src/services/kinesis/index.ts';
import { mutant, type Mutation } from '../../support/mutant.ts';
import { games, play } from './play.ts';

const SEED = 20261126;

test('whatever is done to it, a stream does what the reference says [kinesis.placement] [kinesis.order] [kinesis.order-after-reshard]', () => {
  fc.assert(
    fc.property(games, (game) => play(game)),
    { seed: SEED, numRuns: 250 },
  );
});

const FOLDER = 'src/services/kinesis';

/** Streams that are wrong in one thing, and the property that must notice. */
const broken: readonly (readonly [property: RegExp, mutation: Mutation])[] = [
  [
    /placement/,
    { name: 'hashes seven bits a byte', file: `${FOLDER}/hash-keys.ts`, find: 'hash << 8n', replace: 'hash << 7n' },
  ],
  [
    /placement/,
    {
      name: 'gives the first key of a range to its neighbour',
      file: `${FOLDER}/shard-map.ts`,
      find: '.start > hashKey',
      replace: '.start >= hashKey && place > 0',
    },
  ],
  [
    /placement|undefined/,
    {
      name: 'goes on by an old shard map',
      file: `${FOLDER}/shard-map.ts`,
      find: 'this.#version++',
      replace: 'this.#version = 1',
    },
  ],
  [
    /read from|disappears/,
    {
      name: 'keeps records a microsecond too long',
      file: `${FOLDER}/record-log.ts`,
      find: '<= horizonUs',
      replace: '< horizonUs',
    },
  ],
  [
    /read from|disappears|shards/,
    {
      name: 'gives records up a microsecond too early',
      file: `${FOLDER}/shards.ts`,
      find: 'now - this.#retentionUs',
      replace: 'now - this.#retentionUs + 1',
    },
  ],
  [
    /read from AT_TIMESTAMP/,
    {
      name: 'replays from after the timestamp',
      file: `${FOLDER}/record-log.ts`,
      find: '(middle) < us',
      replace: '(middle) <= us',
    },
  ],
  [
    /rise for a key/,
    {
      name: 'numbers children from the beginning',
      file: `${FOLDER}/shard.ts`,
      find: 'Math.max(most, log.next)',
      replace: 'most * Math.min(1, log.next)',
    },
  ],
  [
    /read from AFTER/,
    {
      name: 'reads the record again after which it should',
      file: `${FOLDER}/shards.ts`,
      find: "'AFTER_SEQUENCE_NUMBER' ? 1 : 0",
      replace: "'AFTER_SEQUENCE_NUMBER' ? 0 : 0",
    },
  ],
  [
    /read from|shards/,
    {
      name: 'revives what had expired when retention grows',
      file: `${FOLDER}/shards.ts`,
      find: 'for (const shard of this.#all) this.#age(shard);\n    this.#retentionUs',
      replace: 'this.#retentionUs',
    },
  ],
  [
    /shards|merge/,
    {
      name: 'lets the halves of a split overlap',
      file: `${FOLDER}/shards.ts`,
      find: 'rest.start, key - 1n',
      replace: 'rest.start, key',
    },
  ],
  [
    /shards/,
    {
      name: 'leaves a parent of a merge open',
      file: `${FOLDER}/shards.ts`,
      find: 'upper.closedUs = this.#sim.now;',
      replace: '',
    },
  ],
  [
    /no next|comes to an end/,
    {
      name: 'never ends a closed shard',
      file: `${FOLDER}/shard.ts`,
      find: 'place >= this.log.next',
      replace: 'place > this.log.next',
    },
  ],
  [
    /read from LATEST/,
    {
      name: 'takes LATEST for the oldest',
      file: `${FOLDER}/shards.ts`,
      find: "'LATEST') return log.next",
      replace: "'LATEST') return log.head",
    },
  ],
  [
    /order of key|disappears/,
    {
      name: 'hands out an iterator to what was just read',
      file: `${FOLDER}/stream.ts`,
      find: 'create(shard.id, next, now)',
      replace: 'create(shard.id, from, now)',
    },
  ],
  [
    /shards/,
    {
      name: 'lists shards that have expired',
      file: `${FOLDER}/shards.ts`,
      find: 'shard.expired = true',
      replace: 'shard.expired = false',
    },
  ],
  [
    /uniform|as many shards|shards/,
    {
      name: 'forgets to merge what UpdateShardCount cut',
      file: `${FOLDER}/shards.ts`,
      find: 'if (wanted.has(piece.start))',
      replace: 'if (wanted.has(piece.start) || open.length > 1)',
    },
  ],
];

describe('a stream that is wrong is caught when it', () => {
  test.each(broken.map(([property, mutation]) => [mutation.name, property, mutation] as const))(
    '%s',
    async (_name, property, mutation) => {
      const { KinesisStream: Type } = await mutant<{ KinesisStream: typeof KinesisStream }>(
        `${FOLDER}/index.ts`,
        mutation,
      );
      const found = fc.check(
        fc.property(games, (game) => play(game, Type)),
        { seed: SEED, numRuns: 1000, endOnFailure: true },
      );
      expect(found.failed).toBe(true);
      expect(String(found.errorInstance)).toMatch(property);
    },
  );
});
