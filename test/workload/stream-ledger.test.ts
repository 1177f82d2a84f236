import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Simulation } from '../../src/kernel/index.ts';
import { KinesisStream, shardOf, streamSettings } from '../../src/services/kinesis/index.ts';
import { type DeliveryLedger, RequestTable, type TrafficLedger } from '../../src/workload/requests.ts';
import { StreamLedger } from '../../src/workload/stream-ledger.ts';

const DAY_US = 86_400_000_000;

/** A stream of two shards with so many readers, what became of its requests and of each reader's deliveries. */
function streamWith(readers: number) {
  const sim = new Simulation({ seed: 1 });
  const fates: string[] = [];
  const ledger: TrafficLedger = {
    offered: () => {},
    attempted: () => {},
    accepted: () => {},
    responded: () => {},
    completed: (_counted, _arrivedUs, order) => fates.push(`done ${order}`),
    completedAgain: (_counted, arrivedUs) => fates.push(`again ${arrivedUs}`),
    wasted: () => {},
    settled: (_counted, fate) => fates.push(fate),
  };
  const requests = new RequestTable([ledger], () => {});
  const records = new StreamLedger(requests, true);
  const diaries: string[][] = [];
  const sides = Array.from({ length: readers }, () => {
    const lines: string[] = [];
    diaries.push(lines);
    const own: DeliveryLedger = {
      completed: () => lines.push('completed'),
      completedAgain: () => lines.push('again'),
      settled: (_counted, fate) => lines.push(fate),
    };
    return records.addReader(requests.addSubscription(own));
  });
  const ports = { onRecord: records.onRecord, onExpired: records.onExpired };
  const stream = new KinesisStream(sim, streamSettings({ name: 's', shards: 2 }), ports);
  records.connect(stream);
  let order = 0;
  /** A new request, put so many times; its row and the sequence numbers of its records. */
  const put = (times = 1): { row: number; sequences: number[] } => {
    const row = requests.create(0, order++, sim.now, order, 100, false, true);
    const sequences = Array.from({ length: times }, () => {
      return stream.PutRecord({ Data: row, bytes: 100, PartitionKey: order }).SequenceNumber;
    });
    requests.release(row);
    return { row, sequences };
  };
  /** A day later somebody looks: all of it is too old. */
  const age = (): void => {
    sim.schedule(DAY_US, () => stream.ListShards(), undefined);
    sim.run();
  };
  return { requests, fates, diaries, sides, put, age };
}

describe('the ledger of a stream', () => {
  it('completes a request when each reader has finished its record, and the log alone keeps no run going', () => {
    const { requests, fates, diaries, sides, put, age } = streamWith(2);
    const { row, sequences } = put();
    const [sequence] = sequences as [number];
    expect([fates, requests.inSystem]).toEqual([[], 1]);
    for (const side of sides) {
      const delivery = side.take(row);
      side.finish(delivery, sequence);
      side.letGo(delivery);
    }
    expect([fates, requests.inSystem]).toEqual([['done 0'], 0]);
    // The log still has it: it is not settled before it is too old.
    age();
    expect(fates).toEqual(['done 0', 'completed']);
    expect(diaries).toEqual([
      ['completed', 'completed'],
      ['completed', 'completed'],
    ]);
  });

  it('counts what is read again as a duplicate, and holds it meanwhile', () => {
    const { requests, fates, diaries, sides, put } = streamWith(1);
    const [side] = sides as [(typeof sides)[0]];
    const { row, sequences } = put();
    for (let time = 0; time < 3; time++) {
      const delivery = side.take(row);
      expect(requests.inSystem).toBe(1);
      side.finish(delivery, sequences[0] as number);
      side.letGo(delivery);
      expect(requests.inSystem).toBe(0);
    }
    expect(diaries[0]).toEqual(['completed', 'again', 'again']);
    expect(fates).toEqual(['done 0', 'again 0', 'again 0']);
  });

  it('takes a request that was put twice for done at its first record, and waits for the second', () => {
    const { requests, diaries, sides, put } = streamWith(1);
    const [side] = sides as [(typeof sides)[0]];
    const { row, sequences } = put(2);
    const finish = (sequence: number): void => {
      const delivery = side.take(row);
      side.finish(delivery, sequence);
      side.letGo(delivery);
    };
    finish(sequences[1] as number);
    expect([diaries[0], requests.inSystem]).toEqual([['completed'], 1]);
    finish(sequences[0] as number);
    expect([diaries[0], requests.inSystem]).toEqual([['completed', 'again'], 0]);
  });

  it('has lost what a reader begins behind, gives up, or passes over, and lets it go at once', () => {
    const { requests, diaries, sides, put, age } = streamWith(1);
    const [side] = sides as [(typeof sides)[0]];
    const { row, sequences } = put();
    const given = side.take(row);
    side.giveUp(given, sequences[0] as number);
    side.letGo(given);
    const shards = Array.from({ length: 20 }, () => shardOf(put().sequences[0] as number));
    expect(requests.inSystem).toBe(20);
    side.begins(0, { Type: 'LATEST' });
    expect(requests.inSystem).toBe(shards.filter((shard) => shard === 1).length);
    side.passesOver((shard) => shard === 1);
    expect(requests.inSystem).toBe(0);
    age();
    expect(diaries[0]).toEqual(new Array(21).fill('lost'));
  });

  it('has expired what is too old unread', () => {
    const { requests, fates, diaries, put, age } = streamWith(2);
    put();
    age();
    expect([fates, diaries, requests.inSystem]).toEqual([['expired'], [['expired'], ['expired']], 0]);
  });

  it('completes at the put what nobody reads, and the second put is a duplicate', () => {
    const { requests, fates, put } = streamWith(0);
    put(2);
    expect([fates, requests.inSystem]).toEqual([['done 0', 'again 0'], 0]);
  });

  it('settles each delivery once, whatever readers do and in whatever order', () => {
    const step = fc.record({
      reader: fc.nat(1),
      record: fc.nat(30),
      what: fc.constantFrom('finish', 'giveUp', 'begin'),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.array(step, { maxLength: 80 }), (records, steps) => {
        const { requests, fates, diaries, sides, put, age } = streamWith(2);
        const all = Array.from({ length: records }, () => put());
        for (const { reader, record, what } of steps) {
          const side = sides[reader] as (typeof sides)[0];
          const { row, sequences } = all[record % records] as (typeof all)[0];
          const [sequence] = sequences as [number];
          if (what === 'begin') side.begins(sequence % 2, { Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: sequence });
          else {
            const delivery = side.take(row);
            side[what as 'finish' | 'giveUp'](delivery, sequence);
            side.letGo(delivery);
          }
        }
        age();
        const settled = (lines: readonly string[]) =>
          lines.filter((line) => line === 'lost' || line === 'expired').length;
        for (const lines of diaries) {
          // The fate of what was completed is `completed` as well: twice in the diary.
          const completed = lines.filter((line) => line === 'completed').length;
          expect(completed % 2).toBe(0);
          expect(completed / 2 + settled(lines)).toBe(records);
        }
        expect(fates.filter((fate) => ['completed', 'lost', 'expired'].includes(fate)).length).toBe(records);
        expect(requests.inSystem).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});
