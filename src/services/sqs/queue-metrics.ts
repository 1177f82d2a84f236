/** What a queue reports, under CloudWatch's names where it has them; docs/models/sqs.md defines each. */
import type { Age, Counter, Level, Metrics, Observations } from '../ports.ts';

export class QueueMetrics {
  readonly sent: Counter;
  readonly received: Counter;
  readonly deleted: Counter;
  readonly emptyReceives: Counter;
  readonly duplicates: Counter;
  readonly expired: Counter;
  readonly moved: Counter;
  readonly size: Observations;
  readonly #visible: Level;
  readonly #notVisible: Level;
  readonly #delayed: Level;
  readonly #age: Age;
  #lastVisible = 0;
  #lastNotVisible = 0;
  #lastDelayed = 0;
  #lastSince = -1;

  constructor(metrics: Metrics) {
    this.sent = metrics.counter('NumberOfMessagesSent', 'Count');
    this.received = metrics.counter('NumberOfMessagesReceived', 'Count');
    this.deleted = metrics.counter('NumberOfMessagesDeleted', 'Count');
    this.emptyReceives = metrics.counter('NumberOfEmptyReceives', 'Count');
    this.duplicates = metrics.counter('NumberOfDuplicateDeliveries', 'Count');
    this.expired = metrics.counter('NumberOfMessagesExpired', 'Count');
    this.moved = metrics.counter('NumberOfMessagesMovedToDeadLetterQueue', 'Count');
    this.size = metrics.observations('SentMessageSize', 'Bytes');
    this.#visible = metrics.level('ApproximateNumberOfMessagesVisible', 'Count');
    this.#notVisible = metrics.level('ApproximateNumberOfMessagesNotVisible', 'Count');
    this.#delayed = metrics.level('ApproximateNumberOfMessagesDelayed', 'Count');
    this.#age = metrics.age('ApproximateAgeOfOldestMessage');
  }

  /** Told once at the end of each change; what is as before is not passed on. */
  levels(visible: number, notVisible: number, delayed: number, oldestSinceUs: number): void {
    if (visible !== this.#lastVisible) {
      this.#lastVisible = visible;
      this.#visible.set(visible);
    }
    if (notVisible !== this.#lastNotVisible) {
      this.#lastNotVisible = notVisible;
      this.#notVisible.set(notVisible);
    }
    if (delayed !== this.#lastDelayed) {
      this.#lastDelayed = delayed;
      this.#delayed.set(delayed);
    }
    if (oldestSinceUs !== this.#lastSince) {
      this.#lastSince = oldestSinceUs;
      this.#age.since(oldestSinceUs);
    }
  }
}
