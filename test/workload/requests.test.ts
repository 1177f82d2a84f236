import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ordinalOf, RequestTable, type TrafficLedger } from '../../src/workload/requests.ts';

/** Writes down what it is told, in words. */
class Diary implements TrafficLedger {
  readonly lines: string[] = [];
  #note(counted: boolean, text: string): void {
    this.lines.push(counted ? text : `(${text})`);
  }
  offered(counted: boolean, arrivedUs: number): void {
    this.#note(counted, `offered ${arrivedUs}`);
  }
  attempted(counted: boolean): void {
    this.#note(counted, 'attempted');
  }
  accepted(counted: boolean): void {
    this.#note(counted, 'accepted');
  }
  responded(counted: boolean, kind: string): void {
    this.#note(counted, kind);
  }
  completed(counted: boolean, _at: number, order: number, key: number, wanted: boolean, answered: boolean): void {
    this.#note(counted, `completed ${order} ${key}${wanted ? ' wanted' : ''}${answered ? ' answered' : ''}`);
  }
  completedAgain(counted: boolean): void {
    this.#note(counted, 'again');
  }
  wasted(counted: boolean, us: number): void {
    this.#note(counted, `wasted ${us}`);
  }
  settled(counted: boolean, fate: string): void {
    this.#note(counted, fate);
  }
}

function table(traffics = 1) {
  const diaries = Array.from({ length: traffics }, () => new Diary());
  let emptied = 0;
  const requests = new RequestTable(diaries, () => emptied++);
  return {
    requests,
    diary: diaries[0] as Diary,
    diaries,
    emptied: () => emptied,
    create: (order = 0) => requests.create(0, order, 5, 3, 100, false, true),
  };
}

describe('table of requests', () => {
  it('settles a request when its last hold is gone, and uses its row again', () => {
    const { requests, create, diary, emptied } = table();
    const row = create();
    requests.retain(row);
    requests.release(row);
    expect([requests.inSystem, emptied()]).toEqual([1, 0]);
    requests.release(row);
    expect([requests.inSystem, emptied()]).toEqual([0, 1]);
    expect(create(1)).toBe(row);
    expect(diary.lines).toEqual(['offered 5', 'rejected', 'offered 5']);
  });

  it.each([
    ['', 'rejected'],
    ['accept', 'lost'],
    ['accept expire', 'expired'],
    ['accept expire deadLetter', 'deadLettered'],
    ['accept expire deadLetter complete', 'completed'],
    ['complete', 'completed'],
    ['expire', 'expired'],
  ])('after "%s" the fate is %s', (steps, fate) => {
    const { requests, create, diary } = table();
    const row = create();
    for (const step of steps.split(' ')) {
      if (step === 'accept') requests.accept(row);
      if (step === 'expire') requests.expire(row);
      if (step === 'deadLetter') requests.deadLetter(row, false);
      if (step === 'complete') requests.complete(row);
    }
    requests.release(row);
    expect(diary.lines.at(-1)).toBe(fate);
  });

  it('tells whether the sender still waits when the work is done, and whether it was told ok', () => {
    const { requests, create, diary } = table();
    const [early, late, queued] = [create(0), create(1), create(2)];
    requests.complete(early);
    requests.respond(late, 'timedOut');
    requests.complete(late);
    requests.respond(queued, 'ok');
    requests.complete(queued);
    requests.complete(queued);
    expect(diary.lines.slice(3)).toEqual([
      'completed 0 3 wanted',
      'timedOut',
      'completed 1 3',
      'ok',
      'completed 2 3 answered',
      'again',
    ]);
  });

  it('counts an acceptance once, and marks what is not counted', () => {
    const { requests, diary } = table();
    const row = requests.create(0, 0, 5, -1, 1, true, false);
    requests.accept(row);
    requests.accept(row);
    requests.attempted(row);
    requests.wasted(row, 7);
    requests.release(row);
    expect(diary.lines).toEqual(['(offered 5)', '(accepted)', '(attempted)', '(wasted 7)', '(lost)']);
    expect(requests.isPoison(row)).toBe(true);
  });

  it('parks what only a dead-letter queue holds: it is not in the system any more', () => {
    const { requests, create, emptied, diary } = table();
    const row = create();
    requests.retain(row); // its message
    requests.accept(row);
    requests.deadLetter(row, true);
    expect([requests.inSystem, emptied()]).toEqual([1, 0]);
    requests.release(row); // its sender
    expect([requests.inSystem, emptied()]).toEqual([0, 1]);
    requests.settleRest();
    expect(diary.lines.at(-1)).toBe('deadLettered');
  });

  it('takes a parked request back into the system when somebody holds it again', () => {
    const { requests, create, emptied } = table();
    const row = create();
    requests.deadLetter(row, true);
    expect([requests.inSystem, emptied()]).toEqual([0, 1]);
    requests.retain(row);
    expect(requests.inSystem).toBe(1);
    requests.release(row);
    expect([requests.inSystem, emptied()]).toEqual([0, 2]);
    requests.unpark(row);
    requests.release(row);
    expect([requests.inSystem, emptied()]).toEqual([0, 3]);
  });

  it('keeps its count where a message was sent to a dead-letter queue and not moved there', () => {
    const { requests, create, emptied } = table();
    const row = create();
    requests.retain(row);
    // The one that was sent there goes; the other one is moved there, and nobody reads it.
    requests.unpark(row);
    requests.release(row);
    requests.deadLetter(row, true);
    expect([requests.inSystem, emptied()]).toEqual([0, 1]);
  });

  it('settles the rest at the end of the run: in the system, completed, or parked', () => {
    const { requests, create, diary } = table();
    const [waiting, done, gone, parked] = [create(0), create(1), create(2), create(3)];
    requests.accept(waiting);
    requests.complete(done);
    requests.release(gone);
    requests.deadLetter(parked, true);
    const before = diary.lines.length;
    requests.settleRest();
    expect(diary.lines.slice(before)).toEqual(['inSystem', 'completed', 'deadLettered']);
  });

  it('has an ordinal of its own for every request of every traffic, never below 0', () => {
    const { requests } = table(40);
    const ordinals = [0, 1, 7, 8, 9, 31, 39].flatMap((traffic) =>
      [0, 1, 1_000_000].map((order) => requests.ordinal(requests.create(traffic, order, 0, -1, 1, false, true))),
    );
    expect(new Set(ordinals).size).toBe(ordinals.length);
    expect(ordinals.every((ordinal) => ordinal >= 0 && Number.isSafeInteger(ordinal))).toBe(true);
    expect(ordinals[3]).toBe(ordinalOf(1, 0));
  });

  it('counts who is in the system and settles each once, whatever holds, parks and completes it', () => {
    const anyStep = fc.record({
      what: fc.constantFrom('create', 'retain', 'release', 'deadLetter', 'complete'),
      which: fc.nat(9),
    });
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
        const { requests, create, diary, emptied } = table();
        const live: { row: number; holds: number; parked: number }[] = [];
        let [created, empties, inSystem] = [0, 0, 0];
        const count = (): number => live.filter(({ holds, parked }) => parked < holds).length;
        for (const { what, which } of steps) {
          if (what === 'create') live.push({ row: create(created++), holds: 1, parked: 0 });
          const one = live[which % Math.max(1, live.length)];
          if (one === undefined) continue;
          if (what === 'retain') {
            one.holds++;
            requests.retain(one.row);
          } else if (what === 'complete') requests.complete(one.row);
          else if (what === 'deadLetter' && one.parked < one.holds) {
            one.parked++;
            requests.deadLetter(one.row, true);
          } else if (what === 'release') {
            if (one.parked > 0 && one.parked === one.holds) {
              one.parked--;
              requests.unpark(one.row);
            }
            one.holds--;
            requests.release(one.row);
            if (one.holds === 0) live.splice(live.indexOf(one), 1);
          }
          const now = count();
          if (now === 0 && inSystem > 0) empties++;
          inSystem = now;
          expect(requests.inSystem).toBe(now);
        }
        expect(emptied()).toBeGreaterThanOrEqual(empties);
        requests.settleRest();
        const fates = diary.lines.filter((line) => /^(completed|deadLettered|rejected|inSystem)$/.test(line));
        expect(fates.length).toBe(created);
      }),
      { seed: 8, numRuns: 400 },
    );
  });
});
