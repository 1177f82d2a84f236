/** What cameras rest on that AWS does not publish, or that the model simplifies. */
import { videoFacts as f } from '../facts/index.ts';
import type { Assumption, ResourceSettings } from './resolved.ts';
import { formatDuration } from './units.ts';

/** Empty where there is no camera. */
export function ofVideo(resources: readonly ResourceSettings[]): Assumption[] {
  const fleets = resources.filter((one) => one.type === 'video');
  if (fleets.length === 0) return [];
  const about = [...new Set(fleets.map(({ name }) => name))].join(', ');
  const each = (values: readonly number[]): string => [...new Set(values.map(formatDuration))].join(' or ');
  return [
    {
      about,
      text: 'A request is a fragment. It is done when its camera has the last acknowledgement: PERSISTED, or RECEIVED where nothing is kept. The network between camera and AWS takes no time of its own; who watches changes nothing in what becomes of a fragment.',
      source: 'model',
    },
    {
      about,
      text: `A fragment is kept ${each(fleets.map(({ persistUs }) => persistUs))} after its last byte, and in playlists ${formatDuration(f.listDelayUs.value)} later; AWS says that it is typically less than a second. What is on a connection that ends is lost unless its sender sends it again.`,
      source: 'assumed',
    },
  ];
}
