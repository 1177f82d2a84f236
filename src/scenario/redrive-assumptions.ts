/** What a redrive of the script rests on that AWS does not publish. */
import { sqsFacts } from '../facts/index.ts';
import type { FaultSettings } from '../workload/settings.ts';
import type { Assumption } from './resolved.ts';

export function ofRedrives(faults: readonly FaultSettings[]): Assumption[] {
  const redriven = faults.filter(({ redrive }) => redrive !== undefined);
  const found: Assumption[] = [];
  const say = (who: readonly FaultSettings[], text: string): void => {
    const names = who.map(({ target }) => (target.kind === 'resource' ? target.resource : ''));
    if (who.length > 0) found.push({ about: [...new Set(names)].join(', '), text, source: 'assumed' });
  };
  say(
    redriven,
    'A redrive begins at once, and is over at the first receive that finds nothing, whatever is in flight then. What a throttled queue refuses is sent again at the next tick; its own calls do not count against the rates of a FIFO dead-letter queue.',
  );
  say(
    redriven.filter(({ redrive }) => redrive?.perSecond === null),
    `Without a rate a redrive moves ${sqsFacts.moveRateOptimised.value} messages a second, the most that can be asked for. AWS goes by the backlog and publishes no number.`,
  );
  return found;
}
