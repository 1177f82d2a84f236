/**
 * What a delivery stream delivers to and what transforms its records, where a part of the design stands for it.
 *
 *   delivery ─▶ one call, for its first record ─▶ ok: all of its records are there ─▶ answer
 *
 * A destination that has not answered in time drops what it was given (cancelled calls); one whose answer was lost has it.
 */
import { childPath } from '../calls/index.ts';
import { compileVariate, type KeyedStream, type Simulation, type Variate } from '../kernel/index.ts';
import {
  type Content,
  type Delivery,
  type DeliveryOwner,
  type Destination,
  type Invocation,
  Result,
  type Transformer,
  type TransformerOwner,
} from '../services/firehose/operations.ts';
import type { TransformerSettings } from '../services/firehose/settings.ts';
import { type Callee, type Caller, Outcome, type Requests } from '../services/ports.ts';
import type { DeliveryRecords } from './delivery-records.ts';

interface Flight {
  readonly delivery: Delivery;
  readonly owner: DeliveryOwner;
  readonly tag: number;
  readonly row: number;
  isThere: boolean;
}

export interface CalleeDestinationOptions {
  readonly records: DeliveryRecords;
  /** Whether records are where they should be when it has them. */
  readonly completes: (content: Content) => boolean;
}

export class CalleeDestination implements Destination, Caller {
  readonly #options: CalleeDestinationOptions;
  readonly #flights = new Map<number, Flight>();
  readonly #byRow = new Map<number, Flight>();
  #callee: Callee | null = null;
  #next = 0;

  constructor(options: CalleeDestinationOptions) {
    this.#options = options;
  }

  /** Answers each call once; what it has served it tells `onServed` first. */
  connect(callee: Callee): void {
    this.#callee = callee;
  }

  deliver(delivery: Delivery, owner: DeliveryOwner, tag: number): void {
    const { records } = this.#options;
    const first = delivery.batches[0]?.data[0] as number;
    const row = records.rowOf(first);
    delivery.retain();
    eachRecord(delivery, (data) => records.retain(data));
    const ticket = this.#next++;
    const flight = { delivery, owner, tag, row, isThere: false };
    this.#flights.set(ticket, flight);
    this.#byRow.set(row, flight);
    (this.#callee as Callee).call(row, childPath(0, delivery.attempt - 1), this, ticket);
  }

  /** The work of a call is done, whether or not its answer is heard. */
  readonly onServed = (row: number, outcome: Outcome): void => {
    const flight = this.#byRow.get(row);
    if (outcome === Outcome.ok && flight !== undefined) this.#arrive(flight);
  };

  onReply(ticket: number, outcome: Outcome): void {
    const flight = this.#flights.get(ticket) as Flight;
    const { delivery, owner, tag, row } = flight;
    this.#flights.delete(ticket);
    if (this.#byRow.get(row) === flight) this.#byRow.delete(row);
    if (outcome === Outcome.ok) this.#arrive(flight);
    owner.onAnswer(tag, outcome === Outcome.ok ? 'ok' : 'failed');
    const { records } = this.#options;
    eachRecord(delivery, (data) => records.release(data));
    delivery.release();
  }

  onLateReply(): void {}

  #arrive(flight: Flight): void {
    if (flight.isThere) return;
    flight.isThere = true;
    const { records, completes } = this.#options;
    if (completes(flight.delivery.content)) eachRecord(flight.delivery, (data) => records.done(data));
  }
}

function eachRecord({ batches }: Delivery, visit: (data: number) => void): void {
  for (const { data, count } of batches) for (let i = 0; i < count; i++) visit(data[i] as number);
}

/** A function that takes its time and fails by chance. A record has the same luck wherever its batch is cut. */
export class TimedTransformer implements Transformer {
  readonly #sim: Simulation;
  readonly #requests: Pick<Requests, 'ordinal'>;
  readonly #records: DeliveryRecords;
  readonly #settings: TransformerSettings;
  readonly #time: Variate;
  readonly #times: KeyedStream;
  readonly #failures: KeyedStream;
  readonly #results: KeyedStream;

  constructor(
    sim: Simulation,
    name: string,
    settings: TransformerSettings,
    requests: Pick<Requests, 'ordinal'>,
    records: DeliveryRecords,
  ) {
    this.#sim = sim;
    this.#requests = requests;
    this.#records = records;
    this.#settings = settings;
    this.#time = compileVariate(settings.time);
    this.#times = sim.keyedStream(`${name}/function/time`);
    this.#failures = sim.keyedStream(`${name}/function/failure`);
    this.#results = sim.keyedStream(`${name}/function/result`);
  }

  invoke(invocation: Invocation, owner: TransformerOwner, tag: number): void {
    const { records, attempt } = invocation;
    const first = this.#ordinalOf(records.data[0] as number);
    const path = childPath(0, attempt - 1);
    const us = this.#time.constant ? this.#time.mean : this.#time.draw(this.#times.at(first, path));
    const { failureRate } = this.#settings;
    const well = failureRate === 0 || this.#failures.at(first, path).uniform() >= failureRate;
    if (well) this.#transform(invocation);
    this.#sim.schedule(Math.floor(us + 0.5), () => owner.onTransformed(tag, well), undefined);
  }

  #transform({ records, result, bytes }: Invocation): void {
    const { failedRecords, droppedRecords, ratio } = this.#settings;
    const isLucky = failedRecords === 0 && droppedRecords === 0;
    for (let i = 0; i < records.count; i++) {
      const luck = isLucky ? 1 : this.#results.at(this.#ordinalOf(records.data[i] as number), 0).uniform();
      result[i] =
        luck < failedRecords
          ? Result.processingFailed
          : luck < failedRecords + droppedRecords
            ? Result.dropped
            : Result.ok;
      if (ratio !== 1) bytes[i] = Math.ceil((records.size[i] as number) * ratio);
    }
  }

  #ordinalOf(data: number): number {
    return this.#requests.ordinal(this.#records.rowOf(data));
  }
}
