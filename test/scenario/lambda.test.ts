import { describe, expect, test } from 'vitest';
import { errorsOf, resolved } from './base.ts';

/** A function `f` with the settings given behind a queue `q` with the settings given. */
function text(lambda: string, queue = '', more = ''): string {
  return `seed: 1
horizon: 1m
traffic: { orders: { rate: 1/s, key: one } }
designs:
  a:
    traffic: { orders: q }
    resources:
      q: { type: sqs, visibilityTimeout: 15m, ${queue} }
      s: { type: service, serviceTime: 1ms }
      f: { type: lambda, source: q, handler: { time: 1ms }, ${lambda} }
${more}`;
}

const told = (yaml: string): (readonly [string, string])[] => errorsOf(yaml).map(({ code, path }) => [code, path]);
const at = (setting: string): string => `designs.a.resources.f.${setting}`;

describe('a lambda', () => {
  test('has AWS’s defaults [lambda.sqs-batch-size] [lambda.timeout-memory]', () => {
    const scenario = resolved(text(''));
    expect(scenario.designs[0]?.resources.at(-1)).toEqual({
      type: 'lambda',
      name: 'f',
      source: 'q',
      batchSize: 10,
      batchWindowUs: 0,
      maximumConcurrency: null,
      reportBatchItemFailures: false,
      provisioned: null,
      reservedConcurrency: null,
      timeoutUs: 3_000_000,
      memoryBytes: 134_217_728,
      coldStart: { kind: 'lognormal', p50: 250_000, p99: 1_000_000 },
      keepWarmUs: 600_000_000,
      handler: { time: { kind: 'constant', value: 1000 }, calls: [], failureRate: 0 },
    });
    expect(scenario.lambdaConcurrency).toBe(1000);
    expect(scenario.aws).toBeUndefined();
  });

  test.each([
    ['batchSize: 10', []],
    ['batchSize: 10000, batchWindow: 1s', []],
    ['batchSize: 10001, batchWindow: 1s', [['out-of-range', at('batchSize')]]],
    ['batchSize: 0', [['out-of-range', at('batchSize')]]],
    ['batchSize: 11', [['misfit', at('batchSize')]]],
    ['batchWindow: 300s', []],
    ['batchWindow: 301s', [['out-of-range', at('batchWindow')]]],
    ['batchWindow: 1500ms', [['out-of-range', at('batchWindow')]]],
    ['maximumConcurrency: 2', []],
    ['maximumConcurrency: 1', [['out-of-range', at('maximumConcurrency')]]],
    ['maximumConcurrency: 1001', [['out-of-range', at('maximumConcurrency')]]],
    ['provisioned: {}', []],
    ['provisioned: { minPollers: 1 }', [['out-of-range', at('provisioned.minPollers')]]],
    ['provisioned: { minPollers: 201 }', [['out-of-range', at('provisioned.minPollers')]]],
    ['provisioned: { maxPollers: 2001 }', [['out-of-range', at('provisioned.maxPollers')]]],
    ['provisioned: { minPollers: 9, maxPollers: 8 }', [['out-of-range', at('provisioned.maxPollers')]]],
    ['provisioned: {}, maximumConcurrency: 5', [['misfit', at('maximumConcurrency')]]],
    ['timeout: 900s', []],
    ['timeout: 901s', [['out-of-range', at('timeout')]]],
    ['timeout: 2.5s', [['out-of-range', at('timeout')]]],
    ['timeout: 0s', [['out-of-range', at('timeout')]]],
    ['memory: 10240MiB', []],
    ['memory: 10241MiB', [['out-of-range', at('memory')]]],
    ['memory: 128MB', [['out-of-range', at('memory')]]],
    ['memory: 200MB', [['out-of-range', at('memory')]]],
    ['reservedConcurrency: 900', []],
    ['reservedConcurrency: 901', [['out-of-range', at('reservedConcurrency')]]],
    ['reservedConcurrency: 0', []],
    ['instances: 3', [['unknown-key', at('instances')]]],
  ])(
    'with %s has as errors %j [lambda.sqs-batch-size] [lambda.sqs-batch-window] [lambda.sqs-maximumconcurrency] [lambda.sqs-provisioned-mode] [lambda.timeout-memory]',
    (settings, errors) => {
      expect(told(text(settings))).toEqual(errors);
    },
  );

  test('of a FIFO queue has batches of at most 10, and no window [lambda.sqs-batch-size] [lambda.sqs-batch-window]', () => {
    expect(told(text('batchSize: 10', 'fifo: true'))).toEqual([]);
    expect(told(text('batchSize: 11, batchWindow: 1s', 'fifo: true'))).toEqual([
      ['out-of-range', at('batchSize')],
      ['misfit', at('batchWindow')],
    ]);
  });

  test('may not outlast the time for which its queue hides a message', () => {
    expect(told(text('timeout: 30s').replace('15m', '30s'))).toEqual([]);
    expect(told(text('timeout: 31s').replace('15m', '30s'))).toEqual([['out-of-range', at('timeout')]]);
  });

  test('without a source has no settings of a mapping', () => {
    const alone = text('').replace('source: q, ', '');
    expect(told(alone)).toEqual([]);
    const wrong = alone.replace('handler', 'batchSize: 3, maximumConcurrency: 5, handler');
    expect(told(wrong)).toEqual([
      ['misfit', at('batchSize')],
      ['misfit', at('maximumConcurrency')],
    ]);
  });

  test('polls a queue, calls services, and takes no traffic in', () => {
    expect(told(text('').replace('source: q', 'source: s'))).toEqual([['wrong-reference', at('source')]]);
    expect(told(text('').replace('source: q', 'source: p'))).toEqual([['unknown-reference', at('source')]]);
    const calls = (to: string): string => text('').replace('time: 1ms }, ', `calls: [ { to: ${to} } ] }, `);
    expect(told(calls('s'))).toEqual([]);
    expect(told(calls('q'))).toEqual([['wrong-reference', at('handler.calls.0.to')]]);
    expect(told(text('').replace('orders: q }', 'orders: f }'))).toEqual([
      ['wrong-reference', 'designs.a.traffic.orders'],
    ]);
  });

  test.each([
    ['slow: 2x', []],
    ['down: true', []],
    ['errors: 5%', []],
    ['crash: 50%', [['misfit', 'faults.0.crash']]],
    ['slow: 2x, share: 50%', [['misfit', 'faults.0.share']]],
  ])('may be struck by %s: %j', (effect, errors) => {
    expect(told(text('', '', `faults: [ { at: 1s, for: 1s, resource: f, ${effect} } ]`))).toEqual(errors);
  });

  test('may be lost on its way to the queue', () => {
    expect(told(text('', '', 'faults: [ { at: 1s, for: 1s, link: [f, q], unreachable: 50% } ]'))).toEqual([]);
  });

  test('has metrics of its own to be judged by', () => {
    const objectives = (metric: string): string =>
      text('', '', `objectives: [ 'metrics.${metric} of resource f < 5' ]`);
    expect(told(objectives('ConcurrentExecutions.max'))).toEqual([]);
    expect(told(objectives('Throttles.sum'))).toEqual([]);
    expect(told(objectives('InstancesRunning.max'))).not.toEqual([]);
  });
});

describe('the concurrency of an account', () => {
  const two = (aws: string, first: string, second: string): string =>
    text(first, '', aws).replace('      s: {', `      g: { type: lambda, handler: {}, ${second} }\n      s: {`);

  test('is 1,000, of which 100 are for functions that reserve none', () => {
    expect(told(two('', 'reservedConcurrency: 500', 'reservedConcurrency: 400'))).toEqual([]);
    expect(told(two('', 'reservedConcurrency: 500', 'reservedConcurrency: 401'))).toEqual([
      ['out-of-range', at('reservedConcurrency')],
    ]);
    expect(
      told(two('aws: { lambdaConcurrency: 1001 }', 'reservedConcurrency: 500', 'reservedConcurrency: 401')),
    ).toEqual([]);
  });

  test('is counted for each account and each Region by itself', () => {
    const elsewhere = `role: { account: '222222222222' }`;
    expect(told(two('', 'reservedConcurrency: 900', `reservedConcurrency: 900, ${elsewhere}`))).toEqual([]);
    const regions = two('', 'reservedConcurrency: 900', 'reservedConcurrency: 900');
    expect(told(regions.replace('visibilityTimeout: 15m', 'visibilityTimeout: 15m, region: eu-west-1'))).toEqual([]);
  });

  test('alone says nothing of access', () => {
    const scenario = resolved(text('', '', 'aws: { lambdaConcurrency: 50 }'));
    expect([scenario.lambdaConcurrency, scenario.aws]).toEqual([50, undefined]);
    const both = resolved(text('', '', 'aws: { lambdaConcurrency: 50, region: eu-west-1 }'));
    expect([both.lambdaConcurrency, both.aws?.region]).toEqual([50, 'eu-west-1']);
  });
});

describe('what a function rests on', () => {
  const assumed = (yaml: string, word: string): string[] =>
    resolved(yaml)
      .assumptions.filter(({ text: said }) => said.includes(word))
      .map(({ about }) => about);

  test('is told: cold starts, how long it is kept warm, how it is throttled', () => {
    expect(assumed(text(''), 'to start in the median')).toEqual(['f']);
    expect(assumed(text('coldStart: 1s'), 'to start in the median')).toEqual([]);
    expect(assumed(text(''), 'is kept for')).toEqual(['f']);
    expect(assumed(text('keepWarm: 1m'), 'is kept for')).toEqual([]);
    expect(assumed(text(''), 'offered to the function again')).toEqual(['f']);
    expect(assumed(text('').replace('source: q, ', ''), 'offered to the function again')).toEqual([]);
  });

  test('and what AWS advises against: a short visibility timeout, a low receive count [lambda.visibility-advice]', () => {
    const short = (queue: string, lambda: string): string[] =>
      assumed(text(lambda).replace('visibilityTimeout: 15m', queue), 'AWS advises');
    expect(short('visibilityTimeout: 60s', 'timeout: 10s')).toEqual([]);
    expect(short('visibilityTimeout: 59s', 'timeout: 10s')).toEqual(['f']);
    expect(short('visibilityTimeout: 60s', 'timeout: 10s, batchWindow: 1s')).toEqual(['f']);
    const redrive = (count: number): string => `redrive: { maxReceiveCount: ${count}, deadLetterQueue: d }`;
    const dead = (count: number): string[] =>
      assumed(text('', redrive(count)).replace('      s: {', '      d: { type: sqs }\n      s: {'), 'AWS advises');
    expect([dead(5), dead(4)]).toEqual([[], ['f']]);
  });
});

describe('a lambda of a broker', () => {
  const broker = (lambda: string, engine = 'rabbitmq', more = ''): string =>
    `seed: 1
horizon: 1m
traffic: { orders: { rate: 1/s } }
designs:
  a:
    traffic: { orders: b }
    resources:
      b: { type: mq, engine: ${engine}, queues: [ { name: orders }, { name: returns } ] }
      f: { type: lambda, source: b, handler: { time: 1ms }, ${lambda} }
${more}`;

  test('has AWS’s defaults, and reads the first queue [lambda.mq-mapping]', () => {
    const [, f] = resolved(broker('')).designs[0]?.resources ?? [];
    expect(f).toMatchObject({
      source: 'b',
      batchSize: 100,
      batchWindowUs: 500_000,
      maximumConcurrency: null,
      reportBatchItemFailures: false,
      provisioned: null,
      broker: { queue: 'orders' },
    });
    expect(f).not.toHaveProperty('stream');
    expect(resolved(broker('queue: returns')).designs[0]?.resources[1]).toMatchObject({ broker: { queue: 'returns' } });
  });

  test.each([
    ['batchSize: 10000, batchWindow: 300s', []],
    ['batchSize: 10000, batchWindow: 0s', []],
    ['batchSize: 10001', [['out-of-range', at('batchSize')]]],
    ['batchWindow: 301s', [['out-of-range', at('batchWindow')]]],
    ['batchWindow: 500ms', [['out-of-range', at('batchWindow')]]],
    ['timeout: 840s', []],
    ['timeout: 841s', [['out-of-range', at('timeout')]]],
    ['reservedConcurrency: 3', []],
    ['queue: refunds', [['unknown-reference', at('queue')]]],
    ['maximumConcurrency: 2', [['misfit', at('maximumConcurrency')]]],
    ['provisioned: {}', [['misfit', at('provisioned')]]],
    ['reportBatchItemFailures: true', [['misfit', at('reportBatchItemFailures')]]],
    ['startingPosition: LATEST', [['misfit', at('startingPosition')]]],
    ['bisectBatchOnFunctionError: true', [['misfit', at('bisectBatchOnFunctionError')]]],
  ])('with %s has as errors %j [lambda.mq-mapping]', (settings, errors) => {
    expect(told(broker(settings))).toEqual(errors);
  });

  test('alone has a queue of a broker', () => {
    expect(told(text('queue: orders'))).toEqual([['misfit', at('queue')]]);
    expect(told(text('queue: orders').replace('source: q, ', ''))).toEqual([['misfit', at('queue')]]);
  });

  test('rests on what AWS says of its engine, and says what is assumed', () => {
    const said = (engine: string): string[] =>
      resolved(broker('', engine))
        .assumptions.filter(({ about }) => about === 'f')
        .map(({ text: words, source }) => `${source}: ${words}`);
    const [rabbit, active] = [said('rabbitmq'), said('activemq')];
    const tells = (all: readonly string[], words: string): boolean => all.some((one) => one.includes(words));
    expect([tells(rabbit, 'goes back to its queue'), tells(active, 'goes back to its queue')]).toEqual([true, false]);
    expect([tells(rabbit, '6 times at most'), tells(active, '6 times at most')]).toEqual([false, true]);
    expect([tells(rabbit, 'up to 5'), tells(active, 'up to 5')]).toEqual([false, true]);
    expect(tells([...rabbit, ...active], 'visibility timeout')).toBe(false);
  });
});
