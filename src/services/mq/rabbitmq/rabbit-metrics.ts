/** What a broker reports, under CloudWatch's names of Amazon MQ for RabbitMQ. Levels of nodes are sums over the nodes. */
import type { Counter, Level, Metrics } from '../../ports.ts';

export class RabbitMetrics {
  readonly published: Counter;
  readonly confirmed: Counter;
  readonly acknowledged: Counter;
  readonly messages: Level;
  readonly ready: Level;
  readonly unacknowledged: Level;
  readonly memUsed: Level;
  readonly memLimit: Level;
  readonly diskFree: Level;
  readonly cpu: Level;
  readonly connections: Level;
  readonly channels: Level;
  readonly queues: Level;
  readonly consumers: Level;

  constructor(metrics: Metrics) {
    this.published = metrics.counter('PublishRate', 'Count');
    this.confirmed = metrics.counter('ConfirmRate', 'Count');
    this.acknowledged = metrics.counter('AckRate', 'Count');
    this.messages = metrics.level('MessageCount', 'Count');
    this.ready = metrics.level('MessageReadyCount', 'Count');
    this.unacknowledged = metrics.level('MessageUnacknowledgedCount', 'Count');
    this.memUsed = metrics.level('RabbitMQMemUsed', 'Bytes');
    this.memLimit = metrics.level('RabbitMQMemLimit', 'Bytes');
    this.diskFree = metrics.level('RabbitMQDiskFree', 'Bytes');
    this.cpu = metrics.level('SystemCpuUtilization', 'Percent');
    this.connections = metrics.level('ConnectionCount', 'Count');
    this.channels = metrics.level('ChannelCount', 'Count');
    this.queues = metrics.level('QueueCount', 'Count');
    this.consumers = metrics.level('ConsumerCount', 'Count');
  }
}
