import fc from 'fast-check';
import { describe, it } from 'vitest';
import { judge, perform } from './stage.ts';
import { holds } from './topic-plays.ts';

describe('a topic, whatever is published and whoever fails', () => {
  it('delivers, retries, gives up and keeps order as it must; each delivery ends once [sns.fifo-order]', () => {
    fc.assert(holds({ perform, judge }), { seed: 4, numRuns: 600 });
  });
});
