import { describe, expect, test } from 'vitest';
import { runScenario } from '../../src/experiment/index.ts';
import type { Result } from '../../src/experiment/result.ts';
import { waysTable } from '../../src/report/ways-table.ts';
import { resolve } from '../support/street.ts';

/** A minute of ten requests a second into each of some resources. */
function resultOf(entries: Readonly<Record<string, string>>): Result {
  const designs = Object.entries(entries).map(
    ([name, resources]) => `  ${name}:
    traffic: { t: in }
    resources:
      ${resources}`,
  );
  return runScenario(
    resolve(`seed: 1
horizon: 1m
replications: 1
traffic: { t: { rate: 10/s, arrivals: regular, key: { uniform: { keys: 5 } } } }
designs:
${designs.join('\n')}`),
  );
}

/** The cells of a row, without its name. */
function row(result: Result, name: string): string[] | undefined {
  const rows = waysTable(result)?.groups.flatMap((group) => group.rows) ?? [];
  return rows
    .find(([first]) => first?.text === name)
    ?.slice(1)
    .map(({ text }) => text);
}

const QUEUE = 'in: { type: sqs }\n      r: { type: consumer, source: in, handler: {} }';
const STREAM = 'in: { type: kinesis, shards: 2, retentionPeriod: 48h }';

describe('what each way gives', () => {
  test('says of each design who carries, keeps order, replays and scales', () => {
    const result = resultOf({
      queue: QUEUE,
      fifo: 'in: { type: sqs, fifo: true }\n      r: { type: consumer, source: in, handler: {} }',
      stream: `${STREAM}\n      r: { type: consumer, source: in, handler: {} }`,
      both: `${STREAM}\n      f: { type: firehose, source: in, buffering: { interval: 10s } }`,
      demand: 'in: { type: kinesis, streamMode: on-demand, recordDistribution: AUTO }',
      firehose: 'in: { type: firehose, buffering: { interval: 10s } }',
      topic: 'in: { type: sns, subscriptions: [ { to: q, protocol: email } ] }\n      q: { type: sink }',
      service: 'in: { type: service, serviceTime: 5ms }',
    });
    expect(row(result, 'carried by')).toEqual([
      'standard queue',
      'FIFO queue',
      'stream of 2 shards',
      'stream of 2 shards, read by a delivery stream',
      'stream on demand',
      'delivery stream into s3',
      'topic',
      'synchronous calls',
    ]);
    expect(row(result, 'order')?.slice(0, 6)).toEqual([
      'none promised',
      'in each message group',
      'in each shard, so of each key',
      'in each shard, so of each key',
      'none promised',
      'none promised',
    ]);
    expect(row(result, 'replay')?.[2]).toBe('for 2 d, by any reader');
    expect(row(result, 'who scales it')?.slice(2, 6)).toEqual([
      'its owner, by shards',
      'its owner, by shards',
      'AWS, within 15 minutes',
      'AWS; its limits rise when it throttles',
    ]);
    expect(row(result, 'who gets a record')?.[2]).toBe('each of its readers (1 here)');
    expect(row(result, 'latency, median')).not.toContain('–');
  });

  test('says of brokers on what they run, over what, and who scales them', () => {
    const broker = (more: string, queues = 'queues: [{ name: a }]'): string =>
      `in: { type: mq, ${queues}, ${more} }\n      r: { type: consumer, source: in, handler: {} }`;
    const cluster = 'engine: rabbitmq, deploymentMode: clusterMultiAz';
    const result = resultOf({
      queue: QUEUE,
      single: broker('engine: activemq'),
      standby: broker('engine: activemq, deploymentMode: activeStandbyMultiAz'),
      quorum: broker(cluster, 'queues: [{ name: a, kind: quorum }]'),
      transient: broker('engine: rabbitmq, publish: { persistent: false, confirms: false }'),
      devices: `in: { type: mq, engine: activemq, publish: { protocol: mqtt, to: plant, qos: 2 } }
      r: { type: consumer, source: in, protocol: mqtt, queue: plant, qos: 2, handler: {} }`,
      topic: `${broker(`${cluster}, publish: { to: all }`, 'queues: [{ name: a }, { name: b }], topics: [{ name: all, queues: [a, b] }]')}
      s: { type: consumer, source: in, queue: b, handler: {} }`,
    });
    expect(row(result, 'carried by')).toEqual([
      'standard queue',
      'ActiveMQ on one node',
      'ActiveMQ on an active and a standby node',
      'RabbitMQ on three nodes, quorum queue',
      'RabbitMQ on one node, transient messages, no confirms',
      'ActiveMQ on one node, over MQTT with QoS 2',
      'RabbitMQ on three nodes',
    ]);
    expect(row(result, 'who gets a message')?.slice(4)).toEqual([
      'one of the consumers',
      'each session that subscribes',
      'each queue of the topic (2 here)',
    ]);
    expect(row(result, 'replay')?.[1]).toBe('no: what is acknowledged is gone');
    expect(row(result, 'who scales it')?.[1]).toBe('its owner, by instance type; its consumers too');
    expect(row(result, 'latency, p99')).not.toContain('–');
  });

  test('is not there where all brokers are alike', () => {
    const broker = (prefetch: number): string =>
      `in: { type: mq, engine: rabbitmq, queues: [{ name: a }] }\n      r: { type: consumer, source: in, prefetch: ${prefetch}, handler: {} }`;
    expect(waysTable(resultOf({ a: broker(1), b: broker(10) }))).toBeUndefined();
  });

  test('is not there where no design has a stream or a broker, or all have the same way', () => {
    expect(waysTable(resultOf({ a: QUEUE, b: 'in: { type: service, serviceTime: 5ms }' }))).toBeUndefined();
    expect(waysTable(resultOf({ a: STREAM, b: STREAM.replace('2,', '3,') }))).toBeUndefined();
  });
});
