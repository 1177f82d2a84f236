/** What a fault of the script does to the parts of a design, and what undoes it. */
import type { Access } from '../access/index.ts';
import type { HistoryRecorder } from '../history/index.ts';
import type { Cache, Service } from '../services/compute/index.ts';
import type { Sink } from '../services/sink/index.ts';
import { type AccountQueue, SqsQueue } from '../services/sqs/index.ts';
import type { Consumer } from '../workload/consumer.ts';
import type { FaultSettings } from '../workload/settings.ts';
import { StreamConsumer } from '../workload/stream-consumer.ts';
import type { DeliveryStreams } from './delivery-streams.ts';
import type { Applications } from './applications.ts';
import type { Brokers } from './brokers.ts';
import type { Cameras } from './cameras.ts';
import type { Functions } from './functions.ts';
import type { Links } from './links.ts';
import type { Redrives } from './redrives.ts';
import type { Streams } from './streams.ts';
import type { Topics } from './topics.ts';

type Named<T> = ReadonlyMap<string, T>;

export interface Parts {
  readonly links: Links;
  readonly access: Access;
  readonly services: Named<Service>;
  readonly caches: Named<Cache>;
  readonly queues: Named<AccountQueue>;
  readonly consumers: Named<Consumer>;
  readonly streamConsumers: Named<StreamConsumer>;
  readonly streams: Streams;
  readonly deliveryStreams: DeliveryStreams;
  readonly sinks: Named<Sink>;
  readonly topics: Topics;
  readonly functions: Functions;
  readonly brokers: Brokers;
  readonly applications: Applications;
  readonly cameras: Cameras;
  readonly redrives: Redrives;
  /** null: nobody listens. */
  readonly history: HistoryRecorder | null;
}

/** Begins a fault; what comes back ends it. */
export function strike(parts: Parts, fault: FaultSettings): () => void {
  const { target } = fault;
  const requests = 1 - (1 - (fault.loseRequests ?? 0)) * (1 - (fault.unreachable ?? 0));
  const replies = fault.loseReplies ?? 0;
  const ends: (() => void)[] =
    target.kind === 'link'
      ? [parts.links.strike({ from: target.from, to: target.to, requests, replies, errors: 0, down: false })]
      : strikeResource(parts, target.resource, fault, requests, replies);
  const name = target.kind === 'link' ? `${target.from}->${target.to}` : target.resource;
  parts.history?.faultBegins(name);
  // A crash or a flush is over at once; what comes of it is not.
  if (fault.forUs === null && !isLasting(fault)) parts.history?.faultEnds(name);
  return () => {
    for (const end of ends) end();
    parts.history?.faultEnds(name);
  };
}

function strikeResource(
  parts: Parts,
  resource: string,
  fault: FaultSettings,
  requests: number,
  replies: number,
): (() => void)[] {
  const { links, access, services, caches, queues, sinks, topics, functions, redrives, streams, deliveryStreams } =
    parts;
  const ends: (() => void)[] = [];
  const service = services.get(resource);
  const queue = queues.get(resource)?.queue;
  const consumer = parts.consumers.get(resource) ?? parts.streamConsumers.get(resource);
  const topic = topics.get(resource)?.topic;
  const sink = sinks.get(resource);
  const isManaged =
    queue !== undefined || topic !== undefined || streams.get(resource) !== undefined || deliveryStreams.has(resource);
  const down = isManaged && fault.down;
  const errors = isManaged ? (fault.errors ?? 0) : 0;
  if (requests > 0 || replies > 0 || down || errors > 0) {
    ends.push(links.strike({ from: null, to: resource, requests, replies, errors, down }));
  }
  if (service !== undefined) ends.push(...strikeService(service, fault));
  if (fault.flush) caches.get(resource)?.flush();
  if (queue instanceof SqsQueue && fault.duplicate !== null) {
    queue.setDuplicateRate(fault.duplicate);
    ends.push(() => queue.setDuplicateRate(null));
  }
  if (topic !== undefined && fault.duplicate !== null) {
    topic.setDuplicateRate(fault.duplicate);
    ends.push(() => topic.setDuplicateRate(0));
  }
  const stream = streams.get(resource)?.stream;
  if (stream !== undefined && fault.throttle !== undefined) {
    stream.setThrottleRate(fault.throttle);
    ends.push(() => stream.setThrottleRate(0));
  }
  if (sink !== undefined && fault.down) ends.push(sink.takeDown());
  if (sink !== undefined && fault.errors !== null) ends.push(sink.impair(fault.errors));
  if (consumer !== undefined) ends.push(...strikeConsumer(consumer, fault));
  ends.push(...functions.strike(resource, fault), ...parts.applications.strike(resource, fault));
  ends.push(...parts.cameras.strike(resource, fault), ...parts.brokers.strike(resource, fault));
  if (fault.policy !== undefined) ends.push(access.changePolicy(resource, fault.policy));
  if (fault.kmsDown === true) ends.push(access.cutKms(resource));
  if (fault.redrive !== undefined) ends.push(redrives.start(resource, fault.redrive));
  return ends;
}

function strikeService(service: Service, fault: FaultSettings): (() => void)[] {
  if (fault.target.kind !== 'resource') return [];
  const { replica, zone, share } = fault.target;
  const ends: (() => void)[] = [];
  if (fault.down) ends.push(service.takeDown({ replica, zone, share }));
  if (fault.slow !== null || fault.errors !== null) {
    ends.push(service.impair({ replica, zone, share, slow: fault.slow, errors: fault.errors }));
  }
  return ends;
}

function strikeConsumer(consumer: Consumer | StreamConsumer, fault: FaultSettings): (() => void)[] {
  const ends: (() => void)[] = [];
  if (fault.slow !== null) ends.push(consumer.slowDown(fault.slow));
  if (fault.crash !== null) consumer.crash(fault.crash, fault.forUs ?? consumer.settings.restartDelayUs);
  if (fault.cutOff !== undefined && consumer instanceof StreamConsumer) ends.push(consumer.cutOff(fault.cutOff));
  if (fault.down) consumer.crash(fault.target.kind === 'resource' ? (fault.target.share ?? 1) : 1, fault.forUs);
  return ends;
}

/** Whether a fault that is not said to end goes on for ever. */
function isLasting(fault: FaultSettings): boolean {
  const shares = [fault.slow, fault.errors, fault.duplicate, fault.unreachable, fault.loseRequests, fault.loseReplies];
  return (
    fault.down ||
    fault.kmsDown === true ||
    fault.cutOff !== undefined ||
    fault.throttle !== undefined ||
    shares.some((share) => share !== null) ||
    fault.policy !== undefined
  );
}
