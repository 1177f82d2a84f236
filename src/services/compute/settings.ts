/** Settings of a synchronous service, as resolved: every default filled in, times in whole microseconds. */
import type { CallSettings } from '../../calls/settings.ts';
import type { Distribution } from '../../kernel/index.ts';

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
}
