/** A queue on its own kernel, with what it told its observer and its metrics. */
import { Simulation } from '../../../src/kernel/index.ts';
import type { Metrics } from '../../../src/services/ports.ts';
import {
  type DeadLetterPort,
  type ReceiveMessageOutput,
  type SqsObserver,
  type SqsPorts,
  SqsQueue,
} from '../../../src/services/sqs/index.ts';
import type { SqsSettings } from '../../../src/services/sqs/settings.ts';

export const SECOND = 1_000_000;

export function settings(changes: Partial<SqsSettings> = {}): SqsSettings {
  const latency = { kind: 'constant', value: 0 } as const;
  return {
    type: 'sqs',
    name: 'orders',
    fifo: false,
    visibilityTimeoutUs: 30 * SECOND,
    delayUs: 0,
    messageRetentionPeriodUs: 345_600 * SECOND,
    receiveMessageWaitTimeUs: 0,
    maximumMessageSizeBytes: 1_048_576,
    redrive: null,
    maxInFlight: 120_000,
    latency: { send: latency, receive: latency, delete: latency },
    distribution: { servers: 1, sampled: 1, deleteMiss: 0, receiveMiss: 0, reorder: 0 },
    ...changes,
  };
}

/** Totals, last levels and all that was recorded. */
export class RecordedMetrics implements Metrics {
  readonly totals = new Map<string, number>();
  readonly levels = new Map<string, number>();
  readonly observed: number[] = [];
  sinceUs = -1;

  counter(name: string) {
    this.totals.set(name, 0);
    return { add: (count: number) => void this.totals.set(name, (this.totals.get(name) ?? 0) + count) };
  }
  level(name: string) {
    this.levels.set(name, 0);
    return {
      set: (level: number) => void this.levels.set(name, level),
      add: (difference: number) => void this.levels.set(name, (this.levels.get(name) ?? 0) + difference),
    };
  }
  observations() {
    return { record: (value: number) => void this.observed.push(value) };
  }
  age() {
    return { since: (sinceUs: number) => void (this.sinceUs = sinceUs) };
  }
}

export type Told = readonly [what: string, body: number, MessageId: number, receiveCount?: number, duplicate?: boolean];

export class RecordingObserver implements SqsObserver {
  readonly told: Told[] = [];
  onSent(body: number, id: number): void {
    this.told.push(['sent', body, id]);
  }
  onReceived(body: number, id: number, receiveCount: number, duplicate: boolean): void {
    this.told.push(['received', body, id, receiveCount, duplicate]);
  }
  onDeleted(body: number, id: number): void {
    this.told.push(['deleted', body, id]);
  }
  onExpired(body: number, id: number): void {
    this.told.push(['expired', body, id]);
  }
  onDeadLettered(body: number, id: number): void {
    this.told.push(['deadLettered', body, id]);
  }
  onPurged(body: number, id: number): void {
    this.told.push(['purged', body, id]);
  }
  onGone(body: number, id: number): void {
    this.told.push(['gone', body, id]);
  }
  bodies(what: string): number[] {
    return this.told.filter(([kind]) => kind === what).map(([, body]) => body);
  }
}

export interface Message {
  readonly body: number;
  readonly handle: number;
  readonly id: number;
  readonly count: number;
  readonly sentUs: number;
  readonly firstUs: number;
}

export function messagesOf(output: ReceiveMessageOutput): Message[] {
  return Array.from({ length: output.count }, (_, i) => ({
    body: output.body[i] as number,
    handle: output.ReceiptHandle[i] as number,
    id: output.MessageId[i] as number,
    count: output.ApproximateReceiveCount[i] as number,
    sentUs: output.SentTimestamp[i] as number,
    firstUs: output.ApproximateFirstReceiveTimestamp[i] as number,
  }));
}

export type QueueClass = new (sim: Simulation, settings: SqsSettings, ports: SqsPorts) => SqsQueue;

/** What came of a receive: pending while a long poll waits. */
export interface Answer {
  messages: Message[] | null;
  error: string | null;
  atUs: number;
  ticket: number;
}

export class Bench {
  readonly sim: Simulation;
  readonly queue: SqsQueue;
  readonly metrics = new RecordedMetrics();
  readonly observer = new RecordingObserver();

  constructor(
    changes: Partial<SqsSettings> = {},
    options: {
      readonly sim?: Simulation;
      readonly seed?: number;
      readonly deadLetterQueue?: DeadLetterPort;
      readonly type?: QueueClass;
      readonly ports?: Partial<SqsPorts>;
    } = {},
  ) {
    this.sim = options.sim ?? new Simulation({ seed: options.seed ?? 1 });
    const Type = options.type ?? SqsQueue;
    this.queue = new Type(this.sim, settings(changes), {
      metrics: this.metrics,
      observer: this.observer,
      deadLetterQueue: options.deadLetterQueue ?? null,
      ...options.ports,
    });
  }

  send(body: number, options: { readonly bytes?: number; readonly delay?: number } = {}): number {
    const { error, MessageId } = this.queue.SendMessage({
      body,
      bytes: options.bytes ?? 100,
      DelaySeconds: options.delay ?? -1,
    });
    if (error !== null) throw new Error(`${error.code}: ${error.message}`);
    return MessageId;
  }

  receive(
    options: { readonly max?: number; readonly visibility?: number; readonly wait?: number } = {},
    then: (answer: Answer) => void = () => {},
  ): Answer {
    const answer: Answer = { messages: null, error: null, atUs: -1, ticket: 0 };
    const receiver = {
      onReceiveMessage: (_tag: number, output: ReceiveMessageOutput) => {
        answer.messages = messagesOf(output);
        answer.error = output.error?.code ?? null;
        answer.atUs = this.sim.now;
        then(answer);
      },
    };
    const input = {
      MaxNumberOfMessages: options.max ?? 10,
      VisibilityTimeout: options.visibility ?? -1,
      WaitTimeSeconds: options.wait ?? -1,
    };
    answer.ticket = this.queue.ReceiveMessage(input, receiver, 7);
    return answer;
  }

  /** Receives at once and gives the messages. */
  take(max = 10, visibility = -1): Message[] {
    const { messages, error } = this.receive({ max, visibility, wait: 0 });
    if (messages === null || error !== null) throw new Error(`receive: ${error ?? 'no answer'}`);
    return messages;
  }

  one(visibility = -1): Message {
    const [message] = this.take(1, visibility);
    if (message === undefined) throw new Error('nothing to receive');
    return message;
  }

  /** Lets virtual time go on to this second, what happens at it included. */
  until(seconds: number): void {
    this.sim.run({ until: Math.round(seconds * SECOND) });
  }

  level(name: string): number {
    return this.metrics.levels.get(name) ?? Number.NaN;
  }
  total(name: string): number {
    return this.metrics.totals.get(name) ?? Number.NaN;
  }
}
