import { describe, expect, test } from 'vitest';
import { runScenario } from '../../src/experiment/index.ts';
import { resolve } from '../support/street.ts';

const LATENCY = 'latency: { send: 4ms, receive: 4ms, delete: 4ms }';

/** One design with a FIFO queue, one with a standard one; `more`: of the FIFO queue. */
function text(traffic: string, more = '', consumer = 'instances: 20, handler: { time: 1ms }', rest = ''): string {
  return `seed: 1
horizon: 60s
replications: 1
traffic: { t: { ${traffic} } }
designs:
  fifo:
    traffic: { t: q }
    resources:
      q: { type: sqs, fifo: true, ${LATENCY}, ${more} }
      w: { type: consumer, source: q, ${consumer} }
  standard:
    traffic: { t: q }
    resources:
      q: { type: sqs, ${LATENCY} }
      w: { type: consumer, source: q, ${consumer} }
${rest}`;
}

describe('a FIFO queue in a scenario', () => {
  test('keeps the order of each key and swallows what was sent twice, where a standard queue does neither', () => {
    const scenario = resolve(
      text(
        'rate: 100/s, key: { uniform: { keys: 20 } }, duplicates: 10%',
        '',
        'instances: 20, handler: { time: { exponential: { mean: 20ms } } }',
      ),
    );
    const { designs } = runScenario(scenario);
    const fifo = designs['fifo']?.traffic['t'];
    const standard = designs['standard']?.traffic['t'];
    expect(fifo).toMatchObject({ outOfOrder: 0, duplicates: 0, lost: 0, inSystem: 0 });
    expect(fifo?.completed).toBe(fifo?.offered);
    expect(standard?.outOfOrder).toBeGreaterThan(100);
    expect(standard?.duplicates).toBeGreaterThan(400);
    const metrics = designs['fifo']?.resources['q']?.metrics;
    // As many as the standard queue delivers twice: the traffic is the same.
    expect(metrics?.['NumberOfDeduplicatedSentMessages']?.sum).toBe(standard?.duplicates);
    // Metrics end with the horizon, when a send or two may be on their way.
    expect(metrics?.['NumberOfMessagesSent']?.sum).toBeGreaterThan((fifo?.offered ?? 0) - 5);
  });

  test('accepts a message once whose acknowledgement was lost, however often it is sent again', () => {
    const rest = 'faults: [ { at: 10s, for: 30s, link: [t, q], lose: { replies: 30% } } ]';
    const traffic =
      'rate: 50/s, key: { uniform: { keys: 20 } }, timeout: 200ms, retry: { attempts: 5, backoff: { base: 50ms, cap: 1s } }';
    const { designs } = runScenario(resolve(text(traffic, '', undefined, rest)));
    const fifo = designs['fifo'];
    expect(fifo?.resources['q']?.metrics['NumberOfDeduplicatedSentMessages']?.sum).toBeGreaterThan(100);
    expect(fifo?.traffic['t']).toMatchObject({ duplicates: 0, lost: 0 });
    expect(fifo?.traffic['t']?.completed).toBe(fifo?.traffic['t']?.accepted);
    expect(designs['standard']?.traffic['t']?.duplicates).toBeGreaterThan(100);
  });

  const many = 'deduplicationScope: messageGroup, fifoThroughputLimit: perMessageGroupId';
  test.each([
    ['300 messages a second, one by one', 'rate: 500/s, arrivals: regular', '', 300],
    ['3,000 in batches', 'rate: 3500/s, arrivals: regular, batch: { size: 10, linger: 50ms }', '', 3000],
    ['what its partitions take in high-throughput mode', 'rate: 1000/s, arrivals: regular', many, 1000],
  ])('accepts %s', (_what, traffic, more, perSecond) => {
    const keys = 'key: { uniform: { keys: 5000 } }';
    const both = text(`${traffic}, ${keys}`, more, 'instances: 400, handler: { time: 1ms }');
    // From 10 s on: by then every bucket has given its first second away.
    const scenario = resolve(both.slice(0, both.indexOf('  standard:')).replace('60s', '40s\nwarmup: 10s'));
    const fifo = runScenario(scenario).designs['fifo'];
    const accepted = (fifo?.traffic['t']?.accepted ?? 0) / 30;
    expect(accepted / perSecond).toBeGreaterThan(0.99);
    expect(accepted / perSecond).toBeLessThan(1.01);
    if (perSecond < 500) {
      expect(fifo?.traffic['t']?.response.refused).toBeGreaterThan(30 * 190);
      expect(fifo?.resources['q']?.metrics['NumberOfThrottledCalls']?.sum).toBeGreaterThan(30 * 190);
    }
  });

  /** Accepted a second, in two seconds from `fromS` on: by then every bucket must have given its first second away. */
  function acceptedPerSecond(traffic: string, more: string, { aws = '', fromS = 10 } = {}): number {
    const { designs } = runScenario(
      resolve(`${aws}seed: 1
horizon: ${fromS + 2}s
drain: 1s
warmup: ${fromS}s
replications: 1
traffic: { t: { ${traffic}, arrivals: regular } }
designs:
  fifo:
    traffic: { t: q }
    resources: { q: { type: sqs, fifo: true, ${LATENCY}, ${more} } }
`),
    );
    return (designs['fifo']?.traffic['t']?.accepted ?? 0) / 2;
  }

  test.each([
    ['500 sends/s, one by one', 'rate: 500/s, key: { uniform: { keys: 5000 } }', '', 300],
    [
      '5,000 messages/s in tens',
      'rate: 5k/s, batch: { size: 10, linger: 50ms }, key: { uniform: { keys: 5000 } }',
      '',
      3000,
    ],
    ['500 sends/s of one group in high-throughput mode', 'rate: 500/s, key: one', many, 300],
    [
      '5,000 messages/s of one group in tens, in high-throughput mode',
      'rate: 5k/s, batch: { size: 10, linger: 50ms }, key: one',
      many,
      3000,
    ],
  ])(
    'accepts of %s what AWS does [sqs.fifo-throughput-normal-mode] [sqs.one-group-can-therefore-never-exceed] [sqs.fifo-partition-limit]',
    (_what, traffic, more, perSecond) => {
      expect(Math.abs(acceptedPerSecond(traffic, more) / perSecond - 1)).toBeLessThan(0.01);
    },
  );

  test('accepts 70,000 sends/s over many groups in high-throughput mode, and no more [sqs.fifo-high-throughput-us-east-1]', () => {
    const keys = 'key: { uniform: { keys: 1000000 } }';
    // What is offered too much empties the buckets in 7 seconds where it is 10,000, and in less than two where it is 40,000.
    expect(acceptedPerSecond(`rate: 70k/s, ${keys}`, many, { fromS: 1 })).toBeGreaterThan(69_900);
    expect(Math.abs(acceptedPerSecond(`rate: 110k/s, ${keys}`, many, { fromS: 2 }) / 70_000 - 1)).toBeLessThan(0.01);
  });

  test('accepts 19,000 sends/s in Frankfurt [sqs.fifo-high-throughput-us-east-2]', () => {
    const traffic = 'rate: 25k/s, key: { uniform: { keys: 1000000 } }';
    const accepted = acceptedPerSecond(traffic, many, { aws: 'aws: { region: eu-central-1 }\n' });
    expect(Math.abs(accepted / 19_000 - 1)).toBeLessThan(0.01);
  });

  test('keeps the one key of a traffic apart from the drawn keys of another', () => {
    const two = text('rate: 20/s, key: only').replace(
      'designs:',
      'designs:\n  both:\n    traffic: { t: q, u: q }\n    resources:\n      q: { type: sqs, fifo: true }\n      w: { type: consumer, source: q, instances: 5, handler: { time: 200ms } }',
    );
    const scenario = resolve(
      two
        .slice(0, two.indexOf('  fifo:'))
        .replace('traffic: { t: {', 'traffic: { u: { rate: 5/s, key: { uniform: { keys: 5 } } }, t: {'),
    );
    const { designs } = runScenario(scenario);
    // 20 a second of one group that one worker works on at 5 a second; the drawn keys have no part in that.
    expect(designs['both']?.traffic['t']?.completionMs.p50).toBeGreaterThan(20_000);
    expect(designs['both']?.traffic['u']?.completionMs.max).toBeLessThan(10_000);
  });

  test('gives a run the same bytes again', () => {
    const scenario = resolve(text('rate: 100/s, key: { uniform: { keys: 20 } }'));
    expect(JSON.stringify(runScenario(scenario))).toBe(JSON.stringify(runScenario(scenario)));
  });
});
