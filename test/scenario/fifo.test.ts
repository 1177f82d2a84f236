import { describe, expect, test } from 'vitest';
import { partitionsFor } from '../../src/scenario/partitions.ts';
import { FifoRates } from '../../src/services/sqs/fifo-rates.ts';
import type { SqsSettings } from '../../src/services/sqs/settings.ts';
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
      latency: { send: { kind: 'mixture', parts: [{ of: { p50: 26_900 } }, { weight: 0.06 }] } },
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

  describe('in high-throughput mode has', () => {
    const mode = 'fifo: true, deduplicationScope: messageGroup, fifoThroughputLimit: perMessageGroupId';
    const queueOf = (queue: string, traffic: string, rest = ''): SqsSettings => {
      const { designs } = resolved(rest + text(queue).replace('rate: 1/s', traffic));
      return designs[0]?.resources.find((one) => one.type === 'sqs') as SqsSettings;
    };
    const keys = (count: number): string => `key: { uniform: { keys: ${count} } }`;

    test.each([
      // One second's worth of messages and no hash: one partition.
      ['a trickle', 'rate: 1/s, key: one', 1],
      ['240 a second', `rate: 240/s, ${keys(1e6)}`, 1],
      ['241 a second', `rate: 241/s, ${keys(1e6)}`, 2],
      // However much a single group brings, no second partition would help it.
      ['a flood of one group', 'rate: 5000/s, key: one', 1],
      ['one group that is hot', 'rate: 1000/s, key: { hot: { keys: 1000001, share: 50% } }', 1 + 3],
      ['70,000 a second over many groups', `rate: 70k/s, ${keys(1e6)}`, 309],
      ['70,000 a second over few', `rate: 70k/s, ${keys(5000)}`, 680],
      ['more than the Region takes', `rate: 1M/s, ${keys(1e6)}`, 309],
      [
        'batches, which are charged to each partition',
        `rate: 1M/s, batch: { size: 10, linger: 1ms }, ${keys(1e9)}`,
        2937,
      ],
      ['a spike', `rate: 10/s, changes: [ { at: 1s, rate: 1k/s } ], ${keys(1e6)}`, 5],
      ['a burst', `rate: 10/s, changes: [ { at: 1s, burst: 990 } ], ${keys(1e6)}`, 5],
      ['a day with a peak', `rate: { daily: { low: 1/s, high: 1k/s, peak: 1h } }, ${keys(1e6)}`, 5],
      ['bursts of arrivals', `rate: 250/s, arrivals: { bursty: { on: 1s, off: 3s } }, ${keys(1e6)}`, 5],
      ['duplicates', `rate: 500/s, duplicates: 100%, ${keys(1e6)}`, 5],
      ['a closed loop, of which nobody knows', `users: 10, think: 1s, ${keys(1e6)}`, 309],
    ])('for %s as many partitions as it needs', (_what, traffic, partitions) => {
      expect(queueOf(mode, traffic).fifoSettings?.partitions).toBe(partitions);
    });

    test('those that are given, and the quota of its Region in any case', () => {
      const given = queueOf(`${mode}, partitions: 7`, `rate: 70k/s, ${keys(1e6)}`);
      expect(given.fifoSettings).toMatchObject({ partitions: 7, callsPerSecond: 70_000 });
      const frankfurt = queueOf(mode, `rate: 70k/s, ${keys(1e6)}`, 'aws: { region: eu-central-1 }\n');
      expect(frankfurt.fifoSettings).toMatchObject({ partitions: 82, callsPerSecond: 19_000 });
      const elsewhere = queueOf(`${mode}, region: af-south-1`, `rate: 70k/s, ${keys(1e6)}`);
      expect(elsewhere.fifoSettings).toMatchObject({ partitions: 11, callsPerSecond: 2_400 });
      expect(queueOf('fifo: true', 'rate: 70k/s, key: one').fifoSettings).not.toHaveProperty('callsPerSecond');
    });

    test('its dead letters in mind: a dead-letter queue needs what its sources may bring', () => {
      const { designs, assumptions } = resolved(
        text(`${mode}, redrive: { deadLetterQueue: dead }`)
          .replace('rate: 1/s', `rate: 1k/s, ${keys(1e6)}`)
          .replace('      w:', `      dead: { type: sqs, ${mode} }\n      w:`),
      );
      const partitions = designs[0]?.resources.map((one) => (one.type === 'sqs' ? one.fifoSettings?.partitions : 0));
      expect(partitions).toEqual([5, 5, 0]);
      const said = assumptions.filter(({ about }) => about === 'q, dead').map((one) => one.text);
      expect(said.some((one) => one.includes('here 5 partitions'))).toBe(true);
      expect(said.some((one) => one.includes('70000 calls a second'))).toBe(true);
    });

    test('enough of them that the busiest is not full, by the hash that the queue uses', () => {
      for (const [count, perSecond] of [
        [50, 2000],
        [1000, 5000],
        [5000, 20_000],
        [100_000, 70_000],
      ] as const) {
        const partitions = partitionsFor([{ perSecond, key: { kind: 'uniform', keys: count } }]);
        const rates = new FifoRates({
          contentBasedDeduplication: false,
          deduplicationScope: 'messageGroup',
          fifoThroughputLimit: 'perMessageGroupId',
          partitions,
          scanWindow: 1,
        });
        const loads = new Float64Array(partitions);
        for (let group = 0; group < count; group++) {
          const at = rates.partitionOf(group);
          loads[at] = (loads[at] as number) + perSecond / count;
        }
        expect(Math.max(...loads), `${count} groups`).toBeLessThanOrEqual(300);
        // And not far too many.
        expect(partitions).toBeLessThan((6 * perSecond) / 300);
      }
    });
  });
});

describe('a dead-letter queue', () => {
  const queues = (allow: string): string =>
    text('redrive: { deadLetterQueue: dead }').replace('      w:', `      dead: { type: sqs${allow} }\n      w:`);

  test.each([
    ['', []],
    [', redriveAllow: allowAll', []],
    [', redriveAllow: [q]', []],
    [', redriveAllow: denyAll', [['wrong-reference', 'designs.a.resources.q.redrive.deadLetterQueue']]],
    [', redriveAllow: [dead]', [['wrong-reference', 'designs.a.resources.q.redrive.deadLetterQueue']]],
    [', redriveAllow: [q, who]', [['unknown-reference', 'designs.a.resources.dead.redriveAllow.1']]],
    [', redriveAllow: [q, w]', [['wrong-reference', 'designs.a.resources.dead.redriveAllow.1']]],
    [
      ', redriveAllow: []',
      [
        ['out-of-range', 'designs.a.resources.dead.redriveAllow'],
        ['wrong-reference', 'designs.a.resources.q.redrive.deadLetterQueue'],
      ],
    ],
    [
      `, redriveAllow: [${new Array(11).fill('q').join(', ')}]`,
      [['out-of-range', 'designs.a.resources.dead.redriveAllow']],
    ],
  ])('says whose dead letters it takes, "%s" [sqs.redriveallowpolicy]', (allow, expected) => {
    const errors = errorsOf(queues(allow)).map(({ code, path }) => [code, path]);
    expect(new Set(errors.map(String))).toEqual(new Set(expected.map(String)));
  });

  test('keeps what it says in the resolved scenario', () => {
    const { designs } = resolved(queues(', redriveAllow: [q]'));
    expect(designs[0]?.resources.find(({ name }) => name === 'dead')).toMatchObject({ redriveAllow: ['q'] });
    expect(designs[0]?.resources.find(({ name }) => name === 'q')).not.toHaveProperty('redriveAllow');
  });

  test('that is redriven says what that rests on', () => {
    const said = (redrive: string): string[] =>
      resolved(`${queues('')}faults: [ { at: 10s, resource: dead, redrive: ${redrive} } ]\n`)
        .assumptions.filter(({ about }) => about === 'dead')
        .map((one) => one.text);
    expect(said('{}').some((one) => one.includes('500 messages a second'))).toBe(true);
    expect(said('{ rate: 5/s }').some((one) => one.includes('500 messages a second'))).toBe(false);
    expect(said('{ rate: 5/s }').some((one) => one.includes('finds nothing'))).toBe(true);
  });

  const redriven = (fault: string, more = ''): [string, string][] =>
    errorsOf(
      `${queues('').replace('      w:', `      spare: { type: sqs }\n      other: { type: sqs, fifo: true }${more}\n      w:`)}faults: [ { at: 10s, ${fault} } ]\n`,
    ).map(({ code, path }) => [code, path]);

  test.each<[string, [string, string][]]>([
    ['resource: dead, redrive: {}', []],
    ['resource: dead, redrive: { to: spare, rate: 500/s }, for: 5s', []],
    ['resource: q, redrive: {}', [['misfit', 'faults.0.redrive']]],
    ['resource: w, redrive: {}', [['misfit', 'faults.0.redrive']]],
    ['resource: dead, redrive: { to: sparse }', [['unknown-reference', 'faults.0.redrive.to']]],
    ['resource: dead, redrive: { to: w }', [['unknown-reference', 'faults.0.redrive.to']]],
    ['resource: dead, redrive: { to: dead }', [['wrong-reference', 'faults.0.redrive.to']]],
    ['resource: dead, redrive: { to: other }', [['wrong-reference', 'faults.0.redrive.to']]],
    ['resource: dead, redrive: { rate: 501/s }', [['out-of-range', 'faults.0.redrive.rate']]],
    ['resource: dead, redrive: { rate: 30/m }', [['out-of-range', 'faults.0.redrive.rate']]],
    ['resource: dead, redrive: { pace: 1/s }', [['unknown-key', 'faults.0.redrive.pace']]],
  ])('is redriven by a fault "%s"', (fault, expected) => {
    expect(redriven(fault)).toEqual(expected);
  });
});
