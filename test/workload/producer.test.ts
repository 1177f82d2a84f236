import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Simulation } from '../../src/kernel/index.ts';
import { EndpointState } from '../../src/workload/endpoint.ts';
import { Producer } from '../../src/workload/producer.ts';
import { SqsTarget } from '../../src/workload/sqs-target.ts';
import { CountedRequests, Owner } from '../calls/stage.ts';
import { BROKEN, FakeQueue, latency, THROTTLED, TOO_LONG } from './fake-queue.ts';

function stage(batch: { size: number; lingerUs: number } | null = null, sendMs = 10) {
  const sim = new Simulation({ seed: 2 });
  const requests = new CountedRequests();
  const queue = new FakeQueue(sim);
  const state = new EndpointState();
  const options = { name: 'orders->queue', latency: latency(sendMs, 0, 0).send, batch };
  const producer = new Producer(sim, requests, new SqsTarget(requests, queue), state, options);
  const owner = new Owner(sim);
  const at = (ms: number, ...bodies: number[]): void => {
    for (const body of bodies) sim.scheduleAt(ms * 1000, () => producer.call(body, 0, owner, body), null);
  };
  /** Diary of the answers in milliseconds. */
  const told = (): string[] => owner.diary.map((line) => line.replace(/^\d+/, (us) => String(Number(us) / 1000)));
  return { sim, requests, queue, state, producer, owner, at, told };
}

describe('producer, one by one', () => {
  it('takes effect half-way through the round trip', () => {
    const { sim, queue, at, told, requests } = stage();
    at(0, 1);
    at(3, 2);
    sim.run();
    expect({ queue: queue.diary, told: told() }).toEqual({
      queue: ['5 send 1', '8 send 2'],
      told: ['10 ok', '13 ok'],
    });
    expect(requests.held).toBe(0);
  });

  it('tells throttling from other refusals and from errors of the service', () => {
    const { sim, queue, at, told } = stage();
    queue.sendErrors.push(THROTTLED, TOO_LONG, BROKEN);
    at(0, 1, 2, 3, 4);
    sim.run();
    expect(told()).toEqual(['10 throttled', '10 refused', '10 unavailable', '10 ok']);
  });

  it('without latency answers at once, and has no ticket then', () => {
    const { producer, owner } = stage(null, 0);
    let second = -2;
    owner.then = (tag) => {
      if (tag === 1) second = producer.call(2, 0, owner, 2);
    };
    expect(producer.call(1, 0, owner, 1)).toBe(-1);
    expect(second).toBe(-1);
  });

  it('loses a request before the queue has it, and a reply after', () => {
    for (const [state, sent] of [
      [{ loseRequests: 1 }, []],
      [{ loseReplies: 1 }, ['5 send 1']],
    ] as const) {
      const one = stage();
      Object.assign(one.state, state);
      const ticket = one.producer.call(1, 0, one.owner, 1);
      one.sim.run();
      expect({ queue: one.queue.diary, told: one.told(), held: one.requests.held }).toEqual({
        queue: sent,
        told: [],
        held: 1,
      });
      one.producer.abandon(ticket);
      expect(one.requests.held).toBe(0);
    }
  });

  it('sends all the same for a caller that has left, and tells of it as late', () => {
    const { sim, producer, owner, queue, requests } = stage();
    producer.abandon(producer.call(1, 0, owner, 1));
    sim.run();
    expect({ queue: queue.bodies, told: owner.diary, late: owner.late, held: requests.held }).toEqual({
      queue: [1],
      told: [],
      late: ['10000 late ok 1'],
      held: 0,
    });
  });

  it('is answered with an error while the queue is down', () => {
    const { sim, state, at, told, queue } = stage();
    state.down = true;
    at(0, 1);
    sim.run();
    expect({ told: told(), queue: queue.diary }).toEqual({ told: ['10 unavailable'], queue: [] });
  });
});

describe('producer, in batches', () => {
  it('sends when the batch is full, and else when the first has lingered', () => {
    const { sim, queue, at, told } = stage({ size: 3, lingerUs: 20_000 });
    at(0, 1);
    at(2, 2, 3);
    at(4, 4);
    at(50, 5);
    sim.run();
    expect(queue.diary).toEqual(['7 send 1,2,3', '29 send 4', '75 send 5']);
    expect(told()).toEqual(['12 ok', '12 ok', '12 ok', '34 ok', '80 ok']);
  });

  it('begins a new batch with what would make one larger than the service takes', () => {
    const { sim, queue, at, requests } = stage({ size: 10, lingerUs: 20_000 });
    requests.bytes = () => 400 * 1024;
    at(0, 1, 2, 3);
    sim.run();
    expect(queue.diary).toEqual(['5 send 1,2', '25 send 3']);
  });

  it('starts the wait anew with the first of each batch', () => {
    const { sim, queue, at } = stage({ size: 2, lingerUs: 20_000 });
    at(0, 1);
    at(10, 2, 3);
    sim.run();
    // 3 waits from 10 to 30: the wait of the first batch is over at 20 and must not send it.
    expect(queue.diary).toEqual(['15 send 1,2', '35 send 3']);
  });

  it('tells each entry its own outcome', () => {
    const { sim, queue, at, owner } = stage({ size: 3, lingerUs: 20_000 });
    queue.sendErrors.push(null, TOO_LONG, BROKEN);
    at(0, 1, 2, 3);
    sim.run();
    expect([...owner.answers]).toEqual([
      [1, 0],
      [2, 2],
      [3, 3],
    ]);
    expect(queue.bodies).toEqual([1]);
  });

  it('is lost as a whole, answered with errors as a whole', () => {
    const lost = stage({ size: 2, lingerUs: 20_000 });
    lost.state.loseReplies = 1;
    lost.at(0, 1, 2);
    lost.sim.run();
    expect({ queue: lost.queue.bodies, told: lost.told(), held: lost.requests.held }).toEqual({
      queue: [1, 2],
      told: [],
      held: 2,
    });
    const down = stage({ size: 2, lingerUs: 20_000 });
    down.state.errors = 1;
    down.at(0, 1, 2);
    down.sim.run();
    expect({ queue: down.queue.bodies, told: down.told() }).toEqual({
      queue: [],
      told: ['10 unavailable', '10 unavailable'],
    });
  });

  it('waits on average (size − 1) / (2 λ) to fill', () => {
    const sim = new Simulation({ seed: 4 });
    const queue = new FakeQueue(sim);
    const options = { name: 'p', latency: latency(0, 0, 0).send, batch: { size: 10, lingerUs: 60_000_000 } };
    const requests = new CountedRequests();
    const target = new SqsTarget(requests, queue);
    const producer = new Producer(sim, requests, target, new EndpointState(), options);
    const owner = new Owner(sim);
    const arrivals = sim.stream('arrivals');
    const sentAt: number[] = [];
    let [instant, waits] = [0, 0];
    owner.then = (tag) => {
      waits += sim.now - (sentAt[tag] as number);
    };
    const n = 20_000;
    for (let i = 0; i < n; i++) {
      instant -= Math.log(arrivals.uniform()) * 10_000;
      sentAt.push(Math.round(instant));
      sim.scheduleAt(sentAt[i] as number, () => producer.call(i, 0, owner, i), null);
    }
    sim.run();
    // λ = 100 a second: 45 ms; the standard error of the mean over 2,000 batches is about 0.4 ms.
    expect(waits / n / 1000).toBeGreaterThan(43.5);
    expect(waits / n / 1000).toBeLessThan(46.5);
  });
});

describe('producer', () => {
  it('answers every send exactly once unless it is lost or abandoned, and gives back all it held', () => {
    const anySend = fc.record({
      at: fc.integer({ min: 0, max: 60 }),
      leaveAfter: fc.option(fc.integer({ min: 0, max: 30 })),
    });
    fc.assert(
      fc.property(
        fc.array(anySend, { minLength: 1, maxLength: 25 }),
        fc.option(fc.record({ size: fc.integer({ min: 2, max: 10 }), lingerUs: fc.integer({ min: 0, max: 20_000 }) })),
        fc.constantFrom(0, 10),
        fc.record({
          loseRequests: fc.constantFrom(0, 0.3),
          loseReplies: fc.constantFrom(0, 0.3),
          errors: fc.constantFrom(0, 0.3),
        }),
        (sends, batch, sendMs, trouble) => {
          const { sim, producer, owner, requests, state, queue } = stage(batch, sendMs);
          Object.assign(state, trouble);
          const tickets = new Map<number, number>();
          const gone = new Set<number>();
          owner.then = (tag) => tickets.delete(tag);
          sends.forEach(({ at, leaveAfter }, i) => {
            sim.scheduleAt(
              at * 1000,
              () => {
                const ticket = producer.call(i, 0, owner, i);
                if (ticket >= 0) tickets.set(i, ticket);
              },
              null,
            );
            if (leaveAfter === null) return;
            sim.scheduleAt(
              (at + leaveAfter) * 1000,
              () => {
                const ticket = tickets.get(i);
                if (ticket === undefined) return;
                tickets.delete(i);
                gone.add(i);
                producer.abandon(ticket);
              },
              null,
            );
          });
          sim.run();
          const lossy = trouble.loseRequests > 0 || trouble.loseReplies > 0;
          if (!lossy) expect(tickets.size).toBe(0);
          expect(owner.answers.size + gone.size + tickets.size).toBe(sends.length);
          for (const ticket of tickets.values()) producer.abandon(ticket);
          expect(requests.held).toBe(0);
          expect(new Set(queue.bodies).size).toBe(queue.bodies.length);
        },
      ),
      { seed: 12, numRuns: 500 },
    );
  });
});
