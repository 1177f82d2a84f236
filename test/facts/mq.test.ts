import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  MQ_INSTANCE_TYPES,
  MQ_NODE_PRICES,
  type MqInstanceType,
  mqFactList,
  mqFacts,
  mqInstanceSource,
  mqProcessorUs,
  priceFacts,
} from '../../src/facts/index.ts';

const KiB = 1024;
const MiB = KiB * KiB;

/** Typed in from AWS's pages and the brokers' own, not from our facts. */
const known = {
  'mq.brokers_per_region': 200,
  'mq.api_rate': 15,
  'mq.api_burst': 100,
  'mq.activemq.connections_micro': 300,
  'mq.activemq.connections_large': 2000,
  'mq.storage_gb_micro': 20,
  'mq.storage_gb_large': 200,
  'mq.temp_storage_gb_micro': 5,
  'mq.temp_storage_gb_large': 50,
  'mq.activemq.enqueue_per_s_memory': 5000,
  'mq.activemq.enqueue_per_s_ebs': 500,
  'mq.activemq.enqueue_per_s_efs': 80,
  'mq.activemq.latency_bound_bytes': 100e3,
  'activemq.prefetch.queue': 1000,
  'activemq.prefetch.browser': 500,
  'activemq.prefetch.durable_topic': 100,
  'activemq.prefetch.topic': 2 ** 15 - 1,
  'activemq.redelivery.max': 6,
  'activemq.redelivery.initial_delay_ms': 1000,
  'activemq.redelivery.delay_ms': 1000,
  'activemq.redelivery.backoff': 5,
  'activemq.redelivery.collision_factor': 0.15,
  'activemq.failover.initial_delay_ms': 10,
  'activemq.failover.backoff': 2,
  'activemq.failover.max_delay_ms': 30e3,
  'activemq.inactivity_ms': 30e3,
  'activemq.max_frame_bytes': 104_857_600,
  'activemq.stomp.max_bytes': 100 * MiB,
  'activemq.mqtt.max_bytes': 256 * MiB,
  'activemq.mqtt.prefetch': 100,
  'activemq.message.min_bytes': KiB,
  'activemq.memory_share': 0.7,
  'activemq.journal.batch_bytes': 4 * MiB,
  'activemq.lock.poll': 10e6,
  'rabbitmq.mq_message_bytes_default': 524_288,
  'rabbitmq.mq_message_bytes_max': 134_217_728,
  'rabbitmq.max_message_bytes': 16_777_216,
  'rabbitmq.consumers_per_channel': 10,
  'rabbitmq.consumers_per_channel_max': 1000,
  'rabbitmq.consumer_timeout_ms': 30 * 60e3,
  'rabbitmq.consumer_timeout_check_ms': 60e3,
  'rabbitmq.quorum.delivery_limit': 20,
  'rabbitmq.quorum.replicas': 3,
  'rabbitmq.quorum.high_priority': 5,
  'rabbitmq.quorum.high_to_normal': 2,
  'rabbitmq.vhost.queues_single': 20_000,
  'rabbitmq.vhost.queues_cluster': 10_000,
  'rabbitmq.vhost.connections_single': 4000,
  'rabbitmq.vhost.connections_cluster': 15_000,
  'rabbitmq.policy.max_length_cluster': 8e6,
  'rabbitmq.memory_watermark': 0.4,
  'rabbitmq.credit_flow.initial': 400,
  'rabbitmq.credit_flow.more_after': 200,
  'rabbitmq.classic.message_overhead': 720,
  'rabbitmq.classic.in_memory': 2048,
  'rabbitmq.quorum.message_overhead': 32,
  'rabbitmq.mqtt.prefetch': 10,
  'rabbitmq.mqtt.session_expiry': 24 * 3600,
  'mosquitto.max_inflight': 20,
  'mosquitto.max_queued': 1000,
  'rabbitmq.quorum.failure_detector': 5e6,
  'rabbitmq.heartbeat': 60,
  'rabbitmq.classic.flush': 200e3,
  'rabbitmq.measured.classic_per_s': 88_534,
  'rabbitmq.measured.quorum_per_s': 37e3,
  'rabbitmq.measured.confirm_p50': 1691,
  'rabbitmq.quorum.log': 1e6 / 40e3,
  'rabbitmq.restart': 6e6,
  'lambda.mq.batch_default': 100,
  'lambda.mq.batch_max': 10_000,
  'lambda.mq.window_default_ms': 500,
  'lambda.mq.window_max': 5 * 60,
  'lambda.mq.function_timeout_max': 14 * 60,
  'lambda.mq.consumers_activemq': 5,
  'lambda.mq.consumers_rabbitmq': 1,
};

/** Nobody publishes them. */
const ours = {
  'mq.ebs.commit': 1500,
  'mq.efs.commit': 12_000,
  'mq.ebs.bytes_per_s': 50e6,
  'mq.efs.bytes_per_s': 8e6,
  'mq.network.one_way': 250,
  'mq.network.one_way_zones': 500,
  'mq.instance_replacement': 5 * 60e6,
  'mq.vcpu.kib': 3,
  'rabbitmq.vcpu.publish': 34,
  'rabbitmq.vcpu.deliver': 24,
  'rabbitmq.vcpu.settle': 10,
  'rabbitmq.vcpu.replica': 34,
  'rabbitmq.quorum.election': 500e3,
  'activemq.vcpu.send': 75,
  'activemq.vcpu.dispatch': 50,
  'activemq.vcpu.ack': 25,
  'activemq.heap_share': 0.5,
  'activemq.lock.free': 30e6,
  'activemq.standby.start': 5e6,
  'activemq.reboot_failover': 5e6,
  'lambda.mq.consumer_step': 60_000_000,
  'lambda.mq.requeue': 1_000_000,
};

test('every number of Amazon MQ is as it was read, and says where it comes from', () => {
  expect(Object.fromEntries(mqFactList.map(({ id, value }) => [id, value]))).toEqual({ ...known, ...ours });
  for (const { id, unit, source, date } of mqFactList) {
    expect([unit.length > 0, source.length > 0, /^20\d\d/.test(date)], id).toEqual([true, true, true]);
  }
});

test('what nobody publishes is marked as assumed, and nothing else', () => {
  const marked = mqFactList.filter(({ status }) => status === 'assumed').map(({ id }) => id);
  expect(marked.toSorted()).toEqual(Object.keys(ours).toSorted());
});

const f = mqFacts;
const large = MQ_INSTANCE_TYPES['mq.m5.large'].rabbitmq;
const graviton = MQ_INSTANCE_TYPES['mq.m7g.large'].rabbitmq;

test.each([
  ['a queue’s consumer is sent a thousand ahead [mq.prefetch-activemq]', f.prefetchQueue.value, 1000],
  ['a subscriber’s is 32,767, not 32,766 [mq.prefetch-activemq]', f.prefetchTopic.value, 32_767],
  ['a message is dead after seven deliveries [mq.redelivery-activemq]', 1 + f.redeliveriesMax.value, 7],
  [
    'a client that lost its broker waits 30 s from the thirteenth time on [mq.failover-transport]',
    Math.ceil(Math.log2(f.failoverMaxMs.value / f.failoverInitialMs.value)) + 1,
    13,
  ],
  ['a consumer has half an hour [mq.consumer-timeout]', f.consumerTimeoutMs.value / 60e3, 30],
  ['and is looked at each minute [mq.consumer-timeout]', f.consumerTimeoutCheckMs.value / 1e3, 60],
  ['a quorum queue gives up after 20 redeliveries [mq.delivery-limit]', f.deliveryLimit.value, 20],
  [
    'a message of 1 MiB is twice as much as Amazon MQ’s RabbitMQ 4.2 takes unless told to [mq.max-message-size-rabbitmq]',
    MiB / f.messageBytesMqDefault.value,
    2,
  ],
  ['RabbitMQ itself takes 16 MiB [mq.max-message-size-rabbitmq]', f.messageBytesUpstream.value / MiB, 16],
  [
    'a cluster’s default host takes the connections of three nodes of mq.m5.large [mq.vhost-defaults]',
    f.vhostConnectionsCluster.value / (large?.connectionsMax ?? 0),
    3,
  ],
  ['a cluster’s queue takes 8 million messages [mq.vhost-defaults]', f.maxLengthCluster.value / 1e6, 8],
  ['the memory alarm of mq.m5.large is at 3.2 GiB [mq.memory-alarm]', large?.memoryHighWatermarkGib, 3.2],
  ['that of mq.m7g.large at 4.3 GiB [mq.memory-alarm]', graviton?.memoryHighWatermarkGib, 4.3],
  ['the disk alarm of mq.m5.large is at 12 GiB [mq.disk-alarm]', large?.diskFreeGib.cluster, 12],
  ['that of a node of mq.m7g.large at 2 GiB [mq.disk-alarm]', graviton?.diskFreeGib.cluster, 2],
  [
    'a standby is there 35 to 45 s after a crash [mq.failover-active-standby]',
    (f.lockFreeUs.value + f.lockPollUs.value + f.standbyStartUs.value) / 1e6,
    45,
  ],
  ['and 5 s after a reboot [mq.failover-active-standby]', f.rebootFailoverUs.value / 1e6, 5],
  [
    'a commit on EFS takes eight times as long as one on EBS [mq.latency]',
    f.efsCommitUs.value / f.ebsCommitUs.value,
    8,
  ],
  ['a function gets up to a hundred messages at once [lambda.mq-mapping]', f.lambdaBatchDefault.value, 100],
  ['after half a second at most [lambda.mq-mapping]', f.lambdaWindowDefaultMs.value, 500],
  ['and has 14 minutes for them [lambda.mq-mapping]', f.lambdaTimeoutMaxSeconds.value / 60, 14],
])('%s', (_, value, expected) => {
  expect(value).toBe(expected);
});

describe('instance types', () => {
  const types = Object.entries<MqInstanceType>(MQ_INSTANCE_TYPES);

  /** The guide's tables, typed in: vCPUs, GiB, Gbit/s, most connections and channels, GB of volumes, watermark and free disk in GiB, millions of messages in a queue. */
  const rows = [
    'mq.m5.large 2 8 0.75 5000 15000 200/200 3.2 12/12 8',
    'mq.m5.xlarge 4 16 1.25 10000 30000 200/200 6.4 20/20 9',
    'mq.m5.2xlarge 8 32 2.5 20000 60000 200/200 12.8 36/36 10',
    'mq.m5.4xlarge 16 64 5 40000 120000 200/200 25.6 69/69 12',
    'mq.m7g.medium 1 4 0.52 300 900 200/5 1.8 10/2 0.5',
    'mq.m7g.large 2 8 0.937 5000 15000 200/15 4.3 10/2 8',
    'mq.m7g.xlarge 4 16 1.876 10000 30000 200/25 9.3 10/2 9',
    'mq.m7g.2xlarge 8 32 3.75 20000 60000 200/45 19.3 10/2 10',
    'mq.m7g.4xlarge 16 64 7.5 40000 120000 200/90 39.4 10/2 12',
    'mq.m7g.8xlarge 32 128 15 80000 240000 200/175 79.7 10/2 20',
    'mq.m7g.12xlarge 48 192 22.5 120000 360000 200/260 119.8 10/2 30',
    'mq.m7g.16xlarge 64 256 30 160000 480000 200/345 160.1 10/2 40',
  ];

  test('of RabbitMQ are as the guide has them [mq.connections-rabbitmq] [mq.storage]', () => {
    const ofRabbit = types.flatMap(([name, { vcpus, memoryGib, networkGbps, rabbitmq }]) => {
      if (rabbitmq === null) return [];
      const { connectionsMax, channelsMax, storageGb, memoryHighWatermarkGib, diskFreeGib, maxLengthCluster } =
        rabbitmq;
      const volumes = `${storageGb.single}/${storageGb.cluster}`;
      const free = `${diskFreeGib.single}/${diskFreeGib.cluster}`;
      return [
        `${name} ${vcpus} ${memoryGib} ${networkGbps} ${connectionsMax} ${channelsMax} ${volumes} ${memoryHighWatermarkGib} ${free} ${maxLengthCluster / 1e6}`,
      ];
    });
    expect(ofRabbit).toEqual(rows);
    expect(mqInstanceSource.status).toBe('confirmed');
  });

  /** Connections and channels that RabbitMQ 4.2 has unless it is configured: single, then of each node of a cluster. */
  const defaults = [
    'mq.m7g.medium 100/100 500/300',
    'mq.m7g.large 1500/500 4500/1500',
    'mq.m7g.xlarge 3000/1000 9000/3000',
    'mq.m7g.2xlarge 6000/2000 18000/6000',
    'mq.m7g.4xlarge 12000/4000 36000/12000',
    'mq.m7g.8xlarge 24000/8000 72000/24000',
    'mq.m7g.12xlarge 36000/12000 108000/36000',
    'mq.m7g.16xlarge 48000/16000 144000/48000',
  ];

  test('of RabbitMQ 4.2 take fewer connections by default than they could [mq.connections-rabbitmq]', () => {
    const found = types.flatMap(([name, { rabbitmq }]) => {
      const { connections, channels } = rabbitmq ?? {};
      if (connections == null || channels == null) return [];
      return [`${name} ${connections.single}/${connections.cluster} ${channels.single}/${channels.cluster}`];
    });
    expect(found).toEqual(defaults);
  });

  test('of ActiveMQ are micros and mq.m5, with their connections and storage [mq.connections-activemq] [mq.storage]', () => {
    const found = types.flatMap(([name, { activemq }]) =>
      activemq === null
        ? []
        : [`${name} ${activemq.connectionsPerProtocol} ${activemq.storageGb} ${activemq.tempStorageGb}`],
    );
    expect(found).toEqual([
      'mq.t2.micro 300 20 5',
      'mq.t3.micro 300 20 5',
      'mq.m5.large 2000 200 50',
      'mq.m5.xlarge 2000 200 50',
      'mq.m5.2xlarge 2000 200 50',
      'mq.m5.4xlarge 2000 200 50',
    ]);
    expect(MQ_INSTANCE_TYPES['mq.t2.micro']).toMatchObject({ vcpus: 1, memoryGib: 1 });
    expect(MQ_INSTANCE_TYPES['mq.t3.micro']).toMatchObject({ vcpus: 2, memoryGib: 1 });
  });
});

describe('what is assumed follows from what is published', () => {
  test('a producer that waits for each message does 500 a second on EBS and 80 on EFS [mq.enqueue-rate]', () => {
    const rateOf = (commitUs: number): number => 1e6 / (commitUs + 2 * f.networkUs.value);
    expect(rateOf(f.ebsCommitUs.value)).toBe(f.enqueuePerSecondEbs.value);
    expect(rateOf(f.efsCommitUs.value)).toBe(f.enqueuePerSecondEfs.value);
  });

  test('at 100 KB the storage’s throughput takes over from its latency [mq.limiting-factor]', () => {
    const bytes = f.latencyBoundBytes.value;
    expect((bytes / f.ebsBytesPerSecond.value) * f.enqueuePerSecondEbs.value).toBeCloseTo(1, 9);
    expect((bytes / f.efsBytesPerSecond.value) * f.enqueuePerSecondEfs.value).toBeCloseTo(1, 9);
  });

  test('three cores, which are six vCPUs, do what was measured on them', () => {
    const cycle = f.rabbitmqPublishVcpuUs.value + f.rabbitmqDeliverVcpuUs.value + f.rabbitmqSettleVcpuUs.value;
    const perSecond = 1e6 / mqProcessorUs(cycle, 0, 6);
    expect(Math.abs(perSecond / f.rabbitmqClassicPerSecond.value - 1)).toBeLessThan(0.01);
  });

  test('a processor’s time grows with the body and is shared by the vCPUs', () => {
    // mq.m5.large: 34 us and 3 for each KiB of ten, on two.
    expect(mqProcessorUs(34, 10 * KiB, 2)).toBe(32);
    expect(mqProcessorUs(34, 0, 1)).toBe(34);
  });

  test('a quorum’s log holds three nodes of 16 vCPUs back before their processors do', () => {
    // Of each message: all of it on its leader, the replica's part on two others, and a KiB each time.
    const cycle = f.rabbitmqPublishVcpuUs.value + f.rabbitmqDeliverVcpuUs.value + f.rabbitmqSettleVcpuUs.value;
    const work = cycle + 2 * f.rabbitmqReplicaVcpuUs.value + 4 * f.vcpuUsPerKib.value;
    const byProcessors = (1e6 * 3 * 16) / work;
    const byLog = 1e6 / f.rabbitmqQuorumLogUs.value;
    expect(byLog).toBeLessThan(byProcessors);
    expect(byLog / f.rabbitmqQuorumPerSecond.value).toBeGreaterThan(1);
    expect(byLog / f.rabbitmqQuorumPerSecond.value).toBeLessThan(1.1);
  });
});

describe('prices of a node', () => {
  test('are those of us-east-1, or follow from them by size [mq.price-micro] [mq.price-activemq-large] [mq.price-rabbitmq-xlarge]', () => {
    const usd = Object.entries(MQ_NODE_PRICES).map(([name, { tiers }]) => `${name} ${tiers[0].fact.value}`);
    expect(usd).toEqual([
      'mq.t2.micro 0.03',
      'mq.t3.micro 0.02704',
      'mq.m5.large 0.288',
      'mq.m5.xlarge 0.576',
      'mq.m5.2xlarge 1.152',
      'mq.m5.4xlarge 2.304',
      'mq.m7g.medium 0.0767',
      'mq.m7g.large 0.2734',
      'mq.m7g.xlarge 0.5468',
      'mq.m7g.2xlarge 1.0936',
      'mq.m7g.4xlarge 2.1872',
      'mq.m7g.8xlarge 4.3744',
      'mq.m7g.12xlarge 6.5616',
      'mq.m7g.16xlarge 8.7488',
    ]);
  });

  test('are there for every instance type, and are marked where they are derived', () => {
    expect(Object.keys(MQ_NODE_PRICES)).toEqual(Object.keys(MQ_INSTANCE_TYPES));
    const derived = Object.entries(MQ_NODE_PRICES).filter(([, { tiers }]) => tiers[0].fact.source === 'derived');
    expect(derived.map(([name]) => name)).toEqual([
      'mq.m5.2xlarge',
      'mq.m5.4xlarge',
      'mq.m7g.xlarge',
      'mq.m7g.2xlarge',
      'mq.m7g.4xlarge',
      'mq.m7g.8xlarge',
      'mq.m7g.12xlarge',
      'mq.m7g.16xlarge',
    ]);
    for (const [, { tiers }] of derived) expect(tiers[0].fact.status).toBe('assumed');
  });

  test('of storage differ by its kind [mq.price-storage]', () => {
    expect([priceFacts.mqEfsGbMonth.value, priceFacts.mqEbsGbMonth.value, priceFacts.mqZoneGb.value]).toEqual([
      0.3, 0.1, 0.01,
    ]);
  });
});

/** The sheet that the facts were taken from; it stands beside the project, and not everywhere. */
const SHEET = join(import.meta.dirname, '../../../shared/reference/aws-quotas.json');

test.skipIf(!existsSync(SHEET))(
  'all that the sheet has of Amazon MQ is among the facts (skipped where it is missing)',
  () => {
    const { items } = JSON.parse(readFileSync(SHEET, 'utf8')) as { items: { key: string; value: number }[] };
    const ofMq = items.filter(({ key }) => /^((lambda\.)?mq|activemq|rabbitmq|price\.mq)\./.test(key));
    const { mqT2MicroHour, mqM5LargeHour, mqM5XlargeHour, mqEfsGbMonth, mqEbsGbMonth } = priceFacts;
    const found = new Map<string, number>([
      ...mqFactList.map(({ id, value }) => [id, value] as const),
      ['price.mq.activemq_t2micro_single_hour', mqT2MicroHour.value],
      ['price.mq.activemq_m5large_active_standby_hour', 2 * mqM5LargeHour.value],
      ['price.mq.rabbitmq_m5xlarge_single_hour', mqM5XlargeHour.value],
      ['price.mq.rabbitmq_m5xlarge_cluster_hour', 3 * mqM5XlargeHour.value],
      ['price.mq.efs_gb_month', mqEfsGbMonth.value],
      ['price.mq.ebs_gb_month', mqEbsGbMonth.value],
    ]);
    expect(ofMq.length).toBeGreaterThan(25);
    for (const { key, value } of ofMq) expect(found.get(key), key).toBeCloseTo(value, 9);
  },
);
