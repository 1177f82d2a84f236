/** Brokers as they are written: what is taken where nothing is said, and what Amazon MQ doesn't offer. */
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/index.ts';
import { resolve } from '../support/street.ts';

const text = (broker: string, consumer = '', traffic = ''): string => `seed: 1
horizon: 1m
traffic: { t: { rate: 10/s${traffic} } }
designs:
  d:
    traffic: { t: b }
    resources:
      b: { type: mq, queues: [{ name: q }], ${broker} }
      c: { type: consumer, source: b, handler: { time: 10ms }${consumer} }
`;

function errorsOf(...parts: Parameters<typeof text>): string[] {
  const outcome = parseScenario(text(...parts), { file: 'test.yaml', name: 'test', readText: () => undefined });
  return outcome.ok ? [] : outcome.errors.map(({ code, path, expected }) => `${code} ${path}: ${expected}`);
}

const settingsOf = (name: 'b' | 'c', ...parts: Parameters<typeof text>): unknown =>
  resolve(text(...parts)).designs[0]?.resources.find((one) => one.name === name);

describe('what is taken where nothing is said', () => {
  test('ActiveMQ is one node of mq.m5.large on EFS, RabbitMQ one of mq.m7g.large on EBS [mq.engines-modes] [mq.storage-type]', () => {
    const single = { deploymentMode: 'singleInstance' };
    expect(settingsOf('b', 'engine: activemq')).toMatchObject({
      ...single,
      instanceType: 'mq.m5.large',
      storageType: 'efs',
      publish: { protocol: 'openwire' },
    });
    expect(settingsOf('b', 'engine: rabbitmq')).toMatchObject({
      ...single,
      instanceType: 'mq.m7g.large',
      storageType: 'ebs',
      publish: { protocol: 'amqp' },
    });
  });

  test.each([
    ['activemq', '', 1000],
    ['activemq', ', protocol: stomp', 1000],
    ['rabbitmq', ', protocol: stomp', 0],
    ['rabbitmq', '', 0],
  ])(
    'a consumer of %s%s is sent so many ahead (0: no limit): %i [mq.prefetch-activemq] [mq.prefetch-rabbitmq]',
    (engine, consumer, prefetch) => {
      expect(settingsOf('c', `engine: ${engine}`, consumer)).toMatchObject({ broker: { prefetch } });
    },
  );

  test.each([
    ['engine: rabbitmq', 'quorum', 20],
    ['engine: rabbitmq, queues: [{ name: q, durable: false }]', 'classic', null],
    ['engine: rabbitmq, queues: [{ name: q, maxPriority: 5 }]', 'classic', null],
    ['engine: activemq', 'classic', null],
    ['engine: rabbitmq, queues: [{ name: q, kind: quorum }]', 'quorum', 20],
    [
      'engine: rabbitmq, engineVersion: "3.13", instanceType: mq.m5.large, queues: [{ name: q, kind: quorum }]',
      'quorum',
      null,
    ],
  ])('a queue of { %s } is a %s one with a delivery limit of %s', (broker, kind, deliveryLimit) => {
    const written = broker.includes('queues') ? text(broker).replace('queues: [{ name: q }], ', '') : text(broker);
    const found = resolve(written).designs[0]?.resources.find(({ name }) => name === 'b');
    expect(found).toMatchObject({ queues: [{ kind, deliveryLimit }] });
  });
});

describe('what Amazon MQ doesn’t offer is told', () => {
  test.each([
    [
      'engine: rabbitmq, deploymentMode: activeStandbyMultiAz',
      'b.deploymentMode',
      'clusterMultiAz',
      '[mq.engines-modes]',
    ],
    [
      'engine: activemq, deploymentMode: clusterMultiAz',
      'b.deploymentMode',
      'activeStandbyMultiAz',
      '[mq.engines-modes]',
    ],
    ['engine: rabbitmq, storageType: efs', 'b.storageType', 'ebs', '[mq.storage-type]'],
    [
      'engine: activemq, deploymentMode: activeStandbyMultiAz, storageType: ebs',
      'b.storageType',
      'efs',
      '[mq.storage-type]',
    ],
    ['engine: rabbitmq, publish: { protocol: openwire }', 'b.publish.protocol', 'amqp', ''],
    ['engine: activemq, publish: { protocol: amqp }', 'b.publish.protocol', 'openwire', ''],
  ])('%s', (broker, where, expected) => {
    const [only, ...others] = errorsOf(broker);
    expect(others).toEqual([]);
    expect(only).toContain(where);
    expect(only).toContain(expected);
  });

  test('a message that RabbitMQ never takes [mq.max-message-size-rabbitmq]', () => {
    expect(errorsOf('engine: rabbitmq', '', ', size: 128MiB')).toEqual([]);
    expect(errorsOf('engine: rabbitmq', '', ', size: 129MiB')).toEqual([
      'out-of-range traffic.t.size: a message of at most 128MiB, as it enters b (limits of RabbitMQ)',
    ]);
  });
});
