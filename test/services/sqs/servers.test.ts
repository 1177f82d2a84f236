/** What servers without word of a receive or a delete do, and a dead-letter queue that has messages of its own. */
import { describe, expect, it } from 'vitest';
import { Simulation } from '../../../src/kernel/index.ts';
import { Bench, type Message, SECOND } from './harness.ts';

const reliable = { servers: 1, sampled: 1, deleteMiss: 0, receiveMiss: 0, reorder: 0 };
const bodies = (messages: readonly Message[]): number[] => messages.map(({ body }) => body);
/** Five standard deviations of a share of so many. */
const within = (share: number, of: number): number => 5 * Math.sqrt((share * (1 - share)) / of);

describe('a server that does not know of a receive', () => {
  it('hands the message out again with the next receive, as often as the share says, and each is told for a duplicate', () => {
    const b = new Bench({ distribution: { ...reliable, receiveMiss: 0.3 } });
    const rounds = 2000;
    let again = 0;
    for (let i = 0; i < rounds; i++) {
      b.send(i);
      let newest = b.one();
      let receives = 1;
      for (let more = b.take(); more.length > 0; more = b.take()) {
        expect(bodies(more)).toEqual([i]);
        newest = more[0] as Message;
        expect(newest.count).toBe(++receives);
        if (receives === 2) again++;
      }
      b.queue.DeleteMessage(newest.handle);
    }
    expect(Math.abs(again / rounds - 0.3)).toBeLessThan(within(0.3, rounds));
    const told = b.observer.told.filter(([what]) => what === 'received');
    expect(told.every(([, , , count, duplicate]) => duplicate === (count ?? 0) > 1)).toBe(true);
    expect(b.total('NumberOfDuplicateDeliveries')).toBe(told.length - rounds);
    expect(b.queue.counts).toMatchObject({ inFlight: 0, visible: 0, deleted: rounds });
  });

  it('does not within the receive itself, nor where it is gone meanwhile, hidden longer or visible again', () => {
    const b = new Bench({ distribution: { ...reliable, receiveMiss: 1 } });
    for (const body of [1, 2, 3]) b.send(body);
    const [first, second] = b.take();
    expect(b.queue.counts.inFlight).toBe(3);
    b.queue.DeleteMessage(first?.handle ?? 0);
    b.queue.ChangeMessageVisibility(second?.handle ?? 0, 0);
    // The second is visible, so it comes as any message; the third still is in flight.
    const then = b.take(2);
    expect(bodies(then)).toEqual([3, 2]);
    expect(then.map(({ count }) => count)).toEqual([2, 2]);
  });
});

describe('a server that does not know of a delete', () => {
  it('shows what it has when the timeout is over, and is counted until then', () => {
    const b = new Bench({ visibilityTimeoutUs: 10 * SECOND, distribution: { ...reliable, deleteMiss: 1 } });
    b.send(1);
    const message = b.one();
    b.until(4);
    b.queue.DeleteMessage(message.handle);
    expect(b.queue.counts).toMatchObject({ copiesHidden: 1, copiesReturned: 0, inFlight: 0, visible: 0, deleted: 1 });
    b.until(9.999999);
    expect(b.queue.counts.copiesHidden).toBe(1);
    b.until(10);
    expect(b.queue.counts).toMatchObject({ copiesHidden: 0, copiesReturned: 1, visible: 1 });
    const copy = b.one();
    expect(copy).toMatchObject({ body: 1, count: 2 });
    expect(b.observer.told.at(-1)).toEqual(['received', 1, message.id, 2, true]);
    b.queue.setDuplicateRate(0);
    b.queue.DeleteMessage(copy.handle);
    expect(b.queue.counts).toMatchObject({ copiesHidden: 0, inFlight: 0, visible: 0 });
    expect(b.observer.bodies('gone')).toEqual([1]);
  });

  it('hides what was visible already for a whole timeout', () => {
    const b = new Bench({ visibilityTimeoutUs: 10 * SECOND, distribution: { ...reliable, deleteMiss: 1 } });
    b.send(1);
    const message = b.one();
    b.until(12);
    expect(b.queue.counts.visible).toBe(1);
    b.queue.DeleteMessage(message.handle);
    b.until(21.999999);
    expect(b.queue.counts).toMatchObject({ copiesHidden: 1, visible: 0 });
    b.until(22);
    expect(b.queue.counts).toMatchObject({ copiesHidden: 0, visible: 1 });
  });

  it('has nothing any more after a purge, or when retention is over', () => {
    for (const purged of [true, false]) {
      const b = new Bench({ messageRetentionPeriodUs: 60 * SECOND, distribution: { ...reliable, deleteMiss: 1 } });
      b.send(1);
      b.until(45);
      b.queue.DeleteMessage(b.one().handle);
      if (purged) b.queue.PurgeQueue();
      b.until(70);
      expect(b.queue.counts).toMatchObject({ copiesHidden: 0, copiesReturned: 0, visible: 0, expired: 0 });
      b.until(100);
      expect(b.take()).toEqual([]);
    }
  });

  it('takes shares from 0 to 1, both ends', () => {
    const { queue } = new Bench();
    for (const share of [0, 0.5, 1, null]) expect(() => queue.setDuplicateRate(share)).not.toThrow();
    for (const share of [-0.01, 1.01, Number.NaN]) {
      expect(() => queue.setDuplicateRate(share)).toThrow(`duplicate rate ${share} of queue orders: expected 0 to 1`);
    }
  });
});

describe('a short poll', () => {
  it.each([
    ['received once', 1],
    ['received so often that it is at the back', 3],
  ])('finds what was %s no more often than what is new', (_, receives) => {
    const b = new Bench({ distribution: { ...reliable, servers: 5, sampled: 1 } });
    const rounds = 1500;
    let found = 0;
    for (let i = 0; i < rounds; i++) {
      b.send(i);
      for (let n = 0; n < receives; n++) expect(b.receive({ visibility: 0, wait: 1 }).messages).toHaveLength(1);
      const polled = b.take();
      found += polled.length;
      const [message] = polled.length > 0 ? polled : (b.receive({ wait: 1 }).messages ?? []);
      b.queue.DeleteMessage(message?.handle ?? 0);
    }
    expect(Math.abs(found / rounds - 0.2)).toBeLessThan(within(0.2, rounds));
    expect(b.queue.counts).toMatchObject({ visible: 0, inFlight: 0 });
  });

  it.each([0, 1, 3])('looks behind what lives on other servers, where all was received %s times', (receives) => {
    const b = new Bench({ distribution: { ...reliable, servers: 5, sampled: 1 } });
    const sent = 40;
    for (let i = 0; i < sent; i++) b.send(i);
    for (let round = 0; round < receives; round++) {
      const held: Message[] = [];
      while (held.length < sent) held.push(...(b.receive({ wait: 1 }).messages ?? []));
      for (const { handle } of held) b.queue.ChangeMessageVisibility(handle, 0);
    }
    // All of a server's, ten at most, come with one poll of it.
    const polled = Array.from({ length: 60 }, () => b.take(10).length);
    expect(polled.reduce((x, y) => x + y, 0)).toBe(sent);
    expect(polled.filter((n) => n > 0).length).toBeLessThan(12);
  });
});

describe('a dead-letter queue with messages of its own', () => {
  function pair(deleteMiss = 0) {
    const sim = new Simulation({ seed: 1 });
    const dlq = new Bench({ name: 'dlq' }, { sim, ports: { firstMessageId: 1e6 } });
    const orders = new Bench(
      {
        redrive: { maxReceiveCount: 1, deadLetterQueue: 'dlq' },
        visibilityTimeoutUs: SECOND,
        distribution: { ...reliable, deleteMiss },
      },
      { sim, deadLetterQueue: dlq.queue },
    );
    return { orders, dlq };
  }

  it('is as old as the older of what was sent to it and what was moved to it', () => {
    for (const [ownAt, movedAt] of [
      [3, 40],
      [40, 3],
    ] as const) {
      const { orders, dlq } = pair();
      orders.send(1);
      orders.take();
      for (const second of [3, 40]) {
        orders.until(second);
        if (second === ownAt) dlq.send(9);
        if (second === movedAt) orders.take();
      }
      expect(dlq.metrics.sinceUs).toBe(3 * SECOND);
      const older = dlq.take().find(({ body }) => body === (ownAt === 3 ? 9 : 1));
      dlq.queue.DeleteMessage(older?.handle ?? 0);
      expect(dlq.metrics.sinceUs).toBe(40 * SECOND);
    }
  });

  it('no longer counts the age of a dead letter that was received three times there', () => {
    const { orders, dlq } = pair();
    orders.send(1);
    orders.take();
    orders.until(5);
    orders.take();
    for (const [receives, since] of [
      [1, 5],
      [2, 5],
      [3, -1 / SECOND],
    ] as const) {
      expect(dlq.take(10, 0)).toHaveLength(1);
      expect([receives, dlq.metrics.sinceUs]).toEqual([receives, since * SECOND]);
    }
  });

  it('lists both, each with its receives', () => {
    const { orders, dlq } = pair();
    orders.send(1);
    orders.take();
    orders.until(2);
    orders.take();
    dlq.send(9);
    dlq.take(1, 0);
    const listed: number[][] = [];
    dlq.queue.contents((...message) => listed.push(message));
    expect(listed.toSorted((x, y) => (x[0] as number) - (y[0] as number))).toEqual([
      [1, 0, 3],
      [9, 1e6 + 1, 1],
    ]);
  });

  it('tells a copy of what was deleted for a duplicate, and nothing else', () => {
    for (const deleteMiss of [0, 1]) {
      const { orders, dlq } = pair(deleteMiss);
      orders.send(1);
      const message = orders.one();
      if (deleteMiss === 1) orders.queue.DeleteMessage(message.handle);
      orders.until(2);
      expect(orders.take()).toEqual([]);
      expect(dlq.one().body).toBe(1);
      expect(dlq.observer.told.at(-1)).toEqual(['received', 1, message.id, 2, deleteMiss === 1]);
    }
  });
});
