/** Topics: what their subscriptions have by what they deliver to, and whether the two fit together. */
import { snsFacts } from '../facts/index.ts';
import { PROTOCOLS_OF, resolveSubscription } from '../services/sns/schema.ts';
import type { SnsSettings, SubscriptionSettings } from '../services/sns/settings.ts';
import type { FaultSettings, TrafficSettings } from '../workload/settings.ts';
import type { Finding, Path } from './document.ts';
import { valueAt } from './findings.ts';
import type { NamedResource, Names } from './names.ts';
import type { ResolvedDesign, ResourceSettings } from './resolved.ts';
import type { ReadableResource } from './streams.ts';

/** Subscriptions that nobody can make sense of are left out: what is wrong with them is told where they stand. */
export function resolveTopics(resources: readonly ReadableResource[]): ResourceSettings[] {
  return resources.map((one): ResourceSettings => {
    if (one.type !== 'sns') return one;
    const subscriptions = one.subscriptions.flatMap((written) => {
      const target = resources.find(({ name }) => name === written.to);
      return resolveSubscription(written, target?.type) ?? [];
    });
    return { ...one, subscriptions };
  });
}

/** What AWS would refuse, and what FIFO topics ask of the traffic and the faults. */
export function checkTopics(
  traffic: readonly TrafficSettings[],
  designs: readonly ResolvedDesign[],
  names: Names,
  faults: readonly FaultSettings[],
  findings: Finding[],
): void {
  for (const design of designs) {
    const named = names.designs.find(({ name }) => name === design.name);
    for (const topic of design.resources) {
      if (topic.type !== 'sns') continue;
      const written = named?.resources.find(({ name }) => name === topic.name);
      if (written !== undefined) checkTopic(topic, design, written, findings);
      if (topic.fifo) checkKeys(topic, design, traffic, findings);
    }
  }
  faults.forEach((fault, i) => {
    const { target } = fault;
    if (fault.duplicate === null || target.kind !== 'resource') return;
    const fifo = designs.some(({ resources }) =>
      resources.some((one) => one.type === 'sns' && one.name === target.resource && one.fifo),
    );
    if (!fifo) return;
    const expected = `no duplicate on ${target.resource}: a FIFO topic delivers nothing twice by itself`;
    findings.push({ code: 'misfit', path: ['faults', i, 'duplicate'], expected });
  });
}

function checkTopic(
  topic: SnsSettings,
  design: ResolvedDesign,
  { path, raw }: NamedResource,
  findings: Finding[],
): void {
  const seen = new Set<string>();
  topic.subscriptions.forEach((subscription, i) => {
    const at = [...path, 'subscriptions', i];
    const { to } = subscription;
    if (seen.has(to)) {
      const expected = `one subscription for each endpoint: ${to} has one already`;
      findings.push({ code: 'duplicate-name', path: [...at, 'to'], expected });
    }
    seen.add(to);
    const target = design.resources.find(({ name }) => name === to);
    if (target !== undefined) checkTarget(topic, subscription, target, at, findings);
    if (
      !OVER_HTTP.includes(subscription.protocol) &&
      valueAt(raw, ['subscriptions', i, 'deliveryPolicy']) !== undefined
    ) {
      const expected = 'a delivery policy only over HTTP and HTTPS: the others have AWS’s own';
      findings.push({ code: 'misfit', path: [...at, 'deliveryPolicy'], atKey: true, expected });
    }
    checkDeadLetterQueue(topic, subscription, design, at, findings);
  });
  const most = topic.fifo ? snsFacts.subscriptionsFifo : snsFacts.largeSubscriptions;
  const isLarge = topic.maximumMessageSizeBytes > snsFacts.largeAboveBytes.value;
  if ((topic.fifo || isLarge) && topic.subscriptions.length > most.value) {
    const why = topic.fifo ? 'of a FIFO topic' : 'of a topic with messages above 256 KiB';
    const expected = `at most ${most.value} subscriptions ${why} (limits of SNS)`;
    findings.push({ code: 'out-of-range', path: [...path, 'subscriptions'], expected });
  }
}

/** Protocols that a topic with messages above 256 KiB may deliver by. */
const LARGE_PROTOCOLS: readonly string[] = ['sqs', 'lambda', 'firehose'];
const OVER_HTTP: readonly string[] = ['http', 'https'];
const RAW_PROTOCOLS: readonly string[] = ['sqs', 'http', 'https', 'firehose'];

function checkTarget(
  topic: SnsSettings,
  { to, protocol, rawMessageDelivery }: SubscriptionSettings,
  target: ResourceSettings,
  at: Path,
  findings: Finding[],
): void {
  const misfit = (key: string, expected: string, code: 'misfit' | 'wrong-reference' = 'misfit'): void => {
    findings.push({ code, path: [...at, key], expected });
  };
  const fitting = PROTOCOLS_OF[target.type] ?? [];
  if (!fitting.includes(protocol)) misfit('protocol', `one of ${fitting.join(', ')}: ${to} is a ${target.type}`);
  if (topic.fifo && target.type !== 'sqs') {
    misfit('to', `an sqs queue: a FIFO topic delivers to nothing else; ${to} is a ${target.type}`, 'wrong-reference');
  }
  if (!topic.fifo && target.type === 'sqs' && target.fifo) {
    const said = 'FIFO SQS Queues can not be subscribed to standard SNS topics';
    misfit('to', `a standard queue, or a FIFO topic; SNS says: ${said}`, 'wrong-reference');
  }
  if (topic.maximumMessageSizeBytes > snsFacts.largeAboveBytes.value && !LARGE_PROTOCOLS.includes(protocol)) {
    misfit('to', 'SQS, Firehose or Lambda: a topic with messages above 256 KiB delivers to nothing else');
  }
  if (rawMessageDelivery && !RAW_PROTOCOLS.includes(protocol)) {
    misfit('rawMessageDelivery', 'raw delivery only to SQS, HTTP and HTTPS, and Firehose');
  }
}

function checkDeadLetterQueue(
  topic: SnsSettings,
  { deadLetterQueue }: SubscriptionSettings,
  design: ResolvedDesign,
  at: Path,
  findings: Finding[],
): void {
  const queue = design.resources.find(({ name }) => name === deadLetterQueue);
  if (queue?.type !== 'sqs' || queue.fifo === topic.fifo) return;
  const [kind, other] = topic.fifo ? ['FIFO', 'standard'] : ['standard', 'FIFO'];
  const expected = `a ${kind} queue, as ${topic.name} is a ${kind} topic; ${queue.name} is ${other}`;
  findings.push({ code: 'wrong-reference', path: [...at, 'redrive', 'deadLetterQueue'], expected });
}

/** Each message into a FIFO topic has a group, which is the key of its request. */
function checkKeys(
  topic: SnsSettings,
  design: ResolvedDesign,
  traffic: readonly TrafficSettings[],
  findings: Finding[],
): void {
  for (const { name, key } of traffic) {
    if (key !== null) continue;
    if (!design.entries.some((entry) => entry.traffic === name && entry.resource === topic.name)) continue;
    const expected = `a key for each request, such as { uniform: { keys: 1000 } }: it is the message group in the FIFO topic ${topic.name}`;
    findings.push({ code: 'missing', path: ['traffic', name, 'key'], expected });
  }
}
