/** How a cache in front of a service may be written in a scenario, and its defaults. */
import type { z } from 'zod';
import { complain, type Vocabulary } from '../../calls/schema.ts';
import type { CacheSettings } from './settings.ts';

/** Time of a lookup where none is given: 1 ms, a cache of its own over the network, in one zone. */
export const CACHE_TIME: CacheSettings['time'] = { kind: 'constant', value: 1000 };

const OF_ENTRIES = ['ttl', 'capacity', 'ttlJitter', 'coalesce', 'staleWhileRevalidate'] as const;
const OF_TTL = ['ttlJitter', 'staleWhileRevalidate'] as const;

/** `{ hitRatio }`, or `{ ttl, capacity, … }`. */
export function cacheSchema(v: Vocabulary): z.ZodType<CacheSettings> {
  return v
    .object({
      hitRatio: v
        .share()
        .optional()
        .meta({ description: 'Share of the calls that hit, by chance: no keys are needed.' }),
      ttl: v
        .duration({ min: 1 })
        .optional()
        .meta({ description: 'How long an entry is fresh after it was filled. Default: for ever.' }),
      capacity: v
        .count({ min: 1, max: 100_000_000 })
        .optional()
        .meta({ description: 'Entries at most; the one used longest ago makes room. Default: no limit.' }),
      ttlJitter: v
        .share()
        .optional()
        .meta({ description: 'Entries live so much shorter or longer than ttl, each by chance.', default: '0%' }),
      coalesce: v
        .flag()
        .optional()
        .meta({ description: 'Misses of one key wait for the one fetch under way.', default: false }),
      staleWhileRevalidate: v
        .duration()
        .optional()
        .meta({ description: 'How long an expired entry still answers while one fetch renews it.', default: '0s' }),
      time: v.durations().optional().meta({ description: 'Time of a lookup, hit or miss.', default: '1ms' }),
    })
    .meta({
      anyOf: ['hitRatio', 'ttl', 'capacity'].map((key) => ({ required: [key] })),
      dependencies: {
        hitRatio: { not: { anyOf: OF_ENTRIES.map((key) => ({ required: [key] })) } },
        ...Object.fromEntries(OF_TTL.map((key) => [key, ['ttl']])),
      },
    })
    .transform((c, ctx) => {
      if (c.hitRatio === undefined && c.ttl === undefined && c.capacity === undefined) {
        complain(ctx, [], 'one-of', 'hitRatio, or ttl, capacity or both');
      }
      for (const key of OF_ENTRIES) {
        if (c.hitRatio === undefined || c[key] === undefined) continue;
        complain(ctx, [key], 'misfit', `${key} beside ttl or capacity; with hitRatio nothing is kept`);
      }
      for (const key of OF_TTL) {
        if (c.hitRatio !== undefined || c[key] === undefined || c.ttl !== undefined) continue;
        complain(ctx, [key], 'misfit', `${key} only beside ttl: without one no entry expires`);
      }
      return {
        time: c.time ?? CACHE_TIME,
        hitRatio: c.hitRatio ?? null,
        ttlUs: c.ttl ?? null,
        ttlJitter: c.ttlJitter ?? 0,
        capacity: c.capacity ?? null,
        coalesce: c.coalesce ?? false,
        staleWhileRevalidateUs: c.staleWhileRevalidate ?? 0,
      };
    });
}
