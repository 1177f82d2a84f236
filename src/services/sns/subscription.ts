/** A subscription of a topic while a run goes on. */
import {
  compileVariate,
  type Distribution,
  type KeyedStream,
  type Simulation,
  type Variate,
} from '../../kernel/index.ts';
import type { DeliveryPolicy } from './delivery-policy.ts';
import { FilterPolicy } from './filter/index.ts';
import type { SnsEndpoint } from './operations.ts';
import type { SubscriptionSettings } from './settings.ts';
import type { DeliveryQuota, MessageKinds } from './wiring.ts';

const Unknown = 0;
const Wanted = 1;
const Unwanted = 2;
const US_PER_SECOND = 1_000_000;

export interface SubscribeInput {
  readonly settings: SubscriptionSettings;
  readonly endpoint: SnsEndpoint;
  /** null: what cannot be delivered is dropped. */
  readonly deadLetterQueue: SnsEndpoint | null;
  /** From the publish to the endpoint, microseconds. */
  readonly latency: Distribution;
  /** Added where the endpoint is in another Region; null: it is not. */
  readonly crossRegion: Distribution | null;
  /** Bytes that the envelope of a delivery adds; 0 for a raw one. */
  readonly envelopeBytes: number;
  /** Whether the endpoint is told the group of each message. */
  readonly passesGroup: boolean;
  /** Deliveries that its protocol may have, where there is a limit. */
  readonly quota: DeliveryQuota | null;
  /** Whether it has to be confirmed before anything is delivered. */
  readonly pending: boolean;
}

export type SubscriptionState = 'pending' | 'confirmed' | 'deleted';

export class Subscription {
  readonly index: number;
  readonly input: SubscribeInput;
  readonly policy: DeliveryPolicy;
  readonly #latency: Variate;
  readonly #crossRegion: Variate | null;
  readonly #delays: KeyedStream;
  readonly jitter: KeyedStream;
  state: SubscriptionState;
  /** FIFO topics: the lane of each group that has messages on their way. */
  readonly lanes = new Map<number, number>();
  readonly #gapUs: number;
  #freeUs = 0;
  #filter: FilterPolicy | null;
  /** Its verdict on each kind of message, once asked for. */
  #verdicts = new Uint8Array(16);

  /** @throws BadFilterPolicy with AWS's text */
  constructor(sim: Simulation, topic: string, index: number, input: SubscribeInput) {
    const { settings, pending, latency, crossRegion } = input;
    const name = `${topic}->${settings.to}`;
    this.index = index;
    this.input = input;
    this.policy = settings.deliveryPolicy;
    this.#latency = compileVariate(latency);
    this.#crossRegion = crossRegion === null ? null : compileVariate(crossRegion);
    this.#delays = sim.keyedStream(`${name}/delivery`);
    this.jitter = sim.keyedStream(`${name}/backoff`);
    this.state = pending ? 'pending' : 'confirmed';
    this.#gapUs = settings.maxReceivesPerSecond === null ? 0 : US_PER_SECOND / settings.maxReceivesPerSecond;
    this.#filter =
      settings.filterPolicy === null ? null : new FilterPolicy(settings.filterPolicy, settings.filterPolicyScope);
  }

  /** null: it gets everything. */
  set filter(filter: FilterPolicy | null) {
    this.#filter = filter;
    this.#verdicts.fill(Unknown);
  }

  /** Whether its filter lets messages of a kind through; -1: no attributes, and a body that is no JSON. */
  wants(kind: number, kinds: MessageKinds): boolean {
    if (this.#filter === null) return true;
    if (kind < 0) return this.#filter.matches({ body: '', attributes: {} });
    if (kind >= this.#verdicts.length) {
      const wider = new Uint8Array(Math.max(kind + 1, this.#verdicts.length * 2));
      wider.set(this.#verdicts);
      this.#verdicts = wider;
    }
    if (this.#verdicts[kind] === Unknown) {
      this.#verdicts[kind] = this.#filter.matches(kinds.message(kind)) ? Wanted : Unwanted;
    }
    return this.#verdicts[kind] === Wanted;
  }

  /** From the topic to the endpoint, whole microseconds; the draw belongs to the request and the path. */
  latencyUs(ordinal: number, path: number): number {
    const { constant, mean } = this.#latency;
    if (constant && this.#crossRegion === null) return Math.floor(mean + 0.5);
    const draws = this.#delays.at(ordinal, path);
    const own = this.#latency.draw(draws);
    return Math.floor(own + (this.#crossRegion === null ? 0 : this.#crossRegion.draw(draws)) + 0.5);
  }

  /** When an attempt that could go now may go, so that no more than its rate of them go in a second; the place is taken. */
  paced(nowUs: number): number {
    if (this.#gapUs === 0) return nowUs;
    const at = Math.max(nowUs, Math.ceil(this.#freeUs));
    this.#freeUs = Math.max(nowUs, this.#freeUs) + this.#gapUs;
    return at;
  }
}
