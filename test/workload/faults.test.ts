import { describe, expect, it } from 'vitest';
import { Simulation } from '../../src/kernel/index.ts';
import { scheduleFaults } from '../../src/workload/faults.ts';
import type { FaultSettings } from '../../src/workload/settings.ts';

const fault = (name: string, atUs: number, forUs: number | null): FaultSettings => ({
  atUs,
  forUs,
  design: null,
  target: { kind: 'resource', resource: name, replica: null, zone: null, share: null },
  slow: null,
  down: true,
  errors: null,
  crash: null,
  duplicate: null,
  unreachable: null,
  loseRequests: null,
  loseReplies: null,
  flush: false,
});

/** `a 5+10 b 15+∞`: names, beginnings and lengths; `event@15` ordinary events. Returns what happened, in order. */
function play(faults: readonly FaultSettings[], events: readonly number[] = []): string[] {
  const sim = new Simulation({ seed: 1 });
  const diary: string[] = [];
  for (const at of events) sim.scheduleAt(at, () => diary.push(`${sim.now} event`), null);
  scheduleFaults(sim, faults, ({ target }) => {
    const name = target.kind === 'resource' ? target.resource : '';
    diary.push(`${sim.now} +${name}`);
    return () => diary.push(`${sim.now} -${name}`);
  });
  sim.run();
  return diary;
}

describe('fault script', () => {
  it('begins and ends each fault before the ordinary events of the instant', () => {
    expect(play([fault('a', 5, 10)], [5, 15])).toEqual(['5 +a', '5 event', '15 -a', '15 event']);
  });

  it('ends before it begins at one instant, so that back-to-back faults do not overlap', () => {
    expect(play([fault('b', 15, 5), fault('a', 5, 10)])).toEqual(['5 +a', '15 -a', '15 +b', '20 -b']);
  });

  it('keeps the order of the script among those that begin together', () => {
    expect(play([fault('b', 5, 10), fault('a', 5, 10)])).toEqual(['5 +b', '5 +a', '15 -b', '15 -a']);
  });

  it('lets a fault without a length last to the end', () => {
    expect(play([fault('a', 5, null)])).toEqual(['5 +a']);
  });

  it('ends a fault of no length right after the beginnings of its instant', () => {
    expect(play([fault('a', 5, 0), fault('b', 5, 1)], [5])).toEqual(['5 +a', '5 +b', '5 -a', '5 event', '6 -b']);
  });
});
