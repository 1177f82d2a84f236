/** What Amazon MQ gives to a broker's node, by engine, instance type, storage and mode. */
import { expect, test } from 'vitest';
import { nodeOf } from '../../../src/services/mq/nodes.ts';

test('a node of ActiveMQ takes 300 connections on a micro and 2,000 on what is larger [mq.connections-activemq]', () => {
  const of = (type: string): number | undefined => nodeOf('activemq', type, 'efs', 'singleInstance')?.connections;
  expect([of('mq.t3.micro'), of('mq.m5.large'), of('mq.m5.4xlarge')]).toEqual([300, 2000, 2000]);
});

test('a node of RabbitMQ takes what its version takes by default, fewer in a cluster than alone [mq.connections-rabbitmq]', () => {
  const of = (mode: 'singleInstance' | 'clusterMultiAz'): number | undefined =>
    nodeOf('rabbitmq', 'mq.m7g.large', 'ebs', mode)?.connections;
  expect([of('singleInstance'), of('clusterMultiAz')]).toEqual([1500, 500]);
});

test('its storage is 20 GB on a micro, 200 GB on others, and less on each node of a cluster of mq.m7g [mq.storage]', () => {
  expect(nodeOf('activemq', 'mq.t3.micro', 'efs', 'singleInstance')?.storageBytes).toBe(20e9);
  expect(nodeOf('activemq', 'mq.m5.large', 'efs', 'activeStandbyMultiAz')?.storageBytes).toBe(200e9);
  expect(nodeOf('rabbitmq', 'mq.m7g.large', 'ebs', 'singleInstance')?.storageBytes).toBe(200e9);
  expect(nodeOf('rabbitmq', 'mq.m7g.large', 'ebs', 'clusterMultiAz')?.storageBytes).toBe(15e9);
});

test('a commit takes eight times as long on EFS as on EBS [mq.storage-type] [mq.enqueue-rate]', () => {
  const of = (storage: 'ebs' | 'efs'): number =>
    nodeOf('activemq', 'mq.m5.large', storage, 'singleInstance')?.commitUs ?? 0;
  expect([of('ebs'), of('efs')]).toEqual([1500, 12_000]);
});
