/**
 * What a handler does with one record, once: own time ─▶ calls in turn ─▶ done, or failed. Several workers do so at once; each has one record at a time.
 */
import { type CallPath, childPath, receivePath, repeatedCallPath } from '../calls/index.ts';
import { compileVariate, type Handle, type KeyedStream, type Simulation, type Variate } from '../kernel/index.ts';
import {
  type Caller,
  type HandledItem,
  type HandlerRunner,
  type HandlerRunnerOwner,
  Outcome,
  type Requests,
} from '../services/ports.ts';
import type { HandlerSettings } from './settings.ts';
import type { StreamRecords } from './stream-records.ts';

export interface RecordHandlerOwner {
  /** The attempt of that worker is over. */
  onHandled(worker: number, success: boolean): void;
}

interface Worker {
  readonly index: number;
  readonly instance: number;
  records: StreamRecords;
  at: number;
  callIndex: number;
  ticket: number;
  timer: Handle | -1;
}

export class RecordHandler implements Caller, HandlerRunnerOwner {
  readonly #sim: Simulation;
  readonly #requests: Requests;
  readonly #settings: HandlerSettings;
  readonly #owner: RecordHandlerOwner;
  readonly #code: HandlerRunner | null;
  readonly #time: Variate;
  readonly #work: KeyedStream;
  readonly #luck: KeyedStream;
  readonly #choices: KeyedStream;
  readonly #occurrence: readonly number[];
  readonly #workers: Worker[] = [];
  readonly #slowdowns: number[] = [];
  #calls: readonly CallPath[] = [];
  #slow = 1;

  readonly #timeOver = (index: number): void => {
    const worker = this.#workers[index] as Worker;
    worker.timer = -1;
    if (this.#fails(worker)) this.#owner.onHandled(index, false);
    else this.#callNext(worker);
  };

  /** `name`: of the consumer; a record's first attempt has the luck that a message of the same request has. */
  constructor(
    sim: Simulation,
    name: string,
    settings: HandlerSettings,
    requests: Requests,
    code: HandlerRunner | null,
    owner: RecordHandlerOwner,
  ) {
    this.#sim = sim;
    this.#requests = requests;
    this.#settings = settings;
    this.#owner = owner;
    this.#code = code;
    this.#time = compileVariate(settings.time);
    this.#work = sim.keyedStream(`${name}/handler`);
    this.#luck = sim.keyedStream(`${name}/failure`);
    this.#choices = sim.keyedStream(`${name}/calls`);
    const seen = new Map<string, number>();
    this.#occurrence = settings.calls.map(({ to }) => {
      const before = seen.get(to) ?? 0;
      seen.set(to, before + 1);
      return before;
    });
  }

  /** `calls[i]` serves `handler.calls[i]`. */
  connect(calls: readonly CallPath[]): void {
    this.#calls = calls;
    this.#code?.connect(calls);
  }

  /** A new worker; returns its number. */
  addWorker(instance: number, records: StreamRecords): number {
    const index = this.#workers.length;
    this.#workers.push({ index, instance, records, at: 0, callIndex: 0, ticket: -1, timer: -1 });
    return index;
  }

  /** Handles the record at a place of the worker's columns; its owner hears `onHandled`, perhaps at once. */
  handle(index: number, at: number): void {
    const worker = this.#workers[index] as Worker;
    worker.at = at;
    worker.callIndex = 0;
    if (this.#code?.takesTime === true) {
      this.#code.begin(itemOf(worker), this.#fails(worker), this);
      return;
    }
    const time = this.#time.constant ? this.#time.mean : this.#time.draw(this.#draws(this.#work, worker));
    worker.timer = this.#sim.schedule(Math.floor(time * this.#slow + 0.5), this.#timeOver, index);
  }

  /** Ends what the worker is at, without an answer to anybody: its instance has crashed. */
  drop(index: number): void {
    const worker = this.#workers[index] as Worker;
    if (worker.timer !== -1) this.#sim.cancel(worker.timer);
    if (worker.ticket >= 0) (this.#calls[worker.callIndex] as CallPath).abandon(worker.ticket, false);
    this.#code?.drop(index);
    worker.timer = -1;
    worker.ticket = -1;
  }

  /** Makes handler times begun from now on longer by a factor, on top of others in force; the returned function ends it. */
  slowDown(factor: number): () => void {
    this.#slowdowns.push(factor);
    this.#slow = this.#slowdowns.reduce((product, each) => product * each, 1);
    return () => {
      this.#slowdowns.splice(this.#slowdowns.indexOf(factor), 1);
      this.#slow = this.#slowdowns.reduce((product, each) => product * each, 1);
    };
  }

  onReply(tag: number, outcome: Outcome): void {
    const worker = this.#workers[tag] as Worker;
    worker.ticket = -1;
    if (outcome !== Outcome.ok) {
      this.#owner.onHandled(tag, false);
      return;
    }
    worker.callIndex++;
    this.#callNext(worker);
  }

  onLateReply(): void {}

  get slowness(): number {
    return this.#slow;
  }

  onCodeOver(index: number, success: boolean): void {
    this.#owner.onHandled(index, success);
  }

  #fails(worker: Worker): boolean {
    const { failureRate } = this.#settings;
    return (
      this.#requests.isPoison(rowOf(worker)) ||
      (failureRate > 0 && this.#draws(this.#luck, worker).uniform() < failureRate)
    );
  }

  #callNext(worker: Worker): void {
    const request = rowOf(worker);
    const own = pathOf(worker);
    const { calls } = this.#settings;
    for (let i = worker.callIndex; i < calls.length; i++) {
      const path = repeatedCallPath(own, this.#occurrence[i] as number);
      const share = (calls[i] as { probability: number }).probability;
      if (share < 1 && this.#choices.at(this.#requests.ordinal(request), childPath(path, i + 1)).uniform() >= share) {
        continue;
      }
      worker.callIndex = i;
      const ticket = (this.#calls[i] as CallPath).call(request, path, this, worker.index);
      // Answered at once the worker has moved on.
      if (ticket >= 0) worker.ticket = ticket;
      return;
    }
    this.#owner.onHandled(worker.index, this.#code === null || this.#code.run(itemOf(worker)));
  }

  #draws(stream: KeyedStream, worker: Worker): KeyedStream {
    return stream.at(this.#requests.ordinal(rowOf(worker)), pathOf(worker));
  }
}

function rowOf({ records, at }: Worker): number {
  return records.body[at] as number;
}

function pathOf({ records, at }: Worker): number {
  return receivePath(records.receiveCount[at] as number);
}

/** What a worker has before it, for code. */
function itemOf(worker: Worker): HandledItem {
  const { index, instance, records, at } = worker;
  return { worker: index, instance, request: rowOf(worker), path: pathOf(worker), messages: records, at };
}
