/** The assumed laws of latency against what was measured end to end: four quantiles of each of four services. */
import { expect, test } from 'vitest';
import { snsFacts, sqsFacts } from '../../src/facts/index.ts';
import { compileVariate, Simulation, type Variate } from '../../src/kernel/index.ts';
import { SNS_FIFO_LATENCY, SNS_LATENCY } from '../../src/services/sns/schema.ts';
import { SQS_FIFO_LATENCY, SQS_LATENCY } from '../../src/services/sqs/schema.ts';

const DRAWS = 1_000_000;
/** Samples behind the published quantiles. */
const SAMPLES = 1024;

const call = compileVariate(SQS_LATENCY.send);
const fifoCall = compileVariate(SQS_FIFO_LATENCY.send);
const publish = compileVariate(SNS_LATENCY.publish);
const delivery = compileVariate(SNS_LATENCY.delivery);
const fifoPublish = compileVariate(SNS_FIFO_LATENCY.publish);
const fifoDelivery = compileVariate(SNS_FIFO_LATENCY.delivery);

type Part = readonly [share: number, of: Variate];

/** P10, P50, P90 and P99 as published; milliseconds. */
const rows: readonly (readonly [string, readonly Part[], readonly number[]])[] = [
  [
    'SQS standard',
    [
      [0.5, call],
      [0.5, call],
    ],
    [13.7, 16.2, 33.8, 105],
  ],
  [
    'SQS FIFO',
    [
      [0.5, fifoCall],
      [0.5, fifoCall],
    ],
    [21.9, 28.1, 61.2, 645],
  ],
  [
    'SNS standard',
    [
      [0.5, publish],
      [1, delivery],
    ],
    [62, 73, 125, 225],
  ],
  [
    'SNS FIFO to SQS FIFO',
    [
      [0.5, fifoPublish],
      [1, fifoDelivery],
      [0.5, fifoCall],
    ],
    [32.8, 40.1, 67.8, 497],
  ],
];

test.each(rows)('message to Lambda over %s takes what was measured', (_name, parts, published) => {
  const random = new Simulation({ seed: 20261126 }).stream('latency');
  const sums = Float64Array.from({ length: DRAWS }, () =>
    parts.reduce((sum, [share, of]) => sum + share * of.draw(random), 0),
  ).sort();
  const quantile = (p: number): number => (sums[Math.floor(p * DRAWS)] as number) / 1000;
  for (const [i, p] of [0.1, 0.5, 0.9].entries()) {
    expect(Math.abs(quantile(p) / (published[i] as number) - 1), `P${p * 100}`).toBeLessThan(0.02);
  }
  // The 99th percentile of 1,024 samples lies between two of their order statistics: 1014 ± 2 standard deviations of a binomial.
  const half = (2 * Math.sqrt(SAMPLES * 0.99 * 0.01)) / SAMPLES;
  const tail = (published[3] as number) * 1000;
  const below = sums.findIndex((value) => value > tail) / DRAWS;
  expect(Math.abs(below - 0.99)).toBeLessThan(half);
});

test('the facts say what was measured', () => {
  const of = (facts: typeof sqsFacts | typeof snsFacts): number[] => [
    facts.endToEndP10Ms.value,
    facts.endToEndP50Ms.value,
    facts.endToEndP90Ms.value,
    facts.endToEndP99Ms.value,
    facts.fifoEndToEndP10Ms.value,
    facts.fifoEndToEndP50Ms.value,
    facts.fifoEndToEndP90Ms.value,
    facts.fifoEndToEndP99Ms.value,
  ];
  const quantiles = rows.map(([, , published]) => published);
  expect(of(sqsFacts)).toEqual([...(quantiles[0] ?? []), ...(quantiles[1] ?? [])]);
  expect(of(snsFacts)).toEqual([...(quantiles[2] ?? []), ...(quantiles[3] ?? [])]);
  expect(snsFacts.slowShare.value).toBe(0.1);
  expect(sqsFacts.slowCallShare.value).toBe(0.1);
  // Few calls take longer than a visibility timeout.
  const random = new Simulation({ seed: 20261126 }).stream('tail');
  const slow = Array.from({ length: 500_000 }, () => fifoCall.draw(random)).filter((us) => us > 20_000_000);
  expect(slow.length).toBeLessThan(10);
});

test('one call takes about what AWS reckons with in its example, 20 ms [sqs.aws-s-own-sizing-example]', () => {
  const random = new Simulation({ seed: 20261126 }).stream('latency');
  const draws = Float64Array.from({ length: 100_000 }, () => call.draw(random) / 1000).sort();
  const median = draws[50_000] as number;
  expect(Math.abs(median / sqsFacts.sizingExampleMs.value - 1)).toBeLessThan(0.25);
});
