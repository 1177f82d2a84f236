/**
 * Instance types of Amazon MQ: what a node has and takes. ActiveMQ runs on mq.m5 alone (and on what is left of the micros), RabbitMQ on mq.m5 (3.13) and mq.m7g (3.13 and 4.2).
 * Snapshot of November 2026; what an hour costs stands in `prices.ts`.
 */

/** Of a single instance, and of each node of a cluster. */
export interface BySize {
  readonly single: number;
  readonly cluster: number;
}

/** What ActiveMQ has on an instance type. */
export interface ActiveMqSize {
  /** Of each wire protocol. */
  readonly connectionsPerProtocol: number;
  readonly storageGb: number;
  /** Where non-persistent messages go when memory is full. */
  readonly tempStorageGb: number;
}

/** What RabbitMQ has on a node of an instance type. */
export interface RabbitMqSize {
  /** The most of a node; in 3.13 that is what it has. */
  readonly connectionsMax: number;
  readonly channelsMax: number;
  /** What 4.2 has unless it is configured. null: the type doesn’t run 4.2, which AWS supports on mq.m7g alone. */
  readonly connections: BySize | null;
  readonly channels: BySize | null;
  /** GB of a node's volume. */
  readonly storageGb: BySize;
  /** Memory in use beyond which whoever publishes is blocked, on every node. */
  readonly memoryHighWatermarkGib: number;
  /** Free space below which the same happens. */
  readonly diskFreeGib: BySize;
  /** Messages beyond which a queue of a cluster rejects what is published (its default policy); a single instance has no such limit. */
  readonly maxLengthCluster: number;
}

/** An instance type: numbers of one node. */
export interface MqInstanceType {
  readonly vcpus: number;
  readonly memoryGib: number;
  /** Gbit/s that it has all the time; null: not published. */
  readonly networkGbps: number | null;
  /** null: ActiveMQ doesn't run on it. */
  readonly activemq: ActiveMqSize | null;
  /** null: RabbitMQ doesn't run on it (any more). */
  readonly rabbitmq: RabbitMqSize | null;
}

/** Where the table comes from, and how sure it is: as for every fact. */
export const mqInstanceSource = {
  source:
    'Amazon MQ Developer Guide: broker instance types, default and maximum resource limits, broker defaults, quotas',
  date: '2026-11',
  status: 'confirmed',
} as const;

const MICRO: ActiveMqSize = { connectionsPerProtocol: 300, storageGb: 20, tempStorageGb: 5 };
const LARGE: ActiveMqSize = { connectionsPerProtocol: 2_000, storageGb: 200, tempStorageGb: 50 };
/** RabbitMQ's share of the memory on mq.m5; on mq.m7g it is an amount of its own. */
const M5_WATERMARK = 0.4;

function m5(vcpus: number, networkGbps: number, diskFreeGib: number, maxLengthCluster: number): MqInstanceType {
  const memoryGib = vcpus * 4;
  return {
    vcpus,
    memoryGib,
    networkGbps,
    activemq: LARGE,
    rabbitmq: {
      connectionsMax: vcpus * 2_500,
      channelsMax: vcpus * 7_500,
      connections: null,
      channels: null,
      storageGb: { single: 200, cluster: 200 },
      memoryHighWatermarkGib: memoryGib * M5_WATERMARK,
      diskFreeGib: { single: diskFreeGib, cluster: diskFreeGib },
      maxLengthCluster,
    },
  };
}

interface M7g {
  readonly vcpus: number;
  readonly networkGbps: number;
  readonly storageGbCluster: number;
  readonly memoryHighWatermarkGib: number;
  readonly maxLengthCluster: number;
}

/** From `large` on, connections and channels grow with the vCPUs. */
function m7g({ vcpus, networkGbps, storageGbCluster, ...given }: M7g): MqInstanceType {
  return {
    vcpus,
    memoryGib: vcpus * 4,
    networkGbps,
    activemq: null,
    rabbitmq: {
      connectionsMax: vcpus * 2_500,
      channelsMax: vcpus * 7_500,
      connections: { single: vcpus * 750, cluster: vcpus * 250 },
      channels: { single: vcpus * 2_250, cluster: vcpus * 750 },
      storageGb: { single: 200, cluster: storageGbCluster },
      diskFreeGib: { single: 10, cluster: 2 },
      ...given,
    },
  };
}

/** By name. mq.t3.micro: RabbitMQ's reached its end of support on 2026-10-01. mq.t2.micro and mq.t3.micro are for trying things out. */
export const MQ_INSTANCE_TYPES = {
  'mq.t2.micro': { vcpus: 1, memoryGib: 1, networkGbps: null, activemq: MICRO, rabbitmq: null },
  'mq.t3.micro': { vcpus: 2, memoryGib: 1, networkGbps: 0.064, activemq: MICRO, rabbitmq: null },
  'mq.m5.large': m5(2, 0.75, 12, 8_000_000),
  'mq.m5.xlarge': m5(4, 1.25, 20, 9_000_000),
  'mq.m5.2xlarge': m5(8, 2.5, 36, 10_000_000),
  'mq.m5.4xlarge': m5(16, 5, 69, 12_000_000),
  'mq.m7g.medium': {
    vcpus: 1,
    memoryGib: 4,
    networkGbps: 0.52,
    activemq: null,
    rabbitmq: {
      connectionsMax: 300,
      channelsMax: 900,
      connections: { single: 100, cluster: 100 },
      channels: { single: 500, cluster: 300 },
      storageGb: { single: 200, cluster: 5 },
      memoryHighWatermarkGib: 1.8,
      diskFreeGib: { single: 10, cluster: 2 },
      maxLengthCluster: 500_000,
    },
  },
  'mq.m7g.large': m7g({
    vcpus: 2,
    networkGbps: 0.937,
    storageGbCluster: 15,
    memoryHighWatermarkGib: 4.3,
    maxLengthCluster: 8_000_000,
  }),
  'mq.m7g.xlarge': m7g({
    vcpus: 4,
    networkGbps: 1.876,
    storageGbCluster: 25,
    memoryHighWatermarkGib: 9.3,
    maxLengthCluster: 9_000_000,
  }),
  'mq.m7g.2xlarge': m7g({
    vcpus: 8,
    networkGbps: 3.75,
    storageGbCluster: 45,
    memoryHighWatermarkGib: 19.3,
    maxLengthCluster: 10_000_000,
  }),
  'mq.m7g.4xlarge': m7g({
    vcpus: 16,
    networkGbps: 7.5,
    storageGbCluster: 90,
    memoryHighWatermarkGib: 39.4,
    maxLengthCluster: 12_000_000,
  }),
  'mq.m7g.8xlarge': m7g({
    vcpus: 32,
    networkGbps: 15,
    storageGbCluster: 175,
    memoryHighWatermarkGib: 79.7,
    maxLengthCluster: 20_000_000,
  }),
  'mq.m7g.12xlarge': m7g({
    vcpus: 48,
    networkGbps: 22.5,
    storageGbCluster: 260,
    memoryHighWatermarkGib: 119.8,
    maxLengthCluster: 30_000_000,
  }),
  'mq.m7g.16xlarge': m7g({
    vcpus: 64,
    networkGbps: 30,
    storageGbCluster: 345,
    memoryHighWatermarkGib: 160.1,
    maxLengthCluster: 40_000_000,
  }),
} as const satisfies Readonly<Record<string, MqInstanceType>>;

export type MqInstanceTypeName = keyof typeof MQ_INSTANCE_TYPES;
