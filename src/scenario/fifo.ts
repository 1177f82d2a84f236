/** What FIFO queues ask of the traffic, the faults and the queues beside them, and what they rest on. */
import { type Fact, sqsFacts } from '../facts/index.ts';
import { SQS_FIFO_LATENCY } from '../services/sqs/schema.ts';
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

function partitionsText(queues: readonly SqsSettings[]): string {
  const counts = [...new Set(queues.map(({ fifoSettings }) => fifoSettings?.partitions ?? 1))].sort((a, b) => a - b);
  return `here ${counts.join(', ')} ${counts.length === 1 && counts[0] === 1 ? 'partition' : 'partitions'}`;
}

function quotasText(queues: readonly SqsSettings[]): string {
  return [...new Set(queues.map(({ fifoSettings }) => fifoSettings?.callsPerSecond ?? 0))].join(', ');
}

function sourceOfQuotas(queues: readonly SqsSettings[]): string {
  const { fifoHighThroughputCallsPerSecond: first, fifoHighThroughputElsewhere: last } = sqsFacts;
  const least = Math.min(...queues.map(({ fifoSettings }) => fifoSettings?.callsPerSecond ?? 0));
  return least === last.value ? 'assumed' : `${first.source} (${first.date})`;
}

/** A law of round trips in words. */
export function roundTripText(p50: Fact, p99: Fact, share: Fact, slowP50: Fact, slowP99: Fact): string {
  const ms = ({ value }: Fact): number => value / 1000;
  return `a send, receive or delete takes ${ms(p50)} ms in the median (99th percentile ${ms(p99)} ms), ${share.value * 100} % of them are slow and take ${ms(slowP50)} ms in the median (99th percentile ${ms(slowP99)} ms).`;
}

/** What was measured, in words. */
export function quantilesText(p10: Fact, p50: Fact, p90: Fact, p99: Fact): string {
  return `in ${p50.value} ms in the median, and ${p10.value}, ${p90.value} and ${p99.value} ms at the 10th, 90th and 99th percentile`;
}

/** What FIFO and fair queues rest on that AWS does not publish. */
export function assumptionsOfFifo(queues: readonly SqsSettings[]): Assumption[] {
  const found: Assumption[] = [];
  const say = (who: readonly SqsSettings[], text: string, source: string): void => {
    if (who.length > 0) found.push({ about: who.map(({ name }) => name).join(', '), text, source });
  };
  const { fifoCallP50Us, fifoCallP99Us, fifoSlowCallShare, fifoSlowCallP50Us, fifoSlowCallP99Us } = sqsFacts;
  const { fifoEndToEndP10Ms, fifoEndToEndP50Ms, fifoEndToEndP90Ms, fifoEndToEndP99Ms } = sqsFacts;
  const fifo = queues.filter((queue) => queue.fifo);
  say(
    fifo.filter(({ latency }) =>
      (['send', 'receive', 'delete'] as const).some((operation) => latency[operation] === SQS_FIFO_LATENCY[operation]),
    ),
    `Round trips where none are given: ${roundTripText(fifoCallP50Us, fifoCallP99Us, fifoSlowCallShare, fifoSlowCallP50Us, fifoSlowCallP99Us)} AWS publishes none: they are fitted so that a message reaches a waiting consumer as once measured, ${quantilesText(fifoEndToEndP10Ms, fifoEndToEndP50Ms, fifoEndToEndP90Ms, fifoEndToEndP99Ms)}.`,
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
    `In high-throughput mode the queue has all its partitions from the start: where none are given (${partitionsText(partitioned)}) as many as the highest offered load needs for the busiest to be expected to have ${sqsFacts.fifoPartitionFill.value * 100} % of its ${sqsFacts.fifoPartitionCallsPerSecond.value} calls a second at most, beside one for each group that fills it alone. Groups are spread over them by a hash, and a call is charged to each partition that it touches. AWS adds and removes partitions by itself and says no more.`,
    'assumed',
  );
  say(
    partitioned,
    `The Region lets all partitions together have ${quotasText(partitioned)} calls a second of each action.`,
    sourceOfQuotas(partitioned),
  );
  say(
    queues.filter(({ fairQueues }) => fairQueues === true),
    `A group of a fair queue is noisy by its share of the processing time over one to two times ${sqsFacts.fairProcessingWindowSeconds.value} s and from ${sqsFacts.fairProcessedMin.value} messages on; AWS says "recent" and gives no number.`,
    'assumed',
  );
  return found;
}
