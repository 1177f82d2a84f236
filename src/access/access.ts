/**
 * Who may do what in one design, for one run: hands each client its queue or topic, guarded where that makes a difference.
 *
 *   client ──▶ GuardedQueue ──▶ queue        a design that says nothing of access has no guards: its clients hold the queue itself
 *                  ▲ decided anew when the script changes a policy
 */
import type { Simulation } from '../kernel/index.ts';
import type { AwsSettings, ResolvedDesign, ResolvedScenario } from '../scenario/resolved.ts';
import type { Policy } from '../services/iam/index.ts';
import { WHEREABOUTS } from '../services/iam/schema.ts';
import { KMS_DEFAULTS } from '../services/kms/schema.ts';
import type { Counter, Metrics, Requests } from '../services/ports.ts';
import type { SnsPublishing } from '../services/sns/operations.ts';
import type { SqsOperations } from '../services/sqs/operations.ts';
import type { SqsSettings } from '../services/sqs/settings.ts';
import type { EndpointState } from '../workload/endpoint.ts';
import type { ApiLog } from './api-log.ts';
import { type CallerName, callerSettings, type TopicSettings } from './callers.ts';
import { ClientKeys, type KmsCounters } from './client-keys.ts';
import { decide, deniedText } from './decisions.ts';
import type { GuardPorts } from './gate.ts';
import { type Guarded, guardedQueue, guardedTopic } from './guarded.ts';
import { GuardedQueue, SQS_ACTIONS } from './guarded-queue.ts';
import { GuardedTopic, SNS_ACTIONS } from './guarded-topic.ts';
import { type Identity, identityOf } from './identity.ts';
import { PoliciesInForce, queuePolicy, scriptedPolicies, topicPolicy } from './own-policies.ts';

export interface AccessPorts {
  readonly requests: Pick<Requests, 'ordinal'>;
  /** Metrics of the resource of that name. */
  readonly metrics: (resource: string) => Pick<Metrics, 'counter'>;
  /** null: no log is kept. */
  readonly log: ApiLog | null;
}

interface Counters extends KmsCounters {
  readonly denied: Counter;
}

/** How one service is guarded. */
interface Service<T> {
  readonly guarded: Guarded;
  readonly actions: readonly string[];
  readonly policy: () => Policy | null;
  readonly guard: (identity: Identity, ports: GuardPorts) => T & { decided(texts: readonly (string | null)[]): void };
}

export class Access {
  readonly #sim: Simulation;
  readonly #scenario: ResolvedScenario;
  readonly #design: ResolvedDesign;
  readonly #ports: AccessPorts;
  readonly #aws: AwsSettings;
  readonly #policies = new PoliciesInForce();
  readonly #keys: ClientKeys;
  readonly #counters = new Map<string, Counters>();

  constructor(sim: Simulation, scenario: ResolvedScenario, design: ResolvedDesign, ports: AccessPorts) {
    this.#sim = sim;
    this.#scenario = scenario;
    this.#design = design;
    this.#ports = ports;
    this.#aws = scenario.aws ?? NOWHERE;
    this.#keys = new ClientKeys(sim, this.#aws);
  }

  /** The queue as that client (a traffic, a consumer, a topic's deliveries) meets it: itself, where nothing stands between them. */
  sqsClient(from: CallerName, settings: SqsSettings, queue: SqsOperations, state: EndpointState): SqsOperations {
    const guarded = guardedQueue(settings, this.#aws);
    return this.#client<SqsOperations>(from, queue, state, {
      guarded,
      actions: SQS_ACTIONS,
      policy: () => queuePolicy(settings, this.#design, this.#aws),
      guard: (identity, ports) => new GuardedQueue(queue, identity, guarded, ports),
    });
  }

  /** The topic as that publisher meets it: itself, where nothing stands between them. */
  snsClient(from: CallerName, settings: TopicSettings, topic: SnsPublishing, state: EndpointState): SnsPublishing {
    const guarded = guardedTopic(settings, this.#aws);
    return this.#client<SnsPublishing>(from, topic, state, {
      guarded,
      actions: SNS_ACTIONS,
      policy: () => topicPolicy(settings, this.#aws),
      guard: (identity, ports) => new GuardedTopic(topic, identity, guarded, ports),
    });
  }

  /** Puts a policy in the place of a resource's own; the returned function ends it. */
  changePolicy(resource: string, json: unknown): () => void {
    return this.#policies.change(resource, json);
  }

  /** KMS does not answer to a resource's clients; the returned function ends it. */
  cutKms(resource: string): () => void {
    return this.#keys.cut(resource);
  }

  #client<T>(from: CallerName, itself: T, state: EndpointState, service: Service<T>): T {
    const { log, requests } = this.#ports;
    if (this.#scenario.aws === undefined && log === null) return itself;
    const { guarded, actions } = service;
    const caller = callerSettings(this.#scenario, this.#design, from);
    const identity = identityOf(caller, this.#aws, guarded.region);
    state.wayUs = identity.wayUs;
    state.perMessageUs = guarded.encryption?.kind === 'client-side' ? guarded.encryption.timeUs : 0;
    const texts = (policy: Policy | null): (string | null)[] =>
      actions.map((action) => {
        const decision = decide(identity, guarded, action, policy);
        return decision.verdict === 'allowed' ? null : deniedText(identity, guarded, action, decision);
      });
    if (!this.#needsGuard(identity, guarded, texts(service.policy()))) return itself;
    const counters = this.#countersOf(guarded);
    const keys = this.#keys.of(identity, guarded, counters);
    const now = (): number => this.#sim.now;
    const guard = service.guard(identity, { now, requests, state, keys, denied: counters.denied, log });
    this.#policies.watch(guarded.name, service.policy, (policy) => guard.decided(texts(policy)));
    return guard;
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

  #countersOf({ name, encryption }: Guarded): Counters {
    const known = this.#counters.get(name);
    if (known !== undefined) return known;
    const metrics = this.#scenario.aws === undefined ? NO_METRICS : this.#ports.metrics(name);
    const kms = encryption?.kind === 'kms';
    const made = {
      denied: metrics.counter('NumberOfDeniedCalls', 'Count'),
      kmsCalls: kms ? metrics.counter('NumberOfKmsCalls', 'Count') : null,
      kmsThrottled: kms ? metrics.counter('NumberOfKmsThrottledCalls', 'Count') : null,
    };
    this.#counters.set(name, made);
    return made;
  }
}

/** Where a scenario says nothing, and only a log is kept. */
const NOWHERE: AwsSettings = { ...WHEREABOUTS, kms: KMS_DEFAULTS };

/** A log must not change what a run reports. */
const NO_METRICS: Pick<Metrics, 'counter'> = { counter: () => ({ add: () => {} }) };
