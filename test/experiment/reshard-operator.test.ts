import { expect, test } from 'vitest';
import { ReshardOperator } from '../../src/experiment/reshard-operator.ts';
import { Simulation } from '../../src/kernel/index.ts';
import { HASH_KEYS, KinesisStream, type ReshardSettings, streamOf } from '../../src/services/kinesis/index.ts';
import { KINESIS_LATENCY } from '../../src/services/kinesis/schema.ts';

const SECOND = 1_000_000;

/**
 * Four shards, of which 0 is offered most in the first minute and 2 from then on, 0 and 1 least; what an operator makes of them by the end of the fifth minute: the parents
 * of each open shard, by hash key.
 */
function parentsAfter(reshard: readonly ReshardSettings[]): number[][] {
  const sim = new Simulation({ seed: 1 });
  const settings = {
    type: 'kinesis',
    name: 's',
    streamMode: 'provisioned',
    shards: 4,
    retentionPeriodUs: 86_400 * SECOND,
    maxRecordSizeBytes: 1_048_576,
    recordDistribution: 'USER_PARTITION_KEY',
    keySalt: 1,
    internalFailureRate: 0,
    reshardTimeUs: 10 * SECOND,
    reshard,
    pushLatencyUs: 0,
    latency: KINESIS_LATENCY,
  } as const;
  const stream = new KinesisStream(sim, streamOf(settings, undefined));
  new ReshardOperator(sim, stream, settings).start();
  const put = (quarter: number, records: number): void => {
    for (let i = 0; i < records; i++) {
      const ExplicitHashKey = (HASH_KEYS / 4n) * BigInt(quarter);
      stream.PutRecord({ Data: 0, bytes: 1, PartitionKey: 1, ExplicitHashKey });
    }
  };
  for (let second = 0; second < 300; second++) {
    sim.scheduleAt(
      second * SECOND,
      () => {
        put(0, second < 60 ? 100 : 1);
        put(2, 10);
        put(3, 4);
      },
      undefined,
    );
  }
  sim.run({ until: 300 * SECOND });
  const { Shards } = stream.ListShards({ Type: 'AT_LATEST' });
  const ordered = [...Shards].sort((a, b) => (a.StartingHashKey < b.StartingHashKey ? -1 : 1));
  return ordered.map((one) => [one.ParentShardId, one.AdjacentParentShardId].filter((parent) => parent >= 0));
}

test('an operator splits the shard that was offered most in the last minute, in its middle', () => {
  expect(parentsAfter([{ kind: 'splitHottest', atUs: 30 * SECOND }])).toEqual([[0], [0], [], [], []]);
  expect(parentsAfter([{ kind: 'splitHottest', atUs: 150 * SECOND }])).toEqual([[], [], [2], [2], []]);
});

test('and merges the two neighbours that were offered least', () => {
  expect(parentsAfter([{ kind: 'mergeColdest', atUs: 30 * SECOND }])).toEqual([[], [1, 2], []]);
  expect(parentsAfter([{ kind: 'mergeColdest', atUs: 150 * SECOND }])).toEqual([[0, 1], [], []]);
});

test('what is asked for while the stream is UPDATING he tries again, and a count by as many calls as it takes', () => {
  const both = parentsAfter([
    { kind: 'splitHottest', atUs: 150 * SECOND },
    { kind: 'mergeColdest', atUs: 151 * SECOND },
  ]);
  expect(both).toEqual([[0, 1], [2], [2], []]);
  expect(parentsAfter([{ kind: 'updateShardCount', atUs: 150 * SECOND, shards: 16 }]).length).toBe(16);
  expect(parentsAfter([{ kind: 'updateShardCount', atUs: 150 * SECOND, shards: 1 }]).length).toBe(1);
});
