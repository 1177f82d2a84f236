/** Data keys of each client of an encrypted resource, and the KMS quotas that they draw on. */
import { kmsFacts, kmsQuotaOf } from '../facts/index.ts';
import { compileVariate, type Simulation } from '../kernel/index.ts';
import type { AwsSettings } from '../scenario/resolved.ts';
import { DataKeys, RequestQuota } from '../services/kms/index.ts';
import type { Counter } from '../services/ports.ts';
import type { Guarded } from './guarded.ts';
import type { Identity } from './identity.ts';
import { decideKey, KEY_ACTIONS } from './key-decisions.ts';

/** Requests to KMS that one data key takes. */
const KEY_REQUESTS = {
  sqs: { produce: kmsFacts.callsPerProducer.value, consume: kmsFacts.callsPerConsumer.value },
  sns: { produce: kmsFacts.callsPerPublisher.value, consume: kmsFacts.callsPerConsumer.value },
} as const;

/** null: the resource has no key of KMS. */
export interface KmsCounters {
  readonly kmsCalls: Counter | null;
  readonly kmsThrottled: Counter | null;
}

export class ClientKeys {
  readonly #sim: Simulation;
  readonly #aws: AwsSettings;
  readonly #quotas = new Map<string, RequestQuota>();
  readonly #keys = new Map<string, DataKeys[]>();
  /** Outages that last, which may overlap. */
  readonly #outages = new Map<string, number>();

  constructor(sim: Simulation, aws: AwsSettings) {
    this.#sim = sim;
    this.#aws = aws;
  }

  /** Those of one client of one resource; null: it needs none. */
  of(
    identity: Identity,
    guarded: Guarded,
    counters: KmsCounters,
  ): { readonly produce: DataKeys; readonly consume: DataKeys } | null {
    const { encryption } = guarded;
    if (encryption?.kind !== 'kms') return null;
    const make = (use: 'produce' | 'consume'): DataKeys =>
      this.#make(use, encryption.reuseUs, identity, guarded, counters);
    return { produce: make('produce'), consume: make('consume') };
  }

  /** KMS does not answer to what a resource's clients ask for; the returned function ends it. */
  cut(resource: string): () => void {
    const known = this.#keys.get(resource) ?? [];
    const count = (change: number): void => {
      const outages = (this.#outages.get(resource) ?? 0) + change;
      this.#outages.set(resource, outages);
      for (const keys of known) keys.reachable = outages === 0;
    };
    count(1);
    return () => count(-1);
  }

  #make(
    use: 'produce' | 'consume',
    reuseUs: number,
    identity: Identity,
    guarded: Guarded,
    { kmsCalls, kmsThrottled }: KmsCounters,
  ): DataKeys {
    // A topic may bear the name of a traffic: their luck is not one.
    const client = identity.principal.kind === 'service' ? `topic ${identity.name}` : identity.name;
    const keys = new DataKeys(reuseUs, KEY_REQUESTS[guarded.service][use], {
      quota: this.#quotaOf(identity.account, guarded.region),
      latency: compileVariate(this.#aws.kms.latency),
      draws: this.#sim.stream(`${client}->${guarded.name}/kms/${use}`),
      onRequest: (throttled) => {
        kmsCalls?.add(1);
        if (throttled) kmsThrottled?.add(1);
      },
    });
    keys.allowed = decideKey(identity, guarded, KEY_ACTIONS[use], this.#aws) === null;
    const known = this.#keys.get(guarded.name);
    if (known === undefined) this.#keys.set(guarded.name, [keys]);
    else known.push(keys);
    return keys;
  }

  /** KMS throttles the account that calls, also where the key belongs to another; a topic's deliveries are its owner's (assumed). */
  #quotaOf(account: string, region: string): RequestQuota {
    const place = `${account}/${region}`;
    const known = this.#quotas.get(place);
    if (known !== undefined) return known;
    const { quotaPerSecond, backgroundPerSecond } = this.#aws.kms;
    const quota = new RequestQuota(quotaPerSecond ?? kmsQuotaOf(region).value, backgroundPerSecond);
    this.#quotas.set(place, quota);
    return quota;
  }
}
