import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Simulation } from '../../../src/kernel/index.ts';
import { FairQueue, type SendMessageInput, SqsQueue } from '../../../src/services/sqs/index.ts';
import type { SqsSettings } from '../../../src/services/sqs/settings.ts';
import { FAIR_THRESHOLDS } from '../../../src/services/sqs/tenants.ts';
import type { SqsPorts } from '../../../src/services/sqs/index.ts';
import { Bench, type QueueClass } from './harness.ts';
import { games, play } from './play.ts';

const FEW = { inFlightShare: 0.3, inFlightMin: 2, processingShare: 0.5, processedMin: 4 };

/** Tenants by the body, and noisy sooner than AWS's are, so that short games meet them. */
class SmallFairQueue extends FairQueue {
  constructor(sim: Simulation, settings: SqsSettings, ports: SqsPorts) {
    super(sim, settings, ports, FEW);
  }
  override SendMessage(input: SendMessageInput) {
    return super.SendMessage({ ...input, MessageGroupId: input.body % 7 < 4 ? 0 : input.body % 7 });
  }
  override SendMessageBatch(entries: readonly SendMessageInput[], count: number) {
    return super.SendMessageBatch(
      entries.map((input) => ({ ...input, MessageGroupId: input.body % 3 })),
      count,
    );
  }
}

const TENANT = 1000;
const fair = (type: QueueClass = FairQueue): Bench => new Bench({}, { type });
/** The body tells the tenant: 1000 × tenant + number. */
function send(bench: Bench, tenant: number, from: number, count = 1): void {
  for (let i = from; i < from + count; i++) {
    bench.queue.SendMessage({ body: tenant * TENANT + i, bytes: 100, DelaySeconds: -1, MessageGroupId: tenant });
  }
}
const tenantsOf = (messages: readonly { readonly body: number }[]): number[] =>
  messages.map(({ body }) => Math.floor(body / TENANT));
function takeMany(bench: Bench, count: number) {
  return Array.from({ length: count / 10 }, () => bench.take(10)).flat();
}

describe('a fair queue', () => {
  test('does whatever a standard queue does, by the reference, with tenants and without [sqs.standard-queue-with-messagegroupid]', () => {
    const ofOwn = (Type: QueueClass): void =>
      fc.assert(
        fc.property(games, (game) => play(game, Type)),
        { seed: 20261124, numRuns: 700 },
      );
    ofOwn(FairQueue);
    ofOwn(SmallFairQueue);
  });

  test('sqs.fair.in_flight_share, sqs.fair.in_flight_min: a tenant with 30 in flight goes behind those who come later [sqs.fair-queue-detection]', () => {
    const bench = fair();
    send(bench, 1, 0, 100);
    expect(tenantsOf(takeMany(bench, 20))).toEqual(new Array(20).fill(1));
    bench.take(9);
    send(bench, 2, 0, 2);
    // 29 in flight: not noisy, and its turn is first.
    expect(tenantsOf(bench.take(1))).toEqual([1]);
    // The thirtieth made it so.
    expect(tenantsOf(bench.take(4))).toEqual([2, 2, 1, 1]);
    expect(bench.level('ApproximateNumberOfNoisyGroups')).toBe(1);
  });

  test('lets one be that holds no more than a tenth', () => {
    const bench = fair();
    // A hundred tenants with four each, and one with forty in the same time.
    for (let round = 0; round < 4; round++) {
      for (let tenant = 10; tenant < 110; tenant++) send(bench, tenant, round);
      send(bench, 1, round * 10, 10);
    }
    takeMany(bench, 440);
    expect(bench.level('ApproximateNumberOfNoisyGroups')).toBe(0);
  });

  test('serves noisy tenants as ever while nothing of quiet ones waits, and of several the one with the fewest in flight [sqs.fair-queue-delivery]', () => {
    const bench = fair();
    send(bench, 1, 0, 100);
    send(bench, 2, 0, 100);
    const first = takeMany(bench, 150);
    // The second is noisy too from its thirtieth on: then both are served in turn.
    const held = [1, 2].map((tenant) => tenantsOf(first).filter((one) => one === tenant).length);
    expect(held[0]).toBeLessThanOrEqual(100);
    expect(Math.abs((held[0] as number) - (held[1] as number))).toBeLessThanOrEqual(1);
    send(bench, 3, 0, 3);
    expect(tenantsOf(bench.take(4)).slice(0, 3)).toEqual([3, 3, 3]);
  });

  test('sqs.fair.processing_share: a tenant on which consumers spend their time is noisy with few in flight [sqs.fair-queue-detection]', () => {
    const bench = fair();
    for (let i = 0; i < 40; i++) {
      send(bench, 1, i);
      send(bench, 2, i);
      const [slow, quick] = bench.take(2);
      if (slow === undefined || quick === undefined) throw new Error('nothing there');
      bench.queue.DeleteMessage(quick.handle);
      bench.until(i + 1);
      bench.queue.DeleteMessage(slow.handle);
    }
    // Its last one was worked on, so that its flag is gone until it is worked on again.
    send(bench, 1, 50, 3);
    const [one] = bench.take(1);
    bench.until(45);
    bench.queue.DeleteMessage(one?.handle ?? 0);
    send(bench, 2, 50, 1);
    expect(tenantsOf(bench.take(3))).toEqual([2, 1, 1]);
  });

  test('sqs.fair.silence: who has sent nothing for five minutes is quiet again, and its messages go by their age [sqs.fair-queue-recovery]', () => {
    const bench = new Bench({ visibilityTimeoutUs: 43_200e6 }, { type: FairQueue });
    send(bench, 1, 0, 60);
    takeMany(bench, 40);
    send(bench, 2, 0);
    expect(tenantsOf(bench.take(2))).toEqual([2, 1]);
    bench.until(299);
    send(bench, 2, 1);
    expect(tenantsOf(bench.take(1))).toEqual([2]);
    send(bench, 2, 2);
    bench.until(300);
    // Though it holds nearly all that is in flight.
    expect(tenantsOf(bench.take(3))).toEqual([1, 1, 1]);
    send(bench, 1, 60);
    expect(tenantsOf(bench.take(3))).toEqual([2, 1, 1]);
  });

  test('counts each message without a group as a tenant of its own [sqs.fair-queue-no-group-id]', () => {
    const bench = fair();
    for (let i = 0; i < 200; i++) bench.send(i);
    takeMany(bench, 100);
    bench.send(5000);
    expect(bench.level('ApproximateNumberOfNoisyGroups')).toBe(0);
    expect(bench.take(1)[0]?.body).toBe(100);
  });

  test('hands noisy messages out by short polls too, and loses none', () => {
    const distribution = { servers: 8, sampled: 4, deleteMiss: 0, receiveMiss: 0, reorder: 0 };
    const bench = new Bench({ distribution, visibilityTimeoutUs: 43_200e6 }, { type: FairQueue });
    send(bench, 1, 0, 300);
    send(bench, 2, 0, 5);
    const got: number[] = [];
    for (let i = 0; i < 400 && got.length < 305; i++) got.push(...bench.take(10).map(({ body }) => body));
    expect(new Set(got).size).toBe(305);
    // The quiet ones did not have to wait for three hundred.
    expect(got.findIndex((body) => body >= 2 * TENANT)).toBeLessThan(80);
  });

  test('a standard queue knows no tenants', () => {
    const bench = fair(SqsQueue);
    send(bench, 1, 0, 100);
    takeMany(bench, 40);
    send(bench, 2, 0);
    expect(tenantsOf(bench.take(1))).toEqual([1]);
    expect(FAIR_THRESHOLDS.inFlightMin).toBe(30);
  });
});
