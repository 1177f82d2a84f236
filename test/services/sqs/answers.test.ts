/** What calls are answered, counted and billed. */
import { describe, expect, it } from 'vitest';
import { SqsModelError } from '../../../src/services/sqs/index.ts';
import { FifoBench } from './fifo-harness.ts';
import { type Answer, Bench, type Message, SECOND } from './harness.ts';

const FOR_LONG = { visibilityTimeoutUs: 43_200 * SECOND };
const handlesOf = (messages: readonly Message[]): Float64Array => Float64Array.from(messages, ({ handle }) => handle);
const bodiesOf = ({ messages }: Answer): number[] | undefined => messages?.map(({ body }) => body);

describe('counts and bills', () => {
  it('of batches of deletes are those of the entries that were deleted, and of one request', () => {
    const b = new Bench();
    for (let i = 0; i < 5; i++) b.send(i);
    const handles = [...handlesOf(b.take()), 3, 4];
    b.queue.DeleteMessageBatch(Float64Array.from(handles), handles.length);
    expect([b.total('NumberOfMessagesDeleted'), b.total('BilledDeleteRequests')]).toEqual([5, 1]);
    b.queue.DeleteMessageBatch(Float64Array.from([3, 4]), 2);
    expect([b.total('NumberOfMessagesDeleted'), b.total('BilledDeleteRequests')]).toEqual([5, 2]);
  });

  it('of changes of visibility are those that were made', () => {
    const b = new Bench();
    for (let i = 0; i < 10; i++) b.send(i);
    const handles = handlesOf(b.take());
    const [first = 0] = handles;
    expect(b.queue.ChangeMessageVisibility(first, 43_200)).toBeNull();
    for (const seconds of [-1, 43_201, Number.NaN]) {
      expect(b.queue.ChangeMessageVisibility(first, seconds)?.code).toBe('InvalidParameterValue');
    }
    expect(b.total('BilledOtherRequests')).toBe(1);
    for (const [count, code] of [
      [1, undefined],
      [10, undefined],
      [0, 'EmptyBatchRequest'],
      [11, 'TooManyEntriesInBatchRequest'],
    ] as const) {
      const { error } = b.queue.ChangeMessageVisibilityBatch(handles, new Float64Array(11).fill(5), count);
      expect(error?.code).toBe(code);
    }
    expect(b.total('BilledOtherRequests')).toBe(3);
    b.until(5);
    expect(b.queue.counts).toMatchObject({ visible: 10, inFlight: 0 });
  });

  it('of what has expired are those of messages, dead letters among them, once each', () => {
    const dlq = new Bench({ name: 'dlq', messageRetentionPeriodUs: 60 * SECOND });
    const orders = new Bench(
      { redrive: { maxReceiveCount: 1, deadLetterQueue: 'dlq' }, visibilityTimeoutUs: SECOND },
      { sim: dlq.sim, deadLetterQueue: dlq.queue },
    );
    for (const body of [1, 2]) orders.send(body);
    orders.take();
    dlq.until(1);
    orders.take();
    for (const body of [3, 4, 5]) dlq.send(body);
    expect(dlq.queue.counts).toMatchObject({ sent: 3, accepted: 2, visible: 5 });
    dlq.until(60);
    expect([dlq.queue.counts.expired, dlq.total('NumberOfMessagesExpired')]).toEqual([2, 2]);
    dlq.until(61);
    expect([dlq.queue.counts.expired, dlq.total('NumberOfMessagesExpired')]).toEqual([5, 5]);
  });

  it('of receives are in chunks of 64 KiB of what they hand out', () => {
    for (const b of [new Bench(), new FifoBench()]) {
      const send = (body: number): unknown =>
        b instanceof Bench ? b.send(body, { bytes: 40_000 }) : b.send(body, body, { bytes: 40_000 });
      for (let i = 0; i < 4; i++) send(i);
      expect(b.take(4)).toHaveLength(4);
      expect(b.total('BilledReceiveRequests')).toBe(3);
      expect(b.take()).toEqual([]);
      expect(b.total('BilledReceiveRequests')).toBe(4);
    }
  });

  it('list what is in a queue, in hand or not, and no copy of what was deleted', () => {
    const b = new Bench({ distribution: { servers: 1, sampled: 1, deleteMiss: 1, receiveMiss: 0, reorder: 0 } });
    for (let i = 0; i < 3; i++) b.send(i);
    b.queue.DeleteMessage(b.one().handle);
    b.one();
    const listed: number[][] = [];
    b.queue.contents((...message) => listed.push(message));
    expect(listed).toEqual([
      [1, 1, 2],
      [2, 2, 1],
    ]);
  });
});

describe('a poll', () => {
  it('waits as long as the queue says, unless it says itself', () => {
    const b = new Bench({ receiveMessageWaitTimeUs: 5 * SECOND });
    const answers = [b.receive(), b.receive({ wait: 2 }), b.receive({ wait: 0 })];
    b.until(10);
    expect(answers.map(({ atUs }) => atUs / SECOND)).toEqual([5, 2, 0]);
  });

  it('has a ticket only where it waits', () => {
    const b = new Bench({ maxInFlight: 1 });
    b.send(1);
    b.send(2);
    expect(b.receive({ max: 1, wait: 5 }).ticket).toBe(-1);
    expect(b.receive({ max: 0 }).ticket).toBe(-1);
    const refused = b.receive({ wait: 0 });
    expect([refused.error, refused.ticket]).toEqual(['OverLimit', -1]);
    const waiting = b.receive({ wait: 5 });
    expect([waiting.messages, waiting.ticket > 0]).toEqual([null, true]);
  });

  it('goes behind those that wait, even where a message has just come', () => {
    const b = new Bench();
    const first = b.receive({ wait: 5 });
    b.send(1);
    const second = b.receive({ wait: 5 });
    expect([first.messages, second.messages]).toEqual([null, null]);
    b.until(5);
    expect([bodiesOf(first), bodiesOf(second)]).toEqual([[1], []]);
  });
});

describe('attributes', () => {
  it('change one by one: what is not named stays', () => {
    const b = new Bench({ visibilityTimeoutUs: 7 * SECOND, delayUs: 0, receiveMessageWaitTimeUs: 3 * SECOND });
    b.queue.SetQueueAttributes({ ReceiveMessageWaitTimeSeconds: 4 });
    const waited = b.receive();
    b.until(10);
    expect(waited.atUs).toBe(4 * SECOND);
    b.queue.SetQueueAttributes({ MaximumMessageSize: 2000 });
    b.send(1, { bytes: 2000 });
    expect(() => b.send(2, { bytes: 2001 })).toThrow('InvalidParameterValue');
    b.one();
    b.until(16.999999);
    expect(b.queue.counts).toMatchObject({ visible: 0, inFlight: 1 });
    b.until(17);
    expect(b.queue.counts).toMatchObject({ visible: 1, inFlight: 0 });
    const again = b.receive();
    expect(again.atUs).toBe(17 * SECOND);
  });
});

describe('a FIFO queue', () => {
  it('takes 300 deletes in a second, one by one or in batches', () => {
    for (const batch of [1, 10]) {
      const b = new FifoBench({}, FOR_LONG);
      const held: Message[] = [];
      for (let second = 0; held.length < 320 * batch; second++) {
        b.until(second);
        for (let i = 0; i < 299; i++) b.queue.SendMessageBatch(tenFrom(second * 2990 + i * 10), 10);
        for (let i = 0; i < 299; i++) held.push(...b.take());
      }
      b.until(100);
      let taken = 0;
      for (let i = 0; i < 320; i++) {
        const some = held.slice(i * batch, (i + 1) * batch);
        const error =
          batch === 1
            ? b.queue.DeleteMessage(some[0]?.handle ?? 0)
            : b.queue.DeleteMessageBatch(handlesOf(some), batch).error;
        if (error === null) taken++;
        else expect(error.code).toBe('ThrottlingException');
      }
      expect(taken).toBe(300);
    }
  });

  it('takes as many of each partition in high-throughput mode', () => {
    const b = new FifoBench(
      { fifoThroughputLimit: 'perMessageGroupId', deduplicationScope: 'messageGroup', partitions: 1 },
      FOR_LONG,
    );
    const held: Message[] = [];
    for (let second = 0; second < 4; second++) {
      b.until(second);
      for (let i = 0; i < 10; i++) b.queue.SendMessageBatch(tenFrom(second * 100 + i * 10), 10);
      for (let i = 0; i < 10; i++) held.push(...b.take());
    }
    expect(held).toHaveLength(400);
    b.until(20);
    const errors = held.map(({ handle }) => b.queue.DeleteMessage(handle)?.code);
    expect(errors.filter((code) => code === undefined)).toHaveLength(300);
    expect(new Set(errors.slice(300))).toEqual(new Set(['ThrottlingException']));
  });

  it('tells when a message was received first, and that it is no duplicate', () => {
    const b = new FifoBench({}, { visibilityTimeoutUs: SECOND });
    b.send(1, 1);
    for (const second of [0, 3, 7]) {
      b.until(second);
      expect(b.take()).toMatchObject([{ body: 1, firstUs: 0 }]);
    }
    const told = b.observer.told.filter(([what]) => what === 'received');
    expect(told.map(([, , , count, duplicate]) => [count, duplicate])).toEqual([
      [1, false],
      [2, false],
      [3, false],
    ]);
  });

  it('is none with settings of another kind', () => {
    const made =
      (fifo: ConstructorParameters<typeof FifoBench>[0], changes = {}) =>
      () =>
        new FifoBench(fifo, changes);
    expect(made({}, { fifo: false })).toThrow('queue orders is no FIFO queue');
    expect(made({}, { fifoSettings: undefined })).toThrow('queue orders is no FIFO queue');
    expect(made({ fifoThroughputLimit: 'perMessageGroupId' })).toThrow(
      'queue orders: the throughput limit perMessageGroupId needs the deduplication scope messageGroup',
    );
    for (const wrong of [{ partitions: 0 }, { partitions: 1.5 }, { scanWindow: 0 }]) {
      expect(made(wrong)).toThrow(SqsModelError);
      expect(made(wrong)).toThrow('expected 1 or more');
    }
  });
});

/** A batch of ten, each in a group of its own. */
function tenFrom(first: number) {
  return Array.from({ length: 10 }, (_, i) => ({
    body: first + i,
    bytes: 10,
    DelaySeconds: -1,
    MessageGroupId: first + i,
    MessageDeduplicationId: first + i,
  }));
}
