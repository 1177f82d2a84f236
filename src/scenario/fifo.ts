/** What FIFO queues ask of the traffic, the faults and the queues beside them, and what they rest on. */
import { type Fact, sqsFacts } from '../facts/index.ts';
import { SQS_FIFO_LATENCY, SQS_PARTITIONS } from '../services/sqs/schema.ts';
import type { SqsSettings } from '../services/sqs/settings.ts';
import type { FaultSettings, TrafficSettings } from '../workload/settings.ts';
import type { Finding } from './document.ts';
import { valueAt } from './findings.ts';
import type { NamedResource } from './names.ts';
import type { Assumption, ResolvedDesign } from './resolved.ts';

function isFifo(raw: unknown): boolean {
  return valueAt(raw, ['fifo']) === true;
}

/** AWS: the dead-letter queue of a FIFO queue is FIFO, that of a standard queue is standard. */
export function checkKindOfDeadLetterQueue(queue: NamedResource, target: NamedResource, findings: Finding[]): void {
  if (isFifo(queue.raw) === isFifo(target.raw)) return;
  const [kind, other] = isFifo(queue.raw) ? ['FIFO', 'standard'] : ['standard', 'FIFO'];
  findings.push({
    code: 'wrong-reference',
    path: [...queue.path, 'redrive', 'deadLetterQueue'],
    expected: `a ${kind} queue, as ${queue.name} is one; ${target.name} is ${other}`,
  });
}

/** Each message into a FIFO queue has a group, which is the key of its request; and nothing there is delivered twice by itself. */
export function checkFifo(
  traffic: readonly TrafficSettings[],
  designs: readonly ResolvedDesign[],
  faults: readonly FaultSettings[],
  findings: Finding[],
): void {
  for (const { name, key } of traffic) {
    if (key !== null) continue;
    const into = designs.flatMap((design) =>
      design.entries
        .filter((entry) => entry.traffic === name && fifoQueue(design, entry.resource))
        .map((entry) => entry.resource),
    );
    if (into[0] === undefined) continue;
    const expected = `a key for each request, such as { uniform: { keys: 1000 } }: it is the message group in the FIFO queue ${into[0]}`;
    findings.push({ code: 'missing', path: ['traffic', name, 'key'], expected });
  }
  faults.forEach((fault, i) => {
    const { target } = fault;
    if (fault.duplicate === null || target.kind !== 'resource') return;
    if (!designs.some((design) => fifoQueue(design, target.resource))) return;
    const expected = `no duplicate on ${target.resource}: a FIFO queue leaves no copies behind`;
    findings.push({ code: 'misfit', path: ['faults', i, 'duplicate'], expected });
  });
}

function fifoQueue(design: ResolvedDesign, name: string): boolean {
  return design.resources.some((one) => one.type === 'sqs' && one.name === name && one.fifo);
}

/** What FIFO and fair queues rest on that AWS does not publish. */
export function assumptionsOfFifo(queues: readonly SqsSettings[]): Assumption[] {
  const found: Assumption[] = [];
  const say = (who: readonly SqsSettings[], text: string, source: string): void => {
    if (who.length > 0) found.push({ about: who.map(({ name }) => name).join(', '), text, source });
  };
  const { fifoSendP50Us, fifoSendP99Us, fifoReceiveP50Us, fifoReceiveP99Us, fifoEndToEndP50Ms, fifoEndToEndP99Ms } =
    sqsFacts;
  const times = (median: Fact, tail: Fact): string => `${median.value / 1000} and ${tail.value / 1000} ms`;
  const fifo = queues.filter((queue) => queue.fifo);
  say(
    fifo.filter(({ latency }) =>
      (['send', 'receive', 'delete'] as const).some((operation) => latency[operation] === SQS_FIFO_LATENCY[operation]),
    ),
    `Round trips where none are given, in the median and at the 99th percentile: send and delete ${times(fifoSendP50Us, fifoSendP99Us)}, receive ${times(fifoReceiveP50Us, fifoReceiveP99Us)} (lognormal). AWS publishes none: they are fitted so that a message reaches a waiting consumer in ${fifoEndToEndP50Ms.value} ms (median) and ${fifoEndToEndP99Ms.value} ms (99th percentile), as once measured.`,
    `assumed, after ${fifoEndToEndP50Ms.source} (${fifoEndToEndP50Ms.date})`,
  );
  say(
    fifo,
    `The queue takes ${sqsFacts.fifoCallsPerSecond.value} calls a second of each action, and the calls of ${sqsFacts.fifoBurstSeconds.value} s at once; AWS publishes no burst. Changes of visibility are not counted.`,
    'assumed',
  );
  say(
    fifo,
    'Of all groups that can be received from, the one with the oldest message goes first; AWS says only that an answer prefers one group.',
    'assumed',
  );
  const partitioned = fifo.filter(({ fifoSettings }) => fifoSettings?.fifoThroughputLimit === 'perMessageGroupId');
  say(
    partitioned,
    `In high-throughput mode the queue has all its partitions from the start (${SQS_PARTITIONS} where none are given, the quota of the largest Regions), groups are spread over them by a hash, and a call is charged to each partition that it touches. AWS adds and removes partitions by itself and says no more.`,
    'assumed',
  );
  say(
    queues.filter(({ fairQueues }) => fairQueues === true),
    `A group of a fair queue is noisy by its share of the processing time over one to two times ${sqsFacts.fairProcessingWindowSeconds.value} s and from ${sqsFacts.fairProcessedMin.value} messages on; AWS says "recent" and gives no number.`,
    'assumed',
  );
  return found;
}
