/** What a topic reports, under CloudWatch's names where it has them; docs/models/sns.md defines each. */
import type { Counter, Level, Metrics, Observations } from '../ports.ts';
import type { Protocol } from './settings.ts';

/** What SNS bills a request by. */
const CHUNK_BYTES = 65_536;

export class TopicMetrics {
  readonly published: Counter;
  readonly size: Observations;
  readonly filteredOut: Counter;
  readonly failed: Counter;
  readonly redriven: Counter;
  readonly notRedriven: Counter;
  readonly attempts: Counter;
  readonly underWay: Level;
  readonly throttled: Counter;
  readonly duplicates: Counter;
  readonly #delivered: Counter;
  readonly #deliveryMs: Observations;
  readonly #billedPublishes: Counter;
  readonly #billedDeliveryBytes: Counter;
  readonly #byProtocol: ReadonlyMap<Protocol, Counter>;

  /** `protocols`: those of its subscriptions. */
  constructor(metrics: Metrics, protocols: readonly Protocol[]) {
    this.published = metrics.counter('NumberOfMessagesPublished', 'Count');
    this.size = metrics.observations('PublishSize', 'Bytes');
    this.filteredOut = metrics.counter('NumberOfNotificationsFilteredOut', 'Count');
    this.#delivered = metrics.counter('NumberOfNotificationsDelivered', 'Count');
    this.failed = metrics.counter('NumberOfNotificationsFailed', 'Count');
    this.redriven = metrics.counter('NumberOfNotificationsRedrivenToDlq', 'Count');
    this.notRedriven = metrics.counter('NumberOfNotificationsFailedToRedriveToDlq', 'Count');
    this.attempts = metrics.counter('DeliveryAttempts', 'Count');
    this.underWay = metrics.level('DeliveriesUnderWay', 'Count');
    this.throttled = metrics.counter('ThrottledPublishes', 'Count');
    this.duplicates = metrics.counter('DuplicatePublishes', 'Count');
    this.#deliveryMs = metrics.observations('DeliveryMs', 'Milliseconds');
    this.#billedPublishes = metrics.counter('BilledPublishRequests', 'Count', false);
    this.#billedDeliveryBytes = metrics.counter('BilledDeliveryBytes', 'Bytes', false);
    this.#byProtocol = new Map(
      [...new Set(protocols)].map((one) => [one, metrics.counter(`BilledDeliveries-${one}`, 'Count', false)]),
    );
  }

  /** A call that was taken, of so many bytes in all. */
  billPublish(bytes: number): void {
    this.#billedPublishes.add(bytes <= CHUNK_BYTES ? 1 : Math.ceil(bytes / CHUNK_BYTES));
  }

  delivered(protocol: Protocol, bytes: number, us: number): void {
    this.#delivered.add(1);
    this.#deliveryMs.record(us / 1000);
    this.#byProtocol.get(protocol)?.add(1);
    this.#billedDeliveryBytes.add(bytes);
  }
}
