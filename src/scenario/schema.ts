/** The root of a scenario as written: every setting that stands alone. Named parts are read one by one, so that one error hides no other. */
import { z } from 'zod';
import type { Vocabulary } from '../calls/schema.ts';
import { awsSchema, type WrittenAws } from './aws.ts';
import { pricesSchema, type ResolvedPrices } from './prices.ts';

/** The snapshot of AWS's numbers that this version knows. */
export const FACTS_SNAPSHOT = '2026-11';
export const MAX_REPLICATIONS = 10_000;
/** Replications after which a wanted precision is given up, unless the scenario says otherwise. */
export const MOST_REPLICATIONS = 1000;
/** A finer precision than a millionth would ask for more replications than there may be. */
const FINEST_PRECISION = 0.000_001;

/** When enough replications have run. */
export interface WrittenPrecision {
  /** Half-width of the interval ÷ estimate. */
  readonly within: number;
  /** Figures such as `completion.mean of orders`; null: not written. */
  readonly of: readonly string[] | null;
  readonly most: number | null;
}

export interface WrittenRoot {
  readonly title: string | null;
  readonly description: string;
  readonly seed: string;
  /** `trace`: at the end of the longest recording. */
  readonly horizon: number | 'trace';
  readonly drainUs: number | null;
  /** null: not written. */
  readonly warmupUs: number | null;
  readonly study: 'terminating' | 'steady';
  readonly replications: number;
  readonly precision: WrittenPrecision | null;
  readonly judged: number;
  readonly confidence: number;
  readonly facts: string;
  readonly resolutionUs: number | null;
  readonly ties: 'inOrder' | { readonly shuffle: string };
  /** null: not written. */
  readonly aws: WrittenAws | null;
  readonly prices: ResolvedPrices;
}

/** Everything of the root but `traffic`, `resources`, `designs`, `faults` and `objectives`, which are only let through. */
export function rootSchema(v: Vocabulary): z.ZodType<WrittenRoot> {
  const seed = seedSchema().meta({ description: 'Where all chance comes from: a whole number or a text.' });
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
      drain: v.duration().optional().meta({
        description:
          'How long the system may run on without traffic, so that the fate of what is in it is seen. Default: the horizon.',
      }),
      warmup: v.duration().optional().meta({
        description:
          'Arrivals before it are left out of the summary; shorter than the horizon. Default: 0s; in a steady study what MSER-5 finds, the same in every design.',
      }),
      study: v.choice(['terminating', 'steady']).optional().meta({
        description:
          'A run with an end (terminating), or the long-run behaviour (steady): the warm-up is found and cut off, and nothing may be scripted.',
        default: 'terminating',
      }),
      replications: v.count({ min: 1, max: MAX_REPLICATIONS }).optional().meta({
        description:
          'Independent runs of each design. 1 in a steady study: one long run with batch means. With precision: how many to begin with.',
        default: 10,
      }),
      precision: precisionSchema(v).optional().meta({
        description:
          'Adds replications until the means are known to within this share of themselves, such as 2%. Default: the number of replications is fixed.',
      }),
      judged: v.count({ min: 0, max: MAX_REPLICATIONS }).optional().meta({
        description: 'Replications whose guarantees are judged, the first ones: each takes up to twice its time.',
        default: 1,
      }),
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
      ties: v
        .either('inOrder, or { shuffle: 7 }', [
          v.choice(['inOrder']),
          v.object({
            shuffle: seedSchema().meta({ description: 'Seed of the shuffling: a whole number or a text.' }),
          }),
        ])
        .optional()
        .meta({
          description:
            'Order of events of one instant and phase: as they were scheduled, or shuffled by a seed, so that an order that nobody decided shows.',
          default: 'inOrder',
        }),
      prices: pricesSchema(v).optional().meta({
        description:
          'What things cost, where it is not the list price of us-east-1. Default: the list, without the free tier.',
      }),
      aws: awsSchema(v).optional().meta({
        description:
          'Account and Region of whatever names no other, its KMS and its Lambda concurrency. Default: one account, one Region.',
      }),
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
      guarantees: z.unknown().optional().meta({
        description:
          'Guarantees that are asked for beyond those that each resource gives, or that are expected to break, such as order of orders.',
      }),
    })
    .transform(
      (r): WrittenRoot => ({
        title: r.title ?? null,
        description: r.description ?? '',
        seed: r.seed,
        horizon: r.horizon,
        drainUs: r.drain ?? null,
        warmupUs: r.warmup ?? null,
        study: r.study ?? 'terminating',
        replications: r.replications ?? 10,
        precision: r.precision ?? null,
        judged: r.judged ?? 1,
        confidence: r.confidence ?? 0.95,
        facts: r.facts ?? FACTS_SNAPSHOT,
        resolutionUs: r.resolution ?? null,
        ties: r.ties ?? 'inOrder',
        aws: r.aws ?? null,
        prices: r.prices ?? { freeTier: false, own: {} },
      }),
    );
}

function seedSchema(): z.ZodType<string> {
  return z
    .union([z.string().min(1).max(200), z.number().int()], { error: 'a whole number or a text' })
    .transform((value) => String(value));
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
      expect: v.choice(['met', 'missed']).optional().meta({
        description: 'How it should come out: what is expected to be missed is no failure when it is.',
        default: 'met',
      }),
    })
    .transform((o): WrittenObjective => ({ that: o.that, design: o.design ?? null, expect: o.expect ?? 'met' }));
  return v.either(`${expected}, or { that, design, expect }`, [plain, full]);
}

export interface WrittenGuarantee {
  readonly that: string;
  readonly design: string | null;
  readonly expect: 'held' | 'broken';
}

/** `order of orders`, or `{ that, design, expect }`. */
export function guaranteeSchema(v: Vocabulary): z.ZodType<WrittenGuarantee> {
  const expected = 'a guarantee such as order of orders';
  const plain = z
    .string({ error: expected })
    .transform((that): WrittenGuarantee => ({ that, design: null, expect: 'held' }));
  const full = v
    .object({
      that: z.string({ error: expected }).meta({ description: 'The guarantee, such as order of orders.' }),
      design: v
        .name('the name of a design')
        .optional()
        .meta({ description: 'The one design that it is about. Default: every design that has the resource.' }),
      expect: v.choice(['held', 'broken']).optional().meta({
        description: 'How it should come out: what is expected to be broken is no failure when it is.',
        default: 'held',
      }),
    })
    .transform((o): WrittenGuarantee => ({ that: o.that, design: o.design ?? null, expect: o.expect ?? 'held' }));
  return v.either(`${expected}, or { that, design, expect }`, [plain, full]);
}

/** `2%`, or `{ within, of, most }`. */
function precisionSchema(v: Vocabulary): z.ZodType<WrittenPrecision> {
  const plain = v
    .share({ min: FINEST_PRECISION })
    .transform((within): WrittenPrecision => ({ within, of: null, most: null }));
  const figure = z.string({ error: 'a figure such as completion.mean of orders' });
  const full = v
    .object({
      within: v
        .share({ min: FINEST_PRECISION })
        .meta({ description: 'Largest half-width of the interval, as a share of its estimate.' }),
      of: v.list('a list of figures, such as [ completion.mean of orders ]', figure).optional().meta({
        description:
          'The figures that must be known so well, in every design. Default: the mean completion and response of each traffic.',
      }),
      most: v
        .count({ min: 2, max: MAX_REPLICATIONS })
        .optional()
        .meta({ description: 'Replications after which it stops all the same.', default: MOST_REPLICATIONS }),
    })
    .transform((p): WrittenPrecision => ({ within: p.within, of: p.of ?? null, most: p.most ?? null }));
  return v.either('a share such as 2%, or { within, of, most }', [plain, full]);
}
