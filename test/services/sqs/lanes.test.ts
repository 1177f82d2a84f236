import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Simulation } from '../../../src/kernel/index.ts';
import type { Receiver } from '../../../src/services/sqs/operations.ts';
import { ReceiveRecords } from '../../../src/services/sqs/receive-records.ts';
import { TimeoutLanes } from '../../../src/services/sqs/timeout-lanes.ts';
import { VisibilityLanes } from '../../../src/services/sqs/visibility-lanes.ts';
import { WaitingPolls } from '../../../src/services/sqs/waiting-polls.ts';
import { FreshPlay } from './fresh-play.ts';

const small = fc.nat({ max: 11 });

type Step = readonly [
  keyof FreshPlay & ('append' | 'takeHead' | 'takeAfter' | 'bury' | 'setBack' | 'putBack' | 'giveUp' | 'walk'),
  number,
];
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Step>(['append', 0]) },
  { weight: 2, arbitrary: fc.constant<Step>(['takeHead', 0]) },
  { weight: 2, arbitrary: small.map((n): Step => ['takeAfter', n]) },
  { weight: 3, arbitrary: small.map((n): Step => ['bury', n]) },
  { weight: 2, arbitrary: small.map((n): Step => ['setBack', n]) },
  fc.constant<Step>(['putBack', 0]),
  fc.constant<Step>(['giveUp', 0]),
  fc.constant<Step>(['walk', 0]),
);

describe('the lane of what nobody has received', () => {
  it('is in the order of a plain list, whatever is taken out of it, expires in it, is overtaken or goes back', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const play = new FreshPlay();
        for (const [name, n] of steps) {
          play[name](n);
          play.checkHead();
        }
        play.append();
        play.walk();
      }),
      { seed: 7, numRuns: 1000 },
    );
  });
});

describe('visibility timeouts', () => {
  /** Armed at an instant for so long, and perhaps called off at another one. */
  const timeout = fc.record({
    at: fc.integer({ min: 0, max: 300 }),
    us: fc.integer({ min: 1, max: 200 }),
    disarmed: fc.option(fc.integer({ min: 1, max: 200 }), { nil: Number.POSITIVE_INFINITY, freq: 3 }),
  });

  /** What falls due, as `instant record`; `before` is told of each instant. */
  function played(timeouts: readonly { at: number; us: number; disarmed: number }[], before = (): void => {}) {
    const sim = new Simulation({ seed: 1 });
    const records = new ReceiveRecords();
    const due: string[] = [];
    const lanes = new VisibilityLanes(sim, records, (record) => due.push(`${sim.now} ${record}`), before);
    for (const [i, { at, us, disarmed }] of timeouts.entries()) {
      const record = records.take(i);
      sim.schedule(at, () => lanes.arm(record, us), 0, 0);
      if (disarmed < us) sim.schedule(at + disarmed, () => lanes.disarm(record), 0, 0);
    }
    sim.run();
    return { due, lanes };
  }

  it('fall due each at its instant, once, unless called off: of few lengths and of more than there are lanes', () => {
    fc.assert(
      fc.property(
        fc.array(timeout, { maxLength: 40 }),
        fc.constantFrom(1, 50),
        fc.constantFrom(1, 8),
        (drawn, by, copies) => {
          const timeouts = Array.from({ length: copies }, () => drawn)
            .flat()
            .map((one, i) => ({ ...one, us: Math.ceil((one.us + i) / by) }));
          const expected = timeouts.flatMap(({ at, us, disarmed }, i) => (disarmed < us ? [] : `${at + us} ${i}`));
          expect(played(timeouts).due.toSorted()).toEqual(expected.toSorted());
        },
      ),
      { seed: 5, numRuns: 150 },
    );
  });

  it('of one length fall due in the order in which they began', () => {
    const timeouts = [3, 1, 2, 2].map((at) => ({ at, us: 10, disarmed: Number.POSITIVE_INFINITY }));
    expect(played(timeouts).due).toEqual(['11 1', '12 2', '12 3', '13 0']);
  });

  it('can be called off at the instant itself, in a lane and alone', () => {
    for (const lengths of [1, 100]) {
      const sim = new Simulation({ seed: 1 });
      const records = new ReceiveRecords();
      const due: number[] = [];
      const all = Array.from({ length: lengths + 1 }, (_, i) => records.take(i));
      const last = all[lengths] as number;
      let isArmed = true;
      const callOff = (): void => {
        if (sim.now < 1000 || !isArmed) return;
        isArmed = false;
        lanes.disarm(last);
      };
      const lanes = new VisibilityLanes(sim, records, (record) => due.push(record), callOff);
      for (const record of all) lanes.arm(record, record === last ? 1000 : 1 + record);
      sim.run();
      expect(due).toEqual(all.slice(0, lengths));
    }
  });
});

describe('timeouts of many lengths', () => {
  it('fall due each at its instant, where there are more lengths than lanes are kept; not when their thing is gone', () => {
    const sim = new Simulation({ seed: 1 });
    const due: string[] = [];
    const lanes = new TimeoutLanes(
      sim,
      (tag, generation) => due.push(`${sim.now} ${tag} ${generation}`),
      (tag, generation) => (tag + generation) % 3 !== 0,
      0,
    );
    const expected: string[] = [];
    for (const beginsUs of [0, 1_000_000]) {
      sim.run({ until: beginsUs });
      for (let tag = 0; tag < 3000; tag++) {
        const us = 1 + ((tag * 7) % 2000) + beginsUs / 1000;
        lanes.arm(us, tag, beginsUs);
        if ((tag + beginsUs) % 3 !== 0) expected.push(`${beginsUs + us} ${tag} ${beginsUs}`);
      }
    }
    sim.run();
    expect(due.toSorted()).toEqual(expected.toSorted());
  });
});

describe('long polls that wait', () => {
  type Act = readonly ['add' | 'remove' | 'ask', number];
  const act: fc.Arbitrary<Act> = fc.tuple(fc.constantFrom('add', 'add', 'remove', 'ask'), small);

  it('are in the order in which they came; the ticket of one that has gone leads nowhere, whoever took its place', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const polls = new WaitingPolls();
        const waiting: { place: number; ticket: number; generation: number; receiver: Receiver; n: number }[] = [];
        const gone: { place: number; ticket: number; generation: number }[] = [];
        const tickets = new Set<number>();
        for (const [n, [what, which]] of acts.entries()) {
          if (what === 'add') {
            const receiver: Receiver = { onReceiveMessage: () => {} };
            const place = polls.add(receiver, n, n + 1, n + 2);
            waiting.push({ place, ticket: polls.ticket(place), generation: polls.generation(place), receiver, n });
            tickets.add(polls.ticket(place));
          } else if (what === 'remove' && waiting.length > 0) {
            const [one] = waiting.splice(which % waiting.length, 1);
            if (one === undefined) continue;
            expect(polls.remove(one.place)).toBe(one.receiver);
            gone.push(one);
          }
          expect([polls.count, polls.first]).toEqual([waiting.length, waiting[0]?.place ?? -1]);
          for (const { place, ticket, generation, n: of } of waiting) {
            expect(polls.placeOf(ticket)).toBe(place);
            expect(polls.waits(place, generation)).toBe(true);
            expect([polls.tag(place), polls.max(place), polls.visibilityUs(place)]).toEqual([of, of + 1, of + 2]);
          }
          for (const { place, ticket, generation } of gone) {
            expect(polls.placeOf(ticket)).toBe(-1);
            expect(polls.waits(place, generation)).toBe(false);
          }
        }
        expect(tickets.size).toBe(waiting.length + gone.length);
        for (const { place } of waiting) {
          expect(polls.first).toBe(place);
          polls.remove(place);
        }
        expect(polls.count).toBe(0);
      }),
      { seed: 9, numRuns: 200 },
    );
  });

  it('have no ticket among numbers that were never given', () => {
    const polls = new WaitingPolls();
    polls.add({ onReceiveMessage: () => {} }, 0, 1, 0);
    for (const ticket of [Number.NaN, -1, 0, 1, 1_048_575, 5 * 1_048_576, 1_048_577])
      expect(polls.placeOf(ticket)).toBe(-1);
  });
});
