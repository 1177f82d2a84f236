/** A function with the mapping of a real queue before it, on a kernel of their own, and what happened to them. */
import { MetricsRecorder } from '../../../src/history/index.ts';
import { Simulation } from '../../../src/kernel/index.ts';
import {
  type InvocationOwner,
  LambdaAccount,
  type LambdaEvent,
  LambdaFunction,
  type LambdaOperations,
  type LambdaSettings,
  type OnItemFailure,
  type Refusal,
} from '../../../src/services/lambda/index.ts';
import { FifoQueue, type SqsObserver, SqsQueue } from '../../../src/services/sqs/index.ts';
import type { SqsSettings } from '../../../src/services/sqs/settings.ts';
import { EndpointState } from '../../../src/workload/endpoint.ts';
import { LambdaMapping } from '../../../src/workload/index.ts';
import { RequestTable, type TrafficLedger } from '../../../src/workload/requests.ts';
import { fifoSettings } from '../sqs/fifo-harness.ts';
import { SECOND, settings as sqsSettings } from '../sqs/harness.ts';

export { SECOND };
export const MS = 1000;

export function lambdaSettings(changes: Partial<LambdaSettings> = {}): LambdaSettings {
  return {
    type: 'lambda',
    name: 'workers',
    source: 'orders',
    batchSize: 1,
    batchWindowUs: 0,
    maximumConcurrency: null,
    reportBatchItemFailures: false,
    provisioned: null,
    reservedConcurrency: null,
    timeoutUs: 30 * SECOND,
    memoryBytes: 134_217_728,
    coldStart: { kind: 'constant', value: 0 },
    keepWarmUs: 600 * SECOND,
    handler: { time: { kind: 'constant', value: SECOND }, calls: [], failureRate: 0 },
    ...changes,
  };
}

export const handler = (ms: number, failureRate = 0): LambdaSettings['handler'] => ({
  time: { kind: 'constant', value: ms * MS },
  calls: [],
  failureRate,
});

export interface Invocation {
  readonly atMs: number;
  /** Places in the order of sending. */
  readonly messages: readonly number[];
  /** Keys of the messages: groups in a FIFO queue. */
  readonly keys: readonly number[];
  readonly refused: Refusal | null;
  endMs: number | null;
  success: boolean | null;
}

export interface StageOptions {
  readonly lambda?: Partial<LambdaSettings>;
  readonly queue?: Partial<SqsSettings>;
  readonly fifo?: boolean;
  /** Receives after which messages go to a dead-letter queue. */
  readonly maxReceiveCount?: number;
  readonly account?: LambdaAccount;
  readonly seed?: number;
  /** What the mapping takes its queue for: a wrong one, to see a test fail. */
  readonly takesQueueFor?: 'standard' | 'fifo';
}

/** Metrics are kept over so many seconds from the start. */
const WINDOW_SECONDS = 1000;

export class Stage {
  readonly sim: Simulation;
  readonly requests: RequestTable;
  readonly queue: SqsQueue | FifoQueue;
  readonly dead: SqsQueue | FifoQueue;
  readonly target: LambdaFunction;
  readonly mapping: LambdaMapping;
  readonly invocations: Invocation[] = [];
  /** Order of completions, with repetitions. */
  readonly done: number[] = [];
  readonly deadLetters: number[] = [];
  readonly #metrics: MetricsRecorder;
  readonly #queueMetrics: MetricsRecorder;
  readonly #fifo: boolean;
  #sent = 0;

  constructor(options: StageOptions = {}) {
    const { fifo = false, maxReceiveCount } = options;
    this.#fifo = fifo;
    this.sim = new Simulation({ seed: options.seed ?? 5, maxEvents: 5e6 });
    this.requests = new RequestTable([this.#ledger()], () => {});
    const window = { fromUs: 0, toUs: WINDOW_SECONDS * SECOND, resolutionUs: SECOND };
    this.#metrics = new MetricsRecorder(this.sim, window);
    this.#queueMetrics = new MetricsRecorder(this.sim, window);
    const redrive = maxReceiveCount === undefined ? null : { maxReceiveCount, deadLetterQueue: 'dead' };
    const ofQueue = { redrive, ...options.queue };
    const source = fifo ? fifoSettings({}, ofQueue) : sqsSettings(ofQueue);
    const Queue = fifo ? FifoQueue : SqsQueue;
    this.dead = new Queue(this.sim, fifo ? fifoSettings({}, { name: 'dead' }) : sqsSettings({ name: 'dead' }), {
      metrics: new MetricsRecorder(this.sim, window),
      observer: this.#observer(),
      deadLetterQueue: null,
    });
    this.queue = new Queue(this.sim, source, {
      metrics: this.#queueMetrics,
      observer: this.#observer(),
      deadLetterQueue: this.dead,
    });
    const lambda = lambdaSettings(options.lambda);
    const account = options.account ?? new LambdaAccount(5000, [lambda.reservedConcurrency]);
    this.target = new LambdaFunction(this.sim, lambda, { requests: this.requests, metrics: this.#metrics, account });
    const kind = options.takesQueueFor;
    this.mapping = new LambdaMapping(this.sim, lambda, {
      requests: this.requests,
      metrics: this.#metrics,
      queue: this.queue,
      visible: () => this.queue.counts.visible,
      source: kind === undefined ? source : { ...source, fifo: kind === 'fifo' },
      endpoint: new EndpointState(),
      target: this.#watched(),
    });
  }

  /** Sends so many messages now; `key` is the message group, by place among all that were sent. */
  send(
    count: number,
    {
      bytes = 100,
      key = () => 0,
      poison = () => false,
    }: { bytes?: number; key?: (i: number) => number; poison?: (i: number) => boolean } = {},
  ): this {
    for (let i = 0; i < count; i++) {
      const place = this.#sent++;
      const row = this.requests.create(0, place, this.sim.now, key(place), bytes, poison(place), true);
      const group = this.#fifo ? { MessageGroupId: key(place), MessageDeduplicationId: place } : {};
      const { error } = this.queue.SendMessage({ body: row, bytes, DelaySeconds: -1, ...group });
      if (error !== null) throw new Error(`${error.code}: ${error.message}`);
      this.requests.release(row);
    }
    return this;
  }

  start(): this {
    this.mapping.start();
    return this;
  }

  until(seconds: number): this {
    this.sim.run({ until: Math.round(seconds * SECOND) });
    return this;
  }

  /** Does something at an instant. */
  at(seconds: number, does: () => void): this {
    this.sim.scheduleAt(Math.round(seconds * SECOND), does, undefined);
    return this;
  }

  /** Invocations that had begun. */
  get begun(): Invocation[] {
    return this.invocations.filter(({ refused }) => refused === null);
  }

  /** Invocations under way right after an instant. */
  underWay(seconds: number): number {
    const ms = seconds * 1000;
    return this.begun.filter(({ atMs, endMs }) => atMs <= ms && (endMs === null || endMs > ms)).length;
  }

  /** A metric of the function and its mapping; the stage is over then. */
  finish(): {
    of: (name: string) => number;
    max: (name: string) => number;
    /** Mean of the last second. */
    last: (name: string) => number;
    /** A counter of the queue, from one second to another. */
    queue: (name: string, from?: number, to?: number) => number;
  } {
    const until = Math.ceil(this.sim.now / SECOND + 1) * SECOND;
    const [own, queue] = [this.#metrics.finish(until), this.#queueMetrics.finish(until)];
    const find = (all: typeof own, name: string) => {
      const found = all.find((one) => one.name === name);
      if (found === undefined) throw new Error(`no metric ${name}`);
      return found;
    };
    return {
      of: (name) => find(own, name).sum ?? Number.NaN,
      max: (name) => find(own, name).max ?? Number.NaN,
      last: (name) => find(own, name).series.at(-2) ?? Number.NaN,
      queue: (name, from = 0, to = WINDOW_SECONDS) =>
        find(queue, name)
          .series.slice(from, to)
          .reduce<number>((sum, value) => sum + (value ?? 0), 0),
    };
  }

  #watched(): LambdaOperations {
    const { target, sim, requests, invocations } = {
      target: this.target,
      sim: this.sim,
      requests: this.requests,
      invocations: this.invocations,
    };
    return {
      invoke(event: LambdaEvent, onFailure: OnItemFailure, owner: InvocationOwner, tag: number): Refusal | null {
        const rows = [...event.request.subarray(0, event.count)];
        const note: Invocation = {
          atMs: sim.now / MS,
          messages: rows.map((row) => requests.ordinal(row)),
          keys: rows.map((row) => requests.key(row)),
          refused: target.invoke(
            event,
            onFailure,
            {
              onItem: (of, at, success) => owner.onItem(of, at, success),
              onInvoked: (of, success) => {
                note.endMs = sim.now / MS;
                note.success = success;
                owner.onInvoked(of, success);
              },
            },
            tag,
          ),
          endMs: null,
          success: null,
        };
        invocations.push(note);
        return note.refused;
      },
    };
  }

  #observer(): SqsObserver {
    const { requests } = this;
    return {
      onSent: (body) => requests.retain(body),
      onReceived: () => {},
      onDeleted: () => {},
      onExpired: () => {},
      onDeadLettered: (body) => void this.deadLetters.push(requests.ordinal(body)),
      onPurged: () => {},
      onGone: (body) => requests.release(body),
    };
  }

  #ledger(): TrafficLedger {
    return {
      offered() {},
      attempted() {},
      accepted() {},
      responded() {},
      completed: (_counted, _at, order) => void this.done.push(order),
      completedAgain: () => void this.done.push(-1),
      wasted() {},
      settled() {},
    };
  }
}
