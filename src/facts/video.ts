/** Amazon Kinesis Video Streams. Snapshot of November 2026. */
import type { Fact } from './fact.ts';

const API = 'botocore service models kinesisvideo and kinesis-video-*, build 1.43.107';
const QUOTAS = 'Video Streams Developer Guide: quotas';

function confirmed(id: string, value: number, unit: string, source = QUOTAS, note?: string): Fact {
  const fact: Fact = { id, value, unit, source, date: '2026-10', status: 'confirmed' };
  return note === undefined ? fact : { ...fact, note };
}
function secondary(id: string, value: number, unit: string, note: string): Fact {
  return { id, value, unit, source: API, date: '2026-11-26', status: 'secondary', note };
}
function assumed(id: string, value: number, unit: string, note: string): Fact {
  return { id, value, unit, source: 'our assumption', date: '2026-11-26', status: 'assumed', note };
}

/** Every number of Video Streams that the model uses. */
export const videoFacts = {
  putMediaPerSecond: confirmed('kvs.put_media_tps', 5, 'requests/s'),
  putMediaConnections: confirmed('kvs.put_media_connections_per_stream', 1, 'connections'),
  putMediaBytesPerSecond: confirmed('kvs.put_media_mb_per_s', 12.5e6, 'B/s', QUOTAS, 'of a stream; can be raised'),
  putMediaFragmentsPerSecond: confirmed('kvs.fragments_per_s', 5, 'fragments/s'),
  connectionSecondsMax: confirmed('kvs.put_media_connection_seconds_max', 2_700, 's'),
  fragmentSecondsMin: confirmed('kvs.fragment_seconds_min', 1, 's'),
  fragmentSecondsMax: confirmed('kvs.fragment_seconds_max', 20, 's'),
  fragmentBytesMax: confirmed('kvs.fragment_mb_max', 50e6, 'B'),
  tracksMax: confirmed('kvs.tracks_max', 3, 'tracks'),
  tagsMax: confirmed('kvs.fragment_tags_max', 10, 'tags'),
  retentionHoursDefault: confirmed('kvs.retention_hours_default', 0, 'h', API),
  retentionHoursMax: confirmed('kvs.retention_hours_max', 87_600, 'h', API),
  getMediaPerSecond: confirmed('kvs.get_media_tps', 5, 'requests/s'),
  getMediaConnections: confirmed('kvs.get_media_connections_per_stream', 3, 'connections'),
  getMediaBytesPerSecond: confirmed('kvs.get_media_mb_per_s', 25e6, 'B/s', QUOTAS, 'of a connection'),
  getMediaFragmentsPerSecond: confirmed('kvs.get_media_fragments_per_s', 5, 'fragments/s'),
  fragmentListMax: confirmed('kvs.fragment_list_max', 1_000, 'fragments', API),
  fragmentListConnections: confirmed('kvs.fragment_list_connections', 5, 'connections'),
  metadataPointsPerSecond: confirmed('kvs.fragment_metadata_points_per_s', 10_000, 'points/s', QUOTAS, 'of a stream'),
  mediaPointsPerSecond: confirmed('kvs.fragment_media_points_per_s', 500, 'points/s', QUOTAS, 'of a stream'),
  listMax: confirmed('kvs.list_fragments_max', 1_000, 'fragments', API),
  clipFragmentsMax: confirmed('kvs.clip_fragments_max', 200, 'fragments'),
  clipBytesMax: confirmed('kvs.clip_mb_max', 100e6, 'B'),
  imagesMax: confirmed('kvs.images_max', 100, 'images', API),
  imagesIntervalMsMin: confirmed('kvs.images_interval_ms_min', 200, 'ms', API, 'since 2023-08-07'),
  imagesPoints: confirmed('kvs.images_points', 400, 'points', QUOTAS, 'and one for each image'),
  sessionUrlsPerSecond: confirmed('kvs.session_url_tps', 25, 'requests/s'),
  playlistsPerSecond: confirmed('kvs.playlist_tps', 5, 'requests/s', QUOTAS, 'of a session; also init fragments'),
  sessionFragmentsPerSecond: confirmed('kvs.session_fragment_tps', 20, 'requests/s', QUOTAS, 'of a session'),
  playlistFragmentsMax: confirmed('kvs.playlist_fragments_max', 5_000, 'fragments', API),
  sessionSecondsMin: confirmed('kvs.session_seconds_min', 300, 's', API),
  sessionSecondsMax: confirmed('kvs.session_seconds_max', 43_200, 's', API),
  hostBufferSeconds: confirmed('kvs.host_buffer_seconds', 300, 's', API, 'what is there to read where nothing is kept'),
  hostBufferBytes: confirmed('kvs.host_buffer_bytes', 200e6, 'B', API, 'of the same'),
  listDefault: secondary('kvs.list_fragments_default', 100, 'fragments', 'of a page'),
  playlistLive: secondary('kvs.playlist_live_default', 5, 'fragments', 'of a live playlist'),
  playlistOnDemand: secondary('kvs.playlist_on_demand_default', 1_000, 'fragments', 'of the others'),
  persistUs: assumed('kvs.persist', 500_000, 'us', 'from the last byte of a fragment until it is kept'),
  listDelayUs: assumed('kvs.list_delay', 500_000, 'us', 'from there until lists have it; AWS: typically below 1 s'),
  warmReadUs: assumed(
    'kvs.warm_read',
    50_000,
    'us',
    'longer until the first byte of the warm tier; AWS: "milliseconds"',
  ),
} as const satisfies Readonly<Record<string, Fact>>;

export const videoFactList: readonly Fact[] = Object.values(videoFacts);
