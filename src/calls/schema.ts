/**
 * How a call may be written in a scenario. The vocabulary (what a duration, a share, a distribution looks like) is the scenario
 * room's; it is handed in, so that a room's schema stands beside its settings and still knows no reader of files.
 */
import { z } from 'zod';
import type {
  Backoff,
  BreakerSettings,
  BulkheadSettings,
  CallSettings,
  HedgeSettings,
  RetryBudget,
  RetryPolicy,
} from './settings.ts';

type Distribution = CallSettings['latency'];

/** A range of whole numbers or of values in the inner unit (microseconds, bytes), both ends included. */
export interface Range {
  readonly min?: number;
  readonly max?: number;
}

/** The words of the scenario format. Each reads what is written and gives the inner value: microseconds, bytes, per second, 0 to 1. */
export interface Vocabulary {
  /** A closed set of settings: an unknown key is an error that names the nearest known one. */
  object<S extends z.core.$ZodShape>(shape: S): z.ZodObject<S, z.core.$strict>;
  /** Exactly one of the keys, such as `{ exponential: … }`. */
  oneKey<S extends z.core.$ZodShape>(expected: string, shape: S): z.ZodType<z.output<z.ZodObject<S, z.core.$strict>>>;
  /** The first alternative whose shape fits; errors are those of the alternative that was meant. */
  either<const T extends readonly [z.ZodType, ...z.ZodType[]]>(expected: string, options: T): z.ZodUnion<T>;
  /** `expected` tells what the list holds. */
  list<T>(expected: string, of: z.ZodType<T>): z.ZodType<T[]>;
  choice<const T extends readonly [string, ...string[]]>(values: T): z.ZodType<T[number]>;
  /** `wholeSeconds`: where AWS takes no part of a second. */
  duration(range?: Range & { readonly wholeSeconds?: boolean; readonly because?: string }): z.ZodType<number>;
  rate(): z.ZodType<number>;
  size(range?: Range & { readonly because?: string }): z.ZodType<number>;
  share(range?: Range): z.ZodType<number>;
  factor(): z.ZodType<number>;
  /** USD per hour. */
  price(): z.ZodType<number>;
  /** A whole number. */
  count(range?: Range & { readonly because?: string }): z.ZodType<number>;
  /** Any number. */
  number(range?: Range & { readonly above?: number }): z.ZodType<number>;
  flag(): z.ZodType<boolean>;
  /** The name of a resource, a traffic, a zone. */
  name(expected: string): z.ZodType<string>;
  text(expected: string): z.ZodType<string>;
  durations(): z.ZodType<Distribution>;
  sizes(): z.ZodType<Distribution>;
}

/** What `retry: none` means, and what no `retry` means. */
export const NO_RETRY: RetryPolicy = {
  attempts: 1,
  backoff: { baseUs: 100_000, capUs: 20_000_000, factor: 2, jitter: 'full' },
  throttlingBackoff: null,
  budget: null,
  adaptive: false,
};

/**
 * The AWS SDKs' standard mode: three attempts in all, full jitter from 50 ms (1 s after throttling) up to 20 s, and a bucket of 500
 * tokens of which a retry takes 14 (5 after throttling).
 */
export const SDK_STANDARD: RetryPolicy = {
  attempts: 3,
  backoff: { baseUs: 50_000, capUs: 20_000_000, factor: 2, jitter: 'full' },
  throttlingBackoff: { baseUs: 1_000_000, capUs: 20_000_000, factor: 2, jitter: 'full' },
  budget: { capacity: 500, cost: 14, throttlingCost: 5, refund: 1 },
  adaptive: false,
};

/** Their adaptive mode: the standard one, and after the first throttling error a rate at which the client lets itself send. */
const SDK_ADAPTIVE: RetryPolicy = { ...SDK_STANDARD, adaptive: true };

/** Beyond it a hedge would be a flood. */
const MOST_HEDGES = 10;

/** Retries that a budget given as a ratio saves up for: the bucket's size. */
const RATIO_BURST = 10;

/** `{ base, cap, factor, jitter }`, or a plain duration for a fixed delay. */
function backoffSchema(v: Vocabulary): z.ZodType<Backoff> {
  const full = v
    .object({
      base: v.duration().optional().meta({
        description: 'Wait before the first retry; each further one waits `factor` times as long.',
        default: '100ms',
      }),
      cap: v
        .duration()
        .optional()
        .meta({ description: 'Longest wait; at least the base. Default: 20s, or the base where that is longer.' }),
      factor: v
        .either('a factor of at least 1, such as 2x', [v.number({ min: 1, max: 1000 }), v.factor()])
        .optional()
        .meta({
          description: 'By how much each wait is longer than the one before, such as 2 or 2x; at least 1.',
          default: 2,
        }),
      jitter: v.choice(['none', 'full', 'equal', 'decorrelated']).optional().meta({
        description:
          'What of the wait is drawn at random: full is all of it, equal the second half; decorrelated draws from the wait before.',
        default: 'full',
      }),
    })
    .transform((b, ctx): Backoff => {
      const baseUs = b.base ?? NO_RETRY.backoff.baseUs;
      const capUs = b.cap ?? Math.max(NO_RETRY.backoff.capUs, baseUs);
      if (capUs < baseUs) complain(ctx, ['cap'], 'out-of-range', 'a cap of at least the base');
      const factor = b.factor ?? NO_RETRY.backoff.factor;
      if (factor < 1) complain(ctx, ['factor'], 'out-of-range', 'a factor of at least 1');
      return { baseUs, capUs, factor, jitter: b.jitter ?? NO_RETRY.backoff.jitter };
    });
  const fixed = v.duration().transform((us): Backoff => ({ baseUs: us, capUs: us, factor: 1, jitter: 'none' }));
  return v.either('a duration such as 200ms, or { base, cap, factor, jitter }', [fixed, full]);
}

/** A token bucket, or a ratio: so many retries per call that went well at once. */
function budgetSchema(v: Vocabulary): z.ZodType<RetryBudget> {
  const bucket = v
    .object({
      capacity: v
        .number({ above: 0, max: 1e9 })
        .meta({ description: 'Tokens that the bucket holds, and begins with.' }),
      cost: v
        .number({ above: 0, max: 1e9 })
        .optional()
        .meta({ description: 'Tokens that a retry takes; without them there is none.', default: 1 }),
      throttlingCost: v
        .number({ min: 0, max: 1e9 })
        .optional()
        .meta({ description: 'Tokens that a retry takes after the callee throttled. Default: the cost.' }),
      refund: v
        .number({ min: 0, max: 1e9 })
        .optional()
        .meta({ description: 'Tokens that a call which went well puts back.', default: 1 }),
    })
    .transform((b): RetryBudget => {
      const cost = b.cost ?? 1;
      return { capacity: b.capacity, cost, throttlingCost: b.throttlingCost ?? cost, refund: b.refund ?? 1 };
    });
  const ratio = v
    .share()
    .transform((share): RetryBudget => ({ capacity: RATIO_BURST, cost: 1, throttlingCost: 1, refund: share }));
  return v.either('a share of the calls such as 10%, or { capacity, cost, throttlingCost, refund }', [ratio, bucket]);
}

/** `none`, `sdk-standard`, `sdk-adaptive`, or `{ attempts, backoff, budget }`. */
export function retrySchema(v: Vocabulary): z.ZodType<RetryPolicy> {
  const preset = v
    .choice(['none', 'sdk-standard', 'sdk-adaptive'])
    .transform(
      (name): RetryPolicy => (name === 'none' ? NO_RETRY : name === 'sdk-standard' ? SDK_STANDARD : SDK_ADAPTIVE),
    );
  const custom = v
    .object({
      attempts: v.count({ min: 1, max: 1000 }).meta({ description: 'Attempts in all, the first one too.' }),
      backoff: backoffSchema(v).optional().meta({
        description:
          'Wait before a retry: a fixed duration, or an exponential one that may be drawn at random. Default: 100ms, doubled up to 20s, full jitter.',
      }),
      budget: budgetSchema(v).optional().meta({
        description:
          'What limits retries: a share of the calls that went well, or a bucket of tokens. Default: no limit.',
      }),
    })
    .transform(
      (r): RetryPolicy => ({
        attempts: r.attempts,
        backoff: r.backoff ?? NO_RETRY.backoff,
        throttlingBackoff: null,
        budget: r.budget ?? null,
        adaptive: false,
      }),
    );
  return v.either('none, sdk-standard, sdk-adaptive or { attempts, backoff, budget }', [preset, custom]);
}

/** `{ failureRate, window, open, halfOpenCalls }`; defaults 50 %, 100 calls, 30 s, 10 calls. */
export function breakerSchema(v: Vocabulary): z.ZodType<BreakerSettings> {
  return v
    .object({
      failureRate: v
        .share({ min: 0.000_001 })
        .optional()
        .meta({ description: 'Share of failures over the window from which on no call is made.', default: '50%' }),
      window: v
        .count({ min: 1, max: 100_000 })
        .optional()
        .meta({ description: 'Calls over which the failures are counted.', default: 100 }),
      open: v
        .duration({ min: 1 })
        .optional()
        .meta({ description: 'How long no call is made before some try again.', default: '30s' }),
      halfOpenCalls: v
        .count({ min: 1, max: 100_000 })
        .optional()
        .meta({ description: 'Calls that try again then; when they go well the breaker closes.', default: 10 }),
    })
    .transform((b) => ({
      failureRate: b.failureRate ?? 0.5,
      window: b.window ?? 100,
      openUs: b.open ?? 30_000_000,
      halfOpenCalls: b.halfOpenCalls ?? 10,
    }));
}

/** `{ after, most }`; one hedge by default. */
export function hedgeSchema(v: Vocabulary): z.ZodType<HedgeSettings> {
  return v
    .object({
      after: v
        .duration({ min: 1 })
        .meta({ description: 'How long an attempt goes without an answer before another one goes out beside it.' }),
      most: v
        .count({ min: 1, max: MOST_HEDGES })
        .optional()
        .meta({ description: 'Attempts that go out beside one, each `after` the one before.', default: 1 }),
    })
    .transform((h) => ({ afterUs: h.after, most: h.most ?? 1 }));
}

/** A hedge that is due when its attempt has timed out already would never go out. */
export function hedgeInTime(
  ctx: z.RefinementCtx,
  written: { readonly timeout?: number | undefined; readonly hedge?: HedgeSettings | undefined },
): void {
  const { timeout, hedge } = written;
  if (timeout === undefined || hedge === undefined || hedge.afterUs < timeout) return;
  complain(ctx, ['hedge', 'after'], 'out-of-range', 'less than the timeout, else no hedge ever goes out');
}

/** `{ concurrent, waiting, maxWait }`; by default nobody waits. */
export function bulkheadSchema(v: Vocabulary): z.ZodType<BulkheadSettings> {
  const unlimited = v.choice(['unlimited']).transform(() => null);
  return v
    .object({
      concurrent: v
        .count({ min: 1, max: 1_000_000_000 })
        .meta({ description: 'Calls under way at once, their retries and the waits between them included.' }),
      waiting: v
        .either('a whole number of at least 0, or unlimited', [v.count({ min: 0, max: 1_000_000_000 }), unlimited])
        .optional()
        .meta({
          description: 'Calls that wait for their turn, first come first served; others are held back.',
          default: 0,
        }),
      maxWait: v
        .duration({ min: 1 })
        .optional()
        .meta({ description: 'How long a call waits for its turn before it is held back. Default: for ever.' }),
    })
    .transform((b, ctx): BulkheadSettings => {
      const waiting = b.waiting === undefined ? 0 : b.waiting;
      if (waiting === 0 && b.maxWait !== undefined)
        complain(ctx, ['maxWait'], 'misfit', 'maxWait only beside waiting: without it nobody waits');
      return { concurrent: b.concurrent, waiting, maxWaitUs: b.maxWait ?? null };
    });
}

/** Calls made one after the other. */
export function callsSchema(v: Vocabulary): z.ZodType<CallSettings[]> {
  return v.list('a list of calls, such as [ { to: orders-db, timeout: 1s } ]', callSchema(v));
}

/** One call to a service. */
function callSchema(v: Vocabulary): z.ZodType<CallSettings> {
  return v
    .object({
      to: v.name('the name of a service').meta({ description: 'The service that is called.' }),
      probability: v
        .share()
        .optional()
        .meta({ description: 'Share of the requests that make this call.', default: '100%' }),
      timeout: v
        .duration({ min: 1 })
        .optional()
        .meta({ description: 'How long the caller waits for one attempt. Default: for ever.' }),
      retry: retrySchema(v)
        .optional()
        .meta({ description: 'What the caller does when refused or timed out.', default: 'none' }),
      breaker: breakerSchema(v).optional().meta({
        description: 'Stops calling for a while when too many calls fail; `{}` takes the defaults. Default: none.',
      }),
      hedge: hedgeSchema(v)
        .optional()
        .meta({ description: 'Sends a second attempt beside one that takes long. Default: none.' }),
      bulkhead: bulkheadSchema(v)
        .optional()
        .meta({ description: 'Bounds how many of these calls the caller has under way at once. Default: none.' }),
      cancelOnTimeout: v.flag().optional().meta({
        description: 'Whether an attempt that timed out, or lost against a hedge, also stops the work behind it.',
        default: false,
      }),
      latency: v.durations().optional().meta({ description: 'Network time of one way.', default: '0s' }),
    })
    .transform((c, ctx): CallSettings => {
      hedgeInTime(ctx, c);
      return {
        to: c.to,
        probability: c.probability ?? 1,
        timeoutUs: c.timeout ?? null,
        retry: c.retry ?? NO_RETRY,
        breaker: c.breaker ?? null,
        hedge: c.hedge ?? null,
        bulkhead: c.bulkhead ?? null,
        cancelOnTimeout: c.cancelOnTimeout ?? false,
        latency: c.latency ?? { kind: 'constant', value: 0 },
      };
    });
}

/** Adds an error at `path` below the value that is being read; `code` and `expected` are the scenario room's. */
export function complain(
  ctx: z.RefinementCtx,
  path: readonly (string | number)[],
  code: string,
  expected: string,
  suggestion?: string,
): void {
  ctx.addIssue({ code: 'custom', path: [...path], message: expected, params: { code, suggestion } });
}
