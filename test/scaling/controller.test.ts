import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { Controller } from '../../src/scaling/controller.ts';
import { MINUTE, play, points, settings } from './stories.ts';

const steps = {
  kind: 'steps' as const,
  out: [
    { at: 0.7, by: 2, unit: 'instances' as const },
    { at: 0.9, by: 0.5, unit: 'share' as const },
  ],
  in: [
    { at: 0.3, by: 1, unit: 'instances' as const },
    { at: 0.1, by: 0.25, unit: 'share' as const },
  ],
};

describe('target tracking scales out', () => {
  test.each([
    ['in proportion, after three minutes above the target', 4, '1x4', '3:8'],
    ['by one where the metric is just above the target', 4, '0.51x4', '3:5'],
    ['not at the target itself', 4, '0.5x30', ''],
    ['not where one of three minutes is not above it', 4, '1x2 0.5 1x2 0.5 1x2', ''],
    ['to the maximum and no further', 30, '1x4', '3:40'],
    ['again while the alarm lasts, and counts what is on its way: the same metric asks for no more', 4, '0.8x7', '3:7'],
    ['further within the cool-down where the metric has risen', 4, '0.75x3 1x2', '3:6 4:8'],
    ['from the new capacity once that has run for five minutes', 4, '1x12', '3:8 9:16'],
    ['not where there is no datapoint', 4, '- - - - -', ''],
    ['but not at a gap that sets the alarm off: there is nothing to reckon with', 4, '0.5x3 1x2 - 1', '7:8'],
  ])('%s', (_, initial, story, expected) => {
    expect(play({}, initial, points(story))).toBe(expected);
  });

  it('does not count on instances that take long to start', () => {
    // After ten minutes to start and five to cool down the eight are the base.
    expect(play({}, 4, points('1x17'), 10)).toBe('3:8');
    expect(play({}, 4, points('1x18'), 10)).toBe('3:8 18:16');
  });
});

it('target tracking does nothing on the word of gaps, whatever alarms of steps would make of them', () => {
  expect(play({ missingData: 'breaching' }, 4, points('0.5x3 - - 1 0.5'))).toBe('');
});

it('a whole number that arithmetic misses by a hair costs no instance', () => {
  // In binary 3 × 0.9 ÷ 0.3 is a little more than 9.
  const policy = { kind: 'target' as const, value: 0.3, scaleInBelow: 0.9, scaleInAtMost: 0.1, disableScaleIn: false };
  expect(play({ policy }, 3, points('0.9x3'))).toBe('3:9');
});

describe('target tracking scales in', () => {
  test.each([
    ['after fifteen minutes under nine tenths of the target, by a tenth', 20, '0.2x15', '15:18'],
    ['not between nine tenths and the target', 20, '0.46x60', ''],
    ['not where one of fifteen minutes is not under it', 20, '0.2x14 0.46 0.2x14', ''],
    ['again only after the cool-down', 20, '0.2x30', '15:18 20:17 25:16 30:15'],
    ['by one at least', 4, '0.2x15', '15:3'],
    ['down to the minimum and no further', 3, '0x60', '15:2'],
    ['not where there is no datapoint', 20, '0.5x3 -x60', ''],
  ])('%s', (_, initial, story, expected) => {
    expect(play({}, initial, points(story))).toBe(expected);
  });

  it('no further than the target allows, however much it may take away at once', () => {
    const policy = { kind: 'target' as const, value: 0.5, scaleInBelow: 0.9, scaleInAtMost: 1, disableScaleIn: false };
    expect(play({ policy }, 20, points('0.21x15'))).toBe('15:9');
  });

  it('not at all where it is told not to', () => {
    const policy = { kind: 'target' as const, value: 0.5, scaleInBelow: 0.9, scaleInAtMost: 0.1, disableScaleIn: true };
    expect(play({ policy }, 20, points('0x60'))).toBe('');
  });

  it('not while instances start or are not yet counted on', () => {
    const quick = { scaleIn: { evaluationPeriods: 2, datapointsToAlarm: 2, cooldownUs: 0 } };
    // Out at 3; started at 4; counted on from 9.
    expect(play(quick, 4, points('1x3 0.1x7'))).toBe('3:8 9:7 10:6');
    expect(play(quick, 4, points('1x3 0.1x7'), 4)).toBe('3:8');
  });

  it('and scales out within the cool-down of a scale-in, which is over then', () => {
    const quick = {
      scaleIn: { evaluationPeriods: 1, datapointsToAlarm: 1, cooldownUs: 30 * MINUTE },
      scaleOut: { evaluationPeriods: 1, datapointsToAlarm: 1, cooldownUs: 0 },
    };
    expect(play(quick, 10, points('0.1x3 0.6 0.5 0.1x3'))).toBe('1:9 4:11 6:10');
  });
});

describe('step scaling', () => {
  test.each([
    ['adds what the farthest step reached says', 10, '0.8x3', '3:12'],
    ['and a share of the capacity there', 10, '0.95x3', '3:15'],
    ['judges the step by the last datapoint', 10, '0.95x2 0.75', '3:12'],
    [
      'adds the difference where the metric rises further while the first are on their way',
      10,
      '0.8x3 0.95',
      '3:12 4:15',
    ],
    ['adds nothing twice for one alarm before the new ones are counted on', 10, '0.8x8', '3:12'],
    ['goes on from there', 10, '0.8x10', '3:12 9:14'],
    ['takes away after fifteen minutes', 10, '0.2x15', '15:9'],
    ['takes a share away beyond the farther step, rounded down', 10, '0.05x15', '15:8'],
    ['does nothing in between', 10, '0.5x60', ''],
    ['keeps to the limits', 39, '0.95x3', '3:40'],
  ])('%s', (_, initial, story, expected) => {
    expect(play({ policy: steps }, initial, points(story))).toBe(expected);
  });

  it('makes of gaps what it is told: breaching takes the first step', () => {
    const gaps = '0.5x15 -x3';
    expect(play({ policy: steps, missingData: 'breaching' }, 10, points(gaps))).toBe('18:12');
    expect(play({ policy: steps, missingData: 'notBreaching' }, 10, points(gaps))).toBe('');
    expect(play({ policy: steps }, 10, points(gaps))).toBe('');
  });

  it('that never adds, or never takes away, does not', () => {
    expect(play({ policy: { ...steps, out: [] } }, 10, points('1x30'))).toBe('');
    expect(play({ policy: { ...steps, in: [] } }, 10, points('0x30'))).toBe('');
  });
});

describe('whatever the metric', () => {
  const metric = fc.array(fc.option(fc.double({ min: 0, max: 3, noNaN: true }), { freq: 8 }), { maxLength: 150 });
  const limits = fc.tuple(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 0, max: 30 }));
  const policies = fc.constantFrom(settings().policy, steps);

  it('capacity lies between min and max, and no scale-in falls into the cool-down of another', () => {
    fc.assert(
      fc.property(metric, limits, policies, fc.integer({ min: 0, max: 9 }), (story, [min, more], policy, start) => {
        const rules = {
          min,
          max: min + more,
          policy,
          scaleIn: { evaluationPeriods: 3, datapointsToAlarm: 2, cooldownUs: 5 * MINUTE },
        };
        const initial = min + Math.floor(more / 2);
        const told = play(rules, initial, story, start)
          .split(' ')
          .filter((it) => it !== '');
        let capacity = initial;
        let lastIn = Number.NEGATIVE_INFINITY;
        for (const change of told) {
          const [minute = 0, next = 0] = change.split(':').map(Number);
          expect(next).toBeGreaterThanOrEqual(min);
          expect(next).toBeLessThanOrEqual(min + more);
          if (next < capacity) {
            expect(minute - lastIn).toBeGreaterThanOrEqual(5);
            lastIn = minute;
          } else lastIn = Number.NEGATIVE_INFINITY;
          capacity = next;
        }
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  it('a metric at its target never moves anything', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), fc.double({ min: 0.451, max: 0.5, noNaN: true }), (n, metric) => {
        expect(
          play(
            {},
            n,
            Array.from({ length: 60 }, () => metric),
          ),
        ).toBe('');
      }),
      { seed: 4, numRuns: 100 },
    );
  });

  it('constant work settles at work ÷ target, rounded up, from above and from below', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.5, max: 19, noNaN: true }), fc.integer({ min: 2, max: 40 }), (work, initial) => {
        const controller = new Controller(settings({ startup: { kind: 'constant', value: 0 } }), initial);
        for (let minute = 1; minute <= 600; minute++) {
          const before = controller.desired;
          // Each instance is at most fully at work.
          controller.observe(minute * MINUTE, Math.min(1, work / before));
          for (let i = before; i < controller.desired; i++) controller.started(minute * MINUTE);
        }
        const ideal = Math.max(2, Math.ceil(work / 0.5 - 1e-9));
        const utilisation = work / controller.desired;
        expect(controller.desired).toBeGreaterThanOrEqual(ideal);
        // From above it stops where the metric is within a tenth of the target.
        if (controller.desired > ideal) expect(utilisation).toBeGreaterThanOrEqual(0.45);
        if (initial <= ideal) expect(controller.desired).toBe(ideal);
      }),
      { seed: 5, numRuns: 200 },
    );
  });
});
