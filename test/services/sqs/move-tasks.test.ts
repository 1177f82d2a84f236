import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Simulation } from '../../../src/kernel/index.ts';
import {
  type AccountQueue,
  FairQueue,
  FifoQueue,
  MoveTasks,
  SqsQueue,
  type Task,
} from '../../../src/services/sqs/index.ts';
import type { SqsSettings } from '../../../src/services/sqs/settings.ts';
import { FifoBench } from './fifo-harness.ts';
import { Bench, SECOND, settings } from './harness.ts';
import { type Game, moveGames, playMoves, type Variant } from './move-play.ts';

const HOUR = 3600;

/** Two queues with one dead-letter queue, a queue that is no part of it, and the account's move tasks. */
function account(deadLetters: Partial<SqsSettings> = {}, sources: Partial<SqsSettings> = {}) {
  const sim = new Simulation({ seed: 1 });
  const redrive = { maxReceiveCount: 1, deadLetterQueue: 'dead' };
  const dead = new Bench({ name: 'dead', ...deadLetters }, { sim, ports: { firstMessageId: 2e9, isRedriven: true } });
  const make = (name: string, firstMessageId: number): Bench =>
    new Bench(
      { name, redrive, visibilityTimeoutUs: SECOND, ...sources },
      { sim, deadLetterQueue: dead.queue, ports: { firstMessageId } },
    );
  const a = make('a', 0);
  const b = make('b', 1e9);
  const spare = new Bench({ name: 'spare' }, { sim, ports: { firstMessageId: 3e9 } });
  const fifo = new FifoBench({}, { name: 'fifo' }, { sim });
  const queues = new Map<string, AccountQueue>();
  for (const { queue } of [a, b, dead, spare, fifo]) {
    const { name } = queue;
    const target = name === 'a' || name === 'b' ? redrive : null;
    queues.set(name, { queue, settings: settings({ name, redrive: target, fifo: name === 'fifo' }) });
  }
  return { sim, a, b, dead, spare, tasks: new MoveTasks(sim, queues), queues };
}

/** So many dead letters of a queue, by their bodies. */
function kill(source: Bench, bodies: readonly number[]): void {
  for (const body of bodies) source.send(body, { bytes: 1000 + body });
  const many = Math.ceil(bodies.length / 10);
  for (let i = 0; i < many; i++) source.take();
  source.sim.run({ until: source.sim.now + SECOND });
  for (let i = 0; i < many; i++) expect(source.take()).toEqual([]);
}

const numbers = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);
const ALL = { SourceArn: 'dead' };

describe('a move task', () => {
  test('brings each message back to where it came from, as new: id, time, count, retention [sqs.redrive-from-dlq]', () => {
    const { a, b, dead, tasks } = account(
      { messageRetentionPeriodUs: 1000 * SECOND },
      { messageRetentionPeriodUs: 100 * SECOND },
    );
    kill(a, [1, 2]);
    kill(b, [3]);
    a.until(90);
    expect(dead.queue.counts.visible).toBe(3);
    const { error, TaskHandle } = tasks.StartMessageMoveTask(ALL);
    expect([error, TaskHandle]).toEqual([null, 1]);
    a.until(91);
    const [first, second] = a.take();
    expect(first).toMatchObject({ body: 1, id: 2, count: 1, sentUs: 90 * SECOND, firstUs: 91 * SECOND });
    expect(second).toMatchObject({ body: 2, id: 3, count: 1 });
    expect(b.take()).toMatchObject([{ body: 3, id: 1e9 + 1, count: 1 }]);
    expect(dead.queue.counts).toMatchObject({ visible: 0, inFlight: 0, deleted: 3, accepted: 3 });
    // The first retention would have ended at 100 s.
    a.until(189.9);
    expect(a.queue.counts.expired).toBe(0);
    // Received a second time, they are dead letters again.
    a.until(190);
    expect(a.queue.counts).toMatchObject({ expired: 2 });
  });

  test('is billed as the calls that it makes, and counted as they are', () => {
    const { a, b, dead, tasks } = account();
    kill(a, numbers(0, 15));
    kill(b, numbers(100, 3));
    const before = [a, b, dead].map((one) => one.total('BilledSendRequests'));
    const received = dead.total('BilledReceiveRequests');
    tasks.StartMessageMoveTask(ALL);
    a.until(10);
    // Ten and eight of them, and a receive that finds nothing: the second batch goes to two queues.
    expect(dead.total('BilledReceiveRequests') - received).toBe(3);
    expect([a, b, dead].map((one, i) => one.total('BilledSendRequests') - (before[i] as number))).toEqual([2, 1, 0]);
    expect(dead.total('BilledDeleteRequests')).toBe(2);
    expect(dead.total('NumberOfMessagesRedriven')).toBe(18);
    expect(dead.total('NumberOfMessagesDeleted')).toBe(18);
    expect(a.total('NumberOfMessagesSent')).toBe(30);
  });

  test('goes to one other queue where that is asked for, sent there or not', () => {
    const { a, dead, spare, tasks } = account();
    kill(a, [1]);
    dead.send(9);
    tasks.StartMessageMoveTask({ ...ALL, DestinationArn: 'spare' });
    a.until(5);
    expect(
      spare
        .take()
        .map(({ body }) => body)
        .toSorted((x, y) => x - y),
    ).toEqual([1, 9]);
    expect(tasks.ListMessageMoveTasks('dead').Results).toEqual([
      {
        Status: 'COMPLETED',
        TaskHandle: null,
        SourceArn: 'dead',
        DestinationArn: 'spare',
        MaxNumberOfMessagesPerSecond: null,
        ApproximateNumberOfMessagesMoved: 2,
        ApproximateNumberOfMessagesToMove: 2,
        FailureReason: null,
        StartedTimestamp: SECOND,
      },
    ]);
  });

  test('fails at a message that no queue gave up: it does not know where that came from', () => {
    const { a, dead, tasks } = account();
    dead.send(9);
    kill(a, [1]);
    tasks.StartMessageMoveTask(ALL);
    a.until(5);
    const [task] = tasks.ListMessageMoveTasks('dead').Results;
    expect(task).toMatchObject({ Status: 'FAILED', FailureReason: 'CouldNotDetermineMessageSource' });
    expect(task?.ApproximateNumberOfMessagesMoved).toBe(1);
    expect(dead.take().map(({ body }) => body)).toEqual([9]);
  });

  test('fails at a message that is too long for the queue by now, and leaves it', () => {
    const { a, dead, tasks } = account();
    kill(a, [500]);
    a.queue.SetQueueAttributes({ MaximumMessageSize: 1024 });
    tasks.StartMessageMoveTask(ALL);
    a.until(5);
    expect(tasks.ListMessageMoveTasks('dead').Results[0]).toMatchObject({
      Status: 'FAILED',
      FailureReason: 'InvalidParameterValue',
    });
    expect(dead.queue.counts).toMatchObject({ visible: 1, deleted: 0 });
  });

  test.each([1, 2, 3, 10, 15, 33, 100, 499, 500])(
    'of %i a second moves exactly that, in any second [sqs.move-task]',
    (rate) => {
      const { a, tasks, sim, dead } = account();
      kill(a, numbers(0, 4 * rate + 5));
      const startUs = sim.now;
      tasks.StartMessageMoveTask({ ...ALL, MaxNumberOfMessagesPerSecond: rate });
      const moved: number[] = [];
      for (let ms = 1; ms <= 4000; ms++) {
        sim.run({ until: startUs + ms * 1000 - 1 });
        moved.push(dead.total('NumberOfMessagesRedriven'));
      }
      for (let ms = 1000; ms <= 4000; ms += 1) {
        const inSecond = (moved[ms - 1] as number) - (moved[ms - 1001] ?? 0);
        expect(inSecond, `to ${ms} ms`).toBeLessThanOrEqual(rate);
      }
      expect(moved[3999]).toBe(4 * rate);
    },
  );

  test('has one event, however many messages', () => {
    const { a, tasks, sim } = account();
    kill(a, numbers(0, 500));
    const before = sim.pending;
    tasks.StartMessageMoveTask({ ...ALL, MaxNumberOfMessagesPerSecond: 1 });
    a.until(10);
    // The task's, and that for the retention of what came back.
    expect(sim.pending).toBeLessThanOrEqual(before + 2);
  });

  test('lets alone what somebody else has in flight, and is over when there is nothing to receive', () => {
    const { a, dead, tasks } = account();
    kill(a, [1, 2, 3]);
    const [held] = dead.take(1);
    tasks.StartMessageMoveTask(ALL);
    a.until(5);
    expect(tasks.ListMessageMoveTasks('dead').Results[0]).toMatchObject({
      Status: 'COMPLETED',
      ApproximateNumberOfMessagesMoved: 2,
    });
    expect(dead.queue.DeleteMessage(held?.handle ?? 0)).toBeNull();
    expect(dead.queue.counts).toMatchObject({ visible: 0, inFlight: 0, deleted: 3 });
  });

  test('can be cancelled: what was moved stays there, and another one can be started', () => {
    const { a, dead, tasks } = account();
    kill(a, numbers(0, 20));
    const { TaskHandle } = tasks.StartMessageMoveTask({ ...ALL, MaxNumberOfMessagesPerSecond: 2 });
    a.until(3.5);
    expect(tasks.CancelMessageMoveTask(TaskHandle)).toEqual({ error: null, ApproximateNumberOfMessagesMoved: 6 });
    a.until(100);
    expect(dead.queue.counts.visible).toBe(14);
    expect(tasks.ListMessageMoveTasks('dead').Results[0]).toMatchObject({ Status: 'CANCELLED', TaskHandle: null });
    expect(tasks.StartMessageMoveTask(ALL).error).toBeNull();
    a.until(200);
    expect(dead.queue.counts.visible).toBe(0);
  });

  test('ends after 36 hours', () => {
    const { a, sim, tasks } = account();
    kill(a, numbers(0, 10));
    const startUs = sim.now;
    tasks.StartMessageMoveTask({ ...ALL, DestinationArn: 'spare', MaxNumberOfMessagesPerSecond: 1 });
    // There is always one more.
    for (let hour = 1; hour <= 36; hour++) {
      kill(a, numbers(0, 3650));
      sim.run({ until: startUs + hour * HOUR * SECOND - 1 });
    }
    expect(tasks.ListMessageMoveTasks('dead').Results[0]?.Status).toBe('RUNNING');
    sim.run({ until: startUs + 36 * HOUR * SECOND });
    expect(tasks.ListMessageMoveTasks('dead').Results[0]).toMatchObject({
      Status: 'FAILED',
      ApproximateNumberOfMessagesMoved: 36 * HOUR,
    });
  });

  test('lists the newest first, ten at most', () => {
    const { a, tasks } = account();
    for (let i = 0; i < 12; i++) {
      tasks.StartMessageMoveTask({ ...ALL, MaxNumberOfMessagesPerSecond: i + 1 });
      a.until(i + 1);
    }
    const { Results } = tasks.ListMessageMoveTasks('dead', 10);
    expect(Results.map(({ MaxNumberOfMessagesPerSecond }) => MaxNumberOfMessagesPerSecond)).toEqual([
      12, 11, 10, 9, 8, 7, 6, 5, 4, 3,
    ]);
    expect(tasks.ListMessageMoveTasks('dead').Results).toHaveLength(1);
    expect(tasks.ListMessageMoveTasks('a').Results).toEqual([]);
  });

  test('of a fair queue keeps the tenants', () => {
    const sim = new Simulation({ seed: 1 });
    const dead = new Bench({ name: 'dead' }, { sim, type: FairQueue });
    const redrive = { maxReceiveCount: 1, deadLetterQueue: 'dead' };
    const a = new Bench(
      { name: 'a', redrive, visibilityTimeoutUs: SECOND },
      { sim, type: FairQueue, deadLetterQueue: dead.queue },
    );
    const queues = new Map([
      ['a', { queue: a.queue, settings: settings({ name: 'a', redrive }) }],
      ['dead', { queue: dead.queue, settings: settings({ name: 'dead' }) }],
    ]);
    for (let i = 0; i < 40; i++) {
      a.queue.SendMessage({ body: i, bytes: 10, DelaySeconds: -1, MessageGroupId: i < 35 ? 1 : 2 });
    }
    for (let i = 0; i < 4; i++) a.take();
    a.until(1);
    for (let i = 0; i < 4; i++) a.take();
    new MoveTasks(sim, queues).StartMessageMoveTask(ALL);
    a.until(2);
    expect(a.queue.counts.visible).toBe(40);
    // The first tenant is noisy from before: the second goes first, though its messages came last.
    expect(a.take(6).map(({ body }) => body)).toEqual([35, 36, 37, 38, 39, 0]);
  });
});

describe('the errors of move tasks [sqs.move-task-faults]', () => {
  test('are AWS’s', () => {
    const { a, tasks } = account();
    const errorOf = (input: Parameters<MoveTasks['StartMessageMoveTask']>[0]): string | undefined => {
      const { error } = tasks.StartMessageMoveTask(input);
      return error === null ? undefined : `${error.code}: ${error.message}`;
    };
    expect(errorOf({ SourceArn: 'nobody' })).toBe(
      "ResourceNotFoundException: The resource that you specified for the SourceArn parameter doesn't exist.",
    );
    expect(errorOf({ ...ALL, DestinationArn: 'nobody' })).toBe(
      "ResourceNotFoundException: The resource that you specified for the DestinationArn parameter doesn't exist.",
    );
    expect(errorOf({ SourceArn: 'a' })).toBe(
      'InvalidParameterValue: Source queue must be configured as a Dead Letter Queue.',
    );
    expect(errorOf({ ...ALL, DestinationArn: 'fifo' })).toMatch(/^UnsupportedOperation: /);
    expect(errorOf({ ...ALL, DestinationArn: 'dead' })).toMatch(/^InvalidParameterValue: /);
    for (const MaxNumberOfMessagesPerSecond of [0, 501, 1.5]) {
      expect(errorOf({ ...ALL, MaxNumberOfMessagesPerSecond })).toMatch(/^InvalidParameterValue: .*between 1 and 500/);
    }
    kill(a, [1]);
    expect(errorOf(ALL)).toBeUndefined();
    expect(errorOf(ALL)).toBe(
      'InvalidParameterValue: There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
    );
    const cancel = (handle: number): string | undefined => tasks.CancelMessageMoveTask(handle).error?.message;
    expect([cancel(-1), cancel(0.5), cancel(99)]).toEqual([
      'Value for parameter TaskHandle is invalid.',
      'Value for parameter TaskHandle is invalid.',
      'Task does not exist.',
    ]);
    expect(cancel(1)).toBeUndefined();
    expect(cancel(1)).toBe('Task does not exist.');
    expect(tasks.ListMessageMoveTasks('nobody').error?.code).toBe('ResourceNotFoundException');
    expect(tasks.ListMessageMoveTasks('dead', 11).error?.code).toBe('InvalidParameterValue');
  });

  test('say when the account has a hundred tasks', () => {
    const sim = new Simulation({ seed: 1 });
    const queues = new Map<string, AccountQueue>();
    for (let i = 0; i < 101; i++) {
      const { queue } = new Bench({ name: `dead${i}` }, { sim });
      queues.set(`dead${i}`, { queue, settings: settings({ name: `dead${i}` }) });
      const redrive = { maxReceiveCount: 1, deadLetterQueue: `dead${i}` };
      queues.set(`q${i}`, { queue, settings: settings({ name: `q${i}`, redrive }) });
    }
    const tasks = new MoveTasks(sim, queues);
    const codes = numbers(0, 101).map((i) => tasks.StartMessageMoveTask({ SourceArn: `dead${i}` }).error?.code);
    expect(codes.slice(0, 100).every((code) => code === undefined)).toBe(true);
    expect(codes[100]).toBe('RequestThrottled');
    expect(tasks.active).toBe(100);
  });
});

/** The first law that is broken, and by what. */
function found(variant: Variant, runs: number, endOnFailure = false): string {
  const { failed, errorInstance, counterexample } = fc.check(
    fc.property(moveGames, (game: Game) => playMoves(game, variant)),
    { seed: 20261126, numRuns: runs, endOnFailure },
  );
  return failed ? `${String(errorInstance)} in ${JSON.stringify(counterexample)}` : '';
}

test('whatever is done, no message is lost or doubled, and every request meets one fate', () => {
  expect(found({}, 1000)).toBe('');
});

/** Each wrong in one way, and the law by which it is caught. */
const broken: readonly (readonly [name: string, law: string, variant: Variant])[] = [
  [
    'sends all to the queue that it knows first',
    'where they came from',
    {
      tasks: class extends MoveTasks {
        protected override destinationOf(task: Task): AccountQueue | null {
          return super.destinationOf(task, 'a');
        }
      },
    },
  ],
  [
    'goes by tens, whatever the rate',
    'rate',
    {
      tasks: class extends MoveTasks {
        protected override quota(): number {
          return 10;
        }
      },
    },
  ],
  [
    'lets messages keep ids by which they may be known',
    'count of moves',
    {
      tasks: class extends MoveTasks {
        protected override deduplicationId(MessageId: number): number {
          return MessageId % 2;
        }
      },
    },
  ],
  [
    'does not delete what it has sent',
    'in one place',
    {
      standard: class extends SqsQueue {
        override endMove(handles: Float64Array, sent: Uint8Array, count: number): void {
          super.endMove(handles, new Uint8Array(sent.length), count);
        }
      },
    },
  ],
  [
    'deletes what a throttled queue has refused',
    'fate|count of moves',
    {
      fifo: class extends FifoQueue {
        override endMove(handles: Float64Array, sent: Uint8Array, count: number): void {
          super.endMove(handles, new Uint8Array(sent.length).fill(1), count);
        }
      },
    },
  ],
  ['leaves the request a dead letter', 'fate', { tellsRedriven: false }],
];

describe('redrive that is wrong is caught when it', () => {
  test.each(broken)('%s', (_name, law, variant) => {
    expect(found(variant, 400, true)).toMatch(new RegExp(`^Error: (${law}): `));
  });
});
