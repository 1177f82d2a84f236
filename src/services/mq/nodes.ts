/** What a node of an instance type can do, out of Amazon MQ's tables and our assumptions. */
import { MQ_INSTANCE_TYPES, type MqInstanceType, mqFacts as f, mqProcessorUs } from '../../facts/index.ts';
import type { BrokerEngine, DeploymentMode, MqNode, StorageType } from './settings.ts';

const GIB = 1_073_741_824;

export const DEFAULT_INSTANCE: Readonly<Record<BrokerEngine, string>> = {
  rabbitmq: 'mq.m7g.large',
  activemq: 'mq.m5.large',
};

/** Instance types on which Amazon MQ runs an engine. */
export function instanceTypesOf(engine: BrokerEngine, version: string): string[] {
  return Object.entries<MqInstanceType>(MQ_INSTANCE_TYPES).flatMap(([name, { activemq, rabbitmq }]) => {
    if (engine === 'activemq') return activemq === null ? [] : [name];
    return rabbitmq === null || (version.startsWith('4') && rabbitmq.connections === null) ? [] : [name];
  });
}

/** What a node takes and has; null: there is no such instance type. Restart and failover are not the instance's. */
export function nodeOf(
  engine: BrokerEngine,
  instanceType: string,
  storageType: StorageType,
  mode: DeploymentMode,
): Omit<MqNode, 'restartUs' | 'failoverUs'> | null {
  const type = (MQ_INSTANCE_TYPES as Readonly<Record<string, MqInstanceType>>)[instanceType];
  if (type === undefined) return null;
  const us = (vcpuUs: number): number => mqProcessorUs(vcpuUs, 0, type.vcpus);
  const isRabbit = engine === 'rabbitmq';
  const size = mode === 'clusterMultiAz' ? 'cluster' : 'single';
  return {
    publishUs: us((isRabbit ? f.rabbitmqPublishVcpuUs : f.activemqSendVcpuUs).value),
    deliverUs: us((isRabbit ? f.rabbitmqDeliverVcpuUs : f.activemqDispatchVcpuUs).value),
    settleUs: us((isRabbit ? f.rabbitmqSettleVcpuUs : f.activemqAckVcpuUs).value),
    perKibUs: us(f.vcpuUsPerKib.value),
    commitUs: (storageType === 'ebs' ? f.ebsCommitUs : f.efsCommitUs).value,
    bytesPerSecond: (storageType === 'ebs' ? f.ebsBytesPerSecond : f.efsBytesPerSecond).value,
    memoryBytes: memoryOf(engine, type),
    storageBytes: (isRabbit ? (type.rabbitmq?.storageGb[size] ?? 0) : (type.activemq?.storageGb ?? 0)) * 1e9,
    diskFreeBytes: isRabbit ? (type.rabbitmq?.diskFreeGib[size] ?? 0) * GIB : 0,
    connections: isRabbit
      ? (type.rabbitmq?.connections?.[size] ?? type.rabbitmq?.connectionsMax ?? 0)
      : (type.activemq?.connectionsPerProtocol ?? 0),
  };
}

/** For messages, until whoever publishes is blocked. */
function memoryOf(engine: BrokerEngine, { memoryGib, rabbitmq }: MqInstanceType): number {
  if (engine === 'rabbitmq') return (rabbitmq?.memoryHighWatermarkGib ?? 0) * GIB;
  return memoryGib * GIB * f.activemqHeapShare.value * f.activemqMemoryShare.value;
}
