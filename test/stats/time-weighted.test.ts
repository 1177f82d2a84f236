import { describe, expect, it } from 'vitest';
import { StatsError, TimeWeighted } from '../../src/stats/index.ts';

describe('time-weighted level', () => {
  it('weighs each level by how long it lasted, not by how often it changed', () => {
    const level = new TimeWeighted();
    level.set(10, 3);
    level.add(11, 1);
    level.add(12, -4);
    level.finish(100);
    expect(level.integral).toBe(3 + 4);
    expect(level.mean).toBe(0.07);
    expect([level.min, level.max]).toEqual([0, 4]);
  });

  it('counts a level that lasted no time for the maximum but not for the mean', () => {
    const level = new TimeWeighted();
    level.set(5, 100);
    level.set(5, 0);
    level.finish(10);
    expect(level.max).toBe(100);
    expect(level.mean).toBe(0);
  });

  it('forgets the warm-up but keeps the level', () => {
    const level = new TimeWeighted(0, 8);
    level.restart(50);
    expect(level.mean).toBe(8);
    level.set(60, 2);
    level.finish(100);
    expect(level.durationUs).toBe(50);
    expect(level.mean).toBe((8 * 10 + 2 * 40) / 50);
    expect(level.max).toBe(8);
    expect(level.min).toBe(2);
  });

  it('starts where it is told to', () => {
    const level = new TimeWeighted(1_000, 2);
    level.finish(3_000);
    expect(level.integral).toBe(4_000);
    expect(level.value).toBe(2);
  });

  it('refuses time that runs backwards, and NaN', () => {
    const level = new TimeWeighted(10);
    expect(() => level.set(9, 1)).toThrow(StatsError);
    expect(() => level.finish(Number.NaN)).toThrow(StatsError);
  });
});
