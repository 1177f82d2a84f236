/**
 * What every guard asks before it lets a call through to its service.
 *
 *   client ─▶ transport ─▶ allowed? ─▶ data key at hand? ─▶ service
 *
 * What is allowed is decided once and looked up at each call; a change of policy decides it anew. Codes and texts are the service's own.
 */
import type { DataKeys, KmsRefusal } from '../services/kms/index.ts';
import type { Counter, Requests } from '../services/ports.ts';
import type { EndpointState } from '../workload/endpoint.ts';
import type { ApiLog } from './api-log.ts';
import type { ApiCall } from './api-record.ts';
import type { Guarded } from './guarded.ts';
import type { Identity } from './identity.ts';

export interface GuardPorts {
  readonly now: () => number;
  readonly requests: Pick<Requests, 'ordinal'>;
  readonly state: EndpointState;
  /** Data keys of what this client sends and of what it receives; null: the resource needs none from KMS. */
  readonly keys: { readonly produce: DataKeys; readonly consume: DataKeys } | null;
  readonly denied: Counter;
  readonly log: ApiLog | null;
}

/** An error as SQS and SNS give it. */
export interface ServiceError {
  readonly code: string;
  readonly message: string;
  readonly senderFault: boolean;
}

/** How a service says no. */
export interface Refusals {
  /** Code of a call that no policy allows. */
  readonly denied: string;
  /** A call without TLS to what is encrypted under a KMS key. */
  readonly insecure: ServiceError;
  readonly kms: Readonly<Record<KmsRefusal, ServiceError>>;
}

export class Gate {
  /** What clients add to each message by encrypting it, bytes. */
  readonly overheadBytes: number;
  readonly #identity: Identity;
  readonly #guarded: Guarded;
  readonly #ports: GuardPorts;
  readonly #refusals: Refusals;
  readonly #insecure: ServiceError | null;
  #errors: readonly (ServiceError | null)[] = [];

  constructor(identity: Identity, guarded: Guarded, ports: GuardPorts, refusals: Refusals) {
    this.#identity = identity;
    this.#guarded = guarded;
    this.#ports = ports;
    this.#refusals = refusals;
    const { encryption } = guarded;
    this.overheadBytes = encryption?.kind === 'client-side' ? encryption.overheadBytes : 0;
    this.#insecure = !identity.tls && encryption?.kind === 'kms' ? refusals.insecure : null;
  }

  /** Why each of the service's actions is denied from now on; null: it is allowed. */
  decided(texts: readonly (string | null)[]): void {
    this.#errors = texts.map((text) => (text === null ? null : refusal(this.#refusals.denied, text)));
  }

  /** Why this action may not be called; null: it may. */
  refusal(action: number): ServiceError | null {
    this.#ports.state.lateUs = 0;
    const error = this.#insecure ?? (this.#errors[action] as ServiceError | null);
    if (error !== null) this.#ports.denied.add(1);
    return error;
  }

  /** A principal's data key; what the call waits for it goes to the client's endpoint. */
  keyFor(use: 'produce' | 'consume', principal: number): ServiceError | null {
    const { keys, now, state, denied } = this.#ports;
    if (keys === null) return null;
    const found = keys[use].use(principal, now());
    if (typeof found === 'number') {
      state.lateUs = found;
      return null;
    }
    if (found === 'accessDenied') denied.add(1);
    return this.#refusals.kms[found];
  }

  /** Which of the principals sends a request: the same in every design. */
  principalOf(request: number): number {
    const { principals } = this.#identity;
    return principals === 1 ? 0 : scattered(this.#ports.requests.ordinal(request)) % principals;
  }

  /** Whose turn it is among the principals of a client that calls by itself. */
  principalAt(turn: number): number {
    return turn % this.#identity.principals;
  }

  /** What the log notes of a call. */
  call(eventName: string, error: ServiceError | null): ApiCall {
    return { us: this.#ports.now(), eventName, error, identity: this.#identity, guarded: this.#guarded };
  }
}

/** An error for which the caller is to blame. */
export function refusal(code: string, message: string): ServiceError {
  return { code, message, senderFault: true };
}

/** Spreads ordinals evenly, whatever their pattern. */
function scattered(ordinal: number): number {
  let x = (ordinal ^ Math.floor(ordinal / 4_294_967_296)) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x45d9f3b);
  x = Math.imul(x ^ (x >>> 16), 0x45d9f3b);
  return (x ^ (x >>> 16)) >>> 0;
}
