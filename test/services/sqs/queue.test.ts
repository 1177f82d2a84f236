import { describe, expect, test } from 'vitest';
import { Simulation } from '../../../src/kernel/index.ts';
import { SqsModelError, SqsQueue } from '../../../src/services/sqs/index.ts';
import { MessageStore, Place } from '../../../src/services/sqs/message-store.ts';
import { ReceiveRecords } from '../../../src/services/sqs/receive-records.ts';
import { Bench, RecordedMetrics, RecordingObserver, SECOND, settings } from './harness.ts';

const noDuplicates = { servers: 1, sampled: 1, deleteMiss: 0, receiveMiss: 0, reorder: 0 };

function bodies(messages: readonly { readonly body: number }[]): number[] {
  return messages.map(({ body }) => body);
}

describe('a message', () => {
  test('is sent, received, hidden, and gone once deleted', () => {
    const b = new Bench();
    b.send(5);
    const m = b.one();
    expect([m.body, m.count, m.sentUs, m.firstUs]).toEqual([5, 1, 0, 0]);
    expect(b.take()).toEqual([]);
    expect(b.queue.DeleteMessage(m.handle)).toBeNull();
    b.until(100);
    expect(b.take()).toEqual([]);
    expect(b.observer.told.map(([what]) => what)).toEqual(['sent', 'received', 'deleted', 'gone']);
  });

  test('keeps a body that is no small whole number', () => {
    const b = new Bench();
    for (const body of [7, -1, 2 ** 40, 0.5]) b.send(body);
    expect(bodies(b.take())).toEqual([7, -1, 2 ** 40, 0.5]);
  });

  test('keeps its first receive time and counts on when it comes back [sqs.receive-count]', () => {
    const b = new Bench();
    b.send(1);
    b.until(2);
    b.one();
    b.until(40);
    const again = b.one();
    expect([again.count, again.sentUs, again.firstUs]).toEqual([2, 0, 2 * SECOND]);
  });
});

describe('order', () => {
  test('is first come first served among what nobody has received', () => {
    const b = new Bench();
    for (let i = 0; i < 25; i++) b.send(i);
    expect([...bodies(b.take()), ...bodies(b.take()), ...bodies(b.take())]).toEqual(
      Array.from({ length: 25 }, (_, i) => i),
    );
  });

  test('lets what came back once or twice go before what is new, and puts it to the back from the third time on', () => {
    const b = new Bench({ visibilityTimeoutUs: SECOND });
    b.send(1);
    for (const second of [1, 2, 3]) {
      b.one();
      b.send(10 + second);
      b.until(second);
      if (second < 3) expect(b.queue.GetQueueAttributes().ApproximateNumberOfMessages).toBe(1 + second);
    }
    b.send(20);
    expect(bodies(b.take())).toEqual([11, 12, 13, 1, 20]);
  });

  test('is broken by as many overtakings as asked for, each by at most ten later messages [sqs.delivery]', () => {
    const b = new Bench({ distribution: { ...noDuplicates, reorder: 0.2 } });
    const sent = 20_000;
    for (let i = 0; i < sent; i++) b.send(i);
    const seen: number[] = [];
    while (seen.length < sent) seen.push(...bodies(b.take()));
    expect(seen.toSorted((x, y) => x - y)).toEqual(Array.from({ length: sent }, (_, i) => i));
    let overtaken = 0;
    let passed = 0;
    let newest = -1;
    seen.forEach((body) => {
      if (body < newest) overtaken++;
      passed = Math.max(passed, newest - body);
      newest = Math.max(newest, body);
    });
    // One in five, 5 standard deviations around; a chain of overtakings can add up a little.
    expect(Math.abs(overtaken / sent - 0.2)).toBeLessThan(5 * Math.sqrt(0.16 / sent) + 0.02);
    expect(passed).toBeGreaterThanOrEqual(10);
    expect(passed).toBeLessThan(40);
  });

  test('puts a lone message behind nobody', () => {
    const b = new Bench({ distribution: { ...noDuplicates, reorder: 1 } });
    b.send(1);
    expect(bodies(b.take())).toEqual([1]);
  });
});

describe('short polls', () => {
  test('find nothing of what lives on servers they do not ask [sqs.short-poll]', () => {
    const b = new Bench({ distribution: { ...noDuplicates, servers: 8, sampled: 2 } });
    let found = 0;
    const rounds = 4000;
    for (let i = 0; i < rounds; i++) {
      b.send(i);
      const got = b.take(1);
      found += got.length;
      const [m] = got.length > 0 ? got : (b.receive({ max: 1, wait: 1 }).messages ?? []);
      if (m !== undefined) b.queue.DeleteMessage(m.handle);
    }
    expect(Math.abs(found / rounds - 0.25)).toBeLessThan(5 * Math.sqrt(0.1875 / rounds));
    expect(b.total('NumberOfEmptyReceives')).toBe(rounds - found);
  });

  test('find all in the end, whatever lane it is in', () => {
    const b = new Bench({ distribution: { ...noDuplicates, servers: 5, sampled: 1 }, visibilityTimeoutUs: SECOND });
    for (let i = 0; i < 50; i++) b.send(i);
    const left = new Set(Array.from({ length: 50 }, (_, i) => i));
    let time = 0;
    for (let i = 0; i < 2000 && left.size > 0; i++) {
      for (const m of b.take(3)) {
        // Only every fourth receive deletes: the others go through all lanes.
        if (m.count < 4) continue;
        expect(b.queue.DeleteMessage(m.handle)).toBeNull();
        left.delete(m.body);
      }
      time += 0.3;
      b.until(time);
    }
    expect(left.size).toBe(0);
    const { visible, inFlight } = b.queue.counts;
    expect(visible + inFlight).toBe(0);
  });
});

describe('long polls', () => {
  test('are answered at the instant a message comes, in the order in which they began [sqs.long-poll-2]', () => {
    const b = new Bench();
    const first = b.receive({ wait: 20 });
    const second = b.receive({ wait: 20 });
    b.sim.schedule(3 * SECOND, () => void b.send(1), 0);
    b.sim.schedule(4 * SECOND, () => void b.send(2), 0);
    b.until(30);
    expect([first.atUs, bodies(first.messages ?? [])]).toEqual([3 * SECOND, [1]]);
    expect([second.atUs, bodies(second.messages ?? [])]).toEqual([4 * SECOND, [2]]);
  });

  test('get all that comes at one instant in one answer', () => {
    const b = new Bench();
    const poll = b.receive({ wait: 20 });
    b.sim.schedule(SECOND, () => void b.send(1), 0);
    b.sim.schedule(SECOND, () => void b.send(2), 0);
    b.until(2);
    expect(bodies(poll.messages ?? [])).toEqual([1, 2]);
  });

  test('come after short polls of the instant, and before the measuring of it', () => {
    const b = new Bench();
    const order: string[] = [];
    b.receive({ wait: 20 }, ({ messages }) => order.push(`long ${messages?.length}`));
    b.sim.schedule(SECOND, () => b.send(1), 0);
    b.sim.schedule(SECOND, () => b.send(2), 0);
    b.sim.schedule(SECOND, () => order.push(`short ${b.take(1).length}`), 0);
    b.sim.schedule(SECOND, () => order.push(`level ${b.queue.counts.visible}`), 0, 3);
    b.until(1);
    expect(order).toEqual(['short 1', 'long 1', 'level 0']);
  });

  test('end empty after their wait, and not empty when a message comes at that very instant [sqs.long-poll-2]', () => {
    const b = new Bench();
    const empty = b.receive({ wait: 2 });
    b.until(2);
    expect([empty.atUs, empty.messages]).toEqual([2 * SECOND, []]);
    const lucky = b.receive({ wait: 2 });
    b.sim.schedule(2 * SECOND, () => void b.send(1), 0);
    b.until(4);
    expect(bodies(lucky.messages ?? [])).toEqual([1]);
    expect(b.total('NumberOfEmptyReceives')).toBe(1);
  });

  test('do not answer once they are called off, and leave the message to the next', () => {
    const b = new Bench();
    const gone = b.receive({ wait: 20 });
    const next = b.receive({ wait: 20 });
    b.queue.cancelReceive(gone.ticket);
    b.queue.cancelReceive(gone.ticket);
    b.send(1);
    b.until(1);
    expect(gone.messages).toBeNull();
    expect(bodies(next.messages ?? [])).toEqual([1]);
    // A ticket of the past does nothing to who has its place now.
    const later = b.receive({ wait: 20 });
    b.queue.cancelReceive(gone.ticket);
    b.queue.cancelReceive(next.ticket);
    b.send(2);
    b.until(2);
    expect(bodies(later.messages ?? [])).toEqual([2]);
  });

  test('may be begun and ended from within an answer', () => {
    const b = new Bench();
    const seen: number[] = [];
    const again = (): void => {
      b.receive({ max: 1, wait: 20 }, ({ messages }) => {
        for (const m of messages ?? []) {
          seen.push(m.body);
          b.queue.DeleteMessage(m.handle);
          if (m.body < 3) b.send(m.body + 1);
        }
        if (seen.length < 4) again();
      });
    };
    again();
    b.send(0);
    b.until(1);
    expect(seen).toEqual([0, 1, 2, 3]);
    expect(b.queue.counts.deleted).toBe(4);
  });

  test('wait without an error while too many messages are in flight, and go on when one is deleted [sqs.in-flight-standard] [sqs.in-flight-limit]', () => {
    const b = new Bench({ maxInFlight: 2 });
    for (let i = 0; i < 3; i++) b.send(i);
    const [first] = b.take();
    expect(b.receive({ wait: 0 }).error).toBe('OverLimit');
    const poll = b.receive({ wait: 20 });
    b.until(5);
    expect(poll.messages).toBeNull();
    b.queue.DeleteMessage(first?.handle ?? 0);
    b.until(6);
    expect([poll.atUs, bodies(poll.messages ?? []), poll.error]).toEqual([5 * SECOND, [2], null]);
  });
});

describe('visibility', () => {
  test('ends at its instant before whatever else happens in it [sqs.visibility-start]', () => {
    const b = new Bench();
    b.send(1);
    b.one();
    const counts: number[] = [];
    // Scheduled before the timeout began, at the same instant: the expiry goes first all the same.
    b.sim.schedule(30 * SECOND, () => void counts.push(b.take().length), 0);
    b.until(29.999999);
    expect(b.take()).toEqual([]);
    b.until(30);
    expect(counts).toEqual([1]);
  });

  test('can be set anew from now on, for this receive only [sqs.changemessagevisibility]', () => {
    const b = new Bench();
    b.send(1);
    const m = b.one();
    b.until(20);
    expect(b.queue.ChangeMessageVisibility(m.handle, 60)).toBeNull();
    b.until(79.9);
    expect(b.take()).toEqual([]);
    b.until(80);
    expect(b.one().count).toBe(2);
    b.until(109.9);
    expect(b.take()).toEqual([]);
    b.until(110);
    expect(b.take()).toHaveLength(1);
  });

  test('set to 0 shows the message at once [sqs.changemessagevisibility]', () => {
    const b = new Bench();
    b.send(1);
    b.queue.ChangeMessageVisibility(b.one().handle, 0);
    expect(b.one().count).toBe(2);
  });

  test('of 0 on a receive hands the message out once per answer, and its handle deletes it', () => {
    const b = new Bench();
    b.send(1);
    const [m, ...others] = b.take(10, 0);
    expect(others).toEqual([]);
    expect(b.queue.counts).toMatchObject({ visible: 1, inFlight: 0 });
    expect(b.queue.DeleteMessage(m?.handle ?? 0)).toBeNull();
    expect(b.take()).toEqual([]);
  });

  test('never lasts beyond 12 hours from the receive: an error, and nothing changes [sqs.12-h-cap]', () => {
    const b = new Bench();
    b.send(1);
    const m = b.one();
    b.until(10);
    expect(b.queue.ChangeMessageVisibility(m.handle, 43_200)?.message).toBe(
      'Value 43200 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds]',
    );
    b.until(20);
    expect(b.queue.ChangeMessageVisibility(m.handle, 43_180)).toBeNull();
    b.until(43_199);
    expect(b.queue.ChangeMessageVisibility(m.handle, 2)?.code).toBe('InvalidParameterValue');
    b.until(43_199.9);
    expect(b.take()).toEqual([]);
    b.until(43_200);
    expect(b.take()).toHaveLength(1);
  });

  test('changed after its end is fine and changes nothing; of a message that is gone it is an error [sqs.changemessagevisibility-after-timeout-expired] [sqs.changemessagevisibility-on-a-deleted-message] [sqs.visibility-of-message-not-in-flight]', () => {
    const b = new Bench();
    b.send(1);
    const m = b.one();
    b.until(31);
    expect(b.queue.ChangeMessageVisibility(m.handle, 100)).toBeNull();
    const again = b.one();
    b.queue.DeleteMessage(again.handle);
    expect(b.queue.ChangeMessageVisibility(again.handle, 10)?.code).toBe('InvalidParameterValue');
  });

  test('ends on time for each of very many different timeouts', () => {
    const b = new Bench();
    const many = 500;
    for (let i = 0; i < many; i++) b.send(i);
    const handles: number[] = [];
    for (let i = 0; i < many; i++) handles.push(b.one(5 + ((i * 7919) % many)).handle);
    for (let i = 0; i < many; i += 5) b.queue.DeleteMessage(handles[i] as number);
    for (let t = 5; t < 5 + many; t++) {
      b.until(t);
      const due = Array.from({ length: many }, (_, i) => i).filter((i) => i % 5 !== 0 && 5 + ((i * 7919) % many) === t);
      expect(bodies(b.take(10, 40_000))).toEqual(due);
    }
  });
});

describe('deletes', () => {
  test('with the newest handle remove a message even after its timeout has ended [sqs.deletemessage-after-visibility-expiry-standard]', () => {
    const b = new Bench();
    b.send(1);
    const m = b.one();
    b.until(31);
    expect(b.queue.DeleteMessage(m.handle)).toBeNull();
    expect(b.take()).toEqual([]);
    expect(b.observer.bodies('gone')).toEqual([1]);
  });

  test('with an older handle are answered with success and do nothing [sqs.deletemessage-with-an-older-handle] [sqs.deletemessage-repeated]', () => {
    const b = new Bench();
    b.send(1);
    const old = b.one();
    b.until(31);
    const newest = b.one();
    expect(b.queue.DeleteMessage(old.handle)).toBeNull();
    expect(b.observer.bodies('deleted')).toEqual([]);
    b.queue.DeleteMessage(newest.handle);
    expect(b.queue.DeleteMessage(newest.handle)).toBeNull();
    expect(b.observer.bodies('deleted')).toEqual([1]);
    // CloudWatch counts every call that was answered with success.
    expect(b.total('NumberOfMessagesDeleted')).toBe(3);
  });

  test('leave a copy that comes back after the visibility timeout, as often as the fault says [sqs.delivery]', () => {
    const b = new Bench();
    b.send(1);
    const m = b.one();
    b.until(10);
    b.queue.setDuplicateRate(1);
    b.queue.DeleteMessage(m.handle);
    b.queue.setDuplicateRate(null);
    expect(b.observer.told.at(-1)?.[0]).toBe('deleted');
    expect(b.queue.counts).toMatchObject({ visible: 0, inFlight: 0, deleted: 1 });
    b.until(29.9);
    expect(b.take()).toEqual([]);
    b.until(30);
    const copy = b.one();
    expect([copy.id, copy.count]).toEqual([m.id, 2]);
    expect(b.observer.told.at(-1)).toEqual(['received', 1, m.id, 2, true]);
    b.queue.DeleteMessage(copy.handle);
    expect(b.observer.bodies('gone')).toEqual([1]);
    expect(b.total('NumberOfDuplicateDeliveries')).toBe(1);
  });

  test('stay exact when a record has given all the handles it has', () => {
    const sim = new Simulation({ seed: 1 });
    const observer = new RecordingObserver();
    const records = new ReceiveRecords(6);
    const ports = { metrics: new RecordedMetrics(), observer, deadLetterQueue: null };
    const b = new Bench(
      {},
      {
        sim,
        type: class extends SqsQueue {
          constructor(...[, s]: ConstructorParameters<typeof SqsQueue>) {
            super(sim, s, ports, records);
          }
        },
      },
    );
    b.send(1);
    const handles = Array.from({ length: 40 }, () => b.one(0).handle);
    expect(new Set(handles).size).toBe(40);
    for (const handle of handles.slice(0, -1)) expect(b.queue.DeleteMessage(handle)).toBeNull();
    expect(observer.bodies('deleted')).toEqual([]);
    b.queue.DeleteMessage(handles.at(-1) as number);
    expect(observer.bodies('deleted')).toEqual([1]);
  });
});

describe('retention', () => {
  test('ends for a message in flight too; deleting it later is fine [sqs.retention-vs-in-flight]', () => {
    const b = new Bench({ messageRetentionPeriodUs: 60 * SECOND, visibilityTimeoutUs: 600 * SECOND });
    b.send(1);
    const m = b.one();
    b.until(59.999999);
    expect(b.queue.counts.inFlight).toBe(1);
    b.until(60);
    expect(b.queue.counts).toMatchObject({ inFlight: 0, expired: 1 });
    expect(b.queue.DeleteMessage(m.handle)).toBeNull();
    expect(b.observer.told.map(([what]) => what)).toEqual(['sent', 'received', 'expired', 'gone']);
  });

  test('set anew holds for messages that are there already [sqs.retention] [sqs.attribute-change-propagation]', () => {
    const b = new Bench();
    b.send(1);
    b.until(100);
    b.send(2);
    b.queue.SetQueueAttributes({ MessageRetentionPeriod: 60 });
    b.until(100);
    expect(b.observer.bodies('expired')).toEqual([1]);
    b.until(160);
    expect(b.observer.bodies('expired')).toEqual([1, 2]);
  });

  test('ends before anything becomes visible or is received at the same instant', () => {
    const b = new Bench({ messageRetentionPeriodUs: 60 * SECOND, visibilityTimeoutUs: 60 * SECOND });
    const poll = b.receive({ wait: 20 });
    b.queue.cancelReceive(poll.ticket);
    b.send(1);
    b.one();
    b.send(2, { delay: 60 });
    const waiting: (number | undefined)[] = [];
    b.until(50);
    b.receive({ wait: 20 }, ({ messages }) => waiting.push(messages?.length));
    b.until(60);
    expect(b.observer.bodies('received')).toEqual([1]);
    b.until(70);
    expect(waiting).toEqual([0]);
  });
});

describe('delay', () => {
  test('of the queue hides a message after it is sent; one of its own goes before it, 0 too [sqs.message-timer]', () => {
    const b = new Bench({ delayUs: 10 * SECOND });
    b.send(1);
    b.send(2, { delay: 0 });
    b.send(3, { delay: 900 });
    expect(b.queue.GetQueueAttributes().ApproximateNumberOfMessagesDelayed).toBe(2);
    expect(bodies(b.take())).toEqual([2]);
    b.until(9.999999);
    expect(b.take()).toEqual([]);
    b.until(10);
    expect(bodies(b.take())).toEqual([1]);
    b.until(900);
    expect(bodies(b.take(10, 0))).toContain(3);
  });

  test('set anew holds for what is sent from then on [sqs.delay-queue-change]', () => {
    const b = new Bench({ delayUs: 10 * SECOND });
    b.send(1);
    b.queue.SetQueueAttributes({ DelaySeconds: 0 });
    b.send(2);
    expect(bodies(b.take())).toEqual([2]);
  });

  test('attributes take as long to hold as the ports say [sqs.attribute-change-propagation]', () => {
    const b = new Bench({}, { ports: { attributePropagationUs: 60 * SECOND } });
    b.queue.SetQueueAttributes({ DelaySeconds: 900 });
    b.until(59);
    b.send(1);
    b.until(60);
    b.send(2);
    expect(bodies(b.take())).toEqual([1]);
  });
});

describe('redrive', () => {
  const redrive = { maxReceiveCount: 2, deadLetterQueue: 'dlq' };

  function pair(deadLetters: Parameters<typeof settings>[0] = {}): { source: Bench; dlq: Bench } {
    const sim = new Simulation({ seed: 1 });
    const dlq = new Bench({ name: 'dlq', ...deadLetters }, { sim, ports: { firstMessageId: 1e6 } });
    const source = new Bench({ redrive, visibilityTimeoutUs: SECOND }, { sim, deadLetterQueue: dlq.queue });
    return { source, dlq };
  }

  test('happens on the receive that would be one too many, which goes on with the next message [sqs.dlq-move]', () => {
    const { source, dlq } = pair();
    const id = source.send(1, { bytes: 77 });
    source.one();
    source.until(1);
    source.one();
    source.until(5);
    // Lazy: nothing moves before somebody asks.
    expect([source.queue.counts.visible, dlq.queue.counts.accepted]).toEqual([1, 0]);
    source.send(2);
    expect(bodies(source.take(1))).toEqual([2]);
    expect(source.queue.counts).toMatchObject({ moved: 1, inFlight: 1, visible: 0 });
    const dead = dlq.one();
    expect(dead).toMatchObject({ id, body: 1, count: 3, sentUs: 0, firstUs: 0 });
    expect(source.observer.bodies('deadLettered')).toEqual([1]);
    expect(source.observer.bodies('gone')).toEqual([]);
    dlq.queue.DeleteMessage(dead.handle);
    expect(dlq.observer.told.map(([what]) => what)).toEqual(['received', 'deleted', 'gone']);
    expect(dlq.total('NumberOfMessagesSent')).toBe(0);
  });

  test('lets the retention of the dead-letter queue count from the first send [sqs.dlq-retention-clock-standard]', () => {
    const { source, dlq } = pair({ messageRetentionPeriodUs: 100 * SECOND });
    source.send(1);
    source.send(2);
    for (const t of [1, 2]) {
      source.take();
      source.until(t);
    }
    source.until(40);
    dlq.send(9);
    source.take();
    expect(dlq.queue.counts).toMatchObject({ accepted: 2, visible: 3 });
    // CloudWatch counts the age from the move.
    expect(dlq.metrics.sinceUs).toBe(40 * SECOND);
    dlq.until(99.999999);
    expect(dlq.queue.counts.visible).toBe(3);
    dlq.until(100);
    expect(dlq.observer.bodies('expired')).toEqual([1, 2]);
    dlq.until(140);
    expect(dlq.observer.bodies('expired')).toEqual([1, 2, 9]);
  });

  test('of a message past the retention of the dead-letter queue is the end of it', () => {
    const { source, dlq } = pair({ messageRetentionPeriodUs: 60 * SECOND });
    source.send(1);
    for (const t of [1, 2]) {
      source.take();
      source.until(t);
    }
    source.until(61);
    source.take();
    source.until(61);
    expect(dlq.observer.told).toEqual([
      ['expired', 1, 0],
      ['gone', 1, 0],
    ]);
  });

  test('goes by the receives in this queue, though the count goes on [sqs.receive-count]', () => {
    const sim = new Simulation({ seed: 1 });
    const last = new Bench({ name: 'last' }, { sim });
    const middle = new Bench(
      { name: 'middle', redrive, visibilityTimeoutUs: SECOND },
      { sim, deadLetterQueue: last.queue },
    );
    const first = new Bench({ redrive, visibilityTimeoutUs: SECOND }, { sim, deadLetterQueue: middle.queue });
    first.send(1);
    const counts: number[] = [];
    for (let t = 1; t <= 6; t++) {
      for (const b of [first, middle, last]) for (const m of b.take()) counts.push(m.count);
      first.until(t);
    }
    expect(counts).toEqual([1, 2, 3, 4, 5]);
    expect(last.queue.counts).toMatchObject({ accepted: 1, inFlight: 1 });
  });
});

describe('purge', () => {
  test('takes what is visible, in flight, delayed and left behind, once in a minute [sqs.purge-scope] [sqs.deletequeue-purgequeue]', () => {
    const b = new Bench();
    for (let i = 0; i < 4; i++) b.send(i);
    b.send(9, { delay: 100 });
    b.take(2);
    b.queue.setDuplicateRate(1);
    b.queue.DeleteMessage(b.one().handle);
    expect(b.queue.PurgeQueue()).toBeNull();
    expect(b.queue.counts).toMatchObject({ visible: 0, inFlight: 0, delayed: 0, deleted: 1, purged: 4 });
    expect(b.observer.bodies('gone').toSorted((x, y) => x - y)).toEqual([0, 1, 2, 3, 9]);
    b.until(59.999999);
    expect(b.queue.PurgeQueue()?.code).toBe('PurgeQueueInProgress');
    b.send(10);
    b.until(60);
    expect(b.queue.PurgeQueue()).toBeNull();
    b.until(200);
    expect(b.take()).toEqual([]);
  });
});

describe('metrics', () => {
  test('count what CloudWatch counts', () => {
    const b = new Bench();
    b.send(1, { bytes: 100 });
    b.queue.SendMessageBatch(
      [
        { body: 2, bytes: 300, DelaySeconds: 5 },
        { body: 3, bytes: 2_000_000, DelaySeconds: -1 },
        { body: 4, bytes: 50, DelaySeconds: -1 },
      ].filter(({ bytes }) => bytes < 1_000_000),
      2,
    );
    b.take(1);
    expect(b.total('NumberOfMessagesSent')).toBe(3);
    expect(b.total('NumberOfMessagesReceived')).toBe(1);
    expect(b.metrics.observed).toEqual([100, 300, 50]);
    expect([...b.metrics.levels.entries()]).toEqual([
      ['ApproximateNumberOfMessagesVisible', 1],
      ['ApproximateNumberOfMessagesNotVisible', 1],
      ['ApproximateNumberOfMessagesDelayed', 1],
    ]);
  });

  test('leave a message out of the age of the oldest once it was received three times', () => {
    const b = new Bench({ visibilityTimeoutUs: SECOND });
    b.send(1);
    b.until(10);
    b.send(2, { delay: 600 });
    for (let t = 11; t <= 12; t++) {
      b.take();
      b.until(t);
    }
    expect(b.metrics.sinceUs).toBe(0);
    const m = b.one();
    expect([m.body, m.count, b.metrics.sinceUs]).toEqual([1, 3, 10 * SECOND]);
    b.queue.DeleteMessage(m.handle);
    expect(b.metrics.sinceUs).toBe(10 * SECOND);
    b.queue.PurgeQueue();
    expect(b.metrics.sinceUs).toBe(-1);
  });
});

describe('a standard queue', () => {
  test('takes any number of messages at any rate [sqs.backlog-size] [sqs.standard-throughput]', () => {
    const b = new Bench();
    // More than may be in flight, at one instant.
    for (let i = 0; i < 300_000; i++) b.send(i);
    expect(b.queue.counts).toMatchObject({ sent: 300_000, visible: 300_000 });
  });
});

describe('the model', () => {
  test('refuses what no standard queue can be', () => {
    expect(() => new Bench({ fifo: true })).toThrow(SqsModelError);
    expect(() => new Bench({ distribution: { ...noDuplicates, reorder: 2 } })).toThrow(/0 to 1/);
    expect(() => new Bench({ redrive: { maxReceiveCount: 1, deadLetterQueue: 'x' } })).toThrow(/dead-letter queue/);
    expect(() => new Bench().queue.setDuplicateRate(-1)).toThrow(/0 to 1/);
  });

  test('plans no event per message', () => {
    const b = new Bench({ redrive: null });
    for (let i = 0; i < 5000; i++) b.send(i, { delay: i % 2 === 0 ? 0 : 5 });
    for (let i = 0; i < 200; i++) b.take();
    expect(b.queue.counts).toMatchObject({ visible: 500, inFlight: 2000, delayed: 2500 });
    expect(b.sim.pending).toBeLessThanOrEqual(3);
  });

  test('keeps a message that waits in 32 bytes', () => {
    const store = new MessageStore();
    for (let i = 0; i < 102_400; i++) store.take(i, i, i, 100, Place.fresh);
    expect(store.bytes / store.held).toBe(32);
  });

  test('gives the same run for the same seed and another for another', () => {
    const run = (seed: number): string => {
      const b = new Bench(
        { distribution: { servers: 4, sampled: 2, deleteMiss: 0.2, receiveMiss: 0.2, reorder: 0.3 } },
        { seed },
      );
      for (let t = 1; t < 200; t++) {
        b.send(t);
        for (const m of b.take(3)) if (m.body % 3 !== 0) b.queue.DeleteMessage(m.handle);
        b.until(t);
      }
      return JSON.stringify(b.observer.told);
    };
    expect(run(1)).toBe(run(1));
    expect(run(1)).not.toBe(run(2));
  });
});

describe('luck', () => {
  test('belongs to the message and its receive, whatever the order of service', () => {
    const copiesOf = (takes: readonly number[]): number[] => {
      const b = new Bench({ distribution: { ...noDuplicates, deleteMiss: 0.5 } });
      for (let i = 0; i < 60; i++) b.send(i);
      // The same messages by other batches, deleted in another order.
      for (const max of takes) for (const m of b.take(max).reverse()) b.queue.DeleteMessage(m.handle);
      const gone = new Set(b.observer.bodies('gone'));
      return b.observer
        .bodies('deleted')
        .filter((body) => !gone.has(body))
        .toSorted((x, y) => x - y);
    };
    const tens = copiesOf(new Array<number>(6).fill(10));
    expect(tens.length).toBeGreaterThan(15);
    expect(tens.length).toBeLessThan(45);
    expect(copiesOf(new Array<number>(60).fill(1))).toEqual(tens);
  });
});
