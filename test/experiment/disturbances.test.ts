import { describe, expect, test } from 'vitest';
import { LinkState } from '../../src/calls/index.ts';
import { disturbancesOf } from '../../src/experiment/disturbances.ts';
import { Links } from '../../src/experiment/links.ts';
import { resolve } from '../support/street.ts';

const base = (traffic: string, faults = ''): string => `seed: 1
horizon: 100s
traffic: { orders: ${traffic} }
designs:
  sync:
    traffic: { orders: api }
    resources:
      db: { type: service, servers: 8, replicas: 2, zones: [a, b], serviceTime: 1ms }
      api: { type: service, servers: 1, serviceTime: 1ms, calls: [ { to: db } ] }
  queued:
    traffic: { orders: q }
    resources:
      q: { type: sqs }
      db: { type: service, servers: 8, replicas: 2, zones: [a, b], serviceTime: 1ms }
      w: { type: consumer, source: q, handler: { calls: [ { to: db } ] } }
faults: [${faults}]
`;
const of = (traffic: string, faults = '') => disturbancesOf(resolve(base(traffic, faults)));
const spikes = (changes: string, rate = '200/s'): string[] =>
  of(`{ rate: ${rate}, changes: [ ${changes} ] }`).map(({ label, fromUs, toUs }) => `${label}: ${fromUs} to ${toUs}`);
const labels = (fault: string): string[] =>
  of('{ rate: 1/s }', `{ at: 1s, for: 1s, ${fault} }`).map(({ label }) => label);

describe('spikes', () => {
  test('are steps up that end, and ramps up that return, with thousands told apart', () => {
    expect(spikes('{ at: 5s, for: 2s, rate: 2000/s }')).toEqual(['orders at 2,000/s: 5000000 to 7000000']);
    expect(spikes('{ at: 5s, for: 2s, ramp: 123456.5/s, back: true }')).toEqual([
      'orders at 123,456.5/s: 5000000 to 7000000',
    ]);
    expect(spikes('{ at: 5s, for: 2s, rate: 999/s }')).toEqual(['orders at 999/s: 5000000 to 7000000']);
  });

  test('are neither steps down nor a load that stays', () => {
    expect(
      spikes('{ at: 5s, for: 2s, rate: 100/s }, { at: 20s, rate: 400/s }, { at: 30s, for: 2s, ramp: 900/s }'),
    ).toEqual([]);
    // 300/s is nothing unusual on a day that goes up to 400/s.
    expect(spikes('{ at: 5s, for: 2s, rate: 300/s }', '{ daily: { low: 50/s, high: 400/s, peak: 14h } }')).toEqual([]);
  });
});

describe('faults', () => {
  test('say what they strike, and how', () => {
    expect(labels('resource: db, slow: 5x')).toEqual(['db 5x slower']);
    expect(labels('resource: db, share: 25%, errors: 0.5%')).toEqual(['25 % of db 0.5 % errors']);
    expect(labels("resource: 'db[1]', down: true")).toEqual(['db[1] down']);
    expect(labels('resource: db, zone: a, down: true')).toEqual(['db in zone a down']);
    expect(labels('resource: w, crash: 50%')).toEqual(['w 50 % crash']);
    expect(labels('resource: q, duplicate: 5%')).toEqual(['q 5 % duplicates']);
    expect(labels('resource: q, unreachable: 30%')).toEqual(['q 30 % unreachable']);
    expect(labels('link: [w, q], lose: { requests: 1%, replies: 2% }')).toEqual([
      'w to q 1 % of requests lost, 2 % of replies lost',
    ]);
  });

  test('end when they are over; a crash at once, unless it says how long', () => {
    const ends = (fault: string) => of('{ rate: 1/s }', `{ at: 10s, ${fault} }`).map(({ toUs }) => toUs);
    expect(ends('for: 5s, resource: db, slow: 2x')).toEqual([15_000_000]);
    expect(ends('resource: db, slow: 2x')).toEqual([null]);
    expect(ends('resource: w, crash: 50%')).toEqual([10_000_000]);
    expect(ends('for: 5s, resource: w, crash: 50%')).toEqual([15_000_000]);
  });

  test('strike the designs that have their target, or the one that they are meant for', () => {
    const designs = (fault: string) =>
      of('{ rate: 1/s }', `{ at: 10s, for: 1s, ${fault} }`).map((it) => it.designs.join());
    expect(designs('resource: db, slow: 2x')).toEqual(['sync,queued']);
    expect(designs('resource: w, crash: 50%')).toEqual(['queued']);
    expect(designs('resource: db, slow: 2x, design: sync')).toEqual(['sync']);
    expect(designs('link: [w, q], lose: { replies: 2% }')).toEqual(['queued']);
    expect(designs('link: [orders, api], lose: { replies: 2% }')).toEqual(['sync']);
  });
});

test('disturbances stand in the order of their beginnings', () => {
  const all = of(
    '{ rate: 1/s, changes: [ { at: 20s, for: 1s, rate: 5/s } ] }',
    '{ at: 30s, for: 1s, resource: db, slow: 2x }, { at: 10s, for: 1s, resource: db, down: true }',
  );
  expect(all.map(({ fromUs }) => fromUs / 1e6)).toEqual([10, 20, 30]);
});

describe('losses on links', () => {
  const loss = (more: Partial<Parameters<Links['strike']>[0]>) => ({
    from: null,
    to: 'q',
    requests: 0,
    replies: 0,
    errors: 0,
    down: false,
    ...more,
  });

  test('that overlap are independent: what gets through one may be lost to the next', () => {
    const links = new Links([]);
    const mine = links.link('w', 'q');
    const others = links.link('v', 'q');
    const first = links.strike(loss({ requests: 0.5, replies: 0.2 }));
    const second = links.strike(loss({ from: 'w', requests: 0.5 }));
    expect([mine.loseRequests, mine.loseReplies]).toEqual([0.75, expect.closeTo(0.2, 12)]);
    expect([others.loseRequests, others.loseReplies]).toEqual([0.5, expect.closeTo(0.2, 12)]);
    first();
    expect([mine.loseRequests, others.loseRequests]).toEqual([0.5, 0]);
    second();
    expect([mine.loseRequests, mine.loseReplies, others.loseReplies]).toEqual([0, 0, 0]);
  });

  test('know their direction and their target', () => {
    const links = new Links([]);
    const wires: LinkState[] = [links.link('w', 'q'), links.link('q', 'w'), links.link('w', 'x')];
    links.strike(loss({ from: 'w', requests: 1 }));
    expect(wires.map(({ loseRequests }) => loseRequests)).toEqual([1, 0, 0]);
  });

  test('make an endpoint fail or lie down as long as one of its faults lasts', () => {
    const links = new Links([]);
    const endpoint = links.endpoint('w', 'q');
    const outages = [links.strike(loss({ down: true, errors: 0.5 })), links.strike(loss({ down: true, errors: 0.5 }))];
    expect([endpoint.down, endpoint.errors]).toEqual([true, 0.75]);
    outages[0]?.();
    expect([endpoint.down, endpoint.errors]).toEqual([true, 0.5]);
    outages[1]?.();
    expect([endpoint.down, endpoint.errors]).toEqual([false, 0]);
  });

  test('need a link only where the script ever disturbs it', () => {
    const scenario = resolve(
      base(
        '{ rate: 1/s }',
        '{ at: 1s, for: 1s, link: [w, db], lose: { replies: 2% } }, { at: 1s, for: 1s, resource: api, unreachable: 1% }, { at: 1s, resource: db, slow: 2x }',
      ),
    );
    const links = new Links(scenario.faults);
    expect([links.disturbed('w', 'db'), links.disturbed('api', 'db'), links.disturbed('orders', 'api')]).toEqual([
      true,
      false,
      true,
    ]);
  });
});
