import { describe, expect, it } from 'vitest';
import { type Backoff, CallPath, Link, LinkState } from '../../../src/calls/index.ts';
import { NO_RETRY } from '../../../src/calls/schema.ts';
import { compileVariate } from '../../../src/kernel/index.ts';
import { ScriptedCallee } from '../../calls/stage.ts';
import { callTo, Stage } from './stage.ts';

describe('optimistic locking', () => {
  const stage = (change = {}): Stage => new Stage({ servers: null, optimisticLocking: true, ...change });

  it('lets the first write win, and whoever began before it fail', () => {
    // The second began at 5 and sees at 15 that the first has written at 10; the third began after that.
    expect(stage().at(0, 5, 10).run()).toEqual(['10 0 ok', '15 1 failed', '20 2 ok']);
    const two = stage().at(0, 5, 14);
    two.run();
    // The third began at 14, when the second had not tried to write yet; a write that failed is none.
    expect(two.diary).toEqual(['10 0 ok', '15 1 failed', '24 2 ok']);
    expect(two.metric('WriteConflicts').sum).toBe(1);
  });

  it('is about one row, the key of the request', () => {
    const rows = stage();
    rows.requests.keys.set(0, 3).set(1, 4).set(2, 3);
    expect(rows.at(0, 1, 2).run()).toEqual(['10 0 ok', '11 1 ok', '12 2 failed']);
  });

  it('reads when the job gets its server, not when it comes: one server has no conflicts', () => {
    expect(stage({ servers: 1 }).at(0, 1, 2).run()).toEqual(['10 0 ok', '20 1 ok', '30 2 ok']);
  });

  it('has written before the calls to others, which a conflict spares', () => {
    const writer = stage({ calls: [callTo('x')] });
    const behind = new ScriptedCallee(writer.sim, writer.requests, 'ok@100');
    writer.connect([behind]);
    expect(writer.at(0, 5, 10).run()).toEqual(['15 1 failed', '110 0 ok', '120 2 ok']);
    expect(behind.calls).toBe(2);
  });

  it('is not there unless it is asked for', () => {
    const plain = stage({ optimisticLocking: false });
    expect(plain.at(0, 5).run()).toEqual(['10 0 ok', '15 1 ok']);
    expect(() => plain.metric('WriteConflicts')).toThrow('no metric');
  });

  it('does not write where the job fails by itself or is stopped', () => {
    const failing = stage({ failureRate: 1 });
    failing.at(0, 5).run();
    expect(failing.metric('WriteConflicts').sum).toBe(0);
    expect(stage().at(0, 5).leaves(7, 0, true).run()).toEqual(['15 1 ok']);
  });
});

/**
 * "Exponential Backoff and Jitter" (AWS Architecture Blog, 2015; aws-samples/aws-arch-backoff-simulator): clients that all start at once
 * write one row. A round trip reads the version, the next one writes: here the call arrives after one hop, its service time is the two
 * hops in between, and the answer takes one more. Its first wait is already twice its base of 5 ms.
 */
function compete(clients: number, backoff: Backoff, seed: number): { calls: number; ms: number } {
  const hop = { kind: 'normal' as const, mean: 10_000, sd: 2000 };
  const twoHops = { kind: 'normal' as const, mean: 20_000, sd: 2000 * Math.SQRT2 };
  const stage = new Stage({ servers: null, serviceTime: twoHops, optimisticLocking: true }, 1e12, seed);
  let calls = 0;
  const observer = { onAttempt: () => calls++, onServed: () => {} };
  const latency = compileVariate(hop);
  const link = new Link(stage.sim, 'net', stage.requests, stage.service, latency, new LinkState());
  const retry = { ...NO_RETRY, attempts: 1000, backoff };
  const policy = { ...callTo('db'), retry };
  const path = new CallPath(stage.sim, 'client', stage.requests, link, policy, observer);
  for (let client = 0; client < clients; client++) path.call(client, 0, stage, client);
  stage.run();
  expect(stage.diary.every((line) => line.endsWith('ok'))).toBe(true);
  expect(stage.metric('WriteConflicts').sum).toBe(calls - clients);
  return { calls, ms: stage.sim.now / 1000 };
}

function averages(clients: number, jitter: Backoff['jitter'], runs: number): { calls: number; ms: number } {
  const backoff = { baseUs: 10_000, capUs: 2_000_000, factor: 2, jitter };
  let [calls, ms] = [0, 0];
  for (let seed = 1; seed <= runs; seed++) {
    const one = compete(clients, backoff, seed);
    calls += one.calls / runs;
    ms += one.ms / runs;
  }
  return { calls, ms };
}

describe('the published table of backoff and jitter, within 5 %', () => {
  const near = (value: number, published: number): void => {
    expect(Math.abs(value / published - 1), `${value}, published ${published}`).toBeLessThan(0.05);
  };

  it('10 clients with full jitter: 39.0 calls, 467 ms', () => {
    const { calls, ms } = averages(10, 'full', 400);
    near(calls, 39);
    near(ms, 467);
  });

  it('100 clients: 796 calls and 4,923 ms with full jitter, 1,857 calls without jitter', () => {
    const { calls, ms } = averages(100, 'full', 60);
    near(calls, 796);
    near(ms, 4923);
    near(averages(100, 'none', 30).calls, 1857);
  });
});
