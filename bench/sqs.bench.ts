/**
 * Speed and memory of the SQS model alone, CPU time: send, long poll ten, delete batch; bytes per message of a backlog; whether ten
 * times the backlog costs ten times the time. Run: npm run bench sqs
 */
import { Simulation } from '../src/kernel/index.ts';
import { FifoQueue, type ReceiveMessageOutput, SqsQueue } from '../src/services/sqs/index.ts';
import type { SqsSettings } from '../src/services/sqs/settings.ts';

const nothing = { add: () => {}, set: () => {}, record: () => {}, since: () => {} };
const metrics = { counter: () => nothing, level: () => nothing, observations: () => nothing, age: () => nothing };
const none = () => {};
const observer = {
  onSent: none,
  onReceived: none,
  onDeleted: none,
  onExpired: none,
  onDeadLettered: none,
  onPurged: none,
  onGone: none,
};
const latency = { kind: 'constant', value: 0 } as const;
const settings: SqsSettings = {
  type: 'sqs',
  name: 'orders',
  fifo: false,
  visibilityTimeoutUs: 30_000_000,
  delayUs: 0,
  messageRetentionPeriodUs: 345_600_000_000,
  receiveMessageWaitTimeUs: 20_000_000,
  maximumMessageSizeBytes: 1_048_576,
  redrive: null,
  maxInFlight: 120_000,
  latency: { send: latency, receive: latency, delete: latency },
  distribution: { servers: 8, sampled: 4, deleteMiss: 0, receiveMiss: 0, reorder: 0 },
};

const entries = Array.from({ length: 10 }, (_, body) => ({ body, bytes: 1000, DelaySeconds: -1 }));
const poll = { MaxNumberOfMessages: 10, VisibilityTimeout: -1, WaitTimeSeconds: -1 };

class World {
  readonly sim = new Simulation({ seed: 1 });
  readonly queue = new SqsQueue(this.sim, settings, { metrics, observer, deadLetterQueue: null });
  received = 0;
  readonly #receiver = {
    onReceiveMessage: (_tag: number, output: ReceiveMessageOutput): void => {
      this.received += output.count;
      if (output.count > 0) this.queue.DeleteMessageBatch(output.ReceiptHandle, output.count);
    },
  };

  send(batches: number, oneByOne: boolean): void {
    for (let i = 0; i < batches; i++) {
      if (oneByOne) for (const entry of entries) this.queue.SendMessage(entry);
      else this.queue.SendMessageBatch(entries, 10);
    }
  }
  receiveAndDelete(polls: number): void {
    for (let i = 0; i < polls; i++) this.queue.ReceiveMessage(poll, this.#receiver, 0);
  }
  /** Messages in flight at all times, their timeouts armed. */
  flow(messages: number, oneByOne: boolean): void {
    for (let i = 0; i < messages; i += 100) {
      this.send(10, oneByOne);
      this.receiveAndDelete(10);
    }
  }
}

/** CPU time, so that a busy machine changes it less. */
function seconds(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
}

function rate(oneByOne: boolean): number {
  const world = new World();
  world.flow(500_000, oneByOne);
  const messages = 2_000_000;
  return messages / median([1, 2, 3].map(() => seconds(() => world.flow(messages, oneByOne)))) / 1e6;
}

function collect(): void {
  (globalThis as { gc?: () => void }).gc?.();
}

function backlog(messages: number): { bytes: number; sendNs: number; drainNs: number } {
  collect();
  const before = process.memoryUsage();
  const world = new World();
  const send = seconds(() => world.send(messages / 10, false));
  collect();
  const after = process.memoryUsage();
  const drain = seconds(() => world.receiveAndDelete(messages / 10));
  if (world.received !== messages) throw new Error(`received ${world.received} of ${messages}`);
  const used = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  return { bytes: used / messages, sendNs: (send / messages) * 1e9, drainNs: (drain / messages) * 1e9 };
}

const fifoSettings: SqsSettings = {
  ...settings,
  fifo: true,
  fifoSettings: {
    contentBasedDeduplication: false,
    deduplicationScope: 'messageGroup',
    fifoThroughputLimit: 'perMessageGroupId',
    partitions: 234,
    scanWindow: 120_000,
  },
};

/**
 * Messages to ten thousand groups in high-throughput mode, 3,000 a second of virtual time: each received in order and deleted, its id
 * remembered for five minutes (0.9 million of them at a time).
 */
function fifoRate(groups: number): number {
  const sim = new Simulation({ seed: 1 });
  const queue = new FifoQueue(sim, fifoSettings, { metrics, observer, deadLetterQueue: null });
  const receiver = {
    onReceiveMessage: (_tag: number, output: ReceiveMessageOutput): void => {
      if (output.count > 0) queue.DeleteMessageBatch(output.ReceiptHandle, output.count);
    },
  };
  let sent = 0;
  const batch = Array.from({ length: 10 }, () => ({
    body: 0,
    bytes: 1000,
    DelaySeconds: -1,
    MessageGroupId: 0,
    MessageDeduplicationId: 0,
  }));
  const flow = (messages: number): void => {
    for (let i = 0; i < messages; i += 100) {
      for (let b = 0; b < 10; b++) {
        for (const entry of batch) {
          entry.MessageGroupId = (sent * 7919) % groups;
          entry.MessageDeduplicationId = sent++;
        }
        queue.SendMessageBatch(batch, 10);
      }
      for (let b = 0; b < 10; b++) queue.ReceiveMessage(poll, receiver, 0);
      sim.run({ until: sim.now + 33_333 });
    }
  };
  flow(1_200_000);
  const messages = 1_000_000;
  return messages / median([1, 2, 3].map(() => seconds(() => flow(messages)))) / 1e6;
}

console.log(`node ${process.version}`);
console.log(`SQS FIFO, model alone, 10⁴ groups: ${fifoRate(10_000).toFixed(1)} million messages/s`);
console.log(`send batch, long poll ten, delete batch: ${rate(false).toFixed(1)} million messages/s`);
console.log(`send one by one, long poll ten, delete batch: ${rate(true).toFixed(1)} million messages/s`);
for (const messages of [1e5, 1e6, 1e7]) {
  const { bytes, sendNs, drainNs } = backlog(messages);
  console.log(
    `backlog of ${messages}: ${bytes.toFixed(1)} bytes a message, ${sendNs.toFixed(0)} ns to send, ${drainNs.toFixed(0)} ns to receive and delete`,
  );
}
