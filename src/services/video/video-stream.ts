/**
 * A stream of Amazon Kinesis Video Streams: a camera sends fragments, they are acknowledged and kept, and others watch. docs/models/video.md.
 *
 *   PutMedia ─▶ read at 12.5 MB/s ─▶ log ─┬─▶ GetMedia: live or from the past
 *                                         └─▶ kept ─▶ lists, clips, images, HLS and DASH
 */
import { videoFacts as f } from '../../facts/index.ts';
import type { Simulation } from '../../kernel/index.ts';
import type { Metrics } from '../ports.ts';
import { Archive } from './archive.ts';
import { ArchivePoints } from './archive-points.ts';
import { VideoModelError, videoErrors } from './errors.ts';
import { FragmentLog } from './fragment-log.ts';
import { GetMedia } from './get-media.ts';
import type {
  ClipOutput,
  ConnectionOutput,
  FragmentInput,
  FragmentOutput,
  FragmentSelector,
  ListFragmentsInput,
  ListFragmentsOutput,
  PlaybackProtocol,
  SessionInput,
  SessionOutput,
  StartSelector,
  VideoError,
  VideoOperations,
  VideoProducer,
  Viewer,
} from './operations.ts';
import { PutMedia } from './put-media.ts';
import type { VideoSettings } from './settings.ts';
import { NO_METRICS, VideoMetrics } from './video-metrics.ts';

export class VideoStream implements VideoOperations {
  readonly settings: VideoSettings;
  readonly #sim: Simulation;
  readonly #log: FragmentLog;
  readonly #put: PutMedia;
  readonly #get: GetMedia;
  readonly #archive: Archive;

  constructor(sim: Simulation, settings: VideoSettings, ports: { readonly metrics?: Metrics } = {}) {
    checkSettings(settings);
    this.settings = settings;
    this.#sim = sim;
    this.#log = new FragmentLog(settings.dataRetentionHours);
    const metrics = new VideoMetrics(ports.metrics ?? NO_METRICS);
    const points = new ArchivePoints(sim, metrics);
    this.#get = new GetMedia(sim, settings, this.#log, points, metrics);
    this.#put = new PutMedia(sim, settings, this.#log, metrics, () => this.#get.wake());
    this.#archive = new Archive(sim, settings, this.#log, points);
  }

  PutMedia(producer: VideoProducer, tag: number): ConnectionOutput {
    return this.#put.open(producer, tag);
  }
  sendFragment(connection: number, fragment: FragmentInput): void {
    this.#put.send(connection, fragment);
  }
  closePutMedia(connection: number): void {
    this.#put.close(connection);
  }

  GetMedia(selector: StartSelector, viewer: Viewer, tag: number): ConnectionOutput {
    return this.#get.open(selector, viewer, tag);
  }
  GetMediaForFragmentList(fragments: readonly number[], viewer: Viewer, tag: number): ConnectionOutput {
    return this.#get.openList(fragments, viewer, tag);
  }
  closeGetMedia(connection: number): void {
    this.#get.close(connection);
  }

  ListFragments(input: ListFragmentsInput = {}): ListFragmentsOutput {
    return this.#archive.list(input);
  }
  GetClip(selector: FragmentSelector): ClipOutput {
    return this.#archive.clip(selector);
  }
  GetImages(images: number, samplingIntervalMs: number): VideoError | null {
    return this.#archive.images(images, samplingIntervalMs);
  }
  GetStreamingSessionURL(protocol: PlaybackProtocol, input: SessionInput = {}): SessionOutput {
    return this.#archive.openSession(protocol, input);
  }
  GetPlaylist(session: number): ListFragmentsOutput {
    return this.#archive.playlist(session);
  }
  GetInitFragment(session: number): VideoError | null {
    return this.#archive.init(session);
  }
  GetMediaFragment(session: number, FragmentNumber: number): FragmentOutput {
    return this.#archive.mediaFragment(session, FragmentNumber);
  }

  UpdateDataRetention(
    Operation: 'INCREASE_DATA_RETENTION' | 'DECREASE_DATA_RETENTION',
    ChangeInHours: number,
  ): VideoError | null {
    const sign = Operation === 'INCREASE_DATA_RETENTION' ? 1 : -1;
    const hours = this.#log.retentionHours + sign * ChangeInHours;
    const max = f.retentionHoursMax.value;
    if (!(Number.isInteger(ChangeInHours) && ChangeInHours >= 1))
      return videoErrors.invalid(`DataRetentionChangeInHours ${ChangeInHours}: expected 1 or more.`);
    if (!(hours >= 0 && hours <= max)) return videoErrors.invalid(`Retention of ${hours} h: expected 0 to ${max}.`);
    this.#log.setRetention(hours, this.#sim.now);
    return null;
  }
}

function checkSettings({ name, dataRetentionHours, putMediaBytesPerSecond }: VideoSettings): void {
  const max = f.retentionHoursMax.value;
  if (!(Number.isInteger(dataRetentionHours) && dataRetentionHours >= 0 && dataRetentionHours <= max))
    throw new VideoModelError(`video stream ${name}: retention of ${dataRetentionHours} h: expected 0 to ${max}`);
  if (!(putMediaBytesPerSecond > 0))
    throw new VideoModelError(`video stream ${name}: ${putMediaBytesPerSecond} B/s: expected more than 0`);
}
