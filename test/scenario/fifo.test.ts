import { describe, expect, test } from 'vitest';
import { errorsOf, resolved } from './base.ts';

function text(queue: string, more = ''): string {
  return `seed: 1
horizon: 1m
traffic: { orders: { rate: 1/s } }
designs:
  a:
    traffic: { orders: q }
    resources:
      q: { type: sqs, ${queue} }
      w: { type: consumer, source: q, handler: { time: 1ms } }
${more}`;
}

describe('a FIFO queue', () => {
  test('needs a key of the traffic that enters it: its message group', () => {
    expect(errorsOf(text('fifo: true')).map(({ code, path }) => [code, path])).toEqual([
      ['missing', 'traffic.orders.key'],
    ]);
    expect(errorsOf(text('fifo: false'))).toEqual([]);
  });

  test('takes no fault that is about copies', () => {
    const keyed = text('fifo: true', 'faults: [ { at: 1s, for: 1s, resource: q, duplicate: 5% } ]');
    const errors = errorsOf(keyed.replace('rate: 1/s', 'rate: 1/s, key: one'));
    expect(errors.map(({ code, path }) => [code, path])).toEqual([['misfit', 'faults.0.duplicate']]);
  });

  test('has AWS’s defaults, its own latencies, and says what it assumes', () => {
    const { designs, assumptions } = resolved(text('fifo: true').replace('rate: 1/s', 'rate: 1/s, key: one'));
    expect(designs[0]?.resources[0]).toMatchObject({
      fifo: true,
      fifoSettings: {
        contentBasedDeduplication: false,
        deduplicationScope: 'queue',
        fifoThroughputLimit: 'perQueue',
        partitions: 1,
        scanWindow: 120_000,
      },
      maxInFlight: 120_000,
      latency: { send: { kind: 'lognormal', p50: 13_800 } },
    });
    const texts = assumptions.filter(({ about }) => about === 'q').map((one) => one.text);
    expect(texts.some((one) => one.includes('28.1 ms'))).toBe(true);
    expect(texts.some((one) => one.includes('300 calls a second'))).toBe(true);
    expect(texts.some((one) => one.includes('at least once'))).toBe(false);
  });

  test('is not fair, where a standard queue may be and says what that rests on', () => {
    const errors = errorsOf(text('fifo: true, fairQueues: true').replace('rate: 1/s', 'rate: 1/s, key: one'));
    expect(errors.map(({ code, path }) => [code, path])).toEqual([['misfit', 'designs.a.resources.q.fairQueues']]);
    const { designs, assumptions } = resolved(text('fairQueues: true'));
    expect(designs[0]?.resources[0]).toMatchObject({ fifo: false, fairQueues: true });
    expect(assumptions.some(({ text: said }) => said.includes('processing time'))).toBe(true);
    expect(resolved(text('fairQueues: false')).designs[0]?.resources[0]).not.toHaveProperty('fairQueues');
  });

  test('in high-throughput mode has as many partitions as the largest quota, or those given', () => {
    const mode = 'fifo: true, deduplicationScope: messageGroup, fifoThroughputLimit: perMessageGroupId';
    const partitions = (queue: string): unknown => {
      const { designs } = resolved(text(queue).replace('rate: 1/s', 'rate: 1/s, key: one'));
      const found = designs[0]?.resources.find((one) => one.type === 'sqs');
      return found?.fifoSettings?.partitions;
    };
    expect(partitions(mode)).toBe(Math.ceil(70_000 / 300));
    expect(partitions(`${mode}, partitions: 7`)).toBe(7);
  });
});
