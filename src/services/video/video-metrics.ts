/** What a video stream reports, under CloudWatch's names; docs/models/video.md defines each. */
import type { Counter, Level, Metrics, Observations } from '../ports.ts';

export class VideoMetrics {
  readonly putRequests: Counter;
  readonly putBytes: Counter;
  readonly putFragments: Counter;
  readonly putConnections: Level;
  readonly putConnectionErrors: Counter;
  readonly errorAcks: Counter;
  readonly ingestionMs: Observations;
  readonly persistMs: Observations;
  readonly getRequests: Counter;
  readonly getConnectionErrors: Counter;
  readonly behindMs: Observations;
  readonly metadataPoints: Counter;
  readonly mediaPoints: Counter;
  readonly #getBytes: Counter;
  readonly #getFragments: Counter;
  readonly #listBytes: Counter;
  readonly #listFragments: Counter;

  constructor(metrics: Metrics) {
    this.putRequests = metrics.counter('PutMedia.Requests', 'Count');
    this.putBytes = metrics.counter('PutMedia.IncomingBytes', 'Bytes');
    this.putFragments = metrics.counter('PutMedia.IncomingFragments', 'Count');
    this.putConnections = metrics.level('PutMedia.ActiveConnections', 'Count');
    this.putConnectionErrors = metrics.counter('PutMedia.ConnectionErrors', 'Count');
    this.errorAcks = metrics.counter('PutMedia.ErrorAckCount', 'Count');
    this.ingestionMs = metrics.observations('PutMedia.FragmentIngestionLatency', 'Milliseconds');
    this.persistMs = metrics.observations('PutMedia.FragmentPersistLatency', 'Milliseconds');
    this.getRequests = metrics.counter('GetMedia.Requests', 'Count');
    this.getConnectionErrors = metrics.counter('GetMedia.ConnectionErrors', 'Count');
    this.#getBytes = metrics.counter('GetMedia.OutgoingBytes', 'Bytes');
    this.#getFragments = metrics.counter('GetMedia.OutgoingFragments', 'Count');
    this.behindMs = metrics.observations('GetMedia.MillisBehindNow', 'Milliseconds');
    this.#listBytes = metrics.counter('GetMediaForFragmentList.OutgoingBytes', 'Bytes');
    this.#listFragments = metrics.counter('GetMediaForFragmentList.OutgoingFragments', 'Count');
    this.metadataPoints = metrics.counter('ArchivedFragmentsConsumed.Metadata', 'Count');
    this.mediaPoints = metrics.counter('ArchivedFragmentsConsumed.Media', 'Count');
  }

  sent(isList: boolean, bytes: number): void {
    (isList ? this.#listBytes : this.#getBytes).add(bytes);
    (isList ? this.#listFragments : this.#getFragments).add(1);
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
