import { describe, expect, it } from 'vitest';
import { Breaker } from '../../src/calls/breaker.ts';

/** 50 % of the last four opens it for 100 us; two trials. */
const settings = { failureRate: 0.5, window: 4, openUs: 100, halfOpenCalls: 2 };

/**
 * Plays a word: `+` a call that goes well, `-` one that fails, each let through and ended at once, `x` a call that must be held back,
 * a number sets the clock. Returns the state.
 */
function play(breaker: Breaker, story: string): string {
  let now = 0;
  for (const word of story.split(' ')) {
    if (/^\d+$/.test(word)) now = Number(word);
    else if (word === 'x') expect(breaker.permits(now), story).toBe(false);
    else {
      expect(breaker.permits(now), story).toBe(true);
      breaker.ended(breaker.era, now, word === '+');
    }
  }
  return breaker.state;
}

describe('circuit breaker', () => {
  it.each([
    ['- - -', 'closed', 'the window is not full yet'],
    ['- - + +', 'open', 'half of the window failed'],
    ['- + + +', 'closed', 'a quarter of the window failed'],
    ['- + + + + + -', 'closed', 'what is older than the window is forgotten'],
    ['- + + + - -', 'open', 'the window slides'],
    ['- - - - x 99 x', 'open', 'it holds calls back until openUs are over'],
    ['- - - - 100 +', 'half-open', 'one trial of two is not enough'],
    ['- - - - 100 + +', 'closed', 'all trials went well'],
    ['- - - - 100 + -', 'open', 'one failed trial opens it again'],
    ['- - - - 100 - 199 x', 'open', 'from then on for the whole time'],
    ['- - - - 100 - 200 + +', 'closed', 'and then trials again'],
    ['- - - - 100 + + - - -', 'closed', 'closed again it has forgotten what was before'],
    ['- - - - 100 + + - - - -', 'open', 'and opens on a new full window'],
  ])('%s ends %s: %s', (story, state) => {
    expect(play(new Breaker(settings), story)).toBe(state);
  });

  it('lets no more than its trials through while it is half-open', () => {
    const breaker = new Breaker(settings);
    play(breaker, '- - - -');
    expect([100, 100, 100, 5000].map((now) => breaker.permits(now))).toEqual([true, true, false, false]);
  });

  it('does not jam when the caller of a trial leaves: the trial is free again', () => {
    const breaker = new Breaker(settings);
    play(breaker, '- - - -');
    for (let i = 0; i < 5; i++) {
      expect(breaker.permits(100 + i)).toBe(true);
      breaker.left(breaker.era);
    }
    expect(play(breaker, '110 + +')).toBe('closed');
  });

  it('learns nothing from calls that went out before it changed its state', () => {
    const breaker = new Breaker(settings);
    const before = breaker.era;
    play(breaker, '- - - -');
    breaker.permits(100);
    const trial = breaker.era;
    // Four old answers, good and bad, while it is half-open: neither do they close it nor open it.
    for (const success of [true, true, false, true]) breaker.ended(before, 100, success);
    breaker.left(before);
    expect(breaker.state).toBe('half-open');
    breaker.ended(trial, 101, true);
    expect(play(breaker, '101 +')).toBe('closed');
    // And the failure of an old trial does not count against the closed breaker.
    for (let i = 0; i < 8; i++) breaker.ended(trial, 102, false);
    expect(breaker.state).toBe('closed');
  });
});
