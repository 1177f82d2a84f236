import { describe, expect, it } from 'vitest';
import type { Result } from '../../src/experiment/result.ts';
import { NARROW, WIDE } from '../../src/report/charts/chart.ts';
import { chartsOf } from '../../src/report/charts/index.ts';
import { flashSale } from './fixture.ts';

/** The workers of the queued design, by how many run and how many are wanted. */
function scaled(running: readonly number[], wanted: readonly number[] | undefined): Result {
  const base = flashSale();
  const queued = base.designs['queued'];
  if (queued === undefined) throw new Error('no queued design');
  const workers = { InstancesRunning: running, ...(wanted === undefined ? {} : { DesiredInstances: wanted }) };
  return { ...base, designs: { ...base.designs, queued: { ...queued, series: { ...queued.series, workers } } } };
}

function chart(result: Result) {
  return chartsOf(result).find(({ id }) => id === 'instances');
}

describe('the chart of instances', () => {
  it('is there only where something scales', () => {
    expect(chart(flashSale())).toBeUndefined();
    // A crash changes how many run, too: that is no scaling.
    expect(chart(scaled([5, 2, 5], undefined))).toBeUndefined();
  });

  it('says from where to where, and draws what runs and what is wanted', () => {
    const found = chart(scaled([2, 2, 8, 6], [2, 8, 8, 6]));
    expect(found?.title).toBe('Of workers there are 2 to 8 in queued');
    for (const frame of [WIDE, NARROW]) {
      const text = JSON.stringify(found?.spec(frame));
      expect(text.match(/"type":"line"/g)?.length).toBe(2);
      expect(text).toContain('"v":8');
    }
    expect(chart(scaled([3, 3], [3, 3]))?.title).toBe('Of workers there are 3 all the time in queued');
  });
});

describe('a function in the chart of instances', () => {
  /** As above, with the invocations and pollers of a function. */
  function invoked(at: readonly number[], pollers: readonly number[] | undefined): Result {
    const base = flashSale();
    const queued = base.designs['queued'];
    if (queued === undefined) throw new Error('no queued design');
    const workers = { ConcurrentExecutions: at, ...(pollers === undefined ? {} : { Pollers: pollers }) };
    return { ...base, designs: { ...base.designs, queued: { ...queued, series: { ...queued.series, workers } } } };
  }

  it('shows its invocations at once beside its pollers', () => {
    const found = chart(invoked([0.4, 3.6, 7.5], [5, 6, 8]));
    expect(found?.title).toBe('workers at once: 0 to 8 in queued');
    expect(found?.subtitle).toContain('batches that the mapping would work on at once (dashes)');
    expect(found?.legend.map(({ label }) => label)).toContain('wanted');
    expect(JSON.stringify(found?.spec(WIDE)).match(/"type":"line"/g)?.length).toBe(2);
  });

  it('that others invoke has no pollers to show', () => {
    const found = chart(invoked([1, 2], undefined));
    expect(found?.legend.map(({ label }) => label)).not.toContain('wanted');
    expect(JSON.stringify(found?.spec(WIDE)).match(/"type":"line"/g)?.length).toBe(1);
  });
});
