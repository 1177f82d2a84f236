/** How cameras on Kinesis Video Streams may be written in a scenario, their defaults, and AWS's limits. */
import type { z } from 'zod';
import { complain, type Vocabulary } from '../../calls/schema.ts';
import { videoFacts as f } from '../../facts/index.ts';
import { type CameraFleetSettings, videoSettings } from './settings.ts';

const HOUR = 3_600_000_000;
const SECOND = 1_000_000;
const BECAUSE = 'Kinesis Video Streams';
/** A limit of this model. */
const MOST_CAMERAS = 10_000;

/** Settings of `video`, without its name. */
export function videoSchema(v: Vocabulary): z.ZodType<Omit<CameraFleetSettings, 'name'>> {
  const fragment = { min: f.fragmentSecondsMin.value * SECOND, max: f.fragmentSecondsMax.value * SECOND };
  return v
    .object({
      type: v.choice(['video']).meta({ description: 'What kind of resource it is.' }),
      cameras: v.count({ min: 1, max: MOST_CAMERAS }).optional().meta({
        description:
          'Cameras, each with a stream of its own. A fragment is of the camera of its key; without keys they take turns.',
        default: 1,
      }),
      retention: v
        .duration({ min: 0, max: f.retentionHoursMax.value * HOUR, because: BECAUSE })
        .optional()
        .meta({ description: 'How long fragments are kept; 0s: not at all.', default: '0s' }),
      storageTier: v.choice(['HOT', 'WARM']).optional().meta({
        description: 'Where they are kept.',
        default: 'HOT',
      }),
      fragment: v
        .duration({ ...fragment, because: BECAUSE })
        .optional()
        .meta({ description: 'How much time a fragment shows.', default: '2s' }),
      sendTime: v.duration().optional().meta({
        description:
          'From the request until the camera has the last byte of its fragment. Default: as long as it shows.',
      }),
      persistTime: v.duration().optional().meta({
        description: 'From the last byte of a fragment until it is kept; assumed.',
        default: '500ms',
      }),
      reconnect: v.duration({ min: 1 }).optional().meta({
        description: 'Until a camera, or somebody who watches, that got no connection asks again.',
        default: '1s',
      }),
      viewers: v.count({ min: 0, max: 100 }).optional().meta({
        description: 'How many watch each camera by GetMedia, of which AWS lets in three.',
        default: 0,
      }),
      playback: v.count({ min: 0, max: 100 }).optional().meta({
        description: 'How many watch each camera by HLS.',
        default: 0,
      }),
    })
    .transform((s, ctx) => {
      if ((s.retention ?? 0) % HOUR !== 0) {
        complain(ctx, ['retention'], 'out-of-range', `whole hours (limits of ${BECAUSE})`);
      }
      if ((s.playback ?? 0) > 0 && (s.retention ?? 0) === 0) {
        complain(ctx, ['playback'], 'misfit', 'a retention beside playback: HLS shows what is kept');
      }
      const fragmentUs = s.fragment ?? 2 * SECOND;
      const { name: _, ...settings } = videoSettings({
        name: '',
        dataRetentionHours: (s.retention ?? 0) / HOUR,
        storageTier: s.storageTier ?? 'HOT',
        ...(s.persistTime === undefined ? {} : { persistUs: s.persistTime }),
      });
      return {
        type: 'video' as const,
        cameras: s.cameras ?? 1,
        ...settings,
        fragmentUs,
        sendUs: s.sendTime ?? fragmentUs,
        reconnectUs: s.reconnect ?? SECOND,
        viewers: s.viewers ?? 0,
        playback: s.playback ?? 0,
      };
    });
}
