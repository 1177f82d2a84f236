import { describe, expect, test } from 'vitest';
import { sqsFacts } from '../../../src/facts/index.ts';
import { Simulation } from '../../../src/kernel/index.ts';
import { FifoQueue, SqsModelError, type SqsError } from '../../../src/services/sqs/index.ts';
import { ReceiveRecords } from '../../../src/services/sqs/receive-records.ts';
import { FifoBench, fifoSettings } from './fifo-harness.ts';
import { RecordedMetrics, RecordingObserver, SECOND } from './harness.ts';

const VISIBLE = 'ApproximateNumberOfMessagesVisible';
const IN_FLIGHT = 'ApproximateNumberOfMessagesNotVisible';

describe('a message group', () => {
  test('gives its messages in the order in which they came, several in one answer [sqs.fifo-order]', () => {
    const b = new FifoBench();
    for (const body of [1, 2, 3]) b.send(7, body);
    expect(b.bodies(2)).toEqual([1, 2]);
  });

  test('is locked while one of its messages is in flight, and free for the others [sqs.fifo-group-lock]', () => {
    const b = new FifoBench();
    for (const body of [1, 2]) b.send(7, body);
    b.send(8, 3);
    const [first] = b.take(1);
    expect(b.bodies()).toEqual([3]);
    expect(b.delete(first)).toBeNull();
    expect(b.bodies()).toEqual([2]);
  });

  test('fills an answer before the next group has its turn, the group with the oldest message first [sqs.fifo-batch-composition]', () => {
    const b = new FifoBench();
    for (const [group, body] of [
      [1, 10],
      [2, 20],
      [1, 11],
      [3, 30],
      [2, 21],
    ] as const) {
      b.send(group, body);
    }
    expect(b.bodies(4)).toEqual([10, 11, 20, 21]);
  });

  test('gives a message that is visible again before those that came later', () => {
    const b = new FifoBench();
    for (const body of [1, 2, 3]) b.send(7, body);
    expect(b.bodies(2, 5)).toEqual([1, 2]);
    b.until(5);
    expect(b.bodies()).toEqual([1, 2, 3]);
  });

  test('is unlocked in part: the first is visible again, the second is extended, and the third stays behind it [sqs.fifo-partial-unlock]', () => {
    const b = new FifoBench();
    for (const body of [1, 2, 3]) b.send(7, body);
    const [, second] = b.take(3, 5);
    b.until(3);
    b.queue.ChangeMessageVisibility(second?.handle ?? -1, 20);
    b.until(5);
    expect(b.level(VISIBLE)).toBe(2);
    expect(b.bodies()).toEqual([1]);
    expect(b.bodies()).toEqual([]);
    b.until(23);
    // The second is visible again, but the first is in flight (from 5 s to 35 s).
    expect(b.bodies()).toEqual([]);
    b.until(35);
    expect(b.bodies()).toEqual([1, 2, 3]);
  });

  test('stays locked after its first message is deleted while its second is in flight [sqs.fifo-partial-unlock]', () => {
    const b = new FifoBench();
    for (const body of [1, 2, 3]) b.send(7, body);
    const [first] = b.take(2);
    expect(b.delete(first)).toBeNull();
    expect(b.bodies()).toEqual([]);
    b.until(30);
    expect(b.bodies()).toEqual([2, 3]);
  });

  test('may lose a message from its middle and goes on in order', () => {
    const b = new FifoBench();
    for (const body of [1, 2, 3, 4]) b.send(7, body);
    const [, second] = b.take(3);
    expect(b.delete(second)).toBeNull();
    b.until(30);
    expect(b.bodies()).toEqual([1, 3, 4]);
  });

  test('is free again at once where the visibility timeout is set to 0, or was 0', () => {
    const b = new FifoBench();
    for (const body of [1, 2]) b.send(7, body);
    expect(b.bodies(10, 0)).toEqual([1, 2]);
    const [first] = b.take(1);
    expect(b.bodies()).toEqual([]);
    b.queue.ChangeMessageVisibility(first?.handle ?? -1, 0);
    expect(b.bodies()).toEqual([1, 2]);
  });

  test('counts what is locked but not received as visible [sqs.fifo-counters]', () => {
    const b = new FifoBench();
    for (let body = 0; body < 5; body++) b.send(7, body);
    b.take(2);
    expect([b.level(VISIBLE), b.level(IN_FLIGHT)]).toEqual([3, 2]);
    expect(b.level('ApproximateNumberOfGroupsWithInflightMessages')).toBe(1);
    b.until(30);
    expect([b.level(VISIBLE), b.level(IN_FLIGHT)]).toEqual([5, 0]);
    expect(b.level('ApproximateNumberOfGroupsWithInflightMessages')).toBe(0);
  });

  test('that a long poll waits for is served as soon as it is unlocked', () => {
    const b = new FifoBench();
    for (const body of [1, 2]) b.send(7, body);
    const [first] = b.take(1);
    const poll = b.receive({ wait: 20 });
    b.until(4);
    expect(poll.messages).toBeNull();
    b.delete(first);
    b.until(5);
    expect(poll.messages?.map(({ body }) => body)).toEqual([2]);
    expect(poll.atUs).toBe(4 * SECOND);
  });

  test('keeps the age of its oldest message though it is received again and again', () => {
    const b = new FifoBench();
    b.until(1);
    b.send(7, 1);
    for (let at = 1; at < 6; at++) {
      b.take(1, 1);
      b.until(at + 1);
    }
    expect(b.metrics.sinceUs).toBe(SECOND);
  });

  test('is forgotten when it has been empty for long, so that a million group ids cost no more than those in use', () => {
    const b = new FifoBench({
      fifoThroughputLimit: 'perMessageGroupId',
      deduplicationScope: 'messageGroup',
      partitions: 1_000_000,
    });
    for (let group = 0; group < 50_000; group++) {
      b.send(group, group);
      b.delete(b.take(1)[0]);
    }
    expect(b.queue.counts).toMatchObject({ sent: 50_000, deleted: 50_000, visible: 0 });
    const { groups } = b.queue as unknown as { groups: { id: Float64Array } };
    expect(groups.id.length).toBeLessThanOrEqual(32_768);
  });
});

describe('a delete', () => {
  test('after the end of the visibility timeout is an error, and the message stays [sqs.deletemessage-after-visibility-expiry-fifo]', () => {
    const b = new FifoBench();
    b.send(7, 1);
    const [first] = b.take(1, 5);
    b.until(5);
    expect(b.queue.DeleteMessage(first?.handle ?? -1)).toEqual({
      code: 'InvalidParameterValue',
      message: `Value ${first?.handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
      senderFault: true,
    });
    const [again] = b.take();
    expect(again?.body).toBe(1);
    expect(b.delete(first)).toBe('InvalidParameterValue');
    expect(b.delete(again)).toBeNull();
  });

  test('is fine a second time, and a handle that was never given is no handle', () => {
    const b = new FifoBench();
    b.send(7, 1);
    b.send(8, 2);
    const [first] = b.take(1);
    expect([b.delete(first), b.delete(first)]).toEqual([null, null]);
    // The record of the deleted message serves another one now.
    const [second] = b.take(1);
    expect(second?.body).toBe(2);
    expect(b.delete(first)).toBeNull();
    expect(b.queue.counts.deleted).toBe(1);
    expect(b.queue.DeleteMessage(12)?.code).toBe('ReceiptHandleIsInvalid');
  });

  test('of a message that has expired in flight is fine', () => {
    const b = new FifoBench({}, { messageRetentionPeriodUs: 60 * SECOND });
    b.send(7, 1);
    const [first] = b.take(1, 100);
    b.until(61);
    expect(b.delete(first)).toBeNull();
    expect(b.queue.counts).toMatchObject({ expired: 1, deleted: 0, inFlight: 0 });
  });
});

describe('deduplication', () => {
  test('acknowledges the same id within five minutes with the message that is known, and does not deliver it [sqs.send-dedup]', () => {
    const b = new FifoBench();
    const first = b.send(7, 1, { id: 42 });
    b.until(299);
    expect(b.send(7, 2, { id: 42 })).toEqual(first);
    expect(b.bodies()).toEqual([1]);
    expect(b.total('NumberOfMessagesSent')).toBe(1);
    expect(b.total('NumberOfDeduplicatedSentMessages')).toBe(1);
  });

  test('remembers an id after its message was received and deleted [sqs.send-dedup]', () => {
    const b = new FifoBench();
    b.send(7, 1, { id: 42 });
    b.delete(b.take(1)[0]);
    b.send(7, 2, { id: 42 });
    expect(b.bodies()).toEqual([]);
  });

  test('ends five minutes after the first accepted message, however many duplicates came [sqs.send-dedup]', () => {
    const b = new FifoBench();
    const first = b.send(7, 1, { id: 42 });
    for (const at of [100, 200, 299.9]) {
      b.until(at);
      b.send(7, 2, { id: 42 });
    }
    b.until(sqsFacts.deduplicationSeconds.value);
    expect(b.send(7, 3, { id: 42 }).id).not.toBe(first.id);
    expect(b.bodies()).toEqual([1, 3]);
  });

  test('by content takes equal bodies for one, an explicit id goes before it, and one equal to a hash collides [sqs.content-based-dedup]', () => {
    const b = new FifoBench({ contentBasedDeduplication: true });
    b.send(7, 1, { content: 5 });
    b.send(7, 2, { content: 5 });
    b.send(7, 3, { content: 5, id: 6 });
    b.send(7, 4, { content: 9, id: 5 });
    expect(b.bodies()).toEqual([1, 3]);
  });

  test('holds for the queue, or for each group by itself [sqs.dedup-scope]', () => {
    const bodies = (['queue', 'messageGroup'] as const).map((deduplicationScope) => {
      const b = new FifoBench({ deduplicationScope });
      b.send(7, 1, { id: 42 });
      b.send(8, 2, { id: 42 });
      b.send(8, 3, { id: 42 });
      return b.bodies();
    });
    expect(bodies).toEqual([[1], [1, 2]]);
  });

  test('forgets all ids in a purge [sqs.purge-scope]', () => {
    const b = new FifoBench();
    b.send(7, 1, { id: 42 });
    b.take();
    b.queue.PurgeQueue();
    b.send(7, 2, { id: 42 });
    expect(b.bodies()).toEqual([2]);
  });

  test('tells ten thousand ids apart, and forgets each in its time', () => {
    const b = new FifoBench({
      fifoThroughputLimit: 'perMessageGroupId',
      deduplicationScope: 'messageGroup',
      partitions: 4000,
    });
    const ids = Array.from({ length: 10_000 }, (_, i) => i * 4_294_967_296 + (i % 7));
    for (const [i, id] of ids.entries()) {
      b.until(i / 50);
      b.send(i % 1000, i, { id });
    }
    for (const [i, id] of ids.entries()) b.send(i % 1000, -1, { id });
    expect(b.queue.counts.sent).toBe(10_000);
    b.until(300 + 5000 / 50);
    for (const [i, id] of ids.entries()) b.send(i % 1000, -1, { id });
    expect(b.queue.counts.sent).toBe(10_000 + 5001);
  });
});

describe('sequence numbers', () => {
  test('grow with each message of the queue and have twenty digits', () => {
    const b = new FifoBench();
    const sent = [1, 2, 3].map((body) => b.queue.sequenceNumberText(b.send(body, body).sequence));
    expect(sent.every((text) => /^\d{20}$/.test(text))).toBe(true);
    expect([...sent].sort()).toEqual(sent);
    expect(new Set(sent).size).toBe(3);
  });
});

describe('a receive attempt id', () => {
  test('gives the same messages under the same handles again, hidden anew [sqs.receive-dedup]', () => {
    const b = new FifoBench();
    for (const body of [1, 2]) b.send(7, body);
    const first = b.receive({ attempt: 5, visibility: 30 });
    b.until(20);
    expect(b.receive({ attempt: 5, visibility: 30 }).messages).toEqual(first.messages);
    b.until(49);
    expect(b.receive({ attempt: 6 }).messages).toEqual([]);
    b.until(50);
    expect(b.receive({ attempt: 6 }).messages?.map(({ count }) => count)).toEqual([2, 2]);
  });

  test.each([
    ['deleted', (b: FifoBench, handle: number) => void b.queue.DeleteMessage(handle)],
    ['changed', (b: FifoBench, handle: number) => void b.queue.ChangeMessageVisibility(handle, 100)],
  ])('is worth nothing once a message of it was %s', (_what, act) => {
    const b = new FifoBench();
    for (const body of [1, 2]) b.send(7, body);
    const first = b.receive({ attempt: 5 });
    b.until(1);
    act(b, first.messages?.[0]?.handle ?? -1);
    expect(b.receive({ attempt: 5 }).messages).toEqual([]);
  });

  test('is forgotten after five minutes', () => {
    const b = new FifoBench();
    b.send(7, 1);
    b.receive({ attempt: 5, visibility: 1000 });
    b.until(sqsFacts.receiveAttemptSeconds.value);
    expect(b.receive({ attempt: 5 }).messages).toEqual([]);
  });

  test('of a long poll is remembered when it is answered', () => {
    const b = new FifoBench();
    const poll = b.receive({ attempt: 5, wait: 20 });
    b.until(3);
    b.send(7, 1);
    b.until(4);
    expect(b.receive({ attempt: 5 }).messages).toEqual(poll.messages);
  });
});

describe('throughput', () => {
  /** Calls in `seconds`, `perSecond` of each action; how many of each were taken. */
  function load(b: FifoBench, seconds: number, perSecond: number, batch: number, group: (i: number) => number) {
    let sent = 0;
    let received = 0;
    let receives = 0;
    let id = 0;
    for (let i = 0; i < seconds * perSecond; i++) {
      b.until(i / perSecond);
      const entries = Array.from({ length: batch }, () => ({
        body: 1,
        bytes: 10,
        DelaySeconds: -1,
        MessageGroupId: group(i),
        MessageDeduplicationId: id++,
      }));
      const output = b.queue.SendMessageBatch(entries, batch);
      if (output.error === null) sent += output.entryErrors.slice(0, batch).filter((error) => error === null).length;
      const answer = b.receive({});
      if (answer.error === null) receives++;
      received += answer.messages?.length ?? 0;
      for (const message of answer.messages ?? []) b.queue.DeleteMessage(message.handle);
    }
    return { sent, received, receives };
  }

  test.each([
    [1, 300],
    [10, 3000],
  ])('is 300 calls a second of each action, with batches of %i that is %i messages', (batch, expected) => {
    const b = new FifoBench();
    const { sent, receives } = load(b, 120, 500, batch, (i) => i);
    expect(sent / 120 / expected).toBeGreaterThan(0.99);
    expect(sent / 120 / expected).toBeLessThan(1.01);
    expect(receives / 120 / 300).toBeLessThan(1.01);
    expect(b.total('NumberOfThrottledCalls')).toBeGreaterThan(120 * 150);
  });

  test.each([1, 10])('of one group never passes 300 calls a second in high-throughput mode, batches of %i', (batch) => {
    const b = new FifoBench({
      fifoThroughputLimit: 'perMessageGroupId',
      deduplicationScope: 'messageGroup',
      partitions: 64,
    });
    const { sent } = load(b, 120, 500, batch, () => 7);
    expect(sent / 120 / 300 / batch).toBeGreaterThan(0.99);
    expect(sent / 120 / 300 / batch).toBeLessThan(1.01);
  });

  test('grows with the partitions where the groups are many', () => {
    const b = new FifoBench({
      fifoThroughputLimit: 'perMessageGroupId',
      deduplicationScope: 'messageGroup',
      partitions: 16,
    });
    const { sent } = load(b, 20, 4000, 1, (i) => i % 1000);
    expect(sent).toBe(20 * 4000);
  });

  test('of receives is that of the partition: its groups wait, those of others do not', () => {
    const b = new FifoBench(
      { fifoThroughputLimit: 'perMessageGroupId', deduplicationScope: 'messageGroup', partitions: 2 },
      { visibilityTimeoutUs: 3600 * SECOND },
    );
    // Groups of either partition, a message each; 400 receives at once, one message each.
    for (let group = 0; group < 400; group++) b.send(group, group);
    const taken = Array.from({ length: 400 }, () => b.take(1)[0]?.body ?? -1).filter((body) => body >= 0);
    expect(taken.length).toBe(400);
    for (let group = 400; group < 1400; group++) {
      if (group % 100 === 0) b.until(group / 100);
      b.send(group, group);
    }
    b.until(100);
    const burst = Array.from({ length: 1000 }, () => b.take(1)[0]?.body ?? -1).filter((body) => body >= 0);
    expect(burst.length).toBe(600);
    b.until(101);
    expect(Array.from({ length: 1000 }, () => b.take(1)[0]?.body ?? -1).filter((body) => body >= 0).length).toBe(400);
  });

  test('refuses with AWS’s code for it [sqs.throttled]', () => {
    const b = new FifoBench();
    let error: SqsError | null = null;
    for (let i = 0; i < 301; i++) {
      error = b.queue.SendMessage({
        body: i,
        bytes: 1,
        DelaySeconds: -1,
        MessageGroupId: 1,
        MessageDeduplicationId: i,
      }).error;
    }
    expect(error).toEqual({ code: 'ThrottlingException', message: 'Rate exceeded', senderFault: true });
    // Receives and deletes have rates of their own.
    const [first] = b.take(1);
    expect(b.delete(first)).toBeNull();
  });
});

describe('limits', () => {
  test('a receive at the in-flight limit is empty and no error, and a long poll goes on when there is room [sqs.in-flight-fifo]', () => {
    const b = new FifoBench({}, { maxInFlight: 2 });
    for (const group of [1, 2, 3]) b.send(group, group);
    const [first] = b.take();
    expect(b.receive({})).toMatchObject({ messages: [], error: null });
    const poll = b.receive({ wait: 20 });
    b.until(1);
    b.delete(first);
    b.until(2);
    expect(poll.messages?.map(({ body }) => body)).toEqual([3]);
  });

  test('a backlog of one locked group hides the groups behind the scan window [sqs.fifo-group-scan-window]', () => {
    const b = new FifoBench({ scanWindow: 5 });
    for (let i = 0; i < 5; i++) b.send(1, i);
    b.send(2, 100);
    const [first] = b.take(1);
    expect(b.bodies()).toEqual([]);
    const poll = b.receive({ wait: 20 });
    b.until(1);
    b.delete(first);
    // One message less, so the other group comes into the window; the first group is free again and goes first.
    b.until(2);
    expect(poll.messages?.map(({ body }) => body)).toEqual([1, 2, 3, 4, 100]);
  });

  test('the window is that of AWS [sqs.fifo-group-scan-window] [sqs.in-flight-fifo]', () => {
    expect(sqsFacts.fifoScanWindow.value).toBe(120_000);
    expect(sqsFacts.inFlightFifo.value).toBe(120_000);
  });
});

describe('a delay', () => {
  test('of the queue holds for all its messages, and a change for those that are there [sqs.delay-queue-change]', () => {
    const b = new FifoBench({}, { delayUs: 10 * SECOND });
    b.send(7, 1);
    b.until(5);
    b.send(8, 2);
    expect(b.bodies()).toEqual([]);
    b.until(10);
    expect(b.bodies()).toEqual([1]);
    b.queue.SetQueueAttributes({ DelaySeconds: 20 });
    b.until(24.9);
    expect(b.bodies()).toEqual([]);
    b.until(25);
    expect(b.bodies()).toEqual([2]);
    b.send(9, 3);
    b.queue.SetQueueAttributes({ DelaySeconds: 0 });
    expect(b.bodies()).toEqual([3]);
  });

  test('that grows takes back what is visible and was never received', () => {
    const b = new FifoBench();
    b.send(7, 1);
    b.queue.SetQueueAttributes({ DelaySeconds: 5 });
    expect(b.bodies()).toEqual([]);
    expect(b.level('ApproximateNumberOfMessagesDelayed')).toBe(1);
    b.until(5);
    expect(b.bodies()).toEqual([1]);
  });

  test('of 0 for a message is accepted, and the queue’s holds all the same [sqs.message-timer]', () => {
    const b = new FifoBench({}, { delayUs: 10 * SECOND });
    b.send(7, 1, { delay: 0 });
    expect(b.bodies()).toEqual([]);
  });
});

describe('a dead-letter queue', () => {
  function pair(maxReceiveCount: number, retentionS = 345_600) {
    const sim = new Simulation({ seed: 1 });
    const dead = new FifoBench({}, { name: 'dead', messageRetentionPeriodUs: retentionS * SECOND }, { sim });
    const source = new FifoBench(
      {},
      { redrive: { maxReceiveCount, deadLetterQueue: 'dead' }, visibilityTimeoutUs: SECOND },
      { sim, deadLetterQueue: dead.queue },
    );
    return { sim, dead, source };
  }

  test('takes a message that was received too often, and the later ones of its group pass it [sqs.dlq-and-order]', () => {
    const { dead, source } = pair(2);
    for (const body of [1, 2, 3]) source.send(7, body);
    for (const at of [0, 1]) {
      source.until(at);
      expect(source.bodies(1)).toEqual([1]);
    }
    source.until(2);
    expect(source.bodies()).toEqual([2, 3]);
    expect(dead.take()).toMatchObject([{ body: 1, count: 3 }]);
  });

  test('dates it anew: it has the whole retention before it [sqs.dlq-retention-clock-fifo]', () => {
    const { dead, source } = pair(1, 100);
    source.send(7, 1);
    source.take();
    source.until(80);
    source.take();
    expect(dead.queue.counts.visible).toBe(1);
    dead.until(179);
    expect(dead.queue.counts.visible).toBe(1);
    dead.until(180);
    expect(dead.queue.counts).toMatchObject({ visible: 0, expired: 1 });
  });

  test('keeps the message’s id, group and count, and does not take equal deduplication ids for one', () => {
    const { dead, source } = pair(1);
    const first = source.send(7, 1, { id: 42 });
    source.take();
    source.until(400);
    const second = source.send(7, 2, { id: 42 });
    source.take();
    source.take();
    source.until(500);
    source.take();
    const [one, two] = dead.take();
    expect([one?.id, two?.id]).toEqual([first.id, second.id]);
    expect([one?.count, two?.count]).toEqual([2, 2]);
    expect(dead.queue.counts).toMatchObject({ accepted: 2, inFlight: 2 });
    // In order, in the group it was of: the second is locked behind the first.
    dead.queue.ChangeMessageVisibility(two?.handle ?? -1, 0);
    expect(dead.bodies()).toEqual([]);
  });

  test('of another kind is a programmer’s error', () => {
    const b = new FifoBench();
    expect(() => b.queue.acceptDeadLettered(1, 1, 1, 0, 0, 1, false, -1)).toThrow(SqsModelError);
  });
});

test('a record whose handles are used up gives its place in the group to another', () => {
  const b = new FifoBench(
    {},
    {},
    {
      make: (sim, settings, ports) => new FifoQueue(sim, settings, ports, new ReceiveRecords(6, true)),
    },
  );
  for (const body of [1, 2, 3]) b.send(7, body);
  const handles = new Set<number>();
  for (let i = 0; i < 40; i++) {
    const messages = b.take(3, 0);
    expect(messages.map(({ body, count }) => [body, count])).toEqual([1, 2, 3].map((body) => [body, i + 1]));
    for (const { handle } of messages) handles.add(handle);
  }
  expect(handles.size).toBe(120);
});

test.each([
  ['the queue is standard', fifoSettings({}, { fifo: false })],
  ['high throughput is wanted with one scope for all ids', fifoSettings({ fifoThroughputLimit: 'perMessageGroupId' })],
  ['it has no partition', fifoSettings({ partitions: 0 })],
])('a FIFO queue is refused when %s [sqs.high-throughput-switch]', (_when, settings) => {
  const ports = { metrics: new RecordedMetrics(), observer: new RecordingObserver(), deadLetterQueue: null };
  expect(() => new FifoQueue(new Simulation({ seed: 1 }), settings, ports)).toThrow(SqsModelError);
});

/** Codes and texts as recorded on AWS. */
test.each<[string, (b: FifoBench) => SqsError | null | undefined, string, string]>([
  [
    'a message has no group',
    (b) => b.queue.SendMessage({ body: 1, bytes: 1, DelaySeconds: -1, MessageDeduplicationId: 1 }).error,
    'MissingParameter',
    'The request must contain the parameter MessageGroupId.',
  ],
  [
    'an entry of a batch has no group',
    (b) => b.queue.SendMessageBatch([{ body: 1, bytes: 1, DelaySeconds: -1 }], 1).entryErrors[0],
    'InvalidParameterValue',
    'The request must contain the parameter MessageGroupId.',
  ],
  [
    'a message has no deduplication id and its body is not to be one',
    (b) => b.queue.SendMessage({ body: 1, bytes: 1, DelaySeconds: -1, MessageGroupId: 1 }).error,
    'InvalidParameterValue',
    'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  ],
  [
    'an entry of a batch has no deduplication id',
    (b) => b.queue.SendMessageBatch([{ body: 1, bytes: 1, DelaySeconds: -1, MessageGroupId: 1 }], 1).entryErrors[0],
    'InvalidParameterValue',
    'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  ],
  [
    'a message has a delay of its own',
    (b) =>
      b.queue.SendMessage({ body: 1, bytes: 1, DelaySeconds: 2, MessageGroupId: 1, MessageDeduplicationId: 1 }).error,
    'InvalidParameterValue',
    'Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.',
  ],
])('when %s, the error is AWS’s', (_when, give, code, message) => {
  expect(give(new FifoBench())).toEqual({ code, message, senderFault: true });
});
