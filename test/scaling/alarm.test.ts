import { describe, expect, it, test } from 'vitest';
import { Alarm } from '../../src/scaling/alarm.ts';
import type { MissingData } from '../../src/scaling/settings.ts';

const LETTERS = { ok: 'o', alarm: 'A', insufficient: '?' } as const;

/** `X` breaches, `0` does not, `-` is no datapoint; out: the state after each (o, A, ?). */
function states(story: string, n: number, m: number, missing: MissingData = 'missing'): string {
  const rule = { evaluationPeriods: n, datapointsToAlarm: m };
  const alarm = new Alarm(rule, missing, (value) => value > 0.5);
  return story
    .split('')
    .map((it) => LETTERS[alarm.observe(it === '-' ? null : it === 'X' ? 1 : 0)])
    .join('');
}

describe('an alarm', () => {
  it('needs M of the last N datapoints', () => {
    expect(states('0XXX0', 3, 3)).toBe('oooAo');
    expect(states('X0X00X', 3, 2)).toBe('ooAooo');
    expect(states('X0X0X', 3, 2)).toBe('ooAoA');
  });

  it('takes the time before the run to be in order', () => {
    expect(states('XXX', 3, 3)).toBe('ooA');
    expect(states('X', 1, 1)).toBe('A');
  });

  it('lasts as long as its datapoints breach, and ends with the first that leaves too few', () => {
    expect(states('XXXXX0X', 3, 3)).toBe('ooAAAoo');
  });

  test.each([
    // Three of three: what a gap means once nothing of the time before the run is left.
    ['missing', '000---', 'ooooo?'],
    ['missing', '000XX-X', 'oooooAA'],
    ['missing', '000X0-X', 'ooooooo'],
    ['missing', '000XXX--', 'oooooAAA'],
    ['missing', '000XXX---', 'oooooAAA?'],
    ['notBreaching', '000XXX-', 'oooooAo'],
    ['notBreaching', '000---', 'oooooo'],
    ['breaching', '000---', 'oooooA'],
    ['breaching', '000X--', 'oooooA'],
    ['ignore', '000XXX---', 'oooooAAAA'],
    ['ignore', '000XXX---0', 'oooooAAAAo'],
    ['ignore', '000---', 'oooooo'],
  ] as const)('makes of gaps what %s says: %s', (missing, story, expected) => {
    expect(states(story, 3, 3, missing)).toBe(expected);
  });

  it('goes off early when the oldest breach is old enough and nothing since was in order', () => {
    // The window of the last step is X - -: one datapoint of three.
    expect(states('000X--', 3, 3)).toBe('oooooA');
    // Here a datapoint in order came since.
    expect(states('000X-0', 3, 3)).toBe('oooooo');
    // And here the oldest breach is younger than three periods.
    expect(states('000-X-', 3, 3)).toBe('oooooo');
  });
});
