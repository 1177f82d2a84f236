/**
 * The data keys that an encrypted queue holds for one caller, one for each of its principals: principals never share them.
 *
 *   none ──first call──▶ fetching ──latency──▶ held ──reuse period over──▶ none
 *          └─ no token, or not allowed: the call fails, and the next one asks for what is still missing (assumed)
 *
 * Calls that come while a key is on its way wait for that one.
 */
import { grownFloat64, grownUint8 } from '../../calls/index.ts';
import type { Stream, Variate } from '../../kernel/index.ts';
import type { RequestQuota } from './request-quota.ts';

/** What KMS said to a request, told as the service tells its own caller. */
export type KmsRefusal = 'KmsThrottled' | 'KmsAccessDenied';

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
  readonly #reuseUs: number;
  /** Requests that one key takes: two of a producer, one of a consumer. */
  readonly #requests: number;
  readonly #ports: DataKeyPorts;
  /** Requests that KMS has answered for a key that is not complete. */
  #granted = new Uint8Array(1);
  #readyUs = new Float64Array(1);
  /** Until when it is used, microseconds; 0: there is none. */
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
    if (!this.allowed) {
      this.#ports.onRequest(false);
      return 'KmsAccessDenied';
    }
    let us = 0;
    for (let i = this.#granted[principal] as number; i < this.#requests; i++) {
      const granted = this.#ports.quota.take(nowUs);
      this.#ports.onRequest(!granted);
      this.#granted[principal] = granted ? i + 1 : i;
      if (!granted) return 'KmsThrottled';
      const { latency } = this.#ports;
      us += Math.floor((latency.constant ? latency.mean : latency.draw(this.#ports.draws)) + 0.5);
    }
    this.#granted[principal] = 0;
    this.#readyUs[principal] = nowUs + us;
    this.#untilUs[principal] = nowUs + us + this.#reuseUs;
    return us;
  }
}
