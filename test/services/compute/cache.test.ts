import { describe, expect, it } from 'vitest';
import { Cache } from '../../../src/services/compute/index.ts';
import { CacheStage, cacheSettings } from './cache-stage.ts';
import { Stage } from './stage.ts';

describe('entries', () => {
  it('are filled when the service has answered, not when it was asked', () => {
    const stage = new CacheStage({}).at(7, 0, 9, 11);
    expect(stage.run()).toEqual(['10 0 ok', '11 2 ok', '19 1 ok']);
    expect(stage.counts()).toEqual([1, 2, 0, 0]);
  });

  it('of a service are there for the lookups of the instant of its answer', () => {
    // Whichever was scheduled first: a service ends before the ordinary events of its instant.
    const behind = new Stage({ serviceTime: { kind: 'constant', value: 10 } });
    const { sim, requests, recorder: metrics, service } = behind;
    const cache = new Cache(sim, 'db', cacheSettings(), { requests, metrics, service });
    for (const [request, at] of [0, 10].entries())
      sim.scheduleAt(at, () => cache.call(request, 0, behind, request), null);
    expect(behind.run()).toEqual(['10 0 ok', '10 1 ok']);
  });

  it('belong to a key, and to all requests where none bears one', () => {
    expect(new CacheStage({}).at(1, 0, 20).at(2, 21).run()).toEqual(['10 0 ok', '20 1 ok', '31 2 ok']);
    expect(new CacheStage({}).at(-1, 0, 20).run()).toEqual(['10 0 ok', '20 1 ok']);
  });

  it('are not filled by what failed', () => {
    const stage = new CacheStage({}, 'failed@10 refused unavailable@3 ok@10').at(1, 0, 20, 30, 40, 60);
    expect(stage.run()).toEqual(['10 0 failed', '20 1 refused', '33 2 unavailable', '50 3 ok', '60 4 ok']);
    expect(stage.counts()).toEqual([1, 4, 0, 0]);
  });

  it('live for ttl from the instant they were filled, which does not count any more', () => {
    // Filled at 10 and, again, at 120; a hit does not lengthen its life.
    const stage = new CacheStage({ ttlUs: 100 }).at(1, 0, 50, 109, 110, 219);
    stage.run();
    expect(stage.diary).toEqual(['10 0 ok', '50 1 ok', '109 2 ok', '120 3 ok', '219 4 ok']);
    expect(new CacheStage({ ttlUs: 100 }).at(1, 0, 110).run()).toEqual(['10 0 ok', '120 1 ok']);
  });

  it('live shorter or longer with ttlJitter, evenly, and by the request that filled them', () => {
    const lives = (ttlJitter: number): number[] =>
      Array.from({ length: 300 }, (_, request) => {
        const stage = new CacheStage({ ttlUs: 1000, ttlJitter }, 'ok@0');
        // Probes of one entry, until one misses.
        stage.callNow(request);
        let life = 0;
        stage.then(1, () => {});
        for (let t = 700; t <= 1300; t += 10) {
          stage.then(t, () => {
            const before = stage.service.calls;
            stage.callNow(10_000 + t);
            if (stage.service.calls > before && life === 0) life = t;
          });
        }
        stage.run();
        return life;
      });
    const some = lives(0.2);
    expect(Math.min(...some)).toBeGreaterThanOrEqual(800);
    expect(Math.min(...some)).toBeLessThan(830);
    expect(Math.max(...some)).toBeGreaterThan(1170);
    expect(Math.max(...some)).toBeLessThanOrEqual(1210);
    expect(some.reduce((sum, life) => sum + life, 0) / 300).toBeGreaterThan(985);
    expect(some.reduce((sum, life) => sum + life, 0) / 300).toBeLessThan(1025);
    expect(lives(0).slice(0, 3)).toEqual([1000, 1000, 1000]);
  });

  it('make room by last use, of lookups that hit as well as of fills', () => {
    const stage = new CacheStage({ capacity: 2 }, 'ok');
    // 1 2 fill; 1 is used; 3 pushes 2 out; 1 and 3 hit; 2 misses.
    stage.at(1, 0).at(2, 1).at(1, 2).at(3, 3).at(1, 4).at(3, 5).at(2, 6);
    stage.run();
    expect(stage.counts()).toEqual([3, 4, 0, 0]);
    expect(stage.service.diary).toEqual(['0 call 0', '1 call 1', '3 call 3', '6 call 6']);
  });

  it('are all gone after a flush, but a fetch under way still fills', () => {
    const stage = new CacheStage({}).at(1, 0, 20, 35, 48).at(2, 22);
    stage.then(30, () => stage.cache.flush());
    // Key 2 was asked for at 22 and fills at 32; key 1 is gone until 45.
    expect(stage.at(2, 33).run()).toEqual(['10 0 ok', '20 1 ok', '32 4 ok', '33 5 ok', '45 2 ok', '48 3 ok']);
  });
});

describe('a lookup', () => {
  it('takes its time, hit or miss, and looks at its end', () => {
    const stage = new CacheStage({ time: { kind: 'constant', value: 4 } }).at(1, 0, 9, 10, 20);
    // The entry is there at 14: the lookups that end at 13 and at 14 miss and hit.
    expect(stage.run()).toEqual(['14 0 ok', '14 2 ok', '23 1 ok', '24 3 ok']);
  });

  it('by chance hits with the ratio that is given, and the same request has the same luck', () => {
    const hits = (order: (n: number) => number): Set<number> => {
      const stage = new CacheStage({ hitRatio: 0.9 });
      for (let i = 0; i < 5000; i++) {
        const request = order(i);
        stage.then(i, () => stage.callNow(request));
      }
      stage.run();
      const missed = new Set(stage.service.diary.map((line) => Number(line.split(' ')[2])));
      expect(stage.counts()[0]).toBe(5000 - missed.size);
      return missed;
    };
    const missed = hits((i) => i);
    // 500 expected, sd 21: six of them.
    expect(Math.abs(missed.size - 500)).toBeLessThan(128);
    expect([...hits((i) => 4999 - i)].sort((a, b) => a - b)).toEqual([...missed]);
  });

  it('that misses gets whatever the service answers', () => {
    expect(new CacheStage({ hitRatio: 0 }, 'throttled').at(1, 5).run()).toEqual(['5 0 throttled']);
  });
});

describe('coalescing', () => {
  it('lets misses of one key wait for the one fetch, and answers them in the order in which they came', () => {
    const stage = new CacheStage({ coalesce: true }).at(1, 0, 3, 9).at(2, 4);
    expect(stage.run()).toEqual(['10 0 ok', '10 1 ok', '10 2 ok', '14 3 ok']);
    expect(stage.counts()).toEqual([0, 4, 2, 0]);
    expect(stage.service.calls).toBe(2);
  });

  it('shares a failure too; who tries again asks anew', () => {
    const stage = new CacheStage({ coalesce: true }, 'failed@10 ok@10').at(1, 0, 3);
    stage.next = (request) => {
      if (request < 2) stage.callNow(request + 100);
    };
    expect(stage.run()).toEqual(['10 0 failed', '10 1 failed', '20 100 ok', '20 101 ok']);
    expect(stage.service.calls).toBe(2);
  });

  it('does not care who leaves: the fetch goes on and fills', () => {
    const stage = new CacheStage({ coalesce: true }).at(1, 0, 3, 12);
    stage.then(5, () => {
      stage.leaveNow(0, true);
    });
    stage.then(6, () => {
      stage.leaveNow(1, false);
    });
    expect(stage.run()).toEqual(['12 2 ok']);
    expect(stage.late).toEqual(['10 1 ok']);
    expect(stage.service.diary).toEqual(['0 call 0']);
    expect(stage.requests.held).toBe(0);
  });

  it('copes with one answer that makes another leave', () => {
    const stage = new CacheStage({ coalesce: true }).at(1, 0, 1, 2, 3);
    stage.next = (request) => {
      if (request === 0) stage.leaveNow(1, true);
      if (request === 2) stage.leaveNow(3, false);
    };
    expect(stage.run()).toEqual(['10 0 ok', '10 2 ok']);
    expect(stage.late).toEqual(['10 3 ok']);
    expect(stage.requests.held).toBe(0);
  });
});

describe('a stale entry', () => {
  it('answers while one fetch renews it, and no longer than it may', () => {
    const stage = new CacheStage({ ttlUs: 100, staleWhileRevalidateUs: 50 }).at(1, 0, 115, 116, 126, 300);
    // Filled at 10, stale from 110 on, renewed at 125 by the fetch of 115; at 225 stale, at 275 over.
    expect(stage.run()).toEqual(['10 0 ok', '115 1 ok', '116 2 ok', '126 3 ok', '310 4 ok']);
    expect(stage.counts()).toEqual([3, 2, 0, 1]);
    expect(stage.service.diary).toEqual(['0 call 0', '115 call 1', '300 call 4']);
  });

  it('outlives a service that fails, and is tried again by the next', () => {
    const script = 'ok@10 failed@2 failed ok@2';
    const stage = new CacheStage({ ttlUs: 100, staleWhileRevalidateUs: 50 }, script).at(1, 0, 115, 120, 130, 140);
    expect(stage.run()).toEqual(['10 0 ok', '115 1 ok', '120 2 ok', '130 3 ok', '140 4 ok']);
    expect(stage.counts()).toEqual([4, 1, 0, 3]);
  });

  it('whose time is over while it is renewed: misses wait for that fetch where they are coalesced', () => {
    const change = { ttlUs: 100, staleWhileRevalidateUs: 50 };
    const shared = new CacheStage({ ...change, coalesce: true }, 'ok@10 ok@100').at(1, 0, 115, 170);
    expect(shared.run()).toEqual(['10 0 ok', '115 1 ok', '215 2 ok']);
    expect(shared.service.calls).toBe(2);
    const alone = new CacheStage(change, 'ok@10 ok@100').at(1, 0, 115, 170);
    expect(alone.run()).toEqual(['10 0 ok', '115 1 ok', '270 2 ok']);
    expect(alone.service.calls).toBe(3);
  });
});

it('that is renewed slowly is not renewed again, though a miss has filled it in between', () => {
  // Stale from 110, over at 160; the renewal of 115 ends at 415. The miss of 170 fills at 180: stale again from 280.
  const change = { ttlUs: 100, staleWhileRevalidateUs: 50 };
  const stage = new CacheStage(change, 'ok@10 ok@300 ok@10').at(1, 0, 115, 170, 290);
  expect(stage.run()).toEqual(['10 0 ok', '115 1 ok', '180 2 ok', '290 3 ok']);
  expect(stage.counts()).toEqual([2, 2, 0, 1]);
});

describe('who leaves', () => {
  const slow = { time: { kind: 'constant' as const, value: 5 } };

  it('during the lookup and wants it stopped, asks nobody', () => {
    const stage = new CacheStage(slow).at(1, 0);
    stage.then(3, () => {
      stage.leaveNow(0, true);
    });
    expect(stage.run()).toEqual([]);
    expect([stage.service.calls, stage.requests.held]).toEqual([0, 0]);
    expect(stage.counts()).toEqual([0, 0, 0, 0]);
  });

  it('during the lookup and only does not wait, has the work done for nobody', () => {
    const stage = new CacheStage(slow).at(1, 0, 20);
    stage.then(3, () => {
      stage.leaveNow(0, false);
    });
    expect(stage.run()).toEqual(['25 1 ok']);
    expect(stage.late).toEqual(['15 0 ok']);
    expect(stage.service.diary).toEqual(['5 call 0', '5 disown 0']);
  });

  it('during the fetch stops it, or disowns it', () => {
    const stage = new CacheStage({}).at(1, 0, 1).at(2, 2);
    stage.then(5, () => {
      stage.leaveNow(0, true);
    });
    stage.then(6, () => {
      stage.leaveNow(1, false);
    });
    stage.then(7, () => {
      stage.cache.disown(stage.tickets.get(2) as number);
    });
    expect(stage.run()).toEqual(['12 2 ok']);
    expect(stage.late).toEqual(['11 1 ok']);
    expect(stage.service.diary).toEqual(['0 call 0', '1 call 1', '2 call 2', '5 stop 0', '6 disown 1', '7 disown 2']);
    expect(stage.requests.held).toBe(0);
  });
});
