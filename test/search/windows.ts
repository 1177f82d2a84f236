import type * as Experiment from '../../src/experiment/index.ts';
import { resolve } from '../support/street.ts';

/** Records that come up to 45 s late, three shards that are read side by side, busy subtasks, and a failure between two checkpoints. */
const SYSTEM = resolve(`seed: 1
horizon: 75s
drain: 10s
replications: 1
traffic:
  t:
    rate: 20/s
    key: { uniform: { keys: 6 } }
    eventDelay: { mixture: [ { weight: 9, of: { exponential: { mean: 500ms } } }, { weight: 1, of: { uniform: { min: 0s, max: 45s } } } ] }
designs:
  tumbling:
    traffic: { t: events }
    resources:
      events: { type: kinesis, shards: 3 }
      counts: { type: analytics, source: events, window: { tumbling: 15s }, watermark: { outOfOrderness: 2s }, recordTime: { exponential: { mean: 35ms } }, checkpoints: { interval: 20s }, restartTime: 3s }
  sliding:
    traffic: { t: events }
    resources:
      events: { type: kinesis, shards: 3 }
      counts: { type: analytics, source: events, window: { sliding: { size: 20s, slide: 5s } }, watermark: { outOfOrderness: 1s }, allowedLateness: 6s, parallelism: 3, recordTime: 5ms, checkpoints: { interval: 20s }, restartTime: 3s }
faults: [ { at: 57s, resource: counts, crash: 100% } ]
`);

/** What is said of the windows of each design. */
export function windowsOf({ runScenario: run }: Pick<typeof Experiment, 'runScenario'>) {
  return Object.values(run(SYSTEM).designs).flatMap(({ guarantees }) =>
    guarantees.filter(({ name }) => name === 'windows-exact'),
  );
}
