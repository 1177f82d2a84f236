/** Settings of a video stream, as resolved: every default filled in, times in whole microseconds. */
import { videoFacts as f } from '../../facts/index.ts';

export type StorageTier = 'HOT' | 'WARM';

export interface VideoSettings {
  readonly name: string;
  /** 0: nothing is kept; who watches sees what is in the buffer. */
  readonly dataRetentionHours: number;
  readonly storageTier: StorageTier;
  readonly putMediaBytesPerSecond: number;
  /** From the last byte of a fragment until it is kept. */
  readonly persistUs: number;
  /** From there until ListFragments and playlists have it. */
  readonly listDelayUs: number;
  /** How much longer the first byte of a fragment of the warm tier takes. */
  readonly warmReadUs: number;
}

/** What a stream has where nothing is said. */
export function videoSettings(given: Partial<VideoSettings> & Pick<VideoSettings, 'name'>): VideoSettings {
  return {
    dataRetentionHours: f.retentionHoursDefault.value,
    storageTier: 'HOT',
    putMediaBytesPerSecond: f.putMediaBytesPerSecond.value,
    persistUs: f.persistUs.value,
    listDelayUs: f.listDelayUs.value,
    warmReadUs: f.warmReadUs.value,
    ...given,
  };
}

/** Cameras of a scenario: each has a stream with these settings. */
export interface CameraFleetSettings extends VideoSettings {
  readonly type: 'video';
  readonly cameras: number;
  /** How much time a fragment shows. */
  readonly fragmentUs: number;
  /** From the request until the camera has its last byte. */
  readonly sendUs: number;
  /** Until a camera, or a viewer, that got no connection asks again. */
  readonly reconnectUs: number;
  /** Of each camera, by GetMedia. */
  readonly viewers: number;
  /** Of each camera, by HLS. */
  readonly playback: number;
}
