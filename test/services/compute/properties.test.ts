import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Balance, Discipline } from '../../../src/services/compute/index.ts';
import { Outcome } from '../../../src/services/ports.ts';
import { type Behaviour, ScriptedCallee } from '../../calls/stage.ts';
import { callTo, Stage } from './stage.ts';

const instant = fc.integer({ min: 0, max: 120 });
const anyService = fc.record({
  servers: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 6 }),
  serviceTime: fc.oneof(
    fc.integer({ min: 0, max: 20 }).map((value) => ({ kind: 'constant' as const, value })),
    fc.constant({ kind: 'exponential' as const, mean: 12 }),
  ),
  maxQueue: fc.option(fc.integer({ min: 0, max: 3 })),
  discipline: fc.constantFrom<Discipline>('fifo', 'lifo', 'processor-sharing'),
  connections: fc.option(fc.integer({ min: 1, max: 5 })),
  replicas: fc.integer({ min: 1, max: 3 }),
  balance: fc.constantFrom<Balance>('roundRobin', 'random', 'leastConnections'),
  zones: fc.constantFrom<string[]>([], ['a', 'b']),
  failureRate: fc.constantFrom(0, 0.3),
  shedAfterUs: fc.option(fc.integer({ min: 0, max: 20 })),
  blocking: fc.boolean(),
});
const anyLeaving = fc.record({ at: instant, request: fc.nat(20), stop: fc.boolean() });
const anyFault = fc.record({
  at: instant,
  lasts: fc.integer({ min: 0, max: 40 }),
  replica: fc.option(fc.nat(2)),
  zone: fc.option(fc.constantFrom('a', 'b')),
  share: fc.option(fc.constantFrom(0.3, 0.5, 0.9)),
  kind: fc.constantFrom('down', 'slow', 'errors'),
});
const anyBehaviour: fc.Arbitrary<Behaviour> = fc.record({
  outcome: fc.constantFrom(Outcome.ok, Outcome.ok, Outcome.failed),
  afterUs: fc.oneof(fc.constant(-1), fc.integer({ min: 0, max: 30 })),
});

describe('a service', () => {
  it('answers, or serves for nobody, or stops every job exactly once, and gives back all it held', () => {
    fc.assert(
      fc.property(
        anyService,
        fc.array(instant, { minLength: 1, maxLength: 20 }),
        fc.array(anyLeaving, { maxLength: 8 }),
        fc.array(anyFault, { maxLength: 3 }),
        fc.option(fc.array(anyBehaviour, { minLength: 1, maxLength: 6 })),
        (service, arrivals, leavings, faults, behind) => {
          const calls = behind === null ? [] : [callTo('x'), callTo('y', { probability: 0.5 })];
          const stage = new Stage({ ...service, calls }, 1000);
          const callees = calls.map(() => new ScriptedCallee(stage.sim, stage.requests, behind ?? 'ok'));
          stage.connect(callees);
          stage.at(...arrivals);
          const stopped = new Set<number>();
          const left = new Set<number>();
          for (const { at, request, stop } of leavings) {
            stage.then(at, () => {
              const ticket = stage.tickets.get(request);
              if (ticket === undefined) return;
              stage.tickets.delete(request);
              (stop ? stopped : left).add(request);
              stage.service.abandon(ticket, stop);
            });
          }
          for (const { at, lasts, kind, ...part } of faults) {
            stage.then(at, () => {
              const end =
                kind === 'down'
                  ? stage.service.takeDown(part)
                  : stage.service.impair({
                      ...part,
                      slow: kind === 'slow' ? 3 : null,
                      errors: kind === 'errors' ? 0.5 : null,
                    });
              stage.sim.schedule(lasts, end, undefined, 0);
            });
          }
          // Servers and places are never exceeded.
          const most = service.servers === null ? Number.POSITIVE_INFINITY : service.servers * service.replicas;
          stage.sim.run({ until: 1000 });
          expect(stage.metric('BusyServers').max ?? 0).toBeLessThanOrEqual(most);
          expect(stage.metric('InSystem').min).toBe(0);
          expect(stage.metric('QueueLength').min).toBe(0);
          if (service.maxQueue !== null && service.discipline !== 'processor-sharing') {
            expect(stage.metric('QueueLength').max ?? 0).toBeLessThanOrEqual(service.maxQueue * service.replicas);
          }
          if (service.connections !== null) {
            expect(stage.metric('InSystem').max ?? 0).toBeLessThanOrEqual(service.connections * service.replicas);
          }
          // Taken = answered + stopped + ended for nobody; nothing is in the system at the end.
          expect(stage.outcomes.size + stopped.size + stage.late.length).toBe(arrivals.length);
          expect(stage.late.length).toBe(left.size);
          expect(stage.tickets.size).toBe(0);
          expect(stage.requests.held).toBe(0);
          expect(callees.reduce((sum, callee) => sum + callee.inProgress, 0)).toBe(0);
        },
      ),
      { seed: 3, numRuns: 800 },
    );
  });

  it('with one server and a line in order answers in the order of arrival', () => {
    fc.assert(
      fc.property(fc.array(instant, { minLength: 2, maxLength: 30 }), fc.integer(), (arrivals, seed) => {
        const stage = new Stage({ serviceTime: { kind: 'exponential', mean: 10 } }, 1e12, seed);
        const sorted = arrivals.sort((a, b) => a - b);
        stage.at(...sorted).run();
        expect([...stage.outcomes.keys()]).toEqual(sorted.map((_, i) => i));
      }),
      { seed: 4, numRuns: 100 },
    );
  });

  it('gives a request the same service time whoever comes before it, and an attempt of its own another', () => {
    const time = (before: number, path: number): number => {
      const stage = new Stage({ servers: null, serviceTime: { kind: 'exponential', mean: 1e6 } });
      for (let i = 0; i < before; i++) stage.callNow(100 + i);
      stage.service.call(5, path, stage, 5);
      stage.run();
      return stage.answeredAt.get(5) as number;
    };
    expect(time(10, 0)).toBe(time(0, 0));
    expect(time(0, 1)).not.toBe(time(0, 0));
  });
});
