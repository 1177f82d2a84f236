/** A FIFO queue on its own kernel, with what it told its observer and its metrics. */
import { Simulation } from '../../../src/kernel/index.ts';
import { type DeadLetterPort, FifoQueue, type SqsPorts } from '../../../src/services/sqs/index.ts';
import type { FifoSettings, SqsSettings } from '../../../src/services/sqs/settings.ts';
import { type Message, messagesOf, RecordedMetrics, RecordingObserver, SECOND, settings } from './harness.ts';

export type FifoClass = new (sim: Simulation, settings: SqsSettings, ports: SqsPorts) => FifoQueue;

export function fifoSettings(fifo: Partial<FifoSettings> = {}, changes: Partial<SqsSettings> = {}): SqsSettings {
  return settings({
    fifo: true,
    fifoSettings: {
      contentBasedDeduplication: false,
      deduplicationScope: 'queue',
      fifoThroughputLimit: 'perQueue',
      partitions: 1,
      scanWindow: 120_000,
      ...fifo,
    },
    ...changes,
  });
}

interface Sent {
  readonly id?: number;
  readonly content?: number;
  readonly bytes?: number;
  readonly delay?: number;
}

export class FifoBench {
  readonly sim: Simulation;
  readonly queue: FifoQueue;
  readonly metrics = new RecordedMetrics();
  readonly observer = new RecordingObserver();
  #id = 1_000_000;

  constructor(
    fifo: Partial<FifoSettings> = {},
    changes: Partial<SqsSettings> = {},
    options: {
      readonly deadLetterQueue?: DeadLetterPort;
      readonly sim?: Simulation;
      readonly ports?: Partial<SqsPorts>;
      readonly make?: (...of: ConstructorParameters<FifoClass>) => FifoQueue;
    } = {},
  ) {
    this.sim = options.sim ?? new Simulation({ seed: 1 });
    const make = options.make ?? ((...of) => new FifoQueue(...of));
    this.queue = make(this.sim, fifoSettings(fifo, changes), {
      metrics: this.metrics,
      observer: this.observer,
      deadLetterQueue: options.deadLetterQueue ?? null,
      ...options.ports,
    });
  }

  /** An id of its own unless one is given. */
  send(group: number, body: number, sent: Sent = {}): { readonly id: number; readonly sequence: number } {
    const output = this.queue.SendMessage({
      body,
      bytes: sent.bytes ?? 10,
      DelaySeconds: sent.delay ?? -1,
      MessageGroupId: group,
      MessageDeduplicationId: sent.id ?? (sent.content === undefined ? this.#id++ : -1),
      content: sent.content ?? body,
    });
    if (output.error !== null) throw new Error(`${output.error.code}: ${output.error.message}`);
    return { id: output.MessageId, sequence: output.SequenceNumber };
  }

  /** The call's own answer: messages, or the code of its error. */
  receive(options: {
    readonly max?: number;
    readonly visibility?: number;
    readonly wait?: number;
    readonly attempt?: number;
  }): { messages: Message[] | null; error: string | null; atUs: number } {
    const answer: { messages: Message[] | null; error: string | null; atUs: number } = {
      messages: null,
      error: null,
      atUs: -1,
    };
    this.queue.ReceiveMessage(
      {
        MaxNumberOfMessages: options.max ?? 10,
        VisibilityTimeout: options.visibility ?? -1,
        WaitTimeSeconds: options.wait ?? 0,
        ReceiveRequestAttemptId: options.attempt ?? -1,
      },
      {
        onReceiveMessage: (_tag, output) => {
          answer.messages = messagesOf(output);
          answer.error = output.error?.code ?? null;
          answer.atUs = this.sim.now;
        },
      },
      0,
    );
    return answer;
  }

  take(max = 10, visibility = -1): Message[] {
    const { messages, error } = this.receive({ max, visibility });
    if (messages === null || error !== null) throw new Error(`receive: ${error ?? 'no answer'}`);
    return messages;
  }

  bodies(max = 10, visibility = -1): number[] {
    return this.take(max, visibility).map(({ body }) => body);
  }

  delete(message: Message | undefined): string | null {
    return this.queue.DeleteMessage(message?.handle ?? -1)?.code ?? null;
  }

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
