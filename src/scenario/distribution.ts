/** Distributions, wherever a duration or a size may vary: a plain value is constant. */
import { z } from 'zod';
import type { CallSettings } from '../calls/settings.ts';
import type { EmpiricalReader } from './empirical.ts';
import { DURATION_FORMS, type Reading, readDuration, readSize, SIZE_FORMS } from './units.ts';
import { PATTERNS } from './patterns.ts';
import { count, either, number, object, oneKey, patterned, scalar, writtenAs } from './words.ts';

export type Distribution = CallSettings['latency'];
export type Quantity = 'duration' | 'size';

const KINDS =
  'exponential, normal, uniform, lognormal, erlang, hyperexponential, pareto, weibull, empirical or mixture, one of them';

/** A plain value with its unit, or `{ exponential: { mean } }` and its like. */
export function distributionSchema(quantity: Quantity, empirical: EmpiricalReader): z.ZodType<Distribution> {
  const forms = quantity === 'duration' ? DURATION_FORMS : SIZE_FORMS;
  const read = quantity === 'duration' ? readDuration : readSize;
  const parameter = scalar(forms, (raw) => read(raw, true), patterned(PATTERNS[quantity]));
  const positive = scalar(forms, (raw) => aboveZero(read(raw, true), quantity), patterned(PATTERNS[quantity], true));
  const constant = scalar(
    `${forms}, or a distribution such as { exponential: { mean: … } }`,
    (raw) => read(raw),
    patterned(PATTERNS[quantity]),
  ).transform((value): Distribution => ({ kind: 'constant', value }));
  const weighted: z.ZodType<{ weight: number; of: Distribution }> = z.lazy(() =>
    object({
      weight: number({ min: 0, max: 1e9 }).meta({
        description: 'How often this part is drawn, in relation to the others.',
      }),
      of: distribution.meta({ description: 'What is drawn then.' }),
    }),
  );
  const drawn = oneKey(KINDS, {
    exponential: object({ mean: parameter.meta({ description: 'Mean.' }) })
      .optional()
      .meta({ description: 'Without memory.' }),
    normal: object({
      mean: parameter.meta({ description: 'Mean, before the cut.' }),
      sd: parameter.meta({ description: 'Standard deviation, before the cut.' }),
    })
      .superRefine(leavesNothing)
      .optional()
      .meta({ description: 'Cut at 0.' }),
    uniform: object({
      min: parameter.meta({ description: 'Smallest value.' }),
      max: parameter.meta({ description: 'Largest value.' }),
    })
      .superRefine(ordered('min', 'max'))
      .optional()
      .meta({ description: 'Every value between two is equally likely.' }),
    lognormal: lognormalSchema(positive)
      .optional()
      .meta({ description: 'Of two parameters: { mean, cv } or { p50, p99 }.' }),
    erlang: object({
      mean: parameter.meta({ description: 'Mean.' }),
      k: count({ min: 1, max: 10_000 }).meta({ description: 'Number of exponentials.' }),
    })
      .optional()
      .meta({ description: 'Sum of k exponentials: the more regular the larger k is.' }),
    hyperexponential: object({
      mean: parameter.meta({ description: 'Mean.' }),
      cv: number({ min: 1, max: 1000 }).meta({ description: 'Standard deviation ÷ mean; at least 1.' }),
    })
      .optional()
      .meta({ description: 'More variable than exponential; two exponentials of balanced means.' }),
    pareto: object({
      min: parameter.meta({ description: 'Smallest value.' }),
      shape: number({ above: 0, max: 1000 }).meta({ description: 'The smaller the heavier the tail.' }),
    })
      .optional()
      .meta({ description: 'Heavy tail; no mean where the shape is 1 or less.' }),
    weibull: object({
      mean: parameter.meta({ description: 'Mean.' }),
      shape: number({ min: 0.01, max: 1000 }).meta({ description: '1 is exponential.' }),
    })
      .optional()
      .meta({ description: 'Tail heavier (shape below 1) or lighter (above 1) than exponential.' }),
    empirical: empiricalSchema(quantity, empirical)
      .optional()
      .meta({ description: 'Values from a column of a CSV file.' }),
    mixture: z
      .array(weighted, { error: 'a list such as [ { weight: 0.9, of: 5ms }, { weight: 0.1, of: 1s } ]' })
      .superRefine(someWeight)
      .optional()
      .meta({ description: 'One of several distributions, by weight.' }),
  }).transform((one): Distribution => {
    if (one.exponential !== undefined) return { kind: 'exponential', ...one.exponential };
    if (one.normal !== undefined) return { kind: 'normal', ...one.normal };
    if (one.uniform !== undefined) return { kind: 'uniform', ...one.uniform };
    if (one.lognormal !== undefined) return one.lognormal;
    if (one.erlang !== undefined) return { kind: 'erlang', ...one.erlang };
    if (one.hyperexponential !== undefined) return { kind: 'hyperexponential', ...one.hyperexponential };
    if (one.pareto !== undefined) return { kind: 'pareto', ...one.pareto };
    if (one.weibull !== undefined) return { kind: 'weibull', ...one.weibull };
    if (one.empirical !== undefined) return one.empirical;
    return { kind: 'mixture', parts: one.mixture ?? [] };
  });
  const distribution: z.ZodType<Distribution> = either(`${forms}, or a distribution: ${KINDS}`, [constant, drawn]);
  return writtenAs(distribution, { name: `${quantity}s`, form: `${forms}, or a distribution` });
}

function lognormalSchema(positive: z.ZodType<number>): z.ZodType<Distribution> {
  return object({
    mean: positive.optional().meta({ description: 'Mean; goes with cv.' }),
    cv: number({ min: 0, max: 1000 }).optional().meta({ description: 'Standard deviation ÷ mean; goes with mean.' }),
    p50: positive.optional().meta({ description: 'Median; goes with p99.' }),
    p99: positive.optional().meta({ description: '99th percentile; goes with p50.' }),
  })
    .meta({ oneOf: [{ required: ['mean', 'cv'] }, { required: ['p50', 'p99'] }], maxProperties: 2 })
    .transform((l, ctx): Distribution => {
      if (l.mean !== undefined && l.cv !== undefined && l.p50 === undefined && l.p99 === undefined) {
        return { kind: 'lognormal', mean: l.mean, cv: l.cv };
      }
      if (l.p50 !== undefined && l.p99 !== undefined && l.mean === undefined && l.cv === undefined) {
        if (l.p99 < l.p50)
          ctx.addIssue({
            code: 'custom',
            path: ['p99'],
            message: 'a p99 of at least the p50',
            params: { code: 'out-of-range' },
          });
        return { kind: 'lognormal', p50: l.p50, p99: l.p99 };
      }
      ctx.addIssue({ code: 'custom', message: 'either { mean, cv } or { p50, p99 }', params: { code: 'one-of' } });
      return z.NEVER;
    });
}

function empiricalSchema(quantity: Quantity, reader: EmpiricalReader): z.ZodType<Distribution> {
  const column = z.string({ error: 'the name of a column' }).meta({ description: 'The column with the values.' });
  return object({
    file: z
      .string({ error: 'the path of a CSV file' })
      .meta({ description: 'A CSV file, its path relative to the scenario.' }),
    column,
    unit: z
      .string({ error: 'a unit' })
      .optional()
      .meta({ description: 'Unit of all values, such as ms or KiB. Default: each value carries its own.' }),
  }).transform((e, ctx): Distribution => {
    const read = reader(e.file, e.column, quantity, e.unit ?? null);
    if ('values' in read) return { kind: 'empirical', values: read.values };
    ctx.addIssue({ code: 'custom', path: [read.at], message: read.expected, params: { code: read.code } });
    return z.NEVER;
  });
}

function aboveZero(reading: Reading, quantity: Quantity): Reading {
  return 'value' in reading && reading.value === 0
    ? { problem: { code: 'out-of-range', expected: `a ${quantity} above 0: its logarithm is taken` } }
    : reading;
}

function ordered(low: string, high: string) {
  return (value: Readonly<Record<string, number>>, ctx: z.RefinementCtx): void => {
    if ((value[high] ?? 0) < (value[low] ?? 0)) {
      ctx.addIssue({
        code: 'custom',
        path: [high],
        message: `a ${high} of at least the ${low}`,
        params: { code: 'out-of-range' },
      });
    }
  };
}

/** A normal cut at 0 with nearly all of its mass below has no draws to speak of; means are not negative, so only sd 0 and mean 0 meet. */
function leavesNothing(value: { readonly mean: number; readonly sd: number }, ctx: z.RefinementCtx): void {
  if (value.mean < 0)
    ctx.addIssue({
      code: 'custom',
      path: ['mean'],
      message: 'a mean that is not negative',
      params: { code: 'out-of-range' },
    });
}

function someWeight(parts: readonly { readonly weight: number }[], ctx: z.RefinementCtx): void {
  if (!parts.some((part) => part.weight > 0)) {
    ctx.addIssue({
      code: 'custom',
      message: 'at least one part with a weight above 0',
      params: { code: 'out-of-range' },
    });
  }
}
