import { describe, expect, it } from 'vitest';
import { Simulation } from '../../../src/kernel/index.ts';
import { KinesisStream, streamSettings } from '../../../src/services/kinesis/index.ts';

/**
 * Equal keys do not load shards equally: how much more the busiest shard has than the mean, over many sets of keys. The figures are those of a Monte Carlo
 * of its own (K keys thrown at N shards at random), which MD5 should be as good as.
 */
function busiestToMean(keys: number, shards: number, sets: number): number {
  let sum = 0;
  for (let set = 0; set < sets; set++) {
    const sim = new Simulation({ seed: 1 });
    const stream = new KinesisStream(sim, streamSettings({ name: 'clicks', shards }), {
      keyText: (key) => `set ${set}, key ${key}`,
    });
    for (let from = 0; from < keys; from += 500) {
      const count = Math.min(500, keys - from);
      const Data = Array.from({ length: count }, (_, i) => from + i);
      const { FailedRecordCount } = stream.PutRecords({ count, Data, bytes: Data.map(() => 100), PartitionKey: Data });
      expect(FailedRecordCount).toBe(0);
    }
    const loads = stream.ListShards().Shards.map(({ ShardId }) => stream.shardCounts(ShardId).IncomingRecords);
    expect(loads.reduce((total, load) => total + load, 0)).toBe(keys);
    sum += Math.max(...loads) / (keys / shards);
  }
  return sum / sets;
}

describe('the busiest shard to the mean, keys of equal load', () => {
  it.each([
    [10, 4, 1000, 1.681],
    [100, 10, 400, 1.513],
    [1000, 10, 200, 1.156],
  ])('%i keys on %i shards, %i sets of keys: %d', (keys, shards, sets, expected) => {
    expect(Math.abs(busiestToMean(keys, shards, sets) / expected - 1)).toBeLessThan(0.03);
  });
});
