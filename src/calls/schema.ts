/**
 * How a call may be written in a scenario. The vocabulary (what a duration, a share, a distribution looks like) is the scenario
 * room's; it is handed in, so that a room's schema stands beside its settings and still knows no reader of files.
 */
import { z } from 'zod';
import type { Backoff, BreakerSettings, CallSettings, RetryBudget, RetryPolicy } from './settings.ts';

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
};

/** Retries that a budget given as a ratio saves up for: the bucket's size. */
const RATIO_BURST = 10;

/** `{ base, cap, factor, jitter }`, or a plain duration for a fixed delay. */
function backoffSchema(v: Vocabulary): z.ZodType<Backoff> {
  const full = v
    .object({
      base: v.duration().optional(),
      cap: v.duration().optional(),
      factor: v.either('a factor of at least 1, such as 2x', [v.number({ min: 1, max: 1000 }), v.factor()]).optional(),
      jitter: v.choice(['none', 'full', 'equal', 'decorrelated']).optional(),
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
      capacity: v.number({ above: 0, max: 1e9 }),
      cost: v.number({ above: 0, max: 1e9 }).optional(),
      throttlingCost: v.number({ min: 0, max: 1e9 }).optional(),
      refund: v.number({ min: 0, max: 1e9 }).optional(),
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

/** `none`, `sdk-standard`, or `{ attempts, backoff, budget }`. */
export function retrySchema(v: Vocabulary): z.ZodType<RetryPolicy> {
  const preset = v.choice(['none', 'sdk-standard', 'sdk-adaptive']).transform((name, ctx): RetryPolicy => {
    if (name === 'sdk-adaptive') {
      complain(
        ctx,
        [],
        'not-available',
        'none, sdk-standard or { attempts, backoff, budget }: sdk-adaptive comes in a later version',
        'sdk-standard',
      );
    }
    return name === 'none' ? NO_RETRY : SDK_STANDARD;
  });
  const custom = v
    .object({
      attempts: v.count({ min: 1, max: 100 }),
      backoff: backoffSchema(v).optional(),
      budget: budgetSchema(v).optional(),
    })
    .transform(
      (r): RetryPolicy => ({
        attempts: r.attempts,
        backoff: r.backoff ?? NO_RETRY.backoff,
        throttlingBackoff: null,
        budget: r.budget ?? null,
      }),
    );
  return v.either('none, sdk-standard or { attempts, backoff, budget }', [preset, custom]);
}

/** `{ failureRate, window, open, halfOpenCalls }`; defaults 50 %, 100 calls, 30 s, 10 calls. */
export function breakerSchema(v: Vocabulary): z.ZodType<BreakerSettings> {
  return v
    .object({
      failureRate: v.share({ min: 0.000_001 }).optional(),
      window: v.count({ min: 1, max: 100_000 }).optional(),
      open: v.duration({ min: 1 }).optional(),
      halfOpenCalls: v.count({ min: 1, max: 100_000 }).optional(),
    })
    .transform((b) => ({
      failureRate: b.failureRate ?? 0.5,
      window: b.window ?? 100,
      openUs: b.open ?? 30_000_000,
      halfOpenCalls: b.halfOpenCalls ?? 10,
    }));
}

/** Calls made one after the other. */
export function callsSchema(v: Vocabulary): z.ZodType<CallSettings[]> {
  return v.list('a list of calls, such as [ { to: orders-db, timeout: 1s } ]', callSchema(v));
}

/** One call to a service. */
function callSchema(v: Vocabulary): z.ZodType<CallSettings> {
  return v
    .object({
      to: v.name('the name of a service'),
      probability: v.share().optional(),
      timeout: v.duration({ min: 1 }).optional(),
      retry: retrySchema(v).optional(),
      breaker: breakerSchema(v).optional(),
      cancelOnTimeout: v.flag().optional(),
      latency: v.durations().optional(),
    })
    .transform((c) => ({
      to: c.to,
      probability: c.probability ?? 1,
      timeoutUs: c.timeout ?? null,
      retry: c.retry ?? NO_RETRY,
      breaker: c.breaker ?? null,
      cancelOnTimeout: c.cancelOnTimeout ?? false,
      latency: c.latency ?? { kind: 'constant', value: 0 },
    }));
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
