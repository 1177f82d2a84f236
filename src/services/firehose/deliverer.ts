/**
 * What brings deliveries to one destination, and tries again.
 *
 *   send ─▶ queue ─▶ made ready ─▶ attempt ─┬─ ok ─────────────────────────▶ delivered
 *             ▲                      ▲      ├─ too large, where that is final ▶ refused
 *       so many under way,           │      └─ failed, or no answer in time ─┬─ time left ─┐
 *       or held                      └──────────────── wait ◀────────────────┼─────────────┘
 *                                                                            ├─ none ─▶ given up
 *                                                                            └─ kept as long as data is kept ─▶ expired
 */
import { firehoseFacts as f } from '../../facts/index.ts';
import { type KeyedStream, type Simulation, TimeoutLane } from '../../kernel/index.ts';
import type { Ahead, RecordBuffer } from './record-buffer.ts';
import type { Answer, Destination, DeliveryOwner } from './operations.ts';
import type { Shipment } from './shipment.ts';

const SECOND_US = 1_000_000;
const FIRST_WAIT_US = f.backoffFirstSeconds.value * SECOND_US;
const MOST_WAIT_US = f.backoffMostSeconds.value * SECOND_US;
const JITTER = f.backoffJitter.value;
/** Beyond so many doublings it is the longest wait in any case. */
const MOST_DOUBLINGS = 20;

export interface DelivererRules {
  /** At once. */
  readonly outstanding: number;
  readonly timeoutUs: number;
  /** How long it is tried again; null: without end. */
  retryUs: number | null;
  readonly retryCountsAnswers: boolean;
  readonly retryEveryUs: number | null;
  readonly tooLargeIsFinal: boolean;
  /** How long data is kept; null: for ever. */
  readonly retentionUs: number | null;
}

export type End = 'delivered' | 'refused' | 'givenUp' | 'expired';

export interface DelivererListener {
  /** An answer, or none in time (`late`). */
  onAttempt(shipment: Shipment, answer: Answer | 'late', us: number): void;
  onEnd(shipment: Shipment, end: End): void;
  /** It has failed for the first time; or what had failed has come to its end. */
  onTrouble(shipment: Shipment, begins: boolean): void;
}

export class Deliverer implements DeliveryOwner, Ahead {
  readonly #sim: Simulation;
  readonly #destination: Destination;
  readonly #rules: DelivererRules;
  readonly #listener: DelivererListener;
  readonly #luck: KeyedStream;
  readonly #timeouts: TimeoutLane;
  readonly #retention: TimeoutLane | null;
  /** All that were sent and have not ended, by number. */
  readonly #present = new Map<number, Shipment>();
  /** Those that wait for an answer, by the number of the attempt. */
  readonly #awaited = new Map<number, Shipment>();
  #queue: Shipment[] = [];
  #queueHead = 0;
  readonly #buffers: RecordBuffer[] = [];
  #underWay = 0;
  #nextAttempt = 0;
  #holds = 0;
  #pumps = false;

  constructor(
    sim: Simulation,
    name: string,
    destination: Destination,
    rules: DelivererRules,
    listener: DelivererListener,
  ) {
    this.#sim = sim;
    this.#destination = destination;
    this.#rules = rules;
    this.#listener = listener;
    this.#luck = sim.keyedStream(`${name}/retryWait`);
    // An answer at the same instant is still in time.
    this.#timeouts = new TimeoutLane(
      sim,
      rules.timeoutUs,
      (attempt) => this.#answered(attempt, 'late'),
      (attempt) => this.#awaited.has(attempt),
      2,
    );
    this.#retention =
      rules.retentionUs === null
        ? null
        : new TimeoutLane(
            sim,
            rules.retentionUs,
            (number) => this.#expire(this.#present.get(number) as Shipment),
            (number) => this.#present.has(number),
            2,
          );
  }

  get hasRoom(): boolean {
    return this.#underWay < this.#rules.outstanding && this.#holds === 0;
  }

  /** Deliveries that are to begin as soon as there is room. */
  get hasQueue(): boolean {
    return this.#queueHead < this.#queue.length;
  }

  wait(buffer: RecordBuffer): void {
    this.#buffers.push(buffer);
  }

  /** `readyUs`: what it takes to make it ready. */
  send(shipment: Shipment, readyUs: number): void {
    this.#present.set(shipment.number, shipment);
    this.#retention?.arm(shipment.number, 0);
    shipment.readyUs = readyUs;
    if (this.hasRoom) this.#start(shipment);
    else this.#queue.push(shipment);
  }

  /** Nothing new is begun until it is let go as often as it was held. */
  hold(): void {
    this.#holds++;
  }
  letGo(): void {
    this.#holds--;
    this.#pump();
  }

  onAnswer(attempt: number, answer: Answer): void {
    this.#answered(attempt, answer);
  }

  #start(shipment: Shipment): void {
    this.#underWay++;
    shipment.started = true;
    if (shipment.readyUs === 0) this.#attempt(shipment);
    else shipment.timer = this.#sim.schedule(shipment.readyUs, this.#attempt, shipment);
  }

  readonly #attempt = (shipment: Shipment): void => {
    shipment.timer = null;
    shipment.sentUs = this.#sim.now;
    if (shipment.attempt++ === 0) shipment.firstUs = this.#sim.now;
    const attempt = this.#nextAttempt++;
    this.#awaited.set(attempt, shipment);
    this.#timeouts.arm(attempt, 0);
    this.#destination.deliver(shipment, this, attempt);
  };

  /** Whoever has been given up already isn't awaited any more: the destination may have it all the same. */
  #answered(attempt: number, answer: Answer | 'late'): void {
    const shipment = this.#awaited.get(attempt);
    if (shipment === undefined) return;
    this.#awaited.delete(attempt);
    this.#listener.onAttempt(shipment, answer, this.#sim.now - shipment.sentUs);
    if (answer === 'ok') this.#end(shipment, 'delivered');
    else if (answer === 'tooLarge' && this.#rules.tooLargeIsFinal) this.#end(shipment, 'refused');
    else if (shipment.expired) this.#end(shipment, 'expired');
    else this.#tryAgain(shipment);
  }

  #tryAgain(shipment: Shipment): void {
    const { retryUs, retryCountsAnswers, retryEveryUs } = this.#rules;
    const allUs = retryUs ?? Number.POSITIVE_INFINITY;
    if (!shipment.failed) {
      shipment.failed = true;
      shipment.leftUs = allUs;
      this.#listener.onTrouble(shipment, true);
    }
    const leftUs = retryCountsAnswers ? shipment.firstUs + allUs - this.#sim.now : shipment.leftUs;
    if (!(leftUs > 0)) {
      this.#end(shipment, 'givenUp');
      return;
    }
    const waitUs = Math.min(leftUs, retryEveryUs ?? this.#backoffUs(shipment));
    shipment.leftUs -= waitUs;
    shipment.timer = this.#sim.schedule(waitUs, this.#attempt, shipment);
  }

  #backoffUs({ number, attempt }: Shipment): number {
    let us = FIRST_WAIT_US;
    for (let i = 1; i < Math.min(attempt, MOST_DOUBLINGS); i++) us *= 2;
    const jitter = 1 + JITTER * (2 * this.#luck.at(number, attempt).uniform() - 1);
    return Math.floor(Math.min(us, MOST_WAIT_US) * jitter);
  }

  #expire(shipment: Shipment): void {
    shipment.expired = true;
    // With an attempt under way, its answer decides.
    if (shipment.started && shipment.timer === null) return;
    if (shipment.timer !== null) this.#sim.cancel(shipment.timer);
    this.#end(shipment, 'expired');
  }

  #end(shipment: Shipment, end: End): void {
    this.#present.delete(shipment.number);
    if (shipment.started) this.#underWay--;
    if (shipment.failed) this.#listener.onTrouble(shipment, false);
    this.#listener.onEnd(shipment, end);
    this.#pump();
  }

  /** First what is closed already, then buffers that should be. */
  #pump(): void {
    if (this.#pumps) return;
    this.#pumps = true;
    while (this.hasRoom) {
      const next = this.#dequeue();
      if (next !== undefined) this.#start(next);
      else if (this.#buffers.length > 0) this.#buffers.shift()?.onRoom();
      else break;
    }
    this.#pumps = false;
  }

  #dequeue(): Shipment | undefined {
    while (this.#queueHead < this.#queue.length) {
      const shipment = this.#queue[this.#queueHead++] as Shipment;
      if (this.#present.has(shipment.number)) return shipment;
    }
    if (this.#queueHead > 0) {
      this.#queue = [];
      this.#queueHead = 0;
    }
    return undefined;
  }
}
