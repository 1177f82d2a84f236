import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MetricsRecorder } from '../../../src/history/index.ts';
import { Simulation } from '../../../src/kernel/index.ts';
import { type Balance, Service } from '../../../src/services/compute/index.ts';
import { CountedRequests } from '../../calls/stage.ts';
import { ALL, constant, Stage, settings } from './stage.ts';

const scaled = (stage: Stage, at: number, replicas: number): Stage =>
  stage.then(at, () => stage.service.setReplicas(replicas));

describe('replicas that come', () => {
  it('take calls at once', () => {
    // With one replica they would end at 20 and 30.
    const stage = scaled(new Stage(), 5, 2).at(0, 5, 5);
    expect(stage.run()).toEqual(['10 0 ok', '15 2 ok', '20 1 ok']);
  });

  it('do not take over those who wait elsewhere', () => {
    expect(scaled(new Stage(), 5, 2).at(0, 1).run()).toEqual(['10 0 ok', '20 1 ok']);
  });

  it('are struck by a fault that began before they were there, as long as it lasts', () => {
    const stage = new Stage({ balance: 'leastConnections' });
    let end = (): void => {};
    stage.then(1, () => {
      end = stage.service.takeDown({ ...ALL, replica: 1 });
    });
    scaled(stage, 2, 2)
      .then(50, () => end())
      .at(3, 4, 50, 51);
    // The first two share the one replica that is up; the last two have one each.
    expect(stage.run()).toEqual(['13 0 ok', '23 1 ok', '60 2 ok', '61 3 ok']);
  });

  it('have their part in a share that a fault takes, and are slow where the others are', () => {
    // Half of one server is rounded to one, half of two is one, half of three two: replicas 0 and 2 have none.
    const stage = new Stage({ balance: 'random' });
    stage.then(1, () => {
      stage.service.takeDown({ ...ALL, share: 0.5 });
    });
    scaled(stage, 2, 3).at(...Array.from({ length: 300 }, (_, i) => 10 + 20 * i));
    stage.run();
    const unavailable = stage.diary.filter((line) => line.endsWith('unavailable')).length;
    expect(unavailable / 300).toBeGreaterThan(0.58);
    expect(unavailable / 300).toBeLessThan(0.75);
    const slow = new Stage();
    slow.then(1, () => {
      slow.service.impair({ ...ALL, zone: null, slow: 3, errors: null });
    });
    expect(scaled(slow, 2, 2).at(3, 3).run()).toEqual(['33 0 ok', '33 1 ok']);
  });

  it('are not struck by a fault that is over', () => {
    const stage = new Stage({ balance: 'leastConnections' });
    stage.then(1, () => {
      const end = stage.service.takeDown({ ...ALL, replica: 1 });
      stage.sim.schedule(3, end, undefined, 0);
    });
    expect(scaled(stage, 5, 2).at(6, 6).run()).toEqual(['16 0 ok', '16 1 ok']);
  });

  it('count for the utilisation from then on', () => {
    const stage = new Stage({ serviceTime: constant(100) }, 100).at(0);
    scaled(stage, 50, 2).run(100);
    expect(stage.metric('Utilisation').mean).toBeCloseTo(0.75, 9);
  });

  it('belong to the zones in turn', () => {
    const stage = new Stage({ zones: ['a', 'b'] });
    stage.then(1, () => {
      stage.service.takeDown({ ...ALL, zone: 'b' });
    });
    expect(scaled(stage, 2, 4).at(3, 3, 3, 3).run()).toEqual([
      '3 1 unavailable',
      '3 3 unavailable',
      '13 0 ok',
      '13 2 ok',
    ]);
  });
});

describe('replicas that go', () => {
  it('take no more calls, but finish what they hold and what waits in their line', () => {
    const stage = new Stage({ replicas: 2 }).at(0, 0, 0, 0, 6, 7);
    scaled(stage, 5, 1);
    expect(stage.run()).toEqual(['10 0 ok', '10 1 ok', '20 2 ok', '20 3 ok', '30 4 ok', '40 5 ok']);
  });

  it('have no turn any more', () => {
    // Two calls: the next turn would be that of the third replica.
    const stage = new Stage({ replicas: 3 }).at(0, 0, 11, 11, 11);
    expect(scaled(stage, 10, 2).run()).toEqual(['10 0 ok', '10 1 ok', '21 2 ok', '21 3 ok', '31 4 ok']);
  });

  it('get back what a share took of them', () => {
    const stage = new Stage({ replicas: 3 });
    stage.then(1, () => {
      const end = stage.service.takeDown({ ...ALL, share: 0.5 });
      stage.sim.schedule(3, end, undefined, 0);
    });
    expect(stage.at(5, 5, 5).run()).toEqual(['15 0 ok', '15 1 ok', '15 2 ok']);
  });

  it('are gone when they are empty, and the servers that are there count for the utilisation', () => {
    const stage = new Stage({ replicas: 2 }, 100).at(0, 0, 0, 0);
    scaled(stage, 5, 1).run(100);
    // Two replicas until 20, one until 100; both are busy until 20.
    expect(stage.metric('ReplicasRunning').mean).toBeCloseTo((2 * 20 + 80) / 100, 9);
    expect(stage.metric('Utilisation').mean).toBeCloseTo(0.2, 9);
    const idle = new Stage({ replicas: 3 }, 100);
    scaled(idle, 50, 1).run(100);
    expect(idle.metric('ReplicasRunning').mean).toBe(2);
  });

  it('are gone at once when a fault empties them', () => {
    const stage = new Stage({ replicas: 2 }, 100).at(0, 0);
    scaled(stage, 2, 1).then(4, () => {
      stage.service.takeDown({ ...ALL, replica: 1 });
    });
    expect(stage.run(100)).toEqual(['4 1 failed', '10 0 ok']);
    expect(stage.metric('ReplicasRunning').mean).toBeCloseTo((2 * 4 + 96) / 100, 9);
  });

  it('stay when they are wanted again, with what they hold', () => {
    const stage = new Stage({ replicas: 2 }, 100).at(0, 0, 5, 5);
    scaled(scaled(stage, 2, 1), 4, 2);
    expect(stage.run(100)).toEqual(['10 0 ok', '10 1 ok', '20 2 ok', '20 3 ok']);
    expect(stage.metric('ReplicasRunning').mean).toBe(2);
  });

  it('are told apart from a wrong number', () => {
    const { service } = new Stage();
    for (const wrong of [0, -1, 1.5, Number.NaN]) expect(() => service.setReplicas(wrong)).toThrow(RangeError);
  });
});

describe('what a scaler reads', () => {
  it('is the exact time of servers and replicas, and the calls, refused ones too', () => {
    const stage = new Stage({ replicas: 2, servers: 2, maxQueue: 0 });
    scaled(stage, 15, 3).at(0, 0, 0, 0, 0);
    const readings: unknown[] = [];
    for (const at of [8, 20])
      stage.then(at, () => {
        readings.push(stage.service.use());
      });
    stage.run(20);
    expect(readings).toEqual([
      { busyServerUs: 32, serverUs: 32, replicaUs: 16, calls: 5 },
      { busyServerUs: 40, serverUs: 2 * (30 + 15), replicaUs: 45, calls: 5 },
    ]);
  });

  it('is not kept where replicas are fixed', () => {
    const sim = new Simulation({ seed: 1 });
    const metrics = new MetricsRecorder(sim, { fromUs: 0, toUs: 100, resolutionUs: 100 });
    const service = new Service(sim, settings(), { requests: new CountedRequests(), metrics });
    expect(() => service.use()).toThrow('elastic');
    expect(metrics.finish(0).map(({ name }) => name)).not.toContain('ReplicasRunning');
  });
});

describe('whatever a scaler does', () => {
  it('every call is answered once, and only replicas that are wanted or busy are there', () => {
    fc.assert(
      fc.property(
        fc.record({
          servers: fc.integer({ min: 1, max: 2 }),
          balance: fc.constantFrom<Balance>('roundRobin', 'random', 'leastConnections'),
          discipline: fc.constantFrom('fifo' as const, 'lifo' as const, 'processor-sharing' as const),
        }),
        fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 30 }),
        fc.array(fc.record({ at: fc.integer({ min: 0, max: 120 }), replicas: fc.integer({ min: 1, max: 5 }) })),
        fc.option(fc.record({ at: fc.integer({ min: 0, max: 100 }), replica: fc.nat(4) })),
        (change, arrivals, scalings, fault) => {
          const stage = new Stage({ ...change, serviceTime: { kind: 'exponential', mean: 12 } }, 2000).at(...arrivals);
          let wanted = 1;
          for (const { at, replicas } of scalings) {
            stage.then(at, () => {
              stage.service.setReplicas(replicas);
              wanted = replicas;
            });
          }
          if (fault !== null) {
            stage.then(fault.at, () => {
              const end = stage.service.takeDown({ ...ALL, replica: fault.replica });
              stage.sim.schedule(30, end, undefined, 0);
            });
          }
          stage.sim.run({ until: 1000 });
          expect(stage.outcomes.size).toBe(arrivals.length);
          expect(stage.requests.held).toBe(0);
          const before = stage.service.use();
          stage.sim.run({ until: 2000 });
          const after = stage.service.use();
          // All is quiet: those that are wanted are there, and nobody works.
          expect(after.replicaUs - before.replicaUs).toBe(1000 * wanted);
          expect(after.busyServerUs).toBe(before.busyServerUs);
          expect(stage.metric('Utilisation').max ?? 0).toBeLessThanOrEqual(1);
        },
      ),
      { seed: 11, numRuns: 300 },
    );
  });
});
