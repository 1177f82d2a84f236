/**
 * The data keys that an encrypted queue or topic holds for one caller, one for each of its principals: principals never share them.
 *
 *   none ──first call──▶ fetching ──latency──▶ held ──reuse period over──▶ none
 *          └─ no token, or not allowed: the call fails, and the next one asks for what is still missing (assumed)
 *
 * Calls that come while a key is on its way wait for that one. While KMS is out of reach the last key is used on, however old it is.
 */
import { grownFloat64, grownUint8 } from '../../calls/index.ts';
import type { Stream, Variate } from '../../kernel/index.ts';
import type { RequestQuota } from './request-quota.ts';

/** Why there is no key; each service has codes of its own for it. */
export type KmsRefusal = 'throttled' | 'accessDenied' | 'unreachable';

export interface DataKeyPorts {
  readonly quota: RequestQuota;
  /** Of one request, microseconds. */
  readonly latency: Variate;
  readonly draws: Stream;
  /** Told of each request to KMS, granted or not. */
  onRequest(throttled: boolean): void;
}

export class DataKeys {
  /** Whether the key's policy lets the caller use it; the script may change that. A key that is held already goes on being used. */
  allowed = true;
  /** Whether KMS answers; the script may change that. */
  reachable = true;
  readonly #reuseUs: number;
  /** Requests that one key takes: two of a producer, one of a consumer. */
  readonly #requests: number;
  readonly #ports: DataKeyPorts;
  /** Requests that KMS has answered for a key that is not complete. */
  #granted = new Uint8Array(1);
  #readyUs = new Float64Array(1);
  /** Until when it is used, microseconds; 0: there was never one. */
  #untilUs = new Float64Array(1);

  constructor(reuseUs: number, requests: number, ports: DataKeyPorts) {
    this.#reuseUs = reuseUs;
    this.#requests = requests;
    this.#ports = ports;
  }

  /** The call of a principal needs its key now: how long it waits for it in microseconds, or why it fails. */
  use(principal: number, nowUs: number): number | KmsRefusal {
    while (principal >= this.#untilUs.length) {
      this.#granted = grownUint8(this.#granted, this.#granted.length * 2);
      this.#readyUs = grownFloat64(this.#readyUs, this.#readyUs.length * 2);
      this.#untilUs = grownFloat64(this.#untilUs, this.#untilUs.length * 2);
    }
    if (nowUs < (this.#untilUs[principal] as number)) {
      const wait = (this.#readyUs[principal] as number) - nowUs;
      return wait > 0 ? wait : 0;
    }
    if (!this.reachable) return (this.#untilUs[principal] as number) > 0 ? 0 : 'unreachable';
    if (!this.allowed) {
      this.#ports.onRequest(false);
      return 'accessDenied';
    }
    let us = 0;
    for (let i = this.#granted[principal] as number; i < this.#requests; i++) {
      const granted = this.#ports.quota.take(nowUs);
      this.#ports.onRequest(!granted);
      this.#granted[principal] = granted ? i + 1 : i;
      if (!granted) return 'throttled';
      const { latency } = this.#ports;
      us += Math.floor((latency.constant ? latency.mean : latency.draw(this.#ports.draws)) + 0.5);
    }
    this.#granted[principal] = 0;
    this.#readyUs[principal] = nowUs + us;
    this.#untilUs[principal] = nowUs + us + this.#reuseUs;
    return us;
  }
}
