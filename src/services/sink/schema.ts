/** How a sink may be written in a scenario, and its defaults. */
import type { z } from 'zod';
import type { Vocabulary } from '../../calls/schema.ts';
import type { SinkSettings } from './settings.ts';

export function sinkSchema(v: Vocabulary): z.ZodType<Omit<SinkSettings, 'name'>> {
  return v
    .object({
      type: v.choice(['sink']).meta({ description: 'What kind of resource it is.' }),
      time: v
        .durations()
        .optional()
        .meta({ description: 'From taking a message in until it is where it should be.', default: '0s' }),
      failureRate: v
        .share()
        .optional()
        .meta({ description: 'Share of the attempts on which it fails.', default: '0%' }),
    })
    .transform((s) => ({
      type: 'sink' as const,
      time: s.time ?? { kind: 'constant', value: 0 },
      failureRate: s.failureRate ?? 0,
    }));
}
