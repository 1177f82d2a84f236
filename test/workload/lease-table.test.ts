import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { chooseLeases, type WatchedLease } from '../../src/workload/lease-choice.ts';
import { type Lease, LeaseTable } from '../../src/workload/lease-table.ts';
import { mutant, type Mutation } from '../support/mutant.ts';

type Table = typeof LeaseTable;

/** Three workers that go by what they saw last, old or new. */
interface Move {
  readonly kind: 'scan' | 'take' | 'renew' | 'checkpoint' | 'want' | 'handOver' | 'end';
  readonly worker: number;
}
const moves = fc.array(
  fc.record({
    kind: fc.constantFrom<Move['kind'][]>('scan', 'take', 'take', 'renew', 'checkpoint', 'want', 'handOver', 'end'),
    worker: fc.nat({ max: 2 }),
  }),
  { minLength: 4, maxLength: 60 },
);

/** Throws where two workers are told at one time that the lease is theirs, or one writes what is not its own. */
function play(all: readonly Move[], Make: Table = LeaseTable): void {
  const table = new Make();
  table.create(7);
  const seen = new Map<number, Lease>();
  const held = new Map<number, Lease>();
  /** The worker that was last granted it; -1: none. */
  let holder = -1;
  let ended = false;
  let checkpoint = -1;
  const grant = (worker: number, lease: Lease): void => {
    held.set(worker, lease);
    holder = worker;
  };
  all.forEach(({ kind, worker }, at) => {
    const [lease] = kind === 'scan' ? table.scan() : [seen.get(worker)];
    if (lease === undefined) return;
    const own = held.get(worker);
    const term = own?.term ?? 0;
    const written = (): number => (table.scan()[0] as Lease).counter;
    const before = written();
    const must = (granted: boolean, isDue: boolean): void => {
      if (granted !== isDue) throw new Error(`${kind} of ${worker} at ${at} was ${granted ? 'granted' : 'refused'}`);
      if (granted === (written() === before))
        throw new Error(`${kind} moved the counter from ${before} to ${written()}`);
    };
    const isOwn = holder === worker && own !== undefined && !ended;
    switch (kind) {
      case 'scan':
        seen.set(worker, lease);
        return;
      case 'take': {
        const taken = table.take(7, lease.counter, worker);
        must(taken !== null, lease.counter === before && !ended);
        if (taken !== null) grant(worker, taken);
        return;
      }
      case 'want':
        must(table.want(7, lease.counter, worker, at), lease.counter === before && !ended);
        return;
      case 'renew':
        must(table.renew(7, worker, term) !== null, isOwn);
        return;
      case 'checkpoint': {
        const written = table.checkpoint(7, worker, term, at);
        must(written, isOwn);
        if (written) checkpoint = at;
        return;
      }
      case 'end':
        must(table.end(7, worker, term), isOwn);
        ended ||= isOwn;
        break;
      default: {
        const to = (table.scan()[0] as Lease).wantedBy;
        must(table.handOver(7, worker, term), isOwn);
        if (!isOwn) return;
        holder = -1;
        const [given] = table.ownedBy(to);
        if (to !== -1 && given !== undefined) grant(to, given);
      }
    }
    const [now] = table.scan();
    const expected = ended ? 'end' : checkpoint < 0 ? 'start' : checkpoint;
    const found = typeof now?.checkpoint === 'object' ? now.checkpoint.after : now?.checkpoint;
    if (found !== expected) throw new Error(`the checkpoint is ${found}, not ${expected}`);
  });
}

describe('the table of leases', () => {
  it('has one owner of a lease at any time, whatever the workers believe', () => {
    fc.assert(
      fc.property(moves, (all) => play(all)),
      { seed: 1, numRuns: 1000 },
    );
  });

  it('makes a lease once, and lets nobody take one that has ended', () => {
    const table = new LeaseTable();
    expect([table.create(1), table.create(1)]).toEqual([true, false]);
    const lease = table.take(1, 0, 5);
    expect(table.end(1, 5, lease?.term ?? -1)).toBe(true);
    expect(table.scan()).toMatchObject([{ owner: -1, checkpoint: 'end' }]);
    expect(table.take(1, table.scan()[0]?.counter ?? -1, 5)).toBeNull();
  });
});

const FILE = 'src/workload/lease-table.ts';
const broken: readonly Mutation[] = [
  {
    name: 'a lease is taken on what was seen long ago',
    file: FILE,
    find: 'lease.counter !== counter',
    replace: 'false',
  },
  {
    name: 'who has lost a lease may write',
    file: FILE,
    find: 'lease.owner !== owner || lease.term !== term',
    replace: 'false',
  },
  {
    name: 'who has a lease again may write what was asked before',
    file: FILE,
    find: ' || lease.term !== term',
    replace: '',
  },
  { name: 'an ended lease can be taken', file: FILE, find: "lease.checkpoint === 'end' || ", replace: '' },
  {
    name: 'a renewal moves no counter',
    file: FILE,
    find: 'lease.counter++;\n    return lease;',
    replace: 'return lease;',
  },
];

test.each(broken)('it is noticed that $name', async (mutation) => {
  const { LeaseTable: Broken } = await mutant<{ LeaseTable: Table }>(FILE, mutation);
  expect(() => {
    for (const all of fc.sample(moves, { seed: 2, numRuns: 1000 })) play(all, Broken);
    // Once taken, lost, and taken again: what was sent in the first term comes late.
    const table = new Broken();
    table.create(1);
    const first = table.take(1, 0, 5);
    const second = table.take(1, first?.counter ?? -1, 5);
    if (second === null || table.renew(1, 5, first?.term ?? -1) !== null) throw new Error('renewed in an old term');
  }).toThrow(/granted|refused|counter|checkpoint|term/);
});

describe('a worker', () => {
  const lease = (shard: number, owner: number, renewedUs = 0): WatchedLease => ({
    shard,
    owner,
    counter: 0,
    term: 0,
    checkpoint: 'start',
    wantedBy: -1,
    wantedUs: 0,
    renewedUs,
  });
  const choose = (leases: readonly WatchedLease[], nowUs = 0) => {
    const rules = { worker: 0, nowUs, failoverTimeUs: 10, lot: () => 0 };
    const { free, stolen } = chooseLeases(leases, rules);
    return { free: free.map(({ shard }) => shard).sort((a, b) => a - b), stolen: stolen.map(({ shard }) => shard) };
  };

  it('takes leases that were not renewed for longer than failoverTime, as many as its share', () => {
    const leases = [lease(1, 1), lease(2, 1), lease(3, 2, 11), lease(4, 2, 11)];
    expect(choose(leases, 10)).toEqual({ free: [], stolen: [1] });
    // Two workers are left, with two leases each; those of the dead one are in no order.
    expect(choose(leases, 11).free).toHaveLength(2);
    expect(choose([...leases, lease(5, 0, 11)], 11).free).toHaveLength(2);
    expect(choose([...leases, lease(5, 0, 11), lease(6, 0, 11), lease(7, 0, 11)], 11).free).toHaveLength(1);
  });

  it('takes all that nobody ever had, or that were left alone for three times as long, whatever its share', () => {
    const never = Number.NEGATIVE_INFINITY;
    expect(choose([lease(1, -1, never), lease(2, -1, never), lease(3, 0), lease(4, 1)]).free).toEqual([1, 2]);
    expect(choose([lease(1, 1), lease(2, 1), lease(3, 0, 31), lease(4, 2, 31)], 31).free).toEqual([1, 2]);
  });

  it('steals one lease at a time of the worker that has most', () => {
    const many = [1, 2, 3, 4, 5].map((shard) => lease(shard, 1));
    expect(choose([...many, lease(6, 2)])).toEqual({ free: [], stolen: [1] });
    // Its share is two of four: the other has no more.
    expect(choose([lease(1, 1), lease(2, 1), lease(3, 0), lease(4, 0)]).stolen).toEqual([]);
    // One is missing here, and nobody has more than its share of two.
    expect(choose([lease(1, 1), lease(2, 1), lease(3, 0)]).stolen).toEqual([]);
    expect(choose([lease(1, 1)]).stolen).toEqual([]);
  });

  it('counts a lease for whoever is to have it, and asks for none twice', () => {
    const wanted = { ...lease(1, 1), wantedBy: 2 };
    expect(choose([wanted, lease(2, 1), lease(3, 1), lease(4, 1)]).stolen).toEqual([2]);
  });
});
