/**
 * What a topic owes its subscriptions, told to the history by the settings alone: the topic itself is not asked, nor its filters.
 *
 *   publish accepted ─▶ each subscription that is confirmed now and whose filter lets it through: owed
 */
import type { Clock } from '../history/index.ts';
import type { Witness } from '../services/ports.ts';
import type { SubscriptionSettings } from '../services/sns/index.ts';
import type { MessageKinds } from '../workload/message-kinds.ts';
import type { Accepted } from '../workload/sns-target.ts';
import { FilterOracle, type Policy } from './filter-oracle.ts';

export interface OwedTo {
  readonly settings: SubscriptionSettings;
  /** Its number among all subscriptions of the run. */
  readonly number: number;
  /** Whether its endpoint is told the group of each message. */
  readonly passesGroup: boolean;
}

const NO_GROUP = -1;

export class Owed implements Accepted {
  readonly #clock: Clock;
  readonly #kinds: MessageKinds;
  readonly #witness: Witness;
  readonly #oracle = new FilterOracle();
  readonly #subscriptions: readonly (OwedTo & { readonly policy: Policy | null })[];
  /** Those whose filter lets a kind of message through, at the place of the kind + 1. */
  readonly #routes: (readonly OwedTo[] | undefined)[] = [];
  #lastId = -1;

  constructor(clock: Clock, kinds: MessageKinds, witness: Witness, subscriptions: readonly OwedTo[]) {
    this.#clock = clock;
    this.#kinds = kinds;
    this.#witness = witness;
    this.#subscriptions = subscriptions.map((one) => {
      const { filterPolicy } = one.settings;
      return { ...one, policy: filterPolicy === null ? null : (JSON.parse(filterPolicy) as Policy) };
    });
  }

  /** The topic has said yes to a publish. Ids rise, so one that is not new is that of an earlier message, which this one repeats: it goes nowhere. */
  onAccepted(request: number, kind: number, MessageId: number, group: number, SequenceNumber: number): void {
    if (MessageId <= this.#lastId) return;
    this.#lastId = MessageId;
    const { now } = this.#clock;
    const route = this.#routes[kind + 1] ?? this.#routeOf(kind);
    for (const { settings, number, passesGroup } of route) {
      if (!isConfirmed(settings, now)) continue;
      this.#witness.owed(request, number, MessageId, passesGroup ? group : NO_GROUP, SequenceNumber);
    }
  }

  #routeOf(kind: number): readonly OwedTo[] {
    const message = kind < 0 ? { body: '', attributes: {} } : this.#kinds.message(kind);
    const route = this.#subscriptions.filter(
      ({ policy, settings }) => policy === null || this.#oracle.passes(policy, settings.filterPolicyScope, message),
    );
    this.#routes[kind + 1] = route;
    return route;
  }
}

/** Subscriptions come, are confirmed and go before the ordinary events of their instant. */
function isConfirmed({ subscribeUs, confirmAfterUs, unsubscribeUs }: SubscriptionSettings, nowUs: number): boolean {
  return nowUs >= subscribeUs + confirmAfterUs && (unsubscribeUs === null || nowUs < unsubscribeUs);
}
