/** What a broker and its destinations report, under CloudWatch's names of Amazon MQ for ActiveMQ. The broker's are the sums of its destinations'. */
import type { Counter, Level, Metrics, Observations } from '../../ports.ts';
import type { BrokerQueue } from '../broker/broker-queue.ts';
import type { BrokerObserver, DropReason } from '../broker/ports.ts';

/** Of a destination, or of all of them. */
export class DestinationMetrics {
  /** Messages that are there, those in consumers' hands too. */
  readonly QueueSize: Level;
  readonly InFlightCount: Level;
  readonly ConsumerCount: Level;
  readonly EnqueueCount: Counter;
  readonly DispatchCount: Counter;
  /** Acknowledged. */
  readonly DequeueCount: Counter;
  readonly ExpiredCount: Counter;
  /** From a message's arrival to its delivery. */
  readonly EnqueueTime: Observations;

  constructor(metrics: Metrics) {
    this.QueueSize = metrics.level('QueueSize', 'Count');
    this.InFlightCount = metrics.level('InFlightCount', 'Count');
    this.ConsumerCount = metrics.level('ConsumerCount', 'Count');
    this.EnqueueCount = metrics.counter('EnqueueCount', 'Count');
    this.DispatchCount = metrics.counter('DispatchCount', 'Count');
    this.DequeueCount = metrics.counter('DequeueCount', 'Count');
    this.ExpiredCount = metrics.counter('ExpiredCount', 'Count');
    this.EnqueueTime = metrics.observations('EnqueueTime', 'Milliseconds');
  }
}

/** Of the broker alone. */
export class NodeMetrics {
  /** Busy or not, 100 or 0: its mean is the utilisation. */
  readonly CpuUtilization: Level;
  /** Of non-persistent messages, of what is allowed to them; 0 without a limit. */
  readonly HeapUsage: Level;
  readonly StorePercentUsage: Level;
  readonly CurrentConnectionsCount: Level;
  /** Connections that have sent something. */
  readonly ProducerCount: Level;

  constructor(metrics: Metrics) {
    this.CpuUtilization = metrics.level('CpuUtilization', 'Percent');
    this.HeapUsage = metrics.level('HeapUsage', 'Percent');
    this.StorePercentUsage = metrics.level('StorePercentUsage', 'Percent');
    this.CurrentConnectionsCount = metrics.level('CurrentConnectionsCount', 'Count');
    this.ProducerCount = metrics.level('ProducerCount', 'Count');
  }
}

/** Stands before a queue's observer, and counts. */
export class DestinationMeter implements BrokerObserver {
  readonly #next: BrokerObserver | null;
  readonly #targets: readonly DestinationMetrics[];
  #queue: BrokerQueue | null = null;
  #inFlight = 0;
  #consumers = 0;

  constructor(next: BrokerObserver | null, targets: readonly DestinationMetrics[]) {
    this.#next = next;
    this.#targets = targets;
  }

  attach(queue: BrokerQueue): void {
    this.#queue = queue;
  }

  consumersChanged(): void {
    const consumers = this.#queue?.consumers.length ?? 0;
    for (const { ConsumerCount } of this.#targets) ConsumerCount.add(consumers - this.#consumers);
    this.#consumers = consumers;
  }

  /** `us`: it has been there for so long. */
  waited(us: number): void {
    for (const { EnqueueTime } of this.#targets) EnqueueTime.record(us / 1000);
  }

  #inFlightChanged(): void {
    const inFlight = this.#queue?.heldCount ?? 0;
    for (const { InFlightCount } of this.#targets) InFlightCount.add(inFlight - this.#inFlight);
    this.#inFlight = inFlight;
  }

  onEnqueued(queue: number, body: number, id: number, sequence: number): void {
    for (const { EnqueueCount, QueueSize } of this.#targets) {
      EnqueueCount.add(1);
      QueueSize.add(1);
    }
    this.#next?.onEnqueued(queue, body, id, sequence);
  }
  onDelivered(queue: number, body: number, id: number, deliveries: number): void {
    for (const { DispatchCount } of this.#targets) DispatchCount.add(1);
    this.#inFlightChanged();
    this.#next?.onDelivered(queue, body, id, deliveries);
  }
  onAcknowledged(queue: number, body: number, id: number): void {
    for (const { DequeueCount } of this.#targets) DequeueCount.add(1);
    this.#next?.onAcknowledged(queue, body, id);
  }
  onRequeued(queue: number, body: number, id: number): void {
    this.#inFlightChanged();
    this.#next?.onRequeued(queue, body, id);
  }
  /** The engine tells it itself. */
  onDeadLettered(): void {}
  onDropped(queue: number, body: number, id: number, reason: DropReason): void {
    if (reason === 'expired') this.expired();
    this.#next?.onDropped(queue, body, id, reason);
  }
  onGone(queue: number, body: number, id: number): void {
    for (const { QueueSize } of this.#targets) QueueSize.add(-1);
    this.#inFlightChanged();
    this.#next?.onGone(queue, body, id);
  }

  expired(): void {
    for (const { ExpiredCount } of this.#targets) ExpiredCount.add(1);
  }
}
