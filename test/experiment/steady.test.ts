import { describe, expect, it } from 'vitest';
import {
  assembleResult,
  ExperimentError,
  type ReplicationOutcome,
  type Result,
  runScenario,
} from '../../src/experiment/index.ts';
import { resolve } from '../support/street.ts';
import { replications, traffic, yaml } from './made.ts';

/** An M/M/1 queue at utilisation `rate`; `more` is further YAML at the root. */
function queue(rate: number, horizon: string, more: string, designs = 'd: [1s]'): string {
  const parts = designs.split('; ').map((one) => {
    const [name = '', mean = ''] = one.split(/: \[|\]/);
    return `  ${name}: { traffic: { t: q }, resources: { q: { type: service, serviceTime: { exponential: { mean: ${mean} } } } } }`;
  });
  return `seed: 7
study: steady
horizon: ${horizon}
resolution: ${horizon}
${more}
traffic: { t: { rate: ${rate}/s } }
designs:
${parts.join('\n')}
`;
}

const run = (text: string): Result => runScenario(resolve(text));
const meanOf = (result: Result, design = 'd') => result.designs[design]?.intervals['t.completionMs.mean'];

/** What is said of a study that cannot be made. */
function refusal(text: string): string {
  try {
    run(text);
  } catch (error) {
    if (error instanceof ExperimentError && error.code === 'no-steady-state') return error.message;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('the warm-up of a steady study', () => {
  it('is one cut for all designs: the latest, so that the same requests count everywhere', () => {
    const result = run(queue(0.7, '6000s', 'replications: 5', 'quick: [200ms]; slow: [1s]'));
    const warmup = result.study?.warmup;
    expect(warmup).toMatchObject({ rule: 'mser-5', pilotReplications: 5 });
    const cuts = (warmup?.evidence ?? []).map(({ cutMs }) => cutMs as number);
    expect(cuts.length).toBe(2);
    expect(cuts[0]).not.toBe(cuts[1]);
    expect(warmup?.cutMs).toBeCloseTo(Math.max(...cuts), 3);
    expect(result.warmupMs).toBe(warmup?.cutMs);
    expect(result.warmupMs).toBeGreaterThan(0);
    // The same arrivals in both: only so are they offered the same number.
    const offered = Object.values(result.designs).map(({ traffic }) => traffic['t']?.offered);
    expect(offered[0]).toBe(offered[1]);
    expect(result.resolved).toMatchObject({ warmupMs: result.warmupMs, warmupRule: 'mser-5', study: 'steady' });
  });

  it('takes the empty start out of the figures: with the same cut written down, they are the same', () => {
    const found = run(queue(0.8, '3000s', 'replications: 4'));
    const cutUs = Math.round((found.study?.warmup?.cutMs ?? 0) * 1000);
    expect(cutUs).toBeGreaterThan(0);
    const given = run(queue(0.8, '3000s', `replications: 4\nwarmup: ${cutUs}us`));
    expect(given.study?.warmup).toMatchObject({ rule: 'given', cutMs: cutUs / 1000 });
    expect(given.designs).toEqual(found.designs);
    const whole = run(queue(0.8, '3000s', 'replications: 4\nwarmup: 0s'));
    expect(whole.designs['d']?.traffic['t']?.offered).toBeGreaterThan(found.designs['d']?.traffic['t']?.offered ?? 0);
  });

  it('given by the user is the cut, and the rule is told beside it', () => {
    const { warmupMs, study } = run(queue(0.5, '2000s', 'replications: 3\nwarmup: 300s'));
    expect(warmupMs).toBe(300_000);
    expect(study?.warmup?.evidence).toMatchObject([{ design: 'd', traffic: 't', requestsPerCohort: 5 }]);
  });

  it('comes from the arrivals of a closed loop too', () => {
    const text = queue(1, '3000s', 'replications: 4').replace(
      'rate: 1/s',
      'users: 5, think: { exponential: { mean: 10s } }',
    );
    const result = run(text);
    expect(result.study?.warmup?.evidence[0]?.cutMs).not.toBeNull();
    expect(meanOf(result)?.low).not.toBeNull();
  });

  it('is refused in the name of the design whose warm-up passes half of the run', () => {
    // Hardly used, a queue forgets at once; at 0.98 it remembers longer than this run lasts.
    expect(refusal(queue(0.98, '600s', 'replications: 10', 'fine: [10ms]; full: [1s]'))).toMatch(
      /design full, traffic t: no steady state .* unstable .* longer horizon/s,
    );
  });

  it('needs a hundred requests to be found from', () => {
    expect(refusal(queue(0.5, '60s', 'replications: 2'))).toMatch(/only \d+ cohorts of 5 requests/);
  });
});

describe('an unstable design', () => {
  it.each([
    [1.2, '3000s', ''],
    [1.05, '4000s', ''],
    [1, '8000s', ''],
    [1.2, '3000s', 'replications: 1'],
    [1.2, '3000s', 'warmup: 1000s'],
    [1.2, '3000s', 'replications: 1\nwarmup: 1000s'],
  ])('at %d of its capacity is refused, not averaged (%s %s)', (rate, horizon, more) => {
    expect(refusal(queue(rate, horizon, more))).toMatch(/unstable/);
  });

  it('that turns away what it cannot do is stable', () => {
    const text = queue(2, '3000s', 'replications: 5').replace('type: service', 'type: service, maxQueue: 4');
    expect(meanOf(run(text))?.low).not.toBeNull();
  });
});

describe('one long run', () => {
  const result = run(queue(0.5, '20000s', 'replications: 1', 'd: [1s]; e: [900ms]'));

  it('has an interval on every figure that several replications give one, from batches', () => {
    const several = run(queue(0.5, '2000s', 'replications: 3'));
    expect(Object.keys(result.designs['d']?.intervals ?? {})).toEqual(
      Object.keys(several.designs['d']?.intervals ?? {}),
    );
    expect(result.study?.batches).toMatchObject({ count: 10 });
    const { low, high, estimate, method } = meanOf(result) ?? { low: 0, high: 0, estimate: 0, method: '' };
    expect(method).toBe(
      `pooled mean of ${result.designs['d']?.traffic['t']?.completed} observations, jackknife over 10 batches of one run`,
    );
    expect(low).toBeLessThan(2000);
    expect(high).toBeGreaterThan(2000);
    expect(estimate).toBeCloseTo(result.designs['d']?.traffic['t']?.completionMs.mean ?? 0, 9);
    expect(result.designs['d']?.intervals['t.completionMs.p99']?.low).not.toBeNull();
    expect(result.designs['d']?.intervals['t.goodputPerSecond']?.estimate).toBeCloseTo(
      result.designs['d']?.traffic['t']?.goodputPerSecond ?? 0,
      9,
    );
    expect(result.designs['d']?.intervals['t.attempts']?.estimate).toBe(result.designs['d']?.traffic['t']?.attempts);
  });

  it('tells how much neighbouring batches depend on each other, and how long they are', () => {
    const { batches, warmup } = result.study ?? {};
    expect(batches?.lengthMs).toBeCloseTo((result.horizonMs - (warmup?.cutMs ?? 0)) / 10, 6);
    expect(batches?.evidence.map(({ design, independent }) => [design, independent])).toEqual([
      ['d', true],
      ['e', true],
    ]);
  });

  it('compares designs over pairs of batches', () => {
    const row = result.comparisons.find(({ metric }) => metric === 't.completionMs.mean');
    expect(row?.difference.method).toContain('10 pairs of batches of one run');
    expect(row?.difference.low).toBeGreaterThan(0);
    expect(row?.correlation).toBeGreaterThan(0.9);
  });

  it('gives none where its batches depend on each other, and says why', () => {
    // Batches that climb: each is like its neighbour.
    const batches = Array.from({ length: 20 }, (_, i) => traffic(10, [100 + i, 101 + i]));
    const [outcome] = replications('d', [{ traffic: { t: { ...traffic(200, [100, 120]), batches } } }]);
    const scenario = resolve(yaml('study: steady', 1));
    const made = assembleResult(scenario, new Map([['d', [outcome as ReplicationOutcome]]]));
    expect(made.study?.batches?.evidence).toMatchObject([{ design: 'd', traffic: 't', independent: false }]);
    expect(made.study?.batches?.evidence[0]?.lag1).toBeGreaterThan(0.8);
    expect(meanOf(made)).toMatchObject({ low: null, high: null });
    expect(meanOf(made)?.method).toMatch(/neighbouring batches correlate by 0\.\d\d, so the run is too short/);
    expect(made.designs['d']?.intervals['t.completionMs.p50']?.low).toBeNull();
  });

  it('decides objectives by its batches', () => {
    const objective = (limit: string): string | undefined =>
      run(queue(0.5, '20000s', `replications: 1\nobjectives: [ "completion.mean of t < ${limit}" ]`)).designs['d']
        ?.objectives[0]?.verdict;
    expect(objective('2005ms')).toBe('undecided');
    expect(objective('4s')).toBe('met');
  });
});
