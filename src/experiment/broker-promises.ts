/** What brokers promise, queue by queue, by the settings of their queues, of whoever publishes and of whoever reads. */
import type { Promised, ResourcePromises } from '../guarantees/index.ts';
import { mappingsOfBroker, queueNumber, readersOfBroker } from '../scenario/brokers.ts';
import type { ResolvedDesign, ResolvedScenario } from '../scenario/resolved.ts';
import { strikes } from '../scenario/strikes.ts';
import type { MqQueueSettings, MqSettings } from '../services/mq/settings.ts';
import { REDELIVERY } from '../workload/mq/jms-settings.ts';
import type { FaultSettings, MqConsumerSettings } from '../workload/settings.ts';
import { REST_US } from './rest.ts';

/** Between the restarts of maintenance, of three nodes at most. */
const MAINTENANCE_US = 3 * 60_000_000;
const NONE = -1;

/** Messages stay until a consumer is done with them, leave in their order and to nobody in excess of his prefetch, and are flagged where they come again. */
export function ofBroker(scenario: ResolvedScenario, design: ResolvedDesign, settings: MqSettings): ResourcePromises {
  const view = new View(scenario, design, settings);
  const promises: Promised[] = [{ guarantee: 'conservation' }];
  const kept = view.kept;
  if (kept.length > 0) promises.push({ guarantee: 'no-loss', ...view.endingsOf(kept) });
  const given = view.isMqtt ? view.subscribers((qos) => qos > 0) : kept.filter((one) => view.isRead(one));
  if (given.length > 0) promises.push({ guarantee: 'at-least-once', ...view.endingsOf(given) });
  const once = view.isMqtt ? view.subscribers((qos) => qos === 0, 0) : view.unacknowledged;
  if (once.length > 0) promises.push({ guarantee: 'at-most-once', ...view.owedTo(once) });
  const exact = view.isDisturbed ? [] : view.subscribers((qos) => qos === 2, 2);
  if (exact.length > 0) promises.push({ guarantee: 'exactly-once', ...view.endingsOf(exact) });
  if (view.isInOrder.includes(1)) {
    promises.push({
      guarantee: 'order',
      isJudged: view.isInOrder,
      limits: view.singles,
      isToTail: view.isToTail,
      forgets: settings.engine === 'activemq' && view.isKilled,
    });
  }
  if (view.prefetch.some((limit) => limit > 0)) {
    promises.push({ guarantee: 'prefetch', limits: view.prefetch, cumulative: view.isCumulative });
  }
  // ActiveMQ forgets with its memory who was sent what.
  if (!view.isMqtt && (settings.engine === 'rabbitmq' || !view.isKilled)) promises.push({ guarantee: 'redelivered' });
  const limits = view.deliveryLimits;
  if (limits.limits.some((limit) => limit >= 0)) promises.push({ guarantee: 'delivery-limit', ...limits });
  const readers = [...readersOfBroker(design, settings.name), ...mappingsOfBroker(design, settings.name)];
  const watch = readers.map(({ name }) => name);
  return { resource: settings.name, kind: 'mq', watch, promises };
}

/** What a guarantee rests on that a scenario asks for and the broker does not give. */
export function askedOfBroker(
  scenario: ResolvedScenario,
  design: ResolvedDesign,
  name: string,
): Readonly<Record<string, unknown>> {
  const settings = design.resources.find((one) => one.name === name);
  if (settings?.type !== 'mq') return {};
  const view = new View(scenario, design, settings);
  const all = view.isMqtt ? view.subscribers(() => true) : view.targets;
  return { ...view.endingsOf(all), isJudged: view.isInOrder, isToTail: view.isToTail, cumulative: view.isCumulative };
}

/** Whether a consumer reads a broker. */
export function isOfBroker({ resources }: ResolvedDesign, consumer: string): boolean {
  return resources.some((one) => one.type === 'consumer' && one.name === consumer && 'broker' in one);
}

/** A broker and what surrounds it. */
class View {
  readonly isMqtt: boolean;
  readonly targets: readonly MqQueueSettings[];
  readonly isKilled: boolean;
  readonly isDisturbed: boolean;
  readonly #scenario: ResolvedScenario;
  readonly #design: ResolvedDesign;
  readonly #settings: MqSettings;
  readonly #readers: readonly MqConsumerSettings[];
  readonly #isActive: boolean;

  constructor(scenario: ResolvedScenario, design: ResolvedDesign, settings: MqSettings) {
    const { publish, topics, queues, name, engine } = settings;
    this.#scenario = scenario;
    this.#design = design;
    this.#settings = settings;
    this.#readers = readersOfBroker(design, name);
    this.#isActive = engine === 'activemq';
    this.isMqtt = publish.protocol === 'mqtt';
    const names = topics.find((topic) => topic.name === publish.to)?.queues ?? [publish.to];
    this.targets = this.isMqtt ? [] : queues.filter((queue) => names.includes(queue.name));
    const faults = scenario.faults.filter((fault) => strikes(scenario, design, fault));
    this.isKilled = faults.some((fault) => aims(fault, name) && kills(fault));
    this.isDisturbed = faults.some(
      (fault) => aims(fault, name) || this.#readers.some((reader) => aims(fault, reader.name)),
    );
  }

  readersOf({ name }: MqQueueSettings): readonly MqConsumerSettings[] {
    return this.#readers.filter(({ broker }) => broker.protocol !== 'mqtt' && broker.queue === name);
  }

  /** Functions take batches, in which each message is acknowledged. */
  #isReadByFunctions({ name }: MqQueueSettings): boolean {
    return mappingsOfBroker(this.#design, this.#settings.name).some(({ broker }) => broker?.queue === name);
  }

  isRead(queue: MqQueueSettings): boolean {
    return this.readersOf(queue).length > 0 || this.#isReadByFunctions(queue);
  }

  /** What a publish that is confirmed is safe in. */
  get kept(): readonly MqQueueSettings[] {
    const { persistent, confirms } = this.#settings.publish;
    if (this.isMqtt || !persistent || !confirms) return [];
    return this.targets.filter((queue) => this.#isSafe(queue) && this.#areKept(this.#deadLettersOf(queue)));
  }

  #isSafe(queue: MqQueueSettings): boolean {
    return queue.durable && this.readersOf(queue).every(acknowledges);
  }

  /** Whether what goes to the dead letters is seen there; of those of ActiveMQ itself nobody reads. */
  #areKept(name: string | null): boolean {
    const queue = this.#settings.queues.find((one) => one.name === name);
    if (queue === undefined) return true;
    const { messageTtlUs, maxLength, deadLetterQueue } = queue;
    return this.#isSafe(queue) && messageTtlUs === null && maxLength === null && deadLetterQueue === null;
  }

  /** ActiveMQ takes no queue's own. */
  #deadLettersOf({ deadLetterQueue }: MqQueueSettings): string | null {
    return this.#isActive ? ENGINES_OWN : deadLetterQueue;
  }

  #number(name: string): number {
    return queueNumber(this.#design, this.#settings, name);
  }

  /** Queues whose readers acknowledge nothing, where nothing is published twice. */
  get unacknowledged(): readonly MqQueueSettings[] {
    const { confirms, resends, protocol } = this.#settings.publish;
    if ((confirms && resends) || protocol === 'openwire' || (this.#isActive && this.isKilled)) return [];
    return this.targets.filter((queue) => {
      const readers = this.readersOf(queue);
      return readers.length > 0 && !this.#isReadByFunctions(queue) && readers.every((one) => !acknowledges(one));
    });
  }

  /** Consumers over MQTT of what is published, by the quality of their service; `published`: that of the publishers, where it has to be that one. */
  subscribers(isWanted: (qos: number) => boolean, published?: number): readonly MqConsumerSettings[] {
    const { qos, to } = this.#settings.publish;
    if (!this.isMqtt || (published !== undefined && qos !== published)) return [];
    return this.#readers.filter(
      ({ broker }) => broker.protocol === 'mqtt' && broker.queue === to && isWanted(Math.min(broker.qos, qos)),
    );
  }

  owedTo(of: readonly (MqQueueSettings | MqConsumerSettings)[]): Readonly<Record<string, unknown>> {
    return { queues: of.map(({ name }) => this.#number(name)), isPerReader: this.isMqtt };
  }

  endingsOf(of: readonly (MqQueueSettings | MqConsumerSettings)[]): Readonly<Record<string, unknown>> {
    const each = (value: (queue: MqQueueSettings) => number, none: number): readonly number[] =>
      of.map((one) => ('durable' in one ? value(one) : none));
    const isActive = this.#isActive;
    return {
      ...this.owedTo(of),
      restUs: this.#restUs,
      losesDeadLetters: !isActive && this.isKilled,
      deadLetters: each((queue) => {
        const name = this.#deadLettersOf(queue);
        return name === null ? NONE : this.#number(name);
      }, NONE),
      ttlUs: each((queue) => (isActive ? NONE : (queue.messageTtlUs ?? NONE)), NONE),
      limits: each((queue) => (isActive ? NONE : limitOf(queue)), NONE),
      rejects: each((queue) => (isActive || this.readersOf(queue).some(rejects) ? 1 : 0), 0),
      overflows: each((queue) => (!isActive && queue.maxLength !== null && queue.overflow === 'dropHead' ? 1 : 0), 0),
    };
  }

  get #restUs(): number {
    const { reconnect, node, queues } = this.#settings;
    const ttl = queues.map(({ messageTtlUs }) => messageTtlUs ?? 0);
    return REST_US + reconnect.maxDelayUs + node.restartUs + node.failoverUs + MAINTENANCE_US + Math.max(0, ...ttl);
  }

  /** By number: 1, where messages leave in their order. A queue that is not durable begins anew, and ActiveMQ gives those of a group to one consumer, whoever else waits. */
  get isInOrder(): readonly number[] {
    const hasGroups = this.#isActive && this.#scenario.traffic.some(({ key }) => key !== null);
    return this.#settings.queues.map(({ durable }) => (durable && !hasGroups ? 1 : 0));
  }

  /** By number: 1, where what is refused goes behind all others: quorum queues without a limit. */
  get isToTail(): readonly number[] {
    return this.#settings.queues.map(({ kind, deliveryLimit }) =>
      kind === 'quorum' && deliveryLimit === null ? 1 : 0,
    );
  }

  /** By number: 1, where each consumer takes one message at a time. */
  get singles(): readonly number[] {
    return this.#settings.queues.map((queue) => {
      const readers = this.readersOf(queue);
      const isSingle = ({ broker }: MqConsumerSettings): boolean =>
        broker.protocol === 'amqp' && broker.prefetch === 1 && broker.acknowledge !== 'auto';
      return readers.length > 0 && !this.#isReadByFunctions(queue) && readers.every(isSingle) ? 1 : NONE;
    });
  }

  /** By number. What a session of OpenWire is sent ahead the history does not tell. */
  get prefetch(): readonly number[] {
    return this.#settings.queues.map((queue) => {
      const readers = this.readersOf(queue);
      const limits = readers.map((one) =>
        one.broker.protocol === 'openwire' || !acknowledges(one) ? 0 : one.broker.prefetch,
      );
      return readers.length === 0 || limits.includes(0) || this.#isReadByFunctions(queue) ? NONE : Math.max(...limits);
    });
  }

  get isCumulative(): readonly number[] {
    return this.#settings.queues.map((queue) =>
      this.readersOf(queue).some(({ broker }) => broker.acknowledge === 'client') ? 1 : 0,
    );
  }

  /** ActiveMQ's clients count, RabbitMQ's quorum queues do. */
  get deliveryLimits(): Readonly<Record<'limits' | 'isClients' | 'deadLetters', readonly number[]>> {
    const { queues } = this.#settings;
    const limits = queues.map((queue) => {
      if (!this.#isActive) return limitOf(queue);
      const readers = this.readersOf(queue);
      const areJms =
        readers.length > 0 &&
        !this.#isReadByFunctions(queue) &&
        readers.every(({ broker }) => broker.protocol === 'openwire');
      return areJms ? REDELIVERY.maximumRedeliveries : NONE;
    });
    const areAllJms = queues.every((queue, i) => (limits[i] as number) >= 0 || (!this.isRead(queue) && this.#isActive));
    const deadLetters = queues.map((queue, i) => {
      if ((limits[i] as number) < 0) return NONE;
      if (this.#isActive) return areAllJms ? this.#number(ENGINES_OWN) : NONE;
      return this.#isForLimitAlone(queue) ? this.#number(queue.deadLetterQueue as string) : NONE;
    });
    return { limits, isClients: queues.map(() => (this.#isActive ? 1 : 0)), deadLetters };
  }

  /** Whether its dead letters are those that came too often, and no others. */
  #isForLimitAlone(queue: MqQueueSettings): boolean {
    const { deadLetterQueue, messageTtlUs, maxLength } = queue;
    if (deadLetterQueue === null || messageTtlUs !== null || maxLength !== null) return false;
    const { queues } = this.#settings;
    const isFedByOthers = queues.some((one) => one !== queue && one.deadLetterQueue === deadLetterQueue);
    if (isFedByOthers || this.targets.some(({ name }) => name === deadLetterQueue)) return false;
    return (
      !this.#isReadByFunctions(queue) && this.readersOf(queue).every(({ broker }) => broker.onFailure === 'requeue')
    );
  }
}

/** Stands for ActiveMQ.DLQ, which no queue of a scenario can be called. */
const ENGINES_OWN = 'ActiveMQ.DLQ';

/** A session of JMS always acknowledges, whoever says so. */
function acknowledges({ broker }: MqConsumerSettings): boolean {
  return broker.protocol === 'openwire' || broker.acknowledge !== 'auto';
}

function rejects({ broker }: MqConsumerSettings): boolean {
  return broker.onFailure === 'reject';
}

function limitOf({ kind, deliveryLimit }: MqQueueSettings): number {
  return kind === 'quorum' ? (deliveryLimit ?? NONE) : NONE;
}

function aims({ target }: FaultSettings, name: string): boolean {
  return target.kind === 'link' ? target.from === name || target.to === name : target.resource === name;
}

function kills({ crash, down, maintenance }: FaultSettings): boolean {
  return crash !== null || down || maintenance === true;
}
