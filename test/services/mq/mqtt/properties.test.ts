/** What MQTT promises over lines that are cut at any instant, by random plays; and that each way to break it is noticed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faults, plays } from './play.ts';

describe('publisher, broker and subscriber over lost lines', () => {
  it('QoS 0 comes at most once, 1 at least once, 2 exactly once; in order, within the window; the last retained is kept; wills are sent [mq.mqtt-qos]', () => {
    fc.assert(
      fc.property(plays, (play) => {
        expect(faults(play)).toEqual([]);
      }),
      { numRuns: 1200 },
    );
  });
});
