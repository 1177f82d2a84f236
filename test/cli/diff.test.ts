import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Place, TINY } from './bin.ts';

let place: Place;
beforeAll(() => {
  place = new Place();
  place.write('tiny.yaml', TINY);
  const run = (out: string, ...args: string[]): void => {
    place.spillway(['run', 'tiny.yaml', '--out', out, '--format', 'json', ...args]);
  };
  run('a');
  run('same');
  // A default of the database, changed by 1 %.
  run('hundredth', '--set', 'api.serviceTime={ exponential: { mean: 20.2ms } }');
  run('half', '--set', 'traffic.orders.rate=20/s');
  run('slow', '--set', 'api.serviceTime={ exponential: { mean: 60ms } }');
  run('one', '--design', 'one');
  run('two', '--design', 'two');
  place.spillway(['run', 'tiny.yaml', '--format', 'json']);
});
afterAll(() => place.remove());

describe('spillway diff', () => {
  test('says in one line that equal runs are equal', () => {
    expect(place.spillway(['diff', 'a', 'same/result.json'])).toEqual({ code: 0, out: 'no difference\n', err: '' });
    // By the name of a scenario that was run to out/tiny.
    expect(place.spillway(['diff', 'tiny', 'a']).out).toBe('no difference\n');
  });

  test('finds a setting that changed by 1 %, although nothing is worse by more than the tolerance', () => {
    const { code, out, err } = place.spillway(['diff', 'a', 'hundredth', '--tolerance', '20%']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('api.serviceTimeMs.mean: 20 → 20.2 (one, two)');
    expect(out).toContain('Nothing is worse by more than 20 %.');
    const [found] = (JSON.parse(place.spillway(['diff', 'a', 'hundredth', '--json']).out) as { settings: object[] })
      .settings;
    expect(found).toEqual({ path: 'api.serviceTimeMs.mean', designs: ['one', 'two'], a: 20, b: 20.2 });
  });

  test('ends with 1 where the second is worse, and with 0 the other way round', () => {
    const worse = place.spillway(['diff', 'a', 'slow']);
    expect(worse.code).toBe(1);
    expect(worse.out).toMatch(/\nWorse by more than 5 %: completed of orders in one/);
    const better = place.spillway(['diff', 'slow', 'a']);
    expect(better.code).toBe(0);
    expect(better.out).toMatch(/Nothing is worse by more than 5 %\. \d+ figures or verdicts better\.\n$/);
    // Half the load is no loss of throughput that anybody made worse: it is what was offered.
    expect(place.spillway(['diff', 'a', 'half']).out).toContain('traffic.orders.source.base.perSecond: 40 → 20');
  });

  test('compares two designs, of one result or of two', () => {
    const inside = place.spillway(['diff', 'a#one', 'a#two']);
    expect(inside.out).toContain('one (a) against two (b)');
    expect(place.spillway(['diff', 'one', 'two']).err).toContain(
      'have no design in common → name one of each, such as one#one two#two',
    );
    expect(place.spillway(['diff', 'one#one', 'two#two']).out).toContain('one (a) against two (b)');
    expect(place.spillway(['diff', 'a#one', 'one']).out).toBe('no difference\n');
    expect(place.spillway(['diff', 'a', 'one']).out).toMatch(/On one side only\n {2}a design two\n/);
  });

  test('refuses what it cannot compare', () => {
    const rows: [string[], string][] = [
      [['a', 'none'], 'none: cannot be read → there is no such file or folder'],
      [['a#three', 'a'], 'a#three → a/result.json has no design "three"; expected one of one, two'],
      [['a', 'tiny.yaml'], 'it is no JSON → expected a result.json that spillway run wrote'],
      [['a', 'b', '--tolerance', 'much'], '--tolerance much → expected a share such as 5% or 0.05'],
      [['a'], 'expected'],
    ];
    place.write('half.json', place.read('a/result.json').replace(/"guarantees":/g, '"guarantee":'));
    rows.push([['a', 'half.json'], 'half.json: "designs.one.guarantees" is missing']);
    for (const [args, says] of rows) {
      const { code, out, err } = place.spillway(['diff', ...args]);
      expect(err).toContain(says);
      expect([code, out]).toEqual([2, '']);
    }
  });
});
