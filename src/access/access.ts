/**
 * Who may do what in one design, for one run: hands each client its queue, guarded where that makes a difference.
 *
 *   client ──▶ GuardedQueue ──▶ queue        a design that says nothing of access has no guards: its clients hold the queue itself
 *                  ▲ decided anew when the script changes a policy
 */
import { kmsQuotaOf } from '../facts/index.ts';
import { compileVariate, type Simulation } from '../kernel/index.ts';
import type { AwsSettings, ResolvedDesign, ResolvedScenario } from '../scenario/resolved.ts';
import { parsePolicy, type Policy } from '../services/iam/index.ts';
import { WHEREABOUTS } from '../services/iam/schema.ts';
import { KMS_DEFAULTS } from '../services/kms/schema.ts';
import { DataKeys, RequestQuota } from '../services/kms/index.ts';
import type { Counter, Metrics, Requests } from '../services/ports.ts';
import type { SqsOperations } from '../services/sqs/operations.ts';
import type { SqsSettings } from '../services/sqs/settings.ts';
import type { EndpointState } from '../workload/endpoint.ts';
import { decide, decideKey, deniedText, type Guarded, guardedQueue, type Identity, identityOf } from './decisions.ts';
import { GuardedQueue, KEY_ACTIONS, KEY_REQUESTS, SQS_ACTIONS } from './guarded-queue.ts';
import type { ApiLog } from './api-log.ts';
import { callerSettings, scriptedPolicies } from './callers.ts';

export interface AccessPorts {
  readonly requests: Pick<Requests, 'ordinal'>;
  /** Metrics of the resource of that name. */
  readonly metrics: (resource: string) => Metrics;
  /** null: no log is kept. */
  readonly log: ApiLog | null;
}

interface OwnPolicy {
  /** Its own first; the last one is in force. null: none. */
  readonly inForce: (Policy | null)[];
  readonly refresh: (() => void)[];
}

interface QueueCounters {
  readonly denied: Counter;
  readonly kmsCalls: Counter | null;
  readonly kmsThrottled: Counter | null;
}

export class Access {
  readonly #sim: Simulation;
  readonly #scenario: ResolvedScenario;
  readonly #design: ResolvedDesign;
  readonly #ports: AccessPorts;
  readonly #aws: AwsSettings;
  readonly #policies = new Map<string, OwnPolicy>();
  readonly #quotas = new Map<string, RequestQuota>();
  readonly #counters = new Map<string, QueueCounters>();

  constructor(sim: Simulation, scenario: ResolvedScenario, design: ResolvedDesign, ports: AccessPorts) {
    this.#sim = sim;
    this.#scenario = scenario;
    this.#design = design;
    this.#ports = ports;
    this.#aws = scenario.aws ?? NOWHERE;
  }

  /** The queue as the client of that name (a traffic, a consumer, a topic) meets it: itself, where nothing stands between them. */
  sqsClient(from: string, settings: SqsSettings, queue: SqsOperations, state: EndpointState): SqsOperations {
    if (this.#scenario.aws === undefined && this.#ports.log === null) return queue;
    const identity = identityOf(callerSettings(this.#scenario, this.#design, from), this.#aws);
    const guarded = guardedQueue(settings, this.#aws);
    state.wayUs = identity.wayUs;
    state.perMessageUs = guarded.encryption?.kind === 'client-side' ? guarded.encryption.timeUs : 0;
    const own = this.#policyOf(settings, guarded);
    const texts = (): (string | null)[] => this.#decisions(identity, guarded, own.inForce.at(-1) ?? null);
    if (!this.#needsGuard(identity, guarded, texts())) return queue;
    const counters = this.#countersOf(settings.name, guarded);
    const keys = guarded.encryption?.kind === 'kms' ? this.#keys(identity, guarded, counters) : null;
    const guard = new GuardedQueue(queue, identity, guarded, {
      now: () => this.#sim.now,
      requests: this.#ports.requests,
      state,
      keys,
      denied: counters.denied,
      log: this.#ports.log,
    });
    const refresh = (): void => guard.decided(texts());
    refresh();
    own.refresh.push(refresh);
    return guard;
  }

  /** Puts a policy in the place of a resource's own; the returned function ends it. */
  changePolicy(resource: string, json: unknown): () => void {
    const own = this.#policies.get(resource);
    if (own === undefined) return () => {};
    const policy = parsePolicy(json, `scripted policy of ${resource}`, 'resource');
    own.inForce.push(policy);
    for (const refresh of own.refresh) refresh();
    return () => {
      own.inForce.splice(own.inForce.lastIndexOf(policy), 1);
      for (const refresh of own.refresh) refresh();
    };
  }

  #needsGuard(identity: Identity, guarded: Guarded, texts: readonly (string | null)[]): boolean {
    return (
      this.#ports.log !== null ||
      guarded.encryption?.kind === 'kms' ||
      guarded.encryption?.kind === 'client-side' ||
      texts.some((text) => text !== null) ||
      scriptedPolicies(this.#scenario.faults, guarded.name).length > 0 ||
      !identity.tls
    );
  }

  #policyOf(settings: SqsSettings, { name }: Guarded): OwnPolicy {
    const known = this.#policies.get(name);
    if (known !== undefined) return known;
    const json = settings.access?.policy ?? null;
    const own = json === null ? null : parsePolicy(json, `policy of ${name}`, 'resource');
    const made = { inForce: [own], refresh: [] };
    this.#policies.set(name, made);
    return made;
  }

  #decisions(identity: Identity, guarded: Guarded, policy: Policy | null): (string | null)[] {
    return SQS_ACTIONS.map((action) => {
      const decision = decide(identity, guarded, action, policy);
      return decision.verdict === 'allowed' ? null : deniedText(identity, guarded, action, decision);
    });
  }

  #keys(identity: Identity, guarded: Guarded, { kmsCalls, kmsThrottled }: QueueCounters) {
    const { latency } = this.#aws.kms;
    const reuseUs = guarded.encryption?.kind === 'kms' ? guarded.encryption.reuseUs : 0;
    const make = (use: 'produce' | 'consume'): DataKeys => {
      const keys = new DataKeys(reuseUs, KEY_REQUESTS[use], {
        quota: this.#quotaOf(identity.account, guarded.region),
        latency: compileVariate(latency),
        draws: this.#sim.stream(`${identity.name}->${guarded.name}/kms/${use}`),
        onRequest: (throttled) => {
          kmsCalls?.add(1);
          if (throttled) kmsThrottled?.add(1);
        },
      });
      keys.allowed = decideKey(identity, guarded, KEY_ACTIONS[use], this.#aws) === null;
      return keys;
    };
    return { produce: make('produce'), consume: make('consume') };
  }

  /** KMS throttles the account that calls, also where the key belongs to another. */
  #quotaOf(account: string, region: string): RequestQuota {
    const place = `${account}/${region}`;
    const known = this.#quotas.get(place);
    if (known !== undefined) return known;
    const { quotaPerSecond, backgroundPerSecond } = this.#aws.kms;
    const quota = new RequestQuota(quotaPerSecond ?? kmsQuotaOf(region).value, backgroundPerSecond);
    this.#quotas.set(place, quota);
    return quota;
  }

  #countersOf(resource: string, guarded: Guarded): QueueCounters {
    const known = this.#counters.get(resource);
    if (known !== undefined) return known;
    const metrics = this.#scenario.aws === undefined ? NO_METRICS : this.#ports.metrics(resource);
    const kms = guarded.encryption?.kind === 'kms';
    const made = {
      denied: metrics.counter('NumberOfDeniedCalls', 'Count'),
      kmsCalls: kms ? metrics.counter('NumberOfKmsCalls', 'Count') : null,
      kmsThrottled: kms ? metrics.counter('NumberOfKmsThrottledCalls', 'Count') : null,
    };
    this.#counters.set(resource, made);
    return made;
  }
}

/** Where a scenario says nothing, and only a log is kept. */
const NOWHERE: AwsSettings = { ...WHEREABOUTS, kms: KMS_DEFAULTS };

/** A log must not change what a run reports. */
const NO_METRICS: Pick<Metrics, 'counter'> = { counter: () => ({ add: () => {} }) };
