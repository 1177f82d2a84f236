import { expect, test } from 'vitest';
import { priceFacts, videoFactList } from '../../src/facts/index.ts';

/** Typed in from AWS's pages and service models, not from our facts. */
const known = {
  'kvs.put_media_tps': 5,
  'kvs.put_media_connections_per_stream': 1,
  'kvs.put_media_mb_per_s': 12.5e6,
  'kvs.fragments_per_s': 5,
  'kvs.put_media_connection_seconds_max': 45 * 60,
  'kvs.fragment_seconds_min': 1,
  'kvs.fragment_seconds_max': 20,
  'kvs.fragment_mb_max': 50e6,
  'kvs.tracks_max': 3,
  'kvs.fragment_tags_max': 10,
  'kvs.retention_hours_default': 0,
  'kvs.retention_hours_max': 10 * 365 * 24,
  'kvs.get_media_tps': 5,
  'kvs.get_media_connections_per_stream': 3,
  'kvs.get_media_mb_per_s': 25e6,
  'kvs.get_media_fragments_per_s': 5,
  'kvs.fragment_list_max': 1000,
  'kvs.fragment_list_connections': 5,
  'kvs.fragment_metadata_points_per_s': 10_000,
  'kvs.fragment_media_points_per_s': 500,
  'kvs.list_fragments_max': 1000,
  'kvs.clip_fragments_max': 200,
  'kvs.clip_mb_max': 100e6,
  'kvs.images_max': 100,
  'kvs.images_interval_ms_min': 200,
  'kvs.images_points': 400,
  'kvs.session_url_tps': 25,
  'kvs.playlist_tps': 5,
  'kvs.session_fragment_tps': 20,
  'kvs.playlist_fragments_max': 5000,
  'kvs.session_seconds_min': 5 * 60,
  'kvs.session_seconds_max': 12 * 3600,
  'kvs.host_buffer_seconds': 5 * 60,
  'kvs.host_buffer_bytes': 200e6,
  'kvs.list_fragments_default': 100,
  'kvs.playlist_live_default': 5,
  'kvs.playlist_on_demand_default': 1000,
  'kvs.persist': 5e5,
  'kvs.list_delay': 5e5,
  'kvs.warm_read': 5e4,
};

test('every number of Video Streams is as it was read, and says where it comes from', () => {
  expect(Object.fromEntries(videoFactList.map(({ id, value }) => [id, value]))).toEqual(known);
  for (const { id, unit, source, date } of videoFactList) {
    expect([unit.length > 0, source.length > 0, /^20\d\d/.test(date)], id).toEqual([true, true, true]);
  }
});

test('prices of Video Streams are those of us-east-1', () => {
  const { videoIngestGb, videoConsumeGb, videoHlsGb, videoStorageGbMonth } = priceFacts;
  expect([videoIngestGb, videoConsumeGb, videoHlsGb, videoStorageGbMonth].map(({ value }) => value)).toEqual([
    0.0085, 0.0085, 0.0119, 0.023,
  ]);
});
