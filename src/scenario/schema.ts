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
    .transform((value) => String(value))
    .meta({ description: 'Where all chance comes from: a whole number or a text.' });
  const prose = (expected: string) => z.string({ error: expected }).max(10_000, { error: 'at most 10,000 characters' });
  return v
    .object({
      title: prose('a title in words')
        .optional()
        .meta({ description: 'What the scenario is called. Default: the name of its file.' }),
      description: prose('one sentence on the question that the scenario answers')
        .optional()
        .meta({ description: 'The question that the scenario answers, in one sentence.', default: '' }),
      seed,
      horizon: v
        .either('a duration such as 30m, or trace', [v.choice(['trace']), v.duration({ min: 1 })])
        .meta({ description: 'When the traffic stops; `trace`: at the end of the longest recording.' }),
      drain: v
        .duration()
        .optional()
        .meta({
          description:
            'How long the system may run on without traffic, so that the fate of what is in it is seen. Default: the horizon.',
        }),
      warmup: v
        .duration()
        .optional()
        .meta({
          description: 'Arrivals before it are left out of the summary; shorter than the horizon.',
          default: '0s',
        }),
      study: v
        .choice(['terminating', 'steady'])
        .transform(onlyTerminating)
        .optional()
        .meta({ description: 'A run with an end, or the long-run behaviour.', default: 'terminating' }),
      replications: v
        .count({ min: 1, max: MAX_REPLICATIONS })
        .optional()
        .meta({ description: 'Independent runs of each design.', default: 10 }),
      confidence: v
        .number({ min: 0.5, max: 0.9999 })
        .optional()
        .meta({ description: 'Level of every interval and verdict.', default: 0.95 }),
      facts: v
        .choice([FACTS_SNAPSHOT])
        .optional()
        .meta({ description: "Snapshot of AWS's numbers.", default: FACTS_SNAPSHOT }),
      resolution: v
        .duration({ min: 1 })
        .optional()
        .meta({ description: 'Width of a bucket of the time series. Default: horizon ÷ 600.' }),
      traffic: z
        .unknown()
        .optional()
        .meta({ description: 'The load from outside by name, identical in every design.' }),
      resources: z.unknown().optional().meta({ description: 'Resources by name that every design has.' }),
      designs: z
        .unknown()
        .optional()
        .meta({ description: 'The designs to compare, by name: where each traffic enters, and their own resources.' }),
      faults: z.unknown().optional().meta({ description: 'What goes wrong, and when.' }),
      objectives: z
        .unknown()
        .optional()
        .meta({ description: 'What must hold, such as completion.p99 of orders < 2s.' }),
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
      that: z
        .string({ error: expected })
        .meta({ description: 'The objective, such as completion.p99 of orders < 2s.' }),
      design: v
        .name('the name of a design')
        .optional()
        .meta({ description: 'The one design that it is about. Default: every design that has its subject.' }),
      expect: v
        .choice(['met', 'missed'])
        .optional()
        .meta({
          description: 'How it should come out: what is expected to be missed is no failure when it is.',
          default: 'met',
        }),
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
