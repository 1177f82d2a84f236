import { describe, expect, it } from 'vitest';
import { ScriptedCallee } from '../../calls/stage.ts';
import { ALL, callTo, Stage } from './stage.ts';

describe('line and servers', () => {
  it('serves first come first served, and the last come first where it is told so', () => {
    expect(new Stage().at(0, 1, 2, 3).run()).toEqual(['10 0 ok', '20 1 ok', '30 2 ok', '40 3 ok']);
    expect(new Stage({ discipline: 'lifo' }).at(0, 1, 2, 3).run()).toEqual([
      '10 0 ok',
      '20 3 ok',
      '30 2 ok',
      '40 1 ok',
    ]);
  });

  it('serves as many at once as it has servers', () => {
    expect(new Stage({ servers: 2 }).at(0, 0, 0).run()).toEqual(['10 0 ok', '10 1 ok', '20 2 ok']);
    expect(new Stage({ servers: null }).at(0, 0, 0).run()).toEqual(['10 0 ok', '10 1 ok', '10 2 ok']);
  });

  it('counts those who wait, not those in service, against maxQueue', () => {
    expect(new Stage({ maxQueue: 1 }).at(0, 0, 0).run()).toEqual(['0 2 refused', '10 0 ok', '20 1 ok']);
    expect(new Stage({ maxQueue: 0 }).at(0, 0, 10).run()).toEqual(['0 1 refused', '10 0 ok', '20 2 ok']);
  });

  it('ends a service before who arrives at the same instant: the place is free', () => {
    // Both arrivals were scheduled long before the end of the service was.
    expect(new Stage({ maxQueue: 0 }).at(0, 10).run()).toEqual(['10 0 ok', '20 1 ok']);
    expect(new Stage({ maxQueue: 0, discipline: 'processor-sharing' }).at(0, 10).run()).toEqual(['10 0 ok', '20 1 ok']);
  });

  it('refuses one call more than it has connections, whether they wait or call others', () => {
    const stage = new Stage({ servers: 5, connections: 2, calls: [callTo('x')], blocking: false });
    stage.connect([new ScriptedCallee(stage.sim, stage.requests, 'ok@100')]);
    expect(stage.at(0, 0, 50, 120).run()).toEqual(['50 2 refused', '110 0 ok', '110 1 ok', '230 3 ok']);
  });

  it('gives a server to the next in line before the answer leaves: who retries at once waits behind', () => {
    const stage = new Stage({ maxQueue: 1 });
    const original = stage.onReply.bind(stage);
    stage.onReply = (tag, outcome) => {
      original(tag, outcome);
      if (tag === 0) stage.callNow(9);
    };
    expect(stage.at(0, 1).run()).toEqual(['10 0 ok', '20 1 ok', '30 9 ok']);
  });

  it('sheds who waited longer than allowed when the turn comes, and takes the next', () => {
    const stage = new Stage({ shedAfterUs: 12 });
    expect(stage.at(0, 1, 2, 11).run()).toEqual(['10 0 ok', '20 2 refused', '20 1 ok', '30 3 ok']);
  });

  it('sheds a hundred thousand at once without running out of stack', () => {
    const stage = new Stage({ shedAfterUs: 5 });
    stage.at(...Array.from({ length: 100_001 }, () => 0));
    stage.run();
    expect(stage.diary.length).toBe(100_001);
    expect(stage.diary.filter((line) => line.endsWith('refused')).length).toBe(100_000);
    expect(stage.requests.held).toBe(0);
  });

  it('fails a share of the calls after their service', () => {
    const stage = new Stage({ servers: null, failureRate: 0.25 });
    stage.at(...Array.from({ length: 4000 }, () => 0)).run();
    const failed = stage.diary.filter((line) => line.startsWith('10 ') && line.endsWith('failed')).length;
    expect(failed / 4000).toBeGreaterThan(0.225);
    expect(failed / 4000).toBeLessThan(0.275);
  });
});

describe('slowing down under load', () => {
  it('adds perConcurrent for each in service, the new one included, at the start of a job', () => {
    const stage = new Stage({ servers: null, slowdown: { kind: 'perConcurrent', perConcurrentUs: 3 } });
    expect(stage.at(0, 0, 0).run()).toEqual(['13 0 ok', '16 1 ok', '19 2 ok']);
  });

  it('follows the universal scalability law', () => {
    // n = 3: 1 + σ·2 + κ·6 = 1 + 0.2 + 0.6.
    const stage = new Stage({ servers: null, slowdown: { kind: 'usl', sigma: 0.1, kappa: 0.1 } });
    expect(stage.at(0, 0, 0).run()).toEqual(['10 0 ok', '13 1 ok', '18 2 ok']);
  });
});

describe('replicas', () => {
  const answers = (stage: Stage): string[] => stage.diary.map((line) => line.split(' ').slice(0, 2).join(':'));

  it('take turns', () => {
    const stage = new Stage({ replicas: 3 });
    stage.at(0, 0, 0, 0).run();
    expect(answers(stage)).toEqual(['10:0', '10:1', '10:2', '20:3']);
  });

  it('with leastConnections take from the shortest, the first of equals', () => {
    const stage = new Stage({ replicas: 2, balance: 'leastConnections', maxQueue: 0 });
    // 0 → first, 1 → second; at 5 both are busy, at 11 only the second, which is the longer one then.
    expect(stage.at(0, 2, 5, 11, 11).run()).toEqual(['5 2 refused', '10 0 ok', '11 4 refused', '12 1 ok', '21 3 ok']);
  });

  it('at random take a fair share each, by request and not by order', () => {
    const stage = (order: number[]): Map<number, number> => {
      const one = new Stage({ replicas: 2, servers: 1, balance: 'random', maxQueue: 0 });
      for (const request of order) one.sim.scheduleAt(0, () => one.callNow(request), null);
      one.run();
      return one.outcomes;
    };
    // With one server each and no queue at most two are served; a pair on one replica costs one of them.
    const both = Array.from({ length: 400 }, (_, i) => [...stage([2 * i, 2 * i + 1]).values()].every((o) => o === 0));
    const apart = both.filter(Boolean).length / 400;
    expect(apart).toBeGreaterThan(0.4);
    expect(apart).toBeLessThan(0.6);
    const turned = Array.from({ length: 400 }, (_, i) => [...stage([2 * i + 1, 2 * i]).values()].every((o) => o === 0));
    expect(turned).toEqual(both);
  });
});

describe('calls to services behind', () => {
  const behind = (script: string, change = {}) => {
    const stage = new Stage({ calls: [callTo('x')], ...change });
    const callee = new ScriptedCallee(stage.sim, stage.requests, script);
    stage.connect([callee]);
    return { stage, callee };
  };

  it('hold the server while they are under way, unless the service is not blocking', () => {
    expect(behind('ok@100').stage.at(0, 0).run()).toEqual(['110 0 ok', '220 1 ok']);
    expect(behind('ok@100', { blocking: false }).stage.at(0, 0).run()).toEqual(['110 0 ok', '120 1 ok']);
  });

  it('are made in turn after the own time; one that fails ends the job as failed', () => {
    const stage = new Stage({ calls: [callTo('x'), callTo('y'), callTo('x')] });
    const x = new ScriptedCallee(stage.sim, stage.requests, 'ok@5 ok failed@1');
    const y = new ScriptedCallee(stage.sim, stage.requests, 'ok@7');
    stage.connect([x, y, x]);
    expect(stage.at(0, 50).run()).toEqual(['22 0 ok', '61 1 failed']);
    expect({ x: x.diary, y: y.diary }).toEqual({ x: ['10 call 0', '22 call 0', '60 call 1'], y: ['15 call 0'] });
    // The second call of the same service is another piece of work.
    expect(x.paths[0]).not.toBe(x.paths[1]);
  });

  it('answered at once do not confuse the job that makes them', () => {
    const stage = new Stage({ servers: 2, calls: [callTo('x'), callTo('y')] });
    const x = new ScriptedCallee(stage.sim, stage.requests, 'ok ok@5 failed ok');
    const y = new ScriptedCallee(stage.sim, stage.requests, 'ok ok@3 ok');
    stage.connect([x, y]);
    expect(stage.at(0, 0, 0, 0).run()).toEqual(['10 0 ok', '18 1 ok', '20 2 failed', '28 3 ok']);
    expect(stage.requests.held).toBe(0);
  });

  it('are made by a share of the requests, the same ones whatever the order', () => {
    const called = (order: number[]): string[] => {
      const stage = new Stage({ servers: null, calls: [callTo('x', { probability: 0.3 })] });
      const callee = new ScriptedCallee(stage.sim, stage.requests, 'ok');
      stage.connect([callee]);
      for (const request of order) stage.sim.schedule(0, () => stage.callNow(request), null);
      stage.run();
      return callee.diary.sort();
    };
    const order = Array.from({ length: 1000 }, (_, i) => i);
    const some = called(order);
    expect(some.length).toBeGreaterThan(250);
    expect(some.length).toBeLessThan(350);
    expect(called(order.reverse())).toEqual(some);
  });

  it('hear that the root has left, also those that come after', () => {
    const stage = new Stage({ calls: [callTo('x'), callTo('y')] });
    const x = new ScriptedCallee(stage.sim, stage.requests, 'ok@10');
    const y = new ScriptedCallee(stage.sim, stage.requests, 'ok@10');
    stage.connect([x, y]);
    stage.at(0).leaves(15, 0).run();
    expect({ x: x.diary, y: y.diary, late: stage.late }).toEqual({
      x: ['10 call 0', '15 disown 0'],
      y: ['20 call 0', '20 disown 0'],
      late: ['30 0 ok'],
    });
  });

  it('are stopped with the job that makes them', () => {
    const { stage, callee } = behind('ok@100');
    stage.at(0, 1).leaves(15, 0, true);
    expect(stage.run()).toEqual(['125 1 ok']);
    expect(callee.diary).toEqual(['10 call 0', '15 stop 0', '25 call 1']);
  });
});

describe('a caller that leaves', () => {
  it('leaves its work behind: it keeps its place, is served, and ends late', () => {
    const stage = new Stage().at(0, 0, 0).leaves(5, 0).leaves(5, 1);
    expect({ diary: stage.run(), late: stage.late }).toEqual({ diary: ['30 2 ok'], late: ['10 0 ok', '20 1 ok'] });
    expect(stage.requests.held).toBe(0);
  });

  it('frees the place at once when the work is to be stopped: in service, and in line', () => {
    const stage = new Stage().at(0, 0, 0, 0).leaves(5, 0, true).leaves(6, 2, true);
    expect({ diary: stage.run(), late: stage.late }).toEqual({ diary: ['15 1 ok', '25 3 ok'], late: [] });
    expect(stage.requests.held).toBe(0);
  });

  it('has wasted what the servers spent on it, in all or until it was stopped', () => {
    const wasted = (stage: Stage): [number, number][] => {
      stage.run();
      return [...stage.requests.wastedUs];
    };
    expect(wasted(new Stage().at(0, 0))).toEqual([]);
    expect(wasted(new Stage().at(0, 0).leaves(5, 0))).toEqual([[0, 10]]);
    expect(wasted(new Stage().at(0, 0).leaves(5, 0, true))).toEqual([[0, 5]]);
    expect(wasted(new Stage().at(0, 0).leaves(5, 1, true))).toEqual([]);
    expect(wasted(new Stage({ failureRate: 1 }).at(0))).toEqual([[0, 10]]);
  });

  it('has wasted the work done on it, not its time in the system, where processors are shared', () => {
    const stage = new Stage({ discipline: 'processor-sharing' }).at(0, 0).leaves(6, 0, true).leaves(7, 1);
    expect({ diary: stage.run(), late: stage.late }).toEqual({ diary: [], late: ['13 1 ok'] });
    expect([...stage.requests.wastedUs]).toEqual([
      [0, 3],
      [1, 10],
    ]);
  });

  it('at the root wastes the work though the caller still waits', () => {
    const stage = new Stage().at(0);
    stage.then(5, () => stage.service.disown(stage.tickets.get(0) as number));
    expect(stage.run()).toEqual(['10 0 ok']);
    expect([...stage.requests.wastedUs]).toEqual([[0, 10]]);
  });
});

describe('faults', () => {
  it('down: what is in hand and in line fails at once, calls are answered unavailable, and it comes back empty', () => {
    const stage = new Stage().at(0, 0, 0, 6, 10);
    let up = (): void => {};
    stage.then(5, () => {
      up = stage.service.takeDown(ALL);
    });
    stage.then(8, () => up());
    expect(stage.run()).toEqual(['5 0 failed', '5 1 failed', '5 2 failed', '6 3 unavailable', '20 4 ok']);
    expect(stage.requests.held).toBe(0);
  });

  it('that overlap end when the last of them ends', () => {
    const stage = new Stage().at(15, 25);
    let [first, second] = [() => {}, () => {}];
    stage.then(0, () => (first = stage.service.takeDown(ALL)));
    stage.then(5, () => (second = stage.service.takeDown(ALL)));
    stage.then(10, () => first());
    stage.then(20, () => second());
    expect(stage.run()).toEqual(['15 0 unavailable', '35 1 ok']);
  });

  it('share: whole servers over all replicas; what they have in hand fails, those who wait stay', () => {
    const stage = new Stage({ servers: 2 }).at(0, 0, 0, 0);
    let up = (): void => {};
    stage.then(5, () => (up = stage.service.takeDown({ ...ALL, share: 0.5 })));
    stage.then(12, () => up());
    expect(stage.run()).toEqual(['5 0 failed', '10 1 ok', '20 2 ok', '22 3 ok']);
    // A quarter of four replicas of one server is one of them, not none.
    const spread = new Stage({ replicas: 4 }).at(1, 1, 1, 1);
    spread.then(0, () => spread.service.takeDown({ ...ALL, share: 0.25 }));
    expect(spread.run().filter((line) => line.endsWith('unavailable')).length).toBe(1);
  });

  it('strike before what ends at the same instant', () => {
    const stage = new Stage().at(0);
    stage.then(10, () => stage.service.takeDown(ALL));
    expect(stage.run()).toEqual(['10 0 failed']);
  });

  it('where processors are shared a share makes all slower, and the whole fails all', () => {
    const stage = new Stage({ servers: 2, discipline: 'processor-sharing' }).at(0, 0);
    stage.then(4, () => stage.service.takeDown({ ...ALL, share: 0.5 }));
    expect(stage.run()).toEqual(['16 0 ok', '16 1 ok']);
    const whole = new Stage({ servers: 2, discipline: 'processor-sharing' }).at(0, 0, 5, 20);
    whole.then(4, () => {
      const up = whole.service.takeDown(ALL);
      whole.sim.schedule(6, up, undefined, 0);
    });
    expect(whole.run()).toEqual(['4 0 failed', '4 1 failed', '5 2 unavailable', '30 3 ok']);
    expect(whole.requests.wastedInAll).toBe(8);
  });

  it('share: takes no job that only waits for a call, where that holds no server', () => {
    const stage = new Stage({ servers: 2, blocking: false, calls: [callTo('x')] });
    stage.connect([new ScriptedCallee(stage.sim, stage.requests, 'ok@100')]);
    stage.at(0, 0, 12, 12);
    stage.then(15, () => stage.service.takeDown({ ...ALL, share: 0.5 }));
    expect(stage.run()).toEqual(['15 2 failed', '110 0 ok', '110 1 ok', '122 3 ok']);
  });

  it('zone and replica: only the part that is named', () => {
    const zoned = new Stage({ replicas: 4, zones: ['a', 'b'] }).at(1, 1, 1, 1);
    zoned.then(0, () => zoned.service.takeDown({ ...ALL, zone: 'b' }));
    expect(zoned.run().map((line) => line.split(' ').slice(1).join(' '))).toEqual([
      '1 unavailable',
      '3 unavailable',
      '0 ok',
      '2 ok',
    ]);
    const one = new Stage({ replicas: 2 }).at(1, 1);
    one.then(0, () => one.service.takeDown({ ...ALL, replica: 1 }));
    expect(one.run()).toEqual(['1 1 unavailable', '11 0 ok']);
  });

  it('a replica that is down takes its turn all the same, but has no least connections', () => {
    const turn = new Stage({ replicas: 2 }).at(1, 1, 1, 1);
    turn.then(0, () => turn.service.takeDown({ ...ALL, replica: 0 }));
    expect(turn.run().filter((line) => line.endsWith('unavailable')).length).toBe(2);
    const least = new Stage({ replicas: 2, balance: 'leastConnections' }).at(1, 1, 1, 1);
    least.then(0, () => least.service.takeDown({ ...ALL, replica: 0 }));
    expect(least.run().filter((line) => line.endsWith('unavailable')).length).toBe(0);
  });

  it('slow: service times begun while it lasts, and factors multiply', () => {
    const stage = new Stage({ servers: null }).at(0, 2, 6, 12);
    let [first, second] = [() => {}, () => {}];
    stage.then(1, () => (first = stage.service.impair({ ...ALL, slow: 5, errors: null })));
    stage.then(5, () => (second = stage.service.impair({ ...ALL, slow: 2, errors: null })));
    stage.then(10, () => {
      first();
      second();
    });
    expect(stage.run()).toEqual(['10 0 ok', '22 3 ok', '52 1 ok', '106 2 ok']);
  });

  it('slow with a share hits that share of the jobs, beside what hits all of them', () => {
    const stage = new Stage({ servers: null }).at(...Array.from({ length: 2000 }, () => 1));
    stage.then(0, () => stage.service.impair({ ...ALL, share: 0.25, slow: 5, errors: null }));
    stage.then(0, () => stage.service.impair({ ...ALL, slow: 2, errors: null }));
    stage.run();
    const times = [...stage.answeredAt.values()].map((at) => at - 1);
    expect(new Set(times)).toEqual(new Set([20, 100]));
    const hit = times.filter((us) => us === 100).length / 2000;
    expect(hit).toBeGreaterThan(0.22);
    expect(hit).toBeLessThan(0.28);
  });

  it('errors: a share of the calls fails after its service, and none when it is over', () => {
    const stage = new Stage({ servers: null }).at(1, 50);
    let end = (): void => {};
    stage.then(0, () => (end = stage.service.impair({ ...ALL, slow: null, errors: 1 })));
    stage.then(40, () => end());
    expect(stage.run()).toEqual(['11 0 failed', '60 1 ok']);
  });

  it('a share of an endless number of servers is nothing; all of them is down', () => {
    const stage = new Stage({ servers: null }).at(1, 3);
    stage.then(0, () => stage.service.takeDown({ ...ALL, share: 0.9 }));
    stage.then(2, () => stage.service.takeDown(ALL));
    expect(stage.run()).toEqual(['2 0 failed', '3 1 unavailable']);
  });
});

describe('metrics', () => {
  it('tell servers at work, utilisation, the line and the waits', () => {
    const stage = new Stage({ servers: 2 }, 40).at(0, 0, 0);
    stage.run(40);
    const of = (name: string) => stage.metric(name);
    expect([of('BusyServers').mean, of('BusyServers').max]).toEqual([30 / 40, 2]);
    expect([of('Utilisation').mean, of('Utilisation').max]).toEqual([30 / 80, 1]);
    expect([of('QueueLength').mean, of('QueueLength').max]).toEqual([10 / 40, 1]);
    expect([of('InSystem').mean, of('InSystem').timeAtLevel]).toEqual([40 / 40, [20, 10, 0, 10]]);
    expect([of('WaitMs').mean, of('WaitMs').max]).toEqual([0.01 / 3, 0.01]);
  });

  it('count processors at work, not jobs, where processors are shared', () => {
    const stage = new Stage({ discipline: 'processor-sharing' }).at(0, 0, 0);
    stage.run();
    expect(stage.metric('Utilisation').max).toBe(1);
    expect(stage.metric('BusyServers').max).toBe(1);
    expect(stage.metric('InSystem').max).toBe(3);
  });
});
