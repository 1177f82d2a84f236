import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { StreamConsumer } from '../../src/workload/stream-consumer.ts';
import { mutant, type Mutation } from '../support/mutant.ts';
import type { KclSettings } from '../../src/workload/settings.ts';
import { Rig, SECOND } from './stream-rig.ts';

interface Module {
  readonly StreamConsumer: typeof StreamConsumer;
}

/** Ten records a second of each of three keys. */
function feed(rig: Rig, untilUs: number): void {
  for (let us = 0; us < untilUs; us += SECOND / 10) rig.at(us, () => [1, 2, 3].forEach((key) => rig.send(key)));
}

function split(rig: Rig): void {
  const { stream } = rig;
  const open = stream.ListShards({ Type: 'AT_LATEST' }).Shards;
  const [shard] = open;
  if (shard === undefined) return;
  stream.SplitShard(shard.ShardId, (shard.StartingHashKey + shard.EndingHashKey) / 2n);
}

function merge(rig: Rig): void {
  const open = [...rig.stream.ListShards({ Type: 'AT_LATEST' }).Shards];
  open.sort((a, b) => (a.StartingHashKey < b.StartingHashKey ? -1 : 1));
  const [low, high] = open;
  if (low !== undefined && high !== undefined) rig.stream.MergeShards(low.ShardId, high.ShardId);
}

describe('leases', () => {
  it('give each shard to one worker, in equal numbers, and what is done is done once', () => {
    const rig = new Rig({ shards: 6, instances: 3 });
    feed(rig, 100 * SECOND);
    rig.run(120 * SECOND);
    expect([rig.missing, rig.twice]).toEqual([0, 0]);
    expect(rig.metrics.total('TakenLeases')).toBe(6);
  });

  it('of a worker that crashed are taken when they were not renewed for failoverTime, and reading goes on behind the checkpoint [kinesis.kcl-lease]', () => {
    const rig = new Rig({
      shards: 2,
      instances: 2,
      handlerUs: 20_000,
      kcl: { checkpoint: { kind: 'records', records: 10 } },
    });
    feed(rig, 100 * SECOND);
    const crashUs = 60.3 * SECOND;
    rig.at(crashUs, () => rig.consumer.crash(0.5, null));
    rig.run(120 * SECOND);
    expect([rig.missing, rig.metrics.total('ExpiredLeases')]).toEqual([0, 1]);
    // Nine records since the checkpoint at most, and those that came while it was under way.
    expect(rig.twice).toBeGreaterThan(0);
    expect(rig.twice).toBeLessThanOrEqual(10);
    const again = rig.done.filter(({ sequence }, i) => rig.done.findIndex((one) => one.sequence === sequence) < i);
    const waitedUs = (again[0]?.atUs ?? 0) - crashUs;
    // Workers look twice in 2 × failoverTime: after one look the lease may be too young, after the next it is not.
    expect(waitedUs).toBeGreaterThan(10 * SECOND);
    expect(waitedUs).toBeLessThan(41 * SECOND);
  });

  it('are stolen one at a time when a worker comes late: with a hand-over nothing is done twice, without it what the old owner had in hand is', () => {
    const late = (gracefulHandOffUs: number): Rig => {
      const rig = new Rig({ shards: 4, instances: 2, handlerUs: 25_000, kcl: { gracefulHandOffUs } });
      rig.consumer.crash(0.5, 15 * SECOND);
      feed(rig, 200 * SECOND);
      rig.run(240 * SECOND);
      return rig;
    };
    const [graceful, rough] = [late(30 * SECOND), late(0)];
    expect([graceful.missing, graceful.twice, graceful.outOfOrder]).toEqual([0, 0, 0]);
    expect([rough.missing, rough.metrics.total('LostLeases')]).toEqual([0, 2]);
    expect(rough.twice).toBeGreaterThan(0);
  });

  it('that a worker cannot renew are lost to it after failoverTime, and it handles meanwhile what another one may have [kinesis.consumer-duplicates]', () => {
    const rig = new Rig({ shards: 2, instances: 2, handlerUs: 40_000 });
    feed(rig, 100 * SECOND);
    rig.at(60 * SECOND, () => rig.consumer.cutOff(0.5));
    rig.run(400 * SECOND);
    expect([rig.missing, rig.metrics.total('LostLeases')]).toEqual([0, 1]);
    expect(rig.twice).toBeGreaterThan(0);
  });

  it('of children are made when all parents have ended, and a child is read from its beginning [kinesis.kcl-parent-child]', () => {
    const rig = new Rig({ shards: 2, instances: 2, handlerUs: 30_000, reading: { startingPosition: 'LATEST' } });
    feed(rig, 60 * SECOND);
    rig.at(10 * SECOND, () => merge(rig));
    rig.run(400 * SECOND);
    // What came before its first iterators it does not read.
    const first = rig.done.reduce((least, { atUs }) => Math.min(least, atUs), Number.POSITIVE_INFINITY);
    expect(rig.missing).toBeLessThan((3 * 10 * first) / SECOND + 3);
    expect([rig.twice, rig.outOfOrder]).toEqual([0, 0]);
  });

  it('begin at the oldest record or at the next one, as is said [kinesis.kcl-start-position]', () => {
    const begun = (startingPosition: 'LATEST' | 'TRIM_HORIZON'): number => {
      const rig = new Rig({ reading: { startingPosition, fromUs: 30 * SECOND } });
      feed(rig, 60 * SECOND);
      rig.run(120 * SECOND);
      return rig.missing;
    };
    expect(begun('TRIM_HORIZON')).toBe(0);
    // It asked for leases first, and for iterators then.
    expect(begun('LATEST')).toBeGreaterThanOrEqual(900);
    expect(begun('LATEST')).toBeLessThan(910);
  });

  it('are checkpointed as it is said: each read, so many records, so often', () => {
    const checkpoints = (checkpoint: KclSettings['checkpoint']): number => {
      const rig = new Rig({ shards: 1, instances: 1, kcl: { checkpoint } });
      feed(rig, 60 * SECOND);
      rig.run(70 * SECOND);
      return rig.metrics.total('Checkpoints');
    };
    const reads = checkpoints({ kind: 'perBatch' });
    expect(reads).toBeGreaterThan(30);
    expect(reads).toBeLessThan(45);
    expect(checkpoints({ kind: 'records', records: 100 })).toBe(18);
    expect(checkpoints({ kind: 'every', everyUs: 20 * SECOND })).toBe(2);
  });
});

interface Event {
  readonly atUs: number;
  readonly kind: 'crash' | 'cut' | 'split' | 'merge';
  readonly share: number;
  readonly forUs: number;
}
interface Game {
  readonly shards: number;
  readonly instances: number;
  readonly handlerUs: number;
  readonly handOff: boolean;
  readonly records: number;
  readonly fanOut: boolean;
  readonly events: readonly Event[];
  /** Whoever wants a lease waits until it is handed over. */
  readonly isPatient?: boolean;
}

const event = (kinds: readonly Event['kind'][]): fc.Arbitrary<Event> =>
  fc.record({
    atUs: fc.integer({ min: 1, max: 150 * SECOND }),
    kind: fc.constantFrom(...kinds),
    share: fc.constantFrom(0.34, 0.67, 1),
    forUs: fc.integer({ min: SECOND, max: 40 * SECOND }),
  });
const games = (kinds: readonly Event['kind'][]): fc.Arbitrary<Game> =>
  fc.record({
    shards: fc.integer({ min: 1, max: 4 }),
    instances: fc.integer({ min: 1, max: 3 }),
    handlerUs: fc.constantFrom(1_000, 20_000, 150_000),
    handOff: fc.boolean(),
    records: fc.constantFrom(0, 7),
    fanOut: fc.boolean(),
    events: fc.array(event(kinds), { maxLength: 6 }),
  });

function play(game: Game, Consumer?: typeof StreamConsumer): Rig {
  const { shards, instances, handlerUs, handOff, records, fanOut, events } = game;
  const rig = new Rig({
    shards,
    instances,
    handlerUs,
    reading: { fanOut },
    kcl: {
      gracefulHandOffUs: handOff ? 30 * SECOND : 0,
      ...(game.isPatient === true ? { gracefulHandOffUs: 1000 * SECOND } : {}),
      ...(records === 0 ? {} : { checkpoint: { kind: 'records', records } }),
    },
    ...(Consumer === undefined ? {} : { Consumer }),
  });
  for (let us = 0; us < 150 * SECOND; us += SECOND / 4) {
    rig.at(us, () => {
      for (const key of [1, 2, 3, 4]) rig.send(key);
    });
  }
  for (const { atUs, kind, share, forUs } of events) {
    rig.at(atUs, () => {
      if (kind === 'crash') rig.consumer.crash(share, forUs);
      else if (kind === 'split') split(rig);
      else if (kind === 'merge') merge(rig);
      else {
        const end = rig.consumer.cutOff(share);
        rig.at(rig.sim.now + forUs, end);
      }
    });
  }
  rig.run(1200 * SECOND);
  return rig;
}

/** Whatever crashes and is cut off. */
function stormy(game: Game, Consumer?: typeof StreamConsumer): void {
  const { missing } = play(game, Consumer);
  if (missing > 0) throw new Error(`${missing} never done`);
}

/** Nobody crashes: shards change, leases are handed over. */
function calm(game: Game, Consumer?: typeof StreamConsumer): void {
  const rig = play({ ...game, isPatient: true }, Consumer);
  if (rig.missing > 0) throw new Error(`${rig.missing} never done`);
  if (rig.twice > 0) throw new Error(`${rig.twice} done twice`);
  if (rig.outOfOrder > 0) throw new Error(`${rig.outOfOrder} keys out of order`);
}

const STORM = games(['crash', 'cut', 'split', 'merge']);
const CALM = games(['split', 'merge']);

test('whoever crashes or is cut off, every record is done at least once [kinesis.checkpoint-semantics]', () => {
  fc.assert(
    fc.property(STORM, (game) => stormy(game)),
    { seed: 1, numRuns: 20 },
  );
});

test('without crashes every record is done once, each key in its order, through splits and merges', () => {
  fc.assert(
    fc.property(CALM, (game) => calm(game)),
    { seed: 2, numRuns: 20 },
  );
});

const WORKER = 'src/workload/kcl-worker.ts';
const CHOICE = 'src/workload/lease-choice.ts';

/** Workers that are wrong in one thing, in the weather that shows it. */
const broken: readonly (readonly [weather: 'storm' | 'calm', complaint: RegExp, mutation: Mutation])[] = [
  [
    'storm',
    /never done/,
    {
      name: 'a lease is taken without its checkpoint, and read from now on',
      file: WORKER,
      find: "{ Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: checkpoint.after }",
      replace: "{ Type: 'LATEST' }",
    },
  ],
  [
    'storm',
    /never done/,
    {
      name: 'checkpoints say more than is done',
      file: WORKER,
      find: 'held.last = SequenceNumber;',
      replace: 'held.last = SequenceNumber + 30 * 1_048_576;',
    },
  ],
  [
    'storm',
    /never done/,
    {
      name: 'leases of the dead stay theirs',
      file: CHOICE,
      find: 'ageOf(lease) > failoverTimeUs)',
      replace: 'false)',
      and: [
        { find: 'ageOf(lease) > streamClientFacts', replace: 'lease.owner === -1 && ageOf(lease) > streamClientFacts' },
      ],
    },
  ],
  [
    'storm',
    /never done/,
    {
      name: 'a lease that comes back while the shard is still in hand is never begun',
      file: WORKER,
      find: 'if (held.waiting !== null) this.#begin(held, held.waiting);\n    else',
      replace: '',
    },
  ],
  [
    'calm',
    /out of order/,
    {
      name: 'a merged shard is begun with the first of its parents',
      file: 'src/workload/shard-lineage.ts',
      find: 'parents.every(hasEnded)',
      replace: '(parents.length === 0 || parents.some(hasEnded))',
    },
  ],
  [
    'calm',
    /twice/,
    {
      name: 'leases are handed over before what is in hand is done',
      file: WORKER,
      find: 'if (reading.isReadBy(this.#instance, held.shard)) reading.drain(this.#instance, held.shard);\n    else',
      replace: 'reading.drain(this.#instance, held.shard);',
    },
  ],
  [
    'calm',
    /twice/,
    {
      name: 'leases are handed over without a checkpoint',
      file: WORKER,
      find: 'if (held.since > 0) this.#checkpoint(held);',
      replace: '',
    },
  ],
];

test.each(broken.map(([weather, complaint, mutation]) => ({ name: mutation.name, weather, complaint, mutation })))(
  'in a $weather it is noticed that $name',
  async ({ weather, complaint, mutation }) => {
    const { StreamConsumer: Consumer } = await mutant<Module>('src/workload/stream-consumer.ts', mutation);
    const [game, check] = weather === 'storm' ? [STORM, stormy] : [CALM, calm];
    expect(() => {
      for (const one of fc.sample(game, { seed: 3, numRuns: 60 })) check(one, Consumer);
    }).toThrow(complaint);
  },
);
