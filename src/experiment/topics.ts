/**
 * The topics of a design, wired for one replication: quotas that topics share, subscriptions that come and go, an account for each.
 *
 *   topic ─▶ subscription ─▶ endpoint: queue | service over HTTP | function | sink          (what that is, the world knows)
 *                 └─▶ dead-letter queue
 */
import { type Fact, snsFacts, snsPublishQuotaOf } from '../facts/index.ts';
import { DeliveryAccount, type TrafficTotals, type Window } from '../history/index.ts';
import type { Simulation } from '../kernel/index.ts';
import type { AwsSettings, ResolvedDesign, ResourceSettings } from '../scenario/resolved.ts';
import { type Metrics, Outcome, type Witness } from '../services/ports.ts';
import { ActionRate } from '../services/messaging/throughput.ts';
import {
  type AccountCensus,
  type DeliveryQuota,
  PublishQuota,
  type SnsEndpoint,
  type SnsObserver,
  type SnsSettings,
  Topic,
} from '../services/sns/index.ts';
import type { MessageKinds } from '../workload/message-kinds.ts';
import type { RequestTable } from '../workload/requests.ts';
import { Owed, type OwedTo } from './owed.ts';

type Subscription = SnsSettings['subscriptions'][number];

/** What a subscription's deliveries became. */
export interface SubscriptionOutcome {
  readonly topic: string;
  readonly to: string;
  readonly outcome: TrafficTotals;
}

export interface TopicsPorts {
  readonly sim: Simulation;
  readonly design: ResolvedDesign;
  /** Where everything is that says nothing else. */
  readonly aws: Pick<AwsSettings, 'account' | 'region'>;
  readonly window: Window;
  readonly requests: RequestTable;
  readonly kinds: MessageKinds;
  readonly metricsOf: (settings: SnsSettings) => Metrics;
  /** Whether somebody reads that queue: what is put there for nobody is parked. */
  readonly isRead: (queue: string) => boolean;
  /** What a topic tells of itself; null: nobody listens. */
  readonly witnessOf: (topic: string) => Witness | null;
}

interface Subscribed {
  /** Its number in the table of requests. */
  readonly ledger: number;
  readonly isQueue: boolean;
  /** What cannot be delivered goes to a queue that nobody reads. */
  readonly parks: boolean;
}

interface Wired {
  readonly topic: Topic;
  readonly settings: SnsSettings;
  /** By their numbers on the topic. */
  readonly subscribed: Subscribed[];
  readonly witness: Witness | null;
  /** Hears of all that the topic takes; null: nobody listens. Made when its subscriptions have their numbers. */
  owed: Owed | null;
}

export class Topics {
  readonly #ports: TopicsPorts;
  readonly #wired = new Map<string, Wired>();
  readonly #quotas = new Map<string, PublishQuota>();
  readonly #deliveryQuotas = new Map<string, DeliveryQuota>();
  readonly #accounts: { readonly topic: string; readonly to: string; readonly account: DeliveryAccount }[] = [];

  constructor(ports: TopicsPorts) {
    this.#ports = ports;
  }

  add(settings: SnsSettings): void {
    const { sim, requests, kinds, metricsOf, design } = this.#ports;
    const subscribed: Subscribed[] = [];
    const witness = this.#ports.witnessOf(settings.name);
    const topic = new Topic(sim, settings, {
      requests,
      metrics: metricsOf(settings),
      observer: this.#observer(settings.name, subscribed, witness),
      quota: this.#quotaOf(settings),
      kinds,
      isFifoQueue: (queue) => design.resources.some((one) => one.type === 'sqs' && one.name === queue && one.fifo),
      account: () => this.#censusOf(this.#accountOf(settings)),
    });
    this.#wired.set(settings.name, { topic, settings, subscribed, witness, owed: null });
  }

  /** undefined: no topic is called so. */
  get(name: string): { readonly topic: Topic; readonly settings: SnsSettings; readonly owed: Owed | null } | undefined {
    return this.#wired.get(name);
  }

  /** Subscribes everybody, now or when it is time; `endpoint` of a queue or of anything else that a topic delivers to. */
  connect(
    endpoint: (topic: SnsSettings, subscription: Subscription) => SnsEndpoint,
    deadLetters: (topic: SnsSettings, queue: string) => SnsEndpoint,
  ): void {
    const { sim, requests, window, kinds } = this.#ports;
    for (const wired of this.#wired.values()) {
      const { topic, settings, subscribed, witness } = wired;
      const owedTo: OwedTo[] = [];
      for (const one of settings.subscriptions) {
        const account = new DeliveryAccount(sim, window);
        this.#accounts.push({ topic: settings.name, to: one.to, account });
        const ledger = requests.addSubscription(account);
        const target = this.#ports.design.resources.find(({ name }) => name === one.to) as ResourceSettings;
        const parks = one.deadLetterQueue !== null && !this.#ports.isRead(one.deadLetterQueue);
        const tellsGroup = passesGroup(settings, target);
        owedTo.push({ settings: one, number: ledger, passesGroup: tellsGroup });
        const input = {
          settings: one,
          endpoint: endpoint(settings, one),
          deadLetterQueue: one.deadLetterQueue === null ? null : deadLetters(settings, one.deadLetterQueue),
          latency: settings.latency.delivery,
          crossRegion: this.#regionOf(target) === this.#regionOf(settings) ? null : settings.latency.crossRegion,
          envelopeBytes: envelopeBytes(settings, one),
          passesGroup: tellsGroup,
          quota: this.#deliveryQuotaOf(settings, one),
          pending: one.confirmAfterUs > 0,
        };
        const subscribe = (): void => {
          const { error, SubscriptionArn } = topic.Subscribe(input);
          if (error !== null) throw new Error(`${settings.name} refuses ${one.to}: ${error.message}`);
          subscribed[SubscriptionArn] = { ledger, isQueue: target.type === 'sqs', parks };
          if (one.confirmAfterUs > 0)
            sim.schedule(one.confirmAfterUs, () => topic.ConfirmSubscription(SubscriptionArn), undefined, 0);
          if (one.unsubscribeUs !== null)
            sim.scheduleAt(one.unsubscribeUs, () => topic.Unsubscribe(SubscriptionArn), undefined, 0);
        };
        // Before the traffic, or before the ordinary events of its instant.
        if (one.subscribeUs === 0) subscribe();
        else sim.scheduleAt(one.subscribeUs, subscribe, undefined, 0);
      }
      if (witness !== null) wired.owed = new Owed(sim, kinds, witness, owedTo);
    }
  }

  finish(): SubscriptionOutcome[] {
    return this.#accounts.map(({ topic, to, account }) => ({ topic, to, outcome: account.finish() }));
  }

  #observer(name: string, subscribed: readonly Subscribed[], witness: Witness | null): SnsObserver {
    const { requests, design } = this.#ports;
    const isEntry = design.entries.some(({ resource }) => resource === name);
    const of = (subscription: number): Subscribed => subscribed[subscription] as Subscribed;
    return {
      onPublished: (body) => {
        if (isEntry) requests.accept(body);
      },
      onMatched: (body, subscription, bytes) => requests.deliver(body, of(subscription).ledger, bytes),
      onFannedOut: (body) => requests.published(body),
      onDeadLettered: (delivery, subscription) => requests.deadLetter(delivery, of(subscription).parks),
      onDone: (delivery, subscription, delivered) => {
        // Of what goes into a queue its endpoint tells.
        if (!delivered) witness?.delivered(delivery, Outcome.failed);
        else if (!of(subscription).isQueue) witness?.delivered(delivery, Outcome.ok);
        requests.release(delivery);
      },
    };
  }

  /** Topics of one kind, account and Region share what may be published. */
  #quotaOf(settings: SnsSettings): PublishQuota {
    const region = this.#regionOf(settings);
    const place = `${this.#accountOf(settings)}/${region}/${settings.fifo ? 'fifo' : 'standard'}`;
    const known = this.#quotas.get(place);
    if (known !== undefined) return known;
    const given = this.#ports.design.resources.flatMap((one) =>
      one.type === 'sns' && one.fifo === settings.fifo && one.publishQuota !== null && this.#regionOf(one) === region
        ? [one.publishQuota]
        : [],
    );
    const quota = new PublishQuota(given[0] ?? snsPublishQuotaOf(region, settings.fifo).value);
    this.#quotas.set(place, quota);
    return quota;
  }

  #deliveryQuotaOf(settings: SnsSettings, { protocol }: Subscription): DeliveryQuota | null {
    const rate = RATES.get(protocol);
    if (rate === undefined) return null;
    const place = `${this.#accountOf(settings)}/${rate.id}`;
    const known = this.#deliveryQuotas.get(place);
    if (known !== undefined) return known;
    const bucket = new ActionRate(1, rate.value, rate.value * snsFacts.burstSeconds.value);
    const quota: DeliveryQuota = { take: (nowUs) => bucket.take(0, 1, nowUs) };
    this.#deliveryQuotas.set(place, quota);
    return quota;
  }

  #censusOf(account: string): AccountCensus {
    const all = [...this.#wired.values()].filter(({ settings }) => this.#accountOf(settings) === account);
    const each = all.map(({ topic }) => topic.census());
    return {
      filterPoliciesOfAccount: each.reduce((sum, one) => sum + one.filterPoliciesOfAccount, 0),
      pendingConfirmations: each.reduce((sum, one) => sum + one.pendingConfirmations, 0),
    };
  }

  #accountOf(settings: SnsSettings): string {
    return settings.access?.account ?? this.#ports.aws.account;
  }

  #regionOf(settings: ResourceSettings): string {
    return ('access' in settings ? settings.access?.region : null) ?? this.#ports.aws.region;
  }
}

/** Deliveries a second that an account may have by a protocol. */
const RATES: ReadonlyMap<string, Fact> = new Map([
  ['email', snsFacts.emailRate],
  ['email-json', snsFacts.emailRate],
  ['sms', snsFacts.smsRate],
]);

function envelopeBytes({ fifo }: SnsSettings, { rawMessageDelivery }: Subscription): number {
  if (rawMessageDelivery) return 0;
  return (fifo ? snsFacts.envelopeFifoBytes : snsFacts.envelopeBytes).value;
}

/** A FIFO queue has the group of its topic's messages; a fair one that of a standard topic's. */
function passesGroup({ fifo }: SnsSettings, target: ResourceSettings): boolean {
  return target.type === 'sqs' && (fifo ? target.fifo : target.fairQueues === true);
}
