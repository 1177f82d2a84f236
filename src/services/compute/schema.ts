/** How a synchronous service may be written in a scenario, and its defaults. */
import type { z } from 'zod';
import { callsSchema, complain, type Vocabulary } from '../../calls/schema.ts';
import { assumedPrice, givenPrice } from '../../facts/index.ts';
import { autoscalingSchema, SCALED_SERVICE, startOf } from '../../scaling/schema.ts';
import { cacheSchema } from './cache-schema.ts';
import type { ServiceSettings, Slowdown } from './settings.ts';

export { CACHE_TIME } from './cache-schema.ts';

/** Settings of a `service`, without its name. */
export function serviceSchema(v: Vocabulary): z.ZodType<Omit<ServiceSettings, 'name'>> {
  const unlimited = v.choice(['unlimited']).transform(() => null);
  const countOrUnlimited = (min: number) =>
    v.either(`a whole number of at least ${min}, or unlimited`, [v.count({ min, max: 1_000_000_000 }), unlimited]);
  const slowdown = v
    .oneKey('one of { perConcurrent: 10ms } or { usl: { sigma, kappa } }', {
      perConcurrent: v
        .duration()
        .optional()
        .meta({ description: 'Added to a service time for each job in service, the own one too.' }),
      usl: v
        .object({
          sigma: v
            .number({ min: 0, max: 1000 })
            .meta({ description: 'Share of the work that is serial (contention).' }),
          kappa: v
            .number({ min: 0, max: 1000 })
            .meta({ description: 'Cost of each pair of jobs that must agree (crosstalk).' }),
        })
        .optional()
        .meta({ description: 'Universal scalability law: contention and crosstalk.' }),
    })
    .transform(
      (s): Slowdown =>
        s.usl === undefined
          ? { kind: 'perConcurrent', perConcurrentUs: s.perConcurrent ?? 0 }
          : { kind: 'usl', ...s.usl },
    );
  return v
    .object({
      type: v.choice(['service']).meta({ description: 'What kind of resource it is.' }),
      servers: countOrUnlimited(1)
        .optional()
        .meta({ description: 'Jobs that one replica works on at once, or unlimited.', default: 1 }),
      serviceTime: v.durations().meta({ description: 'Own work of one call, without its calls to others.' }),
      maxQueue: countOrUnlimited(0).optional().meta({
        description: 'Places of one replica for calls that wait; those in service are not counted, 0 is a loss system.',
        default: 'unlimited',
      }),
      discipline: v.choice(['fifo', 'lifo', 'processor-sharing']).optional().meta({
        description: 'Who is next: the oldest, the newest, or all at once with a part of the server each.',
        default: 'fifo',
      }),
      slowdown: slowdown
        .optional()
        .meta({ description: 'Service times grow with the number of jobs in service. Default: none.' }),
      connections: countOrUnlimited(1)
        .optional()
        .meta({ description: 'Calls in one replica at once, waiting or in service.', default: 'unlimited' }),
      replicas: v.count({ min: 1, max: 10_000 }).optional().meta({
        description:
          'Copies of it, each with its own servers and queue; with autoscaling at first, by default as few as it may have.',
        default: 1,
      }),
      balance: v
        .choice(['roundRobin', 'random', 'leastConnections'])
        .optional()
        .meta({ description: 'Which replica takes a call.', default: 'roundRobin' }),
      zones: v
        .list('a list of zones, such as [a, b]', v.name('the name of a zone'))
        .optional()
        .meta({ description: 'Zones over which the replicas are spread in turn. Default: none.' }),
      failureRate: v
        .share()
        .optional()
        .meta({ description: 'Share of the calls that end in an error after their service.', default: '0%' }),
      shed: v
        .object({ maxWait: v.duration().meta({ description: 'Longest wait after which a call is still served.' }) })
        .optional()
        .meta({ description: 'Refuses who has waited too long, when its turn comes. Default: never.' }),
      calls: callsSchema(v).optional().meta({
        description: 'Calls to other services, one after the other, when the own work is done. Default: none.',
      }),
      blocking: v
        .flag()
        .optional()
        .meta({ description: 'Whether the server is held while the calls are under way.', default: true }),
      cache: cacheSchema(v).optional().meta({
        description: 'A cache in front of it: a hit asks neither servers nor queue. Default: none.',
      }),
      optimisticLocking: v.flag().optional().meta({
        description: 'A job fails at its end where another wrote the row of its key since it began.',
        default: false,
      }),
      autoscaling: autoscalingSchema(v, SCALED_SERVICE)
        .optional()
        .meta({ description: 'Replicas come and go with a metric. Default: they do not.' }),
      price: v.price().optional().meta({
        description: 'Of each replica, USD. Default: assumed, a Fargate task of the size that its servers ask for.',
      }),
    })
    .transform((s, ctx) => {
      if (s.servers === null && s.autoscaling?.metric === 'utilisation') {
        const expected = 'requestsPerReplica, or a number of servers: unlimited servers have no utilisation';
        complain(ctx, ['autoscaling'], 'misfit', expected);
      }
      return {
        type: 'service' as const,
        servers: s.servers === undefined ? 1 : s.servers,
        serviceTime: s.serviceTime,
        maxQueue: s.maxQueue ?? null,
        discipline: s.discipline ?? 'fifo',
        slowdown: s.slowdown ?? null,
        connections: s.connections ?? null,
        replicas: startOf(s.replicas, s.autoscaling, 'replicas', ctx),
        balance: s.balance ?? 'roundRobin',
        zones: s.zones ?? [],
        failureRate: s.failureRate ?? 0,
        shedAfterUs: s.shed?.maxWait ?? null,
        calls: s.calls ?? [],
        blocking: s.blocking ?? true,
        cache: s.cache ?? null,
        optimisticLocking: s.optimisticLocking ?? false,
        autoscaling: s.autoscaling ?? null,
        price: s.price === undefined ? assumedPrice(s.servers === undefined ? 1 : s.servers) : givenPrice(s.price),
      };
    });
}
