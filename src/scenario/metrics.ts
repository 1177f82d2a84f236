/** What objectives may speak of, and in which unit its limit is written. */
export type LimitUnit = 'count' | 'milliseconds' | 'seconds' | 'perSecond' | 'share' | 'bytes' | 'number';

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
export const METRIC_STATISTICS = ['mean', 'min', 'max', 'sum', 'p50', 'p90', 'p99'] as const;

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

/** Metrics by the type of the resource; names are CloudWatch's where it has them. */
export const METRICS: Readonly<Record<string, ReadonlyMap<string, LimitUnit>>> = {
  service: new Map<string, LimitUnit>([
    ['Utilisation', 'share'],
    ['InSystem', 'number'],
    ['QueueLength', 'number'],
    ['BusyServers', 'number'],
    ['WaitMs', 'milliseconds'],
    ['WaitProbability', 'share'],
  ]),
  sqs: new Map<string, LimitUnit>([
    ['NumberOfMessagesSent', 'number'],
    ['NumberOfMessagesReceived', 'number'],
    ['NumberOfMessagesDeleted', 'number'],
    ['NumberOfEmptyReceives', 'number'],
    ['SentMessageSize', 'bytes'],
    ['ApproximateNumberOfMessagesVisible', 'number'],
    ['ApproximateNumberOfMessagesNotVisible', 'number'],
    ['ApproximateNumberOfMessagesDelayed', 'number'],
    ['ApproximateAgeOfOldestMessage', 'seconds'],
    ['NumberOfDuplicateDeliveries', 'number'],
    ['NumberOfMessagesExpired', 'number'],
    ['NumberOfMessagesMovedToDeadLetterQueue', 'number'],
  ]),
  consumer: new Map<string, LimitUnit>([
    ['Utilisation', 'share'],
    ['MessagesInHand', 'number'],
    ['InstancesRunning', 'number'],
    ['MessagesHandled', 'number'],
    ['HandlerFailures', 'number'],
  ]),
};
