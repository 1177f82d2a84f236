/** Settings of a synchronous service, as resolved: every default filled in, times in whole microseconds. */
import type { CallSettings } from '../../calls/settings.ts';
import type { InstancePrice } from '../../facts/index.ts';
import type { Distribution } from '../../kernel/index.ts';
import type { AutoscalingSettings } from '../../scaling/settings.ts';

export type Discipline = 'fifo' | 'lifo' | 'processor-sharing';
export type Balance = 'roundRobin' | 'random' | 'leastConnections';

/** How work gets slower as more of it is in service at once; taken when a job starts. */
export type Slowdown =
  | {
      readonly kind: 'perConcurrent' /** Added to the service time for each job in service, itself included. */;
      readonly perConcurrentUs: number;
    }
  | {
      readonly kind: 'usl' /** Gunther's contention and coherency: time × (1 + σ(n−1) + κn(n−1)). */;
      readonly sigma: number;
      readonly kappa: number;
    };

/** A cache in front of a service: either a coin decides (`hitRatio`), or entries by the key of the request do. */
export interface CacheSettings {
  /** Time of a lookup, hit or miss. Microseconds; default 1 ms. */
  readonly time: Distribution;
  /** Share of lookups that hit; null: entries decide. */
  readonly hitRatio: number | null;
  /** How long an entry is fresh after it was filled; null: for ever. */
  readonly ttlUs: number | null;
  /** Each entry lives for a share of the ttl between 1 − ttlJitter and 1 + ttlJitter, evenly; default 0. */
  readonly ttlJitter: number;
  /** Entries at most, the one used longest ago makes room; null: no limit. */
  readonly capacity: number | null;
  /** Whether misses of one key wait for the fetch under way in place of each asking the service; default false. */
  readonly coalesce: boolean;
  /** How long after its expiry an entry still answers, while one fetch renews it; default 0. */
  readonly staleWhileRevalidateUs: number;
}

export interface ServiceSettings {
  readonly type: 'service';
  readonly name: string;
  /** Servers of each replica (threads, connections to work with, cores); `null`: no limit (an infinite server). */
  readonly servers: number | null;
  /** Microseconds. */
  readonly serviceTime: Distribution;
  /** Places for those who wait, per replica; null: no limit; 0: a loss system. */
  readonly maxQueue: number | null;
  readonly discipline: Discipline;
  readonly slowdown: Slowdown | null;
  /** Calls in the system at once, waiting or served, per replica; one more is refused. null: no limit. */
  readonly connections: number | null;
  /** With autoscaling: those that run at first. */
  readonly replicas: number;
  readonly balance: Balance;
  /** Zone names over which the replicas are spread in turn; empty: none. */
  readonly zones: readonly string[];
  /** Share of calls that end in an error after their service. */
  readonly failureRate: number;
  /** Load shedding: a job that waited longer than this is refused when its turn comes; null: off. */
  readonly shedAfterUs: number | null;
  /** Calls made one after the other when its own service is over. */
  readonly calls: readonly CallSettings[];
  /** Whether the server is held while the calls are under way (thread per request); default true. */
  readonly blocking: boolean;
  readonly cache: CacheSettings | null;
  /** Whether a job writes the row of its key: it fails where another one has written that row since it began. Default false. */
  readonly optimisticLocking: boolean;
  readonly autoscaling: AutoscalingSettings | null;
  /** Of each replica; left out: it costs nothing. */
  readonly price?: InstancePrice;
}
