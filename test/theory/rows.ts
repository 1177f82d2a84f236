/**
 * Systems with a known answer, written as scenarios. Times are in seconds of virtual time, so that whole microseconds round nothing away.
 * The figures are read from the result file, under the names that a user sees.
 */
import type { DesignResult } from '../../src/experiment/index.ts';

export interface Figure {
  readonly name: string;
  readonly exact: number;
  /** Value in the result of one replication. */
  readonly read: (result: DesignResult) => number;
  /** Largest half-width, as a share of the exact value, that counts as a test at all; default 3 %. */
  readonly within?: number;
  /** The same where the short form of the test has fewer customers. */
  readonly withinShort?: number;
}

export interface Row {
  readonly name: string;
  /** The resource that the traffic enters. */
  readonly entry: string;
  /** The scenario for about this many customers in each replication. */
  readonly yaml: (customers: number) => string;
  readonly figures: readonly Figure[];
  /** Customers in all, in the long form of the test and in the short one. */
  readonly customers: number;
  readonly short: number;
}

const SECOND_MS = 1000;

export const REPLICATIONS = 20;

interface System {
  readonly rate: number;
  readonly traffic?: string;
  readonly resources: string;
  readonly entry?: string;
}

/** Customers of each replication before the window, so that the empty start does not show. */
const WARM_UP = 2000;

/** One traffic `t` into one design `d`; its first service is called `station` unless `entry` says otherwise. */
function scenario({ rate, traffic, resources, entry }: System): (customers: number) => string {
  return (customers) => `
seed: theory
horizon: ${Math.ceil((customers + WARM_UP) / rate)}s
warmup: ${Math.ceil(WARM_UP / rate)}s
resolution: ${Math.ceil((customers + WARM_UP) / rate)}s
replications: ${REPLICATIONS}
confidence: 0.999
traffic: { t: { rate: ${rate}/s${traffic === undefined ? '' : `, ${traffic}`} } }
designs: { d: { traffic: { t: ${entry ?? 'station'} }, resources: { ${resources} } } }
`;
}

function station(settings: string, name = 'station'): string {
  return `${name}: { type: service, ${settings} }`;
}

function number(value: number | null | undefined, what: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error(`the result has no ${what}`);
  return value;
}

/** Mean of a metric of a service. */
export function metric(name: string, resource = 'station'): (result: DesignResult) => number {
  return ({ resources }) => number(resources[resource]?.metrics[name]?.mean, `${resource}.${name}`);
}

const seconds =
  (field: 'mean' | 'p50' | 'p95' | 'p99') =>
  ({ traffic }: DesignResult): number =>
    number(traffic['t']?.completionMs[field], field) / SECOND_MS;
const L = (exact: number, resource?: string): Figure => ({ name: 'L', exact, read: metric('InSystem', resource) });
const Lq = (exact: number): Figure => ({ name: 'Lq', exact, read: metric('QueueLength') });
const W = (exact: number): Figure => ({ name: 'W', exact, read: seconds('mean') });
const Wq = (exact: number): Figure => ({
  name: 'Wq',
  exact,
  read: (result) => metric('WaitMs')(result) / SECOND_MS,
});
const waits = (exact: number): Figure => ({ name: 'P(wait)', exact, read: metric('WaitProbability') });
const rho = (exact: number): Figure => ({ name: 'utilisation', exact, read: metric('Utilisation') });
const blocked = (exact: number): Figure => ({
  name: 'blocked',
  exact,
  read: ({ traffic }) => number(traffic['t']?.rejected, 'rejected') / number(traffic['t']?.offered, 'offered'),
});
const share = (name: string, field: 'completed' | 'deadLettered' | 'attempts', exact: number): Figure => ({
  name,
  exact,
  read: ({ traffic }) => number(traffic['t']?.[field], field) / number(traffic['t']?.offered, 'offered'),
});
const atLeastTen = (exact: number): Figure => ({
  name: 'P(N >= 10)',
  exact,
  read: ({ distributions }) => {
    const below = distributions['station.InSystem']?.find(([level]) => level === 9);
    return 1 - number(below?.[1], 'share of time at 9 or fewer');
  },
});

/** The looser limit for the short form. */
const loosely = (figure: Figure, withinShort: number): Figure => ({ ...figure, withinShort });
const coarse = (figure: Figure, within: number): Figure => ({ ...figure, within });

function mmc(c: number, lambda: number): System {
  return { rate: lambda, resources: station(`servers: ${c}, serviceTime: { exponential: { mean: 1s } }`) };
}

function erlangLoss(
  c: number,
  load: number,
  exact: number,
  customers: number,
  short: number,
  withinShort: number,
): Row {
  return {
    name: `Erlang B(${c}, ${load})`,
    entry: 'station',
    yaml: scenario({
      rate: load,
      resources: station(`servers: ${c}, maxQueue: 0, serviceTime: { exponential: { mean: 1s } }`),
    }),
    figures: [loosely(blocked(exact), withinShort)],
    customers,
    short,
  };
}

export const QUEUES: readonly Row[] = [
  {
    name: 'M/M/1 at 0.8',
    entry: 'station',
    yaml: scenario(mmc(1, 0.8)),
    figures: [
      L(4),
      Lq(3.2),
      W(5),
      Wq(4),
      waits(0.8),
      { name: 'sojourn p50', exact: 3.4657, read: seconds('p50') },
      loosely({ name: 'sojourn p95', exact: 14.9787, read: seconds('p95') }, 0.04),
      loosely({ name: 'sojourn p99', exact: 23.0259, read: seconds('p99') }, 0.06),
      loosely(atLeastTen(0.107374), 0.06),
    ],
    customers: 12_000_000,
    short: 3_000_000,
  },
  {
    name: 'M/M/2 at 1.6',
    entry: 'station',
    yaml: scenario(mmc(2, 1.6)),
    figures: [waits(0.711111), loosely(Lq(2.84444), 0.04), loosely(Wq(1.777778), 0.04)],
    customers: 6_000_000,
    short: 2_000_000,
  },
  {
    name: 'M/M/10 at 8',
    entry: 'station',
    yaml: scenario(mmc(10, 8)),
    figures: [waits(0.40918), loosely(Wq(0.20459), 0.06), W(1.20459)],
    customers: 10_000_000,
    short: 1_500_000,
  },
  {
    name: 'M/M/100 at 90',
    entry: 'station',
    yaml: scenario(mmc(100, 90)),
    figures: [coarse(waits(0.21694), 0.1), loosely(coarse(Wq(0.021694), 0.1), 0.15)],
    customers: 12_000_000,
    short: 2_500_000,
  },
  {
    name: 'M/D/1 at 0.8',
    entry: 'station',
    yaml: scenario({ rate: 0.8, resources: station('serviceTime: 1s') }),
    figures: [loosely(Lq(1.6), 0.05), loosely(Wq(2), 0.05), W(3)],
    customers: 3_000_000,
    short: 1_000_000,
  },
  {
    name: 'M/E2/1 at 0.8',
    entry: 'station',
    yaml: scenario({ rate: 0.8, resources: station('serviceTime: { erlang: { mean: 1s, k: 2 } }') }),
    figures: [loosely(Wq(3), 0.06)],
    customers: 4_000_000,
    short: 800_000,
  },
  {
    name: 'M/G/1 at 0.8, hyperexponential of cv 2',
    entry: 'station',
    yaml: scenario({ rate: 0.8, resources: station('serviceTime: { hyperexponential: { mean: 1s, cv: 2 } }') }),
    figures: [coarse(Wq(10), 0.1), coarse(W(11), 0.1)],
    customers: 17_000_000,
    short: 3_000_000,
  },
  {
    name: 'M/M/1/5 at 1.2',
    entry: 'station',
    yaml: scenario({ rate: 1.2, resources: station('maxQueue: 4, serviceTime: { exponential: { mean: 1s } }') }),
    figures: [
      blocked(0.250588),
      {
        name: 'throughput',
        exact: 0.899294,
        read: ({ traffic }) => number(traffic['t']?.throughputPerSecond, 'throughput'),
      },
      L(3.021172),
    ],
    customers: 1_000_000,
    short: 300_000,
  },
  erlangLoss(10, 5, 0.018385, 5_000_000, 1_000_000, 0.06),
  erlangLoss(20, 15, 0.045593, 5_000_000, 1_000_000, 0.06),
  erlangLoss(100, 90, 0.026957, 20_000_000, 1_500_000, 0.1),
  {
    name: 'Jackson tandem',
    entry: 'first',
    yaml: scenario({
      rate: 0.8,
      resources: [
        station('blocking: false, serviceTime: { exponential: { mean: 1s } }, calls: [ { to: second } ]', 'first'),
        station('serviceTime: { exponential: { mean: 833333us } }', 'second'),
      ].join(', '),
      entry: 'first',
    }),
    figures: [
      loosely({ name: 'L of the first', exact: 4, read: firstStation }, 0.07),
      loosely(L(2, 'second'), 0.05),
      loosely(W(7.5), 0.05),
    ],
    customers: 6_000_000,
    short: 1_000_000,
  },
  {
    name: 'Jackson feedback',
    entry: 'station',
    yaml: scenario({
      rate: 0.5,
      traffic: 'retry: { attempts: 60, backoff: 0s }',
      resources: station('failureRate: 25%, serviceTime: { exponential: { mean: 1s } }'),
    }),
    figures: [rho(2 / 3), loosely(L(2), 0.05), loosely(W(4), 0.05)],
    customers: 3_000_000,
    short: 600_000,
  },
];

/** What is in the first of two services itself, without those whose call to the second is under way. */
function firstStation(result: DesignResult): number {
  return metric('QueueLength', 'first')(result) + metric('BusyServers', 'first')(result);
}

const endless = 'type: service, servers: unlimited, serviceTime: 0s';

export const RETRIES: readonly Row[] = [
  {
    name: 'three retries, each attempt fails with 0.5',
    entry: 'station',
    yaml: scenario({
      rate: 100,
      traffic: 'retry: { attempts: 4, backoff: 1ms }',
      resources: `station: { ${endless}, failureRate: 50% }`,
    }),
    figures: [share('attempts a request', 'attempts', 1.875), share('success', 'completed', 0.9375)],
    customers: 400_000,
    short: 100_000,
  },
  {
    // A tenth fails, so the bucket stays full: 0.9 + 0.009 · 0 tokens come back for each that the rest take.
    name: "the SDK's standard retry, each attempt fails with 0.1",
    entry: 'station',
    yaml: scenario({
      rate: 100,
      traffic: 'retry: sdk-standard',
      resources: `station: { ${endless}, failureRate: 10% }`,
    }),
    figures: [
      share('attempts a request', 'attempts', 1.11),
      share('success', 'completed', 0.999),
      // Of those that succeed 0.09 waited U · 50 ms and 0.009 U · 100 ms more.
      { name: 'mean wait', exact: (0.09 * 25 + 0.009 * 75) / 0.999 / 1000, read: seconds('mean') },
    ],
    customers: 1_000_000,
    short: 400_000,
  },
];

const immediate = 'latency: { send: 0s, receive: 0s, delete: 0s }';

/** Each receive fails with f, n receives at most: the traffic stops early enough for all to end within the window. */
function redrive(f: number, n: number, dead: number, receives: number): Row {
  return {
    name: `redrive: each receive fails with ${f}, ${n} receives at most`,
    entry: 'queue',
    yaml: (count) => `
seed: theory
horizon: ${Math.ceil(count / 100) + 100}s
resolution: ${Math.ceil(count / 100) + 100}s
replications: ${REPLICATIONS}
confidence: 0.999
traffic: { t: { rate: 100/s, changes: [ { at: ${Math.ceil(count / 100)}s, rate: 0/s } ] } }
designs:
  d:
    traffic: { t: queue }
    resources:
      queue: { type: sqs, visibilityTimeout: 1s, ${immediate}, redrive: { maxReceiveCount: ${n}, deadLetterQueue: dead } }
      dead: { type: sqs, ${immediate} }
      workers: { type: consumer, source: queue, instances: 2, batchSize: 1, handler: { failureRate: ${f} } }
`,
    figures: [
      loosely(share('share dead-lettered', 'deadLettered', dead), 0.06),
      {
        name: 'mean receives',
        exact: receives,
        read: ({ resources }) =>
          number(resources['queue']?.metrics['NumberOfMessagesReceived']?.sum, 'received') /
          number(resources['queue']?.metrics['NumberOfMessagesSent']?.sum, 'sent'),
      },
    ],
    customers: 700_000,
    short: 200_000,
  };
}

export const QUEUED: readonly Row[] = [
  redrive(0.5, 5, 0.03125, 1.9375),
  redrive(0.2, 2, 0.04, 1.2),
  {
    name: 'a batch of ten fills at 10/s, size closes first',
    entry: 'station',
    // Nobody lingers long enough to close a batch, except for the last one of the run.
    yaml: scenario({
      rate: 10,
      traffic: 'batch: { size: 10, linger: 5s }',
      resources: `station: { type: sqs, ${immediate} }`,
    }),
    figures: [
      {
        name: 'mean fill wait',
        exact: (10 - 1) / (2 * 10),
        read: ({ traffic }) => number(traffic['t']?.responseMs.mean, 'mean response') / SECOND_MS,
      },
    ],
    customers: 2_000_000,
    short: 400_000,
  },
];
