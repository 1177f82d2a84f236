import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runScenario } from '../../src/experiment/index.ts';
import { pricesOf } from '../../src/experiment/cost-pricing.ts';
import type { CostLine, DesignCost, Result } from '../../src/experiment/result.ts';
import { PRICES, priceFacts } from '../../src/facts/index.ts';
import { resolve } from '../support/street.ts';

/** A traffic at regular instants into a queue with two workers of one message at a time. */
function queued(more: { root?: string; traffic?: string; queue?: string; workers?: string } = {}): string {
  return `seed: 1
horizon: 100s
replications: 2
${more.root ?? ''}
traffic: { orders: { rate: 10/s, arrivals: regular, ${more.traffic ?? 'size: 1KiB'} } }
designs:
  d:
    traffic: { orders: q }
    resources:
      q: { type: sqs, latency: { send: 1ms, receive: 1ms, delete: 1ms }, ${more.queue ?? 'visibilityTimeout: 30s'} }
      w: { type: consumer, source: q, handler: { time: 1ms }, ${more.workers ?? 'instances: 2, price: 0.36/h'} }
`;
}

function costOf(result: Result, design = 'd'): DesignCost {
  const cost = result.designs[design]?.cost;
  if (cost == null) throw new Error(`no cost of ${design}`);
  return cost;
}

function line(cost: DesignCost, resource: string, item: string): CostLine | undefined {
  return cost.lines.find((one) => one.resource === resource && one.item === item);
}

const KiB = 1024;

describe('the bill of a queue', () => {
  it.each([
    ['a message of 1 byte is one request', 1, 1],
    ['64 KiB are one request', 64 * KiB, 1],
    ['a byte more makes it two', 64 * KiB + 1, 2],
    ['256 KiB are four', 256 * KiB, 4],
    ['1 MiB is sixteen', 1024 * KiB, 16],
  ])('%s, sent and received [sqs.chunking]', (_, bytes, requests) => {
    const result = runScenario(resolve(queued({ traffic: `size: ${bytes}B` })));
    const cost = costOf(result);
    const sent = result.designs['d']?.resources['q']?.metrics['NumberOfMessagesSent']?.sum ?? 0;
    expect(sent).toBeGreaterThan(1900);
    expect(line(cost, 'q', 'sends')?.quantity).toBe((sent / 2) * requests);
    // Each is received alone: it comes every 100 ms and is taken at once.
    expect(line(cost, 'q', 'receives with messages')?.quantity).toBeCloseTo((sent / 2) * requests, -1);
  });

  it('counts a batch as one request for each 64 KB of it, and its delete as one [sqs.chunking]', () => {
    const batched = (size: string): DesignCost =>
      costOf(
        runScenario(
          resolve(
            queued({
              traffic: `size: ${size}, batch: { size: 10, linger: 10s }`,
              workers: 'deletes: perBatch, price: 1/h',
            }),
          ),
        ),
      );
    const small = batched('1KiB');
    // Ten a second make a batch of ten each second.
    expect(line(small, 'q', 'sends')?.quantity).toBeCloseTo(100, -1);
    expect(line(small, 'q', 'deletes')?.quantity).toBeCloseTo(100, -1);
    const large = batched('16KiB');
    // 160 KiB a batch: three chunks; sent one by one it would be ten.
    expect(line(large, 'q', 'sends')?.quantity).toBe((line(small, 'q', 'sends')?.quantity ?? 0) * 3);
  });

  it('counts empty receives: twenty seconds of nothing cost one request [sqs.chunking]', () => {
    const idle = queued({ traffic: 'changes: [{ at: 0s, rate: 0/s }]', workers: 'instances: 5, price: 1/h' });
    const cost = costOf(runScenario(resolve(idle)));
    expect(line(cost, 'q', 'sends')).toBeUndefined();
    // Each of five polls ends after 20.001 s: at 20, 40, 60 and 80 s, the fifth after the horizon.
    expect(line(cost, 'q', 'empty receives')?.quantity).toBe(20);
    expect(cost.perMillionRequestsUsd).toBeNull();
  });

  it('has a dollar a month for a key of one’s own, and three cents for 10,000 requests to KMS [access.price]', () => {
    const encrypted = (key: string): DesignCost =>
      costOf(
        runScenario(
          resolve(
            queued({
              root: 'prices: { freeTier: false }\naws: { kms: { latency: 1ms, keys: { mine: {} } } }',
              queue: `encryption: { kms: { key: ${key} } }`,
            }),
          ),
        ),
      );
    const own = encrypted('mine');
    const hours = 100 / 3600;
    expect(line(own, 'mine', 'customer managed key')?.usd).toBeCloseTo(hours / priceFacts.monthHours.value, 9);
    // Two requests of the sender, one of the workers' role.
    expect(line(own, 'q', 'requests to KMS')).toMatchObject({ quantity: 3 });
    expect(line(own, 'q', 'requests to KMS')?.usd).toBeCloseTo((3 * 0.03) / 10_000, 9);
    expect(line(encrypted('aws/sqs'), 'aws/sqs', 'customer managed key')).toBeUndefined();
  });

  it('bills FIFO requests at their own price, and changes of visibility as requests [sqs.fifo-requests]', () => {
    const fifo = queued({
      traffic: 'size: 1KiB, key: { uniform: { keys: 10 } }',
      queue: 'fifo: true',
      workers: 'handler: { time: 1ms, failureRate: 20% }, onFailureVisibility: 0s, price: 1/h',
    }).replace('handler: { time: 1ms }, ', '');
    const cost = costOf(runScenario(resolve(fifo)));
    expect(line(cost, 'q', 'sends')).toMatchObject({ priceUsd: 0.5, per: 1e6 });
    expect(line(cost, 'q', 'other requests')?.quantity).toBeGreaterThan(100);
  });
});

describe('the bill of instances', () => {
  it('is instances × hours × price, busy or idle', () => {
    const cost = costOf(runScenario(resolve(queued({ workers: 'instances: 36, price: 0.5/h' }))));
    expect(line(cost, 'w', 'instances')).toMatchObject({ quantity: 1, priceUsd: 0.5, usd: 0.5, source: 'scenario' });
  });

  it('counts the window alone: the warm-up is not in it', () => {
    const cost = costOf(runScenario(resolve(queued({ root: 'warmup: 50s', workers: 'instances: 36, price: 0.5/h' }))));
    expect(line(cost, 'w', 'instances')?.quantity).toBe(0.5);
  });

  it('follows autoscaling: what was wanted is paid for', () => {
    const scaled = `seed: 1
horizon: 2h
replications: 2
traffic: { orders: { rate: 100/s, changes: [{ at: 1h, rate: 0/s }] } }
designs:
  d:
    traffic: { orders: s }
    resources:
      s: { type: service, serviceTime: 100ms, servers: 4, price: 1/h, autoscaling: { min: 1, max: 20, startup: 30s, target: { metric: utilisation, value: 50% } } }
`;
    const result = runScenario(resolve(scaled));
    const mean = result.designs['d']?.resources['s']?.metrics['DesiredReplicas']?.mean ?? 0;
    expect(mean).toBeGreaterThan(1.5);
    expect(line(costOf(result), 's', 'replicas')?.quantity).toBeCloseTo(2 * mean, 9);
  });

  it('assumes a Fargate task by the places of work, never less than a quarter vCPU', () => {
    const priceOf = (settings: string): number | undefined => {
      const [s] =
        resolve(
          queued().replace('w: {', `s: { type: service, serviceTime: 1ms, ${settings} }\n      w: {`),
        ).designs[0]?.resources.filter(({ name }) => name === 's') ?? [];
      return s?.type === 'service' ? s.price?.usdPerHour : undefined;
    };
    const vcpuHour = 0.04048 + 2 * 0.004445;
    expect(priceOf('servers: 1')).toBeCloseTo(vcpuHour / 4, 6);
    expect(priceOf('servers: 4')).toBeCloseTo(vcpuHour / 4, 6);
    expect(priceOf('servers: 200')).toBeCloseTo(vcpuHour * 12.5, 5);
    expect(priceOf('servers: unlimited')).toBeCloseTo(vcpuHour, 6);
    expect(priceOf('price: 73/month')).toBeCloseTo(0.1, 12);
  });
});

describe('totals', () => {
  const result = runScenario(resolve(queued({ root: 'prices: { sqsStandard: 1000 }' })));
  const cost = costOf(result);

  it('are the sum of the lines, and per million what the requests share', () => {
    expect(cost.totalUsd).toBeCloseTo(
      cost.lines.reduce((sum, { usd }) => sum + usd, 0),
      12,
    );
    const offered = (result.designs['d']?.traffic['orders']?.offered ?? 0) / 2;
    expect(cost.perMillionRequestsUsd).toBeCloseTo((cost.totalUsd / offered) * 1e6, 6);
    expect(cost.perMonthUsd).toBeNull();
  });

  it('take prices of the scenario in the place of the list', () => {
    expect(line(cost, 'q', 'sends')).toMatchObject({ priceUsd: 1000, source: 'scenario' });
    expect(line(cost, 'q', 'sends')?.usd).toBeCloseTo((line(cost, 'q', 'sends')?.quantity ?? 0) / 1000, 9);
  });

  it('have intervals over the replications, and differences between designs', () => {
    const interval = result.designs['d']?.intervals['cost.totalUsd'];
    expect(interval?.estimate).toBeCloseTo(cost.totalUsd, 12);
    expect(interval?.low).not.toBeNull();
    const two = queued().replace(
      'designs:',
      'designs:\n  e: { traffic: { orders: s }, resources: { s: { type: service, serviceTime: 1ms, price: 36/h } } }',
    );
    const compared = runScenario(resolve(two));
    const difference = compared.comparisons.find(({ metric }) => metric === 'cost.totalUsd');
    expect(difference).toMatchObject({ a: 'e', b: 'd' });
    expect(difference?.difference.estimate).toBeCloseTo(
      costOf(compared, 'e').totalUsd - costOf(compared, 'd').totalUsd,
      12,
    );
  });

  it('are told for a month where the run is a day long', () => {
    const day = queued({ root: 'drain: 1m', workers: 'instances: 1, price: 1/h' })
      .replace('horizon: 100s', 'horizon: 1d')
      .replace('rate: 10/s', 'rate: 1/m');
    const { perMonthUsd, totalUsd } = costOf(runScenario(resolve(day)));
    expect(perMonthUsd).toBeCloseTo((totalUsd * 730) / 24, 9);
  });
});

describe('objectives on cost', () => {
  const verdictsOf = (objectives: string): (readonly [string, number | null])[] => {
    const text = `${queued({ workers: 'instances: 36, price: 0.5/h' })}objectives: [${objectives}]\n`;
    const result = runScenario(resolve(text));
    return result.designs['d']?.objectives.map(({ verdict, value }) => [verdict, value] as const) ?? [];
  };

  it('look at the total, at a million requests, and at a month', () => {
    const [total, million, month] = verdictsOf('cost.total < 0.51, cost.perMillionRequests < $1.50, cost.perMonth < 3');
    expect(total?.[0]).toBe('met');
    expect(total?.[1]).toBeGreaterThan(0.5);
    expect(million?.[0]).toBe('missed');
    // A hundred seconds tell of no month.
    expect(month).toEqual(['undecided', null]);
  });

  it('are refused with the name that was meant', () => {
    expect(() => resolve(`${queued()}objectives: [cost.perMillionRequest < 1]\n`)).toThrow('cost.perMillionRequests');
    expect(() => resolve(`${queued()}objectives: [cost.total < 5ms]\n`)).toThrow('an amount in USD');
  });
});

describe('prices as they are written', () => {
  const refusal = (price: string): string => {
    try {
      resolve(queued({ workers: `instances: 2, price: ${price}` }));
      return '';
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
  };

  it.each([
    ['0.05', 'did you mean 0.05/h'],
    ['$0.05/h', 'did you mean 0.05/h'],
    ['36 USD per month', 'did you mean 36/month'],
    ['-1/h', 'not negative'],
    ['cheap', 'a price in USD with its time'],
    ['2000000/h', 'at most 1000000/h'],
  ])('%s is refused: %s', (price, said) => {
    expect(refusal(price)).toContain(said);
  });

  it('know the rows of the price book alone', () => {
    expect(() => resolve(queued({ root: 'prices: { sqsStandrd: 1 }' }))).toThrow('sqsStandard');
    expect(() => resolve(queued({ root: 'prices: { sqsStandard: -1 }' }))).toThrow('from 0 to 1000000');
  });

  it('say in the assumptions what nobody gave a price for', () => {
    const about = (text: string): string[] =>
      resolve(text)
        .assumptions.filter((one) => one.text.includes('Fargate'))
        .map((one) => one.about);
    expect(about(queued())).toEqual([]);
    expect(about(queued({ workers: 'instances: 2' }))).toEqual(['w']);
  });
});

describe('tiers and the free tier', () => {
  const list = { freeTier: false, own: {} };
  const month = priceFacts.monthHours.value;
  const { sqsStandard, sqsFifo, lambdaRequests } = PRICES;
  const priced = (quantity: number, hours: number, freeTier = false): number =>
    pricesOf([{ item: 'x', quantity, price: sqsStandard }], { ...list, freeTier }, hours)[0] ?? Number.NaN;

  it('price a month by its tiers [sqs.standard-requests]', () => {
    expect(priced(1e11, month)).toBeCloseTo(40_000, 6);
    expect(priced(2e11, month)).toBeCloseTo(70_000, 6);
    expect(priced(3e11, month)).toBeCloseTo(94_000, 6);
  });

  it('price a day as the thirtieth part of a month like it, and less than a day at the first tier', () => {
    expect(priced((3e11 * 24) / month, 24)).toBeCloseTo((94_000 * 24) / month, 4);
    expect(priced((3e11 * 23) / month, 23)).toBeCloseTo((3e5 * 0.4 * 23) / month, 4);
  });

  it('take off a million requests of the month, shared by standard and FIFO queues in proportion', () => {
    expect(priced(1e6, month, true)).toBe(0);
    expect(priced(3e6, month, true)).toBeCloseTo(0.8, 9);
    const both = pricesOf(
      [
        { item: 'a', quantity: 3e6, price: sqsStandard },
        { item: 'b', quantity: 1e6, price: sqsFifo },
        { item: 'c', quantity: 1e6, price: lambdaRequests },
      ],
      { ...list, freeTier: true },
      month,
    );
    expect(both[0]).toBeCloseTo(2.25 * 0.4, 9);
    expect(both[1]).toBeCloseTo(0.75 * 0.5, 9);
    // Lambda has an allowance of its own.
    expect(both[2]).toBe(0);
  });

  it('give each usage its part: the parts of any split cost what the whole costs', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 2 ** 40 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 2000 }),
        fc.boolean(),
        (quantities, hours, freeTier) => {
          const parts = pricesOf(
            quantities.map((quantity) => ({ item: 'x', quantity, price: sqsStandard })),
            { ...list, freeTier },
            hours,
          );
          const whole = priced(
            quantities.reduce((sum, one) => sum + one, 0),
            hours,
            freeTier,
          );
          const sum = parts.reduce((total, usd) => total + usd, 0);
          expect(Math.abs(sum - whole)).toBeLessThanOrEqual(1e-9 * Math.max(1, whole));
          expect(parts.every((usd) => usd >= 0)).toBe(true);
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });

  it('never make more cost less', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 2 ** 40 }),
        fc.nat({ max: 2 ** 40 }),
        fc.integer({ min: 1, max: 2000 }),
        fc.boolean(),
        (a, b, hours, freeTier) => {
          expect(priced(a + b, hours, freeTier)).toBeGreaterThanOrEqual(priced(a, hours, freeTier) - 1e-9);
        },
      ),
      { seed: 8, numRuns: 300 },
    );
  });
});
