/** How a synchronous service may be written in a scenario, and its defaults. */
import type { z } from 'zod';
import { callsSchema, type Vocabulary } from '../../calls/schema.ts';
import type { ServiceSettings, Slowdown } from './settings.ts';

/** Settings of a `service`, without its name. */
export function serviceSchema(v: Vocabulary): z.ZodType<Omit<ServiceSettings, 'name'>> {
  const unlimited = v.choice(['unlimited']).transform(() => null);
  const countOrUnlimited = (min: number) =>
    v.either(`a whole number of at least ${min}, or unlimited`, [v.count({ min, max: 1_000_000_000 }), unlimited]);
  const slowdown = v
    .oneKey('one of { perConcurrent: 10ms } or { usl: { sigma, kappa } }', {
      perConcurrent: v.duration().optional(),
      usl: v.object({ sigma: v.number({ min: 0, max: 1000 }), kappa: v.number({ min: 0, max: 1000 }) }).optional(),
    })
    .transform(
      (s): Slowdown =>
        s.usl === undefined
          ? { kind: 'perConcurrent', perConcurrentUs: s.perConcurrent ?? 0 }
          : { kind: 'usl', ...s.usl },
    );
  return v
    .object({
      type: v.choice(['service']),
      servers: countOrUnlimited(1).optional(),
      serviceTime: v.durations(),
      maxQueue: countOrUnlimited(0).optional(),
      discipline: v.choice(['fifo', 'lifo', 'processor-sharing']).optional(),
      slowdown: slowdown.optional(),
      connections: countOrUnlimited(1).optional(),
      replicas: v.count({ min: 1, max: 10_000 }).optional(),
      balance: v.choice(['roundRobin', 'random', 'leastConnections']).optional(),
      zones: v.list('a list of zones, such as [a, b]', v.name('the name of a zone')).optional(),
      failureRate: v.share().optional(),
      shed: v.object({ maxWait: v.duration() }).optional(),
      calls: callsSchema(v).optional(),
      blocking: v.flag().optional(),
    })
    .transform((s) => ({
      type: 'service' as const,
      servers: s.servers === undefined ? 1 : s.servers,
      serviceTime: s.serviceTime,
      maxQueue: s.maxQueue ?? null,
      discipline: s.discipline ?? 'fifo',
      slowdown: s.slowdown ?? null,
      connections: s.connections ?? null,
      replicas: s.replicas ?? 1,
      balance: s.balance ?? 'roundRobin',
      zones: s.zones ?? [],
      failureRate: s.failureRate ?? 0,
      shedAfterUs: s.shed?.maxWait ?? null,
      calls: s.calls ?? [],
      blocking: s.blocking ?? true,
    }));
}
