/** Random scenarios, swarm style: each feature is there or not by the toss of a coin, so that rare states get room. */
import fc from 'fast-check';

export const FILES: Readonly<Record<string, string>> = {
  'rows.csv': 'at,what\n0,a\n0.25,b\n0.25,c\n1.5,d\n3,e\n9,f\n',
  'counts.csv': 'minute,n\n0,5\n5,0\n10,17\n15,3\n',
};

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.oneof(fc.constant(undefined), value);
const seldom = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
const whole = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const ms = (min: number, max: number): fc.Arbitrary<string> => whole(min, max).map((n) => `${n}ms`);
const seconds = (min: number, max: number): fc.Arbitrary<string> => whole(min, max).map((n) => `${n}s`);
const share = fc.constantFrom(0, 0.01, 0.1, 0.3, 0.9, 1);
const rate = (most: number): fc.Arbitrary<string> => whole(0, most).map((n) => `${n}/s`);

function times(min: number, max: number): fc.Arbitrary<unknown> {
  return fc.oneof(
    ms(min, max),
    ms(min, max).map((mean) => ({ exponential: { mean } })),
    ms(Math.max(1, min), max).map((mean) => ({ lognormal: { mean, cv: 1 } })),
    ms(min, max).map((mean) => ({ hyperexponential: { mean, cv: 2 } })),
    ms(min, max).map((mean) => ({ normal: { mean, sd: mean } })),
    ms(min, max).map((of) => ({
      mixture: [
        { weight: 1, of: '0s' },
        { weight: 1, of },
      ],
    })),
  );
}

const retry = fc.oneof(
  fc.constantFrom('none', 'sdk-standard', 'sdk-adaptive'),
  fc.record({
    attempts: whole(1, 5),
    backoff: maybe(
      fc.oneof(
        ms(0, 400),
        fc.record({ base: ms(0, 200), jitter: fc.constantFrom('none', 'full', 'equal', 'decorrelated') }),
      ),
    ),
    budget: seldom(fc.oneof(share, fc.record({ capacity: whole(1, 5) }))),
  }),
);
const breaker = fc.record({
  failureRate: fc.constantFrom(0.2, 0.5),
  window: whole(1, 20),
  open: ms(1, 3000),
  halfOpenCalls: whole(1, 3),
});
const hedge = fc.record({ after: ms(1, 300), most: maybe(whole(1, 3)) });
const bulkhead = fc.oneof(
  fc.record({ concurrent: whole(1, 5) }),
  fc.record({
    concurrent: whole(1, 5),
    waiting: fc.oneof(whole(1, 8), fc.constant('unlimited')),
    maxWait: maybe(ms(1, 900)),
  }),
);
/** A hedge that would come after the timeout is an error: then there is no timeout. */
const inTime = <T extends { timeout?: string | undefined; hedge?: { after: string } | undefined }>(one: T): T =>
  one.hedge !== undefined && Number.parseFloat(one.timeout ?? 'Infinity') <= Number.parseFloat(one.hedge.after)
    ? { ...one, timeout: undefined }
    : one;
const call = (to: string): fc.Arbitrary<unknown> =>
  fc
    .record({
      to: fc.constant(to),
      timeout: maybe(ms(1, 800)),
      retry: maybe(retry),
      breaker: seldom(breaker),
      hedge: seldom(hedge),
      bulkhead: seldom(bulkhead),
      probability: seldom(share),
      cancelOnTimeout: maybe(fc.boolean()),
      latency: seldom(times(0, 50)),
    })
    .map(inTime);

const service = (callees: readonly string[]): fc.Arbitrary<unknown> =>
  fc.record({
    type: fc.constant('service'),
    serviceTime: times(0, 200),
    servers: maybe(fc.oneof(whole(1, 6), fc.constant('unlimited'))),
    maxQueue: maybe(whole(0, 10)),
    discipline: maybe(fc.constantFrom('fifo', 'lifo', 'processor-sharing')),
    slowdown: seldom(
      fc.oneof(
        ms(0, 20).map((perConcurrent) => ({ perConcurrent })),
        fc.constant({ usl: { sigma: 0.1, kappa: 0.02 } }),
      ),
    ),
    connections: seldom(whole(1, 12)),
    replicas: maybe(whole(1, 3)),
    balance: maybe(fc.constantFrom('roundRobin', 'random', 'leastConnections')),
    zones: fc.constant(['a', 'b']),
    failureRate: seldom(share),
    shed: seldom(ms(0, 300).map((maxWait) => ({ maxWait }))),
    calls:
      callees.length === 0 ? fc.constant(undefined) : maybe(fc.array(fc.oneof(...callees.map(call)), { maxLength: 3 })),
    blocking: maybe(fc.boolean()),
    cache: seldom(
      fc.oneof(
        fc.constant({ hitRatio: '50%' }),
        fc.record({
          ttl: ms(1, 5000),
          capacity: maybe(whole(1, 5)),
          ttlJitter: seldom(share),
          coalesce: maybe(fc.boolean()),
          staleWhileRevalidate: seldom(ms(0, 3000)),
          time: maybe(fc.constantFrom('0s', '5ms')),
        }),
      ),
    ),
    optimisticLocking: seldom(fc.constant(true)),
  });

const queue = (deadLetterQueue: string | null): fc.Arbitrary<unknown> =>
  fc.record({
    type: fc.constant('sqs'),
    visibilityTimeout: maybe(seconds(1, 5)),
    delay: seldom(seconds(0, 5)),
    messageRetentionPeriod: seldom(seconds(60, 80)),
    maximumMessageSize: seldom(fc.constantFrom('1KiB', '2KiB')),
    maxInFlight: seldom(whole(1, 20)),
    redrive:
      deadLetterQueue === null
        ? fc.constant(undefined)
        : maybe(whole(1, 4).map((maxReceiveCount) => ({ maxReceiveCount, deadLetterQueue }))),
    // A receive takes its time, or a message that comes back at once is received without end.
    latency: maybe(fc.constant({ send: '0s', receive: '40ms', delete: '0s' })),
    distribution: seldom(
      fc.record({
        servers: whole(1, 5),
        sampled: fc.constant(1),
        deleteMiss: share,
        receiveMiss: share,
        reorder: share,
      }),
    ),
  });

const consumer = (source: string): fc.Arbitrary<unknown> =>
  fc.record({
    type: fc.constant('consumer'),
    source: fc.constant(source),
    instances: maybe(whole(1, 4)),
    concurrency: maybe(whole(1, 4)),
    batchSize: maybe(whole(1, 10)),
    waitTime: maybe(seconds(0, 20)),
    visibilityTimeout: seldom(fc.constantFrom('0s', '1s', '4s')),
    deletes: maybe(fc.constantFrom('perMessage', 'perBatch')),
    onFailureVisibility: seldom(seconds(0, 3)),
    heartbeat: seldom(fc.constant({ every: '1s', extendTo: '2s' })),
    pollRetry: maybe(ms(100, 2000)),
    handler: fc.record({
      time: maybe(times(0, 1500)),
      calls: maybe(fc.array(call('db'), { maxLength: 2 })),
      failureRate: maybe(share),
    }),
  });

/** Its timeout is within any visibility timeout that a queue here may have. */
const lambda = (source: string): fc.Arbitrary<unknown> =>
  fc
    .record({
      type: fc.constant('lambda'),
      source: fc.constant(source),
      batchSize: maybe(whole(1, 30)),
      batchWindow: seldom(seconds(0, 4)),
      maximumConcurrency: maybe(whole(2, 4)),
      reservedConcurrency: seldom(whole(0, 3)),
      reportBatchItemFailures: maybe(fc.boolean()),
      provisioned: seldom(fc.constant({ minPollers: 2, maxPollers: 3 })),
      timeout: fc.constant('1s'),
      coldStart: maybe(times(0, 900)),
      keepWarm: seldom(seconds(0, 20)),
      handler: fc.record({
        time: maybe(times(0, 400)),
        calls: maybe(fc.array(call('db'), { maxLength: 2 })),
        failureRate: maybe(share),
      }),
    })
    .map((one) => ({
      ...one,
      // What AWS does not take together.
      batchSize:
        one.batchWindow === undefined || one.batchWindow === '0s' ? Math.min(10, one.batchSize ?? 10) : one.batchSize,
      maximumConcurrency: one.provisioned === undefined ? one.maximumConcurrency : undefined,
    }));

const source = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      rate: rate(30),
      changes: maybe(
        fc.array(
          fc.oneof(
            fc.record({ at: seconds(0, 20), for: seconds(1, 10), rate: rate(80) }),
            fc.record({ at: seconds(0, 20), for: seconds(1, 10), ramp: rate(80), back: fc.boolean() }),
            fc.record({ at: seconds(10, 40), rate: rate(5) }),
          ),
          { maxLength: 3 },
        ),
      ),
      arrivals: maybe(
        fc.constantFrom<unknown>('poisson', 'regular', { erlang: { k: 3 } }, { bursty: { on: '1s', off: '3s' } }),
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ users: whole(1, 10), think: times(50, 2000) }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      { trace: { file: 'rows.csv', time: 'at', scale: '3x' } },
      { trace: { file: 'counts.csv', time: 'minute', count: 'n', every: '5s', speed: '2x', burstiness: 2 } },
    ),
  },
);
const traffic = fc
  .tuple(
    source,
    fc.record({
      size: maybe(fc.constantFrom<unknown>('1KiB', '40KiB', { exponential: { mean: '900B' } })),
      key: maybe(fc.constantFrom<unknown>('one', { uniform: { keys: 3 } }, { zipf: { keys: 20, exponent: 1 } })),
      attributes: seldom(fc.constant({ tier: { choice: { gold: 1, silver: 3 } } })),
      batch: maybe(fc.record({ size: whole(1, 10), linger: ms(0, 900) })),
      timeout: maybe(ms(1, 1500)),
      retry: maybe(retry),
      breaker: seldom(breaker),
      hedge: seldom(hedge),
      bulkhead: seldom(bulkhead),
      cancelOnTimeout: maybe(fc.boolean()),
      duplicates: seldom(share),
      poison: seldom(share),
    }),
  )
  .map(([from, rest]) => Object.assign({}, from, inTime(rest)));

const when = { at: seconds(0, 25), for: maybe(ms(1, 9000)) };
const narrowed = fc.constantFrom<unknown>({}, { share: 0.5 }, { zone: 'a' });
const faultOfService = fc.oneof(
  fc
    .tuple(
      fc.record({
        ...when,
        resource: fc.constantFrom('db', 'api'),
        slow: maybe(fc.constantFrom('0.5x', '4x')),
        errors: fc.constantFrom(0.2, 1),
      }),
      narrowed,
    )
    .map(([fault, part]) => Object.assign({}, fault, part)),
  fc
    .tuple(
      fc.record({ ...when, resource: fc.constantFrom('db', 'db[0]', 'api'), down: fc.constant(true) }),
      fc.constant({}),
    )
    .map(([fault, part]) => Object.assign({}, fault, part)),
);
const lossy = fc.oneof(
  fc.record({ ...when, unreachable: share, resource: fc.constantFrom('db', 'inbox') }),
  fc.record({
    ...when,
    lose: fc.record({ requests: share, replies: share }),
    resource: fc.constantFrom('api', 'inbox'),
  }),
  fc.record({
    ...when,
    lose: fc.record({ replies: share }),
    link: fc.constantFrom(['workers', 'inbox'], ['t', 'inbox'], ['t', 'api'], ['api', 'db'], ['workers', 'db']),
  }),
);
const faultOfQueue = fc.oneof(
  fc.record({ ...when, resource: fc.constant('inbox'), down: fc.constant(true) }),
  fc.record({ ...when, resource: fc.constant('inbox'), errors: share }),
  fc.record({ ...when, resource: fc.constant('inbox'), duplicate: share }),
  fc.record({
    ...when,
    resource: fc.constant('dead'),
    redrive: fc.record({ rate: maybe(fc.constantFrom('1/s', '20/s')) }),
  }),
);
const faultOfConsumer = fc.oneof(
  fc.record({ ...when, resource: fc.constant('workers'), crash: fc.constantFrom(0.5, 1) }),
  fc.record({ ...when, resource: fc.constant('workers'), slow: fc.constant('3x') }),
  fc.record({ ...when, resource: fc.constant('workers'), down: fc.constant(true), share: fc.constant(0.5) }),
);

const faultOfFunction = fc.oneof(
  fc.record({ ...when, resource: fc.constant('writer'), slow: fc.constant('3x') }),
  fc.record({ ...when, resource: fc.constant('writer'), errors: share }),
  fc.record({ ...when, resource: fc.constant('writer'), down: fc.constant(true) }),
  fc.record({ ...when, link: fc.constant(['writer', 'inbox']), lose: fc.record({ requests: share, replies: share }) }),
);

const OBJECTIVES = [
  'completion.p99 of t < 2s',
  'lost of t == 0',
  'goodput of t > 3/s',
  'rejected.share of t <= 5%',
  'metrics.QueueLength.max of resource db < 10',
  'metrics.ApproximateAgeOfOldestMessage.max of resource inbox < 10s',
];

/** A scenario with two designs, `sync` and `queued`, at times a third, `serverless`, over one database; plain data without what is left out. */
export const scenarios: fc.Arbitrary<unknown> = fc
  .record({
    seed: whole(0, 1_000_000),
    horizon: seconds(5, 40),
    drain: maybe(fc.constantFrom('0s', '3s', '90s')),
    warmup: seldom(ms(1, 900)),
    resolution: maybe(fc.constantFrom('100ms', '1s', '7s')),
    replications: whole(1, 3),
    traffic: fc.record({ t: traffic, u: seldom(traffic) }),
    resources: fc.record({ db: service([]) }),
    sync: fc.record({ mid: service(['db']), api: service(['db', 'mid']) }),
    queued: fc.record({
      inbox: queue('dead'),
      dead: queue(null),
      workers: consumer('inbox'),
      gravediggers: seldom(consumer('dead')),
    }),
    serverless: seldom(
      fc.record({
        inbox: queue('dead'),
        dead: queue(null),
        writer: lambda('inbox'),
        gravedigger: seldom(lambda('dead')),
        faults: maybe(fc.array(faultOfFunction, { minLength: 1, maxLength: 2 })),
      }),
    ),
    faults: maybe(
      fc.array(fc.oneof(faultOfService, lossy, faultOfQueue, faultOfConsumer), { minLength: 1, maxLength: 4 }),
    ),
    objectives: maybe(fc.subarray(OBJECTIVES)),
  })
  .map(({ sync, queued, serverless, ...root }) => {
    const enter = (resource: string) => ({ t: resource, ...(root.traffic.u === undefined ? {} : { u: resource }) });
    const { faults: ofFunction, ...functions } = serverless ?? {};
    const raw = {
      ...root,
      faults: ofFunction === undefined ? root.faults : [...(root.faults ?? []), ...ofFunction],
      designs: {
        sync: { traffic: enter('api'), resources: sync },
        queued: { traffic: enter('inbox'), resources: queued },
        ...(serverless === undefined ? {} : { serverless: { traffic: enter('inbox'), resources: functions } }),
      },
    };
    // What has no dead letters cannot be redriven.
    const inboxes = [queued.inbox, ...(serverless === undefined ? [] : [serverless.inbox])];
    const hasDeadLetters = inboxes.every((inbox) => (inbox as { readonly redrive?: unknown }).redrive !== undefined);
    const faults = raw.faults?.filter((fault) => hasDeadLetters || !('redrive' in (fault as object)));
    return JSON.parse(JSON.stringify({ ...raw, faults })) as unknown;
  });
