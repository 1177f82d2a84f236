/** Amazon MQ: ActiveMQ Classic and RabbitMQ. Snapshot of November 2026. Instance types stand in `mq-instances.ts`, what they cost in `prices.ts`. */
import type { Fact } from './fact.ts';

const GUIDE = 'Amazon MQ Developer Guide';
const QUOTAS = `${GUIDE}: quotas`;
const STORAGE = `${GUIDE}: storage`;
const LIMITS = `${GUIDE}: default and maximum resource limits`;
const DEFAULTS = `${GUIDE}: RabbitMQ broker defaults`;
const RABBIT = 'rabbitmq/rabbitmq-website docs';
const ACTIVE = 'apache/activemq';
const MOSQUITTO = 'measured: Mosquitto 2.0.11 of Debian';
const LAMBDA = 'botocore service model lambda/2015-03-31, build 1.43.107';
const STARTED = 'measured: RabbitMQ 3.10.8 of Debian';
const SIZING = 'RabbitMQ blog, 2020-06: cluster sizing case study, quorum queues, part 1';
const BENCHMARKS = 'RabbitMQ blog, 2024-08: AMQP 1.0 benchmarks';
const KIB = 1_024;
const MIB = 1_048_576;
const MS = 1_000;
const SECOND = 1_000_000;

function confirmed(id: string, value: number, unit: string, source: string, note?: string): Fact {
  const fact: Fact = { id, value, unit, source, date: '2026-11', status: 'confirmed' };
  return note === undefined ? fact : { ...fact, note };
}
function secondary(id: string, value: number, unit: string, source: string, note: string): Fact {
  return { id, value, unit, source, date: '2026-11', status: 'secondary', note };
}
function assumed(id: string, value: number, unit: string, note: string): Fact {
  return { id, value, unit, source: 'our assumption', date: '2026-11-26', status: 'assumed', note };
}

/** Every number of Amazon MQ and its two engines that the models use. */
export const mqFacts = {
  // --- Amazon MQ ---
  brokersPerRegion: confirmed('mq.brokers_per_region', 200, 'brokers', QUOTAS, '20 in 2023, then 50'),
  apiPerSecond: confirmed('mq.api_rate', 15, 'requests/s', QUOTAS, 'of an account, for management; not for messages'),
  apiBurst: confirmed('mq.api_burst', 100, 'requests', QUOTAS),
  activemqConnectionsMicro: confirmed('mq.activemq.connections_micro', 300, 'connections/protocol', QUOTAS),
  activemqConnectionsLarge: confirmed(
    'mq.activemq.connections_large',
    2_000,
    'connections/protocol',
    QUOTAS,
    'mq.m5; 1,000 in 2023',
  ),
  storageGbMicro: confirmed('mq.storage_gb_micro', 20, 'GB', `${GUIDE} (git 2023)`),
  storageGbLarge: confirmed(
    'mq.storage_gb_large',
    200,
    'GB',
    `${GUIDE} (git 2023)`,
    'also of a RabbitMQ node on mq.m5; on mq.m7g in a cluster less',
  ),
  enqueuePerSecondMemory: confirmed(
    'mq.activemq.enqueue_per_s_memory',
    5_000,
    'messages/s',
    STORAGE,
    'one producer, 1 KB, non-persistent; AWS calls it approximate',
  ),
  enqueuePerSecondEbs: confirmed('mq.activemq.enqueue_per_s_ebs', 500, 'messages/s', STORAGE, 'one producer, 1 KB'),
  enqueuePerSecondEfs: confirmed('mq.activemq.enqueue_per_s_efs', 80, 'messages/s', STORAGE, 'one producer, 1 KB'),
  latencyBoundBytes: confirmed(
    'mq.activemq.latency_bound_bytes',
    100_000,
    'B',
    `${GUIDE}: performance`,
    'smaller messages are bound by the storage’s latency, larger ones by its throughput',
  ),
  ebsCommitUs: assumed(
    'mq.ebs.commit',
    1_500,
    'us',
    'of a commit: with the way there and back 2 ms, so that one producer that waits for each does 500 a second',
  ),
  efsCommitUs: assumed(
    'mq.efs.commit',
    12_000,
    'us',
    'of a commit: with the way there and back 12.5 ms, so that one producer that waits for each does 80 a second',
  ),
  ebsBytesPerSecond: assumed(
    'mq.ebs.bytes_per_s',
    50e6,
    'B/s',
    'so that 100 KB take as long as a commit with its round trip: there throughput takes over from latency',
  ),
  efsBytesPerSecond: assumed(
    'mq.efs.bytes_per_s',
    8e6,
    'B/s',
    'so that 100 KB take as long as a commit with its round trip',
  ),
  networkUs: assumed('mq.network.one_way', 250, 'us', 'between a client and a broker in the same zone'),
  networkAcrossZonesUs: assumed(
    'mq.network.one_way_zones',
    500,
    'us',
    'between zones: clients, and nodes of a cluster',
  ),
  instanceReplacementUs: assumed(
    'mq.instance_replacement',
    300 * SECOND,
    'us',
    'until a single instance, or a node, whose machine is lost is up again on another; AWS publishes none',
  ),

  // --- processors: microseconds of one vCPU, spread over all that a node has (mqProcessorUs) ---
  rabbitmqPublishVcpuUs: assumed(
    'rabbitmq.vcpu.publish',
    34,
    'us',
    'routing, queue and confirm. With delivery and settling 68: twice 34 us of a core, for a vCPU is half of one; see rabbitmq.measured.classic_per_s',
  ),
  rabbitmqDeliverVcpuUs: assumed('rabbitmq.vcpu.deliver', 24, 'us', 'to one consumer'),
  rabbitmqSettleVcpuUs: assumed('rabbitmq.vcpu.settle', 10, 'us', 'an acknowledgement, however many it covers'),
  rabbitmqReplicaVcpuUs: assumed(
    'rabbitmq.vcpu.replica',
    34,
    'us',
    'on each follower of a quorum queue, of each message: as much as a publish',
  ),
  rabbitmqQuorumLogUs: secondary(
    'rabbitmq.quorum.log',
    25,
    'us',
    SIZING,
    'of a node’s log for each message, one after the other, whatever its vCPUs: three nodes of 36 vCPUs took 40,000 messages of 1 KB a second, three of 16 took 37,000',
  ),
  rabbitmqClassicPerSecond: secondary(
    'rabbitmq.measured.classic_per_s',
    88_534,
    'messages/s',
    BENCHMARKS,
    'RabbitMQ 4.0 on three cores, one durable classic queue, persistent messages of 12 B, confirms, prefetch 200; no TLS',
  ),
  rabbitmqQuorumPerSecond: secondary(
    'rabbitmq.measured.quorum_per_s',
    37_000,
    'messages/s',
    SIZING,
    'RabbitMQ 3.8, three nodes of 16 vCPUs, 100 queues, 200 publishers and consumers, 1 KB',
  ),
  activemqSendVcpuUs: assumed(
    'activemq.vcpu.send',
    75,
    'us',
    'with dispatch and acknowledgement 150; a broker of 4 vCPUs that did 8,832 persistent messages a second, bound by its disk, had 453 for each (sigreen.github.io, 2016)',
  ),
  activemqDispatchVcpuUs: assumed('activemq.vcpu.dispatch', 50, 'us', 'to one consumer'),
  activemqAckVcpuUs: assumed('activemq.vcpu.ack', 25, 'us', 'an acknowledgement, however many it covers'),
  vcpuUsPerKib: assumed('mq.vcpu.kib', 3, 'us/KiB', 'each time that a body passes: copies and TLS'),

  // --- ActiveMQ: clients ---
  prefetchQueue: confirmed('activemq.prefetch.queue', 1_000, 'messages', `${ACTIVE}: ActiveMQPrefetchPolicy`),
  prefetchBrowser: confirmed('activemq.prefetch.browser', 500, 'messages', `${ACTIVE}: ActiveMQPrefetchPolicy`),
  prefetchDurableTopic: confirmed(
    'activemq.prefetch.durable_topic',
    100,
    'messages',
    `${ACTIVE}: ActiveMQPrefetchPolicy`,
    'its guide says 1,000, which is what it is with optimised acknowledgements',
  ),
  prefetchTopic: confirmed('activemq.prefetch.topic', 32_767, 'messages', `${ACTIVE}: ActiveMQPrefetchPolicy`),
  redeliveriesMax: confirmed(
    'activemq.redelivery.max',
    6,
    'redeliveries',
    `${ACTIVE}: RedeliveryPolicy`,
    'seven deliveries, then the dead-letter queue',
  ),
  redeliveryInitialMs: confirmed('activemq.redelivery.initial_delay_ms', 1_000, 'ms', `${ACTIVE}: RedeliveryPolicy`),
  redeliveryDelayMs: confirmed(
    'activemq.redelivery.delay_ms',
    1_000,
    'ms',
    `${ACTIVE}: RedeliveryPolicy`,
    'before the second and later ones',
  ),
  redeliveryBackoff: confirmed(
    'activemq.redelivery.backoff',
    5,
    'times',
    `${ACTIVE}: RedeliveryPolicy`,
    'where exponential back-off is on; it is off',
  ),
  redeliveryCollision: confirmed(
    'activemq.redelivery.collision_factor',
    0.15,
    'share',
    `${ACTIVE}: RedeliveryPolicy`,
    'up or down, where collision avoidance is on; it is off',
  ),
  failoverInitialMs: confirmed('activemq.failover.initial_delay_ms', 10, 'ms', `${ACTIVE}: FailoverTransport`),
  failoverBackoff: confirmed(
    'activemq.failover.backoff',
    2,
    'times',
    `${ACTIVE}: FailoverTransport`,
    'without an end, from one endpoint to another in random order',
  ),
  failoverMaxMs: confirmed('activemq.failover.max_delay_ms', 30_000, 'ms', `${ACTIVE}: FailoverTransport`),
  inactivityMs: confirmed(
    'activemq.inactivity_ms',
    30_000,
    'ms',
    `${ACTIVE}: OpenWireFormatFactory`,
    'of a silent line, until it is taken for cut',
  ),

  // --- ActiveMQ: brokers ---
  activemqFrameBytes: secondary(
    'activemq.max_frame_bytes',
    100 * MIB,
    'B',
    `${ACTIVE}: activemq.xml`,
    'of OpenWire, STOMP and AMQP in the configuration it comes with; Amazon MQ’s own is not published',
  ),
  activemqStompBytes: confirmed('activemq.stomp.max_bytes', 100 * MIB, 'B', `${ACTIVE}: StompWireFormat`),
  activemqMqttBytes: confirmed('activemq.mqtt.max_bytes', 256 * MIB, 'B', `${ACTIVE}: MQTTWireFormat`),
  activemqMqttPrefetch: secondary(
    'activemq.mqtt.prefetch',
    100,
    'messages',
    `${ACTIVE}: activemq-mqtt`,
    'of each durable subscription there; of a session in the model',
  ),
  activemqMessageBytesMin: confirmed(
    'activemq.message.min_bytes',
    KIB,
    'B',
    `${ACTIVE}: Message`,
    'a message counts for so much in memory at least',
  ),
  activemqMemoryShare: secondary(
    'activemq.memory_share',
    0.7,
    'share',
    `${ACTIVE}: activemq.xml`,
    'of the heap, for messages, in the configuration it comes with (an example of AWS has 0.6): beyond it producers are slowed down or messages go to the temporary store',
  ),
  activemqHeapShare: assumed(
    'activemq.heap_share',
    0.5,
    'share',
    'of the instance’s memory that is heap; AWS publishes none',
  ),
  journalBatchBytes: confirmed(
    'activemq.journal.batch_bytes',
    4 * MIB,
    'B',
    `${ACTIVE}: Journal`,
    'the most that KahaDB writes in one go',
  ),
  tempStorageGbMicro: confirmed('mq.temp_storage_gb_micro', 5, 'GB', `${GUIDE} (git 2023)`),
  tempStorageGbLarge: confirmed('mq.temp_storage_gb_large', 50, 'GB', `${GUIDE} (git 2023)`),
  lockPollUs: confirmed(
    'activemq.lock.poll',
    10 * SECOND,
    'us',
    `${ACTIVE}: AbstractLocker`,
    'a standby looks for the lock of the store so often',
  ),
  lockFreeUs: assumed(
    'activemq.lock.free',
    30 * SECOND,
    'us',
    'from the end of the active broker, or of its zone, until EFS lets its lock go; AWS: "a short while"',
  ),
  standbyStartUs: assumed(
    'activemq.standby.start',
    5 * SECOND,
    'us',
    'from the lock to open ports: the store is loaded',
  ),
  rebootFailoverUs: assumed(
    'activemq.reboot_failover',
    5 * SECOND,
    'us',
    'of a planned reboot, which gives the lock back; AWS: "only a few seconds"',
  ),

  // --- RabbitMQ: limits and defaults ---
  messageBytesMqDefault: confirmed(
    'rabbitmq.mq_message_bytes_default',
    512 * KIB,
    'B',
    LIMITS,
    'of RabbitMQ 4.2 on Amazon MQ: 406 PRECONDITION_FAILED beyond it; can be set up to the most',
  ),
  messageBytesMqMax: confirmed('rabbitmq.mq_message_bytes_max', 128 * MIB, 'B', LIMITS, 'and what 3.13 has'),
  messageBytesUpstream: confirmed(
    'rabbitmq.max_message_bytes',
    16 * MIB,
    'B',
    `${RABBIT}: configure`,
    'of RabbitMQ 4 itself; up to 512 MiB',
  ),
  consumersPerChannelDefault: confirmed('rabbitmq.consumers_per_channel', 10, 'consumers', LIMITS, 'of 4.2; 530'),
  consumersPerChannelMax: confirmed('rabbitmq.consumers_per_channel_max', 1_000, 'consumers', LIMITS, 'and of 3.13'),
  consumerTimeoutMs: confirmed(
    'rabbitmq.consumer_timeout_ms',
    1_800_000,
    'ms',
    `${RABBIT}: consumers`,
    'without an acknowledgement: the channel closes with PRECONDITION_FAILED. 0: never',
  ),
  consumerTimeoutCheckMs: confirmed('rabbitmq.consumer_timeout_check_ms', 60_000, 'ms', `${RABBIT}: consumers`),
  deliveryLimit: confirmed(
    'rabbitmq.quorum.delivery_limit',
    20,
    'redeliveries',
    `${RABBIT}: quorum queues`,
    'since RabbitMQ 4.0; none in 3.13',
  ),
  quorumHighPriority: confirmed(
    'rabbitmq.quorum.high_priority',
    5,
    'priority',
    `${GUIDE}: RabbitMQ 4.2`,
    'and above is high, below it and without one normal; none in 3.13',
  ),
  quorumHighShare: confirmed(
    'rabbitmq.quorum.high_to_normal',
    2,
    'messages',
    `${GUIDE}: RabbitMQ 4.2`,
    'of high priority for each normal one, where both wait',
  ),
  quorumReplicas: confirmed('rabbitmq.quorum.replicas', 3, 'nodes', `${GUIDE}: quorum queues`),
  vhostQueuesSingle: confirmed('rabbitmq.vhost.queues_single', 20_000, 'queues', DEFAULTS, 'mq.m5.large, 3.13'),
  vhostQueuesCluster: confirmed('rabbitmq.vhost.queues_cluster', 10_000, 'queues', DEFAULTS, 'mq.m5.large, 3.13'),
  vhostConnectionsSingle: confirmed(
    'rabbitmq.vhost.connections_single',
    4_000,
    'connections',
    DEFAULTS,
    'mq.m5.large, 3.13; grows with the instance',
  ),
  vhostConnectionsCluster: confirmed(
    'rabbitmq.vhost.connections_cluster',
    15_000,
    'connections',
    DEFAULTS,
    'mq.m5.large, 3.13; of all three nodes',
  ),
  maxLengthCluster: confirmed(
    'rabbitmq.policy.max_length_cluster',
    8_000_000,
    'messages',
    DEFAULTS,
    'mq.m5.large and mq.m7g.large; of each queue of a cluster, with reject-publish',
  ),
  memoryWatermark: confirmed(
    'rabbitmq.memory_watermark',
    0.4,
    'share',
    `${GUIDE}: RabbitMQ broker instance types`,
    'of the memory, on mq.m5; an amount of its own on each mq.m7g',
  ),
  creditFlowInitial: confirmed(
    'rabbitmq.credit_flow.initial',
    400,
    'messages',
    BENCHMARKS,
    'from a connection to its channel, from there to a queue: then the sender is not read from',
  ),
  creditFlowMore: confirmed('rabbitmq.credit_flow.more_after', 200, 'messages', BENCHMARKS),
  messageOverheadClassic: confirmed(
    'rabbitmq.classic.message_overhead',
    720,
    'B',
    `${RABBIT}: memory use`,
    'of memory, at least, beside the body',
  ),
  classicInMemory: confirmed(
    'rabbitmq.classic.in_memory',
    2_048,
    'messages',
    `${RABBIT}: classic queues`,
    'whose bodies a queue keeps in memory at most, since 3.12; the others are on disk alone',
  ),
  messageOverheadQuorum: confirmed(
    'rabbitmq.quorum.message_overhead',
    32,
    'B',
    `${RABBIT}: quorum queues`,
    'of memory, at least; bodies are on disk',
  ),
  mqttPrefetch: confirmed('rabbitmq.mqtt.prefetch', 10, 'messages', `${RABBIT}: mqtt`, 'of QoS 1 to a client'),
  mqttSessionExpirySeconds: secondary(
    'rabbitmq.mqtt.session_expiry',
    86_400,
    's',
    'general knowledge, not re-read',
    'of a persistent session whose client is away',
  ),

  // --- Mosquitto, the reference of MQTT's stories ---
  mosquittoInflight: secondary('mosquitto.max_inflight', 20, 'messages', MOSQUITTO, 'of QoS 1 and 2 to a client'),
  mosquittoQueued: secondary(
    'mosquitto.max_queued',
    1_000,
    'messages',
    MOSQUITTO,
    'that wait for a client beside those under way; what comes then is dropped',
  ),

  // --- RabbitMQ: nodes ---
  restartUs: secondary('rabbitmq.restart', 6 * SECOND, 'us', STARTED, 'SIGKILL to usable: 5 to 7 s'),
  electionUs: assumed(
    'rabbitmq.quorum.election',
    500 * MS,
    'us',
    'where the connections between nodes break, as when a process ends: a monitor tells the others at once',
  ),
  silenceUs: confirmed(
    'rabbitmq.quorum.failure_detector',
    5 * SECOND,
    'us',
    'rabbitmq/rabbitmq-server, pull request 2450',
    'how often a silent leader, as in a partition, is looked for; the model takes one such time before an election',
  ),
  heartbeatSeconds: secondary(
    'rabbitmq.heartbeat',
    60,
    's',
    `${RABBIT}: configure`,
    'suggested to clients; two missed ones, and a silent line is taken for cut',
  ),
  confirmFlushUs: secondary(
    'rabbitmq.classic.flush',
    200 * MS,
    'us',
    `${RABBIT}: confirms`,
    'its text says "a few hundred milliseconds", or when the queue is idle: at most so long is a confirm kept back',
  ),
  confirmP50Us: secondary(
    'rabbitmq.measured.confirm_p50',
    1_691,
    'us',
    BENCHMARKS,
    'at 88,534 messages/s with 192 unconfirmed; 99 of 100 within 3.4 ms',
  ),

  // --- Lambda ---
  lambdaBatchDefault: confirmed('lambda.mq.batch_default', 100, 'messages', LAMBDA),
  lambdaBatchMax: confirmed('lambda.mq.batch_max', 10_000, 'messages', LAMBDA),
  lambdaWindowDefaultMs: confirmed('lambda.mq.window_default_ms', 500, 'ms', LAMBDA),
  lambdaWindowMaxSeconds: confirmed('lambda.mq.window_max', 300, 's', LAMBDA),
  lambdaTimeoutMaxSeconds: confirmed(
    'lambda.mq.function_timeout_max',
    840,
    's',
    'Lambda Developer Guide: Amazon MQ',
    'a longer one is not waited for',
  ),
  lambdaConsumersActivemq: confirmed(
    'lambda.mq.consumers_activemq',
    5,
    'consumers',
    'Lambda Developer Guide: Amazon MQ',
    'invocations at once of one mapping at most, whatever its function has reserved',
  ),
  lambdaConsumersRabbitmq: confirmed(
    'lambda.mq.consumers_rabbitmq',
    1,
    'consumers',
    'Lambda Developer Guide: Amazon MQ',
  ),
  lambdaConsumerStepUs: assumed(
    'lambda.mq.consumer_step',
    60 * SECOND,
    'us',
    'between two consumers that a mapping of ActiveMQ adds, from one on, while most of its batches are full',
  ),
  lambdaRequeueUs: assumed(
    'lambda.mq.requeue',
    SECOND,
    'us',
    'until a batch that failed goes back to its queue of RabbitMQ; of ActiveMQ the guide names the client’s redelivery policy',
  ),
} as const satisfies Readonly<Record<string, Fact>>;

export const mqFactList: readonly Fact[] = Object.values(mqFacts);

const { vcpuUsPerKib } = mqFacts;

/**
 * How long a node's processor is at an operation on so many bytes, microseconds, not rounded: vCPU time divided by the node's vCPUs, without loss. A ceiling: on many vCPUs
 * queues, which are one process each, and the quorum's log hold a real broker back.
 */
export function mqProcessorUs(vcpuUs: number, bytes: number, vcpus: number): number {
  return (vcpuUs + (vcpuUsPerKib.value * bytes) / KIB) / vcpus;
}
