import { describe, expect, it } from 'vitest';
import { Simulation } from '../../src/kernel/index.ts';
import { EndpointState } from '../../src/workload/endpoint.ts';
import { emptyMessages, type Messages, SqsClient } from '../../src/workload/sqs-client.ts';
import { CountedRequests } from '../calls/stage.ts';
import { BROKEN, FakeQueue, latency } from './fake-queue.ts';

function stage(receiveMs = 10, deleteMs = 10, waitSeconds = 20) {
  const sim = new Simulation({ seed: 2 });
  const requests = new CountedRequests();
  const queue = new FakeQueue(sim);
  const state = new EndpointState();
  const diary: string[] = [];
  const hands = emptyMessages(10);
  const owner = {
    onMessages: (_tag: number, messages: Messages | null): void => {
      const bodies = messages === null ? 'failed' : [...messages.body.subarray(0, messages.count)].join(',');
      diary.push(`${sim.now / 1000} got ${bodies}`);
      for (let i = 0; i < (messages?.count ?? 0); i++) {
        hands.body[i] = messages?.body[i] as number;
        hands.handle[i] = messages?.handle[i] as number;
      }
      hands.count = messages?.count ?? 0;
    },
    onDeleted: (tag: number): void => {
      diary.push(`${sim.now / 1000} deleted ${tag}`);
    },
  };
  const input = { MaxNumberOfMessages: 10, VisibilityTimeout: -1, WaitTimeSeconds: waitSeconds };
  const client = new SqsClient(sim, 'workers', requests, queue, state, latency(0, receiveMs, deleteMs), input, owner);
  return { sim, requests, queue, state, client, diary, hands };
}

describe('receive', () => {
  it('takes half of the round trip each way, whatever the queue waits in between', () => {
    const { sim, queue, client, diary } = stage();
    queue.put(1, 2);
    client.receive(0);
    sim.run({ until: 50_000 });
    client.receive(0);
    sim.scheduleAt(100_000, () => queue.put(3), null);
    sim.run({ until: 200_000 });
    expect({ queue: queue.diary, got: diary }).toEqual({
      queue: ['5 receive 1,2', '100 receive 3'],
      got: ['10 got 1,2', '105 got 3'],
    });
  });

  it('comes back empty when the long poll is over', () => {
    const { sim, client, diary } = stage();
    client.receive(0);
    sim.run();
    expect(diary).toEqual(['20010 got ']);
  });

  it('holds what it received until its owner has it', () => {
    const { sim, queue, client, requests } = stage();
    queue.put(1, 2);
    client.receive(0);
    sim.run({ until: 7000 });
    expect(requests.held).toBe(2);
  });

  it('whose reply is lost ends in the time-out of the SDK; the messages stay hidden and are given back', () => {
    const { sim, queue, client, state, diary, requests } = stage();
    queue.put(1);
    state.loseReplies = 1;
    client.receive(0);
    sim.run({ until: 60_000_000 });
    expect({ diary, held: requests.held, queue: queue.diary }).toEqual({
      diary: ['25000 got failed'],
      held: 0,
      queue: ['5 receive 1'],
    });
  });

  it('whose request is lost ends in the same time-out, 5 s after the longest wait', () => {
    const { sim, client, state, diary, queue } = stage();
    queue.put(1);
    state.loseRequests = 1;
    client.receive(0);
    sim.run();
    expect({ diary, queue: queue.diary }).toEqual({ diary: ['25000 got failed'], queue: [] });
  });

  it('fails at once where the queue is down or answers with an error', () => {
    const down = stage();
    down.state.down = true;
    down.client.receive(0);
    down.sim.run();
    const broken = stage();
    broken.queue.receiveError = BROKEN;
    broken.client.receive(0);
    broken.sim.run();
    expect([down.diary, broken.diary]).toEqual([['10 got failed'], ['10 got failed']]);
  });

  it('moves the clock even where it costs no time and does not wait', () => {
    const { sim, client, diary } = stage(0, 0, 0);
    client.receive(0);
    sim.run();
    expect(diary).toEqual(['0.001 got ']);
  });

  it('that is abandoned on its way out never reaches the queue; waiting, ends the poll; on its way back, gives back what it brings', () => {
    for (const [leaveAt, put, expected] of [
      [3, 0, []],
      [50, 0, ['50 poll cancelled']],
      [7, 1, ['5 receive 1']],
    ] as const) {
      const { sim, client, queue, requests, diary } = stage();
      if (put === 1) queue.put(1);
      const operation = client.receive(0);
      sim.run({ until: leaveAt * 1000 });
      client.abandon(operation);
      sim.run({ until: 100_000 });
      expect({ queue: queue.diary, got: diary, held: requests.held, polls: queue.waitingPolls }).toEqual({
        queue: expected,
        got: [],
        held: 0,
        polls: 0,
      });
    }
  });
});

describe('delete', () => {
  const received = (change: (one: ReturnType<typeof stage>) => void) => {
    const one = stage();
    one.queue.put(1, 2);
    one.client.receive(0);
    one.sim.run({ until: 10_000 });
    one.diary.length = 0;
    one.queue.diary.length = 0;
    change(one);
    one.client.delete(7, one.hands, 0, one.hands.count);
    return one;
  };

  it('takes effect half-way and is answered', () => {
    const { sim, queue, diary } = received(() => {});
    sim.run({ until: 1e6 });
    expect({ queue: queue.diary, diary, left: queue.bodies }).toEqual({
      queue: ['15 delete 1,2'],
      diary: ['20 deleted 7'],
      left: [],
    });
  });

  it('is tried three times in all when its requests are lost, 5 s each, and then given up', () => {
    const { sim, queue, diary } = received(({ state }) => {
      state.loseRequests = 1;
    });
    sim.run({ until: 20_000_000 });
    expect({ queue: queue.diary, diary, left: queue.bodies }).toEqual({
      queue: [],
      diary: ['15025 deleted 7'],
      left: [1, 2],
    });
  });

  it('is repeated when its answer was lost, though it took effect the first time', () => {
    const { sim, queue, diary } = received(({ state }) => {
      state.loseReplies = 1;
    });
    sim.run({ until: 20_000_000 });
    expect(queue.diary).toEqual(['15 delete 1,2', '5020 delete stale,stale', '10025 delete stale,stale']);
    expect(diary).toEqual(['15025 deleted 7']);
  });

  it('goes through at the second attempt when the trouble is over', () => {
    const { sim, queue, diary, state } = received(({ state: trouble }) => {
      trouble.errors = 1;
    });
    sim.run({ until: 18_000 });
    state.errors = 0;
    sim.run({ until: 1e6 });
    expect({ queue: queue.diary, diary }).toEqual({ queue: ['25 delete 1,2'], diary: ['30 deleted 7'] });
  });

  it('of an owner that has crashed takes effect, and tells nobody', () => {
    const { sim, queue, diary, client } = received(() => {});
    client.abandon(1 - 1);
    sim.run({ until: 1e6 });
    expect({ queue: queue.diary, diary }).toEqual({ queue: ['15 delete 1,2'], diary: [] });
  });
});
