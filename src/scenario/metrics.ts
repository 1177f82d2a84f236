/** What objectives may speak of, and in which unit its limit is written. */
export type LimitUnit = 'count' | 'milliseconds' | 'seconds' | 'perSecond' | 'share' | 'bytes' | 'number' | 'usd';

/** Figures of a traffic that are counts; each also has the statistic `share`, of the offered. */
export const COUNT_FIELDS = [
  'offered',
  'completed',
  'rejected',
  'lost',
  'deadLettered',
  'expired',
  'inSystem',
  'accepted',
  'attempts',
  'duplicates',
  'outOfOrder',
  'resolvedInDrain',
] as const;
/** What the sender was told. */
export const RESPONSE_FIELDS = ['ok', 'refused', 'timedOut', 'waiting'] as const;
export const LATENCY_STATISTICS = ['p50', 'p90', 'p95', 'p99', 'p999', 'mean', 'max', 'count'] as const;

/** What is known of deliveries to a subscription: nobody sends them, so nobody was told anything. */
export const DELIVERY_FIELDS: readonly string[] = [
  'offered',
  'completed',
  'lost',
  'deadLettered',
  'expired',
  'inSystem',
  'duplicates',
  'resolvedInDrain',
  'completion',
  'completionMs',
  'throughput',
  'throughputPerSecond',
];

/** How a metric is kept decides which statistics it has: a counter has no maximum, a level no sum. */
export type MetricKind = 'counter' | 'level' | 'observations' | 'ratio';
export const METRIC_STATISTICS: Readonly<Record<MetricKind, readonly string[]>> = {
  counter: ['sum', 'mean'],
  level: ['mean', 'min', 'max'],
  observations: ['mean', 'min', 'max', 'p50', 'p90', 'p99'],
  ratio: ['mean'],
};

export interface MetricShape {
  readonly kind: MetricKind;
  /** Of every statistic but a counter's mean, which is a rate. */
  readonly unit: LimitUnit;
}

export interface Figure {
  readonly field: string;
  readonly unit: LimitUnit;
}

/** Short names of the contract and the result's own. */
export const FIELDS: ReadonlyMap<string, Figure> = new Map<string, Figure>([
  ['completion', { field: 'completionMs', unit: 'milliseconds' }],
  ['completionMs', { field: 'completionMs', unit: 'milliseconds' }],
  ['response', { field: 'responseMs', unit: 'milliseconds' }],
  ['responseMs', { field: 'responseMs', unit: 'milliseconds' }],
  ['goodput', { field: 'goodputPerSecond', unit: 'perSecond' }],
  ['goodputPerSecond', { field: 'goodputPerSecond', unit: 'perSecond' }],
  ['throughput', { field: 'throughputPerSecond', unit: 'perSecond' }],
  ['throughputPerSecond', { field: 'throughputPerSecond', unit: 'perSecond' }],
  ['wastedServer', { field: 'wastedServerMs', unit: 'milliseconds' }],
  ['wastedServerMs', { field: 'wastedServerMs', unit: 'milliseconds' }],
  ...COUNT_FIELDS.map((field) => [field, { field, unit: 'count' }] as [string, Figure]),
]);

const counter: MetricShape = { kind: 'counter', unit: 'number' };
const level: MetricShape = { kind: 'level', unit: 'number' };

/** Metrics by the type of the resource; names are CloudWatch's where it has them. */
export const METRICS: Readonly<Record<string, ReadonlyMap<string, MetricShape>>> = {
  service: new Map<string, MetricShape>([
    ['Utilisation', { kind: 'level', unit: 'share' }],
    ['InSystem', level],
    ['QueueLength', level],
    ['BusyServers', level],
    ['ReplicasRunning', level],
    ['DesiredReplicas', level],
    ['ScalingActivities', counter],
    ['CacheHits', counter],
    ['CacheMisses', counter],
    ['CacheCoalesced', counter],
    ['CacheRefreshes', counter],
    ['WriteConflicts', counter],
    ['WaitMs', { kind: 'observations', unit: 'milliseconds' }],
    ['WaitProbability', { kind: 'ratio', unit: 'share' }],
    ['CallAttempts', counter],
    ['CallTimeouts', counter],
    ['CallHedges', counter],
    ['CallsHeldBack', counter],
  ]),
  sqs: new Map<string, MetricShape>([
    ['NumberOfMessagesSent', counter],
    ['NumberOfMessagesReceived', counter],
    ['NumberOfMessagesDeleted', counter],
    ['NumberOfEmptyReceives', counter],
    ['SentMessageSize', { kind: 'observations', unit: 'bytes' }],
    ['ApproximateNumberOfMessagesVisible', level],
    ['ApproximateNumberOfMessagesNotVisible', level],
    ['ApproximateNumberOfMessagesDelayed', level],
    ['ApproximateAgeOfOldestMessage', { kind: 'level', unit: 'seconds' }],
    ['NumberOfDuplicateDeliveries', counter],
    ['NumberOfMessagesExpired', counter],
    ['NumberOfMessagesMovedToDeadLetterQueue', counter],
    ['NumberOfMessagesRedriven', counter],
    ['NumberOfDeduplicatedSentMessages', counter],
    ['ApproximateNumberOfGroupsWithInflightMessages', level],
    ['ApproximateNumberOfNoisyGroups', level],
    ['NumberOfThrottledCalls', counter],
    ['NumberOfDeniedCalls', counter],
    ['NumberOfKmsCalls', counter],
    ['NumberOfKmsThrottledCalls', counter],
    ['BilledSendRequests', counter],
    ['BilledReceiveRequests', counter],
    ['BilledDeleteRequests', counter],
    ['BilledOtherRequests', counter],
  ]),
  sns: new Map<string, MetricShape>([
    ['NumberOfMessagesPublished', counter],
    ['PublishSize', { kind: 'observations', unit: 'bytes' }],
    ['NumberOfNotificationsFilteredOut', counter],
    ['NumberOfNotificationsDelivered', counter],
    ['NumberOfNotificationsFailed', counter],
    ['NumberOfNotificationsRedrivenToDlq', counter],
    ['NumberOfNotificationsFailedToRedriveToDlq', counter],
    ['DeliveryAttempts', counter],
    ['DeliveriesUnderWay', level],
    ['ThrottledPublishes', counter],
    ['DuplicatePublishes', counter],
    ['DeliveryMs', { kind: 'observations', unit: 'milliseconds' }],
    ['NumberOfDeniedCalls', counter],
    ['NumberOfKmsCalls', counter],
    ['NumberOfKmsThrottledCalls', counter],
  ]),
  kinesis: new Map<string, MetricShape>([
    ['OpenShardCount', level],
    ['FanOutConsumerShards', level],
    ['BilledPutPayloadUnits', counter],
    ['BilledPutKilobytes', counter],
    ['IncomingRecords', counter],
    ['IncomingBytes', { kind: 'counter', unit: 'bytes' }],
    ['PutRecord.Success', counter],
    ['PutRecords.Success', counter],
    ['PutRecords.TotalRecords', counter],
    ['PutRecords.SuccessfulRecords', counter],
    ['PutRecords.ThrottledRecords', counter],
    ['PutRecords.FailedRecords', counter],
    ['WriteProvisionedThroughputExceeded', counter],
    ['ReadProvisionedThroughputExceeded', counter],
    ['GetRecords.Success', counter],
    ['GetRecords.Records', counter],
    ['GetRecords.Bytes', { kind: 'counter', unit: 'bytes' }],
    ['GetRecords.IteratorAgeMilliseconds', { kind: 'observations', unit: 'milliseconds' }],
    ['SubscribeToShard.Success', counter],
    ['SubscribeToShard.RateExceeded', counter],
    ['SubscribeToShardEvent.Success', counter],
    ['SubscribeToShardEvent.Records', counter],
    ['SubscribeToShardEvent.Bytes', { kind: 'counter', unit: 'bytes' }],
    ['SubscribeToShardEvent.MillisBehindLatest', { kind: 'observations', unit: 'milliseconds' }],
  ]),
  analytics: new Map<string, MetricShape>([
    ['KPUs', level],
    ['numRecordsIn', counter],
    ['numRecordsOut', counter],
    ['numLateRecordsDropped', counter],
    ['millisBehindLatest', { kind: 'observations', unit: 'milliseconds' }],
    ['lastCheckpointDuration', { kind: 'observations', unit: 'milliseconds' }],
    ['lastCheckpointSize', { kind: 'observations', unit: 'bytes' }],
    ['numberOfFailedCheckpoints', counter],
    ['fullRestarts', counter],
    ['downtime', { kind: 'level', unit: 'seconds' }],
    ['currentInputWatermark', level],
    ['currentOutputWatermark', level],
    ['containerCPUUtilization', { kind: 'observations', unit: 'number' }],
    ['backPressuredSplits', level],
    ['ResultsDelivered', counter],
    ['ResultFailures', counter],
    ['ResultsPending', level],
    ['ResultDelay', { kind: 'observations', unit: 'milliseconds' }],
    ['CallAttempts', counter],
    ['CallTimeouts', counter],
  ]),
  sink: new Map<string, MetricShape>([
    ['MessagesReceived', counter],
    ['MessagesFailed', counter],
  ]),
  consumer: new Map<string, MetricShape>([
    ['Utilisation', { kind: 'level', unit: 'share' }],
    ['MessagesInHand', level],
    ['InstancesRunning', level],
    ['DesiredInstances', level],
    ['ScalingActivities', counter],
    ['MessagesHandled', counter],
    ['ShardsRead', level],
    ['RecordsSkipped', counter],
    ['ReadsThrottled', counter],
    ['IteratorsExpired', counter],
    ['MillisBehindLatest', { kind: 'observations', unit: 'milliseconds' }],
    ['HandlerFailures', counter],
    ['CallAttempts', counter],
    ['CallTimeouts', counter],
    ['CallHedges', counter],
    ['CallsHeldBack', counter],
  ]),
  lambda: new Map<string, MetricShape>([
    ['Invocations', counter],
    ['Errors', counter],
    ['Throttles', counter],
    ['ConcurrentExecutions', level],
    ['Duration', { kind: 'observations', unit: 'milliseconds' }],
    ['BilledDuration', { kind: 'counter', unit: 'milliseconds' }],
    ['ColdStarts', counter],
    ['FunctionTimeouts', counter],
    ['Pollers', level],
    ['PolledEventCount', counter],
    ['InvokedEventCount', counter],
    ['FailedInvokeEventCount', counter],
    ['DeletedEventCount', counter],
    ['AsyncEventsReceived', counter],
    ['AsyncEventsDropped', counter],
    ['CallAttempts', counter],
    ['CallTimeouts', counter],
    ['CallHedges', counter],
    ['CallsHeldBack', counter],
  ]),
};
