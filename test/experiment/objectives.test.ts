import { describe, expect, test } from 'vitest';
import { assembleResult } from '../../src/experiment/index.ts';
import type { ObjectiveResult } from '../../src/experiment/result.ts';
import { resolve } from '../support/street.ts';
import { type Made, metric, observed, range, replications, traffic, yaml } from './made.ts';

/** The verdict on one objective over these replications. */
function judged(that: string, all: readonly Made[]): ObjectiveResult {
  const scenario = resolve(yaml(`objectives: [ "${that}" ]`, all.length));
  const found = assembleResult(scenario, new Map([['d', replications('d', all)]])).designs['d']?.objectives[0];
  if (found === undefined) throw new Error('not judged');
  return found;
}

const verdict = (that: string, all: readonly Made[]): string => judged(that, all).verdict;
const of = (...outcomes: ReturnType<typeof traffic>[]): Made[] => outcomes.map((one) => ({ traffic: { t: one } }));
const wait = (...all: (readonly number[])[]): Made[] =>
  all.map((values) => ({ traffic: { t: traffic(1, [1]) }, metrics: { db: [observed('WaitMs', values)] } }));

describe('an objective on a percentile', () => {
  // 99 of 100 within 99 ms, one never.
  const turnedOne = traffic(100, range(99));
  const turnedNine = traffic(100, range(10));

  test('is about all that were offered: a design that turns nine in ten away does not win', () => {
    expect(judged('completion.p50 of t < 1s', of(turnedNine, turnedNine))).toMatchObject({
      value: null,
      verdict: 'missed',
      metShare: { estimate: 0 },
    });
    // Of those that finished, half came within 5 ms.
    expect(verdict('completion.p50 of t > 1s', of(turnedNine, turnedNine))).toBe('met');
  });

  test('tells the value at the rank among the offered, not among the finished', () => {
    expect(judged('completion.p90 of t < 90ms', of(turnedOne, turnedOne))).toMatchObject({ value: 90, verdict: 'met' });
    expect(judged('completion.p99 of t < 1s', of(turnedOne, turnedOne)).value).toBe(99);
  });

  test('counts a share that is just reached as met, in both spellings, and the opposite as missed', () => {
    const all = of(turnedOne, turnedOne, turnedOne);
    for (const [op, expected] of [
      ['<', 'met'],
      ['<=', 'met'],
      ['>', 'missed'],
      ['>=', 'missed'],
    ] as const) {
      expect([op, verdict(`completion.p99 of t ${op} 99ms`, all)]).toEqual([op, expected]);
    }
    expect(verdict('completion.p99 of t < 98ms', all)).toBe('missed');
    expect(verdict('completion.p999 of t < 1h', all)).toBe('missed');
  });

  test('compares the value itself where it asks for equality', () => {
    const all = of(traffic(10, [5, 5, 5, 5, 5, 5, 5, 5, 5, 5]), traffic(10, [5, 5, 5, 5, 5, 5, 5, 5, 5, 5]));
    expect(verdict('completion.p90 of t == 5ms', all)).toBe('met');
    expect(verdict('completion.p90 of t != 5ms', all)).toBe('missed');
    expect(verdict('completion.p90 of t == 4ms', all)).toBe('missed');
    expect(verdict('completion.p90 of t != 4ms', all)).toBe('met');
  });

  test('is undecided where the interval of the share spans the wanted one', () => {
    // Within 100 ms: all, all, 95 %: 98.3 % on average, give or take more than 0.7 %.
    const late = traffic(100, [...range(95), 500, 500, 500, 500, 500]);
    const well = traffic(100, range(100));
    const found = judged('completion.p99 of t < 100ms', of(well, well, late));
    expect(found.verdict).toBe('undecided');
    expect(found.metShare.estimate).toBeCloseTo(2 / 3, 12);
  });

  test('asks the answers where it speaks of the response', () => {
    const slowAnswers = traffic(100, range(100), { responseMs: traffic(100, [...range(98), 900, 900]).responseMs });
    expect(verdict('response.p99 of t < 100ms', of(slowAnswers, slowAnswers))).toBe('missed');
    expect(verdict('completion.p99 of t < 100ms', of(slowAnswers, slowAnswers))).toBe('met');
  });
});

describe('an objective on a mean or a maximum', () => {
  const well = traffic(4, [1, 2, 3, 4]);

  test('pools the mean over the observations, not over the replications', () => {
    expect(judged('completion.mean of t < 2s', of(well, traffic(1, [7.5])))).toMatchObject({ value: 3.5 });
  });

  test('is never reached by a replication in which something never came', () => {
    const lossy = traffic(5, [1, 2, 3, 4]);
    for (const figure of ['completion.mean', 'completion.max']) {
      expect(judged(`${figure} of t < 1h`, of(lossy, lossy))).toMatchObject({ value: null, verdict: 'missed' });
      expect(verdict(`${figure} of t > 1h`, of(lossy, lossy))).toBe('met');
      expect(judged(`${figure} of t < 1h`, of(well, lossy))).toMatchObject({
        verdict: 'undecided',
        metShare: { estimate: 0.5 },
      });
    }
  });

  test('does not pool maxima: it is their mean over the replications', () => {
    const all = of(well, traffic(2, [1, 6]));
    expect(judged('completion.max of t < 1s', all).value).toBe(5);
    expect(verdict('completion.max of t < 5500us', all)).toBe('undecided');
  });
});

describe('an objective on a count', () => {
  test('is about the total over the replications and needs no interval', () => {
    const all = of(traffic(100, range(97)), traffic(100, range(100)));
    expect(judged('rejected of t == 0', all)).toMatchObject({
      value: 3,
      verdict: 'missed',
      metShare: { estimate: 0.5 },
    });
    expect(verdict('rejected of t <= 3', all)).toBe('met');
    expect(verdict('rejected of t < 3', all)).toBe('missed');
    expect(verdict('completed of t != 197', all)).toBe('missed');
    expect(judged('completion.count of t >= 197', all)).toMatchObject({ value: 197, verdict: 'met' });
    expect(judged('response.refused of t > 3', all)).toMatchObject({ value: 3, verdict: 'missed' });
  });

  test('is none, not nothing, where nothing was completed', () => {
    expect(judged('completion.count of t == 0', of(traffic(5, []), traffic(5, [])))).toMatchObject({
      value: 0,
      verdict: 'met',
    });
  });

  test('as a share of the offered is judged by its interval', () => {
    const all = of(traffic(100, range(99)), traffic(100, range(99)), traffic(300, range(294)));
    const found = judged('rejected.share of t < 2%', all);
    expect(found.value).toBeCloseTo(8 / 500, 12);
    expect(found.verdict).toBe('undecided');
    expect(verdict('rejected.share of t < 50%', all)).toBe('met');
    expect(verdict('rejected.share of t > 50%', all)).toBe('missed');
  });
});

describe('an objective on a rate', () => {
  test('takes completions in the window over its length, with an interval over replications', () => {
    // 100 s: 1.0, 1.2 and 1.1 a second.
    const all = of(...[100, 120, 110].map((goodput) => traffic(200, range(130), { goodput, throughput: 130 })));
    expect(judged('goodput of t > 0.5/s', all)).toMatchObject({ verdict: 'met', metShare: { estimate: 1 } });
    expect(judged('goodput of t > 0.5/s', all).value).toBeCloseTo(1.1, 12);
    expect(judged('goodput of t > 1.05/s', all).verdict).toBe('undecided');
    expect(judged('goodput of t > 2/s', all).verdict).toBe('missed');
    expect(judged('throughput of t == 1.3/s', all).verdict).toBe('met');
  });

  test('is decided by the agreement of the replications where they ended in two regimes', () => {
    const regime = (collapsed: number) =>
      of(
        ...range(10).map((i) =>
          traffic(1000, range(10), { goodput: i <= collapsed ? 100 + i : 900 + i, throughput: 950 }),
        ),
      );
    // The mean of nine good runs and a collapsed one is 8.2, far above 6: but one run in ten misses.
    expect(judged('goodput of t > 6/s', regime(1))).toMatchObject({
      verdict: 'undecided',
      metShare: { estimate: 0.9 },
    });
    expect(verdict('goodput of t > 0.5/s', regime(1))).toBe('met');
    expect(verdict('goodput of t > 20/s', regime(1))).toBe('missed');
    // Without two regimes the interval decides, although single runs disagree.
    expect(verdict('goodput of t > 9/s', regime(0))).toBe('met');
  });
});

describe('an objective on a metric', () => {
  const level = (values: readonly number[]): Made[] =>
    values.map((max) => ({
      traffic: { t: traffic(1, [1]) },
      metrics: { db: [metric('QueueLength', 'level', { mean: max / 2, min: 0, max })] },
    }));

  test('averages a level and its maxima over the replications', () => {
    expect(judged('metrics.QueueLength.max of resource db < 10', level([4, 5, 6]))).toMatchObject({
      value: 5,
      verdict: 'met',
    });
    expect(judged('metrics.QueueLength.mean of resource db < 2.5', level([4, 5, 6])).verdict).toBe('undecided');
    expect(judged('metrics.QueueLength.max of resource db > 10', level([4, 5, 6])).verdict).toBe('missed');
  });

  test('pools observations', () => {
    const all = wait([0, 0, 0, 4], [10]);
    expect(judged('metrics.WaitMs.mean of resource db < 1s', all).value).toBe(14 / 5);
    expect(judged('metrics.WaitMs.p50 of resource db < 1s', all).value).toBe(0);
    expect(judged('metrics.WaitMs.max of resource db < 1s', all).value).toBe(7);
  });

  test('knows the share that waited', () => {
    const all = wait([0, 0, 0, 4], [10], [0, 0, 0, 0, 0]);
    expect(judged('metrics.WaitProbability.mean of resource db < 30%', all)).toMatchObject({
      value: 0.2,
      verdict: 'undecided',
      metShare: { estimate: 2 / 3 },
    });
    expect(verdict('metrics.WaitProbability.mean of resource db == 20%', all)).toBe('met');
  });

  test('is undecided where nothing was observed', () => {
    expect(judged('metrics.WaitMs.p99 of resource db < 1ms', wait([], []))).toMatchObject({
      value: null,
      verdict: 'undecided',
    });
    expect(verdict('metrics.WaitProbability.mean of resource db < 1%', wait([], []))).toBe('undecided');
  });

  test('takes the total of a counter, as the result tells it', () => {
    const text = `seed: 1
horizon: 100s
replications: 2
traffic: { t: { rate: 1/s } }
designs: { d: { traffic: { t: q }, resources: { q: { type: sqs }, w: { type: consumer, source: q, handler: {} } } } }
objectives: [ 'metrics.MessagesHandled.sum of resource w < 12', 'metrics.MessagesHandled.mean of resource w < 12/s' ]`;
    const all = [7, 8].map((sum) => ({
      traffic: { t: traffic(1, [1]) },
      metrics: { w: [metric('MessagesHandled', 'counter', { sum, mean: sum / 4 })] },
    }));
    const design = assembleResult(resolve(text), new Map([['d', replications('d', all)]])).designs['d'];
    expect(design?.objectives.map(({ value, verdict: it }) => [value, it])).toEqual([
      [15, 'missed'],
      [1.875, 'met'],
    ]);
    expect(design?.resources['w']?.metrics['MessagesHandled']).toMatchObject({ sum: 15, mean: 1.875 });
  });
});

test('with one replication the estimate decides, for there is no interval', () => {
  const one = of(traffic(100, range(98)));
  expect(verdict('completion.p99 of t < 1s', one)).toBe('missed');
  expect(verdict('completion.p95 of t < 1s', one)).toBe('met');
  expect(verdict('goodput of t > 0.97/s', one)).toBe('met');
  expect(judged('goodput of t > 0.97/s', one).metShare).toMatchObject({ estimate: 1, high: 1 });
});

test('nothing offered decides nothing about times and shares, and is none of each count', () => {
  const none = of(traffic(0, []), traffic(0, []));
  for (const that of [
    'completion.p99 of t < 1s',
    'completion.max of t < 1s',
    'response.mean of t < 1s',
    'lost.share of t < 1%',
  ]) {
    expect(judged(that, none), that).toMatchObject({
      value: null,
      verdict: 'undecided',
      metShare: { estimate: 0, low: 0, high: 1 },
    });
  }
  expect(verdict('lost of t == 0', none)).toBe('met');
  expect(verdict('goodput of t > 0/s', none)).toBe('missed');
});

test('an objective is judged only where it applies, and says what was expected', () => {
  const text = yaml(
    `objectives:
  - { that: lost of t == 0, design: a, expect: missed }
  - metrics.QueueLength.max of resource db < 5
`,
    1,
    ['a', 'b'],
  );
  const outcome = (design: string) => replications(design, [{ traffic: { t: traffic(1, [1]) } }]);
  const result = assembleResult(
    resolve(text),
    new Map([
      ['a', outcome('a')],
      ['b', outcome('b')],
    ]),
  );
  expect(result.designs['a']?.objectives).toMatchObject([
    { text: 'lost of t == 0', verdict: 'met', expected: 'missed' },
  ]);
  // Its runs have no such metric: nothing is said.
  expect(result.designs['b']?.objectives).toEqual([]);
});

test('one on a metric that the resource does not keep is listed with the reason, so that nobody takes it for met', () => {
  const text = yaml('objectives: [ metrics.CallAttempts.sum of resource db == 0 ]');
  const all = [{ traffic: { t: traffic(1, [1]) }, metrics: { db: [metric('QueueLength', 'level')] } }];
  const [objective] =
    assembleResult(resolve(text), new Map([['d', replications('d', all)]])).designs['d']?.objectives ?? [];
  expect(objective).toMatchObject({
    value: null,
    verdict: 'undecided',
    expected: 'met',
    reason: 'service db keeps no CallAttempts in this design',
  });
});

test('the share of replications that meet it has a Wilson interval', () => {
  const { metShare } = judged('lost of t == 0', of(...range(10).map(() => traffic(1, [1]))));
  // n / (n + z²) with z = 1.959964
  expect(metShare).toMatchObject({ estimate: 1, high: 1 });
  expect(metShare.low).toBeCloseTo(10 / (10 + 1.959964 * 1.959964), 6);
});
