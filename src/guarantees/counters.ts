/** What counts the rare situations that only one kind of resource has, beside those of all kinds (`probes.ts`). A new kind adds a row. */
import { BrokerProbes } from './broker-probes.ts';
import type { Fold } from './checker.ts';
import { GroupLocked } from './group-locked.ts';
import type { ProbeCounts } from './probes.ts';
import type { ResourcePromises } from './promises.ts';
import { StreamProbes } from './stream-probes.ts';

/** It promises nothing: nobody asks what it found. Null: of this resource there is nothing to count. */
type Counter = (of: ResourcePromises, probes: ProbeCounts) => Fold | null;

export const counters: Readonly<Record<string, Counter>> = {
  sqs: ({ promises }, probes) =>
    promises.some(({ guarantee }) => guarantee === 'group-lock') ? new GroupLocked(probes) : null,
  kinesis: ({ promises }, probes) => {
    const replay = promises.find(({ guarantee }) => guarantee === 'replay');
    if (replay === undefined) return null;
    return new StreamProbes(probes, Number(replay['retentionUs'] ?? Number.POSITIVE_INFINITY));
  },
  mq: (of, probes) => new BrokerProbes(of, probes),
};
