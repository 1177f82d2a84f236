/** The root of a scenario as written: every setting that stands alone. Named parts are read one by one, so that one error hides no other. */
import { z } from 'zod';
import { complain, type Vocabulary } from '../calls/schema.ts';

/** The snapshot of AWS's numbers that this version knows. */
export const FACTS_SNAPSHOT = '2026-11';
export const MAX_REPLICATIONS = 10_000;

export interface WrittenRoot {
  readonly title: string | null;
  readonly description: string;
  readonly seed: string;
  /** `trace`: at the end of the longest recording. */
  readonly horizon: number | 'trace';
  readonly drainUs: number | null;
  readonly warmupUs: number;
  readonly study: 'terminating' | 'steady';
  readonly replications: number;
  readonly confidence: number;
  readonly facts: string;
  readonly resolutionUs: number | null;
}

/** Everything of the root but `traffic`, `resources`, `designs`, `faults` and `objectives`, which are only let through. */
export function rootSchema(v: Vocabulary): z.ZodType<WrittenRoot> {
  const seed = z
    .union([z.string().min(1).max(200), z.number().int()], { error: 'a whole number or a text' })
    .transform((value) => String(value));
  const prose = (expected: string) => z.string({ error: expected }).max(10_000, { error: 'at most 10,000 characters' });
  return v
    .object({
      title: prose('a title in words').optional(),
      description: prose('one sentence on the question that the scenario answers').optional(),
      seed,
      horizon: v.either('a duration such as 30m, or trace', [v.choice(['trace']), v.duration({ min: 1 })]),
      drain: v.duration().optional(),
      warmup: v.duration().optional(),
      study: v.choice(['terminating', 'steady']).transform(onlyTerminating).optional(),
      replications: v.count({ min: 1, max: MAX_REPLICATIONS }).optional(),
      confidence: v.number({ min: 0.5, max: 0.9999 }).optional(),
      facts: v.choice([FACTS_SNAPSHOT]).optional(),
      resolution: v.duration({ min: 1 }).optional(),
      traffic: z.unknown().optional(),
      resources: z.unknown().optional(),
      designs: z.unknown().optional(),
      faults: z.unknown().optional(),
      objectives: z.unknown().optional(),
    })
    .transform(
      (r): WrittenRoot => ({
        title: r.title ?? null,
        description: r.description ?? '',
        seed: r.seed,
        horizon: r.horizon,
        drainUs: r.drain ?? null,
        warmupUs: r.warmup ?? 0,
        study: r.study ?? 'terminating',
        replications: r.replications ?? 10,
        confidence: r.confidence ?? 0.95,
        facts: r.facts ?? FACTS_SNAPSHOT,
        resolutionUs: r.resolution ?? null,
      }),
    );
}

export interface WrittenObjective {
  readonly that: string;
  readonly design: string | null;
  readonly expect: 'met' | 'missed';
}

/** `completion.p99 of orders < 2s`, or `{ that, design, expect }`. */
export function objectiveSchema(v: Vocabulary): z.ZodType<WrittenObjective> {
  const expected = 'an objective such as completion.p99 of orders < 2s';
  const plain = z
    .string({ error: expected })
    .transform((that): WrittenObjective => ({ that, design: null, expect: 'met' }));
  const full = v
    .object({
      that: z.string({ error: expected }),
      design: v.name('the name of a design').optional(),
      expect: v.choice(['met', 'missed']).optional(),
    })
    .transform((o): WrittenObjective => ({ that: o.that, design: o.design ?? null, expect: o.expect ?? 'met' }));
  return v.either(`${expected}, or { that, design, expect }`, [plain, full]);
}

/** Taking a steady study for a terminating one would be a wrong answer, so it is refused until it is there. */
function onlyTerminating(study: string, ctx: z.RefinementCtx): 'terminating' {
  if (study === 'steady') {
    complain(ctx, [], 'not-available', 'terminating: steady studies come in a later version', 'terminating');
  }
  return 'terminating';
}
