import { describe, expect, it } from 'vitest';
import { conductStudy, type ReplicationOutcome, type Result, runScenario } from '../../src/experiment/index.ts';
import { resolve } from '../support/street.ts';
import { replications, traffic, yaml } from './made.ts';

/** Every round that the plan asks for, answered by what `made` says of each replication; and the result. */
function conduct(
  text: string,
  made: (index: number) => number[],
): { readonly rounds: [number, number][]; readonly result: Result } {
  const scenario = resolve(text);
  const study = conductStudy(scenario, ['d']);
  const rounds: [number, number][] = [];
  let step = study.next();
  while (step.done !== true) {
    const { from, to } = step.value;
    rounds.push([from, to]);
    const all = Array.from({ length: to }, (_, i) => ({ traffic: { t: traffic(100, made(i)) } }));
    const outcomes: ReplicationOutcome[] = replications('d', all).slice(from);
    step = study.next(new Map([['d', outcomes]]));
  }
  return { rounds, result: step.value };
}

/** Means 90 and 110 in turn: the half-width over n of them is t · 10 · sqrt(n ÷ (n − 1)) ÷ sqrt(n). */
const inTurn = (i: number): number[] => [i % 2 === 0 ? 90 : 110];

describe('a wanted precision', () => {
  it('adds replications by the width so far until it is reached, and says so', () => {
    const { rounds, result } = conduct(yaml('precision: 4%', 2), inTurn);
    // Ten at least. Half-width 7.5 % after ten: 36 would do, but no more than twice as many are asked for. 4.8 % after twenty: 20 · (4.8 ÷ 4)² = 29.
    expect(rounds).toEqual([
      [0, 10],
      [10, 20],
      [20, 29],
    ]);
    expect(result.replications).toBe(29);
    expect(result.study?.precision).toMatchObject({
      wanted: 0.04,
      met: true,
      rounds: [10, 20, 29],
      most: 1000,
      reason: null,
    });
    expect(result.study?.precision?.reached).toBeLessThanOrEqual(0.04);
    expect(result.designs['d']?.perReplication['t.goodputPerSecond']?.length).toBe(29);
  });

  it('stops at its limit, and says that it is not met', () => {
    const { rounds, result } = conduct(yaml('precision: { within: 1%, most: 25 }', 12), inTurn);
    expect(rounds).toEqual([
      [0, 12],
      [12, 24],
      [24, 25],
    ]);
    const { precision } = result.study ?? {};
    expect(precision).toMatchObject({ met: false, most: 25, least: { design: 'd', figure: 't.completionMs.mean' } });
    expect(precision?.reached).toBeGreaterThan(0.01);
  });

  it('looks at the figures that it is told', () => {
    const steadyShare = (i: number): number[] => (i % 2 === 0 ? [10, 10] : [500, 10]);
    const of = (figure: string) =>
      conduct(yaml(`precision: { within: 5%, of: [ ${figure} of t ], most: 40 }`, 2), steadyShare);
    expect(of('completed.share').result.study?.precision).toMatchObject({
      met: true,
      rounds: [10],
      least: { figure: 't.completed.share' },
    });
    expect(of('completion.mean').result.study?.precision).toMatchObject({ met: false, rounds: [10, 20, 40] });
  });

  it('gives up at once where the replications end in two regimes: more of them give no interval either', () => {
    const made = (i: number): number[] => Array.from({ length: i % 3 === 0 ? 100 : 3 }, () => 10 + i);
    const { rounds, result } = conduct(yaml('precision: 1%', 2), made);
    expect(rounds).toEqual([[0, 10]]);
    expect(result.study?.precision).toMatchObject({ met: false, reached: null });
    expect(result.study?.precision?.reason).toContain('two regimes');
  });

  it('does not wait for a time that nobody has', () => {
    const { rounds, result } = conduct(yaml('precision: 1%', 2), () => []);
    expect(rounds).toEqual([[0, 10]]);
    expect(result.study?.precision).toMatchObject({ met: false, least: null });
  });

  it('is there in the library, in a run of its own, and the same each time', () => {
    const text = `seed: 3
horizon: 200s
precision: 10%
traffic: { t: { rate: 1/s } }
designs: { d: { traffic: { t: q }, resources: { q: { type: service, serviceTime: { exponential: { mean: 500ms } } } } } }
`;
    const result = runScenario(resolve(text));
    expect(result.study?.precision).toMatchObject({ met: true });
    expect(result.replications).toBeGreaterThan(10);
    expect(JSON.stringify(runScenario(resolve(text)))).toBe(JSON.stringify(result));
  });
});
