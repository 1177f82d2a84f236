/** The end of a history: what is left in each queue, what its metrics say, and how the run ended. */
import { type HistoryRecorder, type MetricData, What } from '../history/index.ts';
import type { World } from './world.ts';

export interface RunEnd {
  /** Nothing is in the system any more but what lies in a queue that nobody reads. */
  readonly quiesced: boolean;
  readonly endUs: number;
  /** Where the metrics end: after the run their levels stay as they were. */
  readonly afterUs: number;
  readonly resolutionUs: number;
}

/** Levels of a queue that together are its messages. */
const LEVELS = [
  'ApproximateNumberOfMessagesVisible',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
];

export function finishHistory(
  world: World,
  history: HistoryRecorder,
  resources: readonly { readonly name: string; readonly metrics: readonly MetricData[] }[],
  { quiesced, endUs, afterUs, resolutionUs }: RunEnd,
): void {
  history.mark(What.healed);
  if (quiesced) history.mark(What.quiesced);
  const left = new Map<string, number>();
  world.visitQueues((queue, body, id, receives, number) => {
    left.set(queue, (left.get(queue) ?? 0) + 1);
    history.left(queue, body, id, receives, number);
  });
  for (const broker of world.brokerNames) history.mark(What.read, broker);
  for (const queue of world.queueNames) {
    history.mark(What.read, queue);
    const metrics = resources.find(({ name }) => name === queue)?.metrics ?? [];
    let levelSum = 0;
    for (const { name, series } of metrics) {
      if (LEVELS.includes(name)) for (const value of series) levelSum += value ?? 0;
    }
    const measuredUs = levelSum * resolutionUs - (left.get(queue) ?? 0) * (afterUs - endUs);
    history.mark(What.measured, queue, Math.max(0, measuredUs));
  }
  history.end();
}
