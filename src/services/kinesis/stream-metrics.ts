/** What a stream reports, under CloudWatch's names; docs/models/kinesis.md defines each. */
import type { Counter, Level, Metrics, Observations } from '../ports.ts';

export class StreamMetrics {
  readonly openShards: Level;
  /** Consumers of enhanced fan-out × open shards: what is paid for. */
  readonly fanOutShards: Level;
  readonly billedPutUnits: Counter;
  readonly billedPutKilobytes: Counter;
  readonly incomingRecords: Counter;
  readonly incomingBytes: Counter;
  readonly putRecordSuccess: Counter;
  readonly putRecordsSuccess: Counter;
  readonly putRecordsTotal: Counter;
  readonly putRecordsSuccessful: Counter;
  readonly putRecordsThrottled: Counter;
  readonly putRecordsFailed: Counter;
  readonly writesThrottled: Counter;
  readonly readsThrottled: Counter;
  readonly getSuccess: Counter;
  readonly getRecords: Counter;
  readonly getBytes: Counter;
  readonly iteratorAgeMs: Observations;
  readonly subscribed: Counter;
  readonly subscribeRateExceeded: Counter;
  readonly pushEvents: Counter;
  readonly pushRecords: Counter;
  readonly pushBytes: Counter;
  readonly pushBehindMs: Observations;

  constructor(metrics: Metrics) {
    this.openShards = metrics.level('OpenShardCount', 'Count');
    this.fanOutShards = metrics.level('FanOutConsumerShards', 'Count');
    this.billedPutUnits = metrics.counter('BilledPutPayloadUnits', 'Count', false);
    this.billedPutKilobytes = metrics.counter('BilledPutKilobytes', 'Kilobytes', false);
    this.incomingRecords = metrics.counter('IncomingRecords', 'Count');
    this.incomingBytes = metrics.counter('IncomingBytes', 'Bytes');
    this.putRecordSuccess = metrics.counter('PutRecord.Success', 'Count');
    this.putRecordsSuccess = metrics.counter('PutRecords.Success', 'Count');
    this.putRecordsTotal = metrics.counter('PutRecords.TotalRecords', 'Count');
    this.putRecordsSuccessful = metrics.counter('PutRecords.SuccessfulRecords', 'Count');
    this.putRecordsThrottled = metrics.counter('PutRecords.ThrottledRecords', 'Count');
    this.putRecordsFailed = metrics.counter('PutRecords.FailedRecords', 'Count');
    this.writesThrottled = metrics.counter('WriteProvisionedThroughputExceeded', 'Count');
    this.readsThrottled = metrics.counter('ReadProvisionedThroughputExceeded', 'Count');
    this.getSuccess = metrics.counter('GetRecords.Success', 'Count');
    this.getRecords = metrics.counter('GetRecords.Records', 'Count');
    this.getBytes = metrics.counter('GetRecords.Bytes', 'Bytes');
    this.iteratorAgeMs = metrics.observations('GetRecords.IteratorAgeMilliseconds', 'Milliseconds');
    this.subscribed = metrics.counter('SubscribeToShard.Success', 'Count');
    this.subscribeRateExceeded = metrics.counter('SubscribeToShard.RateExceeded', 'Count');
    this.pushEvents = metrics.counter('SubscribeToShardEvent.Success', 'Count');
    this.pushRecords = metrics.counter('SubscribeToShardEvent.Records', 'Count');
    this.pushBytes = metrics.counter('SubscribeToShardEvent.Bytes', 'Bytes');
    this.pushBehindMs = metrics.observations('SubscribeToShardEvent.MillisBehindLatest', 'Milliseconds');
  }
}

const nothing = { add: (): void => {}, set: (): void => {}, record: (): void => {}, since: (): void => {} };

/** Where nobody measures. */
export const NO_METRICS: Metrics = {
  counter: () => nothing,
  level: () => nothing,
  observations: () => nothing,
  age: () => nothing,
};
