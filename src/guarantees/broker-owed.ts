/** What a broker owes its queues: each request that it has confirmed, in each queue that it was published to. */
import * as What from './codes.ts';
import { NumberColumn, RecordColumn } from './columns.ts';
import { Places } from './places.ts';
import type { PromiseSettings } from './promises.ts';
import { requestOf } from './record-places.ts';
import type { Sightings } from './sightings.ts';

/** Readers of a queue that have a copy each, at most. */
const READERS = 16_384;
/** Requests; those of one queue and reader lie side by side. */
const REQUESTS = 134_217_728;

export class Owed {
  /** Numbers of the queues. */
  readonly queues: readonly number[];
  /** Whether each reader of a queue has a copy: subscribers over MQTT. */
  readonly isPerReader: boolean;
  readonly #requests = new Places();
  readonly #places = new Places();
  readonly #request = new NumberColumn();
  readonly #firstSentUs = new NumberColumn();
  readonly #sends = new NumberColumn(0);
  readonly #confirmedN = new RecordColumn();
  /** Since when each reader is subscribed, by its number and that of its queue. */
  readonly #sinceUs = new Map<number, number>();

  constructor(settings: PromiseSettings) {
    this.queues = settings.numbers('queues');
    this.isPerReader = settings.flag('isPerReader');
  }

  /** The place of a request in a queue (by its place among the judged ones), for a reader. */
  place(request: number, at: number, who: number): number {
    return this.#places.place((at * READERS + who) * REQUESTS + this.#requests.place(request));
  }

  /** Sends of it that have begun. */
  sends(request: number): number {
    return this.#sends.get(this.#requests.place(request));
  }

  /** Takes note of sends, their confirms, and subscriptions. False: it is none of those. */
  take({ chunk, latestUs }: Sightings, row: number): boolean {
    const what = chunk.what[row] as number;
    const entity = chunk.entity[row] as number;
    if (what === What.receiveInvoke) {
      const at = this.queues.indexOf(chunk.group[row] as number);
      const reader = at * READERS + Math.max(0, chunk.who[row] as number);
      if (at >= 0 && !this.#sinceUs.has(reader)) this.#sinceUs.set(reader, chunk.us[row] as number);
      return true;
    }
    if (what !== What.sendInvoke && what !== What.sendOk) return false;
    if (entity < 0) return true;
    const one = this.#requests.place(requestOf(entity));
    if (what === What.sendOk) {
      if (this.#confirmedN.get(one) < 0) this.#confirmedN.set(one, chunk.first + row);
      return true;
    }
    const us = latestUs[row] as number;
    if (this.#sends.get(one) === 0) {
      this.#request.set(one, requestOf(entity));
      this.#firstSentUs.set(one, us);
    }
    this.#sends.set(one, this.#sends.get(one) + 1);
    return true;
  }

  /** Each message that is owed: since when at the earliest it may be there, and the record that confirms it. */
  each(found: (request: number, at: number, who: number, sinceUs: number, n: number) => void): void {
    const readers = [...this.#sinceUs].map(([reader, us]) => ({
      at: Math.floor(reader / READERS),
      who: reader % READERS,
      us,
    }));
    for (let one = 0; one < this.#requests.size; one++) {
      const n = this.#confirmedN.get(one);
      if (n < 0) continue;
      const request = this.#request.get(one);
      const sentUs = this.#firstSentUs.get(one);
      if (!this.isPerReader) {
        for (let at = 0; at < this.queues.length; at++) found(request, at, 0, sentUs, n);
        continue;
      }
      // Sent again it may have been confirmed before: only what was sent since is owed for sure.
      for (const { at, who, us } of readers) if (us <= sentUs) found(request, at, who, sentUs, n);
    }
  }
}
