import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeliveryLedger, RequestTable, type TrafficLedger } from '../../src/workload/requests.ts';

function table(subscriptions = 2) {
  const request: string[] = [];
  const ledger: TrafficLedger = {
    offered: () => {},
    attempted: () => {},
    accepted: () => request.push('accepted'),
    responded: () => {},
    completed: (_counted, arrivedUs, order) => request.push(`completed ${order} from ${arrivedUs}`),
    completedAgain: () => request.push('again'),
    wasted: () => {},
    settled: (_counted, fate) => request.push(fate),
  };
  let emptied = 0;
  const requests = new RequestTable([ledger], () => emptied++);
  const diaries: string[][] = [];
  for (let i = 0; i < subscriptions; i++) {
    const lines: string[] = [];
    const own: DeliveryLedger = {
      completed: () => lines.push('completed'),
      completedAgain: () => lines.push('again'),
      settled: (_counted, fate) => lines.push(fate),
    };
    diaries.push(lines);
    requests.addSubscription(own);
  }
  const publish = (row: number, to: readonly number[]): number[] => {
    const rows = to.map((subscription) => requests.deliver(row, subscription, 50));
    requests.published(row);
    return rows;
  };
  return {
    requests,
    request,
    diaries,
    publish,
    emptied: () => emptied,
    create: (order = 0) => requests.create(0, order, 7, 3, 100, false, true),
  };
}

describe('deliveries of a request', () => {
  it('complete it when each of them is completed, and not before', () => {
    const { requests, request, diaries, publish, create } = table();
    const row = create(4);
    const [first, second] = publish(row, [0, 1]) as [number, number];
    expect([requests.ordinal(first), requests.key(first), requests.bytes(first)]).toEqual([
      requests.ordinal(row),
      3,
      50,
    ]);
    requests.release(row);
    requests.complete(first);
    requests.release(first);
    expect([request, requests.inSystem]).toEqual([[], 1]);
    requests.complete(second);
    requests.release(second);
    expect(request).toEqual(['completed 4 from 7', 'completed']);
    expect(diaries).toEqual([
      ['completed', 'completed'],
      ['completed', 'completed'],
    ]);
    expect(requests.inSystem).toBe(0);
  });

  it('have deliveries of their own where they are published again, and are completed when those are', () => {
    const { requests, request, diaries, publish, create } = table(4);
    const row = create(4);
    const [handedOn, other] = publish(row, [2, 3]) as [number, number];
    requests.release(row);
    const [left, right] = publish(handedOn, [0, 1]) as [number, number];
    requests.release(handedOn);
    requests.complete(other);
    requests.release(other);
    requests.complete(left);
    requests.release(left);
    expect([diaries, request, requests.inSystem]).toEqual([[['completed'], [], [], ['completed']], [], 1]);
    requests.complete(right);
    requests.release(right);
    expect(request).toEqual(['completed 4 from 7', 'completed']);
    expect(diaries).toEqual(Array.from({ length: 4 }, () => ['completed', 'completed']));
    // Their rows are free again: five requests take them.
    const rows = [row, handedOn, other, left, right];
    expect(new Set(rows.map(() => create()))).toEqual(new Set(rows));
  });

  it('tell what they come from what befell them, however far they were handed on', () => {
    const { requests, request, diaries, publish, create } = table(3);
    const row = create();
    const [handedOn] = publish(row, [2]) as [number];
    requests.release(row);
    const [left, right] = publish(handedOn, [0, 1]) as [number, number];
    requests.release(handedOn);
    requests.complete(left);
    requests.release(left);
    requests.deadLetter(right, false);
    requests.release(right);
    expect([request, diaries]).toEqual([
      ['deadLettered'],
      [['completed', 'completed'], ['deadLettered'], ['deadLettered']],
    ]);
  });

  it('that nobody wanted leave it completed at once', () => {
    const { request, publish, create, requests } = table();
    const row = create();
    publish(row, []);
    requests.release(row);
    expect(request).toEqual(['completed 0 from 7', 'completed']);
  });

  it('keep it in the system until the last is let go of, and give their rows back with its own', () => {
    const { requests, publish, create, emptied } = table();
    const row = create();
    const rows = publish(row, [0, 1]);
    requests.release(row);
    for (const one of rows) {
      expect(requests.inSystem).toBe(1);
      requests.release(one);
    }
    expect([requests.inSystem, emptied()]).toEqual([0, 1]);
    expect(new Set([create(1), create(2), create(3)])).toEqual(new Set([row, ...rows]));
  });

  it.each([
    ['deadLetter', 'deadLettered'],
    ['expire', 'expired'],
    ['', 'lost'],
  ])('decide its fate by those that were not completed: %s', (what, fate) => {
    const { requests, request, diaries, publish, create } = table();
    const row = create();
    requests.accept(row);
    const [first, second] = publish(row, [0, 1]) as [number, number];
    // What befalls a delivery that is completed all the same does not count.
    requests.deadLetter(first, false);
    requests.complete(first);
    if (what === 'deadLetter') requests.deadLetter(second, false);
    if (what === 'expire') requests.expire(second);
    for (const one of [row, first, second]) requests.release(one);
    expect(request).toEqual(['accepted', fate]);
    expect(diaries.map((lines) => lines.at(-1))).toEqual(['completed', fate]);
  });

  it('are not accepted once more when they enter a queue', () => {
    const { requests, request, publish, create } = table();
    const row = create();
    const [first] = publish(row, [0]) as [number];
    requests.accept(first);
    expect(request).toEqual([]);
  });

  it('are the same ones when the request is published again: a second completion is a duplicate', () => {
    const { requests, request, diaries, publish, create } = table();
    const row = create();
    const [first] = publish(row, [0]) as [number];
    requests.complete(first);
    requests.release(first);
    expect(publish(row, [0])).toEqual([first]);
    requests.complete(first);
    requests.release(first);
    requests.release(row);
    expect(request).toEqual(['completed 0 from 7', 'again', 'completed']);
    expect(diaries[0]).toEqual(['completed', 'again', 'completed']);
  });

  it('that a dead-letter queue alone holds are out of the system, and back in it when somebody reads them', () => {
    const { requests, publish, create, emptied, request } = table();
    const row = create();
    const [first, second] = publish(row, [0, 1]) as [number, number];
    requests.release(row);
    requests.complete(second);
    requests.release(second);
    requests.deadLetter(first, true);
    expect([requests.inSystem, emptied()]).toEqual([0, 1]);
    requests.retain(first);
    expect(requests.inSystem).toBe(1);
    requests.release(first);
    expect([requests.inSystem, emptied()]).toEqual([0, 2]);
    requests.unpark(first);
    requests.release(first);
    expect([requests.inSystem, request.at(-1)]).toEqual([0, 'deadLettered']);
  });

  it('are settled once each at the end, whatever is left', () => {
    const { requests, request, diaries, publish, create } = table();
    const row = create();
    requests.accept(row);
    const [first, second] = publish(row, [0, 1]) as [number, number];
    requests.release(row);
    requests.complete(first);
    requests.release(first);
    requests.settleRest();
    expect(request).toEqual(['accepted', 'inSystem']);
    expect(diaries.map((lines) => lines.at(-1))).toEqual(['completed', 'inSystem']);
    requests.release(second);
  });

  it('are conserved whatever happens to them', () => {
    const step = fc.record({
      what: fc.constantFrom('publish', 'again', 'complete', 'release', 'park'),
      which: fc.nat(20),
      to: fc.subarray([0, 1, 2]),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { requests, request, diaries, publish, create } = table(3);
        const sent: { row: number; to: Set<number> }[] = [];
        const held: { row: number; parked: boolean }[] = [];
        let matched = 0;
        const offer = (one: { row: number; to: Set<number> }, to: readonly number[]): void => {
          for (const row of publish(one.row, to)) held.push({ row, parked: false });
          for (const each of to) {
            if (!one.to.has(each)) matched++;
            one.to.add(each);
          }
        };
        for (const { what, which, to } of steps) {
          if (what === 'publish') {
            const one = { row: create(sent.length), to: new Set<number>() };
            sent.push(one);
            offer(one, to);
          } else if (what === 'again' && sent.length > 0)
            offer(sent[which % sent.length] as { row: number; to: Set<number> }, to);
          const one = held[which % Math.max(1, held.length)];
          if (one === undefined) continue;
          if (what === 'complete') requests.complete(one.row);
          else if (what === 'park' && !one.parked) {
            one.parked = true;
            requests.deadLetter(one.row, true);
          } else if (what === 'release') {
            if (one.parked) requests.unpark(one.row);
            requests.release(one.row);
            held.splice(held.indexOf(one), 1);
          }
        }
        for (const { row } of sent) requests.release(row);
        requests.settleRest();
        const ends = (lines: readonly string[]): number =>
          lines.filter((line) => /^(inSystem|lost|rejected|deadLettered)$/.test(line)).length;
        const completed = (lines: readonly string[]): number => lines.filter((line) => line === 'completed').length;
        const firsts = request.filter((line) => line.startsWith('completed ')).length;
        expect(ends(request) + completed(request)).toBe(sent.length);
        expect(completed(request)).toBe(firsts);
        // Each delivery is told completed once, and settled once.
        expect(diaries.reduce((sum, lines) => sum + ends(lines) + completed(lines), 0)).toBe(
          matched + diaries.reduce((sum, lines) => sum + completed(lines), 0) / 2,
        );
      }),
      { seed: 21, numRuns: 500 },
    );
  });
});
